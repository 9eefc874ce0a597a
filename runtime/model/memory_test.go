package model

import (
	"context"
	"testing"

	"relief/runtime/plan"
)

// TestMemory: the estimate is about what the programs of a gradient, and of
// products with the Hessian, take and what holds the samples.
func TestMemory(t *testing.T) {
	for _, c := range []struct {
		name    string
		samples int
		edit    func(*plan.Objective)
	}{
		{"convolutional, one batch", 800, func(f *plan.Objective) { f.Batch = 0 }},
		{"convolutional, batches of 100", 800, func(f *plan.Objective) { f.Batch = 100 }},
		{"convolutional, float32", 800, func(f *plan.Objective) { f.Batch, f.Network.Single = 0, true }},
		{"perceptron", 2000, func(f *plan.Objective) { perceptron(f); f.Batch = 0 }},
	} {
		n := convolutional(t, c.samples, c.edit)
		x := randomVector(n.Size(), "x")
		ctx := context.Background()
		if _, err := n.Gradient(ctx, make([]float64, n.Size()), x); err != nil {
			t.Fatal(err)
		}
		bytes := 4 * float64(len(n.Set.X))
		for _, p := range n.gradient.by {
			bytes += float64(p.Bytes())
		}
		if got := Memory(n.Plan.Training, c.samples, false); got < bytes/2 || got > 2*bytes {
			t.Errorf("%s: a gradient takes %.3g bytes, the estimate is %.3g", c.name, bytes, got)
		}
		if _, err := n.Hessian(ctx, x); err != nil {
			t.Fatal(err)
		}
		for _, p := range n.hvp.held {
			bytes += float64(p.Bytes())
		}
		if got := Memory(n.Plan.Training, c.samples, true); got < bytes/2.5 || got > 2.5*bytes {
			t.Errorf("%s: products take %.3g bytes, the estimate is %.3g", c.name, bytes, got)
		}
	}
}
