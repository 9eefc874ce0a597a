package render

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
)

// A panel is a Panel resolved: every mark has its colour, every axis its scale.
type panel struct {
	src       *Panel
	marks     []Mark
	fields    []*field      // of marks[i], nil where it is no field
	colors    []color.NRGBA // of marks[i]
	bars      []*bars       // of marks[i], nil where it is no histogram
	x, y, z   scale
	solid     bool    // three-dimensional
	counted   *counts // of the densities, for the present frame
	shades    scale   // of their colours
	kinds     *kinds  // of heat maps of categories, nil if there are none
	bar       bool    // has a colour bar
	barCounts bool    // which explains the counts
	empty     bool
	flat      bool // every grid value is the same
	notes     []string
	entries   []entry
	place     legendPlace
	frame     frame
	shapes    []shape // of marks[i], in points of the frame they were made for
	cover     *cover
}

// A shape is the geometry of a mark, thinned.
type shape struct {
	lines  [][]point // drawn as lines
	dots   []point   // drawn as dots
	area   [][]point // filled, closed
	shades []float64 // of lines[i], if they are coloured by step
}

// values takes marks by value: a pointer to a mark satisfies Mark as well.
func values(in []Mark) []Mark {
	var out []Mark
	for _, m := range in {
		switch v := m.(type) {
		case *Line:
			m = deref(v)
		case *Scatter:
			m = deref(v)
		case *Path:
			m = deref(v)
		case *Contour:
			m = deref(v)
		case *Heatmap:
			m = deref(v)
		case *Surface:
			m = deref(v)
		case *Histogram:
			m = deref(v)
		case *Density:
			m = deref(v)
		case *Band:
			m = deref(v)
		case *HLine:
			m = deref(v)
		case *VLine:
			m = deref(v)
		case *Text:
			m = deref(v)
		}
		if m != nil {
			out = append(out, m)
		}
	}
	return out
}

func deref[M any](p *M) Mark {
	if p == nil {
		return nil
	}
	return any(*p).(Mark)
}

// resolve fits the scales of a panel to its marks.
func resolve(src *Panel) *panel {
	p := &panel{src: src, marks: values(src.Marks)}
	p.note(src.Notes...)
	kx, ky, kz := p.kind(&src.X, "x"), p.kind(&src.Y, "y"), p.kind(&src.Z, "z")
	ex, ey := newExtent(kx), newExtent(ky)
	p.fields = make([]*field, len(p.marks))
	p.bars = make([]*bars, len(p.marks))
	var padX, padLo, padHi float64

	for i, m := range p.marks {
		var g *Grid
		switch m := m.(type) {
		case Contour:
			g = &m.Grid
			p.bar = true
			if m.Log {
				kz = logarithmic
			}
		case Heatmap:
			g = &m.Grid
			p.bar = p.bar || !m.Categories
			if m.Log {
				kz = logarithmic
			}
		case Surface:
			g = &m.Grid
			p.solid = true
			if m.Log {
				kz = logarithmic
			}
		default:
			continue
		}
		f := g.prepare(kx, ky)
		p.fields[i] = f
		p.note(f.notes...)
		if h, ok := m.(Heatmap); ok && h.Categories {
			p.readKinds(f, h.Names)
		}
		if f.empty() {
			continue
		}
		spanX, spanY := reach, reach
		if _, cells := m.(Heatmap); !cells {
			spanX, spanY = ends, ends
		}
		addBoth(&ex, spanX, f.x, kx)
		addBoth(&ey, spanY, f.y, ky)
	}
	for _, m := range p.marks {
		p.solid = p.solid || inSpace(m)
	}
	if !slices.ContainsFunc(p.fields, func(f *field) bool { return f != nil }) {
		padX, padLo, padHi = 0.02, 0.05, 0.05
	}
	if len(p.densities()) > 0 {
		padX, padLo, padHi = 0, min(padLo, 0.03), min(padHi, 0.03)
	}
	inX := within(&src.X)

	for _, m := range p.marks {
		switch m := m.(type) {
		case Line:
			p.pairs(&ex, &ey, xOr(m.X, len(m.Y)), m.Y, inX)
		case Scatter:
			p.pairs(&ex, &ey, m.X, m.Y, inX)
		case Path:
			p.pairs(&ex, &ey, m.X, m.Y, inX)
		case Band:
			p.pairs(&ex, &ey, m.X, m.Lo, inX)
			p.pairs(&ex, &ey, m.X, m.Hi, inX)
			if m.Mid != nil {
				p.pairs(&ex, &ey, m.X, m.Mid, inX)
			}
		case Density:
			p.pairs(&ex, &ey, m.X, m.Y, inX)
			placesReach(&m, &ex)
		case HLine:
			ey.add(m.Y)
		case VLine:
			ex.add(m.X)
		case Text:
			p.pairs(&ex, &ey, []float64{m.X}, []float64{m.Y}, inX)
		case Histogram:
			for _, v := range m.Values {
				ex.add(v)
			}
		}
	}
	var notes []string
	p.x, notes = ex.scale(&src.X, padX, padX)
	p.note(notes...)
	for i, m := range p.marks {
		if h, ok := m.(Histogram); ok {
			b := count1D(&h, &p.x)
			p.bars[i] = b
			for _, v := range b.heights {
				if v > 0 {
					ey.add(v)
				}
			}
			if ky == logarithmic && !ey.empty() {
				ey.add(ey.lo / 2)
			} else {
				ey.add(0)
			}
			if ey.lo == 0 || ky == logarithmic {
				padLo = 0
			}
		}
	}
	p.y, notes = ey.scale(&src.Y, padLo, padHi)
	p.note(notes...)

	var fields []*field
	for i, f := range p.fields {
		if h, ok := p.marks[i].(Heatmap); ok && h.Categories {
			continue
		}
		if f != nil && !f.empty() {
			fields = append(fields, f)
		}
	}
	if len(fields) > 0 {
		var ez extent
		p.z, ez, notes = colorScale(fields, &src.Z, kz)
		p.note(notes...)
		p.flat = ez.lo == ez.hi
		if ez.empty() || p.flat {
			p.bar = false
		}
		if ez.empty() {
			p.note("the grid has nothing to show")
		}
	} else {
		p.bar = false
		ez := p.heights(kz)
		p.z, notes = ez.scale(&src.Z, padLo, padHi)
		p.note(notes...)
		p.note(ez.notes("z")...)
	}
	p.unseen()
	p.note(ex.notes("x")...)
	p.note(ey.notes("y")...)
	p.empty = ex.empty() || ey.empty()
	return p
}

