package tensor

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"relief/runtime/kernel"
)

// atLevels runs a test at every level that the machine has.
func atLevels(t *testing.T, f func(t *testing.T)) {
	before := active
	defer func() { active = before }()
	for l := levelGo; l <= best(); l++ {
		active = l
		t.Run(l.String(), f)
	}
}

// both runs a test for both element types.
func both(t *testing.T, f32, f64 func(t *testing.T)) {
	t.Run("float32", f32)
	t.Run("float64", f64)
}

func normal[T Float](rng *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64())
	}
	return x
}

// same compares bits; every NaN equals every other.
func same[T Float](a, b T) bool {
	return a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || a != a && b != b
}

// equal fails the test at the first element that differs.
func equal[T Float](t testing.TB, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !same(got[i], want[i]) {
			t.Fatalf("%s: element %d of %d is %x, want %x", what, i, len(got), got[i], want[i])
		}
	}
}

func TestFused(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func() float32 {
		switch rng.IntN(4) {
		case 0: // few bits, so that sums lie half way
			return float32(rng.IntN(1<<13)-1<<12) * float32(math.Exp2(float64(rng.IntN(60)-30)))
		case 1:
			return math.Float32frombits(rng.Uint32N(0x7f80_0000)) * float32(1-2*rng.IntN(2))
		case 2: // near the end of the exponents
			return float32(rng.NormFloat64() * math.Exp2(float64(-60-rng.IntN(70))))
		}
		return float32(rng.NormFloat64())
	}
	exact := func(x float32) *big.Float { return new(big.Float).SetPrec(1000).SetFloat64(float64(x)) }
	halves := 0
	for range 100000 {
		a, b, c := draw(), draw(), draw()
		if rng.IntN(3) == 0 { // a sum next to the middle of two float32
			c = a * b * float32(math.Exp2(float64(24+rng.IntN(4))))
			if math.IsInf(float64(c), 0) || c != c {
				continue
			}
		}
		sum := exact(a)
		sum.Mul(sum, exact(b)).Add(sum, exact(c))
		want, _ := sum.Float32()
		if sum.Sign() == 0 {
			want = 0
		}
		if float32(float64(a)*float64(b)+float64(c)) != want {
			halves++
		}
		if got := fused(a, b, c); got != want {
			t.Fatalf("fused(%x, %x, %x) = %x, want %x", a, b, c, got, want)
		}
		acc := []float32{c}
		if fmaRow32(acc, a, []float32{b}); acc[0] != want {
			t.Fatalf("fmaRow32(%x, %x, %x) = %x, want %x", a, b, c, acc[0], want)
		}
	}
	// Sums just below the middle of two subnormal numbers.
	a, b := float32(1+0x1p-23)*0x1p-75, float32(1-0x1p-23)*0x1p-75
	for k := float32(1<<19 + 1); k < 1<<23; k = 2*k - 1 {
		c := k * 0x1p-149
		if float32(float64(a)*float64(b)+float64(c)) == c {
			t.Fatalf("rounding twice gives %x too", c)
		}
		acc := []float32{c, -c}
		fmaRow32(acc[:1], a, []float32{b})
		fmaRow32(acc[1:], -a, []float32{b})
		if got := fused(a, b, c); got != c || acc[0] != c || acc[1] != -c {
			t.Fatalf("%x + a little less than half a step: %x, %x, %x", c, got, acc[0], acc[1])
		}
	}
	if halves < 20 {
		t.Errorf("only %d sums need more than rounding twice", halves)
	}
}

// TestTiles covers every height and width of a tile, one or several of them,
// segments, set and add, and looks for writes out of bounds.
func TestTiles(t *testing.T) { both(t, testTiles[float32], testTiles[float64]) }

func testTiles[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	atLevels(t, func(t *testing.T) {
		l := tilingOf[T]()
		for rows := 1; rows <= 3*l.rows; rows++ {
			for cols := 1; cols <= l.width(); cols++ {
				k, segments := 1+rng.IntN(5), 1+rng.IntN(3)
				s := strip[T]{k: k, segments: segments, rows: rows, cols: cols, add: rng.IntN(2) == 0}
				s.rs, s.cs, s.ss = 1+rng.IntN(9), 1+rng.IntN(9), rng.IntN(20)
				s.ldc = cols + rng.IntN(3)
				s.a = normal[T](rng, (rows-1)*s.rs+(segments-1)*s.ss+(k-1)*s.cs+1)
				s.b = normal[T](rng, segments*k*l.panel(cols))
				all := normal[T](rng, rows*s.ldc+80)
				want := append([]T(nil), all...)
				s.c = want[40:]
				s.plain(l)
				s.c = all[40:]
				s.multiply(l)
				equal(t, fmt.Sprintf("%d x %d, k %d x %d, strides %d %d %d %d, add %v", rows, cols, segments, k, s.rs, s.cs, s.ss, s.ldc, s.add), all, want)
			}
		}
	})
}

