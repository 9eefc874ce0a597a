package analysis

import (
	"fmt"
	"math"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// Linspace returns n numbers spaced evenly from one end to the other, both
// included. Each is the weighted mean of the ends, rounded once if the products
// are exact: a symmetric range is exactly symmetric and 0 is exactly 0.
func Linspace(from, to float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		m := float64(n - 1)
		a, b := m-float64(i), float64(i)
		s[i] = (float64(from*a) + float64(to*b)) / m
		if notFinite(s[i]) { // the products overflow
			s[i] = float64(from*(a/m)) + float64(to*(b/m))
		}
	}
	if n > 0 {
		s[0] = from
	}
	if n > 1 {
		s[n-1] = to
	}
	return s
}

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// Logspace returns n numbers spaced evenly in the logarithm from one positive
// end to the other, both included. Between powers of ten, powers of ten are
// exact.
func Logspace(from, to float64, n int) []float64 {
	s := Linspace(log10(from), log10(to), n)
	for i := range s {
		s[i] = math.Pow(10, s[i])
	}
	if n > 0 {
		s[0] = from
	}
	if n > 1 {
		s[n-1] = to
	}
	return s
}

// log10 is exact for powers of ten.
func log10(x float64) float64 {
	l := math.Log10(x)
	if r := math.Round(l); math.Pow(10, r) == x {
		return r
	}
	return l
}

// positions evaluates the ends of an axis and returns its sample positions.
func positions(a *plan.Axis, results bind.Results) ([]float64, error) {
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
		return Logspace(from, to, a.Points), nil
	}
	return Linspace(from, to, a.Points), nil
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
