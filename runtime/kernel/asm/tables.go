package main

import (
	"bytes"
	"fmt"
	"math"
	"math/big"

	"relief/runtime/kernel/internal/bigmath"
)

// prec is the working precision of the tables, in bits.
const prec = 256

// constants holds every number that the exponential and logarithm kernels
// use. The same values go into the Go source and into the assembly.
type constants struct {
	expHi, expLo [16]float64 // 2^(j/16) = expHi + expLo
	expPoly      [5]float64  // (e^r - 1 - r - r²/2)/r³ on |r| <= ln2/32
	stepInv      float64     // 16/ln2
	stepHi       float64     // ln2/16, short enough that n*stepHi is exact
	stepLo       float64

	logInv       [16]float64 // 1/c, c the centre of an interval of mantissas
	logHi, logLo [16]float64 // log(c) = logHi + logLo
	logPoly      [8]float64  // (log(1+r) - r + r²/2)/r³ on |r| <= 0.0302
	ln2Hi, ln2Lo float64     // ln2, short enough that k*ln2Hi + logHi is exact
	logOffset    uint64      // bits where the mantissa intervals start

	erfHi, erfLo [16]float64     // erf(j erfStep) = erfHi + erfLo
	erfSlope     [16]float64     // a power of 2 near its derivative there, 0 where that is small
	erfPoly      [13][16]float64 // (erf(c+r) - erf(c))/r - erfSlope on |r| <= erfStep/2, by power and c = j erfStep
}

// erfStep is the distance of the arguments from which erf is expanded.
const erfStep = 25. / 64

// logStep is the width of one interval of mantissas in units of the last bit.
const logStep = 1 << 48

func compute() constants {
	var c constants
	ln2 := bigmath.Ln2(prec)
	step := new(big.Float).SetPrec(prec).SetMantExp(ln2, -4)
	for j := range c.expHi {
		x := bigmath.New(prec, float64(j))
		c.expHi[j], c.expLo[j] = split(bigmath.Exp(prec, x.Mul(x, step)), 53)
	}
	c.stepInv, _ = new(big.Float).SetPrec(prec).Quo(bigmath.New(prec, 1), step).Float64()
	c.stepHi, c.stepLo = split(step, 38)
	half, _ := new(big.Float).SetMantExp(step, -1).Float64()
	copy(c.expPoly[:], interpolate(half, len(c.expPoly), func(r *big.Float) *big.Float {
		return cubicRemainder(bigmath.Expm1(prec, r), r, 0.5)
	}))

	// The interval around 1 reaches as far below 1 and above it as keeps the
	// largest |r| of all intervals small; its centre is 1 exactly, so that
	// small results keep their relative accuracy.
	c.logOffset = math.Float64bits(1) - 8*logStep - logStep*9/16
	widest := 0.0
	for j := range c.logInv {
		lo := math.Float64frombits(c.logOffset + uint64(j)*logStep)
		hi := math.Float64frombits(c.logOffset + uint64(j+1)*logStep)
		inv := 2 / (lo + hi)
		if lo < 1 && 1 < hi {
			inv = 1
		}
		c.logInv[j] = inv
		l := bigmath.Log(prec, bigmath.New(prec, inv))
		l.Neg(l)
		c.logHi[j], c.logLo[j] = splitAt(l, -42)
		widest = max(widest, hi*inv-1, 1-lo*inv)
	}
	c.ln2Hi, c.ln2Lo = splitAt(ln2, -42)
	copy(c.logPoly[:], interpolate(widest, len(c.logPoly), func(r *big.Float) *big.Float {
		return cubicRemainder(bigmath.Log1p(prec, r), r, -0.5)
	}))
	for j := range c.erfHi {
		x := bigmath.New(prec, float64(j)*erfStep)
		at := bigmath.Erf(prec, x)
		c.erfHi[j], c.erfLo[j] = split(at, 53)
		if slope := 2 / math.SqrtPi * math.Exp(-erfStep*erfStep*float64(j*j)); slope > 0x1p-8 {
			c.erfSlope[j] = math.Exp2(math.Round(math.Log2(slope)))
		}
		slope := bigmath.New(prec, c.erfSlope[j])
		for k, p := range interpolate(erfStep/2, len(c.erfPoly), func(r *big.Float) *big.Float {
			y := bigmath.Erf(prec, new(big.Float).SetPrec(prec).Add(x, r))
			y.Quo(y.Sub(y, at), r)
			return y.Sub(y, slope)
		}) {
			c.erfPoly[k][j] = p
		}
	}
	return c
}

// split returns x as a sum hi + lo with hi of so many significant bits.
func split(x *big.Float, bits uint) (hi, lo float64) {
	h := new(big.Float).SetPrec(bits).Set(x)
	hi, _ = h.Float64()
	lo, _ = new(big.Float).SetPrec(prec).Sub(x, h).Float64()
	return hi, lo
}

// splitAt returns x as a sum hi + lo with hi a multiple of 2^exp.
func splitAt(x *big.Float, exp int) (hi, lo float64) {
	f, _ := x.Float64()
	hi = math.Ldexp(math.RoundToEven(math.Ldexp(f, -exp)), exp)
	lo, _ = new(big.Float).SetPrec(prec).Sub(x, bigmath.New(prec, hi)).Float64()
	return hi, lo
}

