package study

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/lang/schema"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// phase says which blocks an attribute may name.
type phase uint8

const (
	structural phase = iota // none: blocks are there to be told what is wrong
	formula                 // none: a function, an objective, a schedule
	law                     // results and schedules: the mathematics of a run
	result                  // results
	naming                  // blocks themselves
	numPhases
)

// nounObject is what a noun stands for: all blocks of it.
type nounObject struct {
	c     *compiler
	noun  string
	phase phase
}

func (o nounObject) Describe() string { return "the noun " + o.noun }

func (o nounObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	d, ok := o.c.blocks[o.noun][name]
	if !ok {
		if o.c.failed[o.noun][name] || o.c.failed[o.noun][""] {
			return math.Bad
		}
		near := diag.Suggest(name, o.c.namesOf(o.noun))
		if near != "" && o.c.misnamed(o.noun, near) {
			return math.Bad // the name itself has been reported
		}
		cure := didYouMean(name, o.c.namesOf(o.noun), "")
		if cure == "" {
			if all := o.c.namesOf(o.noun); len(all) > 0 {
				cure = fmt.Sprintf("The study has %s.", list(o.c.ways(o.noun, all)))
			} else {
				cure = fmt.Sprintf("Declare it: %s %q { ... }.", o.noun, name)
			}
		}
		return l.ErrorAt("RL0203", span, cure, "unknown %s %q", o.noun, name)
	}
	if o.phase == formula || o.phase == law && o.noun == "optimizer" || o.phase != law && o.phase != naming && o.noun == "schedule" {
		return l.ErrorAt("RL0205", o.c.widen(span, o.noun), placeOf(o.noun), "%s.%s cannot stand here", o.noun, name)
	}
	if d.bad {
		return math.Bad
	}
	if d.keyed {
		return math.Ref{Object: collection{o.c, d, o.phase}}
	}
	return o.c.object(l, d.instances[0], o.phase, span)
}

// misnamed reports whether a block was declared under a name that no name can
// be: what refers to it by a better one is right.
func (c *compiler) misnamed(noun, name string) bool {
	return strings.Contains(name, "-") && c.blocks[noun][name] != nil
}

// ways writes references to blocks, the first few of many.
func (c *compiler) ways(noun string, names []string) []string {
	const most = 12
	var out []string
	for i, n := range names {
		switch {
		case i == most:
			return append(out, "others")
		case badIdentifier(n) != "":
			out = append(out, fmt.Sprintf("%s[%q]", noun, n))
		default:
			out = append(out, noun+"."+n)
		}
	}
	return out
}

// placeOf says where what a noun gives may stand.
func placeOf(noun string) string {
	switch noun {
	case "schedule":
		return "A schedule stands in the learning_rate of an optimizer."
	case "optimizer":
		return "An optimizer stands in a run: optimizer = optimizer.name."
	case "network":
		return "A network stands in an objective: network = network.name."
	}
	return "Results may stand in runs, landscapes, checks, plots, tables, outputs and the report; a function or objective is written in its parameters alone."
}

// Index finds a block whose label may be any text: check["settles"].
func (o nounObject) Index(l *math.Lowerer, key cty.Value, span diag.Span) math.Value {
	if spec, _ := schema.Lookup(o.noun); spec.FreeLabel && key.Type() == cty.String && !key.IsNull() {
		return o.Attr(l, key.AsString(), span)
	}
	return l.ErrorAt("RL0302", span, fmt.Sprintf("Write %s.name, or %s.name[key].", o.noun, o.noun), "%s needs the name of a block", o.noun)
}

func (o nounObject) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	l.ErrorAt("RL0302", span, fmt.Sprintf("Write %s.name[*].", o.noun), "%s needs the name of a block", o.noun)
	return nil, false
}

// widen extends the span of a block's name over the noun before it.
func (c *compiler) widen(span diag.Span, noun string) diag.Span {
	n := len(noun) + 1
	src := c.sources[span.File]
	if i := span.Start.Byte; i >= n && i <= len(src) && string(src[i-n:i]) == noun+"." {
		span.Start.Byte -= n
		span.Start.Column -= n
	}
	return span
}

// collection is a block with for_each, before its key.
type collection struct {
	c     *compiler
	d     *declared
	phase phase
}

func (o collection) Describe() string { return o.d.noun + "." + o.d.name }

func (o collection) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	return l.ErrorAt("RL0302", span, fmt.Sprintf("Write %s[%s].%s, or %s[*].%s for all of them.", o.Describe(), o.exampleKey(), name, o.Describe(), name),
		"%s has for_each: it needs a key", o.Describe())
}

func (o collection) exampleKey() string {
	if len(o.d.instances) == 0 {
		return "key"
	}
	return keySource(o.d.instances[0].addr.Key)
}

// keySource writes a key as a study does.
func keySource(key string) string {
	if _, err := cty.ParseNumberVal(key); err == nil {
		return key
	}
	return fmt.Sprintf("%q", key)
}

func (o collection) Index(l *math.Lowerer, key cty.Value, span diag.Span) math.Value {
	text, ok := keyText(key)
	if !ok {
		return l.ErrorAt("RL0302", span, "A key is a number or a text.", "%s cannot be a key", describe(key))
	}
	in := o.d.key(text)
	if in == nil {
		keys := make([]string, 0, len(o.d.instances))
		for i, k := range o.d.keys() {
			if i == 8 {
				keys = append(keys, "...")
				break
			}
			keys = append(keys, keySource(k))
		}
		return l.ErrorAt("RL0203", span, didYouMean(text, o.d.keys(), "Its keys are "+strings.Join(keys, ", ")+"."), "%s has no key %s", o.Describe(), keySource(text))
	}
	return o.c.object(l, in, o.phase, span)
}

