package flow

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/random"
	"relief/runtime/spectral"
)

// numbers are standard normal.
func numbers(t *rapid.T, label string, n int) []float64 {
	stream := random.New(rapid.Uint64().Draw(t, label), label)
	out := make([]float64, n)
	for i := range out {
		out[i] = stream.Normal(uint64(i), 0)
	}
	return out
}

// gram is a positive semidefinite matrix of the given size and rank.
func gram(t *rapid.T, label string, size, rank int) [][]float64 {
	factors := make([][]float64, size)
	for i := range factors {
		factors[i] = numbers(t, fmt.Sprint(label, i), rank)
	}
	b := square(size)
	for i := range b {
		for j := range b {
			b[i][j] = inner(factors[i], factors[j])
		}
	}
	return b
}

// The conditions themselves: X and W = a + B X are semidefinite, and <X, W> is 0.
func holds(t *rapid.T, m int, a []float64, b [][]float64, x []float64) {
	w := make([]float64, len(x))
	size := 0.0
	for i := range w {
		w[i] = a[i] + inner(b[i], x)
		size = max(size, math.Abs(a[i]))
	}
	long := math.Sqrt(inner(x, x))
	least := func(y []float64) float64 {
		values, _ := spectral.Symmetric(unpack(m, y))
		return values[m-1]
	}
	if l := least(x); l < -1e-14*long {
		t.Fatalf("X has the eigenvalue %v", l)
	}
	if l := least(w); l < -1e-6*size {
		t.Fatalf("a + B X has the eigenvalue %v", l)
	}
	if c := inner(x, w); math.Abs(c) > 1e-6*size*long {
		t.Fatalf("<X, a + B X> = %v with |a| = %v and |X| = %v", c, size, long)
	}
}

func TestComplementarityHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(1, 5).Draw(t, "m")
		n := packed(m)
		b := gram(t, "b", n, n+2)
		unit := math.Pow(10, rapid.Float64Range(-9, 9).Draw(t, "unit"))
		a := numbers(t, "a", n)
		for i := range a {
			a[i] *= unit
			for j := range b {
				b[i][j] /= unit
			}
		}
		x, residual, err := complementarity(m, a, b)
		if err != nil {
			t.Fatal(err)
		}
		if residual > 1e-6 {
			t.Fatalf("residual %v", residual)
		}
		holds(t, m, a, b, x)
	})
}

// With a singular B there is a solution where a is in its image, less a
// semidefinite matrix.
func TestComplementaritySingular(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(2, 4).Draw(t, "m")
		n := packed(m)
		b := gram(t, "b", n, rapid.IntRange(1, n-1).Draw(t, "rank"))
		root := gram(t, "x", m, 2)
		known := make([]float64, n)
		pack(known, root)
		a := make([]float64, n)
		for i := range a {
			a[i] = -inner(b[i], known)
		}
		x, residual, err := complementarity(m, a, b)
		if err != nil {
			t.Fatal(err)
		}
		if residual > 1e-6 {
			t.Fatalf("residual %v", residual)
		}
		holds(t, m, a, b, x)
	})
}

// Diagonal problems fall apart into numbers; two eigenvalues that the same motion
// holds share the covariance evenly.
func TestComplementarityClosedForms(t *testing.T) {
	x, _, err := complementarity(2, []float64{-3, 0, 2}, [][]float64{{2, 0, 0}, {0, 1, 0}, {0, 0, 5}})
	if err != nil || math.Abs(x[0]-1.5) > 1e-12 || math.Abs(x[1]) > 1e-12 || x[2] != 0 && math.Abs(x[2]) > 1e-12 {
		t.Errorf("X = %v (%v), want 1.5 alone", x, err)
	}
	x, _, err = complementarity(2, []float64{-3, 0, -3}, [][]float64{{2, 0, 2}, {0, 0, 0}, {2, 0, 2}})
	if err != nil || math.Abs(x[0]-0.75) > 1e-9 || math.Abs(x[2]-0.75) > 1e-9 || math.Abs(x[1]) > 1e-9 {
		t.Errorf("X = %v (%v), want 0.75 on the diagonal", x, err)
	}
	for _, m := range []int{1, 2} {
		n := packed(m)
		a := make([]float64, n)
		a[0] = -1
		b := square(n)
		if m == 2 {
			b[2][2] = 1
		}
		if _, _, err := complementarity(m, a, b); !errors.Is(err, errUnbounded) {
			t.Errorf("without anything that holds it: %v", err)
		}
	}
}
