package render

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"sort"
)

// A field is a grid made ready to draw: coordinates rise and can be drawn on
// their axes, and what is missing in z is NaN.
type field struct {
	x, y  []float64
	z     []float64
	notes []string
}

// prepare orders the coordinates, drops those that an axis cannot show, and
// notes it.
func (g *Grid) prepare(kx, ky scaleKind) *field {
	f := &field{}
	nx, ny := len(g.X), len(g.Y)
	if nx > 0 && len(g.Z) < nx*ny {
		ny = len(g.Z) / nx
		f.notes = append(f.notes, fmt.Sprintf("grid is short: %d values for %d × %d", len(g.Z), nx, len(g.Y)))
	} else if len(g.Z) > nx*ny {
		f.notes = append(f.notes, fmt.Sprintf("grid is long: %d values for %d × %d", len(g.Z), nx, ny))
	}
	cols, rows := rising(g.X[:nx], kx), rising(g.Y[:ny], ky)
	if d := nx - len(cols) + ny - len(rows); d > 0 {
		f.notes = append(f.notes, count(d, "coordinate")+" of the grid left out")
	}
	f.x, f.y = pick(g.X, cols), pick(g.Y, rows)
	f.z = make([]float64, 0, len(cols)*len(rows))
	lost := 0
	for _, j := range rows {
		for _, i := range cols {
			v := g.Z[j*nx+i]
			if !(math.Abs(v) <= largest) {
				v = math.NaN()
				lost++
			}
			f.z = append(f.z, v)
		}
	}
	if lost > 0 {
		f.notes = append(f.notes, count(lost, "grid value")+" not finite")
	}
	return f
}

// rising returns the indices of drawable values in rising order, without
// doubles.
func rising(v []float64, k scaleKind) []int {
	var idx []int
	for i, x := range v {
		if k.drawable(x) {
			idx = append(idx, i)
		}
	}
	slices.SortStableFunc(idx, func(a, b int) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return 0
	})
	return slices.CompactFunc(idx, func(a, b int) bool { return v[a] == v[b] })
}

func pick(v []float64, idx []int) []float64 {
	out := make([]float64, len(idx))
	for i, k := range idx {
		out[i] = v[k]
	}
	return out
}

func (f *field) empty() bool { return len(f.x) == 0 || len(f.y) == 0 }

// edges are the borders of the cells about n samples, as fractions of the axis:
// halfway between samples, and as far outside as inside at the ends.
func edges(v []float64, s *scale) []float64 {
	n := len(v)
	if n == 1 {
		return []float64{s.at(v[0]) - 0.5, s.at(v[0]) + 0.5}
	}
	e := make([]float64, n+1)
	for i := 1; i < n; i++ {
		e[i] = (s.at(v[i-1]) + s.at(v[i])) / 2
	}
	e[0] = 2*s.at(v[0]) - e[1]
	e[n] = 2*s.at(v[n-1]) - e[n-1]
	return e
}

// reach is the value range that the cells about the samples cover.
func reach(v []float64, k scaleKind) (lo, hi float64) {
	n := len(v)
	if n == 1 {
		return v[0], v[0]
	}
	// On a log axis a cell ends at the geometric mean.
	s := scale{kind: k, lo: v[0], hi: v[n-1], unit: 1}
	if k == symlog {
		return v[0], v[n-1]
	}
	s.set()
	e := edges(v, &s)
	return s.value(e[0]), s.value(e[n])
}

