package lang

import "testing"

// BenchmarkCompile is one study of the paper, but for starting the process
// and parsing the standard library, which happens once.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, diags := Compile("../experiments/fig-5-1-two-valleys.hcl", Options{}); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}
