package tensor

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"relief/runtime/kernel"
)

// elementwise is a kernel with its operands gathered and its definition.
type elementwise[T Float] struct {
	name    string
	vectors int // operands
	run     func(dst []T, v [][]T, s T)
	one     func(v []T, s T) T
}

// exactFused is a b + c rounded once, by arithmetic with many digits.
func exactFused[T Float](a, b, c T) T {
	for _, x := range []T{a, b, c} {
		if x != x || math.IsInf(float64(x), 0) {
			return T(float64(a)*float64(b) + float64(c))
		}
	}
	x := func(v T) *big.Float { return new(big.Float).SetPrec(3000).SetFloat64(float64(v)) }
	p := x(a)
	p.Mul(p, x(b))
	if p.Sign() == 0 || c == 0 && p.Sign() == 0 {
		return a*b + c
	}
	p.Add(p, x(c))
	if single[T]() {
		y, _ := p.Float32()
		return T(y)
	}
	y, _ := p.Float64()
	return T(y)
}

func elementwises[T Float]() []elementwise[T] {
	relu := func(x T) T {
		if x != x || x > 0 {
			return x
		}
		return 0
	}
	return []elementwise[T]{
		{"Add", 2, func(d []T, v [][]T, _ T) { Add(d, v[0], v[1]) }, func(v []T, _ T) T { return v[0] + v[1] }},
		{"Sub", 2, func(d []T, v [][]T, _ T) { Sub(d, v[0], v[1]) }, func(v []T, _ T) T { return v[0] - v[1] }},
		{"Mul", 2, func(d []T, v [][]T, _ T) { Mul(d, v[0], v[1]) }, func(v []T, _ T) T { return v[0] * v[1] }},
		{"Scale", 1, func(d []T, v [][]T, s T) { Scale(d, v[0], s) }, func(v []T, s T) T { return v[0] * s }},
		{"AddScaled", 2, func(d []T, v [][]T, s T) { AddScaled(d, v[0], s, v[1]) }, func(v []T, s T) T { return exactFused(s, v[1], v[0]) }},
		{"addRelu", 2, func(d []T, v [][]T, _ T) { addRelu(d, v[0], v[1]) }, func(v []T, _ T) T { return relu(v[0] + v[1]) }},
		{"Gate", 2, func(d []T, v [][]T, _ T) { Gate(d, v[0], v[1]) }, func(v []T, _ T) T {
			if v[1] <= 0 {
				return 0
			}
			return v[0]
		}},
		{"Relu", 1, func(d []T, v [][]T, _ T) { copy(d, v[0][:len(d)]); activate(d, Relu) }, func(v []T, _ T) T { return relu(v[0]) }},
		{"Tanh", 1, func(d []T, v [][]T, _ T) { copy(d, v[0][:len(d)]); activate(d, Tanh) }, func(v []T, _ T) T {
			return T(kernel.Tanh(float64(v[0])))
		}},
	}
}

// TestElementwise covers every length and tail, at odd addresses, with dst
// apart from the operands and equal to each, and looks for writes out of bounds.
func TestElementwise(t *testing.T) { both(t, testElementwise[float32], testElementwise[float64]) }

func testElementwise[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	inf := T(math.Inf(1))
	odd := []T{0, T(math.Copysign(0, -1)), inf, -inf, T(math.NaN()), 1, -1, 1e-38, 3e38}
	fill := func(v []T) {
		for i := range v {
			v[i] = T(rng.NormFloat64())
			if rng.IntN(4) == 0 {
				v[i] = odd[rng.IntN(len(odd))]
			}
		}
	}
	for _, e := range elementwises[T]() {
		for n := range 40 {
			offset := rng.IntN(16)
			in := make([][]T, e.vectors)
			for k := range in {
				in[k] = make([]T, 80)[rng.IntN(16):][:n]
				fill(in[k])
			}
			s := []T{0.01, -2}[n%2]
			want, v := make([]T, n), make([]T, e.vectors)
			for i := range want {
				for k := range v {
					v[k] = in[k][i]
				}
				want[i] = e.one(v, s)
			}
			atLevels(t, func(t *testing.T) {
				for alias := -1; alias < e.vectors; alias++ {
					back := make([]T, 80)
					for i := range back {
						back[i] = 77
					}
					expect := append([]T(nil), back...)
					copy(expect[offset:], want)
					dst, operands := back[offset:][:n], append([][]T(nil), in...)
					if alias >= 0 {
						copy(dst, in[alias])
						operands[alias] = dst
					}
					e.run(dst, operands, s)
					equal(t, fmt.Sprintf("%s, length %d, alias %d", e.name, n, alias), back, expect)
				}
			})
		}
		mustPanic(t, e.name, func() {
			in := make([][]T, e.vectors)
			for k := range in {
				in[k] = make([]T, 3)
			}
			e.run(make([]T, 4), in, 1)
		})
	}
}

func TestDot(t *testing.T) { both(t, testDot[float32], testDot[float64]) }

func testDot[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for _, n := range []int{0, 1, 2, 7, 31, 32, 33, 63, 64, 65, 200, 1000} {
		a, b := normal[T](rng, n+1)[1:], normal[T](rng, n)
		exact, size := new(big.Float).SetPrec(200), 0.0
		for i := range a {
			p := new(big.Float).SetPrec(200).SetFloat64(float64(a[i]))
			exact.Add(exact, p.Mul(p, new(big.Float).SetFloat64(float64(b[i]))))
			size += math.Abs(float64(a[i]) * float64(b[i]))
		}
		want, _ := exact.Float64()
		first := math.NaN()
		atLevels(t, func(t *testing.T) {
			got := Dot(a, b)
			if !(math.Abs(got-want) <= 1e-15*size) {
				t.Errorf("dot product of %d is %v, want %v", n, got, want)
			}
			if active == levelGo {
				first = got
			}
			if got != first {
				t.Errorf("dot product of %d is %x, %x in Go", n, got, first)
			}
			if got := Norm(a); got != math.Sqrt(Dot(a, a)) || n == 1 && got != math.Abs(float64(a[0])) {
				t.Errorf("norm of %d is %v", n, got)
			}
		})
	}
	mustPanic(t, "lengths", func() { Dot(make([]T, 3), make([]T, 2)) })
}

func TestConvert(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for n := range 20 {
		a, wide := normal[float32](rng, n), normal[float64](rng, n)
		atLevels(t, func(t *testing.T) {
			d, s := make([]float64, n), make([]float32, n)
			Widen(d, a)
			Narrow(s, wide)
			for i := range a {
				if d[i] != float64(a[i]) || s[i] != float32(wide[i]) {
					t.Fatalf("%d of %d: %v %v, %v %v", i, n, d[i], a[i], s[i], wide[i])
				}
			}
		})
	}
}

func BenchmarkElementwise(b *testing.B) {
	b.Run("float32", benchmarkElementwise[float32])
	b.Run("float64", benchmarkElementwise[float64])
}

func benchmarkElementwise[T Float](b *testing.B) {
	const n = 4096
	rng := rand.New(rand.NewPCG(1, 2))
	x, y, d := normal[T](rng, n), normal[T](rng, n), make([]T, n)
	report := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
	report("Add", func() { Add(d, x, y) })
	report("AddScaled", func() { AddScaled(d, x, 2, y) })
	report("Dot", func() { Dot(x, y) })
	report("Gate", func() { Gate(d, x, y) })
	report("Relu", func() { activate(d, Relu) })
	report("Tanh", func() { activate(d, Tanh) })
}
