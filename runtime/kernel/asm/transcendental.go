package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels here follow exp.go, log.go and erf.go of package kernel operation by
// operation; the reasons and the error bounds stand there.

const (
	shift     = 0x1.8p52              // adding it rounds to an integer in the low bits
	stepBias  = 2048 * 16             // makes the count of steps positive
	expBias   = 2048                  // its sixteenth, the bias of the binary exponent
	oneBits   = 0x3ff0_0000_0000_0000 // 1
	logTable  = 0x0353_0422           // VFIXUPIMMPD: 0 -> -Inf, negative -> NaN, +Inf and NaN stay
	minNormal = 0x1p-1022             // smallest normal number
	exponent  = 0x7ff0_0000_0000_0000 // exponent field of a float64
	fraction  = 0x000f_ffff_ffff_ffff // fraction field of a float64
	highBits  = 0x4330_0000_0000_0000 // 2^52, whose low bits count in ones
)

func transcendental(c *constants) []operation {
	op := func(name string, body func(e *emitter, c *constants, x Op) Op) operation {
		return operation{name, unary, 2, true, func(e *emitter, in []Op) Op { return body(e, c, in[0]) }}
	}
	return []operation{op("exp", emitExp), op("expm1", emitExpm1), op("tanh", emitTanh), op("log", emitLog), op("log1p", emitLog1p), op("erf", emitErf)}
}

// reduced is the argument of an exponential as count*ln2/16 + r.
type reduced struct {
	count Op             // as a float64
	index reg.VecVirtual // biased integer: low four bits pick the table entry
	high  reg.VecVirtual // x - count*stepHi, exact
	r     reg.VecVirtual
	curve reg.VecVirtual // (e^r - 1 - r)/r²
	r2    reg.VecVirtual
}

func (e *emitter) reduceExp(c *constants, x Op) reduced {
	shifted := e.fma(x, e.num(c.stepInv), e.num(shift))
	count := e.sub(shifted, e.num(shift))
	index := e.subInt(shifted, e.bits(math.Float64bits(shift)-stepBias))
	high := e.fnma(count, e.num(c.stepHi), x)
	r := e.fnma(count, e.num(c.stepLo), high)
	r2 := e.mul(r, r)
	p := c.expPoly
	low := e.fma(r, e.num(p[1]), e.num(p[0]))
	top := e.fma(r, e.num(p[3]), e.num(p[2]))
	e.accumulate(top, r2, e.num(p[4]))
	e.accumulate(low, r2, top)
	curve := e.fma(r, low, e.num(0.5))
	return reduced{count, index, high, r, curve, r2}
}

// scale returns y * 2^floor(count/16) rounded once.
func (e *emitter) scale(y Op, z reduced) Op {
	if e.wide {
		r := e.reg()
		e.VSCALEFPD(e.mul(z.count, e.num(1.0/16)), y, r)
		return r
	}
	k := e.shiftRight(4, z.index)
	first := e.shiftRight(1, k)
	second := e.subInt(k, first)
	one := e.bits(1)
	y = e.mul(y, e.shiftLeft(52, e.subInt(first, one)))
	return e.mul(y, e.shiftLeft(52, e.subInt(second, one)))
}

// clamp limits x to [lo, hi] and keeps NaN.
func (e *emitter) clamp(x Op, lo, hi float64) Op {
	return e.rawMax(e.load(e.num(lo)), e.rawMin(e.load(e.num(hi)), x))
}

func emitExp(e *emitter, c *constants, x Op) Op {
	z := e.reduceExp(c, e.clamp(x, -746, 710))
	p := e.fma(z.r2, z.curve, z.r)
	t := e.lookup(e.table("expHi", c.expHi), z.index)
	y := e.lookup(e.table("expLo", c.expLo), z.index)
	e.accumulate(y, t, p)
	return e.scale(e.add(t, y), z)
}

