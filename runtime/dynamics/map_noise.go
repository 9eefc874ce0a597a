package dynamics

import (
	"fmt"
	"maps"
	"slices"

	"relief/runtime/graph"
	"relief/runtime/plan"
)

// draw adds an input of random numbers.
func (u *updating) draw(name, kind string, t graph.Type) graph.ID {
	if u.m.steady {
		u.fails(u.o.Span, "the optimizer %q draws random numbers, and so the map is another one at every step: leave out what is random", u.o.Kind)
	}
	id := u.Input(inputName("drawn", name), t)
	if !slices.ContainsFunc(u.m.Noise, func(n NoiseInput) bool { return n.In == id }) {
		u.m.Noise = append(u.m.Noise, NoiseInput{In: id, Kind: kind})
	}
	return id
}

// size is the number of elements of all parameters.
func (u *updating) size() int {
	n := 0
	for _, c := range u.m.State[:u.n] {
		n += u.Type(c.In).Size()
	}
	return n
}

// split takes a flat vector apart, by parameter.
func (u *updating) split(flat graph.ID) []graph.ID {
	if u.err != nil {
		return slices.Repeat([]graph.ID{graph.None}, u.n)
	}
	if u.n == 1 && u.Type(flat) == u.Type(u.m.State[0].In) {
		return []graph.ID{flat} // the flat vector of a network
	}
	var parts []graph.ID
	offset := 0
	for _, c := range u.m.State[:u.n] {
		t := u.Type(c.In)
		parts = append(parts, u.Slice(flat, offset, t))
		offset += t.Size()
	}
	return parts
}

// inputs are the parameters before the update.
func (u *updating) inputs() []graph.ID {
	var parts []graph.ID
	for _, c := range u.m.State[:u.n] {
		parts = append(parts, c.In)
	}
	return parts
}

// at returns the names of laws and, with the given values, the parameters and
// "params", the flat vector of all. A parameter hides another name.
func (u *updating) at(parts []graph.ID) map[string]graph.ID {
	names := maps.Clone(u.laws)
	names[flatName] = u.Flatten(parts)
	for i, c := range u.m.State[:u.n] {
		names[c.Name] = parts[i]
	}
	return names
}

// noisy adds the noise of a step to a gradient.
func (u *updating) noisy(d []graph.ID) []graph.ID {
	if u.o.Noise == nil && u.o.Covariance == nil || u.err != nil {
		return d
	}
	b := u.deviation(u.at(u.inputs()))
	noise := u.split(u.spread(b, u.normals(b)))
	d = slices.Clone(d)
	for i := range d {
		d[i] = u.apply(graph.Add, d[i], noise[i])
	}
	return d
}

// deviation is what standard normals are multiplied by: a number, a flat vector
// or a matrix with a row for each element of the parameters.
func (u *updating) deviation(names map[string]graph.ID) graph.ID {
	n := u.size()
	if e := u.o.Noise; e != nil {
		b := u.bind("noise", e, names)
		if u.err != nil {
			return b
		}
		t := u.Type(b)
		switch {
		case t == graph.Number || t == graph.Of(n):
		case t.Rank() == 2 && !t.Bool && t.Dim(0) == n:
		default:
			u.fails(e.Span, "noise is %s: it is a number, a vector of %d (the elements of the parameters) or a matrix with %[2]d rows", t, n)
		}
		return b
	}
	e := u.o.Covariance
	c := u.bind("covariance", e, names)
	if u.err != nil {
		return c
	}
	if n == 1 && u.Type(c).Size() == 1 {
		c = u.Reshape(c, graph.Of(1, 1))
	}
	if t := u.Type(c); t != graph.Of(n, n) {
		u.fails(e.Span, "covariance is %s: it is a matrix of %d rows and columns, one for each element of the parameters", t, n)
		return c
	}
	return u.root(c, e)
}

