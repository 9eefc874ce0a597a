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

// runningMean is the mean of a series over so many recorded steps.
func runningMean(l *Lowerer, s *site) Value {
	x, ok := l.arg(s, 0)
	if !ok {
		return Bad
	}
	n, ok := l.argStaticNumber(s, 1)
	if !ok {
		return Bad
	}
	if t := l.Graph.Type(x); !t.Series || t.Bool {
		return l.errorf("RL0302", s.argRange(0), "Write running_mean(run.a.loss, 10): of a condition the mean is that of (c ? 1 : 0).", "running_mean takes a series of numbers, not %s", t)
	}
	if n != float64(int(n)) || n < 1 {
		return l.errorf("RL0307", s.argRange(1), "Write over how many recorded steps: a whole number, 1 or more.", "a mean over %v steps is none", n)
	}
	return Node{l.Graph.RunningMean(x, int(n))}
}

// laneQuantile is over the lanes, or other elements, of each step.
func laneQuantile(l *Lowerer, s *site) Value {
	ids, ok := l.argNodes(s)
	if !ok {
		return Bad
	}
	t := l.Graph.Type(ids[0])
	if !t.Series || t.Bool || t.Rank() == 0 {
		cure := "Write it of a series of a run with vary, as in lane_quantile(run.a.path.x, 0.5); quantile(s, 0.5) is over the steps."
		if !t.Series && t.Rank() > 0 {
			cure = "Of values without steps write quantile(x, 0.5)."
		}
		return l.errorf("RL0302", s.argRange(0), cure, "lane_quantile takes a series of lanes, not %s", t)
	}
	return l.apply(s, graph.LaneQuantile, ids...)
}

// covariance is of two vectors of samples, such as lanes, a number; of a matrix of
// samples by elements, that of the elements, a matrix. Both are over n - 1.
func covariance(l *Lowerer, s *site) Value {
	ids, ok := l.argNodes(s)
	if !ok {
		return Bad
	}
	rank := 3 - len(ids)
	for i, x := range ids {
		t := l.Graph.Type(x)
		if t.Bool || t.Rank() != rank || t.Series && rank == 2 {
			cure := "Write covariance(x, y) of two vectors, such as run.a.final.params.x of the lanes, or covariance(run.a.final.params.w) of a vector in each lane."
			return l.errorf("RL0302", s.argRange(i), cure, "covariance of %s takes %s, not %s", plural(len(ids), "argument"), map[int]string{1: "vectors", 2: "a matrix with a sample in each row"}[rank], t)
		}
	}
	n := l.Graph.Type(ids[0]).Dim(0)
	if n < 2 {
		return l.errorf("RL0302", s.argRange(0), "Give it two or more.", "one sample has no covariance")
	}
	over := l.Graph.Const(float64(n - 1))
	if rank == 1 {
		var from [2]Value
		for i, x := range ids {
			m := mean(l, &site{name: s.name, args: s.args[i : i+1], r: s.argRange(i)})
			if from[i] = l.apply(s, graph.Sub, x, m.(Node).ID); IsBad(from[i]) {
				return Bad
			}
		}
		products := l.apply(s, graph.Mul, from[0].(Node).ID, from[1].(Node).ID)
		if IsBad(products) {
			return Bad
		}
		return l.apply(s, graph.Div, l.apply(s, graph.Sum, products.(Node).ID).(Node).ID, over)
	}
	ones := l.Graph.Fill(graph.Of(n), 1)
	means := l.apply(s, graph.Div, l.apply(s, graph.MatMul, ones, ids[0]).(Node).ID, l.Graph.Const(float64(n)))
	from := l.apply(s, graph.Sub, ids[0], l.apply(s, graph.Outer, ones, means.(Node).ID).(Node).ID).(Node).ID
	products := l.apply(s, graph.MatMul, l.apply(s, graph.Transpose, from).(Node).ID, from)
	return l.apply(s, graph.Div, products.(Node).ID, over)
}
