package dynamics

import (
	"math"
	"strings"
	"testing"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
)

// A run begins where NewStarts says, in every lane.
func TestStartsAreThoseOfTheRun(t *testing.T) {
	run := laned(linspace(0.1, 4, 3), linspace(-20, 7, 4))
	run.Start[1] = plan.Start{Param: "x2", Law: plan.Normal, Args: [2]*plan.Expr{number(1), number(2)}}
	run.RecordPath = true
	m, err := NewMap(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewStarts(m, run, &Options{})
	if err != nil {
		t.Fatal(err)
	}
	tr := mustRun(t, run, Options{})
	if s.Count != 12 || len(s.State) != 4 || len(s.Vary) != 2 || s.Vary[0][11] != 4 || m.Size() != 4 {
		t.Fatalf("%d lanes, %d components of %d elements, %d names", s.Count, len(s.State), m.Size(), len(s.Vary))
	}
	for i, name := range []string{"x1", "x2"} {
		if !sameBits(s.State[i], tr.Path[name].Data[:12]) {
			t.Errorf("%s starts at %v, the run at %v", name, s.State[i], tr.Path[name].Data[:12])
		}
	}
	net, opt := trained(t, 1, optimizers["adam"])
	if m, err = NewSteadyMap(net, nil); err != nil {
		t.Fatal(err)
	}
	if s, err = NewStarts(m, net, &opt); err != nil {
		t.Fatal(err)
	}
	x := make([]float64, opt.Objective.Size())
	opt.Objective.(*model.Network).Start(x, net.Seed)
	if len(s.State) != 3 || !sameBits(s.State[0], x) || len(s.State[2]) != len(x) {
		t.Errorf("a network starts with %d components", len(s.State))
	}
}

// After many updates with one rate Adam is the steady map: its corrections are 1.
func TestSteadyAdamIsTheLimit(t *testing.T) {
	run := newRun(objectiveF1(), "adam", number(0.1), 900, 3)
	run.Optimizer.Beta1, run.Optimizer.Beta2, run.Optimizer.Epsilon = number(0.5), number(0.9), number(1e-8)
	m, err := NewSteadyMap(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.State) != 3 {
		t.Fatalf("the state has %d components", len(m.State))
	}
	tr := mustRun(t, run, Options{Keep: []int{800}})
	at := tr.Kept[800]
	for k := 800; k < 810; k++ {
		a, err := array.Eval(m.Graph, m.Iterate(k - 800 + 1)[0], func(name string) (*array.Array, error) {
			if name == "x" {
				return at.Params["x"], nil
			}
			return at.Buffers[name], nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := a.Data[0], tr.Path["x"].Data[k+1]; math.Abs(got-want) > 1e-14 {
			t.Fatalf("state %d is %v, the run has %v", k+1, got, want)
		}
	}
}

func TestSteadyMapRefusesTime(t *testing.T) {
	for _, name := range []string{"t", "steps"} {
		run := newRun(objectiveF1(), "gd", lawOf(func(m maths) graph.ID { return m.add(m.Const(1), m.in(name)) }), 3, 1)
		if _, err := NewSteadyMap(run, nil); err == nil || !strings.Contains(err.Error(), "learning_rate depends on "+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
