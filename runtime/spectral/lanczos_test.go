package spectral

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/kernel/tensor"
	"relief/runtime/random"
)

var ctx = context.Background()

// diagonal is a diagonal matrix as an operator.
type diagonal []float64

func (d diagonal) Size() int { return len(d) }

func (d diagonal) Apply(dst, v []float64) error {
	tensor.Mul(dst, d, v)
	return nil
}

// function is the operator of a size that apply computes.
type function struct {
	size  int
	apply func(dst, v []float64) error
}

func (f function) Size() int { return f.size }

func (f function) Apply(dst, v []float64) error { return f.apply(dst, v) }

// check holds a result against the definition of what it says.
func check(t interface{ Errorf(string, ...any) }, op Operator, r *Result, scale float64) {
	for i, v := range r.Vectors {
		hv := make([]float64, op.Size())
		if err := op.Apply(hv, v); err != nil {
			t.Errorf("%v", err)
		}
		tensor.AddScaled(hv, hv, -r.Values[i], v)
		if got := tensor.Norm(hv); math.Abs(got-r.Residuals[i]) > 1e-11*scale+1e-150 {
			t.Errorf("residual of %d is %v, said to be %v", i, got, r.Residuals[i])
		}
		for j, w := range r.Vectors[:i+1] {
			want := 0.0
			if i == j {
				want = 1
			}
			if got := tensor.Dot(v, w); math.Abs(got-want) > 1e-12 {
				t.Errorf("vectors %d and %d have inner product %v", i, j, got)
			}
		}
	}
}

// Every residual is what it is said to be, and every value is within its
// residual of an eigenvalue, whatever the spectrum.
func TestResiduals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		k := rapid.IntRange(1, 5).Draw(t, "k")
		m := with(t, spectrum(t, n))
		o := Options{
			Tolerance:   rapid.SampledFrom([]float64{0, 1e-1, 1e-6, 1e-10}).Draw(t, "tolerance"),
			Basis:       rapid.SampledFrom([]int{0, 1, 20}).Draw(t, "basis"),
			MaxProducts: rapid.SampledFrom([]int{0, 5}).Draw(t, "products"),
			Seed:        rapid.Uint64().Draw(t, "seed"),
			Spare:       rapid.IntRange(0, 2).Draw(t, "spare"),
		}
		want := exact(m)
		scale := size(want)
		r, err := Top(ctx, m, k, o)
		if err != nil {
			t.Fatal(err)
		}
		check(t, m, r, scale)
		if len(r.Values) != min(k, n) {
			t.Errorf("%d values of %d", len(r.Values), min(k, n))
		}
		for i, v := range r.Values {
			nearest := math.Inf(1)
			for _, w := range want {
				nearest = min(nearest, math.Abs(v-w))
			}
			if nearest > r.Residuals[i]+1e-12*scale {
				t.Errorf("value %d, %v, is %v from an eigenvalue, its residual is %v", i, v, nearest, r.Residuals[i])
			}
			// The section's eigenvalues lie below those of the whole (Cauchy).
			if v > want[i]+1e-12*scale {
				t.Errorf("value %d, %v, is above the eigenvalue %v", i, v, want[i])
			}
		}
		for _, v := range r.Next {
			if math.Abs(tensor.Norm(v)-1) > 1e-12 {
				t.Errorf("a next start has length %v", tensor.Norm(v))
			}
		}
	})
}

