package graph

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// batchCase is an operation on batches as a function of inputs of some types.
type batchCase struct {
	name   string
	inputs []Type
	make   func(g *Graph, in []ID) ID
}

// logSumExp is that of the columns, shifted by the greatest.
func logSumExp(g *Graph, z ID) ID {
	m := g.apply(MaxCols, z)
	s := g.apply(SumCols, g.apply(Exp, g.apply(Sub, z, g.SpreadCols(m, g.Type(z)))))
	return g.apply(Add, g.apply(Log, s), m)
}

func batchCases() []batchCase {
	op := func(op Op) func(g *Graph, in []ID) ID {
		return func(g *Graph, in []ID) ID { return g.apply(op, in...) }
	}
	m, v := Of(4, 3), Of(3)
	images := Of(2, 5, 4, 4)
	strided := Window{H: 3, W: 2, Stride: 2, Pad: 1, Groups: 2}
	weights, convolved := Of(3, 2, 2, 6), Of(2, 3, 3, 6)
	overlapping, pooled := Window{H: 3, W: 2, Stride: 1, Pad: 1}, Of(2, 5, 5, 4)
	return []batchCase{
		{"gate", []Type{m, m}, op(Gate)},
		{"relu", []Type{m}, func(g *Graph, in []ID) ID { return g.apply(Gate, in[0], in[0]) }},
		{"gate by a number", []Type{m, Number}, op(Gate)},
		{"erf", []Type{m}, op(Erf)},
		{"join", []Type{m, v, Number}, op(Join)},
		{"slices of one vector", []Type{Of(30)}, func(g *Graph, in []ID) ID {
			return g.apply(MatMul, g.Slice(in[0], 2, Of(3, 4)), g.Slice(in[0], 15, Of(4, 3)))
		}},
		{"sum_rows", []Type{images}, op(SumRows)},
		{"sum_rows of a difference", []Type{m, v}, func(g *Graph, in []ID) ID {
			return g.apply(SumRows, g.apply(Sub, in[0], g.SpreadRows(in[1], m)))
		}},
		{"spread_rows", []Type{v}, func(g *Graph, in []ID) ID { return g.SpreadRows(in[0], Of(2, 4, 3)) }},
		{"sum_cols", []Type{images}, op(SumCols)},
		{"sum_cols of a vector", []Type{v}, op(SumCols)},
		{"spread_cols", []Type{m}, func(g *Graph, in []ID) ID { return g.SpreadCols(in[0], Of(4, 3, 2)) }},
		{"log-sum-exp", []Type{m}, func(g *Graph, in []ID) ID { return logSumExp(g, in[0]) }},
		{"join_cols", []Type{m, Of(4, 2), Of(4, 1)}, op(JoinCols)},
		{"slice_cols", []Type{images}, func(g *Graph, in []ID) ID { return g.SliceCols(in[0], 1, 2) }},
		{"pad_cols", []Type{m}, func(g *Graph, in []ID) ID { return g.PadCols(in[0], 2, Of(4, 6)) }},
		{"conv", []Type{images, weights}, func(g *Graph, in []ID) ID { return g.window(Conv, convolved, strided, in...) }},
		{"conv with itself", []Type{Of(2, 2, 2, 2)}, func(g *Graph, in []ID) ID {
			return g.window(Conv, Of(2, 1, 1, 2), Window{H: 2, W: 2, Stride: 1, Groups: 1}, in[0], in[0])
		}},
		{"conv_input", []Type{convolved, weights}, func(g *Graph, in []ID) ID { return g.ConvInput(in[0], in[1], strided, images) }},
		{"conv_weights", []Type{images, convolved}, func(g *Graph, in []ID) ID { return g.ConvWeights(in[0], in[1], strided, weights) }},
		{"max_pool", []Type{images}, func(g *Graph, in []ID) ID { return g.window(MaxPool, pooled, overlapping, in[0]) }},
		{"max_pool_input", []Type{pooled, images}, func(g *Graph, in []ID) ID { return g.MaxPoolInput(in[0], in[1], overlapping) }},
		{"max_pool_pick", []Type{images, images}, func(g *Graph, in []ID) ID { return g.MaxPoolPick(in[0], in[1], overlapping) }},
		{"mean_pool", []Type{images}, func(g *Graph, in []ID) ID { return g.window(MeanPool, pooled, overlapping, in[0]) }},
		{"mean_pool_input", []Type{pooled}, func(g *Graph, in []ID) ID { return g.MeanPoolInput(in[0], overlapping, images) }},
	}
}

// apart draws n numbers in (-2, 2) that are at least 1/n apart from each other
// and 0.1/n from 0: no small step reaches a kink.
func apart(t *rapid.T, n int, label string) []float64 {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	out, side := make([]float64, n), 1.0
	if rapid.Bool().Draw(t, "side") {
		side = -1
	}
	for i, k := range rapid.Permutation(order).Draw(t, label) {
		out[i] = side * (4*(float64(k)+0.3)/float64(n) - 2)
	}
	return out
}

// near fails unless the numbers agree to within tol of the largest.
func near(t rapid.TB, what string, got, want [][]float64, tol float64) {
	t.Helper()
	scale := 1.0
	for _, w := range want {
		for _, v := range w {
			scale = max(scale, math.Abs(v))
		}
	}
	for i := range want {
		for k := range want[i] {
			if d := math.Abs(got[i][k] - want[i][k]); !(d <= tol*scale) {
				t.Fatalf("%s: element %d of %d is %.17g, want %.17g", what, k, i, got[i][k], want[i][k])
			}
		}
	}
}

