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
	// near is the sum of squares of what the last eigenvectors may leave outside
	// of the start of two calls before for it to be taken. A vector that is new is
	// not in it.
	near = 0.1
)

// Tracker follows the k largest eigenpairs of an operator that changes little
// from call to call, such as the Hessian along a run.
//
// A call starts from a block of max(3, k+1) vectors, Next of an earlier call: of
// the last one or of the one before it, whichever came nearer to what the last
// call found. Parameters that oscillate at the edge of stability come back every
// second step, so where calls are an odd number of steps apart, the one before
// is nearer. The last vector of the block is given a small random component.
// What that adds grows from call to call where it belongs to an eigenvalue that
// has risen, even one whose vector is orthogonal to all the others.
//
// The first call and every 20th after it start cold, from the hint and a random
// vector. Where an eigenvalue has fallen by more than a tenth since the call
// before, the call is repeated from the other kind of start, and the result with
// the larger sum of eigenvalues counts. Results depend on the seed and the calls
// alone.
type Tracker struct {
	k int
	o Options
	s State
}

// State is all that a Tracker carries from one call to the next.
type State struct {
	Calls  int         // made so far
	Values []float64   // of the call before
	Start  [][]float64 // Next of the call before
	Before [][]float64 // Next of the one before that
	Older  bool        // Before is the better start
}

// NewTracker returns a Tracker of the k largest eigenvalues. MaxProducts is that
// of one search, of which a call may take two. Of the options
// Start, Hint and Spare mean nothing.
func NewTracker(k int, o Options) *Tracker {
	o.Start, o.Hint, o.Spare = nil, nil, max(1, 3-k)
	return &Tracker{k: k, o: o}
}

// Top returns the k largest eigenvalues of op, for which Result.Products counts
// all products of the call. The hint, used by cold starts, is that of Options,
// or nil.
func (t *Tracker) Top(ctx context.Context, op Operator, hint []float64) (*Result, error) {
	if len(t.s.Start) > 0 && len(t.s.Start[0]) != op.Size() {
		return nil, fmt.Errorf("spectral: the operator has size %d, before it had %d; take another tracker", op.Size(), len(t.s.Start[0]))
	}
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
	s := State{Calls: t.s.Calls + 1, Values: slices.Clone(best.Values), Start: best.Next, Before: t.s.Start}
	if t.s.Before != nil {
		before, start := outside(t.s.Before, best.Vectors), outside(t.s.Start, best.Vectors)
		s.Older = before < start && start < near
	}
	t.s = s
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
	if t.s.Older {
		o.Start = slices.Clone(t.s.Before)
	}
	last := len(o.Start) - 1
	v := make([]float64, op.Size())
	signs(v, random.New(t.o.Seed, "tracker"), call)
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

// outside returns the sum of squares of what vectors of length 1 leave outside of
// the span of a start, whose vectors need not be orthogonal.
func outside(start, vectors [][]float64) float64 {
	values, z := eigen(inner(start, start))
	along := inner(vectors, start)
	left := float64(len(vectors))
	for i, value := range values {
		if value <= parallel*values[0] {
			break
		}
		for _, c := range along {
			x := dot(z[i], c)
			left -= x * x / value
		}
	}
	return max(left, 0)
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
func (t *Tracker) State() State { return t.s.clone() }

// Restore puts the tracker where the one was that State was called on.
func (t *Tracker) Restore(s State) error {
	if s.Calls < 0 {
		return fmt.Errorf("spectral: the tracker's state counts %d calls", s.Calls)
	}
	if s.Older && len(s.Before) == 0 || len(s.Start) == 0 && len(s.Before) > 0 {
		return fmt.Errorf("spectral: the tracker's state lacks the vectors to start from")
	}
	for _, v := range slices.Concat(s.Start, s.Before) {
		if err := checkVector("a vector of the tracker's state", v, len(s.Start[0])); err != nil {
			return err
		}
	}
	t.s = s.clone()
	return nil
}

func (s State) clone() State {
	s.Values = slices.Clone(s.Values)
	s.Start, s.Before = clones(s.Start), clones(s.Before)
	return s
}

func clones(vectors [][]float64) [][]float64 {
	var out [][]float64
	for _, v := range vectors {
		out = append(out, slices.Clone(v))
	}
	return out
}
