package spectral

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/random"
)

// bulk is a diagonal operator with the outliers given over numbers that are
// normal with deviation 1.
func bulk(n int, outliers ...float64) diagonal {
	d := make(diagonal, n)
	s := random.New(11)
	for i := range d {
		d[i] = s.Normal(uint64(i), 0)
	}
	copy(d, outliers)
	return d
}

// smoothed is the density of eigenvalues that a Density stands for, from the
// eigenvalues themselves: the mean over each cell.
func smoothed(values []float64, d *Density) []float64 {
	out := make([]float64, len(d.Eigenvalue))
	for i, x := range d.Eigenvalue {
		for _, v := range values {
			share := func(x float64) float64 { return 0.5 * math.Erfc((v-x)/(d.Width*math.Sqrt2)) }
			out[i] += (share(x+d.Step/2) - share(x-d.Step/2)) / d.Step / float64(len(values))
		}
	}
	return out
}

func TestDensity(t *testing.T) {
	op := bulk(4000, 30, 25, -20)
	d, err := MeasureDensity(ctx, op, DensityOptions{Samples: 8, Steps: 60, Points: 400, Width: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	if d.Products != 8*60 || len(d.Nodes) != 8*60 {
		t.Errorf("%d products, %d nodes", d.Products, len(d.Nodes))
	}
	want := smoothed(op, d)
	beyond := 0
	peak := slices.Max(want)
	for i, w := range want {
		// A sampled error of a few per cent at the peak; the standard error is
		// itself an estimate.
		if diff := math.Abs(d.Density[i] - w); diff > 5*d.Error[i]+1e-3*peak {
			beyond++
		}
		if !(d.Density[i] >= 0) || !(d.Error[i] >= 0) {
			t.Errorf("density %v, error %v at %v", d.Density[i], d.Error[i], d.Eigenvalue[i])
		}
	}
	if beyond > len(want)/50 {
		t.Errorf("%d of %d points are beyond five standard errors", beyond, len(want))
	}
	if total := sum(d.Density) * d.Step; math.Abs(total-1) > 1e-12 {
		t.Errorf("the integral is %v", total)
	}
	// The quadrature gives moments: the trace, and that of H^2.
	trace, second := 0.0, 0.0
	for i, x := range d.Nodes {
		trace += d.Weights[i] * x * 4000
		second += d.Weights[i] * x * x * 4000
	}
	if math.Abs(trace-d.Trace.Value) > 1e-9*second {
		t.Errorf("the quadrature has trace %v, Hutchinson %v", trace, d.Trace.Value)
	}
	if got, want := trace, sum(op); math.Abs(got-want) > 1e-9*second {
		// Exact for a diagonal: signs square to 1.
		t.Errorf("trace %v, want %v", got, want)
	}
}

// Whatever the spectrum, the density is one, and for a whole basis it is exact
// up to what random vectors weigh.
func TestDensityIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		m := with(t, spectrum(t, n))
		o := DensityOptions{
			Samples: rapid.IntRange(1, 3).Draw(t, "samples"),
			Steps:   rapid.IntRange(1, 20).Draw(t, "steps"),
			Points:  rapid.IntRange(1, 200).Draw(t, "points"),
			Width:   rapid.SampledFrom([]float64{0, 1e-4, 1}).Draw(t, "width"),
			Seed:    rapid.Uint64().Draw(t, "seed"),
		}
		d, err := MeasureDensity(ctx, m, o)
		if err != nil {
			t.Fatal(err)
		}
		if total := sum(d.Density) * d.Step; math.Abs(total-1) > 1e-10 {
			t.Errorf("the integral is %v", total)
		}
		if total := sum(d.Weights); math.Abs(total-1) > 1e-12 {
			t.Errorf("the weights sum to %v", total)
		}
		for _, e := range d.Error {
			if math.IsNaN(e) != (o.Samples == 1) {
				t.Errorf("standard error %v of %d samples", e, o.Samples)
			}
		}
		want := exact(m)
		for _, x := range d.Nodes {
			if off := 1e-12*size(want) + 1e-300; x > want[0]+off || x < want[n-1]-off {
				t.Errorf("node %v is outside of the spectrum, %v to %v", x, want[n-1], want[0])
			}
		}
	})
}

func TestDensityOfOneValue(t *testing.T) {
	for _, v := range []float64{0, 1, -3e-80, 7e250} {
		op := make(diagonal, 200)
		for i := range op {
			op[i] = v
		}
		d, err := MeasureDensity(ctx, op, DensityOptions{Samples: 2, Points: 100})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(d.Trace.Value-200*v) > 1e-12*math.Abs(200*v) || d.Products != 2 {
			t.Errorf("%v: trace %+v", v, d.Trace)
		}
		if total := sum(d.Density) * d.Step; math.Abs(total-1) > 1e-12 {
			t.Errorf("%v: the integral is %v", v, total)
		}
		at := slices.Index(d.Density, slices.Max(d.Density))
		if math.Abs(d.Eigenvalue[at]-v) > d.Step {
			t.Errorf("%v: the peak is at %v", v, d.Eigenvalue[at])
		}
	}
}

// Traces are within a few standard errors of the trace, and the standard error is
// that of many repetitions.
func TestTrace(t *testing.T) {
	op := newRotating(300, 0.03, 0)
	want := sum(op.bulk) + sum(op.values)
	var values, errors []float64
	for seed := range uint64(60) {
		d, err := MeasureDensity(ctx, op, DensityOptions{Samples: 30, Steps: 1, Seed: seed})
		if err != nil || d.Products != 30 {
			t.Fatalf("%+v, %v", d, err)
		}
		values, errors = append(values, d.Trace.Value), append(errors, d.Trace.Error)
	}
	all := mean(values)
	if math.Abs(all.Value-want) > 4*all.Error {
		t.Errorf("mean %v +- %v, want %v", all.Value, all.Error, want)
	}
	deviation := all.Error * math.Sqrt(float64(len(values)))
	if said := mean(errors).Value; said < 0.6*deviation || said > 1.6*deviation {
		t.Errorf("standard error %v, deviation of repetitions %v", said, deviation)
	}
	d, err := MeasureDensity(ctx, diagonal{1, 2, 3}, DensityOptions{Samples: 1})
	if err != nil || math.Abs(d.Trace.Value-6) > 1e-14 || !math.IsNaN(d.Trace.Error) {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestDensityErrors(t *testing.T) {
	d := diagonal{1, 2}
	nan := diagonal{1, math.NaN()}
	over, cancel := context.WithCancel(ctx)
	cancel()
	for _, c := range []struct {
		name string
		call func() error
		want string
	}{
		{"size", func() error { _, err := MeasureDensity(ctx, diagonal{}, DensityOptions{}); return err }, "size 0"},
		{"steps", func() error { _, err := MeasureDensity(ctx, d, DensityOptions{Steps: -1}); return err }, "-1 steps"},
		{"samples", func() error { _, err := MeasureDensity(ctx, d, DensityOptions{Samples: -1}); return err }, "-1 samples"},
		{"width", func() error { _, err := MeasureDensity(ctx, d, DensityOptions{Width: math.NaN()}); return err }, "width of the Gaussian is NaN"},
		{"NaN", func() error { _, err := MeasureDensity(ctx, nan, DensityOptions{}); return err }, "product 1 of the operator is NaN at element 1"},
		{"cancelled", func() error { _, err := MeasureDensity(over, d, DensityOptions{}); return err }, "canceled"},
	} {
		if err := c.call(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	broken := errors.New("no memory")
	if _, err := MeasureDensity(ctx, function{2, func(_, _ []float64) error { return broken }}, DensityOptions{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
