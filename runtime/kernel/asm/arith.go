package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
)

// signTable makes VFIXUPIMMPD give the sign of its source: NaN and zero stay,
// everything else becomes -1 or 1. One response per class of numbers, lowest
// four bits first: quiet NaN, signaling NaN, zero, one, -Inf, +Inf, negative,
// positive.
const signTable = 0xa9a9a122

// arithmetic lists the kernels whose results are exact or correctly rounded.
func arithmetic() []operation {
	simple := func(name string, s shape, body func(e *emitter, in []Op) Op) operation {
		return operation{name, s, 4, false, body}
	}
	add := func(e *emitter, in []Op) Op { return e.add(in[0], in[1]) }
	sub := func(e *emitter, in []Op) Op { return e.sub(in[0], in[1]) }
	mul := func(e *emitter, in []Op) Op { return e.mul(in[0], in[1]) }
	div := func(e *emitter, in []Op) Op { return e.div(in[0], in[1]) }
	rsub := func(e *emitter, in []Op) Op { return e.sub(in[1], in[0]) }
	rdiv := func(e *emitter, in []Op) Op { return e.div(in[1], in[0]) }
	// The two orders differ only where an operand is NaN or both are zeros:
	// the bitwise OR of a NaN and anything in its place is NaN, and of two
	// zeros it is the negative one.
	lesser := func(e *emitter, in []Op) Op {
		return e.or(e.rawMin(in[0], in[1]), e.rawMin(in[1], in[0]))
	}
	greater := func(e *emitter, in []Op) Op {
		m := e.and(e.rawMax(in[0], in[1]), e.rawMax(in[1], in[0]))
		return e.choose(e.compare(predUn, in[0], in[1]), e.num(math.NaN()), m)
	}
	ops := []operation{
		simple("add", binary, add), simple("addC", unaryC, add),
		simple("sub", binary, sub), simple("rSubC", unaryC, rsub),
		simple("mul", binary, mul), simple("mulC", unaryC, mul),
		simple("div", binary, div), simple("divC", unaryC, div), simple("rDivC", unaryC, rdiv),
		simple("min", binary, lesser), simple("minC", unaryC, lesser),
		simple("max", binary, greater), simple("maxC", unaryC, greater),
		simple("neg", unary, func(e *emitter, in []Op) Op { return e.xor(in[0], e.bits(1<<63)) }),
		simple("abs", unary, func(e *emitter, in []Op) Op { return e.and(in[0], e.bits(1<<63-1)) }),
		simple("sqrt", unary, func(e *emitter, in []Op) Op { r := e.reg(); e.VSQRTPD(in[0], r); return r }),
		simple("sign", unary, func(e *emitter, in []Op) Op {
			if e.wide {
				r := e.load(in[0])
				e.VFIXUPIMMPD(U8(0), e.bits(signTable), in[0], r)
				return r
			}
			zeroOrNaN := e.compare(predEq, in[0], e.num(0))
			unit := e.copySign(e.load(e.num(1)), in[0])
			r := e.choose(zeroOrNaN, in[0], unit)
			return e.choose(e.compare(predUn, in[0], in[0]), in[0], r)
		}),
		simple("relu", unary, func(e *emitter, in []Op) Op {
			zero := e.load(e.num(0))
			return e.add(e.rawMax(zero, in[0]), zero) // + 0 turns -0 into 0
		}),
		simple("recip", unary, func(e *emitter, in []Op) Op {
			q := e.div(e.load(e.num(1)), in[0])
			return e.keep(e.compare(predNe, in[0], e.num(0)), q)
		}),
		simple("rSqrt", unary, func(e *emitter, in []Op) Op {
			root := e.reg()
			e.VSQRTPD(in[0], root)
			return e.keep(e.compare(predNe, in[0], e.num(0)), e.div(e.load(e.num(1)), root))
		}),
		simple("select", ternary, func(e *emitter, in []Op) Op {
			return e.choose(e.compare(predNe, in[0], e.num(0)), in[1], in[2])
		}),
		simple("mulZero", binary, func(e *emitter, in []Op) Op {
			return e.keep(e.compare(predNe, in[0], e.num(0)), e.mul(in[0], in[1]))
		}),
		simple("signMul", binary, func(e *emitter, in []Op) Op {
			g, x := in[0], in[1]
			signed := e.xor(g, e.and(x, e.bits(1<<63)))
			r := e.keep(e.compare(predNe, x, e.num(0)), signed)
			return e.choose(e.compare(predUn, x, x), x, r)
		}),
		simple("subMul", ternary, func(e *emitter, in []Op) Op { return e.sub(in[0], e.mul(in[1], in[2])) }),
		simple("subScaled", scaled, func(e *emitter, in []Op) Op { return e.sub(in[0], e.mul(in[2], in[1])) }),
	}
	for _, c := range []struct {
		name string
		pred uint8
	}{{"lt", predLt}, {"le", predLe}, {"gt", predGt}, {"ge", predGe}, {"eq", predEq}, {"ne", predNe}} {
		truth := func(e *emitter, in []Op) Op {
			return e.keep(e.compare(c.pred, in[0], in[1]), e.num(1))
		}
		if c.name != "gt" && c.name != "ge" { // those swap the operands of lt and le
			ops = append(ops, simple(c.name, binary, truth))
		}
		ops = append(ops, simple(c.name+"C", unaryC, truth))
	}
	return ops
}
