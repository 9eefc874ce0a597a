package render

import (
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
)

const (
	cm         = 72 / 2.54
	panelWidth = 9 * cm
	panelRatio = 0.68 // height to width of the plotting area
	outer      = 5.0  // margin of the sheet
	gapX       = 12.0
	gapY       = 10.0
	titleSize  = 11.0
	titleLine  = titleSize * 1.25 // from one line of a title to the next
	headSize   = 9.5              // panel titles
	labelSize  = 9.0
	tickSize   = 8.0
	noteSize   = 7.0
	tickLength = 3.0
	barWidth   = 8.0
	barGap     = 6.0
)

// margins are what a panel needs around its frame.
type margins struct{ left, right, top, bottom float64 }

func drawFigure(fig *Figure) *sheet {
	panels := make([]*panel, len(fig.Panels))
	for i := range fig.Panels {
		panels[i] = resolve(&fig.Panels[i])
	}
	assignColors(panels)

	columns := fig.Columns
	if columns <= 0 {
		columns = min(3, len(panels))
		if len(panels) == 4 {
			columns = 2
		}
	}
	columns = max(1, min(columns, len(panels)))
	rows := max(1, (len(panels)+columns-1)/columns)
	w := size(fig.Width, panelWidth*float64(columns))

	// Legends and ticks are chosen for a frame of about the final size.
	guessW := math.Max(40, w/float64(columns)-55)
	guessH := guessW * panelRatio
	if h := size(fig.Height, 0); h > 0 {
		guessH = math.Max(30, h/float64(rows)-45)
	}
	var shown [][]entry
	need := make([]margins, len(panels))
	for i, p := range panels {
		p.frame = frame{0, 0, guessW, guessH}
		p.trace()
		p.collectEntries()
		p.placeLegend(p.frame, shown)
		if p.place != legendHidden {
			shown = append(shown, p.entries)
		}
		need[i] = p.margins()
	}

	// Panels of a column share their sides, panels of a row their top and
	// bottom, so that axes are aligned.
	cols, lines := make([]margins, columns), make([]margins, rows)
	for i, m := range need {
		c, r := &cols[i%columns], &lines[i/columns]
		c.left, c.right = math.Max(c.left, m.left), math.Max(c.right, m.right)
		r.top, r.bottom = math.Max(r.top, m.top), math.Max(r.bottom, m.bottom)
	}
	title := wrapText(fig.Title, titleSize, w-2*outer, true)
	head := outer
	if len(title) > 0 {
		head += float64(len(title))*titleLine - (titleLine - titleSize) + 7
	}
	sides := 2*outer + gapX*float64(columns-1)
	for _, c := range cols {
		sides += c.left + c.right
	}
	frameW := math.Max(20, (w-sides)/float64(columns))
	ends := head + outer + gapY*float64(rows-1)
	for _, r := range lines {
		ends += r.top + r.bottom
	}
	ratio := panelRatio
	for _, p := range panels {
		if p.solid {
			ratio = math.Max(ratio, 0.8)
		}
	}
	h := size(fig.Height, ends+float64(rows)*math.Min(frameW, 400)*ratio)
	frameH := math.Max(20, (h-ends)/float64(rows))
	// A size too small for its labels grows instead of losing them.
	w = math.Max(w, sides+frameW*float64(columns))
	h = math.Max(h, ends+frameH*float64(rows))

	s := newSheet(w, h)
	s.title = layText(fig.Title, titleSize, true).plain()
	for i, t := range title {
		s.write("title", t, w/2, h-outer-titleSize-float64(i)*titleLine, 0.5, 0, ink)
	}
	if len(panels) == 0 {
		s.write("note", layText("no panels", labelSize, false), w/2, h/2, 0.5, 0.5, softInk)
	}
	y := h - head
	for r := range rows {
		x := outer
		for c := 0; c < columns && r*columns+c < len(panels); c++ {
			x += cols[c].left
			top := y - lines[r].top
			i := r*columns + c
			panels[i].render(s, frame{x, top - frameH, x + frameW, top}, lines[r].bottom-need[i].bottom)
			x += frameW + cols[c].right + gapX
		}
		y -= lines[r].top + frameH + lines[r].bottom + gapY
	}
	return s
}

// size is a length in points from one in centimetres, within reason.
func size(given, otherwise float64) float64 {
	if given > 0 && !math.IsInf(given, 0) {
		return math.Min(math.Max(given, 2), 200) * cm
	}
	return otherwise
}

