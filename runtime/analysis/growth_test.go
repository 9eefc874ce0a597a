package analysis

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// reporter is what a test and a property both are.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// grown is what a question about growth gave.
type grown struct {
	t      reporter
	fields map[string][]float64
	words  map[string]string
}

func (g grown) number(name string) float64 {
	g.t.Helper()
	if v := g.fields[name]; len(v) == 1 {
		return v[0]
	}
	g.t.Fatalf("%s is %v", name, g.fields[name])
	return 0
}

func (g grown) verdict(want string, says ...string) {
	g.t.Helper()
	if g.words["verdict"] != want {
		g.t.Errorf("the verdict is %q, not %q: %s", g.words["verdict"], want, g.words["evidence"])
	}
	for _, text := range says {
		if !strings.Contains(g.words["evidence"], text) {
			g.t.Errorf("the evidence does not say %q: %s", text, g.words["evidence"])
		}
	}
}

// close compares with a relative tolerance.
func (g grown) close(name string, want, tolerance float64) {
	g.t.Helper()
	if got := g.number(name); !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		g.t.Errorf("%s is %.12g, not %.12g: %s", name, got, want, g.words["evidence"])
	}
}

// ask fills in what a question leaves out and answers it.
func ask(t reporter, f *plan.Objective, p plan.Growth, minimum ...float64) grown {
	t.Helper()
	o, err := model.NewFormula(f, nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	p.Objective = f
	if p.From == 0 {
		p.From = 1e-3
	}
	if p.To == 0 {
		p.To = 1e3
	}
	if p.Points == 0 {
		p.Points = 121
	}
	if p.Departure == 0 {
		p.Departure = 0.1
	}
	if minimum == nil {
		minimum = make([]float64, f.Size())
	}
	return answer(t, p, &Directions{Plan: f, Objective: o}, minimum)
}

func answer(t reporter, p plan.Growth, d *Directions, minimum []float64) grown {
	t.Helper()
	fields, words, err := Growth(context.Background(), &p, d, minimum)
	if err != nil {
		t.Fatalf("%v", err)
	}
	out := grown{t, map[string][]float64{}, words}
	for _, f := range fields {
		if len(f.Value.Data) != f.Value.Type.Size() {
			t.Errorf("%s: %d numbers for %s", f.Name, len(f.Value.Data), f.Value.Type)
		}
		out.fields[f.Name] = f.Value.Data
	}
	return out
}

// f2 is (6.2) of the paper with C = 3: 3 x^2 where |x| <= 1/3, else 1 - 2/(9 |x|).
func (m maths) f2(x graph.ID) graph.ID {
	a := m.op(graph.Abs, x)
	inner := m.mul(m.Const(3), m.mul(x, x))
	outer := m.op(graph.Sub, m.Const(1), m.op(graph.Div, m.Const(2), m.mul(m.Const(9), a)))
	return m.op(graph.Select, m.op(graph.Le, m.mul(m.Const(3), a), m.Const(1)), inner, outer)
}

func f1Objective() *plan.Objective {
	return objective(scalars("x"), func(m maths) graph.ID { return m.f1(m.in("x")) })
}

func f2Objective() *plan.Objective {
	return objective(scalars("x"), func(m maths) graph.ID { return m.f2(m.in("x")) })
}

func f3Objective() *plan.Objective {
	return objective(scalars("x1", "x2"), func(m maths) graph.ID {
		x, y := m.in("x1"), m.in("x2")
		return m.add(m.add(m.f2(x), m.f2(m.add(x, y))), m.mul(m.Const(0.5), m.f1(m.op(graph.Hypot, x, y))))
	})
}

// TestF1: everything of f1 is known: f' = ln(1 + r), f” = 1/(1 + r).
func TestF1(t *testing.T) {
	g := ask(t, f1Objective(), plan.Growth{LearningRate: number(5)})
	g.verdict("subquadratic", "from 2.000 at radius 0.001", "no proof")
	for d := range 2 {
		for k, r := range g.fields["radius"] {
			i := d*len(g.fields["radius"]) + k
			exact := (1+r)*math.Log1p(r) - r
			if r < 1e-2 { // by the series, whose terms are r^k/(k (k - 1)) with signs that change
				exact = 0
				for k := 12.0; k >= 2; k-- {
					exact = 1/(k*(k-1)) - r*exact
				}
				exact *= r * r
			}
			for name, want := range map[string]float64{"loss": exact, "exponent": r * math.Log1p(r) / exact, "quadratic": 2 * exact / r / r} {
				if got := g.fields[name][i]; math.Abs(got-want) > 1e-9*want {
					t.Errorf("%s at %v is %v, not %v", name, r, got, want)
				}
			}
			if off := math.Abs(g.fields["loss"][i] - exact); off > 2*g.fields["loss_error"][i]+1e-12*exact {
				t.Errorf("the loss at %v is off by %v, and the error is said to be %v", r, off, g.fields["loss_error"][i])
			}
		}
		if c := g.fields["curvature"][d]; c != 1 {
			t.Errorf("curvature %v", c)
		}
		// r - r^2/3 + ... = 0.9 where 2 f/r^2 is 0.9.
		r := g.fields["quadratic_radius"][d]
		if q := 2 * ((1+r)*math.Log1p(r) - r) / r / r; math.Abs(q-0.9) > 1e-10 {
			t.Errorf("at the radius %v the loss is %v of its parabola", r, q)
		}
	}
	g.close("c", 1, 1e-15)
	g.close("ratio_end", math.Log1p(1000)/1000, 1e-12)
	// ln(1 + r)/r = 2/5; the farthest step is from r = 4, where 5/(1 + r) = 1.
	g.close("inner", 4.046970313161707, 1e-12)
	g.close("ball", 5*math.Log(5)-4, 1e-12)
	if r := g.number("inner_residual"); !(r < 1e-12) {
		t.Errorf("residual %v", r)
	}
}

// TestF2: a parabola up to 1/3, where f” jumps from 6 to -12.
func TestF2(t *testing.T) {
	for _, eta := range []float64{0.5, 2} {
		g := ask(t, f2Objective(), plan.Growth{LearningRate: number(eta), Departure: 1e-6})
		g.verdict("subquadratic")
		g.close("c", 1, 0)
		// 2/(9 r^2) = 2 r/eta; the farthest step is from the kink.
		g.close("inner", math.Cbrt(eta/9), 1e-12)
		g.close("ball", 2*eta-1.0/3, 1e-7)
		for d := range 2 {
			if c, r := g.fields["curvature"][d], g.fields["quadratic_radius"][d]; c != 6 || math.Abs(r-1.0/3) > 1e-3 || r < 1.0/3 {
				t.Errorf("curvature %v until %v", c, r)
			}
		}
	}
	// Below 2/6 the theorem's ball is the point itself.
	g := ask(t, f2Objective(), plan.Growth{LearningRate: number(0.3)})
	if g.number("inner") != 0 || g.number("ball") != 0 {
		t.Errorf("inner %v, ball %v", g.number("inner"), g.number("ball"))
	}
}

// TestF3 against a dense grid of angles and radii.
func TestF3(t *testing.T) {
	f := f3Objective()
	o, err := model.NewFormula(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	gradient := func(x []float64) (gx, gy float64) {
		dst := make([]float64, 2)
		if _, err := o.Gradient(context.Background(), dst, x); err != nil {
			t.Fatal(err)
		}
		return dst[0], dst[1]
	}
	const eta = 1.0
	g := ask(t, f, plan.Growth{LearningRate: number(eta), Directions: 64, From: 1e-2, To: 100})
	g.verdict("subquadratic")
	c, at := g.number("c"), []float64{g.number("c_at.x1"), g.number("c_at.x2")}
	gx, gy := gradient(at)
	if v := (gx*at[0] + gy*at[1]) / math.Hypot(gx, gy) / math.Hypot(at[0], at[1]); math.Abs(v-c) > 1e-12 {
		t.Errorf("at the point of c = %v the cosine is %v", c, v)
	}
	least, inner := 1.0, 0.0
	for i := range 720 {
		s, co := math.Sincos(2 * math.Pi * float64(i) / 720)
		for k := range 400 {
			r := math.Pow(10, -2+4*float64(k)/399)
			gx, gy := gradient([]float64{r * co, r * s})
			least = min(least, (gx*co+gy*s)/math.Hypot(gx, gy))
			if math.Hypot(gx, gy) >= 2*c/eta*r {
				inner = max(inner, r)
			}
		}
	}
	if c > least || c < least-0.01 {
		t.Errorf("c is %v, on a grid %v", c, least)
	}
	// The gradient has ridges where x1 or x1 + x2 is 1/3, which a grid of angles misses.
	ridge := 0.0
	for i := range 200001 {
		v := -10 + float64(i)*1e-4
		for _, p := range [][2]float64{{1.0 / 3, v}, {v, 1.0/3 - v}} {
			if gx, gy := gradient(p[:]); math.Hypot(gx, gy) >= 2*c/eta*math.Hypot(p[0], p[1]) {
				ridge = max(ridge, math.Hypot(p[0], p[1]))
			}
		}
	}
	if r := g.number("inner"); r < inner || r < ridge*(1-1e-6) || r > ridge*(1+1e-4) {
		t.Errorf("inner is %v, on a grid %v, along the ridges %v", r, inner, ridge)
	}
	ball := 0.0
	for i := range 720 {
		s, co := math.Sincos(2 * math.Pi * float64(i) / 720)
		for k := range 400 {
			r := g.number("inner") * float64(k+1) / 400
			gx, gy := gradient([]float64{r * co, r * s})
			ball = max(ball, math.Hypot(r*co-eta*gx, r*s-eta*gy))
		}
	}
	if b := g.number("ball"); b < max(ball, inner)*(1-1e-6) || b > 1.01*max(ball, g.number("inner")) {
		t.Errorf("ball is %v, on a grid %v", b, ball)
	}
}

// TestPowers: |x|^p has the exponent p everywhere, and |g|/r falls like r^(p-2).
func TestPowers(t *testing.T) {
	for _, p := range []float64{1.1, 1.5, 1.9, 1.99, 2, 2.5, 4} {
		f := objective(scalars("x"), func(m maths) graph.ID { return m.op(graph.Pow, m.op(graph.Abs, m.in("x")), m.Const(p)) })
		g := ask(t, f, plan.Growth{})
		for _, e := range g.fields["exponent"] {
			if math.Abs(e-p) > 1e-9 {
				t.Fatalf("an exponent of |x|^%v is %v: %s", p, e, g.words["evidence"])
			}
		}
		switch {
		case p < 2:
			g.verdict("subquadratic", fmt.Sprintf("like r^%.2g", p-2))
		case p == 2:
			g.verdict("quadratic")
		default:
			g.verdict("not", "no more slowly")
		}
		// Without a parabola there is none to leave.
		if p != 2 {
			if r := g.fields["quadratic_radius"][0]; r != 0 && !math.IsNaN(r) {
				t.Errorf("|x|^%v leaves its parabola at %v", p, r)
			}
		}
	}
}

// TestQuadratics: the exponent is 2, and c is that of Kantorovich's inequality,
// 2 sqrt(l L)/(l + L) for the extreme eigenvalues, in few dimensions and in many.
func TestQuadratics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{2, 3, 12}).Draw(t, "dimensions")
		eigenvalues := make([]float64, n)
		least, most := math.Inf(1), 0.0
		for i := range eigenvalues {
			eigenvalues[i] = rapid.Float64Range(0.2, 5).Draw(t, "eigenvalue")
			least, most = min(least, eigenvalues[i]), max(most, eigenvalues[i])
		}
		center := rapid.Float64Range(-2, 2).Draw(t, "center")
		f := objective([]plan.Param{{Name: "w", Type: graph.Of(n)}}, func(m maths) graph.ID {
			w := m.Input("w", graph.Of(n))
			y := m.Const(3)
			for i, l := range eigenvalues {
				d := m.op(graph.Sub, m.Index(w, i), m.Const(center))
				y = m.add(y, m.mul(m.Const(l/2), m.mul(d, d)))
			}
			return y
		})
		minimum := make([]float64, n)
		for i := range minimum {
			minimum[i] = center
		}
		g := ask(t, f, plan.Growth{Directions: 8, Points: 13, LearningRate: number(1.9 / most)}, minimum...)
		g.verdict("quadratic")
		g.close("c", 2*math.Sqrt(least*most)/(least+most), 1e-5)
		for i, e := range g.fields["exponent"] {
			if math.Abs(e-2) > 1e-6 {
				t.Fatalf("exponent %d is %v", i, e)
			}
		}
		for d, k := range g.fields["curvature"] {
			u := g.fields["direction"][d*n : (d+1)*n]
			want := 0.0
			for i, l := range eigenvalues {
				want += l * u[i] * u[i]
			}
			if math.Abs(k-want) > 1e-12*want || !math.IsInf(g.fields["quadratic_radius"][d], 1) {
				t.Fatalf("curvature %v, not %v, until %v", k, want, g.fields["quadratic_radius"][d])
			}
		}
	})
}

