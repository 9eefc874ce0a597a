package analysis

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// bounds are what Definition 4.1 and the proof of Theorem 4.3 ask for.
type bounds struct {
	steep  []float64 // by radius: the largest |g|/r
	ratio  []float64 // the same; of a network the largest |g.u|/r, for each line is a function of its own
	cosine []float64 // by radius: the smallest cosine between g and x - x*

	c     float64   // the smallest cosine of all; NaN if there is none
	at    []float64 // where; NaN if there is none
	place spot      // the sample beside it

	// still are points away from the minimum at which the gradient is zero, the
	// nearest first.
	still []still

	rate                 float64 // 0: no ball is asked for
	inner, innerResidual float64 // the proof's r1, and how far |g|/r is from 2c/rate there, relatively
	ball                 float64 // the proof's r2
}

// spot is a sample: a ray and the index of a radius. No sample has ray -1.
type spot struct{ ray, radius int }

// still is a stationary point.
type still struct {
	at     []float64
	radius float64
	steep  float64 // what is left of the gradient
}

// directed reports whether a gradient of that length at that radius has a
// direction that counts: neither the gradient left at the minimum nor the rounding
// of the point decides it.
func (w *growth) directed(residual, radius, steep float64) bool {
	return steep > 0 && !notFinite(steep) && residual <= w.trust*steep && w.unit*w.length <= w.trust*radius
}

func (w *growth) bounds(rate float64) (*bounds, error) {
	b := &bounds{c: math.NaN(), at: make([]float64, len(w.center)), place: spot{ray: -1}, rate: rate}
	for i := range b.at {
		b.at[i] = math.NaN()
	}
	for k := range w.radii {
		steep, along, cosine := math.NaN(), math.NaN(), math.NaN()
		for d := range w.rays {
			s := w.samples[d][k]
			if s.why != infinite {
				steep, along = larger(steep, s.ratio()), larger(along, math.Abs(s.along)/s.radius)
			}
			if !w.directed(w.rays[d].residual, s.radius, s.steep) {
				continue
			}
			cosine = -larger(-cosine, -s.cosine())
			if !(s.cosine() >= b.c) {
				b.c, b.place = s.cosine(), spot{d, k}
			}
		}
		if w.formula {
			along = steep
		}
		b.steep, b.ratio, b.cosine = append(b.steep, steep), append(b.ratio, along), append(b.cosine, cosine)
	}
	if b.place.ray >= 0 {
		w.to(w.rays[b.place.ray], w.radii[b.place.radius])
		copy(b.at, w.point)
	}
	if w.formula && len(w.center) > 1 {
		if err := w.sharpen(b); err != nil {
			return nil, err
		}
	}
	if w.formula {
		if err := w.stationary(b); err != nil {
			return nil, err
		}
	}
	if rate == 0 {
		return b, nil
	}
	return b, w.trap(b)
}

// larger is the maximum of two numbers where NaN is none.
func larger(a, b float64) float64 {
	if math.IsNaN(a) || b > a {
		return b
	}
	return a
}

// starts is from how many samples, of as many rays, a local search sets out.
const starts = 8

