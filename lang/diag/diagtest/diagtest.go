// Package diagtest compares diagnostics with the ones that source files
// expect of themselves.
//
// An expectation stands at the end of the line that makes the error, as a
// comment with a code and a regular expression for the summary or the detail:
//
//	value = x^2 # ERROR RL0111 "sq\\(x\\)"
//
// WARNING in place of ERROR expects a warning. Where the line has no room for a
// comment, as inside a text, another line names it by its distance:
// ERROR@-1 for the line above, ERROR@+2 for two lines below, ERROR@file for a
// diagnostic without a line. The pattern is a Go string, quoted by " or `.
package diagtest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"relief/lang/diag"
)

var comment = regexp.MustCompile("(?:#|//) *((?:(?:ERROR|WARNING)[^ ]* +RL[0-9]{4} +(?:\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`) *)+)$")
var item = regexp.MustCompile("(ERROR|WARNING)(?:@([^ ]+))? +(RL[0-9]{4}) +(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)")

type expectation struct {
	file     string
	line     int
	severity string
	code     diag.Code
	pattern  *regexp.Regexp
	met      bool
}

func (e *expectation) String() string {
	return fmt.Sprintf("%s:%d: %s %s %q", e.file, e.line, e.severity, e.code, e.pattern)
}

// Expect demands that got has exactly the diagnostics that the files, text by
// name, expect.
func Expect(t testing.TB, files map[string][]byte, got diag.List) {
	t.Helper()
	var want []*expectation
	for _, name := range slices.Sorted(maps.Keys(files)) {
		es, err := expectations(name, string(files[name]))
		if err != nil {
			t.Error(err)
		}
		want = append(want, es...)
	}
	for _, p := range compare(want, got) {
		t.Error(p)
	}
}

func expectations(name, text string) ([]*expectation, error) {
	var out []*expectation
	n := 0
	for line := range strings.Lines(text) {
		n++
		m := comment.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			if strings.Contains(line, "# ERROR") || strings.Contains(line, "# WARNING") {
				return nil, fmt.Errorf("%s:%d: malformed expectation", name, n)
			}
			continue
		}
		for _, m := range item.FindAllStringSubmatch(m[1], -1) {
			e := &expectation{file: name, line: n, severity: strings.ToLower(m[1]), code: diag.Code(m[3])}
			switch at := m[2]; at {
			case "":
			case "file":
				e.line = 0
			default:
				d, err := strconv.Atoi(at)
				if err != nil {
					return nil, fmt.Errorf("%s:%d: %q is no distance", name, n, at)
				}
				e.line += d
			}
			pattern, err := strconv.Unquote(m[4])
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			if e.pattern, err = regexp.Compile(pattern); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			out = append(out, e)
		}
	}
	return out, nil
}

// compare returns a complaint for each diagnostic that no expectation covers
// and for each expectation that no diagnostic meets.
func compare(want []*expectation, got diag.List) []string {
	var out []string
	for _, d := range got {
		i := slices.IndexFunc(want, func(e *expectation) bool {
			return !e.met && e.file == d.Span.File && e.line == d.Span.Start.Line && e.severity == d.Severity.String() &&
				e.code == d.Code && (e.pattern.MatchString(d.Summary) || e.pattern.MatchString(d.Detail))
		})
		if i >= 0 {
			want[i].met = true
			continue
		}
		out = append(out, fmt.Sprintf("%s:%d: unexpected %s %s: %s\n\t%s", d.Span.File, d.Span.Start.Line, d.Severity, d.Code, d.Summary, d.Detail))
	}
	for _, e := range want {
		if !e.met {
			out = append(out, fmt.Sprintf("%s: not reported", e))
		}
	}
	return out
}
