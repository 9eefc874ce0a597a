package spectral

import (
	"context"
	"fmt"
	"slices"

	"relief/runtime/random"
)

const (
	// renewal is the number of calls of a Tracker after which one starts cold.
	renewal = 20
	// fall is the share of an eigenvalue by which it has to fall between two
	// calls for a Tracker to look again from another start.
	fall = 0.1
	// novelty is the share of a random vector of length 1 in a warm start.
	novelty = 0.03
)

// Tracker follows the k largest eigenpairs of an operator that changes little
// from call to call, such as the Hessian along a run.
//
// A call starts from a block of max(3, k+1) vectors, Next of the call before,
// with a small random component in the last one. What it adds grows from call
// to call where it belongs to an eigenvalue that has risen, even one whose
// vector is orthogonal to all the others. The first call and every 20th after
// it start cold, from the hint and a random vector. Where an eigenvalue has
// fallen by more than a tenth since the call before, the call is repeated from
// the other kind of start, and the result with the larger sum of eigenvalues
// counts. Results depend on the seed and the calls alone.
type Tracker struct {
	k int
	o Options
	s State
}

// State is all that a Tracker carries from one call to the next.
type State struct {
	Calls  int         // made so far
	Values []float64   // of the call before
	Start  [][]float64 // of the next call
}

// NewTracker returns a Tracker of the k largest eigenvalues. Of the options
// Start, Hint and Spare mean nothing.
func NewTracker(k int, o Options) *Tracker {
	o.Start, o.Hint, o.Spare = nil, nil, max(1, 3-k)
	return &Tracker{k: k, o: o}
}

// Top returns the k largest eigenvalues of op, for which Result.Products counts
// all products of the call. The hint, used by cold starts, is that of Options,
// or nil.
func (t *Tracker) Top(ctx context.Context, op Operator, hint []float64) (*Result, error) {
	cold := len(t.s.Start) == 0 || t.s.Calls%renewal == 0
	best, err := t.look(ctx, op, hint, cold)
	if err != nil {
		return nil, err
	}
	if len(t.s.Start) > 0 && t.fell(best.Values) {
		other, err := t.look(ctx, op, hint, !cold)
		if err != nil {
			return nil, err
		}
		products := best.Products + other.Products
		if sum(other.Values) > sum(best.Values) {
			best = other
		}
		best.Products = products
	}
	t.s.Calls++
	t.s.Values = slices.Clone(best.Values)
	t.s.Start = best.Next
	return best, nil
}

func (t *Tracker) look(ctx context.Context, op Operator, hint []float64, cold bool) (*Result, error) {
	o := t.o
	call := uint64(t.s.Calls)
	if cold {
		o.Hint = hint
		o.Seed = random.Derive(t.o.Seed, "tracker", fmt.Sprint(call))
		return Top(ctx, op, t.k, o)
	}
	o.Start = slices.Clone(t.s.Start)
	last := len(o.Start) - 1
	v := make([]float64, op.Size())
	fill(v, random.New(t.o.Seed, "tracker"), call)
	if err := checkVector("a vector of the tracker's state", o.Start[last], op.Size()); err != nil {
		return nil, err
	}
	mix(v, o.Start[last], novelty)
	o.Start[last] = v
	return Top(ctx, op, t.k, o)
}

// fell reports whether one of the values is suspiciously lower than before.
func (t *Tracker) fell(values []float64) bool {
	for i, x := range values[:min(len(values), len(t.s.Values))] {
		if before := t.s.Values[i]; before > 0 && x < (1-fall)*before {
			return true
		}
	}
	return false
}

func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// State returns what Restore needs to go on from here. It shares no memory with
// the tracker.
func (t *Tracker) State() State {
	return copied(t.s)
}

// Restore puts the tracker where the one was that State was called on.
func (t *Tracker) Restore(s State) error {
	for i, v := range s.Start {
		if len(v) != len(s.Start[0]) {
			return fmt.Errorf("spectral: the tracker's state has vectors of %d and %d elements", len(s.Start[0]), len(v))
		}
		if err := checkVector(fmt.Sprintf("vector %d of the tracker's state", i), v, len(v)); err != nil {
			return err
		}
	}
	if s.Calls < 0 {
		return fmt.Errorf("spectral: the tracker's state counts %d calls", s.Calls)
	}
	t.s = copied(s)
	return nil
}

func copied(s State) State {
	s.Values = slices.Clone(s.Values)
	start := make([][]float64, len(s.Start))
	for i, v := range s.Start {
		start[i] = slices.Clone(v)
	}
	s.Start = start
	return s
}
