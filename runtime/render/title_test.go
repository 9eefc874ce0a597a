package render

import (
	"strings"
	"testing"
)

// TestLongTitleWraps: a title wider than the figure takes more lines, all of
// its words stay, and the panels move down by as much.
func TestLongTitleWraps(t *testing.T) {
	long := "two valleys from two inputs of which the second is ten times as large as the first"
	lines := wrapText(long, titleSize, 250, true)
	if len(lines) < 2 {
		t.Fatalf("%d lines", len(lines))
	}
	var words []string
	for _, l := range lines {
		if l.width > 250 {
			t.Errorf("%q is %g wide", l.plain(), l.width)
		}
		words = append(words, l.plain())
	}
	if got := strings.Join(words, " "); got != long {
		t.Errorf("got %q", got)
	}
	if n := len(wrapText(strings.Repeat("word ", 300), titleSize, 250, true)); n != 3 {
		t.Errorf("%d lines, want 3", n)
	}
	panel := Panel{Marks: []Mark{Line{Y: []float64{1, 2, 3}}}}
	short := Draw(&Figure{Title: "two valleys", Panels: []Panel{panel}})
	tall := Draw(&Figure{Title: long, Panels: []Panel{panel}})
	if tall.sheet.h <= short.sheet.h {
		t.Errorf("the figure is %g high with a long title, %g with a short one", tall.sheet.h, short.sheet.h)
	}
}
