package lang

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"relief/lang/diag"
)

// FuzzCompile: no text makes the compiler panic or hang, every diagnostic
// has a place in the text, and a study without errors is whole.
func FuzzCompile(f *testing.F) {
	for _, pattern := range []string{"../experiments/*.hcl", "testdata/broken/*.hcl", "../stdlib/*.hcl"} {
		files, _ := filepath.Glob(pattern)
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		file, err := os.CreateTemp(dir, "*.hcl")
		if err != nil {
			t.Fatal(err)
		}
		path := file.Name()
		defer os.Remove(path)
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		file.Close()
		hang := time.AfterFunc(30*time.Second, func() { panic("the compiler hangs") })
		defer hang.Stop()
		p, diags := Compile(path, Options{})
		for _, d := range diags {
			if n := len(p.Sources[d.Span.File]); d.Span.File == path && (d.Span.Start.Byte > n || d.Span.End.Byte > n || d.Span.End.Byte < d.Span.Start.Byte) {
				t.Errorf("%s %q lies outside of the text: %v", d.Code, d.Summary, d.Span)
			}
			if d.Summary == "" {
				t.Errorf("%s says nothing", d.Code)
			}
			if _, ok := diag.Lookup(d.Code); !ok {
				t.Errorf("%s is not in the table", d.Code)
			}
		}
		if diags.HasErrors() {
			return
		}
		for _, r := range p.Runs {
			if r.Objective == nil || r.Optimizer == nil || r.Optimizer.LearningRate == nil || r.Resume == nil && r.Objective.Training == nil && len(r.Start) != len(r.Objective.Params) {
				t.Errorf("%s is not whole: %+v", r.Address, r)
			}
		}
		if n := blocksInOrder(p); len(p.Order) != n {
			t.Errorf("%d blocks in order, %d that run", len(p.Order), n)
		}
	})
}
