package store

import (
	"io"

	"relief/runtime/engine"
	"relief/runtime/weights"
)

// eachState visits the states of runs on networks, whose parameters are files:
// the last one of each run, then those that other blocks ask for.
func (w *writer) eachState(visit func(r *engine.RunResult, s *engine.State, which state)) {
	for _, r := range w.res.Runs {
		if r.Plan.Objective == nil || r.Plan.Objective.Training == nil {
			continue
		}
		if r.Final != nil {
			visit(r, r.Final, state{run: r.Plan.Address, final: true})
		}
		for _, s := range r.Kept {
			visit(r, s, state{run: r.Plan.Address, step: s.Step})
		}
	}
}

// weights writes the parameters of a state, in the binary64 that optimizers
// compute in, by the names and in the layouts that PyTorch has.
func (w *writer) weights(name string, r *engine.RunResult, s *engine.State) error {
	net := r.Plan.Objective.Network.Network
	x := make([]float64, 0, net.Size)
	for _, p := range s.Params {
		x = append(x, p.Value.Data...)
	}
	return w.stream(name, func(to io.Writer) error {
		return weights.Encode(to, weights.Safetensors, weights.From(net, x), weights.Float64)
	})
}
