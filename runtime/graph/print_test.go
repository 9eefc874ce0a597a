package graph

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestPrint(t *testing.T) {
	g := New()
	x := g.Input("x", Number)
	y := growth(g, x)
	d, err := g.Gradient(y, []ID{x})
	if err != nil {
		t.Fatal(err)
	}
	v := g.Index(g.Input("v", Of(3)), 2)
	roots := []ID{y, d[0], g.apply(Select, g.apply(Lt, x, g.Const(0.5)), v, g.ConstArray(Number, []float64{1}))}
	var b bytes.Buffer
	if err := g.Print(&b, roots); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "print.txt")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestHash(t *testing.T) {
	make := func(noise bool, order []string) [32]byte {
		g := New()
		if noise {
			g.apply(Exp, g.Input("other", Number))
			g.SetOrigin(g.AddSite(Site{Name: "f"}))
		}
		for _, name := range order {
			g.Input(name, Number)
		}
		x, y := g.Input("x", Number), g.Input("y", Number)
		p := g.apply(Mul, x, y)
		return g.Hash([]ID{g.apply(Add, p, g.apply(Sin, x)), p})
	}
	plain := make(false, nil)
	if plain != make(true, nil) || plain != make(false, []string{"y", "x"}) {
		t.Error("the hash depends on the numbers of nodes")
	}
	g := New()
	x, y := g.Input("x", Number), g.Input("y", Number)
	seen := map[[32]byte]string{plain: "plain"}
	for name, roots := range map[string][]ID{
		"x": {x}, "y": {y}, "x y": {x, y}, "y x": {y, x}, "x - y": {g.apply(Sub, x, y)}, "y - x": {g.apply(Sub, y, x)},
		"0": {g.Const(0)}, "-0": {g.apply(Neg, g.Const(0))}, "x + y": {g.apply(Add, x, y)}, "x y product": {g.apply(Mul, x, y)},
		"zeros": {g.Fill(Of(2), 0)}, "more zeros": {g.Fill(Of(3), 0)},
	} {
		h := g.Hash(roots)
		if other, ok := seen[h]; ok {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[h] = name
	}
}
