package dynamics

import (
	"fmt"
	"math"
	"testing"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// quartic is w0^4 + w1^4 + b^2 (w0 + w1), and quarticGradient its gradient.
func quartic() *plan.Objective {
	return objective([]plan.Param{{Name: "w", Type: graph.Of(2)}, {Name: "b", Type: graph.Number}}, func(m maths) graph.ID {
		w, b := m.Input("w", graph.Of(2)), m.in("b")
		sq := m.mul(w, w)
		return m.add(m.op(graph.Sum, m.mul(sq, sq)), m.mul(b, m.mul(b, m.op(graph.Sum, w))))
	})
}

func quarticGradient(x [3]float64) [3]float64 {
	w0, w1, b := x[0], x[1], x[2]
	return [3]float64{4*w0*w0*w0 + b*b, 4*w1*w1*w1 + b*b, 2 * b * (w0 + w1)}
}

// onQuartic is a run on it from (1, -2), 0.5.
func onQuartic(o *plan.Optimizer, steps int) *plan.Run {
	run := newRun(quartic(), "", nil, steps)
	run.Optimizer = o
	run.Start = []plan.Start{
		{Param: "w", Value: vector(1, -2)},
		{Param: "b", Value: number(0.5)},
	}
	return run
}

func vector(v ...float64) *plan.Expr {
	return lawOf(func(m maths) graph.ID { return m.ConstArray(graph.Of(len(v)), v) })
}

func length(v [3]float64) float64 { return math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2]) }

// follows holds the states of a run on the quartic to a recursion.
func follows(t *testing.T, name string, tr *Trajectory, next func(k int, x [3]float64) [3]float64) {
	t.Helper()
	x := [3]float64{1, -2, 0.5}
	for k := range tr.Path["b"].Data {
		got := [3]float64{tr.Path["w"].Data[2*k], tr.Path["w"].Data[2*k+1], tr.Path["b"].Data[k]}
		for i := range x {
			if !(math.Abs(got[i]-x[i]) <= 1e-11*(1+math.Abs(x[i]))) {
				t.Fatalf("%s: state %d is %v, want %v", name, k, got, x)
			}
		}
		x = next(k, x)
	}
}

// clipped is g scaled down to a length.
func clipped(g [3]float64, clip float64) [3]float64 {
	if n := length(g); n > clip {
		for i := range g {
			g[i] *= clip / n
		}
	}
	return g
}

// The recursions of torch.optim.AdamW, torch.optim.Adagrad and of sam, written
// out.
func TestNewUpdatesAreThoseWrittenOut(t *testing.T) {
	const eta, decay, clip, beta1, beta2, epsilon, radius = 0.03, 0.4, 3, 0.8, 0.95, 1e-3, 0.2
	options := func(kind string) *plan.Optimizer {
		return &plan.Optimizer{
			Kind: kind, LearningRate: number(eta), WeightDecay: number(decay), Clip: number(clip),
			Beta1: number(beta1), Beta2: number(beta2), Epsilon: number(epsilon), Radius: number(radius),
		}
	}
	var m, v, s [3]float64
	for kind, next := range map[string]func(k int, x [3]float64) [3]float64{
		"adamw": func(k int, x [3]float64) [3]float64 {
			g := clipped(quarticGradient(x), clip)
			n := float64(k + 1)
			for i := range x {
				x[i] *= 1 - eta*decay
				m[i] += (1 - beta1) * (g[i] - m[i])
				v[i] = beta2*v[i] + (1-beta2)*g[i]*g[i]
				x[i] -= eta / (1 - math.Pow(beta1, n)) * m[i] / (math.Sqrt(v[i])/math.Sqrt(1-math.Pow(beta2, n)) + epsilon)
			}
			return x
		},
		"adagrad": func(_ int, x [3]float64) [3]float64 {
			g := clipped(quarticGradient(x), clip)
			for i := range x {
				g[i] += decay * x[i]
				s[i] += g[i] * g[i]
				x[i] -= eta * g[i] / (math.Sqrt(s[i]) + epsilon)
			}
			return x
		},
		"sam": func(_ int, x [3]float64) [3]float64 {
			g, at := quarticGradient(x), x
			for i := range at {
				at[i] += radius * g[i] / length(g)
			}
			g = clipped(quarticGradient(at), clip)
			for i := range x {
				x[i] -= eta * (g[i] + decay*x[i])
			}
			return x
		},
	} {
		follows(t, kind, mustRun(t, onQuartic(options(kind), 60), Options{}), next)
	}
}

