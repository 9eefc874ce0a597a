package lang

import (
	"slices"
	"strings"
	"testing"

	"relief/lang/diag"
)

// TestExamplesOfTheTable: the example of a code that a study can cause before
// it runs causes it.
func TestExamplesOfTheTable(t *testing.T) {
	for _, e := range diag.Codes() {
		switch {
		case e.Code < "RL02" || e.Code >= "RL05":
			continue // a test of lang/source has those of syntax; others need a run
		case e.Code == "RL0412" || e.Code == "RL0414":
			continue // two hundred files, one hundred errors: more than an example holds
		}
		text := e.Example + "\n"
		if !strings.Contains(text, "study") {
			text = "study { title = \"t\" }\n" + text
		}
		_, diags := Compile(folder(t, "s.hcl", text), Options{})
		if !slices.ContainsFunc(diags, func(d *diag.Diagnostic) bool { return d.Code == e.Code }) {
			t.Errorf("%s: its example gives", e.Code)
			for _, d := range diags {
				t.Errorf("\t%s %s", d.Code, d.Summary)
			}
		}
	}
}
