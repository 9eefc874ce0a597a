package dynamics

import (
	"fmt"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/program"
)

// law is a compiled set of nodes that depend on the time and on the names of
// vary only: learning rates and what follows from them. It is evaluated at many
// times at once.
type law struct {
	p       *program.Program
	l       lanes
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
	w := &law{p: p, l: l}
	need := m.Graph.Reach(nodes)
	for _, v := range m.Vary {
		w.perLane = w.perLane || need[v.In]
	}
	return w, nil
}

// at evaluates node i at the given times in one lane.
func (w *law) at(times []float64, lane int) [][]float64 {
	if len(times) == 0 {
		return make([][]float64, len(w.p.Outputs()))
	}
	s := program.NewState(w.p, len(times))
	copy(s.Input(0), times)
	for i, values := range w.l.values {
		in := s.Input(1 + i)
		for k := range in {
			in[k] = values[lane]
		}
	}
	s.Run()
	var out [][]float64
	for i := range w.p.Outputs() {
		out = append(out, s.Output(i))
	}
	return out
}

// rates returns the learning rate and the stability bound at the recorded
// steps. They do not depend on the state, so the loop need not carry them.
func rates(m *Map, run *plan.Run, e *ending, end string) (rate, bound *array.Array, err error) {
	w, err := newLaw(m, e.lanes, m.LearningRate, m.Stability)
	if err != nil {
		return nil, nil, err
	}
	steps := e.labels(run.Every)
	records := [2]*record{}
	for j := range records {
		records[j] = newRecord(graph.Number, run.Every, max(e.last, 0), e.count)
	}
	// The last time stands for the lane's end.
	times := make([]float64, len(steps)+1)
	for i, k := range steps {
		times[i] = float64(k)
	}
	var values [][]float64
	previous := -2
	for lane := range e.count {
		last := e.laneLast[lane]
		if lane == 0 || w.perLane || last != previous {
			times[len(steps)] = float64(last)
			values = w.at(times, lane)
			previous = last
		}
		for j, rec := range records {
			for row := range steps {
				rec.data[row*e.count+lane] = values[j][row]
			}
			rec.final[lane] = values[j][len(steps)]
		}
	}
	if rate, err = records[0].series(e, end); err == nil {
		bound, err = records[1].series(e, end)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("learning rate: %w", err)
	}
	return rate, bound, nil
}
