package analysis

import (
	"context"
	"relief/runtime/spectral"
)

type block struct{ Offset, Size, Filters int }
type pcs struct {
	Vectors [][]float64
	Shares  []float64
}
type densityOptions struct {
	Samples, Steps, Points int
	Width                  float64
	Seed                   uint64
}
type densityResult struct {
	Trace, TraceError                  float64
	Eigenvalues, Density, DensityError []float64
	Products                           int
}

func normalise(v, x []float64, b []block, filter bool)                         { panic("pending") }
func components(r Rows, k int) (*pcs, error)                                   { panic("pending") }
func orthogonalise(v [][]float64) []float64                                    { panic("pending") }
func precondition(h spectral.Operator, d []float64) (spectral.Operator, error) { panic("pending") }
func density(ctx context.Context, h spectral.Operator, o densityOptions) (*densityResult, error) {
	panic("pending")
}

type Range struct{ From, To int }

func Restrict(h spectral.Operator, r []Range) spectral.Operator { panic("pending") }
