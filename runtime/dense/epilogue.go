package dense

import (
	"slices"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// What comes after a product or a convolution and is used instead of it is done
// by its kernel while the results are in the cache:
//
//	Add(P, Q)             Q is added to what P has left in memory
//	Add(Q, SpreadRows(b)) Q has a bias
//	Gate(Q, Q), Tanh(Q)   Q has an activation
//
// A derivative of relu reads Gate(t, Q), which is Gate(t, Gate(Q, Q)), so that
// Q itself need not be kept.

// finish is what a kernel does with its sums. Its operands come after those of
// the operation: what it accumulates to, then the bias.
type finish struct {
	accumulate bool
	bias       bool
	activation tensor.Activation
}

// hasFinish reports whether the kernel of an operation can do more than it.
func (e *expr) hasFinish() bool {
	switch e.op {
	case graph.MatMul, graph.Outer, graph.Conv:
		return true
	}
	return e.onlyAdds()
}

// onlyAdds reports whether the kernel can accumulate, but no more.
func (e *expr) onlyAdds() bool { return e.op == graph.ConvInput || e.op == graph.ConvWeights }

// epilogues is the state of the pass.
type epilogues struct {
	old      *exprs
	held     []bool
	users    [][]ref
	roots    map[ref]bool
	activate map[ref]ref // what is used only as the operand of an activation -> that
}

// addEpilogues lets kernels finish their results.
func addEpilogues(old *exprs, roots []ref, names []string) (*exprs, []ref) {
	p := &epilogues{old: old, held: old.heldBy(names), users: old.usersOf(old.reach(roots)), roots: map[ref]bool{}, activate: map[ref]ref{}}
	for _, r := range roots {
		p.roots[r] = true
	}
	for i := range old.list {
		if y := p.activation(ref(i)); y != none {
			p.activate[ref(i)] = y
		}
	}
	return old.rewrite(roots, func(x *exprs, r ref, e expr, refs []ref) ref {
		if y, ok := p.write(x, r, e, refs); ok {
			return y
		}
		return x.again(e)
	})
}

// alone reports whether r is used once, by another expression.
func (p *epilogues) alone(r ref) bool { return len(p.users[r]) == 1 && !p.roots[r] }

// activation returns the activation of which alone r is the operand, none if
// there is none: gates of derivatives may read the activation instead.
func (p *epilogues) activation(r ref) ref {
	e := &p.old.list[r]
	users := p.users[r]
	if e.t.Rank() == 0 || e.wide || p.roots[r] || len(users) == 0 {
		return none
	}
	y := users[0]
	f := &p.old.list[y]
	switch {
	case p.held[y] != p.held[r]:
		return none
	case f.op == graph.Tanh && len(users) == 1:
		return y
	case f.op != graph.Gate || f.args[0] != r || f.args[1] != r:
		return none
	}
	for _, u := range users[1:] {
		if g := &p.old.list[u]; g.op != graph.Gate || g.args[0] == r {
			return none
		}
	}
	return y
}

// write writes what a kernel can finish.
func (p *epilogues) write(x *exprs, r ref, e expr, refs []ref) (ref, bool) {
	old := &p.old.list[r]
	switch e.op {
	case graph.Add:
		return p.add(x, old, e)
	case graph.Tanh, graph.Gate:
		z := old.args[len(old.args)-1]
		y, ok := p.activate[z]
		k := &x.list[e.args[len(e.args)-1]]
		if !ok || !k.hasFinish() || k.onlyAdds() || k.finish.activation != tensor.Identity {
			return none, false
		}
		if y != r { // the gate of a derivative
			e.args[1] = refs[y]
			return x.again(e), true
		}
		f := *k
		f.finish.activation = tensor.Relu
		if e.op == graph.Tanh {
			f.finish.activation = tensor.Tanh
		}
		return x.add(f), true
	}
	return none, false
}

// add writes a sum of which an operand is a kernel's result and used nowhere
// else.
func (p *epilogues) add(x *exprs, old *expr, e expr) (ref, bool) {
	if e.t.Rank() == 0 || old.args[0] == old.args[1] {
		return none, false
	}
	for i := range 2 {
		a, b := e.args[i], e.args[1-i]
		k, other := x.list[a], &x.list[b]
		if !k.hasFinish() || !p.alone(old.args[i]) || k.finish.activation != tensor.Identity {
			continue
		}
		if other.op == graph.SpreadRows && !k.onlyAdds() && !k.finish.bias {
			k.finish.bias = true
			k.args = append(slices.Clone(k.args), x.narrow(other.args[0]))
			return x.add(k), true
		}
		// The later of two results is added to the earlier, which nothing else reads.
		if a > b && other.kind() == call && !other.wide && p.alone(old.args[1-i]) && p.held[old.args[0]] == p.held[old.args[1]] && !k.finish.accumulate && !k.finish.bias {
			k.finish.accumulate = true
			k.args = append(slices.Clone(k.args), b)
			return x.add(k), true
		}
	}
	return none, false
}
