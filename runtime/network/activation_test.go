package network_test

import (
	"math"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/network/networktest"
)

// only is a network of one activation on vectors of n, and its output in a graph.
func only(t *testing.T, function string, slope float64, n int) (*graph.Graph, graph.ID, graph.ID) {
	t.Helper()
	net := &network.Network{Input: network.Units(n), Layers: list(&network.Layer{Kind: network.Activation, Name: "f", Function: function, Slope: slope})}
	if err := net.Infer(); err != nil {
		t.Fatal(err)
	}
	g := graph.New()
	x := g.Input("x", net.Input.Batch(1))
	built, err := net.Build(g, x, nil, network.Mode{})
	if err != nil {
		t.Fatal(err)
	}
	return g, x, built.Logits
}

// TestActivations holds the derivatives of order 0 to 3 to PyTorch's, at 0 as
// well but for elu, whose second derivative jumps there: ours is that of the side
// below. Forward mode and reverse mode take turns.
func TestActivations(t *testing.T) {
	facts, err := networktest.LoadFacts()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range facts.Activations {
		seen[c.Function] = true
		g, x, y := only(t, c.Function, c.Slope, len(c.Points))
		ones := g.Fill(g.Type(x), 1)
		for order, want := range c.Derivatives {
			values, err := g.Interpret([]graph.ID{y}, map[string][]float64{"x": c.Points})
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range values[y] {
				if c.Function == "elu" && order >= 2 && c.Points[i] == 0 {
					continue
				}
				if !(math.Abs(v-want[i]) <= 1e-14*(1+math.Abs(want[i]))) {
					t.Errorf("%s (%v), derivative %d at %v: %v, want %v", c.Function, c.Slope, order, c.Points[i], v, want[i])
				}
			}
			var next []graph.ID
			if order%2 == 0 {
				next, err = g.VJP([]graph.ID{y}, []graph.ID{ones}, []graph.ID{x})
			} else {
				next, err = g.Tangent([]graph.ID{y}, map[graph.ID]graph.ID{x: ones})
			}
			if err != nil {
				t.Fatal(err)
			}
			y = next[0]
		}
	}
	for _, name := range []string{"identity", "relu", "leaky_relu", "elu", "gelu", "softplus", "tanh", "hardtanh", "sigmoid"} {
		if !seen[name] {
			t.Errorf("%s is not tested", name)
		}
	}
}

// Activations of large numbers, and their slopes, are those of their limits.
func TestActivationsFarOut(t *testing.T) {
	const far = 1e30
	for _, c := range []struct {
		function                           string
		below, above, slopeBelow, slopeOut float64
	}{
		{"relu", 0, far, 0, 1}, {"leaky_relu", -far / 4, far, 0.25, 1}, {"elu", -0.25, far, 0, 1}, {"gelu", 0, far, 0, 1},
		{"softplus", 0, far, 0, 1}, {"tanh", -1, 1, 0, 0}, {"hardtanh", -1, 1, 0, 0}, {"sigmoid", 0, 1, 0, 0}, {"identity", -far, far, 1, 1},
	} {
		g, x, y := only(t, c.function, 0.25, 2)
		slope, err := g.VJP([]graph.ID{y}, []graph.ID{g.Fill(g.Type(x), 1)}, []graph.ID{x})
		if err != nil {
			t.Fatal(err)
		}
		values, err := g.Interpret([]graph.ID{y, slope[0]}, map[string][]float64{"x": {-far, far}})
		if err != nil {
			t.Fatal(err)
		}
		v, d := values[y], values[slope[0]]
		if v[0] != c.below || v[1] != c.above || d[0] != c.slopeBelow || d[1] != c.slopeOut {
			t.Errorf("%s: values %v, slopes %v, want %v", c.function, v, d, c)
		}
	}
	g, _, y := only(t, "relu", 0, 1)
	if v, err := g.Interpret([]graph.ID{y}, map[string][]float64{"x": {math.NaN()}}); err != nil || v[y][0] == v[y][0] {
		t.Errorf("relu of NaN is %v, %v", v[y], err)
	}
}
