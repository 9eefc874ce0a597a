package schema

// search are the arguments of a search for eigenvalues by Lanczos' method.
var search = []Attribute{
	{Name: "tolerance", Phase: Structural, Type: Number, Default: "0.001", Description: "ends the iteration when the residual of each eigenvalue is below this part of the largest"},
	{Name: "products", Phase: Structural, Type: Count, Default: "200", Description: "the most Hessian-vector products"},
}

var spectrum = Block{
	Noun: "spectrum", Labels: []string{"name"}, ForEach: true,
	Description: "What is known of the Hessian of an objective at a point: outermost eigenvalues by Lanczos' method, the trace by Hutchinson's, the density of all eigenvalues by stochastic Lanczos quadrature.",
	Example: `spectrum "start" {
  objective = objective.training
  top       = 3
}`,
	Attributes: append([]Attribute{
		{Name: "objective", Phase: Name, Type: Reference, Noun: "objective", Required: true, Description: "whose Hessian it is"},
		{Name: "point", Phase: Result, Type: Point, Description: "where: a run's state, an object by parameter, or a flat vector; by default, for a network, the point that its runs start from"},
		{Name: "top", Phase: Structural, Type: Index, Default: "0", Description: "how many of the largest eigenvalues"},
		{Name: "bottom", Phase: Structural, Type: Index, Default: "0", Description: "how many of the smallest"},
		{Name: "samples", Phase: Structural, Type: Index, Default: "0", Description: "random vectors for the trace and the density; 0: neither is computed"},
		{Name: "steps", Phase: Structural, Type: Count, Default: "80", Description: "of Lanczos' method for each of these vectors"},
		{Name: "points", Phase: Structural, Type: Count, Max: 1 << 20, Default: "1000", Description: "places at which the density is given"},
		{Name: "width", Phase: Structural, Type: Number, Default: "0.01", Description: "of the Gaussian that smooths the density, as a part of the range of the eigenvalues"},
		{Name: "preconditioner", Phase: Name, Type: Reference, Noun: "run", Description: "a run with adam, adamw, rmsprop or adagrad: the Hessian is taken in the metric of the optimizer's second moment at the end of the run"},
		{Name: "seed", Phase: Structural, Type: Index, Max: 1 << 53, Description: "of random vectors and of the point that a network starts from; by default as in a run"},
	}, search...),
	Results: []Output{
		{"top", "vector", "the largest eigenvalues, the largest first"},
		{"bottom", "vector", "the smallest eigenvalues, the smallest first"},
		{"top_residual", "vector", "|H v - l v| of each"},
		{"bottom_residual", "vector", "likewise"},
		{"products", "number", "Hessian-vector products used"},
		{"trace", "number", "the sum of all eigenvalues, estimated"},
		{"trace_error", "number", "its standard error"},
		{"eigenvalue", "vector", "places at which the density is given"},
		{"density", "vector", "the density of eigenvalues there; its integral is 1"},
		{"density_error", "vector", "its standard error"},
	},
}

var projection = Block{
	Noun: "projection", Labels: []string{"name"}, ForEach: true,
	Description: "Coordinates of runs along the principal components of segments of their paths. Each segment gives its leading component, made orthogonal to those before it (Ma, Kunin, Wu, Ying (2022), Fig. 3.2). The runs keep `snapshots`, or record their path.",
	Example: `projection "decays" {
  segment "first" { run = run.gd }
  segment "second" {
    run  = run.decayed
    from = 100
  }
  runs = [run.gd, run.decayed]
}`,
	Attributes: []Attribute{
		{Name: "runs", Phase: Name, Type: References, Required: true, Description: "whose coordinates are wanted"},
	},
	Blocks: []Nested{{Min: 1, Block: &Block{
		Noun: "segment", Labels: []string{"label"},
		Description: "A part of a path, and the coordinate that its principal component gives.",
		Attributes: []Attribute{
			{Name: "run", Phase: Name, Type: Reference, Noun: "run", Required: true, Description: "whose path"},
			{Name: "from", Phase: Structural, Type: Index, Default: "0", Description: "the first step"},
			{Name: "to", Phase: Structural, Type: Index, Description: "the last step; by default that of the run"},
		},
	}}},
	Results: []Output{
		{"run.a.label", "series", "the coordinate of run.a along the component of a segment, from where the first segment begins; of a run with for_each `run.a[key].label`"},
		{"variance", "vector", "by segment, the part of its variance that its component has, before it is made orthogonal"},
	},
}
