package study

import (
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/plan"
)

// declared is a named block of the file with its instances: one, or one per
// element of for_each.
type declared struct {
	noun, name string
	body       *body
	keyed      bool
	bad        bool // its for_each is in error: nothing can be said about its keys
	instances  []*instance
	byKey      map[string]*instance
}

// instance is one block of the plan in the making.
type instance struct {
	decl  *declared
	addr  plan.Address
	each  *math.Each
	state state
	diags diag.List
	bad   bool // it has an error, or refers to a block that has one
	needs []plan.Address
	asked map[plan.Address]bool // those in needs

	// What it became; the one that fits its noun.
	dataset    *plan.Dataset
	paths      []filePath // of a dataset: the files and folders that it names
	opened     bool       // the dataset is named by something, and was looked at
	like       *instance  // of a dataset: the one whose statistics standardise it
	network    *plan.Network
	objective  *plan.Objective
	run        *plan.Run
	t0         int // of a run: updates made before its start, as far as is known before it runs
	landscape  *plan.Landscape
	spectrum   *plan.Spectrum
	projection *plan.Projection
	orbit      *plan.Orbit
	growth     *plan.Growth
}

type state uint8

const (
	todo state = iota
	doing
	done
)

// link is a reference being followed.
type link struct {
	to   *instance
	span diag.Span
}

// block gives the part of a plan block that all blocks share.
func (in *instance) block() plan.Block {
	return plan.Block{Address: in.addr, Span: in.decl.body.header, Needs: in.needs}
}

// key returns the instance with the given key text.
func (d *declared) key(key string) *instance { return d.byKey[key] }

func (d *declared) keys() []string {
	out := make([]string, len(d.instances))
	for i, in := range d.instances {
		out[i] = in.addr.Key
	}
	return out
}

// keyText is the shortest text of a for_each key: 650 and 650.0 and "650"
// are one key.
func keyText(v cty.Value) (string, bool) {
	if v.IsNull() || !v.IsKnown() {
		return "", false
	}
	switch v.Type() {
	case cty.String:
		s := v.AsString()
		if n, err := cty.ParseNumberVal(s); err == nil {
			return shortest(n), true
		}
		return s, true
	case cty.Number:
		return shortest(v), true
	}
	return "", false
}

// shortest prints a number as the shortest text that reads back as the same
// binary64 number, whole numbers without an exponent where they are exact.
func shortest(v cty.Value) string {
	f := v.AsBigFloat()
	if f.IsInt() {
		if i, acc := f.Int64(); acc == 0 && i > -1<<53 && i < 1<<53 {
			return fmt.Sprint(i)
		}
	}
	x, _ := f.Float64()
	return fmt.Sprint(x)
}

// expand makes the instances of a declaration.
func (c *compiler) expand(d *declared) {
	e := d.body.attr("for_each")
	addr := plan.Address{Noun: d.noun, Name: d.name}
	if e == nil {
		d.instances = []*instance{{decl: d, addr: addr}}
		return
	}
	d.keyed = true
	l := math.New(&c.diags, d.body.context, spanOf)
	l.Keys = true
	v, ok := l.Static(e, math.NewScope(c.phases[structural], nil))
	if !ok {
		d.bad = true
		return
	}
	fail := func(cure, format string, args ...any) {
		d.bad = true
		report(&c.diags, "RL0408", e.Range(), d.body.context, cure, format, args...)
	}
	const cure = `Write a list of numbers or texts, [650, 700], or a map, { low = 0.1, high = 0.5 }.`
	if v.IsNull() || !v.CanIterateElements() {
		fail(cure, "for_each is %s, not a list, set or map", describe(v))
		return
	}
	t := v.Type()
	isMap := t.IsMapType() || t.IsObjectType()
	if c.expanded += v.LengthInt(); c.expanded > maxInstances {
		fail("To run many lanes at once use vary in a run.", "for_each makes %d blocks in all; at most %d are allowed", c.expanded, maxInstances)
		c.expanded -= v.LengthInt()
		return
	}
	d.byKey = make(map[string]*instance, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		k, x := it.Element()
		if !isMap {
			k = x
		}
		text, ok := keyText(k)
		if !ok {
			fail(cure, "an element of for_each is %s, not a number or text", describe(k))
			return
		}
		if d.byKey[text] != nil {
			fail("Keys compare by their shortest text, so that 650 and 650.0 are one.", "for_each has %q twice", text)
			return
		}
		a := addr
		a.Key, a.Keyed = text, true
		in := &instance{decl: d, addr: a, each: &math.Each{Key: text, Value: x}}
		d.instances = append(d.instances, in)
		d.byKey[text] = in
	}
}

// maxInstances bounds the blocks that all for_each together make.
const maxInstances = 10000

