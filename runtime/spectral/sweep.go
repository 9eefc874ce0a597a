package spectral

import (
	"math"

	"relief/runtime/kernel/tensor"
	"relief/runtime/random"
)

// chunk is the number of elements of each vector that are worked on at a time:
// two dozen vectors of them fit into half a megabyte of cache. Products with the
// whole basis read it from memory once where they would read it several times.
const chunk = 2048

// chunks calls do for each stretch of vectors of n elements, in order.
func chunks(n int, do func(low, high int)) {
	for low := 0; low < n; low += chunk {
		do(low, min(low+chunk, n))
	}
}

// project subtracts from v its components in an orthonormal basis, which it
// returns, and returns the norm of what is left: classical Gram-Schmidt, twice,
// which is enough (Giraud, Langou, Rozložník and van den Eshof, "Rounding error
// analysis of the classical Gram-Schmidt orthogonalization process", Numer.
// Math. 101, 2005). It reads the basis three times.
func project(basis [][]float64, v []float64) (c []float64, norm float64) {
	c = make([]float64, len(basis))
	second := make([]float64, len(basis))
	chunks(len(v), func(low, high int) {
		for i, q := range basis {
			c[i] += tensor.Dot(q[low:high], v[low:high])
		}
	})
	chunks(len(v), func(low, high int) {
		x := v[low:high]
		for i, q := range basis {
			tensor.AddScaled(x, x, -c[i], q[low:high])
		}
		for i, q := range basis {
			second[i] += tensor.Dot(q[low:high], x)
		}
	})
	square := 0.0
	chunks(len(v), func(low, high int) {
		x := v[low:high]
		for i, q := range basis {
			tensor.AddScaled(x, x, -second[i], q[low:high])
		}
		square += tensor.Dot(x, x)
	})
	for i, x := range second {
		c[i] += x
	}
	return c, math.Sqrt(square)
}

// turn sets dst[i] to the combination of src with the coefficients c[i], which
// may be fewer than src. Vectors of dst may be vectors of src.
func turn(dst, src, c [][]float64) {
	if len(dst) == 0 {
		return
	}
	turned := make([]float64, len(dst)*chunk)
	chunks(len(dst[0]), func(low, high int) {
		for i := range dst {
			y := turned[i*chunk:][:high-low]
			clear(y)
			for j, x := range c[i] {
				tensor.AddScaled(y, y, x, src[j][low:high])
			}
		}
		for i, d := range dst {
			copy(d[low:high], turned[i*chunk:])
		}
	})
}

// mirror applies 1 - f u u^T to the vectors: each loses f times its element of
// u times their combination u.
func mirror(vectors [][]float64, u []float64, f float64) {
	sum := make([]float64, chunk)
	chunks(len(vectors[0]), func(low, high int) {
		y := sum[:high-low]
		clear(y)
		for i, v := range vectors {
			tensor.AddScaled(y, y, u[i], v[low:high])
		}
		for i, v := range vectors {
			x := v[low:high]
			tensor.AddScaled(x, x, -f*u[i], y)
		}
	})
}

// inner returns the inner products of each of a with each of b.
func inner(a, b [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range out {
		out[i] = make([]float64, len(b))
	}
	if len(a) > 0 {
		chunks(len(a[0]), func(low, high int) {
			for i, x := range a {
				for j, y := range b {
					out[i][j] += tensor.Dot(x[low:high], y[low:high])
				}
			}
		})
	}
	return out
}

// fill sets v to numbers uniform on (-1, 1) of the stream, its row: odd
// multiples of 2^-21, three from one word.
func fill(v []float64, numbers random.Stream, row uint64) {
	const bits = 21
	for i := 0; i < len(v); i += 3 {
		word := numbers.Uint64(uint64(i/3), row)
		for j := range v[i:min(i+3, len(v))] {
			v[i+j] = (float64(word>>(bits*j)&(1<<bits-1))+0.5)*0x1p-20 - 1
		}
	}
}

// signs sets v to random signs of the stream, its row.
func signs(v []float64, numbers random.Stream, row uint64) {
	for i := 0; i < len(v); i += 64 {
		word := numbers.Uint64(uint64(i/64), row)
		for j := range v[i:min(i+64, len(v))] {
			v[i+j] = 1 - 2*float64(word>>j&1)
		}
	}
}

// largestElement returns the element of largest magnitude, the first of them.
func largestElement(v []float64) float64 {
	most := 0.0
	for _, x := range v {
		if math.Abs(x) > math.Abs(most) {
			most = x
		}
	}
	return most
}
