package graph

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestGrids: ends are exact, symmetric ranges symmetric, and nothing lies
// outside or overflows.
func TestGrids(t *testing.T) {
	if s := Linspace(-20, 20, 401); s[200] != 0 || s[199] != -0.1 || s[400] != 20 || s[0] != -20 {
		t.Errorf("%v", s[198:203])
	}
	if s := Logspace(1e-3, 1e3, 7); !slices.Equal(s, []float64{1e-3, 1e-2, 0.1, 1, 10, 100, 1000}) {
		t.Errorf("%v", s)
	}
	// Ends whose products overflow.
	if s := Linspace(-1e308, 1e308, 11); s[5] != 0 || math.IsNaN(s[2]) || s[2] != -s[8] {
		t.Errorf("from -1e308 to 1e308: %v", s)
	}
	if s := Logspace(5e-324, math.MaxFloat64, 5); !slices.IsSorted(s) || s[4] != math.MaxFloat64 || s[3] > 1e240 {
		t.Errorf("over all numbers: %v", s)
	}
	if s := Linspace(3, 4, 1); !slices.Equal(s, []float64{3}) {
		t.Errorf("%v", s)
	}
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "from"), rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "to")
		n := rapid.IntRange(2, 400).Draw(t, "n")
		s := Linspace(from, to, n)
		if s[0] != from || s[n-1] != to {
			t.Errorf("ends %v, %v", s[0], s[n-1])
		}
		back := Linspace(to, from, n)
		for i, v := range s {
			if v != back[n-1-i] {
				t.Errorf("element %d is %v, and %v from the other end", i, v, back[n-1-i])
			}
			if !(v >= min(from, to) && v <= max(from, to)) {
				t.Errorf("element %d is %v", i, v)
			}
		}
	})
}
