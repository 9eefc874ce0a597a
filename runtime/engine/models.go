package engine

import (
	"errors"
	"fmt"
	"sync"

	"relief/lang/diag"
	"relief/runtime/analysis"
	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/datafile"
	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
	"relief/runtime/random"
	"relief/runtime/weights"
)

// models holds the data and the networks of a study. Networks use all
// processors by themselves, so one block at a time computes with them: it holds
// the lock from its beginning to its end.
type models struct {
	sync.Mutex
	machine  *dense.Machine
	networks map[plan.Address]*model.Network

	data sync.Mutex // guards sets
	sets map[plan.Address]*loaded
}

// loaded is a dataset, or why there is none.
type loaded struct {
	set *dataset.Set
	err error
}

// objective returns what is minimised as a function. The caller of that of a
// network holds the lock, and results must not take it.
func (r *runner) objective(f *plan.Objective, results bind.Results) (model.Objective, error) {
	if f.Training == nil {
		return model.NewFormula(f, results)
	}
	m := &r.models
	if n := m.networks[f.Address]; n != nil {
		n.Draw = 0
		return n, nil
	}
	set, err := r.dataset(f.Data)
	if err != nil {
		return nil, err
	}
	if m.machine == nil {
		m.machine = dense.NewMachine(r.workers())
		if m.machine.Limit = r.opts.NetworkMemory; m.machine.Limit == 0 {
			m.machine.Limit = networkMemory()
		}
		m.networks = map[plan.Address]*model.Network{}
	}
	n, err := model.NewNetwork(f, set, m.machine, random.Derive(r.study.Seed, "dropout", f.Address.String()), results)
	if err != nil {
		return nil, err
	}
	m.networks[f.Address] = n
	return n, nil
}

// dataset loads samples, once.
func (r *runner) dataset(d *plan.Dataset) (*dataset.Set, error) {
	m := &r.models
	m.data.Lock()
	defer m.data.Unlock()
	return r.load(d)
}

// load is dataset for a caller that holds the lock of the sets.
func (r *runner) load(d *plan.Dataset) (*dataset.Set, error) {
	m := &r.models
	if l := m.sets[d.Address]; l != nil {
		return l.set, l.err
	}
	if m.sets == nil {
		m.sets = map[plan.Address]*loaded{}
	}
	set, err := model.Load(d, r.load, r.result)
	if err != nil {
		err = located(d, err)
	}
	m.sets[d.Address] = &loaded{set, err}
	return set, err
}

// located gives an error of data the place of its block.
func located(d *plan.Dataset, err error) error {
	var at *bind.Error
	if errors.As(err, &at) {
		return err
	}
	return diag.List{fault(d.Block, d.Address.String(), err)}
}

// holding takes the lock of networks for a block that computes with one.
func (r *runner) holding(f *plan.Objective) (release func()) {
	if f == nil || f.Training == nil {
		return func() {}
	}
	r.models.Lock()
	return r.models.Unlock
}

// resultsFor is what a block asks for results. One that computes with a network
// holds the lock already.
func (r *runner) resultsFor(f *plan.Objective) bind.Results {
	if f.Training != nil {
		return r.held
	}
	return r.result
}

// held is result for a block that holds the lock of networks.
func (r *runner) held(ref *plan.Ref) (*array.Array, error) { return r.resultOf(ref, true) }

// rows is the recorded path of a run: its snapshots or, of a formula, its path.
func (r *runner) rows(a plan.Address) (analysis.Rows, error) {
	run, err := r.finishedRun(a)
	if err != nil {
		return nil, err
	}
	if s := run.trajectory.Snapshots; s != nil {
		return s, nil
	}
	if len(run.trajectory.Path) == 0 || len(run.trajectory.Lanes) > 0 {
		return nil, fmt.Errorf("%s has no recorded path: add snapshots { every = 10 } to it", a)
	}
	return newPath(run), nil
}

// path is the recorded parameters of a run as rows.
type path struct {
	steps []int
	parts []*array.Array
	dim   int
}

