package weights

import "relief/runtime/network"

// layout is where the elements of a parameter stand in a file and in memory.
//
//	         a file                                    memory
//	dense    outputs x inputs                          inputs x outputs
//	conv     outputs x inputs/groups x height x width  height x width x inputs/groups x outputs
//	flatten  channels x height x width                 height x width x channels
//
// The last is what the inputs of a dense layer, or the elements of a norm, count
// behind a flattened image.
type layout struct {
	shape   []int  // in the file
	sizes   [4]int // axes in the file's order, the last fastest; those of a flattened image apart
	strides [4]int // of these axes in memory
}

// layoutOf returns the layout of a parameter.
func layoutOf(p *network.Param) layout {
	t, image := p.Type, p.Image
	if image == [3]int{} {
		image[2] = t.Dim(0) // a plain vector is one pixel of so many channels
		image[0], image[1] = 1, 1
	}
	h, w, c := image[0], image[1], image[2]
	switch t.Rank() {
	case 4:
		kh, kw, in, out := t.Dim(0), t.Dim(1), t.Dim(2), t.Dim(3)
		return layout{[]int{out, in, kh, kw}, [4]int{out, in, kh, kw}, [4]int{1, out, kw * in * out, in * out}}
	case 2:
		in, out := t.Dim(0), t.Dim(1)
		return layout{[]int{out, in}, [4]int{out, c, h, w}, [4]int{1, out, w * c * out, c * out}}
	}
	return layout{[]int{t.Dim(0)}, [4]int{1, c, h, w}, [4]int{0, 1, w * c, c}}
}

// each calls f with the places of each element in the file and in memory.
func (l layout) each(f func(file, memory int)) {
	file := 0
	for a := range l.sizes[0] {
		for b := range l.sizes[1] {
			for c := range l.sizes[2] {
				memory := a*l.strides[0] + b*l.strides[1] + c*l.strides[2]
				for range l.sizes[3] {
					f(file, memory)
					file++
					memory += l.strides[3]
				}
			}
		}
	}
}

// From returns the arrays of a network whose parameters, in the order of Params,
// are the flat vector src.
func From(net *network.Network, src []float64) []Array {
	out := make([]Array, len(net.Params))
	for i, p := range net.Params {
		l, values := layoutOf(p), src[p.Offset:p.Offset+p.Type.Size()]
		out[i] = Array{Name: p.Name, Shape: l.shape, Values: make([]float64, len(values))}
		l.each(func(file, memory int) { out[i].Values[file] = values[memory] })
	}
	return out
}
