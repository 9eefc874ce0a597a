package command

import (
	"context"
	"math"
	"runtime"
	"time"

	"relief/runtime/dataset"
	"relief/runtime/dense"
	"relief/runtime/model"
	"relief/runtime/network"
	"relief/runtime/plan"
)

// passes are how often a block goes over the samples of its objective.
type passes struct {
	gradients, products, losses float64
}

// networkCost is what passes of an objective of a network cost.
//
// Forward takes F operations a sample, two for each product and sum of dense and
// conv layers. Back, each such layer has two products of the same size, one of
// which the layers that take the samples themselves, F1 of the operations, do
// not need. A product of the Hessian is the tangent of all of them: twice as
// many where both operands of a product have a tangent. What belongs to the point
// alone is kept between products.
type networkCost struct {
	samples        float64
	forward, first float64 // F and F1
	rate           float64 // operations a second
	bytes          float64 // samples, parameters and activations, by a gradient
	product        float64 // the bytes that products take more
}

func (c *networkCost) loss() float64     { return c.samples * c.forward }
func (c *networkCost) gradient() float64 { return c.samples * (3*c.forward - c.first) }
func (c *networkCost) point() float64    { return c.samples * (2*c.forward - c.first) } // once before the products there
func (c *networkCost) hvp() float64      { return c.samples * (6*c.forward - 4*c.first) }

// search is about how many products Lanczos' method takes for k eigenvalues at an
// end of the spectrum: from a random vector, and from what was found at a point
// nearby. The smallest ones lie closer together.
func search(k, most int, bottom bool) (cold, warm float64) {
	cold, warm = 20+6*float64(k-1), 8+3*float64(k-1)
	if bottom {
		cold *= 4
	}
	if most > 0 {
		cold, warm = min(cold, float64(most)), min(warm, float64(most))
	}
	return cold, warm
}

// networkOf finds out what an objective costs, once.
func (e *estimator) networkOf(o *plan.Objective) *networkCost {
	if c := e.networks[o.Address]; c != nil {
		return c
	}
	t := o.Training
	n := t.Network.Network
	c := &networkCost{samples: float64(t.Data.Samples()), forward: n.Flops(), first: firstFlops(n.Layers)}
	if c.samples == 0 {
		c.samples = math.NaN() // the file is not there
	}
	c.bytes = model.Memory(t, max(1, t.Data.Samples()), false)
	c.product = model.Memory(t, max(1, t.Data.Samples()), true) - c.bytes
	c.rate = e.rateOf(o, c)
	e.networks[o.Address] = c
	return c
}

// firstFlops is the operations of the layers that take the samples themselves.
func firstFlops(layers []*network.Layer) float64 {
	for _, l := range layers {
		switch l.Kind {
		case network.Dense, network.Conv:
			return 2 * float64(l.Parameters[0].FanIn) * float64(l.Out.Size())
		case network.Flatten, network.Dropout:
			continue
		case network.Sequence:
			if len(l.Branches) > 0 {
				return firstFlops(l.Branches[0])
			}
		}
		return 0
	}
	return 0
}

// measured is how many operations a measurement of a network takes, some
// hundredths of a second; it has at least so many samples.
const (
	measured      = 2e9
	measuredBatch = 8
)

// rateOf measures the operations a second of a gradient on a small batch of
// samples that are all zero. It is NaN where there is no gradient.
func (e *estimator) rateOf(o *plan.Objective, c *networkCost) float64 {
	n := o.Network.Network
	each := 3*c.forward - c.first
	if each <= 0 || n.Output.Size() == 0 {
		return math.NaN()
	}
	size := int(max(measuredBatch, math.Ceil(measured/each)))
	if c.samples > 0 {
		size = min(size, int(c.samples))
	}
	f, t := *o, *o.Training
	t.Batch, t.Regularizer = size, nil
	f.Training = &t
	set := &dataset.Set{X: make([]float32, size*n.Input.Size()), Shape: [3]int{n.Input.H, n.Input.W, n.Input.C}, Targets: make([]float64, size*n.Output.Size()), Outputs: n.Output.Size()}
	net, err := model.NewNetwork(&f, set, dense.NewMachine(runtime.GOMAXPROCS(0)), 0, nil)
	if err != nil {
		return math.NaN()
	}
	x, gradient := make([]float64, n.Size), make([]float64, n.Size)
	best := math.Inf(1)
	for range 3 {
		start := time.Now()
		if _, err := net.Gradient(context.Background(), gradient, x); err != nil {
			return math.NaN()
		}
		best = min(best, time.Since(start).Seconds()) // the first one compiles
	}
	return float64(size) * each / best
}

