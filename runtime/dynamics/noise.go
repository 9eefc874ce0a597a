package dynamics

import (
	"fmt"
	"math"
	"strings"

	"relief/lang/diag"
	"relief/runtime/bind"
	"relief/runtime/plan"
	"relief/runtime/program"
	"relief/runtime/random"
)

// stream is where the numbers of a noise input come from: a function of the
// run's seed and the input. In a run from another's state they go on where that
// stood, since their place counts the updates since the first start.
func (m *Map) stream(run *plan.Run, n NoiseInput) random.Stream {
	return random.New(run.Seed, m.Graph.Node(n.In).Name)
}

// noise is that of a loop whose inputs from the given one on are the noise.
func (m *Map) noise(run *plan.Run, from int) []program.Noise {
	var list []program.Noise
	for i, n := range m.Noise {
		list = append(list, program.Noise{Input: from + i, Uniform: n.Kind == "uniform", Stream: m.stream(run, n)})
	}
	return list
}

// faultPorts are the outputs of a fault.
type faultPorts struct {
	*fault
	check, place, value int
}

// fault is the error of the first lane whose covariance is none, if there is
// one.
func (r *runner) fault() error {
	if len(r.faults) == 0 {
		return nil
	}
	for i := range r.l.count {
		lane := r.loop.Lane(i)
		if lane.Ending != program.NonFiniteEnding {
			continue
		}
		for _, f := range r.faults {
			if !math.IsNaN(r.s.Output(f.check)[i]) {
				continue
			}
			bad := &notPositive{int(r.s.Output(f.place)[i]), r.s.Output(f.value)[i]}
			where := fmt.Sprintf("at step %d", lane.Step)
			if r.l.count > 1 {
				where += " in lane " + r.l.index(i)
			}
			d := fail(codeNoValue, f.expr.Span, r.run,
				"Write one that is positive semidefinite for every state the run comes to, or noise = B, whose covariance B times its transpose always is.",
				"%s: %v", where, bad)
			for k, c := range r.m.State[:len(r.params)] {
				values := byLane(r.s.Input(r.params[k]), r.l.count)
				size := r.m.Graph.Type(c.In).Size()
				d.Values = append(d.Values, diag.Value{Name: c.Name, Text: numbersText(values[i*size : (i+1)*size])})
			}
			return diag.List{d}
		}
	}
	return nil
}

// checkSamples refuses samples whose mean is another function than the run's
// objective: their gradients at the start differ.
func checkSamples(m *Map, run *plan.Run, state [][]float64, l lanes) error {
	if len(m.samples) == 0 {
		return nil
	}
	at := map[string][]float64{}
	for i, c := range m.State[:len(m.Gradient)] {
		size := m.Graph.Type(c.In).Size()
		at[c.Name] = byLane(state[i], l.count)[:size]
	}
	roots := m.Gradient
	for _, g := range m.samples {
		roots = append(roots[:len(roots):len(roots)], g...)
	}
	values, err := m.Graph.Interpret(roots, at)
	if err != nil {
		return err
	}
	for j, want := range m.Gradient {
		for e, v := range values[want] {
			mean, scale := 0.0, math.Abs(v)
			for _, sample := range m.samples {
				g := values[sample[j]][e]
				mean += g / float64(len(m.samples))
				scale = max(scale, math.Abs(g))
			}
			if math.Abs(mean-v) > 1e-9*scale {
				return &bind.Error{Span: run.Optimizer.Span, Err: fmt.Errorf("the objective of the run is not the mean of the samples: at the start its derivative in %s is %s, and that of the mean %s", m.State[j].Name, numberText(v), numberText(mean))}
			}
		}
	}
	return nil
}

// numbersText is a value of a parameter in a diagnostic.
func numbersText(x []float64) string {
	if len(x) == 1 {
		return numberText(x[0])
	}
	var texts []string
	for _, v := range x[:min(len(x), 8)] {
		texts = append(texts, numberText(v))
	}
	if len(x) > 8 {
		texts = append(texts, "...")
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
