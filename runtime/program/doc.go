// Package program turns a graph into instructions and executes them, for one
// lane (one trajectory, one point) or for many at once, with the same bits.
//
//	graph.Graph --(Compile)--> Program --(NewState)--> State --(Run, Loop.Run)--> outputs, series
//	                              \--(Explain)--> NonFinite --(Diagnostic)--> diag.Diagnostic
//
// # One evaluation
//
//	p, err := program.Compile(g, []string{"x", "y"}, []graph.ID{loss, dx, dy}, program.Options{})
//	s := program.NewState(p, width)
//	s.Input(0)[lane] = ...   // layout value[element][lane]: index element*width + lane
//	s.Run()                  // allocates nothing
//	s.Output(0)[lane]        // the same layout
//
// # Many steps
//
// A Loop feeds outputs back to inputs, with no work per step outside the
// instructions. An evaluation at step k sets the input T to k, computes all
// outputs, records, and then either ends the lane or feeds back:
//
//	l := &program.Loop{
//		State:     s,
//		Feedback:  []program.Feedback{{Output: 3, Input: 0}}, // next x -> x
//		T:         2,                                         // input index of t, -1 for none
//		Stop:      -1,                                        // output index of a truth value, -1 for none
//		Finite:    []int{0},                                  // outputs whose NaN or inf ends the lane
//		Recorders: []program.Recorder{{Output: 0, Every: 1, First: 0, Dst: dst}},
//	}
//	err := l.Run(ctx, 0, 200, workers) // evaluations 0..199, each followed by its update
//	err = l.Observe(ctx, 200, workers) // evaluation 200 without an update: loss and gradient of the last state
//	l.Lane(i)                          // how lane i goes on or ended, and at which step
//
// With Options.Time and Options.Observed a step does only what it must: what
// depends on the time alone is computed for many steps at once, and outputs that
// are only recorded are computed where they are.
//
// Inputs listed in Noise have new random numbers at every step, each a function
// of its step, element and lane.
//
// An output may be an input node itself: that is how the state is recorded.
// A lane that ends at step k keeps the inputs of step k, the record of step k,
// and nothing of it changes from then on.
//
// Results do not depend on the number of lanes, on the number of workers or on
// the platform: every element is computed by the same operations in the same
// order, each rounded to binary64 by itself.
package program
