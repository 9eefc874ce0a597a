// Package enginetest holds a small study, built by hand, that the tests of the
// packages from engine on share: every kind of block, lanes, keys, a fork, a
// run that diverges, a check that holds and one that fails.
package enginetest

import (
	"strings"
	"unicode/utf8"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// Source is the text of the study, which spans point into.
const Source = `study {
  title  = "A bowl and a valley <b>&amp;</b>"
  source = "Ma, Kunin, Wu, Ying (2022)"
}

objective "bowl" {
  params = [x, y]
  value  = 0.5 * (x * x + 10 * y * y)
}

run "before" {
  objective = objective.bowl
  start     = { x = 4, y = 1 }
  steps     = 20
  optimizer "gd" { learning_rate = 0.19 }
}

run "after" {
  for_each = [5, 10]
  resume   = run.before.at[each.value]
  steps    = 15
  optimizer "gd" { learning_rate = 0.05 }
}

run "rates" {
  objective = objective.bowl
  start     = { x = 1, y = 1 }
  steps     = 6
  vary      { eta = [0.05, 0.1, 0.3] }
  optimizer "gd" { learning_rate = eta }
}

run "wild" {
  objective   = objective.bowl
  start       = { x = 1, y = 1e300 }
  steps       = 200
  may_diverge = true
  optimizer "gd" { learning_rate = 1e6 }
}

landscape "basin" {
  objective = objective.bowl
  axis "x" {
    from   = -5
    to     = 5
    points = 41
  }
  axis "y" {
    from   = -2
    to     = 2
    points = 21
  }
}

landscape "cut" {
  objective = objective.bowl
  center    = run.before.final
  axis "y" {
    from   = -1
    to     = 1
    points = 11
  }
}

check "the forks are slower" {
  assert {
    condition = run.after[5].final.loss > run.before.final.loss
    message   = "${run.after[5].final.loss} against ${run.before.final.loss}"
  }
}

check "the valley is flat" {
  assert {
    condition = first(run.before.loss < 1) == 3
    message   = "the loss is below 1 from step ${first(run.before.loss < 1)} on"
  }
  assert {
    condition = run.wild.loss[150] > 0
    message   = "not reached"
  }
}

output "last_x" { value = run.before.final.params.x }
output "slope"  { value = gradient(objective.bowl, { x = 1, y = 2 }) }
output "bend"   { value = hessian(objective.bowl, { x = 1, y = 2 }) }

table "forks" {
  columns = ["fork", "final loss", "status"]
}

plot "losses" { title = "Losses" }
plot "plane" { title = "The plane" }

report {}
`

const file = "bowl.hcl"

// Span returns the place of the first occurrence of part in Source.
func Span(part string) diag.Span {
	i := strings.Index(Source, part)
	if i < 0 {
		panic("enginetest: no " + part)
	}
	return diag.Span{File: file, Start: position(i), End: position(i + len(part))}
}

func position(i int) diag.Pos {
	before := Source[:i]
	line := strings.LastIndexByte(before, '\n') + 1
	return diag.Pos{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[line:]) + 1, Byte: i}
}

func address(noun, name string) plan.Address { return plan.Address{Noun: noun, Name: name} }

func keyed(noun, name, key string) plan.Address {
	return plan.Address{Noun: noun, Name: name, Key: key, Keyed: true}
}

func block(a plan.Address, span string, needs ...plan.Address) plan.Block {
	return plan.Block{Address: a, Span: Span(span), Needs: needs}
}

// An Expression is a graph under construction with its references.
type Expression struct {
	*graph.Graph
	refs []plan.Ref
	at   diag.Span
}

// At starts an expression that stands where part does.
func At(part string) *Expression { return &Expression{Graph: graph.New(), at: Span(part)} }

// Op applies an operation that fits by construction.
func (e *Expression) Op(op graph.Op, args ...graph.ID) graph.ID {
	id, err := e.Apply(op, args...)
	if err != nil {
		panic(err)
	}
	return id
}

