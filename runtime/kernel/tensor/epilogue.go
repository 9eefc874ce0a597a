package tensor

import "relief/runtime/kernel"

// Activation is a function of one element.
type Activation uint8

// The activations. Tanh of float32 is computed in float64 and rounded, with an
// error of at most 0.501 ulp.
const (
	Identity Activation = iota
	Relu                // the greater of x and 0
	Tanh                // hyperbolic tangent
)

// Epilogue is what happens to the sums of a product before they are C.
//
//	C = Activation(C·[Accumulate] + A B + 1 Bias)
type Epilogue[T Float] struct {
	Accumulate bool       // add to what C holds
	Bias       []T        // one for each column, or nil
	Activation Activation // of every element; Identity by default
}

func (e *Epilogue[T]) none() bool { return e.Bias == nil && e.Activation == Identity }

// applyRows finishes rows of cols elements, stride apart, that start with the
// given column.
func (e *Epilogue[T]) applyRows(data []T, rows, cols, stride, col int) {
	f := e.Activation
	for i := range rows {
		if e.Bias == nil {
			break
		}
		row, bias := data[i*stride:][:cols], e.Bias[col:col+cols]
		if e.Activation == Relu { // in one pass
			addRelu(row, row, bias)
			f = Identity
		} else {
			Add(row, row, bias)
		}
	}
	switch {
	case f == Identity:
	case cols == stride:
		activate(data[:rows*cols], f)
	default:
		for i := range rows {
			activate(data[i*stride:][:cols], f)
		}
	}
}

// activate puts each element of x through f.
func activate[T Float](x []T, f Activation) {
	switch {
	case f == Relu:
		Gate(x, x, x)
	case f == Tanh && !single[T]():
		kernel.VecTanh(as64(x), as64(x))
	case f == Tanh:
		var buffer [256]float64
		for len(x) > 0 {
			wide := buffer[:min(len(x), len(buffer))]
			Widen(wide, x)
			kernel.VecTanh(wide, wide)
			Narrow(x[:len(wide)], wide)
			x = x[len(wide):]
		}
	default:
		panic("tensor: unknown activation")
	}
}
