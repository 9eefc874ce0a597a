// Package spectral finds eigenvalues, traces and densities of large symmetric
// operators from their products with vectors, and principal components and
// scaled directions of vectors.
package spectral
