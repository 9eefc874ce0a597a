package dense

import (
	"encoding/binary"
	"math"

	"relief/runtime/graph"
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
	case opCopy, graph.SliceCols, graph.JoinCols:
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
	return e.op == opCopy || e.op == graph.SliceCols || e.op == graph.JoinCols || e.op == graph.MaxPoolInput
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
