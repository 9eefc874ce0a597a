package render

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// An op is one drawing operation, in points from the lower left corner of the
// sheet. role names what it draws ("line", "grid", "tick", ...): it becomes the
// class of the SVG element.
type op struct {
	role  string
	kind  opKind
	path  vg.Path
	color color.NRGBA
	width float64   // of a stroke
	dash  []float64 // of a stroke
	text  label     // of a text
	at    vg.Point  // of a text: the left end of its baseline
	angle float64   // of a text: radians, counterclockwise
	rect  vg.Rectangle
	paint painter
	// embedded is the image as PNG at the resolution of the vector formats.
	embedded func() ([]byte, error)
}

type opKind uint8

const (
	opFill opKind = iota
	opStroke
	opText
	opImage
)

// A painter fills an area with w by h pixels, row 0 on top. The image must be
// opaque: an alpha channel would cost the PDF a second image.
type painter func(w, h int) image.Image

// A sheet is a list of operations, and a vg.Canvas that records them. All
// three formats are written from it, because gonum/plot's own canvases differ
// in ways that show: vgpdf draws images upside down, has only the letters of
// code page 1252, joins lines with spikes that overshoot the data and stamps
// the time; vgsvg mislabels PNG as JPEG, keeps the aspect of stretched images
// and joins lines with spikes as well; vgimg walks a list of all cells of a
// row for each segment, so that a dense zigzag costs seconds.
type sheet struct {
	w, h  float64
	title string
	ops   []op
	role  string
	state []pen
	// widths are those of the images, in pixels.
	widths []int
}

type pen struct {
	color color.NRGBA
	width float64
	dash  []float64
	m     affine
}

var (
	_ vg.Canvas      = (*sheet)(nil)
	_ vg.CanvasSizer = (*sheet)(nil)
)

func newSheet(w, h float64) *sheet {
	s := &sheet{w: w, h: h, state: []pen{{m: affine{1, 0, 0, 1, 0, 0}}}}
	vg.Initialize(s)
	return s
}

func (s *sheet) pen() *pen { return &s.state[len(s.state)-1] }

func (s *sheet) Size() (w, h vg.Length)   { return vg.Length(s.w), vg.Length(s.h) }
func (s *sheet) SetLineWidth(w vg.Length) { s.pen().width = float64(w) }
func (s *sheet) SetColor(c color.Color)   { s.pen().color = nrgba(c) }
func (s *sheet) Push()                    { s.state = append(s.state, *s.pen()) }
func (s *sheet) Pop()                     { s.state = s.state[:len(s.state)-1] }
func (s *sheet) Translate(p vg.Point)     { s.pen().m = s.pen().m.translate(float64(p.X), float64(p.Y)) }
func (s *sheet) Scale(x, y float64)       { s.pen().m = s.pen().m.scale(x, y) }
func (s *sheet) Rotate(r float64)         { s.pen().m = s.pen().m.rotate(r) }
func (s *sheet) SetLineDash(d []vg.Length, _ vg.Length) {
	dash := make([]float64, len(d))
	for i, l := range d {
		dash[i] = float64(l)
	}
	s.pen().dash = dash
}

func (s *sheet) Stroke(p vg.Path) {
	k := s.pen()
	if k.width <= 0 || len(p) == 0 {
		return
	}
	s.ops = append(s.ops, op{
		role: s.role, kind: opStroke, path: k.m.path(p), color: k.color,
		width: k.width * k.m.size(), dash: k.dash,
	})
}

func (s *sheet) Fill(p vg.Path) {
	if len(p) == 0 {
		return
	}
	k := s.pen()
	s.ops = append(s.ops, op{role: s.role, kind: opFill, path: k.m.path(p), color: k.color})
}

// FillString draws text in the sheet's own typeface; of f only the size counts.
func (s *sheet) FillString(f font.Face, at vg.Point, text string) {
	s.label(layText(text, float64(f.Font.Size), false), at)
}

// label draws a text with the left end of its baseline at the point.
func (s *sheet) label(t label, at vg.Point) {
	if len(t.runs) == 0 {
		return
	}
	k := s.pen()
	s.ops = append(s.ops, op{
		role: s.role, kind: opText, text: t, color: k.color,
		at: k.m.point(at), angle: math.Atan2(k.m.b, k.m.a),
	})
}

func (s *sheet) DrawImage(r vg.Rectangle, img image.Image) {
	s.image(r, fieldDPI, func(w, h int) image.Image {
		b := img.Bounds()
		out := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				c := color.NRGBAModel.Convert(img.At(b.Min.X+x*b.Dx()/w, b.Min.Y+y*b.Dy()/h)).(color.NRGBA)
				out.SetRGBA(x, y, overWhite(c))
			}
		}
		return out
	})
}

// image paints r, which must not be rotated, at a resolution.
func (s *sheet) image(r vg.Rectangle, dpi float64, p painter) {
	px := func(l vg.Length) int {
		return max(1, int(math.Round(float64(l)*s.pen().m.size()*dpi/72)))
	}
	s.imageOf(r, px(r.Size().X), px(r.Size().Y), p)
}

// imageOf is image with w by h pixels in the vector formats.
func (s *sheet) imageOf(r vg.Rectangle, w, h int, p painter) {
	m := s.pen().m
	r = vg.Rectangle{Min: m.point(r.Min), Max: m.point(r.Max)}
	if !(r.Max.X > r.Min.X && r.Max.Y > r.Min.Y) {
		return
	}
	s.ops = append(s.ops, op{role: s.role, kind: opImage, rect: r, paint: p, embedded: s.embed(w, h, p)})
}

