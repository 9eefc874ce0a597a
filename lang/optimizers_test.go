package lang

import (
	"math"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// optimizerOf compiles a run "b" with an optimizer on objective.f of base, whose
// flat vector is x and w[3], and gives its plan.
func optimizerOf(t *testing.T, optimizer string, more ...string) *plan.Optimizer {
	t.Helper()
	p := good(t, base+strings.Join(more, "\n")+"\nrun \"b\" {\n objective = objective.f\n start = 1\n steps = 5\n vary { q = [1, 2] }\n "+optimizer+"\n}", Options{})
	for _, r := range p.Runs {
		if r.Address.Name == "b" {
			return r.Optimizer
		}
	}
	t.Fatal("no run b")
	return nil
}

// valueOf evaluates an expression whose inputs are given.
func valueOf(t *testing.T, x *plan.Expr, in map[string][]float64) []float64 {
	t.Helper()
	out, err := x.Graph.Interpret([]graph.ID{x.Root}, in)
	if err != nil {
		t.Fatal(err)
	}
	return out[x.Root]
}

func sameNumbers(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-15 {
			t.Fatalf("%s is %v, want %v", what, got, want)
		}
	}
}

// TestMap: updates in their order, each question where it is asked, and what the
// names stand for.
func TestMap(t *testing.T) {
	o := optimizerOf(t, `optimizer "map" {
  learning_rate = 0.1 * q
  threshold     = 2 / learning_rate
  state {
    v = 0 * params
    n = x + q
    z = params
  }
  update {
    z      = gradient_at(params - v) + gradient_at(params - v) + hvp_at(gradient_at(params), noise)
    v      = 0.9 * v + z + gradient * value_at([1, 2, 3, 4])
    params = params - learning_rate * v
    n      = loss
  }
  update {
    w = gradient_at({ x = n, w = 2 })[1]
    x = x / 2 + t * last(run.a.loss)
  }
}`)
	var order []string
	for _, u := range o.Updates {
		order = append(order, u.Name)
	}
	if got := strings.Join(order, " "); got != "z v params n w x" {
		t.Errorf("updates %s", got)
	}
	var asked []string
	for _, q := range o.Queries {
		asked = append(asked, q.What+" after "+string(rune('0'+q.After)))
		if (q.What == "hvp") != (q.Vector != nil) || q.Point.Type() != graph.Of(4) || q.Span.Start.Line == 0 {
			t.Errorf("%+v", q)
		}
	}
	if got := strings.Join(asked, ", "); got != "gradient after 0, gradient after 0, hvp after 0, value after 1, gradient after 4" {
		t.Errorf("asked %s", got)
	}
	types := map[string]graph.Type{"z": graph.Of(4), "v": graph.Of(4), "params": graph.Of(4), "n": graph.Number, "w": graph.Of(3), "x": graph.Number}
	for _, u := range o.Updates {
		if u.Value.Type() != types[u.Name] {
			t.Errorf("%s is updated with %s", u.Name, u.Value.Type())
		}
	}
	if refs := o.Updates[5].Value.Refs; len(refs) != 1 || refs[0].Block.Name != "a" {
		t.Errorf("x waits for %v", refs)
	}
	params := map[string][]float64{"params": {1, 2, 3, 4}, "x": {1}, "w": {2, 3, 4}, "q": {2}}
	sameNumbers(t, "the start of n", valueOf(t, o.State[1].Value, params), []float64{3})
	sameNumbers(t, "the threshold", valueOf(t, o.Threshold, params), []float64{10})
	step := map[string][]float64{"params": {1, 2, 3, 4}, "v": {0, 1, 0, 1}, "learning_rate": {0.5}}
	sameNumbers(t, "params", valueOf(t, o.Updates[2].Value, step), []float64{1, 1.5, 3, 3.5})
	sameNumbers(t, "the point of the last question", valueOf(t, o.Queries[4].Point, map[string][]float64{"n": {7}}), []float64{7, 2, 2, 2})
	// The second question of z has the first one's answer as its point.
	hvp := o.Queries[2]
	in := map[string][]float64{o.Queries[1].Input: {5, 6, 7, 8}, "noise": {1, 1, 0, 0}}
	sameNumbers(t, "the point of hvp", valueOf(t, hvp.Point, in), []float64{5, 6, 7, 8})
	sameNumbers(t, "the vector of hvp", valueOf(t, hvp.Vector, in), []float64{1, 1, 0, 0})
}

