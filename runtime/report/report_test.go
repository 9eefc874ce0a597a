package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/engine"
	"relief/runtime/engine/enginetest"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/render"
)

func input(t testing.TB, s *plan.Study) *Input {
	t.Helper()
	res, err := engine.Run(context.Background(), s, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{
		Results: res,
		Facts: Facts{Tool: "relief 1", Go: "go1", Platform: "linux/amd64", CPUs: 2, Started: time.Unix(0, 0), Commit: "abc", Dirty: true,
			Sources: []Source{{s.File, strings.Repeat("0", 64)}}},
		Pictures: map[plan.Address]Picture{}, Data: map[plan.Address][]string{enginetest.Before: {"data/run.before.parquet"}},
	}
	for _, p := range res.Plots {
		if p.Figure == nil {
			continue
		}
		var svg bytes.Buffer
		if err := render.Write(p.Figure, "svg", &svg); err != nil {
			t.Fatal(err)
		}
		in.Pictures[p.Plan.Address] = Picture{svg.Bytes(), []string{"plots/" + p.Plan.Address.Name + ".svg"}}
	}
	return in
}

func htmlOf(t testing.TB, in *Input) string {
	t.Helper()
	page, err := HTML(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

var (
	tags  = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*(?:=(?:"[^"]*"|'[^']*'))?)*)\s*/?>`)
	attrs = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9:-]*)(?:=(?:"([^"]*)"|'([^']*)'))?`)
)

// element is one start tag of a page.
type element struct {
	name  string
	attrs map[string]string
}

// elements reads all start tags; everything in a page that begins like a tag
// must be one, be it of text that was not escaped.
func elements(t *testing.T, page string) []element {
	t.Helper()
	body := regexp.MustCompile(`(?s)<style>.*?</style>|<!--.*?-->|<!doctype html>`).ReplaceAllString(page, "")
	var out []element
	for _, m := range tags.FindAllStringSubmatch(body, -1) {
		if m[1] == "/" {
			continue
		}
		e := element{strings.ToLower(m[2]), map[string]string{}}
		for _, a := range attrs.FindAllStringSubmatch(m[3], -1) {
			e.attrs[strings.ToLower(a[1])] = html.UnescapeString(a[2] + a[3])
		}
		out = append(out, e)
	}
	if rest := tags.ReplaceAllString(body, ""); strings.Contains(rest, "<") {
		i := strings.Index(rest, "<")
		t.Errorf("not a tag: %.80q", rest[i:])
	}
	return out
}

var known = strings.Fields("html line head meta title style body header main nav p span h1 h2 h3 code a section ul li div figure figcaption img table caption " +
	"thead tbody tr th td details summary pre svg rect path text tspan line g defs clippath image use polyline circle em strong del br hr ol blockquote input")

func TestPage(t *testing.T) {
	page := htmlOf(t, input(t, enginetest.Study()))
	ids := map[string]bool{}
	var references []string
	policy, style := "", regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)[1]
	for _, e := range elements(t, page) {
		if !slices.Contains(known, e.name) {
			t.Errorf("element %s", e.name)
		}
		for name, value := range e.attrs {
			switch {
			case strings.HasPrefix(name, "on") || name == "style":
				t.Errorf("%s has the attribute %s", e.name, name)
			case name == "id":
				if ids[value] {
					t.Errorf("id %s twice", value)
				}
				ids[value] = true
			case name == "href" && strings.HasPrefix(value, "#"):
				references = append(references, value[1:])
			case (name == "href" || name == "src") && strings.Contains(value, ":") && !strings.HasPrefix(value, "data:image/"):
				t.Errorf("%s leads to %s", e.name, value)
			}
		}
		if e.attrs["http-equiv"] == "Content-Security-Policy" {
			policy = e.attrs["content"]
		}
	}
	for _, r := range references {
		if !ids[r] {
			t.Errorf("nothing has the id %s", r)
		}
	}
	sum := sha256.Sum256([]byte(style))
	want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if !strings.Contains(policy, want) || !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "script") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q, the style is %s", policy, want)
	}
	if checks, results := strings.Index(page, `id="checks"`), strings.Index(page, `id="results"`); checks < 0 || checks > results {
		t.Error("the checks do not come first")
	}
	for _, s := range []string{
		"1 of 2 checks hold", "a check failed", "the loss is below 1 from step 9 on", "diverged", "It ends at <strong>x = 0.0591</strong>",
		`<tspan`, "where it ended", "[[1, 0], [0, 10]]", "run.after[10]", `href="data/run.before.parquet"`, `id="L67"`, `id="landscape.basin"`, "with local changes", "prefers-color-scheme: dark", "@media print",
	} {
		if !strings.Contains(page, s) {
			t.Errorf("the page lacks %q", s)
		}
	}
	if n := strings.Count(page, "<svg xmlns"); n != 2 {
		t.Errorf("%d pictures", n)
	}
	for k, line := range strings.Split(strings.TrimSuffix(enginetest.Source, "\n"), "\n") {
		at := strings.Index(page, fmt.Sprintf(`id="L%d"`, k+1))
		end := strings.Index(page[at:], "\n")
		_, shown, _ := strings.Cut(page[at:at+end], "</a>")
		if got := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(shown, "")); got != line {
			t.Fatalf("line %d is shown as %q, it is %q", k+1, got, line)
		}
	}
}