// With a tolerance near the rounding, all copies of all eigenvalues are found at
// both ends, on spaces small enough to end.
func TestAgainstDense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		k := rapid.IntRange(1, 4).Draw(t, "k")
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(rapid.IntRange(-3, 3).Draw(t, "value"))
		}
		m := with(t, values)
		slices.Sort(values)
		seed := rapid.Uint64().Draw(t, "seed")
		r, err := Bottom(ctx, m, k, Options{Tolerance: 1e-10, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		check(t, m, r, 3)
		for i, v := range r.Values {
			if math.Abs(v-values[i]) > 1e-10 {
				t.Errorf("smallest: %v, want %v of %v", r.Values, values[:k], values)
			}
		}
		slices.Reverse(values)
		r, err = Top(ctx, m, k, Options{Tolerance: 1e-10, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		check(t, m, r, 3)
		if !r.Converged {
			t.Errorf("not converged: %v", r)
		}
		for i, v := range r.Values {
			if math.Abs(v-values[i]) > 1e-10 {
				t.Errorf("largest: %v, want %v of %v", r.Values, values[:k], values)
			}
		}
	})
}

func TestKnownSpectra(t *testing.T) {
	flat := func(n int, v float64) diagonal {
		d := make(diagonal, n)
		for i := range d {
			d[i] = v
		}
		return d
	}
	bulk := func(n int, outliers ...float64) diagonal {
		d := make(diagonal, n)
		for i := range d {
			d[i] = math.Cos(float64(i))
		}
		copy(d[n/2:], outliers)
		return d
	}
	for _, c := range []struct {
		name     string
		d        diagonal
		k        int
		want     []float64
		products int // the most
	}{
		{"number", diagonal{-2}, 3, []float64{-2}, 1},
		{"two", diagonal{-2, 5}, 1, []float64{5}, 2},
		{"all of three", diagonal{1, 3, 2}, 5, []float64{3, 2, 1}, 3},
		{"zero", flat(1000, 0), 1, []float64{0}, 1},
		{"zero, three", flat(1000, 0), 3, []float64{0, 0, 0}, 3},
		{"identity, three", flat(1000, 1), 3, []float64{1, 1, 1}, 3},
		{"minus identity", flat(1000, -1), 2, []float64{-1, -1}, 2},
		{"rank one", append(flat(999, 0), 7), 2, []float64{7, 0}, 4},
		{"minus rank one", append(flat(999, 0), -7), 2, []float64{0, 0}, 5},
		{"twice, then one", append(flat(998, 1), 5, 5), 3, []float64{5, 5, 1}, 7},
		{"three times", append(flat(997, -1), 5, 5, 5), 3, []float64{5, 5, 5}, 6},
		{"largest magnitude negative", bulk(1000, -1000, -500, 10, 9), 2, []float64{10, 9}, 30},
		{"outliers", bulk(5000, 100, 97, 60, 40), 4, []float64{100, 97, 60, 40}, 20},
		{"tiny", diagonal{3e-200, 1e-200, 2e-200, 0}, 2, []float64{3e-200, 2e-200}, 4},
		{"huge", diagonal{3e200, 1e200, 2e200, 0}, 2, []float64{3e200, 2e200}, 4},
	} {
		r, err := Top(ctx, c.d, c.k, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !r.Converged || r.Products > c.products || len(r.Values) != len(c.want) {
			t.Errorf("%s: %v, converged %v, %d products; want %v, at most %d", c.name, r.Values, r.Converged, r.Products, c.want, c.products)
			continue
		}
		if size(c.d) < 1e150 {
			check(t, c.d, r, size(c.d))
		}
		for i, v := range r.Values {
			if math.Abs(v-c.want[i]) > 1e-5*math.Abs(c.want[i])+1e-13*size(c.d) || v == 0 && math.Signbit(v) {
				t.Errorf("%s: value %d is %v, want %v", c.name, i, v, c.want[i])
			}
		}
		minus := slices.Clone(c.d)
		for i := range minus {
			minus[i] = 0 - minus[i]
		}
		b, err := Bottom(ctx, minus, c.k, Options{})
		if err != nil || b.Products != r.Products {
			t.Fatalf("%s: %v, %v", c.name, b, err)
		}
		for i, v := range b.Values {
			if v != 0-r.Values[i] {
				t.Errorf("%s: smallest of -H is %v, largest of H %v", c.name, v, r.Values[i])
			}
		}
	}
}

// All eigenvalues, or nearly all, of an operator that is not small.
func TestWhole(t *testing.T) {
	d := make(diagonal, 30)
	for i := range d {
		d[i] = float64(i%10) - 5
	}
	want := slices.Clone(d)
	slices.Sort(want)
	slices.Reverse(want)
	for _, k := range []int{29, 30, 31} {
		r, err := Top(ctx, d, k, Options{Tolerance: 1e-9})
		if err != nil || !r.Converged || len(r.Values) != min(k, 30) {
			t.Fatalf("%d: %+v, %v", k, r, err)
		}
		check(t, d, r, 5)
		for i, v := range r.Values {
			if math.Abs(v-want[i]) > 1e-11 {
				t.Errorf("%d: %v, want %v", k, r.Values, want)
			}
		}
	}
	for i := range d {
		d[i] = math.Sin(float64(i)) // all different
	}
	r, err := Top(ctx, d, 30, Options{Tolerance: 1e-9})
	if err != nil || !r.Converged || r.Products != 30 {
		t.Errorf("%+v, %v", r, err)
	}
	check(t, d, r, 1)
}

// A dense end of the spectrum needs many restarts of a basis that stays small.
func TestRestart(t *testing.T) {
	d := make(diagonal, 300)
	for i := range d {
		d[i] = float64(i) / float64(len(d))
	}
	whole, err := Top(ctx, d, 3, Options{Basis: 200, Tolerance: 1e-7})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Top(ctx, d, 3, Options{Basis: 16, Tolerance: 1e-7, MaxProducts: 2000})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Result{whole, s} {
		check(t, d, r, 1)
		for i, v := range r.Values {
			if want := float64(len(d)-1-i) / float64(len(d)); !r.Converged || math.Abs(v-want) > 1e-7 {
				t.Errorf("value %d is %v, want %v; %d products", i, v, want, r.Products)
			}
		}
	}
	if s.Products > 2*whole.Products {
		t.Errorf("%d products with a basis of 16, %d with all", s.Products, whole.Products)
	}
	// The budget ends the search with what there is.
	short, err := Top(ctx, d, 3, Options{MaxProducts: 10})
	if err != nil || short.Converged || short.Products != 10 {
		t.Errorf("%+v, %v", short, err)
	}
	check(t, d, short, 1)
}

// The relation H Q = Q A holds through expansions, turns and restarts.
func TestRelation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := 30
		m := with(t, spectrum(t, n))
		scale := size(exact(m))
		s := &space{h: product{op: m, sign: 1}}
		numbers := random.New(1)
		for i := range rapid.IntRange(1, 3).Draw(t, "starts") {
			v := s.vector()
			fill(v, numbers, uint64(i))
			s.admit(v)
		}
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			if s.waiting() == 0 {
				break
			}
			switch rapid.IntRange(0, 3).Draw(t, "action") {
			case 0:
				if s.done > 4 {
					s.restart(s.ritz(), []int{0, 1, 3})
				}
			case 1:
				s.aim(rapid.SliceOfN(rapid.Float64Range(-1, 1), s.waiting(), s.waiting()).Draw(t, "aim"))
			default:
				if err := s.expand(); err != nil {
					t.Fatal(err)
				}
			}
		}
		for c := range s.done {
			hq := make([]float64, n)
			_ = m.Apply(hq, s.q[c])
			for i, q := range s.q {
				addScaled(hq, -s.a[c][i]/s.unit(), q)
			}
			if got := length(hq); got > 1e-11*scale {
				t.Errorf("column %d of %d is off by %v", c, s.done, got)
			}
		}
		for i, q := range s.q {
			for j := range i + 1 {
				want := 0.0
				if i == j {
					want = 1
				}
				if got := tensor.Dot(q, s.q[j]); math.Abs(got-want) > 1e-13 {
					t.Errorf("basis vectors %d and %d have inner product %v", i, j, got)
				}
			}
		}
	})
}

