package dynamics

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
)

// trainer makes a run on a network. The state is one flat vector, and each step
// is a gradient of the network and then one evaluation of the map.
type trainer struct {
	m       *Map
	run     *plan.Run
	opt     *Options
	net     *model.Network
	step    *dense.Program // the map
	batches *minibatches   // nil: the gradient is that of all samples
	probes  []*observer    // those that are more than a formula

	// What a checkpoint holds beside the probes' own.
	k      int
	all    []float64 // the state as one vector, of which x and memory are parts
	x      []float64
	memory [][]float64 // of the optimizer, by component after the first
	rows   map[string][]float64
	kept   map[int]*State
	looked bool // index k was looked at, and the flow did not come from it

	gradient  []float64
	ascent    *ascent // of sam; nil: none
	flow      *stream // of a flow, which moves x and, behind it, the second moments; nil: none
	blown     *blowUp // why the flow cannot go on; nil: it can
	noise     []drawn
	loss      float64
	gradNorm  float64
	outputs   outputs
	snapshots *Snapshots
	status    Status
	end       string
	bad       bool // the state at k is not finite
	began     time.Time
	key       [32]byte // of the run: see fingerprint
}

// outputs are the roots of the step's program.
type outputs struct {
	gradNorm int
	rate     int
	stop     int // -1: none
	formulas []int
}

// series of every run, recorded at the interval of the run.
const (
	lossRow = "loss"
	normRow = "grad_norm"
)

func train(ctx context.Context, m *Map, run *plan.Run, opt *Options) (*Trajectory, error) {
	net, ok := opt.Objective.(*model.Network)
	if !ok {
		return nil, fmt.Errorf("%s is not loaded", run.Objective.Address)
	}
	t := &trainer{m: m, run: run, opt: opt, net: net, rows: map[string][]float64{}, kept: map[int]*State{}, status: OK, began: time.Now()}
	err := t.begin()
	if err == nil {
		err = t.iterate(ctx)
	}
	var out *Trajectory
	if err == nil {
		out, err = t.trajectory()
	}
	if err != nil && t.snapshots != nil {
		_ = t.snapshots.Close(opt.Checkpoint != "") // what went wrong is what counts
	}
	return out, err
}

// begin compiles the step and sets the state at index 0, or where a checkpoint
// left it.
func (t *trainer) begin() error {
	n := t.net.Size()
	t.gradient = make([]float64, n)
	t.all = make([]float64, t.m.Size())
	all := t.all
	for i, c := range t.m.State {
		size := t.m.Graph.Type(c.In).Size()
		if i == 0 {
			t.x = all[:size:size]
		} else {
			t.memory = append(t.memory, all[:size:size])
		}
		all = all[size:]
	}
	if err := t.compile(); err != nil {
		return err
	}
	if err := t.start(); err != nil {
		return err
	}
	for _, n := range t.m.Noise {
		t.noise = append(t.noise, drawn{t.m.Graph.Node(n.In).Name, n.Kind, t.m.stream(t.run, n), make([]float64, t.m.Graph.Type(n.In).Size())})
	}
	var err error
	if t.m.Ascent != graph.None {
		if t.ascent, err = newAscent(t.m, n); err != nil {
			return err
		}
	}
	if kind := t.run.Optimizer.Kind; kind == "gradient_flow" || kind == "central_flow" {
		if t.flow, err = newStream(t.m, t.run, lanes{count: 1}, t.net); err != nil {
			return err
		}
		t.flow.begin(0)
	}
	if t.run.Optimizer.Batch > 0 || t.run.Optimizer.Kind == "sgd" {
		if t.batches, err = newMinibatches(t.run, t.net, t.opt); err != nil {
			return err
		}
	}
	for i := range t.run.Probes {
		p := &t.run.Probes[i]
		if p.Value != nil {
			continue
		}
		o, err := newObserver(p, t.run, t.opt)
		if err != nil {
			return err
		}
		t.probes = append(t.probes, o)
	}
	if s := t.run.Snapshots; s != nil {
		if t.snapshots, err = newSnapshots(s, n, t.opt.Dir, t.opt.Checkpoint); err != nil {
			return err
		}
	}
	t.key = t.fingerprint()
	if t.restore() || t.snapshots == nil {
		return nil
	}
	return t.snapshots.truncate(0)
}

