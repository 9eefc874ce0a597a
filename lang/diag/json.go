package diag

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// The JSON view has the shape that OpenTofu gives to `validate -json`, so that
// tools written for the one read the other: ranges half-open, lines and
// columns from 1, bytes from 0, highlight offsets in bytes of the snippet's
// code.
type (
	jsonReport struct {
		FormatVersion string           `json:"format_version"`
		Valid         bool             `json:"valid"`
		ErrorCount    int              `json:"error_count"`
		WarningCount  int              `json:"warning_count"`
		Diagnostics   []jsonDiagnostic `json:"diagnostics"`
	}

	jsonDiagnostic struct {
		Severity string        `json:"severity"`
		Code     Code          `json:"code,omitempty"`
		Summary  string        `json:"summary"`
		Detail   string        `json:"detail"`
		Range    *jsonRange    `json:"range,omitempty"`
		Snippet  *jsonSnippet  `json:"snippet,omitempty"`
		Values   []jsonValue   `json:"values,omitempty"`
		Related  []jsonRelated `json:"related,omitempty"`
	}

	jsonRange struct {
		Filename string  `json:"filename"`
		Start    jsonPos `json:"start"`
		End      jsonPos `json:"end"`
	}

	jsonPos struct {
		Line   int `json:"line"`
		Column int `json:"column"`
		Byte   int `json:"byte"`
	}

	jsonSnippet struct {
		Context              *string `json:"context"`
		Code                 string  `json:"code"`
		StartLine            int     `json:"start_line"`
		HighlightStartOffset int     `json:"highlight_start_offset"`
		HighlightEndOffset   int     `json:"highlight_end_offset"`
	}

	jsonValue struct {
		Name string `json:"name"`
		Text string `json:"text"`
	}

	jsonRelated struct {
		Message string     `json:"message"`
		Range   *jsonRange `json:"range,omitempty"`
	}
)

// maxSnippet bounds the code of a snippet, in bytes.
const maxSnippet = 4096

func writeJSON(buf *bytes.Buffer, list List, sources Sources) error {
	report := jsonReport{FormatVersion: "1.0", Valid: !list.HasErrors(), Diagnostics: []jsonDiagnostic{}}
	report.ErrorCount, report.WarningCount = list.Counts()
	for _, d := range list {
		j := jsonDiagnostic{
			Severity: d.Severity.String(),
			Code:     d.Code,
			Summary:  d.Summary,
			Detail:   d.Detail,
			Range:    rangeJSON(d.Span),
			Snippet:  snippetJSON(d, sources),
		}
		for _, v := range d.Values {
			j.Values = append(j.Values, jsonValue(v))
		}
		for _, r := range d.Related {
			j.Related = append(j.Related, jsonRelated{Message: r.Message, Range: rangeJSON(r.Span)})
		}
		report.Diagnostics = append(report.Diagnostics, j)
	}
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}

func rangeJSON(s Span) *jsonRange {
	if s.IsZero() {
		return nil
	}
	return &jsonRange{Filename: s.File, Start: jsonPos(s.Start), End: jsonPos(s.End)}
}

// snippetJSON returns the whole lines that the span covers.
func snippetJSON(d *Diagnostic, sources Sources) *jsonSnippet {
	text, ok := sources.Text(d.Span.File)
	start, end := d.Span.Start.Byte, max(d.Span.End.Byte, d.Span.Start.Byte)
	if d.Span.IsZero() || !ok || start < 0 || end > len(text) {
		return nil
	}
	from := bytes.LastIndexByte(text[:start], '\n') + 1
	to := len(text)
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		to = end + i
	}
	if end > start && text[end-1] == '\n' {
		to = end - 1
	}
	startLine := d.Span.Start.Line
	if start-from > maxSnippet/2 {
		from = start - maxSnippet/2
		for from < start && !utf8.RuneStart(text[from]) {
			from++
		}
	}
	if to-from > maxSnippet {
		to = from + maxSnippet
		for to > from && !utf8.RuneStart(text[to]) {
			to--
		}
	}
	code := bytes.TrimSuffix(text[from:to], []byte("\r"))
	s := &jsonSnippet{
		Code:                 string(code),
		StartLine:            startLine,
		HighlightStartOffset: min(start-from, len(code)),
		HighlightEndOffset:   min(end-from, len(code)),
	}
	if d.Context != "" {
		s.Context = &d.Context
	}
	return s
}
