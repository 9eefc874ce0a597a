package render

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// An entry names one mark in a legend.
type entry struct {
	label string
	kind  swatch
	color color.NRGBA
	dash  Dash
	width float64
}

type swatch uint8

const (
	swatchLine swatch = iota
	swatchDot
	swatchBox
	swatchSteps
)

type legendPlace uint8

const (
	legendHidden legendPlace = iota
	legendInside
	legendBelow
	legendRight
)

const (
	legendText = 8.0
	legendRow  = 11.0
	legendKey  = 16.0 // width of a swatch
	legendPad  = 4.0
)

func (p *panel) collectEntries() {
	add := func(e entry) {
		if e.label != "" && !slices.Contains(p.entries, e) {
			p.entries = append(p.entries, e)
		}
	}
	if p.kinds != nil {
		for _, e := range p.kinds.entries() {
			add(e)
		}
	}
	for i, m := range p.marks {
		c := p.colors[i]
		switch m := m.(type) {
		case Line:
			add(entry{m.Label, swatchLine, c, m.Dash, 1.2})
		case Path:
			kind := swatchLine
			if m.ByStep {
				kind = swatchSteps
			}
			add(entry{m.Label, kind, c, m.Dash, 1.2})
		case Scatter:
			add(entry{m.Label, swatchDot, c, Solid, 0})
		case Histogram:
			add(entry{m.Label, swatchBox, c, Solid, 0})
		case Band:
			add(entry{m.Label, swatchBox, withAlpha(c, 0.35), Solid, 0})
		}
	}
}

// legendSize is the size of the block of entries in the given number of
// columns.
func (p *panel) legendSize(columns int) (w, h float64, widths []float64) {
	rows := (len(p.entries) + columns - 1) / columns
	widths = make([]float64, columns)
	for i, e := range p.entries {
		c := i % columns
		widths[c] = math.Max(widths[c], legendKey+4+p.entryText(e).width)
	}
	for _, c := range widths {
		w += c
	}
	return w + float64(columns-1)*10 + 2*legendPad, float64(rows)*legendRow + 2*legendPad - 2, widths
}

func (p *panel) entryText(e entry) label { return fitText(e.label, legendText, 190, false) }

// belowColumns is the number of columns that fit under a panel of width w.
func (p *panel) belowColumns(w float64) int {
	for n := min(len(p.entries), 5); n > 1; n-- {
		if lw, _, _ := p.legendSize(n); lw <= w {
			return n
		}
	}
	return 1
}

// A cover says which parts of a panel hold data, on a coarse grid.
type cover struct {
	frame frame
	used  [coverW * coverH]bool
}

const coverW, coverH = 96, 72

func (c *cover) dot(p point) {
	x := int((p.x - c.frame.x0) / c.frame.w() * coverW)
	y := int((p.y - c.frame.y0) / c.frame.h() * coverH)
	if x >= 0 && x < coverW && y >= 0 && y < coverH {
		c.used[y*coverW+x] = true
	}
}

// path marks what the lines of p run through.
func (c *cover) path(p vg.Path) {
	var last point
	for _, k := range p {
		q := point{float64(k.Pos.X), float64(k.Pos.Y)}
		switch k.Type {
		case vg.MoveComp:
			c.dot(q)
		case vg.LineComp:
			n := 1 + int(math.Max(math.Abs(q.x-last.x)/c.frame.w()*coverW, math.Abs(q.y-last.y)/c.frame.h()*coverH)*1.3)
			for i := 1; i <= n; i++ {
				t := float64(i) / float64(n)
				c.dot(point{last.x + t*(q.x-last.x), last.y + t*(q.y-last.y)})
			}
		case vg.CloseComp:
			continue
		}
		last = q
	}
}

func (c *cover) area(f frame) {
	for y := range coverH {
		for x := range coverW {
			if c.center(x, y, f) {
				c.used[y*coverW+x] = true
			}
		}
	}
}

func (c *cover) center(x, y int, f frame) bool {
	u := c.frame.x0 + (float64(x)+0.5)/coverW*c.frame.w()
	v := c.frame.y0 + (float64(y)+0.5)/coverH*c.frame.h()
	return u >= f.x0 && u <= f.x1 && v >= f.y0 && v <= f.y1
}

