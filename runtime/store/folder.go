package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A disk is the part of the file system that results are written through.
type disk interface {
	// Write makes a file of what fill writes and has it on the disk before it
	// returns.
	Write(path string, fill func(io.Writer) error) error
	MkdirAll(path string) error
	MkdirTemp(dir, pattern string) (string, error)
	Rename(from, to string) error
	// Link gives a file, or a symbolic link, a second name.
	Link(from, to string) error
	// Swap exchanges two folders in one step, or says that it cannot.
	Swap(a, b string) error
	RemoveAll(path string) error
	// Sync has the entries of a folder on the disk.
	Sync(dir string) error
}

// osDisk is the file system of the machine.
type osDisk struct{}

func (osDisk) Write(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 1<<16)
	err = fill(b)
	if full := b.Flush(); full != nil { // the disk's own words, which fill may have wrapped
		err = full
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (osDisk) MkdirAll(path string) error { return os.MkdirAll(path, 0o755) }

func (osDisk) MkdirTemp(dir, pattern string) (string, error) {
	tmp, err := os.MkdirTemp(dir, pattern)
	if err == nil {
		err = os.Chmod(tmp, 0o755)
	}
	return tmp, err
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (d osDisk) Link(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	info, err := os.Lstat(from) // not every file system has links: copy
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	return d.Write(to, func(w io.Writer) error {
		_, err := io.Copy(w, source)
		return err
	})
}

func (osDisk) Swap(a, b string) error      { return swap(a, b) }
func (osDisk) RemoveAll(path string) error { return os.RemoveAll(path) }

func (osDisk) Sync(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) {
		err = nil // not every system can
	}
	return errors.Join(err, d.Close())
}

// errForeign says that the place of the results is taken by something else.
var errForeign = errors.New("it is there already and holds something else than results of relief")

// errFile says that a file is in the place of the results.
var errFile = errors.New("it is a file, not a folder")

// A folder is a results folder in the making: everything is written beside its
// place, under a hidden name, and put in place at once.
type folder struct {
	disk    disk
	place   string // results/fig-5-1
	staging string // results/.fig-5-1.new-1234
	made    string // the topmost folder that begin made; "" if none
}

// oldName is where the results before stand for a moment on systems that
// cannot exchange two folders.
func oldName(name string) string { return "." + name + ".old" }

// begin prepares a results folder below root. What a crash left behind is put
// right first.
func begin(d disk, root, name string) (*folder, error) {
	f := &folder{disk: d, place: filepath.Join(root, name)}
	f.made = firstMissing(root)
	if err := d.MkdirAll(root); err != nil {
		return nil, f.giveUp(err)
	}
	if real, err := filepath.EvalSymlinks(f.place); err == nil {
		f.place = real
	}
	parent, base := filepath.Split(f.place)
	if err := Recover(filepath.Clean(parent), base); err != nil {
		return nil, f.giveUp(err)
	}
	if err := ours(f.place); err != nil {
		return nil, f.giveUp(err)
	}
	staging, err := d.MkdirTemp(filepath.Clean(parent), stagingPattern(base))
	if err != nil {
		return nil, f.giveUp(err)
	}
	f.staging = staging
	for _, sub := range []string{"plots", "data"} {
		if err := d.MkdirAll(filepath.Join(staging, sub)); err != nil {
			return nil, f.giveUp(err)
		}
	}
	return f, nil
}

// firstMissing is the topmost folder on the way to path that does not exist.
func firstMissing(path string) string {
	missing := ""
	for {
		if _, err := os.Lstat(path); err == nil {
			return missing
		}
		missing = path
		parent := filepath.Dir(path)
		if parent == path {
			return missing
		}
		path = parent
	}
}

// ours reports, as an error, a place that must not be replaced: a file, or a
// folder with other things in it.
func ours(place string) error {
	info, err := os.Lstat(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "replace", Path: place, Err: errFile}
	}
	entries, err := os.ReadDir(place)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return nil
	}
	head, err := os.ReadFile(filepath.Join(place, "manifest.json"))
	if err != nil || !strings.Contains(string(head[:min(len(head), 200)]), manifestFormat) {
		return &fs.PathError{Op: "replace", Path: place, Err: errForeign}
	}
	return nil
}

