package array

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/graph"
)

// world is the inputs of the tables below.
var world = map[string]*Array{
	"s":     Series(graph.Number, []int{0, 1, 2, 3}, []float64{5, -2, 4, -1}),
	"u":     Series(graph.Number, []int{0, 1, 2, 3}, []float64{1, 2, 3, 4}),
	"by2":   Series(graph.Number, []int{0, 2, 4}, []float64{1, 10, 100}),
	"none":  Series(graph.Number, nil, nil),
	"one":   Series(graph.Number, []int{7}, []float64{9}),
	"lanes": Series(graph.Of(2), []int{0, 1, 2}, []float64{1, 10, 2, 20, 3, 5}),
	"cut":   {Type: graph.Number.AsSeries(), Steps: []int{0, 1, 2}, Data: []float64{1, 2, 3}, End: "the run diverged at step 3"},
	"nan":   Series(graph.Number, []int{0, 1, 2}, []float64{1, math.NaN(), 3}),
	"v":     New(graph.Of(2), []float64{3, 4}),
	"A":     New(graph.Of(2, 3), []float64{1, 2, 3, 4, 5, 6}),
	"x":     Scalar(2),
	"yes":   Bool(true),
	"no":    Bool(false),
	"w":     New(graph.Of(3), []float64{1, 10, 100}),
	"sw":    Series(graph.Of(3), []int{0, 5}, []float64{1, 2, 3, 4, 5, 6}),
	"sA":    Series(graph.Of(2, 2), []int{0, 1}, []float64{1, 2, 3, 4, 5, 6, 7, 8}),
}

func lookup(name string) (*Array, error) {
	if a, ok := world[name]; ok {
		return a, nil
	}
	return nil, errors.New("no result called " + name)
}

// builder writes graphs briefly.
type builder struct {
	*graph.Graph
	t testing.TB
}

func (b builder) in(name string) graph.ID { return b.Input(name, world[name].Type) }
func (b builder) op(o graph.Op, args ...graph.ID) graph.ID {
	id, err := b.Apply(o, args...)
	if err != nil {
		b.t.Helper()
		b.t.Fatal(err)
	}
	return id
}

