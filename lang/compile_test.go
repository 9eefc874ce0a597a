package lang

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/plan"
)

// folder writes files and returns the path of the first.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

// base is what the cases add to.
const base = `study { title = "t" }
objective "f" {
  params = [x, w[3]]
  value  = sq(x) + sum(sq(w))
}
run "a" {
  objective = objective.f
  start     = 1
  steps     = 100
  optimizer "gd" { learning_rate = 0.1 }
  record { every = 10 }
}
`

func good(t *testing.T, text string, opts Options) *plan.Study {
	t.Helper()
	p, diags := Compile(folder(t, "s.hcl", text), opts)
	for _, d := range diags {
		t.Errorf("line %d: %s %s\n\t%s", d.Span.Start.Line, d.Code, d.Summary, d.Detail)
	}
	if len(diags) > 0 {
		t.FailNow()
	}
	return p
}

// expect holds the diagnostics to one error.
func expect(t *testing.T, diags diag.List, code, message string) *diag.Diagnostic {
	t.Helper()
	if len(diags) != 1 {
		for _, d := range diags {
			t.Errorf("%s line %d: %s %s", d.Span.File, d.Span.Start.Line, d.Code, d.Summary)
		}
		t.Fatalf("%d diagnostics, want one: %s %q", len(diags), code, message)
	}
	d := diags[0]
	if string(d.Code) != code || !regexp.MustCompile(message).MatchString(d.Summary+" "+d.Detail) {
		t.Errorf("%s %s %s, want %s %q", d.Code, d.Summary, d.Detail, code, message)
	}
	complete(t, d)
	return d
}

