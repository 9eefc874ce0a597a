package study

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/dataset"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// dataset builds samples from what is written. Files are not looked at before
// something names the dataset: see open.
func (b *builder) dataset() {
	s := b.settings(b.body)
	d := &plan.Dataset{Kind: b.body.kind}
	d.Skip, _ = s.whole("skip")
	d.Limit, _ = s.whole("limit")
	b.in.dataset = d
	r := sourceReader{b: b, s: s, d: d}
	d.Source = r.source()
	r.oneAnswer()
	b.standardize(d)
	if e := b.body.attr("scale"); e != nil {
		d.Norm = b.normLaw(e)
	}
	if a := b.body.one("augment"); a != nil {
		at := b.settings(a)
		d.Flip = at.truth("flip")
		d.Crop, _ = at.whole("crop")
	}
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	d.Block = b.in.block()
}

// sourceReader reads the arguments that say where samples come from.
type sourceReader struct {
	b *builder
	s settings
	d *plan.Dataset
}

// source makes the source of a kind. Made samples are not made to be left out:
// their number and the first of them are the source's.
func (r sourceReader) source() dataset.Source {
	s, d := r.s, r.d
	switch d.Kind {
	case "cifar10":
		return dataset.CIFAR{Path: r.path("path"), Test: s.truth("test"), Selection: r.selection(), Digests: r.digests()}
	case "cifar100":
		return dataset.CIFAR{Path: r.path("path"), Hundred: true, Test: s.truth("test"), Coarse: s.truth("coarse"), Selection: r.selection(), Digests: r.digests()}
	case "idx":
		return dataset.IDX{Path: r.path("path"), Labels: r.path("labels"), Test: s.truth("test"), Count: r.whole("count"), Selection: r.selection(), Digests: r.digests()}
	case "csv":
		return dataset.CSV{
			Path: r.path("path"), Header: r.header(), Separator: r.separator(), Label: s.text("label"), Targets: r.choices("targets"), Features: r.choices("features"),
			Shape: r.shape(), Count: r.whole("count"), Selection: r.selection(), Digests: r.digests(),
		}
	case "npy":
		return dataset.NPY{
			Path: r.path("path"), Labels: r.path("labels"), Targets: r.path("targets"), ChannelsFirst: s.truth("channels_first"),
			Count: r.whole("count"), Selection: r.selection(), Digests: r.digests(),
		}
	case "values":
		return dataset.Values{X: r.rows("x"), Labels: r.wholes("labels"), Targets: r.rows("targets"), Shape: r.shape(), Count: r.whole("count"), Selection: r.selection()}
	case "synthetic":
		x := dataset.Synthetic{Seed: r.seed(), Classes: r.whole("classes"), Size: r.whole("size"), First: d.Skip, Limit: d.Limit}
		d.Skip, d.Limit = 0, 0
		return x
	case "teacher":
		x := dataset.Teacher{
			Seed: r.seed(), Inputs: r.whole("inputs"), Hidden: r.whole("hidden"), Outputs: r.whole("outputs"), Noise: s.number("noise"), First: d.Skip, Limit: d.Limit,
		}
		d.Skip, d.Limit = 0, 0
		return x
	case "chebyshev":
		x := dataset.Chebyshev{Degree: r.whole("degree"), Limit: d.Limit}
		d.Limit = 0
		return x
	}
	panic("study: the schema has a dataset of kind " + d.Kind + " that is not built")
}

func (r sourceReader) whole(name string) int {
	n, _ := r.s.whole(name)
	return n
}

// oneAnswer reports labels beside targets: samples have the one or the other.
func (r sourceReader) oneAnswer() {
	for _, labels := range []string{"label", "labels"} {
		if _, known := r.b.body.spec.Attribute(r.d.Kind, labels); known && r.s.set(labels) && r.s.set("targets") {
			r.b.errorf("RL0407", r.b.body.attr("targets"), "Keep one of them: labels are classes, targets are numbers to be learnt.", "%s has both %s and targets", r.b.in.addr, labels)
		}
	}
}

