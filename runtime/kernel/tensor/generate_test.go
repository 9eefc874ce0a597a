package tensor

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGeneratedFiles checks that the generator gives the files as they are.
func TestGeneratedFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the generator")
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "relief/runtime/kernel/tensor/asm", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 6 {
		t.Fatalf("the generator wrote %d files: %v, %v", len(files), files, err)
	}
	for _, path := range files {
		fresh, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(filepath.Base(path))
		if err != nil || !bytes.Equal(fresh, kept) {
			t.Errorf("%s is stale: run go generate (%v)", filepath.Base(path), err)
		}
	}
}
