package diag

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"path/filepath"
	"slices"
)

// The JUnit XML that CI servers read: one testcase per file, its errors as
// failures, its warnings as output.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}

	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}

	junitCase struct {
		Name      string         `xml:"name,attr"`
		ClassName string         `xml:"classname,attr"`
		File      string         `xml:"file,attr,omitempty"`
		Failures  []junitFailure `xml:"failure"`
		Output    string         `xml:"system-out,omitempty"`
	}

	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// noFile is the testcase of diagnostics that have no place in a file.
const noFile = "relief"

func writeJUnit(buf *bytes.Buffer, list List, sources Sources) error {
	names := slices.Clone(sources.Files())
	for _, d := range list {
		name := d.Span.File
		if name == "" {
			name = noFile
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	suite := junitSuite{Name: "relief", Tests: len(names)}
	for _, name := range names {
		c := junitCase{Name: filepath.ToSlash(name), ClassName: "relief"}
		if name != noFile {
			c.File = c.Name
		}
		var warnings List
		for _, d := range list {
			switch {
			case d.Span.File != name && !(d.Span.File == "" && name == noFile):
			case d.Severity == Warning:
				warnings = append(warnings, d)
			default:
				var text bytes.Buffer
				writeText(&text, List{d}, sources, false)
				message := d.Summary
				if d.Span.Start.Line > 0 {
					message = fmt.Sprintf("line %d: %s", d.Span.Start.Line, d.Summary)
				}
				c.Failures = append(c.Failures, junitFailure{Message: clean(message, false), Type: string(d.Code), Text: "\n" + text.String()})
			}
		}
		if len(warnings) > 0 {
			var text bytes.Buffer
			writeText(&text, warnings, sources, false)
			c.Output = "\n" + text.String()
		}
		if len(c.Failures) > 0 {
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, c)
	}
	buf.WriteString(xml.Header)
	enc := xml.NewEncoder(buf)
	enc.Indent("", "  ")
	if err := enc.Encode(junitSuites{Tests: suite.Tests, Failures: suite.Failures, Suites: []junitSuite{suite}}); err != nil {
		return err
	}
	buf.WriteByte('\n')
	return nil
}
