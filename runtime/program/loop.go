package program

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Ending says whether and why a lane has ended.
type Ending uint8

const (
	// Going is the state of a lane that has not ended.
	Going Ending = iota
	// Stopped is a lane whose stop output was true.
	Stopped
	// NonFiniteEnding is a lane one of whose checked outputs was NaN or infinite.
	NonFiniteEnding
)

// Lane is how far a lane has come.
type Lane struct {
	Step   int // the step of the state in the inputs: that of the next evaluation, or the one it ended at
	Ending Ending
}

// Feedback copies output Output to input Input after each step; their types
// are equal.
type Feedback struct{ Output, Input int }

// Recorder writes output Output at the steps First, First+Every, First+2 Every,
// ... to Dst: sample s of lane l, element e is at (s*width + l)*size + e. Steps
// beyond the end of Dst are not recorded, and nothing is written for lanes that
// have ended, so that what the caller put there stays.
type Recorder struct {
	Output, Every, First int
	Dst                  []float64
}

// Loop repeats a program's evaluation; see the package comment. Its fields
// must not change after the first Run or Observe.
type Loop struct {
	State     *State
	Feedback  []Feedback
	T         int // input that is set to the step, or -1
	Stop      int // output that ends a lane where it is true, or -1
	Finite    []int
	Recorders []Recorder
	Noise     []Noise
	// Made and First are where the random numbers begin: the updates made before
	// step 0, and the number of the first lane.
	Made, First int

	ready  bool
	lanes  []Lane
	moves  []move
	staged bool // moves go by way of a copy
}

// cancelEvery is the number of lane-steps between two looks at the context.
const cancelEvery = 100_000

// Lane tells how lane i goes on or ended.
func (l *Loop) Lane(i int) Lane {
	if i >= len(l.lanes) {
		return Lane{}
	}
	return l.lanes[i]
}

// Run evaluates steps from, from+1, ..., to-1, each followed by its update, on
// all lanes that have not ended, so that the inputs then hold state to. When
// ctx is cancelled it returns its error soon; lanes may then stand at different
// steps, as Lane tells, and the inputs of a lane belong to its step.
func (l *Loop) Run(ctx context.Context, from, to, workers int) error {
	return l.steps(ctx, from, to, workers, true)
}

// Observe evaluates step k without an update: it records and tells endings.
func (l *Loop) Observe(ctx context.Context, k, workers int) error {
	return l.steps(ctx, k, k+1, workers, false)
}

func (l *Loop) steps(ctx context.Context, from, to, workers int, update bool) error {
	if err := l.prepare(from); err != nil {
		return err
	}
	if to <= from {
		return ctx.Err()
	}
	if l.State.one != nil {
		return l.runOne(ctx, from, to, update)
	}
	return l.State.each(ctx, workers, func(b *block, lane int) { l.runBlock(ctx, b, lane, from, to, update) })
}

// prepare checks the loop once.
func (l *Loop) prepare(from int) error {
	if l.ready {
		return nil
	}
	p := l.State.p
	output := func(i int) bool { return 0 <= i && i < len(p.outputs) }
	for _, i := range l.everyStep() {
		if p.observed[i] {
			return fmt.Errorf("program: output %d is only observed: it can neither be fed back nor end a lane", i)
		}
	}
	for _, f := range l.Feedback {
		if !output(f.Output) || f.Input < 0 || f.Input >= len(p.inputs) || p.outputs[f.Output].Type.Size() != p.inputs[f.Input].Type.Size() {
			return fmt.Errorf("program: output %d cannot be fed back to input %d", f.Output, f.Input)
		}
	}
	for _, r := range l.Recorders {
		if !output(r.Output) || r.Every < 1 {
			return fmt.Errorf("program: output %d cannot be recorded every %d steps", r.Output, r.Every)
		}
	}
	for _, i := range l.Finite {
		if !output(i) {
			return fmt.Errorf("program: there is no output %d", i)
		}
	}
	for _, n := range l.Noise {
		if n.Input < 0 || n.Input >= len(p.inputs) {
			return fmt.Errorf("program: there is no input %d", n.Input)
		}
	}
	if l.T >= len(p.inputs) || l.T >= 0 && p.inputs[l.T].Type.Size() != 1 || l.Stop >= 0 && (!output(l.Stop) || p.outputs[l.Stop].Type.Size() != 1) {
		return fmt.Errorf("program: t or stop is not a scalar port")
	}
	l.lanes = make([]Lane, l.State.width)
	for i := range l.lanes {
		l.lanes[i].Step = from
	}
	l.planMoves()
	l.ready = true
	return nil
}

