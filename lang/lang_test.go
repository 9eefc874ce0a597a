package lang

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"relief/lang/diag"
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
		if len(p.Runs)+len(p.Landscapes) == 0 || len(p.Order) != len(p.Runs)+len(p.Landscapes) {
			t.Errorf("%s: %d runs, %d landscapes, %d in order", path, len(p.Runs), len(p.Landscapes), len(p.Order))
		}
	}
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
