package source

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// HyphenHint returns the difference that a name with hyphens was meant to be:
// "x1 - x2" for "x1-x2". It is false for a name without a hyphen.
func HyphenHint(name string) (string, bool) {
	if !strings.Contains(name, "-") {
		return "", false
	}
	parts := strings.Split(name, "-")
	if parts[len(parts)-1] == "" {
		return strings.TrimRight(strings.Join(parts, " - "), " "), true
	}
	return strings.Join(parts, " - "), true
}

// known has the names of other languages for what relief calls otherwise.
var known = map[string]string{
	"ln": "log", "Log": "log", "Ln": "log", "LN": "log",
	"π": "pi", "Pi": "pi", "PI": "pi",
	"True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
	"None": "null", "nil": "null", "NULL": "null",
	"Inf": "inf", "infinity": "inf", "Infinity": "inf",
	"fabs": "abs", "Abs": "abs", "power": "pow", "Pow": "pow", "square": "sq", "sqr": "sq",
	"not": "!", "Exp": "exp", "Sqrt": "sqrt", "Sin": "sin", "Cos": "cos", "Tanh": "tanh",
}

// NameHint returns what relief calls a thing that other languages, or papers,
// call name: "log" for "ln". It is for a name that was not found; a study may
// well declare one of these itself.
func NameHint(name string) (string, bool) {
	s, ok := known[name]
	return s, ok
}

// hyphens finds names with a hyphen where a value is meant, in a file that
// parses. No name of relief has one, so that each is a difference written
// without spaces. Names of arguments, blocks and keys of objects are left to
// the phases that know them.
func (c *checker) hyphens() diag.List {
	var list diag.List
	for i := range c.toks {
		if d := c.hyphenAt(i); d != nil && len(list) < maxErrors {
			list.Add(d)
		}
	}
	return list
}

func (c *checker) hyphenAt(i int) *diag.Diagnostic {
	if c.typ(i) != hclsyntax.TokenIdent {
		return nil
	}
	name := c.word(i)
	meant, ok := HyphenHint(name)
	if !ok || c.declares(i) {
		return nil
	}
	if namesBlock(c, i) {
		plain := strings.ReplaceAll(name, "-", "_")
		return c.fault(codeHyphen, i, i, fmt.Sprintf("%q cannot be a name", name),
			fmt.Sprintf("No name contains a hyphen, which would read as a minus: call it %s. To subtract, write %s, with spaces around the minus.", plain, meant))
	}
	if strings.HasSuffix(name, "-") && startsValue(c.typ(i+1)) {
		meant += " " + c.text(i+1, c.operandEnd(i+1, len(c.toks)-1))
	}
	return c.fault(codeHyphen, i, i, fmt.Sprintf("%q is one name, not a difference", name),
		fmt.Sprintf("Write %s, with spaces around the minus. No name contains a hyphen.", meant))
}

// namesBlock reports that the name at token i follows a noun: run.g-d means a
// block that was misnamed, each.value-1 a difference.
func namesBlock(c *checker, i int) bool {
	if i < 2 || c.typ(i-1) != hclsyntax.TokenDot || i >= 3 && c.typ(i-3) == hclsyntax.TokenDot {
		return false
	}
	switch c.word(i - 2) {
	case "var", "local", "each":
		return false
	}
	return true
}

// declares reports that the name at token i is that of an argument, a block or
// a key, or a label without quotes, and not part of a value.
func (c *checker) declares(i int) bool {
	if t := c.typ(i + 1); t == hclsyntax.TokenEqual {
		return true
	} else if t == hclsyntax.TokenColon {
		// A key of an object; in c ? x1-x2 : y another operator comes before.
		prev := c.typ(i - 1)
		return prev == hclsyntax.TokenOBrace || prev == hclsyntax.TokenComma || prev == hclsyntax.TokenNewline
	}
	j := i
	for !c.startsLine(j) {
		if i-j > maxHeader {
			return false
		}
		if c.typ(j-1) == hclsyntax.TokenOBrace && c.opensBlock(j) {
			break
		}
		switch c.typ(j - 1) {
		case hclsyntax.TokenIdent, hclsyntax.TokenOQuote, hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote:
			j--
			continue
		}
		return false
	}
	return c.opensBlock(j)
}