// seed is the dataset's own, or one derived from the study's that all datasets
// of the kind share: parts of one world, held apart by skip.
func (r sourceReader) seed() uint64 {
	r.d.Seed = seedOf(r.b.c.out.Seed, plan.Address{Noun: "dataset", Name: r.d.Kind})
	if n, ok := r.s.whole("seed"); ok {
		r.d.Seed = uint64(n)
	}
	return r.d.Seed
}

// path resolves an argument that names a file or folder, "" if it is not
// written. Whether it may be opened is asked when it is.
func (r sourceReader) path(name string) string {
	e := r.b.body.attr(name)
	if e == nil {
		return ""
	}
	v, ok := r.s.value(name)
	if !ok {
		return ""
	}
	p := r.b.c.dataPath(e, name, v.AsString())
	r.b.in.paths = append(r.b.in.paths, p)
	return p.path
}

// selection is which labelled samples are kept.
func (r sourceReader) selection() dataset.Selection {
	out := dataset.Selection{Classes: r.choices("classes"), PerClass: r.whole("per_class")}
	if r.d.Limit > 0 {
		out.Limit = r.d.Skip + r.d.Limit // no more than these are read
	}
	return out
}

// choices is a list of names or whole numbers, as texts.
func (r sourceReader) choices(name string) []string {
	e := r.b.body.attr(name)
	if e == nil {
		return nil
	}
	fail := func(v cty.Value) []string {
		cure := fmt.Sprintf(`Write a list: %s = ["cat", "dog"], or numbers.`, name)
		if !v.IsNull() && v.Type() == cty.String {
			cure = fmt.Sprintf("Write a list: %s = [%q].", name, v.AsString())
		}
		r.b.errorf("RL0406", e, cure, "%s must be a list of names or numbers, not %s", name, describe(v))
		return nil
	}
	v, ok := r.s.value(name)
	if !ok {
		return nil
	}
	if !isList(v) {
		return fail(v)
	}
	var out []string
	for it := v.ElementIterator(); it.Next(); {
		_, x := it.Element()
		if !x.IsNull() && x.Type() == cty.String {
			out = append(out, x.AsString()) // not keyText: "007" may be the name of a class
			continue
		}
		text, ok := keyText(x)
		if !ok {
			return fail(x)
		}
		out = append(out, text)
	}
	return out
}

func isList(v cty.Value) bool {
	return !v.IsNull() && v.CanIterateElements() && !v.Type().IsMapType() && !v.Type().IsObjectType()
}

// wholes is a list of whole numbers.
func (r sourceReader) wholes(name string) []int {
	e := r.b.body.attr(name)
	if e == nil {
		return nil
	}
	n, _ := r.s.wholes(e, name)
	return n
}

// shape reads channels, height and width; the runtime has height, width,
// channels.
func (r sourceReader) shape() [3]int {
	e := r.b.body.attr("shape")
	if e == nil {
		return [3]int{}
	}
	n, ok := r.s.wholes(e, "shape")
	if !ok {
		return [3]int{}
	}
	if len(n) != 3 || n[0] < 1 || n[1] < 1 || n[2] < 1 {
		r.b.errorf("RL0406", e, "Write shape = [1, 28, 28]: channels, height, width.", "the shape of an image is three numbers of 1 or more")
		return [3]int{}
	}
	return [3]int{n[1], n[2], n[0]}
}

// rows is a list of lists of numbers, or of numbers, each a row of one.
func (r sourceReader) rows(name string) [][]float64 {
	e := r.b.body.attr(name)
	if e == nil {
		return nil
	}
	v, ok := r.s.value(name)
	if !ok {
		return nil
	}
	if !isList(v) {
		r.b.errorf("RL0406", e, fmt.Sprintf("Write one list for each sample: %s = [[0, 1], [2, 3]].", name), "%s must be a list of lists, not %s", name, describe(v))
		return nil
	}
	var out [][]float64
	for it := v.ElementIterator(); it.Next(); {
		_, row := it.Element()
		list := []cty.Value{row}
		if isList(row) {
			list = row.AsValueSlice()
		}
		numbers := make([]float64, 0, len(list))
		for _, x := range list {
			if x.IsNull() || x.Type() != cty.Number {
				r.b.errorf("RL0406", e, fmt.Sprintf("Write numbers, one list of them for each sample: %s = [[0, 1], [2, 3]].", name), "an element of %s is %s, not a number", name, describe(x))
				return nil
			}
			f, _ := x.AsBigFloat().Float64()
			numbers = append(numbers, f)
		}
		out = append(out, numbers)
	}
	return out
}

