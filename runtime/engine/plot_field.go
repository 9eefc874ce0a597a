package engine

import (
	"fmt"
	"math"
	"slices"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/render"
)

// fieldKinds are the marks that draw values over two axes.
var fieldKinds = map[string]bool{"heatmap": true, "contour": true, "surface": true}

// field draws a sampled landscape, or values over two axes.
func (f *panelFiller) field(m *plan.Mark) error {
	var grid render.Grid
	var err error
	if m.Z != nil {
		grid, err = f.gridOfValues(m)
	} else {
		grid, err = f.gridOfLandscape(m)
	}
	if err != nil {
		return err
	}
	switch m.Kind {
	case "heatmap":
		f.add(render.Heatmap{Grid: grid, Log: m.Log, Categories: m.Categories, Names: m.Names})
	case "contour":
		f.add(render.Contour{Grid: grid, Levels: m.LevelList, Count: m.Levels, Log: m.Log, Filled: m.Filled})
	case "surface":
		f.add(render.Surface{Grid: grid, Log: m.Log, Floor: true})
	}
	return nil
}

func (f *panelFiller) gridOfLandscape(m *plan.Mark) (render.Grid, error) {
	l := f.landscapeOf(m.Of)
	name := m.Field
	if name == "" {
		name = "loss"
	}
	switch {
	case l == nil:
		return render.Grid{}, fmt.Errorf("%s has not been sampled", m.Of)
	case l.Status != OK:
		return render.Grid{}, fmt.Errorf("%s has no results: it is %s", m.Of, l.Status)
	case len(l.Positions) != 2:
		return render.Grid{}, fmt.Errorf("%s has %d axis, a %s needs two", m.Of, len(l.Positions), m.Kind)
	}
	values := l.Lookup(name)
	if values == nil {
		return render.Grid{}, fmt.Errorf("%s has no %s", m.Of, name)
	}
	return gridOf(l.Positions[0], l.Positions[1], values.Data, false), nil
}

// gridOf makes a grid of values whose first axis is the outer one. It lies along
// x, or along y if the values are turned.
func gridOf(x, y, values []float64, turned bool) render.Grid {
	g := render.Grid{X: x, Y: y, Z: make([]float64, len(x)*len(y))}
	for i := range x {
		for j := range y {
			if turned {
				g.Z[j*len(x)+i] = values[j*len(x)+i]
			} else {
				g.Z[j*len(x)+i] = values[i*len(y)+j]
			}
		}
	}
	return g
}

func (f *panelFiller) gridOfValues(m *plan.Mark) (render.Grid, error) {
	z, err := f.value(m.Z)
	if err != nil {
		return render.Grid{}, err
	}
	dims := dimsOf(z)
	if len(dims) != 2 {
		return render.Grid{}, &bind.Error{Span: m.Z.Span, Err: fmt.Errorf("z is %s, not values over two axes", z.Type)}
	}
	var along [2][2][]float64 // of x and of y: the places along each axis of z, nil if they are not
	for i, c := range []struct {
		name string
		e    *plan.Expr
	}{{"x", m.X}, {"y", m.Y}} {
		if c.e == nil {
			along[i][0], along[i][1] = indices(z, dims, 0), indices(z, dims, 1)
			continue
		}
		a, err := f.value(c.e)
		if err != nil {
			return render.Grid{}, err
		}
		if along[i], err = placesAlong(c.name, a, z, dims); err != nil {
			return render.Grid{}, &bind.Error{Span: c.e.Span, Err: err}
		}
	}
	x, y := along[0], along[1]
	switch {
	case x[0] != nil && y[1] != nil:
		return gridOf(x[0], y[1], z.Data, false), nil
	case x[1] != nil && y[0] != nil:
		return gridOf(x[1], y[0], z.Data, true), nil
	}
	return render.Grid{}, &bind.Error{Span: m.Z.Span, Err: fmt.Errorf("x and y stand along one and the same axis of z, which has %d by %d values", dims[0], dims[1])}
}

