package tensor

import "unsafe"

// Sums over the pixels of each channel are taken in chunks of consecutive
// pixels, at most sumChunks of them, which are then added in order. Borders do
// not count and do not change the order.
const (
	sumChunks = 64
	sumPixels = 256 // the least of a chunk
	maxSums   = 5   // at a time
)

// sum is over the pixels of a - s, or of (a - s) (b - t) if there is a b. Where
// s or t is nil it is 0.
type sum[T Float] struct {
	a, b             []T
	ofA, ofB         Image
	s, t             []float64
	result, partials []float64
}

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

// channelSums is the state of sums over pixels.
type channelSums[T Float] struct {
	sums  [maxSums]sum[T]
	count int
	chunk int // pixels
	zeros []float64
}

// channelSumsScratch is the number of elements of scratch memory for sums.
func channelSumsScratch[T Float](g Image) int {
	return (maxSums*sumChunks + 1) * g.C * words[T]()
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

// add puts down a sum to take.
func (c *channelSums[T]) add(result []float64, a []T, ofA Image, s []float64, b []T, ofB Image, t []float64) {
	c.sums[c.count] = sum[T]{a: a, b: b, ofA: ofA, ofB: ofB, s: s, t: t, result: result}
	c.count++
}

// run takes the sums with the scratch memory given, and forgets them.
func (c *channelSums[T]) run(ws *Workspace[T], scratch []T) {
	g := c.sums[0].ofA
	pixels := g.Pixels()
	c.chunk = max(sumPixels, ceil(pixels, sumChunks))
	chunks := ceil(pixels, c.chunk)
	c.zeros, scratch = doubles(scratch, g.C)
	clear(c.zeros)
	for i := range c.sums[:c.count] {
		s := &c.sums[i]
		s.partials, scratch = doubles(scratch, chunks*g.C)
		if s.s == nil {
			s.s = c.zeros
		}
		if s.t == nil {
			s.t = c.zeros
		}
	}
	workers := ws.Workers()
	if pixels*g.C*c.count < serial/16 {
		workers = 1
	}
	ws.run(workers, chunks, c)
	for _, s := range c.sums[:c.count] {
		result := s.result[:g.C]
		clear(result)
		for k := range chunks {
			for j, x := range s.partials[k*g.C:][:g.C] {
				result[j] += x
			}
		}
	}
	*c = channelSums[T]{}
}

// run sets m to the mean and the sum of squared differences from it.
func (c *moments[T]) run(ws *Workspace[T], scratch []T, x []T, g Image, m Moments) {
	c.x, c.g = x, g
	c.chunk = max(sumPixels, ceil(g.Pixels(), sumChunks))
	chunks := ceil(g.Pixels(), c.chunk)
	c.zeros, scratch = doubles(scratch, g.C)
	clear(c.zeros)
	c.means, scratch = doubles(scratch, chunks*g.C)
	c.squares, _ = doubles(scratch, chunks*g.C)
	workers := ws.Workers()
	if g.Pixels()*g.C < serial/16 {
		workers = 1
	}
	ws.run(workers, chunks, c)
	mean, squares := m.Mean[:g.C], m.InvStd[:g.C]
	clear(mean)
	clear(squares)
	for k := range chunks {
		before, n := float64(k*c.chunk), float64(min(c.chunk, g.Pixels()-k*c.chunk))
		share := n / (before + n)
		for j := range mean {
			d := c.means[k*g.C+j] - mean[j]
			mean[j] += float64(d * share)
			squares[j] += c.squares[k*g.C+j] + float64(float64(d*d)*float64(before*share))
		}
	}
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

// run is the number of pixels from number p on, before end, that are next to
// each other in memory.
func (g Image) run(p, end int) int {
	if g.Border == 0 {
		return end - p
	}
	return min(g.W-p%g.W, end-p)
}

// Do sums one chunk.
func (c *channelSums[T]) Do(chunk, _ int) {
	for _, s := range c.sums[:c.count] {
		acc := s.partials[chunk*s.ofA.C:][:s.ofA.C]
		clear(acc)
		p, end := chunk*c.chunk, min((chunk+1)*c.chunk, s.ofA.Pixels())
		for p < end {
			n := s.ofA.run(p, end)
			if s.b != nil {
				n = min(n, s.ofB.run(p, end))
			}
			a := s.a[s.ofA.pixel(p):]
			if s.b == nil {
				ColumnSum(acc, s.s[:len(acc)], a, n, s.ofA.C)
			} else {
				ColumnDot(acc, s.s[:len(acc)], s.t[:len(acc)], a, s.b[s.ofB.pixel(p):], n, s.ofA.C, s.ofB.C)
			}
			p += n
		}
	}
}

// pixel is the index of the first channel of pixel number p of all images.
func (g Image) pixel(p int) int {
	return g.At(p/(g.H*g.W), p/g.W%g.H, p%g.W)
}

// ChannelSumsScratch is the number of elements of scratch memory that
// ChannelSums needs.
func ChannelSumsScratch[T Float](g Image) int { return channelSumsScratch[T](g) }

// ChannelSums sets sums[c] to the sum over all pixels of channel c of x, in
// float64: the gradient of a bias. A matrix is an image of one row.
func ChannelSums[T Float](ws *Workspace[T], sums []float64, x []T, g Image) {
	checkImage("x", x, g)
	fit("sums", sums, g.C)
	ws.sums.add(sums, x, g, nil, nil, Image{}, nil)
	ws.sums.run(ws, ws.take(channelSumsScratch[T](g)))
}

// ChannelMomentsScratch is the number of elements of scratch memory that
// ChannelMoments needs.
func ChannelMomentsScratch[T Float](g Image) int { return channelSumsScratch[T](g) }

// ChannelMoments sets mean[c] and squares[c] to the mean over all pixels of
// channel c of x and to the sum of the squares of the differences from it, in
// float64, reading x from memory once. Over no pixels both are 0.
func ChannelMoments[T Float](ws *Workspace[T], mean, squares []float64, x []T, g Image) {
	checkImage("x", x, g)
	fit("mean", mean, g.C)
	fit("squares", squares, g.C)
	ws.moments.run(ws, ws.take(channelSumsScratch[T](g)), x, g, Moments{mean, squares})
}
