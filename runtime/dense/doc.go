// Package dense computes graphs of large arrays: networks on batches. A graph
// becomes a list of kernel calls in planned memory, in float32 or float64.
//
//	graph.Graph, roots
//	  --(build)------------------------------------> exprs: forms, element types
//	  --(splitSums, addEpilogues, joinMoments)-----> exprs
//	  --(plan: what is stored, groups)-------------> steps
//	  --(layout)-----------------------------------> values: borders, views
//	  --(instruct: kernels, writer of groups)------> instructions
//	  --(order, place)-----------------------------> Program
//	  --(Set, Prepare, Finish)---------------------> roots
//
//	m := dense.NewMachine(workers)
//	p, err := dense.Compile(m, g, []graph.ID{loss, gradient}, dense.Options{Single: true})
//	p.Set("w", w)
//	err = p.Run(ctx) // allocates nothing
//	p.Number(0)
//	p.Read(1, dst)
//
// # Precision
//
// With Options.Single arrays are float32. Statistics are float64 for either
// type: numbers, the results of all reductions, and what is computed from these
// alone or from them and arrays of their size, such as means, inverse
// deviations and losses. They become float32 where they are spread over an
// array. The results of elementwise operations in float64 have the bits that
// graph.Interpret gives; those of sums and products are rounded as package
// tensor says. Functions without a float32 kernel are computed in float64 and
// rounded.
//
// A convolution multiplies the zeros of its padding too, so that an infinite
// weight gives NaN there.
//
// All sums but those of products and mean poolings are taken in float64, in
// chunks and in an order that depend on the shapes alone. So results have the
// same bits for any number of workers. Factors that are constant along a sum are
// taken out of it.
//
// # Fusion
//
// Elementwise operations have no memory of their own: they are computed block
// by block, small enough for the first caches, together with the reductions of
// what they give. A step of that kind, a group, has one pass over its operands.
// An expression that several groups need is computed in each of them where that
// costs less than to store it. A vector spread over rows, a number spread over an
// array and arrays joined by columns are read where they are.
//
// # Memory
//
// A value is an array in memory: an input, a result of a kernel, or an
// elementwise expression that must be stored. Values that live from one step to
// a later one share an arena with each other and with the other programs of the
// Machine, whose contents are lost when another program runs. Inputs, roots and
// what Prepare leaves for Finish have memory of their own. Images have one
// layout, with the border of zeros that the convolutions that read them need.
package dense
