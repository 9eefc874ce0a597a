package schema

var decay = []Attribute{
	{Name: "weight_decay", Phase: Math, Type: Scalar, Default: "0", Description: "adds this times the parameters to the gradient"},
	{Name: "clip", Phase: Math, Type: Scalar, Description: "the largest norm of the gradient; a longer one is shortened to it, before weight decay is added"},
}

func kind(name, description string, attributes ...Attribute) Kind {
	return Kind{Name: name, Description: description, Attributes: attributes}
}

func later(name, description string) Kind {
	return Kind{Name: name, Description: description, Later: true}
}

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
}`,
	Attributes: []Attribute{
		{Name: "learning_rate", Phase: Math, Type: Scalar, Required: true, Description: "the rate of update t + 1, in `t`, `steps`, the names of vary and, in a resumed run, `t0`, the updates made before it"},
	},
	Kinds: []Kind{
		kind("gd", "gradient descent: x <- x - r g, with the rate r and the gradient g; stable up to the curvature 2/r", decay...),
		kind("momentum", "gradient descent with momentum b (Polyak's heavy ball): v <- b v + g, x <- x - r v, with v = 0 at the start, as torch.optim.SGD(momentum = b); stable up to (2 + 2b)/r", append([]Attribute{
			{Name: "momentum", Phase: Math, Type: Scalar, Required: true, Description: "how much of the last update is kept, from 0 to below 1"}}, decay...)...),
		kind("nesterov", "accelerated gradient (Nesterov): v <- b v + g, x <- x - r (g + b v), as torch.optim.SGD(momentum = b, nesterov = True); stable up to (2 + 2b)/((1 + 2b) r)", append([]Attribute{
			{Name: "momentum", Phase: Math, Type: Scalar, Required: true, Description: "how much of the last update is kept, from 0 to below 1"}}, decay...)...),
		kind("quasistatic", "the slow parameters x move while the fast one y sits on its two-cycle (Ma, Kunin, Wu, Ying (2022), section 4.4): r dF/dy(x, y) = 2y where F is even in y, x <- x - r dF/dx, which for F = f(h(x) y) is (4.8); below the threshold y is at its minimum and x stays",
			Attribute{Name: "along", Phase: Name, Type: Elements, Required: true, Description: "the slow parameters"},
			Attribute{Name: "across", Phase: Name, Type: Element, Required: true, Description: "the fast one"}),
		kind("adam", "Adam (Kingma and Ba 2015), as torch.optim.Adam: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, x <- x - r m/(1 - b1^n) / (sqrt(v/(1 - b2^n)) + epsilon); stable while the preconditioned curvature is up to (2 + 2 b1)/((1 - b1) r)", append([]Attribute{
			{Name: "beta1", Phase: Math, Type: Scalar, Default: "0.9", Description: "how much of the mean gradient is kept"},
			{Name: "beta2", Phase: Math, Type: Scalar, Default: "0.999", Description: "how much of the mean squared gradient is kept"},
			{Name: "epsilon", Phase: Math, Type: Scalar, Default: "0.00000001", Description: "added to the root"}}, decay...)...),
		kind("rmsprop", "RMSProp (Hinton 2012), as torch.optim.RMSprop: v <- b2 v + (1 - b2) g^2, x <- x - r g / (sqrt(v) + epsilon)", append([]Attribute{
			{Name: "beta2", Phase: Math, Type: Scalar, Default: "0.99", Description: "how much of the mean squared gradient is kept"},
			{Name: "epsilon", Phase: Math, Type: Scalar, Default: "0.00000001", Description: "added to the root"}}, decay...)...),
		kind("sgd", "stochastic gradient descent on a network: each step has the gradient of one mini-batch, drawn without replacement, epoch by epoch, in an order that the run's seed decides; what is left of an epoch is left out. A step is one mini-batch; the run's loss and grad_norm are those of its mini-batches", append([]Attribute{
			{Name: "batch", Phase: Structural, Type: Count, Required: true, Description: "samples per mini-batch"},
			{Name: "momentum", Phase: Math, Type: Scalar, Description: "how much of the last update is kept, from 0 to below 1: none by default"},
			{Name: "nesterov", Phase: Structural, Type: Bool, Default: "false", Description: "accelerates as the optimizer \"nesterov\" does"},
			{Name: "label_noise", Phase: Math, Type: Scalar, Description: "standard deviation of normal noise added to the targets of each mini-batch"}}, decay...)...),
		later("adamw", "Adam with decoupled weight decay"), later("adagrad", "AdaGrad"),
		later("sam", "sharpness-aware minimisation"), later("sde", "a stochastic differential equation, by Euler-Maruyama"),
		later("gradient_flow", "the gradient flow, by an adaptive solver"), later("central_flow", "the central flow"), later("map", "an update rule of your own"),
	},
}
