package dynamics

import (
	"fmt"

	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// Map is one update of an optimizer as mathematics: a graph from the state
// after k updates, the time t = k and the names of vary to the state after
// k+1 updates and to what belongs to state k. It is an ordinary graph, so its
// Jacobian, or that of the map applied several times, is a transform away.
//
// The nodes that are not asked for cost nothing: a program computes the roots
// it is given and what they need.
type Map struct {
	Graph *graph.Graph
	// State lists the parameters, in the objective's order, then the
	// optimizer's own memory.
	State []Component
	Time  graph.ID // the input "t"
	Vary  []Name   // the names of vary, in order

	Loss         graph.ID
	Gradient     []graph.ID // of the objective, by parameter; an input for a network
	GradNorm     graph.ID   // Euclidean norm of the objective's gradient, before weight decay and clipping
	LearningRate graph.ID   // that the update from this state uses
	Stability    graph.ID   // largest curvature at which the optimizer is stable on a quadratic, at this rate
	Stop         graph.ID   // graph.None if the run never stops early
	Probes       []graph.ID // by probe of the run; graph.None for one that is no formula

	steady bool // see NewSteadyMap
}

// Size is the number of elements of the whole state: parameters and memory.
func (m *Map) Size() int {
	n := 0
	for _, c := range m.State {
		n += m.Graph.Type(c.In).Size()
	}
	return n
}

// Component is one part of the state: a parameter or a buffer.
type Component struct {
	Name    string   // of the parameter, or of the parameter that the buffer belongs to
	Buffer  string   // "" for a parameter, "velocity" for the memory of momentum
	In, Out graph.ID // before and after the update
}

// Name is an input whose value differs between lanes.
type Name struct {
	Name string
	In   graph.ID
}

// inputName keeps the inputs of buffers and of vary apart from the parameters.
// A parameter's input has its own name; no identifier of a study has a space.
func inputName(kind, name string) string { return kind + " " + name }

// NewMap returns the update of a run's optimizer on its objective. References
// are replaced by their values, from results.
//
// The gradient g of the objective is scaled down to the norm of clip, where
// that is given; weight_decay times the parameter is then added. With the
// learning rate eta and the momentum beta the updates are
//
//	gd        x' = x - eta g
//	momentum  v' = beta v + g,  x' = x - eta v'              (heavy ball, Polyak 1964)
//	nesterov  v' = beta v + g,  x' = x - eta (g + beta v')   (Nesterov 1983)
//
//	sgd       momentum or nesterov, with the gradient of a mini-batch
//	adam      m' = beta1 m + (1-beta1) g,  v' = beta2 v + (1-beta2) g^2,
//	          x' = x - eta m'/(1-beta1^n) / (sqrt(v'/(1-beta2^n)) + epsilon),  n = updates made, this one included
//	          (Kingma and Ba 2015)
//	rmsprop   v' = beta2 v + (1-beta2) g^2,  x' = x - eta g / (sqrt(v') + epsilon)  (Hinton 2012)
//
// in the form that PyTorch gives them: the rate multiplies the velocity, so a
// change of the rate acts at once. g^2 is by element.
//
// On a quadratic with curvature lambda the linear map of (x, v) has an
// eigenvalue -1 where lambda is 2/eta, (2+2 beta)/eta and
// (2+2 beta)/((1+2 beta) eta); below, all eigenvalues lie inside the unit circle
// (0 <= beta < 1). Stability is that bound less the weight decay. For adam and
// rmsprop it is the bound on the Hessian preconditioned by the inverse of what
// divides the step, (2+2 beta1)/((1-beta1) eta) and 2/eta (Cohen et al. 2022,
// "Adaptive gradient methods at the edge of stability"), without weight decay.
// The update of
// a quasistatic optimizer is not one graph; its Map has the objective's parts,
// the rate and the bound 2/eta, and each component's Out is its In.
//
// The parameters of a network are one component, "params", the flat vector of
// all; its loss and its gradient are inputs, "loss" and "gradient", that the run
// computes sample by sample.
func NewMap(run *plan.Run, results bind.Results) (*Map, error) {
	return newMap(run, results, false)
}

// NewSteadyMap returns the map that an optimizer is when its laws do not change,
// the same at every step: nothing in it depends on Time, and Adam's corrections
// of its bias are at their limit 1, so that its state is the parameters and the
// two moments. Periodic orbits, multipliers and Lyapunov exponents are those of
// this map. A law that depends on t or steps is an error, as is noise.
func NewSteadyMap(run *plan.Run, results bind.Results) (*Map, error) {
	return newMap(run, results, true)
}

func newMap(run *plan.Run, results bind.Results, steady bool) (*Map, error) {
	g := graph.New()
	m := &Map{Graph: g, Stop: graph.None, steady: steady}
	params := make(map[string]graph.ID)
	for _, p := range componentsOf(run.Objective) {
		id := g.Input(p.Name, p.Type)
		params[p.Name] = id
		m.State = append(m.State, Component{Name: p.Name, In: id, Out: id})
	}
	m.Time = g.Input("t", graph.Number)
	laws := map[string]graph.ID{"t": m.Time, "steps": g.Const(float64(run.Steps))}
	for _, v := range run.Vary {
		for _, name := range v.Names {
			id := g.Input(inputName("vary", name), graph.Number)
			m.Vary = append(m.Vary, Name{name, id})
			laws[name] = id
		}
	}

	if err := m.objective(run.Objective, params, results); err != nil {
		return nil, err
	}
	var err error
	if m.GradNorm, err = m.norm(m.Gradient); err != nil {
		return nil, err
	}
	if err := m.update(run.Optimizer, laws, results); err != nil {
		return nil, err
	}

	// Inside stop and probes a parameter hides a name of vary.
	observed := map[string]graph.ID{"loss": m.Loss, "grad_norm": m.GradNorm}
	for name, id := range laws {
		observed[name] = id
	}
	for name, id := range params {
		observed[name] = id
	}
	if run.Stop != nil {
		if m.Stop, err = bind.Into(g, run.Stop, observed, results); err != nil {
			return nil, err
		}
	}
	for _, p := range run.Probes {
		if p.Value == nil {
			m.Probes = append(m.Probes, graph.None)
			continue
		}
		id, err := bind.Into(g, p.Value, observed, results)
		if err != nil {
			return nil, err
		}
		m.Probes = append(m.Probes, id)
	}
	return m, nil
}

// flatName is the one component of a network's parameters.
const flatName = "params"

// componentsOf is what the state has of the parameters: each of them, or of a
// network all in one vector.
func componentsOf(f *plan.Objective) []plan.Param {
	if f.Training != nil {
		return []plan.Param{{Name: flatName, Type: graph.Of(f.Network.Size)}}
	}
	return f.Params
}

// objective adds the loss and its gradient.
func (m *Map) objective(f *plan.Objective, params map[string]graph.ID, results bind.Results) (err error) {
	if f.Training != nil {
		m.Loss = m.Graph.Input("loss", graph.Number)
		m.Gradient = []graph.ID{m.Graph.Input("gradient", m.Graph.Type(m.State[0].In))}
		return nil
	}
	if m.Loss, err = bind.Into(m.Graph, f.Value, params, results); err != nil {
		return err
	}
	inputs := make([]graph.ID, len(m.State))
	for i, c := range m.State {
		inputs[i] = c.In
	}
	if m.Gradient, err = m.Graph.Gradient(m.Loss, inputs); err != nil {
		return &bind.Error{Span: f.Value.Span, Err: err}
	}
	return nil
}

// Iterate returns the state after n updates, as nodes of the map's own graph
// that depend on the same inputs: the first update is at the time t, the next
// at t+1. Its Jacobian is that of the composed map; at a point of a cycle of
// period n its eigenvalues are the cycle's multipliers.
func (m *Map) Iterate(n int) []graph.ID {
	var out, now []graph.ID
	for _, c := range m.State {
		out, now = append(out, c.Out), append(now, c.In)
	}
	b := builder{Graph: m.Graph}
	for k := range n {
		bound := map[string]graph.ID{"t": m.Time}
		if k > 0 {
			bound["t"] = b.apply(graph.Add, m.Time, m.Graph.Const(float64(k)))
		}
		for i, c := range m.State {
			bound[c.Key()] = now[i]
		}
		now = m.Graph.Import(m.Graph, out, bound)
	}
	return now
}

// norm returns the Euclidean norm of all elements of the parts.
func (m *Map) norm(parts []graph.ID) (graph.ID, error) {
	if len(parts) == 1 {
		return m.Graph.Apply(graph.Norm, parts[0])
	}
	b := builder{Graph: m.Graph}
	total := graph.None
	for _, p := range parts {
		square := b.apply(graph.Sum, b.apply(graph.Mul, p, p))
		if total == graph.None {
			total = square
		} else {
			total = b.apply(graph.Add, total, square)
		}
	}
	return b.apply(graph.Sqrt, total), b.err
}

func (m *Map) update(o *plan.Optimizer, laws map[string]graph.ID, results bind.Results) error {
	b := builder{Graph: m.Graph}
	law := func(name string, e *plan.Expr) graph.ID {
		if b.err != nil || e == nil {
			return graph.None
		}
		if m.steady {
			if b.err = timeless(name, e); b.err != nil {
				return graph.None
			}
		}
		id, err := bind.Into(m.Graph, e, laws, results)
		if err == nil && m.Graph.Type(id) != graph.Number {
			err = &bind.Error{Span: e.Span, Err: fmt.Errorf("%s is %s, not a number", name, m.Graph.Type(id))}
		}
		b.err = err
		return id
	}
	eta := law("learning_rate", o.LearningRate)
	beta := law("momentum", o.Momentum)
	decay := law("weight_decay", o.WeightDecay)
	clip := law("clip", o.Clip)
	beta1, beta2, epsilon := law("beta1", o.Beta1), law("beta2", o.Beta2), law("epsilon", o.Epsilon)
	if b.err != nil {
		return b.err
	}
	kind := o.Kind
	if kind == "sgd" {
		switch {
		case beta == graph.None:
			kind = "gd"
		case o.Nesterov:
			kind = "nesterov"
		default:
			kind = "momentum"
		}
	}
	lacks := false
	switch kind {
	case "momentum", "nesterov":
		lacks = beta == graph.None
	case "adam":
		lacks = beta1 == graph.None || beta2 == graph.None || epsilon == graph.None
	case "rmsprop":
		lacks = beta2 == graph.None || epsilon == graph.None
	}
	if lacks || eta == graph.None {
		return &bind.Error{Span: o.Span, Err: fmt.Errorf("the optimizer %q lacks a setting", o.Kind)}
	}
	m.LearningRate = eta
	m.Stability = b.stability(kind, eta, beta, beta1)
	if decay != graph.None && kind != "adam" && kind != "rmsprop" {
		m.Stability = b.apply(graph.Sub, m.Stability, decay)
	}

	one := m.Graph.Const(1)
	scale := graph.None
	if clip != graph.None {
		above := b.apply(graph.Gt, m.GradNorm, clip)
		scale = b.apply(graph.Select, above, b.apply(graph.Div, clip, m.GradNorm), one)
	}
	n := len(m.State)
	buffer := func(i int, what string) graph.ID {
		return m.Graph.Input(inputName(what, m.State[i].Name), m.Graph.Type(m.State[i].In))
	}
	keep := func(i int, what string, in, out graph.ID) {
		m.State = append(m.State, Component{Name: m.State[i].Name, Buffer: what, In: in, Out: out})
	}
	blend := func(beta, old, next graph.ID) graph.ID {
		return b.apply(graph.Add, b.apply(graph.Mul, beta, old), b.apply(graph.Mul, b.apply(graph.Sub, one, beta), next))
	}
	updates, unbias1, unbias2 := graph.None, graph.None, graph.None
	if kind == "adam" && m.steady {
		unbias1, unbias2 = one, one
	} else if kind == "adam" {
		made := m.Graph.Input(inputName("updates", ""), graph.Number)
		updates = b.apply(graph.Add, made, one)
		unbias1 = b.apply(graph.Sub, one, b.apply(graph.Pow, beta1, updates))
		unbias2 = b.apply(graph.Sub, one, b.apply(graph.Pow, beta2, updates))
	}
	for i := range n {
		x, d := m.State[i].In, m.Gradient[i]
		if scale != graph.None {
			d = b.apply(graph.Mul, scale, d)
		}
		if decay != graph.None {
			d = b.apply(graph.Add, d, b.apply(graph.Mul, decay, x))
		}
		switch kind {
		case "gd":
		case "momentum", "nesterov":
			v := buffer(i, "velocity")
			next := b.apply(graph.Add, b.apply(graph.Mul, beta, v), d)
			keep(i, "velocity", v, next)
			if kind == "nesterov" {
				d = b.apply(graph.Add, d, b.apply(graph.Mul, beta, next))
			} else {
				d = next
			}
		case "adam":
			first, second := buffer(i, "first moment"), buffer(i, "second moment")
			next1, next2 := blend(beta1, first, d), blend(beta2, second, b.apply(graph.Mul, d, d))
			keep(i, "first moment", first, next1)
			keep(i, "second moment", second, next2)
			root := b.apply(graph.Sqrt, b.apply(graph.Div, next2, unbias2))
			d = b.apply(graph.Div, b.apply(graph.Div, next1, unbias1), b.apply(graph.Add, root, epsilon))
		case "rmsprop":
			second := buffer(i, "second moment")
			next := blend(beta2, second, b.apply(graph.Mul, d, d))
			keep(i, "second moment", second, next)
			d = b.apply(graph.Div, d, b.apply(graph.Add, b.apply(graph.Sqrt, next), epsilon))
		case "quasistatic":
			continue
		default:
			return &bind.Error{Span: o.Span, Err: fmt.Errorf("there is no optimizer %q", o.Kind)}
		}
		m.State[i].Out = b.apply(graph.Sub, x, b.apply(graph.Mul, eta, d))
	}
	if updates != graph.None {
		in, _ := m.Graph.Lookup(inputName("updates", ""))
		m.State = append(m.State, Component{Buffer: "updates", In: in, Out: updates})
	}
	return b.err
}

// stability is the largest stable curvature: see NewMap.
func (b *builder) stability(kind string, eta, beta, beta1 graph.ID) graph.ID {
	one, bound := b.Const(1), b.Const(2)
	switch kind {
	case "momentum":
		bound = b.apply(graph.Mul, bound, b.apply(graph.Add, one, beta))
	case "nesterov":
		bound = b.apply(graph.Div, b.apply(graph.Mul, bound, b.apply(graph.Add, one, beta)),
			b.apply(graph.Add, one, b.apply(graph.Mul, b.Const(2), beta)))
	case "adam":
		bound = b.apply(graph.Div, b.apply(graph.Mul, bound, b.apply(graph.Add, one, beta1)), b.apply(graph.Sub, one, beta1))
	}
	return b.apply(graph.Div, bound, eta)
}

// timeless says what in an expression changes from step to step, if anything does.
func timeless(name string, e *plan.Expr) error {
	need := e.Graph.Reach([]graph.ID{e.Root})
	for _, input := range []string{"t", "steps"} {
		if id, ok := e.Graph.Lookup(input); ok && int(id) < len(need) && need[id] {
			return &bind.Error{Span: e.Span, Err: fmt.Errorf("%s depends on %s, and so the map is another one at every step: give it a value that stays", name, input)}
		}
	}
	return nil
}

// builder applies operations until one fails.
type builder struct {
	*graph.Graph
	err error
}

func (b *builder) apply(op graph.Op, args ...graph.ID) graph.ID {
	if b.err != nil {
		return graph.None
	}
	id, err := b.Graph.Apply(op, args...)
	b.err = err
	return id
}
