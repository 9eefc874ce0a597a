package study

import (
	"fmt"
	stdmath "math"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// start builds the point at step 0 of a run that resumes none.
func (b *builder) start(r *plan.Run) { b.startBut(r, nil) }

// startBut is start where some parameters need none, and are then 0.
func (b *builder) startBut(r *plan.Run, optional map[string]bool) {
	if r.Resume != nil || b.body.attr("resume") != nil {
		return
	}
	scope := b.scope(result)
	e := b.body.attr("start")
	if e != nil {
		if e = b.choose(e, scope); e == nil {
			return
		}
	}
	if isNull(e) {
		if r.Objective.Training == nil && !b.body.broken {
			b.errorAt("RL0403", b.body.header, fmt.Sprintf("Add start = { %s = ... }, or resume = run.name.at[k].", r.Objective.Params[0].Name), "%s needs %q or %q", b.body.title(), "start", "resume")
		}
		return
	}
	if b.weights(e, r, scope) {
		return
	}
	switch x := e.(type) {
	case *hclsyntax.ObjectConsExpr:
		b.startByName(x, r, optional, scope)
	case *hclsyntax.FunctionCallExpr:
		if kind := b.lawKind(x); kind != plan.NoLaw {
			for _, p := range r.Objective.Params {
				if s, ok := b.randomStart(p, kind, x, r, scope); ok {
					r.Start = append(r.Start, s)
				}
			}
			return
		}
		b.startPoint(e, r, scope)
	default:
		b.startPoint(e, r, scope)
	}
}

// isNull reports an argument that is not written, or written as null.
func isNull(e hclsyntax.Expression) bool {
	if e == nil {
		return true
	}
	x, ok := e.(*hclsyntax.LiteralValueExpr)
	return ok && x.Val.IsNull()
}

// weights reads a start that is the path of a file, and reports whether it is
// one.
func (b *builder) weights(e hclsyntax.Expression, r *plan.Run, sc *math.Scope) bool {
	l := b.lowerer()
	if !l.IsText(e, sc) {
		return false
	}
	v, ok := l.Static(e, sc)
	if !ok {
		b.in.bad = true
		return true
	}
	path := v.AsString()
	switch {
	case r.Objective.Training == nil:
		b.errorf("RL0301", e, fmt.Sprintf("Write start = { %s = 1 }.", r.Objective.Params[0].Name), "a text stands where a point is needed: weights are read from files for networks alone")
	case initLaws[path] > 0:
		b.errorf("RL0406", e, fmt.Sprintf("Write init = %q in %s: a run starts as its network says.", path, r.Objective.Network.Address), "an init belongs to the network")
	case strings.HasSuffix(path, ".pt") || strings.HasSuffix(path, ".pth") || strings.HasSuffix(path, ".ckpt"):
		b.errorf("RL0406", e, `Save it by safetensors.torch.save_file(model.state_dict(), "model.safetensors") and name that.`, "%q is a file that only Python reads", path)
	case !strings.HasSuffix(path, ".safetensors") && !strings.HasSuffix(path, ".npz"):
		b.errorf("RL0406", e, "Write the path of a .safetensors or .npz file, a state such as run.a.final, or a law such as normal(0, 0.1).", "%q is no file of weights", path)
	default:
		p := b.c.dataPath(e, "start", path)
		if r.Weights, r.WeightsSpan = p.path, spanOf(e.Range()); p.fault != "" {
			b.errorf("RL0416", e, p.cure, "%s", p.fault)
		} else if _, err := os.Stat(p.path); err != nil {
			w := b.in.diags.Warnf("RL0418", spanOf(e.Range()), "there is no file %s", p.path)
			w.Detail, w.Context = "The study cannot run without it. "+placesOfData, b.body.context
		}
	}
	return true
}

// choose strips parentheses, follows locals and takes the branch that a
// structural condition chooses. It returns nil after an error.
func (b *builder) choose(e hclsyntax.Expression, sc *math.Scope) hclsyntax.Expression {
	x, ok := b.lowerer().Choose(e, sc)
	if !ok {
		b.in.bad = true
		return nil
	}
	return x
}

// lawKind says whether a call draws random numbers.
func (b *builder) lawKind(e *hclsyntax.FunctionCallExpr) plan.Law {
	if b.c.module.Functions[e.Name] != nil {
		return plan.NoLaw
	}
	switch e.Name {
	case "normal":
		return plan.Normal
	case "uniform":
		return plan.Uniform
	}
	return plan.NoLaw
}

func (b *builder) startByName(e *hclsyntax.ObjectConsExpr, r *plan.Run, optional map[string]bool, sc *math.Scope) {
	given := map[string]plan.Start{}
	f := r.Objective
	good := true
	strangers := 0 // each unknown name stands for a missing one
	for _, item := range e.Items {
		name := hcl.ExprAsKeyword(item.KeyExpr)
		if name == "" {
			if k, diags := item.KeyExpr.Value(nil); !diags.HasErrors() && k.Type() == cty.String && !k.IsNull() && k.IsKnown() {
				name = k.AsString()
			}
		}
		p, ok := param(f, name)
		if !ok {
			strangers++
			if dotted := math.DottedKey(item.KeyExpr); dotted != "" {
				b.errorf("RL0310", item.KeyExpr, fmt.Sprintf("Write it in quotes: { %q = ... }.", dotted), "a name with points stands alone on the left")
				good = false
				continue
			}
			b.errorf("RL0203", item.KeyExpr, didYouMean(name, paramNames(f), fmt.Sprintf("The parameters of %s are %s.", f.Address, list(paramNames(f)))), "%s has no parameter %q", f.Address, name)
			good = false
			continue
		}
		if _, twice := given[name]; twice {
			b.errorf("RL0201", item.KeyExpr, "Keep one of them.", "%q is given twice", name)
			good = false
			continue
		}
		s, ok := b.startValue(p, item.ValueExpr, r, sc)
		good = good && ok
		s.Param = name
		given[name] = s
	}
	for _, p := range f.Params {
		s, ok := given[p.Name]
		if !ok {
			if f.Training != nil {
				continue // as the network's inits say
			}
			if optional[p.Name] {
				r.Start = append(r.Start, zeroStart(p, spanOf(e.Range())))
				continue
			}
			if strangers--; strangers < 0 {
				b.errorf("RL0409", e, fmt.Sprintf("Add %s = ... to it.", p.Name), "start does not say what %s is", p.Name)
			}
			good = false
		}
		r.Start = append(r.Start, s)
	}
	b.in.bad = b.in.bad || !good
}

// startValue builds the start of one parameter.
func (b *builder) startValue(p plan.Param, e hclsyntax.Expression, r *plan.Run, sc *math.Scope) (plan.Start, bool) {
	x := b.choose(e, sc)
	if x == nil {
		return plan.Start{}, false
	}
	if call, ok := x.(*hclsyntax.FunctionCallExpr); ok {
		if kind := b.lawKind(call); kind != plan.NoLaw {
			return b.randomStart(p, kind, call, r, sc)
		}
	}
	l := b.lowerer()
	l.Unknown = inStart(variedNames(r))
	id, ok := l.Node(e, sc.With(varied(r, l)))
	if !ok {
		return plan.Start{}, false
	}
	if t := l.Graph.Type(id); t != p.Type && t != graph.Number {
		b.errorf("RL0409", e, fillCure(p.Type), "%s is %s, but its start is %s", p.Name, p.Type, t)
		return plan.Start{}, false
	}
	if c, isConst := l.Graph.ConstValue(id); isConst && (stdmath.IsNaN(c) || stdmath.IsInf(c, 0)) {
		b.errorf("RL0406", e, "Write a finite number.", "the start of %s is %v", p.Name, c)
		return plan.Start{}, false
	}
	span := spanOf(e.Range())
	return plan.Start{Param: p.Name, Value: b.checked(expr(l, id, span)), Span: span}, true
}

// randomStart builds a start drawn from a law.
func (b *builder) randomStart(p plan.Param, kind plan.Law, e *hclsyntax.FunctionCallExpr, r *plan.Run, sc *math.Scope) (plan.Start, bool) {
	span := spanOf(e.Range())
	s := plan.Start{Param: p.Name, Law: kind, Span: span}
	form := map[plan.Law]string{plan.Normal: "normal(mean, standard deviation)", plan.Uniform: "uniform(from, to)"}[kind]
	if len(e.Args) != 2 || e.ExpandFinal {
		b.errorf("RL0304", e, "Write "+form+".", "%s takes 2 arguments, not %d", e.Name, len(e.Args))
		return s, false
	}
	for i, a := range e.Args {
		l := b.lowerer()
		l.Unknown = inStart(variedNames(r))
		id, ok := l.Node(a, sc.With(varied(r, l)))
		if !ok {
			b.in.bad = true
			return s, false
		}
		if t := l.Graph.Type(id); t != graph.Number {
			b.errorf("RL0302", a, "Write "+form+" with numbers.", "an argument of %s is %s, not a number", e.Name, t)
			return s, false
		}
		s.Args[i] = b.checked(expr(l, id, spanOf(a.Range())))
	}
	x, xConst := s.Args[0].Graph.ConstValue(s.Args[0].Root)
	y, yConst := s.Args[1].Graph.ConstValue(s.Args[1].Root)
	if kind == plan.Normal && yConst && !(y >= 0) {
		b.errorf("RL0406", e.Args[1], "Write 0 or more.", "a standard deviation cannot be %v", y)
		return s, false
	}
	if kind == plan.Uniform && xConst && yConst && !(x <= y) {
		b.errorf("RL0406", e, "Write uniform(from, to) with from below to.", "uniform(%v, %v) has its ends in the wrong order", x, y)
		return s, false
	}
	return s, true
}

// zeroStart is the start of a parameter that something else gives a value.
func zeroStart(p plan.Param, span diag.Span) plan.Start {
	g := graph.New()
	return plan.Start{Param: p.Name, Value: &plan.Expr{Graph: g, Root: g.Const(0), Span: span}, Span: span}
}

// startPoint builds the start from anything that is a point, or from one
// number for all parameters.
func (b *builder) startPoint(e hclsyntax.Expression, r *plan.Run, sc *math.Scope) {
	l := b.lowerer()
	l.Unknown = inStart(variedNames(r))
	v := l.Lower(e, sc.With(varied(r, l)))
	if math.IsBad(v) {
		b.in.bad = true
		return
	}
	span := spanOf(e.Range())
	var ids []graph.ID
	if id, ok := oneNumber(l, v); ok {
		for range r.Objective.Params {
			ids = append(ids, id)
		}
	} else if ids, ok = b.point(l, v, e.Range(), r.Objective, nil); !ok {
		b.in.bad = true
		return
	}
	for i, p := range r.Objective.Params {
		r.Start = append(r.Start, plan.Start{Param: p.Name, Value: b.checked(expr(l, ids[i], span)), Span: span})
	}
}

func oneNumber(l *math.Lowerer, v math.Value) (graph.ID, bool) {
	switch v := v.(type) {
	case math.Node:
		return v.ID, l.Graph.Type(v.ID) == graph.Number
	case math.Static:
		if !v.V.IsNull() && v.V.Type() == cty.Number {
			f, _ := v.V.AsBigFloat().Float64()
			return l.Graph.Const(f), true
		}
	}
	return graph.None, false
}
