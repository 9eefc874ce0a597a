package report

import (
	"html/template"
	"regexp"
	"sort"
	"strings"

	"relief/runtime/plan"
)

// fileView is a source file, line by line.
type fileView struct {
	Name, Digest string
	Lines        []lineView
}

type lineView struct {
	Number int
	Anchor string
	Block  string // address of the block that begins here
	Code   template.HTML
}

// sourceFiles lists the files of the study, its own file first.
func sourceFiles(in *Input) []string {
	s := in.Results.Study
	names := []string{}
	if _, ok := s.Sources[s.File]; ok {
		names = append(names, s.File)
	}
	for _, f := range in.Facts.Sources {
		if _, ok := s.Sources[f.Name]; ok && f.Name != s.File {
			names = append(names, f.Name)
		}
	}
	return names
}

func (p *pageMaker) views() []fileView {
	s := p.in.Results.Study
	begins := map[string]map[int]string{} // file, line -> address
	mark := func(b plan.Block) {
		lines := begins[b.Span.File]
		if lines == nil {
			lines = map[int]string{}
			begins[b.Span.File] = lines
		}
		if a := b.Address; lines[b.Span.Start.Line] == "" {
			a.Keyed = false
			lines[b.Span.Start.Line] = a.String()
		}
	}
	for _, b := range s.Datasets {
		mark(b.Block)
	}
	for _, b := range s.Networks {
		mark(b.Block)
	}
	for _, b := range s.Objectives {
		mark(b.Block)
	}
	for _, b := range s.Runs {
		mark(b.Block)
	}
	for _, b := range s.Landscapes {
		mark(b.Block)
	}
	for _, b := range s.Spectra {
		mark(b.Block)
	}
	for _, b := range s.Projections {
		mark(b.Block)
	}
	for _, b := range s.Orbits {
		mark(b.Block)
	}
	for _, b := range s.Growths {
		mark(b.Block)
	}
	for _, b := range s.Checks {
		mark(b.Block)
	}
	for _, b := range s.Plots {
		mark(b.Block)
	}
	for _, b := range s.Tables {
		mark(b.Block)
	}
	for _, b := range s.Outputs {
		mark(b.Block)
	}
	var out []fileView
	for i, name := range p.files {
		f := fileView{Name: name}
		for _, src := range p.in.Facts.Sources {
			if src.Name == name {
				f.Digest = src.Digest
			}
		}
		text := strings.ReplaceAll(strings.ToValidUTF8(string(s.Sources[name]), "\uFFFD"), "\r\n", "\n")
		for n, code := range highlighted(strings.TrimSuffix(text, "\n")) {
			f.Lines = append(f.Lines, lineView{n + 1, lineAnchor(i, n+1), begins[name][n+1], code})
		}
		out = append(out, f)
	}
	return out
}

// tokens of HCL that are coloured: comments, texts, numbers, and words that
// begin a line, which isKey then judges.
var tokens = regexp.MustCompile(`(#[^\n]*|//[^\n]*|/\*(?s:.*?)(?:\*/|\z))` +
	`|("(?:[^"\\\n]|\\.)*"?)` +
	`|(\b\d[\d.]*(?:[eE][-+]?\d+)?\b)` +
	`|(?m:^[ \t]*([A-Za-z_][\w-]*))` +
	`|(<<-?[A-Za-z_]\w*)`)

// closers finds, by word, where the lines end that hold only that word: they
// may close a heredoc.
func closers(text string) map[string][]int {
	out := map[string][]int{}
	at := 0
	for line := range strings.Lines(text) {
		at += len(line)
		if word := strings.TrimSpace(line); word != "" && !strings.ContainsAny(word, " \t=") {
			out[word] = append(out[word], at-(len(line)-len(strings.TrimRight(line, "\r\n"))))
		}
	}
	return out
}

// isKey reports whether a word opens a block or names an argument, by what
// follows it.
func isKey(rest string) bool {
	rest = strings.TrimLeft(rest, " \t")
	return strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==") || strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "{")
}

// highlighted is the source as HTML, one entry per line.
func highlighted(text string) []template.HTML {
	var b strings.Builder
	// A token that spans lines is closed at the end of each.
	put := func(class, s string) {
		for i, part := range strings.Split(s, "\n") {
			if i > 0 {
				b.WriteByte('\n')
			}
			if class == "" || part == "" {
				b.WriteString(template.HTMLEscapeString(part))
			} else {
				b.WriteString(`<span class="` + class + `">` + template.HTMLEscapeString(part) + `</span>`)
			}
		}
	}
	at, closing := 0, closers(text)
	for _, m := range tokens.FindAllStringSubmatchIndex(text, -1) {
		if m[0] < at { // inside a heredoc
			continue
		}
		for g, class := range []string{"", "rem", "str", "num", "key", "str"} {
			if from, to := m[2*g], m[2*g+1]; g > 0 && from >= 0 {
				switch {
				case class == "key" && !isKey(text[to:]):
					class = ""
				case g == 5: // up to its closing line; never closed: only the opening
					ends := closing[strings.TrimLeft(text[from:to], "<-")]
					if k := sort.SearchInts(ends, to); k < len(ends) {
						to = ends[k]
					}
				}
				put("", text[at:from])
				put(class, text[from:to])
				at = to
			}
		}
	}
	put("", text[at:])
	var out []template.HTML
	for _, line := range strings.Split(b.String(), "\n") {
		out = append(out, template.HTML(line))
	}
	return out
}
