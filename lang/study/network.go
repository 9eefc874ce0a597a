package study

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/stdlib"
)

// pattern is a network as its file declares it: layers in names that its params
// stand for.
type pattern struct {
	body   *body
	module *math.Module // of its file, with what structural arguments may name
	each   *math.Each
}

// patternObject is the network of a library: std.vgg11, lib.net.
type patternObject struct {
	pattern
	name string
}

func (o patternObject) Describe() string { return o.name }

func (o patternObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	return l.ErrorAt("RL0302", span, o.cure(), "a part of %s stands where a network is named", o.name)
}

func (o patternObject) Index(l *math.Lowerer, _ cty.Value, span diag.Span) math.Value {
	return l.ErrorAt("RL0302", span, o.cure(), "%s has no keys", o.name)
}

func (o patternObject) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	l.ErrorAt("RL0302", span, o.cure(), "%s has no elements", o.name)
	return nil, false
}

// cure says how the network of a library comes into a study.
func (o patternObject) cure() string {
	return fmt.Sprintf("Declare a network that has its layers, network \"net\" { use = %s }, and name that: network.net.", o.name)
}

// network builds layers with their shapes and parameters.
func (b *builder) network() {
	own := pattern{b.body, b.c.phases[structural], b.in.each}
	net, diags := buildNetwork(own, b)
	b.in.diags = append(b.in.diags, diags...)
	if net == nil || b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	b.in.network = &plan.Network{Block: b.in.block(), Network: net}
}

// maxUses bounds the chain of networks that use another.
const maxUses = 20

// buildNetwork follows `use` to the layers and builds them. b is the builder of
// the study's network, nil for one of the standard library by itself.
func buildNetwork(own pattern, b *builder) (*network.Network, diag.List) {
	n := networkBuilder{b: b, net: &network.Network{}}
	if !n.follow(own, nil) || n.diags.HasErrors() {
		return nil, n.diags
	}
	return n.net, n.diags
}

// networkBuilder builds one network.
type networkBuilder struct {
	b       *builder
	net     *network.Network
	diags   diag.List
	input   []int
	precise bool                                    // a precision has been read
	init    struct{ weights, biases *network.Init } // those of the block that uses go before those of the used
	using   []pattern                               // those that use the one being read, outermost first
	at      []diag.Span                             // of each use, the place
}

func (n *networkBuilder) settings(p pattern, scope *math.Scope) settings {
	return settings{body: p.body, diags: &n.diags, scope: scope}
}

// follow reads a pattern with the values of its params and, if it uses another,
// goes on there.
func (n *networkBuilder) follow(p pattern, given map[string]cty.Value) bool {
	scope := math.NewScope(p.module, p.each)
	s := n.settings(p, scope)
	values, ok := n.params(s, given)
	if !ok {
		return false
	}
	if values != nil {
		scope = scope.With(map[string]math.Value{"param": math.Static{V: cty.ObjectVal(values)}})
		s.scope = scope
	}
	if !n.head(s) {
		return false
	}
	use := p.body.attr("use")
	if use == nil {
		return n.layers(p, scope)
	}
	if len(p.body.blocks) > 0 {
		report(&n.diags, "RL0407", p.body.blocks[0].src.DefRange(), p.body.context, "Leave the layers or use out.", "%s has layers of its own beside use", p.body.title())
		return false
	}
	next, ok := n.used(p, use)
	if !ok {
		return false
	}
	if len(n.using) == maxUses || next.body == p.body || slices.ContainsFunc(n.using, func(q pattern) bool { return q.body == next.body }) {
		s.errorf("RL0204", use, "Let one of them have layers.", "networks use each other in a loop")
		return false
	}
	args, ok := n.arguments(s, next)
	if !ok {
		return false
	}
	n.using, n.at = append(n.using, p), append(n.at, spanOf(use.Range()))
	mark := len(n.diags)
	ok = n.follow(next, args)
	n.relocate(n.diags[mark:])
	return ok
}

// used finds the network that use names.
func (n *networkBuilder) used(p pattern, use hclsyntax.Expression) (pattern, bool) {
	const cure = "Write use = std.vgg11, lib.net, or network.name; `relief list network` shows those of the standard library."
	s := n.settings(p, nil)
	l := math.New(&n.diags, p.body.context, spanOf)
	module := p.module
	if n.b != nil && module == n.b.c.phases[structural] {
		module = n.b.c.phases[naming]
	}
	v := l.Lower(use, math.NewScope(module, p.each))
	if math.IsBad(v) {
		return pattern{}, false
	}
	if ref, ok := v.(math.Ref); ok {
		switch o := ref.Object.(type) {
		case patternObject:
			return o.pattern, !o.body.broken
		case nameObject:
			if o.in.addr.Noun == "network" {
				return pattern{o.in.decl.body, p.module, o.in.each}, !o.in.decl.body.broken
			}
		}
		s.errorf("RL0406", use, cure, "%s stands where a network is named", ref.Describe())
		return pattern{}, false
	}
	word := cure
	if name := blockName(use); name != "" {
		word = fmt.Sprintf("Write use = network.%s.", name)
		if std, _ := standard(); std.Objects[name] != nil {
			word = fmt.Sprintf("Write use = std.%s.", name)
		}
	}
	s.errorf("RL0406", use, word, "this is not the name of a network")
	return pattern{}, false
}

