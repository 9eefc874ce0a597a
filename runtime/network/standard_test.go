package network_test

import (
	"fmt"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/network/networktest"
)

// The standard networks in their CIFAR forms, of a given width (64 channels, or a
// growth of 32, at full width).

func conv(name string, channels, kernel, stride int, bias bool) *network.Layer {
	return &network.Layer{Kind: network.Conv, Name: name, Channels: channels, Kernel: [2]int{kernel, kernel}, Stride: stride, Padding: kernel / 2, Groups: 1, Bias: bias}
}

func norm(name, function string) *network.Layer {
	return &network.Layer{Kind: network.BatchNorm, Name: name, Function: function, Epsilon: 1e-5}
}

func dense(name string, units int, function string) *network.Layer {
	return &network.Layer{Kind: network.Dense, Name: name, Units: units, Bias: true, Function: function}
}

func pool(kind network.Kind, name string, kernel int) *network.Layer {
	return &network.Layer{Kind: kind, Name: name, Kernel: [2]int{kernel, kernel}, Stride: kernel}
}

func vgg11(width, classes int) *network.Network {
	n := &network.Network{Input: network.Shape{H: 32, W: 32, C: 3}}
	add := func(l ...*network.Layer) { n.Layers = append(n.Layers, l...) }
	for i, times := range []int{1, 2, 4, 4, 8, 8, 8, 8} {
		add(conv(fmt.Sprintf("conv%d", i+1), times*width, 3, 1, true), norm(fmt.Sprintf("norm%d", i+1), "relu"))
		switch i {
		case 0, 1, 3, 5, 7:
			add(pool(network.MaxPool, fmt.Sprintf("pool%d", i+1), 2))
		}
	}
	add(&network.Layer{Kind: network.Flatten, Name: "flatten"}, dense("fc", classes, ""))
	return n
}

func resnet18(width, classes int) *network.Network {
	n := &network.Network{Input: network.Shape{H: 32, W: 32, C: 3}}
	n.Layers = []*network.Layer{conv("conv1", width, 3, 1, false), norm("norm1", "relu")}
	for stage := range 4 {
		c := width << stage
		for block := range 2 {
			name := fmt.Sprintf("stage%d.block%d", stage+1, block+1)
			stride := 1
			if stage > 0 && block == 0 {
				stride = 2
			}
			l := &network.Layer{Kind: network.Residual, Name: name, Function: "relu", Branches: [][]*network.Layer{{
				conv(name+".conv1", c, 3, stride, false), norm(name+".norm1", "relu"),
				conv(name+".conv2", c, 3, 1, false), norm(name+".norm2", ""),
			}}}
			if stride > 1 {
				l.Branches = append(l.Branches, []*network.Layer{conv(name+".shortcut", c, 1, stride, false), norm(name+".norm3", "")})
			}
			n.Layers = append(n.Layers, l)
		}
	}
	n.Layers = append(n.Layers, &network.Layer{Kind: network.GlobalPool, Name: "pool"}, dense("fc", classes, ""))
	return n
}

func densenet121(growth, classes int) *network.Network {
	n := &network.Network{Input: network.Shape{H: 32, W: 32, C: 3}}
	c := 2 * growth
	n.Layers = []*network.Layer{conv("conv1", c, 3, 1, false)}
	for stage, blocks := range []int{6, 12, 24, 16} {
		for block := range blocks {
			name := fmt.Sprintf("stage%d.block%d", stage+1, block+1)
			n.Layers = append(n.Layers, &network.Layer{Kind: network.Concat, Name: name, Branches: [][]*network.Layer{{}, {
				norm(name+".norm1", "relu"), conv(name+".conv1", 4*growth, 1, 1, false),
				norm(name+".norm2", "relu"), conv(name+".conv2", growth, 3, 1, false),
			}}})
			c += growth
		}
		if stage < 3 {
			c /= 2
			name := fmt.Sprintf("transition%d", stage+1)
			n.Layers = append(n.Layers, norm(name+".norm", "relu"), conv(name+".conv", c, 1, 1, false), pool(network.AvgPool, name+".pool", 2))
		}
	}
	n.Layers = append(n.Layers, norm("norm", "relu"), &network.Layer{Kind: network.GlobalPool, Name: "pool"}, dense("fc", classes, ""))
	return n
}

// TestStandardNetworks holds the numbers of parameters to those of the same
// modules in PyTorch, and the graphs of narrow forms to their shapes.
func TestStandardNetworks(t *testing.T) {
	facts, err := networktest.LoadFacts()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name         string
		make         func(width, classes int) *network.Network
		full, narrow int
		classes      int
		gigaflops    float64 // of one sample, from the literature's counts of products, twice
	}{
		{"vgg11", vgg11, 64, 4, 10, 0.306},
		{"resnet18", resnet18, 64, 4, 10, 1.113},
		{"densenet121", densenet121, 32, 2, 10, 1.776},
		{"densenet121_50", densenet121, 32, 2, 50, 1.776},
	} {
		n := c.make(c.full, c.classes)
		if err := n.Infer(); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if want, ok := facts.Sizes[c.name]; !ok || n.Size != want {
			t.Errorf("%s: %d parameters, want %d", c.name, n.Size, want)
		}
		if f := n.Flops() / 1e9; f < 0.97*c.gigaflops || f > 1.03*c.gigaflops {
			t.Errorf("%s: %.4g GFLOP a sample, want %v", c.name, f, c.gigaflops)
		}
		n = c.make(c.narrow, c.classes)
		if err := n.Infer(); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		g := graph.New()
		built, err := n.Build(g, g.Input("x", n.Input.Batch(3)), inputs(g, n), network.Mode{Train: true})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := g.Type(built.Logits); got != graph.Of(3, c.classes) {
			t.Errorf("%s: logits are %s", c.name, got)
		}
	}
}

// inputs are the parameters of n by name.
func inputs(g *graph.Graph, n *network.Network) []graph.ID {
	var ids []graph.ID
	for _, p := range n.Params {
		ids = append(ids, g.Input(p.Name, p.Type))
	}
	return ids
}
