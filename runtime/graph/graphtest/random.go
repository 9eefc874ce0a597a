// Package graphtest makes random graphs, for tests of everything that
// transforms or executes them.
package graphtest

import (
	"maps"
	"math"
	"slices"

	"pgregory.net/rapid"

	"relief/runtime/graph"
)

// Special are the numbers that break rules: signed zeros, infinities, NaN,
// subnormal and huge ones, and ordinary ones.
var Special = []float64{
	0, math.Copysign(0, -1), 1, -1, 2, 0.5, -0.25, 3, math.Inf(1), math.Inf(-1), math.NaN(),
	5e-324, -5e-324, 0x1p-1022, math.MaxFloat64, -math.MaxFloat64, 1e-160, 1e160, 0.1, -7.3, 1 - 0x1p-53,
}

// Numbers draws one of Special, or any float64.
func Numbers() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.SampledFrom(Special), rapid.Float64Range(-5, 5), rapid.Float64())
}

// Expr is an expression that has not been simplified: the same operations, as
// they were asked for.
type Expr struct {
	Op     graph.Op
	Type   graph.Type
	Int0   int
	Window graph.Window
	Args   []int // of the same Made
	Data   []float64
	Name   string
}

// On returns the node that computes e, which is neither a constant nor an input,
// on the operands.
func (e Expr) On(g *graph.Graph, args ...graph.ID) (graph.ID, error) {
	switch e.Op {
	case graph.Slice:
		return g.Slice(args[0], e.Int0, e.Type), nil
	case graph.Pad:
		return g.Pad(args[0], e.Int0, e.Type), nil
	case graph.Reshape:
		return g.Reshape(args[0], e.Type), nil
	case graph.Broadcast:
		return g.Broadcast(args[0], e.Type), nil
	case graph.SpreadRows:
		return g.SpreadRows(args[0], e.Type), nil
	case graph.SpreadCols:
		return g.SpreadCols(args[0], e.Type), nil
	case graph.SliceCols:
		_, width := e.Type.RowsAndColumns()
		return g.SliceCols(args[0], e.Int0, width), nil
	case graph.PadCols:
		return g.PadCols(args[0], e.Int0, e.Type), nil
	case graph.Conv:
		return g.Convolve(args[0], args[1], e.Window)
	case graph.ConvInput:
		return g.ConvInput(args[0], args[1], e.Window, e.Type), nil
	case graph.ConvWeights:
		return g.ConvWeights(args[0], args[1], e.Window, e.Type), nil
	case graph.MaxPool, graph.MeanPool:
		return g.Pool(e.Op, args[0], e.Window)
	case graph.MaxPoolInput:
		return g.MaxPoolInput(args[0], args[1], e.Window), nil
	case graph.MaxPoolPick:
		return g.MaxPoolPick(args[0], args[1], e.Window), nil
	case graph.MeanPoolInput:
		return g.MeanPoolInput(args[0], e.Window, e.Type), nil
	}
	return g.Apply(e.Op, args...)
}

// Made is a random graph beside the expressions that it was made from.
type Made struct {
	Graph  *graph.Graph
	Exprs  []Expr
	IDs    []graph.ID // of each expression, after simplification
	Inputs map[string]graph.Type

	largest int // elements of an expression
	windows []windowed
}

var unary = []graph.Op{
	graph.Neg, graph.Abs, graph.Sign, graph.Sqrt, graph.RSqrt, graph.Recip, graph.Exp, graph.Expm1, graph.Log, graph.Log1p,
	graph.Sin, graph.Cos, graph.Tanh, graph.Atan, graph.Floor, graph.Ceil, graph.Round, graph.Relu, graph.Sinh, graph.Cosh, graph.Tan,
	graph.Asin, graph.Acos, graph.Erf,
}

var binary = []graph.Op{
	graph.Add, graph.Sub, graph.Mul, graph.Div, graph.Min, graph.Max, graph.Add, graph.Sub, graph.Mul, graph.Div,
	graph.Mod, graph.Pow, graph.Hypot, graph.Atan2, graph.MulZero, graph.SignMul, graph.Gate,
}

var compare = []graph.Op{graph.Lt, graph.Le, graph.Gt, graph.Ge, graph.Eq, graph.Ne}

// Draw makes a graph of up to size nodes over inputs of several shapes.
func Draw(t *rapid.T, size int) *Made {
	m := start(30, map[string]graph.Type{
		"x": graph.Number, "y": graph.Number, "v": graph.Of(3), "w": graph.Of(3), "A": graph.Of(2, 3),
	})
	for len(m.Exprs) < size {
		m.grow(t)
	}
	return m
}

