package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Predicates of VCMPPD; the unordered answer of each is in its name's comment.
const (
	predEq    = 0x00 // false
	predNe    = 0x04 // true
	predUn    = 0x03 // true
	predLt    = 0x11 // false
	predLe    = 0x12 // false
	predGe    = 0x1d // false
	predGt    = 0x1e // false
	predNotGe = 0x19 // true
	// predNotFinite, of |x| against infinity: not less than, true for NaN.
	predNotFinite = 0x15
)

// emitter writes straight-line vector code for one instruction set. A method
// returns a fresh register unless its comment says that it works in place; the
// last operand of the two-operand methods may be memory.
type emitter struct {
	*build.Context
	wide   bool // AVX-512, else AVX2 with FMA
	consts map[string]Mem
	tables map[string]Mem

	entries map[reg.VecVirtual][4]reg.Register // of look-ups, by their index
	uses    []uint64                           // constants in the order of their use
	hoisted map[uint64]reg.VecVirtual          // constants that the kernel holds in registers
}

func newEmitter(wide bool) *emitter {
	return &emitter{Context: build.NewContext(), wide: wide, consts: map[string]Mem{}, tables: map[string]Mem{}, entries: map[reg.VecVirtual][4]reg.Register{}}
}

// lanes is the number of float64 in a register.
func (e *emitter) lanes() int {
	if e.wide {
		return 8
	}
	return 4
}

func (e *emitter) suffix() string {
	if e.wide {
		return "AVX512"
	}
	return "AVX2"
}

func (e *emitter) reg() reg.VecVirtual {
	if e.wide {
		return e.ZMM()
	}
	return e.YMM()
}

// bits returns a vector constant, the same 64 bits in every lane, in a register
// that must not be written if the kernel holds it in one, else in memory.
func (e *emitter) bits(v uint64) Op {
	e.uses = append(e.uses, v)
	if r, ok := e.hoisted[v]; ok {
		return r
	}
	return e.constant(v)
}

func (e *emitter) constant(v uint64) Mem {
	name := fmt.Sprintf("k%016x%s", v, e.suffix())
	m, ok := e.consts[name]
	if !ok {
		m = e.StaticGlobal(name)
		e.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range e.lanes() {
			e.AddDatum(8*i, U64(v))
		}
		e.consts[name] = m
	}
	return m
}

func (e *emitter) num(x float64) Op { return e.bits(math.Float64bits(x)) }

// table returns a table of 16 values in memory.
func (e *emitter) table(name string, v [16]float64) Mem {
	m, ok := e.tables[name]
	if !ok {
		m = e.StaticGlobal(name + e.suffix())
		e.DataAttributes(attr.RODATA | attr.NOPTR)
		for i, x := range v {
			e.AddDatum(8*i, U64(math.Float64bits(x)))
		}
		e.tables[name] = m
	}
	return m
}

func (e *emitter) load(m Op) reg.VecVirtual {
	r := e.reg()
	e.VMOVUPD(m, r)
	return r
}

func (e *emitter) add(a, b Op) reg.VecVirtual { r := e.reg(); e.VADDPD(b, a, r); return r }
func (e *emitter) sub(a, b Op) reg.VecVirtual { r := e.reg(); e.VSUBPD(b, a, r); return r }
func (e *emitter) mul(a, b Op) reg.VecVirtual { r := e.reg(); e.VMULPD(b, a, r); return r }
func (e *emitter) div(a, b Op) reg.VecVirtual { r := e.reg(); e.VDIVPD(b, a, r); return r }
func (e *emitter) and(a, b Op) reg.VecVirtual { r := e.reg(); e.VANDPD(b, a, r); return r }
func (e *emitter) or(a, b Op) reg.VecVirtual  { r := e.reg(); e.VORPD(b, a, r); return r }
func (e *emitter) xor(a, b Op) reg.VecVirtual { r := e.reg(); e.VXORPD(b, a, r); return r }

// rawMin is a < b ? a : b, so b where either is NaN or both are zero.
func (e *emitter) rawMin(a, b Op) reg.VecVirtual { r := e.reg(); e.VMINPD(b, a, r); return r }

// rawMax is a > b ? a : b, so b where either is NaN or both are zero.
func (e *emitter) rawMax(a, b Op) reg.VecVirtual { r := e.reg(); e.VMAXPD(b, a, r); return r }

func (e *emitter) addInt(a, b Op) reg.VecVirtual { r := e.reg(); e.VPADDQ(b, a, r); return r }
func (e *emitter) subInt(a, b Op) reg.VecVirtual { r := e.reg(); e.VPSUBQ(b, a, r); return r }

func (e *emitter) shiftRight(n uint8, a Op) reg.VecVirtual {
	r := e.reg()
	e.VPSRLQ(U8(n), a, r)
	return r
}

func (e *emitter) shiftLeft(n uint8, a Op) reg.VecVirtual {
	r := e.reg()
	e.VPSLLQ(U8(n), a, r)
	return r
}

// fma returns a*b + c rounded once.
func (e *emitter) fma(a, b, c Op) reg.VecVirtual {
	r := e.load(c)
	e.VFMADD231PD(b, a, r)
	return r
}

