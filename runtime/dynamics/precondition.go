package dynamics

import (
	"fmt"
	"math"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/plan"
)

// Preconditioner is what an adaptive optimizer divides its step by at a state,
// one number per parameter in flat order: sqrt(v / (1 - beta2^n)) + epsilon with
// the second moments v, where only adam and adamw have the correction for the n
// updates made; for adagrad v is the sum of squares. steps is how many of the
// updates are the run's own: its settings are those of the last one. It fails for
// an optimizer without second moments.
func Preconditioner(run *plan.Run, s *State, steps int) ([]float64, error) {
	o := run.Optimizer
	what := "second moment"
	if o.Kind == "adagrad" {
		what = "sum of squares"
	}
	var d []float64
	for _, p := range componentsOf(run.Objective) {
		moments, ok := s.Buffers[inputName(what, p.Name)]
		if !ok {
			return nil, fmt.Errorf("%s has no second moments to precondition with: its optimizer is %q", run.Address, o.Kind)
		}
		d = append(d, moments.Data...)
	}
	made := 0.0
	count, corrected := s.Buffers[inputName("updates", "")]
	if corrected {
		made = count.Data[0]
	}
	at := map[string]*array.Array{"t": array.Scalar(float64(max(0, steps-1))), "steps": array.Scalar(float64(run.Steps))}
	epsilon, err := bind.Value(o.Epsilon, at, nil)
	if err != nil {
		return nil, err
	}
	unbias := 1.0
	if corrected {
		beta2, err := bind.Value(o.Beta2, at, nil)
		if err != nil {
			return nil, err
		}
		unbias = 1 - math.Pow(beta2.Data[0], made)
	}
	for i, v := range d {
		d[i] = math.Sqrt(v/unbias) + epsilon.Data[0]
	}
	return d, nil
}
