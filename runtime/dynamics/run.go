package dynamics

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"relief/lang/diag"
	"relief/runtime/analysis"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
	"relief/runtime/program"
)

// Options is what a run needs beside its plan.
type Options struct {
	Results bind.Results // values of references
	From    *State       // for a run that resumes another: where that stood
	Keep    []int        // steps whose states are kept
	Workers int          // goroutines; below 1 is 1. Results do not depend on it
	// Memory is how many bytes may be recorded; 0 is plan.MaxMemory. Others is how
	// many of them other runs record.
	Memory, Others int64
	// Objective is what is minimised, for probes that ask for more than a formula.
	// That of a network is a *model.Network, and the update of its parameters is
	// computed on Machine.
	Objective model.Objective
	Machine   *dense.Machine
	Data      func(*plan.Dataset) (*dataset.Set, error) // loads the data of a test
	Weights   func(path string, x []float64) error      // reads the weights that a network starts from
	Rows      func(plan.Address) (analysis.Rows, error) // the recorded path of an earlier run
	// Dir is the folder for snapshots; "" is the system's. Checkpoint is the file
	// that a run on a network is saved to now and then, and taken up from; "":
	// none.
	Dir, Checkpoint string
	// Progress, if not nil, is told now and then how many of the steps are made.
	Progress func(done, steps int)
}

// Run makes a run. A run that diverges, stops or is interrupted is no error:
// its Trajectory says so and holds what was recorded up to there. The error is
// a diag.List: the run cannot begin, its quasistatic dynamics has no two-cycle to
// follow, or more eigenvalues oscillate than its central flow has room for.
func Run(ctx context.Context, run *plan.Run, opt Options) (*Trajectory, error) {
	run = atLeastOnce(run)
	m, err := NewMap(run, opt.Results)
	if err != nil {
		return nil, failure(err, run)
	}
	l, err := lanesOf(run, opt.From)
	if err == nil && run.Resume != nil && opt.From == nil {
		err = fmt.Errorf("%s has no state at the step that is resumed", run.Resume.Run)
	}
	if err != nil {
		return nil, diag.List{fail(codeNoState, resumeSpan(run), run, "", "%v", err)}
	}
	if err := checkMemory(run, l.count, opt.Memory, opt.Others); err != nil {
		return nil, err
	}
	if run.Objective.Training != nil {
		t, err := train(ctx, m, run, &opt)
		if err != nil {
			return nil, failure(err, run)
		}
		return t, nil
	}
	if err := checkAxes(m, l); err != nil {
		return nil, failure(err, run)
	}
	state, err := begin(m, run, l, &opt)
	if err == nil {
		err = checkSamples(m, run, state, l)
	}
	if err != nil {
		return nil, failure(err, run)
	}
	switch run.Optimizer.Kind {
	case "quasistatic", "gradient_flow", "central_flow":
		t, err := walkThrough(ctx, m, run, l, state, &opt)
		if err != nil {
			return nil, failure(err, run)
		}
		return t, nil
	}
	r, err := newRunner(m, run, l, state, &opt)
	if err != nil {
		return nil, failure(err, run)
	}
	if err := r.iterate(ctx); err != nil {
		return nil, failure(err, run)
	}
	t, err := r.trajectory()
	if err != nil {
		return nil, failure(err, run)
	}
	return t, nil
}

// atLeastOnce returns the run with every interval at least 1.
func atLeastOnce(run *plan.Run) *plan.Run {
	r := *run
	r.Every = max(1, r.Every)
	r.Probes = slices.Clone(r.Probes)
	for i := range r.Probes {
		r.Probes[i].Every = max(1, r.Probes[i].Every)
	}
	return &r
}

// checkAxes finds out before the run whether its results have too many axes.
func checkAxes(m *Map, l lanes) error {
	for _, c := range m.State {
		if _, err := l.typeOf(m.Graph.Type(c.In)); err != nil {
			return err
		}
	}
	for _, id := range m.Probes {
		if id == graph.None {
			continue
		}
		if _, err := l.typeOf(m.Graph.Type(id)); err != nil {
			return err
		}
	}
	return nil
}

// runner iterates a map in a loop of its program.
type runner struct {
	m    *Map
	run  *plan.Run
	opt  *Options
	l    lanes
	loop program.Loop
	s    *program.State

	params, buffers []int // inputs, by component
	time            int   // input
	loss, gradNorm  int   // outputs
	probes, path    []int // outputs; -1 for a probe that is no formula
	faults          []faultPorts
	observers       []*observer
	bias            *bias // nil: not asked for

	records map[recordKey]*record
	begin   [][]float64 // the first state, for a replay
	steps   int         // made by the lanes that have not ended
	broken  bool        // interrupted
	kept    map[int][][]float64
}

