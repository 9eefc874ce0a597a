package tensor

import "fmt"

const (
	// weightRows limits the rows of taps and channels that an item computes at
	// a time, so that what it gathers stays in the second cache.
	weightRows = 512
	// weightItems is how many items there should be, for many workers.
	weightItems = 24
	// partialSize limits the elements of all partial sums.
	partialSize = 1 << 21
	// fewRows is the number of rows of a row of taps below which an item
	// computes all rows of taps, which share the packed gradient.
	fewRows = 64
	// gatherBelow is the number of pixels of a block below which it is worth
	// to gather the pixels of several images.
	gatherBelow = depth / 4
)

// weightGrad is the state of one gradient of weights: a product of the taps
// and channels of X, transposed, with the gradient of Y, summed over pixels.
// The pixels come in blocks of about depth; blocks come in chunks, whose sums
// are added in order. All of that depends on the shape alone.
type weightGrad[T Float] struct {
	t       tiling
	cv      Convolution
	x, dy   []T
	dw      []T
	dyImage Image
	add     bool

	direct   bool // blocks are rows of one image, read where they are
	rows     int  // of pixels in a direct block
	blocks   int
	chunks   int
	perChunk int // blocks
	pieces   int // of the rows of A of one row of taps
	piece    int // rows of A of a piece
	lines    int // rows of taps of an item
	partial  []T // sums of the chunks, if there are several
	scratch  []T // of the workers
	size     int // of one worker's

	adding bool
}

// plan fills in what depends on the shape.
func (g *weightGrad[T]) plan(t tiling, cv Convolution) {
	g.t, g.cv = t, cv
	pixels := cv.Y.H * cv.Y.W
	g.rows = max(1, min(cv.Y.H, depth/cv.Y.W))
	g.direct = cv.Y.W <= depth && g.rows*cv.Y.W >= gatherBelow
	if g.direct {
		g.blocks = cv.Y.N * ceil(cv.Y.H, g.rows)
	} else {
		g.rows = 0
		g.blocks = ceil(cv.Y.N*pixels, depth)
	}
	in := cv.X.C / cv.Groups
	all := cv.W * in
	g.piece = min(all, weightRows)
	if cv.Groups > 1 {
		g.piece = all
	}
	g.pieces = ceil(all, g.piece)
	g.lines = 1
	if all < fewRows {
		g.lines = cv.H
	}
	items := ceil(cv.H, g.lines) * g.pieces
	g.chunks = max(1, min(ceil(weightItems, items), partialSize/cv.WeightLen(), g.blocks))
	g.perChunk = max(1, ceil(g.blocks, g.chunks))
	g.chunks = max(1, ceil(g.blocks, g.perChunk))
	g.size = depth * t.padded(cv.Y.C/cv.Groups)
	if !g.direct {
		g.size += depth * g.piece
	}
}

// partials is the number of elements of all partial sums.
func (g *weightGrad[T]) partials() int {
	if g.chunks == 1 {
		return 0
	}
	return g.chunks * g.cv.WeightLen()
}

// ConvGradWeightsScratch is the number of elements of scratch memory that
// ConvGradWeights needs.
func ConvGradWeightsScratch[T Float](cv Convolution, workers int) int {
	var g weightGrad[T]
	g.plan(tilingOf[T](), cv)
	return g.partials() + max(workers, 1)*g.size
}

// ConvGradWeights computes dw, the gradient with respect to the weights, from
// the images x and the gradient dy with respect to the result, laid out as
// dyImage: Y with any border. With add, to what dw holds.
func ConvGradWeights[T Float](ws *Workspace[T], cv Convolution, dw, x, dy []T, dyImage Image, add bool) {
	cv.check("gradient of the weights", len(dw))
	checkImage("input", x, cv.X)
	checkBorder("input", cv.X, cv.Pad)
	checkImage("gradient of the result", dy, dyImage)
	if y := cv.Y; dyImage.N != y.N || dyImage.H != y.H || dyImage.W != y.W || dyImage.C != y.C {
		panic(fmt.Sprintf("tensor: gradient of the result is %v, the result %v", dyImage, y))
	}
	dw = dw[:cv.WeightLen()]
	if cv.Y.N == 0 {
		if !add {
			clear(dw)
		}
		return
	}
	g := &ws.weights
	g.plan(tilingOf[T](), cv)
	g.x, g.dy, g.dw, g.dyImage, g.add = x, dy, dw, dyImage, add
	workers := ws.Workers()
	if cv.Y.Pixels()*cv.WeightLen()/cv.Groups < serial {
		workers = 1
	}
	scratch := ws.take(g.partials() + workers*g.size)
	g.partial, g.scratch = scratch[:g.partials()], scratch[g.partials():]
	ws.run(workers, g.chunks*ceil(cv.H, g.lines)*g.pieces, g)
	if g.chunks > 1 {
		g.adding = true
		ws.run(workers, ceil(len(dw), addSize), g)
	}
	*g = weightGrad[T]{}
}

// addSize is the number of weights that a worker adds up at a time.
const addSize = 4096

