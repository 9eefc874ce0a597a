package schema

// Box is an object that gives parameters ranges: { x = [-5, 5] }.
const Box Type = "object of ranges"

var orbit = Block{
	Noun: "orbit", Labels: []string{"name"}, ForEach: true,
	Description: "What an optimizer does as a map, the same at every step: cycles near a point (`near`) or in a box (`box`), with their multipliers; an orbit diagram; Lyapunov exponents; basins of attraction. Cycles in a box, basins and orbits of networks are checked by `validate` and refused by `run`: they are not built yet. " +
		"The state of the map is the parameters and the optimizer's own memory, without the count of updates that Adam corrects its means by. A rate or setting that depends on `t`, and random numbers, have no place in it.",
	Example: `orbit "two" {
  objective = objective.convex
  period    = 2
  near      = { x = 5 }
  optimizer "gd" { learning_rate = 5 }
}

orbit "branch" {
  objective = objective.convex
  period    = 2
  near      = { x = 0.5 }
  vary { eta = linspace(2.1, 8, 200) }
  optimizer "gd" { learning_rate = eta }
}

orbit "fork" {
  objective = objective.convex
  start     = { x = 0.3 }
  vary { eta = linspace(0.5, 8, 1000) }
  optimizer "gd" { learning_rate = eta }
  diagram { keep = 64 }
  lyapunov { steps = 4000 }
}`,
	Attributes: []Attribute{
		{Name: "objective", Phase: Name, Type: Reference, Noun: "objective", Required: true, Description: "what the optimizer minimises"},
		{Name: "optimizer", Phase: Name, Type: Reference, Noun: "optimizer", Description: "an optimizer that stands beside the orbits, instead of a block inside"},
		{Name: "near", Phase: Result, Type: Point, Description: "where a cycle is looked for: an object by parameter, a run's state, an orbit's point, or a flat vector. With `vary` it is near the cycle of the first value, from which the cycle is followed to the others"},
		{Name: "box", Phase: Result, Type: Box, Description: "all cycles of the period are looked for here: a range for each parameter, `{ x = [-5, 5] }`; of an objective in one number or two"},
		{Name: "period", Phase: Structural, Type: Count, Max: 4096, Description: "how many updates lead back to the point; near a point it is found by itself if it is not written. 1 is a fixed point"},
		{Name: "max_period", Phase: Structural, Type: Count, Max: 4096, Default: "64", Description: "the longest period that is tried where none is written"},
		{Name: "settle", Phase: Structural, Type: Index, Default: "0", Description: "updates made from `near` before the search, which bring it to a stable cycle"},
		{Name: "tolerance", Phase: Structural, Type: Number, Description: "the largest residual, |M^p(s) - s| over the size of the state s, of what counts as a cycle; by default 1e-10, on a network 1e-3"},
		{Name: "along", Phase: Structural, Type: String, Allowed: []string{"eigenvector"}, Description: "of a network, the line through `near` on which the cycle of period 2 lies: along the eigenvector of the largest eigenvalue of the Hessian"},
		{Name: "start", Phase: Result, Type: File, Description: "where `diagram`, `lyapunov` and `basin` begin: a value or law for each parameter, a number or law for all, a run's state, an orbit's point, or a flat vector; a basin needs only what none of its axes replaces. A network begins as its inits say unless this says otherwise"},
		{Name: "seed", Phase: Structural, Type: Index, Max: 1 << 53, Description: "of its random numbers; by default as in a run"},
	},
	Blocks: []Nested{
		{Max: 1, Block: &Block{
			Noun: "optimizer", Labels: []string{"kind"},
			Description: "The update rule. See `optimizer`.",
			Attributes:  optimizer.Attributes, Kinds: optimizer.Kinds, Blocks: optimizer.Blocks,
		}},
		{Block: &Block{
			Noun: "vary", Open: "a list of numbers",
			Description: "Makes a lane for each value: `vary { eta = linspace(0.1, 8, 1000) }`. Names in one block go together; several blocks multiply. The names stand for numbers in the optimizer and in `start`. A cycle is followed along one name.",
		}},
		{Max: 1, Block: &Block{
			Noun:        "diagram",
			Description: "Keeps the states after the first updates, for each lane: the orbit diagram.",
			Example:     `diagram { keep = 64 }`,
			Attributes: []Attribute{
				{Name: "skip", Phase: Structural, Type: Index, Default: "1000", Description: "updates made before"},
				{Name: "keep", Phase: Structural, Type: Count, Default: "256", Description: "states kept"},
				{Name: "follow", Phase: Structural, Type: Bool, Default: "false", Description: "lets each value begin where the one before it ended, so that a branch is followed beyond where others are reached from `start`"},
			},
		}},
		{Max: 1, Block: &Block{
			Noun:        "lyapunov",
			Description: "The largest Lyapunov exponents of the trajectory from `start`, per update: positive where near trajectories part.",
			Example:     `lyapunov { steps = 4000 }`,
			Attributes: []Attribute{
				{Name: "skip", Phase: Structural, Type: Index, Default: "1000", Description: "updates made before"},
				{Name: "steps", Phase: Structural, Type: Count, Default: "4000", Description: "updates over which the mean is taken"},
				{Name: "exponents", Phase: Structural, Type: Count, Default: "1", Description: "how many, the largest first: 1 is a number, more are a vector, by QR"},
			},
		}},
		{Max: 1, Block: &Block{
			Noun:        "basin",
			Description: "To which attractor the points of a grid go. Other parameters are those of `start`, the optimizer's memory is 0.",
			Example: `basin {
  axis "x" {
    from   = -5
    to     = 5
    points = 200
  }
}`,
			Attributes: []Attribute{
				{Name: "steps", Phase: Structural, Type: Count, Default: "2000", Description: "the most updates made from a point"},
			},
			Blocks: []Nested{{Min: 1, Max: 2, Block: &Block{
				Noun: "axis", Labels: []string{"label"},
				Description: "The values of one parameter, whose name is the label or is named by `coordinate`.",
				Attributes: []Attribute{
					{Name: "from", Phase: Result, Type: Scalar, Required: true, Description: "the first position"},
					{Name: "to", Phase: Result, Type: Scalar, Required: true, Description: "the last position"},
					{Name: "points", Phase: Structural, Type: Count, Required: true, Description: "how many positions, both ends included"},
					{Name: "scale", Phase: Structural, Type: String, Default: `"linear"`, Allowed: []string{"linear", "log"}, Description: "how the positions are spaced"},
					{Name: "coordinate", Phase: Name, Type: Element, Description: "the parameter, or element of one, that the axis runs over"},
				},
			}}},
		}},
	},
	Results: []Output{
		{"point.x", "number", "near: the point of the cycle that is nearest to `near`, by parameter; box: a series over the cycles found. `point` alone stands where a point is wanted"},
		{"cycle.x", "series", "near: over the steps of one period; box: over the cycles, each step a vector by step of the period"},
		{"loss", "series", "near: the objective over the steps of one period; box: over the cycles, its mean"},
		{"period", "number", "near: how many updates lead back"},
		{"residual", "number", "|M^p(s) - s| over the size of s; box: a series over the cycles"},
		{"stable", "truth value", "whether all multipliers are inside the unit circle; box: a series over the cycles"},
		{"multiplier", "vector", "the real parts of the eigenvalues of the Jacobian of the map composed over one period, by falling modulus; box: a series over the cycles"},
		{"multiplier_imaginary", "vector", "their imaginary parts"},
		{"step_multiplier", "vector", "where the second half of the cycle is the reflection of the first, those of half the period, with the reflection taken out: for a cycle of two steps, per step. NaN elsewhere"},
		{"step_multiplier_imaginary", "vector", "their imaginary parts"},
		{"count", "number", "box: how many cycles were found"},
		{"diagram.x", "series", "the states kept, by parameter; `diagram.loss`, the objective there"},
		{"lyapunov", "number", "the largest Lyapunov exponent per update; of several a vector"},
		{"lyapunov_error", "number", "its standard error"},
		{"basin.label", "array", "by position along each axis: the number of the attractor, 0 for none within `steps`, -1 for divergence"},
		{"basin.steps", "array", "the updates after which it is reached"},
		{"basin.axis.x", "vector", "the positions of an axis"},
		{"basin.count", "number", "how many attractors were found"},
		{"basin.period", "series", "over the attractors: their periods; also `basin.loss`, its mean, and `basin.point.x`"},
		{"vary.name", "array", "a name of `vary`: its value in each lane, for drawing results against it"},
	},
}
