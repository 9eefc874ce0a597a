package dense

import (
	"relief/runtime/graph"
)

// Batch norms take the mean of an array and the sum of the squares of the
// differences from it, for each column:
//
//	s = SumRows(x), m = s/rows, q = SumRows((x - SpreadRows(m))²)
//
// One kernel takes both, chunk by chunk while a chunk is in the cache, so that x
// is read from memory once. s is then rows m. Where x is joined from columns of
// several arrays, the moments are those of the arrays.

const (
	// opMean is m of a stored array, and opSquares, whose operand is m, is q, a
	// second result of its step.
	opMean    = graph.NumOps + 2
	opSquares = graph.NumOps + 3
)

// joinMoments lets one kernel take such means and squares.
func joinMoments(old *exprs, roots []ref) (*exprs, []ref) {
	array := map[ref]ref{} // of which s, m and q are
	for i, needed := range old.reach(roots) {
		if x, s, m := old.moments(ref(i)); needed && x != none {
			array[s], array[m], array[ref(i)] = x, x, x
		}
	}
	return old.rewrite(roots, func(x *exprs, r ref, e expr, refs []ref) ref {
		a, ok := array[r]
		if !ok {
			return x.again(e)
		}
		mean := x.byColumns(refs[a], e.t, func(part ref, t graph.Type) ref {
			return x.add(expr{op: opMean, t: t, args: []ref{part}, wide: true})
		})
		switch {
		case e.op != graph.SumRows: // m
			return mean
		case old.list[r].args[0] == a: // s
			n := x.add(expr{op: graph.Const, num: float64(old.list[a].rows()), wide: true})
			return x.elementwise(graph.Mul, e.t, []ref{n, mean})
		}
		return x.byColumns(mean, e.t, func(part ref, t graph.Type) ref {
			return x.add(expr{op: opSquares, t: t, args: []ref{part}, wide: true})
		})
	})
}

// moments returns x, s and m if r is q.
func (x *exprs) moments(r ref) (array, s, m ref) {
	e := &x.list[r]
	if e.op != graph.SumRows {
		return none, none, none
	}
	square := &x.list[e.args[0]]
	if square.op != graph.Mul || square.args[0] != square.args[1] {
		return none, none, none
	}
	d := &x.list[square.args[0]]
	if d.op != graph.Sub || d.wide || x.list[d.args[1]].op != graph.SpreadRows {
		return none, none, none
	}
	array, m = d.args[0], x.list[d.args[1]].args[0]
	for _, part := range x.columnsOf([]ref{array}) {
		if e := &x.list[part]; e.kind() != given && e.kind() != call || e.wide {
			return none, none, none
		}
	}
	s = x.meanOf(m)
	if s == none || x.list[s].op != graph.SumRows || x.list[s].args[0] != array {
		return none, none, none
	}
	return array, s, m
}

// meanOf returns the sum s if m is s/rows, or s times the reciprocal where that
// is exact.
func (x *exprs) meanOf(m ref) ref {
	e := &x.list[m]
	if e.op != graph.Mul && e.op != graph.Div {
		return none
	}
	for i := range 2 {
		s, n := &x.list[e.args[i]], &x.list[e.args[1-i]]
		if s.op != graph.SumRows || n.kind() != number || n.t.Rank() > 0 {
			continue
		}
		rows := float64(x.list[s.args[0]].rows())
		if e.op == graph.Div && i == 0 && n.num == rows || e.op == graph.Mul && n.num == 1/rows && 1/n.num == rows {
			return e.args[i]
		}
	}
	return none
}

// isSecond reports whether the expression is a second result of the step of its
// operand.
func (e *expr) isSecond() bool { return e.op == opPick || e.op == opSquares }
