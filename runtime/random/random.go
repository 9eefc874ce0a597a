// Package random gives counter-based random numbers: a number is a function of
// a key and a place, never of how many were drawn before. Results therefore do
// not depend on the number of workers, the order of lanes or what else a study
// does.
//
//	seed, labels --(New)--> Stream --(Uniform, Normal at (i, j))--> float64
//	                               \--(Uniforms, Normals at (i, j, l), (i, j, l+1), ...)--> []float64
//
// The generator is Philox4x64-10 of Salmon, Moraes, Dror and Shaw, "Parallel
// random numbers: as easy as 1, 2, 3", SC 2011: ten rounds of multiplication
// and exclusive or, which pass BigCrush. The key is a digest of the seed and
// the labels, the counter the place.
package random

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
)

// Stream is a family of independent random numbers, one for each place (i, j).
// Streams with different seeds or labels are independent. The zero Stream has
// the key 0.
type Stream struct {
	key [2]uint64
}

// New returns the stream of a seed and labels that say what the numbers are
// for, such as the address of a block, a purpose and a parameter.
func New(seed uint64, labels ...string) Stream {
	d := digest(seed, labels)
	return Stream{key: [2]uint64{binary.LittleEndian.Uint64(d[0:]), binary.LittleEndian.Uint64(d[8:])}}
}

// Derive returns the seed of something that belongs to what has the given
// seed: a block of a study, for instance.
func Derive(seed uint64, labels ...string) uint64 {
	d := digest(seed, labels)
	return binary.LittleEndian.Uint64(d[16:])
}

// digest is SHA-256 over the seed and each label after its length, so that no
// two lists of labels run into each other.
func digest(seed uint64, labels []string) [sha256.Size]byte {
	b := binary.LittleEndian.AppendUint64(nil, seed)
	for _, l := range labels {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(l)))
		b = append(b, l...)
	}
	return sha256.Sum256(b)
}

// Uint64 returns 64 random bits.
func (s Stream) Uint64(i, j uint64) uint64 {
	return Philox([4]uint64{i, j}, s.key)[0]
}

// Uniform returns a number of the half-open interval [0, 1), a multiple of
// 2^-53.
func (s Stream) Uniform(i, j uint64) float64 {
	return float64(s.Uint64(i, j)>>11) * 0x1p-53
}

// Normal returns a number of the standard normal law, by the method of Box and
// Muller (1958) from two words of one counter. Its absolute value is at most
// sqrt(106 ln 2) = 8.57.
func (s Stream) Normal(i, j uint64) float64 {
	w := Philox([4]uint64{i, j}, s.key)
	u := float64(w[0]>>11+1) * 0x1p-53 // in (0, 1]: the logarithm is finite
	v := float64(w[1]>>11) * 0x1p-53
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// Philox is the bijection Philox4x64-10 of the counter under the key.
func Philox(counter [4]uint64, key [2]uint64) [4]uint64 {
	const (
		m0, m1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157 // multipliers of the paper, Table 2
		w0, w1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B // golden ratio; sqrt(3) - 1
	)
	a, b, c, d := counter[0], counter[1], counter[2], counter[3]
	k0, k1 := key[0], key[1]
	for range 10 {
		hi0, lo0 := bits.Mul64(m0, a)
		hi1, lo1 := bits.Mul64(m1, c)
		a, b, c, d = hi1^b^k0, lo1, hi0^d^k1, lo0
		k0 += w0
		k1 += w1
	}
	return [4]uint64{a, b, c, d}
}
