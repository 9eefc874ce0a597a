package tensor

import "fmt"

// Pooling is the shape of a pooling of the pixels in a window, channel by
// channel.
type Pooling struct {
	Window
	X, Y Image
}

// NewPooling returns the shape of a pooling of x, with the given border around
// the result. The padding must be less than the window, so that none is empty.
func NewPooling(x Image, w Window, border int) (Pooling, error) {
	y, err := w.out(x)
	switch {
	case err != nil:
		return Pooling{}, err
	case w.Pad >= w.H || w.Pad >= w.W:
		return Pooling{}, fmt.Errorf("a padding of %d in a window of %d x %d", w.Pad, w.H, w.W)
	case border < 0:
		return Pooling{}, fmt.Errorf("a border of %d", border)
	}
	y.Border = border
	return Pooling{w, x, y}, nil
}

// pooling is the state of one call.
type pooling[T Float] struct {
	p            Pooling
	x, y, dx, dy []T
	left         []T // gradients not yet claimed, of each worker
	kind         poolKind
}

type poolKind uint8

const (
	maxForward poolKind = iota
	maxGrad
	maxTangent
	meanForward
	meanGrad
)

// PoolScratch is the number of elements of scratch memory that poolings need.
func PoolScratch[T Float](p Pooling, workers int) int { return max(workers, 1) * p.X.C }

func (s *pooling[T]) run(ws *Workspace[T]) {
	c := s.p.X.C
	s.left = ws.take(PoolScratch[T](s.p, ws.Workers()))
	workers := ws.Workers()
	if s.p.Y.Pixels()*s.p.H*s.p.W*c < serial/16 {
		workers = 1
	}
	// Windows may overlap, so gradients are split by image only.
	ws.run(workers, s.p.Y.N, s)
	*s = pooling[T]{}
}

// MaxPool sets each pixel of y to the greatest of its window in x; padding does
// not count. NaN in a window gives NaN.
func MaxPool[T Float](ws *Workspace[T], p Pooling, y, x []T) {
	checkImage("x", x, p.X)
	checkImage("y", y, p.Y)
	s := &ws.pool
	s.p, s.kind, s.x, s.y = p, maxForward, x, y
	s.run(ws)
}

// MaxPoolGrad computes dx from dy, the gradients with respect to x and y. Each
// gradient goes to the first pixel in its window, row by row, that is greatest:
// of equal ones to the one with the lowest index. Where y is NaN it goes to the
// first pixel.
func MaxPoolGrad[T Float](ws *Workspace[T], p Pooling, dx, dy, x, y []T) {
	checkImage("x", x, p.X)
	checkImage("y", y, p.Y)
	checkImage("dx", dx, p.X)
	checkImage("dy", dy, p.Y)
	s := &ws.pool
	s.p, s.kind, s.x, s.y, s.dx, s.dy = p, maxGrad, x, y, dx, dy
	s.run(ws)
}

// MaxPoolTangent sets each pixel of ty to the one of tx where x is greatest in
// its window, as MaxPoolGrad chooses.
func MaxPoolTangent[T Float](ws *Workspace[T], p Pooling, ty, tx, x, y []T) {
	checkImage("x", x, p.X)
	checkImage("y", y, p.Y)
	checkImage("tx", tx, p.X)
	checkImage("ty", ty, p.Y)
	s := &ws.pool
	s.p, s.kind, s.x, s.y, s.dx, s.dy = p, maxTangent, x, y, tx, ty
	s.run(ws)
}

// MeanPool sets each pixel of y to the sum of its window in x over H·W:
// padding counts as zeros. The sum is in T, in the order of the rows.
func MeanPool[T Float](ws *Workspace[T], p Pooling, y, x []T) {
	checkImage("x", x, p.X)
	checkImage("y", y, p.Y)
	s := &ws.pool
	s.p, s.kind, s.x, s.y = p, meanForward, x, y
	s.run(ws)
}

// MeanPoolGrad computes dx from dy, the gradients with respect to x and y.
func MeanPoolGrad[T Float](ws *Workspace[T], p Pooling, dx, dy []T) {
	checkImage("dx", dx, p.X)
	checkImage("dy", dy, p.Y)
	s := &ws.pool
	s.p, s.kind, s.dx, s.dy = p, meanGrad, dx, dy
	s.run(ws)
}

