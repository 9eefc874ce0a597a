package random

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The known answers are those published with Random123, for Philox4x64-10.
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = math.MaxUint64
	for _, c := range []struct {
		counter [4]uint64
		key     [2]uint64
		want    [4]uint64
	}{
		{
			want: [4]uint64{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b},
		},
		{
			counter: [4]uint64{ones, ones, ones, ones},
			key:     [2]uint64{ones, ones},
			want:    [4]uint64{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0},
		},
		{
			counter: [4]uint64{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
			key:     [2]uint64{0x452821e638d01377, 0xbe5466cf34e90c6c},
			want:    [4]uint64{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6},
		},
	} {
		if got := Philox(c.counter, c.key); got != c.want {
			t.Errorf("Philox(%x, %x) = %x, want %x", c.counter, c.key, got, c.want)
		}
	}
}

func TestLabelsDoNotRunTogether(t *testing.T) {
	seen := map[uint64]string{}
	for _, labels := range [][]string{nil, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"ab", ""}, {"", "ab"}} {
		name := ""
		for _, l := range labels {
			name += "/" + l
		}
		bits := New(7, labels...).Uint64(0, 0)
		if other, ok := seen[bits]; ok {
			t.Errorf("%q and %q give the same stream", name, other)
		}
		seen[bits] = name
		if New(7, labels...).Uint64(0, 0) == New(8, labels...).Uint64(0, 0) {
			t.Errorf("%q: two seeds give the same stream", name)
		}
		if Derive(7, labels...) == Derive(8, labels...) {
			t.Errorf("%q: two seeds derive the same seed", name)
		}
	}
}

func TestRanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(rapid.Uint64().Draw(t, "seed"))
		i, j := rapid.Uint64().Draw(t, "i"), rapid.Uint64().Draw(t, "j")
		if u := s.Uniform(i, j); !(u >= 0 && u < 1) {
			t.Errorf("Uniform = %v", u)
		}
		if z := s.Normal(i, j); !(math.Abs(z) <= 8.58) {
			t.Errorf("Normal = %v", z)
		}
	})
}

// The moments of 200,000 numbers lie within five standard errors, and the
// distribution function within the Kolmogorov bound 2/sqrt(n) (probability of
// exceeding it below 1e-3, for a stream that is fixed once and for all).
func TestMoments(t *testing.T) {
	const n = 200_000
	s := New(1, "test")
	var m1, m2, m3, m4, um, uv float64
	var below [5]int
	cuts := [5]float64{-2, -1, 0, 0.5, 1.5}
	for i := range n {
		z := s.Normal(uint64(i), 3)
		m1 += z / n
		m2 += z * z / n
		m3 += z * z * z / n
		m4 += z * z * z * z / n
		for k, c := range cuts {
			if z < c {
				below[k]++
			}
		}
		u := s.Uniform(uint64(i), 4)
		um += u / n
		uv += (u - 0.5) * (u - 0.5) / n
	}
	root := math.Sqrt(n)
	for _, c := range []struct {
		name            string
		got, want, unit float64
	}{
		{"mean", m1, 0, 1}, {"variance", m2, 1, math.Sqrt(2)}, {"third moment", m3, 0, math.Sqrt(15)}, {"fourth moment", m4, 3, math.Sqrt(96)},
		{"uniform mean", um, 0.5, math.Sqrt(1.0 / 12)}, {"uniform variance", uv, 1.0 / 12, math.Sqrt(1.0 / 180)},
	} {
		if math.Abs(c.got-c.want) > 5*c.unit/root {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	for k, c := range cuts {
		want := 0.5 * math.Erfc(-c/math.Sqrt2)
		if got := float64(below[k]) / n; math.Abs(got-want) > 2/root {
			t.Errorf("share below %v is %v, want %v", c, got, want)
		}
	}
}
