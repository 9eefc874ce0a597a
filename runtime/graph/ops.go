package graph

// Op is an operation. What it computes is in scalar.go for one element, in
// interpret.go, rows.go and images.go for arrays; its rule of types in apply.go,
// rows.go and window.go; its derivatives in reverse.go, forward.go and their
// neighbours for arrays.
type Op uint8

// The operations. Elementwise operations broadcast scalars; their operands
// otherwise have equal axes.
const (
	Invalid Op = iota

	// Leaves.
	Const // Data, or one number for all elements
	Input // a named value given from outside

	// Elementwise, one operand.
	Neg
	Abs
	Sign  // -1, 0 or 1
	Sqrt  // derivative at 0 taken as 0
	RSqrt // 1/sqrt(x), and 0 at x = 0: the derivative of Sqrt is half of it
	Recip // 1/x, and 0 at x = 0: what directions of norms are scaled with
	Exp
	Expm1
	Log
	Log1p
	Sin
	Cos
	Tan
	Sinh
	Cosh
	Tanh
	Asin
	Acos
	Atan
	Floor
	Ceil
	Round // half away from zero
	Relu
	Erf // the error function
	Not
	IsFinite // 1 where x is neither NaN nor infinite

	// Elementwise, two operands.
	Add
	Sub
	Mul
	Div
	Mod // C's fmod: the sign of the first operand
	Pow
	Min // NaN if either operand is
	Max
	Hypot
	Atan2
	Lt
	Le
	Gt
	Ge
	Eq
	Ne
	And
	Or
	MulZero // 0 where the first operand is 0, else the product: an adjoint of exactly 0 stays 0
	SignMul // first operand times the sign of the second, 0 where that is 0: the derivative of Abs
	Gate    // 0 where the second operand is 0 or below, else the first, also where the second is NaN: Gate(x, x) is relu. Linear in the first; the derivative in the second is 0

	// Elementwise, three operands.
	Select // first operand chooses the second (true) or the third

	// Reductions over all axes of a step; elements are added in index order.
	Sum
	MinOf
	MaxOf
	Norm // Euclidean; derivative at 0 taken as 0
	AllOf
	AnyOf

	// Structure.
	Stack     // n operands of one type -> one more axis in front, of length n
	Slice     // elements [Int0, Int0+size) of the flattened operand, with the node's type
	Pad       // the operand's elements at offset Int0 of zeros, with the node's type: the adjoint of Slice
	Broadcast // a scalar to the node's type
	Reshape   // the same elements with the node's type
	Transpose // of a matrix
	MatMul    // matrix x matrix, matrix x vector, vector x matrix
	Outer     // vector x vector -> matrix
	Join      // the elements of n operands, one after another -> a vector

	// Of rows and columns: the last axis of an array is its columns (the channels
	// of images N x H x W x C, the units of a batch), all others together its rows.
	SumRows    // over the rows -> a vector of the columns
	SpreadRows // a vector repeated in all rows of the node's type: the adjoint of SumRows
	SumCols    // over the columns -> the node without its last axis
	SpreadCols // repeated in all columns of the node's type: the adjoint of SumCols
	MaxCols    // the greatest along the columns, as a shift: its derivative counts as 0
	JoinCols   // n operands with equal rows, their columns side by side
	SliceCols  // columns [Int0, Int0+C) of the node's type
	PadCols    // the operand's columns at offset Int0 of zeros, with the node's type: the adjoint of SliceCols

	// Of images N x H x W x C, with the node's Window.
	Conv          // images x weights H x W x C/Groups x C' -> images
	ConvInput     // adjoint of Conv in the images, from that of the result and the weights; the node's type is that of the images
	ConvWeights   // adjoint of Conv in the weights, from the images and the adjoint of the result; the node's type is that of the weights
	MaxPool       // the greatest of each window; padding does not count
	MaxPoolInput  // adjoint of MaxPool, from that of the result and the images: to the first that is greatest
	MaxPoolPick   // of the first operand, the pixel where the second is greatest: the tangent of MaxPool
	MeanPool      // the sum of each window over H W: padding counts as zeros
	MeanPoolInput // adjoint of MeanPool, with the node's type

	// Along the steps of a series: mathematics of results only.
	At       // the step Int0
	First    // the first step whose value is true
	Last     // the last recorded value
	All      // over all steps
	Any      // over all steps
	Count    // the number of steps that are true
	SumSteps // over the steps; MeanSteps, MinSteps, MaxSteps likewise
	MeanSteps
	MinSteps
	MaxSteps
	Between  // the steps from operand 2 to operand 3, both included
	Diff     // s[k+1] - s[k], labelled k
	Quantile // of operand 1 over the steps, or over the elements of an array, at operand 2 in [0, 1]; linear between order statistics
	Steps    // the step labels, as a series
	// RunningMean is the mean of each recorded value and the Int0-1 before it,
	// under the label of the last: Int0-1 steps fewer.
	RunningMean
	// LaneQuantile is of the elements of each step of operand 1, such as lanes, at
	// operand 2 in [0, 1]; as Quantile.
	LaneQuantile

	NumOps // the number of operations
)

type class uint8

const (
	leaf class = iota
	elementwise
	reduction
	structure
	series
)

type opInfo struct {
	name  string
	arity int // -1: any number
	class class
}

