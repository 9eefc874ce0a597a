package program

import (
	"slices"

	"relief/runtime/graph"
)

// finish writes the code for many lanes and, where it is short enough, that
// for one, which has more ways to fuse.
func (lo *lowering) finish(p *Program) {
	for _, y := range p.roots {
		p.outputs = append(p.outputs, Port{Type: lo.g.Type(y)})
		lo.outs = append(lo.outs, span{lo.values[y], lo.g.Type(y).Size()})
	}
	if !lo.scalar {
		p.time = -1 // the elements' work is what counts then
	} else if p.time >= 0 {
		lo.time = lo.ins[p.time].each[0]
	}
	list := lo.arrange(p, lo.prune(lo.code))
	if !lo.scalar {
		p.wide = lo.assemble(list, lo.ins, lo.outs)
		return
	}
	read := append([]int32(nil), lo.given...)
	for _, y := range lo.outs {
		read = append(read, y.each...)
	}
	wide := lo.fuse(list, read, func(op opcode) bool { return op == opSubMul || op == opSubMulI })
	p.wide = lo.assemble(wide, lo.ins, lo.outs)
	p.one = lo.assemble(lo.fuse(list, read, func(opcode) bool { return true }), lo.ins, lo.outs)
	p.pack()
	if len(lo.given) > 0 {
		var outs []span
		for _, g := range lo.given {
			outs = append(outs, span{value{each: []int32{g}}, 1})
		}
		p.times = lo.assemble(wide[:p.wide.uniform], []span{lo.ins[p.time]}, outs)
	}
}

// prune keeps the instructions that something reads.
func (lo *lowering) prune(list []draft) []draft {
	lo.forget(list, lo.outs)
	var kept []draft
	for i, live := range lo.liveness(list) {
		if live {
			kept = append(kept, list[i])
		}
	}
	return kept
}

// arrange puts the instructions into the parts of the code and notes which
// results of the first part, and whether the time, the others read.
func (lo *lowering) arrange(p *Program, list []draft) []draft {
	const known, read, given = 1, 2, 4 // a group: follows from the time; each step reads it; is listed
	is := make([]uint8, len(lo.groups)+1)
	is[0] = known
	for g := range lo.fill {
		is[g] = known
	}
	if lo.time > 0 {
		is[lo.time] = known
	}
	for i := range list {
		in := &list[i]
		in.part = observedPart
		if o := in.operands(); lo.time > 0 && is[o[0]]&is[o[1]]&is[o[2]]&known != 0 {
			in.part = uniformPart
			is[in.d] |= known
		}
	}
	for i, y := range lo.outs {
		lo.place(y, func(g int32) {
			if !p.observed[i] {
				is[g] |= read
			}
		})
	}
	give := func(g int32) {
		_, constant := lo.fill[g]
		if lo.time > 0 && g > 0 && !constant && is[g]&(known|given) == known {
			is[g] |= given
			lo.fixed[g] = true
			lo.given = append(lo.given, g)
		}
	}
	for i := len(list) - 1; i >= 0; i-- {
		in := &list[i]
		if in.part == uniformPart {
			continue
		}
		if is[in.d]&read != 0 {
			in.part = stepPart
		}
		for _, o := range in.operands() {
			give(o)
			if in.part == stepPart {
				is[o] |= read
			}
		}
	}
	for _, y := range lo.outs {
		lo.place(y, give)
	}
	slices.SortStableFunc(list, func(a, b draft) int { return int(a.part) - int(b.part) })
	return list
}

// forget clears what an earlier assignment left in the groups and marks the
// outputs as read at the end.
func (lo *lowering) forget(list []draft, outs []span) {
	for i := range lo.groups {
		g := &lo.groups[i]
		g.last, g.assigned, g.pinned = -1, false, lo.fixed[int32(i+1)]
	}
	for _, y := range outs {
		lo.place(y, func(g int32) { lo.groups[g-1].pinned, lo.groups[g-1].last = true, int32(len(list)) })
	}
}

