package dense

import (
	"slices"

	"relief/runtime/graph"
)

// The sums of a batch norm's gradient are linear in arrays whose sums are known
// already. What is constant along a sum is taken out of it,
//
//	SumRows(x SpreadRows(a)) = a SumRows(x), SumRows(SpreadRows(a)) = rows a,
//
// and a sum of terms becomes the sum of their sums where each of these is needed
// anyway, or is that of an array that is read for such a sum. That saves a pass
// over the arrays. Two arrays of which neither has such a factor are added or
// subtracted first, since they may cancel.

// sumOver gives for each sum what repeats along it.
var sumOver = map[graph.Op]graph.Op{graph.Sum: graph.Broadcast, graph.SumRows: graph.SpreadRows, graph.SumCols: graph.SpreadCols}

// term is a product of factors that are constant along a sum and of arrays.
type term struct {
	negative bool
	constant []ref // what is spread, or numbers
	arrays   []ref
}

// factors writes r as one term, whose constants are those along op.
func (x *exprs) factors(op graph.Op, r ref) term {
	e := &x.list[r]
	switch {
	case e.t.Rank() == 0:
		return term{constant: []ref{r}}
	case e.kind() == number:
		return term{constant: []ref{x.add(expr{op: graph.Const, num: e.num, wide: true})}}
	case e.op == graph.Broadcast || e.op == sumOver[op]:
		return term{constant: []ref{e.args[0]}}
	case e.op == graph.Neg:
		t := x.factors(op, e.args[0])
		t.negative = !t.negative
		return t
	case e.op == graph.Mul:
		return x.factors(op, e.args[0]).times(x.factors(op, e.args[1]))
	}
	return term{arrays: []ref{r}}
}

// terms writes r as a sum of terms.
func (x *exprs) terms(op graph.Op, r ref) []term {
	e := &x.list[r]
	switch e.op {
	case graph.Neg:
		return scaled(x.terms(op, e.args[0]), term{negative: true})
	case graph.Mul:
		for i := range 2 {
			if f := x.factors(op, e.args[i]); len(f.arrays) == 0 {
				return scaled(x.terms(op, e.args[1-i]), f)
			}
		}
	case graph.Add, graph.Sub:
		a, b := x.terms(op, e.args[0]), x.terms(op, e.args[1])
		if isScaled(a) || isScaled(b) {
			return append(a, scaled(b, term{negative: e.op == graph.Sub})...)
		}
	}
	return []term{x.factors(op, r)}
}

// isScaled reports whether each term has a constant factor.
func isScaled(terms []term) bool {
	return !slices.ContainsFunc(terms, func(t term) bool { return len(t.constant) == 0 })
}

func (t term) times(u term) term {
	arrays := slices.Concat(t.arrays, u.arrays)
	slices.Sort(arrays) // one order for products that commute
	return term{t.negative != u.negative, slices.Concat(t.constant, u.constant), arrays}
}

func scaled(terms []term, by term) []term {
	out := make([]term, len(terms))
	for i, t := range terms {
		out[i] = t.times(by)
	}
	return out
}

// maxTerms bounds the sums that one becomes.
const maxTerms = 8

// sum is the reduction op of a, with what is constant taken out of it; it is
// split if it has several terms and split says so.
func (x *exprs) sum(op graph.Op, t graph.Type, a ref, split bool) ref {
	terms := x.terms(op, a)
	if len(terms) > 1 && !split {
		return x.add(expr{op: op, t: t, args: []ref{a}, wide: true})
	}
	total := none
	for _, term := range terms {
		s := x.sumOfTerm(op, t, x.list[a].t, term)
		switch {
		case total != none && term.negative:
			total = x.elementwise(graph.Sub, t, []ref{total, s})
		case total != none:
			total = x.elementwise(graph.Add, t, []ref{total, s})
		case term.negative:
			total = x.elementwise(graph.Neg, t, []ref{s})
		default:
			total = s
		}
	}
	return total
}

// sumOfTerm is the sum of a term, an array of type u, without its sign.
func (x *exprs) sumOfTerm(op graph.Op, t, u graph.Type, term term) ref {
	var s ref
	if p := x.product(u, term); p == none { // as often as it is repeated
		s = x.add(expr{op: graph.Const, num: float64(u.Size()) / float64(max(t.Size(), 1)), wide: true})
	} else {
		s = x.add(expr{op: op, t: t, args: []ref{p}, wide: true})
	}
	for _, c := range term.constant {
		s = x.elementwise(graph.Mul, t, []ref{c, s})
	}
	return s
}

// product is that of the arrays of a term, of type u; none if there are none.
func (x *exprs) product(u graph.Type, term term) ref {
	p := none
	for _, a := range term.arrays {
		if p == none {
			p = a
		} else {
			p = x.elementwise(graph.Mul, u, []ref{p, a})
		}
	}
	return p
}

// splitSums writes sums of several terms as the sums of the terms, where that
// saves work.
func splitSums(old *exprs, roots []ref) (*exprs, []ref) {
	needed := old.reach(roots)
	// The sums that are needed whatever is done here, and what is read for them.
	known, read := sets{}, sets{}
	for i, e := range old.list {
		if _, ok := sumOver[e.op]; !ok || !needed[i] {
			continue
		}
		if t := old.terms(e.op, e.args[0]); len(t) == 1 {
			known.put(e.op, e.args[0])
			read.put(e.op, t[0].arrays...)
		}
	}
	splits := func(op graph.Op, a ref) bool {
		terms := old.terms(op, a)
		for _, t := range terms {
			p := old.product(old.list[a].t, t)
			if p != none && !known[op][p] && !read[op][p] {
				return false
			}
		}
		return len(terms) > 1 && len(terms) <= maxTerms
	}
	return old.rewrite(roots, func(x *exprs, r ref, e expr, _ []ref) ref {
		if _, ok := sumOver[e.op]; ok {
			return x.sum(e.op, e.t, e.args[0], splits(e.op, old.list[r].args[0]))
		}
		return x.again(e)
	})
}

// sets are sets of expressions, for each reduction.
type sets map[graph.Op]map[ref]bool

func (s sets) put(op graph.Op, list ...ref) {
	if s[op] == nil {
		s[op] = map[ref]bool{}
	}
	for _, r := range list {
		s[op][r] = true
	}
}
