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

// Do sums one chunk.
func (c *channelSums[T]) Do(chunk, _ int) {
	for _, s := range c.sums[:c.count] {
		acc := s.partials[chunk*s.ofA.C:][:s.ofA.C]
		clear(acc)
		p, end := chunk*c.chunk, min((chunk+1)*c.chunk, s.ofA.Pixels())
		for p < end {
			n := min(s.ofA.W-p%s.ofA.W, end-p)
			if s.ofA.Border == 0 && s.ofB.Border == 0 {
				n = end - p
			}
			a := s.a[s.ofA.pixel(p):]
			if s.b == nil {
				columnSum(acc, s.s[:len(acc)], a, n, s.ofA.C)
			} else {
				columnDot(acc, s.s[:len(acc)], s.t[:len(acc)], a, s.b[s.ofB.pixel(p):], n, s.ofA.C, s.ofB.C)
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
