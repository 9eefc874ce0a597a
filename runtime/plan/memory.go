package plan

import (
	"fmt"
	"math"
)

// MaxMemory is how many bytes runs may record together unless the options of
// the engine say otherwise.
const MaxMemory = 4 << 30

// Rows is the number of rows that a series over so many steps has when every
// n-th step is recorded: the start, the multiples, and the last step.
func Rows(steps, every int) int {
	every = max(1, every)
	rows := steps/every + 1
	if steps%every != 0 {
		rows++
	}
	return rows
}

// RecordedBytes is the memory in bytes that what a run of so many lanes records
// will take, known before it runs: its series, and the labels of their steps
// twice, since plots need them as numbers. On their way to the disk series are
// not copied.
func (r *Run) RecordedBytes(lanes int) float64 {
	perStep := 4.0 // loss, norm of the gradient, rate, stability
	if r.RecordPath {
		perStep += float64(r.Objective.Size())
	}
	switch r.Optimizer.Kind {
	case "quasistatic", "gradient_flow": // a residual, an error
		perStep++
	case "central_flow": // an error, the oscillation, its condition
		perStep += 3
	}
	total := perStep * float64(Rows(r.Steps, r.Every))
	labels := map[int]bool{max(1, r.Every): true}
	for _, p := range r.Probes {
		total += float64(p.Size()) * float64(Rows(r.Steps, p.Every))
		labels[max(1, p.Every)] = true
	}
	total *= float64(lanes)
	if r.Optimizer.Bias { // over all lanes, with its standard error
		every := max(2, r.Every)
		total += 2 * float64(r.Objective.Size()) * float64(Rows(r.Steps, every))
		labels[every] = true
	}
	for every := range labels {
		total += 2 * float64(Rows(r.Steps, every))
	}
	return 8 * total
}

// Size is how many numbers a probe records each time, all its results counted.
func (p *Probe) Size() int {
	if p.Value != nil {
		return p.Value.Type().Size()
	}
	switch p.Kind {
	case "sharpness":
		return 2*max(1, p.Top) + 1
	case "average":
		return 4
	case "test":
		return 3
	case "landscape":
		return 2 * p.Axis.Points
	}
	return 1
}

// MemoryFault says in two sentences what is too much about a run of so many
// lanes, and what to write instead, if it would record more than limit bytes
// beside what other runs and plots hold; ok if it would not.
func (r *Run) MemoryFault(lanes int, limit, others int64) (summary, cure string, ok bool) {
	need, left := r.RecordedBytes(lanes), float64(limit-others)
	if need <= left {
		return "", "", true
	}
	cure = "Record less, here or in the runs before it: record { every = 1000 }, or record { path = false }, which leaves the parameters out."
	if ratio := need / left; left > 0 && ratio < float64(r.Steps) {
		cure = fmt.Sprintf("Record less: record { every = %d } would fit, and record { path = false } leaves the parameters out.", atLeast(ratio, max(1, r.Every)))
	}
	beside := ""
	if others > 0 {
		beside = fmt.Sprintf(" beside the %s of the runs before it and of plots", bytesText(float64(others)))
	}
	return fmt.Sprintf("the run would record %s%s, more than the %s allowed", bytesText(need), beside, bytesText(float64(limit))), cure, false
}

// RecordedBytes is the memory in bytes that the results of an orbit will take, known
// before it runs: of a period that is not written yet, as long as it may be.
func (o *Orbit) RecordedBytes() float64 {
	lanes := 1.0
	for _, n := range o.Map.Lanes() {
		lanes *= float64(n)
	}
	row := float64(o.Map.Objective.Size() + 1) // the parameters and the loss
	total := 0.0
	if o.Near != nil {
		period := o.Period
		if period == 0 {
			period = o.MaxPeriod
		}
		total += lanes * (float64(period)*row + row + 4*float64(o.Multipliers()))
	}
	if d := o.Diagram; d != nil {
		total += lanes * float64(d.Keep) * row
	}
	if l := o.Lyapunov; l != nil {
		total += 2 * lanes * float64(l.Exponents)
	}
	if b := o.Basin; b != nil {
		points := 1.0
		for _, a := range b.Axes {
			points *= float64(a.Points)
		}
		total += 2 * points
	}
	return 8 * total
}

// MemoryFault is Run.MemoryFault for an orbit.
func (o *Orbit) MemoryFault(limit, others int64) (summary, cure string, ok bool) {
	need := o.RecordedBytes()
	if need <= float64(limit-others) {
		return "", "", true
	}
	cure = "Write fewer values in vary."
	switch {
	case o.Diagram != nil:
		cure = "Keep fewer states: diagram { keep = 64 }, or write fewer values in vary."
	case o.Near != nil && o.Period == 0:
		cure = "Write period = 2, or a smaller max_period, or fewer values in vary."
	case o.Basin != nil:
		cure = "Write fewer points in its axes."
	}
	beside := ""
	if others > 0 {
		beside = fmt.Sprintf(" beside the %s of the blocks before it and of plots", bytesText(float64(others)))
	}
	return fmt.Sprintf("the orbit would keep %s%s, more than the %s allowed", bytesText(need), beside, bytesText(float64(limit))), cure, false
}

// atLeast is a round number of steps that is at least ratio times every.
func atLeast(ratio float64, every int) int {
	n := math.Ceil(ratio*1.05) * float64(every)
	unit := math.Pow(10, math.Floor(math.Log10(n)))
	for _, f := range []float64{1, 2, 5, 10} {
		if f*unit >= n {
			return int(f * unit)
		}
	}
	return int(10 * unit)
}

func bytesText(n float64) string {
	for _, u := range []string{"bytes", "KiB", "MiB", "GiB", "TiB"} {
		if n < 1024 {
			return fmt.Sprintf("%.3g %s", n, u)
		}
		n /= 1024
	}
	return fmt.Sprintf("%.3g PiB", n)
}
