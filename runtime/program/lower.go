package program

import (
	"fmt"
	"math"

	"relief/runtime/graph"
)

// Options changes how a graph is compiled, never what it computes.
type Options struct {
	// MaxScalar is the largest number of elements that are computed by
	// instructions of their own; a larger program loops over elements.
	// 0 means 1 << 15, a negative number none.
	MaxScalar int
	// Observed lists outputs that a Loop computes only at the steps at which it
	// records something and at its last: they can neither be fed back nor end
	// a lane. State.Run computes all outputs.
	Observed []int
	// Time names the input that a Loop sets to the step; "" if there is none.
	// What depends on it alone is computed for many steps at once, not lane by
	// lane.
	Time string
}

// Program is a compiled graph. It is read-only, and any number of states may
// execute it at once.
type Program struct {
	graph   *graph.Graph
	inputs  []Port
	outputs []Port
	roots   []graph.ID

	wide   code
	one    code     // for one lane; empty where the program does not fit
	narrow []packed // the instructions of one

	observed map[int]bool
	time     int  // input, or -1
	times    code // the time, in as many lanes as steps, to what code.given lists
}

// Port is an input or an output of a program.
type Port struct {
	Name string // of an input
	Type graph.Type
}

// code is instructions with the registers that they work on.
type code struct {
	list    []instruction
	consts  []constant
	rows    int       // registers, of one number per lane each
	in, out [][]int32 // the register of each element of each port

	// The instructions stand in three parts: list[:uniform] depend on the time
	// alone; list[:lean] give all outputs but those that are only observed. A
	// loop skips the first part and sets the registers given instead.
	uniform, lean int
	given         []int32
}

// Inputs and Outputs are the program's ports in the order given to Compile.
func (p *Program) Inputs() []Port  { return p.inputs }
func (p *Program) Outputs() []Port { return p.outputs }

// Size is the number of registers and of instructions for many lanes.
func (p *Program) Size() (registers, instructions int) { return p.wide.rows, len(p.wide.list) }

// opcode is a graph operation, or one of those below.
type opcode uint8

const (
	opCopy  opcode = 128 + iota
	opZero         // 0
	opAddI         // a + imm
	opRSubI        // imm - a
	opMulI         // a * imm
	opDivI         // a / imm
	opRDivI        // imm / a
	opMinI         // min(a, imm)
	opMaxI
	opLtI // a < imm, and so on
	opLeI
	opGtI
	opGeI
	opEqI
	opNeI
	numOpcodes
)

// instruction computes n elements. Operands are registers; element i of
// operand a is register a + i*sa. Reductions, Transpose, Outer and MatMul take
// their sizes from the operands' types.
type instruction struct {
	op         opcode
	pass       pass
	sa, sb, sc uint8
	n          int32
	d, a, b, c int32
	imm        float64
	node       graph.ID
	rows       int32 // MatMul, Outer, Transpose: rows, inner, cols
	inner      int32
	cols       int32
}

type constant struct {
	row   int32
	value float64
}

// value is where the elements of a node are, before registers are assigned:
// from element off of group v on, or, in a program of scalars, one group per
// element.
type value struct {
	v, off int32
	each   []int32
}

// group is a run of elements that get neighbouring registers.
type group struct {
	size     int32
	row      int32
	last     int32 // the last instruction that reads it
	pinned   bool  // an input, output or constant
	assigned bool
}

type lowering struct {
	g      *graph.Graph
	need   []bool
	values []value
	groups []group
	consts map[uint64]int32
	fill   map[int32][]float64 // elements of constant groups
	order  []int32             // constant groups in the order they were made
	code   []draft
	fixed  map[int32]bool // inputs and constants: they keep their registers
	scalar bool
	common map[commonKey]int32

	ins, outs []span // the ports
	time      int32  // the group of the time; 0 if there is none
	given     []int32
}

// span is the place of a port's elements.
type span struct {
	value
	size int
}

// commonKey is what makes two instructions compute the same bits: as numbers,
// the constants 0 and -0 are equal.
type commonKey struct {
	instruction
	bits uint64
}

// draft is an instruction whose operands are groups, with an element offset
// into each.
type draft struct {
	instruction
	od, oa, ob, oc int32
	part           part
}

// part says which part of the code an instruction belongs to; see code.
type part uint8

