package dynamics

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/flow"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
)

func flowRun(o *plan.Objective, eta *plan.Expr, steps int, start ...float64) *plan.Run {
	run := newRun(o, "gradient_flow", eta, steps, start...)
	run.Optimizer.Tolerance = 1e-9
	return run
}

func centralRun(o *plan.Objective, eta *plan.Expr, top, steps int, start ...float64) *plan.Run {
	run := flowRun(o, eta, steps, start...)
	run.Optimizer.Kind, run.Optimizer.Of, run.Optimizer.Top = "central_flow", "gd", top
	return run
}

// edge is L = x y^2/2 - slope x, whose sharpness x goes up the slope.
func edge(slope float64) *plan.Objective {
	return objective(scalars("x", "y"), func(m maths) graph.ID {
		x, y := m.in("x"), m.in("y")
		return m.sub(m.mul(m.mul(m.Const(0.5), x), m.mul(y, y)), m.mul(m.Const(slope), x))
	})
}

// On c x^2/2 the flow is x exp(-c t), with t the sum of the rates.
func TestGradientFlowIsExp(t *testing.T) {
	const c = 1.5
	run := flowRun(quadratic(c), piecewise([]float64{0.5, 0.1}, []float64{10}), 30, 2)
	run.Probes = []plan.Probe{{Name: "half", Kind: "value", Every: 3, Value: lawOf(func(m maths) graph.ID { return m.mul(m.Const(0.5), m.in("x")) })}}
	tr := mustRun(t, run, Options{Keep: []int{12}})
	now := 0.0
	for k, x := range tr.Path["x"].Data {
		want := 2 * math.Exp(-c*now)
		if d := math.Abs(x - want); d > 1e-8*want || d > tr.Error.Data[k] {
			t.Fatalf("step %d: x = %v, want %v; the estimated error is %v", k, x, want, tr.Error.Data[k])
		}
		if k%3 == 0 && tr.Probes["half"].Data[k/3] != x/2 {
			t.Fatalf("step %d: the probe is %v of %v", k, tr.Probes["half"].Data[k/3], x)
		}
		now += tr.LearningRate.Data[k]
	}
	if !math.IsInf(tr.Stability.Data[3], 1) || tr.Oscillation != nil || !slices.IsSorted(tr.Error.Data) {
		t.Errorf("stability %v, oscillation %v, errors %v", tr.Stability.Data[3], tr.Oscillation, tr.Error.Data)
	}
	rest := flowRun(quadratic(c), number(0.1), 18)
	rest.Resume = &plan.Resume{At: 12}
	fork := mustRun(t, rest, Options{From: tr.Kept[12]})
	if a, b := fork.Path["x"].Data[18], tr.Path["x"].Data[30]; math.Abs(a-b) > 1e-9*b || fork.T0 != 12 {
		t.Errorf("the fork ends at %v, the run at %v", a, b)
	}
}

// x' = -log(1+x) of f1: the time from x0 to x1 is li(1+x0) - li(1+x1), by
// Simpson's rule.
func TestGradientFlowOfF1(t *testing.T) {
	tr := mustRun(t, flowRun(objectiveF1(), number(0.25), 20, 3), Options{})
	x := tr.Path["x"].Data[20]
	const n = 4000
	h := (3 - x) / n
	sum := 0.0
	for i := range n + 1 {
		weight := 2 + 2*float64(i%2)
		if i == 0 || i == n {
			weight = 1
		}
		sum += weight / math.Log1p(x+h*float64(i))
	}
	if passed := sum * h / 3; math.Abs(passed-5) > 1e-8 {
		t.Errorf("the flow reaches %v after 5, by quadrature after %v", x, passed)
	}
}

func TestFlowLanesEqualSingleRuns(t *testing.T) {
	make3 := func(etas ...float64) *plan.Run {
		run := centralRun(edge(0.05), lawOf(func(m maths) graph.ID { return m.in("eta") }), 1, 60, 3.55, 0)
		run.Stop = lawOf(func(m maths) graph.ID { return m.op(graph.Gt, m.in("x"), m.Const(4.5)) })
		run.Every = 4
		run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{etas}}}
		return run
	}
	all := []float64{0.35, 0.5, 0.55}
	tr := mustRun(t, make3(all...), Options{})
	for i, eta := range all {
		one := mustRun(t, make3(eta), Options{})
		for name, pair := range map[string][2]*array.Array{
			"x": {tr.Path["x"], one.Path["x"]}, "loss": {tr.Loss, one.Loss}, "error": {tr.Error, one.Error},
			"oscillation": {tr.Oscillation, one.Oscillation}, "complementarity": {tr.Complementarity, one.Complementarity},
		} {
			for row := range one.Loss.Len() {
				if a, b := pair[0].Data[row*len(all)+i], pair[1].Data[row]; a != b {
					t.Fatalf("%s of lane %d at row %d is %v, alone %v", name, i, row, a, b)
				}
			}
		}
	}
	if tr.LaneStatus[0] != Stopped || tr.LaneStatus[1] != OK {
		t.Errorf("status %v", tr.LaneStatus)
	}
	// At the edge the covariance is 2 slope.
	last := (tr.Oscillation.Len() - 1) * len(all)
	if s := tr.Oscillation.Data[last+2]; math.Abs(s-0.1) > 1e-7 || tr.Complementarity.Data[last+2] > 1e-6 {
		t.Errorf("oscillation %v with %v", s, tr.Complementarity.Data[last+2])
	}
}

