package study

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"relief/lang/schema"
	"relief/runtime/network"
	"relief/runtime/network/networktest"
	"relief/runtime/plan"
)

// TestStandard: the standard library meets the rules of every library.
func TestStandard(t *testing.T) {
	m, diags := Standard()
	for _, d := range diags {
		t.Errorf("%s line %d: %s %s", d.Span.File, d.Span.Start.Line, d.Code, d.Summary)
	}
	if len(m.Functions) < 20 {
		t.Errorf("only %d functions", len(m.Functions))
	}
	for name, f := range m.Functions {
		if f.Value == nil || f.Name != name {
			t.Errorf("%s is not whole", name)
		}
	}
}

// TestStandardNetworks: those of the library have, at their defaults, as many
// parameters as the same modules in PyTorch, and outputs for ten classes.
func TestStandardNetworks(t *testing.T) {
	facts, err := networktest.LoadFacts()
	if err != nil {
		t.Fatal(err)
	}
	nets, diags := StandardNetworks()
	for _, d := range diags {
		t.Errorf("%s line %d: %s %s", d.Span.File, d.Span.Start.Line, d.Code, d.Summary)
	}
	held := 0
	for _, n := range nets {
		if n.Network.Output != network.Units(10) || n.Description == "" || n.Source == "" || len(n.Params) == 0 || !strings.HasPrefix(n.Text, "network \""+n.Name) {
			t.Errorf("%s is not whole: %+v", n.Name, n)
		}
		if want, ok := facts.Sizes[n.Name]; ok {
			if held++; n.Network.Size != want {
				t.Errorf("%s has %d parameters, not %d", n.Name, n.Network.Size, want)
			}
		}
	}
	if len(nets) < 4 || held < 3 {
		t.Errorf("%d networks, %d of them held to PyTorch", len(nets), held)
	}
}

// TestBuilders: every block that is reached by name and built has a builder,
// and every builder a block.
func TestBuilders(t *testing.T) {
	for noun := range builders {
		if b, ok := schema.Lookup(noun); !ok || !b.HasName() {
			t.Errorf("%s is built and not in the table", noun)
		}
	}
	for _, b := range schema.Blocks {
		declared := b.Noun == "variable" || b.Noun == "import" || b.Noun == "function"
		if b.HasName() && !declared && builders[b.Noun] == nil {
			t.Errorf("%s is in the table and not built", b.Noun)
		}
	}
}

// TestKeyText: keys compare by their shortest text.
func TestKeyText(t *testing.T) {
	for _, c := range []struct {
		v    cty.Value
		want string
	}{
		{cty.NumberIntVal(650), "650"},
		{cty.StringVal("650"), "650"},
		{cty.StringVal("650.0"), "650"},
		{cty.NumberFloatVal(0.1), "0.1"},
		{cty.MustParseNumberVal("0.1"), "0.1"},
		{cty.NumberFloatVal(-2.5), "-2.5"},
		{cty.StringVal("low"), "low"},
	} {
		if got, ok := keyText(c.v); !ok || got != c.want {
			t.Errorf("%#v is %q, want %q", c.v, got, c.want)
		}
	}
	for _, v := range []cty.Value{cty.True, cty.NullVal(cty.String), cty.EmptyTupleVal} {
		if got, ok := keyText(v); ok {
			t.Errorf("%#v is the key %q", v, got)
		}
	}
}

// TestKeyTextOfNumbers: a number, its text and the text's number are one key.
func TestKeyTextOfNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-1e15, 1e15).Draw(t, "x")
		a, _ := keyText(cty.NumberFloatVal(x))
		b, _ := keyText(cty.StringVal(a))
		if a != b {
			t.Fatalf("%v is %q, and its text %q", x, a, b)
		}
	})
}

// TestVersions: requires compares versions by their numbers.
func TestVersions(t *testing.T) {
	for _, c := range []struct {
		need, have string
		order      int
		ok         bool
	}{
		{"0.1", "0.1.0", 0, true},
		{"0.2", "0.10", -1, true},
		{"v1.2.3", "1.2.2", 1, true},
		{"1", "devel", -1, true},
		{"1.2.3.4", "1", 0, false},
		{"one", "1", 0, false},
	} {
		if order, ok := compareVersions(c.need, c.have); order != c.order || ok != c.ok {
			t.Errorf("%s against %s: %d %v", c.need, c.have, order, ok)
		}
	}
}

// TestSeedOf: seeds differ by study and by address, and stay what they are.
func TestSeedOf(t *testing.T) {
	a := plan.Address{Noun: "run", Name: "a"}
	k := a
	k.Key, k.Keyed = "1", true
	seen := map[uint64]bool{}
	for _, s := range []uint64{seedOf(0, a), seedOf(1, a), seedOf(0, k), seedOf(1, k)} {
		if seen[s] {
			t.Errorf("the seed %d comes twice", s)
		}
		seen[s] = true
	}
	if first, again := seedOf(3, a), seedOf(3, a); first != again {
		t.Error("a seed changes")
	}
}
