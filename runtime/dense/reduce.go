package dense

import (
	"math"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// lanes is the number of partial sums of a long sum.
const lanes = 32

var zeros [blockBytes]float64

// reduceBlock adds a block to a reduction: elements from number at of the
// array on, from column col on of a long row.
func reduceBlock[T tensor.Float](r *reduce, partials []float64, a, b []T, cols, at, col int) {
	switch r.op {
	case graph.SumRows:
		sums := partials[r.at:][:r.n]
		rows, width := len(a)/cols, cols
		if rows == 0 || len(a)%cols != 0 { // a part of a long row
			rows, width = 1, len(a)
			sums = sums[col : col+width]
		}
		sumRows(sums, a, b, rows, width)
	case graph.SumCols, graph.MaxCols:
		out := r.out.f64
		first := at / cols
		for i := 0; i < len(a); i += cols {
			n := min(cols, len(a)-i)
			x := a[i : i+n]
			if r.op == graph.MaxCols {
				m := math.Inf(-1)
				for _, v := range x {
					m = max(m, float64(v))
				}
				if col > 0 {
					m = max(m, out[first])
				}
				out[first] = m
			} else {
				var y []T
				if b != nil {
					y = b[i : i+n]
				}
				s := sum(x, y)
				if col > 0 {
					s += out[first]
				}
				out[first] = s
			}
			first++
		}
	case graph.Sum, graph.Norm:
		partials[r.at] += sum(a, b)
	default:
		s := partials[r.at]
		for _, v := range a {
			s = pairOf(r.op, s, float64(v))
		}
		partials[r.at] = s
	}
}

// pairOf combines two results of a reduction that is no sum.
func pairOf(op graph.Op, a, b float64) float64 {
	switch op {
	case graph.MinOf:
		return min(a, b)
	case graph.MaxOf:
		return max(a, b)
	case graph.AllOf:
		return graph.And.Eval(a, b, 0)
	case graph.AnyOf:
		return graph.Or.Eval(a, b, 0)
	}
	return a + b
}

// sumRows adds the sum over the rows of a, or of a b, to sums.
func sumRows[T tensor.Float](sums []float64, a, b []T, rows, cols int) {
	for len(sums) > 0 {
		n := min(len(sums), len(zeros))
		if b == nil {
			tensor.ColumnSum(sums[:n], zeros[:n], a, rows, cols)
		} else {
			tensor.ColumnDot(sums[:n], zeros[:n], zeros[:n], a, b, rows, cols, cols)
			b = b[n:]
		}
		sums, a = sums[n:], a[n:]
	}
}

// sum is that of a, or of a b. Short sums are added in order, long ones in
// lanes.
func sum[T tensor.Float](a, b []T) float64 {
	if len(a) < 2*lanes {
		s := 0.0
		if b == nil {
			for _, v := range a {
				s += float64(v)
			}
			return s
		}
		for i, v := range a {
			s += float64(float64(v) * float64(b[i]))
		}
		return s
	}
	if b != nil {
		return tensor.Dot(a, b)
	}
	var sums [lanes]float64
	rows := len(a) / lanes
	tensor.ColumnSum(sums[:], zeros[:lanes], a, rows, lanes)
	for i, v := range a[rows*lanes:] {
		sums[i] += float64(v)
	}
	for half := lanes / 2; half > 0; half /= 2 {
		for l := range half {
			sums[l] += sums[l+half]
		}
	}
	return sums[0]
}

// finish puts the sums of the chunks together, in their order.
func (g *group[T]) finish(r *reduce) {
	switch r.op {
	case graph.SumCols, graph.MaxCols:
		if g.cols == 0 {
			clear(r.out.f64)
		}
		return
	}
	out := r.out.f64[:r.n]
	if g.chunks == 0 {
		clear(out)
		if r.op == graph.AllOf {
			out[0] = 1
		}
		return
	}
	copy(out, g.m.partials[r.at:])
	for c := 1; c < g.chunks; c++ {
		p := g.m.partials[c*g.width+r.at:][:r.n]
		if r.op == graph.SumRows {
			for k, v := range p {
				out[k] += v
			}
			continue
		}
		out[0] = pairOf(r.op, out[0], p[0])
	}
	if r.op == graph.Norm {
		out[0] = math.Sqrt(out[0])
	}
}
