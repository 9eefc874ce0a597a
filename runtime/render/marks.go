package render

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

const (
	lineWidth = 1.1
	dotSize   = 2.6
	stepParts = 96 // colours along a path
)

// trace makes the shapes of the two-dimensional marks, for the present frame,
// and finds what part of the frame they cover.
func (p *panel) trace() {
	p.shapes = make([]shape, len(p.marks))
	p.cover = &cover{frame: p.frame}
	if p.solid {
		return
	}
	p.beginCount()
	p.coverDensity()
	for i, m := range p.marks {
		g := &p.shapes[i]
		switch m := m.(type) {
		case Line:
			g.line(p.linePoints(xOr(m.X, len(m.Y)), m.Y), thinLine)
		case Path:
			if m.ByStep {
				g.steps(p.points(m.X, m.Y))
			} else {
				g.line(p.points(m.X, m.Y), wholePath)
			}
		case Scatter:
			g.dots = thinDotsOf(min(len(m.X), len(m.Y)), func(i int) point { return p.at(m.X[i], m.Y[i]) }, p.frame)
		case Band:
			p.band(g, &m)
		case Histogram:
			p.histogram(g, p.bars[i])
		}
		for _, d := range g.dots {
			p.cover.dot(d)
		}
		p.cover.path(p.frame.polyline(g.lines))
		for _, a := range g.area {
			p.coverArea(a)
		}
	}
}

// coverArea marks a filled polygon that is made of an upper and a lower line.
func (p *panel) coverArea(a []point) {
	n := len(a) / 2
	for i := 0; i < n; i++ {
		u, l := a[i], a[len(a)-1-i]
		p.cover.path(segment(u.x, u.y, l.x, l.y))
	}
}

// line thins the runs of a line; a value alone between gaps becomes a dot.
func (g *shape) line(pts []point, thin func([][]point) [][]point) {
	var long [][]point
	for _, r := range runs(pts) {
		if len(r) == 1 {
			g.dots = append(g.dots, r[0])
		} else {
			long = append(long, r)
		}
	}
	g.lines = thin(long)
	g.dots = thinDots(g.dots, frame{-1e6, -1e6, 1e6, 1e6})
	if len(pts) <= 12 {
		g.dots = append(g.dots, pts...)
	}
}

func wholePath(l [][]point) [][]point { return thinPath(l, maxElements) }

// steps cuts a path into parts of equal length in steps, each with its shade.
func (g *shape) steps(pts []point) {
	n := min(stepParts, max(1, len(pts)-1))
	for k := range n {
		a, b := k*(len(pts)-1)/n, (k+1)*(len(pts)-1)/n
		if len(pts) == 0 || b < a {
			break
		}
		var part shape
		part.line(pts[a:b+1], func(l [][]point) [][]point {
			return thinPath(l, 2*maxElements/stepParts)
		})
		for _, l := range part.lines {
			g.lines = append(g.lines, l)
			g.shades = append(g.shades, (float64(k)+0.5)/float64(n))
		}
		if len(pts) <= 12 || len(part.lines) == 0 {
			g.dots = append(g.dots, part.dots...)
		}
	}
	g.dots = thinDots(g.dots, frame{-1e6, -1e6, 1e6, 1e6})
}

func (p *panel) band(g *shape, m *Band) {
	n := min(len(m.X), len(m.Lo), len(m.Hi))
	lo, hi := p.points(m.X[:n], m.Lo), p.points(m.X[:n], m.Hi)
	for i := range lo {
		// On a log axis a lower end that is not positive lies below the frame.
		if !finite(lo[i]) && finite(hi[i]) && i < n && m.Lo[i] <= 0 && p.y.kind == logarithmic {
			lo[i] = point{hi[i].x, p.frame.y0 - 1}
		}
		if !finite(lo[i]) || !finite(hi[i]) {
			lo[i], hi[i] = point{math.NaN(), 0}, point{math.NaN(), 0}
		}
	}
	up, down := runs(hi), runs(lo)
	for i := range up {
		u, d := thinLine(up[i:i+1]), thinLine(down[i:i+1])
		var area []point
		for _, r := range u {
			area = append(area, r...)
		}
		for k := len(d) - 1; k >= 0; k-- {
			for j := len(d[k]) - 1; j >= 0; j-- {
				area = append(area, d[k][j])
			}
		}
		g.area = append(g.area, area)
	}
	if m.Mid != nil {
		g.line(p.points(m.X, m.Mid), thinLine)
	}
}

