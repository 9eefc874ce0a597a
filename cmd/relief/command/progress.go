package command

import (
	"fmt"
	"io"
	"os"
	"sync"
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
	return newLines(visible{w}, time.Now)
}

type silent struct{}

func (silent) Started(plan.Address, int)                     {}
func (silent) Step(plan.Address, int)                        {}
func (silent) Finished(plan.Address, engine.Status, float64) {}
func (silent) Close()                                        {}

// A pace tells how long a block will still take, from the steps that it has made
// since its first report: one that goes on from a checkpoint begins at a later
// step, and one that waits for others begins late.
type pace struct {
	mu    sync.Mutex // the display reads it while blocks run
	begun time.Time
	from  int
	k     int
	last  time.Time
}

// step notes that step k was made.
func (p *pace) step(k int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun.IsZero() {
		p.begun, p.from = now, k
	}
	p.k, p.last = k, now
}

// left is the estimated time to the given step; ok if it is known yet.
func (p *pace) left(steps int) (left time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.k <= p.from || steps <= p.k {
		return 0, false
	}
	each := float64(p.last.Sub(p.begun)) / float64(p.k-p.from)
	return time.Duration(each * float64(steps-p.k)), true
}

// quiet is how long a log says nothing about a block under way.
const quiet = time.Minute

// lines prints what a log wants: a line when a block ends, and one now and then
// while it takes long.
type lines struct {
	w   io.Writer
	now func() time.Time
	of  map[plan.Address]*line
}

type line struct {
	pace
	steps int
	said  time.Time // when the last line was printed
}

func newLines(w io.Writer, now func() time.Time) *lines {
	return &lines{w: w, now: now, of: map[plan.Address]*line{}}
}

func (l *lines) Started(block plan.Address, steps int) {
	l.of[block] = &line{steps: steps, said: l.now()}
}
func (l *lines) Close() {}

func (l *lines) Step(block plan.Address, k int) {
	x := l.of[block]
	if x == nil {
		return
	}
	now := l.now()
	x.step(k, now)
	if now.Sub(x.said) < quiet {
		return
	}
	x.said = now
	text := ""
	if left, ok := x.left(x.steps); ok {
		text = ", about " + roughly(left.Seconds()) + " left"
	}
	fmt.Fprintf(l.w, "%-40s %s of %s%s\n", block, thousands(float64(k)), thousands(float64(x.steps)), text)
}

func (l *lines) Finished(block plan.Address, status engine.Status, seconds float64) {
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
	pace
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
	left := func(decor.Statistics) string {
		if t, ok := x.left(int(x.steps)); ok && x.ended.Load() == nil {
			return t.Round(time.Second).String()
		}
		return ""
	}
	x.Bar = b.p.AddBar(x.steps,
		mpb.PrependDecorators(decor.Name(diag.Visible(block.String()), decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.Any(counter), decor.Any(left, decor.WC{W: 8})),
	)
	b.of[block] = x
}

func (b *bars) Step(block plan.Address, k int) {
	if x := b.of[block]; x != nil {
		x.step(k, time.Now())
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
		x.SetTotal(-1, true)
		return
	}
	x.Abort(false) // the bar stays where it came to
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