// colorScale spans the values of fields. On a log scale a lone value next to
// zero must not use up the colours, so the low end is not below a tenth of the
// 0.2 % quantile.
func colorScale(fields []*field, a *Axis, k scaleKind) (scale, extent, []string) {
	e := newExtent(k)
	var positive []float64
	for _, f := range fields {
		stride := len(f.z)/4096 + 1 // enough for a quantile
		for i, v := range f.z {
			if !math.IsNaN(v) && e.add(v) && k == logarithmic && i%stride == 0 {
				positive = append(positive, v)
			}
		}
	}
	if len(positive) > 0 {
		slices.Sort(positive)
		e.lo = math.Max(e.lo, positive[len(positive)/500]/10)
	}
	s, notes := e.scale(a, 0, 0)
	if e.empty() {
		e.notReal = 0 // the fields have noted it
	}
	total := 0
	for _, f := range fields {
		total += len(f.z)
	}
	switch {
	case e.lo == e.hi && (k != logarithmic || e.notPos == 0):
		notes = append(notes, "every grid value is "+formatValue(e.lo))
	case e.notPos > total/1000+1 && !e.empty():
		// A minimum of exactly 0 or two is no news.
		notes = append(notes, count(e.notPos, "grid value")+" ≤ 0 drawn as the least on the log scale")
	case e.notPos > 0 && e.empty():
		notes = append(notes, "no positive values for the log scale")
	}
	return s, e, notes
}

// palette is the colour map with two more entries: for what is missing, and for the
// lines across it.
func palette(levels []float64, s *scale) color.Palette {
	var p color.Palette
	m := colorMap()
	if levels == nil {
		for i := range heatColors {
			p = append(p, m[mapIndex(float64(i)/(heatColors-1))])
		}
	} else {
		for i := range min(len(levels), maxBands-1) + 1 {
			p = append(p, bandColor(levels, i, s))
		}
	}
	return append(p, missing, hatchInk)
}

// A palette of 256 entries holds this many colours, or bands, beside the last two.
const (
	heatColors = 254
	maxBands   = 254
)

// bandColor is the colour between level i-1 and level i.
func bandColor(levels []float64, i int, s *scale) color.NRGBA {
	lo, hi := 0.0, 1.0
	if i > 0 {
		lo = s.at(levels[i-1])
	}
	if i < len(levels) {
		hi = s.at(levels[i])
	}
	return colorMap()[mapIndex((lo+hi)/2)]
}

// heat paints the cells of the samples, on a frame of the given width in points.
func (f *field) heat(xs, ys, zs *scale, width float64) painter {
	p := palette(nil, zs)
	cells := make([]uint8, len(f.z))
	for i, v := range f.z {
		switch t := zs.at(v); {
		case math.IsNaN(v):
			cells[i] = uint8(len(p) - 2)
		case math.IsNaN(t): // not positive on a log scale
			cells[i] = 0
		default:
			cells[i] = uint8(math.Min(1, math.Max(0, t))*float64(heatColors-1) + 0.5)
		}
	}
	return f.cells(xs, ys, p, cells, width)
}

// cells paints each sample as the entry of the palette that it has. The last two
// entries are for samples that are missing: these are hatched.
func (f *field) cells(xs, ys *scale, p color.Palette, cells []uint8, width float64) painter {
	none, hatch := uint8(len(p)-2), uint8(len(p)-1)
	holes := slices.Contains(cells, none)
	ex, ey := edges(f.x, xs), edges(f.y, ys)
	return func(w, h int) image.Image {
		img := image.NewPaletted(image.Rect(0, 0, w, h), p)
		col := cellIndex(ex, w)
		row := cellIndex(ey, h)
		point := float64(w) / width // in pixels
		period, thick := max(4, int(3.5*point+0.5)), max(1, int(0.7*point+0.5))
		for y := range h {
			line := img.Pix[y*img.Stride:][:w]
			j := row[h-1-y]
			if y > 0 && j == row[h-y] && !holes {
				copy(line, img.Pix[(y-1)*img.Stride:][:w])
				continue
			}
			for x := range line {
				i := col[x]
				if i < 0 || j < 0 {
					line[x] = none
					continue
				}
				if line[x] = cells[j*len(f.x)+i]; line[x] == none && (x+y)%period < thick {
					line[x] = hatch
				}
			}
		}
		return img
	}
}

