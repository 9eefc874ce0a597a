package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relief/lang/diag"
	"relief/runtime/engine/enginetest"
)

// failing fails after some bytes, as a full disk does; it counts what it
// writes.
type failing struct {
	osDisk
	left   *int64
	failOn func(op, path string) error
}

func (d failing) Write(path string, fill func(io.Writer) error) error {
	if d.failOn != nil {
		if err := d.failOn("write", path); err != nil {
			return err
		}
	}
	return d.osDisk.Write(path, func(w io.Writer) error {
		if d.left != nil {
			w = &quota{w, d.left, path}
		}
		b := bufio.NewWriter(w)
		if err := fill(b); err != nil {
			return err
		}
		return b.Flush()
	})
}

// quota takes so many bytes and no more.
type quota struct {
	to   io.Writer
	left *int64
	path string
}

func (q *quota) Write(data []byte) (int, error) {
	if n := int64(len(data)); n <= *q.left {
		*q.left -= n
		return q.to.Write(data)
	}
	n, err := q.to.Write(data[:*q.left])
	*q.left = 0
	if err == nil {
		err = &fs.PathError{Op: "write", Path: q.path, Err: syscall.ENOSPC}
	}
	return n, err
}

func (d failing) Rename(from, to string) error {
	if d.failOn != nil {
		if err := d.failOn("rename", to); err != nil {
			return err
		}
	}
	return d.osDisk.Rename(from, to)
}

func (d failing) Swap(a, b string) error {
	if d.failOn != nil {
		if err := d.failOn("swap", b); err != nil {
			return err
		}
	}
	return d.osDisk.Swap(a, b)
}

func (d failing) Sync(dir string) error {
	if d.failOn != nil {
		if err := d.failOn("sync", dir); err != nil {
			return err
		}
	}
	return d.osDisk.Sync(dir)
}

func contents(t *testing.T, dir string) map[string]string {
	out := map[string]string{}
	for _, name := range tree(t, dir) {
		out[name] = string(read(t, dir, name))
	}
	return out
}

func wantProblem(t *testing.T, err error, parts ...string) {
	t.Helper()
	var list diag.List
	if !errors.As(err, &list) || len(list) != 1 || list[0].Code != "RL0602" {
		t.Fatalf("error %v, want one RL0602", err)
	}
	for _, p := range parts {
		if !strings.Contains(list[0].Summary, p) {
			t.Errorf("%q lacks %q", list[0].Summary, p)
		}
	}
}

// Whatever byte is the last that fits, the earlier results stay as they were
// and nothing is left beside them.
func TestDiskFullAfterAnyByte(t *testing.T) {
	res := small(t)
	dir := t.TempDir()
	left := int64(1 << 40)
	if _, err := writeTo(context.Background(), failing{left: &left}, res, Options{Dir: dir, CSV: true, Workers: 1}); err != nil {
		t.Fatal(err)
	}
	total := int64(1<<40) - left
	before := contents(t, dir)
	for n := int64(0); n < total; n += max(total/30, 1) {
		left := n
		_, err := writeTo(context.Background(), failing{left: &left}, res, Options{Dir: dir, CSV: true})
		wantProblem(t, err, "the disk is full")
		if d := cmp.Diff(before, contents(t, dir)); d != "" {
			t.Fatalf("after %d bytes:\n%s", n, d)
		}
		fresh := filepath.Join(t.TempDir(), "not", "there")
		left = n
		_, err = writeTo(context.Background(), failing{left: &left}, res, Options{Dir: fresh})
		if n < total/2 {
			wantProblem(t, err, "the disk is full")
			if _, err := os.Lstat(filepath.Dir(fresh)); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("after %d bytes a folder is left", n)
			}
		}
	}
}

