package graph

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Gradient returns the derivative of the scalar number y in each node of wrt,
// by reverse accumulation: result i has the type of wrt[i], and all of them
// together cost a small multiple of y itself. The nodes of wrt are usually
// inputs; where one depends on another, its derivative counts that way too.
//
// It fails if y is not a scalar number, if a node of wrt does not hold numbers,
// or if y depends on one of them through a series.
func (g *Graph) Gradient(y ID, wrt []ID) ([]ID, error) {
	if g.Type(y) != Number {
		return nil, fmt.Errorf("graph: the gradient of %s: only a number has one", g.Type(y))
	}
	return g.VJP([]ID{y}, []ID{g.Const(1)}, wrt)
}

// VJP returns, for each node of wrt, the derivative of the sum over k of
// dot(seeds[k], outs[k]): the product of the seeds with the Jacobian. Seed k
// has the type of outs[k].
func (g *Graph) VJP(outs, seeds, wrt []ID) ([]ID, error) {
	top := None
	for k, y := range outs {
		if g.Type(seeds[k]) != g.Type(y) {
			return nil, fmt.Errorf("graph: the seed of %s is %s", g.Type(y), g.Type(seeds[k]))
		}
		top = max(top, y)
	}
	r := &reverse{Graph: g, active: make([]bool, top+1), masked: make([]bool, top+1), parts: make([][]ID, top+1)}
	for _, w := range wrt {
		if t := g.Type(w); t.Bool || t.Series {
			return nil, fmt.Errorf("graph: the derivative in %s", t)
		}
		if w <= top {
			r.active[w] = true
		}
	}
	for id := range r.active {
		n := g.Node(ID(id))
		for _, a := range n.Args {
			r.active[id] = r.active[id] || r.active[a] && differentiable(n.Op) && !n.Type.Bool
		}
	}
	for k, y := range outs {
		r.add(y, seeds[k])
	}
	defer g.SetOrigin(g.SetOrigin(0))
	result := make([]ID, len(wrt))
	where := map[ID][]int{}
	for i, w := range wrt {
		result[i] = None
		where[w] = append(where[w], i)
	}
	for id := top; id >= 0; id-- {
		if len(r.parts[id]) == 0 {
			continue
		}
		g.origin = g.nodes[id].Origin
		adjoint := r.total(id)
		if adjoint == None {
			continue
		}
		for _, i := range where[id] {
			result[i] = adjoint
		}
		if err := r.visit(id, adjoint); err != nil {
			return nil, err
		}
	}
	for i, w := range wrt {
		if result[i] == None {
			result[i] = g.Fill(g.Type(w), 0)
		}
	}
	return result, nil
}

// differentiable reports whether changes of the operands can change the
// result smoothly: where it is false the derivative is 0.
func differentiable(op Op) bool {
	switch op {
	case Const, Input, Sign, Floor, Ceil, Round, Not, IsFinite, And, Or, AllOf, AnyOf, MaxCols, First, All, Any, Count, Steps:
		return false
	}
	return !op.IsComparison()
}

// reverse is the state of one reverse accumulation.
type reverse struct {
	*Graph
	active []bool // depends on wrt
	masked []bool // its adjoint came through a branch of a Select
	parts  [][]ID // terms of the adjoint, in the order of the visits
	mask   bool   // masked, of the node being visited
}

// add contributes a term to the adjoint of x, reduced to x's axes where x was
// broadcast. Terms that are 0 by construction are dropped.
func (r *reverse) add(x, term ID) {
	if !r.active[x] || term == None {
		return
	}
	if c, ok := r.ConstValue(term); ok && c == 0 {
		return
	}
	if r.Type(x).Rank() == 0 && r.Type(term).Rank() > 0 {
		term = r.apply(Sum, term)
	} else {
		term = r.Broadcast(term, r.Type(x))
	}
	r.parts[x] = append(r.parts[x], term)
	r.masked[x] = r.masked[x] || r.mask
}

// total sums the terms of an adjoint: constants first, since they cancel
// exactly (f1' is (log1p|x| + 1 - 1) sign x, and adding 1 and then taking it
// away again would lose all digits of a small |x|), then the others in the
// order of the visits, without the pairs t and -t.
func (r *reverse) total(x ID) ID {
	t := r.Type(x)
	terms := r.cancel(r.gather(x, r.parts[x]))
	sum := None
	constant := 0.0
	for _, p := range terms {
		if c, ok := r.ConstValue(p); ok {
			constant += c
		}
	}
	if constant != 0 {
		sum = r.Fill(t, constant)
	}
	for _, p := range terms {
		if _, ok := r.ConstValue(p); ok {
			continue
		}
		if sum == None {
			sum = p
		} else {
			sum = r.apply(Add, sum, p)
		}
	}
	return sum
}

