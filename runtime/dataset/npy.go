package dataset

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// NPY describes arrays saved by NumPy, versions 1 to 3 of the format, little
// endian, of the types f4, f8, u1, i4 and i8, in C or Fortran order.
type NPY struct {
	// Path is the array of samples: the first dimension counts them. The others
	// are none, features, height and width, or height, width and channels.
	Path string
	// ChannelsFirst says that four dimensions are samples, channels, height,
	// width.
	ChannelsFirst bool
	// Labels is an array of one integer per sample, Targets one of numbers,
	// samples or samples x outputs. Both may be empty.
	Labels, Targets string
	// Count is the number of classes; 0 stands for the largest label plus 1.
	Count int
	// Selection needs labels, except for Limit.
	Selection
	Digests Digests
}

// Load returns the samples with the array's values rounded to binary32; bytes
// are not divided by 255. The error is an *Error.
func (o NPY) Load() (*Set, error) {
	s, _, err := o.scan(true)
	if err != nil {
		return nil, err
	}
	return o.choose(s, o.Path)
}

// Outline reads the headers and the labels.
func (o NPY) Outline() (*Outline, error) {
	s, n, err := o.scan(false)
	if err != nil {
		return nil, err
	}
	index, _, k, err := o.index(s, n, o.Path)
	if err != nil {
		return nil, err
	}
	out := s.Outline()
	if out.Samples = len(index); s.Labels != nil {
		out.Classes, out.Names = len(k.names), k.names
	}
	return out, nil
}

// scan reads the labels and, if values is set, the samples and targets. It
// returns the number of samples as well.
func (o NPY) scan(values bool) (*Set, int, error) {
	if o.Path == "" {
		return nil, 0, option("no path is given", "give the .npy file of the samples")
	}
	s, n := &Set{}, 0
	err := o.array(o.Path, func(r *source, h *npyHeader) error {
		n = h.shape[0]
		if err := h.sample(r, s, o.ChannelsFirst); err != nil || !values {
			return err
		}
		return h.samples(r, s, o.ChannelsFirst)
	})
	if err != nil {
		return nil, 0, err
	}
	if o.Targets != "" {
		err := o.array(o.Targets, func(r *source, h *npyHeader) error {
			if err := h.belongs(r, n, o.Path, 2); err != nil {
				return err
			}
			if s.Outputs = h.count / n; !values {
				return nil
			}
			return h.values(r, func(_ int, v float64, _ int64) { s.Targets = append(s.Targets, v) })
		})
		if err != nil {
			return nil, 0, err
		}
	}
	if o.Labels != "" {
		err := o.array(o.Labels, func(r *source, h *npyHeader) error { return o.labels(r, h, s, n) })
		if err != nil {
			return nil, 0, err
		}
	}
	return s, n, nil
}

// array opens a file, reads its header and hands both to read.
func (o NPY) array(path string, read func(*source, *npyHeader) error) error {
	return open(path, o.Digests, func(r *source) error {
		h, err := readNPYHeader(r)
		if err != nil {
			return err
		}
		return read(r, h)
	})
}

// labels reads the labels of n samples.
func (o NPY) labels(r *source, h *npyHeader, s *Set, n int) error {
	if err := h.belongs(r, n, o.Path, 1); err != nil {
		return err
	}
	if h.kind == 'f' {
		return at(BadHeader, r.name, -1, "the labels have the type "+h.descr+", not integers", "save them by labels.astype(\"int64\")")
	}
	start := r.at
	err := h.values(r, func(_ int, _ float64, i int64) {
		if i != int64(int(i)) {
			i = -1 // out of range either way
		}
		s.Labels = append(s.Labels, int(i))
	})
	if err != nil {
		return err
	}
	s.Classes, err = classes(r.name, s.Labels, o.Count, func(i int) int64 { return start + int64(i)*int64(h.width) })
	s.Names = numbered(s.Classes)
	return err
}

// npyHeader is what stands before the values.
type npyHeader struct {
	descr   string
	kind    byte // 'f', 'u' or 'i'
	width   int  // bytes of a value
	fortran bool
	shape   []int
	count   int // of values
}

