package dynamics

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/runtime/program"
	"relief/runtime/random"
)

// lanes are the trajectories of a run: the axes of vary and the value of each
// name in each lane, the last axis changing fastest.
type lanes struct {
	axes   []int
	count  int
	values [][]float64 // by name in the order of Map.Vary, then by lane
}

func lanesOf(run *plan.Run, from *State) (lanes, error) {
	l := lanes{axes: run.Lanes(), count: 1}
	if from != nil && len(l.axes) == 0 {
		l.axes = slices.Clone(from.Lanes)
	}
	for _, n := range l.axes {
		l.count *= n
	}
	if from != nil && len(from.Lanes) > 0 && !slices.Equal(from.Lanes, l.axes) {
		return l, fmt.Errorf("the run has lanes %s, but the one it resumes has %s", axesText(l.axes), axesText(from.Lanes))
	}
	inner := l.count
	for _, v := range run.Vary {
		n := len(v.Values[0])
		if n == 0 {
			return l, fmt.Errorf("%q varies over no values", v.Names[0])
		}
		inner /= n
		for _, values := range v.Values {
			row := make([]float64, l.count)
			for i := range row {
				row[i] = values[i/inner%n]
			}
			l.values = append(l.values, row)
		}
	}
	return l, nil
}

func axesText(axes []int) string {
	s := make([]string, len(axes))
	for i, n := range axes {
		s[i] = strconv.Itoa(n)
	}
	return strings.Join(s, " x ")
}

// typeOf is the type of a value per lane.
func (l lanes) typeOf(t graph.Type) (graph.Type, error) {
	if len(l.axes)+t.Rank() > graph.MaxRank {
		return t, fmt.Errorf("%d axes of vary and %d of a parameter or probe are more than %d together", len(l.axes), t.Rank(), graph.MaxRank)
	}
	return graph.Of(append(slices.Clone(l.axes), t.Dims()...)...), nil
}

// gather copies rows laid out element by element, the lanes of one element
// together, to lane by lane; scatter is the way back. With one element or one
// lane both orders are the same.
func gather(dst, src []float64, size, count int) {
	if size == 1 || count == 1 {
		copy(dst, src)
		return
	}
	for e := range size {
		for i, v := range src[e*count : (e+1)*count] {
			dst[i*size+e] = v
		}
	}
}

func scatter(dst, src []float64, size, count int) {
	if size == 1 || count == 1 {
		copy(dst, src)
		return
	}
	for e := range size {
		row := dst[e*count : (e+1)*count]
		for i := range row {
			row[i] = src[i*size+e]
		}
	}
}

// startOf computes a parameter's start in all lanes, laid out element by
// element. A law draws element e of lane i at the place (e, i) of a stream that
// depends on the run's seed and the parameter alone, so that lane 0 starts
// where a run without lanes does.
func startOf(dst []float64, s *plan.Start, t graph.Type, run *plan.Run, l lanes, results bind.Results) error {
	value := func(e *plan.Expr) (func(element, lane int) float64, error) {
		size := t.Size()
		all := make([]float64, size*l.count)
		each := dependsOnLane(e, run)
		for i := range l.count {
			row := all[i*size : (i+1)*size]
			if i > 0 && !each {
				copy(row, all[:size])
				continue
			}
			names := map[string]*array.Array{"steps": array.Scalar(float64(run.Steps))}
			k := 0
			for _, v := range run.Vary {
				for _, name := range v.Names {
					names[name] = array.Scalar(l.values[k][i])
					k++
				}
			}
			a, err := bind.Value(e, names, results)
			if err != nil {
				return nil, err
			}
			switch {
			case a.Type == t:
				copy(row, a.Data)
			case a.Type == graph.Number:
				for j := range row {
					row[j] = a.Data[0]
				}
			default:
				return nil, &bind.Error{Span: e.Span, Err: fmt.Errorf("the start of %s is %s, but %s is %s", s.Param, a.Type, s.Param, t)}
			}
		}
		return func(element, lane int) float64 { return all[lane*size+element] }, nil
	}

	stream := random.New(run.Seed, "start", s.Param)
	var at func(element, lane int) float64
	switch s.Law {
	case plan.NoLaw:
		v, err := value(s.Value)
		if err != nil {
			return err
		}
		at = v
	case plan.Normal, plan.Uniform:
		a, err := value(s.Args[0])
		if err != nil {
			return err
		}
		b, err := value(s.Args[1])
		if err != nil {
			return err
		}
		at = func(e, i int) float64 {
			if s.Law == plan.Normal {
				return a(e, i) + float64(b(e, i)*stream.Normal(uint64(e), uint64(i)))
			}
			return a(e, i) + float64((b(e, i)-a(e, i))*stream.Uniform(uint64(e), uint64(i)))
		}
	}
	for e := range t.Size() {
		for i := range l.count {
			dst[e*l.count+i] = at(e, i)
		}
	}
	return nil
}

