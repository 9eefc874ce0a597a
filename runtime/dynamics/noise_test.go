package dynamics

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/random"
)

const noiseSeed = 17

// ensemble gives a run lanes that differ in nothing but their noise.
func ensemble(run *plan.Run, lanes int) *plan.Run {
	run.Seed = noiseSeed
	run.Vary = []plan.Vary{{Names: []string{"lane"}, Values: [][]float64{linspace(0, 1, lanes)}}}
	return run
}

// normalsAt are the numbers of a step in a lane, as a run draws them.
func normalsAt(step, lane, n int) []float64 {
	s := random.New(noiseSeed, "drawn noise")
	out := make([]float64, n)
	for e := range out {
		s.Normals(out[e:e+1], uint64(step), uint64(e), uint64(lane))
	}
	return out
}

func matrix(rows, cols int, v ...float64) *plan.Expr {
	return lawOf(func(m maths) graph.ID { return m.ConstArray(graph.Of(rows, cols), v) })
}

// sgd with noise of each form is the recursion written out.
func TestNoiseOfSgdIsThatWrittenOut(t *testing.T) {
	const eta = 0.01
	columns := []float64{1, 0, 0.5, -1, 2, 0}
	covariance := [9]float64{2, 0.6, -0.2, 0.6, 1, 0.3, -0.2, 0.3, 0.5}
	l, err := cholesky(covariance[:], 3)
	if err != nil {
		t.Fatal(err)
	}
	mul := func(b []float64, m int, xi []float64) [3]float64 {
		var out [3]float64
		for i := range out {
			for j := range m {
				out[i] += b[i*m+j] * xi[j]
			}
		}
		return out
	}
	// The covariance C / (1 + b^2), which changes with the state and the time.
	shrink := func(k int, x [3]float64) float64 { return (1 + 0.1*float64(k)) / (1 + x[2]*x[2]) }
	for name, c := range map[string]struct {
		noise, covariance *plan.Expr
		m                 int
		at                func(k int, x [3]float64, xi []float64) [3]float64
	}{
		"number": {noise: number(0.3), m: 3, at: func(_ int, _ [3]float64, xi []float64) [3]float64 {
			return [3]float64{0.3 * xi[0], 0.3 * xi[1], 0.3 * xi[2]}
		}},
		"vector of the parameters": {noise: lawOf(func(m maths) graph.ID { return m.mul(m.Input("params", graph.Of(3)), m.in("b")) }), m: 3,
			at: func(_ int, x [3]float64, xi []float64) [3]float64 {
				return [3]float64{x[0] * x[2] * xi[0], x[1] * x[2] * xi[1], x[2] * x[2] * xi[2]}
			}},
		"matrix": {noise: matrix(3, 2, columns...), m: 2, at: func(_ int, _ [3]float64, xi []float64) [3]float64 { return mul(columns, 2, xi) }},
		"covariance": {covariance: matrix(3, 3, covariance[:]...), m: 3,
			at: func(_ int, _ [3]float64, xi []float64) [3]float64 { return mul(l, 3, xi) }},
		"covariance of the parameters": {covariance: lawOf(func(m maths) graph.ID {
			time := m.add(m.Const(1), m.mul(m.Const(0.1), m.in("t")))
			scale := m.op(graph.Div, time, m.add(m.Const(1), m.mul(m.in("b"), m.in("b"))))
			return m.mul(scale, m.ConstArray(graph.Of(3, 3), covariance[:]))
		}), m: 3, at: func(k int, x [3]float64, xi []float64) [3]float64 {
			out := mul(l, 3, xi)
			for i := range out {
				out[i] *= math.Sqrt(shrink(k, x))
			}
			return out
		}},
	} {
		run := onQuartic(&plan.Optimizer{Kind: "sgd", LearningRate: number(eta), Noise: c.noise, Covariance: c.covariance}, 40)
		run.Seed = noiseSeed
		follows(t, name, mustRun(t, run, Options{}), func(k int, x [3]float64) [3]float64 {
			g, noise := quarticGradient(x), c.at(k, x, normalsAt(k, 0, c.m))
			for i := range x {
				x[i] -= eta * (g[i] + noise[i])
			}
			return x
		})
	}
}

