package source

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// lookahead bounds the tokens searched for the rest of a construct, so that a
// hint takes time in proportion to the text.
const lookahead = 200

// expressionHint looks for the first habit of another language in tokens
// [from, to) of a statement that does not parse, texts within it included.
func (c *checker) expressionHint(from, to int) *diag.Diagnostic {
	open := []int{-1} // brackets around token i, innermost last
	for i := from; i < to; i++ {
		outer := open[len(open)-1]
		if d := c.tokenHint(i, from, to, outer); d != nil {
			return d
		}
		switch {
		case c.match[i] > i:
			open = append(open, i)
		case c.match[i] >= 0 && len(open) > 1:
			open = open[:len(open)-1]
		}
	}
	return nil
}

// tokenHint looks at token i, inside the bracket outer, -1 for none.
func (c *checker) tokenHint(i, from, to, outer int) *diag.Diagnostic {
	if d := c.quoteHint(i); d != nil {
		return d
	}
	if d := c.hyphenAt(i); d != nil {
		return d
	}
	ended := i > from && endsValue(c.typ(i-1)) // a value stands before token i
	if d := c.habit(i, from, to, outer, ended); d != nil {
		return d
	}
	switch t := c.typ(i); t {
	case hclsyntax.TokenBitwiseXor:
		return c.power(i, i, from, to)
	case hclsyntax.TokenStar:
		if c.typ(i+1) == hclsyntax.TokenStar && c.adjacent(i) {
			return c.power(i, i+1, from, to)
		}
	case hclsyntax.TokenBitwiseOr, hclsyntax.TokenOr:
		if d := c.bars(i, to, ended); d != nil {
			return d
		}
		if t == hclsyntax.TokenBitwiseOr {
			return c.fault(codeNoOperator, i, i, `there is no operator "|"`, `Write || for "or", abs(x) for an absolute value.`)
		}
	case hclsyntax.TokenBitwiseAnd:
		return c.fault(codeNoOperator, i, i, `there is no operator "&"`, `Write && for "and".`)
	case hclsyntax.TokenBitwiseNot:
		return c.fault(codeNoOperator, i, i, `there is no operator "~"`, `Write ! for "not".`)
	case hclsyntax.TokenSemicolon:
		return c.fault(codeCharacter, i, i, `";" does not end an argument`, "Remove it; each argument ends with its line.")
	case hclsyntax.TokenInvalid:
		return c.character(i, from, to)
	case hclsyntax.TokenDot:
		if ended {
			if d := c.dottedCall(i, from); d != nil {
				return d
			}
		}
		if !ended && c.typ(i+1) == hclsyntax.TokenNumberLit && c.adjacent(i) {
			return c.fault(codeNumber, i, i+1, "a number begins with a digit", fmt.Sprintf("Write 0.%s.", c.word(i+1)))
		}
	case hclsyntax.TokenNumberLit:
		if d := c.number(i); d != nil {
			return d
		}
	case hclsyntax.TokenEqual:
		if next := c.typ(i + 1); c.adjacent(i) && ended && (next == hclsyntax.TokenLessThan || next == hclsyntax.TokenGreaterThan) {
			return c.fault(codeNoOperator, i, i+1, fmt.Sprintf("there is no operator %q", "="+c.word(i+1)), fmt.Sprintf("Write %s=.", c.word(i+1)))
		}
		if outer < 0 || c.typ(outer) != hclsyntax.TokenOBrace {
			return c.fault(codeNoOperator, i, i, `"=" inside a value`, `Write == to compare. Each argument stands on its own line.`)
		}
	case hclsyntax.TokenFatArrow:
		if outer < 0 || c.typ(outer) != hclsyntax.TokenOBrace {
			return c.lambda(i, i)
		}
	case hclsyntax.TokenComma:
		if outer < 0 {
			return c.topComma(i, from, to)
		}
	case hclsyntax.TokenColon:
		if outer >= 0 && c.typ(outer) == hclsyntax.TokenOBrack && endsValue(c.typ(outer-1)) && !c.has(outer, i, hclsyntax.TokenQuestion) {
			list := c.text(c.operandStart(outer-1, from), outer-1)
			return c.fault(codeForeign, outer, c.match[outer], "a part of a series is taken by slice",
				fmt.Sprintf("Write slice(%s, from, to).", list))
		}
	case hclsyntax.TokenNewline:
		if d := c.brokenLine(i, from, to, outer); d != nil {
			return d
		}
		return nil
	}
	if d := c.wordHint(i, from, to, outer, ended); d != nil {
		return d
	}
	if d := c.sideBySide(i, from, to, outer, ended); d != nil {
		return d
	}
	return c.operators(i, to, ended)
}

