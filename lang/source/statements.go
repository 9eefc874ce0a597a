package source

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// maxDescent bounds the blocks within blocks that faults looks into one by
// one, since each level is parsed again.
const maxDescent = 8

// faults finds the statements that do not parse alone, and gives one error for
// each. It is called for a file whose brackets fit.
func (c *checker) faults() diag.List {
	var list diag.List
	c.body(0, len(c.toks)-1, &list)
	return list
}

// body looks at the statements in tokens [from, to).
func (c *checker) body(from, to int, list *diag.List) {
	seen := map[string]int{}
	for i := from; i < to && len(*list) <= maxErrors; {
		if c.typ(i) == hclsyntax.TokenNewline {
			i++
			continue
		}
		end := c.statementEnd(i, to)
		if c.typ(i) == hclsyntax.TokenIdent && c.typ(i+1) == hclsyntax.TokenEqual {
			if j, ok := seen[c.word(i)]; ok {
				d := c.fault(codeSetTwice, i, i, fmt.Sprintf("argument %q is set twice", c.word(i)), "Remove one of the two.")
				d.Related = []diag.Related{{Message: "set before", Span: c.span(j, j)}}
				list.Add(d)
			} else {
				seen[c.word(i)] = i
			}
		}
		c.statement(i, end, list)
		i = end
	}
}

// statementEnd returns the index after the last token of the statement that
// begins at i. A line that ends with an operator, or before one that begins
// with one, is taken to go on: what was meant is one statement.
func (c *checker) statementEnd(i, to int) int {
	if end := c.labelsEnd(i, to); c.typ(i) == hclsyntax.TokenIdent && c.typ(end) == hclsyntax.TokenNewline {
		if brace := c.skipNewlines(end); c.typ(brace) == hclsyntax.TokenOBrace && brace < to {
			i = brace // the brace of a block, one line too low
		}
	}
	for i < to {
		switch {
		case c.match[i] > i:
			i = c.match[i] + 1
		case c.typ(i) == hclsyntax.TokenNewline:
			next := i
			for next < to && c.typ(next) == hclsyntax.TokenNewline {
				next++
			}
			if next == to || !c.brokenAt(i, next) {
				return i
			}
			i = next
		default:
			i++
		}
	}
	return to
}

// labelsEnd returns the index after token i and the names and texts after it.
func (c *checker) labelsEnd(i, to int) int {
	for i++; i < to && (c.typ(i) == hclsyntax.TokenIdent || c.typ(i) == hclsyntax.TokenOQuote); {
		i = max(i, c.match[i]) + 1
	}
	return min(i, to)
}

// brokenAt reports that an expression goes on over the line breaks from token
// newline to token next.
func (c *checker) brokenAt(newline, next int) bool {
	before, after := c.typ(newline-1), c.typ(next)
	switch {
	case before == hclsyntax.TokenStar && c.typ(newline-2) == hclsyntax.TokenOBrack:
		return false
	case isBinary(before), before == hclsyntax.TokenBang:
		return !c.startsStatement(next)
	case isBinary(after), after == hclsyntax.TokenColon, after == hclsyntax.TokenDot:
		return endsValue(before)
	}
	return before == hclsyntax.TokenColon && !c.startsStatement(next)
}

// startsStatement reports that token i begins an argument or a block.
func (c *checker) startsStatement(i int) bool {
	return c.typ(i) == hclsyntax.TokenIdent && (c.typ(i+1) == hclsyntax.TokenEqual || c.opensBlock(i)) || c.typ(i) == hclsyntax.TokenCBrace
}

// statement looks at tokens [from, to).
func (c *checker) statement(from, to int, list *diag.List) {
	first, last := c.toks[from].Range, c.toks[to-1].Range
	src := c.Bytes[first.Start.Byte:last.End.Byte]
	if c.typ(to-1) == hclsyntax.TokenCHeredoc {
		src = c.Bytes[first.Start.Byte:min(last.End.Byte+2, len(c.Bytes))] // with its line break
	}
	_, diags := hclsyntax.ParseConfig(src, c.Name, first.Start)
	if !diags.HasErrors() {
		for i := from; i < to; i++ {
			list.Add(c.hyphenAt(i))
		}
		return
	}
	if open := c.blockBrace(from, to); open >= 0 && c.typ(open+1) == hclsyntax.TokenNewline {
		if c.depth < maxDescent {
			before := len(*list)
			c.depth++
			c.body(open+1, c.match[open], list)
			c.depth--
			if len(*list) > before {
				return
			}
		}
	}
	if d := c.hint(from, to); d != nil {
		list.Add(d)
		return
	}
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			list.Add(c.fromHCL(d))
			return
		}
	}
}

