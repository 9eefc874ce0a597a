package math

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"relief/lang/diag"
	"relief/runtime/graph"
)

func spanOf(r hcl.Range) diag.Span {
	return diag.Span{
		File:  r.Filename,
		Start: diag.Pos{Line: r.Start.Line, Column: r.Start.Column, Byte: r.Start.Byte},
		End:   diag.Pos{Line: r.End.Line, Column: r.End.Column, Byte: r.End.Byte},
	}
}

func parse(t interface{ Fatalf(string, ...any) }, src string) hclsyntax.Expression {
	e, diags := hclsyntax.ParseExpression([]byte(src), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("parse %q: %v", src, diags)
	}
	return e
}

// library returns a module with the functions given as "name(params) = body".
func library_(t interface{ Fatalf(string, ...any) }, defs ...string) *Module {
	m := &Module{File: "test.hcl", Functions: map[string]*Function{}, Locals: map[string]hclsyntax.Expression{}, Vars: map[string]cty.Value{}}
	for _, d := range defs {
		head, body, _ := strings.Cut(d, "=")
		name, params, call := strings.Cut(strings.TrimSpace(head), "(")
		if !call {
			m.Locals[name] = parse(t, strings.TrimSpace(body))
			continue
		}
		f := &Function{Name: name, Module: m, Value: parse(t, strings.TrimSpace(body))}
		for _, p := range strings.Split(strings.TrimSuffix(params, ")"), ",") {
			f.Params = append(f.Params, strings.TrimSpace(p))
		}
		m.Functions[name] = f
	}
	return m
}

func lowered(t interface{ Fatalf(string, ...any) }, m *Module, src string, names map[string]Value) (*Lowerer, graph.ID, diag.List) {
	var diags diag.List
	l := New(&diags, "test", spanOf)
	for n, v := range names {
		if s, ok := v.(symbol); ok {
			names[n] = Node{l.Graph.Input(n, s.t)}
		}
	}
	id, ok := l.Node(parse(t, src), NewScope(m, nil).With(names))
	if !ok && !diags.HasErrors() {
		t.Fatalf("%s: no node and no error", src)
	}
	return l, id, diags
}

type symbol struct{ t graph.Type }

func (symbol) isValue() {}

