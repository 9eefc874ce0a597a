package math

import (
	"fmt"
	"math"

	"relief/runtime/graph"
)

// linspace is graph.Linspace for arguments that a study gives.
func linspace(from, to, n float64, most int) ([]float64, error) {
	k, err := count(n, most)
	if err != nil {
		return nil, err
	}
	if notFinite(from) || notFinite(to) {
		return nil, fmt.Errorf("the ends must be finite")
	}
	return graph.Linspace(from, to, k), nil
}

// logspace is graph.Logspace for arguments that a study gives.
func logspace(from, to, n float64, most int) ([]float64, error) {
	k, err := count(n, most)
	if err != nil {
		return nil, err
	}
	if !(from > 0) || !(to > 0) || notFinite(from) || notFinite(to) {
		return nil, fmt.Errorf("the ends must be positive and finite")
	}
	return graph.Logspace(from, to, k), nil
}

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// count reads the number of elements that a list is to have.
func count(n float64, most int) (int, error) {
	if n != math.Trunc(n) || n < 1 {
		return 0, fmt.Errorf("the number of points must be a whole number above 0, not %g", n)
	}
	if n > float64(most) {
		return 0, tooLong(n, most)
	}
	return int(n), nil
}

func tooLong(n float64, most int) error {
	return fmt.Errorf("the list would have %.7g elements; at most %d are allowed", n, most)
}
