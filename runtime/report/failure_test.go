package report

import (
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/engine/enginetest"
)

// What fails stands first, and a problem names its block and, where the fault
// lies in the library, the place in the study that leads there.
func TestFailuresAreFound(t *testing.T) {
	in := input(t, enginetest.Study())
	last := in.Results.Checks[len(in.Results.Checks)-1]
	last.OK, last.Asserts[0].OK = false, false
	in.Results.Diagnostics = append(in.Results.Diagnostics, &diag.Diagnostic{
		Code: "RL0502", Summary: "it diverged", Context: `run "wild"`,
		Span:    diag.Span{File: "std/valley.hcl", Start: diag.Pos{Line: 10}},
		Related: []diag.Related{{Span: diag.Span{File: in.Results.Study.File, Start: diag.Pos{Line: 3, Column: 1}}}},
	})
	page := htmlOf(t, in)
	if i := strings.Index(page, `<div class="verdicts">`); !strings.HasPrefix(strings.TrimSpace(page[i+len(`<div class="verdicts">`):]), `<details class="bad" open>`) {
		t.Error("the failed check does not stand first")
	}
	if !strings.Contains(page, `run &#34;wild&#34;: it diverged <a class="place" href="#L3">line 3</a>`) {
		t.Error("the problem does not name its block and place")
	}
}
