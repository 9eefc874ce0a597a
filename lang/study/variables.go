package study

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/plan"
)

// Given is a value for a variable from outside the study.
type Given struct {
	Name string
	// Value is an expression of a variables file; with a nil Value, Text is the
	// value as a command line or the environment has it.
	Value hclsyntax.Expression
	Text  string
	Span  diag.Span // of the value
	// NameSpan is the place of the name, for a name that the study lacks.
	NameSpan diag.Span
	// Optional values, those of the environment, may belong to no variable.
	Optional bool
}

// variables reads the variable blocks. Of several values for one name the
// last in given counts.
func (c *compiler) variables(given []Given) {
	byName := map[string]Given{}
	declared := map[string]diag.Span{}
	var bodies []*body
	for _, b := range c.file.blocks {
		if b.spec.Noun != "variable" || b.name == "" {
			continue
		}
		if first, twice := declared[b.name]; twice {
			twiceDeclared(&c.diags, b, first)
			continue
		}
		declared[b.name] = b.header
		bodies = append(bodies, b)
	}
	for _, g := range given {
		if _, ok := declared[g.Name]; ok {
			byName[g.Name] = g
		} else if !g.Optional && !c.file.failed["variable"][g.Name] {
			d := c.diags.Errorf("RL0203", g.NameSpan, "the study has no variable %q", g.Name)
			d.Detail = didYouMean(g.Name, slices.Sorted(maps.Keys(declared)), "Declare it in the study: variable \""+g.Name+"\" { }.")
		}
	}
	for name := range c.file.failed["variable"] {
		c.setVar(name, cty.NilVal)
	}
	var checks []func()
	for _, b := range bodies {
		g, has := byName[b.name]
		c.variable(b, g, has, &checks)
	}
	for _, check := range checks {
		check() // conditions may name other variables
	}
}

func (c *compiler) setVar(name string, v cty.Value) { c.module.Vars[name] = v }

// variable gives one variable its value.
func (c *compiler) variable(b *body, g Given, has bool, checks *[]func()) {
	c.setVar(b.name, cty.NilVal)
	s := settings{body: b, diags: &c.diags, scope: math.NewScope(&math.Module{Std: c.module.Std, Blocks: c.phases[structural].Blocks}, nil)}
	p := &plan.Variable{Name: b.name, Description: s.text("description"), Unit: s.text("unit"), Default: !has}
	t := cty.DynamicPseudoType
	if e := b.attr("type"); e != nil {
		u, diags := typeexpr.TypeConstraint(e)
		if diags.HasErrors() {
			types := []string{"number", "string", "bool", "any", "list", "set", "map", "object", "tuple"}
			word := hcl.ExprAsKeyword(e)
			const cure = "Types are number, string, bool, list(number), map(string) and the like."
			if word == "" {
				s.errorf("RL0406", e, cure, "this is not a type")
			} else {
				s.errorf("RL0406", e, didYouMean(word, types, cure), "%q is not a type", word)
			}
			return
		}
		t = u
	}
	if b.broken {
		return
	}
	v, span, ok := c.givenValue(s, b, t, g, has)
	if !ok {
		return
	}
	converted, err := convert.Convert(v, t)
	if err == nil && v.IsNull() {
		d := c.diags.Errorf("RL0406", span, "the variable %q needs a value, not null", b.name)
		d.Detail, d.Context = "Write a number, a text or what its type says; a default serves only where nothing is given.", b.context
		return
	}
	if err != nil || converted.IsNull() || !converted.IsWhollyKnown() {
		d := c.diags.Errorf("RL0406", span, "the variable %q must be %s, not %s", b.name, typeWords(t), describe(v))
		d.Detail, d.Context = "Write a value of that type, or change the type of the variable.", b.context
		return
	}
	c.setVar(b.name, converted)
	c.outside[b.name] = has
	p.Value = string(hclwrite.TokensForValue(converted).Bytes())
	c.out.Variables = append(c.out.Variables, p)
	for _, v := range b.nested("validation") {
		*checks = append(*checks, func() { c.validation(v, b, span, p.Value) })
	}
}

// givenValue finds a variable's value: what is given, or its default.
func (c *compiler) givenValue(s settings, b *body, t cty.Type, g Given, has bool) (v cty.Value, span diag.Span, ok bool) {
	e := b.attr("default")
	if !has && e == nil {
		if c.file.Study != nil {
			report(&c.diags, "RL0410", b.src.DefRange(), b.context, fmt.Sprintf("Give it one, -var %s=..., or add a default.", b.name), "the variable %q has no value", b.name)
		}
		return cty.NilVal, span, false
	}
	if e != nil {
		// The default is checked even when another value is given.
		v, ok = math.New(s.diags, b.context, spanOf).Static(e, s.scope)
		span = spanOf(e.Range())
		if !has || !ok {
			return v, span, ok
		}
	}
	span = g.Span
	if g.Value != nil {
		v, ok = math.New(s.diags, "", spanOf).Static(g.Value, s.scope)
		return v, span, ok
	}
	if t == cty.String {
		return cty.StringVal(g.Text), span, true
	}
	x, diags := hclsyntax.ParseExpression([]byte(g.Text), span.File, hcl.InitialPos)
	if !diags.HasErrors() {
		if v, diags := x.Value(&hcl.EvalContext{}); !diags.HasErrors() {
			return v, span, true
		}
	}
	// What is no expression is text: -var folder=/data/cifar.
	return cty.StringVal(g.Text), span, true
}

// validation holds a value against a condition. The error points at the value.
func (c *compiler) validation(body, variable *body, value diag.Span, text string) {
	cond, msg := body.attr("condition"), body.attr("message")
	if cond == nil || msg == nil {
		return
	}
	scope := math.NewScope(c.phases[structural], nil)
	v, ok := math.New(&c.diags, variable.context, spanOf).Static(cond, scope)
	if !ok {
		return
	}
	if v.Type() != cty.Bool || v.IsNull() {
		report(&c.diags, "RL0309", cond.Range(), variable.context, "Write a comparison, as in var."+variable.name+" > 0.", "the condition is not a truth value")
		return
	}
	s := settings{body: body, diags: &c.diags, scope: scope}
	message := s.text("message")
	if v.True() {
		return
	}
	d := c.diags.Errorf("RL0411", value, "the variable %q cannot be %s", variable.name, text)
	d.Detail, d.Context = sentence(message), variable.context
	d.Related = []diag.Related{{Message: "by this condition", Span: spanOf(cond.Range())}}
}

// typeWords names the type of a variable in messages.
func typeWords(t cty.Type) string {
	switch {
	case t == cty.String:
		return "text"
	case t == cty.Bool:
		return "true or false"
	case t == cty.DynamicPseudoType:
		return "of any type"
	}
	words := t.FriendlyName()
	if t.IsCollectionType() && t.ElementType().IsPrimitiveType() {
		words += "s"
	}
	return article(words) + " " + words
}

func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s != "" && !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
