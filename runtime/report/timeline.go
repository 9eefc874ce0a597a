package report

import (
	"fmt"

	"relief/runtime/engine"
	"relief/runtime/plan"
)

// timelineView draws when each block ran, in the units of its own picture.
type timelineView struct {
	Width, Height int
	Bars          []barView
	Ticks         []tickView
}

type barView struct {
	Name, Mood, Time string
	X, W             string
	Y, TextY         int
}

type tickView struct {
	X, Label string
}

const (
	timelineWidth = 1000
	namesWidth    = 230
	barHeight     = 22
	mostBars      = 200
)

// timeline lays out the blocks; nil if there are none, or too many to read.
func timeline(res *engine.Results) *timelineView {
	n := len(res.Timings)
	if n == 0 || n > mostBars {
		return nil
	}
	first, last := res.Timings[0].Start, res.Timings[0].End
	for _, t := range res.Timings {
		first, last = min(first, t.Start), max(last, t.End)
	}
	span := max(last-first, 1e-9)
	x := func(t float64) float64 { return namesWidth + (t-first)/span*(timelineWidth-namesWidth-80) }
	v := &timelineView{Width: timelineWidth, Height: n*barHeight + 24}
	moods := map[plan.Address]string{}
	for _, r := range res.Runs {
		moods[r.Plan.Address] = runMood(r)
	}
	for _, l := range res.Landscapes {
		moods[l.Plan.Address] = mood(l.Status)
	}
	for _, x := range res.Analyses {
		moods[x.Address] = mood(x.Status)
	}
	for i, t := range res.Timings {
		v.Bars = append(v.Bars, barView{
			Name: t.Block.String(), Mood: moods[t.Block], Time: seconds(t.End - t.Start),
			X: fmt.Sprintf("%.1f", x(t.Start)), W: fmt.Sprintf("%.1f", max(x(t.End)-x(t.Start), 2)),
			Y: i*barHeight + 4, TextY: i*barHeight + 15,
		})
	}
	for i := range 5 {
		at := first + span*float64(i)/4
		v.Ticks = append(v.Ticks, tickView{fmt.Sprintf("%.1f", x(at)), seconds(at - first)})
	}
	return v
}
