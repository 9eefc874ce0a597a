package store

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relief/runtime/array"
	"relief/runtime/dataset"
	"relief/runtime/engine"
	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/runtime/weights"
)

// trained is the results of a study of a network, made by hand: a run with a
// state that others ask for, a spectrum, a projection of two runs, a landscape
// with the path of a run, and data.
func trained(t testing.TB) *engine.Results {
	t.Helper()
	net := &network.Network{Input: network.Shape{H: 2, W: 2, C: 3}, Single: true, Layers: []*network.Layer{
		{Kind: network.Flatten, Name: "flatten1"},
		{Kind: network.Dense, Name: "dense1", Units: 2, Bias: true},
	}}
	if err := net.Infer(); err != nil {
		t.Fatal(err)
	}
	block := func(noun, name string) plan.Block {
		return plan.Block{Address: plan.Address{Noun: noun, Name: name}}
	}
	samples := &plan.Dataset{Block: block("dataset", "made"), Kind: "synthetic", Seed: 3}
	set := &dataset.Set{X: []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24}, Shape: [3]int{2, 2, 3}, Labels: []int{0, 1}, Classes: 2}
	if err := set.Standardize(dataset.PerChannel); err != nil {
		t.Fatal(err)
	}
	training := &plan.Objective{Block: block("objective", "training"), Training: &plan.Training{Network: &plan.Network{Block: block("network", "net"), Network: net}, Data: samples, Loss: "mse"}}
	for _, p := range net.Params {
		training.Params = append(training.Params, plan.Param{Name: p.Name, Type: p.Type})
	}
	state := func(step int) *engine.State {
		s := &engine.State{Step: step, Loss: array.Scalar(1 / float64(1+step)), GradNorm: array.Scalar(0.5)}
		for _, p := range net.Params {
			values := count(p.Type.Size())
			for i := range values {
				values[i] += 0.1 * float64(step)
			}
			s.Params = append(s.Params, engine.Named{Name: p.Name, Value: array.New(p.Type, values)})
		}
		return s
	}
	steps := []int{0, 4, 8}
	number := func(v ...float64) *array.Array { return array.Series(graph.Number, steps[:len(v)], v) }
	vector := func(v ...float64) *array.Array { return array.New(graph.Of(len(v)), v) }
	run := &engine.RunResult{
		Plan: &plan.Run{Block: block("run", "gd"), Objective: training, Steps: 8}, Status: engine.OK, Steps: 8, Seed: 5,
		Series: []engine.Series{
			{Path: []string{"loss"}, Values: number(1, 0.5, 0.25)},
			{Path: []string{"probe", "lambda"}, Values: array.Series(graph.Of(2), []int{0, 8}, []float64{3, 2, 5, 4})},
			{Path: []string{"probe", "lambda", "products"}, Values: array.Series(graph.Number, []int{0, 8}, []float64{12, 7})},
		},
		Final: state(8), Kept: []*engine.State{state(4)},
	}
	after := plan.Address{Noun: "run", Name: "after", Key: "4", Keyed: true}
	short := &engine.RunResult{Plan: &plan.Run{Block: plan.Block{Address: after}, Objective: training, Steps: 4}, Status: engine.Interrupted, Steps: 2}
	s := &plan.Study{Name: "trained", File: "trained.hcl", Sources: map[string][]byte{"trained.hcl": []byte("study {}\n")}}
	s.Datasets, s.Networks, s.Objectives = []*plan.Dataset{samples}, []*plan.Network{training.Network}, []*plan.Objective{training}
	s.Spectra = []*plan.Spectrum{{Block: block("spectrum", "end"), Objective: training, Seed: 9}}
	return &engine.Results{
		Study: s, Status: engine.Interrupted, Runs: []*engine.RunResult{run, short},
		Landscapes: []*engine.LandscapeResult{{
			Plan:   &plan.Landscape{Block: block("landscape", "line"), Axes: []plan.Axis{{Label: "s", Points: 3, Word: "random", Seed: 11}}},
			Status: engine.OK, Positions: [][]float64{{-1, 0, 1}},
			Fields: []engine.Named{{Name: "path.gd.s", Value: number(0, 1, 2)}, {Name: "path.gd.distance", Value: number(3, 4, 5)}, {Name: "loss", Value: vector(7, 6, 8)}},
		}},
		Analyses: []*engine.AnalysisResult{
			{Address: s.Spectra[0].Address, Status: engine.OK, Fields: []engine.Named{
				{Name: "top", Value: vector(5, 4)}, {Name: "top_residual", Value: vector(1e-9, 2e-9)}, {Name: "trace", Value: array.Scalar(9.5)},
				{Name: "eigenvalue", Value: vector(-1, 0, 1)}, {Name: "density", Value: vector(0.25, 0.5, 0.25)}, {Name: "products", Value: array.Scalar(40)},
			}},
			{Address: plan.Address{Noun: "projection", Name: "plane"}, Status: engine.OK, Fields: []engine.Named{
				{Name: "variance", Value: vector(0.9)}, {Name: "run.gd.a", Value: number(0, 1, 2)}, {Name: "run.after.4.a", Value: number(2, 3)},
			}},
		},
		Datasets: []*engine.DatasetResult{{Plan: samples, Samples: 2, Shape: set.Shape, Classes: 2, Digest: set.Digest, Stats: set.Stats}},
		Timings:  []engine.Timing{{Block: run.Plan.Address, End: 1, Status: engine.OK}},
	}
}

