package command

import (
	"strings"
	"testing"
	"time"

	"relief/runtime/engine"
	"relief/runtime/plan"
)

// TestLines: a log has a line for each block that ends, and one a minute for a
// block that takes long; the time left is counted from the step at which it began
// in this process.
func TestLines(t *testing.T) {
	var b strings.Builder
	now := time.Unix(0, 0)
	l := newLines(&b, func() time.Time { return now })
	run := plan.Address{Noun: "run", Name: "gd"}
	l.Started(run, 2000)
	now = now.Add(50 * time.Second) // it waits for another
	for k := 1001; k <= 1240; k++ { // and goes on from step 1,000
		now = now.Add(time.Second / 2)
		l.Step(run, k)
	}
	l.Finished(run, engine.OK, 170)
	l.Close()
	name := "run.gd" + strings.Repeat(" ", 35)
	want := name + "1,020 of 2,000, about 8 min left\n" + name + "1,140 of 2,000, about 7 min left\n" + name + "ok         2m50s\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
