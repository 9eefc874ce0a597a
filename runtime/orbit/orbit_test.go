package orbit

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// formula makes an expression of one operation after another.
type formula struct {
	*graph.Graph
	t testing.TB
}

func (f formula) op(op graph.Op, args ...graph.ID) graph.ID {
	id, err := f.Apply(op, args...)
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

func expression(t testing.TB, of func(f formula) graph.ID) *plan.Expr {
	f := formula{graph.New(), t}
	return &plan.Expr{Graph: f.Graph, Root: of(f)}
}

func number(v float64) *plan.Expr {
	g := graph.New()
	return &plan.Expr{Graph: g, Root: g.Const(v)}
}

// inX makes an objective of one parameter.
func inX(t testing.TB, of func(f formula, x graph.ID) graph.ID) *plan.Objective {
	return &plan.Objective{
		Params: []plan.Param{{Name: "x", Type: graph.Number}},
		Value:  expression(t, func(f formula) graph.ID { return of(f, f.Input("x", graph.Number)) }),
	}
}

// growth is f1 of Ma, Kunin, Wu, Ying (2022): (1 + |x|) ln(1 + |x|) - |x|.
func growth(t testing.TB) *plan.Objective {
	return inX(t, func(f formula, x graph.ID) graph.ID {
		a := f.op(graph.Abs, x)
		return f.op(graph.Sub, f.op(graph.Mul, f.op(graph.Add, f.Const(1), a), f.op(graph.Log1p, a)), a)
	})
}

// logistic is the objective on which gradient descent with the rate 1 is the
// map x -> r x (1 - x).
func logistic(t testing.TB, r float64) *plan.Objective {
	return inX(t, func(f formula, x graph.ID) graph.ID {
		square := f.op(graph.Mul, x, x)
		cube := f.op(graph.Mul, square, x)
		return f.op(graph.Add, f.op(graph.Mul, f.Const((1-r)/2), square), f.op(graph.Mul, f.Const(r/3), cube))
	})
}

func of(f *plan.Objective, o plan.Optimizer) *plan.Orbit {
	return &plan.Orbit{Tolerance: 1e-10, MaxPeriod: 64, Map: &plan.Run{Objective: f, Optimizer: &o}}
}

func gd(rate float64) plan.Optimizer { return plan.Optimizer{Kind: "gd", LearningRate: number(rate)} }

func heavyBall(rate, beta float64) plan.Optimizer {
	return plan.Optimizer{Kind: "momentum", LearningRate: number(rate), Momentum: number(beta)}
}

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func answer(t fataler, p *plan.Orbit, opt Options) map[string]*array.Array {
	t.Helper()
	found, err := Compute(context.Background(), p, opt)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*array.Array{}
	for _, f := range found.Fields {
		out[f.Name] = f.Value
	}
	return out
}

func near(p *plan.Orbit, period int, x float64) *plan.Orbit {
	p.Near, p.Period = plan.Point{number(x)}, period
	return p
}

func start(p *plan.Orbit, x float64) *plan.Orbit {
	p.Map.Start = []plan.Start{{Param: "x", Value: number(x)}}
	return p
}

// The heavy ball b has the determinant b at every step, so that the multipliers
// of a two-cycle have the product b^2; the cycle solves eta f' = (2 + 2b) x.
func TestHeavyBallCycles(t *testing.T) {
	f := growth(t)
	rapid.Check(t, func(t *rapid.T) {
		beta := rapid.Float64Range(0.05, 0.9).Draw(t, "beta")
		eta := (2 + 2*beta) * rapid.Float64Range(1.2, 6).Draw(t, "over the threshold")
		got := answer(t, near(of(f, heavyBall(eta, beta)), 2, eta/(1+beta)), Options{})
		x := math.Abs(got["point.x"].Data[0])
		if residual := got["residual"].Data[0]; !(residual <= 1e-10) {
			t.Fatalf("residual %v", residual)
		}
		if d := eta*math.Log1p(x) - (2+2*beta)*x; math.Abs(d) > 1e-8*eta {
			t.Fatalf("at %v the equation is off by %v", x, d)
		}
		re, im := got["multiplier"].Data, got["multiplier_imaginary"].Data
		if product := re[0]*re[1] - im[0]*im[1]; math.Abs(product-beta*beta) > 1e-9 {
			t.Fatalf("the multipliers have the product %v, not %v", product, beta*beta)
		}
	})
}

// Multipliers of the logistic map with r = 4 are +-2^p.
func TestLogisticCycles(t *testing.T) {
	for _, c := range []struct {
		period int
		x      float64
	}{
		{1, 0.7}, {2, 0.3}, {3, 0.18}, {3, 0.12}, {5, math.Pow(math.Sin(math.Pi/33), 2)}, {7, math.Pow(math.Sin(math.Pi/129), 2)},
	} {
		got := answer(t, near(of(logistic(t, 4), gd(1)), c.period, c.x), Options{})
		if m := math.Abs(got["multiplier"].Data[0]); math.Abs(m-math.Pow(2, float64(c.period))) > 1e-7*m {
			t.Errorf("period %d: multiplier %v", c.period, m)
		}
		if p := got["period"].Data[0]; p != float64(c.period) {
			t.Errorf("period %d: found %v", c.period, p)
		}
		if got["stable"].Data[0] != 0 {
			t.Errorf("period %d is said to attract", c.period)
		}
	}
}

// Tangent vectors of the heavy ball lose area by b at every step, whatever the
// orbit does: the exponents have the sum ln b.
func TestLyapunovSpectrum(t *testing.T) {
	const beta = 0.6
	for _, eta := range []float64{1, 5, 20} {
		p := start(of(growth(t), heavyBall(eta, beta)), 3)
		p.Lyapunov = &plan.Lyapunov{Exponents: 2, Skip: 100, Steps: 1000}
		l := answer(t, p, Options{})["lyapunov"].Data
		if sum := l[0] + l[1]; math.Abs(sum-math.Log(beta)) > 1e-12 || l[0] < l[1]-1e-3 {
			t.Errorf("eta = %v: exponents %v with the sum %v, not %v", eta, l, sum, math.Log(beta))
		}
	}
}

// The logistic map with r = 4 has the exponent ln 2; the errors say how near.
func TestLyapunov(t *testing.T) {
	p := start(of(logistic(t, 4), gd(1)), 0.3)
	p.Lyapunov = &plan.Lyapunov{Exponents: 1, Skip: 100, Steps: 20000}
	got := answer(t, p, Options{})
	l, e := got["lyapunov"].Data[0], got["lyapunov_error"].Data[0]
	if math.Abs(l-math.Ln2) > 5*e || !(e > 0 && e < 2e-3) {
		t.Errorf("%v +- %v", l, e)
	}
}

func TestLengthOf(t *testing.T) {
	for _, steps := range []int{20, 21, 39, 1000, 4001} {
		var lengths [batches]int
		for i := range steps {
			lengths[i*batches/steps]++
		}
		for b, n := range lengths {
			if got := lengthOf(b, steps); got != n {
				t.Errorf("stretch %d of %d steps: %d, not %d", b, steps, got, n)
			}
		}
	}
}

func overRates(t testing.TB, n int) *plan.Orbit {
	values := make([]float64, n)
	for i := range values {
		values[i] = 0.5 + 7.5*float64(i)/float64(n-1)
	}
	p := start(of(growth(t), plan.Optimizer{Kind: "gd", LearningRate: expression(t, func(f formula) graph.ID { return f.Input("eta", graph.Number) })}), 0.7)
	p.Map.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{values}}}
	return p
}