// productOf is the definition of a product, one element at a time.
func productOf[T Float](c, a, b Matrix[T], e Epilogue[T]) {
	for i := range c.Rows {
		for j := range c.Cols {
			at := &c.Data[i*c.RowStride+j]
			var total T
			if e.Accumulate {
				total = *at
			}
			for q := 0; q < a.Cols; q += 256 {
				var sum T
				for p := q; p < min(q+256, a.Cols); p++ {
					sum = fused(a.Data[i*a.RowStride+p*a.ColStride], b.Data[p*b.RowStride+j*b.ColStride], sum)
				}
				if q == 0 && !e.Accumulate {
					total = sum
				} else {
					total += sum
				}
			}
			if e.Bias != nil {
				total += e.Bias[j]
			}
			switch e.Activation {
			case Relu:
				if total <= 0 {
					total = 0
				}
			case Tanh:
				total = T(kernel.Tanh(float64(total)))
			}
			*at = total
		}
	}
}

// view returns a random matrix whose layout is one of several.
func view[T Float](rng *rand.Rand, rows, cols, layout int) Matrix[T] {
	m := Matrix[T]{Rows: rows, Cols: cols}
	switch layout {
	case 0:
		m.RowStride, m.ColStride = cols, 1
	case 1:
		m.RowStride, m.ColStride = 1, rows
	case 2:
		m.RowStride, m.ColStride = cols+600, 1
	case 3:
		m.RowStride, m.ColStride = 1, rows+600
	default:
		m.RowStride, m.ColStride = 2*cols+rng.IntN(3), 2
	}
	m.Data = normal[T](rng, max(rows-1, 0)*m.RowStride+max(cols-1, 0)*m.ColStride+1)
	return m
}

const layouts = 5

// checkProduct compares products at every level with any number of workers
// with the definition.
func checkProduct[T Float](t *testing.T, rng *rand.Rand, m, n, k, la, lb int, e Epilogue[T], workers ...int) {
	t.Helper()
	a, b := view[T](rng, m, k, la), view[T](rng, k, n, lb)
	ldc := n + rng.IntN(4)
	start := normal[T](rng, m*ldc+64)
	want, got := append([]T(nil), start...), make([]T, len(start))
	in := func(data []T) Matrix[T] { return Matrix[T]{data[32:], m, n, ldc, 1} }
	productOf(in(want), a, b, e)
	atLevels(t, func(t *testing.T) {
		for _, w := range workers {
			copy(got, start)
			MatMul(NewWorkspace[T](w, MatMulScratch[T](m, n, k, w)), in(got), a, b, e)
			what := fmt.Sprintf("%d x %d x %d, layouts %d %d, %d workers, %+v", m, k, n, la, lb, w, e)
			equal(t, what, got, want)
			if m < 2 {
				continue
			}
			copy(got, start) // once more, in two parts
			at := 1 + rng.IntN(m-1)
			ws := NewWorkspace[T](w, MatMulScratch[T](m, n, k, w))
			rows := func(x Matrix[T], first, last int) Matrix[T] {
				x.Data, x.Rows = x.Data[min(first*x.RowStride, len(x.Data)):], last-first
				return x
			}
			MatMul(ws, rows(in(got), at, m), rows(a, at, m), b, e)
			MatMul(ws, rows(in(got), 0, at), rows(a, 0, at), b, e)
			equal(t, fmt.Sprintf("%s, in parts of %d and %d rows", what, at, m-at), got, want)
		}
	})
}

func TestMatMul(t *testing.T) { both(t, testMatMul[float32], testMatMul[float64]) }