// cost sums up the passes of a block; flops is the operations of all of them.
func (c *networkCost) cost(p passes, flops, recorded float64) cost {
	out := cost{
		evaluations: p.gradients + p.products + p.losses, passes: p,
		operations: c.gradient(), flops: flops, bytes: recorded, resident: c.bytes, seconds: flops / c.rate,
	}
	if p.products > 0 {
		out.resident += c.product
	}
	return out
}

// networkRun is the cost of a run on a network.
func (e *estimator) networkRun(r *plan.Run) cost {
	c := e.networkOf(r.Objective)
	share := 1.0 // of the samples that a gradient sees
	if r.Optimizer.Batch > 0 {
		share = min(1, float64(r.Optimizer.Batch)/c.samples)
	}
	p := passes{gradients: float64(r.Steps + 1)}
	switch r.Optimizer.Kind {
	case "sam":
		p.gradients += float64(r.Steps)
	case "gradient_flow", "central_flow":
		p.gradients += flowGradients * float64(r.Steps)
	}
	flops := p.gradients * share * c.gradient()
	add := func(times float64, more passes, ops float64) {
		p.gradients += times * more.gradients
		p.products += times * more.products
		p.losses += times * more.losses
		flops += times * ops
	}
	if r.Optimizer.Kind == "central_flow" {
		// Where it is at the edge: eigenvectors from those before, and a third derivative
		// of each, which costs about two products.
		_, warm := search(r.Optimizer.Top, 0, false)
		warm += 2 * float64(r.Optimizer.Top)
		times := flowGradients * float64(r.Steps)
		add(times, passes{products: warm}, warm*c.hvp())
	}
	for i := range r.Probes {
		q := &r.Probes[i]
		records := float64(plan.Rows(r.Steps, q.Every))
		cold, warm := search(max(1, q.Top), q.Products, false)
		switch q.Kind {
		case "sharpness", "average":
			if q.Kind == "average" {
				add(records, passes{losses: 1}, c.loss())
			}
			add(records, passes{products: warm}, c.point()+warm*c.hvp())
			add(1, passes{products: cold - warm}, (cold-warm)*c.hvp())
		case "test":
			test := float64(q.Data.Samples()) * c.forward
			add(records, passes{losses: 1}, test+c.loss()) // with the statistics of batch norms
		case "landscape":
			add(records, passes{losses: float64(q.Axis.Points)}, float64(q.Axis.Points)*c.loss())
			c.direction(q.Axis, records, add)
		case "directional_curvature":
			add(records, passes{products: 1}, c.point()+c.hvp())
			c.direction(q.Axis, records, add)
		}
	}
	return c.cost(p, flops, r.RecordedBytes(1))
}

// direction adds what the direction of an axis costs.
func (c *networkCost) direction(a *plan.Axis, times float64, add func(times float64, p passes, flops float64)) {
	switch a.Word {
	case "gradient":
		add(times, passes{gradients: 1}, c.gradient())
	case "eigenvector":
		cold, _ := search(a.Index+1, 0, false)
		add(times, passes{products: cold}, c.point()+cold*c.hvp())
	}
}

