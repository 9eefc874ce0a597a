package analysis

import (
	"context"
	"fmt"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
	"relief/runtime/spectral"
)

// Named is a result with its name.
type Named struct {
	Name  string
	Value *array.Array
}

// Spectrum computes what a plan asks for of the Hessian at x, see plan.Spectrum
// for the results. diagonal, if not nil, is the diagonal D of the operator
// D^-1/2 H D^-1/2.
func Spectrum(ctx context.Context, s *plan.Spectrum, f model.Objective, x, diagonal []float64) ([]Named, error) {
	h, err := f.Hessian(ctx, x)
	if err != nil {
		return nil, err
	}
	if diagonal != nil {
		if h, err = spectral.Precondition(h, diagonal); err != nil {
			return nil, err
		}
	}
	var out []Named
	vector := func(name string, v []float64) {
		out = append(out, Named{name, array.New(graph.Of(len(v)), v)})
	}
	products := 0
	gradient := make([]float64, f.Size())
	if _, err := f.Gradient(ctx, gradient, x); err != nil {
		return nil, err
	}
	opt := spectral.Options{Tolerance: s.Tolerance, MaxProducts: s.Products, Seed: s.Seed}
	for _, end := range []struct {
		name string
		n    int
		find func(context.Context, spectral.Operator, int, spectral.Options) (*spectral.Result, error)
	}{{"top", s.Top, spectral.Top}, {"bottom", s.Bottom, spectral.Bottom}} {
		if end.n == 0 {
			continue
		}
		if end.n > f.Size() {
			return nil, fmt.Errorf("%d eigenvalues of a Hessian of %d rows", end.n, f.Size())
		}
		// The gradient is rich in the eigenvectors at the top.
		if opt.Hint = nil; end.name == "top" && diagonal == nil {
			opt.Hint = gradient
		}
		r, err := end.find(ctx, h, end.n, opt)
		if err != nil {
			return nil, err
		}
		vector(end.name, r.Values)
		vector(end.name+"_residual", r.Residuals)
		products += r.Products
	}
	if s.Samples > 0 {
		d, err := spectral.MeasureDensity(ctx, h, spectral.DensityOptions{Samples: s.Samples, Steps: s.Steps, Points: s.Points, Width: s.Width, Seed: s.Seed})
		if err != nil {
			return nil, err
		}
		out = append(out, Named{"trace", array.Scalar(d.Trace.Value)}, Named{"trace_error", array.Scalar(d.Trace.Error)})
		vector("eigenvalue", d.Eigenvalue)
		vector("density", d.Density)
		vector("density_error", d.Error)
		products += d.Products
	}
	return append(out, Named{"products", array.Scalar(float64(products))}), nil
}
