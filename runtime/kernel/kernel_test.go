package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// entry is a kernel with its operands gathered: in holds as many vectors as it
// takes, c its number if it takes one.
type entry struct {
	name    string
	vectors int
	run     func(dst []float64, in [][]float64, c float64)
	one     func(v []float64, c float64) float64 // definition of one element
}

func unaryEntry(name string, f func(dst, a []float64), one func(float64) float64) entry {
	return entry{name, 1,
		func(dst []float64, in [][]float64, _ float64) { f(dst, in[0]) },
		func(v []float64, _ float64) float64 { return one(v[0]) }}
}

func binaryEntry(name string, f func(dst, a, b []float64), one func(a, b float64) float64) entry {
	return entry{name, 2,
		func(dst []float64, in [][]float64, _ float64) { f(dst, in[0], in[1]) },
		func(v []float64, _ float64) float64 { return one(v[0], v[1]) }}
}

func numberEntry(name string, f func(dst, a []float64, c float64), one func(a, c float64) float64) entry {
	return entry{name, 1,
		func(dst []float64, in [][]float64, c float64) { f(dst, in[0], c) },
		func(v []float64, c float64) float64 { return one(v[0], c) }}
}

func ternaryEntry(name string, f func(dst, a, b, c []float64), one func(a, b, c float64) float64) entry {
	return entry{name, 3,
		func(dst []float64, in [][]float64, _ float64) { f(dst, in[0], in[1], in[2]) },
		func(v []float64, _ float64) float64 { return one(v[0], v[1], v[2]) }}
}

func entries() []entry {
	add := func(a, b float64) float64 { return a + b }
	sub := func(a, b float64) float64 { return a - b }
	mul := func(a, b float64) float64 { return a * b }
	div := func(a, b float64) float64 { return a / b }
	lesser := func(a, b float64) float64 { return min(a, b) }
	greater := func(a, b float64) float64 { return max(a, b) }
	lt := func(a, b float64) float64 { return truth(a < b) }
	le := func(a, b float64) float64 { return truth(a <= b) }
	gt := func(a, b float64) float64 { return truth(a > b) }
	ge := func(a, b float64) float64 { return truth(a >= b) }
	eq := func(a, b float64) float64 { return truth(a == b) }
	ne := func(a, b float64) float64 { return truth(a != b) }
	subMul := func(x, s, g float64) float64 { return x - float64(s*g) }
	return []entry{
		binaryEntry("Add", Add, add), numberEntry("AddC", AddC, add),
		binaryEntry("Sub", Sub, sub),
		numberEntry("RSubC", RSubC, func(a, c float64) float64 { return c - a }),
		binaryEntry("Mul", Mul, mul), numberEntry("MulC", MulC, mul),
		binaryEntry("Div", Div, div), numberEntry("DivC", DivC, div),
		numberEntry("RDivC", RDivC, func(a, c float64) float64 { return c / a }),
		binaryEntry("Min", Min, lesser), numberEntry("MinC", MinC, lesser),
		binaryEntry("Max", Max, greater), numberEntry("MaxC", MaxC, greater),
		unaryEntry("Neg", Neg, func(x float64) float64 { return -x }),
		unaryEntry("Abs", Abs, math.Abs),
		unaryEntry("Sqrt", Sqrt, math.Sqrt),
		unaryEntry("Sign", Sign, SignOf),
		unaryEntry("Relu", Relu, ReluOf),
		unaryEntry("Recip", Recip, RecipOf),
		unaryEntry("RSqrt", RSqrt, RSqrtOf),
		binaryEntry("MulZero", MulZero, MulZeroOf),
		binaryEntry("SignMul", SignMul, SignMulOf),
		binaryEntry("Lt", Lt, lt), numberEntry("LtC", LtC, lt),
		binaryEntry("Le", Le, le), numberEntry("LeC", LeC, le),
		binaryEntry("Gt", Gt, gt), numberEntry("GtC", GtC, gt),
		binaryEntry("Ge", Ge, ge), numberEntry("GeC", GeC, ge),
		binaryEntry("Eq", Eq, eq), numberEntry("EqC", EqC, eq),
		binaryEntry("Ne", Ne, ne), numberEntry("NeC", NeC, ne),
		ternaryEntry("Select", Select, func(c, a, b float64) float64 {
			if c != 0 {
				return a
			}
			return b
		}),
		ternaryEntry("SubMul", SubMul, subMul),
		{"SubScaled", 2,
			func(dst []float64, in [][]float64, c float64) { SubScaled(dst, in[0], c, in[1]) },
			func(v []float64, c float64) float64 { return subMul(v[0], c, v[1]) }},
		unaryEntry("VecExp", VecExp, Exp),
		unaryEntry("VecExpm1", VecExpm1, Expm1),
		unaryEntry("VecLog", VecLog, Log),
		unaryEntry("VecLog1p", VecLog1p, Log1p),
		unaryEntry("VecErf", VecErf, Erf),
		unaryEntry("VecTanh", VecTanh, Tanh),
	}
}

