package program

import (
	"fmt"
	"math"
	"strconv"

	"relief/lang/diag"
	"relief/runtime/graph"
)

// NonFinite is where a value stopped being a finite number.
type NonFinite struct {
	Node     graph.ID // not finite, while its operands are; or an input
	Element  int      // the first of its elements that is not finite
	Value    float64
	Operands []float64 // for an elementwise operation: those of that element
	Output   int       // the output that is not finite because of it

	g      *graph.Graph
	inputs []diag.Value
}

// Explain computes the outputs again for one lane, node by node, and finds why
// one of those listed (all, if none is listed) is not finite: the node whose
// value is not finite although its operands are. Values of branches that are
// not taken are no reason. Inputs are given in the order of the program's
// ports. It returns nil if all is finite.
func Explain(p *Program, inputs [][]float64, outputs ...int) (*NonFinite, error) {
	if len(inputs) != len(p.inputs) {
		return nil, fmt.Errorf("program: %d inputs for %d ports", len(inputs), len(p.inputs))
	}
	bind := make(map[string][]float64, len(inputs))
	for i, port := range p.inputs {
		bind[port.Name] = inputs[i]
	}
	values, err := p.graph.Interpret(p.roots, bind)
	if err != nil {
		return nil, err
	}
	if len(outputs) == 0 {
		for i := range p.outputs {
			outputs = append(outputs, i)
		}
	}
	for _, i := range outputs {
		e := firstNonFinite(values[p.roots[i]])
		if e < 0 {
			continue
		}
		n := blame(p.graph, values, p.roots[i], e)
		n.Output = i
		for k, port := range p.inputs {
			if len(n.inputs) < maxValues {
				n.inputs = append(n.inputs, diag.Value{Name: port.Name, Text: text(inputs[k])})
			}
		}
		return n, nil
	}
	return nil, nil
}

// Explain is Explain on the inputs of a lane of the state, which for a lane
// that a Loop ended are those of the step at which it ended.
func (s *State) Explain(lane int, outputs ...int) (*NonFinite, error) {
	in := make([][]float64, len(s.in))
	for i, port := range s.p.inputs {
		for e := range port.Type.Size() {
			in[i] = append(in[i], s.in[i][e*s.width+lane])
		}
	}
	return Explain(s.p, in, outputs...)
}

func firstNonFinite(x []float64) int {
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}

// blame goes from a value that is not finite back to the operand that made it
// so, as far as there is one.
func blame(g *graph.Graph, values [][]float64, id graph.ID, element int) *NonFinite {
	for {
		n := g.Node(id)
		next := graph.None
		for k, a := range n.Args {
			if n.Op == graph.Select && !chosen(g, values, n, k, element) {
				continue
			}
			if g.Node(a).Op == graph.Const {
				// The operation that made a constant was carried out when the
				// study was read; the constant keeps its place. An infinite
				// bound is no fault, unless it is the value itself.
				i := min(element, len(values[a])-1)
				if v := values[a][i]; v != v || n.Op == graph.Select && v-v != 0 {
					return culprit(g, values, a, i)
				}
				continue
			}
			if firstNonFinite(values[a]) >= 0 && (next == graph.None || a < next) {
				next = a
			}
		}
		if next == graph.None {
			return culprit(g, values, id, element)
		}
		same := n.Op.IsElementwise() && len(values[next]) > element && values[next][element]-values[next][element] != 0
		if id = next; !same {
			element = firstNonFinite(values[id])
		}
	}
}

// chosen reports whether operand k of a Select gives the element.
func chosen(g *graph.Graph, values [][]float64, n *graph.Node, k, element int) bool {
	c := values[n.Args[0]]
	i := element
	if g.Type(n.Args[0]).Rank() == 0 {
		i = 0
	}
	return k == 0 || (c[i] != 0) == (k == 1)
}

func culprit(g *graph.Graph, values [][]float64, id graph.ID, element int) *NonFinite {
	n := g.Node(id)
	f := &NonFinite{Node: id, Element: element, Value: values[id][element], g: g}
	if n.Op.IsElementwise() {
		for _, a := range n.Args {
			i := element
			if g.Type(a).Rank() == 0 {
				i = 0
			}
			f.Operands = append(f.Operands, values[a][i])
		}
	}
	return f
}

// maxValues bounds the inputs that a diagnostic lists.
const maxValues = 16

func text(x []float64) string {
	if len(x) == 1 {
		return number(x[0])
	}
	s := "["
	for i, v := range x {
		if i == 8 {
			return s + ", ...]"
		}
		if i > 0 {
			s += ", "
		}
		s += number(v)
	}
	return s + "]"
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Diagnostic reports the finding at its place in the study, with the chain of
// calls that leads there, the step (none if negative) and the values.
func (f *NonFinite) Diagnostic(step int) *diag.Diagnostic {
	n := f.g.Node(f.Node)
	what := "NaN"
	if !math.IsNaN(f.Value) {
		what = "infinite"
	}
	when := ""
	if step >= 0 {
		when = fmt.Sprintf(" at step %d", step)
	}
	d := &diag.Diagnostic{Code: "RL0501"}
	switch n.Op {
	case graph.Input:
		d.Summary = fmt.Sprintf("%s is %s%s", n.Name, what, when)
		d.Detail = "The value was given, not computed: look at where it comes from."
	case graph.Const:
		d.Summary = fmt.Sprintf("a constant expression is %s%s", what, when)
		d.Detail = "It has that value at every step: it is an operation on constants outside of where that is defined, or too large."
	default:
		d.Summary = fmt.Sprintf("%s is %s%s", f.expression(n), what, when)
		d.Detail = "Its operands are finite. Keep them where the operation is defined, or choose by a condition: only the branch that is taken counts."
	}
	if n.Type.Rank() > 0 {
		d.Values = append(d.Values, diag.Value{Name: "element", Text: strconv.Itoa(f.Element)})
	}
	d.Values = append(d.Values, f.inputs...)
	if n.Origin != 0 {
		site := f.g.Site(n.Origin)
		d.Span = site.Span
		for call := site.Call; call != 0; {
			s := f.g.Site(call)
			d.Related = append(d.Related, diag.Related{Message: fmt.Sprintf("in the call of %q", s.Name), Span: s.Span})
			call = s.Call
		}
	}
	return d
}

var infix = map[graph.Op]string{
	graph.Add: "+", graph.Sub: "-", graph.Mul: "*", graph.Div: "/", graph.Mod: "%", graph.MulZero: "*",
}

// expression is the operation with the numbers that it was applied to.
func (f *NonFinite) expression(n *graph.Node) string {
	if len(f.Operands) == 2 && infix[n.Op] != "" {
		a, b := number(f.Operands[0]), number(f.Operands[1])
		if f.Operands[1] < 0 {
			b = "(" + b + ")"
		}
		return a + " " + infix[n.Op] + " " + b
	}
	if len(f.Operands) == 0 {
		return "the result of " + n.Op.String()
	}
	s := n.Op.String() + "("
	for i, v := range f.Operands {
		if i > 0 {
			s += ", "
		}
		s += number(v)
	}
	return s + ")"
}