// start is a graph of inputs, whose expressions have up to largest elements.
func start(largest int, inputs map[string]graph.Type) *Made {
	m := &Made{Graph: graph.New(), Inputs: inputs, largest: largest}
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		m.Exprs = append(m.Exprs, Expr{Op: graph.Input, Type: inputs[name], Name: name})
		m.IDs = append(m.IDs, m.Graph.Input(name, inputs[name]))
	}
	return m
}

// pick draws an expression with a given property.
func (m *Made) pick(t *rapid.T, ok func(graph.Type) bool) (int, bool) {
	var all []int
	for i, e := range m.Exprs {
		if ok(e.Type) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(all).Draw(t, "operand"), true
}

func number(t graph.Type) bool { return !t.Bool }

// grow adds one node; it may add none where the operands do not fit.
func (m *Made) grow(t *rapid.T) {
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		m.constant(rapid.SampledFrom([]graph.Type{graph.Number, graph.Number, graph.Of(3)}).Draw(t, "type"), t)
	case 1, 2:
		if a, ok := m.pick(t, number); ok {
			m.apply(rapid.SampledFrom(unary).Draw(t, "op"), a)
		}
	case 3, 4, 5:
		a, _ := m.pick(t, number)
		if b, ok := m.pick(t, number); ok {
			m.apply(rapid.SampledFrom(binary).Draw(t, "op"), a, b)
		}
	case 6:
		a, _ := m.pick(t, number)
		if b, ok := m.pick(t, number); ok {
			m.apply(rapid.SampledFrom(compare).Draw(t, "op"), a, b)
		}
	case 7:
		c, ok := m.pick(t, func(u graph.Type) bool { return u.Bool })
		if !ok {
			return
		}
		a, _ := m.pick(t, number)
		b, _ := m.pick(t, number)
		m.apply(graph.Select, c, a, b)
	case 8:
		if a, ok := m.pick(t, number); ok {
			m.apply(rapid.SampledFrom([]graph.Op{graph.Sum, graph.Norm, graph.MinOf, graph.MaxOf, graph.Transpose}).Draw(t, "op"), a)
		}
	case 9:
		m.move(t)
	}
}

func (m *Made) move(t *rapid.T) {
	a, _ := m.pick(t, number)
	b, _ := m.pick(t, number)
	u := m.Exprs[a].Type
	switch rapid.IntRange(0, 7).Draw(t, "move") {
	case 0:
		m.apply(graph.Stack, a, b)
	case 1:
		m.apply(graph.MatMul, a, b)
	case 2:
		m.apply(graph.Outer, a, b)
	case 3:
		if u.Rank() > 0 {
			i := rapid.IntRange(0, u.Dim(0)-1).Draw(t, "index")
			part := u.Drop()
			m.add(Expr{Op: graph.Slice, Type: part, Int0: i * part.Size(), Args: []int{a}})
		}
	case 4:
		m.add(Expr{Op: graph.Pad, Type: graph.Of(u.Size() + 2), Int0: 1, Args: []int{a}})
	case 5:
		m.add(Expr{Op: graph.Reshape, Type: graph.Of(u.Size()), Args: []int{a}})
	case 6:
		if u.Rank() == 0 {
			m.add(Expr{Op: graph.Broadcast, Type: graph.Of(3), Args: []int{a}})
		}
	case 7:
		m.apply(graph.Join, a, b)
	}
}

func (m *Made) constant(u graph.Type, t *rapid.T) {
	data := make([]float64, u.Size())
	for i := range data {
		data[i] = rapid.SampledFrom(Special).Draw(t, "constant")
	}
	m.Exprs = append(m.Exprs, Expr{Op: graph.Const, Type: u, Data: data})
	m.IDs = append(m.IDs, m.Graph.ConstArray(u, data))
}

func (m *Made) apply(op graph.Op, args ...int) { m.add(Expr{Op: op, Args: args}) }

// add adds an expression whose operands fit and that is not too large, with the
// type that it has.
func (m *Made) add(e Expr) {
	ids := make([]graph.ID, len(e.Args))
	for i, a := range e.Args {
		ids[i] = m.IDs[a]
	}
	id, err := e.On(m.Graph, ids...)
	if err != nil || m.Graph.Type(id).Size() > m.largest {
		return
	}
	e.Type = m.Graph.Type(id)
	m.Exprs, m.IDs = append(m.Exprs, e), append(m.IDs, id)
}

// Values draws a value for each input.
func (m *Made) Values(t *rapid.T, numbers *rapid.Generator[float64]) map[string][]float64 {
	in := map[string][]float64{}
	for _, name := range slices.Sorted(maps.Keys(m.Inputs)) {
		v := make([]float64, m.Inputs[name].Size())
		for i := range v {
			v[i] = numbers.Draw(t, name)
		}
		in[name] = v
	}
	return in
}

// Same reports whether two numbers are the same bits; all NaN count as one.
func Same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}
