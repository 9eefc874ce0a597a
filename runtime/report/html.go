package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/engine"
	"relief/runtime/plan"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var style string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"seconds": seconds,
	"number":  engine.FormatNumber,
}).Parse(pageSource))

// markdownParser leaves out raw HTML and links to scripts, which is what
// goldmark does unless told otherwise, and images from elsewhere.
var markdownParser = goldmark.New(goldmark.WithExtensions(extension.GFM),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(images{}, 100))))

// largest is the size above which an SVG is shown as an image of its own, so
// that a browser need not build a node for each of its elements.
const largest = 4 << 20

// HTML is the report as one page: no scripts, nothing loaded from elsewhere.
func HTML(in *Input) ([]byte, error) {
	var b bytes.Buffer
	if err := page.Execute(&b, view(in)); err != nil {
		return nil, fmt.Errorf("report.html: %w", err)
	}
	return bytes.ToValidUTF8(b.Bytes(), []byte("\uFFFD")), nil
}

// pageView is what page.html shows, in its words.
type pageView struct {
	Title, Name, File, Source string
	Status, Mood, Verdict     string
	Description               template.HTML
	Policy                    string
	Style                     template.CSS
	Started, Duration         string
	Facts                     Facts
	Checks                    []verdictView
	Sections                  []sectionView
	Problems                  []problemView
	Runs                      []runView
	Others                    []runView // landscapes, spectra, projections
	Probes                    []probeView
	Spectra                   []*spectrumView
	Orbits                    []*orbitView
	Growths                   []*growthView
	Networks                  []networkView
	Datasets                  []datasetView
	Timeline                  *timelineView
	Variables                 []*plan.Variable
	Seed                      uint64
	Files                     []fileView
}

// verdictView is a check with its asserts; checkView is one assert.
type verdictView struct {
	Label   string
	OK      bool
	Hold    int
	Asserts []checkView
}

type checkView struct {
	Label, Condition, Message string
	OK                        bool
	Place, Anchor             string
}

// sectionView is a piece of the report; one of its fields is set.
type sectionView struct {
	Text    template.HTML
	Plot    *plotView
	Table   *tableView
	Outputs []outputView
	Checks  []checkView
}

type plotView struct {
	Title, Anchor string
	SVG           template.HTML
	Image         template.URL
	Missing       string
	Files         []fileLink
}

type fileLink struct{ Name, Href string }

type tableView struct {
	Title   string
	Columns []cellView
	Rows    [][]cellView
}

type cellView struct {
	Text   string
	Number bool
}

type outputView struct{ Name, Value, Description string }

type problemView struct {
	Code, Context, Summary, Detail string
	Warning                        bool
	Values                         []diag.Value
	Place, Anchor                  string
}

type runView struct {
	Name, Anchor, Status, Mood, Detail string
	Loss                               string
	Seconds                            float64
	Data                               []fileLink
	LeftOut                            string // columns that the CSV file lacks
}

// mood is the colour of a status.
func mood(s engine.Status) string {
	switch s {
	case engine.OK, engine.Stopped:
		return "good"
	case engine.Interrupted:
		return "warn"
	}
	return "bad"
}

// runMood is the mood of a run: one that may diverge does no harm by it.
func runMood(r *engine.RunResult) string {
	if r.Status == engine.Diverged && r.Plan.MayDiverge {
		return "warn"
	}
	return mood(r.Status)
}

