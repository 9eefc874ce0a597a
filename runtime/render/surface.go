package render

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// A projection shows the box [-1, 1] x [-1, 1] x [-tall, tall] from afar,
// without perspective: parallel stays parallel, and heights compare anywhere.
type projection struct {
	right, up, eye [3]float64 // unit vectors; eye points to the viewer
	scale          float64    // points per unit
	cx, cy         float64    // of the middle of the box on the sheet
}

const tall = 0.72 // half height of the box

func newProjection(azimuth, elevation float64, f frame) projection {
	if azimuth == 0 && elevation == 0 {
		azimuth, elevation = -60, 30
	}
	if !(math.Abs(azimuth) < 1e6) {
		azimuth = -60
	}
	if !(elevation >= -90 && elevation <= 90) {
		elevation = 30
	}
	sa, ca := math.Sincos(math.Mod(azimuth, 360) * math.Pi / 180)
	se, ce := math.Sincos(elevation * math.Pi / 180)
	v := projection{
		right: [3]float64{-sa, ca, 0},
		up:    [3]float64{-se * ca, -se * sa, ce},
		eye:   [3]float64{ce * ca, ce * sa, se},
	}
	w := 2 * (math.Abs(v.right[0]) + math.Abs(v.right[1]))
	h := 2 * (math.Abs(v.up[0]) + math.Abs(v.up[1]) + tall*math.Abs(v.up[2]))
	// Room for the labels of the axes.
	const left, side, low, high = 38, 12, 26, 4
	v.scale = math.Max(1, math.Min((f.w()-left-side)/w, (f.h()-low-high)/h))
	v.cx = (f.x0 + left + f.x1 - side) / 2
	v.cy = (f.y0 + low + f.y1 - high) / 2
	return v
}

// at is the place of a point of the box on the sheet, and its nearness.
func (v *projection) at(x, y, z float64) (point, float64) {
	return point{
		v.cx + v.scale*(x*v.right[0]+y*v.right[1]+z*v.right[2]),
		v.cy + v.scale*(x*v.up[0]+y*v.up[1]+z*v.up[2]),
	}, x*v.eye[0] + y*v.eye[1] + z*v.eye[2]
}

func (v *projection) point(x, y, z float64) point {
	p, _ := v.at(x, y, z)
	return p
}

// back is the side of the box that faces away from the viewer along an axis.
func (v *projection) back(axis int) float64 {
	if v.eye[axis] > 0 {
		return -1
	}
	return 1
}

// boxed maps a fraction of an axis to the box.
func boxed(t float64) float64 { return 2*t - 1 }

// A mesh is a surface in the box. Vertices that are missing have NaN heights.
type mesh struct {
	nx, ny  int
	x, y, z []float64 // of the vertices, in the box; x by column, y by row
	tint    []float64 // height as a fraction of the colours
	light   []float64
}

func (p *panel) mesh(f *field) *mesh {
	m := &mesh{nx: len(f.x), ny: len(f.y)}
	inside := func(t float64) float64 {
		if t < -1e-9 || t > 1+1e-9 {
			return math.NaN()
		}
		return boxed(t)
	}
	for _, x := range f.x {
		m.x = append(m.x, inside(p.x.at(x)))
	}
	for _, y := range f.y {
		m.y = append(m.y, inside(p.y.at(y)))
	}
	m.tint = make([]float64, len(f.z))
	m.z = make([]float64, len(f.z))
	for k, v := range f.z {
		m.tint[k] = p.lift(v)
		m.z[k] = tall * boxed(m.tint[k])
	}
	m.shade()
	return m
}

// lift is the height of a value as a fraction of the box. What is not positive
// lies on the floor of a log scale.
func (p *panel) lift(v float64) float64 {
	if math.IsNaN(v) {
		return v
	}
	t := p.z.at(v)
	if math.IsNaN(t) {
		return 0
	}
	return math.Min(1, math.Max(0, t))
}