// dimsOf are the lengths of all axes; the steps of a series are the first.
func dimsOf(a *array.Array) []int {
	if a.Type.Series {
		return append([]int{a.Len()}, a.Type.Dims()...)
	}
	return a.Type.Dims()
}

// indices are the places along an axis that has no others: 0, 1, 2 and so on, or
// the steps of a series.
func indices(z *array.Array, dims []int, axis int) []float64 {
	out := make([]float64, dims[axis])
	for i := range out {
		out[i] = float64(i)
		if z.Type.Series && axis == 0 {
			out[i] = float64(z.Steps[i])
		}
	}
	return out
}

// placesAlong finds along which axis of z the coordinate c stands: that of its
// length or, if it has the shape of z, that along which it changes.
func placesAlong(name string, c, z *array.Array, dims []int) (out [2][]float64, err error) {
	d := dimsOf(c)
	if len(d) == 1 {
		for axis := range 2 {
			if d[0] == dims[axis] && (!c.Type.Series || axis == 0) {
				out[axis] = c.Data
			}
		}
		if out[0] == nil && out[1] == nil {
			err = fmt.Errorf("%s has %d values, z has %d by %d", name, d[0], dims[0], dims[1])
		}
		return out, err
	}
	if len(d) != 2 || d[0] != dims[0] || d[1] != dims[1] {
		return out, fmt.Errorf("%s is %s, z is %s", name, c.Type, z.Type)
	}
	rows, cols := true, true // the same along the second axis, along the first
	for i := range d[0] {
		for j := range d[1] {
			v := c.Data[i*d[1]+j]
			rows = rows && v == c.Data[i*d[1]]
			cols = cols && v == c.Data[j]
		}
	}
	if rows && d[0] > 0 {
		out[0] = make([]float64, d[0])
		for i := range out[0] {
			out[0][i] = c.Data[i*d[1]]
		}
	}
	if cols && d[1] > 0 {
		out[1] = c.Data[:d[1]]
	}
	if out[0] == nil && out[1] == nil {
		return out, fmt.Errorf("%s changes along both axes of z, so that z stands on no grid: draw it against the values of vary or of the axes", name)
	}
	return out, nil
}

// quantiles draws the band between two quantiles of y, and its median: at each step
// over the lanes, of a matrix in each row. Where a value is NaN the band has a gap.
func (f *panelFiller) quantiles(m *plan.Mark) error {
	y, err := f.value(m.Y)
	if err != nil {
		return err
	}
	y = f.kept(y, m)
	y, dims := inRows(y)
	var x []float64
	if m.X == nil {
		x = indices(y, dims, 0)
	} else {
		a, err := f.value(m.X)
		if err != nil {
			return err
		}
		a = f.kept(a, m)
		if len(dimsOf(a)) > 2 {
			a, _ = inRows(a)
		}
		places, err := placesAlong("x", a, y, dims)
		if err == nil && places[0] == nil {
			err = fmt.Errorf("x changes within the rows of y whose quantiles are drawn")
		}
		if err != nil {
			return &bind.Error{Span: m.X.Span, Err: err}
		}
		x = places[0]
	}
	n := dims[0]
	band := render.Band{X: x, Lo: make([]float64, n), Mid: make([]float64, n), Hi: make([]float64, n), Label: f.label(m), Color: f.color(m)}
	row := make([]float64, dims[1])
	for i := range n {
		copy(row, y.Data[i*dims[1]:])
		slices.Sort(row) // NaN first
		band.Lo[i], band.Mid[i], band.Hi[i] = quantileOf(row, m.Quantiles[0]), quantileOf(row, 0.5), quantileOf(row, m.Quantiles[1])
	}
	f.add(band)
	return nil
}

