package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/kernel"
)

// images returns random images with a zero border.
func images[T Float](rng *rand.Rand, g Image) []T {
	x := make([]T, g.Len())
	for r := range g.N * g.H {
		copy(pixelRow(x, g, r), normal[T](rng, g.W*g.C))
	}
	return x
}

// taps calls f for each product of a convolution with the indices of the
// elements of Y, X and W; inside says whether that of X is no padding.
func taps(cv Convolution, dyImage Image, f func(y, x, w int)) {
	in, out := cv.X.C/cv.Groups, cv.Y.C/cv.Groups
	for n := range cv.Y.N {
		for y := range cv.Y.H {
			for x := range cv.Y.W {
				for o := range cv.Y.C {
					for v := range cv.H {
						for u := range cv.W {
							iy, ix := y*cv.Stride+v-cv.Pad, x*cv.Stride+u-cv.Pad
							if iy < 0 || iy >= cv.X.H || ix < 0 || ix >= cv.X.W {
								continue
							}
							for i := range in {
								f(dyImage.At(n, y, x)+o, cv.X.At(n, iy, ix)+o/out*in+i, ((v*cv.W+u)*in+i)*cv.Y.C+o)
							}
						}
					}
				}
			}
		}
	}
}

// near compares with sums in float64, given the sums of magnitudes, and what
// no sum reaches bit for bit with what was there.
func near[T Float](t testing.TB, what string, got []T, sum, size []float64, before []T) {
	t.Helper()
	unit := 0x1p-53
	if single[T]() {
		unit = 0x1p-24
	}
	for i, x := range got {
		if size[i] == 0 && float64(x) != float64(before[i]) {
			t.Fatalf("%s: element %d was written: %v", what, i, x)
		}
		if !(math.Abs(float64(x)-sum[i]) <= 40*unit*size[i]) {
			t.Fatalf("%s: element %d of %d is %v, want %v", what, i, len(got), x, sum[i])
		}
	}
}

// checkConvolution compares a convolution and its gradients with plain loops,
// and all levels and numbers of workers with each other, bit by bit.
func checkConvolution[T Float](t *testing.T, rng *rand.Rand, cv Convolution, add bool) {
	t.Helper()
	dyImage := cv.Y
	dyImage.Border = cv.GradBorder() + rng.IntN(2)
	x, w, dy := images[T](rng, cv.X), normal[T](rng, cv.WeightLen()), images[T](rng, dyImage)
	bias := normal[T](rng, cv.Y.C)
	start := [3][]T{images[T](rng, cv.Y), images[T](rng, cv.X), normal[T](rng, len(w))}
	var sum, size [3][]float64
	for k, s := range start {
		sum[k], size[k] = make([]float64, len(s)), make([]float64, len(s))
	}
	put := func(k, at int, v float64) {
		sum[k][at] += v
		size[k][at] += math.Abs(v)
	}
	taps(cv, cv.Y, func(y, i, j int) { put(0, y, float64(x[i])*float64(w[j])) })
	taps(cv, dyImage, func(y, i, j int) {
		put(1, i, float64(dy[y])*float64(w[j]))
		put(2, j, float64(dy[y])*float64(x[i]))
	})
	for r := range cv.Y.N * cv.Y.H {
		for p := range cv.Y.W * cv.Y.C {
			at := cv.Y.At(r/cv.Y.H, r%cv.Y.H, 0) + p
			put(0, at, float64(bias[p%cv.Y.C]))
			size[0][at] += 1e-30 // written even if there is no product
			if add {
				put(0, at, float64(start[0][at]))
			}
		}
	}
	for r := range cv.X.N * cv.X.H {
		for p := range cv.X.W * cv.X.C {
			at := cv.X.At(r/cv.X.H, r%cv.X.H, 0) + p
			size[1][at] += 1e-30
			if add {
				put(1, at, float64(start[1][at]))
			}
		}
	}
	for at := range w {
		size[2][at] += 1e-30
		if add {
			put(2, at, float64(start[2][at]))
		}
	}
	var first [3][]T
	atLevels(t, func(t *testing.T) {
		for _, workers := range []int{1, 2, 5} {
			what := fmt.Sprintf("%+v, add %v, %d workers", cv, add, workers)
			ws := NewWorkspace[T](workers, max(ConvScratch[T](cv), ConvGradWeightsScratch[T](cv, workers)))
			var got [3][]T
			for k := range got {
				got[k] = append([]T(nil), start[k]...)
			}
			Conv(ws, cv, got[0], x, w, Epilogue[T]{Accumulate: add, Bias: bias})
			active := append([]T(nil), start[0]...)
			Conv(ws, cv, active, x, w, Epilogue[T]{Accumulate: add, Bias: bias, Activation: Tanh})
			for r := range cv.Y.N * cv.Y.H {
				want := slices.Clone(pixelRow(got[0], cv.Y, r))
				for i, v := range want {
					want[i] = T(kernel.Tanh(float64(v)))
				}
				equal(t, "activated "+what, pixelRow(active, cv.Y, r), want)
			}
			ConvGradInput(ws, cv, got[1], dy, w, dyImage, add)
			ConvGradWeights(ws, cv, got[2], x, dy, dyImage, add)
			for k, name := range []string{"result", "gradient of input", "gradient of weights"} {
				if first[k] == nil {
					near(t, name+" of "+what, got[k], sum[k], size[k], start[k])
					first[k] = got[k]
				}
				equal(t, name+" of "+what, got[k], first[k])
			}
		}
	})
}

