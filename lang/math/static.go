package math

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"relief/runtime/graph"
)

// Bounds of the lists that range, linspace and the like may make: anywhere, and
// in the value of a for_each, which makes a block of each element.
const (
	MaxElements = 1 << 20
	MaxKeys     = 100_000
)

// Static evaluates a structural expression with HCL's own evaluator: its
// value must follow from literals, variables, structural locals, each and the
// names of `for`.
func (l *Lowerer) Static(e hclsyntax.Expression, sc *Scope) (v cty.Value, ok bool) {
	if _, reported := e.(*hclsyntax.ExprSyntaxError); reported {
		return cty.NilVal, false
	}
	ctx, ok := l.evalContext(e, sc)
	if !ok {
		return cty.NilVal, false
	}
	// cty gives up by panicking on a few operands, such as a number too large
	// for the machine's memory; to a study that is an error like any other.
	defer func() {
		if p := recover(); p != nil {
			l.errorf("RL0310", e.Range(), "Compute it from numbers, texts, variables and locals.", "this cannot be computed: %v", p)
			v, ok = cty.NilVal, false
		}
	}()
	defer countElements(e)()
	v, diags := e.Value(ctx)
	if diags.HasErrors() {
		l.staticError(e, diags[0], sc)
		return cty.NilVal, false
	}
	v, _ = v.UnmarkDeep()
	if left := MaxElements; !spend(v, &left) {
		l.errorf("RL0306", e.Range(), "Values that are known before the run are settings, not data.", "the value is too large: more than %d elements or characters", MaxElements)
		return cty.NilVal, false
	}
	return v, true
}

// spend takes the elements and characters of a value from what is left, and
// reports whether that was enough. Lists of lists double in size with each
// local that names another twice.
func spend(v cty.Value, left *int) bool {
	if *left--; *left < 0 {
		return false
	}
	if v.IsNull() || !v.IsKnown() {
		return true
	}
	if v.Type() == cty.String {
		*left -= len(v.AsString())
		return *left >= 0
	}
	if !v.CanIterateElements() {
		return true
	}
	for it := v.ElementIterator(); it.Next(); {
		if _, x := it.Element(); !spend(x, left) {
			return false
		}
	}
	return true
}

// countElements bounds what nested `for` expressions make in one evaluation,
// and returns the function that takes the bound off again. A single `for` is
// bounded by its list.
func countElements(e hclsyntax.Expression) func() {
	var loops []*hclsyntax.ForExpr
	hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if f, ok := n.(*hclsyntax.ForExpr); ok {
			loops = append(loops, f)
		}
		return nil
	})
	if len(loops) < 2 {
		return func() {}
	}
	left := MaxElements
	inner := make([]hclsyntax.Expression, len(loops))
	for i, f := range loops {
		inner[i] = f.ValExpr
		f.ValExpr = counted{f.ValExpr, &left}
	}
	return func() {
		for i, f := range loops {
			f.ValExpr = inner[i]
		}
	}
}

// counted is an expression that can be evaluated only so often.
type counted struct {
	hclsyntax.Expression
	left *int
}

func (c counted) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if *c.left--; *c.left < 0 {
		r := c.Expression.Range()
		return cty.DynamicVal, hcl.Diagnostics{{
			Severity: hcl.DiagError, Subject: &r,
			Summary: "Too many elements",
			Detail:  fmt.Sprintf("Nested `for` may make at most %d elements in all.", MaxElements),
		}}
	}
	return c.Expression.Value(ctx)
}

