package render

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"sort"
)

// counts is the two-dimensional histogram of all Density marks of a panel: they
// are drawn as one cloud of points, in the cells of the first.
type counts struct {
	cols, rows int
	edges      []float64 // of the columns, as fractions of the axis, cols+1 of them
	n          []uint32  // by row from the lowest, then by column
	inside     int       // points in all cells
	byColumn   bool
	columns    []uint32 // points of each column
}

// Columns that follow the values of x are looked for among at most this many.
const maxPlaces = 4096

// densities are the Density marks of a panel.
func (p *panel) densities() []Density {
	var out []Density
	for _, m := range p.marks {
		if d, ok := m.(Density); ok {
			out = append(out, d)
		}
	}
	return out
}

// count counts the points in cells for a frame of the present size, and scales
// the colours. Points whose place an axis cannot show, and those outside the axes,
// are in no cell.
func (p *panel) count() {
	all := p.densities()
	if len(all) == 0 {
		return
	}
	first := all[0]
	pixels := func(length float64) int { return max(1, int(math.Round(length*pngDPI/72))) }
	c := &counts{cols: first.Columns, rows: first.Rows, byColumn: first.ByColumn}
	if c.cols <= 0 {
		c.cols = pixels(p.frame.w())
		c.edges = p.columnEdges(all, c.cols)
	}
	if c.rows <= 0 {
		c.rows = pixels(p.frame.h())
	}
	c.cols, c.rows = min(c.cols, maxCells), min(c.rows, maxCells)
	if c.edges == nil {
		c.edges = evenly(c.cols)
	} else {
		c.cols = len(c.edges) - 1
	}
	c.n, c.columns = make([]uint32, c.cols*c.rows), make([]uint32, c.cols)
	for _, d := range all {
		p.countPoints(c, &d)
	}
	p.counted = c
	e := newExtent(logarithmic)
	for k, n := range c.n {
		if n > 0 {
			e.add(c.value(k))
		}
	}
	p.shades, _ = e.scale(&p.src.Z, 0, 0)
}

// maxCells bounds the cells along an axis.
const maxCells = 4096

func evenly(n int) []float64 {
	out := make([]float64, n+1)
	for i := range out {
		out[i] = float64(i) / float64(n)
	}
	return out
}

func (p *panel) countPoints(c *counts, d *Density) {
	even := evenly(c.cols)
	regular := true
	for i, e := range c.edges {
		regular = regular && math.Abs(e-even[i]) < 1e-9
	}
	lastX, col := math.NaN(), -1
	places := map[float64]int{} // few x that come again and again are looked up
	for i := range min(len(d.X), len(d.Y)) {
		if x := d.X[i]; x != lastX {
			lastX = x
			known := false
			if !regular {
				col, known = places[x]
			}
			if !known {
				col = columnOf(c.edges, p.x.at(x), regular)
				if !regular && len(places) < maxPlaces {
					places[x] = col
				}
			}
		}
		t := p.y.at(d.Y[i])
		if col < 0 || !(t >= 0 && t <= 1) {
			continue
		}
		row := min(int(t*float64(c.rows)), c.rows-1)
		c.n[row*c.cols+col]++
		c.columns[col]++
		c.inside++
	}
}

// columnOf is the column of a fraction of the axis, -1 if it is outside.
func columnOf(edges []float64, t float64, regular bool) int {
	n := len(edges) - 1
	switch {
	case !(t >= max(0, edges[0]) && t <= min(1, edges[n])):
		return -1
	case regular:
		return min(int(t*float64(n)), n-1)
	}
	return min(max(sort.SearchFloat64s(edges, t)-1, 0), n-1)
}

// columnEdges are the borders of columns that follow the values of x where these
// come again and again, as those of lanes do: each column holds equally many of
// them, so that no column is empty or darker for how the values fall on pixels.
// It is nil where x has no such values.
func (p *panel) columnEdges(all []Density, most int) []float64 {
	seen := map[float64]struct{}{}
	points := 0
	for _, d := range all {
		last := math.NaN()
		n := min(len(d.X), len(d.Y))
		points += n
		for _, x := range d.X[:n] {
			if x == last || !p.x.kind.drawable(x) {
				continue
			}
			last = x
			if seen[x] = struct{}{}; len(seen) > maxPlaces {
				return nil
			}
		}
	}
	if len(seen) < 2 || points < 4*len(seen) {
		return nil
	}
	var at []float64
	for x := range seen {
		if t := p.x.at(x); t >= 0 && t <= 1 {
			at = append(at, t)
		}
	}
	slices.Sort(at)
	if len(at) < 2 {
		return nil
	}
	together := (len(at) + most - 1) / most
	middles := []float64{at[0] - (at[1]-at[0])/2}
	for i := together; i < len(at); i += together {
		middles = append(middles, (at[i-1]+at[i])/2)
	}
	return append(middles, at[len(at)-1]+(at[len(at)-1]-at[len(at)-2])/2)
}

