package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"relief/lang/diag"
)

func newExplain(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:               "explain CODE",
		Short:             "Say what a diagnostic code means, with an example and the cure",
		Long:              "explain says what a code such as RL0203 means, with an example and the cure. Without a code it lists all.",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeCodes,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				for _, e := range diag.Codes() {
					fmt.Fprintf(std.out, "%s  %s\n", e.Code, e.Title)
				}
				return nil
			}
			code := diag.Code(strings.ToUpper(args[0]))
			e, ok := diag.Lookup(code)
			if !ok {
				var codes []string
				for _, e := range diag.Codes() {
					codes = append(codes, string(e.Code))
				}
				cure := "`relief explain` lists them"
				if s := diag.Suggest(string(code), codes); s != "" {
					cure = "did you mean " + s + "?"
				}
				return usageError(fmt.Errorf("there is no diagnostic %s; %s", code, cure))
			}
			writeEntry(std.out, e)
			return nil
		},
	}
}

func writeEntry(w io.Writer, e diag.Entry) {
	fmt.Fprintf(w, "%s: %s\n\n%s\n\nExample:\n\n%s\n\n%s\n", e.Code, e.Title, e.Meaning, indent(e.Example), e.Cure)
}
