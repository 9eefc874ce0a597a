package model

import (
	"context"
	"math"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// cubic is x0^3 + 2 x0^2 y + exp(x1 y) for a vector x of 2 and a number y.
func cubic(t *testing.T) *Formula {
	t.Helper()
	g := graph.New()
	op := func(op graph.Op, args ...graph.ID) graph.ID {
		id, err := g.Apply(op, args...)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	x, y := g.Input("x", graph.Of(2)), g.Input("y", graph.Number)
	x0, x1 := g.Index(x, 0), g.Index(x, 1)
	square := op(graph.Mul, x0, x0)
	value := op(graph.Add, op(graph.Mul, square, x0), op(graph.Mul, g.Const(2), op(graph.Mul, square, y)))
	value = op(graph.Add, value, op(graph.Exp, op(graph.Mul, x1, y)))
	f, err := NewFormula(&plan.Objective{
		Params: []plan.Param{{Name: "x", Type: graph.Of(2)}, {Name: "y", Type: graph.Number}},
		Value:  &plan.Expr{Graph: g, Root: value},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestThirdOfAFormula(t *testing.T) {
	f := cubic(t)
	x0, x1, y := 0.7, -0.3, 1.2
	third, err := f.Third(context.Background(), []float64{x0, x1, y})
	if err != nil {
		t.Fatal(err)
	}
	e := math.Exp(x1 * y)
	// The derivatives that are not 0, each for all orders of its indices.
	want := func(i, j, k int) float64 {
		n := [3]int{}
		n[i]++
		n[j]++
		n[k]++
		switch n {
		case [3]int{3, 0, 0}:
			return 6
		case [3]int{2, 0, 1}:
			return 4
		case [3]int{0, 3, 0}:
			return y * y * y * e
		case [3]int{0, 2, 1}:
			return (2*y + x1*y*y) * e
		case [3]int{0, 1, 2}:
			return (2*x1 + x1*x1*y) * e
		case [3]int{0, 0, 3}:
			return x1 * x1 * x1 * e
		}
		return 0
	}
	got := make([]float64, 3)
	for j := range 3 {
		for k := range 3 {
			u, v := make([]float64, 3), make([]float64, 3)
			u[j], v[k] = 1, 1
			if err := third(got, u, v); err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				if math.Abs(got[i]-want(i, j, k)) > 1e-14 {
					t.Errorf("derivative %d %d %d is %v, want %v", i, j, k, got[i], want(i, j, k))
				}
			}
		}
	}
}

// The third derivative is the difference of Hessian-vector products, and
// symmetric in its three vectors.
func TestThirdOfANetwork(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		samples int
		edit    func(*plan.Objective)
	}{
		"batch norm":    {13, nil},
		"cross-entropy": {13, func(f *plan.Objective) { perceptron(f); f.Loss = "cross_entropy" }},
		"regularizer": {6, func(f *plan.Objective) {
			perceptron(f)
			n := f.Network.Network
			if err := n.Infer(); err != nil {
				t.Fatal(err)
			}
			g := graph.New()
			x := g.Input("params", graph.Of(n.Size))
			cube, _ := g.Apply(graph.Mul, x, x)
			cube, _ = g.Apply(graph.Mul, cube, x)
			sum, _ := g.Apply(graph.Sum, cube)
			f.Regularizer = &plan.Expr{Graph: g, Root: sum}
		}},
		"dropout": {9, func(f *plan.Objective) {
			perceptron(f)
			f.Network.Layers = append(f.Network.Layers[:2:2], &network.Layer{Kind: network.Dropout, Name: "dropout1", Rate: 0.3}, f.Network.Layers[2])
		}},
	} {
		t.Run(name, func(t *testing.T) {
			n := convolutional(t, c.samples, c.edit)
			size := n.Size()
			x := make([]float64, size)
			n.Start(x, 3)
			u, v, w := randomVector(size, "u"), randomVector(size, "v"), randomVector(size, "w")
			third, err := n.Third(ctx, x)
			if err != nil {
				t.Fatal(err)
			}
			uv, wv := make([]float64, size), make([]float64, size)
			if err := third(uv, u, v); err != nil {
				t.Fatal(err)
			}
			if err := third(wv, w, v); err != nil {
				t.Fatal(err)
			}
			if a, b := inner(uv, w), inner(wv, u); math.Abs(a-b) > 1e-11*math.Abs(a) {
				t.Errorf("D3[u, v, w] is %v, and D3[w, v, u] is %v", a, b)
			}
			const h = 1e-5
			sides := [2][]float64{}
			for i, s := range []float64{h, -h} {
				op, err := n.Hessian(ctx, moved(x, s, v))
				if err != nil {
					t.Fatal(err)
				}
				sides[i] = make([]float64, size)
				if err := op.Apply(sides[i], u); err != nil {
					t.Fatal(err)
				}
			}
			norm := math.Sqrt(inner(uv, uv))
			for i := range uv {
				if d := (sides[0][i] - sides[1][i]) / (2 * h); math.Abs(uv[i]-d) > 1e-6*norm {
					t.Fatalf("element %d is %v, by differences %v", i, uv[i], d)
				}
			}
		})
	}
}
