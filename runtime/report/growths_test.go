package report

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relief/runtime/engine"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// What a report says of a growth: the verdict, its numbers, and ranges over
// directions.
func TestGrowthView(t *testing.T) {
	words := map[string]string{"verdict": "subquadratic", "evidence": "It grows slowly."}
	view := func(ends ...float64) *growthView {
		return growthOf(&engine.AnalysisResult{
			Address: plan.Address{Noun: "growth", Name: "g"}, Words: words,
			Fields: []engine.Named{
				numbers("c", graph.Number, 0.5), numbers("ratio_end", graph.Number, 0.25), numbers("ball", graph.Number, math.Inf(1)),
				numbers("quadratic_radius", graph.Of(len(ends)), ends...),
			},
		})
	}
	want := growthView{Name: "growth.g", Verdict: "subquadratic", Evidence: "It grows slowly.", C: "0.5", RatioEnd: "0.25", Ball: "infinite"}
	for _, test := range []struct {
		ends []float64
		want string
	}{
		{[]float64{2, 2}, "2"},
		{[]float64{3, math.NaN(), 1.5}, "1.5 to 3"},
		{[]float64{math.Inf(1), 1}, "1 to infinite"},
		{[]float64{math.NaN()}, "unknown"},
	} {
		want.Quadratic = test.want
		if d := cmp.Diff(&want, view(test.ends...)); d != "" {
			t.Error(d)
		}
	}
	if v := growthOf(&engine.AnalysisResult{Address: plan.Address{Noun: "growth", Name: "failed"}}); v != nil {
		t.Errorf("a growth without results is shown: %v", v)
	}
}
