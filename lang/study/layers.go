package study

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/network"
)

// maxLayers bounds the layers of a network, those that are left out included.
const maxLayers = 10000

// layerReader reads layers one after another. shape is what the next one gets.
type layerReader struct {
	n     *networkBuilder
	names map[string]bool // of layers, in the whole network
	shape network.Shape
	count int
}

// container is what names of layers begin with, and how many of each kind it has
// so far. Layers that `when` leaves out count, so that the others keep their
// names.
type container struct {
	prefix string
	seen   map[string]int
}

// name is that of the next block of a kind: its label, or the kind and number.
func (c *container) name(b *body) string {
	kind := b.spec.Noun
	if b.kind != "" {
		kind = b.kind
	}
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.seen[kind]++
	if b.name != "" {
		return c.prefix + b.name
	}
	return c.prefix + kind + strconv.Itoa(c.seen[kind])
}

// sequence reads blocks in order.
func (r *layerReader) sequence(c *container, blocks []*body, scope *math.Scope) ([]*network.Layer, bool) {
	var out []*network.Layer
	for _, b := range blocks {
		if b.spec.Noun == "shortcut" {
			continue
		}
		name := c.name(b)
		if r.count++; r.count > maxLayers {
			r.errorf(b, "RL0406", fmt.Sprintf("At most %d are allowed.", maxLayers), "the network has too many layers")
			return nil, false
		}
		s := r.settings(b, r.inside(scope))
		mark := len(r.n.diags)
		there := s.truth("when")
		if len(r.n.diags) > mark {
			return nil, false
		}
		if !there {
			continue
		}
		if b.spec.Noun == "repeat" {
			more, ok := r.repeat(name, b, s, scope)
			if !ok {
				return nil, false
			}
			out = append(out, more...)
			continue
		}
		if r.names[name] {
			r.errorf(b, "RL0201", "Give one of them another name.", "the network has a second layer called %s", name)
			return nil, false
		}
		r.names[name] = true
		l := &network.Layer{Name: name, Span: b.header}
		ok := false
		switch b.spec.Noun {
		case "layer":
			ok = r.layer(l, s)
		case "residual":
			ok = r.residual(l, b, s, scope)
		case "concat":
			ok = r.concat(l, b, scope)
		}
		if !ok || len(r.n.diags) > mark {
			return nil, false
		}
		shape, err := network.InferLayer(l, r.shape)
		if err != nil {
			r.n.fault(err, b)
			return nil, false
		}
		r.shape = shape
		out = append(out, l)
	}
	return out, true
}

func (r *layerReader) settings(b *body, scope *math.Scope) settings {
	return settings{body: b, diags: &r.n.diags, scope: scope}
}

func (r *layerReader) errorf(b *body, code diag.Code, cure, format string, args ...any) {
	report(&r.n.diags, code, b.src.DefRange(), b.context, cure, format, args...)
}

// inside is a scope with `in`, the shape that the next layer gets.
func (r *layerReader) inside(scope *math.Scope) *math.Scope {
	number := func(n int) cty.Value { return cty.NumberIntVal(int64(n)) }
	in := cty.ObjectVal(map[string]cty.Value{
		"channels": number(r.shape.C), "height": number(r.shape.H), "width": number(r.shape.W), "units": number(r.shape.Size()),
	})
	return scope.With(map[string]math.Value{"in": math.Static{V: in}})
}

// layer reads one plain layer.
func (r *layerReader) layer(l *network.Layer, s settings) bool {
	l.Kind = network.Kind(s.body.kind)
	if s.body.broken {
		return false
	}
	has := func(name string) bool { _, ok := s.body.spec.Attribute(s.body.kind, name); return ok }
	for _, x := range []struct {
		name string
		to   *int
	}{{"units", &l.Units}, {"channels", &l.Channels}, {"stride", &l.Stride}, {"groups", &l.Groups}} {
		if has(x.name) {
			*x.to, _ = s.whole(x.name)
		}
	}
	if has("bias") {
		l.Bias = s.truth("bias")
	}
	if has("epsilon") {
		l.Epsilon = s.number("epsilon")
	}
	if has("rate") {
		l.Rate = s.number("rate")
	}
	if has("activation") {
		r.function(l, s)
	}
	if has("kernel") && !r.window(l, s) {
		return false
	}
	if !has("init") {
		return true
	}
	own := l.Kind == network.Dense || l.Kind == network.Conv
	return r.begin(&l.Init, "init", s, own, r.n.init.weights) && r.begin(&l.BiasInit, "bias_init", s, own, r.n.init.biases)
}

