package schema

var growth = Block{
	Noun: "growth", Labels: []string{"name"}, ForEach: true,
	Description: "How an objective grows away from a minimum, along rays: whether more slowly than a quadratic, as Definition 4.1 of Ma, Kunin, Wu, Ying (2022) has it, with its constant, and the ball of its Theorem 4.3 that gradient descent does not leave. " +
		"A formula is looked at along the coordinates both ways and in random directions, and local searches go on from the best samples; a network along the directions of its `axis` blocks, both ways, each from the lowest point of its line near the state. All of it is sampled, and no proof.",
	Example: `growth "f1" {
  objective     = objective.convex
  minimum       = { x = 0 }
  from          = 1e-3
  to            = 1e3
  learning_rate = 5
}`,
	Attributes: []Attribute{
		{Name: "objective", Phase: Name, Type: Reference, Noun: "objective", Required: true, Description: "what grows"},
		{Name: "minimum", Phase: Result, Type: Point, Required: true, Description: "where it grows from: an object by parameter, a run's state, an orbit's point, or a flat vector"},
		{Name: "from", Phase: Structural, Type: Number, Default: "1e-3", Description: "the smallest radius"},
		{Name: "to", Phase: Structural, Type: Number, Default: "1e3", Description: "the largest radius; of a network write one to which the minimum matters"},
		{Name: "points", Phase: Structural, Type: Count, Max: 1 << 16, Default: "200", Description: "radii, spaced evenly in the logarithm"},
		{Name: "directions", Phase: Structural, Type: Index, Max: 1 << 16, Description: "random directions of a formula, beside the coordinates; by default 64. One parameter has two directions, which are both looked along"},
		{Name: "learning_rate", Phase: Result, Type: Scalar, Description: "gives `inner` and `ball`: those of gradient descent with this rate"},
		{Name: "departure", Phase: Structural, Type: Number, Default: "0.1", Description: "the part by which the loss differs from its quadratic approximation where that ends"},
		{Name: "seed", Phase: Structural, Type: Index, Max: 1 << 53, Description: "of random directions; by default derived from the study's seed and the block's name"},
	},
	Blocks: []Nested{{Block: &Block{
		Noun: "axis", Labels: []string{"label"},
		Description: "A direction of a network, scaled to length 1.",
		Example: `axis "g" { direction = "gradient" }

axis "top" { direction = "eigenvector" }

axis "r" { direction = "random" }`,
		Attributes: []Attribute{
			{Name: "direction", Phase: Result, Type: Direction, Required: true, Allowed: []string{"gradient", "random", "eigenvector", "component"},
				Description: "`\"gradient\"`, `\"random\"` (independent normal numbers), `\"eigenvector\"` (of the Hessian), all at the minimum; `\"component\"` (a principal component of a run's path), a vector, or a point or state (the way to it)"},
			{Name: "normalize", Phase: Structural, Type: String, Default: `"unit"`, Allowed: []string{"unit", "layer", "filter"}, Description: "`\"layer\"` or `\"filter\"` gives each parameter array, or each output channel, a share of the direction as large as its own length"},
			{Name: "seed", Phase: Structural, Type: Index, Max: 1 << 53, Description: "of the direction \"random\"; by default derived from the study's seed, the block's name and the label"},
			{Name: "index", Phase: Structural, Type: Index, Default: "0", Description: "of \"eigenvector\" and \"component\": which, from the largest down"},
			{Name: "of", Phase: Name, Type: Reference, Noun: "run", Description: "of \"component\": the run, with `snapshots` or a recorded path"},
			{Name: "from_step", Phase: Structural, Type: Index, Default: "0", Description: "of \"component\": the first step of the run that counts"},
			{Name: "to_step", Phase: Structural, Type: Index, Description: "of \"component\": the last one; by default that of the run"},
		},
	}}},
	Results: []Output{
		{"verdict", "text", "`\"subquadratic\"`: the exponent ends below 2 in every direction, `ratio` still falls at the largest radius, and c > 0; `\"quadratic\"`: the exponent is 2 and `ratio` constant; or `\"not\"`, for the reason that `evidence` gives"},
		{"evidence", "text", "sentences with the numbers behind the verdict, and what could not be told"},
		{"radius", "vector", "the radii"},
		{"loss", "matrix", "by direction and radius, the loss above that of the minimum: directions are 1, -1 of each coordinate, then random ones; of a network each axis and its opposite"},
		{"loss_error", "matrix", "an estimate of its error. Where a difference of losses has lost digits, the loss of a formula is the integral of its derivative"},
		{"exponent", "matrix", "d log loss / d log radius; NaN where it cannot be trusted, for a reason in `evidence`"},
		{"quadratic", "matrix", "the loss over its quadratic approximation, likewise"},
		{"direction", "matrix", "the unit vectors of a formula, by direction"},
		{"curvature", "vector", "by direction, the second derivative where the radii begin, one-sided at a kink"},
		{"quadratic_radius", "vector", "by direction, the first radius at which the loss differs from the quadratic approximation by `departure`: infinite if none does, 0 if the curvature is 0 or infinite"},
		{"shift", "vector", "of a network, by direction, how far along it from `minimum` the lowest point is that its radii begin at"},
		{"ratio", "vector", "by radius, the largest |g|/r of the directions; of a network with the derivative along the direction in place of |g|"},
		{"cosine", "vector", "by radius, the smallest cosine of the angle between the gradient and the way from the minimum"},
		{"c", "number", "the constant of Definition 4.1: the smallest cosine, refined by local search for a formula"},
		{"c_at.p", "value", "where it is attained, by parameter of a formula: `c_at.x`"},
		{"ratio_end", "number", "`ratio` at the largest radius"},
		{"residual", "number", "the length of the gradient at the minimum"},
		{"inner", "number", "with `learning_rate`, the radius beyond which |g| < (2c/eta) r, so that every step of gradient descent comes closer; infinite if there is none within the radii"},
		{"inner_residual", "number", "how far |g|/r is from 2c/eta there, relatively"},
		{"ball", "number", "the largest distance from the minimum that a step from within `inner` reaches, and at least `inner`: no step leaves this ball"},
	},
}
