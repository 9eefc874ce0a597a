package engine

import (
	"fmt"
	"strconv"
	"strings"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/graph"
	"relief/runtime/plan"
)

// result gives the value of a reference; it is a bind.Results. The error is a
// clause that names the block and, where a run came to an early end, the step.
func (r *runner) result(ref *plan.Ref) (*array.Array, error) { return r.resultOf(ref, false) }

// resultOf is result; held says that the caller holds the lock of networks.
func (r *runner) resultOf(ref *plan.Ref, held bool) (*array.Array, error) {
	var a *array.Array
	var err error
	switch ref.Block.Noun {
	case "run":
		a, err = r.ofRun(ref)
	case "landscape":
		a, err = r.ofLandscape(ref)
	case "objective":
		a, err = r.ofObjective(ref, held)
	case "spectrum", "projection", "orbit", "growth":
		a, err = r.ofAnalysis(ref)
	case "dataset":
		a, err = r.ofDataset(ref)
	default:
		err = fmt.Errorf("%s has no results", ref.Block)
	}
	if err != nil {
		return nil, err
	}
	return withType(a, ref)
}

// withType gives a result the axes that the reference declares: lanes of
// several vary blocks, for instance, lie in one row in memory.
func withType(a *array.Array, ref *plan.Ref) (*array.Array, error) {
	t := ref.Type
	if a.Type == t {
		return a, nil
	}
	if a.Type.Series != t.Series || a.Type.Bool != t.Bool || a.Type.Size() != t.Size() {
		return nil, fmt.Errorf("%s.%s is %s, but %s was expected", ref.Block, strings.Join(ref.Path, "."), a.Type, t)
	}
	b := *a
	b.Type = t
	return &b, nil
}

func (r *runner) runOf(a plan.Address) *RunResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.runs[a]
}

func (r *runner) landscapeOf(a plan.Address) *LandscapeResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.landscapes[a]
}

// finishedRun returns a run that has results, of whatever length.
func (r *runner) finishedRun(a plan.Address) (*RunResult, error) {
	run := r.runOf(a)
	switch {
	case run == nil:
		return nil, fmt.Errorf("%s has not been run", a)
	case run.trajectory == nil && run.Status == Interrupted:
		return nil, fmt.Errorf("%s was interrupted before it began", a)
	case run.trajectory == nil:
		return nil, fmt.Errorf("%s failed and has no results", a)
	}
	return run, nil
}

func (r *runner) ofRun(ref *plan.Ref) (*array.Array, error) {
	if len(ref.Path) == 2 && ref.Path[0] == "status" { // whether it is that one
		status, err := r.word(&plan.Ref{Block: ref.Block, Path: ref.Path[:1], Span: ref.Span})
		return array.Bool(status == ref.Path[1]), err
	}
	run, err := r.finishedRun(ref.Block)
	if err != nil {
		return nil, err
	}
	path := ref.Path
	name := ref.Block.String() + "." + strings.Join(path, ".")
	switch {
	case len(path) == 1 && path[0] == "steps":
		return run.stepsMade(ref.Type), nil
	case len(path) == 1 && path[0] == "t":
		return run.labels(), nil
	case len(path) >= 2 && path[0] == "final":
		if run.Final == nil {
			return nil, fmt.Errorf("%s has no final state: %s", ref.Block, run.end())
		}
		return run.Final.lookup(path[1:], name)
	case len(path) >= 3 && path[0] == "at":
		return run.at(path[1], path[2:], name)
	}
	if s := run.Lookup(path...); s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("%s is not recorded", name)
}

// stepsMade is the number of updates made, by lane where that is asked.
func (r *RunResult) stepsMade(t graph.Type) *array.Array {
	if t.Rank() == 0 {
		return array.Scalar(float64(r.Steps))
	}
	steps := make([]float64, len(r.LaneSteps))
	for i, n := range r.LaneSteps {
		steps[i] = float64(n)
	}
	return array.New(graph.Of(len(steps)), steps)
}

// labels are the recorded steps as a series of numbers.
func (r *RunResult) labels() *array.Array {
	loss := r.Lookup("loss")
	t := make([]float64, loss.Len())
	for i, k := range loss.Steps {
		t[i] = float64(k)
	}
	out := array.Series(graph.Number, loss.Steps, t)
	out.End = loss.End
	return out
}

// at is a quantity of the state after k updates.
func (r *RunResult) at(label string, path []string, name string) (*array.Array, error) {
	k, err := strconv.Atoi(label)
	if err != nil {
		return nil, fmt.Errorf("%s: %q is no step", name, label)
	}
	for _, s := range r.Kept {
		if s.Step == k {
			return s.lookup(path, name)
		}
	}
	return nil, fmt.Errorf("%s does not exist: %s", name, r.end())
}

