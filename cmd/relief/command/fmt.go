package command

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"relief/lang/diag"
	"relief/lang/source"
)

func newFmt(std stdio) *cobra.Command {
	var check, diff bool
	cmd := &cobra.Command{
		Use:   "fmt PATH...",
		Short: "Bring studies into canonical layout",
		Long: `fmt rewrites files in place and prints the names of those it changed. A file that does not parse is left alone.
The name - stands for standard input, whose layout goes to standard output.`,
		ValidArgsFunction: completeStudies,
		Args:              cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return format(std, args, check, diff)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; exit with 3 if a file would change")
	cmd.Flags().BoolVar(&diff, "diff", false, "show what changes")
	return cmd
}

func format(std stdio, paths []string, check, diff bool) error {
	var files []string
	for _, p := range paths {
		if p == "-" {
			files = append(files, p)
			continue
		}
		found, err := studies([]string{p})
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	var faults diag.List
	sources := diag.SourceMap{}
	changed := false
	for _, path := range files {
		before, name, err := readSource(std.in, path)
		if err != nil {
			return err
		}
		after, list := source.Format(name, before)
		if list.HasErrors() {
			faults = append(faults, list...)
			sources[name] = before
			continue
		}
		same := bytes.Equal(before, after)
		changed = changed || !same
		if diff {
			if _, err := std.out.Write(source.Diff(name, before, after)); err != nil {
				return usageError(err)
			}
		}
		switch {
		case path == "-" && !check && !diff:
			if _, err := std.out.Write(after); err != nil {
				return usageError(err)
			}
		case same || path == "-":
		case check:
			if !diff {
				fmt.Fprintln(visible{std.out}, path)
			}
		default:
			if err := writeFile(path, after); err != nil {
				return usageError(err)
			}
			fmt.Fprintln(visible{std.out}, path)
		}
	}
	if faults.HasErrors() {
		flags := studyFlags{}
		if err := flags.write(std.err, faults, sources); err != nil {
			return err
		}
		return exit(exitInvalid)
	}
	if check && changed {
		return exit(exitFormat)
	}
	return nil
}

func readSource(in io.Reader, path string) (text []byte, name string, err error) {
	if path == "-" {
		text, err = io.ReadAll(io.LimitReader(in, source.MaxSize+1))
		return text, "standard input", err
	}
	if err := readable(path); err != nil {
		return nil, path, err
	}
	text, err = os.ReadFile(path)
	if err != nil {
		return nil, path, usageError(err)
	}
	return text, path, nil
}
