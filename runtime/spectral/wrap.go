package spectral

import (
	"fmt"
	"math"

	"relief/runtime/kernel/tensor"
)

// Precondition returns D^-1/2 H D^-1/2 for the diagonal matrix D. Its
// eigenvalues are those of D^-1 H: what the learning rate of an optimizer that
// divides by D meets (Cohen et al., "Adaptive gradient methods at the edge of
// stability", 2022). The elements of D must be positive. An eigenvector v of it
// gives one of D^-1 H, D^-1/2 v.
func Precondition(op Operator, diagonal []float64) (Operator, error) {
	if len(diagonal) != op.Size() {
		return nil, fmt.Errorf("spectral: the preconditioner has %d elements, the operator %d", len(diagonal), op.Size())
	}
	p := &preconditioned{op: op, root: make([]float64, len(diagonal)), v: make([]float64, len(diagonal))}
	for i, d := range diagonal {
		if !(d > 0) || !finite(d) {
			return nil, fmt.Errorf("spectral: element %d of the preconditioner is %v; all have to be positive numbers", i, d)
		}
		p.root[i] = 1 / math.Sqrt(d)
	}
	return p, nil
}

type preconditioned struct {
	op      Operator
	root, v []float64 // D^-1/2; the argument
}

func (p *preconditioned) Size() int { return len(p.root) }

func (p *preconditioned) Apply(dst, v []float64) error {
	tensor.Mul(p.v, p.root, v)
	if err := p.op.Apply(dst, p.v); err != nil {
		return err
	}
	tensor.Mul(dst, p.root, dst)
	return nil
}

// Range is Size elements of a vector from Offset on.
type Range struct{ Offset, Size int }

// Restriction is the block of an operator that belongs to some elements of the
// vector: the Hessian with respect to some layers, the others held.
type Restriction struct {
	op     Operator
	ranges []Range
	size   int
	v, hv  []float64 // of op's size; v is 0 outside of the ranges
}

// Restrict returns the block of the ranges, which must be in order, without
// overlap, and not empty.
func Restrict(op Operator, ranges []Range) (*Restriction, error) {
	r := &Restriction{op: op}
	end := 0
	for i, g := range ranges {
		if g.Size < 1 || g.Offset < end || g.Size > op.Size()-g.Offset {
			return nil, fmt.Errorf("spectral: range %d, %d elements from %d on, is not beyond those before it and within %d elements", i, g.Size, g.Offset, op.Size())
		}
		end = g.Offset + g.Size
		r.size += g.Size
	}
	if r.size == 0 {
		return nil, fmt.Errorf("spectral: no elements are left; give at least one range")
	}
	r.ranges = append(r.ranges, ranges...)
	r.v, r.hv = make([]float64, op.Size()), make([]float64, op.Size())
	return r, nil
}

// Size is the number of elements of all ranges.
func (r *Restriction) Size() int { return r.size }

// Apply sets dst to the block times v.
func (r *Restriction) Apply(dst, v []float64) error {
	r.Spread(r.v, v)
	if err := r.op.Apply(r.hv, r.v); err != nil {
		return err
	}
	r.Gather(dst, r.hv)
	return nil
}

// Gather sets dst, of Size elements, to those of the whole vector v.
func (r *Restriction) Gather(dst, v []float64) {
	for _, g := range r.ranges {
		dst = dst[copy(dst[:g.Size], v[g.Offset:]):]
	}
}

// Spread sets the elements of the whole vector dst to those of v, of Size
// elements, and leaves the others as they are.
func (r *Restriction) Spread(dst, v []float64) {
	for _, g := range r.ranges {
		v = v[copy(dst[g.Offset:g.Offset+g.Size], v):]
	}
}
