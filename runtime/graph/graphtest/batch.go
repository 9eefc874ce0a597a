package graphtest

import (
	"pgregory.net/rapid"

	"relief/runtime/graph"
)

// windowed is the types of a convolution or a pooling that was drawn: an
// expression of each kind is there for its adjoints.
type windowed struct {
	op      graph.Op
	x, w, y graph.Type
	win     graph.Window
}

// DrawBatch makes a graph of up to size nodes of operations on rows, columns and
// images, with elementwise ones between them.
func DrawBatch(t *rapid.T, size int) *Made {
	m := start(200, map[string]graph.Type{
		"images": graph.Of(2, 4, 3, 2), "weights": graph.Of(2, 2, 2, 2), "grouped": graph.Of(3, 1, 1, 2),
		"batch": graph.Of(3, 5), "dense": graph.Of(5, 2), "bias": graph.Of(2), "s": graph.Number,
	})
	for tries := 0; len(m.Exprs) < size && tries < 10*size; tries++ {
		m.growBatch(t)
	}
	return m
}

func (m *Made) growBatch(t *rapid.T) {
	a, _ := m.pick(t, number)
	b, _ := m.pick(t, number)
	u, v := m.Exprs[a].Type, m.Exprs[b].Type
	same := func(u graph.Type) int {
		i, ok := m.pick(t, func(v graph.Type) bool { return u == v })
		if !ok {
			return -1
		}
		return i
	}
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		m.apply(rapid.SampledFrom([]graph.Op{graph.Neg, graph.Tanh, graph.Exp, graph.Recip, graph.Sqrt, graph.Erf, graph.Abs}).Draw(t, "op"), a)
	case 1:
		ops := []graph.Op{graph.Add, graph.Sub, graph.Mul, graph.Div, graph.Gate, graph.Max}
		m.apply(rapid.SampledFrom(ops).Draw(t, "op"), a, same(u))
	case 2:
		m.apply(rapid.SampledFrom([]graph.Op{graph.Add, graph.Sub, graph.Mul, graph.Div, graph.Gate}).Draw(t, "op"), a, b)
	case 3:
		m.apply(rapid.SampledFrom([]graph.Op{graph.SumRows, graph.SumCols, graph.MaxCols, graph.Sum, graph.Transpose}).Draw(t, "op"), a)
	case 4:
		m.apply(rapid.SampledFrom([]graph.Op{graph.JoinCols, graph.Join, graph.MatMul}).Draw(t, "op"), a, b)
	case 5:
		if v.Rank() == 0 {
			return
		}
		if _, cols := v.RowsAndColumns(); u == graph.Of(cols) {
			m.add(Expr{Op: graph.SpreadRows, Type: v, Args: []int{a}})
		}
		if u == graph.Of(v.Dims()[:v.Rank()-1]...) {
			m.add(Expr{Op: graph.SpreadCols, Type: v, Args: []int{a}})
		}
	case 6:
		if u.Rank() == 0 {
			return
		}
		d := u.Dims()
		last := &d[u.Rank()-1]
		if rapid.Bool().Draw(t, "pad") {
			before := rapid.IntRange(0, 1).Draw(t, "before")
			*last += before + rapid.IntRange(0, 1).Draw(t, "after")
			m.add(Expr{Op: graph.PadCols, Type: graph.Of(d...), Int0: before, Args: []int{a}})
		} else if *last > 0 {
			offset := rapid.IntRange(0, *last-1).Draw(t, "offset")
			*last = rapid.IntRange(1, *last-offset).Draw(t, "width")
			m.add(Expr{Op: graph.SliceCols, Type: graph.Of(d...), Int0: offset, Args: []int{a}})
		}
	case 7:
		m.windowOf(t, a, b)
	case 8:
		if len(m.windows) > 0 {
			w := rapid.SampledFrom(m.windows).Draw(t, "window")
			x, y := same(w.x), same(w.y)
			switch w.op {
			case graph.Conv:
				if k := same(w.w); rapid.Bool().Draw(t, "input") {
					m.add(Expr{Op: graph.ConvInput, Type: w.x, Window: w.win, Args: []int{y, k}})
				} else {
					m.add(Expr{Op: graph.ConvWeights, Type: w.w, Window: w.win, Args: []int{x, y}})
				}
			case graph.MaxPool:
				if rapid.Bool().Draw(t, "input") {
					m.add(Expr{Op: graph.MaxPoolInput, Type: w.x, Window: w.win, Args: []int{y, x}})
				} else {
					m.add(Expr{Op: graph.MaxPoolPick, Type: w.y, Window: w.win, Args: []int{same(w.x), x}})
				}
			default:
				m.add(Expr{Op: graph.MeanPoolInput, Type: w.x, Window: w.win, Args: []int{y}})
			}
		}
	case 9:
		if v.Size() == u.Size() {
			m.add(Expr{Op: graph.Reshape, Type: v, Args: []int{a}})
		} else {
			m.constant(rapid.SampledFrom([]graph.Type{graph.Number, graph.Of(2), graph.Of(3, 2)}).Draw(t, "type"), t)
		}
	}
}

// windowOf adds a convolution of a with b, or a pooling of a.
func (m *Made) windowOf(t *rapid.T, a, b int) {
	e := Expr{Op: rapid.SampledFrom([]graph.Op{graph.Conv, graph.MaxPool, graph.MeanPool}).Draw(t, "op"), Args: []int{a}}
	e.Window = graph.Window{
		H: rapid.IntRange(1, 3).Draw(t, "height"), W: rapid.IntRange(1, 3).Draw(t, "width"),
		Stride: rapid.IntRange(1, 2).Draw(t, "stride"), Pad: rapid.IntRange(0, 2).Draw(t, "pad"),
	}
	w := windowed{op: e.Op, x: m.Exprs[a].Type}
	if e.Op == graph.Conv {
		e.Window.Groups = rapid.IntRange(1, 2).Draw(t, "groups")
		e.Args = append(e.Args, b)
		w.w = m.Exprs[b].Type
	}
	before := len(m.Exprs)
	if m.add(e); len(m.Exprs) == before {
		return
	}
	id := m.IDs[before]
	w.y, w.win = m.Graph.Type(id), m.Graph.Node(id).Window
	m.windows = append(m.windows, w)
}
