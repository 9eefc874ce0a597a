package model

import (
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/dataset"
	"relief/runtime/plan"
)

// Load returns the samples of a dataset as they are trained on: those that are
// kept, standardised, with the norms of its law. like gives the set whose
// statistics standardise it, if the plan names one. The errors of files are of
// type *dataset.Error.
func Load(d *plan.Dataset, like func(*plan.Dataset) (*dataset.Set, error), results bind.Results) (*dataset.Set, error) {
	set, err := d.Source.Load()
	if err != nil {
		return nil, err
	}
	if set, err = set.Part(d.Skip, d.Limit); err != nil {
		return nil, err
	}
	switch {
	case d.Like != nil:
		other, err := like(d.Like)
		if err != nil {
			return nil, err
		}
		if other.Stats == nil {
			break // it is not standardised either
		}
		if err := set.Apply(other.Stats); err != nil {
			return nil, err
		}
	case d.Standardize == "pixel":
		err = set.Standardize(dataset.PerPixel)
	case d.Standardize == "channel":
		err = set.Standardize(dataset.PerChannel)
	}
	if err != nil || d.Norm == nil {
		return set, err
	}
	var failed error
	err = set.Scale(func(i int) float64 {
		v, err := bind.Value(d.Norm, map[string]*array.Array{
			"i": array.Scalar(float64(i)), "n": array.Scalar(float64(set.Len())),
		}, results)
		if err != nil {
			failed = err
			return 0
		}
		return v.Data[0]
	})
	if failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, &bind.Error{Span: d.Norm.Span, Err: err}
	}
	return set, nil
}

// targets are the numbers that a network's outputs are held to: the targets of
// the set or, of labels, 1 in the column of the class and 0 elsewhere.
func targets(set *dataset.Set) (y []float64, outputs int) {
	if set.Labels != nil {
		return set.OneHot(), set.Classes
	}
	return set.Targets, set.Outputs
}