// Where the gradient is 0 there is no direction, and sam stays.
func TestSamWithoutAGradient(t *testing.T) {
	run := newRun(quadratic(2), "sam", number(0.1), 3, 0)
	run.Optimizer.Radius = number(0.3)
	tr := mustRun(t, run, Options{})
	if tr.Status != OK || tr.Final.Params["x"].Data[0] != 0 {
		t.Errorf("%s at %v", tr.Status, tr.Final.Params["x"].Data)
	}
	if tr.Stability.Data[0] != 0 {
		t.Errorf("the bound is %v", tr.Stability.Data[0])
	}
}

// The bounds of the adaptive optimizers on the preconditioned curvature are
// where the map has an eigenvalue of modulus 1, with its second moments held.
func TestStabilityOfAdaptiveMaps(t *testing.T) {
	const eta, beta1, second = 0.02, 0.7, 9.0 // the step is divided by 3
	for _, c := range []struct {
		kind   string
		decay  float64
		bound  float64
		buffer string
	}{
		{"adam", 0, 2 * 1.7 / (0.3 * eta), "second moment x"},
		{"adamw", 0, 2 * 1.7 / (0.3 * eta), "second moment x"},
		{"adamw", 4, (2 - eta*4) * 1.7 / (0.3 * eta), "second moment x"},
		{"rmsprop", 0, 2 / eta, "second moment x"},
		{"adagrad", 0, 2 / eta, "sum of squares x"},
	} {
		for _, f := range []float64{0.2, 0.99, 1, 1.01, 2} {
			run := newRun(quadratic(3*c.bound*f), c.kind, number(eta), 1, 1)
			run.Optimizer.Beta1, run.Optimizer.Beta2, run.Optimizer.Epsilon = number(beta1), number(1), number(0)
			if c.decay != 0 {
				run.Optimizer.WeightDecay = number(c.decay)
			}
			m, err := NewSteadyMap(run, nil)
			if err != nil {
				t.Fatal(err)
			}
			bound, err := array.Eval(m.Graph, m.Stability, func(string) (*array.Array, error) { return array.Scalar(0), nil })
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(bound.Data[0]-c.bound) > 1e-12*c.bound {
				t.Errorf("%+v: states %v", c, bound.Data[0])
			}
			a := jacobian(t, m, map[string]float64{c.buffer: second})
			switch n := len(m.State); n {
			case 2: // x and what is held
				a = a[:1]
			case 3:
				a = []float64{a[0], a[1], a[3], a[4]}
			}
			radius, isReal := spectralRadius(a)
			switch {
			case f < 1 && !(radius < 1), f > 1 && !(radius > 1 && isReal), f == 1 && math.Abs(radius-1) > 1e-9:
				t.Errorf("%+v at %v of the bound: spectral radius %v", c, f, radius)
			}
		}
	}
}

// A step is divided by what Preconditioner says of the state that it leads to.
func TestPreconditionerDividesTheStep(t *testing.T) {
	const eta, k = 0.05, 6
	for _, kind := range []string{"adam", "adamw", "rmsprop", "adagrad"} {
		run := newRun(objectiveF1(), kind, number(eta), 10, 3)
		run.Optimizer.Epsilon = number(1e-3)
		if kind != "adagrad" {
			run.Optimizer.Beta1, run.Optimizer.Beta2 = number(0), number(0.9)
		}
		tr := mustRun(t, run, Options{Keep: []int{k + 1}})
		d, err := Preconditioner(run, tr.Kept[k+1], k+1)
		if err != nil {
			t.Fatal(err)
		}
		x := tr.Path["x"].Data
		if got, want := x[k]-x[k+1], eta*math.Log(1+x[k])/d[0]; math.Abs(got-want) > 1e-14 {
			t.Errorf("%s: a step of %v, want %v", kind, got, want)
		}
	}
	run := newRun(objectiveF1(), "gd", number(eta), 1, 3)
	if _, err := Preconditioner(run, mustRun(t, run, Options{}).Final, 1); err == nil {
		t.Error("gradient descent has a preconditioner")
	}
}

