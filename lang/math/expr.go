package math

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/runtime/graph"
)

// Lower returns what an expression stands for. Errors are reported to
// l.Diags; the value is then Bad.
func (l *Lowerer) Lower(e hclsyntax.Expression, sc *Scope) Value {
	if l.overBudget(e.Range()) {
		return Bad
	}
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return l.literal(e)
	case *hclsyntax.ParenthesesExpr:
		return l.Lower(e.Expression, sc)
	case *hclsyntax.ScopeTraversalExpr:
		return l.traverse(l.root(e.Traversal, sc), e.Traversal[1:])
	case *hclsyntax.RelativeTraversalExpr:
		return l.traverse(l.Lower(e.Source, sc), e.Traversal)
	case *hclsyntax.IndexExpr:
		return l.index(l.Lower(e.Collection, sc), e.Key, e.Collection.Range(), sc)
	case *hclsyntax.SplatExpr:
		return l.splat(e, sc)
	case *hclsyntax.AnonSymbolExpr:
		return l.anon[e]
	case *hclsyntax.FunctionCallExpr:
		return l.callExpr(e, sc)
	case *hclsyntax.UnaryOpExpr:
		return l.unary(e, sc)
	case *hclsyntax.BinaryOpExpr:
		return l.binary(e, sc)
	case *hclsyntax.ConditionalExpr:
		return l.conditional(e, sc)
	case *hclsyntax.TupleConsExpr:
		t := Tuple{Elems: make([]Value, len(e.Exprs))}
		for i, x := range e.Exprs {
			if t.Elems[i] = l.Lower(x, sc); IsBad(t.Elems[i]) {
				return Bad
			}
		}
		return t
	case *hclsyntax.ObjectConsExpr:
		return l.record(e, sc)
	case *hclsyntax.ObjectConsKeyExpr:
		return l.Lower(e.Wrapped, sc)
	case *hclsyntax.ForExpr:
		return l.forEach(e, sc)
	case *hclsyntax.TemplateExpr:
		if e.IsStringLiteral() {
			v, _ := e.Value(nil)
			return Static{v}
		}
		return l.template(e, sc)
	case *hclsyntax.TemplateWrapExpr:
		return l.template(e, sc)
	case *hclsyntax.TemplateJoinExpr:
		return l.template(e, sc)
	case *hclsyntax.ExprSyntaxError:
		return Bad // the parser has reported it
	}
	return l.errorf("RL0308", e.Range(), "Write it with operators, functions, conditionals and [for x in list : ...].", "this form of expression has no meaning in mathematics")
}

func (l *Lowerer) overBudget(r hcl.Range) bool {
	if l.spent {
		return true
	}
	if l.Graph.Len() > MaxNodes || l.calls > MaxCalls {
		cure := "Write the sum or product over a vector, as in sum(c * log_growth(w)), so that one operation does the work of many."
		if len(l.locals) > 0 {
			cure = "A local is computed anew wherever it is named, so that locals which name others twice double with each: name each of them once, or write a function of what they share."
		}
		l.errorf("RL0306", r, cure, "the expression is too large: more than %d operations or %d calls and locals", MaxNodes, MaxCalls)
		l.spent = true
	}
	return l.spent
}

// at makes new nodes come from range r within the current call.
func (l *Lowerer) at(r hcl.Range) func() {
	old := l.Graph.SetOrigin(l.Graph.AddSite(graph.Site{Span: l.SpanOf(r), Call: l.call}))
	return func() { l.Graph.SetOrigin(old) }
}

// literal rounds a number once, to binary64, as the run would.
func (l *Lowerer) literal(e *hclsyntax.LiteralValueExpr) Value {
	if e.Val.Type() == cty.Number && !e.Val.IsNull() {
		f, _ := e.Val.AsBigFloat().Float64()
		defer l.at(e.SrcRange)()
		return Node{l.Graph.Const(f)}
	}
	return Static{e.Val}
}

