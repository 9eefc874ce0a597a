package dynamics

import (
	"context"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/runtime/random"
)

// trained is a run on a small network with batch normalisation and dropout.
func trained(t *testing.T, workers int, edit func(*plan.Run)) (*plan.Run, Options) {
	t.Helper()
	set, err := dataset.Synthetic{Classes: 3, Limit: 24, Size: 8}.Load()
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
		{Kind: network.Dropout, Name: "dropout1", Rate: 0.2},
		{Kind: network.Dense, Name: "dense1", Units: 3, Bias: true},
	}}
	if err := net.Infer(); err != nil {
		t.Fatal(err)
	}
	f := &plan.Objective{
		Block:    plan.Block{Address: plan.Address{Noun: "objective", Name: "f"}},
		Training: &plan.Training{Network: &plan.Network{Network: net}, Data: &plan.Dataset{}, Loss: "mse", Batch: 12},
	}
	for _, p := range net.Params {
		f.Params = append(f.Params, plan.Param{Name: p.Name, Type: p.Type})
	}
	run := &plan.Run{
		Block: plan.Block{Address: plan.Address{Noun: "run", Name: "r"}}, Objective: f, Steps: 12, Every: 1, Seed: 5,
		Optimizer: &plan.Optimizer{Kind: "gd", LearningRate: number(0.1)},
		Probes:    []plan.Probe{{Name: "lambda", Kind: "sharpness", Every: 3}, {Name: "mean", Kind: "average", Every: 4, Over: 2}},
	}
	if edit != nil {
		edit(run)
	}
	machine := dense.NewMachine(workers)
	n, err := model.NewNetwork(f, set, machine, 9, nil)
	if err != nil {
		t.Fatal(err)
	}
	return run, Options{Objective: n, Machine: machine, Keep: []int{7}, Data: func(*plan.Dataset) (*dataset.Set, error) { return set, nil }}
}

// TestTrainByHand makes the steps of gradient descent one by one.
func TestTrainByHand(t *testing.T) {
	ctx := context.Background()
	run, opt := trained(t, 1, nil)
	n := opt.Objective.(*model.Network)
	x, g := make([]float64, n.Size()), make([]float64, n.Size())
	n.Start(x, run.Seed)
	var losses []float64
	for k := range run.Steps + 1 {
		n.Draw = uint64(k)
		loss, err := n.Gradient(ctx, g, x)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, loss)
		if k < run.Steps {
			for i := range x {
				x[i] -= 0.1 * g[i]
			}
		}
	}
	r, err := Run(ctx, run, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Loss.Data, losses) {
		t.Errorf("losses %v, want %v", r.Loss.Data, losses)
	}
	flat := make([]float64, n.Size())
	flatten(flat, run.Objective.Params, r.Final.Params)
	if !slices.Equal(flat, x) {
		t.Error("the run ends elsewhere than the steps made by hand")
	}
	if got := r.Probes["lambda"].Steps; !slices.Equal(got, []int{0, 3, 6, 9, 12}) {
		t.Errorf("sharpness at the steps %v", got)
	}
	if got := r.Probes["mean.loss"]; math.Abs(got.Data[1]-(losses[3]+losses[4])/2) > 1e-15 {
		t.Errorf("mean loss %v over steps 3 and 4, want %v", got.Data[1], (losses[3]+losses[4])/2)
	}
	if r.Stability.Data[0] != 20 {
		t.Errorf("stability %v, want 2/0.1", r.Stability.Data[0])
	}
}

