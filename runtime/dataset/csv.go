package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"relief/runtime/datafile"
)

// Header says whether the first line of a CSV file names the columns.
type Header uint8

const (
	HeaderAuto Header = iota // it does if none of its fields is a number
	HeaderYes
	HeaderNo
)

// CSV describes samples in the lines of a text file (RFC 4180), which may be
// compressed by gzip. Lines that begin with # are left out.
type CSV struct {
	Path      string
	Header    Header
	Separator rune // a comma if 0
	// Label is the column of the labels, Targets are the columns of targets and
	// Features those of the samples, all others if empty. A column is named by
	// the header or by its number, from 1.
	Label             string
	Targets, Features []string
	// Shape is the shape of a sample, height, width, channels; (1, 1, features)
	// if zero.
	Shape [3]int
	// Count is the number of classes where labels are integers; 0 stands for the
	// largest label plus 1. Labels that are words are classes in their
	// alphabetical order.
	Count int
	// Selection needs a label column, except for Limit.
	Selection
	Digests Digests
}

// Load returns the samples, rounded to binary32. The error is an *Error.
func (o CSV) Load() (*Set, error) {
	if o.Path == "" {
		return nil, option("no path is given", "give the .csv file of the samples")
	}
	var s *Set
	err := datafile.Open(o.Path, o.Digests, func(r *datafile.Reader) (err error) {
		s, err = o.read(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Outline reads the whole file: its labels may be words anywhere in it.
func (o CSV) Outline() (*Outline, error) { return outlined(o.Load()) }

// csvColumns says what the columns of a file are.
type csvColumns struct {
	label             int // -1 if there is none
	features, targets []int
}

func (o CSV) read(r *datafile.Reader) (*Set, error) {
	lines := csv.NewReader(r)
	lines.ReuseRecord, lines.Comment, lines.TrimLeadingSpace = true, '#', true
	if o.Separator != 0 {
		if o.Separator == '"' || o.Separator == '#' || o.Separator == '\r' || o.Separator == '\n' || o.Separator == utf8.RuneError || !utf8.ValidRune(o.Separator) {
			return nil, option(fmt.Sprintf("%q cannot separate fields", o.Separator), "use a comma, a semicolon or a tab")
		}
		lines.Comma = o.Separator
	}
	if o.Shape != [3]int{} {
		if err := fits(r.Name, -1, o.Shape); err != nil {
			return nil, err
		}
	}
	s := &Set{Shape: o.Shape}
	var (
		columns *csvColumns
		words   []string // labels as written
		places  []int    // their lines
	)
	for o.Limit <= 0 || o.Label != "" || s.Shape == [3]int{} || s.Len() < o.Limit {
		record, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(r, err, lines)
		}
		if columns == nil {
			header := o.Header == HeaderYes || o.Header == HeaderAuto && !slices.ContainsFunc(record, isNumber)
			if columns, err = o.columns(r.Name, record, header); err != nil {
				return nil, err
			}
			if err := s.shape(r.Name, len(columns.features)); err != nil {
				return nil, err
			}
			s.Outputs = len(columns.targets)
			if header {
				continue
			}
		}
		if len(s.X) > maxValues-len(columns.features) {
			return nil, at(TooLarge, r.Name, -1, fmt.Sprintf("the file has more than %d values", maxValues), "name a smaller file")
		}
		for _, c := range columns.features {
			v, err := csvNumber(r.Name, record[c], math.MaxFloat32, lines, c)
			if err != nil {
				return nil, err
			}
			s.X = append(s.X, float32(v))
		}
		for _, c := range columns.targets {
			v, err := csvNumber(r.Name, record[c], math.MaxFloat64, lines, c)
			if err != nil {
				return nil, err
			}
			s.Targets = append(s.Targets, v)
		}
		if columns.label >= 0 {
			line, _ := lines.FieldPos(columns.label)
			places = append(places, line)
			words = append(words, strings.Clone(strings.TrimSpace(record[columns.label])))
		}
	}
	if s.Len() == 0 {
		return nil, at(Truncated, r.Name, -1, "the file has no samples", "give a file with at least one line of numbers")
	}
	if words != nil {
		if err := o.label(s, r.Name, words, places); err != nil {
			return nil, err
		}
	}
	return o.choose(s, r.Name)
}

// csvError returns the error of a line that is not CSV.
func csvError(r *datafile.Reader, err error, lines *csv.Reader) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return r.Failed(err)
	}
	e := &Error{Kind: BadHeader, File: r.Name, Line: p.Line, Column: p.Column, Offset: -1, Err: p.Err}
	e.Summary, e.Cure = "the line cannot be read: "+p.Err.Error(), "put fields with quotes or separators in double quotes, and double the quotes inside"
	if errors.Is(p.Err, csv.ErrFieldCount) {
		e.Kind, e.Column = BadShape, 0
		e.Summary, e.Cure = "the line has another number of fields than the first one", fmt.Sprintf("give each line %d fields", lines.FieldsPerRecord)
	}
	return e
}

func isNumber(field string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// csvNumber returns the number of field c of the current line.
func csvNumber(file, field string, limit float64, lines *csv.Reader, c int) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
	if err == nil && math.Abs(v) <= limit {
		return v, nil
	}
	line, column := lines.FieldPos(c)
	e := &Error{Kind: BadNumber, File: file, Line: line, Column: column, Offset: -1}
	switch {
	case strings.TrimSpace(field) == "":
		e.Summary, e.Cure = "the field is empty", "fill the gap, or leave the line out"
	case err != nil && !errors.Is(err, strconv.ErrRange):
		e.Summary, e.Cure = fmt.Sprintf("%q is not a number", clip(field)), "write numbers with a decimal point, name the column as the label, or leave it out of the features"
	case math.IsNaN(v) || math.IsInf(v, 0) && err == nil:
		e.Summary, e.Cure = fmt.Sprintf("the value is %s", clip(strings.TrimSpace(field))), "give finite numbers, or leave the line out"
	default:
		e.Summary, e.Cure = fmt.Sprintf("%s is too large", clip(field)), "scale the column"
	}
	return 0, e
}

// clip shortens what a file says for a message.
func clip(s string) string {
	if r := []rune(s[:min(len(s), 200)]); len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return s
}

// columns finds the columns by the first record.
func (o CSV) columns(file string, record []string, header bool) (*csvColumns, error) {
	names := make([]string, len(record))
	for i, f := range record {
		if names[i] = strconv.Itoa(i + 1); header {
			names[i] = strings.TrimSpace(strings.Clone(f))
		}
	}
	if header && len(names) > 0 {
		names[0] = strings.TrimPrefix(names[0], "\ufeff") // a byte order mark
	}
	used := make([]bool, len(names))
	find := func(argument, name string) (int, error) {
		i := slices.Index(names, name)
		if n, err := strconv.Atoi(name); i < 0 && err == nil && n >= 1 && n <= len(names) {
			i = n - 1
		}
		if i < 0 {
			return 0, at(BadOption, file, -1, fmt.Sprintf("there is no column %q", name), "name one of "+abridge(names)+", or a number from 1 to "+strconv.Itoa(len(names))).About(argument)
		}
		if slices.Index(names[i+1:], names[i]) >= 0 && names[i] == name {
			return 0, at(BadOption, file, -1, fmt.Sprintf("two columns are called %q", name), "name the column by its number").About(argument)
		}
		if used[i] {
			return 0, at(BadOption, file, -1, fmt.Sprintf("the column %q is used twice", name), "name each column once").About(argument)
		}
		used[i] = true
		return i, nil
	}
	c := &csvColumns{label: -1}
	var err error
	if o.Label != "" {
		if c.label, err = find("label", o.Label); err != nil {
			return nil, err
		}
	}
	for _, list := range []struct {
		argument string
		names    []string
		to       *[]int
	}{{"targets", o.Targets, &c.targets}, {"features", o.Features, &c.features}} {
		for _, n := range list.names {
			i, err := find(list.argument, n)
			if err != nil {
				return nil, err
			}
			*list.to = append(*list.to, i)
		}
	}
	if len(o.Features) == 0 {
		for i := range names {
			if !used[i] {
				c.features = append(c.features, i)
			}
		}
	}
	if len(c.features) == 0 {
		return nil, at(BadOption, file, -1, "no column is left for the samples", "leave at least one column for features").About("features")
	}
	return c, nil
}

// wholeNumber is the number of a field such as 3 or 3.0, and whether it is one.
func wholeNumber(field string) (int, bool) {
	if n, err := strconv.Atoi(field); err == nil {
		return n, true
	}
	v, err := strconv.ParseFloat(field, 64)
	return int(v), err == nil && v == math.Trunc(v) && math.Abs(v) <= maxClasses
}

// label turns words into labels: integers as they are, or else the places of
// the words among all in alphabetical order.
func (o CSV) label(s *Set, file string, words []string, lines []int) error {
	s.Labels = make([]int, len(words))
	integers := true
	for i, w := range words {
		n, whole := wholeNumber(w)
		integers = integers && whole
		s.Labels[i] = n
	}
	var err error
	if integers {
		s.Classes, err = classes(file, s.Labels, o.Count, func(i int) int64 { return int64(i) })
		var e *Error
		if errors.As(err, &e) && e.Kind == BadLabel {
			e.Line, e.Offset = lines[e.Offset], -1
		}
		s.Names = numbered(s.Classes)
		return err
	}
	numbers := !slices.ContainsFunc(words, func(w string) bool { return !isNumber(w) })
	for i, w := range words {
		if _, whole := wholeNumber(w); numbers && !whole {
			return (&Error{
				Kind: BadLabel, File: file, Line: lines[i], Offset: -1,
				Summary: fmt.Sprintf("the label %s is no whole number", clip(w)), Cure: "number the classes from 0; numbers to be learnt as they are stand in targets",
			}).About("label")
		}
		if w == "" {
			return &Error{Kind: BadLabel, File: file, Line: lines[i], Offset: -1, Summary: "the label is empty", Cure: "fill the gap, or leave the line out"}
		}
	}
	s.Names = slices.Compact(slices.Sorted(slices.Values(words)))
	s.Classes = len(s.Names)
	if s.Classes > maxClasses || o.Count != 0 && s.Classes != o.Count {
		return at(BadLabel, file, -1, fmt.Sprintf("the labels are %d different words", s.Classes), "check the label column and the number of classes").About("label")
	}
	for i, w := range words {
		s.Labels[i], _ = slices.BinarySearch(s.Names, w)
	}
	return nil
}