// traverse follows names and keys.
func (l *Lowerer) traverse(v Value, t hcl.Traversal) Value {
	for _, step := range t {
		if IsBad(v) {
			return Bad
		}
		if a, isAttr := step.(hcl.TraverseAttr); !isAttr || !ofParts(v, a.Name) {
			v = l.measured(v)
		}
		switch s := step.(type) {
		case hcl.TraverseAttr:
			v = l.attr(v, s.Name, s.SrcRange)
		case hcl.TraverseIndex:
			v = l.element(v, s.Key, s.SrcRange)
		default:
			return l.errorf("RL0308", step.SourceRange(), "Write names after points, and numbers or texts in brackets.", "this form of reference has no meaning here")
		}
	}
	return l.measured(v)
}

// ofParts reports whether name, one of its parts or misspelt, is asked of what is
// a value as well, and not of the value: its steps, or a function of it.
func ofParts(v Value, name string) bool {
	ref, ok := v.(Ref)
	if !ok {
		return false
	}
	m, ok := ref.Object.(Measured)
	if !ok {
		return false
	}
	parts := m.Parts()
	return slices.Contains(parts, name) || len(parts) > 0 && name != "t" && builtins[name] == nil
}

// measured is the value of an object that is one, and v itself otherwise.
func (l *Lowerer) measured(v Value) Value {
	if ref, ok := v.(Ref); ok {
		if m, ok := ref.Object.(Measured); ok {
			return m.Value(l)
		}
	}
	return v
}

func (l *Lowerer) attr(v Value, name string, r hcl.Range) Value {
	switch v := v.(type) {
	case Ref:
		return v.Attr(l, name, l.SpanOf(trimDot(r)))
	case Record:
		if f, ok := v.Fields[name]; ok {
			return f
		}
		return l.errorf("RL0203", trimDot(r), didYouMean(name, v.Names, "It has "+strings.Join(v.Names, ", ")+"."), "there is no part %q", name)
	case Static:
		if t := v.V.Type(); t.IsObjectType() && t.HasAttribute(name) {
			return l.fromStatic(v.V.GetAttr(name))
		} else if t.IsMapType() && v.V.HasIndex(cty.StringVal(name)).True() {
			return l.fromStatic(v.V.Index(cty.StringVal(name)))
		}
		cure := "Write the name of a part that it has."
		if t := v.V.Type(); t.IsObjectType() || t.IsMapType() {
			keys := v.V.AsValueMap()
			cure = didYouMean(name, sortedKeys(keys), "It has "+strings.Join(sortedKeys(keys), ", ")+".")
		}
		return l.errorf("RL0203", trimDot(r), cure, "there is no part %q", name)
	case Node:
		if l.Graph.Type(v.ID).Series && name == "t" {
			defer l.at(r)()
			id, err := l.Graph.Apply(graph.Steps, v.ID)
			if err != nil {
				return l.typeError(err, r, "no steps")
			}
			return Node{id}
		}
		return l.errorf("RL0302", trimDot(r), partCure(name), "%s has no part %q", l.Graph.Type(v.ID), name)
	}
	cure := "Name a block or a value that has it."
	if _, list := v.(Tuple); list {
		cure = fmt.Sprintf("A list has elements: write [0].%s for that of one, [for x in list : x.%s] for those of all.", name, name)
	}
	return l.errorf("RL0302", trimDot(r), cure, "this has no part %q", name)
}

func trimDot(r hcl.Range) hcl.Range {
	if r.End.Byte-r.Start.Byte > 1 && r.Start.Line == r.End.Line {
		r.Start.Byte++
		r.Start.Column++
	}
	return r
}

// fromStatic keeps numbers exact until mathematics uses them.
func (l *Lowerer) fromStatic(v cty.Value) Value { return Static{v} }

func (l *Lowerer) index(v Value, key hclsyntax.Expression, collection hcl.Range, sc *Scope) Value {
	if IsBad(v) {
		return Bad
	}
	k, ok := l.key(key, sc)
	if !ok {
		return Bad
	}
	if l.fromEnd(v, k, collection, key.Range()) {
		return Bad
	}
	return l.element(v, k, key.Range())
}

