package dataset

import "relief/runtime/datafile"

// Error is what every function of this package returns when data cannot be had.
type Error = datafile.Error

// Kind tells what is wrong with data.
type Kind = datafile.Kind

// The kinds of Error.
const (
	Missing    = datafile.Missing
	Unreadable = datafile.Unreadable
	Truncated  = datafile.Truncated
	BadSize    = datafile.BadSize
	BadMagic   = datafile.BadMagic
	BadHeader  = datafile.BadHeader
	BadLabel   = datafile.BadLabel
	BadNumber  = datafile.BadNumber
	BadShape   = datafile.BadShape
	BadDigest  = datafile.BadDigest
	TooLarge   = datafile.TooLarge
	BadOption  = datafile.BadOption
)

// Digests has the expected SHA-256 of files, in hexadecimal, by file name
// without folders. Files that it does not name are not checked.
type Digests = datafile.Digests

func option(summary, cure string) *Error { return datafile.Option(summary, cure) }

func at(kind Kind, file string, offset int64, summary, cure string) *Error {
	return datafile.At(kind, file, offset, summary, cure)
}
