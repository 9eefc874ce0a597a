package study

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"relief/lang/diag"
	langmath "relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// rule is the user's own update rule while it is read.
type rule struct {
	*builder // at the optimizer's block
	o        *plan.Optimizer
	f        *plan.Objective
	scope    *langmath.Scope
	varied   []string
	more     symbols // of a law
}

// ofMap are the words of a map's updates, which name no parameter and no variable.
var ofMap = []string{"params", "gradient", "loss", "learning_rate", "noise", "gradient_at", "value_at", "hvp_at", "t", "steps", "t0"}

// read takes in the states and updates of a map. Without an objective, in an
// optimizer that no run uses, there is no shape to hold them against.
func (r rule) read() bool {
	if r.f == nil {
		return true
	}
	good := r.names()
	if state := r.body.one("state"); state != nil {
		inner := r.at(state)
		for _, a := range inOrder(state.src.Body.Attributes) {
			good = state.attrs[a.Name] != nil && inner.state(a.Name, a.NameRange, state) && good
		}
	}
	if !good {
		return false // updates name what the states are
	}
	for _, body := range r.body.nested("update") {
		inner := r.at(body)
		for _, a := range inOrder(body.src.Body.Attributes) {
			good = body.attrs[a.Name] != nil && inner.update(a.Name, a.NameRange, body) && good
		}
	}
	if good {
		r.still()
	}
	return good
}

// at is the rule at one of its blocks.
func (r rule) at(body *body) rule {
	b := *r.builder
	b.body = body
	r.builder = &b
	return r
}

// names refuses parameters and lanes that are called as words of a map.
func (r rule) names() bool {
	good := true
	have := slices.Clone(r.varied)
	if r.f.Training == nil {
		have = append(have, paramNames(r.f)...)
	}
	for _, name := range have {
		if name != "learning_rate" && slices.Contains(ofMap, name) {
			r.errorAt("RL0202", r.body.header, "Give it another name.", "%q stands for something else in a map", name)
			good = false
		}
	}
	return good
}

// enter names the parameters, by name and as one flat vector.
func (r rule) enter(l *langmath.Lowerer, names map[string]langmath.Value) {
	maps.Copy(names, byParameter(r.f)(l))
}

// byParameter gives a formula in the parameters: each by its name, those of
// networks excepted, and params, the flat vector of all.
func byParameter(f *plan.Objective) symbols {
	return func(l *langmath.Lowerer) map[string]langmath.Value {
		names := map[string]langmath.Value{"params": langmath.Node{ID: l.Graph.Input("params", graph.Of(f.Size()))}}
		if f.Training == nil {
			for _, p := range f.Params {
				names[p.Name] = langmath.Node{ID: l.Graph.Input(p.Name, p.Type)}
			}
		}
		return names
	}
}

// state reads one variable with its start.
func (r rule) state(name string, at hcl.Range, body *body) bool {
	fail := func(code diag.Code, cure, format string, args ...any) bool {
		r.in.bad = true
		report(&r.in.diags, code, at, r.body.context, cure, format, args...)
		return false
	}
	_, isParam := param(r.f, name)
	switch {
	case isParam:
		return fail("RL0202", "The parameters are part of the state already: leave it out, or give it another name.", "%q is a parameter of %s", name, r.f.Address)
	case slices.Contains(r.varied, name):
		return fail("RL0202", "Give it another name.", "%q is a name of vary", name)
	case slices.Contains(ofMap, name) || reserved(name):
		return fail("RL0202", "Give it another name.", "%q stands for something else in a map", name)
	}
	e := body.attr(name)
	l := r.lowerer()
	names := map[string]langmath.Value{}
	if r.more != nil {
		names = r.more(l)
	}
	r.enter(l, names)
	l.Meant = meantIn(nil)
	l.Unknown = func(name, near string) string {
		if near != "" {
			return ""
		}
		return fmt.Sprintf("The value at the start may name %s, and results of other runs.", list(r.startNames()))
	}
	id, ok := l.Node(e, r.scope.With(names))
	if !ok {
		r.in.bad = true
		return false
	}
	if t := l.Graph.Type(id); t.Series || t.Bool {
		r.errorf("RL0302", e, "Write a number, a vector or a matrix: a condition is (c ? 1 : 0), a step of a series s[100] or last(s).", "%s cannot begin as %s", name, t)
		return false
	}
	r.o.State = append(r.o.State, plan.StateVariable{Name: name, Value: r.checked(expr(l, id, spanOf(e.Range())))})
	return true
}

