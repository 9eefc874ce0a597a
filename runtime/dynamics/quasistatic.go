package dynamics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"relief/lang/diag"
	"relief/runtime/graph"
	"relief/runtime/program"
)

// quasistatic iterates the dynamics of the paper's section 4.4: the slow
// parameters x move by gradient descent while the fast one y sits on the
// two-cycle {y+, y-} of y -> y - eta F_y(x, y) at fixed x. The gradient that
// moves x is the mean over the two points,
//
//	x' = x - eta (F_x(x, y+) + F_x(x, y-))/2,
//
// which for F(x, y) = f(h(x) y) with even f is (4.8), x' = x - 2 y^2 grad log h(x).
// Where eta F_yy is at most 2 at the minimum in y there is no two-cycle to
// follow: y is that minimum and x stands still. State k holds the point of the
// cycle on the side that the start is on; the loss and the norm of the gradient
// are those of that point. Parameters that are neither slow nor fast keep their
// values.
type quasistatic struct {
	*walk
	fast   *program.State // outputs F_y, F_yy
	across section        // of the state in the lane begun
	solver *cycleSolver
	lower  bool      // the side of the cycle that the state is on
	mean   []float64 // of the slow parameters' gradients, over the cycle
	rests  bool      // there is no oscillation at this step
	worst  float64   // residual so far
	own    []float64 // the residual
}

func newQuasistatic(w *walk) (*quasistatic, error) {
	q := &quasistatic{walk: w, mean: make([]float64, w.size), own: make([]float64, 1)}
	o := w.run.Optimizer
	for _, i := range append(slices.Clone(o.Along), o.Across) {
		if i < 0 || i >= len(w.where) {
			return nil, fmt.Errorf("along or across names element %d of %d", i, len(w.where))
		}
	}
	m := w.m
	var inputs []string
	for _, c := range m.State {
		inputs = append(inputs, c.Name)
	}
	across := w.where[o.Across]
	g, y := m.Graph, m.State[across.param].In
	unit, slope := g.Const(1), m.Gradient[across.param]
	if t := g.Type(y); t.Rank() > 0 {
		direction := make([]float64, t.Size())
		direction[across.element] = 1
		unit = g.ConstArray(t, direction)
		slope = g.Slice(slope, across.element, graph.Number)
	}
	curvature, err := g.Tangent([]graph.ID{slope}, map[graph.ID]graph.ID{y: unit})
	if err != nil {
		return nil, err
	}
	fast, err := program.Compile(g, inputs, []graph.ID{slope, curvature[0]}, program.Options{})
	if err != nil {
		return nil, err
	}
	q.fast = program.NewState(fast, 1)
	return q, nil
}

// section is the objective across, at p.
func (q *quasistatic) section(p []float64) section {
	across := q.run.Optimizer.Across
	return func(y float64) (slope, curvature float64) {
		keep := p[across]
		p[across] = y
		set(q.fast, p)
		p[across] = keep
		q.fast.Run()
		return q.fast.Output(0)[0], q.fast.Output(1)[0]
	}
}

func (q *quasistatic) begin(p []float64) error {
	start := p[q.run.Optimizer.Across]
	q.across = q.section(p)
	q.solver = newCycleSolver(q.across, start)
	q.lower = start < q.solver.middle
	return nil
}

func (q *quasistatic) settle(_ context.Context, p []float64, k int, eta float64) ([]float64, error) {
	c, err := q.solver.solve(q.across, eta)
	if err != nil {
		return nil, q.noCycle(err, k, eta, p)
	}
	here, there := c.Plus, c.Minus
	if q.lower {
		here, there = there, here
	}
	across := q.run.Optimizer.Across
	p[across] = there
	q.at(p, k)
	for _, i := range q.run.Optimizer.Along {
		q.mean[i] = q.gradientOf(i)
	}
	p[across] = here
	q.at(p, k)
	for _, i := range q.run.Optimizer.Along {
		q.mean[i] = (q.mean[i] + q.gradientOf(i)) / 2
	}
	q.rests = c.AtRest()
	if isFinite(q.full.Output(q.loss)[0]) {
		q.worst = max(q.worst, c.Residual)
	}
	q.own[0] = c.Residual
	return q.own, nil
}

func (q *quasistatic) advance(_ context.Context, p []float64, _ int, eta float64) error {
	if !q.rests {
		for _, i := range q.run.Optimizer.Along {
			p[i] -= eta * q.mean[i]
		}
	}
	return nil
}

// noCycle explains a failure of the solver, which ends the run: without the
// cycle the dynamics has no meaning.
func (q *quasistatic) noCycle(err error, k int, eta float64, p []float64) error {
	name := q.nameOf(q.run.Optimizer.Across)
	detail := "The quasistatic dynamics needs an objective that grows slower than a quadratic across, so that the iterates turn back. Choose another parameter for across, or a lower learning rate; beside it, a run of gd shows what the iterates do."
	if none := (*cycleError)(nil); errors.As(err, &none) && none.noMinimum {
		detail = "The quasistatic dynamics needs a minimum across: choose another parameter for across, or start nearer to the minimum."
	}
	d := fail(codeNoCycle, q.run.Optimizer.Span, q.run, detail, "no two-cycle across %s at step %d: %v", name, k, err)
	d.Values = append(d.Values, diag.Value{Name: "step", Text: strconv.Itoa(k)}, diag.Value{Name: "learning rate", Text: numberText(eta)})
	for i, v := range p {
		if i < 8 {
			d.Values = append(d.Values, diag.Value{Name: q.nameOf(i), Text: numberText(v)})
		}
	}
	return diag.List{d}
}
