package render

import (
	"fmt"
	"math"
)

type scaleKind uint8

const (
	linear scaleKind = iota
	logarithmic
	symlog
)

// largest is the greatest magnitude that is drawn. Beyond it sums of two values
// overflow, and such numbers come from runs that diverge anyway.
const largest = 1e300

func kindOf(name string) (scaleKind, bool) {
	switch name {
	case "", "linear":
		return linear, true
	case "log":
		return logarithmic, true
	case "symlog":
		return symlog, true
	}
	return linear, false
}

// drawable tells whether a scale of this kind has a place for v.
func (k scaleKind) drawable(v float64) bool {
	return math.Abs(v) <= largest && (k != logarithmic || v > 0)
}

// An extent collects what an axis must show.
type extent struct {
	kind     scaleKind
	lo, hi   float64 // of the drawable values; lo > hi if there are none
	smallest float64 // least magnitude that is not 0
	notReal  int     // NaN, infinite, or too large to draw
	notPos   int     // not positive, on a log axis
}

func newExtent(k scaleKind) extent {
	return extent{kind: k, lo: math.Inf(1), hi: math.Inf(-1), smallest: math.Inf(1)}
}

func (e *extent) add(v float64) bool {
	if !(math.Abs(v) <= largest) {
		e.notReal++
		return false
	}
	if e.kind == logarithmic && v <= 0 {
		e.notPos++
		return false
	}
	if v < e.lo {
		e.lo = v
	}
	if v > e.hi {
		e.hi = v
	}
	if a := math.Abs(v); a > 0 && a < e.smallest {
		e.smallest = a
	}
	return true
}

func (e *extent) empty() bool { return e.lo > e.hi }

// A scale maps values to fractions of an axis.
type scale struct {
	kind   scaleKind
	lo, hi float64 // values at the ends
	unit   float64 // symlog: linear below about this magnitude
	flo    float64 // forward(lo)
	span   float64 // forward(hi) - forward(lo), positive
}

// scale fits the extent, widened at its free ends by fractions of the
// transformed axis.
func (e *extent) scale(a *Axis, padLo, padHi float64) (scale, []string) {
	s := scale{kind: e.kind, lo: e.lo, hi: e.hi, unit: 1}
	if e.empty() {
		s.lo, s.hi = 0, 1
		if e.kind == logarithmic {
			s.lo, s.hi = 1, 10
		}
	}
	var notes []string
	end := func(p *float64, name string) (float64, bool) {
		if p == nil {
			return 0, false
		}
		if !e.kind.drawable(*p) {
			notes = append(notes, fmt.Sprintf("%s of %s ignored: %s axis", name, formatValue(*p), a.kindName()))
			return 0, false
		}
		return *p, true
	}
	lo, fixLo := end(a.Min, "min")
	hi, fixHi := end(a.Max, "max")
	if fixLo && fixHi && !(hi > lo) {
		notes = append(notes, "empty range ignored")
		fixLo, fixHi = false, false
	}
	if fixLo {
		s.lo = lo
		s.hi = math.Max(s.hi, lo)
	}
	if fixHi {
		s.hi = hi
		s.lo = math.Min(s.lo, hi)
	}
	if e.kind == symlog {
		top := math.Max(math.Abs(s.lo), math.Abs(s.hi))
		s.unit = math.Min(e.smallest, top)
		s.unit = math.Max(s.unit, top*1e-8)
		if !(s.unit > 1e-290 && s.unit <= largest) {
			s.unit = 1
		}
		s.unit = math.Pow(10, math.Floor(math.Log10(s.unit)))
	}
	s.widen(fixLo, fixHi)
	s.set()
	lo, hi = s.lo, s.hi
	if !fixLo {
		lo = s.value(-padLo)
	}
	if !fixHi {
		hi = s.value(1 + padHi)
	}
	if s.kind.drawable(lo) && s.kind.drawable(hi) && hi > lo {
		s.lo, s.hi = lo, hi
		s.set()
	}
	return s, notes
}

// widen makes room about constant data.
func (s *scale) widen(fixLo, fixHi bool) {
	var lo, hi float64
	switch s.kind {
	case logarithmic:
		if s.hi > s.lo*(1+1e-9) {
			return
		}
		lo, hi = s.lo/3, s.hi*3
		if lo == 0 {
			lo, hi = 1e-323, 1e-322
		}
	default:
		mid := math.Max(math.Abs(s.lo), math.Abs(s.hi))
		if s.hi-s.lo > mid*1e-12 && s.hi-s.lo > 1e-290 {
			return
		}
		d := mid * 0.1
		if d < 1e-280 {
			d = 1
		}
		lo, hi = s.lo-d, s.hi+d
	}
	if !fixLo || fixHi {
		s.lo = lo
	}
	if !fixHi || fixLo {
		s.hi = hi
	}
}

func (s *scale) set() {
	s.flo = s.forward(s.lo)
	s.span = s.forward(s.hi) - s.flo
}

func (s *scale) forward(v float64) float64 {
	switch s.kind {
	case logarithmic:
		if v <= 0 {
			return math.NaN()
		}
		return log10(v)
	case symlog:
		return math.Copysign(math.Log10(1+math.Abs(v)/s.unit), v)
	}
	return v
}

// log10 is right for subnormal numbers too, where math.Log10 is not on every
// platform; losses that fall quadratically get there.
func log10(v float64) float64 {
	const tiny, lift = 1e-300, 1e100
	if v < tiny {
		return math.Log10(v*lift) - 100
	}
	return math.Log10(v)
}

// at is the place of v: 0 at the low end and 1 at the high one; NaN if v has
// none.
func (s *scale) at(v float64) float64 {
	if s.kind == linear {
		if !(math.Abs(v) <= largest) {
			return math.NaN()
		}
		return (v - s.flo) / s.span
	}
	if !s.kind.drawable(v) {
		return math.NaN()
	}
	return (s.forward(v) - s.flo) / s.span
}

// value is the inverse of at.
func (s *scale) value(t float64) float64 {
	f := s.flo + t*s.span
	switch s.kind {
	case logarithmic:
		return math.Pow(10, f)
	case symlog:
		return math.Copysign((math.Pow(10, math.Abs(f))-1)*s.unit, f)
	}
	return f
}

func (a *Axis) kindName() string {
	if a.Scale == "" {
		return "linear"
	}
	return a.Scale
}

// title is the label of the axis with its unit.
func (a *Axis) title() string {
	switch {
	case a.Unit == "":
		return a.Label
	case a.Label == "":
		return "(" + a.Unit + ")"
	}
	return a.Label + " (" + a.Unit + ")"
}

// notes says what the axis had to leave out.
func (e *extent) notes(name string) []string {
	var out []string
	if e.notPos > 0 {
		if e.empty() {
			out = append(out, fmt.Sprintf("no positive values on the log axis %s", name))
		} else {
			out = append(out, fmt.Sprintf("%s ≤ 0 left out on the log axis %s", count(e.notPos, "value"), name))
		}
	}
	if e.notReal > 0 {
		out = append(out, fmt.Sprintf("%s of %s left out: not finite", count(e.notReal, "value"), name))
	}
	return out
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
