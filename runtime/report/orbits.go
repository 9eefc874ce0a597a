package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"relief/runtime/array"
	"relief/runtime/diagram"
	"relief/runtime/engine"
	"relief/runtime/plan"
)

// orbitView is what an orbit gave: cycles in rows, the rest in a line each.
type orbitView struct {
	Name, Anchor string
	Lines        []string // exponents, diagram, basins
	Cycles       []cycleView
	More         string // "" if all are shown
}

// cycleView is one cycle, or one attractor of a basin.
type cycleView struct {
	Which, Period, Point, Multipliers, Stable, Residual string
}

// mostCycles is how many cycles of an orbit a report shows.
const mostCycles = 20

// orbitOf lays out an orbit; nil if it has no results.
func orbitOf(s *plan.Study, x *engine.AnalysisResult) *orbitView {
	i := slices.IndexFunc(s.Orbits, func(o *plan.Orbit) bool { return o.Address == x.Address })
	if i < 0 || len(x.Fields) == 0 {
		return nil
	}
	o := s.Orbits[i]
	v := &orbitView{Name: x.Address.String()}
	lanes := 1
	for _, n := range o.Map.Lanes() {
		lanes *= n
	}
	switch {
	case o.Near != nil:
		v.cycles(o, x, "", lanes, func(k int) string { return laneText(o.Map, k, lanes) })
	case o.Box != nil:
		n := 0
		if count := x.Lookup("count"); count != nil {
			n = int(count.Number())
		}
		v.cycles(o, x, "", n, func(k int) string { return strconv.Itoa(k) })
		if n == 0 {
			v.Lines = append(v.Lines, fmt.Sprintf("no cycle of period %d in the box", o.Period))
		}
	}
	if l, off := x.Lookup("lyapunov"), x.Lookup("lyapunov_error"); l != nil && off != nil {
		v.Lines = append(v.Lines, exponentsText(l, off, lanes))
	}
	if d := o.Diagram; d != nil {
		text := fmt.Sprintf("diagram of %s after %s updates", states(d.Keep), diagram.Thousands(d.Skip))
		if lanes > 1 {
			text += fmt.Sprintf(", %s lanes", diagram.Thousands(lanes))
		}
		v.Lines = append(v.Lines, text)
	}
	if label := x.Lookup("basin.label"); label != nil {
		v.basins(o, x, label)
	}
	return v
}

func states(n int) string {
	if n == 1 {
		return "1 state"
	}
	return diagram.Thousands(n) + " states"
}

// cycles adds a row for each of n cycles whose results stand in a row in memory.
func (v *orbitView) cycles(o *plan.Orbit, x *engine.AnalysisResult, prefix string, n int, which func(k int) string) {
	for k := range min(n, mostCycles) {
		row := cycleView{Which: which(k), Point: pointText(o.Map.Objective, x, prefix, k, n), Residual: numberAt(x.Lookup(prefix+"residual"), k, n, "%.2g")}
		row.Period = numberAt(x.Lookup(prefix+"period"), k, n, "%.0f")
		if row.Period == "" {
			row.Period = strconv.Itoa(o.Period)
		}
		row.Multipliers = multipliersText(item(x.Lookup(prefix+"multiplier"), k, n), item(x.Lookup(prefix+"multiplier_imaginary"), k, n))
		if s := item(x.Lookup(prefix+"stable"), k, n); len(s) == 1 {
			row.Stable = map[bool]string{true: "yes", false: "no"}[s[0] != 0]
		}
		if row.Multipliers == "" && strings.Contains(row.Point, "NaN") {
			row.Stable = ""
		}
		v.Cycles = append(v.Cycles, row)
	}
	if n > mostCycles {
		v.More = fmt.Sprintf("and %s more in the data", diagram.Thousands(n-mostCycles))
	}
}