// newRunner compiles the map and lays out what is recorded.
func newRunner(m *Map, run *plan.Run, l lanes, state [][]float64, opt *Options) (*runner, error) {
	r := &runner{m: m, run: run, opt: opt, l: l, begin: state, records: map[recordKey]*record{}, kept: map[int][][]float64{}}
	var inputs []string
	for i, c := range m.State {
		if i < len(run.Objective.Params) {
			r.params = append(r.params, i)
		} else {
			r.buffers = append(r.buffers, i)
		}
		inputs = append(inputs, c.Key())
	}
	r.time = len(inputs)
	inputs = append(inputs, "t")
	for _, v := range m.Vary {
		inputs = append(inputs, inputName("vary", v.Name))
	}
	r.loop.Noise = m.noise(run, len(inputs))
	for _, n := range m.Noise {
		inputs = append(inputs, m.Graph.Node(n.In).Name)
	}
	var outputs []graph.ID
	output := func(id graph.ID) int {
		if i := slices.Index(outputs, id); i >= 0 {
			return i
		}
		outputs = append(outputs, id)
		return len(outputs) - 1
	}
	r.loss = output(m.Loss)
	r.gradNorm = output(m.GradNorm)
	stop := -1
	if m.Stop != graph.None {
		stop = output(m.Stop)
	}
	for i, id := range m.Probes {
		if id != graph.None {
			r.probes = append(r.probes, output(id))
			continue
		}
		r.probes = append(r.probes, -1)
		o, err := r.observerOf(&run.Probes[i])
		if err != nil {
			return nil, err
		}
		r.observers = append(r.observers, o)
	}
	finite := []int{r.loss}
	for _, i := range r.params {
		out := output(m.State[i].In)
		r.path = append(r.path, out)
		finite = append(finite, out)
	}
	for _, f := range m.faults {
		ports := faultPorts{f, output(f.check), output(f.place), output(f.value)}
		r.faults = append(r.faults, ports)
		finite = append(finite, ports.check)
	}
	var feedback []program.Feedback
	for i, c := range m.State {
		feedback = append(feedback, program.Feedback{Output: output(c.Out), Input: i})
	}
	var observed []int // what a step that is not recorded can do without
	for i := range outputs {
		if i != stop && !slices.Contains(finite, i) && !slices.ContainsFunc(feedback, func(f program.Feedback) bool { return f.Output == i }) {
			observed = append(observed, i)
		}
	}
	p, err := program.Compile(m.Graph, inputs, outputs, program.Options{Observed: observed, Time: "t"})
	if err != nil {
		return nil, err
	}
	r.s = program.NewState(p, l.count)
	for i := range state {
		copy(r.s.Input(i), state[i])
	}
	for i, values := range l.values {
		copy(r.s.Input(r.time+1+i), values)
	}
	r.loop.State, r.loop.Feedback, r.loop.T, r.loop.Stop, r.loop.Finite = r.s, feedback, r.time, stop, finite
	if opt.From != nil {
		r.loop.Made = opt.From.Total
	}
	if run.Optimizer.Bias && run.Optimizer.Kind == "sde" {
		if r.bias, err = newBias(r); err != nil {
			return nil, err
		}
	}
	r.record(r.loss, run.Every)
	r.record(r.gradNorm, run.Every)
	if run.RecordPath {
		for _, out := range r.path {
			r.record(out, run.Every)
		}
	}
	for i, out := range r.probes {
		if out >= 0 {
			r.record(out, run.Probes[i].Every)
		}
	}
	return r, nil
}

// observerOf makes a probe that is no formula.
func (r *runner) observerOf(p *plan.Probe) (*observer, error) {
	if r.l.count > 1 {
		return nil, &bind.Error{Span: p.Span, Err: fmt.Errorf("a probe %q of a run with lanes", p.Kind)}
	}
	return newObserver(p, r.run, r.opt)
}

// recordKey is an output and the interval at which it is recorded.
type recordKey struct{ out, every int }

func (r *runner) record(out, every int) {
	key := recordKey{out, every}
	if r.records[key] != nil {
		return
	}
	rec := newRecord(r.s.Program().Outputs()[out].Type, every, r.run.Steps, r.l.count)
	r.records[key] = rec
	r.loop.Recorders = append(r.loop.Recorders, program.Recorder{Output: out, Every: every, Dst: rec.data})
}

