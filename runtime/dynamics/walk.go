package dynamics

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/program"
)

// pace moves one lane of a run on a formula whose update is not a graph.
type pace interface {
	// begin starts a lane at the state p.
	begin(p []float64) error
	// settle puts p where step k stands, whose rate is eta, has the walk evaluate it
	// there, and returns the values of the pace's own series.
	settle(ctx context.Context, p []float64, k int, eta float64) ([]float64, error)
	// advance moves p to step k+1. After an error of the context p is as before.
	advance(ctx context.Context, p []float64, k int, eta float64) error
}

// walk makes such a run: the lanes one after the other, each as a flat vector of
// the state, the parameters first. It records into a book what a runner records.
type walk struct {
	m    *Map
	run  *plan.Run
	l    lanes
	full *program.State // the objective and what is observed at a point
	rate *law

	components []graph.Type
	size       int     // of the parameters
	where      []place // of the parameters, by flat index

	loss, gradNorm, stop int
	gradient, probes     []int // outputs; -1 for a probe that is no formula
}

// place is an element of the flat parameters: of which parameter and where.
type place struct{ param, element int }

func newWalk(m *Map, run *plan.Run, l lanes) (*walk, error) {
	w := &walk{m: m, run: run, l: l, stop: -1}
	var inputs []string
	for i, c := range m.State {
		t := m.Graph.Type(c.In)
		w.components = append(w.components, t)
		if c.Buffer == "" {
			w.size += t.Size()
			for e := range t.Size() {
				w.where = append(w.where, place{i, e})
			}
		}
		inputs = append(inputs, c.Key())
	}
	var outputs []graph.ID
	output := func(id graph.ID) int { outputs = append(outputs, id); return len(outputs) - 1 }
	w.loss, w.gradNorm = output(m.Loss), output(m.GradNorm)
	for _, id := range m.Gradient {
		w.gradient = append(w.gradient, output(id))
	}
	if m.Stop != graph.None {
		w.stop = output(m.Stop)
	}
	for _, id := range m.Probes {
		at := -1
		if id != graph.None {
			at = output(id)
		}
		w.probes = append(w.probes, at)
	}
	inputs = append(inputs, "t")
	for _, v := range m.Vary {
		inputs = append(inputs, inputName("vary", v.Name))
	}
	full, err := program.Compile(m.Graph, inputs, outputs, program.Options{})
	if err != nil {
		return nil, err
	}
	w.full = program.NewState(full, 1)
	w.rate, err = newLaw(m, l, m.LearningRate)
	return w, err
}

// at evaluates the objective and what is observed at a state.
func (w *walk) at(p []float64, k int) {
	set(w.full, p)
	w.full.Input(len(w.components))[0] = float64(k)
	w.full.Run()
}

// set puts the flat state into the first inputs of s.
func set(s *program.State, p []float64) {
	for i := 0; len(p) > 0; i++ {
		n := copy(s.Input(i), p)
		p = p[n:]
	}
}

func (w *walk) gradientOf(flat int) float64 {
	at := w.where[flat]
	return w.full.Output(w.gradient[at.param])[at.element]
}

// make runs all lanes at a pace whose series have the given names.
func (w *walk) make(ctx context.Context, pace pace, names []string, state [][]float64, opt *Options) (*Trajectory, error) {
	l := w.l
	e := &ending{lanes: l, last: -1, laneLast: make([]int, l.count), cut: make([]bool, l.count)}
	t := &Trajectory{Status: OK, Lanes: l.axes, LaneSteps: e.laneLast, LaneStatus: make([]Status, l.count)}
	b, err := w.newBook(names, opt)
	if err != nil {
		return nil, err
	}
	for lane := range l.count {
		var p []float64
		for i, t := range w.components {
			for j := range t.Size() {
				p = append(p, state[i][j*l.count+lane])
			}
		}
		if err := w.follow(ctx, pace, p, lane, b, t, e); err != nil {
			return nil, err
		}
		e.last = max(e.last, e.laneLast[lane])
		t.Status = worse(t.Status, t.LaneStatus[lane])
	}
	t.Steps = e.last
	if opt.From != nil {
		t.T0 = opt.From.Total
	}
	end := ""
	switch t.Status {
	case Stopped, Interrupted:
		end = fmt.Sprintf("the run was %s at step %d", t.Status, e.last)
	case Diverged:
		if l.count == 1 {
			end = fmt.Sprintf("the run diverged at step %d", e.last+1)
		}
	}
	for i, name := range names {
		if *t.own(name), err = b.own[i].series(e, end); err != nil {
			return nil, err
		}
	}
	return t, b.r.assemble(t, e, b.final, end)
}