func testMatMul[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	bias := func(n int) []T { return normal[T](rng, n) }
	for _, s := range []struct{ m, n, k int }{
		{0, 3, 2}, {3, 0, 2}, {3, 2, 0}, {1, 1, 1}, {1, 40, 300}, {13, 1, 257}, {12, 32, 256}, {6, 16, 255}, {25, 33, 513}, {48, 31, 20}, {30, 70, 10},
	} {
		for layout := range layouts * layouts {
			checkProduct(t, rng, s.m, s.n, s.k, layout/layouts, layout%layouts, Epilogue[T]{}, 1)
		}
		for i, e := range []Epilogue[T]{{Accumulate: true}, {Bias: bias(s.n)}, {Activation: Relu}, {true, bias(s.n), Tanh}} {
			checkProduct(t, rng, s.m, s.n, s.k, i, 0, e, 1)
		}
	}
	// Shapes that take several workers, blocks, groups of panels and passes.
	e := Epilogue[T]{true, bias(2*passCols + 70), Relu}
	checkProduct(t, rng, 5, len(e.Bias), 30, 0, 0, e, 1, 2, 5)
	checkProduct(t, rng, 3, passCols+37, passSize/passCols+300, 2, 1, Epilogue[T]{}, 1, 3)
	checkProduct(t, rng, 310, 40, 270, 2, 0, Epilogue[T]{}, 1, 2, 3, 8)
	checkProduct(t, rng, 17, 150, 270, 3, 0, Epilogue[T]{}, 1, 2, 3, 8)
}

func TestMatMulRapid(t *testing.T) { both(t, testMatMulRapid[float32], testMatMulRapid[float64]) }

func testMatMulRapid[T Float](t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		size := func(name string, limit int) int { return rapid.IntRange(0, limit).Draw(r, name) }
		m, n, k := size("rows", 40), size("columns", 70), size("terms", 520)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		e := Epilogue[T]{Accumulate: rapid.Bool().Draw(r, "accumulate"), Activation: []Activation{Identity, Relu, Tanh}[size("activation", 2)]}
		if rapid.Bool().Draw(r, "bias") {
			e.Bias = normal[T](rng, n)
		}
		checkProduct(t, rng, m, n, k, size("layout of A", layouts-1), size("layout of B", layouts-1), e, 1+size("workers", 3))
	})
}

// TestMatMulError holds products to the bound in the package comment.
func TestMatMulError(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const m, n, k = 20, 30, 1000
	a, b := view[float32](rng, m, k, 0), view[float32](rng, k, n, 1)
	c := Dense(make([]float32, m*n), m, n)
	MatMul(NewWorkspace[float32](1, MatMulScratch[float32](m, n, k, 1)), c, a, b, Epilogue[float32]{})
	worst := 0.0
	for i := range m {
		for j := range n {
			var sum, size float64
			for p := range k {
				x := float64(a.Data[i*a.RowStride+p]) * float64(b.Data[p+j*b.ColStride])
				sum += x
				size += math.Abs(x)
			}
			worst = max(worst, math.Abs(float64(c.Data[i*n+j])-sum)/(size*0x1p-24))
		}
	}
	if !(worst < 256+1000/256+1) || worst == 0 {
		t.Errorf("the error is %v units", worst)
	}
}

func TestMatMulSpecial(t *testing.T) { both(t, testMatMulSpecial[float32], testMatMulSpecial[float64]) }

func testMatMulSpecial[T Float](t *testing.T) {
	inf := T(math.Inf(1))
	values := []T{0, T(math.Copysign(0, -1)), 1, -1, inf, -inf, T(math.NaN()), 1e-38, -3e-30, 1e-20, 3e38, -3e38}
	a := Dense(make([]T, len(values)*2), len(values), 2)
	for i, x := range values {
		a.Data[2*i], a.Data[2*i+1] = x, values[(i*5+3)%len(values)]
	}
	b := a.Transposed()
	n := len(values)
	for _, f := range []Activation{Identity, Relu, Tanh} {
		want, got := Dense(make([]T, n*n), n, n), Dense(make([]T, n*n), n, n)
		productOf(want, a, b, Epilogue[T]{Activation: f})
		atLevels(t, func(t *testing.T) {
			MatMul(NewWorkspace[T](1, MatMulScratch[T](n, n, 2, 1)), got, a, b, Epilogue[T]{Activation: f})
			equal(t, "product", got.Data, want.Data)
		})
	}
}

