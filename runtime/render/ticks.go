package render

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A tick is a place on an axis. Minor ticks have no label.
type tick struct {
	at    float64 // fraction of the axis
	label string
	minor bool
}

// ticks places about as many labels as fit n times on the axis. The factor, if
// not empty, is what all labels are to be read with: "×10⁵".
func (s *scale) ticks(n int) (t []tick, factor string) {
	n = max(2, n)
	switch s.kind {
	case logarithmic:
		t, factor = s.logTicks(n)
	case symlog:
		t = s.symlogTicks(n)
	default:
		t, factor = s.linearTicks(n)
	}
	// Rounding may push an outer tick off the axis by a hair.
	t = slices.DeleteFunc(t, func(k tick) bool { return !(k.at > -1e-6 && k.at < 1+1e-6) })
	return t, factor
}

// fitTicks chooses the number of ticks so that their labels keep apart on a
// horizontal axis of the given length, or a vertical one.
func (s *scale) fitTicks(length, size float64, vertical bool) ([]tick, string) {
	n := int(length / 17)
	if !vertical {
		n = int(length / 30)
	}
	for n = min(max(n, 2), 40); ; n-- {
		t, factor := s.ticks(n)
		if n <= 2 || fits(t, length, size, vertical) {
			return t, factor
		}
	}
}

func fits(ticks []tick, length, size float64, vertical bool) bool {
	last := math.Inf(-1)
	for _, t := range ticks {
		if t.minor || t.label == "" {
			continue
		}
		half := size * 0.7
		if !vertical {
			half = layText(t.label, size, false).width/2 + size*0.45
		}
		if t.at*length-half < last {
			return false
		}
		last = t.at*length + half
	}
	return true
}

// niceStep is the least of 1, 2, 5 times a power of ten that divides the span
// into at most n parts, as mantissa and exponent.
func niceStep(span float64, n int) (mantissa int64, exponent int) {
	raw := span / float64(n)
	exponent = int(math.Floor(math.Log10(raw)))
	f := raw / math.Pow(10, float64(exponent))
	switch {
	case f <= 1.0000001:
		return 1, exponent
	case f <= 2.0000001:
		return 2, exponent
	case f <= 5.0000001:
		return 5, exponent
	}
	return 1, exponent + 1
}

func (s *scale) linearTicks(n int) ([]tick, string) {
	m, e := niceStep(s.hi-s.lo, n)
	step := float64(m) * math.Pow(10, float64(e))
	eps := (s.hi - s.lo) * 1e-9
	first, last := math.Ceil((s.lo-eps)/step), math.Floor((s.hi+eps)/step)
	if last < first && n < 40 { // a step of 0.5 misses 1.07 to 1.49
		return s.linearTicks(n + 1)
	}
	if !(math.Abs(first) < 1e15 && math.Abs(last) < 1e15 && last-first < 1000) {
		return []tick{{at: 0, label: formatValue(s.lo)}, {at: 1, label: formatValue(s.hi)}}, ""
	}
	k0, k1 := int64(first), int64(last)
	// A tick is the integer k·m times 10^e; its label is exact. Labels that
	// would all be long share a power of ten or, far from zero, an offset.
	top := max(k0, -k0, k1, -k1) * m
	digits := len(strconv.FormatInt(top, 10)) // of the largest label
	power := 0
	if size := digits + e; top > 0 && (size > 6 || size > 5 && digits <= 3 || size < -2) {
		power = digits - 1 + e
	}
	var offset int64
	factor := ""
	if digits > 6 {
		offset = (k0 + k1) / 2 * m
		rest := max((k1*m)-offset, offset-k0*m)
		power = 0
		if d := len(strconv.FormatInt(rest, 10)); d+e > 5 || d+e < -2 {
			power = d - 1 + e
		}
	}
	if power != 0 {
		factor = "×10" + raise(power)
	}
	if offset != 0 {
		base := decimal(offset, e)
		if offset > 0 {
			base = "+" + base
		}
		if len(base) > 24 {
			base = signed(strconv.FormatFloat(float64(offset)*math.Pow(10, float64(e)), 'g', 15, 64))
		}
		factor = strings.TrimSpace(factor + " " + base)
	}
	var out []tick
	for k := k0; k <= k1; k++ {
		out = append(out, tick{
			at:    (float64(k)*step - s.flo) / s.span,
			label: decimal(k*m-offset, e-power),
		})
	}
	return out, factor
}

// decimal writes k·10^e without an exponent and without trailing zeros.
func decimal(k int64, e int) string {
	if k == 0 {
		return "0"
	}
	sign := ""
	if k < 0 {
		sign, k = "−", -k
	}
	d := strconv.FormatInt(k, 10)
	if e >= 0 {
		return sign + d + strings.Repeat("0", min(e, 330))
	}
	if len(d) <= -e {
		d = strings.Repeat("0", min(-e-len(d)+1, 330)) + d
	}
	whole, frac := d[:len(d)+e], strings.TrimRight(d[len(d)+e:], "0")
	if frac == "" {
		return sign + whole
	}
	return sign + whole + "." + frac
}