func readNPYHeader(r *source) (*npyHeader, error) {
	var b [12]byte
	if err := r.fill(b[:8], "the magic number"); err != nil {
		return nil, err
	}
	if string(b[:6]) != "\x93NUMPY" {
		cure := "save the array by numpy.save"
		if string(b[:2]) == "PK" {
			cure = "this is an archive (.npz): unpack it and name the .npy file inside"
		}
		return nil, at(BadMagic, r.name, 0, "the file does not begin as a .npy file", cure)
	}
	length, wide := 0, 2
	switch b[6] {
	case 1:
	case 2, 3:
		wide = 4
	default:
		return nil, at(BadHeader, r.name, 6, fmt.Sprintf("version %d of the format is not known", b[6]), "save the array by numpy.save, which writes version 1")
	}
	if err := r.fill(b[8:8+wide], "the header"); err != nil {
		return nil, err
	}
	if wide == 2 {
		length = int(binary.LittleEndian.Uint16(b[8:]))
	} else {
		length = int(min(binary.LittleEndian.Uint32(b[8:]), math.MaxInt32))
	}
	if length > 1<<16 {
		return nil, at(BadHeader, r.name, 8, fmt.Sprintf("the header has %d bytes, more than any array of numbers needs", length), "save the array again: the file may be damaged")
	}
	text := make([]byte, length)
	if err := r.fill(text, "the header"); err != nil {
		return nil, err
	}
	h := &npyHeader{}
	if err := h.parse(string(text)); err != nil {
		return nil, at(BadHeader, r.name, int64(8+wide), err.Error(), "save a plain array of numbers by numpy.save")
	}
	switch h.descr {
	case "<f4", "<f8", "|u1", "<u1", "<i4", "<i8":
		h.kind, h.width = h.descr[1], int(h.descr[2]-'0')
	default:
		cure := "save it as f4, f8, u1, i4 or i8, as by a.astype(\"float32\")"
		if strings.HasPrefix(h.descr, ">") {
			cure = "the bytes are in big-endian order; save it by a.astype(a.dtype.newbyteorder(\"<\"))"
		}
		return nil, at(BadHeader, r.name, int64(8+wide), "the array has the type "+strconv.Quote(h.descr), cure)
	}
	if len(h.shape) < 1 || len(h.shape) > 4 {
		return nil, at(BadShape, r.name, int64(8+wide), fmt.Sprintf("the array has %d dimensions", len(h.shape)), "give 1 to 4, the first of which counts samples")
	}
	h.count = 1
	for _, d := range h.shape {
		if d == 0 {
			return nil, at(BadShape, r.name, int64(8+wide), "the array is empty", "give an array with at least one value")
		}
		if h.count > maxValues/d {
			return nil, at(TooLarge, r.name, int64(8+wide), fmt.Sprintf("the array has more than %d values", maxValues), "save a part of the array")
		}
		h.count *= d
	}
	return h, r.length(h.count, h.width)
}

