package dense

import (
	"fmt"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// build writes what the roots need as expressions.
func build(g *graph.Graph, roots []graph.ID) (x *exprs, results []ref, err error) {
	x = newExprs()
	refs := make([]ref, g.Len())
	for id, needed := range g.Reach(roots) {
		if !needed {
			continue
		}
		n := g.Node(graph.ID(id))
		if n.Type.Series || n.Op.IsSeries() {
			return nil, nil, fmt.Errorf("dense: %s is %s: only results have series", n.Op, n.Type)
		}
		args := make([]ref, len(n.Args))
		for i, a := range n.Args {
			args[i] = refs[a]
		}
		if refs[id], err = x.node(n, args); err != nil {
			return nil, nil, err
		}
	}
	for _, r := range roots {
		results = append(results, x.stored(refs[r]))
	}
	return x, results, nil
}

// node writes a node of the graph.
func (x *exprs) node(n *graph.Node, args []ref) (ref, error) {
	e := expr{op: n.Op, t: n.Type, at: n.Int0, window: n.Window, num: n.Num, data: n.Data, name: n.Name, args: args}
	switch e.kind() {
	case given, number:
		e.wide = n.Type.Rank() == 0
		return x.add(e), nil
	case fused:
		if !e.moves() {
			return x.elementwise(e.op, e.t, args), nil
		}
	case spread:
		return x.spread(e.op, e.t, args[0]), nil
	case reducing:
		return x.reduce(e.op, e.t, args[0]), nil
	case alias:
		return x.view(e), nil
	}
	return x.kernel(e)
}

// elementwise applies an operation to each element. An operand is an array of
// the type's axes, a number, or a form.
func (x *exprs) elementwise(op graph.Op, t graph.Type, args []ref) ref {
	if r, ok := x.beforeSpread(op, t, args); ok {
		return r
	}
	e := expr{op: op, t: t, wide: t.Rank() == 0}
	for _, a := range args {
		a = x.plain(a, t)
		if b := &x.list[a]; b.t.Rank() > 0 && !b.isForm() {
			e.wide = e.wide || b.wide
		}
		e.args = append(e.args, a)
	}
	return x.add(e)
}

// plain is a without a Broadcast around it, where it is an operand of an array.
func (x *exprs) plain(a ref, t graph.Type) ref {
	switch e := &x.list[a]; {
	case t.Rank() == 0 || e.t.Rank() == 0:
	case e.op == graph.Broadcast:
		return e.args[0]
	case e.kind() == number:
		return x.add(expr{op: graph.Const, num: e.num, wide: true})
	}
	return a
}

// beforeSpread computes an operation on what is spread and spreads the result,
// where all operands are spread alike or are numbers.
func (x *exprs) beforeSpread(op graph.Op, t graph.Type, args []ref) (ref, bool) {
	if t.Rank() == 0 {
		return none, false
	}
	over := graph.Broadcast
	inner := make([]ref, len(args))
	for i, a := range args {
		inner[i] = x.plain(a, t)
		e := &x.list[inner[i]]
		switch {
		case e.t.Rank() == 0:
		case e.kind() == spread && (over == graph.Broadcast || over == e.op):
			over, inner[i] = e.op, e.args[0]
		default:
			return none, false
		}
	}
	u := graph.Type{}
	for _, a := range inner {
		if v := x.list[a].t; v.Rank() > 0 {
			u = graph.Of(v.Dims()...)
		}
	}
	u.Bool = t.Bool
	return x.spread(over, t, x.elementwise(op, u, inner)), true
}

// spread repeats v over the rows, the columns or all elements of t.
func (x *exprs) spread(op graph.Op, t graph.Type, v ref) ref {
	e := &x.list[v]
	switch {
	case e.kind() == number:
		return x.add(expr{op: graph.Const, t: t, num: e.num})
	case op == graph.SpreadRows && t.Rank() == 1:
		return v
	case op == graph.SpreadCols && t.Rank() == 1:
		op = graph.Broadcast
	}
	if e = &x.list[v]; e.op == graph.Broadcast {
		return x.spread(graph.Broadcast, t, e.args[0])
	}
	return x.add(expr{op: op, t: t, args: []ref{x.stored(v)}})
}

// reduce reduces an array. Reductions of what has one row, or one axis, are
// written as simpler ones.
func (x *exprs) reduce(op graph.Op, t graph.Type, a ref) ref {
	if x.list[a].t.Rank() == 1 {
		switch op {
		case graph.SumRows:
			return a
		case graph.SumCols:
			op = graph.Sum
		case graph.MaxCols:
			op = graph.MaxOf
		}
	}
	if _, ok := sumOver[op]; ok {
		return x.sum(op, t, a, false)
	}
	return x.add(expr{op: op, t: t, args: []ref{a}, wide: true})
}

// view is the elements of another expression in a row.
func (x *exprs) view(e expr) ref {
	e.args[0] = x.stored(e.args[0])
	a := &x.list[e.args[0]]
	if a.t == e.t {
		return e.args[0]
	}
	e.wide = a.wide
	if e.t.Rank() == 0 && !a.wide { // numbers are wide
		return x.add(expr{op: opCopy, t: e.t, wide: true, args: []ref{x.add(e)}})
	}
	return x.add(e)
}

// stored is a where it can have memory.
func (x *exprs) stored(a ref) ref {
	e := &x.list[a]
	if !e.isForm() {
		return a
	}
	return x.add(expr{op: opCopy, t: e.t, wide: e.t.Rank() == 0, args: []ref{a}})
}

// narrow is a in memory, in the element type.
func (x *exprs) narrow(a ref) ref {
	a = x.stored(a)
	if e := &x.list[a]; e.wide {
		return x.add(expr{op: opCopy, t: e.t, args: []ref{a}})
	}
	return a
}

// kernel writes an operation that is a step of its own.
func (x *exprs) kernel(e expr) (ref, error) {
	switch e.op {
	case graph.MatMul, graph.Outer:
		for i, flag := range []int{firstTurned, secondTurned} {
			e.args[i] = x.narrow(e.args[i])
			if a := &x.list[e.args[i]]; a.op == graph.Transpose {
				e.args[i] = a.args[0]
				e.at |= flag
			}
		}
	case graph.Conv, graph.ConvInput:
		e.args = []ref{x.images(e.args[0]), x.weights(e.args[1])}
	case graph.ConvWeights:
		e.args = []ref{x.images(e.args[0]), x.images(e.args[1])}
	case graph.MeanPool, graph.MeanPoolInput:
		e.args[0] = x.narrow(e.args[0])
	case graph.MaxPool:
		return x.maxPool(e.args[0], e.t, e.window), nil
	case graph.MaxPoolInput, graph.MaxPoolPick: // the kernels read what MaxPool has picked
		image, y := x.list[e.args[1]].t, e.t
		if e.op == graph.MaxPoolInput {
			y = x.list[e.args[0]].t
		}
		pick := x.add(expr{op: opPick, t: y, args: []ref{x.maxPool(e.args[1], y, e.window)}})
		e.tiled = tiled(image, y, e.window)
		e.args = []ref{x.narrow(e.args[0]), pick}
	case graph.Stack, graph.Pad, graph.Transpose, graph.Join, graph.JoinCols, graph.SliceCols, graph.PadCols:
		if e.op == graph.JoinCols {
			e.args = x.columnsOf(e.args)
		}
		e.wide = true
		for i, a := range e.args {
			e.args[i] = x.stored(a)
			e.wide = e.wide && x.list[e.args[i]].wide
		}
	default:
		return none, fmt.Errorf("dense: no kernel computes %s", e.op)
	}
	return x.add(e), nil
}

// images is a as images, which may get a border: gradients of weights may not.
func (x *exprs) images(a ref) ref {
	a = x.narrow(a)
	if e := &x.list[a]; e.op == graph.ConvWeights {
		return x.add(expr{op: opCopy, t: e.t, args: []ref{a}})
	}
	return a
}

// weights is a as a vector, which has no border.
func (x *exprs) weights(a ref) ref {
	a = x.narrow(a)
	return x.view(expr{op: graph.Reshape, t: graph.Of(x.list[a].size()), args: []ref{a}})
}

// maxPool writes a MaxPool.
func (x *exprs) maxPool(a ref, t graph.Type, w graph.Window) ref {
	return x.add(expr{op: graph.MaxPool, t: t, window: w, args: []ref{x.narrow(a)}, tiled: tiled(x.list[a].t, t, w)})
}

// maxTiles is the number of elements of a row of windows up to which a pooling
// is done in groups.
const maxTiles = 8192

// tiled reports whether a max pooling is done in groups: its windows cover each
// pixel once, and a row of them is short.
func tiled(image, y graph.Type, w graph.Window) bool {
	_, ok := poolingOf(image, y, w).Tiles()
	return ok && w.H*image.Dim(2)*image.Dim(3) <= maxTiles
}

// poolingOf is the shape of a pooling of images without borders.
func poolingOf(image, y graph.Type, w graph.Window) tensor.Pooling {
	return tensor.Pooling{Window: tensor.Window{H: w.H, W: w.W, Stride: w.Stride, Pad: w.Pad}, X: imageOf(image), Y: imageOf(y)}
}