// inSpace reports whether a mark has a third coordinate of its own.
func inSpace(m Mark) bool {
	path, ok := m.(Path)
	return ok && path.Z != nil
}

// heights is the extent of the third coordinate of paths.
func (p *panel) heights(k scaleKind) extent {
	e := newExtent(k)
	for _, m := range p.marks {
		m, ok := m.(Path)
		if !ok || m.Z == nil {
			continue
		}
		if n := min(len(m.X), len(m.Y)); n != len(m.Z) {
			p.note(fmt.Sprintf("%d points and %d z: the rest left out", n, len(m.Z)))
		}
		for _, z := range m.Z {
			e.add(z)
		}
	}
	return e
}

// unseen notes which marks a three-dimensional panel does not draw.
func (p *panel) unseen() {
	surface := slices.ContainsFunc(p.marks, func(m Mark) bool { _, ok := m.(Surface); return ok })
	for _, m := range p.marks {
		if !p.solid || inSpace(m) {
			continue
		}
		switch m.(type) {
		case Heatmap, Histogram, Density, Band, HLine, VLine:
			if surface {
				p.note(fmt.Sprintf("%s not drawn on a surface", kindName(m)))
			}
		case Surface, Contour:
			continue
		}
		if !surface {
			p.note(fmt.Sprintf("%s not drawn in space", kindName(m)))
		}
	}
}

func (p *panel) kind(a *Axis, name string) scaleKind {
	k, ok := kindOf(a.Scale)
	if !ok {
		p.note(fmt.Sprintf("unknown scale %q of axis %s: linear", a.Scale, name))
	}
	return k
}

func kindName(m Mark) string {
	return strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", m), "render."))
}

func (p *panel) note(notes ...string) {
	for _, n := range notes {
		if !slices.Contains(p.notes, n) {
			p.notes = append(p.notes, n)
		}
	}
}

func ends(v []float64, _ scaleKind) (lo, hi float64) { return v[0], v[len(v)-1] }

func addBoth(e *extent, span func([]float64, scaleKind) (float64, float64), v []float64, k scaleKind) {
	for _, w := range v[:1] {
		e.add(w)
	}
	lo, hi := span(v, k)
	for _, w := range [2]float64{lo, hi} {
		if k.drawable(w) {
			e.add(w)
		}
	}
}

// within tells whether a value lies inside the fixed ends of an axis: what is
// cut off must not stretch the other axis.
func within(a *Axis) func(float64) bool {
	lo, hi := math.Inf(-1), math.Inf(1)
	if a.Min != nil && !math.IsNaN(*a.Min) {
		lo = *a.Min
	}
	if a.Max != nil && !math.IsNaN(*a.Max) {
		hi = *a.Max
	}
	if lo >= hi {
		return func(float64) bool { return true }
	}
	return func(v float64) bool { return v >= lo && v <= hi }
}

// xOr is x, or the index where x is left out.
func xOr(x []float64, n int) []float64 {
	if x != nil {
		return x
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i)
	}
	return out
}

