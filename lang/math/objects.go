package math

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
)

// plain gives an Object the answers that most objects have.
type plain struct{}

func (plain) Index(l *Lowerer, _ cty.Value, span diag.Span) Value {
	return l.ErrorAt("RL0302", span, "Write a name after a point.", "this has no elements")
}

func (plain) Elements(l *Lowerer, span diag.Span) ([]Value, bool) {
	l.ErrorAt("RL0302", span, "Write a name after a point.", "this has no elements")
	return nil, false
}

// variables is `var`.
type variables struct{ m *Module }

func (variables) Describe() string { return "var" }

func (v variables) Attr(l *Lowerer, name string, span diag.Span) Value {
	if x, ok := v.m.Vars[name]; ok {
		if x == cty.NilVal {
			return Bad // its declaration is in error
		}
		return Static{x}
	}
	names := sortedKeys(v.m.Vars)
	return l.ErrorAt("RL0203", span, didYouMean(name, names, `Declare it: variable "`+name+`" { default = ... }.`), "unknown variable %q", name)
}

func (variables) Index(l *Lowerer, k cty.Value, s diag.Span) Value { return plain{}.Index(l, k, s) }
func (variables) Elements(l *Lowerer, s diag.Span) ([]Value, bool) { return plain{}.Elements(l, s) }

// locals is `local`: each is an expression, judged where it is used.
type locals struct{ sc *Scope }

func (locals) Describe() string { return "local" }

func (o locals) Attr(l *Lowerer, name string, span diag.Span) Value {
	e := o.sc.local(name)
	if e == nil {
		names := append(sortedKeys(o.sc.locals), sortedKeys(o.sc.module.Locals)...)
		slices.Sort(names)
		return l.ErrorAt("RL0203", span, didYouMean(name, names, "Declare it: locals { "+name+" = ... }."), "unknown local %q", name)
	}
	if slices.Contains(l.locals, name) {
		loop := append(l.locals[slices.Index(l.locals, name):], name)
		return l.ErrorAt("RL0204", span, "A local cannot be part of its own value.", "locals refer to each other in a loop: %s", strings.Join(loop, " -> "))
	}
	if l.broken[e] {
		return Bad // once: locals that name others twice would report it without end
	}
	l.calls++ // a local that names another twice is lowered twice
	l.locals = append(l.locals, name)
	defer func() { l.locals = l.locals[:len(l.locals)-1] }()
	v := l.Lower(e, o.sc)
	if IsBad(v) {
		if l.broken == nil {
			l.broken = map[hclsyntax.Expression]bool{}
		}
		l.broken[e] = true
	}
	return v
}

func (locals) Index(l *Lowerer, k cty.Value, s diag.Span) Value { return plain{}.Index(l, k, s) }
func (locals) Elements(l *Lowerer, s diag.Span) ([]Value, bool) { return plain{}.Elements(l, s) }

// each is `each` in a block with for_each.
type each struct{ e *Each }

func (each) Describe() string { return "each" }

func (o each) Attr(l *Lowerer, name string, span diag.Span) Value {
	switch name {
	case "key":
		return Static{cty.StringVal(o.e.Key)}
	case "value":
		return Static{o.e.Value}
	}
	return l.ErrorAt("RL0203", span, "It has each.key and each.value.", "`each` has no part %q", name)
}

func (each) Index(l *Lowerer, k cty.Value, s diag.Span) Value { return plain{}.Index(l, k, s) }
func (each) Elements(l *Lowerer, s diag.Span) ([]Value, bool) { return plain{}.Elements(l, s) }

// library is `std` or an import: its functions as values.
type library struct {
	name string
	m    *Module
}

func (o library) Describe() string { return o.name }

func (o library) Attr(l *Lowerer, name string, span diag.Span) Value {
	if f, ok := o.m.Functions[name]; ok {
		return Callable{Name: o.name + "." + name, Func: f}
	}
	if b, ok := builtins[name]; ok && o.name == "std" {
		return Callable{Name: name, builtin: b}
	}
	if x, ok := o.m.Objects[name]; ok {
		return Ref{x}
	}
	if x, ok := o.m.Locals[name]; ok && o.name != "std" {
		return l.Lower(x, NewScope(o.m, nil))
	}
	known := append(sortedKeys(o.m.Functions), sortedKeys(o.m.Objects)...)
	return l.ErrorAt("RL0203", span, didYouMean(name, known, "`relief list` shows what it has."), "the library %s has nothing called %q", o.name, name)
}

func (library) Index(l *Lowerer, k cty.Value, s diag.Span) Value { return plain{}.Index(l, k, s) }
func (library) Elements(l *Lowerer, s diag.Span) ([]Value, bool) { return plain{}.Elements(l, s) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