func (p *panel) histogram(g *shape, b *bars) {
	base := p.frame.y0
	if q := p.at(p.x.lo, 0); finite(q) {
		base = q.y
	}
	for i, h := range b.heights {
		l, r := p.at(b.edges[i], h), p.at(b.edges[i+1], h)
		if h > 0 && finite(l) && finite(r) {
			g.area = append(g.area, []point{{l.x, l.y}, {r.x, l.y}, {r.x, base}, {l.x, base}})
		}
	}
}

// refit moves the shapes from the frame they were made for to another.
func (p *panel) refit(to frame) {
	from := p.frame
	move := func(l []point) {
		for i, q := range l {
			l[i] = point{
				to.x0 + (q.x-from.x0)/from.w()*to.w(),
				to.y0 + (q.y-from.y0)/from.h()*to.h(),
			}
		}
	}
	for i := range p.shapes {
		g := &p.shapes[i]
		move(g.dots)
		for _, set := range [2][][]point{g.lines, g.area} {
			for k, l := range set {
				// Runs that were not thinned share the array of their points
				// with no other run, but may share it with dots.
				set[k] = append([]point(nil), l...)
				move(set[k])
			}
		}
	}
	p.frame, p.cover.frame = to, to
	if !p.solid {
		p.count()
	}
}

// strength is the width of the lines of a panel: a zigzag that is denser than
// its own width would be a solid block, so all lines are drawn thinner.
func (p *panel) strength() float64 {
	turns := 0.0
	for i, m := range p.marks {
		if _, ok := m.(Line); !ok {
			continue
		}
		var length float64
		for _, l := range p.shapes[i].lines {
			for i := 1; i < len(l); i++ {
				length += math.Abs(l[i].y - l[i-1].y)
			}
		}
		turns = math.Max(turns, length/p.frame.w())
	}
	switch {
	case turns > 40:
		return 0.55
	case turns > 10:
		return 0.75
	}
	return lineWidth
}

// orElse is a width as given, if it is a sensible one.
func orElse(given, otherwise float64) float64 {
	if given > 0 && given <= 20 {
		return given
	}
	return otherwise
}

// draw draws the marks of a two-dimensional panel.
func (p *panel) draw(s *sheet) {
	width := p.strength()
	onField := p.counted != nil
	p.density(s)
	for i, m := range p.marks {
		f := p.fields[i]
		if f == nil || f.empty() {
			continue
		}
		onField = true
		switch m := m.(type) {
		case Heatmap:
			paint := f.heat(&p.x, &p.y, &p.z, p.frame.w())
			if m.Categories {
				paint = f.sorts(&p.x, &p.y, p.frame.w())
			}
			p.image(s, "heatmap", paint)
		case Contour:
			p.contour(s, &m, f)
		}
	}
	for i, m := range p.marks {
		g, c := &p.shapes[i], p.colors[i]
		switch m := m.(type) {
		case Line:
			p.lines(s, "line", g, c, orElse(m.Width, width), m.Dash, false)
		case Path:
			p.track(s, &m, g, c, onField)
			p.endsOf(s, &m, p.points(m.X, m.Y), c)
		case Scatter:
			size := m.Size
			if !(size > 0 && size < 50) {
				size = dotSize
			}
			p.dots(s, "scatter", g.dots, size/2, withAlpha(c, 0.85))
		case Band:
			for _, a := range g.area {
				s.fill("band", closedPath(p.frame.polygon(a)), withAlpha(c, 0.25))
			}
			p.lines(s, "line", g, c, width, Solid, false)
		case Histogram:
			var all vg.Path
			for _, a := range g.area {
				all = append(all, closedPath(p.frame.polygon(a))...)
			}
			s.fill("histogram", all, withAlpha(c, 0.75))
			s.stroke("histogram", all, white, 0.4, Solid)
		}
	}
	var taken []frame
	for i, m := range p.marks {
		switch m := m.(type) {
		case HLine:
			p.hline(s, &m, p.colors[i], &taken)
		case VLine:
			p.vline(s, &m, p.colors[i], &taken)
		case Text:
			if q := p.at(m.X, m.Y); finite(q) && p.frame.holds(q) {
				p.tag(s, "text", m.Text, q, p.colors[i])
			}
		}
	}
}