func (r sourceReader) header() dataset.Header {
	if !r.s.set("header") {
		return dataset.HeaderAuto
	}
	if r.s.truth("header") {
		return dataset.HeaderYes
	}
	return dataset.HeaderNo
}

func (r sourceReader) separator() rune {
	text := r.s.text("separator")
	if text == "" {
		return 0
	}
	c, n := utf8.DecodeRuneInString(text)
	if n != len(text) || c == utf8.RuneError || c == '"' || c == '\n' || c == '\r' || c == '#' {
		r.b.errorf("RL0406", r.b.body.attr("separator"), `Write one character, as in separator = ";" or "\t".`, "%q cannot separate fields", text)
		return 0
	}
	return c
}

// digests reads one digest, of the file at path, or a map by file name.
func (r sourceReader) digests() dataset.Digests {
	e := r.b.body.attr("digest")
	if e == nil {
		return nil
	}
	v, ok := r.s.value("digest")
	if !ok {
		return nil
	}
	out := dataset.Digests{}
	add := func(file string, x cty.Value) bool {
		if x.IsNull() || x.Type() != cty.String || !isDigest(x.AsString()) {
			r.b.errorf("RL0406", e, "Write the 64 hexadecimal digits that sha256sum prints, in quotes; a map by file name for several files.", "%s is no SHA-256", describe(x))
			return false
		}
		out[file] = x.AsString()
		return true
	}
	if v.Type() == cty.String {
		file := ""
		for _, p := range r.b.in.paths {
			if p.name == "path" {
				file = filepath.Base(p.path)
			}
		}
		add(file, v)
		return out
	}
	if v.IsNull() || !v.Type().IsObjectType() && !v.Type().IsMapType() {
		add("", v)
		return nil
	}
	for it := v.ElementIterator(); it.Next(); {
		file, x := it.Element()
		if !add(file.AsString(), x) {
			return nil
		}
	}
	return out
}

func isDigest(s string) bool {
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return len(s) == 64
}

// images reports whether a kind is of images alone.
func images(kind string) bool {
	switch kind {
	case "cifar10", "cifar100", "idx", "synthetic":
		return true
	}
	return false
}

// standardize reads how samples are standardised: a word, or a dataset whose
// statistics serve.
func (b *builder) standardize(d *plan.Dataset) {
	e := b.body.attr("standardize")
	if e == nil {
		if images(d.Kind) {
			d.Standardize = "pixel"
		}
		return
	}
	words := []string{"pixel", "channel", "none"}
	l := b.lowerer()
	l.TextWanted = blockName(e) != ""
	v := l.Lower(e, b.scope(naming))
	if word, ok := v.(math.Static); ok && !word.V.IsNull() && word.V.Type() == cty.String {
		switch d.Standardize = word.V.AsString(); d.Standardize {
		case "none":
			d.Standardize = ""
		case "pixel", "channel":
		default:
			b.errorf("RL0406", e, didYouMean(d.Standardize, words, "It may be "+quoted(words)+", or a dataset whose statistics it takes: dataset.train."), "%q is no value of standardize", d.Standardize)
		}
		return
	}
	all, ok := b.instancesOf(v, e, "dataset")
	if !ok || len(all) != 1 {
		b.in.bad = true
		return
	}
	of := all[0]
	if !b.c.compile(of, spanOf(e.Range())) {
		b.in.bad = true
		return
	}
	if d.Like = of.dataset; d.Like.Like != nil {
		d.Like = d.Like.Like
	}
	b.in.like = of
	d.Standardize = d.Like.Standardize
	if d.Standardize == "" {
		b.errorf("RL0407", e, fmt.Sprintf("Write standardize = \"pixel\" in %s, or leave it out here.", of.addr), "%s is not standardised and has no statistics", of.addr)
	}
}

