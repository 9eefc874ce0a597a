// Package orbit asks what an optimizer does as a map of its state: parameters
// and memory together.
//
//	plan.Orbit --(Compute)--> Result: cycles near a point, their multipliers, diagrams, exponents
//
// The map is dynamics.NewSteadyMap: one graph, whose tangent is a transform of
// it. Everything here is that graph compiled by runtime/program and executed
// over many lanes: the points of a cycle and the columns of its Jacobians, the
// values of a vary. Cycles in a box, basins and networks are refused.
//
// # Cycles
//
// A cycle of period p is found as p points at once (multiple shooting): the
// unknowns are s_0 .. s_p-1, the equations M(s_i) = s_i+1, and Newton's method
// needs the Jacobian of one step at each point alone. The map composed p times
// has Jacobians that grow like a power of p, the system of all points has not;
// long and unstable cycles are found as short ones are. Cycles of a divisor of
// p are roots too: they are divided out (deflation; Farrell, Birkisson and Funke
// 2015).
//
// # Kinks
//
// Jacobians are those of graph.Tangent, column by column: at a kink, the
// derivative towards the positive side of each coordinate.
package orbit
