package study

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// check builds a claim.
func (b *builder) check() {
	k := &plan.Check{Label: b.in.decl.name}
	for _, body := range b.body.nested("assert") {
		at := *b
		at.body = body
		cond, message := body.attr("condition"), body.attr("message")
		a := plan.Assert{Span: body.header}
		if cond != nil {
			a.Condition = at.truth(cond)
		}
		if message != nil {
			a.Message = at.text(message, b.scope(result))
		}
		k.Asserts = append(k.Asserts, a)
	}
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	k.Block = b.in.block()
	b.c.out.Checks = append(b.c.out.Checks, k)
}

// truth lowers a condition over results.
func (b *builder) truth(e hclsyntax.Expression) *plan.Expr {
	l := b.lowerer()
	id, ok := l.Node(e, b.scope(result))
	if !ok {
		b.in.bad = true
		return nil
	}
	if t := l.Graph.Type(id); t != graph.Truth {
		cure := "Write a comparison, as in run.a.final.loss < 1e-12."
		if t.Bool {
			cure = "Say whether it must hold everywhere or somewhere: all(...) or any(...)."
		}
		b.errorf("RL0309", e, cure, "the condition is %s, not a truth value", t)
		return nil
	}
	return b.checked(expr(l, id, spanOf(e.Range())))
}

// text lowers text with results in it.
func (b *builder) text(e hclsyntax.Expression, sc *math.Scope) plan.Text {
	return b.textIn(b.lowerer(), e, sc)
}

// textIn is text in a Lowerer that has lowered other things.
func (b *builder) textIn(l *math.Lowerer, e hclsyntax.Expression, sc *math.Scope) plan.Text {
	t, ok := l.Text(e, sc)
	if !ok {
		b.in.bad = true
		return nil
	}
	for i := range t {
		if t[i].Value != nil {
			t[i].Value = b.checked(prune(t[i].Value))
		}
	}
	if t == nil {
		t = plan.Text{}
	}
	return t
}

// textOf is text for an optional argument.
func (b *builder) textOf(body *body, name string) plan.Text {
	e := body.attr(name)
	if e == nil {
		return nil
	}
	return b.text(e, b.scope(result))
}

// output builds a named value.
func (b *builder) output() {
	s := b.settings(b.body)
	o := &plan.Output{Description: s.text("description"), Unit: s.text("unit")}
	e := b.body.attr("value")
	if e == nil {
		b.in.bad = true
		return
	}
	l := b.lowerer()
	v := l.Lower(e, b.scope(result))
	if w, ok := v.(math.Word); ok {
		example := map[string]string{"status": "ok", "verdict": "subquadratic"}[w.Ref.Path[0]]
		cure := "Write it in a table or text."
		if example != "" {
			cure = fmt.Sprintf("Compare it, as in %s.%s == %q, or write it in a table or text.", w.Ref.Block, w.Ref.Path[0], example)
		}
		b.errorf("RL0301", e, cure, "an output is a number, not text")
		return
	}
	id, ok := l.AsNode(v, e.Range())
	if !ok {
		b.in.bad = true
		return
	}
	o.Value = b.checked(expr(l, id, spanOf(e.Range())))
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	o.Block = b.in.block()
	b.c.out.Outputs = append(b.c.out.Outputs, o)
}

// table builds rows of results.
func (b *builder) table() {
	s := b.settings(b.body)
	t := &plan.Table{Title: b.textOf(b.body, "title"), Columns: s.texts("columns")}
	e := b.body.attr("rows")
	if e == nil || b.body.attr("columns") == nil {
		b.in.bad = true
		return
	}
	t.Digits = b.digits(s, len(t.Columns))
	l := b.lowerer() // one for all cells: names of `for` are nodes of its graph
	b.items(l, e, b.scope(result), func(row hclsyntax.Expression, sc *math.Scope) {
		var texts []plan.Text
		var numbers []*plan.Expr
		if !b.items(l, row, sc, func(cell hclsyntax.Expression, sc *math.Scope) {
			text, number := b.cell(l, cell, sc)
			texts, numbers = append(texts, text), append(numbers, number)
		}) {
			return
		}
		if len(texts) != len(t.Columns) && t.Columns != nil {
			b.errorf("RL0406", row, "Give each row one cell for each column.", "a row has %s for %s", plural(len(texts), "cell"), plural(len(t.Columns), "column"))
			return
		}
		if len(t.Rows) == maxRows {
			b.errorf("RL0406", e, "Results of that length are in the data files.", "the table has more than %d rows", maxRows)
		}
		if len(t.Rows) >= maxRows {
			return
		}
		t.Rows, t.Numbers = append(t.Rows, texts), append(t.Numbers, numbers)
	})
	if b.body.broken || b.in.bad || b.in.diags.HasErrors() {
		b.in.bad = true
		return
	}
	t.Block = b.in.block()
	b.c.out.Tables = append(b.c.out.Tables, t)
}

// digits reads how many significant digits the numbers of each column have.
func (b *builder) digits(s settings, columns int) []int {
	v, ok := s.value("digits")
	if !ok {
		b.in.bad = true
		return nil
	}
	out := make([]int, columns)
	all := []cty.Value{v}
	if v.CanIterateElements() && !v.Type().IsObjectType() && !v.Type().IsMapType() {
		all = v.AsValueSlice()
		if ok = len(all) == columns; !ok {
			b.errorf("RL0406", s.body.attr("digits"), fmt.Sprintf("Write one number for all columns, or %d.", columns), "digits has %s for %s", plural(len(all), "number"), plural(columns, "column"))
			return nil
		}
	}
	for i := range out {
		x := all[min(i, len(all)-1)]
		ok = !x.IsNull() && x.Type() == cty.Number && x.AsBigFloat().IsInt()
		if ok {
			n, _ := x.AsBigFloat().Int64()
			out[i], ok = int(n), n >= 1 && n <= 17
		}
		if !ok {
			b.errorf("RL0406", s.body.attr("digits"), "Write digits = 6, or a list of one for each column.", "digits must be whole numbers from 1 to 17")
			return nil
		}
	}
	return out
}