// describe names a structural value in messages.
func describe(v cty.Value) string {
	if v.IsNull() {
		return "null"
	}
	switch t := v.Type(); {
	case t == cty.Number:
		return "the number " + shortest(v)
	case t == cty.String:
		s := v.AsString()
		if len(s) > 40 {
			s = s[:40] + "..."
		}
		return fmt.Sprintf("the text %q", s)
	case t == cty.Bool:
		return fmt.Sprint(v.True())
	case t.IsMapType() || t.IsObjectType():
		return "an object"
	}
	return "a list"
}

// builder makes one instance: what its methods report goes to the instance.
type builder struct {
	c    *compiler
	in   *instance
	body *body
}

// compile builds an instance unless that has been done, and reports whether
// it is good. span is the reference that asks for it.
func (c *compiler) compile(in *instance, span diag.Span) bool {
	switch in.state {
	case done:
		return !in.bad
	case doing:
		c.cycle(in, span)
		return false
	}
	in.state = doing
	c.links = append(c.links, link{in, span})
	b := &builder{c: c, in: in, body: in.decl.body}
	if in.decl.body.broken {
		in.bad = true
	}
	if build := builders[in.addr.Noun]; build != nil {
		build(b)
	}
	c.links = c.links[:len(c.links)-1]
	in.state = done
	in.bad = in.bad || in.diags.HasErrors()
	return !in.bad
}

// builders makes a block of each noun.
var builders map[string]func(*builder)

func init() {
	builders = map[string]func(*builder){
		"dataset":    (*builder).dataset,
		"network":    (*builder).network,
		"objective":  (*builder).objective,
		"schedule":   (*builder).schedule,
		"optimizer":  (*builder).namedOptimizer,
		"run":        (*builder).run,
		"landscape":  (*builder).landscape,
		"spectrum":   (*builder).spectrum,
		"projection": (*builder).projection,
		"orbit":      (*builder).orbit,
		"growth":     (*builder).growth,
		"check":      (*builder).check,
		"plot":       (*builder).plot,
		"table":      (*builder).table,
		"output":     (*builder).output,
	}
}

// cycle reports blocks that wait for each other, at the loop's first
// reference in the order of the file.
func (c *compiler) cycle(in *instance, closing diag.Span) {
	i := slices.IndexFunc(c.links, func(l link) bool { return l.to == in })
	loop := slices.Clone(c.links[i:])
	// Link k leads to loop[k]; the one that closes the loop leads to loop[0].
	loop[0].span = closing
	n := len(loop)
	first := 0
	for k := range loop {
		if before(loop[k].span, loop[first].span) {
			first = k
		}
		loop[k].to.bad = true
	}
	// The first reference stands in the block before the one it leads to.
	var path []string
	for k := range n + 1 {
		path = append(path, loop[(first+n-1+k)%n].to.addr.String())
	}
	home := loop[(first+n-1)%n].to
	d := home.diags.Errorf("RL0204", loop[first].span, "blocks wait for each other in a loop: %s", loopText(path))
	d.Detail = "Each needs a result of the next, so none can run first: remove one of the references."
	if n == 1 && home.addr.Noun == "run" {
		d.Detail = "A run does not wait for itself: in stop and probe write the result alone, as in loss < 1e-3 or grad_norm; the distance from its own start is that of a probe \"distance\" without a point."
	}
	d.Context = home.decl.body.context
}

func before(a, b diag.Span) bool {
	if a.File != b.File {
		return a.File < b.File
	}
	return a.Start.Byte < b.Start.Byte
}

// need records that the block being built waits for the results of another.
func (c *compiler) need(addr plan.Address) {
	if len(c.links) == 0 {
		return
	}
	in := c.links[len(c.links)-1].to
	if in.addr == addr || in.asked[addr] {
		return
	}
	if in.asked == nil {
		in.asked = map[plan.Address]bool{}
	}
	in.asked[addr] = true
	in.needs = append(in.needs, addr)
}

// lowerer returns a Lowerer for one attribute of the block.
func (b *builder) lowerer() *math.Lowerer {
	l := math.New(&b.in.diags, b.body.context, spanOf)
	l.Unknown = b.amongResults
	l.Source = b.c.textOf
	return l
}

// scope returns the outermost scope of an attribute in the given phase.
func (b *builder) scope(p phase) *math.Scope { return math.NewScope(b.c.phases[p], b.in.each) }

// errorf reports an error in the block.
func (b *builder) errorf(code diag.Code, e hclsyntax.Expression, cure, format string, args ...any) {
	b.in.bad = true
	report(&b.in.diags, code, e.Range(), b.body.context, cure, format, args...)
}

// warnf warns of an argument that the study can run with.
func (b *builder) warnf(e hclsyntax.Expression, cure, format string, args ...any) {
	d := b.in.diags.Warnf("RL0415", spanOf(e.Range()), format, args...)
	d.Detail, d.Context = cure, b.body.context
}

// seedOf derives a block's own seed from the study's.
func seedOf(study uint64, addr plan.Address) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "relief seed %d %s", study, addr)
	// The finaliser of splitmix64 spreads the bits of similar addresses.
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
