package diag

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// The part of SARIF 2.1.0 (OASIS, 27 March 2020) that a list of diagnostics
// needs. Columns count code points from 1 and the end column is exclusive.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}

	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}

	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}

	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}

	sarifRule struct {
		ID               string        `json:"id"`
		ShortDescription *sarifText    `json:"shortDescription,omitempty"`
		FullDescription  *sarifText    `json:"fullDescription,omitempty"`
		Help             *sarifMessage `json:"help,omitempty"`
	}

	sarifText struct {
		Text string `json:"text"`
	}

	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}

	sarifResult struct {
		RuleID           string          `json:"ruleId,omitempty"`
		RuleIndex        *int            `json:"ruleIndex,omitempty"`
		Level            string          `json:"level"`
		Message          sarifText       `json:"message"`
		Locations        []sarifLocation `json:"locations,omitempty"`
		RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
	}

	sarifLocation struct {
		ID               *int          `json:"id,omitempty"`
		PhysicalLocation sarifPhysical `json:"physicalLocation"`
		Message          *sarifText    `json:"message,omitempty"`
	}

	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           *sarifRegion  `json:"region,omitempty"`
	}

	sarifArtifact struct {
		URI string `json:"uri"`
	}

	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn,omitempty"`
		EndLine     int        `json:"endLine,omitempty"`
		EndColumn   int        `json:"endColumn,omitempty"`
		Snippet     *sarifText `json:"snippet,omitempty"`
	}
)

func writeSARIF(buf *bytes.Buffer, list List, sources Sources) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "relief", Rules: []sarifRule{}}

	var codes []Code
	for _, d := range list {
		if d.Code != "" {
			codes = append(codes, d.Code)
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	for _, code := range codes {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleSARIF(code))
	}

	for _, d := range list {
		r := sarifResult{Level: d.Severity.String(), Message: sarifText{d.plain()}}
		if i, ok := slices.BinarySearch(codes, d.Code); ok {
			r.RuleID, r.RuleIndex = string(d.Code), &i
		}
		if !d.Span.IsZero() {
			r.Locations = []sarifLocation{{PhysicalLocation: physicalSARIF(d.Span, sources)}}
		}
		for i, rel := range d.Related {
			if rel.Span.IsZero() {
				continue
			}
			id := i + 1
			r.RelatedLocations = append(r.RelatedLocations, sarifLocation{
				ID:               &id,
				PhysicalLocation: physicalSARIF(rel.Span, sources),
				Message:          &sarifText{rel.Message},
			})
		}
		run.Results = append(run.Results, r)
	}

	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

func ruleSARIF(code Code) sarifRule {
	rule := sarifRule{ID: string(code)}
	e, ok := Lookup(code)
	if !ok {
		return rule
	}
	rule.ShortDescription = &sarifText{e.Title}
	rule.FullDescription = &sarifText{e.Meaning}
	rule.Help = &sarifMessage{
		Text:     e.Meaning + "\n\n" + e.Example + "\n\n" + e.Cure,
		Markdown: e.Meaning + "\n\n```hcl\n" + strings.TrimRight(e.Example, "\n") + "\n```\n\n" + e.Cure,
	}
	return rule
}

func physicalSARIF(s Span, sources Sources) sarifPhysical {
	p := sarifPhysical{ArtifactLocation: sarifArtifact{uri(s.File)}}
	if s.Start.Line < 1 {
		return p
	}
	p.Region = &sarifRegion{
		StartLine:   s.Start.Line,
		StartColumn: max(1, codePointColumn(s.File, s.Start, sources)),
		EndLine:     max(s.End.Line, s.Start.Line),
	}
	p.Region.EndColumn = max(1, codePointColumn(s.File, s.End, sources))
	if p.Region.EndLine == p.Region.StartLine {
		p.Region.EndColumn = max(p.Region.EndColumn, p.Region.StartColumn)
	}
	if text, ok := sources.Text(s.File); ok && 0 <= s.Start.Byte && s.Start.Byte < s.End.Byte && s.End.Byte <= min(len(text), s.Start.Byte+maxSnippet) {
		p.Region.Snippet = &sarifText{strings.ToValidUTF8(string(text[s.Start.Byte:s.End.Byte]), "\ufffd")}
	}
	return p
}

// codePointColumn counts code points where a Pos counts grapheme clusters.
func codePointColumn(file string, pos Pos, sources Sources) int {
	text, ok := sources.Text(file)
	if !ok || pos.Byte < 0 || pos.Byte > len(text) {
		return pos.Column
	}
	from := bytes.LastIndexByte(text[:pos.Byte], '\n') + 1
	return utf8.RuneCount(text[from:pos.Byte]) + 1
}

// uri gives a relative reference for a relative path, so that the report can
// be read in any checkout, and a file URI for an absolute one.
func uri(path string) string {
	slashed := filepath.ToSlash(path)
	if filepath.IsAbs(path) {
		if !strings.HasPrefix(slashed, "/") {
			slashed = "/" + slashed
		}
		return (&url.URL{Scheme: "file", Path: slashed}).String()
	}
	return (&url.URL{Path: strings.TrimPrefix(slashed, "./")}).String()
}
