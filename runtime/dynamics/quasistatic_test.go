package dynamics

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// flattening is the objective of Fig. 4.2, f1(x2/(1 + 0.01 x1)).
func flattening() *plan.Objective {
	return objective(scalars("x1", "x2"), func(m maths) graph.ID {
		return m.f1(m.op(graph.Div, m.in("x2"), m.add(m.Const(1), m.mul(m.Const(0.01), m.in("x1")))))
	})
}

func quasi(o *plan.Objective, eta *plan.Expr, steps int, start ...float64) *plan.Run {
	run := newRun(o, "quasistatic", eta, steps, start...)
	run.Optimizer.Along, run.Optimizer.Across = []int{0}, 1
	return run
}

// For F = f(h(x) y) the dynamics is (4.8), x' = x - 2 y^2 (log h)'(x), with y
// on the cycle (4.7), eta f'(h y) h = 2 y. Here h = 1/(1 + 0.01 x).
func TestQuasistaticIsEquation48(t *testing.T) {
	const eta, steps = 3, 3000
	for _, sign := range []float64{1, -1} {
		tr := mustRun(t, quasi(flattening(), number(eta), steps, 1, sign), Options{})
		x, y := tr.Path["x1"].Data, tr.Path["x2"].Data
		for k := range steps {
			h := 1 / (1 + 0.01*x[k])
			a := math.Abs(y[k])
			if d := math.Abs(eta*math.Log1p(h*a)*h - 2*a); d > 4e-15*a {
				t.Fatalf("step %d: (4.7) is off by %v of %v", k, d, a)
			}
			want := x[k] - 2*y[k]*y[k]*(-0.01*h)
			if math.Abs(x[k+1]-want) > 4e-15*math.Abs(want) {
				t.Fatalf("step %d: x' = %v, (4.8) gives %v", k, x[k+1], want)
			}
			if y[k]*sign < 0 {
				t.Fatalf("step %d: y = %v changes its side", k, y[k])
			}
		}
		if tr.WorstResidual > 1e-13 || len(tr.Residual.Data) != steps+1 {
			t.Errorf("residual %v", tr.WorstResidual)
		}
		if worst := slices.Max(tr.Residual.Data); worst != tr.WorstResidual {
			t.Errorf("worst residual %v, of the series %v", tr.WorstResidual, worst)
		}
		// The limit is where eta h^2 = 2.
		limit := 100 * (math.Sqrt(1.5) - 1)
		if last := x[steps]; !(last < limit && last > 0.5*limit) || !slices.IsSorted(x) {
			t.Errorf("x1 ends at %v, the limit is %v", last, limit)
		}
		if tr.Stability.Data[5] != 2.0/3 || tr.LearningRate.Data[5] != 3 {
			t.Errorf("stability %v, rate %v", tr.Stability.Data[5], tr.LearningRate.Data[5])
		}
	}
}

// 1/(limit - x1) grows by 1/K a step, K = 31250 sqrt(1.5).
func TestQuasistaticApproachesLikeOneOverT(t *testing.T) {
	run := quasi(flattening(), number(3), 400_000, 1, 1)
	run.Every = 200_000
	tr := mustRun(t, run, Options{})
	limit := 100 * (math.Sqrt(1.5) - 1)
	x := tr.Path["x1"].Data
	slope := (1/(limit-x[2]) - 1/(limit-x[1])) / 200_000
	if k := 31250 * math.Sqrt(1.5); math.Abs(slope*k-1) > 2e-2 {
		t.Errorf("slope %v, want 1/%v", slope, k)
	}
	if tr.WorstResidual > 1e-13 {
		t.Errorf("residual %v", tr.WorstResidual)
	}
}

func TestQuasistaticRestsBelowTheThreshold(t *testing.T) {
	// eta h^2 = 3/(1 + 0.01 x)^2 is below 2 from 22.47 on.
	tr := mustRun(t, quasi(flattening(), number(3), 50, 30, 1), Options{})
	for k, y := range tr.Path["x2"].Data {
		if y != 0 || tr.Path["x1"].Data[k] != 30 || tr.Residual.Data[k] != 0 {
			t.Fatalf("step %d: (%v, %v)", k, tr.Path["x1"].Data[k], y)
		}
	}
	// A decay below it stops the motion at once; a rise takes it up again.
	tr = mustRun(t, quasi(flattening(), piecewise([]float64{3, 0.5, 3}, []float64{10, 20}), 30, 1, 1), Options{})
	x, y := tr.Path["x1"].Data, tr.Path["x2"].Data
	if y[9] == 0 || y[10] != 0 || y[19] != 0 || y[20] == 0 || x[10] != x[20] || !(x[21] > x[20]) {
		t.Errorf("x1 %v, x2 %v", x[8:23], y[8:23])
	}
}