var optimizers = map[string]func(*plan.Run){
	"gd": nil,
	"momentum": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "momentum", LearningRate: number(0.05), Momentum: number(0.9)}
	},
	"adam": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "adam", LearningRate: number(0.01), Beta1: number(0.9), Beta2: number(0.999), Epsilon: number(1e-8)}
	},
	"sgd": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "sgd", LearningRate: number(0.05), Momentum: number(0.5), Batch: 7, LabelNoise: number(0.1)}
		r.Objective.Data.Flip, r.Objective.Data.Crop = true, 1
	},
	"adamw": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "adamw", LearningRate: number(0.01), Beta1: number(0.9), Beta2: number(0.999), Epsilon: number(1e-8), WeightDecay: number(0.1)}
	},
	"adagrad": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "adagrad", LearningRate: number(0.01), Epsilon: number(1e-10)}
	},
	"sam": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "sam", LearningRate: number(0.05), Radius: number(0.1), Batch: 7}
	},
	"noise": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "sgd", LearningRate: number(0.05), Batch: 7, Noise: number(0.01)}
	},
	"map": ruledNetwork,
	"rmsprop, snapshots and path": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "rmsprop", LearningRate: number(0.01), Beta2: number(0.99), Epsilon: number(1e-8)}
		r.Snapshots = &plan.Snapshots{Every: 2}
		r.RecordPath = true
		r.Probes = append(r.Probes, plan.Probe{Name: "score", Kind: "test", Every: 5, Data: r.Objective.Data}, plan.Probe{Name: "moved", Kind: "distance", Every: 3})
	},
}

// flows are optimizers whose solver does not come with a state that is resumed.
var flows = map[string]func(*plan.Run){
	"gradient flow": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "gradient_flow", LearningRate: number(0.05), Tolerance: 1e-2}
	},
	"central flow": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "central_flow", Of: "gd", Top: 3, LearningRate: number(0.12), Tolerance: 1e-2}
	},
	"central flow of rmsprop": func(r *plan.Run) {
		r.Optimizer = &plan.Optimizer{Kind: "central_flow", Of: "rmsprop", Top: 3, LearningRate: number(0.003), Tolerance: 1e-2, Beta2: number(0.9), Epsilon: number(1e-4)}
	},
}

// TestTakenUp interrupts runs at every step, takes them up, and finds the bits
// of runs that were never interrupted, also with another number of workers.
func TestTakenUp(t *testing.T) {
	all := maps.Clone(optimizers)
	maps.Copy(all, flows)
	for name, edit := range all {
		t.Run(name, func(t *testing.T) {
			run, opt := trained(t, 1, edit)
			whole, err := Run(context.Background(), run, opt)
			if err != nil {
				t.Fatal(err)
			}
			rows := snapshotRows(t, whole)
			file := filepath.Join(t.TempDir(), "run.ckpt")
			stride := 2
			if flows[name] != nil {
				stride = 6 // they take long
			}
			for at := 1; at <= run.Steps; at += stride {
				os.Remove(file)
				run, opt := trained(t, 2, edit)
				opt.Checkpoint = file
				ctx, cancel := context.WithCancel(context.Background())
				opt.Progress = func(done, _ int) {
					if done == at {
						cancel()
					}
				}
				broken, err := Run(ctx, run, opt)
				if err != nil || broken.Status != Interrupted || broken.Steps != at-1 {
					t.Fatalf("interrupted at %d: %v, %v", at, broken, err)
				}
				if broken.Snapshots != nil {
					broken.Snapshots.Close(true)
				}
				run, opt = trained(t, 3, edit)
				opt.Checkpoint = file
				first := -1
				opt.Progress = func(done, _ int) {
					if first < 0 {
						first = done
					}
				}
				again, err := Run(context.Background(), run, opt)
				if err != nil {
					t.Fatal(err)
				}
				if at < run.Steps && first != at+1 {
					t.Fatalf("interrupted at %d, the run goes on with step %d", at, first)
				}
				sameTraining(t, whole, again)
				if !slices.Equal(rows, snapshotRows(t, again)) {
					t.Fatal("the snapshots differ")
				}
			}
		})
	}
}

