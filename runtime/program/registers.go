package program

import "relief/runtime/graph"

// finish writes the code for many lanes and, where it is short enough, that
// for one, which has more ways to fuse.
func (lo *lowering) finish(p *Program) {
	for _, y := range p.roots {
		p.outputs = append(p.outputs, Port{Type: lo.g.Type(y)})
	}
	if !lo.scalar {
		p.wide = lo.assemble(p, lo.code)
		return
	}
	var last []int32
	for _, y := range p.roots {
		last = append(last, lo.values[y].each...)
	}
	live := lo.prune(p, lo.code)
	p.wide = lo.assemble(p, lo.fuse(live, last, func(op opcode) bool { return op == opSubMul || op == opSubMulI }))
	p.one = lo.assemble(p, lo.fuse(live, last, func(opcode) bool { return true }))
	p.pack()
}

// prune keeps the instructions that something reads.
func (lo *lowering) prune(p *Program, list []draft) []draft {
	lo.forget(p, list)
	var kept []draft
	for i, live := range lo.liveness(list) {
		if live {
			kept = append(kept, list[i])
		}
	}
	return kept
}

// forget clears what an earlier assignment left in the groups and marks the
// outputs as read at the end.
func (lo *lowering) forget(p *Program, list []draft) {
	for i := range lo.groups {
		g := &lo.groups[i]
		g.last, g.assigned, g.pinned = -1, false, lo.fixed[int32(i+1)]
	}
	for _, y := range p.roots {
		lo.place(lo.values[y], lo.g.Type(y).Size(), func(g *group) { g.pinned, g.last = true, int32(len(list)) })
	}
}

// assemble assigns registers and writes the code.
//
// Inputs come first, then constants; both keep their registers, and so do the
// outputs once they are computed. Every other register is used again as soon
// as its last reader has run.
func (lo *lowering) assemble(p *Program, list []draft) code {
	var c code
	lo.forget(p, list)
	for _, in := range p.inputs {
		id, _ := lo.g.Lookup(in.Name)
		lo.place(lo.values[id], in.Type.Size(), func(g *group) { c.assign(g, nil) })
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
		c.list = append(c.list, out)
	}
	for _, in := range p.inputs {
		id, _ := lo.g.Lookup(in.Name)
		c.in = append(c.in, lo.rowsOf(lo.values[id], in.Type.Size()))
	}
	for _, y := range p.roots {
		c.out = append(c.out, lo.rowsOf(lo.values[y], lo.g.Type(y).Size()))
	}
	return c
}

// place calls f for each group of a value.
func (lo *lowering) place(v value, size int, f func(*group)) {
	if !lo.scalar {
		f(&lo.groups[v.v-1])
		return
	}
	for _, e := range v.each[:size] {
		f(&lo.groups[e-1])
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

func (lo *lowering) rowsOf(v value, size int) []int32 {
	rows := make([]int32, size)
	for i := range rows {
		if lo.scalar {
			rows[i] = lo.groups[v.each[i]-1].row
		} else {
			rows[i] = lo.groups[v.v-1].row + v.off + int32(i)
		}
	}
	return rows
}
