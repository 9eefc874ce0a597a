package engine

import (
	"context"
	"errors"

	"relief/runtime/plan"
)

// orbit asks what an optimizer does as a map.
func (r *runner) orbit(ctx context.Context, p *plan.Orbit) *AnalysisResult {
	return r.analyse(ctx, p.Block, func() ([]Named, error) { return nil, errors.ErrUnsupported })
}
