package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"relief/runtime/plan"
)

func TestCheckpoints(t *testing.T) {
	root := filepath.Join(t.TempDir(), "results")
	study, opts := &plan.Study{Name: "edge"}, Options{Dir: root}
	open := func(fresh bool) *Checkpoints {
		t.Helper()
		c, err := OpenCheckpoints(study, opts, fresh)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	there := func(c *Checkpoints, want bool) {
		t.Helper()
		if _, err := os.Stat(filepath.Join(c.Dir, "run.gd")); err == nil != want {
			t.Errorf("the checkpoint is there: %v, want %v", err == nil, want)
		}
	}

	c := open(false)
	if c.Dir != filepath.Join(root, ".checkpoints", "edge") {
		t.Errorf("the folder is %s", c.Dir)
	}
	if removeOpen { // a lock within one process counts where it is one of the open file
		if _, err := OpenCheckpoints(study, opts, true); !errors.Is(err, ErrCheckpointsInUse) {
			t.Errorf("a second process: %v", err)
		}
	}
	part := opts
	part.Part = true
	if p, err := OpenCheckpoints(study, part, false); err != nil || p.Dir == c.Dir {
		t.Errorf("a selection of blocks has %v, %v", p, err)
	} else if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(c.Dir, "run.gd"), []byte("saved"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = open(false)
	there(c, true)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = open(true)
	there(c, false)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, ".checkpoints")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that holds nothing stays: %v", err)
	}
	c = open(false)
	if err := os.WriteFile(filepath.Join(c.Dir, "run.gd"), []byte("saved"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, ".checkpoints")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of a study that has ended stays: %v", err)
	}
}