func (p *panel) image(s *sheet, role string, paint painter) {
	s.role = role
	s.image(box(p.frame.x0, p.frame.y0, p.frame.x1, p.frame.y1), fieldDPI, paint)
}

func (p *panel) levels(m *Contour) []float64 {
	if m.Levels != nil {
		return cleanLevels(m.Levels)
	}
	if p.flat {
		return nil
	}
	return chooseLevels(&p.z, m.Count)
}

func (p *panel) contour(s *sheet, m *Contour, f *field) {
	levels := p.levels(m)
	if m.Filled {
		p.image(s, "bands", f.bands(&p.x, &p.y, &p.z, levels))
	}
	t := newTracer(f.z, len(f.x), len(f.y))
	for _, v := range levels {
		var lines [][]point
		for _, l := range f.curves(t, v, p.at) {
			for _, r := range runs(l) {
				lines = append(lines, simplify(r, 0.04))
			}
		}
		c := levelColor(&p.z, v)
		if m.Filled {
			c = withAlpha(white, 0.55)
		}
		s.stroke("contour", p.frame.polyline(lines), c, 0.6, Solid)
	}
}

// levelColor keeps lines off the light end of the map, which white paper hides.
func levelColor(z *scale, v float64) color.NRGBA {
	t := z.at(v)
	if math.IsNaN(t) {
		t = 0
	}
	return colorMap()[mapIndex(0.9*math.Min(1, math.Max(0, t)))]
}

// lines draws a shape, on a white casing where a field lies beneath.
func (p *panel) lines(s *sheet, role string, g *shape, c color.NRGBA, width float64, dash Dash, cased bool) {
	all := p.frame.polyline(g.lines)
	if cased {
		s.stroke("casing", all, withAlpha(white, 0.75), width+1.1, Solid)
	}
	s.stroke(role, all, c, width, dash)
	p.dots(s, role, g.dots, math.Max(1.3, width), c)
}

func (p *panel) dots(s *sheet, role string, at []point, r float64, c color.NRGBA) {
	var all vg.Path
	for _, q := range at {
		if finite(q) && p.frame.holds(q) {
			disc(&all, q.x, q.y, r)
		}
	}
	s.fill(role, all, c)
}

// track draws a path without its ends.
func (p *panel) track(s *sheet, m *Path, g *shape, c color.NRGBA, cased bool) {
	width, alpha := p.pathWidth(m, g)
	c, cased = withAlpha(c, alpha), cased && width > thinnest
	if m.ByStep {
		if cased {
			s.stroke("casing", p.frame.polyline(g.lines), withAlpha(white, 0.75), width+1.1, Solid)
		}
		for i := 0; i < len(g.lines); {
			j := i
			for j < len(g.lines) && g.shades[j] == g.shades[i] {
				j++
			}
			c = withAlpha(colorMap()[mapIndex(stepShade(g.shades[i]))], alpha)
			s.stroke("path", p.frame.polyline(g.lines[i:j]), c, width, m.Dash)
			i = j
		}
		p.dots(s, "path", g.dots, 1.3, c)
	} else {
		p.lines(s, "path", g, c, width, m.Dash, cased)
	}
	if m.Arrows > 0 && alpha == 1 { // to and fro has no direction
		p.arrows(s, g.lines, min(m.Arrows, 50), c)
	}
}

