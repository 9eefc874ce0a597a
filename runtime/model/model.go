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
	// Third returns the third derivative at x, which is good until the next call
	// of Third.
	Third(ctx context.Context, x []float64) (Third, error)
}

// Third sets dst = D^3 L(x)[u, v, .]: element i is the sum over j and k of
// d^3 L / dx_i dx_j dx_k u_j v_k, which is the gradient in x of u^T H(x) v. It is
// the derivative of the product H(x) u along v, at about four times the cost of a
// gradient; u and v may be the same. At a kink it is one-sided.
type Third func(dst, u, v []float64) error

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
