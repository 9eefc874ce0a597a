package study

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/schema"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// address is a reference as a text may have it by mistake: in braces, with a
// format after a colon as in Python, or after a dollar alone.
var address = regexp.MustCompile(`\{\s*([a-z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*|\[[^\[\]{}]*\])+)\s*(?::[^{}]*)?\}|\$([a-z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*|\[[0-9]+\])+)`)

// plainReferences warns of texts in which an address of an existing block
// stands where its value was meant.
func (c *compiler) plainReferences() {
	for _, b := range c.file.blocks {
		c.plainIn(b)
	}
}

func (c *compiler) plainIn(b *body) {
	for _, spec := range b.spec.AttributesOf(b.kind) {
		e := b.attr(spec.Name)
		if e == nil || len(c.diags) > maxErrors || spec.Phase != schema.Text && spec.Type != schema.Cells {
			continue
		}
		hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
			if t, ok := n.(*hclsyntax.TemplateExpr); ok {
				for _, p := range t.Parts {
					if lit, ok := p.(*hclsyntax.LiteralValueExpr); ok && lit.Val.Type() == cty.String {
						c.plainText(b, lit)
					}
				}
			}
			return nil
		})
	}
	for _, inner := range b.blocks {
		c.plainIn(inner)
	}
}

// plainText looks at the literal part of a text. An escape such as $${ is
// what was meant.
func (c *compiler) plainText(b *body, lit *hclsyntax.LiteralValueExpr) {
	if text := lit.Val.AsString(); !strings.ContainsAny(text, "{$") || strings.Contains(c.textOf(lit.SrcRange), "$${") {
		return
	}
	if len(c.diags) > maxErrors {
		return
	}
	for _, m := range address.FindAllStringSubmatch(lit.Val.AsString(), 20) {
		name := m[1] + m[2]
		t, diags := hclsyntax.ParseTraversalAbs([]byte(name), "", hcl.InitialPos)
		if diags.HasErrors() || !c.names(t) {
			continue
		}
		d := c.diags.Warnf("RL0207", spanOf(lit.SrcRange), "the text shows %s as it stands, not its value", m[0])
		d.Detail, d.Context = fmt.Sprintf("Write ${%s}.", name), b.context
		return // one for each text
	}
}

// names reports whether a reference begins with a block or value that exists.
func (c *compiler) names(t hcl.Traversal) bool {
	a, ok := t[min(1, len(t)-1)].(hcl.TraverseAttr)
	if !ok {
		return false
	}
	switch root := t.RootName(); root {
	case "var":
		_, ok = c.module.Vars[a.Name]
	case "local":
		_, ok = c.module.Locals[a.Name]
	case "run", "landscape", "spectrum", "projection", "orbit", "growth", "dataset":
		_, ok = c.blocks[root][a.Name]
		ok = ok && len(t) > 2
	default:
		ok = false
	}
	return ok
}

// unusedParams warns of parameters on which the value does not depend.
func (b *builder) unusedParams(params, value hclsyntax.Expression, f *plan.Objective) {
	tuple, ok := params.(*hclsyntax.TupleConsExpr)
	if !ok || len(tuple.Exprs) != len(f.Params) {
		return
	}
	used := map[string]bool{}
	for _, t := range hclsyntax.Variables(value) {
		used[t.RootName()] = true
	}
	g := f.Value.Graph
	inputs := map[graph.ID]string{}
	for _, p := range f.Params {
		if id, ok := g.Lookup(p.Name); ok {
			inputs[id] = p.Name
		}
	}
	for _, id := range reach(g, f.Value.Root) {
		if name, ok := inputs[id]; ok {
			used[name] = true
		}
	}
	for i, p := range f.Params {
		if used[p.Name] || len(b.in.diags) > maxErrors {
			continue
		}
		d := b.in.diags.Warnf("RL0206", spanOf(tuple.Exprs[i].Range()), "the value does not depend on the parameter %q", p.Name)
		d.Detail, d.Context = "Use it in value, or leave it out of params: no run moves it.", b.body.context
	}
}
