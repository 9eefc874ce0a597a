package plan

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/graph"
)

// TestRows counts rows one by one.
func TestRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, every := rapid.IntRange(0, 200).Draw(t, "steps"), rapid.IntRange(1, 50).Draw(t, "every")
		n := 0
		for k := range steps + 1 {
			if k%every == 0 || k == steps {
				n++
			}
		}
		if got := Rows(steps, every); got != n {
			t.Fatalf("%d rows, want %d", got, n)
		}
	})
}

// TestMemoryFault: what the message proposes fits.
func TestMemoryFault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &Run{
			Objective: &Objective{Params: []Param{{Name: "w", Type: graph.Of(rapid.IntRange(1, 30).Draw(t, "parameters"))}}},
			Optimizer: &Optimizer{Kind: "gd"},
			Steps:     rapid.IntRange(1e8, 1e9).Draw(t, "steps"), Every: rapid.IntRange(1, 3).Draw(t, "every"), RecordPath: true,
		}
		lanes := rapid.IntRange(1, 1000).Draw(t, "lanes")
		_, cure, ok := r.MemoryFault(lanes, MaxMemory, 0)
		if ok {
			if r.RecordedBytes(lanes) > MaxMemory {
				t.Fatal("too much is let pass")
			}
			return
		}
		_, after, found := strings.Cut(cure, "every = ")
		if !found {
			t.Fatal(cure)
		}
		r.Every = 0
		for _, d := range after {
			if d < '0' || d > '9' {
				break
			}
			r.Every = 10*r.Every + int(d-'0')
		}
		if _, _, ok := r.MemoryFault(lanes, MaxMemory, 0); !ok {
			t.Fatalf("every = %d does not fit", r.Every)
		}
	})
}

// TestRecordedBytes: what flows and the bias of an sde record beside the rest, in
// numbers of 8 bytes.
func TestRecordedBytes(t *testing.T) {
	numbers := func(o *Optimizer) float64 {
		r := &Run{Objective: &Objective{Params: []Param{{Name: "w", Type: graph.Of(3)}}}, Optimizer: o, Steps: 10, Every: 1}
		return r.RecordedBytes(5) / 8
	}
	plain := numbers(&Optimizer{Kind: "gd"})
	if plain != 5*4*11+2*11 {
		t.Errorf("gd records %v", plain)
	}
	for kind, perStep := range map[string]float64{"quasistatic": 1, "gradient_flow": 1, "central_flow": 3} {
		if more := numbers(&Optimizer{Kind: kind}) - plain; more != perStep*5*11 {
			t.Errorf("%s records %v more", kind, more)
		}
	}
	// Six even steps of three elements with their errors, and the labels of the steps twice.
	if more := numbers(&Optimizer{Kind: "sde", Bias: true}) - plain; more != 6*3*2+2*6 {
		t.Errorf("a bias takes %v", more)
	}
}
