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
		Title:   "types or shapes do not fit",
		Meaning: "Elementwise operations need operands of one shape, or a scalar; matmul and dot need matching lengths; numbers, truth values, objects and series are different things.",
		Example: "objective \"f\" {\n  params = [u[2], v[3]]\n  value  = sum(u + v)\n}",
		Cure:    "Declare matching lengths, or index the part that is meant.",
	},
	{
		Code:    "RL0303",
		Title:   "number called as a function, or function used as a number",
		Meaning: "A parameter or local that stands for a number is followed by parentheses, or a function stands where its value is meant.",
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
		Example: "function \"f\" {\n  params = [x]\n  value  = f(x - 1)\n}\nobjective \"g\" {\n  params = [x]\n  value  = f(x)\n}",
		Cure:    "Write the steps out, or unroll them with [for i in range(n) : ...].",
	},
	{
		Code:    "RL0306",
		Title:   "function too large",
		Meaning: "After inlining and unrolling, the function has more operations than the node budget allows.",
		Example: "function \"f\" {\n  params = [x]\n  value  = sum([for i in range(300000) : i * x])\n}\nobjective \"g\" {\n  params = [x]\n  value  = f(x)\n}",
		Cure:    "Use vectors and their operations in place of unrolled scalars, or make the range smaller.",
	},
	{
		Code:    "RL0307",
		Title:   "index out of range",
		Meaning: "Elements of vectors and steps of series are numbered from 0; the index is negative, not whole, or beyond the last.",
		Example: "objective \"f\" {\n  params = [w[3]]\n  value  = sq(w[3])\n}",
		Cure:    "The last element of w[3] is w[2].",
	},
	{
		Code:    "RL0308",
		Title:   "form without a meaning in mathematics",
		Meaning: "HCL has this form of expression, but it stands for no number: an object made by for, a legacy splat.",
		Example: "objective \"f\" {\n  params = [w[3]]\n  value  = sum({ for v in w : v => v })\n}",
		Cure:    "Write lists: [for v in w : sq(v)].",
	},
	{
		Code:    "RL0309",
		Title:   "not a truth value",
		Meaning: "The condition of ? : or of an assert is a number.",
		Example: "objective \"f\" {\n  params = [x]\n  value  = x ? 1 : 2\n}",
		Cure:    "Write a comparison: x > 0 ? 1 : 2.",
	},
	{
		Code:    "RL0310",
		Title:   "value needed before the run cannot be computed",
		Meaning: "A value that must be known before the run (a count, an index, a label, a list of for_each) cannot be computed: an unsuitable operand, a division of 0 by 0, a list of billions of elements.",
		Example: "run \"a\" {\n  steps = length(range(1000000000))\n}",
		Cure:    "The message says which part; compute it in a local to see it by itself.",
	},
}
