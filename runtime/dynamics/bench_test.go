package dynamics

import (
	"context"
	"fmt"
	"testing"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// withLanes varies the rate.
func withLanes(run *plan.Run, from, to float64, n int) *plan.Run {
	run.Optimizer.LearningRate = lawOf(func(m maths) graph.ID { return m.in("eta") })
	run.Vary = []plan.Vary{{Names: []string{"eta"}, Values: [][]float64{linspace(from, to, n)}}}
	return run
}

// withStarts varies the first parameter's start.
func withStarts(run *plan.Run, from, to float64, n int) *plan.Run {
	run.Start[0].Value = lawOf(func(m maths) graph.ID { return m.in("s") })
	run.Vary = []plan.Vary{{Names: []string{"s"}, Values: [][]float64{linspace(from, to, n)}}}
	return run
}

// BenchmarkRun reports the time of whole runs, their assembly included, per
// step of one trajectory.
func BenchmarkRun(b *testing.B) {
	const steps, laneSteps = 1_000_000, 4000
	sparse := func(r *plan.Run, every int) *plan.Run { r.Every = every; return r }
	decays := piecewise([]float64{5, 3, 1}, []float64{steps / 2, 3 * steps / 4})
	for _, c := range []struct {
		name  string
		run   *plan.Run
		lanes int
	}{
		{"f1/single", newRun(objectiveF1(), "gd", decays, steps, -5), 1},
		{"f1/single/every=100", sparse(newRun(objectiveF1(), "gd", decays, steps, -5), 100), 1},
		{"f1/lanes=4096", withLanes(newRun(objectiveF1(), "gd", nil, laneSteps, -5), 0.1, 8, 4096), 4096},
		{"f1/lanes=4096/every=100", sparse(withLanes(newRun(objectiveF1(), "gd", nil, laneSteps, -5), 0.1, 8, 4096), 100), 4096},
		{"f1/lanes=256/every=100", sparse(withLanes(newRun(objectiveF1(), "gd", nil, 4*laneSteps, -5), 0.1, 8, 256), 100), 256},
		{"f1/starts=1024/schedule/every=100", sparse(withStarts(newRun(objectiveF1(), "gd", decays, laneSteps, 0), -8, 8, 1024), 100), 1024},
		{"f1/orbit=1000x4000/every=40", sparse(withLanes(newRun(objectiveF1(), "gd", nil, laneSteps, -5), 0.1, 8, 1000), 40), 1000},
		{"valleys/lanes=256/every=100", sparse(withLanes(newRun(twoValleys(), "gd", nil, laneSteps, -20, 3), 0.1, 3, 256), 100), 256},
		{"valleys/single", newRun(twoValleys(), "gd", number(2.5), steps, -20, 3), 1},
		{"valleys/single/every=100", sparse(newRun(twoValleys(), "gd", number(2.5), steps, -20, 3), 100), 1},
		{"valleys/lanes=4096", withLanes(newRun(twoValleys(), "gd", nil, laneSteps/4, -20, 3), 0.1, 3, 4096), 4096},
		{"valleys/lanes=4096/every=100", sparse(withLanes(newRun(twoValleys(), "gd", nil, laneSteps, -20, 3), 0.1, 3, 4096), 100), 4096},
	} {
		for _, workers := range []int{1, 2} {
			if workers > 1 && c.lanes == 1 {
				continue
			}
			b.Run(fmt.Sprintf("%s/workers=%d", c.name, workers), func(b *testing.B) {
				for b.Loop() {
					if _, err := Run(context.Background(), c.run, Options{Workers: workers}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.run.Steps)/float64(c.lanes), "ns/step")
			})
		}
	}
}

func BenchmarkQuasistatic(b *testing.B) {
	run := quasi(flattening(), number(3), 100_000, 1, 1)
	for b.Loop() {
		if _, err := Run(context.Background(), run, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(run.Steps), "ns/step")
}

// A run of twice the steps allocates as often: no step does.
func TestNoAllocationInAStep(t *testing.T) {
	for name, run := range map[string]*plan.Run{
		"one":         newRun(twoValleys(), "momentum", number(0.5), 0, -20, 3),
		"lanes":       withLanes(newRun(twoValleys(), "nesterov", nil, 0, -20, 3), 0.1, 3, 300),
		"quasistatic": quasi(flattening(), number(3), 0, 1, 1),
	} {
		run.Optimizer.Momentum = number(0.3)
		count := func(steps int) float64 {
			run.Steps = steps
			return testing.AllocsPerRun(3, func() {
				if _, err := Run(context.Background(), run, Options{}); err != nil {
					t.Fatal(err)
				}
			})
		}
		if few, many := count(200), count(250); many > few {
			t.Errorf("%s: %v allocations for 200 steps, %v for 250", name, few, many)
		}
	}
}
