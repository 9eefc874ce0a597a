// Package experiments holds the studies of the paper's figures. They are
// studies, not code; this test replays them.
package experiments

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relief/lang"
	"relief/runtime/engine"
)

// long are the studies that take minutes on two cores. They are compiled here, and
// run where RELIEF_EXPERIMENTS is "all".
var long = map[string]bool{
	"fig-2-1-learning-rate-decay": true,
	"fig-3-1-subquadratic-growth": true,
	"fig-3-2-separate-scales":     true,
}

// TestStudies runs every study: it compiles without a word, every check holds,
// and nothing has to be said about any block that did not say it may fail.
func TestStudies(t *testing.T) {
	files, err := filepath.Glob("*.hcl")
	if err != nil || len(files) < 4 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".hcl"), func(t *testing.T) {
			t.Parallel()
			study, diags := lang.Compile(file, lang.Options{})
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			if long[strings.TrimSuffix(file, ".hcl")] && os.Getenv("RELIEF_EXPERIMENTS") != "all" {
				t.Skip("skipped: it takes minutes; RELIEF_EXPERIMENTS=all runs it")
			}
			if testing.Short() && len(study.Networks) > 0 {
				t.Skip("skipped: it trains a network")
			}
			results, err := engine.Run(context.Background(), study, engine.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range results.Diagnostics {
				t.Errorf("%s:%d: %s %s", d.Span.File, d.Span.Start.Line, d.Code, d.Summary)
			}
			if results.Status != engine.OK {
				t.Errorf("the study ended as %s", results.Status)
			}
			if len(results.Checks) < 4 || len(results.Plots) == 0 {
				t.Errorf("%d checks and %d plots: too few to believe", len(results.Checks), len(results.Plots))
			}
		})
	}
}
