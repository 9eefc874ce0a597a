package study

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// plot builds a figure.
func (b *builder) plot() {
	s := b.settings(b.body)
	p := &plan.Plot{
		Title: b.textOf(b.body, "title"), Width: b.size(s, "width"), Height: b.size(s, "height"), Formats: s.texts("formats"),
	}
	p.Columns, _ = s.whole("columns")
	panels := b.body.nested("panel")
	if len(panels) == 0 {
		p.Panels = []plan.Panel{b.panel(b.body)}
	}
	if len(panels) > 0 && len(panels) != len(b.body.blocks) {
		for _, x := range b.body.blocks {
			if x.spec.Noun != "panel" {
				b.errorAt("RL0407", x.header, "Put it into a panel.", "%s stands beside panels in %s", x.spec.Noun, b.body.title())
				return
			}
		}
	}
	for _, body := range panels {
		panel := b.panel(body)
		panel.Title = b.textOf(body, "title")
		p.Panels = append(p.Panels, panel)
	}
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	p.Block = b.in.block()
	b.c.out.Plots = append(b.c.out.Plots, p)
}

// size is a length in centimetres, 0 if it is not given.
func (b *builder) size(s settings, name string) float64 {
	x := s.number(name)
	if s.set(name) && !(x >= 1 && x <= 200) && !b.in.diags.HasErrors() {
		b.errorf("RL0406", s.body.attr(name), "Write 1 to 200 centimetres.", "%s cannot be %v", name, x)
	}
	return x
}

// panel builds one frame from the marks and axes in a body.
func (b *builder) panel(body *body) plan.Panel {
	var p plan.Panel
	for _, x := range body.blocks {
		switch x.spec.Noun {
		case "panel":
		case "axis_x":
			p.X = b.axis(x)
		case "axis_y":
			p.Y = b.axis(x)
		case "axis_z":
			p.Z = b.axis(x)
		case "view":
			s := b.settings(x)
			p.View = plan.View{Azimuth: s.number("azimuth"), Elevation: s.number("elevation")}
		default:
			p.Marks = append(p.Marks, b.mark(x)...)
		}
	}
	b.colorsAgree(p, body)
	if len(p.Marks) == 0 && !body.broken && !b.in.bad && !b.in.diags.HasErrors() {
		b.errorAt("RL0403", body.header, "Add a mark, as in line { y = run.name.loss }.", "%s draws nothing", body.title())
	}
	return p
}

func (b *builder) axis(body *body) plan.PlotAxis {
	s := b.settings(body)
	a := plan.PlotAxis{Label: s.text("label"), Unit: s.text("unit"), Scale: s.text("scale")}
	if e := body.attr("range"); e != nil {
		l := b.lowerer()
		id, ok := l.Node(e, b.scope(result))
		if !ok {
			b.in.bad = true
			return a
		}
		if t := l.Graph.Type(id); t != graph.Of(2) {
			b.errorf("RL0302", e, "Write range = [0, 1].", "range must be two numbers, not %s", t)
			return a
		}
		lo, hi := l.Graph.Index(id, 0), l.Graph.Index(id, 1)
		x, ok1 := l.Graph.ConstValue(lo)
		y, ok2 := l.Graph.ConstValue(hi)
		switch {
		case ok1 && ok2 && !(x < y):
			b.errorf("RL0406", e, "Write the lower one first.", "the range from %v to %v is empty", x, y)
		case a.Scale == "log" && (ok1 && x <= 0 || ok2 && y <= 0):
			b.errorf("RL0406", e, "Write positive ends, or scale = \"symlog\".", "a logarithmic axis cannot reach 0 or below")
		}
		a.Min, a.Max = b.checked(expr(l, lo, spanOf(e.Range()))), b.checked(expr(l, hi, spanOf(e.Range())))
	}
	return a
}

