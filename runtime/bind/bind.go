// Package bind puts the expressions of a plan to work: into a larger graph, or
// straight to a value, with the results of other blocks in their places.
//
//	plan.Expr, results --(Into)--> graph.Graph
//	plan.Expr, results --(Value)--> array.Array
package bind

import (
	"errors"
	"fmt"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// Results gives the value of a reference to another block. Its error says in
// one clause why there is none.
type Results func(ref *plan.Ref) (*array.Array, error)

// Error is a reference or an operation that has no value, and its place.
type Error struct {
	Span diag.Span
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Into copies e into g and returns its root there. Inputs of e are replaced by
// the nodes of names; references become constants. An input that is neither is
// an error, so that nothing is left open by accident.
func Into(g *graph.Graph, e *plan.Expr, names map[string]graph.ID, results Results) (graph.ID, error) {
	nodes := make(map[string]graph.ID, len(names)+len(e.Refs))
	for name, id := range names {
		nodes[name] = id
	}
	for i := range e.Refs {
		ref := &e.Refs[i]
		a, err := value(ref, results)
		if err != nil {
			return graph.None, err
		}
		if a.Type.Series {
			return graph.None, &Error{ref.Span, fmt.Errorf("%s is %s, which has no place inside a run", ref.Block, a.Type)}
		}
		nodes[ref.Input] = g.ConstArray(a.Type, a.Data)
	}
	if err := closed(g, e, nodes); err != nil {
		return graph.None, err
	}
	return g.Import(e.Graph, []graph.ID{e.Root}, nodes)[0], nil
}

// Value returns the value of e, whose inputs are the given names and
// references.
func Value(e *plan.Expr, names map[string]*array.Array, results Results) (*array.Array, error) {
	refs := make(map[string]*plan.Ref, len(e.Refs))
	for i := range e.Refs {
		refs[e.Refs[i].Input] = &e.Refs[i]
	}
	a, err := array.Eval(e.Graph, e.Root, func(name string) (*array.Array, error) {
		if ref, ok := refs[name]; ok {
			return value(ref, results)
		}
		if a, ok := names[name]; ok {
			return a, nil
		}
		return nil, fmt.Errorf("%q has no value here", name)
	})
	if err != nil {
		return nil, place(e, err)
	}
	return a, nil
}

// place finds the reference or the operation that an error of evaluation is
// about.
func place(e *plan.Expr, err error) error {
	if located := (*Error)(nil); errors.As(err, &located) {
		return located
	}
	span := e.Span
	if at := (*array.Error)(nil); errors.As(err, &at) && at.Origin != 0 {
		span = e.Graph.Site(at.Origin).Span
	}
	return &Error{Span: span, Err: err}
}

func value(ref *plan.Ref, results Results) (*array.Array, error) {
	if results == nil {
		return nil, &Error{ref.Span, fmt.Errorf("%s has not been run", ref.Block)}
	}
	a, err := results(ref)
	if err != nil {
		return nil, &Error{ref.Span, err}
	}
	if a.Type != ref.Type {
		return nil, &Error{ref.Span, fmt.Errorf("the result of %s is %s, not %s", ref.Block, a.Type, ref.Type)}
	}
	return a, nil
}

// closed checks that every input that the root needs has a node of its type.
func closed(g *graph.Graph, e *plan.Expr, nodes map[string]graph.ID) error {
	seen := make(map[graph.ID]bool)
	stack := []graph.ID{e.Root}
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		n := e.Graph.Node(id)
		if n.Op == graph.Input {
			id, ok := nodes[n.Name]
			if !ok {
				return &Error{e.Span, fmt.Errorf("%q has no value here", n.Name)}
			}
			if t := g.Type(id); t != n.Type {
				return &Error{e.Span, fmt.Errorf("%q is %s, not %s", n.Name, t, n.Type)}
			}
		}
		stack = append(stack, n.Args...)
	}
	return nil
}
