package source

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// frame is one open bracket, text or template. Beside itself it counts what
// makes the parser recurse without a bracket: a ? b : c ? ..., !!!x, a[0][0],
// and %{ if } directives in a text.
type frame struct {
	tok                          int // index of the opening token, -1 for the file
	conditionals, signs, indices int
	directives                   int
	chain, child, height         int  // operators of the expression so far, the highest operand, the highest expression
	indent                       int  // of the line that it opens on
	indented                     bool // its first line stands further right than it
	suspectLine                  int
}

func (f *frame) depth() int { return f.conditionals + f.signs + f.indices + f.directives }

// next begins another expression within the frame.
func (f *frame) next() {
	f.height = max(f.height, f.chain+f.child)
	f.conditionals, f.signs, f.indices, f.chain, f.child = 0, 0, 0, 0, 0
}

// nesting pairs the brackets and holds depth and length to their limits. What
// it lets pass can be parsed without fear for the stack. It returns the first
// fault: after a bracket that does not fit, nothing is certain.
func (c *checker) nesting() *diag.Diagnostic {
	stack := []frame{{tok: -1, indent: -1}}
	depth := 0         // over all frames
	var suspect *frame // a brace that seems not closed, by indentation
	early := -1        // a closing brace that seems to belong to a block within
	for i := range c.toks {
		tok := &c.toks[i]
		top := &stack[len(stack)-1]
		depth -= top.depth()
		opens := false
		switch t := tok.Type; t {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc,
			hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			opens = true
			switch {
			case t == hclsyntax.TokenOBrack && endsValue(c.typ(i-1)):
				top.indices++
			case t == hclsyntax.TokenTemplateControl:
				switch c.word(c.skipStrip(i + 1)) {
				case "if", "for":
					top.directives++
				case "endif", "endfor":
					top.directives = max(0, top.directives-1)
				}
			}
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc,
			hclsyntax.TokenTemplateSeqEnd:
			if top.tok < 0 || !closes(c.typ(top.tok), t) {
				return c.wrongCloser(stack, i, early)
			}
			if t == hclsyntax.TokenCBrace && suspect == nil && top.indented && c.startsLine(i) && c.indent(i) < top.indent {
				s := *top
				s.suspectLine = tok.Range.Start.Line
				suspect = &s
			}
			if t == hclsyntax.TokenCBrace && early < 0 && c.startsLine(i) && c.indent(i) > top.indent && c.toks[top.tok].Range.Start.Line < tok.Range.Start.Line {
				early = i
			}
			c.match[top.tok], c.match[i] = i, top.tok
			top.next()
			height := top.height + 1
			stack = stack[:len(stack)-1]
			top = &stack[len(stack)-1]
			depth -= top.depth()
			top.signs = 0
			top.child = max(top.child, height)
		case hclsyntax.TokenQuotedNewline:
			return c.unclosedText(stack, i)
		case hclsyntax.TokenEOF:
			return c.atEnd(stack, suspect)
		case hclsyntax.TokenNewline:
			if top.tok < 0 || c.typ(top.tok) == hclsyntax.TokenOBrace {
				top.next()
			}
		case hclsyntax.TokenComma, hclsyntax.TokenEqual:
			top.next()
		case hclsyntax.TokenQuestion:
			top.conditionals++
			top.indices, top.signs = 0, 0
		case hclsyntax.TokenBang:
			top.signs++
		case hclsyntax.TokenMinus:
			if endsValue(c.typ(i - 1)) {
				top.chain++
				top.indices, top.signs = 0, 0
			} else {
				top.signs++
			}
		case hclsyntax.TokenNumberLit:
			top.signs = 0
			if len(tok.Bytes) > MaxNumber {
				return c.fault(codeTooLong, i, i, fmt.Sprintf("number with %d characters", len(tok.Bytes)),
					fmt.Sprintf("A binary64 number has 17 significant digits; at most %d characters are read.", MaxNumber))
			}
		case hclsyntax.TokenIdent:
			top.signs = 0
			if suspect == nil && top.indented && c.startsLine(i) && c.indent(i) <= top.indent && c.opensBlock(i) {
				s := *top
				s.suspectLine = tok.Range.Start.Line
				suspect = &s
			}
		default:
			if isBinary(t) {
				top.chain++
				top.indices, top.signs = 0, 0
			}
		}
		depth += top.depth()
		if opens {
			f := frame{tok: i, indent: c.indent(i)}
			if c.typ(i+1) == hclsyntax.TokenNewline {
				j := i + 1
				for c.typ(j) == hclsyntax.TokenNewline {
					j++
				}
				f.indented = c.typ(j) != hclsyntax.TokenEOF && c.indent(j) > f.indent
			}
			stack = append(stack, f)
			top = &stack[len(stack)-1]
		}
		if len(stack)-1+depth > MaxDepth {
			return c.fault(codeTooDeep, i, i, fmt.Sprintf("nested deeper than %d levels", MaxDepth),
				"Give inner parts a name in a locals block, or write a function and call it.")
		}
		if top.chain+top.child > MaxChain {
			return c.fault(codeTooLong, i, i, fmt.Sprintf("expression of more than %d operators", MaxChain),
				"Write a long sum as sum([for v in values : v]), or compute its terms: sum([for i in range(n) : ...]).")
		}
	}
	return nil
}

