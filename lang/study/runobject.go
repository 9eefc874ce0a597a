package study

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"relief/lang/diag"
	"relief/lang/math"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// runObject is a run as expressions see it.
type runObject struct{ reference }

var runResults = []string{"t", "loss", "grad_norm", "learning_rate", "stability", "path", "probe", "final", "at", "steps", "status", "vary"}

// ofKinds are results that some optimizers alone give.
var ofKinds = []string{"error", "oscillation", "complementarity", "bias", "bias_error"}

// resultsOf lists what a run gives.
func resultsOf(r *plan.Run) []string {
	var out []string
	for _, name := range append(slices.Clone(runResults), ofKinds...) {
		if cure, _ := missing(r, name); cure == "" {
			out = append(out, name)
		}
	}
	return out
}

// missing says why a run has no such result, and what to write for it; "" if it
// has.
func missing(r *plan.Run, name string) (cure, why string) {
	if r.Optimizer == nil {
		return "", ""
	}
	kind := r.Optimizer.Kind
	why = "its optimizer is " + kind
	switch name {
	case "learning_rate":
		if r.Optimizer.LearningRate == nil {
			return "Write learning_rate = 0.1 in its optimizer, by which the updates may name it.", "its map has no learning rate"
		}
	case "stability":
		switch {
		case kind == "map" && r.Optimizer.Threshold == nil:
			return "Write threshold = ... in its optimizer: the curvature above which it is unstable, such as 2 / learning_rate.", "of its map no threshold is known"
		case kind == "sde" && r.Optimizer.Drift != nil:
			return "With the gradient's own drift it is 2 / dt: leave drift out, or write a number.", "of a drift of your own no threshold is known"
		}
	case "error":
		if kind != "gradient_flow" && kind != "central_flow" {
			return "The error is that of the solver of a flow, gradient_flow or central_flow; how far two runs are apart is a probe \"distance\" with run = run.name.", why
		}
	case "oscillation", "complementarity":
		if kind != "central_flow" {
			return fmt.Sprintf("Write optimizer \"central_flow\", of which %s is a result.", name), why
		}
	case "bias", "bias_error":
		if kind == "sde" && !r.Optimizer.Bias {
			return "Write bias = true in its optimizer.", "its sde does not estimate it"
		}
		if kind != "sde" {
			return "Write optimizer \"sde\" with bias = true.", why
		}
	}
	return "", ""
}

// ready builds the run and returns it, nil if it is in error.
func (o runObject) ready() *plan.Run {
	if !o.c.compile(o.in, o.span) {
		o.c.fail()
		return nil
	}
	return o.in.run
}

// lanes puts the lanes of a run before the axes of a type.
func lanes(r *plan.Run, t graph.Type) graph.Type {
	return graph.Of(append(r.Lanes(), t.Dims()...)...)
}

