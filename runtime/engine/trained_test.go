package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"relief/runtime/engine"
	"relief/runtime/engine/enginetest"
	"relief/runtime/plan"
)

// TestTrained: what a study of a network gives beside its runs, and that it does
// not depend on the number of workers.
func TestTrained(t *testing.T) {
	var first string
	for _, workers := range []int{1, 3} {
		res := run(t, enginetest.TrainedStudy(), engine.Options{Workers: workers})
		if res.Status != engine.OK {
			t.Fatalf("%s: %v", res.Status, res.Diagnostics)
		}
		if len(res.Datasets) != 1 || res.Datasets[0].Samples != 24 || res.Datasets[0].Classes != 2 || res.Datasets[0].Stats == nil {
			t.Errorf("datasets %+v", res.Datasets)
		}
		gd := find(t, res, enginetest.GD)
		if len(gd.Kept) != 1 || gd.Kept[0].Step != 20 || gd.Lookup("probe", "lambda", "residual") == nil {
			t.Errorf("kept %v, series %v", gd.Kept, gd.Series)
		}
		if n := res.Analyses[0].Lookup("top").Data; n[0] < n[1] {
			t.Errorf("eigenvalues %v", n)
		}
		text := fmt.Sprint(gd.Lookup("loss").Data, gd.Lookup("probe", "lambda").Data, find(t, res, enginetest.Decayed).Final.Loss.Data)
		for _, x := range res.Analyses {
			for _, f := range x.Fields {
				text += fmt.Sprint(f.Name, f.Value.Data)
			}
		}
		for _, f := range res.Landscapes[0].Fields {
			text += fmt.Sprint(f.Name, f.Value.Data)
		}
		if first == "" {
			first = text
		} else if text != first {
			t.Errorf("with %d workers\n%s\nwith one\n%s", workers, text, first)
		}
	}
}

// TestOnlyAnalyses: spectra and projections can be asked for alone, with the runs
// that they need.
func TestOnlyAnalyses(t *testing.T) {
	for only, want := range map[string][]plan.Address{
		"spectrum.end":     {enginetest.GD, enginetest.End},
		"projection":       {enginetest.GD, enginetest.Decayed, enginetest.Plane},
		"projection.plane": {enginetest.GD, enginetest.Decayed, enginetest.Plane},
	} {
		res := run(t, enginetest.TrainedStudy(), engine.Options{Only: []string{only}})
		var got []plan.Address
		for _, x := range res.Timings {
			got = append(got, x.Block)
		}
		if !slices.Equal(got, want) || res.Status != engine.OK {
			t.Errorf("%s: %s, %v", only, res.Status, got)
		}
	}
}
