package plan

import "relief/lang/diag"

// Orbit asks what an optimizer does as a map: periodic orbits, an orbit diagram,
// Lyapunov exponents, basins of attraction; each where its part is not empty. The
// map does not depend on the time t. Results have the axes of Map.Lanes() in front
// of their own, those of a box and of basins have not.
//
//	cycles near a point  "point", P and "cycle", P (series over the steps of one
//	                     period); "loss" (series likewise); "period"; "residual"
//	                     (|M^p(s) - s| over the size of s); "stable";
//	                     "multiplier", "multiplier_imaginary" (vectors, by
//	                     falling modulus: eigenvalues of the Jacobian of the map composed over one
//	                     period); "step_multiplier", "step_multiplier_imaginary" (where
//	                     the second half of the cycle is the reflection of the first: those of half
//	                     the period, with the reflection taken out: per step for a two-cycle)
//	cycles in a box      "count"; series over the cycles found: "point", P, "cycle", P (period in front),
//	                     "loss" (mean over the cycle), "multiplier", "multiplier_imaginary", "stable", "residual"
//	Diagram              "diagram", P and "diagram", "loss": series over the steps kept
//	Lyapunov             "lyapunov", "lyapunov_error" (standard error): a number for one exponent, else a vector
//	Basin                "basin", "label" (axes of the basin: 0 for no attractor, -1 for divergence, else the number of the
//	                     attractor), "basin", "steps" (until it is reached); "basin", "axis", LABEL; "basin", "count";
//	                     series over the attractors: "basin", "period", "basin", "loss", "basin", "point", P
type Orbit struct {
	Block
	// Map is a run without steps: the objective, the optimizer, its seed, the
	// names of vary, and the Start of Diagram and Lyapunov.
	Map *Run

	Near      Point      // where a cycle is looked for; nil: nowhere
	Box       []Interval // where all cycles are looked for, by element of the flat parameters; nil: nowhere
	Period    int        // 0: found, up to MaxPeriod
	MaxPeriod int
	Settle    int     // updates made from Near before the search
	Tolerance float64 // of the residual
	// Along, for a network, is the direction of a two-cycle: it lies on the line
	// through Near along this axis.
	Along *Axis

	Diagram  *OrbitDiagram
	Lyapunov *Lyapunov
	Basin    *Basin
}

// Interval is a range of one parameter.
type Interval struct {
	From, To *Expr
	Span     diag.Span
}

// OrbitDiagram keeps Keep states after Skip updates, for each lane. With Follow
// a lane starts where the one before it ended.
type OrbitDiagram struct {
	Skip, Keep int
	Follow     bool
	Span       diag.Span
}

// Lyapunov asks for the largest Exponents over Steps updates, after Skip.
type Lyapunov struct {
	Exponents, Skip, Steps int
	Span                   diag.Span
}

// Basin asks to which attractor the points of a grid go.
type Basin struct {
	Axes  []Axis // one or two coordinates; other parameters are those of Start
	Steps int    // the most updates
	Span  diag.Span
}

// Growth asks how an objective grows away from a minimum. Directions are, for a
// formula, the coordinate axes both ways and random ones; for a network those of
// Axes both ways.
//
// Results: "radius" (vector); by direction and radius "loss" (above the
// minimum), "exponent" (d log loss / d log radius), "quadratic" (the loss over its quadratic
// approximation); by direction "direction" (unit vectors), "quadratic_radius" (the first
// radius at which the loss differs from the approximation by Departure; infinite if none),
// "curvature" (at the minimum, one-sided); "ratio" (vector by radius: the largest |g|/r),
// "cosine" (the smallest g.(x-x*)/(|g| r)); "c" (its smallest value),
// "c_at", P (where); "ratio_end" (|g|/r at the largest radius); with
// LearningRate "inner" and "ball" (the two radii in the proof of Theorem 4.3: beyond inner every step comes
// closer, ball is what is never left); texts "verdict" ("subquadratic", "quadratic", "not") and "evidence".
type Growth struct {
	Block
	Objective    *Objective
	Minimum      Point
	From, To     float64 // radii, spaced evenly in the logarithm
	Points       int
	Directions   int // random ones
	Axes         []Axis
	LearningRate *Expr   // nil: no ball
	Departure    float64 // from the quadratic, as a part of it
	Seed         uint64
}
