package program

import (
	"math"

	"relief/runtime/graph"
)

// scalars lowers a node to one instruction per element and returns the group
// of each. Nodes that only move elements cost nothing.
func (lo *lowering) scalars(id graph.ID, n *graph.Node) []int32 {
	args := make([][]int32, len(n.Args))
	for i, a := range n.Args {
		args[i] = lo.values[a].each
	}
	out := make([]int32, n.Type.Size())
	at := func(v []int32, i int) int32 {
		if len(v) == 1 {
			return v[0]
		}
		return v[i]
	}
	if n.Op.IsElementwise() {
		for i := range out {
			var v [3]int32
			for k, a := range args {
				v[k] = at(a, i)
				if lo.g.Type(n.Args[k]).Rank() == 0 {
					v[k] = a[0]
				}
			}
			out[i] = lo.emit(n.Op, id, v[0], v[1], v[2])
		}
		return out
	}
	switch n.Op {
	case graph.Const:
		for i := range out {
			out[i] = lo.scalarConst(n.Element(i))
		}
	case graph.Stack, graph.Join:
		out = out[:0]
		for _, a := range args {
			out = append(out, a...)
		}
	case graph.Slice:
		copy(out, args[0][n.Int0:])
	case graph.Reshape:
		copy(out, args[0])
	case graph.Broadcast:
		for i := range out {
			out[i] = args[0][0]
		}
	case graph.Pad:
		for i := range out {
			out[i] = lo.scalarConst(0)
		}
		copy(out[n.Int0:], args[0])
	case graph.Transpose:
		t := lo.g.Type(n.Args[0])
		rows, cols := t.Dim(0), t.Dim(1)
		for i := range rows {
			for j := range cols {
				out[j*rows+i] = args[0][i*cols+j]
			}
		}
	case graph.Outer:
		for i, a := range args[0] {
			for j, b := range args[1] {
				out[i*len(args[1])+j] = lo.emit(graph.Mul, id, a, b, 0)
			}
		}
	case graph.MatMul:
		rows, inner, cols := graph.MatMulDims(lo.g.Type(n.Args[0]), lo.g.Type(n.Args[1]))
		for i := range rows {
			for j := range cols {
				terms := make([]int32, inner)
				for l := range terms {
					terms[l] = lo.emit(graph.Mul, id, args[0][i*inner+l], args[1][l*cols+j], 0)
				}
				out[i*cols+j] = lo.chain(graph.Add, id, terms)
			}
		}
	case graph.Norm:
		squares := make([]int32, len(args[0]))
		for i, a := range args[0] {
			squares[i] = lo.emit(graph.Mul, id, a, a, 0)
		}
		out[0] = lo.emit(graph.Sqrt, id, lo.chain(graph.Add, id, squares), 0, 0)
	default: // the other reductions
		out[0] = lo.chain(pairOf(n.Op), id, args[0])
	}
	return out
}

// pairOf is the operation on two elements that a reduction repeats.
func pairOf(op graph.Op) graph.Op {
	switch op {
	case graph.MinOf:
		return graph.Min
	case graph.MaxOf:
		return graph.Max
	case graph.AllOf:
		return graph.And
	case graph.AnyOf:
		return graph.Or
	}
	return graph.Add
}

// chain combines the terms in index order.
func (lo *lowering) chain(op graph.Op, id graph.ID, terms []int32) int32 {
	if len(terms) == 0 {
		return lo.scalarConst(identity(op))
	}
	s := terms[0]
	for _, t := range terms[1:] {
		s = lo.emit(op, id, s, t, 0)
	}
	return s
}

// identity is what a reduction of nothing gives.
func identity(op graph.Op) float64 {
	if op == graph.And {
		return 1
	}
	return 0
}

// constantOf returns the number of a constant group.
func (lo *lowering) constantOf(group int32) (float64, bool) {
	v, ok := lo.fill[group]
	if !ok || len(v) != 1 {
		return 0, false
	}
	return v[0], true
}

// withImmediate gives, for operations with one constant operand, the form
// with the constant second and the form with it first.
var withImmediate = map[graph.Op][2]opcode{
	graph.Add: {opAddI, opAddI}, graph.Sub: {opAddI, opRSubI}, graph.Mul: {opMulI, opMulI}, graph.Div: {opDivI, opRDivI},
	graph.Min: {opMinI, opMinI}, graph.Max: {opMaxI, opMaxI},
	graph.Lt: {opLtI, opGtI}, graph.Le: {opLeI, opGeI}, graph.Gt: {opGtI, opLtI}, graph.Ge: {opGeI, opLeI},
	graph.Eq: {opEqI, opEqI}, graph.Ne: {opNeI, opNeI},
}

// immediate rewrites an operation with one constant operand.
func (lo *lowering) immediate(in *instruction) {
	op := graph.Op(in.op)
	forms, ok := withImmediate[op]
	ca, aConst := lo.constantOf(in.a)
	cb, bConst := lo.constantOf(in.b)
	if !ok || aConst == bConst {
		return
	}
	if aConst {
		in.op, in.a, in.b, in.imm = forms[1], in.b, 0, ca
		return
	}
	if op == graph.Sub { // x - c is x + -c, exactly
		cb = -cb
	}
	in.op, in.b, in.imm = forms[0], 0, cb
}

// emit appends an instruction on scalars, or finds the one that computes the
// same already.
func (lo *lowering) emit(op graph.Op, node graph.ID, a, b, c int32) int32 {
	in := instruction{op: opcode(op), n: 1, a: a, b: b, c: c}
	lo.immediate(&in)
	key := commonKey{in, math.Float64bits(in.imm)}
	key.imm = 0
	if d, ok := lo.common[key]; ok {
		return d
	}
	d := lo.group(1, false)
	in.d, in.node = d, node
	lo.code = append(lo.code, draft{instruction: in})
	lo.common[key] = d
	return d
}
