package engine

import (
	"errors"
	"fmt"
	"strings"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// Codes of the diagnostics that this package makes; lang/diag documents them.
const (
	codeCheckFailed = "RL0601"
	codeNoValue     = "RL0603"
	codeNoBlock     = "RL0604"
	codeInterrupted = "RL0605"
	codeInternal    = "RL0606"
	codeNoData      = "RL0607"
)

// value evaluates an expression over results.
func (r *runner) value(e *plan.Expr) (*array.Array, error) {
	return bind.Value(e, nil, r.result)
}

// number evaluates an expression that is one number.
func (r *runner) number(e *plan.Expr) (float64, error) {
	a, err := r.value(e)
	if err != nil {
		return 0, err
	}
	if !a.Type.IsScalar() {
		return 0, &bind.Error{Span: e.Span, Err: fmt.Errorf("it is %s, not a number", a.Type)}
	}
	return a.Data[0], nil
}

// noValue makes the diagnostic for an expression that could not be evaluated.
// what names it: `the condition`, `output "a"`.
func (r *runner) noValue(what string, block plan.Block, e *plan.Expr, err error) *diag.Diagnostic {
	return &diag.Diagnostic{
		Code:    codeNoValue,
		Summary: what + " has no value: " + err.Error(),
		Span:    innermost(e, err),
		Context: blockContext(block.Address),
	}
}

// blockContext names a block as diagnostics do: `check "converges"`.
func blockContext(a plan.Address) string {
	s := fmt.Sprintf("%s %q", a.Noun, a.Name)
	if a.Keyed {
		s += fmt.Sprintf(", key %q", a.Key)
	}
	return s
}

// innermost finds the narrowest place that an error of evaluation knows: that
// of the reference, of the operation, or of the whole expression.
func innermost(e *plan.Expr, err error) diag.Span {
	span := diag.Span{}
	var g *graph.Graph
	if e != nil {
		span, g = e.Span, e.Graph
	}
	for ; err != nil; err = errors.Unwrap(err) {
		switch err := err.(type) {
		case *bind.Error:
			if !err.Span.IsZero() {
				span = err.Span
			}
		case *array.Error:
			if g != nil && err.Origin != 0 {
				if s := g.Site(err.Origin).Span; !s.IsZero() {
					span = s
				}
			}
			g = nil // errors further in belong to other graphs
		}
	}
	return span
}

// text fills the results into a text. A part without a value is replaced by
// the reason, and the first such part gives the error.
func (r *runner) text(t plan.Text) (string, error) {
	var b strings.Builder
	var failed error
	for _, part := range t {
		s, err := r.part(part)
		if err != nil {
			if failed == nil {
				failed = err
			}
			s = "(no value: " + err.Error() + ")"
		}
		b.WriteString(s)
	}
	return b.String(), failed
}

func (r *runner) part(p plan.TextPart) (string, error) {
	switch {
	case p.Word != nil:
		return r.word(p.Word)
	case p.Value == nil:
		return p.Literal, nil
	}
	a, err := r.value(p.Value)
	switch {
	case err != nil:
		return "", err
	case p.Verb != "":
		s, err := formatVerb(p.Verb, a)
		if err != nil {
			err = &bind.Error{Span: p.Value.Span, Err: err}
		}
		return s, err
	}
	return FormatArray(a), nil
}

// source is the text of a span as the study writes it, on one line; "" if the
// source is not at hand.
func (r *runner) source(s diag.Span) string {
	text := r.study.Sources[s.File]
	if s.Start.Byte < 0 || s.Start.Byte >= s.End.Byte || s.End.Byte > len(text) {
		return ""
	}
	return strings.Join(strings.Fields(string(text[s.Start.Byte:s.End.Byte])), " ")
}

// check evaluates every assert by itself.
func (r *runner) check(c *plan.Check) *CheckResult {
	out := &CheckResult{Plan: c, OK: true}
	for i := range c.Asserts {
		a := r.assert(c, &c.Asserts[i])
		out.OK = out.OK && a.OK
		out.Asserts = append(out.Asserts, a)
	}
	return out
}

func (r *runner) assert(c *plan.Check, a *plan.Assert) AssertResult {
	out := AssertResult{Plan: a, Condition: r.source(a.Condition.Span)}
	v, err := r.value(a.Condition)
	if err != nil {
		out.Error = r.noValue("the condition", c.Block, a.Condition, err)
		out.Error.Detail = fmt.Sprintf("The check %q counts as failed.", c.Label)
		out.Message = out.Error.Summary
		r.report(out.Error)
		return out
	}
	out.OK = true
	for _, x := range v.Data { // a claim about lanes holds for each
		out.OK = out.OK && x != 0
	}
	message, err := r.text(a.Message)
	if err == nil || !out.OK {
		out.Message = message
	}
	if !out.OK {
		r.report(&diag.Diagnostic{
			Code:    codeCheckFailed,
			Summary: fmt.Sprintf("check %q failed", c.Label),
			Detail:  message,
			Span:    a.Condition.Span,
			Context: blockContext(c.Address),
			Values:  r.sides(a.Condition),
		})
	}
	return out
}

// sides gives the two sides of a comparison, which explain why it is false.
func (r *runner) sides(e *plan.Expr) []diag.Value {
	n := e.Graph.Node(e.Root)
	if !n.Op.IsComparison() {
		return nil
	}
	var out []diag.Value
	for _, id := range n.Args {
		side := *e
		side.Root = id
		name := r.source(e.Graph.Site(e.Graph.Node(id).Origin).Span)
		a, err := r.value(&side)
		if err != nil || name == "" || name == FormatArray(a) {
			continue
		}
		out = append(out, diag.Value{Name: name, Text: FormatArray(a)})
	}
	return out
}

func (r *runner) output(o *plan.Output) *OutputResult {
	v, err := r.value(o.Value)
	if err != nil {
		d := r.noValue(fmt.Sprintf("output %q", o.Address.Name), o.Block, o.Value, err)
		r.fail(d)
		return &OutputResult{Plan: o, Error: d}
	}
	return &OutputResult{Plan: o, Value: v}
}

// table fills in the cells. One that has no value says so, and the table is
// shown all the same.
func (r *runner) table(t *plan.Table) *TableResult {
	out := &TableResult{Plan: t}
	problem := func(what string, e *plan.Expr, err error) {
		d := r.noValue(what, t.Block, e, err)
		if d.Span.IsZero() {
			d.Span = t.Span
		}
		if out.Error == nil {
			out.Error = d
		}
		r.fail(d)
	}
	var err error
	if out.Title, err = r.text(t.Title); err != nil {
		problem("the title", nil, err)
	}
	for i, row := range t.Rows {
		cells := make([]string, len(row))
		numbers := make([]*array.Array, len(row))
		for j, cell := range row {
			text, err := r.text(cell)
			if err != nil {
				problem(fmt.Sprintf("row %d, column %d of table %q", i+1, j+1, t.Address.Name), nil, err)
				text = "no value"
			}
			cells[j] = text
			if err == nil && i < len(t.Numbers) && j < len(t.Numbers[i]) && t.Numbers[i][j] != nil {
				if v, err := r.value(t.Numbers[i][j]); err == nil {
					numbers[j] = v
					if len(cell) == 1 && cell[0].Verb == "" && v.Type.IsScalar() && !v.Type.Bool && j < len(t.Digits) {
						cells[j] = formatDigits(v.Data[0], t.Digits[j])
					}
				}
			}
		}
		out.Cells = append(out.Cells, cells)
		out.Numbers = append(out.Numbers, numbers)
	}
	return out
}

// reportPieces fills in the report's texts and spells out what it shows: a bare
// noun stands for all of its blocks that have not been shown before. A study
// without a report block shows everything.
func (r *runner) reportPieces() []ReportPiece {
	var out []ReportPiece
	shown := map[plan.Address]bool{}
	show := func(a plan.Address) {
		shown[a] = true
		out = append(out, ReportPiece{Show: &a})
	}
	nouns := func(noun string) {
		for _, a := range r.addresses(noun) {
			if !shown[a] {
				show(a)
			}
		}
	}
	if r.study.Report == nil {
		for _, noun := range []string{"plot", "table", "check", "output"} {
			nouns(noun)
		}
		return out
	}
	for _, item := range r.study.Report.Items {
		switch {
		case item.Show == nil:
			text, err := r.text(item.Markdown)
			if err != nil && r.opts.Only == nil {
				d := r.noValue("the report's text", plan.Block{}, nil, err)
				d.Context = "report"
				if d.Span.IsZero() {
					d.Span = r.study.Report.Span
				}
				r.fail(d)
			}
			out = append(out, ReportPiece{Markdown: text})
		case item.Show.Name == "":
			nouns(item.Show.Noun)
		case r.selected(*item.Show):
			show(*item.Show)
		}
	}
	return out
}
