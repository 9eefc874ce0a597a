package program

import (
	"relief/runtime/graph"
	"relief/runtime/kernel"
)

// The kernels of the operations that have one; the others are computed
// element by element by their definition.
var (
	unaryKernels = [graph.NumOps]func(d, a []float64){
		graph.Neg: kernel.Neg, graph.Abs: kernel.Abs, graph.Sign: kernel.Sign, graph.Sqrt: kernel.Sqrt, graph.Recip: kernel.Recip,
		graph.Exp: kernel.VecExp, graph.Expm1: kernel.VecExpm1, graph.Log: kernel.VecLog, graph.Log1p: kernel.VecLog1p,
		graph.Tanh: kernel.VecTanh, graph.Erf: kernel.VecErf, graph.Relu: kernel.Relu,
	}
	binaryKernels = [graph.NumOps]func(d, a, b []float64){
		graph.Add: kernel.Add, graph.Sub: kernel.Sub, graph.Mul: kernel.Mul, graph.Div: kernel.Div,
		graph.Min: kernel.Min, graph.Max: kernel.Max,
		graph.Lt: kernel.Lt, graph.Le: kernel.Le, graph.Gt: kernel.Gt, graph.Ge: kernel.Ge, graph.Eq: kernel.Eq, graph.Ne: kernel.Ne,
		graph.MulZero: kernel.MulZero, graph.SignMul: kernel.SignMul,
	}
	scalarKernels = [numOpcodes]func(d, a []float64, c float64){
		opAddI: kernel.AddC, opRSubI: kernel.RSubC, opMulI: kernel.MulC, opDivI: kernel.DivC, opRDivI: kernel.RDivC,
		opMinI: kernel.MinC, opMaxI: kernel.MaxC,
		opLtI: kernel.LtC, opLeI: kernel.LeC, opGtI: kernel.GtC, opGeI: kernel.GeC, opEqI: kernel.EqC, opNeI: kernel.NeC,
	}
)

// unary computes d = op(a).
func unary(op graph.Op, d, a []float64) {
	if f := unaryKernels[op]; f != nil {
		f(d, a)
		return
	}
	for i, x := range a[:len(d)] {
		d[i] = op.Eval(x, 0, 0)
	}
}

// binary computes d = op(a, b).
func binary(op graph.Op, d, a, b []float64) {
	if f := binaryKernels[op]; f != nil {
		f(d, a, b)
		return
	}
	for i, x := range a[:len(d)] {
		d[i] = op.Eval(x, b[i], 0)
	}
}

// withScalar computes d = op(a, imm).
func withScalar(op opcode, d, a []float64, imm float64) {
	if op == opCopy {
		copy(d, a)
		return
	}
	scalarKernels[op](d, a, imm)
}
