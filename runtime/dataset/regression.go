package dataset

import (
	"fmt"
	"math"

	"relief/runtime/kernel"
	"relief/runtime/random"
)

// Chebyshev describes points spaced evenly over [-1, 1], ends included, with
// the Chebyshev polynomial of the first kind as target: the regression on which
// Cohen, Kaur, Li, Kolter and Talwalkar (ICLR 2021) show the edge of stability
// in one dimension.
type Chebyshev struct {
	Degree int // 0 to 1000
	Limit  int // number of points, 20 if 0
}

// Load returns the points. The error is an *Error of kind BadOption.
func (o Chebyshev) Load() (*Set, error) {
	if o.Limit == 0 {
		o.Limit = 20
	}
	n := o.Limit
	switch {
	case o.Degree < 0 || o.Degree > 1000:
		return nil, option(fmt.Sprintf("a polynomial of degree %d cannot be made", o.Degree), "ask for a degree of 0 to 1000").About("degree")
	case n < 2 || n > 1<<20:
		return nil, option(fmt.Sprintf("%d points cannot be spaced over an interval", n), "ask for 2 to 1048576").About("limit")
	}
	s := &Set{Shape: [3]int{1, 1, 1}, X: make([]float32, n), Targets: make([]float64, n), Outputs: 1}
	for i := range n {
		s.X[i] = float32(float64(2*i-(n-1)) / float64(n-1))
		s.Targets[i] = chebyshev(o.Degree, float64(s.X[i]))
	}
	s.seal()
	return s, nil
}

// Outline makes the points, which are few.
func (o Chebyshev) Outline() (*Outline, error) { return outlined(o.Load()) }

// chebyshev returns T_n(x) by T_n = 2 x T_(n-1) - T_(n-2).
func chebyshev(n int, x float64) float64 {
	before, now := 1.0, x
	if n == 0 {
		return before
	}
	for range n - 1 {
		before, now = now, float64(2*x*now)-before
	}
	return now
}

// Teacher describes samples whose targets a network gives: independent nearly
// normal inputs of variance 1 (sums of four uniform numbers, within +-3.5) and
//
//	y = V tanh(W x) + Noise z,
//
// where the entries of W, Hidden x Inputs, have the variance 1/Inputs, those of
// V, Outputs x Hidden, the variance 1/Hidden, and those of z the variance 1.
type Teacher struct {
	Seed                    uint64
	Inputs, Hidden, Outputs int // 10, 20 and 1 if 0
	Noise                   float64
	// Limit is the number of samples, 1,000 if 0, and First the index of the
	// first one: disjoint ranges of one seed have the same teacher.
	Limit, First int
}

// checked returns o with its defaults, or what cannot be made of it.
func (o Teacher) checked() (Teacher, error) {
	for _, f := range []struct {
		value    *int
		standard int
		most     int
		what     string
		argument string
	}{
		{&o.Inputs, 10, 1 << 16, "inputs", "inputs"}, {&o.Hidden, 20, 1 << 13, "hidden units", "hidden"},
		{&o.Outputs, 1, 1 << 10, "outputs", "outputs"}, {&o.Limit, 1000, 1 << 26, "samples", "limit"},
	} {
		if *f.value == 0 {
			*f.value = f.standard
		}
		if *f.value < 1 || *f.value > f.most {
			return o, option(fmt.Sprintf("a teacher with %d %s cannot be made", *f.value, f.what), fmt.Sprintf("ask for 1 to %d", f.most)).About(f.argument)
		}
	}
	switch {
	case o.Limit > maxValues/max(o.Inputs, o.Outputs):
		return o, option("the samples have more values than a set may have", "ask for fewer samples").About("limit")
	case o.First < 0:
		return o, option("the first sample has a negative index", "count samples from 0")
	case !(o.Noise >= 0 && o.Noise <= math.MaxFloat32):
		return o, option(fmt.Sprintf("the noise is %v", o.Noise), "give a deviation that is finite and not negative").About("noise")
	}
	return o, nil
}

// Outline makes nothing.
func (o Teacher) Outline() (*Outline, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	return &Outline{Samples: o.Limit, Shape: [3]int{1, 1, o.Inputs}, Outputs: o.Outputs}, nil
}

// Load returns the samples. Inputs are rounded to binary32 before the teacher
// sees them. The error is an *Error of kind BadOption.
func (o Teacher) Load() (*Set, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	weights := func(name string, n, inputs int) []float64 {
		d := &draws{stream: random.New(o.Seed, "dataset", "teacher", name)}
		w, root := make([]float64, n), math.Sqrt(float64(inputs))
		for i := range w {
			w[i] = d.bell() / root
		}
		return w
	}
	w := weights("first layer", o.Hidden*o.Inputs, o.Inputs)
	v := weights("second layer", o.Outputs*o.Hidden, o.Hidden)
	samples := random.New(o.Seed, "dataset", "teacher", "samples")
	s := &Set{
		X: make([]float32, o.Limit*o.Inputs), Shape: [3]int{1, 1, o.Inputs},
		Targets: make([]float64, o.Limit*o.Outputs), Outputs: o.Outputs,
	}
	hidden := make([]float64, o.Hidden)
	for i := range o.Limit {
		d := &draws{stream: samples, i: uint64(o.First + i)}
		x := s.Sample(i)
		for j := range x {
			x[j] = float32(d.bell())
		}
		for k := range hidden {
			var sum float64
			for j, x := range x {
				sum += float64(w[k*o.Inputs+j] * float64(x))
			}
			hidden[k] = kernel.Tanh(sum)
		}
		for k := range o.Outputs {
			y := float64(o.Noise * d.bell())
			for j, h := range hidden {
				y += float64(v[k*o.Hidden+j] * h)
			}
			s.Targets[i*o.Outputs+k] = y
		}
	}
	s.seal()
	return s, nil
}
