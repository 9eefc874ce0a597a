package study

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/math"
)

// checkNames looks for unknown names in every function of the study's file,
// also in those that nothing calls. More cannot be said of a function before
// it is called: its parameters take any shape.
func (c *compiler) checkNames() {
	for _, b := range c.file.blocks {
		if b.spec.Noun != "function" {
			continue
		}
		f := c.module.Functions[b.name]
		if f == nil || f.Value == nil || f.Span != b.header {
			continue
		}
		if len(c.diags) > maxErrors {
			return
		}
		n := nameCheck{c: c, f: f, context: b.context}
		n.expr(f.Value)
		for _, name := range slices.Sorted(maps.Keys(f.Locals)) {
			n.expr(f.Locals[name])
		}
	}
}

// nameCheck resolves the names of one function.
type nameCheck struct {
	c       *compiler
	f       *math.Function
	context string
}

func (n nameCheck) expr(e hclsyntax.Expression) {
	for _, t := range hclsyntax.Variables(e) {
		if len(n.c.diags) > maxErrors {
			return
		}
		n.variable(t)
	}
	hclsyntax.VisitAll(e, func(x hclsyntax.Node) hcl.Diagnostics {
		if call, ok := x.(*hclsyntax.FunctionCallExpr); ok && len(n.c.diags) <= maxErrors {
			n.call(call)
		}
		return nil
	})
}

func (n nameCheck) unknown(r hcl.Range, what, name string, candidates []string, otherwise string) {
	cure := math.NameCure(name)
	if cure == "" || what != "name" && what != "function" {
		cure = didYouMean(name, candidates, otherwise)
	}
	report(&n.c.diags, "RL0203", r, n.context, cure, "unknown %s %q", what, name)
}

var symbolNames = []string{"t", "steps", "loss", "grad_norm"}

func (n nameCheck) variable(t hcl.Traversal) {
	name := t.RootName()
	m := n.c.module
	if slices.Contains(n.f.Params, name) || name == "pi" || name == "e" || name == "inf" {
		return
	}
	second := func(known []string, otherwise string) {
		if len(t) < 2 {
			return
		}
		if a, ok := t[1].(hcl.TraverseAttr); ok && !slices.Contains(known, a.Name) {
			r := a.SrcRange
			r.Start.Byte++
			r.Start.Column++
			n.unknown(r, map[string]string{"var": "variable", "local": "local"}[name], a.Name, known, fmt.Sprintf(otherwise, a.Name))
		}
	}
	switch name {
	case "var":
		second(slices.Sorted(maps.Keys(m.Vars)), `Declare it: variable %q { default = ... }.`)
		return
	case "local":
		second(append(slices.Sorted(maps.Keys(n.f.Locals)), slices.Sorted(maps.Keys(m.Locals))...), "Declare it: locals { %s = ... }.")
		return
	case "std":
		return
	}
	if n.isFunction(name) || m.Imports[name] != nil || n.c.failed["import"][name] {
		return
	}
	if slices.Contains(symbolNames, name) {
		report(&n.c.diags, "RL0203", t[0].SourceRange(), n.context, fmt.Sprintf("Make it a parameter of another name and pass %s in the call.", name), "%q has no meaning in a function", name)
		return
	}
	if _, noun := m.Blocks[name]; noun {
		return // what is wrong is told where the function is called
	}
	n.unknown(t[0].SourceRange(), "name", name, append(slices.Clone(n.f.Params), n.functions()...), "`relief list` shows every name of the standard library.")
}

func (n nameCheck) isFunction(name string) bool {
	m := n.c.module
	if _, ok := m.Functions[name]; ok {
		return true
	}
	if _, ok := m.Std.Functions[name]; ok {
		return true
	}
	_, ok := builtins()[name]
	return ok
}

var builtins = sync.OnceValue(math.Builtins)

func (n nameCheck) functions() []string {
	if n.c.functions != nil {
		return n.c.functions
	}
	m := n.c.module
	var out []string
	out = append(out, slices.Collect(maps.Keys(m.Functions))...)
	out = append(out, slices.Collect(maps.Keys(m.Std.Functions))...)
	out = append(out, slices.Collect(maps.Keys(builtins()))...)
	slices.Sort(out)
	n.c.functions = slices.Compact(out)
	return n.c.functions
}

func (n nameCheck) call(e *hclsyntax.FunctionCallExpr) {
	lib, name, qualified := strings.Cut(e.Name, "::")
	if !qualified {
		if !slices.Contains(n.f.Params, e.Name) && !n.isFunction(e.Name) {
			n.unknown(e.NameRange, "function", e.Name, n.functions(), "`relief list` shows every function.")
		}
		return
	}
	m := n.c.module.Imports[lib]
	switch {
	case lib == "std":
		m = n.c.module.Std
	case m == nil:
		if !n.c.failed["import"][lib] {
			n.unknown(e.NameRange, "library", lib, append(slices.Sorted(maps.Keys(n.c.module.Imports)), "std"), fmt.Sprintf("Declare it: import %q { source = \"./%s.hcl\" }.", lib, lib))
		}
		return
	}
	if m.Functions[name] == nil && !(lib == "std" && n.isFunction(name)) {
		report(&n.c.diags, "RL0203", e.NameRange, n.context, didYouMean(name, slices.Sorted(maps.Keys(m.Functions)), "`relief docs` shows what a library has."), "the library %s has no function %q", lib, name)
	}
}
