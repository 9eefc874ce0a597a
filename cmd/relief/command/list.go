package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"relief/lang/schema"
	"relief/stdlib"
)

func newList(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "list [PATTERN]",
		Short: "List what a study may name",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(*cobra.Command, []string) error {
			for _, b := range schema.Blocks {
				fmt.Fprintf(std.out, "%s  %s\n", b.Noun, b.Description)
			}
			for _, f := range stdlib.Builtins() {
				fmt.Fprintf(std.out, "%s\n", f.Name)
			}
			return nil
		},
	}
}
