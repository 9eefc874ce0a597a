package graph

import "testing"

// TestLongSums differentiates a sum of 20,000 terms of one number, and of the
// elements of a vector, in time and space that grow with the length.
func TestLongSums(t *testing.T) {
	const n = 20_000
	g := New()
	x, v := g.Input("x", Number), g.Input("v", Of(n))
	y := g.Const(0)
	for i := range n {
		y = g.apply(Add, y, g.apply(Mul, g.apply(Sin, g.apply(Mul, g.Const(float64(i)), x)), g.Index(v, i)))
	}
	d, err := g.Gradient(y, []ID{x, v})
	if err != nil {
		t.Fatal(err)
	}
	if g.Len() > 12*n {
		t.Errorf("%d nodes", g.Len())
	}
	one := make([]float64, n)
	for i := range one {
		one[i] = 1
	}
	got := evaluate(t, g, d, map[string][]float64{"x": {0}, "v": one})
	if want := float64(n) * (n - 1) / 2; got[0][0] != want {
		t.Errorf("slope %g, want %g", got[0][0], want)
	}
}

// TestSharedSquares differentiates a root whose operand doubles forty times.
func TestSharedSquares(t *testing.T) {
	g := New()
	x := g.Input("x", Number)
	q := g.apply(Mul, x, x)
	for range 40 {
		q = g.apply(Add, q, q)
	}
	d, err := g.Gradient(g.apply(Sqrt, q), []ID{x})
	if err != nil {
		t.Fatal(err)
	}
	if got := evaluate(t, g, d, map[string][]float64{"x": {3}})[0][0]; got != 1<<20 {
		t.Errorf("slope %g", got)
	}
}

// TestSlicesOfOneNumber: a part of a long constant that is one number over and
// over is such a constant too, so that n parts do not cost n squared.
func TestSlicesOfOneNumber(t *testing.T) {
	g := New()
	zeros := g.Fill(Of(1000), 0)
	part := g.Slice(zeros, 10, Of(3))
	if n := g.Node(part); n.Op != Const || n.Data != nil || n.Num != 0 || n.Type.Size() != 3 {
		t.Errorf("%+v", n)
	}
}
