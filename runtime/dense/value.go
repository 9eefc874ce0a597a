package dense

import (
	"unsafe"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// value is an array in memory, of float64 or float32 elements.
type value struct {
	size  int          // elements
	image tensor.Image // layout of images; only its border counts for others
	wide  bool         // float64 whatever the element type

	base   *value // whose memory it shares, or nil
	offset int    // in elements of base
	kept   bool   // has memory that no other program or step uses
	given  bool   // is set from outside

	first, last int // steps that write and that read it
	place       int // in words of the arena or of the program's own memory

	own []float64 // memory of what is given
	f32 []float32 // its memory: one of the two
	f64 []float64
}

// newValue is the value of an expression.
func newValue(e *expr) *value {
	v := &value{size: e.size(), wide: e.wide, first: -1, last: -1}
	v.image = tensor.Image{N: 1, H: 1, W: 1, C: e.size()}
	if e.t.Rank() == 4 {
		v.image = imageOf(e.t)
	}
	return v
}

func imageOf(t graph.Type) tensor.Image {
	return tensor.Image{N: t.Dim(0), H: t.Dim(1), W: t.Dim(2), C: t.Dim(3)}
}

// root is the value whose memory v uses.
func (v *value) root() *value {
	for v.base != nil {
		v = v.base
	}
	return v
}

// length is the number of elements in memory, borders included.
func (v *value) length() int {
	if v.image.Border == 0 {
		return v.size
	}
	return v.image.Len()
}

// words is the number of float64 that the value takes in memory, up to a
// multiple of a cache line.
func (v *value) words(single bool) int {
	n := v.length()
	if single && !v.wide {
		n = (n + 1) / 2
	}
	return (n + line - 1) / line * line
}

// line is the number of float64 in a cache line.
const line = 8

// bind gives the value its memory.
func (v *value) bind(memory []float64, single bool) {
	n := v.length()
	if v.base != nil {
		if b := v.base; single && !v.wide {
			v.f32 = b.f32[v.offset:][:n]
		} else {
			v.f64 = b.f64[v.offset:][:n]
		}
		return
	}
	if v.given { // see reserve
		return
	}
	words := memory[v.place:][:v.words(single)]
	if single && !v.wide {
		v.f32 = floats(words)[:n]
	} else {
		v.f64 = words[:n]
	}
}

// reserve gives what is given from outside memory of its own, of zeros.
func (v *value) reserve(single bool) {
	if v.own == nil {
		v.own = words(v.words(single))
	}
	if single && !v.wide {
		v.f32 = floats(v.own)[:v.length()]
	} else {
		v.f64 = v.own[:v.length()]
	}
}

// borrow makes a slice the memory of what is given.
func (v *value) borrow(values []float32) { v.f32, v.own = values, nil }

// floats sees memory as float32.
func floats(words []float64) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(words))), 2*len(words))
}

// isSingle says whether T is float32.
func isSingle[T tensor.Float]() bool {
	var x T
	return unsafe.Sizeof(x) == 4
}

// elements is the memory of a value of element type T, nil if it has another.
func elements[T tensor.Float](v *value) []T {
	if isSingle[T]() {
		return *(*[]T)(unsafe.Pointer(&v.f32))
	}
	return *(*[]T)(unsafe.Pointer(&v.f64))
}

// run is where element i is in memory, and how many elements from there on are
// next to each other, at most n.
func (v *value) run(i, n int) (at, count int) {
	g := &v.image
	if g.Border == 0 {
		return i, n
	}
	pixelRow := g.W * g.C
	row, col := i/pixelRow, i%pixelRow
	return g.At(row/g.H, row%g.H, 0) + col, min(n, pixelRow-col)
}

// load copies elements from number i on.
func load[T tensor.Float](dst []T, v *value, i int) {
	for len(dst) > 0 {
		at, n := v.run(i, len(dst))
		if v.f64 != nil {
			convert(dst[:n], v.f64[at:])
		} else {
			convert(dst[:n], v.f32[at:])
		}
		dst, i = dst[n:], i+n
	}
}

// store copies elements to number i on.
func store[T tensor.Float](v *value, i int, src []T) {
	for len(src) > 0 {
		at, n := v.run(i, len(src))
		if v.f64 != nil {
			convert(v.f64[at:at+n], src)
		} else {
			convert(v.f32[at:at+n], src)
		}
		src, i = src[n:], i+n
	}
}

// convert copies elements of one type to another.
func convert[D, S tensor.Float](dst []D, src []S) {
	src = src[:len(dst)]
	switch {
	case isSingle[D]() == isSingle[S]():
		copy(dst, *(*[]D)(unsafe.Pointer(&src)))
	case isSingle[S]():
		tensor.Widen(*(*[]float64)(unsafe.Pointer(&dst)), src)
	default:
		tensor.Narrow(dst, *(*[]float64)(unsafe.Pointer(&src)))
	}
}

// copyElements copies n elements between values, from number i of src to number
// k of dst.
func copyElements(dst *value, k int, src *value, i, n int) {
	for n > 0 {
		at, count := src.run(i, n)
		if src.f64 != nil {
			store(dst, k, src.f64[at:at+count])
		} else {
			store(dst, k, src.f32[at:at+count])
		}
		i, k, n = i+count, k+count, n-count
	}
}

// clear sets all elements in memory, borders included, to zero.
func (v *value) clear() {
	clear(v.f32)
	clear(v.f64)
}

// clearBorder sets the border of all images to zero.
func (v *value) clearBorder() {
	g := &v.image
	if g.Border == 0 {
		return
	}
	side := g.Border * g.C
	whole := (g.W + 2*g.Border) * g.C
	for n := range g.N {
		v.clearRun(g.At(n, -g.Border, -g.Border), g.Border*whole+side)
		for y := range g.H - 1 { // the end of a row and the start of the next
			v.clearRun(g.At(n, y, g.W), 2*side)
		}
		v.clearRun(g.At(n, g.H-1, g.W), side+g.Border*whole)
	}
}

func (v *value) clearRun(at, n int) {
	if v.f64 != nil {
		clear(v.f64[at : at+n])
	} else {
		clear(v.f32[at : at+n])
	}
}