// placesReach is what the columns about the values of x cover, where they follow
// these.
func placesReach(d *Density, e *extent) {
	seen := map[float64]struct{}{}
	n := min(len(d.X), len(d.Y))
	for _, x := range d.X[:n] {
		if e.kind.drawable(x) {
			if seen[x] = struct{}{}; len(seen) > maxPlaces {
				return
			}
		}
	}
	if d.Columns > 0 || len(seen) < 2 || n < 4*len(seen) {
		return
	}
	v := make([]float64, 0, len(seen))
	for x := range seen {
		v = append(v, x)
	}
	slices.Sort(v)
	lo, hi := reach(v, e.kind)
	for _, w := range [2]float64{lo, hi} {
		if e.kind.drawable(w) {
			e.add(w)
		}
	}
}

// value is what the colour of a cell stands for: its points, or its share of those
// of its column.
func (c *counts) value(k int) float64 {
	if c.byColumn {
		return float64(c.n[k]) / float64(c.columns[k%c.cols])
	}
	return float64(c.n[k])
}

// countColor is the colour of a place between the least and the greatest count.
// More is darker, since none is white, and the light end of the map, which white
// hides, is left out.
func countColor(t float64) color.NRGBA { return colorMap()[mapIndex(0.80*(1-t))] }

const countColors = 255

func countPalette() color.Palette {
	p := color.Palette{white}
	for i := range countColors {
		p = append(p, countColor(float64(i)/(countColors-1)))
	}
	return p
}

// shade is the entry of countPalette for a value.
func countShade(z *scale, v float64) uint8 {
	t := z.at(v)
	if math.IsNaN(t) {
		t = 0
	}
	return uint8(1 + math.Min(1, math.Max(0, t))*(countColors-1) + 0.5)
}

// paint colours the cells; pixels follow the cells without smoothing.
func (c *counts) paint(z *scale) painter {
	cells := make([]uint8, len(c.n))
	for k, n := range c.n {
		if n > 0 {
			cells[k] = countShade(z, c.value(k))
		}
	}
	p := countPalette()
	return func(w, h int) image.Image {
		img := image.NewPaletted(image.Rect(0, 0, w, h), p)
		col := cellIndex(c.edges, w)
		for y := range h {
			line := img.Pix[y*img.Stride:][:w]
			row := cells[(h-1-y)*c.rows/h*c.cols:][:c.cols]
			for x, i := range col {
				if i >= 0 {
					line[x] = row[i]
				}
			}
		}
		return img
	}
}

// countBar paints the colours of counts from the least, below, to the greatest.
func countBar(w, h int) image.Image {
	img := image.NewPaletted(image.Rect(0, 0, w, h), countPalette())
	for y := range h {
		line := img.Pix[y*img.Stride:][:w]
		for x := range line {
			line[x] = uint8(1 + (h-1-y)*(countColors-1)/max(1, h-1))
		}
	}
	return img
}

// size is that of the image that shows every cell as a whole number of pixels, at
// about the resolution of fields.
func (c *counts) size(f frame) (w, h int) {
	times := func(n int, length float64) int {
		return n * max(1, int(math.Round(length*fieldDPI/72/float64(n))))
	}
	return times(c.cols, f.w()), times(c.rows, f.h())
}

// density draws the cells and marks those that hold points as used.
func (p *panel) density(s *sheet) {
	c := p.counted
	if c == nil || c.inside == 0 {
		return
	}
	w, h := c.size(p.frame)
	s.role = "density"
	s.imageOf(box(p.frame.x0, p.frame.y0, p.frame.x1, p.frame.y1), w, h, c.paint(&p.shades))
}

// beginCount counts for the frame that the layout begins with. A colour bar is
// that of the fields, if there are any.
func (p *panel) beginCount() {
	p.count()
	if c := p.counted; c != nil && !p.bar && c.inside > 0 && p.shades.hi > p.shades.lo {
		p.bar, p.barCounts = true, true
	}
	p.countNotes()
}

// barScale is the scale of the colour bar.
func (p *panel) barScale() *scale {
	if p.barCounts {
		return &p.shades
	}
	return &p.z
}

// coverDensity marks where there are points, for the legend to stand elsewhere.
func (p *panel) coverDensity() {
	c := p.counted
	if c == nil {
		return
	}
	for k, n := range c.n {
		if n > 0 {
			i, j := k%c.cols, k/c.cols
			p.cover.dot(point{
				p.frame.x0 + (c.edges[i]+c.edges[i+1])/2*p.frame.w(),
				p.frame.y0 + (float64(j)+0.5)/float64(c.rows)*p.frame.h(),
			})
		}
	}
}

// countNotes says what the cells leave out.
func (p *panel) countNotes() {
	all := p.densities()
	for i := 1; i < len(all); i++ {
		if all[i].Columns != all[0].Columns || all[i].Rows != all[0].Rows || all[i].ByColumn != all[0].ByColumn {
			p.note("all densities are counted in the cells of the first")
		}
	}
	c := p.counted
	if c == nil {
		return
	}
	points := 0
	for _, d := range all {
		points += min(len(d.X), len(d.Y))
	}
	if c.inside == 0 && points > 0 {
		p.note(fmt.Sprintf("none of %s can be shown", count(points, "point")))
	}
}
