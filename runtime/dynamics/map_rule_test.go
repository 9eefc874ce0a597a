package dynamics

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

var three = graph.Of(3)

// ruled is a run of a rule on the quartic.
func ruled(eta float64, updates ...plan.Update) *plan.Run {
	return onQuartic(&plan.Optimizer{Kind: "map", LearningRate: number(eta), Updates: updates}, 40)
}

func update(name string, f func(m maths) graph.ID) plan.Update {
	return plan.Update{Name: name, Value: lawOf(f)}
}

func (m maths) flat(name string) graph.ID { return m.Input(name, three) }

// descend is params - learning_rate times what is named.
func descend(name string) plan.Update {
	return update("params", func(m maths) graph.ID {
		return m.sub(m.flat("params"), m.mul(m.in("learning_rate"), m.flat(name)))
	})
}

func zeros(name string) plan.StateVariable {
	return plan.StateVariable{Name: name, Value: lawOf(func(m maths) graph.ID { return m.mul(m.Const(0), m.flat("params")) })}
}

// A rule that is momentum, sam or sgd with noise is that optimizer.
func TestRulesAreTheOptimizers(t *testing.T) {
	momentum := ruled(0.02, update("v", func(m maths) graph.ID { return m.add(m.mul(m.Const(0.8), m.flat("v")), m.flat("gradient")) }), descend("v"))
	momentum.Optimizer.State = []plan.StateVariable{zeros("v")}

	sam := ruled(0.02, descend("there"))
	sam.Optimizer.Queries = []plan.Query{{Input: "there", What: "gradient", Point: lawOf(func(m maths) graph.ID {
		g := m.flat("gradient")
		return m.add(m.flat("params"), m.mul(m.Const(0.3), m.op(graph.Div, g, m.op(graph.Norm, g))))
	})}}

	noise := ruled(0.02, descend("noisy"))
	noise.Optimizer.State = []plan.StateVariable{zeros("noisy")}
	noise.Optimizer.Updates = append([]plan.Update{update("noisy", func(m maths) graph.ID {
		return m.add(m.flat("gradient"), m.mul(m.Const(0.7), m.flat("noise")))
	})}, noise.Optimizer.Updates...)

	// By name, w before b: b sees the new w, and the gradient of the state before.
	named := ruled(0.02, update("w", func(m maths) graph.ID {
		w := m.Input("w", graph.Of(2))
		return m.sub(w, m.mul(m.in("learning_rate"), m.Slice(m.flat("gradient"), 0, graph.Of(2))))
	}), update("b", func(m maths) graph.ID {
		return m.sub(m.in("b"), m.mul(m.in("learning_rate"), m.Index(m.flat("gradient"), 2)))
	}))

	for name, c := range map[string]struct {
		rule *plan.Run
		as   *plan.Optimizer
	}{
		"momentum": {momentum, &plan.Optimizer{Kind: "momentum", Momentum: number(0.8)}},
		"sam":      {sam, &plan.Optimizer{Kind: "sam", Radius: number(0.3)}},
		"sgd":      {noise, &plan.Optimizer{Kind: "sgd", Noise: number(0.7)}},
		"by name":  {named, &plan.Optimizer{Kind: "gd"}},
	} {
		c.as.LearningRate = number(0.02)
		want := mustRun(t, onQuartic(c.as, 40), Options{})
		got := mustRun(t, c.rule, Options{})
		for p, a := range want.Path {
			for i, v := range a.Data {
				if math.Abs(got.Path[p].Data[i]-v) > 1e-12*(1+math.Abs(v)) {
					t.Fatalf("%s: %s at %d is %v, want %v", name, p, i, got.Path[p].Data[i], v)
				}
			}
		}
	}
}

// Updates are made in order, and each sees what those before it gave; queries
// are answered where they stand. Written out: a step to y, the gradient, value
// and product with the Hessian there, and a state variable that counts.
func TestRuleInOrder(t *testing.T) {
	const eta = 0.03
	run := ruled(eta,
		update("count", func(m maths) graph.ID { return m.add(m.in("count"), m.Const(1)) }),
		descend("gradient"),
		update("w", func(m maths) graph.ID {
			back := m.mul(m.mul(m.Const(0.01), m.in("count")), m.Slice(m.flat("there"), 0, graph.Of(2)))
			return m.add(m.Input("w", graph.Of(2)), back)
		}),
		update("params", func(m maths) graph.ID {
			bend := m.mul(m.mul(m.Const(0.001), m.op(graph.Div, m.in("level"), m.add(m.Const(1), m.in("loss")))), m.flat("product"))
			return m.sub(m.flat("params"), bend)
		}),
	)
	run.Optimizer.State = []plan.StateVariable{{Name: "count", Value: lawOf(func(m maths) graph.ID { return m.in("b") })}}
	flat := lawOf(func(m maths) graph.ID { return m.flat("params") })
	run.Optimizer.Queries = []plan.Query{
		{Input: "there", What: "gradient", Point: flat, After: 2},
		{Input: "level", What: "value", Point: flat, After: 3},
		// A direction that depends on the parameters is held still.
		{Input: "product", What: "hvp", Point: flat, Vector: lawOf(func(m maths) graph.ID { return m.mul(m.flat("params"), m.flat("there")) }), After: 3},
	}
	value := func(x [3]float64) float64 {
		return math.Pow(x[0], 4) + math.Pow(x[1], 4) + x[2]*x[2]*(x[0]+x[1])
	}
	count := 0.5
	follows(t, "rule", mustRun(t, run, Options{}), func(_ int, x [3]float64) [3]float64 {
		count++
		g, loss := quarticGradient(x), value(x)
		for i := range x {
			x[i] -= eta * g[i]
		}
		there := quarticGradient(x)
		x[0] += 0.01 * count * there[0]
		x[1] += 0.01 * count * there[1]
		v := [3]float64{x[0] * there[0], x[1] * there[1], x[2] * there[2]}
		level := value(x)
		h := [3]float64{
			12*x[0]*x[0]*v[0] + 2*x[2]*v[2], 12*x[1]*x[1]*v[1] + 2*x[2]*v[2],
			2*x[2]*(v[0]+v[1]) + 2*(x[0]+x[1])*v[2],
		}
		for i := range x {
			x[i] -= 0.001 * level / (1 + loss) * h[i]
		}
		return x
	})
}

