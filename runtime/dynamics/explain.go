package dynamics

import (
	"relief/lang/diag"
)

// explain says why a lane diverged.
func (r *runner) explain(lane int, e *ending) *diag.Diagnostic {
	k := e.laneLast[lane] + 1
	return fail(codeDiverged, r.run.Optimizer.Span, r.run, "", "the run diverged at step %d", k)
}
