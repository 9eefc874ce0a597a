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
		q := packed{op: uint16(in.op), d: uint16(in.d), a: uint16(in.a), b: uint16(in.b), imm: in.imm}
		if hasThird(in.op) {
			q.imm = math.Float64frombits(uint64(in.c))
		}
		p.narrow[i] = q
	}
}

// third is the register of operand c.
func (q *packed) third() uint16 { return uint16(math.Float64bits(q.imm)) }

// execute runs the code once on one lane.
func execute(code []packed, r *bank) {
	for i := range code {
		in := &code[i]
		a := r[in.a]
		var v float64
		switch in.op {
		case uint16(opAddI):
			v = a + in.imm
		case uint16(opRSubI):
			v = in.imm - a
		case uint16(opMulI):
			v = a * in.imm
		case uint16(opDivI):
			v = a / in.imm
		case uint16(opRDivI):
			v = in.imm / a
		case uint16(opMulMulI):
			v = float64(a*r[in.b]) * in.imm
		case uint16(opMulIMul):
			v = float64(a*in.imm) * r[in.b]
		case uint16(opAddIMul):
			v = float64(a+in.imm) * r[in.b]
		case uint16(opSignMulMul):
			v = kernel.SignMulOf(a, r[in.b]) * r[in.third()]
		case uint16(opMulAdd):
			v = float64(a*r[in.b]) + r[in.third()]
		case uint16(opMulSub):
			v = float64(a*r[in.b]) - r[in.third()]
		case uint16(opSubMul):
			v = r[in.third()] - float64(a*r[in.b])
		case uint16(opMulAddI):
			v = float64(a*r[in.b]) + in.imm
		case uint16(opAddMulI):
			v = r[in.b] + float64(a*in.imm)
		case uint16(opMulISub):
			v = float64(a*in.imm) - r[in.b]
		case uint16(opSubMulI):
			v = r[in.b] - float64(a*in.imm)
		case uint16(opMinI):
			v = min(a, in.imm)
		case uint16(opMaxI):
			v = max(a, in.imm)
		case uint16(opLtI):
			v = truth(a < in.imm)
		case uint16(opLeI):
			v = truth(a <= in.imm)
		case uint16(opGtI):
			v = truth(a > in.imm)
		case uint16(opGeI):
			v = truth(a >= in.imm)
		case uint16(opEqI):
			v = truth(a == in.imm)
		case uint16(opNeI):
			v = truth(a != in.imm)
		case uint16(graph.Log1p):
			v = kernel.Log1p(a)
		case uint16(graph.Exp):
			v = kernel.Exp(a)
		case uint16(graph.MulZero):
			v = kernel.MulZeroOf(a, r[in.b])
		case uint16(graph.Recip):
			v = kernel.RecipOf(a)
		case uint16(graph.Neg):
			v = -a
		case uint16(graph.Abs):
			v = math.Abs(a)
		case uint16(graph.Sqrt):
			v = math.Sqrt(a)
		case uint16(graph.Add):
			v = a + r[in.b]
		case uint16(graph.Sub):
			v = a - r[in.b]
		case uint16(graph.Mul):
			v = a * r[in.b]
		case uint16(graph.Div):
			v = a / r[in.b]
		case uint16(graph.SignMul):
			v = kernel.SignMulOf(a, r[in.b])
		case uint16(graph.Select):
			v = r[in.third()]
			if a != 0 {
				v = r[in.b]
			}
		default:
			v = graph.Op(in.op).Eval(a, r[in.b], 0)
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
