package graph

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestPowersAgainstMath compares with package math, which is good to an ulp or
// two, over all magnitudes, and exactly where the result is special.
func TestPowersAgainstMath(t *testing.T) {
	special := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, math.MaxFloat64, 0.5, 2, -2, 3, 710, -710, 709.9, 1e-310}
	near := func(t rapid.TB, what string, got, want, tol float64) {
		if got != got && want != want || got == want && math.Signbit(got) == math.Signbit(want) {
			return
		}
		if !(math.Abs(got-want) <= tol*math.Abs(want)+1e-323) {
			t.Fatalf("%s = %g, want %g", what, got, want)
		}
	}
	check := func(t rapid.TB, a, b float64) {
		near(t, "hypot", Hypot.Eval(a, b, 0), math.Hypot(a, b), 6e-16)
		near(t, "sinh", Sinh.Eval(a, 0, 0), math.Sinh(a), 1e-13)
		near(t, "cosh", Cosh.Eval(a, 0, 0), math.Cosh(a), 1e-13)
		// Below the normal numbers package math is wrong (its logarithm is), and a
		// reciprocal of a power has lost digits.
		if math.Abs(a) > 0 && math.Abs(a) < 0x1p-1022 && b != math.Trunc(b) {
			return
		}
		if want := math.Pow(a, b); b > 0 || math.Abs(want) > 1e-300 || want == 0 {
			near(t, fmt.Sprintf("pow(%v, %v)", a, b), Pow.Eval(a, b, 0), want, 2e-13)
		}
	}
	for _, a := range special {
		for _, b := range special {
			check(t, a, b)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-5, 5), rapid.Float64Range(0, 1e3)).Draw(t, "a")
		b := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-5, 5), rapid.Float64Range(-100, 100)).Draw(t, "b")
		check(t, a, b)
	})
}