// maxRows bounds the rows of a table.
const maxRows = 10000

// items visits the elements of a list that is written out or made by `for`.
// The list must be seen as such, so that its cells may be text with results.
func (b *builder) items(l *math.Lowerer, e hclsyntax.Expression, sc *math.Scope, visit func(hclsyntax.Expression, *math.Scope)) bool {
	e = b.choose(e, sc)
	if e == nil {
		return false
	}
	switch x := e.(type) {
	case *hclsyntax.TupleConsExpr:
		for _, item := range x.Exprs {
			visit(item, sc)
		}
		return true
	case *hclsyntax.ForExpr:
		scopes, ok := l.Unroll(x, sc)
		if !ok {
			b.in.bad = true
			return false
		}
		for _, inner := range scopes {
			visit(x.ValExpr, inner)
		}
		return true
	case *hclsyntax.FunctionCallExpr:
		if x.Name == "concat" {
			for _, a := range x.Args {
				if !b.items(l, a, sc, visit) {
					return false
				}
			}
			return true
		}
	}
	b.errorf("RL0406", e, "Write a list of rows: rows = [[\"a\", 1], [\"b\", 2]], or [for k in keys : [k, run.a[k].final.loss]].", "rows must be a list of lists")
	return false
}

// cell lowers one cell: text, and beside it the number if it is one.
func (b *builder) cell(l *math.Lowerer, e hclsyntax.Expression, sc *math.Scope) (plan.Text, *plan.Expr) {
	text := b.textIn(l, e, sc)
	if len(text) != 1 || text[0].Value == nil {
		return text, nil
	}
	x := text[0].Value
	if t := x.Type(); !t.IsScalar() {
		b.errorf("RL0302", e, "Name one element of it.", "a cell is a number or text, not %s", t)
		return text, nil
	}
	return text, x
}

// report builds the order of the report.
func (c *compiler) report(body *body) {
	in := &instance{decl: &declared{noun: "report", body: body}, addr: plan.Address{Noun: "report"}, state: doing}
	c.links = append(c.links, link{in, body.header})
	b := &builder{c: c, in: in, body: body}
	r := &plan.Report{Span: body.header}
	show := func(e hclsyntax.Expression) func() { return func() { b.show(e, r) } }
	shown := body.attr("show")
	done := shown == nil
	for _, t := range body.nested("text") {
		if !done && shown.StartRange().Start.Byte < t.src.TypeRange.Start.Byte {
			show(shown)()
			done = true
		}
		if e := t.attr("markdown"); e != nil {
			r.Items = append(r.Items, plan.ReportItem{Markdown: b.text(e, b.scope(result))})
		}
		if e := t.attr("show"); e != nil {
			b.show(e, r)
		}
	}
	if !done {
		b.show(shown, r)
	}
	c.links = c.links[:len(c.links)-1]
	c.diags = append(c.diags, in.diags...)
	if !body.broken && !in.bad && !in.diags.HasErrors() {
		c.out.Report = r
	}
}

// show adds the blocks that a list names; a bare noun stands for all of them.
func (b *builder) show(e hclsyntax.Expression, r *plan.Report) {
	tuple, ok := e.(*hclsyntax.TupleConsExpr)
	if !ok {
		b.errorf("RL0406", e, "Write show = [plot.name, check].", "show must be a list of blocks")
		return
	}
	for _, x := range tuple.Exprs {
		l := b.lowerer()
		v := l.Lower(x, b.scope(naming))
		if math.IsBad(v) {
			b.in.bad = true
			continue
		}
		b.showValue(v, x, r)
	}
}

func (b *builder) showValue(v math.Value, e hclsyntax.Expression, r *plan.Report) {
	add := func(a plan.Address) {
		switch a.Noun {
		case "plot", "table", "check", "output", "run", "landscape":
			r.Items = append(r.Items, plan.ReportItem{Show: &a})
		case "spectrum", "projection", "orbit", "growth", "network", "dataset":
			b.errorf("RL0406", e, "Leave it out: every report ends with its spectra, networks and data.", "%s has no place of its own in a report", a)
		default:
			b.errorf("RL0406", e, "A report shows plots, tables, checks, outputs, runs and landscapes.", "%s cannot be shown", a)
		}
	}
	switch v := v.(type) {
	case math.Ref:
		switch o := v.Object.(type) {
		case nounObject:
			if len(b.c.namesOf(o.noun)) == 0 {
				b.errorf("RL0203", e, fmt.Sprintf("Declare one, or leave %s out of the list.", o.noun), "the study has no %s to show", o.noun)
				return
			}
			add(plan.Address{Noun: o.noun})
			return
		case nameObject:
			add(o.in.addr)
			return
		case collection:
			for _, in := range o.d.instances {
				add(in.addr)
			}
			return
		}
	case math.Tuple:
		for _, x := range v.Elems {
			b.showValue(x, e, r)
		}
		return
	}
	b.errorf("RL0406", e, "Write plot.name, table.name, check[\"label\"], output.name, or a bare noun for all of a kind.", "this is not a block that can be shown")
}
