package dynamics

import (
	"context"
	"fmt"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/dataset"
	"relief/runtime/graph"
	"relief/runtime/model"
	"relief/runtime/plan"
	"relief/runtime/random"
)

// minibatches gives the samples of each step: in each epoch all samples in a new
// order, Batch at a time; what is left of an epoch is left out. The order is a
// function of the run's seed and of the updates made since the first start, so
// that a run that resumes another goes on in its epoch.
type minibatches struct {
	run     *plan.Run
	net     *model.Network
	size    int
	order   []int
	epoch   int // of order; -1: none
	shuffle random.Stream
	noise   random.Stream
	augment *dataset.Augment
	spread  *graph.Graph // deviation of the label noise in "t"; nil: none
	root    graph.ID
}

func newMinibatches(run *plan.Run, net *model.Network, opt *Options) (*minibatches, error) {
	n := net.Set.Len()
	b := &minibatches{
		run: run, net: net, size: run.Optimizer.Batch, order: make([]int, n), epoch: -1,
		shuffle: random.New(run.Seed, "order"), noise: random.New(run.Seed, "label noise"),
	}
	if b.size < 1 || b.size > n {
		return nil, &bind.Error{Span: run.Optimizer.Span, Err: fmt.Errorf("a mini-batch of %d of the %d samples", b.size, n)}
	}
	var err error
	if e := run.Optimizer.LabelNoise; e != nil {
		b.spread = graph.New()
		names := map[string]graph.ID{"t": b.spread.Input("t", graph.Number), "steps": b.spread.Const(float64(run.Steps))}
		if b.root, err = bind.Into(b.spread, e, names, opt.Results); err != nil {
			return nil, err
		}
	}
	if d := run.Objective.Data; d.Flip || d.Crop > 0 {
		b.augment, err = dataset.NewAugment(random.Derive(run.Seed, "augment"), d.Flip, d.Crop)
	}
	return b, err
}

// gradient is that of the mini-batch of the update after so many since the first
// start, of which t are the run's own.
func (b *minibatches) gradient(ctx context.Context, dst, x []float64, made, t int) (float64, error) {
	perEpoch := len(b.order) / b.size
	epoch, at := made/perEpoch, made%perEpoch*b.size
	if epoch != b.epoch {
		b.draw(epoch)
	}
	m := model.Minibatch{Samples: b.order[at : at+b.size], Epoch: epoch, Augment: b.augment, Stream: b.noise}
	if b.spread != nil {
		v, err := array.Eval(b.spread, b.root, func(string) (*array.Array, error) { return array.Scalar(float64(t)), nil })
		if err != nil {
			return 0, &bind.Error{Span: b.run.Optimizer.LabelNoise.Span, Err: err}
		}
		m.Noise = v.Data[0]
	}
	return b.net.Stochastic(ctx, dst, x, m)
}

// draw makes the order of an epoch: Fisher and Yates' shuffle.
func (b *minibatches) draw(epoch int) {
	for i := range b.order {
		b.order[i] = i
	}
	for i := len(b.order) - 1; i > 0; i-- {
		j := int(b.shuffle.Uint64(uint64(epoch), uint64(i)) % uint64(i+1))
		b.order[i], b.order[j] = b.order[j], b.order[i]
	}
	b.epoch = epoch
}
