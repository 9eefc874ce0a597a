package store

import "relief/runtime/render"

func figure() *render.Figure {
	return &render.Figure{Panels: []render.Panel{{Marks: []render.Mark{render.Line{X: []float64{0, 1}, Y: []float64{1, 2}}}}}}
}
