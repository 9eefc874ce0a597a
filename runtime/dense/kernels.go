package dense

import (
	"fmt"

	"relief/runtime/graph"
	"relief/runtime/kernel/tensor"
)

// instruction is what a step does when it runs.
type instruction interface {
	run()
	bind()        // to the memory of the machine, after it has changed
	needs() needs // of the machine
}

// product is a product of matrices.
type product[T tensor.Float] struct {
	m        *Machine
	a, b, c  *value
	ta, tb   bool
	rows     int
	inner    int
	cols     int
	bias     *value
	epilogue tensor.Epilogue[T]
}

func (i *product[T]) run() {
	a := matrix[T](i.a, i.rows, i.inner, i.ta)
	b := matrix[T](i.b, i.inner, i.cols, i.tb)
	if i.bias != nil {
		i.epilogue.Bias = elements[T](i.bias)
	}
	tensor.MatMul(workspace[T](i.m), matrix[T](i.c, i.rows, i.cols, false), a, b, i.epilogue)
}

// matrix sees a value as rows x cols elements; turned, it lies in memory as
// cols x rows.
func matrix[T tensor.Float](v *value, rows, cols int, turned bool) tensor.Matrix[T] {
	if turned {
		return tensor.Dense(elements[T](v), cols, rows).Transposed()
	}
	return tensor.Dense(elements[T](v), rows, cols)
}

func (i *product[T]) bind() {}

func (i *product[T]) needs() needs {
	return scratch[T](tensor.MatMulScratch[T](i.rows, i.cols, i.inner, i.m.workers))
}

// scratch is the need of elements of scratch memory for kernels.
func scratch[T tensor.Float](n int) needs {
	if isSingle[T]() {
		return needs{single: n}
	}
	return needs{double: n}
}

// convolution is a Conv, ConvInput or ConvWeights.
type convolution[T tensor.Float] struct {
	m        *Machine
	op       graph.Op
	shape    tensor.Convolution
	x, w, y  *value
	bias     *value
	epilogue tensor.Epilogue[T]
}

func (i *convolution[T]) run() {
	ws, x, w, y := workspace[T](i.m), elements[T](i.x), elements[T](i.w), elements[T](i.y)
	if i.bias != nil {
		i.epilogue.Bias = elements[T](i.bias)
	}
	switch i.op {
	case graph.Conv:
		i.y.clearBorder()
		tensor.Conv(ws, i.shape, y, x, w, i.epilogue)
	case graph.ConvInput:
		i.x.clearBorder()
		tensor.ConvGradInput(ws, i.shape, x, y, w, i.y.image, i.epilogue.Accumulate)
	default:
		tensor.ConvGradWeights(ws, i.shape, w, x, y, i.y.image, i.epilogue.Accumulate)
	}
}

func (i *convolution[T]) bind() {}

func (i *convolution[T]) needs() needs {
	if i.op == graph.ConvWeights {
		return scratch[T](tensor.ConvGradWeightsScratch[T](i.shape, i.m.workers))
	}
	return scratch[T](tensor.ConvScratch[T](i.shape))
}

// pooling is a MaxPool, MeanPool or one of their derivatives; dx and dy are
// gradients or tangents.
type pooling[T tensor.Float] struct {
	m            *Machine
	op           graph.Op
	shape        tensor.Pooling
	x, y, dx, dy *value
	pick         *value // of MaxPool: nil if nobody reads it
}

func (i *pooling[T]) run() {
	ws := workspace[T](i.m)
	switch i.op {
	case graph.MaxPool:
		i.y.clearBorder()
		var pick []T
		if i.pick != nil {
			pick = elements[T](i.pick)
		}
		tensor.MaxPool(ws, i.shape, elements[T](i.y), pick, elements[T](i.x))
	case graph.MeanPool:
		i.y.clearBorder()
		tensor.MeanPool(ws, i.shape, elements[T](i.y), elements[T](i.x))
	case graph.MeanPoolInput:
		i.dx.clearBorder()
		tensor.MeanPoolGrad(ws, i.shape, elements[T](i.dx), elements[T](i.dy))
	case graph.MaxPoolInput:
		i.dx.clearBorder()
		tensor.MaxPoolGrad(ws, i.shape, elements[T](i.dx), elements[T](i.dy), elements[T](i.pick))
	case graph.MaxPoolPick:
		i.dy.clearBorder()
		tensor.MaxPoolTangent(ws, i.shape, elements[T](i.dy), elements[T](i.dx), elements[T](i.pick))
	}
}

func (i *pooling[T]) bind() {}

func (i *pooling[T]) needs() needs { return scratch[T](tensor.PoolScratch[T](i.shape, i.m.workers)) }

