package analysis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
	"relief/runtime/program"
)

// Landscape is an objective sampled on a line or a grid. Arrays of values have
// one axis for each axis of the landscape, in its order, so that element (i, j)
// belongs to position i of the first and j of the second.
type Landscape struct {
	Labels    []string       // of the axes
	Positions []*array.Array // along each axis
	Loss      *array.Array
	// SecondDifference is, for each axis, the plain second difference of the
	// samples along it, L[i-1] - 2 L[i] + L[i+1], not divided by the square of
	// the spacing (the paper's Fig. 3.1). It is NaN at both ends of the axis, so
	// that all arrays have one length. Where one is meant, it is the first.
	SecondDifference []*array.Array
	// Curvature is, for each axis, v^T H v with the Hessian H and the axis's
	// direction v, which is not normalised: the exact second derivative along
	// the axis, at a kink that of the positive side. Where one is meant, it is
	// the first.
	Curvature []*array.Array
	NonFinite int // samples whose loss is NaN or infinite; they are kept
	Paths     []Coordinates
}

// Options is what a landscape needs beside its plan.
type Options struct {
	Results     bind.Results
	Workers     int
	NoCurvature bool                                 // leaves Curvature empty
	Objective   model.Objective                      // of a network, or where a direction needs one
	Rows        func(run plan.Address) (Rows, error) // recorded paths; nil: there are none
	Memory      int64                                // largest size of the arrays in bytes; 0 is 4 GiB
	// Progress, if not nil, is told how many of the samples are made.
	Progress func(done, samples int)
}

// Codes of the diagnostics of landscapes.
const (
	codeTooLarge diag.Code = "RL0504"
	codeNoValue  diag.Code = "RL0506"
)

// chunk is the number of samples evaluated between two reports of progress: few
// enough for a second-level cache, enough for several workers.
const chunk = 1 << 14

// Sample samples a landscape. The error is a diag.List, or that of the context
// if it was cancelled.
func Sample(ctx context.Context, l *plan.Landscape, opt Options) (*Landscape, error) {
	r, err := sample(ctx, l, opt)
	if err == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return r, err
	}
	var list diag.List
	if errors.As(err, &list) {
		return nil, list
	}
	d := &diag.Diagnostic{Code: codeNoValue, Span: l.Span, Summary: err.Error(), Context: fmt.Sprintf("landscape %q", l.Address.Name)}
	var located *bind.Error
	if errors.As(err, &located) && !located.Span.IsZero() {
		d.Span = located.Span
	}
	return nil, diag.List{d}
}

func sample(ctx context.Context, l *plan.Landscape, opt Options) (*Landscape, error) {
	if l.Objective.Training != nil {
		return sampleNetwork(ctx, l, &opt)
	}
	l, err := resolved(ctx, l, &opt)
	if err != nil {
		return nil, err
	}
	r := &Landscape{}
	var dims []int
	total := 1.0
	for i := range l.Axes {
		a := &l.Axes[i]
		s, err := Positions(a, opt.Results)
		if err != nil {
			return nil, err
		}
		r.Labels = append(r.Labels, a.Label)
		r.Positions = append(r.Positions, array.New(graph.Of(len(s)), s))
		dims = append(dims, len(s))
		total *= float64(len(s))
	}
	if len(dims) < 1 || len(dims) > 2 {
		return nil, fmt.Errorf("a landscape has one axis or two, not %d", len(dims))
	}
	if err := checkMemory(l, total, &opt); err != nil {
		return nil, err
	}
	g, outputs, err := surface(l, &opt)
	if err != nil {
		return nil, err
	}
	if err := r.evaluate(ctx, g, outputs, graph.Of(dims...), &opt); err != nil {
		return nil, err
	}
	r.derive()
	return r, nil
}

// resolved is the landscape with its directions in words computed.
func resolved(ctx context.Context, l *plan.Landscape, opt *Options) (*plan.Landscape, error) {
	if !slices.ContainsFunc(l.Axes, func(a plan.Axis) bool { return a.Word != "" }) {
		return l, nil
	}
	center, err := Flat(l.Center, l.Objective, "center", opt.Results)
	if err != nil {
		return nil, err
	}
	d := &Directions{Plan: l.Objective, Objective: opt.Objective, Results: opt.Results, Rows: opt.Rows, Workers: opt.Workers}
	out := *l
	out.Axes = slices.Clone(l.Axes)
	for i := range out.Axes {
		a := &out.Axes[i]
		if a.Word == "" {
			continue
		}
		v, err := d.At(ctx, a, center)
		if err != nil {
			return nil, err
		}
		a.Word, a.Direction = "", constantPoint(v, l.Objective, a.Span)
	}
	return &out, nil
}

