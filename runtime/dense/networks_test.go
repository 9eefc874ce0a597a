package dense

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"relief/runtime/graph"
)

// problem is a network with its loss, for tests: a graph, its inputs, and the
// nodes that the loss is a function of.
type problem struct {
	*graph.Graph
	t      testing.TB
	rng    *rand.Rand
	inputs map[string][]float64
	params []graph.ID
	held   []string // inputs that Hessian-vector products hold
	loss   graph.ID
}

func newProblem(t testing.TB) *problem {
	return &problem{Graph: graph.New(), t: t, rng: rand.New(rand.NewPCG(1, 2)), inputs: map[string][]float64{}}
}

func (p *problem) must(id graph.ID, err error) graph.ID {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	return id
}

func (p *problem) do(op graph.Op, args ...graph.ID) graph.ID {
	p.t.Helper()
	return p.must(p.Apply(op, args...))
}

// input is an input with normal numbers times scale.
func (p *problem) input(name string, t graph.Type, scale float64) graph.ID {
	v := make([]float64, t.Size())
	for i := range v {
		v[i] = scale * p.rng.NormFloat64()
	}
	p.inputs[name] = v
	p.held = append(p.held, name)
	return p.Input(name, t)
}

// param is an input that the loss is differentiated in.
func (p *problem) param(name string, t graph.Type, scale float64) graph.ID {
	id := p.input(name, t, scale)
	p.params = append(p.params, id)
	return id
}

func (p *problem) dense(name string, x graph.ID, units int) graph.ID {
	t := p.Type(x)
	w := p.param(name+".weight", graph.Of(t.Dim(1), units), 0.5)
	b := p.param(name+".bias", graph.Of(units), 0.5)
	y := p.do(graph.MatMul, x, w)
	return p.do(graph.Add, y, p.SpreadRows(b, p.Type(y)))
}

func (p *problem) conv(name string, x graph.ID, channels, size int, w graph.Window) graph.ID {
	c := p.Type(x).Dim(3)
	w.Groups = max(w.Groups, 1)
	k := p.param(name+".weight", graph.Of(size, size, c/w.Groups, channels), 0.4)
	return p.must(p.Convolve(x, k, w))
}

func (p *problem) relu(x graph.ID) graph.ID { return p.do(graph.Gate, x, x) }

func (p *problem) over(x graph.ID, n int) graph.ID {
	return p.do(graph.Div, x, p.Const(float64(n)))
}

func (p *problem) batchNorm(name string, x graph.ID) graph.ID {
	t := p.Type(x)
	rows, c := t.RowsAndColumns()
	mean := p.over(p.do(graph.SumRows, x), rows)
	d := p.do(graph.Sub, x, p.SpreadRows(mean, t))
	variance := p.over(p.do(graph.SumRows, p.do(graph.Mul, d, d)), rows)
	scale, shift := p.param(name+".scale", graph.Of(c), 1), p.param(name+".shift", graph.Of(c), 1)
	factor := p.do(graph.Mul, p.do(graph.RSqrt, p.do(graph.Add, variance, p.Const(1e-5))), scale)
	return p.do(graph.Add, p.do(graph.Mul, d, p.SpreadRows(factor, t)), p.SpreadRows(shift, t))
}

// crossEntropy is the sum of the losses of a batch for random classes.
func (p *problem) crossEntropy(logits graph.ID) graph.ID {
	t := p.Type(logits)
	rows, classes := t.RowsAndColumns()
	targets := p.input("targets", t, 0)
	for i := range rows {
		p.inputs["targets"][i*classes+p.rng.IntN(classes)] = 1
	}
	s := p.do(graph.Sub, logits, p.SpreadCols(p.do(graph.MaxCols, logits), t))
	logs := p.do(graph.Log, p.do(graph.SumCols, p.do(graph.Exp, s)))
	whole := p.do(graph.Mul, p.do(graph.SumCols, targets), logs)
	return p.do(graph.Sum, p.do(graph.Sub, whole, p.do(graph.SumCols, p.do(graph.Mul, targets, s))))
}

func (p *problem) flatten(x graph.ID) graph.ID {
	t := p.Type(x)
	return p.Reshape(x, graph.Of(t.Dim(0), t.Size()/t.Dim(0)))
}

