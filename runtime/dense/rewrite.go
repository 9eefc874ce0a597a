package dense

import (
	"slices"

	"relief/runtime/graph"
)

// reach reports which expressions the roots need.
func (x *exprs) reach(roots []ref) []bool {
	need := make([]bool, len(x.list))
	for _, r := range roots {
		need[r] = true
	}
	for i := len(need) - 1; i >= 0; i-- {
		if need[i] {
			for _, a := range x.list[i].args {
				need[a] = true
			}
		}
	}
	return need
}

// usersOf lists, of what is needed, who reads it, each once.
func (x *exprs) usersOf(need []bool) [][]ref {
	users := make([][]ref, len(x.list))
	for i := range x.list {
		if !need[i] {
			continue
		}
		for k, a := range x.list[i].args {
			if !slices.Contains(x.list[i].args[:k], a) {
				users[a] = append(users[a], ref(i))
			}
		}
	}
	return users
}

// heldBy finds what depends on the inputs of these names and on constants
// alone. Without names nothing is held.
func (x *exprs) heldBy(names []string) []bool {
	held := make([]bool, len(x.list))
	if len(names) == 0 {
		return held
	}
	for i := range x.list {
		e := &x.list[i]
		held[i] = e.op != graph.Input || slices.Contains(names, e.name)
		for _, a := range e.args {
			held[i] = held[i] && held[a]
		}
	}
	return held
}

// rewrite writes what the roots need anew, each expression as f makes it from
// one whose operands are written already; refs gives those of the old list.
func (x *exprs) rewrite(roots []ref, f func(y *exprs, r ref, e expr, refs []ref) ref) (*exprs, []ref) {
	y := newExprs()
	refs := make([]ref, len(x.list))
	for i, needed := range x.reach(roots) {
		if !needed {
			continue
		}
		e := x.list[i]
		e.args = make([]ref, len(e.args))
		for k, a := range x.list[i].args {
			e.args[k] = refs[a]
		}
		refs[i] = f(y, ref(i), e, refs)
	}
	results := make([]ref, len(roots))
	for i, r := range roots {
		results[i] = y.stored(refs[r])
	}
	return y, results
}

// again makes an expression on operands that may have become simpler.
func (x *exprs) again(e expr) ref {
	switch k := e.kind(); {
	case k == fused && !e.moves():
		return x.elementwise(e.op, e.t, e.args)
	case k == spread:
		return x.spread(e.op, e.t, e.args[0])
	case k == alias:
		return x.view(e)
	case k == call && e.hasFinish():
		for i, a := range e.args {
			e.args[i] = x.narrow(a)
		}
	case k == call || e.tiled || e.op == graph.SliceCols || e.op == graph.JoinCols:
		for i, a := range e.args {
			e.args[i] = x.stored(a)
		}
	}
	return x.add(e)
}