// mark builds what one mark block draws: one mark, or one for each element of
// what [*] names.
func (b *builder) mark(body *body) []plan.Mark {
	s := b.settings(body)
	base := plan.Mark{Kind: body.spec.Noun, Span: body.header}
	has := func(name string) bool { _, ok := body.spec.Attribute(body.kind, name); return ok }
	if has("color") {
		base.Color = b.color(s, body)
	}
	if has("width") {
		base.Width = s.number("width")
		if s.set("width") && !(base.Width > 0 && base.Width <= 100) && !b.in.diags.HasErrors() {
			b.errorf("RL0406", body.attr("width"), "Write points, as in 1.5.", "width cannot be %v", base.Width)
		}
	}
	if has("dash") && s.set("dash") {
		base.Dash = s.text("dash")
	}
	if has("of") {
		return b.field(base, body, s)
	}
	if has("from") {
		base.From, base.To = b.stepRange(s, body)
	}
	switch base.Kind {
	case "histogram":
		base.Bins, _ = s.whole("bins")
		base.Density = s.truth("density")
	case "band":
		base.Quantiles = b.quantiles(s, body)
	case "density":
		base.Bins, base.Rows = b.cells(s, body)
		base.ByColumn = s.text("normalize") == "column"
	}
	runs := []*instance{nil}
	if has("run") && body.attr("run") != nil {
		var ok bool
		if runs, ok = b.namedAll(body.attr("run"), "run"); !ok {
			return nil
		}
	}
	var out []plan.Mark
	for _, run := range runs {
		if b.c.drawn > maxMarks {
			b.errorAt("RL0406", body.header, "Draw a few of the runs, or a number of each as a scatter.", "the plots of the study draw more than %d things", maxMarks)
			return nil
		}
		marks, ok := b.drawn(base, body, run)
		if !ok {
			b.in.bad = true
			return nil
		}
		out = append(out, marks...)
	}
	return out
}

// stepRange reads from and to.
func (b *builder) stepRange(s settings, body *body) (from, to *int) {
	if s.set("from") {
		if n, ok := s.whole("from"); ok {
			from = &n
		}
	}
	if s.set("to") {
		if n, ok := s.whole("to"); ok {
			to = &n
		}
	}
	if from != nil && to != nil && *from > *to {
		b.errorf("RL0307", body.attr("to"), "Write the lower step in from.", "the steps from %d to %d are none", *from, *to)
	}
	return from, to
}

// channels are the arguments of a mark that take values, in order.
var channels = []string{"x", "y", "z", "lower", "upper"}

// drawn builds the marks of one block for one run, or for none.
func (b *builder) drawn(base plan.Mark, body *body, run *instance) ([]plan.Mark, bool) {
	l := b.lowerer()
	sc := b.scope(result)
	if run != nil {
		if !b.c.compile(run, spanOf(body.attr("run").Range())) {
			return nil, false
		}
		o := runObject{reference{b.c, run, spanOf(body.attr("run").Range())}}
		if run.each != nil {
			sc = math.NewScope(b.c.phases[result], run.each)
		}
		sc = sc.With(o.names(l))
	}
	count := 1
	spread := false
	values := map[string][]graph.ID{}
	for _, name := range channels {
		e := body.attr(name)
		if _, known := body.spec.Attribute(body.kind, name); !known || e == nil {
			continue
		}
		v := l.Lower(e, sc)
		if math.IsBad(v) {
			return nil, false
		}
		ids, many, ok := b.channel(l, v, e, body)
		if !ok {
			return nil, false
		}
		if many {
			if spread && len(ids) != count {
				b.errorf("RL0406", e, "Let all of them name the same blocks.", "%s draws %d things and another argument %d", name, len(ids), count)
				return nil, false
			}
			spread, count = true, len(ids)
		}
		values[name] = ids
	}
	var out []plan.Mark
	for i := range count {
		m := base
		ok := true
		pick := func(name string) *plan.Expr {
			ids := values[name]
			if len(ids) == 0 {
				return nil
			}
			e := body.attr(name)
			x := b.checked(expr(l, ids[min(i, len(ids)-1)], spanOf(e.Range())))
			ok = ok && b.drawable(x, name, e, body)
			return x
		}
		m.X, m.Y, m.Z, m.Lower, m.Upper = pick("x"), pick("y"), pick("z"), pick("lower"), pick("upper")
		if _, has := body.spec.Attribute(body.kind, "x"); has && m.X == nil && ok {
			m.X = b.places(l, m)
		}
		if !ok || !b.fits(m, body) {
			return nil, false
		}
		m.Source = sourceOf(m)
		b.insideSteps(m, body)
		if e := body.attr("text"); e != nil && base.Kind == "text" {
			m.Text = b.text(e, sc)
		}
		if e := body.attr("label"); e != nil && base.Kind != "text" {
			m.Label = b.labelText(e, body, run, m)
		} else if m.Source.Keyed && (spread || run != nil) {
			m.Label = plan.Text{{Literal: m.Source.Key}}
		}
		out = append(out, m)
	}
	b.c.drawn += len(out)
	return out, true
}

