package spectral

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"relief/runtime/dataset"
	"relief/runtime/kernel/tensor"
	"relief/runtime/random"
)

// mlp is a network of hyperbolic tangents with half the mean sum of squares as
// its loss, differentiated by hand: the operator of the tests that want a real
// Hessian. The product is that of Pearlmutter, "Fast exact multiplication by the
// Hessian", 1994.
type mlp struct {
	n      int   // samples
	sizes  []int // of the layers
	x, t   []float64
	w      []float64 // parameters: for each layer weights in x out, then biases
	offset []int     // of each layer in w
	grad   []float64
	// By layer: what it gives, the derivatives of the loss by that before and
	// after its hyperbolic tangent, and the derivatives of all three along a
	// direction.
	a, g, e, da, dg, de [][]float64
	ws                  *tensor.Workspace[float64]
}

func newMLP(set *dataset.Set, hidden ...int) *mlp {
	m := &mlp{n: set.Len(), sizes: append([]int{set.Features()}, hidden...)}
	m.sizes = append(m.sizes, set.Classes)
	m.x = make([]float64, m.n*set.Features())
	for i, v := range set.X {
		m.x[i] = float64(v)
	}
	m.t = make([]float64, m.n*set.Classes)
	for i, l := range set.Labels {
		m.t[i*set.Classes+int(l)] = 1
	}
	at := 0
	scratch := 0
	for l, out := range m.sizes[1:] {
		in := m.sizes[l]
		m.offset = append(m.offset, at)
		at += (in + 1) * out
		for _, p := range []*[][]float64{&m.a, &m.da, &m.g, &m.dg, &m.e, &m.de} {
			*p = append(*p, make([]float64, m.n*out))
		}
		scratch = max(scratch, tensor.MatMulScratch[float64](m.n, out, in, 2), tensor.MatMulScratch[float64](in, out, m.n, 2), tensor.MatMulScratch[float64](m.n, in, out, 2))
	}
	m.w, m.grad = make([]float64, at), make([]float64, at)
	m.ws = tensor.NewWorkspace[float64](2, scratch)
	s := random.New(1, "start")
	for l, out := range m.sizes[1:] {
		in := m.sizes[l]
		for i := range (in + 1) * out {
			m.w[m.offset[l]+i] = (2*s.Uniform(uint64(i), uint64(l)) - 1) / math.Sqrt(float64(in))
		}
	}
	return m
}

func (m *mlp) layer(w []float64, l int) (weights tensor.Matrix[float64], bias []float64) {
	in, out := m.sizes[l], m.sizes[l+1]
	at := m.offset[l]
	return tensor.Dense(w[at:at+in*out], in, out), w[at+in*out:][:out]
}

func (m *mlp) rows(a []float64, size int) tensor.Matrix[float64] { return tensor.Dense(a, m.n, size) }

// gradient computes activations and the gradient, and returns the loss.
func (m *mlp) gradient() float64 {
	last := len(m.sizes) - 2
	in := m.rows(m.x, m.sizes[0])
	for l := range last + 1 {
		w, b := m.layer(m.w, l)
		out := m.rows(m.a[l], m.sizes[l+1])
		tensor.MatMul(m.ws, out, in, w, tensor.Epilogue[float64]{Bias: b})
		if l < last {
			for i, v := range m.a[l] {
				m.a[l][i] = math.Tanh(v)
			}
		}
		in = out
	}
	loss := 0.0
	for i, y := range m.a[last] {
		r := y - m.t[i]
		loss += r * r / 2
		m.g[last][i] = r / float64(m.n)
	}
	for l := last; l >= 0; l-- {
		g := m.rows(m.g[l], m.sizes[l+1])
		in := m.rows(m.x, m.sizes[0])
		if l > 0 {
			in = m.rows(m.a[l-1], m.sizes[l])
		}
		dw, db := m.layer(m.grad, l)
		tensor.MatMul(m.ws, dw, in.Transposed(), g, tensor.Epilogue[float64]{})
		m.sum(db, m.g[l])
		if l > 0 {
			w, _ := m.layer(m.w, l)
			tensor.MatMul(m.ws, m.rows(m.e[l-1], m.sizes[l]), g, w.Transposed(), tensor.Epilogue[float64]{})
			for i, a := range m.a[l-1] {
				m.g[l-1][i] = m.e[l-1][i] * (1 - a*a)
			}
		}
	}
	return loss / float64(m.n)
}

func (m *mlp) sum(dst, rows []float64) {
	clear(dst)
	for i := 0; i < len(rows); i += len(dst) {
		tensor.Add(dst, dst, rows[i:i+len(dst)])
	}
}

func (m *mlp) Size() int { return len(m.w) }

