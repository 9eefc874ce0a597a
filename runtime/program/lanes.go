package program

import (
	"context"
	"math"

	"relief/runtime/kernel"
)

// runBlock is the loop over steps of one block of lanes, from its first lane
// on. Lanes that end are computed on with the others; what they had when they
// ended is put aside, in the state's inputs and outputs, at once.
func (l *Loop) runBlock(ctx context.Context, b *block, first, from, to int, update bool) {
	s := l.State
	s.load(b, first)
	lanes := l.lanes[first : first+b.width]
	going := 0
	for i := range lanes {
		if lanes[i].Ending == Going {
			going++
		}
	}
	if going == 0 {
		return
	}
	recordings, due := l.recordings(from)
	finite := l.rowsOf(l.Finite)
	table, skip, lean := l.timetable(b.code, from, to), l.skip(b.code), b.code.lean
	var buffer []float64
	if l.staged {
		buffer = make([]float64, len(l.moves)*b.width)
	}
	look := max(1, cancelEvery/b.width)
	done, last := from, -1
	for k := from; k < to; k++ {
		if (k-from)%look == 0 && ctx.Err() != nil {
			break
		}
		last = k
		table.lanes(b, k)
		l.draw(b, first, k)
		b.execute(b.code.list[skip:lean])
		b.whole = false
		if k == due || k == to-1 {
			b.finish()
			due = math.MaxInt
			for i := range recordings {
				q := &recordings[i]
				if k == q.due {
					q.lanes(b, lanes, first, s.width, going)
				}
				due = min(due, q.due)
			}
		}
		going -= l.endings(b, lanes, first, k, finite)
		done = k
		if going == 0 || !update {
			break
		}
		l.feed(b, buffer)
		done = k + 1
	}
	if l.T >= 0 && last >= 0 {
		fill(b.row(b.code.in[l.T][0]), float64(last))
	}
	if going < b.width {
		for i := range lanes {
			if lanes[i].Ending == Going {
				lanes[i].Step = done
				s.storeLane(b, first, i)
			}
		}
		return
	}
	for i := range lanes {
		lanes[i].Step = done
	}
	s.store(b, first)
	for i, rows := range s.p.wide.in {
		for e, r := range rows {
			copy(s.in[i][e*s.width+first:][:b.width], b.row(r))
		}
	}
}

// feed copies outputs to inputs.
func (l *Loop) feed(b *block, buffer []float64) {
	if !l.staged {
		for _, m := range l.moves {
			if m.from != m.to {
				copy(b.row(m.to), b.row(m.from))
			}
		}
		return
	}
	for i, m := range l.moves {
		copy(buffer[i*b.width:], b.row(m.from))
	}
	for i, m := range l.moves {
		copy(b.row(m.to), buffer[i*b.width:])
	}
}

// endings ends the lanes that are not finite or that stop at step k, and
// returns their number.
func (l *Loop) endings(b *block, lanes []Lane, first, k int, finite []int32) int {
	ended := 0
	end := func(i int, why Ending) {
		if lanes[i].Ending == Going {
			lanes[i] = Lane{Step: k, Ending: why}
			b.finish()
			l.State.storeLane(b, first, i)
			if l.T >= 0 {
				l.State.in[l.T][first+i] = float64(k)
			}
			ended++
		}
	}
	for _, r := range finite {
		row := b.row(r)
		if kernel.AllFinite(row) {
			continue
		}
		for i, v := range row {
			if v-v != 0 {
				end(i, NonFiniteEnding)
			}
		}
	}
	if l.Stop >= 0 {
		for i, v := range b.row(l.State.p.wide.out[l.Stop][0]) {
			if v != 0 {
				end(i, Stopped)
			}
		}
	}
	return ended
}

// finish computes what is only observed, if that is not done yet.
func (b *block) finish() {
	if !b.whole {
		b.execute(b.code.list[b.code.lean:])
		b.whole = true
	}
}

// storeLane puts the inputs and outputs of lane i of the block aside.
func (s *State) storeLane(b *block, first, i int) {
	for j, rows := range s.p.wide.in {
		for e, r := range rows {
			s.in[j][e*s.width+first+i] = b.row(r)[i]
		}
	}
	for j, rows := range s.p.wide.out {
		for e, r := range rows {
			s.out[j][e*s.width+first+i] = b.row(r)[i]
		}
	}
}

// lanes records a sample of a block, of which going lanes have not ended.
func (q *recording) lanes(b *block, lanes []Lane, first, width, going int) {
	if q.sample < q.limit {
		base := (q.sample*width + first) * len(q.rows)
		for e, r := range q.rows {
			row := b.row(r)
			if len(q.rows) == 1 && going == b.width {
				copy(q.Dst[base:][:b.width], row)
				continue
			}
			for i, v := range row {
				if lanes[i].Ending == Going {
					q.Dst[base+i*len(q.rows)+e] = v
				}
			}
		}
	}
	q.sample++
	q.due += q.Every
}