func TestAnyStepFails(t *testing.T) {
	res := small(t)
	broken := errors.New("the cable is out")
	for _, op := range []string{"sync", "rename"} {
		dir := t.TempDir()
		if _, err := Write(context.Background(), res, Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		for n := range 3 {
			calls := 0
			d := failing{failOn: func(o, path string) error {
				if o == "swap" {
					return errors.ErrUnsupported // so that renames are used
				}
				if o == op {
					if calls++; calls == n+1 {
						return broken
					}
				}
				return nil
			}}
			_, err := writeTo(context.Background(), d, res, Options{Dir: dir})
			if calls <= n || err == nil && op == "sync" {
				continue
			}
			if op == "rename" && n == 2 {
				continue // the third rename is only made when the second fails
			}
			wantProblem(t, err, broken.Error())
			if d := cmp.Diff(before, contents(t, dir)); d != "" {
				t.Errorf("%s %d:\n%s", op, n, d)
			}
		}
	}
}

// Without an exchange of folders the old results are moved aside; a crash
// there is mended by the next run.
func TestWithoutExchange(t *testing.T) {
	res := small(t)
	dir := t.TempDir()
	plain := failing{failOn: func(op, path string) error {
		if op == "swap" {
			return errors.ErrUnsupported
		}
		return nil
	}}
	for range 2 {
		if _, err := writeTo(context.Background(), plain, res, Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		entries, _ := os.ReadDir(dir)
		if len(entries) != 1 || entries[0].Name() != "bowl" {
			t.Fatalf("left behind: %v", entries)
		}
	}
	before := contents(t, filepath.Join(dir, "bowl"))
	if err := os.Rename(filepath.Join(dir, "bowl"), filepath.Join(dir, ".bowl.old")); err != nil {
		t.Fatal(err)
	}
	if err := Recover(dir, "bowl"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, contents(t, filepath.Join(dir, "bowl"))); d != "" {
		t.Error(d)
	}
}

// What the user puts among the results stays; what the study no longer makes
// goes.
func TestFilesOfTheUserStay(t *testing.T) {
	dir := t.TempDir()
	w, err := Write(context.Background(), results(t), Options{Dir: dir, CSV: true})
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(w.Dir, "notes.txt"), []byte("mine"), 0o644)
	os.MkdirAll(filepath.Join(w.Dir, "plots", "old"), 0o755)
	os.WriteFile(filepath.Join(w.Dir, "plots", "old", "a.svg"), []byte("mine too"), 0o644)
	for range 2 {
		if w, err = Write(context.Background(), small(t), Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		want := append(slices.Clone(w.Files), "notes.txt", "plots/old/a.svg")
		slices.Sort(want)
		if d := cmp.Diff(want, tree(t, w.Dir)); d != "" {
			t.Error(d)
		}
	}
	if string(read(t, w.Dir, "plots", "old", "a.svg")) != "mine too" {
		t.Error("a file of the user changed")
	}
}

func TestLeftoversOfDeadProcesses(t *testing.T) {
	res := small(t)
	dir := t.TempDir()
	cmd := exec.Command("go", "version")
	if err := cmd.Run(); err != nil {
		t.Skip("there is no process to outlive")
	}
	dead := fmt.Sprintf(".bowl.new-%s-%d-77", hostMark(), cmd.Process.Pid)
	alive := fmt.Sprintf(".bowl.new-%s-%d-78", hostMark(), os.Getpid())
	elsewhere := ".bowl.new-00000000-1-79"
	old := ".bowl.new-00000000-1-80"
	other := ".bowl.new-notes"
	for _, name := range []string{dead, alive, elsewhere, old, other} {
		if err := os.MkdirAll(filepath.Join(dir, name, "plots"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, old), long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(context.Background(), res, Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(dir)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	want := []string{elsewhere, alive, other, "bowl"}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("left: %v, want %v", got, want)
	}
}

func TestPlacesThatCannotBeWritten(t *testing.T) {
	res := small(t)
	t.Run("a file in the way", func(t *testing.T) {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, "bowl"), []byte("mine"), 0o644)
		_, err := Write(context.Background(), res, Options{Dir: dir})
		wantProblem(t, err, "it is a file, not a folder")
		wantProblem(t, Check(res.Study, Options{Dir: dir}), "it is a file, not a folder")
		if got := contents(t, dir); len(got) != 1 || got["bowl"] != "mine" {
			t.Errorf("the file is gone: %v", got)
		}
	})
	t.Run("the folder of all results is a file", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "results")
		os.WriteFile(dir, []byte("mine"), 0o644)
		_, err := Write(context.Background(), res, Options{Dir: dir})
		wantProblem(t, err, "results is a file, not a folder")
		if string(read(t, dir)) != "mine" {
			t.Error("the file is gone")
		}
	})
	t.Run("below a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "notes")
		os.WriteFile(file, []byte("mine"), 0o644)
		_, err := Write(context.Background(), res, Options{Dir: filepath.Join(file, "results")})
		wantProblem(t, err, "notes")
	})
	t.Run("a folder of something else", func(t *testing.T) {
		dir := t.TempDir()
		os.MkdirAll(filepath.Join(dir, "bowl"), 0o755)
		os.WriteFile(filepath.Join(dir, "bowl", "thesis.tex"), []byte("mine"), 0o644)
		_, err := Write(context.Background(), res, Options{Dir: dir})
		wantProblem(t, err, "holds something else")
		if got := contents(t, dir); len(got) != 1 || got["bowl/thesis.tex"] != "mine" {
			t.Errorf("it is gone: %v", got)
		}
	})
	t.Run("an empty folder is taken", func(t *testing.T) {
		dir := t.TempDir()
		os.MkdirAll(filepath.Join(dir, "bowl"), 0o755)
		if _, err := Write(context.Background(), res, Options{Dir: dir}); err != nil {
			t.Error(err)
		}
	})
	t.Run("read-only", func(t *testing.T) {
		if os.Geteuid() == 0 || runtime.GOOS == "windows" {
			t.Skip("the superuser may write anywhere")
		}
		dir := t.TempDir()
		os.Chmod(dir, 0o555)
		_, err := Write(context.Background(), res, Options{Dir: filepath.Join(dir, "results")})
		wantProblem(t, err, "no permission")
	})
	t.Run("a link to a folder", func(t *testing.T) {
		dir, real := t.TempDir(), filepath.Join(t.TempDir(), "real")
		os.Mkdir(real, 0o755)
		if err := os.Symlink(real, filepath.Join(dir, "bowl")); err != nil {
			t.Skip(err)
		}
		if _, err := Write(context.Background(), res, Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(filepath.Join(dir, "bowl")); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Error("the link was replaced")
		}
		if len(tree(t, real)) == 0 {
			t.Error("nothing was written behind the link")
		}
	})
}

func TestCheckLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	fresh := filepath.Join(dir, "a", "b")
	for range 2 {
		if err := Check(enginetest.Study(), Options{Dir: fresh}); err != nil {
			t.Fatal(err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 0 {
			t.Fatalf("left behind: %v", entries)
		}
	}
	w, err := Write(context.Background(), small(t), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	if err := Check(enginetest.Study(), Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, contents(t, dir)); d != "" || len(tree(t, w.Dir)) == 0 {
		t.Error(d)
	}
}
