package analysis

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// depart makes the rays of unit vectors. Those of a formula begin at the minimum.
// The state of a network where training ended is hardly ever one, so each ray
// begins at the lowest point of its line near the state: what is looked at is the
// growth from there, as in the landscapes of section 3.1.
func (w *growth) depart(units [][]float64) error {
	for d, v := range units {
		u := &ray{unit: v, origin: w.center}
		if !w.formula && d%2 == 1 { // the opposite of the one before
			before := w.rays[d-1]
			u.origin, u.shift = before.origin, -before.shift
		} else if !w.formula {
			s, err := w.lineMinimum(u)
			if err != nil {
				return err
			}
			if u.shift = s; s != 0 {
				u.origin = make([]float64, len(w.center))
				floats.AddScaledTo(u.origin, w.center, s, v)
			}
		}
		value, err := w.objective.Gradient(w.ctx, w.slope, u.origin)
		if err != nil {
			return err
		}
		u.floor, u.residual, u.left = value, floats.Norm(w.slope, 2), math.Abs(floats.Dot(w.slope, v))
		w.rays = append(w.rays, u)
	}
	return nil
}

// lineMinimum is the zero of the derivative along a ray that is nearest downhill
// from its origin: the distance doubles until the derivative changes its sign,
// then halves in between. It is 0 if there is none within the largest radius.
func (w *growth) lineMinimum(u *ray) (float64, error) {
	at := func(s float64) (float64, error) {
		if err := w.ctx.Err(); err != nil {
			return 0, err
		}
		return w.derivative(u, s)
	}
	start, err := at(0)
	if err != nil || start == 0 {
		return 0, err
	}
	downhill := -math.Copysign(1, start)
	low, high := 0.0, w.plan.From
	for {
		v, err := at(downhill * high)
		if err != nil || notFinite(v) {
			return 0, err
		}
		if v*downhill >= 0 {
			break
		}
		if low, high = high, 2*high; low > w.plan.To {
			return 0, nil
		}
	}
	for range 40 {
		middle := low + (high-low)/2
		v, err := at(downhill * middle)
		if err != nil {
			return 0, err
		}
		if v*downhill >= 0 {
			high = middle
		} else {
			low = middle
		}
	}
	return downhill * (low + (high-low)/2), nil
}
