package dynamics

import (
	"fmt"
	"math"
)

// section is an objective along its fast parameter y, the others held: the
// slope F_y and the curvature F_yy, at a kink that of the right side.
type section func(y float64) (slope, curvature float64)

// twoCycle is where the map y -> y - eta F_y(y) alternates between two points,
// or, below the threshold, rests at the minimum: then both points are equal.
type twoCycle struct {
	Plus, Minus float64 // upper and lower point
	// Residual is the larger of |eta F_y(Plus) - d| and |eta F_y(Minus) + d|
	// over the width d = Plus - Minus; 0 at rest.
	Residual float64
}

// AtRest reports whether there is no oscillation.
func (c twoCycle) AtRest() bool { return c.Plus == c.Minus }

// cycleSolver follows the two-cycle while the section and the rate change
// slowly. With the middle m and the half width r of the pair, the two
// conditions are
//
//	F_y(m+r) + F_y(m-r) = 0
//	psi(r) = eta (F_y(m+r) - F_y(m-r))/(2r) - 2 = 0
//
// The division by r leaves out the fixed point m at r = 0, where psi tends to
// eta F_yy - 2: the threshold. For a section that is even the first holds at
// m = 0 and the second is eta F_y(r) = 2r, the paper's (4.7). Both are solved
// by Newton's method inside a bracket that starts at the last values, so that
// the cycle followed is the one nearest to the last.
type cycleSolver struct {
	middle, half float64
	scale        float64 // a length of the section: distances below 2^-40 of it count as 0
	even         bool
}

// cycleError says in a clause why a section has no two-cycle to follow, or no
// minimum to oscillate about.
type cycleError struct {
	reason    string
	noMinimum bool
}

func (e *cycleError) Error() string { return e.reason }

// newCycleSolver starts at y, whose size gives the scale.
func newCycleSolver(f section, y float64) *cycleSolver {
	s := &cycleSolver{middle: 0, half: math.Abs(y), scale: math.Abs(y)}
	if s.scale == 0 {
		s.half, s.scale = 1, 1
	}
	s.even = isEven(f, s.scale) && s.curvature(f, 0) >= 0
	if !s.even {
		s.middle = y
		if rest, err := s.minimum(f); err == nil {
			s.middle, s.scale = rest, max(s.scale, math.Abs(y-rest))
		}
	}
	return s
}

// isEven tests the slope for oddness at a few points about the scale.
func isEven(f section, scale float64) bool {
	if slope, _ := f(0); slope != 0 {
		return false
	}
	for _, q := range []float64{1, 0.37, 2.6} {
		if !odd(f, q*scale) {
			return false
		}
	}
	return true
}

func odd(f section, y float64) bool {
	up, _ := f(y)
	down, _ := f(-y)
	return math.Abs(up+down) <= 1e-14*math.Abs(up)
}

// solve returns the cycle of f at the rate eta. Its error is a *cycleError: the
// slope outgrows every bracket, as that of a quadratic does, or f falls without
// end.
func (s *cycleSolver) solve(f section, eta float64) (twoCycle, error) {
	c, err := s.follow(f, eta)
	if err == nil && s.even && !c.AtRest() && !odd(f, c.Plus) {
		s.even = false
		c, err = s.follow(f, eta)
	}
	return c, err
}

