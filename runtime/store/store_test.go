package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"relief/runtime/array"
	"relief/runtime/engine"
	"relief/runtime/engine/enginetest"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/render"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func results(t testing.TB) *engine.Results {
	t.Helper()
	res, err := engine.Run(context.Background(), enginetest.Study(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// small has one run and no plots, so that a test may write it often.
func small(t testing.TB) *engine.Results {
	t.Helper()
	s := enginetest.Study()
	s.Plots = nil
	res, err := engine.Run(context.Background(), s, engine.Options{Only: []string{"run.after[5]", "output"}})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs from what is expected (-want +got):\n%s", path, d)
	}
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "results")
	w, err := Write(context.Background(), results(t), Options{Dir: dir, Version: "1.2.3", CSV: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"data/landscape.basin.csv", "data/landscape.basin.parquet", "data/landscape.cut.csv", "data/landscape.cut.parquet",
		"data/run.after.10.csv", "data/run.after.10.parquet", "data/run.after.5.csv", "data/run.after.5.parquet",
		"data/run.before.csv", "data/run.before.parquet", "data/run.rates.csv", "data/run.rates.parquet", "data/run.wild.csv", "data/run.wild.parquet",
		"plots/losses.pdf", "plots/losses.png", "plots/losses.svg", "plots/plane.svg",
		"report.html", "report.md", "results.json", "manifest.json",
	}
	if d := cmp.Diff(want, w.Files); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(slices.Sorted(slices.Values(want)), tree(t, filepath.Join(dir, "bowl"))); d != "" {
		t.Error(d)
	}
	golden(t, "results.json", read(t, w.Dir, "results.json"))
	golden(t, "report.md", read(t, w.Dir, "report.md"))
	golden(t, "run.after.5.csv", read(t, w.Dir, "data", "run.after.5.csv"))

	var m struct {
		Format, Tool string
		Sources      map[string]string
		Seeds        map[string]string
		Files        map[string]struct {
			Bytes  int
			Digest string
		}
		Timings map[string]struct{ Start, End float64 }
	}
	if err := json.Unmarshal(read(t, w.Dir, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	if m.Format != "relief-manifest/1" || m.Tool != "relief 1.2.3" || m.Seeds["study"] != "7" || m.Seeds["run.after[10]"] != "13" {
		t.Errorf("manifest %+v", m)
	}
	if m.Sources["bowl.hcl"] != "sha256:"+digest([]byte(enginetest.Source)) || len(m.Timings) != 7 {
		t.Errorf("manifest %+v", m)
	}
	for name, f := range m.Files {
		data := read(t, w.Dir, name)
		if len(data) != f.Bytes || "sha256:"+digest(data) != f.Digest {
			t.Errorf("%s is not what the manifest says", name)
		}
	}
	if len(m.Files) != len(want)-1 {
		t.Errorf("the manifest has %d files", len(m.Files))
	}
}

// tree lists the files below dir with slashes, sorted; hidden ones included.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// Only results.json, report.md and data are the same from run to run; they
// must be.
func TestWriteIsDeterministic(t *testing.T) {
	var first map[string]string
	for _, workers := range []int{1, 4} {
		w, err := Write(context.Background(), results(t), Options{Dir: t.TempDir(), CSV: true, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, name := range w.Files {
			if name != "manifest.json" && name != "report.html" {
				got[name] = string(read(t, w.Dir, name))
			}
		}
		if first == nil {
			first = got
		} else if d := cmp.Diff(first, got); d != "" {
			t.Error(d)
		}
	}
}

func TestJSONNumbers(t *testing.T) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -2.5, 0.1, 1e21, 1e-7, 5e-324, math.MaxFloat64, 123456789.123, 4.046970313161707} {
		text := jsonOf(t, v)
		var back float64
		if err := json.Unmarshal([]byte(text), &back); err != nil || math.Float64bits(back) != math.Float64bits(v) {
			t.Errorf("%v is written %s and read %v (%v)", v, text, back, err)
		}
	}
	a := array.New(graph.Of(3), []float64{math.NaN(), math.Inf(1), math.Inf(-1)})
	if got := jsonOf(t, a); got != `["NaN", "Infinity", "-Infinity"]` {
		t.Errorf("not finite: %s", got)
	}
	b := array.New(graph.Of(2, 2).AsBool(), []float64{1, 0, 0, 1})
	if got := jsonOf(t, b); got != `[[true, false], [false, true]]` {
		t.Errorf("truth values: %s", got)
	}
}

func TestParquetReadsBack(t *testing.T) {
	res := results(t)
	w, err := Write(context.Background(), res, Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	columns, rows := readParquet(t, read(t, w.Dir, "data", "run.before.parquet"))
	want := []string{"t", "loss", "grad_norm", "learning_rate", "stability", "x", "y", "radius"}
	if d := cmp.Diff(want, columns); d != "" {
		t.Fatal(d)
	}
	before := res.Runs[0]
	if len(rows) != 21 {
		t.Fatalf("%d rows", len(rows))
	}
	for k, row := range rows {
		if row[0].Int64() != int64(k) || row[1].Double() != before.Lookup("loss").Data[k] || row[5].Double() != before.Lookup("path", "x").Data[k] {
			t.Errorf("row %d is %v", k, row)
		}
		if recorded := k%5 == 0; row[7].IsNull() == recorded {
			t.Errorf("radius at step %d: %v", k, row[7])
		}
	}

	columns, rows = readParquet(t, read(t, w.Dir, "data", "run.rates.parquet"))
	if d := cmp.Diff([]string{"t", "lane", "eta", "loss", "grad_norm", "learning_rate", "stability", "x", "y"}, columns); d != "" {
		t.Fatal(d)
	}
	rates := res.Runs[3]
	if len(rows) != 7*3 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		k, lane := i/3, i%3
		if row[0].Int64() != int64(k) || row[1].Int64() != int64(lane) || row[2].Double() != []float64{0.05, 0.1, 0.3}[lane] || row[3].Double() != rates.Lookup("loss").Data[i] {
			t.Errorf("row %d is %v", i, row)
		}
	}

	columns, rows = readParquet(t, read(t, w.Dir, "data", "landscape.basin.parquet"))
	if !slices.Equal(columns[:3], []string{"x", "y", "loss"}) || len(rows) != 41*21 {
		t.Fatalf("%v, %d rows", columns, len(rows))
	}
	for _, row := range rows {
		if x, y := row[0].Double(), row[1].Double(); row[2].Double() != 0.5*(x*x+10*(y*y)) {
			t.Errorf("loss at %v, %v is %v", x, y, row[2])
		}
	}
}

func readParquet(t *testing.T, data []byte) (columns []string, rows []parquet.Row) {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range f.Schema().Columns() {
		columns = append(columns, strings.Join(path, "."))
	}
	for _, g := range f.RowGroups() {
		r := g.Rows()
		buffer := make([]parquet.Row, 64)
		for {
			n, err := r.ReadRows(buffer)
			for _, row := range buffer[:n] {
				rows = append(rows, row.Clone())
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		r.Close()
	}
	return columns, rows
}

func TestColumnsOfVectorsAndCollisions(t *testing.T) {
	r := &engine.RunResult{
		Plan: &plan.Run{Block: plan.Block{Address: plan.Address{Noun: "run", Name: "a"}}, Vary: []plan.Vary{{Names: []string{"t"}, Values: [][]float64{{7, 8}}}}},
		Series: []engine.Series{
			{Path: []string{"loss"}, Values: array.Series(graph.Of(2), []int{0, 4}, []float64{1, 2, 3, 4})},
			{Path: []string{"path", "W"}, Values: array.Series(graph.Of(2, 2), []int{4}, []float64{10, 11, 20, 21})},
			{Path: []string{"path", "lane"}, Values: array.Series(graph.Of(2), []int{0, 4}, []float64{5, 6, 7, 8})},
		},
	}
	want := "t,lane,vary_t,loss,W_0,W_1,path_lane\n0,0,7,1,,,5\n0,1,8,2,,,6\n4,0,7,3,10,11,7\n4,1,8,4,20,21,8\n"
	if got := csvOf(t, runTable(r)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	r.Plan.Vary = nil
	want = "t,loss_0,loss_1,W_0_0,W_0_1,W_1_0,W_1_1\n4,1,2,10,11,20,21\n"
	r.Series = []engine.Series{
		{Path: []string{"loss"}, Values: array.Series(graph.Of(2), []int{4}, []float64{1, 2})},
		{Path: []string{"path", "W"}, Values: array.Series(graph.Of(2, 2), []int{4}, []float64{10, 11, 20, 21})},
	}
	if got := csvOf(t, runTable(r)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestFileNames(t *testing.T) {
	w := &writer{res: &engine.Results{}, opts: &Options{}}
	for _, key := range []string{"A", "a", "../../x", "", strings.Repeat("é", 200), "b/c:d*?"} {
		w.res.Plots = append(w.res.Plots, &engine.PlotResult{Plan: &plan.Plot{Block: plan.Block{Address: plan.Address{Noun: "plot", Name: "p", Key: key, Keyed: true}}}})
	}
	for _, p := range w.res.Plots {
		p.Figure = figure()
	}
	seen := map[string]bool{}
	for _, files := range w.names(nil).plots {
		for _, f := range files {
			name := strings.TrimPrefix(f, "plots/")
			if seen[strings.ToLower(f)] || strings.ContainsAny(name, `/\:*?`) || len(name) > 140 || strings.HasPrefix(name, ".") {
				t.Errorf("file name %q", f)
			}
			seen[strings.ToLower(f)] = true
		}
	}
	if len(seen) != 18 {
		t.Errorf("%d names", len(seen))
	}
}

func TestGitState(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "s.hcl")
	if commit, dirty := gitState(file); commit != "" || dirty {
		t.Errorf("outside of a work tree: %q %v", commit, dirty)
	}
	os.WriteFile(file, []byte("a"), 0o644)
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	git("init", "-q")
	git("add", "s.hcl")
	git("commit", "-q", "-m", "first")
	hex := regexp.MustCompile(`^[0-9a-f]{40,64}$`)
	if commit, dirty := gitState(file); !hex.MatchString(commit) || dirty {
		t.Errorf("committed: %q %v", commit, dirty)
	}
	os.WriteFile(file, []byte("b"), 0o644)
	if _, dirty := gitState(file); !dirty {
		t.Error("a change is not seen")
	}
	git("commit", "-q", "-a", "-m", "second")
	if _, dirty := gitState(filepath.Join(dir, "new.hcl")); !dirty {
		t.Error("a study that is not in the commit counts as committed")
	}
}

func figure() *render.Figure {
	return &render.Figure{Panels: []render.Panel{{Marks: []render.Mark{render.Line{X: []float64{0, 1}, Y: []float64{1, 2}}}}}}
}

func csvOf(t *testing.T, x *table) string {
	t.Helper()
	var b strings.Builder
	if err := x.csv(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A table of more than one row group reads back whole.
func TestParquetInRowGroups(t *testing.T) {
	const rows = rowGroup + 5
	x := &table{name: "long", rows: rows}
	x.add(column{name: "t", whole: true, at: func(row int) (float64, bool) { return float64(3 * row), true }}, "")
	x.add(column{name: "v", optional: true, at: func(row int) (float64, bool) { return float64(row) / 2, row%2 == 0 }}, "")
	var b bytes.Buffer
	if err := x.parquet(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.RowGroups()) != 2 || f.NumRows() != rows {
		t.Fatalf("%d row groups, %d rows", len(f.RowGroups()), f.NumRows())
	}
	tail := f.RowGroups()[1].Rows()
	defer tail.Close()
	got := make([]parquet.Row, 5)
	if n, _ := tail.ReadRows(got); n != 5 {
		t.Fatalf("%d rows at the end", n)
	}
	for i, row := range got {
		k := rowGroup + i
		if row[0].Int64() != int64(3*k) || row[1].IsNull() == (k%2 == 0) || k%2 == 0 && row[1].Double() != float64(k)/2 {
			t.Errorf("row %d is %v", k, row)
		}
	}
}