// fnma returns c - a*b rounded once.
func (e *emitter) fnma(a, b, c Op) reg.VecVirtual {
	r := e.load(c)
	e.VFNMADD231PD(b, a, r)
	return r
}

// fms returns a*b - c rounded once.
func (e *emitter) fms(a, b, c Op) reg.VecVirtual {
	r := e.load(c)
	e.VFMSUB231PD(b, a, r)
	return r
}

// accumulate adds a*b to acc in place, rounded once.
func (e *emitter) accumulate(acc reg.VecVirtual, a, b Op) { e.VFMADD231PD(b, a, acc) }

// mask is the outcome of a comparison: an opmask register, or a vector of all
// ones and zeros.
type mask struct{ k reg.Register }

func (e *emitter) compare(pred uint8, a, b Op) mask {
	if e.wide {
		k := e.K()
		e.VCMPPD(U8(pred), b, a, k)
		return mask{k}
	}
	r := e.reg()
	e.VCMPPD(U8(pred), b, a, r)
	return mask{r}
}

// keep returns v where the mask is set and +0 elsewhere; v may be memory.
func (e *emitter) keep(m mask, v Op) reg.VecVirtual {
	r := e.reg()
	if e.wide {
		e.VMOVUPD_Z(v, m.k, r)
	} else {
		e.VANDPD(v, m.k, r)
	}
	return r
}

// choose returns t where the mask is set and f elsewhere; t may be memory.
func (e *emitter) choose(m mask, t, f Op) reg.VecVirtual {
	r := e.reg()
	if e.wide {
		e.VBLENDMPD(t, f, m.k, r)
	} else {
		e.VBLENDVPD(m.k, t, f, r)
	}
	return r
}

// copySign returns the magnitude of a with the sign of b.
func (e *emitter) copySign(a, b Op) reg.VecVirtual {
	sign := e.bits(1 << 63)
	if e.wide {
		r := e.load(a)
		e.VPTERNLOGQ(U8(0xd8), sign, b, r) // sign bit ? b : r
		return r
	}
	return e.or(e.and(a, e.bits(1<<63-1)), e.and(b, sign))
}

// lookup returns the entry of a table of 16 that the low four bits of each
// lane of index name.
func (e *emitter) lookup(table Mem, index reg.VecVirtual) reg.VecVirtual {
	if e.wide {
		r := e.load(table)
		e.VPERMT2PD(table.Offset(64), index, r)
		return r
	}
	// Four scalar loads are faster than a gather, most of all on processors
	// whose microcode slows gathers down for safety.
	at, ok := e.entries[index]
	if !ok {
		i := e.and(index, e.bits(15))
		half := e.XMM()
		e.VEXTRACTF128(U8(1), i, half)
		for k := range at {
			at[k] = e.GP64()
			from := []reg.Register{i.AsX(), half}[k/2]
			if k%2 == 0 {
				e.VMOVQ(from, at[k])
			} else {
				e.VPEXTRQ(U8(1), from, at[k])
			}
		}
		e.entries[index] = at
	}
	base := e.GP64()
	e.LEAQ(table, base)
	low, high, r := e.XMM(), e.XMM(), e.reg()
	entry := func(k int) Mem { return Mem{Base: base, Index: at[k], Scale: 8} }
	e.VMOVSD(entry(0), low)
	e.VMOVHPD(entry(1), low, low)
	e.VMOVSD(entry(2), high)
	e.VMOVHPD(entry(3), high, high)
	e.VINSERTF128(U8(1), high, low.AsY(), r)
	return r
}

// shape is the parameter list of a kernel.
type shape struct {
	vectors []string // operands that are vectors, in order
	scalar  int      // position of the scalar operand among them, or -1
}

var (
	unary   = shape{[]string{"a"}, -1}
	unaryC  = shape{[]string{"a"}, 1}
	binary  = shape{[]string{"a", "b"}, -1}
	ternary = shape{[]string{"a", "b", "c"}, -1}
	scaled  = shape{[]string{"a", "b"}, 1} // a, scalar, b
)

// operation is one elementwise kernel: its body maps registers holding the
// operands, in the order of the parameters, to the register of the result.
type operation struct {
	name   string
	shape  shape
	unroll int
	weave  bool // mix the instructions of the unrolled bodies
	body   func(e *emitter, in []Op) Op
}