func newPath(run *RunResult) *path {
	p := &path{dim: run.Plan.Objective.Size()}
	for _, w := range run.Plan.Objective.Params {
		a := run.trajectory.Path[w.Name]
		p.parts, p.steps = append(p.parts, a), a.Steps
	}
	return p
}

func (p *path) Len() int       { return len(p.steps) }
func (p *path) Dim() int       { return p.dim }
func (p *path) Step(i int) int { return p.steps[i] }
func (p *path) Row(i int, dst []float64) error {
	for _, a := range p.parts {
		n := a.Type.Size()
		dst = dst[copy(dst, a.Data[i*n:(i+1)*n]):]
	}
	return nil
}

// networkAt asks the objective of a network for its value or a derivative.
func (r *runner) networkAt(f *plan.Objective, ref *plan.Ref, point, vector []float64, held bool) (*array.Array, error) {
	results := r.held
	if !held {
		r.models.Lock()
		defer r.models.Unlock()
	}
	n, err := r.objective(f, results)
	if err != nil {
		return nil, err
	}
	ctx := r.ctx
	out := make([]float64, n.Size())
	switch ref.Path[0] {
	case "value":
		v, err := n.Value(ctx, point)
		return array.Scalar(v), err
	case "gradient":
		_, err = n.Gradient(ctx, out, point)
	case "hvp":
		h, failed := n.Hessian(ctx, point)
		if err = failed; err == nil {
			err = h.Apply(out, vector)
		}
	case "hessian":
		h, failed := n.Hessian(ctx, point)
		if failed != nil {
			return nil, failed
		}
		size := len(out)
		all := make([]float64, size*size)
		for i := range size {
			clear(out)
			out[i] = 1
			if err := h.Apply(all[i*size:(i+1)*size], out); err != nil {
				return nil, err
			}
		}
		return array.New(graph.Of(size, size), all), nil
	default:
		err = fmt.Errorf("%s cannot be asked for %s", ref.Block, ref.Path[0])
	}
	return array.New(graph.Of(len(out)), out), err
}

// weightsOf reads a file of parameters into a flat vector. What the reader notes
// becomes warnings of the run.
func weightsOf(p *plan.Run, notes *diag.List) func(path string, x []float64) error {
	return func(path string, x []float64) error {
		f, err := weights.Read(path)
		var said []string
		if err == nil {
			said, err = weights.Into(p.Objective.Network.Network, f, x)
		}
		at := p.Block
		at.Span = p.WeightsSpan
		if err != nil {
			return diag.List{fault(at, path, err)}
		}
		for _, note := range said {
			notes.Add(&diag.Diagnostic{Severity: diag.Warning, Code: codeNoData, Summary: path + ": " + note, Span: at.Span, Context: blockContext(p.Address)})
		}
		return nil
	}
}

// fault is an error of a file as a diagnostic about the block that names it.
func fault(b plan.Block, what string, err error) *diag.Diagnostic {
	out := &diag.Diagnostic{Code: codeNoData, Summary: fmt.Sprintf("%s cannot be loaded: %v", what, err), Span: b.Span, Context: blockContext(b.Address)}
	var f *datafile.Error
	if errors.As(err, &f) {
		out.Summary, out.Detail = fmt.Sprintf("%s cannot be loaded: %s", what, f.Summary), diag.Sentence(f.Cure)
		place := f.File
		if f.Line > 0 {
			place = fmt.Sprintf("%s, line %d", place, f.Line)
		}
		if place != "" {
			out.Values = append(out.Values, diag.Value{Name: "file", Text: place})
		}
	}
	return out
}

// close removes what runs left on the disk, but for what an interrupted study
// will be taken up from.
func (r *runner) close() {
	keep := r.opts.Checkpoints != "" && r.ctx.Err() != nil
	for _, run := range r.runs {
		if t := run.trajectory; t != nil && t.Snapshots != nil {
			_ = t.Snapshots.Close(keep) // at worst a file is left in a folder of temporary files
		}
	}
}
