package tensor

import "fmt"

// Pooling is the shape of a pooling of the pixels in a window, channel by
// channel: a pixel of Y for each place of the window in X. The padding must be
// less than the window, so that none is empty.
type Pooling struct {
	Window
	X, Y Image
}

// pooling is the state of one call.
type pooling[T Float] struct {
	p            Pooling
	x, y, dx, dy []T
	pick         []T
	left         []T // a row of numbers of taps, or a pixel of gradients, of each worker
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
func PoolScratch[T Float](p Pooling, workers int) int { return max(workers, 1) * p.Y.W * p.X.C }

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
// not count. NaN in a window gives NaN. Unless pick is nil, its elements, one for
// each of y and without a border, become the number of the place in the window,
// row by row, of the first pixel that is greatest, and of the first of all where
// one is NaN.
func MaxPool[T Float](ws *Workspace[T], p Pooling, y, pick, x []T) {
	checkImage("x", x, p.X)
	checkImage("y", y, p.Y)
	p.checkPick(len(pick), pick == nil)
	s := &ws.pool
	s.p, s.kind, s.x, s.y, s.pick = p, maxForward, x, y, pick
	s.run(ws)
}

func (p Pooling) checkPick(n int, none bool) {
	if want := p.Y.Pixels() * p.Y.C; !none && n < want {
		panic(fmt.Sprintf("tensor: pick has %d elements, need %d", n, want))
	}
}

// MaxPoolGrad computes dx from dy, the gradients with respect to x and y. Each
// gradient goes to the pixel of its window that MaxPool has picked.
func MaxPoolGrad[T Float](ws *Workspace[T], p Pooling, dx, dy, pick []T) {
	checkImage("dx", dx, p.X)
	checkImage("dy", dy, p.Y)
	p.checkPick(len(pick), false)
	s := &ws.pool
	s.p, s.kind, s.dx, s.dy, s.pick = p, maxGrad, dx, dy, pick
	s.run(ws)
}

// MaxPoolTangent sets each pixel of ty to the one of tx that MaxPool has picked
// in its window.
func MaxPoolTangent[T Float](ws *Workspace[T], p Pooling, ty, tx, pick []T) {
	checkImage("tx", tx, p.X)
	checkImage("ty", ty, p.Y)
	p.checkPick(len(pick), false)
	s := &ws.pool
	s.p, s.kind, s.dx, s.dy, s.pick = p, maxTangent, tx, ty, pick
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
	size := s.p.Y.W * s.p.X.C
	left := s.left[worker*size:][:size]
	if s.kind == meanForward || s.kind == meanGrad {
		s.mean(n, left[:s.p.X.C])
		return
	}
	if s.kind == maxGrad && !s.p.tiles() {
		s.clear(n)
	}
	for r := range s.p.Y.H {
		s.maxRow(n, r, left)
	}
}

// clear sets the gradients of an image to zero.
func (s *pooling[T]) clear(n int) {
	for r := range s.p.X.H {
		clear(pixelRow(s.dx, s.p.X, n*s.p.X.H+r))
	}
}

// tiles reports whether the windows cover each pixel once.
func (p Pooling) tiles() bool {
	return p.Pad == 0 && p.H == p.Stride && p.W == p.Stride && p.X.H == p.Y.H*p.Stride && p.X.W == p.Y.W*p.Stride
}

// span is the part of a window that lies in the image, on one side.
func (p Pooling) span(place, window, size int) (first, end int) {
	at := place*p.Stride - p.Pad
	return max(at, 0), min(at+window, size)
}

// maxRow handles a row of windows: one place of the window after the other, in
// all windows that have it in the image. Windows that begin at the left of the
// image come by themselves, since their first place is another.
func (s *pooling[T]) maxRow(n, r int, numbers []T) {
	p := &s.p
	pick := numbers
	if s.pick != nil {
		pick = s.pick[(n*p.Y.H+r)*p.Y.W*p.Y.C:][:p.Y.W*p.Y.C]
	}
	v0, v1 := p.span(r, p.H, p.X.H)
	for q := 0; q < p.Y.W; {
		left := max(0, p.Pad-q*p.Stride) // places that are outside
		end := q + 1
		if left == 0 {
			end = p.Y.W
		}
		top := v0 - (r*p.Stride - p.Pad)
		first := top*p.W + left
		for v := v0; v < v1; v++ {
			for k := range p.W - left {
				u := left + k
				if s.kind == maxGrad { // what comes to a pixel is added window after window
					u = p.W - 1 - k
				}
				number := (v-v0+top)*p.W + u
				// The windows whose place is not beyond the right side.
				if last := min(end, (p.X.W-1+p.Pad-u+p.Stride)/p.Stride); last > q {
					s.maxTap(p.X.At(n, v, q*p.Stride-p.Pad+u), p.Y.At(n, r, q), pick[q*p.Y.C:], T(number), T(first), last-q)
				}
			}
		}
		q = end
	}
}

// maxTap handles one place of some windows.
func (s *pooling[T]) maxTap(from, to int, pick []T, number, first T, pixels int) {
	c, step := s.p.X.C, s.p.Stride*s.p.X.C
	switch {
	case s.kind == maxForward && number == first:
		tapFirst(s.y[to:], pick, s.x[from:], number, c, pixels, step)
	case s.kind == maxForward:
		tapNext(s.y[to:], pick, s.x[from:], number, first, c, pixels, step)
	case s.kind == maxTangent:
		tapChoose(s.dy[to:], s.dx[from:], pick, number, c, pixels, step)
	case s.p.tiles():
		tapSet(s.dx[from:], s.dy[to:], pick, number, c, pixels, step)
	default:
		tapAdd(s.dx[from:], s.dy[to:], pick, number, c, pixels, step)
	}
}

// The taps handle n channels of some pixels. Those of the image, which are step
// elements apart, belong to the place of the window with the given number.

// tapFirst begins a maximum.
func tapFirst[T Float](y, pick, x []T, number T, n, pixels, step int) {
	if tapFirstVector(y, pick, x, number, n, pixels, step) {
		return
	}
	for p := range pixels {
		for i, v := range x[p*step:][:n] {
			y[p*n+i], pick[p*n+i] = v, number
		}
	}
}

// tapNext goes on with a maximum; first is the number of the first place.
func tapNext[T Float](y, pick, x []T, number, first T, n, pixels, step int) {
	if tapNextVector(y, pick, x, number, first, n, pixels, step) {
		return
	}
	for p := range pixels {
		for i, v := range x[p*step:][:n] {
			switch at := p*n + i; {
			case v != v:
				y[at], pick[at] = v, first
			case v > y[at]:
				y[at], pick[at] = v, number
			}
		}
	}
}

// tapSet sets gradients of the image, tapAdd adds to them. Both begin with +0, so
// that they give the same.
func tapSet[T Float](dx, dy, pick []T, number T, n, pixels, step int) {
	if tapSetVector(dx, dy, pick, number, n, pixels, step) {
		return
	}
	for p := range pixels {
		for i := range n {
			if pick[p*n+i] == number {
				dx[p*step+i] = dy[p*n+i] + 0 // not -0
			} else {
				dx[p*step+i] = 0
			}
		}
	}
}

func tapAdd[T Float](dx, dy, pick []T, number T, n, pixels, step int) {
	if tapAddVector(dx, dy, pick, number, n, pixels, step) {
		return
	}
	for p := range pixels {
		for i := range n {
			if pick[p*n+i] == number {
				dx[p*step+i] += dy[p*n+i]
			} else {
				dx[p*step+i] += 0
			}
		}
	}
}

// tapChoose sets tangents of the maximum.
func tapChoose[T Float](ty, tx, pick []T, number T, n, pixels, step int) {
	if tapChooseVector(ty, tx, pick, number, n, pixels, step) {
		return
	}
	for p := range pixels {
		for i, v := range tx[p*step:][:n] {
			if pick[p*n+i] == number {
				ty[p*n+i] = v
			}
		}
	}
}

// Tiles is a row of windows of H x W pixels of C channels beside each other: a
// pooling whose windows cover each pixel once is one row of them after another.
// In memory it is H rows of W·Count pixels; its results are Count pixels.
type Tiles struct{ H, W, C, Count int }

// Tiles returns a row of windows of p, and whether they cover each pixel once.
func (p Pooling) Tiles() (Tiles, bool) { return Tiles{p.H, p.W, p.X.C, p.Y.W}, p.tiles() }

// Row is the number of elements of a row of pixels.
func (t Tiles) Row() int { return t.W * t.C * t.Count }

// Results is the number of results.
func (t Tiles) Results() int { return t.C * t.Count }

func (t Tiles) check(pixels, results, picks int) {
	if n := t.Results(); pixels < t.H*t.Row() || results < n || picks < n {
		panic(fmt.Sprintf("tensor: %d elements of %d windows of %d x %d pixels of %d channels, with %d results and %d picks", pixels, t.Count, t.H, t.W, t.C, results, picks))
	}
}

// MaxTiles is MaxPool for a row of windows.
func MaxTiles[T Float](t Tiles, y, pick, x []T) {
	t.check(len(x), len(y), len(pick))
	for k := range t.H * t.W {
		from := x[k/t.W*t.Row()+k%t.W*t.C:]
		if k == 0 {
			tapFirst(y, pick, from, 0, t.C, t.Count, t.W*t.C)
		} else {
			tapNext(y, pick, from, T(k), 0, t.C, t.Count, t.W*t.C)
		}
	}
}

// MaxTilesGrad is MaxPoolGrad for row v of the pixels of a row of windows.
func MaxTilesGrad[T Float](t Tiles, v int, dx, dy, pick []T) {
	t.check(len(dx)*t.H, len(dy), len(pick))
	for u := range t.W {
		tapSet(dx[u*t.C:], dy, pick, T(v*t.W+u), t.C, t.Count, t.W*t.C)
	}
}

// MaxTilesTangent is MaxPoolTangent for a row of windows.
func MaxTilesTangent[T Float](t Tiles, ty, tx, pick []T) {
	t.check(len(tx), len(ty), len(pick))
	for k := range t.H * t.W {
		tapChoose(ty, tx[k/t.W*t.Row()+k%t.W*t.C:], pick, T(k), t.C, t.Count, t.W*t.C)
	}
}

// mean handles one image.
func (s *pooling[T]) mean(n int, left []T) {
	x, y, c := s.p.X, s.p.Y, s.p.X.C
	share := T(1 / float64(s.p.H*s.p.W))
	if s.kind == meanGrad {
		s.clear(n)
	}
	for r := range y.H {
		v0, v1 := s.p.span(r, s.p.H, x.H)
		for q := range y.W {
			u0, u1 := s.p.span(q, s.p.W, x.W)
			to := y.At(n, r, q)
			if s.kind == meanGrad {
				Scale(left, s.dy[to:to+c], share)
			} else { // a window may lie in the padding
				clear(s.y[to : to+c])
			}
			for v := v0; v < v1; v++ {
				for u := u0; u < u1; u++ {
					from := x.At(n, v, u)
					if s.kind == meanGrad {
						Add(s.dx[from:from+c], s.dx[from:from+c], left)
					} else {
						Add(s.y[to:to+c], s.y[to:to+c], s.x[from:from+c])
					}
				}
			}
			if s.kind == meanForward {
				Scale(s.y[to:to+c], s.y[to:to+c], share)
			}
		}
	}
}
