package dynamics

import (
	"math"

	"relief/runtime/random"
)

// ascent is the second gradient of a step of sam on a network: at the point
// radius g/|g| from the state, on the same samples.
type ascent struct {
	radius   *timeline
	x        []float64
	gradient []float64
}

func newAscent(m *Map, n int) (*ascent, error) {
	w, err := newLaw(m, lanes{count: 1}, m.Radius)
	if err != nil {
		return nil, err
	}
	return &ascent{w.follow(0, 1), make([]float64, n), make([]float64, n)}, nil
}

// point is x + radius g/|g| at step k; x itself where g is 0.
func (a *ascent) point(x, g []float64, k int) []float64 {
	square := 0.0
	for _, v := range g {
		square += float64(v * v)
	}
	scale := 0.0
	if norm := math.Sqrt(square); norm > 0 {
		scale = a.radius.at(k) / norm
	}
	for i, v := range g {
		a.x[i] = x[i] + float64(scale*v)
	}
	return a.x
}

// drawn is an input of random numbers of a network's step; it has one lane, and
// the elements are drawn along it.
type drawn struct {
	input, kind string
	stream      random.Stream
	values      []float64
}

// at draws the numbers of the update after so many.
func (d *drawn) at(made int) []float64 {
	if d.kind == "uniform" {
		d.stream.Uniforms(d.values, uint64(made), 0, 0)
	} else {
		d.stream.Normals(d.values, uint64(made), 0, 0)
	}
	return d.values
}
