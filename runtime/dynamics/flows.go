package dynamics

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"relief/lang/diag"
	"relief/runtime/bind"
	"relief/runtime/flow"
	"relief/runtime/model"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// walkThrough makes a run on a formula whose update is not a graph.
func walkThrough(ctx context.Context, m *Map, run *plan.Run, l lanes, state [][]float64, opt *Options) (*Trajectory, error) {
	w, err := newWalk(m, run, l)
	if err != nil {
		return nil, err
	}
	if run.Optimizer.Kind == "quasistatic" {
		q, err := newQuasistatic(w)
		if err != nil {
			return nil, err
		}
		t, err := w.make(ctx, q, []string{"residual"}, state, opt)
		if err == nil {
			t.WorstResidual = q.worst
		}
		return t, err
	}
	o, err := model.NewFormula(run.Objective, opt.Results)
	if err != nil {
		return nil, err
	}
	f := &flowing{walk: w}
	if f.stream, err = newStream(m, run, l, o); err != nil {
		return nil, err
	}
	return w.make(ctx, f, f.stream.names(), state, opt)
}

// flowing is the pace of a flow.
type flowing struct {
	*walk
	*stream
	lane int // lanes begun
}

func (f *flowing) begin(p []float64) error {
	f.stream.begin(f.lane)
	f.lane++
	return nil
}

func (f *flowing) settle(ctx context.Context, p []float64, k int, eta float64) ([]float64, error) {
	own, err := f.read(ctx, p, k, eta)
	if err == nil {
		f.at(p, k)
	}
	return own, err
}

func (f *flowing) advance(ctx context.Context, p []float64, _ int, eta float64) error {
	return f.stream.advance(ctx, p, eta)
}

// stream is a flow as a run goes along it: a solver, and for a central flow the
// field with the settings of each update. A point is the parameters and, of
// rmsprop, the second moments.
type stream struct {
	run     *plan.Run
	o       model.Objective
	solver  *flow.Solver
	central *flow.Central // nil: the gradient flow
	fresh   func()        // makes solver and central anew
	moments *law          // beta2 and epsilon of rmsprop; nil: none
	line    *timeline     // of them, in the lane begun
	drawn   bool          // the objective is another one at each update: dropout
	update  int           // that was read last; -1: none
}

// coarsest is the tolerance below which binary32 cannot be followed.
const coarsest = 1e-5

func newStream(m *Map, run *plan.Run, l lanes, o model.Objective) (*stream, error) {
	s := &stream{run: run, o: o}
	p := run.Optimizer
	tolerance := p.Tolerance
	if !(tolerance > 0) {
		return nil, &bind.Error{Span: p.Span, Err: fmt.Errorf("the tolerance of the flow is %v: write a number above 0, such as 1e-8", tolerance)}
	}
	eigen := max(1e-10, min(1e-3, 10*tolerance)) // the sharpness is off by its square
	if t := run.Objective.Training; t != nil {
		if t.Network.Single {
			tolerance, eigen = max(tolerance, coarsest), max(eigen, 10*coarsest)
		}
		for layer := range t.Network.All() {
			s.drawn = s.drawn || layer.Kind == network.Dropout
		}
	}
	if p.Kind == "gradient_flow" {
		s.fresh = func() { s.solver = flow.NewSolver(flow.Gradient(o), tolerance, o.Size()) }
		return s, nil
	}
	if p.Of != "gd" && p.Of != "rmsprop" {
		return nil, &bind.Error{Span: p.Span, Err: fmt.Errorf(`there is no central flow of %q: write of = "gd" or of = "rmsprop"`, p.Of)}
	}
	s.fresh = func() {
		s.central = flow.NewCentral(o, flow.CentralOptions{RMSProp: p.Of == "rmsprop", Top: p.Top, Tolerance: eigen, Seed: run.Seed})
		s.solver = flow.NewSolver(s.central.Field, tolerance, s.central.Sizes()...)
	}
	var err error
	if len(m.moments) > 0 {
		s.moments, err = newLaw(m, l, m.moments...)
	}
	return s, err
}

// names are those of the flow's own series.
func (s *stream) names() []string {
	if s.run.Optimizer.Kind == "gradient_flow" {
		return []string{"error"}
	}
	return []string{"error", "oscillation", "complementarity"}
}

// begin starts a lane.
func (s *stream) begin(lane int) {
	s.fresh()
	s.update = -1
	if s.moments != nil {
		s.line = s.moments.follow(lane, 1)
	}
}

// read gives the field the settings of update k, whose rate is eta, and returns
// the values of the flow's own series at p. Second moments that are all 0 begin as
// the squares of the gradient, which is where they would stay.
func (s *stream) read(ctx context.Context, p []float64, k int, eta float64) ([]float64, error) {
	if !(eta > 0) {
		return nil, &bind.Error{Span: s.run.Optimizer.LearningRate.Span, Err: fmt.Errorf("the learning rate of a flow is the time of a step, and at step %d it is %v: write one above 0", k, eta)}
	}
	if s.central == nil {
		if s.drawn {
			s.solver.Forget()
		}
		return []float64{s.solver.Error()}, nil
	}
	n := s.o.Size()
	if nu := p[n:]; len(nu) > 0 && !slices.ContainsFunc(nu, func(v float64) bool { return v != 0 }) {
		if _, err := s.o.Gradient(ctx, nu, p[:n]); err != nil {
			return nil, err
		}
		for i, v := range nu {
			nu[i] = v * v
		}
	}
	if s.drawn && k != s.update {
		s.solver.Forget()
		s.central.Forget()
	}
	s.update = k
	beta2, epsilon := 0.0, 0.0
	if s.line != nil {
		at := s.line.index(k)
		beta2, epsilon = s.line.s.Output(0)[at], s.line.s.Output(1)[at]
	}
	if s.central.Set(eta, beta2, epsilon) {
		s.solver.Forget()
	}
	r, err := s.central.Read(ctx, p)
	if err != nil {
		return nil, s.explain(ctx, err)
	}
	return []float64{s.solver.Error(), r.Trace, r.Complementarity}, nil
}

// advance moves p by the time of one update. After an error all is as before.
func (s *stream) advance(ctx context.Context, p []float64, eta float64) error {
	before := s.mark()
	err := s.solver.Advance(ctx, p, eta)
	if err == nil {
		return nil
	}
	if back := s.restore(before); back != nil {
		return back
	}
	return s.explain(ctx, err)
}

// streamState is all that a stream carries from one update to the next.
type streamState struct {
	Solver  flow.State
	Central flow.CentralState
	Update  int
}

func (s *stream) mark() streamState {
	m := streamState{Solver: s.solver.State(), Update: s.update}
	if s.central != nil {
		m.Central = s.central.State()
	}
	return m
}

func (s *stream) restore(m streamState) error {
	s.solver.Restore(m.Solver)
	s.update = m.Update
	if s.central != nil {
		return s.central.Restore(m.Central)
	}
	return nil
}

// explain turns an error of a flow into one of the run: it blows up, or the study
// has to be changed.
func (s *stream) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	top, hold, step := (*flow.TopError)(nil), (*flow.HoldError)(nil), (*flow.StepError)(nil)
	switch {
	case errors.As(err, &top):
		cure := fmt.Sprintf("Let more of them oscillate: top = %d in the optimizer; or take a lower learning rate.", top.Top+1)
		return diag.List{fail(codeNoValue, s.run.Optimizer.Span, s.run, cure, "%v", err)}
	case errors.As(err, &hold):
		return &blowUp{err}
	case errors.As(err, &step) && step.Cause == nil:
		return &blowUp{err}
	}
	return err
}
