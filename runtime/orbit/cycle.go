package orbit

import (
	"cmp"
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// minimalPeriod is the smallest divisor of the period after which the points
// repeat.
func (c *cycle) minimalPeriod() int {
	p := len(c.points)
	for d := 1; d < p; d++ {
		if p%d == 0 && c.repeats(d) {
			return d
		}
	}
	return p
}

func (c *cycle) repeats(d int) bool {
	for i, x := range c.points {
		if floats.Distance(x, c.points[(i+d)%len(c.points)], 2) > separation*c.size {
			return false
		}
	}
	return true
}

// stable reports whether all multipliers lie inside the unit circle.
func (c *cycle) stable() bool {
	return len(c.multipliers) > 0 && cmplx.Abs(c.multipliers[0]) < 1
}

// measure computes the multipliers.
func (s *solver) measure(c *cycle) {
	im := s.linearise(c.points)
	p := len(c.points)
	c.multipliers = eigenvalues(im.jacobian)
	c.half = nil
	if p%2 == 0 && c.symmetric() && sameJacobians(im.jacobian[:p/2], im.jacobian[p/2:]) {
		c.half = eigenvalues(im.jacobian[:p/2])
	}
}

// symmetric reports whether the second half of the cycle is the reflection of
// the first in the mean of all points.
func (c *cycle) symmetric() bool {
	p := len(c.points)
	center := make([]float64, len(c.points[0]))
	for _, x := range c.points {
		for i, v := range x {
			center[i] += v / float64(p)
		}
	}
	for i := range p / 2 {
		x, y := c.points[i], c.points[i+p/2]
		for j := range x {
			if math.Abs(x[j]+y[j]-2*center[j]) > 1e-8*c.size {
				return false
			}
		}
	}
	return true
}

// sameJacobians tells a symmetry of the map from one of two points, which always
// are each other's reflection.
func sameJacobians(a, b []*mat.Dense) bool {
	for i := range a {
		if !mat.EqualApprox(a[i], b[i], 1e-6*(1+mat.Norm(a[i], math.Inf(1)))) {
			return false
		}
	}
	return true
}

// eigenvalues returns those of the product of the Jacobians of steps, the last
// step to the left, by falling modulus.
func eigenvalues(steps []*mat.Dense) []complex128 {
	n, _ := steps[0].Dims()
	product := mat.DenseCopyOf(steps[0])
	for _, j := range steps[1:] {
		next := mat.NewDense(n, n, nil)
		next.Mul(j, product)
		product = next
	}
	if n == 1 {
		return []complex128{complex(product.At(0, 0), 0)}
	}
	unknown := slices.Repeat([]complex128{cmplx.NaN()}, n)
	if !allFinite(product.RawMatrix().Data) {
		return unknown
	}
	var eigen mat.Eigen
	if !eigen.Factorize(product, mat.EigenNone) {
		return unknown
	}
	values := eigen.Values(nil)
	slices.SortFunc(values, func(a, b complex128) int {
		return cmp.Or(cmp.Compare(cmplx.Abs(b), cmplx.Abs(a)), cmp.Compare(real(b), real(a)), cmp.Compare(imag(b), imag(a)))
	})
	return values
}

// singular reports whether a multiplier is 1 to rounding: the cycle is then one
// of many beside one another, or a branch turns round there.
func (c *cycle) singular() bool { return cmplx.Abs(c.nearestToOne()-1) < 1e-10 }

// nearestToOne is the multiplier that is nearest to 1: it reaches 1 where a
// branch of cycles turns round or meets another.
func (c *cycle) nearestToOne() complex128 {
	return slices.MinFunc(c.multipliers, func(a, b complex128) int {
		return cmp.Compare(cmplx.Abs(a-1), cmplx.Abs(b-1))
	})
}
