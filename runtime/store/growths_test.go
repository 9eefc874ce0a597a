package store

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relief/runtime/array"
	"relief/runtime/engine"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// A growth has a file by radius, one by direction and radius, one by direction.
func TestGrowthTables(t *testing.T) {
	vector := func(name string, v ...float64) engine.Named {
		return engine.Named{Name: name, Value: array.New(graph.Of(len(v)), v)}
	}
	g := &plan.Growth{Objective: &plan.Objective{Params: []plan.Param{{Name: "x", Type: graph.Number}}}}
	g.Address = plan.Address{Noun: "growth", Name: "g"}
	fields := []engine.Named{
		vector("radius", 1, 2, 4), vector("ratio", 6, 5, 4), vector("cosine", 1, 1, 1),
		{Name: "loss", Value: array.New(graph.Of(2, 3), []float64{1, 2, 3, 4, 5, 6})},
		vector("curvature", 7, 8), {Name: "direction", Value: array.New(graph.Of(2, 1), []float64{1, -1})},
		{Name: "c", Value: array.Scalar(1)},
	}
	got := map[string]string{}
	for _, x := range growthTables(g, fields) {
		var b bytes.Buffer
		if err := x.csv(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		got[x.name] = b.String()
	}
	want := map[string]string{
		"growth.g":            "radius,ratio,cosine\n1,6,1\n2,5,1\n4,4,1\n",
		"growth.g.rays":       "ray,radius,loss\n0,1,1\n0,2,2\n0,4,3\n1,1,4\n1,2,5\n1,4,6\n",
		"growth.g.directions": "ray,curvature,direction\n0,7,1\n1,8,-1\n",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if tables := growthTables(g, nil); tables != nil {
		t.Errorf("tables of a growth that failed: %v", tables)
	}
}
