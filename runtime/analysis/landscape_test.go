package analysis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

type maths struct{ *graph.Graph }

func newMaths() maths { return maths{graph.New()} }

func (m maths) op(op graph.Op, args ...graph.ID) graph.ID {
	id, err := m.Apply(op, args...)
	if err != nil {
		panic(err)
	}
	return id
}

func (m maths) add(a, b graph.ID) graph.ID { return m.op(graph.Add, a, b) }
func (m maths) mul(a, b graph.ID) graph.ID { return m.op(graph.Mul, a, b) }
func (m maths) in(name string) graph.ID    { return m.Input(name, graph.Number) }

func number(v float64) *plan.Expr {
	m := newMaths()
	return &plan.Expr{Graph: m.Graph, Root: m.Const(v)}
}

func vector(v ...float64) *plan.Expr {
	m := newMaths()
	return &plan.Expr{Graph: m.Graph, Root: m.ConstArray(graph.Of(len(v)), v)}
}

func objective(params []plan.Param, f func(m maths) graph.ID) *plan.Objective {
	m := newMaths()
	for _, p := range params {
		m.Input(p.Name, p.Type)
	}
	return &plan.Objective{Params: params, Value: &plan.Expr{Graph: m.Graph, Root: f(m)}}
}

func scalars(names ...string) []plan.Param {
	var p []plan.Param
	for _, n := range names {
		p = append(p, plan.Param{Name: n, Type: graph.Number})
	}
	return p
}

// f1 is (1 + |x|) ln(1 + |x|) - |x|.
func (m maths) f1(x graph.ID) graph.ID {
	a := m.op(graph.Abs, x)
	return m.op(graph.Sub, m.mul(m.add(m.Const(1), a), m.op(graph.Log1p, a)), a)
}

func twoValleys() *plan.Objective {
	return objective(scalars("x1", "x2"), func(m maths) graph.ID {
		valley := func(x, y graph.ID) graph.ID {
			return m.f1(m.mul(m.add(m.Const(1), m.mul(m.Const(0.001), m.mul(x, x))), y))
		}
		z := valley(m.in("x2"), m.mul(m.Const(10), m.in("x1")))
		return m.add(valley(m.in("x1"), m.in("x2")), m.mul(m.Const(0.25), m.op(graph.Div, z, m.add(m.Const(1), z))))
	})
}

// bowl is w0^2 w1 + 3 b^2 with w a vector of 2.
func bowl() *plan.Objective {
	return objective([]plan.Param{{Name: "w", Type: graph.Of(2)}, {Name: "b", Type: graph.Number}}, func(m maths) graph.ID {
		w := m.Input("w", graph.Of(2))
		w0, w1 := m.Index(w, 0), m.Index(w, 1)
		return m.add(m.mul(m.mul(w0, w0), w1), m.mul(m.Const(3), m.mul(m.in("b"), m.in("b"))))
	})
}

func coordinate(label string, i int, from, to float64, n int) plan.Axis {
	return plan.Axis{Label: label, Coordinate: i, From: number(from), To: number(to), Points: n}
}

