package program_test

import (
	"context"
	"fmt"

	"relief/runtime/graph"
	"relief/runtime/program"
)

// Gradient descent on x^2 / 2 with three learning rates at once, one per lane:
// below 2 it converges, at 2 it oscillates, above 2 it diverges.
func Example() {
	g := graph.New()
	x, eta := g.Input("x", graph.Number), g.Input("eta", graph.Number)
	op := func(op graph.Op, args ...graph.ID) graph.ID {
		id, err := g.Apply(op, args...)
		if err != nil {
			panic(err)
		}
		return id
	}
	loss := op(graph.Mul, g.Const(0.5), op(graph.Mul, x, x))
	slope, err := g.Gradient(loss, []graph.ID{x})
	if err != nil {
		panic(err)
	}
	next := op(graph.Sub, x, op(graph.Mul, eta, slope[0]))
	p, err := program.Compile(g, []string{"x", "eta"}, []graph.ID{loss, next, x}, program.Options{})
	if err != nil {
		panic(err)
	}
	s := program.NewState(p, 3)
	copy(s.Input(0), []float64{1, 1, 1})
	copy(s.Input(1), []float64{0.5, 2, 2.5})
	path := make([]float64, 5*3)
	l := program.Loop{
		State:     s,
		Feedback:  []program.Feedback{{Output: 1, Input: 0}},
		T:         -1,
		Stop:      -1,
		Finite:    []int{0},
		Recorders: []program.Recorder{{Output: 2, Every: 1, Dst: path}},
	}
	ctx := context.Background()
	if err := l.Run(ctx, 0, 4, 1); err != nil {
		panic(err)
	}
	if err := l.Observe(ctx, 4, 1); err != nil {
		panic(err)
	}
	for k := range 5 {
		fmt.Println(k, path[3*k:3*k+3])
	}
	// Output:
	// 0 [1 1 1]
	// 1 [0.5 -1 -1.5]
	// 2 [0.25 1 2.25]
	// 3 [0.125 -1 -3.375]
	// 4 [0.0625 1 5.0625]
}