// moments are the mean of each column and the sum of squares of the differences
// from it.
type moments[T tensor.Float] struct {
	m                *Machine
	x, mean, squares *value
	shape            tensor.Image
}

func (i *moments[T]) run() {
	tensor.ChannelMoments(workspace[T](i.m), i.mean.f64, i.squares.f64, elements[T](i.x), i.shape)
}

func (i *moments[T]) bind() {}

func (i *moments[T]) needs() needs { return scratch[T](tensor.ChannelMomentsScratch[T](i.shape)) }

// transpose exchanges the axes of a matrix.
type transpose struct {
	dst, src   *value
	rows, cols int // of src
}

func (i *transpose) run() {
	if i.src.f64 != nil {
		turn(i.dst.f64, i.src.f64, i.rows, i.cols)
	} else {
		turn(i.dst.f32, i.src.f32, i.rows, i.cols)
	}
}

func (i *transpose) bind() {}

func (i *transpose) needs() needs { return needs{} }

// turn writes the transpose of a matrix, in squares that stay in the first
// cache.
func turn[T tensor.Float](dst, src []T, rows, cols int) {
	const side = 32
	for r := 0; r < rows; r += side {
		for c := 0; c < cols; c += side {
			for i := r; i < min(r+side, rows); i++ {
				for j := c; j < min(c+side, cols); j++ {
					dst[j*rows+i] = src[i*cols+j]
				}
			}
		}
	}
}

// part is what a movement copies from one value: rows of n elements, from and
// to the given places on, which are steps apart.
type part struct {
	src                *value
	from, to           int
	rows, n            int
	stepFrom, stepInto int
}

// movement copies elements of some values to another.
type movement[T tensor.Float] struct {
	m     *Machine
	dst   *value
	clear bool // what is not copied to is zero
	parts []part
	items int // of each part
}

// moveItems is how many items a part has at most.
const moveItems = 32

func (i *movement[T]) run() {
	if i.clear {
		i.dst.clear()
	} else {
		i.dst.clearBorder()
	}
	if i.dst.size < 1<<14 {
		for item := range i.items * len(i.parts) {
			i.Do(item, 0)
		}
		return
	}
	workspace[T](i.m).Parallel(i.items*len(i.parts), i)
}

// Do copies some rows, or elements of one long row, of one part.
func (i *movement[T]) Do(item, _ int) {
	p, share := i.parts[item/i.items], item%i.items
	if p.rows == 1 {
		first, end := share*p.n/i.items, (share+1)*p.n/i.items
		copyElements(i.dst, p.to+first, p.src, p.from+first, end-first)
		return
	}
	for r := share * p.rows / i.items; r < (share+1)*p.rows/i.items; r++ {
		copyElements(i.dst, p.to+r*p.stepInto, p.src, p.from+r*p.stepFrom, p.n)
	}
}

func (i *movement[T]) bind() {}

func (i *movement[T]) needs() needs { return needs{} }

// newKernel makes the instruction of a step that is no group; nil where there
// is nothing to do.
func newKernel[T tensor.Float](m *Machine, p *plan, values []*value, s *step) (instruction, error) {
	e := &p.x.list[s.of]
	out := values[s.of]
	in := make([]*value, len(e.args))
	for i, a := range e.args {
		in[i] = values[a]
	}
	s.reads, s.writes = in, []*value{out}
	var bias *value
	if e.finish.bias {
		bias = in[len(in)-1]
	}
	switch e.op {
	case graph.MatMul, graph.Outer:
		i := &product[T]{m: m, bias: bias, epilogue: epilogueOf[T](e), a: in[0], b: in[1], c: out, ta: e.at&firstTurned != 0, tb: e.at&secondTurned != 0}
		i.rows, i.inner, i.cols = p.productSizes(e)
		return i, nil
	case graph.Conv, graph.ConvInput, graph.ConvWeights:
		shape, err := p.convolution(s.of, values)
		if err != nil {
			return nil, err
		}
		if i := pointwise[T](m, e, shape, in, out, bias); i != nil {
			return i, nil
		}
		i := &convolution[T]{m: m, bias: bias, epilogue: epilogueOf[T](e), op: e.op, shape: shape}
		switch e.op {
		case graph.Conv:
			i.x, i.w, i.y = in[0], in[1], out
		case graph.ConvInput:
			i.y, i.w, i.x = in[0], in[1], out
		default:
			i.x, i.y, i.w = in[0], in[1], out
		}
		return i, nil
	case graph.MaxPool, graph.MeanPool, graph.MeanPoolInput, graph.MaxPoolInput, graph.MaxPoolPick:
		i := &pooling[T]{m: m, op: e.op}
		switch e.op {
		case graph.MaxPool, graph.MeanPool:
			i.x, i.y = in[0], out
			i.shape = p.pooling(s.of, i.x, i.y)
			if i.pick = p.second(s.of, values); i.pick != nil {
				s.writes = append(s.writes, i.pick)
			}
		case graph.MeanPoolInput:
			i.dy, i.dx = in[0], out
			i.shape = p.pooling(s.of, i.dx, i.dy)
		case graph.MaxPoolInput:
			i.dy, i.pick, i.dx = in[0], in[1], out
			i.shape = p.pooling(s.of, i.dx, i.dy)
		case graph.MaxPoolPick:
			i.dx, i.pick, i.dy = in[0], in[1], out
			i.shape = p.pooling(s.of, i.dx, i.dy)
		}
		return i, nil
	case opMean:
		i := &moments[T]{m: m, x: in[0], mean: out, squares: p.second(s.of, values), shape: in[0].image}
		if x := &p.x.list[e.args[0]]; x.t.Rank() < 4 {
			i.shape = tensor.Image{N: 1, H: 1, W: x.rows(), C: x.cols()}
		}
		s.writes = append(s.writes, i.squares)
		return i, nil
	case graph.Transpose:
		return &transpose{out, in[0], p.x.list[e.args[0]].t.Dim(0), p.x.list[e.args[0]].t.Dim(1)}, nil
	}
	if e.kind() == alias && out.base != nil {
		return nil, nil
	}
	return newMovement[T](m, e, in, out)
}

