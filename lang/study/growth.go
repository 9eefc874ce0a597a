package study

import (
	"fmt"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// growth builds a question about an objective around a minimum.
func (b *builder) growth() {
	x := &plan.Growth{}
	f := b.objectiveOf()
	if f == nil {
		return
	}
	x.Objective = f
	s := b.settings(b.body)
	x.From, x.To = b.positive(s, "from"), b.positive(s, "to")
	x.Departure = b.positive(s, "departure")
	x.Points, _ = s.whole("points")
	x.Seed = b.seedOn(s, f)
	if !b.in.diags.HasErrors() {
		b.radii(x)
	}
	minimum := b.body.attr("minimum")
	if minimum == nil {
		b.in.bad = true
		return
	}
	x.Minimum = b.pointOf(minimum, f)
	if e := b.body.attr("learning_rate"); e != nil {
		x.LearningRate = b.scalar(e, "learning_rate")
		if l := x.LearningRate; l != nil {
			if rate, known := l.Graph.ConstValue(l.Root); known && !(rate > 0) {
				b.errorf("RL0406", e, "Write a positive number.", "learning_rate cannot be %v", rate)
			}
		}
	}
	b.rays(x, s, &centerPoint{expr: minimum})
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	x.Block = b.in.block()
	b.in.growth = x
	b.c.order(b.in)
}

// radii checks the range of radii.
func (b *builder) radii(x *plan.Growth) {
	for _, name := range []string{"to", "from"} {
		if e := b.body.attr(name); e != nil && !(x.To > x.From) {
			b.errorf("RL0406", e, "Let to be larger than from.", "the radii go from %v to %v", x.From, x.To)
			break
		}
	}
	if x.Points < leastRadii {
		b.errorf("RL0406", b.body.attr("points"), fmt.Sprintf("Write %d or more.", leastRadii), "too few radii to show a trend: %d", x.Points)
	}
}

// leastRadii is how many radii a trend is read from.
const leastRadii = 4

// rays reads the directions: random ones of a formula, axes of a network.
func (b *builder) rays(x *plan.Growth, s settings, at *centerPoint) {
	f := x.Objective
	bodies := b.body.nested("axis")
	directions := b.body.attr("directions")
	if f.Training == nil {
		for _, body := range bodies {
			b.errorAt("RL0407", body.header, "Remove it: directions = 64 says how many random ones there are beside the coordinates.", "%s is no network: it is looked at along its coordinates and in random directions", f.Address)
		}
		x.Directions = 64
		if n, ok := s.whole("directions"); ok {
			x.Directions = n
		}
		if f.Size() > maxSamples/2 || product(x.Rays(), max(x.Points, f.Size())) > maxSamples {
			e := directions
			if e == nil {
				e = b.body.attr("objective")
			}
			b.errorf("RL0406", e, fmt.Sprintf("At most %d numbers of a kind are kept: ask for fewer directions or points.", maxSamples), "%d directions at %d points are too many for %s, with %s", x.Rays(), x.Points, f.Address, plural(f.Size(), "parameter"))
		}
		return
	}
	if directions != nil {
		b.errorf("RL0407", directions, `Write an axis for each: axis "r" { direction = "random" }.`, "%s is a network, which is looked at along its axes", f.Address)
	}
	if len(bodies) == 0 && !b.body.broken {
		b.errorAt("RL0403", b.body.header, `Add axis "g" { direction = "gradient" }, axis "top" { direction = "eigenvector" } or axis "r" { direction = "random" }.`, "%s of a network needs an axis", b.body.title())
	}
	seen := map[string]bool{}
	for _, body := range bodies {
		if len(body.src.Labels) == 0 { // said already
			b.in.bad = true
			return
		}
		a := plan.Axis{Label: body.name, Coordinate: -1, ToStep: -1, Span: body.header}
		if seen[a.Label] {
			report(&b.in.diags, "RL0201", body.src.LabelRanges[0], b.body.context, "Give one of them another label.", "there is a second axis %q", a.Label)
		}
		seen[a.Label] = true
		b.direction(&a, body, f, at)
		x.Axes = append(x.Axes, a)
	}
}

// growthObject is a growth as expressions see it.
type growthObject struct{ reference }

// Attr returns a result of the growth.
func (o growthObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if !o.c.compile(o.in, o.span) {
		o.c.fail()
		return math.Bad
	}
	x := o.in.growth
	rays, formula := x.Rays(), x.Objective.Training == nil
	sampled := graph.Of(rays, x.Points)
	types := []struct {
		name string
		t    graph.Type
		cure string // what to write for the growth to have it; "" if it does
	}{
		{name: "radius", t: graph.Of(x.Points)},
		{name: "loss", t: sampled}, {name: "loss_error", t: sampled}, {name: "exponent", t: sampled}, {name: "quadratic", t: sampled},
		{name: "direction", t: graph.Of(rays, x.Objective.Size()), cure: ofNetwork(formula, "The directions of a network are those of its axes.")},
		{name: "curvature", t: graph.Of(rays)}, {name: "quadratic_radius", t: graph.Of(rays)},
		{name: "shift", t: graph.Of(rays), cure: ofNetwork(!formula, "All directions of a formula begin at the minimum.")},
		{name: "ratio", t: graph.Of(x.Points)}, {name: "cosine", t: graph.Of(x.Points)},
		{name: "c"}, {name: "ratio_end"}, {name: "residual"},
		{name: "inner", cure: ofRate(x)}, {name: "inner_residual", cure: ofRate(x)}, {name: "ball", cure: ofRate(x)},
	}
	have := []string{"verdict", "evidence"}
	switch name {
	case "verdict", "evidence":
		o.c.need(o.in.addr)
		return math.Word{Ref: plan.Ref{Input: o.Describe() + "." + name, Block: o.in.addr, Path: []string{name}, Span: o.span}}
	case "c_at":
		if !formula {
			return l.ErrorAt("RL0203", span, "The evidence of a network names the axis and the radius.", "%s does not keep the point where c is attained", o.Describe())
		}
		return o.attained(x)
	}
	for _, r := range types {
		switch {
		case r.name != name:
			if r.cure == "" {
				have = append(have, r.name)
			}
		case r.cure != "":
			return l.ErrorAt("RL0203", span, r.cure, "%s does not compute %s", o.Describe(), name)
		default:
			return o.result(l, r.t, name)
		}
	}
	if formula {
		have = append(have, "c_at")
	}
	return o.unknown(l, name, span, have)
}

func ofNetwork(formula bool, cure string) string {
	if formula {
		return ""
	}
	return cure
}

func ofRate(x *plan.Growth) string {
	if x.LearningRate != nil {
		return ""
	}
	return "Write learning_rate = 0.1 in it: the ball is that of gradient descent with one rate."
}

// attained is the point where c is, by parameter.
func (o growthObject) attained(x *plan.Growth) math.Value {
	what := o.Describe() + ".c_at"
	names := paramNames(x.Objective)
	return math.Ref{Object: part{what: what, have: names, named: true, attr: func(l *math.Lowerer, name string, span diag.Span) math.Value {
		p, ok := param(x.Objective, name)
		if !ok {
			return l.ErrorAt("RL0203", span, didYouMean(name, names, fmt.Sprintf("The parameters of %s are %s.", x.Objective.Address, list(names))), "%s has no parameter %q", what, name)
		}
		return o.result(l, p.Type, "c_at", name)
	}}}
}