// staticError says HCL's finding in our words where its own are roundabout.
func (l *Lowerer) staticError(e hclsyntax.Expression, d *hcl.Diagnostic, sc *Scope) {
	r := e.Range()
	if d.Subject != nil {
		r = *d.Subject
	}
	if sum, ok := e.(*hclsyntax.BinaryOpExpr); ok && l.textSum(sum) {
		return
	}
	summary, detail := lowerFirst(strings.TrimSuffix(d.Summary, ".")), strings.TrimSpace(d.Detail)
	if _, after, ok := strings.Cut(detail, `" failed: `); ok {
		summary, detail = strings.TrimSuffix(after, "."), "See the function: relief docs NAME."
		if call, ok := e.(*hclsyntax.FunctionCallExpr); ok {
			detail = "See: relief docs " + call.Name
		}
		if l.Keys && strings.Contains(summary, "would have") {
			detail = "for_each makes a block of each element. To run many lanes at once use vary in a run."
		}
	}
	if after, ok := strings.CutPrefix(detail, "Error during operation: "); ok {
		summary, detail = lowerFirst(strings.TrimSuffix(after, ".")), "Compute it from numbers that have such a result."
		if strings.Contains(summary, "zero") {
			summary, detail = "a number is divided by 0", "0 / 0 and x % 0 have no value: write another divisor."
		}
	}
	if name, ok := strings.CutPrefix(detail, `This object does not have an attribute named "`); ok {
		name, _, _ = strings.Cut(name, `"`)
		summary, detail = fmt.Sprintf("there is no part %q", name), l.partsIn(e, name, sc)
	}
	if name, ok := strings.CutPrefix(detail, `There is no function named "`); ok {
		name, _, _ = strings.Cut(name, `"`)
		cure := didYouMean(name, sortedKeys(structural), "Known here: "+strings.Join(sortedKeys(structural), ", ")+".")
		if _, isMath := builtins[name]; isMath {
			cure = "Write the number, or compute it where mathematics stands: in value, learning_rate, check."
		}
		l.errorf("RL0203", r, cure, "the function %q cannot stand in a value that must be known before the run", name)
		return
	}
	if detail == "" {
		detail = "Compute it from numbers, texts, variables and locals."
	}
	l.errorf("RL0310", r, detail, "%s", summary)
}

