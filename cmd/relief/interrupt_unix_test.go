//go:build unix

package main

import (
	"bytes"
	"encoding/json"
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