// has reports a token of that type among those after open and before i that
// stand directly in the bracket open.
func (c *checker) has(open, i int, t hclsyntax.TokenType) bool {
	for j := open + 1; j < i; j++ {
		if c.typ(j) == t {
			return true
		}
		j = max(j, c.match[j])
	}
	return false
}

// operandStart returns the first token of the operand that ends at token i.
func (c *checker) operandStart(i, from int) int {
	for i > from {
		switch c.typ(i) {
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenCQuote:
			if c.match[i] < from {
				return i
			}
			i = c.match[i]
			if c.typ(i) == hclsyntax.TokenOBrace || c.typ(i) == hclsyntax.TokenOQuote || !endsValue(c.typ(i-1)) {
				return i
			}
			i-- // a call or an index belongs to what stands before
			continue
		}
		if t := c.typ(i - 1); t != hclsyntax.TokenDot && t != hclsyntax.TokenDoubleColon {
			return i
		}
		i -= 2
	}
	return max(i, from)
}

// operandEnd returns the last token of the operand that begins at token i.
func (c *checker) operandEnd(i, to int) int {
	for i < to-1 && (c.typ(i) == hclsyntax.TokenMinus || c.typ(i) == hclsyntax.TokenBang || c.typ(i) == hclsyntax.TokenPlus) {
		i++
	}
	i = max(i, c.match[i])
	for i+1 < to {
		switch c.typ(i + 1) {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack:
			i = c.match[i+1]
		case hclsyntax.TokenDot, hclsyntax.TokenDoubleColon:
			i = min(i+2, to-1)
		default:
			return i
		}
	}
	return i
}

// operands quotes what stands on both sides of the operator from op to last.
func (c *checker) operands(op, last, from, to int) (left, right string) {
	left, right = "x", "n"
	if op > from && endsValue(c.typ(op-1)) {
		left = c.text(c.operandStart(op-1, from), op-1)
	}
	if last+1 < to {
		right = c.text(last+1, c.operandEnd(last+1, to))
	}
	return bare(left), bare(right)
}

// bare removes parentheses that a call makes superfluous.
func bare(s string) string {
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") && !strings.Contains(s[1:len(s)-1], ")") {
		return s[1 : len(s)-1]
	}
	return s
}

func (c *checker) power(op, last, from, to int) *diag.Diagnostic {
	left, right := c.operands(op, last, from, to)
	detail := fmt.Sprintf("Write pow(%s, %s).", left, right)
	if right == "2" {
		detail = fmt.Sprintf("Write sq(%s) or pow(%s, 2).", left, left)
	}
	return c.fault(codePower, op, last, fmt.Sprintf("there is no power operator %q", c.text(op, last)), detail)
}

// bars recognises |x| and ||v|| by a bar where a value should begin.
func (c *checker) bars(i, to int, ended bool) *diag.Diagnostic {
	if ended {
		return nil
	}
	call, what := "abs", "an absolute value"
	if c.typ(i) == hclsyntax.TokenOr {
		call, what = "norm", "a norm"
	}
	for j := i + 1; j < to; j++ {
		if c.typ(j) == c.typ(i) && j > i+1 {
			return c.fault(codeBars, i, j, fmt.Sprintf("%s is written %s(...)", what, call),
				fmt.Sprintf("Write %s(%s).", call, c.text(i+1, j-1)))
		}
		j = max(j, c.match[j])
	}
	return nil
}