func TestMatMulPanics(t *testing.T) {
	d := make([]float64, 12)
	ws := NewWorkspace[float64](1, MatMulScratch[float64](3, 4, 3, 1))
	for name, f := range map[string]func(){
		"inner sizes":  func() { MatMul(ws, Dense(d[:9], 3, 3), Dense(d, 3, 4), Dense(d[:9], 3, 3), Epilogue[float64]{}) },
		"rows of C":    func() { MatMul(ws, Dense(d, 4, 3), Dense(d[:9], 3, 3), Dense(d[:9], 3, 3), Epilogue[float64]{}) },
		"columns of C": func() { MatMul(ws, Dense(d, 3, 4), Dense(d[:9], 3, 3), Dense(d[:9], 3, 3), Epilogue[float64]{}) },
		"short A":      func() { MatMul(ws, Dense(d, 3, 4), Dense(d[:8], 3, 3), Dense(d, 3, 4), Epilogue[float64]{}) },
		"short B":      func() { MatMul(ws, Dense(d, 3, 4), Dense(d[:9], 3, 3), Dense(d[:11], 3, 4), Epilogue[float64]{}) },
		"short C":      func() { MatMul(ws, Dense(d[:11], 3, 4), Dense(d[:9], 3, 3), Dense(d, 3, 4), Epilogue[float64]{}) },
		"columns apart": func() {
			MatMul(ws, Dense(d, 4, 3).Transposed(), Dense(d[:9], 3, 3), Dense(d, 3, 4), Epilogue[float64]{})
		},
		"negative size": func() { MatMul(ws, Dense(d, -3, 4), Dense(d[:9], -3, 3), Dense(d, 3, 4), Epilogue[float64]{}) },
		"bias":          func() { MatMul(ws, Dense(d, 3, 4), Dense(d[:9], 3, 3), Dense(d, 3, 4), Epilogue[float64]{Bias: d[:3]}) },
		"scratch": func() {
			MatMul(NewWorkspace[float64](1, 10), Dense(d, 3, 4), Dense(d[:9], 3, 3), Dense(d, 3, 4), Epilogue[float64]{})
		},
	} {
		mustPanic(t, name, f)
	}
}

func mustPanic(t *testing.T, name string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", name)
		}
	}()
	f()
}

func TestMatMulAllocations(t *testing.T) {
	both(t, testMatMulAllocations[float32], testMatMulAllocations[float64])
}

func testMatMulAllocations[T Float](t *testing.T) {
	const m, n, k = 100, 90, 80
	x := make([]T, 10000)
	e := Epilogue[T]{Bias: x[:n], Activation: Tanh}
	atLevels(t, func(t *testing.T) {
		for workers := 1; workers <= 3; workers++ {
			ws := NewWorkspace[T](workers, MatMulScratch[T](m, n, k, workers))
			c := Dense(make([]T, m*n), m, n)
			if a := testing.AllocsPerRun(5, func() { MatMul(ws, c, Dense(x, m, k), Dense(x, k, n), e) }); a != 0 {
				t.Errorf("%d workers: %v allocations", workers, a)
			}
		}
	})
}

// elapsed is the seconds that f takes. Benchmarks report the least: what other
// work on the machine adds is no property of the code.
func elapsed(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}

func BenchmarkMatMul(b *testing.B) {
	b.Run("float32", benchmarkMatMul[float32])
	b.Run("float64", benchmarkMatMul[float64])
}

func benchmarkMatMul[T Float](b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, s := range []struct {
		name    string
		m, n, k int
		ta, tb  bool
	}{
		{"forward", 5000, 200, 3072, false, false},
		{"weights", 3072, 200, 5000, true, false},
		{"hidden", 5000, 200, 200, false, false},
		{"inputs", 5000, 200, 200, false, true},
		{"head", 5000, 10, 200, false, false},
		{"square", 1024, 1024, 1024, false, false},
		{"small", 64, 64, 64, false, false},
	} {
		x, y := Dense(normal[T](rng, s.m*s.k), s.m, s.k), Dense(normal[T](rng, s.k*s.n), s.k, s.n)
		if s.ta {
			x = Dense(x.Data, s.k, s.m).Transposed()
		}
		if s.tb {
			y = Dense(y.Data, s.n, s.k).Transposed()
		}
		c := Dense(make([]T, s.m*s.n), s.m, s.n)
		for _, workers := range []int{1, 2} {
			ws := NewWorkspace[T](workers, MatMulScratch[T](s.m, s.n, s.k, workers))
			b.Run(fmt.Sprintf("%s-%dx%dx%d/%d", s.name, s.m, s.k, s.n, workers), func(b *testing.B) {
				best := math.Inf(1)
				for b.Loop() {
					best = min(best, elapsed(func() { MatMul(ws, c, x, y, Epilogue[T]{}) }))
				}
				b.ReportMetric(2*float64(s.m)*float64(s.n)*float64(s.k)/best*1e-9, "GFLOP/s")
			})
		}
	}
}