// atLevels runs a test at every level that the machine has.
func atLevels(t *testing.T, f func(t *testing.T)) {
	before := active
	defer func() { active = before }()
	for l := levelGo; l <= best(); l++ {
		active = l
		t.Run(l.String(), f)
	}
}

// same compares bits; every NaN equals every other.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// special holds numbers at which some function or rounding changes its
// behaviour, with both signs.
func special() []float64 {
	v := []float64{
		0, math.SmallestNonzeroFloat64, 3 * math.SmallestNonzeroFloat64, 0x1p-1040, minNormal - 0x1p-1074, minNormal,
		0x1p-600, 1e-300, 0x1p-54, 0x1p-53, 0x1p-52, 1e-9, 0.01, 0.0216, 0.0217, 0.3, 0.5, 0.7, 0.97, 1, 1.03,
		1.0273, 1.5, 2, math.E, 3, 10, 21.9, 22, 22.1, 36.7, 37.5, 40, 63.5, 64, 100, 700, 708.4, 709.7, 709.78271289338397,
		709.7827128933841, 710, 745.13321910194110, 745.1332191019412, 746, 1000, 0x1p51, 0x1p52, 0x1p53, 0x1p54, 1e18,
		1e300, math.MaxFloat64 / 2, math.MaxFloat64, math.Inf(1), math.NaN(),
	}
	for _, x := range v[:len(v):len(v)] {
		v = append(v, math.Nextafter(x, 0), math.Nextafter(x, math.Inf(1)))
	}
	for j := range 16 {
		edge := math.Float64frombits(logOffset + uint64(j)<<48)
		v = append(v, edge, math.Nextafter(edge, 0), edge-1, math.Nextafter(edge, 0)-1)
		step := (float64(j) + 0.5) * math.Ln2 / 16
		v = append(v, step, math.Nextafter(step, 0), step/2)
	}
	for _, x := range v[:len(v):len(v)] {
		v = append(v, -x)
	}
	return v
}

func check(t *testing.T, e entry, dst []float64, in [][]float64, c float64) {
	t.Helper()
	e.run(dst, in, c)
	v := make([]float64, e.vectors)
	for i := range dst {
		for k := range v {
			v[k] = in[k][i]
		}
		if want := e.one(v, c); !same(dst[i], want) {
			t.Fatalf("%s of %x with number %x at %d of %d: got %x, want %x", e.name, v, c, i, len(dst), dst[i], want)
		}
	}
}

func TestSpecialValues(t *testing.T) {
	values := special()
	pairs := [2][]float64{}
	for _, a := range values {
		for _, b := range values {
			pairs[0] = append(pairs[0], a)
			pairs[1] = append(pairs[1], b)
		}
	}
	third := make([]float64, len(pairs[0]))
	for i := range third {
		third[i] = values[(i*7+i/len(values))%len(values)]
	}
	atLevels(t, func(t *testing.T) {
		for _, e := range entries() {
			if e.vectors == 1 {
				dst := make([]float64, len(values))
				for _, c := range values {
					check(t, e, dst, [][]float64{values}, c)
				}
				continue
			}
			dst := make([]float64, len(third))
			check(t, e, dst, [][]float64{pairs[0], pairs[1], third}, 1.7)
			check(t, e, dst, [][]float64{pairs[1], third, pairs[0]}, math.Inf(1))
		}
	})
}

// TestLengths covers every tail, at odd addresses, with dst apart from the
// operands and equal to each of them, and looks for writes out of bounds.
func TestLengths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	atLevels(t, func(t *testing.T) {
		for _, e := range entries() {
			for n := 0; n <= 70; n++ {
				offset := rng.IntN(8)
				in := make([][]float64, e.vectors)
				for k := range in {
					in[k] = make([]float64, 96)[rng.IntN(8):][:n]
					for i := range in[k] {
						in[k][i] = rng.NormFloat64() * 3
					}
				}
				want := make([]float64, n)
				v := make([]float64, e.vectors)
				for i := range want {
					for k := range v {
						v[k] = in[k][i]
					}
					want[i] = e.one(v, 1.3)
				}
				for alias := -1; alias < e.vectors; alias++ {
					back := make([]float64, 96)
					for i := range back {
						back[i] = 77
					}
					dst := back[offset:][:n]
					operands := append([][]float64(nil), in...)
					if alias >= 0 {
						copy(dst, in[alias])
						operands[alias] = dst
					}
					e.run(dst, operands, 1.3)
					for i, x := range back {
						w := 77.0
						if i >= offset && i < offset+n {
							w = want[i-offset]
						}
						if !same(x, w) {
							t.Fatalf("%s, length %d, alias %d: element %d is %x, want %x", e.name, n, alias, i-offset, x, w)
						}
					}
				}
			}
		}
	})
}

