package source

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
)

// cuts warns of each // that was likely meant to divide: what follows it goes
// on the formula before it. Prose is let alone, and so is a formula that says
// the one before it once more.
func (c *checker) cuts() diag.List {
	var list diag.List
	for i, t := range c.toks {
		if t.Type != hclsyntax.TokenNewline || !bytes.HasPrefix(t.Bytes, []byte("//")) || len(list) >= maxErrors {
			continue
		}
		first := i
		for first > 0 && c.typ(first-1) != hclsyntax.TokenNewline && c.typ(first-1) != hclsyntax.TokenEqual {
			first--
		}
		rest := strings.TrimSpace(string(t.Bytes[2:]))
		if first == i || !endsValue(c.typ(i-1)) || !c.goesOn(first, i, rest) {
			continue
		}
		at := t.Range.Start.Byte
		d := &diag.Diagnostic{Severity: diag.Warning, Code: codeCut, Span: c.spanOf(at, at+2), Summary: "// begins a comment, so that the formula ends before it"}
		left, right := c.text(c.operandStart(i-1, first), i-1), divisor(rest)
		d.Detail = fmt.Sprintf("For whole-number division write floor(%s / %s); for a comment write #.", left, right)
		list.Add(d)
	}
	return list
}

// goesOn judges whether rest, after the // at token i, was meant to go on the
// formula that begins at token first.
func (c *checker) goesOn(first, i int, rest string) bool {
	if len(rest) > 400 {
		return false
	}
	e, diags := hclsyntax.ParseExpression([]byte(rest), c.Name, hcl.InitialPos)
	if diags.HasErrors() {
		return false
	}
	named, formula := false, false // in what stands before
	for j := first; j < i; j++ {
		named = named || c.typ(j) == hclsyntax.TokenIdent
		formula = formula || isBinary(c.typ(j)) || c.typ(j) == hclsyntax.TokenOParen
	}
	if !named {
		return false // a setting with a remark: steps = 100 // 2 * 50
	}
	if first > 1 && c.typ(first-1) == hclsyntax.TokenEqual && c.word(first-2) == "value" {
		formula = true
	}
	switch e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return formula && strings.Trim(rest, "0123456789") == ""
	case *hclsyntax.BinaryOpExpr:
		if rest[0] >= '0' && rest[0] <= '9' {
			return true
		}
	case *hclsyntax.ScopeTraversalExpr, *hclsyntax.FunctionCallExpr, *hclsyntax.ParenthesesExpr:
	default:
		return false
	}
	// Names alone: parameters, of which the formula before has not all.
	before := map[string]bool{}
	for j := first; j < i; j++ {
		before[c.word(j)] = true
	}
	news := false
	for _, t := range hclsyntax.Variables(e) {
		if !c.isParam(t.RootName()) {
			return false
		}
		news = news || !before[t.RootName()]
	}
	return news
}

// divisor is the first operand of what stands after //.
func divisor(rest string) string {
	toks, _ := hclsyntax.LexExpression([]byte(rest), "", hcl.InitialPos)
	depth := 0
	for _, t := range toks {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack:
			depth++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack:
			depth--
		default:
			if depth == 0 && t.Range.Start.Byte > 0 && isBinary(t.Type) {
				return strings.TrimSpace(rest[:t.Range.Start.Byte])
			}
		}
	}
	return rest
}

// cutBracket explains a bracket that is not closed because // makes a comment
// of the rest of its line: (x // 2) + y.
func (c *checker) cutBracket(d *diag.Diagnostic) *diag.Diagnostic {
	if d == nil || d.Code != codeUnclosed && d.Code != codeStrayCloser {
		return d
	}
	for i := range c.toks {
		t := c.toks[i]
		if t.Type != hclsyntax.TokenNewline || t.Range.Start.Line != d.Span.Start.Line || !bytes.HasPrefix(t.Bytes, []byte("//")) || !endsValue(c.typ(i-1)) {
			continue
		}
		rest := string(t.Bytes[2:])
		if strings.Count(rest, ")") <= strings.Count(rest, "(") && strings.Count(rest, "]") <= strings.Count(rest, "[") {
			continue
		}
		d.Summary += ": // begins a comment"
		d.Detail = fmt.Sprintf("For whole-number division write floor(%s / ...); for a comment write #.", c.text(c.operandStart(i-1, 0), i-1))
		return d
	}
	return d
}