// Apply is the Hessian-vector product at the parameters of the last gradient.
func (m *mlp) Apply(dst, v []float64) error {
	last := len(m.sizes) - 2
	more := tensor.Epilogue[float64]{Accumulate: true}
	for l := range last + 1 {
		w, _ := m.layer(m.w, l)
		dw, db := m.layer(v, l)
		out := m.rows(m.da[l], m.sizes[l+1])
		in := m.rows(m.x, m.sizes[0])
		if l > 0 {
			in = m.rows(m.a[l-1], m.sizes[l])
		}
		tensor.MatMul(m.ws, out, in, dw, tensor.Epilogue[float64]{Bias: db})
		if l > 0 {
			tensor.MatMul(m.ws, out, m.rows(m.da[l-1], m.sizes[l]), w, more)
		}
		if l < last {
			for i, a := range m.a[l] {
				m.da[l][i] *= 1 - a*a
			}
		}
	}
	for i, y := range m.da[last] {
		m.dg[last][i] = y / float64(m.n)
	}
	for l := last; l >= 0; l-- {
		g, dg := m.rows(m.g[l], m.sizes[l+1]), m.rows(m.dg[l], m.sizes[l+1])
		in := m.rows(m.x, m.sizes[0])
		if l > 0 {
			in = m.rows(m.a[l-1], m.sizes[l])
		}
		hw, hb := m.layer(dst, l)
		tensor.MatMul(m.ws, hw, in.Transposed(), dg, tensor.Epilogue[float64]{})
		m.sum(hb, m.dg[l])
		if l > 0 {
			tensor.MatMul(m.ws, hw, m.rows(m.da[l-1], m.sizes[l]).Transposed(), g, more)
			w, _ := m.layer(m.w, l)
			vw, _ := m.layer(v, l)
			de := m.rows(m.de[l-1], m.sizes[l])
			tensor.MatMul(m.ws, de, dg, w.Transposed(), tensor.Epilogue[float64]{})
			tensor.MatMul(m.ws, de, g, vw.Transposed(), more)
			for i, a := range m.a[l-1] {
				m.dg[l-1][i] = m.de[l-1][i]*(1-a*a) - 2*m.e[l-1][i]*a*m.da[l-1][i]
			}
		}
	}
	return nil
}

func (m *mlp) step() {
	m.gradient()
	tensor.AddScaled(m.w, m.w, -rate, m.grad)
}

// rate is the learning rate: the sharpness rises to 2/rate = 40 and stays there.
const rate = 0.05

// edge is a network of 192-64-64-4 units on 500 made images of 8 x 8 pixels after
// 1,500 steps of gradient descent, some 400 after its sharpness reached 2/rate.
// The two largest eigenvalues, and later three, are within a few per cent.
var edge = sync.OnceValue(func() *mlp {
	set, err := dataset.Synthetic{Classes: 4, Limit: 500, Size: 8}.Load()
	if err == nil {
		err = set.Standardize(dataset.PerPixel)
	}
	if err != nil {
		panic(err)
	}
	m := newMLP(set, 64, 64)
	for range 1500 {
		m.step()
	}
	return m
})

func TestNetworkProduct(t *testing.T) {
	m := edge()
	w := append([]float64(nil), m.w...)
	defer copy(m.w, w)
	n := m.Size()
	s := random.New(2)
	v, u, hv, hu := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	fill(v, s, 0)
	fill(u, s, 1)
	m.gradient()
	_ = m.Apply(hv, v)
	_ = m.Apply(hu, u)
	if a, b := tensor.Dot(u, hv), tensor.Dot(v, hu); math.Abs(a-b) > 1e-12*math.Abs(a) {
		t.Errorf("u H v = %v, v H u = %v", a, b)
	}
	const h = 1e-5
	diff := make([]float64, n)
	for _, sign := range []float64{1, -1} {
		tensor.AddScaled(m.w, w, sign*h, v)
		m.gradient()
		tensor.AddScaled(diff, diff, sign/(2*h), m.grad)
	}
	tensor.Sub(diff, diff, hv)
	if got, want := tensor.Norm(diff), 1e-6*tensor.Norm(hv); got > want {
		t.Errorf("a difference of gradients is %v from the product of length %v", got, tensor.Norm(hv))
	}
}

