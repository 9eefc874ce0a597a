package graph

import "math"

// Linspace returns n numbers spaced evenly from one finite end to the other,
// both included. Each is the weighted mean of the ends, rounded once if the
// products are exact: a symmetric range is exactly symmetric, 0 is exactly 0,
// and the distance of the ends may overflow.
func Linspace(from, to float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		m := float64(n - 1)
		a, b := m-float64(i), float64(i)
		s[i] = (float64(from*a) + float64(to*b)) / m
		if math.IsNaN(s[i]) || math.IsInf(s[i], 0) { // the products overflow
			s[i] = float64(from*(a/m)) + float64(to*(b/m))
		}
	}
	return between(s, from, to)
}

// Logspace returns n numbers spaced evenly in the logarithm from one positive
// end to the other, both included. Between powers of ten, powers of ten are
// exact.
func Logspace(from, to float64, n int) []float64 {
	s := Linspace(log10(from), log10(to), n)
	for i := range s {
		s[i] = math.Pow(10, s[i])
	}
	return between(s, from, to)
}

// between puts the ends at the ends, and takes back what rounding has carried
// beyond them.
func between(s []float64, from, to float64) []float64 {
	low, high := min(from, to), max(from, to)
	for i := range s {
		s[i] = min(max(s[i], low), high)
	}
	if n := len(s); n > 0 {
		s[n-1], s[0] = to, from
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
