package store

import (
	"bytes"
	"encoding/json"
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

// appendJSON writes v with two spaces of indentation, rows of numbers on one
// line. Numbers have the fewest digits that read back as themselves; NaN and
// the infinities, which JSON lacks, are strings.
func appendJSON(b []byte, v any, indent string) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return appendJSONNumber(b, v)
	case string:
		return appendString(b, v)
	case *array.Array:
		if v == nil {
			return append(b, "null"...)
		}
		dims := v.Type.Dims()
		if v.Type.Series {
			dims = append([]int{v.Len()}, dims...)
		}
		return appendElements(b, dims, v.Data, v.Type.Bool)
	case object:
		if len(v) == 0 {
			return append(b, "{}"...)
		}
		b = append(b, '{')
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, '\n'), indent...), "  "...)
			b = append(appendString(b, m.name), ": "...)
			b = appendJSON(b, m.value, indent+"  ")
		}
		return append(append(append(b, '\n'), indent...), '}')
	case []any:
		return appendList(b, v, indent)
	}
	panic("store: a value of another kind")
}

func appendList(b []byte, list []any, indent string) []byte {
	flat := true
	for _, v := range list {
		switch v.(type) {
		case object, []any:
			flat = false
		}
	}
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case !flat:
			b = append(append(append(b, '\n'), indent...), "  "...)
		case i > 0:
			b = append(b, ' ')
		}
		b = appendJSON(b, v, indent+"  ")
	}
	if !flat {
		b = append(append(b, '\n'), indent...)
	}
	return append(b, ']')
}

func appendElements(b []byte, dims []int, data []float64, truth bool) []byte {
	if len(dims) == 0 {
		if truth {
			return strconv.AppendBool(b, data[0] != 0)
		}
		return appendJSONNumber(b, data[0])
	}
	b = append(b, '[')
	for i := range dims[0] {
		if i > 0 {
			b = append(b, ", "...)
		}
		size := len(data) / dims[0]
		b = appendElements(b, dims[1:], data[i*size:(i+1)*size], truth)
	}
	return append(b, ']')
}

func appendJSONNumber(b []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(appendNumber(append(b, '"'), v), '"')
	}
	return appendNumber(b, v)
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
