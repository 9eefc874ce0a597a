package diag

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
)

// GitHub reads a workflow command from one line, so that line breaks and the
// characters that end a property are written as percent escapes.
var (
	githubMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub writes workflow commands, which GitHub Actions shows as
// annotations on the lines of a pull request. Its end column is inclusive, and
// columns of a span over several lines are not accepted.
func writeGitHub(buf *bytes.Buffer, list List) {
	for _, d := range list {
		var props []string
		add := func(name string, value any) {
			props = append(props, name+"="+githubProperty.Replace(fmt.Sprint(value)))
		}
		if s := d.Span; !s.IsZero() {
			add("file", filepath.ToSlash(s.File))
			if s.Start.Line > 0 {
				add("line", s.Start.Line)
				if s.End.Line > s.Start.Line {
					add("endLine", s.End.Line)
				} else {
					add("col", s.Start.Column)
					add("endColumn", max(s.Start.Column, s.End.Column-1))
				}
			}
		}
		title := d.Summary
		if d.Code != "" {
			title = string(d.Code) + ": " + title
		}
		add("title", title)
		fmt.Fprintf(buf, "::%s %s::%s\n", d.Severity, strings.Join(props, ","), githubMessage.Replace(d.plain()))
	}
}

// plain gives what a view without snippets must say in words: the summary, the
// values, the chain of places and the cure.
func (d *Diagnostic) plain() string {
	var b strings.Builder
	b.WriteString(d.Summary)
	if d.Context != "" {
		fmt.Fprintf(&b, ", in %s", d.Context)
	}
	for i, v := range d.Values {
		lead := "\nwhere "
		if i > 0 {
			lead = ", "
		}
		fmt.Fprintf(&b, "%s%s = %s", lead, v.Name, v.Text)
	}
	for _, r := range d.Related {
		fmt.Fprintf(&b, "\n%s", r.Message)
		if !r.Span.IsZero() {
			fmt.Fprintf(&b, ", %s:%d:%d", r.Span.File, r.Span.Start.Line, r.Span.Start.Column)
		}
	}
	if d.Detail != "" {
		fmt.Fprintf(&b, "\n%s", d.Detail)
	}
	return b.String()
}
