package command

import (
	"fmt"
	"math"
	"slices"

	"relief/lang/diag"
	"relief/runtime/engine"
	"relief/runtime/model"
	"relief/runtime/plan"
)

// networkMemory is about how many bytes each objective of a network takes that
// the blocks asked for compute with.
func networkMemory(s *plan.Study, only []string) map[*plan.Objective]float64 {
	want := engine.Selected(s, only)
	products := map[*plan.Objective]bool{} // those that are used; true: with products of the Hessian
	use := func(a plan.Address, f *plan.Objective, hessian bool) {
		if f.Training != nil && want(a) {
			products[f] = products[f] || hessian
		}
	}
	eigenvector := func(a *plan.Axis) bool { return a != nil && a.Word == "eigenvector" }
	for _, r := range s.Runs {
		use(r.Address, r.Objective, slices.ContainsFunc(r.Probes, func(p plan.Probe) bool {
			return p.Kind == "sharpness" || p.Kind == "average" || p.Kind == "directional_curvature" || eigenvector(p.Axis)
		}))
	}
	for _, l := range s.Landscapes {
		use(l.Address, l.Objective, slices.ContainsFunc(l.Axes, func(a plan.Axis) bool { return eigenvector(&a) }))
	}
	for _, x := range s.Spectra {
		use(x.Address, x.Objective, true)
	}
	for _, o := range s.Orbits {
		use(o.Address, o.Map.Objective, true)
	}
	for _, x := range s.Growths {
		use(x.Address, x.Objective, true)
	}
	out := map[*plan.Objective]float64{}
	for f, hessian := range products {
		if n := f.Data.Samples(); n > 0 {
			out[f] = model.Memory(f.Training, n, hessian)
		}
	}
	return out
}

// much is how many times the machine's memory an estimate is above before it is
// believed without trying.
const much = 1.5

// tooLarge reports the objectives that the machine's memory cannot hold, and
// returns what all of them need together.
func tooLarge(s *plan.Study, only []string, machine float64) (problems diag.List, need float64) {
	memory := networkMemory(s, only)
	for _, f := range s.Objectives {
		n, ok := memory[f]
		if !ok {
			continue
		}
		if need += n; machine == 0 || n < much*machine {
			continue
		}
		d := problems.Errorf("RL0507", f.Span, "%s needs about %s of memory, and this machine has %s", f.Address, bytesText(n), bytesText(machine))
		d.Context = fmt.Sprintf("objective %q", f.Address.Name)
		d.Detail = "Train on fewer samples, or a narrower network"
		if !f.Network.Single {
			d.Detail += `, or with precision = "float32"`
		}
		d.Detail += "."
		// What is kept of samples grows with the batch, which is all of them where
		// batch normalisation ties them to each other.
		samples := float64(f.Data.Samples())
		if batch := roundDown(samples * machine / n / 2); model.Batches(f.Training, int(samples)) == int(samples) && batch >= 2 {
			d.Detail += fmt.Sprintf(" With batch = %.0f in the objective, batch normalisation is over so many samples, and it would fit.", batch)
		}
	}
	return problems, need
}

// roundDown keeps the first digit of a number.
func roundDown(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	return math.Floor(v/unit) * unit
}
