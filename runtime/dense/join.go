package dense

import (
	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// A layer of a DenseNet reads all the layers before it, joined column by column.
// If these were stored joined, each would be stored as often as it is read. So
// groups read the parts where they are, and the moments of what is joined are
// those of the parts.

// columnsOf are the parts of a JoinCols, with those of its operands that are joined
// themselves: what is joined again and again, layer by layer, is joined once.
func (x *exprs) columnsOf(args []ref) (parts []ref) {
	for _, a := range args {
		if e := &x.list[a]; e.op == graph.JoinCols {
			parts = append(parts, e.args...)
		} else {
			parts = append(parts, a)
		}
	}
	return parts
}

// byColumns computes a vector of type t of the columns of a, part by part where a
// is joined.
func (x *exprs) byColumns(a ref, t graph.Type, f func(part ref, t graph.Type) ref) ref {
	e := x.list[a]
	if e.op != graph.JoinCols && e.op != graph.Join {
		return f(a, t)
	}
	parts := make([]ref, len(e.args))
	for i, p := range e.args {
		parts[i] = f(p, graph.Of(x.list[p].cols()))
	}
	return x.add(expr{op: graph.Join, t: t, args: parts, wide: true})
}

// join writes the columns of all parts to one slot and, if it is stored, where.
func (w *writer[T]) join(r ref, e *expr) int {
	s, at := w.newSlot(), 0
	for _, a := range e.args {
		v, n := w.values[a], w.x.list[a].cols()
		w.read(v)
		w.emit(operation{action: paste, dst: s, args: slotsOf(), value: v, cols: columns{n, e.cols(), at}})
		at += n
	}
	if v := w.values[r]; v != nil {
		w.write(v)
		w.emit(operation{action: put, dst: noSlot, args: slotsOf(s), value: v})
	}
	return s
}

// pasteColumns writes a value to columns of an array, from element i of that on.
func pasteColumns[T tensor.Float](dst []T, v *value, c columns, i int) {
	for row, col := i/c.all, i%c.all; len(dst) > 0; row, col = row+1, 0 {
		n := min(c.all-col, len(dst))
		if from, to := max(col, c.at), min(col+n, c.at+c.n); from < to {
			load(dst[from-col:to-col], v, row*c.n+from-c.at)
		}
		dst = dst[n:]
	}
}
