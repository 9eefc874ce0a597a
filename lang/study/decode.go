package study

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	"relief/lang/schema"
)

// body is a block held against the schema: every attribute and nested block in
// it is one that the schema knows.
type body struct {
	spec    *schema.Block
	kind    string // the kind label, "" if the block has none
	name    string // the name label, "" if it has none
	src     *hclsyntax.Block
	header  diag.Span
	context string // of diagnostics: `run "before"`
	attrs   map[string]*hclsyntax.Attribute
	blocks  []*body // in the order of the file
	broken  bool    // an error in it has been reported
}

// attr returns an argument's expression, nil if it is not written.
func (b *body) attr(name string) hclsyntax.Expression {
	if a, ok := b.attrs[name]; ok {
		return a.Expr
	}
	return nil
}

// nested returns the nested blocks of a noun.
func (b *body) nested(noun string) []*body {
	var out []*body
	for _, n := range b.blocks {
		if n.spec.Noun == noun {
			out = append(out, n)
		}
	}
	return out
}

// one returns the nested block of a noun that stands at most once.
func (b *body) one(noun string) *body {
	if n := b.nested(noun); len(n) > 0 {
		return n[0]
	}
	return nil
}

// spanOf converts a range of the parser.
func spanOf(r hcl.Range) diag.Span {
	return diag.Span{
		File:  r.Filename,
		Start: diag.Pos{Line: r.Start.Line, Column: r.Start.Column, Byte: r.Start.Byte},
		End:   diag.Pos{Line: r.End.Line, Column: r.End.Column, Byte: r.End.Byte},
	}
}

// report adds an error with its cure.
func report(diags *diag.List, code diag.Code, r hcl.Range, context, cure, format string, args ...any) {
	d := diags.Errorf(code, spanOf(r), format, args...)
	d.Detail, d.Context = cure, context
}

// didYouMean suggests the candidate nearest to name, or says otherwise.
func didYouMean(name string, candidates []string, otherwise string) string {
	if s := diag.Suggest(name, candidates); s != "" {
		return fmt.Sprintf("Did you mean %q?", s)
	}
	return otherwise
}

// decoder holds blocks against the schema.
type decoder struct{ diags *diag.List }

func (d decoder) errorf(b *body, code diag.Code, r hcl.Range, cure, format string, args ...any) {
	b.broken = true
	if len(*d.diags) > maxErrors {
		return
	}
	report(d.diags, code, r, b.context, cure, format, args...)
}

// block decodes one block. context names the block around it, "" at top
// level.
func (d decoder) block(spec *schema.Block, src *hclsyntax.Block, context string) *body {
	b := &body{spec: spec, src: src, context: context, header: spanOf(src.DefRange())}
	if context == "" {
		b.context = contextOf(src)
	}
	if !d.labels(b) {
		return b
	}
	d.attributes(b)
	d.nested(b)
	return b
}

// contextOf names a block as messages do: noun and last label.
func contextOf(src *hclsyntax.Block) string {
	if n := len(src.Labels); n > 0 {
		return fmt.Sprintf("%s %q", src.Type, src.Labels[n-1])
	}
	return src.Type
}

// labels checks the labels; it returns false if what the block holds cannot
// be judged without them.
func (d decoder) labels(b *body) bool {
	spec, src := b.spec, b.src
	least := len(spec.Labels) - spec.Optional
	if n := len(src.Labels); n < least || n > len(spec.Labels) {
		r := src.DefRange()
		if n > len(spec.Labels) {
			r = src.LabelRanges[len(spec.Labels)]
		}
		takes := plural(len(spec.Labels), "label")
		if spec.Optional > 0 {
			takes = fmt.Sprintf("%d or %s", least, takes)
		}
		d.errorf(b, "RL0404", r, "Write "+spec.Form()+" { ... }.", "%s takes %s, not %d", spec.Noun, takes, n)
		if n < least {
			return false
		}
	}
	for i, what := range spec.Labels[:min(len(spec.Labels), len(src.Labels))] {
		label := src.Labels[i]
		switch what {
		case "kind":
			b.kind = label
			if _, ok := spec.Kind(label); !ok {
				d.errorf(b, "RL0401", src.LabelRanges[i], kindCure(spec, label), "unknown kind of %s %q", spec.Noun, label)
				return false
			}
		default:
			b.name = label
			if i == len(spec.Labels)-1 && spec.FreeLabel {
				if strings.TrimSpace(label) == "" {
					d.errorf(b, "RL0202", src.LabelRanges[i], "Say in a few words what is claimed.", "the label is empty")
				}
				continue
			}
			if cure := badIdentifier(label); cure != "" {
				d.errorf(b, "RL0202", src.LabelRanges[i], cure, "%q cannot be a name", label)
			}
		}
	}
	return true
}

