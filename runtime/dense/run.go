package dense

import (
	"math"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// blockWords is the number of float64 that a block of a group takes, up to a
// multiple of a cache line.
func (g *group[T]) blockWords() int {
	n := g.block
	if isSingle[T]() {
		n = (n + 1) / 2
	}
	return (n + line - 1) / line * line
}

// needs is what the group needs of the machine. Beside the results of a block
// a worker has conversions blocks of float64.
func (g *group[T]) needs() needs {
	return needs{
		blocks:   len(g.fills) * g.blockWords(),
		scratch:  g.temps*g.blockWords() + conversions*g.wideWords(),
		partials: g.chunks * g.width,
	}
}

// conversions is the number of blocks of float64 in which operations that have
// no float32 kernel are computed.
const conversions = 4

func (g *group[T]) wideWords() int { return (g.block + line - 1) / line * line }

// bind gives the slots their memory.
func (g *group[T]) bind() {
	if g.slots == nil {
		g.slots = make([][][]T, g.m.workers)
		for w := range g.slots {
			g.slots[w] = make([][]T, len(g.places))
		}
	}
	for w := range g.slots {
		for s, k := range g.places {
			switch {
			case k.common >= 0:
				g.slots[w][s] = asElements[T](g.m.blocks[k.common*g.blockWords():][:g.blockWords()])
			case k.temp >= 0:
				g.slots[w][s] = asElements[T](g.m.scratch[w][k.temp*g.blockWords():][:g.blockWords()])
			}
		}
	}
}

// asElements sees words as elements.
func asElements[T tensor.Float](words []float64) []T {
	v := value{f64: words}
	if isSingle[T]() {
		v.f32 = floats(words)
	}
	return elements[T](&v)
}

// scratchOf is the memory of a block of slot s of a worker.
func (g *group[T]) scratchOf(worker, s, n int) []T {
	return asElements[T](g.m.scratch[worker][g.places[s].temp*g.blockWords():][:g.blockWords()])[:n]
}

// run computes all blocks.
func (g *group[T]) run() {
	for i := range g.fills {
		g.fill(&g.fills[i])
	}
	for _, v := range g.results {
		v.clearBorder()
	}
	if g.serial {
		for c := range g.chunks {
			g.Do(c, 0)
		}
	} else {
		workspace[T](g.m).Parallel(g.chunks, g)
	}
	for i := range g.reductions {
		g.finish(&g.reductions[i])
	}
}

// fill writes a block that is the same everywhere.
func (g *group[T]) fill(f *fill) {
	b := g.slots[0][f.slot][:g.block]
	n := 1
	if f.value == nil {
		b[0] = T(f.num)
	} else {
		n = min(f.value.size, len(b))
		load(b[:n], f.value, 0)
	}
	for n < len(b) {
		n += copy(b[n:], b[:n])
	}
}

// Do computes the blocks of one chunk.
func (g *group[T]) Do(chunk, worker int) {
	partials := g.m.partials[chunk*g.width:][:g.width]
	for _, r := range g.reductions {
		start := 0.0
		switch r.op {
		case graph.MinOf:
			start = math.Inf(1)
		case graph.MaxOf:
			start = math.Inf(-1)
		case graph.AllOf:
			start = 1
		}
		for k := range r.n {
			partials[r.at+k] = start
		}
	}
	for b := chunk * g.perChunk; b < min((chunk+1)*g.perChunk, g.blocks); b++ {
		g.one(b, worker, partials)
	}
}

// one computes one block.
func (g *group[T]) one(b, worker int, partials []float64) {
	at := b * g.block
	n := min(g.block, g.size-at)
	col := 0
	if g.segments > 1 {
		row := b / g.segments
		col = b % g.segments * g.block
		at, n = row*g.cols+col, min(g.block, g.cols-col)
	}
	slots := g.slots[worker]
	for i := range g.code {
		o := &g.code[i]
		switch o.action {
		case compute:
			var a [3][]T
			for k, s := range o.args {
				if s >= 0 {
					a[k] = slots[s][:n]
				}
			}
			elementwise(o.op, slots[o.dst][:n], a[0], a[1], a[2], g.m.scratch[worker][g.temps*g.blockWords():])
		case fetch:
			if !g.open(o.dst, o.value, worker, at, n) {
				load(slots[o.dst], o.value, at)
			}
		case open:
			g.open(o.dst, o.value, worker, at, n)
		case keep:
			if !g.direct(o.value, at, n) {
				store(o.value, at, slots[o.args[0]][:n])
			}
		case put:
			store(o.value, at, slots[o.args[0]][:n])
		case along:
			if g.places[o.dst].temp < 0 {
				slots[o.dst] = elements[T](o.value)[col : col+n]
			} else {
				load(slots[o.dst][:n], o.value, col)
			}
		case repeat:
			repeatRows(slots[o.dst][:n], o.value, at, g.cols)
		case slice:
			sliceColumns(slots[o.dst][:n], o.value, o.cols, at)
		case paste:
			pasteColumns(slots[o.dst][:n], o.value, o.cols, at)
		case expand:
			expandRows(o, slots[o.dst][:n], at)
		default:
			g.end(o, slots, partials, at, n, col)
		}
	}
}

// end does an operation whose result is not a slot.
func (g *group[T]) end(o *operation, slots [][]T, partials []float64, at, n, col int) {
	a := slots[o.args[0]][:n]
	var b []T
	switch {
	case o.action != reduce:
		if o.dst >= 0 {
			b = slots[o.dst]
		}
		poolRows(o, b, a, at)
	case o.args[1] >= 0:
		b = slots[o.args[1]][:n]
		fallthrough
	default:
		reduceBlock(&g.reductions[o.index], partials, a, b, g.cols, at, col)
	}
}

// direct reports whether n elements of a value from number i on have type T and
// lie next to each other.
func (g *group[T]) direct(v *value, i, n int) bool {
	_, count := v.run(i, n)
	return count == n && elements[T](v) != nil
}

// open lets a slot be n elements of a value, if these are direct; else it is
// scratch memory.
func (g *group[T]) open(s int, v *value, worker, i, n int) bool {
	direct := g.direct(v, i, n)
	if direct {
		at, _ := v.run(i, n)
		g.slots[worker][s] = elements[T](v)[at : at+n]
	} else {
		g.slots[worker][s] = g.scratchOf(worker, s, n)
	}
	return direct
}

// repeatRows writes one element of v for each row, from element i of the array on.
func repeatRows[T tensor.Float](dst []T, v *value, i, cols int) {
	for row := i / cols; len(dst) > 0; row++ {
		n := min(cols, len(dst))
		x := elementOf[T](v, row)
		for k := range dst[:n] {
			dst[k] = x
		}
		dst = dst[n:]
	}
}

// elementOf is an element of a value without a border.
func elementOf[T tensor.Float](v *value, i int) T {
	if v.f64 != nil {
		return T(v.f64[i])
	}
	return T(v.f32[i])
}

// sliceColumns writes columns of a value, from element i of them on.
func sliceColumns[T tensor.Float](dst []T, v *value, c columns, i int) {
	for row, col := i/max(c.n, 1), i%max(c.n, 1); len(dst) > 0; row, col = row+1, 0 {
		n := min(c.n-col, len(dst))
		load(dst[:n], v, row*c.all+c.at+col)
		dst = dst[n:]
	}
}