func TestConvolution(t *testing.T) { both(t, testConvolution[float32], testConvolution[float64]) }

func testConvolution[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for window := 1; window <= 4; window++ {
		for stride := 1; stride <= 3; stride++ {
			for pad := 0; pad <= 2; pad++ {
				for _, c := range []struct{ in, out, groups int }{{1, 1, 1}, {3, 5, 1}, {4, 6, 2}, {4, 4, 4}, {3, 6, 3}} {
					x := Image{1 + rng.IntN(2), 4 + rng.IntN(3), 4 + rng.IntN(4), c.in, pad + rng.IntN(2)}
					cv, err := NewConvolution(x, c.out, Window{window, 1 + rng.IntN(window), stride, pad}, c.groups, rng.IntN(2))
					if err != nil {
						t.Fatal(err)
					}
					checkConvolution[T](t, rng, cv, rng.IntN(2) == 0)
				}
			}
		}
	}
	for _, c := range []struct {
		x        Image
		out      int
		w        Window
		groups   int
		comments string
	}{
		{Image{2, 17, 18, 3, 1}, 20, Window{3, 3, 1, 1}, 1, "blocks of rows"},
		{Image{1, 20, 16, 2, 1}, 4, Window{3, 3, 1, 1}, 2, "blocks of rows, groups"},
		{Image{35, 3, 3, 2, 1}, 3, Window{3, 3, 1, 1}, 1, "gathered images"},
		{Image{2, 2, 270, 2, 0}, 3, Window{1, 3, 1, 0}, 1, "long rows"},
		{Image{1, 3, 3, 200, 1}, 34, Window{3, 3, 2, 1}, 1, "many channels: pieces"},
		{Image{30, 16, 16, 1, 1}, 2, Window{3, 3, 1, 1}, 1, "several blocks of rows in a chunk"},
		{Image{430, 4, 4, 1, 0}, 2, Window{2, 1, 1, 0}, 1, "several gathered blocks in a chunk"},
		{Image{200, 4, 4, 32, 1}, 2, Window{1, 2, 1, 0}, 1, "chunks of one row of taps"},
		{Image{2, 7, 7, 5, 3}, 2, Window{7, 7, 1, 3}, 1, "large window"},
	} {
		cv, err := NewConvolution(c.x, c.out, c.w, c.groups, 1)
		if err != nil {
			t.Fatal(c.comments, err)
		}
		checkConvolution[T](t, rng, cv, false)
		checkConvolution[T](t, rng, cv, true)
	}
}

func TestConvolutionRapid(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(r, name) }
		groups, pad := draw("groups", 1, 3), draw("padding", 0, 2)
		x := Image{draw("images", 0, 3), draw("height", 1, 7), draw("width", 1, 9), groups * draw("input channels", 1, 4), pad + draw("border", 0, 1)}
		w := Window{draw("window height", 1, 4), draw("window width", 1, 4), draw("stride", 1, 3), pad}
		cv, err := NewConvolution(x, groups*draw("output channels", 1, 10), w, groups, draw("border of the result", 0, 1))
		if err != nil {
			if x.H+2*pad >= w.H && x.W+2*pad >= w.W {
				r.Fatal(err)
			}
			return
		}
		checkConvolution[float32](t, rand.New(rand.NewPCG(uint64(draw("seed", 0, 1000)), 1)), cv, rapid.Bool().Draw(r, "add"))
	})
}