// lookup finds a quantity of a state by its path: loss, grad_norm, params P.
func (s *State) lookup(path []string, name string) (*array.Array, error) {
	switch {
	case path[0] == "loss" && s.Loss != nil:
		return s.Loss, nil
	case path[0] == "grad_norm" && s.GradNorm != nil:
		return s.GradNorm, nil
	case path[0] == "params" && len(path) == 2:
		for _, p := range s.Params {
			if p.Name == path[1] {
				return p.Value, nil
			}
		}
	}
	return nil, fmt.Errorf("%s is not recorded", name)
}

// word gives a result that is text.
func (r *runner) word(ref *plan.Ref) (string, error) {
	if run := r.runOf(ref.Block); run != nil && len(ref.Path) == 1 && ref.Path[0] == "status" {
		return string(run.Status), nil
	}
	if l := r.landscapeOf(ref.Block); l != nil && len(ref.Path) == 1 && ref.Path[0] == "status" {
		return string(l.Status), nil
	}
	if a := r.analysisOf(ref.Block); a != nil && len(ref.Path) == 1 && a.Words[ref.Path[0]] != "" {
		return a.Words[ref.Path[0]], nil
	}
	return "", &bind.Error{Span: ref.Span, Err: fmt.Errorf("%s has not been run", ref.Block)}
}

func (r *runner) ofLandscape(ref *plan.Ref) (*array.Array, error) {
	l := r.landscapeOf(ref.Block)
	switch {
	case l == nil:
		return nil, fmt.Errorf("%s has not been sampled", ref.Block)
	case l.Status == Interrupted:
		return nil, fmt.Errorf("%s was interrupted", ref.Block)
	case l.Status == Failed:
		return nil, fmt.Errorf("%s has no results, because it failed", ref.Block)
	}
	if len(ref.Path) == 2 && ref.Path[0] == "axis" {
		for i, axis := range l.Plan.Axes {
			if axis.Label == ref.Path[1] {
				return array.New(graph.Of(len(l.Positions[i])), l.Positions[i]), nil
			}
		}
	}
	path := ref.Path
	if len(path) == 2 && path[1] == l.Plan.Axes[0].Label {
		path = path[:1]
	}
	if f := l.Lookup(strings.Join(path, ".")); f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("%s has no %s", ref.Block, strings.Join(ref.Path, "."))
}

// ofObjective asks an objective for its value or a derivative at a point. The
// mathematics is evaluated once, as it stands, without compiling a program.
func (r *runner) ofObjective(ref *plan.Ref, held bool) (*array.Array, error) {
	o := r.objectives[ref.Block]
	if o == nil || len(ref.Args) == 0 || len(ref.Path) == 0 || ref.Path[0] == "hvp" && len(ref.Args) != 2 {
		return nil, fmt.Errorf("%s cannot be asked for %s", ref.Block, strings.Join(ref.Path, "."))
	}
	g := graph.New()
	values := map[string]*array.Array{}
	results := r.result
	if held {
		results = r.held
	}
	var parts [2][]graph.ID // the point and the vector, by parameter
	var flat [2][]float64
	for k, e := range ref.Args[:min(len(ref.Args), 2)] {
		a, err := bind.Value(e, nil, results)
		if err != nil {
			return nil, err
		}
		if a.Type.Series || len(a.Data) != o.Size() {
			return nil, &bind.Error{Span: e.Span, Err: fmt.Errorf("it has %d numbers, but %s has %d parameters", len(a.Data), ref.Block, o.Size())}
		}
		if flat[k] = a.Data; o.Training != nil {
			continue
		}
		offset := 0
		for _, p := range o.Params {
			name := []string{"point ", "vector "}[k] + p.Name
			n := p.Type.Size()
			values[name] = array.New(p.Type, a.Data[offset:offset+n])
			parts[k] = append(parts[k], g.Input(name, p.Type))
			offset += n
		}
	}
	if o.Training != nil {
		return r.networkAt(o, ref, flat[0], flat[1], held)
	}
	params := make(map[string]graph.ID, len(o.Params))
	for i, p := range o.Params {
		params[p.Name] = parts[0][i]
	}
	root, err := bind.Into(g, o.Value, params, results)
	if err != nil {
		return nil, err
	}
	var all []graph.ID
	switch ref.Path[0] {
	case "value":
	case "gradient":
		all, err = g.Gradient(root, parts[0])
	case "hvp":
		all, err = g.HVP(root, parts[0], parts[1])
	case "hessian":
		root, err = g.Hessian(root, parts[0])
	default:
		err = fmt.Errorf("%s cannot be asked for %s", ref.Block, ref.Path[0])
	}
	if err != nil {
		return nil, err
	}
	if all != nil {
		root = g.Flatten(all)
	}
	return array.Eval(g, root, func(name string) (*array.Array, error) { return values[name], nil })
}
