package orbit

import (
	"context"
	"fmt"
	"math"
	"slices"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/dynamics"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/program"
)

// system is the map of an orbit on a formula. A state is one flat vector: the
// parameters in the objective's order, then the memory of the optimizer.
type system struct {
	Result
	p    *plan.Orbit
	opt  *Options
	m    *dynamics.Map
	axes []int       // of vary
	vary [][]float64 // by name, then by lane
	// lanes is the product of axes.
	lanes  int
	offset []int // of each component in the state
	size   int   // of the state
	params int   // components that are parameters: the first ones
	flat   int   // elements of the parameters

	part, parts int // for progress
}

// noMaps are the optimizers whose step is no map of a state: what takes their
// place in an orbit.
var noMaps = map[string]string{
	"quasistatic":   `It follows a two-cycle that is solved for at each step. Ask for the orbit of optimizer "gd".`,
	"gradient_flow": `Its cycles are the stationary points of the objective. Ask for the orbit of optimizer "gd".`,
	"central_flow":  `It follows the mean of the oscillation. Ask for the orbit of optimizer "gd" or "rmsprop".`,
}

func newSystem(p *plan.Orbit, opt *Options) (*system, error) {
	o := p.Map.Optimizer
	if cure, ok := noMaps[o.Kind]; ok {
		return nil, fail(p, codeNoMap, o.Span, cure, "the optimizer %q is no map", o.Kind)
	}
	m, err := dynamics.NewSteadyMap(p.Map, opt.Results)
	if err != nil {
		return nil, err
	}
	y := &system{p: p, opt: opt, m: m, params: len(p.Map.Objective.Params), flat: p.Map.Objective.Size()}
	for _, c := range m.State {
		y.offset = append(y.offset, y.size)
		y.size += m.Graph.Type(c.In).Size()
	}
	all, err := y.starts(true)
	if err != nil {
		return nil, err
	}
	y.axes, y.vary, y.lanes = all.Axes, all.Vary, all.Count
	return y, nil
}

// starts returns where the lanes begin. With fill, parameters without a start
// begin at 0.
func (y *system) starts(fill bool) (*dynamics.Starts, error) {
	run := *y.p.Map
	if fill {
		run.Start = slices.Clone(run.Start)
		g := graph.New()
		for _, c := range run.Objective.Params {
			if !slices.ContainsFunc(run.Start, func(s plan.Start) bool { return s.Param == c.Name }) {
				run.Start = append(run.Start, plan.Start{Param: c.Name, Value: &plan.Expr{Graph: g, Root: g.Const(0)}})
			}
		}
	}
	return dynamics.NewStarts(y.m, &run, &dynamics.Options{Results: y.opt.Results})
}

// progress says which share of the part at work is done.
func (y *system) progress(share float64) {
	if y.opt.Progress != nil {
		y.opt.Progress(1000*y.part+int(1000*share), 1000*y.parts)
	}
}

func (y *system) workers() int { return max(1, y.opt.Workers) }

// typeOf is the type of a value per lane.
func (y *system) typeOf(t graph.Type) (graph.Type, error) {
	if len(y.axes)+t.Rank() > graph.MaxRank {
		return t, fail(y.p, codeNoValue, diag.Span{}, "Vary fewer names at once.", "%d axes of vary and %d of a result are more than %d together", len(y.axes), t.Rank(), graph.MaxRank)
	}
	return graph.Of(append(slices.Clone(y.axes), t.Dims()...)...), nil
}

// checkMemory refuses results beyond what is allowed.
func (y *system) checkMemory(numbers float64, cure string) error {
	limit := float64(y.opt.Memory)
	if limit == 0 {
		limit = plan.MaxMemory
	}
	if need := 8 * numbers; !(need <= limit) {
		return fail(y.p, codeTooLarge, diag.Span{}, cure, "the orbit would need %.3g GiB; %.3g GiB are allowed", need/(1<<30), limit/(1<<30))
	}
	return nil
}

// inputNames are the inputs of every program here: the state by component, what
// a part adds to it, the names of vary.
func (y *system) inputNames(more ...string) []string {
	var names []string
	for _, c := range y.m.State {
		names = append(names, c.Key())
	}
	names = append(names, more...)
	for _, v := range y.m.Vary {
		names = append(names, y.m.Graph.Node(v.In).Name)
	}
	return names
}

// outs and ins are the state after and before a step.
func (y *system) outs() (ids []graph.ID) {
	for _, c := range y.m.State {
		ids = append(ids, c.Out)
	}
	return ids
}

func (y *system) ins() (ids []graph.ID) {
	for _, c := range y.m.State {
		ids = append(ids, c.In)
	}
	return ids
}

