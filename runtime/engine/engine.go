// Package engine runs a plan.
//
//	plan.Study --(blocks: dynamics, analysis)--> runs and landscapes, side by side
//	           --(outputs, checks, tables, plots, report)--> Results
//
// Nothing here writes a file: runtime/store does, from Results alone.
package engine

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"relief/lang/diag"
	"relief/runtime/plan"
)

// Options says how to run a study.
type Options struct {
	// Workers is how many blocks may run at once; 0 means one per processor.
	// Results do not depend on it.
	Workers int
	// Only selects blocks and what they need, each as `noun.name`,
	// `noun.name[key]` or a bare noun; nil selects everything.
	Only []string
	// Memory is how many bytes all runs may record together; 0 means
	// plan.MaxMemory. A run that would record more than the runs before it
	// leave is refused.
	Memory int64
	// NetworkMemory is how many bytes the evaluation of a network may take; 0
	// means four fifths of the memory that is free. What would take more is
	// refused before it begins.
	NetworkMemory int64
	// Checkpoints is the folder in which runs on networks are saved now and then,
	// and from which they are taken up when they were interrupted; "": they are
	// not. The caller removes it when a study is whole.
	Checkpoints string
	// Progress is told how the blocks come along; nil tells nobody.
	Progress Progress
}

// Progress is told what happens, from several goroutines but never from two at
// once. Steps are the updates of a run and the samples of a landscape.
type Progress interface {
	Started(block plan.Address, steps int)
	Step(block plan.Address, k int)
	Finished(block plan.Address, status Status, seconds float64)
}

// Run runs a study. All that goes wrong inside it is in the results: a block
// that fails does not keep others from running, and whatever refers to it says
// so. Cancelling the context stops the runs under way; what was finished is
// evaluated and kept.
//
// The error is for a call that cannot be carried out: a diag.List when
// Options.Only names a block that does not exist.
func Run(ctx context.Context, study *plan.Study, opts Options) (*Results, error) {
	r, err := newRunner(study, opts)
	if err != nil {
		return nil, err
	}
	r.ctx = ctx
	defer r.close()
	r.runBlocks(ctx)
	for _, o := range only(r, study.Outputs, func(o *plan.Output) plan.Address { return o.Address }) {
		r.out.Outputs = append(r.out.Outputs, r.output(o))
	}
	for _, c := range only(r, study.Checks, func(c *plan.Check) plan.Address { return c.Address }) {
		r.out.Checks = append(r.out.Checks, r.check(c))
	}
	for _, t := range only(r, study.Tables, func(t *plan.Table) plan.Address { return t.Address }) {
		r.out.Tables = append(r.out.Tables, r.table(t))
	}
	colors := r.runColors()
	for _, p := range only(r, study.Plots, func(p *plan.Plot) plan.Address { return p.Address }) {
		r.out.Plots = append(r.out.Plots, r.plot(p, colors))
	}
	r.out.Report = r.reportPieces()
	r.out.Datasets = r.datasets()
	return r.finish(ctx), nil
}

// runner is the state of one call of Run. Blocks write their own entry of runs
// and landscapes; all else is done by one goroutine after them.
type runner struct {
	study *plan.Study
	opts  Options
	out   *Results
	want  map[plan.Address]bool // nil: everything

	objectives map[plan.Address]*plan.Objective
	keep       map[plan.Address][]int // steps of runs whose states are asked for
	others     map[plan.Address]int64 // bytes that the runs before one record
	positions  map[*int][]float64     // step labels as numbers, by the first of them: plots share them

	ctx    context.Context // of the call: references to objectives compute
	models models

	mu         sync.Mutex // guards what follows while blocks run
	runs       map[plan.Address]*RunResult
	landscapes map[plan.Address]*LandscapeResult
	analyses   map[plan.Address]*AnalysisResult
	failed     bool
}

func newRunner(study *plan.Study, opts Options) (*runner, error) {
	r := &runner{
		study: study, opts: opts,
		out:        &Results{Study: study, Status: OK, Started: time.Now()},
		objectives: map[plan.Address]*plan.Objective{},
		keep:       keptSteps(study),
		runs:       map[plan.Address]*RunResult{},
		landscapes: map[plan.Address]*LandscapeResult{},
		analyses:   map[plan.Address]*AnalysisResult{},
		positions:  map[*int][]float64{},
	}
	for _, o := range study.Objectives {
		r.objectives[o.Address] = o
	}
	var problems diag.List
	r.want, problems = selection(study, opts.Only)
	if problems.HasErrors() {
		return nil, problems
	}
	r.others = r.recordedBefore()
	return r, nil
}

