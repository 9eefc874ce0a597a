package dense

import (
	"context"
	"math"
	"slices"
	"testing"

	"relief/runtime/graph"
)

func greatest(v []float64) float64 {
	m := 0.0
	for _, x := range v {
		m = max(m, math.Abs(x))
	}
	return m
}

// relative is the greatest error of got, relative to the greatest of want.
func relative(got, want []float64) float64 {
	scale, worst := greatest(want), 0.0
	for i, v := range want {
		if d := math.Abs(got[i] - v); d != 0 {
			worst = max(worst, d/scale)
		}
		if (got[i] != got[i]) != (v != v) {
			return math.Inf(1)
		}
	}
	return worst
}

var networks = []struct {
	name string
	make func(t testing.TB) *problem
}{
	{"mlp of relu", func(t testing.TB) *problem { return mlp(t, 37, []int{23, 17, 19, 10}, "relu") }},
	{"mlp of tanh", func(t testing.TB) *problem { return mlp(t, 37, []int{23, 17, 19, 10}, "tanh") }},
	{"mlp of one sample", func(t testing.TB) *problem { return mlp(t, 1, []int{23, 17, 10}, "tanh") }},
	{"wide mlp", func(t testing.TB) *problem { return mlp(t, 3, []int{5, 3000, 10}, "relu") }},
	{"cnn", func(t testing.TB) *problem { return cnn(t, 5, 8, 3, []int{8, 12}) }},
	{"cnn with long rows", func(t testing.TB) *problem { return cnn(t, 2, 32, 3, []int{32}) }},
	{"residual", func(t testing.TB) *problem { return residual(t, 3) }},
	{"residual of one sample", func(t testing.TB) *problem { return residual(t, 1) }},
	{"concat", func(t testing.TB) *problem { return concat(t, 3) }},
	{"mixed", func(t testing.TB) *problem { return mixed(t, 4) }},
}

// TestNetworks checks losses, gradients and Hessian-vector products against the
// plain definition, together and each by itself, and that nothing depends on
// the number of workers or on what is held.
func TestNetworks(t *testing.T) {
	for _, c := range networks {
		t.Run(c.name, func(t *testing.T) {
			p := c.make(t)
			gradient := append([]graph.ID{p.loss}, p.gradient()...)
			product := p.hvp()
			all := append(slices.Clone(gradient), product...)
			want, err := p.Interpret(all, p.inputs)
			if err != nil {
				t.Fatal(err)
			}
			for _, single := range []bool{false, true} {
				for _, roots := range [][]graph.ID{{p.loss}, gradient, product, all} {
					checkNetwork(t, p, roots, single, want)
				}
			}
		})
	}
}

func checkNetwork(t *testing.T, p *problem, roots []graph.ID, single bool, want [][]float64) {
	t.Helper()
	tolerance := 1e-12
	if single {
		tolerance = 1e-3
	}
	for _, held := range [][]string{nil, p.held} {
		largest := 0.0
		for _, r := range roots {
			largest = max(largest, greatest(want[r]))
		}
		var first [][]float64
		for workers := 1; workers <= 3; workers++ {
			got := run(t, NewMachine(workers), p, roots, Options{Single: single, Held: held})
			for i, r := range roots {
				d := relative(got[i], want[r])
				if g := greatest(want[r]); g < 1e-9*largest { // 0 but for rounding
					d *= g / largest
				}
				if !(d <= tolerance) {
					t.Errorf("single %v, held %v: root %d of %d, %s, has an error of %.2g", single, held != nil, i, len(roots), p.Node(r).Op, d)
				}
			}
			if first == nil {
				first = got
			}
			same(t, got, first)
		}
	}
}

func same(t *testing.T, got, want [][]float64) {
	t.Helper()
	for i := range want {
		for k := range want[i] {
			if math.Float64bits(got[i][k]) != math.Float64bits(want[i][k]) {
				t.Fatalf("root %d, element %d is %v, not %v", i, k, got[i][k], want[i][k])
			}
		}
	}
}

// run compiles and runs a problem and returns its roots.
func run(t testing.TB, m *Machine, p *problem, roots []graph.ID, o Options) [][]float64 {
	t.Helper()
	program, err := Compile(m, p.Graph, roots, o)
	if err != nil {
		t.Fatal(err)
	}
	return values(t, program, p, roots)
}

func values(t testing.TB, program *Program, p *problem, roots []graph.ID) [][]float64 {
	t.Helper()
	for name, v := range p.inputs {
		program.Set(name, v)
	}
	if err := program.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := make([][]float64, len(roots))
	for i, r := range roots {
		got[i] = make([]float64, p.Type(r).Size())
		program.Read(i, got[i])
	}
	return got
}
