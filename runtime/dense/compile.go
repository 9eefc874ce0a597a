package dense

import (
	"context"
	"fmt"
	"slices"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// Options are settings of a program.
type Options struct {
	Single bool     // arrays are float32
	Held   []string // inputs that change seldom: what depends on them alone is computed by Prepare
}

// Program is a compiled graph. It runs in its Machine.
type Program struct {
	m      *Machine
	single bool
	steps  []*step
	held   int // steps of Prepare
	values []*value
	inputs map[string]*value
	roots  []*value
	memory []float64 // of its own
	needs  needs
	built  int // of the machine when the program was bound

	kept       int // words of memory
	inputWords int // that inputs take if they are copied
}

// Compile makes a program of what the roots need. It fails on series, on
// operations that have no kernel, and on a held input that the roots do not
// depend on if the graph has no input of that name.
func Compile(m *Machine, g *graph.Graph, roots []graph.ID, o Options) (*Program, error) {
	for _, name := range o.Held {
		if _, ok := g.Lookup(name); !ok {
			return nil, fmt.Errorf("dense: the graph has no input %q to be held", name)
		}
	}
	if o.Single {
		return compile[float32](m, g, roots, o)
	}
	return compile[float64](m, g, roots, o)
}

func compile[T tensor.Float](m *Machine, g *graph.Graph, roots []graph.ID, o Options) (*Program, error) {
	x, results, err := build(g, roots)
	if err != nil {
		return nil, err
	}
	x, results = splitSums(x, results)
	x, results = addEpilogues(x, results, o.Held)
	x, results = joinMoments(x, results)
	plan := newPlan(x, results, o.Single, o.Held)
	plan.makeSteps()
	values, err := plan.layout()
	if err != nil {
		return nil, err
	}
	p := &Program{m: m, single: o.Single, inputs: map[string]*value{}}
	for _, s := range plan.steps {
		if err := instruct[T](m, plan, values, s); err != nil {
			return nil, err
		}
	}
	plan.keep(values)
	p.steps = order(slices.DeleteFunc(plan.steps, func(s *step) bool { return s.instruction == nil }))
	for _, s := range p.steps {
		n := s.instruction.needs()
		p.needs = p.needs.with(n)
		if s.held {
			p.held++
		}
	}
	memory := place(p.steps, values, o.Single)
	p.needs.arena = memory.shared
	p.kept, p.inputWords = memory.kept, memory.inputs
	if need := p.Bytes(); m.Limit > 0 && need > m.Limit {
		return nil, &TooLarge{need, m.Limit}
	}
	p.memory = words(p.kept)
	p.values = slices.DeleteFunc(slices.Clone(values), func(v *value) bool { return v == nil })
	for i, v := range values {
		e := &x.list[i]
		if v != nil && e.op == graph.Input {
			p.inputs[e.name] = v
		}
	}
	for _, r := range results {
		p.roots = append(p.roots, values[r])
	}
	for i, v := range values {
		if e := &x.list[i]; v != nil && e.op == graph.Const {
			v.reserve(o.Single)
			store(v, 0, e.data)
		}
	}
	m.reserve(p.needs)
	return p, nil
}

// instruct makes the instruction of a step, with what it reads and writes.
func instruct[T tensor.Float](m *Machine, p *plan, values []*value, s *step) (err error) {
	switch {
	case s.of != none:
		s.instruction, err = newKernel[T](m, p, values, s)
	case p.domain(s.sinks[0]).wide:
		s.instruction = newGroup[float64](m, p, values, s)
	default:
		s.instruction = newGroup[T](m, p, values, s)
	}
	return err
}

// keep marks the values that stay from one run to the next: roots, and what
// steps of Prepare leave for those of Finish.
func (p *plan) keep(values []*value) {
	for _, r := range p.roots {
		values[r].kept = true
	}
	held := map[*value]bool{}
	for _, s := range p.steps {
		for _, v := range s.writes {
			held[v.root()] = s.held
		}
	}
	for _, s := range p.steps {
		for _, v := range s.reads {
			if v = v.root(); held[v] && !s.held {
				v.kept = true
			}
		}
	}
}

// bind gives everything its memory, after that of the machine has changed.
func (p *Program) bind() {
	for _, v := range p.values { // a base comes before what shares its memory
		memory := p.m.arena
		if v.given && v.f32 == nil && v.f64 == nil {
			v.reserve(p.single)
		}
		if v.kept {
			memory = p.memory
		}
		v.bind(memory, p.single)
	}
	for _, s := range p.steps {
		s.instruction.bind()
	}
	p.built = p.m.built
}

// input is the value of an input, nil if no root depends on it.
func (p *Program) input(name string, n int) *value {
	v := p.inputs[name]
	if v != nil && v.size != n {
		panic(fmt.Sprintf("dense: input %q has %d elements and was given %d", name, v.size, n))
	}
	return v
}

// Set copies the elements of an input, rounded to the element type. An input
// that no root depends on is ignored; another number of elements panics. Inputs
// are 0 until they are set.
func (p *Program) Set(name string, values []float64) {
	if v := p.input(name, len(values)); v != nil {
		p.own(v)
		store(v, 0, values)
	}
}

// SetFloat32 is Set from float32. Where it can, which is in float32 and for an
// input that no convolution with padding reads, it keeps the slice instead of a
// copy: the elements must stay as they are until the input is set again.
func (p *Program) SetFloat32(name string, values []float32) {
	v := p.input(name, len(values))
	switch {
	case v == nil:
	case p.single && !v.wide && v.image.Border == 0:
		v.borrow(values)
		p.built = 0 // what shares its memory is to be bound
	default:
		p.own(v)
		store(v, 0, values)
	}
}

// own lets an input have memory of the program.
func (p *Program) own(v *value) {
	if v.own == nil {
		v.reserve(p.single)
		p.built = 0
	}
}

// Run computes the roots from the inputs.
func (p *Program) Run(ctx context.Context) error {
	if err := p.Prepare(ctx); err != nil {
		return err
	}
	return p.Finish(ctx)
}

// Prepare computes what depends on held inputs alone, after these have been
// set. It does nothing if no input is held.
func (p *Program) Prepare(ctx context.Context) error { return p.run(ctx, p.steps[:p.held]) }

// Finish computes the roots from the inputs and from what Prepare has left.
func (p *Program) Finish(ctx context.Context) error { return p.run(ctx, p.steps[p.held:]) }

func (p *Program) run(ctx context.Context, steps []*step) error {
	if p.built != p.m.built {
		p.bind()
	}
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.instruction.run()
	}
	return nil
}

// Number is root i, which is a number.
func (p *Program) Number(i int) float64 {
	var x [1]float64
	load(x[:], p.roots[i], 0)
	return x[0]
}

// Read copies the elements of root i in index order.
func (p *Program) Read(i int, dst []float64) {
	if len(dst) != p.roots[i].size {
		panic(fmt.Sprintf("dense: root %d has %d elements, not %d", i, p.roots[i].size, len(dst)))
	}
	load(dst, p.roots[i], 0)
}

// Bytes is the memory that the program needs, with copies of all inputs and what
// it shares with other programs.
func (p *Program) Bytes() int64 {
	n := p.needs
	w := p.kept + p.inputWords + n.arena + n.blocks + n.partials + p.m.workers*n.scratch + n.double + n.single/2
	return 8 * int64(w)
}
