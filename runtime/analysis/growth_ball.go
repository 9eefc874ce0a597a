package analysis

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// trap finds the two radii in the proof of Theorem 4.3 for a learning rate eta:
// inner, beyond which |g| < (2c/eta) r, so that each step of gradient descent
// comes closer to the minimum by (4.5); and ball, the largest distance that a step
// from within inner leads to, or inner where that is more. No step leaves the ball
// that began in it.
//
// inner is infinite if the radii end before it, or if a stationary point lies
// beyond: there (4.5) is no strict inequality. Both are NaN without a positive c.
func (w *growth) trap(b *bounds) error {
	b.inner, b.innerResidual, b.ball = math.NaN(), math.NaN(), math.NaN()
	if !(b.c > leastCosine) {
		return nil
	}
	bound := 2 * b.c / b.rate
	if err := w.findInner(b, bound); err != nil {
		return err
	}
	for _, s := range b.still {
		if s.radius > b.inner {
			b.inner, b.innerResidual = math.Inf(1), math.NaN()
		}
	}
	if math.IsInf(b.inner, 1) {
		b.ball = b.inner
		return nil
	}
	return w.findBall(b)
}

// leastCosine is what a local search leaves of a cosine that is 0.
const leastCosine = 1e-6

func (w *growth) findInner(b *bounds, bound float64) error {
	last := -1
	for k, r := range b.steep {
		if !(r < bound) {
			last = k
		}
	}
	switch {
	case last == len(w.radii)-1:
		b.inner = math.Inf(1)
		return nil
	case last < 0:
		// Towards the minimum |g|/r tends to |H u|.
		b.inner, b.innerResidual = 0, 0
		h, err := w.objective.Hessian(w.ctx, w.center)
		if err != nil {
			return err
		}
		for _, u := range w.rays {
			if err := h.Apply(w.slope, u.unit); err != nil {
				return err
			}
			if !(floats.Norm(w.slope, 2) < bound) {
				b.inner, b.innerResidual = w.radii[0], math.Abs(b.steep[0]/bound-1)
			}
		}
		return nil
	}
	type crossed struct {
		ray    int
		radius float64
	}
	var all []crossed
	for d, ray := range w.samples {
		for k := last; k >= 0; k-- {
			if s := ray[k]; s.why == infinite || s.ratio() < bound {
				continue
			}
			r, err := w.crossing(w.rays[d], bound, w.radii[k], w.radii[k+1])
			if err != nil {
				return err
			}
			all = append(all, crossed{d, r})
			break
		}
	}
	if len(all) == 0 { // the gradient is not finite there
		b.inner = math.Inf(1)
		return nil
	}
	slices.SortStableFunc(all, func(a, b crossed) int { return -cmp.Compare(a.radius, b.radius) })
	at := make([]float64, len(w.center)) // from the minimum
	floats.AddScaled(at, all[0].radius, w.rays[all[0].ray].unit)
	if n := len(w.center); w.formula && n > 1 && n <= simplexMost {
		for _, p := range all[:min(len(all), starts)] {
			if err := w.outermost(at, w.rays[p.ray].unit, p.radius, bound); err != nil {
				return err
			}
		}
	}
	b.inner = floats.Norm(at, 2)
	floats.AddTo(w.point, w.center, at)
	_, err := w.objective.Gradient(w.ctx, w.slope, w.point)
	b.innerResidual = math.Abs(floats.Norm(w.slope, 2)/b.inner/bound - 1)
	return err
}

// outermost moves at, a point relative to the minimum, to one farther out with
// |g| >= bound r, if a search from a radius along u finds one. Ridges of |g|/r are
// narrow and need not run along rays: the search follows them, with a penalty on
// log |g|/r below the bound, whose factor is enough where |g|/r falls faster along
// the ridge than r^-0.01.
func (w *growth) outermost(at, u []float64, radius, bound float64) error {
	const penalty = 100
	_, _, err := w.search(u, func(z, _ []float64) (float64, error) {
		y := w.within(z, radius, 0, w.plan.To)
		floats.AddTo(w.point, w.center, y)
		_, err := w.objective.Gradient(w.ctx, w.slope, w.point)
		r := floats.Norm(y, 2)
		short := math.Log(bound * r / floats.Norm(w.slope, 2))
		if short <= 0 && r > floats.Norm(at, 2) {
			copy(at, y)
		}
		return penalty*max(0, short) - math.Log(r/radius), err
	})
	return err
}

// crossing narrows where |g| = bound r between two radii: it is more at low, and
// less at high.
func (w *growth) crossing(u *ray, bound, low, high float64) (float64, error) {
	accuracy := 1e-14
	if !w.formula {
		accuracy = 1e-4
	}
	for high-low > accuracy*high {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			break
		}
		g, err := w.steepness(u, middle)
		if err != nil {
			return 0, err
		}
		if g < bound*middle {
			high = middle
		} else {
			low = middle
		}
	}
	return high, nil
}

