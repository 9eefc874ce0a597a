package engine

import (
	"strings"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// TestCurveNames: losses that two probes measured have two names.
func TestCurveNames(t *testing.T) {
	for path, want := range map[string]string{
		"loss": "loss", "grad_norm": "grad norm", "probe.lambda": "lambda", "probe.held_out.loss": "held out: loss", "probe.train.accuracy": "train: accuracy", "path.x1": "x1",
	} {
		g := graph.New()
		root := g.Input("run.a."+path, graph.Number.AsSeries())
		e := &plan.Expr{Graph: g, Root: root, Refs: []plan.Ref{{Input: "run.a." + path, Path: strings.Split(path, "."), Type: graph.Number.AsSeries()}}}
		if got := (&panelFiller{}).curve(e); got != want {
			t.Errorf("%s is called %q, want %q", path, got, want)
		}
	}
}
