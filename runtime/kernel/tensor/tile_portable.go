//go:build !amd64

package tensor

func (s *strip[T]) vector(tiling) bool { return false }
