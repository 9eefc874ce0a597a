package spectral_test

import (
	"context"
	"fmt"
	"log"

	"relief/runtime/spectral"
)

// chain is the Hessian of half the sum of squares of differences of neighbours
// among a number of numbers.
type chain int

func (n chain) Size() int { return int(n) }

func (n chain) Apply(dst, v []float64) error {
	clear(dst)
	for i := range v[1:] {
		d := v[i+1] - v[i]
		dst[i] -= d
		dst[i+1] += d
	}
	return nil
}

// The eigenvalues of a chain of n are 2 - 2 cos(pi j / n) for j = 0 ... n-1: the largest is nearly 4.
func ExampleTop() {
	r, err := spectral.Top(context.Background(), chain(50), 2, spectral.Options{Tolerance: 1e-6})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f %v\n", r.Values, r.Converged)
	// Output: [3.9961 3.9842] true
}
