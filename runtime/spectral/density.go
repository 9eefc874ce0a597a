package spectral

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"relief/runtime/random"
)

// DensityOptions say how a spectral density is measured. Zeros stand for the
// defaults.
type DensityOptions struct {
	Samples int     // random vectors; 10
	Steps   int     // of Lanczos, and products, for each vector; 60
	Points  int     // of the grid; 1,000
	Width   float64 // standard deviation of the Gaussian, as a share of the range of the eigenvalues; 0.01
	Seed    uint64
}

// Density is the density of the eigenvalues of an operator of size n: the sum
// over i of a Gaussian around lambda_i, over n.
type Density struct {
	// Eigenvalue is the middles of the cells of a grid of spacing Step, and
	// Density the means over each cell. Their sum times Step is 1.
	Eigenvalue, Density []float64
	Error               []float64 // standard errors of Density over the samples; NaN for one sample
	Step                float64
	Width               float64 // standard deviation of the Gaussian
	// Nodes and Weights are the quadrature of which the density is the smoothed
	// picture: (1/n) trace f(H) is about the sum of weight times f(node).
	Nodes, Weights []float64
	Trace          Estimate
	Products       int
}

// Estimate is a mean over random vectors.
type Estimate struct {
	Value float64
	Error float64 // standard error; NaN for one sample
}

// beyond is how many standard deviations of the Gaussian the grid reaches
// beyond the outermost nodes; what lies farther out is less than 1e-9.
const beyond = 6

// MeasureDensity measures the density of the eigenvalues by stochastic Lanczos
// quadrature (Ubaru, Chen and Saad, "Fast estimation of tr(f(A)) via stochastic
// Lanczos quadrature", SIAM J. Matrix Anal. Appl. 38, 2017; Ghorbani, Krishnan
// and Xiao, "An investigation into neural net optimization via Hessian
// eigenvalue density", ICML 2019). Each random vector v of signs gives, after m
// steps with full reorthogonalisation, the m nodes and weights of a Gauss
// quadrature of the density of H in v: eigenvalues of the tridiagonal matrix,
// and squares of the first elements of its eigenvectors. The first step gives
// v^T H v, so the trace (Hutchinson 1990) takes no product more.
//
// It takes Samples x Steps products, fewer where a Krylov space ends, and
// memory for Steps + 2 vectors.
func MeasureDensity(ctx context.Context, op Operator, o DensityOptions) (*Density, error) {
	o.Samples, o.Steps, o.Points = cmp.Or(o.Samples, 10), cmp.Or(o.Steps, 60), cmp.Or(o.Points, 1000)
	o.Width = cmp.Or(o.Width, 0.01)
	if op.Size() < 1 {
		return nil, fmt.Errorf("spectral: an operator of size %d has no eigenvalues", op.Size())
	}
	if o.Samples < 1 || o.Steps < 1 || o.Points < 1 {
		return nil, fmt.Errorf("spectral: a density of %d samples, %d steps and %d points; give at least 1 of each", o.Samples, o.Steps, o.Points)
	}
	if !(o.Width > 0) || !finite(o.Width) {
		return nil, fmt.Errorf("spectral: the width of the Gaussian is %v; give a positive share of the range of the eigenvalues", o.Width)
	}
	s := &space{h: product{op: op, sign: 1}}
	numbers := random.New(o.Seed, "density")
	nodes, weights := make([][]float64, o.Samples), make([][]float64, o.Samples)
	forms := make([]float64, o.Samples)
	for i := range o.Samples {
		s.drop(s.q...)
		s.q, s.a, s.leak, s.done = nil, nil, nil, 0
		v := s.vector()
		signs(v, numbers, uint64(i))
		s.admit(v)
		for s.done < o.Steps && s.waiting() > 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := s.expand(); err != nil {
				return nil, err
			}
		}
		forms[i] = float64(op.Size()) * s.a[0][0]
		r := s.ritz()
		nodes[i] = r.values
		for _, z := range r.z {
			weights[i] = append(weights[i], z[0]*z[0])
		}
	}
	// A unit that was set by a later sample was 0 before because all products
	// were, so one unit serves all.
	for i := range nodes {
		for j := range nodes[i] {
			nodes[i][j] = s.h.value(nodes[i][j])
		}
		forms[i] = s.h.value(forms[i])
	}
	d := smooth(nodes, weights, o)
	d.Trace = mean(forms)
	d.Products = s.h.count
	return d, nil
}

// smooth puts the nodes of all samples on a grid.
func smooth(nodes, weights [][]float64, o DensityOptions) *Density {
	low, high := math.Inf(1), math.Inf(-1)
	for _, n := range nodes {
		high, low = max(high, n[0]), min(low, n[len(n)-1])
	}
	extent := high - low
	if size := max(math.Abs(high), math.Abs(low)); size < smallest {
		extent = 1 // as good as 0
	} else if extent <= negligible*size {
		extent = size // one eigenvalue, whose size is the only measure there is
	}
	d := &Density{Width: o.Width * extent}
	low -= float64(beyond * d.Width)
	d.Step = (high + float64(beyond*d.Width) - low) / float64(o.Points)
	d.Eigenvalue, d.Density, d.Error = make([]float64, o.Points), make([]float64, o.Points), make([]float64, o.Points)
	for i := range d.Eigenvalue {
		d.Eigenvalue[i] = low + float64((float64(i)+0.5)*d.Step)
	}
	count := float64(len(nodes))
	square := make([]float64, o.Points)
	one := make([]float64, o.Points)
	for s := range nodes {
		clear(one)
		total := 0.0
		for j, at := range nodes[s] {
			w := weights[s][j]
			d.Nodes, d.Weights = append(d.Nodes, at), append(d.Weights, w/count)
			below := 0.0
			for i := range one {
				// The share of the Gaussian left of the cell's right edge.
				upTo := 0.5 * math.Erfc((at-low-float64(float64(i+1)*d.Step))/(d.Width*math.Sqrt2))
				one[i] += float64(w * (upTo - below))
				below = upTo
			}
		}
		for _, x := range one {
			total += x
		}
		for i, x := range one {
			x /= total * d.Step
			// The running mean and sum of squares about it (Welford 1962).
			delta := x - d.Density[i]
			d.Density[i] += delta / float64(s+1)
			square[i] += float64(delta * (x - d.Density[i]))
		}
	}
	for i, x := range square {
		d.Error[i] = math.Sqrt(x / (count - 1) / count)
	}
	return d
}

// mean returns the mean of samples and its standard error.
func mean(samples []float64) Estimate {
	var e Estimate
	square := 0.0
	for i, x := range samples {
		delta := x - e.Value
		e.Value += delta / float64(i+1)
		square += float64(delta * (x - e.Value))
	}
	n := float64(len(samples))
	e.Error = math.Sqrt(square / (n - 1) / n)
	return e
}
