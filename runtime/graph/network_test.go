package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// layers builds small networks on a graph, the way package network does.
type layers struct {
	*Graph
	params []ID
}

func (l *layers) param(t Type) ID {
	p := l.Input(fmt.Sprintf("p%d", len(l.params)), t)
	l.params = append(l.params, p)
	return p
}

// dense is x W + b.
func (l *layers) dense(x ID, units int) ID {
	_, cols := l.Type(x).RowsAndColumns()
	y := l.apply(MatMul, x, l.param(Of(cols, units)))
	return l.apply(Add, y, l.SpreadRows(l.param(Of(units)), l.Type(y)))
}

func (l *layers) conv(x ID, size, channels int, win Window) ID {
	y, err := l.Convolve(x, l.param(Of(size, size, l.Type(x).Dim(3)/win.Groups, channels)), win)
	if err != nil {
		panic(err)
	}
	return y
}

func (l *layers) pool(op Op, x ID, win Window) ID {
	y, err := l.Pool(op, x, win)
	if err != nil {
		panic(err)
	}
	return y
}

// batchNorm is that of training: with the moments of the batch.
func (l *layers) batchNorm(x ID) ID {
	t := l.Type(x)
	rows, cols := t.RowsAndColumns()
	n := l.Const(float64(rows))
	d := l.apply(Sub, x, l.SpreadRows(l.apply(Div, l.apply(SumRows, x), n), t))
	variance := l.apply(Div, l.apply(SumRows, l.apply(Mul, d, d)), n)
	inverse := l.apply(RSqrt, l.apply(Add, variance, l.Const(1e-5)))
	gamma, beta := l.param(Of(cols)), l.param(Of(cols))
	return l.apply(Add, l.apply(Mul, d, l.SpreadRows(l.apply(Mul, gamma, inverse), t)), l.SpreadRows(beta, t))
}

func (l *layers) relu(x ID) ID { return l.apply(Gate, x, x) }

// crossEntropy is the sum over the rows of log sum exp z - sum t z.
func (l *layers) crossEntropy(z, targets ID) ID {
	t := l.Type(z)
	m := l.apply(MaxCols, z)
	s := l.apply(SumCols, l.apply(Exp, l.apply(Sub, z, l.SpreadCols(m, t))))
	lse := l.apply(Add, l.apply(Log, s), m)
	return l.apply(Sub, l.apply(Sum, lse), l.apply(Sum, l.apply(Mul, targets, z)))
}

// layerNorm normalises each row by its own moments.
func (l *layers) layerNorm(x ID) ID {
	t := l.Type(x)
	_, cols := t.RowsAndColumns()
	n := l.Const(float64(cols))
	d := l.apply(Sub, x, l.SpreadCols(l.apply(Div, l.apply(SumCols, x), n), t))
	variance := l.apply(Div, l.apply(SumCols, l.apply(Mul, d, d)), n)
	deviation := l.apply(Sqrt, l.apply(Add, variance, l.Const(1e-5)))
	return l.apply(Mul, l.apply(Div, d, l.SpreadCols(deviation, t)), l.SpreadRows(l.param(Of(cols)), t))
}

// gelu is x times the normal distribution function of x.
func (l *layers) gelu(x ID) ID {
	return l.apply(Mul, x, l.apply(Add, l.Const(0.5), l.apply(Mul, l.Const(0.5), l.apply(Erf, l.apply(Mul, l.Const(math.Sqrt2/2), x)))))
}

// small is a network on one batch: its loss and the logits that it is of.
type small struct {
	*layers
	loss, logits ID
}

// perceptron is dense, batch norm, tanh or relu, dense, cross-entropy.
func perceptron(activation func(l *layers, x ID) ID) small {
	l := &layers{Graph: New()}
	h := activation(l, l.batchNorm(l.dense(l.Input("x", Of(7, 5)), 6)))
	z := l.dense(h, 4)
	return small{l, l.crossEntropy(z, l.Input("targets", l.Type(z))), z}
}