// book is where the lanes of a walk are written down, in the form that a runner
// assembles.
type book struct {
	r     *runner
	own   []*record   // of the pace
	final [][]float64 // by component, then loss and norm of the gradient; lane by lane
}

func (w *walk) newBook(names []string, opt *Options) (*book, error) {
	r := &runner{m: w.m, run: w.run, opt: opt, l: w.l, records: map[recordKey]*record{}, kept: map[int][][]float64{}}
	every, steps, count := w.run.Every, w.run.Steps, w.l.count
	r.loss, r.gradNorm = 0, 1
	r.records[recordKey{0, every}] = newRecord(graph.Number, every, steps, count)
	r.records[recordKey{1, every}] = newRecord(graph.Number, every, steps, count)
	b := &book{r: r}
	for range names {
		b.own = append(b.own, newRecord(graph.Number, every, steps, count))
	}
	for i, c := range w.m.State {
		if c.Buffer != "" {
			continue
		}
		r.params = append(r.params, i)
		r.path = append(r.path, 2+i)
		if w.run.RecordPath {
			r.records[recordKey{2 + i, every}] = newRecord(w.components[i], every, steps, count)
		}
	}
	for i := range w.run.Probes {
		p := &w.run.Probes[i]
		if p.Value == nil {
			o, err := r.observerOf(p)
			if err != nil {
				return nil, err
			}
			r.probes, r.observers = append(r.probes, -1), append(r.observers, o)
			continue
		}
		out := 2 + len(w.components) + i
		r.probes = append(r.probes, out)
		r.records[recordKey{out, p.Every}] = newRecord(p.Value.Type(), p.Every, steps, count)
	}
	b.final = b.blank(w)
	for _, k := range opt.Keep {
		r.kept[k] = b.blank(w)
	}
	return b, nil
}

func (b *book) blank(w *walk) [][]float64 {
	var all [][]float64
	for _, t := range w.components {
		all = append(all, make([]float64, t.Size()*b.r.l.count))
	}
	return append(all, make([]float64, b.r.l.count), make([]float64, b.r.l.count))
}

// write records step k of a lane, whose values w.full holds.
func (b *book) write(w *walk, k, lane int, own []float64) {
	put := func(rec *record, values []float64) {
		if rec == nil {
			return
		}
		n := len(values)
		if k%rec.every == 0 {
			copy(rec.data[(k/rec.every*b.r.l.count+lane)*n:], values)
		}
		copy(rec.final[lane*n:], values)
	}
	every := w.run.Every
	put(b.r.records[recordKey{0, every}], w.full.Output(w.loss))
	put(b.r.records[recordKey{1, every}], w.full.Output(w.gradNorm))
	for i := range own {
		put(b.own[i], own[i:i+1])
	}
	for _, i := range b.r.params {
		put(b.r.records[recordKey{2 + i, every}], w.full.Input(i))
	}
	for i, p := range w.run.Probes {
		if w.probes[i] >= 0 {
			put(b.r.records[recordKey{b.r.probes[i], p.Every}], w.full.Output(w.probes[i]))
		}
	}
	b.state(w, b.final, lane)
	// A lane that ends early keeps its state at the steps that it misses.
	for at, values := range b.r.kept {
		if at >= k {
			b.state(w, values, lane)
		}
	}
}

func (b *book) state(w *walk, to [][]float64, lane int) {
	for i, t := range w.components {
		copy(to[i][lane*t.Size():], w.full.Input(i))
	}
	n := len(w.components)
	to[n][lane], to[n+1][lane] = w.full.Output(w.loss)[0], w.full.Output(w.gradNorm)[0]
}

// look lets the probes that are no formulas see step k.
func (b *book) look(ctx context.Context, w *walk, p []float64, k int, last bool) error {
	if len(b.r.observers) == 0 {
		return nil
	}
	at := &moment{k: k, loss: w.full.Output(w.loss)[0], x: slices.Clone(p[:w.size]), model: b.r.opt.Objective}
	for _, o := range b.r.observers {
		if err := o.observe(ctx, at, last || k%o.probe.Every == 0); err != nil {
			return err
		}
	}
	return nil
}

