package network

import (
	"fmt"
	"math"
	"strings"

	"relief/runtime/random"
)

// laws are the names that Init.Law can have. A law that spreads draws all weights
// of a layer with one scale, from its fans or its matrix.
var laws = []struct {
	name   string
	spread bool
}{
	{"", false}, {"zeros", false}, {"ones", false}, {"constant", false}, {"normal", false}, {"uniform", false},
	{"kaiming_normal", true}, {"kaiming_uniform", true}, {"xavier_normal", true}, {"xavier_uniform", true},
	{"lecun_normal", true}, {"orthogonal", true},
}

// lawList names the laws of weights, or of other parameters, in a message.
func lawList(weights bool) string {
	var names []string
	for _, l := range laws[1:] {
		if weights || !l.spread {
			names = append(names, l.name)
		}
	}
	return strings.Join(names, ", ")
}

// Start fills dst, of length Size, with the parameters at step 0. Element i of a
// parameter, counted in the order of memory, takes number i of the stream of the
// seed, "init" and the parameter's name: it depends on no other layer.
func (n *Network) Start(dst []float64, seed uint64) {
	if len(dst) != n.Size {
		panic(fmt.Sprintf("network: a start of %d numbers for %d parameters", len(dst), n.Size))
	}
	for _, p := range n.Params {
		p.start(dst[p.Offset:p.Offset+p.Type.Size()], random.New(seed, "init", p.Name))
	}
}

// start draws one parameter. Bounds and deviations are those of PyTorch's
// torch.nn.init: He, Zhang, Ren, Sun (2015) for kaiming, Glorot and Bengio (2010)
// for xavier. That of lecun, 1/sqrt(fan in), is LeCun, Bottou, Orr, Müller (1998).
func (p *Param) start(dst []float64, s random.Stream) {
	fanIn, both := float64(p.FanIn), float64(p.FanIn+p.FanOut)
	gain := p.Init.Gain
	switch p.Init.Law {
	case "": // kaiming_uniform with the gain of a leaky_relu of slope sqrt 5
		uniform(dst, s, -1/math.Sqrt(fanIn), 1/math.Sqrt(fanIn))
	case "normal":
		normal(dst, s, p.Init.A, p.Init.B)
	case "uniform":
		uniform(dst, s, p.Init.A, p.Init.B)
	case "kaiming_normal":
		normal(dst, s, 0, gain/math.Sqrt(fanIn))
	case "kaiming_uniform":
		uniform(dst, s, -gain*math.Sqrt(3/fanIn), gain*math.Sqrt(3/fanIn))
	case "xavier_normal":
		normal(dst, s, 0, gain*math.Sqrt(2/both))
	case "xavier_uniform":
		uniform(dst, s, -gain*math.Sqrt(6/both), gain*math.Sqrt(6/both))
	case "lecun_normal":
		normal(dst, s, 0, 1/math.Sqrt(fanIn))
	case "orthogonal":
		normal(dst, s, 0, 1)
		orthogonal(dst, p.FanIn, len(dst)/p.FanIn)
		for i := range dst {
			dst[i] *= gain
		}
	case "zeros":
		fill(dst, 0)
	case "ones":
		fill(dst, 1)
	case "constant":
		fill(dst, p.Init.A)
	default:
		panic("network: there is no law " + p.Init.Law)
	}
}

func normal(dst []float64, s random.Stream, mean, deviation float64) {
	for i := range dst {
		dst[i] = mean + float64(deviation*s.Normal(uint64(i), 0))
	}
}

func uniform(dst []float64, s random.Stream, from, to float64) {
	for i := range dst {
		dst[i] = from + float64((to-from)*s.Uniform(uint64(i), 0))
	}
}

func fill(dst []float64, v float64) {
	for i := range dst {
		dst[i] = v
	}
}

// orthogonal replaces the matrix a of rows x cols normal numbers by the factor Q
// of its QR decomposition, or of that of its transpose if it is wide, with the
// signs that make the diagonal of R positive: uniform over all such matrices
// (Saxe, McClelland, Ganguli 2014; Mezzadri 2007). It is computed by Gram and
// Schmidt's method, twice, which is orthogonal to rounding (Giraud, Langou,
// Rozložník, van den Eshof 2005), in 4 rows cols min(rows, cols) products.
func orthogonal(a []float64, rows, cols int) {
	// v holds the vectors to be made orthogonal one after another.
	length, count := max(rows, cols), min(rows, cols)
	v := a
	if rows >= cols {
		v = make([]float64, len(a))
		transpose(v, a, rows, cols)
	}
	for j := range count {
		x := v[j*length : (j+1)*length]
		for range 2 {
			for k := range j {
				q := v[k*length : (k+1)*length]
				subtract(x, q, dot(x, q))
			}
		}
		norm := math.Sqrt(dot(x, x))
		for i := range x {
			x[i] /= norm
		}
	}
	if rows >= cols {
		transpose(a, v, cols, rows)
	}
}

// transpose sets dst, cols x rows, to the transpose of src.
func transpose(dst, src []float64, rows, cols int) {
	for i := range rows {
		for j := range cols {
			dst[j*rows+i] = src[i*cols+j]
		}
	}
}

// dot is the scalar product in four sums. Products are rounded before they are
// added, so that the bits are the same on every machine.
func dot(x, y []float64) float64 {
	var s [4]float64
	y = y[:len(x)]
	i := 0
	for ; i+4 <= len(x); i += 4 {
		s[0] += float64(x[i] * y[i])
		s[1] += float64(x[i+1] * y[i+1])
		s[2] += float64(x[i+2] * y[i+2])
		s[3] += float64(x[i+3] * y[i+3])
	}
	for ; i < len(x); i++ {
		s[0] += float64(x[i] * y[i])
	}
	return s[0] + s[1] + (s[2] + s[3])
}

// subtract takes c y from x.
func subtract(x, y []float64, c float64) {
	for i, v := range y {
		x[i] -= float64(c * v)
	}
}
