package analysis

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
	"relief/runtime/model"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/runtime/random"
	"relief/runtime/spectral"
)

// Rows are points of a path, one after the other.
type Rows interface {
	spectral.Rows
	Step(i int) int // the step of point i
}

// Directions resolves the directions of axes at a point.
type Directions struct {
	Plan      *plan.Objective
	Objective model.Objective
	Results   bind.Results
	Rows      func(run plan.Address) (Rows, error) // the recorded path of a run
	Workers   int
}

// Flat is a point as one vector.
func Flat(p plan.Point, f *plan.Objective, what string, results bind.Results) ([]float64, error) {
	x := make([]float64, 0, f.Size())
	if len(p) == 1 && len(f.Params) > 1 {
		v, err := bind.Value(p[0], nil, results)
		if err == nil && len(v.Data) != f.Size() {
			err = &bind.Error{Span: p[0].Span, Err: fmt.Errorf("the %s has %d numbers, but %s has %d parameters", what, len(v.Data), f.Address, f.Size())}
		}
		if err != nil {
			return nil, err
		}
		return v.Data, nil
	}
	if len(p) != len(f.Params) {
		return nil, fmt.Errorf("the %s has %d parts, but %s has %d parameters", what, len(p), f.Address, len(f.Params))
	}
	for i, w := range f.Params {
		if p[i] == nil {
			return nil, fmt.Errorf("the %s has no value for %s", what, w.Name)
		}
		v, err := valueOf(p[i], w, what, results)
		if err != nil {
			return nil, err
		}
		x = append(x, v.Data...)
	}
	return x, nil
}

// At is the direction of an axis at the point x, normalised as the axis says.
func (d *Directions) At(ctx context.Context, a *plan.Axis, x []float64) ([]float64, error) {
	v, err := d.raw(ctx, a, x)
	if err != nil {
		return nil, err
	}
	if by, ok := units[a.Normalize]; ok {
		err = spectral.Normalise(v, x, Blocks(d.Plan), by)
	}
	if err == nil && slices.ContainsFunc(v, notFinite) {
		err = fmt.Errorf("it is not finite")
	}
	if err != nil {
		return nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the direction of the axis %q: %w", a.Label, err)}
	}
	return v, nil
}

func (d *Directions) raw(ctx context.Context, a *plan.Axis, x []float64) ([]float64, error) {
	if a.Direction != nil {
		v, err := Flat(a.Direction, d.Plan, "direction of the axis "+a.Label, d.Results)
		return slices.Clone(v), err
	}
	v := make([]float64, len(x))
	switch a.Word {
	case "":
		if a.Coordinate < 0 || a.Coordinate >= len(x) {
			return nil, fmt.Errorf("element %d of %d parameters", a.Coordinate, len(x))
		}
		v[a.Coordinate] = 1
	case "gradient":
		if _, err := d.Objective.Gradient(ctx, v, x); err != nil {
			return nil, err
		}
		if a.Rate != nil {
			rate, err := bind.Value(a.Rate, nil, d.Results)
			if err != nil {
				return nil, err
			}
			if rate.Type != graph.Number {
				return nil, &bind.Error{Span: a.Rate.Span, Err: fmt.Errorf("the learning rate is %s, not a number", rate.Type)}
			}
			for i := range v {
				v[i] *= rate.Data[0]
			}
		}
	case "random":
		stream := random.New(a.Seed, "direction", a.Label)
		for i := range v {
			v[i] = stream.Normal(uint64(i), 0)
		}
	case "eigenvector":
		gradient := make([]float64, len(x)) // rich in the eigenvectors at the top
		if _, err := d.Objective.Gradient(ctx, gradient, x); err != nil {
			return nil, err
		}
		h, err := d.Objective.Hessian(ctx, x)
		if err != nil {
			return nil, err
		}
		r, err := spectral.Top(ctx, h, a.Index+1, spectral.Options{Tolerance: 1e-4, Seed: a.Seed, Hint: gradient})
		if err != nil {
			return nil, err
		}
		if a.Index >= len(r.Vectors) {
			return nil, fmt.Errorf("the Hessian has only %d eigenvectors", len(r.Vectors))
		}
		copy(v, r.Vectors[a.Index])
	case "component":
		c, err := d.component(ctx, a)
		if err != nil {
			return nil, err
		}
		copy(v, c)
	default:
		return nil, fmt.Errorf("there is no direction %q", a.Word)
	}
	return v, nil
}

// component is a principal component of a stretch of a path.
func (d *Directions) component(ctx context.Context, a *plan.Axis) ([]float64, error) {
	rows, err := d.Rows(a.Of)
	if err != nil {
		return nil, err
	}
	part, err := stretch(rows, a.FromStep, a.ToStep)
	if err != nil {
		return nil, err
	}
	c, err := spectral.Principal(ctx, part, a.Index+1, d.Workers)
	if err != nil {
		return nil, err
	}
	if a.Index >= len(c.Vectors) {
		return nil, fmt.Errorf("the path has only %d components", len(c.Vectors))
	}
	return c.Vectors[a.Index], nil
}

// part is some of the rows of a path.
type part struct {
	Rows
	first, count int
}

func (p part) Len() int                       { return p.count }
func (p part) Row(i int, dst []float64) error { return p.Rows.Row(p.first+i, dst) }
func (p part) Step(i int) int                 { return p.Rows.Step(p.first + i) }

// stretch is the rows of the steps from to to, both included; to = -1 is the last.
func stretch(r Rows, from, to int) (part, error) {
	p := part{Rows: r}
	for i := range r.Len() {
		k := r.Step(i)
		switch {
		case k < from:
			p.first = i + 1
		case to < 0 || k <= to:
			p.count++
		}
	}
	if p.count < 2 {
		until := "its end"
		if to >= 0 {
			until = fmt.Sprintf("step %d", to)
		}
		return p, fmt.Errorf("a component needs two points, and the path has %d from step %d to %s", p.count, from, until)
	}
	return p, nil
}

// units are the normalisations by the words of a study.
var units = map[string]spectral.Unit{"unit": spectral.Whole, "layer": spectral.Layer, "filter": spectral.Filter}

// Blocks are the parameter arrays of an objective, with the filters of weights.
func Blocks(f *plan.Objective) []spectral.Block {
	var out []spectral.Block
	offset := 0
	for i, p := range f.Params {
		b := spectral.Block{Offset: offset, Size: p.Type.Size()}
		if f.Training != nil && f.Network.Params[i].Role == network.Weight {
			b.Filters = p.Type.Dim(p.Type.Rank() - 1)
		}
		out = append(out, b)
		offset += p.Type.Size()
	}
	return out
}

// Belongs reports whether a parameter is of a layer, or of a block of layers,
// with that name.
func Belongs(param, layer string) bool {
	return param == layer || strings.HasPrefix(param, layer+".")
}

// Curvature is v^T H v with the Hessian at x.
func Curvature(ctx context.Context, f model.Objective, x, v []float64) (float64, error) {
	h, err := f.Hessian(ctx, x)
	if err != nil {
		return 0, err
	}
	hv := make([]float64, len(v))
	if err := h.Apply(hv, v); err != nil {
		return 0, err
	}
	return tensor.Dot(v, hv), nil
}