// Ref adds a reference: path has dots between its parts.
func (e *Expression) Ref(a plan.Address, path string, t graph.Type, args ...*plan.Expr) graph.ID {
	name := a.String() + "." + path
	e.refs = append(e.refs, plan.Ref{Input: name, Block: a, Path: strings.Split(path, "."), Args: args, Type: t, Span: e.at})
	return e.Input(name, t)
}

// Is finishes the expression.
func (e *Expression) Is(root graph.ID) *plan.Expr {
	return &plan.Expr{Graph: e.Graph, Root: root, Refs: e.refs, Span: e.at}
}

// Number is a constant expression.
func Number(v float64) *plan.Expr {
	g := graph.New()
	return &plan.Expr{Graph: g, Root: g.Const(v)}
}

// Result is an expression that is a single reference.
func Result(part string, a plan.Address, path string, t graph.Type) *plan.Expr {
	e := At(part)
	return e.Is(e.Ref(a, path, t))
}

func literal(s string) plan.Text { return plan.Text{{Literal: s}} }

var series = graph.Number.AsSeries()

// Addresses of the runs.
var (
	Before = address("run", "before")
	After5 = keyed("run", "after", "5")
	After  = keyed("run", "after", "10")
	Rates  = address("run", "rates")
	Wild   = address("run", "wild")
	Basin  = address("landscape", "basin")
	Cut    = address("landscape", "cut")
	Bowl   = address("objective", "bowl")
)

// Study builds the study anew, so that a test may change it.
func Study() *plan.Study {
	bowl := objective()
	s := &plan.Study{
		Name: "bowl", File: file, Title: "A bowl and a valley <b>&amp;</b>",
		Description: "Gradient descent on $\\frac12 (x^2 + 10 y^2)$.\n\nSome *Markdown*, and <script>alert(1)</script>.",
		Source:      "Ma, Kunin, Wu, Ying (2022)",
		Seed:        7,
		Sources:     map[string][]byte{file: []byte(Source)},
		Variables:   []*plan.Variable{{Name: "size", Description: "a size", Value: "3", Default: true}},
		Objectives:  []*plan.Objective{bowl},
		Order:       []plan.Address{Before, After5, After, Rates, Wild, Basin, Cut},
	}
	gd := func(rate *plan.Expr) *plan.Optimizer { return &plan.Optimizer{Kind: "gd", LearningRate: rate} }
	start := func(x, y float64) []plan.Start {
		return []plan.Start{{Param: "x", Value: Number(x)}, {Param: "y", Value: Number(y)}}
	}
	probe := plan.Probe{Name: "radius", Kind: "value", Every: 5}
	e := At("x * x")
	probe.Value = e.Is(e.Op(graph.Hypot, e.Input("x", graph.Number), e.Input("y", graph.Number)))
	s.Runs = []*plan.Run{
		{Block: block(Before, `run "before"`), Objective: bowl, Optimizer: gd(Number(0.19)), Start: start(4, 1),
			Steps: 20, Every: 1, RecordPath: true, Probes: []plan.Probe{probe}, Seed: 11},
		{Block: block(After5, `run "after"`), Objective: bowl, Optimizer: gd(Number(0.05)), Steps: 15, Every: 1, RecordPath: true,
			Resume: &plan.Resume{Run: Before, At: 5, Span: Span("run.before.at[each.value]")}, Seed: 12},
		{Block: block(After, `run "after"`), Objective: bowl, Optimizer: gd(Number(0.05)), Steps: 15, Every: 1, RecordPath: true,
			Resume: &plan.Resume{Run: Before, At: 10, Span: Span("run.before.at[each.value]")}, Seed: 13},
	}
	rate := At("eta }")
	s.Runs = append(s.Runs,
		&plan.Run{Block: block(Rates, `run "rates"`), Objective: bowl, Optimizer: gd(rate.Is(rate.Input("eta", graph.Number))), Start: start(1, 1),
			Steps: 6, Every: 1, RecordPath: true, Vary: []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{0.05, 0.1, 0.3}}}}, Seed: 14},
		&plan.Run{Block: block(Wild, `run "wild"`), Objective: bowl, Optimizer: gd(Number(1e6)), Start: start(1, 1e100),
			Steps: 200, Every: 1, RecordPath: true, MayDiverge: true, Seed: 15},
	)
	s.Landscapes = []*plan.Landscape{
		{Block: block(Basin, `landscape "basin"`), Objective: bowl, Axes: []plan.Axis{
			{Label: "x", Coordinate: 0, From: Number(-5), To: Number(5), Points: 41},
			{Label: "y", Coordinate: 1, From: Number(-2), To: Number(2), Points: 21},
		}},
		{Block: block(Cut, `landscape "cut"`, Before), Objective: bowl,
			Center: plan.Point{Result("run.before.final", Before, "final.params.x", graph.Number), Result("run.before.final", Before, "final.params.y", graph.Number)},
			Axes:   []plan.Axis{{Label: "y", Coordinate: 1, From: Number(-1), To: Number(1), Points: 11}}},
	}
	claims(s)
	values(s)
	plots(s)
	return s
}

