package math

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"relief/runtime/graph"
)

// builtin is a function that the language cannot say itself.
type builtin struct {
	signature  string
	min, max   int // number of arguments; max -1: any
	structural bool
	fn         func(*Lowerer, *site) Value
}

// Builtins returns the names and signatures of the built-in functions of
// mathematics, by name.
func Builtins() map[string]string {
	out := make(map[string]string, len(builtins))
	for n, b := range builtins {
		out[n] = b.signature
	}
	return out
}

var builtins map[string]*builtin

func init() {
	builtins = map[string]*builtin{
		"sq":  {"sq(x)", 1, 1, false, func(l *Lowerer, s *site) Value { return l.product(s, 0, 0) }},
		"min": {"min(x, ...)", 1, -1, false, extremum(graph.Min, graph.MinOf, graph.MinSteps)},
		"max": {"max(x, ...)", 1, -1, false, extremum(graph.Max, graph.MaxOf, graph.MaxSteps)},

		"sum":       {"sum(x)", 1, 1, false, reduce(graph.Sum, graph.SumSteps)},
		"mean":      {"mean(x)", 1, 1, false, mean},
		"norm":      {"norm(x)", 1, 1, false, reduce(graph.Norm, graph.Invalid)},
		"dot":       {"dot(x, y)", 2, 2, false, dot},
		"matmul":    {"matmul(A, x)", 2, 2, false, binary(graph.MatMul)},
		"outer":     {"outer(x, y)", 2, 2, false, binary(graph.Outer)},
		"transpose": {"transpose(A)", 1, 1, false, unary(graph.Transpose)},
		"len":       {"len(x)", 1, 1, false, length},
		"close":     {"close(a, b, tol)", 3, 3, false, closeTo},

		"all":      {"all(c)", 1, 1, false, reduce(graph.AllOf, graph.All)},
		"any":      {"any(c)", 1, 1, false, reduce(graph.AnyOf, graph.Any)},
		"count":    {"count(c)", 1, 1, false, countTrue},
		"first":    {"first(c)", 1, 1, false, unary(graph.First)},
		"last":     {"last(s)", 1, 1, false, unary(graph.Last)},
		"slice":    {"slice(s, from, to)", 3, 3, false, between},
		"diff":     {"diff(s)", 1, 1, false, unary(graph.Diff)},
		"quantile": {"quantile(s, p)", 2, 2, false, quantile},

		"running_mean":  {"running_mean(s, n)", 2, 2, false, runningMean},
		"lane_quantile": {"lane_quantile(s, p)", 2, 2, false, laneQuantile},
		"covariance":    {"covariance(x, y), covariance(X)", 1, 2, false, covariance},

		"component": {"component(s, i)", 2, 2, false, component},

		"standard_deviation": {"standard_deviation(x)", 1, 1, false, deviation(false)},
		"standard_error":     {"standard_error(x)", 1, 1, false, deviation(true)},

		"log": {"log(x), log(x, base)", 1, 2, false, logarithm},

		"linspace": {"linspace(from, to, count)", 3, 3, true, spaced(linspace)},
		"logspace": {"logspace(from, to, count)", 3, 3, true, spaced(logspace)},

		"value":    {"value(objective.f, point)", 2, 2, false, ask("value")},
		"gradient": {"gradient(objective.f, point)", 2, 2, false, ask("gradient")},
		"hessian":  {"hessian(objective.f, point)", 2, 2, false, ask("hessian")},
		"hvp":      {"hvp(objective.f, point, v)", 3, 3, false, ask("hvp")},
	}
	for name, op := range map[string]graph.Op{
		"abs": graph.Abs, "sign": graph.Sign, "sqrt": graph.Sqrt, "exp": graph.Exp, "expm1": graph.Expm1,
		"log1p": graph.Log1p, "sin": graph.Sin, "cos": graph.Cos, "tan": graph.Tan,
		"sinh": graph.Sinh, "cosh": graph.Cosh, "tanh": graph.Tanh, "asin": graph.Asin, "acos": graph.Acos, "atan": graph.Atan,
		"floor": graph.Floor, "ceil": graph.Ceil, "round": graph.Round, "relu": graph.Relu, "is_finite": graph.IsFinite,
	} {
		builtins[name] = &builtin{name + "(x)", 1, 1, false, unary(op)}
	}
	for name, op := range map[string]graph.Op{"pow": graph.Pow, "hypot": graph.Hypot, "atan2": graph.Atan2} {
		sig := map[string]string{"pow": "pow(x, y)", "hypot": "hypot(x, y)", "atan2": "atan2(y, x)"}[name]
		builtins[name] = &builtin{sig, 2, 2, false, binary(op)}
	}
	// Functions of structural expressions serve mathematics as well, on
	// arguments that are structural.
	for name := range structural {
		if builtins[name] == nil {
			builtins[name] = &builtin{name + "(...)", 0, -1, true, nil}
		}
	}
}

