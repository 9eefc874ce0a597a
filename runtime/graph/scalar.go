package graph

import (
	"math"

	"relief/runtime/kernel"
)

// Eval computes an elementwise operation on one element. It is the plain
// definition that folding, the array evaluator and every fast kernel agree
// with bit for bit; truth values are 0 and 1. Operands beyond the arity are
// ignored. It panics for an operation that is not elementwise.
func (o Op) Eval(a, b, c float64) float64 {
	switch o {
	case Neg:
		return -a
	case Abs:
		return math.Abs(a)
	case Sign:
		return kernel.SignOf(a)
	case Sqrt:
		return math.Sqrt(a)
	case RSqrt:
		if a == 0 {
			return 0
		}
		return 1 / math.Sqrt(a)
	case Recip:
		return kernel.RecipOf(a)
	case Exp:
		return kernel.Exp(a)
	case Expm1:
		return kernel.Expm1(a)
	case Log:
		return kernel.Log(a)
	case Log1p:
		return kernel.Log1p(a)
	case Sin:
		return math.Sin(a)
	case Cos:
		return math.Cos(a)
	case Tan:
		return math.Tan(a)
	case Sinh:
		return sinh(a)
	case Cosh:
		return cosh(a)
	case Tanh:
		return kernel.Tanh(a)
	case Asin:
		return math.Asin(a)
	case Acos:
		return math.Acos(a)
	case Atan:
		return math.Atan(a)
	case Floor:
		return math.Floor(a)
	case Ceil:
		return math.Ceil(a)
	case Round:
		return math.Round(a)
	case Relu:
		return kernel.ReluOf(a)
	case Erf:
		return kernel.Erf(a)
	case Not:
		return truth(a == 0)
	case IsFinite:
		return truth(a-a == 0)
	case Add:
		return a + b
	case Sub:
		return a - b
	case Mul:
		return a * b
	case Div:
		return a / b
	case Mod:
		return math.Mod(a, b)
	case Pow:
		return pow(a, b)
	case Min:
		return min(a, b)
	case Max:
		return max(a, b)
	case Hypot:
		return hypot(a, b)
	case Atan2:
		return math.Atan2(a, b)
	case Lt:
		return truth(a < b)
	case Le:
		return truth(a <= b)
	case Gt:
		return truth(a > b)
	case Ge:
		return truth(a >= b)
	case Eq:
		return truth(a == b)
	case Ne:
		return truth(a != b)
	case And:
		return truth(a != 0 && b != 0)
	case Or:
		return truth(a != 0 || b != 0)
	case MulZero:
		return kernel.MulZeroOf(a, b)
	case SignMul:
		return kernel.SignMulOf(a, b)
	case Gate:
		if b <= 0 {
			return 0
		}
		return a
	case Select:
		if a != 0 {
			return b
		}
		return c
	}
	panic("graph: " + o.String() + " is not elementwise")
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
