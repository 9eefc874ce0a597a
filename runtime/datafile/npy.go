package datafile

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// NPY is what stands before the values of an array saved by NumPy, versions 1
// to 3 of the format.
type NPY struct {
	Type    string // as the file names it: "<f8"
	Number         // how a value is kept
	Fortran bool   // the first index changes fastest in the file
	Shape   []int
	Count   int   // of values
	Place   int64 // byte at which the description of type and shape begins
}

// npyNumbers are the types that are read, without the order of their bytes.
var npyNumbers = map[string]Number{
	"f2": {'f', 2}, "f4": {'f', 4}, "f8": {'f', 8},
	"i1": {'i', 1}, "i2": {'i', 2}, "i4": {'i', 4}, "i8": {'i', 8},
	"u1": {'u', 1}, "u2": {'u', 2}, "u4": {'u', 4}, "b1": {'u', 1},
}

// ReadNPY reads what stands before the values of an array of at most the given
// number of values.
func ReadNPY(r *Reader, most int) (*NPY, error) {
	var b [12]byte
	if err := r.Fill(b[:8], "the magic number"); err != nil {
		return nil, err
	}
	if string(b[:6]) != "\x93NUMPY" {
		cure := "save the array by numpy.save"
		if string(b[:2]) == "PK" {
			cure = "this is an archive (.npz): unpack it and name the .npy file inside"
		}
		return nil, At(BadMagic, r.Name, 0, "the file does not begin as a .npy file", cure)
	}
	length, wide := 0, 2
	switch b[6] {
	case 1:
	case 2, 3:
		wide = 4
	default:
		return nil, At(BadHeader, r.Name, 6, fmt.Sprintf("version %d of the format is not known", b[6]), "save the array by numpy.save, which writes version 1")
	}
	if err := r.Fill(b[8:8+wide], "the header"); err != nil {
		return nil, err
	}
	if wide == 2 {
		length = int(binary.LittleEndian.Uint16(b[8:]))
	} else {
		length = int(min(binary.LittleEndian.Uint32(b[8:]), math.MaxInt32))
	}
	if length > 1<<16 {
		return nil, At(BadHeader, r.Name, 8, fmt.Sprintf("the header has %d bytes, more than any array of numbers needs", length), "save the array again: the file may be damaged")
	}
	text := make([]byte, length)
	if err := r.Fill(text, "the header"); err != nil {
		return nil, err
	}
	h := &NPY{Place: int64(8 + wide)}
	if err := h.parse(string(text)); err != nil {
		return nil, At(BadHeader, r.Name, h.Place, err.Error(), "save a plain array of numbers by numpy.save")
	}
	kept := h.Type
	if strings.HasPrefix(kept, "<") || strings.HasPrefix(kept, "|") {
		kept = kept[1:]
	}
	var ok bool
	if h.Number, ok = npyNumbers[kept]; !ok {
		cure := "save it as f4, f8, u1, i4 or i8, as by a.astype(\"float32\")"
		if strings.HasPrefix(h.Type, ">") {
			cure = "the bytes are in big-endian order; save it by a.astype(a.dtype.newbyteorder(\"<\"))"
		}
		return nil, At(BadHeader, r.Name, h.Place, "the array has the type "+strconv.Quote(h.Type), cure)
	}
	if h.Count, ok = Product(h.Shape, most); !ok {
		return nil, At(TooLarge, r.Name, h.Place, fmt.Sprintf("the array has more than %d values", most), "save a part of the array")
	}
	return h, r.Expect(h.Count, h.Width)
}

