package schema

import "slices"

var dataset = Block{
	Noun: "dataset", Labels: []string{"kind", "name"}, ForEach: true,
	Description: "Samples with labels or targets. Files are read from below the study's folder, from the folder of `-data-dir`, or from where a variable given by `-var`, `-var-file` or `RELIEF_VAR_name` says. A dataset that nothing names is never opened.",
	Example: `dataset "cifar10" "train" {
  path  = var.cifar10 # the folder of data_batch_1.bin and so on
  limit = 5000
}

dataset "cifar10" "test" {
  path        = var.cifar10
  test        = true
  limit       = 1000
  standardize = dataset.train
}

dataset "csv" "iris" {
  path        = "data/iris.csv" # beside the study
  label       = "species"
  standardize = "pixel" # each column
}`,
	Attributes: []Attribute{
		{Name: "skip", Phase: Structural, Type: Index, Default: "0", Description: "how many samples are left out at the beginning: what one dataset takes and another skips splits them in two"},
		{Name: "limit", Phase: Structural, Type: Count, Description: "the largest number of samples, after those that are skipped; of those that are made, how many: 1,000 by default, 20 of chebyshev"},
		{Name: "standardize", Phase: Name, Type: Standards, Description: "`\"pixel\"` gives each feature mean 0 and deviation 1 over the samples, `\"channel\"` each channel, `\"none\"` changes nothing; a dataset, `dataset.train`, its statistics, as a test set needs them. Images are standardised per pixel by default, numbers not at all"},
		{Name: "scale", Phase: Math, Type: Scalar, Description: "the Euclidean norm that sample `i` of `n` is brought to, `i` from 0, after it is standardised"},
	},
	Kinds: []Kind{
		kind("cifar10", "CIFAR-10 in its binary version (Krizhevsky 2009): 32 x 32 colour images of 10 classes", selected(
			text("path", "the folder of data_batch_1.bin to data_batch_5.bin and test_batch.bin, or one such file", true),
			whether("test", "the test images of the folder"))...),
		kind("cifar100", "CIFAR-100 in its binary version: 32 x 32 colour images of 100 classes", selected(
			text("path", "the folder of train.bin and test.bin, or one of them", true),
			whether("test", "the test images of the folder"),
			whether("coarse", "the 20 coarse classes instead"))...),
		kind("idx", "images in IDX files, as MNIST and Fashion-MNIST have them", counted(
			text("path", "the folder of train-images-idx3-ubyte and so on, or the file of the images", true),
			text("labels", "the file of the labels, where path is a file", false),
			whether("test", "the test images of the folder"))...),
		kind("csv", "numbers in the lines of a text file", counted(
			text("path", "the file, which may be compressed by gzip", true),
			Attribute{Name: "header", Phase: Structural, Type: Bool, Description: "the first line names the columns; by default it does if none of its fields is a number"},
			text("separator", "the character between fields; a comma by default", false),
			text("label", "the column of the classes, by its name or number from 1", false),
			columns("targets", "the columns of the targets"),
			columns("features", "the columns of the samples; all others by default"),
			shape)...),
		kind("npy", "arrays of NumPy: samples by their first axis", counted(
			text("path", "the .npy file of the samples: samples x features, x height x width, or x height x width x channels", true),
			text("labels", "a .npy file of one whole number per sample", false),
			text("targets", "a .npy file of the targets, samples x outputs", false),
			whether("channels_first", "four axes are samples, channels, height, width"))...),
		kind("values", "numbers written in the study", slices.DeleteFunc(counted(
			Attribute{Name: "x", Phase: Structural, Type: Rows, Required: true, Description: "the samples: a list of lists, or of numbers where each sample is one"},
			Attribute{Name: "labels", Phase: Structural, Type: Wholes, Description: "the class of each sample, from 0"},
			Attribute{Name: "targets", Phase: Structural, Type: Rows, Description: "the targets of each sample, or one number for each"},
			shape), func(a Attribute) bool { return a.Name == "digest" })...),
		kind("synthetic", "images like CIFAR's, made from a seed: scenes of overlapping shapes with an object whose shape, texture and colours the class decides. All of a study are of the same classes, so that `skip` gives a test set",
			Attribute{Name: "classes", Phase: Structural, Type: Count, Max: 1000, Default: "10", Description: "how many classes"},
			Attribute{Name: "size", Phase: Structural, Type: Count, Max: 512, Default: "32", Unit: "pixels", Description: "height and width, 8 or more"},
			madeSeed),
		kind("teacher", "normal inputs whose targets a random network of one hidden layer of hyperbolic tangents gives. All of a study have the same teacher, so that `skip` gives a test set",
			Attribute{Name: "inputs", Phase: Structural, Type: Count, Default: "10", Description: "numbers per sample"},
			Attribute{Name: "hidden", Phase: Structural, Type: Count, Default: "20", Description: "hidden units of the teacher"},
			Attribute{Name: "outputs", Phase: Structural, Type: Count, Default: "1", Description: "targets per sample"},
			Attribute{Name: "noise", Phase: Structural, Type: Number, Default: "0", Description: "standard deviation of normal noise in the targets"},
			madeSeed),
		kind("chebyshev", "points spaced evenly over [-1, 1] with a Chebyshev polynomial as target (Cohen, Kaur, Li, Kolter, Talwalkar 2021)",
			Attribute{Name: "degree", Phase: Structural, Type: Index, Max: 1000, Required: true, Description: "the degree of the polynomial"}),
	},
	Blocks: []Nested{{Max: 1, Block: &Block{
		Noun: "augment", Description: "Random changes of the images in mini-batches: only the optimizer \"sgd\" draws them.",
		Example: `augment {
  flip = true
  crop = 4
}`,
		Attributes: []Attribute{
			{Name: "flip", Phase: Structural, Type: Bool, Default: "false", Description: "mirrors an image from left to right half the time"},
			{Name: "crop", Phase: Structural, Type: Index, Max: 64, Default: "0", Unit: "pixels", Description: "shifts an image by up to so many pixels each way"},
		},
	}}},
	Results: []Output{
		{"samples", "number", "how many samples"},
		{"features", "number", "numbers per sample"},
		{"classes", "number", "how many classes, 0 without labels"},
		{"norms", "vector", "the Euclidean norm of each sample, as trained on"},
		{"mean", "vector", "what standardising subtracts, by feature or channel"},
		{"deviation", "vector", "what it divides by"},
	},
}

