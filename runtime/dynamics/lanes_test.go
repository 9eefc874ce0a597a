package dynamics

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"relief/lang/diag"
	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/plan"
	"relief/runtime/random"
)

func linspace(from, to float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = from + (to-from)*float64(i)/float64(max(n-1, 1))
	}
	return s
}

func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// sameTrajectory compares everything that is recorded, bit by bit.
func sameTrajectory(t *testing.T, name string, a, b *Trajectory) {
	t.Helper()
	pairs := map[string][2]*array.Array{
		"loss": {a.Loss, b.Loss}, "grad_norm": {a.GradNorm, b.GradNorm},
		"learning_rate": {a.LearningRate, b.LearningRate}, "stability": {a.Stability, b.Stability},
		"final loss": {a.Final.Loss, b.Final.Loss},
	}
	for p := range a.Path {
		pairs["path "+p] = [2]*array.Array{a.Path[p], b.Path[p]}
		pairs["final "+p] = [2]*array.Array{a.Final.Params[p], b.Final.Params[p]}
	}
	for p := range a.Probes {
		pairs["probe "+p] = [2]*array.Array{a.Probes[p], b.Probes[p]}
	}
	for what, p := range pairs {
		if !slices.Equal(p[0].Steps, p[1].Steps) || !sameBits(p[0].Data, p[1].Data) {
			t.Errorf("%s: %s differs", name, what)
		}
	}
	if a.Status != b.Status || a.Steps != b.Steps || !slices.Equal(a.LaneSteps, b.LaneSteps) || !slices.Equal(a.LaneStatus, b.LaneStatus) {
		t.Errorf("%s: %s after %d, %s after %d", name, a.Status, a.Steps, b.Status, b.Steps)
	}
}

// laned varies the rate and the start of the two valleys, with a stop
// condition that some lanes meet and a rate at which some others diverge.
func laned(etas, starts []float64) *plan.Run {
	run := newRun(twoValleys(), "momentum", lawOf(func(m maths) graph.ID {
		return m.mul(m.in("eta"), m.op(graph.Select, m.op(graph.Lt, m.in("t"), m.Const(40)), m.Const(1), m.Const(0.5)))
	}), 83, -20, 3)
	run.Optimizer.Momentum = number(0.2)
	run.Every = 4
	run.Start[0].Value = lawOf(func(m maths) graph.ID { return m.in("s") })
	run.Stop = lawOf(func(m maths) graph.ID {
		return m.op(graph.Lt, m.op(graph.Abs, m.in("x2")), m.mul(m.Const(0.01), m.in("eta")))
	})
	run.Probes = []plan.Probe{{Name: "p", Kind: "value", Every: 7, Value: lawOf(func(m maths) graph.ID {
		return m.op(graph.Stack, m.add(m.in("x1"), m.in("loss")), m.mul(m.in("grad_norm"), m.in("t")))
	})}}
	run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{etas}}, {Names: []string{"s"}, Values: [][]float64{starts}}}
	return run
}

