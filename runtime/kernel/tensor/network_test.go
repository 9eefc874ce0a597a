package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
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

// border fails the test if a border is not zero.
func border[T Float](t testing.TB, what string, x []T, g Image) {
	t.Helper()
	inside := append([]T(nil), x...)
	for r := range g.N * g.H {
		clear(pixelRow(inside, g, r))
	}
	for i, v := range inside {
		if v != 0 {
			t.Fatalf("%s: element %d of the border is %v", what, i, v)
		}
	}
}

// close compares float64 vectors with an error relative to the largest.
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

func doublesOf[T Float](x []T) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

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

func TestChannelSums(t *testing.T) { both(t, testChannelSums[float32], testChannelSums[float64]) }

func testChannelSums[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	for c := 1; c <= 70; c++ {
		g := Image{1 + rng.IntN(3), 1 + rng.IntN(12), 1 + rng.IntN(40), c, rng.IntN(2)}
		x := images[T](rng, g)
		want := make([]float64, c)
		for i, v := range flat(x, g) {
			want[i%c] += v
		}
		var first []float64
		atLevels(t, func(t *testing.T) {
			for workers := 1; workers <= 3; workers++ {
				sums := make([]float64, c)
				ChannelSums(NewWorkspace[T](workers, ChannelSumsScratch[T](g)), sums, x, g)
				closeTo(t, "sums", sums, want, 1e-12)
				if first == nil {
					first = sums
				}
				equal(t, "sums", sums, first)
			}
		})
		checkMoments(t, x, g)
	}
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

// normOf is a batch norm, its gradient and their tangents in float64: plain
// formulas on n pixels of c channels.
type normOf struct{ y, dx, dgamma, dbeta []float64 }

func batchNormOf(c int, x, dy, gamma, beta []float64, epsilon float64) normOf {
	n := len(x) / c
	r := normOf{make([]float64, len(x)), make([]float64, len(x)), make([]float64, c), make([]float64, c)}
	for j := range c {
		mean, variance := 0.0, 0.0
		for i := range n {
			mean += x[i*c+j] / float64(n)
		}
		for i := range n {
			variance += (x[i*c+j] - mean) * (x[i*c+j] - mean) / float64(n)
		}
		inv := 1 / math.Sqrt(variance+epsilon)
		for i := range n {
			hat := (x[i*c+j] - mean) * inv
			r.y[i*c+j] = gamma[j]*hat + beta[j]
			r.dgamma[j] += dy[i*c+j] * hat
			r.dbeta[j] += dy[i*c+j]
		}
		for i := range n {
			hat := (x[i*c+j] - mean) * inv
			r.dx[i*c+j] = gamma[j] * inv / float64(n) * (float64(n)*dy[i*c+j] - r.dbeta[j] - hat*r.dgamma[j])
		}
	}
	return r
}

func TestBatchNorm(t *testing.T) { both(t, testBatchNorm[float32], testBatchNorm[float64]) }

func testBatchNorm[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, s := range []struct{ n, h, w, c, bx, by int }{{3, 4, 5, 3, 0, 0}, {2, 3, 3, 17, 1, 0}, {4, 9, 11, 33, 0, 1}, {1, 1, 60, 7, 0, 0}, {5, 8, 16, 64, 1, 1}} {
		bn := BatchNorm{X: Image{s.n, s.h, s.w, s.c, s.bx}, Y: Image{s.n, s.h, s.w, s.c, s.by}, Epsilon: 1e-5}
		x, tx, dy, tdy := images[T](rng, bn.X), images[T](rng, bn.X), images[T](rng, bn.Y), images[T](rng, bn.Y)
		v := [4][]T{}
		for k := range v {
			v[k] = normal[T](rng, s.c)
		}
		gamma, tgamma, beta, tbeta := v[0], v[1], v[2], v[3]
		got := sameEverywhere(t, fmt.Sprintf("%+v", s), BatchNormScratch[T](bn), func(ws *Workspace[T]) [][]T {
			m, tm := Moments{make([]float64, s.c), make([]float64, s.c)}, Moments{make([]float64, s.c), make([]float64, s.c)}
			y, ty, dx, tdx := make([]T, bn.Y.Len()), make([]T, bn.Y.Len()), make([]T, bn.X.Len()), make([]T, bn.X.Len())
			again := make([]T, bn.Y.Len())
			var g [4][]T
			for k := range g {
				g[k] = make([]T, s.c)
			}
			call := func() {
				BatchNormForward(ws, bn, y, x, gamma, beta, m)
				BatchNormApply(ws, bn, again, x, gamma, beta, m)
				BatchNormGrad(ws, bn, dx, g[0], g[1], dy, x, gamma, m)
				BatchNormTangent(ws, bn, ty, tx, x, gamma, tgamma, tbeta, m, tm)
				BatchNormGradTangent(ws, bn, tdx, g[2], g[3], tdy, dy, tx, x, gamma, tgamma, m, tm)
			}
			if a := testing.AllocsPerRun(1, call); a != 0 {
				t.Errorf("%v allocations", a)
			}
			equal(t, "with given moments", again, y)
			active := bn
			active.Activation, active.Alpha = Elu, 0.5
			BatchNormApply(ws, active, again, x, gamma, beta, m)
			for r := range bn.Y.N * bn.Y.H {
				row := pixelRow(y, bn.Y, r)
				want := make([]T, len(row))
				Activate(want, row, Elu, 0.5)
				equal(t, "activated", pixelRow(again, bn.Y, r), want)
			}
			border(t, "y", y, bn.Y)
			border(t, "dx", dx, bn.X)
			return [][]T{y, dx, g[0], g[1], ty, tdx, g[2], g[3]}
		})
		at := func(h float64) normOf {
			move := func(a, b []float64) []float64 {
				for i := range a {
					a[i] += h * b[i]
				}
				return a
			}
			return batchNormOf(s.c, move(flat(x, bn.X), flat(tx, bn.X)), move(flat(dy, bn.Y), flat(tdy, bn.Y)),
				move(doublesOf(gamma), doublesOf(tgamma)), move(doublesOf(beta), doublesOf(tbeta)), bn.Epsilon)
		}
		tolerance := 1e-13
		if single[T]() {
			tolerance = 2e-6
		}
		want := at(0)
		closeTo(t, "y", flat(got[0], bn.Y), want.y, tolerance)
		closeTo(t, "dx", flat(got[1], bn.X), want.dx, tolerance)
		closeTo(t, "dgamma", doublesOf(got[2]), want.dgamma, tolerance)
		closeTo(t, "dbeta", doublesOf(got[3]), want.dbeta, tolerance)
		// Tangents against differences of fourth order.
		const h = 1e-3
		d := func(part func(normOf) []float64) []float64 {
			a, b, c, e := part(at(h)), part(at(-h)), part(at(2*h)), part(at(-2*h))
			for i := range a {
				a[i] = (8*(a[i]-b[i]) - (c[i] - e[i])) / (12 * h)
			}
			return a
		}
		tolerance = max(tolerance, 1e-8)
		closeTo(t, "tangent of y", flat(got[4], bn.Y), d(func(r normOf) []float64 { return r.y }), tolerance)
		closeTo(t, "tangent of dx", flat(got[5], bn.X), d(func(r normOf) []float64 { return r.dx }), tolerance)
		closeTo(t, "tangent of dgamma", doublesOf(got[6]), d(func(r normOf) []float64 { return r.dgamma }), tolerance)
		closeTo(t, "tangent of dbeta", doublesOf(got[7]), d(func(r normOf) []float64 { return r.dbeta }), tolerance)
	}
}

func TestPooling(t *testing.T) { both(t, testPooling[float32], testPooling[float64]) }

func testPooling[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	for window := 1; window <= 3; window++ {
		for stride := 1; stride <= 3; stride++ {
			for pad := range window {
				x := Image{1 + rng.IntN(3), 3 + rng.IntN(4), 3 + rng.IntN(4), 1 + rng.IntN(20), rng.IntN(2)}
				p, err := NewPooling(x, Window{window, max(pad+1, 1+rng.IntN(3)), stride, pad}, rng.IntN(2))
				if err != nil {
					t.Fatal(err)
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
		p, err := NewPooling(x, Window{draw("window height", 1, 3), draw("window width", 1, 3), draw("stride", 1, 3), draw("padding", 0, 2)}, 1)
		if err == nil {
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
	p, err := NewPooling(Image{1, 2, 2, 1, 0}, Window{2, 2, 2, 0}, 0)
	if err != nil {
		t.Fatal(err)
	}
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

func TestPoolingErrors(t *testing.T) {
	x := Image{1, 4, 4, 2, 0}
	for name, err := range map[string]error{
		"padding": second(NewPooling(x, Window{2, 2, 1, 2}, 0)), "border": second(NewPooling(x, Window{2, 2, 1, 0}, -1)),
		"window": second(NewPooling(x, Window{5, 2, 1, 0}, 0)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestGlobalMean(t *testing.T) { both(t, testGlobalMean[float32], testGlobalMean[float64]) }

func testGlobalMean[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	for _, g := range []Image{{2, 3, 4, 5, 0}, {3, 2, 2, 40, 1}, {1, 1, 1, 1, 2}, {0, 1, 1, 1, 0}} {
		x, dy := images[T](rng, g), normal[T](rng, g.N*g.C)
		want, grad := make([]float64, g.N*g.C), make([]float64, g.Pixels()*g.C)
		for i, v := range flat(x, g) {
			at := i/(g.H*g.W*g.C)*g.C + i%g.C
			want[at] += v / float64(g.H*g.W)
			grad[i] = float64(dy[at]) / float64(g.H*g.W)
		}
		got := sameEverywhere(t, fmt.Sprint(g), GlobalMeanScratch[T](g), func(ws *Workspace[T]) [][]T {
			y, dx := make([]T, g.N*g.C), make([]T, g.Len())
			GlobalMean(ws, y, x, g)
			GlobalMeanGrad(dx, dy, g)
			border(t, "dx", dx, g)
			return [][]T{y, dx}
		})
		closeTo(t, "mean", doublesOf(got[0]), want, 2e-7)
		closeTo(t, "gradient", flat(got[1], g), grad, 2e-7)
	}
}

func TestSoftmax(t *testing.T) { both(t, testSoftmax[float32], testSoftmax[float64]) }

func testSoftmax[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	tolerance := 1e-14
	if single[T]() {
		tolerance = 2e-7
	}
	for _, classes := range []int{1, 2, 3, 10, 100, 255, 256, 257, 700} {
		const rows = 5
		z, v := normal[T](rng, rows*classes), normal[T](rng, rows*classes)
		labels := make([]int32, rows)
		for i := range labels {
			labels[i] = int32(rng.IntN(classes))
			z[i*classes] += T(100 * i) // far from all else
		}
		const scale = 0.5
		loss, grad, soft, tangent := make([]float64, rows), make([]float64, len(z)), make([]float64, len(z)), make([]float64, len(z))
		for i := range rows {
			top, sum, mean := math.Inf(-1), 0.0, 0.0
			for j := range classes {
				top = math.Max(top, float64(z[i*classes+j]))
			}
			for j := range classes {
				sum += math.Exp(float64(z[i*classes+j]) - top)
			}
			loss[i] = math.Log(sum) + top - float64(z[i*classes+int(labels[i])])
			for j := range classes {
				p := math.Exp(float64(z[i*classes+j])-top) / sum
				soft[i*classes+j], grad[i*classes+j] = p, scale*p
				mean += p * float64(v[i*classes+j])
			}
			grad[i*classes+int(labels[i])] -= scale
			for j := range classes {
				tangent[i*classes+j] = soft[i*classes+j] * (float64(v[i*classes+j]) - mean)
			}
		}
		var losses []float64
		got := sameEverywhere(t, fmt.Sprint(classes), 0, func(*Workspace[T]) [][]T {
			out := [][]T{make([]T, len(z)), make([]T, len(z)), make([]T, len(z))}
			l := make([]float64, rows)
			if a := testing.AllocsPerRun(1, func() {
				SoftmaxCrossEntropy(l, out[0], z, labels, classes, scale)
				Softmax(out[1], z, classes)
				SoftmaxTangent(out[2], out[1], v, classes)
			}); a != 0 {
				t.Errorf("%v allocations", a)
			}
			alone := make([]float64, rows)
			SoftmaxCrossEntropy(alone, nil, z, labels, classes, scale)
			equal(t, "losses alone", alone, l)
			if losses == nil {
				losses = l
			}
			equal(t, "losses", l, losses)
			inPlace := append([]T(nil), z...)
			SoftmaxCrossEntropy(alone, inPlace, inPlace, labels, classes, scale)
			equal(t, "in place", inPlace, out[0])
			return out
		})
		closeTo(t, "losses", losses, loss, 1e-13)
		closeTo(t, "gradient", doublesOf(got[0]), grad, tolerance)
		closeTo(t, "softmax", doublesOf(got[1]), soft, tolerance)
		closeTo(t, "tangent", doublesOf(got[2]), tangent, 10*tolerance)
	}
	mustPanic(t, "label", func() { SoftmaxCrossEntropy(make([]float64, 1), nil, make([]T, 3), []int32{3}, 3, 1) })
	mustPanic(t, "labels", func() { SoftmaxCrossEntropy(make([]float64, 2), nil, make([]T, 6), []int32{1}, 3, 1) })
	mustPanic(t, "classes", func() { Softmax(make([]T, 4), make([]T, 4), 3) })
}

// TestSmallLoss holds a loss near 0 and its gradient to their relative error.
func TestSmallLoss(t *testing.T) {
	z, grad, loss := []float64{50, 1, 0}, make([]float64, 3), make([]float64, 1)
	SoftmaxCrossEntropy(loss, grad, z, []int32{0}, 3, 1)
	rest := math.Exp(-49) + math.Exp(-50)
	if math.Abs(loss[0]/rest-1) > 1e-14 || math.Abs(grad[0]/-rest-1) > 1e-14 {
		t.Errorf("loss %v, gradient %v, want %v", loss[0], grad[0], rest)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		SoftmaxCrossEntropy(loss, grad, []float64{0, bad, 1}, []int32{0}, 3, 1)
		if !math.IsNaN(loss[0]) && !math.IsInf(loss[0], 1) {
			t.Errorf("logit %v gives a loss of %v", bad, loss[0])
		}
	}
}

// TestBatchNormFarFromZero takes a batch whose mean is far greater than its
// spread, where squares that are not of differences would cancel.
func TestBatchNormFarFromZero(t *testing.T) {
	rng := rand.New(rand.NewPCG(29, 30))
	g := Image{3, 20, 30, 5, 0}
	bn := BatchNorm{X: g, Y: g}
	x, one, zero := normal[float64](rng, g.Len()), []float64{1, 1, 1, 1, 1}, make([]float64, 5)
	m, far := Moments{make([]float64, 5), make([]float64, 5)}, Moments{make([]float64, 5), make([]float64, 5)}
	ws, y := NewWorkspace[float64](1, BatchNormScratch[float64](bn)), make([]float64, len(x))
	BatchNormForward(ws, bn, y, x, one, zero, m)
	for i := range x {
		x[i] += 1e8
	}
	BatchNormForward(ws, bn, y, x, one, zero, far)
	for c := range one {
		if d := math.Abs(far.InvStd[c]/m.InvStd[c] - 1); d > 1e-7 {
			t.Errorf("channel %d: %v, near zero %v", c, far.InvStd[c], m.InvStd[c])
		}
	}
}

func TestBatchNormPanics(t *testing.T) {
	g := Image{2, 2, 2, 3, 0}
	bn := BatchNorm{X: g, Y: g, Epsilon: 1e-5}
	ws, x, v := NewWorkspace[float64](1, BatchNormScratch[float64](bn)), make([]float64, g.Len()), make([]float64, 3)
	m := Moments{make([]float64, 3), make([]float64, 3)}
	other := bn
	other.Y.W++
	mustPanic(t, "sizes", func() { BatchNormForward(ws, other, make([]float64, 99), x, v, v, m) })
	mustPanic(t, "gamma", func() { BatchNormForward(ws, bn, x, x, v[:2], v, m) })
	mustPanic(t, "x", func() { BatchNormForward(ws, bn, x, x[1:], v, v, m) })
	mustPanic(t, "scratch", func() { BatchNormForward(NewWorkspace[float64](1, 3), bn, x, x, v, v, m) })
	mustPanic(t, "image", func() { ChannelSums(ws, v, x, Image{2, 2, 2, 0, 0}) })
}

// counter counts how often each item is done, and by whom.
type counter struct{ done, worker []int }

func (c *counter) Do(item, worker int) {
	c.done[item]++
	c.worker[item] = worker
}

func TestParallel(t *testing.T) {
	for workers := range 5 {
		ws := NewWorkspace[float32](workers, -1)
		if ws.Workers() != max(workers, 1) {
			t.Errorf("%d workers, want %d", ws.Workers(), workers)
		}
		for _, items := range []int{0, 1, 2, 3, 100} {
			c := &counter{make([]int, items), make([]int, items)}
			ws.Parallel(items, c)
			for i, n := range c.done {
				if n != 1 || c.worker[i] < 0 || c.worker[i] >= ws.Workers() {
					t.Fatalf("item %d of %d was done %d times, last by worker %d of %d", i, items, n, c.worker[i], workers)
				}
			}
			if a := testing.AllocsPerRun(3, func() { ws.Parallel(items, c) }); a != 0 {
				t.Errorf("%d items, %d workers: %v allocations", items, workers, a)
			}
		}
	}
}

// meeting is a task whose items wait for each other.
type meeting chan int

func (m meeting) Do(item, _ int) {
	if item == 0 {
		m <- 1
	} else {
		<-m
	}
}

func TestParallelWorkersRunTogether(*testing.T) {
	NewWorkspace[float64](2, 0).Parallel(2, make(meeting))
}

func BenchmarkNetwork(b *testing.B) {
	b.Run("float32", benchmarkNetwork[float32])
	b.Run("float64", benchmarkNetwork[float64])
}

// benchmarkNetwork times what stands between the products of a network.
func benchmarkNetwork[T Float](b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, g := range []Image{{64, 32, 32, 32, 1}, {64, 8, 8, 128, 1}} {
		bn := BatchNorm{X: g, Y: g, Epsilon: 1e-5}
		p, err := NewPooling(g, Window{2, 2, 2, 0}, 1)
		if err != nil {
			b.Fatal(err)
		}
		x, y, dy := images[T](rng, g), make([]T, g.Len()), images[T](rng, g)
		v, w, z, pick := normal[T](rng, g.C), normal[T](rng, g.C), make([]T, p.Y.Len()), make([]T, p.Y.Len())
		m, tm := Moments{make([]float64, g.C), make([]float64, g.C)}, Moments{make([]float64, g.C), make([]float64, g.C)}
		ws := NewWorkspace[T](2, max(BatchNormScratch[T](bn), PoolScratch[T](p, 2)))
		BatchNormForward(ws, bn, y, x, v, w, m)
		for _, k := range []struct {
			name string
			f    func()
		}{
			{"BatchNormForward", func() { BatchNormForward(ws, bn, y, x, v, v, m) }},
			{"BatchNormGrad", func() { BatchNormGrad(ws, bn, y, v, w, dy, x, v, m) }},
			{"BatchNormTangent", func() { BatchNormTangent(ws, bn, y, dy, x, v, nil, nil, m, tm) }},
			{"BatchNormGradTangent", func() { BatchNormGradTangent(ws, bn, y, v, w, dy, dy, x, x, v, nil, m, tm) }},
			{"MaxPool", func() { MaxPool(ws, p, z, pick, x) }},
			{"MaxPoolGrad", func() { MaxPoolGrad(ws, p, y, z, pick) }},
			{"MaxPoolTangent", func() { MaxPoolTangent(ws, p, z, dy, pick) }},
			{"MeanPool", func() { MeanPool(ws, p, z, x) }},
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
	const rows, classes = 5000, 10
	z, grad, losses, labels := normal[T](rng, rows*classes), make([]T, rows*classes), make([]float64, rows), make([]int32, rows)
	b.Run("SoftmaxCrossEntropy-5000x10", func(b *testing.B) {
		best := math.Inf(1)
		for b.Loop() {
			best = min(best, elapsed(func() { SoftmaxCrossEntropy(losses, grad, z, labels, classes, 1) }))
		}
		b.ReportMetric(best*1e9/rows, "ns/row")
	})
}
