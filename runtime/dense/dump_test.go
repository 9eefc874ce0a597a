package dense

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"relief/runtime/graph"
)

// listing writes the steps of a program.
func listing[T float32 | float64](p *Program) string {
	names := map[*value]string{}
	name := func(v *value) string {
		if names[v] == "" {
			names[v] = fmt.Sprintf("v%d[%d]", len(names), v.size)
		}
		if v.base != nil {
			return names[v] + "~" + names[v.root()]
		}
		return names[v]
	}
	var b strings.Builder
	for i, s := range p.steps {
		fmt.Fprintf(&b, "%3d %v ", i, s.held)
		var reads []string
		for _, v := range s.reads {
			reads = append(reads, name(v))
		}
		var writes []string
		for _, v := range s.writes {
			writes = append(writes, name(v))
		}
		switch k := s.instruction.(type) {
		case *group[T]:
			b.WriteString("group:")
			for _, m := range k.moves {
				switch m.act {
				case actCompute:
					b.WriteString(" " + m.op.String())
				case actReduce:
					b.WriteString(" [" + k.reductions[m.index].op.String())
					if k.reductions[m.index].dots {
						b.WriteString(" dot")
					}
					b.WriteString("]")
				}
			}
		case *group[float64]:
			b.WriteString("wide group:")
			for _, m := range k.moves {
				if m.act == actCompute {
					b.WriteString(" " + m.op.String())
				}
			}
		default:
			fmt.Fprintf(&b, "%T", k)
		}
		fmt.Fprintf(&b, "  (%s) -> %s\n", strings.Join(reads, ","), strings.Join(writes, ","))
	}
	return b.String()
}

func TestListing(t *testing.T) {
	p := cnn(t, 256, 32, 3, []int{32, 64, 128})
	var roots []graph.ID
	o := Options{Single: true}
	switch os.Getenv("LIST") {
	case "":
		t.Skip()
	case "hvp":
		roots = p.hvp()
		o.Held = p.held
	default:
		roots = append([]graph.ID{p.loss}, p.gradient()...)
	}
	program, err := Compile(NewMachine(2), p.Graph, roots, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + listing[float32](program))
}
