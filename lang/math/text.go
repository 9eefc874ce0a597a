package math

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/runtime/plan"
)

// Text lowers an expression to text with results in it: a template, a text
// known now, format(...), or a number, printed at its shortest.
func (l *Lowerer) Text(e hclsyntax.Expression, sc *Scope) (plan.Text, bool) {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		l.TextWanted = len(e.Traversal) == 1
		defer func() { l.TextWanted = false }()
	case *hclsyntax.ParenthesesExpr:
		return l.Text(e.Expression, sc)
	case *hclsyntax.TemplateWrapExpr:
		return l.Text(e.Wrapped, sc)
	case *hclsyntax.TemplateExpr:
		var out plan.Text
		for _, p := range e.Parts {
			t, ok := l.Text(p, sc)
			if !ok {
				return nil, false
			}
			out = append(out, t...)
		}
		return joinLiterals(out), true
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.String {
			return plan.Text{{Literal: e.Val.AsString()}}, true
		}
	case *hclsyntax.ConditionalExpr:
		if l.isStructural(e.Condition, sc) {
			c, ok := l.Static(e.Condition, sc)
			if !ok || c.Type() != cty.Bool || c.IsNull() {
				return nil, false
			}
			if c.True() {
				return l.Text(e.TrueResult, sc)
			}
			return l.Text(e.FalseResult, sc)
		}
	case *hclsyntax.FunctionCallExpr:
		if e.Name == "format" {
			return l.format(e, sc)
		}
	}
	if l.isStructural(e, sc) {
		v, ok := l.Static(e, sc)
		if !ok {
			return nil, false
		}
		switch {
		case v.IsNull():
		case v.Type() == cty.String:
			return plan.Text{{Literal: v.AsString()}}, true
		case v.Type() == cty.Number:
			return l.numberText(Static{v}, e.Range(), "")
		}
	}
	v := l.Lower(e, sc)
	if IsBad(v) {
		return nil, false
	}
	if w, ok := v.(Word); ok {
		return plan.Text{{Word: &w.Ref}}, true
	}
	if s, ok := v.(Static); ok && !s.V.IsNull() && s.V.Type() == cty.String {
		return plan.Text{{Literal: s.V.AsString()}}, true
	}
	return l.numberText(v, e.Range(), "")
}

func (l *Lowerer) numberText(v Value, r hcl.Range, verb string) (plan.Text, bool) {
	id, ok := l.AsNode(v, r)
	if !ok {
		return nil, false
	}
	if l.Graph.Type(id).Series {
		l.errorf("RL0302", r, "Take one step of it, as in s[100], or last(s), max(s), mean(s).", "a whole series cannot be written into text")
		return nil, false
	}
	return plan.Text{{Verb: verb, Value: l.Expr(id, l.SpanOf(r))}}, true
}

// format splits format("a %.3g b", x) into literal parts and formatted
// results.
func (l *Lowerer) format(e *hclsyntax.FunctionCallExpr, sc *Scope) (plan.Text, bool) {
	r := e.Range()
	bad := func(cure, format string, args ...any) (plan.Text, bool) {
		l.errorf("RL0304", r, cure, format, args...)
		return nil, false
	}
	if len(e.Args) == 0 {
		return bad(`Write format("%.3g", x).`, "format needs a format text")
	}
	f, ok := l.Static(e.Args[0], sc)
	if !ok {
		return nil, false
	}
	if f.IsNull() || f.Type() != cty.String {
		return bad(`Write format("%.3g", x).`, "the first argument of format must be text")
	}
	s := f.AsString()
	if wideVerb(s) {
		return bad("", "a width or precision above 999 is not allowed")
	}
	var out plan.Text
	args := e.Args[1:]
	for s != "" {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			out = append(out, plan.TextPart{Literal: s})
			break
		}
		out = append(out, plan.TextPart{Literal: s[:i]})
		s = s[i:]
		n := 1
		for n < len(s) && strings.IndexByte("+-# 0123456789.", s[n]) >= 0 {
			n++
		}
		if n == len(s) {
			return bad(`Write %% for a percent sign.`, "the format text ends inside a verb")
		}
		verb := s[:n+1]
		s = s[n+1:]
		if verb == "%%" {
			out = append(out, plan.TextPart{Literal: "%"})
			continue
		}
		if len(args) == 0 {
			return bad("", "there is no argument for %s", verb)
		}
		a := args[0]
		args = args[1:]
		switch verb[len(verb)-1] {
		case 'e', 'E', 'f', 'F', 'g', 'G', 'd':
			v := l.Lower(a, sc)
			if IsBad(v) {
				return nil, false
			}
			t, ok := l.numberText(v, a.Range(), verb)
			if !ok {
				return nil, false
			}
			if !t[0].Value.Type().PerStep().IsScalar() || t[0].Value.Type().Bool {
				return bad("Take one element of it.", "%s needs a number, not %s", verb, t[0].Value.Type())
			}
			out = append(out, t...)
		case 's', 'v':
			t, ok := l.Text(a, sc)
			if !ok {
				return nil, false
			}
			out = append(out, t...)
		default:
			return bad("Known are %e %f %g %d %s %v.", "unknown verb %s", verb)
		}
	}
	if len(args) > 0 {
		return bad("", "format has %s too many", plural(len(args), "argument"))
	}
	return joinLiterals(out), true
}

func joinLiterals(t plan.Text) plan.Text {
	var out plan.Text
	for _, p := range t {
		if n := len(out); n > 0 && p.Value == nil && p.Word == nil && out[n-1].Value == nil && out[n-1].Word == nil {
			out[n-1].Literal += p.Literal
			continue
		}
		if p.Value != nil || p.Word != nil || p.Literal != "" {
			out = append(out, p)
		}
	}
	return out
}

// template is a text in the middle of mathematics: good only if structural.
func (l *Lowerer) template(e hclsyntax.Expression, sc *Scope) Value {
	if l.isStructural(e, sc) {
		v, ok := l.Static(e, sc)
		if !ok {
			return Bad
		}
		return Static{v}
	}
	return l.errorf("RL0301", e.Range(), "Numbers are written without quotes.", "text with results in it stands where a number is needed")
}

// IsText reports whether an expression is a text known when the file is loaded.
func (l *Lowerer) IsText(e hclsyntax.Expression, sc *Scope) bool {
	switch x := e.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		return l.isStructural(e, sc)
	case *hclsyntax.ScopeTraversalExpr:
		if name, ok := attrStep(x.Traversal); ok && x.Traversal.RootName() == "var" && len(x.Traversal) == 2 {
			v := sc.module.Vars[name]
			return v != cty.NilVal && !v.IsNull() && v.Type() == cty.String
		}
		if x.Traversal.RootName() == "each" && sc.each != nil && len(x.Traversal) == 2 {
			return sc.each.Value.Type() == cty.String
		}
	}
	return false
}
