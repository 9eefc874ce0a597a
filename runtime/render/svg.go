package render

import (
	"bytes"
	"encoding/base64"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gonum.org/v1/plot/vg"
)

// The resolution of images inside SVG and PDF: of fields, whose cells have
// sharp edges, and of surfaces, which are smoothed.
const (
	fieldDPI   = 300
	surfaceDPI = 240
)

// writeSVG writes text as text, so that it can be searched and edited; every
// line carries its length, so that a reader without the typeface sees the same
// layout.
func writeSVG(s *sheet, w io.Writer) error {
	b := make([]byte, 0, 64<<10)
	b = append(b, `<svg xmlns="http://www.w3.org/2000/svg" width="`...)
	b = appendFixed(b, s.w)
	b = append(b, `pt" height="`...)
	b = appendFixed(b, s.h)
	b = append(b, `pt" viewBox="0 0 `...)
	b = appendFixed(b, s.w)
	b = append(b, ' ')
	b = appendFixed(b, s.h)
	b = append(b, `" fill="none" stroke-linejoin="round" font-family="`...)
	b = append(b, fontFamily...)
	b = append(b, "\">\n"...)
	if s.title != "" {
		b = append(b, "<title>"...)
		b = appendEscaped(b, s.title)
		b = append(b, "</title>\n"...)
	}
	b = append(b, `<rect width="100%" height="100%" fill="#ffffff"/>`+"\n"...)
	for i := range s.ops {
		o := &s.ops[i]
		switch o.kind {
		case opFill, opStroke:
			b = s.svgPath(b, o)
		case opText:
			b = s.svgText(b, o)
		case opImage:
			var err error
			if b, err = s.svgImage(b, o); err != nil {
				return err
			}
		}
	}
	b = append(b, "</svg>\n"...)
	_, err := w.Write(b)
	return err
}

func (s *sheet) svgPath(b []byte, o *op) []byte {
	b = append(b, `<path class="`...)
	b = append(b, o.role...)
	b = append(b, '"')
	if o.kind == opFill {
		b = appendColor(b, "fill", o)
	} else {
		b = appendColor(b, "stroke", o)
		b = append(b, ` stroke-width="`...)
		b = appendFixed(b, o.width)
		b = append(b, '"')
		if len(o.dash) > 0 {
			b = append(b, ` stroke-dasharray="`...)
			for i, d := range o.dash {
				if i > 0 {
					b = append(b, ' ')
				}
				b = appendFixed(b, d)
			}
			b = append(b, '"')
		}
	}
	b = append(b, ` d="`...)
	point := func(p vg.Point) {
		b = appendFixed(b, float64(p.X))
		b = append(b, ' ')
		b = appendFixed(b, s.h-float64(p.Y))
	}
	for _, c := range o.path {
		switch c.Type {
		case vg.MoveComp:
			b = append(b, 'M')
			point(c.Pos)
		case vg.LineComp:
			b = append(b, 'L')
			point(c.Pos)
		case vg.CloseComp:
			b = append(b, 'Z')
		case vg.CurveComp:
			if len(c.Control) == 1 {
				b = append(b, 'Q')
			} else {
				b = append(b, 'C')
			}
			for _, p := range c.Control {
				point(p)
				b = append(b, ' ')
			}
			point(c.Pos)
		case vg.ArcComp:
			if math.Abs(c.Angle) < 2*math.Pi {
				for _, k := range arcCurves(c) {
					if k.Type == vg.LineComp {
						b = append(b, 'L')
					} else {
						b = append(b, 'C')
						for _, p := range k.Control {
							point(p)
							b = append(b, ' ')
						}
					}
					point(k.Pos)
				}
				continue
			}
			// A circle is two half circles; the path stands at its right end.
			r := float64(c.Radius)
			for _, to := range []float64{-2 * r, 2 * r} {
				b = append(b, 'a')
				b = appendFixed(b, r)
				b = append(b, ' ')
				b = appendFixed(b, r)
				b = append(b, " 0 1 0 "...)
				b = appendFixed(b, to)
				b = append(b, " 0"...)
			}
		}
	}
	return append(b, "\"/>\n"...)
}

