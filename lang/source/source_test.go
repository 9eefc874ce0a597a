package source

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/lang/diag/diagtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func testFiles(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files for %s: %v", pattern, err)
	}
	files := map[string][]byte{}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		files[n] = b
	}
	return files
}

func TestErrorsOnTheirLines(t *testing.T) {
	for name, text := range testFiles(t, "errors/*.hcl") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			f, got := Load(name)
			diagtest.Expect(t, map[string][]byte{name: text}, got)
			if f == nil || f.Body != nil {
				t.Error("a file with errors has a body")
			}
			checkSpans(t, f, got)
		})
	}
}

func checkSpans(t testing.TB, f *File, list diag.List) {
	t.Helper()
	for _, d := range list {
		if _, ok := diag.Lookup(d.Code); !ok {
			t.Errorf("%s is not in the table", d.Code)
		}
		if d.Summary == "" || strings.HasSuffix(d.Summary, ".") || strings.Contains(d.Summary, "\n") {
			t.Errorf("summary %q", d.Summary)
		}
		if d.Detail == "" {
			t.Errorf("%s: %s: no cure", d.Code, d.Summary)
		}
		s := d.Span
		if s.File != f.Name || s.Start.Byte < 0 || s.Start.Byte > s.End.Byte || s.End.Byte > len(f.Bytes) {
			t.Errorf("%s: %s: span %v", d.Code, d.Summary, s)
		}
	}
}

func TestGoodFiles(t *testing.T) {
	for name, text := range testFiles(t, "good/*.hcl") {
		for _, bom := range []string{"", "\ufeff"} {
			for _, eol := range []string{"\n", "\r\n"} {
				f, got := Parse(name, []byte(bom+strings.ReplaceAll(string(text), "\n", eol)))
				diagtest.Expect(t, nil, got)
				if f.Body == nil {
					t.Errorf("%s: no body", name)
				}
			}
		}
	}
}

