package spectral

import (
	"context"
	"fmt"

	"relief/runtime/kernel/tensor"
)

// Rows is vectors that may be too many to be in memory at once, such as the
// snapshots of a run. A row is asked for more than once and is the same each
// time.
type Rows interface {
	Len() int
	Dim() int
	Row(i int, dst []float64) error // sets dst, of Dim elements
}

// Components is the leading principal components of rows.
type Components struct {
	First   []float64   // the first row
	Mean    []float64   // of the rows, less First
	Vectors [][]float64 // of length 1, orthogonal, by falling share
	// Shares is the part of the rows' variance along each; 0 for all if the rows
	// are equal. Components without variance are left out.
	Shares []float64
	// Variance is that of the rows in all: the mean square of the distance from
	// their mean.
	Variance float64
}

const (
	// most is the most rows or elements of which principal components are taken,
	// whichever are fewer: their products fill 32 MiB and are decomposed in some
	// ten seconds.
	most = 2048
	// block is the most elements of the rows in one of the two blocks that are
	// in memory at a time.
	block = 1 << 24
	// noise is the share of the variance of a component below which it is
	// rounding.
	noise = 1e-14
)

// Principal returns the k leading principal components of the rows, fewer if
// fewer have any variance. The rows less their mean are decomposed through
// their inner products, rows x rows, or, if a row has fewer elements than there
// are rows, through those of the elements. All that is computed is relative to
// the first row, so that a short path far from the origin loses nothing.
//
// The sign of a component is such that the last row lies no farther back along
// it than the first one: (last - first) . c >= 0, the direction of travel. If
// that is 0, the element of largest magnitude, the first of them, is positive.
//
// It reads every row about 2 + (rows / rows in a block) times and takes rows^2
// x dim operations, on the given number of workers, which does not change the
// result.
func Principal(ctx context.Context, rows Rows, k, workers int) (*Components, error) {
	n, dim := rows.Len(), rows.Dim()
	if k < 1 {
		return nil, fmt.Errorf("spectral: %d principal components asked for; ask for at least 1", k)
	}
	if n < 2 || dim < 1 {
		return nil, fmt.Errorf("spectral: %d rows of %d elements have no principal components; give at least 2 rows", n, dim)
	}
	if min(n, dim) > most {
		return nil, fmt.Errorf("spectral: %d rows of %d elements are too many for principal components; give at most %d rows", n, dim, most)
	}
	p := &path{rows: rows, n: n, dim: dim, workers: max(workers, 1)}
	c := &Components{First: make([]float64, dim), Mean: make([]float64, dim)}
	if err := p.read(0, c.First); err != nil {
		return nil, err
	}
	p.first = c.First
	last := make([]float64, dim)
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := p.relative(i, last); err != nil {
			return nil, err
		}
		tensor.Add(c.Mean, c.Mean, last)
	}
	tensor.Scale(c.Mean, c.Mean, 1/float64(n))
	p.mean = c.Mean
	var err error
	if dim < n {
		err = p.byElements(ctx, c, k)
	} else {
		err = p.byRows(ctx, c, k)
	}
	if err != nil {
		return nil, err
	}
	for _, v := range c.Vectors {
		tensor.Scale(v, v, 1/tensor.Norm(v))
		if s := tensor.Dot(last, v); s < 0 || s == 0 && largestElement(v) < 0 {
			tensor.Scale(v, v, -1)
		}
	}
	return c, nil
}

// path reads rows relative to the first one or to their mean.
type path struct {
	rows        Rows
	n, dim      int
	workers     int
	first, mean []float64
}

func (p *path) read(i int, dst []float64) error {
	if err := p.rows.Row(i, dst); err != nil {
		return err
	}
	if !finite(tensor.Norm(dst)) {
		return fmt.Errorf("spectral: row %d has elements that are not finite or too large to be squared", i)
	}
	return nil
}

func (p *path) relative(i int, dst []float64) error {
	if err := p.read(i, dst); err != nil {
		return err
	}
	tensor.Sub(dst, dst, p.first)
	return nil
}

func (p *path) centred(i int, dst []float64) error {
	if err := p.relative(i, dst); err != nil {
		return err
	}
	tensor.Sub(dst, dst, p.mean)
	return nil
}