func TestConvolutionErrors(t *testing.T) {
	ok := Image{1, 4, 4, 4, 1}
	for name, err := range map[string]error{
		"channels": second(NewConvolution(ok, 0, Window{3, 3, 1, 1}, 1, 0)),
		"groups":   second(NewConvolution(ok, 4, Window{3, 3, 1, 1}, 3, 0)),
		"window":   second(NewConvolution(ok, 4, Window{0, 3, 1, 1}, 1, 0)),
		"fit":      second(NewConvolution(ok, 4, Window{7, 3, 1, 1}, 1, 0)),
		"stride":   second(NewConvolution(ok, 4, Window{3, 3, 0, 1}, 1, 0)),
		"padding":  second(NewConvolution(ok, 4, Window{3, 3, 1, -1}, 1, 0)),
		"border":   second(NewConvolution(ok, 4, Window{3, 3, 1, 1}, 1, -1)),
		"image":    second(NewConvolution(Image{1, 0, 4, 4, 1}, 4, Window{3, 3, 1, 1}, 1, 0)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	cv, err := NewConvolution(ok, 4, Window{3, 3, 1, 1}, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	ws := NewWorkspace[float64](1, max(ConvScratch[float64](cv), ConvGradWeightsScratch[float64](cv, 1)))
	x, y, w := make([]float64, cv.X.Len()), make([]float64, cv.Y.Len()), make([]float64, cv.WeightLen())
	none := Epilogue[float64]{}
	tight := cv
	tight.X.Border = 0
	mustPanic(t, "short input", func() { Conv(ws, cv, y, x[1:], w, none) })
	mustPanic(t, "short result", func() { Conv(ws, cv, y[1:], x, w, none) })
	mustPanic(t, "short weights", func() { Conv(ws, cv, y, x, w[1:], none) })
	mustPanic(t, "border", func() { Conv(ws, tight, y, x, w, none) })
	mustPanic(t, "bias", func() { Conv(ws, cv, y, x, w, Epilogue[float64]{Bias: w[:3]}) })
	mustPanic(t, "border of the gradient", func() { ConvGradInput(ws, cv, x, y, w, cv.Y, false) })
	mustPanic(t, "image of the gradient", func() { ConvGradWeights(ws, cv, w, x, x, Image{1, 4, 5, 2, 1}, false) })
	mustPanic(t, "scratch", func() { Conv(NewWorkspace[float64](1, 1), cv, y, x, w, none) })
}

func second[A, B any](_ A, b B) B { return b }

func TestConvolutionAllocations(t *testing.T) {
	cv, err := NewConvolution(Image{4, 9, 9, 8, 1}, 24, Window{3, 3, 1, 1}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, y, w := make([]float32, cv.X.Len()), make([]float32, cv.Y.Len()), make([]float32, cv.WeightLen())
	atLevels(t, func(t *testing.T) {
		for workers := 1; workers <= 2; workers++ {
			ws := NewWorkspace[float32](workers, max(ConvScratch[float32](cv), ConvGradWeightsScratch[float32](cv, workers)))
			if a := testing.AllocsPerRun(3, func() {
				Conv(ws, cv, y, x, w, Epilogue[float32]{Activation: Relu})
				ConvGradInput(ws, cv, x, y, w, cv.Y, false)
				ConvGradWeights(ws, cv, w, x, y, cv.Y, false)
			}); a != 0 {
				t.Errorf("%d workers: %v allocations", workers, a)
			}
		}
	})
}

func BenchmarkConvolution(b *testing.B) {
	b.Run("float32", benchmarkConvolution[float32])
	b.Run("float64", benchmarkConvolution[float64])
}

func benchmarkConvolution[T Float](b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		x   Image
		out int
	}{{Image{64, 32, 32, 64, 1}, 64}, {Image{64, 32, 32, 3, 1}, 32}, {Image{64, 8, 8, 128, 1}, 128}, {Image{64, 4, 4, 256, 1}, 256}} {
		cv, err := NewConvolution(c.x, c.out, Window{3, 3, 1, 1}, 1, 1)
		if err != nil {
			b.Fatal(err)
		}
		x, w, dy := images[T](rng, cv.X), normal[T](rng, cv.WeightLen()), images[T](rng, cv.Y)
		y, dx, dw := make([]T, len(dy)), make([]T, len(x)), make([]T, len(w))
		flops := 2 * float64(cv.Y.Pixels()*cv.WeightLen())
		for _, workers := range []int{1, 2} {
			ws := NewWorkspace[T](workers, max(ConvScratch[T](cv), ConvGradWeightsScratch[T](cv, workers)))
			for _, k := range []struct {
				name string
				f    func()
			}{
				{"forward", func() { Conv(ws, cv, y, x, w, Epilogue[T]{}) }},
				{"input", func() { ConvGradInput(ws, cv, dx, dy, w, cv.Y, false) }},
				{"weights", func() { ConvGradWeights(ws, cv, dw, x, dy, cv.Y, false) }},
			} {
				b.Run(fmt.Sprintf("%d.%d.%d.%d-%d/%s/%d", c.x.N, c.x.H, c.x.W, c.x.C, c.out, k.name, workers), func(b *testing.B) {
					best := math.Inf(1)
					for b.Loop() {
						best = min(best, elapsed(k.f))
					}
					b.ReportMetric(flops/best*1e-9, "GFLOP/s")
				})
			}
		}
	}
}
