package math

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// site is one call while it is lowered.
type site struct {
	name  string
	args  []Value
	exprs []hclsyntax.Expression
	r     hcl.Range // the whole call
}

// argRange is the place of argument i.
func (s *site) argRange(i int) hcl.Range {
	if i < len(s.exprs) {
		return s.exprs[i].Range()
	}
	return s.r
}

func (l *Lowerer) callExpr(e *hclsyntax.FunctionCallExpr, sc *Scope) Value {
	f, ok := l.functionOf(e, sc)
	if !ok {
		return Bad
	}
	r := hcl.RangeBetween(e.NameRange, e.CloseParenRange)
	s := &site{name: e.Name, r: r, exprs: e.Args}
	if f.builtin != nil && f.builtin.structural && l.argsStructural(e, sc) {
		v, ok := l.Static(e, sc)
		if !ok {
			return Bad
		}
		return Static{v}
	}
	for i, a := range e.Args {
		v := l.Lower(a, sc)
		if IsBad(v) {
			return Bad
		}
		if e.ExpandFinal && i == len(e.Args)-1 {
			_, vals, ok := l.elements(v, a.Range())
			if !ok {
				return Bad
			}
			s.args = append(s.args, vals...)
			break
		}
		s.args = append(s.args, v)
	}
	if f.builtin != nil {
		return l.callBuiltin(f.builtin, s)
	}
	return l.inline(f.Func, s)
}

func (l *Lowerer) argsStructural(e *hclsyntax.FunctionCallExpr, sc *Scope) bool {
	for _, a := range e.Args {
		if !l.isStructural(a, sc) {
			return false
		}
	}
	return true
}

// inline lowers a function's body with the arguments in place of its
// parameters.
func (l *Lowerer) inline(f *Function, s *site) Value {
	if f.Value == nil {
		return Bad // its declaration is in error
	}
	if len(s.args) != len(f.Params) {
		return l.errorf("RL0304", s.r, fmt.Sprintf("Write %s(%s).", s.name, strings.Join(f.Params, ", ")),
			"%s takes %s, not %d", s.name, plural(len(f.Params), "argument"), len(s.args))
	}
	for i, g := range l.active {
		if g == f {
			names := make([]string, 0, len(l.active)-i+1)
			for _, h := range l.active[i:] {
				names = append(names, h.Name)
			}
			return l.errorf("RL0305", s.r, "Mathematics here is written without recursion: use a vector and sum, or `for`.",
				"%s calls itself: %s -> %s", f.Name, strings.Join(names, " -> "), f.Name)
		}
	}
	key, memo := l.memoKey(f, s.args)
	if v, ok := l.memo[key]; memo && ok {
		return v
	}
	l.calls++
	names := make(map[string]Value, len(s.args))
	for i, p := range f.Params {
		names[p] = s.args[i]
	}
	outer, origin, pending := l.call, l.Graph.SetOrigin(0), l.locals
	l.call = l.Graph.AddSite(graph.Site{Span: l.SpanOf(s.r), Call: outer, Name: f.Name})
	l.active = append(l.active, f)
	l.locals = nil
	v := l.body(f, &Scope{names: names, module: f.Module, locals: f.Locals}, s)
	l.active = l.active[:len(l.active)-1]
	l.call, l.locals = outer, pending
	l.Graph.SetOrigin(origin)
	if memo {
		l.memo[key] = v
	}
	return v
}

// body lowers a function's value once its demands on the arguments are met. A
// demand that cannot be judged before the run is not judged.
func (l *Lowerer) body(f *Function, sc *Scope, s *site) Value {
	for _, c := range f.Checks {
		id, ok := l.Node(c.Condition, sc)
		if !ok {
			return Bad
		}
		if holds, known := l.Graph.ConstValue(id); !known || holds != 0 {
			continue
		}
		call, message := l.call, "the arguments are not valid"
		if t, ok := l.Text(c.Message, sc); ok {
			message = l.textNow(t)
		}
		l.call = l.Graph.Site(call).Call // the fault is the caller's
		l.errorf("RL0304", s.r, declaredAt(f), "%s", strings.TrimSuffix(message, "."))
		l.call = call
		return Bad
	}
	return l.Lower(f.Value, sc)
}

