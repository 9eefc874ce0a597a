package model

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/runtime/random"
)

// convolutional is a small network with batch normalisation and, on demand,
// dropout, on images of 8 x 8.
func convolutional(t *testing.T, samples int, edit func(*plan.Objective)) *Network {
	t.Helper()
	set, err := dataset.Synthetic{Classes: 3, Limit: samples, Size: 8}.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Standardize(dataset.PerPixel); err != nil {
		t.Fatal(err)
	}
	net := &network.Network{Input: network.Shape{H: 8, W: 8, C: 3}, Layers: []*network.Layer{
		{Kind: network.Conv, Name: "conv1", Channels: 4, Kernel: [2]int{3, 3}, Stride: 1, Padding: 1, Groups: 1, Bias: true},
		{Kind: network.BatchNorm, Name: "batch_norm1", Epsilon: 1e-5, Function: "tanh"},
		{Kind: network.MaxPool, Name: "max_pool1", Kernel: [2]int{2, 2}, Stride: 2},
		{Kind: network.Flatten, Name: "flatten1"},
		{Kind: network.Dense, Name: "dense1", Units: 3, Bias: true},
	}}
	f := &plan.Objective{Training: &plan.Training{Network: &plan.Network{Network: net}, Loss: "cross_entropy", Batch: 5}}
	if edit != nil {
		edit(f)
	}
	if err := net.Infer(); err != nil {
		t.Fatal(err)
	}
	n, err := NewNetwork(f, set, dense.NewMachine(2), 7, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func perceptron(f *plan.Objective) {
	f.Network.Layers = []*network.Layer{
		{Kind: network.Flatten, Name: "flatten1"},
		{Kind: network.Dense, Name: "dense1", Units: 7, Bias: true, Function: "tanh"},
		{Kind: network.Dense, Name: "dense2", Units: 3, Bias: true},
	}
	f.Loss = "mse"
}

func randomVector(n int, label string) []float64 {
	s := random.New(1, label)
	v := make([]float64, n)
	for i := range v {
		v[i] = s.Normal(uint64(i), 0)
	}
	return v
}

func moved(x []float64, s float64, v []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] + s*v[i]
	}
	return y
}

func inner(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

var kinds = map[string]func(*plan.Objective){
	"convolutional": nil,
	"perceptron":    perceptron,
	"dropout": func(f *plan.Objective) {
		perceptron(f)
		l := f.Network.Layers
		f.Network.Layers = []*network.Layer{l[0], l[1], {Kind: network.Dropout, Name: "dropout1", Rate: 0.5}, l[2]}
	},
	"declared batch of all": func(f *plan.Objective) { f.Batch = 0 },
}

// TestDerivatives holds the gradient and the Hessian to differences of values
// and of gradients, over several batches, the last one smaller.
func TestDerivatives(t *testing.T) {
	ctx := context.Background()
	for name, edit := range kinds {
		t.Run(name, func(t *testing.T) {
			n := convolutional(t, 13, edit)
			x := make([]float64, n.Size())
			n.Start(x, 3)
			v := randomVector(n.Size(), "direction")
			g, up, down := make([]float64, n.Size()), make([]float64, n.Size()), make([]float64, n.Size())
			loss, err := n.Gradient(ctx, g, x)
			if err != nil {
				t.Fatal(err)
			}
			value, err := n.Value(ctx, x)
			if err != nil || math.Abs(value-loss) > 1e-14*math.Abs(loss) {
				t.Fatalf("Value gives %v (%v), Gradient %v", value, err, loss)
			}
			const h = 1e-5
			a, _ := n.Gradient(ctx, up, moved(x, h, v))
			b, _ := n.Gradient(ctx, down, moved(x, -h, v))
			if got, want := inner(g, v), (a-b)/(2*h); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("slope %v, differences give %v", got, want)
			}
			op, err := n.Hessian(ctx, x)
			if err != nil {
				t.Fatal(err)
			}
			hv := make([]float64, n.Size())
			if err := op.Apply(hv, v); err != nil {
				t.Fatal(err)
			}
			worst, scale := 0.0, 0.0
			for i := range hv {
				worst = max(worst, math.Abs(hv[i]-(up[i]-down[i])/(2*h)))
				scale = max(scale, math.Abs(hv[i]))
			}
			if worst > 1e-6*scale {
				t.Errorf("the product of the Hessian differs by %v of %v", worst, scale)
			}
			// The plane is the same function, and its curvature the same Hessian.
			w := randomVector(n.Size(), "other")
			for _, along := range [][][]float64{{v}, {v, w}} {
				plane, err := n.Plane(ctx, x, along, true)
				if err != nil {
					t.Fatal(err)
				}
				at := []float64{0.3, -0.2}[:len(along)]
				y := x
				for k := range along {
					y = moved(y, at[k], along[k])
				}
				want, _ := n.Value(ctx, y)
				got, bend, err := plane.At(ctx, at...)
				if err != nil || math.Abs(got-want) > 1e-12*math.Abs(want) {
					t.Errorf("on the plane %v (%v), at the point %v", got, err, want)
				}
				op, _ := n.Hessian(ctx, y)
				for k := range along {
					_ = op.Apply(hv, along[k])
					if want := inner(along[k], hv); math.Abs(bend[k]-want) > 1e-9*(1+math.Abs(want)) {
						t.Errorf("curvature %v along axis %d, want %v", bend[k], k, want)
					}
				}
			}
		})
	}
}

