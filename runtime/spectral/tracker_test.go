package spectral

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"relief/runtime/kernel/tensor"
	"relief/runtime/random"
)

// Along a turning operator the tracker keeps to the largest eigenvalues, and a
// restored one goes on with the same bits.
func TestTracker(t *testing.T) {
	for _, k := range []int{1, 2, 4} {
		op := newRotating(2000, 0.03, 0.1)
		a, b := NewTracker(k, Options{Seed: 5}), NewTracker(k, Options{Seed: 5})
		products := 0
		for call := range 25 {
			op.turn()
			r, err := a.Top(ctx, op, nil)
			if err != nil {
				t.Fatal(err)
			}
			check(t, op, r, 100)
			products += r.Products
			for i, v := range r.Values {
				if want := op.values[i]; math.Abs(v-want) > 0.01*want {
					t.Errorf("call %d: %v", call, r.Values)
				}
			}
			before := b.State()
			other := NewTracker(k, Options{Seed: 5})
			if err := other.Restore(before); err != nil {
				t.Fatal(err)
			}
			again, err := other.Top(ctx, op, nil)
			if err != nil || !reflect.DeepEqual(r, again) || !reflect.DeepEqual(a.State(), other.State()) {
				t.Fatalf("call %d: %v and %v, %v", call, r.Values, again.Values, err)
			}
			b = other
		}
		if mean := float64(products) / 25; mean > 6+2*float64(k) {
			t.Errorf("%d eigenvalues: %v products a call", k, mean)
		}
	}
}

// rising is a diagonal operator whose last element grows from 0 through all the
// others: the vector of the new eigenvalue is orthogonal to all that is
// followed.
func TestTrackerFindsWhatRises(t *testing.T) {
	d := make(diagonal, 20_000)
	s := random.New(4)
	for i := range d {
		d[i] = math.Abs(s.Normal(uint64(i), 0)) / 3
	}
	copy(d, []float64{100, 96, 80, 60, 55, 40, 30, 22, 15, 10})
	for _, start := range []int{0, 7} { // calls before it: when the next cold start is
		tracker := NewTracker(1, Options{})
		found := 0
		for call := range 60 {
			d[len(d)-1] = 3 * float64(call-start)
			r, err := tracker.Top(ctx, d, nil)
			if err != nil {
				t.Fatal(err)
			}
			if found == 0 && r.Values[0] > 101 {
				found = call
			}
			if found > 0 && math.Abs(r.Values[0]-d[len(d)-1]) > 0.01*r.Values[0] {
				t.Errorf("call %d: %v, want %v", call, r.Values, d[len(d)-1])
			}
		}
		if late := found - start - 34; found == 0 || late > 12 {
			t.Errorf("found at call %d, %d after it became the largest", found, late)
		}
	}
}

// A value that falls at once is looked at from two starts.
func TestTrackerAfterAFall(t *testing.T) {
	d := make(diagonal, 3000)
	for i := range d {
		d[i] = math.Cos(float64(i))
	}
	copy(d, []float64{100, 90, 80})
	tracker := NewTracker(1, Options{})
	for range 3 {
		if _, err := tracker.Top(ctx, d, nil); err != nil {
			t.Fatal(err)
		}
	}
	// What was followed is gone, and the largest is orthogonal to all of it.
	copy(d, []float64{20, 15, 10})
	d[len(d)-1] = 50
	r, err := tracker.Top(ctx, d, nil)
	if err != nil || math.Abs(r.Values[0]-50) > 0.01 {
		t.Errorf("%v, %v", r, err)
	}
	if r.Products < 2*least {
		t.Errorf("%d products for two searches", r.Products)
	}
}

func TestTrackerErrors(t *testing.T) {
	tracker := NewTracker(2, Options{})
	if _, err := tracker.Top(ctx, diagonal{1, 2, 3}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := tracker.Top(ctx, diagonal{1, 2}, nil); err == nil || !strings.Contains(err.Error(), "size 2, before it had 3") {
		t.Errorf("another size: %v", err)
	}
	one, nan := [][]float64{{1, 2}}, [][]float64{{1, math.NaN()}}
	for _, c := range []struct {
		s    State
		want string
	}{
		{State{Calls: -1}, "counts -1 calls"},
		{State{Older: true, Start: one}, "lacks"},
		{State{Before: one}, "lacks"},
		{State{Start: nan}, "not finite"},
		{State{Start: one, Before: [][]float64{{1}}}, "has 1 elements, the operator 2"},
	} {
		if err := tracker.Restore(c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.s, err, c.want)
		}
	}
	// What a tracker gave out is not what it holds.
	s := tracker.State()
	tensor.Scale(s.Start[0], s.Start[0], 0)
	if tensor.Norm(tracker.State().Start[0]) == 0 {
		t.Error("a state shares memory with its tracker")
	}
}