// Attr returns a result of the run.
func (o runObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	r := o.ready()
	if r == nil {
		return math.Bad
	}
	number := lanes(r, graph.Number)
	if cure, why := missing(r, name); cure != "" {
		return l.ErrorAt("RL0203", span, cure, "%s has no result %q: %s", o.Describe(), name, why)
	}
	switch name {
	case "t":
		return o.result(l, graph.Number.AsSeries(), "t")
	case "bias", "bias_error":
		return math.Ref{Object: part{what: o.Describe() + "." + name, have: paramNames(r.Objective), attr: func(l *math.Lowerer, p string, span diag.Span) math.Value {
			if p, ok := param(r.Objective, p); ok { // over all lanes
				return o.result(l, p.Type.AsSeries(), name, p.Name)
			}
			return unknownParam(l, o.Describe()+"."+name, r.Objective, p, span)
		}}}
	case "loss", "grad_norm", "learning_rate", "stability", "error", "oscillation", "complementarity":
		return o.result(l, number.AsSeries(), name)
	case "steps":
		return o.result(l, number, "steps")
	case "status":
		o.c.need(o.in.addr)
		return math.Word{Ref: plan.Ref{Input: o.Describe() + ".status", Block: o.in.addr, Path: []string{"status"}, Span: o.span}}
	case "path":
		return math.Ref{Object: part{what: o.Describe() + ".path", have: paramNames(r.Objective), named: r.Objective.Training != nil, attr: func(l *math.Lowerer, name string, span diag.Span) math.Value {
			if !r.RecordPath {
				cure := "Remove path = false from its record block."
				if r.Objective.Training != nil {
					cure = "Write record { path = true } in it; every records fewer steps."
				}
				return l.ErrorAt("RL0307", span, cure, "%s does not record its path", o.Describe())
			}
			if p, ok := param(r.Objective, name); ok {
				return o.result(l, lanes(r, p.Type).AsSeries(), "path", name)
			}
			return unknownParam(l, o.Describe()+".path", r.Objective, name, span)
		}}}
	case "probe":
		return math.Ref{Object: part{what: o.Describe() + ".probe", attr: func(l *math.Lowerer, name string, span diag.Span) math.Value {
			var have []string
			for _, p := range r.Probes {
				if p.Name == name {
					return math.Ref{Object: probeObject{o, r, &p}}
				}
				have = append(have, p.Name)
			}
			return l.ErrorAt("RL0203", span, didYouMean(name, have, fmt.Sprintf(`Declare it in the run: probe "value" %q { value = ... }.`, name)), "%s has no probe %q", o.Describe(), name)
		}}}
	case "vary":
		return variedPart(o.Describe(), r)
	case "final":
		return math.Ref{Object: stateObject{o, r, "final", 0}}
	case "at":
		return math.Ref{Object: part{what: o.Describe() + ".at", index: func(l *math.Lowerer, key cty.Value, span diag.Span) math.Value {
			k, ok := stepOf(l, key, span)
			if !ok {
				return math.Bad
			}
			if k > r.Steps {
				return l.ErrorAt("RL0307", span, fmt.Sprintf("The last one is %s.at[%d], or %s.final.", o.Describe(), r.Steps, o.Describe()), "step %d is beyond the end: %s makes %d steps", k, o.Describe(), r.Steps)
			}
			return math.Ref{Object: stateObject{o, r, "at", k}}
		}}}
	}
	if values, _ := laneValues(r, name); values != nil {
		return l.ErrorAt("RL0203", span, fmt.Sprintf("Write %s.vary.%s for its value in each lane.", o.Describe(), name), "%s has no result %q", o.Describe(), name)
	}
	if cure := o.resultCure(r, name); cure != "" {
		return l.ErrorAt("RL0203", span, cure, "%s has no result %q", o.Describe(), name)
	}
	return o.unknown(l, name, span, resultsOf(r))
}

// variedPart is the part vary of a block, whose parts are the values in each lane.
func variedPart(block string, r *plan.Run) math.Value {
	return math.Ref{Object: part{what: block + ".vary", attr: func(l *math.Lowerer, name string, span diag.Span) math.Value {
		values, have := laneValues(r, name)
		if values == nil {
			otherwise := "It has no vary block."
			if len(have) > 0 {
				otherwise = fmt.Sprintf("It varies %s.", list(have))
			}
			return l.ErrorAt("RL0203", span, didYouMean(name, have, otherwise), "%s does not vary %q", block, name)
		}
		return math.Node{ID: l.Graph.ConstArray(lanes(r, graph.Number), values)}
	}}}
}

// laneValues gives the value of a name of vary in each lane, nil if there is no
// such name, and all names. The last vary changes fastest.
func laneValues(r *plan.Run, name string) (values []float64, names []string) {
	total := 1
	for _, n := range r.Lanes() {
		total *= n
	}
	inner := total
	for _, v := range r.Vary {
		names = append(names, v.Names...)
		count := len(v.Values[0])
		inner /= count
		k := slices.Index(v.Names, name)
		if k < 0 {
			continue
		}
		values = make([]float64, total)
		for i := range values {
			values[i] = v.Values[k][i/inner%count]
		}
	}
	return values, names
}

