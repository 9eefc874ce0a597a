package spectral

import (
	"fmt"
	"math"
)

// Block is one parameter array within a flat vector: Size elements from Offset
// on.
type Block struct {
	Offset, Size int
	// Filters is the number of output channels of a convolution or of output
	// units of a dense layer. Filter f is elements f, f + Filters, f + 2 Filters
	// and so on: the layout H x W x C/Groups x C', or inputs x outputs. It is 0
	// for an array without filters, such as a bias or the numbers of a norm.
	Filters int
}

// Unit is what Normalise gives a length of its own.
type Unit uint8

const (
	Whole  Unit = iota // the vector
	Layer              // each block
	Filter             // each filter of a block; a block without filters as in Layer
)

// Normalise scales the parts of a direction, in place. As a whole, it gets
// length 1. By layer or by filter, each part gets the length that the same part
// of the center has, so that a plot along it does not depend on the scales that
// layers may exchange without changing the network (Li, Xu, Taylor, Studer and
// Goldstein, "Visualizing the loss landscape of neural nets", 2018, section 4).
// They leave biases and norms at 0; here each is scaled as one part.
//
// A part whose center is 0 becomes 0. A part that is 0 stays so. A whole
// direction of length 0 is an error. The blocks are in order and do not overlap;
// elements in none of them become 0.
func Normalise(direction, center []float64, blocks []Block, by Unit) error {
	n := len(direction)
	if err := checkVector("the direction", direction, n); err != nil {
		return err
	}
	if by == Whole {
		norm := lengths(direction, 1)[0]
		if norm == 0 {
			return fmt.Errorf("spectral: the direction is 0 and cannot be given length 1")
		}
		for i := range direction {
			direction[i] /= norm
		}
		return nil
	}
	if err := checkVector("the center of the direction", center, n); err != nil {
		return err
	}
	end := 0
	for i, b := range blocks {
		if b.Size < 1 || b.Offset < end || b.Size > n-b.Offset {
			return fmt.Errorf("spectral: block %d, %d elements from %d on, is not beyond those before it and within %d elements", i, b.Size, b.Offset, n)
		}
		if b.Filters < 0 || b.Filters > 0 && b.Size%b.Filters != 0 {
			return fmt.Errorf("spectral: block %d has %d elements, which do not make %d filters", i, b.Size, b.Filters)
		}
		clear(direction[end:b.Offset])
		end = b.Offset + b.Size
		filters := 1
		if by == Filter {
			filters = max(b.Filters, 1)
		}
		part := direction[b.Offset:end]
		from, to := lengths(part, filters), lengths(center[b.Offset:end], filters)
		for j := range part {
			if f := j % filters; from[f] > 0 {
				part[j] = part[j] / from[f] * to[f]
			}
		}
	}
	clear(direction[end:])
	return nil
}

// lengths returns the length of each filter of v: elements f, f + filters and so
// on.
func lengths(v []float64, filters int) []float64 {
	sums := make([]float64, filters)
	most := math.Abs(largestElement(v))
	if most == 0 {
		return sums
	}
	for low := 0; low < len(v); low += filters {
		for f, x := range v[low : low+filters] {
			x /= most
			sums[f] += float64(x * x)
		}
	}
	for f, s := range sums {
		sums[f] = most * math.Sqrt(s)
	}
	return sums
}