// params gives the params of a pattern their values: those given, or defaults;
// nil if it has none.
func (n *networkBuilder) params(s settings, given map[string]cty.Value) (map[string]cty.Value, bool) {
	e := s.body.attr("params")
	if e == nil {
		return nil, true
	}
	v, ok := s.value("params")
	if !ok {
		return nil, false
	}
	if v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() || v.LengthInt() == 0 {
		s.errorf("RL0406", e, "Write names with their defaults: params = { width = 64 }.", "params must be an object, not %s", describe(v))
		return nil, false
	}
	values := map[string]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		k, x := it.Element()
		name := k.AsString()
		if _, taken := s.body.spec.Attribute("", name); taken || badIdentifier(name) != "" {
			s.errorf("RL0202", e, "Choose another name.", "%q cannot name a param of a network", name)
			return nil, false
		}
		values[name] = x
		if g, ok := given[name]; ok {
			values[name] = g
		}
	}
	return values, true
}

// arguments reads what a block that uses a pattern writes for its params.
func (n *networkBuilder) arguments(s settings, next pattern) (map[string]cty.Value, bool) {
	defaults := map[string]cty.Value{}
	of := n.settings(next, math.NewScope(next.module, next.each))
	if next.body.attr("params") != nil {
		v, ok := n.params(of, nil)
		if !ok {
			return nil, false
		}
		defaults = v
	}
	known := sortedKeys(defaults)
	good := true
	args := map[string]cty.Value{}
	for _, a := range inOrder(s.body.src.Body.Attributes) {
		if _, own := s.body.spec.Attribute("", a.Name); own || s.body.attrs[a.Name] == nil {
			continue
		}
		want, ok := defaults[a.Name]
		if !ok {
			otherwise := "It takes no arguments beside those of every network."
			if len(known) > 0 {
				otherwise = "It takes " + list(known) + "."
			}
			cure := didYouMean(a.Name, append(slices.Clone(known), names(s.body.spec.AttributesOf(""))...), otherwise)
			if f, ok := torch["network"][a.Name]; ok && (a.Name != "num_classes" || slices.Contains(known, "classes")) {
				cure = f.cure
			}
			report(&n.diags, "RL0402", a.NameRange, s.body.context, cure, "%s has no argument %q", n.nameOf(next), a.Name)
			good = false
			continue
		}
		v, ok := math.New(s.diags, s.body.context, spanOf).Static(a.Expr, s.scope)
		if ok {
			v, ok = s.like(a, v, want)
		}
		if good = good && ok; ok {
			args[a.Name] = v
		}
	}
	return args, good
}

// like converts an argument to the type of its default: a number, text, truth
// value, or a list of such.
func (s settings) like(a *hclsyntax.Attribute, v, want cty.Value) (cty.Value, bool) {
	t := want.Type()
	if isList(want) {
		if isList(v) {
			return v, true
		}
	} else if converted, err := convert.Convert(v, t); err == nil && !v.IsNull() && (!t.IsPrimitiveType() || v.Type() == t) {
		return converted, true
	}
	s.errorf("RL0406", a.Expr, fmt.Sprintf("Its default is %s.", describe(want)), "%s cannot be %s", a.Name, describe(v))
	return cty.NilVal, false
}

// nameOf names a pattern in messages.
func (n *networkBuilder) nameOf(p pattern) string { return "the network " + p.body.name }

// head reads input, precision and inits. Those of a network that uses another go
// before those of the other.
func (n *networkBuilder) head(s settings) bool {
	if e := s.body.attr("input"); e != nil && n.input == nil {
		shape, ok := s.wholes(e, "input")
		if !ok {
			return false
		}
		if len(shape) != 1 && len(shape) != 3 {
			s.errorf("RL0406", e, "Write input = [3, 32, 32]: channels, height, width; or input = [10] for vectors.", "the shape of an input is one number or three, not %d", len(shape))
			return false
		}
		n.input = shape
	}
	if s.set("precision") && !n.precise {
		n.precise = true
		n.net.Single = s.text("precision") == "float32"
	}
	for _, x := range []struct {
		name string
		to   **network.Init
	}{{"init", &n.init.weights}, {"bias_init", &n.init.biases}} {
		if *x.to == nil && s.set(x.name) {
			init, ok := s.init(x.name)
			if !ok {
				return false
			}
			*x.to = &init
		}
	}
	return true
}

