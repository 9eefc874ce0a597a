package spectral

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNormalise(t *testing.T) {
	// A dense layer of 2 inputs and 3 outputs, its bias, and a number between.
	blocks := []Block{{0, 6, 3}, {7, 2, 0}}
	center := []float64{3, 0, 1, 4, 0, 0, 9, 0, 5}
	direction := []float64{1, 2, 0, 0, 2, 0, 8, 3, 4}
	for _, c := range []struct {
		by   Unit
		want []float64
	}{
		// Filters are columns: lengths 5, 0, 1 of the center; 1, sqrt 8, 0 of the
		// direction.
		{Filter, []float64{5, 0, 0, 0, 0, 0, 0, 3, 4}},
		{Layer, []float64{math.Sqrt(26) / 3, 2 * math.Sqrt(26) / 3, 0, 0, 2 * math.Sqrt(26) / 3, 0, 0, 3, 4}},
	} {
		got := append([]float64(nil), direction...)
		if err := Normalise(got, center, blocks, c.by); err != nil {
			t.Fatal(err)
		}
		for i, x := range got {
			if math.Abs(x-c.want[i]) > 1e-15*6 {
				t.Errorf("unit %d: %v, want %v", c.by, got, c.want)
			}
		}
	}
	whole := []float64{3e200, 4e200}
	if err := Normalise(whole[:1], nil, nil, Whole); err == nil {
		t.Error("no error for a direction that cannot be squared")
	}
	whole = []float64{3e100, 4e100}
	if err := Normalise(whole, nil, nil, Whole); err != nil || math.Abs(whole[0]-0.6) > 1e-15 || math.Abs(whole[1]-0.8) > 1e-15 {
		t.Errorf("%v, %v", whole, err)
	}
}

// Every filter gets the center's length and keeps its direction, for a
// convolution of any shape.
func TestNormaliseConvolution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pixels, in, out := rapid.IntRange(1, 9).Draw(t, "pixels"), rapid.IntRange(1, 3).Draw(t, "in"), rapid.IntRange(1, 4).Draw(t, "out")
		n := pixels * in * out
		number := rapid.Float64Range(-3, 3)
		direction, center := rapid.SliceOfN(number, n, n).Draw(t, "direction"), rapid.SliceOfN(number, n, n).Draw(t, "center")
		got := append([]float64(nil), direction...)
		if err := Normalise(got, center, []Block{{0, n, out}}, Filter); err != nil {
			t.Fatal(err)
		}
		for o := range out {
			var d, c, g, along float64
			for p := range pixels * in {
				i := p*out + o
				d, c, g, along = math.Hypot(d, direction[i]), math.Hypot(c, center[i]), math.Hypot(g, got[i]), along+direction[i]*got[i]
			}
			if d < 1e-100 {
				continue
			}
			if math.Abs(g-c) > 1e-13*c+1e-150 || math.Abs(along-d*g) > 1e-13*d*g+1e-150 {
				t.Errorf("filter %d has length %v, the center's %v; %v along the old one of %v", o, g, c, along, d)
			}
		}
	})
}

func TestNormaliseErrors(t *testing.T) {
	for _, c := range []struct {
		direction, center []float64
		blocks            []Block
		by                Unit
		want              string
	}{
		{[]float64{0, 0}, nil, nil, Whole, "the direction is 0"},
		{[]float64{1, math.NaN()}, nil, nil, Whole, "the direction has elements that are not finite"},
		{[]float64{1, 2}, []float64{1}, nil, Layer, "the center of the direction has 1 elements"},
		{[]float64{1, 2}, []float64{1, 2}, []Block{{0, 3, 0}}, Layer, "block 0, 3 elements from 0 on"},
		{[]float64{1, 2}, []float64{1, 2}, []Block{{0, 2, 0}, {1, 1, 0}}, Layer, "block 1, 1 elements from 1 on"},
		{[]float64{1, 2}, []float64{1, 2}, []Block{{-1, 1, 0}}, Layer, "block 0"},
		{[]float64{1, 2, 3}, []float64{1, 2, 3}, []Block{{0, 3, 2}}, Filter, "do not make 2 filters"},
		{[]float64{1, 2, 3}, []float64{1, 2, 3}, []Block{{0, 3, -1}}, Filter, "do not make -1 filters"},
	} {
		if err := Normalise(c.direction, c.center, c.blocks, c.by); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