// partsIn says what parts the object has of which e asks for another.
func (l *Lowerer) partsIn(e hclsyntax.Expression, name string, sc *Scope) string {
	for _, t := range e.Variables() {
		if part, ok := attrStep(t); !ok || part != name {
			continue
		}
		v, _ := sc.lookup(t.RootName())
		if s, ok := v.(Static); ok && s.V.Type().IsObjectType() {
			parts := sortedKeys(s.V.Type().AttributeTypes())
			return didYouMean(name, parts, fmt.Sprintf("There is %s.%s.", t.RootName(), strings.Join(parts, ", "+t.RootName()+".")))
		}
	}
	return "Write the name of a part that it has."
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// evalContext gives HCL the names that e mentions, or reports those that are
// not structural.
func (l *Lowerer) evalContext(e hclsyntax.Expression, sc *Scope) (*hcl.EvalContext, bool) {
	vars := map[string]cty.Value{}
	parts := map[string]map[string]cty.Value{}
	put := func(root, name string, v cty.Value) {
		if parts[root] == nil {
			parts[root] = map[string]cty.Value{}
		}
		parts[root][name] = v
	}
	good := true
	for _, t := range e.Variables() {
		name := t.RootName()
		r := t.SourceRange()
		if v, ok := sc.lookup(name); ok {
			switch v := v.(type) {
			case Static:
				vars[name] = v.V
			case Node:
				c, isConst := l.Graph.ConstValue(v.ID)
				if !isConst || l.Graph.Type(v.ID) != graph.Number || math.IsNaN(c) || math.IsInf(c, 0) {
					l.errorf("RL0205", r, "Use a number, a variable or a local that does not depend on it.", "%q is not known before the run, and this value must be", name)
					good = false
					continue
				}
				vars[name] = cty.NumberFloatVal(c) // a number of the list that a `for` runs over
			case bad:
				good = false
			case Callable:
				l.errorf("RL0205", r, fmt.Sprintf("Text stands in quotes: %q.", name), "%q is the name of a function, and a value is needed", name)
				good = false
			default:
				l.errorf("RL0205", r, "Use a number, a variable or a local that does not depend on it.", "%q is not known before the run, and this value must be", name)
				good = false
			}
			continue
		}
		switch name {
		case "var", "local", "each":
			attr, isAttr := attrStep(t)
			if !isAttr {
				l.errorf("RL0203", r, fmt.Sprintf("Write %s.name.", name), "%q needs a name after it", name)
				good = false
				continue
			}
			v, ok := l.staticPart(name, attr, t, sc)
			if !ok {
				good = false
				continue
			}
			put(name, attr, v)
		default:
			good = false
			if c, isConst := constants[name]; isConst && !isInf(c) {
				vars[name] = cty.NumberVal(new(big.Float).SetFloat64(c))
				good = true
				continue
			}
			if _, isBlock := sc.module.Blocks[name]; isBlock {
				l.errorf("RL0205", r, "Use a number, a variable or a local; results are known only after the run.", "%s is not known before the run, and this value must be", traversalText(t))
				continue
			}
			l.root(t, sc) // reports the unknown name
			if l.callable(name, sc.module) != nil {
				l.errorf("RL0205", r, fmt.Sprintf("Text stands in quotes: %q.", name), "%q is the name of a function, and a value is needed", name)
			}
		}
		if !good {
			return nil, false
		}
	}
	for root, p := range parts {
		vars[root] = cty.ObjectVal(p)
	}
	functions := structural
	if l.Keys {
		functions = ofKeys()
	}
	return &hcl.EvalContext{Variables: vars, Functions: functions}, good
}

func isInf(f float64) bool { return f > 1e308 }

func attrStep(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	a, ok := t[1].(hcl.TraverseAttr)
	return a.Name, ok
}

func (l *Lowerer) staticPart(root, name string, t hcl.Traversal, sc *Scope) (cty.Value, bool) {
	switch root {
	case "local":
		e := sc.local(name)
		if e == nil {
			break // Attr reports it
		}
		if slices.Contains(l.locals, name) {
			locals{sc}.Attr(l, name, l.SpanOf(trimDot(t[1].SourceRange())))
			return cty.NilVal, false
		}
		if l.calls++; l.overBudget(t.SourceRange()) {
			return cty.NilVal, false
		}
		l.locals = append(l.locals, name)
		defer func() { l.locals = l.locals[:len(l.locals)-1] }()
		return l.Static(e, sc)
	}
	v := l.traverse(l.root(t, sc), t[1:2])
	if s, ok := v.(Static); ok {
		return s.V, true
	}
	return cty.NilVal, false
}

func traversalText(t hcl.Traversal) string {
	var b strings.Builder
	for _, s := range t {
		switch s := s.(type) {
		case hcl.TraverseRoot:
			b.WriteString(s.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + s.Name)
		case hcl.TraverseIndex:
			if s.Key.Type() == cty.String {
				fmt.Fprintf(&b, "[%q]", s.Key.AsString())
			} else {
				b.WriteString("[" + s.Key.AsBigFloat().Text('g', -1) + "]")
			}
		}
	}
	return b.String()
}

// structural are the functions of structural expressions: HCL's usual ones.
// Those that could fill the memory have limits.
var structural = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "log": logFunc,
	"max": extremumFunc(stdlib.MaxFunc), "min": extremumFunc(stdlib.MinFunc), "pow": powFunc, "sign": stdlib.SignumFunc,
	"round": real1(math.Round), "sqrt": real1(math.Sqrt), "sum": sumFunc,
	"range": rangeFunc(MaxElements), "linspace": spacedFunc(linspace, MaxElements), "logspace": spacedFunc(logspace, MaxElements),
	"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
	"flatten": stdlib.FlattenFunc, "index": stdlib.IndexFunc, "keys": stdlib.KeysFunc, "len": stdlib.LengthFunc, "length": stdlib.LengthFunc,
	"lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "reverse": stdlib.ReverseListFunc, "setproduct": setproductFunc,
	"slice": stdlib.SliceFunc, "sort": sortFunc, "values": stdlib.ValuesFunc, "zip": zipFunc, "zipmap": stdlib.ZipmapFunc, "coalesce": stdlib.CoalesceFunc,
	"format": boundedFormat, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "replace": stdlib.ReplaceFunc,
	"split": stdlib.SplitFunc, "substr": stdlib.SubstrFunc, "trimspace": stdlib.TrimSpaceFunc,
	"tonumber": stdlib.MakeToFunc(cty.Number), "tostring": stdlib.MakeToFunc(cty.String), "tobool": stdlib.MakeToFunc(cty.Bool),
	"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
}

// ofKeys are the functions of the value of a for_each: lists are shorter.
var ofKeys = sync.OnceValue(func() map[string]function.Function {
	f := maps.Clone(structural)
	f["range"] = rangeFunc(MaxKeys)
	f["linspace"], f["logspace"] = spacedFunc(linspace, MaxKeys), spacedFunc(logspace, MaxKeys)
	return f
})

// StructuralFunctions returns the names that structural expressions may call.
func StructuralFunctions() []string { return sortedKeys(structural) }

