package dynamics

import (
	"fmt"
	"math"

	"relief/runtime/array"
	"relief/runtime/bind"
	"relief/runtime/program"
)

// bias follows the difference from an sde to its twin with steps twice as long;
// see updating.twin. At the end of each step of the twin it keeps the mean over
// the lanes that go on, and its standard error. Lanes are added in order.
//
// The error of the mean is C h + O(h^2) for steps h, so that the mean of the twin
// less that of the sde is 2 C h - C h: to first order the error of the sde's own
// mean. The mean less the bias is Richardson's extrapolation (Talay and Tubaro
// 1990).
type bias struct {
	twins []int // component of the twin, by parameter
	every int
	phase int // 1 if the twin is in the middle of a step at index 0
	steps []int
	mean  [][]float64 // rows, by parameter
	error [][]float64
}

func newBias(r *runner) (*bias, error) {
	if r.l.count < 2 {
		return nil, &bind.Error{Span: r.run.Optimizer.Span, Err: fmt.Errorf("bias is a mean over lanes, and the run has one: vary something, such as the name of a seed, or leave bias out")}
	}
	b := &bias{every: r.run.Every, mean: make([][]float64, len(r.params)), error: make([][]float64, len(r.params))}
	for i, c := range r.m.State {
		switch c.Buffer {
		case twinBuffer:
			b.twins = append(b.twins, i)
		case phaseBuffer:
			b.phase = int(r.s.Input(i)[0])
		}
	}
	return b, nil
}

// ends reports whether the twin ends a step of its own at index k.
func (b *bias) ends(k int) bool { return (k+b.phase)%2 == 0 }

// due reports whether index k is recorded: the first end of a step of the twin
// at or after each multiple of every.
func (b *bias) due(k int) bool { return b.ends(k) && (k%b.every == 0 || (k-1)%b.every == 0) }

// next is the index after k that is recorded.
func (b *bias) next(k int) int {
	for k++; !b.due(k); k++ {
	}
	return k
}

// observe looks at the state at index k, which is in the inputs.
func (b *bias) observe(r *runner, k int, last bool) error {
	if !b.due(k) && !(last && b.ends(k)) {
		return nil
	}
	b.steps = append(b.steps, k)
	for p, twin := range b.twins {
		x, y := r.s.Input(r.params[p]), r.s.Input(twin)
		for e := range len(x) / r.l.count {
			x, y := x[e*r.l.count:][:r.l.count], y[e*r.l.count:][:r.l.count]
			mean, spread, n := 0.0, 0.0, 0.0
			for i := range x { // Welford 1962
				if r.loop.Lane(i).Ending != program.Going {
					continue
				}
				if !isFinite(y[i]) {
					return &bind.Error{Span: r.run.Optimizer.Span, Err: fmt.Errorf("the twin that bias is estimated from, with steps twice as long, diverges at step %d in lane %s: make dt smaller, or leave bias out", k, r.l.index(i))}
				}
				d := y[i] - x[i]
				n++
				off := d - mean
				mean += off / n
				spread += float64(off * (d - mean))
			}
			if n < 2 {
				mean, spread = math.NaN(), math.NaN()
			}
			b.mean[p] = append(b.mean[p], mean)
			b.error[p] = append(b.error[p], math.Sqrt(spread/(n-1)/n))
		}
	}
	return nil
}

// series are the results, by parameter.
func (b *bias) series(r *runner, end string) (mean, standardError map[string]*array.Array) {
	mean, standardError = map[string]*array.Array{}, map[string]*array.Array{}
	for p, i := range r.params {
		c := r.m.State[i]
		of := func(rows []float64) *array.Array {
			a := array.Series(r.m.Graph.Type(c.In), b.steps, rows)
			a.End = end
			return a
		}
		mean[c.Name], standardError[c.Name] = of(b.mean[p]), of(b.error[p])
	}
	return mean, standardError
}
