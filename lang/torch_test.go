package lang

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relief/runtime/graph"
)

// images is a study as somebody who knows PyTorch begins it.
const images = `study { title = "t" }
dataset "synthetic" "train" {
  classes = 4
  size    = 8
  limit   = 40
}
dataset "teacher" "numbers" {
  inputs = 5
  limit  = 30
}
network "cnn" {
  input = [3, 8, 8]
  layer "conv" {
    channels   = 4
    padding    = 1
    activation = "relu"
  }
  layer "batch_norm" {}
  layer "max_pool" { kernel = 2 }
  layer "flatten" {}
  layer "dense" { units = 4 }
}
network "mlp" {
  input = [5]
  layer "dense" { units = 1 }
}
objective "images" {
  network = network.cnn
  data    = dataset.train
  loss    = "cross_entropy"
}
objective "numbers" {
  network = network.mlp
  data    = dataset.numbers
  loss    = "mse"
}
run "gd" {
  objective = objective.images
  steps     = 10
  optimizer "gd" { learning_rate = 0.05 }
  probe "sharpness" "lambda" { every = 5 }
  probe "test" "score" { data = dataset.train }
  snapshots { every = 4 }
}
run "small" {
  objective = objective.numbers
  steps     = 10
  optimizer "sgd" {
    learning_rate = 0.05
    batch         = 10
  }
  probe "test" "loss" { data = dataset.numbers }
}
`