// TestFaults: one fault, one error, also where other blocks refer to the bad
// one.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, text, code, message string }{
		{"run resumes itself", "run \"b\" {\n resume = run.b.final\n steps = 1\n}", "RL0204", "run.b -> run.b"},
		{"rate waits for its run", "run \"b\" {\n objective = objective.f\n start = 1\n steps = 1\n optimizer \"gd\" { learning_rate = run.b.final.loss }\n}", "RL0204", "run.b -> run.b"},
		{"bad objective, used everywhere", "objective \"g\" {\n params = [q]\n value = qq\n}\nrun \"b\" {\n objective = objective.g\n start = 1\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}\ncheck \"c\" {\n assert {\n condition = run.b.final.loss < 1\n message = \"a ${run.b.final.loss}\"\n }\n}\nreport { show = [run.b, check] }", "RL0203", `"qq".*Did you mean "q"`},
		{"bad for_each, used everywhere", "run \"b\" {\n for_each = [1, 1.0]\n resume = run.a.final\n steps = 1\n}\noutput \"o\" { value = run.b[1].final.loss }\nplot \"p\" {\n line { y = run.b[*].loss }\n}", "RL0408", "twice"},
		{"one text for all elements", "run \"b\" {\n for_each = [1, 2, 3]\n resume = run.a.final\n steps = each.value\n optimizer \"gd\" { learning_rate = zeta * each.value }\n}", "RL0203", "zeta"},
		{"schedule in use", "schedule \"s\" { value = t * zz }\nrun \"b\" {\n resume = run.a.final\n steps = 1\n optimizer \"gd\" { learning_rate = schedule.s }\n}", "RL0203", "zz"},
		{"schedule of results", "schedule \"s\" { value = run.a.final.loss }", "RL0205", "cannot stand"},
		{"schedule as a result", "schedule \"s\" { value = t }\noutput \"o\" { value = schedule.s }", "RL0205", "learning_rate"},
		{"optimizer in two runs", "optimizer \"gd\" \"o\" { learning_rate = zeta }\nrun \"b\" {\n resume = run.a.final\n steps = 1\n optimizer = optimizer.o\n}\nrun \"c\" {\n resume = run.a.final\n steps = 1\n optimizer = optimizer.o\n}", "RL0203", "zeta"},
		{"optimizer in no run", "optimizer \"gd\" \"o\" { learning_rate = zeta }", "RL0203", "zeta"},
		{"argument of another kind", "run \"b\" {\n resume = run.a.final\n steps = 1\n optimizer \"gd\" {\n learning_rate = 1\n momentum = 0.9\n }\n}", "RL0402", "belongs to optimizer momentum"},
		{"typo of what is missing", "run \"b\" {\n resume = run.a.final\n steps = 1\n optimizer \"gd\" { lerning_rate = 1 }\n}", "RL0402", `Did you mean "learning_rate"`},
		{"momentum above 1", "run \"b\" {\n resume = run.a.final\n steps = 1\n optimizer \"momentum\" {\n learning_rate = 1\n momentum = 1.2\n }\n}", "RL0406", "1.2"},
		{"infinite rate", "run \"b\" {\n resume = run.a.final\n steps = 1\n optimizer \"gd\" { learning_rate = 1 / 0 }\n}", "RL0406", "finite"},
		{"series as a rate", "run \"b\" {\n resume = run.a.final\n steps = 1\n optimizer \"gd\" { learning_rate = run.a.loss }\n}", "RL0302", "series"},
		{"bare name of a block", "run \"b\" {\n objective = f\n start = 1\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}", "RL0203", "Write objective.f"},
		{"name of a block in quotes", "run \"b\" {\n objective = \"f\"\n start = 1\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}", "RL0203", "Write objective.f"},
		{"whole run as a start", "run \"b\" {\n objective = objective.f\n start = run.a\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}", "RL0409", "run.a.final"},
		{"mistyped parameter of a start", "run \"b\" {\n objective = objective.f\n start = { y = 1, w = 2 }\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}", "RL0203", "y"},
		{"start from lanes", "run \"b\" {\n objective = objective.f\n vary { q = [1, 2] }\n start = q\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}\nrun \"c\" {\n objective = objective.f\n start = run.b.final\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}", "RL0409", "lane"},
		{"normal of one argument", "run \"b\" {\n objective = objective.f\n start = normal(0)\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}", "RL0304", "normal"},
		{"direction without a rate", "landscape \"l\" {\n objective = objective.f\n center = { x = 1, w = 2 }\n axis \"s\" {\n from = 0\n to = 1\n points = 5\n direction = \"gradient\"\n }\n}", "RL0403", "learning rate"},
		{"direction of a network", "landscape \"l\" {\n objective = objective.f\n center = { x = 1, w = 2 }\n axis \"s\" {\n from = 0\n to = 1\n points = 5\n direction = \"random\"\n normalize = \"filter\"\n }\n}", "RL0407", `normalize = "unit"`},
		{"seed of another direction", "landscape \"l\" {\n objective = objective.f\n center = { x = 1, w = 2 }\n axis \"s\" {\n from = 0\n to = 1\n points = 5\n direction = \"eigenvector\"\n seed = 3\n }\n}", "RL0407", `direction = "random"`},
		{"component of no path", "run \"b\" {\n resume = run.a.final\n steps = 5\n record { path = false }\n}\nlandscape \"l\" {\n objective = objective.f\n center = { x = 1, w = 2 }\n axis \"s\" {\n from = 0\n to = 1\n points = 5\n direction = \"component\"\n of = run.b\n }\n}", "RL0407", "snapshots"},
		{"axis over a vector", "landscape \"l\" {\n objective = objective.f\n center = { x = 1, w = 2 }\n axis \"w\" {\n from = 0\n to = 1\n points = 5\n }\n}", "RL0403", `coordinate = w\[0\]`},
		{"curvature along no axis", "landscape \"l\" {\n objective = objective.f\n center = { x = 1, w = 2 }\n axis \"x\" {\n from = 0\n to = 1\n points = 5\n }\n axis \"s\" {\n coordinate = w[1]\n from = 0\n to = 1\n points = 5\n }\n}\noutput \"o\" { value = landscape.l.curvature.w }", "RL0203", "x and s"},
		{"lanes in a condition", "run \"b\" {\n objective = objective.f\n vary { q = [1, 2] }\n start = 1\n steps = 1\n optimizer \"gd\" { learning_rate = q }\n}\ncheck \"c\" {\n assert {\n condition = run.b.final.loss < 1\n message = \"a\"\n }\n}", "RL0309", "all"},
		{"status that is none", "check \"c\" {\n assert {\n condition = run.a.status == \"divergd\"\n message = \"a\"\n }\n}", "RL0406", "diverged"},
		{"status as an output", "output \"o\" { value = run.a.status }", "RL0301", "text"},
		{"unrecorded step behind a function", "output \"o\" { value = abs(run.a.path.x - run.a.loss)[15] }", "RL0307", "10 and 20"},
		{"step beyond differences", "output \"o\" { value = diff(run.a.loss)[100] }", "RL0307", "100"},
		{"mark from beyond the end", "plot \"p\" {\n line {\n y = run.a.loss\n from = 101\n }\n}", "RL0307", "100"},
		{"x of another length", "plot \"p\" {\n line {\n x = [1, 2, 3]\n y = [1, 2]\n }\n}", "RL0302", "vector of 3"},
		{"empty range", "plot \"p\" {\n line { y = run.a.loss }\n axis_y { range = [1, 0] }\n}", "RL0406", "empty"},
		{"colour", "plot \"p\" {\n line {\n y = run.a.loss\n color = \"bleu\"\n }\n}", "RL0406", "blue"},
		{"long row", "table \"t\" {\n columns = [\"a\"]\n rows = [[1, 2]]\n}", "RL0406", "2 cells"},
		{"nothing to show", "report { show = [plot] }", "RL0203", "no plot"},
		{"check that is none", "check \"it converges\" {\n assert {\n condition = true\n message = \"\"\n }\n}\nreport { show = [check[\"it converge\"]] }", "RL0203", "it converges"},
		{"argument outside", "eta = 3", "RL0402", "locals { eta"},
		{"two names for one function", "function \"g\" {\n params = [x]\n value = x\n}\nfunction \"g\" {\n params = [x]\n value = x\n}", "RL0201", "twice"},
		{"name in a function that nothing calls", "function \"g\" {\n params = [x]\n value = sqr(x)\n}", "RL0203", "sqrt"},
		{"result behind a call", "function \"g\" {\n params = [x]\n value = x + run.a.final.loss\n}\nobjective \"h\" {\n params = [x]\n value = g(x)\n}", "RL0205", "run.a"},
		{"bad function, called twice", "function \"g\" {\n params = [x]\n value = zeta * x\n}\nobjective \"h\" {\n params = [x]\n value = g(x) + g(2 * x)\n}", "RL0203", "zeta"},
		{"locals in a loop that nothing uses", "locals {\n a = local.b\n b = local.a\n}", "RL0204", "a -> b -> a"},
		{"optimizer named twice", "optimizer \"gd\" \"o\" { learning_rate = 1 }\noptimizer \"momentum\" \"o\" {\n learning_rate = 1\n momentum = 0.5\n}", "RL0201", "twice"},
		{"version of the future", "output \"o\" { value = 1 }\n", "RL0413", "99"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := base + c.text + "\n"
			if c.code == "RL0413" {
				text = strings.Replace(text, `study { title = "t" }`, `study { requires = "99.0" }`, 1)
			}
			_, diags := Compile(folder(t, "s.hcl", text), Options{Version: "1.2.3"})
			expect(t, diags, c.code, c.message)
		})
	}
}