// factored is a term as a constant times a node.
type factored struct {
	c float64
	x ID
}

func (r *reverse) factor(t ID) factored {
	n := r.Node(t)
	switch n.Op {
	case Neg:
		return factored{-1, n.Args[0]}
	case Mul:
		for i, a := range n.Args {
			if c, ok := r.ConstValue(a); ok && r.Type(n.Args[1-i]) == n.Type {
				return factored{c, n.Args[1-i]}
			}
		}
	}
	return factored{1, t}
}

// cancel removes pairs of terms c x and -c x.
func (r *reverse) cancel(terms []ID) []ID {
	if len(terms) < 2 {
		return terms
	}
	open := map[factored][]int{}
	for i, t := range terms {
		f := r.factor(t)
		opposite := factored{-f.c, f.x}
		if waiting := open[opposite]; len(waiting) > 0 {
			last := len(waiting) - 1
			terms[waiting[last]], terms[i] = None, None
			open[opposite] = waiting[:last]
			continue
		}
		open[f] = append(open[f], i)
	}
	return slices.DeleteFunc(terms, func(t ID) bool { return t == None })
}

// gather joins the terms that are parts of an array (the adjoints of its
// slices): into one Stack where they are equal parts in a row, so that an
// unrolled sum over n elements costs n operations and not n vectors, and into
// one Join where they are parts of any sizes that do not overlap.
func (r *reverse) gather(x ID, parts []ID) []ID {
	t := r.Type(x)
	var whole, pads []ID
	for _, p := range parts {
		if n := r.Node(p); n.Op == Pad && n.Type.Size() == t.Size() {
			pads = append(pads, p)
		} else {
			whole = append(whole, p)
		}
	}
	joined := None
	if len(pads) > 1 {
		if joined = r.stackPads(t, pads); joined == None {
			joined = r.joinPads(t, pads)
		}
	}
	if joined == None {
		return slices.Clone(parts)
	}
	return append(whole, r.Reshape(joined, t))
}

// stackPads stacks parts of equal sizes at multiples of it, adding those at one
// place; None if they are not such parts.
func (r *reverse) stackPads(t Type, pads []ID) ID {
	size := r.Type(r.Node(pads[0]).Args[0]).Size()
	for _, p := range pads {
		n := r.Node(p)
		if s := r.Type(n.Args[0]).Size(); s != size || s == 0 || n.Int0%s != 0 || t.Size()%s != 0 {
			return None
		}
	}
	unit := Of(size)
	if size == 1 {
		unit = Number
	}
	cells := make([]ID, t.Size()/size)
	for i := range cells {
		cells[i] = None
	}
	for _, p := range pads {
		n := r.Node(p)
		i, v := n.Int0/size, r.Reshape(n.Args[0], unit)
		if cells[i] == None {
			cells[i] = v
		} else {
			cells[i] = r.apply(Add, cells[i], v)
		}
	}
	for i := range cells {
		if cells[i] == None {
			cells[i] = r.Fill(unit, 0)
		}
	}
	return r.apply(Stack, cells...)
}

// joinPads joins parts that do not overlap, with zeros between them; None if
// they overlap.
func (r *reverse) joinPads(t Type, pads []ID) ID {
	slices.SortFunc(pads, func(p, q ID) int { return cmp.Compare(r.Node(p).Int0, r.Node(q).Int0) })
	var all []ID
	at := 0
	zeros := func(to int) {
		if to > at {
			all = append(all, r.Fill(Of(to-at), 0))
		}
		at = to
	}
	for _, p := range pads {
		n := r.Node(p)
		if n.Int0 < at {
			return None
		}
		zeros(n.Int0)
		all = append(all, n.Args[0])
		at += r.Type(n.Args[0]).Size()
	}
	zeros(t.Size())
	return r.apply(Join, all...)
}

// mul is the product of an adjoint with a local derivative. In a branch of a
// Select an adjoint that is 0 stays 0, even times inf or NaN.
func (r *reverse) mul(adj, local ID) ID {
	if r.mask {
		return r.apply(MulZero, adj, local)
	}
	return r.apply(Mul, adj, local)
}

// signMul is an adjoint times the sign of x.
func (r *reverse) signMul(adj, x ID) ID {
	if r.mask {
		return r.apply(MulZero, adj, r.apply(Sign, x))
	}
	return r.apply(SignMul, adj, x)
}

