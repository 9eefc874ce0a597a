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
}
