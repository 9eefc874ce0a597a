package lang

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relief/runtime/dataset"
	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// trained is a study of a network that the cases add to.
const trained = `study { title = "t" }
dataset "synthetic" "made" {
  classes = 4
  limit   = 60
}
dataset "synthetic" "held" {
  classes     = 4
  skip        = 60
  limit       = 20
  standardize = dataset.made
}
network "net" {
  input     = [3, 32, 32]
  precision = "float32"
  init      = "kaiming_normal"
  bias_init = 0.5
  repeat "stage" {
    for_each = [4, 8]
    layer "conv" {
      channels = stage.value
      kernel   = [3, 1]
      stride   = stage.index + 1
    }
    layer "batch_norm" {
      when       = stage.index == 0
      activation = "leaky_relu"
    }
    residual {
      layer "conv" "wide" {
        channels = in.channels
        padding  = "same"
        init     = orthogonal(0.5)
      }
      shortcut {
        when = stage.index > 0
        layer "conv" {
          channels = in.channels
          kernel   = 1
          init     = normal(0, 0.1)
        }
      }
      activation = "elu"
    }
  }
  concat {
    layer "max_pool" {
      kernel  = 3
      stride  = 1
      padding = 1
    }
  }
  concat "joined" {
    branch {}
    branch "narrow" {
      layer "conv" {
        channels = floor(in.height / 2)
        kernel   = 1
      }
    }
  }
  repeat {
    count = 2
    layer "dropout" { rate = 0.1 * (each.value + 1) }
  }
  layer "global_pool" {}
  layer "dense" "out" { units = 4 }
}
objective "training" {
  network     = network.net
  data        = dataset.made
  loss        = "cross_entropy"
  regularizer = 5e-4 * sum(sq(weights)) + 0 * norm(params)
  batch       = 30
}
run "gd" {
  objective = objective.training
  steps     = 20
  optimizer "gd" { learning_rate = 0.8 / spectrum.start.top[0] }
  probe "sharpness" "lambda" {
    every  = 5
    top    = 2
    layers = ["stage1", "out"]
  }
  probe "test" "held" {
    every = 10
    data  = dataset.held
  }
  probe "average" "cycle" {
    every = 4
    over  = 2
  }
  probe "landscape" "line" {
    every     = 10
    direction = "gradient"
    normalize = "filter"
    from      = -1
    to        = 1
    points    = 5
  }
  probe "directional_curvature" "bend" {
    direction     = "gradient"
    learning_rate = 2
  }
  snapshots { every = 4 }
  stop { when = loss < 1e-3 || grad_norm < 1e-6 }
}
spectrum "start" {
  objective = objective.training
  top       = 2
  samples   = 3
  points    = 50
}
`

// TestNetwork looks at what a network becomes.
func TestNetwork(t *testing.T) {
	p := good(t, trained, Options{})
	net := p.Networks[0]
	var layers []string
	for l := range net.All() {
		layers = append(layers, l.Name)
	}
	const want = "stage1.conv1 stage1.batch_norm1 stage1.residual1 stage1.residual1.wide stage2.conv1 stage2.residual1 stage2.residual1.wide " +
		"stage2.residual1.shortcut.conv1 concat1 concat1.max_pool1 joined joined.narrow.conv1 repeat2.1.dropout1 repeat2.2.dropout1 global_pool1 out"
	if got := strings.Join(layers, " "); got != want {
		t.Errorf("layers:\n%s, want\n%s", got, want)
	}
	if net.Output != network.Units(4) || !net.Single || net.Address.String() != "network.net" {
		t.Errorf("output %v, single %v, %v", net.Output, net.Single, net.Address)
	}
	by := map[string]*network.Layer{}
	for l := range net.All() {
		by[l.Name] = l
	}
	if l := by["stage1.conv1"]; l.Kernel != [2]int{3, 1} || l.Stride != 1 || l.Init.Law != "kaiming_normal" || l.BiasInit != (network.Init{Law: "constant", A: 0.5}) || !l.Bias {
		t.Errorf("stage1.conv1: %+v", l)
	}
	if l := by["stage1.residual1.wide"]; l.Padding != 1 || l.Init != (network.Init{Law: "orthogonal", Gain: 0.5}) || l.Channels != 4 {
		t.Errorf("stage1.residual1.wide: %+v", l)
	}
	if l := by["stage2.residual1.shortcut.conv1"]; l.Init != (network.Init{Law: "normal", B: 0.1}) || by["stage2.residual1"].Slope != 1 || by["stage1.batch_norm1"].Slope != 0.01 {
		t.Errorf("stage2.residual1.shortcut.conv1: %+v", l)
	}
	if l := by["joined.narrow.conv1"]; l.Channels != 7 || by["repeat2.2.dropout1"].Rate != 0.2 || len(by["concat1"].Branches[0]) > 0 {
		t.Errorf("joined.narrow.conv1: %+v", l)
	}
	if s := by["out"].Span; !strings.HasPrefix(trained[s.Start.Byte:], `layer "dense" "out"`) {
		t.Errorf("the layer out is on line %d", s.Start.Line)
	}
	f := p.Objectives[0]
	if f.Network != net || f.Data != p.Datasets[0] || len(f.Params) != len(net.Params) || f.Size() != net.Size || f.Value != nil || f.Batch != 30 {
		t.Errorf("objective: %+v", f)
	}
	if x := f.Regularizer; x.Type() != graph.Number || f.Loss != "cross_entropy" {
		t.Errorf("regularizer: %+v", x)
	}
	made := p.Datasets[0].Source.(dataset.Synthetic)
	if held := p.Datasets[1].Source.(dataset.Synthetic); held.Seed != made.Seed || held.First != 60 || held.Limit != 20 || p.Datasets[1].Like != p.Datasets[0] || p.Datasets[1].Samples() != 20 {
		t.Errorf("held: %+v", held)
	}
}

