package network_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/graph"
	"relief/runtime/network"
)

var (
	image  = network.Shape{H: 6, W: 4, C: 8}
	vector = network.Units(10)
)

func branches(kind network.Kind, lists ...[]*network.Layer) *network.Layer {
	return &network.Layer{Kind: kind, Name: "join", Branches: lists}
}

func list(l ...*network.Layer) []*network.Layer { return l }

// edited is a layer with one setting changed.
func edited(l *network.Layer, edit func(*network.Layer)) *network.Layer {
	edit(l)
	return l
}

func TestShapes(t *testing.T) {
	flat := network.Units(192)
	flat.Image = [3]int{6, 4, 8}
	for _, c := range []struct {
		layer  *network.Layer
		in     network.Shape
		out    network.Shape
		params string // names, types and fans
	}{
		{dense("l", 5, "relu"), vector, network.Units(5), "l.weight 10 x 5 matrix 10 5; l.bias vector of 5 10 5"},
		{dense("l", 5, ""), flat, network.Units(5), "l.weight 192 x 5 matrix 192 5 [6 4 8]; l.bias vector of 5 192 5"},
		{conv("l", 6, 3, 1, false), image, network.Shape{H: 6, W: 4, C: 6}, "l.weight 3 x 3 x 8 x 6 array 72 54"},
		{edited(conv("l", 6, 3, 2, true), func(l *network.Layer) { l.Padding, l.Groups = 0, 2 }), image, network.Shape{H: 2, W: 1, C: 6}, "l.weight 3 x 3 x 4 x 6 array 36 54; l.bias vector of 6 36 54"},
		{edited(conv("l", 2, 1, 1, false), func(l *network.Layer) { l.Kernel, l.Padding = [2]int{6, 1}, 0 }), image, network.Shape{H: 1, W: 4, C: 2}, "l.weight 6 x 1 x 8 x 2 array 48 12"},
		{norm("l", "relu"), image, image, "l.weight vector of 8 1 1; l.bias vector of 8 1 1"},
		{norm("l", "relu"), flat, flat, "l.weight vector of 192 1 1 [6 4 8]; l.bias vector of 192 1 1 [6 4 8]"},
		{edited(norm("l", ""), func(l *network.Layer) { l.Kind = network.LayerNorm }), vector, vector, "l.weight vector of 10 1 1; l.bias vector of 10 1 1"},
		{&network.Layer{Kind: network.Activation, Name: "l", Function: "tanh"}, flat, flat, ""},
		{pool(network.MaxPool, "l", 2), image, network.Shape{H: 3, W: 2, C: 8}, ""},
		{edited(pool(network.AvgPool, "l", 3), func(l *network.Layer) { l.Stride, l.Padding = 2, 1 }), image, network.Shape{H: 3, W: 2, C: 8}, ""},
		{&network.Layer{Kind: network.GlobalPool, Name: "l"}, image, network.Units(8), ""},
		{&network.Layer{Kind: network.Flatten, Name: "l"}, image, flat, ""},
		{&network.Layer{Kind: network.Flatten, Name: "l"}, network.Shape{H: 1, W: 1, C: 8}, network.Units(8), ""},
		{&network.Layer{Kind: network.Flatten, Name: "l"}, vector, vector, ""},
		{&network.Layer{Kind: network.Dropout, Name: "l", Rate: 0.5}, image, image, ""},
		{branches(network.Residual, list(conv("c", 8, 3, 1, false))), image, image, ""},
		{branches(network.Residual, list(conv("c", 5, 3, 2, false)), list(conv("d", 5, 1, 2, false))), image, network.Shape{H: 3, W: 2, C: 5}, ""},
		{branches(network.Residual, list(dense("c", 192, ""))), flat, network.Units(192), ""},
		{branches(network.Residual, list(norm("c", "")), nil), flat, flat, ""},
		{branches(network.Concat, nil, list(conv("c", 5, 3, 1, false)), list(conv("d", 2, 1, 1, false))), image, network.Shape{H: 6, W: 4, C: 15}, ""},
		{branches(network.Concat, nil, list(dense("c", 3, ""))), flat, network.Units(195), ""},
		{branches(network.Sequence, list(conv("c", 5, 3, 2, false), norm("d", ""))), image, network.Shape{H: 3, W: 2, C: 5}, ""},
		{branches(network.Sequence), image, image, ""},
	} {
		out, err := network.InferLayer(c.layer, c.in)
		if err != nil || out != c.out || c.layer.In != c.in || c.layer.Out != c.out {
			t.Errorf("%s on %s: %v, %v, want %v", c.layer.Kind, c.in, out, err, c.out)
		}
		var params []string
		for _, p := range c.layer.Parameters {
			s := fmt.Sprintf("%s %s %d %d", p.Name, strings.TrimPrefix(p.Type.String(), "a "), p.FanIn, p.FanOut)
			if p.Image != [3]int{} {
				s += fmt.Sprint(" ", p.Image)
			}
			params = append(params, s)
		}
		if got := strings.Join(params, "; "); got != c.params {
			t.Errorf("%s on %s: parameters %s, want %s", c.layer.Kind, c.in, got, c.params)
		}
	}
}