// basins adds the attractors, with their parts of the grid.
func (v *orbitView) basins(o *plan.Orbit, x *engine.AnalysisResult, label *array.Array) {
	part := map[int]int{}
	for _, a := range label.Data {
		part[int(a)]++
	}
	share := func(a int) string { return fmt.Sprintf("%.3g%%", 100*float64(part[a])/float64(len(label.Data))) }
	n := 0
	if count := x.Lookup("basin.count"); count != nil {
		n = int(count.Number())
	}
	text := fmt.Sprintf("basins at %s points: %d attractors", diagram.Thousands(len(label.Data)), n)
	if n == 1 {
		text = strings.TrimSuffix(text, "s")
	}
	if part[-1] > 0 {
		text += ", divergence from " + share(-1)
	}
	if part[0] > 0 {
		text += fmt.Sprintf(", none reached within %s updates from %s", diagram.Thousands(o.Basin.Steps), share(0))
	}
	v.Lines = append(v.Lines, text)
	before := len(v.Cycles)
	v.cycles(o, x, "basin.", n, func(k int) string { return fmt.Sprintf("attractor %d, %s", k+1, share(k+1)) })
	for i := range v.Cycles[before:] {
		v.Cycles[before+i].Residual = ""
	}
}

// item is the elements of number k of n, which stand one after another.
func item(a *array.Array, k, n int) []float64 {
	if a == nil || n == 0 || len(a.Data)%n != 0 {
		return nil
	}
	each := len(a.Data) / n
	return a.Data[k*each : (k+1)*each]
}

func numberAt(a *array.Array, k, n int, verb string) string {
	if e := item(a, k, n); len(e) == 1 {
		return fmt.Sprintf(verb, e[0])
	}
	return ""
}

// pointText is item k of a point: x = 4.047, y = (1, 2).
func pointText(f *plan.Objective, x *engine.AnalysisResult, prefix string, k, n int) string {
	if f.Training != nil {
		return fmt.Sprintf("%s parameters", diagram.Thousands(f.Size()))
	}
	var parts []string
	for _, p := range f.Params {
		e := item(x.Lookup(prefix+"point."+p.Name), k, n)
		switch {
		case len(e) == 0:
		case len(e) == 1:
			parts = append(parts, fmt.Sprintf("%s = %.8g", p.Name, e[0]))
		case len(e) > 4:
			parts = append(parts, fmt.Sprintf("%s of %d numbers", p.Name, len(e)))
		default:
			words := make([]string, len(e))
			for i, v := range e {
				words[i] = fmt.Sprintf("%.6g", v)
			}
			parts = append(parts, fmt.Sprintf("%s = (%s)", p.Name, strings.Join(words, ", ")))
		}
	}
	return strings.Join(parts, ", ")
}

// multipliersText lists complex numbers, the first few of many.
func multipliersText(re, im []float64) string {
	const most = 4
	if len(re) != len(im) {
		return ""
	}
	var parts []string
	for i := range re {
		if i == most {
			parts = append(parts, "...")
			break
		}
		text := fmt.Sprintf("%.6g", re[i])
		if im[i] != 0 {
			text += fmt.Sprintf("%+.6gi", im[i])
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// laneText says what is varied in a lane; "" where there is one alone.
func laneText(r *plan.Run, lane, lanes int) string {
	var parts []string
	inner := lanes
	for _, v := range r.Vary {
		n := len(v.Values[0])
		inner /= n
		for i, name := range v.Names {
			parts = append(parts, fmt.Sprintf("%s = %.6g", name, v.Values[i][lane/inner%n]))
		}
	}
	return strings.Join(parts, ", ")
}

// exponentsText is the exponents of one map, or how far those of lanes reach.
func exponentsText(l, off *array.Array, lanes int) string {
	if lanes == 1 {
		parts := make([]string, len(l.Data))
		for i := range l.Data {
			parts[i] = fmt.Sprintf("%.5g (standard error %.2g)", l.Data[i], off.Data[i])
		}
		word := "Lyapunov exponents "
		if len(parts) == 1 {
			word = "Lyapunov exponent "
		}
		return word + strings.Join(parts, ", ")
	}
	each := len(l.Data) / lanes
	low, high, err := math.Inf(1), math.Inf(-1), 0.0
	positive, known := 0, 0
	for i := range lanes {
		v := l.Data[i*each]
		if math.IsNaN(v) {
			continue
		}
		known++
		if v > 0 {
			positive++
		}
		low, high, err = min(low, v), max(high, v), math.Max(err, off.Data[i*each])
	}
	if known == 0 {
		return "no Lyapunov exponent: all lanes diverge"
	}
	return fmt.Sprintf("largest Lyapunov exponent from %.4g to %.4g, above 0 in %s of %s lanes; standard errors up to %.2g",
		low, high, diagram.Thousands(positive), diagram.Thousands(known), err)
}