// TestTrainingRun looks at what a run on a network becomes.
func TestTrainingRun(t *testing.T) {
	p := good(t, trained+`
optimizer "adam" "o" { learning_rate = 0.01 }
run "adam" {
  objective = objective.training
  start     = { "out.weight" = normal(0, 1), "out.bias" = 0 }
  steps     = 5
  optimizer = optimizer.o
  probe "distance" "moved" { point = run.gd.final }
}
run "sgd" {
  objective = objective.training
  start     = run.gd.at[4]
  steps     = 5
  seed      = 7
  optimizer "sgd" {
    learning_rate = 0.01
    batch         = 20
    momentum      = 0.9
    nesterov      = true
    label_noise   = 0.1
  }
}
run "rmsprop" {
  resume = run.gd.final
  steps  = 5
  optimizer "rmsprop" { learning_rate = 0.01 }
  record { path = true }
}
spectrum "end" {
  objective      = objective.training
  point          = run.gd.final
  bottom         = 1
  preconditioner = run.adam
}
landscape "plane" {
  objective = objective.training
  center    = run.gd.final
  paths     = [run.gd]
  axis "s" {
    direction = "gradient"
    from      = -1
    to        = 1
    points    = 5
  }
  axis "u" {
    direction = "component"
    of        = run.gd
    from_step = 4
    index     = 1
    from      = -1
    to        = 1
    points    = 7
  }
}
projection "p" {
  segment "first" {
    run = run.gd
    to  = 10
  }
  segment "second" { run = run.gd }
  runs = [run.gd]
}
output "top" { value = run.gd.probe.lambda[5][1] + last(run.gd.probe.lambda.residual)[0] + run.gd.probe.held.loss[10] + last(run.gd.probe.cycle.at_mean) }
output "weight" { value = run.gd.final.params["out.weight"] }
output "line" { value = run.gd.probe.line[10][4] + run.gd.probe.line.position[0][1] }
output "path" { value = max(landscape.plane.path.gd.distance) + projection.p.run.gd.second[8] + projection.p.variance[1] }
output "data" { value = mean(dataset.made.norms) + dataset.made.mean[3071] + dataset.held.samples }
output "spectrum" { value = spectrum.start.density * spectrum.start.eigenvalue + spectrum.start.trace }
output "asked" { value = gradient(objective.training, run.gd.final) }
plot "p" {
  panel {
    line {
      x = spectrum.start.eigenvalue
      y = spectrum.start.density
    }
  }
  panel {
    histogram { x = dataset.made.norms }
  }
  panel {
    line { y = run.gd.probe.lambda / 2 }
  }
  panel {
    path {
      x = projection.p.run.gd.first
      y = projection.p.run.gd.second
    }
  }
}
`, Options{})
	if got := fmt.Sprint(p.Order); got != "[spectrum.start run.gd run.adam run.sgd run.rmsprop spectrum.end landscape.plane projection.p]" {
		t.Errorf("order: %s", got)
	}
	gd, adam, sgd, rms := p.Runs[0], p.Runs[1], p.Runs[2], p.Runs[3]
	if gd.Start != nil || gd.RecordPath || gd.Seed != adam.Seed || gd.Seed != p.Spectra[0].Seed || !p.Spectra[0].FromStart || gd.Seed == sgd.Seed {
		t.Errorf("run.gd: %+v", gd)
	}
	if s := gd.Snapshots; s == nil || s.Every != 4 || s.Budget != 1<<30 {
		t.Errorf("snapshots: %+v", s)
	}
	if o := adam.Optimizer; constantOf(o.Beta1) != 0.9 || constantOf(o.Beta2) != 0.999 || constantOf(o.Epsilon) != 1e-8 || o.Momentum != nil || o.WeightDecay != nil {
		t.Errorf("adam: %+v", o)
	}
	if len(adam.Start) != 2 || adam.Start[0].Param != "out.weight" || adam.Start[0].Law != plan.Normal || len(adam.Probes[0].Point) != len(adam.Objective.Params) {
		t.Errorf("run.adam starts at %+v", adam.Start)
	}
	if o := sgd.Optimizer; o.Batch != 20 || !o.Nesterov || constantOf(o.Momentum) != 0.9 || constantOf(o.LabelNoise) != 0.1 || len(sgd.Start) != len(sgd.Objective.Params) {
		t.Errorf("sgd: %+v", o)
	}
	if o := rms.Optimizer; o.Beta1 != nil || constantOf(o.Beta2) != 0.99 || !rms.RecordPath || !rms.Resume.Final {
		t.Errorf("rmsprop: %+v", o)
	}
	for i, want := range []plan.Probe{
		{Name: "lambda", Kind: "sharpness", Every: 5, Top: 2, Tolerance: 1e-3, Products: 200, Layers: []string{"stage1", "out"}},
		{Name: "held", Kind: "test", Every: 10, Data: p.Datasets[1]},
		{Name: "cycle", Kind: "average", Every: 4, Over: 2, Tolerance: 1e-3, Products: 200},
		{Name: "line", Kind: "landscape", Every: 10},
		{Name: "bend", Kind: "directional_curvature", Every: 1},
	} {
		got := gd.Probes[i]
		if a := got.Axis; i > 2 && (a.Word != "gradient" || (a.Rate == nil) != (i == 3) || a.Normalize == "filter" != (i == 3) || a.Points == 5 != (i == 3)) {
			t.Errorf("axis of %s: %+v", got.Name, a)
		}
		got.Span, got.Axis = want.Span, nil
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("probe %+v, want %+v", got, want)
		}
	}
	l := p.Landscapes[0]
	if s := l.Axes[0]; s.Word != "gradient" || s.Rate == nil || s.Direction != nil || fmt.Sprint(l.Paths) != "[run.gd]" {
		t.Errorf("axis s: %+v", s)
	}
	if u := l.Axes[1]; u.Word != "component" || u.Of != gd.Address || u.Index != 1 || u.FromStep != 4 || u.ToStep != -1 {
		t.Errorf("axis u: %+v", u)
	}
	if s := p.Projections[0].Segments; s[0].To != 10 || s[1].To != -1 || s[1].Run != gd.Address {
		t.Errorf("segments: %+v", s)
	}
	if s := p.Spectra[1]; s.FromStart || len(s.Point) != len(s.Objective.Params) || s.Preconditioner != adam.Address || s.Bottom != 1 {
		t.Errorf("spectrum.end: %+v", s)
	}
	for _, o := range p.Outputs {
		if o.Address.Name == "weight" && o.Value.Type() != graph.Of(16+7, 4) {
			t.Errorf("the weight is %s", o.Value.Type())
		}
	}
}