// TestValues lowers expressions of constants, which fold to their value.
func TestValues(t *testing.T) {
	m := library_(t,
		"f1(x) = (1 + abs(x)) * log1p(abs(x)) - abs(x)",
		"twice(f, x) = f(f(x))",
		"cube(x) = x * x * x",
		"valley(f, h, x, y) = f(h(x) * y)",
		"flat(x) = 1 + 0.001 * sq(x)",
		"shadow(pi) = pi + 1",
		"pieces(x, v, t) = sum([for i, u in v : (i == 0 ? true : x >= t[i - 1]) && (i == len(t) ? true : x < t[i]) ? u : 0])",
		"tau = 2 * pi",
	)
	m.Vars["n"] = cty.NumberIntVal(3)
	m.Vars["list"] = cty.TupleVal([]cty.Value{cty.NumberIntVal(4), cty.NumberFloatVal(0.5)})
	for _, c := range []struct {
		src  string
		want float64
	}{
		{"0.1 + 0.2", 0.1 + func() float64 { x := 0.2; return x }()},
		{"-2 * -3", 6},
		{"7 % -4", 3},
		{"-7 % 4", -3},
		{"1 / 0", math.Inf(1)},
		{"2 < 3 ? 10 : 20", 10},
		{"!(2 < 3) || 1 == 1 ? 1 : 0", 1},
		{"f1(-5)", 6*math.Log1p(5) - 5},
		{"twice(cube, 2)", 512},
		{"valley(f1, flat, 10, 2)", func() float64 { h := (1 + 0.001*100) * 2; return (1+h)*math.Log1p(h) - h }()},
		{"shadow(1)", 2},
		{"pieces(1, [5, 3, 0.1], [2, 6])", 5}, // neither t[-1] nor t[2] is looked at
		{"pieces(2, [5, 3, 0.1], [2, 6])", 3},
		{"pieces(6, [5, 3, 0.1], [2, 6])", 0.1},
		{"local.tau", 2 * math.Pi},
		{"var.n + var.list[1]", 3.5},
		{"sum([for i, v in [1, 2, 3] : i * v])", 8},
		{"sum([for v in var.list : v if v > 1])", 4},
		{"sum([for i in range(4) : pow(2, i)])", 15},
		{"[1, 2, 3][2]", 3},
		{"[[1, 2], [3, 4]][1][0]", 3},
		{"sum([1, 2] * [3, 4])", 11},
		{"dot([1, 2], [3, 4])", 11},
		{"norm([3, 4])", 5},
		{"mean([1, 2, 6])", 3},
		{"min(3, 1, 2)", 1},
		{"max([3, 1, 2])", 3},
		{"pow(2, 10)", 1024},
		{"pow(2, -1)", 0.5},
		{"sum([])", 0},
		{"all([]) && !any([]) ? 1 : 0", 1},
		{"close(1, 1.05, 0.1) ? 1 : 0", 1},
		{"len([1, 2, 3])", 3},
		{"len(linspace(0, 1, 11))", 11},
		{"linspace(0, 1, 11)[10]", 1},
		{"sum(linspace(-1, 1, 5))", 0},
		{"count([1 > 0, 2 < 0, true])", 2},
		{"any([false, true]) && all([true, true]) ? 1 : 0", 1},
		{"{ a = 1, b = 2 }.b", 2},
		{"var.n == 3 ? 1 : undefined_name", 1},
		{`"a" == "a" ? 1 : 0`, 1},
		{"sum(slice([1, 2, 3, 4], 1, 3))", 5},
		{"component([4, 5, 6], 2)", 6},
		{"[4, 5, 6][len([4, 5, 6]) - 1]", 6},
		{"standard_deviation([1, 2, 3, 4])", math.Sqrt(5.0 / 3)},
		{"standard_error([1, 2, 3, 4])", math.Sqrt(5.0 / 12)},
		{"sum(component([[1, 2], [3, 4]], 1))", 7},
		{"std::f1(0)", 0},
	} {
		l, id, diags := lowered(t, m, c.src, nil)
		if diags.HasErrors() {
			t.Errorf("%s: %v", c.src, diags)
			continue
		}
		got, ok := l.Graph.ConstValue(id)
		if !ok {
			t.Errorf("%s did not fold to a number", c.src)
		} else if math.Abs(got-c.want) > 1e-15*math.Abs(c.want) {
			t.Errorf("%s = %v, want %v", c.src, got, c.want)
		}
	}
}

// TestTypes gives the type of expressions of symbols.
func TestTypes(t *testing.T) {
	names := func() map[string]Value {
		return map[string]Value{
			"x": symbol{graph.Number}, "w": symbol{graph.Of(3)}, "W": symbol{graph.Of(3, 5)}, "v": symbol{graph.Of(5)},
			"s": symbol{graph.Number.AsSeries()}, "p": symbol{graph.Of(3).AsSeries()},
		}
	}
	for _, c := range []struct {
		src  string
		want graph.Type
	}{
		{"x + 1", graph.Number},
		{"w * x", graph.Of(3)},
		{"w[1] > 0", graph.Truth},
		{"[for i, v in w : v * i]", graph.Of(3)},
		{"matmul(W, v)", graph.Of(3)},
		{"matmul(w, W)", graph.Of(5)},
		{"transpose(W)", graph.Of(5, 3)},
		{"W[2][4]", graph.Number},
		{"abs(s) > 1", graph.Truth.AsSeries()},
		{"first(s > 2)", graph.Number},
		{"s[10]", graph.Number},
		{"p[10][1]", graph.Number},
		{"p[10]", graph.Of(3)},
		{"norm(p)", graph.Number.AsSeries()},
		{"component(p, 2)", graph.Number.AsSeries()},
		{"component(p, 2)[10]", graph.Number},
		{"component(W, 1)", graph.Of(5)},
		{"w[len(w) - 1]", graph.Number},
		{"W[len(W) - 1]", graph.Of(5)},
		{"standard_error(p)", graph.Number.AsSeries()},
		{"max(s)", graph.Number},
		{"running_mean(s, 2)", graph.Number.AsSeries()},
		{"running_mean(p, 2)", graph.Of(3).AsSeries()},
		{"lane_quantile(p, 0.5)", graph.Number.AsSeries()},
		{"covariance(w, 2 * w)", graph.Number},
		{"covariance(p, 2 * p)", graph.Number.AsSeries()},
		{"covariance(W)", graph.Of(5, 5)},
		{"s.t", graph.Number.AsSeries()},
		{"quantile(s, 0.5)", graph.Number},
		{"mean(slice(s, 10, 20))", graph.Number},
		{"all(s > 0)", graph.Truth},
		{"[x, 2 * x]", graph.Of(2)},
		{"x > 0 ? w : -w", graph.Of(3)},
	} {
		l, id, diags := lowered(t, library_(t), c.src, names())
		if diags.HasErrors() {
			t.Errorf("%s: %v", c.src, diags)
			continue
		}
		if got := l.Graph.Type(id); got != c.want {
			t.Errorf("%s is %v, want %v", c.src, got, c.want)
		}
	}
}

