package dynamics

import (
	"fmt"

	"relief/runtime/model"
	"relief/runtime/plan"
)

// Starts is where the lanes of a run begin.
type Starts struct {
	Axes  []int // lengths of the axes of vary
	Count int   // lanes: the product of Axes
	// State is the state by component of the map: element e of lane i is at
	// e*Count + i, as in a program.State of Count lanes.
	State [][]float64
	Vary  [][]float64 // by name of Map.Vary, then by lane
}

// NewStarts returns where a run begins, without making it. Of the options it
// uses Results and From; for a network also Objective and Weights.
func NewStarts(m *Map, run *plan.Run, opt *Options) (*Starts, error) {
	l, err := lanesOf(run, opt.From)
	if err != nil {
		return nil, err
	}
	s := &Starts{Axes: l.axes, Count: l.count, Vary: l.values}
	if run.Objective.Training == nil {
		s.State, err = begin(m, run, l, opt)
		return s, err
	}
	net, ok := opt.Objective.(*model.Network)
	switch {
	case !ok:
		return nil, fmt.Errorf("%s is not loaded", run.Objective.Address)
	case l.count > 1:
		return nil, fmt.Errorf("a network has one lane, not %s", axesText(l.axes))
	}
	t := &trainer{m: m, run: run, opt: opt, net: net, x: make([]float64, net.Size())}
	s.State = append(s.State, t.x)
	for _, c := range m.State[1:] {
		t.memory = append(t.memory, make([]float64, m.Graph.Type(c.In).Size()))
	}
	s.State = append(s.State, t.memory...)
	return s, t.start()
}
