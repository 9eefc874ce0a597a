package math

import "relief/runtime/graph"

// deviation is the standard deviation of the law that the elements of a vector,
// or at each step those of a series of vectors, are drawn from: the root of the
// sum of squares about the mean over n - 1. With perMean it is that of the mean of
// them: over another sqrt(n).
func deviation(perMean bool) func(*Lowerer, *site) Value {
	return func(l *Lowerer, s *site) Value {
		x, ok := l.arg(s, 0)
		if !ok {
			return Bad
		}
		t := l.Graph.Type(x)
		if t.Bool || t.Rank() != 1 {
			return l.errorf("RL0302", s.argRange(0), "Write a list of one number from each run: run.r[*].final.loss, or [for k in [1, 2, 3] : last(run.r[k].probe.p)]; lists of series are taken step by step.",
				"%s takes independent numbers, and this is %s", s.name, t)
		}
		n := t.Dim(0)
		if n < 2 {
			return l.errorf("RL0302", s.argRange(0), "Give it two or more.", "one value has no deviation")
		}
		// These take what a vector is; mean has seen to the rest.
		d := l.apply(s, graph.Sub, x, mean(l, s).(Node).ID)
		squares := l.apply(s, graph.Mul, d.(Node).ID, d.(Node).ID)
		over := float64(n - 1)
		if perMean {
			over *= float64(n)
		}
		variance := l.apply(s, graph.Div, l.apply(s, graph.Sum, squares.(Node).ID).(Node).ID, l.Graph.Const(over))
		return l.apply(s, graph.Sqrt, variance.(Node).ID)
	}
}