// TestMapByItself: a map beside the runs, for each element, without a rate.
func TestMapByItself(t *testing.T) {
	o := optimizerOf(t, "optimizer = optimizer.own[0.5]", `optimizer "map" "own" {
  for_each = [0.5, 0.25]
  state { v = each.value * params }
  update {
    params = params - local.step
  }
  update {
    params = { x = 7, w = w }
  }
}
optimizer "map" "idle" {
  learning_rate = t
  update {
    anything = here
  }
}
locals { step = each.value * gradient }`)
	if o.LearningRate != nil || o.Threshold != nil {
		t.Error("a rate or threshold from nowhere")
	}
	in := map[string][]float64{"params": {1, 2, 3, 4}, "gradient": {2, 2, 4, 4}}
	sameNumbers(t, "v", valueOf(t, o.State[0].Value, in), []float64{0.5, 1, 1.5, 2})
	sameNumbers(t, "params", valueOf(t, o.Updates[0].Value, in), []float64{0, 1, 1, 2})
	sameNumbers(t, "params by name", valueOf(t, o.Updates[1].Value, map[string][]float64{"w": {1, 2, 3}}), []float64{7, 1, 2, 3})
}

// TestNoise: noise by parameter is one flat vector; numbers serve one parameter.
func TestNoise(t *testing.T) {
	at := map[string][]float64{"params": {-1, 2, 3, 4}, "x": {-1}, "w": {2, 3, 4}, "q": {2}, "t": {1}, "steps": {5}}
	o := optimizerOf(t, "optimizer \"sgd\" {\n learning_rate = 1\n noise = { x = 0.1 * abs(x), w = q * w }\n}")
	sameNumbers(t, "noise", valueOf(t, o.Noise, at), []float64{0.1, 4, 6, 8})
	o = optimizerOf(t, "optimizer \"sgd\" {\n learning_rate = 1\n momentum = 0.5\n noise = outer(params, [1, 2])\n}")
	if o.Noise.Type() != graph.Of(4, 2) || o.Momentum == nil {
		t.Errorf("noise is %s", o.Noise.Type())
	}
	o = optimizerOf(t, "optimizer \"sde\" {\n dt = 0.1 / steps\n drift = { x = -x, w = 0 }\n covariance = outer(params, params)\n bias = true\n}")
	sameNumbers(t, "drift", valueOf(t, o.Drift, at), []float64{1, 0, 0, 0})
	sameNumbers(t, "dt", valueOf(t, o.LearningRate, at), []float64{0.02})
	if o.Covariance.Type() != graph.Of(4, 4) || !o.Bias {
		t.Errorf("covariance is %s, bias %t", o.Covariance.Type(), o.Bias)
	}
	p := good(t, "study {}\nobjective \"g\" {\n params = [x]\n value = sq(x)\n}\nrun \"r\" {\n objective = objective.g\n start = 1\n steps = 5\n optimizer \"sde\" {\n dt = 0.1\n drift = -x\n covariance = sq(x)\n }\n}", Options{})
	o = p.Runs[0].Optimizer
	if o.Drift.Type() != graph.Of(1) || o.Covariance.Type() != graph.Of(1, 1) {
		t.Errorf("of one parameter the drift is %s, the covariance %s", o.Drift.Type(), o.Covariance.Type())
	}
}

// TestSamples: the mean of the samples is the objective, up to a constant.
func TestSamples(t *testing.T) {
	const samples = `objective "s" {
  for_each = [-1, 1]
  params   = [x, w[3]]
  value    = sq(x) + sum(sq(w)) + each.value * x + 7
}`
	o := optimizerOf(t, "optimizer \"sgd\" {\n learning_rate = 1\n samples = objective.s[*]\n}", samples)
	if len(o.Samples) != 2 || o.Batch != 1 || o.Samples[1].Address.Key != "1" {
		t.Errorf("%d samples, batch %d", len(o.Samples), o.Batch)
	}
	o = optimizerOf(t, "optimizer \"sgd\" {\n learning_rate = 1\n batch = 3\n noise = 0.1\n samples = [objective.s[-1], objective.s[1]]\n}", samples)
	if o.Batch != 3 || o.Noise == nil {
		t.Errorf("batch %d", o.Batch)
	}
}

