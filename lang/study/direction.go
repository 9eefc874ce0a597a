package study

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// ofWord says for which words of a direction an argument of an axis is.
var ofWord = map[string][]string{
	"learning_rate": {"gradient"},
	"seed":          {"random"},
	"index":         {"eigenvector", "component"},
	"of":            {"component"},
	"from_step":     {"component"},
	"to_step":       {"component"},
}

// direction reads which way an axis looks: a word, which the runtime looks into,
// or a vector, point or state. c is the center, nil where it is the iterate of a
// run at each step.
func (b *builder) direction(a *plan.Axis, body *body, f *plan.Objective, c *centerPoint) {
	e := body.attr("direction")
	if e == nil {
		b.in.bad = true
		return
	}
	s := b.settings(body)
	a.Normalize = s.text("normalize")
	if a.Normalize != "unit" && a.Normalize != "" && f.Training == nil {
		b.errorf("RL0407", body.attr("normalize"), `Write normalize = "unit".`, "%s is no network: it has no layers and no filters", f.Address)
		return
	}
	l := b.lowerer()
	v := l.Lower(e, b.scope(result))
	if math.IsBad(v) {
		b.in.bad = true
		return
	}
	word := ""
	if text, is := v.(math.Static); is && !text.V.IsNull() && text.V.Type() == cty.String {
		if _, ok := s.value("direction"); !ok {
			b.in.bad = true
			return
		}
		word = text.V.AsString()
	}
	if !b.belongs(body, word) {
		return
	}
	switch word {
	case "":
		b.way(a, l, v, e, f, c)
	case "gradient":
		b.gradient(a, body, f, c)
	default:
		b.word(a, word, body, s, f)
	}
}

// belongs reports arguments of an axis that its direction has no use for.
func (b *builder) belongs(body *body, word string) bool {
	for _, name := range sortedKeys(ofWord) {
		e := body.attr(name)
		if e == nil {
			continue
		}
		good := false
		for _, w := range ofWord[name] {
			good = good || w == word
		}
		if !good {
			b.errorf("RL0407", e, fmt.Sprintf("Remove it, or write direction = %q.", ofWord[name][0]), "%s belongs to the direction %s", name, quoted(ofWord[name]))
			return false
		}
	}
	return true
}

// word reads the directions that the runtime finds.
func (b *builder) word(a *plan.Axis, word string, body *body, s settings, f *plan.Objective) {
	a.Word = word
	switch word {
	case "random":
		addr := b.in.addr
		addr.Name += "." + a.Label
		a.Seed = seedOf(b.c.out.Seed, addr)
		if n, ok := s.whole("seed"); ok {
			a.Seed = uint64(n)
		}
	case "eigenvector":
		if a.Index, _ = s.whole("index"); a.Index >= f.Size() {
			b.errorf("RL0406", body.attr("index"), fmt.Sprintf("The last one is %d.", f.Size()-1), "%s has %s, and no eigenvector number %d", f.Address, plural(f.Size(), "parameter"), a.Index)
		}
	case "component":
		a.Index, _ = s.whole("index")
		e := body.attr("of")
		if e == nil {
			b.errorf("RL0403", body.attr("direction"), "Add of = run.name: the run whose path it is.", "the direction \"component\" needs %q", "of")
			return
		}
		r := b.pathOf(e, &f)
		if r == nil {
			b.in.bad = true
			return
		}
		a.Of = r.Address
		a.FromStep, _ = s.whole("from_step")
		if n, ok := s.whole("to_step"); ok {
			a.ToStep = n
		}
		b.segment(body, "from_step", "to_step", a.FromStep, a.ToStep, r)
	}
}

