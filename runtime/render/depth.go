package render

import (
	"image"
	"image/draw"
	"math"
)

// A depths keeps for each pixel the nearness of what is nearest.
type depths struct {
	w, h   int
	near   []float32
	sx, sy float64 // pixels per point
	x0, y1 float64 // of the upper left corner on the sheet
}

func newDepths(w, h int, r frame) *depths {
	d := &depths{w: w, h: h, near: make([]float32, w*h), sx: float64(w) / r.w(), sy: float64(h) / r.h(), x0: r.x0, y1: r.y1}
	for i := range d.near {
		d.near[i] = float32(math.Inf(-1))
	}
	return d
}

type vertex struct {
	x, y, near  float64 // pixels, and nearness
	tint, light float64
	ok          bool
}

func (d *depths) vertices(m *mesh, v *projection) []vertex {
	out := make([]vertex, len(m.z))
	for j := range m.ny {
		for i := range m.nx {
			k := j*m.nx + i
			p, near := v.at(m.x[i], m.y[j], m.z[k])
			out[k] = vertex{
				(p.x - d.x0) * d.sx, (d.y1 - p.y) * d.sy, near,
				m.tint[k], m.light[k], finite(p),
			}
		}
	}
	return out
}

// cover draws the mesh; set gets each pixel that comes to the front.
func (d *depths) cover(m *mesh, vs []vertex, set func(k int, tint, light float64)) {
	for j := 0; j+1 < m.ny; j++ {
		for i := 0; i+1 < m.nx; i++ {
			k := j*m.nx + i
			a, b, c, e := &vs[k], &vs[k+1], &vs[k+m.nx+1], &vs[k+m.nx]
			if a.ok && b.ok && c.ok && e.ok {
				d.triangle(a, b, c, set)
				d.triangle(a, c, e, set)
			}
		}
	}
}

func (d *depths) triangle(a, b, c *vertex, set func(k int, tint, light float64)) {
	// A mesh finer than the pixels has many triangles without a pixel's centre.
	area := (b.x-a.x)*(c.y-a.y) - (c.x-a.x)*(b.y-a.y)
	if math.Abs(area) < 1e-12 {
		return
	}
	x0 := max(0, int(math.Ceil(min(a.x, b.x, c.x)-0.5)))
	x1 := min(d.w-1, int(math.Floor(max(a.x, b.x, c.x)-0.5)))
	y0 := max(0, int(math.Ceil(min(a.y, b.y, c.y)-0.5)))
	y1 := min(d.h-1, int(math.Floor(max(a.y, b.y, c.y)-0.5)))
	inv := 1 / area
	// Barycentric coordinates are linear in the pixel.
	bx, cx := (c.y-a.y)*inv, -(b.y-a.y)*inv
	const eps = -1e-9
	for y := y0; y <= y1; y++ {
		px, py := float64(x0)+0.5-a.x, float64(y)+0.5-a.y
		u := (px*(c.y-a.y) - (c.x-a.x)*py) * inv
		w := ((b.x-a.x)*py - px*(b.y-a.y)) * inv
		for x := x0; x <= x1; x++ {
			if t := 1 - u - w; u >= eps && w >= eps && t >= eps {
				near := float32(t*a.near + u*b.near + w*c.near)
				if k := y*d.w + x; near > d.near[k] {
					d.near[k] = near
					if set != nil {
						set(k, t*a.tint+u*b.tint+w*c.tint, t*a.light+u*b.light+w*c.light)
					}
				}
			}
			u += bx
			w += cx
		}
	}
}

// wires marks about 24 lines of the mesh each way where they are in front.
func (d *depths) wires(m *mesh, vs []vertex, mark func(k int)) {
	line := func(a, b *vertex) {
		if !a.ok || !b.ok {
			return
		}
		n := int(math.Max(math.Abs(b.x-a.x), math.Abs(b.y-a.y))) + 1
		for i := range n {
			t := float64(i) / float64(n)
			x, y := int(a.x+t*(b.x-a.x)), int(a.y+t*(b.y-a.y))
			if x < 0 || x >= d.w || y < 0 || y >= d.h {
				continue
			}
			if near := a.near + t*(b.near-a.near); near+0.02 > float64(d.near[y*d.w+x]) {
				mark(y*d.w + x)
			}
		}
	}
	sx, sy := max(1, (m.nx-1)/24), max(1, (m.ny-1)/24)
	for j := 0; j < m.ny; j++ {
		for i := 0; i < m.nx; i++ {
			k := j*m.nx + i
			if i+1 < m.nx && (j%sy == 0 || j == m.ny-1) {
				line(&vs[k], &vs[k+1])
			}
			if j+1 < m.ny && (i%sx == 0 || i == m.nx-1) {
				line(&vs[k], &vs[k+m.nx])
			}
		}
	}
}

// paintSurface paints meshes over what the under sheet holds, inside r. Each
// pixel is the mean of four, which keeps outlines smooth.
func paintSurface(meshes []*mesh, v *projection, r frame, under *sheet) painter {
	return func(w, h int) image.Image {
		const over = 2
		bw, bh := w*over, h*over
		sx, sy := float64(bw)/r.w(), float64(bh)/r.h()
		back := &raster{
			img: image.NewRGBA(image.Rect(0, 0, bw, bh)),
			m:   affine{sx, 0, 0, -sy, -r.x0 * sx, r.y1 * sy},
		}
		draw.Draw(back.img, back.img.Bounds(), image.White, image.Point{}, draw.Src)
		for i := range under.ops {
			back.op(&under.ops[i])
		}
		pix := back.img.Pix
		d := newDepths(bw, bh, r)
		colors := colorMap()
		put := func(k int, tint, light float64) {
			pix[4*k], pix[4*k+1], pix[4*k+2] = shade(colors[mapIndex(tint)], light)
		}
		vs := make([][]vertex, len(meshes))
		for i, m := range meshes {
			vs[i] = d.vertices(m, v)
			d.cover(m, vs[i], put)
		}
		done := make([]bool, bw*bh)
		for i, m := range meshes {
			d.wires(m, vs[i], func(k int) {
				if done[k] {
					return
				}
				done[k] = true
				for i := 4 * k; i < 4*k+3; i++ {
					pix[i] = uint8(int(pix[i]) * 3 / 4)
				}
			})
		}
		return halve(back.img, w, h)
	}
}

// halve reduces an opaque image to w by h, half its size.
func halve(in *image.RGBA, w, h int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		a := in.Pix[2*y*in.Stride:]
		b := in.Pix[(2*y+1)*in.Stride:]
		o := out.Pix[y*out.Stride:]
		for x := range w {
			for c := range 3 {
				i := 8*x + c
				o[4*x+c] = uint8((int(a[i]) + int(a[i+4]) + int(b[i]) + int(b[i+4]) + 2) / 4)
			}
			o[4*x+3] = 255
		}
	}
	return out
}

// seen tells whether nothing lies clearly before q.
func (d *depths) seen(q point, near float64) bool {
	x, y := int((q.x-d.x0)*d.sx), int((d.y1-q.y)*d.sy)
	front := math.Inf(1)
	for j := max(0, y-1); j <= min(d.h-1, y+1); j++ {
		for i := max(0, x-1); i <= min(d.w-1, x+1); i++ {
			front = math.Min(front, float64(d.near[j*d.w+i]))
		}
	}
	return near+0.015 >= front
}
