package source

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// plain gives what to write for characters that formulas copied from a paper
// or a word processor bring along.
var plain = map[rune]string{
	'−': "-", '–': "-", '—': "-", '‐': "-", '‑': "-", '﹣': "-", '－': "-",
	'×': "*", '·': "*", '⋅': "*", '∙': "*", '∗': "*", '•': "*", '＊': "*",
	'÷': "/", '∕': "/", '⁄': "/",
	'≤': "<=", '⩽': "<=", '≥': ">=", '⩾': ">=", '≠': "!=", '≡': "==", '∧': "&&", '∨': "||", '¬': "!",
	'∞': "inf", '√': "sqrt(x)", '∑': "sum(list)", '∏': "prod(list)", '½': "0.5", '¼': "0.25", '¾': "0.75",
	'←': "=", '≔': "=", '＝': "=", '＋': "+", '（': "(", '）': ")", '，': ",", '；': "a new line", '：': "=",
	'…': "...", '‖': "norm(v)", '∣': "abs(x)", '｜': "abs(x)", '°': "pi / 180", '@': "matmul(A, x)", '$': "a plain name",
	'\u00a0': "a plain space", '\u202f': "a plain space", '\u2009': "a plain space", '\u2003': "a plain space",
	'\u3000': "a plain space", '\u200b': "nothing: it is invisible", '\ufeff': "nothing: it is invisible", '\u00ad': "nothing: it is invisible",
}

var superscripts = map[rune]string{
	'⁰': "0", '¹': "1", '²': "2", '³': "3", '⁴': "4", '⁵': "5", '⁶': "6", '⁷': "7", '⁸': "8", '⁹': "9", '⁻': "-",
}

// character is about token i, which the scanner does not know.
func (c *checker) character(i, from, to int) *diag.Diagnostic {
	word := c.word(i)
	r, _ := utf8.DecodeRuneInString(word)
	if _, ok := superscripts[r]; ok {
		n, last := "", i
		for ; last < to; last++ {
			r, _ := utf8.DecodeRuneInString(c.word(last))
			digit, ok := superscripts[r]
			if !ok {
				break
			}
			n += digit
		}
		left, _ := c.operands(i, i, from, to)
		detail := fmt.Sprintf("Write pow(%s, %s).", left, n)
		if n == "2" {
			detail = fmt.Sprintf("Write sq(%s) or pow(%s, 2).", left, left)
		}
		return c.fault(codePower, i, last-1, "a power is not written as a superscript", detail)
	}
	summary := fmt.Sprintf("character %s (%U) is not part of the language", `"`+string(r)+`"`, r)
	if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
		summary = fmt.Sprintf("invisible character %U is not part of the language", r)
	}
	if s, ok := plain[r]; ok {
		detail := fmt.Sprintf("Write %s.", s)
		if len(s) <= 2 && strings.ContainsAny(s, "-*/<>=!&|+") {
			left, right := c.operands(i, i, from, to)
			if i > from && endsValue(c.typ(i-1)) && i+1 < to {
				detail = fmt.Sprintf("Write %s %s %s.", left, s, right)
			}
		}
		return c.fault(codeCharacter, i, i, summary, detail)
	}
	return c.fault(codeCharacter, i, i, summary, "Remove it, or put it in quotes if it belongs to a text.")
}

// quoteHint is about quotes that are none in HCL.
func (c *checker) quoteHint(i int) *diag.Diagnostic {
	var closer string
	switch c.typ(i) {
	case hclsyntax.TokenApostrophe:
		closer = "'"
	case hclsyntax.TokenBacktick:
		closer = "`"
	case hclsyntax.TokenInvalid:
		switch c.word(i) {
		case "“", "”", "„", "‟":
			closer = "“”\""
		case "‘", "’", "‚":
			closer = "‘’'"
		case "«", "»":
			closer = "«»"
		}
	}
	if closer == "" {
		return nil
	}
	// The tokens after a wrong quote mean nothing, so the end is sought in the
	// bytes of the line.
	start := c.toks[i].Range.Start.Byte
	line, _, _ := strings.Cut(string(c.Bytes[start:min(len(c.Bytes), start+200)]), "\n")
	quote := c.word(i)
	d := c.fault(codeQuotes, i, i, fmt.Sprintf("text is quoted with \", not with %s", quote), "Write straight double quotes: \"...\"")
	if k := strings.IndexAny(line[len(quote):], closer); k > 0 {
		content := line[len(quote) : len(quote)+k]
		_, n := utf8.DecodeRuneInString(line[len(quote)+k:])
		d.Span = c.spanOf(start, start+len(quote)+k+n)
		d.Detail = fmt.Sprintf("Write \"%s\".", strings.ReplaceAll(content, `"`, `\"`))
	}
	return d
}
