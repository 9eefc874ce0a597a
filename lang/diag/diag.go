// Package diag holds diagnostics as data.
//
// A diagnostic says what is wrong, where, and what to write instead. Phases
// collect them in a List; how they are shown (text with a caret, JSON, GitHub
// annotations, SARIF, JUnit) is decided once, at the end, by a writer over the
// same values.
//
//	source, study, math, engine --(Diagnostic)--> List --(Sort)--> Writer
//
// The package is a leaf: it imports nothing of relief, so that every phase of
// lang and runtime may use it.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity tells whether a diagnostic stops the study.
type Severity uint8

const (
	// Error makes the study invalid.
	Error Severity = iota
	// Warning is shown and stops nothing.
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Pos is a place in a file. Line and Column count from 1, Column in
// characters (grapheme clusters), Byte from 0.
type Pos struct {
	Line, Column, Byte int
}

// Span is the half-open range [Start, End) of one file. The zero Span means
// that the diagnostic has no place in a file.
type Span struct {
	File       string
	Start, End Pos
}

// IsZero reports whether the span names no place.
func (s Span) IsZero() bool { return s.File == "" }

// compare orders spans by file, then by position.
func (s Span) compare(t Span) int {
	return cmp.Or(
		cmp.Compare(s.File, t.File),
		cmp.Compare(s.Start.Byte, t.Start.Byte),
		cmp.Compare(s.End.Byte, t.End.Byte),
	)
}

// Code is a stable identifier such as "RL0203". Its meaning, an example and
// the cure are in the table of codes; see Lookup.
type Code string

// Related is another place that belongs to a diagnostic: one link in a chain
// of calls, or an earlier declaration.
type Related struct {
	Message string
	Span    Span
}

// Value is a named number or text that the diagnostic is about, for instance
// an operand of the operation that gave a NaN.
type Value struct {
	Name, Text string
}

// Diagnostic is one finding.
type Diagnostic struct {
	Severity Severity
	Code     Code
	// Summary is one line without a final full stop: `unknown name "lgo_growth"`.
	Summary string
	// Detail says what to write instead, in whole sentences.
	Detail string
	Span   Span
	// Context names the block that Span lies in: `objective "convex"`.
	Context string
	Related []Related
	Values  []Value
}

// List is an ordered collection of diagnostics.
type List []*Diagnostic

// Add appends d unless it is nil.
func (l *List) Add(d *Diagnostic) {
	if d != nil {
		*l = append(*l, d)
	}
}

// Errorf appends an error with the given code, place and summary and returns
// it, so that the caller may fill in the rest.
func (l *List) Errorf(code Code, span Span, format string, args ...any) *Diagnostic {
	d := &Diagnostic{Code: code, Span: span, Summary: fmt.Sprintf(format, args...)}
	l.Add(d)
	return d
}

// Warnf is Errorf for a warning.
func (l *List) Warnf(code Code, span Span, format string, args ...any) *Diagnostic {
	d := l.Errorf(code, span, format, args...)
	d.Severity = Warning
	return d
}

// HasErrors reports whether any diagnostic in the list is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d *Diagnostic) bool { return d.Severity == Error })
}

// Counts returns the number of errors and of warnings.
func (l List) Counts() (errors, warnings int) {
	for _, d := range l {
		if d.Severity == Error {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

// Sorted returns the diagnostics by file, position and code, with exact
// repetitions folded into one. The receiver is not changed.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b *Diagnostic) int {
		return cmp.Or(a.Span.compare(b.Span), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Summary, b.Summary))
	})
	return slices.CompactFunc(out, func(a, b *Diagnostic) bool {
		return a.Span == b.Span && a.Code == b.Code && a.Summary == b.Summary
	})
}

// Error makes a List usable as an error: it gives the first error's summary
// and the number of the others.
func (l List) Error() string {
	var first *Diagnostic
	for _, d := range l {
		if d.Severity == Error {
			first = d
			break
		}
	}
	n, _ := l.Counts()
	switch {
	case first == nil:
		return "no errors"
	case n == 1:
		return fmt.Sprintf("%s: %s", first.Code, first.Summary)
	}
	return fmt.Sprintf("%s: %s (and %d more)", first.Code, first.Summary, n-1)
}
