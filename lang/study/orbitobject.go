package study

import (
	"fmt"
	"slices"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// orbitObject is an orbit as expressions see it.
type orbitObject struct{ reference }

// cycleResults are what an orbit gives of cycles; those in a box are one after
// another in series.
var cycleResults = []string{"point", "cycle", "loss", "period", "residual", "stable", "multiplier", "multiplier_imaginary", "step_multiplier", "step_multiplier_imaginary", "count"}

// ofNear and ofBox are those that only one of the searches gives, and what to write
// in their place.
var (
	ofNear = map[string]string{
		"period":                    "All cycles in a box have the period that it asks for.",
		"step_multiplier":           "Look at one cycle: near = its point, with the same period.",
		"step_multiplier_imaginary": "Look at one cycle: near = its point, with the same period.",
	}
	ofBox = map[string]string{"count": "Only a search of all cycles counts them: box = ... in place of near."}
)

// Attr returns a result of the orbit.
func (o orbitObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if !o.c.compile(o.in, o.span) {
		o.c.fail()
		return math.Bad
	}
	x := o.in.orbit
	missing := func(cure string) math.Value {
		return l.ErrorAt("RL0203", span, cure, "%s does not compute %s", o.Describe(), name)
	}
	switch {
	case slices.Contains(cycleResults, name):
		switch {
		case x.Near == nil && x.Box == nil:
			return missing("Write near = ... in it for a cycle near a point, or box = ... for all cycles of a period.")
		case x.Box != nil && ofNear[name] != "":
			return missing(ofNear[name])
		case x.Box == nil && ofBox[name] != "":
			return missing(ofBox[name])
		}
		return o.ofCycle(l, x, name)
	case name == "diagram":
		if x.Diagram == nil {
			return missing("Write diagram { } in it.")
		}
		return o.ofParams(x, name, func(l *math.Lowerer, t graph.Type, p string) math.Value {
			return o.result(l, lanes(x.Map, t).AsSeries(), name, p)
		}, "loss")
	case name == "lyapunov", name == "lyapunov_error":
		if x.Lyapunov == nil {
			return missing("Write lyapunov { } in it.")
		}
		t := graph.Number
		if n := x.Lyapunov.Exponents; n > 1 {
			t = graph.Of(n)
		}
		return o.result(l, lanes(x.Map, t), name)
	case name == "basin":
		if x.Basin == nil {
			return missing(`Write basin { axis "x" { ... } } in it.`)
		}
		return math.Ref{Object: part{what: o.Describe() + ".basin", have: []string{"label", "steps"}, attr: o.ofBasin}}
	case name == "vary":
		return variedPart(o.Describe(), x.Map)
	}
	if cure := o.resultCure(x, name); cure != "" {
		return l.ErrorAt("RL0203", span, cure, "%s has no result %q", o.Describe(), name)
	}
	return o.unknown(l, name, span, o.has(x))
}

// has are the results that the orbit gives.
func (o orbitObject) has(x *plan.Orbit) []string {
	var out []string
	for _, name := range cycleResults {
		if x.Near != nil && ofBox[name] == "" || x.Box != nil && ofNear[name] == "" {
			out = append(out, name)
		}
	}
	if x.Diagram != nil {
		out = append(out, "diagram")
	}
	if x.Lyapunov != nil {
		out = append(out, "lyapunov", "lyapunov_error")
	}
	if x.Basin != nil {
		out = append(out, "basin")
	}
	if len(x.Map.Vary) > 0 {
		out = append(out, "vary")
	}
	return out
}

// ofCycle gives what is known of the cycle near a point, by lane, or of those in
// a box, one after another.
func (o orbitObject) ofCycle(l *math.Lowerer, x *plan.Orbit, name string) math.Value {
	// place puts lanes or the series of cycles around a value of one cycle.
	place := func(t graph.Type) graph.Type {
		if x.Box != nil {
			return t.AsSeries()
		}
		u := lanes(x.Map, t)
		u.Bool = t.Bool
		return u
	}
	switch name {
	case "point":
		return math.Ref{Object: orbitPoint{part: o.params(x, name, func(l *math.Lowerer, t graph.Type, p string) math.Value {
			return o.result(l, place(t), name, p)
		}), of: x}}
	case "cycle":
		return o.ofParams(x, name, func(l *math.Lowerer, t graph.Type, p string) math.Value {
			if x.Box != nil {
				return o.result(l, graph.Of(append([]int{x.Period}, t.Dims()...)...).AsSeries(), name, p)
			}
			return o.result(l, lanes(x.Map, t).AsSeries(), name, p)
		})
	case "loss":
		return o.result(l, place(graph.Number).AsSeries(), name)
	case "stable":
		return o.result(l, place(graph.Truth), name)
	case "multiplier", "multiplier_imaginary", "step_multiplier", "step_multiplier_imaginary":
		return o.result(l, place(graph.Of(x.Multipliers())), name)
	case "count":
		return o.result(l, graph.Number, name)
	}
	return o.result(l, place(graph.Number), name)
}

// ofParams is a result by parameter, with others beside them that are numbers.
func (o orbitObject) ofParams(x *plan.Orbit, what string, value func(l *math.Lowerer, t graph.Type, name string) math.Value, beside ...string) math.Value {
	return math.Ref{Object: o.params(x, what, value, beside...)}
}

func (o orbitObject) params(x *plan.Orbit, what string, value func(l *math.Lowerer, t graph.Type, name string) math.Value, beside ...string) part {
	f := x.Map.Objective
	what = o.Describe() + "." + what
	return part{what: what, have: append(paramNames(f), beside...), named: f.Training != nil, attr: func(l *math.Lowerer, name string, span diag.Span) math.Value {
		if slices.Contains(beside, name) {
			return value(l, graph.Number, name)
		}
		if p, ok := param(f, name); ok {
			return value(l, p.Type, name)
		}
		return unknownParam(l, what, f, name, span)
	}}
}

// ofBasin gives what is known of basins of attraction.
func (o orbitObject) ofBasin(l *math.Lowerer, name string, span diag.Span) math.Value {
	x := o.in.orbit
	var dims []int
	var labels []string
	for _, a := range x.Basin.Axes {
		dims, labels = append(dims, a.Points), append(labels, a.Label)
	}
	switch name {
	case "label", "steps":
		return o.result(l, graph.Of(dims...), "basin", name)
	case "count":
		return o.result(l, graph.Number, "basin", name)
	case "period", "loss":
		return o.result(l, graph.Number.AsSeries(), "basin", name)
	case "point":
		return o.ofParams(x, "basin.point", func(l *math.Lowerer, t graph.Type, p string) math.Value {
			return o.result(l, t.AsSeries(), "basin", "point", p)
		})
	case "axis":
		what := o.Describe() + ".basin.axis"
		return math.Ref{Object: part{what: what, have: labels, attr: func(l *math.Lowerer, name string, span diag.Span) math.Value {
			if i := slices.Index(labels, name); i >= 0 {
				return o.result(l, graph.Of(dims[i]), "basin", "axis", name)
			}
			return l.ErrorAt("RL0203", span, didYouMean(name, labels, "It has "+list(labels)+"."), "%s has no axis %q", o.Describe()+".basin", name)
		}}}
	}
	have := []string{"label", "steps", "axis", "count", "period", "loss", "point"}
	return l.ErrorAt("RL0203", span, didYouMean(name, have, "It has "+list(have)+"."), "%s.basin has no result %q", o.Describe(), name)
}

// resultCure says what to write for a result that an orbit has under another name.
func (o orbitObject) resultCure(x *plan.Orbit, name string) string {
	orbit := o.Describe()
	if _, ok := param(x.Map.Objective, name); ok {
		var ways []string
		if x.Near != nil || x.Box != nil {
			ways = append(ways, partOf(orbit+".point", name), partOf(orbit+".cycle", name))
		}
		if x.Diagram != nil {
			ways = append(ways, partOf(orbit+".diagram", name))
		}
		if len(ways) > 0 {
			return "Write " + either(ways) + "."
		}
		return ""
	}
	if values, _ := laneValues(x.Map, name); values != nil {
		return fmt.Sprintf("Write %s.vary.%s for its value in each lane.", orbit, name)
	}
	switch name {
	case "path", "final", "at", "t", "steps":
		return "An orbit is no run: it has no steps. Make a run of it, or see diagram { }."
	case "multipliers", "eigenvalues", "eigenvalue":
		return fmt.Sprintf("Write %s.multiplier for their real parts, %s.multiplier_imaginary for the others.", orbit, orbit)
	case "exponent", "exponents", "lyapunov_exponent", "lyapunov_exponents", "lambda":
		return fmt.Sprintf("Write %s.lyapunov.", orbit)
	case "points", "fixed_point":
		return fmt.Sprintf("Write %s.point, or %s.cycle for all points of the cycle.", orbit, orbit)
	case "stability":
		return fmt.Sprintf("Write %s.stable, or abs(%s.multiplier).", orbit, orbit)
	case "label", "labels", "basins", "attractor", "attractors":
		return fmt.Sprintf("Write %s.basin.label.", orbit)
	}
	return ""
}

// either joins words by "or".
func either(words []string) string {
	s := words[0]
	for i, w := range words[1:] {
		if i == len(words)-2 {
			s += " or " + w
		} else {
			s += ", " + w
		}
	}
	return s
}

// orbitPoint is orbit.o.point: its parts are by parameter, and it stands where a
// point is wanted.
type orbitPoint struct {
	part
	of *plan.Orbit
}

// unfit says what keeps it from being a point of f, and what to write; "" if nothing
// does.
func (o orbitPoint) unfit(f *plan.Objective) (summary, cure string) {
	first := asKey(f.Params[0].Name)
	part := partOf(o.what, f.Params[0].Name)
	switch {
	case !sameParams(o.of.Map.Objective, f):
		return fmt.Sprintf("%s has the parameters of %s, which differ from those of %s", o.what, o.of.Map.Objective.Address, f.Address),
			"A point serves where the parameters and their shapes are the same."
	case o.of.Box != nil:
		return fmt.Sprintf("%s is a point for each cycle", o.what), fmt.Sprintf("Take one of them: { %s = %s[0] }.", first, part)
	case len(o.of.Map.Vary) > 0:
		return fmt.Sprintf("%s is a point for each lane", o.what), fmt.Sprintf("Take one of them: { %s = %s[0] }.", first, part)
	}
	return "", ""
}