// places are where the values of a mark stand that is drawn without x, if they are
// those of a landscape along one axis, of a probe of that kind at one step, or of
// the density of a spectrum; nil for series, which know their steps, and for
// anything else.
func (b *builder) places(l *math.Lowerer, m plan.Mark) *plan.Expr {
	lead := m.Y
	if lead == nil {
		lead = m.Lower
	}
	if lead == nil || lead.Type().Series || lead.Type().Rank() != 1 || len(lead.Refs) == 0 {
		return nil
	}
	if x := b.placesOfProbe(l, lead); x != nil {
		return x
	}
	of := lead.Refs[0].Block
	for _, r := range lead.Refs {
		if r.Block != of || r.Type != lead.Type() {
			return nil
		}
	}
	for _, in := range b.c.instancesNamed(of) {
		o := reference{b.c, in, lead.Span}
		switch {
		case in.landscape != nil && len(in.landscape.Axes) == 1:
			return expr(l, o.result(l, lead.Type(), "axis", in.landscape.Axes[0].Label).(math.Node).ID, lead.Span)
		case in.spectrum != nil && !slices.ContainsFunc(lead.Refs, func(r plan.Ref) bool { return !strings.HasPrefix(r.Path[0], "density") }):
			return expr(l, o.result(l, lead.Type(), "eigenvalue").(math.Node).ID, lead.Span)
		}
	}
	return nil
}

// placesOfProbe is places for one step of a probe "landscape".
func (b *builder) placesOfProbe(l *math.Lowerer, lead *plan.Expr) *plan.Expr {
	n, ref := lead.Graph.Node(lead.Root), lead.Refs[0]
	if n.Op != graph.At || len(lead.Refs) > 1 || len(ref.Path) != 2 || ref.Path[0] != "probe" || lead.Graph.Node(n.Args[0]).Name != ref.Input {
		return nil
	}
	for _, in := range b.c.instancesNamed(ref.Block) {
		if in.run == nil {
			continue
		}
		for i := range in.run.Probes {
			if p := &in.run.Probes[i]; p.Kind == "landscape" && p.Name == ref.Path[1] {
				at := reference{b.c, in, lead.Span}.result(l, ref.Type, "probe", p.Name, "position").(math.Node)
				return expr(l, l.Graph.AtStep(at.ID, n.Int0), lead.Span)
			}
		}
	}
	return nil
}

// maxMarks bounds the marks of all plots.
const maxMarks = 20000

// labelText lowers a label; with for_each behind the mark, each is the drawn
// block's.
func (b *builder) labelText(e hclsyntax.Expression, body *body, run *instance, m plan.Mark) plan.Text {
	in := run
	if in == nil {
		for _, x := range b.c.instancesNamed(m.Source) {
			in = x
		}
	}
	sc := b.scope(result)
	if in != nil && in.each != nil {
		sc = math.NewScope(b.c.phases[result], in.each)
	}
	if run == nil {
		return b.text(e, sc)
	}
	l := b.lowerer()
	o := runObject{reference{b.c, run, spanOf(body.attr("run").Range())}}
	return b.textIn(l, e, sc.With(o.names(l)))
}

// channel splits a value into what is drawn one by one: a list of series, as
// [*] gives it, or for hline and vline a list of numbers.
func (b *builder) channel(l *math.Lowerer, v math.Value, e hclsyntax.Expression, body *body) (ids []graph.ID, many, ok bool) {
	if t, is := v.(math.Tuple); is && len(t.Elems) > 0 {
		line := body.spec.Noun == "hline" || body.spec.Noun == "vline"
		apart := line
		for _, x := range t.Elems {
			id, ok := l.AsNode(x, e.Range())
			if !ok {
				return nil, false, false
			}
			u := l.Graph.Type(id)
			apart = apart || u.Series || u.Rank() > 0
			ids = append(ids, id)
		}
		if apart {
			return ids, true, true
		}
	}
	id, ok := l.AsNode(v, e.Range())
	return []graph.ID{id}, false, ok
}

