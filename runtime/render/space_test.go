package render

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// drawn are the points of all operations of a role, in order.
func drawn(f *Figure, role string) []point {
	var out []point
	for _, o := range Draw(f).sheet.ops {
		if o.role == role {
			for _, c := range o.path {
				out = append(out, point{float64(c.Pos.X), float64(c.Pos.Y)})
			}
		}
	}
	return out
}

// Seen from above, and from each side, a path in space is the plane one of the
// two coordinates across the view: the third moves nothing.
func TestPathInSpaceFromItsSides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "points")
		coordinate := func(name string) []float64 {
			v := rapid.SliceOfN(rapid.Float64Range(0, 1), n, n).Draw(t, name)
			v[0], v[n-1] = 0, 1 // one extent, whatever the others are
			return v
		}
		x, y, z, other := coordinate("x"), coordinate("y"), coordinate("z"), coordinate("other")
		at := func(v View, x, y, z []float64) []point {
			f := onePanel(Path{X: x, Y: y, Z: z})
			f.Panels[0].View = v
			return drawn(f, "path")
		}
		for _, c := range []struct {
			name       string
			view       View
			this, that []point
		}{
			{"above", View{-90, 90}, at(View{-90, 90}, x, y, z), at(View{-90, 90}, x, y, other)},
			{"the front", View{-90, 1e-9}, at(View{-90, 1e-9}, x, y, z), at(View{-90, 1e-9}, x, other, z)},
			{"the right", View{0, 1e-9}, at(View{0, 1e-9}, x, y, z), at(View{0, 1e-9}, other, y, z)},
		} {
			if len(c.this) == 0 || len(c.this) != len(c.that) {
				t.Fatalf("from %s: %d and %d elements", c.name, len(c.this), len(c.that))
			}
			for i, q := range c.this {
				if math.Hypot(q.x-c.that[i].x, q.y-c.that[i].y) > 1e-5 {
					t.Fatalf("from %s: %v and %v", c.name, q, c.that[i])
				}
			}
		}
	})
}

// The box of a path in space has three axes; the path, its shadow and its ends
// lie within, and what lies outside the axes is not drawn.
func TestPathInSpace(t *testing.T) {
	var x, y, z []float64
	for i := range 200 {
		a := float64(i) / 20
		x, y, z = append(x, math.Cos(a)), append(y, math.Sin(a)), append(z, a)
	}
	f := onePanel(Path{X: x, Y: y, Z: z, Label: "helix", Start: true, End: true, Arrows: 3})
	f.Panels[0].Z = Axis{Label: "height"}
	r := roles(Draw(f))
	if r["frame"] != 3 || r["path"] == 0 || r["shadow"] == 0 || r["start"] == 0 || r["end"] == 0 || r["note"] != 0 {
		t.Errorf("roles %v", r)
	}
	whole := len(drawn(f, "path"))
	half := 5.0
	f.Panels[0].Z.Max = &half
	if part := len(drawn(f, "path")); part < whole/4 || part > 3*whole/4 {
		t.Errorf("%d of %d elements below the middle", part, whole)
	}
	if r := roles(Draw(onePanel(Path{X: []float64{math.NaN()}, Y: []float64{1}, Z: []float64{1}}))); r["note"] == 0 {
		t.Errorf("a path without a point: roles %v", r)
	}
}

// A path in space is hidden by a surface before it, and seen above it.
func TestPathBehindSurface(t *testing.T) {
	ridge := gridOf(-1, 1, -1, 1, 101, func(x, y float64) float64 { return math.Exp(-20 * y * y) })
	count := func(height float64) int {
		f := onePanel(Surface{Grid: ridge}, Path{X: []float64{-0.8, 0.8}, Y: []float64{0.5, 0.5}, Z: []float64{height, height}})
		f.Panels[0].View = View{-90, 15}
		return len(drawn(f, "path"))
	}
	if low, high := count(0.3), count(0.99); low != 0 || high == 0 {
		t.Errorf("%d elements behind the ridge, %d above it", low, high)
	}
}

// What a box without a surface cannot show is named.
func TestMarksThatSpaceDoesNotShow(t *testing.T) {
	path := Path{X: []float64{0, 1}, Y: []float64{0, 1}, Z: []float64{0, 1}}
	for _, m := range []Mark{Line{Y: []float64{1, 2}}, Scatter{X: []float64{1}, Y: []float64{1}}, HLine{Y: 1}, Path{X: []float64{0, 1}, Y: []float64{0, 1}}} {
		if r := roles(Draw(onePanel(path, m))); r["note"] == 0 {
			t.Errorf("%T: roles %v", m, r)
		}
	}
}

// No two numbers on the axes of a surface overlap, wherever it is seen from.
func TestSurfaceLabelsKeepApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := math.Pow(10, float64(rapid.IntRange(-3, 4).Draw(t, "power")))
		f := &Figure{Panels: []Panel{{
			View:  View{rapid.Float64Range(-180, 180).Draw(t, "azimuth"), rapid.Float64Range(-80, 80).Draw(t, "elevation")},
			Marks: []Mark{Surface{Grid: gridOf(-2*scale, 2*scale, -2, 2, 5, func(x, y float64) float64 { return x*x + y })}},
		}}}
		var places []frame
		for _, o := range Draw(f).sheet.ops {
			if o.kind != opText || o.role != "tick" {
				continue
			}
			x, y := float64(o.at.X), float64(o.at.Y)
			place := frame{x, y, x + o.text.width, y + capHeight*o.text.size}
			for _, other := range places {
				if place.meets(other) {
					t.Fatalf("%q overlaps another label", o.text.plain())
				}
			}
			places = append(places, place)
		}
		if len(places) < 3 {
			t.Fatalf("only %d labels", len(places))
		}
	})
}

// A path that bounces is drawn thin, and where it would still be a block, faint; one
// that winds on is not.
func TestDensePathIsThin(t *testing.T) {
	style := func(n int, m Path) (width float64, alpha uint8, casing bool) {
		for k := range n {
			m.X, m.Y = append(m.X, float64(k)), append(m.Y, float64(k%2))
		}
		m.Arrows = 3
		for _, o := range Draw(onePanel(Heatmap{Grid: gridOf(0, float64(n), 0, 1, 2, func(x, y float64) float64 { return x })}, m)).sheet.ops {
			switch o.role {
			case "path":
				if o.kind == opStroke {
					width, alpha = o.width, o.color.A
				}
			case "casing":
				casing = true
			}
		}
		return width, alpha, casing
	}
	if w, a, c := style(6, Path{}); w != 1 || a != 255 || !c {
		t.Errorf("few steps: width %v, alpha %d, casing %v", w, a, c)
	}
	if w, a, _ := style(60, Path{}); w >= 1 || w < thinnest || a != 255 {
		t.Errorf("60 steps: width %v, alpha %d", w, a)
	}
	if w, a, c := style(3000, Path{}); w != thinnest || a == 255 || c {
		t.Errorf("3000 steps: width %v, alpha %d, casing %v", w, a, c)
	}
	if w, a, _ := style(3000, Path{Width: 2}); w != 2 || a != 255 {
		t.Errorf("a width that is given: %v, alpha %d", w, a)
	}
}
