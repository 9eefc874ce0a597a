package source

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// habit finds constructs of Python that HCL's own parser would explain by
// where it stopped reading.
func (c *checker) habit(i, from, to, outer int, ended bool) *diag.Diagnostic {
	switch c.typ(i) {
	case hclsyntax.TokenColon:
		if outer >= 0 && c.typ(outer) == hclsyntax.TokenTemplateInterp && !c.has(outer, i, hclsyntax.TokenQuestion) {
			return c.formatSpec(i, outer)
		}
	case hclsyntax.TokenOParen:
		if !ended {
			return c.pythonTuple(i)
		}
	case hclsyntax.TokenComma:
		if outer >= 0 && c.typ(outer) == hclsyntax.TokenOBrack && outer > from && endsValue(c.typ(outer-1)) && c.adjacent(outer-1) {
			return c.indexPair(outer, from)
		}
	case hclsyntax.TokenIdent:
		if !ended && c.typ(i+1) == hclsyntax.TokenOQuote && c.adjacent(i) {
			return c.letteredText(i)
		}
		if ended && c.word(i) == "is" && c.typ(i+1) == hclsyntax.TokenIdent {
			return c.fault(codeWordOperator, i, i, `"is" is written ==`, "Write == or != between two values.")
		}
		if ended && outer >= 0 && c.typ(outer) == hclsyntax.TokenOParen && c.word(i) == "for" {
			return c.generator(i, outer)
		}
	}
	return nil
}

// formatSpec is about "${x:.3f}", at the colon.
func (c *checker) formatSpec(colon, outer int) *diag.Diagnostic {
	end := c.match[outer]
	if end < 0 || colon == outer+1 {
		return nil
	}
	spec := string(c.Bytes[c.toks[colon].Range.End.Byte:c.toks[end].Range.Start.Byte])
	verb, ok := verbOf(spec)
	if !ok {
		return nil
	}
	return c.fault(codeForeign, colon, end-1, "a value in a text has no format after a colon",
		fmt.Sprintf("Write ${format(%q, %s)}.", verb, c.text(outer+1, colon-1)))
}

var pythonFormat = regexp.MustCompile(`^[<>^=]?([+ ]?)(0?[0-9]{0,3}),?(\.[0-9]{1,3})?([a-zA-Z%]?)$`)

// verbOf turns Python's .3f into printf's %.3f.
func verbOf(spec string) (string, bool) {
	m := pythonFormat.FindStringSubmatch(strings.TrimSpace(spec))
	if m == nil {
		return "", false
	}
	letter := m[4]
	if !strings.Contains("eEfgGd", letter) || letter == "" {
		letter = "g"
	}
	return "%" + m[1] + m[2] + m[3] + letter, true
}

// pythonTuple is about (1, 2) for a list, at the parenthesis.
func (c *checker) pythonTuple(open int) *diag.Diagnostic {
	end := c.match[open]
	if end < 0 || !c.has(open, end, hclsyntax.TokenComma) {
		return nil
	}
	items := strings.TrimSuffix(c.text(open+1, end-1), ",")
	if items == "..." {
		items = "1, 2"
	}
	return c.fault(codeForeign, open, end, "a list is written in brackets", fmt.Sprintf("Write [%s].", items))
}

// indexPair is about A[0, 1], with its bracket at open.
func (c *checker) indexPair(open, from int) *diag.Diagnostic {
	written := c.text(c.operandStart(open-1, from), open-1)
	start := open + 1
	for i := start; i <= c.match[open]; i++ {
		if i == c.match[open] || c.typ(i) == hclsyntax.TokenComma {
			written += "[" + c.text(start, i-1) + "]"
			start = i + 1
		} else {
			i = max(i, c.match[i])
		}
	}
	return c.fault(codeForeign, open, c.match[open], "each index stands in brackets of its own", fmt.Sprintf("Write %s.", written))
}

// braced is a value that an f-string has in braces.
var braced = regexp.MustCompile(`\{([^{}:]+)(?::([^{}]*))?\}`)

