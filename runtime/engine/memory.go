package engine

import (
	"math"
	"slices"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// memory is how many bytes the results of runs and orbits may take together.
func (r *runner) memory() int64 {
	if r.opts.Memory > 0 {
		return r.opts.Memory
	}
	return plan.MaxMemory
}

// recordedBefore is, for each run and orbit, what those before it record and what
// plots need beside the records, in bytes. One that is refused records nothing.
func (r *runner) recordedBefore() map[plan.Address]int64 {
	before := map[plan.Address]int64{}
	lanes := map[plan.Address]int{}
	total := int64(0)
	limit := r.memory()
	for _, a := range r.study.Order { // what a run resumes comes before it
		if i := slices.IndexFunc(r.study.Orbits, func(p *plan.Orbit) bool { return p.Address == a }); i >= 0 && r.selected(a) {
			before[a] = total
			if n := r.study.Orbits[i].RecordedBytes(); float64(total)+n <= float64(limit) {
				total += int64(n)
			}
			continue
		}
		i := slices.IndexFunc(r.study.Runs, func(p *plan.Run) bool { return p.Address == a })
		if i < 0 || !r.selected(a) {
			continue
		}
		p := r.study.Runs[i]
		lanes[a] = 1
		for _, n := range p.Lanes() {
			lanes[a] *= n
		}
		if p.Resume != nil {
			lanes[a] = max(lanes[a], lanes[p.Resume.Run])
		}
		plots := r.drawn(p)
		before[a] = total + plots
		if n := recorded(p, lanes[a]) + float64(plots); float64(total)+n <= float64(limit) {
			total += int64(n)
		}
	}
	return before
}

// recorded is what a run records, in bytes; 0 if there is a fault in it, which
// is reported where it runs.
func recorded(p *plan.Run, lanes int) (bytes float64) {
	defer func() {
		if recover() != nil {
			bytes = 0
		}
	}()
	return p.RecordedBytes(lanes)
}

// drawn is what the plots hold of a run beside its records, in bytes: values
// that are computed from series, the curves of lanes and vectors, which are
// taken apart, and the points of paths.
func (r *runner) drawn(p *plan.Run) int64 {
	numbers := 0.0 // per row
	for _, plot := range r.study.Plots {
		if !r.selected(plot.Address) {
			continue
		}
		for _, panel := range plot.Panels {
			for _, m := range panel.Marks {
				if m.Source != p.Address {
					continue
				}
				curves := 1.0
				for _, e := range []*plan.Expr{m.X, m.Y, m.Lower, m.Upper} {
					if e == nil || !e.Type().Series {
						continue
					}
					n := float64(e.Type().Size())
					curves = max(curves, n)
					if e.Graph.Node(e.Root).Op != graph.Input {
						numbers += n
					}
					if n > 1 {
						numbers += n
					}
				}
				switch m.Kind {
				case "path":
					numbers += 2 * curves
				case "band":
					numbers += 4 * curves
				}
			}
		}
	}
	rows := float64(p.Steps/max(1, p.Every) + 2)
	return int64(min(8*numbers*rows, math.MaxInt64/4))
}
