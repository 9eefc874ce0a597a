package study

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang/diag"
	"relief/lang/schema"
)

// torchKinds has, by noun, kinds as other tools call them, in lower case, and
// what to write for them.
var torchKinds = map[string]map[string]string{
	"layer": {
		"linear": `Write layer "dense" { units = ... }.`, "fc": `Write layer "dense" { units = ... }.`, "fully_connected": `Write layer "dense" { units = ... }.`,
		"conv2d": `Write layer "conv" { ... } with channels and kernel.`, "convolution": `Write layer "conv" { ... } with channels and kernel.`,
		"batchnorm": `Write layer "batch_norm" {}.`, "batchnorm2d": `Write layer "batch_norm" {}.`, "batchnorm1d": `Write layer "batch_norm" {}.`, "bn": `Write layer "batch_norm" {}.`,
		"layernorm": `Write layer "layer_norm" {}.`, "groupnorm": `Write layer "layer_norm" {}, which is GroupNorm(1).`,
		"maxpool": `Write layer "max_pool" { kernel = 2 }.`, "maxpool2d": `Write layer "max_pool" { kernel = 2 }.`,
		"avgpool": `Write layer "avg_pool" { kernel = 2 }.`, "avgpool2d": `Write layer "avg_pool" { kernel = 2 }.`,
		"adaptiveavgpool2d": `Write layer "global_pool" {}.`, "global_avg_pool": `Write layer "global_pool" {}.`,
		"sequential": "Layers stand one after the other in the network; repeat { count = 3 } has some several times.",
		"residual":   "It is a block of its own: residual { ... }.", "concat": "It is a block of its own: concat { ... }.", "repeat": "It is a block of its own: repeat { count = 3 }.",
		"input": "The input's shape is an argument of the network: input = [3, 32, 32].", "softmax": `The loss "cross_entropy" has the softmax in it: leave the layer out.`,
	},
	"dataset": {
		"mnist": `Write dataset "idx" with the folder of its files.`, "fashion_mnist": `Write dataset "idx" with the folder of its files.`, "fashionmnist": `Write dataset "idx" with the folder of its files.`,
		"cifar": `Write dataset "cifar10" or "cifar100".`, "cifar-10": `Write dataset "cifar10".`, "cifar-100": `Write dataset "cifar100".`,
		"npz": `Save its arrays as .npy files and write dataset "npy".`, "numpy": `Write dataset "npy".`,
	},
	"optimizer": {
		"polyak": `Write optimizer "momentum".`, "heavy_ball": `Write optimizer "momentum".`, "heavyball": `Write optimizer "momentum".`, "nag": `Write optimizer "nesterov".`,
		"langevin": `Write optimizer "sde" with noise = ...`, "sgld": `Write optimizer "sde" with noise = ...`, "euler_maruyama": `Write optimizer "sde".`, "ou": `Write optimizer "sde".`,
		"flow": `Write optimizer "gradient_flow".`, "gf": `Write optimizer "gradient_flow".`, "ode": `Write optimizer "gradient_flow".`, "centralflow": `Write optimizer "central_flow".`,
		"lion": ownRule, "signsgd": ownRule, "sign_sgd": ownRule, "signum": ownRule, "adadelta": ownRule, "nadam": ownRule, "radam": ownRule, "adamax": ownRule, "asgd": ownRule, "rprop": ownRule, "muon": ownRule, "lars": ownRule, "lamb": ownRule, "asam": ownRule, "lookahead": ownRule, "custom": ownRule, "own": ownRule, "newton": ownRule,
	},
	"probe": {
		"eigenvalue": `Write probe "sharpness" with top = 3 for several.`, "hessian": `Write probe "sharpness".`, "accuracy": `Write probe "test" with data = dataset.name.`,
		"loss": "Every run has its loss: run.name.loss.", "grad_norm": "Every run has it: run.name.grad_norm.",
	},
}

const ownRule = "Write it as a rule of your own: optimizer \"map\", with blocks state and update; `relief docs optimizer` shows one."

// torchKind says what to write for a kind of another tool, "" for any other.
func torchKind(spec *schema.Block, kind string) string {
	like := strings.ToLower(kind)
	if cure, ok := torchKinds[spec.Noun][like]; ok {
		return cure
	}
	if spec.Noun != "layer" {
		return ""
	}
	// An activation stands in the layer before it, or alone.
	if a, ok := spec.Attribute("activation", "activation"); ok {
		like = strings.NewReplacer("leakyrelu", "leaky_relu", "silu", "").Replace(like)
		if slices.Contains(a.Allowed, like) {
			return fmt.Sprintf("Write activation = %q in the layer before it, or layer \"activation\" { activation = %q }.", like, like)
		}
	}
	return ""
}

// layerCure says what to write for a block that is called as a layer, "" for any
// other.
func layerCure(spec *schema.Block, name string) string {
	layer := layerBlock(spec)
	if layer == nil {
		return ""
	}
	if _, ok := layer.Kind(name); ok {
		return fmt.Sprintf("The kind of a layer stands in quotes: layer %q { ... }.", name)
	}
	return torchKind(layer, name)
}

// layerBlock is the block of layers that a block may hold, nil if it holds none.
func layerBlock(spec *schema.Block) *schema.Block {
	for _, n := range spec.Blocks {
		if n.Block.Noun == "layer" {
			return n.Block
		}
	}
	return nil
}

// torchValues has, by argument, values that other tools have, in lower case.
var torchValues = map[string]map[string]string{
	"activation": {
		"softmax":     `The loss "cross_entropy" has the softmax in it: leave it out.`,
		"log_softmax": `The loss "cross_entropy" has the softmax in it: leave it out.`, "logsoftmax": `The loss "cross_entropy" has the softmax in it: leave it out.`,
		"linear": `Write "identity", or leave the activation out.`, "none": "Leave the activation out.",
	},
	"loss": {
		"ce": `Write "cross_entropy".`, "nll": `Write "cross_entropy", which has the softmax in it.`, "nllloss": `Write "cross_entropy", which has the softmax in it.`,
		"bce": `Write "cross_entropy" with two outputs.`, "bceloss": `Write "cross_entropy" with two outputs.`, "bcewithlogitsloss": `Write "cross_entropy" with two outputs.`,
		"mseloss": `Write "mse", which is half the sum of squares over the outputs.`, "l2": `Write "mse", which is half the sum of squares over the outputs.`,
	},
	"precision": {
		"fp32": `Write "float32".`, "single": `Write "float32".`, "float": `Write "float32".`, "fp64": `Write "float64".`, "double": `Write "float64".`,
		"float16": `The narrowest is "float32".`, "bfloat16": `The narrowest is "float32".`, "fp16": `The narrowest is "float32".`, "bf16": `The narrowest is "float32".`, "half": `The narrowest is "float32".`,
	},
	"init": {
		"he_normal": `Write "kaiming_normal".`, "he_uniform": `Write "kaiming_uniform".`, "glorot_normal": `Write "xavier_normal".`, "glorot_uniform": `Write "xavier_uniform".`, "default": "Leave it out: the default is PyTorch's.",
	},
}

// torchValue says what to write for a value of another tool, otherwise what else
// to say of one that is none of ours.
func torchValue(argument, value, otherwise string) string {
	if cure, ok := torchValues[argument][strings.ToLower(value)]; ok {
		return cure
	}
	return otherwise
}

// torch has, by noun, arguments that other tools have.
var torch = map[string]map[string]foreign{
	"layer": {
		"in_features": inferred, "in_channels": inferred, "num_features": inferred, "normalized_shape": inferred, "input_dim": inferred, "in_dim": inferred,
		"out_features": {"Write units = ...", "units"}, "out_dim": {"Write units = ...", "units"}, "outputs": {"Write units = ...", "units"}, "width": {"Write units = ... in a dense layer, channels = ... in a conv.", "units"},
		"out_channels": {"Write channels = ...", "channels"}, "filters": {"Write channels = ...", "channels"}, "kernel_size": {"Write kernel = ...", "kernel"},
		"p": {"Write rate = ...", "rate"}, "eps": {"Write epsilon = ...", ""}, "pad": {"Write padding = ...", ""}, "nonlinearity": {"Write activation = ...", "activation"}, "function": {"Write activation = ...", "activation"},
		"momentum": {"Tests use the statistics of the whole training set, not running averages: leave it out.", ""}, "dtype": {"The precision is that of the network: precision = \"float32\".", ""},
		"size": {"Write kernel = ...", "kernel"}, "pool_size": {"Write kernel = ...", "kernel"}, "num_units": {"Write units = ...", "units"}, "dilation": {"There is no dilation: leave it out.", ""},
		"negative_slope": {"Write slope = ...", ""}, "alpha": {"Write slope = ...", ""}, "use_bias": {"Write bias = false.", ""}, "initializer": {"Write init = ...", ""}, "weight_init": {"Write init = ...", ""},
		"track_running_stats": {"Tests use the statistics of the whole training set: leave it out.", ""}, "affine": {"The weights of a norm are always there: leave it out.", ""},
	},
	"network": {
		"input_shape": {"Write input = [3, 32, 32]: channels, height, width.", ""}, "shape": {"Write input = [3, 32, 32]: channels, height, width.", ""}, "in_channels": {"Write input = [3, 32, 32]: channels, height, width.", ""},
		"num_classes": {"Write classes = ...", ""}, "pretrained": {"A run starts from weights: start = \"model.safetensors\".", ""}, "device": onProcessor,
		"dtype": {`Write precision = "float32".`, ""}, "layers": {`Each layer is a block: layer "dense" { units = 10 }.`, ""}, "seed": {"A run has a seed: it decides where the network starts.", ""},
		"loss": {"It stands in an objective, with network and data.", ""}, "data": {"It stands in an objective, with network and loss.", ""},
	},
	"dataset": {
		"root": {"Write path = ...", "path"}, "folder": {"Write path = ...", "path"}, "file": {"Write path = ...", "path"}, "dir": {"Write path = ...", "path"},
		"train": {"The training samples are the default; write test = true for the others.", ""}, "split": {"What one dataset takes by limit, another skips: skip = 5000.", ""}, "download": {"Nothing is fetched in a run: name a folder that is there.", ""},
		"n": {"Write limit = ...", ""}, "samples": {"Write limit = ...", ""}, "n_samples": {"Write limit = ...", ""}, "count": {"Write limit = ...", ""}, "first": {"Write skip = ...", ""}, "offset": {"Write skip = ...", ""},
		"normalize": {`Write standardize = "pixel" or "channel".`, ""}, "standardise": {"Write standardize = ...", ""}, "transform": {"Write standardize, and an augment block.", ""}, "flip": {"It stands in a block: augment { flip = true }.", ""}, "crop": {"It stands in a block: augment { crop = 4 }.", ""},
		"batch_size": {`It stands in the optimizer "sgd": batch = 50.`, ""}, "batch": {`It stands in the optimizer "sgd": batch = 50.`, ""}, "shuffle": {"The seed of the run decides the order of the samples: leave it out.", ""},
		"targets": {"They belong to csv, npy and values.", ""}, "sha256": {"Write digest = ...", ""},
	},
	"objective": {
		"model": {"Write network = ...", "network"}, "net": {"Write network = ...", "network"}, "dataset": {"Write data = ...", "data"}, "train": {"Write data = ...", "data"}, "criterion": {"Write loss = ...", "loss"}, "loss_fn": {"Write loss = ...", "loss"},
		"weight_decay": {"It stands in the optimizer; or write regularizer = 0.5 * 5e-4 * sum(sq(weights)).", ""}, "l2": {"Write regularizer = 5e-4 * sum(sq(weights)).", ""}, "batch_size": {"Write batch = ... here for how many samples are computed together, or in the optimizer \"sgd\" for mini-batches.", ""},
		"test":      {`It stands in a run: probe "test" "held_out" { data = dataset.name }.`, ""},
		"reduction": {"The loss is the mean over the samples: leave it out.", ""}, "l1": {"Write regularizer = 1e-5 * sum(abs(weights)).", ""}, "device": onProcessor,
		"label_smoothing": {"There is none: leave it out.", ""},
	},
	"spectrum": {
		"k": {"Write top = ...", ""}, "n": {"Write top = ...", ""}, "center": {"Write point = ...", ""}, "at": {"Write point = ...", ""}, "run": {"Write point = run.name.final.", ""},
	},
	"probe": {
		"k": {"Write top = ...", "top"}, "n": {"Write top = ...", "top"}, "dataset": {"Write data = ...", "data"}, "interval": {"Write every = ...", ""}, "frequency": {"Write every = ...", ""},
		"layer": {"Write layers = [\"conv1\"].", ""}, "from_point": {"Write point = ...", "point"},
	},
	"projection": {"run": {"Write runs = [run.name], and the run of each segment in it.", "runs"}},
}