// expm1Parts returns 2^-k (e^x - 1) as h + l.
func (e *emitter) expm1Parts(c *constants, z reduced) (h, l reg.VecVirtual) {
	rl := e.fnma(z.count, e.num(c.stepLo), e.sub(z.high, z.r))
	v := e.fma(z.r2, z.curve, rl)
	k := e.shiftRight(4, z.index)
	capped := e.reg()
	e.VPMINUD(e.bits(expBias+64), k, capped)
	unit := e.shiftLeft(52, e.subInt(e.load(e.bits(expBias+1023)), capped))
	t := e.lookup(e.table("expHi", c.expHi), z.index)
	tl := e.lookup(e.table("expLo", c.expLo), z.index)
	s := e.sub(t, unit)
	back := e.sub(s, t)
	lost := e.sub(e.sub(t, e.sub(s, back)), e.add(unit, back))
	h = e.fma(t, z.r, s)
	rest := e.fma(t, z.r, e.sub(s, h))
	l = e.add(rest, e.add(lost, e.fma(tl, z.r, tl)))
	e.accumulate(l, t, v)
	return h, l
}

func emitExpm1(e *emitter, c *constants, x Op) Op {
	z := e.reduceExp(c, e.clamp(x, -40, 710))
	h, l := e.expm1Parts(c, z)
	return e.copySign(e.scale(e.add(h, l), z), x)
}

func emitTanh(e *emitter, c *constants, x Op) Op {
	a := e.and(x, e.bits(1<<63-1))
	z := e.reduceExp(c, e.rawMin(e.load(e.num(44)), e.add(a, a)))
	h, l := e.expm1Parts(c, z)
	scale := e.shiftLeft(52, e.subInt(e.shiftRight(4, z.index), e.bits(expBias-1023)))
	sum := e.add(h, l)
	h, l = e.mul(sum, scale), e.mul(e.sub(l, e.sub(sum, h)), scale)
	two := e.load(e.num(2))
	big, small := e.rawMax(two, h), e.rawMin(two, h)
	d := e.add(big, small)
	dl := e.add(e.sub(small, e.sub(d, big)), l)
	inv := e.div(e.load(e.num(1)), d)
	q := e.mul(h, inv)
	rest := e.add(e.fnma(q, d, h), e.fnma(q, dl, l))
	return e.copySign(e.fma(rest, inv, q), x)
}

// mantissa splits u into m * 2^k with m in the octave of the table.
type mantissa struct {
	m, k     reg.VecVirtual
	index    reg.VecVirtual
	exponent reg.VecVirtual // biased exponent in the field of a float64
}

func (e *emitter) splitMantissa(c *constants, u Op) mantissa {
	from := e.subInt(u, e.bits(c.logOffset))
	biased := e.addInt(from, e.bits(oneBits))
	k := e.sub(e.or(e.shiftRight(52, biased), e.bits(highBits)), e.num(0x1p52+1023))
	m := e.addInt(e.and(from, e.bits(fraction)), e.bits(c.logOffset))
	return mantissa{m, k, e.shiftRight(48, from), e.and(biased, e.bits(exponent))}
}

// finishLog returns k ln2 - log(inv) + log(1 + r + rl).
func (e *emitter) finishLog(c *constants, z mantissa, r, rl Op) Op {
	hi := e.lookup(e.table("logHi", c.logHi), z.index)
	lo := e.lookup(e.table("logLo", c.logLo), z.index)
	e.accumulate(hi, z.k, e.num(c.ln2Hi))
	e.accumulate(lo, z.k, e.num(c.ln2Lo))
	s := e.add(hi, r)
	tail := e.add(e.add(e.sub(hi, s), r), e.add(lo, rl))
	p := c.logPoly
	r2 := e.mul(r, r)
	a := e.fma(r, e.num(p[1]), e.num(p[0]))
	b := e.fma(r, e.num(p[3]), e.num(p[2]))
	d := e.fma(r, e.num(p[5]), e.num(p[4]))
	f := e.fma(r, e.num(p[7]), e.num(p[6]))
	e.accumulate(a, r2, b)
	e.accumulate(d, r2, f)
	e.accumulate(a, e.mul(r2, r2), d)
	curve := e.fma(r, a, e.num(-0.5))
	e.accumulate(tail, r2, curve)
	return e.add(s, tail)
}