// raise writes k in superscripts.
func raise(k int) string {
	return strings.Map(func(r rune) rune {
		if r == '-' {
			return '⁻'
		}
		return []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0']
	}, strconv.Itoa(k))
}

func signed(s string) string { return strings.ReplaceAll(s, "-", "−") }

func (s *scale) logTicks(n int) ([]tick, string) {
	l0, l1 := s.flo, s.flo+s.span
	if s.span < 0.35 {
		return s.narrowLogTicks(n)
	}
	const eps = 1e-9
	k0, k1 := int(math.Ceil(l0-eps)), int(math.Floor(l1+eps))
	decades := k1 - k0 + 1
	at := func(l float64) float64 { return (l - l0) / s.span }
	var out []tick
	if decades >= 3 || decades == 2 && n < 4 {
		stride := 1
		for (decades+stride-1)/stride > n {
			stride++
		}
		for k := k0 - 1; k <= k1; k++ {
			switch {
			case k < k0:
			case mod(k, stride) == 0:
				out = append(out, tick{at: at(float64(k)), label: "10" + raise(k)})
			case stride <= 10: // more lines would grey the panel
				out = append(out, tick{at: at(float64(k)), minor: true})
			}
			if stride == 1 && decades <= 12 {
				for m := 2; m <= 9; m++ {
					if l := float64(k) + math.Log10(float64(m)); l >= l0 && l <= l1 {
						out = append(out, tick{at: at(l), minor: true})
					}
				}
			}
		}
		return out, ""
	}
	// Few decades: 2 and 5 between the powers, written out where that is short.
	plain := l0 >= -3-eps && l1 <= 4.3
	labelled := func(m int) bool { return m == 1 || (m == 2 || m == 5) && n >= 3 }
	if s.span < 0.8 {
		labelled = func(m int) bool { return m <= 6 || m == 8 }
	}
	for k := int(math.Floor(l0)); k <= k1+1; k++ {
		for m := 1; m <= 9; m++ {
			l := float64(k) + math.Log10(float64(m))
			if l < l0-eps || l > l1+eps {
				continue
			}
			t := tick{at: at(l), minor: !labelled(m)}
			switch {
			case t.minor:
			case plain:
				t.label = decimal(int64(m), k)
			case m == 1:
				t.label = "10" + raise(k)
			default:
				t.label = strconv.Itoa(m) + "×10" + raise(k)
			}
			out = append(out, t)
		}
	}
	return out, ""
}

// narrowLogTicks serves a log axis that spans too little for its own ticks: it
// takes those of a linear axis, at their places on the log one.
func (s *scale) narrowLogTicks(n int) ([]tick, string) {
	l := scale{kind: linear, lo: s.lo, hi: s.hi}
	l.set()
	if !(l.span > 0) || l.span < 1e-300 {
		return []tick{{at: 0.5, label: formatValue(s.lo)}}, ""
	}
	t, factor := l.linearTicks(n)
	for i := range t {
		t[i].at = s.at(l.value(t[i].at))
	}
	return t, factor
}

func (s *scale) symlogTicks(n int) []tick {
	u := int(math.Round(math.Log10(s.unit)))
	reach := func(v float64) int {
		if v <= s.unit {
			return -1
		}
		return int(math.Floor(math.Log10(v)+1e-9)) - u
	}
	neg, pos := reach(-s.lo), reach(s.hi)
	stride := 1
	for (max(neg, -1)+1)/stride+(max(pos, -1)+1)/stride+1 > n {
		stride++
	}
	var out []tick
	add := func(v float64, label string) {
		if a := s.at(v); a >= -1e-9 && a <= 1+1e-9 {
			out = append(out, tick{at: a, label: label})
		}
	}
	for k := neg; k >= 0; k-- {
		if mod(k, stride) == stride-1 || stride == 1 {
			add(-math.Pow(10, float64(k+u)), "−10"+raise(k+u))
		}
	}
	add(0, "0")
	for k := 0; k <= pos; k++ {
		if mod(k, stride) == stride-1 || stride == 1 {
			add(math.Pow(10, float64(k+u)), "10"+raise(k+u))
		}
	}
	if len(out) < 2 {
		l := scale{kind: linear, lo: s.lo, hi: s.hi}
		l.set()
		out, _ = l.linearTicks(n)
		for i := range out {
			out[i].at = s.at(l.value(out[i].at))
		}
	}
	return out
}

func mod(a, b int) int { return ((a % b) + b) % b }

// formatValue writes a number for a reader, with a true minus sign.
func formatValue(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	s := strconv.FormatFloat(v, 'g', 6, 64)
	m, e, found := strings.Cut(s, "e")
	if !found {
		return signed(s)
	}
	k, _ := strconv.Atoi(e)
	return signed(m) + "×10" + raise(k)
}
