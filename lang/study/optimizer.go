package study

import (
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	langmath "relief/lang/math"
	"relief/lang/schema"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// namedOptimizer checks an optimizer that stands beside the runs by itself.
// What names it may use depends on the run, so that each run lowers it anew;
// here only one that no run uses is looked at.
func (b *builder) namedOptimizer() {
	if b.c.used[b.in] {
		return
	}
	b.optimizer(b.body, b.in, nil, nil, nil)
}

// symbols are the names that the laws of a run may use beside the results of
// other blocks: given a Lowerer, what each stands for.
type symbols func(l *langmath.Lowerer) map[string]langmath.Value

// optimizer builds an update rule. body is that of a block inside the run or,
// with owner, of a block beside it. f is nil where no run is known.
func (b *builder) optimizer(body *body, owner *instance, f *plan.Objective, varied []string, more symbols) *plan.Optimizer {
	o := &plan.Optimizer{Kind: body.kind, Name: body.name, Span: body.header}
	scope := b.scope(law)
	if owner != nil {
		scope = langmath.NewScope(b.c.phases[law], owner.each)
	}
	at := *b
	at.body = body
	rate := func(name string) *plan.Expr {
		e := body.attr(name)
		if e == nil {
			spec, _ := body.spec.Attribute(body.kind, name)
			if spec.Name == "weight_decay" && spec.Default == "0" {
				return nil // none, not 0 times the parameters
			}
			return defaultExpr(spec, body.header)
		}
		return at.law(e, name, graph.Number, scope, at.inLaw(strings.ReplaceAll(name, "_", " "), f, varied), more)
	}
	good := !body.broken
	take := func(name string) *plan.Expr {
		x := rate(name)
		good = good && (x != nil || body.attr(name) == nil)
		return x
	}
	between := func(name string, low, high float64) *plan.Expr {
		if _, known := body.spec.Attribute(body.kind, name); !known {
			return nil
		}
		x := take(name)
		good = at.within(x, body.attr(name), name, low, high) && good
		return x
	}
	if body.kind == "sde" {
		o.LearningRate = take("dt")
	} else {
		o.LearningRate = take("learning_rate")
	}
	s := at.settings(body)
	if owner != nil {
		s.scope = langmath.NewScope(b.c.phases[structural], owner.each)
	}
	switch body.kind {
	case "quasistatic":
		if f != nil && f.Training != nil {
			b.errorAt("RL0407", body.header, "Write another optimizer, such as gd.", "quasistatic is for formulas, not for networks")
			good = false
		} else if f != nil {
			good = at.split(s, f, o) && good
		}
	case "sgd":
		good = good && at.stochastic(s, owner, f, o, scope, varied, more)
		o.LabelNoise = between("label_noise", 0, math.Inf(1))
	case "sde":
		good = good && at.equation(o, f, s, scope, varied, more)
	case "gradient_flow", "central_flow":
		good = at.flow(o, f, s) && good
	case "map":
		good = good && at.ownRule(o, f, scope, varied, more)
	}
	o.Beta1, o.Beta2 = between("beta1", 0, 1), between("beta2", 0, 1)
	o.Epsilon = between("epsilon", 0, math.Inf(1))
	o.Radius = between("radius", 0, math.Inf(1))
	if o.Of == "rmsprop" { // which gd, whose flow has no such numbers, keeps from having defaults
		known, _ := body.spec.Kind("rmsprop")
		for _, a := range known.Attributes {
			switch {
			case a.Name == "beta2" && o.Beta2 == nil:
				o.Beta2 = defaultExpr(a, body.header)
			case a.Name == "epsilon" && o.Epsilon == nil:
				o.Epsilon = defaultExpr(a, body.header)
			}
		}
	}
	o.Momentum = between("momentum", 0, 1)
	o.WeightDecay = between("weight_decay", 0, math.Inf(1))
	o.Clip = between("clip", 0, math.Inf(1))
	if !good {
		b.in.bad = true
		return nil
	}
	if timed := body.kind == "sde" || strings.HasSuffix(body.kind, "_flow"); timed {
		name := map[bool]string{true: "dt", false: "learning_rate"}[body.kind == "sde"]
		if step, ok := constant(o.LearningRate); ok && step <= 0 {
			at.errorf("RL0406", body.attr(name), "Write a number above 0: the time of a step.", "%s cannot be %v", name, step)
			return nil
		}
	} else if rate, ok := constant(o.LearningRate); ok && rate < 0 {
		at.warnf(body.attr("learning_rate"), "Write a positive number; to climb on purpose, minimise -f.", "the learning rate is %v: the run climbs", rate)
	}
	if clip, ok := constant(o.Clip); ok && clip == 0 {
		at.warnf(body.attr("clip"), "Write the largest norm that the gradient may have, or remove it.", "clip is 0: the gradient is always 0")
	}
	return o
}

// defaultExpr is the default of an argument that is mathematics, nil if it has
// none.
func defaultExpr(spec schema.Attribute, span diag.Span) *plan.Expr {
	v, ok := defaultOf(spec)
	if !ok {
		return nil
	}
	f, _ := v.AsBigFloat().Float64()
	g := graph.New()
	return &plan.Expr{Graph: g, Root: g.Const(f), Span: span}
}

// constant returns the value of a formula that has only one; x may be nil.
func constant(x *plan.Expr) (float64, bool) {
	if x == nil {
		return 0, false
	}
	return x.Graph.ConstValue(x.Root)
}

// within reports a constant outside [low, high).
func (b *builder) within(x *plan.Expr, e hclsyntax.Expression, name string, low, high float64) bool {
	c, isConst := constant(x)
	if !isConst || c >= low && c < high {
		return true
	}
	cure := "Write a number of 0 or more."
	if !math.IsInf(high, 0) {
		cure = "Write a number from 0 to below 1."
	}
	b.errorf("RL0406", e, cure, "%s cannot be %v", name, c)
	return false
}

// law lowers a formula of a run to a value of type t.
func (b *builder) law(e hclsyntax.Expression, name string, t graph.Type, sc *langmath.Scope, unknown func(name, near string) string, more symbols) *plan.Expr {
	l := b.lowerer()
	l.Unknown = unknown
	names := clock(l)
	if more != nil {
		for n, v := range more(l) {
			names[n] = v
		}
	}
	sc = sc.With(names)
	id, ok := l.AsNode(b.scheduled(l, e, sc), e.Range())
	if !ok {
		b.in.bad = true
		return nil
	}
	if u := l.Graph.Type(id); u != t {
		cure := "Take one number of it, as in last(s), s[100] or w[0]."
		if t.Bool {
			cure = "Write a comparison, as in loss < 1e-12."
			if u.Series {
				cure = "Of the run itself write the result alone, as in loss < 1e-3; of another run one step, as in last(run.a.loss) < 1e-3."
			}
		} else if u == graph.Truth {
			cure = "Choose a number by it: condition ? a : b."
		} else if name == "learning_rate" && !u.Series && u.Rank() == 1 {
			cure = "A rate that changes is piecewise(t, [0.1, 0.01], [100]), with the steps at which it does; for a run of each write for_each."
		}
		b.errorf("RL0302", e, cure, "%s must be %s, not %s", name, t, u)
		return nil
	}
	if c, isConst := l.Graph.ConstValue(id); isConst && !t.Bool && (math.IsNaN(c) || math.IsInf(c, 0)) {
		b.errorf("RL0406", e, "Write a finite number.", "%s is %v", name, c)
		return nil
	}
	x := expr(l, id, spanOf(e.Range()))
	return b.checked(x)
}

// scheduled lowers a law, which may be the schedule of another file, named as a
// value.
func (b *builder) scheduled(l *langmath.Lowerer, e hclsyntax.Expression, sc *langmath.Scope) langmath.Value {
	v := l.Lower(e, sc)
	if c, is := v.(langmath.Callable); is && b.c.schedules[c.Func] {
		return l.Lower(c.Func.Value, langmath.NewScope(c.Func.Module, nil).With(clock(l)))
	}
	return v
}

// equation reads a stochastic differential equation.
func (b *builder) equation(o *plan.Optimizer, f *plan.Objective, s settings, scope *langmath.Scope, varied []string, more symbols) bool {
	if f != nil && f.Training != nil {
		b.errorAt("RL0407", b.body.header, `Write optimizer "sgd", whose noise is that of mini-batches, or "gradient_flow".`, "sde is for formulas, and %s is a network", f.Address)
		return false
	}
	if o.Bias = s.truth("bias"); o.Bias && f != nil && len(varied) == 0 {
		b.errorf("RL0403", b.body.attr("bias"), "Add lanes to the run, each with noise of its own: vary { path = linspace(1, 1000, 1000) }.", "bias is a mean over the lanes of a run, and there are none")
		return false
	}
	return b.diffusion(o, f, scope, varied, more)
}

// flow reads what belongs to the solver of a flow.
func (b *builder) flow(o *plan.Optimizer, f *plan.Objective, s settings) bool {
	if o.Tolerance = b.positive(s, "tolerance"); o.Tolerance >= 1 {
		b.errorf("RL0406", b.body.attr("tolerance"), "Write a small part of 1, such as 1e-8.", "tolerance cannot be %v: it is relative to the parameters", o.Tolerance)
		return false
	}
	if b.body.kind == "gradient_flow" {
		return true
	}
	o.Of = s.text("of")
	if o.Top, _ = s.whole("top"); f != nil && o.Top > f.Size() {
		if e := b.body.attr("top"); e != nil {
			b.errorf("RL0406", e, fmt.Sprintf("Write at most %d.", f.Size()), "%s has %s, and %d eigenvalues may oscillate", f.Address, plural(f.Size(), "element"), o.Top)
			return false
		}
		o.Top = f.Size()
	}
	for _, name := range []string{"beta2", "epsilon"} {
		if e := b.body.attr(name); e != nil && o.Of == "gd" {
			b.errorf("RL0407", e, `Add of = "rmsprop", or leave it out.`, "%s belongs to the central flow of rmsprop", name)
			return false
		}
	}
	return true
}

// ownRule reads the threshold, states and updates of a map.
func (b *builder) ownRule(o *plan.Optimizer, f *plan.Objective, scope *langmath.Scope, varied []string, more symbols) bool {
	good := true
	if e := b.body.attr("threshold"); e != nil {
		rated := func(l *langmath.Lowerer) map[string]langmath.Value {
			names := map[string]langmath.Value{}
			if more != nil {
				names = more(l)
			}
			if rate := b.body.attr("learning_rate"); rate != nil {
				given := clock(l)
				maps.Copy(given, names)
				names["learning_rate"] = b.scheduled(l, rate, scope.With(given))
			}
			return names
		}
		unknown := b.inLaw("threshold", f, append(varied[:len(varied):len(varied)], "learning_rate"))
		o.Threshold = b.law(e, "threshold", graph.Number, scope, unknown, rated)
		good = o.Threshold != nil
	}
	return rule{b, o, f, scope, varied, more}.read() && good
}

// split reads along and across of the quasistatic dynamics.
func (b *builder) split(s settings, f *plan.Objective, o *plan.Optimizer) bool {
	along, across := b.body.attr("along"), b.body.attr("across")
	if along == nil || across == nil {
		return false
	}
	tuple, ok := along.(*hclsyntax.TupleConsExpr)
	if !ok || len(tuple.Exprs) == 0 {
		b.errorf("RL0406", along, "Write along = ["+f.Params[0].Name+"].", "along must be a list of parameters")
		return false
	}
	good := true
	seen := map[int]bool{}
	for _, e := range tuple.Exprs {
		first, size, ok := s.flatIndex(e, f)
		good = good && ok
		for i := first; ok && i < first+size; i++ {
			if seen[i] {
				b.errorf("RL0201", e, "Name each parameter once.", "a slow parameter is named twice")
				good = false
				break
			}
			seen[i] = true
			o.Along = append(o.Along, i)
		}
	}
	if o.Across, ok = s.scalarElement(across, f); !ok {
		return false
	}
	if seen[o.Across] {
		b.errorf("RL0201", across, "The fast parameter is none of the slow ones.", "a parameter is both along and across")
		return false
	}
	if good && len(o.Along)+1 < f.Size() {
		b.errorf("RL0403", along, "Every parameter is either along or across the valley.", "along and across leave out %d of the %d parameters", f.Size()-len(o.Along)-1, f.Size())
		return false
	}
	return good
}
