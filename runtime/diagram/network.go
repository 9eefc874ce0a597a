package diagram

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"relief/runtime/network"
)

// OfNetwork draws the layers of a network whose shapes are known, with what they
// give and how many parameters they have. Of a stretch of layers that is
// repeated in a long network the first is drawn whole and the others are one box.
func OfNetwork(n *network.Network) *Diagram {
	b := &networkBuilder{d: &Diagram{Down: true}, fold: long(n)}
	b.d.Nodes = append(b.d.Nodes, Node{ID: "input", Label: "input", Detail: n.Input.String(), Kind: "input"})
	b.chain(n.Layers, "input")
	if last := len(b.d.Nodes) - 1; last > 0 {
		b.d.Nodes[last].Kind = "result"
	}
	return b.d
}

// networkBuilder draws layers.
type networkBuilder struct {
	d    *Diagram
	fold bool
}

// chain draws layers one after another, the first of which takes what the node
// from gives, and returns the node that gives their result.
func (b *networkBuilder) chain(layers []*network.Layer, from string) string {
	for _, s := range stretches(layers, b.fold) {
		if s.times > 1 {
			from = b.folded(s, from)
			continue
		}
		for _, l := range s.layers {
			from = b.layer(l, from)
		}
	}
	return from
}

func (b *networkBuilder) layer(l *network.Layer, from string) string {
	if l.Kind == network.Sequence && len(l.Branches) > 0 {
		return b.chain(l.Branches[0], from)
	}
	ends := []string{from}
	if l.Kind == network.Residual || l.Kind == network.Concat {
		ends = nil
		for _, branch := range l.Branches {
			ends = append(ends, b.chain(branch, from))
		}
		if len(ends) == 1 {
			ends = append(ends, from) // the input itself
		}
	}
	id := "layer " + l.Name
	b.d.Nodes = append(b.d.Nodes, Node{ID: id, Label: l.Name, Detail: detail(words(l), l.Out, parameters(l)), Kind: "operation"})
	b.join(id, ends...)
	return id
}

// folded draws stretches of layers like the one before them as one box.
func (b *networkBuilder) folded(s stretch, from string) string {
	first, last := s.layers[0], s.layers[len(s.layers)-1]
	id := "layers " + first.Name
	b.d.Nodes = append(b.d.Nodes, Node{ID: id, Label: s.name(""), Detail: detail(s.words(), last.Out, s.parameters()), Kind: "operation"})
	b.join(id, from)
	return id
}

// join draws an arrow from each node, once.
func (b *networkBuilder) join(to string, from ...string) {
	seen := map[string]bool{}
	for _, f := range from {
		if !seen[f] {
			seen[f] = true
			b.d.Edges = append(b.d.Edges, Edge{From: f, To: to})
		}
	}
}

func detail(what string, out network.Shape, params int) string {
	text := what + ": " + out.String()
	if params > 0 {
		text += ", " + Thousands(params) + " parameters"
	}
	return text
}

// LayerRow is what a table says of a layer, or of a stretch of layers that is
// like the one before it.
type LayerRow struct {
	Name   string // without that of the layer that it stands in
	What   string
	Depth  int // how many layers it stands in
	Output network.Shape
	Params int
	Flops  float64 // of one sample forward
}

// Layers lists the layers of a network whose shapes are known, each before those
// that it holds, folded as in OfNetwork. Sums over the rows are those of the
// network.
func Layers(n *network.Network) []LayerRow {
	flops := map[*network.Layer]float64{}
	for _, r := range n.Summary() {
		flops[r.Layer] = r.Flops
	}
	t := &layerTable{flops: flops, fold: long(n)}
	t.chain(n.Layers, "", 0)
	return t.rows
}

