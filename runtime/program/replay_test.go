package program

import (
	"context"
	"math"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/graph"
)

func TestExplain(t *testing.T) {
	b := builder{t, graph.New()}
	g := b.g
	x, y := g.Input("x", graph.Number), g.Input("y", graph.Number)
	span := func(line int) diag.Span {
		return diag.Span{File: "a.hcl", Start: diag.Pos{Line: line, Column: 1, Byte: line}}
	}
	outer := g.AddSite(graph.Site{Span: span(1), Name: "h"})
	call := g.AddSite(graph.Site{Span: span(2), Name: "f", Call: outer})
	g.SetOrigin(g.AddSite(graph.Site{Span: span(3), Call: call}))
	bad := b.op(graph.Log, x)
	g.SetOrigin(0)
	safe := b.op(graph.Select, b.op(graph.Gt, x, b.c(0)), bad, b.c(0))
	sum := b.op(graph.Add, b.op(graph.Mul, bad, b.c(2)), safe)
	ratio := b.op(graph.Div, y, b.op(graph.Sub, x, b.c(-1)))
	v := b.op(graph.Sqrt, b.op(graph.Stack, y, x))
	p, err := Compile(g, []string{"x", "y"}, []graph.ID{safe, sum, ratio, v}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	explain := func(x, y float64, outputs ...int) *NonFinite {
		s := NewState(p, 3)
		s.Input(0)[1], s.Input(1)[1] = x, y
		n, err := s.Explain(1, outputs...)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := explain(-1, 2, 0); n != nil {
		t.Errorf("a branch not taken is blamed: %+v", n)
	}
	n := explain(-1, 2, 0, 1)
	if n == nil || n.Node != bad || n.Output != 1 || n.Operands[0] != -1 || !math.IsNaN(n.Value) {
		t.Fatalf("log(-1) is not blamed: %+v", n)
	}
	d := n.Diagnostic(12)
	if d.Code != "RL0501" || d.Summary != "log(-1) is NaN at step 12" || d.Span != span(3) {
		t.Errorf("diagnostic: %+v", d)
	}
	if len(d.Related) != 2 || d.Related[0].Span != span(2) || !strings.Contains(d.Related[1].Message, `"h"`) {
		t.Errorf("calls: %+v", d.Related)
	}
	if len(d.Values) != 2 || d.Values[0] != (diag.Value{Name: "x", Text: "-1"}) {
		t.Errorf("values: %+v", d.Values)
	}
	if d := explain(-1, -2, 2).Diagnostic(-1); d.Summary != "-2 / 0 is infinite" {
		t.Errorf("summary: %s", d.Summary)
	}
	if n := explain(-4, 2, 3); n.Element != 1 || n.Operands[0] != -4 {
		t.Errorf("the second element is not blamed: %+v", n)
	}
	if d := explain(math.Inf(1), 2).Diagnostic(0); d.Summary != "x is infinite at step 0" {
		t.Errorf("summary: %s", d.Summary)
	}
	if n := explain(1, 1); n != nil {
		t.Errorf("all is finite, but %+v", n)
	}
}

// A NaN that was folded into a constant is blamed on the constant, which keeps
// the place of its operation, and not on the choice or sum that it passes
// through. An infinite constant that is an operand is no fault.
func TestExplainConstants(t *testing.T) {
	b := builder{t, graph.New()}
	g := b.g
	x := g.Input("x", graph.Number)
	line := diag.Span{File: "a.hcl", Start: diag.Pos{Line: 7}}
	g.SetOrigin(g.AddSite(graph.Site{Span: line}))
	bad := b.op(graph.Log, b.c(-1))
	g.SetOrigin(0)
	choice := b.op(graph.Select, b.op(graph.Gt, x, b.c(0)), bad, b.c(2))
	sum := b.op(graph.Add, x, b.op(graph.Mul, bad, x))
	product := b.op(graph.Mul, x, b.c(math.Inf(1)))
	p, err := Compile(g, []string{"x"}, []graph.ID{choice, sum, product}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		x      float64
		output int
		want   string
		place  diag.Span
	}{
		{1, 0, "a constant expression is NaN at step 3", line},
		{1, 1, "a constant expression is NaN at step 3", line},
		{0, 2, "0 * +Inf is NaN at step 3", diag.Span{}},
	} {
		n, err := Explain(p, [][]float64{{c.x}}, c.output)
		if err != nil || n == nil {
			t.Fatalf("output %d: %v %v", c.output, n, err)
		}
		if d := n.Diagnostic(3); d.Summary != c.want || d.Span != c.place {
			t.Errorf("output %d: %s at %v", c.output, d.Summary, d.Span)
		}
	}
	if n, _ := Explain(p, [][]float64{{-1}}, 0); n != nil {
		t.Errorf("a branch not taken is blamed: %+v", n)
	}
}

// quadratic is gradient descent on x^2 with rate eta, which is an input, that
// stops where |x| < 1.
func quadratic(t *testing.T, width int) *Loop {
	b := builder{t, graph.New()}
	x, eta, k := b.g.Input("x", graph.Number), b.g.Input("eta", graph.Number), b.g.Input("t", graph.Number)
	loss := b.op(graph.Mul, x, x)
	grad, err := b.g.Gradient(loss, []graph.ID{x})
	if err != nil {
		t.Fatal(err)
	}
	next := b.op(graph.Sub, x, b.op(graph.Mul, eta, grad[0]))
	stop := b.op(graph.Lt, b.op(graph.Abs, x), b.c(1))
	p, err := Compile(b.g, []string{"x", "eta", "t"}, []graph.ID{loss, next, stop, x, k}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &Loop{State: NewState(p, width), Feedback: []Feedback{{Output: 1, Input: 0}}, T: 2, Stop: 2, Finite: []int{0}}
}

func TestEndings(t *testing.T) {
	const steps = 2000
	for _, width := range []int{1, 3, 300} {
		for lane := range min(width, 3) {
			l := quadratic(t, width)
			path, times := make([]float64, (steps/2+1)*width), make([]float64, (steps+1)*width)
			for i := range path {
				path[i] = -1
			}
			for i := range times {
				times[i] = -1
			}
			l.Recorders = []Recorder{{Output: 3, Every: 2, Dst: path}, {Output: 4, Every: 1, First: 5, Dst: times}}
			for i := range width {
				l.State.Input(0)[i] = 100
				l.State.Input(1)[i] = []float64{0.25, 2, 1}[(i+lane)%3] // halves; times -3; changes sign
			}
			if err := l.Run(context.Background(), 0, steps, 2); err != nil {
				t.Fatal(err)
			}
			if err := l.Observe(context.Background(), steps, 2); err != nil {
				t.Fatal(err)
			}
			for i := range width {
				x, end, in := l.State.Output(3)[i], l.Lane(i), l.State.Input(0)[i]
				if x != in {
					t.Errorf("lane %d: the output %g belongs to another step than the input %g", i, x, in)
				}
				last := end.Step
				switch (i + lane) % 3 {
				case 0:
					if end.Ending != Stopped || end.Step != 7 || x != 100.0/128 {
						t.Errorf("lane %d: %+v at %g", i, end, x)
					}
				case 1: // 9^k 1e4 passes the largest number at k = 319
					if end.Ending != NonFiniteEnding || end.Step != 319 || !math.IsInf(x*x, 1) || math.IsInf(x, 0) {
						t.Errorf("lane %d: %+v at %g", i, end, x)
					}
					if n, err := l.State.Explain(i, 0); err != nil || n == nil || n.Diagnostic(end.Step).Values[2].Text != "319" {
						t.Errorf("lane %d: %+v, %v", i, n, err)
					}
				case 2:
					if end.Ending != Going || end.Step != steps || x != 100 {
						t.Errorf("lane %d: %+v at %g", i, end, x)
					}
				}
				for k := 0; k <= steps; k += 2 {
					if v := path[k/2*width+i]; (v == -1) != (k > last) {
						t.Fatalf("lane %d ended at %d, and step %d has %g", i, last, k, v)
					}
				}
				for k := 5; k <= steps; k++ {
					if v := times[(k-5)*width+i]; k <= last && v != float64(k) || k > last && v != -1 {
						t.Fatalf("lane %d ended at %d, and t[%d] is %g", i, last, k, v)
					}
				}
			}
		}
	}
}

func TestCancel(t *testing.T) {
	for _, width := range []int{1, 600} {
		l := quadratic(t, width)
		for i := range width {
			l.State.Input(0)[i], l.State.Input(1)[i] = 100, 1
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := l.Run(ctx, 0, 1<<40, 2); err == nil {
			t.Error("a cancelled run gives no error")
		}
		if l.Lane(0).Step != 0 {
			t.Errorf("step %d", l.Lane(0).Step)
		}
	}
}

func TestSwappedFeedback(t *testing.T) {
	for _, width := range []int{1, 20} {
		g := graph.New()
		x, y := g.Input("x", graph.Of(2)), g.Input("y", graph.Of(2))
		p, err := Compile(g, []string{"x", "y"}, []graph.ID{y, x}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		l := &Loop{State: NewState(p, width), Feedback: []Feedback{{0, 0}, {1, 1}}, T: -1, Stop: -1}
		for i := range 2 * width {
			l.State.Input(0)[i], l.State.Input(1)[i] = float64(i), float64(-i-1)
		}
		if err := l.Run(context.Background(), 0, 3, 1); err != nil {
			t.Fatal(err)
		}
		for i := range 2 * width {
			if l.State.Input(0)[i] != float64(-i-1) || l.State.Input(1)[i] != float64(i) {
				t.Fatalf("width %d: %v %v", width, l.State.Input(0), l.State.Input(1))
			}
		}
	}
}
