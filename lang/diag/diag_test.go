package diag

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// study has tabs, wide and combining characters, control characters and a
// long line, each below a span of sample.
const study = `objective "convex" {
  params = [x]
  value  = lgo_growth(x)
}
run "a" {
	objective	= objective.convx
  title = "日本語 e` + "\u0301" + ` 🙂" + bad
  start = { # a block
    x = 1
    y = 2
    z = 3
    w = 4
  }
  note = "` + "\x1b[31m" + `" + red
}
`

// at returns the span of the n-th occurrence (from 0) of part in study.
func at(part string, n int) Span {
	i := 0
	for range n + 1 {
		j := strings.Index(study[i:], part)
		if j < 0 {
			panic("no " + part)
		}
		i += j + 1
	}
	i--
	return Span{File: "dir/study.hcl", Start: posAt(i), End: posAt(i + len(part))}
}

func posAt(i int) Pos {
	before := study[:i]
	line := strings.Count(before, "\n") + 1
	return Pos{Line: line, Column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1, Byte: i}
}

func sample() (List, Sources) {
	var l List
	d := l.Errorf("RL0203", at("objective.convx", 0), "unknown name %q", "objective.convx")
	d.Context = `run "a"`
	d = l.Errorf("RL0203", at("lgo_growth", 0), "unknown name %q", "lgo_growth")
	d.Context = `objective "convex"`
	d.Detail = `Did you mean "log_growth"?  See: relief docs log_growth`
	again := *d
	l.Add(&again)
	l.Errorf("RL0203", at("bad", 0), "unknown name %q", "bad")
	l.Warnf("RL0403", at("{ # a block\n    x = 1\n    y = 2\n    z = 3\n    w = 4\n  }", 0), "six lines, 100%%")
	l.Warnf("RL0403", at("x = 1\n    y = 2\n", 0), "two lines, ended by a line break")
	d = l.Errorf("RL0501", at("red", 0), "not finite: a, b\x07")
	d.Values = []Value{{"x", "-1"}, {"log(x)", "NaN"}}
	d.Related = []Related{{Message: "called from run.a", Span: at("start", 0)}, {Message: "at step 4812"}}
	d.Detail = "Keep x positive.\n\n  value = log(abs(x))"
	l.Errorf("RL0602", Span{}, "disk is full").Detail = "Free some space."
	l.Errorf("RL0101", Span{File: "dir/none here.hcl"}, "no such file")
	return l, SourceMap{"dir/study.hcl": []byte(study), "good.hcl": nil}
}

