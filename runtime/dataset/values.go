package dataset

import (
	"fmt"
	"math"
)

// Values is samples given as numbers.
type Values struct {
	X       [][]float64 // samples x features
	Labels  []int       // one per sample, or nil
	Targets [][]float64 // samples x outputs, or nil
	Shape   [3]int      // (1, 1, features) if zero
	Count   int         // number of classes; 0 stands for the largest label plus 1
	Selection
}

// Load returns the set of the values, rounded to binary32. The error is an
// *Error.
func (o Values) Load() (*Set, error) {
	n := len(o.X)
	if n == 0 {
		return nil, option("there are no samples", "give at least one")
	}
	s := &Set{Shape: o.Shape}
	if err := s.shape("", len(o.X[0])); err != nil {
		return nil, err
	}
	var err error
	if s.X, err = rows(make([]float32, 0, n*len(o.X[0])), o.X, "sample", n, math.MaxFloat32); err != nil {
		return nil, err
	}
	if o.Targets != nil {
		if s.Targets, err = rows(make([]float64, 0, n), o.Targets, "target", n, math.MaxFloat64); err != nil {
			return nil, err
		}
		s.Outputs = len(o.Targets[0])
	}
	if o.Labels != nil {
		if len(o.Labels) != n {
			return nil, at(BadShape, "", -1, fmt.Sprintf("there are %d samples and %d labels", n, len(o.Labels)), "give one label per sample").About("labels")
		}
		s.Classes, err = classes("", o.Labels, o.Count, func(int) int64 { return -1 })
		if err != nil {
			return nil, err
		}
		s.Labels = append([]int(nil), o.Labels...)
		s.Names = numbered(s.Classes)
	}
	return o.choose(s, "")
}

// Outline checks the numbers as well.
func (o Values) Outline() (*Outline, error) { return outlined(o.Load()) }

// rows appends all rows to dst and checks that they are n rows of one length,
// of finite numbers of at most limit.
func rows[T float32 | float64](dst []T, rows [][]float64, what string, n int, limit float64) ([]T, error) {
	if len(rows) != n {
		return nil, at(BadShape, "", -1, fmt.Sprintf("there are %d samples and %d %ss", n, len(rows), what), "give one row per sample").About("targets")
	}
	argument := "x"
	if what == "target" {
		argument = "targets"
	}
	for i, row := range rows {
		if len(row) != len(rows[0]) || len(row) == 0 {
			return nil, at(BadShape, "", -1, fmt.Sprintf("%s %d is a row of %d, the first one of %d", what, i, len(row), len(rows[0])), "give rows of one length, at least 1").About(argument)
		}
		for j, v := range row {
			if !(math.Abs(v) <= limit) {
				return nil, at(BadNumber, "", -1, fmt.Sprintf("number %d of %s %d is %v", j, what, i, v), "give finite numbers within the range of the precision").About(argument)
			}
			dst = append(dst, T(v))
		}
	}
	return dst, nil
}

// shape sets the shape of samples of f numbers, (1, 1, f) unless one is set.
func (s *Set) shape(file string, f int) error {
	if s.Shape == [3]int{} {
		s.Shape = [3]int{1, 1, f}
	}
	if err := fits(file, -1, s.Shape); err != nil {
		return err
	}
	if s.Features() != f {
		return at(BadShape, file, -1, fmt.Sprintf("samples have %d numbers, the shape %d x %d x %d has %d", f, s.Shape[0], s.Shape[1], s.Shape[2], s.Features()), "correct the shape").About("shape")
	}
	return nil
}
