package study

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// localLoops finds locals of the study's file that refer to each other in a
// loop, and makes them known but bad. A local is judged where it is used, but
// a loop is wrong wherever that is.
func (c *compiler) localLoops() {
	g := localGraph{state: map[string]state{}, refs: map[string][]localRef{}}
	names := slices.Collect(maps.Keys(c.module.Locals))
	slices.SortFunc(names, func(a, b string) int {
		return c.module.Locals[a].StartRange().Start.Byte - c.module.Locals[b].StartRange().Start.Byte
	})
	for _, n := range names {
		for _, t := range hclsyntax.Variables(c.module.Locals[n]) {
			if to, ok := localOf(t); ok && c.module.Locals[to] != nil {
				g.refs[n] = append(g.refs[n], localRef{from: n, to: to, r: t.SourceRange()})
			}
		}
	}
	for _, n := range names {
		g.visit(n)
	}
	for _, loop := range g.loops {
		first := 0
		for i, ref := range loop {
			if ref.r.Start.Byte < loop[first].r.Start.Byte {
				first = i
			}
		}
		var path []string
		for i := range loop {
			path = append(path, loop[(first+i)%len(loop)].from)
		}
		path = append(path, loop[first].from)
		report(&c.diags, "RL0204", loop[first].r, "locals", "A local cannot be part of its own value: write one of them without the others.", "locals refer to each other in a loop: %s", loopText(path))
	}
	for _, loop := range g.loops {
		for _, ref := range loop {
			c.module.Locals[ref.from] = &hclsyntax.ExprSyntaxError{SrcRange: ref.r}
		}
	}
}

// localOf reads local.name at the beginning of a reference.
func localOf(t hcl.Traversal) (string, bool) {
	if len(t) < 2 || t.RootName() != "local" {
		return "", false
	}
	a, ok := t[1].(hcl.TraverseAttr)
	return a.Name, ok
}

type localRef struct {
	from, to string
	r        hcl.Range
}

// maxLoops bounds the loops that are reported.
const maxLoops = 20

// loopText prints a loop, a long one by its ends.
func loopText(path []string) string {
	if n := len(path); n > 12 {
		path = slices.Concat(path[:6], []string{"..."}, path[n-5:])
	}
	return strings.Join(path, " -> ")
}

// localGraph walks the references between locals.
type localGraph struct {
	refs  map[string][]localRef
	state map[string]state
	path  []localRef
	loops [][]localRef
}

func (g *localGraph) visit(name string) {
	g.state[name] = doing
	for _, ref := range g.refs[name] {
		g.path = append(g.path, ref)
		switch g.state[ref.to] {
		case todo:
			g.visit(ref.to)
		case doing:
			if len(g.loops) == maxLoops {
				break
			}
			i := slices.IndexFunc(g.path, func(r localRef) bool { return r.from == ref.to })
			g.loops = append(g.loops, slices.Clone(g.path[i:]))
		}
		g.path = g.path[:len(g.path)-1]
	}
	g.state[name] = done
}
