package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// sameEverywhere runs f at every level with several workers and compares all
// that it returns bit by bit. It returns the first result.
func sameEverywhere[T Float](t *testing.T, what string, size int, f func(ws *Workspace[T]) [][]T) [][]T {
	t.Helper()
	var first [][]T
	atLevels(t, func(t *testing.T) {
		for _, workers := range []int{1, 2, 3} {
			got := f(NewWorkspace[T](workers, size))
			if first == nil {
				first = got
			}
			for k := range got {
				equal(t, fmt.Sprintf("%s: output %d, %d workers", what, k, workers), got[k], first[k])
			}
		}
	})
	return first
}

// poolingOf returns the shape of a pooling of x; ok is false where some window
// would lie in the padding or beyond the image.
func poolingOf(x Image, w Window, border int) (p Pooling, ok bool) {
	y, err := w.out(x)
	y.Border = border
	return Pooling{w, x, y}, err == nil && w.Pad < min(w.H, w.W)
}

func TestPooling(t *testing.T) { both(t, testPooling[float32], testPooling[float64]) }

func testPooling[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	for window := 1; window <= 3; window++ {
		for stride := 1; stride <= 3; stride++ {
			for pad := range window {
				x := Image{1 + rng.IntN(3), 3 + rng.IntN(4), 3 + rng.IntN(4), 1 + rng.IntN(20), rng.IntN(2)}
				p, ok := poolingOf(x, Window{window, max(pad+1, 1+rng.IntN(3)), stride, pad}, rng.IntN(2))
				if !ok {
					t.Fatalf("%+v is no pooling", p)
				}
				checkPooling[T](t, rng, p)
			}
		}
	}
}

func TestPoolingRapid(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(r, name) }
		x := Image{draw("images", 0, 3), draw("height", 1, 6), draw("width", 1, 6), draw("channels", 1, 18), draw("border", 0, 1)}
		p, ok := poolingOf(x, Window{draw("window height", 1, 3), draw("window width", 1, 3), draw("stride", 1, 3), draw("padding", 0, 2)}, 1)
		if ok {
			checkPooling[float64](t, rand.New(rand.NewPCG(uint64(draw("seed", 0, 100)), 1)), p)
		}
	})
}

func checkPooling[T Float](t *testing.T, rng *rand.Rand, p Pooling) {
	t.Helper()
	x, tx, dy := images[T](rng, p.X), images[T](rng, p.X), images[T](rng, p.Y)
	for r := range p.X.N * p.X.H { // few values, so many ties
		for i, row := 0, pixelRow(x, p.X, r); i < len(row); i++ {
			row[i] = T(rng.IntN(3) - 2)
		}
	}
	for r := range p.Y.N * p.Y.H { // and signed zeros
		for i, row := 0, pixelRow(dy, p.Y, r); i < len(row); i++ {
			if rng.IntN(4) == 0 {
				row[i] = T(math.Copysign(0, -1))
			}
		}
	}
	want := make([][]T, 5)
	for k, n := range []int{p.Y.Len(), p.X.Len(), p.Y.Len(), p.Y.Len(), p.X.Len()} {
		want[k] = make([]T, n)
	}
	for n := range p.Y.N {
		for y := range p.Y.H {
			for q := range p.Y.W {
				for c := range p.Y.C {
					best, sum, to := -1, T(0), p.Y.At(n, y, q)+c
					share := T(dy[to] * T(1/float64(p.H*p.W)))
					for v := y*p.Stride - p.Pad; v < y*p.Stride-p.Pad+p.H; v++ {
						for u := q*p.Stride - p.Pad; u < q*p.Stride-p.Pad+p.W; u++ {
							if v < 0 || v >= p.X.H || u < 0 || u >= p.X.W {
								continue
							}
							from := p.X.At(n, v, u) + c
							if best < 0 || x[from] > x[best] {
								best = from
							}
							sum += x[from]
							want[4][from] += share
						}
					}
					want[0][to], want[2][to] = x[best], tx[best]
					want[1][best] += dy[to]
					want[3][to] = sum * T(1/float64(p.H*p.W))
				}
			}
		}
	}
	got := sameEverywhere(t, fmt.Sprintf("%+v", p), PoolScratch[T](p, 3), func(ws *Workspace[T]) [][]T {
		out := make([][]T, len(want))
		for k := range out {
			out[k] = make([]T, len(want[k]))
		}
		pick := make([]T, p.Y.Pixels()*p.Y.C)
		call := func() {
			MaxPool(ws, p, out[0], nil, x)
			clear(out[0])
			MaxPool(ws, p, out[0], pick, x)
			MaxPoolGrad(ws, p, out[1], dy, pick)
			MaxPoolTangent(ws, p, out[2], tx, pick)
			MeanPool(ws, p, out[3], x)
			MeanPoolGrad(ws, p, out[4], dy)
		}
		if a := testing.AllocsPerRun(1, call); a != 0 {
			t.Errorf("%v allocations", a)
		}
		return out
	})
	for k, name := range []string{"greatest", "gradient of the greatest", "tangent of the greatest", "mean", "gradient of the mean"} {
		equal(t, fmt.Sprintf("%s of %+v", name, p), got[k], want[k])
	}
}

func TestPoolingNaN(t *testing.T) {
	p := Pooling{Window{2, 2, 2, 0}, Image{1, 2, 2, 1, 0}, Image{1, 1, 1, 1, 0}}
	atLevels(t, func(t *testing.T) {
		for at := range 4 {
			x, y, pick := []float64{1, 2, 3, 4}, []float64{0}, []float64{9}
			x[at] = math.NaN()
			ws := NewWorkspace[float64](1, PoolScratch[float64](p, 1))
			MaxPool(ws, p, y, pick, x)
			if y[0] == y[0] || pick[0] != 0 {
				t.Errorf("NaN at %d gives %v at %v", at, y[0], pick[0])
			}
		}
	})
}

func BenchmarkPooling(b *testing.B) {
	b.Run("float32", benchmarkPooling[float32])
	b.Run("float64", benchmarkPooling[float64])
}

func benchmarkPooling[T Float](b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, g := range []Image{{64, 32, 32, 32, 1}, {64, 8, 8, 128, 1}} {
		p, _ := poolingOf(g, Window{2, 2, 2, 0}, 1)
		x, dx, y, pick := images[T](rng, g), make([]T, g.Len()), make([]T, p.Y.Len()), make([]T, p.Y.Len())
		ws := NewWorkspace[T](2, PoolScratch[T](p, 2))
		for _, k := range []struct {
			name string
			f    func()
		}{
			{"MaxPool", func() { MaxPool(ws, p, y, pick, x) }},
			{"MaxPoolGrad", func() { MaxPoolGrad(ws, p, dx, y, pick) }},
			{"MaxPoolTangent", func() { MaxPoolTangent(ws, p, y, dx, pick) }},
			{"MeanPool", func() { MeanPool(ws, p, y, x) }},
		} {
			b.Run(fmt.Sprintf("%s-%d.%d.%d.%d", k.name, g.N, g.H, g.W, g.C), func(b *testing.B) {
				best := math.Inf(1)
				for b.Loop() {
					best = min(best, elapsed(k.f))
				}
				b.ReportMetric(best*1e9/float64(g.Pixels()*g.C), "ns/element")
			})
		}
	}
}
