package datafile

import (
	"encoding/binary"
	"math"
)

// Number is how a file keeps a number, in little endian.
type Number struct {
	Kind  byte // 'f' IEEE 754; 'b' bfloat16; 'i' and 'u' integers with and without sign
	Width int  // bytes: f 2, 4, 8; b 2; i 1, 2, 4, 8; u 1, 2, 4
}

// Decode returns the number that b begins with, and integers exactly as well.
func (n Number) Decode(b []byte) (v float64, exact int64) {
	switch n {
	case Number{'f', 8}:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), 0
	case Number{'f', 4}:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), 0
	case Number{'f', 2}:
		return half(binary.LittleEndian.Uint16(b)), 0
	case Number{'b', 2}:
		return float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16)), 0
	case Number{'i', 8}:
		exact = int64(binary.LittleEndian.Uint64(b))
	case Number{'i', 4}:
		exact = int64(int32(binary.LittleEndian.Uint32(b)))
	case Number{'u', 4}:
		exact = int64(binary.LittleEndian.Uint32(b))
	case Number{'i', 2}:
		exact = int64(int16(binary.LittleEndian.Uint16(b)))
	case Number{'u', 2}:
		exact = int64(binary.LittleEndian.Uint16(b))
	case Number{'i', 1}:
		exact = int64(int8(b[0]))
	default:
		exact = int64(b[0])
	}
	return float64(exact), exact
}

// half returns the number with the bits of an IEEE 754 binary16: 1 sign, 5
// exponent and 10 fraction bits. All are exact.
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	var v float64
	switch {
	case exponent == 0x1f && fraction == 0:
		v = math.Inf(1)
	case exponent == 0x1f:
		v = math.NaN()
	case exponent == 0:
		v = math.Ldexp(fraction, -24)
	default:
		v = math.Ldexp(0x400+fraction, exponent-25)
	}
	if bits>>15 == 1 {
		v = math.Copysign(v, -1)
	}
	return v
}