func mustSample(t testing.TB, l *plan.Landscape, opt Options) *Landscape {
	t.Helper()
	r, err := Sample(context.Background(), l, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-13*(1+math.Abs(b)) }

func TestLine(t *testing.T) {
	l := &plan.Landscape{Objective: objective(scalars("x"), func(m maths) graph.ID { return m.f1(m.in("x")) }),
		Axes: []plan.Axis{coordinate("x", 0, -3, 3, 61)}}
	r := mustSample(t, l, Options{})
	f := func(x float64) float64 { a := math.Abs(x); return (1+a)*math.Log1p(a) - a }
	for i, x := range r.Positions[0].Data {
		if !near(r.Loss.Data[i], f(x)) {
			t.Errorf("loss(%v) = %v, want %v", x, r.Loss.Data[i], f(x))
		}
		// f1'' is 1/(1+|x|), also at the kink of its third derivative.
		if want := 1 / (1 + math.Abs(x)); !near(r.Curvature[0].Data[i], want) {
			t.Errorf("curvature(%v) = %v, want %v", x, r.Curvature[0].Data[i], want)
		}
		got := r.SecondDifference[0].Data[i]
		if i == 0 || i == 60 {
			if !math.IsNaN(got) {
				t.Errorf("second difference at the end is %v", got)
			}
			continue
		}
		if want := r.Loss.Data[i-1] - 2*r.Loss.Data[i] + r.Loss.Data[i+1]; got != want {
			t.Errorf("second difference at %v is %v, want %v", x, got, want)
		}
	}
	if r.Positions[0].Data[30] != 0 || r.NonFinite != 0 || r.Loss.Type != graph.Of(61) {
		t.Errorf("middle %v, %d not finite, %s", r.Positions[0].Data[30], r.NonFinite, r.Loss.Type)
	}
}

func TestGridOfCoordinates(t *testing.T) {
	l := &plan.Landscape{Objective: bowl(), Center: plan.Point{vector(7, 5), number(2)},
		Axes: []plan.Axis{coordinate("w[0]", 0, -1, 1, 5), coordinate("b", 2, 0, 3, 4)}}
	r := mustSample(t, l, Options{Workers: 2})
	if r.Loss.Type != graph.Of(5, 4) {
		t.Fatal(r.Loss.Type)
	}
	for i, w0 := range r.Positions[0].Data {
		for j, b := range r.Positions[1].Data {
			k := 4*i + j
			if want := w0*w0*5 + 3*b*b; !near(r.Loss.Data[k], want) {
				t.Errorf("loss(%v, %v) = %v, want %v", w0, b, r.Loss.Data[k], want)
			}
			if r.Curvature[0].Data[k] != 10 || r.Curvature[1].Data[k] != 6 {
				t.Errorf("curvatures %v, %v", r.Curvature[0].Data[k], r.Curvature[1].Data[k])
			}
			d0, d1 := r.SecondDifference[0].Data[k], r.SecondDifference[1].Data[k]
			if end := i == 0 || i == 4; end != math.IsNaN(d0) || !end && !near(d0, 10*0.25) {
				t.Errorf("second difference along the first axis at (%d, %d) is %v", i, j, d0)
			}
			if end := j == 0 || j == 3; end != math.IsNaN(d1) || !end && !near(d1, 6) {
				t.Errorf("second difference along the second axis at (%d, %d) is %v", i, j, d1)
			}
		}
	}
}

// A direction adds s times itself to the center; its curvature is v^T H v.
func TestDirections(t *testing.T) {
	center, v, u := []float64{1, 2, -1}, []float64{0.5, -1, 2}, []float64{1, 0, 0}
	axis := func(label string, d []float64, n int) plan.Axis {
		return plan.Axis{Label: label, Coordinate: -1, Direction: plan.Point{vector(d[0], d[1]), number(d[2])}, From: number(-1), To: number(2), Points: n}
	}
	l := &plan.Landscape{Objective: bowl(), Center: plan.Point{vector(center[0], center[1]), number(center[2])},
		Axes: []plan.Axis{axis("v", v, 7), axis("u", u, 4)}}
	r := mustSample(t, l, Options{})
	for i, s := range r.Positions[0].Data {
		for j, q := range r.Positions[1].Data {
			var p [3]float64
			for e := range p {
				p[e] = center[e] + s*v[e] + q*u[e]
			}
			k := 4*i + j
			if want := p[0]*p[0]*p[1] + 3*p[2]*p[2]; !near(r.Loss.Data[k], want) {
				t.Errorf("loss at (%v, %v) is %v, want %v", s, q, r.Loss.Data[k], want)
			}
			along := func(d []float64) float64 { return 2*p[1]*d[0]*d[0] + 4*p[0]*d[0]*d[1] + 6*d[2]*d[2] }
			if !near(r.Curvature[0].Data[k], along(v)) || !near(r.Curvature[1].Data[k], along(u)) {
				t.Errorf("curvatures at (%v, %v): %v, %v, want %v, %v", s, q, r.Curvature[0].Data[k], r.Curvature[1].Data[k], along(v), along(u))
			}
		}
	}
	// A direction beside a coordinate moves from the coordinate's position.
	l.Axes[1] = coordinate("w[0]", 0, 10, 20, 3)
	r = mustSample(t, l, Options{})
	if got, want := r.Loss.Data[0], 9.5*9.5*3+3*9; !near(got, want) { // s = -1, w0 = 10
		t.Errorf("mixed axes: %v, want %v", got, want)
	}
}

func TestNonFiniteSamplesAreKeptAndCounted(t *testing.T) {
	l := &plan.Landscape{Objective: objective(scalars("x"), func(m maths) graph.ID { return m.op(graph.Log, m.in("x")) }),
		Axes: []plan.Axis{coordinate("x", 0, -2, 2, 5)}}
	r := mustSample(t, l, Options{})
	if r.NonFinite != 3 || !math.IsNaN(r.Loss.Data[0]) || !math.IsInf(r.Loss.Data[2], -1) || r.Loss.Data[3] != 0 {
		t.Errorf("%d not finite: %v", r.NonFinite, r.Loss.Data)
	}
}

func TestBadAxes(t *testing.T) {
	line := func(from, to float64, n int, log bool) []plan.Axis {
		a := coordinate("x", 0, from, to, n)
		a.Log = log
		return []plan.Axis{a}
	}
	span := diag.Span{File: "a.hcl", Start: diag.Pos{Line: 3}}
	for name, c := range map[string]struct {
		axes []plan.Axis
		want string
	}{
		"no length":   {line(1, 1, 5, false), "no length"},
		"not a log":   {line(-1, 1, 5, true), "positive ends"},
		"infinite":    {line(0, math.Inf(1), 5, false), "+Inf"},
		"no points":   {line(0, 1, 0, false), "0 points"},
		"outside":     {[]plan.Axis{coordinate("y", 9, 0, 1, 5)}, "element 9 of 2"},
		"same":        {[]plan.Axis{coordinate("x", 0, 0, 1, 5), coordinate("y", 0, 0, 1, 5)}, "same coordinate"},
		"no center":   {[]plan.Axis{coordinate("y", 1, 0, 1, 5)}, "no value for x1"},
		"many points": {[]plan.Axis{coordinate("x", 0, 0, 1, 1e6), coordinate("y", 1, 0, 1, 1e6)}, "samples"},
		"direction":   {[]plan.Axis{{Label: "d", Coordinate: -1, Direction: plan.Point{vector(1, 2), number(1)}, From: number(0), To: number(1), Points: 3}}, "a vector of 2 for x1"},
		"short":       {[]plan.Axis{{Label: "d", Coordinate: -1, Direction: plan.Point{number(1)}, From: number(0), To: number(1), Points: 3}}, "nothing for x1"},
		"no unit":     {[]plan.Axis{{Label: "d", Coordinate: -1, Direction: plan.Point{number(1), number(math.NaN())}, From: number(0), To: number(1), Points: 3}}, "NaN in x2"},
		"none":        {nil, "one axis or two"},
	} {
		l := &plan.Landscape{Block: plan.Block{Span: span}, Objective: twoValleys(), Axes: c.axes}
		if name != "no center" {
			l.Center = plan.Point{number(1), number(1)}
		}
		_, err := Sample(context.Background(), l, Options{})
		var list diag.List
		if !errors.As(err, &list) || len(list) != 1 || !strings.Contains(list[0].Summary, c.want) || list[0].Span.IsZero() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	l := &plan.Landscape{Objective: twoValleys(), Axes: []plan.Axis{coordinate("x1", 0, -20, 20, 9), coordinate("x2", 1, -3, 3, 9)}}
	if _, err := Sample(ctx, l, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// Chunks and workers leave no trace.
func TestLargeGridEqualsItsParts(t *testing.T) {
	grid := func(from, to float64, n int) *plan.Landscape {
		return &plan.Landscape{Objective: twoValleys(), Axes: []plan.Axis{coordinate("x1", 0, from, to, n), coordinate("x2", 1, -3, 3, 301)}}
	}
	all := mustSample(t, grid(-20, 20, 401), Options{Workers: 3})
	for _, i := range []int{0, 217, 218, 400} {
		x := all.Positions[0].Data[i]
		part := mustSample(t, grid(x, x+1, 2), Options{})
		for j := range 301 {
			if part.Loss.Data[j] != all.Loss.Data[i*301+j] || part.Curvature[0].Data[j] != all.Curvature[0].Data[i*301+j] {
				t.Fatalf("(%d, %d): %v in the grid, %v alone", i, j, all.Loss.Data[i*301+j], part.Loss.Data[j])
			}
		}
	}
}

func BenchmarkLandscape(b *testing.B) {
	l := &plan.Landscape{Objective: twoValleys(), Axes: []plan.Axis{coordinate("x1", 0, -20, 20, 512), coordinate("x2", 1, -3, 3, 512)}}
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		for _, curvature := range []bool{false, true} {
			b.Run(fmt.Sprintf("512x512/curvature=%v/workers=%d", curvature, workers), func(b *testing.B) {
				for b.Loop() {
					mustSample(b, l, Options{Workers: workers, NoCurvature: !curvature})
				}
			})
		}
	}
}
