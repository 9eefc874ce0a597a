package analysis

import (
	"fmt"
	"math"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// Positions evaluates the ends of an axis and returns its sample positions.
func Positions(a *plan.Axis, results bind.Results) ([]float64, error) {
	var ends [2]float64
	for i, e := range []*plan.Expr{a.From, a.To} {
		v, err := bind.Value(e, nil, results)
		if err != nil {
			return nil, err
		}
		if v.Type != graph.Number {
			return nil, &bind.Error{Span: e.Span, Err: fmt.Errorf("an end of the axis %q is %s, not a number", a.Label, v.Type)}
		}
		ends[i] = v.Data[0]
		if math.IsNaN(ends[i]) || math.IsInf(ends[i], 0) {
			return nil, &bind.Error{Span: e.Span, Err: fmt.Errorf("an end of the axis %q is %v", a.Label, ends[i])}
		}
	}
	from, to := ends[0], ends[1]
	switch {
	case a.Points < 1:
		return nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the axis %q has %d points", a.Label, a.Points)}
	case a.Points > 1 && from == to:
		return nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the axis %q goes from %v to %v: it has no length", a.Label, from, to)}
	case a.Log && (from <= 0 || to <= 0):
		return nil, &bind.Error{Span: a.Span, Err: fmt.Errorf("the axis %q goes from %v to %v: a logarithmic axis needs positive ends", a.Label, from, to)}
	case a.Log:
		return graph.Logspace(from, to, a.Points), nil
	}
	return graph.Linspace(from, to, a.Points), nil
}

// valueOf evaluates a parameter's value: of its own type, or a number that
// fills it.
func valueOf(e *plan.Expr, p plan.Param, what string, results bind.Results) (*array.Array, error) {
	v, err := bind.Value(e, nil, results)
	switch {
	case err != nil:
		return nil, err
	case v.Type == p.Type:
		return v, nil
	case v.Type == graph.Number:
		data := make([]float64, p.Type.Size())
		for i := range data {
			data[i] = v.Data[0]
		}
		return array.New(p.Type, data), nil
	}
	return nil, &bind.Error{Span: e.Span, Err: fmt.Errorf("the %s has %s for %s, which is %s", what, v.Type, p.Name, p.Type)}
}
