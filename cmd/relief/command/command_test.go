package command

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"relief/cmd/internal/reference"
	"relief/lang"
)

// do runs a command line in this process.
func do(args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = Execute(context.Background(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// write makes a file in a folder of the test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

const bowl = `study {}
variable "eta" {
  type    = number
  default = 0.5
}
objective "bowl" {
  params = [x]
  value  = 0.5 * sq(x)
}
run "gd" {
  objective = objective.bowl
  start     = { x = 1 }
  steps     = 5
  optimizer "gd" { learning_rate = var.eta }
}
`

// TestComplete: a shell completes commands, flags, files, and the names of the
// study that stands on the line.
func TestComplete(t *testing.T) {
	study := write(t, "study.hcl", bowl)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"ru"}, "run"},
		{[]string{"run", ""}, "hcl"},
		{[]string{"run", study, "--only", ""}, "run.gd"},
		{[]string{"run", study, "--var", ""}, "eta="},
		{[]string{"run", "--format", ""}, "sarif"},
		{[]string{"graph", study, "--objective", ""}, "bowl"},
		{[]string{"graph", "--format", ""}, "mermaid"},
		{[]string{"docs", ""}, "optimizer.gd"},
		{[]string{"explain", ""}, "RL0203"},
	} {
		code, out, _ := do(append([]string{"__completeNoDesc"}, c.args...)...)
		if code != 0 || !slices.Contains(strings.Split(out, "\n"), c.want) {
			t.Errorf("%v: exit code %d, %q lacks %q", c.args, code, out, c.want)
		}
	}
	if code, out, _ := do("completion", "bash"); code != 0 || !strings.Contains(out, "relief") {
		t.Errorf("completion bash: exit code %d", code)
	}
}

// TestHelp: every command explains itself and every flag, with one dash.
func TestHelp(t *testing.T) {
	for _, c := range Tree().Commands() {
		if c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		code, out, _ := do("help", c.Name())
		if code != 0 || strings.Contains(out, "--") || !strings.Contains(out, "relief "+c.Use) {
			t.Errorf("help %s: exit code %d\n%s", c.Name(), code, out)
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(out, "-"+f.Name) {
				t.Errorf("help %s does not name -%s", c.Name(), f.Name)
			}
		})
		if c.ValidArgsFunction == nil && (strings.Contains(c.Use, "FILE") || strings.Contains(c.Use, "PATH")) {
			t.Errorf("%s does not complete files", c.Name())
		}
	}
}

func TestLongFlags(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"run -var x=1 --csv -h", "run --var x=1 --csv -h"},
		{"fmt -", "fmt -"},
		{"run -- -odd.hcl", "run -- -odd.hcl"},
		{"run -format=json", "run --format=json"},
		{"list -5", "list -5"},
	} {
		in := strings.Fields(c.in)
		if got := strings.Join(longFlags(in), " "); got != c.want {
			t.Errorf("%s becomes %s, not %s", c.in, got, c.want)
		}
		if strings.Join(in, " ") != c.in {
			t.Errorf("the arguments of the caller are changed: %v", in)
		}
	}
}

// TestWriteFile: whole or not at all, under the same permissions, through a
// link, and to what is no regular file.
func TestWriteFile(t *testing.T) {
	path := write(t, "a.txt", "old")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	link := path + ".link"
	if err := os.Symlink(path, link); err != nil {
		link = path
	}
	if err := writeFile(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if link != path {
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("the link is %v, %v", info.Mode(), err)
		}
	}
	if err := writeFile(filepath.Join(path, "below"), nil); err == nil {
		t.Error("a file below a file was written")
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s is left behind", e.Name())
		}
	}
	if err := writeFile(os.DevNull, []byte("gone")); err != nil {
		t.Error(err)
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{thousands(0), "0"}, {thousands(999), "999"}, {thousands(1000), "1,000"}, {thousands(1234567), "1,234,567"},
		{thousands(math.NaN()), "-"}, {thousands(2.5e15), "2.5e+15"},
		{bytesText(0), "0 B"}, {bytesText(999), "999 B"}, {bytesText(1000), "0.977 KiB"}, {bytesText(1 << 20), "1 MiB"}, {bytesText(5e15), "4.55e+03 TiB"},
		{timeText(0), "< 1 us"}, {timeText(12e-6), "12 us"}, {timeText(0.25), "250 ms"}, {timeText(90), "90 s"}, {timeText(600), "10 min"},
		{timeText(1e5), "28 h"}, {timeText(math.NaN()), "-"},
		{counted(1, "step"), "1 step"}, {counted(2000, "step"), "2,000 steps"},
		{strings.Join(reference.Wrap("a bb  ccc d", 4), "|"), "a bb|ccc|d"}, {strings.Join(reference.Wrap("", 4), "|"), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, not %q", c.got, c.want)
		}
	}
}

// TestPlanTime: blocks that wait for each other follow each other, and no block
// is counted twice.
func TestPlanTime(t *testing.T) {
	study := write(t, "study.hcl", bowl+`
run "next" {
  resume = run.gd.final
  steps  = 5
}
`)
	code, out, errs := do("plan", "-format", "json", study)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if !strings.Contains(out, `"waits_for": [
        "run.gd"
      ]`) {
		t.Errorf("run.next does not wait:\n%s", out)
	}
	first, second := planRow{cost: cost{seconds: 1}}, planRow{cost: cost{seconds: 2}}
	first.address.Name, second.address.Name = "a", "b"
	second.needs = append(second.needs, first.address)
	if got := makespan([]planRow{first, second}); got != 3 {
		t.Errorf("a chain of 1 and 2 takes %g", got)
	}
	unknown := planRow{cost: cost{seconds: math.NaN()}}
	if got := makespan([]planRow{unknown}); got != 0 {
		t.Errorf("an unknown time makes %g", got)
	}
}

// TestLongRun: what takes long is announced, with what is not selected left
// out; a small study is not even measured.
func TestLongRun(t *testing.T) {
	text := bowl + `
run "hours" {
  objective = objective.bowl
  start     = { x = 1 }
  steps     = 1000000000
  record {
    every = 1000000000
    path  = false
  }
  vary { rate = linspace(0.1, 0.5, 1000) }
  optimizer "gd" { learning_rate = rate }
}
`
	study, list := lang.Compile(write(t, "study.hcl", text), lang.Options{})
	if list.HasErrors() {
		t.Fatal(list)
	}
	if got := longRun(study, nil); !strings.Contains(got, "run.hours: gd on bowl, 1,000,000,000 steps, 1,000 lanes") || strings.Contains(got, "NaN") {
		t.Errorf("said %q", got)
	}
	if got := longRun(study, []string{"run.gd"}); got != "" {
		t.Errorf("said %q of a short run", got)
	}
	for seconds, want := range map[float64]string{34: "30 s", 100: "2 min", 5999: "100 min", 7200: "2 h", 9e6: "104 days"} {
		if got := roughly(seconds); got != want {
			t.Errorf("%g s is %q", seconds, got)
		}
	}
}