// kernel writes the function of one operation. It handles the first n
// elements, n a multiple of the lanes, and reads every operand of an element
// before it writes the result, so that dst may be one of the operands.
func (e *emitter) kernel(o operation) {
	name := o.name + e.suffix()
	params := "dst"
	for _, v := range o.shape.vectors {
		params += ", " + v
	}
	params += " *float64, "
	if o.shape.scalar >= 0 {
		params += "s float64, "
	}
	e.Function(name)
	e.Attributes(attr.NOSPLIT)
	e.SignatureExpr("func(" + params + "n int)")
	e.Pragma("noescape")
	dst := e.Load(e.Param("dst"), e.GP64())
	base := make([]reg.Register, len(o.shape.vectors))
	for i, v := range o.shape.vectors {
		base[i] = e.Load(e.Param(v), e.GP64())
	}
	var s reg.VecVirtual
	if o.shape.scalar >= 0 {
		x := e.XMM()
		e.Load(e.Param("s"), x)
		s = e.reg()
		e.VBROADCASTSD(x, s)
	}
	n := e.Load(e.Param("n"), e.GP64())
	i := e.GP64()
	e.XORQ(i, i)
	e.hoist(o)

	one := func(u int) {
		at := func(p reg.Register) Mem { return Mem{Base: p, Index: i, Scale: 8, Disp: 8 * e.lanes() * u} }
		var in []Op
		for j, p := range base {
			if j == o.shape.scalar {
				in = append(in, s)
			}
			in = append(in, e.load(at(p)))
		}
		if o.shape.scalar == len(base) {
			in = append(in, s)
		}
		e.VMOVUPD(o.body(e, in), at(dst))
	}
	if o.unroll > 1 {
		e.Label(name + "_unrolled")
		next := e.GP64()
		e.LEAQ(Mem{Base: i, Disp: o.unroll * e.lanes()}, next)
		e.CMPQ(next, n)
		e.JG(LabelRef(name + "_single"))
		for u := range o.unroll {
			if o.weave {
				e.Comment(weaveMark)
			}
			one(u)
		}
		if o.weave {
			e.Comment(weaveMark)
		}
		e.MOVQ(next, i)
		e.JMP(LabelRef(name + "_unrolled"))
	}
	e.Label(name + "_single")
	e.CMPQ(i, n)
	e.JGE(LabelRef(name + "_done"))
	one(0)
	e.ADDQ(U8(e.lanes()), i)
	e.JMP(LabelRef(name + "_single"))
	e.Label(name + "_done")
	e.VZEROUPPER()
	e.RET()
}

// maxHoisted is how many registers may hold constants: what the longest woven
// bodies leave of 32.
const maxHoisted = 10

// hoist loads the constants that the body uses most into registers, since a
// long body of loads is limited by their number.
func (e *emitter) hoist(o operation) {
	e.hoisted = nil
	if !o.weave {
		return
	}
	trial := newEmitter(true)
	trial.Function("trial")
	in := make([]Op, len(o.shape.vectors))
	for i := range in {
		in[i] = trial.reg()
	}
	o.body(trial, in)
	count := map[uint64]int{}
	var order []uint64
	for _, v := range trial.uses {
		if count[v]++; count[v] == 1 {
			order = append(order, v)
		}
	}
	slices.SortStableFunc(order, func(a, b uint64) int { return count[b] - count[a] })
	e.hoisted = map[uint64]reg.VecVirtual{}
	for _, v := range order[:min(len(order), maxHoisted)] {
		e.hoisted[v] = e.load(e.constant(v))
	}
}

// firstNonFinite writes the search for an infinite or NaN element among the
// first n: it returns the start of the vector that holds the first, or n.
func (e *emitter) firstNonFinite() {
	name := "firstNonFinite" + e.suffix()
	const unroll = 4
	e.Function(name)
	e.Attributes(attr.NOSPLIT)
	e.SignatureExpr("func(a *float64, n int) int")
	e.Pragma("noescape")
	a := e.Load(e.Param("a"), e.GP64())
	n := e.Load(e.Param("n"), e.GP64())
	i := e.GP64()
	e.XORQ(i, i)
	e.hoisted = nil
	abs, inf := e.load(e.bits(1<<63-1)), e.load(e.num(math.Inf(1)))
	// group leaves the flags at zero if u vectors from i on are finite. The
	// unsigned maximum of the magnitudes, as integers, is below infinity's.
	group := func(u int) {
		var m mask
		for j := range u {
			v := e.and(abs, Mem{Base: a, Index: i, Scale: 8, Disp: 8 * e.lanes() * j})
			k := e.compare(predNotFinite, v, inf)
			switch {
			case j == 0:
				m = k
			case e.wide:
				e.KORB(k.k, m.k, m.k)
			default:
				e.VORPD(k.k, m.k, m.k)
			}
		}
		if e.wide {
			e.KORTESTB(m.k, m.k)
		} else {
			e.VPTEST(m.k, m.k)
		}
	}
	e.Label(name + "_unrolled")
	next := e.GP64()
	e.LEAQ(Mem{Base: i, Disp: unroll * e.lanes()}, next)
	e.CMPQ(next, n)
	e.JG(LabelRef(name + "_single"))
	group(unroll)
	e.JNE(LabelRef(name + "_single"))
	e.MOVQ(next, i)
	e.JMP(LabelRef(name + "_unrolled"))
	e.Label(name + "_single")
	e.CMPQ(i, n)
	e.JGE(LabelRef(name + "_done"))
	group(1)
	e.JNE(LabelRef(name + "_done"))
	e.ADDQ(U8(e.lanes()), i)
	e.JMP(LabelRef(name + "_single"))
	e.Label(name + "_done")
	e.VZEROUPPER()
	e.Store(i, e.ReturnIndex(0))
	e.RET()
}
