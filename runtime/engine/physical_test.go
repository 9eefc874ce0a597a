package engine

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAvailableMemory(t *testing.T) {
	for text, want := range map[string]int64{
		"MemTotal:       24000000 kB\nMemAvailable:   2048 kB\n": 2 << 20,
		"MemTotal:       24000000 kB\n":                          0,
		"MemAvailable:   much\n":                                 0,
		"":                                                       0,
	} {
		file := filepath.Join(t.TempDir(), "meminfo")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if got := availableMemory(file); got != want {
			t.Errorf("%q gives %d, want %d", text, got, want)
		}
	}
	if got := availableMemory(filepath.Join(t.TempDir(), "none")); got != 0 {
		t.Errorf("no file gives %d", got)
	}
}