// Do computes one piece of one chunk, or adds the sums of the chunks.
func (g *weightGrad[T]) Do(item, worker int) {
	if g.adding {
		g.addChunks(item * addSize)
		return
	}
	piece := item % g.pieces
	groups := ceil(g.cv.H, g.lines)
	v := item / g.pieces % groups * g.lines
	chunk := item / g.pieces / groups
	dst, add := g.dw, g.add
	if g.chunks > 1 {
		dst, add = g.partial[chunk*len(g.dw):][:len(g.dw)], false
	}
	scratch := g.scratch[worker*g.size:][:g.size]
	for b := chunk * g.perChunk; b < min((chunk+1)*g.perChunk, g.blocks); b++ {
		for part := range g.cv.Groups {
			if g.direct {
				g.directBlock(dst, scratch, b, v, piece, part, add)
			} else {
				g.gatheredBlock(dst, scratch, b, v, piece, part, add)
			}
		}
		add = true
	}
}

// products adds the products of the columns of A, described by s, with the
// packed gradient of a block to the rows of the weights of a row of taps.
func (g *weightGrad[T]) products(dst []T, s strip[T], pixels, row, part int) {
	out := g.cv.Y.C / g.cv.Groups
	packed := s.b
	s.ldc = g.cv.Y.C
	for j := 0; j < out; j += g.t.width() {
		s.cols = min(g.t.width(), out-j)
		s.b = packed[j*pixels:]
		s.c = dst[row*g.cv.Y.C+part*out+j:]
		s.multiply(g.t)
	}
}

// directBlock handles rows of pixels of one image, which are segments of A.
func (g *weightGrad[T]) directBlock(dst, scratch []T, block, line, piece, part int, add bool) {
	cv, in, out := &g.cv, g.cv.X.C/g.cv.Groups, g.cv.Y.C/g.cv.Groups
	perImage := ceil(cv.Y.H, g.rows)
	n, y := block/perImage, block%perImage*g.rows
	rows := min(g.rows, cv.Y.H-y)
	pixels := rows * cv.Y.W
	for j := 0; j < out; j += g.t.width() {
		cols := min(g.t.width(), out-j)
		nr := g.t.panel(cols)
		for r := range rows {
			pack(scratch[j*pixels+r*cv.Y.W*nr:][:cv.Y.W*nr], nr, g.dy[g.dyImage.At(n, y+r, 0)+part*out+j:], cv.Y.W, cols, cv.Y.C, 1)
		}
	}
	s := strip[T]{k: cv.Y.W, segments: rows, rs: 1, cs: cv.Stride * cv.X.C, ss: cv.Stride * cv.X.row(), b: scratch, add: add}
	for v := line; v < min(line+g.lines, cv.H); v++ {
		at := cv.X.At(n, y*cv.Stride+v-cv.Pad, -cv.Pad)
		if cv.Groups == 1 {
			first := piece * g.piece
			s.rows = min(g.piece, cv.W*in-first)
			s.a = g.x[at+first:]
			g.products(dst, s, pixels, v*cv.W*in+first, 0)
			continue
		}
		for u := range cv.W {
			s.rows = in
			s.a = g.x[at+u*cv.X.C+part*in:]
			g.products(dst, s, pixels, (v*cv.W+u)*in, part)
		}
	}
}

// gatheredBlock handles pixels of several images, or of a part of a long row,
// whose taps and gradients it copies next to each other.
func (g *weightGrad[T]) gatheredBlock(dst, scratch []T, block, line, piece, part int, add bool) {
	cv, in, out := &g.cv, g.cv.X.C/g.cv.Groups, g.cv.Y.C/g.cv.Groups
	first := block * depth
	pixels := min(depth, cv.Y.Pixels()-first)
	from := piece * g.piece
	rows := min(g.piece, cv.W*in-from)
	taps := scratch[depth*g.t.padded(out):]
	for p := 0; p < pixels; {
		n, y, x, count := g.place(first+p, first+pixels)
		grad := g.dy[g.dyImage.At(n, y, x)+part*out:]
		for j := 0; j < out; j += g.t.width() {
			cols := min(g.t.width(), out-j)
			nr := g.t.panel(cols)
			pack(scratch[j*pixels+p*nr:][:count*nr], nr, grad[j:], count, cols, cv.Y.C, 1)
		}
		p += count
	}
	s := strip[T]{k: pixels, segments: 1, rows: rows, rs: 1, cs: rows, a: taps, b: scratch, add: add}
	for v := line; v < min(line+g.lines, cv.H); v++ {
		for p := 0; p < pixels; {
			n, y, x, count := g.place(first+p, first+pixels)
			src := g.x[cv.X.At(n, y*cv.Stride+v-cv.Pad, x*cv.Stride-cv.Pad):]
			for i := range count {
				pixel, to := src[i*cv.Stride*cv.X.C:], taps[(p+i)*rows:][:rows]
				if cv.Groups == 1 {
					copy(to, pixel[from:])
					continue
				}
				for u := range cv.W {
					copy(to[u*in:][:in], pixel[u*cv.X.C+part*in:])
				}
			}
			p += count
		}
		g.products(dst, s, pixels, v*cv.W*in+from, part)
	}
}

// place is where pixel number p of all images of Y is, and how many from it on
// are beside each other and below number end.
func (g *weightGrad[T]) place(p, end int) (n, y, x, count int) {
	h, w := g.cv.Y.H, g.cv.Y.W
	n, y, x = p/(h*w), p/w%h, p%w
	return n, y, x, min(w-x, end-p)
}

// addChunks adds the sums of the chunks, in order, for the weights from first on.
func (g *weightGrad[T]) addChunks(first int) {
	dw := g.dw[first:min(first+addSize, len(g.dw))]
	for c := range g.chunks {
		sum := g.partial[c*len(g.dw)+first:][:len(dw)]
		if c == 0 && !g.add {
			copy(dw, sum)
			continue
		}
		for i, x := range sum {
			dw[i] += x
		}
	}
}
