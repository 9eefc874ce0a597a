package tensor

import (
	"fmt"
	"unsafe"
)

const (
	// blockRows is the number of rows of A that a worker takes at a time: with
	// depth columns they fill a part of the second cache.
	blockRows = 192
	// passCols and passSize limit the columns and elements of B that are packed
	// at a time.
	passCols = 1024
	passSize = 1 << 21
	// skew is added to strides of packed blocks of A that would otherwise be
	// powers of two, whose rows compete for the same lines of the cache.
	skew = 16
	// farStride is the number of elements between neighbours in A from which
	// on packing it is worth the copy.
	farStride = 512
	// serial is the number of multiplications below which one worker is
	// sooner done than two are started.
	serial = 1 << 20
)

// product is the state of one matrix product.
type product[T Float] struct {
	t        tiling
	a, b, c  Matrix[T]
	epilogue Epilogue[T]
	panels   []T // packed B of one pass
	blocks   []T // packed A, one block for each worker
	each     int // size of one of blocks

	col, cols   int // of B in this pass
	row, rows   int // of B in this pass
	mc          int // rows of A of an item
	panelsEach  int // panels of an item
	columnItems int
	packing     bool
}

// passShape is the number of rows and padded columns of B packed at a time.
func passShape(t tiling, n, k int) (rows, cols int) {
	cols = t.padded(min(n, passCols))
	if n > passCols {
		cols = passCols // a multiple of the width of every level
	}
	rows = max(passSize/max(cols, 1)/depth*depth, depth)
	return min(rows, k), cols
}

// blockSize is the number of elements of a packed block of A.
func blockSize(m, k int) int {
	rows, cols := min(m, blockRows), min(k, depth)
	return max(rows*(cols+skew), cols*(rows+skew))
}

// MatMulScratch is the number of elements of scratch memory that a product of
// (m x k) and (k x n) needs.
func MatMulScratch[T Float](m, n, k, workers int) int {
	rows, cols := passShape(tilingOf[T](), n, k)
	return rows*cols + max(workers, 1)*blockSize(m, k)
}

// MatMul sets C (m x n) to A (m x k) times B (k x n), with an epilogue. The
// columns of C are next to each other (ColStride 1); A and B have any strides.
// C must not overlap with A, B or the bias. With k = 0 the sums are zero.
func MatMul[T Float](ws *Workspace[T], c, a, b Matrix[T], e Epilogue[T]) {
	if a.Rows != c.Rows || b.Cols != c.Cols || a.Cols != b.Rows {
		panic(fmt.Sprintf("tensor: product of %d x %d and %d x %d into %d x %d", a.Rows, a.Cols, b.Rows, b.Cols, c.Rows, c.Cols))
	}
	a.check("A")
	b.check("B")
	c.check("C")
	if c.Cols > 1 && c.ColStride != 1 || c.Rows > 1 && c.RowStride < c.Cols {
		panic(fmt.Sprintf("tensor: C, %d x %d, has strides %d, %d", c.Rows, c.Cols, c.RowStride, c.ColStride))
	}
	if e.Bias != nil && len(e.Bias) != c.Cols {
		panic(fmt.Sprintf("tensor: %d biases of %d columns", len(e.Bias), c.Cols))
	}
	if c.Rows == 0 || c.Cols == 0 {
		return
	}
	if a.Cols == 0 {
		for i := range c.Rows {
			row := c.Data[i*c.RowStride:][:c.Cols]
			if !e.Accumulate {
				clear(row)
			}
			e.applyRows(row, 1, c.Cols, c.Cols, 0)
		}
		return
	}
	p := &ws.product
	p.t = tilingOf[T]()
	p.a, p.b, p.c, p.epilogue = a, b, c, e
	workers := ws.Workers()
	if a.Rows*a.Cols*b.Cols < serial {
		workers = 1
	}
	rows, cols := passShape(p.t, b.Cols, b.Rows)
	p.each = blockSize(a.Rows, a.Cols)
	scratch := ws.take(rows*cols + workers*p.each)
	p.panels, p.blocks = scratch[:rows*cols], scratch[rows*cols:]
	for p.col = 0; p.col < b.Cols; p.col += cols {
		p.cols = min(cols, b.Cols-p.col)
		for p.row = 0; p.row < b.Rows; p.row += rows {
			p.rows = min(rows, b.Rows-p.row)
			p.pass(ws, workers)
		}
	}
	*p = product[T]{}
}

func ceil(a, b int) int { return (a + b - 1) / b }

// pass adds what one packed part of B contributes to C.
func (p *product[T]) pass(ws *Workspace[T], workers int) {
	panels := ceil(p.cols, p.t.width())
	p.packing = true
	ws.run(workers, panels*ceil(p.rows, depth), p)
	p.packing = false

	// Blocks small enough that the workers finish at about the same time.
	m := p.a.Rows
	p.mc = min(blockRows, ceil(ceil(m, 4*workers), p.t.rows)*p.t.rows)
	if workers == 1 {
		p.mc = blockRows
	}
	p.mc = max(p.mc, 4*p.t.rows)
	blocks := ceil(m, p.mc)
	p.panelsEach = panels
	if blocks < 2*workers {
		p.panelsEach = ceil(panels, ceil(4*workers, blocks))
	}
	p.columnItems = ceil(panels, p.panelsEach)
	ws.run(workers, blocks*p.columnItems, p)
}

