package engine

import (
	"math"
	"slices"
	"strings"
	"testing"

	"relief/runtime/array"
	"relief/runtime/graph"
)

func vector(v ...float64) *array.Array { return array.New(graph.Of(len(v)), v) }

func TestPlacesAlong(t *testing.T) {
	z := array.New(graph.Of(2, 3), make([]float64, 6))
	steps := array.Series(graph.Of(3), []int{0, 5}, make([]float64, 6))
	for _, c := range []struct {
		name  string
		at, z *array.Array
		want  [2][]float64
		error string
	}{
		{"a vector along the first axis", vector(7, 8), z, [2][]float64{{7, 8}, nil}, ""},
		{"a vector along the second", vector(7, 8, 9), z, [2][]float64{nil, {7, 8, 9}}, ""},
		{"values of the first vary", array.New(graph.Of(2, 3), []float64{1, 1, 1, 2, 2, 2}), z, [2][]float64{{1, 2}, nil}, ""},
		{"values of the second", array.New(graph.Of(2, 3), []float64{1, 2, 3, 1, 2, 3}), z, [2][]float64{nil, {1, 2, 3}}, ""},
		{"no grid", array.New(graph.Of(2, 3), []float64{1, 2, 3, 1, 2, 4}), z, [2][]float64{}, "changes along both axes"},
		{"too long", vector(1, 2, 3, 4), z, [2][]float64{}, "x has 4 values, z has 2 by 3"},
		{"a square", vector(1, 2), array.New(graph.Of(2, 2), make([]float64, 4)), [2][]float64{{1, 2}, {1, 2}}, ""},
		{"lanes of a series", vector(7, 8, 9), steps, [2][]float64{nil, {7, 8, 9}}, ""},
		{"a series", array.Series(graph.Number, []int{0, 5}, []float64{4, 5}), steps, [2][]float64{{4, 5}, nil}, ""},
		{"a series along lanes", array.Series(graph.Number, []int{0, 5, 6}, []float64{4, 5, 6}), steps, [2][]float64{}, "x has 3 values"},
	} {
		got, err := placesAlong("x", c.at, c.z, dimsOf(c.z))
		if c.error != "" {
			if err == nil || !strings.Contains(err.Error(), c.error) {
				t.Errorf("%s: %v, want %q", c.name, err, c.error)
			}
			continue
		}
		if err != nil || !slices.Equal(got[0], c.want[0]) || !slices.Equal(got[1], c.want[1]) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

// The value at place i of the first axis and j of the second stands at the same
// coordinates whichever way the grid lies.
func TestGridOf(t *testing.T) {
	z := []float64{0, 1, 2, 10, 11, 12}
	plain := gridOf([]float64{0, 1}, []float64{0, 1, 2}, z, false)
	turned := gridOf([]float64{0, 1, 2}, []float64{0, 1}, z, true)
	for i := range 2 {
		for j := range 3 {
			want := float64(10*i + j)
			if got := plain.Z[j*2+i]; got != want {
				t.Errorf("plain: %v at %d, %d", got, i, j)
			}
			if got := turned.Z[i*3+j]; got != want {
				t.Errorf("turned: %v at %d, %d", got, i, j)
			}
		}
	}
}

func TestTogether(t *testing.T) {
	lanes := array.Series(graph.Of(2), []int{3, 4}, []float64{1, 2, 3, 4})
	ofLanes := array.Series(graph.Of(2, 2), []int{3}, []float64{1, 2, 3, 4})
	for _, c := range []struct {
		name        string
		x, y        *array.Array
		wantX, want []float64
	}{
		{"values of lanes beside their series", vector(7, 8), lanes, []float64{7, 8, 7, 8}, []float64{1, 2, 3, 4}},
		{"a series of steps beside lanes", array.Series(graph.Number, []int{3, 4}, []float64{7, 8}), lanes, []float64{7, 7, 8, 8}, []float64{1, 2, 3, 4}},
		{"lanes of vectors", vector(7, 8), ofLanes, []float64{7, 7, 8, 8}, []float64{1, 2, 3, 4}},
		{"the other way", lanes, vector(7, 8), []float64{1, 2, 3, 4}, []float64{7, 8, 7, 8}},
		{"vectors", vector(1, 2), vector(3, 4), []float64{1, 2}, []float64{3, 4}},
	} {
		x, y, err := together(c.x, c.y)
		if err != nil || !slices.Equal(x, c.wantX) || !slices.Equal(y, c.want) {
			t.Errorf("%s: %v, %v, %v", c.name, x, y, err)
		}
	}
	if _, _, err := together(array.Series(graph.Of(2), []int{3, 5}, []float64{1, 2, 3, 4}), lanes); err == nil {
		t.Error("series of different steps are counted together")
	}
}

// Quantiles are those of the definition: half of 5 values lie at or below the third.
func TestQuantileOf(t *testing.T) {
	for _, c := range []struct {
		of      []float64
		q, want float64
	}{
		{[]float64{1, 2, 3, 4, 5}, 0.5, 3}, {[]float64{1, 2}, 0.25, 1.25}, {[]float64{7}, 0.9, 7},
		{[]float64{1, 2, 4}, 1, 4}, {[]float64{1, 2, 4}, 0, 1}, {[]float64{math.NaN(), 1}, 0.5, math.NaN()}, {nil, 0.5, math.NaN()},
		{[]float64{1, math.Inf(1)}, 0, 1},
	} {
		if got := quantileOf(c.of, c.q); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("the %v quantile of %v is %v, want %v", c.q, c.of, got, c.want)
		}
	}
}

// Of very many curves a fixed number is drawn, the first and the last among them.
func TestChosenCurves(t *testing.T) {
	for _, n := range []int{1, maxCurves, maxCurves + 1, 100_000} {
		f := panelFiller{}
		got := f.chosen(n, "line")
		if len(got) != min(n, maxCurves) || got[0] != 0 || got[len(got)-1] != n-1 || !slices.IsSorted(got) || len(slices.Compact(got)) != min(n, maxCurves) {
			t.Errorf("of %d curves %v are drawn", n, got)
		}
		if noted := len(f.out.Notes) == 1; noted != (n > maxCurves) {
			t.Errorf("%d curves: notes %q", n, f.out.Notes)
		}
	}
}
