package analysis

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
	"relief/runtime/random"
	"relief/runtime/spectral"
)

// Growth looks at an objective along rays from a minimum, see plan.Growth for
// the results.
//
//	minimum, rays, radii --(look)--> loss above the minimum, gradient --> exponent, quadratic, curvature
//	gradients --(bounds)--> Definition 4.1's c, the radii of Theorem 4.3's proof, stationary points
//	all of it --(judge)--> verdict, evidence
//
// Section 4.3 of Ma, Kunin, Wu and Ying (2022) has the definition and the
// theorem. All of it is sampled, and for a formula refined by local search from
// the best samples: evidence of bounds, and no proof of them.
func Growth(ctx context.Context, p *plan.Growth, d *Directions, minimum []float64) ([]Named, map[string]string, error) {
	w := &growth{
		ctx: ctx, plan: p, objective: d.Objective, center: minimum, formula: p.Objective.Training == nil,
		point: make([]float64, len(minimum)), slope: make([]float64, len(minimum)),
		unit: 0x1p-53, trust: 1e-4, tolerance: 1e-3,
	}
	if !w.formula {
		w.trust, w.tolerance = 1e-2, 0.05
		if p.Objective.Network.Single {
			w.unit = 0x1p-24
		}
	}
	rate, err := w.rate(d.Results)
	if err != nil {
		return nil, nil, err
	}
	floor, err := w.objective.Gradient(ctx, w.slope, minimum)
	if err != nil {
		return nil, nil, err
	}
	if w.residual = floats.Norm(w.slope, 2); notFinite(floor) || notFinite(w.residual) {
		return nil, nil, fmt.Errorf("at the minimum the loss of %s is %v, and its gradient has the length %v", p.Objective.Address, floor, w.residual)
	}
	directions, err := w.directions(d)
	if err != nil {
		return nil, nil, err
	}
	if err := w.depart(directions); err != nil {
		return nil, nil, err
	}
	w.length = floats.Norm(minimum, 2)
	w.radii = graph.Logspace(p.From, p.To, p.Points)
	if err := w.sample(); err != nil {
		return nil, nil, err
	}
	if err := w.bends(); err != nil {
		return nil, nil, err
	}
	b, err := w.bounds(rate)
	if err != nil {
		return nil, nil, err
	}
	verdict, evidence := w.judge(b)
	return w.results(b), map[string]string{"verdict": verdict, "evidence": evidence}, nil
}

// growth is one question about growth while it is answered.
type growth struct {
	ctx       context.Context
	plan      *plan.Growth
	objective model.Objective
	formula   bool
	center    []float64 // the minimum
	length    float64   // of it as a vector
	residual  float64   // the length of the gradient there
	rays      []*ray
	radii     []float64

	unit      float64 // rounding of the objective's arithmetic
	trust     float64 // the largest relative error of a loss whose exponent is given
	tolerance float64 // within which an exponent is 2 and a ratio constant

	samples   [][]reading // by ray and radius
	curvature []float64   // by ray
	end       []float64   // by ray: where the quadratic picture ends

	point, slope []float64 // scratch
}

// ray is a half-line that the objective is looked at along.
type ray struct {
	unit     []float64
	origin   []float64 // the minimum; of a network the lowest point of the line nearby
	shift    float64   // how far the origin is from the minimum, along unit
	floor    float64   // the loss at the origin
	residual float64   // the length of the gradient there
	left     float64   // its part along the ray
}

// reading is an objective at a radius along a ray.
type reading struct {
	radius float64
	loss   float64 // above the minimum
	err    float64 // an estimate of the error of loss
	along  float64 // g.u, the derivative along the ray
	steep  float64 // |g|
	why    doubt   // what forbids an exponent
}

// doubt says why a sample has no exponent.
type doubt uint8

const (
	none      doubt = iota
	infinite        // the loss or its gradient is not finite
	below           // the loss is below that of the minimum
	digits          // the loss above the minimum has lost its digits
	displaced       // the gradient at the minimum explains a part of the loss
	doubts
)

func (w *growth) rate(results bind.Results) (float64, error) {
	e := w.plan.LearningRate
	if e == nil {
		return 0, nil
	}
	v, err := bind.Value(e, nil, results)
	switch {
	case err != nil:
		return 0, err
	case v.Type != graph.Number:
		return 0, &bind.Error{Span: e.Span, Err: fmt.Errorf("the learning rate is %s, not a number", v.Type)}
	case !(v.Data[0] > 0) || notFinite(v.Data[0]):
		return 0, &bind.Error{Span: e.Span, Err: fmt.Errorf("the learning rate is %v; it must be positive and finite", v.Data[0])}
	}
	return v.Data[0], nil
}