// div is adj / d, with the factor d cancelled where adj has it: (1+a) log(1+a)
// has the adjoint (1+a)/(1+a), which is 1 even where 1+a overflows.
func (r *reverse) div(adj, d ID) ID {
	if adj == d {
		return r.Broadcast(r.Const(1), r.Type(d))
	}
	switch n := r.Node(adj); {
	case n.Op == Neg:
		return r.neg(r.div(n.Args[0], d))
	case n.Op == Mul && n.Args[0] == d && r.Type(n.Args[1]) == n.Type:
		return n.Args[1]
	case (n.Op == Mul || n.Op == MulZero) && n.Args[1] == d && r.Type(n.Args[0]) == n.Type:
		return n.Args[0]
	}
	if r.mask {
		return r.apply(MulZero, adj, r.apply(Div, r.Const(1), d))
	}
	return r.apply(Div, adj, d)
}

// twice is 2 x, with the 2 taken into a constant factor of x.
func (g *Graph) twice(x ID) ID {
	if n := g.Node(x); n.Op == Mul {
		for i, a := range n.Args {
			if c, ok := g.ConstValue(a); ok && !math.IsInf(2*c, 0) {
				return g.apply(Mul, n.Args[1-i], g.Fill(g.Type(a), 2*c))
			}
		}
	}
	return g.apply(Mul, g.Const(2), x)
}

func (g *Graph) neg(x ID) ID { return g.apply(Neg, x) }

// sqrtOneMinus is sqrt(1 - x^2), written so that it is exact near |x| = 1.
func (g *Graph) sqrtOneMinus(x ID) ID {
	one := g.Const(1)
	return g.apply(Sqrt, g.apply(Mul, g.apply(Sub, one, x), g.apply(Add, one, x)))
}

// visit contributes the adjoint of node y to those of its operands.
func (r *reverse) visit(y, adj ID) error {
	n := *r.Node(y)
	r.mask = r.masked[y]
	if !r.active[y] || len(n.Args) == 0 {
		return nil
	}
	if n.Op.IsSeries() || n.Type.Series {
		return &TypeError{n.Op, "series have no derivative"}
	}
	if !differentiable(n.Op) || n.Type.Bool {
		return nil
	}
	if terms, ok := r.squares(y); ok {
		inverse := r.apply(Recip, y)
		for _, q := range terms {
			r.add(q.x, r.mul(adj, r.apply(Mul, r.scaled(q), inverse)))
		}
		return nil
	}
	switch {
	case n.Op == Select:
		return r.visitSelect(n, adj)
	case !n.Op.IsElementwise():
		return r.visitArray(n, y, adj)
	case len(n.Args) == 1:
		r.add(n.Args[0], r.unary(n.Op, n.Args[0], y, adj))
	default:
		r.binary(n.Op, n.Args[0], n.Args[1], y, adj)
	}
	return nil
}

func (r *reverse) visitSelect(n Node, adj ID) error {
	c, a, b := n.Args[0], n.Args[1], n.Args[2]
	zero := r.Const(0)
	r.mask = true
	if r.active[a] {
		r.add(a, r.apply(Select, c, adj, zero))
	}
	if r.active[b] {
		r.add(b, r.apply(Select, c, zero, adj))
	}
	return nil
}

// unary returns the adjoint of x in y = op(x).
func (r *reverse) unary(op Op, x, y, adj ID) ID {
	one := r.Const(1)
	switch op {
	case Neg:
		return r.neg(adj)
	case Abs:
		return r.signMul(adj, x)
	case Relu:
		step := r.apply(Relu, r.apply(Sign, x))
		if r.mask {
			return r.apply(MulZero, adj, step)
		}
		return r.apply(MulZero, step, adj)
	case Acos:
		return r.neg(r.div(adj, r.sqrtOneMinus(x)))
	case Asin:
		return r.div(adj, r.sqrtOneMinus(x))
	case Atan:
		return r.div(adj, r.apply(Add, one, r.apply(Mul, x, x)))
	case Log:
		return r.div(adj, x)
	case Log1p:
		return r.div(adj, r.apply(Add, one, x))
	case Cos:
		return r.neg(r.mul(adj, r.apply(Sin, x)))
	case Recip:
		return r.neg(r.mul(adj, r.apply(Mul, y, y)))
	}
	return r.mul(adj, r.slope(op, x, y))
}

