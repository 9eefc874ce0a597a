package graph

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// kinked are functions of (a, b) whose gradient is continuous at the origin,
// though parts of them have a kink there.
func kinked(g *Graph, a, b ID) map[string]ID {
	op, c := g.apply, g.Const
	sq := func(x ID) ID { return op(Mul, x, x) }
	norm := op(Norm, op(Stack, a, op(Mul, c(2), b)))
	hypot := op(Hypot, a, b)
	vec := op(Stack, a, b)
	return map[string]ID{
		"growth(|a|) + growth(b)":     op(Add, growth(g, op(Abs, a)), growth(g, b)),
		"growth(|a| + |b|)":           growth(g, op(Add, op(Abs, a), op(Abs, b))),
		"growth(hypot)":               growth(g, hypot),
		"growth(norm)":                growth(g, norm),
		"growth(sqrt(a^2 + b^2))":     growth(g, op(Sqrt, op(Add, sq(a), sq(b)))),
		"growth(sqrt(2 a^2 + 3 b^2))": growth(g, op(Sqrt, op(Add, op(Mul, c(2), sq(a)), op(Mul, op(Mul, c(3), sq(b)), c(0.5))))),
		"growth(sqrt(sum(c v^2)))":    growth(g, op(Sqrt, op(Sum, op(Mul, g.ConstArray(Of(2), []float64{2, 3}), sq(vec))))),
		"sum(growth(sqrt(v^2)))":      op(Sum, growth(g, op(Sqrt, sq(vec)))),
		"sum(growth(hypot(v, a)))":    op(Sum, growth(g, op(Hypot, vec, a))),
		"relu(a)^2 e^b":               op(Mul, sq(op(Relu, a)), op(Exp, b)),
		"relu(-a) relu(b)":            op(Mul, op(Relu, op(Neg, a)), op(Relu, b)),
		"max(a, b)^2":                 sq(op(Max, a, b)),
		"min(a, b, 0)^2":              sq(op(Min, op(Min, a, b), c(0))),
		"max(v)^2":                    sq(op(MaxOf, vec)),
		"|a| a":                       op(Mul, op(Abs, a), a),
		"|a| sin(b)":                  op(Mul, op(Abs, a), op(Sin, b)),
		"|(1 + a) b| a":               op(Mul, op(Abs, op(Mul, op(Add, c(1), a), b)), a),
		"hypot sin(a)":                op(Mul, hypot, op(Sin, a)),
		"norm relu(b)":                op(Mul, norm, op(Relu, b)),
		"norm^3 / (1 + |a|)":          op(Div, op(Mul, sq(norm), norm), op(Add, c(1), op(Abs, a))),
		"hypot(norm, a) norm":         op(Mul, op(Hypot, norm, a), norm),
		"a > -1 ? growth(hypot) : 7":  op(Select, op(Gt, a, c(-1)), growth(g, hypot), c(7)),
		"a < 9 ? |a| a relu(a) : 7":   op(Select, op(Lt, a, c(9)), op(Add, op(Mul, op(Abs, a), a), sq(op(Relu, a))), c(7)),
		"1 > b ? max(a, b)^2 : 7":     op(Select, op(Gt, c(1), b), sq(op(Max, a, b)), c(7)),
	}
}

// TestCurvatureAtKinks compares the Hessian-vector product at the origin with
// the change of the gradient over a small way along the direction.
func TestCurvatureAtKinks(t *testing.T) {
	g := New()
	a, b, p, q := g.Input("a", Number), g.Input("b", Number), g.Input("p", Number), g.Input("q", Number)
	type pair struct{ grad, hvp []ID }
	all := map[string]pair{}
	for name, y := range kinked(g, a, b) {
		grad, err := g.Gradient(y, []ID{a, b})
		if err != nil {
			t.Fatal(name, err)
		}
		hvp, err := g.HVP(y, []ID{a, b}, []ID{p, q})
		if err != nil {
			t.Fatal(name, err)
		}
		all[name] = pair{grad, hvp}
	}
	const h = 1e-7
	rapid.Check(t, func(t *rapid.T) {
		v := []float64{rapid.Float64Range(-2, 2).Draw(t, "p"), rapid.Float64Range(-2, 2).Draw(t, "q")}
		if rapid.Bool().Draw(t, "axis") {
			v[rapid.IntRange(0, 1).Draw(t, "which")] = 0
		}
		if math.Hypot(v[0], v[1]) < 1e-3 || v[0] != 0 && math.Abs(v[0]) < 1e-3 || v[1] != 0 && math.Abs(v[1]) < 1e-3 || v[0] != v[1] && math.Abs(v[0]-v[1]) < 1e-3 {
			t.Skip()
		}
		at := func(ids []ID, x, y float64) []float64 {
			all, err := g.Interpret(ids, map[string][]float64{"a": {x}, "b": {y}, "p": {v[0]}, "q": {v[1]}})
			if err != nil {
				t.Fatal(err)
			}
			return []float64{all[ids[0]][0], all[ids[1]][0]}
		}
		for name, f := range all {
			near, here, got := at(f.grad, h*v[0], h*v[1]), at(f.grad, 0, 0), at(f.hvp, 0, 0)
			for i := range 2 {
				if here[i] != 0 {
					t.Fatalf("%s: gradient %v at the origin", name, here)
				}
				if want := near[i] / h; !(math.Abs(got[i]-want) < 1e-4) {
					t.Fatalf("%s: along %v the curvature is %v, want %g in component %d", name, v, got, want, i)
				}
			}
		}
	})
}