// Results are the same bits for any number of workers, with and without follow.
func TestWorkers(t *testing.T) {
	for _, follow := range []bool{false, true} {
		p := overRates(t, 700)
		p.Diagram = &plan.OrbitDiagram{Skip: 50, Keep: 8, Follow: follow}
		p.Lyapunov = &plan.Lyapunov{Exponents: 1, Steps: 100}
		one, two := answer(t, p, Options{Workers: 1}), answer(t, p, Options{Workers: 2})
		for name, a := range one {
			if !slices.Equal(a.Data, two[name].Data) {
				t.Errorf("%s depends on the workers", name)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	bowl := inX(t, func(f formula, x graph.ID) graph.ID { return f.op(graph.Mul, x, x) })
	for _, c := range []struct {
		what string
		p    *plan.Orbit
		want string
	}{
		{"no cycle", near(of(bowl, gd(0.3)), 2, 1), "there is no cycle of period 2 near"},
		{"divergence", func() *plan.Orbit { p := near(of(bowl, gd(3)), 0, 1); p.Settle = 5000; return p }(), "diverges"},
		{"no recurrence", near(of(logistic(t, 4), gd(1)), 0, 0.3), "does not come back within 64 updates"},
		{"a flow", near(of(bowl, plan.Optimizer{Kind: "gradient_flow", LearningRate: number(1)}), 2, 1), "is no map"},
		{"time", near(of(bowl, plan.Optimizer{Kind: "gd", LearningRate: expression(t, func(f formula) graph.ID { return f.Input("t", graph.Number) })}), 2, 1), "depends on t"},
	} {
		_, err := Compute(context.Background(), c.p, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
}

// BenchmarkDiagram is 1,000 learning rates and 4,000 steps, of which 256 are kept.
func BenchmarkDiagram(b *testing.B) {
	p := overRates(b, 1000)
	p.Diagram = &plan.OrbitDiagram{Skip: 3744, Keep: 256}
	for b.Loop() {
		answer(b, p, Options{Workers: 1})
	}
}

// BenchmarkLyapunov is the largest exponent of 1,000 learning rates over 4,000 steps.
func BenchmarkLyapunov(b *testing.B) {
	p := overRates(b, 1000)
	p.Lyapunov = &plan.Lyapunov{Exponents: 1, Steps: 4000}
	for b.Loop() {
		answer(b, p, Options{Workers: 1})
	}
}
