// Package networktest gives tests the networks of testdata/golden.json, with what
// PyTorch computes of them in binary64. golden.py beside it makes the file.
package networktest

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"relief/runtime/network"
)

//go:embed testdata/golden.json
var file []byte

// Golden is a network on data, and values that PyTorch gives: of the mean loss
// over the samples, batch norms in train mode. Vectors of parameters are flat, in
// the order of Network.Params.
type Golden struct {
	Name    string
	Network *network.Network
	Loss    string    // for network.Loss
	Samples int       // in one batch
	X       []float64 // Samples x H x W x C, or Samples x units
	Targets []float64 // Samples x Outputs
	Outputs int
	Point   []float64 // the parameters
	Vector  []float64 // a direction

	Logits      []float64 // Samples x Outputs
	Value       float64
	Gradient    []float64
	HVP         []float64 // the Hessian times Vector
	GaussNewton []float64 // the Gauss-Newton matrix times Vector
	Third       float64   // the third derivative along Vector
	Top         []float64 // the greatest eigenvalues of the Hessian, from the largest down
	Rate        float64
	Descent     []float64 // the losses of gradient descent from Point with Rate, that of Point first
	Slice       []float64 // the losses at Point + s Rate Gradient, s evenly from -1 to 1
}

// Activation is an activation at points off its kinks, 0 excepted.
type Activation struct {
	Function    string
	Slope       float64
	Points      []float64
	Derivatives [][]float64 // of order 0 to 3, at each point
}

// Fans are those that PyTorch takes for the weights of a conv.
type Fans struct {
	Kernel, Input, Channels, Groups int
	FanIn                           int `json:"fan_in"`
	FanOut                          int `json:"fan_out"`
}

// Facts are the other values of the file.
type Facts struct {
	Activations []Activation
	Sizes       map[string]int // parameters of standard networks
	Fans        []Fans
	Gains       map[string]float64 // by activation, leaky_relu with slope 0.2
}

// entry is a network as the file has it.
type entry struct {
	Name       string
	Input      [3]int
	Samples    int
	Loss       string
	Rate       float64
	Layers     []layer
	Outputs    int
	Parameters []struct {
		Name         string
		Shape        []int
		Seed         uint64
		Scale, Shift float64
	}
	Targets, Logits []float64
	Value           float64
	Gradient        []float64
	Top             []float64
	HVP             []float64
	GaussNewton     []float64 `json:"gauss_newton"`
	Third           float64
	Descent, Slice  []float64
}

// layer is a layer as the file has it.
type layer struct {
	Kind, Name, Function                             string
	Units, Channels, Kernel, Stride, Padding, Groups int
	Bias                                             *bool
	Slope, Epsilon                                   float64
	Branches                                         [][]layer
}

// Goldens are the networks of the file. Each call makes new ones.
func Goldens() ([]*Golden, error) {
	var all struct{ Networks []entry }
	if err := json.Unmarshal(file, &all); err != nil {
		return nil, err
	}
	var out []*Golden
	for _, e := range all.Networks {
		g, err := e.golden()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		out = append(out, g)
	}
	return out, nil
}

// LoadFacts reads the other values of the file.
func LoadFacts() (Facts, error) {
	var f Facts
	err := json.Unmarshal(file, &f)
	return f, err
}

func (e *entry) golden() (*Golden, error) {
	n := &network.Network{Input: network.Shape{H: e.Input[0], W: e.Input[1], C: e.Input[2]}, Layers: layers(e.Layers)}
	n.Input.Flat = n.Input.H == 1 && n.Input.W == 1
	if err := n.Infer(); err != nil {
		return nil, err
	}
	g := &Golden{
		Name: e.Name, Network: n, Loss: e.Loss, Samples: e.Samples, X: Numbers(1, e.Samples*n.Input.Size()), Targets: e.Targets, Outputs: e.Outputs,
		Vector: Numbers(3, n.Size), Logits: e.Logits, Value: e.Value, Gradient: e.Gradient, HVP: e.HVP, GaussNewton: e.GaussNewton,
		Third: e.Third, Top: e.Top, Rate: e.Rate, Descent: e.Descent, Slice: e.Slice,
	}
	if len(e.Parameters) != len(n.Params) {
		return nil, fmt.Errorf("%d parameters in the file, %d in the network", len(e.Parameters), len(n.Params))
	}
	for i, p := range e.Parameters {
		if q := n.Params[i]; q.Name != p.Name || fmt.Sprint(q.Type.Dims()) != fmt.Sprint(p.Shape) {
			return nil, fmt.Errorf("parameter %d is %s of %v in the file and %s of %v in the network", i, p.Name, p.Shape, q.Name, q.Type.Dims())
		}
		for _, v := range Numbers(p.Seed, n.Params[i].Type.Size()) {
			g.Point = append(g.Point, float64(v*p.Scale)+p.Shift)
		}
	}
	return g, nil
}

func layers(from []layer) []*network.Layer {
	var out []*network.Layer
	for _, l := range from {
		to := &network.Layer{
			Kind: network.Kind(l.Kind), Name: l.Name, Function: l.Function, Units: l.Units, Channels: l.Channels, Kernel: [2]int{l.Kernel, l.Kernel},
			Stride: max(1, l.Stride), Padding: l.Padding, Groups: max(1, l.Groups), Bias: l.Bias == nil || *l.Bias, Slope: l.Slope, Epsilon: 1e-5,
		}
		for _, b := range l.Branches {
			to.Branches = append(to.Branches, layers(b))
		}
		out = append(out, to)
	}
	return out
}

// Numbers are in [-1, 1): Knuth's MMIX generator, the upper 53 bits of each
// state, as in golden.py.
func Numbers(seed uint64, count int) []float64 {
	out := make([]float64, count)
	for i := range out {
		seed = seed*6364136223846793005 + 1442695040888963407
		out[i] = float64(seed>>11)*0x1p-52 - 1
	}
	return out
}
