package diag

import (
	"bytes"
	"fmt"
	"strings"
)

// palette holds the escape sequences of a coloured text, all empty for a plain
// one.
type palette struct {
	red, yellow, blue, bold, reset string
}

var coloured = palette{red: "\x1b[1;31m", yellow: "\x1b[1;33m", blue: "\x1b[34m", bold: "\x1b[1m", reset: "\x1b[0m"}

// writeText writes each diagnostic as a heading, its place with a snippet, the
// values, the chain of related places and the cure, with an empty line between
// diagnostics.
func writeText(buf *bytes.Buffer, list List, sources Sources, colour bool) {
	var p palette
	if colour {
		p = coloured
	}
	for i, d := range list {
		if i > 0 {
			buf.WriteByte('\n')
		}
		word, tint := "Error", p.red
		if d.Severity == Warning {
			word, tint = "Warning", p.yellow
		}
		if d.Code != "" {
			word += " " + string(d.Code)
		}
		fmt.Fprintf(buf, "%s%s%s: %s%s%s\n", tint, word, p.reset, p.bold, clean(d.Summary, false), p.reset)

		switch {
		case !d.Span.IsZero():
			writePlace(buf, "on ", d.Span, d.Context, sources, p, tint)
		case d.Context != "":
			fmt.Fprintf(buf, "  in %s:\n", clean(d.Context, false))
		}
		for j, v := range d.Values {
			lead := "where"
			if j > 0 {
				lead = "     "
			}
			fmt.Fprintf(buf, "  %s %s = %s\n", lead, clean(v.Name, false), clean(v.Text, false))
		}
		for _, r := range d.Related {
			message := clean(r.Message, false)
			if r.Span.IsZero() {
				fmt.Fprintf(buf, "  %s\n", message)
				continue
			}
			writePlace(buf, message+", ", r.Span, "", sources, p, p.blue)
		}
		if d.Detail != "" {
			for line := range strings.SplitSeq(strings.TrimRight(clean(d.Detail, true), "\n"), "\n") {
				buf.WriteString(strings.TrimRight("  "+line, " ") + "\n")
			}
		}
	}
}

// writePlace writes "  on FILE line N, in CONTEXT:" and the lines with carets,
// without the colon when there is no text to show.
func writePlace(buf *bytes.Buffer, lead string, span Span, context string, sources Sources, p palette, tint string) {
	fmt.Fprintf(buf, "  %s%s", lead, clean(span.File, false))
	if span.Start.Line > 0 {
		fmt.Fprintf(buf, " line %d", span.Start.Line)
	}
	if context != "" {
		fmt.Fprintf(buf, ", in %s", clean(context, false))
	}
	marks := lines(span, sources)
	if len(marks) > 0 {
		buf.WriteByte(':')
	}
	buf.WriteByte('\n')
	for _, m := range marks {
		if m.skipped {
			buf.WriteString("   ...\n")
		}
		line, carets := m.render()
		number := fmt.Sprintf("%4d:", m.number)
		buf.WriteString(strings.TrimRight(number+" "+line, " ") + "\n")
		fmt.Fprintf(buf, "%s %s%s%s\n", strings.Repeat(" ", len(number)), tint, carets, p.reset)
	}
}
