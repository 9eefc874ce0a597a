package schema

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

//go:generate go test -run TestReference -update

// Markdown writes the reference of all blocks.
func Markdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "# Reference of blocks\n\n",
		"Written from the table that studies are checked with: `go generate ./lang/schema`.\n\n",
		"The column *kind* says when a value is known and what it may name:\n\n",
		"- **name**: a block or parameter is named; nothing is computed.\n",
		"- **structural**: known when the file is loaded: literals, `var`, `local`, `each`, HCL's functions.\n",
		"- **math**: a formula of the run, in the parameters and symbols of its place.\n",
		"- **result**: a formula over what other blocks give, known after they have run.\n",
		"- **text**: text in which results may stand, `${run.a.final.loss}`.\n\n")
	for i := range Blocks {
		fmt.Fprintf(b, "- [`%s`](#%s)\n", Blocks[i].Noun, Blocks[i].Noun)
	}
	b.WriteString("\n")
	for i := range Blocks {
		writeBlock(b, &Blocks[i], 2, described{})
	}
	return b.Flush()
}

// WriteMarkdown writes the reference of one block.
func (b *Block) WriteMarkdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	writeBlock(out, b, 2, described{})
	return out.Flush()
}

// Form is the block's header as a study writes it, without labels that may be
// missing: `optimizer "KIND" "NAME"`.
func (b *Block) Form() string {
	s := b.Noun
	for _, l := range b.Labels[:len(b.Labels)-b.Optional] {
		s += ` "` + strings.ToUpper(l) + `"`
	}
	return s
}

// described has, by block, where the text before explains it: the marks of a
// plot are those of a panel, and layers hold layers.
type described map[*Block]string

// hold enters what a block holds, at any depth.
func (d described) hold(b *Block) {
	for _, n := range b.Blocks {
		if _, again := d[n.Block]; !again {
			d[n.Block] = b.Noun
			d.hold(n.Block)
		}
	}
}

func writeBlock(w *bufio.Writer, b *Block, level int, before described) {
	fmt.Fprintf(w, "%s %s\n\n`%s { ... }`\n\n%s", strings.Repeat("#", level), b.Noun, b.Form(), b.Description)
	if b.Library {
		w.WriteString(" May stand in a library.")
	}
	w.WriteString("\n\n")
	if b.Example != "" {
		fmt.Fprintf(w, "```hcl\n%s\n```\n\n", b.Example)
	}
	if b.Open != "" {
		fmt.Fprintf(w, "Its arguments have names of your own; each is %s.\n\n", b.Open)
	}
	attributes := b.Attributes
	if b.ForEach {
		attributes = append(attributes[:len(attributes):len(attributes)], ForEach)
	}
	writeAttributes(w, attributes)
	if len(b.Kinds) > 0 {
		writeKinds(w, b)
	}
	// What the first nested block holds is described there.
	inFirst := described{}
	if len(b.Blocks) > 0 {
		inFirst.hold(b.Blocks[0].Block)
	}
	var bare []string
	var whole []Nested
	where := ""
	for i, n := range b.Blocks {
		at, again := before[n.Block]
		if !again && i > 0 {
			at, again = inFirst[n.Block]
		}
		if again {
			bare, where = append(bare, "`"+n.Block.Noun+"`"), at
		} else {
			whole = append(whole, n)
			before[n.Block] = b.Noun
		}
	}
	if len(bare) > 0 {
		fmt.Fprintf(w, "It also holds %s, as described at `%s`.\n\n", strings.Join(bare, ", "), where)
	}
	if len(b.Results) > 0 {
		w.WriteString("| what it gives | type | |\n|---|---|---|\n")
		for _, r := range b.Results {
			fmt.Fprintf(w, "| `%s` | %s | %s |\n", r.Name, r.Type, cell(r.Description))
		}
		w.WriteString("\n")
	}
	for _, n := range whole {
		writeNested(w, n, level+1, before)
	}
}

func writeNested(w *bufio.Writer, n Nested, level int, before described) {
	how := "any number"
	switch {
	case n.Min == 1 && n.Max == 1:
		how = "exactly one"
	case n.Max == 1:
		how = "at most one"
	case n.Min == 1 && n.Max > 1:
		how = fmt.Sprintf("1 to %d", n.Max)
	case n.Min == 1:
		how = "one or more"
	}
	if n.Kind != "" {
		how += fmt.Sprintf(", in the kind `%s`", n.Kind)
	}
	b := *n.Block
	if b.Noun == "optimizer" {
		// Its kinds are described at the block of that name.
		b.Kinds, b.Attributes, b.Blocks = nil, nil, nil
	}
	b.Description += " " + strings.ToUpper(how[:1]) + how[1:] + "."
	writeBlock(w, &b, level, before)
}

func writeAttributes(w *bufio.Writer, attributes []Attribute) {
	if len(attributes) == 0 {
		return
	}
	w.WriteString("| argument | value | kind | default | |\n|---|---|---|---|---|\n")
	for _, a := range attributes {
		value := string(a.Type)
		if a.Noun != "" {
			value = fmt.Sprintf("`%s.name`", a.Noun)
		}
		if len(a.Allowed) > 0 {
			q := make([]string, len(a.Allowed))
			for i, s := range a.Allowed {
				q[i] = fmt.Sprintf("`%q`", s)
			}
			value = strings.Join(q, ", ")
			if a.Type == Strings || a.Type == Direction {
				value = string(a.Type) + ": " + value
			}
		}
		if a.Unit != "" {
			value += ", " + a.Unit
		}
		def := ""
		switch {
		case a.Required:
			def = "required"
		case a.Default != "":
			def = "`" + a.Default + "`"
		}
		fmt.Fprintf(w, "| `%s` | %s | %s | %s | %s |\n", a.Name, cell(value), a.Phase, cell(def), cell(a.Description))
	}
	w.WriteString("\n")
}

// cell escapes what would end a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func writeKinds(w *bufio.Writer, b *Block) {
	for _, k := range b.Kinds {
		fmt.Fprintf(w, "**`%s \"%s\"`**: %s\n\n", b.Noun, k.Name, k.Description)
		if len(k.Without) > 0 {
			fmt.Fprintf(w, "It has no `%s`.\n\n", strings.Join(k.Without, "`, `"))
		}
		writeAttributes(w, k.Attributes)
	}
}
