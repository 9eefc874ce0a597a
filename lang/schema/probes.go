package schema

import "strings"

// probes are what a run can record beside loss and path.
var probes = []Kind{
	kind("value", "a formula",
		Attribute{Name: "value", Phase: Math, Type: Formula, Required: true, Description: "in the parameters, `t`, `loss` and `grad_norm`; on a network in `t`, `loss` and `grad_norm` alone"}),
	kind("sharpness", "the largest eigenvalues of the Hessian, by Lanczos' method started from those of the record before. With top = k it is a vector of k at each step, else a number. `.residual`: |H v - l v| of each; `.products`: Hessian-vector products used", append([]Attribute{
		{Name: "top", Phase: Structural, Type: Index, Default: "0", Description: "how many eigenvalues, as a vector: `probe.lambda[100][0]`; 0: the largest one, as a number"},
		{Name: "layers", Phase: Structural, Type: Strings, Description: "names of layers or of blocks, such as `conv1` or `stage2`, whose parameters alone count"},
		{Name: "preconditioned", Phase: Structural, Type: Bool, Default: "false", Description: "of the Hessian in the metric of the optimizer's second moment, which is what its stability is about: for adam, adamw, rmsprop and adagrad"},
	}, search...)...),
	kind("average", "the mean of the loss over the last steps, as over one oscillation. `.at_mean`: the loss at the mean of the iterates; `.sharpness`: the largest eigenvalue of the Hessian there", append([]Attribute{
		{Name: "over", Phase: Structural, Type: Count, Description: "how many steps, at most `every`, which is the default"},
	}, search...)...),
	kind("test", "how well a network does on data that it is not trained on: the share of samples that it classifies rightly, `.accuracy`; for targets without labels the loss. `.loss`: the mean loss, without the regularizer. Dropout is left out, and batch norm has the statistics of the training set",
		Attribute{Name: "data", Phase: Name, Type: Reference, Noun: "dataset", Required: true, Description: "the data"}),
	kind("distance", "the Euclidean distance from a point, by default from where the run itself starts; or from another run at the same step",
		Attribute{Name: "point", Phase: Result, Type: Point, Description: "the point: a state of another run, an object by parameter, or a flat vector"},
		Attribute{Name: "run", Phase: Name, Type: Reference, Noun: "run", Description: "another run in the same parameters, after as many updates of its own: one that records its path or keeps snapshots at these steps"},
		Attribute{Name: "average", Phase: Structural, Type: Count, Default: "1", Description: "over how many steps, this one and those before it, the states of both runs are averaged: 2 takes a two-cycle by its middle; at the start of fewer"}),
	kind("landscape", "the loss along a line through the iterate, at each recorded step a vector. `.position`: the positions", append([]Attribute{
		{Name: "from", Phase: Result, Type: Scalar, Required: true, Description: "the first position"},
		{Name: "to", Phase: Result, Type: Scalar, Required: true, Description: "the last position"},
		{Name: "points", Phase: Structural, Type: Count, Required: true, Description: "how many positions, both ends included"},
	}, alongs()...)...),
	kind("directional_curvature", "the curvature v^T H v / v^T v along a direction v at the iterate", alongs()...),
}

// alongs are the directions of a probe, which must name one.
func alongs() []Attribute {
	out := directions()
	out[0].Required = true
	for i := range out {
		switch out[i].Name {
		case "direction":
			out[i].Description = "`\"gradient\"` (at the iterate, times `learning_rate`), `\"random\"` (independent normal numbers), `\"eigenvector\"` (of the Hessian at the iterate), `\"component\"` (a principal component of a run's path), a vector, or a point or state (the way to it)"
		case "learning_rate":
			out[i].Description = "what the direction \"gradient\" is multiplied by: 1 by default"
		case "normalize":
			out[i].Description = strings.ReplaceAll(out[i].Description, "the center", "the iterate")
		}
	}
	return out
}
