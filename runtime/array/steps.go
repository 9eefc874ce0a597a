package array

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"relief/runtime/graph"
)

var (
	errNoSteps   = errors.New("the series has no steps")
	errNeverTrue = errors.New("the condition is never true")
)

// alongSteps evaluates an operation along the steps of a series.
func alongSteps(n *graph.Node, args []*Array) (*Array, error) {
	s := args[0]
	switch n.Op {
	case graph.At:
		return s.At(n.Int0)
	case graph.Last:
		if s.Len() == 0 {
			return nil, errNoSteps
		}
		return New(s.Type.PerStep(), s.row(s.Len()-1)), nil
	case graph.First:
		return first(s)
	case graph.Between:
		return between(s, args[1].Data[0], args[2].Data[0])
	case graph.Diff:
		return diff(s), nil
	case graph.RunningMean:
		return runningMean(s, n.Int0), nil
	case graph.LaneQuantile:
		return laneQuantile(s, args[1].Data[0])
	case graph.Steps:
		labels := make([]float64, len(s.Steps))
		for i, k := range s.Steps {
			labels[i] = float64(k)
		}
		return &Array{Type: graph.Number.AsSeries(), Steps: s.Steps, End: s.End, Data: labels}, nil
	case graph.Quantile:
		if !s.Type.Series { // the elements stand in for steps
			s = Series(graph.Number, make([]int, len(s.Data)), s.Data)
		}
		return quantile(s, args[1].Data[0])
	}
	return overSteps(n, s)
}

// overSteps reduces the steps of each element by itself, in order.
func overSteps(n *graph.Node, s *Array) (*Array, error) {
	empty := s.Len() == 0
	if empty && (n.Op == graph.MeanSteps || n.Op == graph.MinSteps || n.Op == graph.MaxSteps) {
		return nil, errNoSteps
	}
	out := New(n.Type.PerStep(), make([]float64, s.Type.Size()))
	if n.Op == graph.All {
		for i := range out.Data {
			out.Data[i] = 1
		}
	}
	if !empty && (n.Op == graph.MinSteps || n.Op == graph.MaxSteps) {
		copy(out.Data, s.row(0))
	}
	for k := range s.Len() {
		for i, v := range s.row(k) {
			switch n.Op {
			case graph.All:
				if v == 0 {
					out.Data[i] = 0
				}
			case graph.Any:
				if v != 0 {
					out.Data[i] = 1
				}
			case graph.Count, graph.SumSteps, graph.MeanSteps:
				out.Data[i] += v
			case graph.MinSteps:
				out.Data[i] = math.Min(out.Data[i], v)
			case graph.MaxSteps:
				out.Data[i] = math.Max(out.Data[i], v)
			default:
				return nil, fmt.Errorf("%s cannot be evaluated here", n.Op)
			}
		}
	}
	if n.Op == graph.MeanSteps {
		for i := range out.Data {
			out.Data[i] /= float64(s.Len())
		}
	}
	return out, nil
}

// first gives the label of the first step that is true: of a plain series an
// error if there is none, with lanes NaN for a lane that has none.
func first(s *Array) (*Array, error) {
	out := New(s.Type.PerStep().AsNumber(), make([]float64, s.Type.Size()))
	for i := range out.Data {
		out.Data[i] = math.NaN()
	}
	for k, label := range s.Steps {
		for i, v := range s.row(k) {
			if v != 0 && math.IsNaN(out.Data[i]) {
				out.Data[i] = float64(label)
			}
		}
	}
	if s.Type.Rank() == 0 && math.IsNaN(out.Data[0]) {
		switch {
		case s.Len() == 0:
			return nil, fmt.Errorf("%w: %w%s", errNeverTrue, errNoSteps, because(s.End))
		case s.End != "":
			return nil, fmt.Errorf("%w in steps %s%s", errNeverTrue, rangeOf(s.Steps), because(s.End))
		}
		return nil, fmt.Errorf("%w in steps %s", errNeverTrue, rangeOf(s.Steps))
	}
	return out, nil
}

