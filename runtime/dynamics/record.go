package dynamics

import (
	"math"
	"slices"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// record is one recorded quantity. Row r of data belongs to step r*every and
// holds the lanes one after the other; a last step between two rows has its row
// after them.
type record struct {
	kind  graph.Type // of one value in one lane
	every int
	data  []float64
	final []float64 // the value where each lane ended
}

func newRecord(kind graph.Type, every, steps, count int) *record {
	n := kind.Size() * count
	return &record{kind: kind, every: every, data: make([]float64, plan.Rows(steps, every)*n), final: make([]float64, n)}
}

// ending is how each lane of a run ended.
type ending struct {
	lanes
	last     int           // index of the last point of any lane; -1 if there is none
	laneLast []int         // by lane
	cut      []bool        // by lane: it has no values after its last point, as a lane that stops has
	rows     map[int][]int // labels made, by interval: series share them
}

// labels are the steps that have a row.
func (e *ending) labels(every int) []int {
	if steps, ok := e.rows[every]; ok {
		return steps
	}
	steps := make([]int, 0, plan.Rows(max(e.last, 0), every))
	for k := 0; k <= e.last; k += every {
		steps = append(steps, k)
	}
	if e.hasTail(every) {
		steps = append(steps, e.last)
	}
	if e.rows == nil {
		e.rows = map[int][]int{}
	}
	e.rows[every] = steps
	return steps
}

// hasTail reports whether the last point has a row of its own, after those of
// the multiples of every. The last point of a lane that diverged is known only
// where it was recorded: what remains of such a lane is the bad state after it.
func (e *ending) hasTail(every int) bool {
	if e.last < 0 || e.last%every == 0 {
		return false
	}
	for i, last := range e.laneLast {
		if last == e.last && !e.cut[i] {
			return true
		}
	}
	return false
}

// series completes the rows of lanes that ended early and returns the record
// as an array with the axes step, lanes, elements. The record is used up.
func (r *record) series(e *ending, end string) (*array.Array, error) {
	perStep, err := e.typeOf(r.kind)
	if err != nil {
		return nil, err
	}
	steps := e.labels(r.every)
	size, n := r.kind.Size(), r.kind.Size()*e.count
	data := r.data[:len(steps)*n]
	if len(data) < len(r.data)/2 {
		data = slices.Clone(data) // lets go of the rest
	}
	if e.hasTail(r.every) {
		copy(data[len(data)-n:], r.final)
	}
	for i, last := range e.laneLast {
		final := r.final[i*size : (i+1)*size]
		for row := (last + r.every) / r.every; row < len(steps); row++ {
			at := data[row*n+i*size:][:size]
			copy(at, final)
			if e.cut[i] {
				fillNaN(at)
			}
		}
	}
	a := array.Series(perStep, steps, data)
	a.End = end
	return a, nil
}

// point returns values, lane by lane, as an array with the axes lanes,
// elements. Lanes that have no such point are NaN.
func (l lanes) point(kind graph.Type, values []float64, missing []bool) (*array.Array, error) {
	t, err := l.typeOf(kind)
	if err != nil {
		return nil, err
	}
	data := slices.Clone(values)
	size := kind.Size()
	for i, m := range missing {
		if m {
			fillNaN(data[i*size : (i+1)*size])
		}
	}
	return array.New(t, data), nil
}

func fillNaN(d []float64) {
	for i := range d {
		d[i] = math.NaN()
	}
}

// checkMemory refuses a run that would record more bytes than the limit, 0
// meaning plan.MaxMemory, leaves beside what other runs record.
func checkMemory(run *plan.Run, lanes int, limit, others int64) error {
	if limit == 0 {
		limit = plan.MaxMemory
	}
	summary, cure, ok := run.MemoryFault(lanes, limit, others)
	if ok {
		return nil
	}
	return diag.List{fail(codeTooLarge, run.Span, run, cure, "%s", summary)}
}
