package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"relief/runtime/kernel/internal/bigmath"
)

// function is an elementary function with its reference, its stated bound in
// units of the last place, and a source of arguments that prefers where its
// error is large.
type function struct {
	name  string
	f     func(float64) float64
	exact func(prec uint, x *big.Float) *big.Float
	bound float64
	draw  func(u, sign float64, rng *rand.Rand) float64
}

func functions() []function {
	scattered := func(rng *rand.Rand) float64 { return math.Float64frombits(rng.Uint64N(math.Float64bits(math.Inf(1)))) }
	return []function{
		{"Exp", Exp, bigmath.Exp, 0.56, func(u, sign float64, rng *rand.Rand) float64 {
			switch rng.IntN(3) {
			case 0:
				return sign * u * 708
			case 1:
				return (float64(rng.IntN(20000)-10000) + sign*(0.45+0.05*u)) * math.Ln2 / 16
			}
			return sign * math.Exp2(-40*u)
		}},
		{"Expm1", Expm1, bigmath.Expm1, 0.56, func(u, sign float64, rng *rand.Rand) float64 {
			switch rng.IntN(4) {
			case 0:
				return u*749 - 40
			case 1:
				return sign * (0.0210 + 0.0015*u)
			case 2:
				return (float64(rng.IntN(65)-32) + sign*(0.45+0.05*u)) * math.Ln2 / 16
			}
			return sign * math.Exp2(-1000*u)
		}},
		{"Tanh", Tanh, bigmath.Tanh, 0.56, func(u, sign float64, rng *rand.Rand) float64 {
			switch rng.IntN(4) {
			case 0:
				return sign * 20 * u
			case 1:
				return sign * (0.0105 + 0.0008*u)
			case 2:
				return (float64(rng.IntN(65)-32) + sign*(0.45+0.05*u)) * math.Ln2 / 32
			}
			return sign * math.Exp2(-1000*u)
		}},
		{"Erf", Erf, bigmath.Erf, 0.85, func(u, sign float64, rng *rand.Rand) float64 {
			switch rng.IntN(4) {
			case 0:
				return sign * 6 * u
			case 1:
				return erfStep * (0.5 + 0.01*sign*u)
			case 2:
				return erfStep * (float64(rng.IntN(15)) + 0.5 + 0.01*sign*u)
			}
			return sign * math.Exp2(-1000*u)
		}},
		{"Log", Log, bigmath.Log, 0.55, func(u, sign float64, rng *rand.Rand) float64 {
			switch rng.IntN(4) {
			case 0:
				return scattered(rng)
			case 1:
				return 1.0271 + 0.002*u
			case 2:
				return 0.5 + 1.5*u
			}
			return 1 + sign*math.Exp2(-40*u-1)
		}},
		{"Log1p", Log1p, bigmath.Log1p, 0.55, func(u, sign float64, rng *rand.Rand) float64 {
			switch rng.IntN(5) {
			case 0:
				return scattered(rng)
			case 1:
				return 0.0271 + 0.002*u
			case 2:
				return u - 1
			case 3:
				return 8 * u
			}
			return sign * math.Exp2(-1000*u-0.01)
		}},
	}
}

// ulps returns the distance of y from the exact value in units in the last
// place of a float64 of the exact value's size.
func ulps(y float64, exact *big.Float) float64 {
	if exact.Sign() == 0 {
		return math.Abs(y) / math.SmallestNonzeroFloat64
	}
	e := max(exact.MantExp(nil)-53, -1074)
	d := new(big.Float).SetPrec(200).SetFloat64(y)
	d.Sub(d, exact)
	q, _ := d.SetMantExp(d, -e).Float64()
	return math.Abs(q)
}

func TestAccuracy(t *testing.T) {
	const points = 8000
	for _, f := range functions() {
		rng := rand.New(rand.NewPCG(7, 8))
		worst, at := 0.0, 0.0
		for range points {
			x := f.draw(rng.Float64(), float64(1-2*rng.IntN(2)), rng)
			if x == 0 {
				continue
			}
			y := f.f(x)
			exact := f.exact(120, bigmath.New(120, x))
			if rounded, _ := exact.Float64(); math.IsInf(rounded, 0) && y == rounded {
				continue
			}
			if e := ulps(y, exact); e > worst {
				worst, at = e, x
			}
		}
		t.Logf("%s: worst of %d points %.4f ulp at %x", f.name, points, worst, at)
		if !(worst <= f.bound) {
			t.Errorf("%s(%x) is off by %.4f ulp, more than %.2f", f.name, at, worst, f.bound)
		}
		if worst < 0.5 {
			t.Errorf("%s: a worst error of %.4f ulp is too good for %d points: the reference is not independent", f.name, worst, points)
		}
	}
}