// margins measures the labels around the frame.
func (p *panel) margins() margins {
	m := margins{left: 4, right: 6, top: 4, bottom: 4}
	if p.src.Title != "" {
		m.top += headSize + 4
	}
	if len(p.notes) > 0 {
		m.bottom += noteSize + 3
	}
	if p.solid {
		if p.place == legendBelow {
			_, h, _ := p.legendSize(p.belowColumns(p.frame.w() + m.left))
			m.bottom += h
		}
		return m
	}
	xt, xf := p.x.fitTicks(p.frame.w(), tickSize, false)
	yt, yf := p.y.fitTicks(p.frame.h(), tickSize, true)
	m.left += tickLength + 3 + widest(yt)
	if p.src.Y.title() != "" {
		m.left += labelSize + 4
	}
	m.bottom += tickLength + 3 + tickSize
	if p.src.X.title() != "" {
		m.bottom += labelSize + 3
	} else if xf != "" {
		m.bottom += tickSize
	}
	if yf != "" && p.src.Title == "" {
		m.top += tickSize + 1
	}
	if n := len(xt); n > 0 {
		m.right = math.Max(m.right, layText(xt[n-1].label, tickSize, false).width/2)
	}
	if p.bar {
		zt, _ := p.barScale().fitTicks(p.frame.h(), tickSize, true)
		m.right = barGap + barWidth + tickLength + 2 + widest(zt) + 4
		if p.src.Z.title() != "" {
			m.right += labelSize + 3
		}
	}
	switch p.place {
	case legendBelow:
		_, h, _ := p.legendSize(p.belowColumns(p.frame.w() + m.left))
		m.bottom += h + 1
	case legendRight:
		w, _, _ := p.legendSize(1)
		m.right += w + 2
	}
	return m
}

func widest(ticks []tick) float64 {
	var w float64
	for _, t := range ticks {
		w = math.Max(w, layText(t.label, tickSize, false).width)
	}
	return w
}

// render draws the panel with its axes in the frame; slack is what the row has
// left below it.
func (p *panel) render(s *sheet, f frame, slack float64) {
	if p.solid {
		f.y0 -= slack
	}
	p.refit(f)
	m := p.margins()
	top, room := f.y1+5, f.w()
	if p.solid {
		p.drawSolid(s)
	} else {
		if _, factor := p.y.fitTicks(f.h(), tickSize, true); factor != "" {
			t := layText(factor, tickSize, false)
			s.write("tick", t, f.x0, top-1, 0, 0, ink)
			room -= 2 * (t.width + 4)
		}
		p.axes(s)
	}
	if p.src.Title != "" {
		t := fitText(p.src.Title, headSize, math.Max(30, room), false)
		s.write("head", t, (f.x0+f.x1)/2, top, 0.5, 0, ink)
	}
	low := f.y0 - m.bottom
	if len(p.notes) > 0 {
		t := fitText(strings.Join(p.notes, "; "), noteSize, f.w()+0.8*m.right, false)
		s.write("note", t, f.x0, low+2, 0, 0, softInk)
		low += noteSize + 3
	}
	switch p.place {
	case legendInside:
		w, h, _ := p.legendSize(1)
		spot, _ := p.cover.bestSpot(w, h)
		p.drawLegend(s, spot.x0, spot.y0, 1, true)
	case legendBelow:
		cols := p.belowColumns(f.w() + m.left)
		w, _, _ := p.legendSize(cols)
		x := math.Min((f.x0+f.x1-w)/2, f.x1+m.right-2-w) // centred, unless it would leave the sheet
		p.drawLegend(s, math.Max(f.x0-m.left+2, x), low, cols, false)
	case legendRight:
		w, h, _ := p.legendSize(1)
		p.drawLegend(s, f.x1+m.right-w, f.y1-h, 1, false)
	}
}

