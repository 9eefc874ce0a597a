package schema

// Blocks is every top-level block of the language, in the order in which the
// reference explains them.
var Blocks = []Block{
	study, variable, locals, imported, function,
	objective, dataset, network, schedule, optimizer,
	run,
	landscape, spectrum, orbit, growth, projection,
	check, plot, table, output, report,
}

var study = Block{
	Noun:        "study",
	Single:      true,
	Description: "Names the study. A file without it is a library: its functions, networks, schedules and locals can be imported, and it cannot be run.",
	Example: `study {
  title  = "Edge of stability in one dimension"
  source = "Ma, Kunin, Wu, Ying (2022), Fig. 4.1 left"
}`,
	Attributes: []Attribute{
		{Name: "title", Phase: Structural, Type: String, Description: "the heading of the report"},
		{Name: "description", Phase: Structural, Type: String, Description: "what the study shows, in Markdown"},
		{Name: "source", Phase: Structural, Type: String, Description: "what it reproduces: a citation"},
		{Name: "seed", Phase: Structural, Type: Index, Max: 1 << 53, Default: "0", Description: "the number that every block's own random numbers are derived from"},
		{Name: "requires", Phase: Structural, Type: String, Description: "the oldest version of relief that can run it, such as \"0.1\""},
	},
}

var variable = Block{
	Noun: "variable", Labels: []string{"name"},
	Description: "An input of the study, `var.name`, set by `-var name=value`, `-var-file` or `RELIEF_VAR_name`, in this order of precedence.",
	Example: `variable "eta" {
  type        = number
  default     = 0.25
  description = "learning rate after the fork"
  validation {
    condition = var.eta > 0
    message   = "a learning rate is positive"
  }
}`,
	Attributes: []Attribute{
		{Name: "type", Phase: Name, Type: TypeName, Default: "any", Description: "`number`, `string`, `bool`, `list(number)`, `map(string)` and the like"},
		{Name: "default", Phase: Structural, Type: Constant, Description: "its value when none is given; without a default a value must be given"},
		{Name: "description", Phase: Structural, Type: String, Description: "what it is for"},
		{Name: "unit", Phase: Structural, Type: String, Description: "shown beside the value"},
	},
	Blocks: []Nested{{Block: &Block{
		Noun:        "validation",
		Description: "A condition on the value.",
		Attributes: []Attribute{
			{Name: "condition", Phase: Structural, Type: Truth, Required: true, Description: "true if the value is good"},
			{Name: "message", Phase: Structural, Type: String, Required: true, Description: "what a good value is"},
		},
	}}},
}

var locals = Block{
	Noun: "locals", Library: true,
	Description: "Shorthands, `local.name`. A local is an expression, judged where it is used: it may be a number, or a formula in the names of that place.",
	Example: `locals {
  rates = [2.5, 0.25]
}`,
	Open: "an expression",
}

var imported = Block{
	Noun: "import", Labels: []string{"name"}, Library: true,
	Description: "Makes the functions of another file callable as `name::f(x)`, and nameable as `name.f`; its schedules are `name.s`.",
	Example: `import "lib" {
  source = "./lib.hcl"
}`,
	Attributes: []Attribute{
		{Name: "source", Phase: Name, Type: String, Required: true, Description: "the file, relative to this one and inside the project"},
	},
}

var function = Block{
	Noun: "function", Labels: []string{"name"}, Library: true,
	Description: "A mathematical function. Parameters take numbers, vectors, matrices and functions, checked at each call; a function may not call itself.",
	Example: `function "flat" {
  params = [x]
  value  = 1 + 0.001 * sq(x)
}`,
	Attributes: []Attribute{
		{Name: "params", Phase: Name, Type: Names, Required: true, Description: "the names of the arguments"},
		{Name: "value", Phase: Math, Type: Formula, Required: true, Description: "the value, in the parameters and the function's locals"},
		{Name: "description", Phase: Structural, Type: String, Description: "what it is, in one line"},
		{Name: "formula", Phase: Structural, Type: String, Description: "the formula as a textbook writes it"},
		{Name: "source", Phase: Structural, Type: String, Description: "where it comes from: a citation"},
		{Name: "example", Phase: Structural, Type: String, Description: "a call and its value"},
	},
	Blocks: []Nested{{Max: 1, Block: &Block{
		Noun: "locals", Open: "an expression",
		Description: "Shorthands of this function, `local.name`.",
	}}, {Block: &Block{
		Noun:        "validation",
		Description: "A demand on the arguments of a call, judged when the study is checked: on lengths, and on numbers known by then.",
		Attributes: []Attribute{
			{Name: "condition", Phase: Math, Type: Truth, Required: true, Description: "true if the arguments are good"},
			{Name: "message", Phase: Text, Type: Words, Required: true, Description: "what good arguments are"},
		},
	}}},
}

