package diagram

import (
	"fmt"
	"strconv"
	"strings"

	"relief/runtime/graph"
)

// OfGraph draws what the roots need, one box per operation. Names, by node,
// are those of the quantities that a reader knows, such as a loss. Numbers
// stand inside the operations that use them.
func OfGraph(g *graph.Graph, roots []graph.ID, names map[graph.ID]string) *Diagram {
	d := &Diagram{Down: true}
	drawn := map[graph.ID]bool{}
	for _, r := range roots {
		drawn[r] = true
	}
	for i, need := range g.Reach(roots) {
		id := graph.ID(i)
		if !need {
			continue
		}
		if n := g.Node(id); n.Op != graph.Const || !n.Type.IsScalar() {
			drawn[id] = true
		}
	}
	for i := range g.Len() {
		id := graph.ID(i)
		if !drawn[id] {
			continue
		}
		n := g.Node(id)
		node := Node{ID: nodeName(id), Kind: "operation"}
		text, edges := formula(g, id, drawn)
		node.Label = text
		switch {
		case names[id] != "" && n.Op != graph.Input:
			node.Kind = "result"
			node.Label = names[id] + " = " + text
		case n.Op == graph.Input:
			node.Kind = "input"
		}
		if n.Type != graph.Number {
			node.Detail = n.Type.String()
		}
		d.Nodes = append(d.Nodes, node)
		d.Edges = append(d.Edges, edges...)
	}
	return d
}

func nodeName(id graph.ID) string { return "n" + strconv.Itoa(int(id)) }

// infix says how operations of two operands are written.
var infix = map[graph.Op]string{
	graph.Add: "+", graph.Sub: "-", graph.Mul: "*", graph.Div: "/", graph.Mod: "%",
	graph.Lt: "<", graph.Le: "<=", graph.Gt: ">", graph.Ge: ">=", graph.Eq: "==", graph.Ne: "!=",
	graph.And: "&&", graph.Or: "||",
}

// symmetric lists the operations whose operands may be exchanged.
var symmetric = map[graph.Op]bool{
	graph.Add: true, graph.Mul: true, graph.Eq: true, graph.Ne: true, graph.And: true, graph.Or: true,
	graph.Min: true, graph.Max: true, graph.Hypot: true,
}

// formula writes one operation: its numbers as they are and a dot for each
// other operand, or letters, which the edges then carry, where it matters
// which is which.
func formula(g *graph.Graph, id graph.ID, drawn map[graph.ID]bool) (text string, edges []Edge) {
	n := g.Node(id)
	distinct := map[graph.ID]bool{}
	for _, a := range n.Args {
		if drawn[a] {
			distinct[a] = true
		}
	}
	lettered := len(distinct) > 1 && !symmetric[n.Op] && len(n.Args) <= 3
	letters := map[graph.ID]string{}
	args := make([]string, len(n.Args))
	seen := map[graph.ID]bool{}
	for k, a := range n.Args {
		switch {
		case !drawn[a]:
			args[k] = constant(g.Node(a))
			continue
		case lettered && letters[a] == "":
			letters[a] = string(rune('a' + len(letters)))
		}
		args[k] = "·"
		if lettered {
			args[k] = letters[a]
		}
		if !seen[a] {
			seen[a] = true
			edges = append(edges, Edge{From: nodeName(a), To: nodeName(id), Label: letters[a]})
		}
	}
	return written(n, args), edges
}

func written(n *graph.Node, args []string) string {
	switch n.Op {
	case graph.Input:
		return n.Name
	case graph.Const:
		return constant(n)
	case graph.Neg:
		return "-" + args[0]
	case graph.Select:
		return fmt.Sprintf("%s ? %s : %s", args[0], args[1], args[2])
	case graph.At:
		return fmt.Sprintf("%s[%d]", args[0], n.Int0)
	case graph.Slice:
		if size := n.Type.Size(); size > 1 {
			return fmt.Sprintf("%s[%d..%d]", args[0], n.Int0, n.Int0+size-1)
		}
		return fmt.Sprintf("%s[%d]", args[0], n.Int0)
	case graph.Pad:
		return fmt.Sprintf("pad(%s, %d)", args[0], n.Int0)
	case graph.SliceCols:
		return fmt.Sprintf("%s[*, %d..%d]", args[0], n.Int0, n.Int0+n.Type.Dim(n.Type.Rank()-1)-1)
	case graph.PadCols:
		return fmt.Sprintf("pad_cols(%s, %d)", args[0], n.Int0)
	}
	if n.Op == graph.Mul && n.Args[0] == n.Args[1] {
		return "sq(" + args[0] + ")"
	}
	if n.Op == graph.Mul && args[0] == "·" {
		args[0], args[1] = args[1], args[0] // a factor that is a number stands first
	}
	if op := infix[n.Op]; op != "" {
		return args[0] + " " + op + " " + args[1]
	}
	if len(args) > 4 {
		args = append(args[:2:2], "...", args[len(args)-1])
	}
	name := n.Op.String()
	if n.Window != (graph.Window{}) {
		name += "[" + n.Window.String() + "]"
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// constant writes a number as shortest text, of an array its first elements.
func constant(n *graph.Node) string {
	number := func(v float64) string {
		if n.Type.Bool {
			return strconv.FormatBool(v != 0)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	if n.Type.IsScalar() || n.Data == nil {
		return number(n.Num)
	}
	var shown []string
	for _, v := range n.Data[:min(len(n.Data), 4)] {
		shown = append(shown, number(v))
	}
	if len(n.Data) > 4 {
		shown = append(shown, "...")
	}
	return "[" + strings.Join(shown, " ") + "]"
}