// TestErrors: one fault, one error, which says what to write instead.
func TestErrors(t *testing.T) {
	m := library_(t, "h(x) = x + 1", "rec(x) = rec(x - 1)", "a(x) = b(x)", "b(x) = a(x)", "loop = 1 + local.loop", "pair(x, y) = x * y")
	m.Vars["name"] = cty.StringVal("text")
	m.Functions["picky"] = &Function{Name: "picky", Params: []string{"v"}, Module: m, Value: parse(t, "sum(v)"),
		Checks: []Validation{{Condition: parse(t, "len(v) == 3"), Message: parse(t, `"picky needs 3, not ${len(v)}."`)}}}
	names := func() map[string]Value {
		return map[string]Value{"x": symbol{graph.Number}, "w": symbol{graph.Of(3)}, "u": symbol{graph.Of(4)}, "s": symbol{graph.Number.AsSeries()}}
	}
	for _, c := range []struct{ src, code, message, cure string }{
		{"y + 1", "RL0203", `unknown name "y"`, ""},
		{"lgo1p(x)", "RL0203", `unknown function "lgo1p"`, `"log1p"`},
		{"x(2)", "RL0303", `"x" is not a function`, "x * (...)"},
		{"pi(2)", "RL0303", "is a number", "pi * (...)"},
		{"h + 1", "RL0303", "is a function", "h(...)"},
		{"pair(1)", "RL0304", "takes 2 arguments, not 1", "pair(x, y)"},
		{"abs(1, 2)", "RL0304", "takes 1 argument, not 2", "abs(x)"},
		{"rec(x)", "RL0305", "rec -> rec", ""},
		{"a(x)", "RL0305", "a -> b -> a", ""},
		{"local.loop", "RL0204", "loop -> loop", ""},
		{"local.tay", "RL0203", `unknown local "tay"`, ""},
		{"var.nme", "RL0203", `unknown variable "nme"`, `"name"`},
		{"w + u", "RL0302", "a vector of 3 and a vector of 4", ""},
		{"w[3]", "RL0307", "out of range", "last one is 2"},
		{"w[-1]", "RL0307", "not counted from the end", "[2]"},
		{"w[0.5]", "RL0307", "cannot be an index", ""},
		{"w[x]", "RL0205", "not known before the run", ""},
		{"w[len(w)]", "RL0307", "out of range", "last one is 2"},
		{"w[len(w) - x]", "RL0205", "not known before the run", "length of a vector"},
		{"running_mean(w, 2)", "RL0302", "series of numbers", "run.a.loss"},
		{"running_mean(s > 1, 2)", "RL0302", "series of numbers", "(c ? 1 : 0)"},
		{"running_mean(s, 0.5)", "RL0307", "over 0.5 steps", "whole number"},
		{"running_mean(s, x)", "RL0310", "known before", ""},
		{"lane_quantile(s, 0.5)", "RL0302", "series of lanes", "quantile(s, 0.5)"},
		{"lane_quantile(w, 0.5)", "RL0302", "series of lanes", "quantile(x, 0.5)"},
		{"covariance(w)", "RL0302", "takes a matrix", "two vectors"},
		{"covariance(w, x)", "RL0302", "takes vectors", "two vectors"},
		{"covariance(w, u)", "RL0302", "a vector of 3 and a vector of 4", ""},
		{"covariance([w, u]...)", "RL0302", "a vector of 3 and a vector of 4", ""},
		{"x ? 1 : 2", "RL0309", "not a truth value", "x > 0"},
		{"x + var.name", "RL0301", "text stands", "without quotes"},
		{`x + "2"`, "RL0301", "text stands", ""},
		{"x && w", "RL0302", "cannot apply &&", ""},
		{"-(x > 0)", "RL0302", "cannot negate", ""},
		{"[for v in s : v]", "RL0302", "cannot be unrolled", "slice"},
		{"{for v in w : v => v}", "RL0308", "no meaning", "square brackets"},
		{"each.key", "RL0203", "for_each", ""},
		{"matmul(w, u)", "RL0302", "cannot apply matmul", ""},
		{"picky([1, 2])", "RL0304", "needs 3, not 2", "relief docs picky"},
		{"linspace(0, 1, 1e12)", "RL0310", "at most", ""},
		{"len(range(1000000000))", "RL0310", "at most", ""},
		{"sum(h)", "RL0303", "is a function", ""},
		{"first(x > 0)", "RL0302", "not a series", ""},
		{"component(s, 1)", "RL0302", "component takes vectors, and this is a series", "the series alone"},
		{"component(x, 0)", "RL0302", "component takes vectors, and this is a number", "a vector"},
		{"component(w, 3)", "RL0307", "component 3 is out of range", "0 to 2"},
		{"component(w, -1)", "RL0307", "component -1 is out of range", "0 to 2"},
		{"standard_error(x)", "RL0302", "standard_error takes independent numbers, and this is a number", "one number from each run"},
		{"standard_deviation([w, w])", "RL0302", "independent numbers, and this is a 2 x 3 matrix", "one number from each run"},
		{"standard_deviation([x])", "RL0302", "one value has no deviation", "two or more"},
		{"component(w, x)", "RL0310", "must be a number known before the run", ""},
		{"x.y", "RL0302", "has no part", ""},
		{"std::nothing(1)", "RL0203", "no function", ""},
		{"lib::f(1)", "RL0203", "unknown library", "import"},
	} {
		_, _, diags := lowered(t, m, c.src, names())
		if len(diags) != 1 {
			t.Errorf("%s: %d diagnostics, want 1: %v", c.src, len(diags), diags)
			continue
		}
		d := diags[0]
		if string(d.Code) != c.code || !strings.Contains(d.Summary, c.message) || !strings.Contains(d.Detail, c.cure) {
			t.Errorf("%s gives\n  %s %s\n  %s\nwant %s %q, cure %q", c.src, d.Code, d.Summary, d.Detail, c.code, c.message, c.cure)
		}
	}
}