// cellIndex gives for each of n pixels the cell its centre lies in, or -1.
func cellIndex(edge []float64, n int) []int {
	out := make([]int, n)
	for x := range out {
		t := (float64(x) + 0.5) / float64(n)
		out[x] = sort.SearchFloat64s(edge, t) - 1
		if out[x] >= len(edge)-1 {
			out[x] = -1
		}
	}
	return out
}

// bands paints the areas between levels; inside a cell z is bilinear.
func (f *field) bands(xs, ys, zs *scale, levels []float64) painter {
	if len(levels) > maxBands-1 {
		levels = levels[:maxBands-1]
	}
	p := palette(levels, zs)
	none := uint8(len(p) - 2)
	return func(w, h int) image.Image {
		img := image.NewPaletted(image.Rect(0, 0, w, h), p)
		col, row := lattice(f.x, xs, w), lattice(f.y, ys, h)
		nx := len(f.x)
		for y := range h {
			line := img.Pix[y*img.Stride:][:w]
			r := row[h-1-y]
			for x := range line {
				c := col[x]
				if c.i < 0 || r.i < 0 {
					line[x] = none
					continue
				}
				a, b := f.z[r.i*nx+c.i], f.z[r.i*nx+c.next]
				d, e := f.z[r.next*nx+c.i], f.z[r.next*nx+c.next]
				v := (a+(b-a)*c.t)*(1-r.t) + (d+(e-d)*c.t)*r.t
				if math.IsNaN(v) {
					line[x] = none
					continue
				}
				line[x] = uint8(band(levels, v))
			}
		}
		return img
	}
}

// band counts the levels at or below v.
func band(levels []float64, v float64) int {
	lo, hi := 0, len(levels)
	for lo < hi {
		if mid := (lo + hi) / 2; levels[mid] <= v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// A node is a place between two samples.
type node struct {
	i, next int
	t       float64
}

// lattice gives for each of n pixels the samples about its centre; i is -1
// outside them.
func lattice(v []float64, s *scale, n int) []node {
	out := make([]node, n)
	for x := range out {
		t := (float64(x) + 0.5) / float64(n)
		out[x] = locate(v, s.value(t))
		if out[x].i < 0 {
			// A pixel may stand out by less than its width.
			for _, u := range [2]float64{float64(x) / float64(n), float64(x+1) / float64(n)} {
				if q := locate(v, s.value(u)); q.i >= 0 {
					out[x] = q
				}
			}
		}
	}
	return out
}

func locate(v []float64, x float64) node {
	n := len(v)
	if n == 0 || !(x >= v[0] && x <= v[n-1]) {
		return node{i: -1}
	}
	k := sort.SearchFloat64s(v, x)
	if k == 0 {
		return node{0, 0, 0}
	}
	return node{k - 1, k, (x - v[k-1]) / (v[k] - v[k-1])}
}

// height is z at a point, bilinear; NaN outside the samples.
func (f *field) height(x, y float64) float64 {
	c, r := locate(f.x, x), locate(f.y, y)
	if c.i < 0 || r.i < 0 {
		return math.NaN()
	}
	nx := len(f.x)
	a, b := f.z[r.i*nx+c.i], f.z[r.i*nx+c.next]
	d, e := f.z[r.next*nx+c.i], f.z[r.next*nx+c.next]
	return (a+(b-a)*c.t)*(1-r.t) + (d+(e-d)*c.t)*r.t
}

// curves are the level sets in points on the panel.
func (f *field) curves(t *tracer, level float64, at func(x, y float64) point) [][]point {
	lines := t.level(level)
	for _, l := range lines {
		for i, p := range l {
			l[i] = at(between(f.x, p.x), between(f.y, p.y))
		}
	}
	return lines
}

func between(v []float64, u float64) float64 {
	i := min(int(u), len(v)-1)
	if t := u - float64(i); t > 0 && i+1 < len(v) {
		return v[i] + t*(v[i+1]-v[i])
	}
	return v[i]
}
