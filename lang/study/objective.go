package study

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/lang/schema"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// objective builds params and value, or a network on data.
func (b *builder) objective() {
	e, value := b.body.attr("params"), b.body.attr("value")
	for _, name := range ofNetworks {
		x := b.body.attr(name)
		switch {
		case x == nil:
		case e != nil || value != nil:
			b.errorf("RL0407", x, "Keep params and value, or network, data and loss.", "%s has %s beside a formula", b.body.title(), name)
			return
		default:
			b.training()
			return
		}
	}
	if b.body.broken && (e == nil || value == nil) {
		return
	}
	if e == nil && value == nil {
		b.errorAt("RL0403", b.body.header, "Add params = [x] and value = ... in x; or network, data and loss.", "%s needs \"params\" and \"value\"", b.body.title())
		return
	}
	if e == nil {
		b.errorAt("RL0403", b.body.header, "Add params = [x]: the names that the value is a formula in.", "%s needs \"params\"", b.body.title())
		return
	}
	f := &plan.Objective{}
	ok := b.params(e, f)
	if value == nil {
		b.errorAt("RL0403", b.body.header, "Add value = ...: the number to be minimised.", "%s needs \"value\"", b.body.title())
		return
	}
	if !ok {
		return
	}
	l := b.lowerer()
	l.Unknown = inObjective(f)
	names := make(map[string]math.Value, len(f.Params))
	for _, p := range f.Params {
		names[p.Name] = math.Node{ID: l.Graph.Input(p.Name, p.Type)}
	}
	id, ok := l.Node(value, b.scope(formula).With(names))
	if !ok {
		b.in.bad = true
		return
	}
	if t := l.Graph.Type(id); t != graph.Number {
		cure := "Reduce it to one number, as in sum(...) or norm(...)."
		if t.Bool {
			cure = "Choose a number by it: condition ? a : b."
		}
		b.errorf("RL0302", value, cure, "the value of an objective must be a number, not %s", t)
		return
	}
	f.Value = l.Expr(id, spanOf(value.Range()))
	b.unusedParams(e, value, f)
	f.Block = b.in.block()
	b.in.objective = f
}

func (b *builder) errorAt(code diag.Code, span diag.Span, cure, format string, args ...any) {
	b.in.bad = true
	d := b.in.diags.Errorf(code, span, format, args...)
	d.Detail, d.Context = cure, b.body.context
}

// reserved words cannot name a parameter: the symbols of a run, the flat vector of
// all parameters, the roots of references, and the nouns.
func reserved(name string) bool {
	switch name {
	case "t", "steps", "loss", "grad_norm", "params", "var", "local", "each", "std":
		return true
	}
	_, noun := schema.Lookup(name)
	return noun
}

// params reads the declared parameters.
func (b *builder) params(e hclsyntax.Expression, f *plan.Objective) bool {
	tuple, ok := e.(*hclsyntax.TupleConsExpr)
	if !ok {
		b.errorf("RL0406", e, "Write a list of names: params = [x], params = [w[8], b].", "params must be a list of parameters")
		return false
	}
	if len(tuple.Exprs) == 0 {
		b.errorf("RL0406", e, "Write at least one: params = [x].", "an objective needs a parameter")
		return false
	}
	s := b.settings(b.body)
	seen := map[string]bool{}
	good, total := true, 0
	for _, x := range tuple.Exprs {
		el, ok := s.elementOf(x, "Write names and lengths: params = [x], params = [w[8], b].")
		if !ok {
			good = false
			continue
		}
		total += sizeOf(el.keys)
		switch {
		case reserved(el.name):
			b.errorf("RL0202", x, "Choose another name: it stands for something else in a run.", "%q cannot name a parameter", el.name)
		case badIdentifier(el.name) != "":
			b.errorf("RL0202", x, badIdentifier(el.name), "%q cannot name a parameter", el.name)
		case seen[el.name]:
			b.errorf("RL0201", x, "Give one of them another name.", "the parameter %q is declared twice", el.name)
		case len(el.keys) > 2:
			b.errorf("RL0406", x, "Write x, w[8] or W[3][5].", "a parameter is a number, a vector or a matrix")
		case sizeOf(el.keys) == 0:
			b.errorf("RL0406", x, "A length is 1 or more.", "the parameter %q has no elements", el.name)
		case total > maxElements:
			b.errorf("RL0406", x, fmt.Sprintf("At most %d elements are allowed.", maxElements), "the parameters are too large")
		default:
			seen[el.name] = true
			f.Params = append(f.Params, plan.Param{Name: el.name, Type: graph.Of(el.keys...)})
			continue
		}
		good = false
		seen[el.name] = true
	}
	return good
}

func sizeOf(dims []int) int {
	n := 1
	for _, d := range dims {
		if n *= d; n > maxElements {
			return maxElements + 1
		}
	}
	return n
}

