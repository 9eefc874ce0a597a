package study

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/math"
	"relief/runtime/dataset"
	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// ofNetworks are the arguments of an objective that is a network on data.
var ofNetworks = []string{"network", "data", "loss", "regularizer", "batch"}

// training builds the objective of a network on data.
func (b *builder) training() {
	missing := map[string]string{
		"network": "Add network = network.name: what is trained.",
		"data":    "Add data = dataset.name: what it is trained on.",
		"loss":    `Add loss = "mse" or loss = "cross_entropy".`,
	}
	for _, name := range ofNetworks[:3] {
		if b.body.attr(name) == nil && !b.body.broken {
			b.errorAt("RL0403", b.body.header, missing[name], "%s needs %q", b.body.title(), name)
		}
	}
	s := b.settings(b.body)
	t := &plan.Training{Loss: s.text("loss")}
	t.Batch, _ = s.whole("batch")
	if in := b.named(b.body, "network", "network"); in != nil && b.c.compile(in, spanOf(b.body.attr("network").Range())) {
		t.Network = in.network
	}
	if in := b.named(b.body, "data", "dataset"); in != nil && b.c.open(in, spanOf(b.body.attr("data").Range())) {
		t.Data = in.dataset
	}
	if t.Network == nil || t.Data == nil || b.in.diags.HasErrors() || !b.fitsData(t, b.body.attr("data")) {
		b.in.bad = true
		return
	}
	b.batches(t, s)
	f := &plan.Objective{Training: t}
	for _, p := range t.Network.Params {
		f.Params = append(f.Params, plan.Param{Name: p.Name, Type: p.Type})
	}
	if len(f.Params) == 0 {
		b.errorf("RL0420", b.body.attr("network"), `Give it a layer "dense" or "conv".`, "%s has no parameters to be trained", t.Network.Address)
		return
	}
	if e := b.body.attr("regularizer"); e != nil {
		t.Regularizer = b.regularizer(e, t.Network)
	}
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	f.Block = b.in.block()
	b.in.objective = f
}

// fitsData holds the shapes of a network against those of data, as far as these
// are known. e is what names the data.
func (b *builder) fitsData(t *plan.Training, e hclsyntax.Expression) bool {
	f := form(t.Data)
	if f == nil {
		return true
	}
	fail := func(cure, format string, args ...any) bool {
		b.errorf("RL0420", e, cure, format, args...)
		return false
	}
	in, flat := t.Network.Input, f.Shape[0] == 1 && f.Shape[1] == 1
	of := shapeText(f.Shape)
	net, data := t.Network.Address, t.Data.Address
	switch size := f.Shape[0] * f.Shape[1] * f.Shape[2]; {
	case in.H == f.Shape[0] && in.W == f.Shape[1] && in.C == f.Shape[2]:
	case in.Flat && !flat && in.C == size:
		return fail(fmt.Sprintf(`Write input = %s in %s, and layer "flatten" {} before its first layer.`, of, net), "%s takes vectors of %d, and the samples of %s are images of %s", net, in.C, data, of)
	case in.Flat == flat && !flat && channelsLast(t.Data) && in.C == f.Shape[0] && in.H == f.Shape[1] && in.W == f.Shape[2]:
		return fail(fmt.Sprintf("Write channels_first = true in %s: its arrays are samples x channels x height x width.", data), "%s takes %s, and the samples of %s are %s", net, inputText(in), data, of)
	case in.Flat == flat || in.Flat:
		return fail(fmt.Sprintf("Write input = %s in %s.", of, net), "%s takes %s, and the samples of %s are %s", net, inputText(in), data, of)
	default:
		return fail(fmt.Sprintf("Write input = %s in %s, or give the samples a shape.", of, net), "%s takes images of %s, and the samples of %s are vectors of %d", net, inputText(in), data, size)
	}
	return b.fitsOutputs(t, f, fail)
}

// channelsLast reports whether the channels of images in arrays were taken to
// stand last.
func channelsLast(d *plan.Dataset) bool {
	source, ok := d.Source.(dataset.NPY)
	return ok && !source.ChannelsFirst
}

