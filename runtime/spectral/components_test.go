package spectral

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"relief/runtime/kernel/tensor"
	"relief/runtime/random"
)

// inMemory is rows in memory.
type inMemory [][]float64

func (m inMemory) Len() int { return len(m) }

func (m inMemory) Dim() int {
	if len(m) == 0 {
		return 0
	}
	return len(m[0])
}

func (m inMemory) Row(i int, dst []float64) error {
	if len(m[i]) != len(dst) {
		return fmt.Errorf("row %d has %d elements, row 0 has %d", i, len(m[i]), len(dst))
	}
	copy(dst, m[i])
	return nil
}

// walk is a path of n rows: a line far from the origin, bent and disturbed.
func walk(n, dim int, far float64) inMemory {
	s := random.New(8)
	m := make(inMemory, n)
	at := make([]float64, dim)
	for i := range m {
		m[i] = make([]float64, dim)
		for j := range at {
			at[j] += s.Normal(uint64(j), uint64(i)) + 0.2*s.Normal(uint64(j), 1e6)
			m[i][j] = far + at[j]
		}
	}
	return m
}

// The components are those of gonum, with their signs and shares, whether there
// are more rows or more elements.
func TestPrincipal(t *testing.T) {
	for _, c := range []struct{ n, dim, k int }{{2, 1, 1}, {2, 7, 3}, {9, 30, 4}, {30, 9, 4}, {8, 8, 9}, {40, 1, 1}} {
		rows := walk(c.n, c.dim, 3)
		got, err := Principal(ctx, rows, c.k, 2)
		if err != nil {
			t.Fatal(err)
		}
		data := mat.NewDense(c.n, c.dim, nil)
		for i, r := range rows {
			data.SetRow(i, r)
		}
		var pc stat.PC
		if !pc.PrincipalComponents(data, nil) {
			t.Fatal("no components")
		}
		var vectors mat.Dense
		pc.VectorsTo(&vectors)
		variances := pc.VarsTo(nil)
		total := sum(variances)
		if want := min(c.k, c.n-1, c.dim); len(got.Vectors) != want || len(got.Shares) != want {
			t.Fatalf("%+v: %d components", c, len(got.Vectors))
		}
		// gonum's variance is over n - 1.
		if want := total * float64(c.n-1) / float64(c.n); math.Abs(got.Variance-want) > 1e-12*want {
			t.Errorf("%+v: variance %v, want %v", c, got.Variance, want)
		}
		for i, v := range got.Vectors {
			want := mat.Col(nil, i, &vectors)
			travel := dot(v, rows[c.n-1]) - dot(v, rows[0])
			if travel < 0 {
				t.Errorf("%+v: component %d points backwards", c, i)
			}
			if dot(v, want) < 0 {
				tensor.Scale(want, want, -1)
			}
			tensor.Sub(want, want, v)
			if off := tensor.Norm(want); off > 1e-9 {
				t.Errorf("%+v: component %d is off by %v", c, i, off)
			}
			if share := variances[i] / total; math.Abs(got.Shares[i]-share) > 1e-12 {
				t.Errorf("%+v: share %d is %v, want %v", c, i, got.Shares[i], share)
			}
			for j, w := range got.Vectors[:i] {
				if x := tensor.Dot(v, w); math.Abs(x) > 1e-13 {
					t.Errorf("%+v: components %d and %d have inner product %v", c, i, j, x)
				}
			}
		}
		again, err := Principal(ctx, rows, c.k, 1)
		if err != nil || !reflect.DeepEqual(got, again) {
			t.Errorf("%+v: one worker gives other bits than two, %v", c, err)
		}
	}
}

