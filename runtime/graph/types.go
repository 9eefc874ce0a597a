package graph

import (
	"strconv"
	"strings"
)

// MaxRank is the largest number of axes, the series axis not counted.
const MaxRank = 4

// Type says what a node holds: numbers or truth values, along how many axes.
// Types are comparable with ==.
//
// A series has one more axis in front, time, whose length is known only when
// the run is over. Series appear in the mathematics of results, never inside
// an objective.
type Type struct {
	Bool   bool // truth values (0 or 1) instead of numbers
	Series bool // a leading axis of recorded steps
	rank   uint8
	dims   [MaxRank]int32
}

// Number and Truth are the scalar types.
var (
	Number = Type{}
	Truth  = Type{Bool: true}
)

// Of returns the type of a number array with the given axis lengths: none for
// a scalar, one for a vector, two (rows, columns) for a matrix. It panics
// beyond MaxRank or for a negative length.
func Of(dims ...int) Type {
	if len(dims) > MaxRank {
		panic("graph: rank above MaxRank")
	}
	t := Type{rank: uint8(len(dims))}
	for i, d := range dims {
		if d < 0 {
			panic("graph: negative axis length")
		}
		t.dims[i] = int32(d)
	}
	return t
}

// Rank is the number of axes, the series axis not counted.
func (t Type) Rank() int { return int(t.rank) }

// Dim is the length of axis i.
func (t Type) Dim(i int) int {
	if i < 0 || i >= int(t.rank) {
		panic("graph: axis out of range")
	}
	return int(t.dims[i])
}

// Dims returns the axis lengths, the series axis not counted.
func (t Type) Dims() []int {
	d := make([]int, t.rank)
	for i := range d {
		d[i] = int(t.dims[i])
	}
	return d
}

// Size is the number of elements, per step for a series.
func (t Type) Size() int {
	n := 1
	for i := range int(t.rank) {
		n *= int(t.dims[i])
	}
	return n
}

// IsScalar reports whether the type has no axes at all.
func (t Type) IsScalar() bool { return t.rank == 0 && !t.Series }

// AsSeries returns t with a leading axis of steps.
func (t Type) AsSeries() Type { t.Series = true; return t }

// PerStep returns t without the axis of steps.
func (t Type) PerStep() Type { t.Series = false; return t }

// AsBool and AsNumber return t with the element kind changed.
func (t Type) AsBool() Type   { t.Bool = true; return t }
func (t Type) AsNumber() Type { t.Bool = false; return t }

// Drop returns t without its first axis.
func (t Type) Drop() Type {
	if t.rank == 0 {
		panic("graph: Drop of a scalar")
	}
	return t.with(t.Dims()[1:])
}

func (t Type) with(dims []int) Type {
	u := Of(dims...)
	u.Bool, u.Series = t.Bool, t.Series
	return u
}

// String names the type as messages do: "a number", "a vector of 8",
// "a 3 x 5 matrix", "a series of truth values".
func (t Type) String() string {
	var b strings.Builder
	kind := ""
	switch t.rank {
	case 0:
	case 1:
		kind = "vector of " + strconv.Itoa(t.Dim(0))
	case 2:
		kind = strconv.Itoa(t.Dim(0)) + " x " + strconv.Itoa(t.Dim(1)) + " matrix"
	default:
		s := make([]string, t.rank)
		for i := range s {
			s[i] = strconv.Itoa(t.Dim(i))
		}
		kind = strings.Join(s, " x ") + " array"
	}
	switch {
	case t.Series && kind == "" && t.Bool:
		return "a series of truth values"
	case t.Series && kind == "":
		return "a series"
	case t.Series && t.Bool:
		return "a series, each step a " + kind + " of truth values"
	case t.Series:
		return "a series, each step a " + kind
	case kind == "" && t.Bool:
		return "a truth value"
	case kind == "":
		return "a number"
	}
	b.WriteString("a ")
	b.WriteString(kind)
	if t.Bool {
		b.WriteString(" of truth values")
	}
	return b.String()
}
