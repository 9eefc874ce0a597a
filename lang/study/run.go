package study

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/math"
	"relief/lang/schema"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// maxLanes bounds the product of all vary blocks.
const maxLanes = 1 << 22

// run builds one run.
func (b *builder) run() {
	r := &plan.Run{}
	s := b.settings(b.body)
	steps, haveSteps := s.whole("steps")
	r.Steps = steps
	r.MayDiverge = s.truth("may_diverge")
	source, origin := b.resume(r)
	r.Objective = b.runObjective(source)
	r.Seed = b.seedOn(s, r.Objective)
	b.record(r)
	if source != nil && r.Objective != nil && !sameParams(source.Objective, r.Objective) {
		b.errorf("RL0409", b.body.attr("resume"), "A run resumes where the parameters and their shapes are the same.", "%s has other parameters than %s", r.Objective.Address, source.Objective.Address)
		r.Objective = nil
	}
	if !b.vary(r, source) || r.Objective == nil {
		b.in.bad = true
		return
	}
	b.start(r)
	more := func(l *math.Lowerer) map[string]math.Value {
		names := varied(r, l)
		if origin != nil {
			names["t0"] = origin(l)
		} else {
			names["t0"] = math.Node{ID: l.Graph.Const(0)}
		}
		return names
	}
	r.Optimizer = b.runOptimizer(r, source, more)
	b.augmented(r)
	observed := b.observed(r)
	if stop := b.body.one("stop"); stop != nil && stop.attr("when") != nil {
		at := *b
		at.body = stop
		r.Stop = at.law(stop.attr("when"), "when", graph.Truth, b.scope(law), inObserved(r.Objective, variedNames(r)), observed)
		if when, ok := constant(r.Stop); ok {
			at.warnf(stop.attr("when"), "Write a condition on t, loss, grad_norm or the parameters, as in loss < 1e-12.",
				"the condition is always %t: %s", when != 0, map[bool]string{true: "the run stops before it begins", false: "the run never stops by it"}[when != 0])
		}
	}
	b.probes(r, observed)
	b.snapshots(r)
	if !haveSteps || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	count := 1
	for _, n := range r.Lanes() {
		count *= n
	}
	if summary, cure, ok := r.MemoryFault(count, plan.MaxMemory, 0); !ok {
		b.errorf("RL0504", b.body.attr("steps"), cure, "%s", summary)
		return
	}
	r.Block = b.in.block()
	b.in.run = r
	b.c.order(b.in)
}

// augmented warns of random changes of samples that nothing draws.
func (b *builder) augmented(r *plan.Run) {
	t := r.Objective.Training
	if t == nil || !t.Data.Flip && t.Data.Crop == 0 || r.Optimizer == nil || r.Optimizer.Kind == "sgd" || r.Steps == 0 {
		return
	}
	w := b.in.diags.Warnf("RL0415", r.Optimizer.Span, "%s takes the samples as they are, without the augment of %s", r.Optimizer.Kind, t.Data.Address)
	w.Detail, w.Context = `Only mini-batches are augmented: write optimizer "sgd", or leave the augment out.`, b.body.context
}

// record reads what is kept of the way. That of a network is too long for memory
// unless it is asked for.
func (b *builder) record(r *plan.Run) {
	r.Every, r.RecordPath = 1, r.Objective == nil || r.Objective.Training == nil
	rec := b.body.one("record")
	if rec == nil {
		return
	}
	s := b.settings(rec)
	if n, ok := s.whole("every"); ok {
		r.Every = n
	}
	if s.set("path") {
		r.RecordPath = s.truth("path")
	}
}

// snapshots reads which parameters are kept on disk.
func (b *builder) snapshots(r *plan.Run) {
	body := b.body.one("snapshots")
	if body == nil {
		return
	}
	s := b.settings(body)
	p := &plan.Snapshots{Span: body.header}
	p.Every, _ = s.whole("every")
	budget, _ := s.whole("budget")
	p.Budget = int64(budget) << 20
	if p.Every == 0 || body.broken {
		return
	}
	if len(r.Vary) > 0 {
		b.errorAt("RL0407", body.header, "Use for_each for separate runs, or record their paths.", "a run with lanes keeps no snapshots")
		return
	}
	need := 4 * int64(r.Objective.Size()) * int64(plan.Rows(r.Steps, p.Every))
	if need > p.Budget {
		b.errorf("RL0504", body.attr("every"), fmt.Sprintf("Keep fewer, or write budget = %d.", need>>20+1), "the snapshots would take %d MiB, more than their budget of %d", need>>20+1, budget)
		return
	}
	r.Snapshots = p
}