// blockBrace returns the opening brace of a statement that has the form of a
// block, or -1.
func (c *checker) blockBrace(from, to int) int {
	if c.typ(from) != hclsyntax.TokenIdent {
		return -1
	}
	for i := from + 1; i < to; i++ {
		switch c.typ(i) {
		case hclsyntax.TokenIdent, hclsyntax.TokenOQuote, hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote:
		case hclsyntax.TokenOBrace:
			return i
		default:
			return -1
		}
	}
	return -1
}

// hint finds what a statement that fails to parse was meant to be, or nil.
func (c *checker) hint(from, to int) *diag.Diagnostic {
	if open := c.blockBrace(from, to); open >= 0 {
		return c.blockHint(from, open, to)
	}
	if c.typ(from) != hclsyntax.TokenIdent {
		return c.startHint(from, to)
	}
	if c.typ(from+1) == hclsyntax.TokenEqual {
		if from+2 == to {
			return c.fault(codeNoValue, from, from+1, fmt.Sprintf("%s has no value", c.word(from)),
				fmt.Sprintf("Write the value after the equals sign, or remove the line: %s = ...", c.word(from)))
		}
		return c.expressionHint(from+2, to)
	}
	return c.argumentHint(from, to)
}

// startHint is for a statement that does not begin with a name.
func (c *checker) startHint(from, to int) *diag.Diagnostic {
	switch t := c.typ(from); {
	case t == hclsyntax.TokenOQuote:
		if end := c.match[from]; end > 0 && end+1 < to && (c.typ(end+1) == hclsyntax.TokenEqual || c.typ(end+1) == hclsyntax.TokenColon) && end == from+2 {
			return c.fault(codeEquals, from, end, "the name of an argument is written without quotes",
				fmt.Sprintf("Write %s = %s", c.word(from+1), c.text(min(end+2, to-1), to-1)))
		}
	case isBinary(t):
		return c.fault(codeBrokenLine, from, from, fmt.Sprintf("line begins with %q", c.word(from)),
			"A line break ends an argument. Put a value that is broken over lines in parentheses.")
	}
	if d := c.expressionHint(from, to); d != nil {
		return d
	}
	return c.fault(codeSyntax, from, from, "an argument or a block is expected here", `Write name = value, or noun "label" { ... }.`)
}

