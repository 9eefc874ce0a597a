package dynamics

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// matrixObjective is sum(W^2 (1 + v0)) + sum(v^4)/4 + b^2 with W 2 x 2, v of 3.
func matrixObjective() *plan.Objective {
	params := []plan.Param{{Name: "W", Type: graph.Of(2, 2)}, {Name: "v", Type: graph.Of(3)}, {Name: "b", Type: graph.Number}}
	return objective(params, func(m maths) graph.ID {
		w, v, b := m.Input("W", graph.Of(2, 2)), m.Input("v", graph.Of(3)), m.in("b")
		v2 := m.mul(v, v)
		return m.add(m.mul(m.op(graph.Sum, m.mul(w, w)), m.add(m.Const(1), m.Index(v2, 0))),
			m.add(m.mul(m.Const(0.25), m.op(graph.Sum, m.mul(v2, v2))), m.mul(b, b)))
	})
}

// Arrays of parameters keep their layout through starts, lanes, kept states and
// forks: each lane of a fork of lanes goes on as it does alone.
func TestArraysInLanes(t *testing.T) {
	rates := []float64{0.05, 0.1, 0.02}
	rated := func(rates []float64) *plan.Run {
		run := newRun(matrixObjective(), "nesterov", lawOf(func(m maths) graph.ID { return m.in("eta") }), 12)
		run.Optimizer.Momentum = number(0.5)
		run.Every = 3
		run.Start = []plan.Start{
			{Param: "W", Value: lawOf(func(m maths) graph.ID { return m.ConstArray(graph.Of(2, 2), []float64{1, 2, 3, 4}) })},
			{Param: "v", Value: lawOf(func(m maths) graph.ID {
				return m.op(graph.Stack, m.in("eta"), m.Const(1), m.Const(-1))
			})},
			{Param: "b", Value: number(0.5)},
		}
		run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{rates}}}
		return run
	}
	all := mustRun(t, rated(rates), Options{Keep: []int{5}})
	fork := rated(rates)
	fork.Start, fork.Resume = nil, &plan.Resume{At: 5}
	forked := mustRun(t, fork, Options{From: all.Kept[5]})
	if all.Path["W"].Type != graph.Of(3, 2, 2).AsSeries() || all.Final.Params["v"].Type != graph.Of(3, 3) {
		t.Fatalf("types %s, %s", all.Path["W"].Type, all.Final.Params["v"].Type)
	}
	if got := all.Path["W"].Data[:12]; !slices.Equal(got, []float64{1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4}) {
		t.Errorf("W starts as %v", got)
	}
	for lane, eta := range rates {
		one := mustRun(t, rated([]float64{eta}), Options{Keep: []int{5}})
		alone := rated([]float64{eta})
		alone.Start, alone.Resume = nil, &plan.Resume{At: 5}
		oneForked := mustRun(t, alone, Options{From: one.Kept[5]})
		for name, size := range map[string]int{"W": 4, "v": 3, "b": 1} {
			pick := func(data []float64, row int) []float64 { return data[(row*3+lane)*size:][:size] }
			for row := range all.Loss.Steps {
				if !sameBits(pick(all.Path[name].Data, row), one.Path[name].Data[row*size:][:size]) {
					t.Errorf("lane %d, row %d: %s differs", lane, row, name)
				}
				if !sameBits(pick(forked.Path[name].Data, row), oneForked.Path[name].Data[row*size:][:size]) {
					t.Errorf("lane %d, row %d of the fork: %s differs", lane, row, name)
				}
			}
			for what, pair := range map[string][2]*State{"kept": {all.Kept[5], one.Kept[5]}, "final": {all.Final, one.Final}} {
				if !sameBits(pick(pair[0].Params[name].Data, 0), pair[1].Params[name].Data) {
					t.Errorf("lane %d: %s %s differs", lane, what, name)
				}
				if key := "velocity " + name; !sameBits(pick(pair[0].Buffers[key].Data, 0), pair[1].Buffers[key].Data) {
					t.Errorf("lane %d: %s %s differs", lane, what, key)
				}
			}
		}
	}
	// From one state to lanes.
	single := mustRun(t, rated(rates[:1]), Options{})
	single.Final.Lanes = nil
	fan := mustRun(t, fork, Options{From: single.Final})
	for lane := range rates {
		if got := fan.Path["v"].Data[3*lane : 3*lane+3]; !slices.Equal(got, single.Final.Params["v"].Data) {
			t.Errorf("lane %d starts at %v, want %v", lane, got, single.Final.Params["v"].Data)
		}
	}
}

