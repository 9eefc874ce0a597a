package graph

import "fmt"

// TypeError says why an operation cannot take its operands.
type TypeError struct {
	Op     Op
	Reason string // one clause: "the operands are a vector of 3 and a vector of 4"
}

func (e *TypeError) Error() string { return e.Op.String() + ": " + e.Reason }

// Apply returns the node that computes op on the operands. Operations that need
// a parameter (Slice, Pad, At, Broadcast, Reshape, SpreadRows, SpreadCols,
// SliceCols, PadCols, those with a Window) have methods of their own.
func (g *Graph) Apply(op Op, args ...ID) (ID, error) {
	t, err := g.resultType(op, args)
	if err != nil {
		return None, err
	}
	return g.build(op, t, 0, args), nil
}

// apply is Apply for operands that are right by construction.
func (g *Graph) apply(op Op, args ...ID) ID {
	id, err := g.Apply(op, args...)
	if err != nil {
		panic("graph: " + err.Error())
	}
	return id
}

func (g *Graph) resultType(op Op, args []ID) (Type, error) {
	if n := op.Arity(); n >= 0 && len(args) != n {
		return Type{}, &TypeError{op, fmt.Sprintf("takes %d operands, not %d", n, len(args))}
	}
	fail := func(format string, a ...any) (Type, error) {
		return Type{}, &TypeError{op, fmt.Sprintf(format, a...)}
	}
	t := make([]Type, len(args))
	for i, a := range args {
		t[i] = g.Type(a)
	}
	switch ops[op].class {
	case elementwise:
		return elementwiseType(op, t)
	case reduction:
		if wantBool := op == AllOf || op == AnyOf; wantBool != t[0].Bool {
			return fail("the operand is %s", t[0])
		}
		if (op == MinOf || op == MaxOf) && t[0].Size() == 0 {
			return fail("the operand has no elements")
		}
		return Type{Bool: t[0].Bool, Series: t[0].Series}, nil
	case series:
		return seriesType(op, t)
	}
	switch op {
	case Stack:
		if len(t) == 0 {
			return fail("there are no elements")
		}
		for _, u := range t {
			if u.Dims2() != t[0].Dims2() || u.Bool != t[0].Bool {
				return fail("its elements are %s and %s", t[0], u)
			}
		}
		if t[0].Rank() == MaxRank {
			return fail("it would have more than %d axes", MaxRank)
		}
		u := t[0].with(append([]int{len(t)}, t[0].Dims()...))
		for _, v := range t {
			u.Series = u.Series || v.Series
		}
		return u, nil
	case Transpose:
		if t[0].Rank() != 2 {
			return fail("the operand is %s, not a matrix", t[0])
		}
		return t[0].with([]int{t[0].Dim(1), t[0].Dim(0)}), nil
	case Outer:
		if t[0].Rank() != 1 || t[1].Rank() != 1 || t[0].Series || t[1].Series {
			return fail("the operands are %s and %s, not two vectors", t[0], t[1])
		}
		return Of(t[0].Dim(0), t[1].Dim(0)), nil
	case MatMul:
		a, b := t[0], t[1]
		if a.Bool || b.Bool || a.Rank() < 1 || b.Rank() < 1 || a.Rank() > 2 || b.Rank() > 2 || a.Rank()+b.Rank() == 2 {
			return fail("the operands are %s and %s", a, b)
		}
		if a.Dim(a.Rank()-1) != b.Dim(0) {
			return fail("the operands are %s and %s: the inner lengths %d and %d differ", a, b, a.Dim(a.Rank()-1), b.Dim(0))
		}
		u := Of(append(a.Dims()[:a.Rank()-1], b.Dims()[1:]...)...)
		u.Series = a.Series || b.Series
		return u, nil
	case Join:
		return joinType(t)
	case SumRows, SumCols, MaxCols, JoinCols:
		return columnsType(op, t)
	}
	return fail("cannot be applied so")
}

// Dims2 returns t without its element kind and series axis, for comparison of
// the axes alone.
func (t Type) Dims2() Type { t.Bool, t.Series = false, false; return t }