// count is the number of used cells in f.
func (c *cover) count(f frame) int {
	n := 0
	for y := range coverH {
		for x := range coverW {
			if c.used[y*coverW+x] && c.center(x, y, f) {
				n++
			}
		}
	}
	return n
}

// spots are the places for a block of size w by h inside a frame, best first.
func spots(f frame, w, h float64) []frame {
	const gap = 4
	l, r, m := f.x0+gap, f.x1-gap-w, (f.x0+f.x1-w)/2
	b, t, c := f.y0+gap, f.y1-gap-h, (f.y0+f.y1-h)/2
	var out []frame
	for _, q := range [...][2]float64{{r, t}, {l, t}, {r, b}, {l, b}, {m, t}, {m, b}, {r, c}, {l, c}} {
		out = append(out, frame{q[0], q[1], q[0] + w, q[1] + h})
	}
	return out
}

// bestSpot is the emptiest place for a block, and the cells it covers there.
func (c *cover) bestSpot(w, h float64) (frame, int) {
	all := spots(c.frame, w, h)
	best, least := all[0], math.MaxInt
	for _, f := range all {
		// A margin keeps the block clear of lines that pass by.
		if n := c.count(frame{f.x0 - 2, f.y0 - 2, f.x1 + 2, f.y1 + 2}); n < least {
			best, least = f, n
		}
	}
	return best, least
}

// placeLegend decides where the legend stands, for a frame of about the final
// size.
func (p *panel) placeLegend(f frame, shown [][]entry) {
	p.place = legendHidden
	if len(p.entries) == 0 || p.src.Legend == LegendNone {
		return
	}
	switch p.src.Legend {
	case LegendBelow:
		p.place = legendBelow
		return
	case LegendRight:
		p.place = legendRight
		return
	}
	for _, e := range shown {
		if slices.Equal(e, p.entries) {
			return
		}
	}
	w, h, _ := p.legendSize(1)
	if p.kinds == nil && w < 0.6*f.w() && h < 0.6*f.h() && !p.solid {
		if _, n := p.cover.bestSpot(w, h); n == 0 {
			p.place = legendInside
			return
		}
	}
	p.place = legendBelow
	if len(p.entries) > 12 {
		p.place = legendRight
	}
}

// drawLegend draws the block with its lower left corner at (x, y).
func (p *panel) drawLegend(s *sheet, x, y float64, columns int, framed bool) {
	w, h, widths := p.legendSize(columns)
	if framed {
		s.fill("legend", boxPath(x, y, x+w, y+h), withAlpha(white, 0.88))
		s.stroke("legend", boxPath(x, y, x+w, y+h), color.NRGBA{0xCC, 0xCC, 0xCC, 0xFF}, 0.4, Solid)
	}
	left := x + legendPad
	for c := range columns {
		for i := c; i < len(p.entries); i += columns {
			e := p.entries[i]
			mid := y + h - legendPad + 1 - legendRow*(float64(i/columns)+0.5)
			e.draw(s, left, mid)
			s.write("legend", p.entryText(e), left+legendKey+4, mid, 0, 0.5, ink)
		}
		left += widths[c] + 10
	}
}

func (e *entry) draw(s *sheet, x, y float64) {
	switch e.kind {
	case swatchLine:
		s.stroke("legend", segment(x, y, x+legendKey, y), e.color, e.width, e.dash)
	case swatchDot:
		var p vg.Path
		disc(&p, x+legendKey/2, y, 1.8)
		s.fill("legend", p, e.color)
	case swatchBox:
		s.fill("legend", boxPath(x, y-3, x+legendKey, y+3), e.color)
	case swatchSteps:
		const n = 8
		for i := range n {
			t := float64(i) / n * legendKey
			c := colorMap()[mapIndex(stepShade(float64(i)/(n-1)))]
			s.stroke("legend", segment(x+t, y, x+t+legendKey/n, y), c, 1.6, Solid)
		}
	}
}

// stepShade keeps colours along a path off the light end of the map.
func stepShade(t float64) float64 { return 0.88 * t }
