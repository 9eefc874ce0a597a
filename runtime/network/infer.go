package network

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"relief/runtime/graph"
)

// limit bounds the elements of one sample between two layers, and of all
// parameters: an axis of an array is counted in 31 bits.
const limit = math.MaxInt32

// Infer checks every layer, and sets the shapes, the parameters and their places
// in the flat vector. A failure is an *Error.
func (n *Network) Infer() error {
	n.Params, n.Size = nil, 0
	if in := n.Input; in.H < 1 || in.W < 1 || in.C < 1 || product(in.H, in.W, in.C) > limit {
		return &Error{Summary: fmt.Sprintf("the input of the network is %s", in.describe()), Cure: fmt.Sprintf("give one sample at least 1 and at most %d elements", limit)}
	}
	if len(n.Layers) == 0 {
		return &Error{Summary: "the network has no layers", Cure: `add one, such as layer "dense" { units = 10 }`}
	}
	named := map[string]bool{}
	for l := range n.All() {
		if l.Name == "" {
			return &Error{l, fmt.Sprintf("a layer of kind %s has no name", l.Kind), "name it"}
		}
		if named[l.Name] {
			return &Error{l, "two layers have the name " + l.Name, "give each layer a name of its own"}
		}
		named[l.Name] = true
	}
	var err error
	if n.Output, err = chain(n.Layers, n.Input); err != nil {
		return err
	}
	gains(n.Layers, activation{"identity", 0})
	for l := range n.All() {
		for _, p := range l.Parameters {
			p.Offset = n.Size
			if n.Size += p.Type.Size(); n.Size > limit {
				return l.fail("use fewer channels or units", "with it the network has more than %d parameters", limit)
			}
			n.Params = append(n.Params, p)
		}
	}
	return nil
}

// chain infers layers one after another.
func chain(layers []*Layer, shape Shape) (Shape, error) {
	for _, l := range layers {
		var err error
		if shape, err = InferLayer(l, shape); err != nil {
			return Shape{}, err
		}
	}
	return shape, nil
}

// InferLayer checks the settings of a layer against the shape of its input,
// sets In, Out and Parameters, also of the layers of its branches, and returns
// Out. What the rest of the network decides (Offset, a Gain of 0) is left to
// Infer. A failure is an *Error.
func InferLayer(l *Layer, in Shape) (Shape, error) {
	l.In, l.Out, l.Parameters = in, Shape{}, nil
	for _, v := range [...]int{l.Units, l.Channels, l.Kernel[0], l.Kernel[1], l.Stride, l.Padding, l.Groups} {
		if v > limit/4 { // so that sums of a few cannot overflow
			return Shape{}, l.fail("use a smaller number", "a setting of %d is too large", v)
		}
	}
	var err error
	switch l.Kind {
	case Dense:
		l.Out, err = l.inferDense(in)
	case Conv:
		l.Out, err = l.inferConv(in)
	case BatchNorm, LayerNorm:
		l.Out, err = l.inferNorm(in)
	case Activation:
		l.Out = in
		if l.Function == "" {
			err = l.fail("choose one of "+functionList(), "an activation without a function")
		}
	case MaxPool, AvgPool:
		l.Out, err = l.inferPool(in)
	case GlobalPool:
		l.Out = Units(in.C)
		if in.Flat {
			err = l.fail(l.beforeFlatten("leave it out"), "global_pool takes an image, and its input is %s", in.describe())
		}
	case Flatten:
		l.Out = in.flat()
	case Dropout:
		l.Out = in
		if !(l.Rate >= 0 && l.Rate < 1) {
			err = l.fail("give the share of the elements that is dropped, such as 0.5", "a dropout rate of %v is not in [0, 1)", l.Rate)
		}
	case Residual:
		l.Out, err = l.inferResidual(in)
	case Concat:
		l.Out, err = l.inferConcat(in)
	case Sequence:
		switch len(l.Branches) {
		case 0:
			l.Out = in
		case 1:
			l.Out, err = chain(l.Branches[0], in)
		default:
			err = l.fail("give it one", "a sequence with %d branches", len(l.Branches))
		}
	default:
		err = l.fail("use dense, conv, batch_norm, layer_norm, activation, max_pool, avg_pool, global_pool, flatten, dropout, residual, concat or sequence", "there is no layer of kind %q", string(l.Kind))
	}
	if err == nil {
		err = l.checkRest()
	}
	if err != nil {
		l.Out, l.Parameters = Shape{}, nil
		return Shape{}, err
	}
	return l.Out, nil
}

