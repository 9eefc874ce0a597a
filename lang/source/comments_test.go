package source

import (
	"fmt"
	"strings"
	"testing"

	"relief/lang/diag"
)

// TestCutFormulas: a // that divides is told from one that remarks.
func TestCutFormulas(t *testing.T) {
	const block = "function \"f\" {\n  params = [x, y, w]\n  %s\n}\n"
	for _, c := range []struct{ line, want string }{
		{"value = x // 2 + sq(y)", "floor(x / 2)"},
		{"value = sq(x) + y // 3", "floor(y / 3)"},
		{"value = x // y", "floor(x / y)"},
		{"value = sum(w) // (x + 1) * y", "floor(sum(w) / (x + 1))"},
		{"steps = local.n // 2 + 1", "floor(local.n / 2)"},
		{"value = (x // 2\n + y)", "floor(x / 2)"},
		{"value = sq(x) + y # 3", ""},
		{"value = sq(x) # // 2 + x", ""},
		{"value = x * x // sq(x)", ""},
		{"value = sq(x) // x * x", ""},
		{"value = sq(x) // Eq. 3", ""},
		{"value = sq(x) // 3 terms", ""},
		{"value = sq(x) // the bump", ""},
		{"value = sq(x) // bump", ""},
		{"value = sq(x) // todo: y", ""},
		{"value = sq(x) // -", ""},
		{"value = sq(x) //", ""},
		{"value = sq(x) //// y", ""},
		{"steps = 100 // 200", ""},
		{"steps = 100 // 2 * 50", ""},
		{"steps = var.n // 100", ""},
		{"rate = 2 / local.s // 0.1", ""},
		{"list = [\n 1, // 2 + 3\n x, // 2\n y // z\n]", ""},
		{"// value = x // 2", ""},
		{"value = sq(x) /* 2 + 3 */", ""},
		{"title = \"a // 2 + 3\"", ""},
	} {
		f, got := Parse("f.hcl", fmt.Appendf(nil, block, c.line))
		if f.Body == nil {
			t.Errorf("%s: no body: %v", c.line, got)
			continue
		}
		if c.want == "" {
			if len(got) > 0 {
				t.Errorf("%s: %s %s", c.line, got[0].Summary, got[0].Detail)
			}
			continue
		}
		if len(got) != 1 || got[0].Code != codeCut || got[0].Severity != diag.Warning || !strings.Contains(got[0].Detail, c.want) {
			t.Errorf("%s: %v, want %s", c.line, got, c.want)
			continue
		}
		checkSpans(t, f, got)
	}
}