// findBall looks for the longest way from the minimum after one step from within
// inner.
func (w *growth) findBall(b *bounds) error {
	b.ball = b.inner
	if b.inner == 0 {
		return nil
	}
	const even = 200 // radii spaced evenly, beside those of the samples
	var radii []float64
	for _, r := range w.radii {
		if r < b.inner {
			radii = append(radii, r)
		}
	}
	if w.formula {
		for i := range even {
			radii = append(radii, b.inner*float64(i+1)/even)
		}
	} else {
		radii = append(radii, b.inner)
	}
	type landing struct {
		ray           int
		from, reached float64
	}
	var best []landing
	y := make([]float64, len(w.center))
	for d, u := range w.rays {
		far := landing{ray: d, reached: -1}
		for _, r := range radii {
			floats.ScaleTo(y, r, u.unit)
			v, err := w.stepFrom(u.origin, y, b.rate, 1, nil)
			if err != nil {
				return err
			}
			if v > far.reached {
				far = landing{d, r, v}
			}
		}
		b.ball = max(b.ball, far.reached)
		best = append(best, far)
	}
	if !w.formula {
		return nil
	}
	slices.SortStableFunc(best, func(a, b landing) int { return -cmp.Compare(a.reached, b.reached) })
	for _, p := range best[:min(len(best), starts)] {
		if !(p.reached > 0) {
			continue
		}
		_, v, err := w.search(w.rays[p.ray].unit, func(z, slope []float64) (float64, error) {
			v, err := w.stepFrom(w.center, w.within(z, p.from, 0, b.inner), b.rate, p.from, slope)
			floats.Scale(-1/p.reached, slope)
			return -v / p.reached, err
		})
		if err != nil {
			return err
		}
		b.ball = max(b.ball, -v*p.reached)
	}
	return nil
}

// stepFrom is |y - eta g| with the gradient g at origin + y: how far from the origin
// a step of gradient descent ends. slope, if not nil, is set to its gradient
// s - eta H s, with the unit vector s along y - eta g, in y/scale.
func (w *growth) stepFrom(origin, y []float64, rate, scale float64, slope []float64) (float64, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	floats.AddTo(w.point, origin, y)
	if _, err := w.objective.Gradient(w.ctx, w.slope, w.point); err != nil {
		return 0, err
	}
	for i := range w.slope {
		w.slope[i] = y[i] - rate*w.slope[i]
	}
	length := floats.Norm(w.slope, 2)
	if slope == nil || length == 0 {
		clear(slope)
		return length, nil
	}
	_, hs, err := w.products(y)
	for i := range slope {
		slope[i] = scale * (w.slope[i] - rate*hs[i]) / length
	}
	return length, err
}

// simplexMost is the largest dimension that the method of Nelder and Mead is used
// in. It does not mind kinks; above it the limited-memory BFGS follows gradients.
const simplexMost = 8

// search minimises a function from the unit vector u on, and returns the best
// point that it has seen and the value there. The function is asked for its
// gradient where that is not nil; NaN is a value above all others.
func (w *growth) search(u []float64, f func(z, slope []float64) (float64, error)) ([]float64, float64, error) {
	var failed error
	best, least := slices.Clone(u), math.Inf(1)
	ask := func(z, slope []float64) float64 {
		if failed == nil {
			failed = w.ctx.Err()
		}
		if failed != nil {
			return math.Inf(1)
		}
		v, err := f(z, slope)
		switch {
		case err != nil:
			failed = err
			return math.Inf(1)
		case math.IsNaN(v):
			clear(slope)
			return math.Inf(1)
		}
		if v < least {
			least = v
			copy(best, z)
		}
		return v
	}
	problem := optimize.Problem{Func: func(z []float64) float64 { return ask(z, nil) }}
	settings := optimize.Settings{
		FuncEvaluations: 150 * len(u),
		Converger:       &optimize.FunctionConverge{Absolute: 1e-15, Relative: 1e-15, Iterations: 30 * len(u)},
	}
	// A search that stalls, at a kink for instance, still leaves its best point.
	if len(u) > simplexMost {
		settings.FuncEvaluations = 500
		problem.Grad = func(slope, z []float64) { ask(z, slope) }
		_, _ = optimize.Minimize(problem, slices.Clone(u), &settings, &optimize.LBFGS{})
		return best, least, failed
	}
	// A fresh simplex at the best point of the one before finds what that missed,
	// which at kinks is the rule.
	for _, size := range []float64{0.1, 0.02, 0.004, 0.0008} {
		_, _ = optimize.Minimize(problem, slices.Clone(best), &settings, &optimize.NelderMead{SimplexSize: size})
	}
	return best, least, failed
}
