package dynamics

import (
	"math"
	"slices"

	"relief/runtime/graph"
)

// maxUnrolled is the largest matrix whose factorisation is part of a step.
const maxUnrolled = 8

// What rounding leaves of a matrix that its columns have been taken from is at
// most pivotTolerance of its largest diagonal element. Elements that mirror each
// other differ by skewTolerance of it at most.
const (
	pivotTolerance = 1e-12
	skewTolerance  = 1e-6
)

// cholesky returns a square factor b with b b^T = c, a symmetric positive
// semidefinite matrix of n rows, by Cholesky's method with complete pivoting:
// each column takes the largest diagonal element that is left. Without pivoting a
// small pivot of a singular matrix would blow rounding up to negative pivots.
// Rows are not exchanged, so that b is triangular but for their order; columns
// beyond the rank are 0. The operations are those of unrolled.
func cholesky(c []float64, n int) ([]float64, error) {
	scale, skew := 0.0, 0.0
	for i := range n {
		scale = max(scale, math.Abs(c[i*n+i]))
		for j := range i {
			skew = max(skew, math.Abs(c[i*n+j]-c[j*n+i]))
		}
	}
	if !(skew <= float64(skewTolerance*scale)) {
		return nil, &notPositive{-1, skew}
	}
	tolerance := float64(pivotTolerance * scale)
	left, b := slices.Clone(c), make([]float64, n*n)
	for j := range n {
		p := 0
		for i := range n {
			if left[i*n+i] > left[p*n+p] {
				p = i
			}
		}
		pivot := left[p*n+p]
		if !(pivot > tolerance) {
			break
		}
		root := math.Sqrt(pivot)
		for i := range n {
			b[i*n+j] = left[i*n+p] / root
		}
		for i := range n {
			for k := range n {
				left[i*n+k] -= float64(b[i*n+j] * b[k*n+j])
			}
		}
	}
	for i := range n {
		for k := range n {
			if !(math.Abs(left[i*n+k]) <= float64(leftTolerance(i, k)*scale)) {
				return nil, &notPositive{i, left[i*n+i]}
			}
		}
	}
	return b, nil
}

// leftTolerance is what may be left of an element: elements off the diagonal are
// as far from those that mirror them as a matrix may be from symmetric.
func leftTolerance(i, k int) float64 {
	if i == k {
		return pivotTolerance
	}
	return skewTolerance
}

// unrolled is cholesky as part of a graph, with the fault of a matrix that has
// no factor.
func (u *updating) unrolled(c graph.ID, n int) (graph.ID, *fault) {
	zero, one := u.Const(0), u.Const(1)
	left := make([]graph.ID, n*n)
	for i := range left {
		left[i] = u.Slice(c, i, graph.Number)
	}
	scale, skew := zero, zero
	for i := range n {
		scale = u.apply(graph.Max, scale, u.apply(graph.Abs, left[i*n+i]))
		for j := range i {
			skew = u.apply(graph.Max, skew, u.apply(graph.Abs, u.apply(graph.Sub, left[i*n+j], left[j*n+i])))
		}
	}
	tolerance := u.apply(graph.Mul, u.Const(pivotTolerance), scale)
	b := make([]graph.ID, n*n)
	for j := range n {
		// chosen is the column of the largest diagonal element, the first of equal ones.
		pivot, chosen := left[0], make([]graph.ID, n)
		for i := range n {
			chosen[i] = left[i*n]
		}
		for p := 1; p < n; p++ {
			larger := u.apply(graph.Gt, left[p*n+p], pivot)
			pivot = u.apply(graph.Select, larger, left[p*n+p], pivot)
			for i := range n {
				chosen[i] = u.apply(graph.Select, larger, left[i*n+p], chosen[i])
			}
		}
		large := u.apply(graph.Gt, pivot, tolerance)
		// The root is that of 1 where it is not used, so that it is finite there.
		root := u.apply(graph.Sqrt, u.apply(graph.Select, large, pivot, one))
		for i := range n {
			b[i*n+j] = u.apply(graph.Select, large, u.apply(graph.Div, chosen[i], root), zero)
		}
		for i := range n {
			for k := range n {
				left[i*n+k] = u.apply(graph.Sub, left[i*n+k], u.apply(graph.Mul, b[i*n+j], b[k*n+j]))
			}
		}
	}
	good := u.apply(graph.Le, skew, u.apply(graph.Mul, u.Const(skewTolerance), scale))
	place, value := u.Const(-1), skew
	for i := range n {
		for k := range n { // the first fault is kept
			ok := u.apply(graph.Le, u.apply(graph.Abs, left[i*n+k]), u.apply(graph.Mul, u.Const(leftTolerance(i, k)), scale))
			first := u.apply(graph.And, good, u.apply(graph.Not, ok))
			place = u.apply(graph.Select, first, u.Const(float64(i)), place)
			value = u.apply(graph.Select, first, left[i*n+i], value)
			good = u.apply(graph.And, good, ok)
		}
	}
	f := &fault{place: place, value: value}
	f.check = u.apply(graph.Select, good, zero, u.Const(math.NaN()))
	if u.err != nil {
		return c, f
	}
	return u.Reshape(u.apply(graph.Stack, b...), graph.Of(n, n)), f
}
