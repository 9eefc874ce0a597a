package dataset

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func TestChebyshevIsTheCosineOfMultiples(t *testing.T) {
	for n := range 12 {
		s, err := Chebyshev{Degree: n, Limit: 21}.Load()
		sane(t, s, err)
		for i, x := range s.X {
			want := math.Cos(float64(n) * math.Acos(float64(x)))
			if math.Abs(s.Targets[i]-want) > 1e-12 {
				t.Errorf("T_%d(%v) = %v, want %v", n, x, s.Targets[i], want)
			}
		}
		if s.X[0] != -1 || s.X[20] != 1 || s.X[10] != 0 {
			t.Errorf("points %v", s.X)
		}
	}
}

func TestTeacherIsAFunctionOfItsInputs(t *testing.T) {
	o := Teacher{Seed: 5, Inputs: 6, Hidden: 4, Outputs: 2, Limit: 4000}
	s, err := o.Load()
	sane(t, s, err)
	var sum, square, most float64
	for _, x := range s.X {
		sum, square = sum+float64(x), square+float64(x)*float64(x)
	}
	n := float64(len(s.X))
	if math.Abs(sum/n) > 5/math.Sqrt(n) || math.Abs(square/n-1) > 5*math.Sqrt(2/n) {
		t.Errorf("inputs have mean %v and mean square %v", sum/n, square/n)
	}
	for _, y := range s.Targets {
		most = max(most, math.Abs(y))
	}
	if bound := 3.5 * math.Sqrt(4); most > bound || most < 0.5 {
		t.Errorf("the largest target is %v, beyond 0.5 to %v", most, bound)
	}

	// The teacher is the same for each part of the data.
	part := o
	part.First, part.Limit = 100, 50
	p, err := part.Load()
	sane(t, p, err)
	if !slices.Equal(p.X, s.X[600:900]) || !slices.Equal(p.Targets, s.Targets[200:300]) {
		t.Error("a range of samples differs from the same samples of a longer range")
	}

	// Noise adds its variance and changes nothing else.
	o.Noise = 0.5
	noisy, err := o.Load()
	sane(t, noisy, err)
	var noise float64
	for i, y := range noisy.Targets {
		d := y - s.Targets[i]
		noise += d * d
	}
	if m := float64(len(s.Targets)); math.Abs(noise/m-0.25) > 5*0.25*math.Sqrt(2/m) {
		t.Errorf("noise has the mean square %v, want 0.25", noise/m)
	}
}

func TestRegressionsRefuseWhatCannotBe(t *testing.T) {
	for _, o := range []Source{
		Chebyshev{Degree: -1}, Chebyshev{Limit: 1}, Chebyshev{Degree: 1001}, Chebyshev{Limit: math.MaxInt},
		Teacher{Inputs: -1}, Teacher{Limit: math.MaxInt}, Teacher{Inputs: 1 << 16, Limit: 1 << 26}, Teacher{Noise: math.NaN()}, Teacher{Noise: -1}, Teacher{First: -1},
	} {
		for _, f := range []func() error{
			func() error { _, err := o.Load(); return err }, func() error { _, err := o.Outline(); return err },
		} {
			var e *Error
			if err := f(); !errors.As(err, &e) || e.Kind != BadOption {
				t.Errorf("%+v: %v", o, err)
			}
		}
	}
}

// What is planned is what comes.
func TestOutlineIsThatOfTheSet(t *testing.T) {
	images, labels := write(t, "i", idx([]uint32{3, 1, 2}, 1, 2, 3, 4, 5, 6)), write(t, "l", zip(idx([]uint32{3}, 0, 2, 2)))
	x := write(t, "x.npy", npy(1, "<f4", "True", "(3, 2)", []float32{1, 2, 3, 4, 5, 6}))
	y := write(t, "y.npy", npy(1, "<i8", "False", "(3,)", []int64{2, 0, 2}))
	z := write(t, "z.npy", npy(1, "<f8", "False", "(3, 2)", []float64{1, 2, 3, 4, 5, 6}))
	two := Selection{Classes: []string{"2"}}
	for _, o := range []Source{
		CIFAR{Path: write(t, "a.bin", records(1, 3, 5, 3))},
		CIFAR{Path: write(t, "b.bin", records(2, 3, 5, 2)), Hundred: true, Coarse: true, Selection: two},
		IDX{Path: images, Labels: labels}, IDX{Path: images, Labels: labels, Selection: two, Count: 5},
		NPY{Path: x}, NPY{Path: x, Selection: Selection{Limit: 2}}, NPY{Path: x, Labels: y, Targets: z}, NPY{Path: x, Labels: y, Selection: two},
		CSV{Path: write(t, "a.csv", []byte("a,b,c\n1,2,u\n3,4,v\n")), Label: "c", Targets: []string{"a"}},
		Values{X: [][]float64{{1}, {2}}, Labels: []int{0, 3}},
		Synthetic{Limit: 3, Size: 9}, Teacher{Limit: 7, Outputs: 3}, Chebyshev{Degree: 3},
	} {
		s, err := o.Load()
		sane(t, s, err)
		form, err2 := o.Outline()
		if err != nil || err2 != nil {
			t.Errorf("%T: %v, %v", o, err, err2)
			continue
		}
		want := s.Outline()
		if form.Samples != want.Samples || form.Shape != want.Shape || form.Classes != want.Classes || form.Outputs != want.Outputs || !slices.Equal(form.Names, want.Names) {
			t.Errorf("%T: outline %+v, the set is %+v", o, form, want)
		}
	}
}
