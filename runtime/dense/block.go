package dense

import (
	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// A group computes fused expressions block by block: a block is a run of
// elements short enough that all results within it stay in the first caches.
// Its program is a list of moves over slots, each of which is a block of
// elements: in scratch memory of a worker, in memory common to all blocks, or
// in the middle of a value.
type group[T tensor.Float] struct {
	m    *Machine
	size int // elements
	cols int // of a row; all elements where rows do not matter

	block    int // elements of a block: whole rows, or a part of one
	segments int // blocks of a row that is longer
	blocks   int
	perChunk int // blocks that one worker computes after each other, and sums
	chunks   int

	moves      []move
	fills      []fill
	results    []*value // with borders to clear
	reductions []reduce
	width      int // partial sums of a chunk

	kinds  []slot
	temps  int     // blocks of scratch memory
	slots  [][][]T // of each worker
	serial bool
}

// blockBytes is about the size of a block of a result.
const blockBytes = 8 << 10

// maxChunks is how many chunks a group has at most.
const maxChunks = 64

// action is what a move does.
type action uint8

const (
	actCompute action = iota // dst = op(args)
	actLoad                  // dst = elements of a value
	actRow                   // dst = a part of a vector along a long row
	actSpread                // dst = a number for each row
	actOpen                  // dst is where elements of a value are to be
	actStore                 // and there they go
	actReduce                // add args to a reduction
	actSlice                 // dst = some columns of a value
	actExpand                // dst = gradients of a value where its windows have picked
	actPool                  // the greatest of rows of windows of args go to a value
	actPick                  // and what they have picked of args
)

type move struct {
	act   action
	op    graph.Op
	dst   int
	args  [3]int // slots, -1 for none
	value *value
	index int          // of a reduction
	cols  columns      // of a slice
	tiles tensor.Tiles // of a pooling
	pick  *value
}

// columns are n columns of rows of from columns, from number at on.
type columns struct{ n, from, at int }

// fill is a block that is the same everywhere: a number, or a vector repeated.
type fill struct {
	slot  int
	num   float64
	value *value // nil: num
}

// reduce is a reduction at the end of a group.
type reduce struct {
	op     graph.Op
	out    *value
	at     int // place in the partial sums of a chunk
	n      int // partial sums: 1, or one for each column
	dots   bool
	shifts [2]*value // subtracted from the rows of the factors of a dot product
}

// slot says where a slot of a worker is.
type slot struct {
	common int // number among the fills, or -1
	temp   int // number of its scratch block, or -1
}

// writer writes the program of a group.
type writer[T tensor.Float] struct {
	p      *plan
	values []*value
	s      *step
	g      *group[T]
	domain domain
	sinks  map[ref]bool
	slots  map[ref]int
	pixels int  // elements of a row of pixels, where rows matter
	whole  bool // rows of pixels must be
	lines  int  // rows of pixels that stay together
}

// newGroup writes the program of a step.
func newGroup[T tensor.Float](m *Machine, p *plan, values []*value, s *step) *group[T] {
	d := p.domain(s.sinks[0])
	g := &group[T]{m: m, size: d.size, cols: d.size}
	w := &writer[T]{p: p, values: values, s: s, g: g, domain: d, lines: 1, sinks: map[ref]bool{}, slots: map[ref]int{}}
	rows := false
	for _, r := range s.sinks {
		w.sinks[r] = true
		e := &p.x.list[r]
		rows = rows || e.op == graph.SumRows || e.op == graph.SumCols || e.op == graph.MaxCols
	}
	for _, r := range s.sinks {
		look := func(r ref) {
			e := &p.x.list[r]
			rows = rows || e.t.Rank() > 0 && (e.op == graph.SpreadRows || e.op == graph.SpreadCols)
			if v := values[r]; v != nil && v.image.Border > 0 && v.size == d.size {
				w.pixels = v.image.W * v.image.C
			}
			if e.tiled {
				w.tiled(e)
			}
		}
		look(r)
		p.walk(r, p.moment(r), look)
	}
	if rows {
		g.cols = d.cols
	}
	g.cut(w.pixels, w.whole, w.lines)
	for _, r := range s.sinks {
		w.sink(r)
	}
	w.place()
	w.reuse()
	return g
}

// tiled notes the rows of pixels that a pooling of the group's images needs.
func (w *writer[T]) tiled(e *expr) {
	image := e.t
	if e.op != graph.MaxPoolInput {
		image = w.p.x.list[e.args[0]].t
		w.lines = max(w.lines, e.window.H)
	}
	if image.Size() == w.domain.size {
		w.pixels = image.Dim(2) * image.Dim(3)
		w.whole = true
	}
}

// cut divides the elements in blocks and the blocks in chunks. Blocks are whole
// rows of pixels where some must be, or where these can then be read where they
// are.
func (g *group[T]) cut(pixels int, whole bool, lines int) {
	most := blockBytes / 4
	if !isSingle[T]() {
		most = blockBytes / 8
	}
	g.segments = 1
	switch rows := lines * pixels; {
	case whole:
		g.block = max(1, most/max(rows, 1)) * rows
	case pixels >= most/4 && pixels <= 2*most && (g.cols == g.size || pixels%g.cols == 0):
		g.block = pixels
	case g.cols <= most:
		g.block = most / max(g.cols, 1) * g.cols
	default:
		g.block = most
	}
	g.block = max(min(g.block, g.size), 1)
	if g.cols > g.block {
		g.segments = (g.cols + g.block - 1) / g.block
		g.blocks = g.size / g.cols * g.segments
	} else {
		g.blocks = (g.size + g.block - 1) / g.block
	}
	g.perChunk = (g.blocks + maxChunks - 1) / maxChunks
	if g.cols < g.size { // whole rows
		g.perChunk = (g.perChunk + g.segments - 1) / g.segments * g.segments
	}
	g.perChunk = max(g.perChunk, 1)
	g.chunks = (g.blocks + g.perChunk - 1) / g.perChunk
}

func (w *writer[T]) newSlot() int {
	w.g.kinds = append(w.g.kinds, slot{-1, -1})
	return len(w.g.kinds) - 1
}

func (w *writer[T]) emit(m move) { w.g.moves = append(w.g.moves, m) }

// sink writes what computes one result of the group.
func (w *writer[T]) sink(r ref) {
	e := &w.p.x.list[r]
	if e.kind() != reduction {
		w.slot(r)
		return
	}
	if e.tiled {
		w.pool(r, e)
		return
	}
	a := e.args[0]
	k := reduce{op: e.op, out: w.values[r], n: 1, at: w.g.width}
	switch e.op {
	case graph.SumRows:
		k.n = w.g.cols
	case graph.SumCols, graph.MaxCols:
		k.n = 0
	}
	args := [3]int{-1, -1, -1}
	f := &w.p.x.list[a]
	switch sums := e.op == graph.Sum || e.op == graph.SumRows || e.op == graph.SumCols; {
	case sums && f.op == graph.Mul && !w.p.saved[a] && len(w.p.users[a]) == 1:
		k.dots = true
		for i := range 2 {
			args[i], k.shifts[i] = w.factor(e.op, f.args[i])
		}
	case e.op == graph.Norm:
		k.dots = true
		args[0] = w.slot(a)
		args[1] = args[0]
	default:
		args[0] = w.slot(a)
	}
	w.g.width += k.n
	w.emit(move{act: actReduce, dst: -1, args: args, index: len(w.g.reductions)})
	w.g.reductions = append(w.g.reductions, k)
	w.s.writes = append(w.s.writes, k.out)
}

// factor returns the slot of a factor of a product that is summed over rows, and
// a vector of float64 that the sum subtracts from it, if there is one.
func (w *writer[T]) factor(op graph.Op, r ref) (slot int, shift *value) {
	e := &w.p.x.list[r]
	if _, ok := w.slots[r]; !ok && op == graph.SumRows && e.op == graph.Sub && !w.p.saved[r] {
		if s := &w.p.x.list[e.args[1]]; s.op == graph.SpreadRows {
			if v := w.values[s.args[0]]; v.wide || !w.p.single {
				w.read(v)
				return w.slot(e.args[0]), v
			}
		}
	}
	return w.slot(r), nil
}

// pool writes a MaxPool or a MaxPoolPick.
func (w *writer[T]) pool(r ref, e *expr) {
	m := move{act: actPool, dst: -1, args: [3]int{w.slot(e.args[0]), -1, -1}, value: w.values[r]}
	m.tiles, _ = poolingOf(w.p.x.list[e.args[0]].t, e.t, e.window).Tiles()
	w.s.writes = append(w.s.writes, m.value)
	w.g.results = append(w.g.results, m.value)
	if e.op == graph.MaxPoolPick {
		m.act, m.pick = actPick, w.values[e.args[1]]
		w.read(m.pick)
	} else if m.pick = w.p.second(r, w.values); m.pick != nil {
		w.s.writes = append(w.s.writes, m.pick)
	} else { // in scratch memory
		m.dst = w.newSlot()
	}
	w.emit(m)
}

// second is the value of the second result of a step, nil if nobody reads it.
func (p *plan) second(r ref, values []*value) *value {
	for _, u := range p.users[r] {
		if p.x.list[u].second() {
			return values[u]
		}
	}
	return nil
}

// slot returns the slot of an expression, and writes what computes it.
func (w *writer[T]) slot(r ref) int {
	if s, ok := w.slots[r]; ok {
		return s
	}
	s := w.makeSlot(r)
	w.slots[r] = s
	return s
}

func (w *writer[T]) makeSlot(r ref) int {
	e := &w.p.x.list[r]
	v := w.values[r]
	switch k := e.kind(); {
	case k == number:
		return w.fill(fill{num: e.num})
	case k == spread:
		return w.spread(e)
	case e.t.Rank() == 0 && !w.domain.number:
		w.read(v)
		return w.fill(fill{value: v})
	case k == fused && (!w.p.saved[r] || w.sinks[r]):
		return w.compute(r, e)
	}
	w.read(v)
	s := w.newSlot()
	w.emit(move{act: actLoad, dst: s, args: [3]int{-1, -1, -1}, value: v})
	return s
}

func (w *writer[T]) read(v *value) { w.s.reads = append(w.s.reads, v) }

func (w *writer[T]) fill(f fill) int {
	f.slot = w.newSlot()
	w.g.kinds[f.slot].common = len(w.g.fills)
	w.g.fills = append(w.g.fills, f)
	return f.slot
}

func (w *writer[T]) spread(e *expr) int {
	v := w.values[e.args[0]]
	w.read(v)
	if e.op == graph.Broadcast || e.op == graph.SpreadRows && w.g.segments == 1 {
		return w.fill(fill{value: v})
	}
	act := actRow
	if e.op == graph.SpreadCols {
		act = actSpread
	}
	s := w.newSlot()
	w.emit(move{act: act, dst: s, args: [3]int{-1, -1, -1}, value: v})
	return s
}

// compute writes an elementwise operation and, if its result is stored, where.
func (w *writer[T]) compute(r ref, e *expr) int {
	m := move{act: actCompute, op: e.op, args: [3]int{-1, -1, -1}}
	if e.op == graph.SliceCols {
		m.act, m.value, m.cols = actSlice, w.values[e.args[0]], columns{e.cols(), w.p.x.list[e.args[0]].cols(), e.at}
		w.read(m.value)
	} else if e.op == graph.MaxPoolInput {
		m.act, m.value, m.pick = actExpand, w.values[e.args[0]], w.values[e.args[1]]
		m.tiles, _ = poolingOf(e.t, w.p.x.list[e.args[0]].t, e.window).Tiles()
		w.read(m.value)
		w.read(m.pick)
	} else {
		for k, a := range e.args {
			m.args[k] = w.slot(a)
		}
	}
	v := w.values[r]
	if v != nil {
		w.s.writes = append(w.s.writes, v)
		w.g.results = append(w.g.results, v)
		w.s.flops += float64(e.size())
	}
	if e.op == opCopy {
		if v != nil {
			w.emit(move{act: actStore, dst: m.args[0], args: [3]int{m.args[0], -1, -1}, value: v, index: 1})
		}
		return m.args[0]
	}
	s := w.newSlot()
	m.dst = s
	if v == nil {
		w.emit(m)
		return s
	}
	w.emit(move{act: actOpen, dst: s, args: [3]int{-1, -1, -1}, value: v})
	w.emit(m)
	w.emit(move{act: actStore, dst: s, args: [3]int{s, -1, -1}, value: v})
	return s
}

// place gives slots their scratch memory, which they share when their times do
// not overlap.
func (w *writer[T]) place() {
	g := w.g
	last := w.lastReads()
	var free []int
	release := func(i, s int) {
		if s >= 0 && last[s] == i && g.kinds[s].temp >= 0 {
			free = append(free, g.kinds[s].temp)
			last[s] = -1
		}
	}
	for i, m := range g.moves {
		// What is computed element by element may take the place of an operand.
		after := m.act == actStore || m.act == actPool
		for _, a := range m.args {
			if !after {
				release(i, a)
			}
		}
		if s := m.dst; s >= 0 && g.kinds[s].temp < 0 && g.kinds[s].common < 0 && w.needsTemp(i) {
			if n := len(free); n > 0 {
				g.kinds[s].temp, free = free[n-1], free[:n-1]
			} else {
				g.kinds[s].temp = g.temps
				g.temps++
			}
		}
		if after {
			release(i, m.args[0])
		}
		release(i, m.dst)
	}
	g.serial = g.size*len(g.moves) < 1<<15
}

// lastReads gives for each slot the last move that has to do with it.
func (w *writer[T]) lastReads() []int {
	last := make([]int, len(w.g.kinds))
	for i, m := range w.g.moves {
		if m.dst >= 0 {
			last[m.dst] = i
		}
		for _, a := range m.args {
			if a >= 0 {
				last[a] = i
			}
		}
	}
	return last
}

// reuse finds which results may take the memory of an operand: one of the same
// layout that no later move of a block reads.
func (w *writer[T]) reuse() {
	last := w.lastReads()
	read := map[*value]int{} // last move of a block that reads memory
	for _, m := range w.g.moves {
		switch m.act {
		case actLoad, actRow, actSpread:
			v := m.value.root()
			read[v] = max(read[v], last[m.dst])
		}
	}
	for i, m := range w.g.moves {
		if m.act != actStore {
			continue
		}
		for _, l := range w.g.moves[:i] {
			if l.act != actLoad || l.value.wide != m.value.wide || l.value.image.Border != m.value.image.Border {
				continue
			}
			if v := l.value.root(); v.size == m.value.size && v.length() == m.value.length() && read[v] < i {
				w.s.reuse = append(w.s.reuse, reuse{m.value, v})
			}
		}
	}
}

// needsTemp reports whether the slot that move i makes may lie in scratch
// memory.
func (w *writer[T]) needsTemp(i int) bool {
	m := &w.g.moves[i]
	switch m.act {
	case actLoad, actOpen, actRow:
		return m.value.image.Border > 0 || isSingle[T]() == m.value.wide && w.p.single
	case actCompute, actExpand, actSlice:
		return i == 0 || w.g.moves[i-1].act != actOpen || w.g.moves[i-1].dst != m.dst
	case actStore:
		return false
	}
	return true
}