func (r *runner) workers() int {
	if r.opts.Workers > 0 {
		return r.opts.Workers
	}
	return runtime.GOMAXPROCS(0)
}

func (r *runner) selected(a plan.Address) bool { return r.want == nil || r.want[a] }

// only keeps the blocks that were asked for.
func only[B any](r *runner, blocks []B, address func(B) plan.Address) []B {
	return slices.DeleteFunc(slices.Clone(blocks), func(b B) bool { return !r.selected(address(b)) })
}

// report adds a diagnostic; fail also makes the study failed.
func (r *runner) report(d *diag.Diagnostic) { r.out.Diagnostics.Add(d) }

func (r *runner) fail(d *diag.Diagnostic) {
	r.failed = true
	r.report(d)
}

// runBlocks runs the runs and landscapes, each as soon as what it refers to is
// there, as many at once as there are workers.
func (r *runner) runBlocks(ctx context.Context) {
	progress := &progress{to: r.opts.Progress}
	order := slices.DeleteFunc(slices.Clone(r.study.Order), func(a plan.Address) bool { return !r.selected(a) })
	timings := make([]Timing, len(order))
	blocks := r.blocks()
	inOrder(r.workers(), dependencies(order, blocks), func(i int) {
		a, b := order[i], blocks[order[i]]
		release := r.holding(b.objective) // what a block waits for is not its time
		defer release()
		start := time.Now()
		progress.started(a, b.steps)
		status := r.guarded(a, func() Status { return b.run(ctx, func(k int) { progress.step(a, k) }) })
		end := time.Now()
		progress.finished(a, status, end.Sub(start).Seconds())
		timings[i] = Timing{a, start.Sub(r.out.Started).Seconds(), end.Sub(r.out.Started).Seconds(), status}
	})
	r.out.Timings = timings
	for _, p := range r.study.Runs {
		if run := r.runs[p.Address]; run != nil {
			r.out.Runs = append(r.out.Runs, run)
			r.out.Diagnostics = append(r.out.Diagnostics, run.Diagnostics...)
		}
	}
	for _, p := range r.study.Landscapes {
		if l := r.landscapes[p.Address]; l != nil {
			r.out.Landscapes = append(r.out.Landscapes, l)
			r.out.Diagnostics = append(r.out.Diagnostics, l.Diagnostics...)
		}
	}
	for _, a := range order {
		if x := r.analyses[a]; x != nil {
			r.out.Analyses = append(r.out.Analyses, x)
			r.out.Diagnostics = append(r.out.Diagnostics, x.Diagnostics...)
		}
	}
}

// guarded turns a panic in a block, which is a fault of relief and not of the
// study, into a failure of that block alone, so that hours of other runs are
// not lost with it.
func (r *runner) guarded(a plan.Address, run func() Status) (status Status) {
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		status = Failed
		d := &diag.Diagnostic{
			Code:    codeInternal,
			Summary: fmt.Sprintf("%s failed by a fault of relief: %v", a, fault),
			Detail:  "Please report this with the study and these lines:\n" + string(debug.Stack()),
			Context: blockContext(a),
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, p := range r.study.Runs {
			if p.Address == a {
				d.Span = p.Span
				r.runs[a] = &RunResult{Plan: p, Status: Failed, Seed: p.Seed, Diagnostics: diag.List{d}}
			}
		}
		for _, p := range r.study.Landscapes {
			if p.Address == a {
				d.Span = p.Span
				r.landscapes[a] = &LandscapeResult{Plan: p, Status: Failed, Diagnostics: diag.List{d}}
			}
		}
		if slices.Contains(analyses, a.Noun) {
			r.analyses[a] = &AnalysisResult{Address: a, Status: Failed, Diagnostics: diag.List{d}}
		}
	}()
	return run()
}

// analyses are the nouns whose results are fields alone.
var analyses = []string{"spectrum", "projection", "orbit", "growth"}

// block is a run, a landscape or an analysis about to be run.
type block struct {
	objective *plan.Objective // that it computes with; nil: none
	needs     []plan.Address
	steps     int
	run       func(ctx context.Context, step func(k int)) Status
}

