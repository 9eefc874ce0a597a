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
	return several(std, name, "stands for", found)
}

// several lists the commands that show entries.
func several(std stdio, name, what string, entries []reference.Entry) error {
	fmt.Fprintf(std.out, "%q %s:\n\n", name, what)
	width := columns(std.out)
	for _, e := range entries {
		fmt.Fprintln(std.out, clip(fmt.Sprintf("  relief docs %-24s %s", e.Name, strings.ReplaceAll(e.Summary, "`", "")), width))
	}
	return nil
}

// docsOfArgument says where an argument of that name stands, or a word in what is
// said of others, such as a value: "float32".
func docsOfArgument(std stdio, name, near string) error {
	owners := reference.WithArgument(name)
	what := "is an argument of"
	if len(owners) == 0 {
		owners, what = reference.Mentioning(name), "stands in"
	}
	if len(owners) == 0 {
		if near != "" {
			return usageError(fmt.Errorf("nothing is called %q; did you mean %q?", name, near))
		}
		return usageError(fmt.Errorf("nothing is called %q; `relief list` shows what there is", name))
	}
	return several(std, name, what, owners)
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
