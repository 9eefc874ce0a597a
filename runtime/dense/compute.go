package dense

import (
	"unsafe"

	"relief/runtime/graph"
	"relief/runtime/kernel"
	"relief/runtime/kernel/tensor"
)

// elementwise sets dst = op(a, b, c), element by element; operands beyond the arity
// are ignored. What has no kernel for T is computed in float64, in scratch
// memory.
func elementwise[T tensor.Float](op graph.Op, dst, a, b, c []T, scratch []float64) {
	switch op {
	case graph.Add:
		tensor.Add(dst, a, b)
		return
	case graph.Sub:
		tensor.Sub(dst, a, b)
		return
	case graph.Mul:
		tensor.Mul(dst, a, b)
		return
	case graph.Gate:
		tensor.Gate(dst, a, b)
		return
	case graph.Neg:
		for i, v := range a {
			dst[i] = -v
		}
		return
	}
	if !isSingle[T]() {
		double(op, as64(dst), as64(a), as64(b), as64(c))
		return
	}
	n := len(dst)
	at := (n + line - 1) / line * line
	var wide [3][]float64
	for k, v := range [...][]T{a, b, c} {
		if v != nil {
			wide[k] = scratch[k*at:][:n]
			tensor.Widen(wide[k], v)
		}
	}
	out := scratch[3*at:][:n]
	double(op, out, wide[0], wide[1], wide[2])
	tensor.Narrow(dst, out)
}

func as64[T tensor.Float](a []T) []float64 {
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(a))), len(a))
}

// double is elementwise in float64.
func double(op graph.Op, dst, a, b, c []float64) {
	switch op {
	case graph.Div:
		kernel.Div(dst, a, b)
	case graph.Min:
		kernel.Min(dst, a, b)
	case graph.Max:
		kernel.Max(dst, a, b)
	case graph.Abs:
		kernel.Abs(dst, a)
	case graph.Sign:
		kernel.Sign(dst, a)
	case graph.Sqrt:
		kernel.Sqrt(dst, a)
	case graph.RSqrt:
		kernel.RSqrt(dst, a)
	case graph.Recip:
		kernel.Recip(dst, a)
	case graph.Exp:
		kernel.VecExp(dst, a)
	case graph.Expm1:
		kernel.VecExpm1(dst, a)
	case graph.Log:
		kernel.VecLog(dst, a)
	case graph.Log1p:
		kernel.VecLog1p(dst, a)
	case graph.Tanh:
		kernel.VecTanh(dst, a)
	case graph.Erf:
		kernel.VecErf(dst, a)
	case graph.Relu:
		kernel.Relu(dst, a)
	case graph.MulZero:
		kernel.MulZero(dst, a, b)
	case graph.SignMul:
		kernel.SignMul(dst, a, b)
	case graph.Lt:
		kernel.Lt(dst, a, b)
	case graph.Le:
		kernel.Le(dst, a, b)
	case graph.Gt:
		kernel.Gt(dst, a, b)
	case graph.Ge:
		kernel.Ge(dst, a, b)
	case graph.Eq:
		kernel.Eq(dst, a, b)
	case graph.Ne:
		kernel.Ne(dst, a, b)
	case graph.Select:
		kernel.Select(dst, a, b, c)
	default:
		var u, v, w float64
		for i := range dst {
			u = a[i]
			if b != nil {
				v = b[i]
			}
			if c != nil {
				w = c[i]
			}
			dst[i] = op.Eval(u, v, w)
		}
	}
}