func TestSubnormalExp(t *testing.T) {
	for i := range 4000 {
		x := -708.3 - 37*float64(i)/4000
		exact := bigmath.Exp(120, bigmath.New(120, x))
		if e := ulps(Exp(x), exact); !(e < 1) {
			t.Fatalf("Exp(%x) is off by %.3f ulp", x, e)
		}
	}
}

func TestElementaryLimits(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		name    string
		f       func(float64) float64
		x, want float64
	}{
		{"Exp", Exp, inf, inf}, {"Exp", Exp, -inf, 0}, {"Exp", Exp, nan, nan}, {"Exp", Exp, 0, 1}, {"Exp", Exp, zero, 1},
		{"Exp", Exp, 709.782712893384, 0x1.fffffffffff2ap1023}, {"Exp", Exp, 709.7827128933841, inf},
		{"Exp", Exp, -745.1332191019411, math.SmallestNonzeroFloat64}, {"Exp", Exp, -745.1332191019412, 0},
		{"Expm1", Expm1, inf, inf}, {"Expm1", Expm1, -inf, -1}, {"Expm1", Expm1, nan, nan},
		{"Expm1", Expm1, 0, 0}, {"Expm1", Expm1, zero, zero}, {"Expm1", Expm1, 5e-324, 5e-324}, {"Expm1", Expm1, -5e-324, -5e-324},
		{"Expm1", Expm1, -50, -1}, {"Expm1", Expm1, 709.7827128933841, inf},
		{"Tanh", Tanh, inf, 1}, {"Tanh", Tanh, -inf, -1}, {"Tanh", Tanh, nan, nan}, {"Tanh", Tanh, 0, 0}, {"Tanh", Tanh, zero, zero},
		{"Tanh", Tanh, 5e-324, 5e-324}, {"Tanh", Tanh, 1e300, 1}, {"Tanh", Tanh, -30, -1},
		{"Erf", Erf, 0, 0}, {"Erf", Erf, zero, zero}, {"Erf", Erf, inf, 1}, {"Erf", Erf, -inf, -1}, {"Erf", Erf, nan, nan},
		{"Erf", Erf, 6, 1}, {"Erf", Erf, -6, -1}, {"Erf", Erf, 5.95, 1}, {"Erf", Erf, 5e-324, 5e-324},
		{"Log", Log, inf, inf}, {"Log", Log, 0, -inf}, {"Log", Log, zero, -inf}, {"Log", Log, -1, nan}, {"Log", Log, -inf, nan},
		{"Log", Log, nan, nan}, {"Log", Log, 1, 0}, {"Log", Log, 5e-324, -744.4400719213812}, {"Log", Log, -5e-324, nan},
		{"Log1p", Log1p, inf, inf}, {"Log1p", Log1p, -1, -inf}, {"Log1p", Log1p, math.Nextafter(-1, -2), nan}, {"Log1p", Log1p, -inf, nan},
		{"Log1p", Log1p, nan, nan}, {"Log1p", Log1p, 0, 0}, {"Log1p", Log1p, zero, zero}, {"Log1p", Log1p, 5e-324, 5e-324},
		{"Log1p", Log1p, math.MaxFloat64, 709.782712893384},
	} {
		if got := c.f(c.x); !same(got, c.want) {
			t.Errorf("%s(%v) = %v (%x), want %v", c.name, c.x, got, got, c.want)
		}
	}
}

// TestMonotone walks across the edges of the tables, where a function put
// together from pieces could step back.
func TestMonotone(t *testing.T) {
	for _, f := range functions() {
		for _, edge := range special() {
			if math.IsNaN(edge) || f.name == "Log" && edge <= 0 || f.name == "Log1p" && edge <= -1 {
				continue
			}
			x := edge
			for range 20 {
				next := math.Nextafter(x, math.Inf(1))
				if f.f(next) < f.f(x) {
					t.Fatalf("%s decreases from %x to %x", f.name, x, next)
				}
				x = next
			}
		}
	}
}
