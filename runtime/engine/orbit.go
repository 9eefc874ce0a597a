package engine

import (
	"context"

	"relief/lang/diag"
	"relief/runtime/orbit"
	"relief/runtime/plan"
)

const codeTooLarge diag.Code = "RL0504"

// orbitShares is how many shares the progress of an orbit is told in.
const orbitShares = 1000

// orbit asks what an optimizer does as a map.
func (r *runner) orbit(ctx context.Context, p *plan.Orbit, step func(k int)) *AnalysisResult {
	var notes diag.List
	out := r.analyse(ctx, p.Block, func() ([]Named, error) {
		if summary, cure, ok := p.MemoryFault(r.memory(), r.others[p.Address]); !ok {
			return nil, diag.List{{Code: codeTooLarge, Summary: summary, Detail: cure, Span: p.Span, Context: blockContext(p.Address)}}
		}
		opt := orbit.Options{
			Results:  r.resultsFor(p.Map.Objective),
			Rows:     r.rows,
			Workers:  r.workers(),
			Memory:   r.memory() - r.others[p.Address],
			Progress: func(done, total int) { step(orbitShares * done / max(1, total)) },
		}
		if p.Map.Objective.Training != nil {
			f, err := r.objective(p.Map.Objective, opt.Results)
			if err != nil {
				return nil, err
			}
			opt.Objective, opt.Machine = f, r.models.machine
			if p.Map.Weights != "" {
				opt.Weights = weightsOf(p.Map, &notes)
			}
		}
		found, err := orbit.Compute(ctx, p, opt)
		if err != nil {
			return nil, err
		}
		notes = append(notes, found.Warnings...)
		return found.Fields, nil
	})
	out.Diagnostics = append(out.Diagnostics, notes...)
	return out
}
