package render

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// roles counts the operations of a drawing by what they draw.
func roles(d *Drawing) map[string]int {
	out := map[string]int{}
	for _, o := range d.sheet.ops {
		out[o.role]++
	}
	return out
}

func texts(d *Drawing, role string) []string {
	var out []string
	for _, o := range d.sheet.ops {
		if o.kind == opText && o.role == role {
			out = append(out, o.text.plain())
		}
	}
	return out
}

// Each pixel column of a thinned line has the least and the greatest value that
// the whole line has there, and all points stay in order.
func TestThinLineKeepsEnvelope(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2001, 9000).Draw(t, "n")
		period := rapid.IntRange(1, 7).Draw(t, "period")
		width := rapid.Float64Range(1, 300).Draw(t, "width")
		noise := rapid.Uint64().Draw(t, "noise")
		in := make([]point, n)
		for i := range in {
			noise = noise*6364136223846793005 + 1442695040888963407
			in[i] = point{width * float64(i) / float64(n), float64(i%period)*10 + float64(noise>>40)*1e-7}
		}
		out := thinLine([][]point{in})[0]
		type span struct{ lo, hi float64 }
		spans := func(l []point) map[int]span {
			m := map[int]span{}
			for _, p := range l {
				c := int(math.Floor(p.x / column))
				s, ok := m[c]
				if !ok {
					s = span{p.y, p.y}
				}
				m[c] = span{min(s.lo, p.y), max(s.hi, p.y)}
			}
			return m
		}
		want, got := spans(in), spans(out)
		for c, s := range want {
			if got[c] != s {
				t.Fatalf("column %d spans %v, want %v", c, got[c], s)
			}
		}
		if len(out) > 4*len(want) {
			t.Fatalf("%d points for %d columns", len(out), len(want))
		}
		if !slices.IsSortedFunc(out, func(a, b point) int { return int(math.Copysign(1, a.x-b.x)) * b2i(a.x != b.x) }) {
			t.Fatal("out of order")
		}
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestManyPointsFewElements(t *testing.T) {
	const n = 2_000_000
	x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
	state := uint64(1)
	for i := range x {
		state = state*6364136223846793005 + 1442695040888963407
		x[i], y[i], z[i] = float64(i), float64(state>>40), float64(state<<20>>40)
	}
	gaps := slices.Clone(y)
	for i := 2; i < n; i += 3 {
		gaps[i] = math.NaN()
	}
	for name, m := range map[string]Mark{
		"line": Line{X: x, Y: y}, "gaps": Line{X: x, Y: gaps}, "scatter": Scatter{X: y, Y: z},
		"path": Path{X: y, Y: z}, "by step": Path{X: y, Y: z, ByStep: true},
	} {
		elements := 0
		for _, o := range Draw(onePanel(m)).sheet.ops {
			elements += len(o.path)
		}
		if elements > 4*maxElements {
			t.Errorf("%s: %d elements", name, elements)
		}
		if elements < 1000 {
			t.Errorf("%s: only %d elements", name, elements)
		}
	}
}

// A period-2 path between two places is two places and one stretch.
func TestThinPathDrawsStretchesOnce(t *testing.T) {
	in := make([]point, 5000)
	for i := range in {
		in[i] = point{10 + 50*float64(i%2), 20}
	}
	out := thinPath([][]point{in}, maxElements)
	total := 0
	for _, l := range out {
		total += len(l) - 1
	}
	if total != 1 {
		t.Errorf("%d stretches, want 1", total)
	}
}

func labels(ticks []tick) string {
	var out []string
	for _, t := range ticks {
		if !t.minor {
			out = append(out, t.label)
		}
	}
	return strings.Join(out, " ")
}

