package reference

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"relief/lang/schema"
	"relief/stdlib"
)

// Text writes an entry whole, for a terminal of 80 columns.
func (e *Entry) Text(w io.Writer) {
	p := &printer{w: w}
	switch {
	case e.fn != nil:
		d := e.fn.Doc()
		p.function(e.Written, d.Description, "", d.Formula, d.Source, d.Example)
	case e.builtin != nil:
		b := e.builtin
		note := "Built in. Where it may be called: " + placeOf[b.Kind] + "."
		if b.Structural && b.Kind.String() != "structural" {
			note += " It also works on numbers known when the file is loaded."
		}
		if e.Kind == "law" {
			p.law(b)
			return
		}
		if e.Kind == "constant" {
			note = "A constant."
		}
		p.function(b.Signature, b.Description, note, b.Convention, "", b.Example)
	case e.network != nil:
		p.network(e.network)
	case e.kind != nil:
		p.kind(e)
	default:
		p.block(e)
	}
}

type printer struct{ w io.Writer }

func (p *printer) line(format string, args ...any) {
	fmt.Fprintln(p.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

// paragraph writes a text between margins.
func (p *printer) paragraph(indent, text string) {
	for _, l := range Wrap(text, 80-len(indent)) {
		p.line("%s%s", indent, l)
	}
}

func (p *printer) code(text string) {
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		p.line("    %s", l)
	}
}

func (p *printer) function(signature, description, note, formula, source, example string) {
	p.line("%s\n", signature)
	p.paragraph("", Capital(description)+".")
	if formula != "" {
		p.line("")
		for _, l := range strings.Split(formula, ";  ") {
			p.code(l)
		}
	}
	if source != "" {
		p.line("")
		p.paragraph("", "Source: "+source+".")
	}
	if note != "" {
		p.line("")
		p.paragraph("", note)
	}
	if example != "" {
		p.line("\nExample, which is true:\n")
		for i, l := range strings.Split(example, " && ") {
			if i > 0 {
				l = "&& " + l
			}
			p.code(l)
		}
	}
}

func (p *printer) law(b *stdlib.Builtin) {
	p.function(b.Signature, b.Description, "A law. It stands "+placeOf[b.Kind]+"; a formula cannot call it.", b.Convention, "", "")
	p.line("\nExample:\n")
	p.code(b.Example)
}

func (p *printer) kind(e *Entry) {
	p.line("%s\n", e.Written)
	p.paragraph("", plain(Capital(e.kind.Description))+".")
	p.arguments(e.arguments())
	var inside []schema.Nested
	for _, n := range e.block.Blocks {
		if n.Kind == e.kind.Name {
			n.Kind = "" // the entry's own
			inside = append(inside, n)
		}
	}
	p.blocks(inside)
	p.line("")
	p.paragraph("", fmt.Sprintf("More: relief docs %s", e.block.Noun))
}

func (p *printer) block(e *Entry) {
	b := e.block
	p.line("%s\n", e.Written)
	p.paragraph("", plain(b.Description))
	if b.Example != "" {
		p.line("\nExample:\n")
		p.code(b.Example)
	}
	p.arguments(e.arguments())
	if b.Open != "" {
		p.line("\nArguments: any name; each is %s.", b.Open)
	}
	if len(b.Kinds) > 0 {
		p.line("\nKinds:\n")
		for _, k := range b.Kinds {
			p.entry(k.Name, plain(k.Description))
		}
	}
	p.blocks(b.Blocks)
	if len(b.Results) > 0 {
		p.line("\nResults:\n")
		for _, r := range b.Results {
			p.entry(r.Name, r.Type+": "+plain(r.Description))
		}
	}
}

func (p *printer) blocks(list []schema.Nested) {
	if len(list) == 0 {
		return
	}
	p.line("\nBlocks inside:\n")
	for _, n := range list {
		text := sentence(plain(n.Block.Description))
		if n.Kind != "" {
			text = fmt.Sprintf("of kind %s: %s", n.Kind, text)
		}
		p.entry(header(n.Block), text)
	}
}

func (p *printer) arguments(list []schema.Attribute) {
	if len(list) == 0 {
		return
	}
	p.line("\nArguments:\n")
	for _, a := range list {
		p.entry(a.Name, fmt.Sprintf("%s (%s)", plain(a.Description), strings.Join(facts(&a), "; ")))
	}
}

// entry writes a name and, beside or below it, a text.
func (p *printer) entry(name, text string) {
	const column = 20
	lines := Wrap(text, 80-column)
	if utf8.RuneCountInString(name) > column-4 {
		p.line("  %s", name)
	} else if len(lines) > 0 {
		p.line("  %-*s%s", column-2, name, lines[0])
		lines = lines[1:]
	}
	for _, l := range lines {
		p.line("%*s%s", column, "", l)
	}
}

// facts says what a value of an argument must be.
func facts(a *schema.Attribute) []string {
	var out []string
	value := string(a.Type)
	if a.Noun != "" {
		value = "names " + article(a.Noun) + " " + a.Noun
	}
	if a.Unit != "" {
		value += " in " + a.Unit
	}
	out = append(out, value)
	if len(a.Allowed) > 0 {
		out = append(out, "one of "+quoted(a.Allowed))
	}
	switch a.Phase {
	case schema.Math:
		out = append(out, "math")
	case schema.Result:
		out = append(out, "may use results")
	}
	switch {
	case a.Required:
		out = append(out, "required")
	case a.Default != "":
		out = append(out, "default "+a.Default)
	}
	return out
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an"
	}
	return "a"
}

func quoted(words []string) string {
	var out []string
	for _, w := range words {
		out = append(out, `"`+w+`"`)
	}
	return strings.Join(out, ", ")
}

// plain takes the back quotes of Markdown off.
func plain(text string) string { return strings.ReplaceAll(text, "`", "") }

// Capital returns a text with its first letter in upper case.
func Capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return strings.ToUpper(string(r)) + text[n:]
}

// Wrap breaks a text at blanks into lines of at most width characters, where
// its words allow it; there is always one.
func Wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
