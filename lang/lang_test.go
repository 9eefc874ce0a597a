package lang

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/plan"
)

// TestExperiments: every experiment compiles without a word.
func TestExperiments(t *testing.T) {
	files, err := filepath.Glob("../experiments/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no experiments: %v", err)
	}
	for _, path := range files {
		p, diags := Compile(path, Options{})
		for _, d := range diags {
			t.Errorf("%s:%d: %s %s\n\t%s", d.Span.File, d.Span.Start.Line, d.Code, d.Summary, d.Detail)
		}
		if n := blocksInOrder(p); n == 0 || len(p.Order) != n {
			t.Errorf("%s: %d blocks that run, %d in order", path, n, len(p.Order))
		}
	}
}

// blocksInOrder is how many blocks of a study have a place in its order.
func blocksInOrder(p *plan.Study) int {
	return len(p.Runs) + len(p.Landscapes) + len(p.Spectra) + len(p.Projections) + len(p.Orbits) + len(p.Growths)
}

var expectation = regexp.MustCompile(`# ERROR (RL[0-9x]{4}) "((?:[^"\\]|\\.)*)"`)

// TestBroken holds every broken study to the errors written on its lines:
// those, and no others.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.hcl")
	if err != nil || len(files) < 60 {
		t.Fatalf("only %d broken studies: %v", len(files), err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".hcl"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, diags := Compile(path, Options{})
			held := make([]bool, len(diags))
			want := 0
			for i, line := range strings.Split(string(text), "\n") {
				for _, m := range expectation.FindAllStringSubmatch(line, -1) {
					want++
					code := regexp.MustCompile("^" + strings.ReplaceAll(m[1], "x", ".") + "$")
					pattern, err := strconv.Unquote(`"` + m[2] + `"`)
					if err != nil {
						t.Fatal(err)
					}
					message := regexp.MustCompile(pattern)
					found := false
					for k, d := range diags {
						if !held[k] && d.Span.Start.Line == i+1 && code.MatchString(string(d.Code)) && message.MatchString(d.Summary+" "+d.Detail) {
							held[k], found = true, true
							break
						}
					}
					if !found {
						t.Errorf("line %d: no %s matching %q", i+1, m[1], m[2])
					}
				}
			}
			if want == 0 {
				t.Error("the file expects no error")
			}
			for k, d := range diags {
				if !held[k] {
					t.Errorf("unexpected, line %d: %s %s\n\t%s", d.Span.Start.Line, d.Code, d.Summary, d.Detail)
				}
				complete(t, d)
			}
		})
	}
}

// complete: every diagnostic says where, what, and what to write instead, and
// its code is explained.
func complete(t *testing.T, d *diag.Diagnostic) {
	t.Helper()
	if d.Summary == "" || strings.HasSuffix(d.Summary, ".") {
		t.Errorf("%s: the summary is %q", d.Code, d.Summary)
	}
	if d.Detail == "" {
		t.Errorf("%s %q does not say what to write instead", d.Code, d.Summary)
	}
	if _, ok := diag.Lookup(d.Code); !ok {
		t.Errorf("%s is not in the table of codes", d.Code)
	}
}
