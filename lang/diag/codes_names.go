package diag

// RL02xx: names, references and phases. Reported by lang/study.
var nameCodes = []Entry{
	{
		Code:    "RL0201",
		Title:   "name declared twice",
		Meaning: "Names are unique per noun, whatever the kind label.",
		Example: "function \"f\" {\n  params = [x]\n  value  = x\n}\nfunction \"f\" {\n  params = [x]\n  value  = sq(x)\n}",
		Cure:    "Give one of them another name.",
	},
	{
		Code:    "RL0202",
		Title:   "name not allowed",
		Meaning: "A name is an HCL identifier without a hyphen. The nouns of blocks and the words t, loss, grad_norm, steps cannot name a parameter.",
		Example: "objective \"f\" {\n  params = [loss]\n  value  = sq(loss)\n}",
		Cure:    "Choose another name.",
	},
	{
		Code:    "RL0203",
		Title:   "unknown name",
		Meaning: "Nothing of that name can be seen from here: no parameter, symbol, function, constant or block.",
		Example: "objective \"convex\" {\n  params = [x]\n  value  = lgo_growth(x)\n}",
		Cure:    "Correct the spelling; `relief list` shows what a file may name.",
	},
	{
		Code:    "RL0204",
		Title:   "references form a loop",
		Meaning: "Blocks that need each other's results cannot be put in order. The message prints the loop.",
		Example: "run \"a\" { resume = run.b.final }\nrun \"b\" { resume = run.a.final }",
		Cure:    "Remove one of the references.",
	},
	{
		Code:    "RL0205",
		Title:   "not known before the run",
		Meaning: "A structural argument (a count, a label, for_each, a path) decides what is run, so that it cannot depend on a result.",
		Example: "run \"b\" {\n  steps = run.a.final.loss * 100\n}",
		Cure:    "Use a variable or a local; results may stand in checks, plots, tables, outputs, and in start, center, point and resume of later blocks.",
	},
	{
		Code:    "RL0206",
		Title:   "parameter never used",
		Meaning: "A warning: the value of an objective does not depend on one of its parameters, so that its gradient there is 0 and no run moves it.",
		Example: "study { title = \"t\" }\nobjective \"f\" {\n  params = [x, y]\n  value  = sq(x)\n}",
		Cure:    "Use the parameter, or leave it out of params.",
	},
	{
		Code:    "RL0207",
		Title:   "reference in a text without ${ }",
		Meaning: "A warning: a text has the address of a block in it, and shows the address, not the value. Values stand in ${ }.",
		Example: "study { title = \"t\" }\nobjective \"f\" {\n  params = [x]\n  value  = sq(x)\n}\nrun \"a\" {\n  objective = objective.f\n  start     = 1\n  steps     = 3\n  optimizer \"gd\" { learning_rate = 0.1 }\n}\ncheck \"c\" {\n  assert {\n    condition = run.a.final.loss < 1\n    message   = \"loss {run.a.final.loss}\"\n  }\n}",
		Cure:    "Write ${run.a.final.loss}.",
	},
}