// inRows is an array as one of two axes: the first of a, and all others.
func inRows(a *array.Array) (*array.Array, []int) {
	if a.Type.Series {
		size := a.Type.Size()
		return array.Series(graph.Of(size), a.Steps, a.Data), []int{a.Len(), size}
	}
	n := a.Type.Dim(0)
	size := len(a.Data) / max(1, n)
	return array.New(graph.Of(n, size), a.Data), []int{n, size}
}

// quantileOf is linear between the order statistics of sorted values; NaN if any is.
func quantileOf(sorted []float64, q float64) float64 {
	if len(sorted) == 0 || math.IsNaN(sorted[0]) {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	v := sorted[i]
	if t := at - float64(i); t > 0 {
		v += t * (sorted[i+1] - v)
	}
	return v
}

// density draws how often points occur.
func (f *panelFiller) density(m *plan.Mark) error {
	xs, ys, err := f.points(m)
	if err == nil {
		f.add(render.Density{X: xs, Y: ys, Columns: m.Bins, Rows: m.Rows, ByColumn: m.ByColumn})
	}
	return err
}

// dots draws a scatter of a series of lanes over values of the lanes.
func (f *panelFiller) dots(m *plan.Mark) error {
	xs, ys, err := f.points(m)
	if err == nil {
		f.add(render.Scatter{X: xs, Y: ys, Label: f.label(m), Color: f.color(m), Size: m.Width})
	}
	return err
}

// points are the coordinates of a mark, one of each for every point. Values of the
// lanes or of the steps alone stand beside every step or lane.
func (f *panelFiller) points(m *plan.Mark) (xs, ys []float64, err error) {
	y, err := f.value(m.Y)
	if err != nil {
		return nil, nil, err
	}
	y = f.kept(y, m)
	var x *array.Array
	if m.X != nil {
		if x, err = f.value(m.X); err != nil {
			return nil, nil, err
		}
		x = f.kept(x, m)
	} else {
		n := y.Len()
		if !y.Type.Series {
			n = len(y.Data)
		}
		x = &array.Array{Type: y.Type, Steps: y.Steps, Data: f.positionsOf(&column{n: n, steps: y.Steps}).data}
		if y.Type.Series {
			x.Type = x.Type.PerStep()
			for x.Type.Rank() > 0 {
				x.Type = x.Type.Drop()
			}
			x.Type = x.Type.AsSeries()
		}
	}
	return together(x, y)
}

func (f *panelFiller) kept(a *array.Array, m *plan.Mark) *array.Array {
	if a.Type.Series {
		return between(a, m.From, m.To)
	}
	return a
}

// together repeats the coordinate that has fewer axes beside the other: over its
// steps, if it is no series, and over the last axes that it lacks.
func together(x, y *array.Array) (xs, ys []float64, err error) {
	steps := 1
	for _, a := range []*array.Array{x, y} {
		if a.Type.Series {
			steps = a.Len()
		}
	}
	if x.Type.Series && y.Type.Series {
		if x.Len() != y.Len() {
			return nil, nil, fmt.Errorf("x has %d points, y has %d", x.Len(), y.Len())
		}
		for k := range x.Steps {
			if x.Steps[k] != y.Steps[k] {
				return nil, nil, fmt.Errorf("x and y are recorded at different steps")
			}
		}
	}
	size := max(x.Type.Size(), y.Type.Size())
	return repeated(x, steps, size), repeated(y, steps, size), nil
}

// repeated is a with size values at each of the steps.
func repeated(a *array.Array, steps, size int) []float64 {
	n := a.Type.Size()
	if n == size && (a.Type.Series || steps == 1) {
		return a.Data
	}
	out := make([]float64, 0, steps*size)
	for k := range steps {
		row := a.Data
		if a.Type.Series {
			row = a.Data[k*n : (k+1)*n]
		}
		if n == size {
			out = append(out, row...)
			continue
		}
		for _, v := range row {
			for range size / n {
				out = append(out, v)
			}
		}
	}
	return out
}
