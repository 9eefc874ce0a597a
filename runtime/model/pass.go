package model

import (
	"errors"
	"fmt"

	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/network"
)

// pass is one kind of evaluation of a batch, with a program for each size of
// batches that it was asked for.
type pass struct {
	n      *Network
	roots  func(b *batch) ([]graph.ID, error)
	train  bool
	scale  float64 // the sum over the samples is multiplied by it; 0: 1 over the number of samples
	by     map[int]*dense.Program
	loaded map[*dense.Program]int  // the batch whose samples a program has
	filled map[*dense.Program]bool // held programs that have their samples
	masks  map[*dense.Program][]mask
	held   []*dense.Program // by batch
	layers []*network.Layer // whose moments are inputs or roots, in order
}

// mask is the memory of a dropout layer's mask.
type mask struct {
	layer  *network.Layer
	size   int // per sample
	values []float64
}

func (n *Network) newPass(roots func(*batch) ([]graph.ID, error)) *pass {
	return &pass{
		n: n, roots: roots, train: true,
		by: map[int]*dense.Program{}, loaded: map[*dense.Program]int{}, filled: map[*dense.Program]bool{}, masks: map[*dense.Program][]mask{},
	}
}

// batch is the graph of a network on a batch of one size.
type batch struct {
	*graph.Graph
	n      *Network
	params []graph.ID
	built  *network.Built
	loss   graph.ID // the sum over the samples, scaled
	held   []string // inputs that are set before Prepare
}

func vectorName(w *network.Param) string   { return "vector " + w.Name }
func secondName(w *network.Param) string   { return "second " + w.Name }
func maskName(l *network.Layer) string     { return "mask " + l.Name }
func meanName(l *network.Layer) string     { return "mean " + l.Name }
func varianceName(l *network.Layer) string { return "variance " + l.Name }

func (p *pass) program(size int, m *dense.Machine) (*dense.Program, error) {
	if q, ok := p.by[size]; ok {
		return q, nil
	}
	q, err := p.compile(size, m)
	if err == nil {
		p.by[size] = q
	}
	return q, err
}

// compile builds the graph of a batch and compiles the roots of the pass.
func (p *pass) compile(size int, m *dense.Machine) (*dense.Program, error) {
	b, masks, err := p.build(size)
	if err != nil {
		return nil, err
	}
	roots, err := p.roots(b)
	if err != nil {
		return nil, err
	}
	q, err := dense.Compile(m, b.Graph, roots, dense.Options{Single: p.n.net.Single, Held: b.held})
	if err != nil {
		return nil, p.n.explain(err, size)
	}
	p.masks[q] = masks
	return q, nil
}

// explain turns the error of a program that is too large into one of the
// network, with what to do about it.
func (n *Network) explain(err error, size int) error {
	large := (*dense.TooLarge)(nil)
	if !errors.As(err, &large) {
		return err
	}
	const gib = 1 << 30
	out := &network.Error{
		Summary: fmt.Sprintf("%s on a batch of %d samples needs %.3g GiB of memory, and %.3g GiB are to be had", n.Plan.Network.Address, size, float64(large.Need)/gib, float64(large.Limit)/gib),
		Cure:    "take fewer samples or a narrower network",
	}
	if !n.net.Single {
		out.Cure += `, or precision = "float32" in it`
	}
	if len(normalisers(n.net)) > 0 {
		out.Cure += "; batch = 100 in the objective computes, and normalises, so many samples together"
	}
	return out
}

// build makes the graph of a batch: its loss as a function of the samples "x",
// the targets "y" and the parameters by name.
func (p *pass) build(size int) (*batch, []mask, error) {
	g := graph.New()
	n := p.n
	in := n.net.Input
	t := graph.Of(size, in.H, in.W, in.C)
	if in.Flat {
		t = graph.Of(size, in.C)
	}
	b := &batch{Graph: g, n: n}
	x, y := g.Input("x", t), g.Input("y", graph.Of(size, n.outputs))
	for _, w := range n.net.Params {
		b.params = append(b.params, g.Input(w.Name, w.Type))
	}
	var masks []mask
	mode := network.Mode{Train: p.train, Masks: func(l *network.Layer, t graph.Type) graph.ID {
		masks = append(masks, mask{l, t.Size() / size, make([]float64, t.Size())})
		return g.Input(maskName(l), t)
	}}
	if !p.train {
		mode.Masks = nil
		mode.Moments = map[*network.Layer][2]graph.ID{}
		for _, l := range p.layers {
			c := graph.Of(l.In.C)
			mode.Moments[l] = [2]graph.ID{g.Input(meanName(l), c), g.Input(varianceName(l), c)}
		}
	}
	var err error
	if b.built, err = n.net.Build(g, x, b.params, mode); err != nil {
		return nil, nil, err
	}
	if b.loss, err = network.Loss(g, n.Plan.Loss, b.built.Logits, y); err != nil {
		return nil, nil, err
	}
	scale := p.scale
	if scale == 0 {
		scale = 1 / float64(n.Set.Len())
	}
	if b.loss, err = g.Apply(graph.Mul, b.loss, g.Const(scale)); err != nil {
		return nil, nil, err
	}
	b.held = []string{"x", "y"}
	for _, w := range n.net.Params {
		b.held = append(b.held, w.Name)
	}
	for _, k := range masks {
		b.held = append(b.held, maskName(k.layer))
	}
	return b, masks, nil
}

// gradient is the loss and its derivative in each parameter.
func (b *batch) gradient() ([]graph.ID, error) {
	g, err := b.Gradient(b.loss, b.params)
	return append([]graph.ID{b.loss}, g...), err
}

func (b *batch) vector() []graph.ID {
	v := make([]graph.ID, len(b.params))
	for i, w := range b.n.net.Params {
		v[i] = b.Input(vectorName(w), w.Type)
	}
	return v
}

// hessian is the product of the Hessian with the vector.
func (b *batch) hessian() ([]graph.ID, error) { return b.HVP(b.loss, b.params, b.vector()) }

// third is the derivative of that product along a second vector.
func (b *batch) third() ([]graph.ID, error) {
	bend, err := b.hessian()
	if err != nil {
		return nil, err
	}
	seeds := make(map[graph.ID]graph.ID, len(b.params))
	for i, w := range b.n.net.Params {
		seeds[b.params[i]] = b.Input(secondName(w), w.Type)
	}
	return b.Tangent(bend, seeds)
}

// gaussNewton is the product of the Gauss-Newton matrix with the vector.
func (b *batch) gaussNewton() ([]graph.ID, error) {
	return b.GaussNewton(b.loss, b.built.Logits, b.params, b.vector())
}