func (l *layers) tanh(x ID) ID { return l.apply(Tanh, x) }

// squaresNetwork is dense, layer norm, gelu, dense, half the sum of squares.
func squaresNetwork() small {
	l := &layers{Graph: New()}
	z := l.dense(l.gelu(l.layerNorm(l.dense(l.Input("x", Of(7, 5)), 6))), 3)
	d := l.apply(Sub, z, l.Input("targets", l.Type(z)))
	return small{l, l.apply(Mul, l.Const(0.5), l.apply(Sum, l.apply(Mul, d, d))), z}
}

// convolutional has convolutions, batch norm, poolings, a residual and joined
// channels.
func convolutional(activation func(l *layers, x ID) ID) small {
	l := &layers{Graph: New()}
	x := l.Input("x", Of(3, 6, 6, 2))
	a := activation(l, l.batchNorm(l.conv(x, 3, 4, Window{Stride: 1, Pad: 1, Groups: 1})))
	a = l.pool(MaxPool, a, Window{H: 2, W: 2, Stride: 2})
	b := activation(l, l.batchNorm(l.conv(a, 3, 4, Window{Stride: 1, Pad: 1, Groups: 2})))
	b = l.apply(Add, a, b)
	c := l.conv(l.apply(JoinCols, a, b), 1, 5, Window{Stride: 1, Groups: 1})
	c = l.pool(MeanPool, l.tanh(c), Window{H: 3, W: 3, Stride: 1})
	z := l.dense(l.Reshape(c, Of(3, 5)), 3)
	return small{l, l.crossEntropy(z, l.Input("targets", l.Type(z))), z}
}

func networks() map[string]small {
	return map[string]small{
		"tanh":                perceptron((*layers).tanh),
		"relu":                perceptron((*layers).relu),
		"gelu, layer norm":    squaresNetwork(),
		"convolutional, tanh": convolutional((*layers).tanh),
		"convolutional, relu": convolutional((*layers).relu),
	}
}

// start gives every input of the network numbers from a normal distribution,
// the targets a one in each row.
func (s small) start(seed uint64, d *differentiated) (at map[string][]float64, v, w [][]float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	normal := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		return x
	}
	at = map[string][]float64{}
	x, _ := s.Lookup("x")
	at["x"] = normal(s.Type(x).Size())
	rows, cols := s.Type(s.logits).RowsAndColumns()
	at["targets"] = make([]float64, rows*cols)
	for i := range rows {
		at["targets"][i*cols+r.IntN(cols)] = 1
	}
	for i, p := range s.params {
		n := s.Type(p).Size()
		at[s.Node(p).Name] = normal(n)
		v, w = append(v, normal(n)), append(w, normal(n))
		at[s.Node(d.v[i]).Name], at[s.Node(d.w[i]).Name] = v[i], w[i]
	}
	return at, v, w
}

// TestNetworkDerivatives holds the gradient, Hessian-vector product and third
// derivative of whole networks, through batch norm with the moments of the
// batch, to the complex step and to each other.
func TestNetworkDerivatives(t *testing.T) {
	for name, s := range networks() {
		d := &differentiated{Graph: s.Graph, wrt: s.params}
		d.v, d.w = d.inputs("v", d.wrt), d.inputs("w", d.wrt)
		grad := d.against(t, []ID{s.loss}, []ID{d.Const(1)})
		slope := d.along(t, []ID{s.loss}, d.v)
		hv, hw := d.along(t, grad, d.v), d.along(t, grad, d.w)
		third := d.along(t, hv, d.v)
		fourth := d.along(t, third, d.v)
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(10) {
				at, v, w := s.start(seed, d)
				value := func(ids []ID) [][]float64 { return evaluate(t, d.Graph, ids, at) }
				gradient, product := value(grad), value(hv)
				near(t, "slope", value(slope), d.complexStep(t, []ID{s.loss}, at, v), 1e-12)
				near(t, "gradient", [][]float64{{inner(gradient, w)}}, d.complexStep(t, []ID{s.loss}, at, w), 1e-12)
				near(t, "Hessian-vector product", product, d.complexStep(t, grad, at, v), 1e-12)
				near(t, "symmetry", [][]float64{{inner(product, w)}}, [][]float64{{inner(value(hw), v)}}, 1e-12)
				near(t, "third derivative", value(third), d.complexStep(t, hv, at, v), 1e-12)
				near(t, "fourth derivative", value(fourth), d.complexStep(t, third, at, v), 1e-12)
			}
		})
	}
}

