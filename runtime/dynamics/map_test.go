package dynamics

import (
	"math"
	"math/cmplx"
	"testing"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// quadratic is c x^2 / 2.
func quadratic(c float64) *plan.Objective {
	return objective(scalars("x"), func(m maths) graph.ID {
		x := m.in("x")
		return m.mul(m.Const(c/2), m.mul(x, x))
	})
}

// jacobian evaluates the derivative of the map in its state, row by row.
func jacobian(t *testing.T, m *Map, at map[string]float64) []float64 {
	t.Helper()
	var in, out []graph.ID
	for _, c := range m.State {
		in, out = append(in, c.In), append(out, c.Out)
	}
	j, err := m.Graph.Jacobian(out, in)
	if err != nil {
		t.Fatal(err)
	}
	a, err := array.Eval(m.Graph, j, func(name string) (*array.Array, error) { return array.Scalar(at[name]), nil })
	if err != nil {
		t.Fatal(err)
	}
	return a.Data
}

// spectralRadius is the largest modulus of the eigenvalues of a matrix with one
// or two rows, and whether the eigenvalue of that modulus is real.
func spectralRadius(a []float64) (radius float64, isReal bool) {
	if len(a) == 1 {
		return math.Abs(a[0]), true
	}
	trace, det := a[0]+a[3], a[0]*a[3]-a[1]*a[2]
	root := cmplx.Sqrt(complex(trace*trace-4*det, 0))
	r1, r2 := (complex(trace, 0)+root)/2, (complex(trace, 0)-root)/2
	return max(cmplx.Abs(r1), cmplx.Abs(r2)), imag(root) == 0
}

// The bound that an optimizer states is where its linear map on a quadratic
// gains an eigenvalue of modulus 1: checked on the Jacobian of the map itself.
func TestStabilityIsTheSpectralRadius(t *testing.T) {
	for _, c := range []struct {
		kind             string
		eta, beta, decay float64
		bound            float64
	}{
		{"gd", 0.1, 0, 0, 20},
		{"gd", 3, 0, 0, 2.0 / 3},
		{"gd", 0.1, 0, 0.5, 19.5},
		{"momentum", 0.1, 0.9, 0, 38},
		{"momentum", 0.5, 0.3, 0.25, 2*1.3/0.5 - 0.25},
		{"nesterov", 0.1, 0.9, 0, 3.8 / (2.8 * 0.1)},
		{"nesterov", 2, 0.5, 0, 0.75},
		{"nesterov", 2, 0.5, 0.1, 0.65},
	} {
		run := newRun(quadratic(1), c.kind, number(c.eta), 1, 1)
		run.Optimizer.Momentum = number(c.beta)
		if c.decay != 0 {
			run.Optimizer.WeightDecay = number(c.decay)
		}
		m, err := NewMap(run, nil)
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
		for _, f := range []float64{0.01, 0.5, 0.9, 0.999, 1, 1.001, 1.5} {
			run.Objective = quadratic(c.bound * f)
			if m, err = NewMap(run, nil); err != nil {
				t.Fatal(err)
			}
			radius, isReal := spectralRadius(jacobian(t, m, map[string]float64{"x": 0.3, "velocity x": 0.1}))
			switch {
			case f < 1 && !(radius < 1), f > 1 && !(radius > 1 && isReal), f == 1 && math.Abs(radius-1) > 1e-12:
				t.Errorf("%+v at %v of the bound: spectral radius %v", c, f, radius)
			}
		}
	}
}

// The updates in PyTorch's form, written out, on a quartic in two parameters
// with every setting on.
func TestUpdatesAreThoseWrittenOut(t *testing.T) {
	quartic := objective([]plan.Param{{Name: "w", Type: graph.Of(2)}, {Name: "b", Type: graph.Number}}, func(m maths) graph.ID {
		w, b := m.Input("w", graph.Of(2)), m.in("b")
		sq := m.mul(w, w)
		return m.add(m.op(graph.Sum, m.mul(sq, sq)), m.mul(b, m.mul(b, m.op(graph.Sum, w))))
	})
	gradient := func(w0, w1, b float64) [3]float64 {
		return [3]float64{4*w0*w0*w0 + b*b, 4*w1*w1*w1 + b*b, 2 * b * (w0 + w1)}
	}
	for _, kind := range []string{"gd", "momentum", "nesterov"} {
		run := newRun(quartic, kind, piecewise([]float64{0.05, 0.02}, []float64{7}), 20)
		run.Start = []plan.Start{
			{Param: "w", Value: lawOf(func(m maths) graph.ID { return m.ConstArray(graph.Of(2), []float64{1, -2}) })},
			{Param: "b", Value: number(0.5)},
		}
		run.Optimizer.Momentum = number(0.8)
		run.Optimizer.WeightDecay = number(0.3)
		run.Optimizer.Clip = number(3)
		tr := mustRun(t, run, Options{})

		x, v := [3]float64{1, -2, 0.5}, [3]float64{}
		clipped, plain := false, false
		for k := range 21 {
			got := [3]float64{tr.Path["w"].Data[2*k], tr.Path["w"].Data[2*k+1], tr.Path["b"].Data[k]}
			for i := range x {
				if math.Abs(got[i]-x[i]) > 1e-12*(1+math.Abs(x[i])) {
					t.Fatalf("%s: state %d is %v, want %v", kind, k, got, x)
				}
			}
			g := gradient(x[0], x[1], x[2])
			norm := math.Sqrt(g[0]*g[0] + g[1]*g[1] + g[2]*g[2])
			if math.Abs(tr.GradNorm.Data[k]-norm) > 1e-12*norm {
				t.Fatalf("%s: grad_norm[%d] = %v, want %v", kind, k, tr.GradNorm.Data[k], norm)
			}
			eta := 0.05
			if k >= 7 {
				eta = 0.02
			}
			scale := 1.0
			if norm > 3 {
				scale = 3 / norm
				clipped = true
			} else {
				plain = true
			}
			for i := range x {
				d := scale*g[i] + 0.3*x[i]
				switch kind {
				case "momentum":
					v[i] = 0.8*v[i] + d
					d = v[i]
				case "nesterov":
					v[i] = 0.8*v[i] + d
					d += 0.8 * v[i]
				}
				x[i] -= eta * d
			}
		}
		if !clipped || !plain {
			t.Errorf("%s: the clip was always or never active", kind)
		}
	}
}

// On a quadratic each optimizer is a linear recursion: after k steps the state
// is the matrix's k-th power times the start.
func TestQuadraticIsALinearRecursion(t *testing.T) {
	const c, eta, beta = 1.7, 0.3, 0.6
	for kind, a := range map[string][4]float64{
		"gd":       {1 - eta*c, 0, 0, 0},
		"momentum": {1 - eta*c, -eta * beta, c, beta},
		"nesterov": {1 - eta*c*(1+beta), -eta * beta * beta, c, beta},
	} {
		run := newRun(quadratic(c), kind, number(eta), 60, 2)
		run.Optimizer.Momentum = number(beta)
		tr := mustRun(t, run, Options{})
		x, v := 2.0, 0.0
		for k, got := range tr.Path["x"].Data {
			if math.Abs(got-x) > 1e-13 {
				t.Fatalf("%s: x[%d] = %v, want %v", kind, k, got, x)
			}
			if want := c / 2 * x * x; math.Abs(tr.Loss.Data[k]-want) > 1e-13 {
				t.Fatalf("%s: loss[%d] = %v, want %v", kind, k, tr.Loss.Data[k], want)
			}
			x, v = a[0]*x+a[1]*v, a[2]*x+a[3]*v
		}
	}
}

// The multiplier of the symmetric two-cycle is (1 - eta f”(x))^2, here from the
// Jacobian of the map applied twice.
func TestIterateHasTheMultipliersOfTheCycle(t *testing.T) {
	const eta, x = 5, 4.046970313161707
	run := newRun(objectiveF1(), "gd", number(eta), 1, 1)
	m, err := NewMap(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	twice := m.Iterate(2)
	j, err := m.Graph.Jacobian(append(twice, m.Iterate(1)...), []graph.ID{m.State[0].In})
	if err != nil {
		t.Fatal(err)
	}
	at := func(root graph.ID, v float64) []float64 {
		a, err := array.Eval(m.Graph, root, func(string) (*array.Array, error) { return array.Scalar(v), nil })
		if err != nil {
			t.Fatal(err)
		}
		return a.Data
	}
	if got := at(twice[0], x)[0]; math.Abs(got-x) > 1e-13 {
		t.Errorf("the cycle returns to %v", got)
	}
	one := 1 - eta/(1+x)
	if got := at(j, x); math.Abs(got[0]-one*one) > 1e-13 || math.Abs(got[1]-one) > 1e-13 {
		t.Errorf("multipliers %v, want %v and %v", got, one*one, one)
	}

	run = newRun(twoValleys(), "momentum", piecewise([]float64{2, 1}, []float64{1}), 1, 1, 1)
	run.Optimizer.Momentum = number(0.3)
	if m, err = NewMap(run, nil); err != nil {
		t.Fatal(err)
	}
	// Iterating is what a run does, the time included.
	run.Steps = 3
	tr := mustRun(t, run, Options{})
	after := m.Iterate(3)
	for i, name := range []string{"x1", "x2"} {
		a, err := array.Eval(m.Graph, after[i], func(input string) (*array.Array, error) {
			return array.Scalar(map[string]float64{"x1": 1, "x2": 1}[input]), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := a.Data[0], tr.Path[name].Data[3]; math.Abs(got-want) > 1e-14*math.Abs(want) {
			t.Errorf("%s after 3 steps: %v, the run has %v", name, got, want)
		}
	}
}