// names returns the results under their bare names, for marks that read x and
// y inside a run.
func (o runObject) names(l *math.Lowerer) map[string]math.Value {
	out := make(map[string]math.Value, len(runResults))
	r := o.ready()
	if r == nil {
		return out
	}
	for _, n := range resultsOf(r) {
		out[n] = o.Attr(l, n, o.span)
	}
	return out
}

// stepOf reads the index of a step.
func stepOf(l *math.Lowerer, key cty.Value, span diag.Span) (int, bool) {
	if key.Type() != cty.Number || key.IsNull() {
		l.ErrorAt("RL0307", span, "Steps are whole numbers from 0.", "%s cannot be a step", describe(key))
		return 0, false
	}
	f := key.AsBigFloat()
	k, acc := f.Int64()
	switch {
	case !f.IsInt() || acc != 0 || k > maxWhole:
		l.ErrorAt("RL0307", span, "Steps are whole numbers from 0.", "%s cannot be a step", describe(key))
	case k < 0:
		l.ErrorAt("RL0307", span, "Steps count from 0, the start; the last state is .final.", "step %d does not exist", k)
	default:
		return int(k), true
	}
	return 0, false
}

func param(f *plan.Objective, name string) (plan.Param, bool) {
	for _, p := range f.Params {
		if p.Name == name {
			return p, true
		}
	}
	return plan.Param{}, false
}

func paramNames(f *plan.Objective) []string {
	out := make([]string, len(f.Params))
	for i, p := range f.Params {
		out[i] = p.Name
	}
	return out
}

func unknownParam(l *math.Lowerer, what string, f *plan.Objective, name string, span diag.Span) math.Value {
	cure := didYouMean(name, paramNames(f), fmt.Sprintf("The parameters of %s are %s.", f.Address, list(paramNames(f))))
	for _, p := range paramNames(f) {
		if strings.HasPrefix(p, name+".") { // dense1.weight is one name
			cure = fmt.Sprintf("Names with points stand in brackets: %s.", partOf(what, p))
			break
		}
	}
	return l.ErrorAt("RL0203", span, cure, "%s has no parameter %q", what, name)
}

// stateObject is a state of a run: run.a.final, run.a.at[650].
type stateObject struct {
	run  runObject
	plan *plan.Run
	what string // "final" or "at"
	at   int
}

func (o stateObject) Describe() string {
	if o.what == "at" {
		return fmt.Sprintf("%s.at[%d]", o.run.Describe(), o.at)
	}
	return o.run.Describe() + ".final"
}

func (o stateObject) path(rest ...string) []string {
	if o.what == "at" {
		return append([]string{"at", strconv.Itoa(o.at)}, rest...)
	}
	return append([]string{"final"}, rest...)
}

func (o stateObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	switch name {
	case "loss", "grad_norm":
		return o.run.result(l, lanes(o.plan, graph.Number), o.path(name)...)
	case "params":
		return math.Ref{Object: paramsObject{o}}
	}
	if _, ok := param(o.plan.Objective, name); ok {
		return l.ErrorAt("RL0203", span, fmt.Sprintf("Write %s.", partOf(o.Describe()+".params", name)), "%s has no part %q", o.Describe(), name)
	}
	have := []string{"loss", "grad_norm", "params"}
	return l.ErrorAt("RL0203", span, didYouMean(name, have, "It has "+list(have)+"."), "%s has no part %q", o.Describe(), name)
}

func (o stateObject) Index(l *math.Lowerer, _ cty.Value, span diag.Span) math.Value {
	return l.ErrorAt("RL0302", span, partsOf(o.Describe()+".params", paramNames(o.plan.Objective)), "a state has no elements")
}

func (o stateObject) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	l.ErrorAt("RL0302", span, partsOf(o.Describe()+".params", paramNames(o.plan.Objective)), "a state has no elements")
	return nil, false
}