// argumentHint is for a statement that begins with a name, without = after it.
func (c *checker) argumentHint(from, to int) *diag.Diagnostic {
	name := c.word(from)
	write := func(value int) string {
		if value >= to {
			return fmt.Sprintf("Write %s = ...", name)
		}
		return fmt.Sprintf("Write %s = %s", name, c.text(value, to-1))
	}
	if d := c.pythonImport(from, to); d != nil {
		return d
	}
	i := c.labelsEnd(from, to)
	if i < to && c.typ(i) == hclsyntax.TokenNewline {
		if next := c.skipNewlines(i); c.typ(next) == hclsyntax.TokenOBrace {
			return c.braceBelow(from, i-1, next)
		}
	}
	switch t := c.typ(from + 1); {
	case from+1 == to:
		return c.fault(codeEquals, from, from, fmt.Sprintf("%q stands alone", name), fmt.Sprintf("Write %s = value, or %s { ... } for a block.", name, name))
	case t == hclsyntax.TokenColon && c.typ(from+2) == hclsyntax.TokenEqual:
		return c.fault(codeEquals, from+1, from+2, `":=" in place of "="`, write(from+3))
	case t == hclsyntax.TokenColon:
		return c.fault(codeEquals, from+1, from+1, `":" in place of "="`, write(from+2))
	case t == hclsyntax.TokenEqualOp:
		return c.fault(codeEquals, from+1, from+1, `"==" compares; an argument is set with "="`, write(from+2))
	case (t == hclsyntax.TokenPlus || t == hclsyntax.TokenMinus || t == hclsyntax.TokenStar || t == hclsyntax.TokenSlash) && c.typ(from+2) == hclsyntax.TokenEqual && c.adjacent(from+1):
		cure := "An argument is set once and does not change. " + write(from+3)
		if c.blockAround(from) == "update" {
			cure = c.updated(from, to)
		}
		return c.fault(codeNoOperator, from+1, from+2, fmt.Sprintf("there is no %s=", c.word(from+1)), cure)
	case t == hclsyntax.TokenNumberLit, t == hclsyntax.TokenMinus, t == hclsyntax.TokenBang, t == hclsyntax.TokenOHeredoc:
		return c.missingEquals(from, to)
	case t == hclsyntax.TokenOBrack, t == hclsyntax.TokenDot:
		for i := from; i < to; i++ {
			if c.typ(i) == hclsyntax.TokenEqual {
				cure := "Values inside an argument are set where it is: start = { x = 1 }, or [1, 2]."
				if c.blockAround(from) == "update" {
					cure = fmt.Sprintf("All elements have their next values at once: write %s = [...], or the whole vector in one formula.", name)
				}
				return c.fault(codeEquals, from, i-1, "the name of an argument is a single word", cure)
			}
		}
		if t == hclsyntax.TokenOBrack {
			return c.missingEquals(from, to)
		}
	}
	// Labels follow, and then something other than a brace.
	switch t := c.typ(i); {
	case i == to:
		return c.missingEquals(from, to)
	case t == hclsyntax.TokenOBrace && c.match[i] > 0:
		for j := from; j < i; j++ {
			if c.typ(j) == hclsyntax.TokenTemplateInterp {
				return c.fault(codeHeader, j, c.match[j], "a label is plain text", "Use for_each to make blocks that differ by a value.")
			}
		}
	case t == hclsyntax.TokenEqual && c.typ(i+1) == hclsyntax.TokenOBrace && c.match[i+1] > 0:
		return c.fault(codeHeader, i, i, "a block has no equals sign", fmt.Sprintf("Write %s {", c.text(from, i-1)))
	case t == hclsyntax.TokenOParen && c.match[i] > 0:
		if d := c.definition(from, i, to); d != nil {
			return d
		}
	}
	if i == from+1 || c.typ(from+1) != hclsyntax.TokenOQuote && i > from+1 && c.typ(i) != hclsyntax.TokenEqual {
		if d := c.expressionHint(from, to); d != nil && d.Code != codeSideBySide {
			return d
		}
	}
	if i > from+1 && c.typ(i) != hclsyntax.TokenEqual {
		return c.missingEquals(from, to)
	}
	return nil
}

func (c *checker) missingEquals(from, to int) *diag.Diagnostic {
	return c.fault(codeEquals, from, from, fmt.Sprintf("no equals sign after %q", c.word(from)),
		fmt.Sprintf("Write %s = %s", c.word(from), c.text(from+1, to-1)))
}

func (c *checker) braceBelow(from, last, brace int) *diag.Diagnostic {
	d := c.fault(codeHeader, from, last, "the brace of a block belongs on the same line", fmt.Sprintf("Write %s {", c.text(from, last)))
	d.Related = []diag.Related{{Message: "the brace", Span: c.span(brace, brace)}}
	return d
}

func (c *checker) skipNewlines(i int) int {
	for c.typ(i) == hclsyntax.TokenNewline {
		i++
	}
	return i
}

// definition recognises f(x) = ..., function f(x) = ..., def f(x): ...
// with the parameters in parentheses at paren.
func (c *checker) definition(from, paren, to int) *diag.Diagnostic {
	after := paren
	if after = c.match[paren] + 1; after >= to && c.word(from) != "def" {
		return nil
	}
	t := c.typ(after)
	if t != hclsyntax.TokenEqual && t != hclsyntax.TokenColon && t != hclsyntax.TokenOBrace {
		return nil
	}
	value := "..."
	if after+1 < to && t == hclsyntax.TokenEqual {
		value = c.text(after+1, to-1)
	}
	params := ""
	if paren+1 < c.match[paren] {
		params = c.text(paren+1, c.match[paren]-1)
	}
	return c.fault(codeForeign, from, c.match[paren], "a function is declared by a block",
		fmt.Sprintf("Write\n  function %q {\n    params = [%s]\n    value  = %s\n  }", c.word(paren-1), params, value))
}

