package graph

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// growth is (1 + |x|) log(1 + |x|) - |x|.
func growth(g *Graph, x ID) ID {
	a := g.apply(Abs, x)
	return g.apply(Sub, g.apply(Mul, g.apply(Add, g.Const(1), a), g.apply(Log1p, a)), a)
}

func evaluate(t rapid.TB, g *Graph, roots []ID, in map[string][]float64) [][]float64 {
	t.Helper()
	v, err := g.Interpret(roots, in)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(roots))
	for i, r := range roots {
		out[i] = v[r]
	}
	return out
}

func TestGrowthIsLean(t *testing.T) {
	g := New()
	x := g.Input("x", Number)
	y := growth(g, x)
	d, err := g.Gradient(y, []ID{x})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for id, need := range g.Reach([]ID{y, d[0]}) {
		if op := g.Node(ID(id)).Op; need && op != Const && op != Input {
			n++
		}
	}
	if n > 6 {
		t.Errorf("value and gradient take %d operations", n)
	}
	for _, v := range []float64{0, 1e-300, -1e-10, 0.5, -3, 1e300} {
		got := evaluate(t, g, d, map[string][]float64{"x": {v}})[0][0]
		want := math.Copysign(math.Log1p(math.Abs(v)), v)
		if got != want {
			t.Errorf("f1'(%g) = %g, want %g", v, got, want)
		}
	}
}

func TestGrowthCurvatureAtKink(t *testing.T) {
	g := New()
	a, b := g.Input("a", Number), g.Input("b", Number)
	p, q := g.Input("p", Number), g.Input("q", Number)
	vec := g.apply(Stack, a, b)
	sq := func(x ID) ID { return g.apply(Mul, x, x) }
	for name, r := range map[string]ID{
		"norm":  g.apply(Norm, vec),
		"hypot": g.apply(Hypot, a, b),
		"sqrt":  g.apply(Sqrt, g.apply(Add, sq(a), sq(b))),
	} {
		for _, y := range []ID{growth(g, r), g.apply(Select, g.apply(Ge, a, g.Const(0)), growth(g, r), g.Const(7))} {
			h, err := g.HVP(y, []ID{a, b}, []ID{p, q})
			if err != nil {
				t.Fatal(err)
			}
			got := evaluate(t, g, h, map[string][]float64{"a": {0}, "b": {0}, "p": {3}, "q": {-4}})
			if math.Abs(got[0][0]-3) > 1e-14 || math.Abs(got[1][0]+4) > 1e-14 {
				t.Errorf("%s: the curvature at 0 along (3, -4) gives %v", name, got)
			}
		}
	}
	h, err := g.HVP(growth(g, a), []ID{a}, []ID{p})
	if err != nil {
		t.Fatal(err)
	}
	if got := evaluate(t, g, h, map[string][]float64{"a": {0}, "p": {-2.5}})[0][0]; got != -2.5 {
		t.Errorf("abs: the curvature at 0 along -2.5 gives %g", got)
	}
}
