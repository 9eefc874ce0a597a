// Package reference is what a study may name, with one sentence for each: the
// blocks of the language with their kinds and parts, and the functions that are
// built in or written in the standard library.
//
//	lang/schema, stdlib --(All)--> Entry --(Text)--> relief list, relief docs
//	                                     --(Library, Diagnostics)--> docs/*.md
//
// It is made from the tables that studies are checked with, so it cannot say
// what is not so.
package reference

import (
	"slices"
	"strings"
	"sync"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/lang/schema"
	"relief/lang/study"
	"relief/stdlib"
)

// Entry is one thing that can be named.
type Entry struct {
	Name    string // "run", "run.stop", "optimizer.gd", "log_growth", "pi"
	Kind    string // "block", "part", "mark", "dataset", "layer", "network", "optimizer", "probe", "law", "function", "constant"
	Written string // how it is written: `run "name"`, "log_growth(x)"
	Summary string // one sentence, without a full stop
	Later   bool   // designed, but not built yet

	block   *schema.Block // of a block, part or mark, and the block of a kind
	kind    *schema.Kind
	builtin *stdlib.Builtin
	fn      *math.Function
	network *study.StandardNetwork
}

// Kinds lists the kinds of entries in the order in which they are listed.
var Kinds = []string{"block", "part", "mark", "dataset", "layer", "network", "optimizer", "probe", "law", "function", "constant"}

// All returns every entry, by kind and then in the order of its table;
// functions and constants by name.
func All() []Entry { return slices.Clone(all()) }

var all = sync.OnceValue(func() []Entry {
	var out []Entry
	for i := range schema.Blocks {
		b := &schema.Blocks[i]
		out = append(out, Entry{Name: b.Noun, Kind: "block", Written: header(b), Summary: sentence(b.Description), Later: b.Later, block: b})
		out = append(out, parts(b, b.Noun, map[*schema.Block]bool{})...)
		out = append(out, kinds(b)...)
	}
	for _, b := range stdlib.Builtins() {
		e := Entry{Name: b.Name, Kind: "function", Written: b.Signature, Summary: b.Description, builtin: &b}
		if !strings.Contains(b.Signature, "(") {
			e.Kind = "constant"
		}
		out = append(out, e)
	}
	for _, b := range stdlib.Laws() {
		out = append(out, Entry{Name: b.Name, Kind: "law", Written: b.Signature, Summary: b.Description, builtin: &b})
	}
	std, _ := study.Standard()
	for _, f := range std.Functions {
		out = append(out, Entry{Name: f.Name, Kind: "function", Written: f.Name + "(" + strings.Join(f.Params, ", ") + ")", Summary: f.Doc().Description, fn: f})
	}
	nets, _ := study.StandardNetworks()
	for _, n := range nets {
		out = append(out, Entry{Name: "std." + n.Name, Kind: "network", Written: "use = std." + n.Name, Summary: n.Description, network: &n})
	}
	slices.SortStableFunc(out, func(a, b Entry) int {
		if c := slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind); c != 0 {
			return c
		}
		if a.Kind == "function" || a.Kind == "constant" {
			return strings.Compare(a.Name, b.Name)
		}
		return 0
	})
	return out
})

// parts lists the blocks inside a block. One that stands in several places,
// such as a mark in a panel and in a plot, is listed under the outermost.
func parts(b *schema.Block, path string, seen map[*schema.Block]bool) []Entry {
	var out []Entry
	var inner []schema.Nested
	for _, n := range b.Blocks {
		if n.Block.Noun == "optimizer" || seen[n.Block] {
			continue
		}
		seen[n.Block] = true
		e := Entry{Name: path + "." + n.Block.Noun, Kind: "part", Written: header(n.Block), Summary: sentence(n.Block.Description), Later: n.Block.Later, block: n.Block}
		if isMark(n.Block) {
			e.Kind = "mark"
		}
		out = append(out, e)
		inner = append(inner, n)
	}
	for _, n := range inner {
		out = append(out, kinds(n.Block)...)
		out = append(out, parts(n.Block, path+"."+n.Block.Noun, seen)...)
	}
	return out
}

// isMark reports whether a part of a plot draws.
func isMark(b *schema.Block) bool {
	p, _ := schema.Lookup("plot")
	n, ok := p.NestedBlock(b.Noun)
	return ok && n.Block == b && n.Max == 0 && b.Noun != "panel"
}

func kinds(b *schema.Block) []Entry {
	var out []Entry
	for i := range b.Kinds {
		k := &b.Kinds[i]
		written := strings.Replace(header(b), `"kind"`, `"`+k.Name+`"`, 1)
		out = append(out, Entry{Name: b.Noun + "." + k.Name, Kind: b.Noun, Written: written, Summary: k.Description, Later: k.Later, block: b, kind: k})
	}
	return out
}

// header is the beginning of a block as it is written.
func header(b *schema.Block) string {
	text := b.Noun
	for _, l := range b.Labels[:len(b.Labels)-b.Optional] {
		text += ` "` + l + `"`
	}
	return text
}

// sentence is the first sentence of a text, without its full stop.
func sentence(text string) string {
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(text, ".")
}

// elsewhere has the names that other languages give to laws.
var elsewhere = map[string]string{
	"randn": "normal", "torch.randn": "normal", "np.random.randn": "normal", "random.normal": "normal", "np.random.normal": "normal", "gauss": "normal", "gaussian": "normal", "rnorm": "normal",
	"rand": "uniform", "torch.rand": "uniform", "np.random.rand": "uniform", "random.uniform": "uniform", "np.random.uniform": "uniform", "runif": "uniform", "random": "uniform",
}

// Find returns the entries that a name stands for: the one of that whole name,
// or those whose last part it is. If there is none, near is the name that may
// be meant, or "".
func Find(name string) (found []Entry, near string) {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "std."), "std::")
	name, _, _ = strings.Cut(name, "(")
	if law, ok := elsewhere[name]; ok {
		name = law
	}
	var names []string
	for _, e := range all() {
		if e.Name == name {
			found = append(found, e)
		}
		names = append(names, e.Name)
		if _, last, ok := cutLast(e.Name); ok {
			names = append(names, last)
		}
	}
	if len(found) > 0 {
		return found, ""
	}
	for _, e := range all() {
		if _, last, ok := cutLast(e.Name); ok && last == name {
			found = append(found, e)
		}
	}
	if len(found) > 0 {
		return found, ""
	}
	return nil, diag.Suggest(name, names)
}

func cutLast(name string) (before, last string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

// WithArgument returns the blocks, parts and kinds that have an argument of
// that name of their own.
func WithArgument(name string) []Entry {
	var out []Entry
	has := func(list []schema.Attribute) bool {
		return slices.ContainsFunc(list, func(a schema.Attribute) bool { return a.Name == name })
	}
	for _, e := range all() {
		if e.kind != nil && has(e.kind.Attributes) || e.kind == nil && e.block != nil && has(e.arguments()) {
			out = append(out, e)
		}
	}
	return out
}

// arguments are those that an entry describes: of a kind, all that its block
// takes.
func (e *Entry) arguments() []schema.Attribute {
	switch {
	case e.kind != nil:
		return e.block.AttributesOf(e.kind.Name)
	case e.block != nil:
		return e.block.AttributesOf("")
	}
	return nil
}
