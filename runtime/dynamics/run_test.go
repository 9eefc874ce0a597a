package dynamics

import (
	"context"
	"math"
	"testing"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// maths writes small expressions.
type maths struct{ *graph.Graph }

func newMaths() maths { return maths{graph.New()} }

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
func (m maths) in(name string) graph.ID    { return m.Input(name, graph.Number) }

func (m maths) expr(root graph.ID) *plan.Expr { return &plan.Expr{Graph: m.Graph, Root: root} }

// f1 is the paper's (1 + |x|) ln(1 + |x|) - |x|.
func (m maths) f1(x graph.ID) graph.ID {
	a := m.op(graph.Abs, x)
	return m.sub(m.mul(m.add(m.Const(1), a), m.op(graph.Log1p, a)), a)
}

func number(v float64) *plan.Expr {
	m := newMaths()
	return m.expr(m.Const(v))
}

// law is an expression in t, steps and names.
func lawOf(f func(m maths) graph.ID) *plan.Expr {
	m := newMaths()
	return m.expr(f(m))
}

// piecewise is values[i] before times[i], the last value after all.
func piecewise(values, times []float64) *plan.Expr {
	return lawOf(func(m maths) graph.ID {
		t := m.in("t")
		v := m.Const(values[len(values)-1])
		for i := len(times) - 1; i >= 0; i-- {
			v = m.op(graph.Select, m.op(graph.Lt, t, m.Const(times[i])), m.Const(values[i]), v)
		}
		return v
	})
}

func objective(params []plan.Param, f func(m maths) graph.ID) *plan.Objective {
	m := newMaths()
	for _, p := range params {
		m.Input(p.Name, p.Type)
	}
	return &plan.Objective{Params: params, Value: m.expr(f(m))}
}

func scalars(names ...string) []plan.Param {
	var p []plan.Param
	for _, n := range names {
		p = append(p, plan.Param{Name: n, Type: graph.Number})
	}
	return p
}

func objectiveF1() *plan.Objective {
	return objective(scalars("x"), func(m maths) graph.ID { return m.f1(m.in("x")) })
}

// twoValleys is Fig. 5.1: f1(x1-flat valley) + 0.25 z/(1+z) of the sharp one.
func twoValleys() *plan.Objective {
	return objective(scalars("x1", "x2"), func(m maths) graph.ID {
		x1, x2 := m.in("x1"), m.in("x2")
		flat := func(x graph.ID) graph.ID {
			return m.add(m.Const(1), m.mul(m.Const(0.001), m.mul(x, x)))
		}
		valley := func(x, y graph.ID) graph.ID { return m.f1(m.mul(flat(x), y)) }
		z := valley(x2, m.mul(m.Const(10), x1))
		return m.add(valley(x1, x2), m.mul(m.Const(0.25), m.op(graph.Div, z, m.add(m.Const(1), z))))
	})
}

func newRun(o *plan.Objective, kind string, eta *plan.Expr, steps int, start ...float64) *plan.Run {
	r := &plan.Run{
		Block:     plan.Block{Address: plan.Address{Noun: "run", Name: "a"}},
		Objective: o, Optimizer: &plan.Optimizer{Kind: kind, LearningRate: eta},
		Steps: steps, Every: 1, RecordPath: true,
	}
	for i, v := range start {
		r.Start = append(r.Start, plan.Start{Param: o.Params[i].Name, Value: number(v)})
	}
	return r
}

func mustRun(t testing.TB, run *plan.Run, opt Options) *Trajectory {
	t.Helper()
	tr, err := Run(context.Background(), run, opt)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// Theorem 4.1: above 2/f”(0) the iterates settle on the two-cycle; below they
// converge.
func TestF1SettlesOnItsTwoCycle(t *testing.T) {
	run := newRun(objectiveF1(), "gd", piecewise([]float64{5, 3, 1}, []float64{100, 150}), 200, -5)
	tr := mustRun(t, run, Options{Keep: []int{100, 200}})
	x := tr.Path["x"].Data
	for _, c := range []struct {
		k    int
		want float64
	}{{100, 4.046970313161707}, {150, 1.144032841275508}} {
		if got := math.Abs(x[c.k]); math.Abs(got-c.want) > 1e-13 {
			t.Errorf("|x[%d]| = %v, want %v", c.k, got, c.want)
		}
	}
	if math.Abs(x[200]) > 1e-12 {
		t.Errorf("x[200] = %v, want 0", x[200])
	}
	if tr.Status != OK || tr.Steps != 200 || len(x) != 201 || x[0] != -5 {
		t.Errorf("status %s, %d steps, %d points from %v", tr.Status, tr.Steps, len(x), x[0])
	}
	for k, want := range map[int]float64{0: 5, 99: 5, 100: 3, 149: 3, 150: 1, 200: 1} {
		if got := tr.LearningRate.Data[k]; got != want {
			t.Errorf("learning_rate[%d] = %v, want %v", k, got, want)
		}
		if got := tr.Stability.Data[k]; got != 2/want {
			t.Errorf("stability[%d] = %v, want %v", k, got, 2/want)
		}
	}
	for k := range 200 {
		eta := tr.LearningRate.Data[k]
		g := math.Copysign(math.Log1p(math.Abs(x[k])), x[k])
		if d := math.Abs(x[k] - eta*g - x[k+1]); d > 1e-14*(1+math.Abs(x[k])) {
			t.Fatalf("x[%d] = %v is not the update of %v", k+1, x[k+1], x[k])
		}
		if d := math.Abs(tr.GradNorm.Data[k] - math.Abs(g)); d > 1e-15*(1+math.Abs(g)) {
			t.Fatalf("grad_norm[%d] = %v, want %v", k, tr.GradNorm.Data[k], math.Abs(g))
		}
	}
	if got := tr.Kept[100].Params["x"].Data[0]; got != x[100] {
		t.Errorf("kept state has x = %v, the path %v", got, x[100])
	}
	if got := tr.Final.Params["x"].Data[0]; got != x[200] {
		t.Errorf("final state has x = %v, the path %v", got, x[200])
	}
	if tr.Kept[100].Loss.Data[0] != tr.Loss.Data[100] || tr.Kept[100].GradNorm.Data[0] != tr.GradNorm.Data[100] {
		t.Error("kept state's loss or gradient differs from the series")
	}
}

// firstStep is the first recorded step whose value satisfies a condition, or -1.
func firstStep(a *array.Array, holds func(v float64) bool) int {
	for i, v := range a.Data {
		if holds(v) {
			return a.Steps[i]
		}
	}
	return -1
}

// Fig. 5.1: x1 first exceeds -4 at index 466. After a decay of the rate the
// small valley is reached the sooner, the later the decay came.
func TestTwoValleysOfFig51(t *testing.T) {
	before := mustRun(t, newRun(twoValleys(), "gd", number(2.5), 750, -20, 3), Options{Keep: []int{650, 700, 750}})
	if first := firstStep(before.Path["x1"], func(v float64) bool { return v > -4 }); first != 466 {
		t.Errorf("x1 first exceeds -4 at %d, the paper says 466", first)
	}
	for decay, want := range map[int]int{650: 1473, 700: 738, 750: 152} {
		run := newRun(twoValleys(), "gd", number(0.25), 2000)
		run.Start, run.Resume = nil, &plan.Resume{At: decay}
		after := mustRun(t, run, Options{From: before.Kept[decay]})
		if after.T0 != decay || after.Path["x1"].Data[0] != before.Path["x1"].Data[decay] {
			t.Errorf("the fork at %d starts elsewhere", decay)
		}
		if first := firstStep(after.Path["x1"], func(v float64) bool { return math.Abs(v) < 0.35 }); first != want {
			t.Errorf("after the decay at %d, |x1| < 0.35 is reached after %d steps, want %d", decay, first, want)
		}
		// The large valley's oscillation dies: there eta F_yy is below 2.
		if y := after.Path["x2"].Data[60]; math.Abs(y) > 1e-3 {
			t.Errorf("after the decay at %d, x2 is still %v", decay, y)
		}
	}
}
