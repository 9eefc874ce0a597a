package graph

// Tangent returns the one-sided derivative of each node of outs along a
// direction, in forward mode: seeds gives the direction as a value, of the
// node's own type, for each node that moves. All other inputs stand still. A
// seeded node moves as its seed says, whatever its operands do.
//
// At a kink the derivative is the one towards the side that the direction
// points to, also for the gradients that Gradient makes: see Conventions in
// the package comment. It fails on series and on seeds of another type.
func (g *Graph) Tangent(outs []ID, seeds map[ID]ID) ([]ID, error) {
	top := None
	for _, y := range outs {
		top = max(top, y)
	}
	f := &forward{
		Graph: g, needed: make([]bool, top+1), active: make([]bool, top+1), jumps: make([]bool, top+1),
		tangents: make([]ID, top+1), limits: make([]ID, top+1),
	}
	for x, v := range seeds {
		if g.Type(x) != g.Type(v) || g.Type(x).Bool {
			return nil, &TypeError{g.Node(x).Op, "its direction is " + g.Type(v).String()}
		}
	}
	for _, y := range outs {
		f.needed[y] = true
	}
	for id := top; id >= 0; id-- {
		if _, seeded := seeds[id]; f.needed[id] && !seeded {
			for _, a := range g.Node(id).Args {
				f.needed[a] = true
			}
		}
	}
	defer g.SetOrigin(g.SetOrigin(0))
	for id := range top + 1 {
		f.tangents[id], f.limits[id] = None, None
		if !f.needed[id] {
			continue
		}
		if v, ok := seeds[id]; ok {
			if f.active[id] = true; !f.isZero(v) {
				f.tangents[id] = v
			}
			continue
		}
		n := *g.Node(id)
		for _, a := range n.Args {
			f.active[id] = f.active[id] || f.active[a]
			f.jumps[id] = f.jumps[id] || f.jumps[a]
		}
		if n.Type.Bool {
			f.active[id], f.jumps[id] = false, f.isAttained(n)
		}
		if !f.active[id] {
			continue
		}
		if n.Op.IsSeries() || n.Type.Series {
			return nil, &TypeError{n.Op, "series have no derivative"}
		}
		f.jumps[id] = f.jumps[id] || f.isJump(n)
		g.origin = n.Origin
		if differentiable(n.Op) {
			if t := f.rule(id, n); t != None && !f.isZero(t) {
				f.tangents[id] = f.Broadcast(t, n.Type)
			}
		}
	}
	result := make([]ID, len(outs))
	for k, y := range outs {
		if result[k] = f.tangents[y]; result[k] == None {
			result[k] = g.Fill(g.Type(y).AsNumber(), 0)
		}
	}
	return result, nil
}

// forward is the state of one forward pass. Beside the tangent of each node
// it knows the node's limit: its value an infinitely small way along the
// direction. It differs from the value only at a jump, such as that of the
// sign of x at x = 0, and the product rule needs it there.
type forward struct {
	*Graph
	needed, active []bool
	jumps          []bool // the limit may differ from the value
	tangents       []ID   // None: 0
	limits         []ID   // None: not built yet
}

func (g *Graph) isZero(x ID) bool {
	c, ok := g.ConstValue(x)
	return ok && c == 0
}

// direction returns N if p or q is 1/N for a norm N that moves, and the other
// factor: their product is a unit vector times something, which jumps at 0.
func (f *forward) direction(n Node) (norm, factor ID, ok bool) {
	if n.Op != Mul && n.Op != MulZero {
		return None, None, false
	}
	for i := range 2 {
		r := f.Node(n.Args[i])
		if r.Op == Recip && f.active[r.Args[0]] && f.isNorm(r.Args[0]) {
			return r.Args[0], n.Args[1-i], true
		}
	}
	return None, None, false
}

// isAttained reports whether n says which elements attain a moving extremum.
func (f *forward) isAttained(n Node) bool {
	if n.Op != Eq || !f.active[n.Args[1]] {
		return false
	}
	m := f.Node(n.Args[1])
	return (m.Op == MinOf || m.Op == MaxOf) && m.Args[0] == n.Args[0]
}

func (f *forward) isJump(n Node) bool {
	switch n.Op {
	case Sign:
		return true
	case SignMul:
		return f.active[n.Args[1]]
	}
	_, _, ok := f.direction(n)
	return ok
}

// limit is the value of x an infinitely small way along the direction.
func (f *forward) limit(x ID) ID {
	if int(x) >= len(f.jumps) || !f.jumps[x] {
		return x
	}
	if f.limits[x] == None {
		f.limits[x] = f.makeLimit(*f.Node(x))
	}
	return f.limits[x]
}

