package orbit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"relief/runtime/array"
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
	floor := floats.Norm(start, 2)
	s.setLane(0)
	if cycles[0], err = y.first(ctx, s, start, floor); err != nil {
		return err
	}
	for lane := 1; lane < y.lanes; lane++ {
		s.setLane(lane)
		last := cycles[lane-1]
		guess := last.points
		if lane > 1 { // along the secant of the last two
			guess = extrapolate(cycles[lane-2].points, last.points)
		}
		c, err := s.find(ctx, guess, floor)
		if err != nil {
			c, err = s.find(ctx, last.points, floor)
		}
		if err != nil {
			no := (*noCycle)(nil)
			if !errors.As(err, &no) {
				return err
			}
			y.warn(p, codePartial, p.Span, "The values from there on are NaN. A multiplier near 1 tells where a branch turns round or meets another; begin a second orbit on the other side.",
				"the cycle is lost at %s = %v, value %d of %d: %s; the multiplier nearest to 1 was %.4g", y.m.Vary[0].Name, y.vary[0][lane], lane+1, y.lanes, no.reason, real(last.nearestToOne()))
			break
		}
		s.measure(c)
		cycles[lane] = c
		y.progress(float64(lane+1) / float64(y.lanes))
	}
	if slices.ContainsFunc(cycles, func(c *cycle) bool { return c != nil && c.singular() }) {
		y.warn(p, codePartial, p.Span, "A multiplier is 1 there: cycles lie next to one another, as on a quadratic at the threshold, or a branch turns round. Another learning rate has a cycle by itself.",
			"the Jacobian is singular at a cycle: it is one of many")
	}
	return y.putCycles(cycles)
}

// first finds the cycle that the others are followed from. A period that is
// looked for is the smallest after which the orbit comes back; one that has
// settled has come to a cycle that attracts, so that a cycle that repels, from
// which the attracting one has branched off by less than recurrence, gives way to
// a longer one.
func (y *system) first(ctx context.Context, s *solver, start []float64, floor float64) (*cycle, error) {
	guesses, err := y.guesses(ctx, s, start)
	if err != nil {
		return nil, err
	}
	var found *cycle
	no := (*noCycle)(nil)
	for _, guess := range guesses {
		c, err := s.find(ctx, guess, floor)
		if err != nil {
			if failed := (*noCycle)(nil); !errors.As(err, &failed) {
				return nil, err
			} else if no == nil {
				no = failed
			}
			continue
		}
		s.measure(c)
		if c.stable() || y.p.Settle == 0 {
			return c, nil
		}
		if found == nil {
			found = c
		}
	}
	if found == nil {
		return nil, fail(y.p, codeNoCycle, y.p.Span, y.cureOf(no), "there is no cycle of period %d near: %s", len(guesses[0]), no.reason)
	}
	return found, nil
}

func (y *system) cureOf(no *noCycle) string {
	if no.period > 0 {
		return fmt.Sprintf("Write period = %d, begin nearer to the cycle, or settle = 1000.", no.period)
	}
	return "Begin nearer to the cycle, write settle = 1000 if it attracts, or ask for another period."
}

// guesses are where Newton's method begins: the orbit of the point, for as many
// steps as the period has, given, or each after which the orbit comes back.
func (y *system) guesses(ctx context.Context, s *solver, start []float64) ([][][]float64, error) {
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
		return [][][]float64{points}, nil
	}
	size := sizeOf(points)
	var all [][][]float64
	for d := 1; d < n; d++ {
		if floats.Distance(points[0], points[d], 2) <= recurrence*size {
			all = append(all, points[:d])
		}
	}
	if all != nil {
		return all, nil
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
	y.put(array.New(number, each(func(c *cycle) float64 { return float64(len(c.points)) })), "period")
	y.put(array.New(number, each(func(c *cycle) float64 { return c.residual })), "residual")
	stable := array.New(number, make([]float64, len(cycles)))
	stable.Type.Bool = true
	for i, c := range cycles {
		if c != nil && c.stable() {
			stable.Data[i] = 1
		}
	}
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
		y.put(array.New(vector, re), name)
		y.put(array.New(vector, im), name+"_imaginary")
	}
	spread("multiplier", func(c *cycle) []complex128 { return c.multipliers })
	spread("step_multiplier", func(c *cycle) []complex128 { return c.half })
	return nil
}