// Do handles one image.
func (s *pooling[T]) Do(n, worker int) {
	x, y, c := s.p.X, s.p.Y, s.p.X.C
	left := s.left[worker*c:][:c]
	if s.kind == maxGrad || s.kind == meanGrad {
		for r := range x.H {
			clear(pixelRow(s.dx, x, n*x.H+r))
		}
	}
	for r := range y.H {
		v0, v1 := s.p.span(r, s.p.H, x.H)
		for q := range y.W {
			u0, u1 := s.p.span(q, s.p.W, x.W)
			to := y.At(n, r, q)
			s.start(to, left)
			for v := v0; v < v1; v++ {
				for u := u0; u < u1; u++ {
					s.tap(x.At(n, v, u), to, left, v == v0 && u == u0)
				}
			}
			if s.kind == meanForward {
				Scale(s.y[to:to+c], s.y[to:to+c], T(1/float64(s.p.H*s.p.W)))
			}
		}
	}
}

// span is the part of a window that lies in the image, on one side.
func (p Pooling) span(place, window, size int) (first, end int) {
	at := place*p.Stride - p.Pad
	return max(at, 0), min(at+window, size)
}

// start prepares the pixel at to of the result.
func (s *pooling[T]) start(to int, left []T) {
	c := len(left)
	switch s.kind {
	case maxGrad:
		copy(left, s.dy[to:to+c])
	case meanGrad:
		Scale(left, s.dy[to:to+c], T(1/float64(s.p.H*s.p.W)))
	case maxTangent:
		clear(s.dy[to : to+c])
	case meanForward: // a window may lie in the padding
		clear(s.y[to : to+c])
	}
}

// tap handles one pixel of a window.
func (s *pooling[T]) tap(from, to int, left []T, first bool) {
	c := len(left)
	switch s.kind {
	case maxForward:
		if first {
			copy(s.y[to:to+c], s.x[from:from+c])
		} else {
			greater(s.y[to:to+c], s.y[to:to+c], s.x[from:from+c])
		}
	case maxGrad:
		claim(s.dx[from:from+c], left, s.x[from:from+c], s.y[to:to+c])
	case maxTangent:
		if first {
			for i := range left {
				left[i] = 1
			}
		}
		pick(s.dy[to:to+c], left, s.x[from:from+c], s.y[to:to+c], s.dx[from:from+c])
	case meanForward:
		Add(s.y[to:to+c], s.y[to:to+c], s.x[from:from+c])
	case meanGrad:
		Add(s.dx[from:from+c], s.dx[from:from+c], left)
	}
}

// claim adds what is left to dst where x reaches y, and leaves zero there.
func claim[T Float](dst, left, x, y []T) {
	if claimVector(dst, left, x, y) {
		return
	}
	for i := range dst {
		if x[i] < y[i] {
			dst[i] += 0
			continue
		}
		dst[i] += left[i]
		left[i] = 0
	}
}

// pick sets dst to t where left is not 0 and x reaches y, and left to 0 there.
func pick[T Float](dst, left, x, y, t []T) {
	if pickVector(dst, left, x, y, t) {
		return
	}
	for i := range dst {
		if x[i] < y[i] {
			continue
		}
		if left[i] > 0 {
			dst[i] = t[i]
		}
		left[i] = 0
	}
}

// GlobalMean sets row n of y (N x C) to the mean over the pixels of image n of
// each channel, summed in float64 in the order of the pixels.
func GlobalMean[T Float](ws *Workspace[T], y, x []T, g Image) {
	checkImage("x", x, g)
	y = fit("y", y, g.N*g.C)
	sums, rest := doubles(ws.take(GlobalMeanScratch[T](g)), g.C)
	zeros, _ := doubles(rest, g.C)
	clear(zeros)
	for n := range g.N {
		clear(sums)
		for r := range g.H {
			ColumnSum(sums, zeros, pixelRow(x, g, n*g.H+r), g.W, g.C)
		}
		for c, v := range sums {
			y[n*g.C+c] = T(v / float64(g.H*g.W))
		}
	}
}

// GlobalMeanScratch is the number of elements of scratch memory that
// GlobalMean needs.
func GlobalMeanScratch[T Float](g Image) int { return 2 * g.C * words[T]() }

// GlobalMeanGrad computes dx from dy (N x C), the gradients with respect to x
// and y.
func GlobalMeanGrad[T Float](dx, dy []T, g Image) {
	checkImage("dx", dx, g)
	dy = fit("dy", dy, g.N*g.C)
	for n := range g.N {
		from := dy[n*g.C:][:g.C]
		for r := range g.H {
			row := pixelRow(dx, g, n*g.H+r)
			for at := 0; at < len(row); at += g.C {
				Scale(row[at:at+g.C], from, T(1/float64(g.H*g.W)))
			}
		}
	}
}
