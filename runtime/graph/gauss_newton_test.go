package graph

import (
	"strings"
	"testing"
)

// TestGaussNewton compares the product with the dense J^T H J of small
// networks, whose Jacobian and Hessian are written out.
func TestGaussNewton(t *testing.T) {
	for name, s := range networks() {
		d := &differentiated{Graph: s.Graph, wrt: s.params}
		d.v, d.w = d.inputs("v", d.wrt), d.inputs("w", d.wrt)
		gnv, err := d.GaussNewton(s.loss, s.logits, d.wrt, d.v)
		if err != nil {
			t.Fatal(err)
		}
		jacobian, err := d.Jacobian([]ID{s.logits}, d.wrt)
		if err != nil {
			t.Fatal(err)
		}
		hessian, err := d.Hessian(s.loss, []ID{s.logits})
		if err != nil {
			t.Fatal(err)
		}
		flat := d.Flatten(d.v)
		dense := d.apply(MatMul, d.apply(Transpose, jacobian), d.apply(MatMul, hessian, d.apply(MatMul, jacobian, flat)))
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(3) {
				at, v, _ := s.start(seed, d)
				got := evaluate(t, d.Graph, append([]ID{dense}, gnv...), at)
				var product []float64
				for _, p := range got[1:] {
					product = append(product, p...)
				}
				near(t, "product", [][]float64{product}, got[:1], 1e-12)
				if q := inner(got[1:], v); !(q > 0) {
					t.Errorf("v^T G v is %g", q)
				}
			}
		})
	}
}

// TestGaussNewtonErrors: what the loss sees past the outputs has no place in
// the matrix.
func TestGaussNewtonErrors(t *testing.T) {
	s := perceptron((*layers).relu)
	d := &differentiated{Graph: s.Graph, wrt: s.params}
	v := d.inputs("v", d.wrt)
	p := s.params[0]
	regular := d.apply(Add, s.loss, d.apply(Sum, d.apply(Mul, p, p)))
	if _, err := d.GaussNewton(regular, s.logits, d.wrt, v); err == nil || !strings.Contains(err.Error(), "input p0, a 5 x 6 matrix, otherwise than through the outputs") {
		t.Errorf("a regulariser: %v", err)
	}
	if _, err := d.GaussNewton(s.logits, s.logits, d.wrt, v); err == nil {
		t.Error("a loss that is no number")
	}
	if _, err := d.GaussNewton(s.loss, s.logits, d.wrt, append(v[1:], v[0])); err == nil {
		t.Error("directions of other types")
	}
}
