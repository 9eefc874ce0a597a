package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"relief/lang"
	"relief/lang/diag"
	"relief/runtime/engine"
	"relief/runtime/plan"
	"relief/runtime/store"
)

// runFlags are the flags of run.
type runFlags struct {
	studyFlags
	results string
	only    []string
	csv     bool
	quiet   bool
	fresh   bool
	workers int
}

func newRun(std stdio) *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run FILE...",
		Short: "Run studies and write plots, data and a report",
		Long: `run compiles each study, runs it, and writes results/NAME with report.html, report.md, results.json, plots and data.
Results appear whole or not at all; earlier ones stay until then. Ctrl-C stops cleanly and keeps what is finished;
the same command again takes up runs on networks where they were stopped, with the same results to the last bit.

Exit codes: 0 good, 1 invalid study, 2 wrong use or unreadable file, 4 a check failed, 5 a run diverged or failed, 130 interrupted.`,
		ValidArgsFunction: completeStudies,
		Args:              cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runStudies(cmd.Context(), std, &flags, args)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&flags.results, "results", "results", "`folder` that results are written to")
	cmd.Flags().StringArrayVar(&flags.only, "only", nil, "run one `block`, such as run.gd, and what it needs, into a folder NAME.part of its own; may be repeated")
	complete(cmd, "only", completeFrom(&flags.studyFlags, blockNames))
	cmd.Flags().BoolVar(&flags.csv, "csv", false, "write data as CSV too")
	cmd.Flags().BoolVar(&flags.fresh, "fresh", false, "begin runs on networks anew, also where an interrupted run has left them")
	cmd.Flags().BoolVar(&flags.quiet, "quiet", false, "no progress; print outputs and checks only")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, "run this `number` of blocks at once; 0 is one per processor. Results do not depend on it")
	return cmd
}

// runStudies runs one study after another. The exit code is the worst.
func runStudies(ctx context.Context, std stdio, flags *runFlags, paths []string) error {
	if err := flags.check(); err != nil {
		return err
	}
	if flags.results == "" {
		return usageError(errors.New("-results needs the name of a folder"))
	}
	if flags.workers < 0 {
		return usageError(errors.New("-workers takes a number of blocks, 0 or more"))
	}
	if err := distinct(paths); err != nil {
		return usageError(err)
	}
	said := &findings{flags: &flags.studyFlags, std: std, sources: diag.SourceMap{}}
	var worst error
	for _, path := range paths {
		err := runStudy(ctx, std, flags, said, path)
		if codeOf(err) > codeOf(worst) {
			worst = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	if err := said.close(); err != nil {
		return err
	}
	return worst
}

// distinct refuses studies of one name, whose results would replace each other.
func distinct(paths []string) error {
	first := map[string]string{}
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".hcl")
		if other, ok := first[name]; ok {
			return fmt.Errorf("%s and %s would both write the results of %s; run them one by one, each with its own -results", other, p, name)
		}
		first[name] = p
	}
	return nil
}

