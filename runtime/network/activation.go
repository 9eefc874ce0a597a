package network

import (
	"maps"
	"math"
	"slices"
	"strings"

	"relief/runtime/graph"
)

// activation is a function of one element and its number.
type activation struct {
	function string
	slope    float64
}

// functions are the activations as graphs. Those with a kink are made of Gate
// alone, which is linear on either side, so that derivatives of all orders are
// right off the kink; at it they are those of the side x <= 0, as PyTorch has it.
var functions = map[string]func(b *builder, x graph.ID, slope float64) graph.ID{
	"":         func(_ *builder, x graph.ID, _ float64) graph.ID { return x },
	"identity": func(_ *builder, x graph.ID, _ float64) graph.ID { return x },
	"relu":     func(b *builder, x graph.ID, _ float64) graph.ID { return b.do(graph.Gate, x, x) },
	"tanh":     func(b *builder, x graph.ID, _ float64) graph.ID { return b.do(graph.Tanh, x) },
	"leaky_relu": func(b *builder, x graph.ID, slope float64) graph.ID { // x, or slope x
		above := b.do(graph.Gate, x, x)
		return b.do(graph.Add, above, b.times(b.do(graph.Sub, x, above), slope))
	},
	"elu": func(b *builder, x graph.ID, alpha float64) graph.ID { // x, or alpha (e^x - 1)
		above := b.do(graph.Gate, x, x)
		return b.do(graph.Add, above, b.times(b.do(graph.Expm1, b.do(graph.Sub, x, above)), alpha))
	},
	"softplus": func(b *builder, x graph.ID, _ float64) graph.ID { // log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)
		above := b.do(graph.Gate, x, x)
		less := b.do(graph.Sub, x, b.times(above, 2))
		return b.do(graph.Add, above, b.do(graph.Log1p, b.do(graph.Exp, less)))
	},
	"gelu": func(b *builder, x graph.ID, _ float64) graph.ID { // x times the normal distribution function (Hendrycks and Gimpel 2016)
		erf := b.do(graph.Erf, b.times(x, math.Sqrt2/2))
		return b.do(graph.Mul, b.times(x, 0.5), b.do(graph.Add, erf, b.Const(1)))
	},
	"sigmoid": func(b *builder, x graph.ID, _ float64) graph.ID { // 1/(1 + e^-x) = (1 + tanh(x/2))/2
		return b.do(graph.Add, b.times(b.do(graph.Tanh, b.times(x, 0.5)), 0.5), b.Const(0.5))
	},
	"hardtanh": func(b *builder, x graph.ID, _ float64) graph.ID { // x, or the nearer of -1 and 1
		one := b.Const(1)
		below, above := b.do(graph.Sub, one, x), b.do(graph.Add, one, x)
		inside := b.do(graph.Gate, b.do(graph.Gate, x, below), above)
		return b.do(graph.Add, inside, b.do(graph.Sub, b.do(graph.Gate, one, above), b.do(graph.Gate, one, below)))
	},
}

// functionList names the activations in a message.
func functionList() string {
	names := slices.Sorted(maps.Keys(functions))
	return strings.Join(names[1:], ", ") // without ""
}

// gain is the factor that keeps the variance from layer to layer: PyTorch's
// calculate_gain.
func (a activation) gain() float64 {
	switch a.function {
	case "relu":
		return math.Sqrt2
	case "leaky_relu":
		return math.Sqrt(2 / (1 + a.slope*a.slope))
	case "tanh":
		return 5.0 / 3
	}
	return 1
}

// gains sets the gains that inits leave to the activation that follows: the
// function of the layer itself or, where it has none, of the next layer that has
// one before the next dense or conv layer; at the end of a branch that of what
// joins the branches. before is what follows the last of the layers; the result is
// what follows one that stands in front of them.
func gains(layers []*Layer, before activation) activation {
	for i := len(layers) - 1; i >= 0; i-- {
		l := layers[i]
		if l.hasFunction() && l.Function != "" {
			before = activation{l.Function, l.Slope}
		}
		switch l.Kind {
		case Dense, Conv:
			for _, p := range l.Parameters {
				if p.Init.Gain == 0 {
					p.Init.Gain = before.gain()
				}
			}
			before = activation{"identity", 0}
		case Residual, Concat, Sequence:
			after := before
			for b := len(l.Branches) - 1; b >= 0; b-- {
				if len(l.Branches[b]) > 0 {
					before = gains(l.Branches[b], after)
				}
			}
		}
	}
	return before
}
