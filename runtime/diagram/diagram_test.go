package diagram

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/engine/enginetest"
	"relief/runtime/graph"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// anyDiagram draws diagrams of every shape: with and without loops, with
// repeated edges, odd texts and lonely boxes.
func anyDiagram(t *rapid.T) *Diagram {
	d := &Diagram{Title: rapid.String().Draw(t, "title"), Down: rapid.Bool().Draw(t, "down")}
	n := rapid.IntRange(0, 40).Draw(t, "nodes")
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"run.a", "a long text of many words that must be broken into lines", strings.Repeat("x", 90), "<&\"'`#|\n"}))
	for i := range n {
		d.Nodes = append(d.Nodes, Node{
			ID:     fmt.Sprintf("%d %s", i, rapid.StringN(0, 3, 9).Draw(t, "id")),
			Label:  text.Draw(t, "label"),
			Detail: text.Draw(t, "detail"),
			Kind:   rapid.SampledFrom([]string{"run", "objective", "check", "what"}).Draw(t, "kind"),
		})
	}
	for range rapid.IntRange(0, 3*n).Draw(t, "edges") {
		a, b := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
		d.Edges = append(d.Edges, Edge{From: d.Nodes[a].ID, To: d.Nodes[b].ID, Label: text.Draw(t, "edge")})
	}
	return d
}

// TestLayout: no box of a layer overlaps another, edges lead from layer to
// layer, and every place is a finite number within the picture.
func TestLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDiagram(t)
		lengths := make([]float64, len(d.Nodes))
		for i := range lengths {
			lengths[i] = rapid.Float64Range(5, 300).Draw(t, "length")
		}
		l := layered(d, lengths)
		l.place()
		seen := map[int]bool{}
		for r, layer := range l.order {
			for k, i := range layer {
				s := l.sites[i]
				if s.layer != r || seen[i] {
					t.Fatalf("site %d is misplaced", i)
				}
				seen[i] = true
				if math.IsNaN(s.at) || s.at-s.length/2 < -1e-6 {
					t.Fatalf("site %d is at %g", i, s.at)
				}
				if k > 0 {
					before := l.sites[layer[k-1]]
					if d := s.at - before.at - (s.length+before.length)/2; d < gap-1e-6 {
						t.Fatalf("layer %d: places %d and %d are %g apart", r, k-1, k, d)
					}
				}
			}
		}
		if len(seen) != len(l.sites) {
			t.Fatalf("%d of %d sites are placed", len(seen), len(l.sites))
		}
		at := d.index()
		for i, way := range l.ways {
			for k := 1; k < len(way); k++ {
				if l.sites[way[k]].layer != l.sites[way[k-1]].layer+1 {
					t.Fatalf("an edge leaps over a layer")
				}
			}
			if way != nil && (way[0] != at[d.Edges[i].From] || way[len(way)-1] != at[d.Edges[i].To]) {
				t.Fatalf("edge %d has other ends", i)
			}
		}
	})
}

// TestCrossings holds the count by partial sums to the plain one.
func TestCrossings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDiagram(t)
		l := layered(d, make([]float64, len(d.Nodes)))
		p := l.places()
		want := 0
		for _, layer := range l.order {
			for a := range layer {
				for b := a + 1; b < len(layer); b++ {
					want += pairCrossings(p, l.sites[layer[a]].after, l.sites[layer[b]].after)
				}
			}
		}
		if got := l.crossings(); got != want {
			t.Fatalf("%d crossings, not %d", got, want)
		}
	})
}

// TestOrder: a drawing that needs no crossings has none.
func TestOrder(t *testing.T) {
	d := &Diagram{}
	for _, id := range []string{"a", "b", "c", "x", "y", "z"} {
		d.Nodes = append(d.Nodes, Node{ID: id})
	}
	for _, e := range []string{"az", "by", "cx", "bz"} {
		d.Edges = append(d.Edges, Edge{From: e[:1], To: e[1:]})
	}
	if n := layered(d, make([]float64, 6)).crossings(); n != 0 {
		t.Errorf("%d crossings", n)
	}
}

// TestFormats: whatever the texts are, SVG is well-formed XML, JSON is JSON
// with all nodes and edges, and the others have a line for each.
func TestFormats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDiagram(t)
		out := map[Format]string{}
		for _, f := range Formats {
			var b bytes.Buffer
			if err := d.Write(&b, f); err != nil {
				t.Fatal(err)
			}
			out[f] = b.String()
		}
		dec := xml.NewDecoder(strings.NewReader(out[SVG]))
		boxes := 0
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("SVG: %v", err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
				boxes++
			}
		}
		if boxes != len(d.Nodes)+1 || strings.Contains(out[SVG], "NaN") {
			t.Fatalf("SVG has %d boxes of %d", boxes-1, len(d.Nodes))
		}
		var read struct{ Nodes, Edges []any }
		if err := json.Unmarshal([]byte(out[JSON]), &read); err != nil {
			t.Fatalf("JSON: %v", err)
		}
		if len(read.Nodes) != len(d.Nodes) || len(read.Edges) != len(d.Edges) {
			t.Fatalf("JSON has %d nodes and %d edges", len(read.Nodes), len(read.Edges))
		}
		if n := strings.Count(out[Mermaid], "\n"); n != 1+len(d.Nodes)+len(d.Edges) {
			t.Fatalf("Mermaid has %d lines", n)
		}
		if n := strings.Count(out[Dot], "\n"); n != 5+len(d.Nodes)+len(d.Edges) {
			t.Fatalf("Graphviz has %d lines", n)
		}
	})
}

