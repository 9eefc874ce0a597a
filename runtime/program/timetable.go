package program

import "math"

// timetable gives a loop what depends on the time alone: the time itself where
// a step reads it, and the results of the first part of the code, computed for
// many steps at once, one step in each lane of a block.
type timetable struct {
	rows   []int32     // registers to set before each step
	values [][]float64 // of each of them, at the steps first, first+1, ...
	first  int
	n      int
	b      *block
	set    []uint64 // what the rows of a block of lanes hold, as bits
	valid  bool
}

// timetableSteps is the number of steps computed at once.
const timetableSteps = 128

// timetable prepares for the steps from, ..., to-1. Programs that were compiled
// without a time set the whole input.
func (l *Loop) timetable(c *code, from, to int) *timetable {
	p := l.State.p
	t := &timetable{}
	if l.T < 0 {
		return t
	}
	n := max(1, min(timetableSteps, to-from))
	if p.time != l.T {
		t.rows = c.in[l.T]
		t.values = [][]float64{make([]float64, n)}
	} else if t.rows = c.given; len(t.rows) > 0 {
		t.b = newBlock(&p.times, n)
		for _, out := range p.times.out {
			t.values = append(t.values, t.b.row(out[0]))
		}
	}
	t.set = make([]uint64, len(t.rows))
	return t
}

// skip is the number of instructions that the timetable stands for.
func (l *Loop) skip(c *code) int {
	if l.T >= 0 && l.T == l.State.p.time {
		return c.uniform
	}
	return 0
}

// at returns the place of step k in the values.
func (t *timetable) at(k int) int {
	if i := k - t.first; 0 <= i && i < t.n {
		return i
	}
	times := t.values[0]
	if t.b != nil {
		times = t.b.row(t.b.code.in[0][0])
	}
	for i := range times {
		times[i] = float64(k + i)
	}
	if t.b != nil {
		t.b.execute(t.b.code.list)
	}
	t.first, t.n = k, len(times)
	return 0
}

// one sets the registers of a single lane for step k.
func (t *timetable) one(r *bank, k int) {
	if len(t.rows) == 0 {
		return
	}
	i := t.at(k)
	for j, row := range t.rows {
		r[uint16(row)] = t.values[j][i]
	}
}

// lanes sets the registers of a block for step k, as far as they change.
func (t *timetable) lanes(b *block, k int) {
	if len(t.rows) == 0 {
		return
	}
	i := t.at(k)
	for j, row := range t.rows {
		v := t.values[j][i]
		if bits := math.Float64bits(v); !t.valid || bits != t.set[j] {
			t.set[j] = bits
			fill(b.row(row), v)
		}
	}
	t.valid = true
}
