package model

import (
	"context"
	"fmt"
	"slices"

	"relief/runtime/bind"
	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/graph"
	"relief/runtime/network"
	"relief/runtime/plan"
	"relief/runtime/random"
	"relief/runtime/spectral"
)

// Network is the objective of a network on data.
type Network struct {
	Plan *plan.Objective
	Set  *dataset.Set
	// Draw selects the masks of dropout.
	Draw uint64

	net     *network.Network
	machine *dense.Machine
	seed    uint64 // of dropout
	y       []float64
	outputs int
	spans   []span
	scratch []float64 // one vector of parameters

	value, gradient, hvp, gaussNewton *pass
	third                             *pass
	regularizer                       *regularizer
	minibatch                         *pass
	gathered                          samples
	eval, moments                     *pass
}

// span is the samples from up to but not including to.
type span struct{ from, to int }

func (s span) size() int { return s.to - s.from }

// maxBatch is about how many activations of one batch are computed together
// where no batch normalisation ties the samples to each other: enough to keep
// the kernels busy, and 256 MiB of binary32.
const maxBatch = 1 << 26

// Batches returns the size of the batches in which the loss of n samples is
// computed. The last one may be smaller.
func Batches(t *plan.Training, n int) int {
	size := t.Batch
	if size == 0 {
		size = n
		if len(normalisers(t.Network.Network)) == 0 {
			number := (n*t.Network.Activations() + maxBatch - 1) / maxBatch
			number = max(1, min(number, n))
			size = (n + number - 1) / number
		}
	}
	return max(1, min(size, n))
}

// normalisers lists the layers of batch normalisation, in order: they tie the
// samples of a batch to each other.
func normalisers(n *network.Network) []*network.Layer {
	var out []*network.Layer
	for l := range n.All() {
		if l.Kind == network.BatchNorm {
			out = append(out, l)
		}
	}
	return out
}

// NewNetwork compiles nothing yet: programs are made when they are first asked
// for. seed is that of dropout. The machine may be shared by networks that run
// one after the other.
func NewNetwork(f *plan.Objective, set *dataset.Set, machine *dense.Machine, seed uint64, results bind.Results) (*Network, error) {
	t := f.Training
	n := &Network{Plan: f, Set: set, net: t.Network.Network, machine: machine, seed: seed}
	n.y, n.outputs = targets(set)
	if err := n.fits(set, n.outputs); err != nil {
		return nil, err
	}
	size := Batches(t, set.Len())
	for from := 0; from < set.Len(); from += size {
		n.spans = append(n.spans, span{from, min(from+size, set.Len())})
	}
	n.scratch = make([]float64, n.net.Size)
	n.value = n.newPass(func(b *batch) ([]graph.ID, error) { return []graph.ID{b.loss}, nil })
	n.gradient = n.newPass((*batch).gradient)
	n.hvp = n.newPass((*batch).hessian)
	n.gaussNewton = n.newPass((*batch).gaussNewton)
	n.third = n.newPass((*batch).third)
	var err error
	if t.Regularizer != nil {
		n.regularizer, err = newRegularizer(n, t.Regularizer, results)
	}
	return n, err
}

// fits checks that a set is one for this network.
func (n *Network) fits(set *dataset.Set, outputs int) error {
	in := n.net.Input
	shape := network.Shape{H: set.Shape[0], W: set.Shape[1], C: set.Shape[2]}
	shape.Flat = shape.H == 1 && shape.W == 1
	if shape.Size() != in.Size() || !in.Flat && shape != in {
		return fmt.Errorf("%s takes samples of %s, and the data have %s", n.Plan.Network.Address, in, shape)
	}
	if outputs != n.net.Output.Size() {
		return fmt.Errorf("%s has %s outputs, and the data have %d", n.Plan.Network.Address, n.net.Output, outputs)
	}
	return nil
}

// Size is the number of parameters.
func (n *Network) Size() int { return n.net.Size }

// Start sets x to the parameters that the network's inits give.
func (n *Network) Start(x []float64, seed uint64) { n.net.Start(x, seed) }

