package dynamics

import (
	"context"
	"fmt"
	"math"
	"slices"

	"relief/runtime/analysis"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/dataset"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
	"relief/runtime/spectral"
)

// moment is the state of a run at one index, before the update from it.
type moment struct {
	k     int
	loss  float64
	x     []float64
	model model.Objective

	gradient []float64                 // nil: not at hand
	divisor  func() ([]float64, error) // what the update from the state divides by; nil: not at hand
}

// observer makes a probe that is more than a formula of the step.
type observer struct {
	probe *plan.Probe
	steps []int
	rows  map[string][]float64 // by which of its results; "" is the probe itself
	types map[string]graph.Type

	see     func(at *moment) error // of every index, due or not
	look    func(ctx context.Context, at *moment) (map[string][]float64, error)
	tracker *spectral.Tracker // of sharpness
	average *average
	origin  []float64      // of distance: from where; nil before the first index, if it is from there
	windows map[int]window // of distance from a run: by the index at which the mean is due
	other   plan.Address   // of distance: the run; zero: none
	over    bool           // the other run has no more states
	ends    [][]float64    // the first and the last of its states, which name it
	places  []float64      // of landscape: the positions
}

func newObserver(p *plan.Probe, run *plan.Run, opt *Options) (*observer, error) {
	o := &observer{probe: p, rows: map[string][]float64{}, types: map[string]graph.Type{"": graph.Number}, see: func(*moment) error { return nil }}
	var err error
	switch p.Kind {
	case "sharpness":
		err = o.sharpness(run)
	case "average":
		o.averageOf(run)
	case "test":
		err = o.test(run, opt)
	case "distance":
		err = o.distance(run, opt)
	case "landscape", "directional_curvature":
		err = o.line(run, opt)
	default:
		err = fmt.Errorf("there is no probe %q", p.Kind)
	}
	if err != nil {
		if located, ok := err.(*bind.Error); ok {
			return nil, located
		}
		return nil, &bind.Error{Span: p.Span, Err: err}
	}
	return o, nil
}

// observe sees the state at an index and, if one is due, records it.
func (o *observer) observe(ctx context.Context, at *moment, due bool) error {
	err := o.see(at)
	var values map[string][]float64
	if err == nil && due {
		values, err = o.look(ctx, at)
	}
	if err != nil {
		return &bind.Error{Span: o.probe.Span, Err: fmt.Errorf("the probe %q at step %d: %w", o.probe.Name, at.k, err)}
	}
	if values == nil {
		return nil
	}
	o.steps = append(o.steps, at.k)
	for which, v := range values {
		o.rows[which] = append(o.rows[which], v...)
	}
	return nil
}

// next is the step after k that must be seen: that of the next record, or any
// where every step counts.
func (o *observer) next(k int) int {
	if o.average != nil || o.probe.Average > 1 {
		return k + 1
	}
	return (k/o.probe.Every + 1) * o.probe.Every
}

// mark is what an observer had before it looked at an index.
type mark struct {
	steps   int
	rows    map[string]int
	tracker spectral.State
	average average
	origin  []float64
	windows map[int]window
	over    bool
}

func (o *observer) mark() mark {
	m := mark{steps: len(o.steps), rows: map[string]int{}, origin: o.origin, windows: map[int]window{}, over: o.over}
	for k, w := range o.windows {
		m.windows[k] = window{w.Count, slices.Clone(w.Sum)}
	}
	for which, values := range o.rows {
		m.rows[which] = len(values)
	}
	if o.tracker != nil {
		m.tracker = o.tracker.State()
	}
	if o.average != nil {
		m.average = *o.average
		m.average.X = slices.Clone(o.average.X)
	}
	return m
}

// back returns to where the mark was made.
func (o *observer) back(m mark) {
	o.steps, o.origin, o.windows, o.over = o.steps[:m.steps], m.origin, m.windows, m.over
	for which := range o.rows {
		o.rows[which] = o.rows[which][:m.rows[which]]
	}
	if o.tracker != nil {
		_ = o.tracker.Restore(m.tracker) // a state that it had
	}
	if o.average != nil {
		copy(o.average.X, m.average.X)
		o.average.Count, o.average.Loss = m.average.Count, m.average.Loss
	}
}

