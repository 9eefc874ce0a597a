package schema

var orbit = Block{Noun: "orbit", Labels: []string{"name"}, Later: true, ForEach: true,
	Description: "Periodic points of an optimizer, with their multipliers."}
