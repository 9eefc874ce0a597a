package program

import "relief/runtime/graph"

// array lowers a node to instructions that loop over its elements.
func (lo *lowering) array(id graph.ID, n *graph.Node) {
	arg := func(k int) value { return lo.values[n.Args[k]] }
	size := n.Type.Size()
	switch n.Op {
	case graph.Const:
		lo.values[id] = lo.arrayConst(n)
		return
	case graph.Slice:
		lo.values[id] = value{v: arg(0).v, off: arg(0).off + int32(n.Int0)}
		return
	case graph.Reshape:
		lo.values[id] = arg(0)
		return
	}
	d := lo.fresh(size, false)
	lo.values[id] = d
	in := draft{instruction: instruction{op: opcode(n.Op), n: int32(size), d: d.v, node: id}}
	operands := func(in *draft) {
		for k := range n.Args {
			stride := uint8(0)
			if lo.g.Type(n.Args[k]).Rank() > 0 {
				stride = 1
			}
			switch v := arg(k); k {
			case 0:
				in.a, in.oa, in.sa = v.v, v.off, stride
			case 1:
				in.b, in.ob, in.sb = v.v, v.off, stride
			case 2:
				in.c, in.oc, in.sc = v.v, v.off, stride
			}
		}
	}
	copyTo := func(off int32, from value, n int, stride uint8) {
		lo.code = append(lo.code, draft{
			instruction: instruction{op: opCopy, n: int32(n), d: d.v, a: from.v, sa: stride, node: id},
			od:          off, oa: from.off,
		})
	}
	switch {
	case n.Op == graph.Stack, n.Op == graph.Join:
		off := int32(0)
		for k, a := range n.Args {
			copyTo(off, arg(k), lo.g.Type(a).Size(), 1)
			off += int32(lo.g.Type(a).Size())
		}
		return
	case n.Op == graph.Broadcast:
		copyTo(0, arg(0), size, 0)
		return
	case n.Op == graph.Pad:
		lo.code = append(lo.code, draft{instruction: instruction{op: opZero, n: int32(size), d: d.v, node: id}})
		copyTo(int32(n.Int0), arg(0), lo.g.Type(n.Args[0]).Size(), 1)
		return
	case n.Op.IsElementwise():
		operands(&in)
		if len(n.Args) == 2 {
			lo.arrayImmediate(&in)
		}
	default:
		operands(&in)
		t := lo.g.Type(n.Args[0])
		switch n.Op {
		case graph.Transpose:
			in.rows, in.cols = int32(t.Dim(0)), int32(t.Dim(1))
		case graph.Outer:
			in.rows, in.cols = int32(t.Dim(0)), int32(lo.g.Type(n.Args[1]).Dim(0))
		case graph.MatMul:
			r, k, c := graph.MatMulDims(t, lo.g.Type(n.Args[1]))
			in.rows, in.inner, in.cols = int32(r), int32(k), int32(c)
		default:
			in.n = int32(t.Size())
		}
	}
	lo.code = append(lo.code, in)
}

// arrayImmediate is immediate for operands with offsets and strides.
func (lo *lowering) arrayImmediate(in *draft) {
	_, aConst := lo.constantOf(in.a)
	old := in.instruction
	lo.immediate(&in.instruction)
	if in.op != old.op && aConst { // the other operand came first
		in.oa, in.sa = in.ob, in.sb
	}
	if in.op != old.op {
		in.ob, in.sb = 0, 0
	}
}

func (lo *lowering) arrayConst(n *graph.Node) value {
	size := n.Type.Size()
	if size == 1 {
		return value{v: lo.scalarConst(n.Element(0))}
	}
	v := lo.fresh(size, true)
	data := make([]float64, size)
	for i := range data {
		data[i] = n.Element(i)
	}
	lo.fill[v.v] = data
	lo.order = append(lo.order, v.v)
	return v
}