// key is the value of an index, which is known before the run. The length of a
// result is, too: l[len(l) - 1].
func (l *Lowerer) key(e hclsyntax.Expression, sc *Scope) (cty.Value, bool) {
	if l.isStructural(e, sc) || !callsLength(e) {
		return l.Static(e, sc)
	}
	id, ok := l.Node(e, sc)
	if !ok {
		return cty.NilVal, false
	}
	c, isConst := l.Graph.ConstValue(id)
	if !isConst || l.Graph.Type(id) != graph.Number || math.IsNaN(c) || math.IsInf(c, 0) {
		l.errorf("RL0205", e.Range(), "Use a number, a variable, a local or the length of a vector.", "this index is not known before the run")
		return cty.NilVal, false
	}
	return cty.NumberFloatVal(c), true
}

// callsLength reports whether e asks for the length of something.
func callsLength(e hclsyntax.Expression) bool {
	found := false
	hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		c, ok := n.(*hclsyntax.FunctionCallExpr)
		found = found || ok && (c.Name == "len" || c.Name == "length")
		return nil
	})
	return found
}

func (l *Lowerer) element(v Value, key cty.Value, r hcl.Range) Value {
	switch v := v.(type) {
	case Ref:
		return v.Index(l, key, l.SpanOf(r))
	case Record:
		if key.Type() == cty.String {
			return l.attr(v, key.AsString(), r)
		}
	}
	if key.Type() != cty.Number {
		if s, ok := v.(Static); ok && key.Type() == cty.String {
			return l.attr(s, key.AsString(), r)
		}
		return l.errorf("RL0310", r, "Elements are numbered from 0.", "an index must be a number")
	}
	f := key.AsBigFloat()
	i64, acc := f.Int64()
	if acc != 0 || !f.IsInt() || i64 < 0 || i64 > 1<<40 {
		return l.errorf("RL0307", r, "Elements and steps are numbered from 0 in whole numbers.", "%s cannot be an index", f.Text('g', -1))
	}
	i := int(i64)
	outOfRange := func(n int) Value {
		return l.errorf("RL0307", r, fmt.Sprintf("The last one is %d.", n-1), "index %d is out of range: there are %d elements", i, n)
	}
	switch v := v.(type) {
	case Node:
		defer l.at(r)()
		t := l.Graph.Type(v.ID)
		if t.Series {
			return Node{l.Graph.AtStep(v.ID, i)}
		}
		if t.Rank() == 0 {
			return l.errorf("RL0302", r, "Leave the index out.", "a number has no elements")
		}
		if i >= t.Dim(0) {
			return outOfRange(t.Dim(0))
		}
		return Node{l.Graph.Index(v.ID, i)}
	case Tuple:
		if i >= len(v.Elems) {
			return outOfRange(len(v.Elems))
		}
		return v.Elems[i]
	case Static:
		if t := v.V.Type(); t.IsListType() || t.IsTupleType() {
			if n := v.V.LengthInt(); i >= n {
				return outOfRange(n)
			}
			return l.fromStatic(v.V.Index(key))
		}
	}
	return l.errorf("RL0302", r, "Leave the index out.", "this has no elements")
}

// elements splits a value for `for` and `[*]`; keys are numbers for lists and
// texts for objects.
func (l *Lowerer) elements(v Value, r hcl.Range) (keys []cty.Value, vals []Value, ok bool) {
	add := func(i int, x Value) {
		keys = append(keys, cty.NumberIntVal(int64(i)))
		vals = append(vals, x)
	}
	switch v := v.(type) {
	case bad:
		return nil, nil, false
	case Node:
		t := l.Graph.Type(v.ID)
		if t.Series {
			l.errorf("RL0302", r, "Series take part in mathematics as a whole: abs(s), s > 1, slice(s, 10, 20).", "a series cannot be unrolled")
			return nil, nil, false
		}
		if t.Rank() == 0 {
			l.errorf("RL0302", r, "Write a list: [x].", "a number has no elements")
			return nil, nil, false
		}
		for i := range t.Dim(0) {
			add(i, Node{l.Graph.Index(v.ID, i)})
		}
		return keys, vals, true
	case Tuple:
		for i, x := range v.Elems {
			add(i, x)
		}
		return keys, vals, true
	case Record:
		for _, n := range v.Names {
			keys = append(keys, cty.StringVal(n))
			vals = append(vals, v.Fields[n])
		}
		return keys, vals, true
	case Ref:
		vals, ok := v.Elements(l, l.SpanOf(r))
		for i := range vals {
			keys = append(keys, cty.NumberIntVal(int64(i)))
		}
		return keys, vals, ok
	case Static:
		if x, _ := v.V.Unmark(); x.CanIterateElements() && !x.IsNull() {
			for it := x.ElementIterator(); it.Next(); {
				k, e := it.Element()
				keys = append(keys, k)
				vals = append(vals, l.fromStatic(e))
			}
			return keys, vals, true
		}
	}
	l.errorf("RL0302", r, "Write a list, a vector or a block with for_each.", "this has no elements")
	return nil, nil, false
}

