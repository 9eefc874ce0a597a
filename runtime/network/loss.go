package network

import (
	"fmt"

	"relief/runtime/graph"
)

// Loss returns the sum over the samples of the loss of each: of kind "mse" half
// the sum of the squares of the differences between outputs and targets, of kind
// "cross_entropy" -sum_c targets_c log softmax(logits)_c, whose targets are
// one-hot or probabilities. Logits and targets are N x outputs.
func Loss(g *graph.Graph, kind string, logits, targets graph.ID) (graph.ID, error) {
	t := g.Type(logits)
	if u := g.Type(targets); t != u || t.Rank() < 2 {
		return graph.None, &Error{Summary: fmt.Sprintf("the network gives %s, and the targets are %s", t, u), Cure: "let its last layer be a dense one with a unit for each target"}
	}
	b := &builder{Graph: g}
	switch kind {
	case "mse":
		d := b.do(graph.Sub, logits, targets)
		return b.finish(b.times(b.do(graph.Sum, b.square(d)), 0.5))
	case "cross_entropy":
		// With s = z - max z: sum_c y_c (log sum_k e^s_k - s_c), where the y_c need
		// not add up to 1.
		s := b.do(graph.Sub, logits, b.SpreadCols(b.do(graph.MaxCols, logits), t))
		logs := b.do(graph.Log, b.do(graph.SumCols, b.do(graph.Exp, s)))
		whole := b.do(graph.Mul, b.do(graph.SumCols, targets), logs)
		return b.finish(b.do(graph.Sum, b.do(graph.Sub, whole, b.do(graph.SumCols, b.do(graph.Mul, targets, s)))))
	}
	return graph.None, &Error{Summary: fmt.Sprintf("there is no loss %q", kind), Cure: `use "mse" or "cross_entropy"`}
}
