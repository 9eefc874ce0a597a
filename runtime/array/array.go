// Package array holds the results of runs and the mathematics over them:
// numbers, vectors, matrices, and series of these along recorded steps.
//
//	graph.Graph, inputs --(Eval)--> Array
//
// It is the plain evaluator: one pass over the nodes that a root needs, whole
// arrays at a time, in index order. Trajectories are made by package dynamics,
// which is fast; this package is exact and says what went wrong.
package array

import (
	"fmt"
	"slices"
	"sort"

	"relief/runtime/graph"
)

// Array is a value of a graph type. Data holds the elements in index order,
// truth values as 0 and 1; a series has its steps first, so element i of
// recorded step k is Data[k*Type.Size()+i]. Arrays are read-only once made.
type Array struct {
	Type  graph.Type
	Steps []int // labels of the recorded steps, ascending; nil unless Type.Series
	Data  []float64

	// End says, for a series that ends before it was meant to, why: a clause
	// such as "the run diverged at step 12". Empty otherwise.
	End string
}

// Scalar returns the number v.
func Scalar(v float64) *Array { return &Array{Data: []float64{v}} }

// Bool returns the truth value v.
func Bool(v bool) *Array {
	a := &Array{Type: graph.Truth, Data: []float64{0}}
	if v {
		a.Data[0] = 1
	}
	return a
}

// New returns an array that is no series and keeps data. It panics if data
// does not fit t.
func New(t graph.Type, data []float64) *Array {
	if t.Series || len(data) != t.Size() {
		panic(fmt.Sprintf("array: %d elements for %s", len(data), t))
	}
	return &Array{Type: t, Data: data}
}

// Series returns a series whose steps are each of type perStep. It keeps steps
// and data, and panics if they do not fit each other.
func Series(perStep graph.Type, steps []int, data []float64) *Array {
	if len(data) != len(steps)*perStep.Size() {
		panic(fmt.Sprintf("array: %d elements for %d steps of %s", len(data), len(steps), perStep))
	}
	if steps == nil {
		steps = []int{}
	}
	return &Array{Type: perStep.AsSeries(), Steps: steps, Data: data}
}

// Len is the number of recorded steps; 1 for an array that is no series.
func (a *Array) Len() int {
	if a.Type.Series {
		return len(a.Steps)
	}
	return 1
}

// Number returns the value of a scalar. It panics for any other array.
func (a *Array) Number() float64 {
	if !a.Type.IsScalar() {
		panic("array: " + a.Type.String() + " is no scalar")
	}
	return a.Data[0]
}

// At returns the value at step k, which shares its elements with a. A step
// that was not recorded is an error that names its neighbours and, where the
// series ended early, why. An array that is no series is the same at any step.
func (a *Array) At(k int) (*Array, error) {
	if !a.Type.Series {
		return a, nil
	}
	i, ok := slices.BinarySearch(a.Steps, k)
	if !ok {
		return nil, a.noStep(k)
	}
	return New(a.Type.PerStep(), a.row(i)), nil
}

func (a *Array) row(i int) []float64 {
	n := a.Type.Size()
	return a.Data[i*n : (i+1)*n : (i+1)*n]
}

func (a *Array) noStep(k int) error {
	reason := ""
	if a.End != "" {
		reason = ": " + a.End
	}
	switch i := sort.SearchInts(a.Steps, k); {
	case len(a.Steps) == 0:
		return fmt.Errorf("step %d is not recorded: the series has no steps%s", k, reason)
	case i == 0:
		return fmt.Errorf("step %d is not recorded: the first recorded step is %d", k, a.Steps[0])
	case i == len(a.Steps):
		return fmt.Errorf("step %d is not recorded: the last recorded step is %d%s", k, a.Steps[i-1], reason)
	default:
		return fmt.Errorf("step %d is not recorded: the nearest recorded steps are %d and %d", k, a.Steps[i-1], a.Steps[i])
	}
}
