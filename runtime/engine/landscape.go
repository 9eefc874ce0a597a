package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"relief/lang/diag"
	"relief/runtime/analysis"
	"relief/runtime/plan"
)

// landscape samples one landscape.
func (r *runner) landscape(ctx context.Context, p *plan.Landscape, progress func(done int)) *LandscapeResult {
	out := &LandscapeResult{Plan: p, Status: OK}
	begin := time.Now()
	defer func() { out.Seconds = time.Since(begin).Seconds() }()
	if ctx.Err() != nil || r.awaitsInterrupted(p.Needs) {
		out.Status = Interrupted
		return out
	}
	l, err := r.sample(ctx, p, progress)
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		out.Status = Interrupted
		return out
	case err != nil:
		out.Status = Failed
		if !errors.As(err, &out.Diagnostics) {
			out.Diagnostics = diag.List{{Code: codeNoValue, Summary: err.Error(), Span: p.Span, Context: blockContext(p.Address)}}
		}
		return out
	}
	for _, c := range l.Paths {
		out.Fields = append(out.Fields, coordinates("path", c)...)
	}
	for _, positions := range l.Positions {
		out.Positions = append(out.Positions, positions.Data)
	}
	out.Fields = append(out.Fields, Named{Name: "loss", Value: l.Loss})
	// Along the first axis, which is meant where none is named, then the others.
	for i, a := range l.SecondDifference {
		out.Fields = append(out.Fields, Named{Name: along("second_difference", p, i), Value: a})
	}
	for i, a := range l.Curvature {
		out.Fields = append(out.Fields, Named{Name: along("curvature", p, i), Value: a})
	}
	return out
}

func (r *runner) sample(ctx context.Context, p *plan.Landscape, progress func(done int)) (*analysis.Landscape, error) {
	results := r.resultsFor(p.Objective)
	opt := analysis.Options{
		Results:  results,
		Workers:  r.workers(),
		Rows:     r.rows,
		Progress: func(done, _ int) { progress(done) },
	}
	words := slices.ContainsFunc(p.Axes, func(a plan.Axis) bool { return a.Word != "" })
	if p.Objective.Training != nil || words {
		var err error
		if opt.Objective, err = r.objective(p.Objective, results); err != nil {
			return nil, err
		}
		// Of a network a curvature costs several times what a loss does.
		opt.NoCurvature = p.Objective.Training != nil && !AsksCurvature(r.study, p.Address)
	}
	return analysis.Sample(ctx, p, opt)
}

// AsksCurvature reports whether anything in a study refers to the curvature of a
// landscape.
func AsksCurvature(s *plan.Study, a plan.Address) bool {
	asked := false
	forEachRef(s, func(ref *plan.Ref) {
		asked = asked || ref.Block == a && len(ref.Path) > 0 && ref.Path[0] == "curvature"
	})
	for _, p := range s.Plots {
		for _, panel := range p.Panels {
			for _, m := range panel.Marks {
				asked = asked || m.Of == a && m.Field == "curvature"
			}
		}
	}
	return asked
}

// along names a field that each axis has one of: curvature, curvature.x2.
func along(field string, p *plan.Landscape, axis int) string {
	if axis == 0 {
		return field
	}
	return field + "." + p.Axes[axis].Label
}
