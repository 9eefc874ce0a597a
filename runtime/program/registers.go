package program

import "relief/runtime/graph"

// finish removes what nothing reads, assigns registers and writes the code.
//
// Inputs come first, then constants; both keep their registers, and so do the
// outputs once they are computed. Every other register is used again as soon
// as its last reader has run.
func (lo *lowering) finish(p *Program, outputs []graph.ID) {
	for _, in := range p.inputs {
		id, _ := lo.g.Lookup(in.Name)
		lo.place(lo.values[id], in.Type.Size(), func(g *group) { lo.assign(p, g, nil) })
	}
	for _, y := range outputs {
		lo.place(lo.values[y], lo.g.Type(y).Size(), func(g *group) { g.pinned, g.last = true, int32(len(lo.code)) })
	}
	live := lo.liveness()
	for _, c := range lo.order {
		if g := &lo.groups[c-1]; g.last >= 0 {
			lo.assign(p, g, nil)
			for i, v := range lo.fill[c] {
				p.consts = append(p.consts, constant{g.row + int32(i), v})
			}
		}
	}
	free := map[int32][]int32{} // by size
	for i := range lo.code {
		if !live[i] {
			continue
		}
		in := &lo.code[i]
		d := &lo.groups[in.d-1]
		early := lo.mayOverwrite(in)
		if early {
			lo.release(in, int32(i), free)
		}
		if !d.assigned {
			lo.assign(p, d, free)
		}
		if !early {
			lo.release(in, int32(i), free)
		}
		out := in.instruction
		out.d = d.row + in.od
		out.a, out.b, out.c = lo.row(in.a, in.oa), lo.row(in.b, in.ob), lo.row(in.c, in.oc)
		p.code = append(p.code, out)
	}
	for i := range p.inputs {
		id, _ := lo.g.Lookup(p.inputs[i].Name)
		p.inputs[i].rows = lo.rowsOf(lo.values[id], p.inputs[i].Type.Size())
	}
	for _, y := range outputs {
		p.outputs = append(p.outputs, Port{Type: lo.g.Type(y), rows: lo.rowsOf(lo.values[y], lo.g.Type(y).Size())})
	}
	p.pack(lo.scalar)
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
func (lo *lowering) liveness() []bool {
	live := make([]bool, len(lo.code))
	for i := len(lo.code) - 1; i >= 0; i-- {
		in := &lo.code[i]
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

func (lo *lowering) assign(p *Program, g *group, free map[int32][]int32) {
	if g.assigned {
		return
	}
	g.assigned = true
	if rows := free[g.size]; len(rows) > 0 {
		g.row = rows[len(rows)-1]
		free[g.size] = rows[:len(rows)-1]
		return
	}
	g.row = int32(p.rows)
	p.rows += int(g.size)
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