func text(name, description string, required bool) Attribute {
	return Attribute{Name: name, Phase: Structural, Type: String, Required: required, Description: description}
}

func whether(name, description string) Attribute {
	return Attribute{Name: name, Phase: Structural, Type: Bool, Default: "false", Description: description}
}

func columns(name, description string) Attribute {
	return Attribute{Name: name, Phase: Structural, Type: Choices, Description: description + ", by name or number from 1"}
}

var (
	shape    = Attribute{Name: "shape", Phase: Structural, Type: Wholes, Description: "channels, height and width of each sample, if it is an image; a row of numbers goes through it row by row, the channels of a pixel side by side"}
	madeSeed = Attribute{Name: "seed", Phase: Structural, Type: Index, Max: 1 << 53, Description: "of what is made; by default derived from the study's seed, the same for all datasets of the kind"}
)

// selected adds the arguments that choose among labelled samples of files.
func selected(attributes ...Attribute) []Attribute {
	return append(attributes,
		Attribute{Name: "classes", Phase: Structural, Type: Choices, Description: "the classes that are kept, by name or number, numbered anew in this order"},
		Attribute{Name: "per_class", Phase: Structural, Type: Count, Description: "the largest number of samples of each class"},
		Attribute{Name: "digest", Phase: Structural, Type: Digest, Description: "the SHA-256 that a file must have, in hexadecimal; a map by file name for those of a folder"},
	)
}

// counted adds those of files that do not say how many classes there are.
func counted(attributes ...Attribute) []Attribute {
	return selected(append(attributes,
		Attribute{Name: "count", Phase: Structural, Type: Count, Description: "how many classes the labels are of; by default the largest label plus 1"})...)
}

// activations are the functions that a layer may apply.
var activations = []string{"identity", "relu", "leaky_relu", "elu", "gelu", "softplus", "tanh", "hardtanh", "sigmoid"}

var (
	when = Attribute{Name: "when", Phase: Structural, Type: Bool, Default: "true", Description: "false leaves it out; the names of the others stay"}

	activation = Attribute{Name: "activation", Phase: Structural, Type: String, Allowed: activations, Description: "a function applied to what it gives"}
	slope      = Attribute{Name: "slope", Phase: Structural, Type: Number, Description: "the number of leaky_relu (0.01 by default) or elu (1)"}
	initWeight = Attribute{Name: "init", Phase: Structural, Type: Init, Description: "how the weights begin: `\"kaiming_normal\"`, `\"kaiming_uniform\"`, `\"xavier_normal\"`, `\"xavier_uniform\"`, `\"lecun_normal\"`, `\"orthogonal\"`, with a gain of your own as `kaiming_normal(1.5)`; `normal(mean, sd)`, `uniform(from, to)`, `\"zeros\"`, `\"ones\"` or a number. By default PyTorch's, uniform on +-1/sqrt(inputs)"}
	initBias   = Attribute{Name: "bias_init", Phase: Structural, Type: Init, Description: "how the biases begin, likewise"}
	bias       = Attribute{Name: "bias", Phase: Structural, Type: Bool, Default: "true", Description: "adds a number to each unit or channel"}
	epsilon    = Attribute{Name: "epsilon", Phase: Structural, Type: Number, Default: "0.00001", Description: "added to the variance"}
	padding    = Attribute{Name: "padding", Phase: Structural, Type: Padding, Default: "0", Description: "pixels of zeros on each side; `\"same\"` keeps height and width, for stride 1 and an odd kernel"}
)

