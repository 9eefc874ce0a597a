package diag

// RL05xx: running: non-finite values, divergence, solvers. Reported by runtime.
var runCodes = []Entry{
	{
		Code:    "RL0501",
		Title:   "value is not finite",
		Meaning: "An operation gave a NaN or an infinity. The message shows the line, the step and the operands.",
		Example: "objective \"f\" {\n  params = [x]\n  value  = log(x) # for x < 0\n}",
		Cure:    "Keep the argument in the function's domain, or choose by a condition: x > 0 ? log(x) : 0.",
	},
	{
		Code:    "RL0502",
		Title:   "run diverged",
		Meaning: "The iterates left the finite numbers. Everything recorded up to that step is kept.",
		Example: "run \"a\" {\n  objective = objective.quadratic\n  start     = { x = 1 }\n  steps     = 5000\n  optimizer \"gd\" { learning_rate = 3 }\n}",
		Cure:    "Lower the learning rate, or say that it may happen: may_diverge = true.",
	},
	{
		Code:    "RL0503",
		Title:   "no two-cycle to follow",
		Meaning: "A quasistatic run keeps its fast parameter on the two-cycle of gradient descent across the valley, and at some step there is none: the objective grows as fast as a quadratic across, its slope jumps, or it has no minimum there.",
		Example: "objective \"f\" {\n  params = [x, y]\n  value  = (1 + sq(x)) * sq(y)\n}\n\nrun \"a\" {\n  objective = objective.f\n  start     = { x = 1, y = 1 }\n  steps     = 100\n  optimizer \"quasistatic\" {\n    learning_rate = 1.5\n    along         = [x]\n    across        = y\n  }\n}",
		Cure:    "Take an objective that grows slower than a quadratic across, another parameter for across, or a lower learning rate.",
	},
	{
		Code:    "RL0504",
		Title:   "too much to record",
		Meaning: "The series of a run, beside those of the runs before it and what plots hold, or the arrays of a landscape, would need more memory than is allowed. The message says how much.",
		Example: "run \"a\" {\n  objective = objective.f\n  start     = { w = normal(0, 1) }\n  steps     = 1000000000\n  optimizer \"gd\" { learning_rate = 0.1 }\n}",
		Cure:    "record { every = 100 }, or record { path = false }; for a landscape, fewer points.",
	},
	{
		Code:    "RL0505",
		Title:   "no state to resume",
		Meaning: "The run that is resumed did not reach the step that is named, or has other lanes than the run that resumes it.",
		Example: "run \"b\" {\n  resume = run.a.at[500] # run.a stopped at step 300\n  steps  = 100\n}",
		Cure:    "Resume from run.a.final, or from a step that the run reaches; give both runs the same vary, or only the later one.",
	},
	{
		Code:    "RL0506",
		Title:   "value not available",
		Meaning: "A setting of a run or a landscape needs a result that is missing, has another shape, or is not usable there, such as an axis without length.",
		Example: "landscape \"l\" {\n  objective = objective.f\n  axis \"x\" {\n    from   = 1\n    to     = 1\n    points = 50\n  }\n}",
		Cure:    "The message names the value and what is wrong with it.",
	},
	{
		Code:    "RL0507",
		Title:   "network does not fit into memory",
		Meaning: "The samples, parameters and activations of a network would take far more memory than the machine has. The message says how much; nothing was run.",
		Example: "objective \"training\" {\n  network = network.net # std.densenet121, full width\n  data    = dataset.all # 50,000 images in one batch\n  loss    = \"mse\"\n}",
		Cure:    "Train on fewer samples (limit = 1000), a narrower network, or precision = \"float32\". With batch normalisation the samples of a batch are computed together: batch = 100 in the objective makes them fewer.",
	},
	{
		Code:    "RL0511",
		Title:   "no cycle found",
		Meaning: "An orbit looks for a periodic orbit, and there is none of that period where it looks, or Newton's method does not reach it. The message says what it found instead.",
		Example: "orbit \"two\" {\n  objective = objective.quadratic\n  period    = 2\n  near      = { x = 1 }\n  optimizer \"gd\" { learning_rate = 0.1 }\n}",
		Cure:    "Begin nearer to the cycle (near), let the map settle first (settle = 1000), or ask for another period or learning rate.",
	},
	{
		Code:    "RL0512",
		Title:   "optimizer is no map",
		Meaning: "An orbit is one of a map that is the same at every step: its optimizer must not depend on the time or on noise, and its state must be small enough for what is asked.",
		Example: "orbit \"two\" {\n  objective = objective.f\n  near      = { x = 1 }\n  optimizer \"gd\" { learning_rate = 0.1 / (1 + t) }\n}",
		Cure:    "Give the optimizer settings that stay: learning_rate = 0.1. The message names what an orbit of this size can answer.",
	},
	{
		Code:    "RL0513",
		Title:   "orbit is partial",
		Meaning: "A part of what an orbit was asked for has no value, or cannot be promised to be complete. The message says which part and why; the rest stands.",
		Example: "orbit \"branch\" {\n  objective = objective.f\n  period    = 2\n  near      = { x = 1 }\n  vary { eta = linspace(5, 1, 100) } # the cycle ends at 2\n  optimizer \"gd\" { learning_rate = eta }\n}",
		Cure:    "The message says what to change: end the vary where the cycle ends, lower the learning rate, or look in a smaller box.",
	},
}