func view(in *Input) *pageView {
	res := in.Results
	s := res.Study
	sum := sha256.Sum256([]byte(style))
	v := &pageView{
		Title: title(s), Name: s.Name, File: s.File, Source: s.Source,
		Status: statusWords[res.Status], Mood: mood(res.Status), Verdict: verdict(res),
		Description: rendered(s.Description),
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
			base64.StdEncoding.EncodeToString(sum[:]) + "'",
		Style:   template.CSS(style),
		Started: in.Facts.Started.UTC().Format("2006-01-02 15:04 MST"), Duration: seconds(res.Seconds),
		Facts: in.Facts, Variables: s.Variables, Seed: s.Seed,
		Timeline: timeline(res),
	}
	p := &pageMaker{in: in, files: sourceFiles(in), results: resultsOf(res)}
	v.Files = p.views()
	for _, c := range res.Checks {
		group := verdictView{Label: c.Plan.Label + keySuffix(c.Plan.Address), OK: c.OK, Asserts: p.check(c)}
		for _, a := range c.Asserts {
			if a.OK {
				group.Hold++
			}
		}
		v.Checks = append(v.Checks, group)
	}
	slices.SortStableFunc(v.Checks, func(a, b verdictView) int { // what fails stands first
		switch {
		case a.OK == b.OK:
			return 0
		case a.OK:
			return 1
		}
		return -1
	})
	for _, piece := range pieces(res) {
		p.piece(v, piece)
	}
	asserts := 0
	for _, c := range v.Checks {
		asserts += len(c.Asserts)
	}
	for i := range v.Sections { // all of them stand above already
		if s := &v.Sections[i]; asserts > 0 && len(s.Checks) == asserts {
			*s = sectionView{Text: template.HTML(`<p>` + template.HTMLEscapeString(upper(verdict(res))) + `: <a href="#checks">see above</a>.</p>`)}
		}
	}
	for _, d := range otherDiagnostics(res) {
		place, anchor := p.place(d.Span)
		for _, r := range d.Related { // in the library: the place in the study that leads there
			if anchor == "" {
				place, anchor = p.place(r.Span)
			}
		}
		v.Problems = append(v.Problems, problemView{string(d.Code), d.Context, d.Summary, d.Detail, d.Severity == diag.Warning, d.Values, place, anchor})
	}
	for _, r := range res.Runs {
		v.Runs = append(v.Runs, p.run(r))
		v.Probes = append(v.Probes, p.probesOf(r)...)
	}
	for _, l := range res.Landscapes {
		_, anchor := p.place(l.Plan.Span)
		detail := make([]string, len(l.Plan.Axes))
		for i, a := range l.Plan.Axes {
			detail[i] = fmt.Sprintf("%s: %d", a.Label, a.Points)
		}
		v.Others = append(v.Others, runView{
			Name: l.Plan.Address.String(), Anchor: anchor, Status: string(l.Status), Mood: mood(l.Status),
			Detail: strings.Join(detail, ", "), Seconds: l.Seconds, Data: links(in.Data[l.Plan.Address]),
		})
	}
	for _, x := range res.Analyses {
		_, anchor := p.place(x.Span)
		v.Others = append(v.Others, runView{
			Name: x.Address.String(), Anchor: anchor, Status: string(x.Status), Mood: mood(x.Status), Seconds: x.Seconds, Data: links(in.Data[x.Address]),
		})
		if s := spectrumOf(x); s != nil {
			s.Anchor = anchor
			v.Spectra = append(v.Spectra, s)
		}
		if o := orbitOf(res.Study, x); o != nil {
			o.Anchor = anchor
			v.Orbits = append(v.Orbits, o)
		}
		if g := growthOf(x); g != nil {
			g.Anchor = anchor
			v.Growths = append(v.Growths, g)
		}
	}
	v.Networks = p.networksOf(s)
	for _, d := range res.Datasets {
		v.Datasets = append(v.Datasets, p.dataset(d))
	}
	return v
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// rendered is Markdown as HTML.
func rendered(markdown string) template.HTML {
	var b bytes.Buffer
	if err := markdownParser.Convert([]byte(markdown), &b); err != nil {
		return template.HTML("<p>" + template.HTMLEscapeString(markdown) + "</p>")
	}
	return template.HTML(b.String())
}

// links names files by their ending, those of one ending by what is before it
// as well: paths.parquet.
func links(files []string) []fileLink {
	var out []fileLink
	for _, f := range files {
		at := strings.LastIndexByte(f, '.') + 1
		name := f[at:]
		if slices.ContainsFunc(out, func(x fileLink) bool { return x.Name == name }) {
			name = f[strings.LastIndexByte(f[:at-1], '.')+1:]
		}
		out = append(out, fileLink{name, link(f)})
	}
	return out
}

// pageMaker turns results into views.
type pageMaker struct {
	in      *Input
	files   []string // names of the sources, in the order of their anchors
	results map[plan.Address]any
}

// place names a span and the anchor of its line in the page; "" if there is
// none.
func (p *pageMaker) place(s diag.Span) (text, anchor string) {
	i := slices.Index(p.files, s.File)
	if s.IsZero() || i < 0 {
		return "", ""
	}
	return fmt.Sprintf("line %d", s.Start.Line), lineAnchor(i, s.Start.Line)
}

func lineAnchor(file, line int) string {
	if file == 0 {
		return fmt.Sprintf("L%d", line)
	}
	return fmt.Sprintf("F%dL%d", file+1, line)
}

func (p *pageMaker) check(c *engine.CheckResult) []checkView {
	var out []checkView
	for _, a := range c.Asserts {
		place, anchor := p.place(a.Plan.Span)
		out = append(out, checkView{c.Plan.Label + keySuffix(c.Plan.Address), a.Condition, a.Message, a.OK, place, anchor})
	}
	return out
}

// piece adds one piece; outputs and checks that follow one another share a
// section.
func (p *pageMaker) piece(v *pageView, piece engine.ReportPiece) {
	add := func(s sectionView) { v.Sections = append(v.Sections, s) }
	var last *sectionView
	if n := len(v.Sections); n > 0 {
		last = &v.Sections[n-1]
	}
	if piece.Show == nil {
		add(sectionView{Text: rendered(piece.Markdown)})
		return
	}
	switch x := p.results[*piece.Show].(type) {
	case *engine.PlotResult:
		add(sectionView{Plot: p.plot(x)})
	case *engine.TableResult:
		add(sectionView{Table: tableOf(x)})
	case *engine.OutputResult:
		if last == nil || last.Outputs == nil {
			add(sectionView{})
			last = &v.Sections[len(v.Sections)-1]
		}
		last.Outputs = append(last.Outputs, outputView{outputName(x), outputText(x), x.Plan.Description})
	case *engine.CheckResult:
		if last == nil || last.Checks == nil {
			add(sectionView{})
			last = &v.Sections[len(v.Sections)-1]
		}
		last.Checks = append(last.Checks, p.check(x)...)
	}
}

func (p *pageMaker) plot(x *engine.PlotResult) *plotView {
	_, anchor := p.place(x.Plan.Span)
	out := &plotView{Title: plotTitle(x), Anchor: anchor}
	picture, ok := p.in.Pictures[x.Plan.Address]
	switch {
	case !ok && x.Error != nil:
		out.Missing = x.Error.Summary
	case !ok:
		out.Missing = "the plot was not drawn"
	case len(picture.SVG) > largest:
		out.Image = template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(picture.SVG))
	default:
		out.SVG = template.HTML(enlarged(picture.SVG))
	}
	out.Files = links(picture.Files)
	return out
}