// cubicRemainder returns (f - r - second r²)/r³.
func cubicRemainder(f, r *big.Float, second float64) *big.Float {
	square := new(big.Float).SetPrec(prec).Mul(r, r)
	y := new(big.Float).SetPrec(prec).Sub(f, r)
	y.Sub(y, new(big.Float).SetPrec(prec).Mul(square, bigmath.New(prec, second)))
	return y.Quo(y, square.Mul(square, r))
}

// interpolate returns the n coefficients, lowest first, of the polynomial that
// equals f at the Chebyshev nodes of [-a, a]; its error is within a small
// factor of the best polynomial's.
func interpolate(a float64, n int, f func(*big.Float) *big.Float) []float64 {
	node := make([]*big.Float, n)
	diff := make([]*big.Float, n) // divided differences of Newton's form
	for i := range node {
		node[i] = bigmath.New(prec, a*math.Cos(math.Pi*(float64(i)+0.5)/float64(n)))
		if math.Abs(math.Cos(math.Pi*(float64(i)+0.5)/float64(n))) < 1e-9 {
			node[i] = bigmath.New(prec, a*0x1p-20) // f divides by its argument, or by the cube
		}
		diff[i] = f(node[i])
	}
	for k := 1; k < n; k++ {
		for i := n - 1; i >= k; i-- {
			d := new(big.Float).SetPrec(prec).Sub(node[i], node[i-k])
			diff[i] = new(big.Float).SetPrec(prec).Sub(diff[i], diff[i-1])
			diff[i].Quo(diff[i], d)
		}
	}
	coef := make([]*big.Float, n)
	for i := range coef {
		coef[i] = bigmath.New(prec, 0)
	}
	for k := n - 1; k >= 0; k-- { // coef = coef*(x - node[k]) + diff[k]
		for i := n - 1; i >= 0; i-- {
			t := new(big.Float).SetPrec(prec).Mul(coef[i], node[k])
			t.Neg(t)
			if i > 0 {
				t.Add(t, coef[i-1])
			} else {
				t.Add(t, diff[k])
			}
			coef[i] = t
		}
	}
	out := make([]float64, n)
	for i := range out {
		out[i], _ = coef[i].Float64()
	}
	return out
}

// source returns the constants as Go source.
func (c *constants) source() []byte {
	var b bytes.Buffer
	b.WriteString(header + "\npackage kernel\n")
	array := func(name, comment string, v []float64) {
		fmt.Fprintf(&b, "\n// %s %s\nvar %s = [%d]float64{\n", name, comment, name, len(v))
		for _, x := range v {
			fmt.Fprintf(&b, "\t%x,\n", x)
		}
		b.WriteString("}\n")
	}
	scalar := func(name, comment string, x float64) {
		fmt.Fprintf(&b, "\n// %s %s\nconst %s = %x\n", name, comment, name, x)
	}
	array("expHi", "holds 2^(j/16) rounded.", c.expHi[:])
	array("expLo", "holds what expHi leaves of 2^(j/16).", c.expLo[:])
	array("logInv", "holds 1/c for the centre c of each interval of mantissas.", c.logInv[:])
	array("logHi", "holds log(c) to a multiple of 2^-42.", c.logHi[:])
	array("logLo", "holds what logHi leaves of log(c).", c.logLo[:])
	array("erfHi", "holds erf(j erfStep) rounded.", c.erfHi[:])
	array("erfLo", "holds what erfHi leaves of erf(j erfStep).", c.erfLo[:])
	array("erfSlope", "holds powers of 2 near the derivatives there, which the terms in r leave out.", c.erfSlope[:])
	for i, x := range c.erfPoly {
		array(fmt.Sprintf("erfPoly%d", i), fmt.Sprintf("multiplies r^%d in erf(j erfStep + r).", i+1), x[:])
	}
	scalar("erfStep", "is the distance of the arguments from which erf is expanded.", erfStep)
	for i, x := range c.expPoly {
		scalar(fmt.Sprintf("expPoly%d", i), fmt.Sprintf("multiplies r^%d in e^r.", i+3), x)
	}
	for i, x := range c.logPoly {
		scalar(fmt.Sprintf("logPoly%d", i), fmt.Sprintf("multiplies r^%d in log(1+r).", i+3), x)
	}
	scalar("stepInv", "is 16/ln2.", c.stepInv)
	scalar("stepHi", "is ln2/16 to 38 bits.", c.stepHi)
	scalar("stepLo", "is what stepHi leaves of ln2/16.", c.stepLo)
	scalar("ln2Hi", "is ln2 to a multiple of 2^-42.", c.ln2Hi)
	scalar("ln2Lo", "is what ln2Hi leaves of ln2.", c.ln2Lo)
	fmt.Fprintf(&b, "\n// logOffset is where the intervals of mantissas start, as bits of a float64.\nconst logOffset = %#x\n", c.logOffset)
	return b.Bytes()
}
