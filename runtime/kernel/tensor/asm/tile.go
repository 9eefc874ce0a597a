package main

import (
	"bytes"
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows and vectors are the height and width of the largest tile that the
// registers hold next to a row of B and broadcast elements of A.
func (e *emitter) rows() int {
	if e.wide {
		return 12
	}
	return 6
}

func (e *emitter) vectors() int { return 2 }

func (e *emitter) tileName(mr, nv int) string { return fmt.Sprintf("tile%dx%d%s", mr, nv, e.suffix()) }

// lineBytes is the size of a line of the caches.
const lineBytes = 64

const tileSignature = "func(k, segments int, a *%[1]s, rs, cs, ss int, b *%[1]s, c *%[1]s, ldc, tiles, cols, add int)"

// tile writes the product of tiles of mr rows of A with one packed panel of B,
// nv vectors wide. A row of A has segments of k elements, cs apart, and
// segments ss apart; rows are rs apart. The panel holds nv vectors for each
// element of a row of A. Every element of C is summed in the order of the
// panel, from zero, and then stored, or added to what is there.
//
// A tile that fetches ahead also asks for a line of memory at each element: the
// first at ahead, then one after the other, leap bytes left out after each
// segment and rewind bytes gone back after each tile.
func (e *emitter) tile(mr, nv int, fetch bool) {
	name, signature := e.tileName(mr, nv), fmt.Sprintf(tileSignature, e.element())
	if fetch {
		name = e.fetchName()
		signature = signature[:len(signature)-1] + ", ahead *" + e.element() + ", leap, rewind int)"
	}
	e.begin(name, signature)
	label := func(s string) string { return name + "_" + s }
	top, c, tiles := e.param("a"), e.param("c"), e.param("tiles")
	rs, cs := e.scaled("rs"), e.scaled("cs")
	// skip leads from the end of a segment to the start of the next.
	skip, k := e.scaled("ss"), e.param("k")
	e.IMULQ(cs, k)
	e.SUBQ(k, skip)

	acc := make([][]reg.VecVirtual, mr)
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, nv)
		for j := range acc[i] {
			acc[i][j] = e.reg()
		}
	}
	row := make([]reg.VecVirtual, nv)
	for j := range row {
		row[j] = e.reg()
	}
	spare := []reg.VecVirtual{e.reg(), e.reg()}
	// One pointer for three rows, which the addressing modes reach.
	bases := make([]reg.GPVirtual, (mr+2)/3)
	for i := range bases {
		bases[i] = e.GP64()
	}
	element := func(i int) Mem {
		m := Mem{Base: bases[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = rs, uint8(i%3)
		}
		return m
	}

	var ahead reg.GPVirtual
	if fetch {
		ahead = e.param("ahead")
	}
	e.Label(label("tile"))
	for i := range acc {
		for _, r := range acc[i] {
			e.clear(r)
		}
	}
	e.MOVQ(top, bases[0])
	for i := 1; i < len(bases); i++ {
		e.LEAQ(Mem{Base: bases[i-1], Index: rs, Scale: 2}, bases[i])
		e.ADDQ(rs, bases[i])
	}
	// The next tile starts a row after the last one of this.
	e.MOVQ(bases[len(bases)-1], top)
	for i := 3 * (len(bases) - 1); i < mr; i++ {
		e.ADDQ(rs, top)
	}
	b, segments := e.param("b"), e.param("segments")
	e.Label(label("segment"))
	k = e.param("k")
	e.Label(label("element"))
	for j := range row {
		e.move(Mem{Base: b, Disp: j * e.bytes()}, row[j])
	}
	for i := range acc {
		if nv == 1 {
			e.accumulateElement(acc[i][0], element(i), row[0], spare[i%2])
			continue
		}
		t := spare[i%2]
		e.broadcast(element(i), t)
		for j := range row {
			e.accumulate(acc[i][j], row[j], t)
		}
	}
	if fetch {
		e.PREFETCHT1(Mem{Base: ahead})
		e.ADDQ(I8(lineBytes), ahead)
	}
	for _, p := range bases {
		e.ADDQ(cs, p)
	}
	e.ADDQ(I32(nv*e.bytes()), b)
	e.DECQ(k)
	e.JNZ(LabelRef(label("element")))
	for _, p := range bases {
		e.ADDQ(skip, p)
	}
	if fetch {
		e.ADDQ(e.stack("leap"), ahead)
	}
	e.DECQ(segments)
	e.JNZ(LabelRef(label("segment")))
	if fetch {
		e.SUBQ(e.stack("rewind"), ahead)
	}

	ldc, cols, add := e.scaled("ldc"), e.param("cols"), e.param("add")
	at := func(j int) Mem { return Mem{Base: c, Disp: j * e.bytes()} }
	finish := func(load, store func(j int, r reg.VecVirtual), tag string) {
		e.TESTQ(add, add)
		e.JZ(LabelRef(label("set" + tag)))
		for i := range acc {
			for j, r := range acc[i] {
				load(j, row[j])
				e.addTo(r, row[j])
				store(j, r)
			}
			e.ADDQ(ldc, c)
		}
		e.JMP(LabelRef(label("next")))
		e.Label(label("set" + tag))
		for i := range acc {
			for j, r := range acc[i] {
				store(j, r)
			}
			e.ADDQ(ldc, c)
		}
	}
	e.CMPQ(cols, U8(nv*e.lanes()))
	e.JNE(LabelRef(label("edge")))
	finish(func(j int, r reg.VecVirtual) { e.move(at(j), r) }, func(j int, r reg.VecVirtual) { e.move(r, at(j)) }, "")
	e.JMP(LabelRef(label("next")))
	e.Label(label("edge"))
	m := e.masks(cols, nv)
	finish(func(j int, r reg.VecVirtual) { e.loadMasked(at(j), m[j], r) },
		func(j int, r reg.VecVirtual) { e.storeMasked(r, m[j], at(j)) }, "_edge")
	e.Label(label("next"))
	e.DECQ(tiles)
	e.JNZ(LabelRef(label("tile")))
	e.VZEROUPPER()
	e.RET()
}

// fetchName names the tile that fetches ahead.
func (e *emitter) fetchName() string { return "fetchingTile" + e.suffix() }

// tables returns Go source that names the tile functions by their size.
func tables() []byte {
	var b bytes.Buffer
	b.WriteString(header + "\npackage tensor\n")
	for _, double := range []bool{false, true} {
		for _, wide := range []bool{true, false} {
			e := &emitter{wide: wide, double: double}
			fmt.Fprintf(&b, "\nvar tiles%s = [...][%d]"+tileSignature[:4]+"%s{\n", e.suffix(), e.rows()+1,
				fmt.Sprintf(tileSignature, e.element())[4:])
			for nv := 1; nv <= e.vectors(); nv++ {
				fmt.Fprintf(&b, "\t%d: {", nv)
				for mr := 1; mr <= e.rows(); mr++ {
					fmt.Fprintf(&b, "%d: %s, ", mr, e.tileName(mr, nv))
				}
				b.WriteString("},\n")
			}
			b.WriteString("}\n")
		}
	}
	return b.Bytes()
}