// TestTorch: each mistake is one diagnostic, which says what to write. old is
// replaced by text; without old, text is added.
func TestTorch(t *testing.T) {
	output := func(e string) string { return `output "o" { value = ` + e + " }\n" }
	gd := func(text string) string {
		return "run \"x\" {\n objective = objective.images\n steps = 10\n optimizer \"gd\" { learning_rate = 0.05 }\n" + text + "\n}\n"
	}
	rate := `optimizer "gd" { learning_rate = 0.05 }`
	sgd := "    batch         = 10\n"
	train := "  limit   = 40\n"
	for _, c := range []struct{ name, old, text, code, message string }{
		{"kernel of one", "padding    = 1", "kernel = [3]", "RL0406", `kernel = 3`},
		{"softmax as activation", `activation = "relu"`, `activation = "softmax"`, "RL0406", "cross_entropy.*leave it out"},
		{"torch.relu", `activation = "relu"`, "activation = torch.relu", "RL0203", `activation = "relu"`},
		{"momentum of a norm", `"batch_norm" {}`, `"batch_norm" { momentum = 0.1 }`, "RL0402", "not running averages"},
		{"size of a pool", `"max_pool" { kernel = 2 }`, `"max_pool" { size = 2 }`, "RL0402", "Write kernel"},
		{"kind as a block", `layer "dense" { units = 4 }`, `dense { units = 4 }`, "RL0401", `layer "dense" \{`},
		{"Linear as a block", `layer "dense" { units = 4 }`, `Linear { units = 4 }`, "RL0401", `layer "dense" \{`},
		{"blanks in a name", `layer "dense" { units = 4 }`, `layer "dense" "my layer" { units = 4 }`, "RL0202", `"my_layer"`},
		{"part of the input", `layer "dense" { units = 4 }`, `layer "dense" { units = in.features }`, "RL0310", "no part .features.*in.channels"},
		{"misspelt part of the input", `layer "dense" { units = 4 }`, `layer "dense" { units = in.chanels }`, "RL0310", `"channels"`},
		{"param of no pattern", "units = 4", "units = param.width", "RL0203", "params = { width"},
		{"input as a number", "input = [3, 8, 8]", "input = 192", "RL0406", `input = \[192\]`},
		{"init in quotes", "padding    = 1", `init = "kaiming_normal(2)"`, "RL0406", `init = kaiming_normal\(2\)`},
		{"he_normal", "padding    = 1", `init = "he_normal"`, "RL0406", "kaiming_normal"},
		{"fp32", "input = [3, 8, 8]", "input = [3, 8, 8]\nprecision = \"fp32\"", "RL0406", `"float32"`},
		{"device", "input = [3, 8, 8]", "input = [3, 8, 8]\ndevice = \"cuda\"", "RL0402", "processor"},
		{"nll", `"cross_entropy"`, `"nll_loss"`, "RL0406", "cross_entropy"},
		{"MSELoss", `"mse"`, `"MSELoss"`, "RL0406", "half the sum of squares"},
		{"reduction", `"mse"`, "\"mse\"\nreduction = \"sum\"", "RL0402", "mean over the samples"},

		{"use in quotes", "", `network "r" { use = "resnet18" }`, "RL0406", `use = std.resnet18`},
		{"use of a network in quotes", "", `network "r" { use = "cnn" }`, "RL0406", `use = network.cnn`},
		{"num_classes", "", "network \"r\" {\n use = std.resnet18\n num_classes = 10\n}\n", "RL0402", "Write classes"},
		{"pretrained", "", "network \"r\" {\n use = std.resnet18\n pretrained = true\n}\n", "RL0402", "model.safetensors"},
		{"residual that grows", `layer "flatten" {}`, "residual {\n layer \"conv\" {\n channels = 5\n padding = 1\n }\n }\n layer \"flatten\" {}", "RL0419", "shortcut with a conv of 5 channels"},
		{"residual of nothing", `layer "flatten" {}`, "residual {}\n layer \"flatten\" {}", "RL0419", "without layers"},
		{"key of for_each", "network \"mlp\" {", "network \"mlp\" {\n for_each = [1, 2]", "RL0406", `network.mlp\[1\], or each.value`},

		{"neither labels nor targets", "", "dataset \"values\" \"v\" { x = [[1, 2, 3, 4, 5]] }\nobjective \"v\" {\n network = network.mlp\n data = dataset.v\n loss = \"mse\"\n}", "RL0420", "neither labels nor targets.*labels = "},
		{"labels and targets", "", "dataset \"values\" \"v\" {\n x = [1, 2]\n labels = [0, 1]\n targets = [0, 1]\n}", "RL0407", "Keep one of them"},
		{"targets in quotes", "", "dataset \"csv\" \"v\" {\n path = \"a.csv\"\n targets = \"y\"\n}", "RL0406", `targets = \["y"\]`},
		{"words in values", "", "dataset \"values\" \"v\" { x = [[\"a\"]] }", "RL0406", "Write numbers"},
		{"classes", "units = 4", "units = 3", "RL0420", "4 classes.*4 outputs"},
		{"one class", "classes = 4", "classes = 1", "RL0420", "1 class Let .*1 output,"},
		{"made too small", "size    = 8", "size    = 4", "RL0417", "4 x 4"},
		{"augment that nothing draws", train, train + "augment { flip = true }\n", "RL0415", "without the augment of dataset.train.*sgd"},
		{"crop of everything", train, train + "augment { crop = 8 }\n", "RL0406", "whole image.*less than 8"},

		{"epochs of sgd", sgd, sgd + "epochs = 3\n", "RL0402", `epochs \* samples / batch`},
		{"epochs of a run of sgd", "  steps     = 10\n  optimizer \"sgd\"", "  epochs    = 10\n  optimizer \"sgd\"", "RL0402", `epochs \* samples / batch`},
		{"shuffle", sgd, sgd + "shuffle = true\n", "RL0402", "order of the seed"},
		{"dampening", sgd, sgd + "dampening = 0\n", "RL0402", "as PyTorch has it by default"},
		{"rates as a list", rate, `optimizer "gd" { learning_rate = [0.1, 0.01] }`, "RL0302", `piecewise\(t`},
		{"rates by step", rate, `optimizer "gd" { learning_rate = { 0 = 0.1 } }`, "RL0310", `piecewise\(t`},
		{"epoch", rate, `optimizer "gd" { learning_rate = 0.1 / (1 + epoch) }`, "RL0203", "t counts updates"},
		{"StepLR", rate, `optimizer "gd" { learning_rate = StepLR(0.1, 30) }`, "RL0203", `step_decay\(t`},
		{"CosineAnnealingLR", rate, `optimizer "gd" { learning_rate = CosineAnnealingLR(0.1, 30) }`, "RL0203", `cosine_decay\(t`},
		{"k eigenvalues", "probe \"sharpness\" \"lambda\" { every = 5 }", "probe \"sharpness\" \"lambda\" { k = 5 }", "RL0402", "Write top"},
		{"line without direction", "", gd("probe \"landscape\" \"l\" {\n from = -1\n to = 1\n points = 3\n}"), "RL0403", `Add direction = "gradient"`},
		{"point as a number", "", gd(`probe "distance" "d" { point = 0 }`), "RL0409", `\{ "conv1.weight" = ... \}`},
		{"point as a file", "", gd(`probe "distance" "d" { point = "w.safetensors" }`), "RL0409", "run of no steps"},
		{"distance from itself", "", gd(`probe "distance" "d" { point = run.x.at[0] }`), "RL0204", "without a point"},

		{"start as an init", "", gd(`start = "kaiming_normal"`), "RL0406", `init = "kaiming_normal" in network.cnn`},
		{"start of Python", "", gd(`start = "model.pt"`), "RL0406", "safetensors.torch.save_file"},
		{"start by a name with points", "", gd(`start = { conv1.weight = 0 }`), "RL0310", `"conv1.weight" = `},
		{"start that is not there", "", gd(`start = "model.npz"`), "RL0418", "no file .*model.npz"},
		{"center by a name with points", "", "landscape \"l\" {\n objective = objective.images\n center = { conv1.weight = 0 }\n axis \"s\" {\n direction = \"gradient\"\n from = -1\n to = 1\n points = 3\n }\n}", "RL0310", `"conv1.weight" = `},
		{"axis of one weight", "", "landscape \"l\" {\n objective = objective.images\n center = run.gd.final\n axis \"s\" {\n coordinate = dense1.weight[0]\n from = -1\n to = 1\n points = 3\n }\n}", "RL0407", "no coordinate"},
		{"part of a short path", "", "projection \"p\" {\n segment \"a\" {\n run = run.gd\n from = 9\n }\n runs = [run.gd]\n}", "RL0307", "1 point is kept.*4-th"},

		{"keys of a list", "", "run \"k\" {\n for_each = [1, 2]\n objective = objective.numbers\n steps = each.value\n optimizer \"gd\" { learning_rate = 0.1 }\n snapshots { every = 1 }\n}\nprojection \"p\" {\n segment \"a\" { run = run.gd }\n runs = [run.gd, run.k]\n}", "RL0406", `run.k\[1\], or run.k\[\*\] for all`},
		{"parameter by points", "", output("norm(run.gd.final.params.dense1.weight)"), "RL0203", `params\["dense1.weight"\]`},
		{"element of a number", "", output("run.gd.probe.lambda[5][0]"), "RL0302", "Leave the index out"},
		{"misspelt part of a probe", "", output("last(run.gd.probe.score.acuracy)"), "RL0203", `Did you mean "accuracy"`},
		{"method of a probe", "", output("run.gd.probe.score.mean"), "RL0302", `Write mean`},
		{"accuracy of numbers", "", output("last(run.small.probe.loss.accuracy)"), "RL0203", "It has loss"},
		{"accuracy as a function", "", output("accuracy(run.gd.final)"), "RL0203", `probe "test"`},
		{"layers as a result", "", output("network.cnn.layers"), "RL0203", "It has parameters"},
		{"error of one vector", "", "spectrum \"s\" {\n objective = objective.images\n samples = 1\n}\n" + output("spectrum.s.trace_error"), "RL0203", "samples = 2"},
		{"spectrum in a report", "", "spectrum \"s\" {\n objective = objective.images\n top = 1\n}\nreport { show = [spectrum.s] }", "RL0406", "every report ends"},
		{"colour that there is not", "", "plot \"p\" {\n line {\n y = run.gd.loss\n color = \"cyan\"\n }\n}", "RL0406", "orange"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := images + c.text + "\n"
			if c.old != "" {
				if !strings.Contains(images, c.old) {
					t.Fatalf("the study has no %q", c.old)
				}
				text = strings.Replace(images, c.old, c.text, 1)
			}
			_, diags := Compile(folder(t, "s.hcl", text), Options{})
			expect(t, diags, c.code, c.message)
		})
	}
}

