package store

import (
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A disk that is really full.
func TestSmallDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	if _, err := Write(context.Background(), small(t), Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	_, err := Write(context.Background(), results(t), Options{Dir: dir}) // its plots do not fit
	wantProblem(t, err, "the disk is full")
	if d := cmp.Diff(before, contents(t, dir)); d != "" {
		t.Error(d)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}
