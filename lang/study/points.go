package study

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// element is a parameter, or a part of one, as params, along and coordinate
// write it: x, w[8], W[3][5].
type element struct {
	name string
	keys []int
	r    hcl.Range
}

// elementOf reads such a name. The keys are structural.
func (s settings) elementOf(e hclsyntax.Expression, what string) (element, bool) {
	bad := func() (element, bool) {
		s.errorf("RL0406", e, what, "this is not the name of a parameter")
		return element{}, false
	}
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		el := element{name: e.Traversal.RootName(), r: e.Range()}
		for _, t := range e.Traversal[1:] {
			ix, ok := t.(hcl.TraverseIndex)
			if !ok {
				return bad()
			}
			k, ok := s.lengthOf(e, ix.Key)
			if !ok {
				return element{}, false
			}
			el.keys = append(el.keys, k)
		}
		return el, true
	case *hclsyntax.IndexExpr:
		el, ok := s.elementOf(e.Collection, what)
		if !ok {
			return el, false
		}
		v, ok := math.New(s.diags, s.body.context, spanOf).Static(e.Key, s.scope)
		if !ok {
			return el, false
		}
		k, ok := s.lengthOf(e.Key, v)
		el.keys, el.r = append(el.keys, k), e.Range()
		return el, ok
	case *hclsyntax.ParenthesesExpr:
		return s.elementOf(e.Expression, what)
	}
	return bad()
}

// maxElements bounds the elements of one parameter.
const maxElements = 1 << 22

func (s settings) lengthOf(e hclsyntax.Expression, v cty.Value) (int, bool) {
	if v.Type() != cty.Number || v.IsNull() {
		s.errorf("RL0406", e, "Write a whole number in the brackets.", "%s cannot be a length or an index", describe(v))
		return 0, false
	}
	f := v.AsBigFloat()
	n, acc := f.Int64()
	if !f.IsInt() || acc != 0 || n < 0 || n > maxElements {
		s.errorf("RL0406", e, fmt.Sprintf("Write a whole number from 0 to %d in the brackets.", maxElements), "%s cannot be a length or an index", describe(v))
		return 0, false
	}
	return int(n), true
}

// flatIndex finds an element in the flat parameters of an objective.
func (s settings) flatIndex(e hclsyntax.Expression, f *plan.Objective) (first, size int, ok bool) {
	el, ok := s.elementOf(e, "Write the name of a parameter, such as "+f.Params[0].Name+".")
	if !ok {
		return 0, 0, false
	}
	offset := 0
	for _, p := range f.Params {
		if p.Name != el.name {
			offset += p.Type.Size()
			continue
		}
		t := p.Type
		for _, k := range el.keys {
			if t.Rank() == 0 {
				s.errorf("RL0302", e, "Write "+p.Name+".", "%s is %s; it has no elements", p.Name, p.Type)
				return 0, 0, false
			}
			if k >= t.Dim(0) {
				s.errorf("RL0307", e, fmt.Sprintf("The last one is %d.", t.Dim(0)-1), "index %d is out of range: there are %d elements", k, t.Dim(0))
				return 0, 0, false
			}
			offset += k * t.Drop().Size()
			t = t.Drop()
		}
		return offset, t.Size(), true
	}
	s.errorf("RL0203", e, didYouMean(el.name, paramNames(f), fmt.Sprintf("The parameters of %s are %s.", f.Address, list(paramNames(f)))), "%s has no parameter %q", f.Address, el.name)
	return 0, 0, false
}

// scalarElement is flatIndex for one number.
func (s settings) scalarElement(e hclsyntax.Expression, f *plan.Objective) (int, bool) {
	i, size, ok := s.flatIndex(e, f)
	if ok && size != 1 {
		s.errorf("RL0302", e, "Name one of its elements, as in w[0].", "a vector stands where one number is moved")
		return 0, false
	}
	return i, ok
}

