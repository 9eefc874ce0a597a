package dynamics

import (
	"fmt"
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

// rowsOf is the number of rows that a run of so many steps fills.
func rowsOf(steps, every int) int {
	rows := steps/every + 1
	if steps%every != 0 {
		rows++
	}
	return rows
}

func newRecord(kind graph.Type, every, steps, count int) *record {
	n := kind.Size() * count
	return &record{kind: kind, every: every, data: make([]float64, rowsOf(steps, every)*n), final: make([]float64, n)}
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
	steps := make([]int, 0, rowsOf(max(e.last, 0), every))
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

// MaxMemory is how many bytes runs may record together unless the options say
// otherwise.
const MaxMemory = 4 << 30

// RecordedBytes is the memory in bytes that what a run of so many lanes records
// will take, known before it runs: its series, and the labels of their steps
// twice, since plots need them as numbers. On their way to the disk series are
// not copied.
func RecordedBytes(run *plan.Run, lanes int) float64 {
	run = atLeastOnce(run)
	perStep := 4.0 // loss, norm of the gradient, rate, stability
	if run.RecordPath {
		perStep += float64(run.Objective.Size())
	}
	if run.Optimizer.Kind == "quasistatic" {
		perStep++
	}
	total := perStep * float64(rowsOf(run.Steps, run.Every))
	labels := map[int]bool{run.Every: true}
	for _, p := range run.Probes {
		total += float64(p.Value.Type().Size()) * float64(rowsOf(run.Steps, p.Every))
		labels[p.Every] = true
	}
	total *= float64(lanes)
	for every := range labels {
		total += 2 * float64(rowsOf(run.Steps, every))
	}
	return 8 * total
}

// checkMemory refuses a run that would record more bytes than the limit, 0
// meaning MaxMemory, leaves beside what other runs record.
func checkMemory(run *plan.Run, lanes int, limit, others int64) error {
	if limit == 0 {
		limit = MaxMemory
	}
	need, left := RecordedBytes(run, lanes), float64(limit-others)
	if need <= left {
		return nil
	}
	cure := "Record less, here or in the runs before it: record { every = 1000 }, or record { path = false }, which leaves the parameters out."
	if ratio := need / left; left > 0 && ratio < float64(run.Steps) {
		cure = fmt.Sprintf("Record less: record { every = %d } would fit, and record { path = false } leaves the parameters out.", atLeast(ratio, run.Every))
	}
	beside := ""
	if others > 0 {
		beside = fmt.Sprintf(" beside the %s of the runs before it and of plots", bytesText(float64(others)))
	}
	return diag.List{fail(codeTooLarge, run.Span, run, cure,
		"the run would record %s%s, more than the %s allowed", bytesText(need), beside, bytesText(float64(limit)))}
}

// atLeast is a round number of steps that is at least ratio times every.
func atLeast(ratio float64, every int) int {
	n := math.Ceil(ratio*1.05) * float64(every)
	unit := math.Pow(10, math.Floor(math.Log10(n)))
	for _, f := range []float64{1, 2, 5, 10} {
		if f*unit >= n {
			return int(f * unit)
		}
	}
	return int(10 * unit)
}

func bytesText(n float64) string {
	for _, u := range []string{"bytes", "KiB", "MiB", "GiB", "TiB"} {
		if n < 1024 {
			return fmt.Sprintf("%.3g %s", n, u)
		}
		n /= 1024
	}
	return fmt.Sprintf("%.3g PiB", n)
}
