package spectral

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// symmetric is a dense symmetric matrix as an operator.
type symmetric [][]float64

func (m symmetric) Size() int { return len(m) }

func (m symmetric) Apply(dst, v []float64) error {
	for i, row := range m {
		dst[i] = dot(row, v)
	}
	return nil
}

// with returns the matrix with the given eigenvalues and random eigenvectors:
// the diagonal matrix between reflections.
func with(t *rapid.T, values []float64) symmetric {
	n := len(values)
	m := square(n)
	for i, v := range values {
		m[i][i] = v
	}
	for range min(n-1, 4) {
		u := rapid.SliceOfN(rapid.Float64Range(-1, 1), n, n).Draw(t, "reflection")
		norm := length(u)
		if norm < 1e-3 {
			continue
		}
		for i := range u {
			u[i] /= norm
		}
		mu := make([]float64, n)
		_ = symmetric(m).Apply(mu, u)
		umu := dot(u, mu)
		for i := range m {
			for j := range m {
				m[i][j] += -2*u[i]*mu[j] - 2*mu[i]*u[j] + 4*umu*u[i]*u[j]
			}
		}
	}
	for i := range m {
		for j := range i {
			m[j][i] = m[i][j]
		}
	}
	return m
}

// exact returns the eigenvalues of m by gonum, the largest first. gonum panics
// on very small numbers, so m is brought to about 1, and what is below 1e-30 then
// to 0.
func exact(m symmetric) []float64 {
	n := len(m)
	unit := 0.0
	for _, row := range m {
		unit = max(unit, size(row))
	}
	if unit == 0 {
		return make([]float64, n)
	}
	s := mat.NewSymDense(n, nil)
	for i := range m {
		for j := range i + 1 {
			if x := m[i][j] / unit; math.Abs(x) > 1e-30 {
				s.SetSym(i, j, x)
			}
		}
	}
	var e mat.EigenSym
	if !e.Factorize(s, false) {
		panic("no eigenvalues")
	}
	values := e.Values(nil)
	for i, j := 0, n-1; i < j; i, j = i+1, j-1 {
		values[i], values[j] = values[j], values[i]
	}
	for i := range values {
		values[i] *= unit
	}
	return values
}

func size(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		most = max(most, math.Abs(v))
	}
	return most
}

// spectrum draws eigenvalues with clusters, copies, zeros and many scales.
func spectrum(t *rapid.T, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			values[i] = 0
		case 1:
			values[i] = values[max(i-1, 0)]
		case 2:
			values[i] = values[max(i-1, 0)] * (1 + rapid.Float64Range(-1e-6, 1e-6).Draw(t, "near"))
		case 3:
			values[i] = math.Ldexp(rapid.Float64Range(-1, 1).Draw(t, "fraction"), rapid.IntRange(-40, 40).Draw(t, "exponent"))
		default:
			values[i] = rapid.Float64Range(-100, 100).Draw(t, "value")
		}
	}
	return values
}

func TestEigen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 24).Draw(t, "n")
		m := with(t, spectrum(t, n))
		values, z := eigen(m)
		if n == 0 {
			return
		}
		want := exact(m)
		unit := 1e-14*size(want) + 1e-320
		for i, v := range values {
			if math.Abs(v-want[i]) > 4*unit {
				t.Errorf("eigenvalue %d is %v, gonum has %v", i, v, want[i])
			}
			hz := make([]float64, n)
			_ = m.Apply(hz, z[i])
			addScaled(hz, -v, z[i])
			if r := length(hz); r > 8*unit {
				t.Errorf("residual of %d is %v", i, r)
			}
			for j := range i + 1 {
				want := 0.0
				if i == j {
					want = 1
				}
				if got := dot(z[i], z[j]); math.Abs(got-want) > 1e-13 {
					t.Errorf("vectors %d and %d have inner product %v", i, j, got)
				}
			}
		}
	})
}

func TestEigenKnown(t *testing.T) {
	for _, c := range []struct {
		name string
		m    symmetric
		want []float64
	}{
		{"one", symmetric{{-3}}, []float64{-3}},
		{"two", symmetric{{2, 1}, {1, 2}}, []float64{3, 1}},
		{"exchange", symmetric{{0, 1}, {1, 0}}, []float64{1, -1}},
		{"zero", symmetric{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}, []float64{0, 0, 0}},
		{"second difference", symmetric{{2, -1, 0}, {-1, 2, -1}, {0, -1, 2}}, []float64{2 + math.Sqrt2, 2, 2 - math.Sqrt2}},
		{"ones", symmetric{{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}}, []float64{4, 0, 0, 0}},
		{"tiny", symmetric{{2e-300, 1e-300}, {1e-300, 2e-300}}, []float64{3e-300, 1e-300}},
		{"huge", symmetric{{2e300, 1e300, 0}, {1e300, 2e300, 0}, {0, 0, 0}}, []float64{3e300, 1e300, 0}},
	} {
		values, _ := eigen(c.m)
		for i, v := range values {
			if math.Abs(v-c.want[i]) > 1e-15*4*size(c.want) {
				t.Errorf("%s: eigenvalue %d is %v, want %v", c.name, i, v, c.want[i])
			}
		}
	}
}

// NaN ends in NaN, not in a loop.
func TestEigenNaN(t *testing.T) {
	nan := math.NaN()
	values, _ := eigen([][]float64{{nan}, {nan, nan}, {1, nan, 2}, {1, 1, 1, nan}})
	if len(values) != 4 {
		t.Errorf("%d values", len(values))
	}
}

func BenchmarkEigen(b *testing.B) {
	for _, n := range []int{10, 40, 500} {
		b.Run("", func(b *testing.B) {
			m := square(n)
			for i := range m {
				for j := range m {
					m[i][j] = 1 / float64(i+j+1)
				}
			}
			for b.Loop() {
				eigen(m)
			}
		})
	}
}