const (
	uniformPart part = iota
	stepPart
	observedPart
)

// Compile translates what the outputs need. Inputs are named in the order of
// the program's ports; a name that the graph has no input for is an error, as
// is an input that the outputs need and that is not named. Operations on
// series, which only results have, and on batches, which package dense
// compiles, are errors.
func Compile(g *graph.Graph, inputs []string, outputs []graph.ID, opt Options) (*Program, error) {
	if opt.MaxScalar == 0 {
		opt.MaxScalar = 1 << 15
	}
	lo := &lowering{g: g, need: g.Reach(outputs), values: make([]value, g.Len()),
		consts: map[uint64]int32{}, fill: map[int32][]float64{}, common: map[commonKey]int32{}, fixed: map[int32]bool{}}
	p := &Program{graph: g, roots: outputs, time: -1, observed: map[int]bool{}}
	named := map[graph.ID]bool{}
	for _, name := range inputs {
		id, ok := g.Lookup(name)
		if !ok {
			return nil, fmt.Errorf("program: the graph has no input %q", name)
		}
		named[id] = true
		if name == opt.Time && g.Type(id).Size() == 1 {
			p.time = len(p.inputs)
		}
		p.inputs = append(p.inputs, Port{Name: name, Type: g.Type(id)})
	}
	for _, i := range opt.Observed {
		p.observed[i] = true
	}
	work := 0
	for i, need := range lo.need {
		if !need {
			continue
		}
		n := g.Node(graph.ID(i))
		if n.Type.Series || n.Op.IsSeries() {
			return nil, fmt.Errorf("program: %s is %s, which only results have", n.Op, n.Type)
		}
		if n.Op.IsBatch() {
			return nil, fmt.Errorf("program: %s acts on batches, which package dense computes", n.Op)
		}
		if n.Op == graph.Input && !named[graph.ID(i)] {
			return nil, fmt.Errorf("program: input %q is needed and has no value", n.Name)
		}
		work += workOf(g, n)
	}
	lo.scalar = work <= opt.MaxScalar
	for _, port := range p.inputs {
		id, _ := g.Lookup(port.Name)
		if lo.values[id].each == nil && lo.values[id].v == 0 {
			lo.values[id] = lo.fresh(port.Type.Size(), true)
		}
		lo.ins = append(lo.ins, span{lo.values[id], port.Type.Size()})
	}
	for i, need := range lo.need {
		if n := g.Node(graph.ID(i)); need && n.Op != graph.Input {
			lo.node(graph.ID(i), n)
		}
	}
	lo.finish(p)
	return p, nil
}

// workOf is the number of scalar instructions that a node takes.
func workOf(g *graph.Graph, n *graph.Node) int {
	switch n.Op {
	case graph.MatMul:
		rows, inner, cols := graph.MatMulDims(g.Type(n.Args[0]), g.Type(n.Args[1]))
		return 2 * rows * inner * cols
	case graph.Norm:
		return 2 * g.Type(n.Args[0]).Size()
	}
	if n.Op.IsReduction() {
		return g.Type(n.Args[0]).Size()
	}
	return n.Type.Size()
}

// group makes a group of n elements.
func (lo *lowering) group(n int, fixed bool) int32 {
	lo.groups = append(lo.groups, group{size: int32(n)})
	id := int32(len(lo.groups))
	if fixed {
		lo.fixed[id] = true
	}
	return id
}

// fresh makes a place for n elements.
func (lo *lowering) fresh(n int, fixed bool) value {
	if !lo.scalar {
		return value{v: lo.group(n, fixed)}
	}
	each := make([]int32, n)
	for i := range each {
		each[i] = lo.group(1, fixed)
	}
	return value{each: each}
}

// scalarConst is the group of one constant number.
func (lo *lowering) scalarConst(v float64) int32 {
	bits := math.Float64bits(v)
	if id, ok := lo.consts[bits]; ok {
		return id
	}
	id := lo.group(1, true)
	lo.consts[bits] = id
	lo.fill[id] = []float64{v}
	lo.order = append(lo.order, id)
	return id
}

func (lo *lowering) node(id graph.ID, n *graph.Node) {
	if lo.scalar {
		lo.values[id] = value{each: lo.scalars(id, n)}
		return
	}
	lo.array(id, n)
}