// The flattening valley with its parameters in one vector, across first.
func TestQuasistaticInAVector(t *testing.T) {
	o := objective([]plan.Param{{Name: "k", Type: graph.Number}, {Name: "p", Type: graph.Of(2)}}, func(m maths) graph.ID {
		p := m.Input("p", graph.Of(2))
		return m.mul(m.in("k"), m.f1(m.op(graph.Div, m.Index(p, 0), m.add(m.Const(1), m.mul(m.Const(0.01), m.Index(p, 1))))))
	})
	run := newRun(o, "quasistatic", number(3), 100)
	run.Start = []plan.Start{{Param: "k", Value: number(1)}, {Param: "p", Value: number(1)}}
	run.Optimizer.Along, run.Optimizer.Across = []int{2}, 1
	got := mustRun(t, run, Options{})
	want := mustRun(t, quasi(flattening(), number(3), 100, 1, 1), Options{})
	for k := range 101 {
		x, y := got.Path["p"].Data[2*k+1], got.Path["p"].Data[2*k]
		if math.Abs(x-want.Path["x1"].Data[k]) > 1e-13 || math.Abs(y-want.Path["x2"].Data[k]) > 1e-13 || got.Path["k"].Data[k] != 1 {
			t.Fatalf("step %d: (%v, %v), want (%v, %v)", k, x, y, want.Path["x1"].Data[k], want.Path["x2"].Data[k])
		}
	}
	run.Optimizer.Along, run.Optimizer.Across = []int{1}, 0 // linear in k: no minimum across
	_, err := Run(context.Background(), run, Options{})
	if codeOf(err) != codeNoCycle {
		t.Fatalf("%v", err)
	}
	if d := err.(diag.List)[0]; !strings.Contains(d.Summary, "across k") || valueNamed(d, "p[1]") != "1" {
		t.Errorf("%+v", d)
	}
	run.Optimizer.Across = 7
	if _, err := Run(context.Background(), run, Options{}); codeOf(err) != codeNoValue {
		t.Errorf("across outside: %v", err)
	}
}

func TestTooManyAxes(t *testing.T) {
	run := newRun(matrixObjective(), "gd", number(0.1), 3)
	for i := range 3 {
		run.Vary = append(run.Vary, plan.Vary{Names: []string{fmt.Sprint("n", i)}, Values: [][]float64{{1, 2}}})
	}
	for _, p := range run.Objective.Params {
		run.Start = append(run.Start, plan.Start{Param: p.Name, Value: number(1)})
	}
	if _, err := Run(context.Background(), run, Options{}); codeOf(err) != codeNoValue || !strings.Contains(err.Error(), "axes") {
		t.Errorf("%v", err)
	}
	run.Vary = run.Vary[:2]
	if tr := mustRun(t, run, Options{}); tr.Path["W"].Type != graph.Of(2, 2, 2, 2).AsSeries() {
		t.Errorf("%s", tr.Path["W"].Type)
	}
}

// Whatever a plan holds, a run ends in a result or a diagnostic.
func TestBadPlans(t *testing.T) {
	good := func() *plan.Run { return newRun(quadratic(1), "gd", number(0.1), 3, 1) }
	for name, spoil := range map[string]func(r *plan.Run){
		"unknown optimizer": func(r *plan.Run) { r.Optimizer.Kind = "adamant" },
		"no rate":           func(r *plan.Run) { r.Optimizer.LearningRate = nil },
		"no momentum":       func(r *plan.Run) { r.Optimizer.Kind = "momentum" },
		"vector rate": func(r *plan.Run) {
			r.Optimizer.LearningRate = lawOf(func(m maths) graph.ID { return m.ConstArray(graph.Of(2), []float64{1, 2}) })
		},
		"unknown name": func(r *plan.Run) { r.Optimizer.LearningRate = lawOf(func(m maths) graph.ID { return m.in("zeta") }) },
		"vector loss":  func(r *plan.Run) { r.Objective = vectorLoss() },
		"unknown probe": func(r *plan.Run) {
			r.Probes = []plan.Probe{{Name: "p", Value: lawOf(func(m maths) graph.ID { return m.in("q") })}}
		},
		"reference": func(r *plan.Run) {
			r.Optimizer.LearningRate = lawOf(func(m maths) graph.ID { return m.in("ref") })
			r.Optimizer.LearningRate.Refs = []plan.Ref{{Input: "ref", Block: plan.Address{Noun: "run", Name: "b"}}}
		},
		"empty vary": func(r *plan.Run) { r.Vary = []plan.Vary{{Names: []string{"a"}, Values: [][]float64{{}}}} },
	} {
		run := good()
		spoil(run)
		_, err := Run(context.Background(), run, Options{})
		if code := codeOf(err); code == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	run := good()
	run.Every = 0
	if tr := mustRun(t, run, Options{}); len(tr.Loss.Data) != 4 {
		t.Errorf("every 0 records %v", tr.Loss.Steps)
	}
}

func vectorLoss() *plan.Objective {
	return objective(scalars("x"), func(m maths) graph.ID { return m.op(graph.Stack, m.in("x"), m.in("x")) })
}
