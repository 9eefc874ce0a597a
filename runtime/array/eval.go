package array

import (
	"fmt"

	"relief/runtime/graph"
)

// Error is a failure to evaluate one node.
type Error struct {
	Node   graph.ID
	Origin graph.Origin // the place that made the node, in the graph it is of
	Err    error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Eval returns the value of root. The values of the graph's inputs come from
// input, which is asked once for each that is needed; its error fails the
// evaluation. A scalar conditional evaluates only the branch that it takes.
// The error is an *Error.
//
// The cost is one pass over the nodes needed, a value being dropped after its
// last use. Nothing recurses: a sum of any length is evaluated.
func Eval(g *graph.Graph, root graph.ID, input func(name string) (*Array, error)) (*Array, error) {
	e := evaluator{g: g, input: input, uses: countUses(g, root), values: map[graph.ID]*Array{}}
	return e.eval(root)
}

type evaluator struct {
	g      *graph.Graph
	input  func(string) (*Array, error)
	uses   map[graph.ID]int // operands still to be read, of nodes that root needs
	values map[graph.ID]*Array
}

// countUses counts how often each node that root needs is an operand.
func countUses(g *graph.Graph, root graph.ID) map[graph.ID]int {
	uses := map[graph.ID]int{root: 1}
	stack := []graph.ID{root}
	for len(stack) > 0 {
		n := g.Node(stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		for _, a := range n.Args {
			if uses[a]++; uses[a] == 1 {
				stack = append(stack, a)
			}
		}
	}
	return uses
}

func (e *evaluator) eval(root graph.ID) (*Array, error) {
	stack := []graph.ID{root}
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		if _, done := e.values[id]; done {
			stack = stack[:len(stack)-1]
			continue
		}
		n := e.g.Node(id)
		need := e.needs(n)
		missing := len(stack)
		for i := len(need) - 1; i >= 0; i-- { // the first operand on top
			if _, done := e.values[need[i]]; !done {
				stack = append(stack, need[i])
			}
		}
		if len(stack) > missing {
			continue
		}
		v, err := e.compute(n)
		if err != nil {
			return nil, &Error{id, n.Origin, err}
		}
		e.values[id] = v
		for _, a := range n.Args {
			if e.uses[a]--; e.uses[a] == 0 && a != root {
				delete(e.values, a)
			}
		}
		stack = stack[:len(stack)-1]
	}
	return e.values[root], nil
}

// needs returns the operands to evaluate next: of a scalar conditional the
// condition, then the branch it takes. Where that branch lacks the steps that
// the result has, the other one is asked for them.
func (e *evaluator) needs(n *graph.Node) []graph.ID {
	if n.Op != graph.Select || !e.g.Type(n.Args[0]).IsScalar() {
		return n.Args
	}
	c, done := e.values[n.Args[0]]
	if !done {
		return n.Args[:1]
	}
	taken := n.Args[2]
	if c.Data[0] != 0 {
		taken = n.Args[1]
	}
	if n.Type.Series && !e.g.Type(taken).Series {
		return n.Args
	}
	return []graph.ID{taken}
}

func (e *evaluator) compute(n *graph.Node) (*Array, error) {
	args := make([]*Array, len(n.Args))
	for i, a := range n.Args {
		args[i] = e.values[a] // nil for a branch not taken
	}
	switch {
	case n.Op == graph.Const:
		return constant(n), nil
	case n.Op == graph.Input:
		v, err := e.input(n.Name)
		switch {
		case err != nil:
			return nil, err
		case v == nil:
			return nil, fmt.Errorf("%q has no value", n.Name)
		case v.Type != n.Type:
			return nil, fmt.Errorf("%q is %s, but %s was expected", n.Name, v.Type, n.Type)
		}
		return v, nil
	case n.Op == graph.Select && args[0].Type.IsScalar():
		return choose(n, args)
	case n.Op.IsElementwise():
		return elementwise(n, args)
	case n.Op.IsReduction():
		return reduce(n.Op, args[0]), nil
	case n.Op.IsSeries():
		return alongSteps(n, args)
	}
	return structure(n, args)
}

func constant(n *graph.Node) *Array {
	data := n.Data
	if data == nil {
		data = make([]float64, n.Type.Size())
		for i := range data {
			data[i] = n.Num
		}
	}
	return New(n.Type, data)
}

// choose gives the branch that a scalar condition takes, with the axes of the
// whole conditional.
func choose(n *graph.Node, args []*Array) (*Array, error) {
	taken, other := args[2], args[1]
	if args[0].Data[0] != 0 {
		taken, other = other, taken
	}
	if taken.Type == n.Type {
		return taken, nil
	}
	steps, end := taken.Steps, taken.End
	if n.Type.Series && !taken.Type.Series {
		steps, end = other.Steps, other.End
	}
	out := blank(n.Type, steps, end)
	size := n.Type.Size()
	at := view(taken)
	for i := range out.Data {
		out.Data[i] = at.element(i/size, i%size)
	}
	return out, nil
}

// blank returns an array of zeros of type t with the given steps.
func blank(t graph.Type, steps []int, end string) *Array {
	rows := 1
	if t.Series {
		rows = len(steps)
	} else {
		steps, end = nil, ""
	}
	return &Array{Type: t, Steps: steps, End: end, Data: make([]float64, rows*t.Size())}
}

// A strided operand is repeated along the axes that it lacks.
type strided struct {
	data         []float64
	step, stride int
}

func view(a *Array) strided {
	v := strided{data: a.Data}
	if a.Type.Series {
		v.step = a.Type.Size()
	}
	if a.Type.Rank() > 0 {
		v.stride = 1
	}
	return v
}

func (v strided) element(step, i int) float64 { return v.data[step*v.step+i*v.stride] }

// commonSteps returns the steps of the operands that are series, which must
// agree.
func commonSteps(args []*Array) (steps []int, end string, err error) {
	found := false
	for _, a := range args {
		if !a.Type.Series {
			continue
		}
		if !found {
			found, steps, end = true, a.Steps, a.End
			continue
		}
		if !sameSteps(steps, a.Steps) {
			return nil, "", fmt.Errorf("the series have different steps: %s and %s%s", rangeOf(steps), rangeOf(a.Steps), because(end, a.End))
		}
		if end == "" {
			end = a.End
		}
	}
	return steps, end, nil
}

func sameSteps(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 || &a[0] == &b[0] {
		return true
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// rangeOf names steps as messages do: "0 to 200", "0 to 200 by 25".
func rangeOf(steps []int) string {
	switch len(steps) {
	case 0:
		return "none"
	case 1:
		return fmt.Sprintf("%d alone", steps[0])
	}
	first, last := steps[0], steps[len(steps)-1]
	by := steps[1] - first
	for i := 1; i < len(steps); i++ {
		if steps[i]-steps[i-1] != by {
			return fmt.Sprintf("%d to %d (%d of them)", first, last, len(steps))
		}
	}
	if by == 1 {
		return fmt.Sprintf("%d to %d", first, last)
	}
	return fmt.Sprintf("%d to %d by %d", first, last, by)
}

func because(ends ...string) string {
	for _, e := range ends {
		if e != "" {
			return ": " + e
		}
	}
	return ""
}

func elementwise(n *graph.Node, args []*Array) (*Array, error) {
	steps, end, err := commonSteps(args)
	if err != nil {
		return nil, err
	}
	out := blank(n.Type, steps, end)
	var v [3]strided
	for i, a := range args {
		v[i] = view(a)
	}
	size, k := n.Type.Size(), 0
	if size == 0 {
		return out, nil
	}
	rows := len(out.Data) / size
	op := n.Op
	switch len(args) {
	case 1:
		for i, x := range args[0].Data {
			out.Data[i] = op.Eval(x, 0, 0)
		}
	case 2:
		for s := range rows {
			for i := range size {
				out.Data[k] = op.Eval(v[0].element(s, i), v[1].element(s, i), 0)
				k++
			}
		}
	default:
		for s := range rows {
			for i := range size {
				out.Data[k] = op.Eval(v[0].element(s, i), v[1].element(s, i), v[2].element(s, i))
				k++
			}
		}
	}
	return out, nil
}
