package flow

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
)

// maths writes formulas; an operation that the graph refuses is a fault of the
// test.
type maths struct{ *graph.Graph }

func (m maths) op(op graph.Op, args ...graph.ID) graph.ID {
	id, err := m.Apply(op, args...)
	if err != nil {
		panic(err)
	}
	return id
}
func (m maths) add(a, b graph.ID) graph.ID { return m.op(graph.Add, a, b) }
func (m maths) sub(a, b graph.ID) graph.ID { return m.op(graph.Sub, a, b) }
func (m maths) mul(a, b graph.ID) graph.ID { return m.op(graph.Mul, a, b) }
func (m maths) num(v float64) graph.ID     { return m.Const(v) }
func (m maths) in(name string) graph.ID    { return m.Input(name, graph.Number) }

func formula(t testing.TB, names []string, f func(m maths) graph.ID) *model.Formula {
	t.Helper()
	m := maths{graph.New()}
	var params []plan.Param
	for _, n := range names {
		m.in(n)
		params = append(params, plan.Param{Name: n, Type: graph.Number})
	}
	o, err := model.NewFormula(&plan.Objective{Params: params, Value: &plan.Expr{Graph: m.Graph, Root: f(m)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// ramp is L = h(x) y^2/2 - c x with h = x + b x^2/2: a valley whose sharpness h
// rises as x goes down the slope c.
func ramp(t testing.TB, b, c float64) *model.Formula {
	return formula(t, []string{"x", "y"}, func(m maths) graph.ID {
		x, y := m.in("x"), m.in("y")
		h := m.add(x, m.mul(m.num(b/2), m.mul(x, x)))
		return m.sub(m.mul(m.mul(m.num(0.5), h), m.mul(y, y)), m.mul(m.num(c), x))
	})
}

// advance makes updates of the central flow and calls look before each and after
// the last.
func advance(t testing.TB, c *Central, x []float64, tolerance, eta float64, steps int, look func(k int, r Reading)) *Solver {
	t.Helper()
	ctx := context.Background()
	s := NewSolver(c.Field, tolerance, c.Sizes()...)
	for k := range steps + 1 {
		r, err := c.Read(ctx, x)
		if err != nil {
			t.Fatal(err)
		}
		look(k, r)
		if k < steps {
			if err := s.Advance(ctx, x, eta); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

func TestBelowTheEdgeItIsTheGradientFlow(t *testing.T) {
	const eta = 0.25 // edge 8
	o := ramp(t, 0, 0.3)
	c := NewCentral(o, CentralOptions{})
	c.Set(eta, 0, 0)
	x, g := []float64{2, 0.5}, []float64{2, 0.5}
	free := NewSolver(Gradient(o), 1e-8, 2)
	advance(t, c, x, 1e-8, eta, 40, func(k int, r Reading) {
		if !slices.Equal(x, g) || r.Trace != 0 || r.Complementarity != 0 {
			t.Fatalf("update %d: %v with %+v, the gradient flow is at %v", k, x, r, g)
		}
		if err := free.Advance(context.Background(), g, eta); err != nil {
			t.Fatal(err)
		}
	})
}

// At the edge x stands where h(x) = 2/eta, and 0 = c - S h'(x)/2 gives S.
func TestAtTheEdgeTheCovarianceIsTheClosedForm(t *testing.T) {
	const eta, slope, bend = 0.5, 0.05, 0.3
	c := NewCentral(ramp(t, bend, slope), CentralOptions{Top: 1})
	c.Set(eta, 0, 0)
	at := (math.Sqrt(1+2*bend*2/eta) - 1) / bend
	x := []float64{at - 1, 0}
	reached := 0
	advance(t, c, x, 1e-9, eta, 200, func(k int, r Reading) {
		if r.Sharpness > 2/eta*(1+1e-12) {
			t.Fatalf("update %d: the sharpness %v is above the edge", k, r.Sharpness)
		}
		if reached == 0 && r.Sharpness > 2/eta*(1-1e-6) {
			reached = k
		}
	})
	// Without the edge it takes 1/(slope eta) = 40 updates.
	if reached < 38 || reached > 50 {
		t.Errorf("the edge is reached after %d updates", reached)
	}
	r, err := c.Read(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	if want := 2 * slope / (1 + bend*at); math.Abs(r.Trace-want) > 1e-9 || r.Complementarity > 1e-9 || math.Abs(x[0]-at) > 1e-9 {
		t.Errorf("at %v, want %v; %+v, the trace should be %v", x[0], at, r, want)
	}
	// A lower rate raises the edge: the oscillation ends at once.
	if !c.Set(eta/2, 0, 0) {
		t.Error("the settings have changed")
	}
	before := x[0]
	advance(t, c, x, 1e-9, eta/2, 10, func(k int, r Reading) {
		if r.Trace != 0 {
			t.Fatalf("update %d after the decay: %+v", k, r)
		}
	})
	if want := before + 10*slope*eta/2; math.Abs(x[0]-want) > 1e-9 {
		t.Errorf("x = %v after the decay, want %v", x[0], want)
	}
	// A higher one lowers it: the sharpness comes down to it within a few updates.
	c.Set(eta, 0, 0)
	advance(t, c, x, 1e-9, eta, 10, func(k int, r Reading) {
		if k > 8 && math.Abs(r.Sharpness*eta/2-1) > 1e-7 {
			t.Fatalf("update %d after the rise: %+v", k, r)
		}
	})
}

// L = x1 y1^2/2 + x2 y2^2/2 - c1 x1 - c2 x2 has S = diag(2 c1, 2 c2) where both
// have reached the edge; with one x for both only the trace is determined.
func TestTwoEigenvaluesAtTheEdge(t *testing.T) {
	const eta = 0.5
	valley := func(m maths, x, y string, c float64) graph.ID {
		v := m.in(y)
		return m.sub(m.mul(m.mul(m.num(0.5), m.in(x)), m.mul(v, v)), m.mul(m.num(c), m.in(x)))
	}
	apart := formula(t, []string{"a", "b", "u", "v"}, func(m maths) graph.ID {
		return m.add(valley(m, "a", "u", 0.03), valley(m, "b", "v", 0.05))
	})
	c := NewCentral(apart, CentralOptions{Top: 2})
	c.Set(eta, 0, 0)
	x := []float64{3.5, 3.6, 0, 0}
	var last Reading
	advance(t, c, x, 1e-8, eta, 120, func(k int, r Reading) {
		if last = r; r.Sharpness > 4*(1+1e-9) {
			t.Fatalf("update %d: the sharpness is %v", k, r.Sharpness)
		}
	})
	if math.Abs(last.Trace-0.16) > 1e-7 || last.Complementarity > 1e-7 || math.Abs(x[0]-4) > 1e-7 || math.Abs(x[1]-4) > 1e-7 {
		t.Errorf("at %v: %+v", x, last)
	}
	one := NewCentral(apart, CentralOptions{Top: 1})
	one.Set(eta, 0, 0)
	top := (*TopError)(nil)
	if _, err := one.Read(context.Background(), []float64{4.1, 4.2, 0, 0}); !errors.As(err, &top) {
		t.Errorf("two eigenvalues beyond the edge, one may oscillate: %v", err)
	}

	shared := formula(t, []string{"x", "u", "v"}, func(m maths) graph.ID {
		return m.add(valley(m, "x", "u", 0.03), valley(m, "x", "v", 0.05))
	})
	c = NewCentral(shared, CentralOptions{Top: 3})
	c.Set(eta, 0, 0)
	x = []float64{3.5, 0, 0}
	advance(t, c, x, 1e-8, eta, 80, func(k int, r Reading) { last = r })
	if math.Abs(last.Trace-0.16) > 1e-7 || last.Complementarity > 1e-7 || math.Abs(x[0]-4) > 1e-7 {
		t.Errorf("at %v: %+v", x, last)
	}
}

func TestNothingHoldsAQuadratic(t *testing.T) {
	o := formula(t, []string{"x", "y"}, func(m maths) graph.ID {
		return m.add(m.mul(m.num(2), m.mul(m.in("y"), m.in("y"))), m.mul(m.in("x"), m.in("x")))
	})
	c := NewCentral(o, CentralOptions{Top: 1})
	c.Set(0.6, 0, 0)
	hold := (*HoldError)(nil)
	if _, err := c.Read(context.Background(), []float64{1, 1}); !errors.As(err, &hold) || hold.Sharpness != 4 {
		t.Errorf("error %v", err)
	}
}

// bowl is a valley whose sharpness x + 0.3 z^2 rises along both x and z. Across, the
// quartic term makes gradient descent settle on a two-cycle at the edge.
func bowl(t testing.TB) *model.Formula {
	return formula(t, []string{"x", "y", "z"}, func(m maths) graph.ID {
		x, z := m.in("x"), m.in("z")
		square := m.mul(m.in("y"), m.in("y"))
		d := m.sub(z, m.num(3))
		l := m.mul(m.mul(m.num(0.5), square), m.add(x, m.mul(m.num(0.3), m.mul(z, z))))
		l = m.add(m.sub(l, m.mul(m.num(0.002), x)), m.mul(m.num(0.002), m.mul(d, d)))
		return m.sub(l, m.mul(m.num(0.5), m.mul(square, square)))
	})
}

// Gradient descent at the edge, its mean over two steps, and the two flows from one
// start.
func TestGradientDescentFollowsTheCentralFlow(t *testing.T) {
	const eta, steps = 0.5, 4000
	ctx := context.Background()
	o := bowl(t)
	c := NewCentral(o, CentralOptions{Top: 2})
	c.Set(eta, 0, 0)
	x, free := []float64{3.7, 0, 0.5}, []float64{3.7, 0, 0.5}
	s := NewSolver(Gradient(o), 1e-6, 3)
	gd, before, g := []float64{3.7, 1e-3, 0.5}, make([]float64, 3), make([]float64, 3)
	var trace float64
	solver := advance(t, c, x, 1e-6, eta, steps, func(k int, r Reading) {
		if trace = r.Trace; k > 200 && (r.Sharpness > 4*(1+1e-6) || r.Complementarity > 1e-5) {
			t.Fatalf("update %d: %+v", k, r)
		}
		if k == steps {
			return
		}
		if err := s.Advance(ctx, free, eta); err != nil {
			t.Fatal(err)
		}
		copy(before, gd)
		if _, err := o.Gradient(ctx, g, gd); err != nil {
			t.Fatal(err)
		}
		for i := range gd {
			gd[i] -= eta * g[i]
		}
	})
	mean := make([]float64, 3)
	for i := range mean {
		mean[i] = (gd[i] + before[i]) / 2
	}
	way := distance(x, []float64{3.7, 0, 0.5})
	if d := distance(mean, x); d > 0.01*way {
		t.Errorf("gradient descent is at %v on average, the central flow at %v: %.3g of the way", mean, x, d/way)
	}
	if d := distance(free, x); d < 0.5*way {
		t.Errorf("the gradient flow ends at %v, near the central flow at %v", free, x)
	}
	if swing := gd[1] - before[1]; math.Abs(swing*swing/4/trace-1) > 0.02 {
		t.Errorf("the two points are %v apart, the covariance is %v", swing, trace)
	}
	if solver.Steps() > steps+steps/10 {
		t.Errorf("%d steps of the solver for %d updates", solver.Steps(), steps)
	}
}

// The same valley with rmsprop: from its own state, with the second moment that it
// has.
func TestRMSPropFollowsItsCentralFlow(t *testing.T) {
	const eta, beta2, epsilon = 0.01, 0.99, 1e-8
	ctx := context.Background()
	o := bowl(t)
	w, before, nu, g := []float64{3.7, 1e-2, 0.5}, make([]float64, 3), make([]float64, 3), make([]float64, 3)
	update := func() {
		copy(before, w)
		if _, err := o.Gradient(ctx, g, w); err != nil {
			t.Fatal(err)
		}
		for i, v := range g {
			nu[i] = beta2*nu[i] + (1-beta2)*v*v
			w[i] -= eta * v / (math.Sqrt(nu[i]) + epsilon)
		}
	}
	for range 1000 {
		update()
	}
	c := NewCentral(o, CentralOptions{Top: 1, RMSProp: true})
	c.Set(eta, beta2, epsilon)
	x := make([]float64, 6)
	for i := range w {
		x[i] = (w[i] + before[i]) / 2
	}
	copy(x[3:], nu)
	begin := slices.Clone(x[:3])
	var last Reading
	advance(t, c, x, 1e-6, eta, 1000, func(k int, r Reading) {
		if last = r; k > 20 && (r.Sharpness > 200*(1+1e-6) || r.Complementarity > 1e-5) {
			t.Fatalf("update %d: %+v", k, r)
		}
		if k < 1000 {
			update()
		}
	})
	mean := make([]float64, 3)
	for i := range mean {
		mean[i] = (w[i] + before[i]) / 2
	}
	if way, d := distance(x[:3], begin), distance(mean, x[:3]); d > 0.01*way {
		t.Errorf("rmsprop is at %v on average, its central flow at %v: %.3g of the way", mean, x[:3], d/way)
	}
	if math.Abs(x[4]/nu[1]-1) > 0.02 {
		t.Errorf("nu across is %v, that of the flow %v", nu[1], x[4])
	}
	if swing := w[1] - before[1]; math.Abs(swing*swing/4/last.Trace-1) > 0.05 {
		t.Errorf("the two points are %v apart, the covariance is %v", swing, last.Trace)
	}
}

func TestCentralStateGoesOn(t *testing.T) {
	const eta = 0.5
	ctx := context.Background()
	o := bowl(t)
	make3 := func() (*Central, *Solver) {
		c := NewCentral(o, CentralOptions{Top: 2, Seed: 3})
		return c, NewSolver(c.Field, 1e-6, 3)
	}
	c, s := make3()
	c.Set(eta, 0, 0)
	x := []float64{3.9, 0.01, 0.5}
	for range 20 {
		if err := s.Advance(ctx, x, eta); err != nil {
			t.Fatal(err)
		}
	}
	c2, s2 := make3()
	if err := c2.Restore(c.State()); err != nil {
		t.Fatal(err)
	}
	s2.Restore(s.State())
	if c2.Set(eta, 0, 0) {
		t.Error("the settings are not in the state")
	}
	y := slices.Clone(x)
	for range 20 {
		if err := s.Advance(ctx, x, eta); err != nil {
			t.Fatal(err)
		}
		if err := s2.Advance(ctx, y, eta); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := c.Read(ctx, x)
	b, _ := c2.Read(ctx, y)
	if !slices.Equal(x, y) || a != b || s.Error() != s2.Error() {
		t.Errorf("%v %+v, from the state %v %+v", x, a, y, b)
	}
}
