package graph

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// draw returns n numbers.
func draw(t *rapid.T, n int, label string) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(-2, 2), n, n).Draw(t, label)
}

// drawShape returns a type of the given rank with short axes.
func drawShape(t *rapid.T, rank int) Type {
	d := make([]int, rank)
	for i := range d {
		d[i] = rapid.IntRange(1, 4).Draw(t, "axis")
	}
	return Of(d...)
}

// TestRowsAndColumns compares the operations of rows and columns with their
// definitions by the index of a row and of a column.
func TestRowsAndColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := drawShape(t, rapid.IntRange(1, 4).Draw(t, "rank"))
		rows, cols := u.RowsAndColumns()
		other := u.withColumns(rapid.IntRange(1, 3).Draw(t, "more columns"))
		_, more := other.RowsAndColumns()
		offset := rapid.IntRange(0, cols-1).Draw(t, "offset")
		width := rapid.IntRange(1, cols-offset).Draw(t, "width")
		in := map[string][]float64{
			"x": draw(t, u.Size(), "x"), "y": draw(t, other.Size(), "y"), "c": draw(t, cols, "c"), "r": draw(t, rows, "r"),
		}
		x, y := in["x"], in["y"]
		g := New()
		gx, gy, gc := g.Input("x", u), g.Input("y", other), g.Input("c", Of(cols))
		gr := g.Input("r", Of(u.Dims()[:u.Rank()-1]...))
		check := func(name string, id ID, want Type, element func(i, j int) float64) {
			if g.Type(id) != want {
				t.Fatalf("%s of %s is %s, not %s", name, u, g.Type(id), want)
			}
			n := 1
			if want.Rank() > 0 {
				_, n = want.RowsAndColumns()
			}
			for k, got := range evaluate(t, g, []ID{id}, in)[0] {
				if w := element(k/n, k%n); math.Abs(got-w) > 1e-14 {
					t.Fatalf("%s of %s: element %d is %g, want %g", name, u, k, got, w)
				}
			}
		}
		over := func(n int, f func(i int) float64) (sum, top float64) {
			top = math.Inf(-1)
			for i := range n {
				sum, top = sum+f(i), max(top, f(i))
			}
			return sum, top
		}
		vector := g.Type(gr)
		row := func(i, j int) int { // the index of an element of a result without columns
			if vector.Rank() == 0 {
				return 0
			}
			_, n := vector.RowsAndColumns()
			return i*n + j
		}
		check("sum_rows", g.apply(SumRows, gx), Of(cols), func(_, j int) float64 {
			s, _ := over(rows, func(i int) float64 { return x[i*cols+j] })
			return s
		})
		check("sum_cols", g.apply(SumCols, gx), vector, func(i, j int) float64 {
			s, _ := over(cols, func(k int) float64 { return x[row(i, j)*cols+k] })
			return s
		})
		check("max_cols", g.apply(MaxCols, gx), vector, func(i, j int) float64 {
			_, m := over(cols, func(k int) float64 { return x[row(i, j)*cols+k] })
			return m
		})
		check("spread_rows", g.SpreadRows(gc, u), u, func(_, j int) float64 { return in["c"][j] })
		check("spread_cols", g.SpreadCols(gr, u), u, func(i, _ int) float64 { return in["r"][i] })
		check("join_cols", g.apply(JoinCols, gx, gy), u.withColumns(cols+more), func(i, j int) float64 {
			if j < cols {
				return x[i*cols+j]
			}
			return y[i*more+j-cols]
		})
		check("slice_cols", g.SliceCols(gx, offset, width), u.withColumns(width), func(i, j int) float64 { return x[i*cols+offset+j] })
		check("pad_cols", g.PadCols(gy, offset, u.withColumns(offset+more+1)), u.withColumns(offset+more+1), func(i, j int) float64 {
			if j < offset || j >= offset+more {
				return 0
			}
			return y[i*more+j-offset]
		})
		check("join", g.apply(Join, gx, gc, gy), Of(u.Size()+cols+other.Size()), func(_, k int) float64 {
			return append(append(append([]float64{}, x...), in["c"]...), y...)[k]
		})
	})
}

