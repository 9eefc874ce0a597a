package graph

import "math"

// simplify applies the identities that give the same bits for every operand,
// signed zeros, infinities and NaN included. Identities that hold only for
// ordinary numbers (x + 0 = x, x - x = 0, x / x = 1) are not applied.
func (g *Graph) simplify(op Op, t Type, k int, args []ID) (ID, bool) {
	if id, ok := g.simplifySpread(op, args); ok {
		return id, true
	}
	same := func(id ID) bool { return g.Type(id) == t }
	is := func(id ID, v float64) bool {
		c, ok := g.ConstValue(id)
		return ok && math.Float64bits(c) == math.Float64bits(v)
	}
	switch op {
	case Mul:
		for i := range 2 {
			x, c := args[1-i], args[i]
			if is(c, 1) && same(x) {
				return x, true
			}
			if is(c, -1) && same(x) {
				return g.apply(Neg, x), true
			}
		}
		if id, ok := g.signs(op, args); ok {
			return id, true
		}
		if args[0] > args[1] { // one order for a product that commutes
			return g.intern(Node{Op: op, Type: t, Args: []ID{args[1], args[0]}}), true
		}
	case MulZero:
		if is(args[0], 1) && same(args[1]) {
			return args[1], true
		}
		if is(args[1], 1) && same(args[0]) {
			return g.apply(Add, args[0], g.Const(0)), true // -0 becomes 0, as it does in the product
		}
		if c, ok := g.ConstValue(args[0]); ok && c == 0 {
			return g.Fill(t, 0), !t.Series
		}
		if c, ok := g.ConstValue(args[0]); ok && c != 0 {
			return g.apply(Mul, args[0], args[1]), true
		}
	case Div:
		if is(args[1], 1) && same(args[0]) {
			return args[0], true
		}
		if c, ok := g.ConstValue(args[1]); ok && exactRecip(c) {
			return g.apply(Mul, args[0], g.Fill(g.Type(args[1]).PerStep(), 1/c)), true
		}
		return g.signs(op, args)
	case Add:
		for i := range 2 {
			x, c := args[1-i], args[i]
			if is(c, math.Copysign(0, -1)) && same(x) {
				return x, true
			}
			if n := g.Node(c); n.Op == Neg {
				return g.apply(Sub, x, n.Args[0]), true
			}
		}
		if args[0] > args[1] {
			return g.intern(Node{Op: op, Type: t, Args: []ID{args[1], args[0]}}), true
		}
	case Sub:
		if is(args[1], 0) && same(args[0]) {
			return args[0], true
		}
		if n := g.Node(args[1]); n.Op == Neg {
			return g.apply(Add, args[0], n.Args[0]), true
		}
	case Neg:
		switch n := g.Node(args[0]); n.Op {
		case Neg:
			return n.Args[0], true
		case Mul, Div: // -(c x) = (-c) x
			for i := range 2 {
				if c, ok := g.ConstValue(n.Args[i]); ok && g.Type(n.Args[i]).Rank() == 0 {
					v := append([]ID(nil), n.Args...)
					v[i] = g.Const(-c)
					return g.apply(n.Op, v...), true
				}
			}
		}
	case Abs:
		if n := g.Node(args[0]); n.Op == Neg {
			return g.apply(Abs, n.Args[0]), true
		}
		if n := g.Node(args[0]); n.Op == Abs || n.Op == Mul && n.Args[0] == n.Args[1] {
			return args[0], true
		}
	case RSqrt: // shares the root with Sqrt
		return g.apply(Recip, g.apply(Sqrt, args[0])), true
	case Not:
		if n := g.Node(args[0]); n.Op == Not {
			return n.Args[0], true
		}
	case Pow:
		if c, ok := g.ConstValue(args[1]); ok && same(args[0]) {
			return g.power(args[0], c)
		}
	case Select:
		if c, ok := g.ConstValue(args[0]); ok {
			x := args[2]
			if c != 0 {
				x = args[1]
			}
			if same(x) {
				return x, true
			}
		}
		if args[1] == args[2] && same(args[1]) {
			return args[1], true
		}
	case Sum, Norm, MinOf, MaxOf, AllOf, AnyOf:
		if x := args[0]; g.Type(x).Size() == 1 {
			if x = g.Reshape(x, Number); op == Norm {
				x = g.apply(Abs, x)
			}
			return x, g.Type(x) == t
		}
	case Slice:
		return g.simplifySlice(t, k, args[0])
	case Reshape:
		if same(args[0]) {
			return args[0], true
		}
		if n := g.Node(args[0]); n.Op == Reshape {
			return g.Reshape(n.Args[0], t), true
		}
	case Join:
		if len(args) == 1 {
			return g.Reshape(args[0], t), true
		}
	case SumRows, SumCols, SpreadRows, SpreadCols: // of or to one row or column
		if t.Size() > 0 && g.Type(args[0]).Size() == t.Size() {
			return g.Reshape(args[0], t), true
		}
	case JoinCols, PadCols:
		if same(args[0]) && len(args) == 1 {
			return args[0], true
		}
	case SliceCols:
		return g.simplifySliceCols(t, k, args[0])
	case Transpose:
		if n := g.Node(args[0]); n.Op == Transpose {
			return n.Args[0], true
		}
	}
	return None, false
}

