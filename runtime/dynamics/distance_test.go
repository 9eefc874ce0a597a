package dynamics

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"relief/runtime/analysis"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
)

// table is recorded states.
type table struct {
	steps []int
	rows  [][]float64
}

func (r *table) Len() int       { return len(r.steps) }
func (r *table) Dim() int       { return len(r.rows[0]) }
func (r *table) Step(i int) int { return r.steps[i] }
func (r *table) Row(i int, dst []float64) error {
	copy(dst, r.rows[i])
	return nil
}

var other = plan.Address{Noun: "run", Name: "other"}

func rowsOf(r *table) func(plan.Address) (analysis.Rows, error) {
	return func(plan.Address) (analysis.Rows, error) { return r, nil }
}

// byHand is the distance of the means over the last steps, fewer at the start.
func byHand(a, b [][]float64, k, average int) float64 {
	from := max(0, k-average+1)
	s := 0.0
	for j := range a[k] {
		d := 0.0
		for i := from; i <= k; i++ {
			d += a[i][j] - b[i][j]
		}
		s += d * d
	}
	return math.Sqrt(s) / float64(k-from+1)
}

func TestDistanceFromAnotherRun(t *testing.T) {
	const steps = 23
	o := objective(scalars("x", "y"), func(m maths) graph.ID {
		return m.add(m.mul(m.in("x"), m.in("x")), m.mul(m.Const(0.3), m.mul(m.in("y"), m.in("y"))))
	})
	path := func(tr *Trajectory) *table {
		r := &table{}
		for k := range tr.Path["x"].Len() {
			r.steps = append(r.steps, k)
			r.rows = append(r.rows, []float64{tr.Path["x"].Data[k], tr.Path["y"].Data[k]})
		}
		return r
	}
	flown := path(mustRun(t, flowRun(o, number(0.9), steps, 2, 1), Options{}))
	for _, kind := range []string{"gd", "gradient_flow"} {
		for _, every := range []int{1, 2, 5} {
			for _, average := range []int{1, 2, 3, 7} {
				run := newRun(o, kind, number(0.9), steps, 2, 1.5)
				run.Optimizer.Tolerance = 1e-6
				run.Probes = []plan.Probe{{Name: "apart", Kind: "distance", Every: every, From: other, Average: average}}
				tr := mustRun(t, run, Options{Rows: rowsOf(flown)})
				own := path(tr)
				d := tr.Probes["apart"]
				for i, k := range d.Steps {
					if want := byHand(own.rows, flown.rows, k, average); math.Abs(d.Data[i]-want) > 1e-14 {
						t.Fatalf("%s, every %d, average %d: at step %d %v, want %v", kind, every, average, k, d.Data[i], want)
					}
				}
				if n := plan.Rows(steps, every); d.Len() != n {
					t.Fatalf("every %d: %d distances, want %d", every, d.Len(), n)
				}
			}
		}
	}
}

// The series ends where the other run does; a state missing in between is an error.
func TestDistanceWhereStatesAreMissing(t *testing.T) {
	run := newRun(quadratic(1), "gd", number(0.1), 20, 1)
	run.Probes = []plan.Probe{{Name: "apart", Kind: "distance", Every: 1, From: other, Average: 2}}
	short := &table{}
	for k := range 8 {
		short.steps, short.rows = append(short.steps, k), append(short.rows, []float64{0})
	}
	tr := mustRun(t, run, Options{Rows: rowsOf(short)})
	if d := tr.Probes["apart"]; !slices.Equal(d.Steps, short.steps) || !strings.Contains(d.End, "run.other") {
		t.Errorf("distances at %v, ended since %q", d.Steps, d.End)
	}
	short.steps[3] = 100
	slices.Sort(short.steps)
	if _, err := Run(t.Context(), run, Options{Rows: rowsOf(short)}); err == nil || !strings.Contains(err.Error(), "no state at step") {
		t.Errorf("a state is missing: %v", err)
	}
	short.rows[0] = []float64{1, 2}
	if _, err := Run(t.Context(), run, Options{Rows: rowsOf(short)}); err == nil || !strings.Contains(err.Error(), "2 parameters") {
		t.Errorf("another objective: %v", err)
	}
}

