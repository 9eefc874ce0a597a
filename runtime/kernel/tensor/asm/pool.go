package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tap is a kernel that handles one pixel of each window in a row of windows.
// Its vectors have n channels of each of some pixels, next to each other but for
// one vector, whose pixels are step elements apart. The first results of the
// vectors are written.
type tap struct {
	name    string
	vectors []string
	reads   int // the first result that is read as well
	results int
	strided string
	scalars []string
	body    func(e *emitter, in, s []reg.VecVirtual) []reg.VecVirtual
}

func taps() []tap {
	type regs = []reg.VecVirtual
	zero := func(e *emitter) reg.VecVirtual {
		r := e.reg()
		e.clear(r)
		return r
	}
	return []tap{
		{"tapFirst", []string{"y", "pick", "x"}, 2, 2, "x", []string{"number"}, func(e *emitter, in, s regs) regs {
			return regs{in[0], s[0]}
		}},
		{"tapNext", []string{"y", "pick", "x"}, 0, 2, "x", []string{"number", "first"}, func(e *emitter, in, s regs) regs {
			y, pick, x := in[0], in[1], in[2]
			above, none := e.compare(predGt, x, y), e.compare(predUn, x, x)
			pick = e.choose(none, s[1], e.choose(above, s[0], pick))
			return regs{e.choose(none, x, e.choose(above, x, y)), pick}
		}},
		{"tapSet", []string{"dx", "dy", "pick"}, 1, 1, "dx", []string{"number"}, func(e *emitter, in, s regs) regs {
			none := zero(e)
			r := e.choose(e.compare(predEq, in[1], s[0]), in[0], none)
			e.addTo(r, none)
			return regs{r}
		}},
		{"tapAdd", []string{"dx", "dy", "pick"}, 0, 1, "dx", []string{"number"}, func(e *emitter, in, s regs) regs {
			e.addTo(in[0], e.choose(e.compare(predEq, in[2], s[0]), in[1], zero(e)))
			return regs{in[0]}
		}},
		{"tapChoose", []string{"ty", "tx", "pick"}, 0, 1, "tx", []string{"number"}, func(e *emitter, in, s regs) regs {
			return regs{e.choose(e.compare(predEq, in[2], s[0]), in[1], in[0])}
		}},
	}
}

// tapRow writes the function of a tap: the last vector of each pixel is masked.
func (e *emitter) tapRow(t tap) {
	name := t.name + e.suffix()
	signature := "func(" + strings.Join(t.vectors, ", ") + " *" + e.element() + ", " + strings.Join(t.scalars, ", ") + " " + e.element() + ", n, pixels, step int)"
	e.begin(name, signature)
	base := make([]reg.GPVirtual, len(t.vectors))
	for i, v := range t.vectors {
		base[i] = e.param(v)
	}
	scalars := make([]reg.VecVirtual, len(t.scalars))
	for i, s := range t.scalars {
		scalars[i] = e.everywhere(s)
	}
	n, pixels, step, size := e.param("n"), e.param("pixels"), e.scaled("step"), e.scaled("n")
	rest, i, next := e.GP64(), e.GP64(), e.GP64()
	e.MOVQ(n, rest)
	e.ANDQ(operand.I32(e.lanes()-1), rest)
	mask := e.masks(rest, 1)[0]
	one := func(masked bool) {
		at := func(p reg.Register) operand.Mem { return operand.Mem{Base: p, Index: i, Scale: uint8(e.size())} }
		var in []reg.VecVirtual
		for _, p := range base[t.reads:] {
			r := e.reg()
			if masked {
				e.loadMasked(at(p), mask, r)
			} else {
				e.move(at(p), r)
			}
			in = append(in, r)
		}
		for k, r := range t.body(e, in, scalars) {
			if masked {
				e.storeMasked(r, mask, at(base[k]))
			} else {
				e.move(r, at(base[k]))
			}
		}
	}
	e.Label(name + "_pixel")
	e.XORQ(i, i)
	e.Label(name + "_loop")
	e.LEAQ(operand.Mem{Base: i, Disp: e.lanes()}, next)
	e.CMPQ(next, n)
	e.JG(operand.LabelRef(name + "_tail"))
	one(false)
	e.MOVQ(next, i)
	e.JMP(operand.LabelRef(name + "_loop"))
	e.Label(name + "_tail")
	e.TESTQ(rest, rest)
	e.JZ(operand.LabelRef(name + "_next"))
	one(true)
	e.Label(name + "_next")
	for k, v := range t.vectors {
		if v == t.strided {
			e.ADDQ(step, base[k])
		} else {
			e.ADDQ(size, base[k])
		}
	}
	e.DECQ(pixels)
	e.JNZ(operand.LabelRef(name + "_pixel"))
	e.VZEROUPPER()
	e.RET()
}

// everywhere fills a register with a parameter.
func (e *emitter) everywhere(name string) reg.VecVirtual {
	x, r := e.XMM(), e.reg()
	e.Load(e.Param(name), x)
	if e.double {
		e.VBROADCASTSD(x, r)
	} else {
		e.VBROADCASTSS(x, r)
	}
	return r
}

// dispatchTaps is dispatch for taps.
func dispatchTaps(b *bytes.Buffer, assembly bool) {
	for _, t := range taps() {
		fmt.Fprintf(b, "\nfunc %sVector[T Float](%s []T, %s T, n, pixels, step int) bool {\n", t.name, strings.Join(t.vectors, ", "), strings.Join(t.scalars, ", "))
		if !assembly {
			b.WriteString("\treturn false\n}\n")
			continue
		}
		b.WriteString("\tif active == levelGo || n <= 0 || pixels <= 0 {\n\t\treturn false\n\t}\n")
		// The assembly does not look at lengths.
		for _, v := range t.vectors {
			if v == t.strided {
				fmt.Fprintf(b, "\t_ = %s[(pixels-1)*step+n-1]\n", v)
			} else {
				fmt.Fprintf(b, "\t_ = %s[pixels*n-1]\n", v)
			}
		}
		byLevel(b, func(e *emitter) string {
			var args []string
			for _, v := range t.vectors {
				args = append(args, fmt.Sprintf("(*%s)(unsafe.Pointer(&%s[0]))", e.element(), v))
			}
			for _, s := range t.scalars {
				args = append(args, e.element()+"("+s+")")
			}
			return fmt.Sprintf("%s%s(%s, n, pixels, step)", t.name, e.suffix(), strings.Join(args, ", "))
		})
	}
}

// byLevel writes a call for each level and element type, and that it was made.
func byLevel(b *bytes.Buffer, call func(e *emitter) string) {
	b.WriteString("\tswitch wide := active == levelAVX512; {\n")
	for _, c := range []struct {
		test         string
		wide, double bool
	}{{"case wide && single[T]()", true, false}, {"case wide", true, true}, {"case single[T]()", false, false}, {"default", false, true}} {
		fmt.Fprintf(b, "\t%s:\n\t\t%s\n", c.test, call(&emitter{wide: c.wide, double: c.double}))
	}
	b.WriteString("\t}\n\treturn true\n}\n")
}