func constantOf(e *plan.Expr) float64 {
	if e == nil {
		return -1
	}
	c, _ := e.Graph.ConstValue(e.Root)
	return c
}

// TestFormulaAsked: probes and directions of networks serve formulas too.
func TestFormulaAsked(t *testing.T) {
	p := good(t, base+`
run "b" {
  resume = run.a.final
  steps  = 10
  probe "sharpness" "lambda" {}
  probe "directional_curvature" "bend" {
    direction = [1, 0, 0, 0]
    normalize = "unit"
  }
}
landscape "l" {
  objective = objective.f
  center    = run.a.final
  axis "s" {
    direction = "random"
    normalize = "unit"
    seed      = 5
    from      = -1
    to        = 1
    points    = 5
  }
  axis "u" {
    direction = "component"
    of        = run.a
    from      = -1
    to        = 1
    points    = 5
  }
}
spectrum "s" {
  objective = objective.f
  point     = run.a.at[20]
  top       = 4
}
output "o" { value = spectrum.s.top[3] + run.b.probe.lambda[10] + run.b.probe.lambda.products[5] }
`, Options{})
	axes := p.Landscapes[0].Axes
	if axes[0].Word != "random" || axes[0].Normalize != "unit" || axes[0].Seed != 5 || axes[1].Of.String() != "run.a" {
		t.Errorf("axes: %+v", axes)
	}
	if a := p.Runs[1].Probes[1].Axis; len(a.Direction) != 2 || a.Normalize != "unit" {
		t.Errorf("axis of a probe: %+v", a)
	}
}

