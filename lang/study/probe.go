package study

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// probes builds what a run records beside loss and path.
func (b *builder) probes(r *plan.Run, more symbols) {
	seen := map[string]bool{}
	for _, body := range b.body.nested("probe") {
		if len(body.src.Labels) < 2 { // said already
			b.in.bad = true
			continue
		}
		if seen[body.name] {
			report(&b.in.diags, "RL0201", body.src.LabelRanges[1], b.body.context, "Give one of them another name.", "there is a second probe %q", body.name)
			continue
		}
		seen[body.name] = true
		p := plan.Probe{Name: body.name, Kind: body.kind, Every: 1, Span: body.header}
		if n, ok := b.settings(body).whole("every"); ok {
			p.Every = n
		}
		if body.broken {
			b.in.bad = true
			continue
		}
		if body.kind != "value" && len(r.Vary) > 0 {
			b.errorAt("RL0407", body.header, "Use for_each for separate runs, or a probe \"value\".", "a run with lanes has no probe %q", body.kind)
			continue
		}
		if b.probe(&p, body, r, more) {
			r.Probes = append(r.Probes, p)
		}
	}
}

// probe reads what belongs to the kind of a probe.
func (b *builder) probe(p *plan.Probe, body *body, r *plan.Run, more symbols) bool {
	at := *b
	at.body = body
	s := b.settings(body)
	f := r.Objective
	switch p.Kind {
	case "value":
		p.Value = at.probed(r, more)
		return p.Value != nil
	case "sharpness":
		at.search(p, s)
		if p.Top, _ = s.whole("top"); p.Top > f.Size() {
			at.errorf("RL0406", body.attr("top"), "Write fewer.", "%s has %s, and %d eigenvalues are wanted", f.Address, plural(f.Size(), "parameter"), p.Top)
		}
		p.Layers = s.texts("layers")
		at.layersOf(p.Layers, f)
		at.preconditioned(p, s, r)
	case "average":
		at.search(p, s)
		if p.Over, _ = s.whole("over"); p.Over > p.Every {
			at.errorf("RL0406", body.attr("over"), "Write at most the number in every.", "an average over %d steps is asked for every %d", p.Over, p.Every)
		}
	case "test":
		return at.test(p, f)
	case "distance":
		at.distance(p, s, r)
	case "landscape", "directional_curvature":
		a := plan.Axis{Label: p.Name, Coordinate: -1, ToStep: -1, Span: body.header}
		if p.Kind == "landscape" {
			if a.Points, _ = s.whole("points"); a.Points == 1 {
				at.errorf("RL0406", body.attr("points"), "Write 2 or more.", "a line has both its ends")
			}
			a.From, a.To = at.end(body, "from"), at.end(body, "to")
			at.ends(body, a)
		}
		at.direction(&a, body, f, nil)
		p.Axis = &a
	}
	return !b.in.bad
}

// preconditioned reads whether curvature is that in the optimizer's own metric.
func (b *builder) preconditioned(p *plan.Probe, s settings, r *plan.Run) {
	if p.Preconditioned = s.truth("preconditioned"); !p.Preconditioned || r.Optimizer == nil {
		return
	}
	e := b.body.attr("preconditioned")
	if !adaptive(r.Optimizer.Kind) {
		b.errorf("RL0407", e, "Leave it out: without a second moment the curvature is that of the Hessian.", "%s has no second moment; adam, adamw, rmsprop and adagrad have", r.Optimizer.Kind)
	}
}

// adaptive reports whether an optimizer divides by the root of a mean, or of the sum,
// of squared gradients.
func adaptive(kind string) bool {
	return kind == "adam" || kind == "adamw" || kind == "rmsprop" || kind == "adagrad"
}

// distance reads from where: a point, another run, or without either the run's start.
func (b *builder) distance(p *plan.Probe, s settings, r *plan.Run) {
	point, other := b.body.attr("point"), b.body.attr("run")
	p.Average, _ = s.whole("average")
	average := b.body.attr("average")
	switch {
	case point != nil && other != nil:
		b.errorf("RL0407", other, "Keep point or run.", "a distance is from one thing")
	case other == nil && p.Average > 1:
		b.errorf("RL0407", average, `Add run = run.name; the mean of one run alone is that of a probe "average".`, "average is over two runs, and there is no other")
	case point != nil:
		p.Point = b.pointOf(point, r.Objective)
	case other != nil:
		b.distanceFrom(p, other, average, r)
	}
}

