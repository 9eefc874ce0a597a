// Package model is objectives as functions of one flat vector of parameters,
// with their derivatives: formulas and networks alike.
//
//	plan.Dataset --(Load)--> dataset.Set, as it is trained on
//	plan.Objective, its data --(NewNetwork)--> Network: one graph per batch --(runtime/dense)--> programs
//	plan.Objective --(NewFormula)--> Formula: one graph --(runtime/program)--> instructions
//	Objective, a point --> the loss, the gradient, the Hessian as an operator
//
// # Batches
//
// The loss of a network is the mean over the samples of the loss of each, plus
// the regularizer. It is computed in batches, whose sums are added in binary64 in
// the order of the samples. With batch normalisation the batches are part of the
// loss: each has its own mean and variance, in the value, the gradient, the
// Hessian and everywhere else but in Test. Their size is declared in the study
// and never chosen from the memory at hand. Without it their size follows from
// the shapes alone, so that results have the same bits on every machine.
//
// # Dropout
//
// The masks are a function of the seed, the layer, the draw and the sample. In a
// run the draw is the number of updates made before, so that a gradient and what
// a probe sees at that step have the same masks.
package model
