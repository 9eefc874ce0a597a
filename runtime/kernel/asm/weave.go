package main

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
)

// weaveMark is the comment that starts each of the bodies to weave and ends
// the last.
const weaveMark = "weave"

// weave mixes the instructions between consecutive marks one by one. The bodies
// of a long chain of dependent instructions would otherwise fill the
// processor's window one after the other and wait there.
func weave(nodes []ir.Node) []ir.Node {
	var out []ir.Node
	var bodies [][]ir.Node
	for len(nodes) > 0 {
		next := slices.IndexFunc(nodes, func(n ir.Node) bool {
			c, ok := n.(*ir.Comment)
			return ok && c.Lines[0] == weaveMark
		})
		if next < 0 {
			break
		}
		if out == nil {
			out = append(out, nodes[:next]...)
		} else {
			bodies = append(bodies, nodes[:next])
		}
		nodes = nodes[next+1:]
	}
	for i := 0; ; i++ {
		done := true
		for _, b := range bodies {
			if i < len(b) {
				out = append(out, b[i])
				done = false
			}
		}
		if done {
			return append(out, nodes...)
		}
	}
}
