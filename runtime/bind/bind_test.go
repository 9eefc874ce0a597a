package bind

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// expr is x + 2 ref[1], where ref is a result of run.a.
func expr(t *testing.T) *plan.Expr {
	t.Helper()
	g := graph.New()
	ref := g.Input("ref", graph.Of(2))
	twice, err := g.Apply(graph.Mul, g.Const(2), g.Index(ref, 1))
	if err != nil {
		t.Fatal(err)
	}
	root, err := g.Apply(graph.Add, g.Input("x", graph.Number), twice)
	if err != nil {
		t.Fatal(err)
	}
	g.Input("unused", graph.Of(7))
	return &plan.Expr{Graph: g, Root: root, Span: diag.Span{File: "a.hcl", Start: diag.Pos{Line: 1}}, Refs: []plan.Ref{{
		Input: "ref", Block: plan.Address{Noun: "run", Name: "a"}, Type: graph.Of(2),
		Span: diag.Span{File: "a.hcl", Start: diag.Pos{Line: 2}},
	}}}
}

func results(a *array.Array) Results {
	return func(ref *plan.Ref) (*array.Array, error) {
		if ref.Block.Name != "a" {
			return nil, fmt.Errorf("no %s", ref.Block)
		}
		return a, nil
	}
}

func TestValueAndInto(t *testing.T) {
	e, r := expr(t), results(array.New(graph.Of(2), []float64{5, 7}))
	v, err := Value(e, map[string]*array.Array{"x": array.Scalar(3)}, r)
	if err != nil || v.Number() != 17 {
		t.Errorf("value %v, %v", v, err)
	}
	g := graph.New()
	s := g.Input("s", graph.Number)
	id, err := Into(g, e, map[string]graph.ID{"x": s}, r)
	if err != nil {
		t.Fatal(err)
	}
	v, err = array.Eval(g, id, func(name string) (*array.Array, error) { return array.Scalar(4), nil })
	if err != nil || v.Number() != 18 {
		t.Errorf("in a graph: %v, %v", v, err)
	}
	if _, ok := g.Lookup("ref"); ok {
		t.Error("the reference is still an input")
	}
}

func TestWhatCannotBeBound(t *testing.T) {
	good := array.New(graph.Of(2), []float64{5, 7})
	number := map[string]*array.Array{"x": array.Scalar(3)}
	for name, c := range map[string]struct {
		names   map[string]*array.Array
		results Results
		want    string
		line    int
	}{
		"no name":       {nil, results(good), `"x" has no value`, 1},
		"no results":    {number, nil, "run.a has not been run", 2},
		"wrong shape":   {number, results(array.Scalar(1)), "a number, not a vector of 2", 2},
		"a series":      {number, results(array.Series(graph.Of(2), []int{0}, []float64{1, 2})), "series", 2},
		"failed result": {number, func(*plan.Ref) (*array.Array, error) { return nil, errors.New("it diverged") }, "it diverged", 2},
	} {
		check := func(how string, err error) {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %s: %v", name, how, err)
				return
			}
			var place *Error
			if !errors.As(err, &place) || place.Span.Start.Line != c.line && c.want != "series" {
				t.Errorf("%s, %s: at %+v, want line %d", name, how, place, c.line)
			}
		}
		_, err := Value(expr(t), c.names, c.results)
		check("value", err)
		g := graph.New()
		nodes := map[string]graph.ID{}
		if c.names != nil {
			nodes["x"] = g.Const(3)
		}
		_, err = Into(g, expr(t), nodes, c.results)
		check("graph", err)
	}
	g := graph.New()
	if _, err := Into(g, expr(t), map[string]graph.ID{"x": g.Fill(graph.Of(3), 1)}, results(good)); err == nil || !strings.Contains(err.Error(), "a vector of 3, not a number") {
		t.Errorf("a node of another type: %v", err)
	}
}

// TestSeriesInALaw: of t * last(s) + s[1] only the product stays open; what
// depends on the series alone is a number inside the run.
func TestSeriesInALaw(t *testing.T) {
	must := func(id graph.ID, err error) graph.ID {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	src := graph.New()
	s := src.Input("s", graph.Number.AsSeries())
	product := must(src.Apply(graph.Mul, src.Input("t", graph.Number), must(src.Apply(graph.Last, s))))
	e := &plan.Expr{Graph: src, Root: must(src.Apply(graph.Add, product, src.AtStep(s, 1))), Refs: []plan.Ref{{
		Input: "s", Block: plan.Address{Noun: "run", Name: "a"}, Type: graph.Number.AsSeries(),
	}}}
	r := results(array.Series(graph.Number, []int{0, 1, 2}, []float64{5, 7, 11}))
	g := graph.New()
	id, err := Into(g, e, map[string]graph.ID{"t": g.Input("t", graph.Number)}, r)
	if err != nil {
		t.Fatal(err)
	}
	v, err := g.Interpret([]graph.ID{id}, map[string][]float64{"t": {3}})
	if err != nil || v[id][0] != 3*11+7 {
		t.Errorf("got %v, %v", v, err)
	}
	e.Root = s
	if _, err := Into(graph.New(), e, nil, r); err == nil || !strings.Contains(err.Error(), "series") {
		t.Errorf("a whole series was let in: %v", err)
	}
}
