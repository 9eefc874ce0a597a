package dense

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relief/runtime/graph"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// listing writes the steps of a program in float32, and how many elements they
// read and write.
func listing(p *Program) string {
	var b strings.Builder
	sizes := func(values []*value) string {
		var s []string
		for _, v := range values {
			s = append(s, fmt.Sprint(v.size))
		}
		return strings.Join(s, " ")
	}
	for i, s := range p.steps {
		if i == p.held && i > 0 {
			b.WriteString("-- finish --\n")
		}
		what := ""
		switch k := s.instruction.(type) {
		case *group[float32]:
			what = "group " + codeOf(k)
		case *group[float64]:
			what = "statistics " + codeOf(k)
		case *convolution[float32]:
			what = k.op.String()
		default:
			what = strings.TrimPrefix(strings.TrimSuffix(fmt.Sprintf("%T", k), "[float32]"), "*dense.")
		}
		fmt.Fprintf(&b, "%s: %s -> %s\n", strings.TrimSpace(what), sizes(s.reads), sizes(s.writes))
	}
	return b.String()
}

func codeOf[T float32 | float64](g *group[T]) string {
	var s []string
	for _, o := range g.code {
		switch o.action {
		case compute:
			s = append(s, o.op.String())
		case expand:
			s = append(s, "expand")
		case slice:
			s = append(s, "slice")
		case paste:
			s = append(s, "paste")
		case pool, pick:
			s = append(s, "[pool]")
		case reduce:
			product := ""
			if o.args[1] >= 0 {
				product = " of a product"
			}
			s = append(s, "["+g.reductions[o.index].op.String()+product+"]")
		}
	}
	return strings.Join(s, " ")
}

// TestListing keeps the passes over the arrays of a network as they are.
func TestListing(t *testing.T) {
	p := cnn(t, 50, 16, 3, []int{8, 12})
	gradient := append([]graph.ID{p.loss}, p.gradient()...)
	product := p.hvp()
	for name, c := range map[string]struct {
		roots []graph.ID
		held  []string
	}{"gradient": {gradient, nil}, "product": {product, p.held}} {
		program, err := Compile(NewMachine(1), p.Graph, c.roots, Options{Single: true, Held: c.held})
		if err != nil {
			t.Fatal(err)
		}
		got := listing(program)
		path := filepath.Join("testdata", name+".steps")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s has changed: run with -update, and see what it costs\n%s", path, got)
		}
	}
}
