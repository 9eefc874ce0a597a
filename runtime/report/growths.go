package report

import (
	"fmt"
	"math"
	"slices"

	"relief/runtime/engine"
)

// growthView is what a growth gave, in a row.
type growthView struct {
	Name, Anchor                    string
	Verdict, C, RatioEnd, Quadratic string
	Ball                            string // "" where no learning rate is given
	Evidence                        string
}

// growthOf lays out a growth; nil if it has no results.
func growthOf(x *engine.AnalysisResult) *growthView {
	if x.Address.Noun != "growth" || len(x.Fields) == 0 {
		return nil
	}
	number := func(name string) string {
		if v := x.Lookup(name); v != nil {
			return shown(v.Number())
		}
		return ""
	}
	v := &growthView{Name: x.Address.String(), Verdict: x.Words["verdict"], Evidence: x.Words["evidence"], C: number("c"), RatioEnd: number("ratio_end"), Ball: number("ball")}
	if ends := x.Lookup("quadratic_radius"); ends != nil {
		v.Quadratic = interval(ends.Data)
	}
	return v
}

// interval is the range of numbers, those aside that are unknown.
func interval(data []float64) string {
	known := slices.DeleteFunc(slices.Clone(data), math.IsNaN)
	if len(known) == 0 {
		return shown(math.NaN())
	}
	low, high := shown(slices.Min(known)), shown(slices.Max(known))
	if low == high {
		return low
	}
	return low + " to " + high
}

// shown is a number as a table shows it.
func shown(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "infinite"
	case math.IsNaN(v):
		return "unknown"
	}
	return fmt.Sprintf("%.6g", v)
}
