package model

import (
	"context"
	"testing"

	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// wide is the network 3072-200-200-10 on 5,000 samples, in binary32.
func wide(b *testing.B) (n *Network, x []float64) {
	net := &network.Network{Single: true, Input: network.Shape{H: 32, W: 32, C: 3}, Layers: []*network.Layer{
		{Kind: network.Flatten, Name: "flatten1"},
		{Kind: network.Dense, Name: "dense1", Units: 200, Bias: true, Function: "tanh"},
		{Kind: network.Dense, Name: "dense2", Units: 200, Bias: true, Function: "tanh"},
		{Kind: network.Dense, Name: "dense3", Units: 10, Bias: true},
	}}
	if err := net.Infer(); err != nil {
		b.Fatal(err)
	}
	set := &dataset.Set{X: make([]float32, 5000*3072), Shape: [3]int{32, 32, 3}, Labels: make([]int, 5000), Classes: 10}
	for i := range set.X {
		set.X[i] = float32(i%977)/488 - 1
	}
	for i := range set.Labels {
		set.Labels[i] = i % 10
	}
	f := &plan.Objective{Training: &plan.Training{Network: &plan.Network{Network: net}, Loss: "mse"}}
	n, err := NewNetwork(f, set, dense.NewMachine(2), 0, nil)
	if err != nil {
		b.Fatal(err)
	}
	x = make([]float64, n.Size())
	n.Start(x, 0)
	return n, x
}

// BenchmarkPoint is a point of a landscape in two directions: on the plane, whose
// first products are computed once, and as a loss of its own.
func BenchmarkPoint(b *testing.B) {
	ctx := context.Background()
	n, x := wide(b)
	along := [][]float64{randomVector(n.Size(), "a"), randomVector(n.Size(), "b")}
	b.Run("plane", func(b *testing.B) {
		plane, err := n.Plane(ctx, x, along, false)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, _, err := plane.At(ctx, 1e-3, 2e-3); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("loss", func(b *testing.B) {
		for b.Loop() {
			if _, err := n.Value(ctx, moved(moved(x, 1e-3, along[0]), 2e-3, along[1])); err != nil {
				b.Fatal(err)
			}
		}
	})
}
