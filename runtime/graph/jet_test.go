package graph

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// jet is a Taylor polynomial in the distance along a direction: arithmetic on
// jets gives derivatives of a composition without any rule of ours.
type jet [5]float64

func constJet(v float64) jet { return jet{v} }

func (a jet) add(b jet) (c jet) {
	for i := range a {
		c[i] = a[i] + b[i]
	}
	return c
}

func (a jet) scale(s float64) (c jet) {
	for i := range a {
		c[i] = s * a[i]
	}
	return c
}

func (a jet) mul(b jet) (c jet) {
	for i := range a {
		for j := range i + 1 {
			c[i] += a[j] * b[i-j]
		}
	}
	return c
}

func (a jet) div(b jet) (c jet) {
	for i := range a {
		s := a[i]
		for j := range i {
			s -= c[j] * b[i-j]
		}
		c[i] = s / b[0]
	}
	return c
}

// integral returns the jet with value v whose derivative is d times that of a.
func integral(v float64, d, a jet) (c jet) {
	c[0] = v
	for i := 1; i < len(c); i++ {
		for j := 1; j <= i; j++ {
			c[i] += float64(j) * a[j] * d[i-j] / float64(i)
		}
	}
	return c
}

// solve returns y with y(0) = v and y' = f(y) a', found coefficient by
// coefficient.
func solve(v float64, a jet, f func(y jet) jet) jet {
	y := constJet(v)
	for range len(y) {
		y = integral(v, f(y), a)
	}
	return y
}

var jetUnary = map[Op]func(a jet) (jet, bool){
	Neg:  func(a jet) (jet, bool) { return a.scale(-1), true },
	Abs:  func(a jet) (jet, bool) { return a.scale(math.Copysign(1, a[0])), math.Abs(a[0]) > 1e-2 },
	Relu: func(a jet) (jet, bool) { return a.scale(math.Max(0, math.Copysign(1, a[0]))), math.Abs(a[0]) > 1e-2 },
	Exp:  func(a jet) (jet, bool) { return solve(math.Exp(a[0]), a, func(y jet) jet { return y }), true },
	Expm1: func(a jet) (jet, bool) {
		return solve(math.Expm1(a[0]), a, func(y jet) jet { return y.add(constJet(1)) }), true
	},
	Log: func(a jet) (jet, bool) { return integral(math.Log(a[0]), constJet(1).div(a), a), a[0] > 0.1 },
	Log1p: func(a jet) (jet, bool) {
		return integral(math.Log1p(a[0]), constJet(1).div(a.add(constJet(1))), a), a[0] > -0.9
	},
	Sqrt: func(a jet) (jet, bool) {
		return solve(math.Sqrt(a[0]), a, func(y jet) jet { return constJet(0.5).div(y) }), a[0] > 0.1
	},
	RSqrt: func(a jet) (jet, bool) {
		return solve(1/math.Sqrt(a[0]), a, func(y jet) jet { return y.mul(y).mul(y).scale(-0.5) }), a[0] > 0.1
	},
	Recip: func(a jet) (jet, bool) { return constJet(1).div(a), math.Abs(a[0]) > 0.1 },
	Tanh: func(a jet) (jet, bool) {
		return solve(math.Tanh(a[0]), a, func(y jet) jet { return constJet(1).add(y.mul(y).scale(-1)) }), true
	},
	Tan: func(a jet) (jet, bool) {
		return solve(math.Tan(a[0]), a, func(y jet) jet { return constJet(1).add(y.mul(y)) }), math.Abs(math.Cos(a[0])) > 0.2
	},
	Atan: func(a jet) (jet, bool) {
		return integral(math.Atan(a[0]), constJet(1).div(a.mul(a).add(constJet(1))), a), true
	},
	Erf: func(a jet) (jet, bool) {
		e := a.mul(a).scale(-1)
		return integral(math.Erf(a[0]), solve(math.Exp(e[0]), e, func(y jet) jet { return y }).scale(2/math.SqrtPi), a), true
	},
	Sin:  func(a jet) (jet, bool) { s, _ := sinCos(a, -1); return s, true },
	Cos:  func(a jet) (jet, bool) { _, c := sinCos(a, -1); return c, true },
	Sinh: func(a jet) (jet, bool) { s, _ := sinCos(a, 1); return s, true },
	Cosh: func(a jet) (jet, bool) { _, c := sinCos(a, 1); return c, true },
	Asin: func(a jet) (jet, bool) {
		return solve(math.Asin(a[0]), a, func(y jet) jet { _, c := sinCos(y, -1); return constJet(1).div(c) }), math.Abs(a[0]) < 0.9
	},
	Acos: func(a jet) (jet, bool) {
		return solve(math.Acos(a[0]), a, func(y jet) jet { s, _ := sinCos(y, -1); return constJet(-1).div(s) }), math.Abs(a[0]) < 0.9
	},
	Floor: func(a jet) (jet, bool) { f := math.Floor(a[0]); return constJet(f), a[0]-f > 1e-2 && a[0]-f < 0.99 },
}