// norm are the arguments of batch_norm and layer_norm.
var norm = []Attribute{epsilon, activation, slope,
	{Name: "init", Phase: Structural, Type: Init, Description: "how the weights begin: 1 by default"},
	{Name: "bias_init", Phase: Structural, Type: Init, Description: "how the biases begin: 0 by default"}}

// pool are the arguments of max_pool and avg_pool.
var pool = []Attribute{
	{Name: "kernel", Phase: Structural, Type: Window, Default: "2", Description: "the side of the window, or [height, width]"},
	{Name: "stride", Phase: Structural, Type: Count, Description: "how far the window moves; by default its side"},
	{Name: "padding", Phase: Structural, Type: Padding, Default: "0", Description: "pixels on each side that count for nothing"},
}

var layer = Block{
	Noun: "layer", Labels: []string{"kind", "name"}, Optional: 1,
	Description: "One layer. A second label names it; without one it is called by its kind and its number among those of the kind: `dense1`, `conv2`. Its parameters are `dense1.weight`, `dense1.bias`.",
	Example: `layer "conv" {
  channels   = 64
  kernel     = 3
  padding    = "same"
  activation = "relu"
}`,
	Attributes: []Attribute{when},
	Kinds: []Kind{
		kind("dense", "a fully-connected layer, x W + b, of vectors: torch.nn.Linear. Its weight is inputs x outputs, and in files of weights, as PyTorch has it, outputs x inputs",
			Attribute{Name: "units", Phase: Structural, Type: Count, Required: true, Description: "how many outputs"}, bias, activation, slope, initWeight, initBias),
		kind("conv", "a convolution of images: torch.nn.Conv2d. Its weight is height x width x inputs/groups x outputs, and in files of weights, as PyTorch has it, outputs x inputs/groups x height x width",
			Attribute{Name: "channels", Phase: Structural, Type: Count, Required: true, Description: "channels of its output"},
			Attribute{Name: "kernel", Phase: Structural, Type: Window, Default: "3", Description: "the side of the window, or [height, width]"},
			Attribute{Name: "stride", Phase: Structural, Type: Count, Default: "1", Description: "how far the window moves"}, padding,
			Attribute{Name: "groups", Phase: Structural, Type: Count, Default: "1", Description: "channels see each other only within groups"}, bias, activation, slope, initWeight, initBias),
		kind("batch_norm", "normalises each channel over the samples and pixels of a batch: torch.nn.BatchNorm2d in training. Tests use the statistics of the whole training set at the same point, not lagging averages", norm...),
		kind("layer_norm", "normalises each sample over all its elements: torch.nn.LayerNorm of vectors, GroupNorm(1) of images", norm...),
		kind("activation", "a function alone", Attribute{Name: "activation", Phase: Structural, Type: String, Required: true, Allowed: activations, Description: "the function"}, slope),
		kind("max_pool", "the largest value in each window", pool...),
		kind("avg_pool", "the mean of each window", pool...),
		kind("global_pool", "the mean of each channel over all pixels: an image becomes a vector"),
		kind("flatten", "an image becomes a vector"),
		kind("dropout", "sets elements to 0 at random in training and scales the others: torch.nn.Dropout. What it drops follows from the seed and the number of updates made: the gradient and the probes of one step see the same, spectra and landscapes what step 0 sees, a probe \"test\" none of it",
			Attribute{Name: "rate", Phase: Structural, Type: Number, Required: true, Description: "the share that is dropped, from 0 to below 1"}),
	},
}

