package engine

import (
	"context"
	"errors"

	"relief/runtime/plan"
)

// growth asks how an objective grows away from a minimum.
func (r *runner) growth(ctx context.Context, p *plan.Growth) *AnalysisResult {
	return r.analyse(ctx, p.Block, func() ([]Named, error) { return nil, errors.ErrUnsupported })
}