func inner(a, b [][]float64) float64 {
	s := 0.0
	for i := range a {
		s += dot(a[i], b[i])
	}
	return s
}

// differentiated is a function with inputs x0, x1, ... and its derivatives along
// the directions v0, v1, ... and w0, w1, ...
type differentiated struct {
	*Graph
	wrt, v, w []ID
}

func (d *differentiated) inputs(names string, like []ID) (ids []ID) {
	for i, x := range like {
		ids = append(ids, d.Input(fmt.Sprintf("%s%d", names, i), d.Type(x)))
	}
	return ids
}

func (d *differentiated) along(t rapid.TB, outs, v []ID) []ID {
	t.Helper()
	seeds := map[ID]ID{}
	for i, x := range d.wrt {
		seeds[x] = v[i]
	}
	r, err := d.Tangent(outs, seeds)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (d *differentiated) against(t rapid.TB, outs, seeds []ID) []ID {
	t.Helper()
	r, err := d.VJP(outs, seeds, d.wrt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// differences is the central difference of the roots along v.
func (d *differentiated) differences(t rapid.TB, roots []ID, at map[string][]float64, v [][]float64) [][]float64 {
	t.Helper()
	const h = 1e-5
	shifted := func(s float64) [][]float64 {
		in := map[string][]float64{}
		for name, x := range at {
			in[name] = x
		}
		for i, x := range d.wrt {
			name := d.Node(x).Name
			y := scaled(s, v[i])
			for k := range y {
				y[k] += at[name][k]
			}
			in[name] = y
		}
		return evaluate(t, d.Graph, roots, in)
	}
	up, down := shifted(h), shifted(-h)
	for i := range up {
		for k := range up[i] {
			up[i][k] = (up[i][k] - down[i][k]) / (2 * h)
		}
	}
	return up
}

// complexStep is the derivative of the roots along v by the complex step.
func (d *differentiated) complexStep(t rapid.TB, roots []ID, at map[string][]float64, v [][]float64) [][]float64 {
	t.Helper()
	along := map[string][]float64{}
	for i, x := range d.wrt {
		along[d.Node(x).Name] = v[i]
	}
	return stepped(t, d.Graph, roots, at, along)
}

// TestBatchDerivatives holds the derivatives of every operation on batches, by
// each way to get them, to finite differences, to the complex step and to each
// other, up to the third.
func TestBatchDerivatives(t *testing.T) {
	tried := map[Op]bool{}
	for _, c := range batchCases() {
		d := &differentiated{Graph: New()}
		for i, u := range c.inputs {
			d.wrt = append(d.wrt, d.Input(fmt.Sprintf("x%d", i), u))
		}
		d.v, d.w = d.inputs("v", d.wrt), d.inputs("w", d.wrt)
		y := c.make(d.Graph, d.wrt)
		u := d.inputs("u", []ID{y})
		jv, ju := d.along(t, []ID{y}, d.v), d.against(t, []ID{y}, u)
		// A curved function of it, so that the second derivative is not 0.
		loss := d.apply(Sum, d.apply(Mul, u[0], d.apply(Tanh, d.apply(Mul, d.Const(0.5), y))))
		grad := d.against(t, []ID{loss}, []ID{d.Const(1)})
		hv, hw := d.along(t, grad, d.v), d.along(t, grad, d.w)
		back := d.against(t, grad, d.v)
		third := d.along(t, hv, d.v)
		for id := range d.Len() {
			tried[d.Node(ID(id)).Op] = true
		}
		t.Run(c.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				at := map[string][]float64{"u0": draw(t, d.Type(y).Size(), "u")}
				var v, w [][]float64
				for i, x := range d.wrt {
					n := d.Type(x).Size()
					at[d.Node(x).Name] = apart(t, n, "x")
					v, w = append(v, draw(t, n, "v")), append(w, draw(t, n, "w"))
					at[d.Node(d.v[i]).Name], at[d.Node(d.w[i]).Name] = v[i], w[i]
				}
				value := func(ids []ID) [][]float64 { return evaluate(t, d.Graph, ids, at) }
				gjv, gju, ghv := value(jv), value(ju), value(hv)
				near(t, "forward and differences", gjv, d.differences(t, []ID{y}, at, v), 1e-7)
				near(t, "forward and complex step", gjv, d.complexStep(t, []ID{y}, at, v), 1e-13)
				near(t, "forward and reverse", [][]float64{{inner(gjv, [][]float64{at["u0"]})}}, [][]float64{{inner(gju, v)}}, 1e-12)
				near(t, "second and differences", ghv, d.differences(t, grad, at, v), 1e-7)
				near(t, "second and complex step", ghv, d.complexStep(t, grad, at, v), 1e-12)
				near(t, "reverse over reverse", ghv, value(back), 1e-12)
				near(t, "symmetry", [][]float64{{inner(ghv, w)}}, [][]float64{{inner(value(hw), v)}}, 1e-12)
				near(t, "third and complex step", value(third), d.complexStep(t, hv, at, v), 1e-12)
			})
		})
	}
	for op := Invalid + 1; op < NumOps; op++ {
		if (op.IsBatch() || op == Gate || op == Erf || op == Join) && !tried[op] {
			t.Errorf("%s was never differentiated", op)
		}
	}
}