// hostile texts, in every place that a study can fill.
var hostile = []string{
	`</script><script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`' onmouseover='alert(1)`,
	`</style><script>x</script>`,
	`<svg/onload=alert(1)>`,
	`</title></head><body onload=x>`,
	`<!--`,
	`{{.}} ${x} <% %>`,
	"a | b\n\n# not a heading `code` <b>bold</b>",
	"[x](javascript:alert(1)) ![y](http://example.org/y.png) <javascript:x>",
	"\x00\xff\u202e",
	`<a href="data:text/html,<script>1</script>">`,
}

func hostileStudy(h string) *plan.Study {
	s := enginetest.Study()
	text := plan.Text{{Literal: h}}
	s.Title, s.Source, s.Description, s.Name = h, h, h, h
	s.Variables[0].Name, s.Variables[0].Description, s.Variables[0].Value, s.Variables[0].Unit = h, h, h, h
	s.Sources[s.File] = append([]byte("# "+h+"\nx = \""+h+"\"\n"), s.Sources[s.File]...)
	for _, c := range s.Checks {
		c.Label, c.Address.Name = h, h
		for i := range c.Asserts {
			c.Asserts[i].Message = text
		}
	}
	for _, p := range s.Plots {
		p.Title = text
		for i := range p.Panels {
			p.Panels[i].Title, p.Panels[i].X.Label = text, h
			for k := range p.Panels[i].Marks {
				p.Panels[i].Marks[k].Label = text
			}
		}
	}
	s.Tables[0].Title, s.Tables[0].Columns[0], s.Tables[0].Rows[0][0] = text, h, text
	s.Outputs[0].Description, s.Outputs[0].Unit, s.Outputs[0].Address.Name = h, h, h
	s.Report.Items[0].Markdown = text
	return s
}

func TestHostileText(t *testing.T) {
	for _, h := range hostile {
		in := input(t, hostileStudy(h))
		in.Facts.Tool, in.Facts.Commit, in.Facts.Platform = h, h, h
		in.Results.Diagnostics.Add(&diag.Diagnostic{Code: "RL0603", Summary: h, Detail: h, Values: []diag.Value{{Name: h, Text: h}}})
		page := htmlOf(t, in)
		if !utf8.ValidString(page) {
			t.Errorf("%q: the page is not UTF-8", h)
		}
		for _, e := range elements(t, page) {
			if !slices.Contains(known, e.name) {
				t.Errorf("%q makes the element %s", h, e.name)
			}
			for name, value := range e.attrs {
				v := strings.ToLower(strings.TrimSpace(value))
				if strings.HasPrefix(name, "on") || (name == "href" || name == "src") && (strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "data:text")) {
					t.Errorf("%q makes %s %s=%q", h, e.name, name, value)
				}
			}
		}
		md := string(Markdown(in))
		first, _, _ := strings.Cut(md, "\n")
		if strings.Contains(first, "<") || !strings.HasPrefix(first, "# ") {
			t.Errorf("%q makes the first line of the Markdown %q", h, first)
		}
		for _, line := range strings.Split(md, "\n") {
			if strings.HasPrefix(line, "| ✓") && len(regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\|`).FindAllString(line, -1)) != 4 {
				t.Errorf("%q breaks the table: %s", h, line)
			}
		}
	}
}

func TestFailures(t *testing.T) {
	s := enginetest.Study()
	s.Runs[1].Resume.At = 25
	in := input(t, s)
	page := htmlOf(t, in)
	for _, want := range []string{`class="missing"`, "run.after[5] failed and has no results", `id="problems"`, "RL0505", "no value", `class="badge bad"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	elements(t, page)
	md := string(Markdown(in))
	for _, want := range []string{"## Problems", "*Losses was not drawn.*", "`RL0505`"} {
		if !strings.Contains(md, want) {
			t.Errorf("the Markdown lacks %q", want)
		}
	}
}

func TestEmptyStudy(t *testing.T) {
	in := input(t, &plan.Study{Name: "nothing", File: "nothing.hcl"})
	page := htmlOf(t, in)
	elements(t, page)
	if !strings.Contains(page, "no checks") || strings.Contains(page, `id="checks"`) {
		t.Error("checks are shown")
	}
	if md := string(Markdown(in)); !strings.HasPrefix(md, "# nothing\n") {
		t.Errorf("Markdown %q", md)
	}
}

func TestLargePicturesAreImages(t *testing.T) {
	in := input(t, enginetest.Study())
	a := plan.Address{Noun: "plot", Name: "plane"}
	in.Pictures[a] = Picture{append([]byte("<svg>"), make([]byte, largest)...), nil}
	if page := html.UnescapeString(htmlOf(t, in)); !strings.Contains(page, `src="data:image/svg+xml;base64,`) {
		t.Error("the picture is not an image")
	}
}

