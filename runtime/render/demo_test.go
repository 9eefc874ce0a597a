package render

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// f1(x) = (1+|x|) ln(1+|x|) - |x| of Ma et al. (2022), Fig. 4.1.
func f1(x float64) float64 {
	a := math.Abs(x)
	return (1+a)*math.Log1p(a) - a
}

func df1(x float64) float64 { return math.Copysign(math.Log1p(math.Abs(x)), x) }

// valleys is the loss of Fig. 5.1, and its gradient.
func valleys(x, y float64) float64 {
	h := func(x, y float64) float64 { return f1((1 + 0.001*x*x) * y) }
	g := h(y, 10*x)
	return h(x, y) + 0.25*g/(1+g)
}

func valleysGrad(x, y float64) (float64, float64) {
	d := func(x, y float64) (float64, float64, float64) {
		u := (1 + 0.001*x*x) * y
		return f1(u), df1(u) * 0.002 * x * y, df1(u) * (1 + 0.001*x*x)
	}
	_, hx, hy := d(x, y)
	g, gy, gx := d(y, 10*x)
	c := 0.25 / ((1 + g) * (1 + g))
	return hx + c*gx*10, hy + c*gy
}

type orbit struct{ x, y, loss, t []float64 }

func descend(x, y, rate float64, steps int) orbit {
	var o orbit
	for k := 0; k <= steps; k++ {
		o.x, o.y = append(o.x, x), append(o.y, y)
		o.loss, o.t = append(o.loss, valleys(x, y)), append(o.t, float64(k))
		gx, gy := valleysGrad(x, y)
		x, y = x-rate*gx, y-rate*gy
	}
	return o
}

func gridOf(x0, x1, y0, y1 float64, n int, f func(x, y float64) float64) Grid {
	g := Grid{X: linspace(x0, x1, n), Y: linspace(y0, y1, n)}
	for _, y := range g.Y {
		for _, x := range g.X {
			g.Z = append(g.Z, f(x, y))
		}
	}
	return g
}

func linspace(a, b float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = a + (b-a)*float64(i)/float64(n-1)
	}
	return out
}

func ptr(v float64) *float64 { return &v }

type demo struct {
	name string
	fig  *Figure
}

