package program

import (
	"math"

	"relief/runtime/graph"
	"relief/runtime/kernel"
)

// block is the registers of up to blockWidth lanes: register i is the width
// numbers from i*width on.
type block struct {
	code  *code
	width int
	mem   []float64
	acc   []float64
	whole bool // the outputs that are only observed are computed as well
}

const blockWidth = 256

// newBlock allocates registers for lanes lanes.
func newBlock(c *code, lanes int) *block {
	b := &block{code: c, mem: make([]float64, max(c.rows, 1)*lanes), acc: make([]float64, lanes)}
	b.resize(lanes)
	return b
}

// resize makes the block one of fewer lanes, or of as many as before.
func (b *block) resize(lanes int) {
	if b.width == lanes {
		return
	}
	b.width = lanes
	for _, c := range b.code.consts {
		fill(b.row(c.row), c.value)
	}
}

func fill(d []float64, v float64) {
	head := d[:min(len(d), 16)]
	for i := range head {
		head[i] = v
	}
	for n := len(head); n < len(d); n *= 2 {
		copy(d[n:], d[:n])
	}
}

// row is register i.
func (b *block) row(i int32) []float64 {
	return b.mem[int(i)*b.width:][:b.width:b.width]
}

// run is registers [i, i+n).
func (b *block) run(i, n int32) []float64 {
	return b.mem[int(i)*b.width:][:int(n)*b.width]
}

// pass is how an instruction is executed: by one call of a kernel for all its
// elements in all lanes, where that can be.
type pass uint8

const (
	passOther pass = iota
	passUnary
	passBinary
	passScalar // the second operand is a number
)

func passOf(in *instruction) pass {
	switch {
	case in.op >= endOpcodes, in.n != 1 && in.sa != 1:
		return passOther
	case in.op < numOpcodes && scalarKernels[in.op] != nil:
		return passScalar
	case in.op >= opCopy:
		return passOther
	case unaryKernels[in.op] != nil:
		return passUnary
	case binaryKernels[in.op] != nil && (in.n == 1 || in.sb == 1):
		return passBinary
	}
	return passOther
}

// execute runs instructions on all lanes of the block.
func (b *block) execute(list []instruction) {
	for i := range list {
		in := &list[i]
		switch in.pass {
		case passUnary:
			unaryKernels[in.op](b.run(in.d, in.n), b.run(in.a, in.n))
		case passBinary:
			binaryKernels[in.op](b.run(in.d, in.n), b.run(in.a, in.n), b.run(in.b, in.n))
		case passScalar:
			scalarKernels[in.op](b.run(in.d, in.n), b.run(in.a, in.n), in.imm)
		default:
			switch {
			case in.op >= opCopy:
				b.special(in)
			case graph.Op(in.op).IsElementwise():
				b.elementwise(in)
			default:
				b.array(in)
			}
		}
	}
}

// elementwise makes one pass where all operands have the result's elements,
// and one for each element where some repeat.
func (b *block) elementwise(in *instruction) {
	op := graph.Op(in.op)
	arity := op.Arity()
	if in.n == 1 || in.sa == 1 && (arity < 2 || in.sb == 1) && (arity < 3 || in.sc == 1) {
		switch arity {
		case 1:
			unary(op, b.run(in.d, in.n), b.run(in.a, in.n))
		case 2:
			binary(op, b.run(in.d, in.n), b.run(in.a, in.n), b.run(in.b, in.n))
		default:
			kernel.Select(b.run(in.d, in.n), b.run(in.a, in.n), b.run(in.b, in.n), b.run(in.c, in.n))
		}
		return
	}
	if b.width == 1 && arity == 2 && b.repeated(op, in) {
		return
	}
	for i := range in.n {
		d, x := b.row(in.d+i), b.row(in.a+i*int32(in.sa))
		switch arity {
		case 1:
			unary(op, d, x)
		case 2:
			binary(op, d, x, b.row(in.b+i*int32(in.sb)))
		default:
			kernel.Select(d, x, b.row(in.b+i*int32(in.sb)), b.row(in.c+i*int32(in.sc)))
		}
	}
}

// repeated is elementwise for one lane and an operand that repeats: a kernel
// with a number for an operand, if there is one.
func (b *block) repeated(op graph.Op, in *instruction) bool {
	forms, ok := withImmediate[op]
	if !ok || in.sa == in.sb {
		return false
	}
	if in.sa == 0 {
		withScalar(forms[1], b.run(in.d, in.n), b.run(in.b, in.n), b.mem[in.a])
		return true
	}
	v := b.mem[in.b]
	if op == graph.Sub {
		v = -v
	}
	withScalar(forms[0], b.run(in.d, in.n), b.run(in.a, in.n), v)
	return true
}

