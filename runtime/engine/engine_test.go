package engine_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/engine"
	"relief/runtime/engine/enginetest"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/render"
)

func run(t *testing.T, s *plan.Study, opts engine.Options) *engine.Results {
	t.Helper()
	res, err := engine.Run(context.Background(), s, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func find(t *testing.T, res *engine.Results, a plan.Address) *engine.RunResult {
	t.Helper()
	for _, r := range res.Runs {
		if r.Plan.Address == a {
			return r
		}
	}
	t.Fatalf("no %s", a)
	return nil
}

func TestRun(t *testing.T) {
	res := run(t, enginetest.Study(), engine.Options{})

	before := find(t, res, enginetest.Before)
	if before.Status != engine.OK || before.Steps != 20 {
		t.Errorf("before: %s after %d", before.Status, before.Steps)
	}
	x := before.Lookup("path", "x")
	for k, v := range x.Data {
		if want := 4 * math.Pow(0.81, float64(k)); math.Abs(v-want) > 1e-13 {
			t.Errorf("x[%d] = %v, want %v", k, v, want)
		}
	}
	for i, a := range []plan.Address{enginetest.After5, enginetest.After} {
		fork := find(t, res, a)
		if got, want := fork.Lookup("path", "x").Data[0], x.Data[5+5*i]; got != want {
			t.Errorf("%s begins at %v, want %v", a, got, want)
		}
	}
	wild := find(t, res, enginetest.Wild)
	if wild.Status != engine.Diverged || wild.Final != nil || len(wild.Diagnostics) != 0 {
		t.Errorf("wild: %s, final %v, %v", wild.Status, wild.Final, wild.Diagnostics)
	}
	rates := find(t, res, enginetest.Rates)
	if loss := rates.Lookup("loss"); loss.Type != graph.Of(3).AsSeries() || len(rates.LaneSteps) != 3 {
		t.Errorf("rates: loss is %s, lane steps %v", loss.Type, rates.LaneSteps)
	}

	// The claims of the study: one holds, one is false, one cannot be judged.
	if res.Status != engine.CheckFailed || !res.Checks[0].OK || res.Checks[1].OK {
		t.Errorf("status %s, checks %v %v", res.Status, res.Checks[0].OK, res.Checks[1].OK)
	}
	if m := res.Checks[1].Asserts[0].Message; m != "the loss is below 1 from step 9 on" {
		t.Errorf("message %q", m)
	}
	step := wild.Lookup("loss").Steps[wild.Lookup("loss").Len()-1] + 1
	if m, want := res.Checks[1].Asserts[1].Message, fmt.Sprintf("run.wild diverged at step %d", step); !strings.Contains(m, want) {
		t.Errorf("message %q, want %q", m, want)
	}
	var codes []diag.Code
	for _, d := range res.Diagnostics {
		codes = append(codes, d.Code)
	}
	if !slices.Equal(codes, []diag.Code{"RL0601", "RL0603"}) {
		t.Errorf("codes %v", codes)
	}
	if v := res.Diagnostics[0].Values; len(v) != 1 || v[0] != (diag.Value{Name: "first(run.before.loss < 1)", Text: "9"}) {
		t.Errorf("values %v", v)
	}

	if got := res.Outputs[1].Value; !slices.Equal(got.Data, []float64{1, 20}) {
		t.Errorf("gradient %v", got)
	}
	if got := res.Outputs[2].Value; got.Type != graph.Of(2, 2) || !slices.Equal(got.Data, []float64{1, 0, 0, 10}) {
		t.Errorf("hessian %v", got)
	}
	if row := res.Tables[0].Cells[1]; row[0] != "run.after[5]" || row[2] != "ok" {
		t.Errorf("row %v", row)
	}
	if got := len(res.Report); got != 4 || res.Report[0].Markdown != "It ends at **x = 0.0591**." {
		t.Errorf("report %v", res.Report)
	}
	cut := res.Landscapes[1]
	if got := cut.Lookup("loss").Data[5]; got != 0.5*math.Pow(before.Final.Params[0].Value.Data[0], 2) {
		t.Errorf("the cut does not pass through the final state: %v", got)
	}
}

// Results do not depend on how many blocks run at once.
func TestRunIsDeterministic(t *testing.T) {
	strip := func(res *engine.Results) string {
		var b strings.Builder
		for _, r := range res.Runs {
			for _, s := range r.Series {
				fmt.Fprintln(&b, r.Plan.Address, s.Path, s.Values.Steps, s.Values.Data)
			}
		}
		for _, d := range res.Diagnostics {
			fmt.Fprintln(&b, d.Summary, d.Values)
		}
		for _, p := range res.Plots {
			fmt.Fprintf(&b, "%+v\n", *p.Figure)
		}
		return b.String()
	}
	want := strip(run(t, enginetest.Study(), engine.Options{Workers: 1}))
	for range 5 {
		if got := strip(run(t, enginetest.Study(), engine.Options{Workers: 8})); got != want {
			t.Fatal("results differ")
		}
	}
}

func TestFigures(t *testing.T) {
	res := run(t, enginetest.Study(), engine.Options{})
	losses, plane := res.Plots[0].Figure, res.Plots[1].Figure
	first := losses.Panels[0]
	var names []string
	colors := map[string]render.Color{}
	for _, m := range first.Marks {
		l := m.(render.Line)
		names = append(names, l.Label)
		colors[l.Label] = l.Color
	}
	if !slices.Equal(names, []string{"run.before", "5", "10"}) {
		t.Errorf("labels %q", names)
	}
	if first.X.Label != "step" || first.Y.Label != "loss" || first.Y.Scale != "log" {
		t.Errorf("axes %+v %+v", first.X, first.Y)
	}
	if n := len(losses.Panels[1].Marks); n != 3 {
		t.Errorf("%d lanes are drawn", n)
	}
	if l := losses.Panels[1].Marks[2].(render.Line); l.Label != "eta = 0.3" {
		t.Errorf("lane 2 is called %q", l.Label)
	}
	silent := enginetest.Study()
	for i := range silent.Plots[0].Panels[:2] {
		for k := range silent.Plots[0].Panels[i].Marks {
			silent.Plots[0].Panels[i].Marks[k].Label = plan.Text{{Literal: ""}}
		}
	}
	for _, p := range run(t, silent, engine.Options{}).Plots[0].Figure.Panels[:2] {
		for _, m := range p.Marks {
			if l := m.(render.Line).Label; l != "" {
				t.Errorf(`label = "" leaves %q in the legend`, l)
			}
		}
	}
	late := losses.Panels[2].Marks[0].(render.Line)
	if late.X[0] != 2 || late.Label != "" || losses.Panels[2].Y.Label != "x" {
		t.Errorf("late line begins at %v, label %q, axis %q", late.X[0], late.Label, losses.Panels[2].Y.Label)
	}
	contour := plane.Panels[0].Marks[0].(render.Contour)
	if i, j := 7, 3; contour.Z[j*len(contour.X)+i] != 0.5*(contour.X[i]*contour.X[i]+10*(contour.Y[j]*contour.Y[j])) {
		t.Error("the contour's grid is transposed")
	}
	for i, name := range []string{"run.before", "5", "10"} {
		p := plane.Panels[0].Marks[i+1].(render.Path)
		if p.Label != name || p.Color != colors[name] {
			t.Errorf("path %q has colour %v, the line %v", p.Label, p.Color, colors[name])
		}
	}
	if p := plane.Panels[0]; p.X.Label != "x" || p.Y.Label != "y" {
		t.Errorf("axes %+v %+v", p.X, p.Y)
	}
}

// A path with z is drawn in space, from where the panel's view says; the axis has
// the name of what is along it.
func TestPathInSpace(t *testing.T) {
	s := enginetest.Study()
	plane := &s.Plots[1].Panels[0]
	plane.Marks = plane.Marks[1:] // without the contour
	plane.View = plan.View{Azimuth: 30, Elevation: 20}
	for i := range plane.Marks {
		plane.Marks[i].Z = plane.Marks[i].X
	}
	res := run(t, s, engine.Options{})
	p := res.Plots[1].Figure.Panels[0]
	if p.View != (render.View{Azimuth: 30, Elevation: 20}) || p.Z.Label != "x" {
		t.Errorf("view %v, axis %q", p.View, p.Z.Label)
	}
	if path := p.Marks[0].(render.Path); len(path.Z) == 0 || !slices.Equal(path.Z, path.X) {
		t.Errorf("z is %v", path.Z)
	}
	plane.Marks[0].Z = s.Plots[0].Panels[0].Marks[1].Y // of a run of another length
	if p := run(t, s, engine.Options{}).Plots[1]; p.Error == nil || !strings.Contains(p.Error.Summary, "z has") {
		t.Errorf("z of another length: %v", p.Error)
	}
}

func TestDivergence(t *testing.T) {
	s := enginetest.Study()
	s.Runs[4].MayDiverge = false
	res := run(t, s, engine.Options{})
	if res.Status != engine.Diverged {
		t.Errorf("status %s", res.Status)
	}
	if d := res.Diagnostics[0]; d.Code != "RL0502" || !strings.Contains(d.Context, "wild") {
		t.Errorf("diagnostic %+v", d)
	}
}

func TestFailureStaysLocal(t *testing.T) {
	s := enginetest.Study()
	s.Runs[1].Resume.At = 25 // beyond the 20 steps of the run
	res := run(t, s, engine.Options{})
	fork := find(t, res, enginetest.After5)
	if fork.Status != engine.Failed || len(fork.Diagnostics) != 1 || fork.Diagnostics[0].Code != "RL0505" {
		t.Fatalf("fork %s: %v", fork.Status, fork.Diagnostics)
	}
	if d := fork.Diagnostics[0]; !strings.Contains(d.Summary, "step 25") || !strings.Contains(d.Summary, "run.before ended at step 20") || d.Span.IsZero() {
		t.Errorf("%+v", d)
	}
	if res.Status != engine.Failed || find(t, res, enginetest.After).Status != engine.OK || len(res.Outputs) != 3 || res.Outputs[0].Value == nil {
		t.Error("the failure spread")
	}
	if m := res.Checks[0].Asserts[0].Message; res.Checks[0].OK || !strings.Contains(m, "run.after[5] failed") {
		t.Errorf("check: %q", m)
	}
	if res.Plots[0].Figure != nil || res.Plots[0].Error == nil || !strings.Contains(res.Plots[0].Error.Summary, "run.after[5] failed") {
		t.Errorf("plot: %+v", res.Plots[0].Error)
	}
	if cells := res.Tables[0].Cells; cells[1][1] != "no value" || cells[2][1] == "no value" || cells[1][2] != "failed" {
		t.Errorf("table: %v", cells)
	}
}

func TestFaultStaysLocal(t *testing.T) {
	s := enginetest.Study()
	s.Runs[3].Optimizer = nil // no checked study has that
	res := run(t, s, engine.Options{})
	if r := find(t, res, enginetest.Rates); r.Status != engine.Failed || len(r.Diagnostics) != 1 || r.Diagnostics[0].Code != "RL0606" {
		t.Fatalf("%s: %v", r.Status, r.Diagnostics)
	}
	if res.Status != engine.Failed || find(t, res, enginetest.After).Status != engine.OK {
		t.Error("the fault spread")
	}
}

// Runs that do not fit beside those before them are refused, the others run.
func TestMemoryOfAllRuns(t *testing.T) {
	all := run(t, enginetest.Study(), engine.Options{})
	records := 0.0
	for _, r := range all.Runs {
		lanes := 1
		for _, n := range r.Plan.Lanes() {
			lanes *= n
		}
		records += r.Plan.RecordedBytes(lanes)
	}
	enough := func(memory int) bool {
		return run(t, enginetest.Study(), engine.Options{Memory: int64(memory)}).Status == all.Status
	}
	least := sort.Search(1<<22, func(m int) bool { return m > 0 && enough(m) })
	if float64(least) <= records || float64(least) > 3*records { // plots hold something beside the records
		t.Errorf("%d bytes are enough for %v bytes of records", least, records)
	}
	for _, workers := range []int{1, 4} {
		res := run(t, enginetest.Study(), engine.Options{Memory: int64(least) - 1, Workers: workers})
		refused := 0
		for _, r := range res.Runs {
			if r.Status == engine.OK {
				continue
			}
			refused++
			d := r.Diagnostics[0]
			if r.Status != engine.Failed || d.Code != "RL0504" || !strings.Contains(d.Summary, "beside") || !strings.Contains(d.Detail, "every = ") {
				t.Errorf("%s: %s, %v", r.Plan.Address, r.Status, r.Diagnostics)
			}
		}
		if refused != 1 {
			t.Errorf("%d runs are refused", refused)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	stop := &stopAfter{name: "before", cancel: cancel}
	res, err := engine.Run(ctx, enginetest.Study(), engine.Options{Workers: 1, Progress: stop})
	if err != nil {
		t.Fatal(err)
	}
	if res.Status != engine.Interrupted {
		t.Errorf("status %s", res.Status)
	}
	if before := find(t, res, enginetest.Before); before.Status != engine.OK || before.Final == nil {
		t.Errorf("what was finished is lost: %s", before.Status)
	}
	if fork := find(t, res, enginetest.After5); fork.Status != engine.Interrupted || len(fork.Diagnostics) != 0 {
		t.Errorf("fork: %s, %v", fork.Status, fork.Diagnostics)
	}
	if d := res.Diagnostics[len(res.Diagnostics)-1]; d.Code != "RL0605" || d.Severity != diag.Warning {
		t.Errorf("%+v", d)
	}
	if res.Outputs[0].Value == nil {
		t.Error("an output of the finished run is lost")
	}
}

type stopAfter struct {
	name   string
	cancel func()
}

func (s *stopAfter) Started(plan.Address, int) {}
func (s *stopAfter) Step(plan.Address, int)    {}
func (s *stopAfter) Finished(a plan.Address, _ engine.Status, _ float64) {
	if a.Name == s.name {
		s.cancel()
	}
}

type events []string

func (e *events) Started(a plan.Address, steps int) {
	*e = append(*e, fmt.Sprintf("start %s %d", a, steps))
}
func (e *events) Step(a plan.Address, k int) {}
func (e *events) Finished(a plan.Address, s engine.Status, _ float64) {
	*e = append(*e, fmt.Sprintf("end %s %s", a, s))
}

func TestOnly(t *testing.T) {
	tests := []struct {
		only []string
		want []string
	}{
		{[]string{"run.after[10]"}, []string{"start run.before 20", "end run.before ok", "start run.after[10] 15", "end run.after[10] ok"}},
		{[]string{"landscape.cut"}, []string{"start run.before 20", "end run.before ok", "start landscape.cut 11", "end landscape.cut ok"}},
		{[]string{"output.last_x"}, []string{"start run.before 20", "end run.before ok"}},
	}
	for _, tt := range tests {
		var got events
		res := run(t, enginetest.Study(), engine.Options{Workers: 1, Only: tt.only, Progress: &got})
		if !slices.Equal(got, tt.want) {
			t.Errorf("-only %v: %v", tt.only, got)
		}
		if res.Status != engine.OK || len(res.Checks) != 0 {
			t.Errorf("-only %v: %s, %d checks", tt.only, res.Status, len(res.Checks))
		}
	}
	_, err := engine.Run(context.Background(), enginetest.Study(), engine.Options{Only: []string{"run.befor"}})
	if list, ok := err.(diag.List); !ok || !strings.Contains(list[0].Detail, "run.before") {
		t.Errorf("%v", err)
	}
}

func TestFormatNumber(t *testing.T) {
	for want, v := range map[string]float64{
		"0": 0, "-0": math.Copysign(0, -1), "466": 466, "1e-9": 1e-9, "0.0001": 1e-4, "1.5e300": 1.5e300, "-2.5": -2.5,
		"1000000": 1e6, "NaN": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1), "0.1": 0.1, "1e15": 1e15, "123456789012345": 123456789012345,
	} {
		if got := engine.FormatNumber(v); got != want {
			t.Errorf("%v prints as %s", want, got)
		}
	}
}

func TestFormatArray(t *testing.T) {
	long := make([]float64, 200)
	for want, a := range map[string]*array.Array{
		"true":             array.Bool(true),
		"[1, 2.5]":         array.New(graph.Of(2), []float64{1, 2.5}),
		"[[1, 2], [3, 4]]": array.New(graph.Of(2, 2), []float64{1, 2, 3, 4}),
		"[]":               array.Series(graph.Number, nil, nil),
		"[" + strings.Repeat("0, ", 16) + "... (200 in all)]": array.New(graph.Of(200), long),
	} {
		if got := engine.FormatArray(a); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Every kind of result reads back from its JSON-free form: a guard that the
// plan's text parts are filled in by verb.
func TestVerbs(t *testing.T) {
	tests := []struct {
		verb string
		v    *array.Array
		want string
	}{
		{"%.3g", array.Scalar(math.Pi), "3.14"},
		{"%d", array.Scalar(42), "42"},
		{"%05d", array.Scalar(42), "00042"},
		{"%d", array.Scalar(4.5), "no value: format \"%d\" needs a whole number, not 4.5"},
		{"%t", array.Bool(false), "false"},
		{"%.2f m", array.Scalar(1), "1.00 m"},
		{"100%% of %v", array.Scalar(0.5), "100% of 0.5"},
		{"%.1f", array.New(graph.Of(2), []float64{1, 2}), "[1.0, 2.0]"},
		{"%s%s", array.Scalar(1), "does not hold exactly one verb"},
		{"%q", array.Scalar(1), "unknown verb %q"},
		{"%.2f", array.Bool(true), "cannot print a truth value"},
	}
	for _, tt := range tests {
		s := enginetest.Study()
		e := enginetest.At("run.before.final.params.x")
		root := e.ConstArray(tt.v.Type, tt.v.Data)
		s.Report = &plan.Report{Items: []plan.ReportItem{{Markdown: plan.Text{{Value: e.Is(root), Verb: tt.verb}}}}}
		res := run(t, s, engine.Options{})
		if got := res.Report[0].Markdown; !strings.Contains(got, tt.want) {
			t.Errorf("%s gives %q, want %q", tt.verb, got, tt.want)
		}
	}
}
