package network

// Row is what a table of a network says of one layer. Sums over the rows are
// those of the network.
type Row struct {
	Layer      *Layer
	Depth      int // how many residuals, concats and sequences the layer stands in
	Branch     int // the branch of the innermost of them, from 0
	In, Out    Shape
	Params     int     // elements of the layer's own parameters
	Flops      float64 // of the layer itself, as in Network.Flops
	Activation int     // elements of the layer's own results, as in Network.Activations
}

// Summary is a row for each layer in the order of All.
func (n *Network) Summary() []Row { return rows(nil, n.Layers, 0, 0) }

func rows(to []Row, layers []*Layer, depth, branch int) []Row {
	for _, l := range layers {
		r := Row{Layer: l, Depth: depth, Branch: branch, In: l.In, Out: l.Out, Flops: l.flops(), Activation: l.activations()}
		for _, p := range l.Parameters {
			r.Params += p.Type.Size()
		}
		to = append(to, r)
		for i, b := range l.Branches {
			to = rows(to, b, depth+1, i)
		}
	}
	return to
}

// Flops is the number of operations of one sample forward: two for each product
// of dense and conv layers, multiplication and addition. The other layers are
// bound by memory and count nothing.
func (n *Network) Flops() float64 {
	total := 0.0
	for l := range n.All() {
		total += l.flops()
	}
	return total
}

func (l *Layer) flops() float64 {
	switch l.Kind {
	case Dense, Conv:
		return 2 * float64(l.Parameters[0].FanIn) * float64(l.Out.Size())
	}
	return 0
}

// Activations is the number of elements of one sample that the layers compute: a
// pass forward and back keeps about so many. An activation counts beside the
// layer that it follows.
func (n *Network) Activations() int {
	total := 0
	for l := range n.All() {
		total += l.activations()
	}
	return total
}

func (l *Layer) activations() int {
	count := 0
	switch l.Kind {
	case Flatten, Sequence:
		return 0
	case Activation:
	default:
		count++
	}
	if l.hasFunction() && l.Function != "" && l.Function != "identity" {
		count++
	}
	return count * l.Out.Size()
}