func TestFlowsThatFail(t *testing.T) {
	two := objective(scalars("a", "b", "u", "v"), func(m maths) graph.ID {
		side := func(x, y string) graph.ID {
			return m.sub(m.mul(m.mul(m.Const(0.5), m.in(x)), m.mul(m.in(y), m.in(y))), m.mul(m.Const(0.05), m.in(x)))
		}
		return m.add(side("a", "u"), side("b", "v"))
	})
	for name, c := range map[string]struct {
		run      *plan.Run
		diverged bool
		want     string
	}{
		"too few eigenvalues": {centralRun(two, number(0.5), 1, 60, 3.9, 3.8, 0, 0), false, "top = 2"},
		"nothing holds it":    {centralRun(quadratic(5), number(0.5), 1, 60, 1), true, "no oscillation brings it down"},
		"blows up": {flowRun(objective(scalars("x"), func(m maths) graph.ID {
			x := m.in("x")
			return m.mul(m.Const(-1), m.mul(x, m.mul(x, x)))
		}), number(0.1), 20, 1), true, "the flow "},
		"rate of 0":    {flowRun(quadratic(1), piecewise([]float64{1, 0}, []float64{4}), 9, 1), false, "at step 4 it is 0"},
		"no tolerance": {func() *plan.Run { r := flowRun(quadratic(1), number(1), 9, 1); r.Optimizer.Tolerance = 0; return r }(), false, "tolerance"},
		"of adam": {func() *plan.Run {
			r := centralRun(quadratic(1), number(1), 1, 9, 1)
			r.Optimizer.Of = "adam"
			return r
		}(), false, "lacks a setting"},
	} {
		t.Run(name, func(t *testing.T) {
			tr, err := Run(context.Background(), c.run, Options{})
			if c.diverged {
				if err != nil || tr.Status != Diverged || !strings.Contains(tr.Divergence.Summary, c.want) {
					t.Fatalf("%+v, %v", tr, err)
				}
				if tr.Steps >= 0 && tr.Error.Len() != tr.Steps+1 {
					t.Errorf("%d errors for %d steps", tr.Error.Len(), tr.Steps)
				}
				return
			}
			list, _ := err.(diag.List)
			if len(list) != 1 || !strings.Contains(list[0].Summary+list[0].Detail, c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// The central flow of rmsprop takes up the second moments of an rmsprop run, and
// begins with the squares of the gradient where there are none.
func TestCentralFlowOfRMSProp(t *testing.T) {
	o := objective(scalars("x", "y"), func(m maths) graph.ID {
		x, y := m.in("x"), m.in("y")
		return m.add(m.mul(m.mul(m.Const(0.5), m.add(m.Const(1), m.mul(x, x))), m.mul(y, y)), m.mul(m.Const(0.01), x))
	})
	rmsprop := newRun(o, "rmsprop", number(0.01), 100, 1, 0.3)
	rmsprop.Optimizer.Beta2, rmsprop.Optimizer.Epsilon = number(0.95), number(1e-6)
	before := mustRun(t, rmsprop, Options{})
	central := func(start ...float64) *plan.Run {
		run := centralRun(o, number(0.01), 2, 20, start...)
		run.Optimizer.Of, run.Optimizer.Beta2, run.Optimizer.Epsilon = "rmsprop", number(0.95), number(1e-6)
		return run
	}
	run := central()
	run.Resume = &plan.Resume{Final: true}
	tr := mustRun(t, run, Options{From: before.Final, Keep: []int{0}})
	if a, b := tr.Kept[0].Buffers["second moment y"].Data[0], before.Final.Buffers["second moment y"].Data[0]; a != b {
		t.Errorf("the second moment is %v, that of the run resumed %v", a, b)
	}
	tr = mustRun(t, central(1, 0.3), Options{Keep: []int{0}})
	if nu := tr.Kept[0].Buffers["second moment y"].Data[0]; nu != 0.36 {
		t.Errorf("the second moment begins at %v, want the square of the gradient, 0.36", nu)
	}
	if tr.Stability.Data[0] != 200 || tr.Oscillation.Len() != 21 {
		t.Errorf("stability %v, %d rows", tr.Stability.Data[0], tr.Oscillation.Len())
	}
}

// A flow of a network is that of its gradient, and its state is that of the solver
// called by hand.
func TestGradientFlowOfANetwork(t *testing.T) {
	ctx := context.Background()
	run, opt := trained(t, 1, func(r *plan.Run) {
		flows["gradient flow"](r)
		r.Steps, r.Every, r.Probes = 5, 2, nil
	})
	n := opt.Objective.(*model.Network)
	tr := mustRun(t, run, opt)
	x := make([]float64, n.Size())
	n.Start(x, run.Seed)
	s := flow.NewSolver(flow.Gradient(n), 1e-2, n.Size())
	for k := range 5 {
		n.Draw = uint64(k)
		s.Forget()
		if err := s.Advance(ctx, x, 0.05); err != nil {
			t.Fatal(err)
		}
	}
	flat := make([]float64, n.Size())
	flatten(flat, run.Objective.Params, tr.Final.Params)
	if !slices.Equal(flat, x) || tr.Error.Data[3] != s.Error() || !slices.Equal(tr.Error.Steps, []int{0, 2, 4, 5}) {
		t.Errorf("the run ends elsewhere than the solver; errors %v at %v, want %v at the end", tr.Error.Data, tr.Error.Steps, s.Error())
	}
}