// anyFloat draws from all bit patterns, so every exponent is as likely, or
// from a neighbourhood where the elementary functions do something.
func anyFloat(rng *rand.Rand) float64 {
	switch rng.IntN(4) {
	case 0:
		return math.Float64frombits(rng.Uint64())
	case 1:
		return rng.NormFloat64()
	case 2:
		return (rng.Float64() - 0.5) * 1500
	}
	return math.Exp2(rng.Float64()*80-60) * float64(1-2*rng.IntN(2))
}

func TestRandomBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 1 << 14
	in := make([][]float64, 3)
	for k := range in {
		in[k] = make([]float64, n)
		for i := range in[k] {
			in[k][i] = anyFloat(rng)
		}
	}
	dst := make([]float64, n)
	atLevels(t, func(t *testing.T) {
		for _, e := range entries() {
			check(t, e, dst, in, 0.37)
		}
	})
}

func TestRapid(t *testing.T) {
	all := entries()
	atLevels(t, func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			e := all[rapid.IntRange(0, len(all)-1).Draw(r, "kernel")]
			c := rapid.Float64().Draw(r, "number")
			n := rapid.IntRange(0, 20).Draw(r, "length")
			in := make([][]float64, e.vectors)
			for k := range in {
				in[k] = rapid.SliceOfN(rapid.Float64(), n, n).Draw(r, fmt.Sprint("operand", k))
			}
			dst := make([]float64, n)
			e.run(dst, in, c)
			v := make([]float64, e.vectors)
			for i := range dst {
				for k := range v {
					v[k] = in[k][i]
				}
				if want := e.one(v, c); !same(dst[i], want) {
					r.Fatalf("%s at %d: got %x, want %x", e.name, i, dst[i], want)
				}
			}
		})
	})
}

func TestFirstNonFinite(t *testing.T) {
	atLevels(t, func(t *testing.T) {
		for n := 0; n <= 70; n++ {
			a := make([]float64, 80)[1:][:n]
			for i := range a {
				a[i] = math.MaxFloat64 * float64(1-2*(i&1))
			}
			if got := FirstNonFinite(a); got != -1 || !AllFinite(a) {
				t.Fatalf("length %d, all finite: got %d", n, got)
			}
			for at := range a {
				for _, bad := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
					for later := at; later < n; later += 9 {
						b := append(make([]float64, 0, 80), a...)
						b[at], b[later] = bad, bad
						if got := FirstNonFinite(b); got != at || AllFinite(b) {
							t.Fatalf("length %d, %v at %d: got %d", n, bad, at, got)
						}
					}
				}
			}
		}
	})
}

func TestShortOperandPanics(t *testing.T) {
	atLevels(t, func(t *testing.T) {
		for _, e := range entries() {
			for short := range e.vectors {
				in := make([][]float64, e.vectors)
				for k := range in {
					in[k] = make([]float64, 16)
				}
				in[short] = in[short][:15] // its capacity would do
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s takes an operand %d that is too short", e.name, short)
						}
					}()
					e.run(make([]float64, 16), in, 1)
				}()
			}
		}
	})
}

func TestAllocations(t *testing.T) {
	in := [][]float64{make([]float64, 256), make([]float64, 256), make([]float64, 256)}
	dst := make([]float64, 256)
	atLevels(t, func(t *testing.T) {
		for _, e := range entries() {
			if n := testing.AllocsPerRun(3, func() { e.run(dst, in, 1) }); n != 0 {
				t.Errorf("%s allocates %v times", e.name, n)
			}
		}
	})
}

func BenchmarkKernel(b *testing.B) {
	before := active
	defer func() { active = before }()
	const n = 256
	in := make([][]float64, 3)
	rng := rand.New(rand.NewPCG(5, 6))
	for k := range in {
		in[k] = make([]float64, n)
		for i := range in[k] {
			in[k][i] = 0.01 + rng.Float64()*8
		}
	}
	dst := make([]float64, n)
	for _, e := range entries() {
		for l := levelGo; l <= best(); l++ {
			active = l
			b.Run(e.name+"/"+l.String(), func(b *testing.B) {
				for b.Loop() {
					e.run(dst, in, 1.7)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}