func unary(op graph.Op) func(*Lowerer, *site) Value {
	return func(l *Lowerer, s *site) Value {
		x, ok := l.arg(s, 0)
		if !ok {
			return Bad
		}
		return l.apply(s, op, x)
	}
}

func binary(op graph.Op) func(*Lowerer, *site) Value {
	return func(l *Lowerer, s *site) Value {
		ids, ok := l.argNodes(s)
		if !ok {
			return Bad
		}
		return l.apply(s, op, ids...)
	}
}

// logarithm is natural, or to a base.
func logarithm(l *Lowerer, s *site) Value {
	ids, ok := l.argNodes(s)
	if !ok {
		return Bad
	}
	v := l.apply(s, graph.Log, ids[0])
	if len(ids) == 1 || IsBad(v) {
		return v
	}
	base := l.apply(s, graph.Log, ids[1])
	if IsBad(base) {
		return Bad
	}
	return l.apply(s, graph.Div, v.(Node).ID, base.(Node).ID)
}

func (l *Lowerer) product(s *site, i, j int) Value {
	x, ok1 := l.arg(s, i)
	y, ok2 := l.arg(s, j)
	if !ok1 || !ok2 {
		return Bad
	}
	return l.apply(s, graph.Mul, x, y)
}

// extremum is elementwise with two arguments and more, and with one argument
// it reduces: a vector over its elements, a series over its steps.
func extremum(pair, elements, steps graph.Op) func(*Lowerer, *site) Value {
	return func(l *Lowerer, s *site) Value {
		ids, ok := l.argNodes(s)
		if !ok {
			return Bad
		}
		if len(ids) == 1 {
			return reduce(elements, steps)(l, s)
		}
		v := Value(Node{ids[0]})
		for _, id := range ids[1:] {
			if v = l.apply(s, pair, v.(Node).ID, id); IsBad(v) {
				return Bad
			}
		}
		return v
	}
}

// reduce is over the steps of a series of numbers, else over the elements.
// A series of vectors is reduced step by step.
func reduce(elements, steps graph.Op) func(*Lowerer, *site) Value {
	return func(l *Lowerer, s *site) Value {
		if t, ok := s.args[0].(Tuple); ok && len(t.Elems) == 0 {
			switch elements {
			case graph.Sum, graph.Norm:
				return Node{l.Graph.Const(0)}
			case graph.AllOf, graph.AnyOf:
				return Node{l.Graph.Bool(elements == graph.AllOf)}
			}
		}
		x, ok := l.arg(s, 0)
		if !ok {
			return Bad
		}
		if t := l.Graph.Type(x); t.Series && t.Rank() == 0 && steps != graph.Invalid {
			return l.apply(s, steps, x)
		}
		return l.apply(s, elements, x)
	}
}

func mean(l *Lowerer, s *site) Value {
	x, ok := l.arg(s, 0)
	if !ok {
		return Bad
	}
	t := l.Graph.Type(x)
	if t.Series && t.Rank() == 0 {
		return l.apply(s, graph.MeanSteps, x)
	}
	v := l.apply(s, graph.Sum, x)
	if IsBad(v) {
		return Bad
	}
	return l.apply(s, graph.Div, v.(Node).ID, l.Graph.Const(float64(t.Size())))
}

func dot(l *Lowerer, s *site) Value {
	v := l.product(s, 0, 1)
	if IsBad(v) {
		return Bad
	}
	return l.apply(s, graph.Sum, v.(Node).ID)
}

func length(l *Lowerer, s *site) Value {
	switch v := s.args[0].(type) {
	case Tuple:
		return Node{l.Graph.Const(float64(len(v.Elems)))}
	case Static:
		if v.V.CanIterateElements() {
			return Node{l.Graph.Const(float64(v.V.LengthInt()))}
		}
	}
	x, ok := l.arg(s, 0)
	if !ok {
		return Bad
	}
	if t := l.Graph.Type(x); !t.Series && t.Rank() > 0 {
		return Node{l.Graph.Const(float64(t.Dim(0)))}
	}
	return l.errorf("RL0302", s.argRange(0), "The number of steps of a run is run.NAME.steps.", "len takes a vector or matrix, not %s", l.Graph.Type(x))
}

// quantile is over the steps of a series, or over the elements of a result,
// such as lanes. A formula has no quantile of its parameters.
func quantile(l *Lowerer, s *site) Value {
	ids, ok := l.argNodes(s)
	if !ok {
		return Bad
	}
	if t := l.Graph.Type(ids[0]); !t.Series && (t.Rank() == 0 || len(l.refs) == 0) {
		return l.errorf("RL0302", s.argRange(0), "Write quantile(run.r.loss, 0.5) over steps, or quantile(run.r.final.loss, 0.5) over the lanes of a run with vary.", "quantile takes a series or the lanes of a result, not %s", t)
	}
	return l.apply(s, graph.Quantile, ids...)
}