// sinCos returns sine and cosine, hyperbolic where the sign is 1.
func sinCos(a jet, sign float64) (s, c jet) {
	s0, c0 := math.Sincos(a[0])
	if sign > 0 {
		s0, c0 = math.Sinh(a[0]), math.Cosh(a[0])
	}
	s, c = constJet(s0), constJet(c0)
	for range len(a) {
		s, c = integral(s0, c, a), integral(c0, s.scale(sign), a)
	}
	return s, c
}

var jetBinary = map[Op]func(a, b jet) (jet, bool){
	Add: func(a, b jet) (jet, bool) { return a.add(b), true },
	Sub: func(a, b jet) (jet, bool) { return a.add(b.scale(-1)), true },
	Mul: func(a, b jet) (jet, bool) { return a.mul(b), true },
	Div: func(a, b jet) (jet, bool) { return a.div(b), math.Abs(b[0]) > 0.1 },
	Min: func(a, b jet) (jet, bool) {
		if a[0] < b[0] {
			return a, b[0]-a[0] > 1e-2
		}
		return b, a[0]-b[0] > 1e-2
	},
	Max: func(a, b jet) (jet, bool) {
		if a[0] > b[0] {
			return a, a[0]-b[0] > 1e-2
		}
		return b, b[0]-a[0] > 1e-2
	},
	Pow: func(a, b jet) (jet, bool) {
		l := integral(math.Log(a[0]), constJet(1).div(a), a).mul(b)
		return solve(math.Pow(a[0], b[0]), l, func(y jet) jet { return y }), a[0] > 0.1
	},
	Hypot: func(a, b jet) (jet, bool) {
		q := a.mul(a).add(b.mul(b))
		return solve(math.Sqrt(q[0]), q, func(y jet) jet { return constJet(0.5).div(y) }), q[0] > 0.1
	},
	Atan2: func(a, b jet) (jet, bool) {
		q := a.div(b)
		y := integral(math.Atan(q[0]), constJet(1).div(q.mul(q).add(constJet(1))), q)
		y[0] = math.Atan2(a[0], b[0])
		return y, math.Abs(b[0]) > 0.1 && math.Abs(a[0]) > 1e-2
	},
	Mod: func(a, b jet) (jet, bool) {
		q := math.Trunc(a[0] / b[0])
		f := math.Abs(a[0]/b[0] - q)
		return a.add(b.scale(-q)), math.Abs(b[0]) > 0.1 && f > 1e-2 && f < 0.99
	},
	SignMul: func(a, b jet) (jet, bool) { return a.scale(math.Copysign(1, b[0])), math.Abs(b[0]) > 1e-2 },
	Gate: func(a, b jet) (jet, bool) {
		if b[0] > 0 {
			return a, b[0] > 1e-2
		}
		return jet{}, b[0] < -1e-2
	},
	MulZero: func(a, b jet) (jet, bool) { return a.mul(b), math.Abs(a[0]) > 1e-2 },
}

