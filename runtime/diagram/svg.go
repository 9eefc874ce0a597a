package diagram

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Sizes in pixels. The text is monospaced, whose characters are 0.6 of the
// size wide in the common typefaces, so that it fits its box everywhere.
const (
	textSize   = 12.0
	detailSize = 10.5
	charWidth  = 0.61
	lineHeight = 1.3
	padding    = 8.0
	maxLine    = 34 // characters of a line
	margin     = 16.0
	between    = 56.0 // from layer to layer
	maxDrawn   = 1000 // boxes
)

type colour struct{ fill, line string }

// colours gives a noun's colours. All are light enough for black text.
func colours(kind string) colour {
	switch kind {
	case "dataset", "network":
		return colour{"#eceff2", "#6f7f8f"}
	case "objective", "input":
		return colour{"#e3edfb", "#5b86c4"}
	case "run", "result":
		return colour{"#e2f3e4", "#5a9a63"}
	case "landscape", "spectrum", "projection", "orbit", "growth":
		return colour{"#fdf0d9", "#c08f3a"}
	case "check":
		return colour{"#f9e2e4", "#be6470"}
	case "plot", "table", "report":
		return colour{"#efe6f6", "#8f6bb0"}
	case "output":
		return colour{"#dff2f2", "#4c9797"}
	}
	return colour{"#f4f4f4", "#8a8a8a"}
}

// box is a node as it is drawn.
type box struct {
	label, detail []string
	w, h          float64
	x, y          float64 // centre
}

func boxOf(n Node) box {
	b := box{label: wrap(n.Label), detail: wrap(n.Detail)}
	if n.Detail == "" {
		b.detail = nil
	}
	for _, s := range b.label {
		b.w = max(b.w, float64(runewidth.StringWidth(s))*charWidth*textSize)
	}
	for _, s := range b.detail {
		b.w = max(b.w, float64(runewidth.StringWidth(s))*charWidth*detailSize)
	}
	b.w += 2 * padding
	b.h = (float64(len(b.label))*textSize+float64(len(b.detail))*detailSize)*lineHeight + padding
	return b
}

// wrap breaks a text into lines at blanks, or within a word longer than a line.
func wrap(s string) []string {
	var lines []string
	line, width := "", 0
	flush := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, width = "", 0
	}
	for _, word := range strings.Fields(s) {
		w := runewidth.StringWidth(word)
		if width > 0 && width+1+w > maxLine {
			flush()
		}
		for w > maxLine {
			head := runewidth.Truncate(word, maxLine, "")
			lines = append(lines, head)
			word = word[len(head):]
			w = runewidth.StringWidth(word)
		}
		if width > 0 {
			line += " "
			width++
		}
		line += word
		width += w
	}
	flush()
	if lines == nil {
		return []string{""}
	}
	return lines
}

// svg draws the diagram as a picture that needs nothing else.
func (d *Diagram) svg(b *bytes.Buffer) error {
	if len(d.Nodes) > maxDrawn {
		return fmt.Errorf("%d boxes are too many for a picture, whose limit is %d; the formats text, dot and json hold them", len(d.Nodes), maxDrawn)
	}
	boxes := make([]box, len(d.Nodes))
	lengths := make([]float64, len(d.Nodes))
	for i, n := range d.Nodes {
		boxes[i] = boxOf(n)
		if lengths[i] = boxes[i].h; d.Down {
			lengths[i] = boxes[i].w
		}
	}
	l := layered(d, lengths)
	l.place()
	// Along the layers l.at; across them, layer by layer.
	thick := make([]float64, len(l.order))
	along := 0.0
	for _, s := range l.sites {
		along = max(along, s.at+s.length/2)
		if s.node < 0 {
			continue
		}
		t := boxes[s.node].w
		if d.Down {
			t = boxes[s.node].h
		}
		thick[s.layer] = max(thick[s.layer], t)
	}
	middle := make([]float64, len(l.order))
	across := 0.0
	for r, t := range thick {
		middle[r] = across + t/2
		across += t + between
	}
	across = max(0, across-between)
	title := 0.0
	if d.Title != "" {
		title = 28
	}
	point := func(across, along float64) (x, y float64) {
		if d.Down {
			return margin + along, margin + title + across
		}
		return margin + across, margin + title + along
	}
	for i := range boxes {
		boxes[i].x, boxes[i].y = point(middle[l.sites[i].layer], l.sites[i].at)
	}
	width, height := point(across, along)
	width = max(width, margin+float64(runewidth.StringWidth(d.Title))*charWidth*14) + margin
	height += margin

	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" font-family="ui-monospace,'Liberation Mono','DejaVu Sans Mono',Menlo,Consolas,monospace">`+"\n", width, height, width, height)
	fmt.Fprintf(b, "<title>%s</title>\n", escapeXML(d.Title))
	b.WriteString(`<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 1L9 5L0 9z" fill="#777"/></marker></defs>` + "\n")
	fmt.Fprintf(b, `<rect width="%.0f" height="%.0f" fill="#fff"/>`+"\n", width, height)
	if d.Title != "" {
		fmt.Fprintf(b, `<text x="%.0f" y="%.0f" font-size="14" font-weight="bold">%s</text>`+"\n", margin, margin+12, escapeXML(d.Title))
	}
	b.WriteString(`<g fill="none" stroke="#777" stroke-width="1.1">` + "\n")
	for i, way := range l.ways {
		if way != nil {
			fmt.Fprintf(b, `<path d="%s" marker-end="url(#arrow)"><title>%s</title></path>`+"\n", l.curve(d, way, boxes, middle, thick, point), escapeXML(d.Edges[i].From+" to "+d.Edges[i].To))
		}
	}
	b.WriteString("</g>\n")
	d.labels(b, l, boxes, middle, thick, point)
	for i := range boxes {
		drawBox(b, &boxes[i], colours(d.Nodes[i].Kind))
	}
	b.WriteString("</svg>\n")
	return nil
}