// TestGradientsAtKinks holds the least subgradients.
func TestGradientsAtKinks(t *testing.T) {
	g := New()
	x, y := g.Input("x", Number), g.Input("y", Number)
	v := g.apply(Stack, x, y, g.Const(-1))
	for _, c := range []struct {
		name   string
		f      ID
		at     [2]float64
		dx, dy float64
	}{
		{"abs", g.apply(Abs, x), [2]float64{0, 0}, 0, 0},
		{"relu", g.apply(Relu, x), [2]float64{0, 0}, 0, 0},
		{"sqrt", g.apply(Sqrt, x), [2]float64{0, 0}, 0, 0},
		{"norm", g.apply(Norm, g.apply(Stack, x, y)), [2]float64{0, 0}, 0, 0},
		{"hypot", g.apply(Hypot, x, y), [2]float64{0, 0}, 0, 0},
		{"atan2", g.apply(Atan2, x, y), [2]float64{0, 0}, 0, 0},
		{"min", g.apply(Min, x, y), [2]float64{3, 3}, 0.5, 0.5},
		{"max", g.apply(Max, x, y), [2]float64{3, 3}, 0.5, 0.5},
		{"max", g.apply(Max, x, y), [2]float64{4, 3}, 1, 0},
		{"min", g.apply(Min, x, y), [2]float64{4, 3}, 0, 1},
		{"max of", g.apply(MaxOf, v), [2]float64{2, 2}, 0.5, 0.5},
		{"min of", g.apply(MinOf, v), [2]float64{-1, 2}, 0.5, 0},
		{"norm", g.apply(Norm, g.apply(Stack, x, y)), [2]float64{3, 4}, 0.6, 0.8},
	} {
		d, err := g.Gradient(c.f, []ID{x, y})
		if err != nil {
			t.Fatal(err)
		}
		got := evaluate(t, g, d, map[string][]float64{"x": {c.at[0]}, "y": {c.at[1]}})
		if math.Abs(got[0][0]-c.dx) > 1e-15 || math.Abs(got[1][0]-c.dy) > 1e-15 {
			t.Errorf("%s at %v: %v", c.name, c.at, got)
		}
	}
}

