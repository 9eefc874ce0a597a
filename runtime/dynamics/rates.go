package dynamics

import (
	"fmt"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/program"
)

// law is a compiled set of nodes that depend on the time and on the names of
// vary only: learning rates and what follows from them.
type law struct {
	p       *program.Program
	l       lanes
	perStep bool // some node depends on the time
	perLane bool // some node depends on a name of vary
}

func newLaw(m *Map, l lanes, nodes ...graph.ID) (*law, error) {
	inputs := []string{"t"}
	for _, v := range m.Vary {
		inputs = append(inputs, inputName("vary", v.Name))
	}
	p, err := program.Compile(m.Graph, inputs, nodes, program.Options{})
	if err != nil {
		return nil, err
	}
	need := m.Graph.Reach(nodes)
	w := &law{p: p, l: l, perStep: int(m.Time) < len(need) && need[m.Time]}
	for _, v := range m.Vary {
		w.perLane = w.perLane || int(v.In) < len(need) && need[v.In]
	}
	return w, nil
}

// timeline evaluates the nodes along the time in one lane, at the multiples of
// an interval, some hundred of them at once.
type timeline struct {
	s     *program.State
	every int
	fixed bool // the time has no influence
	first int  // multiple that the first lane of s stands for; -1 before the first evaluation
}

// follow returns the nodes as functions of the time in one lane.
func (w *law) follow(lane, every int) *timeline {
	width := 512
	if !w.perStep {
		width = 1
	}
	s := program.NewState(w.p, width)
	for i, values := range w.l.values {
		fillAll(s.Input(1+i), values[lane])
	}
	return &timeline{s: s, every: every, fixed: !w.perStep, first: -1}
}

// at returns the first node's value at the multiple n of the interval.
func (f *timeline) at(n int) float64 { return f.s.Output(0)[f.index(n)] }

// index evaluates all nodes about the multiple n and returns its place in the
// outputs.
func (f *timeline) index(n int) int {
	first := n - n%f.s.Width()
	if f.fixed {
		first = 0
	}
	if f.first != first {
		f.first = first
		times := f.s.Input(0)
		for i := range times {
			times[i] = float64(first+i) * float64(f.every)
		}
		f.s.Run()
	}
	if f.fixed {
		return 0
	}
	return n - first
}

// spread writes the values of node j from its place at on, each as often as
// there are lanes.
func (f *timeline) spread(dst []float64, j, at, count int) {
	values := f.s.Output(j)[at:]
	switch {
	case f.fixed:
		fillAll(dst, values[0])
	case count == 1:
		copy(dst, values)
	default:
		for i := range len(dst) / count {
			fillAll(dst[i*count:(i+1)*count], values[i])
		}
	}
}

// across returns a state that evaluates the nodes in all lanes at once, at the
// times in its first input.
func (w *law) across() *program.State {
	s := program.NewState(w.p, w.l.count)
	for i, values := range w.l.values {
		copy(s.Input(1+i), values)
	}
	return s
}

func outputsOf(s *program.State) [][]float64 {
	var out [][]float64
	for i := range s.Program().Outputs() {
		out = append(out, s.Output(i))
	}
	return out
}

func fillAll(d []float64, v float64) {
	for i := range d {
		d[i] = v
	}
}

// rates returns the learning rate and the stability bound at the recorded
// steps. They do not depend on the state, so the loop need not carry them; but
// for a bound that depends on the norm of the gradient, which is at hand.
func rates(m *Map, run *plan.Run, e *ending, end string, gradNorm *array.Array) (rate, bound *array.Array, err error) {
	nodes := []graph.ID{m.LearningRate, m.Stability}
	if need := m.Graph.Reach(nodes[1:]); int(m.GradNorm) < len(need) && need[m.GradNorm] {
		nodes = nodes[:1]
		if bound, err = bounds(m, run, e, end, gradNorm); err != nil {
			return nil, nil, fmt.Errorf("stability: %w", err)
		}
	}
	w, err := newLaw(m, e.lanes, nodes...)
	if err != nil {
		return nil, nil, err
	}
	steps := e.labels(run.Every)
	records := make([]*record, len(nodes))
	for j := range records {
		records[j] = newRecord(graph.Number, run.Every, max(e.last, 0), e.count)
	}
	row := func(j, r int) []float64 { return records[j].data[r*e.count : (r+1)*e.count] }

	lanesState := w.across()
	for i, last := range e.laneLast {
		lanesState.Input(0)[i] = float64(last)
	}
	lanesState.Run()
	laneValues := outputsOf(lanesState)
	for j, values := range laneValues {
		copy(records[j].final, values)
	}
	if w.perLane {
		for r, k := range steps {
			if r == 0 || w.perStep {
				fillAll(lanesState.Input(0), float64(k))
				lanesState.Run()
			}
			for j, values := range laneValues {
				copy(row(j, r), values)
			}
		}
	} else {
		line := w.follow(0, run.Every)
		for r := 0; r < len(steps); { // a last row between two multiples is the final value
			at := line.index(r)
			n := min(len(steps)-r, line.s.Width()-at)
			if line.fixed {
				n = len(steps)
			}
			for j := range records {
				line.spread(records[j].data[r*e.count:(r+n)*e.count], j, at, e.count)
			}
			r += n
		}
	}
	if rate, err = records[0].series(e, end); err == nil && bound == nil {
		bound, err = records[1].series(e, end)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("learning rate: %w", err)
	}
	return rate, bound, nil
}

// bounds is the stability bound from the norm of the gradient, row by row.
func bounds(m *Map, run *plan.Run, e *ending, end string, gradNorm *array.Array) (*array.Array, error) {
	const norm = "norm of the gradient"
	g := graph.New()
	root := g.Graft(m.Graph, []graph.ID{m.Stability}, nil, map[graph.ID]graph.ID{m.GradNorm: g.Input(norm, graph.Number)})
	inputs := []string{norm, "t"}
	g.Input("t", graph.Number)
	for _, v := range m.Vary {
		name := inputName("vary", v.Name)
		g.Input(name, graph.Number)
		inputs = append(inputs, name)
	}
	p, err := program.Compile(g, inputs, root, program.Options{})
	if err != nil {
		return nil, err
	}
	s := program.NewState(p, e.count)
	for i, values := range e.values {
		copy(s.Input(2+i), values)
	}
	data := make([]float64, 0, len(gradNorm.Data))
	for r, k := range gradNorm.Steps {
		copy(s.Input(0), gradNorm.Data[r*e.count:])
		for i := range e.count { // a lane that has ended stays where it was
			s.Input(1)[i] = float64(max(0, min(k, e.laneLast[i])))
		}
		s.Run()
		data = append(data, s.Output(0)...)
	}
	a := array.Series(gradNorm.Type.PerStep(), gradNorm.Steps, data)
	a.End = end
	return a, nil
}