func (b *block) special(in *instruction) {
	switch in.op {
	case opZero:
		fill(b.run(in.d, in.n), 0)
		return
	case opSubMul:
		kernel.SubMul(b.row(in.d), b.row(in.c), b.row(in.a), b.row(in.b))
		return
	case opSubMulI:
		kernel.SubScaled(b.row(in.d), b.row(in.b), in.imm, b.row(in.a))
		return
	}
	if in.n == 1 || in.sa == 1 {
		withScalar(in.op, b.run(in.d, in.n), b.run(in.a, in.n), in.imm)
		return
	}
	for i := range in.n {
		withScalar(in.op, b.row(in.d+i), b.row(in.a+i*int32(in.sa)), in.imm)
	}
}

// array computes reductions and the operations on matrices, in index order.
func (b *block) array(in *instruction) {
	switch op := graph.Op(in.op); op {
	case graph.Transpose:
		for i := range in.rows {
			for j := range in.cols {
				copy(b.row(in.d+j*in.rows+i), b.row(in.a+i*in.cols+j))
			}
		}
	case graph.Outer:
		if b.width == 1 {
			for i := range in.rows {
				kernel.MulC(b.run(in.d+i*in.cols, in.cols), b.run(in.b, in.cols), b.mem[in.a+i])
			}
			return
		}
		for i := range in.rows {
			for j := range in.cols {
				binary(graph.Mul, b.row(in.d+i*in.cols+j), b.row(in.a+i), b.row(in.b+j))
			}
		}
	case graph.MatMul:
		if b.width == 1 {
			b.matmul(in)
			return
		}
		for i := range in.rows {
			for j := range in.cols {
				d := b.row(in.d + i*in.cols + j)
				if in.inner == 0 {
					fill(d, 0)
				}
				for l := range in.inner {
					x, y := b.row(in.a+i*in.inner+l), b.row(in.b+l*in.cols+j)
					if l == 0 {
						binary(graph.Mul, d, x, y)
					} else {
						binary(graph.Mul, b.acc[:b.width], x, y)
						binary(graph.Add, d, d, b.acc[:b.width])
					}
				}
			}
		}
	default:
		b.reduce(op, in)
	}
}

// matmul multiplies matrices of one lane. Each sum goes over the inner index
// in order, as everywhere; sums of a row stand side by side, for the kernels.
func (b *block) matmul(in *instruction) {
	x, y := b.mem[in.a:][:in.rows*in.inner], b.mem[in.b:][:in.inner*in.cols]
	for i := range in.rows {
		d := b.run(in.d+i*in.cols, in.cols)
		row := x[i*in.inner:][:in.inner]
		if in.cols == 1 {
			d[0] = dot(row, y)
			continue
		}
		fill(d, 0)
		for l, v := range row {
			from := y[int32(l)*in.cols:][:in.cols]
			if l == 0 {
				kernel.MulC(d, from, v)
				continue
			}
			for j, w := range from {
				d[j] += float64(v * w)
			}
		}
	}
}

// dot adds the products in index order, starting with the first.
func dot(x, y []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	y = y[:len(x)]
	s := float64(x[0] * y[0])
	for i := 1; i < len(x); i++ {
		s += float64(x[i] * y[i])
	}
	return s
}

func (b *block) reduce(op graph.Op, in *instruction) {
	d := b.row(in.d)
	pair := pairOf(op)
	if in.n == 0 {
		fill(d, identity(pair))
		return
	}
	if b.width == 1 && (op == graph.Sum || op == graph.Norm) {
		x := b.run(in.a, in.n)
		if op == graph.Norm {
			d[0] = math.Sqrt(dot(x, x))
			return
		}
		s := x[0]
		for _, v := range x[1:] {
			s += v
		}
		d[0] = s
		return
	}
	for i := range in.n {
		x := b.row(in.a + i)
		switch {
		case i == 0 && op == graph.Norm:
			binary(graph.Mul, d, x, x)
		case i == 0:
			copy(d, x)
		case op == graph.Norm:
			binary(graph.Mul, b.acc[:b.width], x, x)
			binary(graph.Add, d, d, b.acc[:b.width])
		default:
			binary(pair, d, d, x)
		}
	}
	if op == graph.Norm {
		unary(graph.Sqrt, d, d)
	}
}
