package engine

import (
	"time"

	"relief/lang/diag"
	"relief/runtime/analysis"
	"relief/runtime/array"
	"relief/runtime/dynamics"
	"relief/runtime/plan"
	"relief/runtime/render"
)

// Status says how a study or one of its blocks ended.
type Status string

const (
	OK          Status = "ok"
	Stopped     Status = "stopped"      // a run: its stop condition held
	CheckFailed Status = "check-failed" // a study: a check failed, all else is well
	Diverged    Status = "diverged"     // a value left the finite numbers
	Failed      Status = "failed"       // it has no result; the diagnostics say why
	Interrupted Status = "interrupted"  // it was cancelled; what was finished is kept
)

// Results is all that a study gave. Slices are in the order of the study's
// blocks; with a selection, only of the blocks selected.
type Results struct {
	Study       *plan.Study
	Status      Status
	Runs        []*RunResult
	Landscapes  []*LandscapeResult
	Analyses    []*AnalysisResult // spectra and projections, in the order of the run
	Datasets    []*DatasetResult  // those that were loaded
	Checks      []*CheckResult
	Outputs     []*OutputResult
	Tables      []*TableResult
	Plots       []*PlotResult
	Report      []ReportPiece
	Diagnostics diag.List // of the whole study, in order of the blocks
	Started     time.Time
	Seconds     float64 // wall clock, without writing
	Timings     []Timing
}

// Timing says when a block ran, in seconds since the study started.
type Timing struct {
	Block  plan.Address
	Start  float64
	End    float64
	Status Status
}

// Series is one recorded quantity of a run. Path is its reference without the
// run's address: ["loss"], ["path", "x"], ["probe", "lambda"].
type Series struct {
	Path   []string
	Values *array.Array
}

// RunResult is what a run gave. A run that failed, or that never
// began, has no series; one that diverged or was interrupted has them up to
// where it came.
type RunResult struct {
	Plan   *plan.Run
	Status Status
	Steps  int // updates made; of lanes, by the longest
	Series []Series
	// Final is the last state; nil if a run without lanes diverged. Kept are
	// the states that other blocks ask for by their step, in order.
	Final       *State
	Kept        []*State
	LaneStatus  []Status // by lane, where there are lanes
	LaneSteps   []int
	Seed        uint64
	Seconds     float64
	Diagnostics diag.List

	trajectory *dynamics.Trajectory // nil if the run failed
}

// State is the state of a run after some updates. With lanes every array has
// their axes in front.
type State struct {
	Step     int
	Loss     *array.Array
	GradNorm *array.Array
	Params   []Named // in the objective's order
}

// Named is a value with its name.
type Named = analysis.Named

// Lookup returns the series of that path, nil if there is none.
func (r *RunResult) Lookup(path ...string) *array.Array {
	for _, s := range r.Series {
		if equalPaths(s.Path, path) {
			return s.Values
		}
	}
	return nil
}

// LandscapeResult is an objective sampled along one or two axes. The fields
// have one axis per axis of the landscape, the first one outermost.
type LandscapeResult struct {
	Plan      *plan.Landscape
	Status    Status
	Positions [][]float64 // by axis
	Fields    []Named     // "loss"; "second_difference" and "curvature" of the first axis, then "curvature.x2"
	Seconds   float64

	Diagnostics diag.List
}

// Lookup returns the field of that name, nil if there is none.
func (l *LandscapeResult) Lookup(field string) *array.Array {
	for _, f := range l.Fields {
		if f.Name == field {
			return f.Value
		}
	}
	return nil
}

// CheckResult is a check with each of its asserts.
type CheckResult struct {
	Plan    *plan.Check
	OK      bool
	Asserts []AssertResult
}

// AssertResult is one assert. Message is the study's own text, or says why the
// condition has no value; Error is nil unless that is so.
type AssertResult struct {
	Plan      *plan.Assert
	OK        bool
	Condition string // as the study writes it
	Message   string
	Error     *diag.Diagnostic
}

// OutputResult is a named value; nil with a diagnostic if it has none.
type OutputResult struct {
	Plan  *plan.Output
	Value *array.Array
	Error *diag.Diagnostic
}

// TableResult is a table with its texts filled in. Numbers stands beside
// Cells: the value in a cell, nil where it is text.
type TableResult struct {
	Plan    *plan.Table
	Title   string
	Cells   [][]string
	Numbers [][]*array.Array
	Error   *diag.Diagnostic
}

// PlotResult is a plot with its data; Figure is nil if it could not be made.
type PlotResult struct {
	Plan   *plan.Plot
	Figure *render.Figure
	Title  string
	Error  *diag.Diagnostic
}

// ReportPiece is Markdown, or a block to show.
type ReportPiece struct {
	Markdown string
	Show     *plan.Address // a single block; nil for text
}

func equalPaths(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