func (s *sheet) svgText(b []byte, o *op) []byte {
	x, y := float64(o.at.X), s.h-float64(o.at.Y)
	b = append(b, `<text class="`...)
	b = append(b, o.role...)
	b = append(b, '"')
	b = appendColor(b, "fill", o)
	b = append(b, ` font-size="`...)
	b = appendFixed(b, o.text.size)
	b = append(b, '"')
	if o.text.bold {
		b = append(b, ` font-weight="bold"`...)
	}
	if o.angle != 0 {
		b = append(b, ` transform="translate(`...)
		b = appendFixed(b, x)
		b = append(b, ' ')
		b = appendFixed(b, y)
		b = append(b, ") rotate("...)
		b = appendFixed(b, -o.angle*180/math.Pi)
		b = append(b, `)"`...)
		x, y = 0, 0
	}
	b = append(b, ` xml:space="preserve"`...)
	if len(o.text.runs) == 1 && o.text.runs[0].dy == 0 {
		b = append(b, ` x="`...)
		b = appendFixed(b, x)
		b = append(b, `" y="`...)
		b = appendFixed(b, y)
		b = append(b, `" textLength="`...)
		b = appendFixed(b, o.text.width)
		b = append(b, `">`...)
		b = appendEscaped(b, o.text.runs[0].text)
		return append(b, "</text>\n"...)
	}
	b = append(b, '>')
	for _, r := range o.text.runs {
		b = append(b, `<tspan x="`...)
		b = appendFixed(b, x+r.x)
		b = append(b, `" y="`...)
		b = appendFixed(b, y-r.dy)
		if r.size != o.text.size {
			b = append(b, `" font-size="`...)
			b = appendFixed(b, r.size)
		}
		b = append(b, `">`...)
		b = appendEscaped(b, r.text)
		b = append(b, "</tspan>"...)
	}
	return append(b, "</text>\n"...)
}

func (s *sheet) svgImage(b []byte, o *op) ([]byte, error) {
	data, err := o.embedded()
	if err != nil {
		return b, err
	}
	size := o.rect.Size()
	b = append(b, `<image class="`...)
	b = append(b, o.role...)
	b = append(b, `" x="`...)
	b = appendFixed(b, float64(o.rect.Min.X))
	b = append(b, `" y="`...)
	b = appendFixed(b, s.h-float64(o.rect.Max.Y))
	b = append(b, `" width="`...)
	b = appendFixed(b, float64(size.X))
	b = append(b, `" height="`...)
	b = appendFixed(b, float64(size.Y))
	b = append(b, `" preserveAspectRatio="none" href="data:image/png;base64,`...)
	b = base64.StdEncoding.AppendEncode(b, data)
	return append(b, "\"/>\n"...), nil
}

// embed makes the PNG of an image operation once, for SVG and PDF alike. No two
// images of a sheet are equally many pixels wide, because fpdf sorts images by
// their width and leaves those of one width in the order of a map.
func (s *sheet) embed(w, h int, paint painter) func() ([]byte, error) {
	for slices.Contains(s.widths, w) {
		w++
	}
	s.widths = append(s.widths, w)
	return sync.OnceValues(func() ([]byte, error) {
		var buf bytes.Buffer
		err := encodePNG(&buf, paint(w, h), 0)
		return buf.Bytes(), err
	})
}

// appendFixed writes v with at most two decimals, which is finer than any
// device and the same on all.
func appendFixed(b []byte, v float64) []byte {
	if !(math.Abs(v) < 1e9) {
		v = 0
	}
	n := int64(math.Round(v * 100))
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	if f := n % 100; f != 0 {
		b = append(b, '.', byte('0'+f/10))
		if f%10 != 0 {
			b = append(b, byte('0'+f%10))
		}
	}
	return b
}

func appendColor(b []byte, what string, o *op) []byte {
	const hex = "0123456789abcdef"
	b = append(b, ' ')
	b = append(b, what...)
	b = append(b, `="#`...)
	for _, v := range [3]uint8{o.color.R, o.color.G, o.color.B} {
		b = append(b, hex[v>>4], hex[v&15])
	}
	b = append(b, '"')
	if o.color.A != 255 {
		b = append(b, ' ')
		b = append(b, what...)
		b = append(b, `-opacity="`...)
		b = appendFixed(b, float64(o.color.A)/255)
		b = append(b, '"')
	}
	return b
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")

func appendEscaped(b []byte, s string) []byte {
	return append(b, escaper.Replace(s)...)
}