// shade lights the vertices from the upper left of the box.
func (m *mesh) shade() {
	m.light = make([]float64, len(m.z))
	l := [3]float64{-0.48, -0.35, 0.80}
	for j := range m.ny {
		for i := range m.nx {
			k := j*m.nx + i
			i0, i1 := max(i-1, 0), min(i+1, m.nx-1)
			j0, j1 := max(j-1, 0), min(j+1, m.ny-1)
			dx := (m.z[j*m.nx+i1] - m.z[j*m.nx+i0]) / (m.x[i1] - m.x[i0])
			dy := (m.z[j1*m.nx+i] - m.z[j0*m.nx+i]) / (m.y[j1] - m.y[j0])
			n := math.Sqrt(1 + dx*dx + dy*dy)
			b := (-dx*l[0] - dy*l[1] + l[2]) / n
			if math.IsNaN(b) {
				b = l[2]
			}
			m.light[k] = 0.80 + 0.28*math.Max(0, b)
		}
	}
}

// drawSolid draws a three-dimensional panel.
func (p *panel) drawSolid(s *sheet) {
	var meshes []*mesh
	for i, m := range p.marks {
		if _, ok := m.(Surface); ok {
			if f := p.fields[i]; f != nil && !f.empty() {
				meshes = append(meshes, p.mesh(f))
			}
		}
	}
	v := newProjection(p.src.View.Azimuth, p.src.View.Elevation, p.frame)
	under := s
	if len(meshes) > 0 { // which hide what lies behind them
		under = newSheet(s.w, s.h)
	}
	p.walls(under, &v)
	for i, m := range p.marks {
		switch m := m.(type) {
		case Surface:
			if m.Floor {
				p.floor(under, &v, p.fields[i], chooseLevels(&p.z, 12))
			}
		case Contour:
			p.floor(under, &v, p.fields[i], p.levels(&m))
		}
	}
	r := v.bounds()
	if len(meshes) > 0 {
		s.role = "surface"
		s.image(box(r.x0, r.y0, r.x1, r.y1), surfaceDPI, paintSurface(meshes, &v, r, under))
	}
	p.boxAxes(s, &v)
	visible := sight(meshes, &v, r)
	p.onSurface(s, &v, visible)
	if drawn := p.inAir(s, &v, visible); !drawn && len(meshes) == 0 {
		s.write("note", layText("nothing to show", labelSize, false), v.cx, v.cy, 0.5, 0.5, softInk)
	}
}

// sight tells whether meshes leave the view of a place on the sheet open at a
// nearness.
func sight(meshes []*mesh, v *projection, r frame) func(q point, near float64) bool {
	var d *depths
	return func(q point, near float64) bool {
		if len(meshes) == 0 {
			return true
		}
		if d == nil {
			d = newDepths(int(r.w()*2)+1, int(r.h()*2)+1, r)
			for _, m := range meshes {
				d.cover(m, d.vertices(m, v), nil)
			}
		}
		return d.seen(q, near)
	}
}

