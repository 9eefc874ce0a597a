package dense

import (
	"slices"

	"relief/runtime/graph"
)

// domain is what the blocks of a group run over: arrays of one shape and element
// type.
type domain struct {
	t    graph.Type
	wide bool
}

// domain is that of a sink: of the operand of a reduction, or of the stored
// expression itself.
func (p *plan) domain(sink ref) domain {
	e := &p.x.list[sink]
	if e.kind() == reducing {
		e = &p.x.list[e.args[0]]
	}
	return domain{e.t.AsNumber(), e.wide && !e.isForm() || e.t.Rank() == 0}
}

// smallDomain is the number of elements up to which all expressions of one
// moment and shape are one group.
const smallDomain = 4096

// groups puts the stored expressions and reductions of one moment and domain
// that read a common array, or one another, in one step each.
func (p *plan) groups() {
	type key struct {
		moment
		domain
	}
	type shared struct {
		key
		of ref
	}
	leader := map[ref]ref{} // of a sink, towards the one that stands for its group
	var find func(r ref) ref
	find = func(r ref) ref {
		if leader[r] != r {
			leader[r] = find(leader[r])
		}
		return leader[r]
	}
	first := map[shared]ref{}
	var sinks []ref
	for i := range p.x.list {
		r := ref(i)
		if k := p.x.list[i].kind(); !p.need[i] || k != reducing && (k != fused || !p.saved[i]) {
			continue
		}
		sinks = append(sinks, r)
		leader[r] = r
		at := key{p.moment(r), p.domain(r)}
		join := func(of ref) {
			s := shared{at, of}
			if other, ok := first[s]; ok {
				a, b := find(other), find(r)
				leader[max(a, b)] = min(a, b)
			} else {
				first[s] = r
			}
		}
		if at.t.Size() <= smallDomain {
			join(none)
			continue
		}
		join(r)
		p.walk(r, at.moment, func(e ref) {
			if p.x.list[e].t.AsNumber() == at.t {
				join(e)
			}
		})
	}
	made := map[ref]*step{}
	for _, r := range sinks {
		f := find(r)
		s := made[f]
		if s == nil {
			s = &step{of: none, held: p.held[r]}
			made[f] = s
			p.steps = append(p.steps, s)
		}
		s.sinks = append(s.sinks, r)
	}
}

// walk visits all that is computed for a sink at its moment and all that is
// read from memory for it, the sink itself left out.
func (p *plan) walk(sink ref, at moment, visit func(ref)) {
	seen := map[ref]bool{sink: true}
	var down func(r ref)
	down = func(r ref) {
		if seen[r] {
			return
		}
		seen[r] = true
		visit(r)
		e := &p.x.list[r]
		if e.kind() != fused || p.saved[r] && p.moment(r) != at {
			return
		}
		for _, a := range e.args {
			down(a)
		}
	}
	for _, a := range p.x.list[sink].args {
		down(a)
	}
}

// makeSteps makes all steps, in the order of the expressions.
func (p *plan) makeSteps() {
	p.groups()
	for i := range p.x.list {
		if e := &p.x.list[i]; p.need[i] && (e.kind() == call && !e.isSecond() || e.kind() == alias) {
			p.steps = append(p.steps, &step{of: ref(i), held: p.held[i]})
		}
	}
	slices.SortStableFunc(p.steps, func(a, b *step) int { return int(a.first() - b.first()) })
}

// first is the place of a step in the order of the expressions.
func (s *step) first() ref {
	if s.of != none {
		return s.of
	}
	return s.sinks[0]
}
