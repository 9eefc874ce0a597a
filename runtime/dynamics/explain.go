package dynamics

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"relief/lang/diag"
	"relief/runtime/plan"
	"relief/runtime/program"
)

// explain says why a lane diverged: it finds the operation whose value is not
// finite although its operands are, in the evaluation of the first bad state or
// in the update that led to it.
func (r *runner) explain(lane int, e *ending) *diag.Diagnostic {
	k := e.laneLast[lane] + 1
	s := r.s
	at, outputs := lane, []int{r.loss}
	if k > 0 && !r.finiteAt(lane) {
		s = r.replay(lane, k-1)
		at, outputs = 0, nil
		for _, f := range r.loop.Feedback {
			outputs = append(outputs, f.Output)
		}
	}
	found, err := s.Explain(at, outputs...)
	if err != nil {
		found = nil
	}
	d := divergence(r.run, found, k)
	if w, err := newLaw(r.m, r.l, r.m.LearningRate); err == nil {
		rate := w.follow(lane, 1).at(max(k-1, 0))
		d.Values = append(d.Values, diag.Value{Name: "learning rate", Text: numberText(rate)})
	}
	describeLane(d, r.l, e, lane)
	return d
}

// finiteAt reports whether the parameters are finite where a lane ended.
func (r *runner) finiteAt(lane int) bool {
	for _, i := range r.params {
		in := r.s.Input(i)
		for j := lane; j < len(in); j += r.l.count {
			if !isFinite(in[j]) {
				return false
			}
		}
	}
	return true
}

// replay makes the first steps of a lane again and returns where it then
// stands. The steps are the same bit by bit.
func (r *runner) replay(lane, steps int) *program.State {
	s := program.NewState(r.s.Program(), 1)
	for i, values := range r.begin {
		in := s.Input(i)
		for e := range in {
			in[e] = values[e*r.l.count+lane]
		}
	}
	for i, values := range r.l.values {
		s.Input(r.time + 1 + i)[0] = values[lane]
	}
	loop := program.Loop{State: s, Feedback: r.loop.Feedback, T: r.time, Stop: -1, Noise: r.loop.Noise, Made: r.loop.Made, First: lane}
	// The loop was checked when the run was made, and nothing cancels it.
	if err := loop.Run(context.Background(), 0, steps, 1); err != nil {
		panic(err)
	}
	s.Input(r.time)[0] = float64(steps)
	loop.Draw(steps)
	return s
}

// divergence makes the diagnostic of a run whose state k is the first bad one.
// A NaN that comes from finite operands is a fault of the mathematics; a number
// that grew too large is one of the rate.
func divergence(run *plan.Run, found *program.NonFinite, k int) *diag.Diagnostic {
	d := fail(codeDiverged, run.Optimizer.Span, run,
		"Everything up to there is kept. Lower the learning rate, or say that it may happen: may_diverge = true.",
		"the run diverged at step %d", k)
	if d.Span.IsZero() {
		d.Span = run.Span
	}
	if found == nil {
		return d
	}
	at := found.Diagnostic(-1)
	d.Summary += ": " + strings.TrimPrefix(at.Summary, "velocity ")
	d.Related = at.Related
	if !at.Span.IsZero() {
		d.Related = append(d.Related, diag.Related{Message: "in this run", Span: run.Span})
		d.Span = at.Span
	}
	if math.IsNaN(found.Value) {
		d.Code = codeNotFinite
		d.Detail = at.Detail
	}
	for _, v := range at.Values {
		name := strings.TrimPrefix(v.Name, "vary ")
		name = strings.TrimPrefix(strings.TrimPrefix(name, "state "), "drawn ")
		if buffer, ok := strings.CutPrefix(name, "velocity "); ok {
			name = "velocity of " + buffer
		}
		d.Values = append(d.Values, diag.Value{Name: name, Text: v.Text})
	}
	return d
}

// describeLane adds which lane a diagnostic is about.
func describeLane(d *diag.Diagnostic, l lanes, e *ending, lane int) {
	if l.count == 1 {
		return
	}
	n := 0
	for _, bad := range e.cut {
		if bad {
			n++
		}
	}
	d.Values = append(d.Values,
		diag.Value{Name: "lane", Text: l.index(lane)},
		diag.Value{Name: "lanes that diverged", Text: fmt.Sprintf("%d of %d", n, l.count)})
}

// index is the place of a lane along the axes of vary, as brackets.
func (l lanes) index(lane int) string {
	index := ""
	for axis := len(l.axes) - 1; axis >= 0; axis-- {
		index = "[" + strconv.Itoa(lane%l.axes[axis]) + "]" + index
		lane /= l.axes[axis]
	}
	return index
}
