//go:build !amd64

package tensor

func dotVector[T Float](*[dotLanes]float64, []T, []T) int { return 0 }

func columnSumVector[T Float](_, _ []float64, _ []T, _, _ int) bool { return false }

func columnDotVector[T Float](_, _, _ []float64, _, _ []T, _, _, _ int) bool { return false }

func widenVector([]float64, []float32) int { return 0 }

func narrowVector([]float32, []float64) int { return 0 }
