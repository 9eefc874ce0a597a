// Package report shows the results of a study to people: one HTML file that
// opens offline, and Markdown for a pull request.
//
//	engine.Results, pictures, facts --(HTML)--> report.html
//	                                --(Markdown)--> report.md
//
// Whatever a study or its data say is text here: titles, labels and messages
// are escaped, raw HTML in Markdown is dropped, and the page's content security
// policy allows neither scripts nor anything from elsewhere.
package report

import (
	"fmt"
	"slices"
	"time"

	"relief/lang/diag"
	"relief/runtime/engine"
	"relief/runtime/plan"
)

// Input is what a report is made of.
type Input struct {
	Results  *engine.Results
	Facts    Facts
	Pictures map[plan.Address]Picture
	Data     map[plan.Address][]string // files with a block's data, relative to the report
	LeftOut  map[plan.Address][]string // columns that a block's CSV file does not have
}

// Facts say how the results came about.
type Facts struct {
	Tool     string // name and version
	Go       string
	Platform string // linux/amd64
	CPUs     int
	Started  time.Time
	Commit   string // of the study's work tree; "" if it is in none
	Dirty    bool   // the work tree differs from the commit
	Sources  []Source
}

// Source is a file of the study and its SHA-256 in hexadecimal.
type Source struct{ Name, Digest string }

// Picture is a plot as it was drawn.
type Picture struct {
	SVG   []byte
	Files []string // relative to the report
}

// title is what the study is called.
func title(s *plan.Study) string {
	if s.Title != "" {
		return s.Title
	}
	return s.Name
}

// statusWords says what the status of a study means.
var statusWords = map[engine.Status]string{
	engine.OK:          "ok",
	engine.CheckFailed: "a check failed",
	engine.Diverged:    "a run diverged",
	engine.Failed:      "failed",
	engine.Interrupted: "interrupted",
}

// counts returns how many checks hold, of how many.
func counts(res *engine.Results) (hold, all int) {
	for _, c := range res.Checks {
		all++
		if c.OK {
			hold++
		}
	}
	return hold, all
}

// verdict sums up the checks in a few words.
func verdict(res *engine.Results) string {
	hold, all := counts(res)
	switch {
	case all == 0:
		return "no checks"
	case hold == all && all == 1:
		return "the check holds"
	case hold == all:
		return fmt.Sprintf("all %d checks hold", all)
	}
	return fmt.Sprintf("%d of %d checks hold", hold, all)
}

// otherDiagnostics are those that no check shows.
func otherDiagnostics(res *engine.Results) diag.List {
	shown := map[*diag.Diagnostic]bool{}
	for _, c := range res.Checks {
		for _, a := range c.Asserts {
			shown[a.Error] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(res.Diagnostics), func(d *diag.Diagnostic) bool {
		return shown[d] || d.Code == "RL0601"
	})
}

// seconds prints a duration to three digits, in the unit in which those three
// digits stand before 1,000.
func seconds(s float64) string {
	switch {
	case s < 0.9995e-3:
		return fmt.Sprintf("%.3g µs", s*1e6)
	case s < 0.9995:
		return fmt.Sprintf("%.3g ms", s*1e3)
	}
	return fmt.Sprintf("%.3g s", s)
}

// pieces returns what the report shows in order, and at the end the outputs
// that the study's report block leaves out: none goes unseen. Checks stand at
// the top of a report anyway; a report of everything does not repeat them.
func pieces(res *engine.Results) []engine.ReportPiece {
	out := slices.Clone(res.Report)
	if res.Study.Report == nil {
		out = slices.DeleteFunc(out, func(p engine.ReportPiece) bool { return p.Show != nil && p.Show.Noun == "check" })
	}
	shown := map[plan.Address]bool{}
	for _, p := range out {
		if p.Show != nil {
			shown[*p.Show] = true
		}
	}
	add := func(a plan.Address) {
		if !shown[a] {
			out = append(out, engine.ReportPiece{Show: &a})
		}
	}
	for _, o := range res.Outputs {
		add(o.Plan.Address)
	}
	return out
}

// resultsOf finds what a piece shows by its address.
func resultsOf(res *engine.Results) map[plan.Address]any {
	out := make(map[plan.Address]any, len(res.Outputs)+len(res.Checks)+len(res.Tables)+len(res.Plots))
	for _, x := range res.Outputs {
		out[x.Plan.Address] = x
	}
	for _, x := range res.Checks {
		out[x.Plan.Address] = x
	}
	for _, x := range res.Tables {
		out[x.Plan.Address] = x
	}
	for _, x := range res.Plots {
		out[x.Plan.Address] = x
	}
	return out
}
