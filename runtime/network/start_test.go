package network_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/network"
	"relief/runtime/network/networktest"
)

func TestFansAndGains(t *testing.T) {
	facts, err := networktest.LoadFacts()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range facts.Fans {
		l := conv("c", f.Channels, f.Kernel, 1, false)
		l.Groups = f.Groups
		if _, err := network.InferLayer(l, network.Shape{H: 8, W: 8, C: f.Input}); err != nil {
			t.Fatal(err)
		}
		if p := l.Parameters[0]; p.FanIn != f.FanIn || p.FanOut != f.FanOut {
			t.Errorf("%+v: fans %d and %d", f, p.FanIn, p.FanOut)
		}
	}
	for function, want := range facts.Gains {
		n := &network.Network{Input: vector, Layers: list(edited(dense("l", 4, function), func(l *network.Layer) { l.Slope = 0.2 }))}
		if err := n.Infer(); err != nil {
			t.Fatal(err)
		}
		if got := n.Params[0].Init.Gain; math.Abs(got-want) > 1e-15 {
			t.Errorf("%s: gain %v, want %v", function, got, want)
		}
	}
}

// The gain that an init leaves open is that of the activation that follows.
func TestGainOfWhatFollows(t *testing.T) {
	relu := math.Sqrt2
	n := &network.Network{Input: image, Layers: list(
		conv("before.norm", 8, 3, 1, false), norm("n1", "relu"),
		conv("before.residual", 8, 3, 1, false),
		&network.Layer{Kind: network.Residual, Name: "r", Function: "relu", Branches: [][]*network.Layer{
			list(norm("n2", "tanh"), conv("inner", 8, 3, 1, false), norm("n3", "relu"), conv("end", 8, 3, 1, false), norm("n4", "")),
			list(conv("shortcut", 8, 1, 1, false)),
		}},
		conv("linear", 8, 3, 1, false), conv("before.identity", 8, 3, 1, false),
		&network.Layer{Kind: network.Activation, Name: "a", Function: "identity"}, pool(network.AvgPool, "p", 2), norm("n5", "relu"),
		edited(conv("own", 8, 3, 1, false), func(l *network.Layer) { l.Init.Gain = 7 }),
		&network.Layer{Kind: network.Concat, Name: "c", Branches: [][]*network.Layer{nil, list(norm("n6", "relu"), conv("joined", 4, 1, 1, false))}},
		&network.Layer{Kind: network.Flatten, Name: "f"}, edited(dense("fc", 3, ""), func(l *network.Layer) { l.Function = "tanh" }), dense("out", 2, ""),
	)}
	if err := n.Infer(); err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"before.norm": relu, "before.residual": 5.0 / 3, "inner": relu, "end": relu, "shortcut": relu, "linear": 1, "before.identity": 1,
		"own": 7, "joined": 1, "fc": 5.0 / 3, "out": 1,
	}
	for l := range n.All() {
		if w, ok := want[l.Name]; ok && l.Parameters[0].Init.Gain != w {
			t.Errorf("%s: gain %v, want %v", l.Name, l.Parameters[0].Init.Gain, w)
		}
	}
}

// start is the weights of one dense layer of 120 x 80, and its bias.
func start(t *testing.T, function string, init, bias network.Init) (weights, biases []float64) {
	t.Helper()
	l := dense("l", 80, function)
	l.Init, l.BiasInit = init, bias
	n := &network.Network{Input: network.Units(120), Layers: list(l)}
	if err := n.Infer(); err != nil {
		t.Fatal(err)
	}
	x := make([]float64, n.Size)
	n.Start(x, 5)
	return x[:120*80], x[120*80:]
}

