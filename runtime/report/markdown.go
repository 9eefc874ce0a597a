package report

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"relief/runtime/engine"
	"relief/runtime/plan"
)

// Markdown is the report for a pull request: GitHub's Markdown, plots as
// relative links.
func Markdown(in *Input) []byte {
	res := in.Results
	m := &markdown{in: in, results: resultsOf(res)}
	m.line("# %s", escapeText(title(res.Study)))
	m.line("**%s**: %s · %s · %s", statusWords[res.Status], verdict(res), code(res.Study.File), in.Facts.Tool)
	if res.Study.Source != "" {
		m.line("Source: %s", escapeText(res.Study.Source))
	}
	if res.Study.Description != "" {
		m.line("%s", strings.TrimSpace(res.Study.Description))
	}
	m.checks()
	list := pieces(res)
	for i := 0; i < len(list); {
		piece := list[i]
		if piece.Show == nil {
			m.line("%s", strings.TrimSpace(piece.Markdown))
			i++
			continue
		}
		n := 1 // outputs that follow one another share a table
		for i+n < len(list) && list[i+n].Show != nil && list[i+n].Show.Noun == piece.Show.Noun {
			n++
		}
		m.blocks(piece.Show.Noun, list[i:i+n])
		i += n
	}
	m.spectra()
	m.orbits()
	m.growths()
	m.data()
	if others := otherDiagnostics(res); len(others) > 0 {
		m.line("## Problems")
		for _, d := range others {
			m.b.WriteString("- " + code(string(d.Code)) + " " + escapeText(d.Summary))
			if !d.Span.IsZero() {
				fmt.Fprintf(&m.b, " (%s line %d)", code(d.Span.File), d.Span.Start.Line)
			}
			m.b.WriteByte('\n')
		}
		m.b.WriteByte('\n')
	}
	return []byte(strings.ToValidUTF8(strings.TrimRight(m.b.String(), "\n"), "\uFFFD") + "\n")
}

type markdown struct {
	in      *Input
	results map[plan.Address]any
	b       strings.Builder
}

// line writes a paragraph.
func (m *markdown) line(format string, args ...any) {
	fmt.Fprintf(&m.b, format, args...)
	m.b.WriteString("\n\n")
}

