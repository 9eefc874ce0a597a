package array

import (
	"math"

	"relief/runtime/graph"
)

// reduce reduces all axes of each step; elements are taken in index order.
func reduce(op graph.Op, a *Array) *Array {
	t := graph.Type{Bool: a.Type.Bool, Series: a.Type.Series}
	out := blank(t, a.Steps, a.End)
	size := a.Type.Size()
	for s := range out.Data {
		out.Data[s] = reduceRow(op, a.Data[s*size:(s+1)*size])
	}
	return out
}

// reduceRow reduces one row. Types exclude an empty row for MinOf and MaxOf.
func reduceRow(op graph.Op, row []float64) float64 {
	s := 0.0
	switch op {
	case graph.Sum: // from the first term on, so that -0 stays -0
		if len(row) > 0 {
			s = row[0]
			for _, v := range row[1:] {
				s += v
			}
		}
	case graph.Norm:
		for _, v := range row {
			s += float64(v * v)
		}
		s = math.Sqrt(s)
	case graph.MinOf, graph.MaxOf:
		pair := math.Min
		if op == graph.MaxOf {
			pair = math.Max
		}
		s = row[0]
		for _, v := range row[1:] {
			s = pair(s, v)
		}
	case graph.AllOf:
		s = 1
		for _, v := range row {
			if v == 0 {
				s = 0
			}
		}
	case graph.AnyOf:
		for _, v := range row {
			if v != 0 {
				s = 1
			}
		}
	}
	return s
}

// structure evaluates the operations that move elements, and products, step
// by step.
func structure(n *graph.Node, args []*Array) (*Array, error) {
	steps, end, err := commonSteps(args)
	if err != nil {
		return nil, err
	}
	t := n.Type
	t.Series = false
	for _, a := range args {
		t.Series = t.Series || a.Type.Series
	}
	out := blank(t, steps, end)
	rows := out.Len()
	in := make([][]float64, len(args))
	size := t.Size()
	types := make([]graph.Type, len(args))
	for i, a := range args {
		types[i] = a.Type.PerStep()
	}
	for s := range rows {
		for i, a := range args {
			if a.Type.Series {
				in[i] = a.row(s)
			} else {
				in[i] = a.Data
			}
		}
		structureRow(n, types, in, out.Data[s*size:(s+1)*size])
	}
	return out, nil
}

func structureRow(n *graph.Node, types []graph.Type, in [][]float64, out []float64) {
	switch n.Op {
	case graph.Stack, graph.Join:
		k := 0
		for _, part := range in {
			k += copy(out[k:], part)
		}
	case graph.Slice:
		copy(out, in[0][n.Int0:])
	case graph.Pad:
		copy(out[n.Int0:], in[0])
	case graph.Reshape:
		copy(out, in[0])
	case graph.Broadcast:
		for i := range out {
			out[i] = in[0][0]
		}
	case graph.Transpose:
		rows, cols := types[0].Dim(0), types[0].Dim(1)
		for i := range rows {
			for j := range cols {
				out[j*rows+i] = in[0][i*cols+j]
			}
		}
	case graph.Outer:
		for i, x := range in[0] {
			for j, y := range in[1] {
				out[i*len(in[1])+j] = x * y
			}
		}
	case graph.MatMul:
		matMul(types[0], types[1], in[0], in[1], out)
	default: // operations on batches
		copy(out, n.Compute(types, in))
	}
}

// matMul multiplies a, of m rows (1 for a vector) and inner columns, by b, of
// inner rows and p columns (1 for a vector). Terms are added in index order.
func matMul(at, bt graph.Type, a, b, out []float64) {
	inner := bt.Dim(0)
	m, p := 1, 1
	if at.Rank() == 2 {
		m = at.Dim(0)
	}
	if bt.Rank() == 2 {
		p = bt.Dim(1)
	}
	for i := range m {
		for j := range p {
			s := 0.0
			for k := range inner {
				term := float64(a[i*inner+k] * b[k*p+j])
				if k == 0 {
					s = term
				} else {
					s += term
				}
			}
			out[i*p+j] = s
		}
	}
}
