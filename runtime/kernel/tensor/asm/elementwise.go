package main

import (
	"bytes"
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Predicates of VCMPPS and VCMPPD; the unordered answer is in the comment.
const (
	predGt    = 0x1e // false
	predNotLe = 0x16 // true
	predUn    = 0x03 // true
	predEq    = 0x00 // false
)

// operation is a kernel that computes elements of its result, the first of its
// vectors, each from the elements of the others at the same place.
type operation struct {
	name    string
	vectors []string // dst first
	scalar  bool     // takes a number after the vectors
	body    func(e *emitter, in []reg.VecVirtual, s reg.VecVirtual) reg.VecVirtual
}

func operations() []operation {
	one := func(name, operands string, scalar bool, body func(e *emitter, in []reg.VecVirtual, s reg.VecVirtual) reg.VecVirtual) operation {
		return operation{name, append([]string{"dst"}, strings.Fields(operands)...), scalar, body}
	}
	type regs = []reg.VecVirtual
	type vec = reg.VecVirtual
	return []operation{
		one("add", "a b", false, func(e *emitter, in regs, _ vec) vec { e.addTo(in[0], in[1]); return in[0] }),
		one("sub", "a b", false, func(e *emitter, in regs, _ vec) vec { return e.sub(in[0], in[1]) }),
		one("mul", "a b", false, func(e *emitter, in regs, _ vec) vec { return e.mul(in[0], in[1]) }),
		one("scale", "a", true, func(e *emitter, in regs, s vec) vec { return e.mul(in[0], s) }),
		one("addScaled", "a b", true, func(e *emitter, in regs, s vec) vec { e.accumulate(in[0], in[1], s); return in[0] }),
		one("addRelu", "a b", false, func(e *emitter, in regs, _ vec) vec { e.addTo(in[0], in[1]); return e.relu(in[0]) }),
		one("gate", "a b", false, func(e *emitter, in regs, _ vec) vec {
			zero := e.reg()
			e.clear(zero)
			return e.choose(e.compare(predNotLe, in[1], zero), in[0], zero)
		}),
	}
}

func (o operation) parameters(element string) string {
	p := strings.Join(o.vectors, ", ") + " *" + element
	if o.scalar {
		p += ", s " + element
	}
	return p + ", n int"
}

// elementwise writes the function of an operation for any number of elements:
// the last vector is masked.
func (e *emitter) elementwise(o operation) {
	name := o.name + e.suffix()
	e.begin(name, "func("+o.parameters(e.element())+")")
	base := make([]reg.GPVirtual, len(o.vectors))
	for i, v := range o.vectors {
		base[i] = e.param(v)
	}
	var s reg.VecVirtual
	if o.scalar {
		s = e.everywhere("s")
	}
	n, i, next := e.param("n"), e.GP64(), e.GP64()
	e.XORQ(i, i)
	one := func(load func(m Mem) reg.VecVirtual, store func(r reg.VecVirtual, m Mem)) {
		at := func(p reg.Register) Mem { return Mem{Base: p, Index: i, Scale: uint8(e.size())} }
		var in []reg.VecVirtual
		for _, p := range base[1:] {
			in = append(in, load(at(p)))
		}
		store(o.body(e, in, s), at(base[0]))
	}
	e.Label(name + "_loop")
	e.LEAQ(Mem{Base: i, Disp: e.lanes()}, next)
	e.CMPQ(next, n)
	e.JG(LabelRef(name + "_tail"))
	one(func(m Mem) reg.VecVirtual { r := e.reg(); e.move(m, r); return r }, func(r reg.VecVirtual, m Mem) { e.move(r, m) })
	e.MOVQ(next, i)
	e.JMP(LabelRef(name + "_loop"))
	e.Label(name + "_tail")
	e.SUBQ(i, n)
	e.JLE(LabelRef(name + "_done"))
	m := e.masks(n, 1)[0]
	one(func(at Mem) reg.VecVirtual { r := e.reg(); e.loadMasked(at, m, r); return r },
		func(r reg.VecVirtual, at Mem) { e.storeMasked(r, m, at) })
	e.Label(name + "_done")
	e.VZEROUPPER()
	e.RET()
}

// converted is a vector of float64 lanes from elements in memory.
func (e *emitter) converted(m Mem, mask *lanesMask) reg.VecVirtual {
	r := e.reg()
	switch {
	case e.double && mask == nil:
		e.VMOVUPD(m, r)
	case e.double:
		e.loadMasked(m, *mask, r)
	case mask == nil:
		e.VCVTPS2PD(m, r)
	case e.wide:
		e.VCVTPS2PD_Z(m, mask.r, r)
	default:
		x := e.XMM()
		e.VMASKMOVPS(m, mask.r, x)
		e.VCVTPS2PD(x, r)
	}
	return r
}

// columns writes sums over the rows of columns, in float64: of a - s, times
// b - t if there are two operands. The columns are taken as many at a time as
// fill four registers, then one; the last are masked.
func (e *emitter) columns(name string, two bool) {
	name += e.suffix()
	signature := "func(acc, s *float64, a *%[1]s, rows, as, n int)"
	if two {
		signature = "func(acc, s, t *float64, a, b *%[1]s, rows, as, bs, n int)"
	}
	e.begin(name, fmt.Sprintf(signature, e.element()))
	lanes := e.bytes() / 8
	acc, s, a, n := e.param("acc"), e.param("s"), e.param("a"), e.param("n")
	as := e.scaled("as")
	var t, b, bs reg.GPVirtual
	if two {
		t, b, bs = e.param("t"), e.param("b"), e.scaled("bs")
	}
	pa, pb, rows := e.GP64(), e.GP64(), e.GP64()
	group := func(count int, mask, narrow *lanesMask, label string) {
		wide := func(p reg.GPVirtual, u int) reg.VecVirtual {
			r := e.reg()
			at := Mem{Base: p, Disp: u * e.bytes()}
			if mask != nil {
				double := e.double
				e.double = true
				e.loadMasked(at, *mask, r)
				e.double = double
			} else {
				e.VMOVUPD(at, r)
			}
			return r
		}
		sums, shift, other := make([]reg.VecVirtual, count), make([]reg.VecVirtual, count), make([]reg.VecVirtual, count)
		for u := range count {
			sums[u], shift[u] = wide(acc, u), wide(s, u)
			if two && e.wide { // AVX2 has no registers left
				other[u] = wide(t, u)
			}
		}
		e.MOVQ(a, pa)
		if two {
			e.MOVQ(b, pb)
		}
		e.Load(e.Param("rows"), rows)
		e.Label(label)
		for u := range count {
			at := func(p reg.GPVirtual) Mem { return Mem{Base: p, Disp: u * lanes * e.size()} }
			x := e.converted(at(pa), narrow)
			e.VSUBPD(shift[u], x, x)
			if !two {
				e.VADDPD(x, sums[u], sums[u])
				continue
			}
			y := e.converted(at(pb), narrow)
			o := other[u]
			if !e.wide {
				o = wide(t, u)
			}
			e.VSUBPD(o, y, y)
			e.VFMADD231PD(x, y, sums[u])
		}
		e.ADDQ(as, pa)
		if two {
			e.ADDQ(bs, pb)
		}
		e.DECQ(rows)
		e.JNZ(LabelRef(label))
		for u := range count {
			at := Mem{Base: acc, Disp: u * e.bytes()}
			if mask != nil {
				double := e.double
				e.double = true
				e.storeMasked(sums[u], *mask, at)
				e.double = double
			} else {
				e.VMOVUPD(sums[u], at)
			}
		}
	}
	advance := func(count int) {
		for _, p := range []reg.GPVirtual{acc, s} {
			e.ADDQ(I32(count*e.bytes()), p)
		}
		e.ADDQ(I32(count*lanes*e.size()), a)
		if two {
			e.ADDQ(I32(count*e.bytes()), t)
			e.ADDQ(I32(count*lanes*e.size()), b)
		}
		e.SUBQ(U8(count*lanes), n)
	}
	for _, count := range []int{4, 1} {
		label := fmt.Sprintf("%s_%d", name, count)
		e.Label(label)
		e.CMPQ(n, U8(count*lanes))
		e.JL(LabelRef(label + "_end"))
		group(count, nil, nil, label+"_rows")
		advance(count)
		e.JMP(LabelRef(label))
		e.Label(label + "_end")
	}
	e.TESTQ(n, n)
	e.JZ(LabelRef(name + "_done"))
	m, narrow := e.doubleMasks(n)
	group(1, &m, &narrow, name+"_tail")
	e.Label(name + "_done")
	e.VZEROUPPER()
	e.RET()
}

// doubleMasks returns the masks of n float64 lanes and of as many elements.
func (e *emitter) doubleMasks(n reg.GPVirtual) (double, narrow lanesMask) {
	was := e.double
	e.double = true
	double = e.masks(n, 1)[0]
	e.double = was
	if e.double || e.wide {
		return double, double
	}
	w := e.masks(n, 1)[0]
	x := e.XMM()
	e.VMOVUPS(w.r.(reg.VecVirtual).AsX(), x)
	return double, lanesMask{x}
}

// dot writes the sums of products of two vectors in float64, element i in lane
// i mod 32, for n a multiple of 32.
func (e *emitter) dot() {
	name := "dot" + e.suffix()
	e.begin(name, fmt.Sprintf("func(sums *float64, a, b *%s, n int)", e.element()))
	sums, a, b, n := e.param("sums"), e.param("a"), e.param("b"), e.param("n")
	lanes := e.bytes() / 8
	acc := make([]reg.VecVirtual, 32/lanes)
	for u := range acc {
		acc[u] = e.reg()
		e.VMOVUPD(Mem{Base: sums, Disp: u * e.bytes()}, acc[u])
	}
	e.Label(name + "_loop")
	for u := range acc {
		x := e.converted(Mem{Base: a, Disp: u * lanes * e.size()}, nil)
		y := e.converted(Mem{Base: b, Disp: u * lanes * e.size()}, nil)
		e.VFMADD231PD(x, y, acc[u])
	}
	e.ADDQ(I32(32*e.size()), a)
	e.ADDQ(I32(32*e.size()), b)
	e.SUBQ(U8(32), n)
	e.JNZ(LabelRef(name + "_loop"))
	for u := range acc {
		e.VMOVUPD(acc[u], Mem{Base: sums, Disp: u * e.bytes()})
	}
	e.VZEROUPPER()
	e.RET()
}

// widen and narrow convert between float32 and float64.
func (e *emitter) convert() {
	for _, to := range []bool{true, false} {
		name, signature := "widen"+e.level(), "func(dst *float64, a *float32, n int)"
		if !to {
			name, signature = "narrow"+e.level(), "func(dst *float32, a *float64, n int)"
		}
		e.begin(name, signature)
		dst, a, n := e.param("dst"), e.param("a"), e.param("n")
		lanes := e.bytes() / 8
		r := e.reg()
		half := reg.Register(e.XMM())
		if e.wide {
			half = e.YMM()
		}
		e.Label(name + "_loop")
		if to {
			e.VCVTPS2PD(Mem{Base: a}, r)
			e.VMOVUPD(r, Mem{Base: dst})
			e.ADDQ(I32(4*lanes), a)
			e.ADDQ(I32(8*lanes), dst)
		} else {
			e.VMOVUPD(Mem{Base: a}, r)
			if e.wide {
				e.VCVTPD2PS(r, half)
			} else {
				e.VCVTPD2PSY(r, half)
			}
			e.VMOVUPS(half, Mem{Base: dst})
			e.ADDQ(I32(8*lanes), a)
			e.ADDQ(I32(4*lanes), dst)
		}
		e.SUBQ(U8(lanes), n)
		e.JNZ(LabelRef(name + "_loop"))
		e.VZEROUPPER()
		e.RET()
	}
}

// dispatch returns Go source with one function per operation that runs the
// assembly of the level in use and says whether there is any.
func dispatch(assembly bool) []byte {
	var b bytes.Buffer
	b.WriteString(header)
	if !assembly {
		b.WriteString("\n//go:build !amd64\n")
	}
	b.WriteString("\npackage tensor\n")
	if assembly {
		b.WriteString("\nimport \"unsafe\"\n")
	}
	for _, o := range operations() {
		params := strings.Join(o.vectors, ", ") + " []T"
		if o.scalar {
			params += ", s T"
		}
		fmt.Fprintf(&b, "\nfunc %sVector[T Float](%s) bool {\n", o.name, params)
		if !assembly {
			b.WriteString("\treturn false\n}\n")
			continue
		}
		b.WriteString("\tif active == levelGo || len(dst) == 0 {\n\t\treturn false\n\t}\n")
		// The assembly does not look at lengths.
		b.WriteString("\tlast := len(dst) - 1\n")
		for _, v := range o.vectors[1:] {
			fmt.Fprintf(&b, "\t_ = %s[last]\n", v)
		}
		byLevel(&b, func(e *emitter) string {
			var args []string
			for _, v := range o.vectors {
				args = append(args, fmt.Sprintf("(*%s)(unsafe.Pointer(&%s[0]))", e.element(), v))
			}
			if o.scalar {
				args = append(args, e.element()+"(s)")
			}
			return fmt.Sprintf("%s%s(%s, len(dst))", o.name, e.suffix(), strings.Join(args, ", "))
		})
	}
	dispatchTaps(&b, assembly)
	return b.Bytes()
}

func (e *emitter) sub(a, b Op) reg.VecVirtual {
	r := e.reg()
	if e.double {
		e.VSUBPD(b, a, r)
	} else {
		e.VSUBPS(b, a, r)
	}
	return r
}

func (e *emitter) mul(a, b Op) reg.VecVirtual {
	r := e.reg()
	if e.double {
		e.VMULPD(b, a, r)
	} else {
		e.VMULPS(b, a, r)
	}
	return r
}

// rawMax is a > b ? a : b, so b where either is NaN or both are zero.
func (e *emitter) rawMax(a, b Op) reg.VecVirtual {
	r := e.reg()
	if e.double {
		e.VMAXPD(b, a, r)
	} else {
		e.VMAXPS(b, a, r)
	}
	return r
}

// relu is the greater of x and zero, +0 for either zero, NaN for NaN.
func (e *emitter) relu(x reg.VecVirtual) reg.VecVirtual {
	zero := e.reg()
	e.clear(zero)
	r := e.rawMax(zero, x)
	e.addTo(r, zero)
	return r
}

func (e *emitter) compare(pred uint8, a, b Op) lanesMask {
	var r reg.Register = e.YMM()
	if e.wide {
		r = e.K()
	}
	if e.double {
		e.VCMPPD(U8(pred), b, a, r)
	} else {
		e.VCMPPS(U8(pred), b, a, r)
	}
	return lanesMask{r}
}

// choose returns t where the mask is set and f elsewhere.
func (e *emitter) choose(m lanesMask, t, f reg.VecVirtual) reg.VecVirtual {
	r := e.reg()
	switch {
	case e.wide && e.double:
		e.VBLENDMPD(t, f, m.r, r)
	case e.wide:
		e.VBLENDMPS(t, f, m.r, r)
	case e.double:
		e.VBLENDVPD(m.r, t, f, r)
	default:
		e.VBLENDVPS(m.r, t, f, r)
	}
	return r
}