// TestMisfits says of every layer that does not fit what is wrong and what to
// write instead.
func TestMisfits(t *testing.T) {
	flat, err := network.InferLayer(&network.Layer{Kind: network.Flatten, Name: "f"}, image)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		layer *network.Layer
		in    network.Shape
		want  string
	}{
		{dense("l", 5, ""), image, `layer l: dense takes a vector, and its input is an image of 8 x 6 x 4 (channels x height x width): add layer "flatten" {} before it`},
		{dense("l", 0, ""), vector, "layer l: dense with 0 units: write the number of outputs, such as units = 10"},
		{dense("l", 1<<28, ""), vector, "layer l: its 10 x 268435456 weights are more than 2147483647: use fewer units, or pool before it"},
		{dense("l", 1<<40, ""), vector, "layer l: a setting of 1099511627776 is too large: use a smaller number"},
		{dense("l", 5, "swish"), vector, `layer l: there is no activation "swish": choose one of elu, gelu, hardtanh, identity, leaky_relu, relu, sigmoid, softplus, tanh`},
		{conv("l", 5, 3, 1, false), vector, "layer l: conv takes an image, and its input is a vector of 10: use a dense layer on vectors"},
		{conv("l", 5, 3, 1, false), flat, `layer l: conv takes an image, and its input is a vector of 192: put it before layer "flatten" {}`},
		{conv("l", 0, 3, 1, false), image, "layer l: conv with 0 channels: write the number of channels of its output, such as channels = 64"},
		{conv("l", 5, 0, 1, false), image, "layer l: a window of 0 x 0: write the side of the window, such as kernel = 3"},
		{conv("l", 5, 3, 0, false), image, "layer l: a stride of 0: write stride = 1, or more to make the image smaller"},
		{edited(conv("l", 5, 3, 1, false), func(l *network.Layer) { l.Padding = -1 }), image, "layer l: a padding of -1: write padding = 0, or leave it out"},
		{edited(conv("l", 5, 3, 1, false), func(l *network.Layer) { l.Groups = 0 }), image, "layer l: conv with 0 groups: write groups = 1, where each channel sees all"},
		{edited(conv("l", 12, 3, 1, false), func(l *network.Layer) { l.Groups = 3 }), image, "layer l: 3 groups do not divide 8 channels of its input and 12 of its output: choose groups that divide both: 1, 2, 4"},
		{edited(conv("l", 5, 7, 1, false), func(l *network.Layer) { l.Padding = 1 }), image, "layer l: a window of 7 x 7 with padding 1 does not fit in its input, an image of 8 x 6 x 4 (channels x height x width): make the image less small before it, or write padding = 2"},
		{edited(conv("l", 1<<20, 1<<10, 1, false), func(l *network.Layer) {}), image, "layer l: its 1024 x 1024 x 8 x 1048576 weights are more than 2147483647: use fewer channels or a smaller kernel"},
		{edited(conv("l", 1<<20, 1, 1, false), func(l *network.Layer) { l.Padding = 1 << 10 }), image, "layer l: its output of 1048576 x 2054 x 2052 has more than 2147483647 elements: use fewer channels or units"},
		{norm("l", "relu2"), image, `layer l: there is no activation "relu2": choose one of elu, gelu, hardtanh, identity, leaky_relu, relu, sigmoid, softplus, tanh`},
		{edited(norm("l", ""), func(l *network.Layer) { l.Epsilon = 0 }), image, "layer l: an epsilon of 0: use a small positive number, such as epsilon = 1e-5"},
		{&network.Layer{Kind: network.Activation, Name: "l"}, image, "layer l: an activation without a function: choose one of elu, gelu, hardtanh, identity, leaky_relu, relu, sigmoid, softplus, tanh"},
		{pool(network.MaxPool, "l", 2), vector, "layer l: max_pool takes an image, and its input is a vector of 10: leave it out"},
		{pool(network.AvgPool, "l", 2), flat, `layer l: avg_pool takes an image, and its input is a vector of 192: put it before layer "flatten" {}`},
		{pool(network.MaxPool, "l", 5), network.Shape{H: 1, W: 1, C: 8}, "layer l: a window of 5 x 5 with padding 0 does not fit in its input, an image of 8 x 1 x 1 (channels x height x width): make the image less small before it, or write padding = 2"},
		{pool(network.MaxPool, "l", 2), network.Shape{H: 1, W: 1, C: 8}, "layer l: a window of 2 x 2 with padding 0 does not fit in its input, an image of 8 x 1 x 1 (channels x height x width): make the image less small before it, or write padding = 1"},
		{edited(pool(network.MaxPool, "l", 3), func(l *network.Layer) { l.Kernel[1] = 9 }), image, "layer l: a window of 3 x 9 with padding 0 does not fit in its input, an image of 8 x 6 x 4 (channels x height x width): make the image less small before it, or leave this layer out"},
		{edited(pool(network.AvgPool, "l", 3), func(l *network.Layer) { l.Padding = 2 }), image, "layer l: a padding of 2 is more than half of its window of 3 x 3: use at most padding = 1"},
		{&network.Layer{Kind: network.GlobalPool, Name: "l"}, vector, "layer l: global_pool takes an image, and its input is a vector of 10: leave it out"},
		{&network.Layer{Kind: network.Dropout, Name: "l", Rate: 1}, image, "layer l: a dropout rate of 1 is not in [0, 1): give the share of the elements that is dropped, such as 0.5"},
		{branches(network.Residual), image, "layer join: a residual without layers: give it the layers whose output is added to the input and, if need be, a shortcut that the input passes"},
		{branches(network.Residual, list(norm("c", "")), nil, nil), image, "layer join: a residual with 3 branches: give it the layers whose output is added to the input and, if need be, a shortcut that the input passes"},
		{branches(network.Residual, list(conv("c", 16, 3, 1, false))), image, "layer join: its layers give an image of 16 x 6 x 4 (channels x height x width), and cannot be added to its input, an image of 8 x 6 x 4 (channels x height x width): give it a shortcut with a conv of 16 channels and kernel 1"},
		{branches(network.Residual, list(conv("c", 16, 3, 2, false))), image, "layer join: its layers give an image of 16 x 3 x 2 (channels x height x width), and cannot be added to its input, an image of 8 x 6 x 4 (channels x height x width): give it a shortcut with a conv of 16 channels, kernel 1 and stride 2"},
		{branches(network.Residual, list(edited(conv("c", 8, 3, 1, false), func(l *network.Layer) { l.Padding = 0 }))), image, "layer join: its layers give an image of 8 x 4 x 2 (channels x height x width), and cannot be added to its input, an image of 8 x 6 x 4 (channels x height x width): give its convs the padding that keeps height and width: 1 for kernel 3, 2 for kernel 5"},
		{branches(network.Residual, list(dense("c", 5, ""))), vector, "layer join: its layers give a vector of 5, and cannot be added to its input, a vector of 10: give it a shortcut with a dense layer of 5 units"},
		{branches(network.Residual, list(&network.Layer{Kind: network.GlobalPool, Name: "c"})), image, "layer join: its layers give a vector of 8, and cannot be added to its input, an image of 8 x 6 x 4 (channels x height x width): put the flatten or global_pool after the residual"},
		{branches(network.Residual, list(conv("c", 16, 3, 2, false)), list(conv("d", 16, 1, 1, false))), image, "layer join: its branches cannot be added: they give an image of 16 x 3 x 2 (channels x height x width) and an image of 16 x 6 x 4 (channels x height x width): give the last layers of both the same channels, and both branches the same strides"},
		{branches(network.Residual, list(dense("c", 5, ""))), image, `layer c: dense takes a vector, and its input is an image of 8 x 6 x 4 (channels x height x width): add layer "flatten" {} before it`},
		{branches(network.Concat, nil), image, "layer join: a concat of fewer than two branches: give it two branches or more: an empty one is the input itself"},
		{branches(network.Concat, nil, list(conv("c", 16, 3, 2, false))), image, "layer join: branches 1 and 2 differ in height or width: they give an image of 8 x 6 x 4 (channels x height x width) and an image of 16 x 3 x 2 (channels x height x width): give all branches the same strides, and the padding that keeps height and width"},
		{branches(network.Concat, nil, nil, list(&network.Layer{Kind: network.GlobalPool, Name: "c"})), image, "layer join: branches 1 and 3 cannot be joined: they give an image of 8 x 6 x 4 (channels x height x width) and a vector of 8: let all branches end in images or all in vectors"},
		{branches(network.Sequence, nil, nil), image, "layer join: a sequence with 2 branches: give it one"},
		{&network.Layer{Kind: "attention", Name: "l"}, image, `layer l: there is no layer of kind "attention": use dense, conv, batch_norm, layer_norm, activation, max_pool, avg_pool, global_pool, flatten, dropout, residual, concat or sequence`},
		{edited(dense("l", 5, ""), func(l *network.Layer) { l.Init.Law = "he" }), vector, `layer l: init: there is no law "he": choose one of zeros, ones, constant, normal, uniform, kaiming_normal, kaiming_uniform, xavier_normal, xavier_uniform, lecun_normal, orthogonal`},
		{edited(dense("l", 5, ""), func(l *network.Layer) { l.BiasInit.Law = "orthogonal" }), vector, "layer l: the init of the bias: orthogonal is a law of the weights of dense and conv layers: choose one of zeros, ones, constant, normal, uniform"},
		{edited(norm("l", ""), func(l *network.Layer) { l.Init.Law = "kaiming_normal" }), image, "layer l: init: kaiming_normal is a law of the weights of dense and conv layers: choose one of zeros, ones, constant, normal, uniform"},
		{edited(dense("l", 5, ""), func(l *network.Layer) { l.Init = network.Init{Law: "normal", B: -1} }), vector, "layer l: init: a normal law of deviation -1: use a deviation of 0 or more"},
		{edited(dense("l", 5, ""), func(l *network.Layer) { l.Init = network.Init{Law: "uniform", A: 1, B: -1} }), vector, "layer l: init: a uniform law from 1 to -1: write the lower end first"},
		{edited(dense("l", 5, ""), func(l *network.Layer) { l.Init = network.Init{Law: "orthogonal", Gain: -1} }), vector, "layer l: init: a gain of -1: use a positive number, or leave it out"},
	} {
		_, err := network.InferLayer(c.layer, c.in)
		var e *network.Error
		if !errors.As(err, &e) || e.Layer == nil || e.Error() != c.want {
			t.Errorf("%s on %s:\n%v\nwant\n%s", c.layer.Kind, c.in, err, c.want)
		}
	}
}

func TestNetworksThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		n    *network.Network
		want string
	}{
		{&network.Network{Input: vector}, `the network has no layers: add one, such as layer "dense" { units = 10 }`},
		{&network.Network{Input: network.Shape{H: 1 << 11, W: 1 << 11, C: 1 << 11}, Layers: list(dense("a", 1, ""))}, "the input of the network is an image of 2048 x 2048 x 2048 (channels x height x width): give one sample at least 1 and at most 2147483647 elements"},
		{&network.Network{Layers: list(dense("a", 1, ""))}, "the input of the network is an image of 0 x 0 x 0 (channels x height x width): give one sample at least 1 and at most 2147483647 elements"},
		{&network.Network{Input: vector, Layers: list(dense("a", 1, ""), dense("a", 1, ""))}, "two layers have the name a: give each layer a name of its own"},
		{&network.Network{Input: vector, Layers: list(dense("a", 1, ""), dense("", 1, ""))}, "a layer of kind dense has no name: name it"},
		{&network.Network{Input: vector, Layers: list(dense("a", 1<<15, ""), dense("b", 1<<15, ""), dense("c", 1<<15, ""))}, "layer c: with it the network has more than 2147483647 parameters: use fewer channels or units"},
	} {
		err := c.n.Infer()
		if err == nil || err.Error() != c.want {
			t.Errorf("%v\nwant\n%s", err, c.want)
		}
	}
}

