package model

import (
	"context"
	"fmt"
	"slices"

	"relief/runtime/dense"
	"relief/runtime/graph"
)

// Plane is the loss of a network on the plane, or the line, through a center
// along one or two directions.
//
// Where a product has the samples on one side and weights on the other, as that
// of a first layer has, it is linear in the positions, and the products with the
// center and with each direction are computed once for all points.
type Plane struct {
	n        *Network
	pass     *pass
	axes     int
	programs []*dense.Program // by batch; or one for each size
	perBatch bool
	center   []float64
	along    [][]float64
	bend     bool
	buffer   []float64
}

func positionName(axis int) string            { return fmt.Sprintf("position %d", axis) }
func alongName(axis int, param string) string { return fmt.Sprintf("along %d %s", axis, param) }

// Plane prepares the plane; with bend it also gives the curvature along each
// direction, the exact second derivative. It is good until the next call of it.
func (n *Network) Plane(ctx context.Context, center []float64, along [][]float64, bend bool) (*Plane, error) {
	q := &Plane{n: n, axes: len(along), center: center, along: along, bend: bend}
	pass := n.newPass(nil)
	q.pass = pass
	by := map[int]*dense.Program{}
	var bytes int64
	for _, s := range n.spans {
		if by[s.size()] == nil {
			p, err := q.compile(pass, s.size())
			if err != nil {
				return nil, err
			}
			by[s.size()] = p
		}
		bytes += by[s.size()].Bytes()
	}
	q.perBatch = bytes <= maxHeld
	for b, s := range n.spans {
		p := by[s.size()]
		if q.perBatch && slices.Contains(q.programs, p) { // another batch of this size has it
			var err error
			if p, err = q.compile(pass, s.size()); err != nil {
				return nil, err
			}
		}
		q.programs = append(q.programs, p)
		if q.perBatch {
			if err := q.prepare(ctx, b); err != nil {
				return nil, err
			}
		}
	}
	return q, nil
}

// prepare computes what does not depend on the positions, for batch b.
func (q *Plane) prepare(ctx context.Context, b int) error {
	p := q.programs[b]
	q.n.setSamples(p, q.n.spans[b])
	q.n.setMasks(p, q.pass, q.n.spans[b])
	q.n.setPoint(p, q.center)
	for k, v := range q.along {
		for _, w := range q.n.net.Params {
			p.Set(alongName(k, w.Name), v[w.Offset:w.Offset+w.Type.Size()])
		}
	}
	return p.Prepare(ctx)
}

// compile rewrites the loss of a batch as a function of the positions.
func (q *Plane) compile(pass *pass, size int) (*dense.Program, error) {
	src, masks, err := pass.build(size)
	if err != nil {
		return nil, err
	}
	g := graph.New()
	held := src.held
	var s []graph.ID
	for k := range q.axes {
		s = append(s, g.Input(positionName(k), graph.Number))
	}
	// combine is c + s0 u0 + s1 u1 for the images of c, u0, u1 under a linear map.
	combine := func(image func(name string) (graph.ID, error), name string) (graph.ID, error) {
		sum, err := image(name)
		for k := 0; k < q.axes && err == nil; k++ {
			var u graph.ID
			if u, err = image(alongName(k, name)); err != nil {
				break
			}
			if u, err = g.Apply(graph.Mul, s[k], u); err == nil {
				sum, err = g.Apply(graph.Add, sum, u)
			}
		}
		return sum, err
	}
	bound := map[string]graph.ID{}
	for _, w := range q.n.net.Params {
		input := func(name string) (graph.ID, error) { return g.Input(name, w.Type), nil }
		for k := range q.axes {
			held = append(held, alongName(k, w.Name))
		}
		if bound[w.Name], err = combine(input, w.Name); err != nil {
			return nil, err
		}
	}
	known := map[graph.ID]graph.ID{}
	for _, f := range firstProducts(src) {
		node := *src.Node(f.id)
		x := g.Import(src.Graph, []graph.ID{node.Args[0]}, nil)[0]
		image := func(name string) (graph.ID, error) {
			w := g.Input(name, src.Type(node.Args[1]))
			if node.Op == graph.MatMul {
				return g.Apply(graph.MatMul, x, w)
			}
			return g.Convolve(x, w, node.Window)
		}
		if known[f.id], err = combine(image, f.param); err != nil {
			return nil, err
		}
	}
	loss := g.Graft(src.Graph, []graph.ID{src.loss}, bound, known)[0]
	roots := []graph.ID{loss}
	for k := 0; q.bend && k < q.axes; k++ {
		seed := map[graph.ID]graph.ID{s[k]: g.Const(1)}
		slope, err := g.Tangent([]graph.ID{loss}, seed)
		if err != nil {
			return nil, err
		}
		bend, err := g.Tangent(slope, seed)
		if err != nil {
			return nil, err
		}
		roots = append(roots, bend[0])
	}
	p, err := dense.Compile(q.n.machine, g, roots, dense.Options{Single: q.n.net.Single, Held: held})
	if err != nil {
		return nil, q.n.explain(err, size)
	}
	pass.masks[p] = masks
	return p, nil
}

// firstProduct is a product of samples with a parameter.
type firstProduct struct {
	id    graph.ID
	param string
}

// firstProducts finds the products whose left operand depends on no parameter
// and whose right operand is one.
func firstProducts(b *batch) []firstProduct {
	depends := map[graph.ID]bool{}
	for _, p := range b.params {
		depends[p] = true
	}
	var out []firstProduct
	for i := range b.Len() {
		id := graph.ID(i)
		n := b.Node(id)
		for _, a := range n.Args {
			depends[id] = depends[id] || depends[a]
		}
		if n.Op != graph.MatMul && n.Op != graph.Conv {
			continue
		}
		if w := b.Node(n.Args[1]); !depends[n.Args[0]] && w.Op == graph.Input && depends[n.Args[1]] {
			out = append(out, firstProduct{id, w.Name})
		}
	}
	return out
}

// At returns the loss at a point of the plane and, if it was asked for, the
// curvatures along the directions, which are in a slice that the next call
// writes to.
func (q *Plane) At(ctx context.Context, at ...float64) (loss float64, bend []float64, err error) {
	n := q.n
	if q.buffer == nil {
		q.buffer = make([]float64, q.axes)
	}
	clear(q.buffer)
	for b := range n.spans {
		p := q.programs[b]
		if !q.perBatch {
			if err := q.prepare(ctx, b); err != nil {
				return 0, nil, err
			}
		}
		for k, s := range at {
			p.Set(positionName(k), []float64{s})
		}
		if err := p.Finish(ctx); err != nil {
			return 0, nil, err
		}
		loss += p.Number(0)
		for k := 0; q.bend && k < q.axes; k++ {
			q.buffer[k] += p.Number(1 + k)
		}
	}
	if q.bend {
		bend = q.buffer
	}
	if n.regularizer == nil {
		return loss, bend, nil
	}
	x := append([]float64(nil), q.center...)
	for k, s := range at {
		for j, v := range q.along[k] {
			x[j] += s * v
		}
	}
	r, err := n.regularizer.value(ctx, x)
	loss += r
	for k := range bend {
		hv := make([]float64, len(x))
		if err := n.regularizer.product(ctx, hv, x, q.along[k]); err != nil {
			return 0, nil, err
		}
		for j, v := range q.along[k] {
			bend[k] += v * hv[j]
		}
	}
	return loss, bend, err
}
