package random

import (
	"math"
	"slices"
	"testing"
)

// The layers are of one area each, and the last one ends at the top.
func TestLayersCoverTheDensity(t *testing.T) {
	z := ziggurat()
	edge := func(k int) float64 { return z.scale[k] * 0x1p53 }
	for k := 1; k < layers; k++ {
		if area := edge(k) * (z.height[k+1] - z.height[k]); math.Abs(area-layerArea) > 1e-14 {
			t.Errorf("layer %d has the area %v", k, area)
		}
	}
	tail := math.Sqrt(math.Pi/2) * math.Erfc(tailFrom/math.Sqrt2)
	if area := tailFrom*z.height[1] + tail; math.Abs(area-layerArea) > 1e-15 {
		t.Errorf("the lowest layer has the area %v", area)
	}
}

// A number depends on its place alone, however many are drawn at once.
func TestBlocksAreTheirPlaces(t *testing.T) {
	s := New(3, "noise")
	all, uniform := make([]float64, 4000), make([]float64, 4000)
	s.Normals(all, 7, 2, 0)
	s.Uniforms(uniform, 7, 2, 0)
	for _, from := range []int{0, 1, 2, 3, 5, 1022} {
		for _, n := range []int{1, 2, 3, 4, 7, 2000} {
			part := make([]float64, n)
			if s.Normals(part, 7, 2, uint64(from)); !slices.Equal(part, all[from:from+n]) {
				t.Fatalf("%d normals from %d on are others", n, from)
			}
			if s.Uniforms(part, 7, 2, uint64(from)); !slices.Equal(part, uniform[from:from+n]) {
				t.Fatalf("%d uniforms from %d on are others", n, from)
			}
		}
	}
}

// Bits of numbers of every kind: inside, at edges, in the tail. A platform on
// which they differ computes other noise.
func TestNormalsKnownBits(t *testing.T) {
	s := New(1, "known")
	dst := make([]float64, 1<<16)
	s.Normals(dst, 0, 0, 0)
	sum, tail := uint64(14695981039346656037), 0
	for _, v := range dst {
		sum = (sum ^ math.Float64bits(v)) * 1099511628211
		if math.Abs(v) > tailFrom {
			tail++
		}
	}
	if sum != knownSum || tail != knownTail {
		t.Errorf("sum %#x, %d in the tail; want %#x and %d", sum, tail, uint64(knownSum), knownTail)
	}
}

const (
	knownSum  = 0x35e72d1dc6f3a0d0
	knownTail = 22
)

// sample draws lanes x steps numbers.
func sample(draw func(s Stream, dst []float64, i uint64), lanes, steps int) []float64 {
	s := New(11, "sample")
	dst := make([]float64, lanes*steps)
	for k := range steps {
		draw(s, dst[k*lanes:(k+1)*lanes], uint64(k))
	}
	return dst
}

func normals(s Stream, dst []float64, i uint64)  { s.Normals(dst, i, 0, 0) }
func uniforms(s Stream, dst []float64, i uint64) { s.Uniforms(dst, i, 0, 0) }

func phi(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// The moments of the normal law are 0, 1, 0, 3, 0, 15, 0, 105; the bound is 4.5
// standard errors, from the moments of twice the order.
func TestNormalsHaveTheMoments(t *testing.T) {
	x := sample(normals, 1000, 1000)
	double := []float64{1, 0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10395, 0, 135135, 0, 2027025}
	for p := 1; p <= 8; p++ {
		sum := 0.0
		for _, v := range x {
			sum += math.Pow(v, float64(p))
		}
		mean, n := sum/float64(len(x)), float64(len(x))
		if se := math.Sqrt((double[2*p] - double[p]*double[p]) / n); math.Abs(mean-double[p]) > 4.5*se {
			t.Errorf("moment %d is %v, want %v +- %v", p, mean, double[p], se)
		}
	}
}

// The largest difference of the distribution functions times the root of the
// size is above 1.95 in one of a thousand cases (Kolmogorov 1933).
func TestKolmogorovSmirnov(t *testing.T) {
	for name, c := range map[string]struct {
		draw func(Stream, []float64, uint64)
		cdf  func(float64) float64
	}{"normal": {normals, phi}, "uniform": {uniforms, func(x float64) float64 { return x }}} {
		x := sample(c.draw, 512, 512)
		slices.Sort(x)
		worst, n := 0.0, float64(len(x))
		for i, v := range x {
			f := c.cdf(v)
			worst = max(worst, math.Abs(f-float64(i)/n), math.Abs(f-float64(i+1)/n))
		}
		if d := worst * math.Sqrt(n); d > 1.95 {
			t.Errorf("%s: the distance is %v", name, d)
		}
	}
}

// Tails beyond 2, 3, 3.654 and 4.5, and both signs, are as frequent as they should.
func TestTails(t *testing.T) {
	x := sample(normals, 1000, 2000)
	for _, from := range []float64{0, 2, 3, tailFrom, 4, 4.5} {
		for _, sign := range []float64{1, -1} {
			count := 0.0
			for _, v := range x {
				if sign*v > from {
					count++
				}
			}
			want := phi(-from) * float64(len(x))
			if math.Abs(count-want) > 4.5*math.Sqrt(want) {
				t.Errorf("%v beyond %v: want %v", count, sign*from, want)
			}
		}
	}
}

// Numbers are independent over lanes, steps, elements and streams: the
// correlation of neighbours, and of their squares, is 0 within 4.5 standard
// errors.
func TestIndependence(t *testing.T) {
	const lanes, steps = 500, 400
	a, b := New(5, "a"), New(5, "b")
	grid := func(s Stream, j uint64) []float64 {
		dst := make([]float64, lanes*steps)
		for k := range steps {
			s.Normals(dst[k*lanes:(k+1)*lanes], uint64(k), j, 0)
		}
		return dst
	}
	x, element, stream := grid(a, 0), grid(a, 1), grid(b, 0)
	for name, y := range map[string][]float64{
		"the next lane": x[1:], "the next block": x[4:], "the next step": x[lanes:], "another element": element, "another stream": stream,
	} {
		first, second := 0.0, 0.0
		for i, v := range y {
			first += v * x[i]
			second += (v*v - 1) * (x[i]*x[i] - 1) / 2
		}
		n := math.Sqrt(float64(len(y)))
		if math.Abs(first) > 4.5*n || math.Abs(second) > 4.5*n {
			t.Errorf("%s: correlations %v and %v standard errors from 0", name, first/n, second/n)
		}
	}
}

func BenchmarkNormals(b *testing.B) {
	s, dst := New(1), make([]float64, 256)
	for i := 0; b.Loop(); i++ {
		s.Normals(dst, uint64(i), 0, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/256, "ns/normal")
}

func BenchmarkUniforms(b *testing.B) {
	s, dst := New(1), make([]float64, 256)
	for i := 0; b.Loop(); i++ {
		s.Uniforms(dst, uint64(i), 0, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/256, "ns/uniform")
}
