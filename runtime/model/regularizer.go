package model

import (
	"context"

	"relief/runtime/bind"
	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// regularizer is the part of a network's objective that the data have no say in,
// always in binary64.
type regularizer struct {
	first  *dense.Program // value, gradient
	second *dense.Program // product of the Hessian with a vector
	third  *dense.Program // its derivative along another vector
	buffer []float64
	hash   [32]byte // of the value
}

func newRegularizer(n *Network, e *plan.Expr, results bind.Results) (*regularizer, error) {
	g := graph.New()
	x, v := g.Input("params", graph.Of(n.Size())), g.Input("vector", graph.Of(n.Size()))
	names := map[string]graph.ID{"params": x}
	var weights []graph.ID
	for _, w := range n.net.Params {
		if w.Role == network.Weight {
			weights = append(weights, g.Slice(x, w.Offset, graph.Of(w.Type.Size())))
		}
	}
	if len(weights) > 0 {
		joined, err := g.Apply(graph.Join, weights...)
		if err != nil {
			return nil, err
		}
		names["weights"] = joined
	}
	y, err := bind.Into(g, e, names, results)
	if err != nil {
		return nil, err
	}
	failed := func(err error) error { return &bind.Error{Span: e.Span, Err: err} }
	slope, err := g.Gradient(y, []graph.ID{x})
	if err != nil {
		return nil, failed(err)
	}
	bend, err := g.Tangent(slope, map[graph.ID]graph.ID{x: v})
	if err != nil {
		return nil, failed(err)
	}
	twist, err := g.Tangent(bend, map[graph.ID]graph.ID{x: g.Input("second", graph.Of(n.Size()))})
	if err != nil {
		return nil, failed(err)
	}
	r := &regularizer{buffer: make([]float64, n.Size()), hash: g.Hash([]graph.ID{y})}
	if r.first, err = dense.Compile(n.machine, g, append([]graph.ID{y}, slope...), dense.Options{}); err != nil {
		return nil, failed(err)
	}
	if r.second, err = dense.Compile(n.machine, g, bend, dense.Options{}); err != nil {
		return nil, failed(err)
	}
	if r.third, err = dense.Compile(n.machine, g, twist, dense.Options{}); err != nil {
		return nil, failed(err)
	}
	return r, nil
}

func (r *regularizer) value(ctx context.Context, x []float64) (float64, error) {
	r.first.Set("params", x)
	err := r.first.Run(ctx)
	return r.first.Number(0), err
}

// gradient adds the gradient to dst and returns the value.
func (r *regularizer) gradient(ctx context.Context, dst, x []float64) (float64, error) {
	y, err := r.value(ctx, x)
	if err != nil {
		return 0, err
	}
	r.add(dst, r.first, 1)
	return y, nil
}

// product adds the Hessian at x times v to dst.
func (r *regularizer) product(ctx context.Context, dst, x, v []float64) error {
	r.second.Set("params", x)
	r.second.Set("vector", v)
	if err := r.second.Run(ctx); err != nil {
		return err
	}
	r.add(dst, r.second, 0)
	return nil
}

// twist adds the third derivative at x along u and v to dst.
func (r *regularizer) twist(ctx context.Context, dst, x, u, v []float64) error {
	r.third.Set("params", x)
	r.third.Set("vector", u)
	r.third.Set("second", v)
	if err := r.third.Run(ctx); err != nil {
		return err
	}
	r.add(dst, r.third, 0)
	return nil
}

// add adds a root of a program to dst.
func (r *regularizer) add(dst []float64, p *dense.Program, root int) {
	p.Read(root, r.buffer)
	for i, v := range r.buffer {
		dst[i] += v
	}
}