// TestChain: an error inside a function names the calls that led there.
func TestChain(t *testing.T) {
	m := library_(t, "inner(x) = x[0]", "outer_(x) = inner(x)")
	_, _, diags := lowered(t, m, "outer_(1)", nil)
	if len(diags) != 1 || len(diags[0].Related) != 2 {
		t.Fatalf("got %v", diags)
	}
	if r := diags[0].Related; !strings.Contains(r[0].Message, "inner") || !strings.Contains(r[1].Message, "outer_") {
		t.Errorf("chain is %v", r)
	}
}

// TestBudgets: what would explode ends in one error, fast.
func TestBudgets(t *testing.T) {
	var defs []string
	for i := range 40 {
		defs = append(defs, fmt.Sprintf("g%d(x) = g%d(x + 1) + g%d(x - 2)", i+1, i, i))
	}
	defs = append(defs, "g0(x) = x")
	start := time.Now()
	_, _, diags := lowered(t, library_(t, defs...), "g40(x)", map[string]Value{"x": symbol{graph.Number}})
	if diags.HasErrors() && diags[0].Code != "RL0306" {
		t.Errorf("got %v", diags)
	}
	// The same arguments are lowered once, so doubling alone is no explosion.
	for i := range 40 {
		defs[i] = fmt.Sprintf("g%d(x) = g%d(x) + g%d(x)", i+1, i, i)
	}
	l, _, diags := lowered(t, library_(t, defs...), "g40(x)", map[string]Value{"x": symbol{graph.Number}})
	if diags.HasErrors() || l.Graph.Len() > 100 {
		t.Errorf("doubling: %d nodes, %v", l.Graph.Len(), diags)
	}
	terms := strings.Repeat("x * 1.5 + ", 20000) + "x"
	l, _, diags = lowered(t, library_(t), terms, map[string]Value{"x": symbol{graph.Number}})
	if diags.HasErrors() || l.Graph.Len() < 20000 {
		t.Errorf("long sum: %d nodes, %v", l.Graph.Len(), diags)
	}
	t.Logf("took %v", time.Since(start))
}

