package graph

// taps calls visit for every place of the window and every pixel of it that
// lies in the image: place after place in index order, in each the pixels row by
// row. The pixel is (v, u) of the window, number from of the images x; the place
// is pixel number to of the images y.
func (w Window) taps(x, y Type, visit func(v, u, from, to int)) {
	h, width := x.Dim(1), x.Dim(2)
	for to := range y.Dim(0) * y.Dim(1) * y.Dim(2) {
		image, i, j := to/(y.Dim(1)*y.Dim(2)), to/y.Dim(2)%y.Dim(1), to%y.Dim(2)
		for v := range w.H {
			for u := range w.W {
				r, q := i*w.Stride+v-w.Pad, j*w.Stride+u-w.Pad
				if r >= 0 && r < h && q >= 0 && q < width {
					visit(v, u, (image*h+r)*width+q, to)
				}
			}
		}
	}
}

// products calls visit for every product x[from] k[weight] that y[to] is a sum
// of, y being the convolution of x with k: in the order of taps, then of the
// output channels, then of the input channels.
func (w Window) products(x, k, y Type, visit func(from, weight, to int)) {
	in, out := k.Dim(2), k.Dim(3)
	w.taps(x, y, func(v, u, from, to int) {
		for o := range out {
			first := from*x.Dim(3) + o/(out/w.Groups)*in
			for c := range in {
				visit(first+c, ((v*w.W+u)*in+c)*out+o, to*out+o)
			}
		}
	})
}

// computeImages is the definition of convolutions, poolings and their adjoints.
// All sums start from 0 and add their terms in the order of taps and products.
func computeImages(n *Node, types []Type, args [][]float64, out []float64) {
	w, a, b := n.Window, args[0], args[len(args)-1]
	switch n.Op {
	case Conv:
		w.products(types[0], types[1], n.Type, func(from, weight, to int) {
			out[to] += float64(a[from] * b[weight])
		})
	case ConvInput:
		w.products(n.Type, types[1], types[0], func(from, weight, to int) {
			out[from] += float64(a[to] * b[weight])
		})
	case ConvWeights:
		w.products(types[0], n.Type, types[1], func(from, weight, to int) {
			out[weight] += float64(a[from] * b[to])
		})
	case MaxPool:
		copy(out, w.greatest(types[0], n.Type, a))
	case MaxPoolInput:
		for to, from := range w.argmax(types[1], types[0], b) {
			out[from] += a[to]
		}
	case MaxPoolPick:
		for to, from := range w.argmax(types[0], n.Type, b) {
			out[to] = a[from]
		}
	case MeanPool:
		w.elements(types[0], n.Type, func(from, to int) { out[to] += a[from] })
		for i := range out {
			out[i] *= w.share()
		}
	case MeanPoolInput:
		w.elements(n.Type, types[0], func(from, to int) { out[from] += float64(a[to] * w.share()) })
	}
}

// share is what a pixel counts in the mean of a window.
func (w Window) share() float64 { return 1 / float64(w.H*w.W) }

// elements is taps for each channel: visit gets the indices of the elements.
func (w Window) elements(x, y Type, visit func(from, to int)) {
	channels := x.Dim(3)
	w.taps(x, y, func(_, _, from, to int) {
		for c := range channels {
			visit(from*channels+c, to*channels+c)
		}
	})
}

// greatest is the greatest element of x in each window, NaN if one is.
func (w Window) greatest(x, y Type, data []float64) []float64 {
	top, seen := make([]float64, y.Size()), make([]bool, y.Size())
	w.elements(x, y, func(from, to int) {
		if v := data[from]; !seen[to] || v > top[to] || v != v {
			top[to], seen[to] = v, true
		}
	})
	return top
}

// argmax is the index of the first element in each window that is greatest; of
// the first of all where one is NaN.
func (w Window) argmax(x, y Type, data []float64) []int {
	top := w.greatest(x, y, data)
	at, found := make([]int, y.Size()), make([]bool, y.Size())
	w.elements(x, y, func(from, to int) {
		if !found[to] && !(data[from] < top[to]) {
			at[to], found[to] = from, true
		}
	})
	return at
}
