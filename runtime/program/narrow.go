package program

import (
	"math"

	"relief/runtime/graph"
	"relief/runtime/kernel"
)

// packed is an instruction of the code for one lane: 16 bytes, registers of 16
// bits. The third operand of a Select stands in imm.
type packed struct {
	op      uint16
	d, a, b uint16
	imm     float64
}

const narrowRegisters = 1 << 16

// bank is the registers of one lane. Its size makes every 16-bit index valid,
// so that the interpreter needs no check; pages that are not used are never
// touched.
type bank = [narrowRegisters]float64

// pack writes the code for one lane.
func (p *Program) pack() {
	if p.one.rows > narrowRegisters {
		return
	}
	p.narrow = make([]packed, len(p.one.list))
	for i, in := range p.one.list {
		q := packed{op: narrowCodes[in.op], d: uint16(in.d), a: uint16(in.a), b: uint16(in.b), imm: in.imm}
		if hasThird(in.op) {
			q.imm = math.Float64frombits(uint64(in.c))
		}
		if q.op == doOther {
			q.imm = math.Float64frombits(uint64(in.op))
		}
		p.narrow[i] = q
	}
}

// third is the register of operand c.
func (q *packed) third() uint16 { return uint16(math.Float64bits(q.imm)) }

// The operations that the interpreter knows, numbered without gaps so that the
// choice is one jump; all others are doOther, with the graph's operation in imm.
const (
	doOther uint16 = iota
	doAddI
	doRSubI
	doMulI
	doDivI
	doRDivI
	doMulMulI
	doMulIMul
	doAddIMul
	doSignMulMul
	doMulAdd
	doMulSub
	doSubMul
	doMulAddI
	doAddMulI
	doMulISub
	doSubMulI
	doMinI
	doMaxI
	doLtI
	doLeI
	doGtI
	doGeI
	doEqI
	doNeI
	doLog1p
	doExp
	doMulZero
	doRecip
	doNeg
	doAbs
	doSqrt
	doAdd
	doSub
	doMul
	doDiv
	doSignMul
	doSelect
)

var narrowCodes = [endOpcodes]uint16{
	opAddI:        doAddI,
	opRSubI:       doRSubI,
	opMulI:        doMulI,
	opDivI:        doDivI,
	opRDivI:       doRDivI,
	opMulMulI:     doMulMulI,
	opMulIMul:     doMulIMul,
	opAddIMul:     doAddIMul,
	opSignMulMul:  doSignMulMul,
	opMulAdd:      doMulAdd,
	opMulSub:      doMulSub,
	opSubMul:      doSubMul,
	opMulAddI:     doMulAddI,
	opAddMulI:     doAddMulI,
	opMulISub:     doMulISub,
	opSubMulI:     doSubMulI,
	opMinI:        doMinI,
	opMaxI:        doMaxI,
	opLtI:         doLtI,
	opLeI:         doLeI,
	opGtI:         doGtI,
	opGeI:         doGeI,
	opEqI:         doEqI,
	opNeI:         doNeI,
	graph.Log1p:   doLog1p,
	graph.Exp:     doExp,
	graph.MulZero: doMulZero,
	graph.Recip:   doRecip,
	graph.Neg:     doNeg,
	graph.Abs:     doAbs,
	graph.Sqrt:    doSqrt,
	graph.Add:     doAdd,
	graph.Sub:     doSub,
	graph.Mul:     doMul,
	graph.Div:     doDiv,
	graph.SignMul: doSignMul,
	graph.Select:  doSelect,
}

// execute runs the code once on one lane.
func execute(code []packed, r *bank) {
	for i := range code {
		in := &code[i]
		a := r[in.a]
		var v float64
		switch in.op {
		case doAddI:
			v = a + in.imm
		case doRSubI:
			v = in.imm - a
		case doMulI:
			v = a * in.imm
		case doDivI:
			v = a / in.imm
		case doRDivI:
			v = in.imm / a
		case doMulMulI:
			v = float64(a*r[in.b]) * in.imm
		case doMulIMul:
			v = float64(a*in.imm) * r[in.b]
		case doAddIMul:
			v = float64(a+in.imm) * r[in.b]
		case doSignMulMul:
			v = kernel.SignMulOf(a, r[in.b]) * r[in.third()]
		case doMulAdd:
			v = float64(a*r[in.b]) + r[in.third()]
		case doMulSub:
			v = float64(a*r[in.b]) - r[in.third()]
		case doSubMul:
			v = r[in.third()] - float64(a*r[in.b])
		case doMulAddI:
			v = float64(a*r[in.b]) + in.imm
		case doAddMulI:
			v = r[in.b] + float64(a*in.imm)
		case doMulISub:
			v = float64(a*in.imm) - r[in.b]
		case doSubMulI:
			v = r[in.b] - float64(a*in.imm)
		case doMinI:
			v = min(a, in.imm)
		case doMaxI:
			v = max(a, in.imm)
		case doLtI:
			v = truth(a < in.imm)
		case doLeI:
			v = truth(a <= in.imm)
		case doGtI:
			v = truth(a > in.imm)
		case doGeI:
			v = truth(a >= in.imm)
		case doEqI:
			v = truth(a == in.imm)
		case doNeI:
			v = truth(a != in.imm)
		case doLog1p:
			v = kernel.Log1p(a)
		case doExp:
			v = kernel.Exp(a)
		case doMulZero:
			v = kernel.MulZeroOf(a, r[in.b])
		case doRecip:
			v = kernel.RecipOf(a)
		case doNeg:
			v = -a
		case doAbs:
			v = math.Abs(a)
		case doSqrt:
			v = math.Sqrt(a)
		case doAdd:
			v = a + r[in.b]
		case doSub:
			v = a - r[in.b]
		case doMul:
			v = a * r[in.b]
		case doDiv:
			v = a / r[in.b]
		case doSignMul:
			v = kernel.SignMulOf(a, r[in.b])
		case doSelect:
			v = r[in.third()]
			if a != 0 {
				v = r[in.b]
			}
		default:
			v = graph.Op(math.Float64bits(in.imm)).Eval(a, r[in.b], 0)
		}
		r[in.d] = v
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