// A network's run, interrupted within a mean and taken up, has the same distances.
func TestDistanceOnANetwork(t *testing.T) {
	first, opt := trained(t, 1, func(r *plan.Run) { r.RecordPath, r.Probes = true, nil })
	a := mustRun(t, first, opt)
	states := func(tr *Trajectory) [][]float64 {
		var rows [][]float64
		for k := range tr.Loss.Len() {
			var row []float64
			for _, p := range first.Objective.Params {
				n := p.Type.Size()
				row = append(row, tr.Path[p.Name].Data[k*n:(k+1)*n]...)
			}
			rows = append(rows, row)
		}
		return rows
	}
	r := &table{rows: states(a)}
	for k := range r.rows {
		r.steps = append(r.steps, k)
	}
	slower := func(p *plan.Run) {
		p.RecordPath, p.Optimizer.LearningRate = true, number(0.03)
		p.Probes = []plan.Probe{{Name: "apart", Kind: "distance", Every: 2, From: other, Average: 3}}
	}
	run, opt := trained(t, 1, slower)
	opt.Rows = rowsOf(r)
	whole := mustRun(t, run, opt)
	own := states(whole)
	for i, k := range whole.Probes["apart"].Steps {
		if d, want := whole.Probes["apart"].Data[i], byHand(own, r.rows, k, 3); math.Abs(d-want) > 1e-12*(1+want) {
			t.Errorf("step %d: %v, want %v", k, d, want)
		}
	}
	opt.Checkpoint = filepath.Join(t.TempDir(), "run.ckpt")
	ctx, cancel := context.WithCancel(t.Context())
	opt.Progress = func(done, _ int) {
		if done == 5 {
			cancel()
		}
	}
	if tr, err := Run(ctx, run, opt); err != nil || tr.Status != Interrupted {
		t.Fatalf("%v, %v", tr, err)
	}
	opt.Progress = nil
	sameTraining(t, whole, mustRun(t, run, opt))
}

// The preconditioned sharpness is the largest eigenvalue of D^-1/2 H D^-1/2, with
// the D that divides the update from the state.
func TestPreconditionedSharpness(t *testing.T) {
	o := objective(scalars("x", "y"), func(m maths) graph.ID {
		return m.add(m.mul(m.Const(2), m.mul(m.in("x"), m.in("x"))), m.mul(m.Const(0.5), m.mul(m.in("y"), m.in("y"))))
	})
	const beta2, epsilon = 0.9, 0.1
	for _, kind := range []string{"adam", "adamw", "rmsprop"} {
		run := newRun(o, kind, number(0.05), 12, 1, -2)
		run.Optimizer.Beta1, run.Optimizer.Beta2, run.Optimizer.Epsilon = number(0.8), number(beta2), number(epsilon)
		run.Probes = []plan.Probe{{Name: "l", Kind: "sharpness", Every: 1, Preconditioned: true, Tolerance: 1e-12}}
		f, err := model.NewFormula(o, nil)
		if err != nil {
			t.Fatal(err)
		}
		tr := mustRun(t, run, Options{Objective: f})
		v := [2]float64{}
		h := [2]float64{4, 1}
		for k := range 13 {
			want := 0.0
			for i, x := range []float64{tr.Path["x"].Data[k], tr.Path["y"].Data[k]} {
				g := h[i] * x
				v[i] = beta2*v[i] + (1-beta2)*g*g
				unbias := 1.0
				if kind != "rmsprop" {
					unbias = 1 - math.Pow(beta2, float64(k+1))
				}
				want = max(want, h[i]/(math.Sqrt(v[i]/unbias)+epsilon))
			}
			if got := tr.Probes["l"].Data[k]; math.Abs(got-want) > 1e-10*want {
				t.Fatalf("%s: at step %d %v, want %v", kind, k, got, want)
			}
		}
	}
	run := newRun(o, "gd", number(0.05), 3, 1, -2)
	run.Probes = []plan.Probe{{Name: "l", Kind: "sharpness", Every: 1, Preconditioned: true}}
	f, _ := model.NewFormula(o, nil)
	if _, err := Run(t.Context(), run, Options{Objective: f}); err == nil || !strings.Contains(err.Error(), "second moments") {
		t.Errorf("gd has none: %v", err)
	}
}