// TestDatasets looks at the sources of datasets of each kind.
func TestDatasets(t *testing.T) {
	text := `study { title = "t" }
dataset "cifar10" "cifar" {
  path      = "data/batches"
  test      = true
  classes   = ["cat", 5]
  per_class = 7
  skip      = 10
  limit     = 20
  digest    = { "test_batch.bin" = "` + strings.Repeat("0a", 32) + `" }
}
dataset "cifar100" "coarse" {
  path        = "data/train.bin"
  coarse      = true
  standardize = "channel"
  augment {
    flip = true
    crop = 4
  }
}
dataset "idx" "mnist" { path = "data" }
dataset "csv" "table" {
  path      = "data/t.csv"
  header    = true
  separator = ";"
  label     = "kind"
  features  = ["a", 3]
  shape     = [1, 1, 2]
}
dataset "npy" "array" {
  path    = "data/x.npy"
  targets = "data/y.npy"
}
dataset "values" "written" {
  x       = [0, 1, 2]
  targets = [[1, 2], [3, 4], [5, 6]]
  scale   = pow(10, i / n)
}
dataset "teacher" "rule" {
  inputs = 3
  seed   = 9
  skip   = 5
  limit  = 6
}
dataset "chebyshev" "points" {
  degree = 3
  limit  = 11
}
output "o" { value = dataset.cifar.features + dataset.coarse.features + dataset.mnist.features + dataset.table.features + dataset.array.features + dataset.written.features + dataset.rule.features + dataset.points.features }
output "norms" { value = sum(dataset.cifar.norms) + dataset.coarse.mean[2] + dataset.written.norms[2] }
`
	path := folder(t, "s.hcl", text, "data/t.csv", "a;kind;b\n1;x;2\n3;y;4\n")
	dir := filepath.Dir(path)
	p, diags := Compile(path, Options{})
	if errors, warnings := diags.Counts(); errors > 0 || warnings != 4 {
		t.Fatalf("%d errors, %d warnings: %v", errors, warnings, diags)
	}
	for i, want := range []plan.Dataset{
		{Kind: "cifar10", Skip: 10, Limit: 20, Standardize: "pixel", Source: dataset.CIFAR{
			Path: filepath.Join(dir, "data/batches"), Test: true, Selection: dataset.Selection{Classes: []string{"cat", "5"}, PerClass: 7, Limit: 30},
			Digests: dataset.Digests{"test_batch.bin": strings.Repeat("0a", 32)},
		}},
		{Kind: "cifar100", Standardize: "channel", Flip: true, Crop: 4, Source: dataset.CIFAR{Path: filepath.Join(dir, "data/train.bin"), Hundred: true, Coarse: true}},
		{Kind: "idx", Standardize: "pixel", Source: dataset.IDX{Path: filepath.Join(dir, "data")}},
		{Kind: "csv", Source: dataset.CSV{Path: filepath.Join(dir, "data/t.csv"), Header: dataset.HeaderYes, Separator: ';', Label: "kind", Features: []string{"a", "3"}, Shape: [3]int{1, 2, 1}}},
		{Kind: "npy", Source: dataset.NPY{Path: filepath.Join(dir, "data/x.npy"), Targets: filepath.Join(dir, "data/y.npy")}},
		{Kind: "values", Source: dataset.Values{X: [][]float64{{0}, {1}, {2}}, Targets: [][]float64{{1, 2}, {3, 4}, {5, 6}}}},
		{Kind: "teacher", Seed: 9, Source: dataset.Teacher{Inputs: 3, Hidden: 20, Outputs: 1, Seed: 9, First: 5, Limit: 6}},
		{Kind: "chebyshev", Source: dataset.Chebyshev{Degree: 3, Limit: 11}},
	} {
		got := *p.Datasets[i]
		got.Block, got.Norm, got.Outline = want.Block, nil, nil
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("dataset\n%+v, want\n%+v", got, want)
		}
	}
	if p.Datasets[5].Norm == nil || p.Datasets[3].Samples() != 2 || p.Datasets[0].Outline != nil {
		t.Error("the law of norms, the samples of the table or the outline of what is not there")
	}
}