// badIdentifier says what to write instead of a name that is none, "" if the
// name is good.
func badIdentifier(name string) string {
	if strings.Contains(name, "-") {
		if u := strings.ReplaceAll(name, "-", "_"); hclsyntax.ValidIdentifier(u) {
			return fmt.Sprintf("A name has no hyphen, which would read as a minus: write %q.", u)
		}
	}
	if u := strings.Join(strings.Fields(name), "_"); u != name && hclsyntax.ValidIdentifier(u) && !strings.Contains(u, "-") {
		return fmt.Sprintf("A name has no blanks: write %q.", u)
	}
	if !hclsyntax.ValidIdentifier(name) || strings.Contains(name, "-") {
		return "A name begins with a letter and goes on with letters, digits and _."
	}
	return ""
}

func (d decoder) attributes(b *body) {
	b.attrs = make(map[string]*hclsyntax.Attribute, len(b.src.Body.Attributes))
	if b.spec.Open != "" {
		for _, a := range inOrder(b.src.Body.Attributes) {
			if cure := badIdentifier(a.Name); cure != "" {
				d.errorf(b, "RL0202", a.NameRange, cure, "%q cannot be a name", a.Name)
				continue
			}
			b.attrs[a.Name] = a
		}
		return
	}
	known := b.spec.AttributesOf(b.kind)
	missing := map[string]bool{}
	var free []string // not yet used
	for _, a := range known {
		if _, set := b.src.Body.Attributes[a.Name]; !set {
			free = append(free, a.Name)
			if a.Required {
				missing[a.Name] = true
			}
		}
	}
	open := b.spec.OpenWith != "" && b.src.Body.Attributes[b.spec.OpenWith] != nil
	unknown := 0
	for name := range b.src.Body.Attributes {
		if _, ok := b.spec.Attribute(b.kind, name); !ok {
			unknown++
		}
	}
	for _, a := range inOrder(b.src.Body.Attributes) {
		if len(*d.diags) > maxErrors {
			b.broken = true
			return
		}
		_, ok := b.spec.Attribute(b.kind, a.Name)
		switch {
		case ok, open:
			b.attrs[a.Name] = a
		default:
			d.unknownAttribute(b, a, free, missing, unknown == 1)
		}
	}
	for _, a := range known {
		if missing[a.Name] {
			d.errorf(b, "RL0403", b.src.DefRange(), missingCure(a), "%s needs %q", b.title(), a.Name)
		}
	}
}

// title names a block in a sentence about it.
func (b *body) title() string {
	if n := len(b.src.Labels); n > 0 {
		return fmt.Sprintf("%s %q", b.spec.Noun, b.src.Labels[n-1])
	}
	return b.spec.Noun
}

// unknownAttribute reports an argument that the block does not have. One that
// is nearest to a missing one stands for it, so that a typo is one error; so
// does an only one for the only one that is missing.
func (d decoder) unknownAttribute(b *body, a *hclsyntax.Attribute, free []string, missing map[string]bool, only bool) {
	near := diag.Suggest(a.Name, slices.Sorted(maps.Keys(missing)))
	if near == "" {
		near = diag.Suggest(a.Name, free)
	}
	elsewhere := foreignCure(b, a.Name, missing)
	if elsewhere == "" {
		delete(missing, near)
	}
	cure := fmt.Sprintf("See: relief docs %s", b.spec.Noun)
	switch n, isBlock := b.spec.NestedBlock(a.Name); {
	case told(b, a.Name):
		b.broken = true
		return
	case elsewhere != "":
		cure = elsewhere
	case isBlock && len(n.Block.Labels) > 0:
		cure = fmt.Sprintf(`It is a block: %s "..." { ... }, without the equals sign.`, a.Name)
	case isBlock:
		cure = fmt.Sprintf("It is a block: %s { ... }, without the equals sign.", a.Name)
	case near != "":
		cure = fmt.Sprintf("Did you mean %q?", near)
	case b.spec.Noun == "optimizer" && b.kind == "map":
		cure = fmt.Sprintf("A variable stands in a block, state { %s = 0 * params }, and what it becomes in update { %s = ... }.", a.Name, a.Name)
		if a.Name == "params" {
			cure = "It stands in a block: update { params = ... }."
		}
	default:
		var kinds []string
		for _, k := range b.spec.Kinds {
			if slices.ContainsFunc(k.Attributes, func(s schema.Attribute) bool { return s.Name == a.Name }) {
				kinds = append(kinds, k.Name)
			}
		}
		if len(kinds) > 0 {
			cure = fmt.Sprintf("It belongs to %s %s: write %s %q { ... }.", b.spec.Noun, strings.Join(kinds, ", "), b.spec.Noun, kinds[0])
		} else if len(free) > 0 {
			cure = fmt.Sprintf("It has %s.", strings.Join(names(b.spec.AttributesOf(b.kind)), ", "))
			if only && len(missing) == 1 {
				for name := range missing {
					need, _ := b.spec.Attribute(b.kind, name)
					cure = fmt.Sprintf("It needs %s: %s.", name, need.Description)
					delete(missing, name)
				}
			}
		}
	}
	d.errorf(b, "RL0402", a.NameRange, cure, "%s has no argument %q", b.title(), a.Name)
}