// TestMinibatchOfAll: a mini-batch of all samples in their order is the whole loss,
// bit for bit.
func TestMinibatchOfAll(t *testing.T) {
	ctx := context.Background()
	n := convolutional(t, 12, func(f *plan.Objective) { f.Batch = 0 })
	x := make([]float64, n.Size())
	n.Start(x, 3)
	all := make([]int, 12)
	for i := range all {
		all[i] = i
	}
	g, s := make([]float64, n.Size()), make([]float64, n.Size())
	want, err := n.Gradient(ctx, g, x)
	if err != nil {
		t.Fatal(err)
	}
	got, err := n.Stochastic(ctx, s, x, Minibatch{Samples: all})
	if err != nil || got != want {
		t.Fatalf("a mini-batch of all samples has the loss %v (%v), want %v", got, err, want)
	}
	for i := range g {
		if g[i] != s[i] {
			t.Fatalf("element %d of the gradient is %v, want %v", i, s[i], g[i])
		}
	}
}

// TestScore computes the score of the training samples by hand where no layer
// makes a difference between training and evaluation.
func TestScore(t *testing.T) {
	ctx := context.Background()
	n := convolutional(t, 20, func(f *plan.Objective) { perceptron(f); f.Batch = 0 })
	x := make([]float64, n.Size())
	n.Start(x, 3)
	want, _ := n.Value(ctx, x)
	s, err := n.Test(ctx, x, n.Set)
	if err != nil || math.Abs(s.Loss-want) > 1e-14*want {
		t.Fatalf("score %v (%v), want the loss %v", s, err, want)
	}
	for i := range 200 {
		g := make([]float64, n.Size())
		if _, err := n.Gradient(ctx, g, x); err != nil {
			t.Fatal(err)
		}
		x = moved(x, -0.05, g)
		_ = i
	}
	after, _ := n.Test(ctx, x, n.Set)
	if !(after.Accuracy > s.Accuracy && after.Accuracy > 0.8) {
		t.Errorf("accuracy %v before training, %v after", s.Accuracy, after.Accuracy)
	}
}

// TestPopulation: with one batch of all samples the statistics of the population
// are those of the batch, so that training and evaluation agree.
func TestPopulation(t *testing.T) {
	ctx := context.Background()
	n := convolutional(t, 20, func(f *plan.Objective) { f.Batch = 0 })
	x := make([]float64, n.Size())
	n.Start(x, 3)
	want, _ := n.Value(ctx, x)
	s, err := n.Test(ctx, x, n.Set)
	if err != nil || math.Abs(s.Loss-want) > 1e-12*want {
		t.Fatalf("score %v (%v), want the loss %v", s, err, want)
	}
	n = convolutional(t, 20, nil) // batches of 5: their variances lack that of their means
	if s, err = n.Test(ctx, x, n.Set); err != nil || math.Abs(s.Loss-want) > 1e-12*want {
		t.Fatalf("over several batches the score is %v (%v), want the loss %v", s, err, want)
	}
}

// TestTooLarge: a network that does not fit says so, with the figures, before
// anything is computed.
func TestTooLarge(t *testing.T) {
	n := convolutional(t, 20, nil)
	n.machine.Limit = 1 << 10
	_, err := n.Gradient(context.Background(), make([]float64, n.Size()), make([]float64, n.Size()))
	var e *network.Error
	if !errors.As(err, &e) || !strings.Contains(e.Summary, "on a batch of 5 samples needs") || !strings.Contains(e.Cure, "batch = ") {
		t.Fatalf("%v", err)
	}
}