// parse reads the header's Python dictionary: descr, fortran_order, shape.
func (h *npyHeader) parse(text string) error {
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
			if h.descr, ok = p.quoted(); !ok {
				return fmt.Errorf("the array has fields or no type: %q", p.near())
			}
		case "fortran_order":
			switch {
			case p.word("True"):
				h.fortran = true
			case !p.word("False"):
				return fmt.Errorf("fortran_order is %q, neither True nor False", p.near())
			}
		case "shape":
			if !p.skip('(') {
				return fmt.Errorf("the shape is %q, not a tuple", p.near())
			}
			for !p.skip(')') {
				d, ok := p.number()
				if !ok || len(h.shape) == 32 {
					return fmt.Errorf("the shape has no number at %q", p.near())
				}
				h.shape = append(h.shape, d)
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

// belongs checks that the array has one row for each of n samples, and at most
// dims dimensions.
func (h *npyHeader) belongs(r *source, n int, samples string, dims int) error {
	if h.shape[0] != n || len(h.shape) > dims {
		return at(BadShape, r.name, -1, fmt.Sprintf("the array has the shape %v; %s has %d samples", h.shape, samples, n), fmt.Sprintf("give an array of %d rows and at most %d dimensions", n, dims))
	}
	return nil
}

// values calls put for all values in C order, with the value as a number and,
// for integers, exactly. Values in Fortran order are read whole before. A value
// that is not finite is an error.
func (h *npyHeader) values(r *source, put func(i int, v float64, exact int64)) error {
	start := r.at
	var whole []byte
	buffer := make([]byte, h.width<<10)
	for done := 0; done < h.count; {
		b := buffer[:h.width*min(1<<10, h.count-done)]
		if err := r.fill(b, fmt.Sprintf("value %d", done)); err != nil {
			return err
		}
		if h.fortran {
			whole = append(whole, b...)
		} else {
			for i := 0; i < len(b); i += h.width {
				if err := h.put(r.name, start, done+i/h.width, done+i/h.width, b[i:], put); err != nil {
					return err
				}
			}
		}
		done += len(b) / h.width
	}
	if h.fortran {
		index := make([]int, len(h.shape))
		for i := range h.count {
			place, stride := 0, 1
			for d, n := range h.shape {
				place += index[d] * stride
				stride *= n
			}
			if err := h.put(r.name, start, i, place, whole[place*h.width:], put); err != nil {
				return err
			}
			for d := len(index) - 1; d >= 0; d-- {
				if index[d]++; index[d] < h.shape[d] {
					break
				}
				index[d] = 0
			}
		}
	}
	return r.end()
}

// put decodes one value, which stands at a place of the file.
func (h *npyHeader) put(file string, start int64, i, place int, b []byte, put func(int, float64, int64)) error {
	var v float64
	var exact int64
	switch {
	case h.kind == 'f' && h.width == 4:
		v = float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case h.kind == 'f':
		v = math.Float64frombits(binary.LittleEndian.Uint64(b))
	case h.width == 1:
		exact = int64(b[0])
	case h.width == 4:
		exact = int64(int32(binary.LittleEndian.Uint32(b)))
	default:
		exact = int64(binary.LittleEndian.Uint64(b))
	}
	if h.kind != 'f' {
		v = float64(exact)
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return at(BadNumber, file, start+int64(place*h.width), fmt.Sprintf("value %d is %v", i, v), "save finite numbers only")
	}
	put(i, v, exact)
	return nil
}

// sample sets the shape of a sample.
func (h *npyHeader) sample(r *source, s *Set, channelsFirst bool) error {
	s.Shape = [3]int{1, 1, 1}
	switch d := h.shape; {
	case len(d) == 2:
		s.Shape[2] = d[1]
	case len(d) == 3:
		s.Shape[0], s.Shape[1] = d[1], d[2]
	case len(d) == 4 && channelsFirst:
		s.Shape = [3]int{d[2], d[3], d[1]}
	case len(d) == 4:
		s.Shape = [3]int{d[1], d[2], d[3]}
	}
	return fits(r.name, -1, s.Shape)
}

// samples reads the array as the rows of s, whose shape is set.
func (h *npyHeader) samples(r *source, s *Set, channelsFirst bool) error {
	f, planes := s.Features(), channelsFirst && len(h.shape) == 4
	row := make([]float32, f)
	var beyond error
	err := h.values(r, func(i int, v float64, _ int64) {
		x := float32(v)
		if math.IsInf(float64(x), 0) && beyond == nil {
			beyond = at(BadNumber, r.name, -1, fmt.Sprintf("value %d is %v, beyond binary32", i, v), "scale the values")
		}
		j := i % f
		if planes {
			pixels := s.Shape[0] * s.Shape[1]
			row[j%pixels*s.Shape[2]+j/pixels] = x
		} else {
			row[j] = x
		}
		if i%f == f-1 {
			s.X = append(s.X, row...)
		}
	})
	if err != nil {
		return err
	}
	return beyond
}