var objective = Block{
	Noun: "objective", Labels: []string{"name"}, ForEach: true,
	Description: "A function to be minimised: a formula in `params`, or the mean loss of a `network` on `data`. `w[8]` declares a vector of 8 elements, `W[3][5]` a matrix of 3 rows and 5 columns. The parameters of a network have names such as `dense1.weight`.",
	Example: `objective "two_valleys" {
  params = [x1, x2]
  value  = valley(log_growth, flat, x1, x2)
}

objective "training" {
  network = network.mlp
  data    = dataset.train
  loss    = "cross_entropy"
}`,
	Attributes: []Attribute{
		{Name: "params", Phase: Name, Type: Params, Description: "the parameters, in order"},
		{Name: "value", Phase: Math, Type: Formula, Description: "the number to be minimised, in the parameters"},
		{Name: "network", Phase: Name, Type: Reference, Noun: "network", Description: "the network that is trained, instead of `params` and `value`"},
		{Name: "data", Phase: Name, Type: Reference, Noun: "dataset", Description: "what it is trained on"},
		{Name: "loss", Phase: Structural, Type: String, Allowed: []string{"mse", "cross_entropy"}, Description: "of a sample, whose mean is minimised: `\"mse\"` is half the sum of squares over the outputs, with labels as one-hot targets; `\"cross_entropy\"` that of the softmax with the label"},
		{Name: "regularizer", Phase: Math, Type: Formula, Description: "a number added to the loss, in `params`, the flat vector of all parameters, and `weights`, that of the weights of dense and conv layers: `5e-4 * sum(sq(weights))`"},
		{Name: "batch", Phase: Structural, Type: Count, Description: "how many samples are computed together. With batch_norm it is part of the loss, whose statistics are those of each batch, and all samples are one batch by default; without it only the memory changes"},
	},
	Results: []Output{
		{"value(objective.f, point)", "a number", "the objective at a point"},
		{"gradient(objective.f, point)", "a vector", "its gradient, flat in the order of `params`"},
		{"hessian(objective.f, point)", "a matrix", "its Hessian"},
		{"hvp(objective.f, point, v)", "a vector", "the Hessian times v"},
	},
}

var schedule = Block{
	Noun: "schedule", Labels: []string{"name"}, ForEach: true, Library: true,
	Description: "A learning rate over time that several optimizers share, `schedule.name`.",
	Example: `schedule "decayed" {
  value = piecewise(t, [5, 3, 1], [100, 150])
}`,
	Attributes: []Attribute{
		{Name: "value", Phase: Math, Type: Formula, Required: true, Description: "the rate of update t + 1, in `t` and `steps`"},
	},
}

