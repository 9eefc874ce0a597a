package tensor

import "math"

// depth is the number of products that are summed before the sum is added to
// C. It is part of the definition of every product: to change it changes bits.
const depth = 256

// tiling is the shape of the register tile of a level.
type tiling struct {
	rows  int // of A in the largest tile
	lanes int // elements of a vector
}

// width is the number of columns of the widest panel of B.
func (t tiling) width() int { return 2 * t.lanes }

// panel is the number of elements that a packed panel of cols columns has in a
// row: that of one vector or two.
func (t tiling) panel(cols int) int {
	if cols <= t.lanes {
		return t.lanes
	}
	return 2 * t.lanes
}

// padded is the number of elements of a row of all panels of n columns.
func (t tiling) padded(n int) int {
	w := t.width()
	full := n / w * w
	if full == n {
		return n
	}
	return full + t.panel(n-full)
}

func tilingOf[T Float]() tiling {
	t := tiling{rows: 6, lanes: 4}
	if active == levelAVX512 {
		t = tiling{rows: 12, lanes: 8}
	}
	if single[T]() {
		t.lanes *= 2
	}
	return t
}

// strip is rows of A times one packed panel of B, to be put into C. A row of A
// has segments of k elements cs apart, the segments ss apart, the rows rs
// apart; the panel follows that order. All slices start with the first element
// in use; k and segments are at least 1.
type strip[T Float] struct {
	k, segments int
	a           []T
	rs, cs, ss  int
	b           []T
	c           []T
	ldc         int
	rows, cols  int
	add         bool // to C, else set

	// What to fetch into the cache meanwhile, if anything: for each row of the
	// strip fetchLines lines of memory, run elements after those of the row
	// before. Results do not depend on it.
	ahead []T
	run   int
}

const (
	lineBytes  = 64
	fetchLines = depth / fetchSegments
	// fetchSegments is how many segments a strip that fetches has.
	fetchSegments = 16
)

// multiply computes a strip at the level in use.
func (s *strip[T]) multiply(t tiling) {
	if s.rows == 0 {
		return
	}
	if !s.vector(t) {
		s.plain(t)
	}
}

// plain defines what a strip holds.
func (s *strip[T]) plain(t tiling) {
	var sums [32]T
	acc := sums[:s.cols]
	nr := t.panel(s.cols)
	for i := range s.rows {
		clear(acc)
		b := s.b
		for g := range s.segments {
			a := s.a[i*s.rs+g*s.ss:]
			for p := range s.k {
				fmaRow(acc, a[p*s.cs], b)
				b = b[min(nr, len(b)):]
			}
		}
		c := s.c[i*s.ldc:][:s.cols]
		if !s.add {
			copy(c, acc)
			continue
		}
		for j, x := range acc {
			c[j] += x
		}
	}
}

// fmaRow adds x b to acc, each element rounded once.
func fmaRow[T Float](acc []T, x T, b []T) {
	if single[T]() {
		fmaRow32(as32(acc), float32(x), as32(b))
		return
	}
	y := float64(x)
	s := as64(acc)
	for j, v := range as64(b)[:len(s)] {
		s[j] = math.FMA(y, v, s[j])
	}
}

func fmaRow32(acc []float32, x float32, b []float32) {
	y := float64(x)
	for j, v := range b[:len(acc)] {
		// The product is exact. Its sum is rounded twice, which matters only
		// where the first rounding ends between two float32, or where those
		// are subnormal.
		p := y * float64(v)
		s := p + float64(acc[j])
		bits := math.Float64bits(s)
		if bits&0x1fff_ffff == 0x1000_0000 || bits>>52&0x7ff <= 1023-127 {
			s = oddSum(p, float64(acc[j]))
		}
		acc[j] = float32(s)
	}
}

// oddSum returns a + b rounded to odd, so that rounding it again to a shorter
// type gives what rounding the exact sum would.
func oddSum(a, b float64) float64 {
	s := a + b
	t := s - a
	lost := (a - (s - t)) + (b - t)
	bits := math.Float64bits(s)
	if lost == 0 || lost != lost || bits&1 == 1 {
		return s
	}
	if (lost > 0) == (s > 0) {
		return math.Float64frombits(bits + 1)
	}
	return math.Float64frombits(bits - 1)
}

// fused returns a b + c rounded once.
func fused[T Float](a, b, c T) T {
	if !single[T]() {
		return T(math.FMA(float64(a), float64(b), float64(c)))
	}
	return T(float32(oddSum(float64(a)*float64(b), float64(c))))
}
