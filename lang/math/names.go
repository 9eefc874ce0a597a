package math

import (
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	"relief/lang/source"
)

var constants = map[string]float64{"pi": math.Pi, "e": math.E, "inf": math.Inf(1)}

// root finds what the first name of a reference stands for: names in scope,
// then the file's variables, locals, imports, functions and constants, then
// the standard library, then the blocks.
func (l *Lowerer) root(t hcl.Traversal, sc *Scope) Value {
	name := t.RootName()
	r := t[0].SourceRange()
	if v, ok := sc.lookup(name); ok {
		return v
	}
	m := sc.module
	switch name {
	case "var":
		return Ref{variables{m}}
	case "local":
		return Ref{locals{sc}}
	case "each":
		if sc.each == nil {
			return l.errorf("RL0203", r, "Add for_each = [...] to the block.", "`each` has a meaning only in a block with for_each")
		}
		return Ref{each{sc.each}}
	case "std":
		if m.Std != nil {
			return Ref{library{"std", m.Std}}
		}
		return Ref{library{"std", m}}
	}
	if lib, ok := m.Imports[name]; ok {
		if lib == nil {
			return Bad // the file cannot be read
		}
		return Ref{library{name, lib}}
	}
	if c := l.callable(name, m); c != nil {
		return *c
	}
	if c, ok := constants[name]; ok {
		defer l.at(r)()
		return Node{l.Graph.Const(c)}
	}
	if o, ok := m.Blocks[name]; ok {
		return Ref{o}
	}
	near := diag.Suggest(name, l.candidates(sc))
	cure := ""
	if near != "" {
		cure = "Did you mean \"" + near + "\"?"
	}
	if l.Unknown != nil && len(l.active) == 0 {
		if s := l.Unknown(name, near); s != "" {
			cure = s
		}
	}
	if s := NameCure(name); s != "" {
		cure = s
	} else if s := l.wordCure(name); s != "" {
		cure = s
	}
	if meant, ok := source.HyphenHint(name); ok {
		cure = spacedMinus(meant)
	}
	if s := l.meant(name); s != "" {
		cure = s
	}
	if cure == "" {
		cure = "`relief list` shows every name of the standard library."
	}
	return l.errorf("RL0203", r, cure, "unknown name %q", name)
}

func (l *Lowerer) meant(name string) string {
	if l.Meant == nil || len(l.active) > 0 {
		return ""
	}
	return l.Meant(name)
}

