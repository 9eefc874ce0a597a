package dense

import (
	"slices"

	"relief/runtime/graph"
)

// A plan says which expressions have memory and which steps compute them.
//
// An expression has a stage: one more than the stages of the values that it
// reads, or that of the elementwise expressions that it is fused with. Steps
// read values of earlier stages only. So what is fused has one stage, and
// whatever is put together by stage cannot depend on itself.
type plan struct {
	x      *exprs
	single bool
	roots  []ref
	need   []bool
	users  [][]ref
	held   []bool // depends on held inputs alone
	stage  []int32
	saved  []bool // has memory
	steps  []*step
}

// step is one kernel call, or one group of fused expressions with reductions.
type step struct {
	of    ref   // the expression of a kernel; none for a group
	sinks []ref // of a group: stored expressions and reductions
	held  bool

	reads, writes []*value
	reuse         []reuse
	instruction   instruction
}

// reuse says that a result may take the memory of an operand that dies.
type reuse struct{ result, operand *value }

func newPlan(x *exprs, roots []ref, single bool, held []string) *plan {
	n := len(x.list)
	need := x.reach(roots)
	p := &plan{x: x, single: single, roots: roots, need: need, users: x.usersOf(need), held: x.heldBy(held), stage: make([]int32, n), saved: make([]bool, n)}
	for i := range x.list {
		if need[i] {
			p.stage[i] = p.stageOf(ref(i))
		}
	}
	p.save()
	return p
}

// fuses reports whether a is computed in the group of its user u, which is an
// elementwise expression or a reduction, unless a is stored before.
func (p *plan) fuses(a, u ref) bool {
	e, f := &p.x.list[a], &p.x.list[u]
	if e.kind() != fused {
		return false
	}
	switch f.kind() {
	case reducing:
		return true
	case fused:
		return e.wide == f.wide && e.t.Rank() == f.t.Rank() && !f.moves()
	}
	return false
}

func (p *plan) stageOf(r ref) int32 {
	e := &p.x.list[r]
	if k := e.kind(); k == given || k == number {
		return 0
	}
	stage := int32(1)
	for _, a := range e.args {
		s := p.stage[a]
		if !p.fuses(a, r) && p.x.list[a].kind() != spread {
			s++
		}
		stage = max(stage, s)
	}
	return stage
}

// moment is when an expression is computed.
type moment struct {
	stage int32
	held  bool
}

func (p *plan) moment(r ref) moment { return moment{p.stage[r], p.held[r]} }

const (
	// An expression of more arrays or operations is not computed twice.
	arraysAgain     = 2
	operationsAgain = 8
)

// save decides which expressions have memory.
func (p *plan) save() {
	arrays, operations := p.costs()
	const never, often = -1, -2
	when := make([]moment, len(p.x.list)) // the one moment of an expression that is not saved
	for i := range when {
		when[i].stage = never
	}
	for _, r := range p.roots {
		p.saved[r] = true
	}
	for i := len(p.x.list) - 1; i >= 0; i-- {
		e := &p.x.list[i]
		if !p.need[i] {
			continue
		}
		if k := e.kind(); k != fused {
			p.saved[i] = k != number && k != spread
			continue
		}
		at := moment{stage: never}
		for _, u := range p.users[i] {
			if !p.fuses(ref(i), u) {
				p.saved[i] = true
				break
			}
			m := p.moment(u)
			if p.x.list[u].kind() == fused && !p.saved[u] {
				m = when[u]
			}
			if at.stage == never {
				at = m
			} else if at != m {
				at.stage = often
			}
		}
		twice := at.stage == often || p.held[i] && !at.held // or again in every Finish
		if twice && (expensive(e.op) || arrays[i] > arraysAgain || operations[i] > operationsAgain) {
			p.saved[i] = true
		}
		when[i] = at
	}
}

// costs returns about how many arrays an expression reads and operations it
// takes, if what is cheap is not stored.
func (p *plan) costs() (arrays, operations []int) {
	const most = arraysAgain + 2
	leaves := make([][]ref, len(p.x.list))
	arrays, operations = make([]int, len(p.x.list)), make([]int, len(p.x.list))
	for i := range p.x.list {
		e := &p.x.list[i]
		if e.kind() != fused || e.moves() && e.op != opCopy {
			leaves[i] = []ref{ref(i)}
			arrays[i], operations[i] = 1, 1
			continue
		}
		operations[i] = 1
		for _, a := range e.args {
			if f := &p.x.list[a]; f.isForm() || f.t.Rank() < e.t.Rank() {
				continue
			}
			from := leaves[a]
			if !p.fuses(a, ref(i)) || expensive(p.x.list[a].op) && len(p.users[a]) > 1 || p.escapes(a) {
				from = []ref{a}
			} else {
				operations[i] += operations[a]
			}
			for _, l := range from {
				if len(leaves[i]) < most && !slices.Contains(leaves[i], l) {
					leaves[i] = append(leaves[i], l)
				}
			}
		}
		arrays[i] = len(leaves[i])
	}
	return arrays, operations
}

// escapes reports whether some user of a needs it in memory.
func (p *plan) escapes(a ref) bool {
	return slices.ContainsFunc(p.users[a], func(u ref) bool { return !p.fuses(a, u) })
}

// expensive reports whether an operation costs more than to store its result.
func expensive(op graph.Op) bool {
	switch op {
	case graph.Neg, graph.Abs, graph.Sign, graph.Relu, graph.Add, graph.Sub, graph.Mul, graph.MulZero, graph.SignMul, graph.Gate,
		graph.Min, graph.Max, graph.Select, graph.Not, graph.And, graph.Or, graph.MaxPoolInput, graph.SliceCols, graph.JoinCols, opCopy:
		return false
	}
	return !op.IsComparison()
}
