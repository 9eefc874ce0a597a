package model

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"relief/runtime/plan"
	"relief/runtime/spectral"
)

// TestSharpness holds what Lanczos gives to the eigenvalues of the whole matrix,
// column by column, at the start and along a run.
func TestSharpness(t *testing.T) {
	ctx := context.Background()
	for name, edit := range map[string]func(*plan.Objective){
		"batch norm": nil,
		"perceptron": perceptron,
	} {
		t.Run(name, func(t *testing.T) {
			n := convolutional(t, 13, edit)
			x, g := make([]float64, n.Size()), make([]float64, n.Size())
			n.Start(x, 3)
			tracker := spectral.NewTracker(2, spectral.Options{Tolerance: 1e-6})
			for range 3 {
				h, err := n.Hessian(ctx, x)
				if err != nil {
					t.Fatal(err)
				}
				want := eigenvalues(t, h)
				r, err := tracker.Top(ctx, h, nil)
				if err != nil {
					t.Fatal(err)
				}
				for i := range 2 {
					if exact := want[len(want)-1-i]; math.Abs(r.Values[i]-exact) > 1e-6*math.Abs(exact) {
						t.Errorf("eigenvalue %d is %v, of the whole matrix %v", i, r.Values[i], exact)
					}
				}
				bottom, err := spectral.Bottom(ctx, h, 1, spectral.Options{Tolerance: 1e-6})
				if err != nil || math.Abs(bottom.Values[0]-want[0]) > 1e-6*math.Abs(want[0]) {
					t.Errorf("the smallest eigenvalue is %v (%v), of the whole matrix %v", bottom.Values, err, want[0])
				}
				for range 5 {
					if _, err := n.Gradient(ctx, g, x); err != nil {
						t.Fatal(err)
					}
					x = moved(x, -0.05, g)
				}
			}
			// The Gauss-Newton matrix has no negative eigenvalues.
			h, err := n.GaussNewton(ctx, x)
			if err != nil {
				t.Fatal(err)
			}
			if least := eigenvalues(t, h)[0]; least < -1e-10 {
				t.Errorf("the Gauss-Newton matrix has the eigenvalue %v", least)
			}
		})
	}
}

// eigenvalues of the whole matrix, the smallest first; it must be symmetric.
func eigenvalues(t *testing.T, h spectral.Operator) []float64 {
	t.Helper()
	n := h.Size()
	a := mat.NewSymDense(n, nil)
	columns := make([][]float64, n)
	unit := make([]float64, n)
	for i := range columns {
		unit[i] = 1
		columns[i] = make([]float64, n)
		if err := h.Apply(columns[i], unit); err != nil {
			t.Fatal(err)
		}
		unit[i] = 0
	}
	for i := range columns {
		for j := range i + 1 {
			if d := math.Abs(columns[i][j] - columns[j][i]); d > 1e-12*(1+math.Abs(columns[i][j])) {
				t.Fatalf("elements %d, %d differ by %v", i, j, d)
			}
			a.SetSym(i, j, columns[i][j])
		}
	}
	var e mat.EigenSym
	if !e.Factorize(a, false) {
		t.Fatal("no eigenvalues")
	}
	return e.Values(nil)
}
