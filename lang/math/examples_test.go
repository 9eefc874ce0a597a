package math

import (
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/stdlib"
)

// TestTables: what the standard library's table describes and what can be
// called are the same names.
func TestTables(t *testing.T) {
	known := map[string]bool{}
	for _, b := range stdlib.Builtins() {
		known[b.Name] = true
		_, isFunc := builtins[b.Name]
		_, isConst := constants[b.Name]
		if !isFunc && !isConst {
			t.Errorf("%s is described but not built", b.Name)
		}
		if _, ok := structural[b.Name]; ok != b.Structural && !isConst {
			t.Errorf("%s: the table says structural %v, the evaluator %v", b.Name, b.Structural, ok)
		}
	}
	for _, n := range sortedKeys(builtins) {
		if !known[n] {
			t.Errorf("%s is built but not described", n)
		}
	}
	for n := range constants {
		if !known[n] {
			t.Errorf("%s is built but not described", n)
		}
	}
}

// TestBuiltinExamples evaluates every example of the table; each is true.
func TestBuiltinExamples(t *testing.T) {
	squares := array.Series(graph.Number, []int{0, 1, 2, 3, 4}, []float64{0, 1, 4, 9, 16})
	for _, b := range stdlib.Builtins() {
		if b.Kind == stdlib.Query {
			continue // they ask an objective; see the tests of studies
		}
		var diags diag.List
		l := New(&diags, b.Name, spanOf)
		sc := NewScope(library_(t), nil).With(map[string]Value{"s": Node{l.Graph.Input("s", squares.Type)}})
		id, ok := l.Node(parse(t, b.Example), sc)
		if !ok {
			t.Errorf("%s: %s: %v", b.Name, b.Example, diags)
			continue
		}
		v, err := array.Eval(l.Graph, id, func(string) (*array.Array, error) { return squares, nil })
		if err != nil {
			t.Errorf("%s: %s: %v", b.Name, b.Example, err)
		} else if !v.Type.Bool || v.Data[0] != 1 {
			t.Errorf("%s: %s is %v %v", b.Name, b.Example, v.Type, v.Data)
		}
	}
}

// TestStructuralExamples evaluates those of structural functions again by
// HCL's evaluator, where the same words must say the same.
func TestStructuralExamples(t *testing.T) {
	for _, b := range stdlib.Builtins() {
		var diags diag.List
		l := New(&diags, b.Name, spanOf)
		m := library_(t)
		e := parse(t, b.Example)
		if !b.Structural || callsMathematics(e, m) || slices.Contains([]string{"inf", "e", "pi", "slice"}, b.Name) {
			continue
		}
		if _, isIndex := e.(*hclsyntax.IndexExpr); isIndex {
			continue
		}
		v, ok := l.Static(e, NewScope(m, nil))
		if !ok || v.Type() != cty.Bool || v.False() {
			t.Errorf("%s: %s: %#v %v", b.Name, b.Example, v, diags)
		}
	}
}