func (r rule) startNames() []string {
	out := []string{"params"}
	if r.f.Training == nil {
		out = append(out, paramNames(r.f)...)
	}
	return append(out, r.varied...)
}

// updated lists what an update may give a value, with its type.
func (r rule) updated() (names []string, types []graph.Type) {
	names, types = []string{"params"}, []graph.Type{graph.Of(r.f.Size())}
	if r.f.Training == nil {
		for _, p := range r.f.Params {
			names, types = append(names, p.Name), append(types, p.Type)
		}
	}
	for _, s := range r.o.State {
		names, types = append(names, s.Name), append(types, s.Value.Type())
	}
	return names, types
}

// update reads the next value of a parameter, of all, or of a variable.
func (r rule) update(name string, at hcl.Range, body *body) bool {
	known, types := r.updated()
	i := slices.Index(known, name)
	if i < 0 {
		r.in.bad = true
		cure := didYouMean(name, known, fmt.Sprintf("Declare it: state { %s = 0 * params }; the parameters are %s.", name, list(known)))
		switch {
		case slices.Contains(ofMap, name) || slices.Contains(r.varied, name):
			cure = "It is given. What a formula makes of it goes into a variable, state { u = 0 * params }, or is written as local.NAME, with the formula in locals."
			report(&r.in.diags, "RL0203", at, r.body.context, cure, "%q cannot be updated", name)
			return false
		case slices.Contains(asParams, strings.ToLower(name)):
			cure = "Write params = ..., the flat vector of all parameters."
		}
		report(&r.in.diags, "RL0203", at, r.body.context, cure, "%q is neither a parameter nor a variable of the state", name)
	}
	e := body.attr(name)
	l := r.lowerer()
	names := clock(l)
	if r.more != nil {
		maps.Copy(names, r.more(l))
	}
	r.enter(l, names)
	flat := graph.Of(r.f.Size())
	for n, t := range map[string]graph.Type{"gradient": flat, "noise": flat, "loss": graph.Number} {
		names[n] = langmath.Node{ID: l.Graph.Input(n, t)}
	}
	if r.o.LearningRate != nil {
		names["learning_rate"] = langmath.Node{ID: l.Graph.Input("learning_rate", graph.Number)}
	}
	for _, s := range r.o.State {
		names[s.Name] = langmath.Node{ID: l.Graph.Input(s.Name, s.Value.Type())}
	}
	if i < 0 {
		names[name] = langmath.Bad // said already
	}
	maps.Copy(names, r.queries())
	l.Meant = meantIn(names)
	l.Unknown = func(unknown, near string) string {
		if near != "" {
			return ""
		}
		return fmt.Sprintf("Here may stand %s, t, and results of other runs.", list(append(slices.Clone(known), "gradient", "loss", "learning_rate", "noise")))
	}
	v := l.Lower(e, r.scope.With(names))
	var id graph.ID
	var ok bool
	switch {
	case langmath.IsBad(v):
	case name == "params" && isObject(v):
		id, ok = r.flatten(l, v, e.Range(), r.f)
	default:
		id, ok = l.AsNode(v, e.Range())
	}
	if !ok || i < 0 {
		r.in.bad = true
		return false
	}
	fitted, ok := fit(l, id, types[i])
	if !ok {
		r.misfit(name, types[i], l.Graph.Type(id), e.Range())
		return false
	}
	r.o.Updates = append(r.o.Updates, plan.Update{Name: name, Value: r.checked(expr(l, fitted, spanOf(e.Range()))), Span: spanOf(at)})
	return true
}

