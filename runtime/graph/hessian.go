package graph

// HVP returns the product of the Hessian of the scalar y with the direction v,
// as one node per node of wrt and of its type: forward mode over reverse, at
// about twice the cost of the gradient. v[i] has the type of wrt[i].
func (g *Graph) HVP(y ID, wrt, v []ID) ([]ID, error) {
	grad, err := g.Gradient(y, wrt)
	if err != nil {
		return nil, err
	}
	seeds := make(map[ID]ID, len(wrt))
	for i, w := range wrt {
		seeds[w] = v[i]
	}
	return g.Tangent(grad, seeds)
}

// Hessian returns the n x n matrix of second derivatives of the scalar y,
// where n is the number of elements of wrt, taken one after the other in index
// order. Row i is the derivative of the gradient along coordinate i. It adds n
// times the nodes of one Hessian-vector product: for small problems.
func (g *Graph) Hessian(y ID, wrt []ID) (ID, error) {
	grad, err := g.Gradient(y, wrt)
	if err != nil {
		return None, err
	}
	return g.directions(grad, wrt)
}

// Jacobian returns the m x n matrix of derivatives of the m elements of outs
// in the n elements of wrt, both taken one after the other in index order. It
// adds n times the nodes of one tangent.
func (g *Graph) Jacobian(outs, wrt []ID) (ID, error) {
	rows, err := g.directions(outs, wrt)
	if err != nil {
		return None, err
	}
	return g.apply(Transpose, rows), nil
}

// directions returns the n x m matrix whose row i is the derivative of outs
// along coordinate i of wrt.
func (g *Graph) directions(outs, wrt []ID) (ID, error) {
	var rows []ID
	for _, w := range wrt {
		t := g.Type(w)
		for i := range t.Size() {
			v := g.Const(1)
			if t.Rank() > 0 {
				unit := make([]float64, t.Size())
				unit[i] = 1
				v = g.ConstArray(t, unit)
			}
			row, err := g.Tangent(outs, map[ID]ID{w: v})
			if err != nil {
				return None, err
			}
			rows = append(rows, g.Flatten(row))
		}
	}
	if len(rows) == 0 {
		m := 0
		for _, y := range outs {
			m += g.Type(y).Size()
		}
		return g.Fill(Of(0, m), 0), nil
	}
	return g.apply(Stack, rows...), nil
}

// maxElements bounds the elements that Flatten makes nodes of their own.
const maxElements = 4096

// Flatten returns the vector of the elements of all parts, one part after the
// other, each in index order. Many elements are joined part by part, so that
// the parameters of a network are one node.
func (g *Graph) Flatten(parts []ID) ID {
	if len(parts) == 1 {
		return g.Reshape(parts[0], Of(g.Type(parts[0]).Size()))
	}
	size := 0
	for _, p := range parts {
		size += g.Type(p).Size()
	}
	if size > maxElements {
		return g.apply(Join, parts...)
	}
	var elements []ID
	for _, p := range parts {
		for i := range g.Type(p).Size() {
			elements = append(elements, g.Slice(p, i, Number))
		}
	}
	if len(elements) == 0 {
		return g.Fill(Of(0), 0)
	}
	return g.apply(Stack, elements...)
}