func (m *markdown) row(cells ...string) {
	m.b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func (m *markdown) heading(cells ...string) {
	m.row(cells...)
	m.b.WriteString("|" + strings.Repeat(" --- |", len(cells)) + "\n")
}

func (m *markdown) checks() {
	if _, all := counts(m.in.Results); all == 0 {
		return
	}
	m.heading("", "check", "found instead")
	for _, c := range m.in.Results.Checks {
		label := cell(c.Plan.Label + keySuffix(c.Plan.Address))
		if c.OK { // its messages are for claims that fail
			m.row("✓", label, "")
			continue
		}
		for _, a := range c.Asserts {
			switch {
			case a.OK:
				m.row("✓", label, "")
			case a.Message != "":
				m.row("**✗**", label, cell(a.Message))
			default:
				m.row("**✗**", label, cell(a.Condition))
			}
		}
	}
	m.b.WriteByte('\n')
}

func keySuffix(a plan.Address) string {
	if a.Keyed {
		return " [" + a.Key + "]"
	}
	return ""
}

// blocks shows blocks of one noun.
func (m *markdown) blocks(noun string, list []engine.ReportPiece) {
	switch noun {
	case "plot":
		for _, p := range list {
			m.plot(*p.Show)
		}
	case "table":
		for _, p := range list {
			m.table(*p.Show)
		}
	case "output":
		m.heading("output", "value", "")
		for _, p := range list {
			if o, ok := m.results[*p.Show].(*engine.OutputResult); ok {
				m.row(code(outputName(o)), cell(outputText(o)), cell(o.Plan.Description))
			}
		}
		m.b.WriteByte('\n')
	}
}

func outputName(o *engine.OutputResult) string {
	return o.Plan.Address.Name + keySuffix(o.Plan.Address)
}

func outputText(o *engine.OutputResult) string {
	switch {
	case o.Value == nil:
		return "no value"
	case o.Plan.Unit != "":
		return engine.FormatArray(o.Value) + " " + o.Plan.Unit
	}
	return engine.FormatArray(o.Value)
}

func (m *markdown) plot(a plan.Address) {
	if p, ok := m.results[a].(*engine.PlotResult); ok {
		name := plotTitle(p)
		file := ""
		for _, ending := range []string{".svg", ".png", ".pdf"} {
			for _, f := range m.in.Pictures[a].Files {
				if file == "" && path.Ext(f) == ending {
					file = f
				}
			}
		}
		switch {
		case file == "":
			m.line("*%s was not drawn.*", escapeText(name))
		case path.Ext(file) == ".pdf":
			m.line("[%s](%s)", escapeText(name), link(file))
		default:
			m.line("![%s](%s)", escapeText(name), link(file))
		}
	}
}

func plotTitle(p *engine.PlotResult) string {
	if p.Title != "" {
		return p.Title
	}
	return p.Plan.Address.Name + keySuffix(p.Plan.Address)
}

func link(file string) string { return (&url.URL{Path: file}).EscapedPath() }

func (m *markdown) table(a plan.Address) {
	if t, ok := m.results[a].(*engine.TableResult); ok {
		if t.Title != "" {
			m.line("**%s**", escapeText(t.Title))
		}
		var head []string
		for _, c := range t.Plan.Columns {
			head = append(head, cell(c))
		}
		if len(head) == 0 {
			return
		}
		m.heading(head...)
		for _, r := range t.Cells {
			cells := make([]string, len(r))
			for i := range r {
				cells[i] = cell(r[i])
			}
			m.row(cells...)
		}
		m.b.WriteByte('\n')
	}
}

// spectra shows the eigenvalues of all spectra in one table.
func (m *markdown) spectra() {
	begun := false
	for _, x := range m.in.Results.Analyses {
		s := spectrumOf(x)
		if s == nil {
			continue
		}
		for i, r := range s.Rows {
			if !begun {
				m.heading("spectrum", "eigenvalue", "value", "residual")
				begun = true
			}
			name := ""
			if i == 0 {
				name = code(s.Name)
			}
			m.row(name, r.Place, r.Value, r.Residual)
		}
	}
	if begun {
		m.b.WriteByte('\n')
	}
}

// orbits shows the cycles of all orbits in one table, then the rest in a line each.
func (m *markdown) orbits() {
	var lines []string
	begun := false
	for _, x := range m.in.Results.Analyses {
		o := orbitOf(m.in.Results.Study, x)
		if o == nil {
			continue
		}
		for i, c := range o.Cycles {
			if !begun {
				m.heading("orbit", "", "period", "point", "multipliers", "stable", "residual")
				begun = true
			}
			name := ""
			if i == 0 {
				name = code(o.Name)
			}
			m.row(name, cell(c.Which), c.Period, cell(c.Point), cell(c.Multipliers), c.Stable, c.Residual)
		}
		if o.More != "" {
			lines = append(lines, code(o.Name)+": "+escapeText(o.More))
		}
		for _, text := range o.Lines {
			lines = append(lines, code(o.Name)+": "+escapeText(text))
		}
	}
	if begun {
		m.b.WriteByte('\n')
	}
	for _, text := range lines {
		m.b.WriteString("- " + text + "\n")
	}
	if len(lines) > 0 {
		m.b.WriteByte('\n')
	}
}

// growths shows all growths in one table, then the evidence of each in a line.
func (m *markdown) growths() {
	var lines []string
	for _, x := range m.in.Results.Analyses {
		g := growthOf(x)
		if g == nil {
			continue
		}
		if lines == nil {
			m.heading("growth", "verdict", "c", "ratio_end", "quadratic_radius", "ball")
		}
		m.row(code(g.Name), cell(g.Verdict), g.C, g.RatioEnd, g.Quadratic, g.Ball)
		lines = append(lines, "- "+code(g.Name)+": "+escapeText(g.Evidence)+"\n")
	}
	if lines != nil {
		m.b.WriteString("\n" + strings.Join(lines, "") + "\n")
	}
}

// data says in a line each what networks were trained on what data.
func (m *markdown) data() {
	res := m.in.Results
	if len(res.Datasets) == 0 {
		return
	}
	for _, d := range res.Datasets {
		fmt.Fprintf(&m.b, "- %s: %s, %s\n", code(d.Plan.Address.String()), escapeText(datasetSummary(d)), escapeText(standardized(d)))
	}
	shown := map[plan.Address]bool{}
	for _, o := range res.Study.Objectives {
		if o.Training == nil || shown[o.Network.Address] {
			continue
		}
		shown[o.Network.Address] = true
		fmt.Fprintf(&m.b, "- %s: %s\n", code(o.Network.Address.String()), escapeText(networkSummary(o.Network.Network)))
	}
	m.b.WriteByte('\n')
}

// escapeText makes text that Markdown shows as it is.
func escapeText(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		switch {
		case r == '<':
			b.WriteString("&lt;")
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_[]>#~|!@$", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// cell is escapeText for a table, where an empty cell is left empty.
func cell(s string) string { return escapeText(s) }

// code is a code span, whatever backticks s has; pipes would end a table cell.
func code(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", "\\|") + fence
}