// Noise counts as a part of the gradient: it is clipped with it and enters the
// velocity.
func TestNoiseIsClipped(t *testing.T) {
	const eta, clip, beta = 0.02, 1.5, 0.7
	run := onQuartic(&plan.Optimizer{Kind: "sgd", LearningRate: number(eta), Momentum: number(beta), Noise: number(2), Clip: number(clip)}, 40)
	run.Seed = noiseSeed
	var v [3]float64
	follows(t, "clipped", mustRun(t, run, Options{}), func(k int, x [3]float64) [3]float64 {
		g, xi := quarticGradient(x), normalsAt(k, 0, 3)
		for i := range g {
			g[i] += 2 * xi[i]
		}
		g = clipped(g, clip)
		for i := range x {
			v[i] = beta*v[i] + g[i]
			x[i] -= eta * v[i]
		}
		return x
	})
}

// variance returns the mean and the variance of values.
func variance(x []float64) (mean, v float64) {
	for _, y := range x {
		mean += y / float64(len(x))
	}
	for _, y := range x {
		v += (y - mean) * (y - mean) / float64(len(x)-1)
	}
	return mean, v
}

// The stationary variance of gradient descent with noise sigma on a quadratic of
// curvature l is eta sigma^2 / (l (2 - eta l)); that of Euler and Maruyama's
// steps of length h of an Ornstein-Uhlenbeck process is sigma^2 / (l (2 - h l)),
// where that of the process is sigma^2 / (2 l).
func TestStationaryVariance(t *testing.T) {
	const lanes, l, eta, sigma, steps = 20000, 1.6, 0.5, 0.7, 40
	for kind, want := range map[string]float64{
		"sgd": eta * sigma * sigma / (l * (2 - eta*l)),
		"sde": sigma * sigma / (l * (2 - eta*l)),
	} {
		run := ensemble(newRun(quadratic(l), kind, number(eta), steps, 0), lanes)
		run.Every, run.RecordPath = steps, false
		run.Optimizer.Noise = number(sigma)
		mean, v := variance(mustRun(t, run, Options{Workers: 2}).Final.Params["x"].Data)
		if e := want * math.Sqrt(2.0/lanes); math.Abs(v-want) > 4*e {
			t.Errorf("%s: the variance is %v, want %v +- %v", kind, v, want, e)
		}
		if e := math.Sqrt(want / lanes); math.Abs(mean) > 4*e {
			t.Errorf("%s: the mean is %v +- %v", kind, mean, e)
		}
	}
}

// The covariance of the noise that a matrix makes is that matrix times its
// transpose: the stationary covariance on a round quadratic shows it.
func TestStationaryCovariance(t *testing.T) {
	const lanes, eta = 20000, 0.5
	round := objective([]plan.Param{{Name: "x", Type: graph.Of(2)}}, func(m maths) graph.ID {
		x := m.Input("x", graph.Of(2))
		return m.mul(m.Const(0.5), m.op(graph.Sum, m.mul(x, x)))
	})
	c := []float64{1, -0.8, -0.8, 2}
	run := ensemble(newRun(round, "sgd", number(eta), 40, 0), lanes)
	run.Every, run.RecordPath = 40, false
	run.Optimizer.Covariance = matrix(2, 2, c...)
	x := mustRun(t, run, Options{}).Final.Params["x"].Data
	for i := range 2 {
		for j := range 2 {
			got := 0.0
			for k := range lanes {
				got += x[2*k+i] * x[2*k+j] / lanes
			}
			scale := eta / (2 - eta)
			want := scale * c[2*i+j]
			if e := scale * math.Sqrt((c[3*i]*c[3*j]+c[2*i+j]*c[2*i+j])/lanes); math.Abs(got-want) > 4*e {
				t.Errorf("covariance of %d and %d is %v, want %v +- %v", i, j, got, want, e)
			}
		}
	}
}

// geometric is dX = a X dt + b X dW from 1, whose mean after k steps of length h
// is (1 + a h)^k.
func geometric(a, b, h float64, steps, lanes int) *plan.Run {
	run := ensemble(newRun(quadratic(1), "sde", number(h), steps, 1), lanes)
	run.Optimizer.Drift = lawOf(func(m maths) graph.ID { return m.mul(m.Const(a), m.in("x")) })
	run.Optimizer.Noise = lawOf(func(m maths) graph.ID { return m.mul(m.Const(b), m.in("x")) })
	run.Optimizer.Bias = true
	return run
}

// The bias is the difference of the means of steps 2h and h, within its
// standard error; it is the error of step h to first order, and its standard
// error is far below that of the mean, since the noise is the same.
func TestBiasOfSde(t *testing.T) {
	const a, b, h, steps, lanes = -1.0, 0.3, 0.05, 40, 4000
	tr := mustRun(t, geometric(a, b, h, steps, lanes), Options{Workers: 2})
	bias, e := tr.Bias["x"], tr.BiasError["x"]
	if len(bias.Steps) != steps/2+1 || bias.Steps[3] != 6 || bias.Data[0] != 0 {
		t.Fatalf("bias at %v is %v", bias.Steps, bias.Data)
	}
	for r, k := range bias.Steps[1:] {
		want := math.Pow(1+2*a*h, float64(k/2)) - math.Pow(1+a*h, float64(k))
		if got, e := bias.Data[r+1], e.Data[r+1]; math.Abs(got-want) > 4*e {
			t.Errorf("bias at step %d is %v, want %v +- %v", k, got, want, e)
		}
	}
	truth := math.Pow(1+a*h, steps) - math.Exp(a*h*steps)
	if got := bias.Data[steps/2]; math.Abs(got-truth) > 0.1*math.Abs(truth) {
		t.Errorf("the bias of the mean is %v, estimated as %v", truth, got)
	}
	_, v := variance(tr.Final.Params["x"].Data)
	if got := e.Data[steps/2]; !(got < 0.2*math.Sqrt(v/lanes)) {
		t.Errorf("standard error %v, of the mean %v", got, math.Sqrt(v/lanes))
	}
}

// The twin is the same process with steps of 2h and the noise of two steps: each
// lane, written out, with a rate and a deviation that change in time.
func TestTwinIsThatWrittenOut(t *testing.T) {
	run := ensemble(newRun(quadratic(1), "sde", piecewise([]float64{0.1, 0.05}, []float64{5}), 12, 0.5), 3)
	run.Optimizer.Noise = lawOf(func(m maths) graph.ID { return m.mul(m.in("x"), m.add(m.Const(1), m.in("t"))) })
	run.Optimizer.Bias = true
	tr := mustRun(t, run, Options{})
	var mean [7]float64
	for lane := range 3 {
		x, y, dt, dw := 0.5, 0.5, 0.0, 0.0
		for k := range 13 {
			if k%2 == 0 {
				mean[k/2] += (y - x) / 3
			}
			h := map[bool]float64{true: 0.1, false: 0.05}[k < 5]
			w := math.Sqrt(h) * normalsAt(k, lane, 1)[0]
			x += -h*x + x*(1+float64(k))*w
			dt, dw = dt+h, dw+w
			if k%2 == 1 {
				y += -dt*y + y*float64(k)*dw
				dt, dw = 0, 0
			}
		}
	}
	for i, want := range mean {
		if got := tr.Bias["x"].Data[i]; math.Abs(got-want) > 1e-11*(1+math.Abs(want)) {
			t.Errorf("bias at step %d is %v, want %v", 2*i, got, want)
		}
	}
}

// A twin that the run resumed had none of begins where that stands.
func TestTwinBeginsAnew(t *testing.T) {
	run := geometric(-1, 0.3, 0.05, 7, 4)
	run.Optimizer.Bias = false
	final := mustRun(t, run, Options{}).Final
	rest := geometric(-1, 0.3, 0.05, 4, 4)
	rest.Start, rest.Resume = nil, &plan.Resume{Run: run.Address, Final: true}
	if b := mustRun(t, rest, Options{From: final}).Bias["x"]; !slices.Equal(b.Steps, []int{0, 2, 4}) || b.Data[0] != 0 || b.Data[1] == 0 {
		t.Errorf("bias %v at %v", b.Data, b.Steps)
	}
}

// noisy are runs with every kind of noise, in lanes.
func noisy(lanes int) map[string]*plan.Run {
	sampled := newRun(mean2(), "sgd", number(0.1), 60, 2)
	sampled.Optimizer.Samples, sampled.Optimizer.Batch = []*plan.Objective{quadratic(1), quadratic(3)}, 3
	chaotic := onQuartic(&plan.Optimizer{Kind: "sgd", LearningRate: number(0.02), Momentum: number(0.5), Noise: matrix(3, 2, 1, 0, 0.5, -1, 2, 0)}, 60)
	twin := geometric(-1, 0.4, 0.1, 60, lanes)
	runs := map[string]*plan.Run{"samples": ensemble(sampled, lanes), "matrix": ensemble(chaotic, lanes), "sde": twin, "map": ensemble(wandering(), lanes)}
	for _, r := range runs {
		r.Every = 5
	}
	return runs
}