// checkRest checks what many kinds have: their function and size.
func (l *Layer) checkRest() error {
	if l.hasFunction() {
		if _, ok := functions[l.Function]; !ok {
			return l.fail("choose one of "+functionList(), "there is no activation %q", l.Function)
		}
		if math.IsNaN(l.Slope) || math.IsInf(l.Slope, 0) {
			return l.fail("use a finite number", "a slope of %v", l.Slope)
		}
	}
	if product(l.Out.H, l.Out.W, l.Out.C) > limit {
		return l.fail("use fewer channels or units", "its output of %s has more than %d elements", l.Out, limit)
	}
	for _, p := range l.Parameters {
		if err := l.checkInit(p); err != nil {
			return err
		}
	}
	return nil
}

func (l *Layer) hasFunction() bool {
	switch l.Kind {
	case Dense, Conv, BatchNorm, LayerNorm, Activation, Residual:
		return true
	}
	return false
}

func (l *Layer) inferDense(in Shape) (Shape, error) {
	if !in.Flat {
		return Shape{}, l.fail(`add layer "flatten" {} before it`, "dense takes a vector, and its input is %s", in.describe())
	}
	if l.Units < 1 {
		return Shape{}, l.fail("write the number of outputs, such as units = 10", "dense with %d units", l.Units)
	}
	if product(in.C, l.Units) > limit {
		return Shape{}, l.fail("use fewer units, or pool before it", "its %d x %d weights are more than %d", in.C, l.Units, limit)
	}
	l.weights(graph.Of(in.C, l.Units), in.C, l.Units, in.Image)
	return Units(l.Units), nil
}

func (l *Layer) inferConv(in Shape) (Shape, error) {
	switch {
	case in.Flat:
		return Shape{}, l.fail(l.beforeFlatten("use a dense layer on vectors"), "conv takes an image, and its input is %s", in.describe())
	case l.Channels < 1:
		return Shape{}, l.fail("write the number of channels of its output, such as channels = 64", "conv with %d channels", l.Channels)
	case l.Groups < 1:
		return Shape{}, l.fail("write groups = 1, where each channel sees all", "conv with %d groups", l.Groups)
	case in.C%l.Groups != 0 || l.Channels%l.Groups != 0:
		return Shape{}, l.fail("choose groups that divide both: "+divisors(in.C, l.Channels), "%d groups do not divide %d channels of its input and %d of its output", l.Groups, in.C, l.Channels)
	}
	h, w, err := l.slide(in)
	if err != nil {
		return Shape{}, err
	}
	kh, kw, c := l.Kernel[0], l.Kernel[1], in.C/l.Groups
	if product(kh, kw, c, l.Channels) > limit {
		return Shape{}, l.fail("use fewer channels or a smaller kernel", "its %d x %d x %d x %d weights are more than %d", kh, kw, c, l.Channels, limit)
	}
	l.weights(graph.Of(kh, kw, c, l.Channels), kh*kw*c, product(kh, kw, l.Channels), [3]int{})
	return Shape{H: h, W: w, C: l.Channels}, nil
}

// weights declares the weights of a dense or conv layer and, if it has one, its
// bias: one for each column of t.
func (l *Layer) weights(t graph.Type, in, out int, image [3]int) {
	l.Parameters = append(l.Parameters, &Param{Name: l.Name + ".weight", Type: t, Role: Weight, Layer: l, FanIn: in, FanOut: out, Init: l.Init, Image: image})
	if l.Bias {
		l.Parameters = append(l.Parameters, &Param{Name: l.Name + ".bias", Type: graph.Of(t.Dim(t.Rank() - 1)), Role: Bias, Layer: l, FanIn: in, FanOut: out, Init: l.BiasInit})
	}
}