func (s *space) unit() float64 { return max(s.h.unit, math.SmallestNonzeroFloat64) }

// A warm start at an eigenvector that is not the top one goes on to find it,
// here because the space ends.
func TestStartAtAnotherEigenvector(t *testing.T) {
	d := append(diagonal{1, 5, 3, 2}, make(diagonal, 40)...)
	start := make([]float64, len(d))
	start[2] = 1
	r, err := Top(ctx, d, 1, Options{Start: [][]float64{start, start}, Seed: 3})
	if err != nil || !r.Converged || math.Abs(r.Values[0]-5) > 1e-9 {
		t.Errorf("%+v, %v", r, err)
	}
	if start[2] != 1 {
		t.Error("the start was changed")
	}
}

// A start that holds the eigenvectors takes the least number of products.
func TestWarmStart(t *testing.T) {
	d := make(diagonal, 3000)
	for i := range d {
		d[i] = math.Sin(float64(i))
	}
	copy(d, []float64{50, 49, 30, 20, 10})
	cold, err := Top(ctx, d, 1, Options{Spare: 2})
	if err != nil {
		t.Fatal(err)
	}
	warm, err := Top(ctx, d, 1, Options{Start: cold.Next})
	if err != nil || !warm.Converged || warm.Products != least {
		t.Errorf("%d products, %v", warm.Products, err)
	}
	hint := make([]float64, len(d))
	hint[0] = 1e-3
	hinted, err := Top(ctx, d, 1, Options{Hint: hint})
	if err != nil || hinted.Products >= cold.Products || math.Abs(hinted.Values[0]-50) > 1e-3 {
		t.Errorf("%d products with a hint, %d without, %v", hinted.Products, cold.Products, err)
	}
}

