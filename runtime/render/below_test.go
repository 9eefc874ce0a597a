package render

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"testing"
)

// TestLegendBelowStaysOnTheSheet: whatever the number and length of its
// labels, a legend under a panel ends before the sheet does.
func TestLegendBelowStaysOnTheSheet(t *testing.T) {
	text := regexp.MustCompile(`<text class="legend"[^>]* x="([-0-9.]+)"[^>]* textLength="([0-9.]+)"`)
	for n := 2; n <= 9; n++ {
		for _, label := range []string{"%d", "eta = %d", "eta = 1.%d", "eta = 1.2%d", "rate = 0.5%d", "decayed at step %d00", "a long name of a curve that is number %d"} {
			panel := Panel{Legend: LegendBelow, Y: Axis{Label: "|x|", Scale: "log"}, X: Axis{Label: "step"}}
			for i := range n {
				name := fmt.Sprintf(label, i)
				if i%4 == 3 { // a shorter one lets one more column fit
					name = fmt.Sprintf("eta = %d", i)
				}
				panel.Marks = append(panel.Marks, Line{X: []float64{0, 200}, Y: []float64{1e-18, 1e18 * float64(i+1)}, Label: name})
			}
			var svg bytes.Buffer
			d := Draw(&Figure{Panels: []Panel{panel}})
			if err := d.Write("svg", &svg); err != nil {
				t.Fatal(err)
			}
			found := text.FindAllSubmatch(svg.Bytes(), -1)
			if len(found) != n {
				t.Fatalf("%d legend labels, want %d", len(found), n)
			}
			for _, m := range found {
				x, _ := strconv.ParseFloat(string(m[1]), 64)
				w, _ := strconv.ParseFloat(string(m[2]), 64)
				if x < 0 || x+w > d.sheet.w {
					t.Errorf("%d labels %q: one stands from %g to %g on a sheet %g wide", n, label, x, x+w, d.sheet.w)
				}
			}
		}
	}
}
