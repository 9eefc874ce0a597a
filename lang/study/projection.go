package study

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// projection builds coordinates of runs along the components of segments.
func (b *builder) projection() {
	p := &plan.Projection{}
	var first *plan.Objective
	seen := map[string]bool{}
	for _, body := range b.body.nested("segment") {
		at := *b
		at.body = body
		s := b.settings(body)
		g := plan.Segment{Label: body.name, To: -1, Span: body.header}
		if body.broken {
			continue
		}
		if seen[g.Label] {
			report(&b.in.diags, "RL0201", body.src.LabelRanges[0], b.body.context, "Give one of them another label.", "there is a second segment %q", g.Label)
		}
		seen[g.Label] = true
		r := at.pathOf(body.attr("run"), &first)
		if r == nil {
			continue
		}
		g.Run = r.Address
		g.From, _ = s.whole("from")
		if n, ok := s.whole("to"); ok {
			g.To = n
		}
		at.segment(body, "from", "to", g.From, g.To, r)
		p.Segments = append(p.Segments, g)
	}
	if e := b.body.attr("runs"); e != nil {
		for _, r := range b.pathsOf(e, &first) {
			p.Runs = append(p.Runs, r.Address)
		}
	}
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	p.Block = b.in.block()
	b.in.projection = p
	b.c.order(b.in)
}

// pathOf is the one run that e names, whose path is known after it. first is the
// objective whose parameters all have.
func (b *builder) pathOf(e hclsyntax.Expression, first **plan.Objective) *plan.Run {
	runs := b.pathsOf(e, first)
	switch {
	case len(runs) == 1:
		return runs[0]
	case len(runs) > 1:
		b.errorf("RL0406", e, "Name one run.", "%d runs stand where one is named", len(runs))
	}
	return nil
}

// pathsOf are the runs that e names.
func (b *builder) pathsOf(e hclsyntax.Expression, first **plan.Objective) []*plan.Run {
	all, ok := b.namedAll(e, "run")
	if !ok {
		b.in.bad = true
		return nil
	}
	var out []*plan.Run
	for _, in := range all {
		if !b.c.compile(in, spanOf(e.Range())) {
			b.in.bad = true
			return nil
		}
		r := in.run
		if *first == nil {
			*first = r.Objective
		}
		switch {
		case len(r.Vary) > 0:
			b.errorf("RL0407", e, "Use for_each for separate runs.", "%s has a path for each lane", in.addr)
		case r.Snapshots == nil && (!r.RecordPath || r.Objective.Training != nil):
			b.errorf("RL0407", e, "Write snapshots { every = 10 } in it.", "%s keeps no path", in.addr)
		case !sameParams(r.Objective, *first):
			b.errorf("RL0409", e, "Paths are compared where the parameters and their shapes are the same.", "%s has the parameters of %s, which differ from those of %s", in.addr, r.Objective.Address, (*first).Address)
		default:
			b.c.need(in.addr)
			out = append(out, r)
			continue
		}
		return nil
	}
	return out
}

// segment checks a range of steps, to -1 for the last, against a run.
func (b *builder) segment(body *body, fromName, toName string, from, to int, r *plan.Run) {
	switch {
	case from >= r.Steps:
		b.errorf("RL0307", body.attr(fromName), "Write an earlier step.", "step %d is beyond the end: %s makes %d steps", from, r.Address, r.Steps)
	case to > r.Steps:
		b.errorf("RL0307", body.attr(toName), "Leave it out for the last one.", "step %d is beyond the end: %s makes %d steps", to, r.Address, r.Steps)
	case to >= 0 && to <= from:
		b.errorf("RL0307", body.attr(toName), "Write the lower step first.", "the steps from %d to %d are no path", from, to)
	case keptPoints(r, from, to) < 2:
		span := body.header
		for _, e := range []hclsyntax.Expression{body.attr(fromName), body.attr(toName)} {
			if e != nil {
				span = spanOf(e.Range())
			}
		}
		b.errorAt("RL0307", span, fmt.Sprintf("Keep more steps of %s than every %d-th, or let more of them count.", r.Address, pathEvery(r)), "a component needs two points of the path, and of these steps %s is kept", plural(keptPoints(r, from, to), "point"))
	}
}

