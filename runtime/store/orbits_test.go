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

func field(name string, t graph.Type, data ...float64) engine.Named {
	if !t.Series {
		return engine.Named{Name: name, Value: array.New(t, data)}
	}
	steps := make([]int, len(data)/t.Size())
	for i := range steps {
		steps[i] = i
	}
	return engine.Named{Name: name, Value: array.Series(t.PerStep(), steps, data)}
}

// Each part of an orbit has a file: lanes, steps of cycles, cycles of a box, points
// of a grid and attractors are different rows.
func TestOrbitTables(t *testing.T) {
	two := graph.Of(2)
	lanes := &plan.Run{Vary: []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{3, 4}}}}}
	for _, test := range []struct {
		name   string
		orbit  plan.Orbit
		fields []engine.Named
		want   map[string]string
	}{
		{"near", plan.Orbit{Map: lanes, Near: plan.Point{nil}}, []engine.Named{
			field("point.x", two, 1, 2), field("cycle.x", two.AsSeries(), 1, 2, -1, -2), field("loss", two.AsSeries(), 5, 6, 5, 6),
			field("stable", two.AsBool(), 1, 0), field("multiplier", graph.Of(2, 2), 0.5, 0.25, 2, 1),
		}, map[string]string{
			"orbit.o":       "lane,eta,point.x,stable,multiplier_0,multiplier_1\n0,3,1,1,0.5,0.25\n1,4,2,0,2,1\n",
			"orbit.o.cycle": "step,lane,eta,x,loss\n0,0,3,1,5\n0,1,4,2,6\n1,0,3,-1,5\n1,1,4,-2,6\n",
		}},
		{"box", plan.Orbit{Map: &plan.Run{}, Box: []plan.Interval{{}}}, []engine.Named{
			field("count", graph.Number, 2), field("point.x", graph.Number.AsSeries(), 1, 3), field("cycle.x", two.AsSeries(), 1, 2, 3, 4), field("stable", graph.Number.AsSeries(), 1, 0),
		}, map[string]string{"orbit.o.cycles": "cycle,point.x,cycle.x_0,cycle.x_1,stable\n0,1,1,2,1\n1,3,3,4,0\n"}},
		{"diagram", plan.Orbit{Map: lanes, Diagram: &plan.OrbitDiagram{}, Lyapunov: &plan.Lyapunov{}}, []engine.Named{
			field("diagram.x", two.AsSeries(), 1, 2, 3, 4), field("diagram.loss", two.AsSeries(), 5, 6, 7, 8), field("lyapunov", two, -1, 0.5), field("lyapunov_error", two, 0.1, 0.2),
		}, map[string]string{
			"orbit.o":         "lane,eta,lyapunov,lyapunov_error\n0,3,-1,0.1\n1,4,0.5,0.2\n",
			"orbit.o.diagram": "step,lane,eta,x,loss\n0,0,3,1,5\n0,1,4,2,6\n1,0,3,3,7\n1,1,4,4,8\n",
		}},
		{"basin", plan.Orbit{Map: &plan.Run{}, Basin: &plan.Basin{Axes: []plan.Axis{{Label: "x", Points: 2}, {Label: "y", Points: 2}}}}, []engine.Named{
			field("basin.label", graph.Of(2, 2), 1, 2, 0, -1), field("basin.steps", graph.Of(2, 2), 9, 8, 7, 6), field("basin.axis.x", two, 0, 1), field("basin.axis.y", two, 5, 6),
			field("basin.count", graph.Number, 2), field("basin.period", graph.Number.AsSeries(), 1, 2), field("basin.point.x", graph.Number.AsSeries(), 3, 4),
		}, map[string]string{
			"orbit.o.basin":      "x,y,label,steps\n0,5,1,9\n0,6,2,8\n1,5,0,7\n1,6,-1,6\n",
			"orbit.o.attractors": "attractor,period,point.x\n1,1,3\n2,2,4\n",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.orbit.Address = plan.Address{Noun: "orbit", Name: "o"}
			got := map[string]string{}
			for _, x := range orbitTables(&test.orbit, test.fields) {
				var b bytes.Buffer
				if err := x.csv(context.Background(), &b); err != nil {
					t.Fatal(err)
				}
				got[x.name] = b.String()
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