func (s *cycleSolver) follow(f section, eta float64) (twoCycle, error) {
	rest, err := s.minimum(f)
	if err != nil {
		return twoCycle{}, err
	}
	curvature := s.curvature(f, rest)
	if slope, _ := f(rest); !isFinite(slope) || !isFinite(curvature) {
		if s.even { // not smooth at the middle of the even section: look elsewhere
			s.even = false
			return s.follow(f, eta)
		}
		return twoCycle{}, &cycleError{reason: fmt.Sprintf("there is no minimum: the slope is not finite at %.3g", rest), noMinimum: true}
	}
	if s.even && curvature < 0 { // the minimum has split in two
		s.even, s.middle = false, s.half
		return s.follow(f, eta)
	}
	// Far from 0 the points of a narrow pair are rounded: start wider.
	tiny := max(s.scale*0x1p-40, math.Abs(rest)*0x1p-30)
	first := max(s.half, 1024*tiny)
	if !(eta*curvature > 2) {
		return twoCycle{Plus: rest, Minus: rest}, nil
	}
	if !s.even && s.half <= tiny {
		s.middle = rest
	}
	var evalErr error
	psi := func(r float64) (value, slope float64) {
		m := 0.0
		if !s.even {
			var err error
			if m, err = s.balance(f, r); err != nil {
				evalErr = err
				return math.NaN(), 0
			}
		}
		a, b, da, db := s.pair(f, m, r)
		turn := 0.0 // dm/dr
		if da+db != 0 {
			turn = -(da - db) / (da + db)
		}
		chord := (a - b) / (2 * r)
		return eta*chord - 2, eta * ((da*(1+turn)+db*(1-turn))/2 - chord) / r
	}
	lo, hi, err := bracketRatio(psi, first, tiny)
	switch {
	case evalErr != nil:
		return twoCycle{}, evalErr
	case err != nil:
		return twoCycle{}, err
	case hi <= tiny:
		return twoCycle{Plus: rest, Minus: rest}, nil
	}
	r := newton(func(r float64) (float64, float64) {
		v, d := psi(r)
		return -v, -d // newton wants a function that rises
	}, lo, hi, min(max(first, lo), hi))
	if evalErr != nil {
		return twoCycle{}, evalErr
	}
	m := 0.0
	if !s.even {
		if m, err = s.balance(f, r); err != nil {
			return twoCycle{}, err
		}
	}
	s.middle, s.half = m, r
	c := twoCycle{Plus: m + r, Minus: m - r}
	a, b, _, _ := s.pair(f, m, r)
	width := c.Plus - c.Minus
	c.Residual = max(math.Abs(eta*a-width), math.Abs(eta*b+width)) / width
	if !(c.Residual <= 1e-9) {
		return c, &cycleError{reason: fmt.Sprintf("its points exchange to %.2g of their distance only, as where the slope jumps", c.Residual)}
	}
	return c, nil
}

// pair evaluates the section at m+r and m-r; by symmetry once if it is even.
func (s *cycleSolver) pair(f section, m, r float64) (a, b, da, db float64) {
	a, da = f(m + r)
	if s.even {
		return a, -a, da, da
	}
	b, db = f(m - r)
	return a, b, da, db
}

// minimum returns the fast variable's minimum nearest to the middle.
func (s *cycleSolver) minimum(f section) (float64, error) {
	if s.even {
		return 0, nil
	}
	lo, hi, err := bracketRise(f, s.middle, s.scale/64)
	if err != nil {
		return 0, &cycleError{reason: "there is no minimum: " + err.Error(), noMinimum: true}
	}
	if at, pole := leap(f, lo, hi); pole {
		return 0, &cycleError{reason: fmt.Sprintf("there is no minimum: the slope grows without bound towards %.3g", at), noMinimum: true}
	}
	return newton(f, lo, hi, s.middle), nil
}

// leap reports whether the slope changes sign in [lo, hi] by a pole, as that
// of log(y) at 0, and where: it grows towards the place instead of vanishing
// or staying as large as it is.
func leap(f section, lo, hi float64) (at float64, pole bool) {
	below, _ := f(lo)
	above, _ := f(hi)
	usual := max(math.Abs(below), math.Abs(above))
	for range 100 {
		at = lo + (hi-lo)/2
		v, _ := f(at)
		if !(math.Abs(v) <= 1e9*usual) {
			return at, true
		}
		if v == 0 || at == lo || at == hi {
			break
		}
		if v < 0 {
			lo = at
		} else {
			hi = at
		}
	}
	return at, false
}

// curvature returns the larger of the one-sided limits of F_yy at y. At a kink,
// where F_yy is small on both sides, the slope's change over a short distance
// takes its place.
func (s *cycleSolver) curvature(f section, y float64) float64 {
	_, c := f(y)
	if !s.even {
		_, left := f(y - s.scale*0x1p-40)
		c = max(c, left)
	}
	e := s.scale * 1e-6
	up, _ := f(y + e)
	down, _ := f(y - e)
	if k := (up - down) / (2 * e); k > 2*c {
		c = k
	}
	return c
}