// sweep runs a pass at x over all batches and adds their losses, root 0. each, if
// not nil, reads what else a program has computed of batch b.
func (n *Network) sweep(ctx context.Context, pass *pass, x []float64, each func(p *dense.Program, b int)) (float64, error) {
	total := 0.0
	for b := range n.spans {
		p, err := n.load(pass, b)
		if err != nil {
			return 0, err
		}
		n.setPoint(p, x)
		if err := p.Run(ctx); err != nil {
			return 0, err
		}
		total += p.Number(0)
		if each != nil {
			each(p, b)
		}
	}
	return total, nil
}

// Value returns the loss at x.
func (n *Network) Value(ctx context.Context, x []float64) (float64, error) {
	total, err := n.sweep(ctx, n.value, x, nil)
	if err != nil || n.regularizer == nil {
		return total, err
	}
	r, err := n.regularizer.value(ctx, x)
	return total + r, err
}

// Gradient sets dst to the gradient at x and returns the loss.
func (n *Network) Gradient(ctx context.Context, dst, x []float64) (float64, error) {
	total, err := n.sweep(ctx, n.gradient, x, func(p *dense.Program, b int) { n.read(p, 1, dst, b > 0) })
	if err != nil || n.regularizer == nil {
		return total, err
	}
	r, err := n.regularizer.gradient(ctx, dst, x)
	return total + r, err
}

// Hessian returns the Hessian at x. What depends on the point alone is computed
// once and kept for the products, if it does not need too much memory.
func (n *Network) Hessian(ctx context.Context, x []float64) (spectral.Operator, error) {
	x = slices.Clone(x)
	apply, err := n.products(ctx, n.hvp, x, vectorName)
	if err != nil {
		return nil, err
	}
	return product{n.Size(), func(dst, v []float64) error {
		if err := apply(dst, v); err != nil || n.regularizer == nil {
			return err
		}
		return n.regularizer.product(ctx, dst, x, v)
	}}, nil
}

// Third returns the third derivative at x. Like the Hessian it keeps what depends
// on the point alone.
func (n *Network) Third(ctx context.Context, x []float64) (Third, error) {
	x = slices.Clone(x)
	apply, err := n.products(ctx, n.third, x, vectorName, secondName)
	if err != nil {
		return nil, err
	}
	return func(dst, u, v []float64) error {
		if err := apply(dst, u, v); err != nil || n.regularizer == nil {
			return err
		}
		return n.regularizer.twist(ctx, dst, x, u, v)
	}, nil
}

// GaussNewton returns the Gauss-Newton matrix at x, J^T H J with the Jacobian J
// of the outputs in the parameters and the Hessian H of the loss in the outputs
// (Schraudolph 2002). It knows nothing of the regularizer. It is good until the
// next call of it or of Hessian.
func (n *Network) GaussNewton(ctx context.Context, x []float64) (spectral.Operator, error) {
	apply, err := n.products(ctx, n.gaussNewton, slices.Clone(x), vectorName)
	if err != nil {
		return nil, err
	}
	return product{n.Size(), func(dst, v []float64) error { return apply(dst, v) }}, nil
}

// maxHeld is how many bytes the values kept for products may take.
const maxHeld = 4 << 30

// products returns the roots of a pass at the point x, as a function of the
// vectors whose inputs the names give.
func (n *Network) products(ctx context.Context, pass *pass, x []float64, names ...func(*network.Param) string) (func(dst []float64, v ...[]float64) error, error) {
	held, err := n.hold(ctx, pass, x)
	if err != nil {
		return nil, err
	}
	return func(dst []float64, v ...[]float64) error {
		for b := range n.spans {
			var p *dense.Program
			var err error
			if held != nil {
				p = held[b]
			} else if p, err = n.load(pass, b); err != nil {
				return err
			}
			for i, name := range names {
				n.setVector(p, v[i], name)
			}
			if held != nil {
				err = p.Finish(ctx)
			} else {
				n.setPoint(p, x)
				err = p.Run(ctx)
			}
			if err != nil {
				return err
			}
			n.read(p, 0, dst, b > 0)
		}
		return nil
	}, nil
}

