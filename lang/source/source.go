// Package source turns the bytes of a study into a parsed HCL body, or says
// what is wrong with them.
//
//	bytes --(limits)--> UTF-8 text --(lex)--> tokens --(brackets, depth)--> tokens that nest safely
//	      --(hclsyntax)--> *hclsyntax.Body
//	      --(on failure: smallest statement that fails, hints)--> diag.List
//
// The parser of HCL is recursive and its messages cascade. So nesting is
// checked on the tokens before it runs, and when it fails each statement is
// looked at alone: first for a habit of another language, such as x^2, then by
// the parser. One fault gives one error.
package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// Limits of a file.
const (
	MaxSize   = 1 << 20 // bytes
	MaxDepth  = 256     // nested brackets, templates, signs, indices and conditionals
	MaxChain  = 1 << 16 // height of an expression's tree, as of a sum of that many terms
	MaxTokens = 1 << 19 // words, numbers and signs of a file
	MaxNumber = 1000    // characters of a number
	maxErrors = 101     // syntax errors reported for one file: one more than anybody is shown
)

// File is a parsed file.
type File struct {
	// Name is the path as given, which diagnostics show.
	Name string
	// Bytes is the text without a byte order mark.
	Bytes []byte
	// Body is never nil for a file without errors.
	Body *hclsyntax.Body
}

var byteOrderMark = []byte("\ufeff")

// Load reads and parses the file at path. The File is nil if it cannot be
// read, and has no Body if it does not parse.
func Load(path string) (*File, diag.List) {
	var list diag.List
	at := diag.Span{File: path}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		unreadable(&list, at, path, err)
		return nil, list
	case info.IsDir():
		list.Errorf(codeUnreadable, at, "%s is a folder", path).Detail = "Name a file in it."
		return nil, list
	case !info.Mode().IsRegular():
		// A pipe may never end, and a device may act on being read.
		list.Errorf(codeUnreadable, at, "%s is not a regular file", path).Detail = "Write its content to a file first."
		return nil, list
	}
	f, err := os.Open(path)
	if err != nil {
		unreadable(&list, at, path, err)
		return nil, list
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		unreadable(&list, at, path, err)
		return nil, list
	}
	return Parse(path, data)
}

func unreadable(list *diag.List, at diag.Span, path string, err error) {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	d := list.Errorf(codeUnreadable, at, "cannot read %s: %v", path, err)
	d.Detail = "Check the name and the permissions."
}

// Parse parses the text of a file. The File has no Body when there are errors;
// its Bytes serve to show them.
func Parse(name string, data []byte) (*File, diag.List) {
	f := &File{Name: name, Bytes: bytes.TrimPrefix(data, byteOrderMark)}
	var list diag.List
	if list.Add(f.limits()); len(list) > 0 {
		return f, list
	}
	c := newChecker(f)
	if list.Add(c.cutBracket(c.nesting())); len(list) > 0 {
		return f, list
	}
	if len(c.toks) > MaxTokens {
		list.Add(c.fault(codeTooLarge, MaxTokens, MaxTokens, fmt.Sprintf("file has more than %d words, numbers and signs", MaxTokens), dataFile))
		return f, list
	}
	parsed, diags := hclsyntax.ParseConfig(f.Bytes, name, hcl.InitialPos)
	if !diags.HasErrors() {
		if list = c.hyphens(); len(list) == 0 {
			f.Body = parsed.Body.(*hclsyntax.Body)
			list = c.cuts()
		}
		return f, list
	}
	if list = c.faults(); len(list) == 0 {
		// No statement fails alone, and still the file does.
		list = f.FromHCL(diags)
	}
	if list = list.Sorted(); len(list) > maxErrors {
		list = list[:maxErrors]
	}
	return f, list
}

