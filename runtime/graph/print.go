package graph

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Print writes what the roots need, one node per line, operands before users:
//
//	%0 = input x : a number
//	%1 = mul 0.5, %0 : a number
//	return %1
//
// Numbers stand where they are used. Nodes are numbered in the order of
// printing, which is an order of evaluation.
func (g *Graph) Print(w io.Writer, roots []ID) error {
	b := bufio.NewWriter(w)
	names := g.names(roots)
	for id, name := range names {
		n := &g.nodes[id]
		if name == "" || g.inline(ID(id)) {
			continue
		}
		fmt.Fprintf(b, "%s = %s", name, g.describe(ID(id)))
		for k, a := range n.Args {
			sep := ", "
			if k == 0 {
				sep = " "
			}
			b.WriteString(sep + names[a])
		}
		fmt.Fprintf(b, " : %s\n", n.Type)
	}
	results := make([]string, len(roots))
	for k, r := range roots {
		results[k] = names[r]
	}
	fmt.Fprintf(b, "return %s\n", strings.Join(results, ", "))
	return b.Flush()
}

// inline reports whether a node is a number that is printed where it is used.
func (g *Graph) inline(id ID) bool {
	n := &g.nodes[id]
	return n.Op == Const && n.Type.IsScalar()
}

// names returns what the nodes that the roots need are called, by id.
func (g *Graph) names(roots []ID) []string {
	names := make([]string, len(g.nodes))
	next := 0
	for id, need := range g.Reach(roots) {
		switch n := &g.nodes[id]; {
		case !need:
		case g.inline(ID(id)):
			names[id] = number(n)
		default:
			names[id] = "%" + strconv.Itoa(next)
			next++
		}
	}
	return names
}

func number(n *Node) string {
	if n.Type.Bool {
		return strconv.FormatBool(n.Num != 0)
	}
	return strconv.FormatFloat(n.Num, 'g', -1, 64)
}

// describe is the operation with what is not an operand.
func (g *Graph) describe(id ID) string {
	n := &g.nodes[id]
	switch n.Op {
	case Input:
		return "input " + n.Name
	case Const:
		if n.Data == nil {
			return "const " + number(n)
		}
		shown := make([]string, 0, 4)
		for _, v := range n.Data[:min(len(n.Data), 4)] {
			shown = append(shown, strconv.FormatFloat(v, 'g', -1, 64))
		}
		if len(n.Data) > 4 {
			shown = append(shown, "...")
		}
		return "const [" + strings.Join(shown, " ") + "]"
	case Slice, Pad, SliceCols, PadCols:
		return n.Op.String() + "[" + strconv.Itoa(n.Int0) + "]"
	case At:
		return "at[" + strconv.Itoa(n.Int0) + "]"
	}
	if n.Window != (Window{}) {
		return n.Op.String() + "[" + n.Window.String() + "]"
	}
	return n.Op.String()
}