// Products rounded to binary32 limit the residual, and are no reason to fail.
func TestSinglePrecision(t *testing.T) {
	d := make(diagonal, 500)
	for i := range d {
		d[i] = math.Sin(float64(i))
	}
	copy(d, []float64{50, 50, 30, -80})
	single := function{len(d), func(dst, v []float64) error {
		for i, x := range v {
			dst[i] = float64(float32(d[i]) * float32(x))
		}
		return nil
	}}
	r, err := Top(ctx, single, 2, Options{Tolerance: 1e-6})
	if err != nil || !r.Converged {
		t.Fatalf("%+v, %v", r, err)
	}
	check(t, d, r, 1e7)
	if math.Abs(r.Values[0]-50) > 1e-5 {
		t.Errorf("%v", r.Values)
	}
}

func TestErrors(t *testing.T) {
	d := diagonal{3, 2, 1}
	nan, inf := math.NaN(), math.Inf(1)
	broken := errors.New("no memory")
	at := func(product, element int, x float64) Operator {
		count := 0
		return function{3, func(dst, v []float64) error {
			count++
			_ = d.Apply(dst, v)
			if count == product {
				dst[element] = x
			}
			return nil
		}}
	}
	for _, c := range []struct {
		name string
		op   Operator
		k    int
		o    Options
		want string
	}{
		{"no values", d, 0, Options{}, "0 eigenvalues asked for"},
		{"empty", diagonal{}, 1, Options{}, "operator of size 0"},
		{"tolerance", d, 1, Options{Tolerance: -1}, "tolerance is -1"},
		{"tolerance", d, 1, Options{Tolerance: nan}, "tolerance is NaN"},
		{"basis", d, 1, Options{Basis: -1}, "basis of -1"},
		{"start", d, 1, Options{Start: [][]float64{{1, 2, 3}, {1}}}, "starting vector 1 has 1 elements, the operator 3"},
		{"start", d, 1, Options{Start: [][]float64{{1, nan, 3}}}, "starting vector 0 has elements that are not finite"},
		{"hint", d, 1, Options{Hint: []float64{1}}, "the hint has 1 elements"},
		{"NaN", at(2, 1, nan), 1, Options{}, "product 2 of the operator is NaN at element 1"},
		{"infinity", at(1, 2, inf), 1, Options{}, "product 1 of the operator is +Inf at element 2"},
		{"overflow", at(2, 2, 1e300), 1, Options{}, "product 2 of the operator is too large to be squared"},
		{"failure", function{3, func(_, _ []float64) error { return broken }}, 1, Options{}, "no memory"},
	} {
		r, err := Top(ctx, c.op, c.k, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", c.name, r, err, c.want)
		}
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Top(over, d, 1, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
