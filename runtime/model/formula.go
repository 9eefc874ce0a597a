package model

import (
	"context"
	"slices"

	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/program"
	"relief/runtime/spectral"
)

// Formula is an objective that is a formula.
type Formula struct {
	plan          *plan.Objective
	first, second *program.State // value, gradient; product of the Hessian with a vector
	third         *program.State // derivative of that product along another vector; nil before it is asked for

	graph         *graph.Graph
	params, bend  []graph.ID
	point, vector []string // names of the inputs
}

// NewFormula compiles an objective. References in it are replaced by their
// values, from results.
func NewFormula(f *plan.Objective, results bind.Results) (*Formula, error) {
	g := graph.New()
	names := make(map[string]graph.ID, len(f.Params))
	var params, vector []graph.ID
	var point, direction []string
	for _, p := range f.Params {
		id := g.Input(p.Name, p.Type)
		names[p.Name] = id
		params, point = append(params, id), append(point, p.Name)
		vector = append(vector, g.Input("vector "+p.Name, p.Type))
		direction = append(direction, "vector "+p.Name)
	}
	y, err := bind.Into(g, f.Value, names, results)
	if err != nil {
		return nil, err
	}
	failed := func(err error) error { return &bind.Error{Span: f.Value.Span, Err: err} }
	slope, err := g.Gradient(y, params)
	if err != nil {
		return nil, failed(err)
	}
	bend, err := g.HVP(y, params, vector)
	if err != nil {
		return nil, failed(err)
	}
	first, err := program.Compile(g, point, append([]graph.ID{y}, slope...), program.Options{})
	if err != nil {
		return nil, failed(err)
	}
	second, err := program.Compile(g, slices.Concat(point, direction), bend, program.Options{})
	if err != nil {
		return nil, failed(err)
	}
	return &Formula{
		plan: f, first: program.NewState(first, 1), second: program.NewState(second, 1),
		graph: g, params: params, bend: bend, point: point, vector: direction,
	}, nil
}

// Size is the number of parameters.
func (f *Formula) Size() int { return f.plan.Size() }

// set copies a flat vector to the inputs from first on, one per parameter.
func (f *Formula) set(s *program.State, first int, x []float64) {
	for i, p := range f.plan.Params {
		n := p.Type.Size()
		copy(s.Input(first+i), x[:n])
		x = x[n:]
	}
}

// read copies the outputs from first on to a flat vector.
func (f *Formula) read(s *program.State, first int, dst []float64) {
	for i, p := range f.plan.Params {
		n := p.Type.Size()
		copy(dst[:n], s.Output(first+i))
		dst = dst[n:]
	}
}

// Value returns the objective at x.
func (f *Formula) Value(_ context.Context, x []float64) (float64, error) {
	f.set(f.first, 0, x)
	f.first.Run()
	return f.first.Output(0)[0], nil
}

// Gradient sets dst to the gradient at x and returns the objective.
func (f *Formula) Gradient(ctx context.Context, dst, x []float64) (float64, error) {
	y, err := f.Value(ctx, x)
	f.read(f.first, 1, dst)
	return y, err
}

// Hessian returns the Hessian at x.
func (f *Formula) Hessian(_ context.Context, x []float64) (spectral.Operator, error) {
	x = append([]float64(nil), x...)
	return product{f.Size(), func(dst, v []float64) error {
		f.set(f.second, 0, x)
		f.set(f.second, len(f.plan.Params), v)
		f.second.Run()
		f.read(f.second, 0, dst)
		return nil
	}}, nil
}

// Third returns the third derivative at x.
func (f *Formula) Third(_ context.Context, x []float64) (Third, error) {
	if f.third == nil {
		if err := f.compileThird(); err != nil {
			return nil, &bind.Error{Span: f.plan.Value.Span, Err: err}
		}
	}
	x = slices.Clone(x)
	n := len(f.plan.Params)
	return func(dst, u, v []float64) error {
		f.set(f.third, 0, x)
		f.set(f.third, n, u)
		f.set(f.third, 2*n, v)
		f.third.Run()
		f.read(f.third, 0, dst)
		return nil
	}, nil
}

func (f *Formula) compileThird() error {
	seeds := map[graph.ID]graph.ID{}
	inputs := slices.Concat(f.point, f.vector)
	for i, p := range f.plan.Params {
		seeds[f.params[i]] = f.graph.Input("second "+p.Name, p.Type)
		inputs = append(inputs, "second "+p.Name)
	}
	twist, err := f.graph.Tangent(f.bend, seeds)
	if err != nil {
		return err
	}
	third, err := program.Compile(f.graph, inputs, twist, program.Options{})
	if err != nil {
		return err
	}
	f.third = program.NewState(third, 1)
	return nil
}
