package dense

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/graph"
	"relief/runtime/graph/graphtest"
)

// drawn draws a graph of each kind.
func drawn(t *rapid.T) *graphtest.Made {
	size := rapid.IntRange(8, 40).Draw(t, "size")
	if rapid.Bool().Draw(t, "batch") {
		return graphtest.DrawBatch(t, size)
	}
	return graphtest.Draw(t, size)
}

// computeAll runs a graph.
func computeAll(t *rapid.T, m *Machine, g *graph.Graph, roots []graph.ID, in map[string][]float64, o Options) [][]float64 {
	p, err := Compile(m, g, roots, o)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range in {
		p.Set(name, v)
	}
	if err := p.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := make([][]float64, len(roots))
	for i, r := range roots {
		got[i] = make([]float64, g.Type(r).Size())
		p.Read(i, got[i])
	}
	return got
}

func printed(t *rapid.T, g *graph.Graph, roots []graph.ID) string {
	var b strings.Builder
	if err := g.Print(&b, roots); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sums reports whether an operation adds, in an order of its own.
func sums(op graph.Op) bool {
	switch op {
	case graph.Sum, graph.Norm, graph.SumRows, graph.SumCols, graph.MatMul, graph.Outer,
		graph.Conv, graph.ConvInput, graph.ConvWeights, graph.MaxPoolInput, graph.MeanPool, graph.MeanPoolInput:
		return true
	}
	return false
}

// TestEachOperation computes all nodes of a graph and checks each against its
// definition on the operands that were computed, so that errors do not grow.
func TestEachOperation(t *testing.T) {
	for _, single := range []bool{false, true} {
		rapid.Check(t, func(t *rapid.T) {
			m := drawn(t)
			g := m.Graph
			roots := slices.Compact(slices.Sorted(slices.Values(m.IDs)))
			got := computeAll(t, NewMachine(1), g, roots, m.Values(t, graphtest.Numbers()), Options{Single: single})
			values := map[graph.ID][]float64{}
			for i, r := range roots {
				values[r] = got[i]
			}
			spread := spreads(g)
			huge := slices.ContainsFunc(got, func(v []float64) bool {
				return slices.ContainsFunc(v, func(x float64) bool { return math.Abs(x) > 1e100 })
			})
			for _, r := range roots {
				n := g.Node(r)
				if n.Op == graph.Input || n.Op == graph.Const {
					continue
				}
				var types []graph.Type
				var args, sizes [][]float64
				for _, a := range n.Args {
					if values[a] == nil {
						types = nil
						break
					}
					types, args = append(types, g.Type(a)), append(args, values[a])
					size := slices.Clone(values[a])
					for i, v := range size {
						size[i] = math.Abs(v)
					}
					sizes = append(sizes, size)
				}
				if types == nil { // an operand was simplified away
					continue
				}
				// Padding is multiplied with weights too, and what is above the range of
				// float32 may be finite before it is spread.
				if (images(n.Op) || single) && !allFinite(args) {
					continue
				}
				// What is constant along a sum is taken out of it, which may overflow;
				// what is spread is more precise than its elements in float32.
				if huge && sums(n.Op) || single && slices.ContainsFunc(n.Args, func(a graph.ID) bool { return spread[a] }) {
					continue
				}
				want := n.Compute(types, args)
				var bound []float64
				if sums(n.Op) {
					bound = n.Compute(types, sizes)
				}
				var rounded []float64 // on operands of the element type
				if single {
					for _, a := range args {
						narrow := make([]float64, len(a))
						for i, v := range a {
							narrow[i] = float64(float32(v))
						}
						args = append(args[1:], narrow)
					}
					rounded = n.Compute(types, args)
				}
				for i := range want {
					if single && agrees(single, values[r][i], rounded[i], i, bound) {
						continue
					}
					if !agrees(single, values[r][i], want[i], i, bound) {
						t.Fatalf("%s, single %v: element %d is %v, want %v of %v\n%s", n.Op, single, i, values[r][i], want[i], args, printed(t, g, roots))
					}
				}
			}
		})
	}
}

// spreads reports which nodes repeat what is computed once.
func spreads(g *graph.Graph) []bool {
	is := make([]bool, g.Len())
	for id := range is {
		n := g.Node(graph.ID(id))
		switch n.Op {
		case graph.Const, graph.Broadcast, graph.SpreadRows, graph.SpreadCols:
			is[id] = n.Type.Rank() > 0
			continue
		}
		is[id] = n.Op.IsElementwise() && n.Type.Rank() > 0
		for _, a := range n.Args {
			is[id] = is[id] && (is[a] || g.Type(a).Rank() == 0)
		}
	}
	return is
}

func images(op graph.Op) bool {
	return op == graph.Conv || op == graph.ConvInput || op == graph.ConvWeights
}

func allFinite(args [][]float64) bool {
	for _, a := range args {
		for _, v := range a {
			if v-v != 0 {
				return false
			}
		}
	}
	return true
}

// agrees reports whether an element is right: but for sums, which have a bound
// of their terms, bit for bit in float64.
func agrees(single bool, got, want float64, i int, bound []float64) bool {
	scale := math.Abs(want)
	if bound != nil {
		if scale = bound[i]; !(scale < 1e300) { // sums that overflow may be Inf or NaN
			return true
		}
	}
	switch {
	case graphtest.Same(got, want):
		return true
	case single && (scale > 1e38 || scale < 1e-37):
		return true
	case single:
		return math.Abs(got-want) <= 3e-7*scale
	case bound != nil:
		return math.Abs(got-want) <= 1e-13*scale
	}
	return false
}

// TestWholeGraphs compares some nodes with the plain definition, bit for bit,
// where no sum on the way depends on its order: sums of integers do not.
func TestWholeGraphs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawn(t)
		g := m.Graph
		in := m.Values(t, rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return float64(i) }))
		roots := rapid.SliceOfN(rapid.SampledFrom(m.IDs), 1, 4).Draw(t, "roots")
		want, err := g.Interpret(roots, in)
		if err != nil {
			t.Fatal(err)
		}
		inexact := make([]bool, g.Len())
		signless := make([]bool, g.Len()) // sums that are 0 may be -0
		for id, needed := range g.Reach(roots) {
			n := g.Node(graph.ID(id))
			if !needed {
				continue
			}
			for _, a := range n.Args {
				inexact[id] = inexact[id] || inexact[a] || signless[a] || sums(n.Op) && !integers(want[a])
			}
			inexact[id] = inexact[id] || n.Op == graph.MeanPool || n.Op == graph.MeanPoolInput
			signless[id] = sums(n.Op) && slices.Contains(want[id], 0)
		}
		var held []string
		for name := range m.Inputs {
			if _, ok := g.Lookup(name); ok && rapid.Bool().Draw(t, "held") {
				held = append(held, name)
			}
		}
		machine := NewMachine(2)
		got := computeAll(t, machine, g, roots, in, Options{Held: held})
		for i, r := range roots {
			for k, v := range want[r] {
				if !inexact[r] && !graphtest.Same(got[i][k], v) && !(signless[r] && got[i][k] == v) {
					t.Fatalf("root %d, %s: element %d is %v, want %v\n%s", i, g.Node(r).Op, k, got[i][k], v, printed(t, g, roots))
				}
			}
		}
	})
}

// integers reports whether all numbers are integers far below 2^53.
func integers(v []float64) bool {
	for _, x := range v {
		if x != math.Trunc(x) || math.Abs(x) > 1e12 {
			return false
		}
	}
	return true
}
