package study

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// maxSamples bounds the points of a landscape.
const maxSamples = 1 << 26

// landscape builds a sampled objective.
func (b *builder) landscape() {
	ls := &plan.Landscape{}
	f := b.objectiveOf()
	if f == nil {
		return
	}
	ls.Objective = f
	bodies := b.body.nested("axis")
	axes, replaced, ok := b.axes(bodies, f)
	if !ok {
		b.in.bad = true
		return
	}
	ls.Axes = axes
	l := b.lowerer()
	center, at, ok := b.center(l, f, replaced)
	if !ok {
		b.in.bad = true
		return
	}
	ls.Center = center
	for i, body := range bodies {
		if ls.Axes[i].Coordinate >= 0 || body.attr("direction") == nil {
			continue
		}
		if at.expr == nil {
			b.errorAt("RL0403", b.body.header, "Add center = { ... }, or center = run.name.final.", "%s needs a center for its direction to start from", b.body.title())
			break
		}
		b.direction(&ls.Axes[i], body, f, at)
	}
	if e := b.body.attr("paths"); e != nil {
		for _, r := range b.pathsOf(e, &f) {
			ls.Paths = append(ls.Paths, r.Address)
		}
	}
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	ls.Block = b.in.block()
	b.in.landscape = ls
	b.c.order(b.in)
}

// axes reads axis blocks: how far each goes, and over which element if it has a
// coordinate. replaced are the parameters that axes run over as a whole.
func (b *builder) axes(bodies []*body, f *plan.Objective) (axes []plan.Axis, replaced map[string]bool, ok bool) {
	for _, x := range bodies {
		if len(x.src.Labels) == 0 { // said already
			return nil, nil, false
		}
	}
	total := 1
	seen := map[string]bool{}
	replaced = map[string]bool{}
	covered := map[int]bool{} // elements that an axis runs over
	for _, body := range bodies {
		s := b.settings(body)
		a := plan.Axis{Label: body.name, Coordinate: -1, ToStep: -1, Span: body.header}
		if seen[a.Label] {
			report(&b.in.diags, "RL0201", body.src.LabelRanges[0], b.body.context, "Give one of them another label.", "there is a second axis %q", a.Label)
		}
		seen[a.Label] = true
		a.Points, _ = s.whole("points")
		if a.Points == 1 {
			b.errorf("RL0406", body.attr("points"), "Write 2 or more.", "an axis has both its ends")
		}
		if total = product(total, a.Points); total > maxSamples {
			b.errorf("RL0406", body.attr("points"), fmt.Sprintf("At most %d are allowed.", maxSamples), "%s has too many points", b.body.title())
			return nil, nil, false
		}
		a.Log = s.text("scale") == "log"
		a.From, a.To = b.end(body, "from"), b.end(body, "to")
		b.ends(body, a)
		b.coordinate(&a, body, s, f)
		if i := a.Coordinate; i >= 0 {
			if covered[i] {
				b.errorAt("RL0201", body.header, "Let each axis run over another parameter.", "two axes run over the same parameter")
			}
			covered[i] = true
			if p := paramAt(f, i); p.Type.Size() == 1 {
				replaced[p.Name] = true
			}
		}
		axes = append(axes, a)
	}
	return axes, replaced, true
}

func product(a, b int) int {
	if b > 0 && a > maxSamples/b {
		return maxSamples + 1
	}
	return a * b
}

// end lowers an end of an axis.
func (b *builder) end(body *body, name string) *plan.Expr {
	e := body.attr(name)
	if e == nil {
		return nil
	}
	return b.scalar(e, name)
}

// scalar lowers a number made of results.
func (b *builder) scalar(e hclsyntax.Expression, name string) *plan.Expr {
	l := b.lowerer()
	id, ok := l.Node(e, b.scope(result))
	if !ok {
		b.in.bad = true
		return nil
	}
	if t := l.Graph.Type(id); t != graph.Number {
		b.errorf("RL0302", e, "Take one number of it, as in last(s), s[100] or w[0].", "%s must be a number, not %s", name, t)
		return nil
	}
	return b.checked(expr(l, id, spanOf(e.Range())))
}

// ends checks what is known of the ends of an axis.
func (b *builder) ends(body *body, a plan.Axis) {
	if a.From == nil || a.To == nil {
		return
	}
	from, ok1 := a.From.Graph.ConstValue(a.From.Root)
	to, ok2 := a.To.Graph.ConstValue(a.To.Root)
	if ok1 && ok2 && from == to {
		b.errorf("RL0406", body.attr("to"), "Write two different numbers.", "the axis ends where it begins, at %v", from)
		return
	}
	if a.Log && (ok1 && !(from > 0) || ok2 && !(to > 0)) {
		b.errorf("RL0406", body.attr("scale"), "Write positive ends, or scale = \"linear\".", "a logarithmic axis cannot reach 0 or below")
	}
}