// TestDigests: a digest that nothing would be held to is an error.
func TestDigests(t *testing.T) {
	record := string(make([]byte, 3073))
	digest := strings.Repeat("0a", 32)
	for _, c := range []struct{ name, text, code, message string }{
		{"one for a folder", `"` + digest + `"`, "RL0406", "is a folder.*data_batch_1.bin"},
		{"of another name", `{ "batch_1.bin" = "` + digest + `" }`, "RL0406", `no file "batch_1.bin".*data_batch_1.bin`},
		{"of another file", `{ "data_batch_1.bin" = "` + digest + `" }`, "RL0417", "the SHA-256 of the file"},
		{"of a file that is not read", `{ "test_batch.bin" = "` + digest + `" }`, "", ""},
	} {
		for _, inner := range []string{"", "cifar-10-batches-bin/"} {
			t.Run(c.name+inner, func(t *testing.T) {
				text := "study { title = \"t\" }\ndataset \"cifar10\" \"d\" {\n path = \"data\"\n digest = " + c.text + "\n}\noutput \"o\" { value = dataset.d.samples }\n"
				_, diags := Compile(folder(t, "s.hcl", text, "data/"+inner+"data_batch_1.bin", record, "data/"+inner+"test_batch.bin", record), Options{})
				if c.code == "" {
					if len(diags) > 0 {
						t.Error(diags)
					}
					return
				}
				if d := expect(t, diags, c.code, c.message); d.Span.Start.Line != 4 {
					t.Errorf("%s is said of line %d", d.Summary, d.Span.Start.Line)
				}
			})
		}
	}
}