// everyStep lists the outputs that each step needs.
func (l *Loop) everyStep() []int {
	list := slices.Clone(l.Finite)
	for _, f := range l.Feedback {
		list = append(list, f.Output)
	}
	return append(list, l.Stop)
}

// move copies a register of an output to one of an input.
type move struct{ from, to int32 }

func (l *Loop) planMoves() {
	c := l.State.code()
	written := map[int32]bool{}
	for _, f := range l.Feedback {
		for e, r := range c.out[f.Output] {
			to := c.in[f.Input][e]
			l.staged = l.staged || written[r]
			written[to] = true
			l.moves = append(l.moves, move{r, to})
		}
	}
}

// recording is a recorder at work.
type recording struct {
	*Recorder
	rows   []int32
	due    int // the next step to record
	sample int // and its place
	limit  int // the number of samples that Dst holds
}

// recordings returns the recorders at work from a step on, and the first step
// that one of them records.
func (l *Loop) recordings(from int) ([]recording, int) {
	out := make([]recording, len(l.Recorders))
	due := math.MaxInt
	for i := range l.Recorders {
		r := &l.Recorders[i]
		rows := l.State.code().out[r.Output]
		q := recording{Recorder: r, rows: rows}
		if from > r.First {
			q.sample = (from - r.First + r.Every - 1) / r.Every
		}
		q.due = r.First + q.sample*r.Every
		if n := len(rows) * l.State.width; n > 0 {
			q.limit = len(r.Dst) / n
		}
		out[i] = q
		due = min(due, q.due)
	}
	return out, due
}

// runOne is the loop over steps of a single lane.
func (l *Loop) runOne(ctx context.Context, from, to int, update bool) error {
	lane := &l.lanes[0]
	if lane.Ending != Going {
		return ctx.Err()
	}
	s := l.State
	s.loadOne()
	r, code := s.one, s.p.narrow
	recordings, due := l.recordings(from)
	list := tracks(recordings)
	finite := l.rowsOf(l.Finite)
	table := l.timetable(&s.p.one, from, to)
	steps, rest := code[l.skip(&s.p.one):s.p.one.lean], code[s.p.one.lean:]
	stop := uint16(0)
	if l.Stop >= 0 {
		stop = uint16(s.p.one.out[l.Stop][0])
	}
	buffer := make([]float64, len(l.moves))
	k, last := from, -1
	for ; k < to; k++ {
		if k%cancelEvery == 0 && ctx.Err() != nil {
			break
		}
		last = k
		table.one(r, k)
		l.drawOne(r, k)
		execute(steps, r)
		whole := k == due || k == to-1
		if whole {
			execute(rest, r)
			due = math.MaxInt
			for i := range list {
				q := &list[i]
				if k == q.due {
					if q.at < len(q.dst) {
						q.dst[q.at] = r[q.row]
					}
					q.at += q.size
					q.due += q.every
				}
				due = min(due, q.due)
			}
		}
		for _, row := range finite {
			if v := r[uint16(row)]; v-v != 0 {
				lane.Ending = NonFiniteEnding
			}
		}
		if l.Stop >= 0 && lane.Ending == Going && r[stop] != 0 {
			lane.Ending = Stopped
		}
		if lane.Ending != Going || !update {
			if !whole {
				execute(rest, r)
			}
			break
		}
		if l.staged {
			for i, m := range l.moves {
				buffer[i] = r[uint16(m.from)]
			}
			for i, m := range l.moves {
				r[uint16(m.to)] = buffer[i]
			}
			continue
		}
		for _, m := range l.moves {
			r[uint16(m.to)] = r[uint16(m.from)]
		}
	}
	lane.Step = k
	if l.T >= 0 && last >= 0 {
		r[uint16(s.p.one.in[l.T][0])] = float64(last)
	}
	s.storeOne()
	for i, rows := range s.p.one.in {
		for e, row := range rows {
			s.in[i][e] = r[uint16(row)]
		}
	}
	return ctx.Err()
}

func (l *Loop) rowsOf(outputs []int) []int32 {
	var rows []int32
	for _, i := range outputs {
		rows = append(rows, l.State.code().out[i]...)
	}
	return rows
}

// A track is one element of a recording of a single lane: the samples at dst[at],
// dst[at+size], and so on.
type track struct {
	dst        []float64
	row        uint16
	at, size   int
	due, every int
}

// tracks are the elements of the recordings, those without room left out.
func tracks(recordings []recording) []track {
	var out []track
	for i := range recordings {
		q := &recordings[i]
		for e, row := range q.rows {
			size := len(q.rows)
			out = append(out, track{q.Dst[:q.limit*size], uint16(row), q.sample*size + e, size, q.due, q.Every})
		}
	}
	return out
}
