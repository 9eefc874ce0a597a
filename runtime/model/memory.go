package model

import (
	"relief/runtime/plan"
)

// Memory is about how many bytes an objective on so many samples takes: the
// samples, the parameters, and what a gradient keeps of a batch; with products
// also what those of the Hessian keep of all batches at a point. It was held to
// what narrow forms of the standard networks take, and errs by a third at most
// there.
func Memory(t *plan.Training, samples int, products bool) float64 {
	n := t.Network.Network
	width := 8.0
	if n.Single {
		width = 4
	}
	batch := Batches(t, samples)
	activations := float64(n.Activations() + n.Input.Size())
	// Results that are computed where they are used, such as activations after a
	// product, are not kept: 0.7 of them are.
	bytes := 4*float64(samples)*float64(n.Input.Size()) + 0.7*width*float64(batch)*activations + 64*float64(n.Size)
	if !products {
		return bytes
	}
	held := 2 * width * float64(batch) * activations // of one batch
	if batches := float64((samples + batch - 1) / batch); held*batches <= maxHeld {
		held *= batches
	}
	return bytes + held + 8*40*float64(n.Size) // with a basis of 40 vectors
}