func (l *Lowerer) splat(e *hclsyntax.SplatExpr, sc *Scope) Value {
	_, vals, ok := l.elements(l.Lower(e.Source, sc), e.Source.Range())
	if !ok {
		return Bad
	}
	if l.anon == nil {
		l.anon = map[*hclsyntax.AnonSymbolExpr]Value{}
	}
	t := Tuple{Elems: make([]Value, len(vals))}
	for i, v := range vals {
		l.anon[e.Item] = v
		if t.Elems[i] = l.Lower(e.Each, sc); IsBad(t.Elems[i]) {
			return Bad
		}
	}
	return t
}

func (l *Lowerer) record(e *hclsyntax.ObjectConsExpr, sc *Scope) Value {
	rec := Record{Fields: map[string]Value{}}
	for _, item := range e.Items {
		k, diags := item.KeyExpr.Value(nil)
		if diags.HasErrors() || k.Type() != cty.String {
			return l.unnamed(item.KeyExpr, k, diags.HasErrors())
		}
		name := k.AsString()
		if _, twice := rec.Fields[name]; twice {
			return l.errorf("RL0202", item.KeyExpr.Range(), "Keep one of them.", "%q is given twice", name)
		}
		v := l.Lower(item.ValueExpr, sc)
		if IsBad(v) {
			return Bad
		}
		rec.Names = append(rec.Names, name)
		rec.Fields[name] = v
	}
	return rec
}

// unnamed reports the key of an object that is no name.
func (l *Lowerer) unnamed(key hclsyntax.Expression, k cty.Value, unknown bool) Value {
	if name := DottedKey(key); name != "" {
		return l.errorf("RL0310", key.Range(), fmt.Sprintf("Write it in quotes: { %q = ... }.", name), "a name with points stands alone on the left")
	}
	if !unknown && k.Type() == cty.Number {
		return l.errorf("RL0310", key.Range(), "Write names on the left: { x = 1 }. A value that changes with the step is piecewise(t, [0.1, 0.01], [100]).", "a number stands where a name is needed")
	}
	return l.errorf("RL0310", key.Range(), "Write names on the left: { x = 1 }.", "the name of a part must be known before the run")
}

// DottedKey is the text of a key of an object such as dense1.weight, which
// names a parameter of a network if it stands in quotes; "" for any other key.
func DottedKey(key hclsyntax.Expression) string {
	if wrapped, ok := key.(*hclsyntax.ObjectConsKeyExpr); ok {
		key = wrapped.Wrapped
	}
	if t, ok := key.(*hclsyntax.ScopeTraversalExpr); ok && len(t.Traversal) > 1 {
		return traversalText(t.Traversal)
	}
	return ""
}

// forEach unrolls [for i, v in xs : e if c]: the length of xs is structural,
// and so is the condition.
func (l *Lowerer) forEach(e *hclsyntax.ForExpr, sc *Scope) Value {
	scopes, ok := l.Unroll(e, sc)
	if !ok {
		return Bad
	}
	t := Tuple{}
	for _, inner := range scopes {
		v := l.Lower(e.ValExpr, inner)
		if IsBad(v) {
			return Bad
		}
		t.Elems = append(t.Elems, v)
	}
	return t
}