// assemble assigns registers and writes the code.
//
// Inputs come first, then constants; both keep their registers, and so do the
// outputs and what a loop gives once they are computed. Every other register is
// used again as soon as its last reader has run.
func (lo *lowering) assemble(list []draft, ins, outs []span) code {
	var c code
	lo.forget(list, outs)
	for _, in := range ins {
		lo.place(in, func(g int32) { c.assign(&lo.groups[g-1], nil) })
	}
	live := lo.liveness(list)
	for _, k := range lo.order {
		if g := &lo.groups[k-1]; g.last >= 0 {
			c.assign(g, nil)
			for i, v := range lo.fill[k] {
				c.consts = append(c.consts, constant{g.row + int32(i), v})
			}
		}
	}
	free := map[int32][]int32{} // by size
	for i := range list {
		if !live[i] {
			continue
		}
		in := &list[i]
		d := &lo.groups[in.d-1]
		early := lo.mayOverwrite(in)
		if early {
			lo.release(in, int32(i), free)
		}
		c.assign(d, free)
		if !early {
			lo.release(in, int32(i), free)
		}
		out := in.instruction
		out.d = d.row + in.od
		out.a, out.b, out.c = lo.row(in.a, in.oa), lo.row(in.b, in.ob), lo.row(in.c, in.oc)
		out.pass = passOf(&out)
		c.list = append(c.list, out)
		if in.part == uniformPart {
			c.uniform++
		}
		if in.part <= stepPart {
			c.lean++
		}
	}
	for _, in := range ins {
		c.in = append(c.in, lo.rowsOf(in))
	}
	for _, y := range outs {
		c.out = append(c.out, lo.rowsOf(y))
	}
	for _, g := range lo.given {
		c.given = append(c.given, lo.groups[g-1].row)
	}
	return c
}

// place calls f for each group of a port.
func (lo *lowering) place(s span, f func(group int32)) {
	if !lo.scalar {
		f(s.v)
		return
	}
	for _, e := range s.each[:s.size] {
		f(e)
	}
}

func (in *draft) operands() [3]int32 { return [3]int32{in.a, in.b, in.c} }

// liveness reports which instructions are needed and notes the last reader of
// each group.
func (lo *lowering) liveness(list []draft) []bool {
	live := make([]bool, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		in := &list[i]
		if lo.groups[in.d-1].last < 0 {
			continue
		}
		live[i] = true
		for _, a := range in.operands() {
			if a > 0 && lo.groups[a-1].last < 0 {
				lo.groups[a-1].last = int32(i)
			}
		}
	}
	return live
}

// mayOverwrite reports whether the result may take the registers of an operand
// that is read for the last time: element i is read before element i is
// written, and never after.
func (lo *lowering) mayOverwrite(in *draft) bool {
	if in.n == 1 && lo.scalar {
		return true
	}
	if in.op < opCopy && !graph.Op(in.op).IsElementwise() || in.op == opCopy || in.op == opZero {
		return false
	}
	strides := [3]uint8{in.sa, in.sb, in.sc}
	for k, a := range in.operands() {
		if a > 0 && strides[k] == 0 && lo.groups[a-1].size > 1 {
			return false
		}
	}
	return true
}

func (lo *lowering) release(in *draft, at int32, free map[int32][]int32) {
	for _, a := range in.operands() {
		if a == 0 {
			continue
		}
		if g := &lo.groups[a-1]; g.last == at && !g.pinned {
			g.last = -2
			free[g.size] = append(free[g.size], g.row)
		}
	}
}

func (c *code) assign(g *group, free map[int32][]int32) {
	if g.assigned {
		return
	}
	g.assigned = true
	if rows := free[g.size]; len(rows) > 0 {
		g.row = rows[len(rows)-1]
		free[g.size] = rows[:len(rows)-1]
		return
	}
	g.row = int32(c.rows)
	c.rows += int(g.size)
}

func (lo *lowering) row(group, off int32) int32 {
	if group == 0 {
		return 0
	}
	return lo.groups[group-1].row + off
}

func (lo *lowering) rowsOf(s span) []int32 {
	rows := make([]int32, s.size)
	for i := range rows {
		if lo.scalar {
			rows[i] = lo.groups[s.each[i]-1].row
		} else {
			rows[i] = lo.groups[s.v-1].row + s.off + int32(i)
		}
	}
	return rows
}
