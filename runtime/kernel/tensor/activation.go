package tensor

import (
	"math"

	"relief/runtime/kernel"
)

// Activation is a function of one element, applied to all.
type Activation uint8

// The activations. In float32 those that are not piecewise linear are computed
// in float64 and rounded, with an error of at most 0.501 ulp; the derivatives of
// Tanh and Sigmoid are computed in float32. Gelu relies on math.Erfc, so its bits
// are the same on processors of one architecture only.
const (
	Identity    Activation = iota
	Relu                   // the greater of x and 0
	LeakyRelu              // x, or Alpha x for x <= 0
	Elu                    // x, or Alpha (e^x - 1) for x <= 0
	Gelu                   // x Φ(x), with the normal distribution function Φ
	Softplus               // log(1 + e^x)
	Tanh                   // hyperbolic tangent
	Sigmoid                // 1 / (1 + e^-x)
	activations            // their number
)

// wordsAtOnce is how many elements are converted to float64 at a time.
const wordsAtOnce = 256

func reluOf[T Float](x T) T {
	if x <= 0 {
		return 0
	}
	return x
}

// Activate sets dst[i] = f(x[i]); alpha is the number of LeakyRelu and Elu. dst
// may be x.
func Activate[T Float](dst, x []T, f Activation, alpha T) {
	x = fit("x", x, len(dst))
	switch f {
	case Identity:
		copy(dst, x)
	case Relu:
		if !reluVector(dst, x) {
			for i, v := range x {
				dst[i] = reluOf(v)
			}
		}
	case LeakyRelu:
		if !leakyVector(dst, x, alpha) {
			for i, v := range x {
				if !(v > 0) {
					v = T(v * alpha)
				}
				dst[i] = v
			}
		}
	default:
		if f == Tanh && !single[T]() {
			kernel.VecTanh(as64(dst), as64(x))
			return
		}
		var in, out [wordsAtOnce]float64
		for len(dst) > 0 {
			n := min(len(dst), wordsAtOnce)
			Widen(in[:n], x[:n])
			f.value(out[:n], in[:n], float64(alpha))
			Narrow(dst[:n], out[:n])
			dst, x = dst[n:], x[n:]
		}
	}
}

// value sets y = f(x) for the smooth activations; x is free to change.
func (f Activation) value(y, x []float64, alpha float64) {
	switch f {
	case Elu:
		kernel.VecExpm1(y, x)
		for i, v := range x {
			if v > 0 {
				y[i] = v
			} else {
				y[i] *= alpha
			}
		}
	case Gelu:
		for i, v := range x {
			y[i] = v * normalDistribution(v)
			if v < -1e5 { // not -Inf times 0
				y[i] = math.Copysign(0, -1)
			}
		}
	case Softplus: // the greater of x and 0, plus log1p(e^-|x|)
		for i, v := range x {
			y[i] = -math.Abs(v)
		}
		kernel.VecExp(y, y)
		kernel.VecLog1p(y, y)
		for i, v := range x {
			y[i] += max(v, 0)
		}
	case Tanh:
		kernel.VecTanh(y, x)
	case Sigmoid:
		sigmoid(y, x)
	default:
		panic("tensor: unknown activation")
	}
}

// sigmoid sets y = 1 / (1 + e^-x).
func sigmoid(y, x []float64) {
	for i, v := range x {
		y[i] = -v
	}
	kernel.VecExp(y, y)
	for i, e := range y {
		y[i] = 1 / (1 + e)
	}
}