func objective() *plan.Objective {
	e := At("0.5 * (x * x + 10 * y * y)")
	x, y := e.Input("x", graph.Number), e.Input("y", graph.Number)
	sum := e.Op(graph.Add, e.Op(graph.Mul, x, x), e.Op(graph.Mul, e.Const(10), e.Op(graph.Mul, y, y)))
	return &plan.Objective{
		Block:  block(Bowl, `objective "bowl"`),
		Params: []plan.Param{{Name: "x", Type: graph.Number}, {Name: "y", Type: graph.Number}},
		Value:  e.Is(e.Op(graph.Mul, e.Const(0.5), sum)),
	}
}

func claims(s *plan.Study) {
	const fork, whole = "run.after[5].final.loss", "run.before.final.loss"
	e := At(fork + " > " + whole)
	more := e.Is(e.Op(graph.Gt, e.Ref(After5, "final.loss", graph.Number), e.Ref(Before, "final.loss", graph.Number)))
	at := func() *plan.Expr {
		e := At("first(run.before.loss < 1)")
		return e.Is(e.Op(graph.First, e.Op(graph.Lt, e.Ref(Before, "loss", series), e.Const(1))))
	}
	equal := At("first(run.before.loss < 1) == 3")
	equal.SetOrigin(equal.AddSite(graph.Site{Span: Span("first(run.before.loss < 1)")}))
	step := equal.Op(graph.First, equal.Op(graph.Lt, equal.Ref(Before, "loss", series), equal.Const(1)))
	equal.SetOrigin(0)
	wild := At("run.wild.loss[150] > 0")
	beyond := wild.Is(wild.Op(graph.Gt, wild.AtStep(wild.Ref(Wild, "loss", series), 150), wild.Const(0)))
	s.Checks = []*plan.Check{
		{Block: block(address("check", "the forks are slower"), `check "the forks are slower"`, After5, Before), Label: "the forks are slower", Asserts: []plan.Assert{
			{Condition: more, Span: more.Span, Message: plan.Text{{Value: Result(fork, After5, "final.loss", graph.Number), Verb: "%.3g"}, {Literal: " against "},
				{Value: Result(whole, Before, "final.loss", graph.Number), Verb: "%.3g"}}},
		}},
		{Block: block(address("check", "the valley is flat"), `check "the valley is flat"`, Before, Wild), Label: "the valley is flat", Asserts: []plan.Assert{
			{Condition: equal.Is(equal.Op(graph.Eq, step, equal.Const(3))), Span: Span("first(run.before.loss < 1) == 3"),
				Message: plan.Text{{Literal: "the loss is below 1 from step "}, {Value: at()}, {Literal: " on"}}},
			{Condition: beyond, Span: beyond.Span, Message: literal("not reached")},
		}},
	}
}