// The laws have the bounds, means and deviations that torch.nn.init documents.
// The bounds of the moments are five standard errors of 9,600 numbers.
func TestLaws(t *testing.T) {
	const in, out = 120, 80
	for _, c := range []struct {
		init     network.Init
		function string
		mean     float64
		uniform  float64 // half the width; 0: normal
		normal   float64 // deviation
	}{
		{init: network.Init{}, uniform: 1 / math.Sqrt(in)},
		{init: network.Init{Law: "uniform", A: 1, B: 3}, mean: 2, uniform: 1},
		{init: network.Init{Law: "normal", A: -1, B: 0.5}, mean: -1, normal: 0.5},
		{init: network.Init{Law: "kaiming_uniform"}, function: "relu", uniform: math.Sqrt(6.0 / in)},
		{init: network.Init{Law: "kaiming_normal"}, function: "relu", normal: math.Sqrt(2.0 / in)},
		{init: network.Init{Law: "kaiming_normal", Gain: 3}, function: "relu", normal: 3 / math.Sqrt(in)},
		{init: network.Init{Law: "xavier_uniform"}, function: "tanh", uniform: 5.0 / 3 * math.Sqrt(6.0/(in+out))},
		{init: network.Init{Law: "xavier_normal"}, function: "sigmoid", normal: math.Sqrt(2.0 / (in + out))},
		{init: network.Init{Law: "lecun_normal"}, function: "relu", normal: 1 / math.Sqrt(in)},
	} {
		w, _ := start(t, c.function, c.init, network.Init{})
		deviation := c.normal
		if c.uniform > 0 {
			deviation = c.uniform / math.Sqrt(3)
			if lo, hi := slices.Min(w), slices.Max(w); lo < c.mean-c.uniform || hi > c.mean+c.uniform || hi-lo < 1.99*c.uniform {
				t.Errorf("%+v: from %v to %v, want %v +- %v", c.init, lo, hi, c.mean, c.uniform)
			}
		}
		var mean, square float64
		for _, v := range w {
			mean += v / float64(len(w))
		}
		for _, v := range w {
			square += (v - mean) * (v - mean) / float64(len(w))
		}
		n := math.Sqrt(float64(len(w)))
		if math.Abs(mean-c.mean) > 5*deviation/n || math.Abs(square/(deviation*deviation)-1) > 5*math.Sqrt2/n {
			t.Errorf("%+v: mean %v, deviation %v, want %v, %v", c.init, mean, math.Sqrt(square), c.mean, deviation)
		}
	}
	for _, c := range []struct {
		init network.Init
		want float64
	}{{network.Init{Law: "zeros"}, 0}, {network.Init{Law: "ones"}, 1}, {network.Init{Law: "constant", A: 0.3}, 0.3}} {
		w, b := start(t, "", c.init, c.init)
		if slices.Min(w) != c.want || slices.Max(w) != c.want || slices.Min(b) != c.want || slices.Max(b) != c.want {
			t.Errorf("%+v: not %v everywhere", c.init, c.want)
		}
	}
	_, b := start(t, "", network.Init{}, network.Init{})
	if lo, hi := slices.Min(b), slices.Max(b); lo < -1/math.Sqrt(in) || hi > 1/math.Sqrt(in) || hi-lo < 1.5/math.Sqrt(in) {
		t.Errorf("biases from %v to %v, want about +-%v", lo, hi, 1/math.Sqrt(in))
	}
}

// Orthogonal weights times their gain's inverse have orthonormal rows or columns,
// whichever are fewer.
func TestOrthogonal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, out := rapid.IntRange(1, 30).Draw(t, "in"), rapid.IntRange(1, 30).Draw(t, "out")
		l := dense("l", out, "")
		l.Init = network.Init{Law: "orthogonal", Gain: 2}
		n := &network.Network{Input: network.Units(in), Layers: list(l)}
		if err := n.Infer(); err != nil {
			t.Fatal(err)
		}
		x := make([]float64, n.Size)
		n.Start(x, rapid.Uint64().Draw(t, "seed"))
		count, length, next, jump := out, in, 1, out // columns
		if in < out {
			count, length, next, jump = in, out, out, 1
		}
		for a := range count {
			for b := range count {
				s := 0.0
				for k := range length {
					s += x[a*next+k*jump] * x[b*next+k*jump] / 4
				}
				want := 0.0
				if a == b {
					want = 1
				}
				if math.Abs(s-want) > 1e-13 {
					t.Fatalf("%d x %d: product of %d and %d is %v", in, out, a, b, s)
				}
			}
		}
	})
}

// Norms begin as the identity, unless they say otherwise.
func TestNormsBeginAsIdentity(t *testing.T) {
	n := &network.Network{Input: image, Layers: list(norm("a", ""), edited(norm("b", ""), func(l *network.Layer) {
		l.Kind, l.Init.Law, l.BiasInit = network.LayerNorm, "zeros", network.Init{Law: "constant", A: 4}
	}))}
	if err := n.Infer(); err != nil {
		t.Fatal(err)
	}
	x := make([]float64, n.Size)
	n.Start(x, 1)
	want := slices.Concat(slices.Repeat([]float64{1}, 8), slices.Repeat([]float64{0}, 16), slices.Repeat([]float64{4}, 8))
	if !slices.Equal(x, want) {
		t.Errorf("%v, want %v", x, want)
	}
}

// A layer's numbers depend on the seed and its name, and on no other layer.
func TestStartsDoNotDependOnOtherLayers(t *testing.T) {
	begin := func(seed uint64, layers ...*network.Layer) map[string][]float64 {
		n := &network.Network{Input: vector, Layers: layers}
		if err := n.Infer(); err != nil {
			t.Fatal(err)
		}
		x := make([]float64, n.Size)
		n.Start(x, seed)
		all := map[string][]float64{}
		for _, p := range n.Params {
			all[p.Name] = x[p.Offset : p.Offset+p.Type.Size()]
		}
		return all
	}
	few := begin(3, dense("a", 10, "tanh"), dense("c", 4, ""))
	many := begin(3, dense("a", 10, "tanh"), dense("b", 10, "tanh"), dense("c", 4, ""))
	other := begin(4, dense("a", 10, "tanh"), dense("c", 4, ""))
	for _, name := range []string{"a.weight", "a.bias", "c.weight", "c.bias"} {
		if !slices.Equal(few[name], many[name]) {
			t.Errorf("%s changes with a layer beside it", name)
		}
		if slices.Equal(few[name], other[name]) {
			t.Errorf("%s is the same for two seeds", name)
		}
	}
	if slices.Equal(many["a.weight"], many["b.weight"]) {
		t.Error("two layers begin the same")
	}
}
