package store

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"

	"relief/runtime/array"
)

// An object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any // nil, bool, int, float64, string, *array.Array, []any, object
}

func (o *object) set(name string, value any) { *o = append(*o, member{name, value}) }

// writeJSON writes v, and a line's end, with two spaces of indentation, rows of
// numbers on one line. Numbers have the fewest digits that read back as
// themselves; NaN and the infinities, which JSON lacks, are strings.
func writeJSON(to io.Writer, v any) error {
	e := &encoder{to: to}
	e.any(v, "")
	e.text("\n")
	e.flush()
	return e.err
}

// An encoder writes JSON piece by piece: parameters can be long.
type encoder struct {
	to  io.Writer
	b   []byte // not yet written
	err error
}

func (e *encoder) flush() {
	if e.err == nil {
		_, e.err = e.to.Write(e.b)
	}
	e.b = e.b[:0]
}

func (e *encoder) text(s ...string) {
	for _, s := range s {
		e.b = append(e.b, s...)
	}
	if len(e.b) > 1<<15 {
		e.flush()
	}
}

func (e *encoder) any(v any, indent string) {
	switch v := v.(type) {
	case nil:
		e.text("null")
	case bool:
		e.text(strconv.FormatBool(v))
	case int:
		e.text(strconv.Itoa(v))
	case float64:
		e.number(v)
	case string:
		e.b = appendString(e.b, v)
	case *array.Array:
		if v == nil {
			e.text("null")
			return
		}
		dims := v.Type.Dims()
		if v.Type.Series {
			dims = append([]int{v.Len()}, dims...)
		}
		e.elements(dims, v.Data, v.Type.Bool)
	case object:
		if len(v) == 0 {
			e.text("{}")
			return
		}
		e.text("{")
		for i, m := range v {
			if i > 0 {
				e.text(",")
			}
			e.text("\n", indent, "  ")
			e.any(m.name, "")
			e.text(": ")
			e.any(m.value, indent+"  ")
		}
		e.text("\n", indent, "}")
	case []any:
		e.list(v, indent)
	default:
		panic("store: a value of another kind")
	}
}

func (e *encoder) list(list []any, indent string) {
	flat := true
	for _, v := range list {
		switch v.(type) {
		case object, []any:
			flat = false
		}
	}
	e.text("[")
	for i, v := range list {
		if i > 0 {
			e.text(",")
		}
		switch {
		case !flat:
			e.text("\n", indent, "  ")
		case i > 0:
			e.text(" ")
		}
		e.any(v, indent+"  ")
	}
	if !flat {
		e.text("\n", indent)
	}
	e.text("]")
}

func (e *encoder) elements(dims []int, data []float64, truth bool) {
	if len(dims) == 0 {
		if truth {
			e.text(strconv.FormatBool(data[0] != 0))
			return
		}
		e.number(data[0])
		return
	}
	e.text("[")
	for i := range dims[0] {
		if i > 0 {
			e.text(", ")
		}
		size := len(data) / dims[0]
		e.elements(dims[1:], data[i*size:(i+1)*size], truth)
	}
	e.text("]")
}

func (e *encoder) number(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		e.b = append(appendNumber(append(e.b, '"'), v), '"')
		return
	}
	e.b = appendNumber(e.b, v)
}

// appendNumber writes a number as JSON and CSV have it; what is not finite as
// NaN, Infinity or -Infinity.
func appendNumber(b []byte, v float64) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, "NaN"...)
	case math.IsInf(v, 1):
		return append(b, "Infinity"...)
	case math.IsInf(v, -1):
		return append(b, "-Infinity"...)
	case v == 0 || math.Abs(v) >= 1e-6 && math.Abs(v) < 1e21:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'e', -1, 64)
}

func appendString(b []byte, s string) []byte {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string always has a form
	}
	return append(b, bytes.TrimRight(text.Bytes(), "\n")...)
}