// Do packs a panel of B or computes a block of C.
func (p *product[T]) Do(item, worker int) {
	if p.packing {
		steps := ceil(p.rows, depth)
		p.packPanel(item/steps, item%steps*depth)
		return
	}
	p.block(item/p.columnItems, item%p.columnItems, worker)
}

// panel returns where the rows of a pass from q on stand in the panel that
// starts with column j of the pass: panels of one block of depth rows follow
// each other, then come those of the next.
func (p *product[T]) panel(j, q int) []T {
	rows := min(depth, p.rows-q)
	return p.panels[q*p.t.padded(p.cols)+j*rows:]
}

// packPanel copies one panel of a block of rows, with zeros beyond the last
// column.
func (p *product[T]) packPanel(panel, q int) {
	j := panel * p.t.width()
	cols := min(p.t.width(), p.cols-j)
	nr, rows := p.t.panel(cols), min(depth, p.rows-q)
	dst := p.panel(j, q)[:rows*nr]
	pack(dst, nr, p.b.Data[(p.row+q)*p.b.RowStride+(p.col+j)*p.b.ColStride:], rows, cols, p.b.RowStride, p.b.ColStride)
}

// pack copies rows x cols elements to rows of nr, with zeros after them.
func pack[T Float](dst []T, nr int, src []T, rows, cols, rs, cs int) {
	if cs == 1 && cols == nr {
		copyRows(dst, nr, src, rows, rs)
		return
	}
	if cs == 1 {
		for i := range rows {
			d := dst[i*nr:][:nr]
			copy(d, src[i*rs:][:cols])
			clear(d[cols:])
		}
		return
	}
	if cols < nr {
		clear(dst)
	}
	for j := range cols {
		s := src[j*cs:]
		d := dst[j:]
		if rs == 1 {
			for i, x := range s[:rows] {
				d[i*nr] = x
			}
			continue
		}
		for i := range rows {
			d[i*nr] = s[i*rs]
		}
	}
}

// copyRows copies rows of nr elements, those of most panels without a call.
func copyRows[T Float](dst []T, nr int, src []T, rows, rs int) {
	switch nr {
	case 32:
		for i := range rows {
			*(*[32]T)(dst[i*32:]) = *(*[32]T)(src[i*rs:])
		}
	case 16:
		for i := range rows {
			*(*[16]T)(dst[i*16:]) = *(*[16]T)(src[i*rs:])
		}
	default:
		for i := range rows {
			copy(dst[i*nr:][:nr], src[i*rs:])
		}
	}
}

// block computes the rows of one block of A in the columns of some panels.
func (p *product[T]) block(block, group, worker int) {
	w := p.t.width()
	i0 := block * p.mc
	rows := min(p.mc, p.a.Rows-i0)
	first := group * p.panelsEach * w
	last := min(first+p.panelsEach*w, p.cols)
	for q := 0; q < p.rows; q += depth {
		k := min(depth, p.rows-q)
		s := strip[T]{k: k, segments: 1, rows: rows, ldc: p.c.RowStride, add: p.epilogue.Accumulate || p.row+q > 0}
		s.a, s.rs, s.cs = p.a.Data[i0*p.a.RowStride+(p.row+q)*p.a.ColStride:], p.a.RowStride, p.a.ColStride
		packed := max(s.rs, s.cs) >= farStride && last-first > w
		if packed {
			p.packBlock(&s, p.blocks[worker*p.each:][:p.each])
		}
		for j := first; j < last; j += w {
			if packed && q+depth < p.rows {
				p.fetch(&s, i0, p.row+q+depth, (j-first)/w)
			}
			s.cols = min(w, last-j)
			s.b = p.panel(j, q)
			s.c = p.c.Data[i0*p.c.RowStride+p.col+j:]
			s.multiply(p.t)
		}
	}
	if p.row+p.rows < p.b.Rows || p.epilogue.none() {
		return
	}
	at := i0*p.c.RowStride + p.col
	p.epilogue.applyRows(p.c.Data[at+first:], rows, last-first, p.c.RowStride, p.col+first)
}

// packBlock copies the rows of A in a strip to a block of short strides.
func (p *product[T]) packBlock(s *strip[T], dst []T) {
	rs, cs := s.k+skew, 1
	switch {
	case s.cs == 1:
		for i := range s.rows {
			copy(dst[i*rs:][:s.k], s.a[i*s.rs:])
		}
	case s.rs == 1:
		rs, cs = 1, s.rows+skew
		for q := range s.k {
			copy(dst[q*cs:][:s.rows], s.a[q*s.cs:])
		}
	default:
		for i := range s.rows {
			d := dst[i*rs:][:s.k]
			for q := range d {
				d[q] = s.a[i*s.rs+q*s.cs]
			}
		}
	}
	s.a, s.rs, s.cs = dst, rs, cs
}

// fetch lets the strip of the given panel fetch its share of the next block:
// the rows from i on and the columns from q on, in runs of what is adjacent.
func (p *product[T]) fetch(s *strip[T], i, q, panel int) {
	var x T
	chunk := fetchLines * lineBytes / int(unsafe.Sizeof(x))
	runs, length := s.rows, depth
	s.run = p.a.RowStride
	if p.a.ColStride != 1 {
		runs, length, s.run = depth, s.rows, p.a.ColStride
	}
	chunks := ceil(length, chunk)
	part := panel / chunks * (s.rows / p.t.rows * p.t.rows)
	at := i*p.a.RowStride + q*p.a.ColStride + part*s.run + panel%chunks*chunk
	s.ahead = nil
	if part < runs && at < len(p.a.Data) {
		s.ahead = p.a.Data[at:]
	}
}