// begin reads an init; that of the network stands for one that is not written.
func (r *layerReader) begin(to *network.Init, name string, s settings, own bool, general *network.Init) bool {
	switch {
	case s.set(name):
		var ok bool
		*to, ok = s.init(name)
		return ok
	case own && general != nil:
		*to = *general
	}
	return true
}

// function reads an activation and its number.
func (r *layerReader) function(l *network.Layer, s settings) {
	if l.Function = s.text("activation"); l.Function == "identity" {
		l.Function = ""
		if l.Kind == network.Activation {
			l.Function = "identity"
		}
	}
	switch l.Function {
	case "leaky_relu":
		l.Slope = 0.01
	case "elu":
		l.Slope = 1
	default:
		if s.set("slope") {
			s.errorf("RL0407", s.body.attr("slope"), `Write activation = "leaky_relu" or "elu", or leave slope out.`, "slope belongs to leaky_relu and elu")
		}
		return
	}
	if s.set("slope") {
		l.Slope = s.number("slope")
	}
}

// window reads kernel, stride and padding.
func (r *layerReader) window(l *network.Layer, s settings) bool {
	v, ok := s.value("kernel")
	if !ok {
		return false
	}
	switch sides, good := sizes(v); {
	case good && !isList(v):
		l.Kernel = [2]int{sides[0], sides[0]}
	case good && len(sides) == 2:
		l.Kernel = [2]int{sides[0], sides[1]}
	default:
		s.errorf("RL0406", s.body.attr("kernel"), "Write kernel = 3, or kernel = [3, 1]: height, width.", "kernel must be a whole number of 1 or more, or two, not %s", describe(v))
		return false
	}
	if l.Stride == 0 {
		l.Stride = l.Kernel[0]
		if l.Kernel[0] != l.Kernel[1] {
			r.errorf(s.body, "RL0403", "Add stride = 2.", "a window that is no square needs a stride")
			return false
		}
	}
	e := s.body.attr("padding")
	if e == nil {
		return true
	}
	if v, ok = s.value("padding"); !ok {
		return false
	}
	if v.Type() == cty.String {
		if v.AsString() != "same" {
			s.errorf("RL0406", e, `Write padding = "same", or a number.`, "%q is no value of padding", v.AsString())
			return false
		}
		if l.Kernel[0] != l.Kernel[1] || l.Kernel[0]%2 == 0 || l.Stride != 1 {
			s.errorf("RL0407", e, "Write the number of pixels: padding = 1.", "padding = \"same\" needs an odd square kernel and stride 1")
			return false
		}
		l.Padding = l.Kernel[0] / 2
		return true
	}
	f, isWhole := whole(v)
	if !isWhole || f < 0 {
		s.errorf("RL0406", e, `Write a whole number of 0 or more, or "same".`, "padding cannot be %s", describe(v))
		return false
	}
	l.Padding = f
	return true
}

// whole is a value that is a whole number.
func whole(v cty.Value) (int, bool) {
	if v.IsNull() || v.Type() != cty.Number || !v.AsBigFloat().IsInt() {
		return 0, false
	}
	n, acc := v.AsBigFloat().Int64()
	return int(n), acc == 0 && n <= maxWhole && n >= -maxWhole
}