// drawLayers draws layers that may fit or not.
func drawLayers(t *rapid.T, depth int, name string) []*network.Layer {
	kinds := []network.Kind{network.Dense, network.Conv, network.BatchNorm, network.LayerNorm, network.Activation, network.MaxPool, network.AvgPool,
		network.GlobalPool, network.Flatten, network.Dropout}
	if depth > 0 {
		kinds = append(kinds, network.Residual, network.Concat, network.Sequence)
	}
	var out []*network.Layer
	for i := range rapid.IntRange(0, 4).Draw(t, "layers") {
		small := func(label string) int { return rapid.SampledFrom([]int{1, 2, 3, 4, 2, 1, 0, -1}).Draw(t, label) }
		l := &network.Layer{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Name: fmt.Sprintf("%s%d", name, i), Units: small("units"), Channels: small("channels"),
			Kernel: [2]int{small("height"), small("width")}, Stride: max(small("stride"), 1), Padding: max(0, small("padding")-2), Groups: max(small("groups"), 1),
			Bias: rapid.Bool().Draw(t, "bias"), Function: rapid.SampledFrom([]string{"", "relu", "tanh"}).Draw(t, "function"), Epsilon: 1e-5, Rate: 0.5,
		}
		switch l.Kind {
		case network.Residual, network.Concat, network.Sequence:
			for b := range rapid.IntRange(0, 3).Draw(t, "branches") {
				l.Branches = append(l.Branches, drawLayers(t, depth-1, fmt.Sprintf("%s.%d.", l.Name, b)))
			}
		}
		out = append(out, l)
	}
	return out
}

