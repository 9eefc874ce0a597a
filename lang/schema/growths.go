package schema

var growth = Block{Noun: "growth", Labels: []string{"name"}, Later: true, ForEach: true,
	Description: "How an objective grows from a minimum."}