// stroke and fill set what they need, so that no state leaks between marks.
func (s *sheet) stroke(role string, p vg.Path, c color.NRGBA, width float64, dash Dash) {
	s.role = role
	s.SetColor(c)
	s.SetLineWidth(vg.Length(width))
	s.SetLineDash(dashes(dash, width), 0)
	s.Stroke(p)
}

func (s *sheet) fill(role string, p vg.Path, c color.NRGBA) {
	s.role = role
	s.SetColor(c)
	s.Fill(p)
}

// write draws a text anchored at the point: ax and ay are 0 for left and
// baseline, 0.5 for the middle, 1 for right and top of the capitals.
func (s *sheet) write(role string, t label, x, y, ax, ay float64, c color.NRGBA) {
	s.role = role
	s.SetColor(c)
	s.label(t, pt(x-ax*t.width, y-ay*capHeight*t.size))
}

// writeUp is write with the text turned to read upwards.
func (s *sheet) writeUp(role string, t label, x, y, ax, ay float64, c color.NRGBA) {
	s.Push()
	s.Translate(pt(x, y))
	s.Rotate(math.Pi / 2)
	s.write(role, t, 0, 0, ax, ay, c)
	s.Pop()
}

func dashes(d Dash, width float64) []vg.Length {
	w := vg.Length(math.Max(width, 0.6))
	switch d {
	case Dashed:
		return []vg.Length{4.5 * w, 2.5 * w}
	case Dotted:
		return []vg.Length{1.2 * w, 2 * w}
	case DashDot:
		return []vg.Length{5 * w, 2 * w, 1.2 * w, 2 * w}
	}
	return nil
}

func pt(x, y float64) vg.Point { return vg.Point{X: vg.Length(x), Y: vg.Length(y)} }

func box(x0, y0, x1, y1 float64) vg.Rectangle {
	return vg.Rectangle{Min: pt(x0, y0), Max: pt(x1, y1)}
}

func boxPath(x0, y0, x1, y1 float64) vg.Path {
	var p vg.Path
	p.Move(pt(x0, y0))
	p.Line(pt(x1, y0))
	p.Line(pt(x1, y1))
	p.Line(pt(x0, y1))
	p.Close()
	return p
}

func segment(x0, y0, x1, y1 float64) vg.Path {
	return vg.Path{{Type: vg.MoveComp, Pos: pt(x0, y0)}, {Type: vg.LineComp, Pos: pt(x1, y1)}}
}

func disc(p *vg.Path, x, y, r float64) {
	p.Move(pt(x+r, y))
	p.Arc(pt(x, y), vg.Length(r), 0, 2*math.Pi)
	p.Close()
}

// affine maps (x, y) to (a x + c y + e, b x + d y + f).
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) translate(x, y float64) affine {
	m.e += m.a*x + m.c*y
	m.f += m.b*x + m.d*y
	return m
}

func (m affine) scale(x, y float64) affine {
	return affine{m.a * x, m.b * x, m.c * y, m.d * y, m.e, m.f}
}

func (m affine) rotate(t float64) affine {
	sin, cos := math.Sincos(t)
	return affine{
		m.a*cos + m.c*sin, m.b*cos + m.d*sin,
		m.c*cos - m.a*sin, m.d*cos - m.b*sin, m.e, m.f,
	}
}

func (m affine) size() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

func (m affine) point(p vg.Point) vg.Point {
	x, y := float64(p.X), float64(p.Y)
	return pt(m.a*x+m.c*y+m.e, m.b*x+m.d*y+m.f)
}

// path maps p, and spells arcs as cubic curves where they are not full circles.
func (m affine) path(p vg.Path) vg.Path {
	if m == (affine{1, 0, 0, 1, 0, 0}) {
		return p
	}
	q := make(vg.Path, 0, len(p))
	for _, c := range p {
		if c.Type == vg.ArcComp {
			for _, k := range arcCurves(c) {
				q = append(q, m.comp(k))
			}
			continue
		}
		q = append(q, m.comp(c))
	}
	return q
}

func (m affine) comp(c vg.PathComp) vg.PathComp {
	c.Pos = m.point(c.Pos)
	if len(c.Control) > 0 {
		ctl := make([]vg.Point, len(c.Control))
		for i, p := range c.Control {
			ctl[i] = m.point(p)
		}
		c.Control = ctl
	}
	return c
}

// arcCurves spells an arc as a line to its start and cubic curves of at most a
// right angle each, which are within 3e-4 of the radius.
func arcCurves(c vg.PathComp) []vg.PathComp {
	n := int(math.Ceil(math.Abs(c.Angle)/(math.Pi/2) - 1e-9))
	x, y, r := float64(c.Pos.X), float64(c.Pos.Y), float64(c.Radius)
	sin, cos := math.Sincos(c.Start)
	out := []vg.PathComp{{Type: vg.LineComp, Pos: pt(x+r*cos, y+r*sin)}}
	if n < 1 || n > 64 {
		return out
	}
	step := c.Angle / float64(n)
	k := r * 4 / 3 * math.Tan(step/4)
	for i := range n {
		s0, c0 := math.Sincos(c.Start + float64(i)*step)
		s1, c1 := math.Sincos(c.Start + float64(i+1)*step)
		out = append(out, vg.PathComp{
			Type: vg.CurveComp,
			Control: []vg.Point{
				pt(x+r*c0-k*s0, y+r*s0+k*c0),
				pt(x+r*c1+k*s1, y+r*s1-k*c1),
			},
			Pos: pt(x+r*c1, y+r*s1),
		})
	}
	return out
}
