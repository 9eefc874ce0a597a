package render

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// Points closer than column, in points of length, fall on the same pixel of a
// 300 dpi print.
const column = 0.24

// maxElements bounds the segments or markers that one mark emits.
const maxElements = 12000

type point struct{ x, y float64 }

func finite(p point) bool { return !math.IsNaN(p.x) && !math.IsNaN(p.y) }

// clampFar keeps coordinates far outside the panel from overflowing; at 1e5
// points the slope of what remains visible does not change.
func clampFar(p point) point {
	const far = 1e5
	return point{math.Min(far, math.Max(-far, p.x)), math.Min(far, math.Max(-far, p.y))}
}

// runs splits points where a coordinate is NaN.
func runs(pts []point) [][]point {
	var out [][]point
	start := -1
	for i, p := range pts {
		switch ok := finite(p); {
		case ok && start < 0:
			start = i
		case !ok && start >= 0:
			out = append(out, pts[start:i])
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, pts[start:])
	}
	return out
}

// thinLine reduces a line for drawing. Where x never falls, each pixel column
// keeps its first, least, greatest and last point, in order: so the envelope of
// an oscillation of any period is exact, which sampling would lose. Otherwise,
// see thinPath.
func thinLine(parts [][]point) [][]point {
	total := 0
	rising := true
	for _, r := range parts {
		total += len(r)
		for i := 1; rising && i < len(r); i++ {
			rising = r[i].x >= r[i-1].x
		}
	}
	if total <= 2000 {
		return parts
	}
	if !rising || len(parts) > 1000 {
		return thinPath(parts, maxElements)
	}
	out := make([][]point, 0, len(parts))
	for _, r := range parts {
		out = append(out, thinColumns(r))
	}
	return out
}

func thinColumns(r []point) []point {
	var out []point
	for i := 0; i < len(r); {
		c := math.Floor(r[i].x / column)
		lo, hi, j := i, i, i+1
		for ; j < len(r) && math.Floor(r[j].x/column) == c; j++ {
			if r[j].y < r[lo].y {
				lo = j
			}
			if r[j].y > r[hi].y {
				hi = j
			}
		}
		last := -1
		for _, k := range [4]int{i, min(lo, hi), max(lo, hi), j - 1} {
			if k > last {
				out = append(out, r[k])
				last = k
			}
		}
		i = j
	}
	return out
}

// linePoints is points for what thinLine thins. Those of a very long line are
// thinned while they are made, which leaves the same: the first, least, greatest
// and last of a column are among those of its parts.
func (p *panel) linePoints(x, y []float64) []point {
	const chunk = 1 << 14
	n := min(len(x), len(y))
	if n <= 4*chunk || !slices.IsSorted(x[:n]) {
		return p.points(x, y)
	}
	var out []point
	buffer := make([]point, chunk)
	for from := 0; from < n; from += chunk {
		part := buffer[:min(chunk, n-from)]
		for i := range part {
			part[i] = p.at(x[from+i], y[from+i])
		}
		for len(part) > 0 {
			if !finite(part[0]) { // one stands for a gap of any length
				if len(out) == 0 || finite(out[len(out)-1]) {
					out = append(out, part[0])
				}
				part = part[1:]
				continue
			}
			end := slices.IndexFunc(part, func(q point) bool { return !finite(q) })
			if end < 0 {
				end = len(part)
			}
			out = append(out, thinColumns(part[:end])...)
			part = part[end:]
		}
	}
	return out
}

type cell struct{ x, y int32 }

func cellOf(p point, size float64) cell {
	return cell{int32(math.Floor(p.x / size)), int32(math.Floor(p.y / size))}
}

// thinPath reduces a trajectory: points of one pixel become the first of them,
// and a stretch between two pixels is drawn once, however often it is run
// through. Pixels grow until at most limit stretches are left.
func thinPath(parts [][]point, limit int) [][]point {
	total := 0
	for _, r := range parts {
		total += len(r)
	}
	if total <= min(limit, 2000) {
		return parts
	}
	for size := column; ; size *= 1.6 {
		if out, n := thinCells(parts, size, limit); n <= limit || size > 1e5 {
			return out
		}
	}
}

func thinCells(parts [][]point, size float64, limit int) (out [][]point, n int) {
	first := map[cell]point{}
	seen := map[[2]cell]struct{}{}
	for _, r := range parts {
		var line []point
		var at cell
		for i, p := range r {
			c := cellOf(p, size)
			if _, ok := first[c]; !ok {
				first[c] = p
			}
			if i == 0 {
				at = c
				line = []point{first[c]}
				continue
			}
			if c == at {
				continue
			}
			key := [2]cell{at, c}
			if c.x < at.x || c.x == at.x && c.y < at.y {
				key = [2]cell{c, at}
			}
			at = c
			if _, ok := seen[key]; ok {
				if len(line) > 1 {
					out = append(out, line)
				}
				line = []point{first[c]}
				continue
			}
			seen[key] = struct{}{}
			if n++; n > limit && size < 1e5 {
				return nil, n
			}
			line = append(line, first[c])
		}
		if len(line) > 1 || len(r) == 1 {
			out = append(out, line)
		}
	}
	return out, n
}

// thinDots keeps one dot for each small square, which grows until at most
// maxElements are left; it stays under the size of a dot unless the panel is
// very large.
func thinDots(pts []point, within frame) []point {
	return thinDotsOf(len(pts), func(i int) point { return pts[i] }, within)
}