// directions are unit vectors: of a formula the coordinate axes both ways, then
// random ones of the uniform law on the sphere; of a network its axes both ways.
func (w *growth) directions(d *Directions) ([][]float64, error) {
	var out [][]float64
	both := func(v []float64) {
		back := slices.Clone(v)
		floats.Scale(-1, back)
		out = append(out, v, back)
	}
	if !w.formula {
		for i := range w.plan.Axes {
			a := &w.plan.Axes[i]
			v, err := d.At(w.ctx, a, w.center)
			if err != nil {
				return nil, err
			}
			length := floats.Norm(v, 2)
			if !(length > 0) {
				return nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the direction of the axis %q is zero", a.Label)}
			}
			floats.Scale(1/length, v)
			both(v)
		}
		return out, nil
	}
	n := len(w.center)
	for i := range n {
		v := make([]float64, n)
		v[i] = 1
		both(v)
	}
	stream := random.New(w.plan.Seed, "growth")
	for k := len(out); k < w.plan.Rays(); k++ {
		v := make([]float64, n)
		for i := range v {
			v[i] = stream.Normal(uint64(k), uint64(i))
		}
		floats.Scale(1/floats.Norm(v, 2), v) // 0 would need every number to be 0
		out = append(out, v)
	}
	return out, nil
}

func (w *growth) sample() error {
	w.samples = make([][]reading, len(w.rays))
	for d, u := range w.rays {
		w.samples[d] = make([]reading, len(w.radii))
		for k, r := range w.radii {
			s, err := w.look(u, r)
			if err != nil {
				return err
			}
			w.samples[d][k] = s
		}
	}
	return nil
}

// bends finds the curvature at the minimum along each ray, u.H u, one-sided at a
// kink as graph.HVP is, and where its parabola ends.
func (w *growth) bends() error {
	var h spectral.Operator
	var err error
	w.curvature = make([]float64, len(w.rays))
	for d, u := range w.rays {
		if h == nil || u.shift != 0 {
			if h, err = w.objective.Hessian(w.ctx, u.origin); err != nil {
				return err
			}
		}
		if err := h.Apply(w.slope, u.unit); err != nil {
			return err
		}
		w.curvature[d] = floats.Dot(u.unit, w.slope)
	}
	w.end = make([]float64, len(w.rays))
	for d := range w.rays {
		if w.end[d], err = w.parabola(d); err != nil {
			return err
		}
	}
	return nil
}

// exponent is d log(f - f*) / d log r, NaN where it cannot be trusted.
func (s reading) exponent() float64 {
	if s.why != none {
		return math.NaN()
	}
	return s.radius * s.along / s.loss
}

// quadratic is the loss over its quadratic approximation of that curvature.
func (s reading) quadratic(curvature float64) float64 {
	if s.why != none {
		return math.NaN()
	}
	return s.loss / (0.5 * curvature * s.radius * s.radius)
}

// ratio is |g|/r.
func (s reading) ratio() float64 { return s.steep / s.radius }

// cosine is that of the angle between the gradient and the ray, NaN where the
// gradient is zero.
func (s reading) cosine() float64 { return s.along / s.steep }

// results names all that was found.
func (w *growth) results(b *bounds) []Named {
	byRay := func(f func(d int, s reading) float64) *array.Array {
		var data []float64
		for d := range w.rays {
			for _, s := range w.samples[d] {
				data = append(data, f(d, s))
			}
		}
		return array.New(graph.Of(len(w.rays), len(w.radii)), data)
	}
	vector := func(v []float64) *array.Array { return array.New(graph.Of(len(v)), v) }
	out := []Named{
		{"radius", vector(w.radii)},
		{"loss", byRay(func(_ int, s reading) float64 { return s.loss })},
		{"loss_error", byRay(func(_ int, s reading) float64 { return s.err })},
		{"exponent", byRay(func(_ int, s reading) float64 { return s.exponent() })},
		{"quadratic", byRay(func(d int, s reading) float64 { return s.quadratic(w.curvature[d]) })},
		{"curvature", vector(w.curvature)},
		{"quadratic_radius", vector(w.end)},
		{"ratio", vector(b.ratio)},
		{"cosine", vector(b.cosine)},
		{"c", array.Scalar(b.c)},
		{"ratio_end", array.Scalar(b.ratio[len(b.ratio)-1])},
		{"residual", array.Scalar(w.residual)},
	}
	if w.formula {
		units := make([][]float64, len(w.rays))
		for d, u := range w.rays {
			units[d] = u.unit
		}
		out = append(out, Named{"direction", array.New(graph.Of(len(w.rays), len(w.center)), slices.Concat(units...))})
		offset := 0
		for _, p := range w.plan.Objective.Params {
			n := p.Type.Size()
			out = append(out, Named{"c_at." + p.Name, array.New(p.Type, slices.Clone(b.at[offset:offset+n]))})
			offset += n
		}
	} else {
		shifts := make([]float64, len(w.rays))
		for d, u := range w.rays {
			shifts[d] = u.shift
		}
		out = append(out, Named{"shift", vector(shifts)})
	}
	if w.plan.LearningRate != nil {
		out = append(out, Named{"inner", array.Scalar(b.inner)}, Named{"inner_residual", array.Scalar(b.innerResidual)}, Named{"ball", array.Scalar(b.ball)})
	}
	return out
}