func (c *checker) number(i int) *diag.Diagnostic {
	word := c.word(i)
	switch {
	case strings.Count(word, ".") > 1:
		return c.fault(codeNumber, i, i, "number with two points", "Write digits with at most one point: 0.5, 12, 1e-9.")
	case !c.adjacent(i):
	case c.typ(i+1) == hclsyntax.TokenDot && c.typ(i+2) != hclsyntax.TokenIdent && c.typ(i+2) != hclsyntax.TokenNumberLit:
		return c.fault(codeNumber, i, i+1, "a number ends with a digit", fmt.Sprintf("Write %s.0 or %s.", word, word))
	case c.typ(i+1) == hclsyntax.TokenIdent:
		next := c.word(i + 1)
		if digits := strings.ReplaceAll(next, "_", ""); strings.HasPrefix(next, "_") && digits != "" && strings.Trim(digits, "0123456789") == "" {
			return c.fault(codeNumber, i, i+1, "a number has no separators", fmt.Sprintf("Write %s%s.", word, digits))
		}
		if word == "0" && len(next) > 1 && strings.ContainsAny(next[:1], "xXbBoO") && strings.Trim(next[1:], "0123456789abcdefABCDEF") == "" {
			return c.fault(codeNumber, i, i+1, "a number is decimal", "Write it with the digits 0 to 9.")
		}
		if (next == "e" || next == "E" || next == "e-" || next == "E-") && word != "" {
			return c.fault(codeNumber, i, i+1, "the exponent has no digits", fmt.Sprintf("Write %se-9, for instance.", word))
		}
	}
	return nil
}

// topComma is about a comma in no bracket.
func (c *checker) topComma(i, from, to int) *diag.Diagnostic {
	switch {
	case i+1 >= to:
		return c.fault(codeComma, i, i, "no comma after an argument", "Remove the comma.")
	case c.typ(i+1) == hclsyntax.TokenIdent && c.typ(i+2) == hclsyntax.TokenEqual && i+2 < to:
		return c.fault(codeComma, i, i, "arguments are not separated by commas", "Remove the comma and begin a new line.")
	}
	return c.fault(codeComma, i, i, "a list needs brackets", fmt.Sprintf("Write [%s].", c.text(from, to-1)))
}

// brokenLine is about a line break at token i that cuts a value.
func (c *checker) brokenLine(i, from, to, outer int) *diag.Diagnostic {
	if outer >= 0 && c.typ(outer) != hclsyntax.TokenOBrace || c.typ(i-1) == hclsyntax.TokenNewline {
		return nil
	}
	next := c.skipNewlines(i)
	if next >= to || i == from || !c.brokenAt(i, next) {
		return nil
	}
	where, op := "begins", next
	if !endsValue(c.typ(i - 1)) {
		where, op = "ends", i-1
	}
	start, end := from, to-1
	if outer >= 0 {
		start, end = i-1, next
	}
	if outer >= 0 || strings.HasSuffix(c.text(start, i-1), "...") || strings.HasSuffix(c.text(next, end), "...") {
		return c.fault(codeBrokenLine, op, op, fmt.Sprintf("line %s with %q", where, c.word(op)),
			"A line break ends a value. Put the whole value in parentheses.")
	}
	return c.fault(codeBrokenLine, op, op, fmt.Sprintf("line %s with %q", where, c.word(op)),
		fmt.Sprintf("A line break ends a value. Put it in parentheses:\n  (%s\n  %s)", c.text(start, i-1), c.text(next, end)))
}

