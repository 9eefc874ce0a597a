package model

import (
	"context"

	"relief/runtime/dataset"
	"relief/runtime/random"
)

// Minibatch says which samples a stochastic gradient is taken of, and how they
// are changed.
type Minibatch struct {
	Samples []int // indices in the set
	Epoch   int
	Augment *dataset.Augment // nil: as they are
	// Noise is the deviation of normal noise added to the targets, drawn from
	// Stream at (Draw, sample times outputs plus output).
	Noise  float64
	Stream random.Stream
}

// samples is the memory that a mini-batch is gathered in.
type samples struct {
	x []float32
	y []float64
}

// Stochastic sets dst to the gradient at x of the mean loss over a mini-batch,
// plus the regularizer's, and returns that loss. Batch normalisation takes the
// statistics of the mini-batch.
func (n *Network) Stochastic(ctx context.Context, dst, x []float64, m Minibatch) (float64, error) {
	size := len(m.Samples)
	if n.minibatch == nil {
		n.minibatch = n.newPass((*batch).gradient)
	}
	// The mean over this mini-batch, whose last of an epoch may be smaller.
	n.minibatch.scale = 1 / float64(size)
	p, err := n.minibatch.program(size, n.machine)
	if err != nil {
		return 0, err
	}
	f := n.Set.Features()
	if cap(n.gathered.x) < size*f {
		n.gathered = samples{make([]float32, size*f), make([]float64, size*n.outputs)}
	}
	xs, ys := n.gathered.x[:size*f], n.gathered.y[:size*n.outputs]
	for k, i := range m.Samples {
		to := xs[k*f : (k+1)*f]
		if m.Augment != nil {
			m.Augment.Sample(to, n.Set.Sample(i), n.Set.Shape, m.Epoch, i)
		} else {
			copy(to, n.Set.Sample(i))
		}
		row := ys[k*n.outputs : (k+1)*n.outputs]
		copy(row, n.y[i*n.outputs:])
		if m.Noise != 0 {
			for j := range row {
				row[j] += m.Noise * m.Stream.Normal(n.Draw, uint64(i*n.outputs+j))
			}
		}
	}
	p.SetFloat32("x", xs)
	p.Set("y", ys)
	for _, k := range n.minibatch.masks[p] {
		stream := random.New(n.seed, "dropout", k.layer.Name)
		for j, i := range m.Samples {
			drawMask(k.values[j*k.size:(j+1)*k.size], stream, n.Draw, i, k.layer.Rate)
		}
		p.Set(maskName(k.layer), k.values)
	}
	n.setPoint(p, x)
	if err := p.Run(ctx); err != nil {
		return 0, err
	}
	n.read(p, 1, dst, false)
	loss := p.Number(0)
	if n.regularizer != nil {
		r, err := n.regularizer.gradient(ctx, dst, x)
		return loss + r, err
	}
	return loss, nil
}