// slope is the derivative of a smooth function of one variable, from its
// operand and its value.
func (g *Graph) slope(op Op, x, y ID) ID {
	one := g.Const(1)
	switch op {
	case Neg:
		return g.Const(-1)
	case Sqrt:
		return g.apply(Mul, g.Const(0.5), g.apply(Recip, y))
	case RSqrt:
		return g.apply(Mul, g.Const(-0.5), g.apply(Mul, y, g.apply(Mul, y, y)))
	case Recip:
		return g.neg(g.apply(Mul, y, y))
	case Exp:
		return y
	case Expm1:
		return g.apply(Add, y, one)
	case Log:
		return g.apply(Div, one, x)
	case Log1p:
		return g.apply(Div, one, g.apply(Add, one, x))
	case Sin:
		return g.apply(Cos, x)
	case Cos:
		return g.neg(g.apply(Sin, x))
	case Tan:
		return g.apply(Add, one, g.apply(Mul, y, y))
	case Sinh:
		return g.apply(Cosh, x)
	case Cosh:
		return g.apply(Sinh, x)
	case Tanh:
		return g.apply(Sub, one, g.apply(Mul, y, y))
	case Asin:
		return g.apply(Div, one, g.sqrtOneMinus(x))
	case Acos:
		return g.apply(Div, g.Const(-1), g.sqrtOneMinus(x))
	case Atan:
		return g.apply(Div, one, g.apply(Add, one, g.apply(Mul, x, x)))
	case Erf:
		return g.apply(Mul, g.Const(2/math.SqrtPi), g.apply(Exp, g.neg(g.apply(Mul, x, x))))
	}
	panic("graph: no derivative of " + op.String())
}

// binary contributes the adjoints of a and b in y = op(a, b).
func (r *reverse) binary(op Op, a, b, y, adj ID) {
	switch op {
	case Add:
		r.add(a, adj)
		r.add(b, adj)
	case Sub:
		r.add(a, adj)
		if r.active[b] {
			r.add(b, r.neg(adj))
		}
	case Mul:
		if a == b {
			r.add(a, r.mul(r.twice(adj), a))
			return
		}
		if r.active[a] {
			r.add(a, r.mul(adj, b))
		}
		if r.active[b] {
			r.add(b, r.mul(adj, a))
		}
	case MulZero: // a is itself an adjoint that came through a branch
		r.mask = true
		if r.active[a] {
			r.add(a, r.apply(MulZero, adj, b))
		}
		if r.active[b] {
			r.add(b, r.apply(MulZero, a, adj))
		}
	case Div:
		q := r.div(adj, b)
		r.add(a, q)
		if r.active[b] {
			r.add(b, r.neg(r.mul(q, y)))
		}
	case Min, Max:
		d := r.apply(Sub, a, b)
		half := r.apply(Mul, r.Const(0.5), adj)
		side := r.signMul(half, d)
		up, down := r.apply(Add, half, side), r.apply(Sub, half, side)
		if op == Min {
			up, down = down, up
		}
		r.add(a, up)
		r.add(b, down)
	case SignMul:
		if r.active[a] {
			r.add(a, r.signMul(adj, b))
		}
	case Gate:
		if r.active[a] {
			r.add(a, r.apply(Gate, adj, b))
		}
	default:
		da, db := r.slopes(op, a, b, y)
		if r.active[a] {
			r.add(a, r.mul(adj, da()))
		}
		if r.active[b] {
			r.add(b, r.mul(adj, db()))
		}
	}
}

// slopes gives the two partial derivatives of a smooth function of two
// variables, each built only when it is asked for.
func (g *Graph) slopes(op Op, a, b, y ID) (da, db func() ID) {
	one := g.Const(1)
	switch op {
	case Mod: // a - b trunc(a/b)
		return func() ID { return one }, func() ID {
			q := g.apply(Div, a, b)
			return g.neg(g.apply(Select, g.apply(Lt, q, g.Const(0)), g.apply(Ceil, q), g.apply(Floor, q)))
		}
	case Pow:
		return func() ID { return g.apply(MulZero, b, g.apply(Pow, a, g.apply(Sub, b, one))) },
			func() ID { return g.apply(MulZero, y, g.apply(Log, a)) }
	case Hypot:
		inverse := g.apply(Recip, y)
		return func() ID { return g.apply(Mul, a, inverse) }, func() ID { return g.apply(Mul, b, inverse) }
	case Atan2:
		inverse := g.apply(Recip, g.apply(Add, g.apply(Mul, a, a), g.apply(Mul, b, b)))
		return func() ID { return g.apply(Mul, b, inverse) }, func() ID { return g.neg(g.apply(Mul, a, inverse)) }
	}
	panic("graph: no derivative of " + op.String())
}
