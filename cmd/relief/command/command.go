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
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"relief/lang/diag"
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
			fmt.Fprintln(visible{std.err}, "relief:", exit.err)
		}
		return exit.code
	}
	fmt.Fprintln(visible{std.err}, "relief:", err)
	return exitUsage
}

func newRoot(std stdio) *cobra.Command {
	root := &cobra.Command{
		Use:   "relief",
		Short: "Run studies of optimizers on loss landscapes",
		Long: `relief compiles a study, one HCL file, to a graph, runs it, and writes plots, data and a report.

    relief new my-study
    relief run my-study.hcl
    relief docs run`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetUsageTemplate(oneDash(root.UsageTemplate()))
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newRun(std), newValidate(std), newFmt(std), newPlan(std), newGraph(std),
		newList(std), newDocs(std), newExplain(std), newData(std), newNew(std), newVersion(std),
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("")
	for _, c := range root.Commands() {
		if c.Name() != "help" && c.Name() != "completion" {
			sayWhatIsTaken(c)
		}
	}
	return root
}

// sayWhatIsTaken lets a command, or those below it, answer a wrong number of
// arguments by what it takes.
func sayWhatIsTaken(c *cobra.Command) {
	for _, below := range c.Commands() {
		sayWhatIsTaken(below)
	}
	accepts := c.Args
	if accepts == nil || c.HasSubCommands() {
		return
	}
	c.Args = func(cmd *cobra.Command, args []string) error {
		if err := accepts(cmd, args); err != nil {
			return wrongNumber(cmd, args)
		}
		return nil
	}
}

// nameOf is the name of a command, with that of the one above it.
func nameOf(cmd *cobra.Command) string { return strings.TrimPrefix(cmd.CommandPath(), "relief ") }

// laterCommands are designed, but not built yet.
var laterCommands = []string{"verify", "show", "diff", "console", "lsp", "serve", "cache"}

// noSuchCommand answers a first word that is no command.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	name := args[0]
	if slices.Contains(laterCommands, name) {
		return usageError(fmt.Errorf("%s is not built yet", name))
	}
	if strings.HasSuffix(name, ".hcl") {
		return usageError(fmt.Errorf("%q is no command; did you mean: relief run %s", name, name))
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	if s := diag.Suggest(name, names); s != "" {
		return usageError(fmt.Errorf("%q is no command; did you mean %q?", name, s))
	}
	return usageError(fmt.Errorf("%q is no command; there are %s", name, strings.Join(names, ", ")))
}

// wrongNumber answers too few or too many arguments.
func wrongNumber(cmd *cobra.Command, args []string) error {
	name := nameOf(cmd)
	_, wants, _ := strings.Cut(cmd.Use, " ")
	what := "needs " + wants
	if len(args) > 0 {
		what = "takes " + wants + " and nothing more"
	}
	if wants == "" {
		what = "takes no arguments"
	}
	return usageError(fmt.Errorf("%s %s; see relief help %s", name, what, name))
}

// flagError answers a flag that a command does not have, or its bad value.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		takes := map[string]string{"int": "a whole number", "bool": "true or false"}[bad.GetFlag().Value.Type()]
		return usageError(fmt.Errorf("-%s takes %s, not %q", bad.GetFlag().Name, takes, bad.GetValue()))
	}
	if !errors.As(err, &unknown) {
		return usageError(fmt.Errorf("%s; see relief help %s", oneDash(err.Error()), nameOf(cmd)))
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name := unknown.GetSpecifiedName()
	if s := diag.Suggest(name, names); s != "" {
		return usageError(fmt.Errorf("%s has no flag -%s; did you mean -%s?", nameOf(cmd), name, s))
	}
	return usageError(fmt.Errorf("%s has no flag -%s; see relief help %s", nameOf(cmd), name, nameOf(cmd)))
}

// oneDash shows flags as they are documented, with one dash.
func oneDash(text string) string {
	text = strings.ReplaceAll(text, "FlagUsages | trimTrailingWhitespaces", "FlagUsages | oneDash | trimTrailingWhitespaces")
	return strings.ReplaceAll(text, "--", "-")
}

func init() {
	cobra.AddTemplateFunc("oneDash", oneDash)
	cobra.EnableCommandSorting = false // help lists them as they are used
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