func numbers(names ...string) []function.Parameter {
	p := make([]function.Parameter, len(names))
	for i, n := range names {
		p[i] = function.Parameter{Name: n, Type: cty.Number}
	}
	return p
}

func float(v cty.Value) float64 {
	f, _ := v.AsBigFloat().Float64()
	return f
}

func rangeFunc(most int) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "limits", Type: cty.Number},
		Type:     function.StaticReturnType(cty.List(cty.Number)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args) < 1 || len(args) > 3 {
				return cty.NilVal, fmt.Errorf("range takes 1 to 3 numbers: range(end), range(start, end) or range(start, end, step)")
			}
			start, end, step := 0.0, float(args[0]), 1.0
			if len(args) > 1 {
				start, end = end, float(args[1])
			}
			if end < start {
				step = -1
			}
			if len(args) > 2 {
				step = float(args[2])
			}
			if step == 0 || (end-start)/step < 0 {
				return cty.NilVal, fmt.Errorf("the step must lead from the start to the end")
			}
			if n := (end - start) / step; !(n <= float64(most)) {
				return cty.NilVal, tooLong(math.Ceil(n), most)
			}
			// HCL's own stops at 1024 numbers.
			first, by := cty.Zero, cty.NumberIntVal(int64(step))
			if len(args) > 1 {
				first = args[0]
			}
			if len(args) > 2 {
				by = args[2]
			}
			var out []cty.Value
			for i := range max(0, int(math.Ceil((end-start)/step))) {
				out = append(out, first.Add(by.Multiply(cty.NumberIntVal(int64(i)))))
			}
			if len(out) == 0 {
				return cty.ListValEmpty(cty.Number), nil
			}
			return cty.ListVal(out), nil
		},
	})
}

// spacedFunc is linspace or logspace over numbers that are known now.
func spacedFunc(f func(from, to, n float64, most int) ([]float64, error), most int) function.Function {
	return function.New(&function.Spec{
		Params: numbers("from", "to", "count"),
		Type:   function.StaticReturnType(cty.List(cty.Number)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			vals, err := f(float(args[0]), float(args[1]), float(args[2]), most)
			return numberList(vals), err
		},
	})
}

func numberList(vals []float64) cty.Value {
	if len(vals) == 0 {
		return cty.ListValEmpty(cty.Number)
	}
	out := make([]cty.Value, len(vals))
	for i, v := range vals {
		out[i] = cty.NumberFloatVal(v)
	}
	return cty.ListVal(out)
}

// powFunc is whole or real power with operands small enough to be computed.
var powFunc = function.New(&function.Spec{
	Params: numbers("x", "y"),
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		if x, y := float(args[0]), float(args[1]); x > 1e300 || y > 1e4 || x < -1e300 || y < -1e4 {
			return cty.NilVal, fmt.Errorf("the power is too large")
		}
		return stdlib.PowFunc.Call(args)
	},
})

// real1 is a function of one number, computed in binary64.
func real1(f func(float64) float64) function.Function {
	return function.New(&function.Spec{
		Params: numbers("x"),
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return finite(f(float(args[0])))
		},
	})
}

// finite guards cty, which has no NaN.
func finite(v float64) (cty.Value, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return cty.NilVal, fmt.Errorf("the result is not a finite number")
	}
	return cty.NumberFloatVal(v), nil
}

// logFunc is the natural logarithm, or that to a base.
var logFunc = function.New(&function.Spec{
	Params:   numbers("x"),
	VarParam: &function.Parameter{Name: "base", Type: cty.Number},
	Type:     function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch len(args) {
		case 1:
			return finite(math.Log(float(args[0])))
		case 2:
			return finite(math.Log(float(args[0])) / math.Log(float(args[1])))
		}
		return cty.NilVal, fmt.Errorf("log takes a number and, if wanted, a base")
	},
})

// extremumFunc takes numbers, or one list of them, as mathematics does.
func extremumFunc(f function.Function) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "numbers", Type: cty.DynamicPseudoType},
		Type:     function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args) == 1 && args[0].CanIterateElements() {
				args = args[0].AsValueSlice()
			}
			for _, a := range args {
				if a.IsNull() || a.Type() != cty.Number {
					return cty.NilVal, fmt.Errorf("numbers, or one list of numbers, are needed")
				}
			}
			return f.Call(args)
		},
	})
}

