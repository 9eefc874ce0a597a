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

// quasistatic iterates the dynamics of the paper's section 4.4: the slow
// parameters x move by gradient descent while the fast one y sits on the
// two-cycle {y+, y-} of y -> y - eta F_y(x, y) at fixed x. The gradient that
// moves x is the mean over the two points,
//
//	x' = x - eta (F_x(x, y+) + F_x(x, y-))/2,
//
// which for F(x, y) = f(h(x) y) with even f is (4.8), x' = x - 2 y^2 grad log h(x).
// Where eta F_yy is at most 2 at the minimum in y there is no two-cycle to
// follow: y is that minimum and x stands still. State k holds the point of the
// cycle on the side that the start is on; the loss and the norm of the gradient
// are those of that point. Parameters that are neither slow nor fast keep their
// values.
type quasistatic struct {
	m    *Map
	run  *plan.Run
	fast *program.State // outputs F_y, F_yy
	full *program.State // outputs: see newQuasistatic
	rate *law

	params []graph.Type
	where  []place // by flat index

	loss, gradNorm, stop int
	gradient, probes     []int
}

// place is an element of the flat parameters: of which parameter and where.
type place struct{ param, element int }

func newQuasistatic(m *Map, run *plan.Run, l lanes) (*quasistatic, error) {
	q := &quasistatic{m: m, run: run, stop: -1}
	var inputs []string
	for i, c := range m.State {
		t := m.Graph.Type(c.In)
		q.params = append(q.params, t)
		for e := range t.Size() {
			q.where = append(q.where, place{i, e})
		}
		inputs = append(inputs, c.Name)
	}
	o := run.Optimizer
	for _, i := range append(slices.Clone(o.Along), o.Across) {
		if i < 0 || i >= len(q.where) {
			return nil, fmt.Errorf("along or across names element %d of %d", i, len(q.where))
		}
	}
	across := q.where[o.Across]
	g, y := m.Graph, m.State[across.param].In
	unit, slope := g.Const(1), m.Gradient[across.param]
	if t := g.Type(y); t.Rank() > 0 {
		direction := make([]float64, t.Size())
		direction[across.element] = 1
		unit = g.ConstArray(t, direction)
		slope = g.Slice(slope, across.element, graph.Number)
	}
	curvature, err := g.Tangent([]graph.ID{slope}, map[graph.ID]graph.ID{y: unit})
	if err != nil {
		return nil, err
	}
	fast, err := program.Compile(g, inputs, []graph.ID{slope, curvature[0]}, program.Options{})
	if err != nil {
		return nil, err
	}
	q.fast = program.NewState(fast, 1)

	var outputs []graph.ID
	output := func(id graph.ID) int { outputs = append(outputs, id); return len(outputs) - 1 }
	q.loss, q.gradNorm = output(m.Loss), output(m.GradNorm)
	for _, id := range m.Gradient {
		q.gradient = append(q.gradient, output(id))
	}
	if m.Stop != graph.None {
		q.stop = output(m.Stop)
	}
	for _, id := range m.Probes {
		q.probes = append(q.probes, output(id))
	}
	inputs = append(inputs, "t")
	for _, v := range m.Vary {
		inputs = append(inputs, inputName("vary", v.Name))
	}
	full, err := program.Compile(g, inputs, outputs, program.Options{})
	if err != nil {
		return nil, err
	}
	q.full = program.NewState(full, 1)
	q.rate, err = newLaw(m, l, m.LearningRate)
	return q, err
}

// at evaluates the objective and what is observed at a point.
func (q *quasistatic) at(p []float64, k int) {
	set(q.full, p)
	q.full.Input(len(q.params))[0] = float64(k)
	q.full.Run()
}

// set puts the flat parameters into the first inputs of s.
func set(s *program.State, p []float64) {
	for i := 0; len(p) > 0; i++ {
		n := copy(s.Input(i), p)
		p = p[n:]
	}
}

func (q *quasistatic) gradientOf(flat int) float64 {
	w := q.where[flat]
	return q.full.Output(q.gradient[w.param])[w.element]
}

