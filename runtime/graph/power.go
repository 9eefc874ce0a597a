package graph

import (
	"math"

	"relief/runtime/kernel"
)

// The functions of this file are built on the kernels and on operations that
// IEEE 754 rounds exactly, so that they give the same bits on every platform,
// which those of package math, with assembly on some, do not.

// maxPower bounds the powers that are products.
const maxPower = 64

// pow is a to the power b. A whole b up to maxPower is a product by repeated
// squaring, the same that a graph with a constant b has; of another b up to
// maxPower the whole part is, and the rest a root or an exponential.
func pow(a, b float64) float64 {
	n := math.Trunc(math.Abs(b))
	rest := math.Abs(b) - n
	if n > maxPower || rest != 0 && !(a > 0 && a <= math.MaxFloat64) || b != b {
		return math.Pow(a, b)
	}
	result := wholePower(a, int(n))
	switch {
	case rest == 0.5:
		result = float64(result * math.Sqrt(a))
	case rest != 0:
		result = float64(result * kernel.Exp(float64(rest*kernel.Log(a))))
	}
	if b < 0 {
		return 1 / result
	}
	return result
}

// wholePower is the product of m factors a.
func wholePower(a float64, m int) float64 {
	result, first := 1.0, true
	for square := a; m > 0; m >>= 1 {
		switch {
		case m&1 == 0:
		case first:
			result, first = square, false
		default:
			result = float64(result * square)
		}
		square = float64(square * square)
	}
	return result
}

// sinh is (E + E/(E+1))/2 with E = e^|x| - 1.
func sinh(x float64) float64 {
	a := math.Abs(x)
	if a > 700 { // e^|x| may be above the largest number where half of it is not
		h := kernel.Exp(a / 2)
		return math.Copysign(float64(h/2)*h, x)
	}
	e := kernel.Expm1(a)
	return math.Copysign((e+e/(e+1))/2, x)
}

func cosh(x float64) float64 {
	a := math.Abs(x)
	if a > 700 {
		h := kernel.Exp(a / 2)
		return float64(h/2) * h
	}
	e := kernel.Exp(a)
	return (e + 1/e) / 2
}

// hypot is the root of a^2 + b^2 without overflow: infinite where a or b is.
func hypot(a, b float64) float64 {
	a, b = math.Abs(a), math.Abs(b)
	switch {
	case math.IsInf(a, 1) || math.IsInf(b, 1):
		return math.Inf(1)
	case a < b:
		a, b = b, a
	}
	scale := 1.0
	switch {
	case a > 0x1p500:
		scale = 0x1p600
	case b < 0x1p-500:
		scale = 0x1p-600
		if a > 0x1p-400 { // b is far below the last bit of a
			return a + b
		}
	}
	a, b = a/scale, b/scale
	return math.Sqrt(float64(a*a)+float64(b*b)) * scale
}