// named resolves an attribute that names one block of a noun.
func (b *builder) named(body *body, attr, noun string) *instance {
	e := body.attr(attr)
	if e == nil {
		return nil
	}
	all, ok := b.namedAll(e, noun)
	if !ok {
		return nil
	}
	if len(all) != 1 {
		b.errorf("RL0406", e, fmt.Sprintf("Write %s = %s.name.", attr, noun), "%s names one %s, not %d", attr, noun, len(all))
		return nil
	}
	return all[0]
}

// namedAll resolves an expression that names blocks of a noun.
func (b *builder) namedAll(e hclsyntax.Expression, noun string) ([]*instance, bool) {
	if name := blockName(e); name != "" && b.c.blocks[noun][name] != nil {
		b.errorf("RL0203", e, fmt.Sprintf("Write %s.%s.", noun, name), "a block is named with its noun before it")
		return nil, false
	}
	l := b.lowerer()
	return b.instancesOf(l.Lower(e, b.scope(naming)), e, noun)
}

// blockName is the name in an expression that is a bare name or a text.
func blockName(e hclsyntax.Expression) string {
	if name := hcl.ExprAsKeyword(e); name != "" {
		return name
	}
	if t, ok := e.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
		if v, diags := t.Value(nil); !diags.HasErrors() {
			return v.AsString()
		}
	}
	return ""
}

func (b *builder) instancesOf(v math.Value, e hclsyntax.Expression, noun string) ([]*instance, bool) {
	wrong := func(what string) ([]*instance, bool) {
		b.errorf("RL0406", e, fmt.Sprintf("Write the name of one: %s.name.", noun), "%s stands where %s %s is named", what, article(noun), noun)
		return nil, false
	}
	if math.IsBad(v) {
		b.in.bad = true
		return nil, false
	}
	switch v := v.(type) {
	case math.Ref:
		switch o := v.Object.(type) {
		case nameObject:
			if o.in.addr.Noun != noun {
				return wrong(o.Describe())
			}
			return []*instance{o.in}, true
		case collection:
			if len(o.d.instances) > 0 {
				other := "or each.value in place of the key."
				if _, list := e.(*hclsyntax.TupleConsExpr); list {
					other = fmt.Sprintf("or %s[*] for all of them.", o.Describe())
				}
				b.errorf("RL0406", e, fmt.Sprintf("Write %s[%s], %s", o.Describe(), o.exampleKey(), other), "%s has for_each and needs a key", o.Describe())
				return nil, false
			}
			return wrong(o.Describe() + ", which has for_each and needs a key,")
		case patternObject:
			if noun == "network" {
				b.errorf("RL0406", e, o.cure(), "%s is a pattern of a library, not a network of this study", o.name)
				return nil, false
			}
		}
		return wrong(v.Describe())
	case math.Tuple:
		var out []*instance
		for _, x := range v.Elems {
			in, ok := b.instancesOf(x, e, noun)
			if !ok {
				return nil, false
			}
			out = append(out, in...)
		}
		return out, true
	case math.Static:
		return wrong(describe(v.V))
	}
	return wrong("a formula")
}

// runObjective finds what is minimised; a resumed run may leave it out.
func (b *builder) runObjective(source *plan.Run) *plan.Objective {
	e := b.body.attr("objective")
	if e == nil {
		if source != nil {
			return source.Objective
		}
		if b.body.attr("resume") == nil && !b.body.broken {
			b.errorAt("RL0403", b.body.header, "Add objective = objective.name: what is minimised.", "%s needs %q", b.body.title(), "objective")
		}
		return nil
	}
	return b.objectiveOf()
}

// objectiveOf is the objective that a block names, nil after an error.
func (b *builder) objectiveOf() *plan.Objective {
	in := b.named(b.body, "objective", "objective")
	if in == nil || !b.c.compile(in, spanOf(b.body.attr("objective").Range())) {
		b.in.bad = true
		return nil
	}
	return in.objective
}

