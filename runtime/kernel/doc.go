// Package kernel computes elementwise float64 operations over slices.
//
//	dst, a, b []float64 --(vecAdd: assembly over whole registers)--> prefix done
//	                    --(the loop in Add: plain Go)-------------> the rest
//
// The plain Go loop of a kernel is its definition. The assembly, AVX-512 or
// AVX2 with FMA, is chosen once at start and gives the same bits for every
// input, as does every other architecture, where the loop does all the work;
// only which NaN a NaN result is may differ. So a result depends neither on
// the machine nor on where an element lies in its slice.
//
// Every kernel takes as many elements as dst has, and panics if an operand is
// shorter. dst may be the same slice as an operand; any other overlap gives
// unspecified results. Nothing is allocated.
//
// Exp, Expm1, Log, Log1p, Tanh and Erf are the functions of one number, VecExp
// and so on the same over slices. Functions whose names end in Of are the
// definitions of one element of the kernel of that name. Names that end in C
// take a number as an operand.
package kernel

//go:generate go run relief/runtime/kernel/asm