// A path that bounces to and fro more densely than its own width would be a solid
// block: it is drawn thinner, down to thinnest, until it covers at most sparse of
// the rectangle about it, and where that is not enough so faint that what lies
// beneath shows.
const (
	thinnest = 0.25 // points
	sparse   = 0.35
	faint    = 0.65
)

// pathWidth is the width of a path in points, and its alpha.
func (p *panel) pathWidth(m *Path, g *shape) (width, alpha float64) {
	width = 1
	if len(m.X) > 150 {
		width = 0.65
	}
	if given := orElse(m.Width, width); given != width {
		return given, 1
	}
	const least = 8 // points: what is straight has no area
	length := 0.0
	box := frame{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, l := range g.lines {
		for i := 1; i < len(l); i++ {
			a, b, ok := p.frame.clip(l[i-1], l[i])
			if !ok {
				continue
			}
			length += math.Hypot(b.x-a.x, b.y-a.y)
			box = frame{min(box.x0, a.x, b.x), min(box.y0, a.y, b.y), max(box.x1, a.x, b.x), max(box.y1, a.y, b.y)}
		}
	}
	if length == 0 {
		return width, 1
	}
	room := sparse * max(box.w(), least) * max(box.h(), least)
	width = min(width, max(thinnest, room/length))
	if length*thinnest > room {
		return width, faint
	}
	return width, 1
}

// endsOf marks the first and the last of the points of a path that can be drawn.
func (p *panel) endsOf(s *sheet, m *Path, pts []point, c color.NRGBA) {
	first := slices.IndexFunc(pts, finite)
	if first < 0 {
		return
	}
	last := len(pts) - 1
	for !finite(pts[last]) {
		last--
	}
	if m.Start && p.frame.holds(pts[first]) {
		startMark(s, pts[first], c)
	}
	if m.End && p.frame.holds(pts[last]) {
		endMark(s, pts[last], c)
	}
}

func startMark(s *sheet, q point, c color.NRGBA) {
	var ring vg.Path
	disc(&ring, q.x, q.y, 2.6)
	s.fill("start", ring, white)
	s.stroke("start", ring, c, 1.1, Solid)
}

func endMark(s *sheet, q point, c color.NRGBA) {
	var d vg.Path
	disc(&d, q.x, q.y, 3.1)
	s.fill("end", d, white)
	d = nil
	disc(&d, q.x, q.y, 2.4)
	s.fill("end", d, c)
}

// arrows puts n heads at equal distances along the lines.
func (p *panel) arrows(s *sheet, lines [][]point, n int, c color.NRGBA) {
	var total float64
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			total += math.Hypot(l[i].x-l[i-1].x, l[i].y-l[i-1].y)
		}
	}
	if !(total > 6) {
		return
	}
	n = min(n, max(1, int(total/12)))
	var heads vg.Path
	done, k := 0.0, 0
	for _, l := range lines {
		for i := 1; i < len(l) && k < n; i++ {
			a, b := l[i-1], l[i]
			d := math.Hypot(b.x-a.x, b.y-a.y)
			for ; k < n; k++ {
				want := total * (float64(k) + 0.5) / float64(n)
				if want > done+d || d == 0 {
					break
				}
				t := (want - done) / d
				q := point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)}
				if p.frame.holds(q) {
					heads = append(heads, arrowhead(q, (b.x-a.x)/d, (b.y-a.y)/d)...)
				}
			}
			done += d
		}
	}
	s.fill("arrow", heads, c)
}

func arrowhead(q point, dx, dy float64) vg.Path {
	const length, half = 5.2, 2.0
	tip := point{q.x + dx*length/2, q.y + dy*length/2}
	back := point{q.x - dx*length/2, q.y - dy*length/2}
	return closedPath([]point{
		tip,
		{back.x - dy*half, back.y + dx*half},
		{back.x + dx*1.2, back.y + dy*1.2},
		{back.x + dy*half, back.y - dx*half},
	})
}