func TestTickLabels(t *testing.T) {
	for _, c := range []struct {
		kind   scaleKind
		lo, hi float64
		n      int
		want   string
		factor string
	}{
		{linear, 0, 1, 5, "0 0.2 0.4 0.6 0.8 1", ""},
		{linear, -0.3, 0.3, 6, "−0.3 −0.2 −0.1 0 0.1 0.2 0.3", ""},
		{linear, 0, 200, 4, "0 50 100 150 200", ""},
		{linear, 0, 3e5, 3, "0 1 2 3", "×10⁵"},
		{linear, 0, 2e-9, 4, "0 0.5 1 1.5 2", "×10⁻⁹"},
		{linear, 1.00000012, 1.00000018, 3, "−2 0 2 4", "×10⁻⁸ +1.00000014"},
		{linear, 99999, 100001, 2, "99999 100000 100001", ""},
		{logarithmic, 1e-3, 1e2, 8, "10⁻³ 10⁻² 10⁻¹ 10⁰ 10¹ 10²", ""},
		{logarithmic, 1e-300, 1, 5, "10⁻³⁰⁰ 10⁻²⁴⁰ 10⁻¹⁸⁰ 10⁻¹²⁰ 10⁻⁶⁰ 10⁰", ""},
		{logarithmic, 0.5, 20, 8, "0.5 1 2 5 10 20", ""},
		{logarithmic, 5e-9, 2e-7, 8, "5×10⁻⁹ 10⁻⁸ 2×10⁻⁸ 5×10⁻⁸ 10⁻⁷ 2×10⁻⁷", ""},
		{logarithmic, 100, 110, 5, "100 102 104 106 108 110", ""},
		{symlog, -100, 100, 9, "−10² −10¹ −10⁰ 0 10⁰ 10¹ 10²", ""},
	} {
		e := newExtent(c.kind)
		for _, v := range []float64{c.lo, c.hi} {
			e.add(v)
		}
		if c.kind == symlog {
			e.add(1)
		}
		s, _ := e.scale(&Axis{}, 0, 0)
		ticks, factor := s.ticks(c.n)
		if c.kind == logarithmic && c.lo == 1e-300 {
			if got := strings.Fields(labels(ticks)); len(got) > c.n+1 || len(got) < 3 {
				t.Errorf("300 decades: %v", got)
			}
			if len(ticks) > c.n+1 {
				t.Errorf("300 decades have %d lines", len(ticks))
			}
			continue
		}
		if got := labels(ticks); got != c.want || factor != c.factor {
			t.Errorf("%v to %v: %q with %q, want %q with %q", c.lo, c.hi, got, factor, c.want, c.factor)
		}
	}
}

// Ticks lie on the axis, in order, and name the values where they stand.
func TestTicksAnyRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newExtent(scaleKind(rapid.IntRange(0, 2).Draw(t, "kind")))
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			e.add(anyValue.Draw(t, "v"))
		}
		s, _ := e.scale(&Axis{}, 0.02, 0.05)
		if !(s.hi > s.lo) || !(s.span > 0) || math.IsInf(s.span, 0) {
			t.Fatalf("scale %+v", s)
		}
		ticks, _ := s.ticks(rapid.IntRange(0, 30).Draw(t, "ticks"))
		if len(ticks) == 0 || len(ticks) > 1000 {
			t.Fatalf("%d ticks on %+v", len(ticks), s)
		}
		for i, k := range ticks {
			if i > 0 && k.at < ticks[i-1].at-1e-9 {
				t.Fatalf("ticks out of order: %v", ticks)
			}
		}
		for _, f := range []float64{0, 0.3, 1} {
			if v := s.value(f); s.kind.drawable(v) && math.Abs(s.at(v)-f) > 1e-3 && s.hi-s.lo > 1e-280 {
				t.Fatalf("value(%v) = %v, and back %v on %+v", f, v, s.at(v), s)
			}
		}
	})
}