// answers says how a kind of dataset is given labels or targets.
func answers(d *plan.Dataset) string {
	switch d.Kind {
	case "csv":
		return `Write label = "column" in it for classes, or targets = ["column"].`
	case "npy":
		return `Write labels = "y.npy" in it for classes, or targets = "y.npy".`
	}
	return "Write labels = [0, 1] in it for classes, or targets = [0.5, 2]."
}

// inputText is the input of a network as it is written.
func inputText(s network.Shape) string { return shapeText([3]int{s.H, s.W, s.C}) }

// fitsOutputs holds the outputs of a network against labels or targets.
func (b *builder) fitsOutputs(t *plan.Training, f *dataset.Outline, fail func(cure, format string, args ...any) bool) bool {
	out, net, data := t.Network.Output, t.Network.Address, t.Data.Address
	want, what := f.Classes, fmt.Sprintf("%d classes", f.Classes)
	if want == 1 {
		what = "1 class"
	}
	if want == 0 && t.Loss != "cross_entropy" { // labels go before targets
		want, what = f.Outputs, plural(f.Outputs, "target")+" per sample"
	}
	switch {
	case f.Classes == 0 && f.Outputs == 0:
		return fail(answers(t.Data), "%s has neither labels nor targets", data)
	case want == 0:
		return fail(`Write loss = "mse", or give the samples labels.`, "cross_entropy needs labels, and %s has targets", data)
	case out.Size() != want:
		return fail(fmt.Sprintf(`Let its last layer have %s, as in layer "dense" { units = %d }.`, plural(want, "output"), want), "%s has %s, and %s has %s", net, plural(out.Size(), "output"), data, what)
	}
	return true
}

// batches checks how many samples are computed together: batch norm needs two.
func (b *builder) batches(t *plan.Training, s settings) {
	samples := 0
	if f := form(t.Data); f != nil && t.Data.Outline != nil {
		samples = f.Samples
	}
	b.normalised(t, t.Batch, samples, b.body.attr("batch"), b.body.attr("data"))
}

// normalised reports a batch of one sample in a network with batch norm. of is
// the number of samples, 0 if it is not known, and e what says the size.
func (b *builder) normalised(t *plan.Training, size, of int, e, data hclsyntax.Expression) bool {
	layer := batchNorm(t.Network.Network)
	if layer == nil {
		return true
	}
	if size == 0 {
		size, e = of, data
	}
	switch {
	case size == 1:
		b.errorf("RL0420", e, "Write a batch of 2 samples or more.", "%s has batch_norm (layer %s), which needs more than one sample in a batch", t.Network.Address, layer.Name)
	case of > 0 && size > 0 && of%size == 1:
		b.errorf("RL0420", e, fmt.Sprintf("Write a batch that leaves none or more, or limit the data to %d samples.", of-1), "the last of the batches of %d has one of the %d samples, and batch_norm (layer %s) needs more", size, of, layer.Name)
	default:
		return true
	}
	return false
}

// batchNorm is the first layer of batch norm, nil if there is none.
func batchNorm(n *network.Network) *network.Layer {
	for l := range n.All() {
		if l.Kind == network.BatchNorm {
			return l
		}
	}
	return nil
}

// regularizer lowers a formula in the flat vectors of parameters and weights.
func (b *builder) regularizer(e hclsyntax.Expression, net *plan.Network) *plan.Expr {
	weights := 0
	for _, p := range net.Params {
		if p.Role == network.Weight {
			weights += p.Type.Size()
		}
	}
	l := b.lowerer()
	l.Unknown = func(_, near string) string {
		if near != "" {
			return ""
		}
		return "A regularizer may name params, the vector of all parameters, weights, that of the weights of dense and conv layers, variables, locals and functions."
	}
	names := map[string]math.Value{"params": math.Node{ID: l.Graph.Input("params", graph.Of(net.Size))}}
	if weights > 0 {
		names["weights"] = math.Node{ID: l.Graph.Input("weights", graph.Of(weights))}
	}
	id, ok := l.Node(e, b.scope(formula).With(names))
	if !ok {
		b.in.bad = true
		return nil
	}
	if t := l.Graph.Type(id); t != graph.Number {
		b.errorf("RL0302", e, "Reduce it to one number, as in 5e-4 * sum(sq(weights)).", "a regularizer must be a number, not %s", t)
		return nil
	}
	return l.Expr(id, spanOf(e.Range()))
}