// normLaw lowers the law of the norms of samples, in i and n.
func (b *builder) normLaw(e hclsyntax.Expression) *plan.Expr {
	l := b.lowerer()
	l.Unknown = func(_, near string) string {
		if near != "" {
			return ""
		}
		return "The law may name i, the number of the sample from 0, n, how many there are, variables, locals and functions."
	}
	names := map[string]math.Value{"i": math.Node{ID: l.Graph.Input("i", graph.Number)}, "n": math.Node{ID: l.Graph.Input("n", graph.Number)}}
	id, ok := l.Node(e, b.scope(formula).With(names))
	if !ok {
		b.in.bad = true
		return nil
	}
	if t := l.Graph.Type(id); t != graph.Number {
		b.errorf("RL0302", e, "Write one number in i and n, as in pow(10, 4 * i / n).", "scale must be a number, not %s", t)
		return nil
	}
	x := expr(l, id, spanOf(e.Range()))
	if c, ok := constant(x); ok && !(c >= 0) {
		b.errorf("RL0406", e, "Write a number of 0 or more.", "the norm of a sample cannot be %v", c)
	}
	return x
}

// open builds a dataset that something names and looks at its files: their
// headers and labels, not the samples. It reports whether the dataset is good; a
// file that is not there is only a warning.
func (c *compiler) open(in *instance, span diag.Span) bool {
	if !c.compile(in, span) {
		return false
	}
	if in.opened {
		return !in.bad
	}
	in.opened = true
	if in.like != nil && !c.open(in.like, span) {
		in.bad = true
		return false
	}
	b := &builder{c: c, in: in, body: in.decl.body}
	for _, p := range in.paths {
		if p.fault != "" {
			b.errorf("RL0416", p.e, p.cure, "%s", p.fault)
			return false
		}
	}
	d := in.dataset
	outline, err := d.Source.Outline()
	var fault *dataset.Error
	switch {
	case err == nil:
		d.Outline = outline
	case !errors.As(err, &fault):
		b.errorAt("RL0417", in.decl.body.header, "Look at the file with another program.", "the data cannot be read: %v", err)
		return false
	case fault.Kind == dataset.Missing:
		w := in.diags.Warnf("RL0418", b.faultSpan("path"), "%s", placed(fault))
		w.Detail, w.Context = "The study cannot run without it. "+placesOfData, b.body.context
		return true
	default:
		b.errorAt("RL0417", b.faultSpan(fault.Argument, "path", "x"), diag.Sentence(fault.Cure), "%s", placed(fault))
		return false
	}
	if !b.digested() {
		return false
	}
	side := min(d.Outline.Shape[0], d.Outline.Shape[1])
	switch n := d.Outline.Samples; {
	case n <= d.Skip:
		b.errorf("RL0417", b.body.attr("skip"), fmt.Sprintf("Skip at most %d.", max(0, n-1)), "there are %s, and the first %d are skipped", plural(n, "sample"), d.Skip)
	case (d.Flip || d.Crop > 0) && d.Outline.Shape[0]*d.Outline.Shape[1] == 1:
		b.errorAt("RL0407", b.body.one("augment").header, "Leave it out, or give the samples the shape of an image.", "the samples of %s are not images, which alone can be mirrored and shifted", in.addr)
	case d.Crop >= side && d.Crop > 0:
		b.errorf("RL0406", b.body.one("augment").attr("crop"), fmt.Sprintf("Write less than %d.", side), "a shift by %s takes the whole image away, which has %d", plural(d.Crop, "pixel"), side)
	case d.Like != nil && d.Like.Outline != nil && d.Like.Outline.Shape != d.Outline.Shape:
		b.errorf("RL0420", b.body.attr("standardize"), "Take the statistics of a dataset of the same shape.", "the samples of %s are %s, those of %s %s", in.addr, shapeText(d.Outline.Shape), d.Like.Address, shapeText(d.Like.Outline.Shape))
	}
	return !in.bad
}

