package graph

import (
	"fmt"
	"math"
)

// fold computes a node whose operands are all constants, in the arithmetic of
// the run, unless it or the work is big.
func (g *Graph) fold(op Op, t Type, k int, args []ID) (ID, bool) {
	if len(args) == 0 || t.Series || ops[op].class == series {
		return None, false
	}
	if n := g.Node(args[0]); n.Op == Const && n.Data == nil && repeats(op) {
		return g.Fill(t, n.Num), true // of any size, without writing it out
	}
	if t.Size() > maxFold {
		return None, false
	}
	uniform := op.IsElementwise()
	for _, a := range args {
		n := g.Node(a)
		if n.Op != Const || n.Type.Size() > maxFold {
			return None, false
		}
		uniform = uniform && n.Data == nil
	}
	if op == MatMul {
		if rows, inner, cols := MatMulDims(g.Type(args[0]), g.Type(args[1])); rows*inner*cols > maxFoldProducts {
			return None, false
		}
	}
	if uniform {
		var v [3]float64
		for i, a := range args {
			v[i] = g.Node(a).Num
		}
		return g.Fill(t, op.Eval(v[0], v[1], v[2])), true
	}
	types, values := make([]Type, len(args)), make([][]float64, len(args))
	for i, a := range args {
		n := g.Node(a)
		types[i], values[i] = n.Type, n.elements()
	}
	return g.ConstArray(t, (&Node{Op: op, Type: t, Int0: k}).Compute(types, values)), true
}

// repeats reports whether each element of the result is one of the operand's.
func repeats(op Op) bool {
	switch op {
	case Slice, Broadcast, Reshape, Transpose, SpreadRows, SpreadCols, SliceCols:
		return true
	}
	return false
}

// maxFold bounds the constants that folding makes, maxFoldProducts the products
// that it carries out for one node.
const (
	maxFold         = 1 << 20
	maxFoldProducts = 1 << 24
)

// elements returns the elements of a constant, which must not be changed.
func (n *Node) elements() []float64 {
	if n.Data != nil {
		return n.Data
	}
	v := make([]float64, n.Type.Size())
	for i := range v {
		v[i] = n.Num
	}
	return v
}

// Interpret computes the roots, and all they need, node by node: the plain
// definition that every compiled program agrees with bit for bit, and slow.
// Inputs are given by name with their elements in index order. It returns the
// elements of each node that was computed, by id. It fails on an input that is
// missing or has another size, and on series.
func (g *Graph) Interpret(roots []ID, inputs map[string][]float64) ([][]float64, error) {
	values := make([][]float64, len(g.nodes))
	need := g.Reach(roots)
	for id := range g.nodes {
		if !need[id] {
			continue
		}
		n := &g.nodes[id]
		switch {
		case n.Type.Series || n.Op.IsSeries():
			return nil, fmt.Errorf("graph: %s is %s, which only results have", n.Op, n.Type)
		case n.Op == Const:
			values[id] = n.elements()
		case n.Op == Input:
			v, ok := inputs[n.Name]
			if !ok || len(v) != n.Type.Size() {
				return nil, fmt.Errorf("graph: input %q is %s and was given %d numbers", n.Name, n.Type, len(v))
			}
			values[id] = v
		default:
			types, args := make([]Type, len(n.Args)), make([][]float64, len(n.Args))
			for i, a := range n.Args {
				types[i], args[i] = g.Type(a), values[a]
			}
			values[id] = n.Compute(types, args)
		}
	}
	return values, nil
}

// Reach reports, by id, which nodes the roots need, themselves included.
func (g *Graph) Reach(roots []ID) []bool {
	need := make([]bool, len(g.nodes))
	for _, r := range roots {
		need[r] = true
	}
	for i := len(need) - 1; i >= 0; i-- {
		if need[i] {
			for _, a := range g.nodes[i].Args {
				need[a] = true
			}
		}
	}
	return need
}

// Compute is the definition of every operation that is neither a leaf nor along
// a series: the elements of the node from those of its operands, whose types are
// given. Sums start with their first term and add the others in index order, but
// those over the windows of images start from 0, which padding counts as.
func (n *Node) Compute(types []Type, args [][]float64) []float64 {
	op := n.Op
	out := make([]float64, n.Type.Size())
	if op.IsElementwise() {
		var v [3]float64
		for i := range out {
			for j, a := range args {
				if types[j].Rank() == 0 {
					v[j] = a[0]
				} else {
					v[j] = a[i]
				}
			}
			out[i] = op.Eval(v[0], v[1], v[2])
		}
		return out
	}
	if op.IsReduction() {
		out[0] = reduce(op, args[0])
		return out
	}
	x := args[0]
	switch op {
	case Stack, Join:
		out = out[:0]
		for _, a := range args {
			out = append(out, a...)
		}
	case Slice:
		copy(out, x[n.Int0:])
	case Pad:
		copy(out[n.Int0:], x)
	case Reshape:
		copy(out, x)
	case Broadcast:
		for i := range out {
			out[i] = x[0]
		}
	case Transpose:
		rows, cols := types[0].Dim(0), types[0].Dim(1)
		for i := range rows {
			for j := range cols {
				out[j*rows+i] = x[i*cols+j]
			}
		}
	case Outer:
		cols := len(args[1])
		for i := range x {
			for j, b := range args[1] {
				out[i*cols+j] = float64(x[i] * b)
			}
		}
	case MatMul:
		rows, inner, cols := MatMulDims(types[0], types[1])
		for i := range rows {
			for j := range cols {
				s := 0.0
				for l := range inner {
					p := float64(x[i*inner+l] * args[1][l*cols+j])
					if l == 0 {
						s = p
					} else {
						s += p
					}
				}
				out[i*cols+j] = s
			}
		}
	case SumRows, SpreadRows, SumCols, SpreadCols, MaxCols, JoinCols, SliceCols, PadCols:
		computeRows(n, types, args, out)
	case Conv, ConvInput, ConvWeights, MaxPool, MaxPoolInput, MaxPoolPick, MeanPool, MeanPoolInput:
		computeImages(n, types, args, out)
	default:
		panic("graph: " + op.String() + " cannot be computed")
	}
	return out
}

// MatMulDims returns the sizes of a product of matrices, where a vector counts
// as one row on the left and as one column on the right.
func MatMulDims(a, b Type) (rows, inner, cols int) {
	rows, inner, cols = 1, a.Dim(a.Rank()-1), 1
	if a.Rank() == 2 {
		rows = a.Dim(0)
	}
	if b.Rank() == 2 {
		cols = b.Dim(1)
	}
	return rows, inner, cols
}

func reduce(op Op, x []float64) float64 {
	pair := Invalid
	switch op {
	case Sum, Norm:
		pair = Add
	case MinOf:
		pair = Min
	case MaxOf:
		pair = Max
	case AllOf:
		pair = And
	case AnyOf:
		pair = Or
	}
	if len(x) == 0 {
		return truth(op == AllOf)
	}
	if op == Norm && len(x) == 1 {
		return math.Abs(x[0])
	}
	var s float64
	for i, v := range x {
		if op == Norm {
			v = float64(v * v)
		}
		if i == 0 {
			s = v
		} else {
			s = pair.Eval(s, v, 0)
		}
	}
	if op == Norm {
		return math.Sqrt(s)
	}
	return s
}
