package render

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"io"
	"math"

	"golang.org/x/image/vector"
	"gonum.org/v1/plot/vg"
)

// pngDPI is the resolution of PNG files: 700 pixels for a panel of 9 cm.
const pngDPI = 200

// maxPixels bounds the area of a PNG; larger figures get a lower resolution.
const maxPixels = 32 << 20

func writePNG(s *sheet, w io.Writer) error {
	scale := pngDPI / 72.0
	if area := s.w * s.h * scale * scale; area > maxPixels {
		scale *= math.Sqrt(maxPixels / area)
	}
	return encodePNG(w, s.raster(scale), 72*scale)
}

// raster paints the sheet with scale pixels to the point.
func (s *sheet) raster(scale float64) *image.RGBA {
	w := max(1, int(math.Round(s.w*scale)))
	h := max(1, int(math.Round(s.h*scale)))
	r := &raster{
		img: image.NewRGBA(image.Rect(0, 0, w, h)),
		m:   affine{scale, 0, 0, -scale, 0, float64(h)},
	}
	draw.Draw(r.img, r.img.Bounds(), image.White, image.Point{}, draw.Src)
	for i := range s.ops {
		r.op(&s.ops[i])
	}
	return r.img
}

// A raster fills polygons on an image. Everything becomes closed polygons that
// turn the same way; the accumulation of signed area then is their union.
type raster struct {
	img  *image.RGBA
	m    affine
	vec  vector.Rasterizer
	mask []uint8
	poly []corner // corners of all polygons
	ends []int    // ends[i] is where polygon i ends in poly
	// lines[i] is the first polygon of the stroke of line i.
	lines []int
}

type corner struct{ x, y float64 }

func (r *raster) op(o *op) {
	r.poly, r.ends, r.lines = r.poly[:0], r.ends[:0], r.lines[:0]
	switch o.kind {
	case opFill:
		r.flatten(o.path)
	case opText:
		r.flatten(o.text.outline(o.at, o.angle))
	case opStroke:
		r.flatten(o.path)
		r.outline(o)
	case opImage:
		r.image(o)
		return
	}
	r.fill(o.color)
}

func (r *raster) image(o *op) {
	a, b := r.m.point(o.rect.Min), r.m.point(o.rect.Max)
	dst := image.Rect(int(math.Round(float64(a.X))), int(math.Round(float64(b.Y))),
		int(math.Round(float64(b.X))), int(math.Round(float64(a.Y))))
	if dst.Empty() {
		return
	}
	draw.Draw(r.img, dst, o.paint(dst.Dx(), dst.Dy()), image.Point{}, draw.Src)
}

// fill paints the union of the polygons. An opaque colour may be painted line
// by line where that touches far fewer pixels: a grid is much emptier than the
// rectangle about it.
func (r *raster) fill(c color.NRGBA) {
	if len(r.poly) == 0 || c.A == 0 {
		return
	}
	if len(r.lines) > 1 && c.A == 255 {
		whole, sum := r.area(0, len(r.ends)), 0
		for i, first := range r.lines {
			a := r.area(first, r.lineEnd(i))
			sum += a.Dx() * a.Dy()
		}
		if sum < whole.Dx()*whole.Dy()/2 {
			for i, first := range r.lines {
				r.fillPart(first, r.lineEnd(i), c)
			}
			return
		}
	}
	r.fillPart(0, len(r.ends), c)
}

func (r *raster) lineEnd(i int) int {
	if i+1 < len(r.lines) {
		return r.lines[i+1]
	}
	return len(r.ends)
}

// corners are those of the polygons from first to before last.
func (r *raster) corners(first, last int) []corner {
	start := 0
	if first > 0 {
		start = r.ends[first-1]
	}
	if last <= first {
		return nil
	}
	return r.poly[start:r.ends[last-1]]
}

