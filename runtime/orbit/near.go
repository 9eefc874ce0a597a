package orbit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"relief/runtime/graph"
)

// recurrence is how near, relative to the size of the states, an orbit comes
// back to itself after what is taken for its period.
const recurrence = 1e-3

// near finds the cycle near a point; with a name of vary, that of each value,
// begun at the cycle of the value before it.
func (y *system) near(ctx context.Context) error {
	p := y.p
	if y.size*max(p.Period, 1) > maxUnknowns {
		return fail(p, codeNoCycle, p.Span, "Ask for a shorter period.", "a cycle of %d points of %d numbers has more than %d unknowns", p.Period, y.size, maxUnknowns)
	}
	if len(y.axes) > 1 {
		return fail(p, codeNoCycle, p.Span, "Keep one vary block.", "a cycle is followed along one axis of vary, not %d", len(y.axes))
	}
	start, err := y.point(p.Near, "near")
	if err != nil {
		return err
	}
	compiled, err := y.programs()
	if err != nil {
		return err
	}
	s := y.newSolver(compiled)
	cycles := make([]*cycle, y.lanes)
	s.setLane(0)
	guess, err := y.guess(ctx, s, start)
	if err != nil {
		return err
	}
	floor := norm(start)
	for lane := range cycles {
		s.setLane(lane)
		if lane > 1 { // along the secant of the last two
			guess = extrapolate(cycles[lane-2].points, cycles[lane-1].points)
		}
		c, err := s.find(ctx, guess, floor)
		if err != nil && lane > 0 {
			c, err = s.find(ctx, cycles[lane-1].points, floor)
		}
		if err != nil {
			no := (*noCycle)(nil)
			if !errors.As(err, &no) {
				return err
			}
			if lane == 0 {
				return fail(p, codeNoCycle, p.Span, y.cureOf(no), "there is no cycle of period %d near: %s", len(guess), no.reason)
			}
			last := cycles[lane-1]
			y.warn(p, codePartial, p.Span, "The values from there on are NaN. A multiplier near 1 tells where a branch turns round or meets another; begin a second orbit on the other side.",
				"the cycle is lost at value %d of %d: %s; the multiplier nearest to 1 was %.4g", lane+1, y.lanes, no.reason, real(last.nearestToOne()))
			break
		}
		s.measure(c)
		cycles[lane], guess = c, c.points
		y.progress(float64(lane+1) / float64(y.lanes))
	}
	return y.putCycles(cycles)
}

func (y *system) cureOf(no *noCycle) string {
	if no.period > 0 {
		return fmt.Sprintf("Write period = %d, begin nearer to the cycle, or settle = 1000.", no.period)
	}
	return "Begin nearer to the cycle, write settle = 1000 if it attracts, or ask for another period."
}

// guess is where Newton's method begins: the orbit of the point, for as many
// steps as the period has, given or found.
func (y *system) guess(ctx context.Context, s *solver, start []float64) ([][]float64, error) {
	p := y.p
	n := p.Period
	if n == 0 {
		n = max(p.MaxPeriod, 1) + 1
	}
	points, err := s.orbit(ctx, start, p.Settle, n)
	switch {
	case err != nil:
		return nil, err
	case points == nil:
		return nil, fail(p, codeNoCycle, p.Map.Optimizer.Span, "Lower the learning rate, or begin elsewhere.", "the orbit of the point near diverges")
	case p.Period > 0:
		return points, nil
	}
	size := sizeOf(points)
	for d := 1; d < n; d++ {
		if distance(points[0], points[d]) <= recurrence*size {
			return points[:d], nil
		}
	}
	return nil, fail(p, codeNoCycle, p.Span, "Write settle = 1000, so that the orbit comes to an attracting cycle, a larger max_period, or the period.",
		"the orbit of the point near does not come back within %d updates", n-1)
}

func extrapolate(a, b [][]float64) [][]float64 {
	out := make([][]float64, len(b))
	for i := range b {
		out[i] = make([]float64, len(b[i]))
		for j := range b[i] {
			out[i][j] = 2*b[i][j] - a[i][j]
		}
	}
	return out
}

// putCycles adds the results of one cycle per lane; those of lanes without one
// are NaN.
func (y *system) putCycles(cycles []*cycle) error {
	p := len(cycles[0].points)
	empty := slices.Repeat([]float64{math.NaN()}, y.size)
	var points, around [][]float64
	for k := range p {
		for _, c := range cycles {
			row := empty
			if c != nil {
				row = c.points[k]
			}
			if around = append(around, row); k == 0 {
				points = append(points, row)
			}
		}
	}
	number, err := y.typeOf(graph.Number)
	if err != nil {
		return err
	}
	vector, err := y.typeOf(graph.Of(y.size))
	if err != nil {
		return err
	}
	if err := y.putParams(points, number, false, "point"); err != nil {
		return err
	}
	if err := y.putParams(around, number, true, "cycle"); err != nil {
		return err
	}
	each := func(of func(*cycle) float64) []float64 {
		out := make([]float64, len(cycles))
		for i, c := range cycles {
			if out[i] = math.NaN(); c != nil {
				out[i] = of(c)
			}
		}
		return out
	}
	var loss []float64
	for k := range p {
		loss = append(loss, each(func(c *cycle) float64 { return c.loss[k] })...)
	}
	y.put(series(number, loss), "loss")
	y.put(numbers(number, each(func(c *cycle) float64 { return float64(len(c.points)) })), "period")
	y.put(numbers(number, each(func(c *cycle) float64 { return c.residual })), "residual")
	stable := numbers(number, each(func(c *cycle) float64 {
		if c.stable() {
			return 1
		}
		return 0
	}))
	for i, v := range stable.Data {
		if v != v {
			stable.Data[i] = 0
		}
	}
	stable.Type.Bool = true
	y.put(stable, "stable")
	spread := func(name string, of func(*cycle) []complex128) {
		var re, im []float64
		for _, c := range cycles {
			var values []complex128
			if c != nil {
				values = of(c)
			}
			for i := range y.size {
				if i < len(values) {
					re, im = append(re, real(values[i])), append(im, imag(values[i]))
				} else {
					re, im = append(re, math.NaN()), append(im, math.NaN())
				}
			}
		}
		y.put(numbers(vector, re), name)
		y.put(numbers(vector, im), name+"_imaginary")
	}
	spread("multiplier", func(c *cycle) []complex128 { return c.multipliers })
	spread("step_multiplier", func(c *cycle) []complex128 { return c.half })
	return nil
}
