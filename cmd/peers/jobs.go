package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/kernel/tensor"
	"relief/runtime/model"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/runtime/random"
	"relief/runtime/spectral"
)

// jobs are what is measured, by the names of the peer's script.
var jobs = []struct{ name, text string }{
	{"matmul", "matrix product 5000 x 3072 x 200"},
	{"conv", "convolution 64 to 64 channels, 3 x 3, 64 images of 32 x 32, with both gradients"},
	{"mlp", "step of gradient descent, 3072-200-200-10, 5,000 samples"},
	{"cnn", "step of gradient descent, 32-64-128 with batch norm, 256 images"},
	{"mlp-hvp", "Hessian-vector product of the first network, at one point"},
	{"cnn-hvp", "Hessian-vector product of the second network, at one point"},
}

// measure prints the median and minimum of a job in milliseconds and the peak
// memory of the process in MiB.
func measure(name string, single bool, threads, repetitions int) error {
	var once func() error
	var err error
	switch {
	case single && name == "matmul":
		once = product[float32](threads)
	case name == "matmul":
		once = product[float64](threads)
	case single && name == "conv":
		once, err = convolution[float32](threads)
	case name == "conv":
		once, err = convolution[float64](threads)
	default:
		once, err = training(name, single, threads)
	}
	if err != nil {
		return err
	}
	var times []float64
	for i := range repetitions + 2 {
		began := time.Now()
		if err := once(); err != nil {
			return err
		}
		if i >= 2 {
			times = append(times, 1e3*time.Since(began).Seconds())
		}
	}
	slices.Sort(times)
	debug.FreeOSMemory()
	_, err = fmt.Println(times[len(times)/2], times[0], peakMemory())
	return err
}

func filled[T tensor.Float](n int, label string) []T {
	s := random.New(0, label)
	v := make([]T, n)
	for i := range v {
		v[i] = T(s.Normal(uint64(i), 0))
	}
	return v
}

func product[T tensor.Float](threads int) func() error {
	const m, k, n = 5000, 3072, 200
	ws := tensor.NewWorkspace[T](threads, tensor.MatMulScratch[T](m, n, k, threads))
	a, b, c := tensor.Dense(filled[T](m*k, "a"), m, k), tensor.Dense(filled[T](k*n, "b"), k, n), tensor.Dense(make([]T, m*n), m, n)
	return func() error { tensor.MatMul(ws, c, a, b, tensor.Epilogue[T]{}); return nil }
}

func convolution[T tensor.Float](threads int) (func() error, error) {
	x := tensor.Image{N: 64, H: 32, W: 32, C: 64, Border: 1}
	cv, err := tensor.NewConvolution(x, 64, tensor.Window{H: 3, W: 3, Stride: 1, Pad: 1}, 1, 1)
	if err != nil {
		return nil, err
	}
	ws := tensor.NewWorkspace[T](threads, max(tensor.ConvScratch[T](cv), tensor.ConvGradWeightsScratch[T](cv, threads)))
	images, dy := make([]T, x.Len()), make([]T, cv.Y.Len())
	for _, p := range []struct {
		data []T
		g    tensor.Image
	}{{images, x}, {dy, cv.Y}} {
		values := filled[T](p.g.W*p.g.C, "pixels")
		for r := range p.g.N * p.g.H {
			copy(p.data[p.g.At(r/p.g.H, r%p.g.H, 0):], values)
		}
	}
	w, dw := filled[T](cv.WeightLen(), "weights"), make([]T, cv.WeightLen())
	y, dx := make([]T, cv.Y.Len()), make([]T, x.Len())
	return func() error {
		tensor.Conv(ws, cv, y, images, w, tensor.Epilogue[T]{})
		tensor.ConvGradInput(ws, cv, dx, dy, w, cv.Y, false)
		tensor.ConvGradWeights(ws, cv, dw, images, dy, cv.Y, false)
		return nil
	}, nil
}

// training is a step of gradient descent on a network, or a product with its
// Hessian.
func training(name string, single bool, threads int) (func() error, error) {
	net := &network.Network{Single: single, Input: network.Shape{H: 32, W: 32, C: 3}}
	samples := 5000
	if name[:3] == "mlp" {
		net.Layers = []*network.Layer{
			{Kind: network.Flatten, Name: "flatten1"},
			{Kind: network.Dense, Name: "dense1", Units: 200, Bias: true, Function: "relu"},
			{Kind: network.Dense, Name: "dense2", Units: 200, Bias: true, Function: "relu"},
		}
	} else {
		samples = 256
		for i, channels := range []int{32, 64, 128} {
			net.Layers = append(net.Layers,
				&network.Layer{Kind: network.Conv, Name: fmt.Sprint("conv", i), Channels: channels, Kernel: [2]int{3, 3}, Stride: 1, Padding: 1, Groups: 1, Bias: true},
				&network.Layer{Kind: network.BatchNorm, Name: fmt.Sprint("norm", i), Epsilon: 1e-5, Function: "relu"},
				&network.Layer{Kind: network.MaxPool, Name: fmt.Sprint("pool", i), Kernel: [2]int{2, 2}, Stride: 2})
		}
		net.Layers = append(net.Layers, &network.Layer{Kind: network.Flatten, Name: "flatten1"})
	}
	net.Layers = append(net.Layers, &network.Layer{Kind: network.Dense, Name: "dense9", Units: 10, Bias: true})
	if err := net.Infer(); err != nil {
		return nil, err
	}
	set := &dataset.Set{X: filled[float32](samples*3072, "samples"), Shape: [3]int{32, 32, 3}, Labels: make([]int, samples), Classes: 10}
	for i := range set.Labels {
		set.Labels[i] = i % 10
	}
	f := &plan.Objective{Training: &plan.Training{Network: &plan.Network{Network: net}, Loss: "cross_entropy"}}
	n, err := model.NewNetwork(f, set, dense.NewMachine(threads), 0, nil)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	x, g := make([]float64, n.Size()), make([]float64, n.Size())
	n.Start(x, 0)
	if len(name) == 3 {
		return func() error {
			if _, err := n.Gradient(ctx, g, x); err != nil {
				return err
			}
			for i := range x {
				x[i] -= 0.01 * g[i]
			}
			return nil
		}, nil
	}
	var h spectral.Operator
	if h, err = n.Hessian(ctx, x); err != nil {
		return nil, err
	}
	v := make([]float64, n.Size())
	for i := range v {
		v[i] = 1
	}
	return func() error { return h.Apply(g, v) }, nil
}