// area is the rectangle of pixels about polygons, or empty where they are off
// the image or far too large.
func (r *raster) area(first, last int) image.Rectangle {
	x0, y0 := math.Inf(1), math.Inf(1)
	x1, y1 := math.Inf(-1), math.Inf(-1)
	for _, p := range r.corners(first, last) {
		x0, x1 = min(x0, p.x), max(x1, p.x)
		y0, y1 = min(y0, p.y), max(y1, p.y)
	}
	b := r.img.Bounds()
	limit := float64(b.Dx()+b.Dy()) + 4096
	if !(x0 > -limit && y0 > -limit && x1 < limit && y1 < limit) {
		return image.Rectangle{}
	}
	area := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1))+1, int(math.Ceil(y1))+1)
	if area.Intersect(b).Empty() {
		return image.Rectangle{}
	}
	return area
}

func (r *raster) fillPart(first, last int, c color.NRGBA) {
	area := r.area(first, last)
	if area.Empty() {
		return
	}
	r.vec.Reset(area.Dx(), area.Dy())
	dx, dy := float64(area.Min.X), float64(area.Min.Y)
	for k := first; k < last; k++ {
		for i, p := range r.corners(k, k+1) {
			x, y := float32(p.x-dx), float32(p.y-dy)
			if i == 0 {
				r.vec.MoveTo(x, y)
			} else {
				r.vec.LineTo(x, y)
			}
		}
		r.vec.ClosePath()
	}
	// The rasteriser neither clips nor skips what is empty, so it fills a mask.
	n := area.Dx() * area.Dy()
	if cap(r.mask) < n {
		r.mask = make([]uint8, n)
	}
	mask := &image.Alpha{Pix: r.mask[:n], Stride: area.Dx(), Rect: image.Rect(0, 0, area.Dx(), area.Dy())}
	r.vec.DrawOp = draw.Src
	r.vec.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	r.blend(mask, area, c)
}

// blend paints a colour through a mask that lies over area.
func (r *raster) blend(mask *image.Alpha, area image.Rectangle, c color.NRGBA) {
	in := area.Intersect(r.img.Bounds())
	for y := in.Min.Y; y < in.Max.Y; y++ {
		line := mask.Pix[(y-area.Min.Y)*mask.Stride+in.Min.X-area.Min.X:][:in.Dx()]
		pix := r.img.Pix[r.img.PixOffset(in.Min.X, y):]
		for x := 0; x < len(line); x++ {
			if line[x] == 0 {
				for x+8 < len(line) && binary.NativeEndian.Uint64(line[x+1:]) == 0 {
					x += 8
				}
				continue
			}
			a := uint32(line[x]) * uint32(c.A)
			p := pix[4*x : 4*x+3 : 4*x+3]
			const full = 255 * 255
			p[0] = uint8((uint32(c.R)*a + uint32(p[0])*(full-a) + full/2) / full)
			p[1] = uint8((uint32(c.G)*a + uint32(p[1])*(full-a) + full/2) / full)
			p[2] = uint8((uint32(c.B)*a + uint32(p[2])*(full-a) + full/2) / full)
		}
	}
}

// flatten turns a path into polygons in pixels, open where it is not closed: a
// closed one repeats its first corner.
func (r *raster) flatten(p vg.Path) {
	start := len(r.poly)
	end := func() {
		if len(r.poly) > start {
			r.ends = append(r.ends, len(r.poly))
		}
		start = len(r.poly)
	}
	add := func(p vg.Point) {
		q := r.m.point(p)
		r.poly = append(r.poly, corner{float64(q.X), float64(q.Y)})
	}
	var last vg.Point
	var comp func(c vg.PathComp)
	comp = func(c vg.PathComp) {
		switch c.Type {
		case vg.MoveComp:
			end()
			add(c.Pos)
		case vg.LineComp:
			add(c.Pos)
		case vg.ArcComp:
			for _, k := range arcCurves(c) {
				comp(k)
			}
			return
		case vg.CurveComp:
			c0, c1 := cubic(last, c)
			span := math.Hypot(float64(c.Pos.X-last.X), float64(c.Pos.Y-last.Y)) * r.m.size()
			n := 2 + int(math.Min(30, math.Sqrt(span)*1.5))
			for i := 1; i <= n; i++ {
				t := vg.Length(float64(i) / float64(n))
				u := 1 - t
				add(vg.Point{
					X: u*u*u*last.X + 3*u*u*t*c0.X + 3*u*t*t*c1.X + t*t*t*c.Pos.X,
					Y: u*u*u*last.Y + 3*u*u*t*c0.Y + 3*u*t*t*c1.Y + t*t*t*c.Pos.Y,
				})
			}
		case vg.CloseComp:
			if len(r.poly) > start {
				r.poly = append(r.poly, r.poly[start])
			}
			end()
			return
		}
		last = c.Pos
	}
	for _, c := range p {
		comp(c)
	}
	end()
}