func TestLanesEqualSingleRuns(t *testing.T) {
	etas, starts := linspace(0.1, 4, 9), linspace(-20, 7, 4)
	all := mustRun(t, laned(etas, starts), Options{Keep: []int{10, 80}})
	if !slices.Equal(all.Lanes, []int{9, 4}) {
		t.Fatalf("lanes %v", all.Lanes)
	}
	if want := graph.Of(9, 4).AsSeries(); all.Path["x1"].Type != want {
		t.Fatalf("the path is %s", all.Path["x1"].Type)
	}
	if want := graph.Of(9, 4, 2).AsSeries(); all.Probes["p"].Type != want {
		t.Fatalf("the probe is %s", all.Probes["p"].Type)
	}
	statuses := map[Status]int{}
	for i, eta := range etas {
		for j, s := range starts {
			lane := i*len(starts) + j
			one := mustRun(t, laned([]float64{eta}, []float64{s}), Options{Keep: []int{10, 80}})
			statuses[one.Status]++
			if one.Status != all.LaneStatus[lane] || one.Steps != all.LaneSteps[lane] {
				t.Fatalf("lane %d: %s after %d, alone %s after %d", lane, all.LaneStatus[lane], all.LaneSteps[lane], one.Status, one.Steps)
			}
			for name, pair := range map[string][2]*array.Array{
				"loss": {all.Loss, one.Loss}, "grad_norm": {all.GradNorm, one.GradNorm}, "rate": {all.LearningRate, one.LearningRate},
				"stability": {all.Stability, one.Stability}, "x1": {all.Path["x1"], one.Path["x1"]}, "x2": {all.Path["x2"], one.Path["x2"]},
				"probe": {all.Probes["p"], one.Probes["p"]},
			} {
				many, alone := pair[0], pair[1]
				size := alone.Type.Size()
				for row, k := range many.Steps {
					got := many.Data[(row*all.Lanes[0]*all.Lanes[1]+lane)*size:][:size]
					want := alone.Data[min(row, len(alone.Steps)-1)*size:][:size]
					if k > one.Steps {
						want = alone.Data[(len(alone.Steps)-1)*size:]
					}
					if !sameBits(got, want) {
						t.Fatalf("lane %d, %s at step %d: %v, alone %v", lane, name, k, got, want)
					}
				}
			}
			for _, k := range []int{10, 80} {
				if one.Kept[k] != nil && !sameBits(one.Kept[k].Params["x1"].Data, all.Kept[k].Params["x1"].Data[lane:lane+1]) {
					t.Fatalf("lane %d: the state kept at %d differs", lane, k)
				}
			}
		}
	}
	if statuses[OK] == 0 || statuses[Stopped] == 0 {
		t.Errorf("the lanes end in too few ways to test: %v", statuses)
	}
	if all.Probes["p"].Steps[1] != 7 || all.Loss.Steps[1] != 4 || all.Loss.Steps[len(all.Loss.Steps)-1] != 83 {
		t.Errorf("recorded steps %v, %v", all.Loss.Steps, all.Probes["p"].Steps)
	}
}

func TestWorkersDoNotMatter(t *testing.T) {
	run := laned(linspace(0.1, 4, 40), linspace(-20, 7, 29)) // 1,160 lanes: four blocks and a part
	one := mustRun(t, run, Options{Workers: 1})
	for _, workers := range []int{2, 3, 8} {
		sameTrajectory(t, fmt.Sprint(workers, " workers"), one, mustRun(t, run, Options{Workers: workers}))
	}
}

func TestForkContinues(t *testing.T) {
	for _, kind := range []string{"gd", "momentum", "nesterov"} {
		whole := newRun(twoValleys(), kind, number(1.2), 300, -20, 3)
		whole.Optimizer.Momentum = number(0.4)
		first := *whole
		first.Steps = 200
		a := mustRun(t, whole, Options{})
		b := mustRun(t, &first, Options{Keep: []int{120}})
		second := *whole
		second.Start, second.Steps = nil, 180
		second.Resume = &plan.Resume{Run: first.Address, At: 120}
		c := mustRun(t, &second, Options{From: b.Kept[120]})
		for _, p := range []string{"x1", "x2"} {
			if !sameBits(a.Path[p].Data[120:], c.Path[p].Data) {
				t.Errorf("%s: the fork leaves the whole run's %s", kind, p)
			}
		}
		if c.T0 != 120 || c.Loss.Steps[0] != 0 || c.Final.Total != 300 {
			t.Errorf("%s: t0 %d, first step %d, total %d", kind, c.T0, c.Loss.Steps[0], c.Final.Total)
		}
		// An optimizer of another kind begins with its memory empty.
		other := second
		other.Optimizer = &plan.Optimizer{Kind: "momentum", LearningRate: number(1.2), Momentum: number(0)}
		if kind == "momentum" {
			other.Optimizer.Kind = "nesterov"
		}
		d := mustRun(t, &other, Options{From: b.Kept[120]})
		plain := second
		plain.Optimizer = &plan.Optimizer{Kind: "gd", LearningRate: number(1.2)}
		e := mustRun(t, &plain, Options{From: b.Kept[120]})
		if math.Abs(d.Path["x1"].Data[50]-e.Path["x1"].Data[50]) > 1e-9 {
			t.Errorf("%s: memory of another kind was carried", kind)
		}
	}
}