// mean2 is the mean of quadratic(1) and quadratic(3).
func mean2() *plan.Objective { return quadratic(2) }

// wandering is a rule with a state variable and noise.
func wandering() *plan.Run {
	run := onQuartic(&plan.Optimizer{Kind: "map", LearningRate: number(0.02)}, 60)
	three := graph.Of(3)
	run.Optimizer.State = []plan.StateVariable{{Name: "v", Value: lawOf(func(m maths) graph.ID { return m.mul(m.Const(0.1), m.Input("params", three)) })}}
	run.Optimizer.Updates = []plan.Update{
		{Name: "v", Value: lawOf(func(m maths) graph.ID {
			return m.add(m.mul(m.Const(0.9), m.Input("v", three)), m.add(m.Input("gradient", three), m.Input("noise", three)))
		})},
		{Name: "params", Value: lawOf(func(m maths) graph.ID {
			return m.sub(m.Input("params", three), m.mul(m.in("learning_rate"), m.Input("v", three)))
		})},
	}
	return run
}

// Runs with noise have the same bits for any number of workers, in a lane alone
// and among others, and after they are resumed.
func TestNoiseHasTheSameBits(t *testing.T) {
	const lanes = 700
	few := noisy(2)
	for name, run := range noisy(lanes) {
		whole := mustRun(t, run, Options{Keep: []int{37}})
		sameTrajectory(t, name+", 2 workers", whole, mustRun(t, run, Options{Workers: 2}))
		two := mustRun(t, few[name], Options{})
		for p, a := range two.Final.Params {
			if !sameBits(a.Data, whole.Final.Params[p].Data[:len(a.Data)]) {
				t.Errorf("%s: two lanes are not the first two of many", name)
			}
		}
		rest := *run
		rest.Start, rest.Steps, rest.Every, rest.Resume = nil, run.Steps-37, 1, &plan.Resume{Run: run.Address, At: 37}
		resumed := mustRun(t, &rest, Options{From: whole.Kept[37], Workers: 2})
		for p, a := range whole.Final.Params {
			if !sameBits(a.Data, resumed.Final.Params[p].Data) {
				t.Errorf("%s: a run that is resumed goes on with other numbers", name)
			}
		}
		for b, a := range whole.Final.Buffers {
			if !sameBits(a.Data, resumed.Final.Buffers[b].Data) {
				t.Errorf("%s: a run that is resumed has another %q", name, b)
			}
		}
		if whole.Bias != nil {
			a, b := whole.Bias["x"], resumed.Bias["x"]
			if b.Steps[0] != 1 || a.Data[len(a.Data)-1] != b.Data[len(b.Data)-1] {
				t.Errorf("%s: the bias is %v, resumed %v at %v", name, a.Data, b.Data, b.Steps)
			}
		}
		other := *run
		other.Seed++
		if p := slices.Sorted(mapsKeys(whole.Path))[0]; sameBits(mustRun(t, &other, Options{}).Path[p].Data, whole.Path[p].Data) {
			t.Errorf("%s: another seed gives the same numbers", name)
		}
	}
}

func mapsKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// A run of which a lane diverges by its noise says so, with the noise that did
// it.
func TestDivergenceWithNoise(t *testing.T) {
	run := ensemble(newRun(quadratic(1), "sgd", number(1.5), 2000, 1), 5)
	run.Optimizer.Noise = lawOf(func(m maths) graph.ID { return m.op(graph.Exp, m.mul(m.in("x"), m.in("x"))) })
	tr := mustRun(t, run, Options{})
	if tr.Status != Diverged || tr.Divergence == nil || !strings.Contains(tr.Divergence.Summary, "diverged at step") {
		t.Fatalf("%s: %v", tr.Status, tr.Divergence)
	}
	if !slices.ContainsFunc(tr.Divergence.Values, func(v diag.Value) bool { return v.Name == "noise" }) {
		t.Errorf("the values are %v", tr.Divergence.Values)
	}
}