func (t *trainer) compile() error {
	var roots []graph.ID
	root := func(id graph.ID) int {
		roots = append(roots, id)
		return len(roots) - 1
	}
	for _, c := range t.m.State {
		root(c.Out)
	}
	t.outputs.gradNorm, t.outputs.rate, t.outputs.stop = root(t.m.GradNorm), root(t.m.LearningRate), -1
	if t.m.Stop != graph.None {
		t.outputs.stop = root(t.m.Stop)
	}
	for _, id := range t.m.Probes {
		at := -1
		if id != graph.None {
			at = root(id)
		}
		t.outputs.formulas = append(t.outputs.formulas, at)
	}
	var err error
	t.step, err = dense.Compile(t.opt.Machine, t.m.Graph, roots, dense.Options{})
	return err
}

// start sets the state: that of the run resumed, the values or laws that the
// study gives, a file of weights, or what the network's inits give.
func (t *trainer) start() error {
	from := t.opt.From
	if from == nil {
		if err := startNetwork(t.x, t.run, t.net, t.opt); err != nil {
			return err
		}
	} else {
		for _, p := range t.run.Objective.Params {
			a, ok := from.Params[p.Name]
			if !ok || a.Type != p.Type {
				return fmt.Errorf("the state that is resumed has no %s of this shape", p.Name)
			}
		}
		flatten(t.x, t.run.Objective.Params, from.Params)
	}
	var fresh []int
	for i, c := range t.m.State[1:] {
		if inherits(t.run.Optimizer, from) {
			if a, ok := from.Buffers[c.Key()]; ok && len(a.Data) == len(t.memory[i]) {
				copy(t.memory[i], a.Data)
				continue
			}
		}
		fresh = append(fresh, 1+i)
	}
	return beginBuffers(t.m, lanes{count: 1}, append([][]float64{t.x}, t.memory...), fresh)
}

// startNetwork sets x to where a run that resumes no other begins.
func startNetwork(x []float64, run *plan.Run, net *model.Network, opt *Options) error {
	net.Start(x, run.Seed)
	if run.Weights != "" {
		return opt.Weights(run.Weights, x)
	}
	offset := 0
	for _, p := range run.Objective.Params {
		size := p.Type.Size()
		k := slices.IndexFunc(run.Start, func(s plan.Start) bool { return s.Param == p.Name })
		if k >= 0 {
			one := lanes{count: 1}
			if err := startOf(x[offset:offset+size], &run.Start[k], p.Type, run, one, opt.Results); err != nil {
				return err
			}
		}
		offset += size
	}
	return nil
}

// flatten lays parameters one after the other.
func flatten(dst []float64, params []plan.Param, values map[string]*array.Array) {
	for _, p := range params {
		dst = dst[copy(dst, values[p.Name].Data):]
	}
}

// total is the number of updates made since the first start.
func (t *trainer) total() int {
	if t.opt.From != nil {
		return t.opt.From.Total + t.k
	}
	return t.k
}