// letteredText is about f"..." and r"...", at the letter.
func (c *checker) letteredText(i int) *diag.Diagnostic {
	if !strings.Contains(" f F r R b B u U fr rf ", " "+c.word(i)+" ") {
		return nil
	}
	end := c.match[i+1]
	if end < 0 {
		return nil
	}
	text := string(c.Bytes[c.toks[i+1].Range.Start.Byte:c.toks[end].Range.End.Byte])
	if c.word(i) != "r" && c.word(i) != "b" && !strings.Contains(text, "${") {
		text = braced.ReplaceAllStringFunc(text, func(s string) string {
			m := braced.FindStringSubmatch(s)
			if verb, ok := verbOf(m[2]); ok && m[2] != "" {
				return fmt.Sprintf("${format(%q, %s)}", verb, m[1])
			}
			return "${" + m[1] + "}"
		})
	}
	if len(text) > 100 {
		text = `"loss is ${run.a.final.loss}"`
	}
	return c.fault(codeForeign, i, end, fmt.Sprintf("no letter stands before a text: %s", c.word(i)),
		fmt.Sprintf("Write %s.", text))
}

// generator is about sum(x for x in s), at the word for.
func (c *checker) generator(i, outer int) *diag.Diagnostic {
	end := c.match[outer]
	if end < 0 || c.typ(i+1) != hclsyntax.TokenIdent || c.word(i+2) != "in" || i+3 >= end {
		return nil
	}
	value, list := c.text(outer+1, i-1), c.text(i+3, end-1)
	start, call := outer, ""
	if c.typ(outer-1) == hclsyntax.TokenIdent {
		start, call = outer-1, c.word(outer-1)
	}
	written := fmt.Sprintf("%s([%s : %s])", call, c.text(i, end-1), value)
	if value == c.word(i+1) && call != "" && !strings.Contains(list, " if ") {
		written = fmt.Sprintf("%s(%s)", call, list)
	}
	return c.fault(codeForeign, start, end, "a list is made by [for x in list : value]", fmt.Sprintf("Write %s.", written))
}

// condition returns the first and last token of the conditions on both sides
// of the operator at token i: up to a bracket, a comma or another such word.
func (c *checker) condition(i, from, to, outer int) (first, last int) {
	if outer >= 0 {
		from, to = max(from, outer+1), min(to, max(outer+1, c.match[outer]))
	}
	ends := func(j int) bool {
		switch c.typ(j) {
		case hclsyntax.TokenComma, hclsyntax.TokenQuestion, hclsyntax.TokenColon, hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenEqual, hclsyntax.TokenNewline:
			return true
		case hclsyntax.TokenIdent:
			switch strings.ToLower(c.word(j)) {
			case "and", "or", "if", "else":
				return true
			}
		}
		return false
	}
	for first = i; first > from && !ends(first-1); {
		if first--; c.match[first] >= from && c.match[first] < first {
			first = c.match[first]
		}
	}
	for last = i; last+1 < to && !ends(last+1); {
		if last++; c.match[last] > last {
			last = c.match[last]
		}
	}
	return first, last
}

// pythonImport is about a statement such as: import numpy as np.
func (c *checker) pythonImport(from, to int) *diag.Diagnostic {
	i := from + 1
	switch c.word(from) {
	case "import", "using", "include":
	case "from":
		if c.word(from+2) != "import" {
			return nil
		}
	default:
		return nil
	}
	if i >= to || c.typ(i) != hclsyntax.TokenIdent && c.typ(i) != hclsyntax.TokenOQuote {
		return nil
	}
	for j := i; j < to; j++ {
		if t := c.typ(j); t == hclsyntax.TokenEqual || t == hclsyntax.TokenOBrace {
			return nil
		}
	}
	name := c.word(i)
	if c.typ(i) == hclsyntax.TokenOQuote {
		name = c.word(i + 1)
	}
	if packages[name] {
		return c.fault(codeForeign, from, to-1, fmt.Sprintf("there is no library %q to import", name),
			"Remove the line: the functions of the standard library need no import, as in exp(x). A file of one's own is imported by\n  import \"lib\" { source = \"./lib.hcl\" }")
	}
	if !hclsyntax.ValidIdentifier(name) {
		name = "lib"
	}
	return c.fault(codeForeign, from, to-1, "an import is a block that names a file",
		fmt.Sprintf("Write import %q { source = \"./%s.hcl\" }.", name, name))
}