// TestOptimizerDefaults are those of PyTorch where it has them.
func TestOptimizerDefaults(t *testing.T) {
	number := func(x *plan.Expr) float64 {
		if x == nil {
			return math.NaN()
		}
		v, _ := x.Graph.ConstValue(x.Root)
		return v
	}
	o := optimizerOf(t, `optimizer "adamw" { learning_rate = 1 }`)
	sameNumbers(t, "adamw", []float64{number(o.Beta1), number(o.Beta2), number(o.Epsilon), number(o.WeightDecay)}, []float64{0.9, 0.999, 1e-8, 0.01})
	o = optimizerOf(t, `optimizer "adagrad" { learning_rate = 1 }`)
	if number(o.Epsilon) != 1e-10 || o.WeightDecay != nil || o.Beta2 != nil {
		t.Errorf("adagrad: epsilon %v", number(o.Epsilon))
	}
	o = optimizerOf(t, `optimizer "sam" { learning_rate = 1 }`)
	if number(o.Radius) != 0.05 {
		t.Errorf("sam: radius %v", number(o.Radius))
	}
	o = optimizerOf(t, `optimizer "gradient_flow" { learning_rate = 1 }`)
	if o.Tolerance != 1e-8 {
		t.Errorf("gradient_flow: tolerance %v", o.Tolerance)
	}
	o = optimizerOf(t, `optimizer "central_flow" { learning_rate = 1 }`)
	if o.Of != "gd" || o.Top != 4 || o.Beta2 != nil || o.Epsilon != nil {
		t.Errorf("central_flow: of %s, top %d", o.Of, o.Top)
	}
	o = optimizerOf(t, "optimizer \"central_flow\" {\n learning_rate = 1\n of = \"rmsprop\"\n beta2 = 0.9\n}")
	if o.Of != "rmsprop" || number(o.Beta2) != 0.9 || number(o.Epsilon) != 1e-8 {
		t.Errorf("central_flow of %s: beta2 %v, epsilon %v", o.Of, number(o.Beta2), number(o.Epsilon))
	}
}

// TestDistanceFromARun: the other run comes first, and its steps cover those of the
// probe.
func TestDistanceFromARun(t *testing.T) {
	p := good(t, base+`
run "b" {
  objective = objective.f
  start     = 1
  steps     = 90
  optimizer "rmsprop" { learning_rate = 0.1 }
  probe "distance" "to_flow" {
    run   = run.flow
    every = 20
  }
  probe "distance" "cycle" {
    run     = run.fine
    average = 2
  }
  probe "sharpness" "pre" { preconditioned = true }
}
run "flow" {
  objective = objective.f
  start     = 1
  steps     = 90
  optimizer "gradient_flow" { learning_rate = 0.1 }
  record { every = 20 }
}
run "fine" {
  resume = run.flow.final
  steps  = 100
}
output "d" { value = last(run.b.probe.to_flow) + run.b.probe.cycle[80] }
`, Options{})
	var b *plan.Run
	place := map[string]int{}
	for i, a := range p.Order {
		place[a.Name] = i
	}
	for _, r := range p.Runs {
		if r.Address.Name == "b" {
			b = r
		}
	}
	if place["b"] < place["flow"] || place["b"] < place["fine"] {
		t.Errorf("order %v", p.Order)
	}
	if q := b.Probes[0]; q.From.String() != "run.flow" || q.Average != 1 || q.Every != 20 {
		t.Errorf("%+v", q)
	}
	if q := b.Probes[1]; q.From.String() != "run.fine" || q.Average != 2 {
		t.Errorf("%+v", q)
	}
	if !b.Probes[2].Preconditioned {
		t.Error("the sharpness is not preconditioned")
	}
}

// TestResultsOfKinds: types, and steps that are not recorded.
func TestResultsOfKinds(t *testing.T) {
	const runs = `
run "sde" {
  objective = objective.f
  start     = 1
  steps     = 9
  vary { q = [1, 2, 3] }
  optimizer "sde" {
    dt    = 0.1
    noise = q
    bias  = true
  }
}
run "central" {
  objective = objective.f
  start     = 1
  steps     = 9
  optimizer "central_flow" { learning_rate = 0.1 }
}
`
	p := good(t, base+runs+`
output "bias" { value = run.sde.bias.w[8] }
output "error" { value = last(run.sde.bias_error.x) }
output "central" { value = run.central.error[9] + last(run.central.oscillation) + max(run.central.complementarity) }
plot "p" {
  path {
    run = run.central
    x   = error
    y   = oscillation
  }
}
`, Options{})
	if got := p.Outputs[0].Value.Type(); got != graph.Of(3) {
		t.Errorf("a bias is %s", got)
	}
	if got := p.Outputs[1].Value.Type(); got != graph.Number {
		t.Errorf("its error is %s", got)
	}
	_, diags := Compile(folder(t, "s.hcl", base+runs+"output \"o\" { value = run.sde.bias.x[5] }"), Options{})
	expect(t, diags, "RL0307", "every 2-th step.*4 and 6")
}

// TestUnmoved warns of what a rule leaves where it is.
func TestUnmoved(t *testing.T) {
	_, diags := Compile(folder(t, "s.hcl", base+"run \"b\" {\n objective = objective.f\n start = 1\n steps = 5\n optimizer \"map\" {\n update {\n x = x / 2\n }\n }\n}"), Options{})
	d := expect(t, diags, "RL0415", "never updates w")
	if d.Severity != diag.Warning {
		t.Error("it is an error")
	}
}
