package graph_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/graph"
	"relief/runtime/graph/graphtest"
)

// reference computes the expressions as they were asked for: nothing folded,
// nothing simplified, nothing shared.
func reference(m *graphtest.Made, in map[string][]float64) [][]float64 {
	values := make([][]float64, len(m.Exprs))
	for i, e := range m.Exprs {
		switch e.Op {
		case graph.Input:
			values[i] = in[e.Name]
		case graph.Const:
			values[i] = e.Data
		default:
			g := graph.New()
			bind := map[string][]float64{}
			args := make([]graph.ID, len(e.Args))
			for k, a := range e.Args {
				name := string(rune('a' + k))
				args[k] = g.Input(name, m.Exprs[a].Type)
				bind[name] = values[a]
			}
			y, err := e.On(g, args...)
			if err != nil {
				panic(err)
			}
			all, err := g.Interpret([]graph.ID{y}, bind)
			if err != nil {
				panic(err)
			}
			values[i] = all[y]
		}
	}
	return values
}

func drawAny(t *rapid.T) *graphtest.Made {
	if rapid.Bool().Draw(t, "batches") {
		return graphtest.DrawBatch(t, 20)
	}
	return graphtest.Draw(t, 30)
}

func TestSimplificationKeepsBits(t *testing.T) {
	property := func(t *rapid.T) {
		m := drawAny(t)
		in := m.Values(t, graphtest.Numbers())
		want := reference(m, in)
		got, err := m.Graph.Interpret(m.IDs, in)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range m.Exprs {
			if m.Graph.Type(m.IDs[i]) != e.Type {
				t.Fatalf("%d: %s has type %s", i, e.Op, m.Graph.Type(m.IDs[i]))
			}
			if len(want[i]) != len(got[m.IDs[i]]) {
				t.Fatalf("expression %d, %s of %v : %s has %d elements", i, e.Op, e.Args, e.Type, len(got[m.IDs[i]]))
			}
			for k, w := range want[i] {
				if !graphtest.Same(got[m.IDs[i]][k], w) {
					t.Fatalf("expression %d, %s, element %d: %g (%x), want %g (%x)", i, e.Op, k,
						got[m.IDs[i]][k], math.Float64bits(got[m.IDs[i]][k]), w, math.Float64bits(w))
				}
			}
		}
	}
	for range 10 { // rare combinations matter
		rapid.Check(t, property)
	}
}

func TestInterningSharesNodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawAny(t)
		before := m.Graph.Len()
		ids := m.Graph.Import(m.Graph, m.IDs, map[string]graph.ID{})
		for i := range ids {
			if ids[i] != m.IDs[i] {
				t.Fatalf("node %d was made again as %d", m.IDs[i], ids[i])
			}
		}
		if m.Graph.Len() != before {
			t.Fatalf("%d nodes became %d", before, m.Graph.Len())
		}
	})
}