// WriteLayers writes the rows of Layers as text, with the sums.
func WriteLayers(w io.Writer, n *network.Network) error {
	cells := [][5]string{{"layer", "", "output", "parameters", "flops"}, {"input", "", n.Input.String(), "", ""}}
	for _, r := range Layers(n) {
		row := [5]string{strings.Repeat("  ", r.Depth) + r.Name, r.What, r.Output.String(), "", ""}
		if r.Params > 0 {
			row[3] = Thousands(r.Params)
		}
		if r.Flops > 0 {
			row[4] = Short(r.Flops)
		}
		cells = append(cells, row)
	}
	cells = append(cells, [5]string{"all", "", "", Thousands(n.Size), Short(n.Flops())})
	var width [5]int
	for _, row := range cells {
		for k, text := range row {
			width[k] = max(width[k], utf8.RuneCountInString(text))
		}
	}
	var b bytes.Buffer
	for _, row := range cells {
		fmt.Fprintf(&b, "%-*s  %-*s  %*s  %*s  %*s", width[0], row[0], width[1], row[1], width[2], row[2], width[3], row[3], width[4], row[4])
		trimRight(&b)
		b.WriteByte('\n')
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Short writes a count with three digits: 614 k, 1.23 M, 4.5 G.
func Short(v float64) string {
	if v < 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	unit := ""
	for _, unit = range []string{"k", "M", "G", "T", "P", "E"} {
		if v /= 1000; v < 999.5 {
			break
		}
	}
	return strconv.FormatFloat(v, 'g', 3, 64) + " " + unit
}

type layerTable struct {
	rows  []LayerRow
	flops map[*network.Layer]float64
	fold  bool
}

func (t *layerTable) chain(layers []*network.Layer, within string, depth int) {
	for _, s := range stretches(layers, t.fold) {
		if s.times > 1 {
			last := s.layers[len(s.layers)-1]
			row := LayerRow{Name: s.name(within), What: s.words(), Depth: depth, Output: last.Out, Params: s.parameters()}
			for _, l := range s.layers {
				walk(l, func(l *network.Layer) { row.Flops += t.flops[l] })
			}
			t.rows = append(t.rows, row)
			continue
		}
		for _, l := range s.layers {
			t.rows = append(t.rows, LayerRow{strings.TrimPrefix(l.Name, within), words(l), depth, l.Out, parameters(l), t.flops[l]})
			for _, branch := range l.Branches {
				t.chain(branch, l.Name+".", depth+1)
			}
		}
	}
}

// words says what a layer does; its sizes are in the shape that it gives.
func words(l *network.Layer) string {
	text := string(l.Kind)
	switch l.Kind {
	case network.Conv, network.MaxPool, network.AvgPool:
		text += fmt.Sprintf(" %d x %d", l.Kernel[0], l.Kernel[1])
		if l.Stride != 1 && (l.Kind == network.Conv || l.Stride != l.Kernel[0]) {
			text += ", stride " + strconv.Itoa(l.Stride)
		}
		if l.Groups > 1 {
			text += ", " + count(l.Groups, "group")
		}
	case network.Dropout:
		text += fmt.Sprintf(" %g", l.Rate)
	case network.Activation:
		return l.Function
	}
	if l.Function != "" && l.Function != "identity" {
		text += ", " + l.Function
	}
	return text
}

// parameters counts those of the layer itself.
func parameters(l *network.Layer) int {
	n := 0
	for _, p := range l.Parameters {
		n += p.Type.Size()
	}
	return n
}

// walk visits a layer and those that it holds.
func walk(l *network.Layer, visit func(*network.Layer)) {
	visit(l)
	for _, branch := range l.Branches {
		for _, inner := range branch {
			walk(inner, visit)
		}
	}
}

// long reports whether a network has so many layers that repeated ones are
// folded.
func long(n *network.Network) bool {
	layers := 0
	for range n.All() {
		layers++
	}
	return layers > 40
}

// A stretch is layers that follow one another. times says how often it has the
// layers of the stretch before it: 1 for a stretch that is shown whole.
type stretch struct {
	layers []*network.Layer
	times  int
}

// stretches parts a list of layers: where three or more stretches of the same
// form follow each other, the first one is whole and the others are one stretch.
func stretches(layers []*network.Layer, fold bool) []stretch {
	if !fold {
		return []stretch{{layers, 1}}
	}
	forms := make([]string, len(layers))
	for i, l := range layers {
		forms[i] = form(l)
	}
	var out []stretch
	from := 0 // of what is not in out yet
	for i := 0; i < len(layers); {
		period, times := repetition(forms[i:])
		if times < 3 {
			i++
			continue
		}
		out = append(out, stretch{layers[from : i+period], 1}, stretch{layers[i+period : i+period*times], times - 1})
		i += period * times
		from = i
	}
	if from < len(layers) {
		out = append(out, stretch{layers[from:], 1})
	}
	return out
}

// longest is the largest number of layers of a stretch that is found again.
const longest = 64

// repetition finds the shortest beginning of a list that stands there three times
// or more, one after the other, and how often it does.
func repetition(forms []string) (period, times int) {
	for p := 1; 3*p <= len(forms) && p <= longest; p++ {
		n := p
		for n < len(forms) && forms[n] == forms[n-p] {
			n++
		}
		if n/p >= 3 {
			return p, n / p
		}
	}
	return len(forms), 1
}

// form is what layers that are folded have in common: all but their names and
// the number of channels that they get.
func form(l *network.Layer) string {
	var b strings.Builder
	fmt.Fprint(&b, words(l), l.Units, l.Channels, l.Padding, l.Bias)
	for _, branch := range l.Branches {
		b.WriteByte('(')
		for _, inner := range branch {
			b.WriteString(form(inner))
			b.WriteByte(';')
		}
		b.WriteByte(')')
	}
	return b.String()
}

// name is that of its first and last layer, without that of the layer that they
// stand in and without the parts that both have: stage1.block2 to block6.
func (s stretch) name(within string) string {
	first := strings.Split(strings.TrimPrefix(s.layers[0].Name, within), ".")
	last := strings.Split(strings.TrimPrefix(s.layers[len(s.layers)-1].Name, within), ".")
	for len(first) > 1 && len(last) > 1 && first[len(first)-1] == last[len(last)-1] {
		first, last = first[:len(first)-1], last[:len(last)-1]
	}
	same := 0
	for same < min(len(first), len(last))-1 && first[same] == last[same] {
		same++
	}
	return strings.Join(first, ".") + " to " + strings.Join(last[same:], ".")
}

func (s stretch) words() string { return strconv.Itoa(s.times) + " more like it" }

func (s stretch) parameters() int {
	n := 0
	for _, l := range s.layers {
		walk(l, func(l *network.Layer) { n += parameters(l) })
	}
	return n
}

// Thousands writes a whole number with commas.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
