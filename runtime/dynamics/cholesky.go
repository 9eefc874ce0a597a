package dynamics

import (
	"math"

	"relief/runtime/graph"
)

// maxUnrolled is the largest matrix whose factorisation is part of a step.
const maxUnrolled = 8

// Rounding moves a pivot that is 0 by this part of the largest diagonal element:
// one that is less than -pivotTolerance of it is negative. Where a pivot is
// within that of 0 its column of a semidefinite matrix is at most the root of it,
// since the square of an element is at most the product of the pivots.
const (
	pivotTolerance  = 1e-12
	columnTolerance = 1e-6
)

// cholesky returns the lower triangular l with l l^T = c, a symmetric positive
// semidefinite matrix of n rows. A pivot that is 0 to rounding has a column of
// zeros. The operations are those of unrolled.
func cholesky(c []float64, n int) ([]float64, error) {
	scale, skew := 0.0, 0.0
	for i := range n {
		scale = max(scale, math.Abs(c[i*n+i]))
		for j := range i {
			skew = max(skew, math.Abs(c[i*n+j]-c[j*n+i]))
		}
	}
	if !(skew <= float64(columnTolerance*scale)) {
		return nil, &notPositive{-1, skew}
	}
	l := make([]float64, n*n)
	for j := range n {
		rest := func(i int) float64 {
			s := c[i*n+j]
			for k := range j {
				s -= float64(l[i*n+k] * l[j*n+k])
			}
			return s
		}
		pivot := rest(j)
		if !(pivot >= float64(-pivotTolerance*scale)) {
			return nil, &notPositive{j, pivot}
		}
		small := pivot <= float64(pivotTolerance*scale)
		root := math.Sqrt(max(pivot, 0))
		if small {
			root = 0
		}
		l[j*n+j] = root
		for i := j + 1; i < n; i++ {
			v := rest(i)
			switch {
			case !small:
				l[i*n+j] = v / root
			case math.Abs(v) > float64(columnTolerance*scale):
				return nil, &notPositive{j, pivot}
			}
		}
	}
	return l, nil
}

// unrolled is cholesky as part of a graph, with the fault of a matrix that has
// no factor.
func (u *updating) unrolled(c graph.ID, n int) (graph.ID, *fault) {
	at := func(i, j int) graph.ID { return u.Slice(c, i*n+j, graph.Number) }
	zero := u.Const(0)
	scale, skew := zero, zero
	for i := range n {
		scale = u.apply(graph.Max, scale, u.apply(graph.Abs, at(i, i)))
		for j := range i {
			skew = u.apply(graph.Max, skew, u.apply(graph.Abs, u.apply(graph.Sub, at(i, j), at(j, i))))
		}
	}
	tolerance := u.apply(graph.Mul, u.Const(pivotTolerance), scale)
	column := u.apply(graph.Mul, u.Const(columnTolerance), scale)
	good := u.apply(graph.Le, skew, column)
	place, value := u.Const(-1), skew
	// blame keeps the first fault.
	blame := func(j int, ok, pivot graph.ID) {
		first := u.apply(graph.And, good, u.apply(graph.Not, ok))
		place = u.apply(graph.Select, first, u.Const(float64(j)), place)
		value = u.apply(graph.Select, first, pivot, value)
		good = u.apply(graph.And, good, ok)
	}
	l := make([]graph.ID, n*n)
	for i := range l {
		l[i] = zero
	}
	for j := range n {
		rest := func(i int) graph.ID {
			s := at(i, j)
			for k := range j {
				s = u.apply(graph.Sub, s, u.apply(graph.Mul, l[i*n+k], l[j*n+k]))
			}
			return s
		}
		pivot := rest(j)
		blame(j, u.apply(graph.Ge, pivot, u.apply(graph.Neg, tolerance)), pivot)
		small := u.apply(graph.Le, pivot, tolerance)
		// Roots and quotients are those of 1 where they are not used, so that
		// they are finite there.
		safe := u.apply(graph.Sqrt, u.apply(graph.Select, small, u.Const(1), pivot))
		l[j*n+j] = u.apply(graph.Select, small, zero, safe)
		for i := j + 1; i < n; i++ {
			v := rest(i)
			within := u.apply(graph.Le, u.apply(graph.Abs, v), column)
			blame(j, u.apply(graph.Or, u.apply(graph.Not, small), within), pivot)
			l[i*n+j] = u.apply(graph.Select, small, zero, u.apply(graph.Div, v, safe))
		}
	}
	f := &fault{place: place, value: value}
	f.check = u.apply(graph.Select, good, zero, u.Const(math.NaN()))
	if u.err != nil {
		return c, f
	}
	return u.Reshape(u.apply(graph.Stack, l...), graph.Of(n, n)), f
}
