package network_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/network/networktest"
)

// built is a network in a graph, with values for what it needs.
type built struct {
	*network.Built
	graph  *graph.Graph
	inputs map[string][]float64
}

// build adds n to a graph for a batch of made numbers, and parameters that begin
// by their inits.
func build(t *testing.T, n *network.Network, samples int, mode func(g *graph.Graph, inputs map[string][]float64) network.Mode) *built {
	t.Helper()
	if err := n.Infer(); err != nil {
		t.Fatal(err)
	}
	b := &built{graph: graph.New(), inputs: map[string][]float64{"x": networktest.Numbers(9, samples*n.Input.Size())}}
	point := make([]float64, n.Size)
	n.Start(point, 1)
	for _, p := range n.Params {
		b.inputs[p.Name] = point[p.Offset : p.Offset+p.Type.Size()]
	}
	var err error
	b.Built, err = n.Build(b.graph, b.graph.Input("x", n.Input.Batch(samples)), inputs(b.graph, n), mode(b.graph, b.inputs))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *built) value(t *testing.T, id graph.ID) []float64 {
	t.Helper()
	values, err := b.graph.Interpret([]graph.ID{id}, b.inputs)
	if err != nil {
		t.Fatal(err)
	}
	return values[id]
}

func train(*graph.Graph, map[string][]float64) network.Mode { return network.Mode{Train: true} }

// With the moments of its batch, a batch norm for evaluation computes what it
// does in training; with others it does not.
func TestEvaluation(t *testing.T) {
	layers := func() []*network.Layer {
		return list(conv("conv", 3, 3, 1, true), norm("norm", "relu"), &network.Layer{Kind: network.Flatten, Name: "flatten"}, norm("flat", ""), dense("fc", 2, ""))
	}
	trained := build(t, &network.Network{Input: image, Layers: layers()}, 4, train)
	if len(trained.Moments) != 2 || trained.Moments[0].Layer.Name != "norm" || trained.Moments[1].Layer.Name != "flat" {
		t.Fatalf("moments of %d layers", len(trained.Moments))
	}
	want := trained.value(t, trained.Logits)
	for _, factor := range []float64{1, 1.5} {
		n := &network.Network{Input: image, Layers: layers()}
		evaluated := build(t, n, 4, func(g *graph.Graph, in map[string][]float64) network.Mode {
			mode := network.Mode{Moments: map[*network.Layer][2]graph.ID{}}
			for i, l := range []*network.Layer{n.Layers[1], n.Layers[3]} {
				var ids [2]graph.ID
				for k, id := range []graph.ID{trained.Moments[i].Mean, trained.Moments[i].Variance} {
					name := fmt.Sprint(l.Name, " moment ", k)
					in[name] = append([]float64(nil), trained.value(t, id)...)
					for j := range in[name] {
						in[name][j] *= factor
					}
					ids[k] = g.Input(name, graph.Of(l.In.C))
				}
				mode.Moments[l] = ids
			}
			return mode
		})
		got := evaluated.value(t, evaluated.Logits)
		off := 0.0
		for i := range got {
			off = max(off, math.Abs(got[i]-want[i]))
		}
		if same := off < 1e-12; same != (factor == 1) {
			t.Errorf("moments times %v: logits differ by %v", factor, off)
		}
	}
}

// Kept elements of a dropout are divided by the share that is kept; without
// masks, and for evaluation, it is the identity.
func TestDropout(t *testing.T) {
	n := &network.Network{Input: vector, Layers: list(&network.Layer{Kind: network.Dropout, Name: "drop", Rate: 0.75})}
	mask := make([]float64, 30)
	for i := range mask {
		mask[i] = float64(i % 3 / 2)
	}
	for _, c := range []struct {
		train, masks bool
		scale        float64 // of kept elements; 0: identity
	}{{true, true, 4}, {true, false, 0}, {false, true, 0}} {
		b := build(t, n, 3, func(g *graph.Graph, in map[string][]float64) network.Mode {
			mode := network.Mode{Train: c.train}
			if c.masks {
				in["mask"] = mask
				mode.Masks = func(l *network.Layer, typ graph.Type) graph.ID { return g.Input("mask of "+l.Name, typ) }
				in["mask of drop"] = mask
			}
			return mode
		})
		for i, v := range b.value(t, b.Logits) {
			want := b.inputs["x"][i]
			if c.scale != 0 {
				want *= c.scale * mask[i]
			}
			if v != want {
				t.Errorf("%+v: element %d is %v, want %v", c, i, v, want)
			}
		}
	}
}