// candidates lists what an unknown name might have meant.
func (l *Lowerer) candidates(sc *Scope) []string {
	m := sc.module
	names := append(sc.visible(), "var", "local", "each", "pi", "e", "inf")
	for n := range m.Functions {
		names = append(names, n)
	}
	if m.Std != nil {
		for n := range m.Std.Functions {
			names = append(names, n)
		}
	}
	for n := range builtins {
		names = append(names, n)
	}
	for n := range m.Imports {
		names = append(names, n)
	}
	for n := range m.Blocks {
		names = append(names, n)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func didYouMean(name string, candidates []string, otherwise string) string {
	if s := diag.Suggest(name, candidates); s != "" {
		return "Did you mean \"" + s + "\"?"
	}
	return otherwise
}

// callable finds a function by its plain name.
func (l *Lowerer) callable(name string, m *Module) *Callable {
	if f, ok := m.Functions[name]; ok {
		return &Callable{Name: name, Func: f}
	}
	if m.Std != nil {
		if f, ok := m.Std.Functions[name]; ok {
			return &Callable{Name: name, Func: f}
		}
	}
	if b, ok := builtins[name]; ok {
		return &Callable{Name: name, builtin: b}
	}
	return nil
}

// laws are the probability laws of a start, which are not functions.
var laws = map[string]string{"normal": "normal(mean, standard deviation)", "uniform": "uniform(from, to)"}

// functionOf finds the function that a call names: plain, or lib::name.
func (l *Lowerer) functionOf(e *hclsyntax.FunctionCallExpr, sc *Scope) (*Callable, bool) {
	lib, name, qualified := strings.Cut(e.Name, "::")
	if !qualified {
		if v, ok := sc.lookup(e.Name); ok {
			switch v := v.(type) {
			case Callable:
				return &v, true
			case bad:
				return nil, false
			}
			cure := "To multiply, write the sign: " + e.Name + " * (...)."
			if s := l.meant(e.Name + "("); s != "" {
				cure = s
			}
			l.errorf("RL0303", e.NameRange, cure, "%q is not a function", e.Name)
			return nil, false
		}
		if c := l.callable(e.Name, sc.module); c != nil {
			return c, true
		}
		if _, isConst := constants[e.Name]; isConst {
			l.errorf("RL0303", e.NameRange, "To multiply, write the sign: "+e.Name+" * (...).", "%q is a number, not a function", e.Name)
			return nil, false
		}
		cure := didYouMean(e.Name, l.functionNames(sc), "`relief list` shows every function.")
		if s := l.callCure(e); s != "" {
			cure = s
		}
		if form, ok := laws[e.Name]; ok {
			cure = form + " draws where a run begins: it stands in start, alone or as the value of a parameter."
		}
		if meant, ok := source.HyphenHint(e.Name); ok {
			cure = spacedMinus(meant)
		}
		if s := l.meant(e.Name + "("); s != "" {
			cure = s
		}
		l.errorf("RL0203", e.NameRange, cure, "unknown function %q", e.Name)
		return nil, false
	}
	var m *Module
	if lib == "std" {
		if m = sc.module.Std; m == nil {
			m = sc.module
		}
	} else if m = sc.module.Imports[lib]; m == nil {
		if _, declared := sc.module.Imports[lib]; declared {
			return nil, false // the file cannot be read
		}
		l.errorf("RL0203", e.NameRange, didYouMean(lib, append(importNames(sc.module), "std"), "Declare it: import \""+lib+"\" { source = \"./"+lib+".hcl\" }."), "unknown library %q", lib)
		return nil, false
	}
	if f, ok := m.Functions[name]; ok {
		return &Callable{Name: e.Name, Func: f}, true
	}
	if b, ok := builtins[name]; ok && lib == "std" {
		return &Callable{Name: name, builtin: b}, true
	}
	var names []string
	for n := range m.Functions {
		names = append(names, n)
	}
	l.errorf("RL0203", e.NameRange, didYouMean(name, names, "`relief list "+lib+"` shows what it has."), "the library %s has no function %q", lib, name)
	return nil, false
}

func (l *Lowerer) functionNames(sc *Scope) []string {
	var names []string
	for n := range sc.module.Functions {
		names = append(names, n)
	}
	if sc.module.Std != nil {
		for n := range sc.module.Std.Functions {
			names = append(names, n)
		}
	}
	for n := range builtins {
		names = append(names, n)
	}
	for _, n := range sc.visible() {
		if v, _ := sc.lookup(n); v != nil {
			if _, ok := v.(Callable); ok {
				names = append(names, n)
			}
		}
	}
	return names
}

func importNames(m *Module) []string {
	var names []string
	for n := range m.Imports {
		names = append(names, n)
	}
	return names
}

// isStructural reports whether an expression names only what is known when
// the file is loaded.
func (l *Lowerer) isStructural(e hclsyntax.Expression, sc *Scope) bool {
	if callsMathematics(e, sc.module) {
		return false
	}
	for _, t := range e.Variables() {
		name := t.RootName()
		if v, ok := sc.lookup(name); ok {
			if _, static := v.(Static); !static {
				return false
			}
			continue
		}
		switch name {
		case "var", "each":
		case "local":
			if len(t) < 2 {
				return false
			}
			a, ok := t[1].(hcl.TraverseAttr)
			if !ok {
				return false
			}
			x := sc.local(a.Name)
			if x == nil || slices.Contains(l.locals, a.Name) {
				return false
			}
			if l.calls++; l.overBudget(t.SourceRange()) {
				return false
			}
			l.locals = append(l.locals, a.Name)
			ok = l.isStructural(x, sc)
			l.locals = l.locals[:len(l.locals)-1]
			if !ok {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// callsMathematics reports whether e calls a function that HCL's evaluator
// does not have.
func callsMathematics(e hclsyntax.Expression, m *Module) bool {
	found := false
	hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if c, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			_, known := structural[c.Name]
			_, own := m.Functions[c.Name]
			found = found || !known || own
		}
		return nil
	})
	return found
}

// local finds the expression of a local, the function's own before the
// file's.
func (s *Scope) local(name string) hclsyntax.Expression {
	if e, ok := s.locals[name]; ok {
		return e
	}
	return s.module.Locals[name]
}

// spacedMinus is the cure for a name such as x1-x2, which HCL reads as one.
func spacedMinus(meant string) string {
	return "Write " + meant + ", with spaces around the minus. No name contains a hyphen."
}
