package dense

import (
	"fmt"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// layout gives each stored expression its value: images get the widest border
// that one of their users needs, and what only renames elements shares memory
// where neither side has a border.
func (p *plan) layout() ([]*value, error) {
	values := make([]*value, len(p.x.list))
	for i := range p.x.list {
		if p.need[i] && p.saved[i] {
			values[i] = newValue(&p.x.list[i])
			values[i].given = p.x.list[i].kind() == given
		}
	}
	for changed := true; changed; {
		changed = false
		widen := func(a ref, border int) {
			if g := &values[a].image; g.Border < border {
				g.Border, changed = border, true
			}
		}
		equal := func(a, b ref) {
			widen(a, values[b].image.Border)
			widen(b, values[a].image.Border)
		}
		for i := range p.x.list {
			e := &p.x.list[i]
			if !p.need[i] {
				continue
			}
			if e.finish.accumulate {
				equal(ref(i), e.args[2])
			}
			switch e.op {
			case graph.Conv, graph.ConvWeights:
				widen(e.args[0], e.window.Pad)
			case graph.ConvInput:
				cv, err := p.convolution(ref(i), values)
				if err != nil {
					return nil, err
				}
				widen(e.args[0], cv.GradBorder())
			}
		}
	}
	for i := range p.x.list {
		e := &p.x.list[i]
		switch {
		case !p.need[i]:
			continue
		case e.finish.accumulate: // in place
			values[i].base = values[e.args[2]]
			continue
		case e.kind() != alias:
			continue
		}
		v, base := values[i], values[e.args[0]]
		if v.image.Border == 0 && base.image.Border == 0 {
			v.base, v.offset = base, e.at
		}
	}
	return values, nil
}

// convolution is the shape of a Conv, ConvInput or ConvWeights.
func (p *plan) convolution(r ref, values []*value) (tensor.Convolution, error) {
	e := &p.x.list[r]
	x, y := e.args[0], r // of a Conv
	switch e.op {
	case graph.ConvInput:
		x, y = r, e.args[0]
	case graph.ConvWeights:
		y = e.args[1]
	}
	w := e.window
	cv, err := tensor.NewConvolution(values[x].image, values[y].image.C, tensor.Window{H: w.H, W: w.W, Stride: w.Stride, Pad: w.Pad}, w.Groups, values[y].image.Border)
	if err != nil {
		return cv, fmt.Errorf("dense: %s: %w", e.op, err)
	}
	return cv, nil
}

// pooling is the shape of a pooling between two values.
func (p *plan) pooling(r ref, x, y *value) tensor.Pooling {
	w := p.x.list[r].window
	return tensor.Pooling{Window: tensor.Window{H: w.H, W: w.W, Stride: w.Stride, Pad: w.Pad}, X: x.image, Y: y.image}
}
