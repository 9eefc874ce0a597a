package flow

import (
	"errors"
	"math"

	"relief/runtime/spectral"
)

// A symmetric matrix X of size m is one vector of m(m+1)/2 numbers, its upper
// triangle row by row with everything off the diagonal times sqrt 2, so that dot
// products are those of the matrices.

func packed(m int) int { return m * (m + 1) / 2 }

func pack(dst []float64, x [][]float64) {
	n := 0
	for i := range x {
		for j := i; j < len(x); j++ {
			if dst[n] = x[i][j]; i != j {
				dst[n] *= math.Sqrt2
			}
			n++
		}
	}
}

func unpack(m int, x []float64) [][]float64 {
	out := square(m)
	n := 0
	for i := range m {
		for j := i; j < m; j++ {
			v := x[n]
			if i != j {
				v /= math.Sqrt2
			}
			out[i][j], out[j][i] = v, v
			n++
		}
	}
	return out
}

func square(n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
	}
	return out
}

// errUnbounded says that no covariance satisfies the condition.
var errUnbounded = errors.New("no covariance satisfies the condition")

// complementarity solves 0 <= X, a + B X >= 0, <X, a + B X> = 0 for a symmetric
// matrix X of size m, packed; >= is that of semidefinite matrices, and B is a
// positive semidefinite matrix by its rows. These are the conditions for the
// least value of <a, X> + 1/2 <X, B X> among X >= 0. Where B is singular B X is
// unique, and X the one that is furthest inside. The error is errUnbounded where
// there is no solution. With a and B brought to size 1 the residual is the norm of
// X - P(X - (a + B X)), with the projection P on the semidefinite matrices, over
// that of X where it is above 1.
//
// The method is an interior one, along Nesterov and Todd's direction from outside
// of the feasible set, with Mehrotra's choice of the centering (Nesterov, Todd 1997;
// Kojima, Shindoh, Hara 1997): some 15 steps, whatever the degeneracy.
func complementarity(m int, a []float64, b [][]float64) (x []float64, residual float64, err error) {
	n := packed(m)
	x = make([]float64, n)
	size, scale := 0.0, 0.0
	for i := range n {
		size = max(size, math.Abs(a[i]))
		scale = max(scale, b[i][i])
	}
	p := &interior{m: m, a: make([]float64, n), b: square(n)}
	for i := range n {
		if size > 0 {
			p.a[i] = a[i] / size
		}
		for j := range n {
			p.b[i][j] = b[i][j] / max(scale, math.SmallestNonzeroFloat64)
		}
	}
	values, _ := spectral.Symmetric(unpack(m, p.a))
	switch lowest := values[m-1]; {
	case size-size != 0 || scale-scale != 0:
		return nil, 0, errors.New("the velocity of the sharpness is not finite")
	case lowest >= 0:
		return x, 0, nil
	case scale == 0:
		return nil, 0, errUnbounded
	case m == 1:
		return []float64{-a[0] / b[0][0]}, 0, nil
	}
	residual = math.Inf(1)
	for start := 10.0; start < 1e6 && residual > good; start *= 100 { // a solution further out is reached from further out
		if y, r := p.solve(start); r < residual {
			x, residual = y, r
		}
	}
	if !(residual <= feasible) {
		return nil, residual, errUnbounded
	}
	for i := range x {
		x[i] *= size / scale
	}
	return x, residual, nil
}

const (
	good     = 1e-7    // residual that is not improved on
	feasible = 1e-5    // residual above which there is no solution
	central  = 0x1p-50 // <X, W>/m at which the method ends
	wall     = 0.98    // share of the way to the boundary that a step takes
)

// interior is the problem with a and B brought to size 1.
type interior struct {
	m int
	a []float64
	b [][]float64
}

