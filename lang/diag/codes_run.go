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
}
