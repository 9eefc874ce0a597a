package tensor

import "unsafe"

// Sums over the pixels of each channel are taken in chunks of consecutive
// pixels, at most sumChunks of them, which are then put together in order.
// Borders do not count and do not change the order.
const (
	sumChunks = 64
	sumPixels = 256 // the least of a chunk
)

// moments is the state of the mean and the variance of a batch: those of each
// chunk, the variance of differences from the chunk's own mean, are put
// together in order, by the formulas of Chan, Golub and LeVeque (1983). So the
// batch is read from memory once, and nothing cancels.
type moments[T Float] struct {
	x              []T
	g              Image
	chunk          int // pixels
	zeros          []float64
	means, squares []float64 // of the chunks
}

// words is the number of elements that one float64 takes.
func words[T Float]() int {
	if single[T]() {
		return 2
	}
	return 1
}

// doubles sees n float64 in scratch memory, which must start at a multiple of 8
// bytes, and returns the rest.
func doubles[T Float](scratch []T, n int) ([]float64, []T) {
	used := n * words[T]()
	d := unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(scratch[:used]))), n)
	return d, scratch[used:]
}

// ChannelMomentsScratch is the number of elements of scratch memory that
// ChannelMoments needs.
func ChannelMomentsScratch[T Float](g Image) int { return (2*sumChunks + 1) * g.C * words[T]() }

// ChannelMoments sets mean[c] and squares[c] to the mean over all pixels of
// channel c of x and to the sum of the squares of the differences from it, in
// float64, reading x from memory once. Over no pixels both are 0. A matrix is an
// image of one row.
func ChannelMoments[T Float](ws *Workspace[T], mean, squares []float64, x []T, g Image) {
	checkImage("x", x, g)
	mean, squares = fit("mean", mean, g.C), fit("squares", squares, g.C)
	c := &ws.moments
	c.x, c.g = x, g
	c.chunk = max(sumPixels, ceil(g.Pixels(), sumChunks))
	chunks := ceil(g.Pixels(), c.chunk)
	scratch := ws.take(ChannelMomentsScratch[T](g))
	c.zeros, scratch = doubles(scratch, g.C)
	clear(c.zeros)
	c.means, scratch = doubles(scratch, chunks*g.C)
	c.squares, _ = doubles(scratch, chunks*g.C)
	workers := ws.Workers()
	if g.Pixels()*g.C < serial/16 {
		workers = 1
	}
	ws.run(workers, chunks, c)
	c.join(mean, squares, chunks)
	*c = moments[T]{}
}

// Do takes the mean and the squares of one chunk.
func (c *moments[T]) Do(chunk, _ int) {
	mean, squares := c.means[chunk*c.g.C:][:c.g.C], c.squares[chunk*c.g.C:][:c.g.C]
	clear(mean)
	clear(squares)
	first, end := chunk*c.chunk, min((chunk+1)*c.chunk, c.g.Pixels())
	for p := first; p < end; {
		n := c.g.run(p, end)
		ColumnSum(mean, c.zeros, c.x[c.g.pixel(p):], n, c.g.C)
		p += n
	}
	for j := range mean {
		mean[j] /= float64(end - first)
	}
	for p := first; p < end; {
		n := c.g.run(p, end)
		x := c.x[c.g.pixel(p):]
		ColumnDot(squares, mean, mean, x, x, n, c.g.C, c.g.C)
		p += n
	}
}

// join puts the moments of the chunks together.
func (c *moments[T]) join(mean, squares []float64, chunks int) {
	clear(mean)
	clear(squares)
	for k := range chunks {
		before, n := float64(k*c.chunk), float64(min(c.chunk, c.g.Pixels()-k*c.chunk))
		share := n / (before + n)
		for j := range mean {
			d := c.means[k*c.g.C+j] - mean[j]
			mean[j] += float64(d * share)
			squares[j] += c.squares[k*c.g.C+j] + float64(float64(d*d)*float64(before*share))
		}
	}
}

// run is the number of pixels from number p on, before end, that are next to
// each other in memory.
func (g Image) run(p, end int) int {
	if g.Border == 0 {
		return end - p
	}
	return min(g.W-p%g.W, end-p)
}

// pixel is the index of the first channel of pixel number p of all images.
func (g Image) pixel(p int) int {
	return g.At(p/(g.H*g.W), p/g.W%g.H, p%g.W)
}