// State variables are part of states: they start in every lane as their
// expression says, and a run that resumes another goes on with them; another
// rule's start anew.
func TestRuleStates(t *testing.T) {
	run := wandering()
	run.Start[1].Value = lawOf(func(m maths) graph.ID { return m.in("lane") })
	run = ensemble(run, 3)
	tr := mustRun(t, run, Options{Keep: []int{0, 25}})
	start := tr.Kept[0].Buffers["state v"].Data
	if want := []float64{0.1, -0.2, 0, 0.1, -0.2, 0.05, 0.1, -0.2, 0.1}; !closeTo(start, want) {
		t.Errorf("the state starts at %v, want %v", start, want)
	}
	other := *run
	o := *run.Optimizer
	other.Optimizer, other.Start, other.Steps = &o, nil, 0
	other.Resume = &plan.Resume{Run: run.Address, At: 25}
	o.State = append(slices.Clone(o.State), plan.StateVariable{Name: "u", Value: lawOf(func(m maths) graph.ID { return m.in("b") })})
	o.Updates = append(slices.Clone(o.Updates), update("u", func(m maths) graph.ID { return m.in("u") }))
	resumed := mustRun(t, &other, Options{From: tr.Kept[25]}).Final
	if !sameBits(resumed.Buffers["state v"].Data, tr.Kept[25].Buffers["state v"].Data) || !sameBits(resumed.Buffers["state u"].Data, tr.Kept[25].Params["b"].Data) {
		t.Errorf("resumed with %v", resumed.Buffers)
	}
}

func closeTo(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) < 1e-14 })
}

// The steady map of a rule is the rule: its Jacobian has the state variables.
func TestSteadyRule(t *testing.T) {
	run := ruled(0.02, update("v", func(m maths) graph.ID { return m.add(m.mul(m.Const(0.8), m.flat("v")), m.flat("gradient")) }), descend("v"))
	run.Optimizer.State = []plan.StateVariable{zeros("v")}
	m, err := NewSteadyMap(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.Size() != 6 || m.State[2].Key() != "state v" {
		t.Errorf("%d elements, %q", m.Size(), m.State[2].Key())
	}
	run.Optimizer.Updates[0] = update("v", func(m maths) graph.ID { return m.mul(m.in("t"), m.flat("v")) })
	if _, err := NewSteadyMap(run, nil); err == nil || !strings.Contains(err.Error(), "the update of v depends on t") {
		t.Errorf("a rule with the time: %v", err)
	}
}

func TestRuleErrors(t *testing.T) {
	two := func(m maths) graph.ID { return m.ConstArray(graph.Of(2), []float64{1, 2}) }
	for want, edit := range map[string]func(o *plan.Optimizer){
		"the update of params is a vector of 2, but params is a vector of 3": func(o *plan.Optimizer) { o.Updates = []plan.Update{update("params", two)} },
		"the update of b is a vector of 2, but b is a number":                func(o *plan.Optimizer) { o.Updates = []plan.Update{update("b", two)} },
		`there is no parameter and no state variable "q"`:                    func(o *plan.Optimizer) { o.Updates = []plan.Update{update("q", two)} },
		"the point of gradient is a vector of 2: it is a vector of 3": func(o *plan.Optimizer) {
			o.Queries = []plan.Query{{Input: "p", What: "gradient", Point: lawOf(two)}}
		},
		"hvp lacks its vector": func(o *plan.Optimizer) {
			o.Queries = []plan.Query{{Input: "p", What: "hvp", Point: number(0)}}
		},
		`an objective has no "slope"`: func(o *plan.Optimizer) {
			o.Queries = []plan.Query{{Input: "p", What: "slope", Point: number(0)}}
		},
		`"t" has no value here`: func(o *plan.Optimizer) {
			o.State = []plan.StateVariable{{Name: "v", Value: lawOf(func(m maths) graph.ID { return m.in("t") })}}
		},
	} {
		run := ruled(0.1, descend("gradient"))
		edit(run.Optimizer)
		if _, err := Run(context.Background(), run, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Without a learning rate a rule has none to show.
func TestRuleWithoutARate(t *testing.T) {
	run := ruled(0, update("b", func(m maths) graph.ID { return m.mul(m.Const(0.5), m.in("b")) }))
	run.Optimizer.LearningRate = nil
	tr := mustRun(t, run, Options{})
	if tr.Status != OK || fmt.Sprint(tr.LearningRate.Data[0]) != "NaN" || tr.Path["b"].Data[2] != 0.125 {
		t.Errorf("%s, rate %v, b %v", tr.Status, tr.LearningRate.Data[0], tr.Path["b"].Data[:3])
	}
}