// TestManyErrors: errors without end are cut, and the last line says so.
func TestManyErrors(t *testing.T) {
	for name, text := range map[string]func(i int) string{
		"blocks":    func(i int) string { return fmt.Sprintf("foo%d {}\n", i) },
		"arguments": func(i int) string { return fmt.Sprintf("run \"a%d\" { foo = 1 }\n", i) },
		"names":     func(i int) string { return fmt.Sprintf("output \"o%d\" { value = zzz }\n", i) },
		"syntax":    func(i int) string { return fmt.Sprintf("output \"o%d\" { value = 2^3 }\n", i) },
	} {
		t.Run(name, func(t *testing.T) {
			b := strings.Builder{}
			for i := range 3000 {
				b.WriteString(text(i))
			}
			_, diags := Compile(folder(t, "s.hcl", base+b.String()), Options{})
			if n := len(diags); n != 101 || diags[n-1].Code != "RL0414" || diags[n-2].Code == "RL0414" {
				t.Errorf("%d errors, the last is %s", n, diags[n-1].Code)
			}
		})
	}
}

// TestWarnings: a study with warnings is whole.
func TestWarnings(t *testing.T) {
	p, diags := Compile("testdata/broken/warnings.hcl", Options{})
	if errors, warnings := diags.Counts(); errors != 0 || warnings != 4 || len(p.Runs) != 4 {
		t.Errorf("%d errors, %d warnings, %d runs", errors, warnings, len(p.Runs))
	}
	// Once for all elements and for all runs of one optimizer.
	_, diags = Compile(folder(t, "s.hcl", base+`
optimizer "gd" "up" { learning_rate = -1 }
run "b" {
  for_each  = [1, 2, 3]
  objective = objective.f
  start     = each.value
  steps     = 10
  optimizer = optimizer.up
}
`), Options{})
	if errors, warnings := diags.Counts(); errors != 0 || warnings != 1 {
		t.Errorf("%d errors, %d warnings", errors, warnings)
	}
}