// best lists the spot of each ray with the smallest score, of which the first few,
// by score. NaN is no score.
func (w *growth) best(score func(s reading) float64) []spot {
	type scored struct {
		spot
		score float64
	}
	var all []scored
	for d := range w.rays {
		least := scored{score: math.NaN()}
		for k, s := range w.samples[d] {
			if v := score(s); !math.IsNaN(v) && !(v >= least.score) {
				least = scored{spot{d, k}, v}
			}
		}
		if !math.IsNaN(least.score) {
			all = append(all, least)
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	var out []spot
	for _, s := range all[:min(len(all), starts)] {
		out = append(out, s.spot)
	}
	return out
}

// sharpen lowers c by local searches within the radii that were looked at.
func (w *growth) sharpen(b *bounds) error {
	for _, p := range w.best(func(s reading) float64 {
		if !w.directed(w.residual, s.radius, s.steep) {
			return math.NaN()
		}
		return s.cosine()
	}) {
		scale := w.radii[p.radius]
		y, v, err := w.search(w.rays[p.ray].unit, func(z, slope []float64) (float64, error) {
			return w.cosineAt(w.within(z, scale, w.plan.From, w.plan.To), scale, slope)
		})
		if err != nil {
			return err
		}
		if v < b.c {
			b.c = v
			y = w.within(y, scale, w.plan.From, w.plan.To)
			floats.AddTo(b.at, w.center, y)
		}
	}
	return nil
}

// within is scale*z, brought back to the shell between two radii.
func (w *growth) within(z []float64, scale, least, most float64) []float64 {
	y := make([]float64, len(z))
	floats.AddScaled(y, scale, z)
	length := floats.Norm(y, 2)
	if to := min(max(length, least), most); to != length && length > 0 {
		floats.Scale(to/length, y)
	}
	return y
}

// cosineAt is the cosine at x* + y. slope, if not nil, is set to its gradient in
// y/scale,
//
//	(H y + g)/(|g| |y|) - cos (H g/|g|^2 + y/|y|^2).
func (w *growth) cosineAt(y []float64, scale float64, slope []float64) (float64, error) {
	floats.AddTo(w.point, w.center, y)
	if _, err := w.objective.Gradient(w.ctx, w.slope, w.point); err != nil {
		return 0, err
	}
	g, length := floats.Norm(w.slope, 2), floats.Norm(y, 2)
	if !w.directed(w.residual, length, g) {
		return math.NaN(), nil
	}
	cosine := floats.Dot(w.slope, y) / g / length
	if slope == nil {
		return cosine, nil
	}
	hy, hg, err := w.products(y)
	if err != nil {
		return 0, err
	}
	for i, gi := range w.slope {
		slope[i] = scale * ((hy[i]+gi)/g/length - cosine*(hg[i]/g/g+y[i]/length/length))
	}
	return cosine, nil
}

// products are those of the Hessian at the scratch point with y and with the
// scratch gradient.
func (w *growth) products(y []float64) (hy, hg []float64, err error) {
	h, err := w.objective.Hessian(w.ctx, w.point)
	if err != nil {
		return nil, nil, err
	}
	hy, hg = make([]float64, len(y)), make([]float64, len(y))
	if err := h.Apply(hy, y); err != nil {
		return nil, nil, err
	}
	return hy, hg, h.Apply(hg, w.slope)
}

// underflow is a length of the gradient below which its being zero farther out is
// the arithmetic's doing.
const underflow = 1e-150

// stationary looks for zeros of the gradient away from the minimum: where it is
// zero at a sample, and by local search where its length has a minimum along a
// ray. A zero is what is left below 1e-9 of the gradients beside it.
func (w *growth) stationary(b *bounds) error {
	type dip struct {
		spot
		radius, depth, scale float64
	}
	var dips []dip
	for d, u := range w.rays {
		ray := w.samples[d]
		for k, s := range ray {
			switch {
			case s.why == infinite || k > 0 && ray[k-1].steep < underflow:
			case s.steep == 0:
				w.to(u, s.radius)
				b.still = append(b.still, still{slices.Clone(w.point), s.radius, 0})
			case k > 0 && k+1 < len(ray) && s.steep < ray[k-1].steep && s.steep < ray[k+1].steep:
				r, v, err := w.lowest(u, ray[k-1].radius, ray[k+1].radius)
				if err != nil {
					return err
				}
				scale := min(ray[k-1].steep, ray[k+1].steep)
				dips = append(dips, dip{spot{d, k}, r, v / scale, scale})
			}
		}
	}
	const small = 1e-9
	slices.SortStableFunc(dips, func(a, b dip) int { return cmp.Compare(a.depth, b.depth) })
	for i, p := range dips {
		u := w.rays[p.ray]
		if p.depth <= small {
			w.to(u, p.radius)
			b.still = append(b.still, still{slices.Clone(w.point), p.radius, p.depth * p.scale})
			continue
		}
		if i >= starts || len(w.center) == 1 {
			continue
		}
		y, v, err := w.search(u.unit, func(z, slope []float64) (float64, error) {
			return w.steepAt(w.within(z, p.radius, w.plan.From, w.plan.To), p.radius, p.scale, slope)
		})
		if err != nil {
			return err
		}
		if y = w.within(y, p.radius, w.plan.From, w.plan.To); v <= small && floats.Norm(y, 2) > w.plan.From {
			at := make([]float64, len(y))
			floats.AddTo(at, w.center, y)
			b.still = append(b.still, still{at, floats.Norm(y, 2), v * p.scale})
		}
	}
	slices.SortStableFunc(b.still, func(a, b still) int { return cmp.Compare(a.radius, b.radius) })
	return nil
}

// steepAt is |g|/unit at x* + y, and its gradient H g/|g| in y/scale.
func (w *growth) steepAt(y []float64, scale, unit float64, slope []float64) (float64, error) {
	floats.AddTo(w.point, w.center, y)
	if _, err := w.objective.Gradient(w.ctx, w.slope, w.point); err != nil {
		return 0, err
	}
	g := floats.Norm(w.slope, 2)
	if slope == nil || g == 0 {
		clear(slope)
		return g / unit, nil
	}
	_, hg, err := w.products(y)
	for i := range slope {
		slope[i] = scale * hg[i] / g / unit
	}
	return g / unit, err
}

// lowest is the least |g| along a ray between two radii, by golden section.
func (w *growth) lowest(u *ray, low, high float64) (radius, steep float64, err error) {
	golden := (math.Sqrt(5) - 1) / 2
	at := [2]float64{high - golden*(high-low), low + golden*(high-low)}
	var v [2]float64
	for i := range at {
		if v[i], err = w.steepness(u, at[i]); err != nil {
			return 0, 0, err
		}
	}
	for high-low > 4*0x1p-53*high {
		fresh := 0
		if v[0] <= v[1] {
			high, at[1], v[1] = at[1], at[0], v[0]
			at[0] = high - golden*(high-low)
		} else {
			low, at[0], v[0] = at[0], at[1], v[1]
			at[1] = low + golden*(high-low)
			fresh = 1
		}
		if !(low < at[fresh] && at[fresh] < high) {
			break
		}
		if v[fresh], err = w.steepness(u, at[fresh]); err != nil {
			return 0, 0, err
		}
	}
	if v[0] <= v[1] {
		return at[0], v[0], nil
	}
	return at[1], v[1], nil
}
