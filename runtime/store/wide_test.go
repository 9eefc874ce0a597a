package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"relief/runtime/array"
	"relief/runtime/engine"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	if err := writeJSON(&b, v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func count(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i)
	}
	return out
}

// A value with more elements than columns are made of is one column of lists,
// in every lane and also where it is not recorded at each step.
func TestWideValuesAreLists(t *testing.T) {
	const n = widest + 1
	r := &engine.RunResult{
		Plan: &plan.Run{Block: plan.Block{Address: plan.Address{Noun: "run", Name: "a"}}, Vary: []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{7, 8}}}}},
		Series: []engine.Series{
			{Path: []string{"loss"}, Values: array.Series(graph.Of(2), []int{0, 4}, []float64{1, 2, 3, 4})},
			{Path: []string{"path", "w"}, Values: array.Series(graph.Of(2, n), []int{0, 4}, count(4*n))},
			{Path: []string{"path", "narrow"}, Values: array.Series(graph.Of(2, widest), []int{0, 4}, count(4*widest))},
			{Path: []string{"probe", "W"}, Values: array.Series(graph.Of(2, 5, n), []int{4}, count(10*n))},
		},
	}
	x := runTable(r)
	if d := cmp.Diff([]string{"w", "W"}, x.lists()); d != "" {
		t.Error(d)
	}
	if head, _, _ := strings.Cut(csvOf(t, x), "\n"); !strings.HasPrefix(head, "t,lane,eta,loss,narrow_0,") || strings.Count(head, ",") != 3+widest {
		t.Errorf("the CSV has %s", head)
	}
	var b bytes.Buffer
	if err := x.parquet(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	columns, rows := readParquet(t, b.Bytes())
	if len(rows) != 4 || !slices.Contains(columns, "w.list.element") {
		t.Fatalf("%d rows of %v", len(rows), columns)
	}
	at := func(row int, column string) (out []float64) {
		for _, v := range rows[row] {
			if columns[v.Column()] == column && !v.IsNull() {
				out = append(out, v.Double())
			}
		}
		return out
	}
	for row := range rows {
		if got, want := at(row, "w.list.element"), count(4 * n)[row*n:(row+1)*n]; !slices.Equal(got, want) {
			t.Errorf("w in row %d is %v", row, got)
		}
		var want []float64
		if row >= 2 {
			want = count(10 * n)[(row-2)*5*n : (row-1)*5*n]
		}
		if got := at(row, "W.list.element"); !slices.Equal(got, want) {
			t.Errorf("W in row %d is %v", row, got)
		}
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if shape, _ := f.Lookup("shape.W"); shape != "5,65" {
		t.Errorf("the shape of W is %q", shape)
	}
}

// Lists longer than a row group come one row at a time.
func TestListsInRowGroups(t *testing.T) {
	x := &table{name: "long", rows: 3}
	data := count(3 * (rowGroup/2 + 1))
	n := len(data) / 3
	x.add(column{name: "w", dims: []int{n}, list: func(row int) []float64 { return data[row*n : (row+1)*n] }}, "")
	var b bytes.Buffer
	if err := x.parquet(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	for _, g := range f.RowGroups() {
		pages := g.ColumnChunks()[0].Pages()
		for {
			p, err := pages.ReadPage()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			values := make([]parquet.Value, p.NumValues())
			if _, err := p.Values().ReadValues(values); err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			for _, v := range values {
				got = append(got, v.Double())
			}
		}
		pages.Close()
	}
	if len(f.RowGroups()) != 3 || !slices.Equal(got, data) {
		t.Errorf("%d row groups hold %d numbers", len(f.RowGroups()), len(got))
	}
}

// The manifest says what a CSV file leaves out.
func TestManifestNamesWhatCSVLacks(t *testing.T) {
	res := small(t)
	res.Runs[0].Series = append(res.Runs[0].Series, engine.Series{Path: []string{"probe", "wide"}, Values: array.Series(graph.Of(100), []int{0}, count(100))})
	w, err := Write(context.Background(), res, Options{Dir: t.TempDir(), CSV: true})
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Missing map[string][]string `json:"not_in_csv"`
	}
	if err := json.Unmarshal(read(t, w.Dir, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string][]string{"data/run.before.csv": {"wide"}}, m.Missing); d != "" {
		t.Error(d)
	}
	if !bytes.Contains(read(t, w.Dir, "report.html"), []byte(">csv</a> without wide")) {
		t.Error("the report does not say so")
	}
}

// cancelling is a disk on which the user loses patience at a certain file.
type cancelling struct {
	osDisk
	cancel context.CancelFunc
	left   *int
}

func (d cancelling) Write(path string, fill func(io.Writer) error) error {
	if *d.left--; *d.left == 0 {
		d.cancel()
	}
	return d.osDisk.Write(path, fill)
}

// Cancelled at any file, writing ends, and the earlier results stay.
func TestWriteCancelled(t *testing.T) {
	dir := t.TempDir()
	res := small(t)
	if _, err := Write(context.Background(), res, Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	for at := 1; at <= len(before); at++ {
		ctx, cancel := context.WithCancel(context.Background())
		left := at
		w, err := writeTo(ctx, cancelling{cancel: cancel, left: &left}, res, Options{Dir: dir, CSV: true, Workers: 1})
		if left > 0 {
			break
		}
		if w != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at file %d: %v", at, err)
		}
		if d := cmp.Diff(before, tree(t, dir)); d != "" {
			t.Errorf("cancelled at file %d: %s", at, d)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("cancelled at file %d: %v is left", at, entries)
		}
	}
}

func TestTextInJSONIsReadable(t *testing.T) {
	if got := jsonOf(t, object{{"a<&>", "<b> & \"c\""}}); got != "{\n  \"a<&>\": \"<b> & \\\"c\\\"\"\n}" {
		t.Error(got)
	}
}

func TestDeviceNames(t *testing.T) {
	for name, want := range map[string]string{
		"CON": "%43ON", "nul": "%6Eul", "nul.svg": "%6Eul.svg", "com1": "%63om1", "LPT9.a.b": "%4CPT9.a.b",
		"console": "console", "com": "com", "com10": "com10", "a.con": "a.con", "end.": "end%2E", ".": "%2E",
	} {
		if got := escape(name); got != want {
			t.Errorf("%q is written %q, not %q", name, got, want)
		}
	}
}