// correlate is a convolution by its definition, group by group, on images with
// a border of zeros.
func correlate(x []float64, xt Type, w []float64, wt Type, win Window) []float64 {
	n, h, width, c := xt.Dim(0), xt.Dim(1), xt.Dim(2), xt.Dim(3)
	ph, pw := h+2*win.Pad, width+2*win.Pad
	padded := make([]float64, n*ph*pw*c)
	for i, v := range x {
		ch, col, row, image := i%c, i/c%width, i/(c*width)%h, i/(c*width*h)
		padded[((image*ph+row+win.Pad)*pw+col+win.Pad)*c+ch] = v
	}
	out := wt.Dim(3)
	var y []float64
	for image := range n {
		for top := 0; top+wt.Dim(0) <= ph; top += win.Stride {
			for left := 0; left+wt.Dim(1) <= pw; left += win.Stride {
				for o := range out {
					group := o * win.Groups / out
					s := 0.0
					for k, v := range w {
						if k%out != o {
							continue
						}
						ch, u, r := k/out%wt.Dim(2), k/(out*wt.Dim(2))%wt.Dim(1), k/(out*wt.Dim(2)*wt.Dim(1))
						s += v * padded[((image*ph+top+r)*pw+left+u)*c+group*wt.Dim(2)+ch]
					}
					y = append(y, s)
				}
			}
		}
	}
	return y
}

// convolution is a convolution of random shape.
type convolution struct {
	x, w Type
	win  Window
}

func drawConvolution(t *rapid.T) convolution {
	groups := rapid.IntRange(1, 3).Draw(t, "groups")
	win := Window{
		H: rapid.IntRange(1, 3).Draw(t, "kernel height"), W: rapid.IntRange(1, 3).Draw(t, "kernel width"),
		Stride: rapid.IntRange(1, 3).Draw(t, "stride"), Pad: rapid.IntRange(0, 3).Draw(t, "pad"), Groups: groups,
	}
	in, out := rapid.IntRange(1, 2).Draw(t, "in"), rapid.IntRange(1, 2).Draw(t, "out")
	h, width := rapid.IntRange(max(1, win.H-2*win.Pad), 5).Draw(t, "height"), rapid.IntRange(max(1, win.W-2*win.Pad), 4).Draw(t, "width")
	return convolution{Of(rapid.IntRange(1, 2).Draw(t, "images"), h, width, in*groups), Of(win.H, win.W, in, out*groups), win}
}

