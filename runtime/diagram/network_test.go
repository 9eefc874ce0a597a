package diagram

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/network"
)

func conv(name string, channels, kernel, stride int) *network.Layer {
	return &network.Layer{Kind: network.Conv, Name: name, Channels: channels, Kernel: [2]int{kernel, kernel}, Stride: stride, Padding: kernel / 2, Groups: 1, Function: "relu"}
}

func images(t *testing.T, layers ...*network.Layer) *network.Network {
	t.Helper()
	n := &network.Network{Input: network.Shape{H: 8, W: 8, C: 3}, Layers: layers}
	if err := n.Infer(); err != nil {
		t.Fatal(err)
	}
	return n
}

// mixed has every kind of layer that holds others.
func mixed(t *testing.T) *network.Network {
	return images(t,
		conv("conv1", 4, 3, 1),
		&network.Layer{Kind: network.Residual, Name: "sum", Function: "relu", Branches: [][]*network.Layer{
			{conv("sum.conv1", 8, 3, 2), {Kind: network.BatchNorm, Name: "sum.norm", Epsilon: 1e-5}},
			{conv("sum.way", 8, 1, 2)},
		}},
		&network.Layer{Kind: network.Concat, Name: "join", Branches: [][]*network.Layer{nil, {conv("join.conv1", 2, 3, 1)}}},
		&network.Layer{Kind: network.Residual, Name: "plain", Branches: [][]*network.Layer{{conv("plain.conv1", 10, 3, 1)}}},
		&network.Layer{Kind: network.MaxPool, Name: "pool", Kernel: [2]int{2, 2}, Stride: 2},
		&network.Layer{Kind: network.Sequence, Name: "end", Branches: [][]*network.Layer{{
			{Kind: network.Flatten, Name: "end.flatten"}, {Kind: network.Dropout, Name: "end.dropout", Rate: 0.5},
			{Kind: network.Dense, Name: "end.dense", Units: 1000, Bias: true},
		}}},
	)
}

// growing is a chain of many blocks of one form, as a DenseNet is.
func growing(t *testing.T, blocks int) *network.Network {
	n := []*network.Layer{conv("conv1", 4, 3, 1)}
	for i := range blocks {
		name := fmt.Sprintf("block%d", i+1)
		n = append(n, &network.Layer{Kind: network.Concat, Name: name, Branches: [][]*network.Layer{nil, {
			{Kind: network.BatchNorm, Name: name + ".norm", Function: "relu", Epsilon: 1e-5}, conv(name+".conv1", 8, 1, 1), conv(name+".conv2", 2, 3, 1),
		}}})
	}
	return images(t, append(n, &network.Layer{Kind: network.GlobalPool, Name: "pool"}, &network.Layer{Kind: network.Dense, Name: "dense1", Units: 10, Bias: true})...)
}

// TestOfNetwork holds the drawings of a network with every kind of layer that
// holds others, and of a long one, to the committed ones.
func TestOfNetwork(t *testing.T) {
	for _, c := range []struct {
		name string
		net  *network.Network
	}{{"layers", mixed(t)}, {"repeated", growing(t, 12)}} {
		var b bytes.Buffer
		if err := WriteLayers(&b, c.net); err != nil {
			t.Fatal(err)
		}
		b.WriteByte('\n')
		if err := OfNetwork(c.net).Write(&b, Mermaid); err != nil {
			t.Fatal(err)
		}
		golden(t, c.name+".text", b.Bytes())
	}
}

// TestLayers: whatever is folded, the rows add up to the network, and a drawing
// has each box once and arrows between its own boxes only.
func TestLayers(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var layers []*network.Layer
		names := 0
		name := func() string { names++; return fmt.Sprintf("layer%d", names) }
		for range rapid.IntRange(1, 8).Draw(r, "groups") {
			kind := rapid.SampledFrom([]string{"conv", "norm", "residual", "concat"}).Draw(r, "kind")
			for range rapid.IntRange(1, 20).Draw(r, "times") {
				switch kind {
				case "conv":
					layers = append(layers, conv(name(), 4, 3, 1))
				case "norm":
					layers = append(layers, &network.Layer{Kind: network.BatchNorm, Name: name(), Epsilon: 1}, conv(name(), 4, 1, 1))
				case "residual":
					layers = append(layers, conv(name(), 4, 3, 1), &network.Layer{Kind: network.Residual, Name: name(), Branches: [][]*network.Layer{{conv(name(), 4, 3, 1)}, nil}})
				case "concat":
					layers = append(layers, &network.Layer{Kind: network.Concat, Name: name(), Branches: [][]*network.Layer{{}, {conv(name(), 1, 1, 1)}}})
				}
			}
		}
		n := &network.Network{Input: network.Shape{H: 4, W: 4, C: 2}, Layers: layers}
		if err := n.Infer(); err != nil {
			r.Fatal(err)
		}
		params, flops := 0, 0.0
		rows := Layers(n)
		for _, row := range rows {
			params, flops = params+row.Params, flops+row.Flops
		}
		if params != n.Size || flops != n.Flops() {
			r.Fatalf("the rows have %d parameters and %g flops, the network %d and %g", params, flops, n.Size, n.Flops())
		}
		if last := rows[len(rows)-1]; last.Depth == 0 && last.Output != n.Output {
			r.Fatalf("the last row gives %s, the network %s", last.Output, n.Output)
		}
		d := OfNetwork(n)
		seen := map[string]bool{}
		for _, node := range d.Nodes {
			if seen[node.ID] {
				r.Fatalf("%s is drawn twice", node.ID)
			}
			seen[node.ID] = true
		}
		for _, e := range d.Edges {
			if !seen[e.From] || !seen[e.To] {
				r.Fatalf("an arrow from %s to %s leads to no box", e.From, e.To)
			}
		}
	})
}

// TestStretches: what is folded is what three or more stretches of one form have
// in common, from the second on.
func TestStretches(t *testing.T) {
	for _, c := range []struct{ forms, want string }{
		{"aab", "aab"},
		{"aaab", "a 2x(aa) b"},
		{"xabababy", "xab 2x(abab) y"},
		{"aabaabaab", "aab 2x(aabaab)"},
		{"aaabbb", "a 2x(aa) b 2x(bb)"},
		{"abc", "abc"},
	} {
		var layers []*network.Layer
		for _, r := range c.forms {
			layers = append(layers, &network.Layer{Kind: network.Dense, Name: string(r), Units: int(r)})
		}
		var parts []string
		for _, s := range stretches(layers, true) {
			text := ""
			for _, l := range s.layers {
				text += l.Name
			}
			if s.times > 1 {
				text = fmt.Sprintf("%dx(%s)", s.times, text)
			}
			parts = append(parts, text)
		}
		if got := strings.Join(parts, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.forms, got, c.want)
		}
	}
}