// blockHint is for a statement that has the form of a block with its brace at
// open, when none of the statements in it is at fault.
func (c *checker) blockHint(from, open, to int) *diag.Diagnostic {
	closer := c.match[open]
	if c.typ(open+1) != hclsyntax.TokenNewline && open+1 < closer {
		if d := c.oneLine(from, open, closer); d != nil {
			return d
		}
	}
	if closer+1 < to {
		switch c.typ(closer + 1) {
		case hclsyntax.TokenComma, hclsyntax.TokenSemicolon:
			return c.fault(codeComma, closer+1, closer+1, fmt.Sprintf("%q after a block", c.word(closer+1)), "Remove it: blocks are separated by line breaks.")
		}
		return c.fault(codeHeader, closer+1, closer+1, "nothing may follow the closing brace of a block", "Begin a new line after it.")
	}
	return nil
}

// oneLine looks into a block whose content begins on the line of its brace.
func (c *checker) oneLine(from, open, closer int) *diag.Diagnostic {
	header := c.text(from, open)
	var parts []string
	start := open + 1
	end := func(i int) {
		if i > start && len(parts) < 20 {
			parts = append(parts, c.text(start, i-1))
		}
		start = i + 1
	}
	several, at := false, 0
	split := func(i int) {
		if !several {
			several, at = true, i
		}
		end(i)
	}
	for i := open + 1; i < closer; i++ {
		switch t := c.typ(i); {
		case t == hclsyntax.TokenComma, t == hclsyntax.TokenSemicolon, t == hclsyntax.TokenNewline:
			split(i)
		case i > start && t == hclsyntax.TokenIdent && (c.typ(i+1) == hclsyntax.TokenEqual || endsValue(c.typ(i-1)) && c.opensBlock(i)) && c.typ(i-1) != hclsyntax.TokenEqual:
			split(i)
			start = i
		case t == hclsyntax.TokenOBrace && c.blockBrace(start, closer) == i:
			if !several {
				several, at = true, start
			}
			i = c.match[i]
		case c.match[i] > i:
			i = c.match[i]
		}
	}
	end(closer)
	if !several {
		if c.typ(open+1) == hclsyntax.TokenIdent && c.typ(open+2) == hclsyntax.TokenEqual && open+3 < closer {
			return c.expressionHint(open+3, closer)
		}
		return c.hint(open+1, closer)
	}
	detail := "Write\n  " + header + "\n"
	for _, p := range parts {
		detail += "    " + p + "\n"
	}
	if c.typ(at) == hclsyntax.TokenNewline {
		at = open
	}
	return c.fault(codeOneLine, at, at, "a block on one line holds a single argument", detail+"  }")
}

// blockAround is the noun of the block that a statement stands in, "" at top level.
func (c *checker) blockAround(from int) string {
	depth := 0
	for i := from - 1; i >= 0; i-- {
		switch c.typ(i) {
		case hclsyntax.TokenCBrace:
			depth++
		case hclsyntax.TokenOBrace:
			if depth--; depth >= 0 {
				continue
			}
			for i > 0 && c.typ(i-1) != hclsyntax.TokenNewline && c.typ(i-1) != hclsyntax.TokenOBrace {
				i--
			}
			return c.word(i)
		}
	}
	return ""
}

// updated writes v -= e as a map has it: v = v - e.
func (c *checker) updated(from, to int) string {
	name, sign := c.word(from), c.word(from+1)
	if from+3 >= to {
		return fmt.Sprintf("Write %s = %s %s ...", name, name, sign)
	}
	e := c.text(from+3, to-1)
	for i := from + 3; i < to; i++ {
		sum := c.typ(i) == hclsyntax.TokenPlus || c.typ(i) == hclsyntax.TokenMinus
		if sum && sign != "+" || i > from+3 && (sign == "*" || sign == "/") {
			e = "(" + e + ")"
			break
		}
	}
	return fmt.Sprintf("Write %s = %s %s %s", name, name, sign, e)
}
