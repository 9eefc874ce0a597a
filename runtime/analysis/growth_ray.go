package analysis

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// look is the objective at a radius along a ray.
//
// The loss above the minimum is the difference of two losses while that keeps its
// digits. Of a formula, where it does not, it is the integral of the derivative
// along the ray, which has nothing to cancel: whichever of the two has the
// smaller error. The error of the difference is rounding, of the losses and of
// the point, and for a formula what the second difference at a spacing of 2^-26
// of the radius shows, whose smooth part is far below rounding.
func (w *growth) look(u *ray, r float64) (reading, error) {
	if err := w.ctx.Err(); err != nil {
		return reading{}, err
	}
	w.to(u, r)
	value, err := w.objective.Gradient(w.ctx, w.slope, w.point)
	if err != nil {
		return reading{}, err
	}
	s := reading{radius: r, loss: value - u.floor, along: floats.Dot(w.slope, u.unit), steep: floats.Norm(w.slope, 2)}
	if notFinite(value) || notFinite(s.steep) {
		s.why, s.err = infinite, math.NaN()
		return s, nil
	}
	point := w.unit * w.length * s.steep
	s.err = 4*w.unit*(math.Abs(value)+math.Abs(u.floor)) + point
	if w.formula {
		noise, err := w.noise(u, r, value)
		if err != nil {
			return s, err
		}
		// The integral is no better where it is the rounding of the point that counts.
		if s.err += noise; s.err > 1e-10*math.Abs(s.loss) && s.err > 2*point {
			sum, off, err := w.integral(u, r)
			if err != nil {
				return s, err
			}
			if off += point; off < s.err {
				s.loss, s.err = sum, off
			}
		}
	}
	switch {
	case s.loss < -s.err:
		s.why = below
	case !(s.err <= w.trust*s.loss):
		s.why = digits
	case u.left*r > w.trust*s.loss:
		s.why = displaced
	}
	return s, nil
}

// to moves the scratch point to a radius along a ray.
func (w *growth) to(u *ray, r float64) {
	copy(w.point, u.origin)
	floats.AddScaled(w.point, r, u.unit)
}

