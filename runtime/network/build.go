package network

import (
	"fmt"

	"relief/runtime/graph"
)

// Mode says which of its two forms a network is built in.
type Mode struct {
	// Train: batch norms take the mean and variance of the batch, and the network
	// gives them as Built.Moments. Otherwise they take those in Moments, for each
	// the mean and the variance of its channels.
	Train   bool
	Moments map[*Layer][2]graph.ID
	// Masks gives the mask of a dropout layer, 1 for each element that is kept and
	// 0 for the others; nil: nothing is dropped.
	Masks func(l *Layer, t graph.Type) graph.ID
}

// Built is a network as part of a graph.
type Built struct {
	Logits  graph.ID // the output of the last layer
	Moments []BatchMoments
}

// BatchMoments are the statistics of one batch at a batch norm, by channel: the
// mean and the population variance, without epsilon.
type BatchMoments struct {
	Layer          *Layer
	Mean, Variance graph.ID
}

// Build adds the network to g, applied to the batch x (Input.Batch of its number
// of samples) with one node for each of Params. Infer comes before it. A failure
// that a study can make, such as the batch norm of a single vector, is an *Error.
func (n *Network) Build(g *graph.Graph, x graph.ID, params []graph.ID, mode Mode) (*Built, error) {
	t := g.Type(x)
	if t.Rank() == 0 || t != n.Input.Batch(t.Dim(0)) {
		return nil, &Error{Summary: fmt.Sprintf("the network takes %s, and its batch is %s", n.Input.describe(), t), Cure: "give samples of the shape of its input"}
	}
	if len(params) != len(n.Params) {
		return nil, fmt.Errorf("network: %d arrays for %d parameters", len(params), len(n.Params))
	}
	b := &builder{Graph: g, mode: mode, params: make(map[*Param]graph.ID, len(params)), samples: t.Dim(0)}
	for i, p := range n.Params {
		if g.Type(params[i]) != p.Type {
			return nil, fmt.Errorf("network: %s is %s, not %s", p.Name, p.Type, g.Type(params[i]))
		}
		b.params[p] = params[i]
	}
	y, err := b.finish(b.chain(n.Layers, x))
	if err != nil {
		return nil, err
	}
	return &Built{Logits: y, Moments: b.moments}, nil
}

// builder adds layers to a graph. After its first error its methods go on with
// nodes that mean nothing.
type builder struct {
	*graph.Graph
	mode    Mode
	params  map[*Param]graph.ID
	samples int
	moments []BatchMoments
	err     error
}

func (b *builder) fail(err error) graph.ID {
	if b.err == nil {
		b.err = err
	}
	return b.Const(0)
}

// keep is x, unless it could not be made.
func (b *builder) keep(x graph.ID, err error) graph.ID {
	if err != nil {
		return b.fail(err)
	}
	return x
}

func (b *builder) finish(x graph.ID) (graph.ID, error) {
	if b.err != nil {
		return graph.None, b.err
	}
	return x, nil
}

func (b *builder) do(op graph.Op, args ...graph.ID) graph.ID { return b.keep(b.Apply(op, args...)) }

// times is c x.
func (b *builder) times(x graph.ID, c float64) graph.ID { return b.do(graph.Mul, x, b.Const(c)) }

// over is x / n.
func (b *builder) over(x graph.ID, n int) graph.ID { return b.do(graph.Div, x, b.Const(float64(n))) }

func (b *builder) square(x graph.ID) graph.ID { return b.do(graph.Mul, x, x) }

// rootOver is 1/sqrt(variance + epsilon).
func (b *builder) rootOver(variance graph.ID, epsilon float64) graph.ID {
	return b.do(graph.RSqrt, b.do(graph.Add, variance, b.Const(epsilon)))
}

func (b *builder) chain(layers []*Layer, x graph.ID) graph.ID {
	for _, l := range layers {
		if b.err != nil {
			return x
		}
		x = b.layer(l, x)
	}
	return x
}

