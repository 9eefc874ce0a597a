//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// long has a block that ends at once and one that would run for hours.
const long = `study {}

objective "bowl" {
  params = [x]
  value  = log_growth(x)
}

run "short" {
  objective = objective.bowl
  start     = { x = 1 }
  steps     = 10
  optimizer "gd" { learning_rate = 0.5 }
}

run "long" {
  objective = objective.bowl
  start     = { x = 1 }
  steps     = 1000000000
  record {
    every = 1000000
    path  = false
  }
  optimizer "gd" { learning_rate = 2.5 }
}

output "short" { value = run.short.final.loss }
`

// TestInterrupt: Ctrl-C ends a long study soon, with exit code 130, and what
// was finished is kept and says so.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "long.hcl"), []byte(long), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("relief", "run", "long.hcl")
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer guard.Stop()
	// The line of the short run says that the study is under way.
	var said bytes.Buffer
	buf := make([]byte, 256)
	for !strings.Contains(said.String(), "run.short") {
		n, err := stderr.Read(buf)
		said.Write(buf[:n])
		if err != nil {
			t.Fatalf("the run ended by itself: %v\n%s", err, said.String())
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if _, err := said.ReadFrom(stderr); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d\n%s%s", code, said.String(), out.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, "results", "long", "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var results struct {
		Status  string
		Outputs map[string]any
		Runs    map[string]struct{ Status string }
	}
	if err := json.Unmarshal(text, &results); err != nil {
		t.Fatal(err)
	}
	if results.Status != "interrupted" || results.Runs["long"].Status != "interrupted" || results.Runs["short"].Status != "ok" {
		t.Errorf("the results say %+v", results)
	}
	if _, ok := results.Outputs["short"]; !ok {
		t.Errorf("the output of the finished run is lost: %v", results.Outputs)
	}
	if !strings.Contains(out.String(), "status: interrupted") {
		t.Errorf("printed: %s", out.String())
	}
}

// TestGoesOn: a study of networks that is interrupted again and again, and once
// killed, ends with the results of one that is not, to the last bit: parameters,
// momentum, mini-batches, dropout, probes and snapshots.
func TestGoesOn(t *testing.T) {
	study, err := filepath.Abs("testdata/interrupted.hcl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(results string, stop func(*exec.Cmd)) (code int, said string) {
		t.Helper()
		cmd := exec.Command("relief", "run", "-csv", "-results", results, study)
		cmd.Dir = dir
		var both bytes.Buffer
		cmd.Stdout, cmd.Stderr = &both, &both
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if stop != nil {
			stop(cmd)
		}
		_ = cmd.Wait()
		return cmd.ProcessState.ExitCode(), both.String()
	}
	if code, said := run("whole", nil); code != 0 {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	lock := filepath.Join(dir, "parts", ".checkpoints", "interrupted", "lock")
	after := func(pause time.Duration, s os.Signal) func(*exec.Cmd) {
		return func(cmd *exec.Cmd) {
			for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				if _, err := os.Stat(lock); err == nil || time.Now().After(deadline) {
					break
				}
			}
			time.Sleep(pause)
			_ = cmd.Process.Signal(s) // it may have ended
		}
	}
	taken, code := 0, 130
	for pause := 20 * time.Millisecond; taken < 2 && code == 130 && pause < time.Minute; pause += pause / 2 {
		var said string
		if code, said = run("parts", after(pause, syscall.SIGINT)); code != 130 && code != 0 {
			t.Fatalf("exit code %d\n%s", code, said)
		}
		if strings.Contains(said, "The same command goes on with run.") {
			if taken++; taken == 1 {
				run("parts", after(pause, syscall.SIGKILL))
			}
		}
	}
	if taken == 0 {
		t.Error("no run was interrupted")
	}
	if code, said := run("parts", nil); code != 0 {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	compared := 0
	err = filepath.WalkDir(filepath.Join(dir, "whole"), func(path string, d fs.DirEntry, err error) error {
		name := filepath.Base(path)
		if err != nil || d.IsDir() || name == "manifest.json" || name == "report.html" { // these tell the time
			return err
		}
		rest, err := filepath.Rel(filepath.Join(dir, "whole"), path)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, "parts", rest))
		if err == nil && !bytes.Equal(got, want) {
			t.Errorf("%s differs", rest)
		}
		compared++
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if compared < 8 {
		t.Errorf("%d files", compared)
	}
	if _, err := os.Stat(filepath.Dir(filepath.Dir(lock))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the checkpoints of a study that came to its end: %v", err)
	}
}