// TestWhereDataMayLie: a study reaches its own folder and that of -data-dir; what
// is given from outside reaches anything.
func TestWhereDataMayLie(t *testing.T) {
	elsewhere := folder(t, "x.csv", "1,2\n3,4\n")
	other := filepath.Dir(elsewhere)
	study := func(path string) string {
		return "study { title = \"t\" }\nvariable \"data\" { default = \"\" }\nlocals { file = \"${var.data}/x.csv\" }\ndataset \"csv\" \"d\" { path = " + path + " }\noutput \"o\" { value = dataset.d.samples }\n"
	}
	for _, c := range []struct {
		name, path string
		opts       Options
		code       string
	}{
		{"own folder", `"own.csv"`, Options{}, ""},
		{"below", `"./below/../own.csv"`, Options{}, ""},
		{"above", `"../x.csv"`, Options{}, "RL0416"},
		{"absolute", fmt.Sprintf("%q", elsewhere), Options{}, "RL0416"},
		{"data folder", `"x.csv"`, Options{DataDir: other}, ""},
		{"absolute in the data folder", fmt.Sprintf("%q", elsewhere), Options{DataDir: other}, ""},
		{"above the data folder", `"../x.csv"`, Options{DataDir: other}, "RL0416"},
		{"given", "var.data", Options{Vars: []string{"data=" + elsewhere}}, ""},
		{"given folder", "local.file", Options{Env: []string{"RELIEF_VAR_data=" + other}}, ""},
		{"above a given folder", `"${var.data}/../x.csv"`, Options{Vars: []string{"data=" + other}}, "RL0416"},
		{"beside a given folder", fmt.Sprintf(`"%s" == var.data ? "" : "%s"`, "", elsewhere), Options{Vars: []string{"data=/nowhere"}}, "RL0416"},
		{"default", "var.data", Options{}, "RL0416"},
		{"link out of the folder", `"link.csv"`, Options{}, "RL0416"},
		{"not there", `"nowhere.csv"`, Options{}, "RL0418"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := folder(t, "s.hcl", study(c.path), "own.csv", "1,2\n3,4\n", "below/a", "")
			if err := os.Symlink(elsewhere, filepath.Join(filepath.Dir(path), "link.csv")); err != nil {
				t.Skip(err)
			}
			p, diags := Compile(path, c.opts)
			if c.code != "" {
				expect(t, diags, c.code, "")
				return
			}
			if len(diags) > 0 || p.Datasets[0].Samples() != 2 {
				t.Errorf("%v", diags)
			}
		})
	}
}

// TestUnopened: what a condition does not choose is not opened, and what nothing
// names is not either.
func TestUnopened(t *testing.T) {
	text := `study { title = "t" }
variable "cifar" { default = "" }
dataset "cifar10" "real" { path = var.cifar }
dataset "csv" "other" { path = "/etc/passwd" }
dataset "synthetic" "made" { limit = 30 }
network "net" { use = std.mlp }
objective "f" {
  network = network.net
  data    = var.cifar == "" ? dataset.made : dataset.real
  loss    = "mse"
}
`
	p := good(t, text, Options{})
	if len(p.Datasets) != 1 || p.Datasets[0].Kind != "synthetic" {
		t.Errorf("%d datasets", len(p.Datasets))
	}
	p, diags := Compile(folder(t, "s.hcl", text), Options{Vars: []string{"cifar=/nowhere"}})
	expect(t, diags, "RL0418", "no such file")
	if len(p.Datasets) != 1 || p.Objectives[0].Data.Kind != "cifar10" || p.Objectives[0].Size() == 0 {
		t.Errorf("%d datasets", len(p.Datasets))
	}
}

