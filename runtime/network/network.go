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

	"relief/lang/diag"
	"relief/runtime/graph"
)

// Shape is that of one sample between two layers: an image of H x W pixels of C
// channels or, if Flat, a vector of C units (H = W = 1).
type Shape struct {
	H, W, C int
	Flat    bool
}

// Units is the shape of a vector.
func Units(n int) Shape { return Shape{1, 1, n, true} }

// Size is the number of elements.
func (s Shape) Size() int { return s.H * s.W * s.C }

// String is the shape as a study writes it: channels, height, width.
func (s Shape) String() string {
	if s.Flat {
		return fmt.Sprintf("%d", s.C)
	}
	return fmt.Sprintf("%d x %d x %d", s.C, s.H, s.W)
}

// Kind is what a layer does.
type Kind string

// The kinds of layers. A residual adds its two branches, the second of which
// may be empty (the input itself); a concat joins the channels of its branches,
// where an empty branch is the input itself; a sequence is its one branch.
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
// layer: uniform on +-1/sqrt(fan in) for weights and biases.
type Init struct {
	Law  string  // "", "normal", "uniform", "kaiming_normal", "kaiming_uniform", "xavier_normal", "xavier_uniform", "lecun_normal", "orthogonal", "zeros", "ones", "constant"
	Gain float64 // of kaiming, xavier and orthogonal; 0: that of the activation that follows (sqrt 2 for relu, 5/3 for tanh, 1 otherwise)
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
// flattens images channel by channel; runtime/weights translates.
type Param struct {
	Name          string
	Type          graph.Type
	Role          Role
	Layer         *Layer
	FanIn, FanOut int
	Init          Init
	Image         Shape // of a dense layer's weights after a flatten: the image that was flattened; else zero
	Offset        int   // of its first element in the flat vector of all parameters
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

// Error is a layer that does not fit, and its place.
type Error struct {
	Layer         *Layer
	Summary, Cure string
}

func (e *Error) Error() string { return e.Summary }
