// Package diagram draws boxes and arrows: a study's blocks and references, the
// mathematics of an objective, or the layers of a network.
//
//	plan.Study      --(OfStudy)--> Diagram --(Write)--> SVG, Graphviz, Mermaid, JSON, text
//	graph.Graph     --(OfGraph)--/
//	network.Network --(OfNetwork)-/
//
// A Diagram is data and knows nothing of where it came from. The layout of SVG
// is the package's own: layers by longest path (Sugiyama, Tagawa, Toda 1981),
// order within them by barycentres, places by least squares.
package diagram

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Diagram is boxes and the arrows between them.
type Diagram struct {
	Title string
	// Down lets arrows point down the page; otherwise they point to the right,
	// which suits boxes with much text.
	Down  bool
	Nodes []Node
	Edges []Edge // between nodes of the diagram
}

// Node is a box.
type Node struct {
	ID     string // unique in the diagram
	Label  string // what it is called
	Detail string // a second, smaller text; may be empty
	Kind   string // what decides its colour: a noun, or "input", "operation", "result"
}

// Edge is an arrow from what is needed to what needs it.
type Edge struct {
	From, To string
	Label    string // may be empty
}

// Format names a view of a diagram.
type Format string

// The formats that Write knows.
const (
	Text    Format = "text"
	Dot     Format = "dot"
	Mermaid Format = "mermaid"
	JSON    Format = "json"
	SVG     Format = "svg"
)

// Formats lists what a user may ask for.
var Formats = []Format{Text, Dot, Mermaid, JSON, SVG}

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	if f := Format(name); slices.Contains(Formats, f) {
		return f, nil
	}
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = string(f)
	}
	return "", fmt.Errorf("unknown format %q: write one of %s", name, strings.Join(names, ", "))
}

// Write writes the diagram in the given format, at once or not at all.
func (d *Diagram) Write(w io.Writer, format Format) error {
	var b bytes.Buffer
	switch format {
	case Text:
		d.text(&b)
	case Dot:
		d.dot(&b)
	case Mermaid:
		d.mermaid(&b)
	case JSON:
		if err := d.json(&b); err != nil {
			return err
		}
	case SVG:
		if err := d.svg(&b); err != nil {
			return err
		}
	default:
		_, err := ParseFormat(string(format))
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// index gives the place of each node in Nodes.
func (d *Diagram) index() map[string]int {
	at := make(map[string]int, len(d.Nodes))
	for i, n := range d.Nodes {
		at[n.ID] = i
	}
	return at
}
