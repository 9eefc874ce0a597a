package stdlib

import (
	"slices"
	"strings"
)

// Kind says where a builtin may be called.
type Kind uint8

const (
	// Math acts on each element: numbers, vectors and matrices, with scalars
	// broadcast; of series, on each step.
	Math Kind = iota
	// Reduction takes an array to something smaller, or products of arrays. On a
	// series of scalars a reduction of one argument runs over the steps.
	Reduction
	// Series acts along the steps of a run's results.
	Series
	// Query asks an objective at a point, in result expressions.
	Query
	// Structural is evaluated when the file is loaded: counts, lists, texts.
	Structural
	// Law stands for random numbers in the start of a run.
	Law
)

var kindNames = [...]string{"math", "reduction", "series", "query", "structural", "law"}

// String is the kind's name in `relief list`.
func (k Kind) String() string { return kindNames[k] }

// Builtin describes a function or a constant that is implemented in Go.
type Builtin struct {
	Name        string
	Kind        Kind
	Signature   string // "pow(x, y)"; the bare name for a constant
	Description string // one line, without a final full stop
	Convention  string // formula, or what holds at kinks and at the border of the domain; may be empty
	// Example is an expression that is true. For the kind Series, s is the series
	// 0, 1, 4, 9, 16 of the steps 0 to 4; for the kind Query, objective.f has the
	// parameter x and the value sq(x).
	Example string
	// Structural reports that the name also works when the file is loaded, on
	// known numbers: in counts, for_each, shapes.
	Structural bool
}

// Lookup returns the builtin of that name.
func Lookup(name string) (Builtin, bool) {
	i, ok := slices.BinarySearchFunc(builtins, name, func(b Builtin, n string) int { return strings.Compare(b.Name, n) })
	if !ok {
		return Builtin{}, false
	}
	return builtins[i], true
}

// Builtins returns all of them, sorted by name. The caller may change the slice.
func Builtins() []Builtin { return slices.Clone(builtins) }

