package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitter writes vector code for one instruction set and, at a time, one
// element type.
type emitter struct {
	*build.Context
	wide   bool // AVX-512, else AVX2 with FMA
	double bool // float64, else float32
	window *Mem // lane masks of AVX2
}

func newEmitter(wide bool) *emitter { return &emitter{Context: build.NewContext(), wide: wide} }

// size is the number of bytes of an element.
func (e *emitter) size() int {
	if e.double {
		return 8
	}
	return 4
}

// bytes is the number of bytes of a register.
func (e *emitter) bytes() int {
	if e.wide {
		return 64
	}
	return 32
}

// lanes is the number of elements in a register.
func (e *emitter) lanes() int { return e.bytes() / e.size() }

func (e *emitter) level() string {
	if e.wide {
		return "AVX512"
	}
	return "AVX2"
}

// element is the Go type of an element.
func (e *emitter) element() string {
	if e.double {
		return "float64"
	}
	return "float32"
}

// suffix ends the names of functions.
func (e *emitter) suffix() string {
	if e.double {
		return "F64" + e.level()
	}
	return "F32" + e.level()
}

func (e *emitter) begin(name, signature string) {
	e.Function(name)
	e.Attributes(attr.NOSPLIT)
	e.SignatureExpr(signature)
	e.Pragma("noescape")
}

func (e *emitter) param(name string) reg.GPVirtual {
	r := e.GP64()
	e.Load(e.Param(name), r)
	return r
}

// stack is where a parameter is in memory.
func (e *emitter) stack(name string) Mem {
	p, err := e.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// scaled loads a parameter that counts elements, as bytes.
func (e *emitter) scaled(name string) reg.GPVirtual {
	r := e.param(name)
	if e.double {
		e.SHLQ(U8(3), r)
	} else {
		e.SHLQ(U8(2), r)
	}
	return r
}

func (e *emitter) reg() reg.VecVirtual {
	if e.wide {
		return e.ZMM()
	}
	return e.YMM()
}

func (e *emitter) clear(r reg.VecVirtual) {
	if e.wide {
		e.VPXORQ(r, r, r)
	} else {
		e.VXORPS(r, r, r)
	}
}

// move copies a vector between a register and memory or another register.
func (e *emitter) move(from, to Op) {
	if e.double {
		e.VMOVUPD(from, to)
	} else {
		e.VMOVUPS(from, to)
	}
}

// broadcast fills a register with the element in memory.
func (e *emitter) broadcast(m Mem, to reg.VecVirtual) {
	if e.double {
		e.VBROADCASTSD(m, to)
	} else {
		e.VBROADCASTSS(m, to)
	}
}

// accumulate adds a*b to acc in place, rounded once; a may be memory.
func (e *emitter) accumulate(acc reg.VecVirtual, a, b Op) {
	if e.double {
		e.VFMADD231PD(a, b, acc)
	} else {
		e.VFMADD231PS(a, b, acc)
	}
}

// accumulateElement adds b times the element in memory to acc in place; t is
// free to write.
func (e *emitter) accumulateElement(acc reg.VecVirtual, element Mem, b, t reg.VecVirtual) {
	switch {
	case !e.wide:
		e.broadcast(element, t)
		e.accumulate(acc, b, t)
	case e.double:
		e.VFMADD231PD_BCST(element, b, acc)
	default:
		e.VFMADD231PS_BCST(element, b, acc)
	}
}

// addTo adds b to acc in place.
func (e *emitter) addTo(acc reg.VecVirtual, b Op) {
	if e.double {
		e.VADDPD(b, acc, acc)
	} else {
		e.VADDPS(b, acc, acc)
	}
}

// lanesMask is a choice of leading lanes: an opmask register, or a vector of
// all ones and zeros.
type lanesMask struct{ r reg.Register }

// masks returns, for a row of nv vectors of which the first cols elements
// count, the choice of each vector. AVX-512 only needs registers; AVX2 loads
// from a window of ones followed by zeros.
func (e *emitter) masks(cols reg.GPVirtual, nv int) []lanesMask {
	m := make([]lanesMask, nv)
	if e.wide {
		bits := e.GP64()
		e.MOVQ(I32(-1), bits)
		e.MOVQ(cols, reg.RCX)
		e.SHLQ(reg.CL, bits)
		e.NOTQ(bits)
		for j := range m {
			k := e.K()
			e.KMOVQ(bits, k)
			m[j] = lanesMask{k}
			if j < nv-1 {
				e.SHRQ(U8(e.lanes()), bits)
			}
		}
		return m
	}
	if e.window == nil {
		w := e.StaticGlobal("lanes" + e.level())
		e.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 24 {
			v := U64(0)
			if i < 8 {
				v = 1<<64 - 1
			}
			e.AddDatum(8*i, v)
		}
		e.window = &w
	}
	// The vector from byte 64 - size*left on starts with left lanes of ones,
	// where left is what the row still holds, at most 64 bytes, at least 0.
	base, left := e.GP64(), e.GP64()
	for j := range m {
		e.MOVQ(cols, left)
		if j > 0 {
			zero := e.GP64()
			e.XORQ(zero, zero)
			e.SUBQ(U8(j*e.lanes()), left)
			e.CMOVQLT(zero, left)
		}
		e.IMUL3Q(I8(-e.size()), left, left)
		e.LEAQ(*e.window, base)
		e.ADDQ(left, base)
		r := e.YMM()
		e.VMOVUPS(Mem{Base: base, Disp: 64}, r)
		m[j] = lanesMask{r}
	}
	return m
}

// loadMasked returns the chosen lanes and zeros.
func (e *emitter) loadMasked(m Mem, mask lanesMask, to reg.VecVirtual) {
	switch {
	case e.wide && e.double:
		e.VMOVUPD_Z(m, mask.r, to)
	case e.wide:
		e.VMOVUPS_Z(m, mask.r, to)
	case e.double:
		e.VMASKMOVPD(m, mask.r, to)
	default:
		e.VMASKMOVPS(m, mask.r, to)
	}
}

// storeMasked writes the chosen lanes only.
func (e *emitter) storeMasked(from reg.VecVirtual, mask lanesMask, m Mem) {
	switch {
	case e.wide && e.double:
		e.VMOVUPD(from, mask.r, m)
	case e.wide:
		e.VMOVUPS(from, mask.r, m)
	case e.double:
		e.VMASKMOVPD(from, mask.r, m)
	default:
		e.VMASKMOVPS(from, mask.r, m)
	}
}
