package diagram

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// text lists the nodes with what each needs.
func (d *Diagram) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s\n", d.Title)
	at := d.index()
	needs := make([][]string, len(d.Nodes))
	width := 0
	for _, e := range d.Edges {
		from := d.Nodes[at[e.From]].Label
		if e.Label != "" {
			from += " (" + e.Label + ")"
		}
		needs[at[e.To]] = append(needs[at[e.To]], from)
	}
	for _, n := range d.Nodes {
		width = max(width, min(utf8.RuneCountInString(n.Label), 32))
	}
	for i, n := range d.Nodes {
		fmt.Fprintf(b, "\n%-*s  %s", width, n.Label, n.Detail)
		trimRight(b)
		b.WriteByte('\n')
		for _, from := range needs[i] {
			fmt.Fprintf(b, "    <- %s\n", from)
		}
	}
}

func trimRight(b *bytes.Buffer) {
	b.Truncate(len(bytes.TrimRight(b.Bytes(), " ")))
}

// dot writes Graphviz's language.
func (d *Diagram) dot(b *bytes.Buffer) {
	direction := "LR"
	if d.Down {
		direction = "TB"
	}
	fmt.Fprintf(b, "digraph {\n\tlabel = %s\n\trankdir = %s\n\tnode [shape = box, style = \"rounded,filled\", fontname = \"sans-serif\"]\n", quoteDot(d.Title), direction)
	for _, n := range d.Nodes {
		text := n.Label
		if n.Detail != "" {
			text += "\n" + n.Detail
		}
		c := colours(n.Kind)
		fmt.Fprintf(b, "\t%s [label = %s, fillcolor = %q, color = %q]\n", quoteDot(n.ID), quoteDot(text), c.fill, c.line)
	}
	for _, e := range d.Edges {
		label := ""
		if e.Label != "" {
			label = " [label = " + quoteDot(e.Label) + "]"
		}
		fmt.Fprintf(b, "\t%s -> %s%s\n", quoteDot(e.From), quoteDot(e.To), label)
	}
	b.WriteString("}\n")
}

// quoteDot quotes for Graphviz, which knows no escapes but \" and line breaks.
func quoteDot(s string) string {
	s = strings.NewReplacer("\\", "\\\\", "\"", "\\\"", "\n", "\\n", "\r", "").Replace(s)
	return "\"" + s + "\""
}

// mermaid writes a Mermaid flow chart. Its names are numbers, since addresses
// hold characters that Mermaid reads as its own.
func (d *Diagram) mermaid(b *bytes.Buffer) {
	direction := "LR"
	if d.Down {
		direction = "TB"
	}
	fmt.Fprintf(b, "flowchart %s\n", direction)
	escape := strings.NewReplacer("#", "#35;", "\"", "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;", "\n", " ", "\r", "")
	at := d.index()
	for i, n := range d.Nodes {
		text := escape.Replace(n.Label)
		if n.Detail != "" {
			text += "<br>" + escape.Replace(n.Detail)
		}
		fmt.Fprintf(b, "    n%d[\"%s\"]\n", i, text)
	}
	for _, e := range d.Edges {
		arrow := "-->"
		if e.Label != "" {
			arrow = "-->|\"" + escape.Replace(e.Label) + "\"|"
		}
		fmt.Fprintf(b, "    n%d %s n%d\n", at[e.From], arrow, at[e.To])
	}
}

// json writes the diagram as an object; its format is versioned.
func (d *Diagram) json(b *bytes.Buffer) error {
	type node struct {
		ID     string `json:"id"`
		Kind   string `json:"kind"`
		Label  string `json:"label"`
		Detail string `json:"detail,omitempty"`
	}
	type edge struct {
		From  string `json:"from"`
		To    string `json:"to"`
		Label string `json:"label,omitempty"`
	}
	out := struct {
		Format string `json:"format"`
		Title  string `json:"title"`
		Nodes  []node `json:"nodes"`
		Edges  []edge `json:"edges"`
	}{"relief-graph/1", d.Title, []node{}, []edge{}}
	for _, n := range d.Nodes {
		out.Nodes = append(out.Nodes, node{n.ID, n.Kind, n.Label, n.Detail})
	}
	for _, e := range d.Edges {
		out.Edges = append(out.Edges, edge(e))
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
