package study

import (
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/stdlib"
)

// standard returns the module of the standard library, parsed once per
// process.
var standard = sync.OnceValues(func() (*math.Module, diag.List) {
	m := &math.Module{File: "std", Functions: map[string]*math.Function{}, Locals: map[string]hclsyntax.Expression{}, Objects: map[string]math.Object{}}
	var diags diag.List
	for _, lib := range stdlib.Files() {
		// Without the checks of a study's file: a test makes them once and for all.
		name := "std/" + lib.Name
		src, faults := hclsyntax.ParseConfig(lib.Text, name, hcl.InitialPos)
		if faults.HasErrors() {
			diags.Errorf("RL0110", diag.Span{File: name}, "the standard library does not parse: %v", faults)
			continue
		}
		f := &File{Name: name, imports: map[string]*File{}, failed: map[string]map[string]bool{}}
		f.decode(src.Body.(*hclsyntax.Body), &diags)
		addFunctions(m, f, &diags)
		addNetworks(m, f, "std", &diags)
	}
	return m, diags
})

// Standard returns the functions of the standard library with its faults,
// which a test holds to be none.
func Standard() (*math.Module, diag.List) { return standard() }

// addFunctions declares the functions and locals of a file.
func addFunctions(m *math.Module, f *File, diags *diag.List) {
	for _, b := range f.blocks {
		switch b.spec.Noun {
		case "function":
			fn := functionOf(b, m, diags)
			if fn == nil {
				continue
			}
			if first, twice := m.Functions[fn.Name]; twice {
				twiceDeclared(diags, b, first.Span)
				continue
			}
			m.Functions[fn.Name] = fn
		case "locals":
			for _, a := range inOrder(b.src.Body.Attributes) {
				if b.attrs[a.Name] == nil {
					continue
				}
				if old, twice := m.Locals[a.Name]; twice {
					report(diags, "RL0201", a.NameRange, b.context, "Give one of them another name.", "the local %q is declared twice", a.Name)
					d := (*diags)[len(*diags)-1]
					d.Related = []diag.Related{{Message: "declared here first", Span: spanOf(old.Range())}}
					continue
				}
				m.Locals[a.Name] = a.Expr
			}
		}
	}
}

// addNetworks declares the networks of a library.
func addNetworks(m *math.Module, f *File, library string, diags *diag.List) {
	for _, b := range f.blocks {
		if b.spec.Noun != "network" || b.name == "" {
			continue
		}
		if first, twice := m.Objects[b.name].(patternObject); twice {
			twiceDeclared(diags, b, first.body.header)
			continue
		}
		m.Objects[b.name] = patternObject{pattern{b, m, nil}, library + "." + b.name}
	}
}

// twiceDeclared reports a second declaration of a name.
func twiceDeclared(diags *diag.List, b *body, first diag.Span) {
	r := b.src.DefRange()
	if n := len(b.src.LabelRanges); n > 0 {
		r = b.src.LabelRanges[n-1]
	}
	report(diags, "RL0201", r, b.context, "Give one of them another name.", "%s %q is declared twice", b.spec.Noun, b.name)
	d := (*diags)[len(*diags)-1]
	d.Related = []diag.Related{{Message: "declared here first", Span: first}}
}

// functionOf makes a function; nil if nothing can be said about calls of it.
func functionOf(b *body, m *math.Module, diags *diag.List) *math.Function {
	if b.name == "" {
		return nil
	}
	f := &math.Function{Name: b.name, Module: m, Value: b.attr("value"), Locals: map[string]hclsyntax.Expression{}, Span: b.header}
	s := settings{body: b, diags: diags, scope: math.NewScope(m, nil)}
	for _, name := range []string{"description", "formula", "source", "example"} {
		if e := b.attr(name); e != nil && !isLiteral(e) {
			s.text(name)
		}
	}
	f.Doc = func() math.Doc {
		s := settings{body: b, diags: &diag.List{}, scope: s.scope}
		return math.Doc{Description: s.text("description"), Formula: s.text("formula"), Source: s.text("source"), Example: s.text("example")}
	}
	if inner := b.one("locals"); inner != nil {
		for name, a := range inner.attrs {
			f.Locals[name] = a.Expr
		}
	}
	for _, v := range b.nested("validation") {
		if cond, msg := v.attr("condition"), v.attr("message"); cond != nil && msg != nil {
			f.Checks = append(f.Checks, math.Validation{Condition: cond, Message: msg})
		}
	}
	params := b.attr("params")
	good := !b.broken && params != nil && f.Value != nil
	if params != nil {
		tuple, ok := params.(*hclsyntax.TupleConsExpr)
		if !ok {
			s.errorf("RL0406", params, "Write a list of names: params = [x, y].", "params must be a list of names")
			good = false
		} else {
			for _, x := range tuple.Exprs {
				good = s.parameter(x, f) && good
			}
		}
	}
	if !good {
		f.Value = nil
	}
	return f
}

// isLiteral reports plain text, which needs no evaluation to be good.
func isLiteral(e hclsyntax.Expression) bool {
	t, ok := e.(*hclsyntax.TemplateExpr)
	return ok && t.IsStringLiteral()
}

// parameter adds one parameter of a function.
func (s settings) parameter(x hclsyntax.Expression, f *math.Function) bool {
	e, ok := x.(*hclsyntax.ScopeTraversalExpr)
	switch {
	case !ok:
		s.errorf("RL0406", x, "Write a list of names: params = [x, y].", "this is not a name")
		return false
	case len(e.Traversal) != 1:
		s.errorf("RL0406", x, "Write the name alone; a function takes arguments of any shape.", "a parameter of a function has no length")
		return false
	}
	name := e.Traversal.RootName()
	switch {
	case reserved(name):
		s.errorf("RL0202", x, "Choose another name: it stands for something else in a study.", "%q cannot name a parameter", name)
		return false
	case slices.Contains(f.Params, name):
		s.errorf("RL0201", x, "Give one of them another name.", "the parameter %q is declared twice", name)
		return false
	}
	f.Params = append(f.Params, name)
	return true
}