func values(s *plan.Study) {
	point := func(part string) *plan.Expr {
		e := At(part)
		return e.Is(e.ConstArray(graph.Of(2), []float64{1, 2}))
	}
	output := func(name, description string, v *plan.Expr, needs ...plan.Address) *plan.Output {
		return &plan.Output{Block: block(address("output", name), `output "`+name+`"`, needs...), Description: description, Value: v}
	}
	slope := At("gradient(objective.bowl, { x = 1, y = 2 })")
	bend := At("hessian(objective.bowl, { x = 1, y = 2 })")
	s.Outputs = []*plan.Output{
		output("last_x", "where it ended", Result("run.before.final.params.x", Before, "final.params.x", graph.Number), Before),
		output("slope", "", slope.Is(slope.Ref(Bowl, "gradient", graph.Of(2), point("{ x = 1, y = 2 }"))), Bowl),
		output("bend", "", bend.Is(bend.Ref(Bowl, "hessian", graph.Of(2, 2), point("{ x = 1, y = 2 }"))), Bowl),
	}
	table := &plan.Table{
		Block: block(address("table", "forks"), `table "forks"`, Before, After5, After), Title: literal("Forks"),
		Columns: []string{"fork", "final loss", "status"},
	}
	for _, a := range []plan.Address{Before, After5, After} {
		loss := Result(`table "forks"`, a, "final.loss", graph.Number)
		table.Rows = append(table.Rows, []plan.Text{literal(a.String()), {{Value: loss, Verb: "%.4g"}}, {{Word: &plan.Ref{Block: a, Path: []string{"status"}}}}})
		table.Numbers = append(table.Numbers, []*plan.Expr{nil, loss, nil})
	}
	s.Tables = []*plan.Table{table}
}

func plots(s *plan.Study) {
	line := func(a plan.Address, path string) plan.Mark {
		return plan.Mark{Kind: "line", Y: Result(`plot "losses"`, a, path, series), Source: a, Span: Span(`plot "losses"`)}
	}
	path := func(a plan.Address) plan.Mark {
		return plan.Mark{Kind: "path", X: Result(`plot "plane"`, a, "path.x", series), Y: Result(`plot "plane"`, a, "path.y", series), Source: a, Span: Span(`plot "plane"`)}
	}
	lanes := plan.Mark{Kind: "line", Y: Result(`plot "losses"`, Rates, "loss", graph.Of(3).AsSeries()), Source: Rates, Span: Span(`plot "losses"`)}
	from := 2
	late := line(Before, "path.x")
	late.From = &from
	s.Plots = []*plan.Plot{
		{Block: block(address("plot", "losses"), `plot "losses"`, Before, After5, After, Rates), Title: literal("Losses"), Panels: []plan.Panel{
			{Marks: []plan.Mark{line(Before, "loss"), line(After5, "loss"), line(After, "loss")}, Y: plan.PlotAxis{Scale: "log"}},
			{Title: literal("Rates"), Marks: []plan.Mark{lanes}},
			{Title: literal("From step 2"), Marks: []plan.Mark{late, {Kind: "hline", Y: Number(0), Label: literal("minimum")}}},
		}},
		{Block: block(address("plot", "plane"), `plot "plane"`, Basin, Before, After5, After), Title: literal("The plane"), Formats: []string{"svg"}, Panels: []plan.Panel{
			{Marks: []plan.Mark{{Kind: "contour", Of: Basin, Levels: 8, Filled: true, Span: Span(`plot "plane"`)}, path(Before), path(After5), path(After)}},
		}},
	}
	s.Report = &plan.Report{Items: []plan.ReportItem{
		{Markdown: plan.Text{{Literal: "It ends at **x = "}, {Value: Result("run.before.final.params.x", Before, "final.params.x", graph.Number), Verb: "%.3g"}, {Literal: "**."}}},
		{Show: &plan.Address{Noun: "plot", Name: "losses"}},
		{Show: &plan.Address{Noun: "plot"}},
		{Show: &plan.Address{Noun: "table"}},
	}}
}