// solve follows X and W = a + B X, both positive definite, from multiples of the
// identity to <X, W> = 0.
func (p *interior) solve(start float64) (x []float64, residual float64) {
	m, n := p.m, len(p.a)
	one := square(m)
	for i := range m {
		one[i][i] = 1
	}
	x, w := make([]float64, n), make([]float64, n)
	pack(x, one)
	pack(w, one)
	for i := range x {
		x[i] *= start
		w[i] *= start
	}
	best, residual := x, math.Inf(1)
	for range 60 {

		if r := p.residual(x); r < residual {
			best, residual = x, r
		}
		mu := inner(x, w) / float64(m)
		if mu <= central*(1+math.Sqrt(inner(x, x))) {
			break
		}
		// With the S of S W S = X the direction is dX + S dW S = c mu W^-1 - X and
		// dW = B dX + gap, that is, (S^-1 . S^-1 + B) dX = c mu X^-1 - W - gap.
		rootX, sinkX := roots(unpack(m, x))
		_, sinkW := roots(unpack(m, w))
		core, _ := roots(times(rootX, unpack(m, w), rootX))
		system := congruence(times(sinkX, core, sinkX))
		gap, inverse := make([]float64, n), make([]float64, n)
		pack(inverse, times(sinkX, one, sinkX))
		for i := range n {
			for j := range n {
				system[i][j] += p.b[i][j]
			}
			gap[i] = p.a[i] + inner(p.b[i], x) - w[i]
		}
		direction := func(center float64) (dx, dw []float64, t float64) {
			right, copied := make([]float64, n), square(n)
			for i := range n {
				right[i] = float64(center*mu*inverse[i]) - w[i] - gap[i]
				copy(copied[i], system[i])
			}
			dx, dw = eliminate(copied, right), make([]float64, n)
			for i := range n {
				dw[i] = inner(p.b[i], dx) + gap[i]
			}
			return dx, dw, min(reach(sinkX, unpack(m, dx)), reach(sinkW, unpack(m, dw)))
		}
		dx, dw, t := direction(0)
		ahead := inner(along(x, t, dx), along(w, t, dw)) / float64(m)
		if dx, dw, t = direction(math.Pow(max(0, ahead/mu), 3)); !(t > 1e-8) {
			break
		}
		x, w = along(x, t, dx), along(w, t, dw)
	}
	return best, residual
}

func along(x []float64, t float64, d []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v + float64(t*d[i])
	}
	return out
}

// reach is the step along d, at most 1, that keeps X + t d inside, given X^-1/2.
func reach(inverse, d [][]float64) float64 {
	values, _ := spectral.Symmetric(times(inverse, d, inverse))
	if least := values[len(values)-1]; least < 0 {
		return min(1, -wall/least)
	}
	return 1
}

// roots are the square root of a positive definite matrix and its inverse.
func roots(a [][]float64) (root, inverse [][]float64) {
	values, vectors := spectral.Symmetric(a)
	root, inverse = square(len(a)), square(len(a))
	for k, v := range values {
		r := math.Sqrt(max(v, math.SmallestNonzeroFloat64))
		for i, p := range vectors[k] {
			for j, q := range vectors[k] {
				root[i][j] += float64(float64(r*p) * q)
				inverse[i][j] += float64(float64(p*q) / r)
			}
		}
	}
	return root, inverse
}

// times is a b c.
func times(a, b, c [][]float64) [][]float64 {
	product := func(a, b [][]float64) [][]float64 {
		out := square(len(a))
		for i := range a {
			for k, v := range a[i] {
				for j, w := range b[k] {
					out[i][j] += float64(v * w)
				}
			}
		}
		return out
	}
	return product(product(a, b), c)
}

// congruence is the matrix of D -> A D A on packed matrices.
func congruence(a [][]float64) [][]float64 {
	m := len(a)
	out := square(packed(m))
	unit, column := make([]float64, packed(m)), make([]float64, packed(m))
	for k := range unit {
		unit[k] = 1
		pack(column, times(a, unpack(m, unit), a))
		for i, v := range column {
			out[i][k] = v
		}
		unit[k] = 0
	}
	return out
}

// residual is the norm of X - P(X - (a + B X)), relative to a large X.
func (p *interior) residual(x []float64) float64 {
	y := make([]float64, len(x))
	for i := range y {
		y[i] = x[i] - (p.a[i] + inner(p.b[i], x))
	}
	values, vectors := spectral.Symmetric(unpack(p.m, y))
	r := unpack(p.m, x)
	for k, v := range values {
		if v <= 0 {
			break
		}
		for i, a := range vectors[k] {
			for j, b := range vectors[k] {
				r[i][j] -= float64(float64(v*a) * b)
			}
		}
	}
	norm := 0.0
	for _, row := range r {
		norm += inner(row, row)
	}
	return math.Sqrt(norm / max(1, inner(x, x)))
}

// eliminate solves a x = b by Gauss's elimination with row pivots. It destroys a.
func eliminate(a [][]float64, b []float64) []float64 {
	n := len(b)
	x := append([]float64(nil), b...)
	for k := range n {
		best := k
		for i := k + 1; i < n; i++ {
			if math.Abs(a[i][k]) > math.Abs(a[best][k]) {
				best = i
			}
		}
		a[k], a[best] = a[best], a[k]
		x[k], x[best] = x[best], x[k]
		for i := k + 1; i < n; i++ {
			f := a[i][k] / a[k][k]
			if f == 0 {
				continue
			}
			for j := k + 1; j < n; j++ {
				a[i][j] -= float64(f * a[k][j])
			}
			x[i] -= float64(f * x[k])
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			x[i] -= float64(a[i][j] * x[j])
		}
		x[i] /= a[i][i]
	}
	return x
}

func inner(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += float64(v * b[i])
	}
	return s
}