// hold prepares a program for each batch at the point x; nil if they would take
// too much memory.
func (n *Network) hold(ctx context.Context, pass *pass, x []float64) ([]*dense.Program, error) {
	first, err := pass.program(n.spans[0].size(), n.machine)
	if err != nil {
		return nil, err
	}
	if int64(len(n.spans))*first.Bytes() > maxHeld {
		return nil, nil
	}
	if pass.held == nil {
		held := []*dense.Program{first}
		for _, s := range n.spans[1:] {
			p, err := pass.compile(s.size(), n.machine)
			if err != nil {
				return nil, err
			}
			held = append(held, p)
		}
		pass.held = held
	}
	for b, p := range pass.held {
		if !pass.filled[p] {
			n.setSamples(p, n.spans[b])
			pass.filled[p] = true
		}
		n.setMasks(p, pass, n.spans[b])
		n.setPoint(p, x)
		if err := p.Prepare(ctx); err != nil {
			return nil, err
		}
	}
	return pass.held, nil
}

// load returns the program of a pass for batch b, with its samples set.
func (n *Network) load(pass *pass, b int) (*dense.Program, error) {
	p, err := pass.program(n.spans[b].size(), n.machine)
	if err != nil {
		return nil, err
	}
	if at, ok := pass.loaded[p]; !ok || at != b {
		n.setSamples(p, n.spans[b])
		pass.loaded[p] = b
	}
	n.setMasks(p, pass, n.spans[b])
	return p, nil
}

func (n *Network) setSamples(p *dense.Program, s span) {
	f := n.Set.Features()
	p.SetFloat32("x", n.Set.X[s.from*f:s.to*f])
	p.Set("y", n.y[s.from*n.outputs:s.to*n.outputs])
}

func (n *Network) setPoint(p *dense.Program, x []float64) {
	for _, w := range n.net.Params {
		p.Set(w.Name, x[w.Offset:w.Offset+w.Type.Size()])
	}
}

func (n *Network) setVector(p *dense.Program, v []float64, name func(*network.Param) string) {
	for _, w := range n.net.Params {
		p.Set(name(w), v[w.Offset:w.Offset+w.Type.Size()])
	}
}

// read copies the roots from first on, one per parameter, to dst, or adds them.
func (n *Network) read(p *dense.Program, first int, dst []float64, add bool) {
	to := dst
	if add {
		to = n.scratch
	}
	for i, w := range n.net.Params {
		p.Read(first+i, to[w.Offset:w.Offset+w.Type.Size()])
	}
	if add {
		for i, v := range to {
			dst[i] += v
		}
	}
}

// setMasks draws the masks of dropout for the samples of a span.
func (n *Network) setMasks(p *dense.Program, pass *pass, s span) {
	for _, m := range pass.masks[p] {
		stream := random.New(n.seed, "dropout", m.layer.Name)
		for i := range s.size() {
			drawMask(m.values[i*m.size:(i+1)*m.size], stream, n.Draw, s.from+i, m.layer.Rate)
		}
		p.Set(maskName(m.layer), m.values[:s.size()*m.size])
	}
}

// drawMask draws the mask of one sample: 0 with the rate's probability, else 1.
func drawMask(dst []float64, stream random.Stream, draw uint64, sample int, rate float64) {
	for j := range dst {
		dst[j] = 1
		if stream.Uniform(draw, uint64(sample)*uint64(len(dst))+uint64(j)) < rate {
			dst[j] = 0
		}
	}
}

// Identity names what the loss depends on beside the layers, the loss and the
// data: the batches, the seed of dropout, and the regularizer with the results
// that it refers to.
func (n *Network) Identity() string {
	var reg [32]byte
	if n.regularizer != nil {
		reg = n.regularizer.hash
	}
	return fmt.Sprint(n.spans, n.seed, reg)
}