func paramAt(f *plan.Objective, i int) plan.Param {
	for _, p := range f.Params {
		if i -= p.Type.Size(); i < 0 {
			return p
		}
	}
	return plan.Param{}
}

// coordinate finds the element that a coordinate axis runs over: the one that
// is written, or a scalar parameter of the label's name.
func (b *builder) coordinate(a *plan.Axis, body *body, s settings, f *plan.Objective) {
	coord, dir := body.attr("coordinate"), body.attr("direction")
	element, way, either := "coordinate = %s[0]", "coordinate = w[0]", "coordinate"
	if _, may := body.spec.Attribute("", "direction"); may { // a basin has coordinates alone
		element, way, either = element+", or a direction", way+` or direction = "gradient"`, either+" or direction"
	}
	for _, name := range []string{"learning_rate", "normalize", "seed", "index", "of", "from_step", "to_step"} {
		if e := body.attr(name); e != nil && dir == nil {
			b.errorf("RL0407", e, "Remove it, or add direction = \"gradient\".", "%s belongs to an axis with a direction", name)
		}
	}
	switch {
	case coord != nil && dir != nil:
		b.errorf("RL0407", dir, "Keep one of them.", "an axis has both coordinate and direction")
	case coord != nil && f.Training != nil:
		b.errorf("RL0407", coord, "Write direction = \"gradient\", \"random\", \"eigenvector\", \"component\", or the point that the axis leads to.", "an axis of a network has a direction, and no coordinate")
	case coord != nil:
		if i, ok := s.scalarElement(coord, f); ok {
			a.Coordinate = i
		} else {
			b.in.bad = true
		}
	case dir == nil && f.Training != nil:
		if !body.broken {
			b.errorAt("RL0403", body.header, "Add direction = \"gradient\", \"random\", \"eigenvector\", \"component\", or the point that the axis leads to.", "an axis of a network needs %q", "direction")
		}
	case dir == nil:
		offset := 0
		for _, p := range f.Params {
			if p.Name == body.name {
				if p.Type.Rank() > 0 {
					b.errorAt("RL0403", body.header, fmt.Sprintf("Add "+element+".", p.Name), "%s is %s: the axis must name one of its elements", p.Name, p.Type)
				}
				a.Coordinate = offset
				return
			}
			offset += p.Type.Size()
		}
		if body.broken {
			return
		}
		b.in.bad = true
		report(&b.in.diags, "RL0203", body.src.LabelRanges[0], b.body.context,
			didYouMean(body.name, paramNames(f), fmt.Sprintf("Label it by a parameter (%s), or add %s.", list(paramNames(f)), way)),
			"%s has no parameter %q, and the axis has no %s", f.Address, body.name, either)
	}
}

// center lowers the point that the axes go through.
func (b *builder) center(l *math.Lowerer, f *plan.Objective, optional map[string]bool) (plan.Point, *centerPoint, bool) {
	c := &centerPoint{}
	e := b.body.attr("center")
	ids := make([]graph.ID, len(f.Params))
	span := b.body.header
	if e == nil {
		for i, p := range f.Params {
			if !optional[p.Name] {
				cure := fmt.Sprintf("Add center = { %s = ... }, or center = run.name.final.", p.Name)
				if f.Training != nil {
					cure = "Add center = run.name.final."
				}
				b.errorAt("RL0403", b.body.header, cure, "%s needs a center: no axis says what %s is", b.body.title(), p.Name)
				return nil, nil, false
			}
			ids[i] = graph.None
		}
	} else {
		span = spanOf(e.Range())
		v := l.Lower(e, b.scope(result))
		if math.IsBad(v) {
			return nil, nil, false
		}
		var ok bool
		if ids, ok = b.point(l, v, e.Range(), f, optional); !ok {
			return nil, nil, false
		}
		if ref, is := v.(math.Ref); is {
			switch o := ref.Object.(type) {
			case stateObject:
				c.state = &o
			case paramsObject:
				c.state = &o.state
			}
		}
	}
	point := make(plan.Point, len(ids))
	for i, id := range ids {
		if id != graph.None {
			point[i] = b.checked(expr(l, id, span))
		}
	}
	c.expr = e
	return point, c, true
}

// centerPoint is the center as directions need it.
type centerPoint struct {
	expr  hclsyntax.Expression // nil if there is none
	state *stateObject         // the state of a run that it is, or nil
}

// apply is for operands that fit by construction.
func apply(l *math.Lowerer, op graph.Op, args ...graph.ID) graph.ID {
	id, err := l.Graph.Apply(op, args...)
	if err != nil {
		panic("study: " + err.Error())
	}
	return id
}
