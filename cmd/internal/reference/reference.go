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
	"unicode"

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
		out = append(out, Entry{Name: b.Noun, Kind: "block", Written: header(b), Summary: sentence(b.Description), block: b})
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
		e := Entry{Name: path + "." + n.Block.Noun, Kind: "part", Written: header(n.Block), Summary: sentence(n.Block.Description), block: n.Block}
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
		out = append(out, Entry{Name: b.Noun + "." + k.Name, Kind: b.Noun, Written: written, Summary: k.Description, block: b, kind: k})
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

// elsewhere has the names that other languages and PyTorch give to what there is,
// in lower case and without the modules before them.
var elsewhere = map[string]string{
	"randn": "normal", "gauss": "normal", "gaussian": "normal", "rnorm": "normal", "rand": "uniform", "runif": "uniform", "random": "uniform",
	"linear": "layer.dense", "conv2d": "layer.conv", "batchnorm2d": "layer.batch_norm", "batchnorm1d": "layer.batch_norm", "layernorm": "layer.layer_norm", "groupnorm": "layer.layer_norm",
	"relu": "layer.activation", "leakyrelu": "layer.activation", "elu": "layer.activation", "gelu": "layer.activation", "tanh": "layer.activation", "hardtanh": "layer.activation", "softplus": "layer.activation", "sigmoid": "layer.activation",
	"maxpool2d": "layer.max_pool", "avgpool2d": "layer.avg_pool", "adaptiveavgpool2d": "layer.global_pool", "sequential": "network", "module": "network",
	"crossentropyloss": "objective", "cross_entropy": "objective", "mseloss": "objective", "mse": "objective", "mse_loss": "objective", "loss": "objective", "criterion": "objective",
	"dataloader": "dataset", "dataset": "dataset", "mnist": "dataset.idx", "fashionmnist": "dataset.idx", "epoch": "optimizer.sgd", "epochs": "optimizer.sgd", "minibatch": "optimizer.sgd",
	"state_dict": "run", "checkpoint": "run", "load_state_dict": "run", "accuracy": "probe.test", "hessian_eigenvalues": "probe.sharpness", "lanczos": "probe.sharpness",
	"lr_scheduler": "schedule", "scheduler": "schedule", "steplr": "step_decay", "multisteplr": "piecewise", "lambdalr": "schedule", "exponentiallr": "exponential_decay",
	"cosineannealinglr": "cosine_decay", "polynomiallr": "polynomial_decay", "linearlr": "warmup", "cycliclr": "cyclic", "onecyclelr": "cyclic", "std": "standard_deviation", "sem": "standard_error", "cov": "covariance", "moving_average": "running_mean", "rolling": "running_mean",
	"heavy_ball": "optimizer.momentum", "langevin": "optimizer.sde", "sgld": "optimizer.sde", "signsgd": "optimizer.map", "lion": "optimizer.map",
}

// known is a name as the table of names from elsewhere has it.
func known(name string) string {
	if _, last, ok := cutLast(name); ok {
		for _, module := range []string{"torch.", "nn.", "optim.", "np.", "numpy.", "random.", "F.", "tf.", "jax."} {
			if strings.HasPrefix(name, module) {
				name = last
				break
			}
		}
	}
	return strings.ToLower(name)
}

// Find returns the entries that a name stands for: the one of that whole name,
// or those whose last part it is. If there is none, near is the name that may
// be meant, or "".
func Find(name string) (found []Entry, near string) {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "std."), "std::")
	name, _, _ = strings.Cut(name, "(")
	for _, way := range []func(*Entry) bool{
		func(e *Entry) bool { return e.Name == name },
		func(e *Entry) bool { _, last, ok := cutLast(e.Name); return ok && last == name },
		func(e *Entry) bool { return e.Name == elsewhere[known(name)] },
		func(e *Entry) bool { _, last, ok := cutLast(e.Name); return ok && last == known(name) },
		func(e *Entry) bool { return e.Name == known(name) },
	} {
		for _, e := range all() {
			if way(&e) {
				found = append(found, e)
			}
		}
		if len(found) > 0 {
			return found, ""
		}
	}
	var names []string
	for _, e := range all() {
		names = append(names, e.Name)
		if _, last, ok := cutLast(e.Name); ok {
			names = append(names, last)
		}
	}
	return nil, diag.Suggest(name, names)
}

// Mentioning returns the entries whose text has a word, such as a value of an
// argument: "relu", "safetensors". A block is named for what its kinds share.
func Mentioning(word string) []Entry {
	has := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(text string) bool {
			return slices.ContainsFunc(strings.FieldsFunc(text, apart), func(w string) bool { return strings.EqualFold(w, word) })
		})
	}
	hasAny := func(list []schema.Attribute) bool {
		return slices.ContainsFunc(list, func(a schema.Attribute) bool { return has(append(slices.Clone(a.Allowed), a.Description)...) })
	}
	var out []Entry
	for _, e := range all() {
		switch {
		case e.kind != nil && (has(e.kind.Description) || hasAny(e.kind.Attributes)),
			e.kind == nil && e.block != nil && (has(e.block.Description) || hasAny(e.arguments())),
			e.builtin != nil && has(e.builtin.Description, e.builtin.Convention),
			e.fn != nil && has(e.fn.Doc().Description, e.fn.Doc().Formula, e.fn.Doc().Source),
			e.network != nil && has(e.network.Description, e.network.Source):
			out = append(out, e)
		}
	}
	return out
}

// apart reports whether a character separates words: an underscore is part of one.
func apart(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

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
