package tensor

import "fmt"

// sweep is a correlation of one image with another: forward convolution, or
// one phase of the gradient of its input. Each row of pixels of the result is
// a strip whose A is the image itself: a tap further is a pixel further.
type sweep[T Float] struct {
	t        tiling
	src, dst []T
	from, to layout
	images   int
	rows     int // of pixels in an image of the result
	cols     int // pixels in such a row
	taps     int // rows of taps
	each     int // elements of a row of taps, of one group
	parts    int // groups
	in, out  int // channels of a group
	pixel    int // distance of taps in a row
	line     int // distance of rows of taps
	panels   []T // packed weights, groups one after the other
	epilogue Epilogue[T]

	block int // rows of pixels of an item
}

// layout says where the first pixel of an image's row r is.
type layout struct{ first, image, row, pixel int }

func (l layout) at(n, r int) int { return l.first + n*l.image + r*l.row }

// tapRows is the number of rows of taps that are summed from zero at once: as
// many as have about depth terms together. It depends on the shape alone.
func (s *sweep[T]) tapRows() int {
	if s.parts > 1 {
		return 1
	}
	return max(1, depth/s.each)
}

// Do computes the rows of pixels of one item.
func (s *sweep[T]) Do(item, _ int) {
	first := item * s.block
	last := min(first+s.block, s.images*s.rows)
	w, step := s.t.width(), s.tapRows()
	for g := range s.parts {
		panels := s.panels[g*s.taps*s.each*s.t.padded(s.out):]
		for j := 0; j < s.out; j += w {
			cols := min(w, s.out-j)
			panel := panels[j*s.taps*s.each:]
			nr := s.t.panel(cols)
			for v := 0; v < s.taps; v += step {
				p := strip[T]{rows: s.cols, cols: cols, rs: s.from.pixel, cs: 1, ldc: s.to.pixel}
				p.k, p.segments, p.ss = s.each, min(step, s.taps-v), s.line
				if s.parts > 1 {
					p.k, p.segments, p.ss = s.in, s.each/s.in, s.pixel
				}
				p.b = panel[v*s.each*nr:]
				p.add = v > 0 || s.epilogue.Accumulate
				for r := first; r < last; r++ {
					p.a = s.src[s.from.at(r/s.rows, r%s.rows)+v*s.line+g*s.in:]
					p.c = s.dst[s.to.at(r/s.rows, r%s.rows)+g*s.out+j:]
					p.multiply(s.t)
				}
			}
		}
	}
	if s.epilogue.none() {
		return
	}
	channels := s.parts * s.out
	for r := first; r < last; r++ {
		s.epilogue.applyRows(s.dst[s.to.at(r/s.rows, r%s.rows):], s.cols, channels, s.to.pixel, 0)
	}
}

// run computes all rows of pixels.
func (s *sweep[T]) run(ws *Workspace[T]) {
	workers := ws.Workers()
	if s.images*s.rows*s.cols*s.parts*s.out*s.taps*s.each < serial {
		workers = 1
	}
	all := s.images * s.rows
	s.block = max(1, min(depth/s.cols, ceil(all, 4*workers)))
	ws.run(workers, ceil(all, s.block), s)
}

// ConvScratch is the number of elements of scratch memory that Conv and
// ConvGradInput need.
func ConvScratch[T Float](cv Convolution) int {
	t := tilingOf[T]()
	taps := cv.H * cv.W
	forward := taps * cv.X.C * t.padded(cv.Y.C/cv.Groups)
	backward := taps * cv.Y.C * t.padded(cv.X.C/cv.Groups)
	return max(forward, backward)
}

func (cv Convolution) check(what string, weights int) {
	if cv.Groups < 1 || !cv.X.valid() || !cv.Y.valid() {
		panic(fmt.Sprintf("tensor: %s of a convolution without shape", what))
	}
	if weights < cv.WeightLen() {
		panic(fmt.Sprintf("tensor: %s of a convolution with %d weights, need %d", what, weights, cv.WeightLen()))
	}
}

func checkBorder(name string, g Image, need int) {
	if g.Border < need {
		panic(fmt.Sprintf("tensor: %s has a border of %d pixels, need %d", name, g.Border, need))
	}
}