// Blocks that hold layers hold each other, so that their tables are closed in
// init.
var (
	residual = Block{
		Noun: "residual", Labels: []string{"name"}, Optional: 1,
		Description: "Layers whose output is added to their input, or to what the `shortcut` makes of it.",
		Example: `residual {
  layer "conv" {
    channels   = 64
    padding    = "same"
    activation = "relu"
  }
  layer "conv" {
    channels = 64
    padding  = "same"
  }
  activation = "relu"
}`,
		Attributes: []Attribute{{Name: "activation", Phase: Structural, Type: String, Allowed: activations, Description: "a function applied to the sum"}, slope, when},
	}
	concat = Block{
		Noun: "concat", Labels: []string{"name"}, Optional: 1,
		Description: "Joins the channels of what its branches give. Layers that stand in it directly are one branch beside the input itself, as in a DenseNet.",
		Example: `concat {
  branch {
    layer "conv" {
      channels = 16
      kernel   = 1
    }
  }
  branch {
    layer "conv" {
      channels = 16
      padding  = "same"
    }
  }
}`,
		Attributes: []Attribute{when},
	}
	repeat = Block{
		Noun: "repeat", Labels: []string{"name"}, Optional: 1,
		Description: "Layers several times over. With `repeat \"stage\"` the names `stage.value` (the element, or the number from 0) and `stage.index` (from 0) stand in it, and its layers are called `stage1.conv1` and so on; without a label `each.value`, `each.index` and `repeat1.1.conv1`.",
		Example: `repeat "stage" {
  for_each = [16, 32, 64]
  layer "conv" {
    channels   = stage.value
    stride     = stage.index == 0 ? 1 : 2
    padding    = 1
    activation = "relu"
  }
}`,
		Attributes: []Attribute{
			{Name: "count", Phase: Structural, Type: Index, Description: "how many times"},
			{Name: "for_each", Phase: Structural, Type: List, Description: "a list: once for each element"},
			when,
		},
	}
	branch   = Block{Noun: "branch", Labels: []string{"name"}, Optional: 1, Description: "Layers of one branch; an empty one is the input itself."}
	shortcut = Block{Noun: "shortcut", Description: "Layers that the input passes before the sum, where shapes change.",
		Attributes: []Attribute{{Name: "when", Phase: Structural, Type: Bool, Default: "true", Description: "false leaves it out: the input itself is added"}}}
)

// layers are the blocks that networks are made of.
var layers = []Nested{{Block: &layer}, {Block: &residual}, {Block: &concat}, {Block: &repeat}}

func init() {
	residual.Blocks = append(slices.Clone(layers), Nested{Max: 1, Block: &shortcut})
	concat.Blocks = append(slices.Clone(layers), Nested{Block: &branch})
	repeat.Blocks, branch.Blocks, shortcut.Blocks = layers, layers, layers
}

var network = Block{
	Noun: "network", Labels: []string{"name"}, ForEach: true, Library: true, OpenWith: "use",
	Description: "A neural network: layers in order. `in.channels`, `in.height`, `in.width` and `in.units` are the shape that the next layer gets. A network with `params` is a pattern: another one says `use = std.vgg11` with `width = 8`, and `param.width` stands for it there.",
	Example: `network "mlp" {
  input = [3, 32, 32]
  layer "flatten" {}
  layer "dense" {
    units      = 200
    activation = "tanh"
  }
  layer "dense" { units = 10 }
}

network "vgg" {
  use       = std.vgg11
  width     = 8
  precision = "float32"
}`,
	Attributes: []Attribute{
		{Name: "input", Phase: Structural, Type: Wholes, Description: "the shape of one sample: channels, height and width, as `[3, 32, 32]`, or the number of inputs, as `[10]`"},
		{Name: "precision", Phase: Structural, Type: String, Default: `"float64"`, Allowed: []string{"float64", "float32"}, Description: "of what is computed in it; sums and losses are binary64 either way. \"float32\" is about twice as fast"},
		{Name: "init", Phase: Structural, Type: Init, Description: "how the weights of its dense and conv layers begin where they do not say it themselves"},
		{Name: "bias_init", Phase: Structural, Type: Init, Description: "how their biases begin"},
		{Name: "use", Phase: Name, Type: Reference, Noun: "network", Description: "a network whose layers it has: of the standard library, `std.vgg11`, of an import, `lib.net`, or of this file, `network.net`. The arguments that it declares in `params` are written beside it"},
		{Name: "params", Phase: Structural, Type: Settings, Description: "names with default values, `{ width = 64 }`, that those who use it may set; inside, `param.width`"},
		{Name: "description", Phase: Structural, Type: String, Description: "what it is, in one line"},
		{Name: "source", Phase: Structural, Type: String, Description: "where it comes from: a citation"},
	},
	Blocks: layers,
	Results: []Output{
		{"parameters", "number", "how many parameters it has"},
	},
}
