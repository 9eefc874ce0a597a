package lang

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	"relief/lang/source"
	"relief/lang/study"
)

// given collects the values of variables, those that count most last, and the
// texts that they stand in by the name that diagnostics show.
func (o Options) given() ([]study.Given, map[string][]byte, diag.List) {
	var out []study.Given
	var diags diag.List
	texts := map[string][]byte{}
	env := slices.Clone(o.Env)
	slices.Sort(env)
	for _, kv := range env {
		name, value, ok := strings.Cut(kv, "=")
		short, isVar := strings.CutPrefix(name, "RELIEF_VAR_")
		if !ok || !isVar || short == "" {
			continue
		}
		g := textGiven(name, short, value, texts)
		g.Optional = true
		out = append(out, g)
	}
	for _, path := range o.VarFiles {
		out = append(out, fileGiven(path, texts, &diags)...)
	}
	for _, kv := range o.Vars {
		name, value, ok := strings.Cut(kv, "=")
		name = strings.TrimSpace(name)
		if !ok || !hclsyntax.ValidIdentifier(name) {
			d := diags.Errorf("RL0411", diag.Span{}, "-var %q is not of the form name=value", kv)
			d.Detail = "Write -var eta=0.25."
			continue
		}
		out = append(out, textGiven("-var "+name, name, value, texts))
	}
	return out, texts, diags
}

// textGiven makes a value of a command line or the environment. Diagnostics
// show it as a file of one line.
func textGiven(origin, name, value string, texts map[string][]byte) study.Given {
	texts[origin] = []byte(name + "=" + value)
	at := func(from, to int) diag.Span {
		return diag.Span{File: origin, Start: diag.Pos{Line: 1, Column: from + 1, Byte: from}, End: diag.Pos{Line: 1, Column: to + 1, Byte: to}}
	}
	n := len(name)
	return study.Given{Name: name, Text: value, Span: at(n+1, n+1+len(value)), NameSpan: at(0, n)}
}

// fileGiven reads a file of name = value lines.
func fileGiven(path string, texts map[string][]byte, diags *diag.List) []study.Given {
	f, list := source.Load(path)
	*diags = append(*diags, list...)
	if f == nil {
		return nil
	}
	texts[f.Name] = f.Bytes
	if f.Body == nil {
		return nil
	}
	for _, b := range f.Body.Blocks {
		d := diags.Errorf("RL0401", f.Span(b.TypeRange), "a file of variables holds no blocks")
		d.Detail = "Write name = value, each on its own line."
	}
	var out []study.Given
	for _, a := range f.Body.Attributes {
		out = append(out, study.Given{Name: a.Name, Value: a.Expr, Span: f.Span(a.Expr.Range()), NameSpan: f.Span(a.NameRange)})
	}
	slices.SortFunc(out, func(a, b study.Given) int { return a.NameSpan.Start.Byte - b.NameSpan.Start.Byte })
	return out
}