// builtins is sorted by name; a test holds it to that.
var builtins = []Builtin{
	{"abs", Math, "abs(x)", "absolute value", "derivative sign(x), so 0 at 0: the subgradient of least norm", "abs(-2) == 2", true},
	{"acos", Math, "acos(x)", "inverse cosine, in radians", "NaN outside [-1, 1]", "acos(1) == 0", false},
	{"all", Series, "all(condition)", "whether the condition holds at every recorded step", "true of no steps; of a vector: of all elements", "all(s >= 0)", false},
	{"any", Series, "any(condition)", "whether the condition holds at some recorded step", "false of no steps; of a vector: of some element", "any(s > 15)", false},
	{"asin", Math, "asin(x)", "inverse sine, in radians", "NaN outside [-1, 1]", "asin(0) == 0", false},
	{"atan", Math, "atan(x)", "inverse tangent, in (-pi/2, pi/2)", "", "close(atan(1), pi / 4, 1e-15)", false},
	{"atan2", Math, "atan2(y, x)", "angle of the point (x, y), in [-pi, pi]", "both derivatives taken as 0 at the origin", "close(atan2(1, -1), 3 * pi / 4, 1e-15)", false},
	{"ceil", Math, "ceil(x)", "least integer not below x", "derivative 0", "ceil(1.2) == 2", true},
	{"close", Math, "close(a, b, tol)", "whether a and b differ by at most tol", "abs(a - b) <= tol; false if either is NaN", "close(0.1 + 0.2, 0.3, 1e-15)", false},
	{"coalesce", Structural, "coalesce(value, ...)", "the first value that is not null", "", "coalesce(null, 3) == 3", true},
	{"component", Series, "component(s, i)", "element i of each step of a series of vectors, such as a probe with top = 2; s[i] is step i", "a series; of a vector or matrix the element or row x[i]", "component([[1, 2], [3, 4]], 1)[0] == 3", false},
	{"concat", Structural, "concat(a, b, ...)", "lists joined in order", "", "len(concat([1, 2], [3])) == 3", true},
	{"contains", Structural, "contains(list, value)", "whether a list or set has the value", "", "contains([1, 2], 2)", true},
	{"cos", Math, "cos(x)", "cosine of an angle in radians", "", "cos(0) == 1", false},
	{"cosh", Math, "cosh(x)", "hyperbolic cosine", "overflows to inf beyond |x| = 710.4", "cosh(0) == 1", false},
	{"count", Series, "count(condition)", "number of recorded steps at which the condition holds", "0 of no steps", "count(s > 3) == 3", false},
	{"covariance", Reduction, "covariance(x, y), covariance(X)", "covariance of two vectors of samples, such as lanes; of a matrix with a sample in each row, that of its columns, a matrix", "the sum of products about the means over n - 1; of series of lanes at each step", "covariance([1, 3], [2, 8]) == 6 && covariance([[1, 2], [3, 8]])[1][1] == 18", false},
	{"diff", Series, "diff(s)", "differences of neighbouring values: s[k + 1] - s[k], labelled k", "one step shorter than s", "all(diff(diff(s)) == 2)", false},
	{"distinct", Structural, "distinct(list)", "the list without repetitions, first ones kept", "", "len(distinct([1, 2, 1])) == 2", true},
	{"dot", Reduction, "dot(a, b)", "scalar product of two vectors of one length", "sum(a * b), added in index order", "dot([1, 2], [3, 4]) == 11", false},
	{"e", Math, "e", "Euler's number, rounded to binary64", "2.718281828459045", "close(log(e), 1, 1e-15)", true},
	{"element", Structural, "element(list, i)", "element of a list, the index wrapping round its end", "", "element([1, 2], 2) == 1", true},
	{"exp", Math, "exp(x)", "exponential", "overflows to inf beyond x = 709.78", "exp(0) == 1", false},
	{"expm1", Math, "expm1(x)", "exp(x) - 1 without cancellation near 0", "", "close(expm1(1e-10), 1e-10, 1e-19)", false},
	{"first", Series, "first(condition)", "the first recorded step at which the condition holds", "an error if it never holds, of lanes NaN in those; any(c) ? first(c) : -1 says -1 instead", "first(s > 5) == 3", false},
	{"flatten", Structural, "flatten(list)", "a list of lists made one list, at every depth", "", "len(flatten([[1], [2, [3]]])) == 3", true},
	{"floor", Math, "floor(x)", "greatest integer not above x", "derivative 0", "floor(-1.2) == -2", true},
	{"format", Structural, "format(text, value, ...)", "text with values put in by printf verbs", "%d %s %v %q %e %f %g with width and precision; in texts also of results", "format(\"%.3g\", 2 / 3) == \"0.667\"", true},
	{"gradient", Query, "gradient(objective.f, point)", "gradient at a point, a flat vector in the order of params", "the conventions of each operation at its kinks", "gradient(objective.f, { x = 3 })[0] == 6", false},
	{"hessian", Query, "hessian(objective.f, point)", "matrix of second derivatives at a point, in the order of params", "derivative of the gradient as it is computed", "hessian(objective.f, { x = 1 })[0][0] == 2", false},
	{"hvp", Query, "hvp(objective.f, point, v)", "Hessian times a flat vector, without making the matrix", "forward over reverse", "hvp(objective.f, { x = 1 }, [5])[0] == 10", false},
	{"hypot", Math, "hypot(x, y)", "length of the vector (x, y) without overflow", "both derivatives taken as 0 at the origin", "hypot(3, 4) == 5", false},
	{"index", Structural, "index(list, i)", "element of a list by number, or of a map by key", "", "index([5, 6], 1) == 6", true},
	{"inf", Math, "inf", "positive infinity", "", "1 / inf == 0", true},
	{"is_finite", Math, "is_finite(x)", "whether a number is neither NaN nor infinite", "", "is_finite(1) && !is_finite(inf)", false},
	{"join", Structural, "join(separator, list)", "texts of a list in one, with a separator", "", "join(\"-\", [\"a\", \"b\"]) == \"a-b\"", true},
	{"keys", Structural, "keys(map)", "keys of a map or object, sorted", "", "join(\"\", keys({ b = 1, a = 2 })) == \"ab\"", true},
	{"lane_quantile", Series, "lane_quantile(s, q)", "at each step, the value that a fraction q in [0, 1] of the lanes does not exceed", "linear between order statistics; 0.5 is the median; also of the elements of vectors; NaN if any is. The share of lanes with a condition is mean(c ? 1 : 0), with standard error standard_error(c ? 1 : 0)", "all(lane_quantile([s, 2 * s, 3 * s], 0.5) == 2 * s)", false},
	{"last", Series, "last(s)", "the last recorded value", "", "last(s) == 16", false},
	{"len", Structural, "len(list)", "number of elements of a vector, list, map or of a matrix's rows", "known when the file is loaded; length is the same", "len([5, 6]) == 2", true},
	{"length", Structural, "length(list)", "the same as len, under the name that HCL tools use", "", "length([5, 6]) == 2", true},
	{"linspace", Structural, "linspace(from, to, n)", "n numbers at equal distances, both ends included", "(from (n - 1 - i) + to i) / (n - 1)", "linspace(0, 1, 5)[1] == 0.25", true},
	{"log", Math, "log(x), log(x, base)", "natural logarithm, or the logarithm to a base", "-inf at 0, NaN below", "log(1) == 0 && close(log(8, 2), 3, 1e-15)", true},
	{"log1p", Math, "log1p(x)", "log(1 + x) without cancellation near 0", "-inf at -1, NaN below", "close(log1p(1e-10), 1e-10, 1e-19)", false},
	{"logspace", Structural, "logspace(from, to, n)", "n numbers at equal ratios from one positive number to another, both included", "10 to the power of numbers at equal distances. The ends themselves, not their exponents", "close(logspace(1, 100, 3)[1], 10, 1e-14)", true},
	{"lookup", Structural, "lookup(map, key, default)", "the value of a key, or the default", "", "lookup({ a = 1 }, \"b\", 7) == 7", true},
	{"lower", Structural, "lower(text)", "text in lower case", "", "lower(\"AbC\") == \"abc\"", true},
	{"matmul", Reduction, "matmul(A, b)", "matrix times matrix, matrix times vector, or vector times matrix", "inner lengths must agree; added in index order", "matmul([[1, 2], [3, 4]], [1, 1])[1] == 7", false},
	{"max", Math, "max(x), max(a, b, ...)", "largest element of one argument; of more, elementwise", "at a tie the derivative is shared equally: the subgradient of least norm; NaN if any is", "max(1, 3, 2) == 3 && max([1, 3, 2]) == 3", true},
	{"mean", Reduction, "mean(x)", "arithmetic mean", "sum(x) / number of elements", "mean([1, 2, 6]) == 3", false},
	{"merge", Structural, "merge(map, map, ...)", "one map of all keys, later ones winning", "", "merge({ a = 1 }, { a = 2 }).a == 2", true},
	{"min", Math, "min(x), min(a, b, ...)", "smallest element of one argument; of more, elementwise", "at a tie the derivative is shared equally: the subgradient of least norm; NaN if any is", "min(1, 3, 2) == 1 && min([4, 3, 5]) == 3", true},
	{"norm", Reduction, "norm(x)", "Euclidean length of a vector, Frobenius norm of a matrix", "derivative at 0 taken as 0: the subgradient of least norm", "norm([3, 4]) == 5", false},
	{"outer", Reduction, "outer(x, y)", "matrix of the products of the elements of two vectors", "element (i, j) is x[i] y[j]", "outer([1, 2], [3, 4])[1][0] == 6", false},
	{"pi", Math, "pi", "ratio of a circle's circumference to its diameter, rounded to binary64", "3.141592653589793", "close(sin(pi), 0, 1e-15)", true},
	{"pow", Math, "pow(x, y)", "x to the power y", "NaN for x < 0 and y not an integer; pow(x, 0) = 1", "pow(2, 10) == 1024", true},
	{"quantile", Series, "quantile(s, q)", "the value that a fraction q in [0, 1] of the recorded values does not exceed", "linear between order statistics; 0.5 is the median; of a result with lanes, over the lanes; NaN if any is", "quantile(s, 0.5) == 4", false},
	{"range", Structural, "range(n), range(from, to), range(from, to, step)", "whole numbers from 0, or from a start, up to but without the end", "at most 4,194,304 of them", "sum(range(4)) == 6", true},
	{"relu", Math, "relu(x)", "positive part: x above 0, else 0", "derivative at 0 taken as 0: the subgradient of least norm", "relu(-1) == 0 && relu(2) == 2", false},
	{"replace", Structural, "replace(text, old, new)", "text with every occurrence of a part replaced", "", "replace(\"a-b\", \"-\", \"+\") == \"a+b\"", true},
	{"reverse", Structural, "reverse(list)", "the list from its end to its beginning", "", "reverse([1, 2, 3])[0] == 3", true},
	{"round", Math, "round(x)", "nearest integer, halves away from zero", "derivative 0", "round(2.5) == 3 && round(-2.5) == -3", true},
	{"running_mean", Series, "running_mean(s, n)", "at each recorded step, the mean of its value and the n - 1 recorded before it, as over a cycle of period n", "n - 1 steps shorter than s: it begins where there are n values", "running_mean(s, 2)[4] == 12.5", false},
	{"setproduct", Structural, "setproduct(list, list, ...)", "all combinations of one element of each, the last running fastest", "", "len(setproduct([1, 2], [3, 4, 5])) == 6", true},
	{"sign", Math, "sign(x)", "-1, 0 or 1", "derivative 0", "sign(-3) == -1 && sign(0) == 0", true},
	{"sin", Math, "sin(x)", "sine of an angle in radians", "", "sin(0) == 0", false},
	{"sinh", Math, "sinh(x)", "hyperbolic sine", "overflows to inf beyond |x| = 710.4", "sinh(0) == 0", false},
	{"slice", Series, "slice(s, from, to)", "the recorded steps from one to another, both included; the step labels stay", "of a vector or list, the elements from one number up to but without another", "sum(slice(s, 1, 2)) == 5", true},
	{"sort", Structural, "sort(list)", "numbers in ascending order, texts in the order of their characters", "a list of both is an error", "sort([10, 9, 1])[1] == 9", true},
	{"split", Structural, "split(separator, text)", "a text cut at each separator", "", "len(split(\",\", \"a,b\")) == 2", true},
	{"sq", Math, "sq(x)", "square: x * x", "", "sq(-3) == 9", false},
	{"sqrt", Math, "sqrt(x)", "square root", "derivative at 0 taken as 0; NaN below 0", "sqrt(9) == 3", true},
	{"standard_deviation", Reduction, "standard_deviation(x)", "standard deviation of the law that independent numbers, such as one from each run, are drawn from", "sqrt(sum(sq(x - mean(x))) / (n - 1)); a list of series is taken step by step", "standard_deviation([2, 4, 6]) == 2", false},
	{"standard_error", Reduction, "standard_error(x)", "standard error of the mean of independent numbers, such as one from each run", "standard_deviation(x) / sqrt(n); a list of series is taken step by step", "standard_error([1, 3]) == 1", false},
	{"substr", Structural, "substr(text, offset, length)", "part of a text, counted in characters", "", "substr(\"abc\", 1, 1) == \"b\"", true},
	{"sum", Reduction, "sum(x)", "sum of all elements", "added in index order; 0 of no elements", "sum([1, 2, 3]) == 6", true},
	{"tan", Math, "tan(x)", "tangent of an angle in radians", "", "tan(0) == 0", false},
	{"tanh", Math, "tanh(x)", "hyperbolic tangent", "", "tanh(0) == 0", false},
	{"tobool", Structural, "tobool(text)", "the truth value that a text says", "", "tobool(\"true\")", true},
	{"tolist", Structural, "tolist(values)", "a set or tuple as a list", "", "len(tolist([1, 2])) == 2", true},
	{"tomap", Structural, "tomap(object)", "an object as a map", "", "tomap({ a = 1 }).a == 1", true},
	{"tonumber", Structural, "tonumber(text)", "the number that a text says", "", "tonumber(\"1e3\") == 1000", true},
	{"toset", Structural, "toset(list)", "a list as a set: sorted, without repetitions", "", "len(toset([2, 2])) == 1", true},
	{"tostring", Structural, "tostring(value)", "a number or truth value as text", "numbers print shortest", "tostring(0.5) == \"0.5\"", true},
	{"transpose", Reduction, "transpose(A)", "rows and columns of a matrix exchanged", "", "transpose([[1, 2], [3, 4]])[0][1] == 3", false},
	{"trimspace", Structural, "trimspace(text)", "text without blanks at its ends", "", "trimspace(\" a \") == \"a\"", true},
	{"upper", Structural, "upper(text)", "text in upper case", "", "upper(\"AbC\") == \"ABC\"", true},
	{"value", Query, "value(objective.f, point)", "the objective's value at a point", "", "value(objective.f, { x = 3 }) == 9", false},
	{"values", Structural, "values(map)", "values of a map or object, in the order of its sorted keys", "", "values({ b = 1, a = 2 })[0] == 2", true},
	{"zip", Structural, "zip(list, list, ...)", "tuples of the first elements, the second, and so on", "the lists must have one length", "zip([1, 2], [3, 4])[1][0] == 2", true},
	{"zipmap", Structural, "zipmap(keys, values)", "a map from two lists of one length", "", "zipmap([\"a\"], [1]).a == 1", true},
}