// bounds is the smallest rectangle about the box.
func (v *projection) bounds() frame {
	r := frame{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for i := range 8 {
		q := v.point(float64(i&1*2-1), float64(i>>1&1*2-1), tall*float64(i>>2&1*2-1))
		r = frame{math.Min(r.x0, q.x), math.Min(r.y0, q.y), math.Max(r.x1, q.x), math.Max(r.y1, q.y)}
	}
	return frame{r.x0 - 1, r.y0 - 1, r.x1 + 1, r.y1 + 1}
}

// walls draws the far sides of the box with their grid.
func (p *panel) walls(s *sheet, v *projection) {
	bx, by, bz := v.back(0), v.back(1), tall*v.back(2)
	wall := color.NRGBA{0xF7, 0xF7, 0xF8, 0xFF}
	quad := func(c ...point) { s.fill("wall", closedPath(c), wall) }
	quad(v.point(bx, -1, -tall), v.point(bx, 1, -tall), v.point(bx, 1, tall), v.point(bx, -1, tall))
	quad(v.point(-1, by, -tall), v.point(1, by, -tall), v.point(1, by, tall), v.point(-1, by, tall))
	quad(v.point(-1, -1, bz), v.point(1, -1, bz), v.point(1, 1, bz), v.point(-1, 1, bz))
	var grid vg.Path
	line := func(a, b point) { grid = append(grid, segment(a.x, a.y, b.x, b.y)...) }
	xt, yt, zt := p.boxTicks(v)
	for _, t := range xt {
		if x := boxed(t.at); !t.minor {
			line(v.point(x, -1, bz), v.point(x, 1, bz))
			line(v.point(x, by, -tall), v.point(x, by, tall))
		}
	}
	for _, t := range yt {
		if y := boxed(t.at); !t.minor {
			line(v.point(-1, y, bz), v.point(1, y, bz))
			line(v.point(bx, y, -tall), v.point(bx, y, tall))
		}
	}
	for _, t := range zt {
		if z := tall * boxed(t.at); !t.minor {
			line(v.point(-1, by, z), v.point(1, by, z))
			line(v.point(bx, -1, z), v.point(bx, 1, z))
		}
	}
	s.stroke("grid", grid, color.NRGBA{0xDC, 0xDC, 0xDE, 0xFF}, 0.5, Solid)
}

func (p *panel) boxTicks(v *projection) (x, y, z []tick) {
	length := func(dx, dy, dz float64) float64 {
		a, b := v.point(-dx, -dy, -dz), v.point(dx, dy, dz)
		return math.Max(20, math.Hypot(b.x-a.x, b.y-a.y))
	}
	x, _ = p.x.ticks(int(length(1, 0, 0) / 17))
	y, _ = p.y.ticks(int(length(0, 1, 0) / 17))
	z, _ = p.z.ticks(int(length(0, 0, tall) / 12))
	return x, y, z
}

func (p *panel) floor(s *sheet, v *projection, f *field, levels []float64) {
	if f == nil || f.empty() {
		return
	}
	bz := tall * v.back(2)
	t := newTracer(f.z, len(f.x), len(f.y))
	for _, level := range levels {
		var lines [][]point
		for _, l := range f.curves(t, level, func(x, y float64) point {
			tx, ty := p.x.at(x), p.y.at(y)
			if !(tx >= 0 && tx <= 1 && ty >= 0 && ty <= 1) {
				return point{math.NaN(), math.NaN()}
			}
			return v.point(boxed(tx), boxed(ty), bz)
		}) {
			lines = append(lines, runs(l)...)
		}
		s.stroke("contour", p.frame.polyline(lines), levelColor(&p.z, level), 0.5, Solid)
	}
}

// boxAxes draws the edges of the box that carry axes, with ticks and labels
// outside them.
func (p *panel) boxAxes(s *sheet, v *projection) {
	bz := tall * v.back(2)
	if bz > 0 {
		bz = -bz
	}
	fx, fy := -v.back(0), -v.back(1)
	xt, yt, zt := p.boxTicks(v)
	var taken []frame // by labels: those of two edges meet at a corner
	p.edge(s, &taken, xt, p.src.X.title(), func(t float64) point { return v.point(boxed(t), fy, bz) },
		v.point(0, fy, 0), v.point(0, 0, 0))
	p.edge(s, &taken, yt, p.src.Y.title(), func(t float64) point { return v.point(fx, boxed(t), bz) },
		v.point(fx, 0, 0), v.point(0, 0, 0))
	// The vertical axis stands at the left outline of the box.
	cx, cy, least := -1.0, -1.0, math.Inf(1)
	for i := range 4 {
		x, y := float64(i&1*2-1), float64(i>>1*2-1)
		if q := v.point(x, y, 0); q.x < least {
			cx, cy, least = x, y, q.x
		}
	}
	mid := v.point(cx, cy, 0)
	p.edge(s, &taken, zt, p.src.Z.title(), func(t float64) point { return v.point(cx, cy, tall*boxed(t)) },
		mid, point{mid.x + 1, mid.y})
}

// edge draws one axis along at(0..1); labels stand on the side that leads from
// inner to outer, and none where another is taken.
func (p *panel) edge(s *sheet, taken *[]frame, ticks []tick, title string, at func(float64) point, outer, inner point) {
	a, b := at(0), at(1)
	s.stroke("frame", segment(a.x, a.y, b.x, b.y), ink, 0.6, Solid)
	// Outwards is across the edge, on the outer side.
	ox, oy := -(b.y - a.y), b.x-a.x
	if n := math.Hypot(ox, oy); n < 1 {
		return
	} else {
		ox, oy = ox/n, oy/n
	}
	if ox*(outer.x-inner.x)+oy*(outer.y-inner.y) < 0 {
		ox, oy = -ox, -oy
	}
	ax, ay := 0.5-0.5*math.Max(-1, math.Min(1, 1.6*ox)), 0.5-0.5*math.Max(-1, math.Min(1, 1.6*oy))
	var marks vg.Path
	wide := 0.0
	last := math.Inf(-1)
	for _, t := range ticks {
		q := at(t.at)
		n := tickLength
		if t.minor {
			n *= 0.5
		}
		marks = append(marks, segment(q.x, q.y, q.x+ox*n, q.y+oy*n)...)
		l := layText(t.label, tickSize, false)
		// Along the edge the labels need their width where it runs level, and
		// their height where it is steep.
		along := math.Hypot(q.x-a.x, q.y-a.y)
		need := math.Abs(oy)*l.width + math.Abs(ox)*tickSize
		if t.label == "" || along-need/2 < last+2 {
			continue
		}
		place := labelPlace(l, q.x+ox*(tickLength+2.5), q.y+oy*(tickLength+2.5), ax, ay)
		if slices.ContainsFunc(*taken, place.meets) {
			continue
		}
		*taken = append(*taken, place)
		last = along + need/2
		s.write("tick", l, q.x+ox*(tickLength+2.5), q.y+oy*(tickLength+2.5), ax, ay, ink)
		wide = math.Max(wide, l.width)
	}
	s.stroke("ticks", marks, ink, 0.5, Solid)
	if title == "" {
		return
	}
	mid := at(0.5)
	out := tickLength + 5 + math.Abs(ox)*wide + math.Abs(oy)*tickSize
	t := fitText(title, labelSize, math.Max(40, p.frame.w()*0.45), false)
	if ox < -0.99 {
		s.writeUp("axis", t, mid.x-out-2-labelSize*descent, mid.y, 0.5, 0, ink)
		return
	}
	s.write("axis", t, mid.x+ox*out, mid.y+oy*out, ax, ay, ink)
}

// labelPlace is the room of a label anchored as sheet.write anchors it, with a
// margin that keeps two numbers from being read as one.
func labelPlace(l label, x, y, ax, ay float64) frame {
	const marginX, marginY = 3, 1
	x, y = x-ax*l.width, y-ay*capHeight*l.size
	return frame{x - marginX, y - marginY, x + l.width + marginX, y + capHeight*l.size + marginY}
}

// meets reports whether two rectangles overlap.
func (f frame) meets(g frame) bool { return f.x0 < g.x1 && g.x0 < f.x1 && f.y0 < g.y1 && g.y0 < f.y1 }

// onSurface draws paths, lines and dots on the first surface, where nothing
// stands before them.
func (p *panel) onSurface(s *sheet, v *projection, visible func(q point, near float64) bool) {
	var f *field
	for i, m := range p.marks {
		if _, ok := m.(Surface); ok && p.fields[i] != nil && !p.fields[i].empty() {
			f = p.fields[i]
			break
		}
	}
	if f == nil {
		return
	}
	spot := func(x, y float64) (point, bool) {
		tx, ty := p.x.at(x), p.y.at(y)
		z := p.lift(f.height(x, y))
		if !(tx >= 0 && tx <= 1 && ty >= 0 && ty <= 1) || math.IsNaN(z) {
			return point{}, false
		}
		q, near := v.at(boxed(tx), boxed(ty), tall*boxed(z))
		return q, visible(q, near)
	}
	for i, m := range p.marks {
		c := p.colors[i]
		switch m := m.(type) {
		case Line:
			p.drape(s, &Path{X: xOr(m.X, len(m.Y)), Y: m.Y, Dash: m.Dash, Width: m.Width}, c, spot)
		case Path:
			if m.Z == nil {
				p.drape(s, &m, c, spot)
			}
		case Scatter:
			var dots []point
			for k := range min(len(m.X), len(m.Y)) {
				if q, ok := spot(m.X[k], m.Y[k]); ok {
					dots = append(dots, q)
				}
			}
			p.dots(s, "scatter", thinDots(dots, p.frame), dotSize/2, c)
		case Text:
			if q, ok := spot(m.X, m.Y); ok {
				p.tag(s, "text", m.Text, q, c)
			}
		}
	}
}

// drape lays a path on the surface: between its points it follows the ground.
func (p *panel) drape(s *sheet, m *Path, c color.NRGBA, spot func(x, y float64) (point, bool)) {
	n := min(len(m.X), len(m.Y))
	flat := make([]point, n)
	for i := range flat {
		// Thinning works on a map of the floor that is as wide as the frame.
		flat[i] = point{p.x.at(m.X[i]) * p.frame.w(), p.y.at(m.Y[i]) * p.frame.w()}
		if !finite(flat[i]) {
			flat[i] = point{math.NaN(), math.NaN()}
		} else {
			flat[i] = clampFar(flat[i])
		}
	}
	var g shape
	if m.ByStep {
		g.steps(flat)
	} else {
		g.line(flat, wholePath)
	}
	pieces := 0
	for k, l := range g.lines {
		var out [][]point
		var part []point
		for i, b := range l {
			a := b
			if i > 0 {
				a = l[i-1]
			}
			steps := 1 + int(math.Min(400, math.Hypot(b.x-a.x, b.y-a.y)/1.5))
			if pieces += steps; pieces > 20*maxElements {
				steps = 1
			}
			for j := 1; j <= steps; j++ {
				t := float64(j) / float64(steps)
				q, ok := spot(p.x.value((a.x+t*(b.x-a.x))/p.frame.w()), p.y.value((a.y+t*(b.y-a.y))/p.frame.w()))
				if ok {
					part = append(part, q)
				} else if part != nil {
					out, part = append(out, part), nil
				}
			}
		}
		if len(part) > 1 {
			out = append(out, part)
		}
		color := c
		if m.ByStep {
			color = colorMap()[mapIndex(stepShade(g.shades[k]))]
		}
		for i := range out {
			out[i] = simplify(out[i], 0.05)
		}
		line := p.frame.polyline(out)
		width := orElse(m.Width, 0.9)
		if n > 150 {
			width = orElse(m.Width, 0.5)
		}
		s.stroke("casing", line, withAlpha(white, 0.6), width+0.9, Solid)
		s.stroke("path", line, color, width, m.Dash)
		if m.Arrows > 0 {
			p.arrows(s, out, min(m.Arrows, 50), color)
		}
	}
	p.ends3D(s, m, c, spot)
}

// ends3D marks the first and the last point of a path on the surface.
func (p *panel) ends3D(s *sheet, m *Path, c color.NRGBA, spot func(x, y float64) (point, bool)) {
	n := min(len(m.X), len(m.Y))
	if n == 0 {
		return
	}
	if q, ok := spot(m.X[0], m.Y[0]); ok && m.Start {
		startMark(s, q, c)
	}
	if q, ok := spot(m.X[n-1], m.Y[n-1]); ok && m.End {
		endMark(s, q, c)
	}
}
