package graph

import "fmt"

// GaussNewton returns the product of the generalised Gauss-Newton matrix
// J^T H J with the direction v, as one node per node of wrt and of its type: J
// is the Jacobian of the outputs, the logits of a network, in wrt, and H the
// Hessian of the loss in the outputs alone. The matrix is positive semidefinite
// where the loss is convex in the outputs. v[i] has the type of wrt[i]. The cost
// is about that of a Hessian-vector product. Source: Schraudolph, Fast Curvature
// Matrix-Vector Products for Second-Order Gradient Descent, Neural Computation
// 14 (2002), section 3.
//
// It fails where Gradient and Tangent do, and if the loss depends on wrt
// otherwise than through the outputs: a regulariser has a Hessian of its own.
func (g *Graph) GaussNewton(loss, outputs ID, wrt, v []ID) ([]ID, error) {
	if err := g.dependsThrough(loss, outputs, wrt); err != nil {
		return nil, err
	}
	seeds := make(map[ID]ID, len(wrt))
	for i, w := range wrt {
		seeds[w] = v[i]
	}
	jv, err := g.Tangent([]ID{outputs}, seeds)
	if err != nil {
		return nil, err
	}
	hjv, err := g.HVP(loss, []ID{outputs}, jv)
	if err != nil {
		return nil, err
	}
	return g.VJP([]ID{outputs}, hjv, wrt)
}

// dependsThrough fails if y depends on a node of wrt by a way that does not lead
// through z.
func (g *Graph) dependsThrough(y, z ID, wrt []ID) error {
	need := make([]bool, y+1)
	need[y] = true
	for id := y; id >= 0; id-- {
		if need[id] && id != z {
			for _, a := range g.nodes[id].Args {
				need[a] = true
			}
		}
	}
	for _, w := range wrt {
		if w <= y && w != z && need[w] {
			return fmt.Errorf("graph: the loss depends on %s, %s, otherwise than through the outputs", g.describe(w), g.Type(w))
		}
	}
	return nil
}