// special gives log its values at 0, below 0, at +Inf and NaN.
func (e *emitter) specialLog(y, u Op) Op {
	if e.wide {
		r := e.load(y)
		e.VFIXUPIMMPD(U8(0), e.bits(logTable), u, r)
		return r
	}
	y = e.choose(e.compare(predEq, u, e.num(0)), e.num(math.Inf(-1)), y)
	y = e.choose(e.compare(predEq, u, e.num(math.Inf(1))), u, y)
	zero := e.load(e.num(0))
	return e.choose(e.compare(predNotGe, u, zero), e.num(math.NaN()), y)
}

func emitLog(e *emitter, c *constants, x Op) Op {
	small := e.compare(predLt, x, e.num(minNormal))
	u := e.mul(x, e.choose(small, e.num(0x1p54), e.load(e.num(1))))
	z := e.splitMantissa(c, u)
	z.k = e.sub(z.k, e.keep(small, e.num(54)))
	inv := e.lookup(e.table("logInv", c.logInv), z.index)
	p := e.mul(z.m, inv)
	rl := e.fms(z.m, inv, p)
	rh := e.sub(p, e.num(1))
	r := e.add(rh, rl)
	return e.specialLog(e.finishLog(c, z, r, e.sub(rl, e.sub(r, rh))), x)
}

func emitLog1p(e *emitter, c *constants, x Op) Op {
	one := e.load(e.num(1))
	u := e.add(one, x)
	big, small := e.rawMax(one, x), e.rawMin(one, x)
	lost := e.sub(small, e.sub(u, big))
	z := e.splitMantissa(c, u)
	down := e.reg() // 2^-k, or 0 where that is below the normal numbers
	e.VPSUBUSW(z.exponent, e.load(e.bits(2046<<52)), down)
	inv := e.lookup(e.table("logInv", c.logInv), z.index)
	p := e.mul(z.m, inv)
	rl := e.fms(z.m, inv, p)
	e.accumulate(rl, e.mul(lost, down), inv)
	rh := e.sub(p, e.num(1))
	r := e.add(rh, rl)
	y := e.finishLog(c, z, r, e.sub(rl, e.sub(r, rh)))
	return e.specialLog(e.copySign(y, x), u)
}

func emitErf(e *emitter, c *constants, x Op) Op {
	a := e.rawMin(e.load(e.num(6)), e.and(x, e.bits(1<<63-1)))
	index := e.fma(a, e.num(1/erfStep), e.num(shift))
	r := e.fnma(e.sub(index, e.num(shift)), e.num(erfStep), a)
	p := func(k int) reg.VecVirtual {
		return e.lookup(e.table(fmt.Sprint("erfPoly", k), c.erfPoly[k]), index)
	}
	pair := func(k int) reg.VecVirtual {
		low, high := p(k), p(k+1)
		e.accumulate(low, r, high)
		return low
	}
	r2 := e.mul(r, r)
	r4 := e.mul(r2, r2)
	four := func(k int) reg.VecVirtual {
		low, high := pair(k), pair(k+2)
		e.accumulate(low, r2, high)
		return low
	}
	top := four(8)
	e.accumulate(top, r4, p(12))
	mid := four(4)
	e.accumulate(mid, r4, top)
	curve := four(0)
	e.accumulate(curve, r4, mid)
	hi := e.lookup(e.table("erfHi", c.erfHi), index)
	lo := e.lookup(e.table("erfLo", c.erfLo), index)
	linear := e.mul(r, e.lookup(e.table("erfSlope", c.erfSlope), index))
	s := e.add(hi, linear)
	rest := e.add(e.add(e.sub(hi, s), linear), lo)
	e.accumulate(rest, r, curve)
	return e.copySign(e.add(s, rest), x)
}