// axes draws grid, marks, frame, ticks and labels.
func (p *panel) axes(s *sheet) {
	f := p.frame
	xt, xf := p.x.fitTicks(f.w(), tickSize, false)
	yt, _ := p.y.fitTicks(f.h(), tickSize, true)
	var minor, major, small, long vg.Path
	for _, t := range xt {
		x := f.x0 + t.at*f.w()
		if t.minor {
			minor = append(minor, segment(x, f.y0, x, f.y1)...)
			small = append(small, segment(x, f.y0, x, f.y0-tickLength*0.55)...)
		} else {
			major = append(major, segment(x, f.y0, x, f.y1)...)
			long = append(long, segment(x, f.y0, x, f.y0-tickLength)...)
		}
	}
	for _, t := range yt {
		y := f.y0 + t.at*f.h()
		if t.minor {
			minor = append(minor, segment(f.x0, y, f.x1, y)...)
			small = append(small, segment(f.x0, y, f.x0-tickLength*0.55, y)...)
		} else {
			major = append(major, segment(f.x0, y, f.x1, y)...)
			long = append(long, segment(f.x0, y, f.x0-tickLength, y)...)
		}
	}
	s.stroke("minor", minor, minorInk, 0.4, Solid)
	s.stroke("grid", major, gridInk, 0.5, Solid)
	p.draw(s)
	s.stroke("frame", boxPath(f.x0, f.y0, f.x1, f.y1), ink, 0.6, Solid)
	s.stroke("ticks", long, ink, 0.6, Solid)
	s.stroke("ticks", small, ink, 0.4, Solid)
	for _, t := range xt {
		if t.label != "" {
			s.write("tick", layText(t.label, tickSize, false), f.x0+t.at*f.w(), f.y0-tickLength-3, 0.5, 1, ink)
		}
	}
	for _, t := range yt {
		if t.label != "" {
			s.write("tick", layText(t.label, tickSize, false), f.x0-tickLength-2.5, f.y0+t.at*f.h(), 1, 0.5, ink)
		}
	}
	low := f.y0 - tickLength - 3 - tickSize
	if title := p.src.X.title(); title != "" {
		s.write("axis", fitText(title, labelSize, f.w(), false), (f.x0+f.x1)/2, low-2, 0.5, 1, ink)
	}
	if xf != "" {
		s.write("tick", layText(xf, tickSize, false), f.x1, low-2, 1, 1, ink)
	}
	if title := p.src.Y.title(); title != "" {
		x := f.x0 - tickLength - 2.5 - widest(yt) - 4 - labelSize*descent
		s.writeUp("axis", fitText(title, labelSize, math.Max(60, f.h()), false), x, (f.y0+f.y1)/2, 0.5, 0, ink)
	}
	if p.bar {
		p.colorBar(s)
	}
	if p.empty {
		s.write("note", layText("nothing to show", labelSize, false), (f.x0+f.x1)/2, (f.y0+f.y1)/2, 0.5, 0.5, softInk)
	}
}

// colorBar explains the colours of the first field.
func (p *panel) colorBar(s *sheet) {
	f, z := p.frame, p.barScale()
	b := frame{f.x1 + barGap, f.y0, f.x1 + barGap + barWidth, f.y1}
	if p.barCounts {
		s.role = "colorbar"
		s.image(box(b.x0, b.y0, b.x1, b.y1), fieldDPI, countBar)
	}
	for i, m := range p.marks {
		if h, ok := m.(Heatmap); p.fields[i] == nil || p.barCounts || ok && h.Categories {
			continue
		}
		bar := field{x: []float64{0, 1}, y: make([]float64, mapColors), z: make([]float64, 2*mapColors)}
		for k := range mapColors {
			bar.y[k] = p.z.value((float64(k) + 0.5) / float64(mapColors))
			bar.z[2*k], bar.z[2*k+1] = bar.y[k], bar.y[k]
		}
		across := scale{kind: linear, lo: 0, hi: 1}
		across.set()
		s.role = "colorbar"
		c, isContour := m.(Contour)
		switch {
		case !isContour:
			s.image(box(b.x0, b.y0, b.x1, b.y1), fieldDPI, bar.heat(&across, &p.z, &p.z, barWidth))
		case c.Filled:
			s.image(box(b.x0, b.y0, b.x1, b.y1), fieldDPI, bar.bands(&across, &p.z, &p.z, p.levels(&c)))
		default:
			for _, v := range p.levels(&c) {
				if y := b.y0 + p.z.at(v)*b.h(); y >= b.y0 && y <= b.y1 {
					s.stroke("colorbar", segment(b.x0, y, b.x1, y), levelColor(&p.z, v), 1.2, Solid)
				}
			}
		}
		break
	}
	s.stroke("frame", boxPath(b.x0, b.y0, b.x1, b.y1), ink, 0.5, Solid)
	ticks, factor := z.fitTicks(b.h(), tickSize, true)
	var marks vg.Path
	for _, t := range ticks {
		y := b.y0 + t.at*b.h()
		if t.minor {
			marks = append(marks, segment(b.x1, y, b.x1+tickLength*0.55, y)...)
			continue
		}
		marks = append(marks, segment(b.x1, y, b.x1+tickLength, y)...)
		s.write("tick", layText(t.label, tickSize, false), b.x1+tickLength+2, y, 0, 0.5, ink)
	}
	s.stroke("ticks", marks, ink, 0.5, Solid)
	if factor != "" {
		s.write("tick", layText(factor, tickSize, false), b.x0, b.y1+3, 0, 0, ink)
	}
	if title := p.src.Z.title(); title != "" {
		x := b.x1 + tickLength + 2 + widest(ticks) + 4 + labelSize*capHeight
		s.writeUp("axis", fitText(title, labelSize, math.Max(60, f.h()), false), x, (f.y0+f.y1)/2, 0.5, 0, ink)
	}
}
