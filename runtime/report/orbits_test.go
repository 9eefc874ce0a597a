package report

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relief/runtime/array"
	"relief/runtime/engine"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

func numbers(name string, t graph.Type, data ...float64) engine.Named {
	if !t.Series {
		return engine.Named{Name: name, Value: array.New(t, data)}
	}
	steps := make([]int, len(data)/t.Size())
	for i := range steps {
		steps[i] = i
	}
	return engine.Named{Name: name, Value: array.Series(t.PerStep(), steps, data)}
}

// What a report says of orbits: cycles with their residuals, exponents with their
// standard errors, attractors with their parts of the grid.
func TestOrbitView(t *testing.T) {
	f := &plan.Objective{Params: []plan.Param{{Name: "x", Type: graph.Number}}}
	lanes := &plan.Run{Objective: f, Vary: []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{3, 4}}}}}
	alone := &plan.Run{Objective: f}
	two := graph.Of(2)
	series := graph.Number.AsSeries()
	for _, test := range []struct {
		name   string
		orbit  plan.Orbit
		fields []engine.Named
		lines  []string
		cycles []cycleView
	}{
		{"near", plan.Orbit{Map: lanes, Near: plan.Point{nil}}, []engine.Named{
			numbers("point.x", two, 1.5, 2.5), numbers("period", two, 2, 4), numbers("residual", two, 1e-16, 2e-15), numbers("stable", two.AsBool(), 1, 0),
			numbers("multiplier", graph.Of(2, 2), 0.5, 0.5, -2, 0.1), numbers("multiplier_imaginary", graph.Of(2, 2), 0.25, -0.25, 0, 0),
		}, nil, []cycleView{
			{"eta = 3", "2", "x = 1.5", "0.5+0.25i, 0.5-0.25i", "yes", "1e-16"},
			{"eta = 4", "4", "x = 2.5", "-2, 0.1", "no", "2e-15"},
		}},
		{"box", plan.Orbit{Map: alone, Box: []plan.Interval{{}}, Period: 3}, []engine.Named{
			numbers("count", graph.Number, 1), numbers("point.x", series, 7), numbers("residual", series, 0), numbers("stable", series, 1),
			numbers("multiplier", graph.Of(1).AsSeries(), 0.75), numbers("multiplier_imaginary", graph.Of(1).AsSeries(), 0),
		}, nil, []cycleView{{"0", "3", "x = 7", "0.75", "yes", "0"}}},
		{"none", plan.Orbit{Map: alone, Box: []plan.Interval{{}}, Period: 3}, []engine.Named{numbers("count", graph.Number, 0), numbers("point.x", series)},
			[]string{"no cycle of period 3 in the box"}, nil},
		{"exponents", plan.Orbit{Map: alone, Lyapunov: &plan.Lyapunov{Exponents: 2}}, []engine.Named{numbers("lyapunov", two, 0.25, -1), numbers("lyapunov_error", two, 0.01, 0.02)},
			[]string{"Lyapunov exponents 0.25 (standard error 0.01), -1 (standard error 0.02)"}, nil},
		{"exponents of lanes", plan.Orbit{Map: lanes, Lyapunov: &plan.Lyapunov{Exponents: 1}, Diagram: &plan.OrbitDiagram{Skip: 1000, Keep: 8}},
			[]engine.Named{numbers("lyapunov", two, -0.5, 0.25), numbers("lyapunov_error", two, 0.01, 0.02)},
			[]string{"largest Lyapunov exponent from -0.5 to 0.25, above 0 in 1 of 2 lanes; standard errors up to 0.02", "diagram of 8 states after 1,000 updates, 2 lanes"}, nil},
		{"basin", plan.Orbit{Map: alone, Basin: &plan.Basin{Steps: 100}}, []engine.Named{
			numbers("basin.label", graph.Of(4), 1, 1, 0, -1), numbers("basin.count", graph.Number, 1), numbers("basin.period", series, 2), numbers("basin.point.x", series, 3)},
			[]string{"basins at 4 points: 1 attractor, divergence from 25%, none reached within 100 updates from 25%"},
			[]cycleView{{"attractor 1, 50%", "2", "x = 3", "", "", ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.orbit.Address = plan.Address{Noun: "orbit", Name: "o"}
			got := orbitOf(&plan.Study{Orbits: []*plan.Orbit{&test.orbit}}, &engine.AnalysisResult{Address: test.orbit.Address, Fields: test.fields})
			if !slices.Equal(got.Lines, test.lines) {
				t.Errorf("lines %q, want %q", got.Lines, test.lines)
			}
			if d := cmp.Diff(test.cycles, got.Cycles); d != "" {
				t.Error(d)
			}
		})
	}
}

// A long branch is shown in part, and says so.
func TestLongBranch(t *testing.T) {
	values := make([]float64, 1234)
	r := &plan.Run{Objective: &plan.Objective{Params: []plan.Param{{Name: "x", Type: graph.Number}}}, Vary: []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{values}}}}
	o := &plan.Orbit{Map: r, Near: plan.Point{nil}}
	got := orbitOf(&plan.Study{Orbits: []*plan.Orbit{o}}, &engine.AnalysisResult{Fields: []engine.Named{numbers("point.x", graph.Of(1234), values...)}})
	if len(got.Cycles) != mostCycles || got.More != "and 1,214 more in the data" {
		t.Errorf("%d cycles, %q", len(got.Cycles), got.More)
	}
}
