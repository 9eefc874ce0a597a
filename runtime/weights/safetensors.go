package weights

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"relief/runtime/datafile"
)

// A .safetensors file is the length of its header as 8 bytes in little endian,
// the header, and the data. The header is a JSON object: for each array its type,
// shape and the two ends of its bytes in the data, and texts about the file under
// metadataKey. The bytes of the arrays touch and fill the data.
const metadataKey = "__metadata__"

// maxHeader is the largest header, that of the reference implementation.
const maxHeader = 100_000_000

// safetensorsNumbers are the types that are read.
var safetensorsNumbers = map[string]datafile.Number{
	"F64": {Kind: 'f', Width: 8}, "F32": {Kind: 'f', Width: 4}, "F16": {Kind: 'f', Width: 2}, "BF16": {Kind: 'b', Width: 2},
	"I64": {Kind: 'i', Width: 8}, "I32": {Kind: 'i', Width: 4}, "I16": {Kind: 'i', Width: 2}, "I8": {Kind: 'i', Width: 1},
	"U32": {Kind: 'u', Width: 4}, "U16": {Kind: 'u', Width: 2}, "U8": {Kind: 'u', Width: 1}, "BOOL": {Kind: 'u', Width: 1},
}

// entry is one array of a header.
type entry struct {
	name     string
	number   datafile.Number
	shape    []int
	from, to int64 // bytes of the data
	place    int64 // byte of the file at which its description ends
}

func readSafetensors(path string, in io.ReaderAt, size int64) (*File, error) {
	r := datafile.NewReader(path, io.NewSectionReader(in, 0, size), size)
	var length [8]byte
	if err := r.Fill(length[:], "the length of the header"); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(length[:])
	switch {
	case n > maxHeader:
		return nil, datafile.At(datafile.BadHeader, path, 0, fmt.Sprintf("the header would have %d bytes, more than %d", n, maxHeader), "get the file again, or check that it is a .safetensors file")
	case int64(n) > size-8:
		return nil, datafile.At(datafile.Truncated, path, size, fmt.Sprintf("the file has %d bytes, its header alone %d", size, n+8), "get the file again: it was cut off")
	}
	header := make([]byte, n)
	if err := r.Fill(header, "the header"); err != nil {
		return nil, err
	}
	h := headerReader{path: path, f: &File{Path: path, Format: Safetensors}}
	if err := h.read(header); err != nil {
		return nil, err
	}
	entries := h.entries
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	data, end := size-r.At, int64(0)
	for _, e := range entries {
		switch {
		case e.from < end:
			return nil, h.fail(e.place, fmt.Sprintf("the bytes of %q overlap those of another array", e.name))
		case e.from > end:
			return nil, h.fail(e.place, fmt.Sprintf("no array has the bytes %d to %d of the data", end, e.from))
		}
		end = e.to
	}
	switch {
	case end > data:
		return nil, datafile.At(datafile.Truncated, path, size, fmt.Sprintf("the file has %d bytes, its header says %d", size, size-data+end), "get the file again: it was cut off")
	case end < data:
		return nil, datafile.At(datafile.BadSize, path, size-data+end, fmt.Sprintf("the file has %d bytes, its header says %d", size, size-data+end), "get the file again: its header and its length disagree")
	}
	for _, e := range entries {
		a, err := e.values(r)
		if err != nil {
			return nil, err
		}
		h.f.Arrays = append(h.f.Arrays, a)
	}
	return h.f, nil
}

// values reads an array whose bytes come next.
func (e *entry) values(r *datafile.Reader) (Array, error) {
	width := e.number.Width
	count := int((e.to - e.from) / int64(width))
	a := Array{Name: e.name, Shape: e.shape, Values: make([]float64, 0, count)}
	buffer := make([]byte, min(count, 1<<12)*width)
	for len(a.Values) < count {
		b := buffer[:min(len(buffer), (count-len(a.Values))*width)]
		if err := r.Fill(b, strconv.Quote(e.name)); err != nil {
			return a, err
		}
		for ; len(b) > 0; b = b[width:] {
			v, _ := e.number.Decode(b)
			a.Values = append(a.Values, v)
		}
	}
	return a, nil
}

// headerReader reads the JSON of a header, token by token: no name may come
// twice, and nothing may come that is not known.
type headerReader struct {
	path    string
	f       *File
	entries []entry
	d       *json.Decoder
}

// fail returns the error of a header at a byte of the file.
func (h *headerReader) fail(place int64, summary string) error {
	return datafile.At(datafile.BadHeader, h.path, place, summary, "get the file again, or save it again by the safetensors library")
}

// wrong is fail at the current byte.
func (h *headerReader) wrong(format string, args ...any) error {
	return h.fail(8+h.d.InputOffset(), fmt.Sprintf(format, args...))
}

func (h *headerReader) read(header []byte) error {
	h.d = json.NewDecoder(bytes.NewReader(header))
	h.d.UseNumber()
	if !utf8.Valid(header) {
		return h.wrong("the header is not text in UTF-8")
	}
	err := h.object("the header", func(name string) error {
		if name == metadataKey {
			return h.metadata()
		}
		return h.entry(name)
	})
	if err != nil {
		return err
	}
	if rest := bytes.TrimLeft(header[h.d.InputOffset():], " "); len(rest) > 0 {
		return h.wrong("the header goes on after its end")
	}
	return nil
}