// balance returns the middle at which the slopes at distance r on both sides
// cancel.
func (s *cycleSolver) balance(f section, r float64) (float64, error) {
	g := func(m float64) (float64, float64) {
		a, da := f(m + r)
		b, db := f(m - r)
		return a + b, da + db
	}
	lo, hi, err := bracketRise(g, s.middle, r/64)
	if err != nil {
		return 0, &cycleError{reason: fmt.Sprintf("no middle of two points at a distance of %.3g has opposite slopes: %v", 2*r, err)}
	}
	return newton(g, lo, hi, s.middle), nil
}

// bracketRatio finds lo < hi with f(lo) >= 0 >= f(hi) for positive arguments,
// going away from x by ratios that grow. If f is negative down to tiny, both
// are tiny at most. The error says where the search ended.
func bracketRatio(f func(float64) (float64, float64), x, tiny float64) (lo, hi float64, err error) {
	lo, hi = x, x
	v, _ := f(x)
	up := v > 0
	for ratio := 1.01; ; ratio *= ratio {
		switch {
		case up && math.IsInf(v, 1):
			return lo, lo, overshoots(x)
		case v != v || math.IsInf(v, 0):
			return lo, hi, &cycleError{reason: fmt.Sprintf("the slope is not finite at a distance of %.3g", x)}
		case up && v <= 0, !up && v >= 0:
			return lo, hi, nil
		case up:
			lo = x
			x *= ratio
			hi = x
		default:
			if x <= tiny {
				return x, x, nil
			}
			hi = x
			x = max(x/ratio, tiny)
			lo = x
		}
		if math.IsInf(x, 0) || math.IsInf(ratio, 0) {
			return lo, lo, overshoots(lo)
		}
		v, _ = f(x)
	}
}

func overshoots(x float64) error {
	return &cycleError{reason: fmt.Sprintf("a step overshoots at every distance up to %.3g, as on a quadratic", x)}
}

// bracketRise finds lo <= hi with f(lo) <= 0 <= f(hi), going from x down the
// slope by steps that double.
func bracketRise(f func(float64) (float64, float64), x, step float64) (lo, hi float64, err error) {
	v, _ := f(x)
	if v > 0 {
		step = -step
	}
	for v != 0 {
		y := x + step
		w, _ := f(y)
		switch {
		case v != v || w != w || math.IsInf(y, 0):
			return x, y, fmt.Errorf("the slope does not change sign up to %.3g", y)
		case (w < 0) != (v < 0):
			return min(x, y), max(x, y), nil
		}
		x, v, step = y, w, 2*step
	}
	return x, x, nil
}

// newton returns the root in [lo, hi] of a function that is not above 0 at lo
// and not below it at hi, to the last bits that its rounding allows. It takes
// Newton's step where that stays inside the bracket and shrinks it fast
// enough, and halves the bracket elsewhere.
func newton(f func(float64) (value, slope float64), lo, hi, x float64) float64 {
	best, bestValue := x, math.Inf(1)
	last := math.Inf(1) // size of the last step
	stale := 0
	for range 300 {
		if !(lo < hi) {
			x = lo
		}
		v, d := f(x)
		if a := math.Abs(v); a < bestValue {
			best, bestValue, stale = x, a, 0
		} else {
			stale++
		}
		if v == 0 || !(lo < hi) {
			return best
		}
		if v < 0 {
			lo = x
		} else {
			hi = x
		}
		next := x - v/d
		if !(next > lo && next < hi) || math.Abs(next-x) > last/2 {
			next = lo + (hi-lo)/2
			if lo > 0 && hi > 4*lo {
				next = math.Sqrt(lo) * math.Sqrt(hi) // halves the exponents first
			}
			if next <= lo || next >= hi {
				break // neighbours
			}
		}
		last = math.Abs(next - x)
		if last <= 0x1p-52*math.Abs(x) && stale > 2 {
			break
		}
		x = next
	}
	for _, end := range []float64{lo, hi} {
		if v, _ := f(end); math.Abs(v) < bestValue {
			best, bestValue = end, math.Abs(v)
		}
	}
	return best
}
