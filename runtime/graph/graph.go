package graph

import (
	"encoding/binary"
	"math"

	"relief/lang/diag"
)

// ID names a node of a graph. Operands have smaller ids than their users.
type ID int32

// None is no node.
const None ID = -1

// Origin names the place that made a node; 0 is no place.
type Origin int32

// Site is a place in a study, within the call that led to it.
type Site struct {
	Span diag.Span
	Call Origin // the call whose inlining put the place here; 0 at top level
	Name string // for a call: the name of the function that is called
}

// Node is one operation. Nodes are read-only.
type Node struct {
	Op     Op
	Type   Type
	Args   []ID
	Int0   int       // Slice, Pad, SliceCols, PadCols: offset; At: step
	Window Window    // of Conv and poolings and their adjoints
	Num    float64   // Const with nil Data: the value of every element
	Data   []float64 // Const: elements in index order
	Name   string    // Input
	Origin Origin
}

// Window is how a convolution or a pooling moves over an image: H x W pixels in
// steps of Stride, from Pad pixels outside of the first pixel on. Groups is that
// of a convolution: output channel o sees only the input channels of its group.
// The zero Window belongs to all other operations.
type Window struct{ H, W, Stride, Pad, Groups int }

// Graph is a growing set of nodes. The zero Graph is not usable; see New. A
// Graph must not be changed by two goroutines at once.
type Graph struct {
	nodes  []Node
	sites  []Site
	origin Origin
	index  map[string]ID // structural key -> node
	inputs map[string]ID
	key    []byte
}

// New returns an empty graph.
func New() *Graph {
	return &Graph{sites: make([]Site, 1), index: map[string]ID{}, inputs: map[string]ID{}}
}

// Len is the number of nodes.
func (g *Graph) Len() int { return len(g.nodes) }

// Node returns node id.
func (g *Graph) Node(id ID) *Node { return &g.nodes[id] }

// Type returns the type of node id.
func (g *Graph) Type(id ID) Type { return g.nodes[id].Type }

// AddSite registers a place for use with SetOrigin.
func (g *Graph) AddSite(s Site) Origin {
	g.sites = append(g.sites, s)
	return Origin(len(g.sites) - 1)
}

// Site returns the place that o names.
func (g *Graph) Site(o Origin) Site { return g.sites[o] }

// SetOrigin sets the place that new nodes come from and returns the one
// before, so that it can be put back.
func (g *Graph) SetOrigin(o Origin) Origin {
	old := g.origin
	g.origin = o
	return old
}

// Input returns the input of that name. The same name gives the same node; a
// second use with another type panics.
func (g *Graph) Input(name string, t Type) ID {
	if id, ok := g.inputs[name]; ok {
		if g.nodes[id].Type != t {
			panic("graph: input " + name + " with two types")
		}
		return id
	}
	id := g.push(Node{Op: Input, Type: t, Name: name})
	g.inputs[name] = id
	return id
}

// Lookup returns the input of that name.
func (g *Graph) Lookup(name string) (ID, bool) {
	id, ok := g.inputs[name]
	return id, ok
}

// Const returns the scalar number v.
func (g *Graph) Const(v float64) ID { return g.intern(Node{Op: Const, Num: v}) }

// Bool returns the scalar truth value v.
func (g *Graph) Bool(v bool) ID { return g.intern(Node{Op: Const, Type: Truth, Num: truth(v)}) }

// ConstArray returns a constant with the given elements in index order; it
// keeps data. Elements that are all the same bits share one number.
func (g *Graph) ConstArray(t Type, data []float64) ID {
	if len(data) != t.Size() || t.Series {
		panic("graph: constant data does not fit its type")
	}
	same := len(data) > 0
	for _, v := range data {
		same = same && math.Float64bits(v) == math.Float64bits(data[0])
	}
	if same {
		return g.intern(Node{Op: Const, Type: t, Num: data[0]})
	}
	return g.intern(Node{Op: Const, Type: t, Data: data})
}

// Fill returns the constant of type t whose elements are all v.
func (g *Graph) Fill(t Type, v float64) ID { return g.intern(Node{Op: Const, Type: t, Num: v}) }

