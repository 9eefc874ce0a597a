package enginetest

import (
	"math"
	"strings"

	"relief/lang/diag"
	"relief/runtime/dataset"
	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// TrainedSource is the text of the study of a network.
const TrainedSource = `study { title = "Points on two spirals" }

dataset "values" "spirals" {
  x           = local.points
  labels      = local.arms
  standardize = "pixel"
}

network "net" {
  input = [2]
  layer "dense" {
    units      = 6
    activation = "tanh"
  }
  layer "dense" { units = 2 }
}

objective "training" {
  network = network.net
  data    = dataset.spirals
  loss    = "cross_entropy"
}

run "gd" {
  objective = objective.training
  steps     = 40
  optimizer "gd" { learning_rate = 0.5 }
  probe "sharpness" "lambda" {
    every = 10
    top   = 2
  }
  probe "test" "accuracy" {
    every = 20
    data  = dataset.spirals
  }
  snapshots { every = 5 }
}

run "decayed" {
  resume = run.gd.at[20]
  steps  = 20
  optimizer "gd" { learning_rate = 0.1 }
  snapshots { every = 5 }
}

spectrum "end" {
  objective = objective.training
  point     = run.gd.final
  top       = 2
  bottom    = 1
  samples   = 4
}

projection "plane" {
  segment "first" {
    run = run.gd
    to  = 20
  }
  segment "second" { run = run.decayed }
  runs = [run.gd, run.decayed]
}

landscape "line" {
  objective = objective.training
  center    = run.gd.final
  paths     = [run.gd]
  axis "s" {
    direction = "gradient"
    from      = -1
    to        = 1
    points    = 11
  }
}

output "samples" { value = dataset.spirals.samples }
`

const trainedFile = "spirals.hcl"

// Addresses of the study of a network.
var (
	Spirals = address("dataset", "spirals")
	Net     = address("network", "net")
	Trained = address("objective", "training")
	GD      = address("run", "gd")
	Decayed = address("run", "decayed")
	End     = address("spectrum", "end")
	Plane   = address("projection", "plane")
	Line    = address("landscape", "line")
)

// TrainedStudy builds a study of a small network anew: data, two runs, one of
// which goes on from a state of the other, probes, snapshots, a spectrum, a
// projection, and a landscape along the gradient with the path of a run.
func TrainedStudy() *plan.Study {
	block := func(a plan.Address, needs ...plan.Address) plan.Block {
		from := strings.Index(TrainedSource, `"`+a.Name+`" {`)
		from = 1 + strings.LastIndexByte(TrainedSource[:from], '\n')
		line := 1 + strings.Count(TrainedSource[:from], "\n")
		length := strings.IndexByte(TrainedSource[from:], '\n')
		return plan.Block{Address: a, Needs: needs, Span: diag.Span{File: trainedFile, Start: diag.Pos{Line: line, Column: 1, Byte: from}, End: diag.Pos{Line: line, Column: 1 + length, Byte: from + length}}}
	}
	source := dataset.Values{}
	for i := range 24 {
		angle, arm := float64(i)/3, i%2
		r := 1 + angle/2
		source.X = append(source.X, []float64{r * math.Cos(angle+math.Pi*float64(arm)), r * math.Sin(angle+math.Pi*float64(arm))})
		source.Labels = append(source.Labels, arm)
	}
	outline, err := source.Outline()
	if err != nil {
		panic(err)
	}
	data := &plan.Dataset{Block: block(Spirals), Kind: "values", Source: source, Standardize: "pixel", Seed: 21, Outline: outline}
	layers := &network.Network{Input: network.Units(2), Layers: []*network.Layer{
		{Kind: network.Dense, Name: "dense1", Units: 6, Bias: true, Function: "tanh"},
		{Kind: network.Dense, Name: "dense2", Units: 2, Bias: true},
	}}
	if err := layers.Infer(); err != nil {
		panic(err)
	}
	net := &plan.Network{Block: block(Net), Network: layers}
	training := &plan.Objective{Block: block(Trained), Training: &plan.Training{Network: net, Data: data, Loss: "cross_entropy"}}
	final := make(plan.Point, len(layers.Params))
	for i, p := range layers.Params {
		training.Params = append(training.Params, plan.Param{Name: p.Name, Type: p.Type})
		g := graph.New()
		input := GD.String() + ".final." + p.Name
		final[i] = &plan.Expr{Graph: g, Root: g.Input(input, p.Type), Refs: []plan.Ref{{Input: input, Block: GD, Path: []string{"final", "params", p.Name}, Type: p.Type}}}
	}
	gd := func(rate float64) *plan.Optimizer { return &plan.Optimizer{Kind: "gd", LearningRate: Number(rate)} }
	snapshots := &plan.Snapshots{Every: 5, Budget: 1 << 20}
	samples := graph.New()
	count := samples.Input("dataset.spirals.samples", graph.Number)
	return &plan.Study{
		Name: "spirals", File: trainedFile, Title: "Points on two spirals", Seed: 7,
		Sources:  map[string][]byte{trainedFile: []byte(TrainedSource)},
		Datasets: []*plan.Dataset{data}, Networks: []*plan.Network{net}, Objectives: []*plan.Objective{training},
		Runs: []*plan.Run{
			{Block: block(GD), Objective: training, Optimizer: gd(0.5), Steps: 40, Every: 1, Seed: 31, Snapshots: snapshots, Probes: []plan.Probe{
				{Name: "lambda", Kind: "sharpness", Every: 10, Top: 2, Tolerance: 1e-6, Products: 100},
				{Name: "accuracy", Kind: "test", Every: 20, Data: data},
			}},
			{Block: block(Decayed), Objective: training, Optimizer: gd(0.1), Steps: 20, Every: 1, Seed: 32, Snapshots: snapshots, Resume: &plan.Resume{Run: GD, At: 20}},
		},
		Landscapes: []*plan.Landscape{{
			Block: block(Line, GD), Objective: training, Center: final, Paths: []plan.Address{GD},
			Axes: []plan.Axis{{Label: "s", Coordinate: -1, Word: "gradient", Rate: Number(0.5), From: Number(-1), To: Number(1), Points: 11}},
		}},
		Spectra: []*plan.Spectrum{{
			Block: block(End, GD), Objective: training, Point: final, Seed: 41, Top: 2, Bottom: 1, Tolerance: 1e-6, Products: 100, Samples: 4, Steps: 20, Points: 50, Width: 0.02,
		}},
		Projections: []*plan.Projection{{
			Block: block(Plane, GD, Decayed), Runs: []plan.Address{GD, Decayed},
			Segments: []plan.Segment{{Label: "first", Run: GD, To: 20}, {Label: "second", Run: Decayed, To: -1}},
		}},
		Outputs: []*plan.Output{{
			Block: block(address("output", "samples"), Spirals),
			Value: &plan.Expr{Graph: samples, Root: count, Refs: []plan.Ref{{Input: "dataset.spirals.samples", Block: Spirals, Path: []string{"samples"}, Type: graph.Number}}},
		}},
		Order: []plan.Address{GD, Decayed, End, Plane, Line},
	}
}