func TestForkOfLanes(t *testing.T) {
	run := newRun(objectiveF1(), "gd", lawOf(func(m maths) graph.ID { return m.in("eta") }), 20, -5)
	single := newRun(objectiveF1(), "gd", number(1), 5, -5)
	base := mustRun(t, single, Options{})
	run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{1, 2, 3}}}}
	run.Start, run.Resume = nil, &plan.Resume{Run: single.Address, Final: true}
	fan := mustRun(t, run, Options{From: base.Final})
	for i := range 3 {
		if fan.Path["x"].Data[i] != base.Final.Params["x"].Data[0] {
			t.Errorf("lane %d starts at %v", i, fan.Path["x"].Data[i])
		}
	}
	again := mustRun(t, run, Options{From: fan.Final})
	if !sameBits(again.Path["x"].Data[:3], fan.Final.Params["x"].Data) {
		t.Error("lanes do not go on lane by lane")
	}
	run.Vary[0].Values[0] = []float64{1, 2}
	if _, err := Run(context.Background(), run, Options{From: fan.Final}); codeOf(err) != codeNoState {
		t.Errorf("other lanes: %v", err)
	}
	run.Vary = nil
	run.Optimizer = &plan.Optimizer{Kind: "gd", LearningRate: number(1)}
	if kept := mustRun(t, run, Options{From: fan.Final}); !slices.Equal(kept.Lanes, []int{3}) {
		t.Errorf("without vary the lanes are %v", kept.Lanes)
	}
	if _, err := Run(context.Background(), run, Options{}); codeOf(err) != codeNoState {
		t.Errorf("no state: %v", err)
	}
}

func codeOf(err error) diag.Code {
	var list diag.List
	if !errors.As(err, &list) || len(list) != 1 {
		return ""
	}
	return list[0].Code
}

func TestStopIsJudgedBeforeTheUpdate(t *testing.T) {
	for _, every := range []int{1, 3} {
		run := newRun(quadratic(1), "gd", number(0.5), 100, 1)
		run.Every = every
		run.Stop = lawOf(func(m maths) graph.ID { return m.op(graph.Le, m.in("x"), m.Const(0.125/2)) })
		tr := mustRun(t, run, Options{Keep: []int{2, 4, 5}})
		if tr.Status != Stopped || tr.Steps != 4 { // 1, 1/2, 1/4, 1/8, 1/16
			t.Errorf("%s after %d", tr.Status, tr.Steps)
		}
		want := map[int][]int{1: {0, 1, 2, 3, 4}, 3: {0, 3, 4}}[every]
		if !slices.Equal(tr.Loss.Steps, want) || tr.Path["x"].Data[len(want)-1] != 0.0625 {
			t.Errorf("recorded %v: %v", tr.Loss.Steps, tr.Path["x"].Data)
		}
		if tr.Final.Params["x"].Data[0] != 0.0625 || tr.Kept[2].Params["x"].Data[0] != 0.25 || tr.Kept[4] == nil || tr.Kept[5] != nil {
			t.Errorf("final %v, kept %v", tr.Final.Params["x"].Data, tr.Kept)
		}
		if !strings.Contains(tr.Loss.End, "stopped at step 4") {
			t.Errorf("end %q", tr.Loss.End)
		}
	}
}