func normalDistribution(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// normalDensity is the derivative of normalDistribution.
func normalDensity(x float64) float64 {
	const scale = 0.398942280401432677939946059934381868 // 1/sqrt(2 pi)
	return scale * kernel.Exp(-0.5*float64(x*x))
}

// ActivateGrad sets dst[i] = g[i] f'(x[i]), the gradient with respect to x from
// that with respect to y = f(x). At a kink the derivative is that from the
// left: 0 for Relu. Tanh, Sigmoid and Relu read only y, the others only x; the
// operand not read may be nil. dst may be g.
func ActivateGrad[T Float](dst, g, x, y []T, f Activation, alpha T) {
	g = fit("g", g, len(dst))
	in := operand(f, x, y, len(dst))
	switch f {
	case Identity:
		copy(dst, g)
	case Relu:
		if !reluGradVector(dst, g, in) {
			for i, v := range in {
				if v > 0 {
					dst[i] = g[i]
				} else {
					dst[i] = 0
				}
			}
		}
	case LeakyRelu:
		if !leakyGradVector(dst, g, in, alpha) {
			for i, v := range in {
				if v > 0 {
					dst[i] = g[i]
				} else {
					dst[i] = T(g[i] * alpha)
				}
			}
		}
	case Tanh:
		if !tanhGradVector(dst, g, in) {
			for i, y := range in {
				dst[i] = T(fused(-y, y, 1) * g[i])
			}
		}
	case Sigmoid:
		if !sigmoidGradVector(dst, g, in) {
			for i, y := range in {
				dst[i] = T(T(y*(1-y)) * g[i])
			}
		}
	default:
		var wide, out [wordsAtOnce]float64
		for len(dst) > 0 {
			n := min(len(dst), wordsAtOnce)
			Widen(wide[:n], in[:n])
			f.slope(out[:n], wide[:n], float64(alpha))
			Widen(wide[:n], g[:n])
			kernel.Mul(out[:n], out[:n], wide[:n])
			Narrow(dst[:n], out[:n])
			dst, g, in = dst[n:], g[n:], in[n:]
		}
	}
}

// operand returns the one of x and y that the derivatives of f are functions of.
func operand[T Float](f Activation, x, y []T, n int) []T {
	switch f {
	case Identity:
		return nil
	case Relu, Tanh, Sigmoid:
		return fit("y", y, n)
	}
	return fit("x", x, n)
}

// slope sets d to the derivative at x of the activations that ActivateGrad does
// not handle by itself; x is free to change.
func (f Activation) slope(d, x []float64, alpha float64) {
	switch f {
	case Elu:
		kernel.VecExp(d, x)
		for i, v := range x {
			if v > 0 {
				d[i] = 1
			} else {
				d[i] *= alpha
			}
		}
	case Gelu:
		for i, v := range x {
			d[i] = math.FMA(v, normalDensity(v), normalDistribution(v))
			if math.Abs(v) > 1e5 { // not Inf times 0
				d[i] = normalDistribution(v)
			}
		}
	case Softplus:
		sigmoid(d, x)
	default:
		panic("tensor: unknown activation")
	}
}

// ActivateCurvature sets dst[i] = f”(x[i]), from x or y as ActivateGrad does. It
// is 0 for the piecewise linear activations.
func ActivateCurvature[T Float](dst, x, y []T, f Activation, alpha T) {
	in := operand(f, x, y, len(dst))
	if f <= LeakyRelu {
		clear(dst)
		return
	}
	var wide, out [wordsAtOnce]float64
	for len(dst) > 0 {
		n := min(len(dst), wordsAtOnce)
		Widen(wide[:n], in[:n])
		f.curvature(out[:n], wide[:n], float64(alpha))
		Narrow(dst[:n], out[:n])
		dst, in = dst[n:], in[n:]
	}
}

// curvature sets c to the second derivative, as slope does the first.
func (f Activation) curvature(c, x []float64, alpha float64) {
	switch f {
	case Elu:
		kernel.VecExp(c, x)
		for i, v := range x {
			if v > 0 {
				c[i] = 0
			} else {
				c[i] *= alpha
			}
		}
	case Gelu:
		for i, v := range x {
			c[i] = float64(math.FMA(-v, v, 2) * normalDensity(v))
			if math.Abs(v) > 1e5 { // not Inf times 0
				c[i] = v - v
			}
		}
	case Softplus:
		sigmoid(c, x)
		for i, y := range c {
			c[i] = y * (1 - y)
		}
	case Tanh:
		for i, y := range x {
			c[i] = -2 * float64(y*math.FMA(-y, y, 1))
		}
	case Sigmoid:
		for i, y := range x {
			c[i] = float64(y*(1-y)) * (1 - 2*y)
		}
	default:
		panic("tensor: unknown activation")
	}
}
