// Package graph is the mathematics of a study: nodes are operations on
// binary64 scalars, vectors, matrices and images, edges are operands.
//
//	lang/math, network --(Apply)--> Graph --(Gradient, Tangent)--> Graph --(program.Compile)--> instructions
//	                                 |                              \--(dense.Compile)--> calls of kernels
//	                                 \--(array.Eval)--> results
//
// A Graph grows and never changes: a node is added by Apply, which checks the
// operands' types, folds constants in the arithmetic of the run, applies the
// identities that keep every IEEE-754 result, and returns the node that
// already computes the same thing where there is one. Operands always precede
// the nodes that use them, so the order of ids is an order of evaluation.
//
// Derivatives are transforms that add nodes to the same graph; they compose,
// so that the derivative of a derivative needs no rule of its own.
//
// Arrays are row-major. The last axis of an array is its columns and all others
// are its rows: units of a batch, or channels of images N x H x W x C. The
// operations on rows, columns and images and their adjoints are closed under
// both modes: the adjoint of a convolution in its weights is an operation whose
// adjoints are convolutions.
//
// # Conventions
//
// Where a function has a kink, its gradient is the subgradient of least norm:
// 0 for abs, relu, norm, hypot and sqrt at 0, half to each of two equal operands
// of min and max, equal shares to all elements that attain a minimum or maximum
// of an array. The derivatives of sign, floor, ceil and round are 0. Atan2 at
// the origin has derivative 0.
//
// Forward mode takes the derivative towards the side that the direction points
// to: along v, abs at 0 has the derivative |v| and norm at 0 the norm of v. That
// holds for gradients too, so a Hessian-vector product at a kink is the limit of
// the change of the gradient along the direction, which a gradient that is
// continuous there has: f1(x) = (1+|x|) log(1+|x|) - |x| has curvature 1 at 0, in
// every direction, also as f1(norm(x)). A square root of a sum of squares counts
// as the norm that it is. What is looked at is the first derivative along the
// direction: the sign of a b, where a and b are both 0, stays 0.
//
// Only the branch of a Select that is taken counts, whatever the other one is
// or would be multiplied with: an adjoint that is 0 because its branch is not
// taken stays 0 (MulZero). At the boundary the branch taken is that of the
// point itself.
//
// What networks are made of has the derivatives that hold almost everywhere, in
// both modes, and no one-sided ones: they cost a condition per element. A gate,
// Gate(x, s), is linear in x and flat in s, so relu as Gate(x, x) has the
// derivative 0 at 0 and second derivative 0 everywhere. Max pooling is linear
// given which pixel of each window is greatest: the first of equal ones, the
// first of all where one is NaN. MaxCols is a shift that a result does not depend
// on, such as that of a log-sum-exp, and its derivative counts as 0. A NaN stays
// visible: it opens a gate, and is the greatest of its window.
//
// Adjoints are summed in a fixed order, constants first, and terms that cancel
// by construction are never computed.
//
// The graph knows nothing of the language it came from. Each node carries an
// Origin, the place and the chain of calls that made it, so that a value that
// goes wrong at run time is reported like a syntax error.
package graph
