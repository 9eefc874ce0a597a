package model

import (
	"context"

	"relief/runtime/spectral"
)

// Objective is a function of a flat vector of Size parameters. It serves one
// call at a time.
type Objective interface {
	Size() int
	// Value returns the loss at x.
	Value(ctx context.Context, x []float64) (float64, error)
	// Gradient sets dst to the gradient at x and returns the loss.
	Gradient(ctx context.Context, dst, x []float64) (float64, error)
	// Hessian returns the Hessian at x, which is good until the next call of
	// Hessian. At a kink its products are those of graph.HVP.
	Hessian(ctx context.Context, x []float64) (spectral.Operator, error)
}

// product is an operator given by a function.
type product struct {
	size  int
	apply func(dst, v []float64) error
}

func (p product) Size() int                    { return p.size }
func (p product) Apply(dst, v []float64) error { return p.apply(dst, v) }

var (
	_ Objective = (*Network)(nil)
	_ Objective = (*Formula)(nil)
)
