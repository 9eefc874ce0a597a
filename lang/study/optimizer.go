package study

import (
	"math"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	langmath "relief/lang/math"
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
			return nil
		}
		return at.law(e, name, graph.Number, scope, at.inLaw(strings.ReplaceAll(name, "_", " "), f, varied), more)
	}
	good := !body.broken
	take := func(name string) *plan.Expr {
		x := rate(name)
		good = good && (x != nil || body.attr(name) == nil)
		return x
	}
	o.LearningRate = take("learning_rate")
	switch body.kind {
	case "quasistatic":
		if f != nil {
			good = at.split(body, owner, f, o) && good
		}
	default:
		if body.kind != "gd" {
			o.Momentum = take("momentum")
			good = at.within(o.Momentum, body.attr("momentum"), "momentum", 0, 1) && good
		}
		o.WeightDecay = take("weight_decay")
		good = at.within(o.WeightDecay, body.attr("weight_decay"), "weight_decay", 0, math.Inf(1)) && good
		o.Clip = take("clip")
		good = at.within(o.Clip, body.attr("clip"), "clip", 0, math.Inf(1)) && good
	}
	if !good {
		b.in.bad = true
		return nil
	}
	if rate, ok := constant(o.LearningRate); ok && rate < 0 {
		at.warnf(body.attr("learning_rate"), "Write a positive number; to climb on purpose, minimise -f.", "the learning rate is %v: the run climbs", rate)
	}
	if clip, ok := constant(o.Clip); ok && clip == 0 {
		at.warnf(body.attr("clip"), "Write the largest norm that the gradient may have, or remove it.", "clip is 0: the gradient is always 0")
	}
	return o
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
	v := l.Lower(e, sc)
	if c, is := v.(langmath.Callable); is && b.c.schedules[c.Func] {
		// The schedule of another file, named as a value.
		v = l.Lower(c.Func.Value, langmath.NewScope(c.Func.Module, nil).With(clock(l)))
	}
	id, ok := l.AsNode(v, e.Range())
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

// split reads along and across of the quasistatic dynamics.
func (b *builder) split(body *body, owner *instance, f *plan.Objective, o *plan.Optimizer) bool {
	s := b.settings(body)
	if owner != nil {
		s.scope = langmath.NewScope(b.c.phases[structural], owner.each)
	}
	along, across := body.attr("along"), body.attr("across")
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
