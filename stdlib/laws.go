package stdlib

import "slices"

// laws are sorted by name.
var laws = []Builtin{
	{Name: "normal", Kind: Law, Signature: "normal(mean, sd)", Description: "random numbers of the normal law of that mean and standard deviation",
		Convention: "drawn anew for each parameter, element and lane, from the seed of the run", Example: "start = { x = normal(0, 1) }"},
	{Name: "uniform", Kind: Law, Signature: "uniform(from, to)", Description: "random numbers spread evenly from one number to another",
		Convention: "drawn anew for each parameter, element and lane, from the seed of the run", Example: "start = { x = uniform(-1, 1) }"},
}

// Laws returns the laws of chance that the start of a run may name, sorted by
// name. They stand for numbers that are drawn when the run begins, so that no
// formula can call them. The Example of a law is an argument of a run.
func Laws() []Builtin { return slices.Clone(laws) }
