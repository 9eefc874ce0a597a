package graph_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"relief/runtime/graph"
	"relief/runtime/graph/graphtest"
	"relief/runtime/kernel/tensor"
)

// TestPoolingsAreThoseOfTheKernels: the definitions of poolings and the kernels
// have the same bits, also where windows hold equal numbers, signed zeros,
// infinities and NaN, overlap or lie partly in the padding.
func TestPoolingsAreThoseOfTheKernels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		win := graph.Window{
			H: rapid.IntRange(1, 3).Draw(t, "height"), W: rapid.IntRange(1, 3).Draw(t, "width"), Stride: rapid.IntRange(1, 3).Draw(t, "stride"),
		}
		win.Pad = rapid.IntRange(0, min(win.H, win.W)/2).Draw(t, "pad")
		x := tensor.Image{
			N: rapid.IntRange(1, 2).Draw(t, "images"), C: rapid.IntRange(1, 3).Draw(t, "channels"),
			H: rapid.IntRange(win.H, 5).Draw(t, "rows"), W: rapid.IntRange(win.W, 5).Draw(t, "columns"),
		}
		y := x
		y.H, y.W = (x.H+2*win.Pad-win.H)/win.Stride+1, (x.W+2*win.Pad-win.W)/win.Stride+1
		p := tensor.Pooling{Window: tensor.Window{H: win.H, W: win.W, Stride: win.Stride, Pad: win.Pad}, X: x, Y: y}
		numbers := rapid.OneOf(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 2, -1}), rapid.Float64Range(-2, 2))
		if rapid.Bool().Draw(t, "special") {
			numbers = graphtest.Numbers()
		}
		draw := func(n int, label string) []float64 { return rapid.SliceOfN(numbers, n, n).Draw(t, label) }
		in := map[string][]float64{"x": draw(x.Len(), "x"), "t": draw(x.Len(), "t"), "dy": draw(p.Y.Len(), "dy")}

		g := graph.New()
		xt, yt := graph.Of(x.N, x.H, x.W, x.C), graph.Of(p.Y.N, p.Y.H, p.Y.W, p.Y.C)
		gx, gt, dy := g.Input("x", xt), g.Input("t", xt), g.Input("dy", yt)
		greatest, err := g.Pool(graph.MaxPool, gx, win)
		if err != nil {
			t.Fatal(err)
		}
		mean, err := g.Pool(graph.MeanPool, gx, win)
		if err != nil {
			t.Fatal(err)
		}
		roots := []graph.ID{greatest, g.MaxPoolInput(dy, gx, win), g.MaxPoolPick(gt, gx, win), mean, g.MeanPoolInput(dy, win, xt)}
		got, err := g.Interpret(roots, in)
		if err != nil {
			t.Fatal(err)
		}

		ws := tensor.NewWorkspace[float64](1, tensor.PoolScratch[float64](p, 1))
		want := make([][]float64, len(roots))
		for i, n := range []int{p.Y.Len(), x.Len(), p.Y.Len(), p.Y.Len(), x.Len()} {
			want[i] = make([]float64, n)
		}
		pick := make([]float64, p.Y.Len())
		tensor.MaxPool(ws, p, want[0], pick, in["x"])
		tensor.MaxPoolGrad(ws, p, want[1], in["dy"], pick)
		tensor.MaxPoolTangent(ws, p, want[2], in["t"], pick)
		tensor.MeanPool(ws, p, want[3], in["x"])
		tensor.MeanPoolGrad(ws, p, want[4], in["dy"])
		for i, r := range roots {
			for k, w := range want[i] {
				if v := got[r][k]; !graphtest.Same(v, w) {
					t.Fatalf("%s of %+v, element %d: %g, the kernel has %g", g.Node(r).Op, win, k, v, w)
				}
			}
		}
	})
}
