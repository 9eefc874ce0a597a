package kernel

import "math"

// fit returns the first n elements of a, and panics if it has fewer.
func fit(a []float64, n int) []float64 { return a[:n:len(a)] }

// Add sets dst[i] = a[i] + b[i].
func Add(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecAdd(dst, a, b); i < len(dst); i++ {
		dst[i] = a[i] + b[i]
	}
}

// Sub sets dst[i] = a[i] - b[i].
func Sub(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecSub(dst, a, b); i < len(dst); i++ {
		dst[i] = a[i] - b[i]
	}
}

// Mul sets dst[i] = a[i] * b[i].
func Mul(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecMul(dst, a, b); i < len(dst); i++ {
		dst[i] = a[i] * b[i]
	}
}

// Div sets dst[i] = a[i] / b[i].
func Div(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecDiv(dst, a, b); i < len(dst); i++ {
		dst[i] = a[i] / b[i]
	}
}

// Min sets dst[i] = min(a[i], b[i]): NaN if either is NaN, and -0 is below 0.
func Min(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecMin(dst, a, b); i < len(dst); i++ {
		dst[i] = min(a[i], b[i])
	}
}

// Max sets dst[i] = max(a[i], b[i]): NaN if either is NaN, and 0 is above -0.
func Max(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecMax(dst, a, b); i < len(dst); i++ {
		dst[i] = max(a[i], b[i])
	}
}

// AddC sets dst[i] = a[i] + c.
func AddC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecAddC(dst, a, c); i < len(dst); i++ {
		dst[i] = a[i] + c
	}
}

// RSubC sets dst[i] = c - a[i].
func RSubC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecRSubC(dst, a, c); i < len(dst); i++ {
		dst[i] = c - a[i]
	}
}

// MulC sets dst[i] = a[i] * c.
func MulC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecMulC(dst, a, c); i < len(dst); i++ {
		dst[i] = a[i] * c
	}
}

// DivC sets dst[i] = a[i] / c.
func DivC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecDivC(dst, a, c); i < len(dst); i++ {
		dst[i] = a[i] / c
	}
}

// RDivC sets dst[i] = c / a[i].
func RDivC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecRDivC(dst, a, c); i < len(dst); i++ {
		dst[i] = c / a[i]
	}
}

// MinC sets dst[i] = min(a[i], c), as Min does.
func MinC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecMinC(dst, a, c); i < len(dst); i++ {
		dst[i] = min(a[i], c)
	}
}

// MaxC sets dst[i] = max(a[i], c), as Max does.
func MaxC(dst, a []float64, c float64) {
	a = fit(a, len(dst))
	for i := vecMaxC(dst, a, c); i < len(dst); i++ {
		dst[i] = max(a[i], c)
	}
}

// Neg sets dst[i] = -a[i].
func Neg(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecNeg(dst, a); i < len(dst); i++ {
		dst[i] = -a[i]
	}
}

// Abs sets dst[i] = |a[i]|.
func Abs(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecAbs(dst, a); i < len(dst); i++ {
		dst[i] = math.Abs(a[i])
	}
}

// Sqrt sets dst[i] = √a[i], correctly rounded: NaN below 0.
func Sqrt(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecSqrt(dst, a); i < len(dst); i++ {
		dst[i] = math.Sqrt(a[i])
	}
}

// Sign sets dst[i] = SignOf(a[i]).
func Sign(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecSign(dst, a); i < len(dst); i++ {
		dst[i] = SignOf(a[i])
	}
}

// Relu sets dst[i] = ReluOf(a[i]).
func Relu(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecRelu(dst, a); i < len(dst); i++ {
		dst[i] = ReluOf(a[i])
	}
}

// Recip sets dst[i] = RecipOf(a[i]).
func Recip(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecRecip(dst, a); i < len(dst); i++ {
		dst[i] = RecipOf(a[i])
	}
}

// RSqrt sets dst[i] = RSqrtOf(a[i]).
func RSqrt(dst, a []float64) {
	a = fit(a, len(dst))
	for i := vecRSqrt(dst, a); i < len(dst); i++ {
		dst[i] = RSqrtOf(a[i])
	}
}

// MulZero sets dst[i] = MulZeroOf(a[i], b[i]).
func MulZero(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecMulZero(dst, a, b); i < len(dst); i++ {
		dst[i] = MulZeroOf(a[i], b[i])
	}
}

// SignMul sets dst[i] = SignMulOf(a[i], b[i]).
func SignMul(dst, a, b []float64) {
	a, b = fit(a, len(dst)), fit(b, len(dst))
	for i := vecSignMul(dst, a, b); i < len(dst); i++ {
		dst[i] = SignMulOf(a[i], b[i])
	}
}

// SubScaled sets dst[i] = x[i] - s*g[i], rounded after the product and after
// the difference: a step of gradient descent.
func SubScaled(dst, x []float64, s float64, g []float64) {
	x, g = fit(x, len(dst)), fit(g, len(dst))
	for i := vecSubScaled(dst, x, g, s); i < len(dst); i++ {
		dst[i] = x[i] - float64(s*g[i])
	}
}

// SubMul sets dst[i] = x[i] - s[i]*g[i], rounded twice as in SubScaled.
func SubMul(dst, x, s, g []float64) {
	x, s, g = fit(x, len(dst)), fit(s, len(dst)), fit(g, len(dst))
	for i := vecSubMul(dst, x, s, g); i < len(dst); i++ {
		dst[i] = x[i] - float64(s[i]*g[i])
	}
}

// FirstNonFinite returns the index of the first element that is infinite or
// NaN, or -1.
func FirstNonFinite(a []float64) int {
	for i := vecFirstNonFinite(a); i < len(a); i++ {
		if a[i]-a[i] != 0 {
			return i
		}
	}
	return -1
}

// AllFinite says whether no element is infinite or NaN.
func AllFinite(a []float64) bool { return FirstNonFinite(a) < 0 }

// SignOf returns -1, 1, or x itself where it is ±0 or NaN.
func SignOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// ReluOf returns the larger of x and +0, or NaN.
func ReluOf(x float64) float64 {
	if x > 0 || x != x {
		return x
	}
	return 0
}

// RecipOf returns 1/x, and 0 where x is ±0: the value of least norm, which
// derivatives need at a kink.
func RecipOf(x float64) float64 {
	if x == 0 {
		return 0
	}
	return 1 / x
}

// RSqrtOf returns 1/√x, each step rounded, and 0 where x is ±0 as RecipOf does.
func RSqrtOf(x float64) float64 {
	if x == 0 {
		return 0
	}
	return 1 / math.Sqrt(x)
}

// MulZeroOf returns g*b, and +0 where g is ±0 even if b is infinite or NaN: the
// product of an adjoint with the derivative of a branch that was not taken.
func MulZeroOf(g, b float64) float64 {
	if g == 0 {
		return 0
	}
	return g * b
}

// SignMulOf returns g times the sign of x: +0 where x is ±0 even if g is
// infinite or NaN, and NaN where x is NaN.
func SignMulOf(g, x float64) float64 {
	switch {
	case x > 0:
		return g
	case x < 0:
		return -g
	case x == 0:
		return 0
	}
	return x
}