func elementwiseType(op Op, t []Type) (Type, error) {
	logical := op == And || op == Or || op == Not
	first := 0
	if op == Select {
		if !t[0].Bool {
			return Type{}, &TypeError{op, "the condition is " + t[0].String() + ", not a truth value"}
		}
		first = 1
		if t[1].Bool != t[2].Bool {
			return Type{}, &TypeError{op, fmt.Sprintf("one branch is %s, the other %s", t[1], t[2])}
		}
	}
	u := Type{}
	for i, v := range t {
		if i >= first && op != Select && op != Eq && op != Ne && v.Bool != logical {
			return Type{}, &TypeError{op, "an operand is " + v.String()}
		}
		u.Series = u.Series || v.Series
		switch {
		case v.rank == 0:
		case u.rank == 0:
			u.rank, u.dims = v.rank, v.dims
		case u.Dims2() != v.Dims2():
			return Type{}, &TypeError{op, fmt.Sprintf("the operands are %s and %s", u.PerStep(), v.PerStep())}
		}
	}
	if (op == Eq || op == Ne) && t[0].Bool != t[1].Bool {
		return Type{}, &TypeError{op, fmt.Sprintf("the operands are %s and %s", t[0], t[1])}
	}
	u.Bool = logical || op.IsComparison() || op == IsFinite || op == Select && t[1].Bool
	return u, nil
}

func seriesType(op Op, t []Type) (Type, error) {
	s := t[0]
	if op == Quantile && !s.Series && !s.Bool && s.Size() > 1 && t[1] == Number {
		return Number, nil // over the elements, as over lanes
	}
	if !s.Series {
		return Type{}, &TypeError{op, "the operand is " + s.String() + ", not a series"}
	}
	truths := op == First || op == All || op == Any || op == Count
	if truths != s.Bool && op != Last && op != Between && op != Steps {
		return Type{}, &TypeError{op, "the operand is " + s.String()}
	}
	for _, v := range t[1:] {
		if v != Number {
			return Type{}, &TypeError{op, "an argument is " + v.String() + ", not a number"}
		}
	}
	switch op {
	case First, Count:
		return s.PerStep().AsNumber(), nil
	case All, Any, Last, SumSteps, MeanSteps, MinSteps, MaxSteps, Quantile:
		return s.PerStep(), nil
	case Steps, LaneQuantile:
		return Number.AsSeries(), nil
	}
	return s, nil
}

// Slice returns the elements from offset on of the flattened operand, as type
// t: the element kind and series axis are those of x.
func (g *Graph) Slice(x ID, offset int, t Type) ID {
	s := g.Type(x)
	t.Bool, t.Series = s.Bool, s.Series
	if offset < 0 || offset+t.Size() > s.Size() {
		panic("graph: slice out of range")
	}
	return g.build(Slice, t, offset, []ID{x})
}

// Index returns row, or element, i of x along its first axis.
func (g *Graph) Index(x ID, i int) ID {
	t := g.Type(x).Drop()
	return g.Slice(x, i*t.Size(), t)
}

// Pad returns zeros of type t with the elements of x from offset on.
func (g *Graph) Pad(x ID, offset int, t Type) ID {
	if offset < 0 || offset+g.Type(x).Size() > t.Size() {
		panic("graph: pad out of range")
	}
	return g.build(Pad, t, offset, []ID{x})
}

// AtStep returns the value of a series at step k.
func (g *Graph) AtStep(s ID, k int) ID {
	return g.build(At, g.Type(s).PerStep(), k, []ID{s})
}

// RunningMean returns the mean of a series of numbers over the last n recorded steps,
// from the n-th on; n is 1 or more.
func (g *Graph) RunningMean(s ID, n int) ID {
	return g.build(RunningMean, g.Type(s), n, []ID{s})
}

// Broadcast returns the scalar x repeated to the axes of t.
func (g *Graph) Broadcast(x ID, t Type) ID {
	if g.Type(x).Rank() == t.Rank() {
		return x
	}
	t.Bool, t.Series = g.Type(x).Bool, g.Type(x).Series
	return g.build(Broadcast, t, 0, []ID{x})
}

// Reshape returns the elements of x with the axes of t.
func (g *Graph) Reshape(x ID, t Type) ID {
	t.Bool, t.Series = g.Type(x).Bool, g.Type(x).Series
	if t.Size() != g.Type(x).Size() {
		panic("graph: reshape changes the number of elements")
	}
	return g.build(Reshape, t, 0, []ID{x})
}

// rebuild is the node n on other operands of the same types.
func (g *Graph) rebuild(n *Node, args []ID) ID {
	if n.Window != (Window{}) {
		return g.window(n.Op, n.Type, n.Window, args...)
	}
	return g.build(n.Op, n.Type, n.Int0, args)
}

// build folds, simplifies or interns a node whose type is known.
func (g *Graph) build(op Op, t Type, k int, args []ID) ID {
	if id, ok := g.fold(op, t, k, args); ok {
		return id
	}
	args = g.scalarOperands(op, args)
	if id, ok := g.simplify(op, t, k, args); ok {
		return id
	}
	return g.intern(Node{Op: op, Type: t, Int0: k, Args: append([]ID(nil), args...)})
}
