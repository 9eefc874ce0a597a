package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relief/cmd/relief/command"
)

// TestReadme follows the README's tour: what it shows is what the commands
// print, to the character, and its excerpts stand in the study that `new`
// writes.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	t.Chdir(t.TempDir())

	shows := func(text string) {
		t.Helper()
		for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
			if strings.Contains(line, "report.html in") || strings.HasPrefix(line, "See:") {
				continue // the time is another each time
			}
			if !strings.Contains(readme, "\n    "+line+"\n") && strings.TrimSpace(line) != "" {
				t.Errorf("the README does not show the line %q", line)
			}
		}
	}
	run := func(code int, args ...string) string {
		t.Helper()
		if !strings.Contains(readme, "    $ relief "+strings.Join(args, " ")+"\n") {
			t.Errorf("the README does not show the command %v", args)
		}
		var out, errs bytes.Buffer
		if got := command.Execute(context.Background(), args, strings.NewReader(""), &out, &errs); got != code {
			t.Fatalf("%v exits with %d: %s", args, got, errs.String())
		}
		return out.String() + errs.String()
	}

	shows(run(0, "new", "edge"))
	shows(run(0, "run", "-quiet", "edge.hcl"))
	shows(strings.SplitAfter(run(0, "run", "-quiet", "-var", "eta=5", "edge.hcl"), "\n")[0])

	study, err := os.ReadFile("edge.hcl")
	if err != nil {
		t.Fatal(err)
	}
	_, excerpt, _ := strings.Cut(readme, "```hcl\n")
	excerpt, _, _ = strings.Cut(excerpt, "```")
	for _, block := range strings.Split(strings.TrimSpace(excerpt), "\n\n") {
		if !strings.Contains(string(study), strings.TrimSpace(block)) {
			t.Errorf("the study that `new` writes does not hold\n%s", block)
		}
	}

	broken := strings.Replace(string(study), "log_growth(x)\n", "lgo_growth(x)\n", 1)
	if err := os.WriteFile("edge.hcl", []byte(broken), 0o666); err != nil {
		t.Fatal(err)
	}
	shows(run(1, "run", "edge.hcl"))

	for _, link := range strings.Split(readme, "](")[1:] {
		link, _, _ = strings.Cut(link, ")")
		if strings.Contains(link, "://") {
			continue
		}
		if _, err := os.Stat(filepath.Join(repository, link)); err != nil {
			t.Errorf("the README links to %s: %v", link, err)
		}
	}
}

// repository is the root of the checkout, as seen from where tests start.
var repository = func() string {
	dir, err := filepath.Abs("../..")
	if err != nil {
		return "../.."
	}
	return dir
}()

// TestReadmeNetwork: the README's network is a study that checks out.
func TestReadmeNetwork(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	blocks := strings.Split(string(text), "```hcl\n")
	found := false
	for _, b := range blocks[1:] {
		b, _, _ = strings.Cut(b, "```")
		if !strings.Contains(b, `network "mlp"`) {
			continue
		}
		found = true
		if err := os.WriteFile("mlp.hcl", []byte("study { title = \"README\" }\n\n"+b), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"validate", "mlp.hcl"}, {"fmt", "-check", "mlp.hcl"}} {
			var out, errs bytes.Buffer
			if code := command.Execute(context.Background(), args, strings.NewReader(""), &out, &errs); code != 0 {
				t.Errorf("%v exits with %d: %s%s", args, code, out.String(), errs.String())
			}
		}
	}
	if !found {
		t.Error("the README shows no network")
	}
}
