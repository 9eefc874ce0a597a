package tensor

import (
	"unsafe"

	"relief/runtime/kernel"
)

// Float is the constraint of the element types.
type Float interface{ ~float32 | ~float64 }

// level is an instruction set that the kernels may use.
type level uint8

const (
	levelGo level = iota
	levelAVX2
	levelAVX512
)

// active is the level in use, that of package kernel; only tests change it.
var active = best()

func best() level {
	switch kernel.Level() {
	case levelAVX512.String():
		return levelAVX512
	case levelAVX2.String():
		return levelAVX2
	}
	return levelGo
}

func (l level) String() string { return [...]string{"go", "avx2", "avx512"}[l] }

// single says whether T is float32.
func single[T Float]() bool {
	var x T
	return unsafe.Sizeof(x) == 4
}

// as32 and as64 see a slice as one of its underlying type.
func as32[T Float](a []T) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(a))), len(a))
}

func as64[T Float](a []T) []float64 {
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(a))), len(a))
}