var ops = [NumOps]opInfo{
	Const: {"const", 0, leaf}, Input: {"input", 0, leaf},

	Neg: {"neg", 1, elementwise}, Abs: {"abs", 1, elementwise}, Sign: {"sign", 1, elementwise},
	Sqrt: {"sqrt", 1, elementwise}, RSqrt: {"rsqrt", 1, elementwise}, Recip: {"recip", 1, elementwise},
	Exp: {"exp", 1, elementwise}, Expm1: {"expm1", 1, elementwise}, Log: {"log", 1, elementwise}, Log1p: {"log1p", 1, elementwise},
	Sin: {"sin", 1, elementwise}, Cos: {"cos", 1, elementwise}, Tan: {"tan", 1, elementwise},
	Sinh: {"sinh", 1, elementwise}, Cosh: {"cosh", 1, elementwise}, Tanh: {"tanh", 1, elementwise},
	Asin: {"asin", 1, elementwise}, Acos: {"acos", 1, elementwise}, Atan: {"atan", 1, elementwise},
	Floor: {"floor", 1, elementwise}, Ceil: {"ceil", 1, elementwise}, Round: {"round", 1, elementwise},
	Relu: {"relu", 1, elementwise}, Erf: {"erf", 1, elementwise}, Not: {"not", 1, elementwise}, IsFinite: {"is_finite", 1, elementwise},

	Add: {"add", 2, elementwise}, Sub: {"sub", 2, elementwise}, Mul: {"mul", 2, elementwise}, Div: {"div", 2, elementwise},
	Mod: {"mod", 2, elementwise}, Pow: {"pow", 2, elementwise}, Min: {"min", 2, elementwise}, Max: {"max", 2, elementwise},
	Hypot: {"hypot", 2, elementwise}, Atan2: {"atan2", 2, elementwise},
	Lt: {"lt", 2, elementwise}, Le: {"le", 2, elementwise}, Gt: {"gt", 2, elementwise}, Ge: {"ge", 2, elementwise},
	Eq: {"eq", 2, elementwise}, Ne: {"ne", 2, elementwise}, And: {"and", 2, elementwise}, Or: {"or", 2, elementwise},
	MulZero: {"mul_zero", 2, elementwise}, SignMul: {"sign_mul", 2, elementwise}, Gate: {"gate", 2, elementwise},

	Select: {"select", 3, elementwise},

	Sum: {"sum", 1, reduction}, MinOf: {"min_of", 1, reduction}, MaxOf: {"max_of", 1, reduction},
	Norm: {"norm", 1, reduction}, AllOf: {"all_of", 1, reduction}, AnyOf: {"any_of", 1, reduction},

	Stack: {"stack", -1, structure}, Slice: {"slice", 1, structure}, Pad: {"pad", 1, structure},
	Broadcast: {"broadcast", 1, structure}, Reshape: {"reshape", 1, structure}, Transpose: {"transpose", 1, structure},
	MatMul: {"matmul", 2, structure}, Outer: {"outer", 2, structure}, Join: {"join", -1, structure},

	SumRows: {"sum_rows", 1, structure}, SpreadRows: {"spread_rows", 1, structure},
	SumCols: {"sum_cols", 1, structure}, SpreadCols: {"spread_cols", 1, structure}, MaxCols: {"max_cols", 1, structure},
	JoinCols: {"join_cols", -1, structure}, SliceCols: {"slice_cols", 1, structure}, PadCols: {"pad_cols", 1, structure},

	Conv: {"conv", 2, structure}, ConvInput: {"conv_input", 2, structure}, ConvWeights: {"conv_weights", 2, structure},
	MaxPool: {"max_pool", 1, structure}, MaxPoolInput: {"max_pool_input", 2, structure}, MaxPoolPick: {"max_pool_pick", 2, structure},
	MeanPool: {"mean_pool", 1, structure}, MeanPoolInput: {"mean_pool_input", 1, structure},

	At: {"at", 1, series}, First: {"first", 1, series}, Last: {"last", 1, series}, All: {"all", 1, series}, Any: {"any", 1, series},
	Count: {"count", 1, series}, SumSteps: {"sum_steps", 1, series}, MeanSteps: {"mean_steps", 1, series},
	MinSteps: {"min_steps", 1, series}, MaxSteps: {"max_steps", 1, series}, Between: {"between", 3, series},
	Diff: {"diff", 1, series}, Quantile: {"quantile", 2, series}, Steps: {"steps", 1, series},
	RunningMean: {"running_mean", 1, series}, LaneQuantile: {"lane_quantile", 2, series},
}

// String is the operation's name in printed graphs.
func (o Op) String() string {
	if o == Invalid || o >= NumOps {
		return "invalid"
	}
	return ops[o].name
}

// Arity is the number of operands, -1 for any number.
func (o Op) Arity() int { return ops[o].arity }

// IsElementwise reports whether the operation acts on each element by itself.
func (o Op) IsElementwise() bool { return ops[o].class == elementwise }

// IsReduction reports whether the operation reduces all axes of a step.
func (o Op) IsReduction() bool { return ops[o].class == reduction }

// IsSeries reports whether the operation acts along the steps of a series.
func (o Op) IsSeries() bool { return ops[o].class == series }

// IsBatch reports whether the operation acts on rows and columns or on images.
func (o Op) IsBatch() bool { return SumRows <= o && o <= MeanPoolInput }

// IsComparison reports whether the result is a truth value of two numbers.
func (o Op) IsComparison() bool { return Lt <= o && o <= Ne }
