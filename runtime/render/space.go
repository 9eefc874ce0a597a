package render

import "math"

// inAir draws paths that have a third coordinate, and before them their shadows
// on the floor, without which no place in space can be read. It reports whether
// there is any.
func (p *panel) inAir(s *sheet, v *projection, visible func(q point, near float64) bool) bool {
	tracks := map[int][]point{} // by mark: the path on the sheet, a NaN where it is not seen
	for i, m := range p.marks {
		m, ok := m.(Path)
		if !ok || m.Z == nil {
			continue
		}
		n := min(len(m.X), len(m.Y), len(m.Z))
		air, floor := make([]point, n), make([]point, n)
		for k := range n {
			air[k], floor[k] = point{math.NaN(), math.NaN()}, point{math.NaN(), math.NaN()}
			x, y, z := p.x.at(m.X[k]), p.y.at(m.Y[k]), p.z.at(m.Z[k])
			if !inBox(x) || !inBox(y) || !inBox(z) {
				continue
			}
			x, y, z = boxed(x), boxed(y), tall*boxed(z)
			if q, near := v.at(x, y, z); visible(q, near) {
				air[k] = q
			}
			if q, near := v.at(x, y, tall*v.back(2)); visible(q, near) {
				floor[k] = q
			}
		}
		tracks[i] = air
		var g shape
		g.line(floor, wholePath)
		s.stroke("shadow", p.frame.polyline(g.lines), withAlpha(p.colors[i], 0.3), 0.6, Solid)
	}
	for i, m := range p.marks {
		pts, ok := tracks[i]
		if !ok {
			continue
		}
		path := m.(Path)
		var g shape
		if path.ByStep {
			g.steps(pts)
		} else {
			g.line(pts, wholePath)
		}
		p.track(s, &path, &g, p.colors[i], true)
		p.endsOf(s, &path, pts, p.colors[i])
	}
	return len(tracks) > 0
}

// inBox reports whether a fraction of an axis lies within it, but for rounding.
func inBox(t float64) bool { return t >= -1e-9 && t <= 1+1e-9 }