func TestNotes(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name string
		p    Panel
		want string
	}{
		{"log axis", Panel{Y: Axis{Scale: "log"}, Marks: []Mark{Line{Y: []float64{0, -1}}}}, "no positive values on the log axis y"},
		{"some", Panel{Y: Axis{Scale: "log"}, Marks: []Mark{Line{Y: []float64{0, -1, 3, 4}}}}, "2 values ≤ 0 left out on the log axis y"},
		{"NaN", Panel{Marks: []Mark{Line{Y: []float64{nan, 1, math.Inf(1)}}}}, "2 values of y left out: not finite"},
		{"field", Panel{Marks: []Mark{Heatmap{Grid: Grid{X: []float64{0, 1}, Y: []float64{0, 1}, Z: []float64{-1, -2, 0, -3}}, Log: true}}}, "no positive values for the log scale; the grid has nothing to show"},
		{"short", Panel{Marks: []Mark{Contour{Grid: Grid{X: []float64{0, 1}, Y: []float64{0, 1, 2}, Z: []float64{1, 2, 3, 4}}}}}, "grid is short: 4 values for 2 × 3"},
		{"flat", Panel{Marks: []Mark{Contour{Grid: Grid{X: []float64{0, 1}, Y: []float64{0, 1}, Z: []float64{2, 2, 2, 2}}}}}, "every grid value is 2"},
		{"flat on a log scale", Panel{Marks: []Mark{Contour{Grid: Grid{X: []float64{0, 1}, Y: []float64{0, 1}, Z: []float64{2, 2, 2, 2}}, Log: true}}}, "every grid value is 2"},
		{"scale", Panel{X: Axis{Scale: "lin"}, Marks: []Mark{Line{Y: []float64{1, 2}}}}, `unknown scale "lin" of axis x: linear`},
		{"range", Panel{Y: Axis{Min: ptr(2), Max: ptr(1)}, Marks: []Mark{Line{Y: []float64{1, 2}}}}, "empty range ignored"},
		{"min", Panel{Y: Axis{Min: ptr(0), Scale: "log"}, Marks: []Mark{Line{Y: []float64{1, 2}}}}, "min of 0 ignored: log axis"},
		{"lengths", Panel{Marks: []Mark{Line{X: []float64{1}, Y: []float64{1, 2}}}}, "1 x and 2 y: the rest left out"},
		{"none", Panel{}, ""},
	} {
		d := Draw(&Figure{Width: 30, Panels: []Panel{c.p}})
		got := texts(d, "note")
		if c.name == "none" {
			if !slices.Contains(got, "nothing to show") {
				t.Errorf("an empty panel says %q", got)
			}
			continue
		}
		if !slices.Contains(got, c.want) {
			t.Errorf("%s: notes %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLegendKeepsOffData(t *testing.T) {
	up := linspace(0, 1, 50)
	for _, c := range []struct {
		name  string
		y     []float64
		place legendPlace
	}{
		{"rising", up, legendInside},
		{"falling", mapf(up, func(x float64) float64 { return 1 - x }), legendInside},
		{"zigzag", mapf(linspace(0, 199, 200), func(x float64) float64 { return math.Mod(x, 2) }), legendBelow},
	} {
		f := onePanel(Line{Y: c.y, Label: "series"})
		p := resolve(&f.Panels[0])
		assignColors([]*panel{p})
		p.frame = frame{0, 0, 200, 140}
		p.trace()
		p.collectEntries()
		p.placeLegend(p.frame, nil)
		if p.place != c.place {
			t.Errorf("%s: place %v, want %v", c.name, p.place, c.place)
		}
		w, h, _ := p.legendSize(1)
		spot, n := p.cover.bestSpot(w, h)
		if c.place == legendInside && (n != 0 || p.cover.count(spot) != 0) {
			t.Errorf("%s: the legend covers %d cells", c.name, n)
		}
	}
}

func TestSameLegendOnce(t *testing.T) {
	a := Line{Y: []float64{1, 2}, Label: "a"}
	b := Line{Y: []float64{2, 1}, Label: "b"}
	f := &Figure{Panels: []Panel{{Marks: []Mark{a, b}}, {Marks: []Mark{a, b}}, {Marks: []Mark{b}}}}
	got := texts(Draw(f), "legend")
	if want := []string{"a", "b", "b"}; !slices.Equal(got, want) {
		t.Errorf("legends %v, want %v", got, want)
	}
	f.Panels[0].Legend = LegendNone
	if got := texts(Draw(f), "legend"); len(got) != 3 {
		t.Errorf("with none in the first panel, legends %v", got)
	}
}

func TestColorsAreStable(t *testing.T) {
	line := func(label string) Mark { return Line{Y: []float64{1, 2}, Label: label} }
	red := Color{R: 200, A: 255}
	f := &Figure{Panels: []Panel{
		{Marks: []Mark{line("a"), line("b"), Line{Y: []float64{1}, Color: red}}},
		{Marks: []Mark{line(""), line("b"), line("c")}},
	}}
	p := []*panel{resolve(&f.Panels[0]), resolve(&f.Panels[1])}
	assignColors(p)
	if p[0].colors[1] != p[1].colors[1] {
		t.Error("a name changes its colour from panel to panel")
	}
	if p[0].colors[2] != red {
		t.Error("a given colour is not kept")
	}
	for _, q := range p {
		if c := q.colors; c[0] == c[1] || c[1] == c[2] || c[0] == c[2] {
			t.Errorf("marks share a colour: %v", c)
		}
	}
}

// The colour map rises in lightness in equal steps, and stays inside sRGB.
func TestColorMap(t *testing.T) {
	m := colorMap()
	type lab struct{ l, a, b float64 }
	toLab := func(c Color) lab {
		lin := func(v uint8) float64 {
			x := float64(v) / 255
			if x <= 0.04045 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		r, g, b := lin(c.R), lin(c.G), lin(c.B)
		l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
		k := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
		s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
		return lab{
			0.2104542553*l + 0.7936177850*k - 0.0040720468*s,
			1.9779984951*l - 2.4285922050*k + 0.4505937099*s,
			0.0259040371*l + 0.7827717662*k - 0.8086757660*s,
		}
	}
	dist := func(a, b lab) float64 { return math.Sqrt(sq(a.l-b.l) + sq(a.a-b.a) + sq(a.b-b.b)) }
	var steps []float64
	for i := 15; i < len(m); i += 15 {
		a, b := toLab(m[i-15]), toLab(m[i])
		if b.l <= a.l {
			t.Errorf("lightness falls from %d to %d", i-15, i)
		}
		steps = append(steps, dist(a, b))
	}
	if lo, hi := slices.Min(steps), slices.Max(steps); hi > 1.15*lo {
		t.Errorf("steps between %v and %v", lo, hi)
	}
}

// The level set of x² + y² is a closed circle, exact to the square of a cell.
func TestContourCircle(t *testing.T) {
	g := gridOf(-2, 2, -2, 2, 81, func(x, y float64) float64 { return x*x + y*y })
	f := g.prepare(linear, linear)
	lines := f.curves(newTracer(f.z, 81, 81), 1.7, func(x, y float64) point { return point{x, y} })
	if len(lines) != 1 {
		t.Fatalf("%d curves", len(lines))
	}
	l := lines[0]
	if l[0] != l[len(l)-1] {
		t.Error("the circle is open")
	}
	length := 0.0
	for i, p := range l {
		if d := math.Abs(math.Hypot(p.x, p.y) - math.Sqrt(1.7)); d > 0.05*0.05/4 {
			t.Errorf("off by %v at %v", d, p)
		}
		if i > 0 {
			d := math.Hypot(p.x-l[i-1].x, p.y-l[i-1].y)
			if length += d; d > 0.0708 {
				t.Errorf("a hole of %v at %v", d, p)
			}
		}
	}
	if want := 2 * math.Pi * math.Sqrt(1.7); math.Abs(length-want) > 0.01 {
		t.Errorf("length %v, want %v", length, want)
	}
}

// Curves of any grid end only at its border or beside what is missing.
func TestContourHasNoHoles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nx, ny := rapid.IntRange(2, 7).Draw(t, "nx"), rapid.IntRange(2, 7).Draw(t, "ny")
		z := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 4), func(i int) float64 { return float64(i) }), nx*ny, nx*ny).Draw(t, "z")
		tr := newTracer(z, nx, ny)
		for _, level := range []float64{0.5, 1, 1.5, 2, 2.5} {
			crossed, met := 0, 0
			for j := range ny {
				for i := range nx {
					k := j*nx + i
					crossed += b2i(i+1 < nx && (z[k] >= level) != (z[min(k+1, len(z)-1)] >= level))
					crossed += b2i(j+1 < ny && (z[k] >= level) != (z[min(k+nx, len(z)-1)] >= level))
				}
			}
			for _, l := range tr.level(level) {
				met += len(l)
				first, last := l[0], l[len(l)-1]
				if first == last && len(l) > 2 {
					met--
					continue
				}
				for _, p := range []point{first, last} {
					if p.x > 0 && p.x < float64(nx-1) && p.y > 0 && p.y < float64(ny-1) {
						t.Fatalf("level %v ends inside at %v", level, p)
					}
				}
			}
			// At a level that samples equal, curves may start and end in one.
			if met != crossed && level != math.Trunc(level) {
				t.Fatalf("level %v meets %d edges of %d", level, met, crossed)
			}
		}
	})
}

