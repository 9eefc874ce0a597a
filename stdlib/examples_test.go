package stdlib_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"relief/lang"
	"relief/runtime/engine"
	"relief/stdlib"
)

// TestExamples runs the example of every function of the library, and of the
// built-in ones that ask an objective, as checks of one study; all hold.
func TestExamples(t *testing.T) {
	var text strings.Builder
	text.WriteString("study { title = \"examples\" }\nobjective \"f\" {\n  params = [x]\n  value  = sq(x)\n}\n")
	n := 0
	claim := func(name, example string) {
		fmt.Fprintf(&text, "check %q {\n  assert {\n    condition = %s\n    message   = \"the example does not hold\"\n  }\n}\n", name, example)
		n++
	}
	for _, f := range stdlib.Files() {
		parsed, diags := hclparse.NewParser().ParseHCL(f.Text, f.Name)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for _, b := range parsed.Body.(*hclsyntax.Body).Blocks {
			if b.Type != "function" {
				continue
			}
			example, ok := b.Body.Attributes["example"]
			if !ok {
				t.Errorf("%s has no example", b.Labels[0])
				continue
			}
			v, diags := example.Expr.Value(nil)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			claim(b.Labels[0], v.AsString())
		}
	}
	for _, b := range stdlib.Builtins() {
		if b.Kind == stdlib.Query {
			claim(b.Name, b.Example)
		}
	}
	if n < 30 {
		t.Fatalf("only %d examples found", n)
	}
	file := filepath.Join(t.TempDir(), "examples.hcl")
	if err := os.WriteFile(file, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	study, diags := lang.Compile(file, lang.Options{})
	if len(diags) > 0 {
		for _, d := range diags {
			t.Errorf("line %d: %s", d.Span.Start.Line, d.Summary)
		}
		t.FailNow()
	}
	results, err := engine.Run(context.Background(), study, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range results.Checks {
		if !c.OK {
			t.Errorf("%s: %s", c.Plan.Label, c.Asserts[0].Condition)
		}
	}
}