var onProcessor = foreign{"relief computes on the processor: leave it out.", ""}

var inferred = foreign{"Leave it out: it follows from the layers before.", ""}

// batched are what a run or an optimizer of mini-batches is asked for elsewhere.
func batched(b *body, name string) string {
	switch name {
	case "epochs", "epoch", "num_epochs", "n_epochs":
		switch {
		case b.spec.Noun == "optimizer":
			return "It stands in the run: steps = ..., each one mini-batch, so epochs * samples / batch."
		case b.spec.Noun == "run" && drawsBatches(b):
			return "Write steps = ..., each one mini-batch: epochs * samples / batch."
		}
	case "device", "dtype":
		if b.spec.Noun == "run" || b.spec.Noun == "optimizer" {
			return onProcessor.cure
		}
	case "shuffle", "drop_last":
		if b.spec.Noun == "optimizer" {
			return "Samples are always drawn in an order of the seed, and what is left of an epoch is left out: leave it out."
		}
	case "decoupled_weight_decay":
		if b.spec.Noun == "optimizer" {
			return `Write optimizer "adamw", whose weight decay is decoupled.`
		}
	case "dampening", "amsgrad", "foreach", "fused", "maximize", "capturable", "centered", "lr_decay", "initial_accumulator_value":
		if b.spec.Noun == "optimizer" {
			return "It is as PyTorch has it by default: leave it out."
		}
	case "network", "data", "dataset", "model", "loss":
		if b.spec.Noun == "run" {
			return "It stands in an objective; write objective = objective.name."
		}
	case "batch", "batch_size", "minibatch":
		if b.spec.Noun == "run" {
			return `It stands in the optimizer: optimizer "sgd" { batch = 50 } with its learning_rate.`
		}
		if b.spec.Noun == "optimizer" && b.kind == "sgd" {
			return "Write batch = ..."
		}
	}
	return ""
}

// drawsBatches reports whether a run has an optimizer of mini-batches inside.
func drawsBatches(run *body) bool {
	return slices.ContainsFunc(run.src.Body.Blocks, func(b *hclsyntax.Block) bool {
		return b.Type == "optimizer" && len(b.Labels) > 0 && strings.EqualFold(b.Labels[0], "sgd")
	})
}

// kindCure says what to write for an unknown kind.
func kindCure(spec *schema.Block, kind string) string {
	if cure := torchKind(spec, kind); cure != "" {
		return cure
	}
	kinds := kindsOf(spec)
	if s := diag.Suggest(kind, kinds); s != "" {
		return fmt.Sprintf("Did you mean %q?", s)
	}
	return "Kinds are " + strings.Join(kinds, ", ") + "."
}