func (f *forward) makeLimit(n Node) ID {
	switch n.Op {
	case Sign:
		return f.apply(Sign, f.side(n.Args[0]))
	case SignMul:
		return f.apply(SignMul, f.limit(n.Args[0]), f.side(n.Args[1]))
	}
	args := make([]ID, len(n.Args))
	for i, a := range n.Args {
		args[i] = f.limit(a)
	}
	if f.isAttained(n) { // of those that attain it, the ones that move with it
		x, m := n.Args[0], n.Args[1]
		return f.apply(And, f.apply(Eq, args[0], args[1]), f.apply(Eq, f.orZero(f.tangents[x], x), f.orZero(f.tangents[m], m)))
	}
	if norm, p, ok := f.direction(n); ok {
		at0 := f.Const(0)
		if t := f.tangents[p]; t != None {
			at0 = f.apply(Mul, t, f.apply(Recip, f.normOfTangents(norm)))
		}
		return f.apply(Select, f.apply(Eq, norm, f.Const(0)), at0, f.apply(n.Op, args...))
	}
	return f.rebuild(&n, args)
}

// side is a number with the sign that x has an infinitely small way along the
// direction: x, or the tangent of x where x is 0.
func (f *forward) side(x ID) ID {
	v := f.limit(x)
	if t := f.tangents[x]; t != None {
		return f.apply(Select, f.apply(Eq, v, f.Const(0)), t, v)
	}
	return v
}

// sum adds two tangents, either of which may be None for 0.
func (f *forward) sum(op Op, a, b ID) ID {
	switch {
	case b == None:
		return a
	case a == None && op == Sub:
		return f.neg(b)
	case a == None:
		return b
	}
	return f.apply(op, a, b)
}

// mul is t p, or None where t is.
func (f *forward) mul(t, p ID) ID {
	if t == None {
		return None
	}
	return f.apply(Mul, t, p)
}

// orZero is t, or zeros of the type of x.
func (f *forward) orZero(t, x ID) ID {
	if t == None {
		return f.Fill(f.Type(x).AsNumber(), 0)
	}
	return t
}

// rule returns the tangent of y, whose node is n and some operand of which
// moves; None is 0. Its axes may be fewer than those of y.
func (f *forward) rule(y ID, n Node) ID {
	if f.isNorm(y) {
		return f.normRule(y, n)
	}
	x := n.Args[0]
	t := f.tangents[x]
	switch {
	case n.Op == Select:
		a, b := f.tangents[n.Args[1]], f.tangents[n.Args[2]]
		if a == None && b == None {
			return None
		}
		return f.apply(Select, f.limit(x), f.orZero(a, n.Args[1]), f.orZero(b, n.Args[2]))
	case !n.Op.IsElementwise():
		return f.arrayRule(n, x, y, t)
	case len(n.Args) == 2:
		return f.binaryRule(n.Op, x, n.Args[1], y)
	case t == None:
		return None
	}
	one := f.Const(1)
	lx := f.limit(x)
	switch n.Op {
	case Neg:
		return f.neg(t)
	case Abs:
		return f.apply(SignMul, t, f.side(x))
	case Relu:
		return f.apply(MulZero, f.apply(Relu, f.apply(Sign, f.side(x))), t)
	case Log:
		return f.apply(Div, t, lx)
	case Log1p:
		return f.apply(Div, t, f.apply(Add, one, lx))
	case Asin:
		return f.apply(Div, t, f.sqrtOneMinus(lx))
	case Acos:
		return f.neg(f.apply(Div, t, f.sqrtOneMinus(lx)))
	case Atan:
		return f.apply(Div, t, f.apply(Add, one, f.apply(Mul, lx, lx)))
	}
	return f.apply(Mul, t, f.slope(n.Op, lx, f.limit(y)))
}

func (f *forward) binaryRule(op Op, a, b, y ID) ID {
	ta, tb := f.tangents[a], f.tangents[b]
	if op == SignMul {
		if ta == None {
			return None
		}
		return f.apply(SignMul, ta, f.side(b))
	}
	if ta == None && tb == None {
		return None
	}
	la, lb := f.limit(a), f.limit(b)
	switch op {
	case Gate:
		if ta == None {
			return None
		}
		return f.apply(Gate, ta, lb)
	case Add, Sub:
		return f.sum(op, ta, tb)
	case Mul:
		if a == b {
			return f.apply(Mul, f.twice(ta), la)
		}
		return f.sum(Add, f.mul(ta, lb), f.mul(tb, la))
	case MulZero:
		p, q := None, None
		if ta != None {
			p = f.apply(MulZero, ta, lb)
		}
		if tb != None {
			q = f.apply(MulZero, la, tb)
		}
		return f.sum(Add, p, q)
	case Div:
		return f.apply(Div, f.sum(Sub, ta, f.mul(tb, f.limit(y))), lb)
	case Min, Max:
		ta, tb = f.orZero(ta, a), f.orZero(tb, b)
		first := Lt
		if op == Max {
			first = Gt
		}
		off := f.apply(Select, f.apply(first, la, lb), ta, tb)
		return f.apply(Select, f.apply(Eq, la, lb), f.apply(op, ta, tb), off)
	}
	da, db := f.slopes(op, la, lb, f.limit(y))
	p, q := None, None
	if ta != None {
		p = f.mul(ta, da())
	}
	if tb != None {
		q = f.mul(tb, db())
	}
	return f.sum(Add, p, q)
}