// pairs adds the points that both axes can show, and counts the others.
func (p *panel) pairs(ex, ey *extent, x, y []float64, inX func(float64) bool) {
	if len(x) != len(y) {
		p.note(fmt.Sprintf("%d x and %d y: the rest left out", len(x), len(y)))
	}
	for i := range min(len(x), len(y)) {
		u, v := x[i], y[i]
		switch {
		case ex.kind.drawable(u) && ey.kind.drawable(v):
			ex.add(u)
			if inX(u) {
				ey.add(v)
			}
		case !ex.kind.drawable(u):
			ex.add(u)
		default:
			// The axis runs on over steps whose value cannot be shown.
			ex.add(u)
			ey.add(v)
		}
	}
}

// at is the place of a value on the sheet.
func (p *panel) at(x, y float64) point {
	q := point{
		p.frame.x0 + p.x.at(x)*p.frame.w(),
		p.frame.y0 + p.y.at(y)*p.frame.h(),
	}
	if !finite(q) {
		return point{math.NaN(), math.NaN()}
	}
	return clampFar(q)
}

func (p *panel) points(x, y []float64) []point {
	out := make([]point, min(len(x), len(y)))
	for i := range out {
		out[i] = p.at(x[i], y[i])
	}
	return out
}

// assignColors gives each mark its colour. A name has the same colour in every
// panel; marks without a name take what their panel has not used.
func assignColors(panels []*panel) {
	named := map[string]color.NRGBA{}
	for _, p := range panels {
		used := map[color.NRGBA]bool{}
		next := func() color.NRGBA {
			for i := range categorical {
				if c := categorical[i]; !used[c] {
					return c
				}
			}
			return categorical[len(used)%len(categorical)]
		}
		p.colors = make([]color.NRGBA, len(p.marks))
		for _, m := range p.marks {
			if label, _, _ := colored(m); label != "" {
				if c, ok := named[label]; ok {
					used[c] = true
				}
			}
		}
		turn := 0
		for i, m := range p.marks {
			label, fixed, takes := colored(m)
			switch {
			case fixed != noColor:
				p.colors[i] = fixed
				continue
			case !takes:
				p.colors[i] = softInk
				continue
			}
			if c, ok := named[label]; ok && label != "" {
				p.colors[i] = c
				continue
			}
			c := next()
			if len(used) >= len(categorical) {
				c = categorical[turn%len(categorical)]
				turn++
			}
			used[c] = true
			p.colors[i] = c
			if label != "" {
				named[label] = c
			}
		}
	}
}

// colored tells the name and the given colour of a mark, and whether it takes
// one of the palette.
func colored(m Mark) (label string, fixed color.NRGBA, takes bool) {
	switch m := m.(type) {
	case Line:
		return m.Label, m.Color, true
	case Scatter:
		return m.Label, m.Color, true
	case Path:
		return m.Label, m.Color, true
	case Histogram:
		return m.Label, m.Color, true
	case Band:
		return m.Label, m.Color, true
	case HLine:
		return m.Label, m.Color, false
	case VLine:
		return m.Label, m.Color, false
	case Text:
		return "", m.Color, false
	}
	return "", noColor, false
}

// bars are the cells of a histogram: heights[i] between edges[i] and
// edges[i+1].
type bars struct {
	edges, heights []float64
}

func count1D(h *Histogram, s *scale) *bars {
	v := make([]float64, 0, len(h.Values))
	for _, x := range h.Values {
		if t := s.at(x); t >= 0 && t <= 1 {
			v = append(v, x)
		}
	}
	if len(v) == 0 {
		return &bars{}
	}
	slices.Sort(v)
	lo, hi := s.at(v[0]), s.at(v[len(v)-1])
	n := h.Bins
	if n <= 0 {
		n = freedmanDiaconis(v, s)
	}
	n = min(n, 2000)
	if !(hi-lo > 1e-9) {
		n, lo, hi = 1, lo-0.05, lo+0.05
	}
	b := &bars{edges: make([]float64, n+1), heights: make([]float64, n)}
	for i := range b.edges {
		b.edges[i] = s.value(lo + (hi-lo)*float64(i)/float64(n))
	}
	for _, x := range v {
		i := int((s.at(x) - lo) / (hi - lo) * float64(n))
		b.heights[min(max(i, 0), n-1)]++
	}
	if h.Density {
		for i := range b.heights {
			if w := b.edges[i+1] - b.edges[i]; w > 0 {
				b.heights[i] /= float64(len(v)) * w
			}
		}
	}
	return b
}

// freedmanDiaconis is the number of cells of width 2 IQR / n^(1/3), on the
// scaled axis; v is sorted.
func freedmanDiaconis(v []float64, s *scale) int {
	n := len(v)
	lo, hi := s.at(v[0]), s.at(v[n-1])
	iqr := s.at(v[n*3/4]) - s.at(v[n/4])
	cells := math.Sqrt(float64(n))
	if iqr > 0 {
		cells = (hi - lo) / (2 * iqr / math.Cbrt(float64(n)))
	}
	return int(math.Min(120, math.Max(1, math.Ceil(cells))))
}