// misfit reports a next value of another shape than what it is for.
func (r rule) misfit(name string, want, got graph.Type, at hcl.Range) {
	r.in.bad = true
	isState := slices.ContainsFunc(r.o.State, func(s plan.StateVariable) bool { return s.Name == name })
	cure := fmt.Sprintf("Write %s, or one number for all its elements.", want)
	flat := graph.Of(r.f.Size())
	switch {
	case got.Bool:
		cure = "Choose numbers by it: condition ? a : b."
	case got.Series:
		cure = "Take one step of it, as in s[100] or last(s)."
	case isState && want == graph.Number:
		cure = fmt.Sprintf("What %s begins with decides its shape: write state { %s = 0 * params } for a flat vector.", name, name)
	case want == graph.Number && got == flat:
		cure = fmt.Sprintf("gradient, noise and params are flat vectors of all parameters: write params = ..., or one element, as in gradient[%d].", r.offset(name))
	case !isState && got == flat:
		first := r.offset(name)
		cure = fmt.Sprintf("gradient, noise and params are flat vectors of all parameters: write params = ..., or the elements of %s, as in slice(gradient, %d, %d).", name, first, first+want.Size())
	case want.Rank() == 0:
		cure = "Write a number."
	}
	report(&r.in.diags, "RL0302", at, r.body.context, cure, "%s is %s, and its next value %s", name, want, got)
}

// offset is the place of a parameter in the flat vector.
func (r rule) offset(name string) int {
	n := 0
	for _, p := range r.f.Params {
		if p.Name == name {
			break
		}
		n += p.Type.Size()
	}
	return n
}

// queries are the functions that ask the objective at another point. Each call
// in an update becomes an input of it, equal calls one.
func (r rule) queries() map[string]langmath.Value {
	asked := map[string]langmath.Value{}
	out := map[string]langmath.Value{}
	after := len(r.o.Updates)
	for _, q := range []struct {
		name, what, signature string
		args                  int
	}{
		{"value_at", "value", "value_at(p)", 1}, {"gradient_at", "gradient", "gradient_at(p)", 1}, {"hvp_at", "hvp", "hvp_at(p, v)", 2},
	} {
		out[q.name] = langmath.NewCallable(q.name, q.signature, q.args, func(l *langmath.Lowerer, args []langmath.Value, call langmath.CallSite) langmath.Value {
			if r.f.Training != nil {
				r.in.bad = true
				return l.ErrorAt("RL0407", spanOf(call.Range(len(args))), "Write gradient and loss, those where the update begins; steps that need others, such as those of sam, are optimizers of their own.", "a map on a network has no %s: %s is asked at its state alone", q.name, r.f.Address)
			}
			query := plan.Query{What: q.what, After: after, Span: spanOf(call.Range(len(args)))}
			key := q.what
			for k, v := range args {
				id, ok := r.flatten(l, v, call.Range(k), r.f)
				if !ok {
					r.in.bad = true
					return langmath.Bad
				}
				key += fmt.Sprintf(" %d", id)
				if k == 0 {
					query.Point = expr(l, id, spanOf(call.Range(k)))
				} else {
					query.Vector = expr(l, id, spanOf(call.Range(k)))
				}
			}
			if v, ok := asked[key]; ok {
				return v
			}
			// No identifier of a study has a space.
			query.Input = fmt.Sprintf("%s %d", q.name, len(r.o.Queries))
			r.o.Queries = append(r.o.Queries, query)
			t := graph.Number
			if q.what != "value" {
				t = graph.Of(r.f.Size())
			}
			v := langmath.Node{ID: l.Graph.Input(query.Input, t)}
			asked[key] = v
			return v
		})
	}
	return out
}