func TestHighlight(t *testing.T) {
	for text, want := range map[string]string{
		`run "a" {`:      `<span class="key">run</span> <span class="str">&#34;a&#34;</span> {`,
		`  x = 1.5e3 #<`: `  <span class="key">x</span> = <span class="num">1.5e3</span> <span class="rem">#&lt;</span>`,
		`  y == 2`:       `  y == <span class="num">2</span>`,
		`f("a") x = 1`:   `f(<span class="str">&#34;a&#34;</span>) x = <span class="num">1</span>`,
		"a = <<-X\n 1 # b\n  X\nc = 1": `<span class="key">a</span> = <span class="str">&lt;&lt;-X</span>` + "\n" +
			`<span class="str"> 1 # b</span>` + "\n" + `<span class="str">  X</span>` + "\n" + `<span class="key">c</span> = <span class="num">1</span>`,
		"<<X\n1": `<span class="str">&lt;&lt;X</span>` + "\n" + `<span class="num">1</span>`,
	} {
		var lines []string
		for _, l := range highlighted(text) {
			lines = append(lines, string(l))
		}
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("%s is shown as\n%s\nwant\n%s", text, got, want)
		}
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add(enginetest.Source)
	f.Add("/* open\n <b> \"x\" ")
	f.Add("a = \"\\\"<\n# c\r\n1e5 /* */ x {")
	spans := regexp.MustCompile(`<span class="[a-z]+">|</span>`)
	f.Fuzz(func(t *testing.T, text string) {
		lines := highlighted(text)
		var plain []string
		for _, l := range lines {
			s := spans.ReplaceAllString(string(l), "")
			if strings.ContainsAny(s, "<>") {
				t.Fatalf("markup in %q", l)
			}
			plain = append(plain, html.UnescapeString(s))
		}
		if got, want := strings.Join(plain, "\n"), strings.ReplaceAll(text, "\x00", "\uFFFD"); got != want && !strings.Contains(text, "&") {
			t.Fatalf("%q is shown as %q", want, got)
		}
	})
}

// TestNetworks: a report of a network shows its layers, the data, the
// eigenvalues and what probes recorded, and names no anchor that is not there.
func TestNetworks(t *testing.T) {
	in := input(t, enginetest.TrainedStudy())
	if in.Results.Status != engine.OK {
		t.Fatalf("%s: %v", in.Results.Status, in.Results.Diagnostics)
	}
	in.Data[enginetest.Plane] = []string{"data/projection.plane.parquet", "data/projection.plane.paths.parquet"}
	page := htmlOf(t, in)
	ids := map[string]bool{}
	var references []string
	for _, e := range elements(t, page) {
		if id := e.attrs["id"]; id != "" {
			ids[id] = true
		}
		if href := e.attrs["href"]; strings.HasPrefix(href, "#") {
			references = append(references, href[1:])
		}
	}
	for _, r := range references {
		if !ids[r] {
			t.Errorf("nothing has the id %s", r)
		}
	}
	spectrum := in.Results.Analyses[0]
	largest := fmt.Sprintf("%.6g", spectrum.Lookup("top").Data[0])
	digest := fmt.Sprintf("%x", in.Results.Datasets[0].Digest)
	for _, s := range []string{
		largest, "2nd largest", "smallest", "standard error", "run.gd.probe.lambda", "sharpness", "residual", "dense, tanh", "2 to 2, 32 parameters",
		"values, 24 samples of 2, 2 classes", "standardised per pixel over 24 samples", digest, `href="#spectra"`, `href="#networks"`, `href="#data"`, `id="projection.plane"`,
		">parquet</a>", ">paths.parquet</a>",
	} {
		if !strings.Contains(page, s) {
			t.Errorf("the page lacks %q", s)
		}
	}
	text := string(Markdown(in))
	for _, s := range []string{"| `spectrum.end` | largest | " + largest, "- `dataset.spirals`: values, 24 samples", "- `network.net`: 2 to 2, 32 parameters"} {
		if !strings.Contains(text, s) {
			t.Errorf("the Markdown lacks %q:\n%s", s, text)
		}
	}
}

// TestManyEigenvalues: a report shows the outermost ones and says how many more
// there are.
func TestManyEigenvalues(t *testing.T) {
	values := make([]float64, 30)
	vector := array.New(graph.Of(len(values)), values)
	x := &engine.AnalysisResult{Address: enginetest.End, Fields: []engine.Named{{Name: "top", Value: vector}, {Name: "top_residual", Value: vector}}}
	s := spectrumOf(x)
	if len(s.Rows) != mostEigenvalues || s.More != "and 10 more in the data" {
		t.Errorf("%d rows, %q", len(s.Rows), s.More)
	}
	for i, want := range map[int]string{0: "largest", 1: "2nd largest", 2: "3rd largest", 3: "4th largest", 10: "11th largest", 11: "12th largest"} {
		if got := s.Rows[i].Place; got != want {
			t.Errorf("row %d is the %s, not the %s", i, got, want)
		}
	}
}
