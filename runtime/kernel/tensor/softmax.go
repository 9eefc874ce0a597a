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
	for at := 0; at < len(p); at += classes {
		softmaxRow(p[at:at+classes], z[at:at+classes])
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
	for i := range rows {
		row := z[i*classes:][:classes]
		label := int(labels[i])
		target := float64(row[label])
		var dst []T
		if grad != nil {
			dst = grad[i*classes:][:classes]
		}
		e := exponentials(dst, row, scale)
		losses[i] = kernel.Log1p(e.rest) + (e.top - target)
		switch {
		case dst == nil:
		case label == e.first: // without the cancellation of 1 - 1
			dst[label] = T(-scale * (e.rest / (1 + e.rest)))
		default:
			dst[label] = T(scale * (kernel.Exp(target-e.top)/(1+e.rest) - 1))
		}
	}
}

// rowsOf panics unless p holds whole rows and z as many elements.
func rowsOf[T Float](p, z []T, classes int) []T {
	if classes < 1 || len(p)%classes != 0 {
		panic(fmt.Sprintf("tensor: softmax of %d elements in rows of %d", len(p), classes))
	}
	return fit("z", z, len(p))
}

func softmaxRow[T Float](p, z []T) { exponentials(p, z, 1) }

// rowSum describes the exponentials of a row.
type rowSum struct {
	top   float64 // the greatest element
	first int     // where it is first
	rest  float64 // sum of e^(z - top) over the others
}

// exponentials sums a row and, unless p is nil, sets p to scale times the
// softmax of z.
func exponentials[T Float](p, z []T, scale float64) rowSum {
	var s rowSum
	for i, v := range z {
		if v > z[s.first] || v != v {
			s.first = i
		}
		if v != v {
			break
		}
	}
	s.top = float64(z[s.first])
	var words [wordsAtOnce]float64
	each := func(part []T) []float64 {
		d := words[:len(part)]
		widen(d, part)
		kernel.SubC(d, d, s.top)
		kernel.VecExp(d, d)
		return d
	}
	for at := 0; at < len(z); at += wordsAtOnce {
		for i, v := range each(z[at:min(at+wordsAtOnce, len(z))]) {
			if at+i != s.first {
				s.rest += v
			}
		}
	}
	if s.top != s.top {
		s.rest = s.top
	}
	if p == nil {
		return s
	}
	for at := 0; at < len(z); at += wordsAtOnce {
		end := min(at+wordsAtOnce, len(z))
		d := words[:end-at]
		if len(z) > wordsAtOnce {
			d = each(z[at:end])
		}
		kernel.DivC(d, d, 1+s.rest)
		kernel.MulC(d, d, scale)
		narrow(p[at:end], d)
	}
	return s
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
