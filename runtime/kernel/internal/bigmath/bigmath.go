// Package bigmath evaluates elementary functions to any precision on
// math/big. It computes the tables of the kernels and is the reference that
// their error bounds are measured against; it is not meant to be fast.
package bigmath

import "math/big"

// guard is the number of bits computed beyond the precision asked for.
const guard = 64

// New returns x rounded to prec bits; prec of 53 and more keeps x exact.
func New(prec uint, x float64) *big.Float {
	return new(big.Float).SetPrec(prec).SetFloat64(x)
}

// atanh2 returns 2 atanh(z) = log((1+z)/(1-z)) by its power series; |z| should
// be below 1/2.
func atanh2(prec uint, z *big.Float) *big.Float {
	sum := new(big.Float).SetPrec(prec).Set(z)
	if z.Sign() == 0 {
		return sum
	}
	square := new(big.Float).SetPrec(prec).Mul(z, z)
	power := new(big.Float).SetPrec(prec).Set(z)
	term := new(big.Float).SetPrec(prec)
	for i := int64(3); ; i += 2 {
		power.Mul(power, square)
		term.Quo(power, new(big.Float).SetPrec(prec).SetInt64(i))
		if term.MantExp(nil) < sum.MantExp(nil)-int(prec) {
			return sum.Mul(sum, New(prec, 2))
		}
		sum.Add(sum, term)
	}
}

// Ln2 returns the natural logarithm of 2.
func Ln2(prec uint) *big.Float {
	third := new(big.Float).SetPrec(prec+guard).Quo(New(prec+guard, 1), New(prec+guard, 3))
	return atanh2(prec+guard, third).SetPrec(prec)
}

// Log returns the natural logarithm of x > 0. The relative error is about
// 2^-prec also for x next to 1, as long as x itself is exact.
func Log(prec uint, x *big.Float) *big.Float {
	p := prec + guard
	m := new(big.Float).SetPrec(p)
	e := new(big.Float).SetPrec(p).Set(x).MantExp(m)
	if m.Cmp(New(p, 0.7)) < 0 {
		m.Mul(m, New(p, 2))
		e--
	}
	one := New(p, 1)
	z := new(big.Float).SetPrec(p).Sub(m, one)
	z.Quo(z, new(big.Float).SetPrec(p).Add(m, one))
	y := atanh2(p, z)
	if e != 0 {
		k := new(big.Float).SetPrec(p).SetInt64(int64(e))
		y.Add(y, k.Mul(k, Ln2(p)))
	}
	return y.SetPrec(prec)
}

// Log1p returns log(1+x) for x > -1 with a small relative error for small x.
func Log1p(prec uint, x *big.Float) *big.Float {
	p := prec + guard
	if x.MantExp(nil) > -2 {
		wide := new(big.Float).SetPrec(p+64).Add(New(p, 1), x)
		return Log(prec, wide)
	}
	z := new(big.Float).SetPrec(p).Add(x, New(p, 2))
	z.Quo(x, z)
	return atanh2(p, z).SetPrec(prec)
}

// series returns e^x - 1 by its power series.
func series(prec uint, x *big.Float) *big.Float {
	sum := new(big.Float).SetPrec(prec).Set(x)
	if x.Sign() == 0 {
		return sum
	}
	term := new(big.Float).SetPrec(prec).Set(x)
	for i := int64(2); ; i++ {
		term.Mul(term, x)
		term.Quo(term, new(big.Float).SetPrec(prec).SetInt64(i))
		if term.MantExp(nil) < sum.MantExp(nil)-int(prec) {
			return sum
		}
		sum.Add(sum, term)
	}
}

// Exp returns e^x for |x| below about 2^20.
func Exp(prec uint, x *big.Float) *big.Float {
	p := prec + guard
	ln2 := Ln2(p)
	q, _ := new(big.Float).SetPrec(p).Quo(x, ln2).Int64()
	r := new(big.Float).SetPrec(p).SetInt64(q)
	r.Sub(x, r.Mul(r, ln2))
	const halvings = 8
	r.SetMantExp(r, -halvings)
	y := series(p, r)
	for range halvings { // e^2r - 1 = (e^r - 1)(e^r - 1 + 2)
		t := new(big.Float).SetPrec(p).Add(y, New(p, 2))
		y.Mul(y, t)
	}
	y.Add(y, New(p, 1))
	return y.SetMantExp(y, int(q)).SetPrec(prec)
}

// Expm1 returns e^x - 1 with a small relative error for small x.
func Expm1(prec uint, x *big.Float) *big.Float {
	if x.MantExp(nil) < -10 {
		return series(prec+guard, x).SetPrec(prec)
	}
	y := Exp(prec+guard, x)
	return y.Sub(y, New(prec+guard, 1)).SetPrec(prec)
}

// Tanh returns the hyperbolic tangent of x.
func Tanh(prec uint, x *big.Float) *big.Float {
	p := prec + guard
	e := Expm1(p, new(big.Float).SetPrec(p).Mul(x, New(p, 2)))
	d := new(big.Float).SetPrec(p).Add(e, New(p, 2))
	return e.Quo(e, d).SetPrec(prec)
}

// arctangent returns the arc tangent of 1/n, n at least 2.
func arctangent(prec uint, n int64) *big.Float {
	power := new(big.Float).SetPrec(prec).Quo(New(prec, 1), new(big.Float).SetInt64(n))
	square := new(big.Float).SetPrec(prec).SetInt64(-n * n)
	sum := new(big.Float).SetPrec(prec).Set(power)
	term := new(big.Float).SetPrec(prec)
	for i := int64(3); power.MantExp(nil) >= -int(prec); i += 2 {
		power.Quo(power, square)
		sum.Add(sum, term.Quo(power, new(big.Float).SetInt64(i)))
	}
	return sum
}

// Pi returns the ratio of a circle's circumference to its diameter, by Machin's
// formula.
func Pi(prec uint) *big.Float {
	p := prec + guard
	a, b := arctangent(p, 5), arctangent(p, 239)
	a.Mul(a, New(p, 16))
	return a.Sub(a, b.Mul(b, New(p, 4))).SetPrec(prec)
}

// Erf returns the error function of x, of which the absolute value should be
// small, by the series 2/sqrt(pi) e^-x² (x + 2/3 x³ + 4/15 x⁵ + ...), in which
// nothing cancels.
func Erf(prec uint, x *big.Float) *big.Float {
	p := prec + guard
	twice := new(big.Float).SetPrec(p).Mul(x, x)
	twice.Mul(twice, New(p, 2))
	term := new(big.Float).SetPrec(p).Set(x)
	sum := new(big.Float).SetPrec(p).Set(x)
	for i := int64(3); term.Sign() != 0 && term.MantExp(nil) >= sum.MantExp(nil)-int(p); i += 2 {
		term.Mul(term, twice)
		term.Quo(term, new(big.Float).SetInt64(i))
		sum.Add(sum, term)
	}
	down := new(big.Float).SetPrec(p).Quo(twice, New(p, -2))
	sum.Mul(sum, Exp(p, down))
	scale := new(big.Float).SetPrec(p).Quo(New(p, 4), Pi(p))
	return sum.Mul(sum, scale.Sqrt(scale)).SetPrec(prec)
}
