package dynamics

import (
	"maps"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// rule adds the user's own update: expressions that are evaluated in order, each
// in the names as those before it left them. loss, gradient, learning_rate and
// noise stay what they are at the state before the update.
func (u *updating) rule() {
	names := u.at(u.inputs())
	start := maps.Clone(names)
	delete(start, "t")
	names["loss"], names["learning_rate"] = u.m.Loss, u.eta
	names[gradientName] = u.Flatten(u.m.Gradient)
	if u.mentions("noise") {
		names["noise"] = u.draw("noise", "normal", graph.Of(u.size()))
	}
	state := make(map[string]int) // place in the map's state, by variable
	for _, s := range u.o.State {
		first := u.bind("the state "+s.Name, s.Value, start)
		if u.err != nil {
			return
		}
		c := Component{Name: s.Name, Buffer: "state", start: first}
		c.In = u.Input(c.Key(), u.Type(first))
		state[s.Name] = len(u.m.State)
		u.m.State = append(u.m.State, c)
		names[s.Name] = c.In
	}

	asked := u.o.Queries
	answer := func(made int) {
		for len(asked) > 0 && asked[0].After <= made && u.err == nil {
			names[asked[0].Input] = u.query(&asked[0], names)
			asked = asked[1:]
		}
	}
	now := u.inputs()
	for k, w := range u.o.Updates {
		answer(k)
		value := u.bind("the update of "+w.Name, w.Value, names)
		if u.err != nil {
			return
		}
		switch i := u.parameter(w.Name); {
		case w.Name == flatName:
			flat := u.shaped(value, graph.Of(u.size()), &w)
			if u.err != nil {
				return
			}
			now = u.split(flat)
			for i, c := range u.m.State[:u.n] {
				names[c.Name] = now[i]
			}
			names[flatName] = flat
		case i >= 0:
			now[i] = u.shaped(value, u.Type(u.m.State[i].In), &w)
			if u.err != nil {
				return
			}
			names[w.Name], names[flatName] = now[i], u.Flatten(now)
		default:
			at, ok := state[w.Name]
			if !ok {
				u.fails(w.Span, "there is no parameter and no state variable %q", w.Name)
				return
			}
			names[w.Name] = u.shaped(value, u.Type(u.m.State[at].In), &w)
		}
	}
	for i := range u.n {
		u.m.State[i].Out = now[i]
	}
	for name, at := range state {
		u.m.State[at].Out = names[name]
	}
}

// parameter is the place of a parameter, -1 if it is none.
func (u *updating) parameter(name string) int {
	for i, c := range u.m.State[:u.n] {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// mentions reports whether an expression of the rule has the name.
func (u *updating) mentions(name string) bool {
	has := func(e *plan.Expr) bool {
		if e == nil {
			return false
		}
		id, ok := e.Graph.Lookup(name)
		return ok && reaches(e, id)
	}
	for _, w := range u.o.Updates {
		if has(w.Value) {
			return true
		}
	}
	for _, q := range u.o.Queries {
		if has(q.Point) || has(q.Vector) {
			return true
		}
	}
	return false
}

// reaches reports whether an expression needs a node of its graph.
func reaches(e *plan.Expr, id graph.ID) bool {
	need := e.Graph.Reach([]graph.ID{e.Root})
	return int(id) < len(need) && need[id]
}

// shaped is the value of an update as the type of what it updates: a number
// fills an array.
func (u *updating) shaped(value graph.ID, t graph.Type, w *plan.Update) graph.ID {
	if u.err != nil {
		return value
	}
	switch from := u.Type(value); {
	case from == t:
		return value
	case from == graph.Number:
		return u.Broadcast(value, t)
	case t == graph.Number && from == graph.Of(1):
		return u.Reshape(value, t)
	default:
		u.fails(w.Span, "the update of %[1]s is %[2]s, but %[1]s is %[3]s", w.Name, from, t)
		return value
	}
}

// query answers a question about the objective at another point.
func (u *updating) query(q *plan.Query, names map[string]graph.ID) graph.ID {
	if u.run.Objective.Training != nil {
		u.fails(q.Span, "the objective is asked for its %s at another point: for a network a rule has loss and gradient at the state alone", q.What)
		return graph.None
	}
	size := graph.Of(u.size())
	flat := func(what string, e *plan.Expr) []graph.ID {
		if e == nil {
			u.fails(q.Span, "%s lacks its %s", q.What, what)
			return nil
		}
		id := u.bind("the "+what+" of "+q.What, e, names)
		if u.err != nil {
			return nil
		}
		switch t := u.Type(id); {
		case t == size:
		case t == graph.Number:
			id = u.Broadcast(id, size)
		default:
			u.fails(e.Span, "the %s of %s is %s: it is a vector of %d, the elements of the parameters", what, q.What, t, u.size())
			return nil
		}
		return u.split(id)
	}
	at := make(map[string]graph.ID)
	for i, id := range flat("point", q.Point) {
		at[u.m.State[i].Name] = id
	}
	if u.err != nil {
		return graph.None
	}
	switch q.What {
	case "value":
		return u.Import(u.Graph, []graph.ID{u.m.Loss}, at)[0]
	case "gradient":
		return u.Flatten(u.Import(u.Graph, u.m.Gradient, at))
	case "hvp":
		v := flat("vector", q.Vector)
		if u.err != nil {
			return graph.None
		}
		// The product is made in a graph of its own, where the direction is an
		// input: as a node of this graph it may depend on the parameters.
		g := graph.New()
		var x, seeds []graph.ID
		for i, c := range u.m.State[:u.n] {
			name := inputName("direction", c.Name)
			x, seeds = append(x, g.Input(c.Name, u.Type(c.In))), append(seeds, g.Input(name, u.Type(c.In)))
			at[name] = v[i]
		}
		products, err := g.HVP(g.Import(u.Graph, []graph.ID{u.m.Loss}, nil)[0], x, seeds)
		if err != nil {
			u.fails(q.Span, "%w", err)
			return graph.None
		}
		return u.Flatten(u.Import(g, products, at))
	}
	u.fails(q.Span, "an objective has no %q", q.What)
	return graph.None
}