// TestNetworksOfImports: networks of other files are patterns, also of each other.
func TestNetworksOfImports(t *testing.T) {
	main := `study { title = "t" }
import "lib" { source = "./lib.hcl" }
network "a" {
  use   = lib.two
  width = 7
}
network "b" {
  for_each = [3, 5]
  use      = lib.one
  width    = each.value
  input    = [2]
  init     = 0.1
}
`
	lib := `network "one" {
  input  = [4]
  params = { width = 2 }
  init   = 1
  layer "dense" { units = param.width * local.by }
}
network "two" {
  use    = network.one
  params = { width = 1 }
  width  = 10 * param.width
}
locals { by = 2 }
`
	p, diags := Compile(folder(t, "s.hcl", main, "lib.hcl", lib), Options{})
	if len(diags) > 0 || len(p.Networks) != 3 {
		t.Fatalf("%d networks, %v", len(p.Networks), diags)
	}
	if a, b := p.Networks[0], p.Networks[2]; a.Output.C != 140 || b.Output.C != 10 || b.Input.C != 2 || b.Layers[0].Init.A != 0.1 || a.Layers[0].Init.A != 1 || b.Address.String() != "network.b[5]" {
		t.Errorf("%v -> %v, %v -> %v", a.Input, a.Output, b.Input, b.Output)
	}
	_, diags = Compile(folder(t, "s.hcl", main, "lib.hcl", strings.Replace(lib, "[4]", "[4, 4, 4]", 1)), Options{})
	d := expect(t, diags, "RL0419", "dense takes a vector")
	if d.Span.Start.Line != 4 || len(d.Related) != 1 || !strings.HasSuffix(d.Related[0].Span.File, "lib.hcl") {
		t.Errorf("%+v", d)
	}
	r, diags := Check(folder(t, "lib.hcl", lib), Options{})
	if !r.Library || len(diags) > 0 {
		t.Errorf("library %v, %v", r.Library, diags)
	}
}

// TestKeyedPaths: coordinates of the runs of a for_each have keys, and are drawn
// one by one, as their runs.
func TestKeyedPaths(t *testing.T) {
	p := good(t, trained+`
run "after" {
  for_each = [8, 12]
  resume   = run.gd.at[each.value]
  steps    = 8
  snapshots { every = 2 }
}
projection "p" {
  segment "x" { run = run.gd }
  segment "y" { run = run.after[8] }
  runs = [run.gd, run.after[*]]
}
landscape "l" {
  objective = objective.training
  center    = run.gd.final
  paths     = [run.after[*]]
  axis "s" {
    direction = "eigenvector"
    from      = -1
    to        = 1
    points    = 3
  }
}
output "o" { value = projection.p.run.after[12].y[6] + max(landscape.l.path.after["8"].distance) }
plot "p" {
  path {
    x = projection.p.run.after[*].x
    y = projection.p.run.after[*].y
  }
  path {
    x = projection.p.run.gd.x
    y = projection.p.run.gd.y
  }
}
`, Options{})
	if got := fmt.Sprint(p.Projections[0].Runs, p.Landscapes[0].Paths); got != "[run.gd run.after[8] run.after[12]] [run.after[8] run.after[12]]" {
		t.Errorf("paths of %s", got)
	}
	marks := p.Plots[0].Panels[0].Marks
	if len(marks) != 3 || marks[1].Source.String() != "run.after[12]" || marks[1].Label[0].Literal != "12" || marks[2].Source.String() != "run.gd" {
		t.Errorf("marks: %+v", marks)
	}
	_, diags := Compile(folder(t, "s.hcl", trained+`
projection "p" {
  segment "x" { run = run.gd }
  runs = [run.gd]
}
output "o" { value = projection.p.run.gd.x[6] }
`), Options{})
	expect(t, diags, "RL0307", "step 6 of run.gd is not recorded.*4 and 8")
}

// TestWeights: a start may be a file, or null for the network's own.
func TestWeights(t *testing.T) {
	text := trained + `
variable "weights" { default = "" }
run "loaded" {
  objective = objective.training
  start     = var.weights == "" ? null : var.weights
  steps     = 1
  optimizer "gd" { learning_rate = 0.1 }
}
`
	if r := good(t, text, Options{}).Runs[1]; r.Start != nil || r.Weights != "" {
		t.Errorf("%+v", r)
	}
	file := folder(t, "w.npz", "")
	if r := good(t, text, Options{Vars: []string{"weights=" + file}}).Runs[1]; r.Weights != file {
		t.Errorf("%+v", r)
	}
	_, diags := Compile(folder(t, "s.hcl", strings.Replace(text, `default = ""`, fmt.Sprintf("default = %q", file), 1)), Options{})
	expect(t, diags, "RL0416", "leads out of the study's folder")
}