// digested holds the names of digests against the files that there are: a name
// that is none of them would be checked by nothing.
func (b *builder) digested() bool {
	e := b.body.attr("digest")
	if e == nil {
		return true
	}
	v, _ := b.settings(b.body).value("digest")
	var there []string
	for _, p := range b.in.paths {
		files, err := os.ReadDir(p.path)
		if err != nil { // a file
			there = append(there, filepath.Base(p.path))
			continue
		}
		if v.Type() == cty.String {
			b.errorf("RL0406", e, `Write a map by file name: digest = { "data_batch_1.bin" = "..." }.`, "%s is a folder, and one digest is given", p.path)
			return false
		}
		for _, f := range files {
			if !f.IsDir() {
				there = append(there, f.Name())
				continue
			}
			inner, _ := os.ReadDir(filepath.Join(p.path, f.Name())) // as archives unpack to
			for _, f := range inner {
				there = append(there, f.Name())
			}
		}
	}
	if v.Type() == cty.String {
		return true
	}
	for _, name := range sortedKeys(v.AsValueMap()) {
		if !slices.Contains(there, name) {
			b.errorf("RL0406", e, didYouMean(name, there, "There are "+list(there)+"."), "there is no file %q to have a digest", name)
			return false
		}
	}
	return true
}

// faultSpan is the first of some arguments that is written, or the block's
// header.
func (b *builder) faultSpan(names ...string) diag.Span {
	for _, name := range names {
		if _, known := b.body.spec.Attribute(b.body.kind, name); known && b.body.attr(name) != nil {
			return spanOf(b.body.attr(name).Range())
		}
	}
	return b.body.header
}

// placed is what is wrong with data, after its place in the file.
func placed(fault *dataset.Error) string {
	f := *fault
	f.Cure = ""
	return f.Error()
}

// form is what is known of the samples: the outline of the data or, where they
// are not there, of any data of their kind; nil if nothing is.
func form(d *plan.Dataset) *dataset.Outline {
	if d.Outline != nil {
		o := *d.Outline
		o.Samples = d.Samples()
		return &o
	}
	source, ok := d.Source.(dataset.CIFAR)
	if !ok {
		return nil
	}
	o := &dataset.Outline{Samples: 50000, Shape: [3]int{32, 32, 3}, Classes: 10}
	switch {
	case len(source.Classes) > 0:
		o.Classes = len(source.Classes)
	case source.Hundred && source.Coarse:
		o.Classes = 20
	case source.Hundred:
		o.Classes = 100
	}
	if d.Limit > 0 {
		o.Samples = d.Limit
	}
	return o
}

// shapeText is the shape of samples as a study writes it.
func shapeText(s [3]int) string {
	if s[0] == 1 && s[1] == 1 {
		return fmt.Sprintf("[%d]", s[2])
	}
	return fmt.Sprintf("[%d, %d, %d]", s[2], s[0], s[1])
}

// datasetObject is a dataset as expressions see it.
type datasetObject struct{ reference }

func (o datasetObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if !o.c.open(o.in, o.span) {
		o.c.fail()
		return math.Bad
	}
	d := o.in.dataset
	have := []string{"samples", "features", "classes", "norms", "mean", "deviation"}
	f := form(d)
	if f == nil {
		f = &dataset.Outline{Samples: 1, Shape: [3]int{1, 1, 1}} // the study cannot run, and the lengths are unknown
	}
	switch name {
	case "samples", "features", "classes":
		return o.result(l, graph.Number, name)
	case "norms":
		return o.result(l, graph.Of(f.Samples), name)
	case "mean", "deviation":
		if d.Standardize == "" {
			return l.ErrorAt("RL0203", span, `Write standardize = "pixel" or "channel" in it.`, "%s is not standardised and has no %s", o.Describe(), name)
		}
		n := f.Shape[2]
		if d.Standardize == "pixel" {
			n *= f.Shape[0] * f.Shape[1]
		}
		return o.result(l, graph.Of(n), name)
	}
	return o.unknown(l, name, span, have)
}