// outline replaces the flattened lines by the polygons of their strokes, round
// at the joints and cut straight at the ends.
func (r *raster) outline(o *op) {
	lines, ends := r.poly, r.ends
	r.poly, r.ends = make([]corner, 0, 6*len(lines)), make([]int, 0, 2*len(lines))
	// A stroke thinner than a pixel would fade unevenly.
	half := math.Max(0.4, o.width*r.m.size()/2)
	start := 0
	for _, end := range ends {
		line := lines[start:end]
		start = end
		r.lines = append(r.lines, len(r.ends))
		if len(o.dash) > 0 {
			r.dashed(line, half, o.dash)
		} else {
			r.strokeLine(line, half)
		}
	}
}

func (r *raster) dashed(line []corner, half float64, dash []float64) {
	scale, total := r.m.size(), 0.0
	for _, d := range dash {
		total += d
	}
	if total*scale < 0.5 {
		r.strokeLine(line, half)
		return
	}
	k, left, on := 0, dash[0]*scale, true
	part := []corner{line[0]}
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		for pos := 0.0; ; {
			if length-pos <= left {
				left -= length - pos
				part = append(part, b)
				break
			}
			pos += left
			c := corner{a.x + (b.x-a.x)*pos/length, a.y + (b.y-a.y)*pos/length}
			if on {
				r.strokeLine(append(part, c), half)
			}
			part = append(part[:0], c)
			on = !on
			k = (k + 1) % len(dash)
			left = math.Max(dash[k]*scale, 1e-3)
		}
	}
	if on {
		r.strokeLine(part, half)
	}
}

func (r *raster) strokeLine(line []corner, half float64) {
	var px, py float64 // direction of the previous segment
	closed := len(line) > 2 && line[0] == line[len(line)-1]
	first := true
	var fx, fy float64
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		dx, dy := b.x-a.x, b.y-a.y
		length := math.Hypot(dx, dy)
		if length < 1e-9 {
			continue
		}
		dx, dy = dx/length, dy/length
		if first {
			fx, fy = dx, dy
		} else if dx*px+dy*py < 0.97 {
			r.joint(a, half)
		}
		first = false
		nx, ny := -dy*half, dx*half
		r.poly = append(r.poly,
			corner{a.x + nx, a.y + ny}, corner{b.x + nx, b.y + ny},
			corner{b.x - nx, b.y - ny}, corner{a.x - nx, a.y - ny})
		r.ends = append(r.ends, len(r.poly))
		px, py = dx, dy
	}
	if closed && !first && fx*px+fy*py < 0.97 {
		r.joint(line[0], half)
	}
}

// joint is a disc that turns the way the segments do.
func (r *raster) joint(c corner, half float64) {
	n := 8
	if half > 2 {
		n = 16
	}
	for i := range n {
		sin, cos := math.Sincos(-2 * math.Pi * (float64(i) + 0.5) / float64(n))
		r.poly = append(r.poly, corner{c.x + half*cos, c.y + half*sin})
	}
	r.ends = append(r.ends, len(r.poly))
}
