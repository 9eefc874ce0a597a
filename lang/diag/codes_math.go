package diag

// RL03xx: mathematics: types, shapes, budgets. Reported by lang/math.
var mathCodes = []Entry{
	{
		Code:    "RL0301",
		Title:   "text where a number is wanted",
		Meaning: "Mathematics is about numbers; text has no value in it.",
		Example: "objective \"f\" {\n  params = [x]\n  value  = x + \"1\"\n}",
		Cure:    "Write the number without quotes.",
	},
	{
		Code:    "RL0302",
		Title:   "shapes do not fit",
		Meaning: "Elementwise operations need operands of one shape, or a scalar; matmul and dot need matching lengths.",
		Example: "objective \"f\" {\n  params = [u[2], v[3]]\n  value  = sum(u + v)\n}",
		Cure:    "Declare matching lengths, or index the part that is meant.",
	},
	{
		Code:    "RL0303",
		Title:   "number called as a function",
		Meaning: "A parameter or local that stands for a number is followed by parentheses.",
		Example: "objective \"f\" {\n  params = [x, y]\n  value  = x(y + 1)\n}",
		Cure:    "Write the star of the product: x * (y + 1).",
	},
	{
		Code:    "RL0304",
		Title:   "wrong number of arguments",
		Meaning: "A function is called with more or fewer arguments than it declares.",
		Example: "objective \"f\" {\n  params = [x]\n  value  = pow(x)\n}",
		Cure:    "`relief docs NAME` shows the arguments of a function.",
	},
	{
		Code:    "RL0305",
		Title:   "recursion",
		Meaning: "A function calls itself, directly or through others. Functions are inlined, so that a loop never ends.",
		Example: "function \"f\" {\n  params = [x]\n  value  = f(x - 1)\n}",
		Cure:    "Write the steps out, or unroll them with [for i in range(n) : ...].",
	},
	{
		Code:    "RL0306",
		Title:   "function too large",
		Meaning: "After inlining and unrolling, the function has more operations than the node budget allows.",
		Example: "function \"f\" {\n  params = [x]\n  value  = sum([for i in range(1000000000) : i * x])\n}",
		Cure:    "Use vectors and their operations in place of unrolled scalars, or make the range smaller.",
	},
}
