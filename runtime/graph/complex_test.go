package graph

import (
	"math"
	"math/cmplx"

	"pgregory.net/rapid"
)

// complexly computes the roots on complex inputs: the interpreter of Interpret
// continued analytically. What is not analytic (comparisons, gates, the choice
// of a max pool) looks at real parts. A derivative along v is then the imaginary
// part at x + i h v over h, without cancellation: h = 1e-30 gives all digits.
func complexly(t rapid.TB, g *Graph, roots []ID, inputs map[string][]complex128) [][]complex128 {
	t.Helper()
	values := make([][]complex128, g.Len())
	for id, need := range g.Reach(roots) {
		n := g.Node(ID(id))
		switch {
		case !need:
		case n.Op == Input:
			if values[id] = inputs[n.Name]; len(values[id]) != n.Type.Size() {
				t.Fatalf("input %s has %d elements", n.Name, len(values[id]))
			}
		case n.Op == Const:
			values[id] = complexOf(n.elements(), nil)
		default:
			args, types := make([][]complex128, len(n.Args)), make([]Type, len(n.Args))
			for i, a := range n.Args {
				args[i], types[i] = values[a], g.Type(a)
			}
			values[id] = complexNode(t, n, types, args)
		}
	}
	out := make([][]complex128, len(roots))
	for i, r := range roots {
		out[i] = values[r]
	}
	return out
}

func complexNode(t rapid.TB, n *Node, types []Type, args [][]complex128) []complex128 {
	re, im := make([][]float64, len(args)), make([][]float64, len(args))
	for k, a := range args {
		for _, z := range a {
			re[k], im[k] = append(re[k], real(z)), append(im[k], imag(z))
		}
	}
	as := func(op Op, args ...[]float64) []float64 {
		m := *n
		m.Op = op
		return m.Compute(types, args)
	}
	switch n.Op {
	case Stack, Join, JoinCols, Slice, Pad, Broadcast, Reshape, Transpose, Sum, SumRows, SpreadRows, SumCols, SpreadCols,
		SliceCols, PadCols, MeanPool, MeanPoolInput: // linear
		return complexOf(n.Compute(types, re), n.Compute(types, im))
	case MatMul, Outer, Conv, ConvInput, ConvWeights: // bilinear
		return add(complexOf(as(n.Op, re[0], re[1]), as(n.Op, re[0], im[1])),
			add(complexOf(nil, as(n.Op, im[0], re[1])), complexOf(as(n.Op, scaled(-1, im[0]), im[1]), nil)))
	case MaxPoolInput, MaxPoolPick: // linear in the first operand
		return complexOf(as(n.Op, re[0], re[1]), as(n.Op, im[0], re[1]))
	case MaxPool:
		types = []Type{types[0], types[0]}
		return complexOf(as(MaxPoolPick, re[0], re[0]), as(MaxPoolPick, im[0], re[0]))
	case MaxCols: // counts as a constant
		return complexOf(n.Compute(types, re), nil)
	}
	if !n.Op.IsElementwise() {
		t.Fatalf("%s is not known here", n.Op)
	}
	out := make([]complex128, n.Type.Size())
	for i := range out {
		var v [3]complex128
		for k, a := range args {
			if v[k] = a[0]; types[k].Rank() > 0 {
				v[k] = a[i]
			}
		}
		out[i] = complexElement(t, n.Op, v[0], v[1], v[2])
	}
	return out
}

func complexElement(t rapid.TB, op Op, a, b, c complex128) complex128 {
	switch op {
	case Neg:
		return -a
	case Add:
		return a + b
	case Sub:
		return a - b
	case Mul, MulZero:
		return a * b
	case Div:
		return a / b
	case Recip:
		return 1 / a
	case Sqrt:
		return cmplx.Sqrt(a)
	case Pow:
		return cmplx.Pow(a, b)
	case Exp:
		return cmplx.Exp(a)
	case Log:
		return cmplx.Log(a)
	case Sin:
		return cmplx.Sin(a)
	case Cos:
		return cmplx.Cos(a)
	case Tanh:
		return cmplx.Tanh(a)
	case Erf: // the first terms of its series in the imaginary part
		return complex(math.Erf(real(a)), imag(a)*2/math.SqrtPi*math.Exp(-real(a)*real(a)))
	case Gate:
		if real(b) <= 0 {
			return 0
		}
		return a
	}
	t.Fatalf("%s is not known here", op)
	return 0
}

// complexOf is re + i im; nil is 0.
func complexOf(re, im []float64) []complex128 {
	z := make([]complex128, max(len(re), len(im)))
	for i, v := range re {
		z[i] = complex(v, 0)
	}
	for i, v := range im {
		z[i] += complex(0, v)
	}
	return z
}

func add(a, b []complex128) []complex128 {
	for i := range a {
		a[i] += b[i]
	}
	return a
}

func scaled(s float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = s * v
	}
	return y
}

// stepped returns the derivatives of the roots along the direction in which the
// named inputs move, by the complex step.
func stepped(t rapid.TB, g *Graph, roots []ID, at, along map[string][]float64) [][]float64 {
	t.Helper()
	const h = 1e-30
	in := map[string][]complex128{}
	for name, x := range at {
		in[name] = complexOf(x, scaled(h, along[name]))
	}
	out := make([][]float64, len(roots))
	for i, z := range complexly(t, g, roots, in) {
		out[i] = make([]float64, len(z))
		for k := range z {
			out[i][k] = imag(z[k]) / h
		}
	}
	return out
}
