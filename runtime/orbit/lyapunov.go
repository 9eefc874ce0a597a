package orbit

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"relief/runtime/array"
	"relief/runtime/graph"
	"relief/runtime/program"
)

// batches is how many stretches of the orbit the standard error is taken from.
const batches = 20

// lyapunov computes the largest exponents of each lane by Benettin's method:
// tangent vectors go along with the orbit and are made orthonormal after every
// update; an exponent is the mean of the logarithms of what they are divided by.
// The standard error is that of the means of 20 stretches one after the other
// (batch means), which are nearly independent when they are long. An orbit that
// meets a place of derivative 0 has the exponent -inf, with the error 0.
func (y *system) lyapunov(ctx context.Context) error {
	q := y.p.Lyapunov
	k := q.Exponents
	if k < 1 || k > y.size || q.Steps < batches {
		return fail(y.p, codeNoValue, q.Span, "Write exponents = 1 and steps = 4000, say.", "%s over %s of a state of %s: there are at most as many exponents as numbers, and at least %d updates", count(k, "exponent"), count(q.Steps, "update"), count(y.size, "number"), batches)
	}
	start, err := y.starts(false)
	if err != nil {
		return err
	}
	derivatives, names, err := y.tangents(k)
	if err != nil {
		return err
	}
	p, err := program.Compile(y.m.Graph, y.inputNames(names...), append(y.outs(), slices.Concat(derivatives...)...), program.Options{})
	if err != nil {
		return err
	}
	components := len(y.m.State)
	s := program.NewState(p, y.lanes)
	for c, values := range start.State {
		copy(s.Input(c), values)
	}
	y.setVary(s, components*(1+k), 0)
	t := &frames{y: y, s: s, k: k, vectors: make([]float64, k*y.size)}
	t.begin()
	sums := make([]float64, batches*y.lanes*k) // of logarithms, by stretch, lane and exponent
	for step := range q.Skip + q.Steps {
		if step%64 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			y.progress(float64(step) / float64(q.Skip+q.Steps))
		}
		if err := s.RunParallel(ctx, y.workers()); err != nil {
			return err
		}
		for c := range components {
			copy(s.Input(c), s.Output(c))
		}
		var into []float64
		if step >= q.Skip {
			b := (step - q.Skip) * batches / q.Steps
			into = sums[b*y.lanes*k : (b+1)*y.lanes*k]
		}
		t.orthonormalise(into)
	}
	mean, failure := make([]float64, y.lanes*k), make([]float64, y.lanes*k)
	diverged := 0
	state := make([]float64, y.size)
	for lane := range y.lanes {
		y.read(s.Input, 0, y.lanes, lane, state)
		finite := allFinite(state)
		if !finite {
			diverged++
		}
		for j := range k {
			i := lane*k + j
			mean[i], failure[i] = batchMeans(sums, i, y.lanes*k, q.Steps)
			if !finite {
				mean[i], failure[i] = math.NaN(), math.NaN()
			}
		}
	}
	own := graph.Number
	if k > 1 {
		own = graph.Of(k)
	}
	full, err := y.typeOf(own)
	if err != nil {
		return err
	}
	y.put(array.New(full, mean), "lyapunov")
	y.put(array.New(full, failure), "lyapunov_error")
	y.warnDiverged(diverged, "their exponents are NaN")
	return nil
}

// batchMeans gives the mean per update and its standard error.
func batchMeans(sums []float64, at, stride, steps int) (mean, failure float64) {
	var each [batches]float64
	for b := range each {
		length := lengthOf(b, steps)
		each[b] = sums[b*stride+at] / float64(length)
		mean += sums[b*stride+at]
	}
	mean /= float64(steps)
	if math.IsInf(mean, -1) {
		return mean, 0
	}
	for _, v := range each {
		failure += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(failure / (batches - 1) / batches)
}

// lengthOf is the number of steps i with i*batches/steps == b.
func lengthOf(b, steps int) int {
	return (steps*(b+1)+batches-1)/batches - (steps*b+batches-1)/batches
}

// frames are the tangent vectors of all lanes, in the inputs after the state.
type frames struct {
	y       *system
	s       *program.State
	k       int
	vectors []float64 // of one lane
}

// begin gives every lane the same vectors, with a part along every coordinate.
func (t *frames) begin() {
	for lane := range t.y.lanes {
		for j := range t.k {
			t.first(t.vectors[j*t.y.size:(j+1)*t.y.size], j)
		}
		t.write(lane)
	}
}

func (t *frames) first(v []float64, j int) {
	for e := range v {
		v[e] = math.Cos(float64((j+1)*(e+1))) / float64(len(v))
	}
	v[j] += 1
}

func (t *frames) write(lane int) {
	components := len(t.y.m.State)
	for j := range t.k {
		v := t.vectors[j*t.y.size : (j+1)*t.y.size]
		for c, from := range t.y.offset {
			in := t.s.Input(components*(1+j) + c)
			for e := range len(in) / t.y.lanes {
				in[e*t.y.lanes+lane] = v[from+e]
			}
		}
	}
}

// orthonormalise applies Gram and Schmidt's method to the vectors that the last
// step gave and adds the logarithms of their lengths.
func (t *frames) orthonormalise(into []float64) {
	components, n := len(t.y.m.State), t.y.size
	for lane := range t.y.lanes {
		for j := range t.k {
			v := t.vectors[j*n : (j+1)*n]
			t.y.read(t.s.Output, components*(1+j), t.y.lanes, lane, v)
			for range 2 { // twice is enough
				for i := range j {
					u := t.vectors[i*n : (i+1)*n]
					floats.AddScaled(v, -floats.Dot(u, v), u)
				}
			}
			length := floats.Norm(v, 2)
			if into != nil {
				into[lane*t.k+j] += math.Log(length)
			}
			if length == 0 {
				t.first(v, j)
				length = floats.Norm(v, 2)
			}
			floats.Scale(1/length, v)
		}
		t.write(lane)
	}
}