// sortedKeys are the keys of a map in alphabetical order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func names(attrs []schema.Attribute) []string {
	out := make([]string, len(attrs))
	for i, a := range attrs {
		out[i] = a.Name
	}
	return out
}

func (d decoder) nested(b *body) {
	count := map[string]int{}
	typo := standIns(b)
	for _, src := range b.src.Body.Blocks {
		if len(*d.diags) > maxErrors {
			b.broken = true
			return
		}
		n, ok := b.spec.NestedBlock(src.Type)
		if !ok {
			d.unknownBlock(b, src, typo)
			continue
		}
		if n.Kind != "" && n.Kind != b.kind {
			d.errorf(b, "RL0401", src.TypeRange, fmt.Sprintf("It belongs to %s %q: leave it out, or write that.", b.spec.Noun, n.Kind), "%s %q has no block %q inside", b.spec.Noun, b.kind, src.Type)
			continue
		}
		count[src.Type]++
		if n.Max == 1 && count[src.Type] == 2 {
			d.errorf(b, "RL0201", src.DefRange(), "Keep one of them.", "%s has a second %s block", b.title(), src.Type)
			continue
		}
		if n.Max > 1 && count[src.Type] == n.Max+1 {
			d.errorf(b, "RL0407", src.DefRange(), "Remove it.", "%s has at most %d %s blocks", b.title(), n.Max, src.Type)
			continue
		}
		if n.Max > 0 && count[src.Type] > n.Max {
			continue
		}
		inner := d.block(n.Block, src, b.context)
		b.broken = b.broken || inner.broken
		b.blocks = append(b.blocks, inner)
	}
	for _, n := range b.spec.Blocks {
		if b.src.Body.Attributes[n.Block.Noun] != nil {
			continue // written with an equals sign, which is reported
		}
		if count[n.Block.Noun] < n.Min && !typo[n.Block.Noun] && (n.Kind == "" || n.Kind == b.kind) {
			d.errorf(b, "RL0403", b.src.DefRange(), fmt.Sprintf("Add a block %s { ... } to it.", n.Block.Form()), "%s needs %s %q block", b.title(), article(n.Block.Noun), n.Block.Noun)
		}
	}
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an"
	}
	return "a"
}

func (d decoder) unknownBlock(b *body, src *hclsyntax.Block, typo map[string]bool) {
	var nouns []string
	for _, n := range b.spec.Blocks {
		nouns = append(nouns, n.Block.Noun)
	}
	if src.Type == "locals" {
		d.errorf(b, "RL0401", src.TypeRange, "Put it beside the block; its names are seen everywhere in the file.", "%s has no block %q inside", b.title(), src.Type)
		return
	}
	cure := didYouMean(src.Type, nouns, "")
	if near := diag.Suggest(src.Type, nouns); near != "" {
		typo[near] = true
	}
	if cure == "" {
		if layer := layerCure(b.spec, src.Type); layer != "" {
			cure = layer
		} else if _, isAttr := b.spec.Attribute(b.kind, src.Type); isAttr {
			cure = fmt.Sprintf("It is an argument: %s = ...", src.Type)
		} else if _, top := schema.Lookup(src.Type); top {
			cure = "It stands at the top level of the file: close the block before it."
		} else if len(nouns) == 0 {
			cure = fmt.Sprintf("%s holds no blocks.", b.spec.Noun)
		} else {
			cure = "It may hold " + strings.Join(nouns, ", ") + "."
		}
	}
	d.errorf(b, "RL0401", src.TypeRange, cure, "%s has no block %q inside", b.title(), src.Type)
}

// inOrder returns attributes in the order of the file.
func inOrder(attrs hclsyntax.Attributes) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(attrs), func(a, b *hclsyntax.Attribute) int {
		return a.NameRange.Start.Byte - b.NameRange.Start.Byte
	})
}

// missingCure says what a required argument may be.
func missingCure(a schema.Attribute) string {
	if len(a.Allowed) > 0 && a.Type == schema.Direction {
		return fmt.Sprintf("Add %s = %s, a vector, or the point that it leads to.", a.Name, quoted(a.Allowed))
	}
	return fmt.Sprintf("Add %s = ...: %s.", a.Name, strings.ReplaceAll(a.Description, "`", ""))
}

func plural(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun
	case 1:
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