// A cycle that is not symmetric: the map exchanges its points, and the mean of
// the gradients moves the slow parameter.
func TestQuasistaticUneven(t *testing.T) {
	// F = G(y - x) + 0.01 x^2 with G' = asinh(z) + 0.5 (1 - 1/sqrt(1 + z^2)).
	o := objective(scalars("x", "y"), func(m maths) graph.ID {
		z := m.sub(m.in("y"), m.in("x"))
		q := m.op(graph.Sqrt, m.add(m.Const(1), m.mul(z, z)))
		asinh := m.op(graph.Log, m.add(z, q))
		g := m.add(m.sub(m.mul(z, asinh), q), m.mul(m.Const(0.5), m.sub(z, asinh)))
		return m.add(g, m.mul(m.Const(0.01), m.mul(m.in("x"), m.in("x"))))
	})
	slope := func(z float64) float64 { return math.Asinh(z) + 0.5*(1-1/math.Sqrt(1+z*z)) }
	run := quasi(o, number(4), 40, 2, 5)
	tr := mustRun(t, run, Options{})
	x, y := tr.Path["x"].Data, tr.Path["y"].Data
	for k := range 40 {
		other := y[k] - 4*slope(y[k]-x[k])
		if back := other - 4*slope(other-x[k]); math.Abs(back-y[k]) > 1e-11 || other >= y[k] {
			t.Fatalf("step %d: %v goes to %v and back to %v", k, y[k], other, back)
		}
		mean := 0.02*x[k] - (slope(y[k]-x[k])+slope(other-x[k]))/2
		if want := x[k] - 4*mean; math.Abs(x[k+1]-want) > 1e-11 {
			t.Fatalf("step %d: x' = %v, want %v", k, x[k+1], want)
		}
	}
	if tr.WorstResidual > 1e-12 {
		t.Errorf("residual %v", tr.WorstResidual)
	}
}

func TestQuasistaticWithoutCycle(t *testing.T) {
	o := objective(scalars("x", "y"), func(m maths) graph.ID {
		return m.mul(m.add(m.Const(1), m.mul(m.in("x"), m.in("x"))), m.mul(m.in("y"), m.in("y")))
	})
	_, err := Run(context.Background(), quasi(o, number(1.5), 10, 1, 1), Options{})
	if codeOf(err) != codeNoCycle {
		t.Fatalf("%v", err)
	}
	d := err.(diag.List)[0]
	if !strings.Contains(d.Summary, "across y at step 0: a step overshoots") || d.Detail == "" || len(d.Values) != 4 {
		t.Errorf("%+v", d)
	}
}

func TestQuasistaticLanes(t *testing.T) {
	eta := lawOf(func(m maths) graph.ID { return m.in("eta") })
	run := quasi(flattening(), eta, 60, 1, 1)
	run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{1.5, 2.5, 3}}}}
	run.Every = 7
	run.Stop = lawOf(func(m maths) graph.ID { return m.op(graph.Gt, m.in("x1"), m.Const(1.5)) })
	run.Probes = []plan.Probe{{Name: "p", Every: 5, Value: lawOf(func(m maths) graph.ID { return m.mul(m.in("x1"), m.in("x2")) })}}
	all := mustRun(t, run, Options{Keep: []int{3, 60}})
	for i, v := range []float64{1.5, 2.5, 3} {
		alone := *run
		alone.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{v}}}}
		one := mustRun(t, &alone, Options{Keep: []int{3}})
		for row, k := range all.Loss.Steps {
			j := min(row, len(one.Loss.Steps)-1)
			if k > one.Steps {
				j = len(one.Loss.Steps) - 1
			}
			if all.Path["x1"].Data[3*row+i] != one.Path["x1"].Data[j] || all.Loss.Data[3*row+i] != one.Loss.Data[j] || all.LearningRate.Data[3*row+i] != v {
				t.Fatalf("lane %d, step %d: %v, alone %v", i, k, all.Path["x1"].Data[3*row+i], one.Path["x1"].Data[j])
			}
		}
		if all.Kept[3].Params["x2"].Data[i] != one.Kept[3].Params["x2"].Data[0] || all.Final.Loss.Data[i] != one.Final.Loss.Data[0] {
			t.Errorf("lane %d: kept or final state", i)
		}
	}
	if all.Status != Stopped || all.LaneStatus[0] != OK || all.LaneStatus[2] != Stopped {
		t.Errorf("%s, %v", all.Status, all.LaneStatus)
	}
}
