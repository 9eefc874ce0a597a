package dense

import (
	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// writer writes the code of a group.
type writer[T tensor.Float] struct {
	*plan
	values []*value
	step   *step
	g      *group[T]
	domain domain
	sinks  map[ref]bool
	slots  map[ref]int
}

// newGroup writes the group of a step.
func newGroup[T tensor.Float](m *Machine, p *plan, values []*value, s *step) *group[T] {
	d := p.domain(s.sinks[0])
	g := &group[T]{m: m, size: d.t.Size(), cols: d.t.Size()}
	w := &writer[T]{plan: p, values: values, step: s, g: g, domain: d, sinks: map[ref]bool{}, slots: map[ref]int{}}
	for _, r := range s.sinks {
		w.sinks[r] = true
	}
	g.cut(w.shape())
	for _, r := range s.sinks {
		w.sink(r)
	}
	g.serial = g.size*len(g.code) < serialWork
	w.place()
	w.reuse()
	return g
}

// shape looks at all that the group computes: whether rows matter, and how rows
// of pixels lie.
func (w *writer[T]) shape() shape {
	var s shape
	look := func(r ref) {
		e := &w.x.list[r]
		switch e.op {
		case graph.SpreadRows, graph.SpreadCols:
			w.g.cols = w.columns()
		}
		if v := w.values[r]; v != nil && v.image.Border > 0 && e.t == w.domain.t {
			s.pixels = v.image.W * v.image.C
		}
		lines := 0
		switch {
		case e.tiled && e.op == graph.MaxPoolInput && e.t == w.domain.t:
			lines = 1
		case e.tiled && e.op != graph.MaxPoolInput && w.sinks[r]:
			lines = e.window.H
		}
		if lines > 0 {
			s.pixels = w.domain.t.Dim(2) * w.domain.t.Dim(3)
			s.lines = leastMultiple(max(s.lines, 1), lines)
		}
	}
	for r := range w.sinks {
		switch w.x.list[r].op {
		case graph.SumRows:
			s.sums++
			w.g.cols = w.columns()
		case graph.SumCols, graph.MaxCols:
			w.g.cols = w.columns()
		}
		look(r)
		w.walk(r, w.moment(r), look)
	}
	return s
}

// columns is the number of columns of the domain.
func (w *writer[T]) columns() int {
	_, cols := w.domain.t.RowsAndColumns()
	return cols
}

// leastMultiple is the least common multiple of two positive numbers.
func leastMultiple(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

func (w *writer[T]) newSlot() int {
	w.g.places = append(w.g.places, slotPlace{-1, -1})
	return len(w.g.places) - 1
}

func (w *writer[T]) emit(o operation) { w.g.code = append(w.g.code, o) }

func (w *writer[T]) read(v *value) { w.step.reads = append(w.step.reads, v) }

func (w *writer[T]) write(v *value) {
	w.step.writes = append(w.step.writes, v)
	w.g.results = append(w.g.results, v)
}

// slotsOf are the operands of an operation.
func slotsOf(slots ...int) [3]int {
	args := [3]int{noSlot, noSlot, noSlot}
	copy(args[:], slots)
	return args
}

// sink writes what computes one result of the group.
func (w *writer[T]) sink(r ref) {
	switch e := &w.x.list[r]; {
	case e.kind() != reducing:
		w.slot(r)
	case e.tiled:
		w.pool(r, e)
	default:
		w.reduce(r, e)
	}
}

// reduce writes a reduction. Sums of products are taken as such.
func (w *writer[T]) reduce(r ref, e *expr) {
	a := e.args[0]
	k := reduction{op: e.op, out: w.values[r], at: w.g.width, n: 1}
	switch e.op {
	case graph.SumRows:
		k.n = w.g.cols
	case graph.SumCols, graph.MaxCols: // one in each row
		k.n = 0
	}
	args := slotsOf()
	f := &w.x.list[a]
	switch _, sums := sumOver[e.op]; {
	case sums && f.op == graph.Mul && !w.saved[a] && len(w.users[a]) == 1:
		for i := range 2 {
			args[i], k.shifts[i] = w.factor(e.op, f.args[i])
		}
	case e.op == graph.Norm:
		args = slotsOf(w.slot(a), w.slot(a))
	default:
		args[0] = w.slot(a)
	}
	w.g.width += k.n
	w.emit(operation{action: reduce, dst: noSlot, args: args, index: len(w.g.reductions)})
	w.g.reductions = append(w.g.reductions, k)
	w.write(k.out)
}

// factor returns the slot of a factor of a product that is summed over rows, and
// a vector of float64 that the sum subtracts from it, if there is one.
func (w *writer[T]) factor(op graph.Op, r ref) (slot int, shift *value) {
	e := &w.x.list[r]
	if _, ok := w.slots[r]; !ok && op == graph.SumRows && e.op == graph.Sub && !w.saved[r] {
		if s := &w.x.list[e.args[1]]; s.op == graph.SpreadRows {
			if v := w.values[s.args[0]]; v.wide || !w.single {
				w.read(v)
				return w.slot(e.args[0]), v
			}
		}
	}
	return w.slot(r), nil
}

// pool writes a MaxPool or a MaxPoolPick.
func (w *writer[T]) pool(r ref, e *expr) {
	o := operation{action: pool, dst: noSlot, args: slotsOf(w.slot(e.args[0])), value: w.values[r]}
	o.tiles, _ = poolingOf(w.x.list[e.args[0]].t, e.t, e.window).Tiles()
	w.write(o.value)
	if e.op == graph.MaxPoolPick {
		o.action, o.pick = pick, w.values[e.args[1]]
		w.read(o.pick)
	} else if o.pick = w.second(r, w.values); o.pick != nil {
		w.write(o.pick)
	} else { // in scratch memory
		o.dst = w.newSlot()
	}
	w.emit(o)
}

// second is the value of the second result of a step, nil if nobody reads it.
func (p *plan) second(r ref, values []*value) *value {
	for _, u := range p.users[r] {
		if p.x.list[u].isSecond() {
			return values[u]
		}
	}
	return nil
}

// slot returns the slot of an expression, and writes what computes it.
func (w *writer[T]) slot(r ref) int {
	s, ok := w.slots[r]
	if !ok {
		s = w.makeSlot(r)
		w.slots[r] = s
	}
	return s
}

func (w *writer[T]) makeSlot(r ref) int {
	e, v := &w.x.list[r], w.values[r]
	switch k := e.kind(); {
	case k == number:
		return w.fill(fill{num: e.num})
	case k == spread:
		return w.spread(e)
	case e.t.Rank() == 0 && w.domain.t.Rank() > 0:
		w.read(v)
		return w.fill(fill{value: v})
	case k == fused && (!w.saved[r] || w.sinks[r]):
		return w.compute(r, e)
	}
	return w.operate(operation{action: fetch, args: slotsOf(), value: v})
}

// fill returns the slot of a block that is the same everywhere.
func (w *writer[T]) fill(f fill) int {
	f.slot = w.newSlot()
	w.g.places[f.slot].common = len(w.g.fills)
	w.g.fills = append(w.g.fills, f)
	return f.slot
}

// operate writes an operation that gives a slot, and reads its values.
func (w *writer[T]) operate(o operation) int {
	for _, v := range []*value{o.value, o.pick} {
		if v != nil {
			w.read(v)
		}
	}
	o.dst = w.newSlot()
	w.emit(o)
	return o.dst
}

func (w *writer[T]) spread(e *expr) int {
	v := w.values[e.args[0]]
	switch {
	case e.op == graph.SpreadCols:
		return w.operate(operation{action: repeat, args: slotsOf(), value: v})
	case e.op == graph.SpreadRows && w.g.segments > 1:
		return w.operate(operation{action: along, args: slotsOf(), value: v})
	}
	w.read(v)
	return w.fill(fill{value: v})
}

// compute writes an elementwise expression and, if it is stored, where.
func (w *writer[T]) compute(r ref, e *expr) int {
	if e.op == graph.JoinCols {
		return w.join(r, e)
	}
	o := operation{action: compute, op: e.op, args: slotsOf()}
	switch a := e.args[0]; e.op {
	case graph.SliceCols:
		o.action, o.value, o.cols = slice, w.values[a], columns{e.cols(), w.x.list[a].cols(), e.at}
	case graph.MaxPoolInput:
		o.action, o.value, o.pick = expand, w.values[a], w.values[e.args[1]]
		o.tiles, _ = poolingOf(e.t, w.x.list[a].t, e.window).Tiles()
	default:
		for k, a := range e.args {
			o.args[k] = w.slot(a)
		}
	}
	v := w.values[r]
	if v != nil {
		w.write(v)
	}
	switch {
	case e.op == opCopy && v != nil:
		w.emit(operation{action: put, dst: noSlot, args: o.args, value: v})
		fallthrough
	case e.op == opCopy:
		return o.args[0]
	case v == nil:
		return w.operate(o)
	}
	s := w.newSlot()
	w.emit(operation{action: open, dst: s, args: slotsOf(), value: v})
	for _, u := range []*value{o.value, o.pick} {
		if u != nil {
			w.read(u)
		}
	}
	o.dst = s
	w.emit(o)
	w.emit(operation{action: keep, dst: noSlot, args: slotsOf(s), value: v})
	return s
}