// Unroll returns the scopes in which the body of a `for` is read, one per
// element that its condition lets through.
func (l *Lowerer) Unroll(e *hclsyntax.ForExpr, sc *Scope) ([]*Scope, bool) {
	if e.KeyExpr != nil {
		l.errorf("RL0308", e.OpenRange, "Use square brackets: [for v in w : ...].", "an object made by `for` has no meaning in mathematics")
		return nil, false
	}
	keys, vals, ok := l.elements(l.Lower(e.CollExpr, sc), e.CollExpr.Range())
	if !ok {
		return nil, false
	}
	if len(vals) > MaxCalls {
		l.errorf("RL0306", e.CollExpr.Range(), "Write it over a vector, as in sum(c * log_growth(w)), so that one operation does the work of many.", "`for` would make %d parts; at most %d are allowed", len(vals), MaxCalls)
		return nil, false
	}
	if l.calls += len(vals); l.overBudget(e.CollExpr.Range()) {
		return nil, false
	}
	scopes := make([]*Scope, 0, len(vals))
	for i := range vals {
		names := map[string]Value{e.ValVar: vals[i]}
		if e.KeyVar != "" {
			names[e.KeyVar] = Static{keys[i]}
		}
		inner := sc.With(names)
		if e.CondExpr != nil {
			c, ok := l.Static(e.CondExpr, inner)
			if !ok {
				return nil, false
			}
			if c.Type() != cty.Bool {
				l.errorf("RL0309", e.CondExpr.Range(), "Write a comparison, as in i > 0.", "the condition is not a truth value")
				return nil, false
			}
			if c.False() {
				continue
			}
		}
		scopes = append(scopes, inner)
	}
	return scopes, true
}

var unaryOps = map[*hclsyntax.Operation]graph.Op{
	hclsyntax.OpNegate: graph.Neg, hclsyntax.OpLogicalNot: graph.Not,
}

var binaryOps = map[*hclsyntax.Operation]struct {
	op   graph.Op
	sign string
}{
	hclsyntax.OpAdd: {graph.Add, "+"}, hclsyntax.OpSubtract: {graph.Sub, "-"}, hclsyntax.OpMultiply: {graph.Mul, "*"},
	hclsyntax.OpDivide: {graph.Div, "/"}, hclsyntax.OpModulo: {graph.Mod, "%"},
	hclsyntax.OpLessThan: {graph.Lt, "<"}, hclsyntax.OpLessThanOrEqual: {graph.Le, "<="},
	hclsyntax.OpGreaterThan: {graph.Gt, ">"}, hclsyntax.OpGreaterThanOrEqual: {graph.Ge, ">="},
	hclsyntax.OpEqual: {graph.Eq, "=="}, hclsyntax.OpNotEqual: {graph.Ne, "!="},
	hclsyntax.OpLogicalAnd: {graph.And, "&&"}, hclsyntax.OpLogicalOr: {graph.Or, "||"},
}

func (l *Lowerer) unary(e *hclsyntax.UnaryOpExpr, sc *Scope) Value {
	v := l.Lower(e.Val, sc)
	if IsBad(v) {
		return Bad
	}
	x, ok := l.AsNode(v, e.Val.Range())
	if !ok {
		return Bad
	}
	defer l.at(e.SrcRange)()
	id, err := l.Graph.Apply(unaryOps[e.Op], x)
	if err != nil {
		return l.typeError(err, e.SrcRange, map[graph.Op]string{graph.Neg: "cannot negate", graph.Not: "cannot apply !"}[unaryOps[e.Op]])
	}
	return Node{id}
}

// binary walks the left spine with a loop: a sum of 20,000 terms is a tree
// 20,000 deep.
func (l *Lowerer) binary(e *hclsyntax.BinaryOpExpr, sc *Scope) Value {
	spine := []*hclsyntax.BinaryOpExpr{e}
	for {
		left, ok := spine[len(spine)-1].LHS.(*hclsyntax.BinaryOpExpr)
		if !ok {
			break
		}
		spine = append(spine, left)
	}
	acc := l.Lower(spine[len(spine)-1].LHS, sc)
	for i := len(spine) - 1; i >= 0; i-- {
		if l.overBudget(spine[i].SrcRange) {
			return Bad
		}
		acc = l.binaryOp(spine[i], acc, l.Lower(spine[i].RHS, sc))
	}
	return acc
}

