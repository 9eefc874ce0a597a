package dense

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"relief/runtime/graph"
)

// TestNoAllocations checks that a run makes nothing.
func TestNoAllocations(t *testing.T) {
	for _, c := range networks {
		for _, single := range []bool{false, true} {
			p := c.make(t)
			roots := append([]graph.ID{p.loss}, p.hvp()...)
			program, err := Compile(NewMachine(2), p.Graph, roots, Options{Single: single, Held: p.held})
			if err != nil {
				t.Fatal(err)
			}
			values(t, program, p, roots)
			ctx := context.Background()
			dst := make([]float64, p.Type(roots[1]).Size())
			a := testing.AllocsPerRun(3, func() {
				program.Set("x", p.inputs["x"])
				if program.Run(ctx) != nil || program.Prepare(ctx) != nil || program.Finish(ctx) != nil {
					t.Error("an error")
				}
				program.Read(1, dst)
			})
			if a != 0 {
				t.Errorf("%s, single %v: %v allocations", c.name, single, a)
			}
		}
	}
}

// TestSharedMachine runs programs of different sizes in turn: each leaves alone
// what the others keep.
func TestSharedMachine(t *testing.T) {
	m := NewMachine(2)
	ctx := context.Background()
	type job struct {
		p       *problem
		program *Program
		roots   []graph.ID
		want    [][]float64
	}
	var jobs []*job
	for _, c := range networks {
		j := &job{p: c.make(t)}
		j.roots = append([]graph.ID{j.p.loss}, j.p.hvp()...)
		j.want = run(t, NewMachine(1), j.p, j.roots, Options{Held: j.p.held})
		var err error
		if j.program, err = Compile(m, j.p.Graph, j.roots, Options{Held: j.p.held}); err != nil {
			t.Fatal(err)
		}
		for name, v := range j.p.inputs {
			j.program.Set(name, v)
		}
		if err := j.program.Prepare(ctx); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	for range 2 {
		for _, j := range jobs {
			if err := j.program.Finish(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, j := range jobs {
		for i, r := range j.roots {
			got := make([]float64, j.p.Type(r).Size())
			j.program.Read(i, got)
			same(t, [][]float64{got}, [][]float64{j.want[i]})
		}
	}
}

// TestHeld changes the direction of a Hessian-vector product, and then the point.
func TestHeld(t *testing.T) {
	p := mlp(t, 11, []int{7, 6, 10}, "tanh")
	roots := p.hvp()
	m := NewMachine(1)
	held, err := Compile(m, p.Graph, roots, Options{Held: p.held})
	if err != nil {
		t.Fatal(err)
	}
	if len(held.steps) <= held.held || held.held == 0 {
		t.Fatalf("%d of %d steps are held", held.held, len(held.steps))
	}
	plain := func() [][]float64 { return run(t, NewMachine(1), p, roots, Options{}) }
	check := func(prepare bool) {
		t.Helper()
		for name, v := range p.inputs {
			held.Set(name, v)
		}
		if prepare {
			if err := held.Prepare(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if err := held.Finish(context.Background()); err != nil {
			t.Fatal(err)
		}
		for i, want := range plain() {
			got := make([]float64, len(want))
			held.Read(i, got)
			if d := relative(got, want); d > 1e-13 {
				t.Errorf("root %d has an error of %v", i, d)
			}
		}
	}
	check(true)
	for i := range p.inputs["v.a.weight"] {
		p.inputs["v.a.weight"][i] *= -3
	}
	check(false)
	for i := range p.inputs["a.weight"] {
		p.inputs["a.weight"][i] += 0.25
	}
	check(true)
}

func TestCompileErrors(t *testing.T) {
	g := graph.New()
	s := g.Input("s", graph.Of(3).AsSeries())
	x := g.Input("x", graph.Of(3))
	last, err := g.Apply(graph.Last, s)
	if err != nil {
		t.Fatal(err)
	}
	quantile, err := g.Apply(graph.Quantile, x, g.Const(0.5))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		roots []graph.ID
		held  []string
		want  string
	}{
		{[]graph.ID{s}, nil, "series"},
		{[]graph.ID{last}, nil, "series"},
		{[]graph.ID{quantile}, nil, "quantile"},
		{[]graph.ID{x}, []string{"y"}, `no input "y"`},
	} {
		if _, err := Compile(NewMachine(1), g, c.roots, Options{Held: c.held}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.roots, err, c.want)
		}
	}
}

func TestCancel(t *testing.T) {
	p := mlp(t, 3, []int{4, 10}, "relu")
	program, err := Compile(NewMachine(1), p.Graph, []graph.ID{p.loss}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := program.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestSet checks what is set and read: an input that no root needs, roots that
// are inputs or constants, and wrong sizes.
func TestSet(t *testing.T) {
	g := graph.New()
	x, n := g.Input("x", graph.Of(2, 3, 3, 2)), g.Input("n", graph.Number)
	g.Input("unused", graph.Of(5))
	w := g.Input("w", graph.Of(3, 3, 2, 1))
	y, err := g.Convolve(x, w, graph.Window{Stride: 1, Pad: 1, Groups: 1})
	if err != nil {
		t.Fatal(err)
	}
	c := g.ConstArray(graph.Of(3), []float64{1, 2, math.Pi})
	for _, single := range []bool{false, true} {
		p, err := Compile(NewMachine(1), g, []graph.ID{x, n, c, y, g.Fill(graph.Of(2), 7), x}, Options{Single: single})
		if err != nil {
			t.Fatal(err)
		}
		values := make([]float64, 36)
		for i := range values {
			values[i] = float64(i)
		}
		p.Set("unused", []float64{1})
		p.Set("n", []float64{0.1})
		p.Set("x", values)
		if err := p.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, i := range []int{0, 5} {
			got := make([]float64, 36)
			p.Read(i, got)
			same(t, [][]float64{got}, [][]float64{values})
		}
		if p.Number(1) != 0.1 {
			t.Errorf("the number is %v", p.Number(1))
		}
		want := math.Pi
		if single {
			want = float64(float32(math.Pi))
		}
		got := make([]float64, 3)
		if p.Read(2, got); got[2] != want {
			t.Errorf("the constant is %v", got)
		}
		if p.Read(4, got[:2]); got[0] != 7 || got[1] != 7 {
			t.Errorf("the filled constant is %v", got[:2])
		}
		for name, f := range map[string]func(){"read": func() { p.Read(2, got[:2]) }, "set": func() { p.Set("x", got) }} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s of a wrong size does not panic", name)
					}
				}()
				f()
			}()
		}
	}
}

// TestSetFloat32 sets data of its own type: in float32 without a copy, which a
// later Set leaves alone.
func TestSetFloat32(t *testing.T) {
	g := graph.New()
	x := g.Input("x", graph.Of(4, 2))
	y, err := g.Apply(graph.Sum, g.Reshape(x, graph.Of(8)))
	if err != nil {
		t.Fatal(err)
	}
	for _, single := range []bool{false, true} {
		p, err := Compile(NewMachine(1), g, []graph.ID{y, x}, Options{Single: single})
		if err != nil {
			t.Fatal(err)
		}
		sum := func(want float64) {
			t.Helper()
			if err := p.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if p.Number(0) != want {
				t.Errorf("single %v: the sum is %v, not %v", single, p.Number(0), want)
			}
		}
		sum(0)
		data := []float32{1, 2, 3, 4, 5, 6, 7, 8.5}
		p.SetFloat32("x", data)
		sum(36.5)
		data[0] = 2
		if single {
			sum(37.5)
		}
		p.Set("x", []float64{1, 1, 1, 1, 1, 1, 1, 1})
		sum(8)
		if data[0] != 2 || data[1] != 2 {
			t.Errorf("the data became %v", data)
		}
		p.SetFloat32("x", data)
		sum(37.5)
	}
}
