package program

import (
	"context"
	"slices"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/random"
)

// wander is x' = x/2 + n + u on vectors of two, with the input of each step
// recorded.
func wander(t *testing.T, opt Options) *Program {
	b := builder{t, graph.New()}
	two := graph.Of(2)
	x, n, u := b.g.Input("x", two), b.g.Input("n", two), b.g.Input("u", graph.Number)
	next := b.op(graph.Add, b.op(graph.Add, b.op(graph.Mul, b.c(0.5), x), n), u)
	p, err := Compile(b.g, []string{"x", "n", "u"}, []graph.ID{x, next}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func wandering(p *Program, lanes, first, made int, dst []float64) *Loop {
	return &Loop{
		State: NewState(p, lanes), T: -1, Stop: -1, Feedback: []Feedback{{Output: 1, Input: 0}}, Made: made, First: first,
		Noise:     []Noise{{Input: 1, Stream: random.New(4, "n")}, {Input: 2, Uniform: true, Stream: random.New(4, "u")}},
		Recorders: []Recorder{{Output: 0, Every: 1, Dst: dst}},
	}
}

// Noise does not depend on lanes, workers, the stretches in which steps are made
// or how the program is compiled: each lane is the recursion written out.
func TestNoiseIsThatOfThePlace(t *testing.T) {
	const lanes, steps = 600, 40
	normals, uniforms := random.New(4, "n"), random.New(4, "u")
	want := make([]float64, lanes*2*(steps+1))
	for i := range lanes {
		x := [2]float64{}
		for k := range steps + 1 {
			copy(want[(k*lanes+i)*2:], x[:])
			var u, n [1]float64
			uniforms.Uniforms(u[:], uint64(k), 0, uint64(i))
			for e := range x {
				normals.Normals(n[:], uint64(k), uint64(e), uint64(i))
				x[e] = 0.5*x[e] + n[0] + u[0]
			}
		}
	}
	for name, opt := range map[string]Options{"scalars": {}, "arrays": {MaxScalar: -1}} {
		p := wander(t, opt)
		for _, workers := range []int{1, 2, 5} {
			got := make([]float64, len(want))
			l := wandering(p, lanes, 0, 0, got)
			for _, k := range []int{0, 1, 9, 39} {
				if err := l.Run(context.Background(), k, map[int]int{0: 1, 1: 9, 9: 39, 39: steps}[k], workers); err != nil {
					t.Fatal(err)
				}
			}
			if err := l.Observe(context.Background(), steps, workers); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s with %d workers: other numbers", name, workers)
			}
		}
		// One lane alone, from a state on the way.
		const lane, from = 301, 17
		got := make([]float64, 2*(steps-from+1))
		l := wandering(p, 1, lane, from, got)
		copy(l.State.Input(0), want[(from*lanes+lane)*2:][:2])
		if err := l.Run(context.Background(), 0, steps-from+1, 1); err != nil {
			t.Fatal(err)
		}
		for k := range steps - from + 1 {
			if !slices.Equal(got[2*k:2*k+2], want[((from+k)*lanes+lane)*2:][:2]) {
				t.Fatalf("%s: lane %d alone leaves the others at step %d", name, lane, from+k)
			}
		}
		l.Draw(3)
		var n [1]float64
		normals.Normals(n[:], from+3, 1, lane)
		if l.State.Input(1)[1] != n[0] {
			t.Errorf("%s: Draw gives %v, want %v", name, l.State.Input(1)[1], n[0])
		}
	}
}

func TestNoiseNeedsItsInput(t *testing.T) {
	l := wandering(wander(t, Options{}), 2, 0, 0, nil)
	l.Noise[0].Input = 7
	if err := l.Run(context.Background(), 0, 1, 1); err == nil {
		t.Error("an input that is not there is filled")
	}
}

// An ensemble of one number per lane: what a step with noise costs.
func BenchmarkNoise(b *testing.B) {
	g := builder{b, graph.New()}
	x, n := g.g.Input("x", graph.Number), g.g.Input("n", graph.Number)
	next := g.op(graph.Add, g.op(graph.Mul, g.c(0.9), x), n)
	p, err := Compile(g.g, []string{"x", "n"}, []graph.ID{next}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	const lanes, steps = 4096, 100
	l := &Loop{State: NewState(p, lanes), T: -1, Stop: -1, Feedback: []Feedback{{}}, Noise: []Noise{{Input: 1, Stream: random.New(1)}}}
	for b.Loop() {
		if err := l.Run(context.Background(), 0, steps, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/lanes/steps, "ns/step")
}