// point converts a value to one node per parameter of f, each of the
// parameter's type. It takes an object by parameter, a state of a run, a flat
// vector and, where fill is set, one number for all. Parameters in optional
// may be missing and are then graph.None.
func (b *builder) point(l *math.Lowerer, v math.Value, e hcl.Range, f *plan.Objective, optional map[string]bool) ([]graph.ID, bool) {
	fail := func(cure, format string, args ...any) ([]graph.ID, bool) {
		l.ErrorAt("RL0409", spanOf(e), cure, format, args...)
		return nil, false
	}
	const forms = "Write an object by parameter, { x = 1 }, another run's state, or a flat vector."
	var field func(string) (math.Value, bool)
	switch v := v.(type) {
	case math.Record:
		for _, n := range v.Names {
			if _, ok := param(f, n); !ok {
				return fail(didYouMean(n, paramNames(f), fmt.Sprintf("The parameters of %s are %s.", f.Address, list(paramNames(f)))), "%s has no parameter %q", f.Address, n)
			}
		}
		field = func(n string) (math.Value, bool) { x, ok := v.Fields[n]; return x, ok }
	case math.Static:
		if t := v.V.Type(); !v.V.IsNull() && (t.IsObjectType() || t.IsMapType()) {
			rec := math.Record{Fields: map[string]math.Value{}}
			for it := v.V.ElementIterator(); it.Next(); {
				k, x := it.Element()
				rec.Names = append(rec.Names, k.AsString())
				rec.Fields[k.AsString()] = math.Static{V: x}
			}
			return b.point(l, rec, e, f, optional)
		}
		if t := v.V.Type(); f.Training != nil && !v.V.IsNull() && t == cty.String {
			return fail(fmt.Sprintf("Let a run of no steps load it, run \"loaded\" with start = %q and steps = 0, and write run.loaded.final.", v.V.AsString()), "a text stands where a point is needed")
		}
		return b.flatPoint(l, v, e, f)
	case math.Ref:
		var state stateObject
		switch o := v.Object.(type) {
		case stateObject:
			state = o
		case paramsObject:
			state = o.state
		case orbitPoint:
			if summary, cure := o.unfit(f); summary != "" {
				return fail(cure, "%s", summary)
			}
			field = func(n string) (math.Value, bool) { return o.Attr(l, n, spanOf(e)), true }
		case orbitObject:
			return fail(fmt.Sprintf("Write %s.point.", o.Describe()), "%s is a whole orbit, not a point", o.Describe())
		case runObject:
			return fail(fmt.Sprintf("Write %s.final or %s.at[k].", o.Describe(), o.Describe()), "%s is a whole run, not a point", o.Describe())
		default:
			return fail(forms, "%s is not a point", v.Describe())
		}
		if field != nil {
			break
		}
		if !sameParams(state.plan.Objective, f) {
			return fail("A state serves where the parameters and their shapes are the same.", "%s has the parameters of %s, which differ from those of %s", state.Describe(), state.plan.Objective.Address, f.Address)
		}
		if len(state.plan.Vary) > 0 {
			return fail(fmt.Sprintf("Take one lane, { %s = %s[0] }, or go on with all of them: resume = %s.", asKey(f.Params[0].Name), partOf(state.Describe()+".params", f.Params[0].Name), state.Describe()),
				"%s has a point for each lane", state.Describe())
		}
		field = func(n string) (math.Value, bool) {
			return paramsObject{state}.Attr(l, n, spanOf(e)), true
		}
	case math.Tuple, math.Node:
		return b.flatPoint(l, v, e, f)
	default:
		if math.IsBad(v) {
			return nil, false
		}
		return fail(forms, "this is not a point")
	}
	out := make([]graph.ID, len(f.Params))
	for i, p := range f.Params {
		x, ok := field(p.Name)
		if !ok {
			if optional[p.Name] {
				out[i] = graph.None
				continue
			}
			return fail(fmt.Sprintf("Add %s = ... to it.", asKey(p.Name)), "the point does not say what %s is", p.Name)
		}
		id, ok := l.AsNode(x, e)
		if !ok {
			return nil, false
		}
		if out[i], ok = fit(l, id, p.Type); !ok {
			return fail(fillCure(p.Type), "%s is %s, but the value given is %s", p.Name, p.Type, l.Graph.Type(id))
		}
	}
	return out, true
}

// asKey writes the name of a parameter as a key of an object: those of networks
// have points in them.
func asKey(name string) string {
	if strings.Contains(name, ".") {
		return strconv.Quote(name)
	}
	return name
}

// fillCure says what a parameter of type t may be given.
func fillCure(t graph.Type) string {
	if t.Rank() == 0 {
		return "Write one number."
	}
	return fmt.Sprintf("Write %s, or one number for all its elements.", t)
}

// fit broadcasts a number to t; anything else must have that type already.
func fit(l *math.Lowerer, id graph.ID, t graph.Type) (graph.ID, bool) {
	switch u := l.Graph.Type(id); {
	case u == t:
		return id, true
	case u == graph.Number:
		return l.Graph.Broadcast(id, t), true
	}
	return graph.None, false
}

// flatPoint splits a flat vector into parameters.
func (b *builder) flatPoint(l *math.Lowerer, v math.Value, e hcl.Range, f *plan.Objective) ([]graph.ID, bool) {
	id, ok := l.AsNode(v, e)
	if !ok {
		return nil, false
	}
	if t := l.Graph.Type(id); t != graph.Of(f.Size()) {
		l.ErrorAt("RL0409", spanOf(e), fmt.Sprintf("Write an object by parameter, { %s = ... }, or a flat vector of %d.", asKey(f.Params[0].Name), f.Size()),
			"%s stands where a point of %s is needed", t, f.Address)
		return nil, false
	}
	out := make([]graph.ID, len(f.Params))
	offset := 0
	for i, p := range f.Params {
		out[i] = l.Graph.Slice(id, offset, p.Type)
		offset += p.Type.Size()
	}
	return out, true
}

func sameParams(f, g *plan.Objective) bool {
	if len(f.Params) != len(g.Params) {
		return false
	}
	for i := range f.Params {
		if f.Params[i] != g.Params[i] {
			return false
		}
	}
	return true
}
