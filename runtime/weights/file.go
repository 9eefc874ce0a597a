package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"relief/runtime/datafile"
)

// Error is what every function of this package returns for a file that does not
// serve.
type Error = datafile.Error

// Format is the format of a file.
type Format string

// The formats. Names of files end in them.
const (
	Safetensors Format = ".safetensors"
	NPZ         Format = ".npz"
)

// Precision is that of the values in a file that is written.
type Precision uint8

// The precisions.
const (
	Float64 Precision = iota
	Float32           // rounded to nearest even
)

// Array is a named array, its values in C order.
type Array struct {
	Name   string
	Shape  []int // empty: one number
	Values []float64
}

// File is what a file holds.
type File struct {
	Path     string
	Format   Format
	Arrays   []Array           // in the order of the file
	Metadata map[string]string // of a .safetensors file; may be nil
}

// maxValues is the largest number of values of an array: 8 GiB.
const maxValues = 1 << 30

// Read reads a file whole; its content tells the format. Numbers of every
// precision come back exactly, NaN and infinities too. Memory is bounded by the
// size of the file: 8 bytes for each of its bytes, and for a compressed .npz a
// hundred times as much and 64 MiB. The error is an *Error.
func Read(path string) (*File, error) {
	var f *File
	err := datafile.OpenPlain(path, func(file *os.File, size int64) (err error) {
		f, err = read(path, file, size)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

func read(path string, in io.ReaderAt, size int64) (*File, error) {
	head := make([]byte, 16)
	n, err := in.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, datafile.NotRead(path, err)
	}
	head = head[:n]
	begins := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	const torch = `save it by safetensors.torch.save_file(model.state_dict(), "model.safetensors")`
	switch {
	case n == 0:
		return nil, datafile.At(datafile.Truncated, path, 0, "the file is empty", "get the file again")
	case begins("PK\x03\x04"), begins("PK\x05\x06"):
		return readNPZ(path, in, size)
	case n > 8 && head[8] == '{':
		return readSafetensors(path, in, size)
	case begins("\x93NUMPY"):
		return nil, wrongFormat(path, "the file is a single array (.npy), without a name", `save all arrays by numpy.savez("model.npz", **{"conv1.weight": w})`)
	case begins("\x80\x02"), begins("\x80\x03"), begins("\x80\x04"), begins("\x80\x05"):
		return nil, wrongFormat(path, "the file is a Python pickle, which is a program and not only numbers", torch)
	case begins("\x89HDF"):
		return nil, wrongFormat(path, "the file is of the format HDF5", `save its arrays by numpy.savez, in PyTorch's layouts`)
	case begins("\x1f\x8b"):
		return nil, wrongFormat(path, "the file is compressed by gzip", "unpack it by gunzip")
	case n < 9:
		return nil, datafile.At(datafile.Truncated, path, int64(n), fmt.Sprintf("the file has %d bytes, too few for any array", n), "get the file again")
	}
	return nil, wrongFormat(path, "the file is neither .safetensors nor .npz", "for a model of PyTorch, "+torch)
}

func wrongFormat(path, summary, cure string) *Error {
	return datafile.At(datafile.BadMagic, path, 0, summary, cure)
}

// Encode writes the arrays to w, in their order. Equal arrays make equal bytes.
// What is wrong with the arrays is an *Error, other errors are those of w.
func Encode(w io.Writer, format Format, arrays []Array, as Precision) error {
	seen := map[string]bool{}
	for _, a := range arrays {
		if err := a.check(as); err != nil {
			return err
		}
		if seen[a.Name] {
			return datafile.At(datafile.BadOption, "", -1, fmt.Sprintf("two arrays have the name %q", a.Name), "give each a name of its own")
		}
		seen[a.Name] = true
	}
	if format == NPZ {
		return writeNPZ(w, arrays, as)
	}
	return writeSafetensors(w, arrays, as)
}

// check returns what keeps an array from being written.
func (a *Array) check(as Precision) error {
	n, ok := datafile.Product(a.Shape, maxValues)
	switch {
	case a.Name == "" || a.Name == metadataKey || !utf8.ValidString(a.Name) || strings.ContainsRune(a.Name, 0):
		return datafile.Option(fmt.Sprintf("an array cannot be called %q", a.Name), "name it as the layer and what it is to it, such as conv1.weight")
	case !ok:
		return datafile.Option(fmt.Sprintf("%s has the shape %s, more than %d values", a.Name, times(a.Shape), maxValues), "write a smaller network")
	case n != len(a.Values):
		return datafile.At(datafile.BadShape, "", -1, fmt.Sprintf("%s has the shape %s and %d values", a.Name, times(a.Shape), len(a.Values)), "give one value for each place")
	case as == Float32:
		if i := slices.IndexFunc(a.Values, func(v float64) bool { return math.IsInf(float64(float32(v)), 0) && !math.IsInf(v, 0) }); i >= 0 {
			return datafile.At(datafile.BadNumber, "", -1, fmt.Sprintf("value %d of %s is %v, beyond float32", i, a.Name, a.Values[i]), "write float64")
		}
	}
	return nil
}

// times is a shape as a message has it.
func times(shape []int) string {
	if len(shape) == 0 {
		return "of one number"
	}
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", " x ")
}
