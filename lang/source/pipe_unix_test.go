//go:build unix

package source

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe would keep the reader waiting for ever.
func TestLoadRefusesPipe(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo.hcl")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skipf("skipped: no pipe can be made here: %v", err)
	}
	if _, got := Load(fifo); len(got) != 1 || !strings.Contains(got[0].Summary, "regular") {
		t.Errorf("got %v", got)
	}
}