// smooth is a random composition whose derivatives along a direction are known.
type smooth struct {
	g      *Graph
	ids    []ID
	jets   [][]jet
	inputs map[string][]float64
	wrt    []ID
	dirs   [][]float64
}

func drawSmooth(t *rapid.T) *smooth {
	s := &smooth{g: New(), inputs: map[string][]float64{}}
	for _, in := range []struct {
		name string
		t    Type
	}{{"x", Number}, {"y", Number}, {"v", Of(3)}, {"A", Of(2, 3)}} {
		n := in.t.Size()
		p, d, j := make([]float64, n), make([]float64, n), make([]jet, n)
		for i := range p {
			p[i] = rapid.Float64Range(-2, 2).Draw(t, "point")
			d[i] = rapid.Float64Range(-1, 1).Draw(t, "direction")
			j[i] = jet{p[i], d[i]}
		}
		id := s.g.Input(in.name, in.t)
		s.inputs[in.name] = p
		s.wrt, s.dirs = append(s.wrt, id), append(s.dirs, d)
		s.push(id, j)
	}
	for range rapid.IntRange(1, 12).Draw(t, "size") {
		s.grow(t)
	}
	return s
}

func (s *smooth) push(id ID, j []jet) {
	for _, v := range j {
		for _, c := range v {
			if !(math.Abs(c) < 1e3) {
				return
			}
		}
	}
	s.ids, s.jets = append(s.ids, id), append(s.jets, j)
}

func (s *smooth) grow(t *rapid.T) {
	operand := func() int { return rapid.IntRange(0, len(s.ids)-1).Draw(t, "operand") }
	a, b := operand(), operand()
	x, y := s.jets[a], s.jets[b]
	switch rapid.IntRange(0, 8).Draw(t, "kind") {
	case 0, 1:
		ops := []Op{Neg, Abs, Relu, Exp, Expm1, Log, Log1p, Sqrt, RSqrt, Recip, Tanh, Tan, Atan, Sin, Cos, Sinh, Cosh, Asin, Acos, Floor, Erf}
		op := rapid.SampledFrom(ops).Draw(t, "op")
		out := make([]jet, len(x))
		for i := range x {
			var ok bool
			if out[i], ok = jetUnary[op](x[i]); !ok {
				return
			}
		}
		s.push(s.g.apply(op, s.ids[a]), out)
	case 2, 3:
		ops := []Op{Add, Sub, Mul, Div, Min, Max, Pow, Hypot, Atan2, Mod, SignMul, MulZero, Gate}
		op := rapid.SampledFrom(ops).Draw(t, "op")
		id, err := s.g.Apply(op, s.ids[a], s.ids[b])
		if err != nil {
			return
		}
		out := make([]jet, max(len(x), len(y)))
		for i := range out {
			var ok bool
			if out[i], ok = jetBinary[op](x[min(i, len(x)-1)], y[min(i, len(y)-1)]); !ok {
				return
			}
		}
		s.push(id, out)
	case 4:
		if s.g.Type(s.ids[a]).Rank() == 0 {
			return
		}
		var sum, squares jet
		for _, v := range x {
			sum, squares = sum.add(v), squares.add(v.mul(v))
		}
		if squares[0] > 0.1 && rapid.Bool().Draw(t, "norm") {
			s.push(s.g.apply(Norm, s.ids[a]), []jet{solve(math.Sqrt(squares[0]), squares, func(y jet) jet { return constJet(0.5).div(y) })})
			return
		}
		s.push(s.g.apply(Sum, s.ids[a]), []jet{sum})
	case 5:
		id, err := s.g.Apply(MatMul, s.ids[a], s.ids[b])
		if err != nil {
			return
		}
		rows, inner, cols := MatMulDims(s.g.Type(s.ids[a]), s.g.Type(s.ids[b]))
		out := make([]jet, rows*cols)
		for i := range out {
			for l := range inner {
				out[i] = out[i].add(x[i/cols*inner+l].mul(y[l*cols+i%cols]))
			}
		}
		s.push(id, out)
	case 6:
		id, err := s.g.Apply(Outer, s.ids[a], s.ids[b])
		if err == nil {
			out := make([]jet, len(x)*len(y))
			for i := range out { // of the transpose
				out[i] = x[i%len(x)].mul(y[i/len(x)])
			}
			s.push(s.g.apply(Transpose, id), out)
		}
	case 7:
		if s.g.Type(s.ids[a]).Rank() == 0 {
			return
		}
		best := x[0]
		for _, v := range x[1:] {
			if math.Abs(v[0]-best[0]) < 1e-2 {
				return
			}
			if v[0] > best[0] {
				best = v
			}
		}
		s.push(s.g.apply(MaxOf, s.ids[a]), []jet{best})
	case 8:
		if s.g.Type(s.ids[a]).Rank() == 1 && s.g.Type(s.ids[b]).Rank() == 0 {
			parts := make([]ID, len(x))
			for i := range parts {
				parts[i] = s.g.apply(Mul, s.g.Index(s.ids[a], len(x)-1-i), s.ids[b])
			}
			out := make([]jet, len(x))
			for i := range out {
				out[i] = x[len(x)-1-i].mul(y[0])
			}
			s.push(s.g.apply(Stack, parts...), out)
		}
	}
}