func TestGridIsPutInOrder(t *testing.T) {
	g := Grid{X: []float64{2, math.NaN(), 1}, Y: []float64{5, 3}, Z: []float64{25, 0, 15, 23, 0, 13}}
	f := g.prepare(linear, linear)
	if !slices.Equal(f.x, []float64{1, 2}) || !slices.Equal(f.y, []float64{3, 5}) || !slices.Equal(f.z, []float64{13, 23, 15, 25}) {
		t.Errorf("x %v, y %v, z %v", f.x, f.y, f.z)
	}
	if v := f.height(1.5, 4); v != 19 {
		t.Errorf("height %v in the middle, want 19", v)
	}
}

// Behind a ridge a path is hidden; on the near side it is drawn.
func TestSurfaceHides(t *testing.T) {
	ridge := gridOf(-1, 1, -1, 1, 101, func(x, y float64) float64 { return math.Exp(-20 * y * y) })
	inked := func(y float64) int {
		n := 0
		f := onePanel(Surface{Grid: ridge}, Path{X: []float64{-0.8, 0.8}, Y: []float64{y, y}})
		f.Panels[0].View = View{-90, 15}
		for _, o := range Draw(f).sheet.ops {
			if o.role == "path" {
				n += len(o.path)
			}
		}
		return n
	}
	if n := inked(-0.6); n < 2 {
		t.Errorf("the path before the ridge has %d elements", n)
	}
	if n := inked(0.4); n != 0 {
		t.Errorf("the path behind the ridge has %d elements", n)
	}
	d := Draw(onePanel(Surface{Grid: ridge}))
	if r := roles(d); r["surface"] != 1 || r["frame"] != 3 || r["tick"] < 6 {
		t.Errorf("roles %v", r)
	}
}

func TestHistogramCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-5, 5), 1, 300).Draw(t, "values")
		e := newExtent(linear)
		for _, v := range values {
			e.add(v)
		}
		s, _ := e.scale(&Axis{}, 0.02, 0.02)
		b := count1D(&Histogram{Values: values, Bins: rapid.IntRange(0, 40).Draw(t, "bins")}, &s)
		sum := 0.0
		for _, h := range b.heights {
			sum += h
		}
		if int(sum) != len(values) {
			t.Fatalf("%v of %d values counted", sum, len(values))
		}
		d := count1D(&Histogram{Values: values, Density: true}, &s)
		area := 0.0
		for i, h := range d.heights {
			area += h * (d.edges[i+1] - d.edges[i])
		}
		if math.Abs(area-1) > 1e-9 {
			t.Fatalf("area %v", area)
		}
	})
}

// Panels of a row share the height of their axes, panels of a column the sides.
func TestAxesAreAligned(t *testing.T) {
	long := Line{Y: []float64{1e-5, 12345.6}}
	f := &Figure{Columns: 2, Panels: []Panel{
		{Title: "a", Y: Axis{Label: "y"}, Marks: []Mark{long}}, {Marks: []Mark{long}, X: Axis{Label: "x"}},
		{Marks: []Mark{Line{Y: []float64{1, 2}}}}, {Y: Axis{Scale: "log"}, Marks: []Mark{Line{Y: []float64{0, 2}}}},
	}}
	var at []point
	for _, o := range Draw(f).sheet.ops {
		if o.role == "frame" {
			at = append(at, point{float64(o.path[0].Pos.X), float64(o.path[0].Pos.Y)})
		}
	}
	if len(at) != 4 || at[0].y != at[1].y || at[2].y != at[3].y || at[0].x != at[2].x || at[1].x != at[3].x {
		t.Errorf("frames at %v", at)
	}
}
