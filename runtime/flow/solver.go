package flow

import (
	"context"
	"fmt"
	"math"
	"slices"

	"relief/runtime/kernel/tensor"
	"relief/runtime/model"
)

// Field is a vector field: it sets dst to the velocity at x. dst and x do not
// overlap. An error at a point that the solver only tries is taken as a reason
// for a shorter step.
type Field func(ctx context.Context, dst, x []float64) error

// Gradient is the field of the gradient flow, minus the gradient of an objective.
func Gradient(o model.Objective) Field {
	return func(ctx context.Context, dst, x []float64) error {
		_, err := o.Gradient(ctx, dst, x)
		tensor.Scale(dst, dst, -1)
		return err
	}
}

// Solver advances a point along a field by the explicit Runge-Kutta method of
// Dormand and Prince (1980): seven stages, of which the last is the first of the
// next step, give a result of order 5 and one of order 4, whose difference is
// taken for the error of the step. The result of order 5 goes on.
//
// A step is accepted if its error is at most the tolerance times the size of the
// point, both as Euclidean norms. The length of the next step follows from this
// error and the one before (PI control; Hairer, Norsett, Wanner, Solving Ordinary
// Differential Equations I, 2nd ed., II.4; II, IV.2), and is remembered from call
// to call. On a stiff field the steps are short, about 3.3 over the largest
// curvature, and their number is what it costs.
type Solver struct {
	field     Field
	tolerance float64
	blocks    []int // sizes of the parts of the point whose errors are held to their own sizes
	s         State
	stages    [7][]float64 // stages[0] is the velocity at s.At
	y, next   []float64
	steps     int
}

// State is all that a Solver carries from one call to the next.
type State struct {
	Step  float64 // length of the next step; 0: none was made yet
	Last  float64 // error of the last accepted step over what is allowed
	Error float64 // see Solver.Error
	At    []float64
	Slope []float64 // the velocity at At; nil: not known
}

const (
	order    = 5
	safety   = 0.9
	damping  = 0.04        // of PI control: the exponent of the last error
	exponent = 1.0 / order // less 0.75 damping
	shrink   = 0.1         // the most by which a step is made shorter, and
	grow     = 5.0         // longer
	retreat  = 0.25        // factor after values that are not finite
	finest   = 0x1p-44     // shortest step, as a share of the time of the call
	maxSteps = 1_000_000   // in one call
)