// stepProgram is one step: outputs are the next state by component, the state
// itself, and the loss, which a loop computes where it is recorded.
func (y *system) stepProgram(extra ...graph.ID) (*program.Program, error) {
	n := len(y.m.State)
	outputs := append(append(append(y.outs(), y.ins()...), y.m.Loss), extra...)
	var observed []int
	if !slices.Contains(outputs[:2*n], y.m.Loss) && !slices.Contains(extra, y.m.Loss) {
		observed = []int{2 * n}
	}
	return program.Compile(y.m.Graph, y.inputNames(), outputs, program.Options{Observed: observed})
}

// loop repeats a stepProgram; a lane whose parameters are not finite ends.
func (y *system) loop(s *program.State, recorders ...program.Recorder) *program.Loop {
	l := &program.Loop{State: s, T: -1, Stop: -1, Recorders: recorders}
	n := len(y.m.State)
	for i := range n {
		l.Feedback = append(l.Feedback, program.Feedback{Output: i, Input: i})
		if i < y.params {
			l.Finite = append(l.Finite, n+i)
		}
	}
	return l
}

// stretch is the number of steps between two reports of progress.
func stretch(width int) int { return max(16, 4_000_000/width) }

// iterate makes the steps from one to another, reporting the share of a part's
// work that lies between two marks.
func (y *system) iterate(ctx context.Context, l *program.Loop, from, to int, mark, next float64) error {
	by := stretch(l.State.Width())
	for k := from; k < to; k += by {
		end := min(k+by, to)
		if err := l.Run(ctx, k, end, y.workers()); err != nil {
			return err
		}
		y.progress(mark + (next-mark)*float64(end-from)/float64(to-from))
	}
	return ctx.Err()
}

// setVary gives a state the values of vary: lane i of it is lane first+i of the
// orbit. at is the first of these inputs.
func (y *system) setVary(s *program.State, at, first int) {
	for i, values := range y.vary {
		copy(s.Input(at+i), values[first:])
	}
}

// setState writes a flat state into one lane.
func (y *system) setState(s *program.State, lane int, x []float64) {
	w := s.Width()
	for c, from := range y.offset {
		in := s.Input(c)
		for e := range len(in) / w {
			in[e*w+lane] = x[from+e]
		}
	}
}

// ports reads consecutive ports of a state, inputs or outputs, as one flat
// vector.
func (y *system) read(port func(int) []float64, first, width, lane int, dst []float64) {
	for c, from := range y.offset {
		v := port(first + c)
		for e := range len(v) / width {
			dst[from+e] = v[e*width+lane]
		}
	}
}

// flatten evaluates a point of the parameters.
func (y *system) point(p plan.Point, what string) ([]float64, error) {
	out := make([]float64, y.size)
	at := 0
	for i, c := range y.p.Map.Objective.Params {
		size := c.Type.Size()
		if i >= len(p) || p[i] == nil {
			return nil, fail(y.p, codeNoValue, diag.Span{}, fmt.Sprintf("Give %s a value there.", c.Name), "%s has no value for %s", what, c.Name)
		}
		v, err := bind.Value(p[i], nil, y.opt.Results)
		if err != nil {
			return nil, err
		}
		for e := range size {
			switch {
			case v.Type == c.Type:
				out[at+e] = v.Data[e]
			case v.Type == graph.Number:
				out[at+e] = v.Data[0]
			default:
				return nil, &bind.Error{Span: p[i].Span, Err: fmt.Errorf("%s has %s for %s, which is %s", what, v.Type, c.Name, c.Type)}
			}
			if !isFinite(out[at+e]) {
				return nil, &bind.Error{Span: p[i].Span, Err: fmt.Errorf("%s is %v in %s", what, out[at+e], c.Name)}
			}
		}
		at += size
	}
	return out, nil
}

// putParams adds a field for each parameter from rows of flat parameters, lane
// by lane; a series if steps.
func (y *system) putParams(rows [][]float64, perRow graph.Type, steps bool, name ...string) error {
	for c := range y.params {
		t := y.m.Graph.Type(y.m.State[c].In)
		if perRow.Rank()+t.Rank() > graph.MaxRank {
			_, err := y.typeOf(t)
			return err
		}
		var data []float64
		for _, r := range rows {
			data = append(data, r[y.offset[c]:y.offset[c]+t.Size()]...)
		}
		full := graph.Of(append(perRow.Dims(), t.Dims()...)...)
		a := (*array.Array)(nil)
		if steps {
			a = series(full, data)
		} else {
			a = array.New(full, data)
		}
		y.put(a, append(slices.Clone(name), y.m.State[c].Name)...)
	}
	return nil
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func allFinite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return !isFinite(v) })
}