// Conv computes y from the images x and weights w. The border of x must be at
// least Pad wide and zero. The bias of e has one number for each channel.
//
// The error of an element is that of a product of H·W·X.C/Groups terms in
// blocks of max(256, W·X.C) terms.
func Conv[T Float](ws *Workspace[T], cv Convolution, y, x, w []T, e Epilogue[T]) {
	cv.check("result", len(w))
	checkImage("input", x, cv.X)
	checkImage("result", y, cv.Y)
	checkBorder("input", cv.X, cv.Pad)
	if e.Bias != nil && len(e.Bias) != cv.Y.C {
		panic(fmt.Sprintf("tensor: %d biases of %d channels", len(e.Bias), cv.Y.C))
	}
	s := &ws.sweep
	s.t = tilingOf[T]()
	s.src, s.dst, s.epilogue = x, y, e
	s.images, s.rows, s.cols, s.parts = cv.Y.N, cv.Y.H, cv.Y.W, cv.Groups
	s.in, s.out = cv.X.C/cv.Groups, cv.Y.C/cv.Groups
	s.taps, s.each = cv.H, cv.W*s.in
	s.pixel, s.line = cv.X.C, cv.X.row()
	s.from = layout{cv.X.At(0, -cv.Pad, -cv.Pad), cv.X.image(), cv.Stride * cv.X.row(), cv.Stride * cv.X.C}
	s.to = layout{cv.Y.At(0, 0, 0), cv.Y.image(), cv.Y.row(), cv.Y.C}
	terms := cv.H * s.each
	s.panels = ws.take(cv.Groups * terms * s.t.padded(s.out))
	for g := range cv.Groups {
		packPanels(s.panels[g*terms*s.t.padded(s.out):], s.t, w[g*s.out:], terms, s.out, cv.Y.C, 1)
	}
	s.run(ws)
	*s = sweep[T]{}
}

// packPanels packs a matrix of terms x cols into panels.
func packPanels[T Float](dst []T, t tiling, src []T, terms, cols, rs, cs int) {
	for j := 0; j < cols; j += t.width() {
		c := min(t.width(), cols-j)
		nr := t.panel(c)
		pack(dst[j*terms:][:terms*nr], nr, src[j*cs:], terms, c, rs, cs)
	}
}

// ConvGradInput computes dx, the gradient with respect to the input, from the
// gradient dy with respect to the result, laid out as dyImage: Y with a zero
// border of at least GradBorder. With add, to what dx holds.
func ConvGradInput[T Float](ws *Workspace[T], cv Convolution, dx, dy, w []T, dyImage Image, add bool) {
	cv.check("gradient of the input", len(w))
	checkImage("gradient of the input", dx, cv.X)
	checkImage("gradient of the result", dy, dyImage)
	if y := cv.Y; dyImage.N != y.N || dyImage.H != y.H || dyImage.W != y.W || dyImage.C != y.C {
		panic(fmt.Sprintf("tensor: gradient of the result is %v, the result %v", dyImage, y))
	}
	checkBorder("gradient of the result", dyImage, cv.GradBorder())
	s := &ws.sweep
	for py := range cv.Stride {
		for px := range cv.Stride {
			s.t = tilingOf[T]()
			s.src, s.dst, s.epilogue.Accumulate = dy, dx, add
			v := phaseOf(cv.X.H, cv.H, py, cv.Stride, cv.Pad)
			u := phaseOf(cv.X.W, cv.W, px, cv.Stride, cv.Pad)
			if v.count == 0 || u.count == 0 {
				continue
			}
			s.images, s.rows, s.cols, s.parts = cv.X.N, v.count, u.count, cv.Groups
			s.to = layout{cv.X.At(0, v.first, u.first), cv.X.image(), cv.Stride * cv.X.row(), cv.Stride * cv.X.C}
			if v.taps == 0 || u.taps == 0 { // a stride beyond the window
				if !add {
					s.zero(cv.X.C)
				}
				continue
			}
			s.from = layout{dyImage.At(0, v.source, u.source), dyImage.image(), dyImage.row(), dyImage.C}
			s.in, s.out = cv.Y.C/cv.Groups, cv.X.C/cv.Groups
			s.taps, s.each = v.taps, u.taps*s.in
			s.pixel, s.line = dyImage.C, dyImage.row()
			s.packTurned(ws, cv, w, py, px, u.taps)
			s.run(ws)
		}
	}
	*s = sweep[T]{}
}

// zero clears the pixels of a phase.
func (s *sweep[T]) zero(channels int) {
	for r := range s.images * s.rows {
		at := s.to.at(r/s.rows, r%s.rows)
		for range s.cols {
			clear(s.dst[at : at+channels])
			at += s.to.pixel
		}
	}
}

// packTurned packs the weights of a phase, last tap first, with the channels of
// input and output exchanged.
func (s *sweep[T]) packTurned(ws *Workspace[T], cv Convolution, w []T, py, px, across int) {
	terms := s.taps * s.each
	s.panels = ws.take(s.parts * terms * s.t.padded(s.out))
	for g := range s.parts {
		group := s.panels[g*terms*s.t.padded(s.out):]
		for j := 0; j < s.out; j += s.t.width() {
			cols := min(s.t.width(), s.out-j)
			nr := s.t.panel(cols)
			panel := group[j*terms:]
			for m := range s.taps {
				v := py + (s.taps-1-m)*cv.Stride
				for l := range across {
					u := px + (across-1-l)*cv.Stride
					from := ((v*cv.W+u)*s.out+j)*cv.Y.C + g*s.in
					at := (m*across + l) * s.in * nr
					pack(panel[at:at+s.in*nr], nr, w[from:], s.in, cols, 1, cv.Y.C)
				}
			}
		}
	}
}
