//go:build !linux && !darwin

package store

import "errors"

// swap exchanges two folders in one step, which this system cannot do.
func swap(a, b string) error { return errors.ErrUnsupported }