func (l *Layer) inferNorm(in Shape) (Shape, error) {
	if !(l.Epsilon > 0 && l.Epsilon <= math.MaxFloat64) {
		return Shape{}, l.fail("use a small positive number, such as epsilon = 1e-5", "an epsilon of %v", l.Epsilon)
	}
	scale, shift := l.Init, l.BiasInit
	if scale.Law == "" {
		scale.Law = "ones"
	}
	if shift.Law == "" {
		shift.Law = "zeros"
	}
	l.Parameters = append(l.Parameters,
		&Param{Name: l.Name + ".weight", Type: graph.Of(in.C), Role: Scale, Layer: l, FanIn: 1, FanOut: 1, Init: scale, Image: in.Image},
		&Param{Name: l.Name + ".bias", Type: graph.Of(in.C), Role: Shift, Layer: l, FanIn: 1, FanOut: 1, Init: shift, Image: in.Image})
	return in, nil
}

func (l *Layer) inferPool(in Shape) (Shape, error) {
	if in.Flat {
		return Shape{}, l.fail(l.beforeFlatten("leave it out"), "%s takes an image, and its input is %s", l.Kind, in.describe())
	}
	h, w, err := l.slide(in)
	if err != nil {
		return Shape{}, err
	}
	if 2*l.Padding > min(l.Kernel[0], l.Kernel[1]) {
		return Shape{}, l.fail(fmt.Sprintf("use at most padding = %d", min(l.Kernel[0], l.Kernel[1])/2), "a padding of %d is more than half of its window of %d x %d", l.Padding, l.Kernel[0], l.Kernel[1])
	}
	return Shape{H: h, W: w, C: in.C}, nil
}

// window is how a conv or a pool moves over its input.
func (l *Layer) window() graph.Window {
	return graph.Window{H: l.Kernel[0], W: l.Kernel[1], Stride: l.Stride, Pad: l.Padding, Groups: l.Groups}
}

// slide is the height and width of what a window makes of an image.
func (l *Layer) slide(in Shape) (h, w int, err error) {
	switch kh, kw := l.Kernel[0], l.Kernel[1]; {
	case kh < 1 || kw < 1:
		return 0, 0, l.fail("write the side of the window, such as kernel = 3", "a window of %d x %d", kh, kw)
	case l.Stride < 1:
		return 0, 0, l.fail("write stride = 1, or more to make the image smaller", "a stride of %d", l.Stride)
	case l.Padding < 0:
		return 0, 0, l.fail("write padding = 0, or leave it out", "a padding of %d", l.Padding)
	case in.H+2*l.Padding < kh || in.W+2*l.Padding < kw:
		need := max(kh-in.H+1, kw-in.W+1) / 2
		cure := fmt.Sprintf("make the image less small before it, or write padding = %d", need)
		if l.Kind != Conv && 2*need > min(kh, kw) {
			cure = "make the image less small before it, or leave this layer out"
		}
		return 0, 0, l.fail(cure, "a window of %d x %d with padding %d does not fit in its input, %s", kh, kw, l.Padding, in.describe())
	}
	h, w, err = l.window().Over(in.H, in.W)
	if err != nil {
		return 0, 0, l.fail("", "%v", err)
	}
	return h, w, nil
}

// beforeFlatten is the cure for an image layer on a vector: its place, if the
// vector was an image, and else what the kind can do about it.
func (l *Layer) beforeFlatten(otherwise string) string {
	if l.In.Image != [3]int{} {
		return `put it before layer "flatten" {}`
	}
	return otherwise
}

func (l *Layer) inferResidual(in Shape) (Shape, error) {
	const cure = "give it the layers whose output is added to the input and, if need be, a shortcut that the input passes"
	switch n := len(l.Branches); {
	case n > 2:
		return Shape{}, l.fail(cure, "a residual with %d branches", n)
	case n == 0 || len(l.Branches[0]) == 0:
		return Shape{}, l.fail(cure, "a residual without layers")
	}
	a, err := chain(l.Branches[0], in)
	if err != nil {
		return Shape{}, err
	}
	if len(l.Branches) == 1 || len(l.Branches[1]) == 0 {
		if !a.fits(in) {
			return Shape{}, l.fail(shortcut(a, in), "its layers give %s, and cannot be added to its input, %s", a.describe(), in.describe())
		}
		return joined(a, in), nil
	}
	b, err := chain(l.Branches[1], in)
	if err != nil {
		return Shape{}, err
	}
	if !a.fits(b) {
		return Shape{}, l.fail("give the last layers of both the same channels, and both branches the same strides", "its branches cannot be added: they give %s and %s", a.describe(), b.describe())
	}
	return joined(a, b), nil
}