// Below the bound that sam states at a state, the step along the curvature comes
// closer to the minimum, above it goes farther, and exactly at it comes to the
// other side. It depends on the state, and so changes from step to step.
func TestStabilityOfSam(t *testing.T) {
	const eta, radius, decay = 0.1, 0.5, 1.5
	c := lawOf(func(m maths) graph.ID { return m.in("x0") })
	run := newRun(quadratic(10), "sam", number(eta), 12)
	run.Optimizer.Radius, run.Optimizer.WeightDecay = number(radius), number(decay)
	run.Start = []plan.Start{{Param: "x", Value: c}}
	run.Vary = []plan.Vary{{Names: []string{"x0"}, Values: [][]float64{linspace(0.01, 8, 60)}}}
	tr := mustRun(t, run, Options{})
	closer, farther := 0, 0
	for i := range 60 {
		for k := range 12 {
			x, next := tr.Path["x"].Data[k*60+i], tr.Path["x"].Data[(k+1)*60+i]
			switch bound := tr.Stability.Data[k*60+i]; {
			case bound > 10:
				closer++
				if math.Abs(next) >= math.Abs(x) {
					t.Fatalf("bound %v: from %v to %v", bound, x, next)
				}
			default:
				farther++
				if math.Abs(next) < math.Abs(x) {
					t.Fatalf("bound %v: from %v to %v", bound, x, next)
				}
			}
		}
	}
	if closer < 50 || farther < 50 {
		t.Errorf("%d come closer, %d go farther: too few to test", closer, farther)
	}
	// The cycle that the states end in: x = eta c (x + radius) / (2 - eta decay) for c = 10.
	want := eta * 10 * radius / (2 - eta*decay - eta*10)
	if got := math.Abs(tr.Path["x"].Data[12*60+30]); math.Abs(got-want) > 0.02*want {
		t.Errorf("the cycle is at %v, want %v", got, want)
	}
}

// The bound follows each change of the rate, for every optimizer; it is infinite
// for a flow, and NaN where nothing is known.
func TestStabilityFollowsTheSchedule(t *testing.T) {
	for _, c := range []struct {
		kind string
		edit func(*plan.Optimizer)
		at   func(eta float64) float64
	}{
		{"adamw", nil, func(eta float64) float64 { return 2 * 1.5 / (0.5 * eta) }},
		{"adagrad", nil, func(eta float64) float64 { return 2 / eta }},
		{"sgd", func(o *plan.Optimizer) { o.Noise = number(0.1) }, func(eta float64) float64 { return 2 / eta }},
		{"sde", nil, func(eta float64) float64 { return 2 / eta }},
		{"sde", func(o *plan.Optimizer) { o.Drift = number(-1) }, func(float64) float64 { return math.NaN() }},
		{"map", func(o *plan.Optimizer) {
			o.Threshold = lawOf(func(m maths) graph.ID { return m.op(graph.Div, m.Const(3), m.in("learning_rate")) })
		}, func(eta float64) float64 { return 3 / eta }},
		{"map", nil, func(float64) float64 { return math.NaN() }},
		{"sam", func(o *plan.Optimizer) { o.Radius = number(0) }, func(eta float64) float64 { return 2 / eta }},
	} {
		run := newRun(quadratic(1), c.kind, piecewise([]float64{0.2, 0.1}, []float64{3}), 6, 1)
		run.Optimizer.Beta1, run.Optimizer.Beta2, run.Optimizer.Epsilon, run.Optimizer.Radius = number(0.5), number(0.9), number(1e-8), number(0.1)
		if c.edit != nil {
			c.edit(run.Optimizer)
		}
		tr := mustRun(t, run, Options{})
		for k, got := range tr.Stability.Data {
			want := c.at(map[bool]float64{true: 0.2, false: 0.1}[k < 3])
			if fmt.Sprint(got) != fmt.Sprint(want) && !(math.Abs(got-want) < 1e-12*want) {
				t.Errorf("%s at step %d: %v, want %v", c.kind, k, got, want)
			}
		}
	}
}
