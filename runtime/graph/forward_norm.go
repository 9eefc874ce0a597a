package graph

// normRule is the tangent of a Euclidean norm: the norm of the tangents where
// the norm is 0, elsewhere the tangents along the unit vector.
func (f *forward) normRule(y ID, n Node) ID {
	inverse := f.apply(Recip, f.limit(y))
	t := None
	along := func(x, tx ID) {
		if tx == None {
			return
		}
		p := f.apply(Mul, f.apply(Mul, x, inverse), tx)
		if f.Type(p).Rank() > n.Type.Rank() {
			p = f.apply(Sum, p)
		}
		t = f.sum(Add, t, p)
	}
	if terms, ok := f.squares(y); ok {
		for _, q := range terms {
			along(f.scaled(square{f.limit(q.x), q.scale}), f.tangents[q.x])
		}
	} else {
		for _, a := range n.Args {
			along(f.limit(a), f.tangents[a])
		}
	}
	if t == None {
		return None
	}
	return f.apply(Select, f.apply(Eq, y, f.Const(0)), f.normOfTangents(y), t)
}

// normOfTangents is the norm y with every x that it is a norm of replaced by
// its tangent: the derivative of y along the direction where y is 0.
func (f *forward) normOfTangents(y ID) ID {
	n := *f.Node(y)
	switch n.Op {
	case Norm:
		return f.apply(Norm, f.orZero(f.tangents[n.Args[0]], n.Args[0]))
	case Hypot:
		return f.Broadcast(f.apply(Hypot, f.orZero(f.tangents[n.Args[0]], n.Args[0]), f.orZero(f.tangents[n.Args[1]], n.Args[1])), n.Type)
	}
	q := f.squaresOfTangents(n.Args[0])
	if q == None {
		return f.Fill(n.Type, 0)
	}
	return f.apply(Sqrt, q)
}

// squaresOfTangents is a sum of squares, of the shape that collectSquares
// accepts, with the tangents in place of what is squared; None for 0.
func (f *forward) squaresOfTangents(q ID) ID {
	n := *f.Node(q)
	switch n.Op {
	case Mul:
		if x := n.Args[0]; x == n.Args[1] {
			return f.mul(f.tangents[x], f.tangents[x])
		}
		c, p := n.Args[0], n.Args[1]
		if !f.positive(c) {
			c, p = p, c
		}
		return f.mul(f.squaresOfTangents(p), c)
	case Add:
		return f.sum(Add, f.squaresOfTangents(n.Args[0]), f.squaresOfTangents(n.Args[1]))
	case Sum:
		if p := f.squaresOfTangents(n.Args[0]); p != None {
			return f.apply(Sum, f.Broadcast(p, f.Type(n.Args[0])))
		}
	}
	return None
}
