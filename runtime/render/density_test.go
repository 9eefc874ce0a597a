package render

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// orbitDiagram iterates gradient descent on ln(1 + x^2)/2 for each learning rate:
// the states kept stand step by step, lane by lane.
func orbitDiagram(rates []float64, skip, keep int) (x, y []float64) {
	state := make([]float64, len(rates))
	for i := range state {
		state[i] = 0.3
	}
	for k := range skip + keep {
		for i, eta := range rates {
			if k >= skip {
				x, y = append(x, eta), append(y, state[i])
			}
			state[i] -= eta * state[i] / (1 + state[i]*state[i])
		}
	}
	return x, y
}

func densityDemo() *Figure {
	rates := linspace(1, 20, 1000)
	x, y := orbitDiagram(rates, 1000, 256)
	few := linspace(1, 20, 60)
	fx, fy := orbitDiagram(few, 1000, 256)
	rng := rand.New(rand.NewPCG(5, 6))
	var u, v []float64
	for range 200_000 {
		a := rng.NormFloat64()
		u, v = append(u, math.Exp(a)), append(v, math.Exp(0.6*a+0.4*rng.NormFloat64()))
	}
	return &Figure{
		Title:   "Densities of points",
		Columns: 2,
		Panels: []Panel{
			{Title: "Orbit diagram", X: Axis{Label: "learning rate"}, Y: Axis{Label: "x"}, Z: Axis{Label: "points in a cell"},
				Marks: []Mark{Density{X: x, Y: y}}},
			{Title: "By column", X: Axis{Label: "learning rate"}, Y: Axis{Label: "x"}, Z: Axis{Label: "share of the column"},
				Marks: []Mark{Density{X: x, Y: y, ByColumn: true}, Line{X: []float64{2, 8}, Y: []float64{1, 3}, Label: "a curve"}}},
			{Title: "Few columns", X: Axis{Label: "learning rate"}, Y: Axis{Label: "x"}, Z: Axis{Label: "points in a cell"},
				Marks: []Mark{Density{X: fx, Y: fy, Rows: 80}}},
			{Title: "Log axes", X: Axis{Label: "u", Scale: "log"}, Y: Axis{Label: "v", Scale: "log"}, Z: Axis{Label: "points in a cell"},
				Marks: []Mark{Density{X: u, Y: v, Columns: 150, Rows: 100}}},
		},
	}
}

// The counts of all cells sum to the points that both axes can show inside their
// ends, and each cell holds those between its borders.
func TestDensityCountsEveryPoint(t *testing.T) {
	scales := rapid.SampledFrom([]string{"linear", "log", "symlog"})
	values := func(t *rapid.T, name string, n int) []float64 {
		kind := rapid.IntRange(0, 2).Draw(t, name+" kind")
		g := rapid.Float64Range(-3, 9)
		if kind == 1 {
			g = rapid.Map(rapid.IntRange(1, 9), func(i int) float64 { return float64(i) })
		} else if kind == 2 {
			g = rapid.OneOf(g, rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, 1e301}))
		}
		return rapid.SliceOfN(g, n, n).Draw(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 80).Draw(t, "n")
		d := Density{
			X: values(t, "x", n), Y: values(t, "y", n),
			Columns: rapid.IntRange(0, 7).Draw(t, "columns"), Rows: rapid.IntRange(0, 7).Draw(t, "rows"),
		}
		src := Panel{Marks: []Mark{d}, X: Axis{Scale: scales.Draw(t, "x scale")}, Y: Axis{Scale: scales.Draw(t, "y scale")}}
		if rapid.Bool().Draw(t, "ends") {
			src.X.Min, src.Y.Max = ptr(2), ptr(5)
		}
		p := resolve(&src)
		p.frame = frame{0, 0, 40, 30}
		p.count()
		c := p.counted
		want := make([]uint32, len(c.n))
		inside := 0
		for i := range n {
			u, v := p.x.at(d.X[i]), p.y.at(d.Y[i])
			if !(u >= 0 && u <= 1 && v >= 0 && v <= 1) {
				continue
			}
			inside++
			col := 0
			for col+1 < c.cols && u > c.edges[col+1] {
				col++
			}
			if col+1 < c.cols && u >= c.edges[col+1] { // a point on a border of even columns
				col++
			}
			want[min(int(v*float64(c.rows)), c.rows-1)*c.cols+col]++
		}
		sum, columns := 0, 0
		for _, k := range c.n {
			sum += int(k)
		}
		for _, k := range c.columns {
			columns += int(k)
		}
		if sum != inside || columns != inside || c.inside != inside {
			t.Fatalf("%d points in cells, %d in columns, %d noted, %d inside the axes", sum, columns, c.inside, inside)
		}
		// A point on a border of two columns may be in either.
		for j := range c.rows {
			if a, b := rowSum(c.n, j, c.cols), rowSum(want, j, c.cols); a != b {
				t.Fatalf("row %d holds %d points, want %d", j, a, b)
			}
		}
		border := slices.ContainsFunc(d.X, func(x float64) bool {
			return slices.ContainsFunc(c.edges, func(e float64) bool { return math.Abs(p.x.at(x)-e) < 1e-9 })
		})
		if !border && !slices.Equal(c.n, want) {
			t.Fatalf("cells %v, want %v", c.n, want)
		}
	})
}

func rowSum(n []uint32, j, cols int) (sum int) {
	for _, k := range n[j*cols:][:cols] {
		sum += int(k)
	}
	return sum
}

