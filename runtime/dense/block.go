package dense

import (
	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// A group computes fused expressions block by block: a block is a run of
// elements short enough that all results within it stay in the first caches.
// Its code is a list of operations over slots, each of which is a block of
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
	serial   bool // too little work for more than one worker

	fills      []fill
	code       []operation
	reductions []reduction
	width      int      // partial sums of a chunk
	results    []*value // whose borders are to be cleared

	places []slotPlace
	temps  int     // blocks of scratch memory
	slots  [][][]T // of each worker
}

// fill is a block that is the same everywhere: a number, or a vector repeated.
type fill struct {
	slot  int
	num   float64
	value *value // nil: num
}

// action is what an operation does.
type action uint8

const (
	compute action = iota // dst = op(args)
	fetch                 // dst = elements of value
	along                 // dst = a part of the vector value along a long row
	repeat                // dst = an element of value for each row
	slice                 // dst = some columns of value
	paste                 // some columns of dst = value
	expand                // dst = the gradients value, each where pick says
	open                  // dst is where elements of value are to be
	keep                  // and there they go
	put                   // elements of value = args
	pool                  // value = the greatest of windows of args, pick = where
	pick                  // value = what pick says of windows of args
	reduce                // add args to a reduction
)

// operation is a step of a block.
type operation struct {
	action action
	op     graph.Op
	dst    int    // slot, or none
	args   [3]int // slots, or none
	value  *value
	pick   *value
	cols   columns      // of a slice or a paste
	tiles  tensor.Tiles // of a pooling
	index  int          // of a reduction
}

// noSlot is no slot.
const noSlot = -1

// columns are n columns of rows of all columns, from number at on.
type columns struct{ n, all, at int }

// reduction is one at the end of a group.
type reduction struct {
	op     graph.Op
	out    *value
	at, n  int       // partial sums of a chunk: place, number
	shifts [2]*value // subtracted from the rows of the factors of a product
}

// slotPlace says where a slot of a worker is, unless it is in a value.
type slotPlace struct {
	common int // number among the fills, or -1
	temp   int // number of its scratch block, or -1
}

const (
	// blockBytes is about the size of a block of a result.
	blockBytes = 8 << 10
	// maxChunks is how many chunks a group has at most.
	maxChunks = 64
	// maxPartials is how many partial sums all chunks have together, unless one
	// chunk has more.
	maxPartials = 1 << 20
	// serialWork is the number of elements of results within blocks below which
	// one worker is sooner done than two are started.
	serialWork = 1 << 15
)

// shape says what the blocks of a group depend on beside the sizes: images have
// pixels elements in a row of pixels, and some operations need lines of such rows
// in one block; sums of the reductions are over rows.
type shape struct{ pixels, lines, sums int }

// cut divides the elements in blocks and the blocks in chunks. Blocks are whole
// rows of pixels where some must be, or where these are then read where they are.
func (g *group[T]) cut(s shape) {
	most := blockBytes / 8
	if isSingle[T]() {
		most = blockBytes / 4
	}
	together := s.pixels * s.lines
	switch {
	case together > 0:
		g.block = max(1, most/together) * together
	case s.pixels >= most/4 && s.pixels <= 2*most && (g.cols == g.size || s.pixels%g.cols == 0):
		g.block = s.pixels
	case g.cols <= most:
		g.block = most / max(g.cols, 1) * g.cols
	default:
		g.block = most
	}
	g.block = max(min(g.block, g.size), 1)
	g.segments, g.blocks = 1, (g.size+g.block-1)/g.block
	if g.cols > g.block {
		g.segments = (g.cols + g.block - 1) / g.block
		g.blocks = g.size / g.cols * g.segments
	}
	chunks := max(1, min(maxChunks, maxPartials/max(s.sums*g.cols, 1)))
	g.perChunk = max(1, (g.blocks+chunks-1)/chunks)
	if g.cols < g.size { // whole rows
		g.perChunk = (g.perChunk + g.segments - 1) / g.segments * g.segments
	}
	g.chunks = (g.blocks + g.perChunk - 1) / g.perChunk
}
