package source

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"relief/lang/diag"
)

// Format returns the canonical layout of a file: two spaces of indentation,
// equals signs aligned, no trailing blanks, at most one empty line in a row,
// line breaks as \n, one at the end. Texts and comments keep their content.
// It is idempotent. A file that does not parse gives its errors and no bytes.
func Format(name string, src []byte) ([]byte, diag.List) {
	f, list := Parse(name, src)
	if list.HasErrors() {
		return nil, list
	}
	out := bytes.ReplaceAll(f.Bytes, []byte("\r\n"), []byte("\n"))
	before := significant(out)
	// The aligner of hclwrite looks at the spacing that it finds, so that a
	// second pass may still move something; more than a few never do.
	for range 8 {
		next := tidy(hclwrite.Format(out))
		if bytes.Equal(next, out) {
			break
		}
		out = next
	}
	if !equalTokens(before, significant(out)) {
		// Better an unchanged layout than a changed study.
		return bytes.Clone(src), nil
	}
	return out, nil
}

// tidy trims blanks at the ends of lines, drops superfluous empty lines, and
// ends the text with one line break, without touching what lies inside texts
// and comments of several lines.
func tidy(src []byte) []byte {
	toks, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	out := make([]byte, 0, len(src))
	at := 0 // in src: all before is done
	depth := 0
	for _, t := range toks {
		gap := src[at:t.Range.Start.Byte]
		text := src[t.Range.Start.Byte:t.Range.End.Byte]
		at = t.Range.End.Byte
		switch t.Type {
		case hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
			depth++
		case hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			depth--
		}
		switch {
		case depth > 0:
			out = append(append(out, gap...), text...)
		case t.Type == hclsyntax.TokenNewline:
			if n := len(out); n == 0 || n == 1 && out[0] == '\n' || n > 1 && out[n-1] == '\n' && out[n-2] == '\n' {
				continue
			}
			out = append(out, '\n')
		case t.Type == hclsyntax.TokenComment && bytes.HasSuffix(text, []byte("\n")):
			out = append(append(append(out, gap...), bytes.TrimRight(text, " \t\r\n")...), '\n')
		case t.Type == hclsyntax.TokenEOF:
		default:
			out = append(append(out, gap...), text...)
		}
	}
	out = bytes.TrimRight(out, "\n")
	out = bytes.TrimLeft(out, "\n")
	if len(out) == 0 {
		return nil
	}
	return append(out, '\n')
}

// significant returns what decides the meaning of a text: its tokens without
// line breaks, and the comments, whose blanks at the end do not count.
func significant(src []byte) []hclsyntax.Token {
	toks, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	out := toks[:0]
	for _, t := range toks {
		switch t.Type {
		case hclsyntax.TokenNewline:
			continue
		case hclsyntax.TokenComment:
			t.Bytes = bytes.TrimSpace(t.Bytes)
		case hclsyntax.TokenCHeredoc:
			t.Bytes = bytes.TrimSpace(t.Bytes)
		}
		out = append(out, t)
	}
	return out
}

func equalTokens(a, b []hclsyntax.Token) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type != b[i].Type || !bytes.Equal(a[i].Bytes, b[i].Bytes) {
			return false
		}
	}
	return true
}