// byElements decomposes the products of elements, dim x dim.
func (p *path) byElements(ctx context.Context, c *Components, k int) error {
	products := square(p.dim)
	row := make([]float64, p.dim)
	for i := range p.n {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.centred(i, row); err != nil {
			return err
		}
		for j, x := range row {
			tensor.AddScaled(products[j][:j+1], products[j][:j+1], x, row)
		}
	}
	values, z := eigen(products)
	c.Vectors = z[:p.count(c, values, k)]
	return nil
}

// byRows decomposes the products of rows, n x n, whose eigenvectors are the
// coefficients of the components in the rows.
func (p *path) byRows(ctx context.Context, c *Components, k int) error {
	products := square(p.n)
	per := min(max(block/p.dim, 1), p.n)
	a, b := make([]float64, per*p.dim), make([]float64, per*p.dim)
	out := make([]float64, per*per)
	ws := tensor.NewWorkspace[float64](p.workers, tensor.MatMulScratch[float64](per, per, p.dim, p.workers))
	load := func(dst []float64, low int) (tensor.Matrix[float64], error) {
		high := min(low+per, p.n)
		for i := low; i < high; i++ {
			if err := ctx.Err(); err != nil {
				return tensor.Matrix[float64]{}, err
			}
			if err := p.centred(i, dst[(i-low)*p.dim:][:p.dim]); err != nil {
				return tensor.Matrix[float64]{}, err
			}
		}
		return tensor.Dense(dst, high-low, p.dim), nil
	}
	for i := 0; i < p.n; i += per {
		left, err := load(a, i)
		if err != nil {
			return err
		}
		for j := 0; j <= i; j += per {
			right := left
			if j < i {
				if right, err = load(b, j); err != nil {
					return err
				}
			}
			into := tensor.Dense(out, left.Rows, right.Rows)
			tensor.MatMul(ws, into, left, right.Transposed(), tensor.Epilogue[float64]{})
			for r := range left.Rows {
				copy(products[i+r][j:], out[r*right.Rows:][:right.Rows])
			}
		}
	}
	values, z := eigen(products)
	z = z[:p.count(c, values, k)]
	c.Vectors = make([][]float64, len(z))
	for i := range z {
		c.Vectors[i] = make([]float64, p.dim)
	}
	row := a[:p.dim]
	for i := range p.n {
		if err := p.centred(i, row); err != nil {
			return err
		}
		for j, v := range c.Vectors {
			tensor.AddScaled(v, v, z[j][i], row)
		}
	}
	// Two components whose variances differ by many orders are orthogonal but for
	// the rounding of the larger one.
	Orthogonalise(c.Vectors)
	return nil
}

func square(n int) [][]float64 {
	flat, rows := make([]float64, n*n), make([][]float64, n)
	for i := range rows {
		rows[i] = flat[i*n : (i+1)*n]
	}
	return rows
}

// count sets the shares and returns how many of the k largest values are more
// than rounding.
func (p *path) count(c *Components, values []float64, k int) int {
	total := 0.0
	for _, v := range values {
		total += max(v, 0)
	}
	c.Variance = total / float64(p.n)
	for _, v := range values[:min(k, len(values))] {
		if v <= noise*values[0] {
			break
		}
		c.Shares = append(c.Shares, v/total)
	}
	return len(c.Shares)
}

// Orthogonalise makes vectors orthonormal in order, in place, by the modified
// Gram-Schmidt method, twice, and returns what was left of each, as a share of
// its length: 1 for one that was orthogonal to all before it, 0, and the vector
// 0, for one that lies in their span but for rounding, or that is shorter than
// 1e-140.
func Orthogonalise(vectors [][]float64) (left []float64) {
	left = make([]float64, len(vectors))
	for i, v := range vectors {
		before := tensor.Norm(v)
		for range 2 {
			for _, q := range vectors[:i] {
				tensor.AddScaled(v, v, -tensor.Dot(q, v), q)
			}
		}
		after := tensor.Norm(v)
		if !(after > negligible*before) || before < 1e-140 {
			clear(v)
			continue
		}
		left[i] = after / before
		tensor.Scale(v, v, 1/after)
	}
	return left
}