// Whatever the layers are, Infer fails with an *Error that has a cure, or Build
// makes the shapes that Infer said and the rows of Summary add up.
func TestInferAgreesWithBuild(t *testing.T) {
	built := 0
	rapid.Check(t, func(t *rapid.T) {
		n := &network.Network{Input: rapid.SampledFrom([]network.Shape{image, vector, {H: 3, W: 3, C: 4}}).Draw(t, "input"), Layers: drawLayers(t, 2, "l")}
		if err := n.Infer(); err != nil {
			var e *network.Error
			if !errors.As(err, &e) || e.Cure == "" || e.Layer == nil && len(n.Layers) > 0 {
				t.Fatalf("not an error with a layer and a cure: %v", err)
			}
			return
		}
		built++
		g := graph.New()
		b, err := n.Build(g, g.Input("x", n.Input.Batch(2)), inputs(g, n), network.Mode{Train: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Type(b.Logits); got != n.Output.Batch(2) {
			t.Fatalf("logits are %s, inferred %s", got, n.Output)
		}
		size, flops, activations, at := 0, 0.0, 0, 0
		rows := n.Summary()
		for _, r := range rows {
			size, flops, activations = size+r.Params, flops+r.Flops, activations+r.Activation
		}
		for _, p := range n.Params {
			if p.Offset != at {
				t.Fatalf("%s begins at %d, not at %d", p.Name, p.Offset, at)
			}
			at += p.Type.Size()
		}
		if size != n.Size || at != n.Size || flops != n.Flops() || activations != n.Activations() || len(rows) != len(slices.Collect(n.All())) {
			t.Fatalf("rows add up to %d parameters, %v flops, %d activations; the network has %d, %v, %d", size, flops, activations, n.Size, n.Flops(), n.Activations())
		}
	})
	if built == 0 {
		t.Error("no network was built")
	}
}
