package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"relief/lang/schema"
)

func newDocs(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "docs NAME",
		Short: "Explain a block",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			b, ok := schema.Lookup(args[0])
			if !ok {
				return usageError(fmt.Errorf("nothing is called %q; `relief list` shows what there is", args[0]))
			}
			fmt.Fprintf(std.out, "%s\n\n%s\n", b.Description, b.Example)
			return nil
		},
	}
}
