package tensor

import (
	"errors"
	"fmt"
)

// Image is the layout of N images of H x W pixels of C channels, channel by
// channel, pixel by pixel, row by row, with a border of Border pixels on each
// side of every image. Kernels expect zeros in the border of what they read and
// never write to the border of what they compute.
type Image struct{ N, H, W, C, Border int }

func (g Image) String() string { return fmt.Sprintf("%d x %d x %d x %d", g.N, g.H, g.W, g.C) }

// Len is the number of elements, borders included.
func (g Image) Len() int { return g.N * g.image() }

// Pixels is the number of pixels, borders excluded.
func (g Image) Pixels() int { return g.N * g.H * g.W }

// row and image are the distances of rows and of images.
func (g Image) row() int   { return (g.W + 2*g.Border) * g.C }
func (g Image) image() int { return (g.H + 2*g.Border) * g.row() }

// At is the index of the first channel of a pixel; y and x may lie in the border.
func (g Image) At(n, y, x int) int {
	return n*g.image() + (y+g.Border)*g.row() + (x+g.Border)*g.C
}

// pixelRows is one row of pixels as elements: row number r of all images.
func pixelRow[T Float](data []T, g Image, r int) []T {
	at := g.At(r/g.H, r%g.H, 0)
	return data[at : at+g.W*g.C]
}

func (g Image) valid() bool {
	return g.N >= 0 && g.H > 0 && g.W > 0 && g.C > 0 && g.Border >= 0
}

func checkImage[T Float](name string, data []T, g Image) {
	if !g.valid() {
		panic(fmt.Sprintf("tensor: %s is %v with border %d", name, g, g.Border))
	}
	if len(data) < g.Len() {
		panic(fmt.Sprintf("tensor: %s, %v with border %d, has %d elements, need %d", name, g, g.Border, len(data), g.Len()))
	}
}

// Window is a rectangle of H x W pixels that moves over an image in steps of
// Stride, from Pad pixels outside of its first pixel on.
type Window struct{ H, W, Stride, Pad int }

// out is the size of the image that has a pixel for each place of the window.
func (w Window) out(x Image) (Image, error) {
	switch {
	case !x.valid():
		return Image{}, fmt.Errorf("an image of %v pixels with border %d", x, x.Border)
	case w.H < 1 || w.W < 1:
		return Image{}, fmt.Errorf("a window of %d x %d pixels", w.H, w.W)
	case w.Stride < 1:
		return Image{}, fmt.Errorf("a stride of %d", w.Stride)
	case w.Pad < 0:
		return Image{}, fmt.Errorf("a padding of %d", w.Pad)
	case x.H+2*w.Pad < w.H || x.W+2*w.Pad < w.W:
		return Image{}, fmt.Errorf("a window of %d x %d does not fit in an image of %d x %d with padding %d", w.H, w.W, x.H, x.W, w.Pad)
	}
	y := x
	y.H, y.W = (x.H+2*w.Pad-w.H)/w.Stride+1, (x.W+2*w.Pad-w.W)/w.Stride+1
	return y, nil
}

// Convolution is the shape of a two-dimensional convolution: as networks have
// it, a correlation.
//
//	Y[n,y,x,o] = sum over v, u, i of X[n, y·Stride+v-Pad, x·Stride+u-Pad, i] W[v,u,i,o]
//
// The weights are W[H][W][X.C/Groups][Y.C]. With Groups > 1 output channel o
// sees only the input channels of its group; Groups = X.C is depthwise.
type Convolution struct {
	Window
	X, Y   Image
	Groups int
}

// NewConvolution returns the shape of the convolution of x to the given number
// of channels, with the given border around the result.
func NewConvolution(x Image, channels int, w Window, groups, border int) (Convolution, error) {
	y, err := w.out(x)
	switch {
	case err != nil:
		return Convolution{}, err
	case channels < 1:
		return Convolution{}, fmt.Errorf("%d output channels", channels)
	case groups < 1 || x.C%groups != 0 || channels%groups != 0:
		return Convolution{}, fmt.Errorf("%d groups of %d input and %d output channels", groups, x.C, channels)
	case border < 0:
		return Convolution{}, errors.New("a negative border")
	}
	y.C, y.Border = channels, border
	return Convolution{w, x, y, groups}, nil
}

// WeightLen is the number of weights.
func (cv Convolution) WeightLen() int { return cv.H * cv.W * cv.X.C / cv.Groups * cv.Y.C }

// GradBorder is the border that the gradient of Y needs for the gradient of X.
func (cv Convolution) GradBorder() int {
	need := 0
	for _, side := range [2][3]int{{cv.X.H, cv.Window.H, cv.Y.H}, {cv.X.W, cv.Window.W, cv.Y.W}} {
		for phase := range cv.Stride {
			p := phaseOf(side[0], side[1], phase, cv.Stride, cv.Pad)
			if p.count > 0 && p.taps > 0 {
				need = max(need, -p.source, p.source+p.count-1+p.taps-1-(side[2]-1))
			}
		}
	}
	return need
}

// phase is every Stride-th pixel of one side of an input image: those that see
// the same taps of the window, each tap in another output pixel.
type phase struct {
	first, count int // input pixels first, first+Stride, ...
	taps         int // taps number phase, phase+Stride, ...
	source       int // output pixel of the last tap for the first input pixel
}

func phaseOf(size, window, number, stride, pad int) phase {
	p := phase{first: ((number-pad)%stride + stride) % stride}
	if p.first < size {
		p.count = ceil(size-p.first, stride)
	}
	if number < window {
		p.taps = ceil(window-number, stride)
	}
	p.source = (p.first+pad-number)/stride - (p.taps - 1)
	return p
}