// paramsObject is run.a.final.params: a point.
type paramsObject struct{ state stateObject }

func (o paramsObject) Describe() string { return o.state.Describe() + ".params" }

func (o paramsObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	p, ok := param(o.state.plan.Objective, name)
	if !ok {
		return unknownParam(l, o.Describe(), o.state.plan.Objective, name, span)
	}
	return o.state.run.result(l, lanes(o.state.plan, p.Type), o.state.path("params", name)...)
}

func (o paramsObject) Index(l *math.Lowerer, key cty.Value, span diag.Span) math.Value {
	if key.Type() == cty.String && !key.IsNull() { // the parameters of networks have points in their names
		return o.Attr(l, key.AsString(), span)
	}
	return l.ErrorAt("RL0302", span, partsOf(o.Describe(), paramNames(o.state.plan.Objective)), "%s needs the name of a parameter", o.Describe())
}

func (o paramsObject) Elements(l *math.Lowerer, span diag.Span) ([]math.Value, bool) {
	l.ErrorAt("RL0302", span, partsOf(o.Describe(), paramNames(o.state.plan.Objective)), "%s needs the name of a parameter", o.Describe())
	return nil, false
}

// landscapeObject is a landscape as expressions see it.
type landscapeObject struct{ reference }

func (o landscapeObject) Attr(l *math.Lowerer, name string, span diag.Span) math.Value {
	if !o.c.compile(o.in, o.span) {
		o.c.fail()
		return math.Bad
	}
	ls := o.in.landscape
	dims := make([]int, len(ls.Axes))
	for i, a := range ls.Axes {
		dims[i] = a.Points
	}
	switch name {
	case "loss":
		return o.result(l, graph.Of(dims...), name)
	case "second_difference", "curvature":
		if len(dims) == 1 {
			return o.result(l, graph.Of(dims...), name)
		}
		what := o.Describe() + "." + name
		return math.Ref{Object: part{what: what, attr: func(l *math.Lowerer, label string, span diag.Span) math.Value {
			if slices.ContainsFunc(ls.Axes, func(a plan.Axis) bool { return a.Label == label }) {
				return o.result(l, graph.Of(dims...), name, label)
			}
			have := []string{ls.Axes[0].Label, ls.Axes[1].Label}
			return l.ErrorAt("RL0203", span, didYouMean(label, have, "It has one along each axis: "+list(have)+"."), "%s has no axis %q", what, label)
		}}}
	case "path":
		if len(ls.Paths) == 0 {
			return l.ErrorAt("RL0203", span, "Write paths = [run.name] in it.", "%s has no paths", o.Describe())
		}
		labels := make([]string, len(ls.Axes), len(ls.Axes)+1)
		for i, a := range ls.Axes {
			labels[i] = a.Label
		}
		return o.coordinatesOf("path", ls.Paths, append(labels, "distance"))
	case "axis":
		return math.Ref{Object: part{what: o.Describe() + ".axis", attr: func(l *math.Lowerer, name string, span diag.Span) math.Value {
			var have []string
			for i, a := range ls.Axes {
				if a.Label == name {
					return o.result(l, graph.Of(dims[i]), "axis", name)
				}
				have = append(have, a.Label)
			}
			return l.ErrorAt("RL0203", span, didYouMean(name, have, "It has "+list(have)+"."), "%s has no axis %q", o.Describe(), name)
		}}}
	}
	have := []string{"loss", "second_difference", "curvature", "axis"}
	if len(ls.Paths) > 0 {
		have = append(have, "path")
	}
	return o.unknown(l, name, span, have)
}

// list joins words by commas, the first few of many.
func list(words []string) string {
	const most = 12
	if n := len(words); n > most {
		words = append(slices.Clone(words[:most-2]), fmt.Sprintf("%d others", n-most+2))
	}
	s := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			s += " and "
		default:
			s += ", "
		}
		s += w
	}
	return s
}