// textNow writes a text whose numbers are known while lowering.
func (l *Lowerer) textNow(t plan.Text) string {
	var b strings.Builder
	for _, p := range t {
		if p.Value == nil {
			b.WriteString(p.Literal)
		} else if v, ok := l.Graph.ConstValue(p.Value.Root); ok {
			b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
		} else {
			b.WriteString("?")
		}
	}
	return b.String()
}

// memoKey names a call by its function and arguments, if they can be named.
func (l *Lowerer) memoKey(f *Function, args []Value) (string, bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "%p", f)
	for _, a := range args {
		if !memoPart(&b, a) {
			return "", false
		}
	}
	return b.String(), true
}

func memoPart(b *strings.Builder, a Value) bool {
	switch a := a.(type) {
	case Node:
		b.WriteString(" n" + strconv.Itoa(int(a.ID)))
	case Callable:
		fmt.Fprintf(b, " f%p%p", a.Func, a.builtin)
	case Static:
		b.WriteString(" s" + a.V.GoString())
	case Tuple:
		b.WriteString(" [")
		for _, x := range a.Elems {
			if !memoPart(b, x) {
				return false
			}
		}
		b.WriteString("]")
	default:
		return false
	}
	return true
}

func plural(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func (l *Lowerer) callBuiltin(b *builtin, s *site) Value {
	l.calls++
	if b.fn == nil {
		return l.errorf("RL0303", s.r, "It serves counts, labels, lists of for_each and the like, which no parameter and no result decides.", "%s works only on what is known before the run", s.name)
	}
	if n := len(s.args); n < b.min || b.max >= 0 && n > b.max {
		want := plural(b.min, "argument")
		switch {
		case b.max < 0:
			want = "at least " + want
		case b.max > b.min:
			want = fmt.Sprintf("%d to %d arguments", b.min, b.max)
		}
		return l.errorf("RL0304", s.r, "Write "+b.signature+".", "%s takes %s, not %d", s.name, want, n)
	}
	defer l.at(s.r)()
	return b.fn(l, s)
}

// node converts argument i.
func (l *Lowerer) arg(s *site, i int) (graph.ID, bool) { return l.AsNode(s.args[i], s.argRange(i)) }

// argNodes converts all arguments.
func (l *Lowerer) argNodes(s *site) ([]graph.ID, bool) {
	ids := make([]graph.ID, len(s.args))
	for i := range s.args {
		id, ok := l.arg(s, i)
		if !ok {
			return nil, false
		}
		ids[i] = id
	}
	return ids, true
}

// apply adds a node for the call, or reports why it cannot.
func (l *Lowerer) apply(s *site, op graph.Op, ids ...graph.ID) Value {
	id, err := l.Graph.Apply(op, ids...)
	var te *graph.TypeError
	switch {
	case err == nil:
		return Node{id}
	case s.name == "dot" && errors.As(err, &te):
		return l.errorf("RL0302", s.r, "dot(x, y) takes two vectors of one length.", "cannot apply dot: %s", te.Reason)
	}
	if cure := l.seriesCure(s, ids); cure != "" && errors.As(err, &te) {
		return l.errorf("RL0302", s.r, cure, "cannot apply %s: %v", s.name, te.Reason)
	}
	return l.typeError(err, s.r, "cannot apply "+s.name)
}

// argNumber converts argument i, which must be a structural number.
func (l *Lowerer) argStaticNumber(s *site, i int) (float64, bool) {
	switch v := s.args[i].(type) {
	case Static:
		if v.V.Type() == cty.Number && !v.V.IsNull() {
			return float(v.V), true
		}
	case Node:
		if c, ok := l.Graph.ConstValue(v.ID); ok && l.Graph.Type(v.ID) == graph.Number {
			return c, true
		}
	}
	l.errorf("RL0310", s.argRange(i), "Use a number, a variable or a local.", "argument %d of %s must be a number known before the run", i+1, s.name)
	return 0, false
}