// TestConvolution compares convolutions with their definition, and their
// adjoints with the transposes that the definition has on unit arrays.
func TestConvolution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConvolution(t)
		in := map[string][]float64{"x": draw(t, c.x.Size(), "x"), "w": draw(t, c.w.Size(), "w")}
		g := New()
		x, w := g.Input("x", c.x), g.Input("w", c.w)
		y, err := g.Convolve(x, w, Window{Stride: c.win.Stride, Pad: c.win.Pad, Groups: c.win.Groups})
		if err != nil {
			t.Fatal(err)
		}
		want := correlate(in["x"], c.x, in["w"], c.w, c.win)
		if g.Type(y).Size() != len(want) || g.Node(y).Window != c.win {
			t.Fatalf("%+v is %s with %+v", c, g.Type(y), g.Node(y).Window)
		}
		in["dy"] = draw(t, len(want), "dy")
		dy := g.Input("dy", g.Type(y))
		got := evaluate(t, g, []ID{y, g.ConvInput(dy, w, c.win, c.x), g.ConvWeights(x, dy, c.win, c.w)}, in)
		close := func(name string, got, want float64) {
			if math.Abs(got-want) > 1e-12 {
				t.Fatalf("%s of %+v: %g, want %g", name, c, got, want)
			}
		}
		for i, v := range want {
			close("conv", got[0][i], v)
		}
		unit := func(n, i int) []float64 { e := make([]float64, n); e[i] = 1; return e }
		for i := range in["x"] {
			close("conv_input", got[1][i], dot(in["dy"], correlate(unit(len(in["x"]), i), c.x, in["w"], c.w, c.win)))
		}
		for i := range in["w"] {
			close("conv_weights", got[2][i], dot(in["dy"], correlate(in["x"], c.x, unit(len(in["w"]), i), c.w, c.win)))
		}
	})
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// TestBatchTypes: what does not fit is said, with both types.
func TestBatchTypes(t *testing.T) {
	g := New()
	n, v, truths := g.Input("n", Number), g.Input("v", Of(3)), g.apply(Gt, g.Input("v", Of(3)), g.Const(0))
	x, y, s := g.Input("x", Of(2, 3)), g.Input("y", Of(3, 3)), g.Input("s", Of(3).AsSeries())
	images, w := g.Input("images", Of(2, 5, 5, 4)), g.Input("w", Of(3, 3, 2, 6))
	conv := func(x, w ID, win Window) func() (ID, error) {
		return func() (ID, error) { return g.Convolve(x, w, win) }
	}
	pool := func(op Op, x ID, win Window) func() (ID, error) {
		return func() (ID, error) { return g.Pool(op, x, win) }
	}
	apply := func(op Op, args ...ID) func() (ID, error) {
		return func() (ID, error) { return g.Apply(op, args...) }
	}
	for _, c := range []struct {
		make func() (ID, error)
		want string
	}{
		{apply(SumRows, n), "sum_rows: an operand is a number"},
		{apply(SumCols, truths), "an operand is a vector of 3 of truth values"},
		{apply(MaxCols, s), "an operand is a series"},
		{apply(MaxCols, g.Input("none", Of(2, 0))), "has no columns"},
		{apply(JoinCols), "no operands"},
		{apply(JoinCols, x, y), "the rows of a 2 x 3 matrix and a 3 x 3 matrix differ"},
		{apply(JoinCols, x, v), "the rows of a 2 x 3 matrix and a vector of 3 differ"},
		{apply(Join), "no operands"},
		{apply(Join, v, truths), "a vector of 3 and a vector of 3 of truth values"},
		{apply(Gate, x, y), "the operands are a 2 x 3 matrix and a 3 x 3 matrix"},
		{apply(SpreadRows, v), "cannot be applied so"},
		{apply(Conv, images, w), "cannot be applied so"},
		{conv(x, w, Window{Stride: 1, Groups: 2}), "conv: the operand is a 2 x 3 matrix, not images"},
		{conv(images, y, Window{Stride: 1, Groups: 2}), "the weights are a 3 x 3 matrix"},
		{conv(images, w, Window{Stride: 1, Groups: 1}), "1 groups of the 4 channels of the images and the 2 x 6 channels of the weights"},
		{conv(images, w, Window{Stride: 0, Groups: 2}), "a stride of 0"},
		{conv(images, w, Window{Stride: 1, Pad: -1, Groups: 2}), "a padding of -1"},
		{conv(images, g.Input("big", Of(6, 6, 4, 1)), Window{Stride: 1, Groups: 1}), "a window of 6 x 6 does not fit in an image of 5 x 5"},
		{pool(MaxPool, x, Window{H: 2, W: 2, Stride: 1}), "max_pool: the operand is a 2 x 3 matrix"},
		{pool(MaxPool, images, Window{H: 2, W: 2, Stride: 1, Pad: 2}), "a padding of 2 is more than half the window"},
		{pool(MeanPool, images, Window{H: 0, W: 2, Stride: 1}), "a window of 0 x 2 pixels"},
	} {
		if _, err := c.make(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	for name, f := range map[string]func(){
		"spread rows":  func() { g.SpreadRows(v, Of(3, 2)) },
		"spread cols":  func() { g.SpreadCols(v, Of(2, 3)) },
		"slice cols":   func() { g.SliceCols(x, 2, 2) },
		"pad cols":     func() { g.PadCols(x, 1, Of(2, 3)) },
		"conv input":   func() { g.ConvInput(images, w, Window{Stride: 1, Groups: 2}, Of(2, 5, 5, 4)) },
		"conv weights": func() { g.ConvWeights(images, images, Window{Stride: 1, Groups: 2}, Of(3, 3, 2, 6)) },
		"max pool":     func() { g.MaxPoolInput(images, images, Window{H: 2, W: 2, Stride: 2}) },
		"pick":         func() { g.MaxPoolPick(w, images, Window{H: 2, W: 2, Stride: 2}) },
		"mean pool":    func() { g.MeanPoolInput(images, Window{H: 2, W: 2, Stride: 2}, Of(2, 5, 5, 4)) },
	} {
		if !panics(f) {
			t.Errorf("%s of what does not fit does not panic", name)
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

// TestWindows: nodes that differ in their windows alone are different, in the
// graph, in its hash and in print; equal ones are one, also in another graph.
func TestWindows(t *testing.T) {
	seen := map[[32]byte]Window{}
	g := New()
	x, w := g.Input("x", Of(1, 6, 6, 4)), g.Input("w", Of(2, 2, 2, 4))
	dy := g.Input("dy", Of(1, 3, 3, 4))
	windows := []Window{{2, 2, 2, 0, 0}, {3, 3, 2, 1, 0}, {1, 1, 2, 0, 0}, {3, 1, 2, 0, 0}, {1, 3, 2, 0, 0}, {2, 2, 1, 0, 0}, {2, 2, 1, 1, 0}}
	for _, win := range windows {
		before := g.Len()
		y, err := g.Pool(MeanPool, x, win)
		if err != nil {
			t.Fatal(err)
		}
		if g.Len() != before+1 {
			t.Errorf("%v is no node of its own", win)
		}
		if again, _ := g.Pool(MeanPool, x, win); again != y {
			t.Errorf("%v is two nodes", win)
		}
		if h := g.Hash([]ID{y}); seen[h] != (Window{}) {
			t.Errorf("%v and %v have one hash", win, seen[h])
		} else {
			seen[h] = win
		}
		other := New()
		copied := other.Import(g, []ID{y}, nil)
		if n := other.Node(copied[0]); n.Window != g.Node(y).Window || n.Type != g.Type(y) || other.Hash(copied) != g.Hash([]ID{y}) {
			t.Errorf("%v was copied as %v", win, n.Window)
		}
	}
	a := g.ConvInput(dy, w, Window{Stride: 2, Groups: 2}, Of(1, 6, 6, 4))
	if b := g.ConvInput(dy, w, Window{Stride: 2, Groups: 2}, Of(1, 7, 6, 4)); a == b || g.Hash([]ID{a}) == g.Hash([]ID{b}) {
		t.Error("the adjoints in images of two sizes are one node")
	}
	var b bytes.Buffer
	y, err := g.Convolve(x, w, Window{Stride: 2, Pad: 1, Groups: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Print(&b, []ID{g.PadCols(g.SliceCols(y, 1, 2), 3, Of(1, 4, 4, 5))}); err != nil {
		t.Fatal(err)
	}
	want := `%0 = input x : a 1 x 6 x 6 x 4 array
%1 = input w : a 2 x 2 x 2 x 4 array
%2 = conv[2x2 stride 2 pad 1 groups 2] %0, %1 : a 1 x 4 x 4 x 4 array
%3 = slice_cols[1] %2 : a 1 x 4 x 4 x 2 array
%4 = pad_cols[3] %3 : a 1 x 4 x 4 x 5 array
return %4
`
	if b.String() != want {
		t.Errorf("printed\n%s", b.String())
	}
}

// TestLongFlatten: many elements are joined part by part, and a part of them is
// that part again.
func TestLongFlatten(t *testing.T) {
	g := New()
	a, b, c := g.Input("a", Of(50, 60)), g.Input("b", Of(60)), g.Input("c", Of(60, 40))
	before := g.Len()
	flat := g.Flatten([]ID{a, b, c})
	if g.Len() != before+1 || g.Type(flat) != Of(5460) {
		t.Errorf("%d nodes for %s", g.Len()-before, g.Type(flat))
	}
	for _, part := range []struct {
		id     ID
		offset int
	}{{a, 0}, {b, 3000}, {c, 3060}} {
		if got := g.Slice(flat, part.offset, g.Type(part.id)); got != part.id {
			t.Errorf("the part at %d is %s", part.offset, g.Node(got).Op)
		}
	}
	if n := g.Node(g.Slice(flat, 3070, Of(7))); n.Op != Slice || n.Args[0] != c || n.Int0 != 10 {
		t.Errorf("a part of a part: %+v", n)
	}
	if n := g.Node(g.Slice(flat, 2990, Of(20))); n.Op != Slice || n.Args[0] != flat {
		t.Errorf("a part of two: %+v", n)
	}
	// The other way: parameters that are parts of one vector have one adjoint.
	p := g.Input("p", Of(5460))
	q := g.apply(MatMul, g.Slice(p, 10, Of(50, 60)), g.Slice(p, 3010, Of(60, 40)))
	d, err := g.Gradient(g.apply(Sum, q), []ID{p})
	if err != nil {
		t.Fatal(err)
	}
	if n := g.Node(d[0]); n.Op != Join || len(n.Args) != 4 {
		t.Errorf("the adjoint is %s of %d", n.Op, len(n.Args))
	}
}

// TestGate: 0 and below shut it, NaN does not.
func TestGate(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range [][3]float64{
		{3, 2, 3}, {3, 0, 0}, {3, math.Copysign(0, -1), 0}, {3, -1, 0}, {3, 5e-324, 3}, {-3, 1, -3},
		{inf, -1, 0}, {nan, -1, 0}, {nan, 1, nan}, {3, inf, 3}, {3, -inf, 0}, {3, nan, 3}, {nan, nan, nan},
	} {
		if got := Gate.Eval(c[0], c[1], 0); math.Float64bits(got) != math.Float64bits(c[2]) && !(got != got && c[2] != c[2]) {
			t.Errorf("gate(%g, %g) = %g, want %g", c[0], c[1], got, c[2])
		}
	}
}

// TestBigConstants: repeating one number gives a number for all elements, of
// any size, and what would be big work is left to the run.
func TestBigConstants(t *testing.T) {
	g := New()
	big := Of(5000, 3000)
	for name, id := range map[string]ID{
		"broadcast":   g.Broadcast(g.Const(2), big),
		"spread rows": g.SpreadRows(g.Fill(Of(3000), 2), big),
		"spread cols": g.SpreadCols(g.Fill(Of(5000), 2), big),
		"transpose":   g.apply(Transpose, g.Fill(Of(3000, 5000), 2)),
		"slice cols":  g.SliceCols(g.Fill(Of(5000, 4000), 2), 10, 3000),
	} {
		if v, ok := g.ConstValue(id); !ok || v != 2 || g.Type(id) != big {
			t.Errorf("%s is %s of %s", name, g.Node(id).Op, g.Type(id))
		}
	}
	square := g.Fill(Of(1000, 1000), 2)
	if n := g.Node(g.apply(MatMul, square, square)); n.Op != MatMul {
		t.Errorf("a product of a thousand million terms is %s", n.Op)
	}
}

// TestShifts: the greatest of the columns is a shift, whose derivative counts as
// 0 also where there is one column, which it then equals.
func TestShifts(t *testing.T) {
	g := New()
	for _, u := range []Type{Of(3, 1), Of(3, 2)} {
		x := g.Input("x of "+u.String(), u)
		y := g.apply(MaxCols, x)
		d, err := g.Gradient(g.apply(Sum, y), []ID{x})
		if err != nil {
			t.Fatal(err)
		}
		tangent, err := g.Tangent([]ID{y}, map[ID]ID{x: g.Fill(u, 1)})
		if err != nil {
			t.Fatal(err)
		}
		if !g.isZero(d[0]) || !g.isZero(tangent[0]) {
			t.Errorf("the derivatives for %s are %s and %s", u, g.Node(d[0]).Op, g.Node(tangent[0]).Op)
		}
	}
}

// TestStandingStill: along a direction that is 0 nothing is computed.
func TestStandingStill(t *testing.T) {
	s := perceptron((*layers).tanh)
	seeds := map[ID]ID{}
	for _, p := range s.params {
		seeds[p] = s.Fill(s.Type(p), 0)
	}
	before := s.Len()
	d, err := s.Tangent([]ID{s.logits}, seeds)
	if err != nil {
		t.Fatal(err)
	}
	if !s.isZero(d[0]) || s.Len() > before+1 {
		t.Errorf("%d nodes for %s", s.Len()-before, s.Node(d[0]).Op)
	}
}

// TestMovedElements: what only moves elements is looked through.
func TestMovedElements(t *testing.T) {
	g := New()
	x, y, v, r := g.Input("x", Of(4, 6)), g.Input("y", Of(4, 3)), g.Input("v", Of(6)), g.Input("r", Of(4))
	row, col := g.Input("row", Of(1, 6)), g.Input("col", Of(4, 1))
	rows, cols := g.SpreadRows(v, g.Type(x)), g.SpreadCols(r, g.Type(x))
	for name, c := range map[string][2]ID{
		"columns of columns":      {g.SliceCols(g.SliceCols(x, 1, 4), 2, 2), g.SliceCols(x, 3, 2)},
		"columns of joined ones":  {g.SliceCols(g.apply(JoinCols, x, y), 7, 2), g.SliceCols(y, 1, 2)},
		"one of the joined":       {g.SliceCols(g.apply(JoinCols, x, y), 6, 3), y},
		"all columns":             {g.SliceCols(x, 0, 6), x},
		"no more columns":         {g.PadCols(x, 0, g.Type(x)), x},
		"joined alone":            {g.apply(JoinCols, x), x},
		"elements of one":         {g.apply(Join, x), g.Reshape(x, Of(24))},
		"reshaped twice":          {g.Reshape(g.Reshape(x, Of(24)), Of(3, 8)), g.Reshape(x, Of(3, 8))},
		"reshaped back":           {g.Reshape(g.Reshape(x, Of(24)), Of(4, 6)), x},
		"the sum of one row":      {g.apply(SumRows, row), g.Reshape(row, Of(6))},
		"the sum of one column":   {g.apply(SumCols, col), g.Reshape(col, Of(4))},
		"spread to one row":       {g.SpreadRows(v, Of(1, 6)), g.Reshape(v, Of(1, 6))},
		"spread to one column":    {g.SpreadCols(r, Of(4, 1)), g.Reshape(r, Of(4, 1))},
		"twice what is repeated":  {g.apply(Mul, g.Const(2), rows), g.SpreadRows(g.apply(Mul, g.Const(2), v), g.Type(x))},
		"a product of repetition": {g.apply(Mul, cols, g.apply(Exp, cols)), g.SpreadCols(g.apply(Mul, r, g.apply(Exp, r)), g.Type(x))},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %s", name, g.Node(c[0]).Op)
		}
	}
	if n := g.Node(g.apply(Mul, rows, cols)); n.Op != Mul {
		t.Errorf("rows times columns is %s", n.Op)
	}
}