// layers builds the layers of the pattern that has them, and infers the whole.
func (n *networkBuilder) layers(p pattern, scope *math.Scope) bool {
	if n.input == nil {
		if !p.body.broken {
			report(&n.diags, "RL0403", p.body.src.DefRange(), p.body.context, "Add input = [3, 32, 32]: channels, height, width; or input = [10] for vectors.", "%s needs %q", p.body.title(), "input")
		}
		return false
	}
	n.net.Input = network.Units(n.input[0])
	if len(n.input) == 3 {
		n.net.Input = network.Shape{C: n.input[0], H: n.input[1], W: n.input[2]}
	}
	r := &layerReader{n: n, names: map[string]bool{}, shape: n.net.Input}
	if p.body.broken {
		return false
	}
	layers, ok := r.sequence(&container{}, p.body.blocks, scope)
	if !ok {
		return false
	}
	n.net.Layers = layers
	if err := n.net.Infer(); err != nil {
		n.fault(err, p.body)
		return false
	}
	return true
}

// fault reports a layer that does not fit.
func (n *networkBuilder) fault(err error, b *body) {
	span, cure := b.header, ""
	var f *network.Error
	summary := err.Error()
	if errors.As(err, &f) {
		if summary, cure = f.Summary, f.Cure; f.Layer != nil {
			span = f.Layer.Span
		}
	}
	if cure == "" {
		cure = "change the layer or its input"
	}
	d := n.diags.Errorf("RL0419", span, "%s", strings.TrimSuffix(summary, "."))
	d.Detail, d.Context = diag.Sentence(cure), b.context
}

// relocate moves what is wrong in the file of a library to the place that uses
// the network: it is there that it can be mended.
func (n *networkBuilder) relocate(list diag.List) {
	k := len(n.at) - 1
	for _, d := range list {
		if d.Span.File == n.at[k].File {
			continue
		}
		d.Related = append([]diag.Related{{Message: "in this layer of the network", Span: d.Span}}, d.Related...)
		d.Span, d.Context = n.at[k], n.using[k].body.context
	}
	n.using, n.at = n.using[:k], n.at[:k]
}

// StandardNetwork is a network of the standard library with the defaults of its
// params.
type StandardNetwork struct {
	Name, Description, Source string
	Params                    []NetworkParam
	Text                      string // of the block
	File                      string // of the library: "networks.hcl"
	Network                   *network.Network
}

// NetworkParam is what a network lets those who use it choose.
type NetworkParam struct {
	Name, Default string // as HCL
}

// StandardNetworks are the networks of the standard library, by name.
func StandardNetworks() ([]StandardNetwork, diag.List) {
	m, diags := standard()
	var out []StandardNetwork
	for _, name := range sortedKeys(m.Objects) {
		o, ok := m.Objects[name].(patternObject)
		if !ok {
			continue
		}
		net, faults := buildNetwork(o.pattern, nil)
		diags = append(diags, faults...)
		if net == nil {
			continue
		}
		s := settings{body: o.body, diags: &diags, scope: math.NewScope(o.module, nil)}
		n := StandardNetwork{Name: name, Description: s.text("description"), Source: s.text("source"), Network: net}
		n.File, n.Text = sourceOfBlock(o.body)
		n.Params = paramTexts(o.body)
		out = append(out, n)
	}
	return out, diags
}

// paramTexts are the params of a network as they are written.
func paramTexts(b *body) []NetworkParam {
	e, ok := b.attr("params").(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	_, text := sourceOfBlock(b)
	start := b.src.TypeRange.Start.Byte
	var out []NetworkParam
	for _, item := range e.Items {
		k, v := item.KeyExpr.Range(), item.ValueExpr.Range()
		out = append(out, NetworkParam{text[k.Start.Byte-start : k.End.Byte-start], text[v.Start.Byte-start : v.End.Byte-start]})
	}
	return out
}

// sourceOfBlock is the file and the text of a block of the standard library.
func sourceOfBlock(b *body) (file, text string) {
	for _, lib := range stdlib.Files() {
		if "std/"+lib.Name == b.header.File {
			return lib.Name, string(lib.Text[b.src.TypeRange.Start.Byte:b.src.CloseBraceRange.End.Byte])
		}
	}
	return "", ""
}
