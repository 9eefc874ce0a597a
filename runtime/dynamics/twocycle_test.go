package dynamics

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// logGrowth is f1 of the paper's Fig. 4.1, (1+|z|) ln(1+|z|) - |z|, along y in
// z = h y + shift, where the second term makes it uneven.
func logGrowth(h, shift float64) section {
	return func(y float64) (float64, float64) {
		z := h * (y - shift)
		return h * math.Copysign(math.Log1p(math.Abs(z)), z), h * h / (1 + math.Abs(z))
	}
}

// lopsided has slope asinh(z) + b (1 - 1/sqrt(1+z^2)) at z = y - shift: convex
// for |b| < 1, minimum at shift, not even.
func lopsided(b, shift float64) section {
	return func(y float64) (float64, float64) {
		z := y - shift
		q := math.Sqrt(1 + z*z)
		return math.Asinh(z) + b*(1-1/q), 1/q + b*z/(q*q*q)
	}
}

func TestTwoCycleOfLogGrowth(t *testing.T) {
	for _, c := range []struct{ eta, want float64 }{
		{5, 4.046970313161707},
		{3, 1.144032841275508},
	} {
		for _, start := range []float64{1e-6, 0.3, 1, -4, 5, 1e9} {
			f := logGrowth(1, 0)
			s := newCycleSolver(f, start)
			got, err := s.solve(f, c.eta)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.Plus-c.want) > 1e-14*c.want || got.Minus != -got.Plus || got.Residual > 1e-13 {
				t.Errorf("eta %v from %v: %+v, want %v", c.eta, start, got, c.want)
			}
		}
	}
}

func TestBelowThresholdRests(t *testing.T) {
	f := logGrowth(0.8, 0)
	for _, eta := range []float64{0.1, 3, 2 / 0.64 * (1 - 1e-12)} {
		c, err := newCycleSolver(f, 1).solve(f, eta)
		if err != nil || !c.AtRest() || c.Plus != 0 {
			t.Errorf("eta %v: %+v, %v; want rest at 0", eta, c, err)
		}
	}
	if c, err := newCycleSolver(f, 1).solve(f, 2/0.64*(1+1e-9)); err != nil || c.AtRest() {
		t.Errorf("just above the threshold: %+v, %v; want a cycle", c, err)
	}
	g := lopsided(0.5, 3)
	if c, err := newCycleSolver(g, 1).solve(g, 1.5); err != nil || !c.AtRest() || math.Abs(c.Plus-3) > 1e-15 {
		t.Errorf("%+v, %v; want rest at 3", c, err)
	}
}

// An even section with a maximum at 0 rests in one of its minima.
func TestDoubleWellRestsInAMinimum(t *testing.T) {
	f := func(y float64) (float64, float64) { return 4 * y * (y*y - 1), 12*y*y - 4 }
	for _, start := range []float64{0.5, 1.4, -0.8} {
		c, err := newCycleSolver(f, start).solve(f, 0.1)
		if want := math.Copysign(1, start); err != nil || !c.AtRest() || math.Abs(c.Plus-want) > 1e-15 {
			t.Errorf("from %v: %+v, %v", start, c, err)
		}
	}
}

// The pair found is one that the map exchanges, whatever the shape.
func TestTwoCycleIsExchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.Float64Range(-0.9, 0.9).Draw(t, "b")
		shift := rapid.Float64Range(-10, 10).Draw(t, "shift")
		eta := rapid.Float64Range(2.01, 20).Draw(t, "eta")
		start := rapid.Float64Range(-20, 20).Draw(t, "start")
		f := lopsided(b, shift)
		c, err := newCycleSolver(f, start).solve(f, eta)
		if err != nil {
			t.Fatal(err)
		}
		if c.AtRest() {
			t.Fatalf("no cycle: %+v", c)
		}
		up, _ := f(c.Plus)
		down, _ := f(c.Minus)
		tol := 1e-13 * (c.Plus - c.Minus + math.Abs(shift))
		if math.Abs(c.Plus-eta*up-c.Minus) > tol || math.Abs(c.Minus-eta*down-c.Plus) > tol {
			t.Errorf("%+v maps to (%v, %v)", c, c.Plus-eta*up, c.Minus-eta*down)
		}
	})
}

// An even section that is moved off 0 has the same cycle, moved.
func TestTwoCycleMovesWithItsSection(t *testing.T) {
	f := logGrowth(1, 2.5)
	c, err := newCycleSolver(f, 1).solve(f, 5)
	if err != nil {
		t.Fatal(err)
	}
	const amplitude = 4.046970313161707
	if math.Abs(c.Plus-2.5-amplitude) > 1e-13 || math.Abs(c.Minus-2.5+amplitude) > 1e-13 {
		t.Errorf("%+v", c)
	}
}

func TestNoTwoCycle(t *testing.T) {
	for name, f := range map[string]section{
		"quadratic":  func(y float64) (float64, float64) { return 3 * y, 3 },
		"quartic":    func(y float64) (float64, float64) { return y + y*y*y, 1 + 3*y*y },
		"off centre": func(y float64) (float64, float64) { return 3 * (y - 1), 3 },
	} {
		var none *cycleError
		if c, err := newCycleSolver(f, 0.5).solve(f, 2.5); !errors.As(err, &none) || none.noMinimum {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	falls := func(y float64) (float64, float64) { return -1, 0 }
	var none *cycleError
	if _, err := newCycleSolver(falls, 0.5).solve(falls, 2.5); !errors.As(err, &none) || !none.noMinimum {
		t.Errorf("a section without a minimum: %v", err)
	}
}

// |y| has the two-cycle eta/2 for any rate: its curvature is all at the kink.
func TestTwoCycleAcrossKink(t *testing.T) {
	f := func(y float64) (float64, float64) {
		switch {
		case y > 0:
			return 1, 0
		case y < 0:
			return -1, 0
		}
		return 0, 0
	}
	if c, err := newCycleSolver(f, 0.7).solve(f, 0.3); err != nil || math.Abs(c.Plus-0.15) > 1e-15 {
		t.Errorf("%+v, %v", c, err)
	}
}

// The slope of log|y| changes its sign at a pole, where nothing is minimal; a
// kink off the middle is a minimum all the same.
func TestPoleIsNoMinimum(t *testing.T) {
	pole := func(y float64) (float64, float64) { return 2 / y, -2 / (y * y) }
	if c, err := newCycleSolver(pole, 1).solve(pole, 1); err == nil || !strings.Contains(err.Error(), "no minimum") {
		t.Errorf("got %v, %v", c, err)
	}
	kink := func(y float64) (float64, float64) { // of |y - 1/4| + y^2/8
		if y < 0.25 {
			return -1 + y/4, 0.25
		}
		return 1 + y/4, 0.25
	}
	c, err := newCycleSolver(kink, 1).solve(kink, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	slope, _ := kink(c.Plus)
	if c.AtRest() || math.Abs(c.Plus-0.5*slope-c.Minus) > 1e-12 {
		t.Errorf("got %+v", c)
	}
}
