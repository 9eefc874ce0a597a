package dense

import (
	"errors"
	"testing"

	"relief/runtime/graph"
)

// TestLimit: a program that needs more memory than allowed is refused before it
// takes any.
func TestLimit(t *testing.T) {
	g := graph.New()
	x := g.Input("x", graph.Of(1<<15, 1<<15)) // 8 GiB
	y, err := g.Apply(graph.MatMul, x, x)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMachine(1)
	m.Limit = 1 << 30
	var large *TooLarge
	if _, err := Compile(m, g, []graph.ID{y}, Options{}); !errors.As(err, &large) || large.Need < 16<<30 {
		t.Fatalf("%v", err)
	}
	small := g.Input("small", graph.Of(8, 8))
	p, err := Compile(m, g, []graph.ID{small}, Options{})
	if err != nil || p.Bytes() > m.Limit {
		t.Fatalf("%v", err)
	}
}