// constantPoint is a flat vector as a point.
func constantPoint(v []float64, f *plan.Objective, span diag.Span) plan.Point {
	var out plan.Point
	for _, p := range f.Params {
		g := graph.New()
		n := p.Type.Size()
		out = append(out, &plan.Expr{Graph: g, Root: g.ConstArray(p.Type, v[:n:n]), Span: span})
		v = v[n:]
	}
	return out
}

func checkMemory(l *plan.Landscape, samples float64, opt *Options) error {
	limit := float64(opt.Memory)
	if limit == 0 {
		limit = 4 << 30
	}
	arrays := 1 + len(l.Axes)
	if !opt.NoCurvature {
		arrays += len(l.Axes)
	}
	need := 8 * samples * float64(arrays)
	if need <= limit {
		return nil
	}
	return diag.List{{
		Code: codeTooLarge, Span: l.Span, Context: fmt.Sprintf("landscape %q", l.Address.Name),
		Summary: fmt.Sprintf("the landscape has %.3g samples, which need %.3g GiB; %.3g GiB are allowed", samples, need/(1<<30), limit/(1<<30)),
		Detail:  "Ask for fewer points along its axes.",
	}}
}

// input names the position along an axis.
func input(axis int) string { return fmt.Sprintf("position %d", axis) }

// Graph returns the mathematics of a landscape: its loss and, for each axis,
// the curvature along it, as functions of the inputs named, the positions along
// the axes.
func Graph(l *plan.Landscape, results bind.Results) (g *graph.Graph, inputs []string, outputs []graph.ID, err error) {
	for i := range l.Axes {
		inputs = append(inputs, input(i))
	}
	g, outputs, err = surface(l, &Options{Results: results})
	return g, inputs, outputs, err
}

// surface builds the loss, and the curvature along each axis, as functions of
// the positions.
func surface(l *plan.Landscape, opt *Options) (*graph.Graph, []graph.ID, error) {
	g := graph.New()
	var s []graph.ID
	for i := range l.Axes {
		s = append(s, g.Input(input(i), graph.Number))
	}
	bound := make(map[string]graph.ID)
	first := 0 // flat index of the parameter's first element
	taken := make(map[int]string)
	for _, a := range l.Axes {
		if a.Direction != nil {
			continue
		}
		if a.Coordinate < 0 || a.Coordinate >= l.Objective.Size() {
			return nil, nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the axis %q is element %d of %d parameters", a.Label, a.Coordinate, l.Objective.Size())}
		}
		if other, ok := taken[a.Coordinate]; ok {
			return nil, nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the axes %q and %q are the same coordinate", other, a.Label)}
		}
		taken[a.Coordinate] = a.Label
	}
	for i, p := range l.Objective.Params {
		x, err := centerOf(l, i, first, taken, g, opt)
		if err != nil {
			return nil, nil, err
		}
		for k, a := range l.Axes {
			if e := a.Coordinate - first; a.Direction == nil && 0 <= e && e < p.Type.Size() {
				if x, err = replace(g, x, e, s[k]); err != nil {
					return nil, nil, err
				}
			}
		}
		for k, a := range l.Axes {
			if a.Direction == nil {
				continue
			}
			if len(a.Direction) != len(l.Objective.Params) || a.Direction[i] == nil {
				return nil, nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the direction of the axis %q has nothing for %s", a.Label, p.Name)}
			}
			v, err := valueOf(a.Direction[i], p, "direction of the axis "+a.Label, opt.Results)
			if err != nil {
				return nil, nil, err
			}
			if d := slices.IndexFunc(v.Data, notFinite); d >= 0 {
				return nil, nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the direction of the axis %q is %v in %s: a gradient of 0 has no unit vector, and a point too far away no way to it", a.Label, v.Data[d], p.Name)}
			}
			if isZero(v.Data) {
				continue
			}
			move, err := g.Apply(graph.Mul, s[k], g.ConstArray(p.Type, v.Data))
			if err == nil {
				x, err = g.Apply(graph.Add, x, move)
			}
			if err != nil {
				return nil, nil, err
			}
		}
		bound[p.Name] = x
		first += p.Type.Size()
	}
	loss, err := bind.Into(g, l.Objective.Value, bound, opt.Results)
	if err != nil {
		return nil, nil, err
	}
	outputs := []graph.ID{loss}
	if opt.NoCurvature {
		return g, outputs, nil
	}
	for i := range l.Axes {
		seed := map[graph.ID]graph.ID{s[i]: g.Const(1)}
		slope, err := g.Tangent([]graph.ID{loss}, seed)
		if err != nil {
			return nil, nil, err
		}
		bend, err := g.Tangent(slope, seed)
		if err != nil {
			return nil, nil, err
		}
		outputs = append(outputs, bend[0])
	}
	return g, outputs, nil
}

