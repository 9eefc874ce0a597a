package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"relief/runtime/plan"
)

// Checkpoints is the folder in which the runs of a study are saved on their way.
// It stands hidden beside the results, never in the folder that is exchanged,
// and belongs to one process at a time: a lock that ends with the process holds
// it.
type Checkpoints struct {
	Dir  string // results/.checkpoints/STUDY
	lock *os.File
}

// ErrCheckpointsInUse says that another process runs the same study.
var ErrCheckpointsInUse = errors.New("another process is running this study")

const lockName = "lock"

func checkpointsDir(study *plan.Study, opts Options) string {
	return filepath.Join(opts.Dir, ".checkpoints", opts.folder(study.Name))
}

// OpenCheckpoints makes the folder, or takes that of an earlier process; fresh
// empties it. The error is ErrCheckpointsInUse if a process that is alive has
// it, else one of the file system.
func OpenCheckpoints(study *plan.Study, opts Options, fresh bool) (*Checkpoints, error) {
	c := &Checkpoints{Dir: checkpointsDir(study, opts)}
	for range 100 { // another process may be removing the folder
		f, err := c.take()
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		if c.lock = f; fresh {
			err = c.clear()
		}
		return c, err
	}
	return nil, ErrCheckpointsInUse
}

// take makes the folder and locks it; nil if it has been removed meanwhile.
func (c *Checkpoints) take() (*os.File, error) {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(c.Dir, lockName), os.O_RDWR|os.O_CREATE, 0o644)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if err := lock(f); err != nil {
		f.Close()
		return nil, err
	}
	if !inPlace(f) {
		f.Close()
		return nil, nil
	}
	return f, nil
}

// inPlace reports whether the file's name still leads to it.
func inPlace(f *os.File) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(f.Name())
	return err == nil && os.SameFile(a, b)
}

// clear removes all but the lock.
func (c *Checkpoints) clear() error {
	entries, err := os.ReadDir(c.Dir)
	for _, e := range entries {
		if e.Name() != lockName {
			err = errors.Join(err, os.RemoveAll(filepath.Join(c.Dir, e.Name())))
		}
	}
	return err
}

// Close gives the folder back with what is in it, for a process that goes on
// from there. One that holds nothing is removed.
func (c *Checkpoints) Close() error {
	entries, err := os.ReadDir(c.Dir)
	if err == nil && len(entries) <= 1 {
		return c.Remove()
	}
	return errors.Join(err, c.lock.Close())
}

// Remove removes the folder, which is what happens when a study has come to its
// end.
func (c *Checkpoints) Remove() error {
	err := c.clear()
	if removeOpen {
		err = errors.Join(err, os.Remove(c.lock.Name()), c.lock.Close())
	} else {
		err = errors.Join(err, c.lock.Close(), os.Remove(c.lock.Name()))
	}
	if err == nil { // fails, as it should, if another process has begun to use it
		_ = os.Remove(c.Dir)
		_ = os.Remove(filepath.Dir(c.Dir))
	}
	return err
}