// follow runs one lane from the state p.
func (w *walk) follow(ctx context.Context, pace pace, p []float64, lane int, b *book, t *Trajectory, e *ending) error {
	for i, values := range w.l.values {
		w.full.Input(len(w.components) + 1 + i)[0] = values[lane]
	}
	if err := pace.begin(p); err != nil {
		return err
	}
	rates := w.rate.follow(lane, 1)
	t.LaneStatus[lane] = OK
	e.laneLast[lane] = -1
	for k := 0; ; k++ {
		eta := rates.at(k)
		if k%256 == 0 && ctx.Err() != nil && k > 0 {
			w.interrupted(lane, t, e)
			return nil
		}
		if bad := firstBad(p); bad >= 0 || !isFinite(eta) {
			w.diverged(k, lane, bad, eta, nil, t, e)
			return nil
		}
		own, err := pace.settle(ctx, p, k, eta)
		if err == nil && !isFinite(w.full.Output(w.loss)[0]) {
			w.diverged(k, lane, -1, eta, nil, t, e)
			return nil
		}
		if err == nil {
			b.write(w, k, lane, own)
			e.laneLast[lane] = k
			stop := w.stop >= 0 && w.full.Output(w.stop)[0] != 0
			last := stop || k == w.run.Steps
			if err := b.look(ctx, w, p, k, last); err != nil {
				return err
			}
			if stop {
				t.LaneStatus[lane] = Stopped
			}
			if last {
				return nil
			}
			err = pace.advance(ctx, p, k, eta)
		}
		if err != nil {
			return w.ended(ctx, err, lane, eta, t, e)
		}
		if report := b.r.opt.Progress; report != nil && k%1024 == 0 {
			report((lane*w.run.Steps+k)/w.l.count, w.run.Steps)
		}
	}
}

// ended ends a lane whose pace has failed; nil if that is no fault of the study.
func (w *walk) ended(ctx context.Context, err error, lane int, eta float64, t *Trajectory, e *ending) error {
	blown := (*blowUp)(nil)
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		w.interrupted(lane, t, e)
	case errors.As(err, &blown):
		w.diverged(e.laneLast[lane]+1, lane, -1, eta, blown, t, e)
	default:
		return err
	}
	return nil
}

func (w *walk) interrupted(lane int, t *Trajectory, e *ending) {
	t.LaneStatus[lane] = Interrupted
	e.cut[lane] = w.l.count > 1 // the lanes come one after the other
}

// blowUp says in a clause why a pace cannot go on, other than by a fault of the
// study.
type blowUp struct{ reason error }

func (b *blowUp) Error() string { return b.reason.Error() }

func firstBad(p []float64) int {
	return slices.IndexFunc(p, func(v float64) bool { return !isFinite(v) })
}

// diverged ends a lane before step k.
func (w *walk) diverged(k, lane, bad int, eta float64, why *blowUp, t *Trajectory, e *ending) {
	t.LaneStatus[lane] = Diverged
	e.cut[lane] = true
	e.laneLast[lane] = k - 1
	if t.Divergence != nil {
		return
	}
	var found *program.NonFinite
	if bad < 0 && why == nil {
		found, _ = w.full.Explain(0, w.loss)
	}
	d := divergence(w.run, found, k)
	switch {
	case why != nil:
		d.Summary += ": " + why.Error()
	case bad >= w.size:
		d.Summary += ": the second moment is not finite"
	case bad >= 0:
		d.Summary += ": " + w.nameOf(bad) + " is not finite"
	case !isFinite(eta):
		d.Summary = fmt.Sprintf("the run diverged at step %d: the learning rate is %v", k, eta)
	}
	d.Values = append(d.Values, diag.Value{Name: "learning rate", Text: numberText(eta)})
	t.Divergence = d
}

// nameOf names an element of the flat parameters.
func (w *walk) nameOf(flat int) string {
	at := w.where[flat]
	name := w.m.State[at.param].Name
	t := w.components[at.param]
	if t.Rank() == 0 {
		return name
	}
	indices := ""
	for axis, rest := t.Rank()-1, at.element; axis >= 0; axis-- {
		indices = "[" + strconv.Itoa(rest%t.Dim(axis)) + "]" + indices
		rest /= t.Dim(axis)
	}
	return name + indices
}

func numberText(v float64) string {
	if math.Abs(v) >= 1e-5 && math.Abs(v) < 1e15 || v == 0 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
