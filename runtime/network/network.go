// Package network is neural networks as layers: shapes, parameters, starts, and
// the graph of one batch.
//
//	lang/study --(Network: layers)--> Infer --> shapes, parameters
//	Network, parameters, a batch --(Build)--> graph.Graph: logits
//	Network, a seed --(Start)--> the parameters at step 0
//
// Images are N x H x W x C in memory, whatever order a file has them in.
package network

import (
	"fmt"
	"iter"
	"strconv"

	"relief/lang/diag"
	"relief/runtime/graph"
)

// Shape is that of one sample between two layers: an image of H x W pixels of C
// channels or, if Flat, a vector of C units (H = W = 1). Image is, of a vector
// that is a flattened image of more than one pixel, that image's H, W and C as
// long as its units are still in this order, else zero.
type Shape struct {
	H, W, C int
	Flat    bool
	Image   [3]int
}

// Units is the shape of a vector of n units.
func Units(n int) Shape { return Shape{H: 1, W: 1, C: n, Flat: true} }

// Size is the number of elements.
func (s Shape) Size() int { return s.H * s.W * s.C }

// Batch is the type of an array of n samples: N x C, or N x H x W x C.
func (s Shape) Batch(n int) graph.Type {
	if s.Flat {
		return graph.Of(n, s.C)
	}
	return graph.Of(n, s.H, s.W, s.C)
}

// flat is the shape as a vector.
func (s Shape) flat() Shape {
	if s.Flat {
		return s
	}
	v := Units(s.Size())
	if s.H*s.W > 1 {
		v.Image = [3]int{s.H, s.W, s.C}
	}
	return v
}

// fits reports whether arrays of the two shapes can be added.
func (s Shape) fits(t Shape) bool {
	s.Image, t.Image = [3]int{}, [3]int{}
	return s == t
}

// String is the shape as a study writes it: channels, height, width.
func (s Shape) String() string {
	if s.Flat {
		return strconv.Itoa(s.C)
	}
	return fmt.Sprintf("%d x %d x %d", s.C, s.H, s.W)
}

// describe is the shape in a message.
func (s Shape) describe() string {
	if s.Flat {
		return "a vector of " + s.String()
	}
	return "an image of " + s.String() + " (channels x height x width)"
}

// Kind is what a layer does.
type Kind string

// The kinds of layers. A global pool is the mean over all pixels and makes a
// vector of the channels. A residual adds its two branches, the second of which
// may be missing or empty (the input itself); a concat joins the channels of its
// branches, where an empty branch is the input itself; a sequence is its one
// branch.
//
// A batch norm is over all samples and pixels, channel by channel. A layer norm
// is over all elements of one sample, with a weight and a bias for each channel:
// PyTorch's LayerNorm(C) on vectors and its GroupNorm(1, C) on images.
//
// A conv or dense layer before a batch norm keeps its bias unless it says Bias =
// false, as in PyTorch.
const (
	Dense      Kind = "dense"
	Conv       Kind = "conv"
	BatchNorm  Kind = "batch_norm"
	LayerNorm  Kind = "layer_norm"
	Activation Kind = "activation"
	MaxPool    Kind = "max_pool"
	AvgPool    Kind = "avg_pool"
	GlobalPool Kind = "global_pool"
	Flatten    Kind = "flatten"
	Dropout    Kind = "dropout"
	Residual   Kind = "residual"
	Concat     Kind = "concat"
	Sequence   Kind = "sequence"
)

// Layer is one layer with its settings. Only those of its kind count.
type Layer struct {
	Kind Kind
	Name string // unique in the network, its parameters are Name.weight and so on: "conv1", "stage2.block1.conv1"
	Span diag.Span

	Units      int     // dense: outputs
	Channels   int     // conv: outputs
	Kernel     [2]int  // conv, pools: height, width
	Stride     int     // conv, pools
	Padding    int     // conv, pools
	Groups     int     // conv
	Bias       bool    // dense, conv
	Function   string  // activation, applied after dense, conv, norms, residual; "" is identity
	Slope      float64 // leaky_relu (0.01) and elu (1): their number
	Epsilon    float64 // norms: added to the variance
	Rate       float64 // dropout: the share that is dropped
	Init       Init    // of the weights
	BiasInit   Init
	Branches   [][]*Layer
	In, Out    Shape // set by Infer
	Parameters []*Param
}

// Init says how parameters begin. The zero Init is PyTorch's default for the
// layer: uniform on +-1/sqrt(fan in) for weights and biases of dense and conv
// layers; of norms the weights are 1 and the biases 0.
type Init struct {
	Law  string  // "", "normal", "uniform", "kaiming_normal", "kaiming_uniform", "xavier_normal", "xavier_uniform", "lecun_normal", "orthogonal", "zeros", "ones", "constant"
	Gain float64 // of kaiming, xavier and orthogonal; 0: that of the activation that follows (sqrt 2 for relu, sqrt(2/(1+s^2)) for leaky_relu of slope s, 5/3 for tanh, 1 otherwise)
	A, B float64 // normal: mean, deviation; uniform: ends; constant: A
}

// Role is what a parameter is to its layer.
type Role uint8

// The roles of parameters.
const (
	Weight Role = iota
	Bias
	Scale // gamma of a norm
	Shift // beta of a norm
)

// Param is one parameter array.
//
// The weights of a dense layer are inputs x outputs, those of a conv H x W x
// C/Groups x C'. PyTorch has outputs x inputs and C' x C/Groups x H x W, and
// flattens images channel by channel; runtime/weights translates. The fans are
// PyTorch's: H W C/Groups and H W C'.
type Param struct {
	Name          string
	Type          graph.Type
	Role          Role
	Layer         *Layer
	FanIn, FanOut int
	Init          Init
	// Image is the H, W and C of the image whose pixels the parameter counts one
	// by one: that of the inputs of a dense layer, or of the units of a norm, after
	// a flatten. Zero otherwise, also where a flattened image was added to another
	// vector or joined with one: those are in the order of memory.
	Image  [3]int
	Offset int // of its first element in the flat vector of all parameters
}

// Network is layers in order.
type Network struct {
	Input  Shape
	Layers []*Layer
	Single bool // computed in binary32

	Output Shape    // set by Infer
	Params []*Param // in the order of the layers; set by Infer
	Size   int      // elements of all parameters
}

// All is the layers, each before those of its branches.
func (n *Network) All() iter.Seq[*Layer] {
	return func(yield func(*Layer) bool) { all(n.Layers, yield) }
}

func all(layers []*Layer, yield func(*Layer) bool) bool {
	for _, l := range layers {
		if !yield(l) {
			return false
		}
		for _, b := range l.Branches {
			if !all(b, yield) {
				return false
			}
		}
	}
	return true
}

// Error is a layer that does not fit, and its place.
type Error struct {
	Layer   *Layer // nil where no one layer is at fault
	Summary string // what is wrong, one sentence without a stop
	Cure    string // what to write instead, one sentence without a stop
}

func (e *Error) Error() string {
	if e.Cure == "" {
		return e.Summary
	}
	return e.Summary + ": " + e.Cure
}

// Explain returns the summary and the cure, the latter as a sentence.
func (e *Error) Explain() (summary, cure string) {
	return e.Summary, diag.Sentence(e.Cure)
}

func (l *Layer) fail(cure, format string, args ...any) *Error {
	return &Error{l, "layer " + l.Name + ": " + fmt.Sprintf(format, args...), cure}
}
