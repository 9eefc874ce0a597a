package program

import (
	"context"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/graph"
	"relief/runtime/graph/graphtest"
)

var widths = []int{1, 7, 256, 300}

// agree compiles the roots and compares every lane with the interpreter.
func agree(t rapid.TB, g *graph.Graph, names []string, roots []graph.ID, width int, opt Options, in func(input, element, lane int) float64) {
	p, err := Compile(g, names, roots, opt)
	if err != nil {
		t.Fatal(err)
	}
	s := NewState(p, width)
	for i, port := range p.Inputs() {
		for e := range port.Type.Size() {
			for l := range width {
				s.Input(i)[e*width+l] = in(i, e, l)
			}
		}
	}
	s.Run()
	for l := range width {
		if width > 20 && l%17 != 0 && l < width-3 {
			continue
		}
		bind := map[string][]float64{}
		for i, port := range p.Inputs() {
			v := make([]float64, port.Type.Size())
			for e := range v {
				v[e] = in(i, e, l)
			}
			bind[port.Name] = v
		}
		want, err := g.Interpret(roots, bind)
		if err != nil {
			t.Fatal(err)
		}
		for k, r := range roots {
			for e, w := range want[r] {
				if got := s.Output(k)[e*width+l]; !graphtest.Same(got, w) {
					t.Fatalf("width %d, %+v, %s, element %d, lane %d: %g, want %g", width, opt, g.Node(r).Op, e, l, got, w)
				}
			}
		}
	}
}

func TestEveryOperation(t *testing.T) {
	values := append([]float64{}, graphtest.Special...)
	at := func(input, element, lane int) float64 {
		return values[(input*7+element*3+lane*(1+2*input)+lane/len(values))%len(values)]
	}
	for op := graph.Invalid + 1; op < graph.NumOps; op++ {
		if op == graph.Const || op == graph.Input || op.IsSeries() || op.IsBatch() {
			continue
		}
		g := graph.New()
		names := []string{"x", "y", "v", "w", "A", "B"}
		types := []graph.Type{graph.Number, graph.Number, graph.Of(3), graph.Of(3), graph.Of(2, 3), graph.Of(3, 2)}
		var nodes []graph.ID
		for i, n := range names {
			nodes = append(nodes, g.Input(n, types[i]))
		}
		var truths []graph.ID
		for _, i := range []int{0, 2, 4} {
			c, err := g.Apply(graph.Gt, nodes[i], g.Const(0.1))
			if err != nil {
				t.Fatal(err)
			}
			truths = append(truths, c)
		}
		operands := append(append([]graph.ID{g.Const(0.7), g.Const(math.Copysign(0, -1))}, nodes...), truths...)
		var roots []graph.ID
		try := func(args ...graph.ID) {
			if id, err := g.Apply(op, args...); err == nil {
				roots = append(roots, id)
			}
		}
		for _, a := range operands {
			switch op {
			case graph.Slice:
				if g.Type(a).Rank() > 0 {
					roots = append(roots, g.Index(a, 1))
				}
				continue
			case graph.Pad:
				if !g.Type(a).Bool {
					roots = append(roots, g.Pad(a, 1, graph.Of(g.Type(a).Size()+2)))
				}
				continue
			case graph.Broadcast:
				if g.Type(a).Rank() == 0 {
					roots = append(roots, g.Broadcast(a, graph.Of(2, 2)))
				}
				continue
			case graph.Reshape:
				roots = append(roots, g.Reshape(a, graph.Of(1, g.Type(a).Size())))
				continue
			}
			try(a)
			for _, b := range operands {
				if op.Arity() == 2 || op.Arity() < 0 {
					try(a, b)
				}
				if op.Arity() == 3 {
					for _, c := range operands[:5] {
						try(a, b, c)
					}
				}
			}
		}
		if len(roots) == 0 {
			t.Errorf("%s was never applied", op)
		}
		for _, width := range widths {
			for _, opt := range []Options{{}, {MaxScalar: -1}} {
				t.Run(fmt.Sprintf("%s/%d/%d", op, width, opt.MaxScalar), func(t *testing.T) {
					agree(t, g, names, roots, width, opt, at)
				})
			}
		}
	}
}

func TestRandomGraphs(t *testing.T) {
	property := func(t *rapid.T) {
		m := graphtest.Draw(t, 40)
		width := rapid.SampledFrom(widths).Draw(t, "width")
		opt := Options{MaxScalar: rapid.SampledFrom([]int{0, -1}).Draw(t, "scalar")}
		var roots []graph.ID
		for _, id := range m.IDs {
			if rapid.Bool().Draw(t, "root") {
				roots = append(roots, id)
			}
		}
		names := []string{"x", "y", "v", "w", "A"}
		values := m.Values(t, graphtest.Numbers())
		more := rapid.SliceOfN(graphtest.Numbers(), 5, 5).Draw(t, "more")
		agree(t, m.Graph, names, roots, width, opt, func(input, element, lane int) float64 {
			if lane == 0 {
				return values[names[input]][element]
			}
			return more[(input+element+lane)%len(more)]
		})
	}
	for range 10 { // rare combinations matter
		rapid.Check(t, property)
	}
}

func TestNoAllocations(t *testing.T) {
	for _, width := range widths {
		l := valleyDescent(t).loop(t, width, 1, 1)
		if n := testing.AllocsPerRun(10, l.State.Run); n != 0 {
			t.Errorf("width %d: Run allocates %g times", width, n)
		}
		short := testing.AllocsPerRun(5, func() { l.Run(context.Background(), 0, 1, 1) })
		long := testing.AllocsPerRun(5, func() { l.Run(context.Background(), 0, 100, 1) })
		if short != long {
			t.Errorf("width %d: 1 step allocates %g times, 100 steps %g times", width, short, long)
		}
	}
}

// TestLanesAndWorkers runs different starts in lanes, in one block and in
// several, by one worker and by three, and each alone.
func TestLanesAndWorkers(t *testing.T) {
	const steps, width = 40, 300
	d := valleyDescent(t)
	run := func(width, workers int, start func(lane int) float64) *Loop {
		l := d.loop(t, width, steps, workers)
		for i := range width {
			l.State.Input(0)[i], l.State.Input(1)[i] = start(i), 3
		}
		if err := l.Run(context.Background(), 0, steps, workers); err != nil {
			t.Fatal(err)
		}
		return l
	}
	start := func(lane int) float64 { return -20 + 0.1*float64(lane) }
	one, three := run(width, 1, start), run(width, 3, start)
	for lane := 0; lane < width; lane += 23 {
		alone := run(1, 1, func(int) float64 { return start(lane) })
		for k := range steps {
			for r := range 2 {
				a, b, c := alone.Recorders[r].Dst[k], one.Recorders[r].Dst[k*width+lane], three.Recorders[r].Dst[k*width+lane]
				if a != b || a != c {
					t.Fatalf("lane %d, step %d, series %d: %g alone, %g in lanes, %g by three workers", lane, k, r, a, b, c)
				}
			}
		}
	}
}
