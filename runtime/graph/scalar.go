package graph

import "math"

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
		switch {
		case a > 0:
			return 1
		case a < 0:
			return -1
		}
		return a * 0 // keeps NaN
	case Sqrt:
		return math.Sqrt(a)
	case RSqrt:
		if a == 0 {
			return 0
		}
		return 1 / math.Sqrt(a)
	case Recip:
		if a == 0 {
			return 0
		}
		return 1 / a
	case Exp:
		return math.Exp(a)
	case Expm1:
		return math.Expm1(a)
	case Log:
		return math.Log(a)
	case Log1p:
		return math.Log1p(a)
	case Sin:
		return math.Sin(a)
	case Cos:
		return math.Cos(a)
	case Tan:
		return math.Tan(a)
	case Sinh:
		return math.Sinh(a)
	case Cosh:
		return math.Cosh(a)
	case Tanh:
		return math.Tanh(a)
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
		if a > 0 || a != a {
			return a
		}
		return 0
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
		return math.Pow(a, b)
	case Min:
		return math.Min(a, b)
	case Max:
		return math.Max(a, b)
	case Hypot:
		return math.Hypot(a, b)
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
		if a == 0 {
			return 0
		}
		return float64(a * b)
	case SignMul:
		switch {
		case a == 0 || b == 0:
			return 0
		case b > 0:
			return a
		case b < 0:
			return -a
		}
		return b // NaN
	case StepMul:
		switch {
		case b > 0:
			return a
		case a == 0 || b <= 0:
			return 0
		}
		return b // NaN
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