// Product returns the number of values of an array, and whether it is at most
// the given number. An array without dimensions has one.
func Product(shape []int, most int) (int, bool) {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > most/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// parse reads the header's Python dictionary: descr, fortran_order, shape.
func (h *NPY) parse(text string) error {
	p := pythonText{text}
	if !p.skip('{') {
		return fmt.Errorf("the header is not a dictionary")
	}
	seen := map[string]bool{}
	for !p.skip('}') {
		key, ok := p.quoted()
		if !ok || !p.skip(':') {
			return fmt.Errorf("the header has no key at %q", p.near())
		}
		if seen[key] {
			return fmt.Errorf("the header has the key %q twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			if h.Type, ok = p.quoted(); !ok {
				return fmt.Errorf("the array has fields or no type: %q", p.near())
			}
		case "fortran_order":
			switch {
			case p.word("True"):
				h.Fortran = true
			case !p.word("False"):
				return fmt.Errorf("fortran_order is %q, neither True nor False", p.near())
			}
		case "shape":
			if !p.skip('(') {
				return fmt.Errorf("the shape is %q, not a tuple", p.near())
			}
			for !p.skip(')') {
				d, ok := p.number()
				if !ok || len(h.Shape) == 32 {
					return fmt.Errorf("the shape has no number at %q", p.near())
				}
				h.Shape = append(h.Shape, d)
				if !p.skip(',') && !strings.HasPrefix(p.rest, ")") {
					return fmt.Errorf("the shape is not closed at %q", p.near())
				}
			}
		default:
			return fmt.Errorf("the header has the unknown key %q", key)
		}
		if !p.skip(',') && !strings.HasPrefix(p.rest, "}") {
			return fmt.Errorf("the header is not closed at %q", p.near())
		}
	}
	if len(seen) != 3 || strings.TrimSpace(p.rest) != "" {
		return fmt.Errorf("the header is not one dictionary of descr, fortran_order and shape")
	}
	return nil
}

// pythonText is what is left of a Python literal.
type pythonText struct{ rest string }

func (p *pythonText) space() { p.rest = strings.TrimLeft(p.rest, " \t\n\r") }

// skip moves past a character and the space around it.
func (p *pythonText) skip(c byte) bool {
	p.space()
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	p.space()
	return true
}

func (p *pythonText) word(w string) bool {
	if !strings.HasPrefix(p.rest, w) {
		return false
	}
	p.rest = p.rest[len(w):]
	p.space()
	return true
}

// quoted reads a string without escapes.
func (p *pythonText) quoted() (string, bool) {
	p.space()
	if p.rest == "" || p.rest[0] != '\'' && p.rest[0] != '"' {
		return "", false
	}
	end := strings.IndexByte(p.rest[1:], p.rest[0])
	if end < 0 {
		return "", false
	}
	s := p.rest[1 : 1+end]
	p.rest = p.rest[end+2:]
	p.space()
	return s, true
}

// number reads an integer, which Python 2 may end by an L.
func (p *pythonText) number() (int, bool) {
	end := 0
	for end < len(p.rest) && p.rest[end] >= '0' && p.rest[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(p.rest[:end])
	p.rest = strings.TrimPrefix(p.rest[end:], "L")
	p.space()
	return n, err == nil
}

func (p *pythonText) near() string { return p.rest[:min(len(p.rest), 20)] }

// Values calls put for all values in C order: with the value's place in that
// order, its byte in the file, the value as a number and, for integers,
// exactly. An error of put ends it. Values in Fortran order are read whole
// before.
func (h *NPY) Values(r *Reader, put func(i int, at int64, v float64, exact int64) error) error {
	start := r.At
	var whole []byte
	buffer := make([]byte, h.Width<<10)
	for done := 0; done < h.Count; {
		b := buffer[:h.Width*min(1<<10, h.Count-done)]
		if err := r.Fill(b, fmt.Sprintf("value %d", done)); err != nil {
			return err
		}
		if h.Fortran {
			whole = append(whole, b...)
		} else {
			for i := 0; i < len(b); i += h.Width {
				v, exact := h.Decode(b[i:])
				if err := put(done+i/h.Width, start+int64(done*h.Width+i), v, exact); err != nil {
					return err
				}
			}
		}
		done += len(b) / h.Width
	}
	if err := h.turned(whole, start, put); err != nil {
		return err
	}
	return r.End()
}

// turned is Values for those in Fortran order.
func (h *NPY) turned(whole []byte, start int64, put func(int, int64, float64, int64) error) error {
	if len(whole) == 0 {
		return nil
	}
	index := make([]int, len(h.Shape))
	for i := range h.Count {
		place, stride := 0, 1
		for d, n := range h.Shape {
			place += index[d] * stride
			stride *= n
		}
		v, exact := h.Decode(whole[place*h.Width:])
		if err := put(i, start+int64(place*h.Width), v, exact); err != nil {
			return err
		}
		for d := len(index) - 1; d >= 0; d-- {
			if index[d]++; index[d] < h.Shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return nil
}

// WriteNPY writes an array as numpy.save does: version 1, C order, float64 or,
// if single is set, float32.
func WriteNPY(w io.Writer, shape []int, values []float64, single bool) error {
	kept := "<f8"
	if single {
		kept = "<f4"
	}
	var tuple strings.Builder
	for i, d := range shape {
		if i > 0 {
			tuple.WriteByte(' ')
		}
		fmt.Fprintf(&tuple, "%d,", d)
	}
	dims := tuple.String()
	if len(shape) > 1 {
		dims = strings.TrimSuffix(dims, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kept, dims)
	const before = 10 // magic number, version, length
	text += strings.Repeat(" ", 63-(before+len(text))%64) + "\n"
	out := bufio.NewWriterSize(w, 1<<16)
	head := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(text)))
	out.Write(head) // the writer keeps its first error for Flush
	out.WriteString(text)
	WriteNumbers(out, values, single)
	return out.Flush()
}

// WriteNumbers writes the values as float64 or, if single is set, rounded to
// float32, in little endian. The writer keeps the error.
func WriteNumbers(w *bufio.Writer, values []float64, single bool) {
	var b [8]byte
	for _, v := range values {
		if single {
			binary.LittleEndian.PutUint32(b[:], math.Float32bits(float32(v)))
			w.Write(b[:4])
		} else {
			binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
			w.Write(b[:])
		}
	}
}