func TestDivergenceKeepsWhatWasRecorded(t *testing.T) {
	run := newRun(quadratic(1), "gd", number(3e100), 50, 1) // x -> -3e100 x
	tr := mustRun(t, run, Options{})
	// |x| is 3e100 at 1, 9e200 at 2: the loss overflows there.
	if tr.Status != Diverged || tr.Steps != 1 || len(tr.Loss.Data) != 2 || tr.Final != nil {
		t.Fatalf("%s after %d, losses %v", tr.Status, tr.Steps, tr.Loss.Data)
	}
	if tr.Divergence == nil || tr.Divergence.Code != codeDiverged || !strings.Contains(tr.Divergence.Summary, "step 2") {
		t.Errorf("divergence %+v", tr.Divergence)
	}
	if tr.DivergedLanes() != 1 || !strings.Contains(tr.Loss.End, "diverged at step 2") {
		t.Errorf("%d lanes, end %q", tr.DivergedLanes(), tr.Loss.End)
	}

	run.Optimizer.LearningRate = lawOf(func(m maths) graph.ID { return m.in("eta") })
	run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{0.5, 3e100, 1}}}}
	tr = mustRun(t, run, Options{Keep: []int{1, 10}})
	if tr.Status != Diverged || tr.DivergedLanes() != 1 || tr.Steps != 50 || tr.LaneSteps[1] != 1 {
		t.Fatalf("%s, %d lanes, %v", tr.Status, tr.DivergedLanes(), tr.LaneSteps)
	}
	for k := range 51 {
		bad := math.IsNaN(tr.Path["x"].Data[3*k+1]) && math.IsNaN(tr.Loss.Data[3*k+1]) && math.IsNaN(tr.LearningRate.Data[3*k+1])
		if bad != (k >= 2) {
			t.Fatalf("step %d: x %v", k, tr.Path["x"].Data[3*k+1])
		}
		if math.IsNaN(tr.Path["x"].Data[3*k]) || math.IsNaN(tr.Path["x"].Data[3*k+2]) {
			t.Fatalf("step %d: another lane is not a number", k)
		}
	}
	if !math.IsNaN(tr.Final.Loss.Data[1]) || tr.Final.Loss.Data[2] != 0 || math.IsNaN(tr.Kept[1].Loss.Data[1]) || !math.IsNaN(tr.Kept[10].Loss.Data[1]) {
		t.Error("states of the lane that diverged")
	}
}

// Between two recorded steps nothing is known of the last good state, and the
// bad one must not stand in for it.
func TestDivergenceBetweenRecordedSteps(t *testing.T) {
	finite := func(name string, a *array.Array) {
		t.Helper()
		for _, v := range a.Data {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s has %v at steps %v", name, a.Data, a.Steps)
			}
		}
	}
	for every := 1; every <= 5; every++ {
		run := newRun(quadratic(1), "gd", number(1e50), 50, 1) // |x| is 1e50 to the k, overflows in the loss at k = 4
		run.Every = every
		tr := mustRun(t, run, Options{})
		if tr.Steps != 3 || tr.Loss.Steps[len(tr.Loss.Steps)-1] != 3-3%every {
			t.Errorf("every %d: %d steps, recorded %v", every, tr.Steps, tr.Loss.Steps)
		}
		finite("loss", tr.Loss)
		finite("x", tr.Path["x"])
		finite("rate", tr.LearningRate)

		run.Optimizer.LearningRate = lawOf(func(m maths) graph.ID { return m.in("eta") })
		run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{{1e50, 0.5, 1e50}}}}
		run.Stop = lawOf(func(m maths) graph.ID { return m.op(graph.Eq, m.in("x"), m.Const(0.125)) })
		tr = mustRun(t, run, Options{})
		rows := len(tr.Loss.Steps)
		if tr.Steps != 3 || tr.Loss.Steps[rows-1] != 3 || tr.Path["x"].Data[3*(rows-1)+1] != 0.125 {
			t.Errorf("every %d: %d steps, recorded %v: %v", every, tr.Steps, tr.Loss.Steps, tr.Path["x"].Data)
		}
		if got := tr.Loss.Data[3*(rows-1)]; every > 1 && 3%every != 0 != math.IsNaN(got) || math.IsInf(got, 0) {
			t.Errorf("every %d: the lane that diverged has %v in the last row", every, got)
		}
		run.Vary[0].Values[0] = []float64{1e50, 1e50, 1e50}
		tr = mustRun(t, run, Options{})
		finite("loss of lanes", tr.Loss)
	}
}

func TestStartThatIsNotFinite(t *testing.T) {
	tr := mustRun(t, newRun(quadratic(1), "gd", number(0.1), 5, math.NaN()), Options{})
	if tr.Status != Diverged || tr.Steps != -1 || len(tr.Loss.Data) != 0 || len(tr.LearningRate.Data) != 0 {
		t.Errorf("%s after %d: %v", tr.Status, tr.Steps, tr.Loss.Data)
	}
}