// series returns the records as series, by name of the probe, a point, and
// which result.
func (o *observer) series(end string) map[string]*array.Array {
	out := map[string]*array.Array{}
	for which, t := range o.types {
		name := o.probe.Name
		if which != "" {
			name += "." + which
		}
		a := array.Series(t, o.steps, o.rows[which])
		if a.End = end; o.over {
			a.End = fmt.Sprintf("%s has no states after these steps", o.other)
		}
		out[name] = a
	}
	return out
}

// sharpness follows the largest eigenvalues of the Hessian.
func (o *observer) sharpness(run *plan.Run) error {
	p := o.probe
	k := max(1, p.Top)
	t := graph.Number
	if p.Top > 0 {
		t = graph.Of(k)
	}
	o.types = map[string]graph.Type{"": t, "residual": t, "products": graph.Number}
	ranges, err := layerRanges(run, p.Layers)
	if err != nil {
		return err
	}
	o.tracker = spectral.NewTracker(k, spectral.Options{Tolerance: p.Tolerance, MaxProducts: p.Products, Seed: run.Seed})
	o.look = func(ctx context.Context, at *moment) (map[string][]float64, error) {
		h, err := at.model.Hessian(ctx, at.x)
		if err != nil {
			return nil, err
		}
		hint := at.gradient
		if p.Preconditioned {
			if at.divisor == nil {
				return nil, fmt.Errorf("the optimizer %q has no second moments to precondition with", run.Optimizer.Kind)
			}
			d, err := at.divisor()
			if err != nil {
				return nil, err
			}
			if h, err = spectral.Precondition(h, d); err != nil {
				return nil, err
			}
		}
		if ranges != nil {
			part, err := spectral.Restrict(h, ranges)
			if err != nil {
				return nil, err
			}
			if h = part; hint != nil {
				hint = make([]float64, part.Size())
				part.Gather(hint, at.gradient)
			}
		}
		r, err := o.tracker.Top(ctx, h, hint)
		if err != nil {
			return nil, err
		}
		return map[string][]float64{"": r.Values, "residual": r.Residuals, "products": {float64(r.Products)}}, nil
	}
	return nil
}

// layerRanges finds the parameters of layers and blocks in the flat vector; nil
// for all.
func layerRanges(run *plan.Run, layers []string) ([]spectral.Range, error) {
	f := run.Objective
	if len(layers) == 0 {
		return nil, nil
	}
	var out []spectral.Range
	size, offset := 0, 0
	for _, p := range f.Params {
		n := p.Type.Size()
		for _, name := range layers {
			if analysis.Belongs(p.Name, name) {
				out = append(out, spectral.Range{Offset: offset, Size: n})
				size += n
				break
			}
		}
		offset += n
	}
	if size == 0 {
		return nil, fmt.Errorf("%s has no parameters in %v", f.Address, layers)
	}
	return out, nil
}

// average is the mean over the last steps before a record.
type average struct {
	Count int
	Loss  float64
	X     []float64
}

func (o *observer) averageOf(run *plan.Run) {
	p := o.probe
	o.types = map[string]graph.Type{"": graph.Number, "loss": graph.Number, "at_mean": graph.Number, "sharpness": graph.Number}
	o.average = &average{X: make([]float64, run.Objective.Size())}
	o.tracker = spectral.NewTracker(1, spectral.Options{Tolerance: p.Tolerance, MaxProducts: p.Products, Seed: run.Seed})
	over := p.Over
	if over == 0 {
		over = p.Every
	}
	o.see = func(at *moment) error {
		next := (at.k + p.Every - 1) / p.Every * p.Every
		if next > run.Steps {
			next = run.Steps
		}
		if at.k <= next-over {
			return nil
		}
		a := o.average
		a.Count++
		a.Loss += at.loss
		for i, v := range at.x {
			a.X[i] += v
		}
		return nil
	}
	o.look = func(ctx context.Context, at *moment) (map[string][]float64, error) {
		a := o.average
		if a.Count == 0 { // the run stops before the next window begins
			a.Count, a.Loss = 1, at.loss
			copy(a.X, at.x)
		}
		n := float64(a.Count)
		mean := make([]float64, len(a.X))
		for i, v := range a.X {
			mean[i] = v / n
		}
		there, err := at.model.Value(ctx, mean)
		if err != nil {
			return nil, err
		}
		h, err := at.model.Hessian(ctx, mean)
		if err != nil {
			return nil, err
		}
		r, err := o.tracker.Top(ctx, h, nil)
		if err != nil {
			return nil, err
		}
		loss := a.Loss / n
		*a = average{X: a.X}
		clear(a.X)
		return map[string][]float64{"": {loss}, "loss": {loss}, "at_mean": {there}, "sharpness": {r.Values[0]}}, nil
	}
}

