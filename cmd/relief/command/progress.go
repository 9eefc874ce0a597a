package command

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"relief/lang/diag"
	"relief/runtime/engine"
	"relief/runtime/plan"
)

// progress shows how the blocks come along: bars on a terminal, a line per
// event elsewhere.
type progress interface {
	engine.Progress
	// Close ends the display, so that what is printed next stands below it.
	Close()
}

func newProgress(w io.Writer, quiet bool) progress {
	if quiet {
		return silent{}
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bars{p: mpb.New(mpb.WithOutput(w), mpb.WithWidth(40), mpb.WithRefreshRate(100*time.Millisecond)), of: map[plan.Address]*bar{}}
	}
	return lines{visible{w}}
}

type silent struct{}

func (silent) Started(plan.Address, int)                     {}
func (silent) Step(plan.Address, int)                        {}
func (silent) Finished(plan.Address, engine.Status, float64) {}
func (silent) Close()                                        {}

// lines prints one line when a block ends: what a log wants.
type lines struct{ w io.Writer }

func (lines) Started(plan.Address, int) {}
func (lines) Step(plan.Address, int)    {}
func (lines) Close()                    {}

func (l lines) Finished(block plan.Address, status engine.Status, seconds float64) {
	fmt.Fprintf(l.w, "%-40s %-10s %s\n", block, status, duration(seconds))
}

// bars draws one bar per block under way; a finished one stays as a line that
// says how it ended.
type bars struct {
	p  *mpb.Progress
	of map[plan.Address]*bar
}

type bar struct {
	*mpb.Bar
	steps int64
	ended atomic.Pointer[string] // the display reads it while blocks run
}

func (b *bars) Started(block plan.Address, steps int) {
	x := &bar{steps: int64(max(steps, 1))}
	counter := func(s decor.Statistics) string {
		if word := x.ended.Load(); word != nil {
			return *word
		}
		return fmt.Sprintf("%s/%s", thousands(float64(s.Current)), thousands(float64(s.Total)))
	}
	x.Bar = b.p.AddBar(x.steps,
		mpb.PrependDecorators(decor.Name(diag.Visible(block.String()), decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.Any(counter), decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 8}), "")),
	)
	b.of[block] = x
}

func (b *bars) Step(block plan.Address, k int) {
	if x := b.of[block]; x != nil {
		x.SetCurrent(int64(k))
	}
}

func (b *bars) Finished(block plan.Address, status engine.Status, seconds float64) {
	x := b.of[block]
	if x == nil {
		return
	}
	word := duration(seconds)
	if status != engine.OK {
		word = string(status) + ", " + word
	}
	x.ended.Store(&word)
	if status == engine.OK {
		x.SetCurrent(x.steps) // a block may end well before its last step
	}
	x.SetTotal(-1, true)
}

func (b *bars) Close() { b.p.Wait() }

// visible writes text without the characters that a terminal acts upon: names,
// labels and messages of a study may be somebody else's.
type visible struct{ w io.Writer }

func (v visible) Write(text []byte) (int, error) {
	if _, err := io.WriteString(v.w, diag.Visible(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}
