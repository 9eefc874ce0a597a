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
//	"radius"              vector
//	"loss", "loss_error"  by direction and radius: above the minimum, and an estimate of its error
//	"exponent"            likewise: d log loss / d log radius
//	"quadratic"           likewise: the loss over its quadratic approximation
//	"direction"           unit vectors by direction, of a formula
//	"curvature"           by direction: at the minimum, one-sided
//	"quadratic_radius"    by direction: the first radius at which the loss differs from the approximation by Departure;
//	                      infinite if none
//	"shift"               by direction, of a network: where along it the radii begin, the lowest point near the minimum
//	"ratio"               by radius: the largest |g|/r; of a network the largest derivative along a direction over r
//	"ratio_end"           at the largest radius
//	"cosine"              by radius: the smallest g.(x-x*)/(|g| r)
//	"c"; "c_at", P        the smallest of all, and where, of a formula
//	"residual"            |g| at the minimum
//	"inner", "ball"       with LearningRate, the two radii in the proof of Theorem 4.3: beyond inner every step comes
//	                      closer, ball is what is never left; "inner_residual"
//	"verdict"             text: "subquadratic", "quadratic" or "not"
//	"evidence"            text
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

// Rays is how many directions are looked along. In one dimension there are two.
func (g *Growth) Rays() int {
	switch n := g.Objective.Size(); {
	case g.Objective.Training != nil:
		return 2 * len(g.Axes)
	case n == 1:
		return 2
	default:
		return 2*n + g.Directions
	}
}