func TestEval(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		name  string
		build func(b builder) graph.ID
		steps []int
		want  []float64
		fails string
	}{
		{"constant", func(b builder) graph.ID { return b.Const(3) }, nil, []float64{3}, ""},
		{"filled constant", func(b builder) graph.ID { return b.Fill(graph.Of(2), 3) }, nil, []float64{3, 3}, ""},
		{"input", func(b builder) graph.ID { return b.in("v") }, nil, []float64{3, 4}, ""},
		{"scalar and vector", func(b builder) graph.ID { return b.op(graph.Mul, b.in("v"), b.in("x")) }, nil, []float64{6, 8}, ""},
		{"vector and scalar", func(b builder) graph.ID { return b.op(graph.Sub, b.in("x"), b.in("v")) }, nil, []float64{-1, -2}, ""},
		{"series and scalar", func(b builder) graph.ID { return b.op(graph.Sub, b.in("s"), b.in("x")) }, []int{0, 1, 2, 3}, []float64{3, -4, 2, -3}, ""},
		{"two series", func(b builder) graph.ID { return b.op(graph.Add, b.in("s"), b.in("u")) }, []int{0, 1, 2, 3}, []float64{6, 0, 7, 3}, ""},
		{"lanes and a vector", func(b builder) graph.ID { return b.op(graph.Add, b.in("lanes"), b.in("v")) }, []int{0, 1, 2}, []float64{4, 14, 5, 24, 6, 9}, ""},
		{"lanes and a vector beside a constant of theirs", func(b builder) graph.ID {
			return b.op(graph.Mul, b.in("lanes"), b.op(graph.Add, b.in("v"), b.in("x")))
		}, []int{0, 1, 2}, []float64{5, 60, 10, 120, 15, 30}, ""},
		{"series of scalars and a vector", func(b builder) graph.ID { return b.op(graph.Mul, b.in("one"), b.in("v")) }, []int{7}, []float64{27, 36}, ""},
		{"different steps", func(b builder) graph.ID { return b.op(graph.Add, b.in("s"), b.in("by2")) }, nil, nil, "the series have different steps: 0 to 3 and 0 to 4 by 2"},
		{"different steps, cut", func(b builder) graph.ID { return b.op(graph.Add, b.in("s"), b.in("cut")) }, nil, nil, "0 to 3 and 0 to 2: the run diverged at step 3"},
		{"comparison", func(b builder) graph.ID { return b.op(graph.Gt, b.in("s"), b.in("x")) }, []int{0, 1, 2, 3}, []float64{1, 0, 1, 0}, ""},
		{"missing", func(b builder) graph.ID { return b.op(graph.Neg, b.Input("missing", graph.Number)) }, nil, nil, "no result called missing"},
		{"wrong type", func(b builder) graph.ID { return b.op(graph.Neg, b.Input("v", graph.Number)) }, nil, nil, `"v" is a vector of 2, but a number was expected`},

		{"select elementwise", func(b builder) graph.ID {
			return b.op(graph.Select, b.op(graph.Gt, b.in("s"), b.Const(0)), b.in("s"), b.Const(0))
		}, []int{0, 1, 2, 3}, []float64{5, 0, 4, 0}, ""},
		{"select takes one branch", func(b builder) graph.ID {
			return b.op(graph.Select, b.in("yes"), b.in("x"), b.Input("missing", graph.Number))
		}, nil, []float64{2}, ""},
		{"select takes the other", func(b builder) graph.ID {
			return b.op(graph.Select, b.in("no"), b.Input("missing", graph.Number), b.in("x"))
		}, nil, []float64{2}, ""},
		{"select fails in the branch taken", func(b builder) graph.ID {
			return b.op(graph.Select, b.in("no"), b.in("x"), b.Input("missing", graph.Number))
		}, nil, nil, "no result called missing"},
		{"select spreads a scalar branch", func(b builder) graph.ID { return b.op(graph.Select, b.in("no"), b.in("v"), b.in("x")) }, nil, []float64{2, 2}, ""},
		{"select spreads over the steps", func(b builder) graph.ID { return b.op(graph.Select, b.in("no"), b.in("s"), b.in("x")) }, []int{0, 1, 2, 3}, []float64{2, 2, 2, 2}, ""},

		{"sum", func(b builder) graph.ID { return b.op(graph.Sum, b.in("A")) }, nil, []float64{21}, ""},
		{"norm", func(b builder) graph.ID { return b.op(graph.Norm, b.in("v")) }, nil, []float64{5}, ""},
		{"min and max", func(b builder) graph.ID {
			return b.op(graph.Stack, b.op(graph.MinOf, b.in("A")), b.op(graph.MaxOf, b.in("A")))
		}, nil, []float64{1, 6}, ""},
		{"sum of lanes per step", func(b builder) graph.ID { return b.op(graph.Sum, b.in("lanes")) }, []int{0, 1, 2}, []float64{11, 22, 8}, ""},
		{"all and any of lanes", func(b builder) graph.ID {
			c := b.op(graph.Gt, b.in("lanes"), b.Const(2.5))
			return b.op(graph.Stack, b.op(graph.AllOf, c), b.op(graph.AnyOf, c))
		}, []int{0, 1, 2}, []float64{0, 1, 0, 1, 1, 1}, ""},
		{"stack of a series and a number", func(b builder) graph.ID { return b.op(graph.Stack, b.in("u"), b.in("x")) }, []int{0, 1, 2, 3}, []float64{1, 2, 2, 2, 3, 2, 4, 2}, ""},
		{"row", func(b builder) graph.ID { return b.Index(b.in("A"), 1) }, nil, []float64{4, 5, 6}, ""},
		{"lane", func(b builder) graph.ID { return b.Index(b.in("lanes"), 1) }, []int{0, 1, 2}, []float64{10, 20, 5}, ""},
		{"pad", func(b builder) graph.ID { return b.Pad(b.in("v"), 1, graph.Of(4)) }, nil, []float64{0, 3, 4, 0}, ""},
		{"broadcast", func(b builder) graph.ID { return b.Broadcast(b.in("x"), graph.Of(3)) }, nil, []float64{2, 2, 2}, ""},
		{"reshape and transpose", func(b builder) graph.ID { return b.op(graph.Transpose, b.Reshape(b.in("A"), graph.Of(3, 2))) }, nil, []float64{1, 3, 5, 2, 4, 6}, ""},
		{"outer", func(b builder) graph.ID { return b.op(graph.Outer, b.in("v"), b.in("w")) }, nil, []float64{3, 30, 300, 4, 40, 400}, ""},
		{"matrix and vector", func(b builder) graph.ID { return b.op(graph.MatMul, b.in("A"), b.in("w")) }, nil, []float64{321, 654}, ""},
		{"vector and matrix", func(b builder) graph.ID { return b.op(graph.MatMul, b.in("v"), b.in("A")) }, nil, []float64{19, 26, 33}, ""},
		{"matrix and matrix", func(b builder) graph.ID { return b.op(graph.MatMul, b.in("A"), b.op(graph.Transpose, b.in("A"))) }, nil, []float64{14, 32, 32, 77}, ""},
		{"matrix and a series of vectors", func(b builder) graph.ID { return b.op(graph.MatMul, b.in("A"), b.in("sw")) }, []int{0, 5}, []float64{14, 32, 32, 77}, ""},
		{"series of matrices and a vector", func(b builder) graph.ID { return b.op(graph.MatMul, b.in("sA"), b.in("v")) }, []int{0, 1}, []float64{11, 25, 39, 53}, ""},

		{"join", func(b builder) graph.ID { return b.op(graph.Join, b.in("v"), b.in("A"), b.in("x")) }, nil, []float64{3, 4, 1, 2, 3, 4, 5, 6, 2}, ""},
		{"join of a series and a vector", func(b builder) graph.ID { return b.op(graph.Join, b.in("u"), b.in("v")) }, []int{0, 1, 2, 3}, []float64{1, 3, 4, 2, 3, 4, 3, 3, 4, 4, 3, 4}, ""},
		{"sums of rows and columns", func(b builder) graph.ID {
			return b.op(graph.Join, b.op(graph.SumRows, b.in("A")), b.op(graph.SumCols, b.in("A")))
		}, nil, []float64{5, 7, 9, 6, 15}, ""},
		{"mean pool", func(b builder) graph.ID {
			id, err := b.Pool(graph.MeanPool, b.Reshape(b.in("A"), graph.Of(1, 2, 3, 1)), graph.Window{H: 2, W: 2, Stride: 1})
			if err != nil {
				panic(err)
			}
			return id
		}, nil, []float64{3, 4}, ""},

		{"at", func(b builder) graph.ID { return b.AtStep(b.in("by2"), 4) }, nil, []float64{100}, ""},
		{"at between records", func(b builder) graph.ID { return b.AtStep(b.in("by2"), 3) }, nil, nil, "step 3 is not recorded: the nearest recorded steps are 2 and 4"},
		{"at beyond the end", func(b builder) graph.ID { return b.AtStep(b.in("by2"), 5) }, nil, nil, "step 5 is not recorded: the last recorded step is 4"},
		{"at beyond a divergence", func(b builder) graph.ID { return b.AtStep(b.in("cut"), 5) }, nil, nil, "the last recorded step is 2: the run diverged at step 3"},
		{"at of none", func(b builder) graph.ID { return b.AtStep(b.in("none"), 0) }, nil, nil, "step 0 is not recorded: the series has no steps"},
		{"at before the first", func(b builder) graph.ID { return b.AtStep(b.in("one"), 0) }, nil, nil, "the first recorded step is 7"},
		{"at of lanes", func(b builder) graph.ID { return b.AtStep(b.in("lanes"), 1) }, nil, []float64{2, 20}, ""},
		{"first", func(b builder) graph.ID { return b.op(graph.First, b.op(graph.Gt, b.in("by2"), b.Const(5))) }, nil, []float64{2}, ""},
		{"first never", func(b builder) graph.ID { return b.op(graph.First, b.op(graph.Gt, b.in("s"), b.Const(50))) }, nil, nil, "the condition is never true in steps 0 to 3"},
		{"first never, cut", func(b builder) graph.ID { return b.op(graph.First, b.op(graph.Gt, b.in("cut"), b.Const(50))) }, nil, nil, "never true in steps 0 to 2: the run diverged at step 3"},
		{"first of none", func(b builder) graph.ID { return b.op(graph.First, b.op(graph.Gt, b.in("none"), b.Const(0))) }, nil, nil, "the condition is never true: the series has no steps"},
		{"first of lanes", func(b builder) graph.ID { return b.op(graph.First, b.op(graph.Gt, b.in("lanes"), b.Const(9))) }, nil, []float64{math.NaN(), 0}, ""},
		{"last", func(b builder) graph.ID { return b.op(graph.Last, b.in("s")) }, nil, []float64{-1}, ""},
		{"last of none", func(b builder) graph.ID { return b.op(graph.Last, b.in("none")) }, nil, nil, "the series has no steps"},
		{"all", func(b builder) graph.ID { return b.op(graph.All, b.op(graph.Gt, b.in("u"), b.Const(0))) }, nil, []float64{1}, ""},
		{"not all", func(b builder) graph.ID { return b.op(graph.All, b.op(graph.Gt, b.in("s"), b.Const(0))) }, nil, []float64{0}, ""},
		{"all of none", func(b builder) graph.ID { return b.op(graph.All, b.op(graph.Gt, b.in("none"), b.Const(0))) }, nil, []float64{1}, ""},
		{"any", func(b builder) graph.ID { return b.op(graph.Any, b.op(graph.Gt, b.in("s"), b.Const(4.5))) }, nil, []float64{1}, ""},
		{"any of none", func(b builder) graph.ID { return b.op(graph.Any, b.op(graph.Gt, b.in("none"), b.Const(0))) }, nil, []float64{0}, ""},
		{"count", func(b builder) graph.ID { return b.op(graph.Count, b.op(graph.Lt, b.in("s"), b.Const(0))) }, nil, []float64{2}, ""},
		{"count per lane", func(b builder) graph.ID { return b.op(graph.Count, b.op(graph.Gt, b.in("lanes"), b.Const(2))) }, nil, []float64{1, 3}, ""},
		{"sum of steps", func(b builder) graph.ID { return b.op(graph.SumSteps, b.in("lanes")) }, nil, []float64{6, 35}, ""},
		{"sum of none", func(b builder) graph.ID { return b.op(graph.SumSteps, b.in("none")) }, nil, []float64{0}, ""},
		{"mean", func(b builder) graph.ID { return b.op(graph.MeanSteps, b.in("s")) }, nil, []float64{1.5}, ""},
		{"mean of none", func(b builder) graph.ID { return b.op(graph.MeanSteps, b.in("none")) }, nil, nil, "no steps"},
		{"min", func(b builder) graph.ID { return b.op(graph.MinSteps, b.in("s")) }, nil, []float64{-2}, ""},
		{"max", func(b builder) graph.ID { return b.op(graph.MaxSteps, b.in("lanes")) }, nil, []float64{3, 20}, ""},
		{"min keeps NaN", func(b builder) graph.ID { return b.op(graph.MinSteps, b.in("nan")) }, nil, []float64{math.NaN()}, ""},
		{"max of none", func(b builder) graph.ID { return b.op(graph.MaxSteps, b.in("none")) }, nil, nil, "no steps"},
		{"between", func(b builder) graph.ID { return b.op(graph.Between, b.in("by2"), b.Const(1), b.Const(5)) }, []int{2, 4}, []float64{10, 100}, ""},
		{"between ends", func(b builder) graph.ID { return b.op(graph.Between, b.in("s"), b.Const(1), b.Const(2)) }, []int{1, 2}, []float64{-2, 4}, ""},
		{"between, to infinity", func(b builder) graph.ID { return b.op(graph.Between, b.in("s"), b.Const(2), b.Const(inf)) }, []int{2, 3}, []float64{4, -1}, ""},
		{"between no steps", func(b builder) graph.ID { return b.op(graph.Between, b.in("by2"), b.Const(1), b.Const(1)) }, []int{}, []float64{}, ""},
		{"between beyond", func(b builder) graph.ID { return b.op(graph.Between, b.in("s"), b.Const(1), b.Const(9)) }, nil, nil, "step 9 is not recorded: the last recorded step is 3"},
		{"between beyond a cut", func(b builder) graph.ID { return b.op(graph.Between, b.in("cut"), b.Const(1), b.Const(9)) }, nil, nil, "the run diverged at step 3"},
		{"between backwards", func(b builder) graph.ID { return b.op(graph.Between, b.in("s"), b.Const(3), b.Const(2)) }, nil, nil, "from 3 lies after to 2"},
		{"between negative", func(b builder) graph.ID { return b.op(graph.Between, b.in("s"), b.Const(-3), b.Const(2)) }, nil, nil, "negative step -3"},
		{"between NaN", func(b builder) graph.ID { return b.op(graph.Between, b.in("s"), b.Const(math.NaN()), b.Const(2)) }, nil, nil, "NaN"},
		{"diff", func(b builder) graph.ID { return b.op(graph.Diff, b.in("by2")) }, []int{0, 2}, []float64{9, 90}, ""},
		{"diff of lanes", func(b builder) graph.ID { return b.op(graph.Diff, b.in("lanes")) }, []int{0, 1}, []float64{1, 10, 1, -15}, ""},
		{"diff of one", func(b builder) graph.ID { return b.op(graph.Diff, b.in("one")) }, []int{}, []float64{}, ""},
		{"diff of none", func(b builder) graph.ID { return b.op(graph.Diff, b.in("none")) }, []int{}, []float64{}, ""},
		{"running mean", func(b builder) graph.ID { return b.RunningMean(b.in("s"), 2) }, []int{1, 2, 3}, []float64{1.5, 1, 1.5}, ""},
		{"running mean of every second step", func(b builder) graph.ID { return b.RunningMean(b.in("by2"), 3) }, []int{4}, []float64{37}, ""},
		{"running mean of lanes", func(b builder) graph.ID { return b.RunningMean(b.in("lanes"), 2) }, []int{1, 2}, []float64{1.5, 15, 2.5, 12.5}, ""},
		{"running mean of itself", func(b builder) graph.ID { return b.RunningMean(b.in("by2"), 1) }, []int{0, 2, 4}, []float64{1, 10, 100}, ""},
		{"running mean over too many", func(b builder) graph.ID { return b.RunningMean(b.in("by2"), 4) }, []int{}, []float64{}, ""},
		{"running mean of none", func(b builder) graph.ID { return b.RunningMean(b.in("none"), 2) }, []int{}, []float64{}, ""},
		{"median of lanes by step", func(b builder) graph.ID { return b.op(graph.LaneQuantile, b.in("lanes"), b.Const(0.5)) }, []int{0, 1, 2}, []float64{5.5, 11, 4}, ""},
		{"quantile of lanes above 1", func(b builder) graph.ID { return b.op(graph.LaneQuantile, b.in("lanes"), b.Const(2)) }, nil, nil, "not between 0 and 1"},
		{"median", func(b builder) graph.ID { return b.op(graph.Quantile, b.in("s"), b.Const(0.5)) }, nil, []float64{1.5}, ""},
		{"quartile of lanes", func(b builder) graph.ID { return b.op(graph.Quantile, b.in("lanes"), b.Const(0.25)) }, nil, []float64{1.5, 7.5}, ""},
		{"quantiles at the ends", func(b builder) graph.ID {
			return b.op(graph.Stack, b.op(graph.Quantile, b.in("s"), b.Const(0)), b.op(graph.Quantile, b.in("s"), b.Const(1)))
		}, nil, []float64{-2, 5}, ""},
		{"quantile with NaN", func(b builder) graph.ID { return b.op(graph.Quantile, b.in("nan"), b.Const(0.5)) }, nil, []float64{math.NaN()}, ""},
		{"median of elements", func(b builder) graph.ID {
			return b.op(graph.Quantile, b.op(graph.Stack, b.Const(4), b.op(graph.Last, b.in("s")), b.Const(-1), b.Const(9)), b.Const(0.5))
		}, nil, []float64{1.5}, ""},
		{"quantile outside", func(b builder) graph.ID { return b.op(graph.Quantile, b.in("s"), b.Const(1.5)) }, nil, nil, "the quantile 1.5 is not between 0 and 1"},
		{"quantile of none", func(b builder) graph.ID { return b.op(graph.Quantile, b.in("none"), b.Const(0.5)) }, nil, nil, "no steps"},
		{"steps", func(b builder) graph.ID { return b.op(graph.Steps, b.in("by2")) }, []int{0, 2, 4}, []float64{0, 2, 4}, ""},
		{"steps of a slice", func(b builder) graph.ID {
			return b.op(graph.Steps, b.op(graph.Between, b.in("cut"), b.Const(0), b.Const(1)))
		}, []int{0, 1}, []float64{0, 1}, ""},
		{"arithmetic of none", func(b builder) graph.ID { return b.op(graph.Add, b.in("none"), b.in("x")) }, []int{}, []float64{}, ""},
		{"slice elements of none", func(b builder) graph.ID { return b.op(graph.Stack, b.in("none"), b.in("none")) }, []int{}, []float64{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := builder{graph.New(), t}
			root := tt.build(b)
			got, err := Eval(b.Graph, root, lookup)
			if tt.fails != "" {
				var e *Error
				if err == nil || !strings.Contains(err.Error(), tt.fails) || !errors.As(err, &e) || e.Node < 0 {
					t.Fatalf("error %v, want an *Error with %q", err, tt.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Steps, tt.steps) || !equal(got.Data, tt.want) || got.Type != b.Type(root) {
				t.Errorf("got %s %v %v, want %s %v %v", got.Type, got.Steps, got.Data, b.Type(root), tt.steps, tt.want)
			}
		})
	}
}

func equal(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || x != x && y != y })
}

func TestEvalLongSum(t *testing.T) {
	g := graph.New()
	x := g.Input("s", graph.Number.AsSeries())
	sum := x
	for range 20000 {
		sum, _ = g.Apply(graph.Add, sum, x)
	}
	got, err := Eval(g, sum, lookup)
	if err != nil || !equal(got.Data, []float64{5 * 20001, -2 * 20001, 4 * 20001, -20001}) {
		t.Fatalf("%v, %v", got, err)
	}
}

// The running mean is the mean of each window by itself, whatever the window and
// the length.
func TestRunningMeanIsOfEachWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Float64Range(-10, 10), 1, 60).Draw(t, "data")
		n := rapid.IntRange(1, 25).Draw(t, "n")
		steps := make([]int, len(data))
		for i := range steps {
			steps[i] = 3 * i
		}
		g := graph.New()
		got, err := Eval(g, g.RunningMean(g.Input("s", graph.Number.AsSeries()), n), func(string) (*Array, error) { return Series(graph.Number, steps, data), nil })
		if err != nil {
			t.Fatal(err)
		}
		if want := max(0, len(data)-n+1); got.Len() != want {
			t.Fatalf("%d means, want %d", got.Len(), want)
		}
		for i, m := range got.Data {
			want := 0.0
			for _, v := range data[i : i+n] {
				want += v / float64(n)
			}
			if math.Abs(m-want) > 1e-12 || got.Steps[i] != 3*(i+n-1) {
				t.Fatalf("mean %d is %v at step %d, want %v", i, m, got.Steps[i], want)
			}
		}
	})
}