// normals are the standard normals that a deviation is multiplied by.
func (u *updating) normals(deviation graph.ID) graph.ID {
	if u.err != nil {
		return graph.None
	}
	n := u.size()
	if t := u.Type(deviation); t.Rank() == 2 {
		n = t.Dim(1)
	}
	return u.draw("noise", "normal", graph.Of(n))
}

// spread multiplies a deviation by a vector.
func (u *updating) spread(deviation, v graph.ID) graph.ID {
	if u.err == nil && u.Type(deviation).Rank() == 2 {
		return u.apply(graph.MatMul, deviation, v)
	}
	return u.apply(graph.Mul, deviation, v)
}

// root returns L with L L^T = c. One that is not positive semidefinite is an
// error if it is known now, else the map gets a fault.
func (u *updating) root(c graph.ID, e *plan.Expr) graph.ID {
	n := u.Type(c).Dim(0)
	node := u.Node(c)
	if node.Op == graph.Const {
		data := node.Data
		if data == nil {
			data = slices.Repeat([]float64{node.Num}, n*n)
		}
		l, bad := cholesky(data, n)
		if bad != nil {
			u.fails(e.Span, "%s", bad)
			return c
		}
		return u.ConstArray(graph.Of(n, n), l)
	}
	if n > maxUnrolled {
		u.fails(e.Span, "a covariance of %d elements that changes: beyond %d it is constant, or write noise = B with covariance B times its transpose", n, maxUnrolled)
		return c
	}
	l, f := u.unrolled(c, n)
	f.expr = e
	u.m.faults = append(u.m.faults, f)
	return l
}

// drawn is the mean gradient of Batch samples, each drawn from all of them.
func (u *updating) drawn() []graph.ID {
	o := u.o
	if u.run.Objective.Training != nil {
		u.fails(o.Span, "samples are objectives that are formulas: a network draws its own, with batch")
	}
	k, batch := len(o.Samples), max(1, o.Batch)
	place := u.draw("batch", "uniform", graph.Of(batch))
	which := u.apply(graph.Floor, u.apply(graph.Mul, place, u.Const(float64(k))))
	inputs := u.inputs()
	sum := make([]graph.ID, u.n)
	for i, f := range o.Samples {
		if u.err != nil {
			return u.m.Gradient
		}
		if f.Training != nil || !slices.Equal(f.Params, u.run.Objective.Params) {
			u.fails(o.Span, "the sample %s has other parameters than %s", f.Address, u.run.Objective.Address)
			continue
		}
		value := u.bind("a sample", f.Value, u.params)
		if u.err != nil {
			continue
		}
		g, err := u.Gradient(value, inputs)
		if err != nil {
			u.fails(f.Value.Span, "%w", err)
			continue
		}
		u.m.samples = append(u.m.samples, g)
		hits := u.apply(graph.Select, u.apply(graph.Eq, which, u.Const(float64(i))), u.Const(1), u.Const(0))
		weight := u.apply(graph.Div, u.apply(graph.Sum, hits), u.Const(float64(batch)))
		for j := range g {
			// A sample that is not drawn counts as 0, also where its gradient is not finite.
			part := u.apply(graph.MulZero, weight, g[j])
			if i > 0 {
				part = u.apply(graph.Add, sum[j], part)
			}
			sum[j] = part
		}
	}
	return sum
}

// fault is what ends a run whose covariance is not positive semidefinite.
type fault struct {
	expr *plan.Expr
	// check is NaN at a state where the covariance is none, else 0. Then place is
	// the column of the pivot at fault, and value the pivot; or the place is -1,
	// and value is how far the matrix is from its transpose.
	check, place, value graph.ID
}

// notPositive says why a matrix is no covariance.
type notPositive struct {
	place int
	value float64
}

func (e *notPositive) Error() string {
	if e.place < 0 {
		return fmt.Sprintf("the covariance is not symmetric: two elements that mirror each other differ by %s", numberText(e.value))
	}
	return fmt.Sprintf("the covariance is not positive semidefinite: pivot %d is %s", e.place, numberText(e.value))
}