func TestWrite(t *testing.T) {
	list, sources := sample()
	for _, f := range append(slices.Clone(Formats), Colour) {
		t.Run(string(f), func(t *testing.T) {
			var got bytes.Buffer
			if err := Write(&got, f, list, sources); err != nil {
				t.Fatal(err)
			}
			golden(t, "sample."+string(f), got.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, d)
	}
}

// The caret must stand below the marked character in terminal cells.
func TestCaretColumn(t *testing.T) {
	tests := []struct {
		line, mark   string
		column, wide int
	}{
		{"a = b", "b", 4, 1},
		{"\ta = b", "b", 8, 1},
		{"ab\ta = b", "b", 1, 1},
		{"ab\ta = c", "c", 8, 1},
		{"\"日本\" + b", "b", 9, 1},
		{"\"e\u0301\" + b", "b", 6, 1},
		{"a = 日本", "日本", 4, 4},
		{"\x1b\x00 b", "b", 3, 1},
		{"a = ", "", 4, 1},
	}
	for _, tt := range tests {
		i := strings.Index(tt.line, tt.mark)
		if tt.mark == "" {
			i = len(tt.line)
		}
		_, carets := marked{text: tt.line, from: i, to: i + len(tt.mark)}.render()
		want := strings.Repeat(" ", tt.column) + strings.Repeat("^", tt.wide)
		if carets != want {
			t.Errorf("%q, mark %q: carets %q, want %q", tt.line, tt.mark, carets, want)
		}
	}
}

func TestLongLineIsCut(t *testing.T) {
	text := strings.Repeat("日a", 5000) + "here" + strings.Repeat(" b", 5000)
	i := strings.Index(text, "here")
	line, carets := marked{text: text, from: i, to: i + 4}.render()
	if w := cells.StringWidth(line); w > windowWidth {
		t.Errorf("line has %d cells", w)
	}
	before, _, ok := strings.Cut(line, "here")
	if want := strings.Repeat(" ", cells.StringWidth(before)) + "^^^^"; !ok || carets != want {
		t.Errorf("got\n%s\n%s", line, carets)
	}
}

// No span, however wrong, may stop a report.
func TestWriteAnySpan(t *testing.T) {
	_, sources := sample()
	rapid.Check(t, func(t *rapid.T) {
		pos := rapid.Custom(func(t *rapid.T) Pos {
			n := rapid.IntRange(-2, len(study)+3)
			return Pos{Line: rapid.IntRange(-1, 20).Draw(t, "line"), Column: rapid.IntRange(-1, 50).Draw(t, "column"), Byte: n.Draw(t, "byte")}
		})
		span := Span{File: "dir/study.hcl", Start: pos.Draw(t, "start"), End: pos.Draw(t, "end")}
		list := List{{Code: "RL0203", Summary: rapid.String().Draw(t, "summary"), Detail: rapid.String().Draw(t, "detail"), Span: span}}
		for _, f := range append(slices.Clone(Formats), Colour) {
			var buf bytes.Buffer
			if err := Write(&buf, f, list, sources); err != nil {
				t.Fatal(err)
			}
			switch f {
			case JSON, SARIF:
				if !json.Valid(buf.Bytes()) {
					t.Fatalf("%s: not JSON:\n%s", f, buf.Bytes())
				}
			case JUnit:
				if err := xml.Unmarshal(buf.Bytes(), new(junitSuites)); err != nil {
					t.Fatal(err)
				}
			case GitHub:
				if strings.Count(buf.String(), "\n") != 1 {
					t.Fatalf("more than one line:\n%s", buf.String())
				}
			}
		}
	})
}

func TestEmptyList(t *testing.T) {
	var buf bytes.Buffer
	if err := Write(&buf, JSON, nil, nil); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Valid       bool
		Diagnostics []any
	}
	if err := json.Unmarshal(buf.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if !got.Valid || got.Diagnostics == nil {
		t.Errorf("got %s", buf.String())
	}
	if err := Write(&buf, "yaml", nil, nil); err == nil || !strings.Contains(err.Error(), "sarif") {
		t.Errorf("unknown format: %v", err)
	}
}

func TestTable(t *testing.T) {
	form := regexp.MustCompile(`^RL0([1-6])\d\d$`)
	seen := map[Code]bool{}
	for i, area := range areas {
		last := Code("")
		for _, e := range area {
			m := form.FindStringSubmatch(string(e.Code))
			if m == nil || int(m[1][0]-'1') != i {
				t.Errorf("%s does not belong to area %d", e.Code, i+1)
			}
			if seen[e.Code] {
				t.Errorf("%s stands twice in the table", e.Code)
			}
			seen[e.Code] = true
			if e.Code < last {
				t.Errorf("%s comes after %s", e.Code, last)
			}
			last = e.Code
			if e.Title == "" || e.Meaning == "" || e.Example == "" || e.Cure == "" {
				t.Errorf("%s is incomplete", e.Code)
			}
			if strings.HasSuffix(e.Title, ".") || !strings.HasSuffix(e.Meaning, ".") || !strings.HasSuffix(e.Cure, ".") {
				t.Errorf("%s: a title has no full stop, meaning and cure have one", e.Code)
			}
			if got, ok := Lookup(e.Code); !ok || got != e {
				t.Errorf("Lookup(%s) = %v, %v", e.Code, got, ok)
			}
		}
	}
	if _, ok := Lookup("RL9999"); ok {
		t.Error("RL9999 found")
	}
	if got := Codes(); len(got) != len(seen) || !slices.IsSortedFunc(got, func(a, b Entry) int { return strings.Compare(string(a.Code), string(b.Code)) }) {
		t.Error("Codes is not the sorted table")
	}
}

func TestSuggest(t *testing.T) {
	words := []string{"log_growth", "log_cosh", "learning_rate", "steps", "start", "sq", "sqrt", "abs", "alpha", "beta"}
	tests := map[string]string{
		"lgo_growth":   "log_growth",
		"Log_Growth":   "log_growth",
		"learningrate": "learning_rate",
		"step":         "steps",
		"stpes":        "steps",
		"sqr":          "sqrt", // as near as sq, with the longer common beginning
		"sqtr":         "sqrt",
		"x":            "",
		"zzz":          "",
		"":             "",
		"momentum":     "",
	}
	for name, want := range tests {
		if got := Suggest(name, words); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestSuggestIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab_]{1,6}`)
		name := word.Draw(t, "name")
		words := rapid.SliceOf(word).Draw(t, "words")
		want := Suggest(name, words)
		if got := Suggest(name, rapid.Permutation(words).Draw(t, "permuted")); got != want {
			t.Fatalf("%q, then %q", want, got)
		}
	})
}

func TestSortedAndError(t *testing.T) {
	list, _ := sample()
	got := list.Sorted()
	if len(got) != len(list)-1 {
		t.Errorf("%d diagnostics of %d left, the repeated one should be folded", len(got), len(list))
	}
	if !strings.Contains(list.Error(), "and 6 more") {
		t.Errorf("Error() = %q", list.Error())
	}
}