func (l *Lowerer) binaryOp(e *hclsyntax.BinaryOpExpr, a, b Value) Value {
	if IsBad(a) || IsBad(b) {
		return Bad
	}
	op := binaryOps[e.Op]
	if op.op == graph.Eq || op.op == graph.Ne {
		if v, ok := l.compareText(e, a, b, op.op); ok {
			return v
		}
	}
	if l.textSum(e) {
		return Bad
	}
	x, ok1 := l.AsNode(a, e.LHS.Range())
	y, ok2 := l.AsNode(b, e.RHS.Range())
	if !ok1 || !ok2 {
		return Bad
	}
	defer l.at(e.SrcRange)()
	id, err := l.Graph.Apply(op.op, x, y)
	if err != nil {
		return l.binaryError(e, x, y, op.sign, err)
	}
	return Node{id}
}

// compareText compares texts: two structural ones, or a result such as a
// status with a literal, which becomes a truth value known after the run.
func (l *Lowerer) compareText(e *hclsyntax.BinaryOpExpr, a, b Value, op graph.Op) (Value, bool) {
	text := func(v Value) (string, bool) {
		s, ok := v.(Static)
		if !ok || s.V.IsNull() || s.V.Type() != cty.String {
			return "", false
		}
		return s.V.AsString(), true
	}
	s, aText := text(a)
	t, bText := text(b)
	if aText && bText {
		return Node{l.Graph.Bool((s == t) == (op == graph.Eq))}, true
	}
	w, isWord := a.(Word)
	if !isWord {
		w, isWord = b.(Word)
		t, bText = s, aText
	}
	if !isWord || !bText {
		return nil, false
	}
	r := w.Ref
	r.Path = append(append([]string(nil), r.Path...), t)
	r.Input += "==" + t
	r.Type = graph.Truth
	v := l.Result(r)
	if op == graph.Ne {
		defer l.at(e.SrcRange)()
		id, _ := l.Graph.Apply(graph.Not, v.(Node).ID)
		v = Node{id}
	}
	return v, true
}

// conditional chooses at load time if the condition is structural: what is
// not chosen is not lowered and may name what does not exist.
func (l *Lowerer) conditional(e *hclsyntax.ConditionalExpr, sc *Scope) Value {
	if l.isStructural(e.Condition, sc) {
		c, ok := l.Static(e.Condition, sc)
		if !ok {
			return Bad
		}
		if c.Type() != cty.Bool || c.IsNull() {
			return l.errorf("RL0309", e.Condition.Range(), "Write a comparison, as in x > 0.", "the condition is not a truth value")
		}
		if c.True() {
			return l.Lower(e.TrueResult, sc)
		}
		return l.Lower(e.FalseResult, sc)
	}
	c, ok1 := l.Node(e.Condition, sc)
	if !ok1 {
		return Bad
	}
	if !l.Graph.Type(c).Bool {
		return l.errorf("RL0309", e.Condition.Range(), "Write a comparison, as in x > 0.", "the condition is %s, not a truth value", l.Graph.Type(c))
	}
	// A condition on lengths and known numbers, which a call may bind to
	// parameters, chooses as a structural one does: i == len(times).
	if v, known := l.Graph.ConstValue(c); known {
		if v != 0 {
			return l.Lower(e.TrueResult, sc)
		}
		return l.Lower(e.FalseResult, sc)
	}
	v, w := l.Lower(e.TrueResult, sc), l.Lower(e.FalseResult, sc)
	if IsBad(v) || IsBad(w) || l.textBranch(e, v, w) {
		return Bad
	}
	a, ok2 := l.AsNode(v, e.TrueResult.Range())
	b, ok3 := l.AsNode(w, e.FalseResult.Range())
	if !ok2 || !ok3 {
		return Bad
	}
	defer l.at(e.SrcRange)()
	id, err := l.Graph.Apply(graph.Select, c, a, b)
	if err != nil {
		return l.typeError(err, e.SrcRange, "the two branches do not fit")
	}
	return Node{id}
}
