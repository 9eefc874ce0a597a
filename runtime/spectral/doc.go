// Package spectral finds eigenvalues, traces and densities of large symmetric
// operators from their products with vectors, and components of paths and
// directions in parameter space.
//
//	Operator --(Top, Bottom)--> Result: eigenvalues, vectors, residuals
//	Operators along a run --(Tracker.Top)--> Result, with a State to save
//	Operator --(MeasureDensity)--> Density, trace
//	Operator --(Precondition, Restrict)--> Operator
//	Rows --(Principal)--> Components --(Orthogonalise)--> axes
//	a direction --(Normalise)--> one in the scale of the parameters
//
// An operator is a Hessian, a Gauss-Newton matrix or anything else that is
// symmetric; a product with it is taken to be dear. What runs in parallel runs
// inside of products, and, for Principal, in the products of rows. Everything
// else is float64 in a fixed order, with random numbers by counter, so the same
// operator gives the same bits whatever the number of workers.
//
// # Method
//
// Top is Lanczos's method with full reorthogonalisation and thick restart (Golub
// and Van Loan, Matrix Computations, 4th ed., chapter 10; Parlett, The Symmetric
// Eigenvalue Problem, chapter 13; Wu and Simon 2000). It looks for the
// algebraically largest eigenvalues, since those bound the learning rate, where
// methods for the largest magnitude may come back with a negative one.
//
// From several starting vectors it multiplies these first, and then the
// direction of the largest residual. A warm start with the vectors of the second
// and third eigenvalue takes them out of the way of the first: what decides how
// fast it converges is then the gap to the fourth. This is why a Tracker starts
// from a block even for one eigenvalue, and why its numbers below do not grow as
// the gap closes.
//
// A residual is that of the vector that is returned, from coefficients that are
// all kept, so rounding and products in binary32 are in it. An eigenvalue is
// within its residual of one of H. That it is the largest is as certain as the
// start is random, and two eigenvalues closer than some ten times the tolerance
// may be taken for each other: at 1e-3 that has been seen for gaps below 1 %.
//
// # Products
//
// Hessian-vector products to a residual of 1e-3, the mean over 60 calls and the
// most of a call. The network has 192-64-64-4 units and is at the edge of
// stability, with its two or three largest eigenvalues 1 to 5 % apart; calls are
// 1, 20 or 100 steps apart. The operators of the second table have ten
// eigenvalues over a bulk of a hundredth of the largest, and turn all of their
// eigenvectors by an angle from call to call, into random directions and into
// each other. "Gradient" is a cold start with the gradient as its hint; the
// Tracker's means include its first call and its cold starts.
//
//	                             cold        gradient     Tracker
//	network, top 1, every 1      10.6  12    7.4   8      4.2   8
//	                every 20     12.0  14    8.7  11      4.5  10
//	                every 100    12.8  15    9.9  13      4.9  13
//	network, top 3, every 1      12.2  15   10.4  11      7.3  11
//	                every 20     13.0  15   10.4  12      7.4  11
//	                every 100    14.1  16   11.2  14      7.9  13
//
//	                             cold        Tracker
//	gap 2 %, angle 0.02          12.5  14    4.4  13
//	         angle 0.1           12.6  15    5.4  13
//	         angle 0.3           12.7  14    7.0  13
//	gap 5 %, angle 0.02          12.2  14    4.4  12
//	         angle 0.1           12.2  14    5.4  12
//	         angle 0.3           12.2  14    6.9  13
//
// BenchmarkProducts prints them.
//
// Beside its products, a call reads the basis three times per product. It keeps
// one vector per product, 40 at most unless told otherwise, and a Tracker 6, or
// 2 (k + 1) if that is more, between calls.
package spectral
