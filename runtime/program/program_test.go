package program

import (
	"context"
	"math"
	"strings"
	"testing"

	"relief/runtime/graph"
)

func must(t testing.TB) func(graph.ID, error) graph.ID {
	return func(id graph.ID, err error) graph.ID {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
}

// descent is gradient descent on an objective of scalars: the inputs are the
// parameters and t, the outputs loss, gradient norm and the next parameters.
type descent struct {
	g       *graph.Graph
	inputs  []string
	outputs []graph.ID
}

type builder struct {
	t testing.TB
	g *graph.Graph
}

func (b builder) op(op graph.Op, args ...graph.ID) graph.ID { return must(b.t)(b.g.Apply(op, args...)) }
func (b builder) c(v float64) graph.ID                      { return b.g.Const(v) }

// growth is (1 + |x|) log(1 + |x|) - |x|.
func (b builder) growth(x graph.ID) graph.ID {
	a := b.op(graph.Abs, x)
	return b.op(graph.Sub, b.op(graph.Mul, b.op(graph.Add, b.c(1), a), b.op(graph.Log1p, a)), a)
}

func (b builder) valley(x, y graph.ID) graph.ID {
	flat := b.op(graph.Add, b.c(1), b.op(graph.Mul, b.c(0.001), b.op(graph.Mul, x, x)))
	return b.growth(b.op(graph.Mul, flat, y))
}

func (b builder) twoValleys(x, y graph.ID) graph.ID {
	z := b.valley(y, b.op(graph.Mul, b.c(10), x))
	return b.op(graph.Add, b.valley(x, y), b.op(graph.Mul, b.c(0.25), b.op(graph.Div, z, b.op(graph.Add, b.c(1), z))))
}

func (b builder) descent(loss graph.ID, names []string, rate float64) descent {
	params := make([]graph.ID, len(names))
	for i, n := range names {
		params[i], _ = b.g.Lookup(n)
	}
	grad, err := b.g.Gradient(loss, params)
	if err != nil {
		b.t.Fatal(err)
	}
	norm := b.op(graph.Norm, b.op(graph.Stack, grad...))
	out := []graph.ID{loss, norm}
	for i, p := range params {
		out = append(out, b.op(graph.Sub, p, b.op(graph.Mul, b.c(rate), grad[i])))
	}
	return descent{b.g, names, out}
}

func growthDescent(t testing.TB) descent {
	b := builder{t, graph.New()}
	return b.descent(b.growth(b.g.Input("x", graph.Number)), []string{"x"}, 5)
}

func valleyDescent(t testing.TB) descent {
	b := builder{t, graph.New()}
	x, y := b.g.Input("x1", graph.Number), b.g.Input("x2", graph.Number)
	return b.descent(b.twoValleys(x, y), []string{"x1", "x2"}, 2.5)
}

func (d descent) loop(t testing.TB, width, steps, workers int) *Loop {
	p, err := Compile(d.g, d.inputs, d.outputs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := &Loop{State: NewState(p, width), T: -1, Stop: -1, Finite: []int{0}}
	for i := range d.inputs {
		l.Feedback = append(l.Feedback, Feedback{Output: 2 + i, Input: i})
	}
	for i := range 2 {
		l.Recorders = append(l.Recorders, Recorder{Output: i, Every: 1, Dst: make([]float64, width*steps)})
	}
	return l
}

func TestGrowthTwoCycle(t *testing.T) {
	l := growthDescent(t).loop(t, 1, 200, 1)
	l.State.Input(0)[0] = -5
	if err := l.Run(context.Background(), 0, 200, 1); err != nil {
		t.Fatal(err)
	}
	if x := math.Abs(l.State.Input(0)[0]); math.Abs(x-4.046970313161707) > 1e-12 {
		t.Errorf("|x| = %.17g", x)
	}
}

func TestTwoValleysReach(t *testing.T) {
	l := valleyDescent(t).loop(t, 1, 750, 1)
	l.State.Input(0)[0], l.State.Input(1)[0] = -20, 3
	for k := range 750 {
		if l.State.Input(0)[0] > -4 {
			if k != 466 {
				t.Errorf("x1 first exceeds -4 at %d", k)
			}
			return
		}
		if err := l.Run(context.Background(), k, k+1, 1); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("x1 never exceeds -4")
}

// TestWhatDoesNotCompile: each reason is said.
func TestWhatDoesNotCompile(t *testing.T) {
	g := graph.New()
	x, s := g.Input("x", graph.Of(2, 3)), g.Input("s", graph.Number.AsSeries())
	op := builder{t, g}.op
	for _, c := range []struct {
		inputs []string
		root   graph.ID
		want   string
	}{
		{[]string{"x"}, op(graph.SumRows, x), "sum_rows acts on batches"},
		{[]string{"s"}, op(graph.Neg, s), "which only results have"},
		{nil, op(graph.Neg, x), `input "x" is needed`},
		{[]string{"x", "z"}, x, `no input "z"`},
	} {
		if _, err := Compile(g, c.inputs, []graph.ID{c.root}, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func benchmark(b *testing.B, d descent, width int, start []float64) {
	const steps = 1000
	l := d.loop(b, width, steps, 1)
	p, q := l.State.p.Size()
	b.Logf("%d registers, %d instructions", p, q)
	for b.Loop() {
		for i, v := range start {
			fill(l.State.Input(i), v)
		}
		if err := l.Run(context.Background(), 0, steps, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*steps*width), "ns/lane-step")
}

func BenchmarkGrowth1(b *testing.B)       { benchmark(b, growthDescent(b), 1, []float64{-5}) }
func BenchmarkGrowth256(b *testing.B)     { benchmark(b, growthDescent(b), 256, []float64{-5}) }
func BenchmarkGrowth4096(b *testing.B)    { benchmark(b, growthDescent(b), 4096, []float64{-5}) }
func BenchmarkTwoValleys1(b *testing.B)   { benchmark(b, valleyDescent(b), 1, []float64{-20, 3}) }
func BenchmarkTwoValleys256(b *testing.B) { benchmark(b, valleyDescent(b), 256, []float64{-20, 3}) }
func BenchmarkTwoValleys4096(b *testing.B) {
	benchmark(b, valleyDescent(b), 4096, []float64{-20, 3})
}