func (o collection) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	out := make([]math.Value, len(o.d.instances))
	for i, in := range o.d.instances {
		if out[i] = o.c.object(l, in, o.phase, span); math.IsBad(out[i]) {
			return nil, false
		}
	}
	return out, true
}

// object is what a reference to an instance stands for.
func (c *compiler) object(l *math.Lowerer, in *instance, p phase, span diag.Span) math.Value {
	ref := reference{c: c, in: in, span: c.widen(span, in.addr.Noun)}
	if p == naming {
		return math.Ref{Object: nameObject{ref}}
	}
	switch in.addr.Noun {
	case "run":
		return math.Ref{Object: runObject{ref}}
	case "landscape":
		return math.Ref{Object: landscapeObject{ref}}
	case "objective":
		return math.Ref{Object: objectiveObject{ref}}
	case "orbit":
		return math.Ref{Object: orbitObject{ref}}
	case "growth":
		return math.Ref{Object: growthObject{ref}}
	case "spectrum":
		return math.Ref{Object: spectrumObject{ref}}
	case "projection":
		return math.Ref{Object: projectionObject{ref}}
	case "dataset":
		return math.Ref{Object: datasetObject{ref}}
	case "schedule":
		return c.scheduleValue(l, in)
	}
	return math.Ref{Object: nameObject{ref}}
}

// reference is an instance that an expression names, and the place of that.
type reference struct {
	c    *compiler
	in   *instance
	span diag.Span
}

func (r reference) Describe() string { return r.in.addr.String() }

// result returns the node for a result of the block.
func (r reference) result(l *math.Lowerer, t graph.Type, path ...string) math.Value {
	r.c.need(r.in.addr)
	return l.Result(plan.Ref{Input: r.in.addr.String() + "." + strings.Join(path, "."), Block: r.in.addr, Path: path, Type: t, Span: r.span})
}

func (r reference) Index(l *math.Lowerer, _ cty.Value, span diag.Span) math.Value {
	return l.ErrorAt("RL0302", span, "Only a block with for_each has keys. Write "+r.Describe()+".", "%s has no keys", r.Describe())
}

func (r reference) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	l.ErrorAt("RL0302", span, "Only a block with for_each has elements. Write "+r.Describe()+".", "%s has no elements", r.Describe())
	return nil, false
}

// unknown reports a result that the block does not have.
func (r reference) unknown(l *math.Lowerer, name string, span diag.Span, have []string) math.Value {
	return l.ErrorAt("RL0203", span, didYouMean(name, have, "It has "+strings.Join(have, ", ")+"."), "%s has no result %q", r.Describe(), name)
}

// nameObject is a block where only its name matters.
type nameObject struct{ reference }

func (o nameObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if o.in.addr.Noun == "network" {
		if !o.c.compile(o.in, o.span) {
			o.c.fail()
			return math.Bad
		}
		if name == "parameters" {
			return math.Node{ID: l.Graph.Const(float64(o.in.network.Size))}
		}
		return o.unknown(l, name, span, []string{"parameters"})
	}
	return l.ErrorAt("RL0302", span, "Write "+o.Describe()+" alone.", "a part of %s stands where a block is named", o.Describe())
}

// libraryNetworks is what the noun network stands for in a library.
type libraryNetworks struct{ m *math.Module }

func (libraryNetworks) Describe() string { return "the noun network" }

func (o libraryNetworks) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if x, ok := o.m.Objects[name]; ok {
		return math.Ref{Object: x}
	}
	return l.ErrorAt("RL0203", span, didYouMean(name, sortedKeys(o.m.Objects), fmt.Sprintf("Declare it: network %q { ... }.", name)), "unknown network %q", name)
}

func (o libraryNetworks) Index(l *math.Lowerer, _ cty.Value, span diag.Span) math.Value {
	return l.ErrorAt("RL0302", span, "Write network.name.", "network needs the name of a block")
}

func (o libraryNetworks) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	l.ErrorAt("RL0302", span, "Write network.name.", "network needs the name of a block")
	return nil, false
}

// part is an object made of its parts by name or index.
type part struct {
	what  string
	have  []string // names of the parts, for messages
	named bool     // a part may be named by a text in brackets, as dense1.weight must be
	attr  func(l *math.Lowerer, name string, span diag.Span) math.Value
	index func(l *math.Lowerer, key cty.Value, span diag.Span) math.Value
}

func (p part) Describe() string { return p.what }

func (p part) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if p.attr == nil {
		return l.ErrorAt("RL0302", span, "Write "+p.what+"[k].", "%s needs a step before %q", p.what, name)
	}
	return p.attr(l, name, span)
}

func (p part) Index(l *math.Lowerer, key cty.Value, span diag.Span) math.Value {
	if p.index == nil && p.named && key.Type() == cty.String && !key.IsNull() {
		return p.attr(l, key.AsString(), span)
	}
	if p.index == nil {
		return l.ErrorAt("RL0302", span, partsOf(p.what, p.have), "%s needs a name", p.what)
	}
	return p.index(l, key, span)
}

func (p part) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	l.ErrorAt("RL0302", span, partsOf(p.what, p.have), "%s has no elements", p.what)
	return nil, false
}