// sumFunc adds a list of numbers exactly.
var sumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		vals, err := numberElements(args[0])
		total := cty.Zero
		for _, v := range vals {
			total = total.Add(v)
		}
		return total, err
	},
})

func numberElements(list cty.Value) ([]cty.Value, error) {
	if list.IsNull() || !list.CanIterateElements() {
		return nil, fmt.Errorf("a list of numbers is needed")
	}
	vals := list.AsValueSlice()
	for _, v := range vals {
		if v.IsNull() || v.Type() != cty.Number {
			return nil, fmt.Errorf("a list of numbers is needed")
		}
	}
	return vals, nil
}

// sortFunc puts numbers in ascending order, texts in that of their
// characters.
var sortFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type: func(args []cty.Value) (cty.Type, error) {
		if vals, err := numberElements(args[0]); err == nil && len(vals) > 0 {
			return cty.List(cty.Number), nil
		}
		return cty.List(cty.String), nil
	},
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		if t.ElementType() == cty.Number {
			vals, err := numberElements(args[0])
			slices.SortStableFunc(vals, func(a, b cty.Value) int { return a.AsBigFloat().Cmp(b.AsBigFloat()) })
			return cty.ListVal(vals), err
		}
		list, err := convert.Convert(args[0], cty.List(cty.String))
		if err != nil {
			return cty.NilVal, fmt.Errorf("a list of numbers or a list of texts is needed")
		}
		for _, v := range args[0].AsValueSlice() {
			if v.IsNull() || v.Type() != cty.String {
				return cty.NilVal, fmt.Errorf("a list of numbers or a list of texts is needed")
			}
		}
		return stdlib.SortFunc.Call([]cty.Value{list})
	},
})

// zipFunc gives tuples of the first elements, of the second, and so on.
var zipFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "lists", Type: cty.DynamicPseudoType},
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := zip(args)
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return zip(args) },
})

func zip(lists []cty.Value) (cty.Value, error) {
	var rows [][]cty.Value
	for i, l := range lists {
		if l.IsNull() || !l.CanIterateElements() {
			return cty.EmptyTupleVal, fmt.Errorf("zip takes lists")
		}
		vals := l.AsValueSlice()
		if i == 0 {
			rows = make([][]cty.Value, len(vals))
		}
		if len(vals) != len(rows) {
			return cty.EmptyTupleVal, fmt.Errorf("the lists have different lengths, %d and %d", len(rows), len(vals))
		}
		for k, v := range vals {
			rows[k] = append(rows[k], v)
		}
	}
	out := make([]cty.Value, len(rows))
	for k, r := range rows {
		out[k] = cty.TupleVal(r)
	}
	return cty.TupleVal(out), nil
}

// setproductFunc is bounded, because a product of lists grows so fast.
var setproductFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "lists", Type: cty.DynamicPseudoType},
	Type: func(args []cty.Value) (cty.Type, error) {
		n := 1
		for _, a := range args {
			if a.IsNull() || !a.CanIterateElements() {
				return cty.DynamicPseudoType, fmt.Errorf("setproduct takes lists")
			}
			if n *= max(1, a.LengthInt()); n > MaxElements {
				return cty.DynamicPseudoType, fmt.Errorf("the list would have more than %d elements", MaxElements)
			}
		}
		return stdlib.SetProductFunc.ReturnTypeForValues(args)
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return stdlib.SetProductFunc.Call(args) },
})

// boundedFormat is format without widths that would fill the memory.
var boundedFormat = function.New(&function.Spec{
	Params:   []function.Parameter{{Name: "format", Type: cty.String}},
	VarParam: &function.Parameter{Name: "args", Type: cty.DynamicPseudoType, AllowNull: true},
	Type:     function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if wideVerb(args[0].AsString()) {
			return cty.NilVal, fmt.Errorf("a width or precision above 999 is not allowed")
		}
		return stdlib.FormatFunc.Call(args)
	},
})

// wideVerb reports whether a format has a number of more than three digits in
// a verb.
func wideVerb(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		digits := 0
		for i++; i < len(s) && strings.IndexByte("+-# 0123456789.[]*", s[i]) >= 0; i++ {
			if '0' <= s[i] && s[i] <= '9' {
				if digits++; digits > 3 {
					return true
				}
			} else {
				digits = 0
			}
		}
	}
	return false
}