// flatten makes one vector of a point of the objective.
func (b *builder) flatten(l *langmath.Lowerer, v langmath.Value, at hcl.Range, f *plan.Objective) (graph.ID, bool) {
	want := graph.Of(f.Size())
	if id, ok := oneNumber(l, v); ok && f.Size() == 1 {
		return l.Graph.Broadcast(id, want), true
	}
	if n, ok := v.(langmath.Node); ok && l.Graph.Type(n.ID) == want {
		return n.ID, true
	}
	parts, ok := b.point(l, v, at, f, nil)
	if !ok {
		return graph.None, false
	}
	return l.Graph.Flatten(parts), true
}

// still warns of parameters that the rule leaves where they are.
func (r rule) still() {
	given := map[string]bool{}
	for _, u := range r.o.Updates {
		given[u.Name] = true
	}
	if given["params"] {
		return
	}
	var left []string
	if r.f.Training == nil {
		for _, p := range r.f.Params {
			if !given[p.Name] {
				left = append(left, p.Name)
			}
		}
	} else {
		left = []string{"params"}
	}
	if len(left) == 0 {
		return
	}
	w := r.in.diags.Warnf("RL0415", r.o.Span, "the rule never updates %s", list(left))
	w.Detail, w.Context = "Write params = params - learning_rate * gradient, for instance, or each parameter by its name.", r.body.context
}

var (
	asParams   = []string{"theta", "w", "weights", "weight", "parameters", "parameter", "param", "p", "x", "point"}
	asGradient = []string{"grad", "g", "grads", "gradients", "dw", "dx", "nabla", "grad_f"}
	asRate     = []string{"lr", "eta", "alpha", "rate", "step_size", "stepsize"}
	asNoise    = []string{"normal", "randn", "randn_like", "xi", "z", "gaussian", "rand", "random", "epsilon_t"}
	asTime     = []string{"step", "k", "n", "iteration", "iter", "i"}
	asState    = []string{"m", "v", "velocity", "buf", "buffer", "momentum_buffer", "exp_avg", "exp_avg_sq", "state", "momentum"}
)

// meantIn says what names of other tools and of papers are called in a map. known
// are the names of an update, nil for a value at the start.
func meantIn(known map[string]langmath.Value) func(string) string {
	return func(name string) string {
		word, call := strings.CutSuffix(strings.ToLower(name), "(")
		in := func(words []string) bool { return slices.Contains(words, word) }
		switch {
		case word == "zeros_like" || word == "zeros":
			return "Write 0 * params."
		case word == "ones_like" || word == "ones":
			return "Write 0 * params + 1."
		case call && (word == "gradient" || in(asGradient)):
			return "Write gradient_at(p), with p a flat vector such as params; gradient alone is that where the update begins."
		case call && (word == "loss" || word == "f"):
			return "Write value_at(p), with p a flat vector such as params; loss alone is that where the update begins."
		case call && word == "hessian":
			return "Write hvp_at(p, v): the Hessian at p times v."
		case known == nil && (word == "gradient" || word == "loss" || word == "noise" || word == "learning_rate" || in(asGradient)):
			return "The value at the start is a formula in the parameters alone: write 0 * params, and what the gradient gives in update."
		case in(asNoise):
			return "Write noise: a flat vector of standard normal numbers, new at each step."
		case call:
			return ""
		case word == "learning_rate":
			return "Add learning_rate = 0.1 to the optimizer."
		case in(asParams):
			return "Write params, the flat vector of all parameters."
		case in(asGradient):
			return "Write gradient, a flat vector."
		case in(asRate):
			if known["learning_rate"] == nil {
				return "Write learning_rate, and add learning_rate = 0.1 to the optimizer."
			}
			return "Write learning_rate."
		case in(asTime):
			return "Write t, the updates made before this one: the first has t = 0."
		case in(asState):
			return fmt.Sprintf("Declare it beside update: state { %s = 0 * params }.", name)
		}
		return ""
	}
}
