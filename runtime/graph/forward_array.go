package graph

import "math"

// arrayRule is the tangent of a reduction or of a node that moves elements,
// multiplies matrices or looks through windows; t is the tangent of its first
// operand x.
func (f *forward) arrayRule(n Node, x, y, t ID) ID {
	switch n.Op {
	case Stack, Join, JoinCols:
		parts := make([]ID, len(n.Args))
		moves := false
		for i, a := range n.Args {
			moves = moves || f.tangents[a] != None
			parts[i] = f.orZero(f.tangents[a], a)
		}
		if !moves {
			return None
		}
		return f.rebuild(&n, parts)
	case MatMul, Outer, Conv, ConvInput, ConvWeights: // linear in each operand
		p, q := None, None
		if t != None {
			p = f.rebuild(&n, []ID{t, f.limit(n.Args[1])})
		}
		if u := f.tangents[n.Args[1]]; u != None {
			q = f.rebuild(&n, []ID{f.limit(x), u})
		}
		return f.sum(Add, p, q)
	}
	if t == None {
		return None
	}
	switch n.Op {
	case MinOf, MaxOf: // the extreme slope among those that attain it
		never := math.Inf(1)
		if n.Op == MaxOf {
			never = math.Inf(-1)
		}
		return f.apply(n.Op, f.apply(Select, f.apply(Eq, f.limit(x), f.limit(y)), t, f.Const(never)))
	case MaxPool:
		return f.window(MaxPoolPick, n.Type, n.Window, t, f.limit(x))
	case MaxPoolInput, MaxPoolPick:
		return f.rebuild(&n, []ID{t, f.limit(n.Args[1])})
	case SumRows, SumCols:
		return f.addUp(n.Op, t)
	case Sum, Slice, Pad, Broadcast, Reshape, Transpose, SpreadRows, SpreadCols, SliceCols, PadCols, MeanPool, MeanPoolInput: // linear
		return f.rebuild(&n, []ID{t})
	}
	panic("graph: no derivative of " + n.Op.String())
}
