package dynamics

import (
	"fmt"
	"math"
	"slices"

	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// updating adds the update of an optimizer to a map that has its objective.
type updating struct {
	builder
	m       *Map
	run     *plan.Run
	o       *plan.Optimizer
	laws    map[string]graph.ID // t, steps, names of vary
	params  map[string]graph.ID
	results bind.Results
	n       int // components that are parameters

	// The settings; graph.None for one that is not given.
	eta, beta, decay, clip, beta1, beta2, epsilon graph.ID
}

// needs lists the settings that an optimizer cannot do without, beside its rate.
var needs = map[string][]string{
	"momentum": {"momentum"}, "nesterov": {"momentum"},
	"adam": {"beta1", "beta2", "epsilon"}, "adamw": {"beta1", "beta2", "epsilon"},
	"rmsprop": {"beta2", "epsilon"}, "adagrad": {"epsilon"}, "sam": {"radius"},
}

// update sets what the map has beside its objective.
func (u *updating) update() error {
	o := u.o
	u.eta = u.law("learning_rate", o.LearningRate)
	u.beta = u.law("momentum", o.Momentum)
	u.decay = u.law("weight_decay", o.WeightDecay)
	u.clip = u.law("clip", o.Clip)
	u.beta1, u.beta2, u.epsilon = u.law("beta1", o.Beta1), u.law("beta2", o.Beta2), u.law("epsilon", o.Epsilon)
	u.m.Radius = u.law("radius", o.Radius)
	if u.err != nil {
		return u.err
	}
	kind := o.Kind
	if kind == "sgd" {
		switch {
		case u.beta == graph.None:
			kind = "gd"
		case o.Nesterov:
			kind = "nesterov"
		default:
			kind = "momentum"
		}
	}
	given := map[string]graph.ID{"momentum": u.beta, "beta1": u.beta1, "beta2": u.beta2, "epsilon": u.epsilon, "radius": u.m.Radius}
	setting := kind
	if kind == "central_flow" {
		setting = o.Of
	}
	lacks := slices.ContainsFunc(needs[setting], func(name string) bool { return given[name] == graph.None })
	if lacks || u.eta == graph.None && kind != "map" {
		return &bind.Error{Span: o.Span, Err: fmt.Errorf("the optimizer %q lacks a setting", o.Kind)}
	}
	if u.eta == graph.None {
		u.eta = u.Const(math.NaN())
	}
	u.m.LearningRate = u.eta
	u.m.Stability = u.stability(kind)

	switch kind {
	case "quasistatic", "gradient_flow":
		return u.err // no graph: see NewMap
	case "central_flow":
		if o.Of == "rmsprop" { // its state, which the flow moves
			u.m.moments = []graph.ID{u.beta2, u.epsilon}
			for i := range u.n {
				u.memory(i, "second moment", func(now graph.ID) graph.ID { return now })
			}
		}
		return u.err
	case "map":
		u.rule()
	case "sde":
		u.sde()
	case "gd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "adagrad", "sam":
		u.steps(kind)
	default:
		return &bind.Error{Span: o.Span, Err: fmt.Errorf("there is no optimizer %q", o.Kind)}
	}
	return u.err
}

// law is a setting: a number in the inputs of laws.
func (u *updating) law(name string, e *plan.Expr) graph.ID {
	id := u.bind(name, e, u.laws)
	if u.err == nil && id != graph.None && u.Type(id) != graph.Number {
		u.fails(e.Span, "%s is %s, not a number", name, u.Type(id))
	}
	return id
}

// bind is an expression in names; graph.None for one that is not given.
func (u *updating) bind(what string, e *plan.Expr, names map[string]graph.ID) graph.ID {
	if u.err != nil || e == nil {
		return graph.None
	}
	if u.m.steady {
		if u.err = timeless(what, e); u.err != nil {
			return graph.None
		}
	}
	id, err := bind.Into(u.Graph, e, names, u.results)
	if u.err = err; err != nil {
		return graph.None
	}
	return id
}

// timeless says what in an expression changes from step to step, if anything does.
func timeless(name string, e *plan.Expr) error {
	for _, input := range []string{"t", "steps"} {
		if id, ok := e.Graph.Lookup(input); ok && reaches(e, id) {
			return &bind.Error{Span: e.Span, Err: fmt.Errorf("%s depends on %s, and so the map is another one at every step: give it a value that stays", name, input)}
		}
	}
	return nil
}

// steps adds the update of an optimizer that goes along a gradient.
func (u *updating) steps(kind string) {
	d := u.gradient(kind)
	one := u.Const(1)
	corrected1, corrected2 := one, one
	if (kind == "adam" || kind == "adamw") && !u.m.steady {
		made := u.Input(inputName("updates", ""), graph.Number)
		updates := u.apply(graph.Add, made, one)
		corrected1 = u.apply(graph.Sub, one, u.apply(graph.Pow, u.beta1, updates))
		corrected2 = u.apply(graph.Sub, one, u.apply(graph.Pow, u.beta2, updates))
		defer func() {
			u.m.State = append(u.m.State, Component{Buffer: "updates", In: made, Out: updates, start: graph.None})
		}()
	}
	blend := func(beta, old, next graph.ID) graph.ID {
		return u.apply(graph.Add, u.apply(graph.Mul, beta, old), u.apply(graph.Mul, u.apply(graph.Sub, one, beta), next))
	}
	for i := range u.n {
		x, d := u.m.State[i].In, d[i]
		if u.decay != graph.None {
			if kind == "adamw" {
				x = u.apply(graph.Sub, x, u.apply(graph.Mul, u.apply(graph.Mul, u.eta, u.decay), x))
			} else {
				d = u.apply(graph.Add, d, u.apply(graph.Mul, u.decay, x))
			}
		}
		square := func() graph.ID { return u.apply(graph.Mul, d, d) }
		over := func(d, mean graph.ID) graph.ID {
			return u.apply(graph.Div, d, u.apply(graph.Add, u.apply(graph.Sqrt, mean), u.epsilon))
		}
		switch kind {
		case "momentum", "nesterov":
			next := u.memory(i, "velocity", func(v graph.ID) graph.ID {
				return u.apply(graph.Add, u.apply(graph.Mul, u.beta, v), d)
			})
			if kind == "nesterov" {
				d = u.apply(graph.Add, d, u.apply(graph.Mul, u.beta, next))
			} else {
				d = next
			}
		case "adam", "adamw":
			first := u.memory(i, "first moment", func(m graph.ID) graph.ID { return blend(u.beta1, m, d) })
			second := u.memory(i, "second moment", func(v graph.ID) graph.ID { return blend(u.beta2, v, square()) })
			d = over(u.apply(graph.Div, first, corrected1), u.apply(graph.Div, second, corrected2))
		case "rmsprop":
			d = over(d, u.memory(i, "second moment", func(v graph.ID) graph.ID { return blend(u.beta2, v, square()) }))
		case "adagrad":
			d = over(d, u.memory(i, "sum of squares", func(s graph.ID) graph.ID { return u.apply(graph.Add, s, square()) }))
		}
		u.m.State[i].Out = u.apply(graph.Sub, x, u.apply(graph.Mul, u.eta, d))
	}
}

// memory adds a buffer of parameter i, 0 at the start, and returns its next
// value.
func (u *updating) memory(i int, what string, next func(now graph.ID) graph.ID) graph.ID {
	c := Component{Name: u.m.State[i].Name, Buffer: what, start: graph.None}
	c.In = u.Input(c.Key(), u.Type(u.m.State[i].In))
	c.Out = next(c.In)
	u.m.State = append(u.m.State, c)
	return c.Out
}

// gradient is what a step goes along, by parameter: the objective's gradient, or
// that of samples drawn, with noise, no longer than clip.
func (u *updating) gradient(kind string) []graph.ID {
	d := u.m.Gradient
	switch {
	case kind == "sam":
		d = u.ascent()
	case u.o.Samples != nil:
		d = u.drawn()
	}
	d = u.noisy(d)
	if u.clip == graph.None || u.err != nil {
		return d
	}
	norm := u.norm(d)
	above := u.apply(graph.Gt, norm, u.clip)
	scale := u.apply(graph.Select, above, u.apply(graph.Div, u.clip, norm), u.Const(1))
	d = slices.Clone(d)
	for i := range d {
		d[i] = u.apply(graph.Mul, scale, d[i])
	}
	return d
}

// ascent is the gradient at x + radius g/|g|; where g is 0, at x.
func (u *updating) ascent() []graph.ID {
	if u.run.Objective.Training != nil {
		u.m.Ascent = u.Input(ascentName, u.Type(u.m.Gradient[0]))
		return []graph.ID{u.m.Ascent}
	}
	scale := u.apply(graph.Mul, u.m.Radius, u.apply(graph.Recip, u.m.GradNorm))
	at := make(map[string]graph.ID)
	for i, g := range u.m.Gradient {
		c := u.m.State[i]
		at[c.Name] = u.apply(graph.Add, c.In, u.apply(graph.Mul, scale, g))
	}
	if u.err != nil {
		return u.m.Gradient
	}
	return u.Import(u.Graph, u.m.Gradient, at)
}

// stability is the largest stable curvature. On a quadratic with curvature
// lambda the linear map of (x, v) has an eigenvalue -1 where lambda is
//
//	gd, sgd, sde       2/eta
//	momentum           (2+2 beta)/eta
//	nesterov           (2+2 beta)/((1+2 beta) eta)
//	adam               (2+2 beta1)/((1-beta1) eta)
//	adamw              (2+2 beta1)/((1-beta1) eta) - decay (1+beta1)/(1-beta1)
//	rmsprop, adagrad   2/eta
//
// and below all eigenvalues lie inside the unit circle (0 <= beta < 1). The first
// three are less the weight decay. For the last three rows and adam it is the
// bound on the Hessian preconditioned by the inverse of what divides the step
// (Cohen et al. 2022, "Adaptive gradient methods at the edge of stability"); a
// decay that goes through the gradient is not counted there.
//
// A minimum with positive curvature is never stable under sam: near it the
// ascent is longer than the way to it, and the states end in a cycle of two about
// it (Bartlett, Long and Bousquet 2022). The bound is that at the state: the
// curvature along g at which the step turns the gradient round, at its length
// |g|,
//
//	2 c / (1 + sqrt(1 + 4 c radius/|g|)),  c = 2/eta - decay
//
// from c = lambda + radius lambda^2/|g| (Long and Bartlett 2024,
// "Sharpness-aware minimization and the edge of stability"); it depends on
// the state through GradNorm alone.
//
// A gradient flow is stable at any curvature: the bound is infinite. It is NaN
// where nothing is known: for a map without a threshold and for an sde whose
// drift is not the gradient's.
func (u *updating) stability(kind string) graph.ID {
	two, one := u.Const(2), u.Const(1)
	bound := two
	switch kind {
	case "momentum":
		bound = u.apply(graph.Mul, two, u.apply(graph.Add, one, u.beta))
	case "nesterov":
		bound = u.apply(graph.Div, u.apply(graph.Mul, two, u.apply(graph.Add, one, u.beta)),
			u.apply(graph.Add, one, u.apply(graph.Mul, two, u.beta)))
	case "adam", "adamw":
		bound = u.apply(graph.Div, u.apply(graph.Mul, two, u.apply(graph.Add, one, u.beta1)), u.apply(graph.Sub, one, u.beta1))
	case "gradient_flow":
		return u.Const(math.Inf(1))
	case "map":
		names := make(map[string]graph.ID)
		for name, id := range u.laws {
			names[name] = id
		}
		names["learning_rate"] = u.eta
		if u.o.Threshold == nil {
			return u.Const(math.NaN())
		}
		id := u.bind("threshold", u.o.Threshold, names)
		if u.err == nil && u.Type(id) != graph.Number {
			u.fails(u.o.Threshold.Span, "threshold is %s, not a number", u.Type(id))
		}
		return id
	case "sde":
		if u.o.Drift != nil {
			return u.Const(math.NaN())
		}
	}
	bound = u.apply(graph.Div, bound, u.eta)
	if u.decay == graph.None && kind != "sam" {
		return bound
	}
	switch kind {
	case "gd", "momentum", "nesterov":
		bound = u.apply(graph.Sub, bound, u.decay)
	case "adamw":
		ratio := u.apply(graph.Div, u.apply(graph.Add, one, u.beta1), u.apply(graph.Sub, one, u.beta1))
		bound = u.apply(graph.Sub, bound, u.apply(graph.Mul, u.decay, ratio))
	case "sam":
		if u.decay != graph.None {
			bound = u.apply(graph.Sub, bound, u.decay)
		}
		four := u.apply(graph.Div, u.apply(graph.Mul, u.Const(4), u.apply(graph.Mul, bound, u.m.Radius)), u.m.GradNorm)
		root := u.apply(graph.Sqrt, u.apply(graph.Add, one, four))
		with := u.apply(graph.Div, u.apply(graph.Mul, two, bound), u.apply(graph.Add, one, root))
		bound = u.apply(graph.Select, u.apply(graph.Gt, u.m.Radius, u.Const(0)), with, bound)
	}
	return bound
}
