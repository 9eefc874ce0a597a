package spectral

import (
	"fmt"
	"math"

	"relief/runtime/kernel/tensor"
)

// Operator is a symmetric linear map H of vectors of Size numbers. Apply sets
// dst = H v; dst and v do not overlap, and what dst holds before means nothing.
// Whatever runs in parallel runs inside Apply.
type Operator interface {
	Size() int
	Apply(dst, v []float64) error
}

// product is an operator whose products are counted and checked. They are
// multiplied by unit, a power of two, 1 unless squares of their elements could
// leave the range of float64.
type product struct {
	op    Operator
	sign  float64 // 1, or -1 for the products of -H
	unit  float64 // 0 before the first product that is not zero
	count int
}

// The maxima of products outside of smallest and largest are brought to 1.
const smallest, largest = 0x1p-300, 0x1p300

// apply sets dst = sign unit H v and returns its norm.
func (p *product) apply(dst, v []float64) (float64, error) {
	p.count++
	if err := p.op.Apply(dst, v); err != nil {
		return 0, err
	}
	if p.unit == 0 {
		p.measure(dst)
	}
	if f := p.sign * p.unit; f != 1 && f != 0 {
		tensor.Scale(dst, dst, f)
	}
	norm := tensor.Norm(dst)
	if finite(norm) {
		return norm, nil
	}
	for i, x := range dst {
		if !finite(x) {
			return 0, fmt.Errorf("spectral: product %d of the operator is %v at element %d", p.count, x, i)
		}
	}
	return 0, fmt.Errorf("spectral: product %d of the operator is too large to be squared", p.count)
}

// measure sets the unit from a product.
func (p *product) measure(w []float64) {
	most := 0.0
	for _, x := range w {
		most = max(most, math.Abs(x))
	}
	switch {
	case most == 0:
	case finite(most) && (most < smallest || most > largest):
		_, e := math.Frexp(most)
		p.unit = math.Ldexp(1, min(-e, 1023))
	default:
		p.unit = 1
	}
}

// value returns the number of H that a number of sign unit H stands for.
// The sum makes -0 into 0.
func (p *product) value(x float64) float64 {
	if p.unit == 0 {
		return p.sign*x + 0
	}
	return p.sign*x/p.unit + 0
}

func finite(x float64) bool { return x-x == 0 }
