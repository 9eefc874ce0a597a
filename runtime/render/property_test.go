package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// anyValue draws numbers that break careless code more often than others.
var anyValue = rapid.OneOf(
	rapid.SampledFrom([]float64{
		0, math.Copysign(0, -1), 1, -1, math.NaN(), math.Inf(1), math.Inf(-1),
		math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-310, 1e300, -1e300, 1e17, 1 + 1e-15,
	}),
	rapid.Float64(),
	rapid.Float64Range(-10, 10),
	rapid.Map(rapid.Float64Range(-300, 300), func(e float64) float64 { return math.Pow(10, e) }),
)

func series(t *rapid.T, name string) []float64 {
	if rapid.IntRange(0, 9).Draw(t, name+" constant") == 0 {
		v := anyValue.Draw(t, name)
		out := make([]float64, rapid.IntRange(0, 5).Draw(t, name+" length"))
		for i := range out {
			out[i] = v
		}
		return out
	}
	return rapid.SliceOfN(anyValue, 0, 12).Draw(t, name)
}

func anyText(t *rapid.T, name string) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "", "x₁", "η = 5", "a <b> & \"c\"", "\x00\xff\n", "10⁻³ ∇f"}),
		rapid.String(),
	).Draw(t, name)
}

func anyAxis(t *rapid.T, name string) Axis {
	a := Axis{
		Label: anyText(t, name+" label"),
		Unit:  rapid.SampledFrom([]string{"", "s"}).Draw(t, name+" unit"),
		Scale: rapid.SampledFrom([]string{"", "linear", "log", "symlog", "cubic"}).Draw(t, name+" scale"),
	}
	if rapid.IntRange(0, 3).Draw(t, name+" has min") == 0 {
		a.Min = ptr(anyValue.Draw(t, name+" min"))
	}
	if rapid.IntRange(0, 3).Draw(t, name+" has max") == 0 {
		a.Max = ptr(anyValue.Draw(t, name+" max"))
	}
	return a
}

func anyGrid(t *rapid.T) Grid {
	g := Grid{X: series(t, "grid x"), Y: series(t, "grid y")}
	n := len(g.X) * len(g.Y)
	if rapid.IntRange(0, 5).Draw(t, "wrong size") == 0 {
		n = rapid.IntRange(0, 2*n+1).Draw(t, "size")
	}
	g.Z = rapid.SliceOfN(anyValue, n, n).Draw(t, "z")
	return g
}

func anyMark(t *rapid.T) Mark {
	label := anyText(t, "label")
	yes := rapid.Bool()
	dash := Dash(rapid.IntRange(0, 4).Draw(t, "dash"))
	switch rapid.IntRange(0, 12).Draw(t, "kind") {
	case 0:
		return Line{X: series(t, "x"), Y: series(t, "y"), Label: label, Dash: dash, Width: anyValue.Draw(t, "width")}
	case 1:
		return Scatter{X: series(t, "x"), Y: series(t, "y"), Label: label, Size: anyValue.Draw(t, "size")}
	case 2:
		path := Path{X: series(t, "x"), Y: series(t, "y"), Label: label, ByStep: yes.Draw(t, "by step"),
			Start: yes.Draw(t, "start"), End: yes.Draw(t, "end"), Arrows: rapid.IntRange(-1, 9).Draw(t, "arrows"), Dash: dash}
		if yes.Draw(t, "in space") {
			path.Z = series(t, "z")
		}
		return path
	case 3:
		return Contour{Grid: anyGrid(t), Log: yes.Draw(t, "log"), Filled: yes.Draw(t, "filled"), Count: rapid.IntRange(-1, 300).Draw(t, "count")}
	case 4:
		return Contour{Grid: anyGrid(t), Levels: series(t, "levels"), Filled: yes.Draw(t, "filled")}
	case 5:
		return Heatmap{Grid: anyGrid(t), Log: yes.Draw(t, "log")}
	case 6:
		return Surface{Grid: anyGrid(t), Log: yes.Draw(t, "log"), Floor: yes.Draw(t, "floor")}
	case 7:
		return Histogram{Values: series(t, "values"), Bins: rapid.IntRange(-1, 5000).Draw(t, "bins"), Density: yes.Draw(t, "density"), Label: label}
	case 8:
		return Band{X: series(t, "x"), Lo: series(t, "lo"), Mid: series(t, "mid"), Hi: series(t, "hi"), Label: label}
	case 9:
		return HLine{Y: anyValue.Draw(t, "y"), Label: label, Dash: dash}
	case 10:
		return VLine{X: anyValue.Draw(t, "x"), Label: label}
	case 11:
		return Text{X: anyValue.Draw(t, "x"), Y: anyValue.Draw(t, "y"), Text: label}
	}
	return &Line{Y: series(t, "y")}
}