var svgSize = regexp.MustCompile(`^(\s*<svg[^>]*?) width="([\d.]+)pt" height="([\d.]+)pt"`)

// enlarged makes a picture that is made for print a little larger on a screen,
// all by the same factor, so that their letters agree; the style sheet keeps it
// inside the page.
func enlarged(svg []byte) []byte {
	m := svgSize.FindSubmatch(svg)
	if m == nil {
		return svg
	}
	width, _ := strconv.ParseFloat(string(m[2]), 64)
	height, _ := strconv.ParseFloat(string(m[3]), 64)
	const factor = 1.2
	head := fmt.Appendf(nil, `%s width="%.2fpt" height="%.2fpt"`, m[1], factor*width, factor*height)
	return append(head, svg[len(m[0]):]...)
}

func tableOf(x *engine.TableResult) *tableView {
	out := &tableView{Title: x.Title}
	for j, name := range x.Plan.Columns {
		numbers := !slices.ContainsFunc(x.Numbers, func(row []*array.Array) bool { return j >= len(row) || row[j] == nil })
		out.Columns = append(out.Columns, cellView{name, numbers && len(x.Numbers) > 0})
	}
	for i, row := range x.Cells {
		var cells []cellView
		for j, text := range row {
			cells = append(cells, cellView{text, i < len(x.Numbers) && j < len(x.Numbers[i]) && x.Numbers[i][j] != nil})
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

func (p *pageMaker) run(r *engine.RunResult) runView {
	_, anchor := p.place(r.Plan.Span)
	out := runView{
		Name: r.Plan.Address.String(), Anchor: anchor, Status: string(r.Status), Mood: runMood(r),
		Detail: fmt.Sprintf("%d of %d", r.Steps, r.Plan.Steps), Seconds: r.Seconds, Data: links(p.in.Data[r.Plan.Address]),
	}
	if n := len(r.LaneStatus); n > 0 {
		out.Detail += fmt.Sprintf(", %d lanes", n)
	}
	out.LeftOut = strings.Join(p.in.LeftOut[r.Plan.Address], ", ")
	if r.Final != nil && r.Final.Loss != nil && r.Final.Loss.Type.IsScalar() {
		out.Loss = fmt.Sprintf("%.6g", r.Final.Loss.Number())
	}
	return out
}