// skipStrip steps over the ~ of %{~ where the scanner makes it a token.
func (c *checker) skipStrip(i int) int {
	for c.typ(i) == hclsyntax.TokenBitwiseNot || c.typ(i) == hclsyntax.TokenNewline {
		i++
	}
	return i
}

func closes(open, closer hclsyntax.TokenType) bool {
	switch open {
	case hclsyntax.TokenOBrace:
		return closer == hclsyntax.TokenCBrace
	case hclsyntax.TokenOBrack:
		return closer == hclsyntax.TokenCBrack
	case hclsyntax.TokenOParen:
		return closer == hclsyntax.TokenCParen
	case hclsyntax.TokenOQuote:
		return closer == hclsyntax.TokenCQuote
	case hclsyntax.TokenOHeredoc:
		return closer == hclsyntax.TokenCHeredoc
	}
	return closer == hclsyntax.TokenTemplateSeqEnd
}

// indent is the number of blanks at the beginning of token i's line.
func (c *checker) indent(i int) int { return c.indents[c.toks[i].Range.Start.Line-1] }

// startsLine reports that token i is the first of its line.
func (c *checker) startsLine(i int) bool {
	return i == 0 || c.typ(i-1) == hclsyntax.TokenNewline
}

// opensBlock reports that token i begins a line such as: run "a" {
func (c *checker) opensBlock(i int) bool {
	for j := i; j < i+maxHeader; j++ {
		switch c.typ(j) {
		case hclsyntax.TokenIdent, hclsyntax.TokenOQuote, hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote:
		case hclsyntax.TokenOBrace:
			return true
		default:
			return false
		}
	}
	return false
}

// maxHeader bounds the tokens of a block's noun and labels.
const maxHeader = 32

var bracketNames = map[hclsyntax.TokenType][2]string{
	hclsyntax.TokenOBrace:          {"brace", "}"},
	hclsyntax.TokenOBrack:          {"bracket", "]"},
	hclsyntax.TokenOParen:          {"parenthesis", ")"},
	hclsyntax.TokenTemplateInterp:  {"template", "}"},
	hclsyntax.TokenTemplateControl: {"template", "}"},
}

// wrongCloser reports closing token i, which does not fit the top of the stack.
// Token early, if not -1, is the brace from which on the indentation is off.
func (c *checker) wrongCloser(stack []frame, i, early int) *diag.Diagnostic {
	if d := c.wrongQuote(i); d != nil {
		return d
	}
	top := stack[len(stack)-1]
	if top.tok < 0 {
		j, ok := c.headerWithoutBrace(early)
		if !ok {
			j, ok = c.headerWithoutBrace(i)
		}
		if ok {
			return c.fault(codeHeader, j, c.lineEnd(j), "block has no opening brace",
				fmt.Sprintf("Write the brace at the end of the line: %s {", c.text(j, c.lineEnd(j))))
		}
		return c.strayCloser(i)
	}
	for _, f := range stack[1 : len(stack)-1] {
		if closes(c.typ(f.tok), c.typ(i)) {
			return c.unclosed(top, c.toks[i].Range.Start.Line)
		}
	}
	if c.typ(top.tok) == hclsyntax.TokenOBrace && c.toks[top.tok].Range.Start.Line < c.toks[i].Range.Start.Line {
		return c.strayCloser(i)
	}
	name := bracketNames[c.typ(top.tok)]
	d := c.fault(codeStrayCloser, i, i, fmt.Sprintf("%q closes a %s", c.word(i), name[0]), fmt.Sprintf("Write %s here.", name[1]))
	d.Related = []diag.Related{{Message: "opened here", Span: c.span(top.tok, top.tok)}}
	return d
}

func (c *checker) strayCloser(i int) *diag.Diagnostic {
	return c.fault(codeStrayCloser, i, i, fmt.Sprintf("closing %q without an opening one", c.word(i)),
		"Remove it, or look for a bracket before it that is closed too early.")
}

// headerWithoutBrace finds the line of labels that a stray brace at token i
// would close: the nearest above with its indentation.
func (c *checker) headerWithoutBrace(i int) (int, bool) {
	if c.typ(i) != hclsyntax.TokenCBrace {
		return 0, false
	}
	for j := i - 1; j >= 0; j-- {
		if !c.startsLine(j) || c.typ(j) == hclsyntax.TokenNewline || c.indent(j) > c.indent(i) {
			continue
		}
		for k := j; ; k++ {
			switch c.typ(k) {
			case hclsyntax.TokenIdent, hclsyntax.TokenOQuote, hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote:
			case hclsyntax.TokenNewline:
				return j, c.typ(j) == hclsyntax.TokenIdent
			default:
				return 0, false
			}
		}
	}
	return 0, false
}

// lineEnd returns the last token of token i's line.
func (c *checker) lineEnd(i int) int {
	for c.typ(i+1) != hclsyntax.TokenNewline && c.typ(i+1) != hclsyntax.TokenEOF && i+1 < len(c.toks) {
		i++
	}
	return i
}

