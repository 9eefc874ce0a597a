package schema

import "slices"

var decay = []Attribute{
	{Name: "weight_decay", Phase: Math, Type: Scalar, Default: "0", Description: "adds this times the parameters to the gradient"},
	{Name: "clip", Phase: Math, Type: Scalar, Description: "the largest norm of the gradient; a longer one is shortened to it, before weight decay is added"},
}

// decoupled is decay that does not pass through the gradient.
var decoupled = []Attribute{
	{Name: "weight_decay", Phase: Math, Type: Scalar, Default: "0.01", Description: "the decay c, which shrinks the parameters by 1 - r c at each update"},
	decay[1],
}

var (
	keptUpdate = Attribute{Name: "momentum", Phase: Math, Type: Scalar, Required: true, Description: "how much of the last update is kept, from 0 to below 1"}
	keptMean   = Attribute{Name: "beta1", Phase: Math, Type: Scalar, Default: "0.9", Description: "how much of the mean gradient is kept"}
	keptSquare = Attribute{Name: "beta2", Phase: Math, Type: Scalar, Default: "0.999", Description: "how much of the mean squared gradient is kept"}
	toRoot     = Attribute{Name: "epsilon", Phase: Math, Type: Scalar, Default: "0.00000001", Description: "added to the root"}
	flowError  = Attribute{Name: "tolerance", Phase: Structural, Type: Number, Default: "0.00000001", Description: "the largest error of a step of the solver, relative to the size of the parameters; on a network in float32 at least 1e-5"}
)

// with is an attribute under another default.
func (a Attribute) with(value string) Attribute {
	a.Default = value
	return a
}

func kind(name, description string, attributes ...Attribute) Kind {
	return Kind{Name: name, Description: description, Attributes: attributes}
}

func also(attributes []Attribute, more ...Attribute) []Attribute {
	return append(slices.Clone(more), attributes...)
}

// inNoise is what a formula of noise may name.
const inNoise = "in the parameters, `params`, the flat vector of all, `t`, `steps` and the names of vary"