// The tracker at the edge of stability: right values, in the products that the
// package comment states.
func TestTrackerAtTheEdge(t *testing.T) {
	m := edge()
	w := append([]float64(nil), m.w...)
	defer copy(m.w, w)
	tracker := NewTracker(1, Options{})
	products := 0
	const calls = 30
	for call := range calls {
		for range 5 {
			m.step()
		}
		m.gradient()
		r, err := tracker.Top(ctx, m, m.grad)
		if err != nil {
			t.Fatal(err)
		}
		check(t, m, r, r.Values[0])
		products += r.Products
		if call%5 > 0 {
			continue
		}
		want, err := Top(ctx, m, 3, Options{Tolerance: 1e-7})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(r.Values[0]-want.Values[0]) > 1e-4*want.Values[0] {
			t.Errorf("call %d: %v, want %v", call, r.Values, want.Values)
		}
	}
	if mean := float64(products) / calls; mean > 6 {
		t.Errorf("%v products a call", mean)
	}
}

// rotating is an operator with outlying eigenvalues over a bulk near zero, whose
// eigenvectors turn from call to call.
type rotating struct {
	bulk, values []float64
	vectors      [][]float64
	angle        float64
	call         uint64
}

func newRotating(n int, gap, angle float64) *rotating {
	r := &rotating{bulk: make([]float64, n), values: []float64{100, 100 * (1 - gap), 80, 70, 60, 50, 40, 30, 20, 10}, angle: angle}
	s := random.New(3, "rotating")
	for i := range r.bulk {
		r.bulk[i] = s.Normal(uint64(i), 0)
	}
	for i := range r.values {
		v := make([]float64, n)
		fill(v, s, uint64(i+1))
		r.vectors = append(r.vectors, v)
	}
	Orthogonalise(r.vectors)
	return r
}

// turn moves every eigenvector by the angle in a random direction, and turns
// neighbours into each other by as much.
func (r *rotating) turn() {
	r.call++
	v := make([]float64, len(r.bulk))
	c, s := math.Cos(r.angle), math.Sin(r.angle)
	for i, q := range r.vectors {
		fill(v, random.New(r.call, "turn"), uint64(i))
		tensor.Scale(v, v, s/tensor.Norm(v))
		tensor.AddScaled(q, v, c, q)
		if i > 0 {
			p := r.vectors[i-1]
			copy(v, p)
			tensor.Scale(p, p, c)
			tensor.AddScaled(p, p, s, q)
			tensor.Scale(q, q, c)
			tensor.AddScaled(q, q, -s, v)
		}
	}
	Orthogonalise(r.vectors)
}

func (r *rotating) Size() int { return len(r.bulk) }

func (r *rotating) Apply(dst, v []float64) error {
	tensor.Mul(dst, r.bulk, v)
	for i, q := range r.vectors {
		tensor.AddScaled(dst, dst, r.values[i]*tensor.Dot(q, v), q)
	}
	return nil
}

// BenchmarkProducts gives the numbers of products of the package comment:
//
//	go test -run '^$' -bench Products -benchtime 1x relief/runtime/spectral
func BenchmarkProducts(b *testing.B) {
	const calls = 60
	measure := func(b *testing.B, k int, kind string, next func() (Operator, []float64)) {
		total, most := 0, 0
		tracker := NewTracker(k, Options{})
		for call := range calls {
			op, hint := next()
			var r *Result
			var err error
			switch kind {
			case "cold":
				r, err = Top(ctx, op, k, Options{Seed: uint64(call)})
			case "hint":
				r, err = Top(ctx, op, k, Options{Seed: uint64(call), Hint: hint})
			default:
				r, err = tracker.Top(ctx, op, hint)
			}
			if err != nil {
				b.Fatal(err)
			}
			if !r.Converged {
				b.Errorf("call %d did not converge", call)
			}
			total += r.Products
			most = max(most, r.Products)
		}
		b.ReportMetric(float64(total)/calls, "products/call")
		b.ReportMetric(float64(most), "most")
	}
	for _, k := range []int{1, 3} {
		for _, every := range []int{1, 20, 100} {
			for _, kind := range []string{"cold", "hint", "tracker"} {
				b.Run(fmt.Sprintf("network/top=%d/every=%d/%s", k, every, kind), func(b *testing.B) {
					m := edge()
					w := append([]float64(nil), m.w...)
					for b.Loop() {
						copy(m.w, w)
						measure(b, k, kind, func() (Operator, []float64) {
							for range every {
								m.step()
							}
							m.gradient()
							return m, m.grad
						})
					}
					copy(m.w, w)
				})
			}
		}
	}
	for _, gap := range []float64{0.02, 0.05} {
		for _, angle := range []float64{0.02, 0.1, 0.3} {
			for _, kind := range []string{"cold", "tracker"} {
				b.Run(fmt.Sprintf("rotating/gap=%v/angle=%v/%s", gap, angle, kind), func(b *testing.B) {
					for b.Loop() {
						r := newRotating(20_000, gap, angle)
						measure(b, 1, kind, func() (Operator, []float64) {
							r.turn()
							return r, nil
						})
					}
				})
			}
		}
	}
}
