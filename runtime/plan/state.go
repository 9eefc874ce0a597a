package plan

// Setting is one expression of an optimizer, under the name of its argument.
type Setting struct {
	Name  string
	Value *Expr
}

// Settings are the expressions of an optimizer that are written, in one order:
// laws, noise and drift, then the start of the state variables and the updates of a
// rule of the user's own, with what they ask of the objective.
func (o *Optimizer) Settings() []Setting {
	var out []Setting
	add := func(name string, x *Expr) {
		if x != nil {
			out = append(out, Setting{name, x})
		}
	}
	for _, s := range []Setting{
		{"learning_rate", o.LearningRate}, {"momentum", o.Momentum}, {"weight_decay", o.WeightDecay}, {"clip", o.Clip},
		{"beta1", o.Beta1}, {"beta2", o.Beta2}, {"epsilon", o.Epsilon}, {"radius", o.Radius}, {"label_noise", o.LabelNoise},
		{"noise", o.Noise}, {"covariance", o.Covariance}, {"drift", o.Drift}, {"threshold", o.Threshold},
	} {
		add(s.Name, s.Value)
	}
	for _, v := range o.State {
		add(v.Name, v.Value)
	}
	for _, q := range o.Queries {
		add(q.What, q.Point)
		add(q.What, q.Vector)
	}
	for _, u := range o.Updates {
		add(u.Name, u.Value)
	}
	return out
}

// StateSize is the number of elements that the state of the optimizer has as a map
// that is the same at every step (dynamics.NewSteadyMap), on so many parameters: they
// and its memory. The count of updates by which Adam corrects its means is none of it.
func (o *Optimizer) StateSize(params int) int {
	switch o.Kind {
	case "momentum", "nesterov", "rmsprop", "adagrad":
		return 2 * params
	case "adam", "adamw":
		return 3 * params
	case "sgd":
		if o.Momentum != nil {
			return 2 * params
		}
	case "map":
		n := params
		for _, v := range o.State {
			n += v.Value.Type().Size()
		}
		return n
	}
	return params
}

// Multipliers is how many multipliers a cycle has: one for each number of the state,
// or one for a cycle on a line.
func (o *Orbit) Multipliers() int {
	if o.Along != nil {
		return 1
	}
	return o.Map.Optimizer.StateSize(o.Map.Objective.Size())
}

// Label is what a reader calls the optimizer: its kind, of a rule of the user's own
// its name, of a central flow the optimizer that it belongs to.
func (o *Optimizer) Label() string {
	switch {
	case o.Kind == "map" && o.Name != "":
		return o.Name
	case o.Kind == "central_flow" && o.Of != "gd":
		return "central_flow of " + o.Of
	}
	return o.Kind
}
