package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk: on a disk that fills up the earlier results stay as they are,
// nothing half-written stays, and the exit code is 2.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("skipped: a small disk cannot be mounted, which needs root: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	study := filepath.Join(t.TempDir(), "small.hcl")
	write := func(steps string) {
		text := strings.NewReplacer("1000000000", steps, "every = 1000000", "every = 1").Replace(long)
		if err := os.WriteFile(study, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run := func() (int, string) {
		cmd := exec.Command("relief", "run", "-quiet", "-csv", "-results", disk, study)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		_ = cmd.Run()
		return cmd.ProcessState.ExitCode(), out.String()
	}
	write("10")
	if code, out := run(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	before, err := os.ReadFile(filepath.Join(disk, "small", "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	write("200000")
	code, out := run()
	if code != 2 || !strings.Contains(out, "the disk is full") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	after, err := os.ReadFile(filepath.Join(disk, "small", "results.json"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the earlier results have changed: %v", err)
	}
	entries, err := os.ReadDir(disk)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "small" {
			t.Errorf("%s is left behind", e.Name())
		}
	}
}
