package tensor

import (
	"fmt"

	"relief/runtime/kernel"
)

// Softmax sets each row of p (rows x classes) to e^z over its sum along the row
// of z. The greatest of a row is subtracted first; sums are in float64, that of
// the greatest after the others in the order of the classes. p may be z.
func Softmax[T Float](p, z []T, classes int) {
	z = rowsOf(p, z, classes)
	each := max(1, wordsAtOnce/classes) * classes
	for at := 0; at < len(p); at += each {
		end := min(at+each, len(p))
		var e exponentials[T]
		e.take(z[at:end], classes)
		for i := 0; at+i*classes < end; i++ {
			_, _, rest := e.sum(i)
			e.shares(p[at+i*classes:][:classes], i, 1+rest, 1)
		}
	}
}

// SoftmaxCrossEntropy sets losses[i] to -log softmax(z_i)[labels[i]] for row i
// of z, and, unless grad is nil, row i of grad to scale (softmax(z_i) - e_label),
// the gradient of scale times the loss. A loss near 0 is as precise, relative to
// itself, as one that is large. grad may be z. Each row is computed by
// itself, so rows may be split at will. It panics if a label is no class.
func SoftmaxCrossEntropy[T Float](losses []float64, grad, z []T, labels []int32, classes int, scale float64) {
	rows := len(losses)
	if classes < 1 || len(labels) < rows || len(z) < rows*classes || grad != nil && len(grad) < rows*classes {
		panic(fmt.Sprintf("tensor: cross-entropy of %d rows of %d classes with %d labels, %d logits, %d gradients",
			rows, classes, len(labels), len(z), len(grad)))
	}
	for i, label := range labels[:rows] {
		if label < 0 || int(label) >= classes {
			panic(fmt.Sprintf("tensor: label %d of row %d is none of %d classes", label, i, classes))
		}
	}
	for i := 0; i < rows; {
		n := min(rows-i, max(1, wordsAtOnce/classes))
		var dst []T
		if grad != nil {
			dst = grad[i*classes:][:n*classes]
		}
		crossEntropy(losses[i:i+n], dst, z[i*classes:][:n*classes], labels[i:], classes, scale)
		i += n
	}
}

// crossEntropy is SoftmaxCrossEntropy for one long row, or for as many short
// ones as are exponentiated at a time.
func crossEntropy[T Float](losses []float64, grad, z []T, labels []int32, classes int, scale float64) {
	var e exponentials[T]
	e.take(z, classes)
	for i := range losses {
		label := int(labels[i])
		top, first, rest := e.sum(i)
		target := float64(z[i*classes+label])
		losses[i] = kernel.Log1p(rest) + (top - target)
		if grad == nil {
			continue
		}
		dst := grad[i*classes:][:classes]
		atLabel := kernel.Exp(target-top)/(1+rest) - 1
		if label == first { // without the cancellation of 1 - 1
			atLabel = -(rest / (1 + rest))
		}
		e.shares(dst, i, 1+rest, scale)
		dst[label] = T(scale * atLabel)
	}
}

// rowsOf panics unless p holds whole rows and z as many elements.
func rowsOf[T Float](p, z []T, classes int) []T {
	if classes < 1 || len(p)%classes != 0 {
		panic(fmt.Sprintf("tensor: softmax of %d elements in rows of %d", len(p), classes))
	}
	return fit("z", z, len(p))
}

// exponentials holds e^z, less the greatest z of each row, of some rows; of a
// row longer than that it computes parts as they are needed.
type exponentials[T Float] struct {
	z       []T
	classes int
	words   [wordsAtOnce]float64
	firsts  [wordsAtOnce]uint16 // of short rows: where the greatest is
	first   int                 // of a long row
	top     float64             // there; z may be overwritten part by part
}

// take prepares the rows of z, which hold at most wordsAtOnce elements together
// unless there is only one.
func (e *exponentials[T]) take(z []T, classes int) {
	e.z, e.classes = z, classes
	if classes > wordsAtOnce {
		e.first = greatestOf(z)
		e.top = float64(z[e.first])
		return
	}
	d := e.words[:len(z)]
	Widen(d, z)
	for i := 0; i*classes < len(z); i++ {
		row := d[i*classes:][:classes]
		first := greatestOf(z[i*classes:][:classes])
		e.firsts[i] = uint16(first)
		top := row[first]
		for j := range row {
			row[j] -= top
		}
	}
	kernel.VecExp(d, d)
}

// greatestOf returns where the greatest element is first, or the first NaN.
func greatestOf[T Float](z []T) int {
	first := 0
	for i, v := range z {
		if v > z[first] {
			first = i
		}
		if v != v {
			return i
		}
	}
	return first
}

// part returns the exponentials from element at on of a long row.
func (e *exponentials[T]) part(at int) []float64 {
	d := e.words[:min(len(e.z)-at, wordsAtOnce)]
	Widen(d, e.z[at:])
	kernel.AddC(d, d, -e.top)
	kernel.VecExp(d, d)
	return d
}

// sum returns the greatest element of row i, where it is first, and the sum of
// the exponentials of the others.
func (e *exponentials[T]) sum(i int) (top float64, first int, rest float64) {
	first, top = e.first, e.top
	add := func(d []float64, at int) {
		for j, v := range d {
			if at+j != first {
				rest += v
			}
		}
	}
	if e.classes > wordsAtOnce {
		for at := 0; at < len(e.z); at += wordsAtOnce {
			add(e.part(at), at)
		}
	} else {
		first = int(e.firsts[i])
		top = float64(e.z[i*e.classes+first])
		add(e.words[i*e.classes:][:e.classes], 0)
	}
	if top != top {
		rest = top
	}
	return top, first, rest
}

// shares sets p to scale times the exponentials of row i over their sum.
func (e *exponentials[T]) shares(p []T, i int, sum, scale float64) {
	share := func(p []T, d []float64) {
		for j, v := range d {
			p[j] = T(v / sum * scale)
		}
	}
	if e.classes <= wordsAtOnce {
		share(p, e.words[i*e.classes:][:e.classes])
		return
	}
	for at := 0; at < len(e.z); at += wordsAtOnce {
		share(p[at:], e.part(at))
	}
}

// SoftmaxTangent sets each row of dst to p ∘ (t - p·t): the derivative of
// p = softmax(z) when z changes by t. The product of a row is in float64, in
// the order of the classes. dst may be t.
func SoftmaxTangent[T Float](dst, p, t []T, classes int) {
	p, t = rowsOf(dst, p, classes), rowsOf(dst, t, classes)
	for at := 0; at < len(dst); at += classes {
		q, v, d := p[at:at+classes], t[at:at+classes], dst[at:at+classes]
		mean := 0.0
		for i, x := range q {
			mean += float64(float64(x) * float64(v[i]))
		}
		for i, x := range q {
			d[i] = T(float64(x) * (float64(v[i]) - mean))
		}
	}
}