// test scores the network on other data.
func (o *observer) test(run *plan.Run, opt *Options) error {
	o.types = map[string]graph.Type{"": graph.Number, "accuracy": graph.Number, "loss": graph.Number}
	if opt.Data == nil || run.Objective.Training == nil {
		return fmt.Errorf("only a network can be tested")
	}
	var set *dataset.Set
	o.look = func(ctx context.Context, at *moment) (map[string][]float64, error) {
		if set == nil {
			var err error
			if set, err = opt.Data(o.probe.Data); err != nil {
				return nil, err
			}
		}
		s, err := at.model.(*model.Network).Test(ctx, at.x, set)
		if err != nil {
			return nil, err
		}
		first := s.Accuracy
		if math.IsNaN(first) {
			first = s.Loss // regression
		}
		return map[string][]float64{"": {first}, "accuracy": {s.Accuracy}, "loss": {s.Loss}}, nil
	}
	return nil
}

// distance is from a point, from another run, or without either from where the run
// starts.
func (o *observer) distance(run *plan.Run, opt *Options) (err error) {
	if o.probe.From != (plan.Address{}) {
		return o.distanceFrom(run, opt)
	}
	if o.probe.Point != nil {
		if o.origin, err = analysis.Flat(o.probe.Point, run.Objective, "point", opt.Results); err != nil {
			return err
		}
	}
	o.see = func(at *moment) error {
		if o.origin == nil {
			o.origin = slices.Clone(at.x)
		}
		return nil
	}
	o.look = func(_ context.Context, at *moment) (map[string][]float64, error) {
		s := 0.0
		for i, v := range at.x {
			s += (v - o.origin[i]) * (v - o.origin[i])
		}
		return map[string][]float64{"": {math.Sqrt(s)}}, nil
	}
	return nil
}

// line looks along a direction from the state.
func (o *observer) line(run *plan.Run, opt *Options) error {
	p := o.probe
	d := &analysis.Directions{Plan: run.Objective, Results: opt.Results, Rows: opt.Rows, Workers: opt.Workers}
	if p.Kind == "directional_curvature" {
		o.look = func(ctx context.Context, at *moment) (map[string][]float64, error) {
			d.Objective = at.model
			v, err := d.At(ctx, p.Axis, at.x)
			if err != nil {
				return nil, err
			}
			c, err := analysis.Curvature(ctx, at.model, at.x, v)
			s := 0.0
			for _, x := range v {
				s += x * x
			}
			return map[string][]float64{"": {c / s}}, err
		}
		return nil
	}
	s, err := analysis.Positions(p.Axis, opt.Results)
	if err != nil {
		return err
	}
	o.places = s
	t := graph.Of(len(s))
	o.types = map[string]graph.Type{"": t, "position": t}
	o.look = func(ctx context.Context, at *moment) (map[string][]float64, error) {
		d.Objective = at.model
		v, err := d.At(ctx, p.Axis, at.x)
		if err != nil {
			return nil, err
		}
		losses := make([]float64, len(s))
		point := make([]float64, len(at.x))
		for i, by := range s {
			for j := range point {
				point[j] = at.x[j] + by*v[j]
			}
			if losses[i], err = at.model.Value(ctx, point); err != nil {
				return nil, err
			}
		}
		return map[string][]float64{"": losses, "position": s}, nil
	}
	return nil
}
