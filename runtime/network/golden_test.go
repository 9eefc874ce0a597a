package network_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/network/networktest"
)

// objective is a golden network with its mean loss as a graph, evaluated node by
// node.
type objective struct {
	*graph.Graph
	golden *networktest.Golden
	params []graph.ID
	logits graph.ID
	loss   graph.ID
}

func newObjective(t *testing.T, gold *networktest.Golden) *objective {
	t.Helper()
	o := &objective{Graph: graph.New(), golden: gold}
	n := gold.Network
	for _, p := range n.Params {
		o.params = append(o.params, o.Input(p.Name, p.Type))
	}
	built, err := n.Build(o.Graph, o.Input("x", n.Input.Batch(gold.Samples)), o.params, network.Mode{Train: true})
	if err != nil {
		t.Fatal(err)
	}
	o.logits = built.Logits
	sum, err := network.Loss(o.Graph, gold.Loss, built.Logits, o.Input("y", n.Output.Batch(gold.Samples)))
	if err != nil {
		t.Fatal(err)
	}
	if o.loss, err = o.Apply(graph.Div, sum, o.Const(float64(gold.Samples))); err != nil {
		t.Fatal(err)
	}
	return o
}

// eval returns the elements of the roots, one root after another, at the
// parameters w. Inputs called "v " and a parameter's name are the direction v.
func (o *objective) eval(t *testing.T, roots []graph.ID, w, v []float64) []float64 {
	t.Helper()
	in := map[string][]float64{"x": o.golden.X, "y": o.golden.Targets}
	for _, p := range o.golden.Network.Params {
		in[p.Name] = w[p.Offset : p.Offset+p.Type.Size()]
		if v != nil {
			in["v "+p.Name] = v[p.Offset : p.Offset+p.Type.Size()]
		}
	}
	values, err := o.Interpret(roots, in)
	if err != nil {
		t.Fatal(err)
	}
	var out []float64
	for _, r := range roots {
		out = append(out, values[r]...)
	}
	return out
}

func (o *objective) direction() []graph.ID {
	var v []graph.ID
	for _, p := range o.golden.Network.Params {
		v = append(v, o.Input("v "+p.Name, p.Type))
	}
	return v
}

// along is the derivative of nodes along the direction.
func (o *objective) along(t *testing.T, outs []graph.ID) []graph.ID {
	t.Helper()
	seeds := map[graph.ID]graph.ID{}
	for i, v := range o.direction() {
		seeds[o.params[i]] = v
	}
	tangents, err := o.Tangent(outs, seeds)
	if err != nil {
		t.Fatal(err)
	}
	return tangents
}

// gaussNewton is J^T H J v, with the Jacobian J of the logits in the parameters
// and the Hessian H of the loss in the logits.
func (o *objective) gaussNewton(t *testing.T) []graph.ID {
	t.Helper()
	slope, err := o.Gradient(o.loss, []graph.ID{o.logits})
	if err != nil {
		t.Fatal(err)
	}
	bend, err := o.Tangent(slope, map[graph.ID]graph.ID{o.logits: o.along(t, []graph.ID{o.logits})[0]})
	if err != nil {
		t.Fatal(err)
	}
	product, err := o.VJP([]graph.ID{o.logits}, bend, o.params)
	if err != nil {
		t.Fatal(err)
	}
	return product
}

// tolerance is relative: of a number to its size, of a vector to its norm.
const tolerance = 1e-12

func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	var norm, off float64
	worst := 0
	for i := range got {
		d := got[i] - want[i]
		norm, off = norm+want[i]*want[i], off+d*d
		if !(math.Abs(d) <= math.Abs(got[worst]-want[worst])) {
			worst = i
		}
	}
	if !(math.Sqrt(off) <= tolerance*math.Sqrt(norm)) {
		t.Errorf("%s: |got - want| / |want| = %.3g; element %d is %v, want %v", what, math.Sqrt(off/norm), worst, got[worst], want[worst])
	}
}

// TestGolden holds networks in train mode to PyTorch.
func TestGolden(t *testing.T) {
	all, err := networktest.Goldens()
	if err != nil {
		t.Fatal(err)
	}
	for _, gold := range all {
		t.Run(gold.Name, func(t *testing.T) {
			o := newObjective(t, gold)
			gradient, err := o.Gradient(o.loss, o.params)
			if err != nil {
				t.Fatal(err)
			}
			step := append([]graph.ID{o.loss}, gradient...)
			w := gold.Point
			at := o.eval(t, step, w, nil)
			same(t, "logits", o.eval(t, []graph.ID{o.logits}, w, nil), gold.Logits)
			same(t, "loss", at[:1], []float64{gold.Value})
			same(t, "gradient", at[1:], gold.Gradient)

			v := append([]float64(nil), w...)
			var losses []float64
			for range gold.Descent {
				y := o.eval(t, step, v, nil)
				losses = append(losses, y[0])
				for i := range v {
					v[i] -= gold.Rate * y[1+i]
				}
			}
			same(t, "gradient descent", losses, gold.Descent)

			var slice []float64
			for i := range gold.Slice {
				s := -1 + 2*float64(i)/float64(len(gold.Slice)-1)
				for j := range v {
					v[j] = w[j] + s*gold.Rate*gold.Gradient[j]
				}
				slice = append(slice, o.eval(t, []graph.ID{o.loss}, v, nil)...)
			}
			same(t, "slice", slice, gold.Slice)

			product := o.along(t, gradient)
			same(t, "Hessian-vector product", o.eval(t, product, w, gold.Vector), gold.HVP)
			third := o.along(t, o.along(t, o.along(t, []graph.ID{o.loss})))
			same(t, "third derivative", o.eval(t, third, w, gold.Vector), []float64{gold.Third})
			same(t, "Gauss-Newton product", o.eval(t, o.gaussNewton(t), w, gold.Vector), gold.GaussNewton)
			same(t, "top eigenvalues", o.top(t, product, len(gold.Top)), gold.Top)
		})
	}
}

// top is the largest eigenvalues of the operator that product computes, by
// Lanczos with full reorthogonalisation.
func (o *objective) top(t *testing.T, product []graph.ID, count int) []float64 {
	t.Helper()
	n := len(o.golden.Point)
	steps := min(n, 90)
	q := mat.NewDense(steps, n, nil)
	x := mat.NewVecDense(n, append([]float64(nil), o.golden.Vector...))
	tri := mat.NewSymDense(steps, nil)
	for k := range steps {
		beta := mat.Norm(x, 2)
		x.ScaleVec(1/beta, x)
		q.SetRow(k, x.RawVector().Data)
		if k > 0 {
			tri.SetSym(k-1, k, beta)
		}
		x = mat.NewVecDense(n, o.eval(t, product, o.golden.Point, q.RawRowView(k)))
		tri.SetSym(k, k, mat.Dot(x, q.RowView(k)))
		for range 2 {
			for i := range k + 1 {
				x.AddScaledVec(x, -mat.Dot(x, q.RowView(i)), q.RowView(i))
			}
		}
	}
	var e mat.EigenSym
	if !e.Factorize(tri, false) {
		t.Fatal("the eigenvalues of a tridiagonal matrix were not found")
	}
	all := e.Values(nil)
	var top []float64
	for i := range count {
		top = append(top, all[len(all)-1-i])
	}
	return top
}
