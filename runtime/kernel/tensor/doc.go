// Package tensor computes the dense kernels of networks over float32 and
// float64: matrix products and convolutions with what comes after them, pooling,
// the moments of channels, elementwise operations and sums.
//
//	Matrix, Image --(pack: panels of B, blocks of A in scratch memory)--> tiles
//	tiles --(assembly: 12x2 or 6x2 registers of C)--> C --(Epilogue)--> C
//
// Every result has the same bits for any number of workers, for any way a
// caller splits the rows, and at every level ("avx512", "avx2", "go"; see
// kernel.Level), so on every machine; only which NaN a NaN result is may
// differ. What is summed is summed in an order that depends on the shape alone.
// The assembly fuses multiplication and addition, and the plain Go loops round
// as it does.
//
// # Accuracy
//
// A product of K terms is summed in blocks of 256, each from zero by fused
// multiply-add in the order of the terms, and the blocks are added in order. So
// with u half an ulp of 1 in T (2^-24 or 2^-53), the error of an element is at most
//
//	(min(K, 256) + K/256 + 1) u sum |a b|
//
// to first order, that of Higham, Accuracy and Stability of Numerical
// Algorithms, 2nd ed., section 4.2, for sums by blocks. Sums over rows or
// pixels that are not products (moments, columns, dot products, norms) are held
// in float64 for either type.
//
// # Memory
//
// No kernel allocates. Those that need scratch memory take it from a
// Workspace; functions whose names end in Scratch say how much. Slices that
// are too short for their stated shape are a mistake of the caller and panic
// before anything is written.
package tensor

//go:generate go run relief/runtime/kernel/tensor/asm
