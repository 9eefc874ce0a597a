package graph

import (
	"encoding/binary"
	"fmt"
)

// appendTo writes the window for hashing: nothing for the zero Window.
func (w Window) appendTo(b []byte) []byte {
	if w == (Window{}) {
		return b
	}
	for _, v := range [...]int{w.H, w.W, w.Stride, w.Pad, w.Groups} {
		b = binary.AppendVarint(b, int64(v))
	}
	return b
}

// Over is the height and width of the image that has a pixel for each place of
// the window on an image of h x w pixels.
func (w Window) Over(h, width int) (oh, ow int, err error) {
	switch {
	case w.H < 1 || w.W < 1:
		return 0, 0, fmt.Errorf("a window of %d x %d pixels", w.H, w.W)
	case w.Stride < 1:
		return 0, 0, fmt.Errorf("a stride of %d", w.Stride)
	case w.Pad < 0:
		return 0, 0, fmt.Errorf("a padding of %d", w.Pad)
	case h+2*w.Pad < w.H || width+2*w.Pad < w.W:
		return 0, 0, fmt.Errorf("a window of %d x %d does not fit in an image of %d x %d with padding %d", w.H, w.W, h, width, w.Pad)
	}
	return (h+2*w.Pad-w.H)/w.Stride + 1, (width+2*w.Pad-w.W)/w.Stride + 1, nil
}

// images checks that x is a batch of images.
func (g *Graph) images(op Op, x ID) (Type, error) {
	t := g.Type(x)
	if t.Bool || t.Series || t.Rank() != 4 {
		return t, &TypeError{op, "the operand is " + t.String() + ", not images N x H x W x C"}
	}
	return t, nil
}

// Convolve returns the convolution of the images x (N x H x W x C) with the
// weights w (H x W x C/Groups x C'), as networks have it, a correlation:
//
//	y[n,i,j,o] = sum over v, u, c of x[n, i Stride+v-Pad, j Stride+u-Pad, c] w[v,u,c,o]
//
// H and W of the window are those of the weights.
func (g *Graph) Convolve(x, w ID, win Window) (ID, error) {
	t, err := g.images(Conv, x)
	if err != nil {
		return None, err
	}
	u := g.Type(w)
	if u.Bool || u.Series || u.Rank() != 4 {
		return None, &TypeError{Conv, "the weights are " + u.String()}
	}
	win.H, win.W = u.Dim(0), u.Dim(1)
	if win.Groups < 1 || t.Dim(3)%win.Groups != 0 || u.Dim(3)%win.Groups != 0 || u.Dim(2) != t.Dim(3)/win.Groups {
		return None, &TypeError{Conv, fmt.Sprintf("%d groups of the %d channels of the images and the %d x %d channels of the weights", win.Groups, t.Dim(3), u.Dim(2), u.Dim(3))}
	}
	h, width, err := win.Over(t.Dim(1), t.Dim(2))
	if err != nil {
		return None, &TypeError{Conv, err.Error()}
	}
	return g.intern(Node{Op: Conv, Type: Of(t.Dim(0), h, width, u.Dim(3)), Window: win, Args: []ID{x, w}}), nil
}

// Pool returns MaxPool or MeanPool of the images x.
func (g *Graph) Pool(op Op, x ID, win Window) (ID, error) {
	t, err := g.images(op, x)
	if err != nil {
		return None, err
	}
	win.Groups = 0
	h, width, err := win.Over(t.Dim(1), t.Dim(2))
	if err != nil {
		return None, &TypeError{op, err.Error()}
	}
	if op == MaxPool && (2*win.Pad > win.H || 2*win.Pad > win.W) {
		return None, &TypeError{op, fmt.Sprintf("a padding of %d is more than half the window", win.Pad)}
	}
	return g.intern(Node{Op: op, Type: Of(t.Dim(0), h, width, t.Dim(3)), Window: win, Args: []ID{x}}), nil
}