// TestChannelsFirst: an array in PyTorch's order is told from one of other images.
func TestChannelsFirst(t *testing.T) {
	header := "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 8, 8), }"
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	x := "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), 0}) + header + string(make([]byte, 4*3*8*8))
	label := "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }"
	label += strings.Repeat(" ", 117-len(label)) + "\n"
	y := "\x93NUMPY\x01\x00" + string([]byte{byte(len(label)), 0}) + label + "\x03"
	text := images + "dataset \"npy\" \"d\" {\n path = \"x.npy\"\n labels = \"y.npy\"\n}\nobjective \"o\" {\n network = network.cnn\n data = dataset.d\n loss = \"mse\"\n batch = 2\n}\n"
	_, diags := Compile(folder(t, "s.hcl", text, "x.npy", x, "y.npy", y), Options{})
	expect(t, diags, "RL0420", "channels_first = true in dataset.d")
}

// TestLikeOfNothing: the dataset whose statistics serve is looked at when the one
// that they serve is.
func TestLikeOfNothing(t *testing.T) {
	good(t, images+`
variable "cifar10" { default = "" }
dataset "cifar10" "real" { path = var.cifar10 }
dataset "cifar10" "held" {
  path        = var.cifar10
  test        = true
  standardize = dataset.real
}
output "o" { value = dataset.train.samples }
`, Options{})
	_, diags := Compile(folder(t, "s.hcl", images+`
dataset "cifar10" "real" { path = "data" }
dataset "synthetic" "held" { standardize = dataset.real }
output "o" { value = dataset.held.samples }
`), Options{})
	expect(t, diags, "RL0418", "data: there is no such file")
	_, diags = Compile(folder(t, "s.hcl", images+`
dataset "synthetic" "one" { standardize = dataset.two }
dataset "synthetic" "two" { standardize = dataset.one }
output "o" { value = dataset.one.samples }
`), Options{})
	expect(t, diags, "RL0204", "dataset.two -> dataset.one")
}