func runQuasistatic(ctx context.Context, m *Map, run *plan.Run, l lanes, state [][]float64, opt *Options) (*Trajectory, error) {
	q, err := newQuasistatic(m, run, l)
	if err != nil {
		return nil, failure(err, run)
	}
	e := &ending{lanes: l, last: -1, laneLast: make([]int, l.count), cut: make([]bool, l.count)}
	t := &Trajectory{Status: OK, Lanes: l.axes, LaneSteps: e.laneLast, LaneStatus: make([]Status, l.count)}
	r := &runner{m: m, run: run, opt: opt, l: l, records: map[recordKey]*record{}, kept: map[int][][]float64{}}
	for i := range q.params {
		r.params = append(r.params, i)
	}
	book := q.newBook(r)
	for lane := range l.count {
		var p []float64
		for i, t := range q.params {
			for j := range t.Size() {
				p = append(p, state[i][j*l.count+lane])
			}
		}
		if err := q.follow(ctx, p, lane, book, t, e); err != nil {
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
	if t.Residual, err = book.residual.series(e, end); err != nil {
		return nil, failure(err, run)
	}
	if err := r.assemble(t, e, book.final, end); err != nil {
		return nil, failure(err, run)
	}
	return t, nil
}

// book is where the lanes of a quasistatic run are written down, in the form
// that a runner assembles.
type book struct {
	r        *runner
	residual *record
	final    [][]float64 // by component, then loss and norm of the gradient; lane by lane
}

func (q *quasistatic) newBook(r *runner) *book {
	every, steps, count := q.run.Every, q.run.Steps, r.l.count
	r.loss, r.gradNorm = 0, 1
	r.records[recordKey{0, every}] = newRecord(graph.Number, every, steps, count)
	r.records[recordKey{1, every}] = newRecord(graph.Number, every, steps, count)
	b := &book{r: r, residual: newRecord(graph.Number, every, steps, count)}
	for i, t := range q.params {
		r.path = append(r.path, 2+i)
		if q.run.RecordPath {
			r.records[recordKey{2 + i, every}] = newRecord(t, every, steps, count)
		}
	}
	for i, p := range q.run.Probes {
		out := 2 + len(q.params) + i
		r.probes = append(r.probes, out)
		r.records[recordKey{out, p.Every}] = newRecord(p.Value.Type(), p.Every, steps, count)
	}
	b.final = b.blank(q)
	for _, k := range r.opt.Keep {
		r.kept[k] = b.blank(q)
	}
	return b
}

func (b *book) blank(q *quasistatic) [][]float64 {
	var all [][]float64
	for _, t := range q.params {
		all = append(all, make([]float64, t.Size()*b.r.l.count))
	}
	return append(all, make([]float64, b.r.l.count), make([]float64, b.r.l.count))
}

// write records step k of a lane, whose values q.full holds.
func (b *book) write(q *quasistatic, k, lane int, residual float64) {
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
	every := q.run.Every
	put(b.r.records[recordKey{0, every}], q.full.Output(q.loss))
	put(b.r.records[recordKey{1, every}], q.full.Output(q.gradNorm))
	put(b.residual, []float64{residual})
	for i := range q.params {
		put(b.r.records[recordKey{2 + i, every}], q.full.Input(i))
	}
	for i, p := range q.run.Probes {
		put(b.r.records[recordKey{b.r.probes[i], p.Every}], q.full.Output(q.probes[i]))
	}
	b.state(q, b.final, lane)
	// A lane that ends early keeps its state at the steps that it misses.
	for at, values := range b.r.kept {
		if at >= k {
			b.state(q, values, lane)
		}
	}
}

func (b *book) state(q *quasistatic, to [][]float64, lane int) {
	for i, t := range q.params {
		copy(to[i][lane*t.Size():], q.full.Input(i))
	}
	n := len(q.params)
	to[n][lane], to[n+1][lane] = q.full.Output(q.loss)[0], q.full.Output(q.gradNorm)[0]
}

// follow runs one lane from the flat point p.
func (q *quasistatic) follow(ctx context.Context, p []float64, lane int, b *book, t *Trajectory, e *ending) error {
	for i, values := range q.rate.l.values {
		q.full.Input(len(q.params) + 1 + i)[0] = values[lane]
	}
	across := q.run.Optimizer.Across
	f := func(y float64) (slope, curvature float64) {
		keep := p[across]
		p[across] = y
		set(q.fast, p)
		p[across] = keep
		q.fast.Run()
		return q.fast.Output(0)[0], q.fast.Output(1)[0]
	}
	rates := q.rate.follow(lane, 1)
	start := p[across]
	solver := newCycleSolver(f, start)
	lower := start < solver.middle
	mean := make([]float64, len(p)) // of the slow parameters' gradients, over the cycle
	t.LaneStatus[lane] = OK
	e.laneLast[lane] = -1
	for k := 0; ; k++ {
		eta := rates.at(k)
		if k%256 == 0 && ctx.Err() != nil && k > 0 {
			t.LaneStatus[lane] = Interrupted
			e.cut[lane] = b.r.l.count > 1 // the lanes come one after the other
			return nil
		}
		if bad := firstBad(p); bad >= 0 || !isFinite(eta) {
			return q.diverged(k, lane, bad, eta, t, e)
		}
		c, err := solver.solve(f, eta)
		if err != nil {
			return q.noCycle(err, k, eta, p)
		}
		here, there := c.Plus, c.Minus
		if lower {
			here, there = there, here
		}
		p[across] = there
		q.at(p, k)
		for _, i := range q.run.Optimizer.Along {
			mean[i] = q.gradientOf(i)
		}
		p[across] = here
		q.at(p, k)
		for _, i := range q.run.Optimizer.Along {
			mean[i] = (mean[i] + q.gradientOf(i)) / 2
		}
		if !isFinite(q.full.Output(q.loss)[0]) {
			return q.diverged(k, lane, -1, eta, t, e)
		}
		b.write(q, k, lane, c.Residual)
		t.WorstResidual = max(t.WorstResidual, c.Residual)
		e.laneLast[lane] = k
		if q.stop >= 0 && q.full.Output(q.stop)[0] != 0 {
			t.LaneStatus[lane] = Stopped
			return nil
		}
		if k == q.run.Steps {
			return nil
		}
		if !c.AtRest() {
			for _, i := range q.run.Optimizer.Along {
				p[i] -= eta * mean[i]
			}
		}
		if report := b.r.opt.Progress; report != nil && k%1024 == 0 {
			report((lane*q.run.Steps+k)/b.r.l.count, q.run.Steps)
		}
	}
}

func firstBad(p []float64) int {
	return slices.IndexFunc(p, func(v float64) bool { return !isFinite(v) })
}

// diverged ends a lane before step k.
func (q *quasistatic) diverged(k, lane, bad int, eta float64, t *Trajectory, e *ending) error {
	t.LaneStatus[lane] = Diverged
	e.cut[lane] = true
	e.laneLast[lane] = k - 1
	if t.Divergence != nil {
		return nil
	}
	var found *program.NonFinite
	if bad < 0 {
		found, _ = q.full.Explain(0, q.loss)
	}
	d := divergence(q.run, found, k)
	switch {
	case bad >= 0:
		d.Summary += ": " + q.nameOf(bad) + " is not finite"
	case !isFinite(eta):
		d.Summary = fmt.Sprintf("the run diverged at step %d: the learning rate is %v", k, eta)
	}
	d.Values = append(d.Values, diag.Value{Name: "learning rate", Text: numberText(eta)})
	t.Divergence = d
	return nil
}

// noCycle explains a failure of the solver, which ends the run: without the
// cycle the dynamics has no meaning.
func (q *quasistatic) noCycle(err error, k int, eta float64, p []float64) error {
	name := q.nameOf(q.run.Optimizer.Across)
	detail := "The quasistatic dynamics needs an objective that grows slower than a quadratic across, so that the iterates turn back. Choose another parameter for across, or a lower learning rate; beside it, a run of gd shows what the iterates do."
	if none := (*cycleError)(nil); errors.As(err, &none) && none.noMinimum {
		detail = "The quasistatic dynamics needs a minimum across: choose another parameter for across, or start nearer to the minimum."
	}
	d := fail(codeNoCycle, q.run.Optimizer.Span, q.run, detail, "no two-cycle across %s at step %d: %v", name, k, err)
	d.Values = append(d.Values, diag.Value{Name: "step", Text: strconv.Itoa(k)}, diag.Value{Name: "learning rate", Text: numberText(eta)})
	for i, v := range p {
		if i < 8 {
			d.Values = append(d.Values, diag.Value{Name: q.nameOf(i), Text: numberText(v)})
		}
	}
	return diag.List{d}
}

// nameOf names an element of the flat parameters.
func (q *quasistatic) nameOf(flat int) string {
	w := q.where[flat]
	name := q.m.State[w.param].Name
	t := q.params[w.param]
	if t.Rank() == 0 {
		return name
	}
	indices := ""
	for axis, rest := t.Rank()-1, w.element; axis >= 0; axis-- {
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
