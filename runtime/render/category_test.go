package render

import (
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
)

// categoryDemo has basins of Newton's method for z^3 = 1, divergence in a disc, a
// strip without attractor, and a corner without values.
func categoryDemo() *Figure {
	roots := [3]complex128{1, complex(-0.5, math.Sqrt(0.75)), complex(-0.5, -math.Sqrt(0.75))}
	g := gridOf(-2, 2, -1.5, 1.5, 201, func(x, y float64) float64 {
		z := complex(x, y)
		switch {
		case math.Hypot(x-1.4, y-0.9) < 0.35:
			return -1
		case math.Abs(x) < 0.08:
			return 0
		case x < -1.4 && y < -0.8:
			return math.NaN()
		}
		for range 60 {
			z -= (z*z*z - 1) / (3 * z * z)
		}
		for k, r := range roots {
			if d := z - r; real(d)*real(d)+imag(d)*imag(d) < 1e-6 {
				return float64(k + 1)
			}
		}
		return 0
	})
	return &Figure{Columns: 2, Panels: []Panel{
		{Title: "Basins", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"},
			Marks: []Mark{Heatmap{Grid: g, Categories: true, Names: map[int]string{-1: "diverges", 0: "none", 1: "z = 1"}}}},
		{Title: "A hole", X: Axis{Label: "i"}, Y: Axis{Label: "j"}, Z: Axis{Label: "value"},
			Marks: []Mark{Heatmap{Grid: gridOf(0, 7, 0, 7, 8, func(x, y float64) float64 {
				if x > 4 && y > 4 {
					return math.NaN()
				}
				return x * y
			})}}},
	}}
}

func TestCategories(t *testing.T) {
	d := Draw(categoryDemo())
	legend := texts(d, "legend")
	if want := []string{"diverges", "none", "z = 1", "2", "3"}; !slices.Equal(legend, want) {
		t.Errorf("the legend says %q, want %q", legend, want)
	}
	if n := roles(d)["colorbar"]; n != 1 {
		t.Errorf("%d colour bars, want that of the other panel alone", n)
	}
	// Each kind has its colour in the picture, and a missing sample has lines.
	seen := map[color.Color]bool{}
	for _, o := range d.sheet.ops {
		if o.role != "heatmap" || len(seen) > 0 {
			continue
		}
		img := o.paint(300, 200)
		for y := range 200 {
			for x := range 300 {
				seen[img.At(x, y)] = true
			}
		}
	}
	for _, c := range []color.Color{darkKind, noKind, categorical[0], categorical[1], categorical[2], missing, hatchInk} {
		if !seen[c] {
			t.Errorf("no %v in the picture", c)
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d colours", len(seen))
	}
}

// Values that are no kinds are said, and so are more kinds than colours.
func TestOddCategories(t *testing.T) {
	f := onePanel(Heatmap{Categories: true, Grid: gridOf(0, 3, 0, 3, 4, func(x, y float64) float64 {
		if x == 0 && y == 0 {
			return 0.5
		}
		return x + 4*y
	})})
	notes := strings.Join(resolve(&f.Panels[0]).notes, " ")
	for _, want := range []string{"1 grid value left out: not whole", "colours repeat after 8 kinds", "the first 12 of 15 kinds"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q lack %q", notes, want)
		}
	}
	for _, z := range []float64{math.NaN(), 1e300, -7} {
		f := onePanel(Heatmap{Categories: true, Grid: Grid{X: []float64{1}, Y: []float64{2}, Z: []float64{z}}})
		for _, format := range Formats {
			if len(written(t, f, format)) == 0 {
				t.Errorf("%v: no %s", z, format)
			}
		}
	}
}