// gradient is the learning rate times the gradient. That of a formula at a
// center is a result like any other; the runtime finds the others.
func (b *builder) gradient(a *plan.Axis, body *body, f *plan.Objective, c *centerPoint) {
	e := body.attr("direction")
	span := spanOf(e.Range())
	l := b.lowerer()
	if f.Training != nil || c == nil {
		id, ok := b.rate(l, a, body, c)
		if !ok {
			b.in.bad = true
			return
		}
		if a.Word = "gradient"; id != graph.None {
			a.Rate = b.checked(expr(l, id, span))
		}
		return
	}
	at, ok := b.point(l, l.Lower(c.expr, b.scope(result)), c.expr.Range(), f, nil)
	if !ok {
		b.in.bad = true
		return
	}
	flat := l.Graph.Flatten(at)
	ref := plan.Ref{Input: fmt.Sprintf("%s.gradient(%d)", f.Address, flat), Block: f.Address, Path: []string{"gradient"},
		Args: []*plan.Expr{expr(l, flat, span)}, Type: graph.Of(f.Size()), Span: span}
	g := l.Result(ref).(math.Node).ID
	id, ok := b.rate(l, a, body, c)
	if !ok {
		b.in.bad = true
		return
	}
	if id != graph.None {
		g = apply(l, graph.Mul, id, g)
	}
	b.take(a, l, split(l, g, f), e, f, c)
}

// rate is what the gradient is multiplied by: the rate that is written, or that of
// the run which the center is a state of; graph.None if the length is normalised
// away, and for a probe the gradient itself.
func (b *builder) rate(l *math.Lowerer, a *plan.Axis, body *body, c *centerPoint) (graph.ID, bool) {
	e := body.attr("learning_rate")
	switch {
	case e != nil:
		id, ok := l.Node(e, b.scope(result))
		if !ok {
			return graph.None, false
		}
		if t := l.Graph.Type(id); t != graph.Number {
			b.errorf("RL0302", e, "Take one number of it, as in last(s) or s[100].", "learning_rate must be a number, not %s", t)
			return graph.None, false
		}
		return id, true
	case a.Normalize != "" || c == nil:
		return graph.None, true
	case c.state == nil || len(c.state.plan.Vary) > 0:
		b.errorf("RL0403", body.attr("direction"), "Add learning_rate = ..., or normalize = \"unit\"; only a center that is a run's state brings a rate with it.", "the direction \"gradient\" needs a learning rate")
		return graph.None, false
	}
	series := c.state.run.result(l, graph.Number.AsSeries(), "learning_rate").(math.Node).ID
	if c.state.what == "at" {
		return l.Graph.AtStep(series, c.state.at), true
	}
	return apply(l, graph.Last, series), true
}

func split(l *math.Lowerer, flat graph.ID, f *plan.Objective) []graph.ID {
	out := make([]graph.ID, len(f.Params))
	offset := 0
	for i, p := range f.Params {
		out[i] = l.Graph.Slice(flat, offset, p.Type)
		offset += p.Type.Size()
	}
	return out
}

// way is a direction given as a vector, or as a point or state: the way to it
// from the center.
func (b *builder) way(a *plan.Axis, l *math.Lowerer, v math.Value, e hclsyntax.Expression, f *plan.Objective, c *centerPoint) {
	ids, ok := b.point(l, v, e.Range(), f, nil)
	if !ok {
		b.in.bad = true
		return
	}
	if !isVector(v) {
		if c == nil {
			b.errorf("RL0407", e, "Write a word, or a flat vector.", "a probe looks along a direction, not towards a point")
			return
		}
		at, ok := b.point(l, l.Lower(c.expr, b.scope(result)), c.expr.Range(), f, nil)
		if !ok {
			b.in.bad = true
			return
		}
		for i := range ids {
			ids[i] = apply(l, graph.Sub, ids[i], at[i])
		}
	}
	b.take(a, l, ids, e, f, c)
}

// isVector reports a flat vector, where a point has its parameters by name.
func isVector(v math.Value) bool {
	switch v := v.(type) {
	case math.Node, math.Tuple:
		return true
	case math.Static:
		t := v.V.Type()
		return !t.IsObjectType() && !t.IsMapType()
	}
	return false
}

// take makes parts the direction of an axis. The length 1 of one through the
// center of a formula is part of the formula.
func (b *builder) take(a *plan.Axis, l *math.Lowerer, parts []graph.ID, e hclsyntax.Expression, f *plan.Objective, c *centerPoint) {
	if a.Normalize == "unit" && f.Training == nil && c != nil {
		a.Normalize = ""
		length := apply(l, graph.Norm, l.Graph.Flatten(parts))
		for i := range parts {
			parts[i] = apply(l, graph.Div, parts[i], length)
		}
	}
	a.Direction = b.pointExpr(l, parts, e)
}