// sideBySide is about token i beginning a value right after another.
func (c *checker) sideBySide(i, from, to, outer int, ended bool) *diag.Diagnostic {
	if !ended || !startsValue(c.typ(i)) || c.keyword(i, outer) || c.keyword(i-1, outer) {
		return nil
	}
	if c.typ(i) == hclsyntax.TokenOParen && (c.typ(i-1) == hclsyntax.TokenIdent) || c.typ(i) == hclsyntax.TokenOBrace && c.typ(i-1) == hclsyntax.TokenIdent {
		return nil
	}
	left, right := c.text(c.operandStart(i-1, from), i-1), c.text(i, c.operandEnd(i, to))
	if c.typ(i) == hclsyntax.TokenIdent && c.typ(i+1) == hclsyntax.TokenEqual && i+1 < to {
		if outer < 0 {
			return c.fault(codeSyntax, i, i, "an argument begins on the line of another", fmt.Sprintf("Begin a new line before %s.", right))
		}
		return c.fault(codeComma, i, i, "a comma is missing between two entries", fmt.Sprintf("Write a comma before %s.", right))
	}
	product := c.typ(i-1) == hclsyntax.TokenNumberLit && c.adjacent(i-1) || c.typ(i) == hclsyntax.TokenOParen
	if isText := c.typ(i) == hclsyntax.TokenOQuote || c.typ(i-1) == hclsyntax.TokenCQuote; isText || outer >= 0 && !product {
		if outer < 0 {
			return c.fault(codeSyntax, i, i, "two values side by side", `Join texts in one pair of quotes: "${a} and ${b}".`)
		}
		if isText {
			return c.fault(codeComma, i, i, "a comma is missing between two items", fmt.Sprintf("Write %s, %s.", left, right))
		}
		if before := c.typ(i - 2); c.typ(outer) == hclsyntax.TokenOBrace && c.typ(i-1) == hclsyntax.TokenIdent &&
			(i-2 == outer || before == hclsyntax.TokenComma || before == hclsyntax.TokenNewline) {
			return c.fault(codeEquals, i-1, i-1, fmt.Sprintf("no equals sign after %q", left), fmt.Sprintf("Write %s = %s.", left, right))
		}
		return c.fault(codeComma, i, i, "a comma or an operator is missing", fmt.Sprintf("Write %s, %s for two items, or %s * %s for a product.", left, right, left, right))
	}
	d := c.fault(codeSideBySide, c.operandStart(i-1, from), i, "missing operator between two values", fmt.Sprintf("For the product write %s * %s.", left, right))
	return d
}

// keyword reports a word that belongs to the syntax of for and if where it
// stands: in a for expression or a %{ } directive.
func (c *checker) keyword(i, outer int) bool {
	if outer < 0 || c.typ(i) != hclsyntax.TokenIdent {
		return false
	}
	if c.typ(outer) == hclsyntax.TokenTemplateControl {
		return true
	}
	first, ok := c.first[outer]
	if !ok {
		first = c.skipNewlines(outer + 1)
		c.first[outer] = first
	}
	inFor := c.word(first) == "for" && (c.typ(outer) == hclsyntax.TokenOBrack || c.typ(outer) == hclsyntax.TokenOBrace)
	switch c.word(i) {
	case "for":
		return inFor && i == first
	case "in", "if":
		return inFor
	}
	return false
}