func demos() []demo {
	var out []demo
	add := func(name string, f *Figure) { out = append(out, demo{name, f}) }

	// Gradient descent with rates 5, 3, 1.
	x := 10.0
	var xs, loss, t []float64
	for k := 0; k <= 200; k++ {
		xs, loss, t = append(xs, x), append(loss, f1(x)), append(t, float64(k))
		rate := 5.0
		if k >= 150 {
			rate = 1
		} else if k >= 100 {
			rate = 3
		}
		x -= rate * df1(x)
	}
	add("trajectory", &Figure{
		Title: "Gradient descent on a subquadratic function",
		Panels: []Panel{
			{
				Title: "Trajectory", X: Axis{Label: "step t"}, Y: Axis{Label: "x"},
				Marks: []Mark{
					Line{X: t, Y: xs, Label: "gradient descent"},
					HLine{Y: 4.046970313161707, Label: "two-cycle, η = 5"},
					HLine{Y: 1.144032841275508, Label: "two-cycle, η = 3"},
				},
			},
			{
				Title: "Loss", X: Axis{Label: "step t"}, Y: Axis{Label: "f₁(x)", Scale: "log"},
				Marks: []Mark{
					Line{X: t, Y: loss, Label: "gradient descent"},
					VLine{X: 100, Label: "η = 3"}, VLine{X: 150, Label: "η = 1"},
				},
			},
		},
	})

	// Fig. 5.1: one descent, and forks from it with a smaller rate.
	before := descend(-20, 3, 2.5, 750)
	basin := gridOf(-20, 20, -3, 3, 401, valleys)
	near := gridOf(-4.5, 2, -2, 2, 401, valleys)
	var forks []Mark
	marks := []Mark{Path{X: before.x[466:], Y: before.y[466:], Label: "before drop", Start: true, End: true, Arrows: 6}}
	losses := []Mark{Line{X: before.t[466:], Y: before.loss[466:], Label: "before drop"}}
	for _, at := range []int{650, 700, 750} {
		o := descend(before.x[at], before.y[at], 0.25, 500)
		for i := range o.t {
			o.t[i] += float64(at)
		}
		name := fmt.Sprintf("drop at %d", at)
		marks = append(marks, Path{X: o.x, Y: o.y, Label: name, End: true, Start: true})
		losses = append(losses, Line{X: o.t, Y: o.loss, Label: name})
		forks = append(forks, Path{X: o.x, Y: o.y, Label: name, End: true})
	}
	add("valleys", &Figure{
		Title: "Two valleys of different scale",
		Panels: []Panel{
			{
				Title: "Landscape", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}, Z: Axis{Label: "loss"},
				Marks: []Mark{Surface{Grid: gridOf(-20, 20, -3, 3, 201, valleys), Floor: true},
					Path{X: before.x, Y: before.y, Label: "before drop", Start: true, End: true}},
			},
			{
				Title: "Trajectories", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}, Z: Axis{Label: "loss"},
				Marks: append([]Mark{Contour{Grid: near, Count: 24, Log: true}}, marks...),
			},
			{
				Title: "Loss", X: Axis{Label: "step"}, Y: Axis{Label: "loss", Scale: "log"},
				Marks: losses,
			},
		},
	})
	add("surface", &Figure{
		Panels: []Panel{
			{Title: "Linear height", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}, Z: Axis{Label: "loss"},
				Marks: append([]Mark{Surface{Grid: gridOf(-4.5, 2, -2, 2, 161, valleys)}}, forks...)},
			{Title: "Logarithmic height", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}, Z: Axis{Label: "loss"},
				View:  View{35, 40},
				Marks: []Mark{Surface{Grid: near, Log: true, Floor: true}}},
		},
	})
	add("contour", &Figure{
		Title: "Levels",
		Panels: []Panel{
			{Title: "Log levels", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}, Z: Axis{Label: "loss"},
				Marks: []Mark{Contour{Grid: basin, Count: 24, Log: true}}},
			{Title: "Filled", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}, Z: Axis{Label: "loss"},
				Marks: []Mark{Contour{Grid: near, Count: 14, Log: true, Filled: true},
					Path{X: before.x[466:], Y: before.y[466:], ByStep: true, Label: "early to late"}}},
			{Title: "Round levels", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}, Z: Axis{Label: "loss"},
				Marks: []Mark{Contour{Grid: basin}}},
		},
	})

	rng := rand.New(rand.NewPCG(1, 2))
	var normal, wide, u, v []float64
	for range 5000 {
		normal = append(normal, rng.NormFloat64())
		wide = append(wide, math.Exp(2*rng.NormFloat64()))
		u, v = append(u, rng.NormFloat64()), append(v, rng.NormFloat64())
	}
	w := linspace(-10, 10, 801)
	var l1, l2, l3 []float64
	for _, x := range w {
		a := math.Abs(x)
		pop := a * a * 4 / 3
		if a > 0.5 {
			pop = 1 - 1/(3*a)
		}
		l1, l2 = append(l1, pop), append(l2, math.Min(1, x*x/4))
		l3 = append(l3, 0.5*math.Min(1, x*x)+0.5*math.Min(1, x*x/36))
	}
	add("mixed", &Figure{
		Title:   "Marks of the other kinds",
		Columns: 3,
		Panels: []Panel{
			{Title: "A landscape line", X: Axis{Label: "w"}, Y: Axis{Label: "L(w)"}, Marks: []Mark{
				Line{X: w, Y: l1, Label: "population, C = 2"}, Line{X: w, Y: l2, Label: "one scale", Dash: Dashed},
				Line{X: w, Y: l3, Label: "two scales", Dash: DashDot}}},
			{Title: "A heat map", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}, Z: Axis{Label: "loss"},
				Marks: []Mark{Heatmap{Grid: gridOf(-4.5, 2, -2, 2, 301, valleys), Log: true}}},
			{Title: "A coarse heat map", X: Axis{Label: "i"}, Y: Axis{Label: "j"}, Z: Axis{Label: "value"},
				Marks: []Mark{Heatmap{Grid: gridOf(0, 7, 0, 7, 8, func(x, y float64) float64 {
					if x == 2 && y == 5 {
						return math.NaN()
					}
					return x * y
				})}}},
			{Title: "A histogram", X: Axis{Label: "x"}, Y: Axis{Label: "count"}, Marks: []Mark{Histogram{Values: normal, Label: "normal"}}},
			{Title: "On a log axis", X: Axis{Label: "λ", Scale: "log"}, Y: Axis{Label: "count", Scale: "log"}, Marks: []Mark{Histogram{Values: wide}}},
			{Title: "A scatter and a band", X: Axis{Label: "u"}, Y: Axis{Label: "v"}, Marks: []Mark{
				Scatter{X: u[:400], Y: v[:400], Label: "samples"},
				Band{X: linspace(-3, 3, 50), Lo: mapf(linspace(-3, 3, 50), func(x float64) float64 { return 0.3*x - 0.5 }),
					Mid: mapf(linspace(-3, 3, 50), func(x float64) float64 { return 0.3 * x }),
					Hi:  mapf(linspace(-3, 3, 50), func(x float64) float64 { return 0.3*x + 0.5 + 0.1*x*x }), Label: "mean ± sd"},
				Text{X: 0, Y: 0, Text: "origin"}}},
		},
	})

	nan := math.NaN()
	var decades, dl []float64
	for k := range 400 {
		decades = append(decades, float64(k))
		dl = append(dl, math.Pow(10, 2-float64(k)/10))
	}
	add("hard", &Figure{
		Title:   "Data that are hard to draw",
		Columns: 4,
		Panels: []Panel{
			{Title: "nothing", X: Axis{Label: "x"}, Y: Axis{Label: "y"}},
			{Title: "all NaN", Marks: []Mark{Line{X: []float64{1, 2}, Y: []float64{nan, nan}}}},
			{Title: "one point", Marks: []Mark{Line{X: []float64{3}, Y: []float64{2}}}},
			{Title: "constant", Marks: []Mark{Line{X: []float64{0, 1, 2}, Y: []float64{1e7, 1e7, 1e7}}}},
			{Title: "gaps", Marks: []Mark{Line{X: linspace(0, 8, 9), Y: []float64{1, 2, nan, 3, nan, math.Inf(1), 2, 1, 2}}}},
			{Title: "no positive value", Y: Axis{Label: "loss", Scale: "log"}, Marks: []Mark{Line{X: []float64{1, 2}, Y: []float64{0, -1}}}},
			{Title: "forty decades", Y: Axis{Label: "loss", Scale: "log"}, Marks: []Mark{Line{X: decades, Y: dl}}},
			{Title: "symlog", Y: Axis{Label: "g", Scale: "symlog"}, Marks: []Mark{Line{X: linspace(-50, 50, 301), Y: mapf(linspace(-50, 50, 301), func(x float64) float64 { return x * x * x })}}},
			{Title: "small range", Y: Axis{Label: "loss"}, Marks: []Mark{Line{X: []float64{0, 1, 2}, Y: []float64{1.00000012, 1.00000015, 1.00000018}}}},
			{Title: "large numbers", Y: Axis{Label: "loss"}, X: Axis{Label: "step"}, Marks: []Mark{Line{X: []float64{0, 1e6, 2e6}, Y: []float64{1e200, 3e200, 5e200}}}},
			{Title: "one decade", Y: Axis{Label: "loss", Scale: "log"}, X: Axis{Scale: "log"}, Marks: []Mark{Line{X: []float64{10, 40, 100}, Y: []float64{0.1, 0.3, 1.3}}}},
			{Title: "flat field", Marks: []Mark{Contour{Grid: gridOf(0, 1, 0, 1, 5, func(x, y float64) float64 { return 2 })}}},
		},
	})

	var noisy, fast, long []float64
	for k := range 300000 {
		long = append(long, float64(k))
		s := 1.0
		if k%2 == 1 {
			s = -1
		}
		fast = append(fast, s*(1+0.5*math.Sin(float64(k)/40000)))
		noisy = append(noisy, rng.NormFloat64()*0.2)
	}
	add("many", &Figure{
		Panels: []Panel{
			{Title: "300 000 steps, period 2", X: Axis{Label: "step"}, Marks: []Mark{Line{X: long, Y: fast, Label: "x"}, Line{X: long, Y: noisy, Label: "noise"}}},
			{Title: "300 000 dots", Marks: []Mark{Scatter{X: noisy[:299999], Y: noisy[1:]}}},
			{Title: "period 2, 40 steps", X: Axis{Label: "step"}, Marks: []Mark{Line{Y: fast[:40], Label: "x"}}},
		},
	})
	add("density", densityDemo())
	add("categories", categoryDemo())
	return out
}

func mapf(x []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

// TestDemo draws every kind of mark to files. With RELIEF_RENDER_DIR set they
// stay there, to be looked at.
func TestDemo(t *testing.T) {
	dir := os.Getenv("RELIEF_RENDER_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	for _, d := range demos() {
		drawing := Draw(d.fig)
		for _, format := range Formats {
			path := filepath.Join(dir, d.name+"."+format)
			if err := drawing.WriteFile(path); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || info.Size() < 1000 {
				t.Errorf("%s: %v, %v", path, info, err)
			}
		}
	}
}
