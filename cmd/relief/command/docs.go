package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"relief/cmd/internal/reference"
	"relief/lang/diag"
)

func newDocs(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "docs NAME",
		Short: "Explain one thing that a study may name",
		Long: `docs shows one entry of list whole: a block with its arguments, or a function with its formula.

    relief docs run
    relief docs optimizer.gd
    relief docs log_growth`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeNames,
		RunE: func(_ *cobra.Command, args []string) error {
			return docs(std, args[0])
		},
	}
}

func docs(std stdio, name string) error {
	if e, ok := diag.Lookup(diag.Code(strings.ToUpper(name))); ok {
		writeEntry(std.out, e)
		return nil
	}
	found, near := reference.Find(name)
	switch len(found) {
	case 1:
		found[0].Text(std.out)
		return nil
	case 0:
		return docsOfArgument(std, name, near)
	}
	fmt.Fprintf(std.out, "%q stands for:\n\n", name)
	for _, e := range found {
		fmt.Fprintf(std.out, "  relief docs %-24s %s\n", e.Name, e.Summary)
	}
	return nil
}

// docsOfArgument says where an argument of that name stands.
func docsOfArgument(std stdio, name, near string) error {
	owners := reference.WithArgument(name)
	if len(owners) == 0 {
		if near != "" {
			return usageError(fmt.Errorf("nothing is called %q; did you mean %q?", name, near))
		}
		return usageError(fmt.Errorf("nothing is called %q; `relief list` shows what there is", name))
	}
	fmt.Fprintf(std.out, "%q is an argument of:\n\n", name)
	for _, e := range owners {
		fmt.Fprintf(std.out, "  relief docs %-24s %s\n", e.Name, e.Summary)
	}
	return nil
}

// completeNames completes what list lists.
func completeNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, e := range reference.All() {
		names = append(names, e.Name+"\t"+e.Summary)
	}
	slices.Sort(names)
	return names, cobra.ShellCompDirectiveNoFileComp
}
