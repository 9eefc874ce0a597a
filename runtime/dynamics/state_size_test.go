package dynamics

import (
	"testing"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// The number of multipliers that the language gives an orbit is the size of the
// state that the map has.
func TestStateSize(t *testing.T) {
	f := objective([]plan.Param{{Name: "x", Type: graph.Number}, {Name: "w", Type: graph.Of(3)}}, func(m maths) graph.ID {
		return m.mul(m.in("x"), m.in("x"))
	})
	number := func(v float64) *plan.Expr {
		g := graph.New()
		return &plan.Expr{Graph: g, Root: g.Const(v)}
	}
	for _, o := range []plan.Optimizer{
		{Kind: "gd"}, {Kind: "momentum", Momentum: number(0.9)}, {Kind: "nesterov", Momentum: number(0.9)},
		{Kind: "adam", Beta1: number(0.9), Beta2: number(0.99), Epsilon: number(1e-8)}, {Kind: "adamw", Beta1: number(0.9), Beta2: number(0.99), Epsilon: number(1e-8)},
		{Kind: "rmsprop", Beta2: number(0.99), Epsilon: number(1e-8)}, {Kind: "adagrad", Epsilon: number(1e-8)}, {Kind: "sam", Radius: number(0.05)},
		{Kind: "sgd"}, {Kind: "sgd", Momentum: number(0.9)},
		{Kind: "map", State: []plan.StateVariable{{Name: "v", Value: flatZero(4)}, {Name: "c", Value: number(1)}}},
	} {
		o.LearningRate = number(0.1)
		m, err := NewSteadyMap(&plan.Run{Objective: f, Optimizer: &o}, nil)
		if err != nil {
			t.Errorf("%s: %v", o.Kind, err)
			continue
		}
		if got, want := o.StateSize(f.Size()), m.Size(); got != want {
			t.Errorf("%s: a state of %d, but the map has %d", o.Kind, got, want)
		}
	}
}

// flatZero is a vector of zeros.
func flatZero(n int) *plan.Expr {
	g := graph.New()
	return &plan.Expr{Graph: g, Root: g.ConstArray(graph.Of(n), make([]float64, n))}
}
