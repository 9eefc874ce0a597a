package stdlib

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// library is one parsed file.
func library(t *testing.T, f File) *hclsyntax.Body {
	t.Helper()
	parsed, diags := hclsyntax.ParseConfig(f.Text, f.Name, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return parsed.Body.(*hclsyntax.Body)
}

// text is the value of an attribute that must be a literal string.
func text(t *testing.T, b *hclsyntax.Block, name string) string {
	t.Helper()
	a, ok := b.Body.Attributes[name]
	if !ok {
		t.Errorf("function %q has no %s", b.Labels[0], name)
		return ""
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.Type() != cty.String {
		t.Errorf("function %q: %s is not a literal string", b.Labels[0], name)
		return ""
	}
	return v.AsString()
}

func TestFilesAreSortedAndOwned(t *testing.T) {
	files := Files()
	if len(files) == 0 {
		t.Fatal("no libraries")
	}
	if !slices.IsSortedFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted by name")
	}
	files[0].Text[0] ^= 0xff
	if Files()[0].Text[0] == files[0].Text[0] {
		t.Error("a caller's change is seen by the next caller")
	}
}

// The documentation of a library function is part of it; what its example says
// is evaluated where the language is implemented.
func TestFunctionsAreDocumented(t *testing.T) {
	seen := map[string]string{}
	for _, f := range Files() {
		body := library(t, f)
		if len(body.Attributes) > 0 {
			t.Errorf("%s: attributes at the top", f.Name)
		}
		for _, b := range body.Blocks {
			if b.Type != "function" && b.Type != "network" || len(b.Labels) != 1 {
				t.Errorf("%s: block %s %v", f.Name, b.Type, b.Labels)
				continue
			}
			name := b.Labels[0]
			if b.Type == "network" {
				if d := text(t, b, "description"); d == "" || strings.HasSuffix(d, ".") || text(t, b, "source") == "" {
					t.Errorf("network %q: description %q", name, d)
				}
				continue
			}
			if other, ok := seen[name]; ok {
				t.Errorf("function %q is in %s and in %s", name, other, f.Name)
			}
			seen[name] = f.Name
			if _, ok := Lookup(name); ok {
				t.Errorf("function %q is also a builtin", name)
			}
			for _, a := range []string{"params", "value"} {
				if b.Body.Attributes[a] == nil {
					t.Errorf("function %q has no %s", name, a)
				}
			}
			d := text(t, b, "description")
			if strings.Contains(d, "\n") || strings.HasSuffix(d, ".") {
				t.Errorf("function %q: the description is not one line without a full stop: %q", name, d)
			}
			if text(t, b, "formula") == "" || text(t, b, "source") == "" {
				t.Errorf("function %q: empty formula or source", name)
			}
			example := text(t, b, "example")
			checkCall(t, name, example)
		}
	}
}

// checkCall parses an example and looks for the name in it.
func checkCall(t *testing.T, name, example string) {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(example), name, hcl.InitialPos)
	if diags.HasErrors() {
		t.Errorf("example of %q: %v", name, diags)
		return
	}
	found := false
	hclsyntax.VisitAll(expr, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.FunctionCallExpr:
			found = found || n.Name == name
		case *hclsyntax.ScopeTraversalExpr:
			found = found || n.Traversal.RootName() == name
		}
		return nil
	})
	if !found {
		t.Errorf("the example of %q does not use it: %s", name, example)
	}
}

func TestBuiltinsAreSortedAndUnique(t *testing.T) {
	all := Builtins()
	for i := 1; i < len(all); i++ {
		if all[i-1].Name >= all[i].Name {
			t.Errorf("%q stands before %q", all[i-1].Name, all[i].Name)
		}
	}
	all[0].Name = "changed"
	if Builtins()[0].Name == "changed" {
		t.Error("a caller's change is seen by the next caller")
	}
}

func TestBuiltinsAreDocumented(t *testing.T) {
	for _, b := range Builtins() {
		if b.Description == "" || strings.HasSuffix(b.Description, ".") || strings.Contains(b.Description, "\n") {
			t.Errorf("%s: description %q", b.Name, b.Description)
		}
		for s := range strings.SplitSeq(b.Signature, "), ") {
			if head, _, _ := strings.Cut(s, "("); head != b.Name {
				t.Errorf("%s: signature %q", b.Name, b.Signature)
			}
		}
		if b.Kind == Structural && !b.Structural {
			t.Errorf("%s is of kind structural but not marked so", b.Name)
		}
		if k := b.Kind.String(); k == "" {
			t.Errorf("%s: kind without a name", b.Name)
		}
		checkCall(t, b.Name, b.Example)
	}
}

func TestLookup(t *testing.T) {
	for _, want := range Builtins() {
		if got, ok := Lookup(want.Name); !ok || got != want {
			t.Errorf("Lookup(%q) = %v, %v", want.Name, got, ok)
		}
	}
	for _, name := range []string{"", "a", "Sqrt", "zzz", "log_growth"} {
		if b, ok := Lookup(name); ok {
			t.Errorf("Lookup(%q) = %v", name, b)
		}
	}
}