func (c *checker) unclosed(f frame, line int) *diag.Diagnostic {
	name := bracketNames[c.typ(f.tok)]
	if name[0] == "" || c.typ(f.tok) == hclsyntax.TokenTemplateInterp || c.typ(f.tok) == hclsyntax.TokenTemplateControl {
		return c.unclosedTextAt(f.tok)
	}
	first := f.tok
	what := name[0]
	if c.typ(f.tok) == hclsyntax.TokenOBrace {
		for first > 0 && c.typ(first-1) != hclsyntax.TokenNewline && c.toks[first-1].Range.Start.Line == c.toks[f.tok].Range.Start.Line {
			first--
		}
		if c.opensBlock(first) {
			what = "block " + c.text(first, max(first, f.tok-1))
		} else {
			first = f.tok
		}
	}
	d := c.fault(codeUnclosed, first, f.tok, what+" is not closed", fmt.Sprintf("Add %s.", name[1]))
	if line > 0 {
		d.Detail = fmt.Sprintf("Add %s before line %d.", name[1], line)
		if line == c.toks[f.tok].Range.Start.Line {
			d.Detail = fmt.Sprintf("Add %s on the same line.", name[1])
		}
	}
	return d
}

// atEnd reports what is still open at the end of the file.
func (c *checker) atEnd(stack []frame, suspect *frame) *diag.Diagnostic {
	if c.unclosedComment >= 0 {
		return &diag.Diagnostic{
			Code:    codeUnclosedText,
			Span:    c.spanOf(c.unclosedComment, c.unclosedComment+2),
			Summary: "comment is not closed",
			Detail:  "Add */ where it ends, or use # for a comment of one line.",
		}
	}
	top := stack[len(stack)-1]
	if top.tok < 0 {
		return nil
	}
	if d := c.wrongQuote(len(c.toks)); d != nil {
		return d
	}
	if suspect != nil && c.typ(top.tok) == hclsyntax.TokenOBrace {
		return c.unclosed(*suspect, suspect.suspectLine)
	}
	return c.unclosed(top, 0)
}

// unclosedText reports the text that the line break at token i cuts.
func (c *checker) unclosedText(stack []frame, i int) *diag.Diagnostic {
	if d := c.wrongQuote(i); d != nil {
		return d
	}
	open := stack[len(stack)-1].tok
	if n := len(stack) - 2; n > 0 && c.typ(open) == hclsyntax.TokenOQuote && c.typ(stack[n].tok) == hclsyntax.TokenTemplateInterp &&
		c.toks[stack[n].tok].Range.Start.Line == c.toks[open].Range.Start.Line {
		// In "a ${x" the second quote opens a text inside the template.
		return c.unclosedTextAt(stack[n].tok)
	}
	return c.unclosedTextAt(open)
}

func (c *checker) unclosedTextAt(open int) *diag.Diagnostic {
	switch c.typ(open) {
	case hclsyntax.TokenOHeredoc:
		word := string(bytes.TrimLeft(bytes.TrimSpace(c.toks[open].Bytes), "<-"))
		d := c.fault(codeUnclosedText, open, open, fmt.Sprintf("text opened by <<%s is not closed", word),
			fmt.Sprintf("Add a line that holds only %s.", word))
		return d
	case hclsyntax.TokenOQuote:
		d := c.fault(codeUnclosedText, open, open, "text is not closed on its line",
			"Add the closing quote. Text of several lines is written as <<EOT, the lines, and a line that holds only EOT.")
		if c.quoteBefore(open) {
			d.Summary = "the quotes of this line do not pair"
			d.Detail = `Add the one that is missing, or write \" for a quote within a text.`
		}
		if lit := c.toks[open+1]; lit.Type == hclsyntax.TokenQuotedLit {
			d.Span = c.span(open, open+1)
			if k := bytes.LastIndexAny(lit.Bytes, "“”"); k >= 0 {
				d.Code = codeQuotes
				d.Summary = "text is closed by a curly quote"
				d.Detail = `Write a straight quote: "`
			}
		}
		return d
	}
	return c.fault(codeUnclosedText, open, open, fmt.Sprintf("%s is not closed", c.word(open)),
		fmt.Sprintf("Add } after the value. To show the characters themselves, write %s%s.", c.word(open)[:1], c.word(open)))
}

// quoteBefore reports a text that ends on the line of token open before it.
func (c *checker) quoteBefore(open int) bool {
	for j := open - 1; j >= 0 && c.toks[j].Range.Start.Line == c.toks[open].Range.Start.Line; j-- {
		if c.typ(j) == hclsyntax.TokenCQuote {
			return true
		}
	}
	return false
}

// wrongQuote looks before token i for a quote that is none in HCL, as it lets
// the text's own brackets and quotes pass for code.
func (c *checker) wrongQuote(i int) *diag.Diagnostic {
	for j := 0; j < i && j < len(c.toks); j++ {
		if d := c.quoteHint(j); d != nil {
			return d
		}
	}
	return nil
}
