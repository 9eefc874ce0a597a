// Package command is the command line of relief: each subcommand is a file of
// its own, with its arguments, one call, and a view of what comes back.
//
//	arguments --(Execute)--> lang.Compile, engine.Run, store.Write --> text, files, an exit code
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// stdio is where a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// Execute runs one command line, without the name of the program, and returns
// its exit code.
func Execute(ctx context.Context, args []string, in io.Reader, out, err io.Writer) int {
	return execute(ctx, args, stdio{in, out, err})
}

// Tree is the command with all its subcommands, for documentation.
func Tree() *cobra.Command { return newRoot(stdio{strings.NewReader(""), io.Discard, io.Discard}) }

func execute(ctx context.Context, args []string, std stdio) int {
	root := newRoot(std)
	root.SetArgs(longFlags(args))
	err := root.ExecuteContext(ctx)
	var exit *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		if exit.err != nil {
			fmt.Fprintln(std.err, "relief:", exit.err)
		}
		return exit.code
	}
	fmt.Fprintln(std.err, "relief:", err)
	return exitUsage
}

func newRoot(std stdio) *cobra.Command {
	root := &cobra.Command{
		Use:   "relief",
		Short: "Run studies of optimizers on loss landscapes",
		Long: `relief compiles a study, one HCL file, to a graph, runs it, and writes plots, data and a report.

    relief run experiments/fig-5-1-two-valleys.hcl
    relief new my-study && relief run my-study.hcl
    relief docs run

Flags may be written with one dash or two.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.AddCommand(
		newRun(std), newValidate(std), newFmt(std), newPlan(std), newGraph(std),
		newList(std), newDocs(std), newExplain(std), newNew(std), newVersion(std),
	)
	return root
}

// longFlags lets flags be written with one dash, as HCL's other tools have
// them: -var becomes --var. What stands after -- is left alone.
func longFlags(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		if a == "--" {
			return append(out[:i], args[i:]...)
		}
		if len(a) > 2 && a[0] == '-' && a[1] != '-' && strings.ContainsAny(a[1:2], "abcdefghijklmnopqrstuvwxyz") {
			a = "-" + a
		}
		out[i] = a
	}
	return out
}