// Recover puts right what a crash left in a results folder: results that were
// moved aside return to their place if it is empty, and staging folders that
// nobody writes to are removed. It is called before results are written and
// may be called before they are read.
func Recover(root, name string) error {
	place, old := filepath.Join(root, name), filepath.Join(root, oldName(name))
	if _, err := os.Lstat(old); err == nil {
		if _, err := os.Lstat(place); errors.Is(err, fs.ErrNotExist) {
			if err := os.Rename(old, place); err != nil {
				return err
			}
		} else if err := os.RemoveAll(old); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if abandoned(e, name) {
			if err := os.RemoveAll(filepath.Join(root, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// giveUp removes what was written and returns err.
func (f *folder) giveUp(err error) error {
	if f.staging != "" {
		f.disk.RemoveAll(f.staging)
	}
	if f.made != "" {
		removeEmpty(f.made)
	}
	return err
}

// removeEmpty removes a folder and those in it as far as they hold nothing.
func removeEmpty(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() {
			removeEmpty(filepath.Join(dir, e.Name()))
		}
	}
	os.Remove(dir) // fails, as it should, if anything is left
}

// write adds a file; name uses slashes.
func (f *folder) write(name string, fill func(io.Writer) error) error {
	return f.disk.Write(filepath.Join(f.staging, filepath.FromSlash(name)), fill)
}

// adopt carries over the files that the user put among the earlier results:
// those that their manifest does not list.
func (f *folder) adopt() error {
	var manifest struct {
		Files map[string]json.RawMessage `json:"files"`
	}
	data, err := os.ReadFile(filepath.Join(f.place, "manifest.json"))
	if err != nil || json.Unmarshal(data, &manifest) != nil {
		return nil // there are no earlier results
	}
	return filepath.WalkDir(f.place, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(f.place, path)
		if err != nil {
			return err
		}
		_, ours := manifest.Files[filepath.ToSlash(name)]
		if d.IsDir() || ours || name == "manifest.json" {
			return nil
		}
		to := filepath.Join(f.staging, name)
		if _, err := os.Lstat(to); err == nil {
			return nil // the new results have a file of that name
		}
		if err := f.disk.MkdirAll(filepath.Dir(to)); err != nil {
			return err
		}
		return f.disk.Link(path, to)
	})
}

// commit puts the new results in place of the old ones: exchanged in one step
// where the system can, else the old ones are moved aside first and, if the
// new ones cannot follow, back again.
func (f *folder) commit() error {
	if err := f.adopt(); err != nil {
		return f.giveUp(err)
	}
	for _, dir := range []string{"plots", "data", "."} {
		if err := f.disk.Sync(filepath.Join(f.staging, dir)); err != nil {
			return f.giveUp(err)
		}
	}
	parent, base := filepath.Split(f.place)
	parent = filepath.Clean(parent)
	release := func() { f.disk.Sync(parent) }
	if _, err := os.Lstat(f.place); errors.Is(err, fs.ErrNotExist) {
		if err := f.disk.Rename(f.staging, f.place); err != nil {
			return f.giveUp(err)
		}
		release()
		return nil
	}
	if err := f.disk.Swap(f.staging, f.place); err == nil {
		release()
		f.disk.RemoveAll(f.staging) // the old results now; Recover takes what is left
		return nil
	}
	old := filepath.Join(parent, oldName(base))
	if err := f.disk.Rename(f.place, old); err != nil {
		return f.giveUp(err)
	}
	if err := f.disk.Rename(f.staging, f.place); err != nil {
		if back := f.disk.Rename(old, f.place); back != nil {
			err = fmt.Errorf("%w (the earlier results are in %s)", err, old)
		}
		return f.giveUp(err)
	}
	release()
	f.disk.RemoveAll(old)
	return nil
}
