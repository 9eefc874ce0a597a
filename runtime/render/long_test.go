package render

import (
	"math"
	"slices"
	"testing"
)

// A very long line is drawn as it would be if all its points were there at once.
func TestLongLine(t *testing.T) {
	const n = 200_000
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = float64(i / 2)
		y[i] = math.Sin(float64(i)/900) + float64(i%2) + math.Mod(float64(i)*0.618, 0.1)
		if i%30_011 < 3 || i > 150_000 && i < 151_000 || i%50_003 == 7 || i%50_003 == 9 {
			y[i] = math.NaN()
		}
	}
	p := &panel{frame: frame{10, 10, 410, 310}}
	p.x, p.y = scale{kind: linear, hi: n / 2, span: n / 2}, scale{kind: linear, lo: -2, hi: 3, flo: -2, span: 5}
	got, all := p.linePoints(x, y), p.points(x, y)
	if len(got) > n/4 {
		t.Errorf("%d points are left of %d", len(got), n)
	}
	var a, b shape
	a.line(got, thinLine)
	b.line(all, thinLine)
	if !slices.Equal(a.dots, b.dots) || !slices.EqualFunc(a.lines, b.lines, slices.Equal) {
		t.Errorf("%d lines and %d dots, want %d and %d", len(a.lines), len(a.dots), len(b.lines), len(b.dots))
	}
	slices.Reverse(x) // a line that goes back keeps all its points
	if got := p.linePoints(x, y); len(got) != n {
		t.Errorf("%d points", len(got))
	}
}