func TestText(t *testing.T) {
	var diags diag.List
	l := New(&diags, "", spanOf)
	sc := NewScope(library_(t), nil).With(map[string]Value{"x": Node{l.Graph.Input("x", graph.Number)}})
	text, ok := l.Text(parse(t, `"at ${x}: ${format("%.3g of %s", 2 * x, "all")} 100%"`), sc)
	if !ok {
		t.Fatal(diags)
	}
	var b strings.Builder
	for _, p := range text {
		switch {
		case p.Value != nil:
			fmt.Fprintf(&b, "<%s>", p.Verb)
		default:
			b.WriteString(p.Literal)
		}
	}
	if want := "at <>: <%.3g> of all 100%"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	for _, src := range []string{`format("%.3g")`, `format("%q", x)`, `format("%99999d", x)`, `format("%", x)`, `format("x", x)`} {
		if _, ok := l.Text(parse(t, src), sc); ok {
			t.Errorf("%s was accepted", src)
		}
	}
}

// TestNeverPanics lowers random expressions built from every piece of syntax.
func TestNeverPanics(t *testing.T) {
	atoms := []string{"x", "w", "s", "1", "2.5", "1e308", "pi", `"t"`, "true", "null", "local.k", "var.n", "each.value", "[1, 2]", "[]", "{ a = 1 }", "h", "nope", "W"}
	fns := []string{"abs", "min", "sum", "norm", "matmul", "first", "slice", "pow", "h", "len", "dot", "format", "range", "linspace", "x", "value", "transpose", "quantile", "component", "standard_error", "running_mean", "lane_quantile", "covariance"}
	m := library_(t, "h(x) = x + 1", "k = 2 * x")
	m.Vars["n"] = cty.NumberIntVal(3)
	rapid.Check(t, func(rt *rapid.T) {
		var gen func(depth int) string
		gen = func(depth int) string {
			pick := func(xs []string) string { return rapid.SampledFrom(xs).Draw(rt, "pick") }
			if depth == 0 {
				return pick(atoms)
			}
			a, b, c := gen(depth-1), gen(depth-1), gen(depth-1)
			switch rapid.IntRange(0, 9).Draw(rt, "form") {
			case 0:
				return "(" + a + ")[" + b + "]"
			case 1:
				return "(" + a + " " + pick([]string{"+", "-", "*", "/", "%", "<", "==", "!=", "&&", "||"}) + " " + b + ")"
			case 2:
				return "(" + a + " ? " + b + " : " + c + ")"
			case 3:
				return pick(fns) + "(" + a + ")"
			case 4:
				return pick(fns) + "(" + a + ", " + b + ", " + c + ")"
			case 5:
				return "[for i, v in " + a + " : " + b + " if i > 0]"
			case 6:
				return "(" + a + ")[*]"
			case 7:
				return "[" + a + ", " + b + "]"
			case 8:
				return "(-" + a + ").a"
			}
			return `"${` + a + `}"`
		}
		src := gen(rapid.IntRange(0, 3).Draw(rt, "depth"))
		lowered(t, m, src, map[string]Value{"x": symbol{graph.Number}, "w": symbol{graph.Of(3)}, "W": symbol{graph.Of(2, 3)}, "s": symbol{graph.Number.AsSeries()}})
	})
}
