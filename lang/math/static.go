package math

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// MaxElements bounds the lists that range, linspace and the like may make.
const MaxElements = 1 << 22

// Static evaluates a structural expression with HCL's own evaluator: its
// value must follow from literals, variables, structural locals, each and the
// names of `for`.
func (l *Lowerer) Static(e hclsyntax.Expression, sc *Scope) (v cty.Value, ok bool) {
	ctx, ok := l.evalContext(e, sc)
	if !ok {
		return cty.NilVal, false
	}
	// cty gives up by panicking on a few operands, such as a number too large
	// for the machine's memory; to a study that is an error like any other.
	defer func() {
		if p := recover(); p != nil {
			l.errorf("RL0306", e.Range(), "", "this cannot be computed: %v", p)
			v, ok = cty.NilVal, false
		}
	}()
	v, diags := e.Value(ctx)
	if diags.HasErrors() {
		l.staticError(e, diags[0])
		return cty.NilVal, false
	}
	v, _ = v.UnmarkDeep()
	return v, true
}

// staticError says HCL's finding in our words where its own are roundabout.
func (l *Lowerer) staticError(e hclsyntax.Expression, d *hcl.Diagnostic) {
	r := e.Range()
	if d.Subject != nil {
		r = *d.Subject
	}
	summary, detail := lowerFirst(strings.TrimSuffix(d.Summary, ".")), strings.TrimSpace(d.Detail)
	if _, after, ok := strings.Cut(detail, `" failed: `); ok {
		summary, detail = strings.TrimSuffix(after, "."), ""
	}
	if name, ok := strings.CutPrefix(detail, `There is no function named "`); ok {
		name, _, _ = strings.Cut(name, `"`)
		cure := didYouMean(name, sortedKeys(structural), "Known here: "+strings.Join(sortedKeys(structural), ", ")+".")
		if _, isMath := builtins[name]; isMath {
			cure = "Write the number, or compute it where mathematics stands: in value, learning_rate, check."
		}
		l.errorf("RL0203", r, cure, "the function %q cannot be used in a value that must be known when the file is loaded", name)
		return
	}
	l.errorf("RL0306", r, detail, "%s", summary)
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
			case bad:
				good = false
			case Callable:
				l.errorf("RL0207", r, "", "%q is a function; its name has no structural value", name)
				good = false
			default:
				l.errorf("RL0207", r, "Use a number, a variable or a local that does not depend on it.", "%q is not known before the run, and the value must be known when the file is loaded", name)
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
				l.errorf("RL0207", r, "Use a number, a variable or a local; results are known only after the run.", "%s is not known before the run, and the value must be known when the file is loaded", traversalText(t))
				continue
			}
			l.root(t, sc) // reports the unknown name
			if l.callable(name, sc.module) != nil {
				l.errorf("RL0207", r, "", "%q is a function; its name has no structural value", name)
			}
		}
		if !good {
			return nil, false
		}
	}
	for root, p := range parts {
		vars[root] = cty.ObjectVal(p)
	}
	return &hcl.EvalContext{Variables: vars, Functions: structural}, good
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
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "log": stdlib.LogFunc,
	"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "pow": powFunc, "signum": stdlib.SignumFunc, "parseint": stdlib.ParseIntFunc,
	"range": rangeFunc, "linspace": linspaceFunc, "logspace": logspaceFunc,
	"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
	"flatten": stdlib.FlattenFunc, "index": stdlib.IndexFunc, "keys": stdlib.KeysFunc, "length": stdlib.LengthFunc,
	"lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "reverse": stdlib.ReverseListFunc, "slice": stdlib.SliceFunc,
	"sort": stdlib.SortFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc, "coalesce": stdlib.CoalesceFunc,
	"format": boundedFormat, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "replace": stdlib.ReplaceFunc,
	"split": stdlib.SplitFunc, "substr": stdlib.SubstrFunc, "trimspace": stdlib.TrimSpaceFunc, "title": stdlib.TitleFunc,
	"tonumber": stdlib.MakeToFunc(cty.Number), "tostring": stdlib.MakeToFunc(cty.String), "tobool": stdlib.MakeToFunc(cty.Bool),
	"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
}

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

var rangeFunc = function.New(&function.Spec{
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
		if n := (end - start) / step; !(n <= MaxElements) {
			return cty.NilVal, fmt.Errorf("the list would have %.4g elements; at most %d are allowed", n, MaxElements)
		}
		return stdlib.RangeFunc.Call(args)
	},
})

var linspaceFunc = function.New(&function.Spec{
	Params: numbers("from", "to", "count"),
	Type:   function.StaticReturnType(cty.List(cty.Number)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		vals, err := Linspace(float(args[0]), float(args[1]), float(args[2]))
		return numberList(vals), err
	},
})

var logspaceFunc = function.New(&function.Spec{
	Params: numbers("from", "to", "count"),
	Type:   function.StaticReturnType(cty.List(cty.Number)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		vals, err := Logspace(float(args[0]), float(args[1]), float(args[2]))
		return numberList(vals), err
	},
})

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
