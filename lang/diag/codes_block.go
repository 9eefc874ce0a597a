package diag

// RL04xx: blocks and arguments. Reported by lang/schema and lang/study.
var blockCodes = []Entry{
	{
		Code:    "RL0401",
		Title:   "unknown block",
		Meaning: "No block of that noun may stand here.",
		Example: "objectve \"f\" {\n  params = [x]\n  value  = sq(x)\n}",
		Cure:    "Correct the spelling; `relief list` shows the blocks.",
	},
	{
		Code:    "RL0402",
		Title:   "unknown argument",
		Meaning: "The block has no argument of that name.",
		Example: "run \"a\" {\n  step = 200\n}",
		Cure:    "Correct the spelling; `relief docs run` shows the arguments of a block.",
	},
	{
		Code:    "RL0403",
		Title:   "missing argument or block",
		Meaning: "The block needs an argument or an inner block that it does not have.",
		Example: "objective \"f\" {\n  params = [x]\n}",
		Cure:    "Add what the message names.",
	},
	{
		Code:    "RL0404",
		Title:   "wrong number of labels",
		Meaning: "A noun takes a fixed number of labels: a name, or a kind and a name, or none.",
		Example: "study \"mine\" {\n  title = \"a\"\n}",
		Cure:    "Add or remove labels as the message says.",
	},
	{
		Code:    "RL0405",
		Title:   "not built yet",
		Meaning: "The noun, kind or argument is part of the language, but this version of relief cannot run it.",
		Example: "growth \"g\" { objective = objective.f }",
		Cure:    "Leave the block out.",
	},
}