// ConstValue returns the number of a scalar or uniform constant.
func (g *Graph) ConstValue(id ID) (float64, bool) {
	n := &g.nodes[id]
	return n.Num, n.Op == Const && n.Data == nil
}

// Element returns element i of a constant.
func (n *Node) Element(i int) float64 {
	if n.Data != nil {
		return n.Data[i]
	}
	return n.Num
}

func (g *Graph) push(n Node) ID {
	n.Origin = g.origin
	g.nodes = append(g.nodes, n)
	return ID(len(g.nodes) - 1)
}

// intern returns the node equal to n, adding it if there is none. Equality is
// of structure and of bits, never of numbers: -0 and 0 differ.
func (g *Graph) intern(n Node) ID {
	k := append(g.key[:0], byte(n.Op), bit(n.Type.Bool)|bit(n.Type.Series)<<1, n.Type.rank)
	for i := range int(n.Type.rank) {
		k = binary.AppendUvarint(k, uint64(n.Type.dims[i]))
	}
	k = binary.AppendVarint(k, int64(n.Int0))
	k = n.Window.appendTo(k)
	k = binary.LittleEndian.AppendUint64(k, math.Float64bits(n.Num))
	for _, a := range n.Args {
		k = binary.AppendUvarint(k, uint64(a))
	}
	for _, v := range n.Data {
		k = binary.LittleEndian.AppendUint64(k, math.Float64bits(v))
	}
	g.key = k
	if id, ok := g.index[string(k)]; ok {
		return id
	}
	id := g.push(n)
	g.index[string(k)] = id
	return id
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// Import copies what the roots need from src into g and returns their ids
// there. Inputs named in bind are replaced by nodes of g of the same type;
// the others become inputs of g with their own names. Places come along,
// inside the call that is g's current origin.
func (g *Graph) Import(src *Graph, roots []ID, bind map[string]ID) []ID {
	return g.Graft(src, roots, bind, nil)
}

// Graft is Import where some nodes of src have a counterpart in g already:
// known maps them to it, and what only they need is not copied.
func (g *Graph) Graft(src *Graph, roots []ID, bind map[string]ID, known map[ID]ID) []ID {
	need := make([]bool, len(src.nodes))
	for _, r := range roots {
		need[r] = true
	}
	for i := len(src.nodes) - 1; i >= 0; i-- {
		if _, ok := known[ID(i)]; need[i] && !ok {
			for _, a := range src.nodes[i].Args {
				need[a] = true
			}
		}
	}
	sites := make(map[Origin]Origin)
	var site func(Origin) Origin
	outer := g.origin
	site = func(o Origin) Origin {
		if o == 0 {
			return outer
		}
		if m, ok := sites[o]; ok {
			return m
		}
		s := src.sites[o]
		s.Call = site(s.Call)
		m := g.AddSite(s)
		sites[o] = m
		return m
	}
	ids := make([]ID, len(src.nodes))
	for i := range src.nodes {
		if !need[i] {
			continue
		}
		n := src.nodes[i]
		if id, ok := known[ID(i)]; ok {
			if g.nodes[id].Type != n.Type {
				panic("graph: a node is grafted to another type")
			}
			ids[i] = id
			continue
		}
		g.origin = site(n.Origin)
		switch n.Op {
		case Input:
			if b, ok := bind[n.Name]; ok {
				if g.nodes[b].Type != n.Type {
					panic("graph: input " + n.Name + " is bound to another type")
				}
				ids[i] = b
			} else {
				ids[i] = g.Input(n.Name, n.Type)
			}
		case Const:
			ids[i] = g.intern(Node{Op: Const, Type: n.Type, Num: n.Num, Data: n.Data})
		default:
			args := make([]ID, len(n.Args))
			for k, a := range n.Args {
				args[k] = ids[a]
			}
			ids[i] = g.rebuild(&n, args)
		}
	}
	g.origin = outer
	out := make([]ID, len(roots))
	for k, r := range roots {
		out[k] = ids[r]
	}
	return out
}
