package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"relief/lang/diag"
	"relief/runtime/engine"
	"relief/runtime/store"
)

// runFlags are the flags of run.
type runFlags struct {
	studyFlags
	results string
	only    []string
	csv     bool
	quiet   bool
	workers int
}

func newRun(std stdio) *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run FILE...",
		Short: "Run studies and write plots, data and a report",
		Long: `run compiles each study, runs it, and writes results/NAME with report.html, report.md, results.json, plots and data.
Results appear whole or not at all; earlier ones stay until then. Ctrl-C stops cleanly and keeps what is finished.

Exit codes: 0 good, 1 invalid study, 2 wrong use or unreadable file, 4 a check failed, 5 a run diverged or failed, 130 interrupted.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var worst error
			for _, path := range args {
				err := runStudy(cmd.Context(), std, &flags, path)
				if code := codeOf(err); code > codeOf(worst) {
					worst = err
				}
				if cmd.Context().Err() != nil {
					break
				}
			}
			return worst
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&flags.results, "results", "results", "`folder` that results are written to")
	cmd.Flags().StringArrayVar(&flags.only, "only", nil, "run one `block`, such as run.gd, and what it needs; may be repeated")
	cmd.Flags().BoolVar(&flags.csv, "csv", false, "write data as CSV too")
	cmd.Flags().BoolVar(&flags.quiet, "quiet", false, "no progress; print outputs and checks only")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, "how many blocks to run at once; 0 is one per processor. Results do not depend on it")
	return cmd
}

func codeOf(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
		return e.code
	}
	return exitUsage
}

func runStudy(ctx context.Context, std stdio, flags *runFlags, path string) error {
	study, err := flags.compile(path, flags.diagnosticsTo(std))
	if err != nil {
		return err
	}
	debug.SetGCPercent(100)
	shown := newProgress(std.err, flags.quiet)
	results, err := engine.Run(ctx, study, engine.Options{Workers: flags.workers, Only: flags.only, Progress: shown})
	shown.Close()
	sources := diag.SourceMap(study.Sources)
	if err != nil {
		return flags.problem(std, err, sources, exitUsage)
	}
	if len(results.Diagnostics) > 0 && !flags.machine() {
		if err := flags.write(flags.diagnosticsTo(std), results.Diagnostics, sources); err != nil {
			return err
		}
	}
	written, err := store.Write(results, store.Options{Dir: flags.results, Version: version(), CSV: flags.csv, Workers: flags.workers})
	if err != nil {
		return flags.problem(std, err, sources, exitUsage)
	}
	printResults(std.out, results, filepath.Join(written.Dir, "report.html"))
	return exitOf(results.Status)
}

// problem writes an error that is a list of diagnostics as such.
func (f *runFlags) problem(std stdio, err error, sources diag.Sources, code int) error {
	var list diag.List
	if !errors.As(err, &list) {
		return &exitError{code: code, err: err}
	}
	if err := f.write(f.diagnosticsTo(std), list, sources); err != nil {
		return err
	}
	return exit(code)
}

func exitOf(status engine.Status) error {
	switch status {
	case engine.CheckFailed:
		return exit(exitCheckFailed)
	case engine.Diverged, engine.Failed:
		return exit(exitDiverged)
	case engine.Interrupted:
		return exit(exitInterrupted)
	}
	return nil
}

// printResults prints what a person wants to see first: the named values, the
// checks, and where the rest is.
func printResults(w io.Writer, r *engine.Results, report string) {
	width := 0
	for _, o := range r.Outputs {
		width = max(width, len(o.Plan.Address.String()))
	}
	for _, o := range r.Outputs {
		value := "no value"
		if o.Value != nil {
			value = engine.FormatArray(o.Value)
		}
		if o.Plan.Unit != "" {
			value += " " + o.Plan.Unit
		}
		fmt.Fprintf(w, "%-*s = %s\n", width, o.Plan.Address, value)
	}
	failed := 0
	for _, c := range r.Checks {
		if c.OK {
			continue
		}
		failed++
		fmt.Fprintf(w, "check failed: %s\n", c.Plan.Label)
		for _, a := range c.Asserts {
			if !a.OK {
				fmt.Fprintf(w, "    %s\n", strings.TrimSpace(a.Message))
				fmt.Fprintf(w, "    %s:%d: %s\n", a.Plan.Span.File, a.Plan.Span.Start.Line, a.Condition)
			}
		}
	}
	if n := len(r.Checks); n > 0 {
		fmt.Fprintf(w, "%d of %s hold.\n", n-failed, plural(n, "check"))
	}
	if r.Status != engine.OK && r.Status != engine.CheckFailed {
		fmt.Fprintf(w, "status: %s\n", r.Status)
	}
	fmt.Fprintf(w, "%s: %s in %s\n", r.Study.Name, report, duration(r.Seconds))
}
