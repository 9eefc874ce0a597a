// Package graph is the mathematics of a study: nodes are operations on
// binary64 scalars, vectors and matrices, edges are operands.
//
//	lang/math --(Apply)--> Graph --(Gradient, Tangent)--> Graph --(program.Compile)--> instructions
//	                          \--(array.Eval)--> results
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
// The graph knows nothing of the language it came from. Each node carries an
// Origin, the place and the chain of calls that made it, so that a value that
// goes wrong at run time is reported like a syntax error.
package graph