// TestShortForms: what may be left out.
func TestShortForms(t *testing.T) {
	p := good(t, images+`
run "loaded" {
  objective = objective.images
  start     = 0.5
  steps     = 0
  probe "distance" "moved" {}
  probe "landscape" "slice" {
    direction = "gradient"
    from      = -1
    to        = 1
    points    = 5
  }
}
landscape "line" {
  objective = objective.images
  center    = run.loaded.final
  axis "s" {
    direction = "gradient"
    from      = -1
    to        = 1
    points    = 7
  }
}
spectrum "s" {
  objective = objective.images
  samples   = 2
  points    = 50
  top       = 2
}
output "count" { value = network.cnn.parameters }
plot "p" {
  panel {
    line { y = landscape.line.loss - landscape.line.loss[3] }
    scatter { y = landscape.line.curvature }
  }
  panel {
    line { y = spectrum.s.density }
    band {
      lower = spectrum.s.density - spectrum.s.density_error
      upper = spectrum.s.density + spectrum.s.density_error
    }
  }
  panel {
    line { y = run.loaded.probe.slice[0] }
    line { y = spectrum.s.top }
    line { y = run.gd.loss }
  }
}
`, Options{})
	loaded := p.Runs[2]
	if o := loaded.Optimizer; o == nil || o.Kind != "gd" || constantOf(o.LearningRate) != 1 {
		t.Errorf("the optimizer of no steps is %+v", o)
	}
	if probe := loaded.Probes[0]; probe.Point != nil {
		t.Errorf("the probe has the point %v", probe.Point)
	}
	places := func(panel, mark int) string {
		x := p.Plots[0].Panels[panel].Marks[mark].X
		if x == nil {
			return ""
		}
		n := x.Graph.Node(x.Root)
		if n.Op == graph.At {
			return fmt.Sprintf("%s[%d]", x.Graph.Node(n.Args[0]).Name, n.Int0)
		}
		return n.Name
	}
	for _, c := range []struct {
		panel, mark int
		want        string
	}{
		{0, 0, "landscape.line.axis.s"}, {0, 1, "landscape.line.axis.s"},
		{1, 0, "spectrum.s.eigenvalue"}, {1, 1, "spectrum.s.eigenvalue"}, {2, 0, "run.loaded.probe.slice.position[0]"}, {2, 1, ""}, {2, 2, ""},
	} {
		if got := places(c.panel, c.mark); got != c.want {
			t.Errorf("mark %d of panel %d stands at %q, want %q", c.mark, c.panel, got, c.want)
		}
	}
	if n := constantOf(p.Outputs[0].Value); n != 380 {
		t.Errorf("the network has %v parameters, want 380", n)
	}
}

// TestWeightsSpan: what is wrong with a file of weights is said of the line that
// names it.
func TestWeightsSpan(t *testing.T) {
	path := folder(t, "s.hcl", images+"run \"x\" {\n objective = objective.images\n start = \"w.npz\"\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n}\n", "w.npz", "no archive")
	p, diags := Compile(path, Options{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if r := p.Runs[2]; !strings.Contains(strings.Split(string(text), "\n")[r.WeightsSpan.Start.Line-1], "w.npz") || filepath.Base(r.Weights) != "w.npz" {
		t.Errorf("weights %q at line %d", r.Weights, r.WeightsSpan.Start.Line)
	}
}

// TestUnnamed: blocks without their labels are said to have none, once each.
func TestUnnamed(t *testing.T) {
	for _, c := range []struct{ text, code string }{
		{"run \"x\" {\n objective = objective.images\n steps = 1\n optimizer \"gd\" { learning_rate = 1 }\n probe \"test\" { data = dataset.train }\n probe \"test\" { data = dataset.train }\n}", "RL0404"},
		{"landscape \"l\" {\n objective = objective.images\n center = run.gd.final\n axis {\n direction = \"gradient\"\n from = 0\n to = 1\n points = 3\n }\n axis {\n direction = \"random\"\n from = 0\n to = 1\n points = 3\n }\n}", "RL0404"},
		{"projection \"p\" {\n segment { run = run.gd }\n segment { run = run.gd }\n runs = [run.gd]\n}", "RL0404"},
	} {
		_, diags := Compile(folder(t, "s.hcl", images+c.text+"\n"), Options{})
		if len(diags) != 2 {
			t.Errorf("%d diagnostics of %s: %v", len(diags), c.text, diags)
		}
		for _, d := range diags {
			if string(d.Code) != c.code {
				t.Errorf("%s %s of %s", d.Code, d.Summary, c.text)
			}
		}
	}
}
