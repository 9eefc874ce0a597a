package report

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"relief/runtime/render"
)

// TestStyleLeavesFiguresAlone: the page's rules must not reach into the
// figures that stand in it. A rule for a class that figures use names an
// element of the page before it.
func TestStyleLeavesFiguresAlone(t *testing.T) {
	css, err := os.ReadFile("page.css")
	if err != nil {
		t.Fatal(err)
	}
	grid := render.Grid{X: []float64{0, 1}, Y: []float64{0, 1}, Z: []float64{0, 1, 2, 3}}
	figure := &render.Figure{Title: "t", Panels: []render.Panel{
		{Title: "head", Y: render.Axis{Label: "y", Scale: "log"}, Marks: []render.Mark{
			render.Line{Y: []float64{1, 2, 0}, Label: "a"}, render.HLine{Y: 1, Label: "level"}, render.Scatter{X: []float64{1}, Y: []float64{1}, Label: "b"},
		}},
		{Marks: []render.Mark{render.Contour{Grid: grid, Count: 3}, render.Path{X: []float64{0, 1, 0.5}, Y: []float64{0, 1, 0.2}, Label: "c"}}},
		{Marks: []render.Mark{render.Surface{Grid: grid}}},
	}}
	var svg bytes.Buffer
	if err := render.Write(figure, "svg", &svg); err != nil {
		t.Fatal(err)
	}
	classes := regexp.MustCompile(`class="([a-z-]+)"`).FindAllSubmatch(svg.Bytes(), -1)
	if len(classes) < 10 {
		t.Fatalf("only %d classes in the figure", len(classes))
	}
	seen := map[string]bool{}
	for _, c := range classes {
		name := string(c[1])
		if seen[name] {
			continue
		}
		seen[name] = true
		if rule := regexp.MustCompile(`(?m)^\.` + name + `[ ,:{].*`).Find(css); rule != nil {
			t.Errorf("the rule %q also styles the figures' %q", rule, name)
		}
	}
}