// objectiveObject is an objective as expressions see it: something to ask.
type objectiveObject struct{ reference }

func (o objectiveObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	return l.ErrorAt("RL0203", span, fmt.Sprintf("Ask it at a point: value(%s, { x = 1 }), gradient, hessian, hvp.", o.Describe()), "%s has no result %q", o.Describe(), name)
}

// Ask returns the input that stands for a value or derivative at a point.
func (o objectiveObject) Ask(l *math.Lowerer, what string, point math.Value, rest []math.Value, site math.CallSite) math.Value {
	if !o.c.compile(o.in, o.span) {
		o.c.fail()
		return math.Bad
	}
	f := o.in.objective
	b := &builder{c: o.c, in: o.in, body: o.in.decl.body}
	parts, ok := b.point(l, point, site.Range(1), f, nil)
	if !ok {
		return math.Bad
	}
	flat := l.Graph.Flatten(parts)
	ref := plan.Ref{Block: o.in.addr, Path: []string{what}, Span: o.span, Args: []*plan.Expr{expr(l, flat, spanOf(site.Range(1)))}}
	ref.Input = fmt.Sprintf("%s.%s(%d)", o.Describe(), what, flat)
	n := f.Size()
	switch what {
	case "value":
		ref.Type = graph.Number
	case "gradient":
		ref.Type = graph.Of(n)
	case "hessian":
		if n > maxHessian {
			return l.ErrorAt("RL0306", o.span, "Ask for products with it: hvp(objective, point, v).", "the Hessian of %s would have %d rows", o.Describe(), n)
		}
		ref.Type = graph.Of(n, n)
	case "hvp":
		v, ok := b.point(l, rest[0], site.Range(2), f, nil)
		if !ok {
			return math.Bad
		}
		w := l.Graph.Flatten(v)
		ref.Args = append(ref.Args, expr(l, w, spanOf(site.Range(2))))
		ref.Input = fmt.Sprintf("%s.hvp(%d,%d)", o.Describe(), flat, w)
		ref.Type = graph.Of(n)
	}
	return l.Result(ref)
}

// maxHessian bounds the size of a full Hessian.
const maxHessian = 2048

// expr wraps a node with the results that it waits for, and no others.
func expr(l *math.Lowerer, id graph.ID, span diag.Span) *plan.Expr { return prune(l.Expr(id, span)) }

// prune drops the results that an expression does not use: a Lowerer serves
// several expressions.
func prune(e *plan.Expr) *plan.Expr {
	if len(e.Refs) == 0 {
		return e
	}
	// Results and their inputs come into being together, so that both are in
	// the order of their nodes.
	var refs []plan.Ref
	for _, id := range reach(e.Graph, e.Root) {
		if e.Graph.Node(id).Op != graph.Input {
			continue
		}
		i, found := slices.BinarySearchFunc(e.Refs, id, func(r plan.Ref, id graph.ID) int {
			at, _ := e.Graph.Lookup(r.Input)
			return int(at - id)
		})
		if found {
			refs = append(refs, e.Refs[i])
		}
	}
	e.Refs = refs
	return e
}

// reach returns the nodes that root needs, operands first. It looks at no
// other: thousands of expressions may share one graph.
func reach(g *graph.Graph, root graph.ID) []graph.ID {
	seen := map[graph.ID]bool{root: true}
	out := []graph.ID{root}
	for i := 0; i < len(out); i++ {
		for _, a := range g.Node(out[i]).Args {
			if !seen[a] {
				seen[a] = true
				out = append(out, a)
			}
		}
	}
	slices.Sort(out)
	return out
}

// schedule checks a schedule by itself.
func (b *builder) schedule() {
	e := b.body.attr("value")
	if e == nil {
		return
	}
	l := b.lowerer()
	l.Unknown = b.inLaw("schedule", nil, nil)
	v := b.c.scheduleValue(l, b.in)
	id, ok := l.AsNode(v, e.Range())
	if ok && l.Graph.Type(id) != graph.Number {
		b.errorf("RL0302", e, "Take one number of it, or choose by t: piecewise(t, [0.1, 0.01], [100]).", "the value of a schedule must be a number, not %s", l.Graph.Type(id))
	}
	b.in.bad = b.in.bad || !ok
}

// scheduleValue lowers a schedule where it is used: t and steps are the user's.
func (c *compiler) scheduleValue(l *math.Lowerer, in *instance) math.Value {
	e := in.decl.body.attr("value")
	if e == nil || in.state == done && in.bad {
		c.fail()
		return math.Bad
	}
	return l.Lower(e, math.NewScope(c.phases[formula], in.each).With(clock(l)))
}

// clock gives the symbols of a schedule.
func clock(l *math.Lowerer) map[string]math.Value {
	return map[string]math.Value{
		"t":     math.Node{ID: l.Graph.Input("t", graph.Number)},
		"steps": math.Node{ID: l.Graph.Input("steps", graph.Number)},
	}
}