// TestNetworks: the parameters of a network are files of their own, not numbers
// in results.json, and read back exactly; what is of other lengths than a block's
// samples has a table of its own.
func TestNetworks(t *testing.T) {
	res := trained(t)
	w, err := Write(context.Background(), res, Options{Dir: t.TempDir(), Version: "1.2.3", CSV: true})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "trained.json", read(t, w.Dir, "results.json"))
	for name, want := range map[string]string{
		"run.gd.csv":                 "t,loss,lambda_0,lambda_1,lambda.products\n0,1,3,2,12\n4,0.5,,,\n8,0.25,5,4,7\n",
		"landscape.line.csv":         "s,loss\n-1,7\n0,6\n1,8\n",
		"landscape.line.paths.csv":   "t,gd.s,gd.distance\n0,0,3\n4,1,4\n8,2,5\n",
		"spectrum.end.csv":           "i,top,top_residual,eigenvalue,density\n0,5,1e-09,-1,0.25\n1,4,2e-09,0,0.5\n2,,,1,0.25\n",
		"projection.plane.csv":       "i,variance\n0,0.9\n",
		"projection.plane.paths.csv": "t,gd.a,after.4.a\n0,0,2\n4,1,3\n8,2,\n",
	} {
		if d := cmp.Diff(want, string(read(t, w.Dir, "data", name))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if name := "data/" + strings.TrimSuffix(name, "csv") + "parquet"; !slices.Contains(w.Files, name) {
			t.Errorf("%s is missing", name)
		}
	}
	net := res.Study.Networks[0].Network
	for name, state := range map[string]*engine.State{"run.gd.safetensors": res.Runs[0].Final, "run.gd.at.4.safetensors": res.Runs[0].Kept[0]} {
		f, err := weights.Read(filepath.Join(w.Dir, "data", name))
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, net.Size)
		if _, err := weights.Into(net, f, x); err != nil {
			t.Fatal(err)
		}
		for i, p := range net.Params {
			if d := cmp.Diff(state.Params[i].Value.Data, x[p.Offset:p.Offset+p.Type.Size()]); d != "" {
				t.Errorf("%s: %s: %s", name, p.Name, d)
			}
		}
	}
	var m struct {
		Seeds, Datasets, Precision map[string]string
		Files                      map[string]any
	}
	if err := json.Unmarshal(read(t, w.Dir, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"study": "0", "run.gd": "5", "run.after[4]": "0", "landscape.line s": "11", "spectrum.end": "9", "dataset.made": "3"}, m.Seeds); d != "" {
		t.Error(d)
	}
	if want := fmt.Sprintf("sha256:%x", res.Datasets[0].Digest); m.Datasets["dataset.made"] != want || m.Precision["network.net"] != "float32" {
		t.Errorf("the manifest has %v and %v", m.Datasets, m.Precision)
	}
	if m.Files["data/run.gd.at.4.safetensors"] == nil {
		t.Errorf("the manifest has %v", m.Files)
	}
}

// TestLongVectors: vectors of more than some thousand numbers are in the data
// alone.
func TestLongVectors(t *testing.T) {
	res := trained(t)
	x := res.Analyses[0]
	x.Fields = []engine.Named{{Name: "density", Value: array.New(graph.Of(inline+1), count(inline+1))}, {Name: "trace", Value: array.Scalar(1)}}
	w, err := Write(context.Background(), res, Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Spectra map[string]map[string]any }
	if err := json.Unmarshal(read(t, w.Dir, "results.json"), &got); err != nil {
		t.Fatal(err)
	}
	if end := got.Spectra["end"]; end["density"] != nil || end["trace"] != 1.0 {
		t.Errorf("results.json has %v", got.Spectra["end"])
	}
	if _, rows := readParquet(t, read(t, w.Dir, "data", "spectrum.end.parquet")); len(rows) != inline+1 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestWeightsThatCannotBeWritten: a failure leaves what was there before.
func TestWeightsThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	res := trained(t)
	if _, err := Write(context.Background(), res, Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	res.Runs[0].Final.Params[0].Name = ""
	res.Study.Networks[0].Params[0].Name = "" // a name that no file can hold
	if _, err := Write(context.Background(), res, Options{Dir: dir}); err == nil {
		t.Fatal("it was written")
	}
	if d := cmp.Diff(before, tree(t, dir)); d != "" {
		t.Error(d)
	}
	if _, err := os.Stat(filepath.Join(dir, "trained", "data", "run.gd.safetensors")); err != nil {
		t.Error(err)
	}
}