// TestNetworksBySmallSteps holds the gradients of smooth networks to differences
// of losses, their Hessian-vector products to differences of gradients, and the
// third derivatives to differences of those.
func TestNetworksBySmallSteps(t *testing.T) {
	for name, s := range map[string]small{"tanh": perceptron((*layers).tanh), "gelu, layer norm": squaresNetwork()} {
		d := &differentiated{Graph: s.Graph, wrt: s.params}
		d.v, d.w = d.inputs("v", d.wrt), d.inputs("w", d.wrt)
		grad := d.against(t, []ID{s.loss}, []ID{d.Const(1)})
		hv := d.along(t, grad, d.v)
		third := d.along(t, hv, d.v)
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(10) {
				at, v, _ := s.start(seed, d)
				value := func(ids []ID) [][]float64 { return evaluate(t, d.Graph, ids, at) }
				gradient := value(grad)
				near(t, "gradient", [][]float64{{inner(gradient, v)}}, d.differences(t, []ID{s.loss}, at, v), 1e-6)
				near(t, "Hessian-vector product", value(hv), d.differences(t, grad, at, v), 1e-6)
				near(t, "third derivative", value(third), d.differences(t, hv, at, v), 1e-6)
			}
		})
	}
}

// TestNetworkDerivativesAreLean: a batch norm is no norm, whose direction could
// jump, and a rectifier no kink: derivatives of networks have no conditions, and
// a Hessian-vector product has at most two and a half times the nodes of a gradient.
func TestNetworkDerivativesAreLean(t *testing.T) {
	for name, s := range networks() {
		d := &differentiated{Graph: s.Graph, wrt: s.params}
		d.v = d.inputs("v", d.wrt)
		grad := d.against(t, []ID{s.loss}, []ID{d.Const(1)})
		hv := d.along(t, grad, d.v)
		third := d.along(t, hv, d.v)
		first, second := operations(t, name, s.Graph, grad), operations(t, name, s.Graph, hv)
		if second > 5*first/2 {
			t.Errorf("%s: %d operations of the gradient become %d", name, first, second)
		}
		if n := operations(t, name, s.Graph, third); n > 3*second {
			t.Errorf("%s: %d operations of the Hessian-vector product become %d", name, second, n)
		}
		gauss, err := d.GaussNewton(s.loss, s.logits, d.wrt, d.v)
		if err != nil {
			t.Fatal(err)
		}
		if n := operations(t, name, s.Graph, gauss); n > second {
			t.Errorf("%s: the Gauss-Newton product has %d operations, that of the Hessian %d", name, n, second)
		}
		// The data stands still: nothing is differentiated in it.
		x, _ := s.Lookup("x")
		for id, need := range s.Reach(hv) {
			if n := s.Node(ID(id)); need && n.Type == s.Type(x) && n.Op != Input {
				t.Errorf("%s: %s has the type of the data", name, n.Op)
			}
		}
	}
}

// operations counts what the roots need; conditions fail the test.
func operations(t *testing.T, name string, g *Graph, roots []ID) int {
	count := 0
	for id, need := range g.Reach(roots) {
		if !need {
			continue
		}
		switch op := g.Node(ID(id)).Op; op {
		case Const, Input:
		case Select, Sign, SignMul, MulZero, Eq, Norm, Pad, Stack:
			t.Errorf("%s: a derivative has %s", name, op)
		default:
			count++
		}
	}
	return count
}
