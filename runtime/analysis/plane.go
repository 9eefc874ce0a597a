package analysis

import (
	"context"
	"fmt"
	"math"
	"slices"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
	"relief/runtime/model"
	"relief/runtime/plan"
)

// sampleNetwork samples the objective of a network, point by point.
func sampleNetwork(ctx context.Context, l *plan.Landscape, opt *Options) (*Landscape, error) {
	r := &Landscape{}
	var dims []int
	for i := range l.Axes {
		s, err := Positions(&l.Axes[i], opt.Results)
		if err != nil {
			return nil, err
		}
		r.Labels = append(r.Labels, l.Axes[i].Label)
		r.Positions = append(r.Positions, array.New(graph.Of(len(s)), s))
		dims = append(dims, len(s))
	}
	center, err := Flat(l.Center, l.Objective, "center", opt.Results)
	if err != nil {
		return nil, err
	}
	d := &Directions{Plan: l.Objective, Objective: opt.Objective, Results: opt.Results, Rows: opt.Rows, Workers: opt.Workers}
	var along [][]float64
	for i := range l.Axes {
		v, err := d.At(ctx, &l.Axes[i], center)
		if err != nil {
			return nil, err
		}
		along = append(along, v)
	}
	t := graph.Of(dims...)
	r.Loss = array.New(t, make([]float64, t.Size()))
	if !opt.NoCurvature {
		for range along {
			r.Curvature = append(r.Curvature, array.New(t, make([]float64, t.Size())))
		}
	}
	if err := r.walk(ctx, center, along, opt); err != nil {
		return nil, err
	}
	r.derive()
	return r, r.distances(l, center, along, opt)
}

// walk visits the grid, the last axis changing fastest.
func (r *Landscape) walk(ctx context.Context, center []float64, along [][]float64, opt *Options) error {
	network, ok := opt.Objective.(*model.Network)
	if !ok {
		return fmt.Errorf("its network is not loaded")
	}
	plane, err := network.Plane(ctx, center, along, !opt.NoCurvature)
	if err != nil {
		return err
	}
	at := make([]float64, len(along))
	for i := range r.Loss.Data {
		rest := i
		for k := len(along) - 1; k >= 0; k-- {
			s := r.Positions[k].Data
			at[k] = s[rest%len(s)]
			rest /= len(s)
		}
		loss, bend, err := plane.At(ctx, at...)
		if err != nil {
			return err
		}
		r.Loss.Data[i] = loss
		for k, c := range r.Curvature {
			c.Data[i] = bend[k]
		}
		if opt.Progress != nil {
			opt.Progress(i+1, len(r.Loss.Data))
		}
	}
	return nil
}

// Coordinates are a path in the plane of a landscape: by label of an axis, and
// "distance", that from the plane.
type Coordinates struct {
	Run    plan.Address
	Labels []string
	Series []*array.Array
}

// distances projects the paths that are asked for on the plane: the coordinates
// are those of the nearest point of the plane (least squares).
func (r *Landscape) distances(l *plan.Landscape, center []float64, along [][]float64, opt *Options) error {
	for _, run := range l.Paths {
		if opt.Rows == nil {
			return fmt.Errorf("%s has no recorded path", run)
		}
		rows, err := opt.Rows(run)
		if err != nil {
			return &bind.Error{Span: l.Span, Err: err}
		}
		c, err := project(rows, center, along, r.Labels)
		if err != nil {
			return &bind.Error{Span: l.Span, Err: err}
		}
		c.Run = run
		r.Paths = append(r.Paths, c)
	}
	return nil
}

func project(rows Rows, center []float64, along [][]float64, labels []string) (Coordinates, error) {
	n := len(along)
	gram := make([]float64, n*n)
	for i := range along {
		for j := range along {
			gram[i*n+j] = tensor.Dot(along[i], along[j])
		}
	}
	return coordinates(rows, center, append(slices.Clone(labels), "distance"), func(x []float64) ([]float64, error) {
		at, err := solve(gram, n, func(k int) float64 { return tensor.Dot(along[k], x) })
		if err != nil {
			return nil, err
		}
		for k, s := range at {
			tensor.AddScaled(x, x, -s, along[k])
		}
		return append(at, tensor.Norm(x)), nil
	})
}

// coordinates follows a path: at gives the coordinates, one for each label, of a
// point less the origin, which it may overwrite.
func coordinates(rows Rows, origin []float64, labels []string, at func(x []float64) ([]float64, error)) (Coordinates, error) {
	c := Coordinates{Labels: labels}
	steps := make([]int, rows.Len())
	data := make([][]float64, len(labels))
	x := make([]float64, rows.Dim())
	for i := range steps {
		steps[i] = rows.Step(i)
		if err := rows.Row(i, x); err != nil {
			return c, err
		}
		tensor.Sub(x, x, origin)
		values, err := at(x)
		if err != nil {
			return c, err
		}
		for k, v := range values {
			data[k] = append(data[k], v)
		}
	}
	for _, d := range data {
		c.Series = append(c.Series, array.Series(graph.Number, steps, d))
	}
	return c, nil
}

// solve solves the normal equations of one or two directions.
func solve(gram []float64, n int, right func(k int) float64) ([]float64, error) {
	if n == 1 {
		if gram[0] == 0 {
			return nil, fmt.Errorf("the direction has no length")
		}
		return []float64{right(0) / gram[0]}, nil
	}
	det := gram[0]*gram[3] - gram[1]*gram[2]
	if math.Abs(det) <= 1e-12*gram[0]*gram[3] {
		return nil, fmt.Errorf("the two directions are parallel: they span no plane")
	}
	p, q := right(0), right(1)
	return []float64{(p*gram[3] - q*gram[1]) / det, (q*gram[0] - p*gram[2]) / det}, nil
}