// TestStationary: f' = sign(x) sin^2(pi x) satisfies Definition 4.1's inequality
// with c = 1, and gradient descent stays at every whole number.
func TestStationary(t *testing.T) {
	f := objective(scalars("x"), func(m maths) graph.ID {
		a := m.op(graph.Abs, m.in("x"))
		return m.op(graph.Sub, m.op(graph.Div, a, m.Const(2)), m.op(graph.Div, m.op(graph.Sin, m.mul(m.Const(2*math.Pi), a)), m.Const(4*math.Pi)))
	})
	g := ask(t, f, plan.Growth{LearningRate: number(1), To: 20, From: 1e-2})
	g.verdict("not", "at x = 1 (", "not strict", "there is no ball")
	g.close("c", 1, 1e-12)
	if !math.IsInf(g.number("ball"), 1) {
		t.Errorf("ball %v", g.number("ball"))
	}
}

// TestFlatValley: all points (a, 0) are minima of a^2 b^2 + b^2.
func TestFlatValley(t *testing.T) {
	f := objective(scalars("a", "b"), func(m maths) graph.ID {
		b := m.mul(m.in("b"), m.in("b"))
		return m.add(m.mul(m.mul(m.in("a"), m.in("a")), b), b)
	})
	ask(t, f, plan.Growth{Directions: 4}).verdict("not", "gradient is zero away from the minimum, at a = 0.001, b = 0")
}

