package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"relief/lang/diag"
	"relief/runtime/analysis"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/dynamics"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// AnalysisResult is what a spectrum, a projection, an orbit or a growth gave. Fields are named by
// their references without the block's address, joined by dots.
type AnalysisResult struct {
	Address     plan.Address
	Span        diag.Span
	Status      Status
	Fields      []Named
	Words       map[string]string // results that are text, by name
	Seconds     float64
	Diagnostics diag.List
}

// Lookup returns the field of that name, nil if there is none.
func (a *AnalysisResult) Lookup(field string) *array.Array {
	for _, f := range a.Fields {
		if f.Name == field {
			return f.Value
		}
	}
	return nil
}

// analyse runs one spectrum or projection.
func (r *runner) analyse(ctx context.Context, b plan.Block, compute func() ([]Named, error)) *AnalysisResult {
	out := &AnalysisResult{Address: b.Address, Span: b.Span, Status: OK}
	begin := time.Now()
	defer func() { out.Seconds = time.Since(begin).Seconds() }()
	if ctx.Err() != nil || r.awaitsInterrupted(b.Needs) {
		out.Status = Interrupted
		return out
	}
	var err error
	out.Fields, err = compute()
	switch {
	case err == nil:
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		out.Status, out.Fields = Interrupted, nil
	default:
		out.Status, out.Fields = Failed, nil
		out.Diagnostics = r.failure(b, err)
	}
	return out
}

// failure is an error of a block as diagnostics.
func (r *runner) failure(b plan.Block, err error) diag.List {
	var list diag.List
	if errors.As(err, &list) {
		return list
	}
	d := &diag.Diagnostic{Code: codeNoValue, Summary: err.Error(), Span: b.Span, Context: blockContext(b.Address)}
	if at := (*bind.Error)(nil); errors.As(err, &at) && !at.Span.IsZero() {
		d.Span = at.Span
	}
	if e := (*network.Error)(nil); errors.As(err, &e) {
		d.Summary, d.Detail = e.Explain()
		if e.Layer != nil && !e.Layer.Span.IsZero() {
			d.Span = e.Layer.Span
		}
	}
	return diag.List{d}
}

func (r *runner) spectrum(ctx context.Context, p *plan.Spectrum) ([]Named, error) {
	results := r.resultsFor(p.Objective)
	f, err := r.objective(p.Objective, results)
	if err != nil {
		return nil, err
	}
	var x []float64
	if n, ok := f.(*model.Network); ok && p.FromStart {
		x = make([]float64, n.Size())
		n.Start(x, p.Seed)
	} else if x, err = analysis.Flat(p.Point, p.Objective, "point", results); err != nil {
		return nil, err
	}
	precondition, err := r.preconditioner(p)
	if err != nil {
		return nil, err
	}
	return analysis.Spectrum(ctx, p, f, x, precondition)
}

// preconditioner is the diagonal that divides the steps of an adaptive
// optimizer, where its run ended.
func (r *runner) preconditioner(p *plan.Spectrum) ([]float64, error) {
	if p.Preconditioner.Noun == "" {
		return nil, nil
	}
	run, err := r.finishedRun(p.Preconditioner)
	if err != nil {
		return nil, err
	}
	last := run.trajectory.Final
	if last == nil {
		return nil, fmt.Errorf("%s has no final state: %s", p.Preconditioner, run.end())
	}
	return dynamics.Preconditioner(run.Plan, last, run.Steps)
}

func (r *runner) projection(ctx context.Context, p *plan.Projection) ([]Named, error) {
	found, err := analysis.Project(ctx, p, r.workers(), r.rows)
	if err != nil {
		return nil, err
	}
	out := []Named{{Name: "variance", Value: found.Variance}}
	for _, c := range found.Paths {
		out = append(out, coordinates("run", c)...)
	}
	return out, nil
}

// coordinates names the series of a path: run.after.650.x.
func coordinates(first string, c analysis.Coordinates) []Named {
	var out []Named
	for i, label := range c.Labels {
		path := []string{first, c.Run.Name}
		if c.Run.Keyed {
			path = append(path, c.Run.Key)
		}
		out = append(out, Named{Name: strings.Join(append(path, label), "."), Value: c.Series[i]})
	}
	return out
}

func (r *runner) analysisOf(a plan.Address) *AnalysisResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.analyses[a]
}

// ofAnalysis gives a result of a spectrum, a projection, an orbit or a growth.
func (r *runner) ofAnalysis(ref *plan.Ref) (*array.Array, error) {
	a := r.analysisOf(ref.Block)
	if a != nil && len(ref.Path) == 2 && a.Words[ref.Path[0]] != "" { // whether it is that one
		return array.Bool(a.Words[ref.Path[0]] == ref.Path[1]), nil
	}
	switch {
	case a == nil:
		return nil, fmt.Errorf("%s has not been computed", ref.Block)
	case a.Status == Interrupted:
		return nil, fmt.Errorf("%s was interrupted", ref.Block)
	case a.Status == Failed:
		return nil, fmt.Errorf("%s failed and has no results", ref.Block)
	}
	if f := a.Lookup(strings.Join(ref.Path, ".")); f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("%s has no %s", ref.Block, strings.Join(ref.Path, "."))
}

// ofDataset gives what is known of samples.
func (r *runner) ofDataset(ref *plan.Ref) (*array.Array, error) {
	var d *plan.Dataset
	for _, x := range r.study.Datasets {
		if x.Address == ref.Block {
			d = x
		}
	}
	if d == nil || len(ref.Path) != 1 {
		return nil, fmt.Errorf("%s has no %s", ref.Block, strings.Join(ref.Path, "."))
	}
	set, err := r.dataset(d)
	if err != nil {
		return nil, err
	}
	vector := func(v []float64) *array.Array { return array.New(graph.Of(len(v)), v) }
	switch ref.Path[0] {
	case "samples":
		return array.Scalar(float64(set.Len())), nil
	case "features":
		return array.Scalar(float64(set.Features())), nil
	case "classes":
		return array.Scalar(float64(set.Classes)), nil
	case "norms":
		return vector(set.Norms()), nil
	case "mean", "deviation":
		if set.Stats == nil {
			return nil, fmt.Errorf("%s is not standardised", ref.Block)
		}
		if ref.Path[0] == "mean" {
			return vector(set.Stats.Mean), nil
		}
		return vector(set.Stats.Deviation), nil
	}
	return nil, fmt.Errorf("%s has no %s", ref.Block, ref.Path[0])
}
