package render

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

func written(t *testing.T, f *Figure, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(f, format, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// streams are the decompressed streams of a PDF, joined.
func streams(t *testing.T, pdf []byte) string {
	t.Helper()
	var out strings.Builder
	for _, part := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		if z, err := zlib.NewReader(bytes.NewReader(part)); err == nil {
			b, _ := io.ReadAll(z)
			out.Write(b)
		}
	}
	return out.String()
}

// onePanel is a figure of one panel.
func onePanel(marks ...Mark) *Figure {
	return &Figure{Panels: []Panel{{X: Axis{Label: "x"}, Y: Axis{Label: "y"}, Marks: marks}}}
}

func TestSameBytes(t *testing.T) {
	for _, d := range demos() {
		a := Draw(d.fig)
		var wg sync.WaitGroup
		for _, format := range Formats {
			wg.Go(func() {
				var x, y bytes.Buffer
				if err := a.Write(format, &x); err != nil {
					t.Error(err)
				}
				if format == "png" && d.name != "valleys" {
					return // slow, and no other than the sheet decides it
				}
				if err := Write(d.fig, format, &y); err != nil {
					t.Error(err)
				}
				if !bytes.Equal(x.Bytes(), y.Bytes()) {
					t.Errorf("%s: two drawings differ as %s", d.name, format)
				}
			})
		}
		wg.Wait()
	}
}

// Images of one size are where an order of a map would show.
func TestManyImagesSameBytes(t *testing.T) {
	f := &Figure{}
	for k := range 6 {
		g := gridOf(0, 3, 0, 3, 4, func(x, y float64) float64 { return math.Mod(x*y+float64(k), 5) })
		f.Panels = append(f.Panels, Panel{Marks: []Mark{Heatmap{Grid: g}}})
	}
	want := written(t, f, "pdf")
	for range 8 {
		if !bytes.Equal(want, written(t, f, "pdf")) {
			t.Fatal("two drawings differ")
		}
	}
}

func TestNoTimeInFiles(t *testing.T) {
	pdf := string(written(t, onePanel(Line{Y: []float64{1, 2}}), "pdf"))
	for _, m := range regexp.MustCompile(`/(CreationDate|ModDate) \((.*?)\)`).FindAllStringSubmatch(pdf, -1) {
		if !strings.HasPrefix(m[2], "D:19700101000000") {
			t.Errorf("%s is %s", m[1], m[2])
		}
	}
}

func TestWriteFile(t *testing.T) {
	f := onePanel(Line{Y: []float64{1, 2, 0}})
	dir := t.TempDir()
	path := filepath.Join(dir, "a.svg")
	if err := WriteFile(f, path); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, written(t, f, "svg")) {
		t.Errorf("the file differs from what Write writes: %v", err)
	}
	err = WriteFile(f, filepath.Join(dir, "a.gif"))
	if err == nil || !strings.Contains(err.Error(), `"gif"`) || !strings.Contains(err.Error(), "svg, png, pdf") {
		t.Errorf("unknown format: %v", err)
	}
	if err := WriteFile(f, filepath.Join(dir, "missing", "a.png")); err == nil {
		t.Error("no error for a folder that is not there")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
}

func TestEncodePNG(t *testing.T) {
	in := image.NewRGBA(image.Rect(0, 0, 37, 23))
	for i := range in.Pix {
		in.Pix[i] = uint8(i * i / 7)
		if i%4 == 3 {
			in.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	if err := encodePNG(&b, in, 200); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte("pHYs\x00\x00\x1e\xc2\x00\x00\x1e\xc2\x01")) { // 7874 per metre
		t.Error("200 dpi are not stated")
	}
	out, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	for y := range 23 {
		for x := range 37 {
			if color.RGBAModel.Convert(out.At(x, y)) != in.RGBAAt(x, y) {
				t.Fatalf("pixel %d, %d: %v, want %v", x, y, out.At(x, y), in.At(x, y))
			}
		}
	}
}

// corner is a heat map whose upper left cell alone is high.
func cornerMap() *Figure {
	g := Grid{X: []float64{0, 1, 2}, Y: []float64{0, 1, 2}, Z: make([]float64, 9)}
	g.Z[2*3+0] = 1
	return onePanel(Heatmap{Grid: g})
}

// In every format the sample at least x and greatest y is at the upper left.
func TestHeatmapUpright(t *testing.T) {
	f := cornerMap()
	isHigh := func(img image.Image, x, y float64) bool {
		b := img.Bounds()
		r, g, _, _ := img.At(b.Min.X+int(x*float64(b.Dx())), b.Min.Y+int(y*float64(b.Dy()))).RGBA()
		return r > 0xC000 && g > 0xC000
	}
	upright := func(what string, img image.Image) {
		for _, p := range [][2]float64{{0.1, 0.1}, {0.1, 0.9}, {0.9, 0.1}, {0.9, 0.9}} {
			if want := p == [2]float64{0.1, 0.1}; isHigh(img, p[0], p[1]) != want {
				t.Errorf("%s: at %v high is %v", what, p, !want)
			}
		}
	}
	svg := string(written(t, f, "svg"))
	m := regexp.MustCompile(`<image class="heatmap" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" preserveAspectRatio="none" href="data:image/png;base64,([^"]+)"/>`).FindStringSubmatch(svg)
	if m == nil {
		t.Fatal("no heat map in the SVG")
	}
	data, err := base64.StdEncoding.DecodeString(m[5])
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	upright("svg", img)

	d := Draw(f)
	whole := d.sheet.raster(2)
	for _, o := range d.sheet.ops {
		if o.role == "heatmap" {
			r := image.Rect(int(2*o.rect.Min.X)+2, int(2*(d.sheet.h-float64(o.rect.Max.Y)))+2,
				int(2*o.rect.Max.X)-2, int(2*(d.sheet.h-float64(o.rect.Min.Y)))-2)
			upright("png", whole.SubImage(r))
		}
	}

	// The PDF scales the same upright image by positive factors.
	page := streams(t, written(t, f, "pdf"))
	c := regexp.MustCompile(`q ([-\d.]+) 0 0 ([-\d.]+) ([-\d.]+) ([-\d.]+) cm /I`).FindAllStringSubmatch(page, -1)
	if len(c) != 2 {
		t.Fatalf("%d images in the PDF, want the map and its colour bar", len(c))
	}
	for _, k := range c {
		if strings.HasPrefix(k[1], "-") || strings.HasPrefix(k[2], "-") {
			t.Errorf("image is flipped: %v", k[0])
		}
	}
}

func TestColorBarFillsItsBox(t *testing.T) {
	for _, o := range Draw(cornerMap()).sheet.ops {
		if o.role == "colorbar" && o.kind == opImage {
			if s := o.rect.Size(); float64(s.X) != barWidth || s.Y < 5*s.X {
				t.Errorf("colour bar of %v", s)
			}
			return
		}
	}
	t.Error("no colour bar")
}

func TestText(t *testing.T) {
	f := &Figure{Title: "η and λ ≤ ‖g‖", Panels: []Panel{{
		X:     Axis{Label: "x_1 eta", Unit: "s"},
		Y:     Axis{Label: "x₁ in 10⁻³"},
		Marks: []Mark{Line{Y: []float64{1, 2}, Label: "a <b> & c"}},
	}}}
	svg := string(written(t, f, "svg"))
	for _, want := range []string{
		">η and λ ≤ ‖g‖</text>", ">x_1 eta (s)</text>", ">a &lt;b&gt; &amp; c</text>",
		">x</tspan>", ">1</tspan>", "> in 10</tspan>", ">−3</tspan>",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("SVG lacks %q", want)
		}
	}
	page := streams(t, written(t, f, "pdf"))
	if strings.Contains(page, " Tj") || strings.Contains(page, "BT ") {
		t.Error("the PDF holds text in a font")
	}
	// Every label leaves ink on the page.
	d := Draw(f)
	img := d.sheet.raster(2)
	for _, o := range d.sheet.ops {
		if o.kind != opText || o.angle != 0 {
			continue
		}
		dark := 0
		for x := range int(2 * o.text.width) {
			for y := range int(2 * o.text.size) {
				if img.RGBAAt(int(2*o.at.X)+x, int(2*(d.sheet.h-float64(o.at.Y)))-y).R < 128 {
					dark++
				}
			}
		}
		if dark < 5 {
			t.Errorf("%q leaves %d dark pixels", o.text.plain(), dark)
		}
	}
}

// What the typeface must have, as an outline and not as the box of a letter
// that is missing.
func TestGlyphs(t *testing.T) {
	box := regular().glyph('\U0010FFFD').outline
	for _, r := range "ηλθαβγδεζικμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ−×≤≥≈∞∇∂∑√·±→…ℓ‖" {
		g := regular().glyph(r)
		if len(g.outline) == 0 || g.advance <= 0 || len(g.outline) == len(box) && g.outline[1].Pos == box[1].Pos {
			t.Errorf("no glyph for %c", r)
		}
	}
	for _, m := range []map[rune]rune{superscript, subscript} {
		for small, base := range m {
			l := layText("x"+string(small), 10, false)
			if len(l.runs) != 2 || l.runs[1].text != string(base) || l.runs[1].dy == 0 || l.runs[1].size >= 10 {
				t.Errorf("%c is laid out as %v", small, l.runs)
			}
		}
	}
}

func TestFitText(t *testing.T) {
	for _, s := range []string{"", "short", strings.Repeat("long ", 40), strings.Repeat("η", 10000)} {
		if l := fitText(s, 10, 100, true); l.width > 100+1e-9 {
			t.Errorf("%.20q is %v wide", s, l.width)
		}
	}
	if l := fitText(strings.Repeat("long ", 40), 10, 100, false); !strings.HasSuffix(l.plain(), "…") {
		t.Errorf("cut without an ellipsis: %q", l.plain())
	}
}

// A zigzag must not overshoot its data, as mitred joints do.
func TestJointsStayInside(t *testing.T) {
	s := newSheet(100, 100)
	var line []point
	for i := range 40 {
		line = append(line, point{10 + 2*float64(i), 20 + 60*float64(i%2)})
	}
	s.stroke("line", frame{0, 0, 100, 100}.polyline([][]point{line}), ink, 1, Solid)
	img := s.raster(4)
	for x := range 400 {
		for _, y := range []int{4 * (100 - 82), 4 * (100 - 18)} {
			if img.RGBAAt(x, y).R != 255 {
				t.Fatalf("ink at %v, %v", float64(x)/4, 100-float64(y)/4)
			}
		}
	}
	if img.RGBAAt(4*12, 4*50).R == 255 && img.RGBAAt(4*11, 4*50).R == 255 {
		t.Error("no line")
	}
	for _, f := range []string{"svg", "pdf"} {
		var b bytes.Buffer
		if err := (&Drawing{sheet: s}).Write(f, &b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if f == "pdf" {
			text = streams(t, b.Bytes())
		}
		if !strings.Contains(text, map[string]string{"svg": `stroke-linejoin="round"`, "pdf": "1 j"}[f]) {
			t.Errorf("%s does not round its joints", f)
		}
	}
}

// A sheet takes what gonum/plot draws.
func TestSheetIsACanvas(t *testing.T) {
	p := plot.New()
	p.Title.Text = "from outside"
	p.Y.Label.Text = "turned"
	l, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 2}})
	if err != nil {
		t.Fatal(err)
	}
	p.Add(l)
	s := newSheet(200, 150)
	p.Draw(draw.New(s))
	s.DrawImage(box(0, 0, 10, 10), image.NewUniform(color.Black))
	var title, turned bool
	for _, o := range s.ops {
		title = title || o.kind == opText && o.text.plain() == "from outside"
		turned = turned || o.kind == opText && o.text.plain() == "turned" && math.Abs(o.angle-math.Pi/2) < 1e-9
	}
	if !title || !turned {
		t.Errorf("title %v, turned label %v", title, turned)
	}
}