func TestErrorCarriesTheNodeAndItsPlace(t *testing.T) {
	b := builder{graph.New(), t}
	cond := b.op(graph.Gt, b.in("s"), b.Const(50))
	place := b.AddSite(graph.Site{Name: "here"})
	b.SetOrigin(place)
	first := b.op(graph.First, cond)
	b.SetOrigin(0)
	_, err := Eval(b.Graph, b.op(graph.Add, first, b.Const(1)), lookup)
	var e *Error
	if !errors.As(err, &e) || e.Node != first || b.Site(e.Origin).Name != "here" || !errors.Is(err, errNeverTrue) {
		t.Fatalf("%#v", err)
	}
}

func TestEachInputIsAskedOnce(t *testing.T) {
	b := builder{graph.New(), t}
	root := b.op(graph.Add, b.op(graph.Mul, b.in("s"), b.in("x")), b.op(graph.Div, b.in("s"), b.in("x")))
	asked := map[string]int{}
	_, err := Eval(b.Graph, root, func(name string) (*Array, error) { asked[name]++; return lookup(name) })
	if err != nil || asked["s"] != 1 || asked["x"] != 1 {
		t.Fatalf("%v %v", asked, err)
	}
}

// Folding and evaluation are one arithmetic: an expression over constants has
// the bits of the same expression over inputs.
func TestEvalAgreesWithFolding(t *testing.T) {
	var two []graph.Op
	for op := graph.Neg; op <= graph.Select; op++ {
		if op.Arity() == 2 && op != graph.And && op != graph.Or {
			two = append(two, op)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		op := rapid.SampledFrom(two).Draw(t, "op")
		size := rapid.IntRange(1, 4).Draw(t, "size")
		num := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, math.Inf(1), math.NaN()}))
		x := rapid.SliceOfN(num, size, size).Draw(t, "x")
		y := num.Draw(t, "y")
		g := graph.New()
		folded, err := g.Apply(op, g.ConstArray(graph.Of(size), x), g.Const(y))
		if err != nil {
			t.Fatal(err)
		}
		root, _ := g.Apply(op, g.Input("x", graph.Of(size)), g.Input("y", graph.Number))
		got, err := Eval(g, root, func(name string) (*Array, error) {
			if name == "x" {
				return New(graph.Of(size), x), nil
			}
			return Scalar(y), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got.Data {
			if want := g.Node(folded).Element(i); math.Float64bits(v) != math.Float64bits(want) && !(v != v && want != want) {
				t.Fatalf("%s(%v, %v) = %v evaluated, %v folded", op, x[i], y, v, want)
			}
		}
	})
}

func TestConstructorsRefuseWhatDoesNotFit(t *testing.T) {
	for name, f := range map[string]func(){
		"New":           func() { New(graph.Of(2), []float64{1}) },
		"New of series": func() { New(graph.Number.AsSeries(), []float64{1}) },
		"Series":        func() { Series(graph.Of(2), []int{0, 1}, []float64{1}) },
		"Number":        func() { world["v"].Number() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s took it", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkEvalSeries(b *testing.B) {
	n := 100_000
	steps, data := make([]int, n), make([]float64, n)
	for i := range steps {
		steps[i], data[i] = i, math.Sin(float64(i))
	}
	s := Series(graph.Number, steps, data)
	w := builder{graph.New(), b}
	x := w.Input("s", s.Type)
	root := w.op(graph.All, w.op(graph.Lt, w.op(graph.Abs, w.op(graph.Mul, x, x)), w.Const(2)))
	for b.Loop() {
		if _, err := Eval(w.Graph, root, func(string) (*Array, error) { return s, nil }); err != nil {
			b.Fatal(err)
		}
	}
}
