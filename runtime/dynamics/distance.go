package dynamics

import (
	"context"
	"fmt"
	"sort"

	"relief/runtime/analysis"
	"relief/runtime/kernel/tensor"
	"relief/runtime/plan"
)

// window sums the differences of two runs at the steps of one mean.
type window struct {
	Count int
	Sum   []float64
}

// distanceFrom is the distance from another run after as many updates: the norm of
// the mean of the differences over the last Average steps, fewer at the start, which
// is the distance between the two means. The other run is read row by row, and only
// the sums of the means under way are kept: one, or Average over Every of them. Where
// this run stops before a mean is due, it is that of the last state alone. The
// series ends with the states of the other run.
func (o *observer) distanceFrom(run *plan.Run, opt *Options) error {
	p := o.probe
	if opt.Rows == nil {
		return fmt.Errorf("there are no other runs")
	}
	rows, err := opt.Rows(p.From)
	if err != nil {
		return err
	}
	n := run.Objective.Size()
	if rows.Dim() != n {
		return fmt.Errorf("%s has %d parameters, and %s has %d", p.From, rows.Dim(), run.Objective.Address, n)
	}
	average := max(1, p.Average)
	o.other, o.windows = p.From, map[int]window{}
	if rows.Len() > 0 {
		for _, i := range []int{0, rows.Len() - 1} {
			row := make([]float64, n)
			if err := rows.Row(i, row); err != nil {
				return err
			}
			o.ends = append(o.ends, row)
		}
	}
	apart, row := make([]float64, n), make([]float64, n)
	difference := func(at *moment) error {
		i, ok := rowOf(rows, at.k)
		if !ok {
			if i < rows.Len() {
				return fmt.Errorf("%s has no state at step %d: write record { every = 1 } in it, or an interval that is in both", p.From, at.k)
			}
			o.over = true
			return nil
		}
		if err := rows.Row(i, row); err != nil {
			return err
		}
		tensor.Sub(apart, at.x, row)
		return nil
	}
	o.see = func(at *moment) error {
		due := (at.k + p.Every - 1) / p.Every * p.Every // the next one
		if average == 1 || o.over || min(due, run.Steps) >= at.k+average {
			return nil
		}
		if err := difference(at); err != nil || o.over {
			return err
		}
		for ; ; due += p.Every {
			end := min(due, run.Steps)
			if end >= at.k+average {
				break
			}
			w, ok := o.windows[end]
			if !ok {
				w.Sum = make([]float64, n)
			}
			tensor.Add(w.Sum, w.Sum, apart)
			w.Count++
			o.windows[end] = w
			if end == run.Steps {
				break
			}
		}
		return nil
	}
	o.look = func(_ context.Context, at *moment) (map[string][]float64, error) {
		w, ok := o.windows[at.k]
		delete(o.windows, at.k)
		if !ok && !o.over {
			if err := difference(at); err != nil {
				return nil, err
			}
			w = window{1, apart}
		}
		if o.over {
			return nil, nil
		}
		return map[string][]float64{"": {tensor.Norm(w.Sum) / float64(w.Count)}}, nil
	}
	return nil
}

// rowOf finds the row of a step; ok is false if there is none, and then i is the
// first row after it.
func rowOf(rows analysis.Rows, k int) (i int, ok bool) {
	i = sort.Search(rows.Len(), func(i int) bool { return rows.Step(i) >= k })
	return i, i < rows.Len() && rows.Step(i) == k
}
