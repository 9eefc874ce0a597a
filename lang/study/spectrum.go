package study

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// spectrum builds a question about the Hessian at a point.
func (b *builder) spectrum() {
	x := &plan.Spectrum{}
	f := b.objectiveOf()
	if f == nil {
		return
	}
	x.Objective = f
	s := b.settings(b.body)
	x.Top, _ = s.whole("top")
	x.Bottom, _ = s.whole("bottom")
	x.Samples, _ = s.whole("samples")
	x.Steps, _ = s.whole("steps")
	x.Points, _ = s.whole("points")
	x.Products, _ = s.whole("products")
	x.Tolerance = b.positive(s, "tolerance")
	x.Width = b.positive(s, "width")
	x.Seed = b.seedOn(s, f)
	for _, name := range []string{"top", "bottom"} {
		if n, _ := s.whole(name); n > f.Size() {
			b.errorf("RL0406", b.body.attr(name), "Write fewer.", "%s has %s, and %d eigenvalues are wanted", f.Address, plural(f.Size(), "parameter"), n)
		}
	}
	if x.Top == 0 && x.Bottom == 0 && x.Samples == 0 && !b.body.broken {
		b.errorAt("RL0403", b.body.header, "Add top = 1 for the largest eigenvalue, bottom = 1 for the smallest, or samples = 10 for trace and density.", "%s asks for nothing", b.body.title())
	}
	if x.Points == 1 {
		b.errorf("RL0406", b.body.attr("points"), "Write 2 or more.", "a density is given at more than one place")
	}
	b.spectrumPoint(x)
	if e := b.body.attr("preconditioner"); e != nil {
		b.preconditioner(x)
	}
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	x.Block = b.in.block()
	b.in.spectrum = x
	b.c.order(b.in)
}

// positive reads a number above 0.
func (b *builder) positive(s settings, name string) float64 {
	x := s.number(name)
	if s.set(name) && !(x > 0) && !b.in.diags.HasErrors() {
		b.errorf("RL0406", s.body.attr(name), "Write a positive number.", "%s cannot be %v", name, x)
	}
	return x
}

// seedOn is the block's own seed, or one that follows from what is minimised:
// all runs on a network start at one point, and a spectrum without a point looks
// there.
func (b *builder) seedOn(s settings, f *plan.Objective) uint64 {
	if n, ok := s.whole("seed"); ok {
		return uint64(n)
	}
	if f != nil && f.Training != nil {
		return seedOf(b.c.out.Seed, f.Network.Address)
	}
	return seedOf(b.c.out.Seed, b.in.addr)
}

func (b *builder) spectrumPoint(x *plan.Spectrum) {
	e := b.body.attr("point")
	if e == nil {
		if x.FromStart = x.Objective.Training != nil; !x.FromStart && !b.body.broken {
			b.errorAt("RL0403", b.body.header, "Add point = { "+asKey(x.Objective.Params[0].Name)+" = ... }, or point = run.name.final.", "%s needs %q", b.body.title(), "point")
		}
		return
	}
	x.Point = b.pointOf(e, x.Objective)
}

// pointOf lowers a point made of results; nil after an error.
func (b *builder) pointOf(e hclsyntax.Expression, f *plan.Objective) plan.Point {
	l := b.lowerer()
	ids, ok := b.point(l, l.Lower(e, b.scope(result)), e.Range(), f, nil)
	if !ok {
		b.in.bad = true
		return nil
	}
	return b.pointExpr(l, ids, e)
}

// pointExpr wraps the nodes of a point, one for each parameter.
func (b *builder) pointExpr(l *math.Lowerer, ids []graph.ID, e hclsyntax.Expression) plan.Point {
	out := make(plan.Point, len(ids))
	for i, id := range ids {
		out[i] = b.checked(expr(l, id, spanOf(e.Range())))
	}
	return out
}

func (b *builder) preconditioner(x *plan.Spectrum) {
	e := b.body.attr("preconditioner")
	in := b.named(b.body, "preconditioner", "run")
	if in == nil || !b.c.compile(in, spanOf(e.Range())) {
		b.in.bad = true
		return
	}
	switch r := in.run; {
	case !adaptive(r.Optimizer.Kind):
		b.errorf("RL0407", e, "Name a run with adam, adamw, rmsprop or adagrad.", "%s has the optimizer %s, which has no second moment", in.addr, r.Optimizer.Kind)
	case !sameParams(r.Objective, x.Objective):
		b.errorf("RL0409", e, "Name a run on the same objective.", "%s has other parameters than %s", in.addr, x.Objective.Address)
	case len(r.Vary) > 0:
		b.errorf("RL0407", e, "Name a run without vary.", "%s has a second moment for each lane", in.addr)
	}
	b.c.need(in.addr)
	x.Preconditioner = in.addr
}

// spectrumObject is a spectrum as expressions see it.
type spectrumObject struct{ reference }

func (o spectrumObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if !o.c.compile(o.in, o.span) {
		o.c.fail()
		return math.Bad
	}
	x := o.in.spectrum
	var have []string
	for _, r := range []struct {
		name string
		n    int // elements; 0: it was not asked for; -1: a number
	}{
		{"top", x.Top}, {"top_residual", x.Top}, {"bottom", x.Bottom}, {"bottom_residual", x.Bottom}, {"products", -1},
		{"trace", min(0, -x.Samples)}, {"trace_error", min(0, -x.Samples)},
		{"eigenvalue", min(x.Samples, 1) * x.Points}, {"density", min(x.Samples, 1) * x.Points}, {"density_error", min(x.Samples, 1) * x.Points},
	} {
		if r.name != name {
			if r.n != 0 {
				have = append(have, r.name)
			}
			continue
		}
		switch {
		case x.Samples == 1 && strings.HasSuffix(name, "_error"):
			return l.ErrorAt("RL0203", span, "Write samples = 2 or more in it.", "one random vector gives no standard error")
		case r.n < 0:
			return o.result(l, graph.Number, name)
		case r.n > 0:
			return o.result(l, graph.Of(r.n), name)
		}
		cure := map[string]string{"top": "Write top = 3 in it.", "top_residual": "Write top = 3 in it.", "bottom": "Write bottom = 3 in it.", "bottom_residual": "Write bottom = 3 in it."}[name]
		if cure == "" {
			cure = "Write samples = 10 in it."
		}
		return l.ErrorAt("RL0203", span, cure, "%s does not compute %s", o.Describe(), name)
	}
	return o.unknown(l, name, span, have)
}