// TestSaddle: beside the minimum at 0 there is a higher point where the gradient
// is zero, on no ray that is looked along.
func TestSaddle(t *testing.T) {
	// (a^2 + b^2)/2 with a dent at (2, 1) that has a minimum of its own.
	f := objective(scalars("a", "b"), func(m maths) graph.ID {
		a, b := m.in("a"), m.in("b")
		da, db := m.op(graph.Sub, a, m.Const(2)), m.op(graph.Sub, b, m.Const(1))
		dent := m.op(graph.Exp, m.mul(m.Const(-4), m.add(m.mul(da, da), m.mul(db, db))))
		return m.op(graph.Sub, m.mul(m.Const(0.5), m.add(m.mul(a, a), m.mul(b, b))), m.mul(m.Const(1.5), dent))
	})
	o, err := model.NewFormula(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The minimum near 0, by Newton's method in the diagonal.
	x, slope := []float64{0, 0}, make([]float64, 2)
	for range 100 {
		if _, err := o.Gradient(context.Background(), slope, x); err != nil {
			t.Fatal(err)
		}
		x[0], x[1] = x[0]-slope[0], x[1]-slope[1]
	}
	g := ask(t, f, plan.Growth{Directions: 32, From: 1e-2, To: 10}, x...)
	if g.words["verdict"] != "not" || !(g.number("c") < 0) && !strings.Contains(g.words["evidence"], "gradient is zero") {
		t.Errorf("%s, c = %v: %s", g.words["verdict"], g.number("c"), g.words["evidence"])
	}
}

// TestLevelsOff: x^2 + f1(x) grows like a quadratic in the end.
func TestLevelsOff(t *testing.T) {
	f := objective(scalars("x"), func(m maths) graph.ID { return m.add(m.mul(m.in("x"), m.in("x")), m.f1(m.in("x"))) })
	ask(t, f, plan.Growth{To: 1e2}).verdict("not", "levels off: at radius 100 it is 2.046")
	ask(t, f, plan.Growth{}).verdict("not", "levels off")
	ask(t, f, plan.Growth{To: 1e8, Points: 300}).verdict("not", "no more slowly")
}

// TestSlowly: r^2/ln(e + r) is subquadratic, though |g|/r falls ever more slowly.
func TestSlowly(t *testing.T) {
	f := objective(scalars("x"), func(m maths) graph.ID {
		a := m.op(graph.Abs, m.in("x"))
		return m.op(graph.Div, m.mul(a, a), m.op(graph.Log, m.add(m.Const(math.E), a)))
	})
	for _, to := range []float64{1e2, 1e4, 1e8} {
		ask(t, f, plan.Growth{To: to}).verdict("subquadratic")
	}
}

// TestDigits: where the loss has lost its digits, or the point is none, an
// exponent is NaN and the evidence says so.
func TestDigits(t *testing.T) {
	parabola := func(height float64) *plan.Objective {
		return objective(scalars("x"), func(m maths) graph.ID {
			d := m.op(graph.Sub, m.in("x"), m.Const(1))
			return m.add(m.Const(height), m.mul(d, d))
		})
	}
	// The integral of the derivative does not see the height.
	g := ask(t, parabola(1e6), plan.Growth{From: 1e-6, To: 1}, 1)
	g.verdict("quadratic")
	for i, r := range g.fields["radius"] {
		if l := g.fields["loss"][i]; math.Abs(l-r*r) > 1e-8*r*r {
			t.Errorf("the loss at %v is %v", r, l)
		}
	}
	// Points nearer than 1e-12 to 1 have few digits of their distance.
	g = ask(t, parabola(0), plan.Growth{From: 1e-14, To: 1}, 1)
	nan := 0
	for i, e := range g.fields["exponent"] {
		if math.IsNaN(e) {
			nan++
		} else if math.Abs(e-2) > 1e-3 {
			t.Errorf("the exponent at %v is %v", g.fields["radius"][i%121], e)
		}
	}
	if nan == 0 {
		t.Errorf("no exponent is in doubt: %s", g.words["evidence"])
	}
	g.verdict("quadratic", fmt.Sprintf("%d exponents are NaN: the loss above the minimum has lost its digits", nan))
	// A point that is not quite the minimum.
	g = ask(t, parabola(0), plan.Growth{}, 1+1e-6)
	g.verdict("quadratic", "the point is not stationary")
	g = ask(t, parabola(0), plan.Growth{From: 1e-7}, 1+1e-6)
	g.verdict("not", "below its own")
	g = ask(t, f1Objective(), plan.Growth{}, 0.5)
	g.verdict("not", "no global minimum: at radius", "the point is not stationary")
}

// TestOverflow: what is not finite is said, and never NaN alone.
func TestOverflow(t *testing.T) {
	f := objective(scalars("x"), func(m maths) graph.ID {
		return m.op(graph.Sub, m.op(graph.Exp, m.mul(m.in("x"), m.in("x"))), m.Const(1))
	})
	ask(t, f, plan.Growth{To: 100}).verdict("not", "not finite")
	// Gradients that underflow far out are no stationary points.
	g := objective(scalars("x"), func(m maths) graph.ID {
		return m.op(graph.Sub, m.Const(1), m.op(graph.Exp, m.op(graph.Neg, m.mul(m.in("x"), m.in("x")))))
	})
	ask(t, g, plan.Growth{To: 20}).verdict("subquadratic")
	// At the minimum itself nothing can be asked.
	bad := objective(scalars("x"), func(m maths) graph.ID { return m.op(graph.Log, m.in("x")) })
	o, err := model.NewFormula(bad, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = Growth(context.Background(), &plan.Growth{Objective: bad, From: 1, To: 2, Points: 4, Departure: 0.1}, &Directions{Plan: bad, Objective: o}, []float64{0})
	if err == nil || !strings.Contains(err.Error(), "at the minimum the loss") {
		t.Errorf("%v", err)
	}
}

// TestRates: a learning rate that is none is an error where it stands.
func TestRates(t *testing.T) {
	f := f1Objective()
	o, err := model.NewFormula(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []*plan.Expr{number(0), number(-1), number(math.Inf(1)), number(math.NaN()), vector(1, 2)} {
		p := &plan.Growth{Objective: f, From: 1e-2, To: 1, Points: 4, Departure: 0.1, LearningRate: e}
		if _, _, err := Growth(context.Background(), p, &Directions{Plan: f, Objective: o}, []float64{0}); err == nil || !strings.Contains(err.Error(), "the learning rate is") {
			t.Errorf("%v: %v", e, err)
		}
	}
}

// TestPanels holds the quadrature to antiderivatives, through kinks as well.
func TestPanels(t *testing.T) {
	f := f2Objective()
	o, err := model.NewFormula(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &growth{ctx: context.Background(), objective: o, center: []float64{0}, point: make([]float64, 1), slope: make([]float64, 1), unit: 0x1p-53}
	rapid.Check(t, func(t *rapid.T) {
		r := math.Pow(10, rapid.Float64Range(-6, 2).Draw(t, "radius"))
		got, off, err := w.integral(&ray{unit: []float64{-1}, origin: []float64{0}}, r)
		if err != nil {
			t.Fatal(err)
		}
		want := 3 * r * r
		if r > 1.0/3 {
			want = 1 - 2/(9*r)
		}
		if math.Abs(got-want) > 2*off+1e-14*want || off > 1e-9*want {
			t.Fatalf("to %v: %v +- %v, not %v", r, got, off, want)
		}
	})
}

// oneWeight is the loss of y = w x on data of w = 2.
func oneWeight(t *testing.T, single bool) (*plan.Objective, *model.Network) {
	t.Helper()
	source := dataset.Values{X: [][]float64{{1}, {2}, {3}}, Targets: [][]float64{{2}, {4}, {6}}}
	set, err := source.Load()
	if err != nil {
		t.Fatal(err)
	}
	layers := &network.Network{Single: single, Input: network.Units(1), Layers: []*network.Layer{{Kind: network.Dense, Name: "dense1", Units: 1, Bias: false}}}
	if err := layers.Infer(); err != nil {
		t.Fatal(err)
	}
	f := &plan.Objective{Training: &plan.Training{Network: &plan.Network{Network: layers}, Loss: "mse"}}
	for _, p := range layers.Params {
		f.Params = append(f.Params, plan.Param{Name: p.Name, Type: p.Type})
	}
	n, err := model.NewNetwork(f, set, dense.NewMachine(1), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, n
}

// TestNetworkGrowth: a network of one weight is a parabola, in binary64 and in
// binary32, along a direction that the runtime finds.
func TestNetworkGrowth(t *testing.T) {
	for _, single := range []bool{false, true} {
		f, n := oneWeight(t, single)
		p := plan.Growth{Objective: f, From: 1e-3, To: 10, Points: 25, Departure: 0.1, LearningRate: number(0.01), Axes: []plan.Axis{{Label: "top", Coordinate: -1, Word: "eigenvector"}}}
		g := answer(t, p, &Directions{Plan: f, Objective: n}, []float64{2})
		g.verdict("quadratic", `along`)
		if k := g.fields["curvature"][0]; !(k > 0) || math.Abs(g.number("ratio_end")-k) > 1e-4*k {
			t.Errorf("curvature %v, |g|/r %v", k, g.number("ratio_end"))
		}
		g.close("c", 1, 1e-6)
		if len(g.fields["curvature"]) != 2 || g.fields["direction"] != nil {
			t.Errorf("%v", g.fields)
		}
	}
}

// TestNetworkOrigin: a state beside the minimum of a line is moved to it, and the
// opposite ray begins at the same point.
func TestNetworkOrigin(t *testing.T) {
	f, n := oneWeight(t, false)
	p := plan.Growth{Objective: f, From: 1e-3, To: 10, Points: 25, Departure: 0.1, Axes: []plan.Axis{{Label: "g", Coordinate: -1, Word: "gradient"}}}
	g := answer(t, p, &Directions{Plan: f, Objective: n}, []float64{2.75})
	g.verdict("quadratic")
	if s := g.fields["shift"]; len(s) != 2 || math.Abs(s[0]+0.75) > 1e-9 || s[1] != -s[0] {
		t.Errorf("the rays begin at %v", s)
	}
	for i, e := range g.fields["exponent"] {
		if math.Abs(e-2) > 1e-6 {
			t.Errorf("exponent %d is %v", i, e)
		}
	}
}
