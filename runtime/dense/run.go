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
// a worker has conversionBlocks of float64.
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
			g.slots[w] = make([][]T, len(g.kinds))
		}
	}
	for w := range g.slots {
		for s, k := range g.kinds {
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
	return asElements[T](g.m.scratch[worker][g.kinds[s].temp*g.blockWords():][:g.blockWords()])[:n]
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
	switch {
	case f.value == nil:
		b[0] = T(f.num)
	default:
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
	for i := range g.moves {
		m := &g.moves[i]
		switch m.act {
		case actCompute:
			var a [3][]T
			for k, s := range m.args {
				if s >= 0 {
					a[k] = slots[s][:n]
				}
			}
			compute(m.op, slots[m.dst][:n], a[0], a[1], a[2], g.m.scratch[worker][g.temps*g.blockWords():])
		case actLoad:
			g.open(m, worker, at, n)
			if g.kinds[m.dst].temp >= 0 && !g.direct(m.value, at, n) {
				load(slots[m.dst], m.value, at)
			}
		case actRow:
			if v := m.value; g.kinds[m.dst].temp < 0 {
				slots[m.dst] = elements[T](v)[col : col+n]
			} else {
				load(slots[m.dst][:n], v, col)
			}
		case actSpread:
			g.spread(slots[m.dst][:n], m.value, at)
		case actOpen:
			g.open(m, worker, at, n)
		case actStore:
			if m.index == 1 || g.kinds[m.dst].temp >= 0 && !g.direct(m.value, at, n) {
				store(m.value, at, slots[m.args[0]][:n])
			}
		case actSlice:
			slice(slots[m.dst][:n], m.value, m.cols, at)
		case actExpand:
			g.expand(m, slots[m.dst][:n], at)
		case actPool, actPick:
			g.pool(m, slots, at, n)
		case actReduce:
			r := &g.reductions[m.index]
			a := slots[m.args[0]][:n]
			var c []T
			if m.args[1] >= 0 {
				c = slots[m.args[1]][:n]
			}
			reduceBlock(r, partials, a, c, g.cols, at, col)
		}
	}
}

// direct reports whether n elements of a value from number i on have type T and
// lie next to each other.
func (g *group[T]) direct(v *value, i, n int) bool {
	if elements[T](v) == nil {
		return false
	}
	_, count := v.run(i, n)
	return count == n
}

// open lets a slot be the elements of a value, or its scratch memory if those
// do not lie next to each other or have another type.
func (g *group[T]) open(m *move, worker, i, n int) {
	slots := g.slots[worker]
	if g.kinds[m.dst].temp < 0 || g.direct(m.value, i, n) {
		at, _ := m.value.run(i, n)
		slots[m.dst] = elements[T](m.value)[at : at+n]
		return
	}
	slots[m.dst] = g.scratchOf(worker, m.dst, n)
}

// spread writes one number for each row, from element i of the array on.
func (g *group[T]) spread(dst []T, v *value, i int) {
	for row := i / g.cols; len(dst) > 0; row++ {
		n := min(g.cols, len(dst))
		var x T
		if v.f64 != nil {
			x = T(v.f64[row])
		} else {
			x = T(v.f32[row])
		}
		for k := range dst[:n] {
			dst[k] = x
		}
		dst = dst[n:]
	}
}

// slice writes columns of a value, from element i of them on.
func slice[T tensor.Float](dst []T, v *value, c columns, i int) {
	for row, col := i/max(c.n, 1), i%max(c.n, 1); len(dst) > 0; row, col = row+1, 0 {
		n := min(c.n-col, len(dst))
		load(dst[:n], v, row*c.from+c.at+col)
		dst = dst[n:]
	}
}

// expand writes rows of gradients before a pooling, from element i on.
func (g *group[T]) expand(m *move, dst []T, i int) {
	dy, pick, row := elements[T](m.value), elements[T](m.pick), m.tiles.W*m.tiles.C*m.tiles.Count
	for ; len(dst) > 0; dst, i = dst[row:], i+row {
		r := i / row / m.tiles.H // row of the pooling, in all images
		tensor.MaxTilesGrad(m.tiles, i/row%m.tiles.H, dst[:row], dy[m.rowAt(r):], pick[r*m.tiles.C*m.tiles.Count:])
	}
}

// rowAt is where row number r of all images of the value begins.
func (m *move) rowAt(r int) int {
	at, _ := m.value.run(r*m.tiles.C*m.tiles.Count, 0)
	return at
}

// pool pools n elements from number i on.
func (g *group[T]) pool(m *move, slots [][]T, i, n int) {
	y, x := elements[T](m.value), slots[m.args[0]][:n]
	rows := m.tiles.H * m.tiles.W * m.tiles.C * m.tiles.Count
	for r := i / rows; len(x) > 0; r, x = r+1, x[rows:] {
		var pick []T
		if m.pick == nil {
			pick = slots[m.dst]
		} else {
			pick = elements[T](m.pick)[r*m.tiles.C*m.tiles.Count:]
		}
		if m.act == actPool {
			tensor.MaxTiles(m.tiles, y[m.rowAt(r):], pick, x[:rows])
		} else {
			tensor.MaxTilesTangent(m.tiles, y[m.rowAt(r):], x[:rows], pick)
		}
	}
}
