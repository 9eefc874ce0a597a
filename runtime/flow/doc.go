// Package flow moves a point along a vector field: the gradient flow of an
// objective, and the central flow, which is how an optimizer at the edge of
// stability moves on average.
//
//	model.Objective --(Gradient)--> Field  -grad L
//	model.Objective, 2/eta --(NewCentral)--> Central, a Field  -(grad L + 1/2 grad <H, S>)
//	Field, a point, a time --(Solver.Advance)--> the point after that time, with an estimate of the error
//
// The solver is Dormand and Prince's pair of orders 5 and 4. The covariance S of
// the central flow solves a small complementarity problem at every evaluation;
// see Central.
package flow