var optimizer = Block{
	Noun: "optimizer", Labels: []string{"kind", "name"}, ForEach: true,
	Description: "An update rule. It stands inside a run without a name, or beside the runs with one and is then named by them: `optimizer = optimizer.slow`.",
	Example: `optimizer "momentum" "heavy" {
  learning_rate = 0.1
  momentum      = 0.9
}

optimizer "sgd" "stochastic" {
  learning_rate = cosine_decay(t, 0.1, 0, steps)
  momentum      = 0.9
  batch         = 50
}

optimizer "map" "signum" {
  learning_rate = 0.1
  state { v = 0 * params }
  update {
    v      = 0.9 * v + gradient
    params = params - learning_rate * sign(v)
  }
}`,
	Attributes: []Attribute{
		{Name: "learning_rate", Phase: Math, Type: Scalar, Required: true, Description: "the rate r of update t + 1, in `t`, `steps`, the names of vary and, in a resumed run, `t0`, the updates made before it"},
	},
	Kinds: []Kind{
		kind("gd", "gradient descent: x <- x - r g, with the rate r and the gradient g; stable up to the curvature 2/r", decay...),
		kind("momentum", "gradient descent with momentum b (Polyak's heavy ball): v <- b v + g, x <- x - r v, with v = 0 at the start, as torch.optim.SGD(momentum = b); stable up to (2 + 2b)/r", also(decay, keptUpdate)...),
		kind("nesterov", "accelerated gradient (Nesterov): v <- b v + g, x <- x - r (g + b v), as torch.optim.SGD(momentum = b, nesterov = True); stable up to (2 + 2b)/((1 + 2b) r)", also(decay, keptUpdate)...),
		kind("quasistatic", "the slow parameters x move while the fast one y sits on its two-cycle (Ma, Kunin, Wu, Ying (2022), section 4.4): r dF/dy(x, y) = 2y where F is even in y, x <- x - r dF/dx, which for F = f(h(x) y) is (4.8); below the threshold y is at its minimum and x stays",
			Attribute{Name: "along", Phase: Name, Type: Elements, Required: true, Description: "the slow parameters"},
			Attribute{Name: "across", Phase: Name, Type: Element, Required: true, Description: "the fast one"}),
		kind("adam", "Adam (Kingma and Ba 2015), as torch.optim.Adam: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, x <- x - r m/(1 - b1^n) / (sqrt(v/(1 - b2^n)) + epsilon); stable while the preconditioned curvature is up to (2 + 2 b1)/((1 - b1) r)", also(decay, keptMean, keptSquare, toRoot)...),
		kind("adamw", "Adam with decoupled weight decay c (Loshchilov and Hutter 2019), as torch.optim.AdamW: x <- (1 - r c) x, then Adam's update, whose gradient is without decay; stable as adam", also(decoupled, keptMean, keptSquare, toRoot)...),
		kind("rmsprop", "RMSProp (Hinton 2012), as torch.optim.RMSprop: v <- b2 v + (1 - b2) g^2, x <- x - r g / (sqrt(v) + epsilon); stable while the preconditioned curvature is up to 2/r", also(decay, keptSquare.with("0.99"), toRoot)...),
		kind("adagrad", "AdaGrad (Duchi, Hazan, Singer 2011), as torch.optim.Adagrad: v <- v + g^2, x <- x - r g / (sqrt(v) + epsilon), with v = 0 at the start; stable while the preconditioned curvature is up to 2/r", also(decay, toRoot.with("0.0000000001"))...),
		kind("sam", "sharpness-aware minimisation (Foret, Kleiner, Mobahi, Neyshabur 2021): gradient descent with the gradient at x + radius g/|g|, two gradients an update; a step turns the gradient round at the curvature 2c/(1 + sqrt(1 + 4c radius/|g|)) along it, with c = 2/r (Long and Bartlett 2024): near a minimum, where |g| is small, that is below any curvature, and a cycle of two remains", also(decay,
			Attribute{Name: "radius", Phase: Math, Type: Scalar, Default: "0.05", Description: "how far up the gradient the next gradient is taken"})...),
		kind("sgd", "stochastic gradient descent; with the mean gradient stable up to 2/r, with momentum as the kinds above. On a network each step has the gradient of one mini-batch, drawn without replacement, epoch by epoch, in an order that the run's seed decides; what is left of an epoch is left out. A step is one mini-batch; the run's loss and grad_norm are those of its mini-batches. On a formula the gradient has `noise`, or is that of some of `samples`, drawn anew at each step with replacement; the run's loss and grad_norm are those of its objective", also(decay,
			Attribute{Name: "batch", Phase: Structural, Type: Count, Description: "samples per mini-batch: required on a network; of `samples` 1 by default"},
			Attribute{Name: "momentum", Phase: Math, Type: Scalar, Description: "how much of the last update is kept, from 0 to below 1: none by default"},
			Attribute{Name: "nesterov", Phase: Structural, Type: Bool, Default: "false", Description: "accelerates as the optimizer \"nesterov\" does"},
			Attribute{Name: "label_noise", Phase: Math, Type: Scalar, Description: "on a network: standard deviation of normal noise added to the targets of each mini-batch"},
			Attribute{Name: "noise", Phase: Math, Type: Formula, Description: "on a formula: normal noise added to the gradient, independent at each step, " + inNoise + ": the standard deviation of all elements as a number, of each as an object by parameter or flat vector, or a matrix B with a row for each element, for noise of covariance B B^T"},
			Attribute{Name: "covariance", Phase: Math, Type: Formula, Description: "on a formula, instead of `noise`: the covariance of the noise, symmetric and positive semidefinite, " + inNoise},
			Attribute{Name: "samples", Phase: Name, Type: References, Description: "on a formula: objectives in the same parameters, the mean of which is the run's objective; a step has the mean gradient of `batch` of them"})...),
		{Name: "sde", Without: []string{"learning_rate"}, Description: "the stochastic differential equation dX = drift dt + B dW, by Euler and Maruyama: x <- x + dt drift + sqrt(dt) B z, with z standard normal, independent at each step; with the gradient flow's drift stable up to 2/dt", Attributes: []Attribute{
			{Name: "dt", Phase: Math, Type: Scalar, Required: true, Description: "the time of a step, in what a learning rate may name; results call it `learning_rate`"},
			{Name: "drift", Phase: Math, Type: Formula, Description: "an object by parameter, a flat vector, or for one parameter a number, " + inNoise + ": minus the gradient by default"},
			{Name: "noise", Phase: Math, Type: Formula, Description: "B, " + inNoise + ": a number for all elements, an object by parameter or flat vector with one for each, or a matrix with a row for each element; none by default"},
			{Name: "covariance", Phase: Math, Type: Formula, Description: "instead of `noise`: B B^T, symmetric and positive semidefinite, " + inNoise},
			{Name: "bias", Phase: Structural, Type: Bool, Default: "false", Description: "estimates the error that comes of the step: a twin with steps twice as long and the same noise runs beside, and `run.r.bias.x` is its mean over the lanes less that of the run: to first order, by how much the run's mean is off; `run.r.bias_error.x`: its standard error"},
		}},
		kind("gradient_flow", "the gradient flow dx/dtau = -g, by an adaptive solver: step k is at the time tau = k r, to compare with gradient descent of the same rate; stable at any curvature. `run.r.error`: the solver's estimate of its error so far",
			flowError),
		kind("central_flow", "the flow that an optimizer follows in the mean where it oscillates (Cohen, Damian, Talwalkar, Kolter, Lee 2024): step k is at the time k r. To -g is added what the oscillation does, -grad of the trace of Sigma H over 2, where the covariance Sigma is the positive semidefinite matrix that keeps the curvature (of rmsprop the preconditioned one) at or below 2/r, and is 0 in directions below. `run.r.oscillation`: the trace of Sigma; `run.r.complementarity`: how far the condition between both is from being met; `run.r.error`: the solver's estimate of its error so far",
			Attribute{Name: "of", Phase: Structural, Type: String, Default: `"gd"`, Allowed: []string{"gd", "rmsprop"}, Description: "the optimizer"},
			Attribute{Name: "top", Phase: Structural, Type: Count, Default: "4", Description: "how many eigenvalues may oscillate at once"},
			Attribute{Name: "beta2", Phase: Math, Type: Scalar, Description: "of rmsprop: how much of the mean squared gradient is kept, 0.99 by default"},
			Attribute{Name: "epsilon", Phase: Math, Type: Scalar, Description: "of rmsprop: added to the root, 1e-8 by default"},
			flowError),
		kind("map", "an update rule of your own, in the formulas of its blocks `state` and `update`",
			Attribute{Name: "learning_rate", Phase: Math, Type: Scalar, Description: "the rate, by which the updates may name it: in `t`, `steps`, the names of vary and `t0`"},
			Attribute{Name: "threshold", Phase: Math, Type: Scalar, Description: "the curvature above which it is unstable, in what the rate may name and `learning_rate`: then `run.r.stability` shows it"}),
	},
	Blocks: []Nested{
		{Max: 1, Kind: "map", Block: &Block{
			Noun: "state", Open: "a formula of the value at the start",
			Description: "Variables that the rule keeps beside the parameters. Each begins with the value that its formula has at the start, in the parameters, `params` and the names of vary: a number, a vector or a matrix, which it stays.",
			Example: `state {
  v = 0 * params
  n = 0
}`,
		}},
		{Min: 1, Kind: "map", Block: &Block{
			Noun: "update", Open: "a formula of the next value",
			Description: "The rule: the next value of `params`, the flat vector of all parameters, or of parameters by their names, and of variables of `state`, one after the other: a formula sees what those before it gave, also in another block `update`. It may name these and, as they are when the update begins, `gradient`, a flat vector, and `loss`; `learning_rate`, `t`, `steps`, the names of vary; `noise`, a flat vector of standard normal numbers, new at each step; and ask the objective at another flat point: `gradient_at(p)`, `value_at(p)`, `hvp_at(p, v)`, the Hessian at p times v.",
			Example: `update {
  v      = 0.9 * v + gradient_at(params - 0.9 * learning_rate * v)
  params = params - learning_rate * v
}`,
		}},
	},
}