// layer is the output of l for the input x.
func (b *builder) layer(l *Layer, x graph.ID) graph.ID {
	if !l.Span.IsZero() {
		defer b.SetOrigin(b.SetOrigin(b.AddSite(graph.Site{Span: l.Span})))
	}
	y := x
	switch l.Kind {
	case Dense:
		y = b.bias(l, b.do(graph.MatMul, x, b.params[l.Parameters[0]]))
	case Conv:
		y = b.bias(l, b.keep(b.Convolve(x, b.params[l.Parameters[0]], l.window())))
	case BatchNorm:
		y = b.batchNorm(l, x)
	case LayerNorm:
		y = b.layerNorm(l, x)
	case MaxPool:
		y = b.keep(b.Pool(graph.MaxPool, x, l.window()))
	case AvgPool:
		y = b.keep(b.Pool(graph.MeanPool, x, l.window()))
	case GlobalPool:
		mean := b.keep(b.Pool(graph.MeanPool, x, graph.Window{H: l.In.H, W: l.In.W, Stride: 1}))
		y = b.Reshape(mean, l.Out.Batch(b.samples))
	case Flatten:
		y = b.Reshape(x, l.Out.Batch(b.samples))
	case Dropout:
		if b.mode.Train && b.mode.Masks != nil && l.Rate > 0 {
			mask := b.mode.Masks(l, b.Type(x))
			y = b.do(graph.Mul, x, b.times(mask, 1/(1-l.Rate)))
		}
	case Residual:
		y = b.chain(l.Branches[0], x)
		if len(l.Branches) > 1 {
			x = b.chain(l.Branches[1], x)
		}
		if b.err == nil {
			y = b.do(graph.Add, y, x)
		}
	case Concat:
		parts := make([]graph.ID, len(l.Branches))
		for i, branch := range l.Branches {
			parts[i] = b.chain(branch, x)
		}
		if b.err == nil {
			y = b.do(graph.JoinCols, parts...)
		}
	case Sequence:
		for _, branch := range l.Branches {
			y = b.chain(branch, y)
		}
	}
	if b.err == nil && l.hasFunction() {
		y = functions[l.Function](b, y, l.Slope)
	}
	return y
}

// bias adds the bias of a dense or conv layer, if it has one.
func (b *builder) bias(l *Layer, y graph.ID) graph.ID {
	if !l.Bias || b.err != nil {
		return y
	}
	return b.do(graph.Add, y, b.SpreadRows(b.params[l.Parameters[1]], b.Type(y)))
}

// batchNorm is (x - mean) scale / sqrt(variance + epsilon) + shift, by channel
// (Ioffe and Szegedy 2015).
func (b *builder) batchNorm(l *Layer, x graph.ID) graph.ID {
	t := b.Type(x)
	var mean, variance, d graph.ID
	if b.mode.Train {
		rows := t.Size() / l.In.C
		if rows < 2 {
			return b.fail(l.fail("use batches of two samples or more: a smaller last one counts too", "a batch norm over a single value per channel, which it would make 0"))
		}
		mean = b.over(b.do(graph.SumRows, x), rows)
		d = b.do(graph.Sub, x, b.SpreadRows(mean, t))
		variance = b.over(b.do(graph.SumRows, b.square(d)), rows)
		b.moments = append(b.moments, BatchMoments{l, mean, variance})
	} else {
		m, ok := b.mode.Moments[l]
		if !ok {
			return b.fail(fmt.Errorf("network: no moments of %s", l.Name))
		}
		mean, variance = m[0], m[1]
		d = b.do(graph.Sub, x, b.SpreadRows(mean, t))
	}
	scale, shift := b.params[l.Parameters[0]], b.params[l.Parameters[1]]
	factor := b.do(graph.Mul, b.rootOver(variance, l.Epsilon), scale)
	return b.do(graph.Add, b.do(graph.Mul, d, b.SpreadRows(factor, t)), b.SpreadRows(shift, t))
}

// layerNorm is that of Ba, Kiros, Hinton (2016): the mean and variance are those
// of all elements of a sample.
func (b *builder) layerNorm(l *Layer, x graph.ID) graph.ID {
	t := b.Type(x)
	size := l.In.Size()
	whole := graph.Of(b.samples, size)
	v := b.Reshape(x, whole)
	mean := b.over(b.do(graph.SumCols, v), size)
	d := b.do(graph.Sub, v, b.SpreadCols(mean, whole))
	variance := b.over(b.do(graph.SumCols, b.square(d)), size)
	d = b.do(graph.Mul, d, b.SpreadCols(b.rootOver(variance, l.Epsilon), whole))
	scale, shift := b.params[l.Parameters[0]], b.params[l.Parameters[1]]
	d = b.do(graph.Mul, b.Reshape(d, t), b.SpreadRows(scale, t))
	return b.do(graph.Add, d, b.SpreadRows(shift, t))
}
