package tensor

import (
	"fmt"
	"math"
)

// fit panics unless a has at least n elements.
func fit[T Float](name string, a []T, n int) []T {
	if len(a) < n {
		panic(fmt.Sprintf("tensor: %s has %d elements, need %d", name, len(a), n))
	}
	return a[:n]
}

// Add sets dst[i] = a[i] + b[i]. Here and below dst may be one of the operands
// and is as long as the operands at most.
func Add[T Float](dst, a, b []T) {
	a, b = fit("a", a, len(dst)), fit("b", b, len(dst))
	if !addVector(dst, a, b) {
		for i := range dst {
			dst[i] = a[i] + b[i]
		}
	}
}

// Sub sets dst[i] = a[i] - b[i].
func Sub[T Float](dst, a, b []T) {
	a, b = fit("a", a, len(dst)), fit("b", b, len(dst))
	if !subVector(dst, a, b) {
		for i := range dst {
			dst[i] = a[i] - b[i]
		}
	}
}

// Mul sets dst[i] = a[i] b[i].
func Mul[T Float](dst, a, b []T) {
	a, b = fit("a", a, len(dst)), fit("b", b, len(dst))
	if !mulVector(dst, a, b) {
		for i := range dst {
			dst[i] = T(a[i] * b[i])
		}
	}
}

// Scale sets dst[i] = s a[i].
func Scale[T Float](dst, a []T, s T) {
	a = fit("a", a, len(dst))
	if !scaleVector(dst, a, s) {
		for i := range dst {
			dst[i] = T(a[i] * s)
		}
	}
}

// AddScaled sets dst[i] = a[i] + s b[i], rounded once.
func AddScaled[T Float](dst, a []T, s T, b []T) {
	a, b = fit("a", a, len(dst)), fit("b", b, len(dst))
	if !addScaledVector(dst, a, b, s) {
		for i := range dst {
			dst[i] = fused(b[i], s, a[i])
		}
	}
}

// Gate sets dst[i] to 0 where b[i] is 0 or below and to a[i] elsewhere, also
// where b[i] is NaN.
func Gate[T Float](dst, a, b []T) {
	a, b = fit("a", a, len(dst)), fit("b", b, len(dst))
	if !gateVector(dst, a, b) {
		for i, v := range b {
			if v <= 0 {
				dst[i] = 0
			} else {
				dst[i] = a[i]
			}
		}
	}
}

// addRelu sets dst[i] to the greater of a[i] + b[i] and 0.
func addRelu[T Float](dst, a, b []T) {
	if !addReluVector(dst, a, b) {
		for i := range dst {
			dst[i] = a[i] + b[i]
			if dst[i] <= 0 {
				dst[i] = 0
			}
		}
	}
}

// dotLanes is the number of partial sums of a dot product: element i belongs to
// number i mod dotLanes.
const dotLanes = 32

// Dot returns the sum of a[i] b[i] in float64, products not rounded before they
// are added. It panics if the lengths differ.
func Dot[T Float](a, b []T) float64 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("tensor: dot product of %d and %d elements", len(a), len(b)))
	}
	var sums [dotLanes]float64
	i := dotVector(&sums, a, b)
	for ; i < len(a); i++ {
		sums[i%dotLanes] = math.FMA(float64(a[i]), float64(b[i]), sums[i%dotLanes])
	}
	for half := dotLanes / 2; half > 0; half /= 2 {
		for l := range half {
			sums[l] += sums[l+half]
		}
	}
	return sums[0]
}

// Norm returns the Euclidean norm of a, in float64. Where squares leave the
// range of float64 it is +Inf or 0.
func Norm[T Float](a []T) float64 { return math.Sqrt(Dot(a, a)) }

// ColumnSum adds the sum over rows of a - s to acc, column by column and row
// after row, in float64. acc and s have one number for each column; rows of a
// are as elements apart.
func ColumnSum[T Float](acc, s []float64, a []T, rows, as int) {
	if rows == 0 || len(acc) == 0 || columnSumVector(acc, s, a, rows, as) {
		return
	}
	for r := range rows {
		for j, x := range a[r*as:][:len(acc)] {
			acc[j] += float64(x) - s[j]
		}
	}
}

// ColumnDot adds the sum over rows of (a - s) (b - t) to acc, as ColumnSum
// does, with products fused with the sum.
func ColumnDot[T Float](acc, s, t []float64, a, b []T, rows, as, bs int) {
	if rows == 0 || len(acc) == 0 || columnDotVector(acc, s, t, a, b, rows, as, bs) {
		return
	}
	for r := range rows {
		y := b[r*bs:][:len(acc)]
		for j, x := range a[r*as:][:len(acc)] {
			acc[j] = math.FMA(float64(x)-s[j], float64(y[j])-t[j], acc[j])
		}
	}
}

// Widen sets dst to a.
func Widen[T Float](dst []float64, a []T) {
	if !single[T]() {
		copy(dst, as64(a))
		return
	}
	for i := widenVector(dst, as32(a)); i < len(dst); i++ {
		dst[i] = float64(a[i])
	}
}

// Narrow sets dst to a, rounded.
func Narrow[T Float](dst []T, a []float64) {
	if !single[T]() {
		copy(as64(dst), a)
		return
	}
	for i := narrowVector(as32(dst), a); i < len(dst); i++ {
		dst[i] = T(a[i])
	}
}
