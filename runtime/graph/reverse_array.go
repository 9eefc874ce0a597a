package graph

// visitArray contributes the adjoints through reductions and through the
// nodes that move elements, multiply matrices or look through windows.
func (r *reverse) visitArray(n Node, y, adj ID) error {
	x := n.Args[0]
	t := r.Type(x)
	switch n.Op {
	case Sum:
		r.add(x, r.Broadcast(adj, t))
	case Norm:
		r.add(x, r.mul(adj, r.apply(Mul, x, r.apply(Recip, y))))
	case MinOf, MaxOf: // equal shares for all that attain it
		hit := r.apply(Eq, x, y)
		ones := r.apply(Select, hit, r.Fill(t, 1), r.Const(0))
		share := r.apply(Div, adj, r.apply(Sum, ones))
		r.mask = true
		r.add(x, r.apply(Select, hit, share, r.Const(0)))
	case Stack, Join:
		r.split(n, func(a ID, at int) ID { return r.Slice(adj, at, r.Type(a)) }, Type.Size)
	case Slice:
		r.add(x, r.Pad(adj, n.Int0, t))
	case Pad:
		r.add(x, r.Slice(adj, n.Int0, t))
	case Broadcast:
		r.add(x, adj)
	case Reshape:
		r.add(x, r.Reshape(adj, t))
	case Transpose:
		r.add(x, r.apply(Transpose, adj))
	case Outer:
		r.add(x, r.product(MatMul, adj, n.Args[1], adj))
		r.add(n.Args[1], r.product(MatMul, x, adj, adj))
	case MatMul:
		r.visitMatMul(x, n.Args[1], adj)
	case SumRows:
		r.add(x, r.SpreadRows(adj, t))
	case SpreadRows:
		r.add(x, r.addUp(SumRows, adj))
	case SumCols:
		r.add(x, r.SpreadCols(adj, t))
	case SpreadCols:
		r.add(x, r.addUp(SumCols, adj))
	case JoinCols:
		width := func(t Type) int { _, cols := t.RowsAndColumns(); return cols }
		r.split(n, func(a ID, at int) ID { return r.SliceCols(adj, at, width(r.Type(a))) }, width)
	case SliceCols:
		r.add(x, r.PadCols(adj, n.Int0, t))
	case PadCols:
		_, cols := t.RowsAndColumns()
		r.add(x, r.SliceCols(adj, n.Int0, cols))
	case Conv, ConvInput, ConvWeights:
		r.visitConv(n, adj)
	case MaxPool:
		r.add(x, r.window(MaxPoolInput, t, n.Window, adj, x))
	case MaxPoolInput:
		r.add(x, r.window(MaxPoolPick, t, n.Window, adj, n.Args[1]))
	case MaxPoolPick:
		r.add(x, r.window(MaxPoolInput, t, n.Window, adj, n.Args[1]))
	case MeanPool:
		r.add(x, r.window(MeanPoolInput, t, n.Window, adj))
	case MeanPoolInput:
		r.add(x, r.window(MeanPool, t, n.Window, adj))
	default:
		return &TypeError{n.Op, "it has no derivative"}
	}
	return nil
}

// addUp is the sum of x over its rows or columns, with a sign taken out of it.
func (g *Graph) addUp(op Op, x ID) ID {
	if n := g.Node(x); n.Op == Neg {
		return g.neg(g.apply(op, n.Args[0]))
	}
	return g.apply(op, x)
}

// split contributes to each operand of n its part of the adjoint: the operands
// stand one after another, and size is how much of the result each takes.
func (r *reverse) split(n Node, part func(a ID, at int) ID, size func(Type) int) {
	at := 0
	for _, a := range n.Args {
		if r.active[a] {
			r.add(a, part(a, at))
		}
		at += size(r.Type(a))
	}
}

func (r *reverse) visitMatMul(a, b, adj ID) {
	switch {
	case r.Type(a).Rank() == 1: // y_j = sum_i a_i B_ij
		r.add(a, r.product(MatMul, b, adj, adj))
		r.add(b, r.product(Outer, a, adj, adj))
	case r.Type(b).Rank() == 1: // y_i = sum_j A_ij b_j
		r.add(a, r.product(Outer, adj, b, adj))
		r.add(b, r.product(MatMul, adj, a, adj))
	default:
		if r.active[a] {
			r.add(a, r.product(MatMul, adj, r.apply(Transpose, b), adj))
		}
		if r.active[b] {
			r.add(b, r.product(MatMul, r.apply(Transpose, a), adj, adj))
		}
	}
}

// visitConv contributes the adjoints of the operands of a convolution or of one
// of its adjoints. All three are the same sum of products of an image, a weight
// and a result, so the adjoint of each in one operand is another of them.
func (r *reverse) visitConv(n Node, adj ID) {
	a, b := n.Args[0], n.Args[1]
	contribute := func(to ID, op Op, p, q ID) {
		if r.active[to] {
			r.add(to, r.window(op, r.Type(to), n.Window, r.guard(p, adj), r.guard(q, adj)))
		}
	}
	switch n.Op {
	case Conv: // images a, weights b
		contribute(a, ConvInput, adj, b)
		contribute(b, ConvWeights, a, adj)
	case ConvInput: // result a, weights b
		contribute(a, Conv, adj, b)
		contribute(b, ConvWeights, adj, a)
	case ConvWeights: // images a, result b
		contribute(a, ConvInput, b, adj)
		contribute(b, Conv, a, adj)
	}
}

// product is op(p, q), where adj is p or q.
func (r *reverse) product(op Op, p, q, adj ID) ID {
	return r.apply(op, r.guard(p, adj), r.guard(q, adj))
}

// guard is a factor of adj: in a branch that is not taken, where the whole
// adjoint is 0, it counts as 0 too.
func (r *reverse) guard(factor, adj ID) ID {
	if !r.mask || factor == adj {
		return factor
	}
	live := r.apply(AnyOf, r.apply(Ne, adj, r.Const(0)))
	return r.apply(Select, live, factor, r.Const(0))
}