// sizes is a whole number of 1 or more, or a list of such.
func sizes(v cty.Value) ([]int, bool) {
	list := []cty.Value{v}
	if isList(v) {
		list = v.AsValueSlice()
	}
	var out []int
	for _, x := range list {
		n, ok := whole(x)
		if !ok || n < 1 {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}

// branch reads layers that get the shape from, and gives what they make of it.
func (r *layerReader) branch(prefix string, blocks []*body, scope *math.Scope, from network.Shape) ([]*network.Layer, bool) {
	r.shape = from
	return r.sequence(&container{prefix: prefix + "."}, blocks, scope)
}

// residual reads the layers of a sum, and of the shortcut beside them.
func (r *layerReader) residual(l *network.Layer, b *body, s settings, scope *math.Scope) bool {
	l.Kind = network.Residual
	if b.broken {
		return false
	}
	r.function(l, s)
	in := r.shape
	layers, ok := r.branch(l.Name, b.blocks, scope, in)
	if !ok {
		return false
	}
	l.Branches = [][]*network.Layer{layers}
	r.shape = in
	if x := b.one("shortcut"); x != nil && !x.broken && r.settings(x, r.inside(scope)).truth("when") {
		way, ok := r.branch(l.Name+".shortcut", x.blocks, scope, in)
		if !ok {
			return false
		}
		l.Branches = append(l.Branches, way)
	}
	r.shape = in
	return true
}

// concat reads branches, or the layers of one beside the input itself.
func (r *layerReader) concat(l *network.Layer, b *body, scope *math.Scope) bool {
	l.Kind = network.Concat
	if b.broken {
		return false
	}
	in := r.shape
	branches := b.nested("branch")
	if len(branches) == 0 {
		layers, ok := r.branch(l.Name, b.blocks, scope, in)
		l.Branches = [][]*network.Layer{nil, layers}
		r.shape = in
		return ok
	}
	if len(branches) < len(b.blocks) {
		r.errorf(b, "RL0407", "Put them into a branch.", "the concat has layers beside its branches")
		return false
	}
	c := &container{prefix: l.Name + "."}
	for _, x := range branches {
		name := c.name(x)
		if r.names[name] {
			r.errorf(x, "RL0201", "Give one of them another name.", "the network has a second branch called %s", name)
			return false
		}
		r.names[name] = true
		layers, ok := r.branch(name, x.blocks, scope, in)
		if !ok {
			return false
		}
		l.Branches = append(l.Branches, layers)
	}
	r.shape = in
	return true
}

// repeat reads its layers once for each element. With a label the names of a
// round begin with the label and its number, from 1.
func (r *layerReader) repeat(name string, b *body, s settings, scope *math.Scope) ([]*network.Layer, bool) {
	count, each := b.attr("count"), b.attr("for_each")
	var values []cty.Value
	switch {
	case b.broken:
		return nil, false
	case (count == nil) == (each == nil):
		r.errorf(b, "RL0403", "Write count = 3, or for_each = [16, 32].", "a repeat needs count or for_each, and not both")
		return nil, false
	case each != nil:
		v, ok := s.value("for_each")
		if !ok {
			return nil, false
		}
		if !isList(v) {
			s.errorf("RL0406", each, "Write a list: for_each = [16, 32].", "for_each of a repeat is %s, not a list", describe(v))
			return nil, false
		}
		values = v.AsValueSlice()
	default:
		n, ok := s.whole("count")
		if !ok {
			return nil, false
		}
		for i := range min(n, maxLayers+1) {
			values = append(values, cty.NumberIntVal(int64(i)))
		}
	}
	label := "each"
	if b.name != "" {
		label = b.name
	}
	if b.name != "" && (reserved(b.name) || b.name == "in" || b.name == "param") {
		r.errorf(b, "RL0202", "Choose another name: it stands for something else in a network.", "%q cannot name a repeat", b.name)
		return nil, false
	}
	var out []*network.Layer
	for i, v := range values {
		round := map[string]cty.Value{"index": cty.NumberIntVal(int64(i)), "value": v}
		inner := scope.With(map[string]math.Value{label: math.Static{V: cty.ObjectVal(round)}})
		prefix := name + strconv.Itoa(i+1)
		if b.name == "" {
			prefix = name + "." + strconv.Itoa(i+1)
		}
		layers, ok := r.sequence(&container{prefix: prefix + "."}, b.blocks, inner)
		if !ok {
			return nil, false
		}
		if r.count++; r.count > maxLayers {
			r.errorf(b, "RL0406", fmt.Sprintf("At most %d are allowed.", maxLayers), "the network has too many layers")
			return nil, false
		}
		out = append(out, layers...)
	}
	return out, true
}

// initLaws are the laws of weights that a text names, and how many numbers a
// call of one takes at most.
var initLaws = map[string]int{
	"zeros": 0, "ones": 0, "kaiming_normal": 1, "kaiming_uniform": 1, "xavier_normal": 1, "xavier_uniform": 1, "lecun_normal": 0, "orthogonal": 1,
}

// init reads how parameters begin: a text, a law in parentheses, or a number.
func (s settings) init(name string) (network.Init, bool) {
	e := s.body.attr(name)
	l := math.New(s.diags, s.body.context, spanOf)
	x, ok := l.Choose(e, s.scope)
	if !ok {
		return network.Init{}, false
	}
	if call, isCall := x.(*hclsyntax.FunctionCallExpr); isCall {
		return s.initCall(call)
	}
	l.TextWanted = blockName(x) != ""
	v, ok := l.Static(x, s.scope)
	if !ok {
		return network.Init{}, false
	}
	switch {
	case !v.IsNull() && v.Type() == cty.Number:
		f, _ := v.AsBigFloat().Float64()
		return network.Init{Law: "constant", A: f}, true
	case !v.IsNull() && v.Type() == cty.String:
		word := v.AsString()
		if _, ok := initLaws[word]; ok {
			return network.Init{Law: word}, true
		}
		words := sortedKeys(initLaws)
		cure := torchValue("init", word, didYouMean(word, words, "It may be "+quoted(words)+", normal(mean, sd), uniform(from, to) or a number."))
		if law, _, call := strings.Cut(word, "("); call && (initLaws[law] > 0 || law == "normal" || law == "uniform") {
			cure = fmt.Sprintf("Write it without quotes: %s = %s.", name, word)
		}
		s.errorf("RL0406", e, cure, "%q is no init", word)
		return network.Init{}, false
	}
	s.errorf("RL0406", e, `Write init = "kaiming_normal", normal(0, 0.1), uniform(-0.1, 0.1) or a number.`, "%s must be a text, a law or a number, not %s", name, describe(v))
	return network.Init{}, false
}

// initCall reads normal(0, 0.1), uniform(-1, 1), or a law with a gain.
func (s settings) initCall(call *hclsyntax.FunctionCallExpr) (network.Init, bool) {
	want, form := 2, map[string]string{"normal": "normal(mean, standard deviation)", "uniform": "uniform(from, to)"}[call.Name]
	if form == "" {
		most, known := initLaws[call.Name]
		if !known || most == 0 {
			cure := didYouMean(call.Name, append(sortedKeys(initLaws), "normal", "uniform"), `Write normal(0, 0.1), uniform(-0.1, 0.1), or a text such as "kaiming_normal".`)
			if known {
				cure = fmt.Sprintf("Write %q.", call.Name)
			}
			s.errorf("RL0406", call, cure, "%s(...) is no init", call.Name)
			return network.Init{}, false
		}
		want, form = 1, call.Name+"(gain)"
	}
	if len(call.Args) != want || call.ExpandFinal {
		s.errorf("RL0304", call, "Write "+form+".", "%s takes %s, not %d", call.Name, plural(want, "argument"), len(call.Args))
		return network.Init{}, false
	}
	var numbers [2]float64
	for i, a := range call.Args {
		v, ok := math.New(s.diags, s.body.context, spanOf).Static(a, s.scope)
		if !ok {
			return network.Init{}, false
		}
		if v.IsNull() || v.Type() != cty.Number {
			s.errorf("RL0302", a, "Write "+form+" with numbers.", "an argument of %s is %s, not a number", call.Name, describe(v))
			return network.Init{}, false
		}
		numbers[i], _ = v.AsBigFloat().Float64()
	}
	if want == 1 {
		if !(numbers[0] > 0) {
			s.errorf("RL0406", call, "Write a positive number.", "a gain cannot be %v", numbers[0])
			return network.Init{}, false
		}
		return network.Init{Law: call.Name, Gain: numbers[0]}, true
	}
	return network.Init{Law: call.Name, A: numbers[0], B: numbers[1]}, true
}
