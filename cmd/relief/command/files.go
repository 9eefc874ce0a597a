package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// studies lists the files that paths stand for: a file itself, of a folder
// every .hcl file below it that is not hidden and not a lock, sorted.
func studies(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, readable(p)
		}
		if !info.IsDir() {
			out = append(out, p)
			continue
		}
		err = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && path != p && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir
			case !d.IsDir() && strings.HasSuffix(path, ".hcl") && !strings.HasSuffix(path, ".lock.hcl") && !strings.HasPrefix(d.Name(), "."):
				out = append(out, path)
			}
			return nil
		})
		if err != nil {
			return nil, usageError(err)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// writeFile writes a file whole or not at all: under another name first, then
// renamed. An existing file keeps its permissions.
func writeFile(path string, data []byte) error {
	mode := fs.FileMode(0o666)
	info, err := os.Stat(path)
	if err == nil {
		if !info.Mode().IsRegular() {
			return os.WriteFile(path, data, mode) // a device or pipe takes the bytes as they come
		}
		mode = info.Mode().Perm()
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays a link
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, reason(err))
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("cannot write %s: %w", path, reason(err))
	}
	return nil
}
