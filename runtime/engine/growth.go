package engine

import (
	"context"

	"relief/runtime/analysis"
	"relief/runtime/plan"
)

// growth asks how an objective grows away from a minimum.
func (r *runner) growth(ctx context.Context, p *plan.Growth) *AnalysisResult {
	var words map[string]string
	out := r.analyse(ctx, p.Block, func() (fields []Named, err error) {
		results := r.resultsFor(p.Objective)
		f, err := r.objective(p.Objective, results)
		if err != nil {
			return nil, err
		}
		minimum, err := analysis.Flat(p.Minimum, p.Objective, "minimum", results)
		if err != nil {
			return nil, err
		}
		d := &analysis.Directions{Plan: p.Objective, Objective: f, Results: results, Rows: r.rows, Workers: r.workers()}
		fields, words, err = analysis.Growth(ctx, p, d, minimum)
		return fields, err
	})
	if out.Status == OK {
		out.Words = words
	}
	return out
}