// wordHint is about words that are operators or syntax elsewhere.
func (c *checker) wordHint(i, from, to, outer int, ended bool) *diag.Diagnostic {
	if c.typ(i) != hclsyntax.TokenIdent || c.keyword(i, outer) || c.typ(i-1) == hclsyntax.TokenDot {
		return nil
	}
	followed := i+1 < to && (startsValue(c.typ(i+1)) || c.typ(i+1) == hclsyntax.TokenMinus || c.typ(i+1) == hclsyntax.TokenBang)
	switch word := c.word(i); word {
	case "and", "or", "AND", "OR":
		if ended && followed {
			symbol := map[string]string{"and": "&&", "or": "||"}[strings.ToLower(word)]
			first, last := c.condition(i, from, to, outer)
			return c.fault(codeWordOperator, i, i, fmt.Sprintf("%q is written %s", word, symbol),
				fmt.Sprintf("Write %s %s %s.", c.text(first, i-1), symbol, c.text(i+1, last)))
		}
	case "not", "NOT":
		if !ended && followed && c.typ(i+1) != hclsyntax.TokenOParen {
			_, right := c.operands(i, i, from, to)
			return c.fault(codeWordOperator, i, i, fmt.Sprintf("%q is written !", word), fmt.Sprintf("Write !%s, or !(...) for a longer condition.", right))
		}
	case "lambda":
		if followed {
			return c.lambda(i, i)
		}
	case "if":
		if ended {
			for j := i + 1; j < min(to, i+lookahead); j++ {
				if c.word(j) == "else" {
					start := from
					if outer >= 0 {
						start = outer + 1
					}
					return c.fault(codeForeign, i, j, "a conditional is written c ? a : b",
						fmt.Sprintf("Write %s ? %s : ...", c.text(i+1, j-1), c.text(start, i-1)))
				}
				j = max(j, c.match[j])
			}
		}
	case "for":
		if ended && outer >= 0 && c.typ(outer) == hclsyntax.TokenOBrack && c.typ(i+1) == hclsyntax.TokenIdent && c.word(i+2) == "in" {
			return c.fault(codeForeign, outer, c.match[outer], "a list is made by [for x in list : value]",
				fmt.Sprintf("Write [%s : %s].", c.text(i, c.match[outer]-1), c.text(outer+1, i-1)))
		}
	}
	return nil
}

func (c *checker) lambda(i, j int) *diag.Diagnostic {
	return c.fault(codeForeign, i, j, "there are no functions without a name",
		"Declare it, and give its name where a function is wanted:\n  function \"f\" {\n    params = [x]\n    value  = ...\n  }")
}

// operators is about operators of other languages, and operators without a
// value after them.
func (c *checker) operators(i, to int, ended bool) *diag.Diagnostic {
	t, next := c.typ(i), c.typ(i+1)
	if i+1 < to && c.adjacent(i) {
		known := map[string]string{"<>": "Write != for \"not equal\".", "===": "Write ==.", "!==": "Write !=.", "++": "", "--": "",
			"//": "", "->": "fn", "..": "Write range(from, to)."}
		pair := c.word(i) + c.word(i+1)
		if detail, ok := known[pair]; ok {
			switch {
			case detail == "fn":
				return c.lambda(i, i+1)
			case detail != "":
				return c.fault(codeNoOperator, i, i+1, fmt.Sprintf("there is no operator %q", pair), detail)
			case pair == "++":
				return c.fault(codeNoOperator, i, i+1, `there is no operator "++"`, "A value does not change. For the next number write n + 1.")
			}
		}
	}
	if !isBinary(t) && t != hclsyntax.TokenBang && t != hclsyntax.TokenComma && t != hclsyntax.TokenColon {
		return nil
	}
	if t == hclsyntax.TokenPlus && !ended {
		return c.fault(codeNoOperator, i, i, "there is no sign +", "Remove it.")
	}
	if isBinary(t) && !ended && t != hclsyntax.TokenMinus && !(t == hclsyntax.TokenStar && c.typ(i-1) == hclsyntax.TokenOBrack) && c.typ(i-1) != hclsyntax.TokenDot {
		return c.fault(codeNoValue, i, i, fmt.Sprintf("no value before %q", c.word(i)), "Write the value that is missing, or remove the operator.")
	}
	if t == hclsyntax.TokenComma && !ended && c.typ(i-1) != hclsyntax.TokenNewline && c.typ(i-1) != hclsyntax.TokenEllipsis {
		return c.fault(codeNoValue, i, i, `no value before ","`, "Write the value that is missing, or remove the comma.")
	}
	missing := i+1 == to
	switch next {
	case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
		missing = t != hclsyntax.TokenComma && !(t == hclsyntax.TokenStar && c.typ(i-1) == hclsyntax.TokenOBrack)
	}
	if missing && t != hclsyntax.TokenComma {
		return c.fault(codeNoValue, i, i, fmt.Sprintf("no value after %q", c.word(i)), "Write the value that is missing, or remove the operator.")
	}
	return nil
}
