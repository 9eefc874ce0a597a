package engine

import (
	"context"
	"errors"
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
	l, err := analysis.Sample(ctx, p, analysis.Options{
		Results:  r.result,
		Workers:  r.workers(),
		Progress: func(done, _ int) { progress(done) },
	})
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
	for _, positions := range l.Positions {
		out.Positions = append(out.Positions, positions.Data)
	}
	out.Fields = append(out.Fields, Named{"loss", l.Loss})
	// Along the first axis, which is meant where none is named, then the others.
	for i, a := range l.SecondDifference {
		out.Fields = append(out.Fields, Named{along("second_difference", p, i), a})
	}
	for i, a := range l.Curvature {
		out.Fields = append(out.Fields, Named{along("curvature", p, i), a})
	}
	return out
}

// along names a field that each axis has one of: curvature, curvature.x2.
func along(field string, p *plan.Landscape, axis int) string {
	if axis == 0 {
		return field
	}
	return field + "." + p.Axes[axis].Label
}