// dependsOnLane reports whether an expression names anything of vary.
func dependsOnLane(e *plan.Expr, run *plan.Run) bool {
	for _, v := range run.Vary {
		for _, name := range v.Names {
			if _, ok := e.Graph.Lookup(name); ok {
				return true
			}
		}
	}
	return false
}

// begin fills the state before the first update: parameters from the start or
// the state resumed from, buffers from that state if the optimizer is of the
// same kind and has them, else with what they start with.
func begin(m *Map, run *plan.Run, l lanes, opt *Options) ([][]float64, error) {
	state := make([][]float64, len(m.State))
	var fresh []int // buffers that start anew
	for i, c := range m.State {
		t := m.Graph.Type(c.In)
		state[i] = make([]float64, t.Size()*l.count)
		if c.Buffer != "" && !inherits(run.Optimizer, opt.From) {
			fresh = append(fresh, i)
			continue
		}
		if opt.From != nil {
			source := opt.From.Params
			if c.Buffer != "" {
				source = opt.From.Buffers
			}
			a, ok := source[c.Key()]
			if fits := ok && (len(a.Data) == t.Size() || len(a.Data) == len(state[i])); !fits {
				if c.Buffer != "" && (c.start != graph.None || run.Optimizer.Kind == "central_flow") {
					fresh = append(fresh, i)
					continue
				}
				return nil, fmt.Errorf("the state that is resumed has no %s of this shape", c.Key())
			}
			if len(a.Data) == len(state[i]) {
				scatter(state[i], a.Data, t.Size(), l.count)
				continue
			}
			for e, v := range a.Data { // one state for all lanes
				row := state[i][e*l.count : (e+1)*l.count]
				for j := range row {
					row[j] = v
				}
			}
			continue
		}
		k := slices.IndexFunc(run.Start, func(s plan.Start) bool { return s.Param == c.Name })
		if k < 0 {
			return nil, &bind.Error{Span: run.Span, Err: fmt.Errorf("%s has no start", c.Name)}
		}
		if err := startOf(state[i], &run.Start[k], t, run, l, opt.Results); err != nil {
			return nil, err
		}
	}
	return state, beginBuffers(m, l, state, fresh)
}

// inherits reports whether an optimizer takes over the memory of a state: that of
// the same kind, or of the optimizer whose central flow it is.
func inherits(o *plan.Optimizer, from *State) bool {
	return from != nil && (from.Kind == o.Kind || o.Kind == "central_flow" && from.Kind == o.Of)
}

// beginBuffers computes the buffers listed that start with a function of the
// parameters.
func beginBuffers(m *Map, l lanes, state [][]float64, fresh []int) error {
	var starts []graph.ID
	var to []int
	for _, i := range fresh {
		if id := m.State[i].start; id != graph.None {
			starts, to = append(starts, id), append(to, i)
		}
	}
	if len(starts) == 0 {
		return nil
	}
	var inputs []string
	var values [][]float64
	for i, c := range m.State {
		if c.Buffer == "" {
			inputs, values = append(inputs, c.Key()), append(values, state[i])
		}
	}
	for i, v := range m.Vary {
		inputs, values = append(inputs, inputName("vary", v.Name)), append(values, l.values[i])
	}
	p, err := program.Compile(m.Graph, inputs, starts, program.Options{})
	if err != nil {
		return err
	}
	s := program.NewState(p, l.count)
	for i, v := range values {
		copy(s.Input(i), v)
	}
	s.Run()
	for i, k := range to {
		copy(state[k], s.Output(i))
	}
	return nil
}

// failure turns an error into diagnostics about a run.
func failure(err error, run *plan.Run) diag.List {
	var list diag.List
	if errors.As(err, &list) {
		return list
	}
	span, detail, summary := run.Span, "", err.Error()
	if e := (*bind.Error)(nil); errors.As(err, &e) && !e.Span.IsZero() {
		span = e.Span
	}
	if e := (*network.Error)(nil); errors.As(err, &e) {
		summary, detail = e.Explain()
		if e.Layer != nil && !e.Layer.Span.IsZero() {
			span = e.Layer.Span
		}
	}
	return diag.List{fail(codeNoValue, span, run, detail, "%s", summary)}
}

// fail makes a diagnostic about a run.
func fail(code diag.Code, span diag.Span, run *plan.Run, detail, format string, args ...any) *diag.Diagnostic {
	return &diag.Diagnostic{Code: code, Span: span, Summary: fmt.Sprintf(format, args...), Detail: detail, Context: contextOf(run)}
}

func contextOf(run *plan.Run) string {
	s := "run " + strconv.Quote(run.Address.Name)
	if run.Address.Keyed {
		s += " [" + run.Address.Key + "]"
	}
	return s
}
