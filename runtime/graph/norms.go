package graph

// square is one term c x^2 under the root of a norm.
type square struct {
	x     ID
	scale ID // c, a constant; None for 1
}

const maxSquares = 4096

// squares returns the terms of y = sqrt(c1 x1^2 + c2 x2^2 + ...), a Euclidean
// norm that was written out: such a root is differentiated as the norm of its
// terms, which has one-sided derivatives at 0, where the root has none.
func (g *Graph) squares(y ID) ([]square, bool) {
	n := g.Node(y)
	if n.Op != Sqrt {
		return nil, false
	}
	var terms []square
	budget := maxSquares
	ok := g.collectSquares(n.Args[0], None, &terms, &budget)
	return terms, ok
}

func (g *Graph) collectSquares(q, scale ID, terms *[]square, budget *int) bool {
	if *budget--; *budget < 0 {
		return false
	}
	switch n := g.Node(q); n.Op {
	case Mul:
		if n.Args[0] == n.Args[1] {
			*terms = append(*terms, square{n.Args[0], scale})
			return true
		}
		for i := range 2 {
			c, p := n.Args[i], n.Args[1-i]
			if g.positive(c) && (g.Type(c).Rank() == 0 || g.Type(c) == g.Type(p)) {
				if scale != None {
					c = g.apply(Mul, scale, c)
				}
				return g.collectSquares(p, c, terms, budget)
			}
		}
	case Add:
		a, b := n.Args[0], n.Args[1]
		return g.Type(a) == g.Type(b) && g.collectSquares(a, scale, terms, budget) && g.collectSquares(b, scale, terms, budget)
	case Sum:
		return g.collectSquares(n.Args[0], scale, terms, budget)
	}
	return false
}

// positive reports whether id is a constant whose elements are all above 0.
func (g *Graph) positive(id ID) bool {
	n := g.Node(id)
	if n.Op != Const {
		return false
	}
	for i := range n.Type.Size() {
		if v := n.Element(i); !(v > 0) {
			return false
		}
	}
	return true
}

// scaled is c x of the term c x^2.
func (g *Graph) scaled(q square) ID {
	if q.scale == None {
		return q.x
	}
	return g.apply(Mul, q.scale, q.x)
}

// isNorm reports whether y is a Euclidean norm, which is 0 only where all that
// it is a norm of is 0.
func (g *Graph) isNorm(y ID) bool {
	switch g.Node(y).Op {
	case Norm, Hypot:
		return true
	}
	_, ok := g.squares(y)
	return ok
}