// simplifySpread applies an elementwise operation to numbers before they are
// repeated in rows or columns instead of after.
func (g *Graph) simplifySpread(op Op, args []ID) (ID, bool) {
	if !op.IsElementwise() || op.IsComparison() || op == IsFinite {
		return None, false
	}
	var spread *Node
	for _, a := range args {
		n := g.Node(a)
		switch {
		case n.Type.IsScalar():
		case n.Op != SpreadRows && n.Op != SpreadCols, spread != nil && (n.Op != spread.Op || n.Type != spread.Type):
			return None, false
		default:
			spread = n
		}
	}
	if spread == nil {
		return None, false
	}
	n := *spread
	before := make([]ID, len(args))
	for i, a := range args {
		if before[i] = a; !g.Type(a).IsScalar() {
			before[i] = g.Node(a).Args[0]
		}
	}
	return g.rebuild(&n, []ID{g.apply(op, before...)}), true
}

// scalarOperands replaces operands that repeat one number by that number,
// where another operand has the axes of the result.
func (g *Graph) scalarOperands(op Op, args []ID) []ID {
	if !op.IsElementwise() || len(args) < 2 {
		return args
	}
	out := args
	axes := 0
	for _, a := range args {
		if g.Type(a).Rank() > 0 {
			axes++
		}
	}
	for i, a := range args {
		if axes < 2 {
			break
		}
		s := None
		switch n := g.Node(a); {
		case n.Type.Rank() == 0 || n.Type.Series:
		case n.Op == Broadcast:
			s = n.Args[0]
		case n.Op == Const && n.Data == nil:
			s = g.intern(Node{Op: Const, Type: Type{Bool: n.Type.Bool}, Num: n.Num})
		}
		if s != None {
			if axes--; &out[0] == &args[0] {
				out = append([]ID(nil), args...)
			}
			out[i] = s
		}
	}
	return out
}

// simplifySlice looks through the nodes that only move elements.
func (g *Graph) simplifySlice(t Type, k int, x ID) (ID, bool) {
	if g.Type(x) == t {
		return x, true
	}
	if u := g.Type(x); u.Size() == t.Size() && u.Series == t.Series {
		return g.Reshape(x, t), true
	}
	switch n := g.Node(x); n.Op {
	case Stack:
		size := g.Type(n.Args[0]).Size()
		if size > 0 && k/size == (k+max(t.Size(), 1)-1)/size {
			if part := n.Args[k/size]; g.Type(part).Series == t.Series {
				return g.Slice(part, k%size, t), true
			}
		}
	case Join:
		for _, part := range n.Args {
			size := g.Type(part).Size()
			if k < size {
				if k+t.Size() <= size && t.Size() > 0 && g.Type(part).Series == t.Series {
					return g.Slice(part, k, t), true
				}
				break
			}
			k -= size
		}
	case Slice:
		return g.Slice(n.Args[0], n.Int0+k, t), true
	case Reshape:
		return g.Slice(n.Args[0], k, t), true
	}
	return None, false
}

// simplifySliceCols looks through the nodes that only move columns.
func (g *Graph) simplifySliceCols(t Type, k int, x ID) (ID, bool) {
	if g.Type(x) == t {
		return x, true
	}
	_, width := t.RowsAndColumns()
	switch n := g.Node(x); n.Op {
	case JoinCols:
		for _, part := range n.Args {
			_, cols := g.Type(part).RowsAndColumns()
			if k < cols {
				if k+width <= cols && width > 0 {
					return g.SliceCols(part, k, width), true
				}
				break
			}
			k -= cols
		}
	case SliceCols:
		return g.SliceCols(n.Args[0], n.Int0+k, width), true
	}
	return None, false
}

// power writes x to a small whole power as products by repeated squaring,
// which is how relief defines it, and a reciprocal for negative powers.
func (g *Graph) power(x ID, c float64) (ID, bool) {
	n := math.Abs(c)
	if n != math.Trunc(n) || n > maxPower {
		return None, false
	}
	if n == 0 {
		return g.Fill(g.Type(x), 1), !g.Type(x).Series
	}
	result := None
	square := x
	for m := int(n); ; {
		if m&1 == 1 {
			if result == None {
				result = square
			} else {
				result = g.apply(Mul, result, square)
			}
		}
		if m >>= 1; m == 0 {
			break
		}
		square = g.apply(Mul, square, square)
	}
	if c < 0 {
		result = g.apply(Div, g.Const(1), result)
	}
	return result, true
}

// signs takes the signs out of a product or quotient, where they meet other
// signs or become a subtraction, and |x| |x| is x x.
func (g *Graph) signs(op Op, args []ID) (ID, bool) {
	a, b := g.Node(args[0]), g.Node(args[1])
	x, y := args[0], args[1]
	switch {
	case a.Op == Neg && b.Op == Neg:
		return g.apply(op, a.Args[0], b.Args[0]), true
	case op == Mul && x == y && a.Op == Abs:
		return g.apply(Mul, a.Args[0], a.Args[0]), true
	case a.Op == Neg:
		return g.apply(Neg, g.apply(op, a.Args[0], y)), true
	case b.Op == Neg:
		return g.apply(Neg, g.apply(op, x, b.Args[0])), true
	}
	return None, false
}

// exactRecip reports whether division by c and multiplication by 1/c give the
// same bits: c is a power of two whose reciprocal is a normal number.
func exactRecip(c float64) bool {
	m, e := math.Frexp(c)
	return math.Abs(m) == 0.5 && e > -1000 && e < 1000
}
