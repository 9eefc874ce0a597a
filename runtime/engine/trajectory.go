package engine

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/dynamics"
	"relief/runtime/plan"
)

const codeNoState = "RL0505"

// trajectory makes one run.
func (r *runner) trajectory(ctx context.Context, p *plan.Run, step func(k int)) *RunResult {
	out := &RunResult{Plan: p, Seed: p.Seed}
	begin := time.Now()
	defer func() { out.Seconds = time.Since(begin).Seconds() }()
	if ctx.Err() != nil || r.awaitsInterrupted(needsOf(p)) {
		out.Status = Interrupted
		return out
	}
	opt := dynamics.Options{
		Results:  r.resultsFor(p.Objective),
		Keep:     r.keep[p.Address],
		Workers:  r.workers(),
		Memory:   r.opts.Memory,
		Others:   r.others[p.Address],
		Progress: func(done, _ int) { step(done) },
	}
	if p.Resume != nil {
		from, problem := r.resumed(p)
		if problem != nil {
			out.Status = Failed
			out.Diagnostics.Add(problem)
			return out
		}
		opt.From = from
	}
	err := r.equip(p, &opt, &out.Diagnostics)
	var t *dynamics.Trajectory
	if err == nil {
		t, err = dynamics.Run(ctx, p, opt)
	}
	if err != nil {
		out.Status = Failed
		out.Diagnostics = append(out.Diagnostics, r.failure(p.Block, err)...)
		return out
	}
	out.adopt(t)
	if d := t.Divergence; d != nil && !p.MayDiverge {
		out.Diagnostics.Add(d)
	}
	return out
}

// equip gives a run what it needs beside its formulas: the objective as a
// function for probes, and for a network its data and where it is saved.
func (r *runner) equip(p *plan.Run, opt *dynamics.Options, notes *diag.List) (err error) {
	network := p.Objective.Training != nil
	probes := slices.ContainsFunc(p.Probes, func(q plan.Probe) bool { return q.Value == nil })
	if network || probes {
		if opt.Objective, err = r.objective(p.Objective, opt.Results); err != nil {
			return err
		}
	}
	opt.Data, opt.Rows = r.dataset, r.rows
	if !network {
		return nil
	}
	opt.Machine = r.models.machine
	if p.Weights != "" {
		opt.Weights = weightsOf(p, notes)
	}
	if r.opts.Checkpoints != "" {
		opt.Checkpoint = filepath.Join(r.opts.Checkpoints, checkpointName(p.Address))
	}
	return nil
}

// checkpointName is a file's name for a block, one for each.
func checkpointName(a plan.Address) string {
	name := a.Noun + "." + a.Name
	if a.Keyed {
		name += "." + hex.EncodeToString([]byte(a.Key))
	}
	return name
}

// needsOf lists the blocks that a run refers to, the one it resumes included.
func needsOf(p *plan.Run) []plan.Address {
	if p.Resume == nil {
		return p.Needs
	}
	return append(slices.Clone(p.Needs), p.Resume.Run)
}

// awaitsInterrupted reports whether a block that is needed was interrupted.
func (r *runner) awaitsInterrupted(needs []plan.Address) bool {
	return slices.ContainsFunc(needs, func(a plan.Address) bool {
		run, l := r.runOf(a), r.landscapeOf(a)
		return run != nil && run.Status == Interrupted || l != nil && l.Status == Interrupted
	})
}

// resumed returns the state that a run goes on from.
func (r *runner) resumed(p *plan.Run) (*dynamics.State, *diag.Diagnostic) {
	problem := func(format string, args ...any) (*dynamics.State, *diag.Diagnostic) {
		return nil, &diag.Diagnostic{
			Code:    codeNoState,
			Summary: fmt.Sprintf(format, args...),
			Span:    p.Resume.Span,
			Context: blockContext(p.Address),
		}
	}
	source, err := r.finishedRun(p.Resume.Run)
	if err != nil {
		return problem("there is no state to resume from: %v", err)
	}
	t := source.trajectory
	switch {
	case p.Resume.Final && t.Final != nil:
		return t.Final, nil
	case p.Resume.Final:
		return problem("there is no state to resume from: %s", source.end())
	}
	if s := t.Kept[p.Resume.At]; s != nil {
		return s, nil
	}
	return problem("there is no state at step %d to resume from: %s", p.Resume.At, source.end())
}

// end says in a clause how a run ended.
func (r *RunResult) end() string {
	switch r.Status {
	case Diverged:
		// A run may diverge at step 0, which makes no step at all.
		return fmt.Sprintf("%s diverged at step %d", r.Plan.Address, r.trajectory.Steps+1)
	case Stopped:
		return fmt.Sprintf("%s stopped at step %d", r.Plan.Address, r.Steps)
	case Interrupted:
		return fmt.Sprintf("%s was interrupted at step %d", r.Plan.Address, r.Steps)
	case Failed:
		return fmt.Sprintf("%s failed", r.Plan.Address)
	}
	return fmt.Sprintf("%s ended at step %d", r.Plan.Address, r.Steps)
}

// adopt takes over what a trajectory holds.
func (r *RunResult) adopt(t *dynamics.Trajectory) {
	r.trajectory = t
	r.Status, r.Steps = Status(t.Status), max(t.Steps, 0)
	add := func(a *array.Array, path ...string) {
		if a == nil {
			return
		}
		if a.End != "" { // it speaks of "the run": name it
			b := *a
			b.End = strings.Replace(a.End, "the run", r.Plan.Address.String(), 1)
			a = &b
		}
		r.Series = append(r.Series, Series{path, a})
	}
	add(t.Loss, "loss")
	add(t.GradNorm, "grad_norm")
	add(t.LearningRate, "learning_rate")
	add(t.Stability, "stability")
	add(t.Residual, "residual")
	add(t.Error, "error")
	add(t.Oscillation, "oscillation")
	add(t.Complementarity, "complementarity")
	for _, p := range r.Plan.Objective.Params {
		add(t.Path[p.Name], "path", p.Name)
		add(t.Bias[p.Name], "bias", p.Name)
		add(t.BiasError[p.Name], "bias_error", p.Name)
	}
	for _, p := range r.Plan.Probes {
		add(t.Probes[p.Name], "probe", p.Name)
		for _, name := range slices.Sorted(maps.Keys(t.Probes)) {
			if which, ok := strings.CutPrefix(name, p.Name+"."); ok {
				add(t.Probes[name], "probe", p.Name, which)
			}
		}
	}
	if len(t.Lanes) > 0 {
		r.LaneSteps = slices.Clone(t.LaneSteps)
		for i, s := range t.LaneStatus {
			r.LaneSteps[i] = max(r.LaneSteps[i], 0)
			r.LaneStatus = append(r.LaneStatus, Status(s))
		}
	}
	if t.Final != nil {
		r.Final = r.state(t.Final, r.Steps)
	}
	for _, k := range slices.Sorted(maps.Keys(t.Kept)) {
		r.Kept = append(r.Kept, r.state(t.Kept[k], k))
	}
}

func (r *RunResult) state(s *dynamics.State, step int) *State {
	out := &State{Step: step, Loss: s.Loss, GradNorm: s.GradNorm}
	for _, p := range r.Plan.Objective.Params {
		if v := s.Params[p.Name]; v != nil {
			out.Params = append(out.Params, Named{Name: p.Name, Value: v})
		}
	}
	return out
}
