package graph

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// Hash identifies what the roots compute, in their order: operations, types,
// bits of constants and names of inputs. It does not depend on the numbers of
// the nodes, on other nodes of the graph, on the order of the inputs or on the
// places that the nodes come from.
func (g *Graph) Hash(roots []ID) [32]byte {
	sums := make([][32]byte, len(g.nodes))
	var text []byte
	for id, need := range g.Reach(roots) {
		if !need {
			continue
		}
		n := &g.nodes[id]
		text = append(text[:0], n.Op.String()...)
		text = append(text, 0, bit(n.Type.Bool)|bit(n.Type.Series)<<1, n.Type.rank)
		for i := range int(n.Type.rank) {
			text = binary.AppendUvarint(text, uint64(n.Type.dims[i]))
		}
		text = binary.AppendVarint(text, int64(n.Int0))
		text = n.Window.appendTo(text)
		text = append(binary.AppendUvarint(text, uint64(len(n.Name))), n.Name...)
		text = binary.LittleEndian.AppendUint64(text, math.Float64bits(n.Num))
		for _, v := range n.Data {
			text = binary.LittleEndian.AppendUint64(text, math.Float64bits(v))
		}
		args := n.Args
		if (n.Op == Add || n.Op == Mul) && bytes.Compare(sums[args[0]][:], sums[args[1]][:]) > 0 {
			args = []ID{args[1], args[0]} // their order in the graph is that of the numbers
		}
		for _, a := range args {
			text = append(text, sums[a][:]...)
		}
		sums[id] = sha256.Sum256(text)
	}
	text = text[:0]
	for _, r := range roots {
		text = append(text, sums[r][:]...)
	}
	return sha256.Sum256(text)
}