// TestNull: null is no value, whatever the type.
func TestNull(t *testing.T) {
	text := base + "variable \"k\" { default = 1 }\noutput \"o\" { value = var.k }\n"
	_, diags := Compile(folder(t, "s.hcl", text), Options{Vars: []string{"k=null"}})
	expect(t, diags, "RL0406", "needs a value, not null")
}

// TestPlan looks at what a study becomes.
func TestPlan(t *testing.T) {
	p := good(t, base+`
locals { keys = [0.5, 2] }
run "b" {
  for_each = local.keys
  resume   = run.a.at[40]
  steps    = 10
  optimizer "gd" { learning_rate = each.value * t0 }
}
optimizer "nesterov" "o" {
  learning_rate = e / 10
  momentum      = 0.9
}
run "lanes" {
  objective = objective.f
  vary { e = [0.1, 0.2, 0.3] }
  vary { z = linspace(0, 1, 5) }
  start = { w = normal(0, e), x = z }
  steps = 10
  optimizer = optimizer.o
  stop { when = loss < 1e-9 }
}
landscape "l" {
  objective = objective.f
  center    = run.a.final
  axis "s" {
    direction = "gradient"
    from      = -1
    to        = 1
    points    = 11
  }
  axis "u" {
    coordinate = w[2]
    from       = -1
    to         = 1
    points     = 7
  }
}
plot "p" {
  line { y = run.b[*].loss }
}
table "t" {
  columns = ["k", "loss"]
  rows    = [for k in local.keys : ["is ${k}", run.b[k].final.loss]]
}
output "shape" { value = run.lanes.path.w }
report {
  show = [check, run.b]
  text { markdown = "x is ${run.a.final.params.x}" }
}
check "holds" {
  assert {
    condition = run.a.status == "ok" && run.a.loss[50] < 1
    message   = "loss ${format("%.3g", run.a.loss[50])} ${run.a.status}"
  }
}
`, Options{})
	var order []string
	for _, a := range p.Order {
		order = append(order, a.String())
	}
	if got := strings.Join(order, " "); got != "run.a run.b[0.5] run.b[2] run.lanes landscape.l" {
		t.Errorf("order: %s", got)
	}
	b := p.Runs[1]
	if b.Resume == nil || b.Resume.At != 40 || b.Resume.Run.String() != "run.a" || b.Objective != p.Runs[0].Objective || fmt.Sprint(b.Needs) != "[run.a]" {
		t.Errorf("run.b[0.5] resumes %+v, needs %v", b.Resume, b.Needs)
	}
	if c, ok := b.Optimizer.LearningRate.Graph.ConstValue(b.Optimizer.LearningRate.Root); !ok || c != 20 {
		t.Errorf("the rate 0.5 t0 is %v", c)
	}
	lanes := p.Runs[3]
	if fmt.Sprint(lanes.Lanes()) != "[3 5]" || lanes.Start[0].Param != "x" || lanes.Start[1].Law != plan.Normal || lanes.Stop == nil || lanes.Optimizer.Name != "o" {
		t.Errorf("run.lanes: %+v", lanes)
	}
	if lanes.Seed == p.Runs[0].Seed {
		t.Error("two runs have one seed")
	}
	if got := p.Outputs[0].Value.Type().String(); got != "a series, each step a 3 x 5 x 3 array" {
		t.Errorf("the path of lanes is %s", got)
	}
	l := p.Landscapes[0]
	if l.Axes[0].Coordinate != -1 || len(l.Axes[0].Direction) != 2 || l.Axes[1].Coordinate != 3 || len(l.Center) != 2 {
		t.Errorf("landscape: %+v", l)
	}
	if m := p.Plots[0].Panels[0].Marks; len(m) != 2 || m[0].Source.String() != "run.b[0.5]" || m[1].Label[0].Literal != "2" {
		t.Errorf("marks: %+v", m)
	}
	if r := p.Tables[0]; r.Rows[0][0][0].Literal != "is " || r.Rows[0][0][1].Value == nil || r.Numbers[1][1] == nil || r.Numbers[0][0] != nil {
		t.Errorf("rows: %+v", r.Rows)
	}
	if n := len(p.Report.Items); n != 4 || p.Report.Items[0].Show.String() != "check." || p.Report.Items[3].Markdown[1].Value == nil {
		t.Errorf("%d items in the report", n)
	}
	if w := p.Checks[0].Asserts[0].Message; len(w) != 4 || w[1].Verb != "%.3g" || w[3].Word == nil {
		t.Errorf("message: %+v", w)
	}
}