// keptPoints is how many points of its path a run keeps from one step to another,
// -1 for the last one, which is always kept.
func keptPoints(r *plan.Run, from, to int) int {
	every, end := pathEvery(r), to
	if to < 0 {
		end = r.Steps
	}
	n := end/every - (from+every-1)/every + 1
	if end == r.Steps && end%every != 0 {
		n++
	}
	return n
}

// pathEvery is how many steps lie between the points of a kept path.
func pathEvery(r *plan.Run) int {
	if r.Snapshots != nil {
		return r.Snapshots.Every
	}
	return r.Every
}

// coordinatesOf is the object run.NAME[KEY].LABEL of a block: series of the
// coordinates of runs. The words before NAME are first.
func (r reference) coordinatesOf(first string, runs []plan.Address, labels []string) math.Value {
	what := r.Describe() + "." + first
	labelled := func(a plan.Address, what string) math.Value {
		path := []string{first, a.Name}
		if a.Keyed {
			path = append(path, a.Key)
		}
		return math.Ref{Object: part{what: what, have: labels, attr: func(l *math.Lowerer, label string, span diag.Span) math.Value {
			if !slices.Contains(labels, label) {
				return l.ErrorAt("RL0203", span, didYouMean(label, labels, "It has "+list(labels)+"."), "%s has no coordinate %q", what, label)
			}
			return r.result(l, graph.Number.AsSeries(), append(path, label)...)
		}}}
	}
	var names []string
	for _, a := range runs {
		if !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	}
	return math.Ref{Object: part{what: what, have: names, attr: func(l *math.Lowerer, name string, span diag.Span) math.Value {
		if !slices.Contains(names, name) {
			otherwise := "It has no runs."
			if len(names) > 0 {
				otherwise = "It has " + list(names) + "."
			}
			return l.ErrorAt("RL0203", span, didYouMean(name, names, otherwise), "%s has no run %q", what, name)
		}
		var keyed []plan.Address
		for _, a := range runs {
			if a.Name == name && !a.Keyed {
				return labelled(a, what+"."+name)
			} else if a.Name == name {
				keyed = append(keyed, a)
			}
		}
		return math.Ref{Object: keyedPaths{what + "." + name, keyed, func(a plan.Address) math.Value { return labelled(a, what+"."+name+"["+keySource(a.Key)+"]") }}}
	}}}
}

// keyedPaths are the coordinates of the runs of one for_each.
type keyedPaths struct {
	what string
	runs []plan.Address
	of   func(plan.Address) math.Value
}

func (o keyedPaths) Describe() string { return o.what }

func (o keyedPaths) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	return l.ErrorAt("RL0302", span, "Write "+o.what+"["+keySource(o.runs[0].Key)+"]."+name+", or "+o.what+"[*]."+name+" for all of them.", "%s needs a key", o.what)
}

func (o keyedPaths) Index(l *math.Lowerer, key cty.Value, span diag.Span) math.Value {
	text, ok := keyText(key)
	if !ok {
		return l.ErrorAt("RL0302", span, "A key is a number or a text.", "%s cannot be a key", describe(key))
	}
	var keys []string
	for _, a := range o.runs {
		if a.Key == text {
			return o.of(a)
		}
		keys = append(keys, keySource(a.Key))
	}
	return l.ErrorAt("RL0203", span, "Its keys are "+list(keys)+".", "%s has no key %s", o.what, keySource(text))
}

func (o keyedPaths) Elements(*math.Lowerer, diag.Span) ([]math.Value, bool) {
	out := make([]math.Value, len(o.runs))
	for i, a := range o.runs {
		out[i] = o.of(a)
	}
	return out, true
}

// projectionObject is a projection as expressions see it.
type projectionObject struct{ reference }

func (o projectionObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if !o.c.compile(o.in, o.span) {
		o.c.fail()
		return math.Bad
	}
	p := o.in.projection
	switch name {
	case "variance":
		return o.result(l, graph.Of(len(p.Segments)), name)
	case "run":
		labels := make([]string, len(p.Segments))
		for i, s := range p.Segments {
			labels[i] = s.Label
		}
		return o.coordinatesOf("run", p.Runs, labels)
	}
	return o.unknown(l, name, span, []string{"run", "variance"})
}