func (r *runner) blocks() map[plan.Address]block {
	out := map[plan.Address]block{}
	for _, p := range r.study.Runs {
		out[p.Address] = block{p.Objective, needsOf(p), p.Steps, func(ctx context.Context, step func(int)) Status {
			result := r.trajectory(ctx, p, step)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.runs[p.Address] = result
			return result.Status
		}}
	}
	for _, p := range r.study.Landscapes {
		needs := append(slices.Clone(p.Needs), p.Paths...)
		for _, a := range p.Axes {
			needs = append(needs, a.Of)
		}
		out[p.Address] = block{p.Objective, needs, plan.Samples(p.Axes), func(ctx context.Context, step func(int)) Status {
			result := r.landscape(ctx, p, step)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.landscapes[p.Address] = result
			return result.Status
		}}
	}
	keep := func(a plan.Address, result *AnalysisResult) Status {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.analyses[a] = result
		return result.Status
	}
	for _, p := range r.study.Spectra {
		out[p.Address] = block{p.Objective, append(slices.Clone(p.Needs), p.Preconditioner), 1, func(ctx context.Context, _ func(int)) Status {
			return keep(p.Address, r.analyse(ctx, p.Block, func() ([]Named, error) { return r.spectrum(ctx, p) }))
		}}
	}
	for _, p := range r.study.Orbits {
		out[p.Address] = block{p.Map.Objective, p.Needs, orbitShares, func(ctx context.Context, step func(int)) Status {
			return keep(p.Address, r.orbit(ctx, p, step))
		}}
	}
	for _, p := range r.study.Growths {
		needs := slices.Clone(p.Needs)
		for _, a := range p.Axes {
			needs = append(needs, a.Of)
		}
		out[p.Address] = block{p.Objective, needs, 1, func(ctx context.Context, _ func(int)) Status {
			return keep(p.Address, r.growth(ctx, p))
		}}
	}
	for _, p := range r.study.Projections {
		needs := append(slices.Clone(p.Needs), p.Runs...)
		for _, s := range p.Segments {
			needs = append(needs, s.Run)
		}
		out[p.Address] = block{nil, needs, 1, func(ctx context.Context, _ func(int)) Status {
			return keep(p.Address, r.analyse(ctx, p.Block, func() ([]Named, error) { return r.projection(ctx, p) }))
		}}
	}
	return out
}

// finish sums up: the worst that happened is the status of the study.
func (r *runner) finish(ctx context.Context) *Results {
	out := r.out
	diverged, interrupted := false, ctx.Err() != nil
	for _, run := range out.Runs {
		switch run.Status {
		case Diverged:
			diverged = diverged || !run.Plan.MayDiverge
		case Failed:
			r.failed = true
		case Interrupted:
			interrupted = true
		}
	}
	for _, l := range out.Landscapes {
		switch l.Status {
		case Failed:
			r.failed = true
		case Interrupted:
			interrupted = true
		}
	}
	for _, a := range out.Analyses {
		switch a.Status {
		case Failed:
			r.failed = true
		case Interrupted:
			interrupted = true
		}
	}
	checksHold := !slices.ContainsFunc(out.Checks, func(c *CheckResult) bool { return !c.OK })
	switch {
	case interrupted:
		out.Status = Interrupted
		r.report(&diag.Diagnostic{
			Severity: diag.Warning,
			Code:     codeInterrupted,
			Summary:  "the study was interrupted",
			Detail:   "What was finished is kept; the rest says that it was interrupted.",
		})
	case diverged: // before failed: what needs a run that diverged fails with it
		out.Status = Diverged
	case r.failed:
		out.Status = Failed
	case !checksHold:
		out.Status = CheckFailed
	}
	out.Seconds = time.Since(out.Started).Seconds()
	return out
}

// progress passes events on, one at a time.
type progress struct {
	mu sync.Mutex
	to Progress
}

func (p *progress) started(a plan.Address, steps int) {
	if p.to != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.to.Started(a, steps)
	}
}

func (p *progress) step(a plan.Address, k int) {
	if p.to != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.to.Step(a, k)
	}
}

func (p *progress) finished(a plan.Address, s Status, seconds float64) {
	if p.to != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.to.Finished(a, s, seconds)
	}
}
