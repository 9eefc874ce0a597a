package dense

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// ref names an expression. Operands have smaller refs than their users.
type ref int32

const none ref = -1

const (
	// opCopy is the elementwise identity: it puts a form in memory, or an array
	// into another element type.
	opCopy = graph.NumOps
	// opPick is which pixel of each window a MaxPool, its operand, has picked. It
	// is a second result of the MaxPool's step.
	opPick = graph.NumOps + 1
)

// expr is one operation of the graph as it will be computed.
type expr struct {
	op     graph.Op
	t      graph.Type
	args   []ref
	wide   bool // float64 whatever the element type
	at     int  // offset of Slice, Pad, SliceCols, PadCols; of MatMul: transposed operands
	window graph.Window
	num    float64   // of a constant without data
	data   []float64 // of a constant array
	name   string    // of an input
	finish finish    // of a kernel
	tiled  bool      // of a max pooling: done in groups
}

// Transposed operands of a MatMul.
const (
	firstTurned = 1 << iota
	secondTurned
)

// exprs is a list of expressions in an order of evaluation, without two that
// are equal.
type exprs struct {
	list  []expr
	index map[string]ref
	key   []byte
}

func newExprs() *exprs { return &exprs{index: map[string]ref{}} }

// add returns the expression equal to e, which it adds if there is none.
func (x *exprs) add(e expr) ref {
	k := append(x.key[:0], byte(e.op), truth(e.wide), truth(e.t.Bool), byte(e.t.Rank()),
		truth(e.finish.accumulate), truth(e.finish.bias), byte(e.finish.activation))
	for i := range e.t.Rank() {
		k = binary.AppendUvarint(k, uint64(e.t.Dim(i)))
	}
	k = binary.AppendVarint(k, int64(e.at))
	for _, v := range [...]int{e.window.H, e.window.W, e.window.Stride, e.window.Pad, e.window.Groups} {
		k = binary.AppendVarint(k, int64(v))
	}
	k = binary.LittleEndian.AppendUint64(k, math.Float64bits(e.num))
	for _, a := range e.args {
		k = binary.AppendUvarint(k, uint64(a))
	}
	k = append(k, e.name...)
	for _, v := range e.data {
		k = binary.LittleEndian.AppendUint64(k, math.Float64bits(v))
	}
	x.key = k
	if r, ok := x.index[string(k)]; ok {
		return r
	}
	r := ref(len(x.list))
	x.list = append(x.list, e)
	x.index[string(k)] = r
	return r
}

func truth(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// kind is how an expression comes to be.
type kind uint8

const (
	given    kind = iota // in memory before the run: inputs, constant arrays
	number               // an operand of elementwise operations without memory: a constant
	spread               // likewise: a value repeated over rows, columns or all elements
	fused                // elementwise: stored only where it must be
	reducing             // a reduction of one operand, at the end of a group
	alias                // a view of another value, where layouts allow
	call                 // a step of its own
)

func (e *expr) kind() kind {
	switch e.op {
	case graph.Input:
		return given
	case graph.Const:
		if e.data != nil {
			return given
		}
		return number
	case graph.SpreadRows, graph.SpreadCols, graph.Broadcast:
		return spread
	case graph.SumRows, graph.SumCols, graph.MaxCols:
		return reducing
	case graph.Reshape, graph.Slice:
		return alias
	case opCopy, graph.SliceCols:
		return fused
	case opPick, opMean, opSquares:
		return call
	case graph.MaxPoolInput:
		if e.tiled {
			return fused
		}
	case graph.MaxPool, graph.MaxPoolPick:
		if e.tiled {
			return reducing
		}
	}
	switch {
	case e.op.IsElementwise():
		return fused
	case e.op.IsReduction():
		return reducing
	}
	return call
}

// moves reports whether a fused expression only moves elements of values.
func (e *expr) moves() bool {
	return e.op == opCopy || e.op == graph.SliceCols || e.op == graph.MaxPoolInput
}

// isForm reports whether the expression has no memory and cannot have any.
func (e *expr) isForm() bool { k := e.kind(); return k == number || k == spread }

// size is the number of elements, cols that of the last axis.
func (e *expr) size() int { return e.t.Size() }

func (e *expr) cols() int {
	if e.t.Rank() == 0 {
		return 1
	}
	return e.t.Dim(e.t.Rank() - 1)
}

// rows is the number of rows of an array.
func (e *expr) rows() int { return e.size() / max(e.cols(), 1) }

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
	e.wide = a.wide || e.t.Rank() == 0 && a.wide
	if e.t.Rank() == 0 && !a.wide { // numbers are wide
		e.wide = false
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

// reach reports which expressions the roots need.
func (x *exprs) reach(roots []ref) []bool {
	need := make([]bool, len(x.list))
	for _, r := range roots {
		need[r] = true
	}
	for i := len(need) - 1; i >= 0; i-- {
		if need[i] {
			for _, a := range x.list[i].args {
				need[a] = true
			}
		}
	}
	return need
}

// usersOf lists, of what is needed, who reads it, each once.
func (x *exprs) usersOf(need []bool) [][]ref {
	users := make([][]ref, len(x.list))
	for i := range x.list {
		if !need[i] {
			continue
		}
		for k, a := range x.list[i].args {
			if !slices.Contains(x.list[i].args[:k], a) {
				users[a] = append(users[a], ref(i))
			}
		}
	}
	return users
}

// heldBy finds what depends on the inputs of these names and on constants
// alone. Without names nothing is held.
func (x *exprs) heldBy(names []string) []bool {
	held := make([]bool, len(x.list))
	if len(names) == 0 {
		return held
	}
	for i := range x.list {
		e := &x.list[i]
		held[i] = e.op != graph.Input || slices.Contains(names, e.name)
		for _, a := range e.args {
			held[i] = held[i] && held[a]
		}
	}
	return held
}

// rewrite writes what the roots need anew, each expression as f makes it from
// one whose operands are written already; refs gives those of the old list.
func (x *exprs) rewrite(roots []ref, f func(y *exprs, r ref, e expr, refs []ref) ref) (*exprs, []ref) {
	y := newExprs()
	refs := make([]ref, len(x.list))
	for i, needed := range x.reach(roots) {
		if !needed {
			continue
		}
		e := x.list[i]
		e.args = make([]ref, len(e.args))
		for k, a := range x.list[i].args {
			e.args[k] = refs[a]
		}
		refs[i] = f(y, ref(i), e, refs)
	}
	results := make([]ref, len(roots))
	for i, r := range roots {
		results[i] = y.stored(refs[r])
	}
	return y, results
}

// again makes an expression on operands that may have become simpler.
func (x *exprs) again(e expr) ref {
	switch k := e.kind(); {
	case k == fused && !e.moves():
		return x.elementwise(e.op, e.t, e.args)
	case k == spread:
		return x.spread(e.op, e.t, e.args[0])
	case k == alias:
		return x.view(e)
	case k == call || e.tiled || e.op == graph.SliceCols:
		for i, a := range e.args {
			e.args[i] = x.stored(a)
		}
	}
	return x.add(e)
}
