// Package datafile reads files of numbers that come from elsewhere.
//
//	a path --(Open)--> Reader --(ReadNPY, NPY.Values)--> numbers
//
// A Reader knows how far it has come, and an Error says what is wrong with a
// file, at which byte, and what to do about it. No input panics, and a header
// alone reserves no memory. Files of samples are read by runtime/dataset, those
// of parameters by runtime/weights.
package datafile