// centerOf returns the center's part i as a constant. It may be missing where
// coordinates replace all of it.
func centerOf(l *plan.Landscape, i, first int, taken map[int]string, g *graph.Graph, opt *Options) (graph.ID, error) {
	p := l.Objective.Params[i]
	if i < len(l.Center) && l.Center[i] != nil {
		v, err := valueOf(l.Center[i], p, "center", opt.Results)
		if err != nil {
			return graph.None, err
		}
		return g.ConstArray(p.Type, v.Data), nil
	}
	for e := range p.Type.Size() {
		if _, ok := taken[first+e]; !ok {
			return graph.None, &bind.Error{Span: l.Span, Err: fmt.Errorf("the center has no value for %s", p.Name)}
		}
	}
	return g.Fill(p.Type, 0), nil
}

// replace puts the scalar s in the place of element e of x.
func replace(g *graph.Graph, x graph.ID, e int, s graph.ID) (graph.ID, error) {
	t := g.Type(x)
	if t.Rank() == 0 {
		return s, nil
	}
	mask := make([]float64, t.Size())
	mask[e] = 1
	return g.Apply(graph.Select, g.ConstArray(t.AsBool(), mask), s, x)
}

func isZero(d []float64) bool {
	for _, v := range d {
		if v != 0 {
			return false
		}
	}
	return true
}

// evaluate fills the loss and the curvatures.
func (r *Landscape) evaluate(ctx context.Context, g *graph.Graph, outputs []graph.ID, t graph.Type, opt *Options) error {
	var inputs []string
	for i := range r.Positions {
		inputs = append(inputs, input(i))
	}
	p, err := program.Compile(g, inputs, outputs, program.Options{})
	if err != nil {
		return err
	}
	total := t.Size()
	values := make([][]float64, len(outputs))
	for i := range values {
		values[i] = make([]float64, total)
	}
	s := program.NewState(p, min(total, chunk))
	last := r.Positions[len(r.Positions)-1].Data // along the axis that changes fastest
	for from := 0; from < total; from += chunk {
		n := min(chunk, total-from)
		for k := 0; k < n; { // along one row of the grid, as far as the chunk goes
			at := (from + k) % len(last)
			m := min(len(last)-at, n-k)
			copy(s.Input(len(inputs) - 1)[k:], last[at:at+m])
			if len(inputs) == 2 {
				row := s.Input(0)[k : k+m]
				for i := range row {
					row[i] = r.Positions[0].Data[(from+k)/len(last)]
				}
			}
			k += m
		}
		if err := s.RunParallel(ctx, max(1, opt.Workers)); err != nil {
			return err
		}
		for i := range values {
			copy(values[i][from:], s.Output(i)[:n])
		}
		if opt.Progress != nil {
			opt.Progress(from+n, total)
		}
	}
	r.Loss = array.New(t, values[0])
	for _, v := range values[1:] {
		r.Curvature = append(r.Curvature, array.New(t, v))
	}
	return nil
}

// derive computes what follows from the losses alone.
func (r *Landscape) derive() {
	for axis := range r.Positions {
		r.SecondDifference = append(r.SecondDifference, secondDifference(r.Loss, axis))
	}
	for _, v := range r.Loss.Data {
		if v-v != 0 {
			r.NonFinite++
		}
	}
}

// secondDifference differences the samples along one axis.
func secondDifference(a *array.Array, axis int) *array.Array {
	dims := a.Type.Dims()
	stride := 1
	for _, n := range dims[axis+1:] {
		stride *= n
	}
	n := dims[axis]
	out := make([]float64, len(a.Data))
	for from := 0; from < len(out); from += n * stride { // the lines along the axis that lie side by side
		x, d := a.Data[from:from+n*stride], out[from:from+n*stride]
		end := len(d) - stride
		for i := range stride {
			d[i], d[end+i] = math.NaN(), math.NaN()
		}
		for i := stride; i < end; i++ {
			d[i] = x[i-stride] - 2*x[i] + x[i+stride]
		}
	}
	return array.New(a.Type, out)
}