// runOptimizer builds the update rule: inside the run, named by it, or that of
// the run it resumes.
func (b *builder) runOptimizer(r *plan.Run, source *plan.Run, more symbols) *plan.Optimizer {
	inner, e := b.body.one("optimizer"), b.body.attr("optimizer")
	switch {
	case inner != nil && e != nil:
		b.errorf("RL0407", e, "Keep the block or the argument.", "%s has two optimizers", b.body.title())
		return nil
	case inner != nil:
		return b.optimizer(inner, nil, r.Objective, variedNames(r), more)
	case e != nil:
		in := b.named(b.body, "optimizer", "optimizer")
		if in == nil {
			b.in.bad = true
			return nil
		}
		b.c.used[in] = true
		return b.optimizer(in.decl.body, in, r.Objective, variedNames(r), more)
	case source != nil:
		return source.Optimizer
	case r.Steps == 0 && b.body.attr("steps") != nil && b.body.attr("resume") == nil: // only the start is wanted
		g := graph.New()
		return &plan.Optimizer{Kind: "gd", Span: b.body.header, LearningRate: &plan.Expr{Graph: g, Root: g.Const(1), Span: b.body.header}}
	}
	if b.body.attr("resume") == nil && !b.body.broken {
		b.errorAt("RL0403", b.body.header, `Add optimizer "gd" { learning_rate = 0.1 } to it.`, "%s needs an optimizer", b.body.title())
	}
	b.in.bad = true
	return nil
}

// resume resolves the state that the run goes on from. origin gives the
// number of updates made before it.
func (b *builder) resume(r *plan.Run) (source *plan.Run, origin func(*math.Lowerer) math.Value) {
	e := b.body.attr("resume")
	if e == nil {
		return nil, nil
	}
	if start := b.body.attr("start"); start != nil {
		b.errorf("RL0407", start, "A resumed run starts where the other one was: keep one of them.", "%s has both start and resume", b.body.title())
		return nil, nil
	}
	l := b.lowerer()
	v := l.Lower(e, b.scope(result))
	if math.IsBad(v) {
		b.in.bad = true
		return nil, nil
	}
	const cure = "Write resume = run.name.at[650] or resume = run.name.final."
	ref, ok := v.(math.Ref)
	if !ok {
		b.errorf("RL0409", e, cure, "resume must be a state of another run")
		return nil, nil
	}
	state, ok := ref.Object.(stateObject)
	if !ok {
		b.errorf("RL0409", e, cure, "%s is not a state of a run", ref.Describe())
		return nil, nil
	}
	from := state.run.in
	b.c.need(from.addr)
	if b.in.t0 = from.t0 + state.at; state.what == "final" {
		b.in.t0 = from.t0 + state.plan.Steps
	}
	r.Resume = &plan.Resume{Run: from.addr, At: state.at, Final: state.what == "final", Span: spanOf(e.Range())}
	return state.plan, func(l *math.Lowerer) math.Value {
		before := from.t0
		switch {
		case state.what == "at":
			before += state.at
		case state.plan.Stop == nil:
			before += state.plan.Steps
		default:
			// How far it came is known when it has run.
			made := state.run.Attr(l, "steps", state.run.span)
			if n, ok := made.(math.Node); ok {
				if id, err := l.Graph.Apply(graph.Add, n.ID, l.Graph.Const(float64(before))); err == nil {
					return math.Node{ID: id}
				}
			}
			return math.Bad
		}
		return math.Node{ID: l.Graph.Const(float64(before))}
	}
}