// networkLandscape is the cost of a landscape of a network. What the layers that
// take the samples do is linear in the positions, and is done once for the
// center and for each direction.
func (e *estimator) networkLandscape(l *plan.Landscape, curvature bool) cost {
	c := e.networkOf(l.Objective)
	points := 1.0
	for _, a := range l.Axes {
		points *= float64(a.Points)
	}
	axes := float64(len(l.Axes))
	each := c.forward - c.first
	if curvature {
		each *= 1 + 4*axes // first and second tangent along each axis
	}
	p := passes{losses: points}
	flops := c.samples * ((1+axes)*c.first + points*each)
	for i := range l.Axes {
		c.direction(&l.Axes[i], 1, func(times float64, more passes, ops float64) {
			p.gradients += times * more.gradients
			p.products += times * more.products
			flops += times * ops
		})
	}
	arrays := 1 + axes
	if curvature {
		arrays += axes
	}
	return c.cost(p, flops, 8*arrays*points)
}

// networkSpectrum is the cost of a spectrum of a network.
func (e *estimator) networkSpectrum(x *plan.Spectrum) cost {
	c := e.networkOf(x.Objective)
	p := passes{products: spectrumProducts(x)}
	out := c.cost(p, c.point()+p.products*c.hvp(), spectrumBytes(x))
	// Each product is made orthogonal to those before it, half as many on average
	// as there will be, which reads them three times.
	random := float64(x.Samples) * float64(x.Steps)
	read := 3 * 8 * float64(x.Objective.Network.Size) * (random*float64(x.Steps)/2 + (p.products-random)*(p.products-random)/2)
	out.seconds += read / memorySpeed
	out.resident += 8 * float64(x.Objective.Network.Size) * float64(max(0, x.Steps-40))
	return out
}

// networkOrbit is the cost of an orbit of a network: each update a gradient, that of
// an exponent a product of the Hessian as well. A cycle on a line takes its direction
// and some updates.
func (e *estimator) networkOrbit(o *plan.Orbit) cost {
	c := e.networkOf(o.Map.Objective)
	var p passes
	flops := 0.0
	if l := o.Lyapunov; l != nil {
		n := float64(l.Skip + l.Steps)
		p.gradients, p.products = n, n
		flops += n * (c.gradient() + c.hvp())
	}
	if o.Near != nil {
		const updates = 40
		products, _ := search(1, 0, false)
		p.gradients += float64(o.Settle) + updates
		p.products += products
		flops += (float64(o.Settle)+updates)*c.gradient() + c.point() + products*c.hvp()
	}
	return c.cost(p, flops, o.RecordedBytes())
}

// networkGrowth is the cost of a growth of a network: a gradient at each point, the
// curvature along each ray, and some more to find the lowest point of each line and
// where the parabola ends.
func (e *estimator) networkGrowth(x *plan.Growth) cost {
	c := e.networkOf(x.Objective)
	const perLine, perRay = 50, 15
	rays, lines := float64(x.Rays()), float64(len(x.Axes))
	p := passes{gradients: 1 + growthSamples(x) + perLine*lines + perRay*rays, products: rays}
	flops := p.gradients*c.gradient() + lines*c.point() + rays*c.hvp()
	for i := range x.Axes {
		c.direction(&x.Axes[i], 1, func(times float64, more passes, ops float64) {
			p.gradients += times * more.gradients
			p.products += times * more.products
			flops += times * ops
		})
	}
	return c.cost(p, flops, growthBytes(x))
}

// memorySpeed is about how many bytes a second are read from memory.
const memorySpeed = 1e10

func spectrumProducts(x *plan.Spectrum) float64 {
	products := float64(x.Samples) * float64(x.Steps)
	if x.Top > 0 {
		cold, _ := search(x.Top, x.Products, false)
		products += cold
	}
	if x.Bottom > 0 {
		cold, _ := search(x.Bottom, x.Products, true)
		products += cold
	}
	return products
}

func spectrumBytes(x *plan.Spectrum) float64 {
	return 8 * float64(2*(x.Top+x.Bottom)+3*x.Points+3)
}
