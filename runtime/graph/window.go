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

// String is the window as printed graphs have it: "3x3 stride 2 pad 1 groups 4".
func (w Window) String() string {
	s := fmt.Sprintf("%dx%d stride %d pad %d", w.H, w.W, w.Stride, w.Pad)
	if w.Groups > 1 {
		s += fmt.Sprintf(" groups %d", w.Groups)
	}
	return s
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

// isImages reports whether t is a batch of images.
func isImages(t Type) bool { return !t.Bool && !t.Series && t.Rank() == 4 }

// convolved is the type of the convolution of images of type t with weights of
// type u, and the window with the size of the weights.
func (w Window) convolved(t, u Type) (Type, Window, error) {
	fail := func(format string, a ...any) (Type, Window, error) {
		return Type{}, w, &TypeError{Conv, fmt.Sprintf(format, a...)}
	}
	if !isImages(t) {
		return fail("the operand is %s, not images N x H x W x C", t)
	}
	if !isImages(u) {
		return fail("the weights are %s, not H x W x C/Groups x C'", u)
	}
	w.H, w.W = u.Dim(0), u.Dim(1)
	if w.Groups < 1 || t.Dim(3)%w.Groups != 0 || u.Dim(3)%w.Groups != 0 || u.Dim(2) != t.Dim(3)/w.Groups {
		return fail("%d groups of the %d channels of the images and the %d x %d channels of the weights", w.Groups, t.Dim(3), u.Dim(2), u.Dim(3))
	}
	h, width, err := w.Over(t.Dim(1), t.Dim(2))
	if err != nil {
		return fail("%v", err)
	}
	return Of(t.Dim(0), h, width, u.Dim(3)), w, nil
}

// Convolve returns the convolution of the images x (N x H x W x C) with the
// weights w (H x W x C/Groups x C'), as networks have it, a correlation:
//
//	y[n,i,j,o] = sum over v, u, c of x[n, i Stride+v-Pad, j Stride+u-Pad, c] w[v,u,c,o]
//
// Pixels outside of the image count as 0. H and W of the window are those of the
// weights. The error is a *TypeError.
func (g *Graph) Convolve(x, w ID, win Window) (ID, error) {
	t, win, err := win.convolved(g.Type(x), g.Type(w))
	if err != nil {
		return None, err
	}
	return g.window(Conv, t, win, x, w), nil
}

// ConvInput returns the adjoint in images of type t of their convolution with
// the weights w, from dy, that of the result.
func (g *Graph) ConvInput(dy, w ID, win Window, t Type) ID {
	win = g.mustConvolve(t, g.Type(w), g.Type(dy), win)
	return g.window(ConvInput, t, win, dy, w)
}

// ConvWeights returns the adjoint in weights of type t of the convolution of the
// images x with them, from dy, that of the result.
func (g *Graph) ConvWeights(x, dy ID, win Window, t Type) ID {
	win = g.mustConvolve(g.Type(x), t, g.Type(dy), win)
	return g.window(ConvWeights, t, win, x, dy)
}

// mustConvolve panics unless the convolution of x with w has the type y.
func (g *Graph) mustConvolve(x, w, y Type, win Window) Window {
	t, win, err := win.convolved(x, w)
	if err == nil && t != y {
		err = fmt.Errorf("the convolution is %s, not %s", t, y)
	}
	if err != nil {
		panic("graph: " + err.Error())
	}
	return win
}

// pooled is the type of the pooling op of images of type t.
func (w Window) pooled(op Op, t Type) (Type, Window, error) {
	w.Groups = 0
	fail := func(format string, a ...any) (Type, Window, error) {
		return Type{}, w, &TypeError{op, fmt.Sprintf(format, a...)}
	}
	if !isImages(t) {
		return fail("the operand is %s, not images N x H x W x C", t)
	}
	h, width, err := w.Over(t.Dim(1), t.Dim(2))
	if err != nil {
		return fail("%v", err)
	}
	if 2*w.Pad > w.H || 2*w.Pad > w.W { // no window lies in the padding
		return fail("a padding of %d is more than half the window", w.Pad)
	}
	return Of(t.Dim(0), h, width, t.Dim(3)), w, nil
}

// Pool returns MaxPool or MeanPool of the images x. The padding is at most half
// the window. The error is a *TypeError.
func (g *Graph) Pool(op Op, x ID, win Window) (ID, error) {
	t, win, err := win.pooled(op, g.Type(x))
	if err != nil {
		return None, err
	}
	return g.window(op, t, win, x), nil
}

// mustPool panics unless the pooling op of images of type x has the type y; the
// zero Type is any.
func (w Window) mustPool(op Op, x, y Type) (Type, Window) {
	t, w, err := w.pooled(op, x)
	if err == nil && y != (Type{}) && t != y {
		err = fmt.Errorf("the pooling is %s, not %s", t, y)
	}
	if err != nil {
		panic("graph: " + err.Error())
	}
	return t, w
}

// MaxPoolInput returns the adjoint of MaxPool in the images x, from dy, that of
// the result: each element goes to the first pixel of its window, row by row,
// that is greatest there, and to the first of all where one is NaN.
func (g *Graph) MaxPoolInput(dy, x ID, win Window) ID {
	_, win = win.mustPool(MaxPool, g.Type(x), g.Type(dy))
	return g.window(MaxPoolInput, g.Type(x), win, dy, x)
}

// MaxPoolPick returns the elements of t, of the type of the images x, where x is
// greatest in each window, as MaxPoolInput chooses.
func (g *Graph) MaxPoolPick(t, x ID, win Window) ID {
	y, win := win.mustPool(MaxPool, g.Type(x), Type{})
	if g.Type(t) != g.Type(x) {
		panic("graph: " + g.Type(t).String() + " picked where " + g.Type(x).String() + " is greatest")
	}
	return g.window(MaxPoolPick, y, win, t, x)
}

// MeanPoolInput returns the adjoint of MeanPool in images of type t, from dy,
// that of the result.
func (g *Graph) MeanPoolInput(dy ID, win Window, t Type) ID {
	_, win = win.mustPool(MeanPool, t, g.Type(dy))
	return g.window(MeanPoolInput, t, win, dy)
}

// window interns a node with a window. Such nodes are not folded: what they are
// of is big.
func (g *Graph) window(op Op, t Type, win Window, args ...ID) ID {
	return g.intern(Node{Op: op, Type: t, Window: win, Args: args})
}
