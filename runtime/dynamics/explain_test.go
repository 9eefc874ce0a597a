package dynamics

import (
	"math"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

func valueNamed(d *diag.Diagnostic, name string) string {
	for _, v := range d.Values {
		if v.Name == name {
			return v.Text
		}
	}
	return ""
}

// A NaN is reported at its operation in the objective, with the calls that lead
// there, the step and the values.
func TestDivergenceNamesTheOperation(t *testing.T) {
	line := func(n int) diag.Span { return diag.Span{File: "a.hcl", Start: diag.Pos{Line: n, Column: 1, Byte: n}} }
	o := objective(scalars("x"), func(m maths) graph.ID {
		call := m.AddSite(graph.Site{Span: line(7), Name: "h"})
		m.SetOrigin(m.AddSite(graph.Site{Span: line(3), Call: call}))
		defer m.SetOrigin(0)
		return m.op(graph.Log, m.in("x"))
	})
	run := newRun(o, "gd", number(1), 10, 0.5) // 0.5 -> -1.5
	run.Span = line(20)
	tr := mustRun(t, run, Options{})
	d := tr.Divergence
	if tr.Status != Diverged || tr.Steps != 0 || d == nil {
		t.Fatalf("%s after %d", tr.Status, tr.Steps)
	}
	if d.Code != codeNotFinite || d.Span != line(3) || d.Summary != "the run diverged at step 1: log(-1.5) is NaN" {
		t.Errorf("%s %v %q", d.Code, d.Span, d.Summary)
	}
	if len(d.Related) != 2 || d.Related[0].Span != line(7) || d.Related[1].Span != line(20) || d.Context != `run "a"` {
		t.Errorf("%+v in %s", d.Related, d.Context)
	}
	if valueNamed(d, "x") != "-1.5" || valueNamed(d, "t") != "1" || valueNamed(d, "learning rate") != "1" {
		t.Errorf("%+v", d.Values)
	}
}

// Where the update itself overflows, the step before is made again.
func TestDivergenceInTheUpdate(t *testing.T) {
	bounded := objective(scalars("x"), func(m maths) graph.ID { // its loss at infinity is finite
		return m.op(graph.Atan, m.in("x"))
	})
	run := newRun(bounded, "momentum", piecewise([]float64{1, 1e308}, []float64{3}), 10, 0.1)
	run.Optimizer.Momentum = number(0.9)
	run.Optimizer.Span = diag.Span{File: "a.hcl", Start: diag.Pos{Line: 9}}
	tr := mustRun(t, run, Options{})
	if tr.Status != Diverged || tr.Divergence.Code != codeDiverged || !strings.Contains(tr.Divergence.Summary, "diverged at step ") {
		t.Fatalf("%s: %+v", tr.Status, tr.Divergence)
	}
	k := tr.Steps + 1
	if x := tr.Path["x"].Data[tr.Steps]; math.IsInf(x, 0) || math.IsNaN(x) {
		t.Errorf("the last point kept is %v", x)
	}
	if !strings.Contains(tr.Divergence.Summary, " is infinite") || valueNamed(tr.Divergence, "learning rate") != "1e+308" || valueNamed(tr.Divergence, "velocity of x") == "" {
		t.Errorf("step %d: %s %+v", k, tr.Divergence.Summary, tr.Divergence.Values)
	}
	if tr.Divergence.Span != run.Optimizer.Span {
		t.Errorf("place %v", tr.Divergence.Span)
	}
}

func TestDivergenceNamesTheLane(t *testing.T) {
	run := newRun(quadratic(1), "gd", lawOf(func(m maths) graph.ID { return m.in("eta") }), 3000, 1)
	run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{0.5, 3, 4, 1}}}, {Names: []string{"z"}, Values: [][]float64{{1, 2}}}}
	d := mustRun(t, run, Options{}).Divergence
	if valueNamed(d, "lane") != "[2][0]" || valueNamed(d, "lanes that diverged") != "4 of 8" || valueNamed(d, "eta") != "4" {
		t.Errorf("%+v", d.Values)
	}
	alone := newRun(quadratic(1), "gd", number(4), 3000, 1)
	if want := mustRun(t, alone, Options{}).Divergence.Summary; d.Summary != want {
		t.Errorf("%q, alone %q", d.Summary, want)
	}
}

func TestQuasistaticDivergence(t *testing.T) {
	run := quasi(flattening(), piecewise([]float64{3, math.NaN()}, []float64{5}), 10, 1, 1)
	tr := mustRun(t, run, Options{})
	if tr.Status != Diverged || tr.Steps != 4 || !strings.Contains(tr.Divergence.Summary, "step 5: the learning rate is NaN") {
		t.Errorf("%s after %d: %+v", tr.Status, tr.Steps, tr.Divergence)
	}
}
