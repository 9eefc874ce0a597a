package command

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"relief/cmd/internal/reference"
)

func newList(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "list [PATTERN]",
		Short: "List what a study may name: blocks, optimizers, functions",
		Long: `list shows blocks with their parts, marks of plots, optimizers, probes, functions and constants,
one per line. PATTERN is a part of a name or of its description, or a pattern with * and ?.

    relief list decay
    relief list 'optimizer.*'`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeNames,
		RunE: func(_ *cobra.Command, args []string) error {
			pattern := ""
			if len(args) > 0 {
				pattern = args[0]
			}
			return list(std, pattern)
		},
	}
}

func list(std stdio, pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return usageError(fmt.Errorf("%q is no pattern: a [ has no ]", pattern))
	}
	var shown []reference.Entry
	for _, e := range reference.All() {
		if matches(e, pattern) {
			shown = append(shown, e)
		}
	}
	if len(shown) == 0 {
		return usageError(fmt.Errorf("nothing matches %q; `relief list` shows everything", pattern))
	}
	const column = 32
	width := columns(std.out)
	kind := ""
	for _, e := range shown {
		if e.Kind != kind {
			if kind != "" {
				fmt.Fprintln(std.out)
			}
			kind = e.Kind
			fmt.Fprintf(std.out, "%ss\n", reference.Capital(kind))
		}
		name := e.Name
		if e.Kind == "function" {
			name = e.Written
		}
		summary := strings.ReplaceAll(e.Summary, "`", "")
		if utf8.RuneCountInString(name) > column-4 {
			name = name[:strings.IndexByte(name+"(", '(')] + "(...)"
		}
		fmt.Fprintln(std.out, clip(fmt.Sprintf("  %-*s%s", column-2, name, summary), width))
	}
	return nil
}

// matches reports whether an entry is meant: by a pattern with * or ? for its
// name, or by a text that its name or description holds.
func matches(e reference.Entry, pattern string) bool {
	if strings.ContainsAny(pattern, "*?[") {
		ok, _ := path.Match(pattern, e.Name)
		return ok
	}
	pattern = strings.ToLower(pattern)
	return strings.Contains(strings.ToLower(e.Name), pattern) || strings.Contains(strings.ToLower(e.Summary), pattern)
}
