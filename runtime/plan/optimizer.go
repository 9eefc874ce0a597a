package plan

import "relief/lang/diag"

// Optimizer is an update rule with its settings. Inputs of the laws: "t",
// "steps", names of vary, references.
type Optimizer struct {
	Kind         string
	Name         string // "" if it stands inside a run
	Span         diag.Span
	LearningRate *Expr // of sde, gradient_flow: the time of a step; nil for a map without one
	Momentum     *Expr // momentum, nesterov: beta
	WeightDecay  *Expr // nil: none
	Clip         *Expr // largest norm of the gradient; nil: none
	// adam, adamw: Beta1, Beta2, Epsilon; rmsprop: Beta2, Epsilon; adagrad: Epsilon.
	Beta1, Beta2, Epsilon *Expr
	// sam: the gradient is that at x + Radius g/|g|.
	Radius *Expr

	// sgd on a network: samples per mini-batch, drawn without replacement epoch
	// by epoch in an order that the run's seed decides. Momentum and Nesterov as
	// PyTorch has them. LabelNoise is the deviation of normal noise added to the
	// targets of each mini-batch; nil: none.
	// On a formula: Batch of Samples, drawn anew at each step with replacement.
	Batch      int
	Nesterov   bool
	LabelNoise *Expr
	// sgd on a formula: objectives in the same parameters whose mean is the
	// run's objective; a step has the mean gradient of Batch of them. nil: the
	// objective's own gradient.
	Samples []*Objective
	// sgd on a formula, sde: normal noise, independent at each step, added to the gradient (sgd), or to the drift (sde:
	// times the root of the time of a step), in the parameters by name and "params", the flat vector,
	// beside the inputs of laws. Noise is a number (of each element), a flat vector (by element) or a matrix
	// B of size x m (B times m normals); Covariance is a matrix, positive semidefinite. nil: none.
	Noise, Covariance *Expr
	// sde: the drift, a flat vector or a number for one parameter; nil: minus the gradient. Bias: a twin
	// with steps twice as long and the same noise runs beside, and results have "bias", P: the mean over lanes of
	// the difference to it, and "bias_error", P, its standard error (series at even steps).
	Drift *Expr
	Bias  bool

	// gradient_flow, central_flow: the largest error of a step of the solver, relative to the size of the parameters.
	Tolerance float64
	// central_flow: the map whose average motion it is, "gd" or "rmsprop", and how many eigenvalues may
	// oscillate at once.
	Of  string
	Top int

	// map: the user's own rule. The names in its expressions: "params" and "gradient", flat vectors; the
	// parameters by name; "loss", "learning_rate", "noise" (a flat vector of standard normals, new at each step),
	// the names of State, the inputs of laws, and the inputs of Queries. Updates are made in order: each sees what those before
	// it gave. "params" is the flat vector of all parameters; a parameter may be updated by its own name.
	State     []StateVariable
	Updates   []Update
	Queries   []Query
	Threshold *Expr // the curvature above which the map is unstable; nil: not known

	// Quasistatic: the slow parameters and the fast one, as elements of the
	// flat parameter vector.
	Along  []int
	Across int
}

// StateVariable is a part of the state of a map beside the parameters, with its value
// at the start, in "params" and the parameters by name.
type StateVariable struct {
	Name  string
	Value *Expr
}

// Update gives a parameter, "params" or a state variable its next value.
type Update struct {
	Name  string
	Value *Expr
	Span  diag.Span
}

// Query asks the objective of a map at another point than the state: Input of
// the expressions that follow stands for the "value", "gradient" or "hvp" (with Vector) at Point, flat vectors
// in the same names as the Updates. A Query can use the inputs of those before it; it is answered where
// the update After stands, with the names as they are then.
type Query struct {
	Input         string
	What          string
	Point, Vector *Expr
	After         int // updates made before it
	Span          diag.Span
}
