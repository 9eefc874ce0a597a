package dynamics

import (
	"fmt"

	"relief/lang/diag"
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

	// Radius and Ascent belong to sam on a network: the radius at this step, and
	// an input, the objective's gradient where Radius g/|g| leads. Else graph.None.
	Radius, Ascent graph.ID
	// Noise lists the inputs that have new random numbers at every step.
	Noise []NoiseInput

	// moments are, of the central flow of rmsprop, beta2 and epsilon.
	moments []graph.ID

	faults  []*fault     // of covariances that are factorised at every step
	samples [][]graph.ID // of sgd with samples: the gradient of each, by parameter
	steady  bool         // see NewSteadyMap
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
	Buffer  string   // "" for a parameter, "velocity" for the memory of momentum, "state" for a variable of the user's own
	In, Out graph.ID // before and after the update

	start graph.ID // of a buffer, in the parameters and the names of vary: its value at the start; graph.None for 0
}

// NoiseInput is an input with independent random numbers at every step, in every
// lane and element: standard normal ones (Kind "normal"), or uniform ones of
// [0, 1) ("uniform").
type NoiseInput struct {
	In   graph.ID
	Kind string
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
//	sgd       gd, momentum or nesterov, with the gradient of a mini-batch, or of samples drawn, or with noise
//	adam      m' = beta1 m + (1-beta1) g,  v' = beta2 v + (1-beta2) g^2,
//	          x' = x - eta m'/(1-beta1^n) / (sqrt(v'/(1-beta2^n)) + epsilon),  n = updates made, this one included
//	          (Kingma and Ba 2015)
//	adamw     the same on x - eta weight_decay x, with g free of the decay (Loshchilov and Hutter 2019)
//	rmsprop   v' = beta2 v + (1-beta2) g^2,  x' = x - eta g / (sqrt(v') + epsilon)  (Hinton 2012)
//	adagrad   s' = s + g^2,  x' = x - eta g / (sqrt(s') + epsilon)  (Duchi, Hazan and Singer 2011)
//	sam       x' = x - eta g(x + radius g/|g|)  (Foret, Kleiner, Mobahi and Neyshabur 2021); where g is 0, x + 0
//	sde       x' = x + eta drift + sqrt(eta) B xi, Euler and Maruyama's step of length eta; see sde
//	map       the user's own; see rule
//
// in the form that PyTorch gives them: the rate multiplies the velocity, so a
// change of the rate acts at once. g^2 is by element. What is drawn is in the
// inputs Noise.
//
// Stability is the largest curvature at which the minimum of a quadratic is
// stable; see stability. The update of a quasistatic optimizer and of a flow is
// not one graph; its Map has the objective's parts, the rate and the bound, and
// each component's Out is its In.
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
	m := &Map{Graph: g, Stop: graph.None, Radius: graph.None, Ascent: graph.None, steady: steady}
	params := make(map[string]graph.ID)
	for _, p := range componentsOf(run.Objective) {
		id := g.Input(p.Name, p.Type)
		params[p.Name] = id
		m.State = append(m.State, Component{Name: p.Name, In: id, Out: id, start: graph.None})
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
	b := builder{Graph: g}
	if m.GradNorm = b.norm(m.Gradient); b.err != nil {
		return nil, b.err
	}
	u := &updating{builder: b, m: m, run: run, o: run.Optimizer, laws: laws, params: params, results: results, n: len(m.State)}
	err := u.update()
	if err != nil {
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

// Names of a network: its parameters as one component, and its gradients.
const (
	flatName     = "params"
	gradientName = "gradient"
	ascentName   = "ascent gradient"
)

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
		m.Gradient = []graph.ID{m.Graph.Input(gradientName, m.Graph.Type(m.State[0].In))}
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

// norm is the Euclidean norm of all elements of the parts.
func (b *builder) norm(parts []graph.ID) graph.ID {
	if len(parts) == 1 {
		return b.apply(graph.Norm, parts[0])
	}
	total := graph.None
	for _, p := range parts {
		square := b.apply(graph.Sum, b.apply(graph.Mul, p, p))
		if total == graph.None {
			total = square
		} else {
			total = b.apply(graph.Add, total, square)
		}
	}
	return b.apply(graph.Sqrt, total)
}

// fails keeps the first error.
func (b *builder) fails(span diag.Span, format string, args ...any) {
	if b.err == nil {
		b.err = &bind.Error{Span: span, Err: fmt.Errorf(format, args...)}
	}
}