// drawable checks the type of one channel.
func (b *builder) drawable(x *plan.Expr, name string, e hclsyntax.Expression, body *body) bool {
	t := x.Type()
	fail := func(cure string) bool {
		b.errorf("RL0302", e, cure, "%s of %s is %s", name, body.spec.Noun, t)
		return false
	}
	switch body.spec.Noun {
	case "hline", "vline", "text":
		if t.PerStep().Rank() > 0 || t.Series || t.Bool {
			return fail("Write one number, as in last(s), s[100] or w[0].")
		}
		return true
	case "histogram", "density":
		if t == graph.Number {
			return fail("Write a vector or series.")
		}
		return true
	}
	if t == graph.Number {
		return fail("Write a series, as in run.name.loss, or a list of numbers.")
	}
	if body.attr("quantiles") != nil && (name == "x" || name == "y") {
		if name == "y" && axesOf(t) < 2 {
			return fail("Write values of many lanes, as run.name.path.x of a run with vary, or a matrix.")
		}
		return true
	}
	if t.Series && t.Rank() > 1 || !t.Series && t.Rank() != 1 {
		return fail("Draw its rows or elements one by one, or a landscape with heatmap, contour or surface.")
	}
	return true
}

// fits checks that the channels of a mark go together.
func (b *builder) fits(m plan.Mark, body *body) bool {
	if m.Quantiles != nil {
		return b.besideQuantiles(m)
	}
	if m.Kind == "density" || m.Kind == "scatter" && m.X != nil && m.X.Type().Series != m.Y.Type().Series {
		return b.repeats(m)
	}
	var first *plan.Expr
	for _, x := range []*plan.Expr{m.Y, m.Lower, m.Upper, m.X, m.Z} {
		if x == nil || x.Type().IsScalar() {
			continue
		}
		if first == nil {
			first = x
			continue
		}
		t, u := first.Type(), x.Type()
		if t.Series != u.Series || !t.Series && t.Dim(0) != u.Dim(0) || t.Series && t.Rank() == u.Rank() && t.AsNumber() != u.AsNumber() {
			b.errorAt("RL0302", x.Span, "Let both be series of one run, or lists of one length.", "%s is drawn with %s", u, t)
			return false
		}
	}
	return true
}

// sourceOf finds the run that a mark draws, if it is one.
func sourceOf(m plan.Mark) plan.Address {
	var a plan.Address
	for _, x := range []*plan.Expr{m.X, m.Y, m.Z, m.Lower, m.Upper} {
		if x == nil {
			continue
		}
		for _, r := range x.Refs {
			block := r.Block
			if run, ok := pathRun(r); ok {
				block = run
			}
			if a != (plan.Address{}) && a != block {
				return plan.Address{}
			}
			a = block
		}
	}
	return a
}

// insideSteps checks from against the steps of what is drawn.
func (b *builder) insideSteps(m plan.Mark, body *body) {
	if m.From == nil || m.Source.Noun != "run" {
		return
	}
	for _, in := range b.c.instancesNamed(m.Source) {
		if in.run != nil && *m.From > in.run.Steps {
			b.errorf("RL0307", body.attr("from"), fmt.Sprintf("Its last step is %d.", in.run.Steps), "step %d is beyond the end: %s makes %d steps", *m.From, m.Source, in.run.Steps)
		}
	}
}

func (b *builder) color(s settings, body *body) string {
	c := s.text("color")
	if c == "" || slices.Contains(plan.ColorNames, c) {
		return c
	}
	if len(c) == 7 && c[0] == '#' && strings.Trim(strings.ToLower(c[1:]), "0123456789abcdef") == "" {
		return c
	}
	b.errorf("RL0406", body.attr("color"), didYouMean(c, plan.ColorNames, "Write \"#1f77b4\", or one of "+strings.Join(plan.ColorNames, ", ")+"."), "%q is no colour", c)
	return ""
}
