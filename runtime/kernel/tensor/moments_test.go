package tensor

import (
	"math"
	"math/rand/v2"
	"testing"
)

// flat copies the pixels of images to float64, without borders.
func flat[T Float](x []T, g Image) []float64 {
	var out []float64
	for r := range g.N * g.H {
		for _, v := range pixelRow(x, g, r) {
			out = append(out, float64(v))
		}
	}
	return out
}

// closeTo compares float64 vectors with an error relative to the largest.
func closeTo(t testing.TB, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	size := 1e-3
	for _, w := range want {
		size = max(size, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tolerance*size) {
			t.Fatalf("%s: element %d of %d is %v, want %v", what, i, len(got), got[i], w)
		}
	}
}

func TestChannelMoments(t *testing.T) {
	both(t, testChannelMoments[float32], testChannelMoments[float64])
}

func testChannelMoments[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	for c := 1; c <= 70; c++ {
		g := Image{1 + rng.IntN(3), 1 + rng.IntN(12), 1 + rng.IntN(40), c, rng.IntN(2)}
		checkMoments(t, images[T](rng, g), g)
	}
	mustPanic(t, "image", func() {
		ChannelMoments(NewWorkspace[T](1, 99), make([]float64, 1), make([]float64, 1), nil, Image{2, 2, 2, 0, 0})
	})
	mustPanic(t, "scratch", func() {
		ChannelMoments(NewWorkspace[T](1, 3), make([]float64, 1), make([]float64, 1), make([]T, 4), Image{1, 2, 2, 1, 0})
	})
}

// checkMoments compares the moments of the channels with plain sums.
func checkMoments[T Float](t *testing.T, x []T, g Image) {
	t.Helper()
	all, n := flat(x, g), float64(g.Pixels())
	want, squares := make([]float64, g.C), make([]float64, g.C)
	for i, v := range all {
		want[i%g.C] += v / n
	}
	for i, v := range all {
		squares[i%g.C] += (v - want[i%g.C]) * (v - want[i%g.C])
	}
	var first []float64
	atLevels(t, func(t *testing.T) {
		for workers := 1; workers <= 3; workers++ {
			mean, sum := make([]float64, g.C), make([]float64, g.C)
			ChannelMoments(NewWorkspace[T](workers, ChannelMomentsScratch[T](g)), mean, sum, x, g)
			closeTo(t, "means", mean, want, 1e-13)
			closeTo(t, "squares", sum, squares, 1e-12)
			if first == nil {
				first = mean
			}
			equal(t, "means", mean, first)
		}
	})
}

// TestMomentsFarFromZero takes a batch whose mean is far greater than its
// spread, where squares that are not of differences would cancel.
func TestMomentsFarFromZero(t *testing.T) {
	rng := rand.New(rand.NewPCG(29, 30))
	g := Image{3, 20, 30, 5, 0}
	x := normal[float64](rng, g.Len())
	mean, near, far := make([]float64, 5), make([]float64, 5), make([]float64, 5)
	ws := NewWorkspace[float64](1, ChannelMomentsScratch[float64](g))
	ChannelMoments(ws, mean, near, x, g)
	for i := range x {
		x[i] += 1e8
	}
	ChannelMoments(ws, mean, far, x, g)
	for c := range near {
		if d := math.Abs(far[c]/near[c] - 1); !(d <= 1e-7) {
			t.Errorf("channel %d: %v, near zero %v", c, far[c], near[c])
		}
	}
}

func BenchmarkChannelMoments(b *testing.B) {
	b.Run("float32", benchmarkChannelMoments[float32])
	b.Run("float64", benchmarkChannelMoments[float64])
}

func benchmarkChannelMoments[T Float](b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, g := range []Image{{64, 32, 32, 32, 1}, {64, 8, 8, 128, 1}} {
		x, mean, squares := images[T](rng, g), make([]float64, g.C), make([]float64, g.C)
		ws := NewWorkspace[T](2, ChannelMomentsScratch[T](g))
		b.Run(g.String(), func(b *testing.B) {
			best := math.Inf(1)
			for b.Loop() {
				best = min(best, elapsed(func() { ChannelMoments(ws, mean, squares, x, g) }))
			}
			b.ReportMetric(best*1e9/float64(g.Pixels()*g.C), "ns/element")
		})
	}
}
