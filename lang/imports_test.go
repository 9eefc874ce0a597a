package lang

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImports keeps the arrows of docs/architecture.md from turning round.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "relief/...").Output()
	if err != nil {
		t.Skipf("skipped: `go list` is needed to read the import graph: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) < 10 {
		t.Fatalf("only %d packages found", len(lines))
	}
	for _, line := range lines {
		fields := strings.Fields(line)
		from := strings.TrimPrefix(fields[0], "relief/")
		for _, imported := range fields[1:] {
			to, own := strings.CutPrefix(imported, "relief/")
			switch {
			case !own:
				if strings.HasPrefix(from, "runtime/") && (strings.Contains(to, "hashicorp/hcl") || strings.Contains(to, "zclconf/go-cty")) {
					t.Errorf("%s imports %s: the runtime knows no HCL", from, to)
				}
			case strings.HasPrefix(to, "cmd/") && !strings.HasPrefix(from, "cmd/"):
				t.Errorf("%s imports %s: nothing else imports cmd", from, to)
			case under(from, "lang") && strings.HasPrefix(to, "runtime/"):
				if to != "runtime/graph" && to != "runtime/plan" && to != "runtime/network" && to != "runtime/dataset" {
					t.Errorf("%s imports %s: lang sees of the runtime only graph, plan, network and dataset", from, to)
				}
			case strings.HasPrefix(from, "runtime/") && under(to, "lang"):
				if to != "lang/diag" {
					t.Errorf("%s imports %s: the runtime sees of lang only diag", from, to)
				}
			case from == "lang/diag":
				t.Errorf("%s imports %s: diag is a leaf", from, to)
			}
		}
	}
}

func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }
