package flow

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// linear is x' = -H x for a diagonal H.
func linear(h ...float64) Field {
	return func(_ context.Context, dst, x []float64) error {
		for i, v := range h {
			dst[i] = -v * x[i]
		}
		return nil
	}
}

func distance(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s = math.Hypot(s, a[i]-b[i])
	}
	return s
}

func TestSolverIsExpOnQuadratics(t *testing.T) {
	h := []float64{0.1, 1, 40}
	for _, tolerance := range []float64{1e-4, 1e-7, 1e-10} {
		s := NewSolver(linear(h...), tolerance, 3)
		x := []float64{1, -2, 3}
		want := slices.Clone(x)
		for range 50 {
			if err := s.Advance(context.Background(), x, 0.05); err != nil {
				t.Fatal(err)
			}
		}
		for i := range want {
			want[i] *= math.Exp(-h[i] * 2.5)
		}
		d := distance(x, want)
		if d > 20*tolerance*math.Sqrt(14) {
			t.Errorf("tolerance %g: the error is %g", tolerance, d)
		}
		if s.Error() < d || s.Error() > 1e3*tolerance*math.Sqrt(14) {
			t.Errorf("tolerance %g: the error is %g, its estimate %g", tolerance, d, s.Error())
		}
	}
}

// The pendulum from near its top, against a solution of much higher accuracy.
func TestSolverOrder(t *testing.T) {
	pendulum := func(_ context.Context, dst, x []float64) error {
		dst[0], dst[1] = x[1], -math.Sin(x[0])
		return nil
	}
	after := func(steps int) []float64 {
		s := NewSolver(pendulum, 1, 2)
		x := []float64{2.5, 0}
		for range steps {
			s.s.Step = 1e9 // one step a call, whatever its error
			if err := s.Advance(context.Background(), x, 4/float64(steps)); err != nil {
				t.Fatal(err)
			}
		}
		if s.Steps() != steps {
			t.Fatalf("%d steps, want %d", s.Steps(), steps)
		}
		return x
	}
	exact := after(4096)
	coarse, fine := distance(after(64), exact), distance(after(128), exact)
	if order := math.Log2(coarse / fine); order < 4.7 || order > 5.3 {
		t.Errorf("the error falls from %g to %g: order %.2f, want 5", coarse, fine, order)
	}
}

// The lengths of the steps go on from call to call: many short calls take hardly
// more steps than one long call.
func TestSolverContinues(t *testing.T) {
	steps := func(calls int) int {
		s := NewSolver(linear(300, 1), 1e-6, 2)
		x := []float64{1e-3, 1}
		for range calls {
			if err := s.Advance(context.Background(), x, 1/float64(calls)); err != nil {
				t.Fatal(err)
			}
		}
		return s.Steps()
	}
	if one, many := steps(1), steps(10); many > one+2*10 {
		t.Errorf("%d steps in 10 calls, %d in one", many, one)
	}
}

func TestSolverStateGoesOn(t *testing.T) {
	ctx := context.Background()
	a := NewSolver(linear(3, 0.5), 1e-8, 2)
	x := []float64{1, 1}
	if err := a.Advance(ctx, x, 0.3); err != nil {
		t.Fatal(err)
	}
	b := NewSolver(linear(3, 0.5), 1e-8, 2)
	b.Restore(a.State())
	y := slices.Clone(x)
	for range 3 {
		if err := a.Advance(ctx, x, 0.3); err != nil {
			t.Fatal(err)
		}
		if err := b.Advance(ctx, y, 0.3); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(x, y) || a.Error() != b.Error() {
		t.Errorf("%v with %v, from the state %v with %v", x, a.Error(), y, b.Error())
	}
}

func TestSolverFails(t *testing.T) {
	cause := errors.New("no value here")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx       context.Context
		field     Field
		tolerance float64
		want      string
	}{
		"blow-up": {field: func(_ context.Context, dst, x []float64) error {
			dst[0] = x[0] * x[0]
			return nil
		}, tolerance: 1e-6, want: "blows up"},
		"not a number": {field: func(_ context.Context, dst, x []float64) error {
			dst[0] = math.Sqrt(1.5-x[0]) / (1.5 - x[0])
			return nil
		}, tolerance: 1e-6, want: "finite"},
		"no value": {field: func(_ context.Context, dst, x []float64) error {
			if dst[0] = 1; x[0] > 1.5 {
				return cause
			}
			return nil
		}, tolerance: 1e-6, want: cause.Error()},
		"never": {field: func(context.Context, []float64, []float64) error { return cause }, tolerance: 1e-6, want: cause.Error()},
		"too exact": {field: func(_ context.Context, dst, x []float64) error {
			dst[0] = math.Sin(1e18 * x[0])
			return nil
		}, tolerance: 1e-18, want: "blows up"},
		"cancelled": {ctx: cancelled, field: linear(1), tolerance: 1e-6, want: "canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := c.ctx
			if ctx == nil {
				ctx = context.Background()
			}
			x := []float64{1}
			err := NewSolver(c.field, c.tolerance, 1).Advance(ctx, x, 2)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if x[0] != 1 {
				t.Errorf("the point has moved to %v", x[0])
			}
		})
	}
}
