package math

import (
	"fmt"
	"math"
)

// Linspace returns n evenly spaced numbers from from to to, both included.
// Number i is from + i (to - from) / (n - 1), rounded as written here; the
// last is exactly to.
func Linspace(from, to, n float64) ([]float64, error) {
	k, err := count(n)
	if err != nil {
		return nil, err
	}
	if math.IsInf(from, 0) || math.IsInf(to, 0) {
		return nil, fmt.Errorf("the ends must be finite")
	}
	out := make([]float64, k)
	for i := range out {
		if k > 1 {
			out[i] = from + float64(float64(i)*(to-from))/float64(k-1)
		} else {
			out[i] = from
		}
	}
	if k > 1 {
		out[k-1] = to
	}
	return out, nil
}

// Logspace returns n numbers from from to to, both included and positive,
// evenly spaced in the logarithm.
func Logspace(from, to, n float64) ([]float64, error) {
	if !(from > 0) || !(to > 0) || math.IsInf(from, 0) || math.IsInf(to, 0) {
		return nil, fmt.Errorf("the ends must be positive and finite")
	}
	out, err := Linspace(math.Log(from), math.Log(to), n)
	for i := range out {
		switch i {
		case 0:
			out[i] = from
		case len(out) - 1:
			out[i] = to
		default:
			out[i] = math.Exp(out[i])
		}
	}
	return out, err
}

func count(n float64) (int, error) {
	if n != math.Trunc(n) || n < 1 {
		return 0, fmt.Errorf("the number of points must be a whole number above 0, not %g", n)
	}
	if n > MaxElements {
		return 0, fmt.Errorf("the list would have %.4g elements; at most %d are allowed", n, MaxElements)
	}
	return int(n), nil
}
