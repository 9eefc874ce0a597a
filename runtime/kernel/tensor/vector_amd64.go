package tensor

import "unsafe"

// dotVector adds the products of a multiple of dotLanes elements to the sums
// and returns their number.
func dotVector[T Float](sums *[dotLanes]float64, a, b []T) int {
	n := len(a) / dotLanes * dotLanes
	if n == 0 || active == levelGo {
		return 0
	}
	x, y := unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0])
	switch wide := active == levelAVX512; {
	case wide && single[T]():
		dotF32AVX512(&sums[0], (*float32)(x), (*float32)(y), n)
	case wide:
		dotF64AVX512(&sums[0], (*float64)(x), (*float64)(y), n)
	case single[T]():
		dotF32AVX2(&sums[0], (*float32)(x), (*float32)(y), n)
	default:
		dotF64AVX2(&sums[0], (*float64)(x), (*float64)(y), n)
	}
	return n
}

func columnSumVector[T Float](acc, s []float64, a []T, rows, as int) bool {
	if active == levelGo {
		return false
	}
	n := len(acc)
	_, _ = s[n-1], a[(rows-1)*as+n-1]
	x := unsafe.Pointer(&a[0])
	switch wide := active == levelAVX512; {
	case wide && single[T]():
		columnSumF32AVX512(&acc[0], &s[0], (*float32)(x), rows, as, n)
	case wide:
		columnSumF64AVX512(&acc[0], &s[0], (*float64)(x), rows, as, n)
	case single[T]():
		columnSumF32AVX2(&acc[0], &s[0], (*float32)(x), rows, as, n)
	default:
		columnSumF64AVX2(&acc[0], &s[0], (*float64)(x), rows, as, n)
	}
	return true
}

func columnDotVector[T Float](acc, s, t []float64, a, b []T, rows, as, bs int) bool {
	if active == levelGo {
		return false
	}
	n := len(acc)
	_, _, _, _ = s[n-1], t[n-1], a[(rows-1)*as+n-1], b[(rows-1)*bs+n-1]
	x, y := unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0])
	switch wide := active == levelAVX512; {
	case wide && single[T]():
		columnDotF32AVX512(&acc[0], &s[0], &t[0], (*float32)(x), (*float32)(y), rows, as, bs, n)
	case wide:
		columnDotF64AVX512(&acc[0], &s[0], &t[0], (*float64)(x), (*float64)(y), rows, as, bs, n)
	case single[T]():
		columnDotF32AVX2(&acc[0], &s[0], &t[0], (*float32)(x), (*float32)(y), rows, as, bs, n)
	default:
		columnDotF64AVX2(&acc[0], &s[0], &t[0], (*float64)(x), (*float64)(y), rows, as, bs, n)
	}
	return true
}

// widenVector and narrowVector convert as many elements as fill registers and
// return their number.
func widenVector(dst []float64, a []float32) int {
	switch active {
	case levelAVX512:
		if n := len(dst) &^ 7; n > 0 {
			widenAVX512(&dst[0], &a[0], n)
			return n
		}
	case levelAVX2:
		if n := len(dst) &^ 3; n > 0 {
			widenAVX2(&dst[0], &a[0], n)
			return n
		}
	}
	return 0
}

func narrowVector(dst []float32, a []float64) int {
	switch active {
	case levelAVX512:
		if n := len(dst) &^ 7; n > 0 {
			narrowAVX512(&dst[0], &a[0], n)
			return n
		}
	case levelAVX2:
		if n := len(dst) &^ 3; n > 0 {
			narrowAVX2(&dst[0], &a[0], n)
			return n
		}
	}
	return 0
}