// Values of x that come again and again share the columns evenly: 1000 of them on
// fewer pixels give columns of as many points each.
func TestDensityColumnsFollowValues(t *testing.T) {
	for _, k := range []int{50, 1000} {
		var x, y []float64
		for i := range 20 * k {
			x, y = append(x, float64(i%k)), append(y, float64(i/k))
		}
		p := resolve(&Panel{Marks: []Mark{Density{X: x, Y: y}}})
		p.frame = frame{0, 0, 180, 100} // 500 pixels wide
		p.count()
		c := p.counted
		if want := min(k, 500); c.cols != want || c.inside != 20*k {
			t.Errorf("%d values: %d columns, %d points", k, c.cols, c.inside)
		}
		if slices.Min(c.columns) != slices.Max(c.columns) {
			t.Errorf("%d values: columns of %d to %d points", k, slices.Min(c.columns), slices.Max(c.columns))
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	var x []float64
	for range 3000 {
		x = append(x, rng.Float64())
	}
	p := resolve(&Panel{Marks: []Mark{Density{X: x, Y: x}}})
	p.frame = frame{0, 0, 180, 100}
	if p.count(); p.counted.cols != 500 {
		t.Errorf("values that differ: %d columns", p.counted.cols)
	}
}

func TestDensityByColumn(t *testing.T) {
	p := resolve(&Panel{Marks: []Mark{Density{X: []float64{0, 0, 0, 0, 1}, Y: []float64{0, 0, 0, 1, 1}, Columns: 2, Rows: 2, ByColumn: true}}})
	p.frame = frame{0, 0, 40, 40}
	p.count()
	for k, want := range []float64{0.75, 0, 0.25, 1} {
		if got := p.counted.value(k); got != want && p.counted.n[k] > 0 {
			t.Errorf("cell %d has the share %v, want %v", k, got, want)
		}
	}
	if !slices.Equal(p.counted.n, []uint32{3, 0, 1, 1}) {
		t.Errorf("counts %v", p.counted.n)
	}
}

// The image has whole pixels for cells, white where nothing is, and stands upright.
func TestDensityImage(t *testing.T) {
	f := onePanel(Density{X: []float64{0, 2, 2, 2}, Y: []float64{1, 0, 0, 0}, Columns: 3, Rows: 2})
	svg := string(written(t, f, "svg"))
	m := regexp.MustCompile(`<image class="density" [^>]*href="data:image/png;base64,([^"]+)"/>`).FindStringSubmatch(svg)
	if m == nil {
		t.Fatal("no density in the SVG")
	}
	data, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds().Size()
	if size.X%3 != 0 || size.Y%2 != 0 {
		t.Errorf("%v pixels for 3 by 2 cells", size)
	}
	check := func(what string, img image.Image) {
		b := img.Bounds()
		at := func(i, j int) int {
			r, g, bl, _ := img.At(b.Min.X+b.Dx()*(2*i+1)/6, b.Min.Y+b.Dy()*(2*j+1)/4).RGBA()
			return int(r>>8) + int(g>>8) + int(bl>>8)
		}
		for i := range 3 {
			for j := range 2 { // from above
				want := 3 * 255
				if i == 0 && j == 0 || i == 2 && j == 1 {
					want = 0
				}
				if white := at(i, j) == 3*255; white != (want > 0) {
					t.Errorf("%s: cell %d, %d is %d bright", what, i, j, at(i, j))
				}
			}
		}
		if at(2, 1) >= at(0, 0) {
			t.Errorf("%s: three points are no darker than one", what)
		}
	}
	check("svg", img)
	d := Draw(f)
	whole := d.sheet.raster(2)
	for _, o := range d.sheet.ops {
		if o.role == "density" {
			check("png", whole.SubImage(image.Rect(int(2*o.rect.Min.X)+2, int(2*(d.sheet.h-float64(o.rect.Max.Y)))+2,
				int(2*o.rect.Max.X)-2, int(2*(d.sheet.h-float64(o.rect.Min.Y)))-2)))
		}
	}
	for _, c := range regexp.MustCompile(`q ([-\d.]+) 0 0 ([-\d.]+) ([-\d.]+) ([-\d.]+) cm /I`).FindAllStringSubmatch(streams(t, written(t, f, "pdf")), -1) {
		if strings.HasPrefix(c[1], "-") || strings.HasPrefix(c[2], "-") {
			t.Errorf("pdf: the image is flipped: %v", c[0])
		}
	}
}

// What cannot be counted does no harm, and is said.
func TestDensityOfNothing(t *testing.T) {
	nan := math.NaN()
	for name, m := range map[string]Density{
		"nothing": {}, "not finite": {X: []float64{1, nan}, Y: []float64{nan, 2}}, "one": {X: []float64{1}, Y: []float64{2}},
		"unequal": {X: []float64{1, 2, 3}, Y: []float64{1}}, "huge": {X: []float64{1e299, -1e299}, Y: []float64{0, 1}, Columns: 1 << 30, Rows: 1},
	} {
		f := onePanel(m)
		f.Panels[0].X.Scale = "log"
		for _, format := range Formats {
			if len(written(t, f, format)) == 0 {
				t.Errorf("%s: no %s", name, format)
			}
		}
	}
	f := onePanel(Density{X: []float64{1, 2, 3}, Y: []float64{1, 2, nan}})
	if notes := texts(Draw(f), "note"); !slices.Contains(notes, "1 value of y left out: not finite") {
		t.Errorf("notes %q", notes)
	}
}

func BenchmarkDensity(b *testing.B) {
	x, y := orbitDiagram(linspace(1, 20, 4000), 100, 256)
	for b.Loop() {
		Draw(onePanel(Density{X: x, Y: y}))
	}
}
