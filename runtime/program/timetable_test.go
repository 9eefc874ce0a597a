package program

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"relief/runtime/graph"
)

// scheduled is descent on a growth and a fourth power under a rate that depends on
// the time and that makes some lanes diverge; others stop.
func scheduled(t *testing.T, width, maxScalar int, apart bool) *Loop {
	b := builder{t, graph.New()}
	x, eta, k := b.g.Input("x", graph.Number), b.g.Input("eta", graph.Number), b.g.Input("t", graph.Number)
	square := b.op(graph.Mul, x, x)
	loss := b.op(graph.Add, b.growth(x), b.op(graph.Mul, b.c(1e-3), b.op(graph.Mul, square, square)))
	grad, err := b.g.Gradient(loss, []graph.ID{x})
	if err != nil {
		t.Fatal(err)
	}
	decay := b.op(graph.Select, b.op(graph.Lt, k, b.c(150)), b.c(1), b.op(graph.Exp, b.op(graph.Mul, k, b.c(-0.002))))
	rate := b.op(graph.Mul, eta, decay)
	next := b.op(graph.Sub, x, b.op(graph.Mul, rate, grad[0]))
	stop := b.op(graph.Lt, b.op(graph.Abs, x), b.op(graph.Div, b.c(1e-3), b.op(graph.Add, k, b.c(1))))
	seen := b.op(graph.Stack, b.op(graph.Norm, grad[0]), b.op(graph.Add, rate, k))
	opt := Options{MaxScalar: maxScalar}
	if apart {
		opt.Time, opt.Observed = "t", []int{3, 4, 5, 6}
	}
	p, err := Compile(b.g, []string{"x", "eta", "t"}, []graph.ID{loss, next, stop, seen, decay, k, x}, opt)
	if err != nil {
		t.Fatal(err)
	}
	l := &Loop{State: NewState(p, width), Feedback: []Feedback{{Output: 1, Input: 0}}, T: 2, Stop: 2, Finite: []int{0}}
	for i := range width {
		l.State.Input(0)[i] = 3 + 0.01*float64(i)
		l.State.Input(1)[i] = []float64{0.1, 0.7, 1e3, 1e-3}[(i+1)%4]
	}
	for i, every := range []int{0, 3, 7, 1, 4, 5, 3} {
		if every == 0 {
			continue
		}
		dst := make([]float64, p.Outputs()[i].Type.Size()*width*(900/every+1))
		fill(dst, -1)
		l.Recorders = append(l.Recorders, Recorder{Output: i, Every: every, First: i, Dst: dst})
	}
	return l
}

// What is computed ahead and what is left out between recorded steps changes
// nothing that is recorded, and nothing of how lanes end.
func TestPartsOfTheCodeChangeNothing(t *testing.T) {
	endings := map[Ending]int{}
	for _, width := range []int{1, 2, 5, 300} {
		for _, maxScalar := range []int{0, -1} {
			for _, every := range []bool{false, true} { // all outputs recorded at every step, or rarely
				t.Run(fmt.Sprint(width, maxScalar, every), func(t *testing.T) {
					run := func(apart bool) *Loop {
						l := scheduled(t, width, maxScalar, apart)
						if !every {
							l.Recorders = slices.DeleteFunc(l.Recorders, func(r Recorder) bool { return r.Every < 4 })
						}
						for _, cut := range [][2]int{{0, 1}, {1, 333}, {333, 400}, {400, 800}} {
							if err := l.Run(context.Background(), cut[0], cut[1], 2); err != nil {
								t.Fatal(err)
							}
						}
						if err := l.Observe(context.Background(), 800, 2); err != nil {
							t.Fatal(err)
						}
						return l
					}
					plain, apart := run(false), run(true)
					same := func(what string, a, b []float64) {
						t.Helper()
						if !slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }) {
							t.Errorf("%s: %v, in parts %v", what, a[:min(len(a), 8)], b[:min(len(b), 8)])
						}
					}
					for i := range plain.Recorders {
						same(fmt.Sprint("record of output ", plain.Recorders[i].Output), plain.Recorders[i].Dst, apart.Recorders[i].Dst)
					}
					for i := range plain.State.in {
						same(fmt.Sprint("input ", i), plain.State.in[i], apart.State.in[i])
					}
					for i := range plain.State.out {
						same(fmt.Sprint("output ", i), plain.State.out[i], apart.State.out[i])
					}
					for i := range width {
						if plain.Lane(i) != apart.Lane(i) {
							t.Errorf("lane %d: %+v, in parts %+v", i, plain.Lane(i), apart.Lane(i))
						}
						endings[apart.Lane(i).Ending]++
					}
				})
			}
		}
	}
	if endings[Going] == 0 || endings[Stopped] == 0 || endings[NonFiniteEnding] == 0 {
		t.Errorf("the lanes end in too few ways to test: %v", endings)
	}
}

func TestPartsOfTheCode(t *testing.T) {
	p := scheduled(t, 1, 0, true).State.p
	for _, c := range []code{p.wide, p.one} {
		if c.uniform < 3 || c.lean <= c.uniform || c.lean >= len(c.list) || len(c.given) == 0 {
			t.Errorf("%d of %d instructions are the time's, %d are needed by each step, %d registers are given", c.uniform, len(c.list), c.lean, len(c.given))
		}
	}
	if len(p.times.list) != p.wide.uniform {
		t.Errorf("%d instructions of the time, %d to compute them ahead", p.wide.uniform, len(p.times.list))
	}
	l := scheduled(t, 1, 0, true)
	l.Finite = append(l.Finite, 3)
	if l.Run(context.Background(), 0, 1, 1) == nil {
		t.Error("an output that is only observed ends lanes")
	}
}
