package graph

import (
	"fmt"
	"math"
)

// RowsAndColumns returns the sizes of an array seen as rows and columns: its
// last axis is the columns, all others together are the rows. A number has
// neither; the call panics.
func (t Type) RowsAndColumns() (rows, cols int) {
	rows = 1
	for i := range t.Rank() - 1 {
		rows *= t.Dim(i)
	}
	return rows, t.Dim(t.Rank() - 1)
}

// withColumns returns t with its last axis of another length.
func (t Type) withColumns(n int) Type {
	d := t.Dims()
	d[len(d)-1] = n
	return t.with(d)
}

// columnsType is the rule of types of the operations of rows and columns that
// have no parameter.
func columnsType(op Op, t []Type) (Type, error) {
	fail := func(format string, a ...any) (Type, error) {
		return Type{}, &TypeError{op, fmt.Sprintf(format, a...)}
	}
	if len(t) == 0 {
		return fail("there are no operands")
	}
	for _, u := range t {
		if u.Bool || u.Series || u.Rank() == 0 {
			return fail("an operand is %s", u)
		}
	}
	x := t[0]
	_, cols := x.RowsAndColumns()
	switch op {
	case SumRows:
		return Of(cols), nil
	case SumCols, MaxCols:
		if op == MaxCols && cols == 0 {
			return fail("the operand, %s, has no columns", x)
		}
		return Of(x.Dims()[:x.Rank()-1]...), nil
	}
	sum := 0 // JoinCols
	for _, u := range t {
		_, n := u.RowsAndColumns()
		if u.withColumns(cols) != x {
			return fail("the rows of %s and %s differ", x, u)
		}
		sum += n
	}
	return x.withColumns(sum), nil
}

// joinType is the type of operands one after another.
func joinType(t []Type) (Type, error) {
	if len(t) == 0 {
		return Type{}, &TypeError{Join, "there are no operands"}
	}
	size, series := 0, false
	for _, u := range t {
		if u.Bool != t[0].Bool {
			return Type{}, &TypeError{Join, fmt.Sprintf("its operands are %s and %s", t[0], u)}
		}
		size += u.Size()
		series = series || u.Series
	}
	if size > math.MaxInt32 {
		return Type{}, &TypeError{Join, fmt.Sprintf("%d elements are too many", size)}
	}
	u := Of(size)
	u.Bool, u.Series = t[0].Bool, series
	return u, nil
}

// SpreadRows returns the vector v repeated in all rows of t, which has as many
// columns as v has elements.
func (g *Graph) SpreadRows(v ID, t Type) ID {
	u := g.Type(v)
	if _, cols := t.RowsAndColumns(); u != Of(cols) || t.Bool || t.Series {
		panic("graph: " + u.String() + " spread over the rows of " + t.String())
	}
	return g.build(SpreadRows, t, 0, []ID{v})
}

// SpreadCols returns v repeated in all columns of t; v has the axes of t but
// the last.
func (g *Graph) SpreadCols(v ID, t Type) ID {
	u := g.Type(v)
	if t.Rank() == 0 || t.Bool || t.Series || u != Of(t.Dims()[:t.Rank()-1]...) {
		panic("graph: " + u.String() + " spread over the columns of " + t.String())
	}
	return g.build(SpreadCols, t, 0, []ID{v})
}

// SliceCols returns the columns of x from offset on, width of them.
func (g *Graph) SliceCols(x ID, offset, width int) ID {
	t := g.Type(x)
	if _, cols := t.RowsAndColumns(); t.Bool || t.Series || offset < 0 || width < 0 || offset+width > cols {
		panic("graph: columns out of range")
	}
	return g.build(SliceCols, t.withColumns(width), offset, []ID{x})
}

// PadCols returns zeros of type t with the columns of x from offset on.
func (g *Graph) PadCols(x ID, offset int, t Type) ID {
	u := g.Type(x)
	_, width := u.RowsAndColumns()
	if _, cols := t.RowsAndColumns(); t.Bool || t.Series || offset < 0 || offset+width > cols || u.withColumns(cols) != t {
		panic("graph: columns of " + u.String() + " do not fit in " + t.String())
	}
	return g.build(PadCols, t, offset, []ID{x})
}

// computeRows is the definition of the operations of rows and columns. Sums
// start with their first term and add the others in index order.
func computeRows(n *Node, types []Type, args [][]float64, out []float64) {
	x := args[0]
	switch n.Op {
	case SumRows:
		rows, cols := types[0].RowsAndColumns()
		for i := range rows {
			row := x[i*cols:][:cols]
			if i == 0 {
				copy(out, row)
				continue
			}
			for j, v := range row {
				out[j] += v
			}
		}
	case SumCols, MaxCols:
		_, cols := types[0].RowsAndColumns()
		op := Sum
		if n.Op == MaxCols {
			op = MaxOf
		}
		for i := range out {
			out[i] = reduce(op, x[i*cols:][:cols])
		}
	case SpreadRows:
		for at := 0; at < len(out); at += len(x) {
			copy(out[at:], x)
		}
	case SpreadCols:
		_, cols := n.Type.RowsAndColumns()
		for i := range out {
			out[i] = x[i/cols]
		}
	case JoinCols:
		rows, cols := n.Type.RowsAndColumns()
		at := 0
		for k, part := range args {
			_, width := types[k].RowsAndColumns()
			for i := range rows {
				copy(out[i*cols+at:], part[i*width:][:width])
			}
			at += width
		}
	case SliceCols:
		_, from := types[0].RowsAndColumns()
		rows, cols := n.Type.RowsAndColumns()
		for i := range rows {
			copy(out[i*cols:][:cols], x[i*from+n.Int0:])
		}
	case PadCols:
		rows, from := types[0].RowsAndColumns()
		_, cols := n.Type.RowsAndColumns()
		for i := range rows {
			copy(out[i*cols+n.Int0:], x[i*from:][:from])
		}
	}
}
