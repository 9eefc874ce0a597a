package engine

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"relief/runtime/array"
)

// FormatNumber prints the fewest digits that read back as v, without an
// exponent where that stays readable: 466, 0.0001, 1e-9, 1.5e+300 as 1.5e300.
func FormatNumber(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	if a := math.Abs(v); a == 0 || a >= 1e-5 && a < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	sign := strings.TrimPrefix(exponent[:1], "+")
	return mantissa + "e" + sign + strings.TrimLeft(exponent[1:], "0")
}

// formatDigits is FormatNumber with at most n significant digits; a whole number
// keeps its own.
func formatDigits(v float64, n int) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return FormatNumber(v)
	}
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', n, 64), 64); err == nil {
		v = rounded
	}
	return FormatNumber(v)
}

// longest is how many elements of an array are printed; the rest is counted.
const longest = 16

// FormatArray prints a value as a study's texts show it: numbers shortest,
// truth values as words, vectors and matrices in brackets, and of long ones
// the beginning and the length.
func FormatArray(a *array.Array) string {
	return formatArray(a, func(v float64) (string, error) {
		if a.Type.Bool {
			return strconv.FormatBool(v != 0), nil
		}
		return FormatNumber(v), nil
	})
}

func formatArray(a *array.Array, element func(float64) (string, error)) string {
	dims := a.Type.Dims()
	if a.Type.Series {
		dims = append([]int{a.Len()}, dims...)
	}
	var b strings.Builder
	written := 0
	var walk func(dims []int, data []float64)
	walk = func(dims []int, data []float64) {
		if len(dims) == 0 {
			s, err := element(data[0])
			if err != nil {
				s = err.Error()
			}
			b.WriteString(s)
			written++
			return
		}
		b.WriteByte('[')
		for i := range dims[0] {
			if i > 0 {
				b.WriteString(", ")
			}
			if written >= longest {
				fmt.Fprintf(&b, "... (%d in all)", dims[0])
				break
			}
			size := len(data) / dims[0]
			walk(dims[1:], data[i*size:(i+1)*size])
		}
		b.WriteByte(']')
	}
	walk(dims, a.Data)
	return b.String()
}

var verbPattern = regexp.MustCompile(`^((?:[^%]|%%)*)%([-+# 0]*)(\d{0,3})(\.\d{0,3})?([a-zA-Z])((?:[^%]|%%)*)$`)

// formatVerb prints a value by a verb of format(): one of e E f F g G for
// numbers, d x X o b for whole numbers, t for truth values and v for any, with
// flags, width and precision as in C.
func formatVerb(verb string, a *array.Array) (string, error) {
	m := verbPattern.FindStringSubmatch(verb)
	if m == nil {
		return "", fmt.Errorf("format %q does not hold exactly one verb such as %%.3g", verb)
	}
	letter := m[5]
	spec := "%" + m[2] + m[3] + m[4]
	literal := func(s string) string { return strings.ReplaceAll(s, "%%", "%") }
	var failed error
	text := formatArray(a, func(v float64) (string, error) {
		switch {
		case letter == "v" || letter == "s":
			word := FormatNumber(v)
			if a.Type.Bool {
				word = strconv.FormatBool(v != 0)
			}
			return fmt.Sprintf(strings.TrimSuffix(spec, m[4])+"s", word), nil
		case a.Type.Bool != (letter == "t"):
			failed = fmt.Errorf("format %q cannot print %s", verb, a.Type)
			return "", failed
		case letter == "t":
			return fmt.Sprintf(spec+"t", v != 0), nil
		case strings.Contains("eEfFgG", letter):
			return fmt.Sprintf(spec+letter, v), nil
		case !strings.Contains("dxXob", letter):
			failed = fmt.Errorf("format %q has the unknown verb %%%s", verb, letter)
		case v != math.Trunc(v) || math.Abs(v) >= 1<<63:
			failed = fmt.Errorf("format %q needs a whole number, not %s", verb, FormatNumber(v))
		default:
			return fmt.Sprintf(spec+letter, int64(v)), nil
		}
		return "", failed
	})
	if failed != nil {
		return "", failed
	}
	return literal(m[1]) + text + literal(m[6]), nil
}
