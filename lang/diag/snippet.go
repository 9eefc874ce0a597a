package diag

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Layout of a snippet, in terminal cells.
const (
	tabWidth    = 4
	windowWidth = 110 // a longer line is cut to this many cells around the span
	windowLead  = 30  // cells kept before the span in a cut line
	maxMarked   = 4   // lines of a span shown in full; of a longer one the first and the last
)

// cells measures without regard to the locale, so that output does not depend
// on where it is made.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

// marked is one source line with the byte range [from, to) to underline.
type marked struct {
	number   int
	text     string
	from, to int
	skipped  bool // lines of the span before this one are left out
}

// lines returns the source lines that span covers, or nothing when the text is
// not at hand or is not the one that the span was made from.
func lines(span Span, sources Sources) []marked {
	text, ok := sources.Text(span.File)
	start, end := span.Start.Byte, max(span.End.Byte, span.Start.Byte)
	if !ok || span.Start.Line < 1 || start < 0 || end > len(text) {
		return nil
	}
	lineStart := bytes.LastIndexByte(text[:start], '\n') + 1
	var out []marked
	for number := span.Start.Line; ; number++ {
		lineEnd := len(text)
		if i := bytes.IndexByte(text[lineStart:], '\n'); i >= 0 {
			lineEnd = lineStart + i
		}
		line := strings.TrimSuffix(string(text[lineStart:lineEnd]), "\r")
		m := marked{number: number, text: line}
		m.from = min(max(start-lineStart, 0), len(line))
		m.to = min(max(end-lineStart, m.from), len(line))
		if number > span.Start.Line {
			m.from = min(len(line)-len(strings.TrimLeft(line, " \t")), m.to)
		}
		out = append(out, m)
		// A span that ends with the line break ends on the line it breaks.
		if end <= lineEnd+1 || lineEnd == len(text) {
			break
		}
		lineStart = lineEnd + 1
	}
	if len(out) > maxMarked {
		last := out[len(out)-1]
		last.skipped = true
		out = []marked{out[0], last}
	}
	return slices.DeleteFunc(out, func(m marked) bool {
		return m.number > span.Start.Line && m.from >= m.to && !m.skipped
	})
}

// render returns the line as a terminal shows it and the carets under it.
// Tabs become spaces and control characters become visible, so that a caret
// stands below its character whatever the terminal does.
func (m marked) render() (line, carets string) {
	var b strings.Builder
	col := 0
	var startCol, endCol int
	startCol, endCol = -1, -1
	offset := 0
	flush := func(part string) {
		for len(part) > 0 {
			i := strings.IndexFunc(part, func(r rune) bool { return r == '\t' || hidden(r) })
			if i < 0 {
				i = len(part)
			}
			b.WriteString(part[:i])
			col += cells.StringWidth(part[:i])
			if part = part[i:]; part == "" {
				return
			}
			r, n := utf8.DecodeRuneInString(part)
			part = part[n:]
			if r == '\t' {
				pad := tabWidth - col%tabWidth
				b.WriteString(strings.Repeat(" ", pad))
				col += pad
				continue
			}
			b.WriteRune(visible(r))
			col++
		}
	}
	for _, cut := range []int{m.from, m.to, len(m.text)} {
		flush(m.text[offset:cut])
		offset = cut
		if startCol < 0 {
			startCol = col
		} else if endCol < 0 {
			endCol = col
		}
	}
	endCol = max(endCol, startCol+1)
	line = strings.TrimRight(b.String(), " ")
	if cells.StringWidth(line) > windowWidth {
		line, startCol, endCol = window(line, startCol, endCol)
	}
	return line, strings.Repeat(" ", startCol) + strings.Repeat("^", endCol-startCol)
}

// window cuts a long line to the neighbourhood of the columns [from, to).
func window(line string, from, to int) (string, int, int) {
	const dots = "..."
	if from > windowWidth-windowLead {
		left := from - windowLead
		rest := cells.TruncateLeft(line, left, "")
		// A wide character on the cut takes its second half with it.
		shift := cells.StringWidth(line) - cells.StringWidth(rest)
		line = dots + rest
		from += len(dots) - shift
		to += len(dots) - shift
	}
	if cells.StringWidth(line) > windowWidth {
		line = cells.Truncate(line, windowWidth, dots)
	}
	width := cells.StringWidth(line)
	from = min(max(from, 0), width)
	return line, from, max(min(to, width), from+1)
}

// hidden reports characters that a terminal acts upon or that turn the
// direction of writing, so that text could show other than it is.
func hidden(r rune) bool {
	return r != '\t' && unicode.IsControl(r) ||
		r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError
}

func visible(r rune) rune {
	switch {
	case r < 0x20:
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	}
	return utf8.RuneError
}

// Visible replaces characters that a terminal acts upon, or that turn the
// direction of writing, by ones that show where they were. Line breaks and tabs
// stay. What is printed of a study that somebody else wrote goes through it.
func Visible(s string) string { return clean(s, true) }

// clean makes hidden characters visible; line breaks stay if multiline.
func clean(s string, multiline bool) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' && multiline || r == '\t' {
			return r
		}
		if hidden(r) {
			return visible(r)
		}
		return r
	}, s)
}
