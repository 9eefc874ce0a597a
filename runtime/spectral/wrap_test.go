package spectral

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// matrixOf returns the matrix of an operator.
func matrixOf(t interface{ Fatal(...any) }, op Operator) symmetric {
	n := op.Size()
	m := square(n)
	e := make([]float64, n)
	for i := range m {
		clear(e)
		e[i] = 1
		if err := op.Apply(m[i], e); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func TestPrecondition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		h := with(t, spectrum(t, n))
		d := rapid.SliceOfN(rapid.Float64Range(0.1, 10), n, n).Draw(t, "diagonal")
		op, err := Precondition(h, d)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range matrixOf(t, op) {
			for j, got := range row {
				if want := h[i][j] / math.Sqrt(d[i]*d[j]); math.Abs(got-want) > 1e-14*math.Abs(want)+1e-300 {
					t.Errorf("element %d, %d is %v, want %v", i, j, got, want)
				}
			}
		}
	})
	for _, c := range []struct {
		d    []float64
		want string
	}{
		{[]float64{1}, "has 1 elements, the operator 2"},
		{[]float64{1, 0}, "element 1 of the preconditioner is 0"},
		{[]float64{-1, 1}, "element 0 of the preconditioner is -1"},
		{[]float64{1, math.NaN()}, "element 1 of the preconditioner is NaN"},
		{[]float64{1, math.Inf(1)}, "element 1 of the preconditioner is +Inf"},
	} {
		if _, err := Precondition(diagonal{1, 2}, c.d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.d, err, c.want)
		}
	}
}

func TestRestrict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "n")
		h := with(t, spectrum(t, n))
		var ranges []Range
		var index []int
		for at := 0; at < n; {
			g := Range{at + rapid.IntRange(0, 2).Draw(t, "gap"), rapid.IntRange(1, 3).Draw(t, "size")}
			if at = g.Offset + g.Size; at <= n {
				ranges = append(ranges, g)
				for i := range g.Size {
					index = append(index, g.Offset+i)
				}
			}
		}
		op, err := Restrict(h, ranges)
		if len(ranges) == 0 {
			if err == nil {
				t.Error("no error for no ranges")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range matrixOf(t, op) {
			for j, got := range row {
				if got != h[index[i]][index[j]] {
					t.Errorf("element %d, %d is %v, want %v", i, j, got, h[index[i]][index[j]])
				}
			}
		}
		full, part := make([]float64, n), make([]float64, len(index))
		for i := range part {
			part[i] = float64(i + 1)
		}
		op.Spread(full, part)
		if sum(full) != sum(part) {
			t.Errorf("%v spreads to %v", part, full)
		}
		clear(part)
		op.Gather(part, full)
		for i, v := range part {
			if v != float64(i+1) {
				t.Errorf("%v gathers to %v", full, part)
			}
		}
	})
	for _, r := range [][]Range{{{0, 0}}, {{-1, 1}}, {{0, 4}}, {{3, 1}}, {{0, 2}, {1, 1}}, {{1, 1}, {0, 1}}, {{1, math.MaxInt}}} {
		if _, err := Restrict(diagonal{1, 2, 3}, r); err == nil {
			t.Errorf("no error for %v", r)
		}
	}
}
