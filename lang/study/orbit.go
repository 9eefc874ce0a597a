package study

import (
	"fmt"
	stdmath "math"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// orbit builds a question about an optimizer as a map.
func (b *builder) orbit() {
	o := &plan.Orbit{Map: &plan.Run{Every: 1}}
	m := o.Map
	s := b.settings(b.body)
	m.Objective = b.runObjective(nil)
	m.Seed = b.seedOn(s, m.Objective)
	if m.Objective == nil {
		b.in.bad = true
		return
	}
	if !b.questions() || !b.lanesOfOrbit(o) {
		b.in.bad = true
		return
	}
	m.Optimizer = b.runOptimizer(m, nil, func(l *math.Lowerer) map[string]math.Value { return varied(m, l) })
	if m.Optimizer == nil || !b.steady(m) {
		b.in.bad = true
		return
	}
	b.cycles(o, s)
	b.trajectories(o)
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	if summary, cure, ok := o.MemoryFault(plan.MaxMemory, 0); !ok {
		b.errorAt("RL0504", b.body.header, cure, "%s", summary)
		return
	}
	o.Block = b.in.block()
	b.in.orbit = o
	b.c.order(b.in)
}

// trajectory are the blocks of an orbit that look at what follows a start.
var trajectory = []string{"diagram", "lyapunov", "basin"}

// questions reports an orbit that asks for nothing, and arguments that belong to
// what it does not ask for.
func (b *builder) questions() bool {
	has := func(name string) bool { return b.body.attr(name) != nil || b.body.one(name) != nil }
	good := true
	wrong := func(name, cure, format string, args ...any) {
		b.errorf("RL0407", b.body.attr(name), cure, format, args...)
		good = false
	}
	if has("near") && has("box") {
		wrong("box", "Keep one of them: near looks for one cycle from a point, box for all of a period.", "%s has both near and box", b.body.title())
	}
	for _, name := range []string{"period", "tolerance"} {
		if has(name) && !has("near") && !has("box") {
			wrong(name, "Add near = ...: the point near which the cycle is; or box = ..., for all cycles.", "%s is that of a cycle, and %s looks for none", name, b.body.title())
		}
	}
	for _, name := range []string{"settle", "along", "max_period"} {
		if has(name) && !has("near") {
			wrong(name, "Add near = ..., or remove it.", "%s belongs to a cycle near a point", name)
		}
	}
	if has("max_period") && has("period") {
		wrong("max_period", "Keep period, or remove it to have the period found.", "max_period is for a period that is not written")
	}
	follows := slices.ContainsFunc(trajectory, has)
	if has("start") && !follows && good {
		cure := "Add a block diagram { }, lyapunov { } or basin { ... }, which begin there."
		if !has("box") {
			cure = "Write near = ... for a cycle near a point; diagram { }, lyapunov { } and basin { ... } begin at a start."
		}
		wrong("start", cure, "nothing in %s begins at a start", b.body.title())
	}
	if !has("near") && !has("box") && !follows && good && !b.body.broken {
		b.errorAt("RL0403", b.body.header, "Add near = ... for a cycle near a point, box = ... for all cycles of a period, or a block diagram { }, lyapunov { } or basin { ... }.", "%s asks for nothing", b.body.title())
		good = false
	}
	return good
}

// lanesOfOrbit reads vary, which each question takes in its own way.
func (b *builder) lanesOfOrbit(o *plan.Orbit) bool {
	blocks := b.body.nested("vary")
	if len(blocks) > 0 {
		at := blocks[0].header
		switch {
		case o.Map.Objective.Training != nil:
			b.errorAt("RL0407", at, "Make an orbit of each: for_each = [0.01, 0.02] in the orbit, and each.value in its place.", "an orbit on a network has no lanes")
			return false
		case b.body.attr("box") != nil:
			b.errorAt("RL0407", at, "Make an orbit of each value: for_each = [1, 2] in it, and each.value in its place.", "the cycles in a box are those of one map: box does not go with vary")
			return false
		case b.body.one("basin") != nil:
			b.errorAt("RL0407", at, "Make an orbit of each value: for_each = [1, 2] in it, and each.value in its place.", "the basins are those of one map: basin does not go with vary")
			return false
		}
	}
	if !b.vary(o.Map, nil) {
		return false
	}
	if b.body.attr("near") != nil && len(variedNames(o.Map)) > 1 {
		b.errorAt("RL0407", blocks[0].header, "Vary one name; for the values of another make an orbit of each: for_each = [0.5, 0.9], and each.value in its place.", "a cycle is followed along one name, and %s varies %s", b.body.title(), list(variedNames(o.Map)))
		return false
	}
	return true
}

// steady reports what in an optimizer changes from step to step: it is no map
// that has orbits.
func (b *builder) steady(r *plan.Run) bool {
	o := r.Optimizer
	switch o.Kind {
	case "gradient_flow", "central_flow", "quasistatic", "sde":
		cure := `Write optimizer "gd", whose map it approximates.`
		if o.Kind == "sde" {
			cure = "Make a run with many lanes of it, and look at their mean."
		}
		b.errorAt("RL0407", o.Span, cure, "%s is no map of the parameters that is the same at every step", o.Kind)
		return false
	}
	noise := map[string]*plan.Expr{"noise": o.Noise, "covariance": o.Covariance, "label_noise": o.LabelNoise}
	for _, name := range sortedKeys(noise) {
		if x := noise[name]; x != nil {
			b.errorAt("RL0407", x.Span, "Remove it; what noise does, a run with many lanes shows.", "%s makes each step another map, and an orbit needs one", name)
			return false
		}
	}
	if o.Kind == "sgd" && (r.Objective.Training != nil || o.Samples != nil) {
		b.errorAt("RL0407", o.Span, `Write optimizer "gd", or "momentum": the map of all samples.`, "sgd draws its samples anew at each step, and an orbit needs one map")
		return false
	}
	for _, x := range o.Settings() {
		for _, id := range reach(x.Value.Graph, x.Value.Root) {
			n := x.Value.Graph.Node(id)
			switch {
			case n.Op != graph.Input:
			case n.Name == "noise":
				b.errorAt("RL0407", x.Value.Span, "Remove noise from it; what noise does, a run with many lanes shows.", "%s has noise, and an orbit needs a map that is the same at every step", x.Name)
				return false
			case n.Name == "t" || n.Name == "steps":
				b.errorAt("RL0407", x.Value.Span, fmt.Sprintf("Write one value; for the orbits at several, %s = eta with vary { eta = [0.1, 0.2] } in the orbit.", x.Name),
					"%s depends on %s, and an orbit needs a map that is the same at every step", x.Name, n.Name)
				return false
			}
		}
	}
	return true
}

// cycles reads where cycles are looked for.
func (b *builder) cycles(o *plan.Orbit, s settings) {
	f := o.Map.Objective
	near, box := b.body.attr("near"), b.body.attr("box")
	if near == nil && box == nil {
		return
	}
	o.Period, _ = s.whole("period")
	o.MaxPeriod, _ = s.whole("max_period")
	o.Settle, _ = s.whole("settle")
	if o.Tolerance = b.positive(s, "tolerance"); o.Tolerance == 0 {
		if o.Tolerance = 1e-10; f.Training != nil {
			o.Tolerance = 1e-3
		}
	}
	if f.Training != nil && !b.line(o, s) {
		return
	}
	if along := b.body.attr("along"); along != nil && f.Training == nil {
		b.errorf("RL0407", along, "Remove it: all directions are looked in.", "along is for networks, and %s is a formula", f.Address)
		return
	}
	if box != nil {
		b.box(o, box)
		return
	}
	l := b.lowerer()
	l.Unknown = inNear(o.Map)
	v := l.Lower(near, b.scope(result))
	if math.IsBad(v) {
		b.in.bad = true
		return
	}
	ids, ok := b.point(l, v, near.Range(), f, nil)
	if !ok {
		b.in.bad = true
		return
	}
	for i, id := range ids {
		if c, isConst := l.Graph.ConstValue(id); isConst && (stdmath.IsNaN(c) || stdmath.IsInf(c, 0)) {
			b.errorf("RL0406", near, "Write a finite number.", "%s is %v", f.Params[i].Name, c)
			return
		}
	}
	o.Near = b.pointExpr(l, ids, near)
}

// inNear says what near may name.
func inNear(m *plan.Run) func(name, near string) string {
	return func(name, near string) string {
		switch {
		case slices.Contains(variedNames(m), name):
			return "It is near the cycle of the first value, from which the cycle is followed to the others: write a number."
		case near == "":
			return "A point is made of numbers, variables, locals and results, as in run.NAME.final."
		}
		return ""
	}
}

// line reads what of a network can be asked: the cycle of two steps on a line.
func (b *builder) line(o *plan.Orbit, s settings) bool {
	if e := b.body.attr("box"); e != nil {
		b.errorf("RL0407", e, `Write near = run.name.final, period = 2 and along = "eigenvector".`, "the parameters of a network are too many for a box")
		return false
	}
	if o.Period != 2 {
		e := b.body.attr("period")
		switch {
		case e == nil:
			e = b.body.attr("near")
		case o.Period == 0: // said already
			b.in.bad = true
			return false
		}
		b.errorf("RL0407", e, `Write period = 2 and along = "eigenvector".`, "of a network, the cycles of 2 steps along an eigenvector are found, and no others")
		return false
	}
	if b.body.attr("along") == nil {
		b.errorf("RL0403", b.body.attr("near"), `Add along = "eigenvector".`, "a cycle of a network needs the line on which it lies")
		return false
	}
	if s.text("along") == "" {
		b.in.bad = true
		return false
	}
	o.Along = &plan.Axis{Label: "along", Coordinate: -1, Word: "eigenvector", ToStep: -1, Span: spanOf(b.body.attr("along").Range())}
	return true
}

// maxBox is how many numbers a box may have: the time to look through it grows as a
// power of them.
const maxBox = 2

// box reads the ranges in which all cycles are looked for.
func (b *builder) box(o *plan.Orbit, e hclsyntax.Expression) {
	f := o.Map.Objective
	if f.Size() > maxBox {
		b.errorf("RL0407", e, "Look near points: near = { ... }, with for_each over several.", "a box has 1 or 2 numbers, and %s has %d", f.Address, f.Size())
		return
	}
	if o.Period == 0 {
		if b.body.attr("period") == nil {
			b.errorf("RL0403", e, "Add period = 2: the cycles of one period are looked for.", "a box needs a period")
		}
		return
	}
	form := fmt.Sprintf("Write box = { %s = [-5, 5] }.", f.Params[0].Name)
	l := b.lowerer()
	v := l.Lower(e, b.scope(result))
	if math.IsBad(v) {
		b.in.bad = true
		return
	}
	fields, ok := fieldsOf(v)
	if !ok {
		b.errorf("RL0409", e, form, "box must be an object of ranges")
		return
	}
	for _, name := range sortedKeys(fields) {
		if _, ok := param(f, name); !ok {
			b.errorf("RL0203", e, didYouMean(name, paramNames(f), fmt.Sprintf("The parameters of %s are %s.", f.Address, list(paramNames(f)))), "%s has no parameter %q", f.Address, name)
			return
		}
	}
	for _, p := range f.Params {
		x, ok := fields[p.Name]
		if !ok {
			b.errorf("RL0409", e, fmt.Sprintf("Add %s = [-5, 5] to it.", p.Name), "the box does not say how far %s goes", p.Name)
			return
		}
		id, ok := l.AsNode(x, e.Range())
		if !ok {
			b.in.bad = true
			return
		}
		// One range for all elements, or one for each.
		each := 2
		switch t := l.Graph.Type(id); {
		case t == graph.Of(2):
			each = 0
		case t == graph.Of(p.Type.Size(), 2):
		default:
			b.errorf("RL0409", e, form, "the range of %s is %s, not two numbers", p.Name, t)
			return
		}
		flat := l.Graph.Flatten([]graph.ID{id})
		for i := range p.Type.Size() {
			at := plan.Interval{Span: spanOf(e.Range())}
			at.From = b.checked(expr(l, l.Graph.Slice(flat, i*each, graph.Number), at.Span))
			at.To = b.checked(expr(l, l.Graph.Slice(flat, i*each+1, graph.Number), at.Span))
			if !b.bounded(p.Name, at, e) {
				return
			}
			o.Box = append(o.Box, at)
		}
	}
}

// fieldsOf are the parts of an object.
func fieldsOf(v math.Value) (map[string]math.Value, bool) {
	switch v := v.(type) {
	case math.Record:
		return v.Fields, true
	case math.Static:
		if t := v.V.Type(); v.V.IsNull() || !t.IsObjectType() && !t.IsMapType() {
			return nil, false
		}
		out := map[string]math.Value{}
		for it := v.V.ElementIterator(); it.Next(); {
			k, x := it.Element()
			out[k.AsString()] = math.Static{V: x}
		}
		return out, true
	}
	return nil, false
}

// bounded checks what is known of a range.
func (b *builder) bounded(name string, at plan.Interval, e hclsyntax.Expression) bool {
	from, known1 := constant(at.From)
	to, known2 := constant(at.To)
	finite := func(x float64, known bool) bool {
		return !known || !stdmath.IsNaN(x) && !stdmath.IsInf(x, 0)
	}
	switch {
	case !finite(from, known1) || !finite(to, known2):
		b.errorf("RL0406", e, fmt.Sprintf("Write %s = [-5, 5].", name), "the range of %s must have two finite ends", name)
	case known1 && known2 && from == to:
		b.errorf("RL0406", e, "Write two different numbers.", "the range of %s ends where it begins, at %v", name, from)
	case known1 && known2 && from > to:
		b.errorf("RL0406", e, fmt.Sprintf("Write %s = [%v, %v].", name, to, from), "the range of %s has its ends in the wrong order", name)
	default:
		return true
	}
	return false
}

// trajectories reads what follows a start: diagram, exponents, basins.
func (b *builder) trajectories(o *plan.Orbit) {
	f := o.Map.Objective
	diagram, lyapunov, basin := b.body.one("diagram"), b.body.one("lyapunov"), b.body.one("basin")
	if diagram == nil && lyapunov == nil && basin == nil {
		return
	}
	if f.Training != nil {
		for _, x := range []*body{diagram, basin} {
			if x != nil {
				b.errorAt("RL0407", x.header, "A run records what follows: probes, and record { path = true }; lyapunov { } gives its largest exponent.", "an orbit on a network has no %s", x.spec.Noun)
				return
			}
		}
	}
	if diagram != nil {
		s := b.settings(diagram)
		o.Diagram = &plan.OrbitDiagram{Span: diagram.header}
		o.Diagram.Skip, _ = s.whole("skip")
		o.Diagram.Keep, _ = s.whole("keep")
		if o.Diagram.Follow = s.truth("follow"); o.Diagram.Follow && len(o.Map.Vary) != 1 {
			b.errorf("RL0407", diagram.attr("follow"), "Write one block vary { eta = linspace(0.1, 4, 400) }, or remove it.", "follow goes from value to value of one vary block, and %s has %s", b.body.title(), plural(len(o.Map.Vary), "vary block"))
			return
		}
	}
	if lyapunov != nil {
		s := b.settings(lyapunov)
		x := &plan.Lyapunov{Span: lyapunov.header}
		x.Skip, _ = s.whole("skip")
		x.Steps, _ = s.whole("steps")
		x.Exponents, _ = s.whole("exponents")
		size := o.Map.Optimizer.StateSize(f.Size())
		switch e := lyapunov.attr("exponents"); {
		case x.Exponents > 1 && f.Training != nil:
			b.errorf("RL0407", e, "Remove it: the largest one is computed.", "of a network, 1 exponent is computed")
		case x.Exponents > size:
			b.errorf("RL0406", e, fmt.Sprintf("Write at most %d.", size), "the map has a state of %s, and %d exponents are wanted", plural(size, "number"), x.Exponents)
		case x.Steps == 1:
			b.errorf("RL0406", lyapunov.attr("steps"), "Write some thousands.", "one update gives no mean and no standard error")
		}
		o.Lyapunov = x
	}
	covered := map[string]bool{}
	if basin != nil {
		s := b.settings(basin)
		o.Basin = &plan.Basin{Span: basin.header}
		o.Basin.Steps, _ = s.whole("steps")
		axes, replaced, ok := b.axes(basin.nested("axis"), f)
		if !ok {
			b.in.bad = true
			return
		}
		if o.Basin.Axes = axes; diagram == nil && lyapunov == nil {
			covered = replaced
		}
	}
	b.begin(o, covered)
}

// begin reads where trajectories start. Those of a basin set what its axes cover.
func (b *builder) begin(o *plan.Orbit, covered map[string]bool) {
	m := o.Map
	if !isNull(b.body.attr("start")) || m.Objective.Training != nil {
		b.startBut(m, covered)
		return
	}
	for _, p := range m.Objective.Params {
		if covered[p.Name] {
			m.Start = append(m.Start, zeroStart(p, b.body.header))
			continue
		}
		what := "the trajectory begins"
		if len(covered) > 0 || o.Diagram == nil && o.Lyapunov == nil {
			what = "the points of the basin are"
		}
		if !b.body.broken {
			b.errorAt("RL0403", b.body.header, fmt.Sprintf("Add start = { %s = ... }: where %s.", p.Name, what), "%s needs %q", b.body.title(), "start")
		}
		b.in.bad = true
		return
	}
}

// lastOfOrbit is the last step of a series that an orbit gives, and what says so.
func lastOfOrbit(o *plan.Orbit, r plan.Ref) (last int, says string) {
	switch r.Path[0] {
	case "diagram":
		return o.Diagram.Keep - 1, fmt.Sprintf("the diagram of %s keeps %s", r.Block, plural(o.Diagram.Keep, "state"))
	case "cycle", "loss":
		if o.Near != nil && o.Period > 0 {
			return o.Period - 1, fmt.Sprintf("%s has the period %d", r.Block, o.Period)
		}
	}
	return stdmath.MaxInt, ""
}