func anyFigure(t *rapid.T) *Figure {
	f := &Figure{
		Title:   anyText(t, "title"),
		Width:   rapid.SampledFrom([]float64{0, 0, 1, 18, -1, math.NaN(), math.Inf(1)}).Draw(t, "width"),
		Height:  rapid.SampledFrom([]float64{0, 0, 1, 12, 1e-9}).Draw(t, "height"),
		Columns: rapid.IntRange(-1, 4).Draw(t, "columns"),
	}
	if f.Width > 20 {
		f.Width = 0
	}
	for range rapid.IntRange(0, 2).Draw(t, "panels") {
		p := Panel{
			Title: anyText(t, "head"), X: anyAxis(t, "X"), Y: anyAxis(t, "Y"), Z: anyAxis(t, "Z"),
			Legend: rapid.SampledFrom([]Legend{LegendAuto, LegendNone, LegendBelow, LegendRight, "elsewhere"}).Draw(t, "legend"),
			View:   View{anyValue.Draw(t, "azimuth"), anyValue.Draw(t, "elevation")},
		}
		for range rapid.IntRange(0, 3).Draw(t, "marks") {
			p.Marks = append(p.Marks, anyMark(t))
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

// Whatever the data: no panic, three files that their readers accept, marks
// inside the sheet.
func TestAnyFigure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Draw(anyFigure(t))
		for i := range d.sheet.ops {
			checkOp(t, d.sheet, &d.sheet.ops[i])
		}
		var svg bytes.Buffer
		if err := d.Write("svg", &svg); err != nil {
			t.Fatal(err)
		}
		dec := xml.NewDecoder(&svg)
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("the SVG is no XML: %v", err)
			}
		}
		var pdf bytes.Buffer
		if err := d.Write("pdf", &pdf); err != nil {
			t.Fatal(err)
		}
		if b := pdf.Bytes(); !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.HasSuffix(b, []byte("%%EOF\n")) {
			t.Error("the PDF is not whole")
		}
		// A small raster runs the same code as a large one.
		var img bytes.Buffer
		if err := encodePNG(&img, d.sheet.raster(0.7), 0); err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(&img); err != nil {
			t.Fatal(err)
		}
	})
}

// checkOp holds every coordinate to be a number near the sheet.
func checkOp(t *rapid.T, s *sheet, o *op) {
	check := func(what string, x, y float64) {
		if !(x > -s.w && x < 2*s.w && y > -s.h && y < 2*s.h) {
			t.Fatalf("%s at (%v, %v) on a sheet of %v x %v: %s", o.role, x, y, s.w, s.h, what)
		}
	}
	for _, c := range o.path {
		check("path", float64(c.Pos.X), float64(c.Pos.Y))
	}
	switch o.kind {
	case opText:
		check("text", float64(o.at.X), float64(o.at.Y))
	case opImage:
		check("image", float64(o.rect.Min.X), float64(o.rect.Min.Y))
		check("image", float64(o.rect.Max.X), float64(o.rect.Max.Y))
	}
}