// The method's coefficients: stage i is at y + h sum a[i][j] k[j]. The last row is
// the result of order 5; off is that less the one of order 4.
var (
	tableau = [7][]float64{
		{},
		{1.0 / 5},
		{3.0 / 40, 9.0 / 40},
		{44.0 / 45, -56.0 / 15, 32.0 / 9},
		{19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
		{9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
		{35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
	}
	off = [7]float64{71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40}
)

// NewSolver returns a solver on points of the given size whose steps are exact to
// the tolerance, above 0, relative to the size of the point. With more sizes the
// point has that many parts one after the other, and the error of each is held to
// the size of that part.
func NewSolver(f Field, tolerance float64, sizes ...int) *Solver {
	s := &Solver{field: f, tolerance: tolerance, blocks: sizes}
	n := 0
	for _, size := range sizes {
		n += size
	}
	for i := range s.stages {
		s.stages[i] = make([]float64, n)
	}
	s.y, s.next = make([]float64, n), make([]float64, n)
	return s
}

// Error is the sum of the estimated errors of all steps so far, each the Euclidean
// norm of the difference between the two results. It is no bound: what the
// field does to an error after the step is not in it.
func (s *Solver) Error() float64 { return s.s.Error }

// Steps is the number of steps tried so far.
func (s *Solver) Steps() int { return s.steps }

// Forget makes the solver evaluate the field anew where it stands: for a field
// that has changed.
func (s *Solver) Forget() { s.s.Slope = nil }

// State returns what Restore needs to go on from here. It shares no memory with
// the solver.
func (s *Solver) State() State {
	out := s.s
	out.At, out.Slope = slices.Clone(s.s.At), slices.Clone(s.s.Slope)
	return out
}

// Restore puts the solver where the one was that State was called on.
func (s *Solver) Restore(state State) {
	s.s = state
	s.s.At, s.s.Slope = slices.Clone(state.At), slices.Clone(state.Slope)
	copy(s.stages[0], state.Slope)
	if state.Slope != nil {
		s.s.Slope = s.stages[0]
	}
}

// StepError says that a field could not be followed: Time after the start of the
// call a step of length Size was not accepted.
type StepError struct {
	Time, Size float64
	NotFinite  bool  // values left the finite numbers
	Cause      error // of the field; nil if it gave values
}

func (e *StepError) Error() string {
	switch {
	case e.Cause != nil:
		return e.Cause.Error()
	case e.NotFinite:
		return fmt.Sprintf("the flow leaves the finite numbers within a step of %.3g", e.Size)
	case e.Size > 0:
		return fmt.Sprintf("the flow is too stiff: %d steps, the last of %.3g, made %.3g of the time of one update", maxSteps, e.Size, e.Time)
	}
	return "the flow cannot be followed: no step is short enough for the tolerance; it blows up or jumps here"
}

// Unwrap returns the field's own error.
func (e *StepError) Unwrap() error { return e.Cause }

// Advance moves x along the field for a time, above 0. An error leaves x as it
// is; it is that of the context, or a *StepError.
func (s *Solver) Advance(ctx context.Context, x []float64, time float64) error {
	if s.s.Slope == nil || !slices.Equal(s.s.At, x) {
		if err := s.field(ctx, s.stages[0], x); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return &StepError{Cause: err}
		}
		s.s.At, s.s.Slope = append(s.s.At[:0], x...), s.stages[0]
	}
	copy(s.y, x)
	if s.s.Step == 0 {
		s.s.Step, s.s.Last = s.first(time), 1
	}
	done, rejected := 0.0, false
	var cause error
	for made := 0; done < time; made++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, left := s.s.Step, time-done
		cut := h >= left || h > 0.5*left && h < left // two equal steps rather than one and a rest
		switch {
		case h >= left:
			h = left
		case cut:
			h = 0.5 * left
		}
		if made == maxSteps {
			return &StepError{Time: done / time, Size: h}
		}
		s.steps++
		size, share, err := s.try(ctx, h)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil || !(share-share == 0) {
			cause = err
			s.s.Step, rejected = h*retreat, true
			if s.s.Step < finest*time {
				return &StepError{Time: done, Size: h, NotFinite: true, Cause: cause}
			}
			continue
		}
		factor := math.Pow(share, exponent-0.75*damping) / math.Pow(s.s.Last, damping) / safety
		if share > 1 {
			s.s.Step, rejected = h/min(1/shrink, math.Pow(share, exponent-0.75*damping)/safety), true
			if s.s.Step < finest*time {
				return &StepError{Time: done}
			}
			continue
		}
		next := h / max(1/grow, min(1/shrink, factor))
		if rejected {
			next = min(next, h)
		}
		if !cut || next > s.s.Step { // the step that was cut short says little about the next one
			s.s.Step, s.s.Last = next, max(share, 1e-4)
		}
		rejected = false
		s.s.Error += size
		if done += h; h == left {
			done = time
		}
		s.y, s.next = s.next, s.y
		s.stages[0], s.stages[6] = s.stages[6], s.stages[0]
		s.s.At, s.s.Slope = append(s.s.At[:0], s.y...), s.stages[0]
	}
	copy(x, s.y)
	return nil
}

// first is the length of the first step: one hundredth of the size of the point
// over that of the velocity (Hairer, Norsett, Wanner, II.4).
func (s *Solver) first(time float64) float64 {
	size, speed := tensor.Norm(s.y), tensor.Norm(s.stages[0])
	if size == 0 || speed == 0 {
		return 1e-3 * time
	}
	return min(time, 0.01*size/speed)
}

// try makes a step of length h from y to next, and leaves the velocity there in
// the last stage. It returns the norm of the error, and its share of what is
// allowed.
func (s *Solver) try(ctx context.Context, h float64) (size, share float64, err error) {
	for i := 1; i < 7; i++ {
		copy(s.next, s.y)
		for j, a := range tableau[i] {
			if a != 0 {
				tensor.AddScaled(s.next, s.next, h*a, s.stages[j])
			}
		}
		if err := s.field(ctx, s.stages[i], s.next); err != nil {
			return 0, 0, err
		}
	}
	sum := 0.0
	offset := 0
	for _, n := range s.blocks {
		errors, from, to := 0.0, 0.0, 0.0
		for i := offset; i < offset+n; i++ {
			e := 0.0
			for j, d := range off {
				e += float64(d * s.stages[j][i])
			}
			e *= h
			errors += float64(e * e)
			from += float64(s.y[i] * s.y[i])
			to += float64(s.next[i] * s.next[i])
		}
		offset += n
		sum += errors
		if errors > 0 || errors-errors != 0 {
			share = max(share, math.Sqrt(errors)/(s.tolerance*math.Sqrt(max(from, to))))
		}
		if to-to != 0 {
			share = math.NaN()
		}
	}
	return math.Sqrt(sum), share, nil
}