// Each example of the table must give its own code and nothing else.
func TestExamplesOfTheTable(t *testing.T) {
	for _, e := range diag.Codes() {
		if !strings.HasPrefix(string(e.Code), "RL01") {
			continue
		}
		_, got := Parse("example.hcl", []byte(e.Example))
		if e.Code < "RL0110" {
			// These stand for more than an example can hold.
			if len(got) != 0 {
				t.Errorf("%s: %v", e.Code, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Code != e.Code {
			t.Errorf("%s: example gives %d diagnostics, %v", e.Code, len(got), got)
		}
	}
}

func TestLimits(t *testing.T) {
	rep := strings.Repeat
	for _, tt := range []struct {
		name, text string
		code       diag.Code // "" for none
	}{
		{"empty", "", ""},
		{"largest", "# " + rep("x", MaxSize-3) + "\n", ""},
		{"too large", rep("#", MaxSize+1), codeTooLarge},
		{"utf8", "a = \"\xff\"", codeNotText},
		{"UTF-16", "\xff\xfea\x00 \x00=\x00", codeNotText},
		{"UTF-16, high byte first", "\xfe\xff\x00a\x00 \x00=", codeNotText},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", codeNotText},
		{"carriage returns", "a = 1\rb = 2\r", codeNotText},
		{"carriage return at the end", "a = 1\r", codeNotText},
		{"lines of Windows", "a = 1\r\nb = 2\r\n", ""},
		{"many words", "a = [" + rep("1,", MaxTokens/2-10) + "]", ""},
		{"too many words", "a = [" + rep("1,", MaxSize/2-10) + "]", codeTooLarge},
		{"nul", "a = \"\x00\"", codeNotText},
		{"byte order mark", "\ufeffa = 1", ""},
		{"parentheses", "a = " + rep("(", 255) + "1" + rep(")", 255), ""},
		{"deep parentheses", "a = " + rep("(", 10000) + "1" + rep(")", 10000), codeTooDeep},
		{"open parentheses", "a = " + rep("(", MaxSize-10), codeTooDeep},
		{"deep brackets", "a = " + rep("[", 10000) + rep("]", 10000), codeTooDeep},
		{"deep objects", "a = " + rep("{a=", 10000) + "1" + rep("}", 10000), codeTooDeep},
		{"deep blocks", rep("a {\n", 10000) + rep("}\n", 10000), codeTooDeep},
		{"deep calls", "a = " + rep("f(", 10000) + rep(")", 10000), codeTooDeep},
		{"deep indices", "a = " + rep("a[", 10000) + "1" + rep("]", 10000), codeTooDeep},
		{"deep for", "a = " + rep("[for x in ", 10000) + "y" + rep(": x]", 10000), codeTooDeep},
		{"deep templates", "a = " + rep(`"${`, 10000) + "1" + rep(`}"`, 10000), codeTooDeep},
		{"deep directives", `a = "` + rep("%{if a}", 10000) + rep("%{endif}", 10000) + `"`, codeTooDeep},
		{"deep stripped directives", `a = "` + rep("%{~for a in b~}", 10000) + rep("%{endfor}", 10000) + `"`, codeTooDeep},
		{"directives in a row", `a = "` + rep("%{if a}%{else}%{endif}", 10000) + `"`, ""},
		{"heredocs", "a = " + rep("<<E\n${", 10000), codeTooDeep},
		{"not", "a = " + rep("!", 100000) + "b", codeTooDeep},
		{"minus", "a = " + rep("-", 100000) + "1", codeTooDeep},
		{"spaced minus", "a = " + rep("- ", 100000) + "1", codeTooDeep},
		{"conditionals", "a = " + rep("a ? b : ", 10000) + "c", codeTooDeep},
		{"conditionals inside", "a = " + rep("a ? ", 10000) + "c" + rep(" : b", 10000), codeTooDeep},
		{"mixed", "a = " + rep("!(-[a ? ", 100) + "1" + rep(" : 2])", 100), codeTooDeep},
		{"splats", "a = b" + rep("[*]", 10000), codeTooDeep},
		{"conditionals in a list", "a = [" + rep("a ? b : c, ", 10000) + "]", ""},
		{"splats in a sum", "a = " + rep("b[*].c + ", 10000) + "1", ""},
		{"signs in a row", "a = " + rep("-1 * !b + ", 10000) + "1", ""},
		{"arguments in a row", "a {\n" + rep("b = -f(c ? d : e)\n", 300) + "}", codeSetTwice},
		{"sum of 20,001", "a = " + rep("x + ", 20000) + "x", ""},
		{"sum of 100,001", "a = " + rep("x + ", 100000) + "x", codeTooLong},
		{"sum within sum", "a = " + rep("(", 200) + "x" + rep(rep(" + x", 400)+")", 200), codeTooLong},
		{"indices in a row", "a = x" + rep("[y]", 100000), codeTooDeep},
		{"number", "a = " + rep("1", 999), ""},
		{"long number", "a = " + rep("1", 1001), codeTooLong},
		{"comments that open", "a = 1\n" + rep("/*a", MaxSize/3-10), codeUnclosedText},
		{"comments that open and close", rep("/*a", MaxSize/3-10) + "*/", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, got := Parse("a.hcl", []byte(tt.text))
			codes := map[diag.Code]bool{}
			for _, d := range got {
				codes[d.Code] = true
			}
			if tt.code == "" && len(got) > 0 || tt.code != "" && (len(codes) != 1 || !codes[tt.code]) {
				t.Errorf("got %d: %v", len(got), got)
			}
			checkSpans(t, f, got)
		})
	}
}

// TestEncodings: the message says what the file is, where a byte does not.
func TestEncodings(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfea\x00":                 "saved as UTF-16",
		"\xfe\xff\x00a":                 "saved as UTF-16",
		"\xff\xfe\x00\x00a\x00\x00\x00": "saved as UTF-32",
		"a = \"caf\xe9\"":               "Latin-1",
		"a = 1\rb = 2\r":                "carriage return",
	} {
		_, got := Parse("a.hcl", []byte(text))
		if len(got) != 1 || !strings.Contains(got[0].Summary+got[0].Detail, want) {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Repetitions of any kind, in any place, give diagnostics that are in order.
func TestRepetitions(t *testing.T) {
	patterns := []string{"a", "a ", "1 ", "'", "x^2\n", "a = x^2\n", "(\n", "{\n", "a {\n", "[],", "a=", "a = {", "if ", "a if ",
		"|", "|a", "\"", "\"\n", "“", "a-b ", "\n", "#\n", "a,", "a b\n", "<<E\n", "${", "%{", "- ", "a ? ", "a : ", "a.", ".", "}", "]\n", "a[*]",
		"\u0301", "x\u0301 ", "\t", "a \"b\" ", "a {} ", "for ", "\\", "*", "/", "/*/"}
	for _, p := range patterns {
		for _, prefix := range []string{"", "a = ", "a = [", "a { b = ", "a = [for \n\n\n", "a = {" + strings.Repeat("\n", 1000), "a = \""} {
			n := MaxSize / 128
			text := prefix + strings.Repeat(p, (n-len(prefix))/len(p))
			f, got := Parse("a.hcl", []byte(text))
			checkSpans(t, f, got)
			// The same with the bracket of the prefix closed reaches the hints.
			if i := strings.LastIndexAny(prefix, "[{"); i >= 0 {
				f, got = Parse("a.hcl", []byte(text+map[byte]string{'[': "]", '{': "}"}[prefix[i]]))
				checkSpans(t, f, got)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.hcl")
	if err := os.WriteFile(secret, nil, 0); err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(dir, "large.hcl")
	if err := os.WriteFile(large, make([]byte, MaxSize+100), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir: "folder", filepath.Join(dir, "none.hcl"): "no such file", "/dev/zero": "regular",
		large: "larger", filepath.Join(dir, "a\x00b"): "cannot read", secret: "permission denied",
	} {
		if path == secret && os.Getuid() == 0 {
			continue
		}
		_, got := Load(path)
		if len(got) != 1 || !strings.Contains(got[0].Summary, want) || got[0].Detail == "" {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestFile(t *testing.T) {
	f, _ := Parse("a.hcl", []byte("a = 1\r\nbé = 2 + 3"))
	if got, ok := f.Line(2); got != "bé = 2 + 3" || !ok {
		t.Errorf("Line(2) = %q, %v", got, ok)
	}
	if _, ok := f.Line(3); ok {
		t.Error("Line(3) exists")
	}
	r := f.Body.Attributes["bé"].Expr.Range()
	if got := f.Text(r); got != "2 + 3" {
		t.Errorf("Text = %q", got)
	}
	want := diag.Span{File: "a.hcl", Start: diag.Pos{Line: 2, Column: 6, Byte: 13}, End: diag.Pos{Line: 2, Column: 11, Byte: 18}}
	if got := f.Span(r); got != want {
		t.Errorf("Span = %v, want %v", got, want)
	}
}

func TestSet(t *testing.T) {
	a, _ := Parse("a.hcl", []byte("\ufeffx = 1"))
	b, list := Parse("b.hcl", []byte("y = x^2\n"))
	var out bytes.Buffer
	if err := diag.Write(&out, diag.Text, list, Set{a, b}); err != nil {
		t.Fatal(err)
	}
	want := "Error RL0111: there is no power operator \"^\"\n  on b.hcl line 1:\n   1: y = x^2\n           ^\n  Write sq(x) or pow(x, 2).\n"
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
	if text, ok := (Set{a, b}).Text("a.hcl"); string(text) != "x = 1" || !ok {
		t.Errorf("Text = %q, %v", text, ok)
	}
	if _, ok := (Set{a, b}).Text("c.hcl"); ok {
		t.Error("a file that is not in the set")
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{"x1-x2": "x1 - x2", "a-b-1": "a - b - 1", "x-": "x -", "x": ""} {
		if got, ok := HyphenHint(name); got != want || ok != (want != "") {
			t.Errorf("HyphenHint(%q) = %q, %v", name, got, ok)
		}
	}
	if got, ok := NameHint("ln"); got != "log" || !ok {
		t.Errorf("NameHint(ln) = %q", got)
	}
	if _, ok := NameHint("log"); ok {
		t.Error("log has a hint")
	}
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"out", "project/.git", "project/studies/lib", "free"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"out/secret", "project/top.hcl", "project/studies/lib/a.hcl", "free/b.hcl"} {
		if err := os.WriteFile(filepath.Join(dir, f), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"project/studies/escape":  "../../out",
		"project/studies/inside":  "lib",
		"project/studies/loop":    "loop",
		"project/studies/secret":  "/etc/passwd",
		"project/studies/dangle":  "../../out/none",
		"free/neighbour":          "../project/top.hcl",
		"project/studies/to-root": "..",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	study := filepath.Join(dir, "project/studies/study.hcl")
	for _, tt := range []struct {
		from, rel string
		code      diag.Code
	}{
		{study, "lib/a.hcl", ""},
		{study, "./lib/../lib/a.hcl", ""},
		{study, "../top.hcl", ""},
		{study, "inside/a.hcl", ""},
		{study, "to-root/top.hcl", ""},
		{study, "none.hcl", codeUnreadable},
		{study, "dangle", codeUnreadable},
		{study, "", codePath},
		{study, "/etc/passwd", codePath},
		{study, "../../out/secret", codePath},
		{study, "../../../../../../../../etc/passwd", codePath},
		{study, "lib/../../../out/secret", codePath},
		{study, "escape/secret", codePath},
		{study, "loop", codePath},
		{study, "secret", codePath},
		{study, "~/a.hcl", codePath},
		{study, `lib\a.hcl`, codePath},
		{study, "a\x00b", codePath},
		{study, "https://example.org/a.hcl", codePath},
		{filepath.Join(dir, "free/b.hcl"), "b.hcl", ""},
		{filepath.Join(dir, "free/b.hcl"), "../project/top.hcl", codePath},
		{filepath.Join(dir, "free/b.hcl"), "neighbour", codePath},
	} {
		path, d := Resolve(tt.from, tt.rel)
		switch {
		case d == nil && tt.code != "", d != nil && d.Code != tt.code:
			t.Errorf("%q: %v, want %q", tt.rel, d, tt.code)
		case d == nil:
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
		case d.Detail == "":
			t.Errorf("%q: no cure", tt.rel)
		}
	}
	if got, want := Root(study), filepath.Join(dir, "project"); got != want {
		t.Errorf("Root = %s, want %s", got, want)
	}
	if got, want := Root(filepath.Join(dir, "free/b.hcl")), filepath.Join(dir, "free"); got != want {
		t.Errorf("Root = %s, want %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"errors/*.hcl", "good/*.hcl"} {
		for _, text := range testFiles(f, pattern) {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, got := Parse("a.hcl", text)
		checkSpans(t, file, got)
		if (file.Body != nil) == got.HasErrors() {
			t.Errorf("body %v, errors %v", file.Body != nil, got)
		}
		if err := diag.Write(new(bytes.Buffer), diag.Text, got, diag.SourceMap{"a.hcl": file.Bytes}); err != nil {
			t.Error(err)
		}
	})
}

func FuzzFormat(f *testing.F) {
	for _, text := range testFiles(f, "*/*.hcl") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkFormat(t, text) })
}

// checkFormat demands that the layout of a text is stable and that it still
// means the same.
func checkFormat(t testing.TB, text []byte) []byte {
	t.Helper()
	once, list := Format("a.hcl", text)
	if list.HasErrors() {
		if once != nil {
			t.Error("an invalid file was formatted")
		}
		return nil
	}
	twice, list := Format("a.hcl", once)
	if list.HasErrors() {
		t.Fatalf("the formatted text does not parse: %v\n%s", list, once)
	}
	if !bytes.Equal(once, twice) {
		t.Fatalf("not idempotent:\n%s", Diff("a.hcl", once, twice))
	}
	return once
}

func TestFormat(t *testing.T) {
	for name, text := range testFiles(t, "format/*.in") {
		got := checkFormat(t, text)
		golden := strings.TrimSuffix(name, ".in") + ".out"
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s:\n%s", name, Diff(name, want, got))
		}
	}
	for _, text := range testFiles(t, "good/*.hcl") {
		if checkFormat(t, text) == nil {
			t.Error("a good file was refused")
		}
	}
	for name, text := range testFiles(t, "errors/*.hcl") {
		if _, list := Format(name, text); !list.HasErrors() {
			t.Errorf("%s was formatted", name)
		}
	}
}

func TestDiff(t *testing.T) {
	if d := Diff("a", []byte("x\n"), []byte("x\n")); d != nil {
		t.Errorf("difference of equals: %s", d)
	}
	before := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\nend"
	after := "1\n2\n3\nfour\n5\n6\n7\n8\n9\n10\n10.5\n11\n12\nend\n"
	want := `--- a
+++ a (formatted)
@@ -1,13 +1,14 @@
 1
 2
 3
-4
+four
 5
 6
 7
 8
 9
 10
+10.5
 11
 12
-end
\ No newline at end of file
+end
`
	if got := string(Diff("a", []byte(before), []byte(after))); got != want {
		t.Errorf("got\n%s", got)
	}
}

// git apply must accept a diff and give the new text.
func TestDiffApplies(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip(err)
	}
	var many strings.Builder
	for i := range 5000 {
		many.WriteString(strings.Repeat("x", i%7) + "\n")
	}
	for _, tt := range [][2]string{
		{"a\nb\nc\n", "b\nc\nd\n"},
		{"a\n", "b\n"},
		{"a", "a\n"},
		{strings.Repeat("a\n", 50) + "x\n" + strings.Repeat("b\n", 50) + "y\n", strings.Repeat("a\n", 50) + strings.Repeat("b\n", 50) + "z\nz\n"},
		{many.String(), strings.ReplaceAll(many.String(), "xxx", "y y")},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "f"), []byte(tt[0]), 0o600); err != nil {
			t.Fatal(err)
		}
		patch := strings.Replace(string(Diff("f", []byte(tt[0]), []byte(tt[1]))), "+++ f (formatted)", "+++ f", 1)
		cmd := exec.Command(git, "apply", "-p0")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%.500s", err, out, patch)
		}
		if got, _ := os.ReadFile(filepath.Join(dir, "f")); string(got) != tt[1] {
			t.Errorf("applied diff gives %.200q", got)
		}
	}
}
