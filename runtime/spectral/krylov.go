package spectral

import (
	"math"

	"relief/runtime/kernel/tensor"
)

// space is an orthonormal basis Q = q_1 ... q_m of which the first done vectors
// have been multiplied by H:
//
//	H [q_1 ... q_done] = [q_1 ... q_m] A,   A: m x done.
//
// That is a Lanczos relation if m = done + 1, and a block of vectors that wait
// if m > done + 1 (Ruhe, "Implementation aspects of band Lanczos algorithms for
// computation of eigenvalues of large sparse symmetric matrices", Math. Comp.
// 33, 1979). All of A is kept, not three diagonals, so that a residual computed
// from it is that of the vectors at hand whatever a restart or a product
// rounded to binary32 did to symmetry.
type space struct {
	h     product
	q     [][]float64
	done  int
	a     [][]float64 // column c, of q_c: len(q) coefficients
	scale float64     // largest norm of a product so far, about that of H

	locked []pair      // eigenvectors that Q is orthogonal to
	leak   [][]float64 // column c, of q_c: coefficients of H q_c in locked

	free [][]float64 // storage of vectors that were dropped
}

// pair is an approximate eigenvector with its eigenvalue and residual.
type pair struct {
	value, residual float64
	vector          []float64
}

const (
	// negligible is the length of what is left of a product, as a share of the
	// largest product, below which it is taken for rounding.
	negligible = 0x1p-42
	// parallel is the length of what is new in a starting vector, as a share of
	// the vector, below which it is left out.
	parallel = 1e-8
)

// vector returns storage for one vector.
func (s *space) vector() []float64 {
	if n := len(s.free); n > 0 {
		v := s.free[n-1]
		s.free = s.free[:n-1]
		return v
	}
	return make([]float64, s.h.op.Size())
}

func (s *space) drop(v ...[]float64) { s.free = append(s.free, v...) }

// waiting is the number of vectors that have not been multiplied.
func (s *space) waiting() int { return len(s.q) - s.done }

// orthogonalise subtracts from v its components in locked and in Q, which it
// returns, with the norm of what is left.
func (s *space) orthogonalise(v []float64) (leak, c []float64, norm float64) {
	basis := make([][]float64, 0, len(s.locked)+len(s.q))
	for _, p := range s.locked {
		basis = append(basis, p.vector)
	}
	all, norm := project(append(basis, s.q...), v)
	l := len(s.locked)
	return all[:l:l], all[l:], norm
}

// admit lets v, whose storage it takes, wait as the last vector of the basis,
// and reports whether anything of it is new.
func (s *space) admit(v []float64) bool {
	if norm := tensor.Norm(v); norm > 0 && finite(norm) {
		tensor.Scale(v, v, 1/norm)
		if _, _, left := s.orthogonalise(v); left > parallel {
			tensor.Scale(v, v, 1/left)
			s.append(v)
			return true
		}
	}
	s.drop(v)
	return false
}

func (s *space) append(v []float64) {
	s.q = append(s.q, v)
	for c := range s.a {
		s.a[c] = append(s.a[c], 0)
	}
}

// expand multiplies the first vector that waits, and lets what is new in the
// product wait as the last one.
func (s *space) expand() error {
	w := s.vector()
	norm, err := s.h.apply(w, s.q[s.done])
	if err != nil {
		return err
	}
	s.scale = max(s.scale, norm)
	leak, c, left := s.orthogonalise(w)
	s.leak, s.a = append(s.leak, leak), append(s.a, c)
	s.done++
	if left <= negligible*s.scale {
		s.drop(w)
		return nil
	}
	tensor.Scale(w, w, 1/left)
	s.append(w)
	s.a[s.done-1][len(s.q)-1] = left
	return nil
}

// aim turns the vectors that wait so that the first one lies along their
// combination c: one reflection of all of them.
func (s *space) aim(c []float64) {
	norm := length(c)
	if len(c) < 2 || norm == 0 {
		return
	}
	u := make([]float64, len(c))
	for i, x := range c {
		u[i] = x / norm
	}
	u[0] += math.Copysign(1, u[0])
	f := 2 / dot(u, u)
	mirror(s.q[s.done:], u, f)
	for _, column := range s.a {
		rows := column[s.done:]
		addScaled(rows, -f*dot(u, rows), u)
	}
}

// ritz is the eigenvalues of the section of H on the multiplied vectors, the
// largest first, and for each the coefficients of its vector and its residual.
type ritz struct {
	values []float64
	z      [][]float64
	left   [][]float64 // the residual's coefficients in the vectors that wait
	size   []float64   // norm of the residual, its part in locked included
}

func (s *space) ritz() ritz {
	n := s.done
	section := make([][]float64, n)
	for i := range section {
		section[i] = make([]float64, i+1)
		for j := range i + 1 {
			section[i][j] = (s.a[i][j] + s.a[j][i]) / 2
		}
	}
	var r ritz
	r.values, r.z = eigen(section)
	for i, value := range r.values {
		e, leak := make([]float64, len(s.q)), make([]float64, len(s.locked))
		for c, y := range r.z[i] {
			addScaled(e, y, s.a[c])
			addScaled(leak, y, s.leak[c])
		}
		addScaled(e, -value, r.z[i])
		r.left = append(r.left, e[n:])
		r.size = append(r.size, hypot(length(e), length(leak)))
	}
	return r
}

// length is the Euclidean norm of a short vector.
func length(x []float64) float64 { return math.Sqrt(dot(x, x)) }

// restart replaces the multiplied vectors by the Ritz vectors of the given
// indices, in place; what waits goes on waiting. The relation keeps its form,
// but for the skew part of the section, which is rounding for a symmetric
// operator: thick restart (Wu and Simon, "Thick-restart Lanczos method for
// large symmetric eigenvalue problems", SIAM J. Matrix Anal. Appl. 22, 2000).
func (s *space) restart(r ritz, keep []int) {
	n := s.done
	z := make([][]float64, len(keep))
	for i, k := range keep {
		z[i] = r.z[k]
	}
	turn(s.q[:len(keep)], s.q[:n], z)
	a, leak := make([][]float64, len(keep)), make([][]float64, len(keep))
	for i, k := range keep {
		a[i] = make([]float64, len(keep)+s.waiting())
		a[i][i] = r.values[k]
		copy(a[i][len(keep):], r.left[k])
		leak[i] = make([]float64, len(s.locked))
		for c, y := range r.z[k] {
			addScaled(leak[i], y, s.leak[c])
		}
	}
	s.drop(s.q[len(keep):n]...)
	s.q = append(s.q[:len(keep)], s.q[n:]...)
	s.a, s.leak = a, leak
	s.done = len(keep)
}