var run = Block{
	Noun: "run", Labels: []string{"name"}, ForEach: true,
	Description: "A trajectory of an optimizer on an objective, or with `vary` one per lane. Index k is the state after k updates; update k + 1 uses the learning rate at t = k; a run of 200 steps has 201 points.",
	Example: `run "decayed" {
  objective = objective.convex
  start     = { x = -5 }
  steps     = 200
  optimizer "gd" { learning_rate = piecewise(t, [5, 3, 1], [100, 150]) }
}

run "trained" {
  objective = objective.training
  steps     = 2000
  optimizer "gd" { learning_rate = 0.01 }
  probe "sharpness" "lambda" { every = 20 }
  probe "test" "accuracy" {
    every = 100
    data  = dataset.test
  }
}`,
	Attributes: []Attribute{
		{Name: "objective", Phase: Name, Type: Reference, Noun: "objective", Description: "what is minimised; a resumed run takes that of the run it resumes"},
		{Name: "optimizer", Phase: Name, Type: Reference, Noun: "optimizer", Description: "an optimizer that stands beside the runs, instead of a block inside"},
		{Name: "start", Phase: Result, Type: File, Description: "the point at step 0: a value, `normal(mean, sd)` or `uniform(from, to)` for each parameter, a number or law for all, another run's state, or a flat vector. A network begins as its inits say unless this says otherwise; the path of a `.safetensors` or `.npz` file takes the weights from there"},
		{Name: "resume", Phase: Result, Type: Point, Description: "goes on from another run's state, `run.a.at[650]` or `run.a.final`, instead of a start; the optimizer's own state is kept when the kind is the same"},
		{Name: "steps", Phase: Structural, Type: Index, Required: true, Description: "the number of updates; of a resumed run, of further ones"},
		{Name: "may_diverge", Phase: Structural, Type: Bool, Default: "false", Description: "a run that blows up is no failure"},
		{Name: "seed", Phase: Structural, Type: Index, Max: 1 << 53, Description: "of its random numbers; by default derived from the study's seed and the run's name, or on a network from the network's name, so that all runs on it start at one point"},
	},
	Blocks: []Nested{
		{Max: 1, Block: &Block{
			Noun: "optimizer", Labels: []string{"kind"},
			Description: "The update rule. See `optimizer`.",
			Attributes:  optimizer.Attributes, Kinds: optimizer.Kinds, Blocks: optimizer.Blocks,
		}},
		{Max: 1, Block: &Block{
			Noun: "stop", Description: "Ends the run, or freezes a lane, early.",
			Attributes: []Attribute{{Name: "when", Phase: Math, Type: Truth, Required: true, Description: "true when it has come far enough, in the parameters, `t`, `loss` and `grad_norm`"}},
		}},
		{Max: 1, Block: &Block{
			Noun: "record", Description: "What is kept of the way.",
			Attributes: []Attribute{
				{Name: "every", Phase: Structural, Type: Count, Default: "1", Description: "records every n-th step, and the last"},
				{Name: "path", Phase: Structural, Type: Bool, Description: "records the parameters, not only loss, gradient norm and rate: true by default, false on a network, which has `snapshots`"},
			},
		}},
		{Max: 1, Block: &Block{
			Noun: "snapshots", Description: "Keeps the parameters on disk in binary32 along the run, for projections, principal components and the distance of a path from a landscape's plane.",
			Example: `snapshots { every = 10 }`,
			Attributes: []Attribute{
				{Name: "every", Phase: Structural, Type: Count, Required: true, Description: "keeps every n-th step, and the last"},
				{Name: "budget", Phase: Structural, Type: Count, Max: 1 << 20, Default: "1024", Unit: "MiB", Description: "what they may take on disk"},
			},
		}},
		{Block: &Block{
			Noun: "probe", Labels: []string{"kind", "name"},
			Description: "Records one more value along the run, `run.r.probe.name`.",
			Example: `probe "sharpness" "lambda" {
  every = 25
  top   = 2
}`,
			Attributes: []Attribute{{Name: "every", Phase: Structural, Type: Count, Default: "1", Description: "records every n-th step, and the last"}},
			Kinds:      probes,
		}},
		{Block: &Block{
			Noun: "vary", Open: "a list of numbers",
			Description: "Makes a lane for each value: `vary { eta = linspace(0.1, 8, 4000) }`. Names in one block go together; several blocks multiply. The names stand for numbers in `start`, the optimizer, `stop` and probes.",
		}},
	},
	Results: []Output{
		{"t", "series", "the steps"},
		{"loss", "series", "the objective"},
		{"grad_norm", "series", "the norm of the gradient"},
		{"learning_rate", "series", "the rate of the update that follows"},
		{"stability", "series", "the curvature above which the optimizer is unstable: 2 / rate for gd"},
		{"error", "series", "of gradient_flow and central_flow: the errors that the solver estimates of its steps, added up so far, as a distance; what the flow makes of an error later is not in it"},
		{"oscillation", "series", "of central_flow: the trace of the covariance of the oscillation"},
		{"complementarity", "series", "of central_flow: how far the covariance and the sharpness are from the condition between them, as a share of 2 / rate"},
		{"bias.x", "series", "of sde with `bias`, at even steps: by how much the mean over the lanes of a parameter is off, to first order in dt; `bias_error.x`: its standard error"},
		{"path.x", "series", "a parameter"},
		{"probe.name", "series", "what a probe recorded; more of it as `probe.name.residual`, see the kinds of probes"},
		{"final", "state", "the last state: `.loss`, `.grad_norm`, `.params.x`; of a network `.params[\"dense1.weight\"]`"},
		{"at[k]", "state", "the state after k updates"},
		{"steps", "number", "the number of updates made"},
		{"vary.name", "array", "a name of `vary`: its value in each lane, for drawing results against it: `x = run.r.vary.eta`"},
		{"status", "text", "how it ended: \"ok\", \"stopped\" (by `stop`), \"diverged\" or \"interrupted\""},
	},
}
