package study

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// statuses are the words that a run can end with.
var statuses = []string{"ok", "stopped", "diverged", "failed", "interrupted"}

// track is what is known of a series before the run: which steps it can have.
type track struct {
	last  int // no step is later
	every int // steps are multiples of it, but for the last; 0: unknown
	owner string
	says  string // in a clause, how long it is
}

// checked holds the steps that an expression names against what its runs
// record: an index beyond the end, or between recorded steps, is an error now
// and not after the run. It returns its argument.
func (b *builder) checked(x *plan.Expr) *plan.Expr {
	if len(x.Refs) == 0 {
		return x
	}
	for _, r := range x.Refs {
		if len(r.Path) == 2 && r.Path[0] == "status" && !slices.Contains(statuses, r.Path[1]) {
			b.in.bad = true
			d := b.in.diags.Errorf("RL0406", r.Span, "%q is no status of a run", r.Path[1])
			d.Detail, d.Context = didYouMean(r.Path[1], statuses, "It is "+quoted(statuses)+"."), b.body.context
		}
	}
	g := x.Graph
	inputs := map[graph.ID]track{}
	for _, r := range x.Refs {
		if id, ok := g.Lookup(r.Input); ok && r.Type.Series {
			inputs[id] = b.c.trackOf(r)
		}
	}
	if len(inputs) == 0 {
		return x
	}
	tracks := map[graph.ID]track{}
	for _, i := range reach(g, x.Root) {
		n := g.Node(i)
		tracks[i] = track{last: math.MaxInt}
		if t, ok := inputs[i]; ok {
			tracks[i] = t
			continue
		}
		if n.Op == graph.At || n.Op == graph.Between {
			b.step(g, n, tracks)
		}
		if !n.Type.Series {
			continue
		}
		for _, a := range n.Args {
			if g.Type(a).Series {
				tracks[i] = meet(tracks[i], tracks[a])
			}
		}
		if n.Op == graph.Diff {
			t := tracks[i]
			t.last = max(0, t.last-max(t.every, 1))
			tracks[i] = t
		}
	}
	return x
}

func meet(a, b track) track {
	if a.last == math.MaxInt {
		return b
	}
	t := a
	if b.last < a.last {
		t.last, t.owner, t.says = b.last, b.owner, b.says
	}
	if a.every != b.every {
		t.every = 0
	}
	return t
}

// pathRun is the run whose coordinates a result of a projection or of a
// landscape is: run.NAME[KEY].LABEL, path.NAME[KEY].LABEL.
func pathRun(r plan.Ref) (plan.Address, bool) {
	first := map[string]string{"projection": "run", "landscape": "path"}[r.Block.Noun]
	if first == "" || len(r.Path) < 3 || r.Path[0] != first {
		return plan.Address{}, false
	}
	a := plan.Address{Noun: "run", Name: r.Path[1]}
	if a.Keyed = len(r.Path) > 3; a.Keyed {
		a.Key = r.Path[2]
	}
	return a, true
}

// trackOf finds the steps of a result of a run, or of what follows a run.
func (c *compiler) trackOf(r plan.Ref) track {
	of, isPath := pathRun(r)
	if !isPath {
		of = r.Block
	}
	in := c.instancesNamed(of)
	if len(in) > 0 && in[0].orbit != nil {
		last, says := lastOfOrbit(in[0].orbit, r)
		return track{last: last, every: 1, owner: of.String(), says: says}
	}
	if len(in) == 0 || in[0].run == nil {
		return track{last: math.MaxInt}
	}
	run := in[0].run
	t := track{last: run.Steps, every: run.Every, owner: of.String(), says: fmt.Sprintf("%s makes %d steps", of, run.Steps)}
	if isPath {
		t.every = pathEvery(run)
	}
	if len(r.Path) == 2 && strings.HasPrefix(r.Path[0], "bias") && run.Every%2 == 1 {
		t.every = 0 // at the even step at or after each that is recorded
		if run.Every == 1 && run.Resume == nil {
			t.every = 2
		}
	}
	if len(r.Path) >= 2 && r.Path[0] == "probe" {
		for _, p := range run.Probes {
			if p.Name == r.Path[1] {
				t.every = p.Every
			}
		}
	}
	return t
}

// instancesNamed returns the instance of an address, if there is one.
func (c *compiler) instancesNamed(a plan.Address) []*instance {
	d, ok := c.blocks[a.Noun][a.Name]
	if !ok {
		return nil
	}
	if !d.keyed {
		return d.instances
	}
	if in := d.key(a.Key); in != nil {
		return []*instance{in}
	}
	return nil
}

// step checks one index of a series.
func (b *builder) step(g *graph.Graph, n *graph.Node, tracks map[graph.ID]track) {
	t := tracks[n.Args[0]]
	if t.last == math.MaxInt {
		return
	}
	site := g.Site(n.Origin)
	if n.Op == graph.Between {
		if from, ok := g.ConstValue(n.Args[1]); ok && from > float64(t.last) {
			b.noStep(site, fmt.Sprintf("Its last step is %d.", t.last), "step %v is beyond the end: %s", from, t.says)
		}
		return
	}
	switch k := n.Int0; {
	case k > t.last:
		b.noStep(site, fmt.Sprintf("The last one is %d.", t.last), "step %d is beyond the end: %s", k, t.says)
	case t.every > 1 && k%t.every != 0 && k != t.last:
		low := k - k%t.every
		near := fmt.Sprintf("%d and %d", low, min(low+t.every, t.last))
		b.noStep(site, fmt.Sprintf("Only every %d-th step is recorded; the nearest are %s.", t.every, near), "step %d of %s is not recorded", k, t.owner)
	}
}

func (b *builder) noStep(site graph.Site, cure, format string, args ...any) {
	b.in.bad = true
	d := b.in.diags.Errorf("RL0307", site.Span, format, args...)
	d.Detail, d.Context = cure, b.body.context
}