// TestDistance: from the run's own start, unless it is from a point.
func TestDistance(t *testing.T) {
	run, opt := trained(t, 1, func(r *plan.Run) {
		r.RecordPath = true
		r.Probes = []plan.Probe{{Name: "moved", Kind: "distance", Every: 4}, {Name: "size", Kind: "distance", Every: 4, Point: make(plan.Point, len(r.Objective.Params))}}
		for i, p := range r.Objective.Params {
			g := graph.New()
			r.Probes[1].Point[i] = &plan.Expr{Graph: g, Root: g.Fill(p.Type, 0)}
		}
	})
	r, err := Run(context.Background(), run, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range r.Probes["moved"].Steps {
		moved, size := 0.0, 0.0
		for _, p := range r.Path {
			n := p.Type.Size()
			for j, v := range p.Data[k*n : (k+1)*n] {
				moved += (v - p.Data[j]) * (v - p.Data[j])
				size += v * v
			}
		}
		for name, want := range map[string]float64{"moved": moved, "size": size} {
			if got := r.Probes[name].Data[i]; math.Abs(got-math.Sqrt(want)) > 1e-14*math.Sqrt(want) {
				t.Errorf("%s at step %d is %v, want %v", name, k, got, math.Sqrt(want))
			}
		}
	}
}

// TestOtherRun: a checkpoint of a run that observed something else is passed over.
func TestOtherRun(t *testing.T) {
	probe := func(data *plan.Dataset, from float64) func(*plan.Run) {
		return func(r *plan.Run) {
			point := make(plan.Point, len(r.Objective.Params))
			for i, p := range r.Objective.Params {
				g := graph.New()
				point[i] = &plan.Expr{Graph: g, Root: g.Fill(p.Type, from)}
			}
			r.Probes = []plan.Probe{{Name: "score", Kind: "test", Every: 5, Data: data}, {Name: "away", Kind: "distance", Every: 1, Point: point}}
		}
	}
	old := probe(&plan.Dataset{Source: dataset.Teacher{Limit: 5}}, 1)
	for name, c := range map[string]struct {
		edit  func(*plan.Run)
		first int
	}{
		"the same":      {old, 6},
		"another point": {probe(&plan.Dataset{Source: dataset.Teacher{Limit: 5}}, 2), 1},
		"other data":    {probe(&plan.Dataset{Source: dataset.Teacher{Limit: 6}}, 1), 1},
	} {
		file := filepath.Join(t.TempDir(), "run.ckpt")
		run, opt := trained(t, 1, old)
		opt.Checkpoint = file
		ctx, cancel := context.WithCancel(context.Background())
		opt.Progress = func(done, _ int) {
			if done == 5 {
				cancel()
			}
		}
		if _, err := Run(ctx, run, opt); err != nil {
			t.Fatal(err)
		}
		run, opt = trained(t, 1, c.edit)
		opt.Checkpoint = file
		first := -1
		opt.Progress = func(done, _ int) {
			if first < 0 {
				first = done
			}
		}
		if _, err := Run(context.Background(), run, opt); err != nil || first != c.first {
			t.Errorf("%s: the run goes on with step %d, want %d; %v", name, first, c.first, err)
		}
	}
}

func snapshotRows(t *testing.T, r *Trajectory) []float64 {
	t.Helper()
	if r.Snapshots == nil {
		return nil
	}
	defer r.Snapshots.Close(false)
	var all []float64
	for i := range r.Snapshots.Len() {
		row := make([]float64, r.Snapshots.Dim())
		if err := r.Snapshots.Row(i, row); err != nil {
			t.Fatal(err)
		}
		all = append(append(all, float64(r.Snapshots.Step(i))), row...)
	}
	return all
}

func sameTraining(t *testing.T, a, b *Trajectory) {
	t.Helper()
	same := func(what string, x, y []float64) {
		t.Helper()
		if !slices.EqualFunc(x, y, func(p, q float64) bool { return math.Float64bits(p) == math.Float64bits(q) }) {
			t.Fatalf("%s differ: %v and %v", what, x, y)
		}
	}
	same("losses", a.Loss.Data, b.Loss.Data)
	same("norms", a.GradNorm.Data, b.GradNorm.Data)
	for _, name := range []string{"error", "oscillation", "complementarity"} {
		if s := *a.own(name); s != nil {
			same(name, s.Data, (*b.own(name)).Data)
		}
	}
	for name, s := range a.Probes {
		same(name, s.Data, b.Probes[name].Data)
		if !slices.Equal(s.Steps, b.Probes[name].Steps) {
			t.Fatalf("steps of %s differ", name)
		}
	}
	for name, s := range a.Path {
		same(name, s.Data, b.Path[name].Data)
	}
	for _, pair := range [][2]*State{{a.Final, b.Final}, {a.Kept[7], b.Kept[7]}} {
		same("losses of states", pair[0].Loss.Data, pair[1].Loss.Data)
		for name, p := range pair[0].Params {
			same(name, p.Data, pair[1].Params[name].Data)
		}
		for name, p := range pair[0].Buffers {
			same(name, p.Data, pair[1].Buffers[name].Data)
		}
	}
}

// TestForks: a run that resumes another from a kept state goes on with its bits.
func TestForks(t *testing.T) {
	for name, edit := range optimizers {
		t.Run(name, func(t *testing.T) {
			run, opt := trained(t, 1, edit)
			run.Probes = nil
			whole, err := Run(context.Background(), run, opt)
			if err != nil {
				t.Fatal(err)
			}
			snapshotRows(t, whole)
			rest, opt := trained(t, 1, edit)
			rest.Probes, rest.Steps, rest.Resume = nil, 5, &plan.Resume{At: 7}
			opt.From = whole.Kept[7]
			fork, err := Run(context.Background(), rest, opt)
			if err != nil {
				t.Fatal(err)
			}
			snapshotRows(t, fork)
			if !slices.Equal(fork.Loss.Data, whole.Loss.Data[7:]) {
				t.Errorf("losses %v of the fork, %v of the whole run", fork.Loss.Data, whole.Loss.Data[7:])
			}
		})
	}
}

// TestTrainDiverges: a rate far too large ends the run, and what was recorded is
// kept.
func TestTrainDiverges(t *testing.T) {
	run, opt := trained(t, 1, func(r *plan.Run) {
		r.Optimizer.LearningRate = number(1e200)
		r.Probes = nil
	})
	r, err := Run(context.Background(), run, opt)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != Diverged || r.Final != nil || r.Divergence == nil || len(r.Loss.Data) != r.Steps+1 || r.Loss.Data[0] == 0 {
		t.Fatalf("%+v", r)
	}
}

// TestAverageOfAStop: a run that stops between two windows averages the state
// that it stops at, not nothing.
func TestAverageOfAStop(t *testing.T) {
	run, opt := trained(t, 1, func(r *plan.Run) {
		r.Stop = lawOf(func(m maths) graph.ID { return m.op(graph.Ge, m.in("t"), m.Const(6)) })
		r.Probes = []plan.Probe{{Name: "mean", Kind: "average", Every: 10, Over: 2}}
	})
	r, err := Run(context.Background(), run, opt)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != Stopped || r.Steps != 6 {
		t.Fatalf("the run ended as %s at step %d", r.Status, r.Steps)
	}
	last := r.Loss.Data[6]
	for _, name := range []string{"mean", "mean.loss", "mean.at_mean"} {
		s := r.Probes[name]
		if got := s.Data[len(s.Data)-1]; math.Abs(got-last) > 1e-15 {
			t.Errorf("%s is %v, and the loss at the stop %v", name, got, last)
		}
	}
}

// ruledNetwork is momentum with noise as a rule on a network.
func ruledNetwork(r *plan.Run) {
	n := 0
	for _, p := range r.Objective.Params {
		n += p.Type.Size()
	}
	flat := graph.Of(n)
	r.Optimizer = &plan.Optimizer{Kind: "map", LearningRate: number(0.05),
		State: []plan.StateVariable{{Name: "v", Value: lawOf(func(m maths) graph.ID { return m.mul(m.Const(0.5), m.Input("params", flat)) })}},
		Updates: []plan.Update{
			{Name: "v", Value: lawOf(func(m maths) graph.ID {
				noise := m.mul(m.Const(0.01), m.Input("noise", flat))
				return m.add(m.mul(m.Const(0.9), m.Input("v", flat)), m.add(m.Input("gradient", flat), noise))
			})},
			{Name: "params", Value: lawOf(func(m maths) graph.ID {
				return m.sub(m.Input("params", flat), m.mul(m.in("learning_rate"), m.Input("v", flat)))
			})},
		}}
}

// TestTrainSamByHand makes the steps of sam on mini-batches one by one: both
// gradients are of the same samples, with the same units dropped.
func TestTrainSamByHand(t *testing.T) {
	ctx := context.Background()
	run, opt := trained(t, 1, optimizers["sam"])
	run.Optimizer.Radius = piecewise([]float64{0.1, 0.3}, []float64{4})
	n := opt.Objective.(*model.Network)
	r, err := Run(ctx, run, opt)
	if err != nil {
		t.Fatal(err)
	}
	batches, err := newMinibatches(run, n, &opt)
	if err != nil {
		t.Fatal(err)
	}
	x, y, g := make([]float64, n.Size()), make([]float64, n.Size()), make([]float64, n.Size())
	n.Start(x, run.Seed)
	for k := range run.Steps {
		n.Draw = uint64(k)
		loss, err := batches.gradient(ctx, g, x, k, k)
		if err != nil {
			t.Fatal(err)
		}
		if loss != r.Loss.Data[k] {
			t.Fatalf("loss %v at step %d, want %v", r.Loss.Data[k], k, loss)
		}
		norm, radius := 0.0, map[bool]float64{true: 0.1, false: 0.3}[k < 4]
		for _, v := range g {
			norm += v * v
		}
		for i := range x {
			y[i] = x[i] + radius/math.Sqrt(norm)*g[i]
		}
		if _, err = batches.gradient(ctx, g, y, k, k); err != nil {
			t.Fatal(err)
		}
		for i := range x {
			x[i] -= 0.05 * g[i]
		}
	}
	flat := make([]float64, n.Size())
	flatten(flat, run.Objective.Params, r.Final.Params)
	if !slices.Equal(flat, x) {
		t.Error("the run ends elsewhere than the steps made by hand")
	}
	eta, g0 := 0.05, r.GradNorm.Data[0]
	if want := g0 / 0.2 * (math.Sqrt(1+0.8/(eta*g0)) - 1); math.Abs(r.Stability.Data[0]-want) > 1e-12*want {
		t.Errorf("stability %v, want %v", r.Stability.Data[0], want)
	}
}

// A rule on a network goes on its gradient and numbers of its own; what it asks
// elsewhere is refused.
func TestTrainRule(t *testing.T) {
	ctx := context.Background()
	run, opt := trained(t, 1, ruledNetwork)
	n := opt.Objective.(*model.Network)
	r, err := Run(ctx, run, opt)
	if err != nil {
		t.Fatal(err)
	}
	size := n.Size()
	x, v, g, xi := make([]float64, size), make([]float64, size), make([]float64, size), make([]float64, size)
	n.Start(x, run.Seed)
	for i := range v {
		v[i] = 0.5 * x[i]
	}
	for k := range run.Steps {
		n.Draw = uint64(k)
		if _, err := n.Gradient(ctx, g, x); err != nil {
			t.Fatal(err)
		}
		random.New(run.Seed, "drawn noise").Normals(xi, uint64(k), 0, 0)
		for i := range x {
			v[i] = 0.9*v[i] + (g[i] + 0.01*xi[i])
			x[i] -= 0.05 * v[i]
		}
	}
	flat := make([]float64, size)
	flatten(flat, run.Objective.Params, r.Final.Params)
	for i := range x {
		if math.Abs(flat[i]-x[i]) > 1e-12 {
			t.Fatalf("parameter %d is %v, want %v", i, flat[i], x[i])
		}
	}
	if len(r.Final.Buffers["state v"].Data) != size {
		t.Error("the final state lacks the rule's own")
	}
	run.Optimizer.Queries = []plan.Query{{Input: "g", What: "gradient", Point: number(0)}}
	if _, err := Run(ctx, run, opt); err == nil || !strings.Contains(err.Error(), "for a network a rule has loss and gradient at the state alone") {
		t.Errorf("a question to a network: %v", err)
	}
}