// Far from the origin a short path keeps its components.
func TestPrincipalFarAway(t *testing.T) {
	near, err := Principal(ctx, walk(20, 50, 0), 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	far, err := Principal(ctx, walk(20, 50, 1e8), 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range far.Vectors {
		tensor.Sub(v, v, near.Vectors[i])
		if off := tensor.Norm(v); off > 1e-7 {
			t.Errorf("component %d is off by %v", i, off)
		}
	}
}

func TestPrincipalSpecial(t *testing.T) {
	for _, c := range []struct {
		name string
		rows inMemory
		want [][]float64
	}{
		{"at rest", inMemory{{1, 2}, {1, 2}, {1, 2}}, nil},
		{"a line", inMemory{{0, 0, 0}, {1, 0, 0}, {-2, 0, 0}}, [][]float64{{-1, 0, 0}}},
		{"there and back", inMemory{{0, 0, 5}, {0, -3, 5}, {0, 0, 5}}, [][]float64{{0, 1, 0}}},
		{"two lines", inMemory{{0, 0}, {3, 0}, {3, 1}, {0, 1}}, [][]float64{{1, 0}, {0, 1}}},
	} {
		got, err := Principal(ctx, c.rows, 3, 1)
		if err != nil || len(got.Vectors) != len(c.want) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
			continue
		}
		for i, v := range got.Vectors {
			for j, x := range v {
				if math.Abs(x-c.want[i][j]) > 1e-14 {
					t.Errorf("%s: component %d is %v, want %v", c.name, i, v, c.want[i])
				}
			}
		}
	}
}

// broken is rows of which one cannot be read.
type broken struct {
	inMemory
	err error
}

func (b broken) Row(i int, dst []float64) error {
	if i == 1 {
		return b.err
	}
	return b.inMemory.Row(i, dst)
}

func TestPrincipalErrors(t *testing.T) {
	rows := walk(4, 3, 0)
	lost := errors.New("file is lost")
	over, cancel := context.WithCancel(ctx)
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		rows Rows
		k    int
		want string
	}{
		{ctx, rows, 0, "0 principal components"},
		{ctx, rows[:1], 1, "1 rows of 3 elements"},
		{ctx, inMemory{}, 1, "0 rows of 0 elements"},
		{ctx, inMemory{{}, {}}, 1, "2 rows of 0 elements"},
		{ctx, inMemory{{1, 2}, {1}}, 1, "row 1 has 1 elements, row 0 has 2"},
		{ctx, inMemory{{1, 2}, {1, math.NaN()}}, 1, "row 1 has elements that are not finite"},
		{ctx, broken{rows, lost}, 1, "file is lost"},
		{ctx, make(inMemory, 0), 1, "at least 2 rows"},
		{over, rows, 1, "canceled"},
	} {
		if _, err := Principal(c.ctx, c.rows, c.k, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	many := make(inMemory, most+1)
	for i := range many {
		many[i] = make([]float64, most+1)
	}
	if _, err := Principal(ctx, many, 1, 1); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("%v", err)
	}
}

func TestOrthogonalise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		var vectors, before [][]float64
		for range rapid.IntRange(0, 6).Draw(t, "vectors") {
			v := rapid.SliceOfN(rapid.Float64Range(-1, 1), n, n).Draw(t, "vector")
			vectors, before = append(vectors, v), append(before, append([]float64(nil), v...))
		}
		left := Orthogonalise(vectors)
		for i, v := range vectors {
			norm := tensor.Norm(v)
			if before := tensor.Norm(before[i]); before < 1e-140 && norm != 0 || left[i] == 0 && norm != 0 || left[i] > 0 && math.Abs(norm-1) > 1e-12 || left[i] < 0 || left[i] > 1+1e-12 {
				t.Errorf("vector %d has length %v, left is %v", i, norm, left[i])
			}
			if tensor.Norm(before[i]) < 1e-100 {
				continue
			}
			rest := append([]float64(nil), before[i]...)
			for j, w := range vectors[:i] {
				if x := tensor.Dot(v, w); math.Abs(x) > 1e-12 {
					t.Errorf("vectors %d and %d have inner product %v", i, j, x)
				}
				tensor.AddScaled(rest, rest, -tensor.Dot(w, before[i]), w)
			}
			// What is left points along the part that is new.
			if x := tensor.Dot(rest, v); math.Abs(x-left[i]*tensor.Norm(before[i])) > 1e-10 {
				t.Errorf("vector %d: %v is new, left is %v of %v", i, x, left[i], tensor.Norm(before[i]))
			}
		}
	})
}