// joined is the shape of the sum of two arrays that fit.
func joined(a, b Shape) Shape {
	if a == b {
		return a
	}
	return Units(a.Size())
}

// shortcut says what second branch brings in to the shape of a.
func shortcut(a, in Shape) string {
	switch {
	case a.Flat && in.Flat:
		return fmt.Sprintf("give it a shortcut with a dense layer of %s units", a)
	case a.Flat || in.Flat:
		return "put the flatten or global_pool after the residual"
	case a.H == in.H && a.W == in.W:
		return fmt.Sprintf("give it a shortcut with a conv of %d channels and kernel 1", a.C)
	}
	for s := 2; s <= in.H; s++ {
		if (in.H-1)/s+1 == a.H && (in.W-1)/s+1 == a.W {
			return fmt.Sprintf("give it a shortcut with a conv of %d channels, kernel 1 and stride %d", a.C, s)
		}
	}
	return "give its convs the padding that keeps height and width: 1 for kernel 3, 2 for kernel 5"
}

func (l *Layer) inferConcat(in Shape) (Shape, error) {
	if len(l.Branches) < 2 {
		return Shape{}, l.fail("give it two branches or more: an empty one is the input itself", "a concat of fewer than two branches")
	}
	var out Shape
	total := 0
	for i, b := range l.Branches {
		s, err := chain(b, in)
		if err != nil {
			return Shape{}, err
		}
		if total = min(total+s.C, limit+1); i == 0 {
			out = s
			continue
		}
		switch {
		case out.Flat != s.Flat:
			return Shape{}, l.fail("let all branches end in images or all in vectors", "branches 1 and %d cannot be joined: they give %s and %s", i+1, out.describe(), s.describe())
		case !out.Flat && (out.H != s.H || out.W != s.W):
			return Shape{}, l.fail("give all branches the same strides, and the padding that keeps height and width", "branches 1 and %d differ in height or width: they give %s and %s", i+1, out.describe(), s.describe())
		}
	}
	if out.Flat {
		return Units(total), nil
	}
	out.C = total
	return out, nil
}

// checkInit checks how a parameter begins.
func (l *Layer) checkInit(p *Param) error {
	i := p.Init
	which := "init"
	if p.Role == Bias || p.Role == Shift {
		which = "the init of the bias"
	}
	known, spread := false, false
	for _, law := range laws {
		if known = law.name == i.Law; known {
			spread = law.spread
			break
		}
	}
	switch {
	case !known:
		return l.fail("choose one of "+lawList(p.Role == Weight), "%s: there is no law %q", which, i.Law)
	case spread && p.Role != Weight:
		return l.fail("choose one of "+lawList(false), "%s: %s is a law of the weights of dense and conv layers", which, i.Law)
	case !(i.Gain >= 0 && i.Gain <= math.MaxFloat64):
		return l.fail("use a positive number, or leave it out", "%s: a gain of %v", which, i.Gain)
	case math.IsNaN(i.B-i.A) || math.IsInf(i.B-i.A, 0):
		return l.fail("use finite numbers", "%s: %s of %v and %v", which, i.Law, i.A, i.B)
	case i.Law == "normal" && i.B < 0:
		return l.fail("use a deviation of 0 or more", "%s: a normal law of deviation %v", which, i.B)
	case i.Law == "uniform" && i.B < i.A:
		return l.fail("write the lower end first", "%s: a uniform law from %v to %v", which, i.A, i.B)
	}
	return nil
}

// product is a product of counts, or limit + 1 if it is above limit.
func product(counts ...int) int {
	p := 1
	for _, c := range counts {
		if c > 0 && p > limit/c {
			return limit + 1
		}
		p *= c
	}
	return p
}

// divisors lists the common divisors of two numbers, as far as they are few.
func divisors(a, b int) string {
	for b != 0 {
		a, b = b, a%b
	}
	var list []string
	for d := 1; d <= min(a, 1<<16) && len(list) < 12; d++ {
		if a%d == 0 {
			list = append(list, strconv.Itoa(d))
		}
	}
	return strings.Join(list, ", ")
}