// TestBranchNotTaken differentiates branches that are NaN or infinite where
// they are not taken: none of it may reach a derivative.
func TestBranchNotTaken(t *testing.T) {
	g := New()
	x := g.Input("x", Number)
	v := g.Input("v", Of(2))
	op, c := g.apply, g.Const
	positive := op(Gt, x, c(0))
	vec := op(Stack, op(Log, x), op(Sqrt, x))
	square := op(Outer, vec, vec)
	image := g.Reshape(square, Of(1, 2, 2, 1))
	weights := g.Reshape(op(Outer, v, v), Of(2, 2, 1, 1))
	whole, pool := Window{H: 2, W: 2, Stride: 1, Groups: 1}, Window{H: 2, W: 2, Stride: 1}
	for name, f := range map[string]ID{
		"x log x":        op(Select, positive, op(Mul, x, op(Log, x)), c(0)),
		"sqrt":           op(Select, positive, op(Sqrt, x), op(Neg, x)),
		"quotient":       op(Select, op(Ne, x, c(0)), op(Div, op(Sin, x), x), c(1)),
		"power":          op(Select, positive, op(Pow, x, c(0.3)), op(Mul, x, x)),
		"power of x":     op(Select, positive, op(Pow, c(2), op(Log, x)), c(0)),
		"log1p":          op(Select, op(Gt, x, c(-1)), op(Log1p, x), c(3)),
		"asin":           op(Select, op(Lt, op(Abs, x), c(1)), op(Asin, x), x),
		"acos":           op(Select, op(Lt, op(Abs, x), c(1)), op(Acos, x), x),
		"hypot":          op(Select, positive, op(Hypot, op(Log, x), x), x),
		"norm":           op(Select, positive, op(Norm, vec), x),
		"sum of squares": op(Select, positive, op(Sqrt, op(Sum, op(Mul, vec, vec))), x),
		"min":            op(Select, positive, op(Min, op(Log, x), x), x),
		"max":            op(Select, positive, op(Max, op(Log, x), op(Sqrt, x)), x),
		"relu, abs":      op(Select, positive, op(Abs, op(Relu, op(Log, x))), x),
		"max of":         op(Select, positive, op(MaxOf, vec), x),
		"matmul":         op(Select, positive, op(Sum, op(MatMul, op(Outer, vec, vec), v)), x),
		"mod":            op(Select, positive, op(Mod, op(Log, x), c(2)), x),
		"nested": op(Select, positive, op(Select, op(Gt, x, c(1)), op(Log, op(Sub, x, c(1))), op(Sqrt, op(Sub, c(1), x))),
			op(Select, op(Lt, x, c(-1)), op(Sqrt, op(Sub, c(-1), x)), op(Acos, op(Abs, x)))),
		"gate":     op(Select, positive, op(Gate, op(Log, x), op(Sqrt, x)), x),
		"erf":      op(Select, positive, op(Erf, op(Log, x)), x),
		"rows":     op(Select, positive, op(Sum, op(Mul, op(SumRows, square), op(SumCols, square))), x),
		"columns":  op(Select, positive, op(Sum, logSumExp(g, op(JoinCols, square, g.SliceCols(square, 1, 1)))), x),
		"conv":     op(Select, positive, op(Sum, g.window(Conv, Of(1, 1, 1, 1), whole, image, weights)), x),
		"max pool": op(Select, positive, op(Sum, g.window(MaxPool, Of(1, 1, 1, 1), pool, image)), x),
		"mean pool": op(Select, positive, op(Sum, op(Mul, g.window(MeanPool, Of(1, 1, 1, 1), pool, image),
			g.window(MeanPool, Of(1, 1, 1, 1), pool, image))), x),
		"in a product": op(Mul, op(Exp, x), op(Select, positive, op(Mul, x, op(Log, x)), c(0))),
	} {
		first, err := g.Gradient(f, []ID{x, v})
		if err != nil {
			t.Fatal(name, err)
		}
		hvp, err := g.HVP(f, []ID{x, v}, []ID{c(1), g.Fill(Of(2), 1)})
		if err != nil {
			t.Fatal(name, err)
		}
		back, err := g.Gradient(first[0], []ID{x})
		if err != nil {
			t.Fatal(name, err)
		}
		third, err := g.HVP(first[0], []ID{x, v}, []ID{c(1), g.Fill(Of(2), 1)})
		if err != nil {
			t.Fatal(name, err)
		}
		for _, at := range []float64{-3, -1, -0.5, 0, math.Copysign(0, -1), 0.5, 2} {
			roots := append(append(append([]ID{f}, first...), hvp...), append(back, third...)...)
			for k, r := range evaluate(t, g, roots, map[string][]float64{"x": {at}, "v": {1, -2}}) {
				for _, value := range r {
					if math.IsNaN(value) || math.IsInf(value, 0) {
						if at == 1 || name == "nested" && math.Abs(at) == 1 {
							continue // at the edge of a domain that is taken
						}
						t.Errorf("%s at %g: root %d is %v", name, at, k, r)
					}
				}
			}
		}
	}
}

func TestErrors(t *testing.T) {
	g := New()
	x, s := g.Input("x", Number), g.Input("s", Number.AsSeries())
	v := g.Input("v", Of(3))
	last := g.apply(Last, g.apply(Mul, s, x))
	if _, err := g.Gradient(v, []ID{x}); err == nil {
		t.Error("a vector has a gradient")
	}
	if _, err := g.Gradient(last, []ID{x}); err == nil {
		t.Error("a series has a gradient")
	}
	if _, err := g.Gradient(x, []ID{s}); err == nil {
		t.Error("a gradient in a series")
	}
	if _, err := g.Tangent([]ID{last}, map[ID]ID{x: g.Const(1)}); err == nil {
		t.Error("a series has a tangent")
	}
	if _, err := g.Tangent([]ID{x}, map[ID]ID{x: v}); err == nil {
		t.Error("a direction of another type")
	}
	if _, err := g.VJP([]ID{x}, []ID{v}, []ID{x}); err == nil {
		t.Error("a seed of another type")
	}
}

// TestHessianAndJacobian uses a quadratic form in a vector and a scalar, whose
// derivatives are known, and Rosenbrock's function.
func TestHessianAndJacobian(t *testing.T) {
	g := New()
	v, s := g.Input("v", Of(2)), g.Input("s", Number)
	m := g.ConstArray(Of(2, 2), []float64{1, 2, 3, 5})
	y := g.apply(Add, g.apply(Sum, g.apply(Mul, v, g.apply(MatMul, m, v))), g.apply(Mul, s, g.apply(Sum, v)))
	h, err := g.Hessian(y, []ID{v, s})
	if err != nil {
		t.Fatal(err)
	}
	j, err := g.Jacobian([]ID{g.apply(MatMul, m, v), g.apply(Mul, s, s)}, []ID{v, s})
	if err != nil {
		t.Fatal(err)
	}
	got := evaluate(t, g, []ID{h, j}, map[string][]float64{"v": {0.3, -1}, "s": {4}})
	for i, want := range [][]float64{{2, 5, 1, 5, 10, 1, 1, 1, 0}, {1, 2, 0, 3, 5, 0, 0, 0, 8}} {
		for k := range want {
			if got[i][k] != want[k] {
				t.Errorf("matrix %d: %v, want %v", i, got[i], want)
				break
			}
		}
	}
	if g.Type(h) != Of(3, 3) || g.Type(j) != Of(3, 3) {
		t.Errorf("types %s, %s", g.Type(h), g.Type(j))
	}
}