// gradient adds the gradient, hvp the product of the Hessian with inputs named
// as the parameters with a v before.
func (p *problem) gradient() []graph.ID {
	d, err := p.Gradient(p.loss, p.params)
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

func (p *problem) hvp() []graph.ID {
	held := slices.Clone(p.held)
	var v []graph.ID
	for _, w := range p.params {
		v = append(v, p.input("v."+p.Node(w).Name, p.Type(w), 1))
	}
	p.held = held
	products, err := p.HVP(p.loss, p.params, v)
	if err != nil {
		p.t.Fatal(err)
	}
	return products
}

// mlp is a network of dense layers with an activation between them.
func mlp(t testing.TB, samples int, widths []int, activation string) *problem {
	p := newProblem(t)
	x := p.input("x", graph.Of(samples, widths[0]), 1)
	for i, w := range widths[1:] {
		x = p.dense(string(rune('a'+i)), x, w)
		switch {
		case i == len(widths)-2:
		case activation == "relu":
			x = p.relu(x)
		default:
			x = p.do(graph.Tanh, x)
		}
	}
	p.loss = p.crossEntropy(x)
	return p
}

// cnn is blocks of convolution, batch norm, relu and max pooling, and a dense
// layer.
func cnn(t testing.TB, samples, side, in int, channels []int) *problem {
	p := newProblem(t)
	x := p.input("x", graph.Of(samples, side, side, in), 1)
	for i, c := range channels {
		name := string(rune('a' + i))
		x = p.conv(name, x, c, 3, graph.Window{Stride: 1, Pad: 1})
		x = p.relu(p.batchNorm(name, x))
		x = p.must(p.Pool(graph.MaxPool, x, graph.Window{H: 2, W: 2, Stride: 2}))
	}
	p.loss = p.crossEntropy(p.dense("z", p.flatten(x), 10))
	return p
}

// residual has two residual blocks, one of them with a strided shortcut, and a
// mean over the pixels.
func residual(t testing.TB, samples int) *problem {
	p := newProblem(t)
	x := p.input("x", graph.Of(samples, 9, 7, 3), 1)
	x = p.relu(p.batchNorm("n0", p.conv("c0", x, 8, 3, graph.Window{Stride: 1, Pad: 1})))
	y := p.relu(p.batchNorm("n1", p.conv("c1", x, 8, 3, graph.Window{Stride: 1, Pad: 1, Groups: 2})))
	y = p.batchNorm("n2", p.conv("c2", y, 8, 3, graph.Window{Stride: 1, Pad: 1}))
	x = p.relu(p.do(graph.Add, x, y))
	y = p.relu(p.batchNorm("n3", p.conv("c3", x, 12, 3, graph.Window{Stride: 2, Pad: 1})))
	y = p.batchNorm("n4", p.conv("c4", y, 12, 5, graph.Window{Stride: 1, Pad: 2}))
	x = p.relu(p.do(graph.Add, y, p.batchNorm("n5", p.conv("c5", x, 12, 1, graph.Window{Stride: 2}))))
	p.classify(x)
	return p
}

// concat is a block of layers that see all the layers before, as in DenseNet.
func concat(t testing.TB, samples int) *problem {
	p := newProblem(t)
	x := p.input("x", graph.Of(samples, 8, 8, 4), 1)
	x = p.conv("c", x, 6, 3, graph.Window{Stride: 1, Pad: 1})
	for i := range 3 {
		name := string(rune('d' + i))
		y := p.relu(p.batchNorm(name+"1", x))
		y = p.conv(name+"1", y, 8, 1, graph.Window{Stride: 1})
		y = p.do(graph.Tanh, p.batchNorm(name+"2", y))
		y = p.conv(name+"2", y, 4, 3, graph.Window{Stride: 1, Pad: 1})
		x = p.do(graph.JoinCols, x, y)
	}
	x = p.must(p.Pool(graph.MeanPool, x, graph.Window{H: 2, W: 2, Stride: 2}))
	x = p.must(p.Pool(graph.MaxPool, x, graph.Window{H: 3, W: 3, Stride: 2, Pad: 1}))
	p.loss = p.crossEntropy(p.dense("z", p.flatten(x), 10))
	return p
}

// mixed has what the others do not: biases before batch norms, a batch norm of
// units, a layer norm, a dropout mask, strided slices of columns and a squared
// error.
func mixed(t testing.TB, samples int) *problem {
	p := newProblem(t)
	x := p.input("x", graph.Of(samples, 6, 6, 3), 1)
	y := p.conv("a", x, 6, 3, graph.Window{Stride: 1, Pad: 1})
	y = p.do(graph.Add, y, p.SpreadRows(p.param("a.bias", graph.Of(6), 1), p.Type(y)))
	y = p.do(graph.Tanh, p.batchNorm("a", y))
	y = p.must(p.Pool(graph.MaxPool, y, graph.Window{H: 3, W: 2, Stride: 2}))
	y = p.do(graph.JoinCols, p.SliceCols(y, 1, 4), p.SliceCols(y, 0, 3))
	y = p.relu(p.batchNorm("b", p.dense("b", p.flatten(y), 12)))
	y = p.do(graph.Mul, y, p.input("mask", p.Type(y), 1))
	u := p.Type(y)
	mean := p.over(p.do(graph.SumCols, y), u.Dim(1))
	d := p.do(graph.Sub, y, p.SpreadCols(mean, u))
	variance := p.over(p.do(graph.SumCols, p.do(graph.Mul, d, d)), u.Dim(1))
	inverse := p.do(graph.RSqrt, p.do(graph.Add, variance, p.Const(0.1)))
	y = p.do(graph.Mul, p.do(graph.Mul, d, p.SpreadCols(inverse, u)), p.SpreadRows(p.param("b.gain", graph.Of(12), 1), u))
	y = p.dense("c", y, 4)
	e := p.do(graph.Sub, y, p.input("targets", p.Type(y), 1))
	p.loss = p.do(graph.Mul, p.Const(0.5), p.do(graph.Sum, p.do(graph.Mul, e, e)))
	return p
}

// resnet18 and densenet121 are those of He et al. (2016) and Huang et al. (2017)
// for images of 32 x 32 pixels.
func resnet18(t testing.TB, samples int) *problem {
	p := newProblem(t)
	layers := 0
	block := func(x graph.ID, c, size, stride int) graph.ID {
		layers++
		n := fmt.Sprint(layers)
		return p.batchNorm(n, p.conv(n, x, c, size, graph.Window{Stride: stride, Pad: size / 2}))
	}
	x := p.relu(block(p.input("x", graph.Of(samples, 32, 32, 3), 1), 64, 3, 1))
	for stage, c := range []int{64, 128, 256, 512} {
		for i := range 2 {
			stride := 1
			if stage > 0 && i == 0 {
				stride = 2
			}
			y := block(p.relu(block(x, c, 3, stride)), c, 3, 1)
			if stride == 2 {
				x = block(x, c, 1, stride)
			}
			x = p.relu(p.do(graph.Add, y, x))
		}
	}
	p.classify(x)
	return p
}

func densenet121(t testing.TB, samples int) *problem {
	p := newProblem(t)
	layers := 0
	block := func(x graph.ID, c, size int) graph.ID { // norm, relu, convolution
		layers++
		n := fmt.Sprint(layers)
		return p.conv(n, p.relu(p.batchNorm(n, x)), c, size, graph.Window{Stride: 1, Pad: size / 2})
	}
	x := p.conv("first", p.input("x", graph.Of(samples, 32, 32, 3), 1), 64, 3, graph.Window{Stride: 1, Pad: 1})
	for stage, n := range []int{6, 12, 24, 16} {
		if stage > 0 {
			x = block(x, p.Type(x).Dim(3)/2, 1)
			x = p.must(p.Pool(graph.MeanPool, x, graph.Window{H: 2, W: 2, Stride: 2}))
		}
		for range n {
			x = p.do(graph.JoinCols, x, block(block(x, 128, 1), 32, 3))
		}
	}
	p.classify(p.relu(p.batchNorm("last", x)))
	return p
}

// classify ends a network with the mean over the pixels and a dense layer.
func (p *problem) classify(x graph.ID) {
	u := p.Type(x)
	x = p.must(p.Pool(graph.MeanPool, x, graph.Window{H: u.Dim(1), W: u.Dim(2), Stride: 1}))
	p.loss = p.crossEntropy(p.dense("z", p.flatten(x), 10))
}