// ends are where an edge leaves its first box and enters its last.
func (l *layers) ends(d *Diagram, way []int, boxes []box, middle []float64) (leave, enter float64) {
	thickness := func(i int) float64 {
		if d.Down {
			return boxes[i].h
		}
		return boxes[i].w
	}
	first, last := way[0], way[len(way)-1]
	return middle[l.sites[first].layer] + thickness(first)/2, middle[l.sites[last].layer] - thickness(last)/2
}

// curve is the path of an edge. It runs straight across the layers that it
// passes, so that it keeps clear of their boxes, and bends between them.
func (l *layers) curve(d *Diagram, way []int, boxes []box, middle, thick []float64, point func(across, along float64) (x, y float64)) string {
	var p strings.Builder
	leave, enter := l.ends(d, way, boxes, middle)
	type knot struct{ across, along float64 }
	first, last := &l.sites[way[0]], &l.sites[way[len(way)-1]]
	knots := []knot{{leave, first.at}, {middle[first.layer] + thick[first.layer]/2, first.at}}
	for _, i := range way[1 : len(way)-1] {
		s := &l.sites[i]
		knots = append(knots, knot{middle[s.layer] - thick[s.layer]/2, s.at}, knot{middle[s.layer] + thick[s.layer]/2, s.at})
	}
	knots = append(knots, knot{middle[last.layer] - thick[last.layer]/2, last.at})
	knots = append(knots, knot{enter, last.at})
	x, y := point(knots[0].across, knots[0].along)
	fmt.Fprintf(&p, "M%.1f %.1f", x, y)
	for k := 1; k < len(knots); k++ {
		a, b := knots[k-1], knots[k]
		x, y := point(b.across, b.along)
		switch {
		case a == b:
			continue
		case a.along == b.along:
			fmt.Fprintf(&p, "L%.1f %.1f", x, y)
			continue
		}
		half := (a.across + b.across) / 2
		x1, y1 := point(half, a.along)
		x2, y2 := point(half, b.along)
		fmt.Fprintf(&p, "C%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, x2, y2, x, y)
	}
	return p.String()
}

// labels writes the labels of the edges: in a diagram to the right above their
// ends, in one that points down onto their last bend, at 3/5 of it, where edges
// into one box have not yet met.
func (d *Diagram) labels(b *bytes.Buffer, l *layers, boxes []box, middle, thick []float64, point func(across, along float64) (x, y float64)) {
	for i, way := range l.ways {
		if way == nil || d.Edges[i].Label == "" {
			continue
		}
		last := l.sites[way[len(way)-1]]
		_, enter := l.ends(d, way, boxes, middle)
		x, y := point(enter-9, last.at)
		anchor := "end"
		if y -= 4; d.Down {
			before := l.sites[way[len(way)-2]].at
			x, y = point(middle[last.layer]-thick[last.layer]/2-0.424*between, last.at+0.352*(before-last.at))
			y += 3
			anchor = "middle"
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="9.5" text-anchor="%s" stroke="#fff" stroke-width="3" paint-order="stroke" fill="#333">%s</text>`+"\n", x, y, anchor, escapeXML(d.Edges[i].Label))
	}
}

func drawBox(b *bytes.Buffer, x *box, c colour) {
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="5" fill="%s" stroke="%s"/>`+"\n", x.x-x.w/2, x.y-x.h/2, x.w, x.h, c.fill, c.line)
	top := x.y - x.h/2 + padding/2
	line := func(s string, size float64, fill string) {
		top += size * lineHeight
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="%g" text-anchor="middle" fill="%s">%s</text>`+"\n", x.x, top-0.33*size, size, fill, escapeXML(s))
	}
	for _, s := range x.label {
		line(s, textSize, "#111")
	}
	for _, s := range x.detail {
		line(s, detailSize, "#555")
	}
}

// escapeXML escapes for SVG; characters that XML does not know are left out.
func escapeXML(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;").Replace(s)
}