// distanceFrom reads another run, which must have a state at every step that is
// looked at.
func (b *builder) distanceFrom(p *plan.Probe, e, average hclsyntax.Expression, r *plan.Run) {
	in := b.named(b.body, "run", "run")
	if in == nil || !b.c.compile(in, spanOf(e.Range())) {
		b.in.bad = true
		return
	}
	o := in.run
	every := pathEvery(o)
	// With a mean every step counts.
	stride := p.Every
	if p.Average > 1 {
		stride = 1
	}
	switch {
	case !sameParams(o.Objective, r.Objective):
		b.errorf("RL0409", e, "Runs are compared where the parameters and their shapes are the same.", "%s has the parameters of %s, which differ from those of %s", in.addr, o.Objective.Address, r.Objective.Address)
	case len(o.Vary) > 0:
		b.errorf("RL0407", e, "Use for_each for separate runs.", "%s has a state for each lane", in.addr)
	case !o.RecordPath && o.Snapshots == nil:
		b.errorf("RL0407", e, fmt.Sprintf("Write record { path = true } in it, or snapshots { every = %d }.", stride), "%s keeps no path", in.addr)
	case o.Steps < r.Steps:
		b.errorf("RL0307", e, fmt.Sprintf("Write steps = %d in it, or fewer here.", r.Steps), "%s makes %d steps, and this run %d", in.addr, o.Steps, r.Steps)
	case p.Average > r.Steps+1:
		b.errorf("RL0406", average, fmt.Sprintf("Write at most %d.", r.Steps+1), "a mean over %d steps is longer than the run", p.Average)
	case stride%every != 0 || r.Steps%every != 0 && r.Steps != o.Steps:
		cure := fmt.Sprintf("Record it as often, record { every = %d } with path = true, or write every = %d in the probe.", stride, every)
		if p.Average > 1 {
			cure = "A mean needs every step: write record { every = 1 } with path = true in it, or leave average out."
		}
		b.errorf("RL0307", e, cure, "%s keeps every %s state, and the probe looks at every %s", in.addr, ordinal(every), ordinal(stride))
	default:
		p.From = in.addr
		b.c.need(in.addr)
	}
}

// ordinal is the place of a number: 2nd.
func ordinal(n int) string {
	end := "th"
	if n%100 < 11 || n%100 > 13 {
		end = map[int]string{1: "st", 2: "nd", 3: "rd"}[n%10]
		if end == "" {
			end = "th"
		}
	}
	return fmt.Sprintf("%d%s", n, end)
}

// probed lowers the formula of a probe.
func (b *builder) probed(r *plan.Run, more symbols) *plan.Expr {
	e := b.body.attr("value")
	if e == nil {
		b.in.bad = true
		return nil
	}
	l := b.lowerer()
	l.Unknown = inObserved(r.Objective, variedNames(r))
	names := clock(l)
	for n, v := range more(l) {
		names[n] = v
	}
	id, ok := l.Node(e, b.scope(law).With(names))
	if !ok {
		b.in.bad = true
		return nil
	}
	t := l.Graph.Type(id)
	if t.Series {
		b.errorf("RL0302", e, "Take one step of it, as in s[100] or last(s).", "a probe must be a number or vector, not %s", t)
		return nil
	}
	if t.Rank()+len(r.Vary) > graph.MaxRank {
		b.errorf("RL0302", e, "Record a number or a vector.", "the probe has too many axes")
		return nil
	}
	return b.checked(expr(l, id, spanOf(e.Range())))
}

// search reads when a search for eigenvalues ends.
func (b *builder) search(p *plan.Probe, s settings) {
	p.Tolerance = b.positive(s, "tolerance")
	p.Products, _ = s.whole("products")
}