func TestRecordingTooMuchIsRefused(t *testing.T) {
	run := newRun(quadratic(1), "gd", number(0.1), 1_000_000_000, 1)
	_, err := Run(context.Background(), run, Options{})
	if codeOf(err) != codeTooLarge || !strings.Contains(err.(diag.List)[0].Detail, "every = ") {
		t.Fatalf("%v", err)
	}
	// What the message proposes is enough.
	var every int
	if _, e := fmt.Sscanf(err.(diag.List)[0].Detail, "Record less: record { every = %d }", &every); e != nil {
		t.Fatal(e)
	}
	run.Every = every
	if err := checkMemory(run, 1, 0, 0); err != nil {
		t.Errorf("every = %d: %v", every, err)
	}
	// It no longer is beside others.
	err = checkMemory(run, 1, 0, plan.MaxMemory-1000)
	if codeOf(err) != codeTooLarge || !strings.Contains(err.(diag.List)[0].Summary, "of the runs before it") {
		t.Errorf("beside others: %v", err)
	}
	if err := checkMemory(run, 1, 0, plan.MaxMemory); codeOf(err) != codeTooLarge {
		t.Errorf("with nothing left: %v", err)
	}
}

func TestInterruption(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	run := newRun(objectiveF1(), "gd", number(3), 50_000_000, -5)
	run.Every = 1000
	tr, err := Run(ctx, run, Options{Progress: func(done, steps int) {
		if done > 1000 {
			cancel()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if tr.Status != Interrupted || tr.Steps <= 1000 || tr.Steps >= run.Steps {
		t.Fatalf("%s after %d", tr.Status, tr.Steps)
	}
	if x := math.Abs(tr.Final.Params["x"].Data[0]); math.Abs(x-1.144032841275508) > 1e-12 {
		t.Errorf("the state reached is %v", x)
	}
	if n := len(tr.Loss.Steps); tr.Loss.Steps[n-1] != tr.Steps {
		t.Errorf("the last recorded step is %d of %d", tr.Loss.Steps[n-1], tr.Steps)
	}
}

func TestStartFromLaws(t *testing.T) {
	o := objective([]plan.Param{{Name: "w", Type: graph.Of(3)}}, func(m maths) graph.ID {
		w := m.Input("w", graph.Of(3))
		return m.op(graph.Sum, m.mul(w, w))
	})
	run := newRun(o, "gd", number(0.1), 0)
	run.Seed = 42
	run.Start = []plan.Start{{Param: "w", Law: plan.Normal, Args: [2]*plan.Expr{number(10), number(2)}}}
	one := mustRun(t, run, Options{})
	stream := random.New(42, "start", "w")
	for e, got := range one.Path["w"].Data {
		if want := 10 + 2*stream.Normal(uint64(e), 0); got != want {
			t.Errorf("w[%d] = %v, want %v", e, got, want)
		}
	}
	run.Vary = []plan.Vary{{Names: []string{"b"}, Values: [][]float64{{1, 2, 3, 4}}}}
	run.Start[0] = plan.Start{Param: "w", Law: plan.Uniform, Args: [2]*plan.Expr{number(-1), lawOf(func(m maths) graph.ID { return m.in("b") })}}
	many := mustRun(t, run, Options{})
	for i := range 4 {
		for e := range 3 {
			want := -1 + float64(i+2)*stream.Uniform(uint64(e), uint64(i))
			if got := many.Path["w"].Data[i*3+e]; math.Abs(got-want) > 1e-15 || got < -1 || got >= float64(i+1) {
				t.Errorf("lane %d: w[%d] = %v, want %v", i, e, got, want)
			}
		}
	}
	run.Start[0] = plan.Start{Param: "w", Value: lawOf(func(m maths) graph.ID { return m.ConstArray(graph.Of(2), []float64{1, 2}) })}
	if _, err := Run(context.Background(), run, Options{}); codeOf(err) != codeNoValue {
		t.Errorf("a start of another shape: %v", err)
	}
	run.Start = nil
	if _, err := Run(context.Background(), run, Options{}); codeOf(err) != codeNoValue {
		t.Errorf("no start: %v", err)
	}
}