// vary reads the lanes. A resumed run has those of its source.
func (b *builder) vary(r *plan.Run, source *plan.Run) bool {
	blocks := b.body.nested("vary")
	if len(blocks) > 0 && r.Objective != nil && r.Objective.Training != nil {
		b.errorAt("RL0407", blocks[0].header, "Make a run of each: for_each = [0.01, 0.02] in the run, and each.value in its place.", "a run on a network has no lanes")
		return false
	}
	if source != nil && len(source.Vary) > 0 {
		if len(blocks) > 0 {
			b.errorAt("RL0407", blocks[0].header, "A resumed run has the lanes of the run it resumes.", "%s varies what the resumed run varies already", b.body.title())
			return false
		}
		r.Vary = source.Vary
		return true
	}
	seen := map[string]bool{}
	total := 1
	for _, body := range blocks {
		s := b.settings(body)
		var v plan.Vary
		for _, a := range inOrder(body.src.Body.Attributes) {
			if body.attrs[a.Name] == nil {
				continue
			}
			values, ok := s.numbers(a.Expr, a.Name)
			switch {
			case !ok:
				return false
			case reserved(a.Name) || a.Name == "t0":
				report(&b.in.diags, "RL0202", a.NameRange, b.body.context, "Choose another name: it stands for something else in a run.", "%q cannot be varied", a.Name)
				return false
			case seen[a.Name]:
				report(&b.in.diags, "RL0201", a.NameRange, b.body.context, "Give one of them another name.", "%q is varied twice", a.Name)
				return false
			case len(v.Values) > 0 && len(values) != len(v.Values[0]):
				b.errorf("RL0406", a.Expr, "Names in one vary block go together, one lane for each place in the lists; to multiply them use two blocks.",
					"%q has %d values and %q has %d", a.Name, len(values), v.Names[0], len(v.Values[0]))
				return false
			}
			if r.Objective != nil {
				if _, isParam := param(r.Objective, a.Name); isParam {
					report(&b.in.diags, "RL0202", a.NameRange, b.body.context, "Give it another name and use that in start.", "%q is a parameter of %s", a.Name, r.Objective.Address)
					return false
				}
			}
			seen[a.Name] = true
			v.Names = append(v.Names, a.Name)
			v.Values = append(v.Values, values)
		}
		if len(v.Names) == 0 {
			if !body.broken {
				b.errorAt("RL0403", body.header, "Write vary { eta = linspace(0.1, 8, 100) }.", "a vary block varies nothing")
			}
			return false
		}
		if total *= len(v.Values[0]); total > maxLanes {
			b.errorAt("RL0406", body.header, fmt.Sprintf("At most %d are allowed.", maxLanes), "%s has too many lanes", b.body.title())
			return false
		}
		r.Vary = append(r.Vary, v)
	}
	if len(r.Vary) > graph.MaxRank-2 {
		b.errorAt("RL0407", blocks[graph.MaxRank-2].header, fmt.Sprintf("At most %d vary blocks are allowed; names in one block go together.", graph.MaxRank-2), "%s has too many vary blocks", b.body.title())
		return false
	}
	return true
}

// numbers reads a structural list of numbers.
func (s settings) numbers(e hclsyntax.Expression, name string) ([]float64, bool) {
	v, ok := math.New(s.diags, s.body.context, spanOf).Static(e, s.scope)
	if !ok {
		return nil, false
	}
	fail := func(v cty.Value) ([]float64, bool) {
		cure := fmt.Sprintf("Write %s = [0.1, 0.2], linspace(from, to, n) or logspace(from, to, n).", name)
		if spec, _ := s.body.spec.Attribute(s.body.kind, name); spec.Type == schema.Wholes {
			if cure = fmt.Sprintf("Write a list of whole numbers: %s = [3, 32, 32].", name); !v.IsNull() && v.Type() == cty.Number {
				cure = fmt.Sprintf("Write %s = [%s].", name, shortest(v))
			}
		}
		s.errorf("RL0406", e, cure, "%s must be %s, not %s", name, withArticle(string(schema.Scalars)), describe(v))
		return nil, false
	}
	if v.IsNull() || !v.CanIterateElements() || v.Type().IsObjectType() || v.Type().IsMapType() {
		return fail(v)
	}
	if v.LengthInt() == 0 {
		s.errorf("RL0406", e, "Write at least one number.", "%s is empty", name)
		return nil, false
	}
	out := make([]float64, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, x := it.Element()
		if x.Type() != cty.Number || x.IsNull() {
			s.errorf("RL0406", e, "Write numbers without quotes.", "an element of %s is %s, not a number", name, describe(x))
			return nil, false
		}
		f, _ := x.AsBigFloat().Float64()
		out = append(out, f)
	}
	return out, true
}

// varied gives the names of vary.
func varied(r *plan.Run, l *math.Lowerer) map[string]math.Value {
	names := map[string]math.Value{}
	for _, v := range r.Vary {
		for _, n := range v.Names {
			names[n] = math.Node{ID: l.Graph.Input(n, graph.Number)}
		}
	}
	return names
}

// observed gives the names that stop and probes may use.
func (b *builder) observed(r *plan.Run) symbols {
	return func(l *math.Lowerer) map[string]math.Value {
		names := varied(r, l)
		names["steps"] = math.Node{ID: l.Graph.Const(float64(r.Steps))}
		for _, n := range []string{"loss", "grad_norm"} {
			names[n] = math.Node{ID: l.Graph.Input(n, graph.Number)}
		}
		if r.Objective.Training != nil {
			return names // its parameters have no names in formulas
		}
		for _, p := range r.Objective.Params {
			names[p.Name] = math.Node{ID: l.Graph.Input(p.Name, p.Type)}
		}
		return names
	}
}