// layersOf checks names of layers, or of blocks that layers begin with.
func (b *builder) layersOf(names []string, f *plan.Objective) {
	if len(names) == 0 {
		return
	}
	e := b.body.attr("layers")
	if f.Training == nil {
		b.errorf("RL0407", e, "Leave it out.", "%s is no network and has no layers", f.Address)
		return
	}
	var known []string
	for _, p := range f.Network.Params {
		for name := p.Layer.Name; ; {
			if !slices.Contains(known, name) {
				known = append(known, name)
			}
			i := strings.LastIndexByte(name, '.')
			if i < 0 {
				break
			}
			name = name[:i]
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			b.errorf("RL0203", e, didYouMean(name, known, "`relief graph` shows the layers; those with parameters can be named, and what their names begin with."), "%s has no layer %q with parameters", f.Network.Address, name)
		}
	}
}

// test finds the data that a network is tested on.
func (b *builder) test(p *plan.Probe, f *plan.Objective) bool {
	e := b.body.attr("data")
	if f.Training == nil {
		b.errorAt("RL0407", b.body.header, "Leave it out, or minimise a network on data.", "%s is no network and cannot be tested", f.Address)
		return false
	}
	in := b.named(b.body, "data", "dataset")
	if in == nil || !b.c.open(in, spanOf(e.Range())) {
		b.in.bad = true
		return false
	}
	p.Data = in.dataset
	t := *f.Training
	t.Data = p.Data
	return b.fitsData(&t, e)
}

// probeParts are the results of a probe beside itself, with their types.
func probeParts(p *plan.Probe) (itself graph.Type, names []string, types []graph.Type) {
	switch p.Kind {
	case "value":
		return p.Value.Type(), nil, nil
	case "sharpness":
		t := graph.Number
		if p.Top > 0 {
			t = graph.Of(p.Top)
		}
		return t, []string{"residual", "products"}, []graph.Type{t, graph.Number}
	case "average":
		return graph.Number, []string{"loss", "at_mean", "sharpness"}, []graph.Type{graph.Number, graph.Number, graph.Number}
	case "test":
		if f := form(p.Data); f != nil && f.Classes == 0 { // numbers are not right or wrong
			return graph.Number, []string{"loss"}, []graph.Type{graph.Number}
		}
		return graph.Number, []string{"accuracy", "loss"}, []graph.Type{graph.Number, graph.Number}
	case "landscape":
		t := graph.Of(p.Axis.Points)
		return t, []string{"position"}, []graph.Type{t}
	}
	return graph.Number, nil, nil
}

// probeObject is a probe as expressions see it: a series, with others beside it.
type probeObject struct {
	run   runObject
	plan  *plan.Run
	probe *plan.Probe
}

var _ math.Measured = probeObject{}

func (o probeObject) Describe() string { return o.run.Describe() + ".probe." + o.probe.Name }

func (o probeObject) Value(l *math.Lowerer) math.Value {
	t, _, _ := probeParts(o.probe)
	return o.run.result(l, lanes(o.plan, t).AsSeries(), "probe", o.probe.Name)
}

func (o probeObject) Parts() []string {
	_, names, _ := probeParts(o.probe)
	return names
}

func (o probeObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	_, names, types := probeParts(o.probe)
	i := slices.Index(names, name)
	if i < 0 {
		return l.ErrorAt("RL0203", span, didYouMean(name, names, "It has "+list(names)+"."), "%s has no part %q", o.Describe(), name)
	}
	return o.run.result(l, types[i].AsSeries(), "probe", o.probe.Name, name)
}

func (o probeObject) Index(l *math.Lowerer, _ cty.Value, span diag.Span) math.Value {
	return l.ErrorAt("RL0302", span, fmt.Sprintf("Write last(%s), or %s[100] for step 100.", o.Describe(), o.Describe()), "%s has no elements", o.Describe())
}

func (o probeObject) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	l.ErrorAt("RL0302", span, fmt.Sprintf("A series is taken as a whole: max(%s), slice(%s, 10, 20).", o.Describe(), o.Describe()), "%s has no elements", o.Describe())
	return nil, false
}