// noise is the second difference of the values round a point of a ray.
func (w *growth) noise(u *ray, r, value float64) (float64, error) {
	sum := -2 * value
	for _, side := range []float64{1 - 0x1p-26, 1 + 0x1p-26} {
		w.to(u, r*side)
		v, err := w.objective.Value(w.ctx, w.point)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	if notFinite(sum) {
		return 0, nil // the neighbour is beyond the largest number, the point is not
	}
	return math.Abs(sum), nil
}

// derivative is g.u at a radius along a ray.
func (w *growth) derivative(u *ray, r float64) (float64, error) {
	w.to(u, r)
	if _, err := w.objective.Gradient(w.ctx, w.slope, w.point); err != nil {
		return 0, err
	}
	return floats.Dot(w.slope, u.unit), nil
}

// steepness is |g| at a radius along a ray.
func (w *growth) steepness(u *ray, r float64) (float64, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	w.to(u, r)
	_, err := w.objective.Gradient(w.ctx, w.slope, w.point)
	return floats.Norm(w.slope, 2), err
}

// integral is that of g.u from the minimum to a radius, with an estimate of its
// error. Panels shrink by 2 towards the minimum, so that any power of the radius
// is smooth within each, and end where they add nothing.
func (w *growth) integral(u *ray, r float64) (sum, off float64, err error) {
	const ratio, most = 2, 400
	halvings := 150
	for range most {
		part, e, err := w.panel(u, r/ratio, r, &halvings)
		if err != nil {
			return 0, 0, err
		}
		sum, off = sum+part, off+e
		r /= ratio
		if math.Abs(part) <= 0x1p-54*math.Abs(sum) {
			break
		}
	}
	return sum, off + 4*w.unit*math.Abs(sum), nil
}

// clenshawCurtis are the weights on [-1, 1] of the rule of Clenshaw and Curtis
// (1960) at the nodes cos(k pi/n), n even. Its ends are nodes: a kink anywhere
// in a panel is seen by one.
func clenshawCurtis(n int) []float64 {
	out := make([]float64, n+1)
	for k := range out {
		sum := 1.0
		for j := 1; j <= n/2; j++ {
			b := 2.0
			if j == n/2 {
				b = 1
			}
			sum -= b / float64(4*j*j-1) * math.Cos(2*math.Pi*float64(j*k)/float64(n))
		}
		c := 2.0
		if k == 0 || k == n {
			c = 1
		}
		out[k] = c * sum / float64(n)
	}
	return out
}

// Every second node of the fine rule is one of the coarse.
var fine, coarse = clenshawCurtis(16), clenshawCurtis(8)

// panel is the integral of g.u over [a, b], halved where the two rules differ, as
// long as there are halvings left: a kink takes about 40, noise would take all.
func (w *growth) panel(u *ray, a, b float64, halvings *int) (sum, off float64, err error) {
	middle, half := a+(b-a)/2, (b-a)/2
	var rough, size float64
	for k, weight := range fine {
		v, err := w.derivative(u, middle+half*math.Cos(math.Pi*float64(k)/float64(len(fine)-1)))
		if err != nil {
			return 0, 0, err
		}
		sum += weight * v
		size += weight * math.Abs(v)
		if k%2 == 0 {
			rough += coarse[k/2] * v
		}
	}
	off = math.Abs(sum - rough)
	if *halvings == 0 || off <= 1e-12*size || notFinite(sum) {
		return half * sum, half * off, nil
	}
	*halvings--
	left, e, err := w.panel(u, a, middle, halvings)
	if err != nil {
		return 0, 0, err
	}
	right, f, err := w.panel(u, middle, b, halvings)
	return left + right, e + f, err
}

// parabola is the first radius along ray d at which the loss differs from its
// quadratic approximation by the part that the study says: infinite if none does,
// 0 if the curvature is 0 or infinite, NaN if there is no telling.
func (w *growth) parabola(d int) (float64, error) {
	k := w.curvature[d]
	switch {
	case k == 0 || math.IsInf(k, 1):
		return 0, nil
	case !(k > 0):
		return math.NaN(), nil
	}
	departs := func(s reading) bool { return math.Abs(s.quadratic(k)-1) > w.plan.Departure }
	trusted := false
	for i, s := range w.samples[d] {
		switch {
		case s.why != none:
			continue
		case !departs(s):
			trusted = true
			continue
		case trusted:
			return w.bisect(d, w.radii[i-1], s.radius, departs)
		case i > 0: // where it began is among radii that cannot be trusted
			return math.NaN(), nil
		}
		// It began below the smallest radius.
		low, high := s.radius/2, s.radius
		for range 200 {
			s, err := w.look(w.rays[d], low)
			switch {
			case err != nil:
				return 0, err
			case s.why != none:
				return math.NaN(), nil
			case !departs(s):
				return w.bisect(d, low, high, departs)
			}
			low, high = low/2, low
		}
		return 0, nil
	}
	if !trusted {
		return math.NaN(), nil
	}
	return math.Inf(1), nil
}

// bisect narrows where a ray departs: not at low, but at high.
func (w *growth) bisect(d int, low, high float64, departs func(reading) bool) (float64, error) {
	accuracy := 1e-12
	if !w.formula {
		accuracy = 1e-4 // losses of a network cost more
	}
	for high-low > accuracy*high {
		middle := low * math.Sqrt(high/low)
		if middle <= low || middle >= high {
			break
		}
		s, err := w.look(w.rays[d], middle)
		if err != nil {
			return 0, err
		}
		if s.why == none && departs(s) {
			high = middle
		} else {
			low = middle
		}
	}
	return high, nil
}
