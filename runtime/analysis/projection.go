package analysis

import (
	"context"
	"fmt"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
	"relief/runtime/plan"
	"relief/runtime/spectral"
)

// Projection is the coordinates of runs along the components of segments.
type Projection struct {
	Variance *array.Array // by segment: the share that its component explains of it
	Paths    []Coordinates
}

// Project takes the leading principal component of each segment, makes them
// orthonormal in their order (Gram and Schmidt), and gives the coordinates of
// the runs along them, from the first point of the first segment on.
func Project(ctx context.Context, p *plan.Projection, workers int, rowsOf func(plan.Address) (Rows, error)) (*Projection, error) {
	var axes [][]float64
	var origin, shares []float64
	var labels []string
	for i, s := range p.Segments {
		fail := func(err error) error { return &bind.Error{Span: s.Span, Err: err} }
		rows, err := rowsOf(s.Run)
		if err != nil {
			return nil, fail(err)
		}
		part, err := stretch(rows, s.From, s.To)
		if err != nil {
			return nil, fail(err)
		}
		if i == 0 {
			origin = make([]float64, rows.Dim())
			if err := part.Row(0, origin); err != nil {
				return nil, fail(err)
			}
		}
		c, err := spectral.Principal(ctx, part, 1, workers)
		if err != nil {
			return nil, fail(err)
		}
		if len(c.Vectors) == 0 || len(c.Vectors[0]) != len(origin) {
			return nil, fail(fmt.Errorf("%s does not move, or has other parameters", s.Run))
		}
		axes, labels, shares = append(axes, c.Vectors[0]), append(labels, s.Label), append(shares, c.Shares[0])
	}
	left := spectral.Orthogonalise(axes)
	for i, length := range left {
		if length < 1e-6 {
			return nil, &bind.Error{Span: p.Segments[i].Span, Err: fmt.Errorf("the component of the segment %q lies in the span of those before it", labels[i])}
		}
	}
	out := &Projection{Variance: array.New(graph.Of(len(shares)), shares)}
	for _, run := range p.Runs {
		rows, err := rowsOf(run)
		if err != nil {
			return nil, &bind.Error{Span: p.Span, Err: err}
		}
		c, err := coordinates(rows, origin, labels, func(x []float64) ([]float64, error) {
			at := make([]float64, len(axes))
			for k, v := range axes {
				at[k] = tensor.Dot(v, x)
			}
			return at, nil
		})
		if err != nil {
			return nil, &bind.Error{Span: p.Span, Err: err}
		}
		c.Run = run
		out.Paths = append(out.Paths, c)
	}
	return out, nil
}