// TestTextFits: no line of a box is wider than the box.
func TestTextFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Node{Label: rapid.String().Draw(t, "label"), Detail: rapid.String().Draw(t, "detail")}
		b := boxOf(n)
		for _, s := range append(b.label, b.detail...) {
			if len([]rune(s)) > 2*maxLine {
				t.Fatalf("the line %q is not broken", s)
			}
		}
		if b.w > 2*padding+(maxLine+2)*charWidth*textSize || b.h <= 0 {
			t.Fatalf("the box is %g x %g", b.w, b.h)
		}
	})
}

// TestTooLarge: a picture of too many boxes is refused with what serves
// instead, and the other formats hold them.
func TestTooLarge(t *testing.T) {
	d := &Diagram{}
	for i := range maxDrawn + 1 {
		d.Nodes = append(d.Nodes, Node{ID: fmt.Sprint(i)})
	}
	if err := d.Write(io.Discard, SVG); err == nil || !strings.Contains(err.Error(), "dot") {
		t.Errorf("SVG: %v", err)
	}
	if err := d.Write(io.Discard, Dot); err != nil {
		t.Error(err)
	}
	if err := d.Write(io.Discard, "png"); err == nil {
		t.Error("png is no format")
	}
}

// TestOfGraph: numbers stand inside the operations, letters tell operands apart
// where their order matters, and known quantities are named.
func TestOfGraph(t *testing.T) {
	g := graph.New()
	apply := func(op graph.Op, args ...graph.ID) graph.ID {
		id, err := g.Apply(op, args...)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	x, v := g.Input("x", graph.Number), g.Input("v", graph.Of(3))
	half := apply(graph.Mul, g.Const(0.5), x)
	value := apply(graph.Div, apply(graph.Sub, half, apply(graph.Sum, v)), apply(graph.Mul, x, x))
	d := OfGraph(g, []graph.ID{value}, map[graph.ID]string{value: "value"})
	want := map[string]Node{
		"x": {Kind: "input"}, "v": {Kind: "input", Detail: "a vector of 3"},
		"0.5 * ·": {Kind: "operation"}, "sum(·)": {Kind: "operation"}, "a - b": {Kind: "operation"},
		"sq(·)": {Kind: "operation"}, "value = a / b": {Kind: "result"},
	}
	for _, n := range d.Nodes {
		w, ok := want[n.Label]
		if !ok || n.Kind != w.Kind || n.Detail != w.Detail {
			t.Errorf("unexpected %+v", n)
		}
		delete(want, n.Label)
	}
	for label := range want {
		t.Errorf("%q is missing", label)
	}
	letters := 0
	for _, e := range d.Edges {
		if e.Label != "" {
			letters++
		}
	}
	if letters != 4 || len(d.Edges) != 7 {
		t.Errorf("%d edges, %d with letters: %v", len(d.Edges), letters, d.Edges)
	}
	if alone := OfGraph(g, []graph.ID{g.Const(2)}, nil); len(alone.Nodes) != 1 || alone.Nodes[0].Label != "2" {
		t.Errorf("a constant alone: %+v", alone.Nodes)
	}
}

// TestOfBatches: what is not an operand of an operation on batches is written.
func TestOfBatches(t *testing.T) {
	g := graph.New()
	x, w := g.Input("x", graph.Of(2, 5, 5, 4)), g.Input("w", graph.Of(3, 3, 2, 6))
	y, err := g.Convolve(x, w, graph.Window{Stride: 2, Pad: 1, Groups: 2})
	if err != nil {
		t.Fatal(err)
	}
	d := OfGraph(g, []graph.ID{g.PadCols(g.SliceCols(y, 1, 3), 2, graph.Of(2, 3, 3, 8))}, nil)
	var labels []string
	for _, n := range d.Nodes {
		labels = append(labels, n.Label)
	}
	want := []string{"x", "w", "conv[3x3 stride 2 pad 1 groups 2](a, b)", "·[*, 1..3]", "pad_cols(·, 2)"}
	if !slices.Equal(labels, want) {
		t.Errorf("%q, want %q", labels, want)
	}
}

// TestOfStudy holds the drawings of a study with every kind of block to the
// committed ones.
func TestOfStudy(t *testing.T) {
	d := OfStudy(enginetest.Study())
	for _, f := range []Format{Text, SVG} {
		var b bytes.Buffer
		if err := d.Write(&b, f); err != nil {
			t.Fatal(err)
		}
		golden(t, "study."+string(f), b.Bytes())
	}
}

// golden holds a drawing to the committed one.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("%s differs:\n%s", file, got)
	}
}
