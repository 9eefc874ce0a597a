package engine

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestFormatDigits(t *testing.T) {
	for _, c := range []struct {
		v    float64
		n    int
		want string
	}{
		{4.046970313161707, 6, "4.04697"}, {1.0 / 3, 3, "0.333"}, {123456789, 6, "123456789"}, {-0.000012345678, 4, "-0.00001235"},
		{1.23456789e-9, 6, "1.23457e-9"}, {9.9999999e20, 6, "1e21"}, {math.NaN(), 6, "NaN"}, {math.Inf(-1), 6, "-inf"}, {0.1, 17, "0.1"},
	} {
		if got := formatDigits(c.v, c.n); got != c.want {
			t.Errorf("%v with %d digits is %s, want %s", c.v, c.n, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e6, 1e6).Draw(t, "v")
		n := rapid.IntRange(1, 17).Draw(t, "n")
		got, err := strconv.ParseFloat(formatDigits(v, n), 64)
		if err != nil || math.Abs(got-v) > math.Abs(v)*0.5001*math.Pow(10, float64(1-n)) {
			t.Fatalf("%v with %d digits reads back as %v", v, n, got)
		}
	})
}