// iterate makes the steps. Index k is looked at before the update from it.
func (t *trainer) iterate(ctx context.Context) error {
	keep := map[int]bool{}
	for _, k := range t.opt.Keep {
		keep[k] = true
	}
	saved := time.Now()
	for {
		if ctx.Err() != nil {
			t.status = Interrupted
			return t.checkpoint()
		}
		stop, err := t.look(ctx, keep)
		switch cancelled := ctx.Err(); {
		case err != nil && cancelled != nil && errors.Is(err, cancelled):
			continue // the state is what it was before index k was looked at
		case err != nil:
			return err
		case t.bad:
			t.status = Diverged
			return nil
		case stop:
			t.status = Stopped
			return nil
		case t.k == t.run.Steps:
			return nil
		}
		if err := t.advance(ctx); ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			continue
		} else if err != nil {
			return err
		}
		if t.opt.Progress != nil {
			t.opt.Progress(t.k, t.run.Steps)
		}
		if long := time.Since(t.began) > checkpointEvery; time.Since(saved) > checkpointEvery || long && t.k == t.run.Steps {
			if err := t.checkpoint(); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
}

// look evaluates the state at index k and records what is due. After an error,
// such as that of a context that ended, it has recorded nothing.
func (t *trainer) look(ctx context.Context, keep map[int]bool) (stop bool, err error) {
	t.net.Draw = uint64(t.total())
	if t.loss, err = t.differentiate(ctx, t.gradient, t.x); err != nil {
		return false, err
	}
	if t.bad = t.blown != nil || !isFinite(t.loss) || !allFinite(t.x); t.bad {
		return false, nil
	}
	t.step.Set(flatName, t.x)
	t.step.Set(gradientName, t.gradient)
	if t.ascent != nil {
		if t.k < t.run.Steps { // the last state is not left
			x := t.ascent.point(t.x, t.gradient, t.k)
			if _, err = t.differentiate(ctx, t.ascent.gradient, x); err != nil {
				return false, err
			}
		}
		t.step.Set(ascentName, t.ascent.gradient)
	}
	for _, n := range t.noise {
		t.step.Set(n.input, n.at(t.total()))
	}
	t.step.Set("loss", []float64{t.loss})
	t.step.Set("t", []float64{float64(t.k)})
	for i, c := range t.m.State[1:] {
		t.step.Set(c.Key(), t.memory[i])
	}
	if err := t.step.Run(ctx); err != nil {
		return false, err
	}
	t.gradNorm = t.step.Number(t.outputs.gradNorm)
	stop = t.outputs.stop >= 0 && t.step.Number(t.outputs.stop) != 0
	var own []float64
	if t.flow != nil {
		own, err = t.flow.read(ctx, t.all, t.k, t.step.Number(t.outputs.rate))
		if errors.As(err, &t.blown) {
			t.bad = true
			return false, nil
		}
		if err != nil || t.looked {
			return stop, err
		}
	}

	last := stop || t.k == t.run.Steps
	due := func(every int) bool { return last || t.k%every == 0 }
	at := &moment{k: t.k, loss: t.loss, x: t.x, model: t.net, gradient: t.gradient, divisor: t.divisor}
	var marks []mark
	if slices.ContainsFunc(t.probes, func(o *observer) bool { return due(o.probe.Every) }) {
		for _, o := range t.probes {
			marks = append(marks, o.mark())
		}
	}
	for _, o := range t.probes {
		if err := o.observe(ctx, at, due(o.probe.Every)); err != nil {
			for i, m := range marks {
				t.probes[i].back(m)
			}
			return false, err
		}
	}
	if due(t.run.Every) {
		t.rows[lossRow] = append(t.rows[lossRow], t.loss)
		t.rows[normRow] = append(t.rows[normRow], t.gradNorm)
		if t.run.RecordPath {
			t.rows[flatName] = append(t.rows[flatName], t.x...)
		}
		for i, v := range own {
			name := t.flow.names()[i]
			t.rows[name] = append(t.rows[name], v)
		}
	}
	for i, p := range t.run.Probes {
		if p.Value != nil && due(p.Every) {
			value := make([]float64, p.Value.Type().Size())
			t.step.Read(t.outputs.formulas[i], value)
			t.rows[probeRow(p.Name)] = append(t.rows[probeRow(p.Name)], value...)
		}
	}
	if t.snapshots != nil && due(t.snapshots.plan.Every) {
		if err := t.snapshots.add(t.k, t.x); err != nil {
			return false, err
		}
	}
	if keep[t.k] {
		t.kept[t.k] = t.state()
	}
	t.looked = t.flow != nil
	return stop, nil
}

// divisor is what the update from index k divides by.
func (t *trainer) divisor() ([]float64, error) {
	next := &State{Buffers: map[string]*array.Array{}}
	for i, c := range t.m.State[1:] {
		kind := t.m.Graph.Type(c.In)
		values := make([]float64, kind.Size())
		t.step.Read(1+i, values)
		next.Buffers[c.Key()] = array.New(kind, values)
	}
	return Preconditioner(t.run, next, t.k+1)
}

// differentiate sets dst to the gradient at x that step k has: of all samples or
// of the step's mini-batch, the same however often it is asked for.
func (t *trainer) differentiate(ctx context.Context, dst, x []float64) (float64, error) {
	if t.batches == nil {
		return t.net.Gradient(ctx, dst, x)
	}
	return t.batches.gradient(ctx, dst, x, t.total(), t.k)
}

func probeRow(name string) string { return "probe " + name }

func allFinite(x []float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// advance makes the update that look has computed, or goes along the flow.
func (t *trainer) advance(ctx context.Context) error {
	if t.flow != nil {
		err := t.flow.advance(ctx, t.all, t.step.Number(t.outputs.rate))
		if errors.As(err, &t.blown) {
			err = nil // the state that it leads to is none
		}
		if err != nil {
			return err
		}
		t.k++
		t.looked = false
		return nil
	}
	t.step.Read(0, t.x)
	for i := range t.memory {
		t.step.Read(1+i, t.memory[i])
	}
	t.k++
	return nil
}

// state is the state at index k.
func (t *trainer) state() *State {
	s := &State{
		Kind: t.run.Optimizer.Kind, Total: t.total(), Loss: array.Scalar(t.loss), GradNorm: array.Scalar(t.gradNorm),
		Params: map[string]*array.Array{}, Buffers: map[string]*array.Array{},
	}
	rest := slices.Clone(t.x)
	for _, p := range t.run.Objective.Params {
		n := p.Type.Size()
		s.Params[p.Name] = array.New(p.Type, rest[:n:n])
		rest = rest[n:]
	}
	for i, c := range t.m.State[1:] {
		s.Buffers[c.Key()] = array.New(t.m.Graph.Type(c.In), slices.Clone(t.memory[i]))
	}
	return s
}

// trajectory turns the records into results.
func (t *trainer) trajectory() (*Trajectory, error) {
	last := t.k
	if t.bad || t.status == Interrupted && !t.looked {
		last-- // the state at k was not looked at, or is none
	}
	out := &Trajectory{Status: t.status, Steps: last, LaneSteps: []int{last}, LaneStatus: []Status{t.status}, Probes: map[string]*array.Array{}, Kept: t.kept}
	if t.opt.From != nil {
		out.T0 = t.opt.From.Total
	}
	switch t.status {
	case Diverged:
		t.end = fmt.Sprintf("the run diverged at step %d", t.k)
	case Stopped, Interrupted:
		t.end = fmt.Sprintf("the run was %s at step %d", t.status, last)
	}
	e := &ending{lanes: lanes{count: 1}, last: last, laneLast: []int{last}, cut: []bool{t.bad || t.status == Interrupted}}
	series := func(row string, kind graph.Type, every int) *array.Array {
		steps := e.labels(every)
		data := t.rows[row]
		a := array.Series(kind, steps[:len(data)/max(1, kind.Size())], data)
		a.End = t.end
		return a
	}
	out.Loss, out.GradNorm = series(lossRow, graph.Number, t.run.Every), series(normRow, graph.Number, t.run.Every)
	var err error
	if out.LearningRate, out.Stability, err = rates(t.m, t.run, e, t.end, out.GradNorm); err != nil {
		return nil, err
	}
	if t.flow != nil {
		for _, name := range t.flow.names() {
			*out.own(name) = series(name, graph.Number, t.run.Every)
		}
	}
	if t.run.RecordPath {
		out.Path = t.paths(e)
	}
	for _, p := range t.run.Probes {
		if p.Value != nil {
			out.Probes[p.Name] = series(probeRow(p.Name), p.Value.Type(), p.Every)
		}
	}
	for _, o := range t.probes {
		maps.Copy(out.Probes, o.series(t.end))
	}
	if t.snapshots != nil {
		if err := t.snapshots.flush(); err != nil {
			return nil, err
		}
		out.Snapshots = t.snapshots
	}
	switch {
	case t.bad:
		out.Divergence = t.explain()
	case t.status != Interrupted:
		out.Final = t.state()
	}
	return out, nil
}

// paths takes the recorded flat vectors apart, by parameter.
func (t *trainer) paths(e *ending) map[string]*array.Array {
	out := map[string]*array.Array{}
	n := len(t.x)
	flat := t.rows[flatName]
	rows := len(flat) / max(1, n)
	offset := 0
	for _, p := range t.run.Objective.Params {
		size := p.Type.Size()
		data := make([]float64, 0, rows*size)
		for r := range rows {
			data = append(data, flat[r*n+offset:r*n+offset+size]...)
		}
		a := array.Series(p.Type, e.labels(t.run.Every)[:rows], data)
		a.End = t.end
		out[p.Name] = a
		offset += size
	}
	return out
}

// explain says that the run diverged, with the last losses.
func (t *trainer) explain() *diag.Diagnostic {
	d := divergence(t.run, nil, t.k)
	d.Summary += ": the loss is " + numberText(t.loss)
	if isFinite(t.loss) {
		d.Summary = fmt.Sprintf("the run diverged at step %d: a parameter is not finite", t.k)
	}
	if t.blown != nil {
		d.Summary = fmt.Sprintf("the run diverged at step %d: %v", t.k, t.blown)
	}
	losses := t.rows[lossRow]
	for i := max(0, len(losses)-3); i < len(losses); i++ {
		d.Values = append(d.Values, diag.Value{Name: fmt.Sprintf("loss at step %d", i*t.run.Every), Text: numberText(losses[i])})
	}
	if t.k > 0 {
		d.Values = append(d.Values, diag.Value{Name: "learning rate", Text: numberText(t.step.Number(t.outputs.rate))})
	}
	return d
}