func (p *panel) hline(s *sheet, m *HLine, c color.NRGBA, taken *[]frame) {
	y := p.frame.y0 + p.y.at(m.Y)*p.frame.h()
	if !(y >= p.frame.y0 && y <= p.frame.y1) {
		return
	}
	s.stroke("hline", segment(p.frame.x0, y, p.frame.x1, y), c, 0.8, markerDash(m.Dash))
	t := fitText(m.Label, 7.5, p.frame.w()*0.7, false)
	w, h := t.width+2, t.size*0.95
	l, r := p.frame.x0+2, p.frame.x1-2-w
	f, ok := p.spot(taken, w, h, [][2]float64{{r, y + 2}, {l, y + 2}, {r, y - 2 - h}, {l, y - 2 - h}, {(l + r) / 2, y + 2}, {(l + r) / 2, y - 2 - h}})
	if ok {
		s.fill("backing", boxPath(f.x0, f.y0, f.x1, f.y1), withAlpha(white, 0.75))
		s.write("label", t, f.x0+1, f.y0+t.size*descent, 0, 0, c)
	}
}

func (p *panel) vline(s *sheet, m *VLine, c color.NRGBA, taken *[]frame) {
	x := p.frame.x0 + p.x.at(m.X)*p.frame.w()
	if !(x >= p.frame.x0 && x <= p.frame.x1) {
		return
	}
	s.stroke("vline", segment(x, p.frame.y0, x, p.frame.y1), c, 0.8, markerDash(m.Dash))
	t := fitText(m.Label, 7.5, p.frame.h()*0.8, false)
	h, w := t.width+2, t.size*0.95
	b, top := p.frame.y0+2, p.frame.y1-2-h
	f, ok := p.spot(taken, w, h, [][2]float64{{x - 2 - w, top}, {x + 2, top}, {x - 2 - w, b}, {x + 2, b}})
	if ok {
		s.fill("backing", boxPath(f.x0, f.y0, f.x1, f.y1), withAlpha(white, 0.75))
		s.writeUp("label", t, f.x1-t.size*descent, f.y0+1, 0, 0, c)
	}
}

// markerDash sets lines that mark a value apart from lines of data.
func markerDash(d Dash) Dash {
	if d == Solid {
		return Dashed
	}
	return d
}

// spot chooses among places for a label the one that covers the least data and
// no other label.
func (p *panel) spot(taken *[]frame, w, h float64, at [][2]float64) (frame, bool) {
	best, least := frame{}, math.MaxInt
	if w <= 2 {
		return best, false
	}
	for _, q := range at {
		f := frame{q[0], q[1], q[0] + w, q[1] + h}
		if f.x0 < p.frame.x0 || f.x1 > p.frame.x1 || f.y0 < p.frame.y0 || f.y1 > p.frame.y1 {
			continue
		}
		n := p.cover.count(f)
		for _, o := range *taken {
			if f.x0 < o.x1 && o.x0 < f.x1 && f.y0 < o.y1 && o.y0 < f.y1 {
				n += 10000
			}
		}
		if n < least {
			best, least = f, n
		}
	}
	if least == math.MaxInt {
		return best, false
	}
	*taken = append(*taken, best)
	p.cover.area(best)
	return best, true
}

// tag writes a text beside a point, inside the frame.
func (p *panel) tag(s *sheet, role, text string, q point, c color.NRGBA) {
	t := fitText(text, 7.5, p.frame.w()*0.8, false)
	x, y := q.x+3, q.y+3
	if x+t.width > p.frame.x1-2 {
		x = math.Max(p.frame.x0+2, math.Min(q.x-3-t.width, p.frame.x1-2-t.width))
	}
	if y+t.size > p.frame.y1-1 {
		y = q.y - 3 - t.size*capHeight
	}
	y = math.Max(p.frame.y0+2, y)
	s.fill("backing", boxPath(x-1, y-1.5, x+t.width+1, y+t.size*0.8), withAlpha(white, 0.7))
	s.write(role, t, x, y, 0, 0, c)
}