// What is drawn from samples is the recursion written out, and its mean is
// their mean gradient.
func TestSamplesAreThoseWrittenOut(t *testing.T) {
	const eta, batch, lanes = 0.05, 2, 3
	run := newRun(mean2(), "sgd", number(eta), 50, 2)
	run.Optimizer.Samples, run.Optimizer.Batch = []*plan.Objective{quadratic(1), quadratic(3)}, batch
	tr := mustRun(t, ensemble(run, lanes), Options{})
	s := random.New(noiseSeed, "drawn batch")
	for lane := range lanes {
		x := 2.0
		for k := range 51 {
			if got := tr.Path["x"].Data[k*lanes+lane]; math.Abs(got-x) > 1e-13 {
				t.Fatalf("state %d of lane %d is %v, want %v", k, lane, got, x)
			}
			g := 0.0
			for b := range batch {
				var u [1]float64
				s.Uniforms(u[:], uint64(k), uint64(b), uint64(lane))
				g += []float64{1, 3}[int(2*u[0])] * x / batch
			}
			x -= eta * g
		}
	}
	if math.Abs(tr.Loss.Data[0]-4) > 1e-14 || math.Abs(tr.GradNorm.Data[0]-4) > 1e-14 {
		t.Errorf("loss %v, grad_norm %v: those of the mean are 4", tr.Loss.Data[0], tr.GradNorm.Data[0])
	}
}

// A sample that is not drawn has no part in a step, also where it is not finite.
func TestSampleThatIsNotDrawn(t *testing.T) {
	pole := objective(scalars("x"), func(m maths) graph.ID { return m.op(graph.Div, m.Const(1), m.in("x")) })
	slope := objective(scalars("x"), func(m maths) graph.ID { return m.mul(m.Const(-10), m.in("x")) })
	run := newRun(quadratic(1), "sgd", number(0.1), 1, 0)
	run.Optimizer.Samples, run.Optimizer.Batch = []*plan.Objective{slope, pole}, 1
	m, err := NewMap(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	out, err := m.Graph.Interpret([]graph.ID{m.State[0].Out}, map[string][]float64{"x": {0}, "drawn batch": {0.4}})
	if err != nil {
		t.Fatal(err)
	}
	if got := out[m.State[0].Out][0]; math.Abs(got-1) > 1e-15 {
		t.Errorf("from 0 to %v", got)
	}
}

// A matrix is factorised in a run as it is before it, and by either to what
// multiplies to it; singular ones too.
func TestCholesky(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, maxUnrolled).Draw(t, "n")
		rank := rapid.IntRange(0, n).Draw(t, "rank")
		b := make([]float64, n*rank)
		for i := range b {
			b[i] = rapid.Float64Range(-3, 3).Draw(t, "b")
		}
		c := make([]float64, n*n)
		scale := 0.0
		for i := range n {
			for j := range n {
				for k := range rank {
					c[i*n+j] += b[i*rank+k] * b[j*rank+k]
				}
			}
			scale = max(scale, c[i*n+i])
		}
		l, err := cholesky(c, n)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			for j := range n {
				got := 0.0
				for k := range n {
					got += l[i*n+k] * l[j*n+k]
				}
				if math.Abs(got-c[i*n+j]) > 1e-11*scale {
					t.Fatalf("%d, %d: %v, want %v", i, j, got, c[i*n+j])
				}
			}
		}
		g := graph.New()
		u := &updating{builder: builder{Graph: g}, m: &Map{Graph: g}}
		root, f := u.unrolled(g.Input("c", graph.Of(n, n)), n)
		out, err := g.Interpret([]graph.ID{root, f.check}, map[string][]float64{"c": c})
		if err != nil || u.err != nil {
			t.Fatal(err, u.err)
		}
		if !slices.Equal(out[root], l) || out[f.check][0] != 0 {
			t.Fatalf("in a step %v, before it %v", out[root], l)
		}
	})
}