// pointwise is the instruction of a convolution with a window of one pixel where
// no images have borders: a product of matrices with a row for each pixel.
func pointwise[T tensor.Float](m *Machine, e *expr, s tensor.Convolution, in []*value, out, bias *value) instruction {
	if s.H != 1 || s.W != 1 || s.Stride != 1 || s.Pad != 0 || s.Groups != 1 || out.image.Border > 0 || in[0].image.Border > 0 || in[1].image.Border > 0 {
		return nil
	}
	i := &product[T]{m: m, a: in[0], b: in[1], c: out, bias: bias, epilogue: epilogueOf[T](e)}
	i.rows, i.inner, i.cols = s.Y.Pixels(), s.X.C, s.Y.C
	switch e.op {
	case graph.ConvInput: // times the weights, turned
		i.tb, i.inner, i.cols = true, s.Y.C, s.X.C
	case graph.ConvWeights: // the images, turned, times
		i.ta, i.rows, i.inner = true, s.X.C, s.Y.Pixels()
	}
	return i
}

// epilogueOf is what the kernel of e does with its sums, but for the bias.
func epilogueOf[T tensor.Float](e *expr) tensor.Epilogue[T] {
	return tensor.Epilogue[T]{Accumulate: e.finish.accumulate, Activation: e.finish.activation}
}

// newMovement makes the instruction of an expression that only moves elements.
func newMovement[T tensor.Float](m *Machine, e *expr, in []*value, out *value) (instruction, error) {
	i := &movement[T]{m: m, dst: out, items: moveItems}
	switch e.op {
	case graph.Reshape, graph.Slice:
		i.parts = []part{{src: in[0], from: e.at, rows: 1, n: out.size}}
	case graph.Pad:
		i.clear = true
		i.parts = []part{{src: in[0], to: e.at, rows: 1, n: in[0].size}}
	case graph.Stack, graph.Join:
		at := 0
		for _, v := range in {
			i.parts = append(i.parts, part{src: v, to: at, rows: 1, n: v.size})
			at += v.size
		}
	case graph.PadCols:
		i.clear = true
		cols := e.cols()
		rows := out.size / max(cols, 1)
		n := in[0].size / max(rows, 1)
		i.parts = []part{{src: in[0], to: e.at, rows: rows, n: n, stepInto: cols, stepFrom: n}}
	default:
		return nil, fmt.Errorf("dense: no kernel computes %s", e.op)
	}
	return i, nil
}

// productSizes are those of a MatMul or Outer.
func (p *plan) productSizes(e *expr) (rows, inner, cols int) {
	a, b := p.x.list[e.args[0]].t, p.x.list[e.args[1]].t
	if e.op == graph.Outer {
		return a.Dim(0), 1, b.Dim(0)
	}
	turned := func(t graph.Type, flag int) graph.Type {
		if e.at&flag != 0 {
			return graph.Of(t.Dim(1), t.Dim(0))
		}
		return t
	}
	return graph.MatMulDims(turned(a, firstTurned), turned(b, secondTurned))
}