// thinDotsOf is thinDots of n points that are made when they are looked at:
// very many dots are never all there.
func thinDotsOf(n int, at func(i int) point, within frame) []point {
	inside := func(i int) (point, bool) {
		p := at(i)
		return p, finite(p) && within.holds(p)
	}
	var few []point
	count := 0
	for i := range n {
		if p, ok := inside(i); ok {
			if count++; count <= 500 {
				few = append(few, p)
			}
		}
	}
	if count <= 500 {
		return few
	}
	for size := column; ; size *= 1.3 {
		seen := make(map[cell]struct{}, min(count, maxElements))
		var out []point
		for i := 0; i < n && len(out) <= maxElements; i++ {
			p, ok := inside(i)
			if !ok {
				continue
			}
			c := cellOf(p, size)
			if _, ok := seen[c]; ok {
				continue
			}
			seen[c] = struct{}{}
			out = append(out, p)
		}
		if len(out) <= maxElements {
			return out
		}
	}
}

// A frame is the rectangle of a panel, in points.
type frame struct{ x0, y0, x1, y1 float64 }

func (f frame) w() float64 { return f.x1 - f.x0 }
func (f frame) h() float64 { return f.y1 - f.y0 }

func (f frame) holds(p point) bool {
	const eps = 1e-6
	return p.x >= f.x0-eps && p.x <= f.x1+eps && p.y >= f.y0-eps && p.y <= f.y1+eps
}

// clip cuts the segment from a to b to the frame (Liang and Barsky 1984).
func (f frame) clip(a, b point) (point, point, bool) {
	t0, t1 := 0.0, 1.0
	dx, dy := b.x-a.x, b.y-a.y
	for _, e := range [4][2]float64{{-dx, a.x - f.x0}, {dx, f.x1 - a.x}, {-dy, a.y - f.y0}, {dy, f.y1 - a.y}} {
		p, q := e[0], e[1]
		switch {
		case p == 0:
			if q < 0 {
				return a, b, false
			}
		case p < 0:
			t0 = math.Max(t0, q/p)
		default:
			t1 = math.Min(t1, q/p)
		}
	}
	if t0 > t1 {
		return a, b, false
	}
	c, d := a, b
	if t0 > 0 {
		c = point{a.x + t0*dx, a.y + t0*dy}
	}
	if t1 < 1 {
		d = point{a.x + t1*dx, a.y + t1*dy}
	}
	return c, d, true
}

// polyline is the path of the lines inside the frame.
func (f frame) polyline(lines [][]point) vg.Path {
	var p vg.Path
	for _, l := range lines {
		var last point
		open := false
		for i := 1; i < len(l); i++ {
			a, b, ok := f.clip(l[i-1], l[i])
			if !ok {
				open = false
				continue
			}
			if !open || a != last {
				p.Move(pt(a.x, a.y))
			}
			p.Line(pt(b.x, b.y))
			last, open = b, true
		}
	}
	return p
}

// polygon cuts a closed polygon to the frame (Sutherland and Hodgman 1974).
func (f frame) polygon(in []point) []point {
	sides := [4]func(p point) float64{
		func(p point) float64 { return p.x - f.x0 },
		func(p point) float64 { return f.x1 - p.x },
		func(p point) float64 { return p.y - f.y0 },
		func(p point) float64 { return f.y1 - p.y },
	}
	for _, inside := range sides {
		var out []point
		for i, b := range in {
			a := in[(i+len(in)-1)%len(in)]
			da, db := inside(a), inside(b)
			if (da < 0) != (db < 0) {
				t := da / (da - db)
				out = append(out, point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)})
			}
			if db >= 0 {
				out = append(out, b)
			}
		}
		in = out
	}
	return in
}

func closedPath(pts []point) vg.Path {
	var p vg.Path
	for i, q := range pts {
		if i == 0 {
			p.Move(pt(q.x, q.y))
		} else {
			p.Line(pt(q.x, q.y))
		}
	}
	if len(p) > 0 {
		p.Close()
	}
	return p
}

// simplify drops points of a smooth curve that lie within tol of the line
// through those kept (Douglas and Peucker 1973).
func simplify(l []point, tol float64) []point {
	if len(l) < 3 {
		return l
	}
	keep := make([]bool, len(l))
	keep[0], keep[len(l)-1] = true, true
	stack := [][2]int{{0, len(l) - 1}}
	for len(stack) > 0 {
		a, b := stack[len(stack)-1][0], stack[len(stack)-1][1]
		stack = stack[:len(stack)-1]
		dx, dy := l[b].x-l[a].x, l[b].y-l[a].y
		d2 := dx*dx + dy*dy
		far, at := tol*tol, -1
		for i := a + 1; i < b; i++ {
			ex, ey := l[i].x-l[a].x, l[i].y-l[a].y
			var d float64
			if d2 < 1e-12 {
				d = ex*ex + ey*ey
			} else {
				t := math.Min(1, math.Max(0, (ex*dx+ey*dy)/d2))
				d = sq(ex-t*dx) + sq(ey-t*dy)
			}
			if d > far {
				far, at = d, i
			}
		}
		if at >= 0 {
			keep[at] = true
			stack = append(stack, [2]int{a, at}, [2]int{at, b})
		}
	}
	out := make([]point, 0, len(l)/4)
	for i, k := range keep {
		if k {
			out = append(out, l[i])
		}
	}
	return out
}
