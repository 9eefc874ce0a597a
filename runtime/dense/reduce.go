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
func reduceBlock[T tensor.Float](r *reduction, partials []float64, a, b []T, cols, at, col int) {
	switch r.op {
	case graph.SumRows:
		sums := partials[r.at:][:r.n]
		rows, width := len(a)/cols, cols
		if rows == 0 || len(a)%cols != 0 { // a part of a long row
			rows, width = 1, len(a)
			sums = sums[col : col+width]
		}
		sumRows(sums, a, b, r.shift(0, col, width), r.shift(1, col, width), rows, width)
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

// shift is what is subtracted from the columns of a factor from col on.
func (r *reduction) shift(factor, col, n int) []float64 {
	if v := r.shifts[factor]; v != nil {
		return v.f64[col : col+n]
	}
	return nil
}

// sumRows adds the sum over the rows of a, or of (a - s) (b - t), to sums.
func sumRows[T tensor.Float](sums []float64, a, b []T, s, t []float64, rows, cols int) {
	for at := 0; at < cols; at += len(zeros) {
		n := min(cols-at, len(zeros))
		part := func(v []float64) []float64 {
			if v == nil {
				return zeros[:n]
			}
			return v[at : at+n]
		}
		if b == nil {
			tensor.ColumnSum(sums[at:at+n], zeros[:n], a[at:], rows, cols)
		} else {
			tensor.ColumnDot(sums[at:at+n], part(s), part(t), a[at:], b[at:], rows, cols, cols)
		}
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
func (g *group[T]) finish(r *reduction) {
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
