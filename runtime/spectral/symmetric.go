package spectral

import "math"

// Symmetric returns the eigenvalues of a symmetric matrix given by its rows, the
// largest first, and their unit vectors as the rows of vectors. It reads the
// lower triangle, whose elements must be finite, and is for matrices that fit on
// a page: the cost is about 9 n^3 operations.
func Symmetric(a [][]float64) (values []float64, vectors [][]float64) { return eigen(a) }

// eigen returns the eigenvalues of the symmetric n x n matrix a, the largest
// first, and their unit vectors as the rows of z. It reads the lower triangle
// and leaves a as it is.
//
// Householder's reduction to tridiagonal form and the implicit QR iteration
// (Golub and Van Loan, Matrix Computations, 4th ed., 8.3; Parlett, The
// Symmetric Eigenvalue Problem, chapters 7 and 8), with Q kept by rows so that
// every inner loop runs along memory. Cost: about 9 n^3 operations. The sums
// are in a fixed order and never fused, so the bits are the same everywhere.
func eigen(a [][]float64) (values []float64, z [][]float64) {
	n := len(a)
	z = make([][]float64, n)
	flat := make([]float64, n*n)
	w := make([][]float64, n) // the lower triangle, mirrored
	copied := make([]float64, n*n)
	for i := range n {
		z[i] = flat[i*n : (i+1)*n]
		z[i][i] = 1
		w[i] = copied[i*n : (i+1)*n]
	}
	for i := range n {
		for j := range i + 1 {
			w[i][j] = a[i][j]
			w[j][i] = a[i][j]
		}
	}
	d, e := tridiagonal(w, z)
	implicitQR(d, e, z)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	// Insertion is stable, and the values come nearly sorted.
	for i := 1; i < n; i++ {
		for j := i; j > 0 && d[order[j]] > d[order[j-1]]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	values = make([]float64, n)
	sorted := make([][]float64, n)
	for i, o := range order {
		values[i], sorted[i] = d[o], z[o]
	}
	return values, sorted
}

// tridiagonal reduces w to diagonal d and subdiagonal e (e[i] couples i and
// i+1) by reflections, which it applies to the rows of z: w = z^T T z. It
// destroys w.
func tridiagonal(w, z [][]float64) (d, e []float64) {
	n := len(w)
	d, e = make([]float64, n), make([]float64, max(n-1, 0))
	p := make([]float64, n)
	for k := range max(n-2, 0) {
		x := w[k][k+1:] // the row right of the diagonal
		most := 0.0
		for _, v := range x[1:] {
			most = max(most, math.Abs(v))
		}
		if most == 0 {
			e[k] = x[0]
			continue
		}
		most = max(most, math.Abs(x[0]))
		norm := 0.0
		u := make([]float64, len(x)) // of the reflection 1 - 2 u u^T
		for i, v := range x {
			u[i] = v / most
			norm += float64(u[i] * u[i])
		}
		norm = math.Sqrt(norm)
		if u[0] > 0 {
			norm = -norm
		}
		e[k] = norm * most
		u[0] -= norm
		length := 0.0
		for _, v := range u {
			length += float64(v * v)
		}
		length = math.Sqrt(length)
		for i := range u {
			u[i] /= length
		}
		// w <- (1 - 2 u u^T) w (1 - 2 u u^T) = w - u q^T - q u^T,
		// p = w u, q = 2 p - 2 (u^T p) u.
		p = p[:len(u)]
		for i := range p {
			p[i] = dot(w[k+1+i][k+1:], u)
		}
		shift := dot(u, p)
		for i := range p {
			p[i] = 2 * (p[i] - float64(shift*u[i]))
		}
		for i := range u {
			row := w[k+1+i][k+1:]
			for j := range row {
				row[j] -= float64(u[i]*p[j]) + float64(p[i]*u[j])
			}
		}
		// z <- (1 - 2 u u^T) z, a row of z for a row of w.
		sum := make([]float64, n)
		for i, v := range u {
			addScaled(sum, 2*v, z[k+1+i])
		}
		for i, v := range u {
			addScaled(z[k+1+i], -v, sum)
		}
	}
	for i := range n {
		d[i] = w[i][i]
	}
	if n > 1 {
		e[n-2] = w[n-2][n-1]
	}
	return d, e
}

// implicitQR diagonalises the tridiagonal matrix of d and e, whose rotations it
// applies to the rows of z.
func implicitQR(d, e []float64, z [][]float64) {
	negligible := func(k int) bool {
		s := math.Abs(d[k]) + math.Abs(d[k+1])
		return s+math.Abs(e[k]) == s
	}
	for high := len(d) - 1; high > 0; high-- {
		// Two or three steps bring a value out; the bound keeps NaN from looping.
		for range 60 {
			if negligible(high - 1) {
				break
			}
			low := high - 1
			for low > 0 && !negligible(low-1) {
				low--
			}
			chase(d, e, z, low, high)
		}
		e[high-1] = 0
	}
}

// chase is one step of QR on rows low to high: a rotation chosen by Wilkinson's
// shift makes a bulge beside the diagonals, and further ones chase it out.
func chase(d, e []float64, z [][]float64, low, high int) {
	half := (d[high-1] - d[high]) / 2
	shift := d[high] - float64(e[high-1]*(e[high-1]/(half+math.Copysign(hypot(half, e[high-1]), half))))
	x, bulge := d[low]-shift, e[low]
	for k := low; k < high; k++ {
		c, s, r := rotation(x, bulge)
		if k > low {
			e[k-1] = r
		}
		t := float64(s*(d[k+1]-d[k])) + float64(2*c*e[k])
		d[k] += float64(s * t)
		d[k+1] -= float64(s * t)
		e[k] = float64(c*t) - e[k]
		upper, lower := z[k], z[k+1]
		for j, v := range lower {
			u := upper[j]
			upper[j] = float64(c*u) + float64(s*v)
			lower[j] = float64(c*v) - float64(s*u)
		}
		if k+1 < high {
			x, bulge = e[k], s*e[k+1]
			e[k+1] *= c
		}
	}
}

// rotation returns c and s with c x + s y = r, the length of (x, y), and
// c y = s x. Small numbers lose nothing: both are brought to 1 first.
func rotation(x, y float64) (c, s, r float64) {
	most := max(math.Abs(x), math.Abs(y))
	if most == 0 {
		return 1, 0, 0
	}
	x, y = x/most, y/most
	r = math.Sqrt(float64(x*x) + float64(y*y))
	return x / r, y / r, r * most
}

// dot and addScaled are those of short vectors: rounded one operation at a
// time.
func dot(a, b []float64) float64 {
	s := 0.0
	for i, x := range a {
		s += float64(x * b[i])
	}
	return s
}

func addScaled(dst []float64, s float64, b []float64) {
	for i, x := range b {
		dst[i] += float64(s * x)
	}
}

// hypot is the root of a^2 + b^2, by the same operations everywhere.
func hypot(a, b float64) float64 {
	a, b = math.Abs(a), math.Abs(b)
	if a < b {
		a, b = b, a
	}
	if a == 0 {
		return 0
	}
	r := b / a
	return a * math.Sqrt(1+float64(r*r))
}