func runStudy(ctx context.Context, std stdio, flags *runFlags, said *findings, path string) error {
	if err := readable(path); err != nil {
		return err
	}
	study, list := lang.Compile(path, flags.options())
	if err := said.add(list, study.Sources); err != nil {
		return err
	}
	if list.HasErrors() {
		return exit(exitInvalid)
	}
	place := store.Options{Dir: flags.results, Version: version(), CSV: flags.csv, Workers: flags.workers, Part: len(flags.only) > 0}
	if err := store.Check(study, place); err != nil {
		return said.problem(err, study.Sources) // before the run, not after it
	}
	large, need := tooLarge(study, flags.only, machineMemory())
	if len(large) > 0 {
		return said.problem(large, study.Sources)
	}
	trains := trainsNetworks(study, flags.only)
	pace := 100 // main reads studies at another one
	if trains {
		pace = 25 // few and large arrays, without pointers: looking for them costs nothing, keeping old ones does
	}
	debug.SetGCPercent(pace)
	if os.Getenv("GOMEMLIMIT") == "" && !trains {
		debug.SetMemoryLimit(plan.MaxMemory + 1<<30) // what is no longer needed goes sooner where runs record much
	}
	if !flags.quiet {
		if text := longRun(study, flags.only); text != "" {
			fmt.Fprintln(visible{std.err}, text)
		}
		if machine := machineMemory(); machine > 0 && need > 0.9*machine {
			fmt.Fprintf(visible{std.err}, "Its networks need about %s of memory, and this machine has %s.\n", bytesText(need), bytesText(machine))
		}
	}
	options := engine.Options{Workers: flags.workers, Only: flags.only}
	var saved *store.Checkpoints
	if trains {
		var err error
		if saved, err = openCheckpoints(std, study, place, flags.fresh); err != nil {
			return usageError(err)
		}
		if saved != nil {
			defer saved.Close()
			options.Checkpoints = saved.Dir
		}
	}
	shown := newProgress(std.err, flags.quiet)
	options.Progress = shown
	results, err := engine.Run(ctx, study, options)
	shown.Close()
	if err != nil {
		return said.problem(err, study.Sources)
	}
	if err := said.add(results.Diagnostics, study.Sources); err != nil {
		return err
	}
	if results.Status == engine.Interrupted { // what is finished is kept; another Ctrl-C ends the program
		ctx = context.WithoutCancel(ctx)
	}
	written, err := store.Write(ctx, results, place)
	if cancelled := ctx.Err(); err != nil && cancelled != nil && errors.Is(err, cancelled) {
		return &exitError{exitInterrupted, errors.New("interrupted while results were written; earlier results are left as they were")}
	}
	if err != nil {
		return said.problem(err, study.Sources)
	}
	if saved != nil {
		if results.Status != engine.Interrupted {
			if err := saved.Remove(); err != nil {
				return usageError(fmt.Errorf("the checkpoints of a finished study cannot be removed: %w", err))
			}
		} else if text := goesOn(results); text != "" && !flags.quiet {
			fmt.Fprintln(visible{std.err}, text)
		}
	}
	w := std.out
	if flags.machine() && flags.out == "" {
		w = std.err // standard output is for the program that reads the diagnostics
	}
	printResults(visible{w}, results, filepath.Join(written.Dir, "report.html"), said.whole())
	return exitOf(results.Status)
}

// findings shows diagnostics as they come, or, where they make one document,
// all at the end.
type findings struct {
	flags   *studyFlags
	std     stdio
	list    diag.List
	sources diag.SourceMap
}

func (s *findings) whole() bool { return s.flags.machine() || s.flags.out != "" }

func (s *findings) add(list diag.List, sources map[string][]byte) error {
	if s.whole() {
		s.list = append(s.list, list...)
		maps.Copy(s.sources, sources)
		return nil
	}
	if len(list) == 0 {
		return nil
	}
	return s.flags.write(s.std.err, list, diag.SourceMap(sources))
}

// problem adds an error that is a list of diagnostics as such; the command
// ends as wrongly used.
func (s *findings) problem(err error, sources map[string][]byte) error {
	var list diag.List
	if !errors.As(err, &list) {
		return usageError(err)
	}
	if err := s.add(list, sources); err != nil {
		return err
	}
	return exit(exitUsage)
}

func (s *findings) close() error {
	if !s.whole() {
		return nil
	}
	return s.flags.write(s.std.out, s.list, s.sources)
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
// checks, and where the rest is. What a failed check found is printed only if
// its diagnostic is not shown beside it.
func printResults(w io.Writer, r *engine.Results, report string, found bool) {
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
		for _, a := range c.Asserts {
			if !a.OK && found {
				fmt.Fprintf(w, "check failed: %s: %s\n", c.Plan.Label, strings.TrimSpace(a.Message))
			}
		}
	}
	switch n := len(r.Checks); {
	case n == 1 && failed == 0:
		fmt.Fprintln(w, "1 check holds.")
	case n == 1:
		fmt.Fprintln(w, "1 check fails.")
	case n > 1:
		fmt.Fprintf(w, "%d of %d checks hold.\n", n-failed, n)
	}
	if r.Status != engine.OK && r.Status != engine.CheckFailed {
		fmt.Fprintf(w, "status: %s\n", r.Status)
	}
	fmt.Fprintf(w, "%s: %s in %s\n", r.Study.Name, report, duration(r.Seconds))
}
