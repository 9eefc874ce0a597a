package dynamics

import (
	"maps"

	"relief/runtime/graph"
)

// Buffers of the twin that the bias of a step is estimated from.
const (
	twinBuffer  = "twin"       // its parameters
	noiseBuffer = "twin noise" // what it has drawn of its present step
	timeBuffer  = "twin time"  // how much of that step has passed
	phaseBuffer = "twin phase" // 1 in the middle of a step
)

// sde adds Euler and Maruyama's step of length h, the rate, of
//
//	dX = drift(X, t) dt + B(X, t) dW,   X' = X + h drift + sqrt(h) B xi,
//
// Ito's integral. The bias of its mean in h is of first order (Kloeden and
// Platen 1992, section 9.7): with Bias a twin of steps 2h beside it has the same
// noise, summed over two steps, so that the difference of the means is that
// bias, and its variance is small.
func (u *updating) sde() {
	x := u.inputs()
	dt := u.eta
	root := u.apply(graph.Sqrt, dt)
	b := graph.None
	xi := graph.None
	names := u.at(x)
	if u.o.Noise != nil || u.o.Covariance != nil {
		b = u.deviation(names)
		xi = u.apply(graph.Mul, root, u.normals(b))
	}
	drift := u.drift(names, x)
	for i, next := range u.moved(x, dt, drift, b, xi) {
		u.m.State[i].Out = next
	}
	if u.o.Bias && !u.m.steady && u.err == nil {
		u.twin(dt, xi)
	}
}

// drift is that of an sde at the parameters, by parameter.
func (u *updating) drift(names map[string]graph.ID, x []graph.ID) []graph.ID {
	if e := u.o.Drift; e != nil {
		d := u.bind("drift", e, names)
		if u.err != nil {
			return x
		}
		n := u.size()
		if t := u.Type(d); t == graph.Number && n == 1 {
			d = u.Reshape(d, graph.Of(1))
		} else if t != graph.Of(n) {
			u.fails(e.Span, "drift is %s: it is a vector of %d, the elements of the parameters", t, n)
		}
		return u.split(d)
	}
	bound := make(map[string]graph.ID)
	for i, c := range u.m.State[:u.n] {
		bound[c.Name] = x[i]
	}
	var d []graph.ID
	for _, g := range u.Import(u.Graph, u.m.Gradient, bound) {
		d = append(d, u.apply(graph.Neg, g))
	}
	return d
}

// moved is x + dt drift + b dw.
func (u *updating) moved(x []graph.ID, dt graph.ID, drift []graph.ID, b, dw graph.ID) []graph.ID {
	if u.err != nil {
		return nil
	}
	var noise []graph.ID
	if b != graph.None {
		noise = u.split(u.spread(b, dw))
	}
	var out []graph.ID
	for i := range x {
		next := u.apply(graph.Add, x[i], u.apply(graph.Mul, dt, drift[i]))
		if noise != nil {
			next = u.apply(graph.Add, next, noise[i])
		}
		out = append(out, next)
	}
	return out
}

// twin adds the same process with steps of two: it moves at every second
// update, by the drift and the deviation where and when its step began.
func (u *updating) twin(dt, dw graph.ID) {
	if u.run.Objective.Training != nil {
		u.fails(u.o.Span, "bias is for formulas: leave it out")
		return
	}
	add := func(name, buffer string, t graph.Type, start graph.ID, next func(now graph.ID) graph.ID) graph.ID {
		c := Component{Name: name, Buffer: buffer, start: start}
		c.In = u.Input(c.Key(), t)
		u.m.State = append(u.m.State, c)
		at := len(u.m.State) - 1
		if next != nil {
			u.m.State[at].Out = next(c.In)
		}
		return c.In
	}
	one, zero := u.Const(1), u.Const(0)
	var y []graph.ID
	for _, c := range u.m.State[:u.n] {
		y = append(y, add(c.Name, twinBuffer, u.Type(c.In), c.In, nil))
	}
	phase := add("", phaseBuffer, graph.Number, zero, func(now graph.ID) graph.ID { return u.apply(graph.Sub, one, now) })
	half := u.apply(graph.Eq, phase, one)
	sum := func(now, more graph.ID) graph.ID { return u.apply(graph.Add, now, more) }
	gathered := func(now, more graph.ID) graph.ID { return u.apply(graph.Select, half, zero, sum(now, more)) }
	passed := add("", timeBuffer, graph.Number, zero, func(now graph.ID) graph.ID { return gathered(now, dt) })
	total := graph.None
	if dw != graph.None {
		drawn := add("", noiseBuffer, u.Type(dw), u.Fill(u.Type(dw), 0), func(now graph.ID) graph.ID { return gathered(now, dw) })
		total = sum(drawn, dw)
	}
	names := u.at(y)
	names["t"] = u.apply(graph.Sub, u.m.Time, one) // when the twin's step began
	b := graph.None
	if dw != graph.None {
		b = u.deviation(names)
	}
	next := u.moved(y, sum(passed, dt), u.drift(maps.Clone(names), y), b, total)
	for i := range next {
		for k := range u.m.State {
			if c := &u.m.State[k]; c.In == y[i] {
				c.Out = u.apply(graph.Select, half, next[i], y[i])
			}
		}
	}
}
