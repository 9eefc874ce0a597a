package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// removeOpen says that a file can be removed before it is closed.
const removeOpen = false

// lock takes a lock that ends when the file is closed or the process ends.
func lock(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrCheckpointsInUse
	}
	return err
}
