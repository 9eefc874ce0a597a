package source

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// checker looks for faults in the tokens of one file.
type checker struct {
	*File
	// toks is the file without comments; a comment up to the end of its line
	// is that line's TokenNewline. The last one is TokenEOF.
	toks []hclsyntax.Token
	// match has, for an opening token, the index of its closing one, and the
	// reverse; -1 elsewhere.
	match []int
	// unclosedComment is the start of a /* without */, or -1.
	unclosedComment int
	// indents has the number of blanks that each line begins with.
	indents []int
	// first remembers the first token after an opening bracket and line breaks.
	first map[int]int
	// params has the names in lists params = [...], once they have been asked for.
	params map[string]bool
	// depth counts the blocks that faults has gone into.
	depth int
}

func newChecker(f *File) *checker {
	c := &checker{File: f, first: map[int]int{}}
	var raw hclsyntax.Tokens
	raw, c.unclosedComment = lex(f)
	c.toks = raw[:0] // a file of many signs takes more memory here than anywhere else
	for _, t := range raw {
		if t.Type == hclsyntax.TokenComment {
			if !bytes.HasSuffix(t.Bytes, []byte("\n")) {
				continue
			}
			t.Type = hclsyntax.TokenNewline
		}
		c.toks = append(c.toks, t)
	}
	for line := range bytes.Lines(f.Bytes) {
		c.indents = append(c.indents, len(line)-len(bytes.TrimLeft(line, " \t")))
	}
	c.indents = append(c.indents, 0) // the end of the file may begin a line
	c.match = make([]int, len(c.toks))
	for i := range c.match {
		c.match[i] = -1
	}
	return c
}

// lex splits the text into tokens. The scanner of HCL takes quadratic time
// over a run of /* that nothing closes, because it looks for the end anew at
// each; so a file that may have one is scanned with an end put after it.
func lex(f *File) (toks hclsyntax.Tokens, unclosedComment int) {
	if bytes.LastIndex(f.Bytes, []byte("*/")) < bytes.LastIndex(f.Bytes, []byte("/*"))+2 {
		closed := append(bytes.Clone(f.Bytes), "*/"...)
		toks, _ = hclsyntax.LexConfig(closed, f.Name, hcl.InitialPos)
		for _, t := range toks {
			if t.Type == hclsyntax.TokenComment && t.Range.End.Byte == len(closed) && bytes.HasPrefix(t.Bytes, []byte("/*")) {
				return toks, t.Range.Start.Byte
			}
		}
	}
	toks, _ = hclsyntax.LexConfig(f.Bytes, f.Name, hcl.InitialPos)
	return toks, -1
}

func (c *checker) typ(i int) hclsyntax.TokenType {
	if i < 0 || i >= len(c.toks) {
		return hclsyntax.TokenNil
	}
	return c.toks[i].Type
}

func (c *checker) word(i int) string {
	if i < 0 || i >= len(c.toks) {
		return ""
	}
	return string(c.toks[i].Bytes)
}

// adjacent reports that nothing stands between tokens i and i+1.
func (c *checker) adjacent(i int) bool {
	return i >= 0 && i+1 < len(c.toks) && c.toks[i].Range.End.Byte == c.toks[i+1].Range.Start.Byte
}

// text returns the source from token i to token j, both included, on one line
// and without comments, or dots if that is too long to quote.
func (c *checker) text(i, j int) string {
	if i < 0 || j < i || j >= len(c.toks) || c.toks[j].Range.End.Byte-c.toks[i].Range.Start.Byte > 400 {
		return "..."
	}
	var s []byte
	for k := i; k <= j; k++ {
		t := c.toks[k]
		if t.Type == hclsyntax.TokenOHeredoc {
			return "..."
		}
		if k > i && !c.adjacent(k-1) && !bytes.HasSuffix(s, []byte(" ")) {
			s = append(s, ' ')
		}
		if t.Type == hclsyntax.TokenNewline {
			if k < j && !bytes.HasSuffix(s, []byte(" ")) {
				s = append(s, ' ')
			}
			continue
		}
		s = append(s, t.Bytes...)
	}
	if s = bytes.TrimSpace(s); len(s) > 60 {
		return "..."
	}
	return string(s)
}

func (c *checker) span(i, j int) diag.Span {
	return c.Span(hcl.RangeBetween(c.toks[i].Range, c.toks[j].Range))
}

// fault makes the error about tokens i to j.
func (c *checker) fault(code diag.Code, i, j int, summary, detail string) *diag.Diagnostic {
	return &diag.Diagnostic{Code: code, Span: c.span(i, j), Summary: summary, Detail: detail}
}

// endsValue reports that a value may end with a token of this type, and
// startsValue that one may start with it where none has just ended.
func endsValue(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenIdent, hclsyntax.TokenNumberLit, hclsyntax.TokenCParen, hclsyntax.TokenCBrack,
		hclsyntax.TokenCBrace, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
		return true
	}
	return false
}

func startsValue(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenIdent, hclsyntax.TokenNumberLit, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenOBrace:
		return true
	}
	return false
}

// isBinary reports an operator that stands between two values.
func isBinary(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenAnd, hclsyntax.TokenOr,
		hclsyntax.TokenBitwiseXor, hclsyntax.TokenQuestion:
		return true
	}
	return false
}
