// Package bind puts the expressions of a plan to work: into a larger graph, or
// straight to a value, with the results of other blocks in their places.
//
//	plan.Expr, results --(Into)--> graph.Graph
//	plan.Expr, results --(Value)--> array.Array
package bind

import (
	"errors"
	"fmt"
	"maps"
	"slices"

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
// the nodes of names. What depends on references alone, whole series included,
// is computed now and becomes a constant. An input that is neither name nor
// reference is an error, so that nothing is left open by accident.
func Into(g *graph.Graph, e *plan.Expr, names map[string]graph.ID, results Results) (graph.ID, error) {
	if err := closed(g, e, names); err != nil {
		return graph.None, err
	}
	known := make(map[graph.ID]graph.ID)
	for _, id := range settled(e, names) {
		part := *e
		part.Root = id
		a, err := Value(&part, nil, results)
		if err != nil {
			return graph.None, err
		}
		if a.Type.Series {
			return graph.None, &Error{e.Span, fmt.Errorf("%s has no place inside a run", a.Type)}
		}
		known[id] = g.ConstArray(a.Type, a.Data)
	}
	return g.Graft(e.Graph, []graph.ID{e.Root}, names, known)[0], nil
}

// settled returns the outermost nodes of e that depend on references and on no
// name: of last(s) > 1 ? a / (1 + t) : 1 those are last(s) > 1 and a.
func settled(e *plan.Expr, names map[string]graph.ID) []graph.ID {
	reached := reach(e)
	open, waits := make(map[graph.ID]bool), make(map[graph.ID]bool)
	for _, id := range reached {
		n := e.Graph.Node(id)
		if n.Op == graph.Input {
			_, open[id] = names[n.Name]
			waits[id] = !open[id]
		}
		for _, a := range n.Args {
			open[id] = open[id] || open[a]
			waits[id] = waits[id] || waits[a]
		}
	}
	var out []graph.ID
	seen := make(map[graph.ID]bool)
	add := func(id graph.ID) {
		if waits[id] && !open[id] && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, id := range reached {
		if open[id] {
			for _, a := range e.Graph.Node(id).Args {
				add(a)
			}
		}
	}
	add(e.Root)
	return out
}

// reach lists the nodes that the root needs, operands first.
func reach(e *plan.Expr) []graph.ID {
	need := map[graph.ID]bool{e.Root: true}
	for id := e.Root; id >= 0; id-- {
		if need[id] {
			for _, a := range e.Graph.Node(id).Args {
				need[a] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(need))
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

// closed checks that every input that the root needs is a reference or has a
// node of its type.
func closed(g *graph.Graph, e *plan.Expr, names map[string]graph.ID) error {
	for _, id := range reach(e) {
		n := e.Graph.Node(id)
		if n.Op != graph.Input {
			continue
		}
		if node, ok := names[n.Name]; ok {
			if t := g.Type(node); t != n.Type {
				return &Error{e.Span, fmt.Errorf("%q is %s, not %s", n.Name, t, n.Type)}
			}
			continue
		}
		if !slices.ContainsFunc(e.Refs, func(r plan.Ref) bool { return r.Input == n.Name }) {
			return &Error{e.Span, fmt.Errorf("%q has no value here", n.Name)}
		}
	}
	return nil
}