// TestSeeds: the seed of a block follows from the study's and its address.
func TestSeeds(t *testing.T) {
	seed := func(text string) uint64 { return good(t, text, Options{}).Runs[0].Seed }
	first := seed(base)
	if again := seed(base + "output \"o\" { value = 1 }\n"); again != first {
		t.Errorf("the seed changed from %d to %d with another block", first, again)
	}
	if other := seed(strings.Replace(base, `title = "t"`, `seed = 7`, 1)); other == first {
		t.Error("the seed of the study does not matter")
	}
	if own := seed(strings.Replace(base, "steps     = 100", "steps     = 100\n  seed = 42", 1)); own != 42 {
		t.Errorf("the run's own seed 42 became %d", own)
	}
}

// TestVariables: precedence, types, and where errors point.
func TestVariables(t *testing.T) {
	study := base + `
variable "eta" {
  type    = number
  default = 0.5
  validation {
    condition = var.eta > 0
    message   = "a learning rate is positive"
  }
}
variable "folder" { default = "" }
output "o" { value = var.eta }
`
	file := folder(t, "v.hcl", "eta = 0.25\nfolder = \"/data\"\n")
	for _, c := range []struct {
		opts        Options
		eta, folder string
	}{
		{Options{}, "0.5", `""`},
		{Options{Env: []string{"RELIEF_VAR_eta=2", "RELIEF_VAR_other=1", "HOME=/"}}, "2", `""`},
		{Options{Env: []string{"RELIEF_VAR_eta=2"}, VarFiles: []string{file}}, "0.25", `"/data"`},
		{Options{Vars: []string{"eta=1", "eta=3", "folder=/a b"}, VarFiles: []string{file}}, "3", `"/a b"`},
	} {
		p := good(t, study, c.opts)
		if p.Variables[0].Value != c.eta || p.Variables[1].Value != c.folder || p.Variables[0].Default != (c.eta == "0.5") {
			t.Errorf("%+v: %+v %+v", c.opts, p.Variables[0], p.Variables[1])
		}
	}
	path := folder(t, "s.hcl", study)
	for _, c := range []struct {
		opts                Options
		code, message, file string
	}{
		{Options{Vars: []string{"eta=-1"}}, "RL0411", "positive", "-var eta"},
		{Options{Vars: []string{"eta=abc"}}, "RL0406", "a number", "-var eta"},
		{Options{Vars: []string{"eat=1"}}, "RL0203", "eta", "-var eat"},
		{Options{Vars: []string{"eta"}}, "RL0411", "name=value", ""},
		{Options{Env: []string{"RELIEF_VAR_eta=0"}}, "RL0411", "positive", "RELIEF_VAR_eta"},
		{Options{VarFiles: []string{folder(t, "w.hcl", "eta = 0\n")}}, "RL0411", "positive", "w.hcl"},
		{Options{VarFiles: []string{"nowhere.hcl"}}, "RL0101", "nowhere", "nowhere.hcl"},
	} {
		p, diags := Compile(path, c.opts)
		d := expect(t, diags, c.code, c.message)
		if !strings.HasSuffix(d.Span.File, c.file) {
			t.Errorf("%+v points into %q", c.opts, d.Span.File)
		}
		if c.code == "RL0411" && c.file != "" {
			if text := string(p.Sources[d.Span.File][d.Span.Start.Byte:d.Span.End.Byte]); text != "-1" && text != "0" {
				t.Errorf("%+v points at %q", c.opts, text)
			}
		}
	}
	_, diags := Compile(folder(t, "s.hcl", strings.Replace(study, "default = 0.5", "default = -0.5", 1)), Options{})
	if d := expect(t, diags, "RL0411", "positive"); d.Span.Start.Line != 16 {
		t.Errorf("a bad default is reported on line %d", d.Span.Start.Line)
	}
}