// between keeps the steps whose label lies in [from, to]. An infinite bound
// means the end of the series; a finite one that lies beyond what was recorded
// is an error, since a claim about those steps would be made of others.
func between(s *Array, from, to float64) (*Array, error) {
	switch {
	case math.IsNaN(from) || math.IsNaN(to):
		return nil, errors.New("a bound of the slice is NaN")
	case from > to:
		return nil, fmt.Errorf("the slice is empty: from %v lies after to %v", from, to)
	case from < 0 && !math.IsInf(from, -1):
		return nil, fmt.Errorf("the slice starts at the negative step %v", from)
	case s.Len() == 0:
		return s, nil
	}
	last, stride := s.Steps[s.Len()-1], 1
	if s.Len() > 1 {
		stride = last - s.Steps[s.Len()-2]
	}
	if s.End != "" {
		stride = 1
	}
	if !math.IsInf(to, 1) && to >= float64(last+stride) {
		return nil, fmt.Errorf("step %v is not recorded: the last recorded step is %d%s", to, last, because(s.End))
	}
	lo := sort.Search(s.Len(), func(i int) bool { return float64(s.Steps[i]) >= from })
	hi := sort.Search(s.Len(), func(i int) bool { return float64(s.Steps[i]) > to })
	size, end := s.Type.Size(), s.End
	if hi < s.Len() {
		end = ""
	}
	return &Array{Type: s.Type, Steps: s.Steps[lo:hi:hi], End: end, Data: s.Data[lo*size : hi*size : hi*size]}, nil
}

// diff gives the change from each recorded step to the next, under the label
// of the earlier one: one step fewer, none for an empty series.
func diff(s *Array) *Array {
	n := max(s.Len()-1, 0)
	size := s.Type.Size()
	out := &Array{Type: s.Type, Steps: s.Steps[:n:n], End: s.End, Data: make([]float64, n*size)}
	for i := range out.Data {
		out.Data[i] = s.Data[i+size] - s.Data[i]
	}
	return out
}

// runningMean gives the mean of each n recorded steps that follow one another, under
// the label of the last of them; none where there are fewer. Blocks of n steps are
// summed from both ends, so that a window, which is the end of one block and the
// beginning of the next, costs one addition, and no error builds up along the steps.
func runningMean(s *Array, n int) *Array {
	rows, size := max(s.Len()-n+1, 0), s.Type.Size()
	out := &Array{Type: s.Type, Steps: s.Steps[s.Len()-rows:], End: s.End, Data: make([]float64, rows*size)}
	tail := make([]float64, n) // of a block: the sum from a step to its end
	for e := range size {
		for block := 0; block < rows; block += n {
			sum := 0.0
			for i := n - 1; i >= 0; i-- {
				sum += s.Data[(block+i)*size+e]
				tail[i] = sum
			}
			head := 0.0 // of the next block, to the end of the window
			for i := 0; i < n && block+i < rows; i++ {
				if i > 0 {
					head += s.Data[(block+n+i-1)*size+e]
				}
				out.Data[(block+i)*size+e] = (tail[i] + head) / float64(n)
			}
		}
	}
	return out
}

// laneQuantile is the quantile of the elements of each step.
func laneQuantile(s *Array, q float64) (*Array, error) {
	out := &Array{Type: graph.Number.AsSeries(), Steps: s.Steps, End: s.End, Data: make([]float64, s.Len())}
	for k := range s.Len() {
		row := s.row(k)
		v, err := quantile(Series(graph.Number, make([]int, len(row)), row), q)
		if err != nil {
			return nil, err
		}
		out.Data[k] = v.Data[0]
	}
	return out, nil
}

// quantile interpolates linearly between order statistics: with n steps,
// q = i/(n-1) is the i-th smallest. It is NaN where a value is.
func quantile(s *Array, q float64) (*Array, error) {
	if !(q >= 0 && q <= 1) {
		return nil, fmt.Errorf("the quantile %v is not between 0 and 1", q)
	}
	n, size := s.Len(), s.Type.Size()
	if n == 0 {
		return nil, errNoSteps
	}
	out := New(s.Type.PerStep(), make([]float64, size))
	column := make([]float64, n)
	pos := q * float64(n-1)
	i := int(pos)
	for e := range size {
		for k := range n {
			column[k] = s.Data[k*size+e]
		}
		slices.Sort(column) // NaN first
		switch v := column[i]; {
		case math.IsNaN(column[0]):
			out.Data[e] = math.NaN()
		case float64(i) == pos || v == column[i+1]:
			out.Data[e] = v
		default:
			w := pos - float64(i)
			out.Data[e] = float64(v*(1-w)) + float64(column[i+1]*w)
		}
	}
	return out, nil
}