// closeTo is abs(a - b) <= tol.
func closeTo(l *Lowerer, s *site) Value {
	ids, ok := l.argNodes(s)
	if !ok {
		return Bad
	}
	d := l.apply(s, graph.Sub, ids[0], ids[1])
	if IsBad(d) {
		return Bad
	}
	a := l.apply(s, graph.Abs, d.(Node).ID)
	return l.apply(s, graph.Le, a.(Node).ID, ids[2])
}

// countTrue counts steps of a series, or elements of a vector.
func countTrue(l *Lowerer, s *site) Value {
	x, ok := l.arg(s, 0)
	if !ok {
		return Bad
	}
	t := l.Graph.Type(x)
	if t.Series {
		return l.apply(s, graph.Count, x)
	}
	one := l.apply(s, graph.Select, x, l.Graph.Const(1), l.Graph.Const(0))
	if IsBad(one) {
		return Bad
	}
	return l.apply(s, graph.Sum, one.(Node).ID)
}

// between is slice: steps of a series, both ends included; elements of a
// vector, the end excluded, as HCL's own slice has it.
func between(l *Lowerer, s *site) Value {
	x, ok := l.arg(s, 0)
	if !ok {
		return Bad
	}
	t := l.Graph.Type(x)
	if t.Series {
		ids, ok := l.argNodes(s)
		if !ok {
			return Bad
		}
		return l.apply(s, graph.Between, ids...)
	}
	from, ok1 := l.argStaticNumber(s, 1)
	to, ok2 := l.argStaticNumber(s, 2)
	if !ok1 || !ok2 {
		return Bad
	}
	if t.Rank() == 0 || from != float64(int(from)) || to != float64(int(to)) || from < 0 || to <= from || int(to) > t.Dim(0) {
		return l.errorf("RL0307", s.r, "Write whole numbers from 0 up to the length, the first below the second.", "there are no elements %g to %g in %s", from, to, t)
	}
	dims := t.Dims()
	dims[0] = int(to) - int(from)
	return Node{l.Graph.Slice(x, int(from)*t.Drop().Size(), graph.Of(dims...))}
}

// component is element i of each step of a series, where s[i] is a step; of a
// vector or matrix it is x[i].
func component(l *Lowerer, s *site) Value {
	x, ok := l.arg(s, 0)
	if !ok {
		return Bad
	}
	i, ok := l.argStaticNumber(s, 1)
	if !ok {
		return Bad
	}
	t := l.Graph.Type(x)
	if t.Rank() == 0 {
		cure := "Write a probe with top = 2, for instance, or a vector."
		if t.Series {
			cure = "It has one number at each step: write the series alone."
		}
		return l.errorf("RL0302", s.argRange(0), cure, "component takes vectors, and this is %s", t)
	}
	n := t.Dim(0)
	if i != float64(int(i)) || i < 0 || int(i) >= n {
		return l.errorf("RL0307", s.argRange(1), fmt.Sprintf("Write a whole number from 0 to %d.", n-1), "component %v is out of range: there are %d elements", i, n)
	}
	return Node{l.Graph.Index(x, int(i))}
}

func spaced(f func(from, to, n float64, most int) ([]float64, error)) func(*Lowerer, *site) Value {
	return func(l *Lowerer, s *site) Value {
		var v [3]float64
		for i := range v {
			x, ok := l.argStaticNumber(s, i)
			if !ok {
				return Bad
			}
			v[i] = x
		}
		vals, err := f(v[0], v[1], v[2], MaxElements)
		if err != nil {
			return l.errorf("RL0310", s.r, fmt.Sprintf("`relief docs %s` shows what it takes.", s.name), "%s: %v", s.name, err)
		}
		return Node{l.Graph.ConstArray(graph.Of(len(vals)), vals)}
	}
}

// Asker is an object that can be asked for values at a point: an objective.
type Asker interface {
	Object
	// Ask returns what ("value", "gradient", "hessian", "hvp") at the point,
	// with the vector for hvp in rest.
	Ask(l *Lowerer, what string, point Value, rest []Value, call CallSite) Value
}

// CallSite gives an Asker the places of the arguments.
type CallSite struct{ s *site }

// NewCallable makes a function of so many arguments that has a meaning in one
// attribute alone.
func NewCallable(name, signature string, args int, fn func(l *Lowerer, args []Value, call CallSite) Value) Callable {
	return Callable{Name: name, builtin: &builtin{signature, args, args, false, func(l *Lowerer, s *site) Value {
		return fn(l, s.args, CallSite{s})
	}}}
}

// Range is the place of argument i.
func (c CallSite) Range(i int) hcl.Range { return c.s.argRange(i) }

func ask(what string) func(*Lowerer, *site) Value {
	return func(l *Lowerer, s *site) Value {
		ref, ok := s.args[0].(Ref)
		if ok {
			if a, can := ref.Object.(Asker); can {
				return a.Ask(l, what, s.args[1], slices.Clone(s.args[2:]), CallSite{s})
			}
		}
		return l.errorf("RL0302", s.argRange(0), fmt.Sprintf("Write %s(objective.NAME, { x = 1 }).", what), "the first argument of %s must be an objective", what)
	}
}
