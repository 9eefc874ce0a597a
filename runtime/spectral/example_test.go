package spectral_test

import (
	"context"
	"fmt"
	"log"

	"relief/runtime/spectral"
)

// The Hessian of the sum of squares of differences of neighbours has the
// eigenvalues 2 - 2 cos(pi j / n) for j = 0 ... n-1: the largest is nearly 4.
func ExampleTop() {
	const n = 50
	h := spectral.Of(n, func(dst, v []float64) error {
		for i := range dst {
			dst[i] = 0
			if i > 0 {
				dst[i] += v[i] - v[i-1]
			}
			if i < n-1 {
				dst[i] += v[i] - v[i+1]
			}
		}
		return nil
	})
	r, err := spectral.Top(context.Background(), h, 2, spectral.Options{Tolerance: 1e-6})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f %v\n", r.Values, r.Converged)
	// Output: [3.9961 3.9842] true
}