// iterate makes the steps, in stretches that end where a state is kept and
// that are short enough to report progress and to be interrupted between them.
func (r *runner) iterate(ctx context.Context) error {
	keep := slices.Clone(r.opt.Keep)
	slices.Sort(keep)
	workers := max(1, r.opt.Workers)
	stretch := 256
	k := 0
	for {
		for len(keep) > 0 && keep[0] <= k {
			if keep[0] == k {
				r.kept[k] = r.snapshot(k)
			}
			keep = keep[1:]
		}
		last := k == r.run.Steps || r.ended()
		if err := r.observe(ctx, k, last); err != nil {
			return err
		}
		if r.bias != nil {
			if err := r.bias.observe(r, k, last); err != nil {
				return err
			}
		}
		if last {
			break
		}
		if ctx.Err() != nil {
			r.broken = true
			break
		}
		end := min(k+stretch, r.run.Steps)
		if len(keep) > 0 {
			end = min(end, keep[0])
		}
		for _, o := range r.observers {
			end = min(end, o.next(k))
		}
		if r.bias != nil {
			end = min(end, r.bias.next(k))
		}
		began := time.Now()
		if err := r.loop.Run(context.Background(), k, end, workers); err != nil {
			return err
		}
		if err := r.fault(); err != nil {
			return err
		}
		k = end
		if took := time.Since(began); took < 20*time.Millisecond {
			stretch = min(2*stretch, max(r.run.Steps, 1))
		} else if took > 80*time.Millisecond {
			stretch = max(1, stretch/2)
		}
		if r.opt.Progress != nil {
			r.opt.Progress(k, r.run.Steps)
		}
	}
	r.steps = k
	if err := r.loop.Observe(context.Background(), k, workers); err != nil {
		return err
	}
	return r.fault()
}

// observe lets the observers see the state at step k, or where the run ended.
func (r *runner) observe(ctx context.Context, k int, last bool) error {
	if len(r.observers) == 0 {
		return nil
	}
	lane := r.loop.Lane(0)
	if lane.Ending == program.NonFiniteEnding {
		return nil
	}
	if lane.Ending == program.Stopped {
		k = lane.Step
	}
	values := r.snapshot(k)
	at := &moment{k: k, model: r.opt.Objective, divisor: func() ([]float64, error) { return r.divisor(k) }}
	for _, i := range r.params {
		at.x = append(at.x, values[i]...)
	}
	at.loss = values[len(r.m.State)][0]
	for _, o := range r.observers {
		if n := len(o.steps); n > 0 && o.steps[n-1] == k {
			continue
		}
		if err := o.observe(ctx, at, last || k%o.probe.Every == 0); err != nil {
			return err
		}
	}
	return nil
}

// divisor is what the update from step k divides by, where there are no lanes: the
// program has just evaluated it.
func (r *runner) divisor(k int) ([]float64, error) {
	next := &State{Buffers: map[string]*array.Array{}}
	for i, c := range r.m.State {
		next.Buffers[c.Key()] = array.New(r.m.Graph.Type(c.In), r.s.Output(r.loop.Feedback[i].Output))
	}
	return Preconditioner(r.run, next, k+1)
}

// ended reports whether no lane goes on.
func (r *runner) ended() bool {
	for i := range r.l.count {
		if r.loop.Lane(i).Ending == program.Going {
			return false
		}
	}
	return true
}

// snapshot evaluates all lanes where they stand, at step k or where they
// ended, and returns the state, the loss and the norm of the gradient, each
// lane by lane.
func (r *runner) snapshot(k int) [][]float64 {
	at := r.s.Input(r.time)
	for i := range at {
		at[i] = float64(k)
		if lane := r.loop.Lane(i); lane.Ending != program.Going {
			at[i] = float64(lane.Step)
		}
	}
	// Background: a snapshot is one step's work.
	if err := r.s.RunParallel(context.Background(), max(1, r.opt.Workers)); err != nil {
		panic(err)
	}
	var all [][]float64
	for i := range r.m.State {
		all = append(all, byLane(r.s.Input(i), r.l.count))
	}
	return append(all, byLane(r.s.Output(r.loss), r.l.count), byLane(r.s.Output(r.gradNorm), r.l.count))
}

// byLane copies values laid out element by element to lane by lane.
func byLane(values []float64, count int) []float64 {
	out := make([]float64, len(values))
	gather(out, values, len(values)/count, count)
	return out
}

