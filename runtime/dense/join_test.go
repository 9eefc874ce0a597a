package dense

import (
	"fmt"
	"slices"
	"testing"

	"relief/runtime/graph"
)

// TestJoinedColumns reads joined columns in groups, in rows of some pixels and in
// rows longer than a block, and stores them where a root or a kernel needs that.
func TestJoinedColumns(t *testing.T) {
	for _, c := range []struct {
		rows  int
		parts []int
	}{{7, []int{3, 5, 1}}, {300, []int{1, 1}}, {3, []int{5000, 1, 3000}}, {1, []int{4, 4}}, {40, []int{100, 300, 33}}} {
		p := newProblem(t)
		var parts []graph.ID
		for i, n := range c.parts {
			parts = append(parts, p.input(fmt.Sprint("part", i), graph.Of(c.rows, n), 1))
		}
		first := p.do(graph.JoinCols, parts[:2]...)
		joined := p.do(graph.JoinCols, append([]graph.ID{first}, parts[2:]...)...)
		u := p.Type(joined)
		weights := p.input("weights", graph.Of(u.Dim(1), 3), 1)
		roots := []graph.ID{
			p.do(graph.Neg, joined),
			p.do(graph.Mul, joined, p.do(graph.Abs, joined)),
			p.do(graph.MaxCols, joined),
			p.do(graph.Add, first, p.input("same", p.Type(first), 1)),
			p.do(graph.SumRows, p.do(graph.Mul, joined, p.input("other", u, 1))),
			p.do(graph.MatMul, joined, weights),
		}
		want, err := p.Interpret(append(slices.Clone(roots), joined), p.inputs)
		if err != nil {
			t.Fatal(err)
		}
		for _, stored := range []bool{false, true} {
			list := roots
			if stored {
				list = append(slices.Clone(roots), joined)
			}
			for _, single := range []bool{false, true} {
				tolerance := 1e-14
				if single {
					tolerance = 1e-5
				}
				for workers := 1; workers <= 3; workers++ {
					for i, got := range run(t, NewMachine(workers), p, list, Options{Single: single}) {
						if d := relative(got, want[list[i]]); !(d <= tolerance) {
							t.Errorf("%v, single %v, %d workers: %s has an error of %.2g", c, single, workers, p.Node(list[i]).Op, d)
						}
					}
				}
			}
		}
	}
}

// TestJoinedColumnsAreNotStored looks at what a DenseNet keeps of its layers: the
// last join of a block, which a pooling reads, and no other.
func TestJoinedColumnsAreNotStored(t *testing.T) {
	p := concat(t, 3)
	for _, roots := range [][]graph.ID{append([]graph.ID{p.loss}, p.gradient()...), p.hvp()} {
		x, results, err := build(p.Graph, roots)
		if err != nil {
			t.Fatal(err)
		}
		x, results = joinMoments(x, results)
		plan, parts := newPlan(x, results, false, nil), 0
		for i, e := range x.list {
			if e.op != graph.JoinCols || !plan.need[i] {
				continue
			}
			if !plan.saved[i] {
				parts += len(e.args)
			} else if !slices.ContainsFunc(plan.users[i], func(u ref) bool { return x.list[u].op == graph.MeanPool }) {
				t.Errorf("%d columns are joined in memory", e.cols())
			}
		}
		if parts == 0 {
			t.Error("no columns are read where they are")
		}
	}
}
