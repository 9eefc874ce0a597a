package random

import (
	"math"
	"sync"

	"relief/runtime/kernel"
)

// Normals sets dst[l] to the standard normal number at the place (i, j,
// first+l), which depends on that place alone. It takes a few nanoseconds for
// each, and the bits are the same on every platform. These numbers are others
// than those of Normal.
//
// The method is the ziggurat of Marsaglia and Tsang (2000) in the form of
// Doornik (2005), which takes the layer, the sign and the position from separate
// bits: 256 layers of equal area cover the density, and 99 of 100 numbers are a
// product and a comparison. What falls on the edge of a layer or into the tail
// beyond 3.65 is decided by further words of the same place.
func (s Stream) Normals(dst []float64, i, j, first uint64) {
	z := ziggurat()
	for l := 0; l < len(dst); {
		lane := first + uint64(l)
		words := Philox([4]uint64{i, j, lane >> 2, 0}, s.key)
		for at := lane & 3; at < 4 && l < len(dst); at++ {
			w := words[at]
			k := w & (layers - 1)
			if u := w >> 11; u < z.inside[k] {
				dst[l] = signed(float64(u)*z.scale[k], w)
			} else {
				dst[l] = s.edge(z, i, j, first+uint64(l), w)
			}
			l++
		}
	}
}

// Uniforms sets dst[l] to the uniform number of [0, 1) at the place (i, j,
// first+l), a multiple of 2^-53.
func (s Stream) Uniforms(dst []float64, i, j, first uint64) {
	for l := 0; l < len(dst); {
		lane := first + uint64(l)
		words := Philox([4]uint64{i, j, lane >> 2, 0}, s.key)
		for at := lane & 3; at < 4 && l < len(dst); at++ {
			dst[l] = float64(words[at]>>11) * 0x1p-53
			l++
		}
	}
}

// edge decides the word w of a place that is not inside its layer.
func (s Stream) edge(z *layered, i, j, lane, w uint64) float64 {
	for try := uint64(0); ; try++ {
		more := Philox([4]uint64{i, j, lane >> 2, (try<<2 | lane&3) + 1}, s.key)
		k, u := w&(layers-1), w>>11
		x := float64(u) * z.scale[k]
		switch {
		case u < z.inside[k]:
			return signed(x, w)
		case k == 0: // the tail, by the method of Marsaglia (1964); w stays until it is drawn
			beyond := -kernel.Log(positive(more[0])) / tailFrom
			if y := -kernel.Log(positive(more[1])); y+y > beyond*beyond {
				return signed(tailFrom+beyond, w)
			}
		default:
			y := z.height[k] + float64(positive(more[0])*(z.height[k+1]-z.height[k]))
			if y < kernel.Exp(float64(-0.5*x)*x) {
				return signed(x, w)
			}
			w = more[1]
		}
	}
}

// signed gives x the sign that bit 8 of a word says; the layer is in the bits
// below, the position in those from 11 on.
func signed(x float64, w uint64) float64 {
	return math.Float64frombits(math.Float64bits(x) ^ w<<55&(1<<63))
}

// positive is a number of (0, 1].
func positive(w uint64) float64 { return float64(w>>11+1) * 0x1p-53 }

const (
	layers = 256
	// The tail begins where the layers above it and the lowest one with the tail
	// have one area each: the solution of the recursion in newLayered, to more
	// digits than are kept.
	tailFrom  = 3.654152885361008771645429720399515763
	layerArea = 0.004928673233974655347361775402336028
)

// layered is the density exp(-x^2/2) cut into layers of equal area, the widest
// first. Layer k reaches to edge[k], and to edge[k+1] at its upper end, where
// the density is height[k+1].
type layered struct {
	scale  [layers]float64     // edge[k] 2^-53
	inside [layers]uint64      // positions below this are inside whatever their height
	height [layers + 1]float64 // the density at edge[k]
}

var ziggurat = sync.OnceValue(newLayered)

func newLayered() *layered {
	var edge [layers + 1]float64
	density := func(x float64) float64 { return kernel.Exp(float64(-0.5*x) * x) }
	edge[0], edge[1] = layerArea/density(tailFrom), tailFrom
	for k := 1; k < layers-1; k++ {
		edge[k+1] = math.Sqrt(-2 * kernel.Log(layerArea/edge[k]+density(edge[k])))
	}
	z := &layered{}
	for k, x := range edge {
		z.height[k] = density(x)
		if k < layers {
			z.scale[k] = x * 0x1p-53
			z.inside[k] = uint64(edge[k+1] / x * 0x1p53)
		}
	}
	return z
}