// Build refuses what the shapes of one sample do not show.
func TestBuildRefuses(t *testing.T) {
	n := &network.Network{Input: vector, Layers: list(dense("fc", 3, ""), norm("norm", ""))}
	if err := n.Infer(); err != nil {
		t.Fatal(err)
	}
	g := graph.New()
	_, err := n.Build(g, g.Input("x", graph.Of(1, 10)), inputs(g, n), network.Mode{Train: true})
	var e *network.Error
	if !errors.As(err, &e) || e.Layer != n.Layers[1] || e.Error() != "layer norm: a batch norm over a single value per channel, which it would make 0: use batches of two samples or more: a smaller last one counts too" {
		t.Errorf("a batch of one: %v", err)
	}
	if _, err := n.Build(g, g.Input("y", graph.Of(2, 9)), inputs(g, n), network.Mode{Train: true}); err == nil {
		t.Error("a batch of another shape is taken")
	}
	if _, err := n.Build(g, g.Input("z", graph.Of(2, 10)), inputs(g, n)[1:], network.Mode{Train: true}); err == nil {
		t.Error("a missing parameter is taken")
	}
	if _, err := n.Build(g, g.Input("z", graph.Of(2, 10)), inputs(g, n), network.Mode{}); err == nil {
		t.Error("an evaluation without moments is taken")
	}
	pixels := &network.Network{Input: image, Layers: list(norm("norm", ""))}
	if err := pixels.Infer(); err != nil {
		t.Fatal(err)
	}
	if _, err := pixels.Build(g, g.Input("image", pixels.Input.Batch(1)), inputs(graph.New(), pixels)[:0], network.Mode{Train: true}); err == nil {
		t.Error("no parameters are taken")
	}
	h := graph.New()
	if _, err := pixels.Build(h, h.Input("image", pixels.Input.Batch(1)), inputs(h, pixels), network.Mode{Train: true}); err != nil {
		t.Errorf("one image has many pixels: %v", err)
	}
}

func TestLoss(t *testing.T) {
	for _, c := range []struct {
		kind            string
		logits, targets []float64
		want            float64
	}{
		{"mse", []float64{1, 2, 3, 4}, []float64{0, 2, 1, 7}, 0.5 * (1 + 0 + 4 + 9)},
		{"cross_entropy", []float64{0, 0, 0, 0}, []float64{1, 0, 0, 1}, 2 * math.Ln2},
		{"cross_entropy", []float64{1, 3, -2, 0}, []float64{0.25, 0.75, 0, 0}, 0.25*math.Log1p(math.Exp(2)) + 0.75*math.Log1p(math.Exp(-2))},
		{"cross_entropy", []float64{1, 3, 5, 5}, []float64{0, 2, 0, 0}, 2 * math.Log1p(math.Exp(-2))}, // weights that are no probabilities
		{"cross_entropy", []float64{1e4, -1e4, -1e5, 1e5}, []float64{0, 1, 1, 0}, 2e4 + 2e5},          // no overflow
	} {
		g := graph.New()
		loss, err := network.Loss(g, c.kind, g.Input("z", graph.Of(2, 2)), g.Input("y", graph.Of(2, 2)))
		if err != nil {
			t.Fatal(err)
		}
		values, err := g.Interpret([]graph.ID{loss}, map[string][]float64{"z": c.logits, "y": c.targets})
		if err != nil {
			t.Fatal(err)
		}
		if got := values[loss][0]; !(math.Abs(got-c.want) <= 1e-15*math.Abs(c.want)) {
			t.Errorf("%s of %v, %v: %v, want %v", c.kind, c.logits, c.targets, got, c.want)
		}
	}
	g := graph.New()
	z := g.Input("z", graph.Of(2, 2))
	if _, err := network.Loss(g, "hinge", z, z); err == nil || err.Error() != `there is no loss "hinge": use "mse" or "cross_entropy"` {
		t.Errorf("hinge: %v", err)
	}
	if _, err := network.Loss(g, "mse", z, g.Input("y", graph.Of(2, 3))); err == nil {
		t.Error("targets of another shape are taken")
	}
}

// A ReLU network of L layers without biases is homogeneous of degree L in all its
// weights and of degree 1 in its input: f(k^(1/L) W, x) = f(W, k x) for k > 0.
func TestHomogeneity(t *testing.T) {
	layers := list(conv("a", 5, 3, 1, false), &network.Layer{Kind: network.Flatten, Name: "flatten"}, dense("b", 6, "relu"), dense("c", 5, "relu"), dense("d", 3, ""))
	layers[0].Function = "relu"
	count := 0.0
	for _, l := range layers {
		if l.Bias = false; l.Kind != network.Flatten {
			count++
		}
	}
	n := &network.Network{Input: image, Layers: layers}
	b := build(t, n, 3, train)
	scaled := func(k float64, what func(name string) bool) []float64 {
		old := b.inputs
		defer func() { b.inputs = old }()
		b.inputs = map[string][]float64{}
		for name, v := range old {
			b.inputs[name] = append([]float64(nil), v...)
			if what(name) {
				for i := range v {
					b.inputs[name][i] *= k
				}
			}
		}
		return b.value(t, b.Logits)
	}
	for _, k := range []float64{1e-3, 0.4, 7, 1e4} {
		same(t, fmt.Sprint("k = ", k), scaled(math.Pow(k, 1/count), func(name string) bool { return name != "x" }), scaled(k, func(name string) bool { return name == "x" }))
	}
}
