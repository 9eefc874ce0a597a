package engine_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"relief/runtime/engine"
	"relief/runtime/engine/enginetest"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/render"
)

// drawnBy runs the example study with one more plot and returns the marks of its
// panel, or why it could not be drawn.
func drawnBy(t *testing.T, marks ...plan.Mark) ([]render.Mark, *render.Panel, string) {
	t.Helper()
	s := enginetest.Study()
	for i := range marks {
		marks[i].Span = enginetest.Span(`plot "losses"`)
	}
	p := *s.Plots[0]
	p.Address.Name = "more"
	p.Panels = []plan.Panel{{Marks: marks}}
	s.Plots = append(s.Plots, &p)
	s.Order = append(s.Order, p.Address)
	for _, r := range run(t, s, engine.Options{}).Plots {
		if r.Plan != &p {
			continue
		}
		if r.Error != nil {
			return nil, nil, r.Error.Summary
		}
		return r.Figure.Panels[0].Marks, &r.Figure.Panels[0], ""
	}
	t.Fatal("the plot is not among the results")
	return nil, nil, ""
}

func vectorOf(v ...float64) *plan.Expr {
	e := enginetest.At(`plot "losses"`)
	var ids []graph.ID
	for _, x := range v {
		ids = append(ids, e.Graph.Const(x))
	}
	return e.Is(e.Op(graph.Stack, ids...))
}

func rates() *plan.Expr {
	return enginetest.Result(`plot "losses"`, enginetest.Rates, "loss", graph.Of(3).AsSeries())
}

// Lanes and steps: as points of a density, as a field, and as quantiles at each step.
func TestMarksOfLanes(t *testing.T) {
	loss := find(t, run(t, enginetest.Study(), engine.Options{}), enginetest.Rates).Lookup("loss")
	from, to := 1, 3
	var steps []int
	for _, k := range loss.Steps {
		if k >= from && k <= to {
			steps = append(steps, k)
		}
	}

	marks, panel, problem := drawnBy(t, plan.Mark{Kind: "density", X: vectorOf(7, 8, 9), Y: rates(), From: &from, To: &to, Bins: 4, Rows: 5, ByColumn: true})
	if problem != "" {
		t.Fatal(problem)
	}
	d := marks[0].(render.Density)
	if d.Columns != 4 || d.Rows != 5 || !d.ByColumn || len(d.X) != 3*len(steps) || !slices.Equal(d.X[:6], []float64{7, 8, 9, 7, 8, 9}) {
		t.Errorf("density %+v", d)
	}
	first, _ := loss.At(steps[0])
	if !slices.Equal(d.Y[:3], first.Data) {
		t.Errorf("the first points are %v, want %v", d.Y[:3], first.Data)
	}
	if panel.Z.Label != "share of the column" || panel.Y.Label != "loss" {
		t.Errorf("labels %q and %q", panel.Z.Label, panel.Y.Label)
	}

	marks, _, problem = drawnBy(t, plan.Mark{Kind: "density", Y: rates()})
	if problem != "" {
		t.Fatal(problem)
	}
	if d := marks[0].(render.Density); d.X[0] != float64(loss.Steps[0]) || d.X[2] != d.X[0] || d.X[3] != float64(loss.Steps[1]) {
		t.Errorf("without x the points stand at %v", d.X[:4])
	}

	marks, panel, problem = drawnBy(t, plan.Mark{Kind: "heatmap", Y: vectorOf(7, 8, 9), Z: rates()})
	if problem != "" {
		t.Fatal(problem)
	}
	g := marks[0].(render.Heatmap).Grid
	for i, k := range loss.Steps {
		at, _ := loss.At(k)
		for j, want := range at.Data {
			if got := g.Z[j*len(g.X)+i]; g.X[i] != float64(k) || g.Y[j] != float64(7+j) || got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Fatalf("step %d, lane %d: %v at %v, %v, want %v", k, j, got, g.X[i], g.Y[j], want)
			}
		}
	}
	if panel.Z.Label != "loss" {
		t.Errorf("label %q", panel.Z.Label)
	}

	marks, _, problem = drawnBy(t, plan.Mark{Kind: "band", Y: rates(), Quantiles: []float64{0, 1}})
	if problem != "" {
		t.Fatal(problem)
	}
	b := marks[0].(render.Band)
	sorted := slices.Sorted(slices.Values(first.Data))
	i := slices.Index(loss.Steps, steps[0])
	if b.X[i] != float64(steps[0]) || b.Lo[i] != sorted[0] || b.Mid[i] != sorted[1] || b.Hi[i] != sorted[2] {
		t.Errorf("at step %v the band is %v, %v, %v, want %v", b.X[i], b.Lo[i], b.Mid[i], b.Hi[i], sorted)
	}

	marks, _, problem = drawnBy(t, plan.Mark{Kind: "scatter", X: vectorOf(7, 8, 9), Y: rates()})
	if problem != "" {
		t.Fatal(problem)
	}
	if s := marks[0].(render.Scatter); len(marks) != 1 || len(s.X) != len(loss.Data) || !slices.Equal(s.X[3:6], []float64{7, 8, 9}) {
		t.Errorf("scatter of %d points, %v first", len(s.X), s.X[:3])
	}
}

// What is no grid says so where the study names it.
func TestNoGrid(t *testing.T) {
	if _, _, problem := drawnBy(t, plan.Mark{Kind: "heatmap", X: vectorOf(7, 8, 9), Y: vectorOf(1, 2, 3), Z: rates()}); !strings.Contains(problem, "one and the same axis of z") {
		t.Errorf("x and y along the lanes: %q", problem)
	}
	if _, _, problem := drawnBy(t, plan.Mark{Kind: "heatmap", X: rates(), Z: rates()}); !strings.Contains(problem, "changes along both axes") {
		t.Errorf("x is no coordinate: %q", problem)
	}
	if _, _, problem := drawnBy(t, plan.Mark{Kind: "band", X: rates(), Y: rates(), Quantiles: []float64{0, 1}}); problem == "" {
		t.Error("a band over an x that differs within a step is drawn")
	}
}
