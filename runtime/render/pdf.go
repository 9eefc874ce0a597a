package render

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/vg"
)

// writePDF writes text as outlines: the page then needs no fonts, and every
// letter of the typeface is right, not only those of a code page.
func writePDF(s *sheet, w io.Writer) error {
	doc := fpdf.NewCustom(&fpdf.InitType{
		UnitStr: "pt",
		Size:    fpdf.SizeType{Wd: s.w, Ht: s.h},
	})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetProducer("relief", false)
	if s.title != "" {
		doc.SetTitle(s.title, true)
	}
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	doc.SetLineJoinStyle("round")

	alpha := uint8(255)
	var b []byte
	flush := func() {
		if len(b) > 0 {
			doc.RawWriteBuf(bytes.NewReader(b))
			b = b[:0]
		}
	}
	for i := range s.ops {
		o := &s.ops[i]
		if o.kind == opImage {
			flush()
			if err := pdfImage(doc, s, o, fmt.Sprintf("image%d", i)); err != nil {
				return err
			}
			continue
		}
		if o.color.A != alpha {
			flush()
			alpha = o.color.A
			doc.SetAlpha(float64(alpha)/255, "Normal")
		}
		rgb := func(operator string) {
			for _, v := range [3]uint8{o.color.R, o.color.G, o.color.B} {
				b = appendFraction(b, v)
				b = append(b, ' ')
			}
			b = append(b, operator...)
		}
		switch o.kind {
		case opFill:
			rgb("rg\n")
			b = appendPDFPath(b, o.path)
			b = append(b, "f\n"...)
		case opText:
			rgb("rg\n")
			b = appendPDFPath(b, o.text.outline(o.at, o.angle))
			b = append(b, "f\n"...)
		case opStroke:
			rgb("RG\n")
			b = appendFixed(b, o.width)
			b = append(b, " w ["...)
			for _, d := range o.dash {
				b = appendFixed(b, d)
				b = append(b, ' ')
			}
			b = append(b, "] 0 d\n"...)
			b = appendPDFPath(b, o.path)
			b = append(b, "S\n"...)
		}
	}
	flush()
	return doc.Output(w)
}

func appendPDFPath(b []byte, p vg.Path) []byte {
	point := func(p vg.Point) {
		b = appendFixed(b, float64(p.X))
		b = append(b, ' ')
		b = appendFixed(b, float64(p.Y))
		b = append(b, ' ')
	}
	var last vg.Point
	var comp func(c vg.PathComp)
	comp = func(c vg.PathComp) {
		switch c.Type {
		case vg.MoveComp:
			point(c.Pos)
			b = append(b, "m\n"...)
		case vg.LineComp:
			point(c.Pos)
			b = append(b, "l\n"...)
		case vg.CurveComp:
			c0, c1 := cubic(last, c)
			point(c0)
			point(c1)
			point(c.Pos)
			b = append(b, "c\n"...)
		case vg.ArcComp:
			for _, k := range arcCurves(c) {
				comp(k)
			}
			return
		case vg.CloseComp:
			b = append(b, "h\n"...)
			return
		}
		last = c.Pos
	}
	for _, c := range p {
		comp(c)
	}
	return b
}

// cubic gives the control points of a curve from last, raised to the third
// degree if it is quadratic.
func cubic(last vg.Point, c vg.PathComp) (vg.Point, vg.Point) {
	if len(c.Control) == 2 {
		return c.Control[0], c.Control[1]
	}
	k := c.Control[0]
	return pt(float64(last.X+2*(k.X-last.X)/3), float64(last.Y+2*(k.Y-last.Y)/3)),
		pt(float64(c.Pos.X+2*(k.X-c.Pos.X)/3), float64(c.Pos.Y+2*(k.Y-c.Pos.Y)/3))
}

// pdfImage places an image upright: fpdf's own coordinates fall downwards.
func pdfImage(doc *fpdf.Fpdf, s *sheet, o *op, name string) error {
	data, err := o.embedded()
	if err != nil {
		return err
	}
	opt := fpdf.ImageOptions{ImageType: "png"}
	doc.RegisterImageOptionsReader(name, opt, bytes.NewReader(data))
	size := o.rect.Size()
	doc.ImageOptions(name, float64(o.rect.Min.X), s.h-float64(o.rect.Max.Y),
		float64(size.X), float64(size.Y), false, opt, 0, "")
	return doc.Error()
}

// appendFraction writes v/255 with three decimals.
func appendFraction(b []byte, v uint8) []byte {
	n := (int(v)*1000 + 127) / 255
	if n >= 1000 {
		return append(b, '1')
	}
	return append(b, '0', '.', byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
}