// TestDerivativesAgreeWithTaylor compares the first four derivatives along a
// direction, by all the ways to get them, with Taylor arithmetic.
func TestDerivativesAgreeWithTaylor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSmooth(t)
		g := s.g
		last := len(s.ids) - 1
		y, want := s.ids[last], s.jets[last]
		if g.Type(y).Rank() > 0 {
			y = g.apply(Sum, y)
			for _, j := range want[1:] {
				want[0] = want[0].add(j)
			}
		}
		seeds := map[ID]ID{}
		for i, w := range s.wrt {
			seeds[w] = g.ConstArray(g.Type(w), s.dirs[i])
		}
		dot := func(parts []ID) ID {
			sum := g.Const(0)
			for i, p := range parts {
				sum = g.apply(Add, sum, g.apply(Sum, g.apply(Mul, p, seeds[s.wrt[i]])))
			}
			return sum
		}
		tangent := func(y ID) ID {
			d, err := g.Tangent([]ID{y}, seeds)
			if err != nil {
				t.Fatal(err)
			}
			return d[0]
		}
		adjoint := func(y ID) ID {
			d, err := g.Gradient(y, s.wrt)
			if err != nil {
				t.Fatal(err)
			}
			return dot(d)
		}
		check := func(how string, id ID, order int) {
			want := want[0][order]
			for i := 2; i <= order; i++ {
				want *= float64(i)
			}
			v, err := g.Interpret([]ID{id}, s.inputs)
			if err != nil {
				t.Fatal(err)
			}
			scale := math.Max(1, math.Abs(want))
			if got := v[id][0]; !(math.Abs(got-want) <= 1e-8*scale) {
				t.Fatalf("derivative %d by %s: %g, want %g", order, how, got, want)
			}
		}
		check("value", y, 0)
		f, r := tangent(y), adjoint(y)
		check("forward", f, 1)
		check("reverse", r, 1)
		fr := tangent(r)
		check("forward over reverse", fr, 2)
		check("forward over forward", tangent(f), 2)
		check("reverse over forward", adjoint(f), 2)
		check("reverse over reverse", adjoint(r), 2)
		check("forward over forward over reverse", tangent(fr), 3)
		rfr := adjoint(fr)
		check("reverse over forward over reverse", rfr, 3)
		check("forward over reverse over forward over reverse", tangent(rfr), 4)
	})
}
