package diag

// RL06xx: results and the files they are written to. Reported by runtime.
var resultCodes = []Entry{
	{
		Code:    "RL0601",
		Title:   "check failed",
		Meaning: "The condition of an assert is false. All results are written all the same.",
		Example: "check \"converged\" {\n  assert {\n    condition = run.a.final.loss < 1e-9\n    message   = \"loss is ${run.a.final.loss}\"\n  }\n}",
		Cure:    "The study's claim does not hold for these settings: look at the plots, then mend the study or the claim.",
	},
	{
		Code:    "RL0602",
		Title:   "results cannot be written",
		Meaning: "The results folder cannot be made or written to, or the disk is full. The results of an earlier run are left as they were.",
		Example: "relief run -results /proc/results study.hcl",
		Cure:    "Free some space, or choose another folder with -results DIR.",
	},
	{
		Code:    "RL0603",
		Title:   "result has no value",
		Meaning: "An expression over results could not be evaluated: a run that it refers to failed, ended before the step that is asked for, or never fulfilled a condition. The message says which.",
		Example: "output \"when\" {\n  value = first(run.a.loss < 0) # the loss is never negative\n}",
		Cure:    "Look at how the run ended. Ask for a step that it reached, or guard the expression: any(c) ? first(c) : -1.",
	},
	{
		Code:    "RL0604",
		Title:   "no such block to run",
		Meaning: "The option -only names a block that the study does not have.",
		Example: "relief run -only run.befor study.hcl",
		Cure:    "Name a block as noun.name or noun.name[key], or all blocks of a noun by the noun alone.",
	},
	{
		Code:    "RL0605",
		Title:   "interrupted",
		Meaning: "The study was stopped from outside before it was finished. What was finished is written; blocks that were not begun or not finished have the status interrupted.",
		Example: "Ctrl-C during relief run study.hcl",
		Cure:    "Run the study again.",
	},
	{
		Code:    "RL0606",
		Title:   "fault of relief",
		Meaning: "A block failed by a mistake in relief itself, not in the study. The other blocks are not touched by it.",
		Example: "(none is known)",
		Cure:    "Report it with the study and the lines of the message.",
	},
	{
		Code:    "RL0607",
		Title:   "data cannot be loaded",
		Meaning: "The samples of a dataset cannot be read: the file is missing, cut off, not of the format, or holds a label or number that cannot be. The message says what and where.",
		Example: "dataset \"cifar10\" \"images\" {\n  path = var.cifar10 # a folder whose data_batch_1.bin was cut off\n}",
		Cure:    "Do what the message says; `relief data check FOLDER` looks at the files of a public data set.",
	},
}