// TestImportsOfFiles: libraries, their locals, schedules and faults.
func TestImportsOfFiles(t *testing.T) {
	main := `study { title = "t" }
import "lib" { source = "./lib/a.hcl" }
objective "f" {
  params = [x]
  value  = lib::g(x) + apply(lib.g, x) + lib.two
}
function "apply" {
  params = [h, x]
  value  = h(x)
}
run "a" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "gd" { learning_rate = lib.s }
}
run "b" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "gd" { learning_rate = lib::s(t, steps) }
}
`
	a := "import \"deep\" { source = \"./b.hcl\" }\nlocals { two = 2 }\nfunction \"g\" {\n  params = [x]\n  value  = deep::h(x) * local.two\n}\nschedule \"s\" { value = 0.1 / (1 + t / steps) }\n"
	b := "function \"h\" {\n  params = [x]\n  value  = sq(x)\n}\n"
	p, diags := Compile(folder(t, "s.hcl", main, "lib/a.hcl", a, "lib/b.hcl", b), Options{})
	if len(diags) > 0 || len(p.Sources) != 3 {
		t.Fatalf("%d sources, %v", len(p.Sources), diags)
	}
	if x, y := p.Runs[0].Optimizer.LearningRate, p.Runs[1].Optimizer.LearningRate; x.Graph.Node(x.Root).Op != y.Graph.Node(y.Root).Op {
		t.Error("a schedule called and named differ")
	}
	for _, c := range []struct{ name, a, b, code, message string }{
		{"fault in a library", strings.Replace(a, "deep::h", "deep::hh", 1), b, "RL0203", "hh"},
		{"library that does not parse", a, "function \"h\" {", "RL0122", "closed"},
		{"no such file", strings.Replace(a, "./b.hcl", "./c.hcl", 1), b, "RL0101", "c.hcl"},
		{"outside of the project", strings.Replace(a, "./b.hcl", "../../../b.hcl", 1), b, "RL0106", "project"},
		{"study as a library", a, "study { title = \"b\" }\n" + b, "RL0407", "library"},
		{"blocks in a library", a, b + "objective \"f\" {\n  params = [x]\n  value  = x\n}\n", "RL0403", "no study block"},
		{"loop", a, "import \"a\" { source = \"./a.hcl\" }\n" + b, "RL0204", "a.hcl -> b.hcl -> a.hcl"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, diags := Compile(folder(t, "s.hcl", main, "lib/a.hcl", c.a, "lib/b.hcl", c.b), Options{})
			expect(t, diags, c.code, c.message)
		})
	}
}

// TestLibrary: a file without a study block can be checked and not run.
func TestLibrary(t *testing.T) {
	path := folder(t, "lib.hcl", "function \"g\" {\n  params = [x]\n  value  = sq(x)\n}\n")
	r, diags := Check(path, Options{})
	if !r.Library || len(diags) > 0 {
		t.Errorf("library %v, %v", r.Library, diags)
	}
	_, diags = Compile(path, Options{})
	expect(t, diags, "RL0403", "library")
}
