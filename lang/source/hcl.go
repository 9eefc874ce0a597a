package source

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"relief/lang/diag"
)

// messages gives our words for the parser's: a code, a summary, and what to
// write where the parser's detail does not say it.
var messages = map[string]struct {
	code            diag.Code
	summary, detail string
}{
	"Argument or block definition required":      {codeSyntax, "an argument or a block is expected here", `Write name = value, or noun "label" { ... }.`},
	"Argument definition required":               {codeOneLine, "a block on one line holds a single argument", "Break the line after the opening brace, and put the inner block on lines of its own."},
	"Attribute redefined":                        {codeSetTwice, "argument set twice", "Remove one of the two."},
	"Expected a comma":                           {codeComma, "a comma is missing", ""},
	"Invalid argument name":                      {codeEquals, "the name of an argument is written without quotes", ""},
	"Invalid attribute name":                     {codeSyntax, "a name is expected after the dot", "Write the name of a result or parameter, or an index in brackets: path.x[0]."},
	"Invalid block definition":                   {codeHeader, "malformed block header", `Write noun "label" { on one line.`},
	"Invalid escape sequence":                    {codeSyntax, "unknown escape sequence in a text", `Known are \n, \r, \t, \", \\, \uXXXX and \UXXXXXXXX; a plain backslash is written \\.`},
	"Invalid expression":                         {codeNoValue, "a value is expected here", "Write a number, a name, a call or a text."},
	"Invalid 'for' expression":                   {codeSyntax, "malformed for expression", "Write [for x in list : value] or {for k, v in map : k => v}."},
	"Invalid legacy index syntax":                {codeSyntax, "an index is written in brackets", "Write a[0][1] for a.0.1."},
	"Invalid number literal":                     {codeNumber, "malformed number", "Write digits with at most one point: 0.5, 12, 1e-9."},
	"Invalid single-argument block definition":   {codeOneLine, "a block on one line holds a single argument", "Break the line after the opening brace, and write each argument on a line of its own."},
	"Missing argument separator":                 {codeComma, "a comma or an operator is missing between two arguments", "Separate the arguments of a call by commas."},
	"Missing attribute separator":                {codeComma, "a comma is missing between two entries", "Separate the entries by commas, or write each on a line of its own."},
	"Missing attribute value":                    {codeNoValue, "an entry has no value", "Write { name = value }."},
	"Missing expression":                         {codeNoValue, "a value is expected before the end of the file", ""},
	"Missing false expression in conditional":    {codeNoValue, "a conditional needs both values", "Write condition ? value if true : value if false."},
	"Missing item separator":                     {codeComma, "a comma or an operator is missing between two items", "Separate the items of a list by commas."},
	"Missing key/value separator":                {codeEquals, "an equals sign is expected", "Write { name = value }."},
	"Missing newline after argument":             {codeSyntax, "the argument should end here", "Write each argument on a line of its own; put a value that is broken over lines in parentheses."},
	"Missing newline after block definition":     {codeHeader, "nothing may follow the closing brace of a block", "Begin a new line after it."},
	"Unbalanced parentheses":                     {codeSideBySide, "an operator or a closing parenthesis is missing here", ""},
	"Unexpected comma after argument":            {codeComma, "arguments are not separated by commas", "Remove the comma and begin a new line."},
	"Unclosed configuration block":               {codeUnclosed, "block is not closed", "Add a closing brace."},
	"Unterminated function call":                 {codeUnclosed, "call is not closed", "Add a closing parenthesis."},
	"Unterminated tuple constructor expression":  {codeUnclosed, "list is not closed", "Add a closing bracket."},
	"Unterminated object constructor expression": {codeUnclosed, "object is not closed", "Add a closing brace."},
	"Unterminated template string":               {codeUnclosedText, "text is not closed", "Add the closing quote."},
}

// FromHCL converts diagnostics of HCL, from its parser or its evaluator. All
// get code RL0110 unless the parser's message is a known one; a caller that
// knows better sets another.
func (f *File) FromHCL(diags hcl.Diagnostics) diag.List {
	var list diag.List
	for _, d := range diags {
		list.Add(f.fromHCL(d))
	}
	return list
}

func (f *File) fromHCL(d *hcl.Diagnostic) *diag.Diagnostic {
	out := &diag.Diagnostic{Code: codeSyntax, Summary: lowerFirst(strings.TrimSuffix(d.Summary, ".")), Detail: d.Detail}
	if d.Severity == hcl.DiagWarning {
		out.Severity = diag.Warning
	}
	if m, ok := messages[d.Summary]; ok {
		out.Code, out.Summary = m.code, m.summary
		if m.detail != "" {
			out.Detail = m.detail
		}
	}
	switch {
	case d.Subject != nil:
		out.Span = f.Span(*d.Subject)
	case d.Context != nil:
		out.Span = f.Span(*d.Context)
	default:
		out.Span = diag.Span{File: f.Name}
	}
	return out
}

// lowerFirst turns a sentence's beginning into a summary's, but leaves an
// acronym as it is.
func lowerFirst(s string) string {
	if len(s) > 1 && 'A' <= s[0] && s[0] <= 'Z' && 'a' <= s[1] && s[1] <= 'z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}