// What is no covariance is found, by the same words before a run and in it.
func TestNotPositive(t *testing.T) {
	for _, c := range []struct {
		c    []float64
		want string
	}{
		{[]float64{1, 2, 2, 1}, "pivot 1 is -3"},
		{[]float64{-1, 0, 0, 1}, "pivot 0 is -1"},
		{[]float64{0, 1, 1, 0}, "pivot 0 is 0"},
		{[]float64{0, 1, 1, 5}, "pivot 0 is -0.19999999999999998"},
		{[]float64{1, 0.5, 0.25, 1}, "not symmetric: two elements that mirror each other differ by 0.25"},
	} {
		if _, err := cholesky(c.c, 2); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.c, err)
		}
		round := objective(scalars("x", "y"), func(m maths) graph.ID {
			return m.add(m.mul(m.in("x"), m.in("x")), m.mul(m.in("y"), m.in("y")))
		})
		for _, late := range []bool{false, true} {
			run := newRun(round, "sgd", number(0.1), 20, 1, 1)
			run.Optimizer.Covariance = matrix(2, 2, c.c...)
			want := c.want
			if late { // the unit matrix before step 7
				run.Optimizer.Covariance = lawOf(func(m maths) graph.ID {
					return m.op(graph.Select, m.op(graph.Lt, m.in("t"), m.Const(7)), m.ConstArray(graph.Of(2, 2), []float64{1, 0, 0, 1}), m.ConstArray(graph.Of(2, 2), c.c))
				})
				want = "at step 7 in lane [0]: the covariance is not"
			}
			_, err := Run(context.Background(), ensemble(run, 3), Options{})
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), c.want) || codeOf(err) != codeNoValue {
				t.Errorf("%v: %v", c.c, err)
			}
		}
	}
}

// What a run with noise cannot be is said.
func TestNoiseErrors(t *testing.T) {
	vector3 := func(m maths) graph.ID { return m.ConstArray(graph.Of(3), []float64{1, 2, 3}) }
	big := objective([]plan.Param{{Name: "x", Type: graph.Of(9)}}, func(m maths) graph.ID {
		x := m.Input("x", graph.Of(9))
		return m.op(graph.Sum, m.mul(x, x))
	})
	for want, edit := range map[string]func(r *plan.Run){
		"noise is a vector of 3: it is a number, a vector of 1": func(r *plan.Run) { r.Optimizer.Noise = lawOf(vector3) },
		"covariance is a vector of 3: it is a matrix of 1":      func(r *plan.Run) { r.Optimizer.Covariance = lawOf(vector3) },
		"drift is a vector of 3: it is a vector of 1":           func(r *plan.Run) { r.Optimizer.Kind, r.Optimizer.Drift = "sde", lawOf(vector3) },
		"is not the mean of the samples":                        func(r *plan.Run) { r.Optimizer.Samples = []*plan.Objective{quadratic(1), quadratic(3), quadratic(5)} },
		"has other parameters than":                             func(r *plan.Run) { r.Optimizer.Samples = []*plan.Objective{quartic()} },
		"bias is a mean over lanes, and the run has one":        func(r *plan.Run) { r.Optimizer.Kind, r.Optimizer.Bias = "sde", true },
		"the twin that bias is estimated from, with steps": func(r *plan.Run) {
			r.Objective = quadratic(18)
			r.Steps = 2700
			ensemble(r, 2)
			r.Optimizer.Kind, r.Optimizer.Bias, r.Optimizer.Noise = "sde", true, number(1)
		},
		"a covariance of 9 elements that changes: beyond 8 it": func(r *plan.Run) {
			r.Objective = big
			r.Optimizer.Covariance = lawOf(func(m maths) graph.ID { return m.op(graph.Outer, m.Input("x", graph.Of(9)), m.Input("x", graph.Of(9))) })
		},
	} {
		run := newRun(quadratic(2), "sgd", number(0.1), 5, 1)
		edit(run)
		_, err := Run(context.Background(), run, Options{})
		var list diag.List
		if !errors.As(err, &list) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	run := newRun(quadratic(2), "sgd", number(0.1), 5, 1)
	run.Optimizer.Noise = number(1)
	if _, err := NewSteadyMap(run, nil); err == nil || !strings.Contains(err.Error(), "draws random numbers") {
		t.Errorf("the steady map of noise: %v", err)
	}
}

func BenchmarkEnsemble(b *testing.B) {
	const lanes, steps = 10000, 100
	run := ensemble(newRun(quadratic(1), "sgd", number(0.1), steps, 1), lanes)
	run.Every, run.RecordPath = steps, false
	run.Optimizer.Noise = number(0.5)
	for b.Loop() {
		mustRun(b, run, Options{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/lanes/steps, "ns/step")
}
