package math

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// Value is what an expression stands for while it is lowered.
type Value interface{ isValue() }

type (
	// Node is a number or array known at run time: a node of the Lowerer's
	// graph.
	Node struct{ ID graph.ID }

	// Static is known now: a number, text, truth value or collection of them.
	Static struct{ V cty.Value }

	// Tuple is a list of values; where mathematics wants a vector or matrix,
	// its elements are stacked.
	Tuple struct{ Elems []Value }

	// Record is a value by name: a point with its parameters, or an object
	// written in braces.
	Record struct {
		Names  []string // in order
		Fields map[string]Value
	}

	// Callable is a function given by name.
	Callable struct {
		Name    string
		Func    *Function // nil for a built-in
		builtin *builtin
	}

	// Word is text known when a block has run, such as a run's status.
	Word struct{ Ref plan.Ref }

	// Ref is a block or a part of one, reached by further names and keys.
	Ref struct{ Object }

	// bad stands for an expression whose error has been reported.
	bad struct{}
)

func (Node) isValue()     {}
func (Static) isValue()   {}
func (Tuple) isValue()    {}
func (Record) isValue()   {}
func (Callable) isValue() {}
func (Word) isValue()     {}
func (Ref) isValue()      {}
func (bad) isValue()      {}

// Bad is the value of an expression whose error has been reported; whatever
// it meets is Bad as well, without another word.
var Bad Value = bad{}

// IsBad reports whether v stands for a reported error.
func IsBad(v Value) bool { _, is := v.(bad); return is }

// Object is a block, or part of one, as expressions see it. Its methods
// report their own errors to l.Diags and then return Bad.
type Object interface {
	// Describe names it in messages: "run.before".
	Describe() string
	// Attr returns the part called name; span is the name's.
	Attr(l *Lowerer, name string, span diag.Span) Value
	// Index returns the part under a structural key; span is the key's.
	Index(l *Lowerer, key cty.Value, span diag.Span) Value
	// Elements returns the parts that [*] stands for.
	Elements(l *Lowerer, span diag.Span) ([]Value, bool)
}

// Measured is an Object that is a value as well: a probe is a series, and has
// parts that are further ones.
type Measured interface {
	Object
	// Parts are the names that Attr knows.
	Parts() []string
	// Value is what it stands for where none of its parts is named.
	Value(l *Lowerer) Value
}

// Function is a function of a study or library.
type Function struct {
	Name   string
	Params []string
	Value  hclsyntax.Expression
	Locals map[string]hclsyntax.Expression
	Checks []Validation
	Module *Module
	Doc    func() Doc // read when asked for, which a run never does; nil: nothing is said
	Span   diag.Span  // the block's header
}

// Doc is what a function says of itself; each part may be empty.
type Doc struct {
	Description string // one line
	Formula     string // as a textbook writes it
	Source      string // citation
	Example     string // an expression that is true
}

// Validation is a demand on the arguments of a call that is judged while the
// call is lowered: on lengths, and on numbers known by then.
type Validation struct {
	Condition hclsyntax.Expression
	Message   hclsyntax.Expression
}

// Module is the outermost scope of one file: what its expressions may name
// beside the symbols of an attribute.
type Module struct {
	File      string
	Functions map[string]*Function
	Locals    map[string]hclsyntax.Expression
	Vars      map[string]cty.Value // unknown-free; the names declared by variable blocks
	Imports   map[string]*Module   // by the label of the import; nil for a file in error
	Std       *Module              // nil inside the standard library itself
	Objects   map[string]Object    // what a library has beside functions: networks
	// Blocks holds an object per noun (run, objective, ...) through which the
	// blocks of the study are reached; nil in a library.
	Blocks map[string]Object
}

// Scope is a chain of names, innermost first, ending in a module.
type Scope struct {
	parent *Scope
	names  map[string]Value
	module *Module
	locals map[string]hclsyntax.Expression // of a function, before the module's
	each   *Each
}

// Each is the key and value of a for_each.
type Each struct {
	Key   string
	Value cty.Value
}

// NewScope returns the outermost scope of a module. each may be nil.
func NewScope(m *Module, each *Each) *Scope { return &Scope{module: m, each: each} }

// With returns a scope inside s with more names.
func (s *Scope) With(names map[string]Value) *Scope {
	return &Scope{parent: s, names: names, module: s.module, locals: s.locals, each: s.each}
}

func (s *Scope) lookup(name string) (Value, bool) {
	for ; s != nil; s = s.parent {
		if v, ok := s.names[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// visible returns every name that lookup would find.
func (s *Scope) visible() []string {
	var names []string
	for ; s != nil; s = s.parent {
		for n := range s.names {
			names = append(names, n)
		}
	}
	return names
}