// object reads { name: value, ... } and calls value after each name.
func (h *headerReader) object(what string, value func(name string) error) error {
	if err := h.delim('{', what); err != nil {
		return err
	}
	seen := map[string]bool{}
	for h.d.More() {
		name, err := h.text(what)
		if err != nil {
			return err
		}
		if seen[name] {
			return h.wrong("%s has %q twice", what, name)
		}
		seen[name] = true
		if err := value(name); err != nil {
			return err
		}
	}
	return h.delim('}', what)
}

func (h *headerReader) delim(want json.Delim, what string) error {
	t, err := h.d.Token()
	if err != nil {
		return h.wrong("%s is not complete JSON", what)
	}
	if t != want {
		return h.wrong("%s has %v in place of %v", what, t, want)
	}
	return nil
}

func (h *headerReader) text(what string) (string, error) {
	t, err := h.d.Token()
	s, ok := t.(string)
	if err != nil || !ok {
		return "", h.wrong("%s has no text where one belongs", what)
	}
	return s, nil
}

// whole reads [n, ...], numbers of at least 0.
func (h *headerReader) whole(what string) ([]int64, error) {
	if err := h.delim('[', what); err != nil {
		return nil, err
	}
	out := []int64{}
	for h.d.More() {
		t, err := h.d.Token()
		n, ok := t.(json.Number)
		v, bad := strconv.ParseInt(string(n), 10, 64)
		if err != nil || !ok || bad != nil || v < 0 {
			return nil, h.wrong("%s has %v where a whole number belongs", what, t)
		}
		out = append(out, v)
	}
	return out, h.delim(']', what)
}

func (h *headerReader) metadata() error {
	h.f.Metadata = map[string]string{}
	return h.object(metadataKey, func(name string) (err error) {
		h.f.Metadata[name], err = h.text(metadataKey)
		return err
	})
}

// entry reads { "dtype": ..., "shape": [...], "data_offsets": [from, to] }.
func (h *headerReader) entry(name string) error {
	e, what := entry{name: name}, fmt.Sprintf("the array %q", name)
	var kept string
	var shape, ends []int64
	err := h.object(what, func(key string) (err error) {
		switch key {
		case "dtype":
			kept, err = h.text(what)
		case "shape":
			shape, err = h.whole(what)
		case "data_offsets":
			ends, err = h.whole(what)
		default:
			err = h.wrong("%s has the unknown key %q", what, key)
		}
		return err
	})
	if err != nil {
		return err
	}
	if kept == "" || shape == nil || ends == nil {
		return h.wrong("%s needs dtype, shape and data_offsets", what)
	}
	e.place = 8 + h.d.InputOffset()
	var ok bool
	if e.number, ok = safetensorsNumbers[kept]; !ok {
		return datafile.At(datafile.BadHeader, h.path, e.place, fmt.Sprintf("%s has the type %q", what, kept), "save it as F64, F32, F16 or BF16, as by tensor.float()")
	}
	for _, d := range shape {
		e.shape = append(e.shape, int(min(d, maxValues+1)))
	}
	count, ok := datafile.Product(e.shape, maxValues)
	if !ok || len(shape) > 32 {
		return datafile.At(datafile.TooLarge, h.path, e.place, fmt.Sprintf("%s has the shape %v, beyond %d values or 32 dimensions", what, shape, maxValues), "check the header: it may be damaged")
	}
	if len(ends) != 2 || ends[0] > ends[1] || ends[1]-ends[0] != int64(count)*int64(e.number.Width) {
		return h.fail(e.place, fmt.Sprintf("%s has the shape %s of %s and the bytes %v", what, times(e.shape), kept, ends))
	}
	e.from, e.to = ends[0], ends[1]
	h.entries = append(h.entries, e)
	return nil
}

// writeSafetensors writes arrays that are checked.
func writeSafetensors(w io.Writer, arrays []Array, as Precision) error {
	kept, width := "F64", 8
	if as == Float32 {
		kept, width = "F32", 4
	}
	header, at := []byte(`{"`+metadataKey+`":{"format":"pt"}`), 0
	for _, a := range arrays {
		name, err := json.Marshal(a.Name)
		if err != nil {
			return err
		}
		header = fmt.Appendf(header, `,%s:{"dtype":"%s","shape":[`, name, kept)
		for i, d := range a.Shape {
			if i > 0 {
				header = append(header, ',')
			}
			header = strconv.AppendInt(header, int64(d), 10)
		}
		end := at + len(a.Values)*width
		header = fmt.Appendf(header, `],"data_offsets":[%d,%d]}`, at, end)
		at = end
	}
	header = append(header, '}')
	for len(header)%8 != 0 { // so that the data begin at a multiple of 8
		header = append(header, ' ')
	}
	if len(header) > maxHeader {
		return datafile.Option(fmt.Sprintf("the names and shapes of %d arrays take %d bytes, more than %d", len(arrays), len(header), maxHeader), "write .npz")
	}
	out := bufio.NewWriterSize(w, 1<<16) // it keeps its first error for Flush
	out.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(header))))
	out.Write(header)
	for _, a := range arrays {
		datafile.WriteNumbers(out, a.Values, as == Float32)
	}
	return out.Flush()
}