// trajectory turns the records into results.
func (r *runner) trajectory() (*Trajectory, error) {
	e := &ending{lanes: r.l, last: -1, laneLast: make([]int, r.l.count), cut: make([]bool, r.l.count)}
	t := &Trajectory{Status: OK, Lanes: r.l.axes, LaneSteps: e.laneLast, LaneStatus: make([]Status, r.l.count)}
	first := -1 // lane that diverged first
	for i := range r.l.count {
		lane := r.loop.Lane(i)
		e.laneLast[i], t.LaneStatus[i] = r.steps, OK
		switch lane.Ending {
		case program.Stopped:
			e.laneLast[i], t.LaneStatus[i] = lane.Step, Stopped
		case program.NonFiniteEnding:
			e.laneLast[i], t.LaneStatus[i] = lane.Step-1, Diverged
			e.cut[i] = true
			if first < 0 || lane.Step < e.laneLast[first]+1 {
				first = i
			}
		default:
			if r.broken {
				t.LaneStatus[i] = Interrupted
			}
		}
		e.last = max(e.last, e.laneLast[i])
		t.Status = worse(t.Status, t.LaneStatus[i])
	}
	t.Steps = e.last
	end := ""
	if r.opt.From != nil {
		t.T0 = r.opt.From.Total
	}
	switch {
	case first >= 0 && r.l.count == 1:
		end = fmt.Sprintf("the run diverged at step %d", e.last+1)
	case t.Status == Stopped || t.Status == Interrupted:
		end = fmt.Sprintf("the run was %s at step %d", t.Status, e.last)
	}
	if first >= 0 {
		t.Divergence = r.explain(first, e)
	}

	last := r.snapshot(r.steps)
	for key, rec := range r.records {
		rec.final = byLane(r.s.Output(key.out), r.l.count)
	}
	return t, r.assemble(t, e, last, end)
}

func worse(a, b Status) Status {
	for _, s := range []Status{Diverged, Interrupted, Stopped} {
		if a == s || b == s {
			return s
		}
	}
	return OK
}

func (r *runner) assemble(t *Trajectory, e *ending, last [][]float64, end string) (err error) {
	series := func(rec *record) (*array.Array, error) { return rec.series(e, end) }
	every := r.run.Every
	if t.Loss, err = series(r.records[recordKey{r.loss, every}]); err != nil {
		return err
	}
	if t.GradNorm, err = series(r.records[recordKey{r.gradNorm, every}]); err != nil {
		return err
	}
	if t.LearningRate, t.Stability, err = rates(r.m, r.run, e, end, t.GradNorm); err != nil {
		return err
	}
	if r.bias != nil {
		t.Bias, t.BiasError = r.bias.series(r, end)
	}
	if r.run.RecordPath {
		t.Path = map[string]*array.Array{}
		for i, out := range r.path {
			if t.Path[r.m.State[i].Name], err = series(r.records[recordKey{out, every}]); err != nil {
				return err
			}
		}
	}
	t.Probes = map[string]*array.Array{}
	for i, p := range r.run.Probes {
		if r.probes[i] < 0 {
			continue
		}
		if t.Probes[p.Name], err = series(r.records[recordKey{r.probes[i], p.Every}]); err != nil {
			return err
		}
	}
	for _, o := range r.observers {
		maps.Copy(t.Probes, o.series(end))
	}
	if len(r.l.axes) > 0 || !e.cut[0] {
		if t.Final, err = r.stateOf(last, t.T0+e.last, e, e.last); err != nil {
			return err
		}
	}
	t.Kept = map[int]*State{}
	for k, values := range r.kept {
		if k > e.last {
			continue
		}
		if t.Kept[k], err = r.stateOf(values, t.T0+k, e, k); err != nil {
			return err
		}
	}
	return nil
}

// stateOf makes a state of a snapshot at step k.
func (r *runner) stateOf(values [][]float64, total int, e *ending, k int) (*State, error) {
	missing := make([]bool, r.l.count)
	for i := range missing {
		missing[i] = e.cut[i] && k > e.laneLast[i]
	}
	s := &State{Kind: r.run.Optimizer.Kind, Lanes: r.l.axes, Total: total, Params: map[string]*array.Array{}, Buffers: map[string]*array.Array{}}
	var err error
	for i, c := range r.m.State {
		to := s.Params
		if c.Buffer != "" {
			to = s.Buffers
		}
		if to[c.Key()], err = r.l.point(r.m.Graph.Type(c.In), values[i], missing); err != nil {
			return nil, err
		}
	}
	n := len(r.m.State)
	if s.Loss, err = r.l.point(graph.Number, values[n], missing); err != nil {
		return nil, err
	}
	s.GradNorm, err = r.l.point(graph.Number, values[n+1], missing)
	return s, err
}

func resumeSpan(run *plan.Run) diag.Span {
	if run.Resume != nil {
		return run.Resume.Span
	}
	return run.Span
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
