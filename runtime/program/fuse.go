package program

import "relief/runtime/graph"

// Pairs of instructions of which the second alone reads the first's result
// become one. Both results are rounded, so the bits stay; what is saved is the
// way of the result through memory and, for one lane, a dispatch.
const (
	opMulMulI    opcode = numOpcodes + iota // (a * b) * imm
	opMulIMul                               // (a * imm) * b
	opAddIMul                               // (a + imm) * b
	opSignMulMul                            // sign_mul(a, b) * c
	opMulAdd                                // a * b + c
	opMulSub                                // a * b - c
	opSubMul                                // c - a * b
	opMulAddI                               // a * b + imm
	opAddMulI                               // b + a * imm
	opMulISub                               // a * imm - b
	opSubMulI                               // b - a * imm
	endOpcodes
)

// hasThird reports whether an instruction of scalars reads operand c.
func hasThird(op opcode) bool {
	switch op {
	case opSignMulMul, opMulAdd, opMulSub, opSubMul, opcode(graph.Select):
		return true
	}
	return false
}

// fuse returns the code with pairs fused where allowed says so. outputs are
// the groups that are read at the end.
func (lo *lowering) fuse(code []draft, outputs []int32, allowed func(opcode) bool) []draft {
	uses := make([]int32, len(lo.groups)+1)
	maker := make([]int32, len(lo.groups)+1) // 1 + the instruction that makes a group
	for i := range code {
		maker[code[i].d] = int32(i) + 1
		for _, a := range code[i].operands() {
			uses[a]++
		}
	}
	for _, y := range outputs {
		uses[y]++
	}
	out := append([]draft(nil), code...)
	dead := make([]bool, len(code))
	first := func(group int32) (instruction, int32) {
		i := maker[group] - 1
		if group == 0 || i < 0 || uses[group] != 1 || dead[i] {
			return instruction{}, -1
		}
		return out[i].instruction, i
	}
	for j := range out {
		in := &out[j].instruction
		p, i := first(in.a)
		q, k := first(in.b)
		if f, ok := lo.pair(*in, p, false); ok && allowed(f.op) {
			f.d, f.n, f.node = in.d, 1, in.node
			*in, dead[i] = f, true
		} else if f, ok := lo.pair(*in, q, true); ok && allowed(f.op) {
			f.d, f.n, f.node = in.d, 1, in.node
			*in, dead[k] = f, true
		}
	}
	kept := out[:0]
	for j := range out {
		if !dead[j] {
			kept = append(kept, out[j])
		}
	}
	return kept
}

// pair is the instruction that computes in with its first operand (the second,
// if so said) computed by p.
func (lo *lowering) pair(in, p instruction, second bool) (instruction, bool) {
	other := in.b
	if second {
		other = in.a
	}
	abc := func(op opcode) (instruction, bool) { return instruction{op: op, a: p.a, b: p.b, c: other}, true }
	abi := func(op opcode, imm float64) (instruction, bool) {
		return instruction{op: op, a: p.a, b: p.b, imm: imm}, true
	}
	aib := func(op opcode, b int32) (instruction, bool) {
		return instruction{op: op, a: p.a, b: b, imm: p.imm}, true
	}
	const mul, add, sub = opcode(graph.Mul), opcode(graph.Add), opcode(graph.Sub)
	switch {
	case in.op == opMulI && p.op == mul:
		return abi(opMulMulI, in.imm)
	case in.op == opAddI && p.op == mul:
		return abi(opMulAddI, in.imm)
	case in.op == opAddI && p.op == opMulI:
		return aib(opAddMulI, lo.scalarConst(in.imm))
	case in.op == mul && p.op == opMulI:
		return aib(opMulIMul, other)
	case in.op == mul && p.op == opAddI:
		return aib(opAddIMul, other)
	case in.op == mul && p.op == opcode(graph.SignMul):
		return abc(opSignMulMul)
	case in.op == add && p.op == mul:
		return abc(opMulAdd)
	case in.op == add && p.op == opMulI:
		return aib(opAddMulI, other)
	case in.op == sub && p.op == mul && second:
		return abc(opSubMul)
	case in.op == sub && p.op == mul:
		return abc(opMulSub)
	case in.op == sub && p.op == opMulI && second:
		return aib(opSubMulI, other)
	case in.op == sub && p.op == opMulI:
		return aib(opMulISub, other)
	}
	return instruction{}, false
}