// limits checks what must hold before the text is split into tokens.
func (f *File) limits() *diag.Diagnostic {
	if len(f.Bytes) > MaxSize {
		return &diag.Diagnostic{
			Code:    codeTooLarge,
			Span:    diag.Span{File: f.Name},
			Summary: "file is larger than 1 MiB",
			Detail:  dataFile,
		}
	}
	if name := f.encoding(); name != "" {
		return &diag.Diagnostic{
			Code:    codeNotText,
			Span:    diag.Span{File: f.Name},
			Summary: "file is saved as " + name,
			Detail:  "Save it as UTF-8: editors ask for the encoding under \"Save as\".",
		}
	}
	rest := f.Bytes
	for len(rest) > 0 {
		r, n := utf8.DecodeRune(rest)
		if r == 0 || r == utf8.RuneError && n == 1 {
			at := len(f.Bytes) - len(rest)
			d := &diag.Diagnostic{Code: codeNotText, Span: f.spanOf(at, at+1)}
			if r == 0 {
				d.Summary = "file contains a NUL character"
				d.Detail = "This is not a text file, or it was saved as UTF-16: save it as UTF-8."
			} else {
				d.Summary = fmt.Sprintf("byte 0x%02x is not valid UTF-8", rest[0])
				d.Detail = "The file was saved in another encoding, such as Latin-1 or Windows-1252: save it as UTF-8."
			}
			return d
		}
		if r == '\r' && (len(rest) == 1 || rest[1] != '\n') {
			at := len(f.Bytes) - len(rest)
			return &diag.Diagnostic{
				Code:    codeNotText,
				Span:    f.spanOf(at, at+1),
				Summary: "line ends in a carriage return alone (CR), as on old Macintosh computers",
				Detail:  "Save the file with line ends LF (Unix) or CRLF (Windows).",
			}
		}
		rest = rest[n:]
	}
	return nil
}

const dataFile = "Make regular numbers by linspace, range or [for ...], and put functions and locals into files that import blocks name."

// encoding names the encoding that the first bytes tell of, "" for UTF-8.
func (f *File) encoding() string {
	for _, e := range []struct{ mark, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"}, {"\x00\x00\xfe\xff", "UTF-32"}, {"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
	} {
		if bytes.HasPrefix(f.Bytes, []byte(e.mark)) {
			return e.name
		}
	}
	return ""
}

// spanOf makes a span from byte offsets, counting columns in characters.
func (f *File) spanOf(start, end int) diag.Span {
	return diag.Span{File: f.Name, Start: f.posOf(start), End: f.posOf(end)}
}

func (f *File) posOf(at int) diag.Pos {
	before := f.Bytes[:at]
	from := bytes.LastIndexByte(before, '\n') + 1
	return diag.Pos{Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(before[from:]) + 1, Byte: at}
}

// Span converts a range of HCL.
func (f *File) Span(r hcl.Range) diag.Span {
	return diag.Span{File: f.Name, Start: diag.Pos(r.Start), End: diag.Pos(r.End)}
}

// Text returns the source text of a range, "" if it is not one of this file.
func (f *File) Text(r hcl.Range) string {
	if r.Start.Byte < 0 || r.End.Byte > len(f.Bytes) || r.Start.Byte > r.End.Byte {
		return ""
	}
	return string(f.Bytes[r.Start.Byte:r.End.Byte])
}

// Line returns line n, counted from 1, without its line break, and whether
// there is such a line.
func (f *File) Line(n int) (string, bool) {
	i := 0
	for line := range bytes.Lines(f.Bytes) {
		if i++; i == n {
			return string(bytes.TrimRight(line, "\r\n")), true
		}
	}
	return "", false
}

// Set is the files of one study, itself and its imports. It is the
// diag.Sources that the writers show lines from.
type Set []*File

var _ diag.Sources = Set(nil)

// Files returns the names in order.
func (s Set) Files() []string {
	names := make([]string, len(s))
	for i, f := range s {
		names[i] = f.Name
	}
	return names
}

// Text returns the bytes of the file of that name.
func (s Set) Text(name string) ([]byte, bool) {
	for _, f := range s {
		if f.Name == name {
			return f.Bytes, true
		}
	}
	return nil, false
}
