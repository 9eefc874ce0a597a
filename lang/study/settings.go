package study

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/lang/schema"
)

// settings reads the structural arguments of a block: types, allowed values
// and defaults are the schema's.
type settings struct {
	body  *body
	diags *diag.List
	scope *math.Scope
}

func (b *builder) settings(body *body) settings {
	return settings{body: body, diags: &b.in.diags, scope: b.scope(structural)}
}

func (s settings) errorf(code diag.Code, e hclsyntax.Expression, cure, format string, args ...any) {
	report(s.diags, code, e.Range(), s.body.context, cure, format, args...)
}

// value returns an argument's value, converted to the schema's type; its
// default if it is not written; false if it has neither or is in error.
func (s settings) value(name string) (cty.Value, bool) {
	spec, known := s.body.spec.Attribute(s.body.kind, name)
	if !known {
		panic("study: the schema of " + s.body.spec.Noun + " has no " + name)
	}
	e := s.body.attr(name)
	if e == nil {
		return defaultOf(spec)
	}
	l := math.New(s.diags, s.body.context, spanOf)
	l.TextWanted = spec.Type == schema.String && hcl.ExprAsKeyword(e) != ""
	v, ok := l.Static(e, s.scope)
	if !ok {
		return cty.NilVal, false
	}
	if v.IsNull() {
		return defaultOf(spec)
	}
	return s.check(spec, e, v)
}

// set reports whether an argument is written.
func (s settings) set(name string) bool { return s.body.attr(name) != nil }

func defaultOf(spec schema.Attribute) (cty.Value, bool) {
	if spec.Default == "" {
		return cty.NilVal, false
	}
	e, diags := hclsyntax.ParseExpression([]byte(spec.Default), "schema", hcl.InitialPos)
	if diags.HasErrors() {
		panic("study: the default of " + spec.Name + " in the schema is no expression")
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() {
		panic("study: the default of " + spec.Name + " in the schema has no value")
	}
	return v, true
}

// maxWhole bounds counts: more steps than a run can keep.
const maxWhole = 1_000_000_000

func (s settings) check(spec schema.Attribute, e hclsyntax.Expression, v cty.Value) (cty.Value, bool) {
	want := func(cure string) (cty.Value, bool) {
		s.errorf("RL0406", e, cure, "%s must be %s, not %s", spec.Name, withArticle(string(spec.Type)), strings.TrimPrefix(describe(v), "the number "))
		return cty.NilVal, false
	}
	switch spec.Type {
	case schema.String:
		if v.Type() != cty.String {
			return want(fmt.Sprintf("Write it in quotes: %s = \"...\".", spec.Name))
		}
		return v, s.allowed(spec, e, v.AsString())
	case schema.Direction:
		if v.Type() == cty.String {
			return v, s.allowed(spec, e, v.AsString())
		}
	case schema.Bool:
		if v.Type() != cty.Bool {
			return want("Write true or false.")
		}
	case schema.Number:
		if v.Type() != cty.Number {
			return want("Write a number without quotes.")
		}
	case schema.Count, schema.Index:
		least := int64(0)
		if spec.Type == schema.Count {
			least = 1
		}
		if v.Type() != cty.Number {
			return want("Write a whole number without quotes.")
		}
		f := v.AsBigFloat()
		n, acc := f.Int64()
		if !f.IsInt() {
			return want("Write a whole number.")
		}
		most := spec.Max
		if most == 0 {
			most = maxWhole
		}
		if f.Sign() > 0 && acc != 0 || n > most {
			s.errorf("RL0406", e, fmt.Sprintf("At most %d is allowed.", most), "%s is too large", spec.Name)
			return cty.NilVal, false
		}
		if n < least {
			return want(fmt.Sprintf("Write %d or more.", least))
		}
	case schema.Strings:
		list, err := convert.Convert(v, cty.List(cty.String))
		if err != nil || v.Type().IsPrimitiveType() {
			return want(fmt.Sprintf("Write a list of texts: %s = [\"...\", \"...\"].", spec.Name))
		}
		for it := list.ElementIterator(); it.Next(); {
			_, x := it.Element()
			if x.IsNull() {
				return want("Leave null out of the list.")
			}
			if !s.allowed(spec, e, x.AsString()) {
				return cty.NilVal, false
			}
		}
		return list, true
	}
	return v, true
}

// withArticle makes a noun phrase of the words for a type.
func withArticle(words string) string {
	switch words {
	case string(schema.String), string(schema.Bool), string(schema.Words), string(schema.Range), string(schema.Direction):
		return words
	}
	return article(words) + " " + words
}

func (s settings) allowed(spec schema.Attribute, e hclsyntax.Expression, word string) bool {
	if len(spec.Allowed) == 0 || slices.Contains(spec.Allowed, word) {
		return true
	}
	s.errorf("RL0406", e, torchValue(spec.Name, word, didYouMean(word, spec.Allowed, "It may be "+quoted(spec.Allowed)+".")), "%q is no value of %s", word, spec.Name)
	return false
}

func quoted(words []string) string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = fmt.Sprintf("%q", w)
	}
	if n := len(q); n > 1 {
		return strings.Join(q[:n-1], ", ") + " or " + q[n-1]
	}
	return strings.Join(q, "")
}

func (s settings) text(name string) string {
	if v, ok := s.value(name); ok {
		return v.AsString()
	}
	return ""
}

func (s settings) truth(name string) bool {
	v, ok := s.value(name)
	return ok && v.True()
}

// whole returns a whole number; ok is false if there is none.
func (s settings) whole(name string) (n int, ok bool) {
	v, ok := s.value(name)
	if !ok {
		return 0, false
	}
	i, _ := v.AsBigFloat().Int64()
	return int(i), true
}

func (s settings) number(name string) float64 {
	v, ok := s.value(name)
	if !ok {
		return 0
	}
	f, _ := v.AsBigFloat().Float64()
	return f
}

func (s settings) texts(name string) []string {
	v, ok := s.value(name)
	if !ok {
		return nil
	}
	var out []string
	for it := v.ElementIterator(); it.Next(); {
		_, x := it.Element()
		out = append(out, x.AsString())
	}
	return out
}

// wholes reads a list of whole numbers, 0 or more.
func (s settings) wholes(e hclsyntax.Expression, name string) ([]int, bool) {
	numbers, ok := s.numbers(e, name)
	if !ok {
		return nil, false
	}
	out := make([]int, len(numbers))
	for i, x := range numbers {
		if x < 0 || x > maxWhole || x != float64(int(x)) {
			s.errorf("RL0406", e, "Write whole numbers of 0 or more.", "an element of %s is %v", name, x)
			return nil, false
		}
		out[i] = int(x)
	}
	return out, true
}
